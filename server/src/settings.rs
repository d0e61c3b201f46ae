//! Settings: environment variables named `QUINCE_*`, all read and checked before anything starts.
//!
//! [`TABLE`] is their only list; a test compares the README's table with it. An unknown `QUINCE_*` variable stops the start, because a
//! misspelt setting must not be silently ignored.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use bookings::Retention;
use ipnet::IpNet;
use store::SecretKey;
use url::Url;

use crate::logging::LogFormat;
use crate::web::proxies::parse_network;
use crate::web::security::contact;

/// One setting, as documented for operators.
pub struct Setting {
    /// The environment variable.
    pub key: &'static str,
    /// The default, in words.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Whether it may also be given as a file: the same key with `_FILE`, holding a path.
    pub secret: bool,
}

const fn setting(key: &'static str, default: &'static str, help: &'static str, secret: bool) -> Setting {
    Setting {
        key,
        default,
        help,
        secret,
    }
}

/// All settings.
pub const TABLE: &[Setting] = &[
    setting(
        "QUINCE_DATA_DIR",
        "data",
        "Folder for the database, the secret key and unsent mail.",
        false,
    ),
    setting(
        "QUINCE_DATABASE_URL",
        "sqlite:// in the data directory",
        "`sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.",
        true,
    ),
    setting(
        "QUINCE_ADDR",
        "127.0.0.1:3000",
        "Address and port to listen on.",
        false,
    ),
    setting(
        "QUINCE_BASE_URL",
        "http:// and the address",
        "Address that people use, such as `https://book.example.com`. Links in mails start with it.",
        false,
    ),
    setting(
        "QUINCE_SECRET_KEY",
        "created in the data directory at first start",
        "32 bytes as Base64: seals stored passwords. Whoever loses it must reconnect every calendar.",
        true,
    ),
    setting(
        "QUINCE_PREVIOUS_SECRET_KEYS",
        "none",
        "Keys of before, separated by commas, at most 8: they open what they sealed until `quince reseal` says that they can go.",
        true,
    ),
    setting(
        "QUINCE_SMTP_URL",
        "none: mails are files in the data directory",
        "`smtps://USER:PASSWORD@HOST` (port 465) or `smtp://USER:PASSWORD@HOST:587` (STARTTLS, which must be offered unless the server is on this machine).",
        true,
    ),
    setting(
        "QUINCE_MAIL_FROM",
        "quince@ and the base address' host",
        "Sender of mails.",
        false,
    ),
    setting(
        "QUINCE_ICLOUD_URL",
        "https://caldav.icloud.com/",
        "Where iCloud's calendars are reached.",
        false,
    ),
    setting(
        "QUINCE_CALDAV_HOSTS",
        "none",
        "Calendar servers in private networks that people may connect, separated by commas: `nas.local`, `nas.local:8443`, or, without encryption, `http://nas.local:5232`.",
        false,
    ),
    setting(
        "QUINCE_RATE_LIMITS",
        "on",
        "`off` only for load tests and for tests that book much from one address: it takes away the limits on what one client, network or mail address may send.",
        false,
    ),
    setting(
        "QUINCE_TRUSTED_PROXIES",
        "none",
        "Addresses or networks (`172.16.0.0/12`) of reverse proxies, separated by commas, whose `X-Forwarded-For` is believed. Without it all clients behind a proxy share one limit.",
        false,
    ),
    setting(
        "QUINCE_SECURITY_CONTACT",
        "none",
        "Mail address or https:// address of whom to tell about weaknesses of this instance, published at `/.well-known/security.txt`.",
        false,
    ),
    setting(
        "QUINCE_KEEP_SENT_MAILS_DAYS",
        "90",
        "Days for which the list of sent mails is kept, 7 or more, or `forever`. What is not sent stays.",
        false,
    ),
    setting(
        "QUINCE_KEEP_EVENT_TEXTS_DAYS",
        "365",
        "Days for which the text of a written event is kept after the event is over, 31 or more, or `forever`. Until then it is seen when somebody changes the event in their calendar.",
        false,
    ),
    setting(
        "QUINCE_KEEP_APPOINTMENTS_DAYS",
        "forever",
        "Days for which appointments are kept after they are over, 62 or more, or `forever`; then they go with the client's data. Events in people's calendars stay.",
        false,
    ),
    setting(
        "QUINCE_LOG",
        "info",
        "What is logged: `error`, `warn`, `info`, `debug`, or a filter per module.",
        false,
    ),
    setting("QUINCE_LOG_FORMAT", "text", "`text` or `json`.", false),
];

/// A value that is never logged.
#[derive(Clone)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The checked settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder.
    pub data_dir: PathBuf,
    /// The database URL.
    pub database_url: Hidden,
    /// The listening address.
    pub addr: SocketAddr,
    /// The URL that people use; by default it is derived from the listening address.
    pub base_url: Option<Url>,
    /// The key from a setting, instead of the file in the data folder.
    pub secret_key: Option<Hidden>,
    /// Previous keys, which only open.
    pub previous_keys: Vec<SecretKey>,
    /// The SMTP server.
    pub smtp_url: Option<Hidden>,
    /// The sender of mails.
    pub mail_from: Option<String>,
    /// The CalDAV entry URL of iCloud.
    pub icloud_url: Url,
    /// Calendar servers that may be in a private network or without https.
    pub calendar_hosts: Vec<String>,
    /// Whether requests are limited per client address.
    pub rate_limits: bool,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The contact for security reports (RFC 9116).
    pub security_contact: Option<Url>,
    /// How long past data is kept.
    pub retention: Retention,
    /// The tracing filter.
    pub log: String,
    /// The format of log lines.
    pub log_format: LogFormat,
}

impl Settings {
    /// The key file that is used when no setting gives the key.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("secret.key")
    }
}

/// A setting that stops the start. The text never quotes a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// An unknown variable.
    #[error(
        "{0} is not a setting of Quince. Remove it, or correct its name; `quince settings` lists them all."
    )]
    Unknown(String),
    /// A value that cannot be used.
    #[error("{key} cannot be used: {problem}")]
    Bad {
        /// The environment variable.
        key: &'static str,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A value that is not valid Unicode.
    #[error("{0} is not written in UTF-8. Write it again in plain letters.")]
    NotText(String),
    /// The file of a `_FILE` setting cannot be read.
    #[error("{key} names a file that cannot be read: {cause}")]
    File {
        /// The variable, with `_FILE`.
        key: String,
        /// The operating system's message.
        cause: String,
    },
}

/// Reads and checks the settings of this process' environment, without the variables `without` and with those of `with` added.
///
/// # Errors
/// Every problem found.
pub fn of_environment(
    without: &[&str],
    with: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, Vec<SettingError>> {
    let mut problems = Vec::new();
    let mut vars = Vec::new();
    for (key, value) in std::env::vars_os() {
        // Variables of other programs may contain anything.
        let Some(key) = key.to_str() else { continue };
        if !key.starts_with("QUINCE_") || without.contains(&key) {
            continue;
        }
        match value.into_string() {
            Ok(value) => vars.push((key.to_owned(), value)),
            Err(_) => problems.push(SettingError::NotText(key.to_owned())),
        }
    }
    match read(vars.into_iter().chain(with)) {
        Ok(settings) if problems.is_empty() => Ok(settings),
        Ok(_) => Err(problems),
        Err(others) => {
            problems.extend(others);
            Err(problems)
        }
    }
}

/// Reads and checks all settings.
///
/// # Errors
/// Every problem found, so that an operator can fix them in one go.
pub fn read(vars: impl IntoIterator<Item = (String, String)>) -> Result<Settings, Vec<SettingError>> {
    let mut problems = Vec::new();
    let mut values = collect(vars, &mut problems);
    let mut parse = Parser {
        values: &mut values,
        problems: &mut problems,
    };

    let data_dir = PathBuf::from(parse.text("QUINCE_DATA_DIR").unwrap_or_else(|| "data".into()));
    let settings = Settings {
        database_url: Hidden(parse.database_url(&data_dir)),
        addr: parse
            .with(
                "QUINCE_ADDR",
                "write it as ADDRESS:PORT, for example 127.0.0.1:3000",
            )
            .unwrap_or(DEFAULT_ADDR),
        base_url: parse.base_url("QUINCE_BASE_URL"),
        secret_key: parse.secret_key("QUINCE_SECRET_KEY"),
        previous_keys: parse.keys("QUINCE_PREVIOUS_SECRET_KEYS"),
        smtp_url: parse.mail_server("QUINCE_SMTP_URL"),
        mail_from: parse.sender("QUINCE_MAIL_FROM"),
        icloud_url: parse
            .url("QUINCE_ICLOUD_URL", &["http", "https"])
            .unwrap_or_else(apple),
        calendar_hosts: parse.hosts("QUINCE_CALDAV_HOSTS"),
        rate_limits: parse
            .choice("QUINCE_RATE_LIMITS", &[("on", true), ("off", false)])
            .unwrap_or(true),
        trusted_proxies: parse.networks("QUINCE_TRUSTED_PROXIES"),
        security_contact: parse.contact("QUINCE_SECURITY_CONTACT"),
        retention: Retention {
            sent_mails: parse.days("QUINCE_KEEP_SENT_MAILS_DAYS", 7, Some(90)),
            event_texts: parse.days("QUINCE_KEEP_EVENT_TEXTS_DAYS", 31, Some(365)),
            appointments: parse.days("QUINCE_KEEP_APPOINTMENTS_DAYS", 62, None),
        },
        log: parse.log(),
        log_format: parse
            .choice(
                "QUINCE_LOG_FORMAT",
                &[("text", LogFormat::Text), ("json", LogFormat::Json)],
            )
            .unwrap_or(LogFormat::Text),
        data_dir,
    };
    if problems.is_empty() {
        Ok(settings)
    } else {
        Err(problems)
    }
}

/// A hundred years.
const MOST_DAYS: u32 = 36_500;

const DEFAULT_ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 3000);

#[expect(clippy::expect_used, reason = "a constant address")]
fn apple() -> Url {
    Url::parse("https://caldav.icloud.com/").expect("a valid address")
}

/// Takes the known variables, resolves `_FILE`, and reports unknown ones.
fn collect(
    vars: impl IntoIterator<Item = (String, String)>,
    problems: &mut Vec<SettingError>,
) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::new();
    for (key, value) in vars {
        if !key.starts_with("QUINCE_") || value.is_empty() {
            continue;
        }
        if let Some(setting) = TABLE.iter().find(|setting| setting.key == key) {
            values.insert(setting.key, value);
        } else if let Some(setting) = TABLE
            .iter()
            .find(|setting| setting.secret && key.strip_suffix("_FILE") == Some(setting.key))
        {
            match std::fs::read_to_string(&value) {
                Ok(text) => {
                    values.insert(setting.key, text.trim().to_owned());
                }
                Err(cause) => problems.push(SettingError::File {
                    key,
                    cause: cause.to_string(),
                }),
            }
        } else {
            problems.push(SettingError::Unknown(key));
        }
    }
    values
}

/// Parses an entry of the list of calendar servers: a host, optionally with scheme and port.
fn host_entry(text: &str) -> Option<String> {
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = Url::parse(&whole).ok()?;
    let is_host = url.has_host() && url.path() == "/" && url.query().is_none() && url.username().is_empty();
    (is_host && matches!(url.scheme(), "http" | "https")).then(|| text.to_owned())
}

/// Returns the first option of a Postgres URL that sqlx does not know. sqlx would log it with its value, which may be a password.
fn unknown_option(url: &str) -> Option<String> {
    const KNOWN: [&str; 17] = [
        "sslmode",
        "ssl-mode",
        "sslrootcert",
        "ssl-root-cert",
        "ssl-ca",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "statement-cache-capacity",
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
    ];
    let url = Url::parse(url).ok()?;
    let mut options = url.query_pairs();
    let unknown = options.find(|(option, _)| {
        !KNOWN.contains(&option.as_ref()) && option != "options" && !option.starts_with("options[")
    });
    unknown.map(|(option, _)| option.into_owned())
}

struct Parser<'a> {
    values: &'a mut BTreeMap<&'static str, String>,
    problems: &'a mut Vec<SettingError>,
}

impl Parser<'_> {
    fn text(&mut self, key: &'static str) -> Option<String> {
        self.values.remove(key)
    }

    fn bad(&mut self, key: &'static str, problem: impl Into<String>) {
        self.problems.push(SettingError::Bad {
            key,
            problem: problem.into(),
        });
    }

    fn with<T: std::str::FromStr>(&mut self, key: &'static str, help: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.trim().parse().ok();
        if parsed.is_none() {
            self.bad(key, help);
        }
        parsed
    }

    fn url(&mut self, key: &'static str, schemes: &[&str]) -> Option<Url> {
        let text = self.text(key)?;
        match Url::parse(text.trim()) {
            Ok(url) if schemes.contains(&url.scheme()) && url.host().is_some() => Some(url),
            _ => {
                self.bad(
                    key,
                    format!(
                        "it must be an address that starts with {}://",
                        schemes.join(":// or ")
                    ),
                );
                None
            }
        }
    }

    /// Parses a URL without path: links on pages begin with `/`.
    fn base_url(&mut self, key: &'static str) -> Option<Url> {
        let url = self.url(key, &["http", "https"])?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if is_bare && url.username().is_empty() && url.password().is_none() {
            return Some(url);
        }
        self.bad(
            key,
            "it must end with the host or the port, such as https://book.example.com. Quince needs a host of its own: let the \
             proxy hand on all its paths",
        );
        None
    }

    fn sender(&mut self, key: &'static str) -> Option<String> {
        let text = self.text(key)?.trim().to_owned();
        if bookings::mails::is_sender(&text) {
            return Some(text);
        }
        self.bad(
            key,
            "write a mail address such as book@example.com, or with a name: Studio <book@example.com>",
        );
        None
    }

    fn mail_server(&mut self, key: &'static str) -> Option<Hidden> {
        let text = self.text(key)?.trim().to_owned();
        match bookings::mails::check_server(&text) {
            Ok(()) => Some(Hidden(text)),
            Err(problem) => {
                self.bad(
                    key,
                    format!(
                        "{problem}. Write it as smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587, with special characters as %XX"
                    ),
                );
                None
            }
        }
    }

    fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = choices
            .iter()
            .find(|(word, _)| *word == text.trim())
            .map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.bad(key, format!("it must be {}", words.join(" or ")));
        }
        found
    }

    fn secret_key(&mut self, key: &'static str) -> Option<Hidden> {
        let text = self.text(key)?;
        if SecretKey::from_base64(&text).is_ok() {
            return Some(Hidden(text));
        }
        self.bad(
            key,
            "it must be 32 bytes as Base64; make one with: head -c 32 /dev/urandom | base64",
        );
        None
    }

    fn keys(&mut self, key: &'static str) -> Vec<SecretKey> {
        let Some(text) = self.text(key) else {
            return Vec::new();
        };
        SecretKey::list_from_base64(&text).unwrap_or_else(|problem| {
            self.bad(key, format!("{problem}. Separate keys with commas"));
            Vec::new()
        })
    }

    /// Parses a number of days, at least `least`; none means for ever.
    fn days(&mut self, key: &'static str, least: u32, default: Option<u32>) -> Option<u32> {
        let Some(text) = self.text(key) else {
            return default;
        };
        let text = text.trim();
        if text == "forever" {
            return None;
        }
        match text.parse() {
            Ok(days) if (least..=MOST_DAYS).contains(&days) => Some(days),
            _ => {
                self.bad(
                    key,
                    format!("write a number of days from {least} to {MOST_DAYS}, or forever"),
                );
                default
            }
        }
    }

    fn log(&mut self) -> String {
        const KEY: &str = "QUINCE_LOG";
        let filter = self.text(KEY).unwrap_or_else(|| "info".to_owned());
        if crate::logging::is_filter(&filter) {
            return filter;
        }
        self.bad(
            KEY,
            "write a level (error, warn, info, debug, trace, off), or levels of modules such as caldav=trace,info",
        );
        "info".to_owned()
    }

    fn contact(&mut self, key: &'static str) -> Option<Url> {
        let text = self.text(key)?;
        let contact = contact(&text);
        if contact.is_none() {
            self.bad(
                key,
                "write a mail address, or an address that starts with https://",
            );
        }
        contact
    }

    fn networks(&mut self, key: &'static str) -> Vec<IpNet> {
        let Some(text) = self.text(key) else {
            return Vec::new();
        };
        let parsed: Option<Vec<IpNet>> = text.split(',').map(|part| parse_network(part.trim())).collect();
        parsed.unwrap_or_else(|| {
            self.bad(
                key,
                "write IP addresses or networks separated by commas, for example 10.0.0.1, 172.16.0.0/12",
            );
            Vec::new()
        })
    }

    fn hosts(&mut self, key: &'static str) -> Vec<String> {
        let Some(text) = self.text(key) else {
            return Vec::new();
        };
        let parsed: Result<Vec<String>, _> = text
            .split(',')
            .map(|part| host_entry(part.trim()).ok_or(()))
            .collect();
        parsed.unwrap_or_else(|()| {
            self.bad(
                key,
                "write hosts separated by commas, for example nas.local, 192.168.1.20:8443, http://pi.local:5232",
            );
            Vec::new()
        })
    }

    fn database_url(&mut self, data_dir: &std::path::Path) -> String {
        const KEY: &str = "QUINCE_DATABASE_URL";
        match self.text(KEY) {
            None => format!("sqlite://{}", data_dir.join("quince.db").display()),
            Some(url) if url.starts_with("sqlite:") => url,
            Some(url) if url.starts_with("postgres:") || url.starts_with("postgresql:") => {
                if let Some(option) = unknown_option(&url) {
                    self.bad(KEY, format!("Postgres has no option ?{option}="));
                }
                url
            }
            Some(_) => {
                self.bad(KEY, "it must start with sqlite:// or postgres://");
                String::new()
            }
        }
    }
}

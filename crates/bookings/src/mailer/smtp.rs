//! An SMTP client that tracks the step at which a mail fails: the same reply concerns the login at one step and the recipient at
//! another.

use std::borrow::Cow;
use std::error::Error as _;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use percent_encoding::percent_decode_str;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

use super::failure::{Cause, Failure, Step};

/// The ports: TLS from the start, STARTTLS (RFC 8314 section 3.3), and the mail server of the same machine.
const TLS_PORT: u16 = 465;
const SUBMISSION_PORT: u16 = 587;
const LOCAL_PORT: u16 = 25;

/// The timeout of QUIT, which is sent when the mail was accepted already.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);
/// The most characters that are kept of a server's reply.
const MAX_REPLY_CHARS: usize = 300;

/// A mail server.
pub(crate) struct Smtp {
    host: Host<String>,
    port: u16,
    encryption: Encryption,
    login: Option<Credentials>,
    hello: ClientId,
    /// The password in every form in which it is sent, so that it can be removed from replies that repeat it.
    secrets: Vec<String>,
}

/// How the connection is encrypted.
enum Encryption {
    /// TLS from the start.
    Tls(TlsParameters),
    /// STARTTLS, required.
    StartTls(TlsParameters),
    /// STARTTLS if offered, to a server on the same machine, whose certificate may be self-signed.
    StartTlsIfOffered(TlsParameters),
}

/// What is wrong with a mail server's URL, in a sentence that contains no part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "QUINCE_SMTP_URL cannot be used: {0}. Write it as smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587."
)]
pub(crate) struct InvalidUrl(pub(crate) String);

impl Smtp {
    /// Parses a server's URL: `smtps://USER:PASSWORD@HOST:PORT/NAME` or `smtp://…`, where all but the host is optional. NAME is the
    /// name that Quince sends in EHLO.
    pub(crate) fn from_url(url: &str) -> Result<Self, InvalidUrl> {
        let bad = |problem: &str| InvalidUrl(problem.to_owned());
        let url = Url::parse(url).map_err(|cause| bad(&cause.to_string()))?;
        let host = url.host_str().filter(|host| !host.is_empty());
        // The parser determines the type of a host only for the web's schemes.
        let host = Host::parse(host.ok_or_else(|| bad("it has no host"))?)
            .map_err(|cause| bad(&cause.to_string()))?;
        if url.port() == Some(0) {
            return Err(bad("no server listens on port 0"));
        }
        if url.fragment().is_some() {
            return Err(bad("it has a #, which is written as %23 in a password"));
        }
        let is_local = is_this_machine(&host);
        let required = match url.query() {
            None | Some("" | "tls=opportunistic") => !is_local,
            Some("tls=required") => true,
            Some(_) => return Err(bad("of options it knows only ?tls=required")),
        };
        let name = match &host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        };
        let tls = |unchecked| {
            let tls = TlsParameters::builder(name.clone()).dangerous_accept_invalid_certs(unchecked);
            tls.build().map_err(|cause| bad(&cause.to_string()))
        };
        let (encryption, port) = match url.scheme() {
            "smtps" => (Encryption::Tls(tls(false)?), TLS_PORT),
            "smtp" if required => (Encryption::StartTls(tls(false)?), SUBMISSION_PORT),
            "smtp" => (Encryption::StartTlsIfOffered(tls(true)?), LOCAL_PORT),
            _ => return Err(bad("it starts with neither smtps:// nor smtp://")),
        };
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (_, None) => return Err(bad("it has a user and no password")),
            (user, Some(password)) => Some(
                decode(user)
                    .and_then(|user| Ok((user, decode(password)?)))
                    .map_err(|_| bad("user or password is not UTF-8"))?,
            ),
        };
        let hello = url.path().trim_matches('/');
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            encryption,
            secrets: login
                .as_ref()
                .map_or_else(Vec::new, |(user, password)| secrets(user, password)),
            login: login.map(|(user, password)| Credentials::new(user, password)),
            hello: match hello {
                "" => ClientId::default(),
                name => ClientId::Domain(name.to_owned()),
            },
        })
    }

    /// Sends a mail, within `limit`.
    pub(crate) async fn send(
        &self,
        envelope: &Envelope,
        mail: &[u8],
        limit: Duration,
    ) -> Result<(), Failure> {
        self.run_session(Some((envelope, mail)), limit).await
    }

    /// Connects and signs in as for a mail, within `limit`, and sends nothing.
    pub(crate) async fn sign_in(&self, limit: Duration) -> Result<(), Failure> {
        self.run_session(None, limit).await
    }

    async fn run_session(&self, mail: Option<(&Envelope, &[u8])>, limit: Duration) -> Result<(), Failure> {
        let mut step = Step::Connect;
        let dialogue = async {
            let mut connection = self.connect(&mut step).await?;
            let taken = match mail {
                Some((envelope, mail)) => transmit(&mut connection, envelope, mail, &mut step).await,
                None => Ok(()),
            };
            Ok::<_, Cause>((connection, taken))
        };
        let ended = timeout(limit, dialogue).await;
        let taken = match ended {
            Err(_) => Err(Cause::Timeout),
            Ok(Err(cause)) => Err(cause),
            Ok(Ok((mut connection, taken))) => {
                // A failure of QUIT is ignored: a mail that was accepted is sent.
                let _ = timeout(QUIT_TIMEOUT, connection.quit()).await;
                taken
            }
        };
        taken.map_err(|cause| Failure::new(step, self.without_secrets(cause)))
    }

    /// Connects, encrypts the connection and signs in.
    async fn connect(&self, step: &mut Step) -> Result<AsyncSmtpConnection, Cause> {
        let address = match &self.host {
            Host::Domain(name) => (name.clone(), self.port),
            Host::Ipv4(ip) => (ip.to_string(), self.port),
            Host::Ipv6(ip) => (ip.to_string(), self.port),
        };
        let mut connection = if let Encryption::Tls(tls) = &self.encryption {
            let connecting =
                AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, Some(tls.clone()), None);
            connecting.await.inspect_err(|error| *step = step_of(error))?
        } else {
            let stream = TcpStream::connect(address)
                .await
                .map_err(|error| Cause::Other(error.to_string()))?;
            *step = Step::Greet;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await?
        };
        *step = Step::Encrypt;
        match &self.encryption {
            Encryption::StartTls(tls) | Encryption::StartTlsIfOffered(tls) if connection.can_starttls() => {
                connection.starttls(tls.clone(), &self.hello).await?;
            }
            Encryption::StartTls(_) => {
                let _ = timeout(QUIT_TIMEOUT, connection.quit()).await;
                return Err(Cause::NotEncrypted);
            }
            Encryption::Tls(_) | Encryption::StartTlsIfOffered(_) => {}
        }
        if let Some(login) = &self.login {
            *step = Step::SignIn;
            connection.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(connection)
    }

    fn without_secrets(&self, cause: Cause) -> Cause {
        let clean = |text: String| {
            let hidden = self
                .secrets
                .iter()
                .fold(text, |text, secret| text.replace(secret, "…"));
            let line = hidden.replace(char::is_control, " ");
            line.trim().chars().take(MAX_REPLY_CHARS).collect()
        };
        match cause {
            Cause::Reply { code, text } => Cause::Reply {
                code,
                text: clean(text),
            },
            Cause::Other(problem) => Cause::Other(clean(problem)),
            other => other,
        }
    }
}

/// Whether the host is this machine, so that nothing leaves it.
fn is_this_machine(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.to_canonical().is_loopback(),
    }
}

/// The password in plain, and as the mechanisms PLAIN and LOGIN encode it.
fn secrets(user: &str, password: &str) -> Vec<String> {
    if password.is_empty() {
        return Vec::new();
    }
    vec![
        BASE64_STANDARD.encode(format!("\0{user}\0{password}")),
        BASE64_STANDARD.encode(password),
        password.to_owned(),
    ]
}

/// Sends the mail on a connection that is encrypted and signed in.
async fn transmit(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    mail: &[u8],
    step: &mut Step,
) -> Result<(), Cause> {
    let is_plain = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
    let mut options = Vec::new();
    let plain_sender = envelope.from().is_none_or(is_plain);
    if !plain_sender || !envelope.to().iter().all(is_plain) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            *step = if plain_sender { Step::Address } else { Step::Sender };
            let problem = "the mail server takes no letters beyond ASCII before the @";
            return Err(Cause::Other(problem.to_owned()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    *step = Step::Sender;
    connection
        .command(Mail::new(envelope.from().cloned(), options))
        .await?;
    *step = Step::Recipient;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    *step = Step::Content;
    connection.command(Data).await?;
    connection.message(mail).await?;
    Ok(())
}

/// The step at which a connection with TLS from the start failed; the library connects, encrypts and greets in one call.
fn step_of(error: &Error) -> Step {
    if error.status().is_some() || error.is_response() {
        return Step::Greet;
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return match io.kind() {
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => Step::Encrypt,
                _ => Step::Connect,
            };
        }
        source = cause.source();
    }
    Step::Connect
}

impl From<Error> for Cause {
    fn from(error: Error) -> Self {
        // The error's own text begins with words of the library; its source holds the reply or the cause.
        let text = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        match error.status() {
            Some(code) => Self::Reply {
                code: code.into(),
                text,
            },
            None => Self::Other(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        let address = |text: &str| text.parse().unwrap();
        Envelope::new(
            Some(address("quince@example.org")),
            vec![address("ada@example.com")],
        )
        .unwrap()
    }

    #[tokio::test]
    async fn a_mail_server_that_says_nothing_is_given_up_for_now() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let silent = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                open.push(connection);
            }
        });
        for (scheme, step) in [("smtp", Step::Greet), ("smtps", Step::Connect)] {
            let server = Smtp::from_url(&format!("{scheme}://{address}")).unwrap();
            let sent = server
                .send(&envelope(), b"Hello", Duration::from_millis(50))
                .await;
            assert_eq!(sent, Err(Failure::new(step, Cause::Timeout)));
            assert!(!sent.unwrap_err().concerns_recipient());
        }
        silent.abort();
    }

    #[test]
    fn only_a_server_on_this_machine_may_do_without_encryption() {
        let line = |url: &str| match Smtp::from_url(url).map(|server| (server.port, server.encryption)) {
            Ok((port, Encryption::Tls(_))) => format!("TLS {port}"),
            Ok((port, Encryption::StartTls(_))) => format!("STARTTLS {port}"),
            Ok((port, Encryption::StartTlsIfOffered(_))) => format!("STARTTLS if offered {port}"),
            Err(InvalidUrl(problem)) => problem,
        };
        for (url, expected) in [
            ("smtps://u:p@mail.example.com", "TLS 465"),
            ("smtps://localhost:2465", "TLS 2465"),
            ("smtp://u:p@mail.example.com", "STARTTLS 587"),
            ("smtp://mail.example.com:25", "STARTTLS 25"),
            ("smtp://u:p@mail.example.com?tls=opportunistic", "STARTTLS 587"),
            ("smtp://10.0.0.5:25", "STARTTLS 25"),
            ("smtp://localhost.example.com", "STARTTLS 587"),
            ("smtp://127.0.0.1.example.com", "STARTTLS 587"),
            ("smtp://[2001:db8::1]", "STARTTLS 587"),
            ("smtp://localhost?tls=required", "STARTTLS 587"),
            ("smtp://localhost", "STARTTLS if offered 25"),
            ("smtp://LOCALHOST:2525", "STARTTLS if offered 2525"),
            ("smtp://127.0.0.1", "STARTTLS if offered 25"),
            ("smtp://[::1]:2525", "STARTTLS if offered 2525"),
            ("smtp://[::ffff:127.0.0.1]", "STARTTLS if offered 25"),
        ] {
            assert_eq!(line(url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_its_password() {
        for url in [
            "smtp://user:hunter22@",
            "smtp://user:hunter22@mail.example.com?tls=none",
            "smtp://user:hunter22@mail.example.com:port",
            "smtp://user:hunter22%FF@mail.example.com",
            "http://user:hunter22@mail.example.com",
            "smtp://user@mail.example.com",
        ] {
            let problem = Smtp::from_url(url).err().unwrap().to_string();
            assert!(
                problem.starts_with("QUINCE_SMTP_URL cannot be used: "),
                "{problem}"
            );
            assert!(!problem.contains("hunter22"), "{problem}");
        }
    }

    #[test]
    fn a_password_that_a_server_repeats_is_hidden() {
        let server = Smtp::from_url("smtps://user:hunter%2222@mail.example.com").unwrap();
        let encoded = BASE64_STANDARD.encode("\0user\0hunter\"22");
        let text = format!("no such login: {encoded} hunter\"22\r\nfor user");
        let Cause::Reply { text, .. } = server.without_secrets(Cause::Reply { code: 535, text }) else {
            panic!()
        };
        assert_eq!(text, "no such login: … …  for user");
    }
}

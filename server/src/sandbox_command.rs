//! `quince sandbox`: the practice iCloud alone, with every habit and every failure it can be given.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use sandbox::{
    ExpiredToken, Fault, PasswordState, Redirect, RedirectTarget, RetryAfter, Seed, Switches, Unfilterable,
};
use serde_json::json;

use crate::commands::say;
use crate::failure::Failure;
use crate::logging;

/// Options of `quince sandbox`.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// Print one line of JSON when ready, for scripts.
    #[arg(long)]
    json: bool,
    /// Port of the entry address; 0 takes any free one.
    #[arg(long, default_value_t = 3001)]
    port: u16,
    /// Pretend that it starts at this instant (RFC 3339); time passes from there.
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
    /// What lies in the calendars at the start.
    #[arg(long, value_enum, default_value_t = Contents::Practice)]
    seed: Contents,
    /// The same as --seed empty.
    #[arg(long, conflicts_with = "seed")]
    empty: bool,
    /// Whether the app-specific password works.
    #[arg(long, value_enum, default_value_t = Password::Ok)]
    password: Password,
    #[command(flatten)]
    behaviour: Behaviour,
    #[command(flatten)]
    failure: FailureOptions,
}

/// What lies in the calendars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Contents {
    /// Two calendars without events.
    Empty,
    /// Six calendars with some weeks of believable events.
    Practice,
    /// An event of each oddity that real calendars hold, and one with a 20 MB attachment.
    Odd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Password {
    /// It works.
    Ok,
    /// It was revoked, which looks like a wrong one.
    Revoked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Position {
    On,
    Off,
}

/// The default of a switch.
fn usual(switch: impl Fn(&Switches) -> bool) -> Position {
    if switch(&Switches::default()) {
        Position::On
    } else {
        Position::Off
    }
}

/// The switches, each for something that is uncertain about iCloud. The defaults are what the evidence says or, where it
/// says nothing, what is harder for a client.
#[derive(Debug, Args)]
#[command(next_help_heading = "Behaviour of the server")]
struct Behaviour {
    /// Answer requests without a User-Agent with 403.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.require_user_agent))]
    require_user_agent: Position,
    /// Put both challenges of a 401 into one header line.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.joined_challenges))]
    joined_challenges: Position,
    /// Redirect every request to the entry address with this status.
    #[arg(long, value_name = "STATUS", value_parser = ["301", "302", "307", "308"])]
    redirect: Option<String>,
    /// Where --redirect leads: `partition`, `itself`, or an origin such as `https://icloud.com.evil.example`.
    #[arg(long, value_name = "WHERE", default_value = "partition", value_parser = redirect_target, requires = "redirect")]
    redirect_to: RedirectTarget,
    /// Answer 404 to everything on the partition, as after a move of the account.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.partition_gone))]
    partition_gone: Position,
    /// Name the calendar home by an address on the partition instead of by a path.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.absolute_home))]
    absolute_home: Position,
    /// Call the principal by another path than was asked for.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.mismatched_hrefs))]
    mismatched_hrefs: Position,
    /// Fail when all properties are asked for.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.allprop_fails))]
    allprop_fails: Position,
    /// Write events as CDATA sections instead of escaped text.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.cdata))]
    cdata: Position,
    /// List the calendar itself in the answers to reports.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.collection_row_in_reports))]
    collection_row_in_reports: Position,
    /// Answer queries without a filter for events with 500.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.missing_component_filter_fails))]
    missing_component_filter_fails: Position,
    /// Answer queries with a filter for a property with 412.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.property_filter_fails))]
    property_filter_fails: Position,
    /// Fail queries with a time range while the calendar holds an event whose text contains this.
    #[arg(long, value_name = "TEXT")]
    unfilterable: Option<String>,
    /// How --unfilterable fails: 400 as Radicale does, 500 as Xandikos does.
    #[arg(long, value_name = "STATUS", default_value = "400", value_parser = ["400", "500"], requires = "unfilterable")]
    unfilterable_status: String,
    /// Leave events whose text contains this out of the answers to queries with a time range.
    #[arg(long, value_name = "TEXT")]
    query_leaves_out: Option<String>,
    /// Leave events whose text contains this out of the lists of a calendar's members.
    #[arg(long, value_name = "TEXT")]
    list_leaves_out: Option<String>,
    /// Each answer that would hold an event with this text breaks off in its middle.
    #[arg(long, value_name = "TEXT")]
    breaks_off_at: Option<String>,
    /// Events with this text are listed, and not found by their paths.
    #[arg(long, value_name = "TEXT")]
    not_found_holding: Option<String>,
    /// Say that every calendar lies in this time zone.
    #[arg(long, value_name = "ZONE")]
    calendar_zone: Option<String>,
    /// Give empty events when parts of them are asked for.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.partial_data_is_empty))]
    partial_data_is_empty: Position,
    /// Repeat the first row of a multiget.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.multiget_duplicates))]
    multiget_duplicates: Position,
    /// What a sync token that is no longer known leads to.
    #[arg(long, value_enum, value_name = "ANSWER", default_value_t = Expired::ForbiddenWithReason)]
    expired_token: Expired,
    /// List at most so many changes in an answer to a sync, then 507.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    sync_page: Option<u32>,
    /// Show so many reports after a write the calendar as it was before.
    #[arg(long, value_name = "REPORTS", default_value_t = Switches::default().stale_reads)]
    stale_reads: u32,
    /// Say the new version in the answer to a write.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.etag_on_put))]
    etag_on_put: Position,
    /// Answer `If-Match: *` with 412.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.if_match_star_fails))]
    if_match_star_fails: Position,
    /// Allow a UID once in the account instead of once in each calendar.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.uids_are_account_wide))]
    uids_are_account_wide: Position,
    /// Refuse the UID of a deleted event.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.deleted_uids_stay_taken))]
    deleted_uids_stay_taken: Position,
    /// Answer 404 to a write of an event without an end.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.require_end))]
    require_end: Position,
    /// Note a mail for each guest of an event that is written.
    #[arg(long, value_enum, value_name = "POSITION", default_value_t = usual(|s| s.mails_guests))]
    mails_guests: Position,
    /// Send at most so many bytes of an answer in a second, as over a slow line.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    bytes_per_second: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Expired {
    /// 403 that names the reason.
    ForbiddenWithReason,
    /// 403 without a word.
    Forbidden,
    /// 410.
    Gone,
    /// 412.
    PreconditionFailed,
    /// A listing of everything, as if no token had been sent.
    FullListing,
}

/// What goes wrong with every request, until the page at /practice/ is told otherwise.
#[derive(Debug, Args)]
#[command(next_help_heading = "Failures")]
struct FailureOptions {
    /// Let every request fail in this way.
    #[arg(long, value_enum, value_name = "KIND")]
    fault: Option<Kind>,
    /// When `unavailable` and `too-many-requests` want the next request: seconds, or an instant (RFC 3339).
    #[arg(long, value_name = "SECONDS|INSTANT", value_parser = retry_after, requires = "fault")]
    retry_after: Option<RetryAfter>,
    /// How late `slow` answers, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, requires = "fault")]
    delay: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// 503.
    Unavailable,
    /// 429.
    TooManyRequests,
    /// 403 although the login is right.
    ForbiddenThrottle,
    /// 500 with a page of HTML.
    ServerError,
    /// The right answer, late.
    Slow,
    /// The connection breaks in the middle of the answer.
    BrokenBody,
    /// The answer ends in the middle.
    CutShort,
    /// The connection is reset before anything happens.
    Reset,
    /// The request takes effect, but its answer is lost.
    ResetAfterEffect,
}

fn redirect_target(text: &str) -> Result<RedirectTarget, String> {
    match text {
        "partition" => Ok(RedirectTarget::Partition),
        "itself" => Ok(RedirectTarget::Itself),
        origin => match url::Url::parse(origin) {
            Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => {
                Ok(RedirectTarget::Origin(url.origin().ascii_serialization()))
            }
            _ => Err("say partition, itself, or an origin such as https://icloud.com.evil.example".into()),
        },
    }
}

fn retry_after(text: &str) -> Result<RetryAfter, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(RetryAfter::Seconds(seconds));
    }
    text.parse()
        .map(RetryAfter::At)
        .map_err(|_| "say seconds such as 90, or an instant such as 2026-11-24T10:00:00Z".into())
}

impl Behaviour {
    fn switches(self) -> Switches {
        let on = |position| position == Position::On;
        Switches {
            require_user_agent: on(self.require_user_agent),
            joined_challenges: on(self.joined_challenges),
            redirect: self
                .redirect
                .and_then(|status| status.parse().ok())
                .map(|status| Redirect {
                    status,
                    to: self.redirect_to,
                }),
            partition_gone: on(self.partition_gone),
            absolute_home: on(self.absolute_home),
            mismatched_hrefs: on(self.mismatched_hrefs),
            allprop_fails: on(self.allprop_fails),
            cdata: on(self.cdata),
            collection_row_in_reports: on(self.collection_row_in_reports),
            missing_component_filter_fails: on(self.missing_component_filter_fails),
            property_filter_fails: on(self.property_filter_fails),
            unfilterable: self.unfilterable.map(|containing| Unfilterable {
                containing,
                status: self.unfilterable_status.parse().unwrap_or(400),
            }),
            query_leaves_out: self.query_leaves_out,
            list_leaves_out: self.list_leaves_out,
            calendar_zone: self.calendar_zone,
            breaks_off_at: self.breaks_off_at,
            not_found_holding: self.not_found_holding,
            partial_data_is_empty: on(self.partial_data_is_empty),
            multiget_duplicates: on(self.multiget_duplicates),
            expired_token: match self.expired_token {
                Expired::ForbiddenWithReason => ExpiredToken::ForbiddenWithReason,
                Expired::Forbidden => ExpiredToken::Forbidden,
                Expired::Gone => ExpiredToken::Gone,
                Expired::PreconditionFailed => ExpiredToken::PreconditionFailed,
                Expired::FullListing => ExpiredToken::FullListing,
            },
            sync_page: self.sync_page.and_then(|rows| usize::try_from(rows).ok()),
            stale_reads: self.stale_reads,
            etag_on_put: on(self.etag_on_put),
            if_match_star_fails: on(self.if_match_star_fails),
            uids_are_account_wide: on(self.uids_are_account_wide),
            deleted_uids_stay_taken: on(self.deleted_uids_stay_taken),
            require_end: on(self.require_end),
            mails_guests: on(self.mails_guests),
            bytes_per_second: self.bytes_per_second,
        }
    }
}

impl FailureOptions {
    fn fault(&self) -> Option<Fault> {
        let retry_after = self.retry_after.unwrap_or(RetryAfter::Missing);
        self.fault.map(|kind| match kind {
            Kind::Unavailable => Fault::Unavailable(retry_after),
            Kind::TooManyRequests => Fault::TooManyRequests(retry_after),
            Kind::ForbiddenThrottle => Fault::ForbiddenThrottle,
            Kind::ServerError => Fault::ServerError,
            Kind::Slow => Fault::Slow(Duration::from_secs(self.delay)),
            Kind::BrokenBody => Fault::BrokenBody,
            Kind::CutShort => Fault::CutShort,
            Kind::Reset => Fault::Reset,
            Kind::ResetAfterEffect => Fault::ResetAfterEffect,
        })
    }
}

/// Runs until Ctrl-C.
pub async fn run(options: Sandbox) -> Result<(), Failure> {
    logging::start("info", logging::LogFormat::Text)?;
    let seed = match options.seed {
        _ if options.empty => Seed::Empty,
        Contents::Empty => Seed::Empty,
        Contents::Practice => Seed::Practice,
        Contents::Odd => Seed::Odd,
    };
    let partition_port = if options.port == 0 {
        0
    } else {
        options.port.saturating_add(1)
    };
    let mut settings = sandbox::Options {
        seed,
        ..sandbox::Options::default()
    }
    .ports(options.port, partition_port);
    if let Some(now) = options.now {
        settings = settings.now(now);
    }
    let running = sandbox::Sandbox::start(settings).await?;
    let control = running.control();
    let login = control.default_account();
    if options.password == Password::Revoked {
        for account in control.accounts() {
            control.set_password_state(account, PasswordState::Revoked);
        }
    }
    control.set_outage(options.failure.fault());
    control.set_switches(options.behaviour.switches());
    if options.json {
        let line = json!({
            "sandbox": running.entry_url().trim_end_matches('/'),
            "apple_id": login.apple_id,
            "app_password": login.app_password,
        });
        say(&format!("{line}\n"))?;
    } else {
        say(&format!(
            "The practice iCloud is ready.\n\n  Address for QUINCE_ICLOUD_URL   {}\n  Apple ID                        {}\n  \
             App-specific password           {}\n  Its calendars                   {}\n\n",
            running.entry_url(),
            login.apple_id,
            login.app_password,
            running.page_url()
        ))?;
    }
    let _ = tokio::signal::ctrl_c().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        sandbox: Sandbox,
    }

    fn read(arguments: &[&str]) -> Result<Sandbox, String> {
        let all = ["quince"].iter().chain(arguments);
        match Program::try_parse_from(all) {
            Ok(program) => Ok(program.sandbox),
            Err(error) => Err(error.to_string()),
        }
    }

    fn switches(arguments: &[&str]) -> Switches {
        read(arguments).unwrap().behaviour.switches()
    }

    /// The names of all switches, as the sandbox lists them.
    fn names() -> Vec<String> {
        let text = format!("{:#?}", Switches::default());
        let fields = text.lines().filter(|line| line.starts_with("    "));
        fields
            .filter_map(|line| Some(line.split_once(':')?.0.trim().replace('_', "-")))
            .collect()
    }

    #[test]
    fn the_help_lists_every_switch_with_a_sentence() {
        let command = Program::command();
        let names = names();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            let found = command
                .get_arguments()
                .find(|argument| argument.get_long() == Some(&name));
            let help = found.and_then(clap::Arg::get_help).map(ToString::to_string);
            assert!(help.is_some_and(|help| help.len() > 10), "--{name}");
        }
    }

    #[test]
    fn without_arguments_every_switch_is_in_its_usual_position() {
        assert_eq!(switches(&[]), Switches::default());
        assert_eq!(read(&[]).unwrap().failure.fault(), None);
    }

    #[test]
    fn every_switch_is_turned_by_its_own_argument_and_by_no_other() {
        let usual = format!("{:#?}", Switches::default());
        let usual: Vec<&str> = usual.lines().collect();
        for name in names() {
            let is_on = usual
                .iter()
                .any(|line| line.trim() == format!("{}: true,", name.replace('-', "_")));
            let value = match name.as_str() {
                "redirect" => "307",
                "expired-token" => "gone",
                "sync-page" | "stale-reads" | "bytes-per-second" => "3",
                _ if is_on => "off",
                _ => "on",
            };
            let turned = format!("{:#?}", switches(&[&format!("--{name}"), value]));
            let key = format!("{}:", name.replace('-', "_"));
            assert_ne!(turned.lines().collect::<Vec<_>>(), usual, "--{name} {value}");
            // Every other line must be equal, except for values that take several lines.
            let others = |text: &str| -> Vec<String> {
                let fields = text
                    .lines()
                    .filter(|line| line.starts_with("    ") && !line.starts_with("     "));
                fields
                    .filter(|line| !line.trim().starts_with(&key) && line.contains(':'))
                    .map(str::to_owned)
                    .collect()
            };
            assert_eq!(others(&turned), others(&usual.join("\n")), "--{name} {value}");
        }
    }

    #[test]
    fn a_redirect_leads_where_it_is_told() {
        let to = |place| {
            switches(&["--redirect", "301", "--redirect-to", place])
                .redirect
                .unwrap()
        };
        assert_eq!(
            switches(&["--redirect", "308"]).redirect.unwrap().to,
            RedirectTarget::Partition
        );
        assert_eq!(to("itself").to, RedirectTarget::Itself);
        assert_eq!(
            to("https://icloud.com.evil.example/x").to,
            RedirectTarget::Origin("https://icloud.com.evil.example".into())
        );
        assert_eq!(to("itself").status, 301);
    }

    #[test]
    fn every_failure_can_be_chosen() {
        let fault = |arguments: &[&str]| read(arguments).unwrap().failure.fault().unwrap();
        assert_eq!(
            fault(&["--fault", "unavailable", "--retry-after", "90"]),
            Fault::Unavailable(RetryAfter::Seconds(90))
        );
        assert_eq!(
            fault(&[
                "--fault",
                "too-many-requests",
                "--retry-after",
                "2026-11-24T10:00:00Z"
            ]),
            Fault::TooManyRequests(RetryAfter::At("2026-11-24T10:00:00Z".parse().unwrap()))
        );
        assert_eq!(
            fault(&["--fault", "too-many-requests"]),
            Fault::TooManyRequests(RetryAfter::Missing)
        );
        assert_eq!(
            fault(&["--fault", "slow", "--delay", "2"]),
            Fault::Slow(Duration::from_secs(2))
        );
        for (name, expected) in [
            ("forbidden-throttle", Fault::ForbiddenThrottle),
            ("server-error", Fault::ServerError),
            ("broken-body", Fault::BrokenBody),
            ("cut-short", Fault::CutShort),
            ("reset", Fault::Reset),
            ("reset-after-effect", Fault::ResetAfterEffect),
        ] {
            assert_eq!(fault(&["--fault", name]), expected);
        }
    }

    #[test]
    fn a_bad_value_is_named_with_what_would_be_good() {
        for (arguments, hint) in [
            (&["--seed", "full"][..], "empty, practice, odd"),
            (&["--cdata", "maybe"], "on, off"),
            (&["--redirect", "303"], "301, 302, 307, 308"),
            (
                &["--redirect", "301", "--redirect-to", "evil"],
                "say partition, itself, or an origin",
            ),
            (&["--sync-page", "0"], "--sync-page"),
            (&["--bytes-per-second", "0"], "--bytes-per-second"),
            (&["--fault", "sulk"], "forbidden-throttle"),
            (
                &["--fault", "unavailable", "--retry-after", "soon"],
                "say seconds",
            ),
            (&["--redirect-to", "itself"], "--redirect"),
            (&["--empty", "--seed", "odd"], "--seed"),
        ] {
            let message = read(arguments).unwrap_err();
            assert!(
                message.contains(hint) && message.contains(arguments[arguments.len() - 2]),
                "{message}"
            );
        }
    }
}

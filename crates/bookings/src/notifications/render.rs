//! The texts of the mails.

use std::fmt::Write;

use jiff::Timestamp;
use store::WhenStale;
use store::questions::Answer;
use zones::{LocalTime, Zone};

use super::detail::{FailingCalendar, HostPart};
use crate::mailer::transport::RenderedMail;
use crate::servers::trouble;
use store::MessageKind;

/// The data of an appointment for the texts.
#[derive(Debug, Clone)]
pub(crate) struct AppointmentContext<'a> {
    pub(crate) business: &'a str,
    pub(crate) calendar: &'a str,
    pub(crate) location: &'a str,
    /// Name and address of the host whom the mail is for, or to whom the client's replies go; none in a Simple calendar.
    pub(crate) host: Option<(&'a str, &'a str)>,
    /// The names of all hosts.
    pub(crate) host_names: &'a str,
    /// The names of the client's guests.
    pub(crate) guests: &'a str,
    /// The services of a visit; empty otherwise.
    pub(crate) services: &'a str,
    /// The parts of the host whom the mail is for.
    pub(crate) parts: &'a [HostPart],
    /// The times before the move: a host's parts, or for the client the whole.
    pub(crate) before: &'a [HostPart],
    /// The names of the host who left and of the one who replaced them.
    pub(crate) replacement: Option<(&'a str, &'a str)>,
    /// The reason for the cancellation; may be empty.
    pub(crate) reason: &'a str,
    pub(crate) host_zone: &'a Zone,
    pub(crate) client: (&'a str, &'a str),
    pub(crate) client_zone: &'a Zone,
    pub(crate) phone: &'a str,
    pub(crate) answers: &'a [Answer],
    pub(crate) notes: &'a str,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// The client's own page.
    pub(crate) manage_url: &'a str,
    /// The page on which the client confirms the booking, and the deadline.
    pub(crate) confirm_url: &'a str,
    pub(crate) confirm_until: Option<Timestamp>,
    /// The staff's page about the appointment.
    pub(crate) staff_url: &'a str,
    pub(crate) pending: bool,
    pub(crate) ics: String,
}

/// Formats a time range, for example `Tuesday, 24 November 2026, 10:00–10:30 (Europe/Berlin)`.
pub(crate) fn when(start: Timestamp, end: Timestamp, zone: &Zone) -> String {
    let (from, to) = (zone.local(start), zone.local(end));
    let first = format!("{}{}", from.strftime("%A, %-d %B %Y, %H:%M"), offset(start, zone));
    let offset = offset(end, zone);
    if from.date() == to.date() {
        format!("{first}–{}{offset} ({zone})", to.strftime("%H:%M"))
    } else {
        format!(
            "{first} – {}{offset} ({zone})",
            to.strftime("%A, %-d %B %Y, %H:%M")
        )
    }
}

/// The offset, such as ` UTC+2`, if the local time occurs twice when clocks are set back; empty otherwise.
fn offset(instant: Timestamp, zone: &Zone) -> String {
    if !matches!(zone.instants(zone.local(instant)), LocalTime::Twice { .. }) {
        return String::new();
    }
    let seconds = zone.offset_seconds(instant);
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    match minutes % 60 {
        0 => format!(" UTC{sign}{}", minutes / 60),
        rest => format!(" UTC{sign}{}:{rest:02}", minutes / 60),
    }
}

/// The lines with the times before a move, shown after the new time.
fn before(context: &AppointmentContext, zone: &Zone) -> String {
    let is_other = |part: &&HostPart| {
        let same = |start, end| part.start == start && part.end == end;
        !same(context.start, context.end) && !context.parts.iter().any(|now| same(now.start, now.end))
    };
    let mut text = String::new();
    for part in context.before.iter().filter(is_other) {
        let _ = write!(text, "Before: {}", when(part.start, part.end, zone));
        if !part.service.is_empty() {
            let _ = write!(text, ": {}", part.service);
        }
        text.push('\n');
    }
    text
}

/// Renders the mail of this kind about an appointment. Returns none for a kind that is not about one, or if there is no host to send it
/// to.
pub(crate) fn appointment(kind: MessageKind, context: &AppointmentContext) -> Option<RenderedMail> {
    let to_client = |subject: &str, sentence: &str| {
        client(context, &format!("{subject}: {}", context.calendar), sentence)
    };
    let with_page = |rendered: RenderedMail| RenderedMail {
        text: format!(
            "{}\nTo change or cancel it, open your own page:\n{}\n\n{}\n",
            rendered.text, context.manage_url, context.business
        ),
        ..rendered
    };
    let what = format!("{} with {}", context.calendar, context.client.0);
    let page = "The appointment in Quince:";
    let page_to_confirm = if context.pending {
        "Confirm or decline it in Quince:"
    } else {
        page
    };
    let to_host = |subject, sentence: String| host(context, subject, &sentence, Some(page_to_confirm));
    match kind {
        MessageKind::ClientConfirm => Some(to_confirm(context)),
        MessageKind::ClientBooked if context.pending => Some(with_page(to_client(
            "Requested",
            "we have received your booking and will confirm it soon.",
        ))),
        MessageKind::ClientBooked => Some(with_page(to_client("Booked", "your appointment is booked."))),
        MessageKind::ClientRescheduled => Some(with_page(to_client(
            "New time",
            "your appointment has a new time.",
        ))),
        MessageKind::ClientHostChanged => Some(with_page(to_client(
            "Changed",
            "your appointment stays at its time, and somebody else takes part.",
        ))),
        MessageKind::ClientPromoted if context.pending => Some(with_page(to_client(
            "A seat is kept for you",
            "a seat became free, and it is kept for you. We will confirm it soon. If you cannot come any more, please cancel, \
             so that others can.",
        ))),
        MessageKind::ClientPromoted => Some(with_page(to_client(
            "You have a seat",
            "a seat became free, and it is yours. If you cannot come any more, please cancel, so that others can.",
        ))),
        MessageKind::ClientReminder => Some(with_page(to_client(
            "Reminder",
            "this is to remind you of your appointment.",
        ))),
        MessageKind::ClientCancelled => Some(to_client("Cancelled", "your appointment was cancelled.")),
        MessageKind::ClientDeclined => Some(to_client(
            "Declined",
            "your request was declined: the time that you asked for cannot be confirmed.",
        )),
        MessageKind::HostBooked if context.pending => to_host(
            "To confirm",
            format!("{what} was requested, and waits to be confirmed."),
        ),
        MessageKind::HostBooked => to_host("New booking", format!("{what} was booked.")),
        MessageKind::HostRescheduled if context.pending => to_host(
            "New time",
            format!("{what} has a new time, and waits to be confirmed."),
        ),
        MessageKind::HostRescheduled => to_host("New time", format!("{what} has a new time.")),
        MessageKind::HostCancelled => to_host("Cancelled", format!("{what} was cancelled.")),
        MessageKind::HostOthersChanged => {
            let (left, joined) = context.replacement?;
            to_host(
                "Somebody else takes part",
                format!("{joined} takes part in {what} instead of {left}. Your own part stays."),
            )
        }
        MessageKind::HostLeft => {
            let sentence = format!("you no longer take part in {what}. It takes place with somebody else.");
            host(context, "You no longer take part", &sentence, Some(page))
        }
        MessageKind::HostDeleted => {
            let sentence = format!("{what} was deleted, so it does not take place.");
            host(context, "Deleted", &sentence, None)
        }
        MessageKind::Waiting
        | MessageKind::WaitingOver
        | MessageKind::SessionCancelled
        | MessageKind::CalendarUnreadable
        | MessageKind::CalendarsFailing => None,
    }
}

/// Renders the mail that asks the client to confirm a booking made with their address.
fn to_confirm(context: &AppointmentContext) -> RenderedMail {
    let until = context
        .confirm_until
        .map(|until| context.client_zone.local(until).strftime("%H:%M").to_string())
        .unwrap_or_default();
    let sentence = format!("please confirm this booking by {until}. Until then the time is kept for you.");
    let rendered = client(
        context,
        &format!("Please confirm: {}", context.calendar),
        &sentence,
    );
    RenderedMail {
        text: format!(
            "{}\nTo confirm it, open this page and press its button:\n{}\n\nIf you did not book this, you need not do anything: it is \
             forgotten then.\n\n{}\n",
            rendered.text, context.confirm_url, context.business
        ),
        ics: None,
        ..rendered
    }
}

fn client(context: &AppointmentContext, subject: &str, sentence: &str) -> RenderedMail {
    let (name, email) = context.client;
    let mut text = format!(
        "Hello {name},\n\n{sentence}\n{}\n{}\n{}\n{}",
        reason_line(context.reason),
        context.calendar,
        when(context.start, context.end, context.client_zone),
        before(context, context.client_zone)
    );
    for (word, names) in [
        ("Services:", context.services),
        ("With", context.host_names),
        ("Your guests:", context.guests),
    ] {
        if !names.is_empty() {
            let _ = writeln!(text, "{word} {names}");
        }
    }
    if !context.location.is_empty() {
        let _ = writeln!(text, "{}", context.location);
    }
    RenderedMail {
        to_name: name.to_owned(),
        to: email.to_owned(),
        reply_to: context
            .host
            .map(|(name, email)| (name.to_owned(), email.to_owned())),
        subject: subject.to_owned(),
        text,
        ics: Some(context.ics.clone()),
    }
}

/// The line with the reason; empty without one.
fn reason_line(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!("Reason: {reason}\n")
    }
}

fn host(
    context: &AppointmentContext,
    subject: &str,
    sentence: &str,
    page: Option<&str>,
) -> Option<RenderedMail> {
    let (name, email) = context.host?;
    let (client, client_email) = context.client;
    let mut text = format!("Hello {name},\n\n{sentence}\n{}\n", reason_line(context.reason));
    for part in context.parts {
        text.push_str(&when(part.start, part.end, context.host_zone));
        if !part.service.is_empty() {
            let _ = write!(text, ": {}", part.service);
        }
        text.push('\n');
    }
    text.push_str(&before(context, context.host_zone));
    let _ = writeln!(text, "{client_email}");
    if !context.guests.is_empty() {
        let _ = writeln!(text, "Brings {}", context.guests);
    }
    for line in [context.phone, context.location] {
        if !line.is_empty() {
            let _ = writeln!(text, "{line}");
        }
    }
    for Answer { label, text: answer } in context.answers {
        let _ = writeln!(text, "{label}: {answer}");
    }
    if !context.notes.is_empty() {
        let _ = writeln!(text, "{}", context.notes);
    }
    if let Some(page) = page {
        let _ = writeln!(text, "\n{page}\n{}", context.staff_url);
    }
    Some(RenderedMail {
        to_name: name.to_owned(),
        to: email.to_owned(),
        reply_to: Some((client.to_owned(), client_email.to_owned())),
        subject: format!("{subject}: {} – {client}", context.calendar),
        text,
        ics: None,
    })
}

/// The data of an entry on a waiting list, or of a session, for the texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionContext<'a> {
    pub(crate) to: (&'a str, &'a str),
    pub(crate) business: &'a str,
    pub(crate) calendar: &'a str,
    /// The time, in the recipient's zone.
    pub(crate) when: &'a str,
    /// The recipient's page about it.
    pub(crate) page: &'a str,
}

/// Renders the mail to a client on a waiting list; if `over`, the session was cancelled.
pub(crate) fn waiting(over: bool, reason: &str, context: &SessionContext) -> RenderedMail {
    let SessionContext {
        to: (name, email),
        business,
        calendar,
        when,
        page,
    } = context;
    let (subject, sentence, end) = if over {
        (
            "Cancelled",
            "this session was cancelled, so nobody gets a seat any more.",
            String::new(),
        )
    } else {
        (
            "On the waiting list",
            "you are on the waiting list. If a seat becomes free, it is yours, and we write to you at once.",
            format!("\nTo leave the waiting list, open your own page:\n{page}\n"),
        )
    };
    RenderedMail {
        to_name: (*name).to_owned(),
        to: (*email).to_owned(),
        reply_to: None,
        subject: format!("{subject}: {calendar}"),
        text: format!(
            "Hello {name},\n\n{sentence}\n{}\n{calendar}\n{when}\n{end}\n{business}\n",
            reason_line(reason)
        ),
        ics: None,
    }
}

/// Renders the mail to the owner of a session that an admin cancelled.
pub(crate) fn session_cancelled(by: &str, reason: &str, context: &SessionContext) -> RenderedMail {
    let SessionContext {
        to: (name, email),
        calendar,
        when,
        page,
        ..
    } = context;
    RenderedMail {
        to_name: (*name).to_owned(),
        to: (*email).to_owned(),
        reply_to: None,
        subject: format!("Session cancelled: {calendar}"),
        text: format!(
            "Hello {name},\n\n{by} cancelled your session of {calendar}. Everybody who takes part, or waits, is told.\n{}\n\
             {when}\n\nThe session in Quince:\n{page}\n",
            reason_line(reason)
        ),
        ics: None,
    }
}

/// Renders the mail about a calendar server that cannot be read: one per outage.
pub(crate) fn outage(to: (&str, &str), account: &str, problem: &str, settings_url: &str) -> RenderedMail {
    let (name, email) = to;
    RenderedMail {
        to_name: name.to_owned(),
        to: email.to_owned(),
        reply_to: None,
        subject: format!("Quince cannot read the calendars of {account}"),
        text: format!(
            "Hello {name},\n\nQuince can no longer read the calendars of {account}.\n{problem}\n\n\
             Until then, new events in these calendars do not block your booking pages, and appointments are \
             written to your calendar later.\n\nLook at the connection:\n{settings_url}\n"
        ),
        ics: None,
    }
}

/// Renders the mail about calendars that fail while their server works: one per outage, for all that fail together.
pub(crate) fn failing(
    to: (&str, &str),
    account: &str,
    calendars: &[FailingCalendar],
    when_stale: Option<WhenStale>,
    settings_url: &str,
) -> RenderedMail {
    let (name, email) = to;
    let subject = match calendars {
        [calendar] if calendar.read_only => {
            format!("Quince cannot write to your calendar “{}”", calendar.name)
        }
        [calendar] => format!("Quince cannot read your calendar “{}”", calendar.name),
        several => {
            let what = match several.iter().filter(|calendar| calendar.read_only).count() {
                0 => "cannot read",
                all if all == several.len() => "cannot write to",
                _ => "cannot read or write to",
            };
            format!("Quince {what} {} of your calendars", several.len())
        }
    };
    let mut text = format!("Hello {name},\n\nsomething is wrong with calendars of {account}:\n");
    for calendar in calendars {
        let _ = writeln!(text, "\n“{}”: {}", calendar.name, calendar.problem);
    }
    if let Some(when_stale) = when_stale
        && calendars.iter().any(|calendar| !calendar.read_only)
    {
        let never_read = calendars.iter().any(|calendar| calendar.never_read);
        let _ = writeln!(text, "\n{}", trouble::meanwhile(when_stale, never_read));
    }
    let _ = writeln!(text, "\nLook at your calendars:\n{settings_url}");
    RenderedMail {
        to_name: name.to_owned(),
        to: email.to_owned(),
        reply_to: None,
        subject,
        text,
        ics: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context<'a>(zone: &'a Zone, host_zone: &'a Zone) -> AppointmentContext<'a> {
        AppointmentContext {
            business: "Quince & Co",
            calendar: "Intro call",
            location: "Video",
            host: Some(("Mira", "mira@example.org")),
            host_names: "Mira",
            guests: "",
            services: "",
            parts: &[],
            before: &[],
            replacement: None,
            reason: "",
            host_zone,
            client: ("Ada", "ada@example.com"),
            client_zone: zone,
            phone: "",
            answers: &[],
            notes: "Bring tea",
            start: "2026-11-24T15:00:00Z".parse().unwrap(),
            end: "2026-11-24T15:30:00Z".parse().unwrap(),
            manage_url: "https://book.example/manage/secret",
            confirm_url: "https://book.example/manage/secret/confirm",
            confirm_until: None,
            staff_url: "https://book.example/appointments/1",
            pending: false,
            ics: String::new(),
        }
    }

    #[test]
    fn the_client_reads_the_time_in_their_own_zone_and_gets_the_link() {
        let (client, host) = (
            Zone::named("America/New_York").unwrap(),
            Zone::named("Europe/Berlin").unwrap(),
        );
        let rendered = appointment(MessageKind::ClientBooked, &context(&client, &host)).unwrap();
        assert_eq!(rendered.to, "ada@example.com");
        assert!(
            rendered
                .text
                .contains("Tuesday, 24 November 2026, 10:00–10:30 (America/New_York)"),
            "{}",
            rendered.text
        );
        assert!(rendered.text.contains("/manage/secret"));
    }

    #[test]
    fn a_time_in_the_hour_that_happens_twice_has_its_offset() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let at = |start: &str, end: &str| when(start.parse().unwrap(), end.parse().unwrap(), &berlin);
        for (start, end, expected) in [
            (
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
                "02:30 UTC+2–02:30 UTC+1",
            ),
            (
                "2026-10-25T01:30:00Z",
                "2026-10-25T02:00:00Z",
                "02:30 UTC+1–03:00",
            ),
            (
                "2026-10-24T23:30:00Z",
                "2026-10-25T00:00:00Z",
                "01:30–02:00 UTC+2",
            ),
            ("2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z", "03:00–03:30"),
        ] {
            let text = at(start, end);
            assert_eq!(
                text,
                format!("Sunday, 25 October 2026, {expected} (Europe/Berlin)")
            );
        }
        let lord_howe = Zone::named("Australia/Lord_Howe").unwrap();
        let start = "2026-04-04T14:45:00Z".parse().unwrap();
        assert_eq!(offset(start, &lord_howe), " UTC+11");
        assert_eq!(
            offset(start + jiff::SignedDuration::from_mins(30), &lord_howe),
            " UTC+10:30"
        );
    }

    #[test]
    fn the_host_reads_their_own_zone_and_never_the_clients_link() {
        let (client, host) = (
            Zone::named("America/New_York").unwrap(),
            Zone::named("Europe/Berlin").unwrap(),
        );
        let whole = context(&client, &host);
        let parts = [HostPart {
            start: whole.start,
            end: whole.end,
            service: String::new(),
        }];
        let whole = AppointmentContext {
            parts: &parts,
            ..whole
        };
        let rendered = appointment(MessageKind::HostBooked, &whole).unwrap();
        assert_eq!(rendered.to, "mira@example.org");
        assert!(
            rendered.text.contains("16:00–16:30 (Europe/Berlin)"),
            "{}",
            rendered.text
        );
        assert!(!rendered.text.contains("/manage/"));
    }

    #[test]
    fn without_a_host_nobody_gets_the_hosts_mail() {
        let zone = Zone::utc();
        let lonely = AppointmentContext {
            host: None,
            ..context(&zone, &zone)
        };
        assert_eq!(appointment(MessageKind::HostCancelled, &lonely), None);
    }
}

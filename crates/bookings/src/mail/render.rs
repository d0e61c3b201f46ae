//! What the mails say.

use std::fmt::Write;

use jiff::Timestamp;
use store::questions::Answer;
use zones::Zone;

use super::kinds::MessageKind;
use super::transport::Letter;

/// An appointment as the mails tell it.
#[derive(Debug, Clone)]
pub(crate) struct Told<'a> {
    pub(crate) business: &'a str,
    pub(crate) calendar: &'a str,
    pub(crate) location: &'a str,
    /// Name and address of the host who is written to, or whom the client may answer; nobody in a Simple calendar.
    pub(crate) host: Option<(&'a str, &'a str)>,
    /// The names of all who take part.
    pub(crate) with: &'a str,
    /// The names of those whom the client brings.
    pub(crate) guests: &'a str,
    /// The services of a visit; empty otherwise.
    pub(crate) services: &'a str,
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
    /// The staff's page of the appointment.
    pub(crate) staff_url: &'a str,
    pub(crate) pending: bool,
    pub(crate) ics: String,
}

/// `Tuesday, 24 November 2026, 10:00–10:30 (Europe/Berlin)`.
pub(crate) fn when(start: Timestamp, end: Timestamp, zone: &Zone) -> String {
    let (from, to) = (zone.local(start), zone.local(end));
    let first = from.strftime("%A, %-d %B %Y, %H:%M");
    if from.date() == to.date() {
        format!("{first}–{} ({zone})", to.strftime("%H:%M"))
    } else {
        format!("{first} – {} ({zone})", to.strftime("%A, %-d %B %Y, %H:%M"))
    }
}

/// The mail of this kind about an appointment; nothing for a kind that is not about one, or without a host to send
/// it to.
pub(crate) fn appointment(kind: MessageKind, told: &Told) -> Option<Letter> {
    let letter = match kind {
        MessageKind::ClientBooked if told.pending => client(
            told,
            &format!("Requested: {}", told.calendar),
            "we have received your booking and will confirm it soon.",
        ),
        MessageKind::ClientBooked => client(
            told,
            &format!("Booked: {}", told.calendar),
            "your appointment is booked.",
        ),
        MessageKind::ClientRescheduled => client(
            told,
            &format!("New time: {}", told.calendar),
            "your appointment has a new time.",
        ),
        MessageKind::ClientHostChanged => client(
            told,
            &format!("Changed: {}", told.calendar),
            "your appointment stays at its time, and somebody else takes part.",
        ),
        MessageKind::ClientMovedUp => client(
            told,
            &format!("You have a seat: {}", told.calendar),
            "a seat became free, and it is yours. If you cannot come any more, please cancel, so that others can.",
        ),
        MessageKind::ClientCancelled => client(
            told,
            &format!("Cancelled: {}", told.calendar),
            "your appointment was cancelled.",
        ),
        MessageKind::HostBooked => return host(told, "New booking", "was booked"),
        MessageKind::HostRescheduled => return host(told, "New time", "has a new time"),
        MessageKind::HostCancelled => return host(told, "Cancelled", "was cancelled"),
        MessageKind::CalendarUnreadable | MessageKind::Waiting | MessageKind::WaitingOver => return None,
    };
    Some(match kind {
        MessageKind::ClientCancelled => letter,
        _ => Letter {
            text: format!(
                "{}\nTo change or cancel it, open your own page:\n{}\n\n{}\n",
                letter.text, told.manage_url, told.business
            ),
            ..letter
        },
    })
}

fn client(told: &Told, subject: &str, sentence: &str) -> Letter {
    let (name, email) = told.client;
    let mut text = format!(
        "Hello {name},\n\n{sentence}\n\n{}\n{}\n",
        told.calendar,
        when(told.start, told.end, told.client_zone)
    );
    for (word, names) in [
        ("Services:", told.services),
        ("With", told.with),
        ("Your guests:", told.guests),
    ] {
        if !names.is_empty() {
            let _ = writeln!(text, "{word} {names}");
        }
    }
    if !told.location.is_empty() {
        let _ = writeln!(text, "{}", told.location);
    }
    Letter {
        to_name: name.to_owned(),
        to: email.to_owned(),
        reply_to: told.host.map(|(name, email)| (name.to_owned(), email.to_owned())),
        subject: subject.to_owned(),
        text,
        ics: Some(told.ics.clone()),
    }
}

fn host(told: &Told, subject: &str, sentence: &str) -> Option<Letter> {
    let (name, email) = told.host?;
    let (client, client_email) = told.client;
    let mut text = format!(
        "Hello {name},\n\n{} with {client} {sentence}.\n\n{}\n{client_email}\n",
        told.calendar,
        when(told.start, told.end, told.host_zone)
    );
    for (word, words) in [("Services:", told.services), ("Brings", told.guests)] {
        if !words.is_empty() {
            let _ = writeln!(text, "{word} {words}");
        }
    }
    for line in [told.phone, told.location] {
        if !line.is_empty() {
            let _ = writeln!(text, "{line}");
        }
    }
    for Answer { label, text: answer } in told.answers {
        let _ = writeln!(text, "{label}: {answer}");
    }
    if !told.notes.is_empty() {
        let _ = writeln!(text, "{}", told.notes);
    }
    let _ = writeln!(text, "\nThe appointment in Quince:\n{}", told.staff_url);
    Some(Letter {
        to_name: name.to_owned(),
        to: email.to_owned(),
        reply_to: Some((client.to_owned(), client_email.to_owned())),
        subject: format!("{subject}: {} – {client}", told.calendar),
        text,
        ics: None,
    })
}

/// A place on a waiting list as the mails tell it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) to: (&'a str, &'a str),
    pub(crate) business: &'a str,
    pub(crate) calendar: &'a str,
    /// When, in the client's zone.
    pub(crate) when: &'a str,
    /// The client's own page about it.
    pub(crate) page: &'a str,
}

/// The mail to somebody who waits for a seat, or who waited in vain.
pub(crate) fn waiting(over: bool, place: &Place) -> Letter {
    let Place {
        to: (name, email),
        business,
        calendar,
        when,
        page,
    } = place;
    let (subject, sentence, end) = if over {
        (
            "Called off",
            "this session was called off, so nobody gets a seat any more.",
            String::new(),
        )
    } else {
        (
            "On the waiting list",
            "you are on the waiting list. If a seat becomes free, it is yours, and we write to you at once.",
            format!("\nTo leave the waiting list, open your own page:\n{page}\n"),
        )
    };
    Letter {
        to_name: (*name).to_owned(),
        to: (*email).to_owned(),
        reply_to: None,
        subject: format!("{subject}: {calendar}"),
        text: format!("Hello {name},\n\n{sentence}\n\n{calendar}\n{when}\n{end}\n{business}\n"),
        ics: None,
    }
}

/// The mail about a calendar server that cannot be read: one per outage.
pub(crate) fn outage(to: (&str, &str), account: &str, problem: &str, settings_url: &str) -> Letter {
    let (name, email) = to;
    Letter {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told<'a>(zone: &'a Zone, host_zone: &'a Zone) -> Told<'a> {
        Told {
            business: "Quince & Co",
            calendar: "Intro call",
            location: "Video",
            host: Some(("Mira", "mira@example.org")),
            with: "Mira",
            guests: "",
            services: "",
            host_zone,
            client: ("Ada", "ada@example.com"),
            client_zone: zone,
            phone: "",
            answers: &[],
            notes: "Bring tea",
            start: "2026-11-24T15:00:00Z".parse().unwrap(),
            end: "2026-11-24T15:30:00Z".parse().unwrap(),
            manage_url: "https://book.example/manage/secret",
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
        let letter = appointment(MessageKind::ClientBooked, &told(&client, &host)).unwrap();
        assert_eq!(letter.to, "ada@example.com");
        assert!(
            letter
                .text
                .contains("Tuesday, 24 November 2026, 10:00–10:30 (America/New_York)"),
            "{}",
            letter.text
        );
        assert!(letter.text.contains("/manage/secret"));
    }

    #[test]
    fn the_host_reads_their_own_zone_and_never_the_clients_link() {
        let (client, host) = (
            Zone::named("America/New_York").unwrap(),
            Zone::named("Europe/Berlin").unwrap(),
        );
        let letter = appointment(MessageKind::HostBooked, &told(&client, &host)).unwrap();
        assert_eq!(letter.to, "mira@example.org");
        assert!(
            letter.text.contains("16:00–16:30 (Europe/Berlin)"),
            "{}",
            letter.text
        );
        assert!(!letter.text.contains("/manage/"));
    }

    #[test]
    fn without_a_host_nobody_gets_the_hosts_mail() {
        let zone = Zone::utc();
        let lonely = Told {
            host: None,
            ..told(&zone, &zone)
        };
        assert_eq!(appointment(MessageKind::HostCancelled, &lonely), None);
    }
}

//! What a PUT must hold.

use super::lines::{self, Line};

/// What the server notes of an object that it accepts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) uid: String,
    /// `VEVENT` or `VTODO`.
    pub(crate) kind: &'static str,
    /// The addresses that would be mailed, because they stand in ATTENDEE and are not declined.
    pub(crate) invited: Vec<String>,
    /// Whether every event has a DTEND or a DURATION.
    pub(crate) has_end: bool,
}

/// Why an object is refused with 400.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) &'static str);

const KNOWN_STATUS: [&str; 7] = [
    "TENTATIVE",
    "CONFIRMED",
    "CANCELLED",
    "NEEDS-ACTION",
    "COMPLETED",
    "IN-PROCESS",
    "DRAFT",
];

/// Checks an object. Bare line feeds are refused like every other breach of the format.
pub(crate) fn check(text: &str) -> Result<Accepted, Refused> {
    if text.replace("\r\n", "").contains(['\n', '\r']) {
        return Err(Refused("lines must end with CRLF"));
    }
    if text.split("\r\n").any(|line| line.len() > 75) {
        return Err(Refused("lines must be folded at 75 octets"));
    }
    let all = lines::read(text).map_err(|_| Refused("a line is broken"))?;
    nested(&all)?;
    if all.iter().any(|line| line.name == "METHOD") {
        return Err(Refused("METHOD is not allowed in a stored object"));
    }
    let events = lines::components(&all, "VEVENT");
    let todos = lines::components(&all, "VTODO");
    let (kind, found) = match (events.is_empty(), todos.is_empty()) {
        (false, true) => ("VEVENT", events),
        (true, false) => ("VTODO", todos),
        _ => return Err(Refused("exactly one kind of component must be in an object")),
    };
    let mut accepted = Accepted {
        uid: String::new(),
        kind,
        invited: Vec::new(),
        has_end: true,
    };
    for inner in found {
        component(&all[inner], &mut accepted)?;
    }
    Ok(accepted)
}

fn component(component: &[Line], accepted: &mut Accepted) -> Result<(), Refused> {
    let value = |name| lines::property(component, name).map(|line| line.value.trim().to_owned());
    let uid = value("UID")
        .filter(|uid| !uid.is_empty())
        .ok_or(Refused("UID is missing"))?;
    if !accepted.uid.is_empty() && accepted.uid != uid {
        return Err(Refused("an object holds one UID"));
    }
    accepted.uid = uid;
    if accepted.kind == "VEVENT" {
        if value("DTSTAMP").is_none() {
            return Err(Refused("DTSTAMP is missing"));
        }
        let start = lines::property(component, "DTSTART").ok_or(Refused("DTSTART is missing"))?;
        if super::times::When::of(start).is_none() {
            return Err(Refused("DTSTART is no date or time"));
        }
        accepted.has_end &= value("DTEND").or_else(|| value("DURATION")).is_some();
    }
    if value("STATUS").is_some_and(|status| !KNOWN_STATUS.contains(&status.as_str())) {
        return Err(Refused("STATUS is not known"));
    }
    let guests = lines::own(component).filter(|line| line.name == "ATTENDEE");
    for guest in guests.filter(|line| line.param("PARTSTAT") != Some("DECLINED")) {
        let address = guest.value.trim();
        accepted
            .invited
            .push(address.strip_prefix("mailto:").unwrap_or(address).to_owned());
    }
    Ok(())
}

/// Every BEGIN has its END, and one VCALENDAR is around everything.
fn nested(all: &[Line]) -> Result<(), Refused> {
    let broken = Refused("components are not nested rightly");
    let mut open: Vec<String> = Vec::new();
    for (place, line) in all.iter().enumerate() {
        let name = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" if open.is_empty() && (place > 0 || name != "VCALENDAR") => return Err(broken),
            "BEGIN" => open.push(name),
            "END" if open.pop() != Some(name) => return Err(broken),
            "END" => {}
            _ if open.is_empty() => return Err(broken),
            _ => {}
        }
    }
    if open.is_empty() && !all.is_empty() {
        Ok(())
    } else {
        Err(broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(inner: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20260101T000000Z\r\n{inner}\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }

    #[test]
    fn a_plain_event_is_accepted() {
        let accepted = check(&event("DTSTART:20261123T090000Z\r\nDTEND:20261123T100000Z")).unwrap();
        assert_eq!(
            (accepted.uid.as_str(), accepted.kind, accepted.has_end),
            ("u", "VEVENT", true)
        );
        assert!(accepted.invited.is_empty());
    }

    #[test]
    fn a_missing_end_and_guests_are_noticed() {
        let accepted = check(&event(
            "DTSTART:20261123T090000Z\r\nATTENDEE:mailto:a@example.org",
        ))
        .unwrap();
        assert!(!accepted.has_end);
        assert_eq!(accepted.invited, ["a@example.org"]);
    }

    #[test]
    fn broken_objects_are_refused() {
        let good = event("DTSTART:20261123T090000Z");
        for bad in [
            String::new(),
            good.replace("\r\n", "\n"),
            good.replace("END:VEVENT\r\n", ""),
            good.replace("UID:u\r\n", ""),
            good.replace("DTSTAMP:20260101T000000Z\r\n", ""),
            event("DTSTART:tomorrow"),
            event("DTSTART:20261123T090000Z\r\nSTATUS:confirmed"),
            event(&format!("DTSTART:20261123T090000Z\r\nSUMMARY:{}", "x".repeat(80))),
            good.replace("VERSION:2.0", "METHOD:REQUEST"),
        ] {
            assert!(check(&bad).is_err(), "{bad}");
        }
    }
}

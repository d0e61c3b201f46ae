//! Describes changes in sentences: "Maya changed the duration from 30 to 45 minutes at 14:02."

use std::fmt;

use jiff::Timestamp;
use zones::Zone;

use super::{Change, ChangedMeanwhile, Difference, Field, Seen};

/// The most differences in one sentence.
const MAX_DIFFERENCES_NAMED: usize = 6;
/// The most changes that are described; the last ones if there are more.
const MAX_CHANGES: usize = 5;

/// How the difference of a field is described.
enum Wording {
    /// "changed the duration from 30 to 45 minutes"
    Value(&'static str),
    /// The same, with the values in quotation marks.
    Quoted(&'static str),
    /// The same, with the values as instants.
    Instant(&'static str),
    /// "changed the description"
    Text(&'static str),
    /// "switched bookings off"
    Switch(&'static str),
    /// "added the holiday 25 December 2026", "changed the order of the members"
    Entry(&'static str, &'static str),
    /// "changed 3 more things"
    Further,
}

fn wording(field: Field) -> Wording {
    use Wording::{Entry, Instant, Quoted, Switch, Text, Value};

    match field {
        Field::Name => Quoted("the name"),
        Field::Title => Quoted("the title"),
        Field::Zone => Value("the time zone"),
        Field::Hours => Value("the hours"),
        Field::OwnHours => Switch("hours of its own"),
        Field::Date => Entry("the date ", "dates"),
        Field::Address => Quoted("the address"),
        Field::Description => Text("the description"),
        Field::Location => Quoted("the location"),
        Field::Color => Value("the colour"),
        Field::Kind => Value("the kind"),
        Field::Distribution => Value("how appointments are shared out"),
        Field::Duration => Value("the duration"),
        Field::Interval => Value("the interval"),
        Field::BufferBefore => Value("the buffer before"),
        Field::BufferAfter => Value("the buffer after"),
        Field::Notice => Value("the minimum notice"),
        Field::Range => Value("how far ahead can be booked"),
        Field::PerSlot => Value("the appointments at one time"),
        Field::Seats => Value("the seats of a session"),
        Field::PerDay => Value("the appointments a day"),
        Field::LookBusy => Value("the percentage for looking busy"),
        Field::CancelCutoff => Value("until when clients may cancel"),
        Field::RescheduleCutoff => Value("until when clients may reschedule"),
        Field::AutoConfirm => Switch("confirmation at once"),
        Field::ConfirmByMail => Switch("confirmation by mail"),
        Field::AskPuzzle => Switch("the puzzle for strangers"),
        Field::Active => Switch("bookings"),
        Field::Member => Entry("the member ", "members"),
        Field::Priority => Value("the priority"),
        Field::Weight => Value("the weight"),
        Field::Question => Entry("the question ", "questions"),
        Field::Service => Entry("the service ", "services"),
        Field::Heading => Quoted("the heading"),
        Field::Processing => Value("the processing time"),
        Field::Staff => Value("the staff"),
        Field::Needs => Value("the rooms and equipment"),
        Field::Holiday => Entry("the holiday ", "holidays"),
        Field::Resource => Entry("", "rooms and equipment"),
        Field::Email => Value("the email address"),
        Field::Phone => Value("the phone number"),
        Field::Notes => Text("the notes"),
        Field::Guest => Entry("the guest ", "guests"),
        Field::Start => Instant("the time"),
        Field::End => Instant("the end"),
        Field::Host => Value("the host"),
        Field::Status => Value("the status"),
        Field::Further => Wording::Further,
    }
}

impl fmt::Display for ChangedMeanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentences().join(" "))
    }
}

impl ChangedMeanwhile {
    /// Returns a sentence for each change, in order; only for the last ones if there are many.
    pub fn sentences(&self) -> Vec<String> {
        let (zone, now) = &self.reader;
        let left_out = self.changes.len().saturating_sub(MAX_CHANGES);
        let mut sentences: Vec<String> = match (self.changes.len(), left_out) {
            (0, _) if self.seen == Seen::Later => vec![
                "What is kept now is older than what this form was made from, as when a backup was put back. Look at it as it is \
                 now before you save over it."
                    .to_owned(),
            ],
            (0, _) => vec!["It was changed meanwhile.".to_owned()],
            (_, 0) => Vec::new(),
            (_, 1) => vec!["It was changed once before that.".to_owned()],
            (_, more) => vec![format!("It was changed {more} times before that.")],
        };
        let last = self.changes.iter().skip(left_out);
        sentences.extend(last.map(|change| sentence(change, zone, *now)));
        sentences
    }
}

fn sentence(change: &Change, zone: &Zone, now: Timestamp) -> String {
    let by = change.by.as_deref().unwrap_or("You");
    let at = zone.local(change.at);
    let mut when = at.strftime("at %-H:%M").to_string();
    if at.date() != zone.date(now) {
        when = format!("on {} {when}", at.strftime("%-d %B %Y"));
    }
    if change.is_deletion {
        return format!("{by} deleted it {when}.");
    }
    let mut clauses: Vec<String> = change
        .differences
        .iter()
        .take(MAX_DIFFERENCES_NAMED)
        .map(|difference| clause(difference, zone))
        .collect();
    let further = change
        .differences
        .iter()
        .skip(MAX_DIFFERENCES_NAMED)
        .map(|left_out| {
            let number = left_out
                .to
                .as_deref()
                .and_then(|number| number.parse::<usize>().ok());
            number.filter(|_| left_out.field == Field::Further).unwrap_or(1)
        });
    match further.sum() {
        0 => {}
        number => clauses.push(more(number)),
    }
    let last = clauses.pop().unwrap_or_else(|| "changed it".to_owned());
    if clauses.is_empty() {
        format!("{by} {last} {when}.")
    } else {
        format!("{by} {} and {last} {when}.", clauses.join(", "))
    }
}

fn more(number: usize) -> String {
    match number {
        1 => "changed one more thing".to_owned(),
        more => format!("changed {more} more things"),
    }
}

/// Describes one difference: "changed the duration from 30 to 45 minutes".
fn clause(difference: &Difference, zone: &Zone) -> String {
    let (from, to) = (difference.from.as_deref(), difference.to.as_deref());
    let of = difference
        .of
        .as_ref()
        .map_or_else(String::new, |of| format!(" of {of}"));
    match wording(difference.field) {
        Wording::Value(words) => changed(&format!("{words}{of}"), from, to),
        Wording::Quoted(words) => {
            let quoted = |text: &str| format!("“{text}”");
            let (from, to) = (from.map(quoted), to.map(quoted));
            changed(&format!("{words}{of}"), from.as_deref(), to.as_deref())
        }
        Wording::Instant(words) => {
            let local = |text: &str| match text.parse::<Timestamp>() {
                Ok(instant) => zone.local(instant).strftime("%-d %B %Y, %-H:%M").to_string(),
                Err(_) => text.to_owned(),
            };
            let (from, to) = (from.map(local), to.map(local));
            changed(words, from.as_deref(), to.as_deref())
        }
        Wording::Text(words) => format!("changed {words}{of}"),
        Wording::Switch(words) => format!("switched {words} {}", to.unwrap_or("off")),
        Wording::Entry(one, many) => match (from, to) {
            (None, None) => format!("changed the order of the {many}"),
            (None, Some(new)) => format!("added {one}{new}"),
            (Some(old), None) => format!("removed {one}{old}"),
            (Some(old), Some(new)) if old == new => format!("changed {one}{old}"),
            (Some(old), Some(new)) => format!("changed {one}{old} to {new}"),
        },
        Wording::Further => more(to.and_then(|number| number.parse().ok()).unwrap_or(1)),
    }
}

fn changed(what: &str, from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (None, None) => format!("changed {what}"),
        (None, Some(new)) => format!("set {what} to {new}"),
        (Some(old), None) => format!("removed {what}, which was {old}"),
        (Some(old), Some(new)) => format!("changed {what} from {} to {new}", without_unit(old, new)),
    }
}

/// Returns the old value without its unit if the new value has the same one.
fn without_unit<'a>(old: &'a str, new: &str) -> &'a str {
    let parts = |text: &'a str| {
        text.split_once(' ')
            .filter(|(number, _)| number.parse::<u32>().is_ok())
    };
    match (parts(old), new.split_once(' ')) {
        (Some((number, unit)), Some((_, new_unit))) if unit == new_unit => number,
        _ => old,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(field: Field, of: &str, from: &str, to: &str) -> Difference {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Difference {
            field,
            of: filled(of),
            from: filled(from),
            to: filled(to),
        }
    }

    fn meanwhile(changes: Vec<Change>) -> ChangedMeanwhile {
        ChangedMeanwhile {
            changes,
            newest: 7,
            seen: Seen::Earlier,
            reader: (
                Zone::named("Europe/Berlin").unwrap(),
                "2026-11-23T15:00:00Z".parse().unwrap(),
            ),
        }
    }

    fn change(by: Option<&str>, at: &str, differences: Vec<Difference>) -> Change {
        Change {
            by: by.map(str::to_owned),
            at: at.parse().unwrap(),
            is_deletion: false,
            differences,
        }
    }

    #[test]
    fn a_change_is_told_with_who_and_when() {
        let both = vec![
            difference(Field::Duration, "", "30 minutes", "45 minutes"),
            difference(Field::Holiday, "", "", "25 December 2026"),
        ];
        let of_today = change(Some("Maya"), "2026-11-23T13:02:00Z", both);
        let earlier = change(None, "2026-11-22T08:30:00Z", Vec::new());
        assert_eq!(
            meanwhile(vec![earlier, of_today]).sentences(),
            [
                "You changed it on 22 November 2026 at 9:30.",
                "Maya changed the duration from 30 to 45 minutes and added the holiday 25 December 2026 at 14:02.",
            ]
        );
        assert_eq!(meanwhile(Vec::new()).to_string(), "It was changed meanwhile.");
    }

    #[test]
    fn every_sort_of_difference_has_its_words() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        for (field, of, from, to, expected) in [
            (
                Field::Name,
                "",
                "Cut",
                "Trim",
                "changed the name from “Cut” to “Trim”",
            ),
            (Field::Location, "", "", "Here", "set the location to “Here”"),
            (
                Field::Phone,
                "",
                "123",
                "",
                "removed the phone number, which was 123",
            ),
            (
                Field::Duration,
                "",
                "30 minutes",
                "1 minute",
                "changed the duration from 30 minutes to 1 minute",
            ),
            (
                Field::Duration,
                "“Cut”",
                "30 minutes",
                "45 minutes",
                "changed the duration of “Cut” from 30 to 45 minutes",
            ),
            (
                Field::Hours,
                "Monday",
                "9:00–17:00",
                "closed",
                "changed the hours of Monday from 9:00–17:00 to closed",
            ),
            (Field::Active, "", "on", "off", "switched bookings off"),
            (Field::Description, "", "", "", "changed the description"),
            (Field::Member, "", "", "", "changed the order of the members"),
            (Field::Member, "", "Jonas", "", "removed the member Jonas"),
            (
                Field::Resource,
                "",
                "1 × Chair",
                "2 × Chair",
                "changed 1 × Chair to 2 × Chair",
            ),
            (
                Field::Start,
                "",
                "2026-11-24T10:00:00Z",
                "2026-11-24T11:30:00Z",
                "changed the time from 24 November 2026, 11:00 to 24 November 2026, 12:30",
            ),
            (Field::Further, "", "", "3", "changed 3 more things"),
        ] {
            assert_eq!(clause(&difference(field, of, from, to), &zone), expected);
        }
    }

    #[test]
    fn of_much_the_last_is_told_and_the_rest_is_counted() {
        let many: Vec<Difference> = (0..9)
            .map(|number| difference(Field::Guest, "", "", &number.to_string()))
            .chain([difference(Field::Further, "", "", "4")])
            .collect();
        let changes = (0..7).map(|_| change(Some("Maya"), "2026-11-23T13:02:00Z", many.clone()));
        let sentences = meanwhile(changes.collect()).sentences();
        assert_eq!(sentences.len(), 6);
        assert_eq!(sentences[0], "It was changed 2 times before that.");
        assert!(
            sentences[5].ends_with("added the guest 5 and changed 7 more things at 14:02."),
            "{sentences:?}"
        );
    }
}

//! The differences that a change makes, as short texts that are stored with it, and the changes that an editor has not seen.

mod sentences;

use std::fmt::Display;

use jiff::Timestamp;
use scheduling::{DateOverride, LocalWindow, Span, Unit, WeeklyHours};
use serde::{Deserialize, Serialize};
use store::AppointmentStatus;
use zones::Zone;

/// The most differences that are stored of one change.
const MAX_DIFFERENCES: usize = 20;
/// The longest text that is stored, in characters.
const MAX_CHARS: usize = 80;

/// A recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The author's name; none if it was the reader.
    pub by: Option<String>,
    /// When it was made.
    pub at: Timestamp,
    /// Whether the record was deleted.
    pub is_deletion: bool,
    /// The differences; empty if they are not known.
    pub differences: Vec<Difference>,
}

/// The record was changed after the editor had read it, and saving would overwrite that. Nothing was saved. Its `Display` describes the
/// changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedMeanwhile {
    /// The changes since then, in order.
    pub changes: Vec<Change>,
    /// The newest version. Saving with it overwrites these changes, and no later ones.
    pub newest: i64,
    /// Whether the version that was seen is earlier or later than the newest.
    pub(crate) seen: Seen,
    /// The reader's zone, for times in sentences, and the current time.
    pub(crate) reader: (Zone, Timestamp),
}

impl std::error::Error for ChangedMeanwhile {}

/// The version that was seen, relative to the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// An earlier version.
    Earlier,
    /// A version that does not exist any more, for example after a backup was restored.
    Later,
}

/// What a difference concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "each name says what it is; how it is told is beside the sentences"
)]
pub enum Field {
    Name,
    Title,
    Zone,
    Hours,
    OwnHours,
    Date,
    Address,
    Description,
    Location,
    Color,
    Kind,
    Distribution,
    Duration,
    Interval,
    BufferBefore,
    BufferAfter,
    Notice,
    Range,
    PerSlot,
    Seats,
    PerDay,
    LookBusy,
    CancelCutoff,
    RescheduleCutoff,
    AutoConfirm,
    ConfirmByMail,
    AskPuzzle,
    Active,
    Member,
    Priority,
    Weight,
    Question,
    Service,
    Heading,
    Processing,
    Staff,
    Needs,
    Holiday,
    Resource,
    Email,
    Phone,
    Notes,
    Guest,
    Start,
    End,
    Host,
    Status,
    /// Further differences that are not stored; `to` holds their number.
    Further,
}

/// One difference that a change makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it concerns.
    pub field: Field,
    /// The name of the entry that it belongs to, if the record has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The former value; none if there was none, or if it is too long to repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new value; none if there is none, or if it is too long to repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Parses stored differences; empty if another version of Quince stored them in another form.
pub(super) fn from_json(text: &str) -> Vec<Difference> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Collects the differences that a change makes.
#[derive(Debug, Default)]
pub(crate) struct Differences(Vec<Difference>);

impl Differences {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The difference of a change of an appointment's status.
    pub(crate) fn status(from: AppointmentStatus, to: AppointmentStatus) -> Self {
        let mut all = Self::default();
        all.value(Field::Status, from.as_str(), to.as_str());
        all
    }

    /// Serialises at most [`MAX_DIFFERENCES`] differences with shortened texts, so that the size does not grow with the input.
    pub(super) fn to_json(&self) -> String {
        let mut stored: Vec<Difference> = self.0.iter().take(MAX_DIFFERENCES).cloned().collect();
        let further = self.0.len() - stored.len();
        if further > 0 {
            stored.push(Difference {
                field: Field::Further,
                of: None,
                from: None,
                to: Some(further.to_string()),
            });
        }
        for difference in &mut stored {
            let texts = [&mut difference.of, &mut difference.from, &mut difference.to];
            texts.into_iter().flatten().for_each(shorten);
        }
        // Texts and field names can always be serialised.
        serde_json::to_string(&stored).unwrap_or_else(|_| "[]".to_owned())
    }

    fn push(&mut self, field: Field, from: Option<String>, to: Option<String>) {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        self.0.push(Difference {
            field,
            of: None,
            from: filled(from),
            to: filled(to),
        });
    }

    /// Adds a difference of a short value; an empty text counts as none.
    pub(crate) fn value<T: Display + PartialEq + ?Sized>(&mut self, field: Field, from: &T, to: &T) {
        if from != to {
            self.push(field, Some(from.to_string()), Some(to.to_string()));
        }
    }

    /// Adds a difference of a value that is described by `words`.
    pub(crate) fn described<T: PartialEq>(
        &mut self,
        field: Field,
        from: &T,
        to: &T,
        words: impl Fn(&T) -> String,
    ) {
        if from != to {
            self.push(field, Some(words(from)), Some(words(to)));
        }
    }

    /// Adds a difference of a text that is too long to repeat.
    pub(crate) fn text(&mut self, field: Field, from: &str, to: &str) {
        if from != to {
            self.push(field, None, None);
        }
    }

    pub(crate) fn minutes(&mut self, field: Field, from: u32, to: u32) {
        self.value(
            field,
            &Span::new(from, Unit::Minutes),
            &Span::new(to, Unit::Minutes),
        );
    }

    pub(crate) fn switch(&mut self, field: Field, from: bool, to: bool) {
        self.described(field, &from, &to, |on| if *on { "on" } else { "off" }.to_owned());
    }

    /// Adds the differences of a list whose entries are identified by `key`: removed, changed and added entries, and whether the order
    /// of the remaining ones changed.
    pub(crate) fn entries<T: PartialEq, K: PartialEq>(
        &mut self,
        field: Field,
        from: &[T],
        to: &[T],
        key: impl Fn(&T) -> K,
        words: impl Fn(&T) -> String,
    ) {
        let same = |entry: &T, list: &[T]| list.iter().position(|other| key(other) == key(entry));
        for old in from {
            match same(old, to).and_then(|place| to.get(place)) {
                None => self.push(field, Some(words(old)), None),
                Some(new) if new != old => self.push(field, Some(words(old)), Some(words(new))),
                Some(_) => {}
            }
        }
        for new in to.iter().filter(|new| same(new, from).is_none()) {
            self.push(field, None, Some(words(new)));
        }
        let places: Vec<usize> = from.iter().filter_map(|old| same(old, to)).collect();
        if !places.is_sorted() {
            self.push(field, None, None);
        }
    }

    /// Adds the differences of one of several entries, which has a name.
    pub(crate) fn within(&mut self, name: &str, differences: Self) {
        self.0
            .extend(differences.0.into_iter().map(|difference| Difference {
                of: Some(name.to_owned()),
                ..difference
            }));
    }

    /// Adds the differences of weekly hours.
    pub(crate) fn weekly(&mut self, from: &WeeklyHours, to: &WeeklyHours) {
        const DAYS: [&str; 7] = [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        for (day, (from, to)) in DAYS.into_iter().zip(from.0.iter().zip(&to.0)) {
            let mut own = Self::default();
            own.described(Field::Hours, from, to, |windows| windows_words(windows));
            self.within(day, own);
        }
    }

    /// Adds the differences of dates with hours of their own.
    pub(crate) fn dates(&mut self, from: &[DateOverride], to: &[DateOverride]) {
        let words =
            |day: &DateOverride| format!("{} ({})", date_words(day.date), windows_words(&day.windows));
        // Their order has no meaning.
        let sorted = |days: &[DateOverride]| {
            let mut days = days.to_vec();
            days.sort_by_key(|day| day.date);
            days
        };
        self.entries(Field::Date, &sorted(from), &sorted(to), |day| day.date, words);
    }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(MAX_CHARS) {
        text.truncate(end);
        text.push('…');
    }
}

/// Formats a date: "25 December 2026".
pub(crate) fn date_words(date: jiff::civil::Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

fn windows_words(windows: &[LocalWindow]) -> String {
    let clock = |minutes: u16| format!("{}:{:02}", minutes / 60 % 24, minutes % 60);
    let window = |window: &LocalWindow| format!("{}–{}", clock(window.from), clock(window.to));
    if windows.is_empty() {
        return "closed".to_owned();
    }
    let all: Vec<String> = windows.iter().map(window).collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(differences: &Differences) -> Vec<Difference> {
        from_json(&differences.to_json())
    }

    #[test]
    fn what_is_kept_has_an_end_however_much_is_typed() {
        let mut all = Differences::default();
        let to: Vec<String> = (0..1_000)
            .map(|number| format!("{number} {}", "long ".repeat(1_000)))
            .collect();
        all.entries(Field::Guest, &[], &to, Clone::clone, Clone::clone);
        let text = all.to_json();
        assert!(text.len() < 4_000, "{}", text.len());
        let stored = from_json(&text);
        assert_eq!(stored.len(), MAX_DIFFERENCES + 1);
        assert_eq!(stored[MAX_DIFFERENCES].field, Field::Further);
        assert_eq!(stored[MAX_DIFFERENCES].to.as_deref(), Some("980"));
    }

    #[test]
    fn a_list_says_what_came_what_went_and_whether_the_order_is_another() {
        let list = |text: &str| -> Vec<(char, bool)> {
            let entry = |sign: char| (sign.to_ascii_lowercase(), sign.is_uppercase());
            text.chars().map(entry).collect()
        };
        let changes = |from: &str, to: &str| -> Vec<(Option<String>, Option<String>)> {
            let mut all = Differences::default();
            let words = |(sign, _): &(char, bool)| sign.to_string();
            all.entries(Field::Member, &list(from), &list(to), |(sign, _)| *sign, words);
            of(&all).into_iter().map(|one| (one.from, one.to)).collect()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(changes("abc", "abc"), []);
        assert_eq!(changes("abc", "ac"), [(some("b"), None)]);
        assert_eq!(changes("ac", "abc"), [(None, some("b"))]);
        assert_eq!(changes("abc", "cab"), [(None, None)]);
        assert_eq!(changes("abc", "aBc"), [(some("b"), some("b"))]);
        assert_eq!(changes("ab", "cb"), [(some("a"), None), (None, some("c"))]);
    }

    #[test]
    fn what_another_version_kept_is_no_fault() {
        assert_eq!(from_json("{\"name\":\"Ada\"}"), []);
        assert_eq!(from_json("[{\"field\":\"of the future\"}]"), []);
    }
}

//! The practice events as a table. Weekdays count from Monday, weeks from the present one.

/// A line of the table.
pub(super) struct Plan {
    pub(super) calendar: &'static str,
    pub(super) turns: Turns,
    /// 0 is Monday.
    pub(super) weekday: u8,
    /// Minutes after midnight; none for whole days.
    pub(super) from: Option<i16>,
    pub(super) minutes: i16,
    pub(super) summary: &'static str,
    pub(super) extras: &'static [Extra],
    /// Which of three persons has it.
    pub(super) persons: [bool; 3],
}

pub(super) enum Turns {
    /// In this week only.
    Once(i64),
    /// A recurring event with this rule, begun a week ago.
    Series(&'static str),
    /// A single event in every week.
    EachWeek,
}

pub(super) enum Extra {
    Line(&'static str),
    /// An invitation that the owner has declined.
    DeclinedByMe,
    /// The turn so many weeks after the first is left out.
    SkippedIn(i64),
    /// The turn so many weeks after the first is later by minutes.
    MovedIn(i64, i16),
    /// The turn so many weeks after the first is cancelled, but still there.
    CancelledIn(i64),
}

use Extra::{CancelledIn, DeclinedByMe, Line, MovedIn, SkippedIn};
use Turns::{EachWeek, Once, Series};

const ALL: [bool; 3] = [true, true, true];
const MAYA: [bool; 3] = [true, false, false];
const SECOND: [bool; 3] = [false, true, false];
const THIRD: [bool; 3] = [false, false, true];

#[expect(
    clippy::unnecessary_wraps,
    reason = "the table holds days without a time, too"
)]
const fn at(hour: i16, minute: i16) -> Option<i16> {
    Some(hour * 60 + minute)
}

const FREE: Extra = Line("TRANSP:TRANSPARENT");
const THERE_30: Extra = Line("X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M");
const BACK_30: Extra = Line("X-APPLE-TRAVEL-RETURN-DURATION;VALUE=DURATION:PT30M");

macro_rules! plans {
    ($($calendar:literal, $turns:expr, $weekday:literal, $from:expr, $minutes:literal, $summary:literal,
       [$($extra:expr),*], $persons:ident;)*) => {
        &[$(Plan {
            calendar: $calendar, turns: $turns, weekday: $weekday, from: $from, minutes: $minutes,
            summary: $summary, extras: &[$($extra),*], persons: $persons,
        }),*]
    };
}

#[rustfmt::skip]
pub(super) const PLANS: &[Plan] = plans![
    // calendar      turns                       day from        min  summary
    "Work",         Series("FREQ=WEEKLY"),        0, at(9, 0),   30, "Team meeting",            [SkippedIn(3), MovedIn(2, 60)], ALL;
    "Work",         Series("FREQ=WEEKLY"),        2, at(13, 0),  60, "Case review",             [CancelledIn(2)], ALL;
    "Work",         Series("FREQ=WEEKLY;INTERVAL=2"), 4, at(15, 0), 45, "One to one with Priya", [], MAYA;
    "Work",         Series("FREQ=DAILY;COUNT=5"), 0, at(11, 30), 15, "Stand-up, launch week",   [], SECOND;
    "Work",         EachWeek,                     1, at(10, 0),  90, "Client workshop",         [], MAYA;
    "Work",         EachWeek,                     3, at(14, 0),  60, "Supplier call",           [], SECOND;
    "Work",         EachWeek,                     3, at(9, 30), 120, "Treatment room training", [], THIRD;
    "Work",         Once(0),                      3, at(11, 0),  60, "Site visit, Harbor Street", [THERE_30, BACK_30, Line("LOCATION:14 Harbor Street")], ALL;
    "Work",         Once(1),                      1, at(15, 0),  60, "Budget round",            [DeclinedByMe], ALL;
    "Work",         Once(1),                      4, at(9, 0),  180, "Quarterly planning",      [], ALL;
    "Work",         Once(2),                      2, at(16, 0),  30, "Interview, front desk",   [Line("STATUS:TENTATIVE")], ALL;
    "Work",         Once(2),                      3, None,    1_440, "Company day",             [], ALL;
    "Work",         Once(3),                      0, at(14, 0),  60, "Old contract talk",       [Line("STATUS:CANCELLED")], ALL;
    "Home",         Series("FREQ=WEEKLY"),        1, at(17, 30), 60, "Swimming",                [THERE_30], ALL;
    "Home",         Series("FREQ=WEEKLY;BYDAY=MO,WE,FR"), 0, at(7, 0), 45, "Run along the river", [], SECOND;
    "Home",         Once(0),                      2, at(8, 30),  45, "Dentist",                 [THERE_30], MAYA;
    "Home",         Once(0),                      4, at(12, 0),  60, "Lunch with Jo, Café Ida", [], ALL;
    "Home",         Once(1),                      0, at(16, 30), 60, "Car to the garage",       [], THIRD;
    "Home",         Once(1),                      2, None,    1_440, "Jo's birthday",           [FREE], ALL;
    "Home",         Once(2),                      4, None,    4_320, "Long weekend away",       [], MAYA;
    "Home",         Once(3),                      1, at(11, 0),  30, "Parcel arrives",          [FREE], ALL;
    "Family",       Series("FREQ=WEEKLY"),        3, at(15, 30), 60, "Pick up Leo",             [THERE_30], ALL;
    "Family",       Once(0),                      5, at(10, 0), 240, "Flea market",             [], ALL;
    "Family",       Once(1),                      3, at(18, 0), 120, "School concert",          [], ALL;
    "Family",       Once(2),                      1, at(9, 0),   60, "Parents' morning",        [], ALL;
    "Office rooms", Series("FREQ=WEEKLY"),        1, at(9, 0),  120, "Room 2: cleaning",        [], ALL;
    "Office rooms", Once(1),                      3, at(13, 0), 240, "Room 1: board",           [], ALL;
];

//! Definitions of zones as programs write them, rightly and wrongly.

#![expect(clippy::too_many_lines, reason = "the tables are long")]

mod support;

use support::defined::Said::{Assumed, Nothing};
use support::defined::*;
use support::{calendar, event_lines, shown};

#[test]
fn clear_definitions_are_followed() {
    let with = |from: &str, to: &str| mine(&berlin().replace(from, to));
    let fixed =
        |offset: &str| format!("STANDARD|DTSTART:16010101T000000|TZOFFSETFROM:{offset}|TZOFFSETTO:{offset}");
    check(&[
        ("the plain one", mine(&berlin()), "My Zone", BERLIN, Nothing),
        ("since 1970", mine(&since("19700101")), "My Zone", BERLIN, Nothing),
        (
            "since this year",
            mine(&since("20260101")),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        ("since 1601", mine(&since("16010101")), "My Zone", BERLIN, Nothing),
        (
            "since the year 1",
            mine(&since("00010101")),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "the year 1, off the rule",
            mine(&since("00010704")),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "summer time ended",
            with("=-1SU", "=-1SU;UNTIL=20200101T000000Z"),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "summer time since the year 1 ended",
            mine(&since("00010101").replace("=-1SU", "=-1SU;UNTIL=20200101T000000Z")),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "counted",
            with("=-1SU", "=-1SU;COUNT=100"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "counted out",
            with("=-1SU", "=-1SU;COUNT=20"),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "counted from the year 1",
            mine(&since("00010101").replace("=-1SU", "=-1SU;COUNT=3000")),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "by dates",
            mine(
                "DAYLIGHT|DTSTART:20250330T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RDATE:20260329T020000,20270328T020000\n\
                 STANDARD|DTSTART:20251026T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RDATE:20261025T030000|RDATE:20271031T030000",
            ),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "by dates as periods and without a time",
            mine(
                "DAYLIGHT|DTSTART:20250330T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RDATE;VALUE=PERIOD:20260329T020000/P1D\n\
                 STANDARD|DTSTART:20251026T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RDATE;VALUE=DATE:20261025",
            ),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "onsets in UTC",
            with("T020000|", "T010000Z|"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "onsets as dates",
            with("T020000|", "|"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "the first onset is still to come",
            mine(&since("20261201")),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "winter time below standard, as in Dublin",
            mine(
                &london()
                    .replace("DAYLIGHT|", "X|")
                    .replace("STANDARD|", "DAYLIGHT|")
                    .replace("X|", "STANDARD|"),
            ),
            "My Zone",
            LONDON,
            Nothing,
        ),
        (
            "half an hour",
            mine(&fixed("+0530")),
            "My Zone",
            (&["04:30"], &["04:30"]),
            Nothing,
        ),
        (
            "half an hour of summer time, as on Lord Howe",
            mine(
                "STANDARD|DTSTART:19700405T020000|TZOFFSETFROM:+1100|TZOFFSETTO:+1030|RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\n\
                 DAYLIGHT|DTSTART:19701004T020000|TZOFFSETFROM:+1030|TZOFFSETTO:+1100|RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU",
            ),
            "My Zone",
            (&["23:00"], &["23:30"]),
            Nothing,
        ),
        (
            "standard time alone",
            mine(&fixed("+0100")),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "summer time alone",
            mine(&fixed("+0200").replace("STANDARD", "DAYLIGHT")),
            "My Zone",
            (&["08:00"], &["08:00"]),
            Nothing,
        ),
        (
            "summer time that changes nothing",
            mine(&format!(
                "{}\n{}",
                fixed("+0100"),
                fixed("+0100").replace("STANDARD", "DAYLIGHT")
            )),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "an offset without a time",
            mine("STANDARD|TZOFFSETFROM:+0100|TZOFFSETTO:+0100"),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "an offset without a time and what was before",
            mine("STANDARD|TZOFFSETTO:+0100"),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "a rule that is empty and changes nothing",
            mine(&format!("{}|RRULE:", fixed("+0100"))),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "without TZOFFSETFROM",
            mine(
                &berlin()
                    .replace("TZOFFSETFROM:+0100|", "")
                    .replace("TZOFFSETFROM:+0200|", ""),
            ),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "an old part that cannot be read",
            mine(&format!(
                "STANDARD|DTSTART:18930401T000000|TZOFFSETFROM:+005328|TZOFFSETTO:noon\n{}",
                berlin()
            )),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "an old part whose rule cannot be read",
            mine(&format!(
                "STANDARD|DTSTART:19160930T000000|TZOFFSETFROM:+0200|TZOFFSETTO:noon|RRULE:UNTIL=1920\n{}",
                berlin()
            )),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "the same one twice",
            format!("{}\r\n{}", mine(&berlin()), mine(&berlin())),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "the same one with another history",
            format!("{}\r\n{}", mine(&berlin()), mine(&since("00010101"))),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "one of two cannot be read",
            format!(
                "{}\r\n{}",
                mine("STANDARD|DTSTART:19700101T000000"),
                mine(&berlin())
            ),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "in small letters",
            mine(&berlin()).to_lowercase(),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "another one beside it",
            format!("{}\r\n{}", defined("Other", &new_york()), mine(&berlin())),
            "My Zone",
            BERLIN,
            Nothing,
        ),
    ]);
}

#[test]
fn an_offset_is_read_however_it_is_written() {
    let mut rows = Vec::new();
    for offset in [
        "+0100 ",
        "0100",
        "+1",
        "1",
        "01",
        "+01",
        "+100",
        "1:00",
        "+01:00",
        "+1.00",
        "+010000",
        "UTC+1",
        "GMT+01:00",
        "(UTC+01:00)",
    ] {
        let parts = berlin().replace("TO:+0100", &format!("TO:{offset}"));
        rows.push((offset, mine(&parts), "My Zone", BERLIN, Nothing));
        let parts = berlin().replace("FROM:+0100", &format!("FROM:{offset}"));
        rows.push((offset, mine(&parts), "My Zone", BERLIN, Nothing));
    }
    check(&rows);
}

#[test]
fn a_definition_that_lacks_something_is_completed_and_that_is_said() {
    let with = |from: &str, to: &str| mine(&berlin().replace(from, to));
    check(&[
        (
            "no onset but the rule",
            mine(
                &berlin()
                    .replace("DTSTART:19810329T020000|", "")
                    .replace("DTSTART:19961027T030000|", ""),
            ),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "an onset that cannot be read",
            with("DTSTART:19961027T030000", "DTSTART:in autumn"),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "an onset whose time cannot be read",
            with("DTSTART:19961027T030000", "DTSTART:19961027T3AM"),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "a rule without a frequency",
            with("FREQ=YEARLY;", ""),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "a rule with a strange frequency",
            with("FREQ=YEARLY;BYMONTH=10", "FREQ=SOMETIMES;BYMONTH=10"),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "an offset that the other part tells",
            with("TZOFFSETTO:+0100", "TZOFFSETTO:one"),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "no offset, but that of the other part",
            with("TZOFFSETTO:+0100|", ""),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "names instead of offsets",
            mine(
                &berlin()
                    .replace("TZOFFSETFROM:+0100|TZOFFSETTO:+0200", "TZNAME:CEST")
                    .replace("TZOFFSETFROM:+0200|TZOFFSETTO:+0100", "TZNAME:CET"),
            ),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "a date that cannot be read",
            mine(&format!(
                "{SPRING}{}",
                AUTUMN.replace("|RRULE", "|RDATE:20001301T030000|RRULE")
            )),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "a part without onset beside those that explain all",
            mine(&format!(
                "STANDARD|TZOFFSETFROM:+005328|TZOFFSETTO:+0100\n{}",
                berlin()
            )),
            "My Zone",
            BERLIN,
            Assumed,
        ),
        (
            "the only definition under another name",
            mine(&berlin()),
            "Another Zone",
            BERLIN,
            Assumed,
        ),
        (
            "the only definition, without a name",
            defined("", &berlin()),
            "Another Zone",
            BERLIN,
            Assumed,
        ),
        ("nothing at all", String::new(), "My Zone", OWNER, Assumed),
        ("a definition without a word", mine(""), "My Zone", OWNER, Assumed),
    ]);
}

#[test]
fn a_damaged_definition_is_said_or_means_the_same() {
    let event = |day: &&str| {
        event_lines(
            day,
            &[&format!("DTSTART;TZID=My Zone:{day}T020000"), "DURATION:PT1H"],
        )
    };
    let days = [
        "20260301", "20260329", "20260706", "20261024", "20261101", "20261207",
    ];
    let events = days.iter().map(event).collect::<Vec<_>>().join("\r\n");
    for definition in [berlin(), new_york(), since("00010101"), since("20260101")].map(|parts| mine(&parts)) {
        let before = of_2026(&calendar(&[&definition, &events]));
        for (at, _) in definition
            .char_indices()
            .filter(|(_, c)| c.is_ascii_alphanumeric())
        {
            let mut damaged = definition.clone();
            damaged.replace_range(at..=at, "?");
            let after = of_2026(&calendar(&[&damaged, &events]));
            assert!(
                !after.problems.is_empty() || before.instances == after.instances,
                "{:?} and not {:?} in {damaged}",
                shown(&after),
                shown(&before)
            );
        }
    }
}

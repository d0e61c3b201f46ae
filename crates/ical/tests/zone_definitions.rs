//! Zones as calendars define and name them, rightly and wrongly, as tables: an hour from ten, in winter and in summer. The owner
//! is in Tokyo, so that what is taken for the owner's zone begins at one.

#![expect(clippy::unwrap_used, reason = "a test that breaks off has failed")]

mod support;

use ical::{Blocks, ProblemKind, Reading};
use support::{calendar, covered, event_lines, read_in, shown};

/// What the problems say of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// It is known.
    Nothing,
    /// Something of it was concluded or assumed.
    Assumed,
    /// It can be meant in more than one way.
    Several,
}
use Said::{Assumed, Nothing, Several};

/// The starts in UTC on 7 December 2026 and on 6 July 2026.
type Starts = (&'static [&'static str], &'static [&'static str]);

const BERLIN: Starts = (&["09:00"], &["08:00"]);
const BERLIN_OR_HOUR_LATER: Starts = (&["08:00", "09:00"], &["08:00", "09:00"]);
const NEW_YORK: Starts = (&["15:00"], &["14:00"]);
const LONDON: Starts = (&["10:00"], &["09:00"]);
const OWNER: Starts = (&["01:00"], &["01:00"]);

const SPRING: &str = "DAYLIGHT|DTSTART:19810329T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n";
const AUTUMN: &str = "STANDARD|DTSTART:19961027T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n";

/// Berlin's rules, as programs write them that know no more than today's.
fn berlin() -> String {
    format!("{SPRING}{AUTUMN}")
}

/// New York's rules, likewise.
fn new_york() -> String {
    "DAYLIGHT|DTSTART:16010101T020000|TZOFFSETFROM:-0500|TZOFFSETTO:-0400|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n\
     STANDARD|DTSTART:16010101T020000|TZOFFSETFROM:-0400|TZOFFSETTO:-0500|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"
        .to_owned()
}

/// London's.
fn london() -> String {
    berlin()
        .replace("FROM:+0100", "FROM:+0000")
        .replace("TO:+0100", "TO:+0000")
        .replace("+0200", "+0100")
        .replace("19810329T02", "19810329T01")
        .replace("19961027T03", "19961027T02")
}

/// A definition: a line is a property, or a part with its properties between bars.
fn defined(id: &str, lines: &str) -> String {
    let mut text = vec![format!("BEGIN:VTIMEZONE\r\nTZID:{id}")];
    for line in lines.lines() {
        match line.split_once('|') {
            Some((part, properties)) => {
                let properties = properties.replace('|', "\r\n");
                text.push(format!("BEGIN:{part}\r\n{properties}\r\nEND:{part}"));
            }
            None => text.push(line.to_owned()),
        }
    }
    text.push("END:VTIMEZONE".to_owned());
    text.join("\r\n")
}

fn mine(lines: &str) -> String {
    defined("My Zone", lines)
}

/// An hour from ten on both days.
fn events(tzid: &str) -> String {
    ["20261207", "20260706"]
        .map(|day| {
            event_lines(
                day,
                &[&format!("DTSTART;TZID={tzid}:{day}T100000"), "DURATION:PT1H"],
            )
        })
        .join("\r\n")
}

fn of_2026(text: &str) -> Reading {
    read_in("Asia/Tokyo", "2026-01-01", "2027-01-01", text)
}

/// What a text is read as, if it is not as expected.
fn fault(name: &str, text: &str, (winter, summer): Starts, said: Said) -> Option<String> {
    let reading = of_2026(text);
    let starts = |month: &str| -> Vec<String> {
        let starts = shown(&reading).into_iter().filter(|line| line[5..7] == *month);
        starts.map(|line| line[11..16].to_owned()).collect()
    };
    let sentences: Vec<&str> = reading.problems.iter().map(|p| p.sentence.as_str()).collect();
    let told = match sentences.first() {
        None => Nothing,
        Some(sentence) if sentence.contains("more than one way") => Several,
        Some(_) => Assumed,
    };
    let is_placed = reading
        .problems
        .iter()
        .all(|p| p.kind == ProblemKind::Zone && !p.unplaced);
    let got = (starts("12"), starts("07"), told);
    let right = got.0 == winter && got.1 == summer && told == said && is_placed;
    (!right).then(|| format!("{name}: {got:?} instead of {winter:?}, {summer:?}, {said:?}; {sentences:?}"))
}

/// Each row: what it is about, the definitions, the TZID of the events, when they block, and what is said.
fn check(rows: &[(&str, String, &str, Starts, Said)]) {
    let mut wrong = Vec::new();
    for (name, definitions, tzid, starts, said) in rows {
        let before = calendar(&[definitions, &events(tzid)]);
        let after = calendar(&[&events(tzid), definitions]);
        wrong.extend(fault(name, &before, *starts, *said));
        wrong.extend(fault(
            &format!("{name}, after the events"),
            &after,
            *starts,
            *said,
        ));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn since(year_and_day: &str) -> String {
    let date = format!("DTSTART:{year_and_day}T");
    berlin()
        .replace("DTSTART:19810329T", &date)
        .replace("DTSTART:19961027T", &date)
}

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
fn a_definition_is_found_by_its_name_however_it_is_written() {
    let mut rows = Vec::new();
    for (id, tzid) in [
        ("\"My Zone\"", "My Zone"),
        ("My Zone", "\"My Zone\""),
        ("My Zone ", "\" My Zone\""),
        ("My  Zone", "MY ZONE"),
        ("/My Zone", "My Zone"),
        ("My Zone", "/My Zone"),
        (
            "(UTC+07:00) Bangkok\\, Hanoi\\, Jakarta",
            "\"(UTC+07:00) Bangkok, Hanoi, Jakarta\"",
        ),
        (
            "(UTC+07:00) Bangkok\\, Hanoi\\, Jakarta",
            "(UTC+07:00) Bangkok\\, Hanoi\\, Jakarta",
        ),
        (
            "(UTC+07:00) Bangkok, Hanoi, Jakarta",
            "\"(UTC+07:00) Bangkok, Hanoi, Jakarta\"",
        ),
        ("Pacific Time\\; Tijuana", "\"Pacific Time; Tijuana\""),
        ("Ärzte\\\\Büro", "\"ÄRZTE\\\\BÜRO\""),
        ("W. Europe Standard Time 1", "W. Europe Standard Time 1"),
        ("Customized Time Zone", "Customized Time Zone"),
        ("/example.com/20260101/Office", "/example.com/20260101/Office"),
        ("tzone://Microsoft/Custom", "\"tzone://Microsoft/Custom\""),
    ] {
        rows.push((id, defined(id, &berlin()), tzid, BERLIN, Nothing));
    }
    check(&rows);
}

#[test]
fn the_calendars_own_definition_wins_over_names_without_an_area() {
    let fixed =
        |offset: &str| format!("STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:{offset}|TZOFFSETTO:{offset}");
    let eastern_all_year: Starts = (&["15:00"], &["15:00"]);
    check(&[
        ("EST", defined("EST", &new_york()), "EST", NEW_YORK, Nothing),
        ("est", defined("est", &new_york()), "EST", NEW_YORK, Nothing),
        ("GMT", defined("GMT", &london()), "GMT", LONDON, Nothing),
        ("UTC", defined("UTC", &berlin()), "UTC", BERLIN, Nothing),
        ("HST", defined("HST", &new_york()), "HST", NEW_YORK, Nothing),
        ("PST", defined("PST", &new_york()), "PST", NEW_YORK, Nothing),
        (
            "CET",
            defined("CET", &fixed("+0100")),
            "CET",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "EST5EDT",
            defined("EST5EDT", &fixed("-0500")),
            "EST5EDT",
            eastern_all_year,
            Nothing,
        ),
        (
            "a name of Windows",
            defined("Eastern Standard Time", &fixed("-0500")),
            "Eastern Standard Time",
            eastern_all_year,
            Nothing,
        ),
        (
            "a numbered one",
            defined("Eastern Standard Time 2", &fixed("-0500")),
            "Eastern Standard Time 2",
            eastern_all_year,
            Nothing,
        ),
        (
            "behind a prefix",
            defined("/example.com/EST", &new_york()),
            "/example.com/EST",
            NEW_YORK,
            Nothing,
        ),
        (
            "a label",
            defined("(UTC+09:00) Osaka", &berlin()),
            "\"(UTC+09:00) Osaka\"",
            BERLIN,
            Nothing,
        ),
        (
            "a place",
            defined("Europe/Berlin", &fixed("+0900")),
            "Europe/Berlin",
            BERLIN,
            Nothing,
        ),
        (
            "a place behind a prefix",
            defined("/example.com/Europe/Berlin", &fixed("+0900")),
            "/example.com/Europe/Berlin",
            BERLIN,
            Nothing,
        ),
        (
            "a place by an old name",
            defined("US/Eastern", &fixed("-0500")),
            "US/Eastern",
            NEW_YORK,
            Nothing,
        ),
        (
            "EST of two minds",
            defined("EST", "STANDARD|TZOFFSETTO:-0500\nDAYLIGHT|TZOFFSETTO:-0400"),
            "EST",
            (&["14:00", "15:00"], &["14:00", "15:00"]),
            Several,
        ),
    ]);
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
fn what_can_be_meant_in_several_ways_blocks_in_all_of_them() {
    let with = |from: &str, to: &str| mine(&berlin().replace(from, to));
    check(&[
        (
            "an offset without a time, and another before",
            mine("STANDARD|TZOFFSETFROM:+0200|TZOFFSETTO:+0100"),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        (
            "a part that only seems to change nothing",
            mine(
                &berlin()
                    .replace("FROM:+0200", "FROM:+0100")
                    .replace("BYMONTH=10;BYDAY=-1SU", "BYMONTH=10;BYDAY=LAST"),
            ),
            "My Zone",
            BERLIN,
            Several,
        ),
        // The month of the change is known, and with it winter and summer.
        (
            "a day that cannot be read",
            with("BYMONTH=10;BYDAY=-1SU", "BYMONTH=10;BYDAY=LAST"),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "an empty rule",
            with("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "RRULE:"),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "empty rules",
            mine(
                &berlin()
                    .replace("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "")
                    .replace("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", ""),
            ),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "a rule of seconds",
            with("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=SECONDLY"),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "a rule of days",
            with("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=DAILY"),
            "My Zone",
            BERLIN,
            Several,
        ),
        // No word of when.
        (
            "both offsets alone",
            mine("STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200"),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        (
            "rules without a month",
            mine(
                &since("19700101")
                    .replace("RRULE:FREQ=YEARLY", "RRULE:OFTEN")
                    .replace(";BYMONTH=10", "")
                    .replace(";BYMONTH=3", ""),
            ),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        (
            "summer time that cannot be placed",
            mine(
                "STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:+0100|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200",
            ),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        // The way back is missing: some months after the one change, either offset may be in force.
        (
            "summer time alone",
            mine(SPRING),
            "My Zone",
            (&["08:00", "09:00"], &["08:00"]),
            Several,
        ),
        (
            "winter time alone",
            mine(AUTUMN),
            "My Zone",
            (&["09:00"], &["08:00", "09:00"]),
            Several,
        ),
        (
            "winter time that came once",
            mine(&format!("{SPRING}{}", AUTUMN.split("|RRULE").next().unwrap())),
            "My Zone",
            (&["08:00", "09:00"], &["08:00"]),
            Several,
        ),
        (
            "two of one name",
            format!("{}\r\n{}", mine(&berlin()), mine(&new_york())),
            "My Zone",
            (&["09:00", "15:00"], &["08:00", "14:00"]),
            Several,
        ),
        (
            "two of other names",
            format!("{}\r\n{}", defined("A", &berlin()), defined("B", &new_york())),
            "My Zone",
            (&["09:00", "15:00"], &["08:00", "14:00"]),
            Several,
        ),
    ]);
}

#[test]
fn a_definition_that_cannot_be_read_may_say_its_name() {
    let hinted = |hint: &str| {
        mine(&format!(
            "{hint}\nSTANDARD|TZOFFSETTO:-0500\nDAYLIGHT|TZOFFSETTO:-0400"
        ))
    };
    check(&[
        (
            "X-LIC-LOCATION",
            hinted("X-LIC-LOCATION:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "X-LIC-LOCATION alone",
            mine("X-LIC-LOCATION:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "X-MICROSOFT-CDO-TZID",
            hinted("X-MICROSOFT-CDO-TZID:4"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "X-MICROSOFT-CDO-TZID with a name",
            hinted("X-MICROSOFT-CDO-TZID:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "a number that is no zone",
            mine("X-MICROSOFT-CDO-TZID:52\nX-LIC-LOCATION:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "TZID-ALIAS-OF",
            hinted("TZID-ALIAS-OF:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "TZURL",
            hinted("TZURL:http://tzurl.org/zoneinfo/Europe/Berlin.ics"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "a name of Windows",
            hinted("X-LIC-LOCATION:W. Europe Standard Time"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "one that can be read counts",
            mine(&format!("X-LIC-LOCATION:Asia/Tokyo\n{}", berlin())),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "its own name is one of Windows",
            defined(
                "W. Europe Standard Time",
                "STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200",
            ),
            "W. Europe Standard Time",
            BERLIN,
            Nothing,
        ),
        (
            "its only definition says it",
            mine("X-LIC-LOCATION:Europe/Berlin"),
            "Other",
            BERLIN,
            Assumed,
        ),
    ]);
}

#[test]
fn names_of_other_programs_are_known_without_a_definition() {
    let all_year: Starts = (&["09:00"], &["09:00"]);
    let utc: Starts = (&["10:00"], &["10:00"]);
    let rows: Vec<(&str, Starts, Said)> = vec![
        ("W. Europe Standard Time 1", BERLIN, Nothing),
        ("w. europe daylight time", BERLIN, Nothing),
        ("Romance Standard Time", BERLIN, Nothing),
        (
            "\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"",
            BERLIN,
            Nothing,
        ),
        (
            "(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rom\\, Stockholm\\, Wien",
            BERLIN,
            Nothing,
        ),
        ("(GMT+01.00) Paris/Madrid/Brussels/Copenhagen", BERLIN, Nothing),
        ("\"(GMT+01:00) Sarajevo/Warsaw/Zagreb\"", BERLIN, Nothing),
        ("\"Paris, Madrid\"", BERLIN, Nothing),
        ("Paris\\, Madrid", BERLIN, Nothing),
        ("Romance (heure standard)", BERLIN, Nothing),
        ("Romance (heure d'été)", BERLIN, Nothing),
        ("Mitteleuropäische Zeit", BERLIN, Nothing),
        ("Mitteleuropäische Sommerzeit", BERLIN, Nothing),
        ("Hora estándar romance", BERLIN, Nothing),
        ("ora solare Europa occidentale", BERLIN, Nothing),
        ("West-Europa (standaardtijd)", BERLIN, Nothing),
        ("Central European Time", BERLIN, Nothing),
        ("Eastern Time (US & Canada)", NEW_YORK, Nothing),
        ("(UTC-05:00) Eastern Time (US & Canada)", NEW_YORK, Nothing),
        ("America/New York", NEW_YORK, Nothing),
        ("US/Eastern", NEW_YORK, Nothing),
        ("/mozilla.org/20070129_1/Europe/Berlin", BERLIN, Nothing),
        ("mozilla.org-20050126_1-Europe/Berlin", BERLIN, Nothing),
        ("/citadel.org/20100101_1/Europe/Berlin", BERLIN, Nothing),
        (
            "/softwarestudio.org/Olson_20011030_5/Europe/Berlin",
            BERLIN,
            Nothing,
        ),
        ("\"TZ:Europe/Berlin\"", BERLIN, Nothing),
        ("Europe/Berlin (CET)", BERLIN, Nothing),
        ("Europe/Berlin 1", BERLIN, Nothing),
        ("CET", BERLIN, Nothing),
        ("EST", (&["15:00"], &["15:00"]), Nothing),
        ("EST5EDT", NEW_YORK, Nothing),
        ("tzone://Microsoft/Utc", utc, Nothing),
        ("\"tzone://Microsoft/Utc\"", utc, Nothing),
        ("Z", utc, Nothing),
        ("Zulu", utc, Nothing),
        ("Coordinated Universal Time", utc, Nothing),
        ("Etc/GMT-1", all_year, Nothing),
        ("UTC+1", all_year, Nothing),
        ("UTC+01:00", all_year, Nothing),
        ("GMT +0100", all_year, Nothing),
        ("+01", all_year, Nothing),
        ("\"+01:00\"", all_year, Nothing),
        ("\"(UTC+01:00)\"", all_year, Nothing),
        ("\"(UTC+01:00) Headquarters\"", BERLIN_OR_HOUR_LATER, Several),
        ("PST", (&["18:00"], &["17:00", "18:00"]), Several),
        (
            "CST",
            (&["02:00", "16:00"], &["02:00", "15:00", "16:00"]),
            Several,
        ),
        ("Customized Time Zone", OWNER, Assumed),
        ("Hora oficial de Marte", OWNER, Assumed),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(tzid, starts, said)| fault(tzid, &calendar(&[&events(tzid)]), *starts, *said))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A definition of which only the offsets can be read.
fn either() -> String {
    mine("STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200")
}

fn reading_of(lines: &[&str]) -> Reading {
    of_2026(&calendar(&[&either(), &event_lines("x", lines)]))
}

#[test]
fn only_what_every_reading_has_is_understood() {
    let text = calendar(&[&mine(SPRING), &events("My Zone")]);
    let reading = of_2026(&text);
    let blocks: Vec<Blocks> = reading.instances.iter().map(|i| i.blocks).collect();
    assert_eq!(
        blocks,
        [Blocks::Busy, Blocks::NotUnderstood, Blocks::NotUnderstood]
    );
}

#[test]
fn a_series_leaves_out_and_moves_its_occurrences_in_every_reading() {
    let reading = of_2026(&calendar(&[
        &either(),
        &event_lines(
            "x",
            &[
                "DTSTART;TZID=My Zone:20260706T100000",
                "DTEND;TZID=My Zone:20260706T110000",
                "RRULE:FREQ=DAILY;COUNT=3",
                "EXDATE;TZID=My Zone:20260707T100000",
            ],
        ),
        &event_lines(
            "x",
            &[
                "RECURRENCE-ID;TZID=My Zone:20260708T100000",
                "DTSTART;TZID=My Zone:20260708T150000",
                "DURATION:PT1H",
            ],
        ),
    ]));
    assert_eq!(
        shown(&reading),
        [
            "2026-07-06T08:00/2026-07-06T09:00 not-understood",
            "2026-07-06T09:00/2026-07-06T10:00 not-understood",
            "2026-07-08T13:00/2026-07-08T14:00 not-understood",
            "2026-07-08T14:00/2026-07-08T15:00 not-understood",
        ]
    );
}

#[test]
fn an_exception_frees_only_what_it_frees_in_every_reading() {
    // Ten o'clock there may be eight or nine in UTC.
    let reading = reading_of(&[
        "DTSTART:20260706T080000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=2",
        "EXDATE;TZID=My Zone:20260706T100000",
    ]);
    assert_eq!(
        shown(&reading),
        [
            "2026-07-06T08:00/2026-07-06T09:00 not-understood",
            "2026-07-07T08:00/2026-07-07T09:00 busy",
        ]
    );
}

#[test]
fn a_start_and_an_end_of_two_unclear_zones_block_from_the_earliest_to_the_latest() {
    let other = defined("Other", "STANDARD|TZOFFSETTO:-0500\nDAYLIGHT|TZOFFSETTO:-0400");
    let event = event_lines(
        "x",
        &[
            "DTSTART;TZID=My Zone:20260706T100000",
            "DTEND;TZID=Other:20260706T100000",
        ],
    );
    let reading = of_2026(&calendar(&[&either(), &other, &event]));
    assert!(
        covered(&reading, "2026-07-06T08:00:00Z", "2026-07-06T15:00:00Z"),
        "{:?}",
        shown(&reading)
    );
}

#[test]
fn dates_and_times_in_utc_need_no_zone() {
    for (line, start) in [
        ("DTSTART;TZID=My Zone;VALUE=DATE:20260706", "2026-07-05T15:00"),
        ("DTSTART;TZID=My Zone:20260706T100000Z", "2026-07-06T10:00"),
        ("DTSTART:20260706T100000", "2026-07-06T01:00"),
    ] {
        let reading = reading_of(&[line]);
        assert_eq!(shown(&reading)[0][..16], *start, "{line}");
        assert!(reading.problems.is_empty(), "{line}");
    }
}

#[test]
fn more_meanings_than_are_looked_at_are_said() {
    // Six zones of two meanings each.
    let zones: Vec<String> = (0..6)
        .map(|n| {
            defined(
                &format!("Zone {n}"),
                "STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200",
            )
        })
        .collect();
    let events: Vec<String> = (0..6)
        .map(|n| {
            event_lines(
                &n.to_string(),
                &[&format!("DTSTART;TZID=Zone {n}:20260706T100000"), "DURATION:PT1H"],
            )
        })
        .collect();
    let lines: Vec<&str> = zones.iter().chain(&events).map(String::as_str).collect();
    let reading = of_2026(&calendar(&lines));
    assert_eq!(
        reading.instances.len(),
        12,
        "each event blocks in both of its meanings"
    );
    assert!(reading.problems.iter().any(|problem| problem.unplaced));
}

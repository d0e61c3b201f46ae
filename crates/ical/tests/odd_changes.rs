//! Changes of series that lack a zone or an end, or name an occurrence that the series does not have. For somebody in New York, in
//! November and December 2026.

mod support;

use ical::ProblemKind;
use support::cases::text;
use support::{read, shown};

/// Name; events, each a text of lines; what blocks.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const BERLIN: &str = "DTSTART;TZID=Europe/Berlin:20261201T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
const UTC: &str = "DTSTART:20261201T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
const DAYS: &str = "DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261203\nRRULE:FREQ=WEEKLY;COUNT=2";

#[rustfmt::skip]
const WITHOUT_A_ZONE: &[Case] = &[
    ("a change without a zone is read by the clocks of the series and of the owner",
        &[BERLIN, "RECURRENCE-ID:20261202T090000\nDTSTART:20261202T110000\nDURATION:PT1H"],
        &["2026-12-01T08:00/2026-12-01T09:00 busy", "2026-12-02T10:00/2026-12-02T11:00 not-understood",
          "2026-12-02T16:00/2026-12-02T17:00 not-understood", "2026-12-03T08:00/2026-12-03T09:00 busy"]),
    ("with an end that lost it, too",
        &[BERLIN, "RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000\nDTSTART:20261202T110000\nDTEND:20261202T123000"],
        &["2026-12-01T08:00/2026-12-01T09:00 busy", "2026-12-02T10:00/2026-12-02T11:30 not-understood",
          "2026-12-02T16:00/2026-12-02T17:30 not-understood", "2026-12-03T08:00/2026-12-03T09:00 busy"]),
    ("in a zone that is not known",
        &[BERLIN, "RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000\nDTSTART;TZID=Nowhere:20261202T110000\nDURATION:PT1H"],
        &["2026-12-01T08:00/2026-12-01T09:00 busy",
          "2026-12-02T10:00/2026-12-02T11:00 not-understood", "2026-12-02T16:00/2026-12-02T17:00 not-understood",
          "2026-12-03T08:00/2026-12-03T09:00 busy"]),
    ("of a series in UTC",
        &[UTC, "RECURRENCE-ID:20261202T150000Z\nDTSTART:20261202T170000\nDURATION:PT1H"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T17:00/2026-12-02T18:00 not-understood",
          "2026-12-02T22:00/2026-12-02T23:00 not-understood", "2026-12-03T15:00/2026-12-03T16:00 busy"]),
    ("of all later dates",
        &[BERLIN, "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261202T090000\nDTSTART:20261202T110000\nDURATION:PT1H"],
        &["2026-12-01T08:00/2026-12-01T09:00 busy",
          "2026-12-02T10:00/2026-12-02T11:00 not-understood", "2026-12-02T16:00/2026-12-02T17:00 not-understood",
          "2026-12-03T10:00/2026-12-03T11:00 not-understood", "2026-12-03T16:00/2026-12-03T17:00 not-understood"]),
    ("by a day the occurrence stays, whatever the change says",
        &[BERLIN, "RECURRENCE-ID;VALUE=DATE:20261202\nDTSTART:20261202T090000\nDURATION:PT1H\nSTATUS:CANCELLED"],
        &["2026-12-01T08:00/2026-12-01T09:00 busy", "2026-12-02T08:00/2026-12-02T09:00 busy", "2026-12-03T08:00/2026-12-03T09:00 busy"]),
    ("an occurrence named in a zone that is not known stays",
        &[BERLIN, "RECURRENCE-ID;TZID=Nowhere:20261202T030000\nDTSTART;TZID=Europe/Berlin:20261205T090000\nDURATION:PT1H"],
        &["2026-12-01T08:00/2026-12-01T09:00 busy", "2026-12-02T08:00/2026-12-02T09:00 not-understood",
          "2026-12-03T08:00/2026-12-03T09:00 busy",
          "2026-12-05T08:00/2026-12-05T09:00 not-understood", "2026-12-05T08:00/2026-12-05T09:00 not-understood"]),
    ("and so does one left out in such a zone",
        &["DTSTART;TZID=Europe/Berlin:20261201T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;TZID=Nowhere:20261202T030000"],
        &["2026-12-01T08:00/2026-12-01T09:00 busy", "2026-12-02T08:00/2026-12-02T09:00 not-understood"]),
];

#[rustfmt::skip]
const CLEAR: &[Case] = &[
    ("a floating change of a floating series is nothing odd",
        &["DTSTART:20261201T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "RECURRENCE-ID:20261202T090000\nDTSTART:20261202T110000\nDURATION:PT1H"],
        &["2026-12-01T14:00/2026-12-01T15:00 busy", "2026-12-02T16:00/2026-12-02T17:00 busy"]),
    ("nor is one where both clocks say the same",
        &["DTSTART;TZID=America/New_York:20261201T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "RECURRENCE-ID:20261202T090000\nDTSTART:20261202T110000\nDURATION:PT1H"],
        &["2026-12-01T14:00/2026-12-01T15:00 busy", "2026-12-02T16:00/2026-12-02T17:00 busy"]),
    ("a change to a moment of a series of moments",
        &["DTSTART:20261201T150000Z\nRRULE:FREQ=DAILY;COUNT=1", "RECURRENCE-ID:20261201T150000Z\nDTSTART:20261201T160000Z"],
        &["2026-12-01T16:00/2026-12-01T16:00 busy"]),
    ("a change of one whole day",
        &["DTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=1", "RECURRENCE-ID;VALUE=DATE:20261201\nDTSTART;VALUE=DATE:20261202"],
        &["2026-12-02T05:00/2026-12-03T05:00 all-day"]),
    ("a change that ends when it starts says so",
        &[UTC, "RECURRENCE-ID:20261202T150000Z\nDTSTART:20261202T170000Z\nDTEND:20261202T170000Z"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T17:00/2026-12-02T17:00 busy", "2026-12-03T15:00/2026-12-03T16:00 busy"]),
    ("all later dates of an additional one",
        &["DTSTART:20261201T150000Z\nDURATION:PT1H\nRDATE:20261203T150000Z,20261205T150000Z",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261203T150000Z\nDTSTART:20261203T170000Z\nDURATION:PT1H"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-03T17:00/2026-12-03T18:00 busy", "2026-12-05T17:00/2026-12-05T18:00 busy"]),
    ("all later dates of one that is left out",
        &["DTSTART:20261201T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20261202T150000Z",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T150000Z\nDTSTART:20261202T170000Z\nDURATION:PT1H"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T17:00/2026-12-02T18:00 busy", "2026-12-03T17:00/2026-12-03T18:00 busy"]),
];

#[rustfmt::skip]
const WITHOUT_AN_END: &[Case] = &[
    ("a change that does not say when it ends lasts as long as the others",
        &[UTC, "RECURRENCE-ID:20261202T150000Z\nDTSTART:20261202T170000Z"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T17:00/2026-12-02T18:00 not-understood", "2026-12-03T15:00/2026-12-03T16:00 busy"]),
    ("one of all later dates, too",
        &[UTC, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T150000Z\nDTSTART:20261202T170000Z"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T17:00/2026-12-02T18:00 not-understood",
          "2026-12-03T17:00/2026-12-03T18:00 not-understood"]),
    ("one of whole days stays one of whole days",
        &[DAYS, "RECURRENCE-ID;VALUE=DATE:20261208\nDTSTART;VALUE=DATE:20261209"],
        &["2026-12-01T05:00/2026-12-03T05:00 all-day", "2026-12-09T05:00/2026-12-11T05:00 all-day"]),
    ("one to a time among whole days takes the rest of as many days",
        &[DAYS, "RECURRENCE-ID;VALUE=DATE:20261208\nDTSTART;TZID=America/New_York:20261208T100000"],
        &["2026-12-01T05:00/2026-12-03T05:00 all-day", "2026-12-08T15:00/2026-12-10T05:00 not-understood"]),
    ("one that takes no time takes none",
        &[UTC, "RECURRENCE-ID:20261202T150000Z\nDTSTART:20261202T170000Z\nTRANSP:TRANSPARENT", "RECURRENCE-ID:20261203T150000Z\nDTSTART:20261203T170000Z"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-03T17:00/2026-12-03T18:00 not-understood"]),
];

#[rustfmt::skip]
const OF_SEVERAL_DATES: &[Case] = &[
    ("all later dates from one on that the series does not have: they stay, and are where the change puts them",
        &[UTC, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T170000Z\nDTSTART:20261202T200000Z\nDURATION:PT1H"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T15:00/2026-12-02T16:00 busy", "2026-12-02T20:00/2026-12-02T21:00 busy",
          "2026-12-03T15:00/2026-12-03T16:00 not-understood", "2026-12-03T18:00/2026-12-03T19:00 not-understood",
          "2026-12-03T20:00/2026-12-03T21:00 not-understood"]),
    ("on another day of the week",
        &["DTSTART:20261201T150000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T150000Z\nDTSTART:20261203T150000Z\nDURATION:PT1H"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-03T15:00/2026-12-03T16:00 busy",
          "2026-12-08T15:00/2026-12-08T16:00 not-understood", "2026-12-09T15:00/2026-12-09T16:00 not-understood",
          "2026-12-10T15:00/2026-12-10T16:00 not-understood", "2026-12-15T15:00/2026-12-15T16:00 not-understood",
          "2026-12-16T15:00/2026-12-16T16:00 not-understood", "2026-12-17T15:00/2026-12-17T16:00 not-understood"]),
    ("a cancelled one",
        &[UTC, "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T170000Z\nDTSTART:20261202T170000Z\nDURATION:PT1H\nSTATUS:CANCELLED"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T15:00/2026-12-02T16:00 busy", "2026-12-03T15:00/2026-12-03T16:00 not-understood"]),
    ("whole days",
        &["DTSTART;VALUE=DATE:20261201\nTRANSP:OPAQUE\nRRULE:FREQ=WEEKLY;COUNT=2",
          "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261207\nDTSTART;VALUE=DATE:20261207\nTRANSP:OPAQUE"],
        &["2026-12-01T05:00/2026-12-02T05:00 busy", "2026-12-07T05:00/2026-12-08T05:00 busy",
          "2026-12-08T05:00/2026-12-09T05:00 not-understood", "2026-12-08T05:00/2026-12-09T05:00 not-understood",
          "2026-12-14T05:00/2026-12-15T05:00 not-understood"]),
    ("a second change that names the time to which the first moved it",
        &["DTSTART:20261201T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T150000Z\nDTSTART:20261202T160000Z\nDURATION:PT1H",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261203T160000Z\nDTSTART:20261203T180000Z\nDURATION:PT1H"],
        &["2026-12-01T15:00/2026-12-01T16:00 busy", "2026-12-02T16:00/2026-12-02T17:00 busy",
          "2026-12-03T16:00/2026-12-03T17:00 busy", "2026-12-03T18:00/2026-12-03T19:00 busy"]),
    ("this and all earlier ones: they are at both times",
        &["DTSTART:20261201T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4",
          "RECURRENCE-ID;RANGE=THISANDPRIOR:20261203T150000Z\nDTSTART:20261203T180000Z\nDURATION:PT1H"],
        &["2026-12-01T15:00/2026-12-01T16:00 not-understood", "2026-12-01T18:00/2026-12-01T19:00 not-understood",
          "2026-12-02T15:00/2026-12-02T16:00 not-understood", "2026-12-02T18:00/2026-12-02T19:00 not-understood",
          "2026-12-03T18:00/2026-12-03T19:00 busy", "2026-12-04T15:00/2026-12-04T16:00 busy"]),
    ("a cancelled one of all earlier ones frees its own date only",
        &["DTSTART:20261201T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
          "RECURRENCE-ID;RANGE=THISANDPRIOR:20261202T150000Z\nDTSTART:20261202T150000Z\nDURATION:PT1H\nSTATUS:CANCELLED"],
        &["2026-12-01T15:00/2026-12-01T16:00 not-understood", "2026-12-03T15:00/2026-12-03T16:00 busy"]),
];

fn check(cases: &[Case], kind: Option<ProblemKind>) {
    for (name, events, expected) in cases {
        let mut reading = read(&text(events));
        reading.instances.retain(|i| i.blocks.takes_time(true));
        assert_eq!(shown(&reading), *expected, "{name}");
        let said = reading.problems.iter().any(|problem| Some(problem.kind) == kind);
        assert!(
            said == kind.is_some() && (said || reading.problems.is_empty()),
            "{name}: {:?}",
            reading.problems
        );
        assert!(!reading.problems.iter().any(|problem| problem.unplaced), "{name}");
    }
}

#[test]
fn a_change_that_lost_its_zone_blocks_by_the_clocks_of_its_series_and_its_owner() {
    check(WITHOUT_A_ZONE, Some(ProblemKind::Zone));
}

#[test]
fn changes_of_which_all_is_known_are_nothing_odd() {
    check(CLEAR, None);
}

#[test]
fn a_change_without_an_end_takes_the_length_of_its_series() {
    check(WITHOUT_AN_END, Some(ProblemKind::End));
}

#[test]
fn changes_of_several_dates_keep_what_they_may_not_mean() {
    check(OF_SEVERAL_DATES, Some(ProblemKind::Occurrence));
}

#[test]
fn a_range_that_is_not_known_may_be_any() {
    for range in ["ALL", "THISANDFUTUR", "THISANDPREVIOUS"] {
        let change =
            format!("RECURRENCE-ID;RANGE={range}:20261202T150000Z\nDTSTART:20261202T180000Z\nDURATION:PT1H");
        let mut reading = read(&text(&[UTC, &change]));
        reading.instances.dedup();
        let starts: Vec<String> = shown(&reading)
            .iter()
            .map(|line| line[8..13].to_owned())
            .collect();
        assert_eq!(starts, ["01T15", "01T18", "02T18", "03T18"], "{range}");
    }
}

#[test]
fn changes_that_name_no_occurrence_are_bounded() {
    let changes: Vec<String> = (0..2_000)
        .map(|n| {
            let (minute, second) = (n / 60 % 60, n % 60);
            format!(
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20261102T16{minute:02}{second:02}Z\nDTSTART:20261102T17{second:02}{minute:02}Z\nDURATION:PT1H"
            )
        })
        .collect();
    let series = "DTSTART:20261101T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY";
    let all: Vec<&str> = std::iter::once(series)
        .chain(changes.iter().map(String::as_str))
        .collect();
    let reading = read(&text(&all));
    assert!(reading.instances.len() < 10_000, "{}", reading.instances.len());
    assert!(reading.problems.iter().any(|problem| problem.unplaced));
}

#[test]
fn what_is_left_out_in_one_of_more_zones_than_can_be_combined_stays() {
    // Each of five zones may be either of two offsets.
    let zones: Vec<String> = (1..=5)
        .map(|n| {
            let (this, next) = (format!("+0{n}00"), format!("+0{}00", n + 1));
            format!(
                "BEGIN:VTIMEZONE\r\nTZID:H{n}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{this}\r\nTZOFFSETTO:{next}\r\n\
                 RRULE:FREQ=XX;BYDAY=YY\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:{next}\r\nTZOFFSETTO:{this}\r\nEND:DAYLIGHT\r\n\
                 END:VTIMEZONE"
            )
        })
        .collect();
    let event = support::event_lines(
        "a",
        &[
            "DTSTART;TZID=H1:20261201T100000",
            "DTEND;TZID=H2:20261201T130000",
            "RDATE;TZID=H3:20261203T100000",
            "RDATE;TZID=H4:20261204T100000",
            "EXDATE;TZID=H5:20261203T120000",
        ],
    );
    let mut lines: Vec<&str> = zones.iter().map(String::as_str).collect();
    lines.push(&event);
    let reading = read(&support::calendar(&lines));
    for (from, to) in [
        ("2026-12-03T06:00:00Z", "2026-12-03T08:00:00Z"),
        ("2026-12-04T05:00:00Z", "2026-12-04T07:00:00Z"),
    ] {
        assert!(support::covered(&reading, from, to), "{:?}", shown(&reading));
    }
}

const TWICE_A_DAY: &str =
    "DTSTART;TZID=Europe/Berlin:20261201T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=9,15;COUNT=4";
const EACH_DAY: &str = "DTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=5";

#[test]
#[rustfmt::skip]
fn a_change_stays_whatever_the_sequence_of_one_that_may_be_of_another_occurrence() {
    // The series, what names the occurrences, what the older change of them is, and whether it stays.
    let cases: &[(&[&str], [&str; 2], bool)] = &[
        // A day of a series with times, or of none that is known, may have several occurrences.
        (&[TWICE_A_DAY], ["RECURRENCE-ID;VALUE=DATE:20261202", "RECURRENCE-ID;VALUE=DATE:20261202"], true),
        (&[], ["RECURRENCE-ID;VALUE=DATE:20261202", "RECURRENCE-ID;VALUE=DATE:20261202"], true),
        // Several times of one day, and a day and a time, of a series of whole days.
        (&[EACH_DAY], ["RECURRENCE-ID:20261202T080000Z", "RECURRENCE-ID:20261202T130000Z"], true),
        (&[EACH_DAY], ["RECURRENCE-ID:20261202T080000", "RECURRENCE-ID:20261202T130000"], true),
        (&[EACH_DAY], ["RECURRENCE-ID;VALUE=DATE:20261202", "RECURRENCE-ID:20261202T130000Z"], true),
        // Without the series.
        (&[], ["RECURRENCE-ID:20261202T080000Z", "RECURRENCE-ID:20261202T130000Z"], true),
        (&[], ["RECURRENCE-ID;TZID=Europe/Berlin:20261202T080000", "RECURRENCE-ID;TZID=Europe/Berlin:20261202T130000"], true),
        // Of one series or the other, whichever is meant.
        (&[EACH_DAY, TWICE_A_DAY], ["RECURRENCE-ID;VALUE=DATE:20261202", "RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000"], true),
        (&[TWICE_A_DAY, TWICE_A_DAY], ["RECURRENCE-ID:20261202T080000Z", "RECURRENCE-ID:20261202T080000Z"], true),
        // One date, and that date with all before it.
        (&[TWICE_A_DAY], ["RECURRENCE-ID:20261202T080000Z", "RECURRENCE-ID;RANGE=THISANDPRIOR:20261202T080000Z"], true),
        // The same occurrence.
        (&[EACH_DAY], ["RECURRENCE-ID;VALUE=DATE:20261202", "RECURRENCE-ID;VALUE=DATE:20261202"], false),
        (&[TWICE_A_DAY], ["RECURRENCE-ID:20261202T080000Z", "RECURRENCE-ID:20261202T080000Z"], false),
        (&[TWICE_A_DAY], ["RECURRENCE-ID;TZID=Europe/Berlin:20261202T090000", "RECURRENCE-ID:20261202T080000Z"], false),
        (&[TWICE_A_DAY], ["RECURRENCE-ID:20261202T090000", "RECURRENCE-ID:20261202T090000"], false),
        (&[TWICE_A_DAY], ["RECURRENCE-ID;TZID=Nowhere:20261202T090000", "RECURRENCE-ID;TZID=Nowhere:20261202T090000"], false),
        (&[], ["RECURRENCE-ID:20261202T080000Z", "RECURRENCE-ID:20261202T080000Z"], false),
    ];
    for (series, [newer, older], stays) in cases {
        for newer_start in ["DTSTART:20261210T080000Z\nDURATION:PT1H", "DTSTART;VALUE=DATE:20261210"] {
            for status in ["CONFIRMED", "CANCELLED"] {
                let newer = format!("{newer}\nSEQUENCE:2\nSTATUS:{status}\n{newer_start}");
                for (start, from, to) in [
                    ("DTSTART:20261215T130000Z\nDURATION:PT1H", "2026-12-15T13:00:00Z", "2026-12-15T14:00:00Z"),
                    ("DTSTART;VALUE=DATE:20261215\nTRANSP:OPAQUE", "2026-12-15T05:00:00Z", "2026-12-16T05:00:00Z"),
                ] {
                    let older = format!("{older}\nSEQUENCE:1\n{start}");
                    for changes in [[&newer, &older], [&older, &newer]] {
                        let events: Vec<&str> =
                            series.iter().copied().chain(changes.map(String::as_str)).collect();
                        let reading = read(&text(&events));
                        assert_eq!(support::covered(&reading, from, to), *stays, "{events:#?}");
                    }
                }
            }
        }
    }
}

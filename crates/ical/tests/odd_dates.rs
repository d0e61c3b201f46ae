//! Additional dates, exceptions and changes in another form than their series, and components that are no events. For somebody in
//! New York, in November and December 2026.

mod support;

use ical::{Blocks, ProblemKind};
use support::cases::text;
use support::{busy, calendar, event, event_lines, read, read_in, shown};

/// Name; events, each a text of lines; what blocks.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // A date among the additional dates of a series with times.
    ("a date keeps the length of the series",
        &["DTSTART:20261102T150000Z\nDURATION:P3D\nRDATE;VALUE=DATE:20261120"],
        &["2026-11-02T15:00/2026-11-05T15:00 busy", "2026-11-20T05:00/2026-11-23T05:00 busy", "2026-11-20T15:00/2026-11-23T15:00 busy"]),
    ("a date takes at least its whole day",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE;VALUE=DATE:20261120"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-20T05:00/2026-11-21T05:00 busy"]),
    ("a date of a series in a far zone is its day there, too",
        &["DTSTART;TZID=Asia/Tokyo:20261102T100000\nDURATION:PT1H\nRDATE;VALUE=DATE:20261110"],
        &["2026-11-02T01:00/2026-11-02T02:00 busy", "2026-11-10T01:00/2026-11-10T02:00 busy", "2026-11-10T05:00/2026-11-11T05:00 busy"]),
    ("a date of a series over midnight lasts into the next day",
        &["DTSTART;TZID=America/New_York:20261102T230000\nDURATION:PT3H\nRDATE;VALUE=DATE:20261110"],
        &["2026-11-03T04:00/2026-11-03T07:00 busy", "2026-11-10T05:00/2026-11-11T05:00 busy", "2026-11-11T04:00/2026-11-11T07:00 busy"]),
    ("days as a period, whatever the zone of the series",
        &["DTSTART;TZID=Asia/Tokyo:20261102T180000\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261120/20261122"],
        &["2026-11-02T09:00/2026-11-02T10:00 busy", "2026-11-20T05:00/2026-11-22T05:00 busy"]),
    ("a period of days",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261120/P2D"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-20T05:00/2026-11-22T05:00 busy"]),
    // A time among the additional dates of a series of whole days.
    ("a time takes its day and does not end at midnight",
        &["DTSTART;VALUE=DATE:20261101\nDURATION:PT5H\nRDATE:20261114T025800Z"],
        &["2026-11-01T04:00/2026-11-02T05:00 all-day", "2026-11-13T05:00/2026-11-14T05:00 all-day", "2026-11-14T02:58/2026-11-14T07:58 busy"]),
    ("a time lasts as long as the series' days",
        &["DTSTART;VALUE=DATE:20261102\nDTEND;VALUE=DATE:20261104\nTRANSP:OPAQUE\nRDATE;TZID=America/New_York:20261110T180000"],
        &["2026-11-02T05:00/2026-11-04T05:00 busy", "2026-11-10T05:00/2026-11-12T05:00 busy", "2026-11-10T23:00/2026-11-12T23:00 busy"]),
    ("a midnight is a date",
        &["DTSTART;VALUE=DATE:20261102\nRDATE:20261110T000000Z,20261112T000000"],
        &["2026-11-02T05:00/2026-11-03T05:00 all-day", "2026-11-10T05:00/2026-11-11T05:00 all-day", "2026-11-12T05:00/2026-11-13T05:00 all-day"]),
    ("a period keeps its end",
        &["DTSTART;VALUE=DATE:20261102\nRDATE;VALUE=PERIOD:20261110T230000Z/PT9H"],
        &["2026-11-02T05:00/2026-11-03T05:00 all-day", "2026-11-10T05:00/2026-11-11T05:00 all-day", "2026-11-10T23:00/2026-11-11T08:00 busy"]),
    // Exceptions.
    ("an exception by day leaves an additional date of another zone",
        &["DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRDATE;TZID=Asia/Tokyo:20261104T010000\nEXDATE;VALUE=DATE:20261103"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T16:00/2026-11-03T17:00 busy"]),
    ("an exception by day leaves an additional date in UTC",
        &["DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRDATE:20261104T020000Z\nEXDATE;VALUE=DATE:20261103,20261104"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-04T02:00/2026-11-04T03:00 busy"]),
    ("an exception by day takes an additional date of the series' own zone",
        &["DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRDATE;TZID=America/New_York:20261103T180000\nEXDATE;VALUE=DATE:20261103"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("an exception in the same words takes an additional date of any form",
        &["DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRDATE;TZID=Asia/Tokyo:20261104T010000\nEXDATE;TZID=Asia/Tokyo:20261104T010000\n\
           RDATE;VALUE=DATE:20261110\nEXDATE;VALUE=DATE:20261110"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("an exception by the same instant takes an additional date of another zone",
        &["DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRDATE;TZID=Asia/Tokyo:20261104T010000\nEXDATE:20261103T160000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    // Changes from one occurrence on.
    ("a change of all later dates does not shorten a period",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRDATE;VALUE=PERIOD:20261105T150000Z/PT6H",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T150000Z\nDTSTART:20261103T160000Z\nDURATION:PT30M"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T16:00/2026-11-03T16:30 busy", "2026-11-05T16:00/2026-11-05T22:00 busy"]),
    ("it may make a period longer",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRDATE;VALUE=PERIOD:20261105T150000Z/PT1H",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T150000Z\nDTSTART:20261103T150000Z\nDURATION:PT3H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T18:00 busy", "2026-11-05T15:00/2026-11-05T18:00 busy"]),
    // A day as the identity of an occurrence with a time.
    ("a change by day leaves an occurrence of that day at another time",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;VALUE=DATE:20261103\nDTSTART:20261103T180000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy", "2026-11-03T18:00/2026-11-03T19:00 busy"]),
    ("one to another day, too",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;VALUE=DATE:20261102\nDTSTART:20261103T150000Z\nDURATION:PT2H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy", "2026-11-03T15:00/2026-11-03T17:00 busy"]),
    ("one that is cancelled at another time",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;VALUE=DATE:20261103\nDTSTART:20261103T180000Z\nDURATION:PT1H\nSTATUS:CANCELLED"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
    ("one that begins when the occurrence does replaces it",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;VALUE=DATE:20261103\nDTSTART;TZID=America/New_York:20261103T100000\nDURATION:PT30M"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T15:30 busy"]),
    ("of two occurrences of the day only that one",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=15,18;COUNT=2",
          "RECURRENCE-ID;VALUE=DATE:20261102\nDTSTART:20261102T180000Z\nDURATION:PT1H\nSTATUS:CANCELLED"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("a change by day of this and all later ones leaves them beside it",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261103\nDTSTART:20261103T180000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 not-understood",
          "2026-11-03T18:00/2026-11-03T19:00 busy", "2026-11-03T18:00/2026-11-03T19:00 busy"]),
    ("at the same time it replaces them",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
          "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261103\nDTSTART:20261103T150000Z\nDURATION:PT1H\nSTATUS:CANCELLED"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    // Two series of one identity.
    ("a change replaces an occurrence of one series, the shorter one",
        &["DTSTART:20261102T150000Z\nDURATION:PT3H\nRRULE:FREQ=DAILY;COUNT=2", "DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID:20261103T150000Z\nDTSTART:20261110T150000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-02T15:00/2026-11-02T18:00 busy", "2026-11-03T15:00/2026-11-03T18:00 busy", "2026-11-10T15:00/2026-11-10T16:00 busy"]),
    ("one of a free series before one of a busy one",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "DTSTART:20261102T150000Z\nDURATION:PT3H\nRRULE:FREQ=DAILY;COUNT=2\nTRANSP:TRANSPARENT",
          "RECURRENCE-ID:20261103T150000Z\nDTSTART:20261110T150000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy", "2026-11-10T15:00/2026-11-10T16:00 busy"]),
    ("a change finds the series that has the occurrence",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "DTSTART:20261102T200000Z\nDURATION:PT3H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID:20261103T200000Z\nDTSTART:20261110T150000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-02T20:00/2026-11-02T23:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy", "2026-11-10T15:00/2026-11-10T16:00 busy"]),
    ("a change by day of one of two series frees neither",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1", "DTSTART:20261102T200000Z\nDURATION:PT3H\nRRULE:FREQ=DAILY;COUNT=1",
          "RECURRENCE-ID;VALUE=DATE:20261102\nDTSTART:20261110T150000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-02T20:00/2026-11-02T23:00 busy", "2026-11-10T15:00/2026-11-10T16:00 busy"]),
    ("a change of all later dates moves one of two series and leaves the other",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T150000Z\nDTSTART:20261103T200000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy",
          "2026-11-03T20:00/2026-11-03T21:00 busy", "2026-11-03T20:00/2026-11-03T21:00 busy"]),
];

#[test]
fn each_case_blocks_what_it_says() {
    for (name, events, expected) in CASES {
        assert_eq!(busy(&text(events)), *expected, "{name}");
    }
}

#[test]
fn what_is_in_the_table_is_understood() {
    for (name, events, _) in CASES {
        assert!(read(&text(events)).problems.is_empty(), "{name}");
    }
}

/// Additional dates without a known zone in a series with one.
#[rustfmt::skip]
const WITHOUT_A_ZONE: &[Case] = &[
    ("a time is that of the series and of the owner",
        &["DTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:PT1H\nRDATE:20261110T090000"],
        &["2026-11-02T08:00/2026-11-02T09:00 busy", "2026-11-10T08:00/2026-11-10T09:00 busy", "2026-11-10T14:00/2026-11-10T15:00 busy"]),
    ("a period, too",
        &["DTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261110T090000/PT2H"],
        &["2026-11-02T08:00/2026-11-02T09:00 busy", "2026-11-10T08:00/2026-11-10T10:00 busy", "2026-11-10T14:00/2026-11-10T16:00 busy"]),
    ("a period with an end is as long either way",
        &["DTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261110T090000/20261110T110000"],
        &["2026-11-02T08:00/2026-11-02T09:00 busy", "2026-11-10T08:00/2026-11-10T10:00 busy", "2026-11-10T14:00/2026-11-10T16:00 busy"]),
    ("a series in UTC",
        &["DTSTART:20261102T090000Z\nDURATION:PT1H\nRDATE:20261110T090000"],
        &["2026-11-02T09:00/2026-11-02T10:00 busy", "2026-11-10T09:00/2026-11-10T10:00 busy", "2026-11-10T14:00/2026-11-10T15:00 busy"]),
    ("an exception in the same words takes both",
        &["DTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:PT1H\nRDATE:20261110T090000\nEXDATE:20261110T090000"],
        &["2026-11-02T08:00/2026-11-02T09:00 busy"]),
    ("an exception in the zone of the series takes one",
        &["DTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:PT1H\nRDATE:20261110T090000\nEXDATE;TZID=Europe/Berlin:20261110T090000"],
        &["2026-11-02T08:00/2026-11-02T09:00 busy", "2026-11-10T14:00/2026-11-10T15:00 busy"]),
    ("a zone that is not known",
        &["DTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:PT1H\nRDATE;TZID=Nowhere:20261110T090000"],
        &["2026-11-02T08:00/2026-11-02T09:00 busy", "2026-11-10T08:00/2026-11-10T09:00 busy", "2026-11-10T14:00/2026-11-10T15:00 not-understood"]),
];

#[test]
fn an_additional_date_without_a_known_zone_blocks_in_that_of_its_series_and_in_the_owners() {
    for (name, events, expected) in WITHOUT_A_ZONE {
        let text = text(events);
        assert_eq!(busy(&text), *expected, "{name}");
        let problems = read(&text).problems;
        let told = |problem: &ical::Problem| matches!(problem.kind, ProblemKind::Date | ProblemKind::Zone);
        assert_eq!(
            problems.iter().any(told),
            expected.len() > 1 && !name.contains("same words"),
            "{name}"
        );
        assert!(problems.iter().all(|problem| !problem.unplaced), "{name}");
    }
}

#[test]
fn a_floating_additional_date_of_a_floating_series_needs_no_zone() {
    let text = text(&["DTSTART:20261102T090000\nDURATION:PT1H\nRDATE:20261110T090000"]);
    assert_eq!(
        busy(&text),
        [
            "2026-11-02T14:00/2026-11-02T15:00 busy",
            "2026-11-10T14:00/2026-11-10T15:00 busy"
        ]
    );
    assert!(read(&text).problems.is_empty());
}

#[test]
fn a_rule_within_a_change_of_one_date_repeats_nothing_and_is_said() {
    let master = "DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2";
    let change = "RECURRENCE-ID:20261103T150000Z\nDTSTART:20261103T180000Z\nDURATION:PT1H";
    for rule in ["FREQ=DAILY", "FREQ=SECONDLY", "SOMETIMES"] {
        let changed = format!("{change}\nRRULE:{rule}");
        let reading = read(&text(&[master, &changed]));
        let times: Vec<String> = shown(&reading).iter().map(|line| line[..33].to_owned()).collect();
        assert_eq!(
            times,
            [
                "2026-11-02T15:00/2026-11-02T16:00",
                "2026-11-03T18:00/2026-11-03T19:00"
            ],
            "{rule}"
        );
        let told = |problem: &ical::Problem| problem.sentence.contains("only that date is changed");
        assert!(reading.problems.iter().any(told), "{rule}");
    }
    // Its additional dates are dates of their own.
    let dates = format!("{change}\nRRULE:FREQ=DAILY\nRDATE:20261110T180000Z");
    assert_eq!(busy(&text(&[master, &dates])).len(), 3);
    // Where it is all that is known of the series, or says that it means the later ones, too, the rule counts.
    let alone = format!("{change}\nRRULE:FREQ=DAILY;COUNT=3");
    assert_eq!(busy(&text(&[&alone])).len(), 3);
    let future = alone.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE");
    assert_eq!(busy(&text(&[master, &future])).len(), 4);
}

#[test]
fn a_change_far_before_the_horizon_takes_no_time_of_the_longer_series() {
    // The shorter series' occurrence of that day is over; the longer one's is not.
    let series = |length: &str| {
        let length = format!("DURATION:{length}");
        event_lines(
            "a",
            &["DTSTART:20260901T150000Z", &length, "RRULE:FREQ=MONTHLY;COUNT=3"],
        )
    };
    let change = event_lines(
        "a",
        &[
            "RECURRENCE-ID:20261001T150000Z",
            "DTSTART:20260110T150000Z",
            "DURATION:PT1H",
        ],
    );
    let text = calendar(&[&series("P20D"), &series("PT1H"), &change]);
    let reading = read_in("UTC", "2026-10-15", "2026-10-20", &text);
    assert_eq!(shown(&reading), ["2026-10-01T15:00/2026-10-21T15:00 busy"]);
}

#[test]
fn an_additional_date_without_a_readable_time_takes_its_day_and_what_may_follow() {
    let text = text(&["DTSTART:20261102T150000Z\nDURATION:PT2H\nRDATE:20261110T990000Z"]);
    assert_eq!(
        busy(&text)[1..],
        [
            "2026-11-10T00:00/2026-11-11T02:00 not-understood",
            "2026-11-10T05:00/2026-11-11T07:00 not-understood"
        ]
    );
}

#[test]
fn what_a_list_of_busy_times_calls_busy_is_busy_and_said() {
    let text = calendar(&[
        "BEGIN:VFREEBUSY",
        "UID:list",
        "DTSTART:20261101T000000Z",
        "DTEND:20261201T000000Z",
        "FREEBUSY:20261102T150000Z/PT1H,20261103T150000Z/20261103T170000Z",
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261104T150000Z/PT1H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261105T150000Z/PT1H",
        "FREEBUSY;FBTYPE=FREE:20261106T150000Z/PT1H",
        "FREEBUSY;FBTYPE=X-PERHAPS:20261107T150000Z/PT1H",
        "END:VFREEBUSY",
    ]);
    let reading = read(&text);
    assert_eq!(
        shown(&reading),
        [
            "2026-11-02T15:00/2026-11-02T16:00 busy",
            "2026-11-03T15:00/2026-11-03T17:00 busy",
            "2026-11-04T15:00/2026-11-04T16:00 busy",
            "2026-11-05T15:00/2026-11-05T16:00 tentative",
            "2026-11-07T15:00/2026-11-07T16:00 busy",
        ]
    );
    assert_eq!(reading.uid, "list");
    assert_eq!(
        (reading.problems.len(), reading.problems[0].kind),
        (1, ProblemKind::Component)
    );
    assert!(reading.problems[0].sentence.contains("VFREEBUSY"));
}

#[test]
fn busy_times_that_cannot_be_read_block_what_is_known_or_are_said() {
    let list = |line: &str| read(&calendar(&["BEGIN:VFREEBUSY", "UID:list", line, "END:VFREEBUSY"]));
    let no_end = list("FREEBUSY:20261102T150000Z");
    assert_eq!(
        shown(&no_end),
        ["2026-11-02T15:00/2026-11-03T05:00 not-understood"]
    );
    let bad_end = list("FREEBUSY:20261102T150000Z/later");
    assert_eq!(
        shown(&bad_end),
        ["2026-11-02T15:00/2026-11-03T05:00 not-understood"]
    );
    let nowhere = list("FREEBUSY:sometime/PT1H");
    assert!(nowhere.instances.is_empty() && nowhere.problems.iter().any(|problem| problem.unplaced));
    let empty = list("DTSTART:20261102T150000Z");
    assert!(empty.instances.is_empty() && empty.problems.len() == 1);
    let cut = read("BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nFREEBUSY:20261102T150000Z/PT1H\n");
    assert!(cut.problems.iter().any(|problem| problem.unplaced) && cut.instances.len() == 1);
}

#[test]
fn when_somebody_is_available_is_said_and_not_read() {
    let text = calendar(&[
        "BEGIN:VAVAILABILITY",
        "UID:hours",
        "BUSYTYPE:BUSY",
        "DTSTART:20261101T000000Z",
        "BEGIN:AVAILABLE",
        "UID:morning",
        "DTSTART:20261102T140000Z",
        "DTEND:20261102T170000Z",
        "RRULE:FREQ=WEEKLY",
        "END:AVAILABLE",
        "END:VAVAILABILITY",
        &event_lines("event", &["DTSTART:20261102T150000Z", "DURATION:PT1H"]),
    ]);
    let reading = read(&text);
    assert_eq!(shown(&reading), ["2026-11-02T15:00/2026-11-02T16:00 busy"]);
    assert_eq!(
        (reading.problems.len(), reading.problems[0].kind),
        (1, ProblemKind::Component)
    );
    assert!(reading.problems[0].sentence.contains("VAVAILABILITY"));
    assert_eq!(reading.instances[0].blocks, Blocks::Busy);
}

/// `VALUE=DATE` says that a date is meant, whatever stands behind it.
#[test]
fn a_date_with_a_midnight_in_utc_is_the_owners_day() {
    let day = |start: &str| busy(&event(&[start]));
    let right = day("DTSTART;VALUE=DATE:20261201");
    assert_eq!(right.len(), 1);
    for written in ["20261201T000000Z", "20261201T000000"] {
        assert_eq!(day(&format!("DTSTART;VALUE=DATE:{written}")), right, "{written}");
    }
}

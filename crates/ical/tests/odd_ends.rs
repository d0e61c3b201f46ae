//! Ends that contradict their starts, that cannot be read, or that no calendar reaches. For somebody in New York, in November and
//! December 2026.

mod support;

use ical::ProblemKind;
use support::cases::text;
use support::{busy, event, read, read_in, shown};

/// Name; events, each a text of lines; what blocks.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const IN_ANOTHER_FORM: &[Case] = &[
    ("a floating end before the start is in the zone of the start",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND:20261124T100000"],
        &["2026-11-24T17:00/2026-11-24T18:00 not-understood"]),
    ("a floating end that is later there",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND:20261124T180000"],
        &["2026-11-24T17:00/2026-11-25T02:00 not-understood"]),
    ("a floating end that is later by the owner's clock",
        &["DTSTART;TZID=Europe/Berlin:20261124T140000\nDTEND:20261124T150000"],
        &["2026-11-24T13:00/2026-11-24T20:00 not-understood"]),
    ("a floating end that is the same either way",
        &["DTSTART;TZID=America/New_York:20261124T090000\nDTEND:20261124T100000"],
        &["2026-11-24T14:00/2026-11-24T15:00 busy"]),
    ("a floating end after a start in UTC",
        &["DTSTART:20261124T090000Z\nDTEND:20261124T100000"],
        &["2026-11-24T09:00/2026-11-24T15:00 not-understood"]),
    ("an end in UTC before a floating start",
        &["DTSTART:20261124T150000\nDTEND:20261124T160000Z"],
        &["2026-11-24T20:00/2026-11-24T21:00 not-understood"]),
    ("an end in UTC before a start in a zone",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND:20261124T100000Z"],
        &["2026-11-24T17:00/2026-11-24T18:00 not-understood"]),
    ("an end in UTC after a start in a zone is what it says",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND:20261124T180000Z"],
        &["2026-11-24T17:00/2026-11-24T18:00 busy"]),
    ("an end in a zone before a start in UTC",
        &["DTSTART:20261124T150000Z\nDTEND;TZID=Asia/Tokyo:20261124T160000"],
        &["2026-11-24T15:00/2026-11-24T16:00 not-understood"]),
    ("an end in another zone before the start",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND;TZID=Asia/Tokyo:20261124T100000"],
        &["2026-11-24T17:00/2026-11-24T18:00 not-understood"]),
    ("an end in another zone at the start",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND;TZID=America/New_York:20261124T120000"],
        &["2026-11-24T17:00/2026-11-24T20:00 not-understood"]),
    ("a flight to the east ends by the clock where it lands",
        &["DTSTART;TZID=America/New_York:20261124T180000\nDTEND;TZID=Europe/Berlin:20261125T080000"],
        &["2026-11-24T23:00/2026-11-25T07:00 busy"]),
    ("a flight to the west, too",
        &["DTSTART;TZID=Asia/Tokyo:20261124T170000\nDTEND;TZID=America/Los_Angeles:20261124T100000"],
        &["2026-11-24T08:00/2026-11-24T18:00 busy"]),
    ("an end in a zone that is not known",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND;TZID=Nowhere:20261124T100000"],
        &["2026-11-24T17:00/2026-11-24T18:00 not-understood"]),
    ("an end in a zone that is not known may be as late as by the owner's clock",
        &["DTSTART;TZID=Europe/Berlin:20261124T140000\nDTEND;TZID=Nowhere:20261124T150000"],
        &["2026-11-24T13:00/2026-11-24T14:00 not-understood", "2026-11-24T13:00/2026-11-24T20:00 not-understood"]),
    ("a floating start with an end in a zone",
        &["DTSTART:20261124T090000\nDTEND;TZID=Asia/Tokyo:20261124T100000"],
        &["2026-11-24T14:00/2026-11-24T15:00 not-understood"]),
    ("a series",
        &["DTSTART;TZID=America/Los_Angeles:20261123T090000\nDTEND:20261123T100000\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-23T17:00/2026-11-23T18:00 not-understood", "2026-11-24T17:00/2026-11-24T18:00 not-understood"]),
    ("a changed occurrence",
        &["DTSTART;TZID=America/Los_Angeles:20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;TZID=America/Los_Angeles:20261124T090000\nDTSTART;TZID=America/Los_Angeles:20261124T110000\nDTEND:20261124T120000"],
        &["2026-11-23T17:00/2026-11-23T18:00 busy", "2026-11-24T19:00/2026-11-24T20:00 not-understood"]),
    ("this and all later ones",
        &["DTSTART;TZID=America/Los_Angeles:20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/Los_Angeles:20261123T090000\nDTSTART;TZID=America/Los_Angeles:20261123T110000\nDTEND:20261123T120000"],
        &["2026-11-23T19:00/2026-11-23T20:00 not-understood", "2026-11-24T19:00/2026-11-24T20:00 not-understood"]),
    ("a day as the end of a time lasts until it is over where the event is and where the owner is",
        &["DTSTART;TZID=Asia/Tokyo:20261124T090000\nDTEND;VALUE=DATE:20261125"],
        &["2026-11-24T00:00/2026-11-25T15:00 not-understood"]),
    ("a day as the end of a time in UTC",
        &["DTSTART:20261124T150000Z\nDTEND;VALUE=DATE:20261124"],
        &["2026-11-24T15:00/2026-11-25T05:00 not-understood"]),
];

#[rustfmt::skip]
const BEFORE_THE_START: &[Case] = &[
    ("the time between and as much from the start on",
        &["DTSTART:20261124T140000Z\nDTEND:20261124T130000Z"],
        &["2026-11-24T13:00/2026-11-24T15:00 not-understood"]),
    ("in a series",
        &["DTSTART;TZID=Europe/Berlin:20261123T020000\nDTEND;TZID=Europe/Berlin:20261123T013000\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-23T00:30/2026-11-23T01:30 not-understood", "2026-11-24T00:30/2026-11-24T01:30 not-understood"]),
    ("exactly a day before",
        &["DTSTART:20261124T140000Z\nDTEND:20261123T140000Z"],
        &["2026-11-23T14:00/2026-11-25T14:00 not-understood"]),
    ("more than a day before",
        &["DTSTART:20261124T140000Z\nDTEND:20261101T140000Z"],
        &["2026-11-24T14:00/2026-11-25T14:00 not-understood"]),
    ("in both zones that may be meant: the farther end",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND;TZID=Asia/Tokyo:20261124T080000"],
        &["2026-11-23T23:00/2026-11-25T11:00 not-understood"]),
    ("a day before a day",
        &["DTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261123"],
        &["2026-11-23T05:00/2026-11-25T05:00 all-day"]),
    ("a period",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261103T150000Z/20261103T143000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 not-understood", "2026-11-03T14:30/2026-11-03T15:00 not-understood",
          "2026-11-03T15:00/2026-11-03T15:30 not-understood"]),
    ("a period of a duration below nothing",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261103T150000Z/-PT2H"],
        &["2026-11-02T15:00/2026-11-02T16:00 not-understood", "2026-11-03T13:00/2026-11-03T15:00 not-understood",
          "2026-11-03T15:00/2026-11-03T17:00 not-understood"]),
    ("a period of days",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261110/20261109"],
        &["2026-11-02T15:00/2026-11-02T16:00 not-understood", "2026-11-09T05:00/2026-11-10T05:00 not-understood",
          "2026-11-10T05:00/2026-11-11T05:00 not-understood"]),
];

#[rustfmt::skip]
const UNREADABLE: &[Case] = &[
    ("of a day west of the owner's",
        &["DTSTART;TZID=America/Los_Angeles:20261124T090000\nDTEND:whenever"],
        &["2026-11-24T17:00/2026-11-25T08:00 not-understood"]),
    ("of a day east of it: the owner's day is over later",
        &["DTSTART;TZID=Asia/Tokyo:20261124T090000\nDTEND:whenever"],
        &["2026-11-24T00:00/2026-11-24T15:00 not-understood"]),
    ("the owner's day at that time is over later",
        &["DTSTART:20261124T200000Z\nDTEND:20261124T2100000Z"],
        &["2026-11-24T20:00/2026-11-25T05:00 not-understood"]),
    ("of a later day",
        &["DTSTART:20261124T200000Z\nDTEND:20261126T2100000Z"],
        &["2026-11-24T20:00/2026-11-27T05:00 not-understood"]),
    ("of a day before the start",
        &["DTSTART:20261124T200000Z\nDTEND:20261120T2100000Z"],
        &["2026-11-24T20:00/2026-11-25T05:00 not-understood"]),
    ("in a series over a change of the owner's clocks",
        &["DTSTART:20261031T200000Z\nDURATION:one hour\nRRULE:FREQ=DAILY;COUNT=3"],
        &["2026-10-31T20:00/2026-11-01T04:00 not-understood", "2026-11-01T20:00/2026-11-02T05:00 not-understood",
          "2026-11-02T20:00/2026-11-03T05:00 not-understood"]),
    ("of a period",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20261103T150000Z/20261104T99Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 not-understood", "2026-11-03T15:00/2026-11-05T05:00 not-understood"]),
];

#[rustfmt::skip]
const ON_NO_DAY: &[Case] = &[
    ("in a month that does not exist, far from the start",
        &["DTSTART:20261130T150000Z\nDTEND:2026-13-30T16:00Z\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-30T15:00/2026-12-01T05:00 not-understood", "2026-12-01T15:00/2026-12-02T05:00 not-understood"]),
    ("in a month that does not exist, near the start",
        &["DTSTART:20261201T150000Z\nDTEND:2026-13-01T16:00Z\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-12-01T15:00/2026-12-01T16:00 not-understood", "2026-12-02T15:00/2026-12-02T16:00 not-understood"]),
    ("in a month zero",
        &["DTSTART:20261201T150000Z\nDTEND:20260001T160000Z\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-12-01T15:00/2026-12-02T05:00 not-understood", "2026-12-02T15:00/2026-12-03T05:00 not-understood"]),
    ("on the day of the start or the next one, each day",
        &["DTSTART:20261130T150000Z\nDTEND:20261131T160000Z\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-30T15:00/2026-11-30T16:00 not-understood", "2026-12-01T15:00/2026-12-01T16:00 not-understood"]),
    ("on several days of each week",
        &["DTSTART:20261130T150000Z\nDTEND:20261131T160000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=2"],
        &["2026-11-30T15:00/2026-11-30T16:00 not-understood", "2026-12-01T15:00/2026-12-01T16:00 not-understood"]),
    ("at the time of the start it is no end of nothing",
        &["DTSTART:20261130T150000Z\nDTEND:20261131T150000Z\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-30T15:00/2026-12-01T05:00 not-understood", "2026-12-01T15:00/2026-12-02T05:00 not-understood"]),
    ("as a day",
        &["DTSTART:20261130T150000Z\nDTEND;VALUE=DATE:20261131\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-30T15:00/2026-12-01T05:00 not-understood", "2026-12-01T15:00/2026-12-02T05:00 not-understood"]),
    ("each week the next day may be meant",
        &["DTSTART:20261130T150000Z\nDTEND:20261131T160000Z\nRRULE:FREQ=WEEKLY;COUNT=2"],
        &["2026-11-30T15:00/2026-12-01T16:00 not-understood", "2026-12-07T15:00/2026-12-08T16:00 not-understood"]),
    ("each week no month may be",
        &["DTSTART:20261102T150000Z\nDTEND:20261131T160000Z\nRRULE:FREQ=WEEKLY;COUNT=2"],
        &["2026-11-02T15:00/2026-11-03T05:00 not-understood", "2026-11-09T15:00/2026-11-10T05:00 not-understood"]),
    ("of a long time once",
        &["DTSTART:20261102T150000Z\nDTEND:20261131T160000Z"],
        &["2026-11-02T15:00/2026-12-01T16:00 not-understood"]),
    ("of a long time each year",
        &["DTSTART:20261110T150000Z\nDTEND:20261131T160000Z\nRRULE:FREQ=YEARLY"],
        &["2026-11-10T15:00/2026-12-01T16:00 not-understood"]),
    ("whole days, each day",
        &["DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261302\nRRULE:FREQ=DAILY;COUNT=1\nTRANSP:OPAQUE"],
        &["2026-12-01T05:00/2026-12-02T05:00 not-understood"]),
];

#[test]
fn an_end_on_a_day_that_does_not_exist_is_near_the_start_or_that_of_its_day() {
    check(ON_NO_DAY, &[ProblemKind::End, ProblemKind::Date]);
}

fn check(cases: &[Case], kinds: &[ProblemKind]) {
    for (name, events, expected) in cases {
        let text = text(events);
        let mut reading = read_in("America/New_York", "2026-10-31", "2027-01-01", &text);
        reading.instances.retain(|i| i.blocks.takes_time(true));
        assert_eq!(shown(&reading), *expected, "{name}");
        let is_odd = !expected.iter().all(|line| line.ends_with("busy"));
        let said = |kind: &ProblemKind| reading.problems.iter().any(|problem| problem.kind == *kind);
        assert_eq!(kinds.iter().any(said), is_odd, "{name}: {:?}", reading.problems);
        assert!(!reading.problems.iter().any(|problem| problem.unplaced), "{name}");
    }
}

#[test]
fn an_end_in_another_form_than_the_start_is_the_later_of_what_it_may_be() {
    check(IN_ANOTHER_FORM, &[ProblemKind::End, ProblemKind::Zone]);
}

#[test]
fn an_end_before_its_start_keeps_both_sides_of_the_start_busy() {
    check(BEFORE_THE_START, &[ProblemKind::End]);
}

#[test]
fn an_end_that_cannot_be_read_lasts_until_the_day_is_over_for_the_event_and_the_owner() {
    check(UNREADABLE, &[ProblemKind::End]);
}

#[test]
fn of_a_second_start_whose_time_cannot_be_read_the_whole_day_blocks() {
    let text = event(&[
        "DTSTART:20261124T140000Z",
        "DURATION:PT1H",
        "DTSTART:20261126T99Z",
    ]);
    assert_eq!(
        busy(&text),
        [
            "2026-11-24T14:00/2026-11-24T15:00 not-understood",
            "2026-11-26T00:00/2026-11-27T01:00 not-understood",
            "2026-11-26T05:00/2026-11-27T06:00 not-understood"
        ]
    );
    assert_eq!(read(&text).problems.len(), 1);
}

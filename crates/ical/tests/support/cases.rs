//! Calendars as people and programs write them, with what blocks of them for somebody in New York in November and December
//! 2026.

use super::{calendar, event_lines};

/// Name; events, each a text of lines; what blocks.
pub type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    // COUNT and UNTIL.
    ("an exception uses up a count",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20261103T150000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-04T15:00/2026-11-04T16:00 busy"]),
    ("an additional date does not",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRDATE:20261103T200000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy", "2026-11-03T20:00/2026-11-03T21:00 busy"]),
    ("an end with an offset",
        &["DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261103T100000-0500"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
    ("an end before the start leaves the start",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20201102T150000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    // RDATE and EXDATE.
    ("an additional date that the rule has anyway is one occurrence",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRDATE:20261103T150000Z,20261103T150000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
    ("of a period and an occurrence that begin together the longer counts",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRDATE;VALUE=PERIOD:20261103T150000Z/PT5H,20261102T150000Z/PT5M"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T20:00 busy"]),
    ("a period in a zone",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD;TZID=Europe/Berlin:20261103T100000/20261103T123000"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T09:00/2026-11-03T11:30 busy"]),
    ("an additional date can be an exception",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE:20261103T200000Z,20261104T200000Z\nEXDATE:20261103T200000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-04T20:00/2026-11-04T21:00 busy"]),
    ("additional whole days",
        &["DTSTART;VALUE=DATE:20261102\nRDATE;VALUE=DATE:20261104,20261106\nEXDATE;VALUE=DATE:20261104"],
        &["2026-11-02T05:00/2026-11-03T05:00 all-day", "2026-11-06T05:00/2026-11-07T05:00 all-day"]),
    ("exceptions in several lines and forms",
        &["DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\n\
           EXDATE;TZID=America/New_York:20261102T100000,20261103T100000\nEXDATE:20261104T150000Z\nEXDATE;VALUE=DATE:20261105"],
        &["2026-11-06T15:00/2026-11-06T16:00 busy"]),
    // Changed occurrences.
    ("a change of an additional date",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRDATE:20261103T200000Z",
          "RECURRENCE-ID:20261103T200000Z\nDTSTART:20261103T213000Z\nDURATION:PT30M"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T21:30/2026-11-03T22:00 busy"]),
    ("a change onto the time of another occurrence",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID:20261102T150000Z\nDTSTART:20261103T150000Z\nDURATION:PT2H"],
        &["2026-11-03T15:00/2026-11-03T16:00 busy", "2026-11-03T15:00/2026-11-03T17:00 busy"]),
    ("a change to a whole day",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID:20261102T150000Z\nDTSTART;VALUE=DATE:20261102\nTRANSP:OPAQUE"],
        &["2026-11-02T05:00/2026-11-03T05:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
    ("a change of a whole day to a time",
        &["DTSTART;VALUE=DATE:20261102\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID;VALUE=DATE:20261103\nDTSTART:20261103T150000Z\nDURATION:PT1H"],
        &["2026-11-02T05:00/2026-11-03T05:00 all-day", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
    ("a change before its series",
        &["RECURRENCE-ID:20261103T150000Z\nDTSTART:20261103T190000Z\nDURATION:PT1H",
          "DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T19:00/2026-11-03T20:00 busy"]),
    ("a change of an occurrence that the series no longer has",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1",
          "RECURRENCE-ID:20261120T150000Z\nDTSTART:20261120T190000Z\nDURATION:PT1H"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-20T19:00/2026-11-20T20:00 busy"]),
    ("changes of one series without it",
        &["RECURRENCE-ID:20261103T150000Z\nDTSTART:20261103T190000Z\nDURATION:PT1H",
          "RECURRENCE-ID:20261104T150000Z\nDTSTART:20261104T190000Z\nDURATION:PT1H"],
        &["2026-11-03T19:00/2026-11-03T20:00 busy", "2026-11-04T19:00/2026-11-04T20:00 busy"]),
    ("one occurrence that I declined",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.com",
          "RECURRENCE-ID:20261103T150000Z\nDTSTART:20261103T150000Z\nDURATION:PT1H\nATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("one occurrence that I take part in after all",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com",
          "RECURRENCE-ID:20261103T150000Z\nDTSTART:20261103T150000Z\nDURATION:PT1H\nATTENDEE;PARTSTAT=TENTATIVE:mailto:me@example.com"],
        &["2026-11-03T15:00/2026-11-03T16:00 tentative"]),
    ("one transparent occurrence",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID:20261103T150000Z\nDTSTART:20261103T150000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("one occurrence with travel time",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "RECURRENCE-ID:20261103T150000Z\nDTSTART:20261103T150000Z\nDURATION:PT1H\nX-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT45M"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T14:15/2026-11-03T16:00 busy"]),
    // This and all later ones, and series that were split.
    ("all later ones cancelled",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261104T150000Z\nDTSTART:20261104T150000Z\nDURATION:PT1H\nSTATUS:CANCELLED"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
    ("changed from one on, and again from a later one on",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T150000Z\nDTSTART:20261103T160000Z\nDURATION:PT1H",
          "RECURRENCE-ID;RANGE=THISANDFUTURE:20261105T150000Z\nDTSTART:20261105T120000Z\nDURATION:PT30M"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T16:00/2026-11-03T17:00 busy",
          "2026-11-04T16:00/2026-11-04T17:00 busy", "2026-11-05T12:00/2026-11-05T12:30 busy"]),
    ("a series that was split in two",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261103T145959Z",
          "UID:series-1_R20261103T150000\nRELATED-TO;RELTYPE=SIBLING:series-1\nDTSTART:20261103T160000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T16:00/2026-11-03T17:00 busy", "2026-11-04T16:00/2026-11-04T17:00 busy"]),
    ("two series of one identity",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
          "DTSTART:20261102T200000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-02T20:00/2026-11-02T21:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
    // Clocks that are set back on 1 November.
    ("a series at a time that comes twice",
        &["DTSTART;TZID=America/New_York:20261031T013000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=3"],
        &["2026-11-01T05:30/2026-11-01T06:00 busy", "2026-11-02T06:30/2026-11-02T07:00 busy"]),
    ("an exception at a time that comes twice",
        &["DTSTART;TZID=America/New_York:20261031T013000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=America/New_York:20261101T013000"],
        &["2026-11-02T06:30/2026-11-02T07:00 busy"]),
    ("an end in UTC of a series that changes its offset",
        &["DTSTART;TZID=America/New_York:20261030T200000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261103T010000Z"],
        &["2026-11-01T00:00/2026-11-01T01:00 busy", "2026-11-02T01:00/2026-11-02T02:00 busy", "2026-11-03T01:00/2026-11-03T02:00 busy"]),
    // Names of zones.
    ("names that were given up, by which Apple and others still write",
        &["UID:a\nDTSTART;TZID=US/Eastern:20261102T100000\nDURATION:PT1H", "UID:b\nDTSTART;TZID=Asia/Calcutta:20261102T100000\nDURATION:PT1H",
          "UID:c\nDTSTART;TZID=America/Buenos_Aires:20261102T100000\nDURATION:PT1H", "UID:d\nDTSTART;TZID=Europe/Kiev:20261102T100000\nDURATION:PT1H",
          "UID:e\nDTSTART;TZID=GMT:20261102T100000\nDURATION:PT1H"],
        &["2026-11-02T04:30/2026-11-02T05:30 busy", "2026-11-02T08:00/2026-11-02T09:00 busy", "2026-11-02T10:00/2026-11-02T11:00 busy",
          "2026-11-02T13:00/2026-11-02T14:00 busy", "2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("a Windows name over a change of the clocks",
        &["DTSTART;TZID=Eastern Standard Time:20261031T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"],
        &["2026-11-01T15:00/2026-11-01T16:00 busy", "2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("UTC by name and by its mark",
        &["DTSTART;TZID=Etc/UTC:20261102T150000Z\nDTEND;TZID=Etc/UTC:20261102T160000Z"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    // Whole days, lengths, and what is said twice.
    ("whole days with a duration in weeks",
        &["DTSTART;VALUE=DATE:20261102\nDURATION:P1W\nTRANSP:OPAQUE"],
        &["2026-11-02T05:00/2026-11-09T05:00 busy"]),
    ("a birthday",
        &["DTSTART;VALUE=DATE:16041205\nRRULE:FREQ=YEARLY"],
        &["2026-12-05T05:00/2026-12-06T05:00 all-day"]),
    ("a whole day without VALUE=DATE",
        &["DTSTART:20261102\nDTEND:20261103"],
        &["2026-11-02T05:00/2026-11-03T05:00 all-day"]),
    ("the same start and end twice",
        &["DTSTART:20261102T150000Z\nDTSTART:20261102T150000Z\nDTEND:20261102T160000Z\nDTEND:20261102T160000Z\nSUMMARY:Again"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy"]),
    ("the same rule twice",
        &["DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nRRULE:FREQ=DAILY;COUNT=2"],
        &["2026-11-02T15:00/2026-11-02T16:00 busy", "2026-11-03T15:00/2026-11-03T16:00 busy"]),
];

/// The events of a case; they belong to one series unless they say otherwise.
pub fn text(events: &[&str]) -> String {
    let events: Vec<String> = events
        .iter()
        .map(|event| {
            let (uid, lines) = event
                .strip_prefix("UID:")
                .and_then(|rest| rest.split_once('\n'))
                .unwrap_or(("series-1", event));
            event_lines(uid, &lines.split('\n').collect::<Vec<_>>())
        })
        .collect();
    calendar(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

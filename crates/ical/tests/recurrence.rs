//! Which occurrences a series has (RFC 5545, sections 3.3.10 and 3.8.5).

mod support;

use ical::{Blocks, FreeReason, ProblemKind};
use support::{busy, calendar, event, event_lines, read, read_in, reasons, shown, starts};

fn series(start: &str, rule: &str) -> Vec<String> {
    starts(&event(&[
        &format!("DTSTART:{start}"),
        "DURATION:PT1H",
        &format!("RRULE:{rule}"),
    ]))
}

fn identity(instance: &ical::Instance) -> Option<String> {
    instance.recurrence_id.map(|id| id.to_string())
}

#[test]
fn a_series_that_began_decades_ago_still_occurs_today() {
    assert_eq!(
        series("19700105T150000Z", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261110T000000Z").len(),
        2
    );
    assert_eq!(
        series("19010101T150000Z", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
        ["2026-11-26T15:00"]
    );
    assert_eq!(series("16010101T150000Z", "FREQ=DAILY;INTERVAL=30").len(), 2);
}

#[test]
fn count_ends_a_series_after_that_many_occurrences_the_start_included() {
    assert_eq!(
        series("20261101T100000Z", "FREQ=DAILY;COUNT=3"),
        ["2026-11-01T10:00", "2026-11-02T10:00", "2026-11-03T10:00"]
    );
    assert_eq!(
        series("20200101T100000Z", "FREQ=DAILY;COUNT=2497"),
        ["2026-11-01T10:00"]
    );
    assert!(series("20200101T100000Z", "FREQ=DAILY;COUNT=2496").is_empty());
}

#[test]
fn until_is_inclusive_in_utc_in_local_time_and_as_a_date() {
    let until = |end: &str| {
        starts(&event(&[
            "DTSTART;TZID=America/New_York:20261124T200000",
            "DURATION:PT1H",
            &format!("RRULE:FREQ=DAILY;UNTIL={end}"),
        ]))
        .len()
    };
    // 20:00 in New York on the 26th is 01:00 UTC on the 27th.
    assert_eq!(until("20261127T010000Z"), 3);
    assert_eq!(until("20261127T005959Z"), 2);
    assert_eq!(until("20261126T200000"), 3);
    assert_eq!(until("20261126T195959"), 2);
    assert_eq!(until("20261126"), 3);
}

#[test]
fn until_of_whole_days_includes_its_day_in_every_form() {
    for end in [
        "20261126",
        "20261126T000000",
        "20261126T000000Z",
        "20261126T050000Z",
    ] {
        let text = event(&[
            "DTSTART;VALUE=DATE:20261124",
            &format!("RRULE:FREQ=DAILY;UNTIL={end}"),
        ]);
        assert_eq!(starts(&text).len(), 3, "{end}");
    }
}

#[test]
fn a_fortnight_counts_weeks_from_the_week_start() {
    // The example of RFC 5545, section 3.3.10.
    let monday = "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO";
    assert_eq!(
        series("20261103T090000Z", monday),
        [
            "2026-11-03T09:00",
            "2026-11-08T09:00",
            "2026-11-17T09:00",
            "2026-11-22T09:00"
        ]
    );
    assert_eq!(
        series("20261103T090000Z", &monday.replace("WKST=MO", "WKST=SU")),
        [
            "2026-11-03T09:00",
            "2026-11-15T09:00",
            "2026-11-17T09:00",
            "2026-11-29T09:00"
        ]
    );
}

#[test]
fn numbered_and_plain_weekdays_of_one_rule_are_united() {
    assert_eq!(
        series(
            "20261102T090000Z",
            "FREQ=MONTHLY;BYDAY=1MO,-1FR;UNTIL=20261231T000000Z"
        ),
        [
            "2026-11-02T09:00",
            "2026-11-27T09:00",
            "2026-12-07T09:00",
            "2026-12-25T09:00"
        ]
    );
    assert_eq!(
        series(
            "20261102T090000Z",
            "FREQ=MONTHLY;BYDAY=MO,1TU;UNTIL=20261201T000000Z"
        )
        .len(),
        6
    );
}

#[test]
fn dates_that_do_not_exist_are_left_out() {
    assert_eq!(series("20260131T090000Z", "FREQ=MONTHLY"), ["2026-12-31T09:00"]);
    assert!(series("20240229T090000Z", "FREQ=YEARLY").is_empty());
}

#[test]
fn the_last_workday_of_a_month_is_found_by_position() {
    assert_eq!(
        series(
            "20261130T090000Z",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
        ),
        ["2026-11-30T09:00", "2026-12-31T09:00"]
    );
}

#[test]
fn positions_count_from_the_beginning_of_the_first_week_not_from_the_start() {
    // Friday is the third of that week's days, although the first two precede the start.
    assert_eq!(
        series(
            "20261106T090000Z",
            "FREQ=WEEKLY;BYDAY=TU,TH,FR;BYSETPOS=3;COUNT=2"
        ),
        ["2026-11-06T09:00", "2026-11-13T09:00"]
    );
}

#[test]
fn a_week_number_alone_means_the_weekday_of_the_start() {
    assert_eq!(
        series("20241111T090000Z", "FREQ=YEARLY;BYWEEKNO=46"),
        ["2026-11-09T09:00"]
    );
    // With weeks from Sunday, 2026 has 52 weeks; 2027-01-02 lies in its last one.
    let text = event(&[
        "DTSTART:20201226T090000Z",
        "RRULE:FREQ=YEARLY;WKST=SU;BYWEEKNO=53;BYDAY=SA",
    ]);
    assert!(
        read_in("UTC", "2026-12-01", "2027-02-01", &text)
            .instances
            .is_empty()
    );
    let text = event(&[
        "DTSTART:20201226T090000Z",
        "RRULE:FREQ=YEARLY;WKST=SU;BYWEEKNO=52;BYDAY=SA",
    ]);
    let reading = read_in("UTC", "2026-12-01", "2027-02-01", &text);
    assert_eq!(shown(&reading), ["2027-01-02T09:00/2027-01-02T09:00 busy"]);
}

#[test]
fn a_start_that_its_rule_does_not_match_happens_as_well() {
    assert_eq!(
        series("20261103T090000Z", "FREQ=WEEKLY;BYDAY=MO;COUNT=2"),
        ["2026-11-03T09:00", "2026-11-09T09:00", "2026-11-16T09:00"]
    );
}

#[test]
fn several_rules_are_united() {
    let text = event(&[
        "DTSTART:20261102T090000Z",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "RRULE:FREQ=DAILY;INTERVAL=3;COUNT=2",
    ]);
    assert_eq!(
        starts(&text),
        ["2026-11-02T09:00", "2026-11-05T09:00", "2026-11-09T09:00"]
    );
}

#[test]
fn additional_dates_occur_as_times_as_days_and_as_periods() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261102T090000",
        "DURATION:PT1H",
        "RDATE;TZID=America/New_York:20261103T090000,20261104T100000",
        "RDATE:20261105T120000Z",
        "RDATE;VALUE=PERIOD:20261106T120000Z/PT3H,20261107T120000Z/20261107T123000Z",
        "RDATE;VALUE=DATE:20261109",
    ]);
    assert_eq!(
        busy(&text),
        [
            "2026-11-02T14:00/2026-11-02T15:00 busy",
            "2026-11-03T14:00/2026-11-03T15:00 busy",
            "2026-11-04T15:00/2026-11-04T16:00 busy",
            "2026-11-05T12:00/2026-11-05T13:00 busy",
            "2026-11-06T12:00/2026-11-06T15:00 busy",
            "2026-11-07T12:00/2026-11-07T12:30 busy",
            "2026-11-09T05:00/2026-11-10T05:00 busy",
        ]
    );
}

#[test]
fn a_day_added_to_a_series_in_another_zone_blocks_the_owners_whole_day() {
    let text = event(&[
        "DTSTART;TZID=Asia/Tokyo:20261102T090000",
        "RDATE;VALUE=DATE:20261109",
    ]);
    assert!(busy(&text).contains(&"2026-11-09T05:00/2026-11-10T05:00 busy".to_owned()));
}

#[test]
fn an_exception_is_recognised_in_every_form() {
    for exception in [
        "EXDATE;TZID=America/New_York:20261125T090000",
        "EXDATE:20261125T140000Z",
        "EXDATE:20261125T090000",
        "EXDATE;TZID=Europe/London:20261125T140000",
        "EXDATE;VALUE=DATE:20261125",
        "EXDATE:20261124T090000,20261125T090000",
    ] {
        let text = event(&[
            "DTSTART;TZID=America/New_York:20261123T090000",
            "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3",
            exception,
        ]);
        assert_eq!(
            starts(&text),
            ["2026-11-23T14:00", "2026-11-27T14:00"],
            "{exception}"
        );
    }
}

#[test]
fn an_exception_of_whole_days_is_recognised_in_every_form() {
    for exception in [
        "EXDATE;VALUE=DATE:20261125",
        "EXDATE:20261125T000000",
        "EXDATE:20261125T000000Z",
        "EXDATE;TZID=America/New_York:20261125T000000",
        "EXDATE:20261125T050000Z",
    ] {
        let text = event(&[
            "DTSTART;VALUE=DATE:20261124",
            "RRULE:FREQ=DAILY;COUNT=3",
            exception,
        ]);
        assert_eq!(
            starts(&text),
            ["2026-11-24T05:00", "2026-11-26T05:00"],
            "{exception}"
        );
    }
}

#[test]
fn an_exception_that_matches_nothing_or_cannot_be_read_frees_nothing() {
    for exception in [
        "EXDATE:20261125T140100Z",
        "EXDATE:soon",
        "EXDATE;TZID=Europe/London:20261125T090000",
    ] {
        let text = event(&[
            "DTSTART;TZID=America/New_York:20261124T090000",
            "RRULE:FREQ=DAILY;COUNT=3",
            exception,
        ]);
        assert_eq!(starts(&text).len(), 3, "{exception}");
    }
}

#[test]
fn an_occurrence_that_is_excluded_and_changed_takes_place_as_changed() {
    let text = calendar(&[
        &event_lines(
            "series-1",
            &[
                "DTSTART:20261102T100000Z",
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY;COUNT=3",
                "EXDATE:20261103T100000Z",
            ],
        ),
        &event_lines(
            "series-1",
            &[
                "RECURRENCE-ID:20261103T100000Z",
                "DTSTART:20261103T150000Z",
                "DURATION:PT1H",
            ],
        ),
    ]);
    assert_eq!(
        starts(&text),
        ["2026-11-02T10:00", "2026-11-03T15:00", "2026-11-04T10:00"]
    );
}

#[test]
fn hours_in_a_rule_of_whole_days_are_not_there() {
    let text = event(&[
        "DTSTART;VALUE=DATE:20261102",
        "RRULE:FREQ=DAILY;BYHOUR=9,17;COUNT=2",
    ]);
    assert_eq!(busy(&text).len(), 2);
}

#[test]
fn the_start_itself_can_be_an_exception() {
    let text = event(&[
        "DTSTART:20261124T090000Z",
        "RRULE:FREQ=DAILY;COUNT=2",
        "EXDATE:20261124T090000Z",
    ]);
    assert_eq!(starts(&text), ["2026-11-25T09:00"]);
}

const DAILY: [&str; 3] = [
    "DTSTART;TZID=America/New_York:20261123T090000",
    "DURATION:PT1H",
    "RRULE:FREQ=DAILY;COUNT=4",
];

fn with_change(change: &[&str]) -> String {
    calendar(&[&event_lines("series-1", &DAILY), &event_lines("series-1", change)])
}

#[test]
fn a_changed_occurrence_replaces_its_original() {
    let text = with_change(&[
        "RECURRENCE-ID;TZID=America/New_York:20261125T090000",
        "DTSTART;TZID=America/New_York:20261125T150000",
        "DURATION:PT30M",
    ]);
    assert_eq!(
        busy(&text),
        [
            "2026-11-23T14:00/2026-11-23T15:00 busy",
            "2026-11-24T14:00/2026-11-24T15:00 busy",
            "2026-11-25T20:00/2026-11-25T20:30 busy",
            "2026-11-26T14:00/2026-11-26T15:00 busy",
        ]
    );
    let reading = read(&text);
    assert_eq!(
        identity(&reading.instances[2]).as_deref(),
        Some("20261125T140000Z")
    );
}

#[test]
fn a_change_is_matched_whatever_form_names_the_occurrence() {
    for id in [
        "RECURRENCE-ID:20261125T140000Z",
        "RECURRENCE-ID:20261125T090000",
        "RECURRENCE-ID;TZID=Europe/London:20261125T140000",
    ] {
        let text = with_change(&[id, "DTSTART:20261125T200000Z", "DURATION:PT1H"]);
        assert_eq!(starts(&text)[2], "2026-11-25T20:00", "{id}");
        assert_eq!(starts(&text).len(), 4, "{id}");
    }
}

#[test]
fn one_cancelled_occurrence_is_free_and_the_others_are_not() {
    let text = with_change(&[
        "RECURRENCE-ID:20261125T140000Z",
        "DTSTART:20261125T140000Z",
        "STATUS:CANCELLED",
    ]);
    assert_eq!(starts(&text).len(), 3);
    assert!(reasons(&text).contains(&Blocks::Free(FreeReason::Cancelled)));
}

#[test]
fn an_occurrence_of_a_cancelled_series_that_still_takes_place_blocks() {
    let mut master = DAILY.to_vec();
    master.push("STATUS:CANCELLED");
    let change = [
        "RECURRENCE-ID:20261125T140000Z",
        "DTSTART:20261125T200000Z",
        "DURATION:PT1H",
    ];
    let text = calendar(&[
        &event_lines("series-1", &master),
        &event_lines("series-1", &change),
    ]);
    assert_eq!(starts(&text), ["2026-11-25T20:00"]);
}

#[test]
fn occurrences_move_out_of_the_horizon_and_into_it() {
    let text = with_change(&[
        "RECURRENCE-ID:20261125T140000Z",
        "DTSTART:20270601T140000Z",
        "DURATION:PT1H",
    ]);
    assert_eq!(starts(&text).len(), 3);
    let text = calendar(&[
        &event_lines(
            "series-1",
            &[
                "DTSTART:20250101T090000Z",
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY;COUNT=9",
            ],
        ),
        &event_lines(
            "series-1",
            &[
                "RECURRENCE-ID:20250103T090000Z",
                "DTSTART:20261125T090000Z",
                "DURATION:PT1H",
            ],
        ),
    ]);
    assert_eq!(starts(&text), ["2026-11-25T09:00"]);
}

#[test]
fn a_change_without_its_series_is_an_event() {
    let text = event(&[
        "RECURRENCE-ID:20261125T140000Z",
        "DTSTART:20261125T200000Z",
        "DURATION:PT1H",
    ]);
    assert_eq!(busy(&text), ["2026-11-25T20:00/2026-11-25T21:00 busy"]);
}

#[test]
fn a_change_without_a_start_moves_nothing() {
    let text = with_change(&["RECURRENCE-ID:20261125T140000Z", "SUMMARY:New title"]);
    assert_eq!(starts(&text).len(), 4);
    let alone = event(&["RECURRENCE-ID:20261125T140000Z"]);
    assert_eq!(starts(&alone).len(), 1);
}

#[test]
fn a_change_whose_occurrence_cannot_be_read_hides_nothing() {
    let text = with_change(&[
        "RECURRENCE-ID:sometime",
        "DTSTART:20261125T200000Z",
        "DURATION:PT1H",
    ]);
    assert_eq!(starts(&text).len(), 5);
    assert!(
        read(&text)
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::Occurrence)
    );
}

#[test]
fn a_change_belongs_to_its_own_series_only() {
    let text = calendar(&[
        &event_lines("series-1", &DAILY),
        &event_lines(
            "series-2",
            &[
                "RECURRENCE-ID:20261125T140000Z",
                "DTSTART:20261125T140000Z",
                "STATUS:CANCELLED",
            ],
        ),
    ]);
    assert_eq!(starts(&text).len(), 4);
    let nameless = calendar(&[
        &event_lines("", &DAILY),
        &event_lines(
            "",
            &[
                "RECURRENCE-ID:20261125T140000Z",
                "DTSTART:20261125T140000Z",
                "STATUS:CANCELLED",
            ],
        ),
    ]);
    assert_eq!(starts(&nameless).len(), 4);
}

#[test]
fn of_two_changes_of_one_occurrence_the_later_one_counts() {
    let change = |sequence: u32, hour: u32| {
        event_lines(
            "series-1",
            &[
                "RECURRENCE-ID:20261125T140000Z",
                &format!("DTSTART:20261125T{hour}0000Z"),
                &format!("SEQUENCE:{sequence}"),
            ],
        )
    };
    let text = calendar(&[&event_lines("series-1", &DAILY), &change(3, 20), &change(2, 21)]);
    assert_eq!(
        starts(&text),
        [
            "2026-11-23T14:00",
            "2026-11-24T14:00",
            "2026-11-25T20:00",
            "2026-11-26T14:00"
        ]
    );
}

#[test]
fn of_two_changes_whose_order_cannot_be_read_both_count() {
    let change = |sequence: &str, status: &str| {
        event_lines(
            "series-1",
            &[
                "RECURRENCE-ID:20261125T140000Z",
                "DTSTART:20261125T160000Z",
                "DURATION:PT1H",
                sequence,
                status,
            ],
        )
    };
    let master = event_lines(
        "series-1",
        &[
            "DTSTART:20261125T140000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=1",
        ],
    );
    let cancelled = change("SEQUENCE:3", "STATUS:CANCELLED");
    let kept = |sequence| {
        starts(&calendar(&[
            &master,
            &cancelled,
            &change(sequence, "STATUS:CONFIRMED"),
        ]))
    };
    assert_eq!(kept("SEQUENCE:2"), [""; 0]);
    assert_eq!(kept("SEQUENCE:4"), ["2026-11-25T16:00"]);
    assert_eq!(kept("SEQUENCE:?"), ["2026-11-25T16:00"]);
}

#[test]
fn this_and_future_changes_time_length_and_title_of_all_later_occurrences() {
    let text = with_change(&[
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/New_York:20261125T090000",
        "DTSTART;TZID=America/New_York:20261125T110000",
        "DURATION:PT30M",
    ]);
    assert_eq!(
        busy(&text),
        [
            "2026-11-23T14:00/2026-11-23T15:00 busy",
            "2026-11-24T14:00/2026-11-24T15:00 busy",
            "2026-11-25T16:00/2026-11-25T16:30 busy",
            "2026-11-26T16:00/2026-11-26T16:30 busy",
        ]
    );
}

#[test]
fn this_and_future_reaches_into_a_horizon_far_behind_it() {
    let text = calendar(&[
        &event_lines(
            "s",
            &["DTSTART:20240101T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"],
        ),
        &event_lines(
            "s",
            &[
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20250106T090000Z",
                "DTSTART:20250109T100000Z",
                "DURATION:PT2H",
            ],
        ),
    ]);
    let first = &busy(&text)[0];
    assert_eq!(first, "2026-11-05T10:00/2026-11-05T12:00 busy");
}

#[test]
fn one_occurrence_changed_again_after_this_and_future_keeps_its_own_change() {
    let text = calendar(&[
        &event_lines("s", &DAILY),
        &event_lines(
            "s",
            &[
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T140000Z",
                "DTSTART:20261124T160000Z",
            ],
        ),
        &event_lines(
            "s",
            &["RECURRENCE-ID:20261126T140000Z", "DTSTART:20261126T220000Z"],
        ),
    ]);
    assert_eq!(
        starts(&text),
        [
            "2026-11-23T14:00",
            "2026-11-24T16:00",
            "2026-11-25T16:00",
            "2026-11-26T22:00"
        ]
    );
}

#[test]
fn instances_of_a_series_have_an_identity_and_single_events_none() {
    let reading = read(&event(&[
        "DTSTART;VALUE=DATE:20261124",
        "RRULE:FREQ=DAILY;COUNT=2",
    ]));
    assert_eq!(identity(&reading.instances[1]).as_deref(), Some("20261125"));
    let reading = read(&event(&["DTSTART:20261124T090000Z"]));
    assert_eq!(
        (reading.uid.as_str(), identity(&reading.instances[0]).as_deref()),
        ("series-1", None)
    );
}

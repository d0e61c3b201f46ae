//! Durations and travel times that are written in another way than RFC 5545 has them. For somebody in New York, in November and
//! December 2026.

mod support;

use ical::ProblemKind;
use support::{busy, event, read};

#[test]
fn an_odd_duration_takes_the_longest_that_it_may_mean_and_the_rest_of_its_day() {
    // At 22:30 in New York: the rest of the day is an hour and a half.
    for (duration, end) in [
        ("PT2H30", "25T06:00"),
        ("PT150", "25T06:00"),
        ("PT2.5H", "25T06:00"),
        ("3H", "25T06:30"),
        ("02:30", "25T06:00"),
        ("P1M", "2026-12-26T03:30"),
        ("P7D12H", "2026-12-02T15:30"),
        ("P1Y", "2027-11-26T03:30"),
        ("P30M", "25T05:00"),
        ("PT30", "25T05:00"),
        ("one hour", "25T05:00"),
    ] {
        let text = event(&[
            "DTSTART;TZID=America/New_York:20261124T223000",
            &format!("DURATION:{duration}"),
        ]);
        let end = if end.len() == 8 {
            format!("2026-11-{end}")
        } else {
            end.to_owned()
        };
        assert_eq!(
            busy(&text),
            [format!("2026-11-25T03:30/{end} not-understood")],
            "{duration}"
        );
        assert_eq!(read(&text).problems[0].kind, ProblemKind::End, "{duration}");
    }
}

#[test]
fn an_additional_date_of_an_odd_duration_does_so_too() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261102T100000",
        "DURATION:PT1H",
        "RDATE;VALUE=PERIOD;TZID=America/New_York:20261124T223000/PT2H30",
    ]);
    assert_eq!(
        busy(&text),
        [
            "2026-11-02T15:00/2026-11-02T16:00 not-understood",
            "2026-11-25T03:30/2026-11-25T06:00 not-understood"
        ]
    );
}

#[test]
fn an_odd_travel_time_takes_the_longest_that_it_may_mean_but_no_more_than_a_day() {
    for (travel, start) in [
        ("PT2H30", "24T11:30"),
        ("-PT2H30", "24T11:30"),
        ("PT90", "24T12:30"),
        ("PT2H0M0", "24T12:00"),
        ("7200", "24T12:00"),
        ("90", "24T12:30"),
        ("02:00", "24T12:00"),
        ("2 hours", "24T12:00"),
        ("P30M", "24T13:30"),
        ("soon", "24T13:00"),
        ("P400D", "23T14:00"),
        ("P36000D", "23T14:00"),
        ("P99999999D", "24T13:00"),
        ("P1Y", "23T14:00"),
    ] {
        let travel_line = format!("X-APPLE-TRAVEL-DURATION;VALUE=DURATION:{travel}");
        let text = event(&["DTSTART:20261124T140000Z", "DURATION:PT1H", &travel_line]);
        let expected = [format!("2026-11-{start}/2026-11-24T15:00 not-understood")];
        assert_eq!(busy(&text), expected, "{travel}");
        assert_eq!(read(&text).problems[0].kind, ProblemKind::End, "{travel}");
    }
    let whole_day = event(&[
        "DTSTART:20261124T140000Z",
        "DURATION:PT1H",
        "X-APPLE-TRAVEL-RETURN-DURATION:P1D",
    ]);
    assert_eq!(busy(&whole_day), ["2026-11-24T14:00/2026-11-25T15:00 busy"]);
}

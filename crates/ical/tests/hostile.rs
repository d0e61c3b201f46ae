//! Broken, odd and hostile texts: time that may be busy blocks or is reported, and nothing takes for ever.

mod support;

use ical::{Blocks, ProblemKind, Reading};
use support::{
    Dice, busy, calendar, covered, event, event_lines, read, read_bytes_in, read_in, reasons, shown, starts,
};

const START: &str = "DTSTART:20261124T140000Z";

fn kinds(reading: &Reading) -> Vec<ProblemKind> {
    reading.problems.iter().map(|p| p.kind).collect()
}

#[test]
fn a_rule_that_cannot_be_read_blocks_from_the_start_on() {
    for rule in [
        "RRULE:FREQ=SEVERAL TIMES A DAY",
        "RRULE:FREQ=HOURLY;BYDAY=MO,XX",
        "RRULE:FREQ=DAILY;BYHOUR=25",
        "RRULE:every hour",
    ] {
        let reading = read(&event(&[START, "DURATION:PT1H", rule]));
        assert!(covered(&reading, "2026-11-24T14:00:00Z", "2027-01-01"), "{rule}");
        assert!(kinds(&reading).contains(&ProblemKind::Rule), "{rule}");
        assert!(
            reading
                .instances
                .iter()
                .all(|i| i.start >= support::instant("2026-11-24T14:00:00Z"))
        );
    }
}

#[test]
fn a_property_without_its_colon_is_not_lost() {
    let text = event(&[
        "DTSTART 20261124T140000Z",
        "DURATION PT1H",
        "RRULE FREQ=DAILY;COUNT=2",
    ]);
    assert_eq!(starts(&text), ["2026-11-24T14:00", "2026-11-25T14:00"]);
}

#[test]
fn a_rule_that_cannot_be_read_blocks_no_longer_than_its_end() {
    let text = event(&[START, "DURATION:PT1H", "RRULE:FREQ=HORLY;UNTIL=20261201T140000Z"]);
    assert!(covered(
        &read(&text),
        "2026-11-24T14:00:00Z",
        "2026-12-01T15:00:00Z"
    ));
    assert!(!covered(
        &read(&text),
        "2026-11-24T14:00:00Z",
        "2026-12-01T15:00:01Z"
    ));
    let over = event(&["DTSTART:20161124T140000Z", "RRULE:FREQ=HORLY;UNTIL=20170101"]);
    assert!(read(&over).instances.is_empty());
}

#[test]
fn an_interval_of_zero_blocks_as_an_interval_of_one() {
    let text = event(&[START, "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=0;COUNT=3"]);
    let reading = read(&text);
    assert_eq!(reading.instances.len(), 38);
    assert!(
        reading
            .instances
            .iter()
            .all(|i| i.blocks == Blocks::NotUnderstood)
    );
    assert_eq!(kinds(&reading), [ProblemKind::Rule]);
}

#[test]
fn a_rule_with_both_ends_lasts_until_the_later_one() {
    let with = |ends: &str| starts(&event(&[START, &format!("RRULE:FREQ=DAILY;{ends}")])).len();
    assert_eq!(with("COUNT=2;UNTIL=20261128T140000Z"), 5);
    assert_eq!(with("COUNT=5;UNTIL=20261125T140000Z"), 5);
}

#[test]
fn of_an_event_that_is_free_nothing_is_said_to_be_kept_busy() {
    let odd = [
        "DTSTART:20261124T100000Z",
        "DTEND:20261124T110000Z",
        "RRULE:nonsense",
    ];
    assert_eq!(kinds(&read(&event(&odd))), [ProblemKind::Rule]);
    for free in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"] {
        let reading = read(&event(&[odd[0], odd[1], odd[2], free]));
        assert_eq!(kinds(&reading), [], "{free}");
        assert!(
            reading
                .instances
                .iter()
                .all(|i| matches!(i.blocks, Blocks::Free(_)))
        );
    }
    // A change of the series that takes time follows what cannot be read.
    let series = event_lines("a", &[odd[0], odd[1], odd[2], "TRANSP:TRANSPARENT"]);
    let change = event_lines(
        "a",
        &[
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T100000Z",
            odd[0],
            odd[1],
        ],
    );
    assert_eq!(kinds(&read(&calendar(&[&series, &change]))), [ProblemKind::Rule]);
    // What cannot be placed may be anything.
    assert!(read(&event(&["DTSTART:soon", "TRANSP:TRANSPARENT"])).problems[0].unplaced);
}

#[test]
fn a_bad_time_of_day_blocks_the_whole_day() {
    let reading = read(&event(&["DTSTART;TZID=America/New_York:20261124T250000"]));
    assert_eq!(
        shown(&reading),
        ["2026-11-24T05:00/2026-11-25T05:00 not-understood"]
    );
    assert_eq!(kinds(&reading), [ProblemKind::Start]);
    assert!(!reading.problems[0].unplaced);
}

#[test]
fn an_event_without_any_time_is_reported_as_unplaced() {
    for lines in [
        &["X-A:1"][..],
        &["DTSTART:soon"],
        &["DTSTART:"],
        &["DTSTART:soon", "DTEND:later"],
    ] {
        let reading = read(&event(lines));
        assert!(reading.instances.is_empty());
        assert!(reading.problems[0].unplaced, "{lines:?}");
        assert!(
            reading.problems[0].sentence.starts_with("“Thing”"),
            "{}",
            reading.problems[0]
        );
    }
}

#[test]
fn a_lost_start_blocks_the_day_of_the_end() {
    let reading = read(&event(&["DTSTART:???", "DTEND:20261124T150000Z"]));
    assert_eq!(
        shown(&reading),
        ["2026-11-24T00:00/2026-11-25T05:00 not-understood"],
        "that of UTC, too"
    );
}

#[test]
fn an_end_that_cannot_be_read_blocks_the_rest_of_the_day() {
    for end in ["DTEND:whenever", "DURATION:1 hour", "DTEND:20261124T990000Z"] {
        let reading = read(&event(&["DTSTART;TZID=America/New_York:20261124T140000", end]));
        assert_eq!(
            shown(&reading),
            ["2026-11-24T19:00/2026-11-25T05:00 not-understood"],
            "{end}"
        );
        assert_eq!(kinds(&reading), [ProblemKind::End]);
    }
    let days_later = event(&[
        "DTSTART;TZID=America/New_York:20261124T140000",
        "DTEND:20261126T990000",
    ]);
    assert_eq!(
        busy(&days_later),
        ["2026-11-24T19:00/2026-11-27T05:00 not-understood"]
    );
}

#[test]
fn an_end_before_the_start_blocks_the_time_between_or_a_day() {
    assert_eq!(
        busy(&event(&[START, "DTEND:20261124T130000Z"])),
        ["2026-11-24T13:00/2026-11-24T15:00 not-understood"]
    );
    // Which of the two hours is meant is not known.
    assert_eq!(
        busy(&event(&[START, "DURATION:-PT1H"])),
        ["2026-11-24T13:00/2026-11-24T15:00 not-understood"]
    );
    assert_eq!(
        busy(&event(&[START, "DURATION:-P3D"])),
        ["2026-11-24T14:00/2026-11-27T14:00 not-understood"]
    );
    assert_eq!(
        busy(&event(&["DTSTART;VALUE=DATE:20261124", "DURATION:-P2D"])),
        ["2026-11-24T05:00/2026-11-26T05:00 all-day"]
    );
    assert_eq!(
        busy(&event(&[START, "DTEND:19700101T000000Z"])),
        ["2026-11-24T14:00/2026-11-25T14:00 not-understood"]
    );
    assert_eq!(
        busy(&event(&[
            "DTSTART;VALUE=DATE:20261124",
            "DTEND;VALUE=DATE:20261120"
        ])),
        ["2026-11-24T05:00/2026-11-25T05:00 all-day"]
    );
}

#[test]
fn of_two_ends_the_later_one_counts() {
    let text = event(&[
        START,
        "DTEND:20261124T150000Z",
        "DURATION:PT3H",
        "DTEND:20261124T160000Z",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T14:00/2026-11-24T17:00 busy"]);
}

#[test]
fn a_second_end_or_start_that_cannot_be_read_is_not_overlooked() {
    for (bad, expected) in [
        (
            "DTEND:20261?24T180000Z",
            "2026-11-24T14:00/2026-11-25T05:00 not-understood",
        ),
        (
            "DTEND:20261125T9Z",
            "2026-11-24T14:00/2026-11-26T05:00 not-understood",
        ),
        (
            "DURATION:PT?H",
            "2026-11-24T14:00/2026-11-25T05:00 not-understood",
        ),
    ] {
        let reading = read(&event(&[START, "DURATION:PT20M", bad]));
        assert_eq!(shown(&reading), [expected], "{bad}");
        assert_eq!(kinds(&reading), [ProblemKind::End], "{bad}");
    }
    let longer = read(&event(&[START, "DURATION:PT20H", "DTEND:soon"]));
    assert_eq!(
        shown(&longer),
        ["2026-11-24T14:00/2026-11-25T10:00 not-understood"],
        "the rest of the day is shorter than what could be read"
    );
    let day = read(&event(&[START, "DURATION:PT1H", "DTSTART:20261126T99Z"]));
    assert_eq!(
        shown(&day),
        [
            "2026-11-24T14:00/2026-11-24T15:00 not-understood",
            "2026-11-26T00:00/2026-11-27T01:00 not-understood",
            "2026-11-26T05:00/2026-11-27T06:00 not-understood"
        ]
    );
    let nothing = read(&event(&[START, "DTSTART:tomorrow"]));
    assert!(
        nothing.problems.iter().any(|p| p.unplaced),
        "{:?}",
        nothing.problems
    );
}

#[test]
fn of_two_different_starts_both_block() {
    let reading = read(&event(&[START, "DTSTART:20261125T140000Z", "DURATION:PT1H"]));
    assert_eq!(
        shown(&reading),
        [
            "2026-11-24T14:00/2026-11-24T15:00 not-understood",
            "2026-11-25T14:00/2026-11-25T15:00 not-understood"
        ]
    );
    let same = read(&event(&[
        START,
        "DTSTART;TZID=America/New_York:20261124T090000",
        "DTSTAMP:1",
        "DTSTAMP:2",
    ]));
    assert_eq!((same.instances.len(), same.problems.len()), (1, 0));
}

#[test]
fn a_start_with_a_time_and_an_end_without_blocks_that_day() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261124T140000",
        "DTEND;VALUE=DATE:20261124",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T19:00/2026-11-25T05:00 not-understood"]);
}

#[test]
fn an_absurd_duration_is_one_that_cannot_be_read() {
    for duration in [
        "P99999999999999W",
        "P999999999999999999W",
        "P99999W",
        "PT9999999999999H",
        "-P99999999W",
        "P36526D",
    ] {
        let reading = read(&event(&[START, &format!("DURATION:{duration}")]));
        assert_eq!(
            shown(&reading),
            ["2026-11-24T14:00/2026-11-25T05:00 not-understood"],
            "{duration}"
        );
        assert_eq!(kinds(&reading), [ProblemKind::End], "{duration}");
        let period = format!("RDATE;VALUE=PERIOD:20261201T140000Z/{duration}");
        let reading = read(&event(&[START, &period]));
        assert_eq!(
            shown(&reading)[1],
            "2026-12-01T14:00/2026-12-02T05:00 not-understood"
        );
        let travel = format!("X-APPLE-TRAVEL-DURATION:{duration}");
        let reading = read(&event(&[START, &travel]));
        assert_eq!(
            shown(&reading),
            ["2026-11-24T13:00/2026-11-24T14:00 not-understood"]
        );
    }
    let days = read(&event(&["DTSTART;VALUE=DATE:20261124", "DURATION:P9999999D"]));
    assert_eq!(shown(&days), ["2026-11-24T05:00/2026-11-25T05:00 all-day"]);
    // A hundred years are long, and can be meant.
    let reading = read(&event(&[START, "DURATION:P36500D"]));
    assert!(covered(&reading, "2026-11-24T14:00:00Z", "2027-01-01") && reading.problems.is_empty());
    let series = read(&event(&[
        "DTSTART:20200101T000000Z",
        "DURATION:P99999999999999W",
        "RRULE:FREQ=HOURLY",
    ]));
    assert!(covered(&series, "2026-11-01", "2027-01-01"));
}

#[test]
fn an_end_that_can_be_read_is_heeded_however_far_it_is_and_said() {
    for lines in [
        ["DTSTART:20261124T140000Z", "DTEND:99991231T235959Z"],
        ["DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:99991231"],
    ] {
        let reading = read(&event(&lines));
        assert!(covered(&reading, "2026-11-24T14:00:00Z", "2027-01-01"));
        assert_eq!(kinds(&reading), [ProblemKind::End]);
        assert!(reading.problems[0].sentence.contains("more than a hundred years"));
    }
}

#[test]
fn the_ends_of_the_calendar_are_harmless() {
    for start in [
        "00010101T000000Z",
        "99991231T235959Z",
        "99991231T235959",
        "00010101",
    ] {
        for rule in [
            "FREQ=YEARLY;INTERVAL=99999999999",
            "FREQ=DAILY",
            "FREQ=WEEKLY;UNTIL=99991231",
            "FREQ=HOURLY",
        ] {
            let text = event(&[
                &format!("DTSTART:{start}"),
                "DURATION:P9999W",
                &format!("RRULE:{rule}"),
            ]);
            let reading = read(&text);
            assert!(
                reading.instances.iter().all(|i| i.start <= i.end),
                "{start} {rule}"
            );
        }
    }
    let all = read_in(
        "Pacific/Apia",
        "2026-11-24",
        "2026-11-25",
        &event(&["DTSTART:99991231"]),
    );
    assert!(all.instances.is_empty());
}

#[test]
fn travel_time_that_cannot_be_read_blocks_an_hour() {
    let reading = read(&event(&[START, "DURATION:PT1H", "X-APPLE-TRAVEL-DURATION:long"]));
    assert_eq!(
        shown(&reading),
        ["2026-11-24T13:00/2026-11-24T15:00 not-understood"]
    );
}

#[test]
fn an_additional_date_that_cannot_be_read_is_reported() {
    let reading = read(&event(&[START, "RDATE:later"]));
    assert!(
        reading
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::Date && p.unplaced)
    );
    let reading = read(&event(&[START, "RDATE:20261126T990000"]));
    assert_eq!(reading.instances.len(), 2);
    assert_eq!(
        shown(&reading)[1],
        "2026-11-26T05:00/2026-11-27T05:00 not-understood"
    );
}

#[test]
fn a_zone_with_a_colon_counts_for_its_date_of_a_list() {
    let list = "RDATE;TZID=GMT+01:00:20261125T150000,20261126T150000";
    let found = starts(&event(&[START, "DURATION:PT1H", list]));
    assert!(found.contains(&"2026-11-25T14:00".to_owned()), "{found:?}");
}

#[test]
fn a_text_that_is_cut_off_is_reported_and_blocks_what_is_left() {
    let whole = event(&[START, "DTEND:20261124T150000Z", "LOCATION:Here"]);
    for length in whole.find("20261124T140000Z").unwrap() + 16..whole.len() - 5 {
        let reading = read(&whole[..length]);
        assert!(!reading.instances.is_empty(), "{length}");
        assert!(reading.problems.iter().any(|p| p.unplaced), "{length}");
    }
    assert!(read(&whole).problems.is_empty());
}

#[test]
fn an_unclosed_alarm_does_not_hide_the_next_event() {
    let text = calendar(&[
        "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261124T140000Z\r\nBEGIN:VALARM\r\nEND:VEVENT",
        &event_lines("b", &["DTSTART:20261125T140000Z"]),
    ]);
    let reading = read(&text);
    assert_eq!(reading.instances.len(), 2);
    assert_eq!(kinds(&reading), [ProblemKind::Truncated, ProblemKind::End]);
}

#[test]
fn what_is_no_calendar_is_reported() {
    for text in ["", "<html>not found</html>", "UID:1", "\0\0\0"] {
        let reading = read(text);
        assert_eq!(kinds(&reading), [ProblemKind::NotACalendar], "{text:?}");
        assert!(reading.problems[0].unplaced);
    }
    assert!(read("BEGIN:VCALENDAR\nEND:VCALENDAR").problems.is_empty());
}

#[test]
fn lines_may_end_in_any_way_and_be_folded_anywhere() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261124T090000",
        "DURATION:PT1H",
        "SUMMARY:Caf\u{e9} \u{1f600}",
    ]);
    let expected = read(&text);
    assert_eq!(read(&text.replace("\r\n", "\n")), expected);
    assert_eq!(read(&text.replace("\r\n", "\r")), expected);
    assert_eq!(read(&text.replace("\r\n", "\r\n\r\n")), expected);
    assert_eq!(read(&format!("\u{feff}{text}")), expected);
    for width in 1..30 {
        let mut folded = Vec::new();
        let mut in_line = 0;
        for b in text.bytes() {
            if in_line == width && b != b'\r' && b != b'\n' {
                folded.extend_from_slice(if width % 2 == 0 { b"\r\n " } else { b"\n\t" });
                in_line = 0;
            }
            folded.push(b);
            in_line = if b == b'\n' { 0 } else { in_line + 1 };
        }
        let reading = read_bytes_in("America/New_York", "2026-11-01", "2027-01-01", &folded);
        assert_eq!(reading, expected, "folded at {width}");
    }
}

#[test]
fn control_characters_are_soiling_only() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:\u{1}x\nDT\u{0}START:2026\u{b}1124T140000Z\nSUMMARY:A\u{7}\rB\nEND:VEVENT\nEND:VCALENDAR";
    let reading = read(text);
    assert_eq!(shown(&reading), ["2026-11-24T14:00/2026-11-24T14:00 busy"]);
    assert_eq!(
        (reading.uid.as_str(), &*reading.instances[0].summary),
        ("x", "AB")
    );
}

#[test]
fn bytes_that_are_no_utf8_do_not_matter() {
    let mut text = event(&[START, "SUMMARY:x"]).into_bytes();
    let at = text.windows(8).position(|w| w == b"SUMMARY:").unwrap() + 8;
    text.splice(at..at, [0xff, 0xfe, 0xc3]);
    assert_eq!(
        read_bytes_in("UTC", "2026-11-01", "2027-01-01", &text)
            .instances
            .len(),
        1
    );
}

#[test]
fn a_broken_property_that_decides_nothing_is_ignored() {
    let text = event(&[
        START,
        "DURATION:PT1H",
        "no colon here",
        ":",
        ";",
        "=",
        "DESCRIPTION",
        "X-\u{e9}:1",
        "SEQUENCE:x",
    ]);
    assert_eq!(reasons(&text), [Blocks::Busy]);
    assert!(read(&text).problems.is_empty());
}

#[test]
fn one_unreadable_character_in_a_value_never_frees_time_silently() {
    let master = [
        "DTSTART;TZID=America/New_York:20251124T140000",
        "DTEND;TZID=America/New_York:20251124T150000",
        "RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TU,TH;WKST=SU;UNTIL=20291224T000000Z",
        "RDATE;VALUE=PERIOD:20261127T120000Z/PT3H,20261128T120000Z/20261128T130000Z",
        "EXDATE;TZID=America/New_York:20261126T140000",
        "X-APPLE-TRAVEL-DURATION:PT30M",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
    ];
    let change = [
        "RECURRENCE-ID:20261201T190000Z",
        "DTSTART:20261201T210000Z",
        "DURATION:PT1H",
    ];
    let text = calendar(&[&event_lines("a", &master), &event_lines("a", &change)]);
    let mut expected = read(&text);
    expected.instances.retain(|i| i.blocks.takes_time(true));
    assert!(expected.problems.is_empty() && expected.instances.len() > 15);
    for (at, line) in text
        .match_indices("\r\n")
        .map(|(at, _)| (at + 2, &text[at + 2..]))
    {
        let line = line.split("\r\n").next().unwrap();
        let value = line.find(':').map_or(line.len(), |colon| colon + 1);
        if ["BEGIN", "END", "UID"].iter().any(|name| line.starts_with(name)) {
            continue;
        }
        for place in value..line.len() {
            let mut damaged = text.clone();
            damaged.replace_range(at + place..=at + place, "?");
            let reading = read(&damaged);
            let still_busy = expected
                .instances
                .iter()
                .all(|i| covered(&reading, &i.start.to_string(), &i.end.to_string()));
            assert!(
                still_busy || !reading.problems.is_empty(),
                "{line} damaged at {place}"
            );
        }
    }
}

/// A resource with every kind of property, to be damaged.
fn rich() -> String {
    calendar(&[
        "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n\
         RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nDTSTART:19961027T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE",
        &event_lines(
            "a",
            &[
                "DTSTART;TZID=Own:20201124T140000",
                "DTEND;TZID=Own:20201124T150000",
                "RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=MO,-1FR;BYSETPOS=1,-1;WKST=SU;UNTIL=20291224T000000Z",
                "RDATE;VALUE=PERIOD:20261126T120000Z/PT3H",
                "EXDATE;TZID=Europe/London:20261127T090000",
                "X-APPLE-TRAVEL-DURATION:PT30M",
                "ATTENDEE;CN=\"A; B\";PARTSTAT=ACCEPTED:mailto:me@example.com",
            ],
        ),
        &event_lines(
            "a",
            &[
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20261102T130000Z",
                "DTSTART:20261102T140000Z",
            ],
        ),
        &event_lines(
            "b",
            &[
                "DTSTART;VALUE=DATE:20261124",
                "RRULE:FREQ=YEARLY;BYWEEKNO=48;COUNT=9",
                "DURATION:P2D",
            ],
        ),
    ])
}

#[test]
fn damaged_texts_never_panic_and_intervals_are_never_reversed() {
    let mut dice = Dice(7);
    let rich = rich();
    let words = [
        "\r\n",
        ":",
        ";",
        ",",
        "=",
        "-",
        "9",
        "0",
        "T",
        "Z",
        "P",
        "/",
        "\"",
        "BEGIN:VEVENT\r\n",
        "\u{1f600}",
    ];
    for round in 0..3_000 {
        let mut text = rich.clone().into_bytes();
        for _ in 0..=dice.below(4) {
            let at = usize::try_from(dice.below(text.len() as u64)).unwrap();
            match dice.below(4) {
                0 => text[at] = u8::try_from(dice.below(256)).unwrap(),
                1 => text.truncate(at.max(1)),
                2 => drop(text.drain(at..(at + 12).min(text.len()))),
                _ => drop(text.splice(at..at, dice.pick(&words).bytes())),
            }
        }
        let reading = read_bytes_in("Europe/London", "2026-11-01", "2027-01-01", &text);
        for i in &reading.instances {
            assert!(
                i.start <= i.end,
                "round {round}: {}",
                String::from_utf8_lossy(&text)
            );
        }
    }
}

//! Calendar texts that were damaged on their way: line breaks, indentation, the lines that begin and end components. For somebody in
//! New York, in November and December 2026.

mod support;

use ical::ProblemKind;
use support::{busy, calendar, covered, event, read, read_bytes_in, shown};

const LINES: [&str; 9] = [
    "BEGIN:VCALENDAR",
    "PRODID:-//Some//Program//EN",
    "BEGIN:VEVENT",
    "UID:a",
    "SUMMARY:Thing",
    "DTSTART:20261124T140000Z",
    "DTEND:20261124T150000Z",
    "END:VEVENT",
    "END:VCALENDAR",
];
const ONCE: [&str; 1] = ["2026-11-24T14:00/2026-11-24T15:00 busy"];
const ODD: [&str; 1] = ["2026-11-24T14:00/2026-11-24T15:00 not-understood"];

fn joined(newline: &str) -> String {
    LINES.join(newline)
}

#[test]
fn line_breaks_of_every_kind_are_line_breaks() {
    let paragraph = "\u{2029}";
    for newline in [
        "\r", "\n", "\r\n", "\r\r\n", "\n\r", "\r\n\r\n", "\\n", "\\r\\n", "\u{85}", "\u{2028}", paragraph,
    ] {
        for end in ["", "\r", "\n", "\r\n", newline] {
            let text = joined(newline) + end;
            assert_eq!(busy(&text), ONCE, "{newline:?} {end:?}");
        }
    }
    let folded = joined("\r").replace("DTSTART", "DTST\r ART") + "\n";
    assert_eq!(busy(&folded), ONCE);
}

#[test]
fn a_single_odd_break_hides_nothing() {
    for at in 1..LINES.len() {
        for odd in ["\r", "\r\r\n", "\n"] {
            let text = LINES[..at].join("\r\n") + odd + &LINES[at..].join("\r\n");
            let reading = read(&text);
            let is_covered = covered(&reading, "2026-11-24T14:00:00Z", "2026-11-24T15:00:00Z");
            assert!(is_covered, "{at} {odd:?}: {:?}", shown(&reading));
        }
    }
}

#[test]
fn a_return_within_a_text_does_not_free_time() {
    for line in [
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "EXDATE:20261124T140000Z",
    ] {
        let text = joined("\r\n").replace("Thing", &format!("Thing\r{line}"));
        assert_eq!(busy(&text), ONCE, "{line}");
    }
}

#[test]
fn escaped_breaks_within_an_escaped_text_stay_there() {
    let text = joined("\\n").replace("Thing", "Thing\\\\nSTATUS:CANCELLED");
    assert_eq!(busy(&text), ONCE);
}

#[test]
fn indentation_is_not_folding_where_nothing_else_begins_the_event() {
    for indent in [" ", "  ", "\t", "        "] {
        let newline = format!("\r\n{indent}");
        assert_eq!(busy(&joined(&newline)), ONCE, "{indent:?}");
        assert_eq!(
            busy(&(indent.to_owned() + &joined(&newline) + "\r\n")),
            ONCE,
            "{indent:?}"
        );
        let folded = joined(&newline).replace("T140000Z", &format!("T14{newline} 0000Z"));
        assert_eq!(busy(&folded), ONCE, "{indent:?}");
        let event_only = joined("\r\n").replace("\r\nDT", &format!("{newline}DT"));
        assert_eq!(busy(&event_only), ONCE, "{indent:?}");
        for bracket in ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR"] {
            let one = joined("\r\n").replace(bracket, &format!("{indent}{bracket}"));
            assert_eq!(busy(&one), ONCE, "{indent:?} {bracket}");
        }
    }
    let tree = "BEGIN:VCALENDAR\n  BEGIN:VEVENT\n    DTSTART:20261124T140000Z\n    DTEND:20261124T150000Z\n  END:VEVENT\nEND:VCALENDAR\n";
    assert_eq!(busy(tree), ONCE);
}

#[test]
fn folded_text_that_looks_like_a_property_stays_text() {
    let text = joined("\r\n").replace("Thing", "Thing\r\n DTSTART:20261126T140000Z\r\n STATUS:CANCELLED");
    assert_eq!(busy(&text), ONCE);
    assert!(read(&text).problems.is_empty());
}

#[test]
fn what_follows_the_name_of_a_component_does_not_hide_it() {
    for odd in [
        "VEVENT;",
        "VEVENT:",
        "\"VEVENT\"",
        " VEVENT ",
        "VEVENT;X=1",
        "vevent,",
        "=VEVENT",
    ] {
        let text = joined("\r\n").replace("BEGIN:VEVENT", &format!("BEGIN:{odd}"));
        assert_eq!(busy(&text), ONCE, "{odd}");
        let text = joined("\r\n").replace(":VEVENT", &format!(":{odd}"));
        assert_eq!(busy(&text), ONCE, "{odd}");
    }
    assert_eq!(busy(&joined("\r\n").replace("DT", "item1.DT")), ONCE);
}

#[test]
fn times_in_no_event_or_in_something_unknown_are_kept_busy_and_said() {
    let text = joined("\r\n");
    let without = |line: &str| text.replace(&format!("{line}\r\n"), "");
    for damaged in [
        text.replace("VEVENT", "EVENT"),
        text.replace("VEVENT", "VEVNT"),
        text.replace("BEGIN:VEVENT", "BEGIN:EVENT"),
        text.replace("BEGIN:VEVENT", "BEGIN"),
        without("BEGIN:VEVENT"),
        without("BEGIN:VEVENT").replace("END:VEVENT\r\n", ""),
        without("BEGIN:VEVENT").replace("BEGIN:VCALENDAR\r\n", ""),
        LINES[3..7].join("\r\n"),
        LINES[3..7].join("\r"),
        text.replace("SUMMARY:Thing\r\n", "SUMMARY:Thing\r\nEND:VEVENT\r\n"),
    ] {
        assert_eq!(busy(&damaged), ODD, "{damaged}");
        let said = read(&damaged).problems;
        assert!(
            said.iter().any(|problem| problem.kind == ProblemKind::Component),
            "{said:?}"
        );
    }
    let list = joined("\r\n")
        .replace("VEVENT", "FREEBUSY")
        .replace("DTSTART", "X-A")
        .replace("DTEND:20261124T150000Z", "FREEBUSY:20261124T140000Z/PT1H");
    assert_eq!(busy(&list), ONCE);
}

#[test]
fn what_is_no_event_stays_none() {
    for name in ["VTODO", "VJOURNAL", "X-THING", "VALARM"] {
        let reading = read(&joined("\r\n").replace("VEVENT", name));
        assert!(
            reading.instances.is_empty() && reading.problems.is_empty(),
            "{name}"
        );
    }
    let of_the_calendar = calendar(&[
        "UID:1",
        "SUMMARY:Mine",
        "DESCRIPTION:All",
        "BEGIN:VTODO",
        "END:VTODO",
    ]);
    assert!(read(&of_the_calendar).problems.is_empty());
    assert!(read(&calendar(&[])).problems.is_empty());
    let zone = "BEGIN:VTIMEZONE\r\nTZID:A\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE";
    assert!(read(&calendar(&[zone])).problems.is_empty());
}

#[test]
fn a_text_of_which_nothing_could_be_read_is_reported() {
    let utf16: Vec<u8> = joined("\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [
        joined("|").into_bytes(),
        joined(" ").into_bytes(),
        "BEGIN:VCALENDAR\r\n<VEVENT>20261124</VEVENT>\r\nEND:VCALENDAR"
            .as_bytes()
            .to_vec(),
        "BEGIN:VCALENDAR\r\nDTSTART 20261124T140000Z\r\nBEGIN:DTSTART\r\nEND:VCALENDAR"
            .as_bytes()
            .to_vec(),
        utf16,
    ] {
        let reading = read_bytes_in("America/New_York", "2026-11-01", "2027-01-01", &text);
        let is_told = reading.problems.iter().any(|problem| problem.unplaced);
        let is_kept = covered(&reading, "2026-11-24T14:00:00Z", "2026-11-24T15:00:00Z");
        assert!(is_told || is_kept, "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn an_event_that_is_cut_off_before_its_end_takes_the_rest_of_its_day() {
    let whole = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=America/New_York:20261124T090000\r\n\
                 SUMMARY:Thing\r\nDTEND;TZID=America/New_York:20261124T103000";
    let rest = ["2026-11-24T14:00/2026-11-25T05:00 not-understood"];
    let from = whole.find("SUMMARY").unwrap();
    for length in from..=whole.len() {
        assert_eq!(busy(&whole[..length]), rest, "{}", &whole[from..length]);
        assert!(
            read(&whole[..length])
                .problems
                .iter()
                .any(|problem| problem.unplaced)
        );
    }
    let with_end = format!("{whole}\r\n");
    assert_eq!(
        busy(&with_end),
        ["2026-11-24T14:00/2026-11-24T15:30 not-understood"]
    );
    let of_duration = whole.replace("DTEND;TZID=America/New_York:20261124T103000", "DURATION:PT1H");
    assert_eq!(busy(&of_duration), rest);
    let days = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261124\r\nSUMM";
    assert_eq!(busy(days).len(), 1);
}

#[test]
fn an_alarm_without_its_end_does_not_swallow_what_belongs_to_the_event() {
    let with = |alarm: &[&str], after: &[&str]| event(&[alarm, after].concat());
    let alarm = [
        "BEGIN:VALARM",
        "TRIGGER:-PT5M",
        "UID:alarm",
        "DURATION:PT5M",
        "DESCRIPTION:Soon",
    ];
    let start = "DTSTART:20261124T140000Z";
    let end = "DTEND:20261124T150000Z";
    assert_eq!(busy(&with(&alarm, &[start, end])), ODD);
    assert_eq!(busy(&event(&[&[start], &alarm[..], &[end]].concat())), ODD);
    let day = ["2026-11-24T14:00", "2026-11-25T14:00"];
    let starts = |text: &str| {
        busy(text)
            .iter()
            .map(|line| line[..16].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        starts(&with(&alarm, &[start, end, "RRULE:FREQ=DAILY;COUNT=2"])),
        day
    );
    assert_eq!(
        starts(&with(&alarm, &[start, end, "RDATE:20261125T140000Z"])),
        day
    );
    // Another alarm with its end, before and after it.
    let closed = [
        "BEGIN:VALARM",
        "TRIGGER:-PT5M",
        "DTSTART:20261126T140000Z",
        "END:VALARM",
    ];
    assert_eq!(
        busy(&event(&[&closed, &alarm[..], &[start, end], &closed].concat())),
        ODD
    );
    // What would free it may be the alarm's.
    for line in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"] {
        assert_eq!(
            busy(&event(&[&[start, end], &alarm[..], &[line]].concat())),
            ODD,
            "{line}"
        );
    }
    let whole_day = event(&[&["DTSTART;VALUE=DATE:20261124"], &alarm[..], &["TRANSP:OPAQUE"]].concat());
    assert!(
        read(&whole_day)
            .instances
            .iter()
            .all(|i| i.blocks.takes_time(false))
    );
    assert_eq!(read(&with(&alarm, &[start, end])).uid, "series-1");
}

#[test]
fn an_answer_given_twice_may_be_the_one_that_comes() {
    let answered =
        |attendee: &str| event(&[LINES[5], LINES[6], &format!("{attendee}:mailto:me@example.com")]);
    for attendee in [
        "ATTENDEE;PARTSTAT=DECLINED;PARTSTAT=ACCEPTED",
        "ATTENDEE;PARTSTAT=ACCEPTED;CN=Me;partstat=\"DECLINED\"",
        "ATTENDEE;PARTSTAT=DECLINED,ACCEPTED",
        "ATTENDEE;PARTSTAT=DECLINED;PARTSTAT=TENTATIVE",
    ] {
        assert_eq!(busy(&answered(attendee)), ONCE, "{attendee}");
    }
    assert!(busy(&answered("ATTENDEE;PARTSTAT=DECLINED;PARTSTAT=declined")).is_empty());
}

#[test]
fn an_event_of_several_that_is_indented_is_one() {
    let other = "BEGIN:VEVENT\nUID:b\nDTSTART:20261201T090000Z\nDURATION:PT1H\nEND:VEVENT\n";
    let day = "2026-12-01T09:00/2026-12-01T10:00 busy";
    for indent in [" ", "  ", "\t", "    "] {
        let alarm = format!("{indent}BEGIN:VALARM\n{indent}{indent}TRIGGER:-PT5M\n{indent}END:VALARM\n");
        for (before, after) in [("", ""), (alarm.as_str(), ""), ("", alarm.as_str())] {
            let event = format!(
                "BEGIN:VEVENT\n{before}{indent}UID:a\n{indent}SUMMARY:A long\n{indent}  title\n{indent}DTSTART:20261124T140000Z\n\
                 {after}{indent}DURATION:PT1H\nEND:VEVENT\n"
            );
            for text in [event.clone() + other, other.to_owned() + &event] {
                let text = format!("BEGIN:VCALENDAR\n{text}END:VCALENDAR\n");
                for text in [text.replace('\n', "\r\n"), text.replace('\n', "\r"), text] {
                    assert_eq!(busy(&text), [ONCE[0], day], "{text:?}");
                }
            }
        }
    }
    // A change of one date.
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20261130T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT\n\
                BEGIN:VEVENT\n UID:a\n RECURRENCE-ID:20261201T150000Z\n DTSTART:20261201T200000Z\n DURATION:PT1H\nEND:VEVENT\n\
                END:VCALENDAR\n";
    assert_eq!(
        busy(text),
        [
            "2026-11-30T15:00/2026-11-30T16:00 busy",
            "2026-12-01T20:00/2026-12-01T21:00 busy"
        ]
    );
    // Elsewhere a blank folds, whatever stands behind it.
    let text = joined("\r\n").replace("Thing", "Thing\r\n STATUS:CANCELLED");
    assert_eq!(busy(&text), ONCE);
}

#[test]
fn an_end_behind_an_odd_break_is_one_and_nothing_else_is_freed_for_it() {
    for mark in ["\u{2028}", "\u{85}", "\u{2029}", "\\n", "\\r\\n"] {
        for end in ["DTEND:20261124T150000Z", "DURATION:PT1H"] {
            let text = event(&[
                "DTSTART:20261124T140000Z",
                &format!("DESCRIPTION:x{mark}STATUS:CANCELLED{mark}{end}"),
            ]);
            assert_eq!(busy(&text), ONCE, "{text}");
        }
    }
    // One that has an end keeps it.
    let text = event(&[
        "DTSTART:20261124T140000Z",
        "DURATION:PT1H",
        "DESCRIPTION:x\\nDTEND:20261124T180000Z",
    ]);
    assert_eq!(busy(&text), ONCE);
}

#[test]
fn an_event_of_a_misspelt_name_within_another_component_is_one() {
    let event = "UID:t\r\nDTSTART:20261124T140000Z\r\nDURATION:PT1H\r\n";
    let open = "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261201T090000Z\r\nDURATION:PT1H\r\n";
    let day = "2026-12-01T09:00/2026-12-01T10:00 busy";
    for (begin, end) in [
        ("BEGIN:VEVNT", "END:VEVNT\r\n"),
        ("BEGIN:EVENT", "END:EVENT\r\n"),
        ("BEGIN:VEVNT", ""),
    ] {
        for rest in ["END:VEVENT\r\n", "STATUS:CONFIRMED\r\nEND:VEVENT\r\n"] {
            let text = calendar(&[format!("{open}{begin}\r\n{event}{end}{rest}").trim_end()]);
            let reading = read(&text);
            let found = busy(&text);
            assert_eq!(found.len(), 2, "{text}");
            assert!(found[0] == ODD[0] && found[1][..33] == day[..33], "{found:?}");
            assert!(
                reading
                    .problems
                    .iter()
                    .any(|problem| problem.kind == ProblemKind::Component),
                "{text}"
            );
        }
        for outer in ["BEGIN:VTIMEZONE\r\nTZID:a", "BEGIN:VTODO\r\nUID:a"] {
            let text = calendar(&[format!("{outer}\r\n{begin}\r\n{event}{end}").trim_end()]);
            assert_eq!(busy(&text), ODD, "{text}");
        }
    }
    let text = calendar(&[&format!(
        "{open}BEGIN:VEVNT\r\n{event}STATUS:CANCELLED\r\nEND:VEVENT"
    )]);
    assert_eq!(busy(&text).len(), 2, "{text}");
    // An alarm and what a program calls its own are none.
    for inner in ["VALARM", "X-ALARM"] {
        let text = calendar(&[format!("{open}BEGIN:{inner}\r\n{event}END:{inner}\r\nEND:VEVENT").as_str()]);
        assert_eq!(busy(&text), [day], "{inner}");
    }
}

#[test]
fn a_line_of_notes_frees_nothing_and_is_told() {
    let series = ["DTSTART:20261201T090000Z", "DURATION:PT1H"];
    let daily = [&series[..], &["RRULE:FREQ=DAILY;COUNT=4"]].concat();
    let all = busy(&event(&daily));
    assert_eq!(all.len(), 4);
    for note in [
        "Status: cancelled",
        "STATUS: CANCELLED",
        "status:cancelled",
        "Status:Cancelled",
        "Transp: transparent",
        "TRANSP: TRANSPARENT",
        "EXDATE: 2026-12-02 09:00Z",
        "Exdate: 20261202",
        "exdate:20261202T090000Z",
        "Recurrence-Id: 20261202T090000Z",
        "Begin: 10 am",
        "BEGIN: 10 am",
        "Begin: ten",
        "End: 11 am",
    ] {
        for before in [
            &["DESCRIPTION:Call about the order"][..],
            &["SUMMARY:Ticket"],
            &["COMMENT:Ticket", "Price: 5"],
            &["DESCRIPTION:Ticket", "for two"],
            &["DESCRIPTION:Ticket", "", "Seats: 2, Status: open", "Gate: 4"],
            &["X-NOTE:Ticket", "Status: confirmed"],
        ] {
            let text = event(&[&series[..], before, &[note, "RRULE:FREQ=DAILY;COUNT=4"]].concat());
            assert_eq!(busy(&text), all, "{before:?} {note}");
            assert!(!read(&text).problems.is_empty(), "{before:?} {note}");
        }
    }
    // Properties that are all written so, or stand in order.
    for free in [
        event(&[&daily[..], &["DESCRIPTION:x", "STATUS:CANCELLED"]].concat()),
        event(
            &[
                &daily[..],
                &["DESCRIPTION:x", " Status: open", "TRANSP:TRANSPARENT"],
            ]
            .concat(),
        ),
        event(&[&daily[..], &["DESCRIPTION:x", "STATUS:CANCELLED"]].concat()).to_lowercase(),
        event(&[&daily[..], &["SUMMARY:x", "STATUS:CANCELLED"]].concat()).replace(':', ": "),
        event(&[&daily[..], &["CLASS:PUBLIC", "Status: Cancelled"]].concat()),
    ] {
        assert!(busy(&free).is_empty(), "{free}");
    }
}

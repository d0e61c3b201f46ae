//! What blocks, for how long, and what does not (scheduling.md, "Busy set of a host").

mod support;

use ical::{Blocks, FreeReason, ProblemKind};
use support::{busy, calendar, event, event_lines, read, read_in, reasons, shown};

const START: &str = "DTSTART:20261124T140000Z";
const END: &str = "DTEND:20261124T150000Z";

fn reason(line: &str) -> Blocks {
    reasons(&event(&[START, END, line]))[0]
}

#[test]
fn an_ordinary_event_blocks_from_its_start_to_its_end() {
    assert_eq!(
        busy(&event(&[START, END])),
        ["2026-11-24T14:00/2026-11-24T15:00 busy"]
    );
    assert_eq!(
        busy(&event(&[START, "DURATION:PT90M"])),
        ["2026-11-24T14:00/2026-11-24T15:30 busy"]
    );
}

#[test]
fn without_an_end_a_time_has_no_length_and_a_day_is_one_day() {
    assert_eq!(busy(&event(&[START])), ["2026-11-24T14:00/2026-11-24T14:00 busy"]);
    assert_eq!(
        busy(&event(&["DTSTART;VALUE=DATE:20261124"])),
        ["2026-11-24T05:00/2026-11-25T05:00 all-day"]
    );
}

#[test]
fn transparent_cancelled_and_declined_events_are_free() {
    assert_eq!(
        reason("TRANSP:TRANSPARENT"),
        Blocks::Free(FreeReason::Transparent)
    );
    assert_eq!(
        reason("transp:transparent"),
        Blocks::Free(FreeReason::Transparent)
    );
    assert_eq!(reason("STATUS:CANCELLED"), Blocks::Free(FreeReason::Cancelled));
    assert_eq!(
        reason("ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com"),
        Blocks::Free(FreeReason::Declined)
    );
}

#[test]
fn tentative_opaque_unanswered_and_unknown_words_block() {
    assert_eq!(reason("STATUS:TENTATIVE"), Blocks::Tentative);
    assert_eq!(
        reason("ATTENDEE;PARTSTAT=TENTATIVE:mailto:ME@EXAMPLE.COM"),
        Blocks::Tentative
    );
    assert_eq!(
        reason("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:me@example.com"),
        Blocks::Busy
    );
    assert_eq!(reason("TRANSP:OPAQUE"), Blocks::Busy);
    assert_eq!(reason("TRANSP:GLASS"), Blocks::Busy);
    assert_eq!(reason("STATUS:GONE"), Blocks::Busy);
}

#[test]
fn i_am_recognised_by_address_case_scheme_email_parameter_and_principal() {
    let declined = Blocks::Free(FreeReason::Declined);
    assert_eq!(
        reason("ATTENDEE;CN=\"Me; or: not\";PARTSTAT=DECLINED:MAILTO:ME@example.COM"),
        declined
    );
    assert_eq!(
        reason("ATTENDEE;EMAIL=me@example.com;PARTSTAT=DECLINED:urn:uuid:1"),
        declined
    );
    assert_eq!(reason("ATTENDEE;PARTSTAT=DECLINED:/1234/principal/"), declined);
}

#[test]
fn another_persons_answer_says_nothing_about_me() {
    assert_eq!(
        reason("ATTENDEE;PARTSTAT=DECLINED:mailto:you@example.com"),
        Blocks::Busy
    );
    assert_eq!(
        reason("ATTENDEE;PARTSTAT=DECLINED:mailto:not-me@example.com"),
        Blocks::Busy
    );
}

#[test]
fn what_is_said_twice_is_free_only_when_both_say_so() {
    assert_eq!(reason("TRANSP:TRANSPARENT\r\nTRANSP:OPAQUE"), Blocks::Busy);
    assert_eq!(reason("STATUS:CANCELLED\r\nSTATUS:CONFIRMED"), Blocks::Busy);
    let twice = "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.com";
    assert_eq!(reason(twice), Blocks::Busy);
    assert_eq!(
        reason("TRANSP:TRANSPARENT\r\nTRANSP:TRANSPARENT"),
        Blocks::Free(FreeReason::Transparent)
    );
}

#[test]
fn whole_days_without_transparency_block_by_the_calendars_switch() {
    let day = |line: &str| reasons(&event(&["DTSTART;VALUE=DATE:20261124", line]))[0];
    assert_eq!(day("X-NOTHING:1"), Blocks::AllDayDefault);
    assert!(Blocks::AllDayDefault.takes_time(true) && !Blocks::AllDayDefault.takes_time(false));
    assert_eq!(day("TRANSP:OPAQUE"), Blocks::Busy);
    assert_eq!(day("TRANSP:TRANSPARENT"), Blocks::Free(FreeReason::Transparent));
    assert_eq!(day("STATUS:TENTATIVE"), Blocks::Tentative);
}

#[test]
fn whole_days_end_exclusively_and_last_at_least_a_day() {
    let days = |end: &str| {
        read(&event(&["DTSTART;VALUE=DATE:20261124", end])).instances[0]
            .all_day
            .unwrap()
    };
    let date = |day| jiff::civil::date(2026, 11, day);
    assert_eq!(days("DTEND;VALUE=DATE:20261127"), (date(24), date(27)));
    assert_eq!(days("DTEND;VALUE=DATE:20261124"), (date(24), date(25)));
    assert_eq!(days("DURATION:P2D"), (date(24), date(26)));
    assert_eq!(days("DURATION:PT30H"), (date(24), date(26)));
    assert_eq!(days("DTEND:20261125T120000"), (date(24), date(26)));
}

#[test]
fn travel_time_blocks_before_and_after() {
    let text = event(&[
        START,
        END,
        "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M",
        "X-APPLE-TRAVEL-RETURN-DURATION;VALUE=DURATION:PT45M",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T13:30/2026-11-24T15:45 busy"]);
}

#[test]
fn travel_time_reaches_into_the_horizon() {
    let text = event(&[START, END, "RRULE:FREQ=YEARLY", "X-APPLE-TRAVEL-DURATION:PT5H"]);
    let reading = read_in("UTC", "2027-11-24T09:30:00Z", "2027-11-24T10:00:00Z", &text);
    assert_eq!(shown(&reading), ["2027-11-24T09:00/2027-11-24T15:00 busy"]);
}

#[test]
fn a_long_event_of_a_series_reaches_into_the_horizon() {
    let text = event(&["DTSTART:20251020T000000Z", "DURATION:P30D", "RRULE:FREQ=YEARLY"]);
    assert_eq!(busy(&text), ["2026-10-20T00:00/2026-11-19T00:00 busy"]);
}

#[test]
fn the_horizon_is_half_open() {
    let over = |from: &str, to: &str| read_in("UTC", from, to, &event(&[START, END])).instances.len();
    assert_eq!(over("2026-11-24T15:00:00Z", "2026-11-25"), 0);
    assert_eq!(over("2026-11-24T14:59:59Z", "2026-11-25"), 1);
    assert_eq!(over("2026-11-01", "2026-11-24T14:00:00Z"), 0);
    assert_eq!(over("2026-11-01", "2026-11-24T14:00:01Z"), 1);
    let no_length = |from: &str| {
        read_in("UTC", from, "2026-11-25", &event(&[START]))
            .instances
            .len()
    };
    assert_eq!(
        (
            no_length("2026-11-24T14:00:00Z"),
            no_length("2026-11-24T14:00:01Z")
        ),
        (1, 0)
    );
    assert_eq!(over("2026-11-25", "2026-11-24"), 0);
}

#[test]
fn instances_carry_title_place_and_uid_as_plain_text() {
    let text = calendar(&[
        "BEGIN:VEVENT",
        "UID:a\\,b",
        START,
        "SUMMARY;LANGUAGE=en:Lunch\\, long\\; with \\\\ and\\nmore \u{7}",
        "LOCATION:Caf\u{e9}",
        "END:VEVENT",
    ]);
    let i = &read(&text).instances[0];
    assert_eq!(&*i.summary, "Lunch, long; with \\ and more");
    assert_eq!((i.location.as_deref(), &*i.uid), (Some("Caf\u{e9}"), "a\\,b"));
}

#[test]
fn alarms_tasks_and_journals_are_no_events_and_lend_nothing_to_them() {
    let text = calendar(&[
        "BEGIN:VTODO",
        "UID:task",
        "DTSTART:20261124T080000Z",
        "END:VTODO",
        "BEGIN:VEVENT",
        "UID:event",
        "BEGIN:VALARM",
        "TRIGGER:-PT15M",
        "DURATION:PT9H",
        "STATUS:CANCELLED",
        "SUMMARY:Alarm",
        "END:VALARM",
        START,
        END,
        "END:VEVENT",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T14:00/2026-11-24T15:00 busy"]);
    assert!(read(&text).problems.is_empty());
    assert_eq!(read(&text).uid, "event");
}

#[test]
fn several_events_come_sorted_by_time() {
    let text = calendar(&[
        &event_lines("b", &["DTSTART:20261125T140000Z"]),
        &event_lines("c", &[START, END]),
        &event_lines("a", &[START, END]),
    ]);
    let order: Vec<String> = read(&text)
        .instances
        .into_iter()
        .map(|i| i.uid.to_string())
        .collect();
    assert_eq!(order, ["a", "c", "b"]);
}

/// The lines that ended the first of two events and began the second are lost.
fn run_together(second: &[&str]) -> String {
    let mut lines = vec!["DTSTART:20261130T150000Z", "DURATION:PT1H"];
    lines.extend_from_slice(second);
    event(&lines)
}

#[test]
fn what_frees_one_of_two_events_that_run_together_frees_neither() {
    let (day, later) = ("UID:other", "DTSTART:20261202T150000Z");
    for frees in [
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com",
        "EXDATE:20261202T150000Z,20261130T150000Z",
        "RECURRENCE-ID:20261130T150000Z",
    ] {
        for second in [
            &[day, later, "DURATION:PT1H", frees][..],
            &[later, frees],
            &[frees, later, day],
            &[day, "DTSTART:20261130T150000Z", frees],
        ] {
            let reading = read(&run_together(second));
            let busy: Vec<_> = reading
                .instances
                .iter()
                .filter(|i| i.blocks.takes_time(true))
                .collect();
            let starts = second.contains(&later);
            assert_eq!(busy.len(), 1 + usize::from(starts), "{second:?}");
            assert!(
                reading
                    .problems
                    .iter()
                    .any(|p| p.kind == ProblemKind::Contradiction),
                "{second:?}"
            );
        }
    }
    let daily = [
        "UID:other",
        "DTSTART:20261130T150000Z",
        "RRULE:FREQ=DAILY;COUNT=3",
        "EXDATE:20261130T150000Z",
    ];
    assert_eq!(busy(&run_together(&daily)).len(), 3);
    // The same twice is no other event.
    let same = ["UID:series-1", "DTSTART:20261130T150000Z", "STATUS:CANCELLED"];
    assert_eq!(busy(&run_together(&same)).len(), 0);
}

//! `quince busy` says what a calendar file blocks, and why.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
    BEGIN:VEVENT\r\nUID:weekly\r\nSUMMARY:Standup\r\nDTSTART;TZID=Europe/Berlin:20261102T090000\r\nDURATION:PT30M\r\n\
    RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:birthday\r\nSUMMARY:Birthday\r\nDTSTART;VALUE=DATE:20261125\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:lunch\r\nSUMMARY:Lunch\r\nDTSTART:20261124T120000\r\nDTEND:20261124T130000\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:declined\r\nSUMMARY:Town hall\r\nDTSTART:20261124T150000Z\r\nDTEND:20261124T160000Z\r\n\
    ATTENDEE;PARTSTAT=DECLINED:mailto:Maya@icloud.example\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

fn busy(calendar: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args(["busy", "-", "--timezone", "Europe/Berlin"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A refused command line is not read from.
    let _ = child.stdin.take().unwrap().write_all(calendar.as_bytes());
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", said(output));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn each_blocking_instance_is_a_line_in_order() {
    let output = busy(
        CALENDAR,
        &[
            "--from",
            "2026-11-23",
            "--to",
            "2026-11-26",
            "--me",
            "maya@icloud.example",
        ],
    );
    let expected = [
        json!({"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T08:30:00Z", "uid": "weekly", "summary": "Standup",
            "reason": "busy"}),
        json!({"start": "2026-11-24T23:00:00Z", "end": "2026-11-25T23:00:00Z", "uid": "birthday", "summary": "Birthday",
            "reason": "all-day"}),
    ];
    assert_eq!(lines(&output), expected);
}

#[test]
fn what_does_not_block_is_shown_on_request_with_its_reason() {
    let output = busy(
        CALENDAR,
        &[
            "--from",
            "2026-11-24",
            "--to",
            "2026-11-25",
            "--me",
            "maya@icloud.example",
            "--all",
        ],
    );
    let reasons: Vec<Value> = lines(&output).iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(reasons, ["transparent", "declined"]);
}

#[test]
fn an_invitation_that_somebody_else_declined_blocks() {
    let output = busy(
        CALENDAR,
        &[
            "--from",
            "2026-11-24T14:00:00Z",
            "--to",
            "2026-11-24T17:00:00Z",
            "--me",
            "ben@icloud.example",
        ],
    );
    assert_eq!(lines(&output)[0]["uid"], "declined");
}

#[test]
fn what_is_not_understood_is_said_beside_the_lines() {
    let broken = CALENDAR.replace("DTSTART:20261124T150000Z\r\n", "DTSTART:sometime\r\n");
    let output = busy(&broken, &["--from", "2026-11-24", "--to", "2026-11-26"]);
    assert!(lines(&output).len() >= 2);
    assert!(said(&output).starts_with("quince: "), "{}", said(&output));
}

#[test]
fn bad_arguments_say_what_would_be_right() {
    for (arguments, sentence) in [
        (
            ["--from", "tomorrow", "--to", "2026-11-26"],
            "write a date such as",
        ),
        (
            ["--from", "2026-11-26", "--to", "2026-11-26"],
            "--from must be before --to",
        ),
    ] {
        let output = busy(CALENDAR, &arguments);
        assert!(!output.status.success());
        assert!(said(&output).contains(sentence), "{}", said(&output));
    }
    let output = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args([
            "busy",
            "nowhere.ics",
            "--from",
            "2026-11-24",
            "--to",
            "2026-11-25",
            "--timezone",
            "Mars/Base",
        ])
        .output()
        .unwrap();
    assert!(
        said(&output).contains("there is no such time zone"),
        "{}",
        said(&output)
    );
    let output = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args([
            "busy",
            "nowhere.ics",
            "--from",
            "2026-11-24",
            "--to",
            "2026-11-25",
            "--timezone",
            "UTC",
        ])
        .output()
        .unwrap();
    assert!(
        said(&output).contains("The calendar file nowhere.ics cannot be read"),
        "{}",
        said(&output)
    );
}

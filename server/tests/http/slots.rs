//! `quince slots` tells free times, and why others are not free.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::Quince;

fn slots(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("slots")
        .args(arguments)
        .env("QUINCE_DATA_DIR", folder)
        .env("QUINCE_LOG", "error")
        .output()
        .unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn free_times_and_reasons_are_told_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    quince.kill();
    let days = [
        "intro-call",
        "--from",
        "2026-12-02",
        "--to",
        "2026-12-08",
        "--timezone",
        "America/New_York",
    ];
    let free = lines(&slots(folder.path(), &days));
    let all = lines(&slots(folder.path(), &[&days[..], &["--explain"]].concat()));
    assert!(
        free.iter()
            .all(|line| line["hosts"][0].is_string() && line.get("reasons").is_none())
    );
    assert!(free.len() < all.len(), "{} of {}", free.len(), all.len());
    for line in &all {
        let offered = line["hosts"][0].is_string();
        let reason = line["reasons"][0]["reason"].is_string();
        assert!(offered || reason, "neither offered nor a reason: {line}");
        assert!(line["start"].as_str().unwrap().ends_with("-05:00"), "{line}");
    }
}

#[test]
fn an_unknown_calendar_is_said_to_be_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let output = slots(
        folder.path(),
        &["nowhere", "--from", "2026-12-02", "--to", "2026-12-08"],
    );
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("This booking page does not exist"), "{said}");
}

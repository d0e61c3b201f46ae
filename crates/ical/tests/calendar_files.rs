//! Files that calendar programs wrote or may write, with what of them must block and how much may (`files/cases.json`).

mod support;

use std::path::Path;

use serde_json::Value;
use support::files::Case;

/// Files whose recurrence is not read rightly yet. The list can only shrink: a file on it that is right fails the test.
const RULES_NOT_YET: &[&str] = &[
    "A02-rscale-chinese.ics",
    "A02-rscale-gregorian-forward.ics",
    "A03-lunar-yearly-opaque.ics",
    "A32-rule-xpart.ics",
    "A32-rule-zeromo.ics",
    "A32-rule-monday.ics",
    "A32-rule-skipforward.ics",
    "a1-rdate-date-in-long-series.ics",
    "a2-change-hides-occurrence-of-two-series.ics",
    "a5-timed-rdate-in-whole-day-series.ics",
    "b1-rscale-birthday-blocks-everything.ics",
    "b2-escaped-semicolon.ics",
    "b5-byday-0MO.ics",
    "b6-byday-long-name.ics",
    "b7-rrule-twice-named.ics",
    "b8-x-part.ics",
    "b10-empty-rrule-line.ics",
];

#[test]
fn each_calendar_file_blocks_what_it_must_and_not_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let cases: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let case = Case::of(case, &folder);
        let not_yet = RULES_NOT_YET.contains(&case.name.as_str());
        match case.fault() {
            Some(fault) if !not_yet => wrong.push(fault),
            None if not_yet => wrong.push(format!("{}: is right; take it off the list", case.name)),
            _ => {}
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} files:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_file_has_a_case_and_every_listed_name_a_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let cases: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let named = |name: &str| cases.iter().any(|case| case["file"] == name);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "cases.json" || named(&name), "{name}");
    }
    for name in RULES_NOT_YET {
        assert!(named(name), "{name}");
    }
}

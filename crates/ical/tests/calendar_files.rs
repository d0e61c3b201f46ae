//! Files that calendar programs wrote or may write, with what of them must block and how much may (`files/cases.json`).

mod support;

use std::path::Path;

use serde_json::Value;
use support::files::Case;

#[test]
fn each_calendar_file_blocks_what_it_must_and_not_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let cases: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let faults = cases.iter().filter_map(|case| Case::of(case, &folder).fault());
    let wrong: Vec<String> = faults.collect();
    assert!(
        wrong.is_empty(),
        "{} of {} files:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_file_has_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let cases: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let named = |name: &str| cases.iter().any(|case| case["file"] == name);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "cases.json" || named(&name), "{name}");
    }
}

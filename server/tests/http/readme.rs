//! The README's table of settings is the one that the program prints.

use std::process::Command;

#[test]
fn the_readme_lists_every_setting_with_its_default_and_meaning() {
    let output = Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("settings")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let mut rows = Vec::new();
    let mut lines = printed.lines().peekable();
    while let Some(key) = lines.next() {
        let help = lines.next().unwrap().trim();
        let default = lines.next().unwrap().trim().trim_start_matches("default: ");
        let file = lines
            .next_if(|line| line.trim().starts_with("or as a file"))
            .map_or("", |_| " *");
        rows.push(format!("| `{key}`{file} | {default} | {help} |"));
    }
    assert!(rows.len() > 5, "{printed}");
    for row in &rows {
        assert!(readme.contains(row), "README.md lacks this row:\n{row}");
    }
    let listed = readme
        .lines()
        .filter(|line| line.starts_with("| `QUINCE_"))
        .count();
    assert_eq!(
        listed,
        rows.len(),
        "README.md lists a setting that does not exist"
    );
}

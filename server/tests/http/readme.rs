//! The README's table of settings is the one that the program prints, and all that names a version names the same.

use std::process::Command;

fn read(file: &str) -> String {
    std::fs::read_to_string(format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn printed(argument: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg(argument)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_program_the_readme_and_the_changelog_name_the_same_version() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(printed("--version"), format!("quince {version}\n"));
    let sentence = format!("This is version {version};");
    assert!(
        read("README.md").contains(&sentence),
        "the README lacks: {sentence}"
    );
    let changelog = read("CHANGELOG.md");
    let mut headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    let newest = headings
        .find(|heading| !heading.starts_with("Unreleased"))
        .unwrap();
    assert!(newest.starts_with(&format!("{version} — ")), "{newest}");
}

#[test]
fn the_readme_lists_every_setting_with_its_default_and_meaning() {
    let (printed, readme) = (printed("settings"), read("README.md"));
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

//! The floors of `deny.toml`: older versions have known holes. Read here as well, since `make test` runs without cargo-deny.

type Version = (u64, u64, u64);

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// `0.37` is 0.37.0.
fn version(text: &str) -> Version {
    let mut numbers = text
        .split(['.', '-', '+'])
        .take(3)
        .map(|part| part.parse().unwrap());
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next(), next())
}

/// What follows each `start` up to the next quotation mark.
fn quoted<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start)
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(quoted, _)| quoted)
}

#[test]
fn every_locked_version_is_at_or_above_its_floor() {
    let (rules, lock) = (file("deny.toml"), file("Cargo.lock"));
    let floors: Vec<(&str, &str)> = quoted(&rules, "{ crate = \"")
        .filter_map(|name| name.split_once(":<"))
        .collect();
    assert!(floors.len() >= 4, "{floors:?}");
    for (name, floor) in floors {
        let start = format!("name = \"{name}\"\nversion = \"");
        let locked: Vec<&str> = quoted(&lock, &start).collect();
        assert!(
            !locked.is_empty(),
            "{name} is not in Cargo.lock: its floor can go"
        );
        assert!(
            locked.iter().all(|locked| version(locked) >= version(floor)),
            "{name}: {locked:?}, floor {floor}"
        );
    }
}

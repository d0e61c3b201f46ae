//! The versions this crate must not fall below (quality.md): older ones have known holes.

fn locked(name: &str) -> Vec<(u64, u64, u64)> {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
    let wanted = format!("name = \"{name}\"");
    let after = lock
        .lines()
        .zip(lock.lines().skip(1))
        .filter(|(line, _)| *line == wanted);
    let versions = after.filter_map(|(_, line)| line.strip_prefix("version = \"")?.strip_suffix('"'));
    versions
        .map(|version| {
            let numbers: Vec<u64> = version
                .split(['.', '-', '+'])
                .take(3)
                .map(|part| part.parse().unwrap())
                .collect();
            (numbers[0], numbers[1], numbers[2])
        })
        .collect()
}

#[test]
fn every_locked_version_is_at_or_above_its_floor() {
    for (name, floor) in [
        ("quick-xml", (0, 41, 0)),
        ("rustls", (0, 23, 45)),
        ("rustls-webpki", (0, 103, 15)),
    ] {
        let versions = locked(name);
        assert!(!versions.is_empty(), "{name} is not in Cargo.lock");
        assert!(
            versions.iter().all(|version| *version >= floor),
            "{name}: {versions:?}, floor {floor:?}"
        );
    }
}

//! What a database was made with never changes: each migration is listed in migrations/CHECKSUMS, and is the same from then on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

const DATABASES: [&str; 2] = ["postgres", "sqlite"];

/// The migrations that there are, as `sha256sum` lists them.
fn found(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for database in DATABASES {
        for file in std::fs::read_dir(folder.join(database)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let hash = Sha256::digest(std::fs::read(&path).unwrap());
            let hash = hash.iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
            found.insert(format!("{database}/{name}"), hash);
        }
    }
    found
}

/// What is wrong with the migrations in a folder, as sentences.
fn problems(folder: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    let found = found(folder);
    let listed = std::fs::read_to_string(folder.join("CHECKSUMS")).unwrap();
    let listed: BTreeMap<&str, &str> = listed
        .lines()
        .map(|line| line.split_once("  ").unwrap())
        .map(|(hash, name)| (name, hash))
        .collect();
    for (name, hash) in &found {
        match listed.get(name.as_str()) {
            None => problems.push(format!(
                "{name} is not listed: cd migrations && sha256sum {name} >> CHECKSUMS"
            )),
            Some(listed) if listed != hash => problems.push(format!(
                "{name} was changed. There are databases that were made with it: leave it as it was, and add a migration."
            )),
            Some(_) => {}
        }
        let (database, file) = name.split_once('/').unwrap();
        for other in DATABASES.into_iter().filter(|other| *other != database) {
            if !found.contains_key(&format!("{other}/{file}")) {
                problems.push(format!("{file} is missing for {other}."));
            }
        }
    }
    let removed = listed.keys().filter(|name| !found.contains_key(**name));
    problems.extend(removed.map(|name| format!("{name} is listed, and not there any more.")));
    problems
}

#[test]
fn every_migration_is_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    assert_eq!(problems(&folder), [""; 0]);
}

#[test]
fn a_migration_that_is_changed_unlisted_or_missing_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let list = || {
        let lines = found(folder.path()).into_iter();
        let lines: Vec<String> = lines.map(|(name, hash)| format!("{hash}  {name}\n")).collect();
        put("CHECKSUMS", &lines.concat());
    };
    let one = |words: &str| {
        let problems = problems(folder.path());
        assert!(problems.len() == 1 && problems[0].contains(words), "{problems:?}");
    };
    for database in DATABASES {
        std::fs::create_dir(folder.path().join(database)).unwrap();
        put(&format!("{database}/0001_first.sql"), "SELECT 1");
    }
    list();
    assert_eq!(problems(folder.path()), [""; 0]);

    put("sqlite/0001_first.sql", "SELECT 2");
    one("sqlite/0001_first.sql was changed");
    put("sqlite/0001_first.sql", "SELECT 1");

    put("sqlite/0002_second.sql", "SELECT 1");
    list();
    one("0002_second.sql is missing for postgres");
    std::fs::remove_file(folder.path().join("sqlite/0002_second.sql")).unwrap();
    one("sqlite/0002_second.sql is listed, and not there");
    list();

    for database in DATABASES {
        put(&format!("{database}/0002_second.sql"), "SELECT 1");
    }
    let problems = problems(folder.path());
    assert!(
        problems.len() == 2
            && problems
                .iter()
                .all(|problem| problem.contains("sha256sum") && problem.contains("0002_second.sql")),
        "{problems:?}"
    );
}

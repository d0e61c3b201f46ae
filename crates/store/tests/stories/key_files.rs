//! The key's file and the previous ones beside it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use store::{KeyListError, SecretKey, previous_keys_file};
use tempfile::TempDir;

/// What a change did last before it broke off.
type Step<'a> = (&'a str, Box<dyn Fn() + 'a>);

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.key");
    (folder, path)
}

fn seal(key: &SecretKey) -> Vec<u8> {
    key.seal("table", "row", "column", b"plain").unwrap()
}

fn opens(key: &SecretKey, sealed: &[u8]) -> bool {
    key.open("table", "row", "column", sealed).is_ok()
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}

#[test]
fn each_change_keeps_the_key_of_before_for_its_owner_alone() {
    let (folder, path) = folder();
    let previous = previous_keys_file(&path);
    let mut key = SecretKey::load_or_create(&path).unwrap();
    let mut sealed = vec![seal(&key)];
    for n in 1..=3 {
        let rotated = SecretKey::rotate(&path).unwrap();
        assert_eq!(rotated.old, key.id());
        key = SecretKey::load_or_create(&path).unwrap();
        assert_eq!(rotated.new, key.id());
        assert_eq!(key.earlier_ids().len(), n);
        sealed.push(seal(&key));
        assert!(sealed.iter().all(|sealed| opens(&key, sealed)));
    }
    assert_eq!(lines(&previous), 3);
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            file.file_name().into_string().unwrap()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["secret.key", "secret.key.previous"]);
    // Without the previous ones it is the new key alone.
    std::fs::remove_file(previous).unwrap();
    assert!(!opens(&SecretKey::load(&path).unwrap(), &sealed[0]));
}

#[test]
fn a_change_that_broke_off_anywhere_opens_everything_and_can_be_run_again() {
    let (_folder, path) = folder();
    let previous = previous_keys_file(&path);
    let old = SecretKey::load_or_create(&path).unwrap();
    let sealed = seal(&old);
    let old_text = std::fs::read_to_string(&path).unwrap();
    let beside = |path: &Path| PathBuf::from(format!("{}.new", path.display()));
    let steps: [Step; 4] = [
        (
            "half of the file of previous keys",
            Box::new(|| std::fs::write(beside(&previous), &old_text[..7]).unwrap()),
        ),
        (
            "the old key is kept, and still the key",
            Box::new(|| std::fs::rename(beside(&previous), &previous).unwrap()),
        ),
        (
            "half of the new key",
            Box::new(|| std::fs::write(beside(&path), "aGFsZg").unwrap()),
        ),
        (
            "nothing of the new key",
            Box::new(|| std::fs::write(beside(&path), "").unwrap()),
        ),
    ];
    for (n, (name, step)) in steps.iter().enumerate() {
        if n == 1 {
            std::fs::write(beside(&previous), &old_text).unwrap();
        }
        step();
        let found = SecretKey::load_or_create(&path).unwrap();
        assert_eq!(found.id(), old.id(), "{name}");
        assert!(opens(&found, &sealed), "{name}");
    }
    SecretKey::rotate(&path).unwrap();
    let new = SecretKey::load(&path).unwrap();
    assert_ne!(new.id(), old.id());
    assert_eq!(new.earlier_ids(), [old.id()], "it is kept once");
    assert!(opens(&new, &sealed));
    assert!(!beside(&path).exists() && !beside(&previous).exists());
}

#[test]
fn keys_that_are_no_keys_and_too_many_stop_it_and_change_nothing() {
    let (_folder, path) = folder();
    let previous = previous_keys_file(&path);
    let missing = SecretKey::rotate(&path).unwrap_err().to_string();
    assert!(missing.contains("secret.key"), "{missing}");
    assert!(!path.exists());

    SecretKey::load_or_create(&path).unwrap();
    let key = std::fs::read(&path).unwrap();
    std::fs::write(&previous, "not a key\n").unwrap();
    for refused in [
        SecretKey::rotate(&path).map(drop),
        SecretKey::load_or_create(&path).map(drop),
    ] {
        let words = refused.unwrap_err().to_string();
        assert!(
            words.contains("secret.key.previous") && words.contains("key 1 of 3") && !words.contains("not a"),
            "{words}"
        );
    }
    std::fs::remove_file(&previous).unwrap();
    for _ in 0..8 {
        SecretKey::rotate(&path).unwrap();
    }
    let (full, before) = (std::fs::read(&previous).unwrap(), std::fs::read(&path).unwrap());
    assert_ne!(before, key);
    let refused = SecretKey::rotate(&path).unwrap_err().to_string();
    assert!(refused.contains("quince reseal"), "{refused}");
    assert_eq!(std::fs::read(&previous).unwrap(), full);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(SecretKey::load(&path).is_ok());
}

#[test]
fn a_list_of_keys_is_read_however_it_is_separated() {
    const ONE: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";
    const TWO: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let ids = |text: &str| {
        let keys = SecretKey::list_from_base64(text)?;
        Ok(keys.iter().map(|key| key.id().to_string()).collect::<Vec<_>>())
    };
    let [one, two] = [ONE, TWO].map(|key| SecretKey::from_base64(key).unwrap().id().to_string());
    for text in [
        format!("{ONE},{TWO}"),
        format!(" {ONE} , {TWO},\n"),
        format!("{ONE}\r\n{TWO}\r\n"),
    ] {
        assert_eq!(ids(&text), Ok(vec![one.clone(), two.clone()]), "{text:?}");
    }
    assert_eq!(ids(" ,\n"), Ok(Vec::new()));
    for (text, nth, of) in [
        (format!("{ONE},c2hvcnQ="), 2, 2),
        (format!("{};{TWO}", &ONE[..43]), 1, 1),
    ] {
        assert_eq!(ids(&text), Err(KeyListError::Form { nth, of }), "{text:?}");
    }
    assert_eq!(ids(&[ONE; 9].join(",")), Err(KeyListError::TooMany(9)));
    assert!(ids(&[ONE; 8].join(",")).is_ok());
    // The same key twice, or as current and previous one, is one key.
    let key = SecretKey::from_base64(ONE).unwrap();
    let again = key.clone().with_earlier(&key);
    assert!(again.earlier_ids().is_empty());
}

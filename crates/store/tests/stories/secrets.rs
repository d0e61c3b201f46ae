//! Secrets open only where they were sealed, whole, with their key.

use std::os::unix::fs::PermissionsExt;

use store::{KeyError, SecretKey};

const PLAIN: &[u8] = b"abcd-efgh-ijkl-mnop";

fn sealed(key: &SecretKey) -> Vec<u8> {
    key.seal("connections", "row-1", "password", PLAIN).unwrap()
}

#[test]
fn a_secret_opens_where_it_was_sealed() {
    let key = SecretKey::random().unwrap();
    let envelope = sealed(&key);
    assert_eq!(
        key.open("connections", "row-1", "password", &envelope).unwrap(),
        PLAIN
    );
    assert!(!envelope.windows(4).any(|part| part == b"abcd"));
    assert_ne!(envelope, sealed(&key), "each has a nonce of its own");
}

#[test]
fn a_secret_moved_to_another_place_does_not_open() {
    let key = SecretKey::random().unwrap();
    let envelope = sealed(&key);
    for (table, row, column) in [
        ("connections", "row-2", "password"),
        ("staff", "row-1", "password"),
        ("connections", "row-1", "other"),
        ("connections|row-1", "", "password"),
    ] {
        assert!(
            matches!(key.open(table, row, column, &envelope), Err(KeyError::Damaged)),
            "{table} {row} {column}"
        );
    }
}

#[test]
fn every_flipped_byte_and_every_cut_is_noticed() {
    let key = SecretKey::random().unwrap();
    let envelope = sealed(&key);
    for index in 0..envelope.len() {
        let mut damaged = envelope.clone();
        damaged[index] ^= 1;
        assert!(
            key.open("connections", "row-1", "password", &damaged).is_err(),
            "byte {index}"
        );
        assert!(
            key.open("connections", "row-1", "password", &envelope[..index])
                .is_err(),
            "cut at {index}"
        );
    }
}

#[test]
fn after_a_change_of_keys_old_secrets_open_and_new_ones_need_the_new_key() {
    let old = SecretKey::random().unwrap();
    let new = SecretKey::random().unwrap();
    let envelope = sealed(&old);
    assert!(new.open("connections", "row-1", "password", &envelope).is_err());
    let both = new.clone().with_earlier(&old);
    assert_eq!(
        both.open("connections", "row-1", "password", &envelope).unwrap(),
        PLAIN
    );
    let fresh = sealed(&both);
    assert!(old.open("connections", "row-1", "password", &fresh).is_err());
    assert_eq!(
        new.open("connections", "row-1", "password", &fresh).unwrap(),
        PLAIN
    );
}

#[test]
fn the_key_file_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.key");
    let first = SecretKey::load_or_create(&path).unwrap();
    let second = SecretKey::load_or_create(&path).unwrap();
    assert_eq!(first.derive("manage"), second.derive("manage"));
    assert_ne!(first.derive("manage"), first.derive("other"));
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_key_that_is_no_key_is_refused_and_never_shown() {
    assert!(matches!(SecretKey::from_base64("c2hvcnQ="), Err(KeyError::Form)));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.key");
    std::fs::write(&path, "not a key").unwrap();
    let refused = SecretKey::load_or_create(&path).unwrap_err().to_string();
    assert!(
        refused.contains("secret.key") && !refused.contains("not a key"),
        "{refused}"
    );
    assert_eq!(format!("{:?}", SecretKey::random().unwrap()), "SecretKey(hidden)");
}

//! Bad settings stop the start with a sentence that names them.

use std::process::{Command, Output};

fn start(vars: &[(&str, &str)]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("serve")
        .env("QUINCE_DATA_DIR", folder.path())
        .env("QUINCE_ADDR", "127.0.0.1:0")
        .envs(vars.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, said)
}

#[test]
fn a_misspelt_setting_is_named() {
    let (output, said) = start(&[("QUINCE_ADR", "127.0.0.1:0")]);
    assert!(!output.status.success());
    assert!(said.contains("QUINCE_ADR is not a setting of Quince"), "{said}");
}

#[test]
fn every_bad_value_is_named_at_once_with_what_would_be_right() {
    let (output, said) = start(&[
        ("QUINCE_ADDR", "everywhere"),
        ("QUINCE_BASE_URL", "book.example.com"),
        ("QUINCE_RATE_LIMITS", "maybe"),
        ("QUINCE_DATABASE_URL", "mysql://x"),
        ("QUINCE_TRUSTED_PROXIES", "proxy"),
        ("QUINCE_SECURITY_CONTACT", "the owner"),
        ("QUINCE_LOG", "inof"),
        ("QUINCE_CALDAV_HOSTS", "nas.local, ftp://other"),
    ]);
    assert!(!output.status.success());
    for key in [
        "QUINCE_ADDR",
        "QUINCE_BASE_URL",
        "QUINCE_RATE_LIMITS",
        "QUINCE_DATABASE_URL",
        "QUINCE_TRUSTED_PROXIES",
        "QUINCE_SECURITY_CONTACT",
        "QUINCE_LOG",
        "QUINCE_CALDAV_HOSTS",
    ] {
        assert!(
            said.contains(&format!("{key} cannot be used: ")),
            "{key} in {said}"
        );
    }
}

#[test]
fn a_secret_is_never_shown_when_it_cannot_be_used() {
    let (output, said) = start(&[("QUINCE_SECRET_KEY", "c2hvcnQgc2VjcmV0")]);
    assert!(!output.status.success());
    assert!(said.contains("32 bytes as Base64"), "{said}");
    assert!(!said.contains("c2hvcnQ"), "{said}");
}

#[test]
fn a_secret_may_lie_in_a_file_that_must_exist() {
    let (output, said) = start(&[("QUINCE_SECRET_KEY_FILE", "/nowhere/key")]);
    assert!(!output.status.success());
    assert!(
        said.contains("QUINCE_SECRET_KEY_FILE names a file that cannot be read"),
        "{said}"
    );
}

#[test]
fn only_secrets_may_lie_in_files() {
    let (output, said) = start(&[("QUINCE_ADDR_FILE", "/etc/hostname")]);
    assert!(!output.status.success());
    assert!(said.contains("QUINCE_ADDR_FILE is not a setting"), "{said}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let (output, said) = start(&[("QUINCE_ADDR", &addr)]);
    assert!(!output.status.success());
    assert!(said.contains(&format!("cannot listen on {addr}")), "{said}");
    assert!(said.contains("QUINCE_ADDR"), "{said}");
}

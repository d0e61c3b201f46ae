//! Bad settings stop the start with a sentence that names them.

use std::io::Write as _;
use std::process::{Command, Output};

use reqwest::Url;
use testdb::Postgres;

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
        ("QUINCE_MAIL_FROM", "nobody"),
        ("QUINCE_SMTP_URL", "http://mail.example.com"),
        ("QUINCE_KEEP_SENT_MAILS_DAYS", "0"),
        ("QUINCE_KEEP_EVENT_TEXTS_DAYS", "a year"),
        ("QUINCE_KEEP_APPOINTMENTS_DAYS", "30"),
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
        "QUINCE_MAIL_FROM",
        "QUINCE_SMTP_URL",
        "QUINCE_KEEP_SENT_MAILS_DAYS",
        "QUINCE_KEEP_EVENT_TEXTS_DAYS",
        "QUINCE_KEEP_APPOINTMENTS_DAYS",
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
    assert!(
        said.contains("QUINCE_SECRET_KEY cannot be used: it must be 32 bytes as Base64"),
        "{said}"
    );
    assert!(!said.contains("c2hvcnQ"), "{said}");
}

#[test]
fn previous_keys_that_cannot_be_used_are_counted_and_never_shown() {
    const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    for (value, words) in [
        (format!("{KEY},c2hvcnQ="), "key 2 of 2 is not 32 bytes"),
        (KEY.replace('c', "!"), "key 1 of 1 is not 32 bytes"),
        ([KEY; 9].join(","), "there are 9 keys"),
    ] {
        std::fs::write(path, &value).unwrap();
        for (key, given) in [
            ("QUINCE_PREVIOUS_SECRET_KEYS", value.as_str()),
            ("QUINCE_PREVIOUS_SECRET_KEYS_FILE", path),
        ] {
            let (output, said) = start(&[(key, given)]);
            assert!(!output.status.success());
            let sentence = format!("QUINCE_PREVIOUS_SECRET_KEYS cannot be used: {words}");
            assert!(said.contains(&sentence), "{said}");
            for part in value.split(',') {
                assert!(!said.contains(part), "{said}");
            }
        }
    }
    let (output, said) = start(&[("QUINCE_PREVIOUS_SECRET_KEYS_FILE", "/nowhere/keys")]);
    assert!(!output.status.success());
    assert!(
        said.contains("QUINCE_PREVIOUS_SECRET_KEYS_FILE names a file"),
        "{said}"
    );
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

#[test]
fn what_can_be_no_address_of_this_instance_is_named() {
    for address in [
        "https://book.example.com/quince",
        "https://book.example.com/?page=1",
        "https://book.example.com/#top",
        "https://ada:hunter22@book.example.com",
        "book.example.com",
        "https://book.example.com:99999",
    ] {
        let (output, said) = start(&[("QUINCE_BASE_URL", address)]);
        assert!(!output.status.success(), "{address}");
        assert!(
            said.contains("QUINCE_BASE_URL cannot be used: "),
            "{address}: {said}"
        );
        assert!(!said.contains("hunter22"), "{said}");
    }
}

#[test]
fn what_can_be_no_sender_is_named_before_anything_is_made() {
    for sender in [
        "nobody",
        "@example.com",
        "a@b@c",
        "ada@exa mple.com",
        "Studio <ada>",
    ] {
        let (output, said) = start(&[("QUINCE_MAIL_FROM", sender)]);
        assert!(!output.status.success(), "{sender}");
        assert!(
            said.contains("QUINCE_MAIL_FROM cannot be used: write a mail address"),
            "{sender}: {said}"
        );
    }
}

#[test]
fn an_option_of_the_mail_server_that_nobody_knows_is_named() {
    let (output, said) = start(&[(
        "QUINCE_SMTP_URL",
        "smtps://ada:hunter22@mail.example.com?tls=none",
    )]);
    assert!(!output.status.success());
    assert!(
        said.contains("QUINCE_SMTP_URL cannot be used: of options"),
        "{said}"
    );
    assert!(!said.contains("hunter22"), "{said}");
}

#[test]
fn an_option_of_postgres_that_nobody_knows_is_named_without_its_value() {
    let (output, said) = start(&[(
        "QUINCE_DATABASE_URL",
        "postgres://quince@127.0.0.1:1/x?pasword=hunter22",
    )]);
    assert!(!output.status.success());
    assert!(
        said.contains("QUINCE_DATABASE_URL cannot be used: Postgres has no option ?pasword="),
        "{said}"
    );
    assert!(!said.contains("hunter22"), "{said}");
}

/// A server of some other kind, one that says nothing, and nobody at all.
#[test]
fn a_postgres_that_cannot_be_used_is_named_with_what_to_do() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = free.local_addr().unwrap();
    drop(free);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let web = other.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in other.incoming().flatten() {
            let mut connection = connection;
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    for (place, next) in [
        (nobody.to_string(), "Start Postgres, or correct host and port"),
        (silent.local_addr().unwrap().to_string(), "it did not answer"),
        (web.to_string(), "127.0.0.1"),
        ("nowhere.invalid:5432".to_owned(), "correct host and port"),
    ] {
        let url = format!("postgres://quince:hunter22@{place}/quince");
        let (output, said) = start(&[("QUINCE_DATABASE_URL", &url)]);
        assert!(!output.status.success(), "{place}");
        let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("quince: ")).collect();
        let [line] = lines.as_slice() else {
            panic!("{said}")
        };
        assert!(
            line.contains(&format!(
                "QUINCE_DATABASE_URL: Postgres at {place} cannot be used"
            )) && line.contains(next),
            "{line}"
        );
        assert!(!said.contains("hunter22"), "{said}");
    }
}

#[tokio::test]
async fn a_postgres_that_lets_nobody_in_is_named_with_what_to_do() {
    let postgres = Postgres::start().await;
    let url: Url = postgres.url().parse().unwrap();
    let other = |user: &str, name: &str| {
        let mut url = url.clone();
        url.set_username(user).unwrap();
        url.set_path(name);
        url.to_string()
    };
    for (url, words) in [
        (other(url.username(), "nothing_here"), "createdb nothing_here"),
        (other("nobody_here", url.path()), "nobody_here"),
    ] {
        let (output, said) = tokio::task::spawn_blocking(move || start(&[("QUINCE_DATABASE_URL", &url)]))
            .await
            .unwrap();
        assert!(!output.status.success());
        assert!(
            said.contains("QUINCE_DATABASE_URL: Postgres ") && said.contains(words),
            "{said}"
        );
    }
}

/// What a command says in an empty folder, and what lies there afterwards.
fn astray(args: &[&str]) -> (Output, String, Vec<std::ffi::OsString>) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args(args)
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let made = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    (output, said, made)
}

#[test]
fn a_command_in_the_wrong_folder_says_so_and_makes_nothing() {
    let owner = [
        "create-owner",
        "--workspace",
        "A",
        "--name",
        "A",
        "--email",
        "ada@quince.example",
    ];
    for args in [
        &[
            "slots",
            "intro-call",
            "--from",
            "2026-12-01",
            "--to",
            "2026-12-02",
        ][..],
        &owner,
        &["reset-password", "--email", "ada@quince.example"],
        &["backup", "copy"],
        &["mail-test", "ada@quince.example"],
    ] {
        let (output, said, made) = astray(args);
        assert!(!output.status.success(), "{args:?}");
        assert!(
            said.contains("in the folder where Quince runs"),
            "{args:?}: {said}"
        );
        assert_eq!(made, Vec::<std::ffi::OsString>::new(), "{args:?}");
    }
}

#[test]
fn who_has_read_enough_ends_a_command_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("settings")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

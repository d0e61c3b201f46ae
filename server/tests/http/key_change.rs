//! A new secret key takes the place of the old one, and nobody notices.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use testdb::Postgres;

use crate::backup::{Studio, inside, run};
use crate::studio::{ask, book, events, free, set_up};
use crate::support::{Browser, Quince, eventually, http, json_of};

/// 32 bytes each.
const OLD: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";
const NEW: &str = "bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyE=";

/// How long the secret of a link is.
const TOKEN: usize = 43;

const OWN: &str = "QUINCE_SECRET_KEY";
const PREVIOUS: &str = "QUINCE_PREVIOUS_SECRET_KEYS";

async fn readyz(quince: &Quince) -> (StatusCode, String) {
    let answer = http().get(quince.at("readyz")).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// The path of a booking's own page.
fn manage(booked: &Value) -> String {
    let url = booked["manageUrl"].as_str().unwrap();
    url[url.find("/manage/").unwrap()..].to_owned()
}

async fn opens(quince: &Quince, path: &str) -> bool {
    let answer = http().get(quince.at(path)).send().await.unwrap();
    answer.status() == StatusCode::OK && answer.text().await.unwrap().contains("Intro call")
}

/// Every link to a booking in the mails so far.
fn mailed(folder: &Path) -> Vec<String> {
    let mut links = Vec::new();
    for mail in std::fs::read_dir(folder.join("mail")).into_iter().flatten() {
        let text = std::fs::read_to_string(mail.unwrap().path()).unwrap_or_default();
        let text = text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
        for part in text.split("/manage/").skip(1) {
            let end = part.find(|sign: char| !(sign.is_ascii_alphanumeric() || "-_?=".contains(sign)));
            let link = &part[..end.unwrap_or(part.len())];
            // In the event that a mail holds, lines are cut.
            if link.len() >= TOKEN {
                links.push(format!("/manage/{link}"));
            }
        }
    }
    links
}

/// The stored password still reaches iCloud: what is booked comes there.
async fn books_into_icloud(studio: &Studio, quince: &Quince, folder: &Path, nth: usize) -> Value {
    let before = events(&studio.sandbox).len();
    let start = free(quince).await.swap_remove(nth);
    let answer = ask(&quince.url, &start, &format!("booking {start}"))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let booked = json_of(answer).await;
    eventually("it is written to iCloud", async || {
        events(&studio.sandbox).len() > before
    })
    .await;
    let link = manage(&booked);
    eventually("the mail with its link comes", async || {
        mailed(folder).iter().any(|mailed| mailed.starts_with(&link))
    })
    .await;
    booked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_file_takes_over_while_links_calendars_and_sign_ins_go_on() {
    let (studio, quince) = Studio::open(&[]).await;
    let folder = studio.folder.path();
    let mut owner = Browser::new(&quince);
    owner.sign_in("ada@quince.example", "correct horse battery").await;
    let times = free(&quince).await;
    let first = book(&quince, &times[0]).await;
    let old_key = std::fs::read_to_string(folder.join("secret.key")).unwrap();

    let rotated = studio.run(&["rotate-key"]);
    assert!(
        rotated.is_ok && rotated.words.contains("quince reseal"),
        "{}",
        rotated.words
    );
    assert!(!rotated.words.contains(old_key.trim()));
    let kept = std::fs::read_to_string(folder.join("secret.key.previous")).unwrap();
    assert_eq!(kept, old_key);
    let new_key = std::fs::read_to_string(folder.join("secret.key")).unwrap();
    assert_ne!(new_key, old_key);
    assert!(
        opens(&quince, &manage(&first)).await,
        "whoever runs is not disturbed"
    );
    books_into_icloud(&studio, &quince, folder, 3).await;
    quince.stop();

    let quince = studio.serve(folder, &[]);
    books_into_icloud(&studio, &quince, folder, 6).await;
    for sealed in [1, 0] {
        let resealed = studio.run(&["reseal"]);
        assert!(
            resealed.is_ok
                && resealed.words.contains(&format!("sealed anew: {sealed}."))
                && resealed.words.contains("can go")
                && resealed.words.contains("secret.key.previous"),
            "{}",
            resealed.words
        );
        assert!(!resealed.words.contains(new_key.trim()) && !resealed.words.contains(old_key.trim()));
    }
    quince.stop();

    std::fs::remove_file(folder.join("secret.key.previous")).unwrap();
    let quince = studio.serve(folder, &[]);
    books_into_icloud(&studio, &quince, folder, 9).await;
    let mut same = Browser::new(&quince);
    same.cookie.clone_from(&owner.cookie);
    assert!(same.page("/booking-calendars").await.contains("Intro call"));
    let replayed = json_of(ask(&quince.url, &times[0], "once").await.unwrap()).await;
    assert_eq!(
        manage(&replayed),
        manage(&first),
        "the link is the same in each mail"
    );
    let links = mailed(folder);
    assert!(links.len() >= 4, "{links:?}");
    for link in links {
        assert!(opens(&quince, &link).await, "{link}");
    }
    let nothing = studio.run(&["reseal"]);
    assert!(
        nothing.is_ok && nothing.words.contains("no other is given"),
        "{}",
        nothing.words
    );
}

/// What must not start, and says why.
fn refuses(folder: &Path, vars: &[(&str, &str)]) {
    let refused = run(folder, &["serve"], vars);
    assert!(
        refused.code == Some(1) && refused.words.contains(PREVIOUS),
        "{}",
        refused.words
    );
    assert!(!refused.words.contains(OLD) && !refused.words.contains(NEW));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_a_setting_is_changed_with_both_keys_given_in_either_order() {
    let old = [(OWN, OLD)];
    let new = [(OWN, NEW)];
    let both = [(OWN, NEW), (PREVIOUS, OLD)];
    let flipped = [(OWN, OLD), (PREVIOUS, NEW)];
    let (studio, quince) = Studio::open(&old).await;
    let folder = studio.folder.path();
    let times = free(&quince).await;
    let first = book(&quince, &times[0]).await;
    let copy = studio.out("copy");
    let copy = copy.to_str().unwrap();
    assert!(run(folder, &["backup", copy], &old).is_ok);
    quince.stop();

    let rotated = run(folder, &["rotate-key"], &old);
    assert!(
        rotated.code == Some(1) && rotated.words.contains(PREVIOUS),
        "{}",
        rotated.words
    );
    refuses(folder, &new);
    let quince = studio.serve(folder, &flipped);
    assert!(opens(&quince, &manage(&first)).await);
    books_into_icloud(&studio, &quince, folder, 3).await;
    quince.stop();
    let quince = studio.serve(folder, &both);
    books_into_icloud(&studio, &quince, folder, 6).await;
    let resealed = run(folder, &["reseal"], &both);
    assert!(
        resealed.is_ok && resealed.words.contains("Take QUINCE_PREVIOUS_SECRET_KEYS away"),
        "{}",
        resealed.words
    );
    quince.stop();
    refuses(folder, &old);
    let quince = studio.serve(folder, &new);
    assert!(opens(&quince, &manage(&first)).await);
    books_into_icloud(&studio, &quince, folder, 9).await;
    assert_eq!(
        inside(folder),
        ["quince.db", "quince.db-shm", "quince.db-wal", "quince.db.lock"]
    );

    // The backup from before needs the key of before.
    for (vars, is_right) in [(&new[..], false), (&both[..], true), (&flipped[..], true)] {
        let verified = run(folder, &["verify", copy], vars);
        assert_eq!(verified.is_ok, is_right, "{}", verified.words);
        assert!(
            is_right || verified.words.contains(PREVIOUS),
            "{}",
            verified.words
        );
    }
    let target = studio.out("target");
    assert!(!run(&target, &["restore", copy], &new).is_ok);
    let restored = run(&target, &["restore", copy], &both);
    assert!(restored.is_ok, "{}", restored.words);
    let quince = studio.serve(&target, &both);
    assert!(opens(&quince, &manage(&first)).await);
    quince.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_processes_with_both_keys_share_the_work_while_it_is_sealed_anew() {
    let (studio, postgres) = (Studio::closed().await, Postgres::start().await);
    let database = postgres.url();
    let with = |keys: &[(&'static str, &'static str)]| {
        let mut vars = vec![("QUINCE_DATABASE_URL", database.as_str())];
        vars.extend(keys);
        vars
    };
    let one = tempfile::tempdir().unwrap();
    let quince = studio.serve(one.path(), &with(&[(OWN, OLD)]));
    set_up(&quince, &studio.sandbox).await;
    let times = free(&quince).await;
    let first = book(&quince, &times[0]).await;
    // One after the other is started again with both keys.
    let two = tempfile::tempdir().unwrap();
    let other = studio.serve(two.path(), &with(&[(OWN, NEW), (PREVIOUS, OLD)]));
    assert!(opens(&other, &manage(&first)).await);
    quince.stop();
    let three = tempfile::tempdir().unwrap();
    let forgotten = studio.serve(three.path(), &with(&[(OWN, OLD)]));
    let resealed = run(two.path(), &["reseal"], &with(&[(OWN, NEW), (PREVIOUS, OLD)]));
    assert!(
        resealed.is_ok && resealed.words.contains("sealed anew: 1.") && resealed.words.contains("can go"),
        "{}",
        resealed.words
    );
    // Nobody can book there, so that load balancers send nobody.
    let (status, words) = readyz(&forgotten).await;
    assert_eq!(status, 503, "{words}");
    assert!(words.contains("the secret key was changed"), "{words}");
    assert_eq!(readyz(&other).await.0, 200);
    let address = forgotten
        .url
        .strip_prefix("http://")
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    let vars = with(&[(OWN, NEW)]);
    let looked = Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("doctor")
        .env("QUINCE_DATA_DIR", two.path())
        .envs(vars.iter().copied())
        .env("QUINCE_ADDR", &address)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&looked.stdout).into_owned();
    assert!(
        words.contains("nobody can book: the secret key was changed"),
        "{words}"
    );
    forgotten.stop();
    other.stop();
    let last = studio.serve(two.path(), &with(&[(OWN, NEW)]));
    assert!(opens(&last, &manage(&first)).await);
    books_into_icloud(&studio, &last, two.path(), 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_amid_a_change_of_keys_holds_both_and_is_put_back() {
    let (studio, quince) = Studio::open(&[]).await;
    let times = free(&quince).await;
    let first = book(&quince, &times[0]).await;
    let before = studio.backup("before");
    assert!(studio.run(&["rotate-key"]).is_ok);
    let amid = studio.backup("amid");
    let all = ["backup.json", "quince.db", "secret.key", "secret.key.previous"];
    assert_eq!(inside(&amid), all);
    assert!(studio.run(&["verify", amid.to_str().unwrap()]).is_ok);
    let target = studio.out("target");
    let restored = run(&target, &["restore", amid.to_str().unwrap()], &[]);
    assert!(restored.is_ok, "{}", restored.words);
    let again = studio.serve(&target, &[]);
    assert!(opens(&again, &manage(&first)).await);
    books_into_icloud(&studio, &again, &target, 3).await;
    again.stop();

    // Without the previous keys, or with others, it is not whole.
    let previous = amid.join("secret.key.previous");
    let text = std::fs::read_to_string(&previous).unwrap();
    for damaged in [Some(format!("{NEW}\n")), Some(String::new()), None] {
        match &damaged {
            Some(damaged) => std::fs::write(&previous, damaged).unwrap(),
            None => std::fs::remove_file(&previous).unwrap(),
        }
        for command in ["verify", "restore"] {
            let ran = run(&studio.out("other"), &[command, amid.to_str().unwrap()], &[]);
            assert!(
                ran.code == Some(1) && ran.words.contains("secret.key.previous"),
                "{damaged:?}: {}",
                ran.words
            );
        }
    }
    std::fs::write(&previous, text).unwrap();

    // One from before the change takes the place of what there is after it, with its key.
    quince.stop();
    assert!(studio.run(&["reseal"]).is_ok);
    std::fs::remove_file(studio.folder.path().join("secret.key.previous")).unwrap();
    for copy in [&before, &amid] {
        let restored = studio.run(&["restore", copy.to_str().unwrap(), "--replace"]);
        assert!(restored.is_ok, "{}", restored.words);
        let quince = studio.serve(studio.folder.path(), &[]);
        assert!(opens(&quince, &manage(&first)).await);
        quince.stop();
        assert!(studio.run(&["reseal"]).is_ok);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_a_change_is_killed_quince_starts_and_nothing_is_lost() {
    let (studio, quince) = Studio::open(&[]).await;
    let times = free(&quince).await;
    let first = book(&quince, &times[0]).await;
    quince.stop();
    let folder = studio.folder.path();
    for n in 0..6_u64 {
        for command in ["rotate-key", "reseal"] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_quince"))
                .arg(command)
                .env("QUINCE_DATA_DIR", folder)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            tokio::time::sleep(Duration::from_millis(n * 12)).await;
            let _ = child.kill();
            child.wait().unwrap();
        }
        let copy = studio.out(&format!("copy-{n}"));
        let made = studio.run(&["backup", copy.to_str().unwrap()]);
        assert!(
            made.is_ok && made.words.contains("1 stored calendar password,"),
            "{n}: {}",
            made.words
        );
    }
    let resealed = studio.run(&["reseal"]);
    assert!(resealed.is_ok, "{}", resealed.words);
    let _ = std::fs::remove_file(folder.join("secret.key.previous"));
    let quince = studio.serve(folder, &[]);
    assert!(opens(&quince, &manage(&first)).await);
    books_into_icloud(&studio, &quince, folder, 3).await;
}

#[test]
fn where_quince_does_not_run_no_key_is_changed_and_nothing_is_made() {
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().join("data");
    for command in ["rotate-key", "reseal"] {
        for vars in [&[][..], &[(OWN, NEW), (PREVIOUS, OLD)][..]] {
            let ran = run(&folder, &[command], vars);
            assert!(
                ran.code == Some(1) && ran.words.contains("QUINCE_"),
                "{command}: {}",
                ran.words
            );
            assert!(!folder.exists(), "{command}");
        }
    }
}

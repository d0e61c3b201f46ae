//! Mails as an operator and an admin meet them: the mail for trial, and the list of what was given up.

use std::process::{Command, Output};

use crate::mail_server::{Behaviour, MailServer};
use crate::studio::{book, free, set_up, value_after};
use crate::support::{Browser, Quince, beside, eventually, practice_icloud};

async fn try_mail(vars: Vec<(&'static str, String)>, address: &'static str) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let trial = move || {
        Command::new(env!("CARGO_BIN_EXE_quince"))
            .args(["mail-test", address])
            .env("QUINCE_DATA_DIR", folder.path())
            .envs(vars)
            .output()
            .unwrap()
    };
    let output = tokio::task::spawn_blocking(trial).await.unwrap();
    let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    (output, said.concat())
}

#[tokio::test]
async fn a_mail_for_trial_says_what_became_of_it() {
    let server = beside(MailServer::start(Behaviour::default())).await;
    let url = || vec![("QUINCE_SMTP_URL", server.url("localhost"))];
    let (output, said) = try_mail(url(), "ada@example.com").await;
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("has taken a mail") && said.contains("ada@example.com"),
        "{said}"
    );
    assert_eq!(server.taken().len(), 1);

    for (answer, step, next) in [
        (
            ("AUTH", "535 5.7.8 no: hunter22"),
            "login (AUTH)",
            "Check user and password in QUINCE_SMTP_URL",
        ),
        (
            ("MAIL", "550 5.7.1 no"),
            "sender (MAIL FROM)",
            "Check QUINCE_MAIL_FROM",
        ),
        (
            ("RCPT", "550 5.1.1 no"),
            "recipient (RCPT TO)",
            "Check the recipient",
        ),
        (("DATA", "554 no"), "content (DATA)", "log"),
    ] {
        server.behave(Behaviour {
            answers: vec![answer],
            ..Behaviour::default()
        });
        let (output, said) = try_mail(url(), "ada@example.com").await;
        assert!(!output.status.success(), "{said}");
        assert!(said.contains(step) && said.contains(next), "{said}");
        assert!(!said.contains("hunter22"), "{said}");
    }
    let other_machine = vec![("QUINCE_SMTP_URL", server.url("0.0.0.0"))];
    let (output, said) = try_mail(other_machine, "ada@example.com").await;
    assert!(!output.status.success() && said.contains("STARTTLS"), "{said}");

    let (output, said) = try_mail(Vec::new(), "ada@example.com").await;
    assert!(
        output.status.success() && said.contains("No mail server is set"),
        "{said}"
    );
    let (output, said) = try_mail(Vec::new(), "nobody").await;
    assert!(!output.status.success() && said.contains("address"), "{said}");
}

#[tokio::test]
async fn an_admin_sees_why_mails_wait_and_that_none_can_be_sent() {
    let server = beside(MailServer::start(Behaviour {
        answers: vec![("MAIL", "451 4.3.0 Out of order")],
        ..Behaviour::default()
    }))
    .await;
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let (icloud, smtp) = (sandbox.entry_url(), server.url("localhost"));
    let icloud = ("QUINCE_ICLOUD_URL", icloud.as_str());
    let quince = Quince::serve(folder.path(), &[icloud, ("QUINCE_SMTP_URL", smtp.as_str())]);
    let mut owner = set_up(&quince, &sandbox).await;
    let booked = book(&quince, &free(&quince).await.remove(0)).await;
    let appointment = format!("/appointments/{}", booked["id"].as_str().unwrap());
    for page in ["/settings/mails", &appointment] {
        eventually("it says why mails wait", async || {
            let page = owner.page(page).await;
            page.contains("451 4.3.0 Out of order") && page.contains("grace@client.example")
        })
        .await;
    }
    quince.stop();

    let quince = Quince::serve(folder.path(), &[icloud]);
    let mut owner = Browser::new(&quince);
    owner.sign_in("ada@quince.example", "correct horse battery").await;
    let page = owner.page("/settings/mails").await;
    assert!(page.contains("No mail server is set"), "{page}");
}

#[tokio::test]
async fn an_admin_finds_what_was_given_up_and_sends_it_again() {
    let server = beside(MailServer::start(Behaviour {
        answers: vec![("RCPT TO:<grace@", "550 5.1.1 No such user")],
        ..Behaviour::default()
    }))
    .await;
    let sandbox = practice_icloud().await;
    let folder = tempfile::tempdir().unwrap();
    let (icloud, smtp) = (sandbox.entry_url(), server.url("localhost"));
    let vars = [
        ("QUINCE_ICLOUD_URL", icloud.as_str()),
        ("QUINCE_SMTP_URL", smtp.as_str()),
    ];
    let quince = Quince::serve(folder.path(), &vars);
    let mut owner = set_up(&quince, &sandbox).await;
    assert!(
        owner
            .page("/settings/mails")
            .await
            .contains("No mail was given up")
    );
    book(&quince, &free(&quince).await.remove(0)).await;
    eventually("the mail is given up", async || {
        owner
            .page("/settings/mails")
            .await
            .contains("550 5.1.1 No such user")
    })
    .await;
    let page = owner.page("/settings/mails").await;
    let link = page.split("href=\"/appointments/").nth(1).unwrap();
    let (appointment, _) = link.split_once('"').unwrap();
    let appointment_page = owner.page(&format!("/appointments/{appointment}")).await;
    assert!(
        appointment_page.contains("were not delivered")
            && appointment_page.contains("550 5.1.1 No such user"),
        "{appointment_page}"
    );
    server.behave(Behaviour::default());
    let id = value_after(&page, "name=\"id\"").to_owned();
    owner
        .submit("/settings/mails", "send-mail-again", &[("id", &id)])
        .await;
    assert!(owner.page("/settings/mails").await.contains("on its way"));
    eventually("the mail is taken", async || {
        server.taken().iter().any(|mail| mail.contains("Subject: Booked"))
    })
    .await;
    assert!(
        owner
            .page("/settings/mails")
            .await
            .contains("No mail was given up")
    );
}

//! `quince slots` tells free times, and why others are not free.

use std::path::Path;
use std::process::{Command, Output};

use bookings::booking_calendars::{CalendarForm, CalendarSettings, MemberSettings};
use bookings::services::{self, ServiceSettings};
use bookings::{Kind, availability};
use serde_json::{Value, json};
use zones::Zone;

use crate::support::{Quince, use_cases};

fn slots(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quince"))
        .arg("slots")
        .args(arguments)
        .env("QUINCE_DATA_DIR", folder)
        .env("QUINCE_LOG", "error")
        .output()
        .unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn free_times_and_reasons_are_told_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    quince.kill();
    let days = [
        "intro-call",
        "--from",
        "2026-12-02",
        "--to",
        "2026-12-08",
        "--timezone",
        "America/New_York",
    ];
    let free = lines(&slots(folder.path(), &days));
    let all = lines(&slots(folder.path(), &[&days[..], &["--explain"]].concat()));
    assert!(
        free.iter()
            .all(|line| line["hosts"][0].is_string() && line.get("reasons").is_none())
    );
    assert!(free.len() < all.len(), "{} of {}", free.len(), all.len());
    for line in &all {
        let offered = line["hosts"][0].is_string();
        let reason = line["reasons"][0]["reason"].is_string();
        assert!(offered || reason, "neither offered nor a reason: {line}");
        // A day without starts says so in a line of its own.
        let when = line["start"].as_str().or(line["date"].as_str()).unwrap();
        let is_start = when.ends_with("-05:00");
        assert!(is_start || when == "2026-12-05" || when == "2026-12-06", "{line}");
    }
}

#[tokio::test]
async fn a_visit_is_named_by_its_services() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    quince.kill();
    offer_a_cut(&use_cases(folder.path()).await).await;
    let days = ["salon", "--from", "2026-12-02", "--to", "2026-12-02", "--explain"];
    for (more, said) in [
        (
            &[][..],
            "Say with --service what the visit is made of. On the menu: Cut.",
        ),
        (
            &["--service", "Shave"],
            "no service “Shave” on the menu. Choose from: Cut.",
        ),
        (
            &["--service", "Cut:Jonas Okafor"],
            "“Jonas Okafor” does not do “Cut”. Choose from: Maya Lopez.",
        ),
    ] {
        let output = slots(folder.path(), &[&days[..], more].concat());
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && errors.contains(said), "{errors}");
    }
    let all = lines(&slots(
        folder.path(),
        &[&days[..], &["--service", "cut"]].concat(),
    ));
    assert!(all.iter().any(|line| line["hosts"][0] == "Maya Lopez"), "{all:?}");
    let by_maya = lines(&slots(
        folder.path(),
        &[&days[..], &["--service", "Cut: maya lopez"]].concat(),
    ));
    assert_eq!(by_maya, all, "she is the only one who does it");
    assert!(
        all.iter().any(|line| line["reasons"][0]["reason"] == "HOURS"),
        "{all:?}"
    );
}

/// One start, or a day without any, as the page shows it.
fn shown(
    start: &str,
    offered: bool,
    hosts: &[String],
    reasons: &[availability::ExplainedReason],
) -> (String, bool, Value, Vec<Value>) {
    let mut values = Vec::new();
    for why in reasons {
        let reason = json!({"reason": why.reason.as_str(), "sentence": why.sentence, "host": why.host});
        if !values.contains(&reason) {
            values.push(reason);
        }
    }
    (start.to_owned(), offered, json!(hosts), values)
}

#[tokio::test]
async fn the_page_and_the_command_explain_the_same_days_in_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let (quince, _) = Quince::demo(folder.path(), &[]);
    quince.kill();
    let quince = use_cases(folder.path()).await;
    let mut tx = quince.store().read().await.unwrap();
    let people = store::staff::list(&mut tx).await.unwrap();
    drop(tx);
    let maya = people
        .iter()
        .find(|one| one.profile.name == "Maya Lopez")
        .unwrap()
        .id;
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let all = bookings::booking_calendars::list(&quince, maya).await.unwrap();
    for slug in ["intro-call", "consultation", "studio-tour"] {
        let calendar = all
            .iter()
            .find(|calendar| calendar.settings.slug == slug)
            .unwrap();
        let mut page = Vec::new();
        for day in 3..=6 {
            let date = jiff::civil::date(2026, 12, day);
            let why = availability::why(&quince, maya, calendar.id, &[], date, &berlin)
                .await
                .unwrap();
            page.extend(why.closed.iter().map(|day| {
                assert!(!day.reasons.is_empty(), "{slug} on {date}");
                shown(&day.date.to_string(), false, &[], &day.reasons)
            }));
            page.extend(why.starts.iter().map(|start| {
                let local = start.start.to_zoned_datetime(berlin.rules().clone());
                let local = local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
                shown(&local, start.is_offered, &start.hosts, &start.reasons)
            }));
        }
        let days = [slug, "--from", "2026-12-03", "--to", "2026-12-06"];
        let zone = ["--timezone", "Europe/Berlin", "--explain"];
        let explained: Vec<_> = lines(&self::slots(folder.path(), &[&days[..], &zone].concat()))
            .iter()
            .map(|line| {
                let start = line["start"].as_str().or(line["date"].as_str()).unwrap();
                let hosts = line.get("hosts").cloned().unwrap_or_else(|| json!([]));
                let reasons = line["reasons"].as_array().unwrap().clone();
                (
                    start.to_owned(),
                    line["offered"].as_bool().unwrap(),
                    hosts,
                    reasons,
                )
            })
            .collect();
        assert_eq!(explained, page, "{slug}");
        assert!(explained.iter().any(|(_, offered, ..)| *offered), "{slug}");
    }
}

/// A Service calendar of Maya's with one service of an hour.
async fn offer_a_cut(quince: &bookings::Quince) {
    let mut tx = quince.store().read().await.unwrap();
    let people = store::staff::list(&mut tx).await.unwrap();
    drop(tx);
    let maya = people
        .iter()
        .find(|one| one.profile.name == "Maya Lopez")
        .unwrap()
        .id;
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "salon".to_owned(),
            kind: Kind::Service,
            ..CalendarSettings::new("Salon")
        },
        vec![MemberSettings::new(maya)],
    );
    bookings::booking_calendars::create(quince, maya, form)
        .await
        .unwrap();
    let all = bookings::booking_calendars::list(quince, maya).await.unwrap();
    let salon = all
        .iter()
        .find(|calendar| calendar.settings.slug == "salon")
        .unwrap()
        .id;
    let cut = ServiceSettings {
        group: String::new(),
        name: "Cut".to_owned(),
        description: String::new(),
        duration: 60,
        processing: 0,
        staff: vec![maya],
        resources: Vec::new(),
    };
    services::save(quince, maya, salon, None, cut).await.unwrap();
}

#[test]
fn an_unknown_calendar_is_said_to_be_unknown() {
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &[]).stop();
    let output = slots(
        folder.path(),
        &["nowhere", "--from", "2026-12-02", "--to", "2026-12-08"],
    );
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("This booking calendar does not exist"), "{said}");
}

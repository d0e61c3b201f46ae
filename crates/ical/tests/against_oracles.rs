//! Whole calendars against an independent reader: generated events with zones, exceptions, additional dates and changed
//! occurrences, expanded by the Python library recurring-ical-events and by Quince.
//!
//! Where the two are known to differ, the RFC's text decides, and the case stands in `tests/recurrence.rs` or
//! `tests/zones.rs`; each such difference is named at [`agrees`] or left out by the generator. Of the cases in
//! `support/cases.rs`, which the library reads as well, [`DIFFERING`] says which it reads otherwise, and why.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that breaks off has failed"
)]

#[path = "../benches/series/mod.rs"]
mod series;
mod support;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan as _};
use support::cases;
use support::rules::rule;
use support::{Dice, calendar, event_lines, instant, read_in};
use zones::Zone;

const FROM: &str = "2026-06-15";
const TO: &str = "2027-06-15";
/// Of whom the calendars are: the zone of whole days and floating times.
const OWNER: &str = "Europe/Berlin";
const ZONES: [&str; 7] = [
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Auckland",
    "America/St_Johns",
];
const CASES: usize = 400;

/// Whose calendar is read, and the first and last day.
type Asked = (&'static str, &'static str, &'static str);
const YEAR: Asked = (OWNER, FROM, TO);

type Spans = BTreeSet<(i64, i64)>;

/// How an event says its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Utc,
    ZonedDateTime(&'static str),
    Floating,
    Days,
}

impl Form {
    fn any(dice: &mut Dice) -> Self {
        match dice.below(8) {
            0 => Self::Utc,
            1 => Self::Floating,
            2 => Self::Days,
            _ => Self::ZonedDateTime(dice.pick::<&str>(&ZONES)),
        }
    }

    /// A property at a local time.
    fn line(self, name: &str, at: DateTime) -> String {
        let time = at.strftime("%Y%m%dT%H%M%S");
        match self {
            Self::Utc => format!("{name}:{time}Z"),
            Self::ZonedDateTime(zone) => format!("{name};TZID={zone}:{time}"),
            Self::Floating => format!("{name}:{time}"),
            Self::Days => format!("{name};VALUE=DATE:{}", at.strftime("%Y%m%d")),
        }
    }
}

/// A calendar with one series.
fn generated(dice: &mut Dice, n: usize) -> String {
    let form = Form::any(dice);
    let start = some_time(dice);
    let minutes = i64::try_from(15 * (1 + dice.below(12))).unwrap();
    let length = if form == Form::Days {
        1.day()
    } else {
        minutes.minutes()
    };
    let mut lines = vec![form.line("DTSTART", start)];
    lines.push(if dice.one_in(3) {
        let text = if form == Form::Days {
            "P1D".to_owned()
        } else {
            format!("PT{minutes}M")
        };
        format!("DURATION:{text}")
    } else {
        form.line("DTEND", start + length)
    });
    // The simple series that people make, whose occurrences are known beforehand; and any rule.
    let step = 1 + i64::try_from(dice.below(3)).unwrap();
    let simple = !dice.one_in(3);
    if simple {
        let count = 40 + dice.below(400);
        lines.push(format!("RRULE:FREQ=DAILY;INTERVAL={step};COUNT={count}"));
    } else {
        let freq = dice.pick(&["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
        let rule = with_fitting_until(rule(dice, freq), form);
        lines.push(format!(
            "RRULE:{}",
            if form == Form::Days {
                without_hours(&rule)
            } else {
                rule
            }
        ));
    }
    let nth = |dice: &mut Dice| start + (step * i64::try_from(dice.below(60)).unwrap()).days();
    // An occurrence that is excluded and changed takes place here and not there; `tests/recurrence.rs` has it.
    let mut taken = BTreeSet::new();
    if simple {
        for _ in 0..dice.below(4) {
            let excluded = nth(dice);
            taken.insert(excluded);
            lines.push(form.line("EXDATE", excluded));
        }
    }
    for _ in 0..dice.below(3) {
        lines.push(form.line("RDATE", some_time(dice)));
    }
    let uid = format!("case-{n}");
    let mut events = vec![event_lines(
        &uid,
        &lines.iter().map(String::as_str).collect::<Vec<_>>(),
    )];
    if simple {
        for _ in 0..dice.below(3) {
            let original = nth(dice);
            if taken.insert(original) {
                let moved = original + i64::try_from(dice.below(72)).unwrap().hours();
                let lines = [
                    form.line("RECURRENCE-ID", original),
                    form.line("DTSTART", moved),
                    form.line("DTEND", moved + length),
                ];
                events.push(event_lines(
                    &uid,
                    &lines.iter().map(String::as_str).collect::<Vec<_>>(),
                ));
            }
        }
    }
    calendar(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A quarter of an hour in 2026.
fn some_time(dice: &mut Dice) -> DateTime {
    let day = i64::try_from(dice.below(365)).unwrap();
    let date = Date::constant(2026, 1, 1) + day.days();
    date.at(
        i8::try_from(dice.below(24)).unwrap(),
        i8::try_from(15 * dice.below(4)).unwrap(),
        0,
        0,
    )
}

/// UNTIL must have the form of the start (RFC 5545, section 3.3.10), and lie behind it.
fn with_fitting_until(rule: String, form: Form) -> String {
    let Some((head, tail)) = rule.split_once("UNTIL=") else {
        return rule;
    };
    let (date, rest) = (format!("2027{}", &tail[4..8]), &tail[16..]);
    match form {
        Form::Utc | Form::ZonedDateTime(_) => format!("{head}UNTIL={date}T120000Z{rest}"),
        Form::Floating => format!("{head}UNTIL={date}T120000{rest}"),
        Form::Days => format!("{head}UNTIL={date}{rest}"),
    }
}

/// Days have no hours, and a rule that names some is read as if it did not (RFC 5545, section 3.3.10).
fn without_hours(rule: &str) -> String {
    let parts = rule
        .split(';')
        .filter(|part| !part.starts_with("BYHOUR") && !part.starts_with("BYMINUTE"));
    parts.collect::<Vec<_>>().join(";")
}

fn python() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/venv");
    let venv = std::env::var_os("QUINCE_PYTHON_VENV").map_or_else(default, PathBuf::from);
    venv.join("bin/python")
}

/// What the library makes of each calendar; nothing where it gives up.
fn asked(cases: &[String], (owner, from, to): Asked) -> Vec<Option<Spans>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/expand.py");
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python is missing: run scripts/setup, or name another environment in QUINCE_PYTHON_VENV");
    let mut input = child.stdin.take().unwrap();
    let cases = cases.to_vec();
    let writer = std::thread::spawn(move || {
        for ics in cases {
            let (from, to) = (instant(from).as_second(), instant(to).as_second());
            let case = serde_json::json!({"ics": ics, "zone": owner, "from": from, "to": to});
            writeln!(input, "{case}").unwrap();
        }
    });
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let spans = lines
        .map(|line| serde_json::from_str(&line.unwrap()).ok())
        .collect();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success(), "the oracle failed");
    spans
}

fn ours(ics: &str, (owner, from, to): Asked) -> Spans {
    let reading = read_in(owner, from, to, ics);
    assert!(reading.problems.is_empty(), "{:?} in {ics}", reading.problems);
    spans(&reading)
}

fn spans(reading: &ical::Reading) -> Spans {
    let span = |i: &ical::Instance| (i.start.as_second(), i.end.as_second());
    reading.instances.iter().map(span).collect()
}

/// The same instances. On a night on which the clocks change, Quince keeps the later of two possible ends (scheduling.md),
/// so there its end may be up to an hour later.
fn agrees(ours: &Spans, theirs: &Spans) -> bool {
    let matches =
        |(a, b): (&(i64, i64), &(i64, i64))| a.0 == b.0 && (a.1 == b.1 || (a.1 > b.1 && a.1 - b.1 <= 3600));
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(matches)
}

#[test]
fn generated_calendars_agree() {
    let mut dice = Dice(7);
    let cases: Vec<String> = (0..CASES).map(|n| generated(&mut dice, n)).collect();
    let theirs = asked(&cases, YEAR);
    assert_eq!(theirs.len(), CASES);
    let compared: Vec<_> = cases
        .iter()
        .zip(&theirs)
        .filter_map(|(ics, theirs)| Some((ics, theirs.as_ref()?)))
        .collect();
    assert!(
        compared.len() > CASES * 9 / 10,
        "the oracle gave up on {}",
        CASES - compared.len()
    );
    let mut differing = Vec::new();
    for (ics, theirs) in &compared {
        let ours = ours(ics, YEAR);
        if !agrees(&ours, theirs) {
            let only_ours: Vec<_> = ours.difference(theirs).take(3).map(shown).collect();
            let only_theirs: Vec<_> = theirs.difference(&ours).take(3).map(shown).collect();
            differing.push(format!(
                "{ics}only ours: {only_ours:?}\nonly theirs: {only_theirs:?}"
            ));
        }
    }
    let instances: usize = compared.iter().map(|(_, theirs)| theirs.len()).sum();
    println!("{} calendars with {instances} instances compared", compared.len());
    assert!(
        differing.is_empty(),
        "{} differ:\n{}",
        differing.len(),
        differing[..differing.len().min(5)].join("\n")
    );
}

fn shown((start, end): &(i64, i64)) -> String {
    let zone = Zone::named(OWNER).unwrap();
    let local = |second| zone.local(jiff::Timestamp::from_second(second).unwrap());
    format!("{} for {}", local(*start), SignedDuration::from_secs(end - start))
}

/// Written cases that the library reads otherwise or gives up on, and why Quince's reading stands.
const DIFFERING: [(&str, &str); 6] = [
    (
        "an end with an offset",
        "no form of the RFC, so the library gives up; which instant is meant is clear",
    ),
    (
        "an end before the start leaves the start",
        "section 3.8.5.3: the start counts as the first occurrence; dropping it would free it",
    ),
    (
        "one occurrence with travel time",
        "Apple's property, of which the library knows nothing",
    ),
    (
        "two series of one identity",
        "section 3.8.4.7 forbids it; dropping one of them would free it",
    ),
    (
        "a series at a time that comes twice",
        "section 3.3.6: half an hour is exact, also where the clocks are set back; the library makes it an hour more",
    ),
    (
        "the same start and end twice",
        "the library gives up; both say the same",
    ),
];

/// The benchmark's bar is a time for the *right* instances: those of each series, not only as many.
#[test]
fn the_series_of_the_benchmark_agree() {
    let sixty_days: Asked = (series::ZONE, "2026-11-01", "2026-12-31");
    assert_eq!(instant(sixty_days.1).as_second(), series::FROM);
    assert_eq!(instant(sixty_days.2).as_second(), series::TO);
    let texts: Vec<String> = (0..series::EVENTS)
        .map(|n| series::wrapped(&series::event(n)))
        .collect();
    let theirs = asked(&texts, sixty_days);
    assert_eq!(theirs.len(), series::EVENTS);
    for (ics, theirs) in texts.iter().zip(theirs) {
        assert_eq!(Some(ours(ics, sixty_days)), theirs, "{ics}");
    }
}

#[test]
fn written_cases_agree_but_for_those_that_are_explained() {
    let winter: Asked = ("America/New_York", "2026-11-01", "2027-01-01");
    let texts: Vec<String> = cases::CASES
        .iter()
        .map(|(_, events, _)| cases::text(events))
        .collect();
    let theirs = asked(&texts, winter);
    assert_eq!(theirs.len(), texts.len());
    let differing: Vec<&str> = cases::CASES
        .iter()
        .zip(texts.iter().zip(&theirs))
        .filter(|(_, (ics, theirs))| {
            let ours = spans(&read_in(winter.0, winter.1, winter.2, ics));
            theirs.as_ref().is_none_or(|theirs| !agrees(&ours, theirs))
        })
        .map(|((name, ..), _)| *name)
        .collect();
    assert_eq!(differing, DIFFERING.map(|(name, _)| name));
}

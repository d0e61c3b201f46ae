//! Calendar text to instances. Whatever the text is: reading it does not panic and does not take long, what it gives is
//! in order and in range, a part of a span means the same as the whole of it, and a value that is damaged never frees
//! time without a word.

#![no_main]

use ical::{Horizon, Instance, Owner, Reading};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use zones::Zone;

/// Far more than a day's worth of hostile events; the crate's own limits lie below.
const MOST_INSTANCES: usize = 500_000;

/// 2026-10-15 to 2026-12-15, in which clocks change in New York, and a part of it.
const WHOLE: (i64, i64) = (1_792_022_400, 1_797_292_800);
const PART: (i64, i64) = (1_793_491_200, 1_794_096_000);

fuzz_target!(|text: &[u8]| {
    let whole = read(text, WHOLE);
    in_order(&whole, WHOLE);
    let part = read(text, PART);
    in_order(&part, PART);
    if whole.problems.is_empty() && part.problems.is_empty() {
        same_where_both_look(&whole, &part);
        damage_is_noticed(text, &whole);
    }
});

fn read(text: &[u8], (from, to): (i64, i64)) -> Reading {
    let zone = Zone::named("America/New_York").expect("a zone that is always known");
    let addresses = ["me@example.com".to_owned()];
    let owner = Owner {
        zone: &zone,
        addresses: &addresses,
    };
    ical::read_bytes(text, &owner, &horizon(from, to))
}

fn horizon(from: i64, to: i64) -> Horizon {
    let instant = |second| Timestamp::from_second(second).expect("an instant of this century");
    Horizon {
        from: instant(from),
        to: instant(to),
    }
}

fn touches(instance: &Instance, (from, to): (i64, i64)) -> bool {
    let horizon = horizon(from, to);
    instance.start < horizon.to
        && (instance.end > horizon.from || (instance.start == instance.end && instance.start >= horizon.from))
}

fn in_order(reading: &Reading, span: (i64, i64)) {
    assert!(reading.instances.len() <= MOST_INSTANCES, "too many instances");
    for instance in &reading.instances {
        assert!(instance.start <= instance.end, "reversed: {instance:?}");
        assert!(touches(instance, span), "outside: {instance:?}");
        if let Some((first, after)) = instance.all_day {
            assert!(first < after, "no day: {instance:?}");
        }
        let understood = instance.blocks.word() != "not-understood";
        assert!(
            understood || !reading.problems.is_empty(),
            "without a word: {instance:?}"
        );
    }
    let key = |i: &Instance| (i.start, i.end, i.uid.to_string());
    assert!(
        reading
            .instances
            .windows(2)
            .all(|pair| key(&pair[0]) <= key(&pair[1])),
        "not sorted"
    );
    for problem in &reading.problems {
        assert!(problem.sentence.len() < 2_000, "an endless sentence");
    }
}

/// The expansion jumps to the window, so where the window begins must not matter. Of what is free no more is said than that it is.
fn same_where_both_look(whole: &Reading, part: &Reading) {
    let busy = |i: &&Instance| i.blocks.takes_time(true);
    let inside = whole.instances.iter().filter(|i| touches(i, PART));
    let inside: Vec<_> = inside.filter(busy).collect();
    let part: Vec<_> = part.instances.iter().filter(busy).collect();
    assert_eq!(inside, part, "a part of the span differs from the whole");
}

/// Properties whose values decide when an event is. A damaged value is either reported or as busy as before.
const DECIDING: [&[u8]; 10] = [
    b"DTSTART",
    b"DTEND",
    b"DURATION",
    b"RRULE",
    b"RDATE",
    b"EXDATE",
    b"RECURRENCE-ID",
    b"SEQUENCE",
    b"TRANSP",
    b"STATUS",
];

fn damage_is_noticed(text: &[u8], before: &Reading) {
    let busy: Vec<_> = before
        .instances
        .iter()
        .filter(|i| i.blocks.takes_time(true))
        .collect();
    // One place a text; which one follows from the text itself, so that a finding can be repeated.
    let places = deciding_places(text);
    let Some(place) = places.get(sum(text) % places.len().max(1)) else {
        return;
    };
    let mut damaged = text.to_vec();
    damaged[*place] = b'?';
    let after = read(&damaged, WHOLE);
    if !after.problems.is_empty() {
        return;
    }
    for instance in busy {
        assert!(
            covered(&after, instance),
            "a damaged value freed {instance:?} without a word:\n{}",
            String::from_utf8_lossy(&damaged)
        );
    }
}

fn sum(text: &[u8]) -> usize {
    text.iter().fold(7, |sum: usize, b| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*b))
    })
}

/// Where the letters and digits of deciding values stand.
fn deciding_places(text: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut begins = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        let head = line.iter().position(|b| *b == b':').unwrap_or(0);
        let name = line[..head].split(|b| *b == b';').next().unwrap_or(b"");
        if DECIDING.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let letters = (head + 1..line.len()).filter(|at| line[*at].is_ascii_alphanumeric());
            places.extend(letters.map(|at| begins + at));
        }
        begins += line.len();
    }
    places
}

fn covered(reading: &Reading, wanted: &Instance) -> bool {
    let mut at = wanted.start;
    for instance in reading.instances.iter().filter(|i| i.blocks.takes_time(true)) {
        if instance.start <= at {
            at = at.max(instance.end);
        }
    }
    at >= wanted.end
}

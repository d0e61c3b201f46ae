//! Valid rules at random.

use std::collections::BTreeSet;

use super::Dice;

fn list(dice: &mut Dice, most: u64, mut one: impl FnMut(&mut Dice) -> String) -> String {
    let count = 1 + dice.below(most);
    let all: BTreeSet<String> = (0..count).map(|_| one(dice)).collect();
    all.into_iter().collect::<Vec<_>>().join(",")
}

fn signed(dice: &mut Dice, most: u64) -> String {
    let number = 1 + dice.below(most);
    if dice.one_in(3) {
        format!("-{number}")
    } else {
        number.to_string()
    }
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A valid rule of a frequency. Left out is what the RFC forbids, BYWEEKNO without a weekday (the RFC takes the
/// start's weekday, other programs every day of the week), weeks 52 and 53, which `rrule` finds in years that do
/// not have them, and BYSETPOS by weeks, since `rrule` begins the first week at its start and the RFC at the week's.
/// `tests/recurrence.rs` pins all three.
pub fn rule(dice: &mut Dice, freq: &str) -> String {
    let mut parts = vec![format!("FREQ={freq}")];
    let mut by = false;
    if !dice.one_in(3) {
        parts.push(format!("INTERVAL={}", 1 + dice.below(5)));
    }
    if dice.one_in(3) {
        parts.push(format!("WKST={}", dice.pick(&WEEKDAYS)));
    }
    if dice.one_in(4) {
        parts.push(format!(
            "BYMONTH={}",
            list(dice, 4, |d| (1 + d.below(12)).to_string())
        ));
        by = true;
    }
    let week_numbers = freq == "YEARLY" && dice.one_in(5);
    if week_numbers {
        parts.push(format!("BYWEEKNO={}", list(dice, 4, |d| signed(d, 51))));
        by = true;
    }
    if freq != "WEEKLY" && dice.one_in(4) {
        parts.push(format!("BYMONTHDAY={}", list(dice, 4, |d| signed(d, 31))));
        by = true;
    }
    if matches!(freq, "YEARLY" | "HOURLY") && dice.one_in(6) {
        parts.push(format!("BYYEARDAY={}", list(dice, 6, |d| signed(d, 366))));
        by = true;
    }
    if week_numbers || dice.one_in(3) {
        let numbered = matches!(freq, "MONTHLY" | "YEARLY") && !week_numbers && !dice.one_in(3);
        let days = list(dice, 3, |d| {
            let day = *d.pick(&WEEKDAYS);
            if numbered {
                format!("{}{day}", signed(d, 5))
            } else {
                day.to_owned()
            }
        });
        parts.push(format!("BYDAY={days}"));
        by = true;
    }
    if dice.one_in(6) {
        parts.push(format!("BYHOUR={}", list(dice, 3, |d| d.below(24).to_string())));
        by = true;
    }
    if dice.one_in(8) {
        parts.push(format!("BYMINUTE={}", list(dice, 2, |d| d.below(60).to_string())));
        by = true;
    }
    if by && freq != "WEEKLY" && dice.one_in(4) {
        parts.push(format!("BYSETPOS={}", list(dice, 2, |d| signed(d, 4))));
    }
    match dice.below(4) {
        0 => parts.push(format!("COUNT={}", 1 + dice.below(60))),
        1 => parts.push(format!(
            "UNTIL=20{}1{}15T120000Z",
            23 + dice.below(5),
            dice.below(3)
        )),
        _ => {}
    }
    parts.join(";")
}

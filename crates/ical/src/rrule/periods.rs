//! The periods of rules (years, months, weeks, days) by index, and the times at which they occur within them.

use crate::rrule::rule::{Freq, Rule};
use crate::values::days::{DAY, Day, number_of, small};

/// Returns the index of the year, month, week or day of a date.
pub(crate) fn period_of(freq: Freq, week_start: u8, day: Day) -> i64 {
    match freq {
        Freq::Yearly => day.year.into(),
        Freq::Monthly => i64::from(day.year) * 12 + i64::from(day.month) - 1,
        // Day 0 was a Thursday, the fourth day of a week that starts on Monday.
        Freq::Weekly => (day.number + 3 - i64::from(week_start)).div_euclid(7),
        _ => day.number,
    }
}

/// Returns the number of the first day of a period, up to the end of the calendar.
pub(crate) fn period_start(freq: Freq, week_start: u8, period: i64) -> Option<i64> {
    let in_calendar = |year: i64| i32::try_from(year).ok().filter(|year| *year <= 9999);
    match freq {
        Freq::Yearly => Some(number_of(in_calendar(period)?, 1, 1)),
        Freq::Monthly => {
            let month = small::<u8>(period.rem_euclid(12)) + 1;
            Some(number_of(in_calendar(period.div_euclid(12))?, month, 1))
        }
        Freq::Weekly => Some(period.checked_mul(7)? - 3 + i64::from(week_start)),
        _ => Some(period),
    }
}

/// Returns the numbers whose bits are set, or the default alone.
fn set_bits(bits: u64, default: i64) -> Vec<i64> {
    if bits == 0 {
        return vec![default];
    }
    (0..64).filter(|n| bits & (1 << n) != 0).collect()
}

/// Returns the times of day, in seconds, of a rule whose periods are days or longer.
pub(crate) fn times_of_day(rule: &Rule, start: i64, whole_days: bool) -> Vec<i64> {
    if whole_days {
        return vec![0];
    }
    let of_day = start.rem_euclid(DAY);
    let within_hour = times_within(rule, 3_600, of_day % 3_600);
    set_bits(rule.hours.into(), of_day / 3_600)
        .into_iter()
        .flat_map(|hour| within_hour.iter().map(move |offset| hour * 3_600 + offset))
        .collect()
}

/// Returns the offsets within an hour, minute or second at which a period of that length occurs.
pub(crate) fn times_within(rule: &Rule, unit: i64, start_offset: i64) -> Vec<i64> {
    let minutes = if unit > 60 {
        set_bits(rule.minutes, start_offset / 60)
    } else {
        vec![0]
    };
    let seconds = if unit > 1 {
        set_bits(rule.seconds, start_offset % 60)
    } else {
        vec![0]
    };
    minutes
        .into_iter()
        .flat_map(|minute| seconds.iter().map(move |second| minute * 60 + second))
        .collect()
}

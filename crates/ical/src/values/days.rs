//! Calendar arithmetic on *naive seconds*: a local date and time as the seconds since 1970-01-01T00:00:00 on a
//! clock that is never changed. Recurrence is computed on them, and zones are applied afterwards.

use jiff::civil::{Date, DateTime};

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// A date with what recurrence rules ask about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    /// Days since 1970-01-01.
    pub number: i64,
    pub year: i32,
    pub month: u8,
    pub of_month: u8,
}

impl Day {
    /// The date of a day number (the Gregorian calendar repeats every 400 years, 146,097 days).
    pub(crate) fn of(number: i64) -> Self {
        // Years are counted from March, so that the leap day is the last of its year.
        let shifted = number + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            number,
            year: small(year),
            month: small(month),
            of_month: small(day),
        }
    }

    /// 0 is Monday.
    pub(crate) fn weekday(self) -> u8 {
        weekday(self.number)
    }
}

/// 0 is Monday. 1970-01-01 was a Thursday.
pub(crate) fn weekday(number: i64) -> u8 {
    small((number + 3).rem_euclid(7))
}

/// Day number of a date; the day may be out of the month's range and is then counted on.
pub(crate) fn number_of(year: i32, month: u8, day: i64) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Length of a month in days.
pub(crate) fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Length of a year in days.
pub(crate) fn year_length(year: i32) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Naive seconds of a local date and time.
pub(crate) fn naive(local: DateTime) -> i64 {
    let time = i64::from(local.hour()) * 3_600 + i64::from(local.minute()) * 60 + i64::from(local.second());
    naive_date(local.date()) + time
}

/// Naive seconds of the start of a date.
pub(crate) fn naive_date(date: Date) -> i64 {
    number_of(
        i32::from(date.year()),
        small(date.month().into()),
        date.day().into(),
    ) * DAY
}

/// The local date and time of naive seconds, clamped to what jiff can represent.
pub(crate) fn local(naive: i64) -> DateTime {
    let date = date(naive);
    if date == Date::MAX && naive > naive_date(Date::MAX) + DAY {
        return DateTime::MAX;
    }
    let time = naive.rem_euclid(DAY);
    date.at(small(time / 3_600), small(time / 60 % 60), small(time % 60), 0)
}

/// The date of naive seconds, clamped to what jiff can represent.
pub(crate) fn date(naive: i64) -> Date {
    let limits = (naive_date(Date::MIN), naive_date(Date::MAX));
    let day = Day::of(naive.clamp(limits.0, limits.1).div_euclid(DAY));
    Date::new(
        small(day.year.into()),
        small(day.month.into()),
        small(day.of_month.into()),
    )
    .unwrap_or(Date::MAX)
}

/// A number that is known to fit the smaller type; the type's default stands for one that does not.
pub(crate) fn small<T: TryFrom<i64> + Default>(number: i64) -> T {
    T::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_and_dates_agree_with_jiff_over_eight_centuries() {
        let mut date = jiff::civil::date(1600, 1, 1);
        let mut number = number_of(1600, 1, 1);
        while date.year() < 2400 {
            let day = Day::of(number);
            assert_eq!(
                (day.year, day.month, day.of_month),
                (
                    date.year().into(),
                    date.month().cast_unsigned(),
                    date.day().cast_unsigned()
                )
            );
            assert_eq!(number_of(day.year, day.month, day.of_month.into()), number);
            assert_eq!(
                i64::from(day.weekday()),
                i64::from(date.weekday().to_monday_zero_offset())
            );
            date = date.tomorrow().unwrap();
            number += 1;
        }
        assert_eq!(naive_date(jiff::civil::date(1970, 1, 1)), 0);
    }

    #[test]
    fn times_beyond_the_calendar_are_clamped() {
        assert_eq!(local(i64::MAX / 4), DateTime::MAX);
        assert_eq!(date(i64::MIN / 4), Date::MIN);
    }
}

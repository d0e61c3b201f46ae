//! Calendars of recurrence rules (RSCALE, RFC 7529), as years, months and days.
//!
//! Gregorian years are Quince's own; those of other calendars are ICU's.

use icu_calendar::Date;
use icu_calendar::cal::{
    ChineseTraditional, Coptic, Ethiopian, Hebrew, Hijri, Indian, Julian, KoreanTraditional, Persian,
    hijri::{TabularAlgorithmEpoch as Epoch, TabularAlgorithmLeapYears as LeapYears},
};
use icu_calendar::types::{Month as IcuMonth, RataDie};

use crate::values::days::{Day, days_in, number_of, small};

/// Day 0 here, 1970-01-01, in days of the library's count.
const UNIX_EPOCH: i64 = 719_163;

/// A calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Gregorian,
    Julian,
    Chinese,
    Korean,
    Hebrew,
    Ethiopian,
    Coptic,
    Persian,
    Indian,
    HijriCivil,
    HijriTabular,
    HijriUmmAlQura,
}

/// How a date that does not exist is handled (SKIP, RFC 7529).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Skip {
    /// The date is left out.
    #[default]
    Omit,
    /// The next date or month is used.
    Forward,
    /// The previous date or month is used.
    Backward,
}

/// A month of a calendar's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Month {
    /// Number of its first day.
    pub first: i64,
    /// In days.
    pub length: i64,
    /// 1 is the first. A leap month has the number of the month before it.
    pub number: u8,
    pub leap: bool,
}

/// A calendar's year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Year {
    /// Its months in order; at least one.
    pub months: Vec<Month>,
}

impl Year {
    /// Number of its first day.
    pub(crate) fn first(&self) -> i64 {
        self.months.first().map_or(0, |month| month.first)
    }

    /// In days.
    pub(crate) fn length(&self) -> i64 {
        self.months.iter().map(|month| month.length).sum()
    }

    /// Returns the month of a day.
    pub(crate) fn month_of(&self, day: i64) -> Option<Month> {
        let has = |month: &&Month| (month.first..month.first + month.length).contains(&day);
        self.months.iter().find(has).copied()
    }
}

impl Scale {
    /// Returns the calendar of a CLDR name, and whether it is certain on which days its months begin: where they begin with the
    /// sighting of the moon, they may begin a day earlier or later.
    pub(crate) fn named(name: &str) -> Option<(Self, bool)> {
        let name = name.trim().to_ascii_uppercase().replace('_', "-");
        let scale = match name.as_str() {
            // These differ in how they count years only.
            "GREGORIAN" | "GREGORY" | "ISO8601" | "BUDDHIST" | "JAPANESE" | "ROC" => Self::Gregorian,
            "JULIAN" => Self::Julian,
            "CHINESE" => Self::Chinese,
            "DANGI" => Self::Korean,
            "HEBREW" => Self::Hebrew,
            "ETHIOPIC" | "ETHIOAA" | "ETHIOPIC-AMETE-ALEM" => Self::Ethiopian,
            "COPTIC" => Self::Coptic,
            "PERSIAN" => Self::Persian,
            "INDIAN" => Self::Indian,
            "ISLAMIC-CIVIL" | "ISLAMICC" => Self::HijriCivil,
            "ISLAMIC-TBLA" => Self::HijriTabular,
            "ISLAMIC-UMALQURA" => Self::HijriUmmAlQura,
            "ISLAMIC" | "ISLAMIC-RGSA" => return Some((Self::HijriUmmAlQura, false)),
            _ => return None,
        };
        Some((scale, true))
    }

    /// Returns the number of the year of a day; consecutive years have consecutive numbers.
    pub(crate) fn year_of(self, day: i64) -> i32 {
        match self {
            Self::Gregorian => Day::of(day).year,
            Self::Julian => year_of(day, Julian),
            Self::Chinese => year_of(day, ChineseTraditional::new()),
            Self::Korean => year_of(day, KoreanTraditional::new()),
            Self::Hebrew => year_of(day, Hebrew),
            Self::Ethiopian => year_of(day, Ethiopian::new()),
            Self::Coptic => year_of(day, Coptic),
            Self::Persian => year_of(day, Persian),
            Self::Indian => year_of(day, Indian),
            Self::HijriCivil => year_of(day, tabular(Epoch::Friday)),
            Self::HijriTabular => year_of(day, tabular(Epoch::Thursday)),
            Self::HijriUmmAlQura => year_of(day, Hijri::new_umm_al_qura()),
        }
    }

    /// Returns a year by its number; `None` beyond the calendar's end.
    pub(crate) fn year(self, number: i32) -> Option<Year> {
        match self {
            Self::Gregorian => (number <= 9999).then(|| gregorian(number)),
            Self::Julian => year(number, Julian),
            Self::Chinese => year(number, ChineseTraditional::new()),
            Self::Korean => year(number, KoreanTraditional::new()),
            Self::Hebrew => year(number, Hebrew),
            Self::Ethiopian => year(number, Ethiopian::new()),
            Self::Coptic => year(number, Coptic),
            Self::Persian => year(number, Persian),
            Self::Indian => year(number, Indian),
            Self::HijriCivil => year(number, tabular(Epoch::Friday)),
            Self::HijriTabular => year(number, tabular(Epoch::Thursday)),
            Self::HijriUmmAlQura => year(number, Hijri::new_umm_al_qura()),
        }
    }
}

fn tabular(epoch: Epoch) -> Hijri<icu_calendar::cal::hijri::TabularAlgorithm> {
    Hijri::new_tabular(LeapYears::TypeII, epoch)
}

fn gregorian(number: i32) -> Year {
    let month = |month| Month {
        first: number_of(number, month, 1),
        length: days_in(number, month).into(),
        number: month,
        leap: false,
    };
    Year {
        months: (1..=12).map(month).collect(),
    }
}

fn year_of<C: icu_calendar::Calendar>(day: i64, calendar: C) -> i32 {
    Date::from_rata_die(RataDie::new(day.saturating_add(UNIX_EPOCH)), calendar)
        .year()
        .extended_year()
}

fn year<C: icu_calendar::Calendar + Copy>(number: i32, calendar: C) -> Option<Year> {
    let mut first = Date::try_new(number.into(), IcuMonth::new(1), 1, calendar).ok()?;
    let mut months = Vec::with_capacity(13);
    for _ in 0..first.months_in_year() {
        let (month, length) = (first.month().to_input(), first.days_in_month());
        let day = first.to_rata_die();
        months.push(Month {
            first: day.to_i64_date() - UNIX_EPOCH,
            length: length.into(),
            number: small(month.number().into()),
            leap: month.is_leap(),
        });
        first = Date::from_rata_die(day + i64::from(length), calendar);
    }
    (!months.is_empty()).then_some(Year { months })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Scale; 12] = [
        Scale::Gregorian,
        Scale::Julian,
        Scale::Chinese,
        Scale::Korean,
        Scale::Hebrew,
        Scale::Ethiopian,
        Scale::Coptic,
        Scale::Persian,
        Scale::Indian,
        Scale::HijriCivil,
        Scale::HijriTabular,
        Scale::HijriUmmAlQura,
    ];

    #[test]
    fn years_follow_each_other_without_a_gap_in_every_calendar() {
        for scale in ALL {
            let mut number = scale.year_of(number_of(1600, 1, 1));
            let mut day = scale.year(number).unwrap().first();
            while day < number_of(2400, 1, 1) {
                let year = scale.year(number).unwrap();
                assert_eq!(year.first(), day, "{scale:?} {number}");
                assert_eq!(scale.year_of(day), number, "{scale:?} {number}");
                for month in &year.months {
                    assert_eq!(month.first, day);
                    assert_eq!(year.month_of(day + month.length - 1), Some(*month));
                    day += month.length;
                }
                number += 1;
            }
        }
    }

    #[test]
    fn years_beyond_the_calendar_are_none() {
        for scale in ALL {
            assert_eq!(scale.year(i32::MAX), None, "{scale:?}");
            scale.year_of(i64::MAX / 100_000);
            scale.year_of(i64::MIN / 100_000);
        }
    }
}

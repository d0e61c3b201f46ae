//! The examples of RFC 5545, section 3.8.5.3, and what they leave out, as one table: each rule with the local times in New
//! York that it means. Every rule is read twice, over all years at once and month by month, since a reader that jumps to
//! its window must not care where the window begins.

#![expect(clippy::unwrap_used, reason = "a test that breaks off has failed")]

mod support;

use jiff::civil::DateTime;
use support::{event, read_in};
use zones::Zone;

/// Name, start, rule (and further properties), and the occurrences: months with their days at the start's time of day, or
/// with `T` and other times. `…` at the end says that the rule goes on.
type Example = (&'static str, &'static str, &'static str, &'static str);

const TUESDAY: &str = "19970902T090000";

#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    // Daily.
    ("daily, ten times", TUESDAY, "FREQ=DAILY;COUNT=10", "199709 2 3 4 5 6 7 8 9 10 11"),
    ("every other day", TUESDAY, "FREQ=DAILY;INTERVAL=2", "199709 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 / 199710 2 4 …"),
    ("every ten days, five times", TUESDAY, "FREQ=DAILY;INTERVAL=10;COUNT=5", "199709 2 12 22 / 199710 2 12"),
    ("the last day of each month, by day", "19970930T090000", "FREQ=DAILY;BYMONTHDAY=-1;COUNT=3", "199709 30 / 199710 31 / 199711 30"),
    ("daily in one month", "19980130T090000", "FREQ=DAILY;BYMONTH=1;COUNT=3", "199801 30 31 / 199901 1"),
    // Weekly.
    ("weekly, ten times", TUESDAY, "FREQ=WEEKLY;COUNT=10", "199709 2 9 16 23 30 / 199710 7 14 21 28 / 199711 4"),
    ("weekly until an instant", TUESDAY, "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "199709 2 9 16 23 30 / 199710 7 14 21 28 / 199711 4 11 18 25 / 199712 2 9 16 23"),
    ("every other week", TUESDAY, "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "199709 2 16 30 / 199710 14 28 / 199711 11 25 / 199712 9 23 / 199801 6 20 / 199802 3 17 …"),
    ("on two days, until", TUESDAY, "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "199709 2 4 9 11 16 18 23 25 30 / 199710 2"),
    ("on two days, counted", TUESDAY, "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "199709 2 4 9 11 16 18 23 25 30 / 199710 2"),
    ("every other week on three days", "19970901T090000", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "199709 1 3 5 15 17 19 29 / 199710 1 3 13 15 17 27 29 31 / 199711 10 12 14 24 26 28 / 199712 8 10 12 22"),
    ("every other week on two days, counted", TUESDAY, "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "199709 2 4 16 18 30 / 199710 2 14 16"),
    ("the week begins on Monday", "19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "199708 5 10 19 24"),
    ("the week begins on Sunday", "19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "199708 5 17 19 31"),
    ("the second of a week's days", "19970904T090000", "FREQ=WEEKLY;BYDAY=TU,TH;BYSETPOS=2;COUNT=3", "199709 4 11 18"),
    ("in some months only", "19970930T090000", "FREQ=WEEKLY;BYMONTH=9,12;COUNT=3", "199709 30 / 199712 2 9"),
    // Monthly.
    ("first Friday", "19970905T090000", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "199709 5 / 199710 3 / 199711 7 / 199712 5 / 199801 2 / 199802 6 / 199803 6 / 199804 3 / 199805 1 / 199806 5"),
    ("first Friday, until", "19970905T090000", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "199709 5 / 199710 3 / 199711 7 / 199712 5"),
    ("first and last Sunday every other month", "19970907T090000", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "199709 7 28 / 199711 2 30 / 199801 4 25 / 199803 1 29 / 199805 3 31"),
    ("second last Monday", "19970922T090000", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "199709 22 / 199710 20 / 199711 17 / 199712 22 / 199801 19 / 199802 16"),
    ("third last day", "19970928T090000", "FREQ=MONTHLY;BYMONTHDAY=-3", "199709 28 / 199710 29 / 199711 28 / 199712 29 / 199801 29 / 199802 26 …"),
    ("second and fifteenth", TUESDAY, "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "199709 2 15 / 199710 2 15 / 199711 2 15 / 199712 2 15 / 199801 2 15"),
    ("first and last day", "19970930T090000", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "199709 30 / 199710 1 31 / 199711 1 30 / 199712 1 31 / 199801 1 31 / 199802 1"),
    ("every eighteen months", "19970910T090000", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "199709 10 11 12 13 14 15 / 199903 10 11 12 13"),
    ("each Tuesday every other month", TUESDAY, "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "199709 2 9 16 23 30 / 199711 4 11 18 25 / 199801 6 13 20 27 / 199803 3 10 17 24 31 …"),
    ("Friday the thirteenth", TUESDAY, "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13\r\nEXDATE;TZID=America/New_York:19970902T090000",
        "199802 13 / 199803 13 / 199811 13 / 199908 13 / 200010 13 …"),
    ("Saturday after the first Sunday", "19970913T090000", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "199709 13 / 199710 11 / 199711 8 / 199712 13 / 199801 10 / 199802 7 / 199803 7 / 199804 11 / 199805 9 / 199806 13 …"),
    ("the third of Tuesday to Thursday", "19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "199709 4 / 199710 7 / 199711 6"),
    ("second last working day", "19970929T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "199709 29 / 199710 30 / 199711 27 / 199712 30 / 199801 29 / 199802 26 / 199803 30 …"),
    ("a day that some months lack", "20070115T090000", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "200701 15 30 / 200702 15 / 200703 15 30"),
    ("the thirty-first", "19970131T090000", "FREQ=MONTHLY;COUNT=4", "199701 31 / 199703 31 / 199705 31 / 199707 31"),
    ("fifth Monday", "19970929T090000", "FREQ=MONTHLY;BYDAY=5MO;COUNT=3", "199709 29 / 199712 29 / 199803 30"),
    // Yearly.
    ("in two months", "19970610T090000", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "199706 10 / 199707 10 / 199806 10 / 199807 10 / 199906 10 / 199907 10 / 200006 10 / 200007 10 / 200106 10 / 200107 10"),
    ("three months every other year", "19970310T090000", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "199703 10 / 199901 10 / 199902 10 / 199903 10 / 200101 10 / 200102 10 / 200103 10 / 200301 10 / 200302 10 / 200303 10"),
    ("days of the year every third year", "19970101T090000", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "199701 1 / 199704 10 / 199707 19 / 200001 1 / 200004 9 / 200007 18 / 200301 1 / 200304 10 / 200307 19 / 200601 1"),
    ("twentieth Monday", "19970519T090000", "FREQ=YEARLY;BYDAY=20MO", "199705 19 / 199805 18 / 199905 17 …"),
    ("Monday of the twentieth week", "19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "199705 12 / 199805 11 / 199905 17 …"),
    ("Thursdays in March", "19970313T090000", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "199703 13 20 27 / 199803 5 12 19 26 / 199903 4 11 18 25 …"),
    ("Thursdays in summer", "19970605T090000", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "199706 5 12 19 26 / 199707 3 10 17 24 31 / 199708 7 14 21 28 / 199806 4 11 18 25 …"),
    ("election day", "19961105T090000", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "199611 5 / 200011 7 / 200411 2 …"),
    ("each day of January, until", "19980130T090000", "FREQ=YEARLY;UNTIL=19990102T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "199801 30 31 / 199901 1 2"),
    ("last day of the year", "19971231T090000", "FREQ=YEARLY;BYYEARDAY=-1;COUNT=3", "199712 31 / 199812 31 / 199912 31"),
    ("the 366th day", "19961231T090000", "FREQ=YEARLY;BYYEARDAY=366;COUNT=3", "199612 31 / 200012 31 / 200412 31"),
    ("the 366th day from the end", "19960101T090000", "FREQ=YEARLY;BYYEARDAY=-366;COUNT=3", "199601 1 / 200001 1 / 200401 1"),
    ("Monday of the last week", "19971222T090000", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO;COUNT=3", "199712 22 / 199812 28 / 199912 27"),
    ("Monday of the first week", "19971229T090000", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO;COUNT=3", "199712 29 / 199901 4 / 200001 3"),
    ("the week that few years have", "19981228T090000", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2", "199812 28 / 200412 27"),
    ("last Sunday of the year", "19971228T090000", "FREQ=YEARLY;BYDAY=-1SU;COUNT=3", "199712 28 / 199812 27 / 199912 26"),
    ("fourth Thursday in November, by position", "19971127T090000", "FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYSETPOS=4;COUNT=3", "199711 27 / 199811 26 / 199911 25"),
    ("first and last working day", "19970101T090000", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=4", "199701 1 / 199712 31 / 199801 1 / 199812 31"),
    ("leap days", "19960229T090000", "FREQ=YEARLY;COUNT=3", "199602 29 / 200002 29 / 200402 29"),
    ("last day of February", "19970228T090000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=4", "199702 28 / 199802 28 / 199902 28 / 200002 29"),
    // Hours, minutes, seconds.
    ("every three hours, until", TUESDAY, "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "199709 2T090000 2T120000 2T150000"),
    ("every quarter of an hour", TUESDAY, "FREQ=MINUTELY;INTERVAL=15;COUNT=6", "199709 2T090000 2T091500 2T093000 2T094500 2T100000 2T101500"),
    ("every ninety minutes", TUESDAY, "FREQ=MINUTELY;INTERVAL=90;COUNT=4", "199709 2T090000 2T103000 2T120000 2T133000"),
    ("by hours and minutes, daily", TUESDAY, "FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20,40;COUNT=7", "199709 2T090000 2T092000 2T094000 2T100000 2T102000 2T104000 3T090000"),
    ("the same by minutes", TUESDAY, "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10;COUNT=7", "199709 2T090000 2T092000 2T094000 2T100000 2T102000 2T104000 3T090000"),
    ("by seconds", TUESDAY, "FREQ=DAILY;BYSECOND=0,30;COUNT=3", "199709 2T090000 2T090030 3T090000"),
    ("every 45 seconds", TUESDAY, "FREQ=SECONDLY;INTERVAL=45;COUNT=3", "199709 2T090000 2T090045 2T090130"),
    ("the last time of a week's", "19970902T150000", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=9,15;BYSETPOS=-1;COUNT=2", "199709 2T150000 9T150000"),
    ("the second minute of an hour's", "19970902T093000", "FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=2;COUNT=2", "199709 2T093000 2T103000"),
    ("hourly on one day of the month", "19970901T220000", "FREQ=HOURLY;BYMONTHDAY=1;COUNT=3", "199709 1T220000 1T230000 / 199710 1T000000"),
    ("secondly within one minute a day", TUESDAY, "FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0,59;COUNT=3", "199709 2T090000 2T090059 3T090000"),
];

/// The local times that a text names, and whether the rule goes on.
fn expected(text: &str, start: &str) -> (Vec<DateTime>, bool) {
    let (text, goes_on) = text.strip_suffix(" …").map_or((text, false), |text| (text, true));
    let mut times = Vec::new();
    for month in text.split(" / ") {
        let (month, days) = month.split_once(' ').unwrap();
        for day in days.split(' ') {
            let (day, time) = day.split_once('T').unwrap_or((day, &start[9..]));
            times.push(format!("{month}{day:0>2}T{time}").parse().unwrap());
        }
    }
    (times, goes_on)
}

/// Starts within `[from, to)`, as local times.
fn found(start: &str, rule: &str, from: &str, to: &str) -> Vec<DateTime> {
    let text = event(&[
        &format!("DTSTART;TZID=America/New_York:{start}"),
        &format!("RRULE:{rule}"),
    ]);
    let reading = read_in("UTC", from, to, &text);
    assert!(reading.problems.is_empty(), "{rule}: {:?}", reading.problems);
    let zone = Zone::named("America/New_York").unwrap();
    reading.instances.iter().map(|i| zone.local(i.start)).collect()
}

#[test]
fn each_example_means_what_the_rfc_says() {
    for (name, start, rule, times) in EXAMPLES {
        let (expected, goes_on) = expected(times, start);
        // No more than some thousand occurrences are listed at once.
        let pieces = [
            ("1996-01-01", "2001-01-01"),
            ("2001-01-01", "2005-01-01"),
            ("2005-01-01", "2009-01-01"),
        ];
        let pieces = pieces.iter().flat_map(|(from, to)| found(start, rule, from, to));
        let mut found: Vec<DateTime> = pieces.collect();
        if goes_on {
            assert!(found.len() > expected.len(), "{name}: {rule} ends too early");
            found.truncate(expected.len());
        }
        assert_eq!(found, expected, "{name}: {rule}");
    }
}

#[test]
fn each_example_is_the_same_when_it_is_read_month_by_month() {
    let first = |n: i64| format!("{}-{:02}-01", 1996 + n / 12, 1 + n % 12);
    for (name, start, rule, _) in EXAMPLES {
        let whole = found(start, rule, "1996-01-01", "2001-01-01");
        let months = (0..60).flat_map(|n| found(start, rule, &first(n), &first(n + 1)));
        assert_eq!(months.collect::<Vec<_>>(), whole, "{name}: {rule}");
    }
}

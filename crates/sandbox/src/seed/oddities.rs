//! Real calendars' odd data: what a client must read without losing busy time.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use zones::Zone;

/// An odd event and what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// What is odd, in a word or two; also its UID.
    pub name: &'static str,
    /// Its text.
    pub ics: String,
    /// The first time that it blocks; `None` when it blocks nothing.
    pub blocks: Option<(Timestamp, Timestamp)>,
}

/// One event of each oddity, each on a day of its own from tomorrow on, at 10:00 to 11:00 in the owner's zone
/// unless its oddity says otherwise.
pub fn oddities(now: Timestamp, owner: &Zone) -> Vec<Oddity> {
    let zone = owner.name();
    let tomorrow = owner.date(now).saturating_add(1.day());
    let mut days = (0..).map(|number: i64| tomorrow.saturating_add(number.days()));
    let mut next = || days.next().unwrap_or(tomorrow);
    let mut all = Vec::new();
    let mut add = |name: &'static str, day: Date, lines: &str, hours: Option<(i8, i8)>| {
        let at = |hour: i8| match hour {
            24 => owner.opening(day.saturating_add(1.day()).at(0, 0, 0, 0)),
            hour => owner.opening(day.at(hour, 0, 0, 0)),
        };
        all.push(Oddity {
            name,
            ics: object(name, lines),
            blocks: hours.map(|(from, to)| (at(from), at(to))),
        });
    };
    let text = |day: Date| day.strftime("%Y%m%d").to_string();
    let ten = |day: Date| {
        format!(
            "DTSTART;TZID={zone}:{0}T100000\nDTEND;TZID={zone}:{0}T110000",
            text(day)
        )
    };

    let day = next();
    let travel =
        "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT1H\nX-APPLE-TRAVEL-RETURN-DURATION;VALUE=DURATION:PT1H";
    add(
        "travel-time",
        day,
        &format!("{}\n{travel}", ten(day)),
        Some((9, 12)),
    );
    let day = next();
    let moved = format!(
        "{}\nRRULE:FREQ=YEARLY\nEND:VEVENT\nBEGIN:VEVENT\nUID:override\nDTSTAMP:20260101T000000Z\n\
         RECURRENCE-ID;TZID={zone}:{1}T100000\nDTSTART;TZID={zone}:{1}T140000\nDTEND;TZID={zone}:{1}T150000",
        ten(day),
        text(day)
    );
    add("override", day, &moved, Some((14, 15)));
    let day = next();
    let cancelled = format!(
        "{}\nRRULE:FREQ=DAILY;COUNT=1\nEND:VEVENT\nBEGIN:VEVENT\nUID:cancelled-override\nDTSTAMP:20260101T000000Z\n\
         RECURRENCE-ID;TZID={zone}:{1}T100000\n{0}\nSTATUS:CANCELLED",
        ten(day),
        text(day)
    );
    add("cancelled-override", day, &cancelled, None);
    let day = next();
    let utc = crate::ics::times::utc_text(owner.opening(day.at(10, 0, 0, 0)));
    let left_out = format!("{}\nRRULE:FREQ=DAILY;COUNT=1\nEXDATE:{utc}", ten(day));
    add("exdate-in-utc", day, &left_out, None);
    let day = next();
    let floating = format!("DTSTART:{0}T100000\nDTEND:{0}T110000", text(day));
    add("floating", day, &floating, Some((10, 11)));
    let day = next();
    let odd_zone = format!(
        "DTSTART;TZID=Customized Time Zone:{0}T100000\nDTEND;TZID=Customized Time Zone:{0}T110000",
        text(day)
    );
    add("odd-tzid", day, &odd_zone, Some((10, 11)));
    let day = next();
    add(
        "duplicate-dtstamp",
        day,
        &format!("{}\nDTSTAMP:20260202T000000Z", ten(day)),
        Some((10, 11)),
    );
    let day = next();
    add(
        "all-day-without-transp",
        day,
        &format!("DTSTART;VALUE=DATE:{}", text(day)),
        Some((0, 24)),
    );
    let day = next();
    let instant = format!("DTSTART;TZID={zone}:{0}T100000\nDURATION:PT1H", text(day));
    add("duration-instead-of-end", day, &instant, Some((10, 11)));
    let day = next();
    add(
        "no-end",
        day,
        &format!("DTSTART;TZID={zone}:{}T100000", text(day)),
        None,
    );
    let day = next();
    add(
        "control-characters",
        day,
        &format!("{}\nDESCRIPTION:bell \u{7} and escape \u{1b}", ten(day)),
        Some((10, 11)),
    );
    let day = next();
    add(
        "transparent",
        day,
        &format!("{}\nTRANSP:TRANSPARENT", ten(day)),
        None,
    );
    all
}

/// An event with an attachment of this many bytes of base64, as Apple allows up to 20 MB.
pub fn large_attachment(uid: &str, start: Timestamp, bytes: usize) -> String {
    let from = crate::ics::times::utc_text(start);
    let until = crate::ics::times::utc_text(crate::ics::times::shifted(start, 3_600));
    let mut ics = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Inc.//iOS 26.0//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:{from}\r\nDTEND:{until}\r\nSUMMARY:With an attachment\r\n\
         ATTACH;ENCODING=BASE64;VALUE=BINARY:\r\n"
    );
    let line = format!(" {}\r\n", "QUFB".repeat(18));
    ics.push_str(&line.repeat(bytes / 72));
    ics.push_str("END:VEVENT\r\nEND:VCALENDAR\r\n");
    ics
}

fn object(name: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Apple Inc.//iOS 26.0//EN\nBEGIN:VEVENT\nUID:{name}\n\
         DTSTAMP:20260101T000000Z\nSUMMARY:{name}\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    .replace('\n', "\r\n")
}

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

/// The attachment that belongs to the odd seed, in bytes of base64: as much as Apple's 20 MB an event allow.
pub(crate) const ATTACHMENT: usize = 19_000_000;

/// One event of each oddity, each on a day of its own from tomorrow on, at 10:00 to 11:00 in the owner's zone
/// unless its oddity says otherwise. `me` is the owner's address.
pub fn oddities(now: Timestamp, owner: &Zone, me: &str) -> Vec<Oddity> {
    let mut sowing = Sowing {
        owner,
        day: owner.date(now),
        all: Vec::new(),
    };
    sowing.travel_and_series();
    sowing.times();
    sowing.contents(me);
    sowing.all
}

struct Sowing<'a> {
    owner: &'a Zone,
    day: Date,
    all: Vec<Oddity>,
}

impl Sowing<'_> {
    /// Adds an event of the next day, with these hours blocked (24 is the day's end) and these lines.
    fn add(&mut self, name: &'static str, hours: Option<(i8, i8)>, lines: impl FnOnce(&Self) -> String) {
        self.day = self.day.saturating_add(1.day());
        let at = |hour: i8| match hour {
            24 => self
                .owner
                .opening(self.day.saturating_add(1.day()).at(0, 0, 0, 0)),
            hour => self.owner.opening(self.day.at(hour, 0, 0, 0)),
        };
        let blocks = hours.map(|(from, to)| (at(from), at(to)));
        let ics = object(name, &lines(self));
        self.all.push(Oddity { name, ics, blocks });
    }

    /// The day's date, a `T` and an hour.
    fn at(&self, hour: u8) -> String {
        format!("{}T{hour:02}0000", self.day.strftime("%Y%m%d"))
    }

    /// A start and an end at these hours of the owner's zone.
    fn span(&self, from: u8, to: u8) -> String {
        let zone = self.owner.name();
        format!(
            "DTSTART;TZID={zone}:{}\nDTEND;TZID={zone}:{}",
            self.at(from),
            self.at(to)
        )
    }

    /// The start of the override of the turn at ten.
    fn overriding(&self, uid: &str) -> String {
        format!(
            "END:VEVENT\nBEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;TZID={}:{}",
            self.owner.name(),
            self.at(10)
        )
    }

    fn travel_and_series(&mut self) {
        self.add("travel-time", Some((9, 12)), |day| {
            format!(
                "{}\nX-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT1H\nX-APPLE-TRAVEL-RETURN-DURATION;VALUE=DURATION:PT1H",
                day.span(10, 11)
            )
        });
        self.add("override", Some((14, 15)), |day| {
            let moved = day.overriding("override");
            format!(
                "{}\nRRULE:FREQ=YEARLY\n{moved}\n{}",
                day.span(10, 11),
                day.span(14, 15)
            )
        });
        self.add("cancelled-override", None, |day| {
            let (ten, cancelled) = (day.span(10, 11), day.overriding("cancelled-override"));
            format!("{ten}\nRRULE:FREQ=DAILY;COUNT=1\n{cancelled}\n{ten}\nSTATUS:CANCELLED")
        });
        self.add("exdate-in-utc", None, |day| {
            let utc = crate::ics::times::utc_text(day.owner.opening(day.day.at(10, 0, 0, 0)));
            format!("{}\nRRULE:FREQ=DAILY;COUNT=1\nEXDATE:{utc}", day.span(10, 11))
        });
    }

    fn times(&mut self) {
        self.add("floating", Some((10, 11)), |day| {
            format!("DTSTART:{}\nDTEND:{}", day.at(10), day.at(11))
        });
        self.add("odd-tzid", Some((10, 11)), |day| {
            let zone = "Customized Time Zone";
            format!(
                "DTSTART;TZID={zone}:{}\nDTEND;TZID={zone}:{}",
                day.at(10),
                day.at(11)
            )
        });
        self.add("all-day-without-transp", Some((0, 24)), |day| {
            format!("DTSTART;VALUE=DATE:{}", day.day.strftime("%Y%m%d"))
        });
        self.add("duration-instead-of-end", Some((10, 11)), |day| {
            format!("DTSTART;TZID={}:{}\nDURATION:PT1H", day.owner.name(), day.at(10))
        });
        self.add("no-end", None, |day| {
            format!("DTSTART;TZID={}:{}", day.owner.name(), day.at(10))
        });
    }

    fn contents(&mut self, me: &str) {
        self.add("duplicate-dtstamp", Some((10, 11)), |day| {
            format!("{}\nDTSTAMP:20260202T000000Z", day.span(10, 11))
        });
        self.add("control-characters", Some((10, 11)), |day| {
            format!("{}\nDESCRIPTION:bell \u{7} and escape \u{1b}", day.span(10, 11))
        });
        self.add("transparent", None, |day| {
            format!("{}\nTRANSP:TRANSPARENT", day.span(10, 11))
        });
        self.add("declined", None, |day| {
            format!(
                "{}\nORGANIZER:mailto:jo@example.com\nATTENDEE;PARTSTAT=ACCEPTED:mailto:jo@example.com\n\
                 ATTENDEE;PARTSTAT=DECLINED:mailto:{me}",
                day.span(10, 11)
            )
        });
    }
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

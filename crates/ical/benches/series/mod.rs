//! A thousand series that began three years ago in a zone with summer time: a quarter each daily, weekly on two days,
//! fortnightly, and monthly by weekday. The benchmark expands them; a test compares what they mean with an oracle.

/// How many there are.
pub const EVENTS: usize = 1_000;
/// Their zone, and that of their owner.
pub const ZONE: &str = "America/New_York";
/// The sixty days that are asked about, from 2026-11-01, in seconds since the epoch.
pub const FROM: i64 = 1_793_491_200;
/// Their end.
pub const TO: i64 = FROM + 60 * 86_400;
/// How they repeat, in turn.
pub const RULES: [&str; 4] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=TU,TH",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=MONTHLY;BYDAY=2WE",
];

/// One of them.
pub fn event(n: usize) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{n}@bench\r\nDTSTAMP:20231101T000000Z\r\nSUMMARY:Event number {n}\r\n\
         DTSTART;TZID={ZONE}:202311{:02}T{:02}{:02}00\r\nDTEND;TZID={ZONE}:202311{:02}T{:02}{:02}00\r\n\
         RRULE:{}\r\nSEQUENCE:1\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\n",
        1 + n % 28,
        n % 22,
        n % 60,
        1 + n % 28,
        n % 22 + 1,
        n % 60,
        RULES[n % 4]
    )
}

/// A calendar with some of them.
pub fn wrapped(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

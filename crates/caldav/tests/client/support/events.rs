//! iCalendar texts to write.

use jiff::Timestamp;
use uuid::Uuid;

/// An instant from its RFC 3339 text.
pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A one-hour event at `start` (`20261124T100000Z`).
pub struct Event {
    pub uid: String,
    summary: String,
    start: String,
    rule: Option<String>,
}

impl Event {
    pub fn at(start: &str) -> Self {
        Self {
            uid: Uuid::new_v4().to_string(),
            summary: "Practice".to_owned(),
            start: start.to_owned(),
            rule: None,
        }
    }

    pub fn called(mut self, summary: &str) -> Self {
        summary.clone_into(&mut self.summary);
        self
    }

    pub fn with_uid(mut self, uid: &str) -> Self {
        uid.clone_into(&mut self.uid);
        self
    }

    pub fn repeating(mut self, rule: &str) -> Self {
        self.rule = Some(rule.to_owned());
        self
    }

    pub fn file_name(&self) -> String {
        format!("{}.ics", self.uid)
    }

    pub fn ics(&self) -> String {
        let rule = self
            .rule
            .as_ref()
            .map(|rule| format!("RRULE:{rule}\r\n"))
            .unwrap_or_default();
        let (day, hour) = self.start.split_once('T').unwrap();
        let end = format!("{day}T{:02}{}", hour[..2].parse::<u32>().unwrap() + 1, &hour[2..]);
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Quince//Test//EN\r\nBEGIN:VEVENT\r\nUID:{}\r\n\
             DTSTAMP:20261101T000000Z\r\nDTSTART:{}\r\nDTEND:{end}\r\nSUMMARY:{}\r\n{rule}SEQUENCE:0\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n",
            self.uid, self.start, self.summary,
        )
    }
}

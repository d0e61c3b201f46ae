//! Content lines: unfolding, parameters, components, and writing them again.

use std::fmt::Write as _;
use std::ops::Range;

/// A content line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its name, in capitals.
    pub(crate) name: String,
    /// Its parameters: names in capitals, values without quotes.
    pub(crate) params: Vec<(String, String)>,
    /// Its value as written, still escaped.
    pub(crate) value: String,
}

impl Line {
    pub(crate) fn new(name: &str, value: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            params: Vec::new(),
            value: value.into(),
        }
    }

    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut quoted = false;
        let mut cuts = Vec::new();
        let mut colon = None;
        for (place, character) in text.char_indices() {
            match character {
                '"' => quoted = !quoted,
                ';' if !quoted => cuts.push(place),
                ':' if !quoted => {
                    colon = Some(place);
                    break;
                }
                _ => {}
            }
        }
        let colon = colon?;
        let name_end = cuts.first().copied().unwrap_or(colon);
        let mut params = Vec::new();
        for (nth, cut) in cuts.iter().enumerate() {
            let end = cuts.get(nth + 1).copied().unwrap_or(colon);
            let (key, value) = text.get(cut + 1..end)?.split_once('=')?;
            params.push((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()));
        }
        let name = text.get(..name_end)?.to_ascii_uppercase();
        let value = text.get(colon + 1..)?.to_owned();
        (!name.is_empty()).then_some(Self { name, params, value })
    }

    fn write(&self) -> String {
        let mut text = self.name.clone();
        for (key, value) in &self.params {
            let quote = if value.contains([':', ';', ',']) { "\"" } else { "" };
            let _ = write!(text, ";{key}={quote}{value}{quote}");
        }
        text.push(':');
        text.push_str(&self.value);
        text
    }
}

/// A line without a colon, or with a broken parameter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BrokenLine;

/// All lines, unfolded. Blank lines are left out.
pub(crate) fn read(text: &str) -> Result<Vec<Line>, BrokenLine> {
    let mut logical: Vec<String> = Vec::new();
    for physical in text.split('\n') {
        let physical = physical.strip_suffix('\r').unwrap_or(physical);
        match (physical.strip_prefix([' ', '\t']), logical.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            (Some(_), None) => return Err(BrokenLine),
            (None, _) if physical.is_empty() => {}
            (None, _) => logical.push(physical.to_owned()),
        }
    }
    logical
        .iter()
        .map(|line| Line::parse(line).ok_or(BrokenLine))
        .collect()
}

/// The text of these lines: CRLF, folded at 75 octets.
pub(crate) fn write(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        fold(&line.write(), &mut out);
    }
    out
}

fn fold(line: &str, out: &mut String) {
    let mut room = 75;
    for character in line.chars() {
        if character.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        room -= character.len_utf8();
        out.push(character);
    }
    out.push_str("\r\n");
}

/// The inner lines of each component of this kind that stands directly in the VCALENDAR.
pub(crate) fn components(lines: &[Line], kind: &str) -> Vec<Range<usize>> {
    let mut depth = 0_usize;
    let mut begun = None;
    let mut found = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        match line.name.as_str() {
            "BEGIN" => {
                depth += 1;
                if depth == 2 && line.value.trim().eq_ignore_ascii_case(kind) {
                    begun = Some(place + 1);
                }
            }
            "END" => {
                if depth == 2
                    && let Some(start) = begun.take()
                {
                    found.push(start..place);
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    found
}

/// The first line of this name in a component, alarms inside it left aside.
pub(crate) fn property<'a>(component: &'a [Line], name: &str) -> Option<&'a Line> {
    own(component).find(|line| line.name == name)
}

/// The lines of a component without those of components inside it.
pub(crate) fn own(component: &[Line]) -> impl Iterator<Item = &Line> {
    let mut depth = 0_usize;
    component.iter().filter(move |line| match line.name.as_str() {
        "BEGIN" => {
            depth += 1;
            false
        }
        "END" => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    })
}

/// Plain text as a TEXT value (RFC 5545, section 3.3.11).
pub(crate) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace("\r\n", "\\n")
        .replace('\n', "\\n")
}

/// The plain text of a TEXT value.
pub(crate) fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_with_quoted_parameters_read_and_write_again() {
        let text = "BEGIN:VCALENDAR\r\nATTENDEE;CN=\"Doe: J;r\";PARTSTAT=DECLINED:mailto:\r\n a@example.org\r\n\
                    END:VCALENDAR\r\n";
        let lines = read(text).unwrap();
        assert_eq!(lines[1].param("CN"), Some("Doe: J;r"));
        assert_eq!(lines[1].value, "mailto:a@example.org");
        assert_eq!(read(&write(&lines)).unwrap(), lines);
    }

    #[test]
    fn no_written_line_is_longer_than_75_octets() {
        let long = Line::new("SUMMARY", "ö".repeat(200));
        let text = write(std::slice::from_ref(&long));
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(read(&text).unwrap(), [long]);
    }

    #[test]
    fn properties_of_an_alarm_are_not_those_of_its_event() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM\nSUMMARY:alarm\nEND:VALARM\nSUMMARY:event\n\
                    END:VEVENT\nEND:VCALENDAR\n";
        let lines = read(text).unwrap();
        let events = components(&lines, "VEVENT");
        assert_eq!(events.len(), 1);
        assert_eq!(
            property(&lines[events[0].clone()], "SUMMARY").unwrap().value,
            "event"
        );
    }

    #[test]
    fn text_survives_escaping() {
        let text = "a, b; c\\d\ne";
        assert_eq!(unescape(&escape(text)), text);
    }

    #[test]
    fn a_line_without_a_colon_is_broken() {
        assert_eq!(read("BEGIN:VCALENDAR\nnonsense\n"), Err(BrokenLine));
    }
}

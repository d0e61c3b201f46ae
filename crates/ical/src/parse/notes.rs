//! Recognises lines of notes that look like properties where a text lost the mark of folding, such as `Status: cancelled` after
//! the first line of a description.

use crate::parse::names::{Name, is_made_up, is_of_name};

/// Distinguishes notes from properties, line by line.
#[derive(Default)]
pub(crate) struct Notes {
    /// Nothing before the first component begins.
    style: Option<Style>,
    is_behind_text: bool,
}

/// The style in which a text writes its properties.
struct Style {
    is_upper: bool,
    is_lower: bool,
    /// There is a blank after the colon.
    has_blank: bool,
}

impl Style {
    fn of(name: &[u8], value: &[u8]) -> Self {
        Self {
            is_upper: !name.iter().any(u8::is_ascii_lowercase),
            is_lower: !name.iter().any(u8::is_ascii_uppercase),
            has_blank: matches!(value.first(), Some(b' ' | b'\t')),
        }
    }

    fn allows(&self, other: &Self) -> bool {
        (other.is_upper || !self.is_upper)
            && (other.is_lower || !self.is_lower)
            && (self.has_blank || !other.has_blank)
    }
}

impl Notes {
    /// Returns whether the next line is probably one of notes: it follows a text, and is written in another style than the
    /// properties.
    pub(crate) fn is_one(&mut self, line: &[u8]) -> bool {
        let line = line.trim_ascii_start();
        let length = line.iter().take_while(|b| is_of_name(**b)).count();
        let (name, rest) = line.split_at(length);
        let Some((b':' | b';', value)) = rest.split_first().filter(|_| length > 0) else {
            // A text whose next line lost the mark of folding.
            self.is_behind_text |= !line.is_empty();
            return false;
        };
        let own = Style::of(name, value);
        let Some(style) = &self.style else {
            if name.eq_ignore_ascii_case(b"BEGIN") {
                self.style = Some(own);
            }
            return false;
        };
        let is_note = self.is_behind_text && !style.allows(&own);
        self.is_behind_text = is_note || is_text(name);
        is_note
    }
}

/// Returns whether a property of this name can have a value of several lines.
fn is_text(name: &[u8]) -> bool {
    const OTHERS: [&[u8]; 3] = [b"COMMENT", b"CONTACT", b"CATEGORIES"];
    let known = Name::of(name);
    is_made_up(name)
        || matches!(known, Some(Name::Summary | Name::Description | Name::Location))
        || OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name))
}

//! Writes content lines: escaping, cleaning and folding (RFC 5545, sections 3.1 and 3.3.11).

/// Longest line in octets, its line break not counted.
const LINE_OCTETS: usize = 75;

/// Text that is built line by line.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds `NAME:value` where the value is already in its final form, and folds it.
    pub(crate) fn raw(&mut self, name: &str, value: &str) {
        let mut room = LINE_OCTETS;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                // The space that marks the continuation is part of the line.
                room = LINE_OCTETS - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds a property of type TEXT.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &escaped(value));
    }

    /// Adds a TEXT property unless it would be empty.
    pub(crate) fn text_unless_empty(&mut self, name: &str, value: &str) {
        if !value.trim().is_empty() {
            self.text(name, value);
        }
    }

    /// Returns the finished text.
    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// Returns TEXT with the four escapes; line breaks of any kind become `\n`, other control characters are dropped.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    let mut after_return = false;
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' if after_return => {}
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            _ if c.is_control() => {}
            _ => out.push(c),
        }
        after_return = c == '\r';
    }
    out
}

/// Returns a value that is no TEXT (an address, an identifier) without white space and control characters.
pub(crate) fn compact(value: &str) -> String {
    value
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect()
}

/// Returns a quoted parameter value; quotes, carets and line breaks are encoded as RFC 6868 says.
pub(crate) fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.trim().chars() {
        match c {
            '"' => out.push_str("^'"),
            '^' => out.push_str("^^"),
            '\n' => out.push_str("^n"),
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

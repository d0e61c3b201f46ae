//! Lists of dates (RFC 5545, section 3.8.5), whatever separates them.

/// The items of a list of dates, which other marks than commas separate by mistake.
pub(crate) fn items(value: &str) -> impl Iterator<Item = &str> {
    value
        .split([',', ';'])
        .flat_map(apart)
        .map(|item| item.trim().trim_end_matches('\\').trim_end())
        .filter(|item| !item.is_empty())
}

/// Dates with nothing but white space between them. Some have such space before their time or around the slash of a period.
fn apart(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_break = |at: &usize| {
            let begins =
                rest.as_bytes()[*at].is_ascii_whitespace() && rest.as_bytes()[at + 1].is_ascii_digit();
            begins && is_date(&rest[at + 1..]) && !rest[..*at].trim_end().ends_with('/')
        };
        let next = (1..rest.len().saturating_sub(1)).find(is_break);
        let (item, after) = rest.split_at(next.unwrap_or(rest.len()));
        rest = after.trim_start();
        Some(item)
    })
}

/// Does it begin with a date, not with a time of day?
fn is_date(text: &str) -> bool {
    let digits = text.bytes().take(9).take_while(u8::is_ascii_digit).count();
    digits == 8 || (digits == 4 && text[4..].starts_with('-'))
}

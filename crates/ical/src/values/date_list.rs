//! Splits lists of dates (RFC 5545, section 3.8.5), whatever separates them.

/// Returns the items of a list of dates, which other characters than commas separate by mistake.
pub(crate) fn items(value: &str) -> impl Iterator<Item = &str> {
    value
        .split([',', ';'])
        .flat_map(apart)
        .map(|item| item.trim().trim_end_matches('\\').trim_end())
        .filter(|item| !item.is_empty())
}

/// Splits dates with only white space between them. Some have such space before their time or around the slash of a period.
fn apart(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_break = |at: &usize| {
            let begins =
                rest.as_bytes()[*at].is_ascii_whitespace() && rest.as_bytes()[at + 1].is_ascii_digit();
            begins && is_date(&rest.as_bytes()[at + 1..]) && !rest[..*at].trim_end().ends_with('/')
        };
        let next = (1..rest.len().saturating_sub(1)).find(is_break);
        let (item, after) = rest.split_at(next.unwrap_or(rest.len()));
        rest = after.trim_start();
        Some(item)
    })
}

/// Splits a period into its start and its end or duration; a date alone has no second part. The dates may contain slashes, too.
pub(crate) fn period(item: &str) -> (&str, Option<&str>) {
    let numbers: Vec<&str> = item.splitn(3, '/').collect();
    let is_small = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let is_of_slashes = matches!(numbers[..], [a, b, _] if is_small(a) && is_small(b));
    let slash = item.match_indices('/').nth(if is_of_slashes { 2 } else { 0 });
    match slash {
        Some((at, _)) => (&item[..at], Some(&item[at + 1..])),
        None => (item, None),
    }
}

/// Returns whether the text begins with a date and not with a time of day.
pub(crate) fn is_date(text: &[u8]) -> bool {
    let digits = text.iter().take(9).take_while(|b| b.is_ascii_digit()).count();
    digits == 8 || (digits == 4 && matches!(text.get(4), Some(b'-' | b'/' | b'.')))
}

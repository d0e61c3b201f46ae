//! Names of time zones in calendars (RFC 5545, sections 3.2.19 and 3.8.3.1): how they are compared, and which IANA zones they
//! mean.

use unicode_normalization::UnicodeNormalization;
use zones::{Label, Zone};

/// Returns the zone of a name that means exactly one.
pub(crate) fn named(id: &str) -> Option<Zone> {
    let name = bare(id);
    place(&name)
        .or_else(|| zones::from_windows(&name))
        .or_else(|| zones::spelt(&name))
        .or_else(|| last_part(&name))
        .or_else(|| match zones::labelled(&name)? {
            Label::Zones(zones) => <[Zone; 1]>::try_from(zones).ok().map(|[zone]| zone),
            Label::Offset(_) | Label::Unsure { .. } => None,
        })
}

/// Returns the name without escapes (of TEXT, although parameters must have none), quotes, surrounding space and characters
/// without width, in Unicode's form KC.
pub(crate) fn bare(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    let mut chars = id.nfkc();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.extend(chars.next()),
            '"' => {}
            c if c.is_control() || is_without_width(c) => {}
            c => name.push(c),
        }
    }
    name.trim().to_owned()
}

/// Returns whether a character has no width: marks of direction, joiners, soft hyphens and byte order marks.
fn is_without_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Returns the form in which names are compared: lower case, single spaces, without the solidus of a global name (section
/// 3.2.19).
pub(crate) fn comparable(name: &str) -> String {
    let words = name.trim_start_matches('/').split_whitespace();
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Returns the zone of an IANA name in `Area/Place` form, alone or at the end of a path such as
/// `/freeassociation.sourceforge.net/Tzfile/Europe/Berlin`.
pub(crate) fn place(name: &str) -> Option<Zone> {
    let name = name.replace(' ', "_");
    // Zone names have at most three parts, and the prefixes of collections as many.
    name.match_indices('/').take(8).find_map(|(slash, _)| {
        let area = name[..slash].rsplit(|c: char| !c.is_ascii_alphabetic()).next()?;
        let begins = slash - area.len();
        (begins < slash).then(|| Zone::named(&name[begins..]).ok())?
    })
}

/// Returns the zone of an IANA name with text after it: `Europe/Berlin (CET)`, `US/Pacific-New`, `Europe/Berlin/Office`.
pub(crate) fn place_at_start(name: &str) -> Option<Zone> {
    // Text after `Etc/GMT` may belong to its number.
    let is_number = name.to_ascii_lowercase().contains("etc/");
    let ends = |is_end: fn(char) -> bool| -> Option<Zone> {
        let ends = name.char_indices().filter(|(_, c)| is_end(*c)).take(8);
        let ends: Vec<usize> = ends.map(|(at, _)| at).collect();
        ends.into_iter().rev().find_map(|end| place(name[..end].trim()))
    };
    if is_number {
        return ends(|c| c == '(');
    }
    ends(|c| !(c.is_ascii_alphanumeric() || "_+-/".contains(c))).or_else(|| ends(|c| "_-/".contains(c)))
}

/// Returns the zone of a name without an area, such as `EST` or `Japan`, alone or at the end of a path such as
/// `tzone://Microsoft/Utc`.
pub(crate) fn last_part(name: &str) -> Option<Zone> {
    let last = name.rsplit('/').next().unwrap_or(name);
    Zone::named(last).ok()
}

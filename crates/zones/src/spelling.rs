//! IANA names whose separators are written in another way: `Europe-Berlin`, `America/NewYork`, `Europe%2FBerlin`.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::data::names;
use crate::zone::Zone;

/// Longest name that is looked at, in bytes.
const LONGEST: usize = 300;

/// The areas of IANA's names, without those that are contained in other words.
const AREAS: [&str; 10] = [
    "africa",
    "america",
    "antarctica",
    "arctic",
    "asia",
    "atlantic",
    "australia",
    "europe",
    "indian",
    "pacific",
];

/// Old names in another form than `Area/Place` that people still see.
const OLD: [&str; 21] = [
    "US/Alaska",
    "US/Aleutian",
    "US/Arizona",
    "US/Central",
    "US/East-Indiana",
    "US/Eastern",
    "US/Hawaii",
    "US/Michigan",
    "US/Mountain",
    "US/Pacific",
    "Canada/Atlantic",
    "Canada/Central",
    "Canada/Eastern",
    "Canada/Mountain",
    "Canada/Newfoundland",
    "Canada/Pacific",
    "Brazil/East",
    "Brazil/West",
    "Mexico/General",
    "Chile/Continental",
    "Etc/UTC",
];

/// The zone of a name that has the letters of an IANA name, alone or at the end, whatever lies between them.
pub fn spelt(name: &str) -> Option<Zone> {
    static KNOWN: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    if name.len() > LONGEST {
        return None;
    }
    let known = KNOWN.get_or_init(|| {
        let places = names()
            .iter()
            .map(String::as_str)
            .filter(|name| name.contains('/'));
        places.chain(OLD).map(|name| (letters(name), name)).collect()
    });
    let letters = letters(&decoded(name));
    let begins = AREAS.iter().filter_map(|area| letters.rfind(area));
    std::iter::once(0)
        .chain(begins)
        .find_map(|at| Zone::named(known.get(&letters[at..])?).ok())
}

/// Letters and digits in lower case.
pub(crate) fn letters(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// A name that went through a web address or page.
fn decoded(name: &str) -> String {
    let mut name = name.to_owned();
    for code in [
        "%2F", "%2f", "%20", "%5F", "%5f", "%25", "&#47;", "&#x2F;", "&#x2f;",
    ] {
        name = name.replace(code, "/");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_by_its_letters() {
        for (text, zone) in [
            ("Europe-Berlin", "Europe/Berlin"),
            ("Europe_Berlin", "Europe/Berlin"),
            ("europe.berlin", "Europe/Berlin"),
            ("Europe:Berlin", "Europe/Berlin"),
            ("EuropeBerlin", "Europe/Berlin"),
            ("Europe / Berlin", "Europe/Berlin"),
            ("Europe%2FBerlin", "Europe/Berlin"),
            ("Europe\u{ff0f}Berlin", "Europe/Berlin"),
            ("/freeassociation.sourceforge.net/Europe_Berlin", "Europe/Berlin"),
            ("mozilla.org-20050126_1-Europe-Berlin", "Europe/Berlin"),
            ("America/NewYork", "America/New_York"),
            ("America-New-York", "America/New_York"),
            ("America/Argentina/BuenosAires", "America/Argentina/Buenos_Aires"),
            ("America/Port_au_Prince", "America/Port-au-Prince"),
            ("US-Pacific", "US/Pacific"),
            ("Canada Eastern", "Canada/Eastern"),
        ] {
            assert_eq!(spelt(text), Zone::named(zone).ok(), "{text}");
        }
        for text in [
            "",
            "Europe",
            "Europe-Nowhere",
            "Berlin-Europe",
            "Pacific Standard Time",
            "UTC",
            "Etc/GMT+5",
        ] {
            assert_eq!(spelt(text), None, "{text}");
        }
    }
}

//! What programs show people as the name of a zone, and some write into calendars: `(UTC-05:00) Eastern Time (US & Canada)`,
//! `Amsterdam, Berlin, Bern, Rome`, `Romance (heure d'été)`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use jiff::Timestamp;

use crate::data::names;
use crate::offset::{leading, offset, zero};
use crate::spelling::letters;
use crate::zone::Zone;
use crate::{described, windows};

/// What the name that a program shows for a zone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// An offset in seconds east of UTC, and nothing else.
    Offset(i32),
    /// A place. Several zones where different programs mean different places by the same words.
    Zones(Vec<Zone>),
    /// An offset in seconds east of UTC, which is that outside summer time, of a place that is not known or that has another
    /// offset today.
    Unsure {
        /// The offset as written.
        offset: i32,
        /// What the place alone would mean.
        zones: Vec<Zone>,
    },
}

/// Longest name that is looked at, in bytes.
const LONGEST: usize = 300;

/// Reads a name that programs show for a zone; nothing when no part of it is known.
pub fn labelled(text: &str) -> Option<Label> {
    if text.len() > LONGEST {
        return None;
    }
    // Some texts went through a web page.
    let text = text.replace("&amp;", "&");
    let text = text.trim();
    let (offset, place) = match leading(text, false).or_else(|| trailing(text)) {
        Some((offset, place)) => (Some(offset), place),
        None => (zero(text), without_abbreviation(text)),
    };
    if let Some(offset) = offset.filter(|offset| place.is_empty() || zero(place) == Some(*offset)) {
        return Some(Label::Offset(offset));
    }
    let zones = zones_of(place, offset);
    let Some(offset) = offset else {
        return (!zones.is_empty()).then_some(Label::Zones(zones));
    };
    if zones == [Zone::utc()] {
        // The coordinated time with an offset is a time that is always so far from it.
        return Some(Label::Offset(offset));
    }
    let fitting: Vec<Zone> = zones
        .iter()
        .filter(|zone| outside_summer(zone) == offset)
        .cloned()
        .collect();
    Some(if fitting.is_empty() {
        Label::Unsure { offset, zones }
    } else {
        Label::Zones(fitting)
    })
}

/// `Eastern Time (GMT-05:00)`, `Berlin UTC+1`.
fn trailing(text: &str) -> Option<(i32, &str)> {
    let in_brackets = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let apart = || {
        [" UTC", " GMT"]
            .into_iter()
            .find_map(|zero| Some(text.split_at(text.rfind(zero)?)))
    };
    let (place, last) = in_brackets.or_else(apart)?;
    let has_number = last.contains(|c: char| c.is_ascii_digit());
    Some((
        offset(last).filter(|_| in_brackets.is_some() || has_number)?,
        place.trim(),
    ))
}

/// `(CET) Berlin`.
fn without_abbreviation(text: &str) -> &str {
    let parts = text.strip_prefix('(').and_then(|text| text.split_once(')'));
    match parts {
        Some((short, place)) if !place.trim().is_empty() && !abbreviated(short).is_empty() => place.trim(),
        _ => text,
    }
}

/// The zones that a name without its offset means. The offset decides which of several places counts.
fn zones_of(name: &str, offset: Option<i32>) -> Vec<Zone> {
    if let Some(zone) = windows::from_windows(name) {
        return vec![zone];
    }
    let whole = by_description(&core(name));
    if !whole.is_empty() {
        return whole;
    }
    let parts: Vec<String> = name
        .split([',', '/', ';', ':'])
        .map(core)
        .filter(|part| !part.is_empty())
        .collect();
    let mut cities: Vec<Zone> = parts.iter().filter_map(|part| city(part)).collect();
    if let Some(fitting) = cities
        .iter()
        .position(|zone| offset.is_some_and(|offset| outside_summer(zone) == offset))
    {
        cities.swap(0, fitting);
    }
    cities.truncate(1);
    if !cities.is_empty() {
        return cities;
    }
    parts
        .iter()
        .map(|part| by_description(part))
        .find(|zones| !zones.is_empty())
        .unwrap_or_default()
}

/// The zones of an abbreviation such as `PST`, each with the offset that it names, in seconds east of UTC. `CST` stands for
/// several.
pub fn abbreviated(name: &str) -> Vec<(i32, Zone)> {
    let name = name.trim();
    described::ABBREVIATIONS
        .iter()
        .filter(|(known, ..)| known.eq_ignore_ascii_case(name))
        .filter_map(|(_, minutes, zone)| Some((minutes * 60, Zone::named(zone).ok()?)))
        .collect()
}

/// The smaller offset of a year: labels leave summer time out. Which year hardly matters, since labels are not kept up to
/// date either.
fn outside_summer(zone: &Zone) -> i32 {
    // 15 January and 15 July 2026.
    [1_768_435_200, 1_784_073_600]
        .into_iter()
        .filter_map(|second| Timestamp::from_second(second).ok())
        .map(|at| zone.offset_seconds(at))
        .min()
        .unwrap_or_default()
}

/// By what is left of a description without the words that all have, and of Windows' own names likewise.
fn by_description(core: &str) -> Vec<Zone> {
    static KNOWN: OnceLock<HashMap<String, Vec<&'static str>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut known: HashMap<String, Vec<&'static str>> = HashMap::new();
        let mut unclear = Vec::new();
        for (name, zone) in windows::TABLE {
            match known.entry(self::core(name)) {
                Entry::Occupied(same) if same.get() != &[*zone] => unclear.push(same.key().clone()),
                Entry::Occupied(_) => {}
                Entry::Vacant(free) => {
                    free.insert(vec![zone]);
                }
            }
        }
        for core in unclear {
            known.remove(&core);
        }
        for (zones, descriptions) in described::DESCRIPTIONS {
            for description in *descriptions {
                known.insert(self::core(description), zones.to_vec());
            }
        }
        known.remove("");
        known
    });
    let zones = known.get(core).map(Vec::as_slice).unwrap_or_default();
    zones.iter().filter_map(|name| Zone::named(name).ok()).collect()
}

/// The zone whose IANA name ends in this place.
fn city(core: &str) -> Option<Zone> {
    static CITIES: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    let cities = CITIES.get_or_init(|| {
        let mut cities = HashMap::new();
        for name in names() {
            let Some((area, place)) = name.rsplit_once('/') else {
                continue;
            };
            // Old names such as Australia/North are no places.
            let is_direction = ["North", "South", "West"].contains(&place);
            if !is_direction && area != "Antarctica" {
                cities
                    .entry(letters(&self::core(&place.replace('_', " "))))
                    .or_insert(name.as_str());
            }
        }
        cities
    });
    cities.get(&letters(core)).and_then(|name| Zone::named(name).ok())
}

/// A name without case, accents and punctuation, and without the words for time and summer that stand in all of them.
fn core(name: &str) -> String {
    let folded: String = name
        .chars()
        .flat_map(char::to_lowercase)
        .flat_map(|c| plain(c).chars().chain(plain(c).is_empty().then_some(c)))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = folded
        .split_whitespace()
        .filter(|word| !described::COMMON_WORDS.contains(word) && !word.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    let core = words.join(" ");
    let bare = described::COMMON_ENDINGS
        .iter()
        .find_map(|ending| core.strip_suffix(ending))
        .map(str::trim)
        .filter(|bare| !bare.is_empty());
    bare.map_or_else(|| core.clone(), str::to_owned)
}

/// A letter without its accent; nothing for one that has none.
fn plain(c: char) -> &'static str {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'æ' => "ae",
        'ç' | 'č' | 'ć' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ß' => "ss",
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => "u",
        'ý' => "y",
        'ź' | 'ż' | 'ž' => "z",
        // What is left of a lower-cased İ.
        '\u{307}' => " ",
        _ => "",
    }
}

//! Recognises texts in rules that may mean hours or less, or several times a day, and texts that mean "once".

use crate::rrule::frequency::{Freq, frequency, worded};
use crate::rrule::part_values::weekday;

/// Returns whether a text that is no frequency may mean one of hours or less, or more than one time a day. Misspelt words do if
/// they are as near to a word for these. Where the text names a frequency of days or longer, its numbers refer to that.
pub(crate) fn may_be_within_a_day(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = words(&lower);
    if words.len() <= MOST_WORDS && words.iter().any(|word| word.len() > 2 && is_of_days(word)) {
        may_be(&without_amounts(&words))
    } else {
        may_be(&lower)
    }
}

/// Returns whether a text beside a frequency of days or longer may mean hours or less, or more than one time a day.
pub(crate) fn may_add_times(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = words(&lower);
    if words.len() <= MOST_WORDS {
        may_be(&without_amounts(&words))
    } else {
        may_be(&lower)
    }
}

/// Returns whether a text says that something happens once.
pub(crate) fn is_once(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = words(&lower);
    words.len() <= 3 && ONCE.contains(&words.join(" ").as_str())
}

/// What programs and people write for "once".
const ONCE: &[&str] = &[
    "once",
    "only once",
    "just once",
    "one time",
    "one times",
    "one time only",
    "onetime",
    "1 time",
    "1 times",
    "1time",
    "1times",
    "1x",
    "1 x",
    "one off",
    "oneoff",
    "einmal",
    "nur einmal",
    "einmalig",
    "ein mal",
    "1 mal",
    "1mal",
    "une fois",
    "1 fois",
    "una vez",
    "uma vez",
    "1 vez",
    "una volta",
    "1 volta",
];

fn words(lower: &str) -> Vec<&str> {
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS + 1)
        .collect()
}

fn is_of_days(word: &str) -> bool {
    frequency(word)
        .or_else(|| worded(word))
        .is_some_and(|freq| freq >= Freq::Daily)
}

/// The words without those that say how often something happens altogether or within a week and longer (`10 times`), and those
/// that say how long it takes (`1 hour`).
fn without_amounts(words: &[&str]) -> String {
    let mut kept: Vec<&str> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let length = amount(words, at);
        if length == 0 {
            kept.push(words[at]);
        }
        at += length.max(1);
    }
    kept.join(" ")
}

/// Returns how many words from here on are an amount; zero where it is one of each day or hour.
fn amount(words: &[&str], at: usize) -> usize {
    let word = words[at];
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, glued) = word.split_at(digits);
    let is_number = !number.is_empty() || NUMBERS.contains(&word);
    let (unit, length) = match words.get(at + 1) {
        _ if word == "twice" || word == "thrice" => ("times", 1),
        _ if !number.is_empty() && !glued.is_empty() => (glued, 1),
        Some(next) if is_number => (*next, 2),
        _ => return 0,
    };
    if TIMES.contains(&unit) {
        let mut rest = words[at + length..].iter().skip_while(|word| PER.contains(word));
        let is_each_day = rest
            .next()
            .is_some_and(|word| frequency(word).or_else(|| worded(word)) == Some(Freq::Daily));
        return if is_each_day { 0 } else { length };
    }
    let is_of_each = at
        .checked_sub(1)
        .is_some_and(|before| EACH.contains(&words[before]) || TIMES.contains(&words[before]));
    if UNITS.contains(&unit) && !is_of_each {
        length
    } else {
        0
    }
}

/// Numbers in words, and articles.
const NUMBERS: &[&str] = &[
    "a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "ein", "eine", "einer", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun",
    "zehn", "un", "une", "una", "um", "uma", "deux", "trois", "dos", "tres", "due", "tre",
];

/// Words for how often.
const TIMES: &[&str] = &[
    "time", "times", "mal", "x", "fois", "vez", "veces", "vezes", "volta", "volte", "once", "twice",
    "thrice", "einmal", "zweimal", "dreimal",
];

/// Words that stand between how often and within what.
const PER: &[&str] = &[
    "a", "an", "per", "each", "every", "the", "in", "pro", "am", "an", "jeden", "jede", "jedes", "par",
    "chaque", "al", "por", "cada", "ao", "il", "ogni", "of",
];

/// Words after which an amount of time is the distance of one occurrence from the next.
const EACH: &[&str] = &[
    "every",
    "each",
    "per",
    "alle",
    "jede",
    "jeder",
    "jeden",
    "pro",
    "chaque",
    "les",
    "par",
    "cada",
    "por",
    "ogni",
    "elke",
    "varje",
    "hver",
    "interval",
    "freq",
    "frequency",
    "repeat",
    "repeats",
];

/// Units in which it is said how long something takes.
const UNITS: &[&str] = &[
    "h", "hr", "hrs", "hour", "hours", "min", "mins", "minute", "minutes", "s", "sec", "secs", "seconds",
    "std", "stunde", "stunden", "minuten", "sekunden", "heure", "heures", "hora", "horas", "minuto",
    "minutos", "ora", "ore", "minuti", "uur", "uren", "timme", "timmar",
];

/// In lower case.
fn may_be(lower: &str) -> bool {
    if let Some(freq) = frequency(lower) {
        return freq < Freq::Daily;
    }
    let words = |is_within: fn(char) -> bool| {
        let words = lower.split(move |c: char| !is_within(c));
        words.filter(|word| !word.is_empty()).take(MOST_WORDS)
    };
    // The second week is one of weeks, the second Tuesday one of Tuesdays, and `segunda` a Monday.
    let is_period = |word: &str| worded(word).is_some() || is_weekday(word);
    let is_ordinal = words(char::is_alphabetic).any(|word| ORDINALS.contains(&word))
        && words(char::is_alphabetic).any(is_period);
    let mut parts = WITHIN_A_DAY
        .iter()
        .filter(|part| !is_ordinal || !matches!(**part, "second" | "segund"));
    if parts.any(|part| lower.contains(part))
        || words(char::is_alphabetic).any(|word| WORDS_WITHIN_A_DAY.contains(&word))
    {
        return true;
    }
    // By minutes, in the form of vCalendar 1.0.
    let is_of_minutes = |word: &str| {
        word.strip_prefix('m')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    let nearest = |words: &[&str]| words.iter().map(|word| typing_errors(lower, word)).min();
    words(char::is_alphanumeric).any(is_of_minutes) || nearest(&["hourly", "minutely", "secondly"]) <= Some(2)
}

fn is_weekday(word: &str) -> bool {
    WEEKDAYS.contains(&word) || weekday(word).is_some()
}

/// Words for the second one of something, which may also be one of a minute.
const ORDINALS: &[&str] = &[
    "second", "seconde", "secondo", "seconda", "segundo", "segunda", "segundas",
];

/// Days of the week, and of work, in languages in which their ordinals look like seconds.
const WEEKDAYS: &[&str] = &[
    "weekday",
    "weekdays",
    "workday",
    "workdays",
    "weekend",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunedì",
    "martedì",
    "mercoledì",
    "giovedì",
    "venerdì",
    "sabato",
    "domenica",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "feira",
    "segunda",
    "segundas",
];

/// Most words of a text that are looked at one by one.
const MOST_WORDS: usize = 100;

/// Parts of words for hours, minutes and seconds, and for several times a day.
const WITHIN_A_DAY: &[&str] = &[
    "hour",
    "minut",
    "second",
    "twice",
    "thrice",
    "stund",
    "stünd",
    "sekund",
    "heure",
    "horaire",
    "segund",
    "uurlijks",
    "timvis",
    "godzin",
    "hodin",
    "час",
    "минут",
    "секунд",
    "小时",
    "小時",
    "時間",
    "毎時",
    "분마다",
    "시간",
    "分钟",
    "分鐘",
];

/// Whole words for the same.
const WORDS_WITHIN_A_DAY: &[&str] = &[
    "h", "hr", "hrs", "hrly", "min", "mins", "sec", "secs", "s", "time", "times", "mal", "fois", "vez",
    "veces", "vezes", "volte", "hora", "horas", "horario", "horário", "ora", "ore", "orario", "uur", "timme",
    "saat", "saatlik",
];

/// Returns the Levenshtein distance of two words. Words that are much longer than any frequency are not compared.
fn typing_errors(text: &str, word: &str) -> usize {
    let letters: Vec<char> = text.chars().take(16).collect();
    let mut row: Vec<usize> = (0..=letters.len()).collect();
    for (above, wanted) in word.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for at in 1..row.len() {
            let changed = diagonal + usize::from(letters[at - 1] != wanted);
            diagonal = row[at];
            row[at] = changed.min(row[at] + 1).min(row[at - 1] + 1);
        }
    }
    row[letters.len()]
}

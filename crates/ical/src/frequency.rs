//! How often a rule says that something happens (FREQ, RFC 5545, section 3.3.10), also where it says so in other words.

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freq {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The frequency of a name.
pub(crate) fn frequency(text: &str) -> Option<Freq> {
    Some(match text.to_ascii_uppercase().as_str() {
        "SECONDLY" => Freq::Secondly,
        "MINUTELY" => Freq::Minutely,
        "HOURLY" => Freq::Hourly,
        "DAILY" => Freq::Daily,
        "WEEKLY" => Freq::Weekly,
        "MONTHLY" => Freq::Monthly,
        "YEARLY" => Freq::Yearly,
        _ => return None,
    })
}

/// `LUNAR_YEARLY` and the like, which calendars of Chinese phones write for RSCALE=CHINESE.
pub(crate) fn lunar_frequency(text: &str) -> Option<Freq> {
    let head = text.get(..5)?;
    let rest = text[5..].trim_start_matches(['_', '-', ' ']);
    frequency(rest).filter(|freq| head.eq_ignore_ascii_case("LUNAR") && *freq >= Freq::Monthly)
}

/// Does an unknown frequency speak of days or longer, such as `FORTNIGHTLY`, or of a misspelt one of these, such as `WEKLY`?
pub(crate) fn names_days(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["HOUR", "MIN", "SEC", "TIME", "TWICE", "THRICE"]) {
        return false;
    }
    let nearest = |words: &[&str]| words.iter().map(|word| typing_errors(&text, word)).min();
    has(&["DAY", "DAI", "WEEK", "NIGHT", "MONTH", "QUARTER", "YEAR", "ANNU"])
        || (nearest(&["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]) <= Some(2)
            && nearest(&["HOURLY", "MINUTELY", "SECONDLY"]) > Some(2))
}

/// How many letters have to be put in, left out or changed to make one word of the other (Levenshtein's distance). Words that
/// are much longer than any frequency are not compared.
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

//! Reads the frequency of a rule (FREQ, RFC 5545, section 3.3.10), also in other words.

/// A frequency (FREQ), from short to long.
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

/// Returns the frequency of a name of RFC 5545.
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

/// Reads `LUNAR_YEARLY` and the like, which calendars of Chinese phones write for RSCALE=CHINESE.
pub(crate) fn lunar_frequency(text: &str) -> Option<Freq> {
    let head = text.get(..5)?;
    let rest = text[5..].trim_start_matches(['_', '-', ' ']);
    frequency(rest).filter(|freq| head.eq_ignore_ascii_case("LUNAR") && *freq >= Freq::Monthly)
}

/// Returns the frequency of one or a few words: `WEEK`, `every day`, `monatlich`, `D`. `M` is left out, since it may mean
/// minutes.
pub(crate) fn worded(text: &str) -> Option<Freq> {
    let is_word = |c: char| c.is_alphabetic() || is_accent(c);
    let is_between = |c: char| c.is_whitespace() || "-_.'\"".contains(c);
    if text.len() > LONGEST || !text.chars().all(|c| is_word(c) || is_between(c)) {
        return None;
    }
    let lower = text.to_lowercase();
    let letters = lower.split(|c: char| !is_word(c));
    let text: Vec<&str> = letters.filter(|word| !word.is_empty()).collect();
    let text: String = text.join(" ").chars().filter(|c| !is_accent(*c)).collect();
    let bare = EACH
        .iter()
        .find_map(|each| text.strip_prefix(each))
        .unwrap_or(&text);
    let word = bare.trim_start();
    WORDS
        .iter()
        .find(|(_, words)| words.split_whitespace().any(|known| known == word))
        .map(|(freq, _)| *freq)
}

/// Longest text that is taken for a frequency in other words, in bytes.
const LONGEST: usize = 60;

/// Returns whether a character is an accent that is written apart from its letter.
fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Words that can precede one for a day, a week, a month or a year.
const EACH: &[&str] = &[
    "once every ",
    "once each ",
    "once per ",
    "once a ",
    "every ",
    "each ",
    "per ",
    "jeden ",
    "jede ",
    "jedes ",
    "pro ",
    "chaque ",
    "tous les ",
    "toutes les ",
    "par ",
    "cada ",
    "todos los ",
    "todas las ",
    "todos os ",
    "todas as ",
    "toda ",
    "todo ",
    "ogni ",
    "elke ",
    "elk ",
    "varje ",
    "hver ",
    "hvert ",
    "każdy ",
    "co ",
    "her ",
];

/// Words by which programs and people say how often, in the languages in which they do.
const WORDS: [(Freq, &str); 4] = [
    (
        Freq::Daily,
        "d day days daily everyday tag täglich taglich taeglich jour jours quotidien quotidienne quotidiennement journalier \
         journalière dia día días dias diario diaria diário diária diariamente giorno giorni giornaliero giornaliera \
         quotidiano quotidiana dag dagelijks daglig dagligen dagligt codziennie codzienny dzień denně günlük gün \
         ежедневно 每天 每日 毎日 매일",
    ),
    (
        Freq::Weekly,
        "w wk week weeks weekly woche wöchentlich wochentlich woechentlich semaine semaines hebdomadaire hebdo semana \
         semanas semanal semanalmente settimana settimane settimanale wekelijks weken vecka veckovis uge ugentlig uke \
         ukentlig tydzień tygodniowo tygodniowy týdně haftalık hafta еженедельно 每周 每週 毎週 매주",
    ),
    (
        Freq::Monthly,
        "month months monthly monat monatlich mois mensuel mensuelle mensuellement mes mês mensual mensualmente mensal \
         mensalmente mese mensile mensilmente maand maandelijks månad månadsvis måned månedlig miesiąc miesięcznie \
         miesięczny měsíčně aylık ежемесячно 每月 毎月 매월",
    ),
    (
        Freq::Yearly,
        "y yr year years yearly annual annually jahr jährlich jahrlich jaehrlich an ans année annee annuel annuelle \
         annuellement año años ano anos anual anualmente anno annuale annualmente jaar jaarlijks år årligen årlig rok \
         rocznie ročně yıllık ежегодно 每年 毎年 매년",
    ),
];

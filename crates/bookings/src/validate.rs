//! Input validation: lengths and characters, with a cause for every problem.
//!
//! Names and addresses are put into mail headers and calendar texts, so control characters are refused (quality.md).

use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::problem::{FieldCause, FieldProblem, PasswordProblem, TextName, TextProblem, TimeProblem};

/// Longest name, in characters.
pub const NAME_LIMIT: usize = 200;
/// Longest notes, in characters.
pub const NOTES_LIMIT: usize = 2_000;
/// Longest mail address, in characters (RFC 5321 section 4.5.3.1.3).
pub const EMAIL_LIMIT: usize = 254;
/// Longest telephone number, in characters.
pub const PHONE_LIMIT: usize = 40;
/// Longest idempotency key, in characters.
pub const KEY_LIMIT: usize = 200;
/// Shortest password of a staff member, in characters.
pub const PASSWORD_MINIMUM: usize = 10;
/// Longest password, in characters, as hashing takes longer with the length.
pub const PASSWORD_LIMIT: usize = 500;
/// The supported years.
pub(crate) const YEARS: RangeInclusive<i16> = 1970..=2200;
/// Number of leading characters of a password that the strength estimate considers.
const ESTIMATED: usize = 64;

/// Minimum number of characters of a password that remain when known words are removed.
const OWN: usize = 5;

/// Collects the problems of one form.
#[derive(Debug, Default)]
pub(crate) struct Validator {
    problems: Vec<FieldProblem>,
}

/// Whether a password is easily guessed from common choices and from what is known of the person.
fn is_guessed_soon(password: &str, known: &[&str]) -> bool {
    // The estimate takes more than linear time, and further characters add little.
    let beginning: String = password.chars().take(ESTIMATED).collect();
    let joined: Vec<String> = known.iter().map(|text| text.replace([' ', '.'], "")).collect();
    let words = known
        .iter()
        .flat_map(|text| text.split(['@', '.', ' ']))
        .chain(known.iter().copied())
        .chain(joined.iter().map(String::as_str))
        // Words that apply to every instance.
        .chain(["quince", "booking", "bookings", "calendar", "icloud"]);
    let words: Vec<&str> = words.filter(|word| word.len() > 2).collect();
    let mut own = beginning.to_lowercase();
    for word in &words {
        own = own.replace(&word.to_lowercase(), "");
    }
    own.retain(char::is_alphanumeric);
    own.chars().count() < OWN || zxcvbn::zxcvbn(&beginning, &words).score() < zxcvbn::Score::Three
}

impl Validator {
    pub(crate) fn problem(&mut self, field: &'static str, cause: impl Into<FieldCause>) {
        self.problems.push(FieldProblem::new(field, cause));
    }

    /// Returns all problems in the order in which they were found, if there are any.
    pub(crate) fn finish(self) -> Result<(), Vec<FieldProblem>> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }

    /// Validates a text of one line, and returns it trimmed.
    pub(crate) fn line(&mut self, field: &'static str, name: TextName, typed: &str, limit: usize) -> String {
        let text = visible(typed);
        let text = text.trim();
        if text.chars().any(char::is_control) {
            self.problem(field, TextProblem::NotOneLine(name));
        } else if text.chars().count() > limit {
            self.problem(
                field,
                TextProblem::TooLong {
                    text: name,
                    max: limit,
                },
            );
        }
        text.to_owned()
    }

    /// Like [`Validator::line`], for a text that must not be empty.
    pub(crate) fn required_line(
        &mut self,
        field: &'static str,
        name: TextName,
        typed: &str,
        limit: usize,
    ) -> String {
        if visible(typed).trim().is_empty() {
            self.problem(field, TextProblem::Missing(name));
            return String::new();
        }
        self.line(field, name, typed, limit)
    }

    /// Validates the name of an anonymous visitor. The business's own mails contain it, so it must not contain a web address.
    pub(crate) fn name_of_stranger(&mut self, field: &'static str, name: TextName, typed: &str) -> String {
        let text = self.required_line(field, name.clone(), typed, NAME_LIMIT);
        if leads_somewhere(&text) {
            self.problem(field, TextProblem::WebAddress(name));
        }
        text
    }

    /// Validates a text of several lines, and returns it trimmed, with LF line ends. Other control characters except tabs are refused.
    pub(crate) fn text(&mut self, field: &'static str, name: TextName, typed: &str, limit: usize) -> String {
        let text = visible(typed).trim().replace("\r\n", "\n").replace('\r', "\n");
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.problem(field, TextProblem::ControlCharacters(name));
        } else if text.chars().count() > limit {
            self.problem(
                field,
                TextProblem::TooLong {
                    text: name,
                    max: limit,
                },
            );
        }
        text
    }

    /// Validates a mail address: a mailbox, one @, and a host name. Whether the mailbox exists is not checked.
    pub(crate) fn email(&mut self, field: &'static str, typed: &str) -> String {
        let email = typed.trim();
        if email.is_empty() {
            self.problem(field, TextProblem::EmailMissing);
        } else if !is_email(email) {
            self.problem(field, TextProblem::NotEmail);
        }
        email.to_owned()
    }

    /// Validates a telephone number; it may be empty.
    pub(crate) fn phone(&mut self, field: &'static str, typed: &str) -> String {
        let phone = self.line(field, TextName::Phone, typed, PHONE_LIMIT);
        if !phone
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()/.x#*".contains(c))
        {
            self.problem(field, TextProblem::NotPhone);
        }
        phone
    }

    /// Validates a new password. `known` lists public facts about the person, such as their address.
    pub(crate) fn password(&mut self, field: &'static str, typed: &str, known: &[&str]) {
        let length = typed.chars().count();
        if length < PASSWORD_MINIMUM {
            self.problem(
                field,
                PasswordProblem::TooShort {
                    min: PASSWORD_MINIMUM,
                },
            );
        } else if length > PASSWORD_LIMIT {
            self.problem(field, PasswordProblem::TooLong { max: PASSWORD_LIMIT });
        } else if is_guessed_soon(typed, known) {
            self.problem(field, PasswordProblem::Guessable);
        }
    }

    /// Validates that a start is within the supported years.
    pub(crate) fn start(&mut self, field: &'static str, start: Timestamp) {
        if !YEARS.contains(&zones::Zone::utc().date(start).year()) {
            let (first, last) = YEARS.into_inner();
            self.problem(field, TimeProblem::YearOutOfRange { first, last });
        }
    }

    /// Validates the IANA name of a time zone.
    pub(crate) fn zone(&mut self, field: &'static str, typed: &str) -> Option<zones::Zone> {
        match zones::Zone::named(typed) {
            Ok(zone) => Some(zone),
            Err(error) => {
                self.problem(field, error);
                None
            }
        }
    }
}

/// Removes invisible characters that make a text look like another one: Unicode's bidirectional controls, zero-width characters, and line
/// and paragraph separators. Joiners (U+200C, U+200D) stay, as Persian and other languages need them.
fn visible(text: &str) -> String {
    let is_unseen = |sign: &char| {
        matches!(
            sign,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
    };
    text.chars().filter(|sign| !is_unseen(sign)).collect()
}

/// Titles that are often written before a name with a dot and no blank.
const TITLES: [&str; 33] = [
    "dr", "st", "mr", "mrs", "ms", "prof", "jr", "sr", "fr", "sra", "ing", "mag", "dipl", "rev", "hon", "ph",
    "dra", "dott", "sig", "med", "rer", "md", "mohd", "ma", "fam", "hr", "wm", "lt", "smt", "geb", "mudr",
    "univ", "arch",
];
/// Top-level domains that always count as the end of a host name: also after a title or initials, or in non-ASCII letters.
const ENDS: [&str; 26] = [
    "com",
    "net",
    "org",
    "info",
    "biz",
    "io",
    "app",
    "dev",
    "xyz",
    "site",
    "online",
    "link",
    "support",
    "me",
    "ly",
    "to",
    "рф",
    "рус",
    "онлайн",
    "сайт",
    "中国",
    "公司",
    "网络",
    "한국",
    "भारत",
    "ไทย",
];

/// Whether mail programs would turn a part of this text into a link. There are over a thousand top-level domains, and more each year, so
/// any word that could end in one counts. A name of that form can be written with a blank.
fn leads_somewhere(text: &str) -> bool {
    let text: String = text.to_lowercase().chars().filter_map(plain).collect();
    text.contains("://")
        || text
            .split(|sign: char| !(sign.is_alphanumeric() || sign == '-' || sign == '.'))
            .any(is_host)
}

/// Normalizes a character as browsers do in a host name: full-width characters and the dots of other scripts become ASCII, and joiners are
/// removed.
fn plain(sign: char) -> Option<char> {
    match sign {
        '\u{200c}' | '\u{200d}' => None,
        '\u{3002}' | '\u{ff61}' | '\u{2024}' => Some('.'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0),
        sign => Some(sign),
    }
}

fn is_host(word: &str) -> bool {
    let word = word.trim_matches(['.', '-']);
    let Some((before, end)) = word.rsplit_once('.') else {
        return false;
    };
    let is_address = word.parse::<std::net::Ipv4Addr>().is_ok();
    let is_end = end.len() > 1 && end.chars().all(|sign| sign.is_ascii_alphabetic());
    // "Co.KG" ends the names of German companies.
    let is_title = before == "co"
        || before
            .rsplit('.')
            .next()
            .is_some_and(|last| TITLES.contains(&last));
    is_address
        || end.starts_with("xn--")
        || before.starts_with("www")
        || ENDS.contains(&end)
        || is_end && !is_title && !is_initials(before)
}

/// Whether the text is initials: "j.r.r", as in "J.R.R.Tolkien".
fn is_initials(text: &str) -> bool {
    text.split('.').all(|part| part.chars().count() == 1)
}

fn is_email(text: &str) -> bool {
    let Some((mailbox, host)) = text.rsplit_once('@') else {
        return false;
    };
    let host_is_name = !host.is_empty()
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
    let mailbox_is_plain = !mailbox.is_empty()
        && mailbox
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !"\"(),:;<>@[\\]".contains(c));
    text.chars().count() <= EMAIL_LIMIT && host_is_name && mailbox_is_plain
        // The mail library must accept the address, too, to send to it.
        && text.parse::<lettre::Address>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_nul_never_pass_a_line() {
        for typed in ["Ada\r\nBcc: x@example.com", "Ada\nLovelace", "Ada\0"] {
            let mut checked = Validator::default();
            checked.required_line("name", TextName::YourName, typed, NAME_LIMIT);
            let problems = checked.finish().unwrap_err();
            assert_eq!(problems[0].field, "name");
        }
    }

    #[test]
    fn notes_keep_their_lines_and_lose_their_carriage_returns() {
        let mut checked = Validator::default();
        assert_eq!(
            checked.text("notes", TextName::Notes, " one\r\ntwo ", NOTES_LIMIT),
            "one\ntwo"
        );
        assert_eq!(checked.finish(), Ok(()));
        let mut checked = Validator::default();
        checked.text("notes", TextName::Notes, "a\0b", NOTES_LIMIT);
        assert!(checked.finish().is_err());
    }

    #[test]
    fn over_long_text_is_refused_with_its_limit() {
        let mut checked = Validator::default();
        checked.required_line(
            "name",
            TextName::YourName,
            &"a".repeat(NAME_LIMIT + 1),
            NAME_LIMIT,
        );
        assert!(checked.finish().unwrap_err()[0].to_string().contains("200"));
        let mut checked = Validator::default();
        checked.required_line("name", TextName::YourName, &"ä".repeat(NAME_LIMIT), NAME_LIMIT);
        assert_eq!(checked.finish(), Ok(()));
    }

    #[test]
    fn a_strangers_name_leads_nowhere() {
        for name in [
            "Ada Lovelace",
            "J. R. R. Tolkien",
            "Dr.Müller",
            "St.John",
            "O'Neill-Smith",
            "张伟",
            "Ada (a.k.a. Countess)",
            "J.Co",
            "J.R.R.Tolkien",
            "Prof.Ada",
            "Иван.Петров",
            "Ada B.",
            "Dott.ssa Rossi",
            "Dr.med.dent. Schmidt",
            "Müller & Co.KG",
            "Md.Rahman",
        ] {
            let mut checked = Validator::default();
            assert_eq!(checked.name_of_stranger("name", TextName::YourName, name), name);
            assert_eq!(checked.finish(), Ok(()), "{name}");
        }
        for link in [
            "Pay at https://evil.example",
            "www.evil",
            "Your invoice: evil.com",
            "evil.co/pay now",
            "(bit.ly/x)",
            "EVIL.COM",
            "e\u{202e}vil.com",
            "e\u{200b}vil.c\u{2060}om",
            "Win at evil.nl",
            "Win at Evil.Support",
            "evil.ch/login",
            "dr.link",
            "evil.photography.",
            "evil.рф",
            "Invoice:evil.com/pay",
            "x/evil.com",
            "https:\\\\evil.com",
            "evil.co.uk,now",
            "[evil.com](x)",
            "evil.xn--p1ai/pay",
            "evil。com",
            "ｅｖｉｌ.ｃｏｍ",
            "evil.c\u{200d}om",
            "93.184.216.34/pay",
            "x.com",
            "t.me,join",
            "a.b.ly",
        ] {
            let mut checked = Validator::default();
            checked.name_of_stranger("name", TextName::YourName, link);
            assert!(checked.finish().is_err(), "{link}");
        }
    }

    #[test]
    fn a_password_of_what_everybody_knows_is_refused() {
        for typed in [
            "quince-quince",
            "Quince2026!",
            "password1234",
            "ada@example.com",
            "aaaaaaaaaaaa",
        ] {
            let mut checked = Validator::default();
            checked.password("password", typed, &["ada@example.com"]);
            assert!(checked.finish().is_err(), "{typed}");
        }
        let mut checked = Validator::default();
        checked.password("password", "violet tractor umbrella", &["ada@example.com"]);
        assert_eq!(checked.finish(), Ok(()));
    }

    #[test]
    fn what_turns_the_direction_of_reading_is_left_out() {
        let mut checked = Validator::default();
        assert_eq!(
            checked.line(
                "name",
                TextName::YourName,
                "Ada\u{202e}gpj.exe\u{2069}\u{2028}\u{200b}",
                NAME_LIMIT
            ),
            "Adagpj.exe"
        );
        let persian = "علی\u{200c}رضا";
        assert_eq!(
            checked.line("name", TextName::YourName, persian, NAME_LIMIT),
            persian
        );
        checked.required_line("name", TextName::YourName, "\u{202e}\u{feff}", NAME_LIMIT);
        assert_eq!(checked.finish().unwrap_err().len(), 1);
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["ada@example.com", "a.b+c@sub.example.co.uk", "x@localhost"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "ada@example..com",
            "a@b@c.com",
            "ada@-x.com",
            "a\n@example.com",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}

//! Parsing numbers that people type.

use std::num::IntErrorKind;

/// Parses a whole number of 0 or more. The error says what to enter; `what` names the number in it, such as "the duration".
pub fn whole_number(what: &str, typed: &str) -> Result<u32, String> {
    let text = typed.trim();
    text.parse::<u32>().map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow => format!("Enter a smaller number for {what}; this one is too large."),
        _ if text.parse::<i64>().is_ok_and(|number| number < 0) => {
            format!("Enter 0 or a larger number for {what}.")
        }
        _ => format!("Enter {what} as a whole number, such as 1 or 30."),
    })
}

#[cfg(test)]
mod tests {
    use super::whole_number;

    #[test]
    fn what_is_no_number_here_is_told_in_its_own_words() {
        assert_eq!(whole_number("the notice", " 30 "), Ok(30));
        for (typed, sentence) in [
            ("", "Enter the notice as a whole number, such as 1 or 30."),
            ("thirty", "Enter the notice as a whole number, such as 1 or 30."),
            ("1.5", "Enter the notice as a whole number, such as 1 or 30."),
            ("-5", "Enter 0 or a larger number for the notice."),
            (
                "99999999999",
                "Enter a smaller number for the notice; this one is too large.",
            ),
        ] {
            assert_eq!(whole_number("the notice", typed), Err(sentence.to_owned()));
        }
    }
}

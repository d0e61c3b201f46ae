//! Replaces digits, punctuation and blanks of other alphabets in values that RFC 5545 (section 3.3) writes in ASCII.

use std::borrow::Cow;

/// The zeros of other alphabets whose digits stand for the same numbers, each followed by its one to nine.
const ZEROS: [u32; 26] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1B50, 0x1BB0, 0xA8D0, 0xA9D0,
];

/// The digits of mathematics, in several faces of ten.
const MATHEMATICS: std::ops::RangeInclusive<u32> = 0x1D7CE..=0x1D7FF;

/// Returns the value in ASCII as far as possible, without invisible characters.
pub(crate) fn in_ascii(value: Cow<str>) -> Cow<str> {
    if value.is_ascii() {
        return value;
    }
    let ascii: String = value.chars().filter(|c| !is_invisible(*c)).map(ascii).collect();
    Cow::Owned(ascii.trim().to_owned())
}

/// Returns whether a character is invisible: marks of direction and of variants, and soft hyphens.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
}

fn ascii(c: char) -> char {
    match c {
        // A byte that is no UTF-8 is most often a non-breaking blank of a single-byte encoding.
        '\u{FFFD}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{2236}' | '\u{FE55}' | '\u{FE13}' | '\u{A789}' => ':',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{60C}' | '\u{66C}' | '\u{3001}' | '\u{FF64}' => ',',
        '\u{66B}' | '\u{3002}' | '\u{FF61}' => '.',
        '\u{61B}' => ';',
        '\u{AB}'
        | '\u{BB}'
        | '\u{2018}'..='\u{201F}'
        | '\u{2032}'..='\u{2036}'
        | '\u{2039}'
        | '\u{203A}'
        | '\u{3008}'..='\u{3011}'
        | '\u{3014}'..='\u{301B}' => '"',
        '\u{FF01}'..='\u{FF5E}' => shifted(c, 0xFF01, '!'),
        _ if c.is_whitespace() => ' ',
        _ if c.is_ascii() => c,
        _ => digit(u32::from(c)).unwrap_or(c),
    }
}

fn digit(code: u32) -> Option<char> {
    let ten = |zero: &u32| code.checked_sub(*zero).filter(|digit| *digit < 10);
    let digit = if MATHEMATICS.contains(&code) {
        Some((code - MATHEMATICS.start()) % 10)
    } else {
        ZEROS.iter().find_map(ten)
    };
    digit.and_then(|digit| char::from_digit(digit, 10))
}

/// Returns the character at the same distance from `to` as this one from `from`.
fn shifted(c: char, from: u32, to: char) -> char {
    char::from_u32(u32::from(c) - from + u32::from(to)).unwrap_or(c)
}

//! Repairs texts whose line breaks or indentation were damaged in transit, so that lines look like parts of others.

use std::borrow::Cow;

use memchr::memchr_iter;

use crate::parse::names::{Name, is_of_name};

/// Longest accepted name of a property, in bytes.
const LONGEST_NAME: usize = 64;

/// Line breaks of other alphabets than ASCII, in UTF-8: next line, line separator, paragraph separator.
const OTHERS: [&[u8]; 3] = [b"\xC2\x85", b"\xE2\x80\xA8", b"\xE2\x80\xA9"];

/// Replaces returns that stand for line breaks: all of them where they are the usual break, else those before a property.
/// A text without any other break is returned as it is, since the line reader handles it.
pub(crate) fn mended(text: &[u8]) -> Cow<'_, [u8]> {
    let is_alone = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !matches!(text.get(at + 1), Some(b'\n' | b'\r')) && before != Some(&b'\n')
    };
    let alone = memchr_iter(b'\r', text).filter(is_alone).count();
    let feeds = memchr_iter(b'\n', text).count();
    if alone == 0 || feeds == 0 {
        return Cow::Borrowed(text);
    }
    let mut mended = text.to_vec();
    for at in memchr_iter(b'\r', text).filter(is_alone) {
        // In a text of other breaks it may be a part of one that only looks like a property, which must not free time.
        if alone > feeds || (begins_line(&text[at + 1..]) && !may_free(&text[at + 1..])) {
            mended[at] = b'\n';
        }
    }
    Cow::Owned(mended)
}

/// Removes indentation, and puts line breaks where escaped ones or those of other alphabets stand before a property: for texts in
/// which no times are found otherwise.
pub(crate) fn repaired(text: &[u8]) -> Vec<u8> {
    dedented(&unescaped(text, begins_line))
}

/// Puts line breaks where escaped ones or those of other alphabets stand before an end or a duration, which never frees time.
/// `None` when there are none.
pub(crate) fn with_ends(text: &[u8]) -> Option<Vec<u8>> {
    let begins_end = |text: &[u8]| {
        let name = name_length(text).and_then(|length| Name::of(&text[..length]));
        matches!(name, Some(Name::DtEnd | Name::Duration))
    };
    let clean = unescaped(text, begins_end);
    // A break is shorter than the escape that it replaces.
    (clean.len() < text.len()).then_some(clean)
}

/// Replaces escaped line breaks by real ones before what `begins_line`, and at the end.
fn unescaped(text: &[u8], begins_line: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = match rest[0] {
            // An escaped backslash belongs to a nested text.
            b'\\' if rest.get(1) == Some(&b'\\') => {
                clean.extend_from_slice(&rest[..2]);
                at += 2;
                continue;
            }
            b'\\' => escapes(rest),
            0xC2 | 0xE2 => OTHERS
                .iter()
                .find(|other| rest.starts_with(other))
                .map_or(0, |other| other.len()),
            _ => 0,
        };
        let is_break = length > 0 && (begins_line(&rest[length..]) || rest.len() == length);
        clean.push(if is_break { b'\n' } else { rest[0] });
        at += if is_break { length } else { 1 };
    }
    clean
}

/// Returns the length of the escaped line breaks at the start of a text: one, or one and an empty line, each of a return and a
/// feed.
fn escapes(text: &[u8]) -> usize {
    let is_break = |pair: &&[u8]| matches!(pair, [b'\\', b'n' | b'N' | b'r' | b'R']);
    2 * text.chunks_exact(2).take(4).take_while(is_break).count()
}

fn dedented(text: &[u8]) -> Vec<u8> {
    let indentation = |line: &[u8]| line.iter().take_while(|b| matches!(**b, b' ' | b'\t')).count();
    let is_blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
    let newline = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    let lines = || text.split_inclusive(|b| *b == newline);
    // The first line may have lost its indentation.
    let common = lines()
        .skip(1)
        .filter(|line| !is_blank(line))
        .map(indentation)
        .min()
        .unwrap_or(0);
    let mut clean = Vec::with_capacity(text.len());
    for line in lines() {
        let own = indentation(line);
        let dropped = if begins_line(&line[own..]) {
            own
        } else {
            own.min(common)
        };
        clean.extend_from_slice(&line[dropped..]);
    }
    clean
}

/// Returns the length of a possible property name with a colon or parameters after it.
fn name_length(text: &[u8]) -> Option<usize> {
    let length = text
        .iter()
        .take(LONGEST_NAME)
        .take_while(|b| is_of_name(**b))
        .count();
    let is_name =
        length >= 3 && text[0].is_ascii_alphabetic() && matches!(text.get(length), Some(b':' | b';'));
    is_name.then_some(length)
}

/// Returns whether a property begins here.
pub(crate) fn begins_line(text: &[u8]) -> bool {
    name_length(text).is_some()
}

/// Returns whether a property begins here that can make an event free.
fn may_free(text: &[u8]) -> bool {
    let name = name_length(text).and_then(|length| Name::of(&text[..length]));
    matches!(
        name,
        Some(
            Name::Status | Name::Transp | Name::Attendee | Name::ExDate | Name::RecurrenceId | Name::Sequence
        )
    )
}

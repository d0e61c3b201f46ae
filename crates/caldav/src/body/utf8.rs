//! Decodes text from bytes that arrive in pieces. Invalid UTF-8 is replaced without losing what surrounds it.

use std::borrow::Cow;

/// Turns pieces of bytes into pieces of UTF-8.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    /// The beginning of a character whose rest has not arrived.
    begun: Vec<u8>,
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

impl Utf8 {
    /// Returns the text of the next piece. It never ends within a character.
    pub(super) fn push<'a>(&mut self, piece: &'a [u8]) -> Cow<'a, [u8]> {
        if self.begun.is_empty() && std::str::from_utf8(piece).is_ok() {
            return Cow::Borrowed(piece);
        }
        Cow::Owned(self.mended(piece))
    }

    fn mended(&mut self, piece: &[u8]) -> Vec<u8> {
        let joined;
        let piece = if self.begun.is_empty() {
            piece
        } else {
            self.begun.extend_from_slice(piece);
            joined = std::mem::take(&mut self.begun);
            &joined
        };
        let mut text = Vec::with_capacity(piece.len());
        let mut rest = piece;
        loop {
            match std::str::from_utf8(rest) {
                Ok(good) => {
                    text.extend_from_slice(good.as_bytes());
                    return text;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    text.extend_from_slice(good);
                    let Some(length) = error.error_len() else {
                        self.begun = bad.to_vec();
                        return text;
                    };
                    text.extend_from_slice(REPLACEMENT);
                    rest = &bad[length..];
                }
            }
        }
    }

    /// Returns the text of an incomplete character at the end.
    pub(super) fn finish(&mut self) -> &'static [u8] {
        if std::mem::take(&mut self.begun).is_empty() {
            &[]
        } else {
            REPLACEMENT
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_any_pieces_is_the_text_as_a_whole() {
        let texts: [&[u8]; 4] = [
            "Grüße, 日本 🎉".as_bytes(),
            b"a\xffb\xc3",
            b"\xe2\x82x\xf0\x9f\x8e",
            b"\xe2",
        ];
        for text in texts {
            for size in 1..=text.len() {
                let mut reader = Utf8::default();
                let mut read = Vec::new();
                for piece in text.chunks(size) {
                    read.extend_from_slice(&reader.push(piece));
                    assert!(std::str::from_utf8(&read).is_ok());
                }
                read.extend_from_slice(reader.finish());
                assert_eq!(
                    String::from_utf8(read).unwrap(),
                    String::from_utf8_lossy(text),
                    "in pieces of {size}"
                );
            }
        }
    }
}

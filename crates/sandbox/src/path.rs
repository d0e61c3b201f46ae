//! Path segments, percent-encoded and back (RFC 3986).

use std::fmt::Write as _;

pub(crate) fn encode(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// `None` when what is encoded is not UTF-8 or not encoded rightly.
pub(crate) fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_survives() {
        for segment in ["plain.ics", "a b/ö%.ics", "x@y"] {
            assert!(!encode(segment).contains(['/', ' ']));
            assert_eq!(decode(&encode(segment)).as_deref(), Some(segment));
        }
        assert_eq!(decode("%zz"), None);
        assert_eq!(decode("%f"), None);
    }
}

//! Removes from an answer, while it arrives, what would only fill memory: attachments, and texts beyond the size limit.
//!
//! The XML reader holds a text as a whole, so this filter comes before it. It knows only where texts begin and end. A text that
//! is cut gets a mark in its place, so that the rest is not taken for the whole.

use super::lines::Lines;
use crate::error::Error;

/// The target of the processing instruction that marks where a text was cut.
pub(crate) const CUT: &str = "quince-cut";
const MAX_MARKUP: usize = 64 * 1024;
/// Longest character reference that ends a line, without its `&` and `;`.
const MAX_REFERENCE: usize = 10;
const CDATA: &[u8] = b"![CDATA[";

/// The content of an answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A document with texts in it.
    Xml,
    /// One calendar resource as it is.
    Calendar,
}

/// Passes on an answer's text without attachments and with bounded texts.
#[derive(Debug)]
pub(super) struct AttachmentFilter {
    kind: Kind,
    /// The size limit of one text, in bytes.
    limit: usize,
    place: Place,
    lines: Lines,
    /// Bytes of the current text that were passed on.
    passed: usize,
    /// The rest of the current text is left out.
    cut: bool,
    /// The character reference that has begun in the text, without its `&`.
    reference: Option<Vec<u8>>,
    /// Bytes of the current markup.
    markup: usize,
    /// The last two bytes of markup.
    last: [u8; 2],
    /// Only blanks have arrived.
    blank: bool,
    /// Only blanks have arrived since the last tag.
    gap: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Cdata {
        /// The number of closing brackets that came last.
        brackets: usize,
    },
    /// After `<` and this many bytes of `![CDATA[`.
    Opening(usize),
    Tag {
        quote: Option<u8>,
    },
    Comment,
    Instruction,
    Declaration,
}

impl AttachmentFilter {
    /// Creates a filter. `limit` is the size limit of one text, in bytes: of one element, or of the whole resource.
    pub(super) fn new(kind: Kind, limit: usize) -> Self {
        Self {
            kind,
            limit,
            place: Place::Text,
            lines: Lines::default(),
            passed: 0,
            cut: false,
            reference: None,
            markup: 0,
            last: [0; 2],
            blank: true,
            gap: false,
        }
    }

    /// Takes the next piece of UTF-8, which does not end within a character, and passes on what remains of it.
    pub(super) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let mut rest = self.without_blanks(piece);
        while let Some((&first, after)) = rest.split_first() {
            rest = match self.place {
                Place::Text if self.kind == Kind::Calendar => self.calendar(rest, out)?,
                Place::Text if self.gap => self.gap(rest),
                Place::Text if self.reference.is_some() => self.reference(first, after, rest, out),
                Place::Text => self.text(rest, out),
                Place::Cdata { brackets } => self.cdata(brackets, rest, out),
                Place::Tag { quote } => self.tag(quote, rest, out)?,
                _ => {
                    self.markup(first, out)?;
                    after
                }
            };
        }
        Ok(())
    }

    /// Passes on what was held back, except blanks at the end.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.lines.finish(out);
    }

    /// Skips the blanks and byte order marks that some servers send before the XML declaration, where the grammar forbids them.
    fn without_blanks<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        let mut rest = piece;
        while self.blank && !rest.is_empty() {
            rest = rest.trim_ascii_start();
            match rest.strip_prefix(BYTE_ORDER_MARK) {
                Some(after) => rest = after,
                None => self.blank = rest.is_empty(),
            }
        }
        rest
    }

    fn calendar<'a>(&mut self, rest: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], Error> {
        if self.passed > self.limit {
            return Err(Error::TooLarge {
                limit: self.limit as u64,
            });
        }
        Ok(match self.pass_until(|byte| byte == b'\n', rest, out) {
            [_, after @ ..] => self.end_line(after, out),
            [] => &[],
        })
    }

    /// Skips blanks after a tag. They mean nothing there, and servers that indent their answers send as many of them as of
    /// everything else.
    fn gap<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let after = rest.trim_ascii_start();
        self.gap = after.is_empty();
        after
    }

    fn text<'a>(&mut self, rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        self.cut_if_long("", "", out);
        match self.pass_until(|byte| matches!(byte, b'<' | b'&' | b'\n'), rest, out) {
            [b'<', after @ ..] => {
                self.lines.finish(out);
                out.push(b'<');
                self.place = Place::Opening(0);
                self.markup = 0;
                after
            }
            [b'&', after @ ..] => {
                self.reference = Some(Vec::new());
                self.pass(b"&", out);
                after
            }
            [_, after @ ..] => self.end_line(after, out),
            [] => &[],
        }
    }

    /// Passes on a character reference, which must not be cut and may stand for the end of a line.
    fn reference<'a>(&mut self, byte: u8, after: &'a [u8], rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let mut reference = self.reference.take().unwrap_or_default();
        match byte {
            b';' if is_line_feed(&reference) => {
                if !self.cut {
                    self.lines.end_line(byte, out);
                }
                after
            }
            b';' => {
                self.pass(b";", out);
                after
            }
            // It was no reference.
            b'<' | b'&' | b'\n' => rest,
            _ => {
                self.pass(&[byte], out);
                if reference.len() < MAX_REFERENCE {
                    reference.push(byte);
                    self.reference = Some(reference);
                }
                after
            }
        }
    }

    fn cdata<'a>(&mut self, brackets: usize, rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        if brackets >= 2
            && let [b'>', after @ ..] = rest
        {
            // The brackets were left out with the attachment or the rest of a text that they end.
            let left_out = self.cut || self.lines.are_dropped();
            out.extend_from_slice(if left_out { b"]]>" } else { b">" });
            self.lines.finish(out);
            self.place = Place::Text;
            return after;
        }
        if let [b']', after @ ..] = rest {
            self.pass(b"]", out);
            self.place = Place::Cdata {
                brackets: brackets + 1,
            };
            return after;
        }
        self.place = Place::Cdata { brackets: 0 };
        self.cut_if_long("]]>", "<![CDATA[", out);
        match self.pass_until(|byte| matches!(byte, b']' | b'\n'), rest, out) {
            [b'\n', after @ ..] => self.end_line(after, out),
            rest => rest,
        }
    }

    fn tag<'a>(&mut self, quote: Option<u8>, rest: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], Error> {
        let is_end = |byte: &u8| match quote {
            Some(quote) => *byte == quote,
            None => matches!(byte, b'>' | b'\'' | b'"'),
        };
        let Some(end) = rest.iter().position(is_end) else {
            out.extend_from_slice(rest);
            self.count(rest.len())?;
            return Ok(&[]);
        };
        out.extend_from_slice(&rest[..=end]);
        self.count(end + 1)?;
        self.place = match (quote, rest[end]) {
            (None, b'>') => {
                self.gap = true;
                Place::Text
            }
            (None, quote) => Place::Tag { quote: Some(quote) },
            (Some(_), _) => Place::Tag { quote: None },
        };
        Ok(&rest[end + 1..])
    }

    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.markup += bytes;
        if self.markup > MAX_MARKUP {
            return Err(Error::malformed("it has too long a tag"));
        }
        Ok(())
    }

    /// Passes on the beginnings of tags, comments and the like unchanged.
    fn markup(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Error> {
        out.push(byte);
        self.count(1)?;
        self.place = match self.place {
            Place::Opening(known) if byte == CDATA[known] && known + 1 == CDATA.len() => {
                Place::Cdata { brackets: 0 }
            }
            Place::Opening(known) if byte == CDATA[known] => Place::Opening(known + 1),
            Place::Opening(0) if byte == b'?' => Place::Instruction,
            Place::Opening(0) => {
                // Only an element ends a text; comments, CDATA and instructions can occur within it.
                self.passed = 0;
                self.cut = false;
                Place::Tag { quote: None }
            }
            Place::Opening(1) if byte == b'-' => Place::Comment,
            Place::Opening(_) => Place::Declaration,
            Place::Declaration if byte == b'>' => Place::Text,
            Place::Comment if byte == b'>' && self.last == *b"--" => Place::Text,
            Place::Instruction if byte == b'>' && self.last[1] == b'?' => Place::Text,
            place => place,
        };
        self.last = [self.last[1], byte];
        Ok(())
    }

    fn cut_if_long(&mut self, before: &str, after: &str, out: &mut Vec<u8>) {
        if !self.cut && self.passed > self.limit {
            self.lines.finish(out);
            out.extend_from_slice(format!("{before}<?{CUT}?>{after}").as_bytes());
            self.cut = true;
        }
    }

    /// Passes on the bytes before the first one that `stop` accepts, and returns the rest.
    fn pass_until<'a>(&mut self, stop: impl Fn(u8) -> bool, rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let end = rest.iter().position(|byte| stop(*byte)).unwrap_or(rest.len());
        let (run, rest) = rest.split_at(end);
        self.pass(run, out);
        rest
    }

    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if !self.cut {
            let before = out.len();
            self.lines.push(bytes, out);
            self.passed += out.len() - before;
        }
    }

    fn end_line<'a>(&mut self, after: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        if !self.cut {
            self.lines.end_line(b'\n', out);
            self.passed += 1;
        }
        after
    }
}

/// Returns whether a character reference, without its `&` and `;`, is that of LF.
fn is_line_feed(reference: &[u8]) -> bool {
    let number = std::str::from_utf8(reference).ok();
    let Some(number) = number.and_then(|text| text.strip_prefix('#')) else {
        return false;
    };
    match number.strip_prefix('x') {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16) == Ok(10),
        None => number.parse() == Ok(10_u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the filtered text, which must not depend on the pieces in which it arrives.
    fn filtered(kind: Kind, limit: usize, text: &str) -> Result<String, Error> {
        let mut whole = None;
        for size in [1, 2, 3, 7, 64, text.len().max(1)] {
            let mut filter = AttachmentFilter::new(kind, limit);
            let mut out = Vec::new();
            let pieces: Vec<char> = text.chars().collect();
            for piece in pieces.chunks(size) {
                filter.push(piece.iter().collect::<String>().as_bytes(), &mut out)?;
            }
            filter.finish(&mut out);
            let out = String::from_utf8(out).unwrap();
            // The place of a cut may depend on the pieces, but nothing else may.
            if limit == usize::MAX {
                assert_eq!(*whole.get_or_insert_with(|| out.clone()), out, "pieces of {size}");
            }
            whole = Some(out);
        }
        Ok(whole.unwrap())
    }

    fn xml(text: &str) -> String {
        filtered(Kind::Xml, usize::MAX, text).unwrap()
    }

    #[test]
    fn a_document_without_attachments_is_passed_on_as_it_is() {
        for text in [
            "<?xml version='1.0' encoding='UTF-8'?>\n<a b='>' c=\"'\">x &amp; y<!-- ]]> <b> --><d/></a>",
            "<a><![CDATA[BEGIN:VCALENDAR\r\nSUMMARY:a ] b ]] c ]]]> d\r\nEND:VCALENDAR\r\n]]></a>",
            "<a><![CDATA[ATT]]></a><a>ATTACH</a><a>ATTACHED:1\nATTACHMENT;x</a>",
            "<a>DESCRIPTION:\n ATTACH:folded text\nX-ATTACH:1\nX:ATTACH:2</a>",
            "<!DOCTYPE a><a>&#10;&#x41;&bad</a>",
        ] {
            assert_eq!(xml(text), text);
        }
    }

    #[test]
    fn attachments_are_left_out_in_every_writing_of_their_lines() {
        for (text, left) in [
            (
                "<a><![CDATA[A:1\r\nATTACH;ENCODING=BASE64:\r\n QUFB]]]\r\n QUFB\r\nB:2\r\n]]></a>",
                "<a><![CDATA[A:1\r\nB:2\r\n]]></a>",
            ),
            ("<a>A:1\nattach:x&amp;y\n\tz\nB:2</a>", "<a>A:1\nB:2</a>"),
            ("<a>A:1&#13;\nATTACH:x&#13;\n B:2</a>", "<a>A:1&#13;\n</a>"),
            (
                "<a>A:1&#10;ATTACH:x&#10; y&#xA;B:2&#xa;</a>",
                "<a>A:1&#10;B:2&#xa;</a>",
            ),
            ("<a>ATTACH:1\nATTACH:2\nB:3</a>", "<a>B:3</a>"),
            (
                "<a><![CDATA[A:1\nATTACH:x]]></a><b>y</b>",
                "<a><![CDATA[A:1\n]]></a><b>y</b>",
            ),
            ("<a>A:1\nATTACH:x</a><b>y</b>", "<a>A:1\n</a><b>y</b>"),
        ] {
            assert_eq!(xml(text), left);
        }
        let plain = "A:1\r\nATTACH:<x>&y]]>\r\n z\r\nB:2\r\n";
        assert_eq!(filtered(Kind::Calendar, 1_000, plain).unwrap(), "A:1\r\nB:2\r\n");
    }

    #[test]
    fn blanks_behind_tags_are_left_out_and_those_within_texts_are_not() {
        assert_eq!(
            xml("<?xml?>\n<a>\n  <b> x <c/> </b>\n<d>\n y&amp;\n z\n</d>\n</a>\n"),
            "<?xml?>\n<a><b>x <c/></b><d>y&amp;\n z\n</d></a>"
        );
        assert_eq!(xml("<a>\n \nATTACH:x\nB:1</a>"), "<a>B:1</a>");
        assert_eq!(xml("<a> <![CDATA[ x ]]> </a>"), "<a><![CDATA[ x ]]> </a>");
    }

    #[test]
    fn blanks_and_a_byte_order_mark_before_the_document_are_left_out() {
        assert_eq!(xml("\u{feff} \n\u{feff}<a>x </a>"), "<a>x </a>");
    }

    #[test]
    fn a_text_beyond_measure_is_cut_with_a_mark_and_the_next_is_whole() {
        let long = "é]".repeat(500);
        for text in [
            format!("<a>{long}&amp;{long}</a><b>rest</b>"),
            format!("<a><![CDATA[{long}]]>{long}<![CDATA[{long}]]></a><b>rest</b>"),
        ] {
            let out = filtered(Kind::Xml, 300, &text).unwrap();
            assert_eq!(out.matches("<?quince-cut?>").count(), 1, "{out}");
            assert!(out.len() < text.len(), "{out}");
            assert!(out.ends_with("</a><b>rest</b>"), "{out}");
            assert_eq!(out.matches("<![CDATA[").count(), out.matches("]]>").count());
        }
        let one = filtered(Kind::Xml, 10, &format!("<a>{}</a>", "x\n".repeat(50))).unwrap();
        assert!(one.len() < 130, "{one}");
    }

    #[test]
    fn what_is_passed_on_is_never_cut_within_a_reference() {
        let text = format!("<a>{}</a>", "&amp;".repeat(200));
        let out = filtered(Kind::Xml, 100, &text).unwrap();
        let kept = out.split("<?").next().unwrap().trim_start_matches("<a>");
        assert_eq!(kept.replace("&amp;", ""), "");
    }

    #[test]
    fn a_resource_beyond_measure_is_refused_and_its_attachments_do_not_count() {
        let line = "X:12345678\n".repeat(20);
        assert_eq!(
            filtered(Kind::Calendar, 100, &line),
            Err(Error::TooLarge { limit: 100 })
        );
        let attachment = format!("ATTACH:{}\nX:1\n", "x".repeat(5_000));
        assert_eq!(filtered(Kind::Calendar, 100, &attachment).unwrap(), "X:1\n");
    }

    #[test]
    fn markup_without_end_is_refused() {
        for start in ["<a ", "<!--", "<?x ", "<!DOCTYPE "] {
            let text = format!("{start}{}", "x".repeat(MAX_MARKUP));
            assert!(matches!(
                filtered(Kind::Xml, 100, &text),
                Err(Error::Malformed { .. })
            ));
        }
    }
}

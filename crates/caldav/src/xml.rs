//! Reads XML; the only place that uses the XML library.
//!
//! Elements are matched by namespace, never by prefix. A document is read while it arrives and returned one child of its root at
//! a time, so an answer with ten thousand rows is never held in memory. DTDs and entities other than the five of XML itself are
//! refused, and so are deep nesting and endless lists of elements.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use tokio::io::AsyncBufRead;

use crate::body::{CUT, error_of};
use crate::error::Error;

const MAX_DEPTH: usize = 40;
const MAX_ELEMENTS_PER_ROW: usize = 20_000;
const MAX_ELEMENTS: usize = 5_000_000;
const MAX_ATTRIBUTES: usize = 64;
/// Memory that an element or an attribute takes in addition to its name and texts.
const NODE_BYTES: usize = 160;

/// The namespaces that the client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ns {
    /// `DAV:`
    Dav,
    /// `urn:ietf:params:xml:ns:caldav`
    CalDav,
    /// `http://calendarserver.org/ns/`
    CalendarServer,
    /// `http://apple.com/ns/ical/`
    Apple,
    /// Any other, or none.
    Other,
}

impl Ns {
    fn of(resolved: &ResolveResult<'_>) -> Self {
        let ResolveResult::Bound(Namespace(uri)) = resolved else {
            return Self::Other;
        };
        match *uri {
            "DAV:" => Self::Dav,
            "urn:ietf:params:xml:ns:caldav" => Self::CalDav,
            "http://calendarserver.org/ns/" => Self::CalendarServer,
            "http://apple.com/ns/ical/" => Self::Apple,
            _ => Self::Other,
        }
    }
}

/// An element with everything in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) ns: Ns,
    pub(crate) name: Cow<'static, str>,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    text: String,
    /// Its text was too long, and this is only its beginning.
    pub(crate) cut: bool,
}

impl Element {
    pub(crate) fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == ns && self.name == name
    }

    pub(crate) fn child(&self, ns: Ns, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(ns, name))
    }

    pub(crate) fn all<'a>(&'a self, ns: Ns, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.is(ns, name))
    }

    /// Returns its own text without blanks around it; `None` when nothing is left.
    pub(crate) fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn into_text(mut self) -> String {
        // The string grew in pieces, and may have twice the capacity it needs.
        self.text.shrink_to_fit();
        self.text
    }

    /// Returns the text of the first `DAV:` `href` in it.
    pub(crate) fn href(&self) -> Option<&str> {
        self.child(Ns::Dav, "href").and_then(Element::text)
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A document that is read while it arrives.
pub(crate) struct Document<R> {
    reader: NsReader<R>,
    buffer: Vec<u8>,
    builder: Builder,
}

impl<R: AsyncBufRead + Unpin> Document<R> {
    /// With the most bytes in one child of the root.
    pub(crate) fn new(source: R, row_bytes: u64) -> Self {
        let mut reader = NsReader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            builder: Builder {
                row_limit: row_bytes,
                ..Builder::default()
            },
        }
    }

    /// Returns the next child of the root; `None` at the end of a complete document.
    pub(crate) async fn next(&mut self) -> Result<Option<Element>, Error> {
        let builder = &mut self.builder;
        loop {
            self.buffer.clear();
            let event = self.reader.read_resolved_event_into_async(&mut self.buffer).await;
            let (resolved, event) = event.map_err(|error| invalid(&error))?;
            match event {
                Event::Start(start) => builder.open(Ns::of(&resolved), &start)?,
                Event::End(_) => {
                    if let Some(done) = builder.close()? {
                        return Ok(Some(done));
                    }
                }
                Event::Text(text) => builder.push_text(text.xml10_content())?,
                Event::CData(data) => builder.push_text(data.xml10_content())?,
                Event::GeneralRef(reference) => builder.push_reference(&reference)?,
                Event::DocType(_) => {
                    return Err(Error::malformed("it contains a document type definition"));
                }
                Event::PI(instruction) if instruction.target() == CUT => builder.cut(),
                Event::Eof => return builder.finish().map(|()| None),
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    /// Returns the root's namespace and name, once it has begun.
    pub(crate) fn root(&self) -> Option<(Ns, &str)> {
        self.builder.root.as_ref().map(|(ns, name)| (*ns, name.as_str()))
    }
}

#[derive(Default)]
struct Builder {
    root: Option<(Ns, String)>,
    root_closed: bool,
    open: Vec<Element>,
    in_row: usize,
    in_all: usize,
    /// Bytes of the current row, and their limit.
    row_bytes: u64,
    row_limit: u64,
}

impl Builder {
    fn open(&mut self, ns: Ns, start: &BytesStart<'_>) -> Result<(), Error> {
        let name = start.local_name().into_inner();
        if self.root.is_none() {
            self.root = Some((ns, name.to_owned()));
            return Ok(());
        }
        if self.root_closed {
            return Err(Error::malformed("it has more than one root element"));
        }
        self.in_row += 1;
        self.in_all += 1;
        if self.open.len() >= MAX_DEPTH || self.in_row > MAX_ELEMENTS_PER_ROW || self.in_all > MAX_ELEMENTS {
            return Err(Error::malformed("it has too many elements"));
        }
        self.count(start.len() + NODE_BYTES)?;
        let mut attributes = Vec::new();
        // Duplicate attributes are not detected, since that costs quadratic time.
        for attribute in start.attributes().with_checks(false) {
            let attribute =
                attribute.map_err(|error| Error::malformed(format!("invalid attribute: {error}")))?;
            // Namespaces are resolved already, and half of all attributes.
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            if attributes.len() == MAX_ATTRIBUTES {
                return Err(Error::malformed("it has too many attributes"));
            }
            self.count(NODE_BYTES)?;
            attributes.push(read_attribute(&attribute)?);
        }
        self.open.push(Element {
            ns,
            name: kept_name(name),
            attributes,
            children: Vec::new(),
            text: String::new(),
            cut: false,
        });
        Ok(())
    }

    /// Closes the innermost element and returns it when it is a child of the root.
    fn close(&mut self) -> Result<Option<Element>, Error> {
        let Some(done) = self.open.pop() else {
            self.root_closed = true;
            return Ok(None);
        };
        // Everything else about an event that is too large is of use; half a path or half a token is of none.
        if done.cut && !done.is(Ns::CalDav, "calendar-data") {
            return Err(Error::malformed("it has too long a text"));
        }
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(done);
            return Ok(None);
        }
        self.in_row = 0;
        self.row_bytes = 0;
        Ok(Some(done))
    }

    fn push_text(&mut self, text: Cow<'_, str>) -> Result<(), Error> {
        self.count(text.len())?;
        if let Some(element) = self.open.last_mut() {
            if !element.text.is_empty() {
                element.text.push_str(&text);
            } else if !text.trim_ascii_start().is_empty() {
                // Blanks before the text mean nothing anywhere, and most elements have nothing else.
                element.text = text.into_owned();
            }
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.row_bytes += bytes as u64;
        if self.row_bytes > self.row_limit {
            return Err(Error::TooLarge {
                limit: self.row_limit,
            });
        }
        Ok(())
    }

    fn cut(&mut self) {
        if let Some(element) = self.open.last_mut() {
            element.cut = true;
        }
    }

    fn push_reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Error> {
        if reference.is_char_ref() {
            // A number that is no character must not cost the whole answer.
            let c = reference
                .resolve_char_ref()
                .ok()
                .flatten()
                .unwrap_or(char::REPLACEMENT_CHARACTER);
            return self.push_text(String::from(c).into());
        }
        let known = quick_xml::escape::resolve_xml_entity(reference);
        let text = known.ok_or_else(|| Error::malformed("it contains an entity"))?;
        self.push_text(text.into())
    }

    fn finish(&self) -> Result<(), Error> {
        match self.root {
            None => Err(Error::malformed("it is not XML")),
            Some(_) if !self.root_closed => Err(Error::malformed("it ends in the middle")),
            Some(_) => Ok(()),
        }
    }
}

/// Returns the name, without a copy where it is one of those that every row has.
fn kept_name(name: &str) -> Cow<'static, str> {
    const USUAL: [&str; 8] = [
        "response",
        "href",
        "propstat",
        "prop",
        "status",
        "getetag",
        "calendar-data",
        "resourcetype",
    ];
    match USUAL.into_iter().find(|usual| *usual == name) {
        Some(usual) => Cow::Borrowed(usual),
        None => Cow::Owned(name.to_owned()),
    }
}

fn read_attribute(attribute: &Attribute<'_>) -> Result<(String, String), Error> {
    let value = attribute
        .normalized_value(XmlVersion::default())
        .map_err(|error| invalid(&error))?;
    Ok((
        attribute.key.local_name().into_inner().to_owned(),
        value.into_owned(),
    ))
}

/// Returns the body's own error, or only the kind of the document's: its text could quote the body.
fn invalid(error: &quick_xml::Error) -> Error {
    use quick_xml::Error as Xml;
    if let Xml::Io(error) = error
        && let Some(error) = error_of(error)
    {
        return error;
    }
    Error::malformed(match error {
        Xml::Io(_) | Xml::Encoding(_) => "it is not text",
        Xml::Syntax(_) | Xml::IllFormed(_) => "it is not well-formed XML",
        Xml::InvalidAttr(_) => "it has an invalid attribute",
        Xml::Escape(_) => "it has an unknown entity",
        Xml::Namespace(_) => "its namespaces are invalid",
    })
}

/// Escapes text for use in a request body.
pub(crate) fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    fn rows(body: &str) -> Result<Vec<Element>, Error> {
        rows_within(100_000, body)
    }

    fn rows_within(row_bytes: u64, body: &str) -> Result<Vec<Element>, Error> {
        block_on(async {
            let mut document = Document::new(body.as_bytes(), row_bytes);
            let mut rows = Vec::new();
            while let Some(row) = document.next().await? {
                rows.push(row);
            }
            Ok(rows)
        })
    }

    #[test]
    fn namespaces_count_and_prefixes_do_not() {
        let body = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n\
            <multistatus xmlns='DAV:'>\n  <x:a xmlns:x='DAV:'> one </x:a>\n\
            <b xmlns='urn:ietf:params:xml:ns:caldav' name='VEVENT'/><a xmlns='http://other.example/'/></multistatus>";
        let rows = rows(body).unwrap();
        assert!(rows[0].is(Ns::Dav, "a"));
        assert_eq!(rows[0].text(), Some("one"));
        assert!(rows[1].is(Ns::CalDav, "b"));
        assert_eq!(rows[1].attribute("name"), Some("VEVENT"));
        assert_eq!((rows[2].ns, rows.len()), (Ns::Other, 3));
    }

    #[test]
    fn text_cdata_and_references_join_into_one_text() {
        let rows = rows("<r><a>one &amp; <![CDATA[two <&> ]]>three&#13;&#x41;</a></r>").unwrap();
        assert_eq!(rows[0].clone().into_text(), "one & two <&> three\rA");
    }

    #[test]
    fn a_reference_to_no_character_costs_only_itself() {
        assert_eq!(
            rows("<r><a>x&#0;y</a></r>").unwrap()[0].text(),
            Some("x\u{fffd}y")
        );
    }

    #[test]
    fn bombs_are_refused() {
        let deep = format!("<r>{}{}</r>", "<a>".repeat(1000), "</a>".repeat(1000));
        let wide = format!("<r><a>{}</a></r>", "<b/>".repeat(MAX_ELEMENTS_PER_ROW + 1));
        let entities = "<!DOCTYPE r [<!ENTITY a 'aaaa'>]><r><b>&a;</b></r>".to_owned();
        let unknown = "<r><b>&a;</b></r>".to_owned();
        let in_attribute = "<r><b c='&a;'/></r>".to_owned();
        for body in [deep, wide, entities, unknown, in_attribute] {
            assert!(matches!(
                rows_within(u64::MAX, &body),
                Err(Error::Malformed { .. })
            ));
        }
    }

    #[test]
    fn half_a_document_is_no_document() {
        for body in [
            "",
            "   ",
            "<r>",
            "<r><a>x</a>",
            "<r><a>x</r>",
            "<r/><r/>",
            "not xml",
            "<html><br></html>",
        ] {
            assert!(matches!(rows(body), Err(Error::Malformed { .. })), "{body:?}");
        }
    }

    #[test]
    fn an_event_that_was_cut_says_so_and_half_of_any_other_text_is_refused() {
        let event =
            "<r xmlns='urn:ietf:params:xml:ns:caldav'><calendar-data>BEGIN<?quince-cut?></calendar-data></r>";
        assert!(rows(event).unwrap()[0].cut);
        assert!(!rows(&event.replace("<?quince-cut?>", "")).unwrap()[0].cut);
        let path = event.replace("calendar-data", "href");
        assert!(matches!(rows(&path), Err(Error::Malformed { .. })));
    }

    #[test]
    fn a_row_counts_for_what_it_takes() {
        let tags = format!("<r><a>{}</a></r>", "<b/>".repeat(1_000));
        assert_eq!(rows(&tags), Err(Error::TooLarge { limit: 100_000 }));
        let of = |attributes: usize| {
            let all: Vec<String> = (0..attributes).map(|n| format!(" b{n}=''")).collect();
            rows(&format!("<r><a{}/></r>", all.concat()))
        };
        assert!(of(MAX_ATTRIBUTES).is_ok());
        assert!(matches!(of(MAX_ATTRIBUTES + 1), Err(Error::Malformed { .. })));
    }

    #[test]
    fn a_row_of_many_long_texts_is_refused() {
        let row = |texts| {
            format!(
                "<r><a>{}</a></r>",
                format!("<b>{}</b>", "x".repeat(1_000)).repeat(texts)
            )
        };
        assert!(rows(&row(80)).is_ok());
        assert_eq!(rows(&row(110)), Err(Error::TooLarge { limit: 100_000 }));
        let many = "<a>".to_owned() + &"x".repeat(60_000) + "</a>";
        assert_eq!(
            rows(&format!("<r>{many}{many}</r>")).unwrap().len(),
            2,
            "each row counts for itself"
        );
    }
}

//! Request bodies: a small tree, matched by namespace and never by prefix.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

const MAX_DEPTH: usize = 32;

/// An element with everything in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) ns: String,
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn is(&self, ns: &str, name: &str) -> bool {
        self.ns == ns && self.name == name
    }

    pub(crate) fn child(&self, ns: &str, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(ns, name))
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the element or anything below it has this name.
    pub(crate) fn contains(&self, ns: &str, name: &str) -> bool {
        self.is(ns, name) || self.children.iter().any(|child| child.contains(ns, name))
    }
}

/// The body is no XML document that the server accepts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Reads a document. As iCloud does, it refuses white space before the XML declaration.
pub(crate) fn parse(body: &str) -> Result<Element, Malformed> {
    if body.starts_with(char::is_whitespace) {
        return Err(Malformed);
    }
    let mut reader = NsReader::from_str(body);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    loop {
        let (resolved, event) = reader.read_resolved_event().map_err(|_| Malformed)?;
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(Malformed);
                }
                open.push(element(&resolved, &start)?);
            }
            Event::End(_) => {
                let done = open.pop().ok_or(Malformed)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => return Ok(done),
                }
            }
            Event::Text(text) => push(&mut open, &text.xml10_content()),
            Event::CData(data) => push(&mut open, &data.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().map_err(|_| Malformed)? {
                    Some(character) => character,
                    None => named(&reference)?,
                };
                push(&mut open, character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) | Event::Eof => return Err(Malformed),
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
}

fn element(resolved: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Element, Malformed> {
    let ns = match resolved {
        ResolveResult::Bound(Namespace(uri)) => (*uri).to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return Err(Malformed),
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| Malformed)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| Malformed)?;
        attributes.push((
            attribute.key.local_name().into_inner().to_owned(),
            value.into_owned(),
        ));
    }
    Ok(Element {
        ns,
        name: start.local_name().into_inner().to_owned(),
        attributes,
        ..Element::default()
    })
}

fn named(reference: &str) -> Result<char, Malformed> {
    match reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Malformed),
    }
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_known_by_namespace_and_not_by_prefix() {
        let body = "<x:propfind xmlns:x='DAV:'><x:prop><c xmlns='urn:q' a='1&amp;2'>t&#65;</c></x:prop></x:propfind>";
        let root = parse(body).unwrap();
        assert!(root.is("DAV:", "propfind"));
        let inner = root
            .child("DAV:", "prop")
            .and_then(|prop| prop.child("urn:q", "c"))
            .unwrap();
        assert_eq!((inner.text.as_str(), inner.attribute("a")), ("tA", Some("1&2")));
    }

    #[test]
    fn white_space_before_the_declaration_dtds_and_unknown_prefixes_are_refused() {
        for body in [
            "\n<?xml version='1.0'?><a/>",
            "<!DOCTYPE a []><a/>",
            "<b:a/>",
            "<a>",
            "",
            "<a>&x;</a>",
        ] {
            assert_eq!(parse(body), Err(Malformed), "{body}");
        }
        let deep = format!("{}{}", "<a>".repeat(50), "</a>".repeat(50));
        assert_eq!(parse(&deep), Err(Malformed));
    }
}

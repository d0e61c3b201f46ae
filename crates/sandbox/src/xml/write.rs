//! Answers with iCloud's habits: default namespaces repeated on every element, single-quoted attributes, much
//! white space, a `standalone` declaration. No client that matches prefixes or spelling gets through.

use std::borrow::Cow;
use std::fmt::Write as _;

const DECLARATION: &str = "<?xml version='1.0' encoding='UTF-8' standalone=\"yes\"?>\n\n";

/// The document with this root and these children in it, piece by piece.
pub(crate) fn document_of(
    ns: &str,
    name: &str,
    children: impl Iterator<Item = Node>,
) -> impl Iterator<Item = String> {
    let start = format!("{DECLARATION}<{name} xmlns='{}'>\n", escape(ns));
    let end = format!("</{name}>\n\n");
    let children = children.map(|child| {
        let mut out = String::new();
        child.write(&mut out, 1);
        out
    });
    std::iter::once(start).chain(children).chain(std::iter::once(end))
}

/// An element to be written.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    ns: Cow<'static, str>,
    name: String,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Children(Vec<Node>),
    Text(String),
    Cdata(String),
}

impl Node {
    pub(crate) fn new(ns: impl Into<Cow<'static, str>>, name: impl Into<String>) -> Self {
        Self {
            ns: ns.into(),
            name: name.into(),
            attributes: Vec::new(),
            content: Content::Children(Vec::new()),
        }
    }

    pub(crate) fn with(mut self, child: Node) -> Self {
        self.push(child);
        self
    }

    pub(crate) fn with_all(mut self, children: impl IntoIterator<Item = Node>) -> Self {
        for child in children {
            self.push(child);
        }
        self
    }

    pub(crate) fn push(&mut self, child: Node) {
        if let Content::Children(children) = &mut self.content {
            children.push(child);
        }
    }

    pub(crate) fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub(crate) fn text(ns: &'static str, name: &str, text: impl Into<String>) -> Self {
        let mut node = Self::new(ns, name);
        node.content = Content::Text(text.into());
        node
    }

    pub(crate) fn cdata(ns: &'static str, name: &str, text: impl Into<String>) -> Self {
        let mut node = Self::new(ns, name);
        node.content = Content::Cdata(text.into());
        node
    }

    pub(crate) fn href(href: &str) -> Self {
        Self::text(super::DAV, "href", href)
    }

    /// The whole document with this element as its root.
    pub(crate) fn document(&self) -> String {
        let mut out = String::from(DECLARATION);
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let pad = "    ".repeat(depth);
        let _ = write!(out, "{pad}<{} xmlns='{}'", self.name, escape(&self.ns));
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}='{}'", escape(value));
        }
        match &self.content {
            Content::Children(children) if children.is_empty() => out.push_str("/>\n"),
            Content::Children(children) => {
                out.push_str(">\n");
                for child in children {
                    child.write(out, depth + 1);
                }
                let _ = writeln!(out, "{pad}</{}>", self.name);
            }
            Content::Text(text) => {
                let _ = writeln!(out, ">{}</{}>", escape(text), self.name);
            }
            Content::Cdata(text) => {
                let safe = text.replace("]]>", "]]]]><![CDATA[>");
                let _ = writeln!(out, "><![CDATA[{safe}]]></{}>", self.name);
            }
        }
    }
}

/// Carriage returns are written as references, else a reader turns CRLF into LF.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{CALDAV, DAV, read};

    #[test]
    fn what_is_written_reads_back_whatever_it_holds() {
        let text = "a ]]> b & <c> 'd'";
        let node = Node::new(DAV, "multistatus")
            .with(Node::text(DAV, "href", text))
            .with(Node::cdata(CALDAV, "calendar-data", text));
        let document = node.document();
        assert!(document.contains("<calendar-data xmlns='urn:ietf:params:xml:ns:caldav'><![CDATA["));
        let root = read::parse(&document).unwrap();
        assert_eq!(root.child(DAV, "href").unwrap().text, text);
        assert_eq!(root.child(CALDAV, "calendar-data").unwrap().text, text);
    }
}

//! The rows of a 207 (RFC 4918, section 13).

use crate::xml::write::Node;
use crate::xml::{DAV, read::Element};

/// A property's namespace and name.
pub(super) type PropName = (String, String);

/// An answer of rows.
pub(super) fn document(rows: impl IntoIterator<Item = Node>) -> Node {
    Node::new(DAV, "multistatus").with_all(rows)
}

/// The properties that a request asks for by name.
pub(super) fn asked(prop: &Element) -> Vec<PropName> {
    prop.children
        .iter()
        .map(|child| (child.ns.clone(), child.name.clone()))
        .collect()
}

/// A row that says the asked properties: those that are there with 200, the others with 404.
pub(super) fn row(href: &str, asked: &[PropName], value: impl Fn(&str, &str) -> Option<Node>) -> Node {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for (ns, name) in asked {
        match value(ns, name) {
            Some(node) => found.push(node),
            None => missing.push(Node::new(ns.clone(), name.clone())),
        }
    }
    let mut row = Node::new(DAV, "response").with(Node::href(href));
    if !found.is_empty() || missing.is_empty() {
        row.push(propstat(found, "HTTP/1.1 200 OK"));
    }
    if !missing.is_empty() {
        row.push(propstat(missing, "HTTP/1.1 404 Not Found"));
    }
    row
}

/// A row that is a status alone.
pub(super) fn status_row(href: &str, status: &str) -> Node {
    Node::new(DAV, "response")
        .with(Node::href(href))
        .with(Node::text(DAV, "status", status))
}

fn propstat(props: Vec<Node>, status: &str) -> Node {
    Node::new(DAV, "propstat")
        .with(Node::new(DAV, "prop").with_all(props))
        .with(Node::text(DAV, "status", status))
}

/// An error body with one precondition (RFC 4918, section 16).
pub(super) fn precondition(ns: &'static str, name: &str) -> Node {
    Node::new(DAV, "error").with(Node::new(ns, name))
}

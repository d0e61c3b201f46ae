//! The bodies of requests.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::xml::escape;

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
const NAMESPACES: &str = r#"xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/""#;

/// PROPFIND with the named properties, each with its prefix (`D:getetag`). Never `allprop`, which iCloud fails.
pub(crate) fn propfind(properties: &[&str]) -> String {
    format!(
        "{DECLARATION}<D:propfind {NAMESPACES}>{}</D:propfind>",
        prop(properties)
    )
}

/// calendar-query for events that touch a span. `with_data` asks for the whole text of each.
pub(crate) fn calendar_query(from: Timestamp, to: Timestamp, with_data: bool) -> String {
    let properties: &[&str] = if with_data {
        &["D:getetag", "C:calendar-data"]
    } else {
        &["D:getetag"]
    };
    format!(
        "{DECLARATION}<C:calendar-query {NAMESPACES}>{}<C:filter><C:comp-filter name=\"VCALENDAR\">\
         <C:comp-filter name=\"VEVENT\"><C:time-range start=\"{}\" end=\"{}\"/></C:comp-filter></C:comp-filter>\
         </C:filter></C:calendar-query>",
        prop(properties),
        utc(from, RoundMode::Floor),
        utc(to, RoundMode::Ceil),
    )
}

/// calendar-multiget for the given paths.
pub(crate) fn calendar_multiget(hrefs: &[String]) -> String {
    let hrefs: Vec<String> = hrefs
        .iter()
        .map(|href| format!("<D:href>{}</D:href>", escape(href)))
        .collect();
    let hrefs = hrefs.concat();
    let prop = prop(&["D:getetag", "C:calendar-data"]);
    format!("{DECLARATION}<C:calendar-multiget {NAMESPACES}>{prop}{hrefs}</C:calendar-multiget>")
}

/// sync-collection from a token, or from the beginning.
pub(crate) fn sync_collection(token: Option<&str>) -> String {
    let token = match token {
        Some(token) => format!("<D:sync-token>{}</D:sync-token>", escape(token)),
        None => "<D:sync-token/>".to_owned(),
    };
    let prop = prop(&["D:getetag"]);
    format!(
        "{DECLARATION}<D:sync-collection {NAMESPACES}>{token}<D:sync-level>1</D:sync-level>{prop}</D:sync-collection>"
    )
}

fn prop(properties: &[&str]) -> String {
    let properties: Vec<String> = properties.iter().map(|name| format!("<{name}/>")).collect();
    format!("<D:prop>{}</D:prop>", properties.concat())
}

/// RFC 4791 wants UTC with whole seconds; a span that ends within a second is widened to its end.
fn utc(instant: Timestamp, mode: RoundMode) -> String {
    let rounded = instant
        .round(TimestampRound::new().smallest(Unit::Second).mode(mode))
        .unwrap_or(instant);
    rounded.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_asks_for_events_in_a_span_and_for_whole_texts() {
        let body = calendar_query(
            "2026-11-23T00:00:00Z".parse().unwrap(),
            "2027-01-22T23:59:59.1Z".parse().unwrap(),
            true,
        );
        assert!(body.starts_with("<?xml"));
        assert!(body.contains("<C:calendar-data/>"));
        assert!(
            body.contains(r#"<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range"#)
        );
        assert!(body.contains(r#"start="20261123T000000Z" end="20270123T000000Z""#));
        assert!(!body.contains("prop-filter") && !body.contains("expand"));
    }

    #[test]
    fn hrefs_and_tokens_are_escaped() {
        assert!(
            calendar_multiget(&["/a&b<c>.ics".to_owned()]).contains("<D:href>/a&amp;b&lt;c&gt;.ics</D:href>")
        );
        assert!(sync_collection(Some("x&y")).contains("<D:sync-token>x&amp;y</D:sync-token>"));
    }
}

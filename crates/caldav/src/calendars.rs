//! The list of calendars, and which of them can be read and written.

use url::Url;

use crate::body::Bound;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::href::{canonical_path, last_segment};
use crate::model::{Calendar, Readable};
use crate::multistatus::Row;
use crate::requests;
use crate::transport::Request;
use crate::xml::Ns;

/// Apple allows 100 in an account.
const MAX_CALENDARS: usize = 1_000;
const PROPERTIES: &[&str] = &[
    "D:resourcetype",
    "D:displayname",
    "D:current-user-privilege-set",
    "D:sync-token",
    "C:supported-calendar-component-set",
    "C:calendar-timezone",
    "S:getctag",
    "A:calendar-color",
];

impl Client {
    /// Lists the calendars of all homes that can hold events, in the server's order.
    ///
    /// Task lists, inbox, outbox and the home itself are left out. Calendars that cannot be read are listed with
    /// [`Readable::Subscribed`] or [`Readable::Denied`], so that people see them and nobody takes them for free.
    pub async fn calendars(&self, homes: &[Url], login: &Credentials) -> Result<Vec<Calendar>, Error> {
        let mut calendars: Vec<Calendar> = Vec::new();
        for home in homes {
            let request = Request::propfind(home.clone(), "1", requests::propfind(PROPERTIES));
            let mut rows = self
                .send(request, login)
                .await?
                .rows(Bound::Whole)
                .await?
                .about(home);
            while let Some(row) = rows.next().await? {
                // A calendar on a host that must not get the login is as good as none.
                let Ok(url) = self.resolve(home, rows.base(), &row.href) else {
                    continue;
                };
                let Some(calendar) = calendar(url, &row) else {
                    continue;
                };
                if calendars.iter().any(|known| known.url == calendar.url) {
                    continue;
                }
                if calendars.len() == MAX_CALENDARS {
                    return Err(Error::malformed("it lists too many calendars"));
                }
                calendars.push(calendar);
            }
        }
        Ok(calendars)
    }
}

fn calendar(mut url: Url, row: &Row) -> Option<Calendar> {
    let kind = row.prop(Ns::Dav, "resourcetype")?;
    let box_of_messages = ["schedule-inbox", "schedule-outbox"]
        .iter()
        .any(|name| kind.child(Ns::CalDav, name).is_some());
    // Nextcloud keeps deleted calendars in the list until they are purged.
    let deleted = kind.children.iter().any(|kind| kind.name == "deleted-calendar");
    let subscribed = kind.child(Ns::CalendarServer, "subscribed").is_some();
    let is_calendar = kind.child(Ns::CalDav, "calendar").is_some();
    if box_of_messages || deleted || !(is_calendar || subscribed) || !holds_events(row) {
        return None;
    }
    let privileges = Privileges::of(row);
    let readable = if subscribed {
        Readable::Subscribed
    } else if privileges.may_read {
        Readable::Events
    } else {
        Readable::Denied
    };
    url.set_path(&with_closing_slash(canonical_path(url.path())));
    let text = |ns, name| row.text(ns, name).map(str::to_owned);
    Some(Calendar {
        name: text(Ns::Dav, "displayname").unwrap_or_else(|| last_segment(url.path()).to_owned()),
        color: row.text(Ns::Apple, "calendar-color").and_then(color),
        writable: privileges.may_write && readable == Readable::Events,
        readable,
        shared: kind.child(Ns::CalendarServer, "shared").is_some(),
        ctag: text(Ns::CalendarServer, "getctag"),
        sync_token: text(Ns::Dav, "sync-token"),
        timezone: text(Ns::CalDav, "calendar-timezone"),
        url,
    })
}

/// Returns whether the component set allows events; a missing set allows everything (RFC 4791 section 5.2.3).
fn holds_events(row: &Row) -> bool {
    let Some(set) = row.prop(Ns::CalDav, "supported-calendar-component-set") else {
        return true;
    };
    let mut components = set
        .all(Ns::CalDav, "comp")
        .filter_map(|comp| comp.attribute("name"))
        .peekable();
    components.peek().is_none() || components.any(|name| name.eq_ignore_ascii_case("VEVENT"))
}

struct Privileges {
    may_read: bool,
    may_write: bool,
}

impl Privileges {
    fn of(row: &Row) -> Self {
        // Without RFC 3744 nothing is known: the first write will tell.
        let Some(set) = row.prop(Ns::Dav, "current-user-privilege-set") else {
            return Self {
                may_read: true,
                may_write: true,
            };
        };
        let granted = |ns, name| {
            set.all(Ns::Dav, "privilege")
                .any(|privilege| privilege.child(ns, name).is_some())
        };
        let all = granted(Ns::Dav, "all");
        let only_busy = granted(Ns::CalDav, "read-free-busy") && !granted(Ns::Dav, "read");
        let may_write = all
            || ["write", "write-content", "bind"]
                .iter()
                .any(|name| granted(Ns::Dav, name));
        Self {
            may_read: all || !only_busy,
            may_write,
        }
    }
}

/// `#RRGGBBAA`, `#RRGGBB` or `#RGB` → `#rrggbb`.
fn color(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#')?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let digits = match digits.len() {
        6 | 8 => digits[..6].to_owned(),
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => return None,
    };
    Some(format!("#{}", digits.to_ascii_lowercase()))
}

fn with_closing_slash(mut path: String) -> String {
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multistatus::Rows;

    fn list(rows: &str) -> Vec<Calendar> {
        let body = format!(
            "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<multistatus xmlns='DAV:'>\n{rows}</multistatus>"
        );
        let base = Url::parse("https://p42-caldav.icloud.com:443/7/calendars/").unwrap();
        let mut rows = Rows::new(base.clone(), body.as_bytes(), 100_000);
        let mut listed = Vec::new();
        while let Some(row) = futures::executor::block_on(rows.next()).unwrap() {
            listed.extend(calendar(base.join(&row.href).unwrap(), &row));
        }
        listed
    }

    fn row(href: &str, props: &str) -> String {
        format!(
            "<response xmlns='DAV:'>\n <href>{href}</href>\n <propstat>\n  <prop>{props}</prop>\n  \
             <status>HTTP/1.1 200 OK</status></propstat>\n <propstat><prop><getctag xmlns='http://calendarserver.org/ns/'/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>"
        )
    }

    const CALENDAR: &str = "<resourcetype xmlns='DAV:'><collection/><calendar xmlns='urn:ietf:params:xml:ns:caldav'/></resourcetype>";
    const EVENTS: &str = "<supported-calendar-component-set xmlns='urn:ietf:params:xml:ns:caldav'><comp name='VEVENT'/></supported-calendar-component-set>";
    const TASKS: &str = "<supported-calendar-component-set xmlns='urn:ietf:params:xml:ns:caldav'><comp name='VTODO'/></supported-calendar-component-set>";
    const WRITE: &str = "<current-user-privilege-set xmlns='DAV:'><privilege><read/></privilege><privilege><write/></privilege></current-user-privilege-set>";
    const READ: &str = "<current-user-privilege-set xmlns='DAV:'><privilege><read/></privilege></current-user-privilege-set>";

    #[test]
    fn a_plain_calendar_is_read_with_all_its_properties() {
        let props = format!(
            "{CALENDAR}{EVENTS}{WRITE}<displayname>Work &amp; <![CDATA[more]]></displayname>\
             <calendar-color xmlns='http://apple.com/ns/ical/'>#FF2D55FF</calendar-color>\
             <getctag xmlns='http://calendarserver.org/ns/'>c1</getctag><sync-token>t1</sync-token>"
        );
        let calendars = list(&row("/7/calendars/work/", &props));
        let [calendar] = calendars.as_slice() else {
            panic!("one calendar, not {calendars:?}")
        };
        assert_eq!(
            calendar.url.as_str(),
            "https://p42-caldav.icloud.com/7/calendars/work/"
        );
        assert_eq!(calendar.name, "Work & more");
        assert_eq!(calendar.color.as_deref(), Some("#ff2d55"));
        assert_eq!(
            (calendar.ctag.as_deref(), calendar.sync_token.as_deref()),
            (Some("c1"), Some("t1"))
        );
        assert!(calendar.writable && !calendar.shared);
        assert_eq!(calendar.readable, Readable::Events);
    }

    #[test]
    fn home_boxes_and_task_lists_are_left_out() {
        let home = row(
            "/7/calendars/",
            &format!("<resourcetype><collection/></resourcetype>{WRITE}"),
        );
        let inbox = row(
            "/7/calendars/inbox/",
            &format!(
                "<resourcetype><collection/><schedule-inbox xmlns='urn:ietf:params:xml:ns:caldav'/></resourcetype>{EVENTS}"
            ),
        );
        let tasks = row("/7/calendars/tasks/", &format!("{CALENDAR}{TASKS}{WRITE}"));
        assert_eq!(list(&format!("{home}{inbox}{tasks}")), []);
    }

    #[test]
    fn a_missing_component_set_allows_events_and_a_missing_name_is_replaced() {
        let calendars = list(&row("/7/calendars/home/", CALENDAR));
        assert_eq!(calendars[0].name, "home");
        assert!(calendars[0].writable, "without privileges nothing is known");
    }

    #[test]
    fn a_shared_calendar_may_be_read_only() {
        let kind = "<resourcetype><collection/><calendar xmlns='urn:ietf:params:xml:ns:caldav'/>\
                    <shared xmlns='http://calendarserver.org/ns/'/></resourcetype>";
        let calendars = list(&row("/7/calendars/team/", &format!("{kind}{EVENTS}{READ}")));
        assert!(calendars[0].shared && !calendars[0].writable);
        assert_eq!(calendars[0].readable, Readable::Events);
    }

    #[test]
    fn a_subscribed_calendar_is_shown_as_unreadable() {
        let kind =
            "<resourcetype><collection/><subscribed xmlns='http://calendarserver.org/ns/'/></resourcetype>";
        let calendars = list(&row(
            "/7/calendars/holidays/",
            &format!("{kind}{WRITE}<displayname>Holidays</displayname>"),
        ));
        assert_eq!(
            (calendars[0].readable, calendars[0].writable),
            (Readable::Subscribed, false)
        );
    }

    #[test]
    fn a_calendar_that_shows_only_free_and_busy_is_unreadable() {
        let set = "<current-user-privilege-set><privilege><read-free-busy xmlns='urn:ietf:params:xml:ns:caldav'/>\
                   </privilege></current-user-privilege-set>";
        assert_eq!(
            list(&row("/7/calendars/boss/", &format!("{CALENDAR}{set}")))[0].readable,
            Readable::Denied
        );
    }

    #[test]
    fn colours_lose_their_transparency() {
        assert_eq!(color("#FF2D55FF").as_deref(), Some("#ff2d55"));
        assert_eq!(color("#abc").as_deref(), Some("#aabbcc"));
        assert_eq!(color("red"), None);
        assert_eq!(color("#ééé"), None);
    }
}

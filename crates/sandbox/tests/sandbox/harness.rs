//! A plain HTTP client that shows answers as they are.

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, redirect};
use sandbox::{AccountId, CalendarId, Control, Options, Sandbox, Switches};

pub struct World {
    pub sandbox: Sandbox,
    pub control: Control,
    pub client: Client,
}

pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

pub const NOW: &str = "2026-11-23T12:00:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub async fn world() -> World {
    world_of(Options::default()).await
}

pub async fn practice() -> World {
    world_of(Options::practice()).await
}

pub async fn world_of(options: Options) -> World {
    // The second test to get here finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sandbox = Sandbox::start(options.now(at(NOW))).await.unwrap();
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    World {
        control: sandbox.control(),
        sandbox,
        client,
    }
}

impl World {
    pub fn account(&self) -> AccountId {
        self.control.accounts()[0]
    }

    pub fn calendar(&self, name: &str) -> CalendarId {
        self.control.calendar_named(self.account(), name).unwrap()
    }

    pub fn path(&self, name: &str) -> String {
        let all = self.control.calendars(self.account());
        all.into_iter()
            .find(|calendar| calendar.name == name)
            .unwrap()
            .href
    }

    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.control.switch(change);
    }

    /// A request to the partition with the right login.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.try_send(method, path, headers, body).await.unwrap()
    }

    pub async fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Reply, reqwest::Error> {
        let login = self.control.default_account();
        let request = self
            .client
            .request(
                Method::from_bytes(method.as_bytes()).unwrap(),
                self.partition(path),
            )
            .basic_auth(login.apple_id, Some(login.app_password))
            .header("User-Agent", "test");
        finish(with(request, headers).body(body.to_owned())).await
    }

    pub fn partition(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.partition_url().trim_end_matches('/'))
    }

    pub fn entry(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.entry_url().trim_end_matches('/'))
    }

    pub async fn propfind(&self, path: &str, depth: &str, props: &str) -> Reply {
        self.send("PROPFIND", path, &[("Depth", depth)], &propfind(props))
            .await
    }

    pub async fn report(&self, path: &str, body: &str) -> Reply {
        self.send("REPORT", path, &[("Depth", "1")], body).await
    }

    /// A request to the entry host without any header of ours.
    pub async fn bare(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let request = self
            .client
            .request(Method::from_bytes(method.as_bytes()).unwrap(), self.entry(path));
        finish(with(request, headers).body(body.to_owned()))
            .await
            .unwrap()
    }

    pub async fn put(&self, path: &str, headers: &[(&str, &str)], ics: &str) -> Reply {
        let mut all = vec![("Content-Type", "text/calendar; charset=utf-8")];
        all.extend_from_slice(headers);
        self.send("PUT", path, &all, ics).await
    }

    /// A form sent by the practice page in a browser.
    pub async fn post(&self, path: &str, form: &str) -> Reply {
        let origin = self.entry("");
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", origin.as_str()),
        ];
        self.bare("POST", path, &headers, form).await
    }
}

fn with(mut request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> reqwest::RequestBuilder {
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
}

async fn finish(request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    let response = request.send().await?;
    Ok(Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await?,
    })
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The rows of a 207.
    pub fn rows(&self) -> Vec<String> {
        assert_eq!(self.status, 207, "{}", self.body);
        self.body
            .split("<response ")
            .skip(1)
            .map(|row| row.split("</response>").next().unwrap().to_owned())
            .collect()
    }

    /// The row whose href ends so.
    pub fn row(&self, href: &str) -> String {
        let wanted = format!("{href}</href>");
        let mut rows = self.rows().into_iter();
        rows.find(|row| row.contains(&wanted))
            .unwrap_or_else(|| panic!("no row {href} in {}", self.body))
    }

    pub fn hrefs(&self) -> Vec<String> {
        self.rows()
            .iter()
            .map(|row| inner(row, "href").unwrap())
            .collect()
    }

    pub fn sync_token(&self) -> String {
        inner(self.body.rsplit("</response>").next().unwrap(), "sync-token").unwrap()
    }
}

/// The text of the first element of this name.
pub fn inner(xml: &str, name: &str) -> Option<String> {
    let after = xml.split(&format!("<{name} ")).nth(1)?;
    let text = after.split_once('>')?.1.split(&format!("</{name}>")).next()?;
    Some(text.to_owned())
}

pub fn propfind(props: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><d:propfind xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\" \
         xmlns:s=\"http://calendarserver.org/ns/\" xmlns:a=\"http://apple.com/ns/ical/\"><d:prop>{props}</d:prop>\
         </d:propfind>"
    )
}

pub fn query(filter: &str) -> String {
    query_for("<c:calendar-data/>", filter)
}

pub fn query_for(data: &str, filter: &str) -> String {
    format!(
        "<c:calendar-query xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><d:getetag/>{data}</d:prop>\
         <c:filter>{filter}</c:filter></c:calendar-query>"
    )
}

pub fn in_range(start: &str, end: &str) -> String {
    query(&format!(
        "<c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"><c:time-range start=\"{start}\" \
         end=\"{end}\"/></c:comp-filter></c:comp-filter>"
    ))
}

/// An event as a careful client writes it.
pub fn event(uid: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20261101T000000Z\r\nDTSTART:20261124T150000Z\r\nDTEND:20261124T160000Z\r\nSEQUENCE:0\r\n\
         SUMMARY:Appointment\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

//! Answers that would take much room.

use crate::MEGABYTE;
use crate::gzip::packed;

/// What a server is asked.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    List,
    Sync,
    Range,
    Multiget,
    Get,
    Etag,
    Calendars,
    Discovery,
}

use Question::{Calendars, Discovery, Etag, Get, List, Multiget, Range, Sync};

pub struct Shape {
    pub name: &'static str,
    pub status: &'static str,
    pub packed: Vec<u8>,
    pub questions: &'static [Question],
}

/// Megabytes of what is repeated.
const SIZE: usize = 20;
const HEAD: &str = "<?xml version='1.0'?><multistatus xmlns='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'>";
const ROW: &str = "<response><href>/cal/0.ics</href><propstat><prop>";
const ROW_END: &str = "</prop></propstat></response>";
const END: &str = "<sync-token>t2</sync-token></multistatus>";
const EVERY: &[Question] = &[List, Sync, Range, Multiget, Etag, Calendars, Discovery];

fn shape(name: &'static str, questions: &'static [Question], packed: Vec<u8>) -> Shape {
    Shape {
        name,
        status: "207 Multi-Status",
        packed,
        questions,
    }
}

/// Long texts and long marks in a document.
pub fn texts() -> Vec<Shape> {
    vec![
        shape(
            "blanks behind a tag",
            &[List, Range, Get, Discovery],
            of_row("<x>", " ", "y</x>"),
        ),
        shape(
            "blanks",
            &[Range],
            packed(&[(of_a_megabyte(" ").as_bytes(), SIZE)]),
        ),
        shape(
            "no XML",
            &[List],
            packed(&[(of_a_megabyte("0").as_bytes(), SIZE)]),
        ),
        shape("no UTF-8", &[List, Get], packed(&[(&vec![0xff; MEGABYTE], SIZE)])),
        shape(
            "an event of zeros",
            &[Range],
            of_row("<c:calendar-data>", "0", "</c:calendar-data>"),
        ),
        shape(
            "an event in CDATA",
            &[Multiget],
            of_row("<c:calendar-data><![CDATA[", "0\n", "]]></c:calendar-data>"),
        ),
        shape(
            "an event of references",
            &[Range],
            of_row("<c:calendar-data>", "&#48;&amp;", "</c:calendar-data>"),
        ),
        shape(
            "a property",
            &[List],
            of_row("<displayname>", "0", "</displayname>"),
        ),
        shape("a version", &[Sync, Etag], of_row("<getetag>", "0", "</getetag>")),
        shape(
            "a path",
            &[Range],
            document("<response><href>", "/é", "</href></response>"),
        ),
        shape("a token", &[Sync], document("<sync-token>", "0", "</sync-token>")),
        shape("a comment", &[List, Get], of_row("<!--", "0", "-->")),
        shape("an instruction", &[List], of_row("<?x ", "0", "?>")),
        shape("a tag", &[List], of_row("<x a='", "0", "'/>")),
        shape("references", &[List], of_row("<x>", "&amp;", "</x>")),
        shape(
            "an attachment in an event",
            &[Range],
            of_row(
                "<c:calendar-data>BEGIN:VCALENDAR\n",
                "ATTACH:0000000000000000000000000000\n",
                "END:VCALENDAR</c:calendar-data>",
            ),
        ),
    ]
}

/// Many small things in a document.
pub fn numbers() -> Vec<Shape> {
    let attributes: Vec<String> = (0..2_000).map(|number| format!(" a{number}=''")).collect();
    let attributes = attributes.concat();
    vec![
        shape("attributes", EVERY, of_row("", &format!("<x{attributes}/>"), "")),
        shape("elements in a row", EVERY, of_row("", "<x/>", "")),
        shape(
            "rows of elements",
            &[Discovery],
            packed(&[
                (HEAD.as_bytes(), 1),
                (
                    of_a_megabyte(&format!("{ROW}{}{ROW_END}", "<x/>".repeat(5_000))).as_bytes(),
                    2,
                ),
                (END.as_bytes(), 1),
            ]),
        ),
        shape("nested elements", EVERY, of_row("", "<x>", "")),
        shape(
            "paths in a row",
            &[List, Sync, Range],
            document("<response>", "<href>/a</href>", "</response>"),
        ),
        shape(
            "tiny rows",
            &[Sync],
            numbered(|number| format!("<response><href>/{number}</href></response>")),
        ),
        shape(
            "tiny events",
            &[Range],
            numbered(|number| {
                format!(
                    "<response><href>/{number}</href><propstat><prop><c:calendar-data>B</c:calendar-data></prop></propstat></response>"
                )
            }),
        ),
        shape(
            "calendars",
            &[Calendars],
            numbered(|number| {
                format!(
                    "<response><href>/{number}/</href><propstat><prop><resourcetype><c:calendar/></resourcetype></prop></propstat></response>"
                )
            }),
        ),
    ]
}

/// Answers that are no multi-status.
pub fn others() -> Vec<Shape> {
    let get = |repeated: &str| {
        packed(&[
            (b"BEGIN:VCALENDAR\r\n", 1),
            (of_a_megabyte(repeated).as_bytes(), SIZE),
            (b"END:VCALENDAR\r\n", 1),
        ])
    };
    vec![
        Shape {
            status: "500 Internal Server Error",
            ..shape("an error", &[List, Get], of_row("<x>", " ", "</x>"))
        },
        Shape {
            status: "200 OK",
            ..shape("a resource", &[Get], get("0\r\n"))
        },
        Shape {
            status: "200 OK",
            ..shape("a resource of blanks", &[Get], get(" "))
        },
        Shape {
            status: "200 OK",
            ..shape(
                "an attachment",
                &[Get],
                get("ATTACH:0000000000000000000000000000\r\n"),
            )
        },
    ]
}

fn of_a_megabyte(repeated: &str) -> String {
    repeated.repeat(MEGABYTE / repeated.len())
}

fn of_row(before: &str, repeated: &str, after: &str) -> Vec<u8> {
    document(&format!("{ROW}{before}"), repeated, &format!("{after}{ROW_END}"))
}

fn document(before: &str, repeated: &str, after: &str) -> Vec<u8> {
    let (head, end) = (format!("{HEAD}{before}"), format!("{after}{END}"));
    packed(&[
        (head.as_bytes(), 1),
        (of_a_megabyte(repeated).as_bytes(), SIZE),
        (end.as_bytes(), 1),
    ])
}

/// Rows that all differ.
fn numbered(row: impl Fn(usize) -> String) -> Vec<u8> {
    let rows: String = (0..280_000).map(row).collect();
    packed(&[(HEAD.as_bytes(), 1), (rows.as_bytes(), 1), (END.as_bytes(), 1)])
}

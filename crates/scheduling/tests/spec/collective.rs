//! Collective: everybody together, or nobody. Without hours of its own its grid counts from the moment when the last of its
//! members opens.

use scheduling::{Cause, Kind};

use crate::scene::{ALWAYS, Scene, day};
use crate::table::{case, hold};

const COLLECTIVE: &[Kind] = &[Kind::Collective];

fn together(hours: &[&str]) -> Scene {
    hours[1..]
        .iter()
        .fold(day(hours[0]), |scene, hours| scene.host(hours))
}

#[test]
fn everybody_must_be_free() {
    let two = || together(&["09:00-11:00", "09:00-11:00"]);
    hold([
        case(
            "who is busy is in everybody's way",
            COLLECTIVE,
            two()
                .busy(0, "09:00", "09:30", Cause::External)
                .busy(1, "10:00", "10:30", Cause::Blocked),
        )
        .starts("09:30 10:30"),
        case(
            "everybody's buffers count",
            COLLECTIVE,
            two().buffers(15, 0).busy(1, "09:00", "09:30", Cause::Blocked),
        )
        .starts("10:00 10:30"),
        case(
            "members in far zones meet when both work",
            COLLECTIVE,
            day("09:00-17:00").host_in("America/New_York", "09:00-17:00"),
        )
        .starts("15:00 15:30 16:00 16:30"),
    ]);
}

#[test]
fn the_grid_begins_when_the_last_of_them_opens() {
    let rows: [(&'static str, &[&str], &'static str); 5] = [
        ("the second", &["09:00-11:00", "09:20-11:00"], "09:20 09:50 10:20"),
        (
            "the second, anew in each of their windows",
            &["09:00-12:00", "10:10-11:00 11:15-12:30"],
            "10:10 11:15",
        ),
        ("never when hours only touch", &["09:00-10:00", "10:00-11:00"], ""),
        (
            "never when one does not open",
            &["09:00-10:00", "09:00-10:00", ""],
            "",
        ),
        (
            "the first and the third",
            &["09:00-10:00", "08:45-10:00", "09:00-12:00"],
            "09:00 09:30",
        ),
    ];
    hold(rows.map(|(sentence, hours, starts)| case(sentence, COLLECTIVE, together(hours)).starts(starts)));
    let never_close = || together(&[ALWAYS, ALWAYS]).interval(100);
    hold([
        case(
            "the booking calendar's own hours go before",
            COLLECTIVE,
            together(&["09:00-11:00", "09:20-11:00"]).own("09:00-12:00"),
        )
        .starts("09:30 10:00 10:30"),
        case(
            "members who never close open at midnight",
            COLLECTIVE,
            never_close(),
        )
        .count(15)
        .offers("00:00")
        .offers("01:40")
        .offers("03:20"),
        case(
            "whatever is asked for",
            COLLECTIVE,
            never_close().asked("03:00", "04:00"),
        )
        .starts("03:20"),
    ]);
}

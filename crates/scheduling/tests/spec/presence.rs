//! Who is there on a day, for equal distribution: whoever could be offered on it if nobody had booked them.

use scheduling::{Cause, Unit, present};

use crate::scene::{BERLIN, DAY, Scene, appointment, days, staff};

/// The days of June on which the first member is there, from the first to the fifth.
fn there(scene: &Scene) -> Vec<i8> {
    present(&scene.request())
        .into_iter()
        .filter(|(_, hosts)| hosts.contains(&staff(0)))
        .map(|(date, _)| date.day())
        .collect()
}

fn june() -> Scene {
    days(BERLIN, DAY, "2026-06-05", "09:00-17:00")
}

#[test]
fn somebody_is_there_on_the_days_on_which_they_work() {
    assert_eq!(there(&june()), [1, 2, 3, 4, 5]);
    assert_eq!(there(&june().on("2026-06-02", "")), [1, 3, 4, 5]);
    assert_eq!(
        there(&june().on("2026-06-02", "09:00-09:20")),
        [1, 3, 4, 5],
        "too short for a meeting"
    );
    let evenings = june().own("18:00-20:00");
    assert!(
        there(&evenings).is_empty(),
        "the booking calendar is closed while they work"
    );
    let closed = june().own_on("2026-06-04", "");
    assert_eq!(there(&closed), [1, 2, 3, 5]);
}

#[test]
fn whoever_is_blocked_busy_elsewhere_or_not_to_be_read_for_whole_days_is_away() {
    for cause in [Cause::Blocked, Cause::External, Cause::Unreadable, Cause::NotRead] {
        let scene = june().busy(0, "2026-06-02T00:00", "2026-06-04T00:00", cause);
        assert_eq!(there(&scene), [1, 4, 5], "{cause:?}");
        let most_of_it = june()
            .busy(0, "2026-06-02T08:00", "2026-06-02T12:00", cause)
            .busy(0, "2026-06-02T12:20", "2026-06-02T17:00", cause)
            .busy(0, "2026-06-03T08:00", "2026-06-03T16:30", cause);
        assert_eq!(there(&most_of_it), [1, 3, 4, 5], "{cause:?}");
    }
}

#[test]
fn being_full_of_appointments_is_not_being_away() {
    for cause in [appointment(), Cause::Hold] {
        let scene = june().busy(0, "2026-06-02T00:00", "2026-06-04T00:00", cause);
        assert_eq!(there(&scene), [1, 2, 3, 4, 5], "{cause:?}");
    }
}

#[test]
fn whoever_has_gone_home_for_the_day_is_away_for_the_rest_of_it() {
    assert_eq!(there(&june().now("2026-06-02T16:30")), [2, 3, 4, 5]);
    assert_eq!(there(&june().now("2026-06-02T16:31")), [3, 4, 5]);
    let noticed = june().now("2026-06-02T08:00").notice(1, Unit::Days);
    assert_eq!(there(&noticed), [3, 4, 5]);
}

#[test]
fn a_question_about_one_start_is_answered_for_its_whole_day() {
    let scene = june()
        .busy(0, "2026-06-02T12:00", "2026-06-02T17:00", Cause::Blocked)
        .asked("2026-06-02T15:00", "2026-06-02T15:01");
    assert_eq!(there(&scene), [2]);
}

#[test]
fn a_night_shift_counts_for_both_of_its_days() {
    let scene = days(BERLIN, DAY, "2026-06-05", "").on("2026-06-02", "23:00-25:00");
    assert_eq!(there(&scene), [2, 3]);
}

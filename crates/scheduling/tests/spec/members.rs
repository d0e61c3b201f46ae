//! Who of the members must be free: in a round robin any of them, in a Collective all, for a service whoever does it.

use scheduling::{Cause, Kind, TimeOwner};

use crate::scene::{CALENDAR, day, staff};
use crate::table::{case, hold};

const WITH_SEVERAL: &[Kind] = &[Kind::RoundRobin, Kind::Collective, Kind::Service];

#[test]
fn one_member_has_to_do_it_all() {
    hold([
        case(
            "two halves of opening hours make no meeting",
            WITH_SEVERAL,
            day("09:00-10:00").host("10:00-11:00").duration(120).interval(60),
        )
        .nothing()
        .refuses("09:00", "HOURS"),
        case(
            "nor do two halves of free time",
            WITH_SEVERAL,
            day("09:00-12:00")
                .host("09:00-12:00")
                .duration(60)
                .interval(60)
                .busy(0, "10:30", "11:00", Cause::Blocked)
                .busy(1, "10:00", "10:30", Cause::Blocked),
        )
        .starts("09:00 11:00")
        .refuses("10:00", "BLOCKED"),
    ]);
}

#[test]
fn any_or_all() {
    let two = || day("09:00-10:00").host("09:30-10:30");
    let busy_in_turn = || {
        day("09:00-12:00")
            .host("09:00-12:00")
            .busy(0, "09:00", "12:00", Cause::External)
            .busy(1, "09:00", "11:00", Cause::Blocked)
    };
    hold([
        case(
            "any member who works is enough",
            &[Kind::RoundRobin, Kind::Service],
            two(),
        )
        .starts("09:00 09:30 10:00"),
        case("all members must work", &[Kind::Collective], two()).starts("09:30"),
        case(
            "any member who is free is enough",
            &[Kind::RoundRobin, Kind::Service],
            busy_in_turn(),
        )
        .starts("11:00 11:30"),
        case("all members must be free", &[Kind::Collective], busy_in_turn()).nothing(),
        case(
            "starts are in order whatever the order of the members",
            &[Kind::RoundRobin, Kind::Service],
            day("15:00-16:00").host("09:00-10:00").host("12:00-13:00"),
        )
        .starts("09:00 09:30 12:00 12:30 15:00 15:30"),
    ]);
}

#[test]
fn without_members_nothing_is_on_offer() {
    let nobody = || day("09:00-10:00").without_members();
    hold([case("whoever should be there", WITH_SEVERAL, nobody())
        .nothing()
        .refuses("09:00", "HOURS")]);
}

#[test]
fn a_simple_calendar_offers_its_own_time_and_nobody_hosts() {
    let mut scene = day("09:00-10:00").own("09:00-10:00").kind(Kind::Simple);
    scene.schedules[0].owner = CALENDAR.into();
    let scene = scene.taken("09:30", "10:00", Cause::Blocked);
    let slots = scene.slots();
    assert_eq!(scene.local_times(&[slots[0].start]), "09:00");
    assert_eq!((slots.len(), slots[0].hosts.len()), (1, 0));
    let positions = scene.explain();
    let offered = positions
        .iter()
        .map(|position| (position.is_offered, position.hosts.len()));
    assert_eq!(offered.collect::<Vec<_>>(), [(true, 0), (false, 0)]);
    let refusal = positions[1].refusals[0];
    let owner = Some(TimeOwner::Calendar(CALENDAR));
    assert_eq!((refusal.owner, refusal.host()), (owner, None));
}

#[test]
fn a_slot_names_every_free_member_in_the_order_of_the_question() {
    let scene = day("09:00-12:00").host("09:30-10:30").host("09:00-10:00");
    let hosts: Vec<_> = scene
        .slots()
        .into_iter()
        .map(|slot| slot.hosts.into_vec())
        .collect();
    let expected = [vec![0, 2], vec![0, 1, 2], vec![0, 1], vec![0]];
    let expected = expected.map(|numbers| numbers.into_iter().map(staff).collect::<Vec<_>>());
    assert_eq!(hosts[..4], expected);
    let together = day("09:00-10:00").host("09:00-10:00").kind(Kind::Collective);
    assert_eq!(together.slots()[0].hosts[..], [staff(0), staff(1)]);
}

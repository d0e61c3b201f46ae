//! Look busy: only a part of a day's times is shown to clients. Which part depends on a hash of each time, so that a client sees the
//! same times again later.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::grid::{Grid, OwnHours, minutes};
use crate::interval::Interval;
use crate::limits::Limits;
use crate::request::{Request, Slot};
use crate::rules::Kind;

/// Hides slots so that of each day `min(free, round(total · (1 − p)))` remain, where the total counts every start of the
/// day's grid that lies in the hours.
pub(crate) fn hide(request: &Request, limits: &Limits, slots: &mut Vec<Slot>) {
    let shown = u64::from(100 - request.rules.look_busy_percent.min(100));
    let mut allowed: BTreeMap<Date, u64> = totals(request, limits);
    for total in allowed.values_mut() {
        *total = (*total * shown + 50) / 100;
    }
    let mut days: BTreeMap<Date, Vec<(u64, i64)>> = BTreeMap::new();
    for slot in slots.iter() {
        let start = slot.start.as_millisecond();
        days.entry(limits.date(slot.start))
            .or_default()
            .push((hash(request, start), start));
    }
    let mut kept: Vec<i64> = Vec::new();
    for (date, mut starts) in days {
        starts.sort_unstable();
        let count = usize::try_from(allowed.get(&date).copied().unwrap_or(0)).unwrap_or(usize::MAX);
        kept.extend(starts.into_iter().take(count).map(|(_, start)| start));
    }
    kept.sort_unstable();
    slots.retain(|slot| kept.binary_search(&slot.start.as_millisecond()).is_ok());
}

/// How many starts each local day has, busy or not: those in somebody's hours, in a Collective those in everybody's.
fn totals(request: &Request, limits: &Limits) -> BTreeMap<Date, u64> {
    let own = OwnHours::of(request);
    let mut starts: Vec<i64> = Vec::new();
    if request.kind == Kind::Collective {
        let grids = Grid::together(request, own.as_ref());
        if let Some(first) = grids.first() {
            let all_open = |start: &i64| grids.iter().all(|grid| is_open(request, grid, *start));
            starts.extend(first.starts.iter().copied().filter(all_open));
        }
    } else {
        for schedule in request.schedules {
            let grid = Grid::of(request, schedule, own.as_ref());
            let open = |start: &i64| is_open(request, &grid, *start);
            starts.extend(grid.starts.iter().copied().filter(open));
        }
    }
    starts.sort_unstable();
    starts.dedup();
    let mut totals = BTreeMap::new();
    for start in starts
        .into_iter()
        .filter_map(|start| jiff::Timestamp::from_millisecond(start).ok())
    {
        *totals.entry(limits.date(start)).or_default() += 1;
    }
    totals
}

/// Whether a meeting that starts then, in milliseconds since 1970, lies in the hours.
fn is_open(request: &Request, grid: &Grid, start: i64) -> bool {
    let Ok(start) = jiff::Timestamp::from_millisecond(start) else {
        return false;
    };
    let end = start.checked_add(minutes(request.rules.duration));
    end.is_ok_and(|end| grid.is_open(&Interval::new(start, end)))
}

/// FNV-1a over the booking calendar's id and the start, then mixed so that neighbouring starts are far apart: stable
/// over time and processes, and nothing secret.
fn hash(request: &Request, start: i64) -> u64 {
    let bytes = request.calendar.0.into_bytes();
    let hash = bytes
        .iter()
        .chain(&start.to_be_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

//! How it is stored whether an external event takes time: the store's words for what the `ical` crate says.

use ical::{Blocks, FreeReason};
use store::BusyStatus;
use store::collisions::FreeStatuses;

/// The statuses that take no time.
pub(crate) const FREE: FreeStatuses = FreeStatuses {
    always: [
        BusyStatus::Transparent,
        BusyStatus::Cancelled,
        BusyStatus::Declined,
    ],
    all_day: BusyStatus::AllDay,
};

/// Returns the status that is stored.
pub(crate) fn stored(blocks: Blocks) -> BusyStatus {
    match blocks {
        Blocks::Busy => BusyStatus::Busy,
        Blocks::Tentative => BusyStatus::Tentative,
        Blocks::AllDayDefault => BusyStatus::AllDay,
        Blocks::NotUnderstood => BusyStatus::NotUnderstood,
        Blocks::Free(FreeReason::Transparent) => BusyStatus::Transparent,
        Blocks::Free(FreeReason::Cancelled) => BusyStatus::Cancelled,
        Blocks::Free(FreeReason::Declined) => BusyStatus::Declined,
    }
}

/// Whether an instance takes time.
pub(crate) fn takes_time(status: BusyStatus, all_day_blocks: bool) -> bool {
    let blocks = match status {
        BusyStatus::Busy => Blocks::Busy,
        BusyStatus::Tentative => Blocks::Tentative,
        BusyStatus::AllDay => Blocks::AllDayDefault,
        BusyStatus::NotUnderstood => Blocks::NotUnderstood,
        BusyStatus::Transparent => Blocks::Free(FreeReason::Transparent),
        BusyStatus::Cancelled => Blocks::Free(FreeReason::Cancelled),
        BusyStatus::Declined => Blocks::Free(FreeReason::Declined),
    };
    blocks.takes_time(all_day_blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_what_quince_busy_says() {
        let free = [
            FreeReason::Transparent,
            FreeReason::Cancelled,
            FreeReason::Declined,
        ];
        let busy = [
            Blocks::Busy,
            Blocks::Tentative,
            Blocks::AllDayDefault,
            Blocks::NotUnderstood,
        ];
        let all: Vec<Blocks> = busy.into_iter().chain(free.map(Blocks::Free)).collect();
        assert_eq!(
            all.iter().map(|blocks| blocks.word()).collect::<Vec<_>>(),
            BusyStatus::ALL
                .iter()
                .map(|status| status.as_str())
                .collect::<Vec<_>>()
        );
        for blocks in all {
            assert_eq!(stored(blocks).as_str(), blocks.word());
            for all_day_blocks in [false, true] {
                let taken = takes_time(stored(blocks), all_day_blocks);
                assert_eq!(taken, blocks.takes_time(all_day_blocks), "{blocks:?}");
                let is_free = FREE.always.contains(&stored(blocks))
                    || (stored(blocks) == FREE.all_day && !all_day_blocks);
                assert_eq!(taken, !is_free, "{blocks:?}");
            }
        }
    }
}

//! What is odd about the dates of an event.

use crate::values::odd_dates::{ORDERS, Order};

/// What is odd about the dates of an event.
#[expect(clippy::struct_excessive_bools, reason = "each is said in another sentence")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Oddities {
    /// By [`ORDERS`]: the orders possible for all of its dates, or else for any of them.
    pub orders: [bool; 3],
    /// A date has another form, but is clear.
    pub mended: bool,
    /// One of its times is ambiguous.
    pub several: bool,
    /// One of its times has a Buddhist year.
    pub buddhist: bool,
    /// The end of a repetition, or a date that is left out, is ambiguous.
    pub limits: bool,
    /// Another order was dropped because the event would last too long in it.
    pub by_length: bool,
    /// The end of its repetition means "no end".
    pub null_until: bool,
    /// It begins in a year that another calendar may have counted.
    pub foreign: bool,
}

impl Oddities {
    /// Returns the possible orders of its dates; any one where all are in that of RFC 5545.
    pub(crate) fn all_orders(self) -> impl Iterator<Item = Order> {
        let none = (self.orders == [false; 3]).then_some(Order::Day);
        let meant = ORDERS.into_iter().zip(self.orders);
        meant
            .filter_map(|(order, is_meant)| is_meant.then_some(order))
            .chain(none)
    }

    pub(crate) fn is_of_several(self) -> bool {
        self.several || self.buddhist || self.limits
    }
}

//! What is odd about the dates of an event.

use crate::values::odd_dates::{ORDERS, Order};

/// What is odd about the dates of an event.
#[expect(clippy::struct_excessive_bools, reason = "each is said in another sentence")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Oddities {
    /// By [`ORDERS`]: those that all of its dates may be in, or else any of them.
    pub orders: [bool; 3],
    /// A date is written in another form, but clear.
    pub mended: bool,
    /// A time of it can be meant in several ways.
    pub several: bool,
    /// A time of it has a Buddhist year.
    pub buddhist: bool,
    /// The end of a repetition, or a date that is left out, can be meant in several ways.
    pub limits: bool,
    /// In another order it would last so long that it is not meant in that.
    pub by_length: bool,
    /// The end of its repetition is a date that stands for none.
    pub null_until: bool,
    /// It begins in a year that another calendar may have counted.
    pub foreign: bool,
}

impl Oddities {
    /// The orders that its dates may be in; any one where they are all in that of RFC 5545.
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

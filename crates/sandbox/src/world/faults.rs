//! Which request a fault strikes.

use std::collections::VecDeque;

use crate::switches::Fault;

/// A standing fault strikes every request; waiting ones strike one request each, in their order.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) standing: Option<Fault>,
    waiting: VecDeque<(Option<String>, Fault)>,
}

impl Faults {
    pub(crate) fn push(&mut self, method: Option<&str>, fault: Fault) {
        self.waiting.push_back((method.map(str::to_uppercase), fault));
    }

    pub(crate) fn clear(&mut self) {
        self.standing = None;
        self.waiting.clear();
    }

    /// The fault for a request of this method.
    pub(crate) fn next(&mut self, method: &str) -> Option<Fault> {
        if let Some(fault) = &self.standing {
            return Some(fault.clone());
        }
        let suits = |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == method);
        let place = self.waiting.iter().position(|(wanted, _)| suits(wanted))?;
        self.waiting.remove(place).map(|(_, fault)| fault)
    }
}

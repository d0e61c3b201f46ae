//! An anonymous visitor and their proof of work.

/// An anonymous visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Their network, as [`network_of`](super::network_of) returns it.
    pub network: String,
    /// Whether limits apply; if not, the network is only recorded.
    pub is_limited: bool,
    /// Their proof of work.
    pub proof: Proof,
}

/// A proof of work; its texts are empty if none was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The challenge's text.
    pub challenge: String,
    /// The number that solves it, in decimal digits. Without it, the challenge must have the age [`DELAY`](super::DELAY).
    pub solution: String,
}

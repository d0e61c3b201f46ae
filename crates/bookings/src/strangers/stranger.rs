//! Who is not known, and what they sent.

/// Somebody who is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The network that they come from, as it is counted.
    pub network: String,
    /// Whether what they do is limited; else it is only noted.
    pub is_limited: bool,
    /// What they send of a puzzle.
    pub proof: Proof,
}

/// What was sent of a puzzle; empty where nothing was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The challenge's text.
    pub challenge: String,
    /// The number that solves it, in decimal digits; without it the challenge's age has to do.
    pub solution: String,
}

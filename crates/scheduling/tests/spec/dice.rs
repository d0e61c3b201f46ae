//! Chance that is the same on every run, and any case of it alone again.

/// Names one case by the number that a failure printed, and runs nothing else of the property.
const ALONE: &str = "SPEC_CASE";

/// Xorshift: small, and the same everywhere.
pub struct Dice {
    state: u64,
    seed: u64,
}

/// The seeds of so many cases, or of the one that is asked for alone.
pub fn seeds(count: u64) -> Vec<u64> {
    match std::env::var(ALONE) {
        Ok(seed) => vec![seed.parse().expect("SPEC_CASE is the number of a case")],
        Err(_) => (1..=count).collect(),
    }
}

impl Dice {
    /// Neighbouring seeds have nothing in common: they are mixed as `SplitMix64` does.
    pub fn new(seed: u64) -> Self {
        let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self {
            state: (mixed ^ (mixed >> 31)) | 1,
            seed,
        }
    }

    fn roll(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() >> 11).unwrap() % end
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

impl Drop for Dice {
    /// Whatever failed, it says how to see it again.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "this case alone: {ALONE}={} cargo nextest run -p scheduling",
                self.seed
            );
        }
    }
}

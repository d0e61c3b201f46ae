//! Proof of work: a number that takes a browser some time to find, and the server none to check. The same rule runs in both.
//!
//! A number solves a challenge when the SHA-256 of the challenge's text, with the number behind it in decimal digits, begins with
//! so many zero bits. With `n` bits it takes 2^n tries on average.

use sha2::{Digest, Sha256};

/// Digits of the largest number that is tried.
const DIGITS: usize = 20;

/// Whether a number, as it is written, solves a challenge. One that is written in another way than a search would write it does
/// not, so that a challenge has no second solution that is the same number.
pub fn is_solution(challenge: &str, bits: u32, number: &str) -> bool {
    let is_written_plainly = number.len() <= DIGITS
        && number
            .parse::<u64>()
            .is_ok_and(|parsed| parsed.to_string() == number);
    is_written_plainly && zero_bits(&Sha256::new().chain_update(challenge).chain_update(number)) >= bits
}

/// A search that can be gone on with, so that whoever searches can do other things in between.
#[derive(Debug, Clone)]
pub struct Search {
    challenge: Sha256,
    bits: u32,
    next: u64,
}

impl Search {
    /// A search from the beginning.
    pub fn new(challenge: &str, bits: u32) -> Self {
        Self {
            challenge: Sha256::new().chain_update(challenge),
            bits,
            next: 0,
        }
    }

    /// Tries so many more numbers; answers the first of them that solves the challenge.
    pub fn go_on(&mut self, tries: u32) -> Option<String> {
        for _ in 0..tries {
            let number = self.next.to_string();
            self.next = self.next.wrapping_add(1);
            // What the hash knows of the challenge is computed once for all numbers.
            if zero_bits(&self.challenge.clone().chain_update(&number)) >= self.bits {
                return Some(number);
            }
        }
        None
    }
}

/// With how many zero bits a hash begins.
fn zero_bits(hash: &Sha256) -> u32 {
    let mut bits = 0;
    for byte in hash.clone().finalize() {
        bits += byte.leading_zeros();
        if byte != 0 {
            break;
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(challenge: &str, bits: u32) -> String {
        Search::new(challenge, bits).go_on(u32::MAX).unwrap()
    }

    #[test]
    fn what_is_found_solves_its_own_challenge_alone() {
        for bits in [0, 1, 7, 8, 9, 12] {
            let number = solve("a challenge", bits);
            assert!(is_solution("a challenge", bits, &number), "{bits}");
        }
        let number = solve("a challenge", 12);
        assert!(!is_solution("a challengf", 12, &number));
        assert!(!is_solution("a challenge", 12, ""));
    }

    #[test]
    fn it_is_the_rule_that_programs_are_told() {
        let number = solve("42.salt.signature", 12);
        let hash = Sha256::digest(format!("42.salt.signature{number}"));
        assert_eq!((hash[0], hash[1] & 0xf0), (0, 0));
        // Fewer zero bits are too few.
        let exactly = zero_bits(&Sha256::new().chain_update(format!("42.salt.signature{number}")));
        assert!(is_solution("42.salt.signature", exactly, &number));
        assert!(!is_solution("42.salt.signature", exactly + 1, &number));
    }

    #[test]
    fn a_number_is_written_in_one_way() {
        let number = solve("a challenge", 4);
        for other in [
            format!("0{number}"),
            format!("+{number}"),
            format!(" {number}"),
            format!("{number} "),
            format!("{number}.0"),
            format!("-{number}"),
            "x".to_owned(),
            "9".repeat(30),
        ] {
            assert!(!is_solution("a challenge", 0, &other), "{other}");
        }
        assert!(is_solution("a challenge", 0, &u64::MAX.to_string()));
    }

    #[test]
    fn a_search_goes_on_where_it_was() {
        let at_once = solve("a challenge", 10);
        let mut search = Search::new("a challenge", 10);
        let found = std::iter::from_fn(|| Some(search.go_on(7))).flatten().next();
        assert_eq!(found, Some(at_once));
    }
}

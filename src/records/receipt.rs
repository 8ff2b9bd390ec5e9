//! Receipt numbers: short, readable aloud, without the digits 0 and 1 that are taken for letters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The digits 2 to 9.
const DIGITS: &[u8; 8] = b"23456789";
/// Six digits first; one more when they are used up (262,144 receipts).
const SHORTEST: u32 = 6;
const LONGEST: u32 = 8;

/// A number such as 482937 that a person can note down and ask about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Receipt(String);

impl Receipt {
    /// The receipt of the `count`-th record (from 1). Neighbours differ in most digits, so a slip of the pen
    /// rarely meets another person's receipt.
    pub fn from_count(count: u64) -> Self {
        let (mut offset, mut width) = (count, SHORTEST);
        while offset >= 8u64.pow(width) {
            offset -= 8u64.pow(width);
            width += 1;
        }
        // An odd factor permutes the numbers below a power of two.
        let mut mixed = (offset.wrapping_mul(0x9E37_79B1).wrapping_add(0x2545_F491)) % 8u64.pow(width);
        let mut digits = vec![0u8; width as usize];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[(mixed % 8) as usize];
            mixed /= 8;
        }
        Self(String::from_utf8(digits).expect("digits are ASCII"))
    }

    /// Reads a receipt number as people type it, spaces and dashes allowed.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let well_formed =
            (SHORTEST..=LONGEST).contains(&(digits.len() as u32)) && digits.bytes().all(|b| DIGITS.contains(&b));
        well_formed.then_some(Self(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn receipts_are_short_distinct_and_readable() {
        let receipts: HashSet<_> = (1..=20_000).map(Receipt::from_count).collect();
        assert_eq!(receipts.len(), 20_000);
        assert!(
            receipts.iter().all(
                |receipt| Receipt::parse(receipt.as_str()).as_ref() == Some(receipt) && receipt.as_str().len() == 6
            )
        );
        assert_eq!(Receipt::from_count(300_000).as_str().len(), 7);
    }

    #[test]
    fn reads_what_people_type_and_nothing_else() {
        assert_eq!(Receipt::parse("482 937").map(|r| r.0), Some("482937".to_owned()));
        assert_eq!(Receipt::parse("48290"), None);
        assert_eq!(Receipt::parse("100000"), None);
    }
}

//! What words mean, as static vectors: one small vector a word, distilled once from a multilingual sentence encoder
//! (`index/word_vectors.py` says how). A text's meaning is the weighted mean of its words'.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Numbers in a vector.
pub const DIMENSIONS: usize = 128;
const MAGIC: &[u8; 4] = b"WBV1";

/// A direction in the space of meanings; components are in units of 1/127 of the unit vector.
pub type Meaning = [i8; DIMENSIONS];

/// Why the vectors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VectorsError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is damaged or of another kind.
    #[error("{0} is not a word-vector file of this program")]
    Format(PathBuf),
}

/// Vectors of the commonest words; by default none.
#[derive(Default)]
pub struct WordVectors {
    numbers: HashMap<Box<str>, u32>,
    /// By word: how much it counts in a mean (rarer words more), in 0..=1.
    weights: Vec<f32>,
    vectors: Vec<Meaning>,
    checksum: u32,
}

impl WordVectors {
    /// Reads the file: magic, word count, then per word its length, UTF-8 bytes, weight (f32) and components.
    pub fn load(path: &Path) -> Result<Self, VectorsError> {
        let bytes = std::fs::read(path).map_err(|source| VectorsError::Io { path: path.to_owned(), source })?;
        Self::parse(&bytes).ok_or_else(|| VectorsError::Format(path.to_owned()))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut take = |length: usize| -> Option<&[u8]> {
            let (taken, left) = rest.split_at_checked(length)?;
            rest = left;
            Some(taken)
        };
        let count = u32::from_le_bytes(take(4)?.try_into().ok()?);
        // Every word takes at least its length, weight and components.
        if count as usize > bytes.len() / (DIMENSIONS + 5) {
            return None;
        }
        let checksum = crc32fast::hash(bytes);
        let mut read = Self { numbers: HashMap::new(), weights: Vec::new(), vectors: Vec::new(), checksum };
        for number in 0..count {
            let length = take(1)?[0] as usize;
            let word = std::str::from_utf8(take(length)?).ok()?;
            read.numbers.insert(word.into(), number);
            read.weights.push(f32::from_le_bytes(take(4)?.try_into().ok()?));
            let components = take(DIMENSIONS)?;
            read.vectors.push(std::array::from_fn(|n| components[n] as i8));
        }
        rest.is_empty().then_some(read)
    }

    /// CRC-32 of the file: other vectors make another index.
    pub fn checksum(&self) -> u32 {
        self.checksum
    }

    /// The meaning of a text by its words; `None` when no word is known.
    pub fn meaning<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Option<Meaning> {
        let mut sum = [0f32; DIMENSIONS];
        let mut known = false;
        for word in words {
            if let Some(&number) = self.numbers.get(word) {
                known = true;
                let (weight, vector) = (self.weights[number as usize], &self.vectors[number as usize]);
                for (sum, component) in sum.iter_mut().zip(vector) {
                    *sum += weight * f32::from(*component);
                }
            }
        }
        let length = sum.iter().map(|component| component * component).sum::<f32>().sqrt();
        (known && length > 0.0).then(|| sum.map(|component| (component / length * 127.0).round() as i8))
    }
}

/// The direction of a meaning, of length 1.
pub fn unit(meaning: &Meaning) -> [f32; DIMENSIONS] {
    meaning.map(|component| f32::from(component) / 127.0)
}

/// The dot product. In eight sums side by side: one sum alone would have each addition wait for the last.
pub fn along(a: &[f32], b: &[f32; DIMENSIONS]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(words: &[(&str, f32, usize)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((words.len() as u32).to_le_bytes());
        for (word, weight, axis) in words {
            bytes.push(word.len() as u8);
            bytes.extend(word.as_bytes());
            bytes.extend(weight.to_le_bytes());
            bytes.extend((0..DIMENSIONS).map(|n| if n == *axis { 127u8 } else { 0 }));
        }
        bytes
    }

    #[test]
    fn texts_with_the_same_words_mean_the_same() {
        let vectors = WordVectors::parse(&file(&[("钱", 1.0, 0), ("工作", 1.0, 1)])).unwrap();
        let meaning = |words: &[&str]| vectors.meaning(words.iter().copied()).unwrap();
        assert_eq!(meaning(&["钱", "工作"]), meaning(&["工作", "钱"]));
        assert_ne!(meaning(&["钱"]), meaning(&["工作"]));
        assert_eq!(vectors.meaning(["石头"]), None);
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_refused_without_panic(cut in 0usize..300, flip in 0usize..300) {
            let mut bytes = file(&[("钱", 1.0, 0), ("工作", 1.0, 1)]);
            bytes.truncate(cut.min(bytes.len() - 1));
            if let Some(byte) = bytes.get_mut(flip) {
                *byte ^= 0x80;
            }
            prop_assert!(WordVectors::parse(&bytes).is_none());
        }
    }
}

//! Which entry a question means, learned from the corpus's own names and asks: a linear softmax model (`training`).
//!
//! Counting how often words occur says what an entry talks about; learning says what tells it from its neighbours. Each
//! entry has a weight for every term and character of its phrases and a direction in the space of meanings.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::lexicon::{Lexicon, TermId};
use super::vectors::{DIMENSIONS, Meaning};

/// How much the meaning of a phrase counts beside its terms.
pub(super) const MEANING: f32 = 1.0;
/// How much the characters of a phrase count beside its terms.
const CHARACTERS: f32 = 0.7;

/// A phrase or question as the model sees it.
#[derive(Clone, Copy)]
pub struct Asked<'q> {
    /// Ascending.
    pub terms: &'q [TermId],
    /// Square root of the sum of their squared weights.
    pub norm: f32,
    /// Single characters, ascending: they still speak where a typo or an unknown word silences terms.
    pub characters: &'q [char],
    /// What the words mean together.
    pub meaning: Option<&'q Meaning>,
}

impl Asked<'_> {
    /// The share of each term in the whole, by weight.
    pub(super) fn share(&self, term: TermId, lexicon: &Lexicon) -> f32 {
        lexicon.idf(term) / self.norm
    }

    /// The share of each character.
    pub(super) fn share_of_character(&self) -> f32 {
        CHARACTERS / (self.characters.len().max(1) as f32).sqrt()
    }
}

/// The learned weights of all entries; by default none are learned.
#[derive(Default, Serialize, Deserialize)]
pub struct Learned {
    /// By entry.
    biases: Vec<f32>,
    /// By entry: `DIMENSIONS` numbers.
    directions: Vec<f32>,
    terms: Postings,
    /// Characters that have weights, ascending; their places number the postings of `characters`.
    alphabet: Vec<char>,
    characters: Postings,
    /// By term: how far it can speak for an entry, the largest of its weights times its own.
    telling: Vec<f32>,
}

/// Weights by term, each with its entry: a question touches those of its own terms only.
#[derive(Default, Serialize, Deserialize)]
struct Postings {
    /// By term: where its weights begin; one more at the end.
    starts: Vec<u32>,
    entries: Vec<u32>,
    weights: Vec<f32>,
}

impl Postings {
    /// From (term, entry, weight), of `terms` terms.
    fn collect(mut weights: Vec<(u32, u32, f32)>, terms: usize) -> Self {
        weights.sort_unstable_by_key(|&(term, entry, _)| (term, entry));
        let starts = (0..=terms as u32).map(|term| weights.partition_point(|(known, ..)| *known < term) as u32);
        Self {
            starts: starts.collect(),
            entries: weights.iter().map(|(_, entry, _)| *entry).collect(),
            weights: weights.iter().map(|(.., weight)| *weight).collect(),
        }
    }

    /// Adds `share` of the weights of `term` to the sums of their entries.
    fn add(&self, term: usize, share: f32, sums: &mut [f32]) {
        let [start, end] = [self.starts[term] as usize, self.starts[term + 1] as usize];
        for (entry, weight) in self.entries[start..end].iter().zip(&self.weights[start..end]) {
            sums[*entry as usize] += weight * share;
        }
    }

    fn weights_of(&self, term: usize) -> &[f32] {
        &self.weights[self.starts[term] as usize..self.starts[term + 1] as usize]
    }

    fn is_of(&self, terms: usize, entries: usize) -> bool {
        self.starts.len() == terms + 1
            && self.starts.is_sorted()
            && self.starts.last().is_some_and(|end| *end as usize == self.entries.len())
            && self.entries.len() == self.weights.len()
            && self.entries.iter().all(|entry| (*entry as usize) < entries)
    }
}

/// The weights of one entry, as training leaves them.
pub(super) struct EntryWeights {
    pub bias: f32,
    pub terms: Vec<(TermId, f32)>,
    pub characters: Vec<(char, f32)>,
    pub direction: [f32; DIMENSIONS],
}

impl Learned {
    /// Of the weights of each entry, in entry order, over `lexicon`.
    pub(super) fn collect(entries: Vec<EntryWeights>, lexicon: &Lexicon) -> Self {
        let mut alphabet: Vec<char> =
            entries.iter().flat_map(|entry| entry.characters.iter().map(|(character, _)| *character)).collect();
        alphabet.sort_unstable();
        alphabet.dedup();
        let place = |character| alphabet.binary_search(&character).expect("collected from the same") as u32;
        let numbered = || (0u32..).zip(&entries);
        let by_term =
            numbered().flat_map(|(n, entry)| entry.terms.iter().map(move |&(term, weight)| (term, n, weight)));
        let by_character = numbered().flat_map(|(n, entry)| {
            entry.characters.iter().map(move |&(character, weight)| (place(character), n, weight))
        });
        let terms = Postings::collect(by_term.collect(), lexicon.len());
        let telling = (0..lexicon.len()).map(|term| {
            let largest = terms.weights_of(term).iter().copied().fold(0.0, f32::max);
            largest * lexicon.idf(term as TermId)
        });
        Self {
            telling: telling.collect(),
            terms,
            characters: Postings::collect(by_character.collect(), alphabet.len()),
            biases: entries.iter().map(|entry| entry.bias).collect(),
            directions: entries.iter().flat_map(|entry| entry.direction).collect(),
            alphabet,
        }
    }

    /// By term: how far it can speak for any entry; `None` when nothing was learned.
    pub fn telling(&self) -> Option<&[f32]> {
        (!self.telling.is_empty()).then_some(&self.telling)
    }

    /// How far each of the entries numbered `candidates` is what is asked: a logit, 0 when nothing speaks for or
    /// against it.
    pub fn scores(&self, candidates: &[usize], asked: Asked<'_>, lexicon: &Lexicon) -> Vec<f32> {
        if self.biases.is_empty() {
            return vec![0.0; candidates.len()];
        }
        let mut sums = self.biases.clone();
        for &term in asked.terms {
            self.terms.add(term as usize, asked.share(term, lexicon), &mut sums);
        }
        let share = asked.share_of_character();
        for place in asked.characters.iter().filter_map(|character| self.alphabet.binary_search(character).ok()) {
            self.characters.add(place, share, &mut sums);
        }
        let meaning = asked.meaning.map(unit);
        let toward = |number: usize| match &meaning {
            Some(meaning) => MEANING * along(&self.directions[number * DIMENSIONS..][..DIMENSIONS], meaning),
            None => 0.0,
        };
        candidates.iter().map(|&number| sums[number] + toward(number)).collect()
    }

    /// Writes the weights to `path`.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        std::fs::write(path, postcard::to_stdvec(self).expect("plain numbers"))
    }

    /// Reads what `save` wrote for `entries` entries over a lexicon of `terms` terms; `None` when it is not that.
    pub fn load(path: &Path, entries: usize, terms: usize) -> Option<Self> {
        let read: Self = postcard::from_bytes(&std::fs::read(path).ok()?).ok()?;
        let is_whole = read.biases.len() == entries
            && read.directions.len() == entries * DIMENSIONS
            && read.terms.is_of(terms, entries)
            && read.telling.len() == terms
            && read.characters.is_of(read.alphabet.len(), entries);
        (is_whole || read.biases.is_empty()).then_some(read)
    }
}

/// The direction of a meaning, of length 1.
pub(super) fn unit(meaning: &Meaning) -> [f32; DIMENSIONS] {
    meaning.map(|component| f32::from(component) / 127.0)
}

/// The dot product. In eight sums side by side: one sum alone would have each addition wait for the last.
pub(super) fn along(a: &[f32], b: &[f32; DIMENSIONS]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

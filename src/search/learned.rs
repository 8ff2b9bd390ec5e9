//! Which entry a question means, learned from the corpus's own names and asks: a linear softmax model (`training`).
//!
//! Counting how often words occur says what an entry talks about; learning says what tells it from its neighbours. Each
//! entry has a weight for every term and character of its phrases and a direction in the space of meanings.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::lexicon::{Lexicon, TermId};
use super::vectors::{DIMENSIONS, Meaning, along, unit};

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
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Learned {
    /// By entry.
    pub(super) biases: Vec<f32>,
    /// By entry: `DIMENSIONS` numbers.
    pub(super) directions: Vec<f32>,
    pub(super) terms: Postings,
    /// Characters that have weights, ascending; their places number the postings of `characters`.
    alphabet: Vec<char>,
    pub(super) characters: Postings,
    /// By term: how far it can speak for an entry, the largest of its weights times its own.
    telling: Vec<f32>,
}

/// Weights by term, each with its entry: a question touches those of its own terms only.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Postings {
    /// By term: where its weights begin; one more at the end.
    starts: Vec<u32>,
    pub(super) entries: Vec<u32>,
    pub(super) weights: Vec<f32>,
}

impl Postings {
    /// Of `terms` terms, from each term and an entry that has it; all weights are 0.
    fn blank(mut pairs: Vec<(u32, u32)>, terms: usize) -> Self {
        pairs.sort_unstable();
        let starts = (0..=terms as u32).map(|term| pairs.partition_point(|(known, _)| *known < term) as u32);
        Self {
            starts: starts.collect(),
            entries: pairs.iter().map(|(_, entry)| *entry).collect(),
            weights: vec![0.0; pairs.len()],
        }
    }

    /// The places of the weights of `term`.
    pub(super) fn places(&self, term: usize) -> Range<usize> {
        self.starts[term] as usize..self.starts[term + 1] as usize
    }

    /// Adds `share` of the weights of `term` to the sums of their entries.
    fn add(&self, term: usize, share: f32, sums: &mut [f32]) {
        let places = self.places(term);
        for (entry, weight) in self.entries[places.clone()].iter().zip(&self.weights[places]) {
            sums[*entry as usize] += weight * share;
        }
    }

    fn is_of(&self, terms: usize, entries: usize) -> bool {
        self.starts.len() == terms + 1
            && self.starts.is_sorted()
            && self.starts.last().is_some_and(|end| *end as usize == self.entries.len())
            && self.entries.len() == self.weights.len()
            && self.entries.iter().all(|entry| (*entry as usize) < entries)
    }
}

impl Learned {
    /// With a weight of 0 for everything of `entries` that can have one; of `terms` terms.
    pub(super) fn blank(entries: &[Entry], terms: usize) -> Self {
        let mut alphabet: Vec<char> = entries.iter().flat_map(|entry| &entry.characters).copied().collect();
        alphabet.sort_unstable();
        alphabet.dedup();
        let place = |character| alphabet.binary_search(character).expect("collected from the same") as u32;
        let numbered = || (0u32..).zip(entries);
        let by_term = numbered().flat_map(|(n, entry)| entry.phrases_with.iter().map(move |(term, _)| (*term, n)));
        let by_character =
            numbered().flat_map(|(n, entry)| entry.characters.iter().map(move |character| (place(character), n)));
        Self {
            biases: vec![0.0; entries.len()],
            directions: vec![0.0; entries.len() * DIMENSIONS],
            terms: Postings::blank(by_term.collect(), terms),
            characters: Postings::blank(by_character.collect(), alphabet.len()),
            alphabet,
            telling: Vec::new(),
        }
    }

    /// Notes how far each term can speak for an entry; called once all weights are learned.
    pub(super) fn note_telling(&mut self, lexicon: &Lexicon) {
        let telling = (0..lexicon.len()).map(|term| {
            let largest = self.terms.weights[self.terms.places(term)].iter().copied().fold(0.0, f32::max);
            largest * lexicon.idf(term as TermId)
        });
        self.telling = telling.collect();
    }

    /// By term: how far it can speak for any entry; `None` when nothing was learned.
    pub fn telling(&self) -> Option<&[f32]> {
        (!self.telling.is_empty()).then_some(&self.telling)
    }

    /// How far each of the entries numbered `candidates` is what is asked: the natural logarithm of its share among them.
    pub fn log_shares(&self, candidates: &[usize], asked: Asked<'_>, lexicon: &Lexicon) -> Vec<f32> {
        let mut scores = Vec::with_capacity(candidates.len());
        self.score(candidates, asked, lexicon, &mut self.biases.clone(), &mut scores);
        let highest = scores.iter().copied().fold(f32::MIN, f32::max);
        let total = highest + scores.iter().map(|score| (score - highest).exp()).sum::<f32>().ln();
        scores.iter_mut().for_each(|score| *score -= total);
        scores
    }

    /// Puts the logits of `candidates` into `scores`, 0 when nothing speaks for or against; `sums` are the biases.
    pub(super) fn score(
        &self,
        candidates: &[usize],
        asked: Asked<'_>,
        lexicon: &Lexicon,
        sums: &mut [f32],
        scores: &mut Vec<f32>,
    ) {
        scores.clear();
        if self.biases.is_empty() {
            scores.resize(candidates.len(), 0.0);
            return;
        }
        for &term in asked.terms {
            self.terms.add(term as usize, asked.share(term, lexicon), sums);
        }
        let share = asked.share_of_character();
        for place in self.places_of(asked.characters) {
            self.characters.add(place, share, sums);
        }
        let meaning = asked.meaning.map(unit);
        let toward = |number: usize| match &meaning {
            Some(meaning) => MEANING * along(&self.directions[number * DIMENSIONS..][..DIMENSIONS], meaning),
            None => 0.0,
        };
        scores.extend(candidates.iter().map(|&number| sums[number] + toward(number)));
    }

    /// Which numbers `characters` have in the postings.
    pub(super) fn places_of(&self, characters: &[char]) -> impl Iterator<Item = usize> {
        characters.iter().filter_map(|character| self.alphabet.binary_search(character).ok())
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

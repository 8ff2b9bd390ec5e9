//! What speaks for an entry as the answer to a question: its names, its words as a whole, and what was learned.

use super::entry::{Entry, EntryRef, Overlap};
use super::learned::Asked;
use super::lexicon::{Lexicon, Query, TermId};
use super::vectors::{Meaning, WordVectors};
use crate::corpus::{Place, Text};

/// One name or ask as terms.
pub struct Phrase {
    terms: Box<[TermId]>,
    /// Square root of the sum of squared weights.
    norm: f32,
    characters: Box<[char]>,
    place: Place,
    meaning: Option<Meaning>,
}

impl Phrase {
    /// The phrase `text`.
    pub fn new(lexicon: &Lexicon, vectors: &WordVectors, text: &Text) -> Self {
        let read = lexicon.read(text, vectors);
        Self {
            norm: lexicon.norm(&read.terms),
            terms: read.terms.into_boxed_slice(),
            characters: read.characters.into_boxed_slice(),
            place: text.place.clone(),
            meaning: read.meaning,
        }
    }

    /// Its terms, ascending.
    pub fn terms(&self) -> impl Iterator<Item = TermId> + Clone + '_ {
        self.terms.iter().copied()
    }

    /// Its Han characters, ascending.
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// The phrase as a question.
    pub fn asked(&self) -> Asked<'_> {
        Asked { terms: &self.terms, norm: self.norm, characters: &self.characters, meaning: self.meaning.as_ref() }
    }

    /// Whether it has `term`.
    pub fn has(&self, term: TermId) -> bool {
        self.terms.binary_search(&term).is_ok()
    }

    /// Where it stands in the corpus.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether it is the question to the word.
    fn is_same(&self, query: &Query) -> bool {
        !self.terms.is_empty() && *self.terms == *query.terms()
    }

    /// Cosine of the weighted terms, 0..=1.
    pub fn cosine(&self, query: &Query, lexicon: &Lexicon) -> f32 {
        let norm = self.norm * query.norm();
        if norm > 0.0 { self.shared(query, lexicon) / norm } else { 0.0 }
    }

    /// Sum of squared weights of the terms both have.
    fn shared(&self, query: &Query, lexicon: &Lexicon) -> f32 {
        let (mut mine, mut theirs) = (self.terms.iter().peekable(), query.terms().iter().peekable());
        let mut shared = 0.0;
        while let (Some(&&a), Some(&&b)) = (mine.peek(), theirs.peek()) {
            match a.cmp(&b) {
                std::cmp::Ordering::Less => drop(mine.next()),
                std::cmp::Ordering::Greater => drop(theirs.next()),
                std::cmp::Ordering::Equal => {
                    shared += lexicon.idf(a) * lexicon.idf(a);
                    mine.next();
                    theirs.next();
                }
            }
        }
        shared
    }
}

/// The names of the features, in order; the fitted weights are stored in this order.
///
/// Comparing a question with every single name or ask, by words or by meaning, was measured and adds nothing beside these.
pub const FEATURES: [&str; 3] = ["coverage", "profile", "learned"];

/// Where `learned` stands among the features.
const LEARNED: usize = 2;
/// Brings learned log shares into the range of the other features.
const LOG_SCALE: f32 = 8.0;

/// The comparison of one entry with one question; by default nothing speaks for it.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// By `FEATURES`.
    pub features: [f32; FEATURES.len()],
    /// Whether the entry is a guide: a wrong guide sends people on a wrong way, a wrong greeting does not.
    pub is_guide: bool,
    /// Whether a name or ask is the question to the word.
    pub is_word_for_word: bool,
}

impl Evidence {
    /// Says nothing of the features named.
    pub(super) fn leave_out(&mut self, names: &[&str]) {
        for (feature, name) in self.features.iter_mut().zip(FEATURES) {
            if names.contains(&name) {
                *feature = 0.0;
            }
        }
    }

    /// The share that the learned model gives this entry among all candidates, 0..=1.
    pub fn learned_share(&self) -> f32 {
        (self.features[LEARNED] * LOG_SCALE).exp()
    }

    /// As if `other` had not been among the candidates: its share falls to the rest.
    pub(super) fn without(mut self, other: &Evidence) -> Self {
        let rest = (1.0 - other.learned_share()).max(f32::EPSILON);
        self.features[LEARNED] -= rest.ln() / LOG_SCALE;
        self
    }

    /// Compares `entry` with `query` as if the ask numbered `without` had not been written; `log_share` is what the
    /// learned model says.
    pub(super) fn gather(
        entry: &Entry,
        query: &Query,
        lexicon: &Lexicon,
        without: Option<usize>,
        log_share: f32,
    ) -> Self {
        let Overlap { coverage, profile } = entry.overlap(query, lexicon, without);
        let features = [coverage, profile, log_share / LOG_SCALE];
        let mut asks = entry.asks.iter().enumerate().filter(|(number, _)| Some(*number) != without).map(|(_, ask)| ask);
        // Only an entry that has every word can have them all in one phrase.
        let is_word_for_word = coverage == 1.0
            && (entry.names.iter().any(|name| name.is_same(query)) || asks.any(|ask| ask.is_same(query)));
        Self { features, is_guide: matches!(entry.reference, EntryRef::Guide(_)), is_word_for_word }
    }
}

//! What speaks for an entry as the answer to a question: the phrases most like it, and how much of it is covered.

use super::entry::{Entry, EntryRef};
use super::learned::Asked;
use super::lexicon::{Lexicon, Query, TermId};
use super::vectors::{Meaning, WordVectors, likeness};
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
        let terms = lexicon.terms(text).into_boxed_slice();
        let norm = lexicon.norm(&terms);
        let characters = lexicon.characters(text).into_boxed_slice();
        Self { terms, norm, characters, place: text.place.clone(), meaning: lexicon.meaning(text, vectors) }
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
pub const FEATURES: [&str; 11] = [
    "best_ask",
    "next_asks",
    "ask_contained",
    "best_name",
    "name_contained",
    "coverage",
    "best_meaning",
    "next_meanings",
    "profile",
    "odds",
    "learned",
];

/// Brings learned logits into the range of the other features.
const LOGIT_SCALE: f32 = 8.0;

/// The comparison of one entry with one question.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// By `FEATURES`, each at most 1.
    pub features: [f32; FEATURES.len()],
    /// Whether the entry is a guide: a wrong guide sends people on a wrong way, a wrong greeting does not.
    pub is_guide: bool,
    /// The name or ask most like the question.
    pub closest: Option<Place>,
}

impl Evidence {
    /// Whether a name or ask is the question to the word.
    pub(super) fn is_word_for_word(&self) -> bool {
        const SAME: f32 = 0.999;
        self.features[0] > SAME || self.features[3] > SAME
    }

    pub(super) fn gather(
        entry: &Entry,
        query: &Query,
        lexicon: &Lexicon,
        without: Option<usize>,
        learned: f32,
    ) -> Self {
        let mut asks = Best::default();
        for (number, ask) in entry.asks.iter().enumerate() {
            if Some(number) != without {
                asks.take(ask, query, lexicon);
            }
        }
        let mut names = Best::default();
        for name in &entry.names {
            names.take(name, query, lexicon);
        }
        let next_asks = (asks.cosines[1] + asks.cosines[2]) / 2.0;
        let coverage = entry.coverage(query, lexicon, without);
        let meanings = meanings(entry, query, without);
        let features = [
            asks.cosines[0],
            next_asks,
            asks.contained,
            names.cosines[0],
            names.contained,
            coverage,
            meanings[0],
            (meanings[1] + meanings[2]) / 2.0,
            entry.profile(query, lexicon, without),
            entry.odds(query, lexicon, without),
            learned / LOGIT_SCALE,
        ];
        let closest = if names.cosines[0] > asks.cosines[0] { names.closest } else { asks.closest };
        Self { features, is_guide: matches!(entry.reference, EntryRef::Guide(_)), closest }
    }
}

/// The three highest likenesses in meaning, falling.
fn meanings(entry: &Entry, query: &Query, without: Option<usize>) -> [f32; 3] {
    let mut best = [0.0; 3];
    let Some(asked) = query.meaning() else { return best };
    let asks = entry.asks.iter().enumerate().filter(|(number, _)| Some(*number) != without).map(|(_, ask)| ask);
    for meaning in asks.chain(&entry.names).filter_map(|phrase| phrase.meaning.as_ref()) {
        keep_highest(&mut best, likeness(asked, meaning));
    }
    best
}

/// Puts `value` in its place among falling values, if it has one.
fn keep_highest(falling: &mut [f32; 3], mut value: f32) {
    for place in falling {
        if value > *place {
            std::mem::swap(&mut value, place);
        }
    }
}

#[derive(Default)]
struct Best {
    /// The three highest cosines, falling.
    cosines: [f32; 3],
    contained: f32,
    closest: Option<Place>,
}

impl Best {
    fn take(&mut self, phrase: &Phrase, query: &Query, lexicon: &Lexicon) {
        let shared = phrase.shared(query, lexicon);
        if shared == 0.0 {
            return;
        }
        let cosine = shared / (phrase.norm * query.norm());
        if cosine > self.cosines[0] {
            self.closest = Some(phrase.place.clone());
        }
        keep_highest(&mut self.cosines, cosine);
        self.contained = self.contained.max(shared / (phrase.norm * phrase.norm));
    }
}

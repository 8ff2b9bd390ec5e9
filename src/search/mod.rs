//! Which entries of the corpus may answer a question, each with its reasons. tantivy lives in this room.
//!
//! Three steps. The index narrows all entries down to a few dozen candidates by BM25 over one field into which names,
//! asks and body are folded. A model learned from the asks picks the likeliest of them, and a fitted one turns what
//! speaks for each into a confidence. User text never reaches a query parser: queries are built from terms.

mod built;
mod candidates;
mod descent;
mod entry;
mod evidence;
mod fit;
mod learned;
mod lexicon;
mod model;
mod ranking;
mod spelling;
mod training;
mod vectors;

use std::path::{Path, PathBuf};

pub use candidates::IndexError;
pub use descent::{Descent, FIRST_SLOPE, LEAST_ERROR};
pub use entry::{EntryRef, entries};
pub use evidence::{Evidence, FEATURES, Phrase};
pub use fit::{Confirmed, Lesson, Quality, Tally, TrainingSet, fit_choice};
pub use lexicon::{Lexicon, Query};
pub use model::{Model, ModelError, RANKING_FILE, VECTORS_FILE};
pub use ranking::{ANSWER_FEATURES, CONTEXT_FEATURES, Costs, Ranking, RankingError};
pub use vectors::{DIMENSIONS, Meaning, VectorsError, WordVectors, along, unit};

use candidates::Candidates;
use entry::Entry;
use learned::Learned;

use crate::corpus::{Corpus, Place};

/// Candidates that the index gives.
const SHORTLIST: usize = 48;
/// Terms of a question that are looked up in the index.
const LOOKED_UP: usize = 16;
/// Candidates whose evidence is gathered.
const COMPARED: usize = 5;

/// The candidates for `query` that the learned model believes most, each with the logarithm of its share among all
/// candidates; the most believed first.
fn shortlisted(query: &Query, search: &Search, learned: &Learned) -> Vec<(usize, f32)> {
    let telling = learned.telling().unwrap_or(search.lexicon.idfs());
    let candidates = search.candidates.top(query.terms(), telling, LOOKED_UP, SHORTLIST);
    let shares = learned.log_shares(&candidates, query.asked(), &search.lexicon);
    let mut scored: Vec<(usize, f32)> = candidates.into_iter().zip(shares).collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scored.truncate(COMPARED);
    scored
}

/// An entry that may answer, and why.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which entry.
    pub entry: EntryRef,
    /// Probability in 0..=1 that this entry is what was asked for.
    pub confidence: f32,
    /// What speaks for it.
    pub evidence: Evidence,
}

/// How a query fits an entry.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    /// The share of the query's weight that the entry has in names, asks or body, 0..=1.
    pub coverage: f32,
    /// The natural logarithm of the share that the learned model gives it among the entries it was asked about.
    pub log_share: f32,
}

/// All entries of one corpus, ready to be searched. Read-only.
pub struct Search {
    lexicon: Lexicon,
    entries: Vec<Entry>,
    candidates: Candidates,
    learned: Learned,
    model: Model,
}

impl Search {
    /// Opens the index of `corpus` below `folder`, building it first when it is missing or of another corpus.
    pub fn open(corpus: &Corpus, folder: &Path, model: Model) -> Result<Self, IndexError> {
        let (lexicon, entries) = entry::read(corpus, &model.vectors);
        let (candidates, learned) = built::open_or_build(folder, corpus, &model, &lexicon, &entries)?;
        Ok(Self { lexicon, entries, candidates, learned, model })
    }

    /// Builds the index in memory.
    pub fn in_memory(corpus: &Corpus, model: Model) -> Result<Self, IndexError> {
        let (lexicon, entries) = entry::read(corpus, &model.vectors);
        let candidates = Candidates::in_memory(&entries)?;
        let learned = training::train(corpus, &entries, &lexicon, &model.vectors, &candidates, |_, _| false);
        Ok(Self { lexicon, entries, candidates, learned, model })
    }

    /// The folder of what is built from `corpus` below `folder`.
    pub fn folder(corpus: &Corpus, folder: &Path, model: &Model) -> PathBuf {
        built::stamped(folder, corpus, model)
    }

    /// Whether the index of `corpus` stands ready below `folder`.
    pub fn is_built(corpus: &Corpus, folder: &Path, model: &Model) -> bool {
        built::is_built(folder, corpus, model)
    }

    /// Reads a question the way the index reads the corpus.
    pub fn query(&self, normalised: &str) -> Query {
        self.lexicon.query(normalised, &self.model.vectors)
    }

    /// What the words of a text mean together.
    pub fn meaning(&self, normalised: &str) -> Option<Meaning> {
        self.lexicon.meaning(normalised, &self.model.vectors)
    }

    /// The entries that may answer, most likely first; confidences add up to at most 1.
    pub fn search(&self, query: &Query) -> Vec<Hit> {
        let evidence = shortlisted(query, self, &self.learned)
            .into_iter()
            .map(|(number, log_share)| (number, self.entries[number].compare(query, &self.lexicon, None, log_share)));
        self.model
            .ranking
            .rank(evidence.collect(), query.form(&self.lexicon))
            .into_iter()
            .map(|(number, confidence, evidence)| Hit {
                entry: self.entries[number].reference.clone(),
                confidence,
                evidence,
            })
            .collect()
    }

    /// How the query fits each of `entries`.
    pub fn fits(&self, query: &Query, entries: &[EntryRef]) -> Vec<Fit> {
        let number = |entry: &EntryRef| self.entries.iter().position(|known| known.reference == *entry);
        let numbers: Vec<Option<usize>> = entries.iter().map(number).collect();
        let known: Vec<usize> = numbers.iter().flatten().copied().collect();
        let mut log_shares = self.learned.log_shares(&known, query.asked(), &self.lexicon).into_iter();
        let fit = |number: Option<usize>| match (number, number.and_then(|_| log_shares.next())) {
            (Some(number), Some(log_share)) => {
                Fit { coverage: self.entries[number].overlap(query, &self.lexicon, None).coverage, log_share }
            }
            _ => Fit { coverage: 0.0, log_share: f32::NEG_INFINITY },
        };
        numbers.into_iter().map(fit).collect()
    }

    /// Where the name or ask most like the query stands, of the entry of `hit`.
    pub fn closest(&self, query: &Query, hit: &Hit) -> Option<&Place> {
        self.entries.iter().find(|entry| entry.reference == hit.entry)?.closest(query, &self.lexicon)
    }

    /// Goes on with other weights and thresholds.
    pub fn adopt(&mut self, ranking: Ranking) {
        self.model.ranking = ranking;
    }

    /// The fitted weights and thresholds.
    pub fn ranking(&self) -> &Ranking {
        &self.model.ranking
    }

    /// The words and word-table hits of a query, for explaining.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }
}

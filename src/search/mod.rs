//! Which entries of the corpus may answer a question, each with its reasons. tantivy lives in this room.
//!
//! Two steps. The index narrows all entries down to a few dozen candidates by BM25 over one field into which names,
//! asks and body are folded. Then each candidate is compared with the question phrase by phrase, and a fitted model
//! turns the comparison into a confidence. User text never reaches a query parser: queries are built from terms.

mod candidates;
mod entry;
mod evidence;
mod lexicon;
mod model;
mod ranking;
mod vectors;

use std::path::Path;

pub use candidates::IndexError;
pub use entry::{EntryRef, entries};
pub use evidence::{Evidence, FEATURES, Phrase};
pub use lexicon::{Lexicon, Query};
pub use model::{Model, ModelError, RANKING_FILE, VECTORS_FILE};
pub use ranking::{Ranking, RankingError, fit};
pub use vectors::{VectorsError, WordVectors};

use candidates::Candidates;
use entry::Entry;

use crate::corpus::Corpus;

/// Candidates that are compared phrase by phrase.
const SHORTLIST: usize = 32;

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

/// All entries of one corpus, ready to be searched. Read-only.
pub struct Search {
    lexicon: Lexicon,
    entries: Vec<Entry>,
    candidates: Candidates,
    model: Model,
}

impl Search {
    /// Opens the index of `corpus` below `folder`, building it first when it is missing or of another corpus.
    pub fn open(corpus: &Corpus, folder: &Path, model: Model) -> Result<Self, IndexError> {
        Self::with(corpus, model, |lexicon, entries| Candidates::open_or_build(folder, corpus, lexicon, entries))
    }

    /// Builds the index in memory.
    pub fn in_memory(corpus: &Corpus, model: Model) -> Result<Self, IndexError> {
        Self::with(corpus, model, Candidates::in_memory)
    }

    fn with(
        corpus: &Corpus,
        model: Model,
        candidates: impl FnOnce(&Lexicon, &[Entry]) -> Result<Candidates, IndexError>,
    ) -> Result<Self, IndexError> {
        let (lexicon, entries) = entry::read(corpus, &model.vectors);
        let candidates = candidates(&lexicon, &entries)?;
        Ok(Self { lexicon, entries, candidates, model })
    }

    /// Whether the index of `corpus` stands ready below `folder`.
    pub fn is_built(corpus: &Corpus, folder: &Path) -> bool {
        candidates::is_built(folder, corpus)
    }

    /// Reads a question the way the index reads the corpus.
    pub fn query(&self, normalised: &str) -> Query {
        self.lexicon.query(normalised, &self.model.vectors)
    }

    /// The entries that may answer, most likely first; confidences add up to at most 1.
    pub fn search(&self, query: &Query) -> Vec<Hit> {
        let shortlist = self.candidates.top(query, SHORTLIST);
        let evidence =
            shortlist.into_iter().map(|number| (number, self.entries[number].compare(query, &self.lexicon, None)));
        self.model
            .ranking
            .rank(evidence.collect())
            .into_iter()
            .map(|(number, confidence, evidence)| Hit {
                entry: self.entries[number].reference.clone(),
                confidence,
                evidence,
            })
            .collect()
    }

    /// The candidates the index alone would give, best first: the net's own quality, for measuring.
    pub fn shortlist(&self, query: &Query) -> Vec<&EntryRef> {
        self.candidates.top(query, SHORTLIST).into_iter().map(|number| &self.entries[number].reference).collect()
    }

    /// Share of the query's weight that occurs anywhere in the entry's texts, in 0..=1.
    pub fn coverage(&self, entry: &EntryRef, query: &Query) -> f32 {
        self.entries
            .iter()
            .find(|known| known.reference == *entry)
            .map_or(0.0, |known| known.coverage(query, &self.lexicon))
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

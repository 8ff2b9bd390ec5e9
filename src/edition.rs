//! One state of the corpus with everything built from it. Read-only; a new corpus makes a new edition.

use std::path::Path;

use crate::corpus::{self, Corpus, ReadError, Reading};
use crate::phrasing::{self, Phrasing};
use crate::search::{IndexError, Model, Search};
use crate::text::Normaliser;
use crate::understand::{self, Answering, Cues, Following};

/// The checks that other rooms add to those of the corpus itself.
const CHECKS: &[corpus::Check] = &[phrasing::check];

/// Reads and checks the corpus folder completely.
pub fn read_corpus(folder: &Path) -> Result<Reading, ReadError> {
    corpus::read(folder, CHECKS)
}

/// Reads and checks corpus files already in memory.
pub fn read_corpus_files(files: Vec<corpus::SourceFile>) -> Reading {
    corpus::read_files(files, CHECKS)
}

/// A corpus, its wording and its index.
pub struct Edition {
    /// What the hall says.
    pub corpus: Corpus,
    /// Its compiled wording.
    pub phrasing: Phrasing,
    /// Its index.
    pub search: Search,
    /// Its phrases that give away what is asked.
    pub cues: Cues,
    /// Whether a message goes on with the matter talked about.
    pub following: Following,
    /// Which sentence of a guide answers a message about it.
    pub answering: Answering,
    /// One form for matching.
    pub normaliser: Normaliser,
}

impl Edition {
    /// Builds everything, with the index below `index` on disk.
    pub fn open(corpus: Corpus, index: &Path, model: Model) -> Result<Self, IndexError> {
        let folder = Search::folder(&corpus, index, &model);
        Self::with(
            corpus,
            |corpus| Search::open(corpus, index, model),
            |corpus, search| understand::open_or_learn(&folder, corpus, |text| search.meaning(text)),
        )
    }

    /// Builds everything in memory.
    pub fn in_memory(corpus: Corpus, model: Model) -> Result<Self, IndexError> {
        Self::with(
            corpus,
            |corpus| Search::in_memory(corpus, model),
            |corpus, search| understand::learn(corpus, |text| search.meaning(text)),
        )
    }

    fn with(
        corpus: Corpus,
        search: impl FnOnce(&Corpus) -> Result<Search, IndexError>,
        wordings: impl FnOnce(&Corpus, &Search) -> (Following, Answering),
    ) -> Result<Self, IndexError> {
        let search = search(&corpus)?;
        let (following, answering) = wordings(&corpus, &search);
        let (phrasing, cues) = (Phrasing::new(&corpus), Cues::new(&corpus));
        Ok(Self { search, corpus, phrasing, cues, following, answering, normaliser: Normaliser::new() })
    }
}

//! The tantivy index: one document an entry, in entry order, one field of terms written as numbers.

use std::fs;
use std::path::{Path, PathBuf};

use tantivy::collector::TopDocs;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::query::{BooleanQuery, Occur, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Directory, Index, IndexReader, ReloadPolicy, TantivyDocument, Term};

use super::entry::Entry;
use super::lexicon::{Lexicon, Query, TermId};
use crate::corpus::Corpus;

/// Changes when the same corpus would give another index.
const FORMAT: u32 = 1;
/// Memory for building, bytes; tantivy's least is 15 MB.
const BUILD_MEMORY: usize = 64 << 20;
/// Terms of a question that are looked up, the most telling first: a bound on the work a message can ask for.
const MOST_TERMS: usize = 48;

/// Why there is no index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// tantivy failed.
    #[error("the search index failed")]
    Tantivy(#[from] tantivy::TantivyError),
    /// The folder could not be used.
    #[error("cannot use the index folder {path}")]
    Io {
        /// Which path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

pub struct Candidates {
    reader: IndexReader,
    terms: Field,
    idf: Vec<f32>,
}

/// The folder of the index of `corpus`: stamped with its revision, so that another corpus never meets it.
fn stamped(folder: &Path, corpus: &Corpus) -> PathBuf {
    folder.join(format!("segments-{FORMAT}-{}", corpus.revision.as_str()))
}

pub fn is_built(folder: &Path, corpus: &Corpus) -> bool {
    stamped(folder, corpus).join("meta.json").exists()
}

impl Candidates {
    pub fn open_or_build(
        folder: &Path,
        corpus: &Corpus,
        lexicon: &Lexicon,
        entries: &[Entry],
    ) -> Result<Self, IndexError> {
        let ready = stamped(folder, corpus);
        if let Ok(index) = Index::open_in_dir(&ready)
            && let Ok(candidates) = Self::read(&index, lexicon)
            && candidates.reader.searcher().num_docs() == entries.len() as u64
        {
            return Ok(candidates);
        }
        let io_error = |source| IndexError::Io { path: ready.clone(), source };
        // Built beside and renamed: a crash or a second process never leaves half an index under the stamp.
        let aside = folder.join(format!("building-{}-{}", std::process::id(), corpus.revision.as_str()));
        let _ = fs::remove_dir_all(&aside);
        fs::create_dir_all(&aside).map_err(io_error)?;
        build(MmapDirectory::open(&aside).map_err(tantivy::TantivyError::from)?, entries)?;
        let _ = fs::remove_dir_all(&ready);
        if fs::rename(&aside, &ready).is_err() {
            // Another process was faster with the same corpus.
            let _ = fs::remove_dir_all(&aside);
        }
        remove_stale(folder, &ready);
        Self::read(&Index::open_in_dir(&ready)?, lexicon)
    }

    pub fn in_memory(lexicon: &Lexicon, entries: &[Entry]) -> Result<Self, IndexError> {
        Self::read(&build(RamDirectory::create(), entries)?, lexicon)
    }

    fn read(index: &Index, lexicon: &Lexicon) -> Result<Self, IndexError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let terms = index.schema().get_field("terms")?;
        Ok(Self { reader, terms, idf: (0..lexicon.len() as TermId).map(|term| lexicon.idf(term)).collect() })
    }

    /// The numbers of the `limit` entries with the highest BM25 score, best first.
    pub fn top(&self, query: &Query, limit: usize) -> Vec<usize> {
        let mut terms = query.terms().to_vec();
        if terms.len() > MOST_TERMS {
            terms.sort_by(|a, b| self.idf[*b as usize].total_cmp(&self.idf[*a as usize]).then(a.cmp(b)));
            terms.truncate(MOST_TERMS);
        }
        if terms.is_empty() {
            return Vec::new();
        }
        let clauses = terms.into_iter().map(|term| {
            let term = Term::from_field_text(self.terms, &written(term));
            let clause: Box<dyn tantivy::query::Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (Occur::Should, clause)
        });
        let query = BooleanQuery::new(clauses.collect());
        let found = self.reader.searcher().search(&query, &TopDocs::with_limit(limit).order_by_score());
        // One segment, written in entry order: a document's number is its entry's.
        found.expect("the index is only read").into_iter().map(|(_, address)| address.doc_id as usize).collect()
    }
}

/// Terms are written as numbers in base 36: short keys, and no analysis to disagree about.
fn written(mut term: TermId) -> String {
    let mut digits = Vec::with_capacity(4);
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(term % 36) as usize]);
        term /= 36;
        if term == 0 {
            return String::from_utf8(digits).expect("ASCII digits");
        }
    }
}

fn build(directory: impl Directory, entries: &[Entry]) -> Result<Index, IndexError> {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
    let terms = schema.add_text_field("terms", TextOptions::default().set_indexing_options(indexing));
    let index = Index::builder().schema(schema.build());
    let mut writer = index.single_segment_index_writer::<TantivyDocument>(directory, BUILD_MEMORY)?;
    for entry in entries {
        let tokens = entry.folded.iter().enumerate().map(|(position, &term)| Token {
            position,
            text: written(term),
            ..Token::default()
        });
        let mut document = TantivyDocument::default();
        document.add_pre_tokenized_text(terms, PreTokenizedString { text: String::new(), tokens: tokens.collect() });
        writer.add_document(document)?;
    }
    Ok(writer.finalize()?)
}

/// Earlier corpora's indexes are of no more use; one in use keeps its open files.
fn remove_stale(folder: &Path, ready: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path != ready && name.to_string_lossy().starts_with("segments-") {
            let _ = fs::remove_dir_all(path);
        }
    }
}

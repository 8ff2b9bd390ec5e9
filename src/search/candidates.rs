//! The tantivy index: one document an entry, in entry order, one field of terms written as numbers.

use std::path::{Path, PathBuf};

use tantivy::collector::TopDocs;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::query::{BooleanQuery, Occur, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Directory, Index, IndexReader, ReloadPolicy, TantivyDocument, Term};

use super::entry::Entry;
use super::lexicon::TermId;

/// Memory for building, bytes; tantivy's least is 15 MB.
const BUILD_MEMORY: usize = 64 << 20;

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
}

impl Candidates {
    /// The index in `folder`, if it is there and of these entries.
    pub fn open(folder: &Path, entries: &[Entry]) -> Option<Self> {
        let candidates = Self::read(&Index::open_in_dir(folder).ok()?).ok()?;
        (candidates.reader.searcher().num_docs() == entries.len() as u64).then_some(candidates)
    }

    /// Builds the index in `folder`, an existing and empty one.
    pub fn build(folder: &Path, entries: &[Entry]) -> Result<Self, IndexError> {
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        Self::read(&build(directory, entries)?)
    }

    pub fn in_memory(entries: &[Entry]) -> Result<Self, IndexError> {
        Self::read(&build(RamDirectory::create(), entries)?)
    }

    fn read(index: &Index) -> Result<Self, IndexError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let terms = index.schema().get_field("terms")?;
        Ok(Self { reader, terms })
    }

    /// The numbers of the `limit` entries with the highest BM25 score, best first. Of `terms` the `most` are looked up
    /// that tell most by `telling`, which bounds the work a message can ask for.
    pub fn top(&self, terms: &[TermId], telling: &[f32], most: usize, limit: usize) -> Vec<usize> {
        let mut terms = terms.to_vec();
        if terms.len() > most {
            let by_telling =
                |a: &TermId, b: &TermId| telling[*b as usize].total_cmp(&telling[*a as usize]).then(a.cmp(b));
            terms.select_nth_unstable_by(most, by_telling);
            terms.truncate(most);
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

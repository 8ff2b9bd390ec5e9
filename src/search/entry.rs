//! What can be found: guides, catalogue matters, life events and ways of talking, each with its phrases.

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Phrase};
use super::lexicon::{Lexicon, LexiconBuilder, Query, TermId};
use super::vectors::WordVectors;
use crate::corpus::{Corpus, GuideId, JourneyId, MatterId, Text, check::wording::visible_texts};

/// Points to an entry of the corpus.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum EntryRef {
    /// A guide.
    Guide(GuideId),
    /// A matter known by name only.
    Matter(MatterId),
    /// A life event.
    Journey(JourneyId),
    /// A way of talking outside the guides, by the intent's id.
    Intent(String),
}

impl EntryRef {
    /// The entry's id, unique over all kinds but intents.
    pub fn id(&self) -> &str {
        match self {
            EntryRef::Guide(id) => id.as_str(),
            EntryRef::Matter(id) => id.as_str(),
            EntryRef::Journey(id) => id.as_str(),
            EntryRef::Intent(id) => id,
        }
    }
}

/// The texts of an entry by their weight in the index.
pub struct EntryTexts<'c> {
    /// Which entry.
    pub reference: EntryRef,
    /// Names that mean it.
    pub names: Vec<&'c Text>,
    /// Ways people put it.
    pub asks: Vec<&'c Text>,
    /// Everything else that is said about it.
    pub body: Vec<&'c Text>,
}

/// All entries of a corpus.
pub fn entries(corpus: &Corpus) -> impl Iterator<Item = EntryTexts<'_>> {
    let guides = corpus.guides.iter().map(|guide| EntryTexts {
        reference: EntryRef::Guide(guide.id.clone()),
        names: [&guide.official_name, &guide.plain_name].into_iter().chain(&guide.aliases).collect(),
        asks: guide.asks.iter().collect(),
        body: visible_texts(guide),
    });
    let matters = corpus.matters.iter().map(|matter| EntryTexts {
        reference: EntryRef::Matter(matter.id.clone()),
        names: vec![&matter.name, &matter.plain_name],
        asks: matter.asks.iter().collect(),
        body: Vec::new(),
    });
    let journeys = corpus.journeys.iter().map(|journey| EntryTexts {
        reference: EntryRef::Journey(journey.id.clone()),
        names: std::iter::once(&journey.name).chain(&journey.aliases).collect(),
        asks: journey.asks.iter().collect(),
        body: vec![&journey.one_line],
    });
    let intents = corpus.language.intents.iter().filter(|intent| !intent.asks.is_empty()).map(|intent| EntryTexts {
        reference: EntryRef::Intent(intent.id.to_string()),
        names: Vec::new(),
        asks: intent.asks.iter().collect(),
        body: Vec::new(),
    });
    guides.chain(matters).chain(journeys).chain(intents)
}

/// An entry in the form that questions are compared with.
pub struct Entry {
    pub reference: EntryRef,
    pub names: Vec<Phrase>,
    pub asks: Vec<Phrase>,
    /// All terms of names, asks and body, ascending, with how often each occurs.
    pub vocabulary: Vec<(TermId, u32)>,
    /// The terms of the folded field in the index: names three times, asks and body once.
    pub folded: Vec<TermId>,
}

/// Reads every entry twice: once to learn the words, once to write them as numbers.
pub fn read(corpus: &Corpus, vectors: &WordVectors) -> (Lexicon, Vec<Entry>) {
    let mut builder = LexiconBuilder::new(corpus);
    for texts in entries(corpus) {
        builder.learn(texts.names.iter().chain(&texts.asks).chain(&texts.body).map(|text| text.as_str()));
    }
    let lexicon = builder.finish();
    let entries = entries(corpus).map(|texts| Entry::new(&lexicon, vectors, texts)).collect();
    (lexicon, entries)
}

impl Entry {
    fn new(lexicon: &Lexicon, vectors: &WordVectors, texts: EntryTexts<'_>) -> Self {
        let phrases =
            |texts: &[&Text]| texts.iter().map(|text| Phrase::new(lexicon, vectors, text)).collect::<Vec<_>>();
        let (names, asks) = (phrases(&texts.names), phrases(&texts.asks));
        let body: Vec<TermId> = texts.body.iter().flat_map(|text| lexicon.terms(text)).collect();
        let mut all: Vec<TermId> =
            names.iter().chain(&asks).flat_map(Phrase::terms).chain(body.iter().copied()).collect();
        all.sort_unstable();
        let vocabulary = all.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect();
        let repeated_names = names.iter().flat_map(|name| std::iter::repeat_n(name.terms(), 3).flatten());
        let folded = repeated_names.chain(asks.iter().flat_map(Phrase::terms)).chain(body).collect();
        Self { reference: texts.reference, names, asks, vocabulary, folded }
    }

    /// What speaks for this entry as the answer to `query`; `without` leaves one ask out, for fitting.
    pub fn compare(&self, query: &Query, lexicon: &Lexicon, without: Option<usize>) -> Evidence {
        Evidence::gather(self, query, lexicon, without)
    }

    /// Share of the query's weight found in the entry's vocabulary.
    pub fn coverage(&self, query: &Query, lexicon: &Lexicon) -> f32 {
        self.coverage_without(query, lexicon, None)
    }

    /// The same, as if the ask numbered `without` had not been written.
    pub fn coverage_without(&self, query: &Query, lexicon: &Lexicon, without: Option<usize>) -> f32 {
        let left_out = without.map(|number| &self.asks[number]);
        let (mut covered, mut total) = (0.0, query.unknown_weight(lexicon));
        for &term in query.terms() {
            let weight = lexicon.idf(term);
            total += weight;
            if let Ok(at) = self.vocabulary.binary_search_by_key(&term, |(known, _)| *known) {
                let elsewhere = self.vocabulary[at].1 - u32::from(left_out.is_some_and(|ask| ask.has(term)));
                covered += if elsewhere > 0 { weight } else { 0.0 };
            }
        }
        if total > 0.0 { covered / total } else { 0.0 }
    }
}

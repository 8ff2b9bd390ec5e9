//! What can be found: guides, catalogue matters, life events and ways of talking, each with its phrases.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Phrase};
use super::lexicon::{Lexicon, LexiconBuilder, Query, TermId};
use super::vectors::WordVectors;
use crate::corpus::{
    Corpus, Guide, GuideId, JourneyId, MatterId, Neighbour, Place, Text, check::wording::visible_texts,
};

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

impl From<Neighbour> for EntryRef {
    fn from(neighbour: Neighbour) -> Self {
        match neighbour {
            Neighbour::Guide(id) => EntryRef::Guide(id),
            Neighbour::Matter(id) => EntryRef::Matter(id),
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
        asks: guide.asks.iter().chain(first_words(corpus, guide)).collect(),
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

/// The words with which sample conversations about `guide` alone begin, but those written down as asks: they lean on
/// nothing said before.
fn first_words<'c>(corpus: &'c Corpus, guide: &'c Guide) -> impl Iterator<Item = &'c Text> {
    let asks: HashSet<&str> = guide.asks.iter().map(|ask| ask.as_str()).collect();
    let first = corpus.dialogs.iter().filter_map(|dialog| dialog.first());
    let about_it = first.filter(|turn| turn.about.as_slice() == std::slice::from_ref(&guide.id)).map(|turn| &turn.said);
    about_it.filter(move |said| !asks.contains(said.as_str()))
}

/// An entry in the form that questions are compared with.
pub struct Entry {
    pub reference: EntryRef,
    pub names: Vec<Phrase>,
    pub asks: Vec<Phrase>,
    /// In how many names and asks each term occurs, by ascending term.
    pub phrases_with: Vec<(TermId, u32)>,
    /// The terms of everything else said about it, ascending.
    body: Vec<TermId>,
    /// All characters of names and asks, ascending.
    pub characters: Vec<char>,
    /// Square root of the sum of squared profile weights.
    profile_norm: f32,
    /// The terms of the folded field in the index: names three times, asks and body once.
    pub folded: Vec<TermId>,
}

/// Reads every entry twice: once to learn the words, once to write them as numbers.
pub fn read(corpus: &Corpus, vectors: &WordVectors) -> (Lexicon, Vec<Entry>) {
    let mut builder = LexiconBuilder::new(corpus);
    for texts in entries(corpus) {
        let phrases = texts.names.iter().chain(&texts.asks);
        builder.learn(phrases.map(|text| text.as_str()), texts.body.iter().map(|text| text.as_str()));
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
        let mut body: Vec<TermId> = texts.body.iter().flat_map(|text| lexicon.read(text, vectors).terms).collect();
        let phrases_with = counted(names.iter().chain(&asks).flat_map(Phrase::terms).collect());
        let mut characters: Vec<char> =
            names.iter().chain(&asks).flat_map(|phrase| phrase.characters().iter().copied()).collect();
        characters.sort_unstable();
        characters.dedup();
        let weights = phrases_with.iter().map(|&(term, count)| profile_weight(lexicon.idf(term), count));
        let profile_norm = weights.map(|weight| weight * weight).sum::<f32>().sqrt();
        let repeated_names = names.iter().flat_map(|name| std::iter::repeat_n(name.terms(), 3).flatten());
        let folded = repeated_names.chain(asks.iter().flat_map(Phrase::terms)).chain(body.iter().copied()).collect();
        body.sort_unstable();
        body.dedup();
        Self { reference: texts.reference, names, asks, phrases_with, body, characters, profile_norm, folded }
    }

    /// What the words of the query and those of the entry have in common, as if the ask numbered `without` had not been
    /// written.
    pub fn overlap(&self, query: &Query, lexicon: &Lexicon, without: Option<usize>) -> Overlap {
        let left_out = without.map(|number| &self.asks[number]);
        let (mut covered, mut total, mut shared) = (0.0, query.unknown_weight(lexicon), 0.0);
        for &term in query.terms() {
            let idf = lexicon.idf(term);
            total += idf;
            let found = self.phrases_with.binary_search_by_key(&term, |(known, _)| *known).ok();
            let phrases =
                found.map_or(0, |at| self.phrases_with[at].1 - u32::from(left_out.is_some_and(|ask| ask.has(term))));
            if phrases > 0 {
                covered += idf;
                shared += idf * profile_weight(idf, phrases);
            } else if self.body.binary_search(&term).is_ok() {
                covered += idf;
            }
        }
        let norm = self.profile_norm * query.norm();
        let share = |part: f32, whole: f32| if whole > 0.0 { part / whole } else { 0.0 };
        Overlap { coverage: share(covered, total), profile: share(shared, norm) }
    }

    /// The name or ask most like the query.
    pub fn closest(&self, query: &Query, lexicon: &Lexicon) -> Option<&Place> {
        let phrases = self.names.iter().chain(&self.asks).map(|phrase| (phrase.cosine(query, lexicon), phrase.place()));
        let likely = phrases.filter(|(cosine, _)| *cosine > 0.0);
        likely.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, place)| place)
    }

    /// What speaks for this entry as the answer to `query`; `without` leaves one ask out, for fitting;
    /// `log_share` is what the learned model says.
    pub fn compare(&self, query: &Query, lexicon: &Lexicon, without: Option<usize>, log_share: f32) -> Evidence {
        Evidence::gather(self, query, lexicon, without, log_share)
    }
}

/// How far the words of a question are those of an entry.
pub struct Overlap {
    /// Share of the question's weight found in names, asks or body.
    pub coverage: f32,
    /// Cosine between the question and all names and asks together, a term counting by the logarithm of its phrases.
    pub profile: f32,
}

fn profile_weight(idf: f32, phrases: u32) -> f32 {
    idf * (phrases as f32).ln_1p()
}

/// Each term once, ascending, with how often it occurs.
fn counted(mut terms: Vec<TermId>) -> Vec<(TermId, u32)> {
    terms.sort_unstable();
    terms.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
}

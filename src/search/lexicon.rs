//! Terms: the words of a text and its pairs of neighbouring characters, with the word table's meanings added.
//!
//! Corpus and questions are read the same way, so a question in people's words meets a guide in official ones.

use std::collections::{HashMap, HashSet};

use super::vectors::{Meaning, WordVectors};
use crate::corpus::Corpus;
use crate::text::{Normaliser, Segmenter, segment::bigrams};

/// A term's number.
pub type TermId = u32;

/// The words of one corpus and how telling each is.
pub struct Lexicon {
    normaliser: Normaliser,
    segmenter: Segmenter,
    /// People's word to the terms of its meanings.
    meanings: HashMap<String, Vec<String>>,
    fillers: HashSet<String>,
    numbers: HashMap<String, TermId>,
    /// By term: ln(1 + (N − n + ½)/(n + ½)) over N entries, n of which have the term (as in BM25).
    idf: Vec<f32>,
    /// The weight of a term no entry has.
    unknown_idf: f32,
}

/// A question as terms.
#[derive(Clone, Debug)]
pub struct Query {
    terms: Vec<TermId>,
    /// Terms that occur nowhere in the corpus.
    unknown: Vec<String>,
    /// Square root of the sum of squared weights.
    norm: f32,
    meaning: Option<Meaning>,
}

impl Query {
    /// Known terms, ascending, each once.
    pub fn terms(&self) -> &[TermId] {
        &self.terms
    }

    /// Words that occur nowhere in the corpus.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Whether nothing in it occurs in the corpus.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub(super) fn norm(&self) -> f32 {
        self.norm
    }

    pub(super) fn meaning(&self) -> Option<&Meaning> {
        self.meaning.as_ref()
    }

    pub(super) fn unknown_weight(&self, lexicon: &Lexicon) -> f32 {
        self.unknown.len() as f32 * lexicon.unknown_idf
    }
}

impl Lexicon {
    /// The question as terms; `normalised` as `Normaliser` leaves it.
    pub fn query(&self, normalised: &str, vectors: &WordVectors) -> Query {
        let (mut terms, mut unknown) = (Vec::new(), Vec::new());
        self.each_term(normalised, |term, is_word| match self.numbers.get(term) {
            Some(&number) => terms.push(number),
            // Pairs of characters no text has are mostly accidents of two words meeting.
            None if is_word => unknown.push(term.to_owned()),
            None => {}
        });
        terms.sort_unstable();
        terms.dedup();
        unknown.sort_unstable();
        unknown.dedup();
        let norm = self.norm(&terms);
        Query { terms, unknown, norm, meaning: vectors.meaning(self.content_words(normalised)) }
    }

    /// The terms of a text of the corpus, ascending, each once.
    pub fn terms(&self, text: &str) -> Vec<TermId> {
        let normalised = self.normaliser.normalise(text);
        let mut terms = Vec::new();
        self.each_term(&normalised, |term, _| terms.extend(self.numbers.get(term)));
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// The meaning of a text of the corpus.
    pub fn meaning(&self, text: &str, vectors: &WordVectors) -> Option<Meaning> {
        let normalised = self.normaliser.normalise(text);
        vectors.meaning(self.content_words(&normalised))
    }

    /// How telling a term is.
    pub fn idf(&self, term: TermId) -> f32 {
        self.idf[term as usize]
    }

    pub(super) fn norm(&self, terms: &[TermId]) -> f32 {
        terms.iter().map(|&term| self.idf(term) * self.idf(term)).sum::<f32>().sqrt()
    }

    /// Number of known terms.
    pub fn len(&self) -> usize {
        self.idf.len()
    }

    /// Whether no term is known.
    pub fn is_empty(&self) -> bool {
        self.idf.is_empty()
    }

    /// The words of `normalised` that carry meaning, with the word table's meanings of each.
    pub fn explain<'t>(&'t self, normalised: &'t str) -> Vec<(&'t str, &'t [String])> {
        let words = self.segmenter.words(normalised).into_iter().filter(|word| !self.fillers.contains(*word));
        words.map(|word| (word, self.meanings.get(word).map_or(&[][..], Vec::as_slice))).collect()
    }

    /// The words of `normalised` without those that say nothing.
    pub fn content_words<'t>(&self, normalised: &'t str) -> Vec<&'t str> {
        self.segmenter.words(normalised).into_iter().filter(|word| !self.fillers.contains(*word)).collect()
    }

    /// The name of a term, for explaining.
    pub fn name(&self, term: TermId) -> &str {
        self.numbers.iter().find(|(_, number)| **number == term).map_or("", |(name, _)| name)
    }

    fn each_term(&self, normalised: &str, mut take: impl FnMut(&str, bool)) {
        each_term(&self.segmenter, &self.meanings, &self.fillers, normalised, &mut take);
    }
}

fn each_term(
    segmenter: &Segmenter,
    meanings: &HashMap<String, Vec<String>>,
    fillers: &HashSet<String>,
    normalised: &str,
    take: &mut impl FnMut(&str, bool),
) {
    let words = segmenter.words(normalised);
    // "谢谢" alone says something after all.
    let only_fillers = words.iter().all(|word| fillers.contains(*word));
    let is_told = |term: &str| only_fillers || !fillers.contains(term);
    for word in words {
        if is_told(word) {
            take(word, true);
        }
        for meaning in meanings.get(word).into_iter().flatten() {
            take(meaning, false);
        }
    }
    for pair in bigrams(normalised) {
        if is_told(pair) {
            take(pair, false);
        }
    }
}

/// Learns the words of a corpus.
pub struct LexiconBuilder {
    normaliser: Normaliser,
    segmenter: Segmenter,
    meanings: HashMap<String, Vec<String>>,
    fillers: HashSet<String>,
    numbers: HashMap<String, TermId>,
    entries_with: Vec<u32>,
    entries: u32,
}

impl LexiconBuilder {
    /// Starts with the dictionary: names, aliases and the word table are words.
    pub fn new(corpus: &Corpus) -> Self {
        let normaliser = Normaliser::new();
        let normalise = |text: &crate::corpus::Text| normaliser.normalise(text);
        let table = corpus.words.words.iter();
        let spoken: Vec<(String, Vec<String>)> =
            table.map(|word| (normalise(&word.say), word.means.iter().map(normalise).collect())).collect();
        let names =
            corpus.guides.iter().flat_map(|guide| guide.aliases.iter().chain([&guide.plain_name]).map(normalise));
        let words: Vec<String> =
            names.chain(spoken.iter().flat_map(|(say, means)| std::iter::once(say).chain(means)).cloned()).collect();
        let segmenter = Segmenter::with_words(words.iter().map(String::as_str));
        let fillers: HashSet<String> = corpus.words.fillers.iter().map(normalise).collect();
        let mut meanings: HashMap<String, Vec<String>> = HashMap::new();
        for (say, means) in &spoken {
            // A meaning of several words is found by its words as well.
            let parts = means.iter().flat_map(|meaning| segmenter.words(meaning));
            let known = meanings.entry(say.clone()).or_default();
            known.extend(means.iter().map(String::as_str).chain(parts).map(str::to_owned));
            known.retain(|meaning| !fillers.contains(meaning));
            known.sort_unstable();
            known.dedup();
        }
        Self { normaliser, segmenter, meanings, fillers, numbers: HashMap::new(), entries_with: Vec::new(), entries: 0 }
    }

    /// Learns the texts of one entry.
    pub fn learn<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        let mut of_entry = HashSet::new();
        for text in texts {
            let normalised = self.normaliser.normalise(text);
            let (numbers, entries_with) = (&mut self.numbers, &mut self.entries_with);
            each_term(&self.segmenter, &self.meanings, &self.fillers, &normalised, &mut |term, _| {
                let number = match numbers.get(term) {
                    Some(&number) => number,
                    None => {
                        let next = entries_with.len() as TermId;
                        numbers.insert(term.to_owned(), next);
                        entries_with.push(0);
                        next
                    }
                };
                if of_entry.insert(number) {
                    entries_with[number as usize] += 1;
                }
            });
        }
        self.entries += 1;
    }

    /// The lexicon of everything learned.
    pub fn finish(self) -> Lexicon {
        let all = self.entries as f32;
        let idf = |with: f32| (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
        Lexicon {
            normaliser: self.normaliser,
            segmenter: self.segmenter,
            meanings: self.meanings,
            fillers: self.fillers,
            numbers: self.numbers,
            idf: self.entries_with.iter().map(|&with| idf(with as f32)).collect(),
            unknown_idf: idf(0.0),
        }
    }
}

//! Terms: the words of a text and its pairs of neighbouring characters, with the word table's meanings added.
//!
//! Corpus and questions are read the same way, so a question in people's words meets a guide in official ones.

use std::collections::{HashMap, HashSet};

use super::learned::Asked;
use super::spelling::Spelling;
use super::vectors::{Meaning, WordVectors};
use crate::corpus::Corpus;
use crate::text::sentence::is_han;
use crate::text::{Normaliser, Segmenter, segment::bigrams, sound};

/// A term's number.
pub type TermId = u32;

/// The words of one corpus and how telling each is.
pub struct Lexicon {
    normaliser: Normaliser,
    segmenter: Segmenter,
    /// What people call the guides.
    names: HashSet<String>,
    /// People's word to the terms of its meanings.
    meanings: HashMap<String, Vec<String>>,
    fillers: HashSet<String>,
    numbers: HashMap<String, TermId>,
    /// By term: ln(1 + (N − n + ½)/(n + ½)) over N entries, n of which have the term (as in BM25).
    idf: Vec<f32>,
    /// The weight of a term no entry has.
    unknown_idf: f32,
    /// By sound: the commonest term of two characters or more that sounds so.
    by_sound: HashMap<String, TermId>,
    spelling: Spelling,
}

/// A question as terms.
#[derive(Clone, Debug)]
pub struct Query {
    terms: Vec<TermId>,
    /// Terms that occur nowhere in the corpus.
    unknown: Vec<String>,
    /// Square root of the sum of squared weights.
    norm: f32,
    characters: Vec<char>,
    meaning: Option<Meaning>,
}

/// A text of the corpus as terms.
pub struct Worded {
    /// Ascending, each once.
    pub terms: Vec<TermId>,
    /// Its Han characters, ascending, each once.
    pub characters: Vec<char>,
    /// Its meaning.
    pub meaning: Option<Meaning>,
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

    /// What its words mean together.
    pub fn meaning(&self) -> Option<&Meaning> {
        self.meaning.as_ref()
    }

    pub(super) fn norm(&self) -> f32 {
        self.norm
    }

    pub(super) fn asked(&self) -> Asked<'_> {
        Asked { terms: &self.terms, norm: self.norm, characters: &self.characters, meaning: self.meaning.as_ref() }
    }

    /// What the question is like whatever it asks: its length, and the share of it that no entry has.
    pub(super) fn form(&self, lexicon: &Lexicon) -> [f32; 2] {
        let known: f32 = self.terms.iter().map(|&term| lexicon.idf(term)).sum();
        let unknown = self.unknown_weight(lexicon);
        [(self.terms.len() as f32).ln_1p() / 5.0, unknown / (known + unknown).max(f32::EPSILON)]
    }

    pub(super) fn unknown_weight(&self, lexicon: &Lexicon) -> f32 {
        self.unknown.len() as f32 * lexicon.unknown_idf
    }
}

impl Lexicon {
    /// The question as terms; `normalised` as `Normaliser` leaves it.
    pub fn query(&self, normalised: &str, vectors: &WordVectors) -> Query {
        let (mut terms, mut unknown) = (Vec::new(), Vec::new());
        let words = self.segmenter.words(normalised);
        self.each_term(&words, normalised, |term, is_word| match self.numbers.get(term) {
            Some(&number) => terms.push(number),
            // Pairs of characters no text has are mostly accidents of two words meeting.
            None if is_word && !self.is_beside_the_point(term) => unknown.push(term.to_owned()),
            None => {}
        });
        terms.extend(self.sound_alikes(normalised));
        terms.sort_unstable();
        terms.dedup();
        unknown.sort_unstable();
        unknown.dedup();
        let norm = self.norm(&terms);
        let (characters, meaning) = (characters(normalised), vectors.meaning(self.content(words)));
        Query { terms, unknown, norm, characters, meaning }
    }

    /// Names of places and codes ("k3") tell nothing about what is asked, known or not.
    fn is_beside_the_point(&self, word: &str) -> bool {
        let is_code = word.chars().all(|c| c.is_ascii_alphanumeric()) && word.chars().any(|c| c.is_ascii_digit());
        is_code || self.segmenter.is_place(word)
    }

    /// Known terms that unknown stretches of the text sound like: typos by sound.
    fn sound_alikes<'t>(&self, normalised: &'t str) -> impl Iterator<Item = TermId> + use<'_, 't> {
        let unheard_of = sound::windows(normalised).filter(|window| !self.numbers.contains_key(*window));
        unheard_of.filter_map(|window| self.by_sound.get(&sound::of_word(window)?).copied())
    }

    /// The text as it was meant: typed pinyin ("shebao zenme ban") in characters, and typos by sound ("护口本") put
    /// right, as far as the corpus has such words. What is a name as a whole stays.
    pub fn spell(&self, normalised: &str) -> String {
        if self.names.contains(normalised) {
            return normalised.to_owned();
        }
        let written = self.spelling.write_out(normalised);
        let is_word = |word: &str| self.numbers.contains_key(word) || self.segmenter.is_word(word);
        self.spelling.mend(&self.segmenter.cut(&written), is_word, |word| self.fillers.contains(word))
    }

    /// What the words of a text in normal form mean together.
    pub fn meaning(&self, normalised: &str, vectors: &WordVectors) -> Option<Meaning> {
        vectors.meaning(self.content(self.segmenter.words(normalised)))
    }

    /// A text of the corpus as a question is read.
    pub fn read(&self, text: &str, vectors: &WordVectors) -> Worded {
        let normalised = self.normaliser.normalise(text);
        let words = self.segmenter.words(&normalised);
        let mut terms = Vec::new();
        self.each_term(&words, &normalised, |term, _| terms.extend(self.numbers.get(term)));
        terms.sort_unstable();
        terms.dedup();
        Worded { terms, characters: characters(&normalised), meaning: vectors.meaning(self.content(words)) }
    }

    /// How telling a term is.
    pub fn idf(&self, term: TermId) -> f32 {
        self.idf[term as usize]
    }

    /// How telling each term is, by its number.
    pub(super) fn idfs(&self) -> &[f32] {
        &self.idf
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
        self.content(self.segmenter.words(normalised))
    }

    fn content<'t>(&self, mut words: Vec<&'t str>) -> Vec<&'t str> {
        words.retain(|word| !self.fillers.contains(*word));
        words
    }

    /// The name of a term, for explaining.
    pub fn name(&self, term: TermId) -> &str {
        self.numbers.iter().find(|(_, number)| **number == term).map_or("", |(name, _)| name)
    }

    fn each_term(&self, words: &[&str], normalised: &str, mut take: impl FnMut(&str, bool)) {
        each_term(words, normalised, &self.meanings, &self.fillers, &mut take);
    }
}

fn characters(normalised: &str) -> Vec<char> {
    let mut characters: Vec<char> = normalised.chars().filter(|c| is_han(*c)).collect();
    characters.sort_unstable();
    characters.dedup();
    characters
}

fn each_term(
    words: &[&str],
    normalised: &str,
    meanings: &HashMap<String, Vec<String>>,
    fillers: &HashSet<String>,
    take: &mut impl FnMut(&str, bool),
) {
    // "谢谢" alone says something after all.
    let only_fillers = words.iter().all(|word| fillers.contains(*word));
    let is_told = |term: &str| only_fillers || !fillers.contains(term);
    for word in words {
        if is_told(word) {
            take(word, true);
        }
        for meaning in meanings.get(*word).into_iter().flatten() {
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
    names: HashSet<String>,
    meanings: HashMap<String, Vec<String>>,
    fillers: HashSet<String>,
    numbers: HashMap<String, TermId>,
    entries_with: Vec<u32>,
    entries: u32,
    phrases_with: Vec<u32>,
    /// Words of names and asks and how often each occurs, to spell typed pinyin with.
    spoken: HashMap<String, u32>,
}

impl LexiconBuilder {
    /// Starts with the dictionary: names, aliases and the word table are words.
    pub fn new(corpus: &Corpus) -> Self {
        let normaliser = Normaliser::new();
        let normalise = |text: &crate::corpus::Text| normaliser.normalise(text);
        let table = corpus.words.words.iter();
        let pairs: Vec<(String, Vec<String>)> =
            table.map(|word| (normalise(&word.say), word.means.iter().map(normalise).collect())).collect();
        let of_guides = corpus.guides.iter().flat_map(|guide| guide.aliases.iter().chain([&guide.plain_name]));
        let names: Vec<String> = of_guides.map(normalise).collect();
        let table = pairs.iter().flat_map(|(say, means)| std::iter::once(say).chain(means));
        let segmenter = Segmenter::with_words(names.iter().chain(table).map(String::as_str));
        let mut fillers: HashSet<String> = corpus.words.fillers.iter().map(normalise).collect();
        fillers.extend(place_names(corpus, &normaliser, &segmenter));
        let mut meanings: HashMap<String, Vec<String>> = HashMap::new();
        for (say, means) in &pairs {
            // A meaning of several words is found by its words as well.
            let parts = means.iter().flat_map(|meaning| segmenter.words(meaning));
            let known = meanings.entry(say.clone()).or_default();
            known.extend(means.iter().map(String::as_str).chain(parts).map(str::to_owned));
            known.retain(|meaning| !fillers.contains(meaning));
            known.sort_unstable();
            known.dedup();
        }
        let cues = corpus.language.facets.iter().flat_map(|facet| facet.cues.iter().map(normalise));
        let spoken = cues.chain(fillers.iter().cloned()).map(|word| (word, 1)).collect();
        Self {
            normaliser,
            segmenter,
            names: names.into_iter().collect(),
            meanings,
            fillers,
            numbers: HashMap::new(),
            entries_with: Vec::new(),
            entries: 0,
            phrases_with: Vec::new(),
            spoken,
        }
    }

    /// Learns the texts of one entry: its names and asks, and everything else said about it.
    pub fn learn<'t>(&mut self, phrases: impl Iterator<Item = &'t str>, body: impl Iterator<Item = &'t str>) {
        let mut of_entry = HashSet::new();
        for phrase in phrases {
            let normalised = self.normaliser.normalise(phrase);
            let words = self.segmenter.words(&normalised);
            for word in &words {
                *self.spoken.entry((*word).to_owned()).or_default() += 1;
            }
            let terms = numbered(&mut self.numbers, &self.meanings, &self.fillers, &words, &normalised);
            self.phrases_with.resize(self.numbers.len(), 0);
            for &term in &terms {
                self.phrases_with[term as usize] += 1;
            }
            of_entry.extend(terms);
        }
        for text in body {
            let normalised = self.normaliser.normalise(text);
            let words = self.segmenter.words(&normalised);
            of_entry.extend(numbered(&mut self.numbers, &self.meanings, &self.fillers, &words, &normalised));
        }
        self.phrases_with.resize(self.numbers.len(), 0);
        self.entries_with.resize(self.numbers.len(), 0);
        for term in of_entry {
            self.entries_with[term as usize] += 1;
        }
        self.entries += 1;
    }

    /// The lexicon of everything learned.
    pub fn finish(self) -> Lexicon {
        let all = self.entries as f32;
        let long_terms = self.numbers.iter().filter(|(term, _)| term.chars().nth(1).is_some());
        let by_sound =
            commonest(long_terms.map(|(term, &number)| (term.as_str(), number, self.phrases_with[number as usize])));
        let spoken = self.spoken.iter().map(|(word, &count)| (word.as_str(), word.clone(), count));
        let spelling = Spelling::new(commonest(spoken));
        let idf = |with: f32| (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
        Lexicon {
            normaliser: self.normaliser,
            segmenter: self.segmenter,
            names: self.names,
            meanings: self.meanings,
            fillers: self.fillers,
            numbers: self.numbers,
            idf: self.entries_with.iter().map(|&with| idf(with as f32)).collect(),
            unknown_idf: idf(0.0),
            by_sound,
            spelling,
        }
    }
}

/// The terms of a text as numbers, new ones numbered on.
fn numbered(
    numbers: &mut HashMap<String, TermId>,
    meanings: &HashMap<String, Vec<String>>,
    fillers: &HashSet<String>,
    words: &[&str],
    normalised: &str,
) -> HashSet<TermId> {
    let mut terms = HashSet::new();
    each_term(words, normalised, meanings, fillers, &mut |term, _| {
        let next = numbers.len() as TermId;
        terms.insert(*numbers.entry(term.to_owned()).or_insert(next));
    });
    terms
}

/// Places that the corpus mentions without being about them: where somebody lives does not say what they need.
fn place_names(corpus: &Corpus, normaliser: &Normaliser, segmenter: &Segmenter) -> HashSet<String> {
    let (mut named, mut mentioned) = (HashSet::new(), HashSet::new());
    for texts in super::entry::entries(corpus) {
        for (texts, words) in [(&texts.names, &mut named), (&texts.asks, &mut mentioned)] {
            for text in texts {
                let normalised = normaliser.normalise(text);
                words.extend(segmenter.words(&normalised).into_iter().map(str::to_owned));
            }
        }
    }
    mentioned.difference(&named).filter(|word| segmenter.is_place(word)).cloned().collect()
}

/// By sound, what belongs to the commonest of the words that sound so; among equals the first in order.
fn commonest<'w, T>(words: impl Iterator<Item = (&'w str, T, u32)>) -> HashMap<String, T> {
    let mut words: Vec<_> = words.filter(|(word, ..)| word.chars().all(is_han)).collect();
    words.sort_by(|a, b| a.2.cmp(&b.2).then(b.0.cmp(a.0)));
    words.into_iter().filter_map(|(word, value, _)| Some((sound::of_word(word)?, value))).collect()
}

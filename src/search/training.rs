//! Training of the learned model: averaged stochastic gradient descent, one phrase at a time.
//!
//! Each phrase meets the entries the index would offer for it, in a fixed order: the same corpus gives the same weights.

use rayon::prelude::*;

use super::candidates::Candidates;
use super::descent::{Descent, FIRST_SLOPE, LEAST_ERROR};
use super::entry::{Entry, EntryRef};
use super::evidence::Phrase;
use super::learned::{Asked, Learned, MEANING, Postings};
use super::lexicon::Lexicon;
use super::vectors::{DIMENSIONS, WordVectors, unit};
use crate::corpus::{Corpus, Text};
use crate::text::Normaliser;

/// Entries a phrase is told apart from, the likeliest by BM25.
const RIVALS: usize = 48;
/// Terms of a phrase by which they are found.
const LOOKED_UP: usize = 48;
/// Passes over all phrases.
const PASSES: usize = 8;
/// Passes before weights have settled: what is kept is the mean of the weights after them, which depends little on the
/// order in which phrases are met (averaged stochastic gradient descent).
const SETTLED: usize = 3;
/// Orders in which phrases are met, as strides in shares of their number: what is kept is the mean of what is learned in
/// each, which depends less on any.
const ORDERS: [f64; 2] = [5.0 / 13.0, 0.618];
/// Steps between the weights that enter the mean.
const MEAN_EVERY: usize = 1000;
/// Per unit of a term's share.
const DESCENT: Descent = Descent { step: 1.0, pull: 2e-4 };
/// Phrases that are learned from at most: beyond a few districts' worth, counting has to do.
const MOST_PHRASES: usize = 80_000;

/// How much a phrase with words before and after it counts beside the phrase alone.
const FRAMED: f32 = 0.5;

/// Learns from all phrases but those held out, given by entry and ask number. Every phrase counts alike: an entry that is
/// asked in more ways is asked more often.
pub fn train(
    corpus: &Corpus,
    entries: &[Entry],
    lexicon: &Lexicon,
    vectors: &WordVectors,
    candidates: &Candidates,
    is_held_out: impl Fn(usize, usize) -> bool + Copy,
) -> Learned {
    let plain = entries.iter().enumerate().flat_map(|(number, entry)| {
        let asks = entry.asks.iter().enumerate().filter(move |(ask, _)| !is_held_out(number, *ask)).map(|(_, ask)| ask);
        entry.names.iter().chain(asks).map(move |phrase| (number, phrase, 1.0))
    });
    let plain: Vec<_> = plain.collect();
    if plain.len() > MOST_PHRASES {
        return Learned::default();
    }
    let framed = framed(corpus, lexicon, vectors, is_held_out);
    let phrases: Vec<_> =
        plain.into_iter().chain(framed.iter().map(|(number, phrase)| (*number, phrase, FRAMED))).collect();
    let lessons: Vec<Lesson<'_>> = phrases
        .par_iter()
        .map(|&(right, phrase, weight)| Lesson::new(right, phrase, weight, lexicon, candidates))
        .collect();
    let blank = Learned::blank(entries, lexicon.len());
    let learned: Vec<Learned> =
        ORDERS.par_iter().map(|stride| learn_in_order(&lessons, *stride, lexicon, &blank)).collect();
    let mut mean = blank;
    for mut learned in learned {
        let pairs = numbers(&mut mean).zip(numbers(&mut learned));
        pairs.for_each(|(mean, learned)| *mean += *learned / ORDERS.len() as f32);
    }
    mean.note_telling(lexicon);
    mean
}

/// Learns from all lessons, in steps of about `stride` of them.
fn learn_in_order(lessons: &[Lesson<'_>], stride: f64, lexicon: &Lexicon, blank: &Learned) -> Learned {
    // A stride coprime to the count visits all and mixes the entries.
    let stride = (lessons.len() as f64 * stride) as usize;
    let stride = (stride..).find(|stride| gcd(*stride, lessons.len()) == 1).unwrap_or(1);
    let (mut mean, mut slopes) = (blank.clone(), blank.clone());
    numbers(&mut slopes).for_each(|slope| *slope = FIRST_SLOPE);
    let zeros = vec![0.0; blank.biases.len()];
    let weights = blank.clone();
    let mut training = Training { lexicon, weights, slopes, sums: zeros.clone(), errors: zeros, scores: Vec::new() };
    let mut meant = 0.0;
    for pass in 0..PASSES {
        for n in 0..lessons.len() {
            training.learn(&lessons[n * stride % lessons.len()]);
            if pass >= SETTLED && n % MEAN_EVERY == 0 {
                meant += 1.0;
                let pairs = numbers(&mut mean).zip(numbers(&mut training.weights));
                pairs.for_each(|(mean, now)| *mean += (*now - *mean) / meant);
            }
        }
    }
    mean
}

/// Phrases of the entries as people wrap them, each with its entry: what is said around a matter does not tell which.
fn framed(
    corpus: &Corpus,
    lexicon: &Lexicon,
    vectors: &WordVectors,
    is_held_out: impl Fn(usize, usize) -> bool + Copy,
) -> Vec<(usize, Phrase)> {
    let (openings, closings) = (&corpus.words.openings, &corpus.words.closings);
    if openings.is_empty() || closings.is_empty() {
        return Vec::new();
    }
    let frame = |turn: usize, text: &str| {
        let (opening, closing) = (openings[turn % openings.len()].as_str(), closings[turn % closings.len()].as_str());
        match turn % 3 {
            0 => format!("{opening}{text}"),
            1 => format!("{text}{closing}"),
            _ => format!("{opening}{text}{closing}"),
        }
    };
    let mut framed = Vec::new();
    for (number, texts) in super::entries(corpus).enumerate() {
        // A greeting is a frame itself.
        if matches!(texts.reference, EntryRef::Intent(_)) {
            continue;
        }
        let asks = texts.asks.iter().enumerate().filter(|(ask, _)| !is_held_out(number, *ask)).map(|(_, ask)| ask);
        let texts = texts.names.iter().chain(asks).enumerate();
        framed.extend(texts.map(|(n, text)| (number, Text::new(frame(number * 7 + n, text), text.place.clone()))));
    }
    let normaliser = Normaliser::new();
    let phrase = |(number, text): (usize, Text)| {
        let text = Text::new(normaliser.normalise(&text), text.place);
        (number, Phrase::new(lexicon, vectors, &text))
    };
    framed.into_par_iter().map(phrase).collect()
}

/// A phrase to learn, and the entries it is told apart from, the right one among them.
struct Lesson<'p> {
    right: usize,
    asked: Asked<'p>,
    weight: f32,
    rivals: Vec<usize>,
}

impl<'p> Lesson<'p> {
    fn new(right: usize, phrase: &'p Phrase, weight: f32, lexicon: &Lexicon, candidates: &Candidates) -> Self {
        let asked = phrase.asked();
        let mut rivals = candidates.top(asked.terms, lexicon.idfs(), LOOKED_UP, RIVALS);
        if !rivals.contains(&right) {
            rivals.push(right);
        }
        Self { right, asked, weight, rivals }
    }
}

/// The weights on their way.
struct Training<'l> {
    lexicon: &'l Lexicon,
    weights: Learned,
    /// Sums of the squared slopes of each weight so far.
    slopes: Learned,
    /// By entry, of the phrase at hand: the sums of its terms, and how far it was believed wrongly.
    sums: Vec<f32>,
    errors: Vec<f32>,
    scores: Vec<f32>,
}

impl Training<'_> {
    /// One step: towards the right entry, away from the others, as far as they are believed.
    fn learn(&mut self, lesson: &Lesson<'_>) {
        self.sums.copy_from_slice(&self.weights.biases);
        self.weights.score(&lesson.rivals, lesson.asked, self.lexicon, &mut self.sums, &mut self.scores);
        let highest = self.scores.iter().copied().fold(f32::MIN, f32::max);
        self.scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
        let total: f32 = self.scores.iter().sum();
        for (&rival, power) in lesson.rivals.iter().zip(&self.scores) {
            let error = (power / total - f32::from(u8::from(rival == lesson.right))) * lesson.weight;
            self.errors[rival] = if error.abs() > LEAST_ERROR { error } else { 0.0 };
        }
        if self.errors[lesson.right] != 0.0 {
            self.step(lesson);
        }
        lesson.rivals.iter().for_each(|&rival| self.errors[rival] = 0.0);
    }

    fn step(&mut self, lesson: &Lesson<'_>) {
        let (weights, slopes, asked) = (&mut self.weights, &mut self.slopes, lesson.asked);
        let meaning = asked.meaning.map(unit);
        for &rival in lesson.rivals.iter().filter(|&&rival| self.errors[rival] != 0.0) {
            let error = self.errors[rival];
            DESCENT.step(&mut weights.biases[rival], &mut slopes.biases[rival], error * 0.1);
            let Some(meaning) = &meaning else { continue };
            let direction = rival * DIMENSIONS..(rival + 1) * DIMENSIONS;
            let direction = weights.directions[direction.clone()].iter_mut().zip(&mut slopes.directions[direction]);
            for ((weight, past), component) in direction.zip(meaning) {
                DESCENT.step(weight, past, error * MEANING * component);
            }
        }
        for &term in asked.terms {
            let share = asked.share(term, self.lexicon);
            step_postings(&mut weights.terms, &mut slopes.terms, term as usize, share, &self.errors);
        }
        let places: Vec<usize> = weights.places_of(asked.characters).collect();
        for place in places {
            let share = asked.share_of_character();
            step_postings(&mut weights.characters, &mut slopes.characters, place, share, &self.errors);
        }
    }
}

fn step_postings(weights: &mut Postings, slopes: &mut Postings, term: usize, share: f32, errors: &[f32]) {
    for place in weights.places(term) {
        let error = errors[weights.entries[place] as usize];
        if error != 0.0 {
            DESCENT.step(&mut weights.weights[place], &mut slopes.weights[place], error * share);
        }
    }
}

/// All numbers of a model, in one order.
fn numbers(model: &mut Learned) -> impl Iterator<Item = &mut f32> {
    let (terms, characters) = (&mut model.terms.weights, &mut model.characters.weights);
    model.biases.iter_mut().chain(&mut model.directions).chain(terms).chain(characters)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

//! Training of the learned model: averaged stochastic gradient descent, one phrase at a time.
//!
//! Each phrase meets the entries the index would offer for it, in a fixed order: the same corpus gives the same weights.

use super::candidates::Candidates;
use super::entry::{Entry, EntryRef};
use super::evidence::Phrase;
use super::learned::{Asked, EntryWeights, Learned, MEANING, along, unit};
use super::lexicon::Lexicon;
use super::vectors::{DIMENSIONS, WordVectors};
use crate::corpus::{Corpus, Text};
use crate::text::Normaliser;

/// Entries a phrase is told apart from, the likeliest by BM25.
const RIVALS: usize = 48;
/// Terms of a phrase by which they are found.
const LOOKED_UP: usize = 48;
/// Passes over all phrases.
const PASSES: usize = 16;
/// Passes before weights have settled: what is kept is the mean of the weights after them, which depends little on the
/// order in which phrases are met (averaged stochastic gradient descent).
const SETTLED: usize = 6;
/// Steps between the weights that enter the mean.
const MEAN_EVERY: usize = 1000;
/// Step of the adaptive gradient (AdaGrad), per unit of a term's share.
const STEP: f32 = 1.0;
/// Where the sum of squared slopes starts, so that first steps are small.
const FIRST_SLOPE: f32 = 1.0;
/// Pull towards zero.
const PULL: f32 = 2e-4;
/// Phrases that are learned from at most: beyond a few districts' worth, counting has to do.
const MOST_PHRASES: usize = 60_000;

/// The weights of one entry, by the places of its own terms and characters.
#[derive(Clone)]
struct Weights {
    bias: f32,
    /// Along the entry's own terms.
    terms: Vec<f32>,
    /// Along the entry's own characters.
    characters: Vec<f32>,
    direction: [f32; DIMENSIONS],
}

/// How much a phrase with words before and after it counts beside the phrase alone.
const FRAMED: f32 = 0.5;

/// Learns from all phrases but those held out, given by entry and ask number.
pub fn train(
    corpus: &Corpus,
    entries: &[Entry],
    lexicon: &Lexicon,
    vectors: &WordVectors,
    candidates: &Candidates,
    is_held_out: impl Fn(usize, usize) -> bool,
) -> Learned {
    let mut lessons = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let asks = entry.asks.iter().enumerate().filter(|(ask, _)| !is_held_out(number, *ask)).map(|(_, ask)| ask);
        let phrases: Vec<&Phrase> = entry.names.iter().chain(asks).collect();
        // Every entry counts alike, however many phrases it has.
        let weight = weight_among(phrases.len());
        lessons.extend(phrases.into_iter().map(|phrase| (number, phrase.asked(), weight)));
    }
    if lessons.len() > MOST_PHRASES {
        return Learned::default();
    }
    let framed = framed(corpus, lexicon, vectors, is_held_out);
    lessons.extend(framed.iter().map(|(number, phrase)| {
        let phrases = entries[*number].names.len() + entries[*number].asks.len();
        (*number, phrase.asked(), FRAMED * weight_among(phrases))
    }));
    // A stride coprime to the count visits all phrases and mixes the entries.
    let stride = (lessons.len() * 5 / 13..).find(|stride| gcd(*stride, lessons.len()) == 1).unwrap_or(1);
    let lessons: Vec<Lesson> = (0..lessons.len())
        .map(|n| {
            let (right, asked, weight) = lessons[n * stride % lessons.len()];
            Lesson::new(right, asked, weight, entries, lexicon, candidates)
        })
        .collect();
    let all = |number: f32| -> Vec<Weights> { entries.iter().map(|entry| Weights::all(entry, number)).collect() };
    let (mut weights, mut slopes, mut means) = (all(0.0), all(FIRST_SLOPE), all(0.0));
    let mut meant = 0.0;
    for pass in 0..PASSES {
        for (n, lesson) in lessons.iter().enumerate() {
            learn(&mut weights, &mut slopes, lesson);
            if pass >= SETTLED && n % MEAN_EVERY == 0 {
                meant += 1.0;
                for (mean, now) in means.iter_mut().zip(&weights) {
                    mean.approach(now, 1.0 / meant);
                }
            }
        }
    }
    let named = means.into_iter().zip(entries).map(|(mean, entry)| mean.named(entry));
    Learned::collect(named.collect(), lexicon)
}

/// How much one of so many phrases of an entry counts.
fn weight_among(phrases: usize) -> f32 {
    (40.0 / phrases.max(1) as f32).sqrt().clamp(0.3, 3.0)
}

/// Phrases of the entries as people wrap them, each with its entry: what is said around a matter does not tell which.
fn framed(
    corpus: &Corpus,
    lexicon: &Lexicon,
    vectors: &WordVectors,
    is_held_out: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, Phrase)> {
    let (openings, closings) = (&corpus.words.openings, &corpus.words.closings);
    if openings.is_empty() || closings.is_empty() {
        return Vec::new();
    }
    let normaliser = Normaliser::new();
    let mut framed = Vec::new();
    for (number, texts) in super::entries(corpus).enumerate() {
        // A greeting is a frame itself.
        if matches!(texts.reference, EntryRef::Intent(_)) {
            continue;
        }
        let asks = texts.asks.iter().enumerate().filter(|(ask, _)| !is_held_out(number, *ask)).map(|(_, ask)| ask);
        for (n, text) in texts.names.iter().chain(asks).enumerate() {
            let turn = number * 7 + n;
            let (opening, closing) = (&openings[turn % openings.len()], &closings[turn % closings.len()]);
            let (opening, closing) = match turn % 3 {
                0 => (opening.as_str(), ""),
                1 => ("", closing.as_str()),
                _ => (opening.as_str(), closing.as_str()),
            };
            let words = normaliser.normalise(&format!("{opening}{}{closing}", text.as_str()));
            framed.push((number, Phrase::new(lexicon, vectors, &Text::new(words, text.place.clone()))));
        }
    }
    framed
}

/// One step: towards the right entry, away from the others, as far as they are believed.
fn learn(weights: &mut [Weights], slopes: &mut [Weights], lesson: &Lesson) {
    let scores: Vec<f32> = lesson.rivals.iter().map(|rival| weights[rival.entry].score(rival, lesson)).collect();
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let total: f32 = powers.iter().sum();
    for (rival, power) in lesson.rivals.iter().zip(powers) {
        let error = (power / total - f32::from(u8::from(rival.entry == lesson.right))) * lesson.weight;
        if error.abs() > 1e-3 {
            weights[rival.entry].step(&mut slopes[rival.entry], rival, lesson, error);
        }
    }
}

/// A phrase to learn, with what it shares with each entry it is told apart from.
struct Lesson {
    right: usize,
    weight: f32,
    character: f32,
    meaning: Option<[f32; DIMENSIONS]>,
    rivals: Vec<Rival>,
}

struct Rival {
    entry: usize,
    /// Positions among the entry's terms and the share of each in the phrase.
    shared: Vec<(u32, f32)>,
    /// Positions among the entry's characters.
    characters: Vec<u32>,
}

impl Lesson {
    fn new(
        right: usize,
        asked: Asked<'_>,
        weight: f32,
        entries: &[Entry],
        lexicon: &Lexicon,
        candidates: &Candidates,
    ) -> Self {
        let mut numbers = candidates.top(asked.terms, lexicon.idfs(), LOOKED_UP, RIVALS);
        if !numbers.contains(&right) {
            numbers.push(right);
        }
        let rivals = numbers
            .into_iter()
            .map(|entry| Rival {
                entry,
                shared: shared(&entries[entry], asked, lexicon).collect(),
                characters: shared_characters(&entries[entry], asked).collect(),
            })
            .collect();
        Self { right, weight, character: asked.share_of_character(), meaning: asked.meaning.map(unit), rivals }
    }
}

impl Weights {
    fn all(entry: &Entry, number: f32) -> Self {
        Self {
            bias: number,
            terms: vec![number; entry.phrases_with.len()],
            characters: vec![number; entry.characters.len()],
            direction: [number; DIMENSIONS],
        }
    }

    /// With the terms and characters of `entry` themselves instead of their places.
    fn named(self, entry: &Entry) -> EntryWeights {
        EntryWeights {
            bias: self.bias,
            terms: entry.phrases_with.iter().map(|(term, _)| *term).zip(self.terms).collect(),
            characters: entry.characters.iter().copied().zip(self.characters).collect(),
            direction: self.direction,
        }
    }

    /// Moves every weight the share `part` of the way to that of `other`.
    fn approach(&mut self, other: &Weights, part: f32) {
        let toward = |mine: &mut f32, theirs: f32| *mine += (theirs - *mine) * part;
        toward(&mut self.bias, other.bias);
        let pairs = self.terms.iter_mut().zip(&other.terms);
        let pairs = pairs.chain(self.characters.iter_mut().zip(&other.characters));
        pairs.chain(self.direction.iter_mut().zip(&other.direction)).for_each(|(mine, theirs)| toward(mine, *theirs));
    }

    fn score(&self, rival: &Rival, lesson: &Lesson) -> f32 {
        let terms: f32 = rival.shared.iter().map(|&(at, share)| self.terms[at as usize] * share).sum();
        let characters: f32 = rival.characters.iter().map(|&at| self.characters[at as usize] * lesson.character).sum();
        self.bias
            + terms
            + characters
            + lesson.meaning.as_ref().map_or(0.0, |meaning| MEANING * along(&self.direction, meaning))
    }

    /// Each weight steps by its slope over the root of all its squared slopes so far.
    fn step(&mut self, slopes: &mut Weights, rival: &Rival, lesson: &Lesson, error: f32) {
        let step = |weight: &mut f32, past: &mut f32, slope: f32| {
            let slope = slope + PULL * *weight;
            *past += slope * slope;
            *weight -= STEP * slope / past.sqrt();
        };
        step(&mut self.bias, &mut slopes.bias, error * 0.1);
        for &(at, share) in &rival.shared {
            step(&mut self.terms[at as usize], &mut slopes.terms[at as usize], error * share);
        }
        for &at in &rival.characters {
            step(&mut self.characters[at as usize], &mut slopes.characters[at as usize], error * lesson.character);
        }
        if let Some(meaning) = &lesson.meaning {
            for ((weight, past), component) in self.direction.iter_mut().zip(&mut slopes.direction).zip(meaning) {
                step(weight, past, error * MEANING * component);
            }
        }
    }
}

/// Where the terms of `asked` stand among the entry's own, and the share of each in the whole, by weight.
fn shared<'s>(entry: &'s Entry, asked: Asked<'s>, lexicon: &'s Lexicon) -> impl Iterator<Item = (u32, f32)> + 's {
    asked.terms.iter().filter_map(move |&term| {
        let at = entry.phrases_with.binary_search_by_key(&term, |(known, _)| *known).ok()?;
        Some((at as u32, asked.share(term, lexicon)))
    })
}

fn shared_characters<'s>(entry: &'s Entry, asked: Asked<'s>) -> impl Iterator<Item = u32> + 's {
    asked.characters.iter().filter_map(|c| entry.characters.binary_search(c).ok()).map(|at| at as u32)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

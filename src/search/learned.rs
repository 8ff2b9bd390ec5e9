//! Which entry a question means, learned from the corpus's own names and asks: a linear softmax model.
//!
//! Counting how often words occur says what an entry talks about; learning says what tells it from its neighbours. Each
//! entry has a weight for every term of its phrases and a direction in the space of meanings. Training meets each
//! phrase with the entries the index would offer for it, in a fixed order: the same corpus gives the same weights.

use std::path::Path;

use super::candidates::Candidates;
use super::entry::Entry;
use super::evidence::Phrase;
use super::lexicon::{Lexicon, TermId};
use super::vectors::{DIMENSIONS, Meaning};

/// Entries a phrase is told apart from, the likeliest by BM25.
const RIVALS: usize = 48;
/// Passes over all phrases.
const PASSES: usize = 12;
/// Step of the adaptive gradient (AdaGrad), per unit of a term's share.
const STEP: f32 = 1.0;
/// Where the sum of squared slopes starts, so that first steps are small.
const FIRST_SLOPE: f32 = 1.0;
/// Pull towards zero.
const PULL: f32 = 2e-4;
/// How much the meaning of a phrase counts beside its terms.
const MEANING: f32 = 1.0;
/// How much the characters of a phrase count beside its terms.
const CHARACTERS: f32 = 0.7;
/// Phrases that are learned from at most: beyond a few districts' worth, counting has to do.
const MOST_PHRASES: usize = 60_000;
const MAGIC: &[u8; 4] = b"WBL1";

/// The learned weights of all entries.
pub struct Learned {
    entries: Vec<Weights>,
}

/// The weights of one entry.
#[derive(Clone)]
struct Weights {
    bias: f32,
    /// Along the entry's own terms.
    terms: Vec<f32>,
    /// Along the entry's own characters.
    characters: Vec<f32>,
    direction: [f32; DIMENSIONS],
}

/// A phrase or question as the model sees it.
#[derive(Clone, Copy)]
pub struct Asked<'q> {
    /// Ascending.
    pub terms: &'q [TermId],
    /// Square root of the sum of their squared weights.
    pub norm: f32,
    /// Single characters, ascending: they still speak where a typo or an unknown word silences terms.
    pub characters: &'q [char],
    /// What the words mean together.
    pub meaning: Option<&'q Meaning>,
}

impl Learned {
    /// Learns from all phrases but those held out, given by entry and ask number.
    pub fn train(
        entries: &[Entry],
        lexicon: &Lexicon,
        candidates: &Candidates,
        is_held_out: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let mut lessons = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let asks = entry.asks.iter().enumerate().filter(|(ask, _)| !is_held_out(number, *ask)).map(|(_, ask)| ask);
            let phrases: Vec<&Phrase> = entry.names.iter().chain(asks).collect();
            // Every entry counts alike, however many phrases it has.
            let weight = (40.0 / phrases.len().max(1) as f32).sqrt().clamp(0.3, 3.0);
            lessons.extend(phrases.into_iter().map(|phrase| (number, phrase.asked(), weight)));
        }
        let mut model = Self { entries: entries.iter().map(|entry| Weights::all(entry, 0.0)).collect() };
        if lessons.len() > MOST_PHRASES {
            return model;
        }
        // A stride coprime to the count visits all phrases and mixes the entries.
        let stride = (lessons.len() * 5 / 13..).find(|stride| gcd(*stride, lessons.len()) == 1).unwrap_or(1);
        let lessons: Vec<Lesson> = (0..lessons.len())
            .map(|n| {
                let (right, asked, weight) = lessons[n * stride % lessons.len()];
                Lesson::new(right, asked, weight, entries, lexicon, candidates)
            })
            .collect();
        let mut slopes: Vec<Weights> = entries.iter().map(|entry| Weights::all(entry, FIRST_SLOPE)).collect();
        for _ in 0..PASSES {
            for lesson in &lessons {
                model.learn(lesson, &mut slopes);
            }
        }
        model
    }

    /// One step: towards the right entry, away from the others, as far as they are believed.
    fn learn(&mut self, lesson: &Lesson, slopes: &mut [Weights]) {
        let scores: Vec<f32> =
            lesson.rivals.iter().map(|rival| self.entries[rival.entry].score(rival, lesson)).collect();
        let highest = scores.iter().copied().fold(f32::MIN, f32::max);
        let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
        let total: f32 = powers.iter().sum();
        for (rival, power) in lesson.rivals.iter().zip(powers) {
            let error = (power / total - f32::from(u8::from(rival.entry == lesson.right))) * lesson.weight;
            if error.abs() > 1e-3 {
                self.entries[rival.entry].step(&mut slopes[rival.entry], rival, lesson, error);
            }
        }
    }

    /// How far the entry numbered `number` is what is asked: a logit, 0 when nothing speaks for or against it.
    pub fn score(&self, number: usize, entry: &Entry, asked: Asked<'_>, lexicon: &Lexicon) -> f32 {
        let weights = &self.entries[number];
        let terms: f32 = shared(entry, asked, lexicon).map(|(at, share)| weights.terms[at as usize] * share).sum();
        let share = share_of_character(asked);
        let characters: f32 = shared_characters(entry, asked).map(|at| weights.characters[at as usize] * share).sum();
        let meaning = asked.meaning.map_or(0.0, |meaning| MEANING * along(&weights.direction, &unit(meaning)));
        weights.bias + terms + characters + meaning
    }

    /// Writes the weights to `path`.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        let mut bytes = MAGIC.to_vec();
        for entry in &self.entries {
            bytes.extend((entry.terms.len() as u32).to_le_bytes());
            bytes.extend((entry.characters.len() as u32).to_le_bytes());
            let numbers = std::iter::once(&entry.bias).chain(&entry.direction);
            let numbers = numbers.chain(&entry.terms).chain(&entry.characters);
            bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
        }
        std::fs::write(path, bytes)
    }

    /// Reads what `save` wrote for the same entries; `None` when it is not that.
    pub fn load(path: &Path, entries: &[Entry]) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut take = |length: usize| -> Option<&[u8]> {
            let (taken, left) = rest.split_at_checked(length)?;
            rest = left;
            Some(taken)
        };
        let mut read = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut count = || Some(u32::from_le_bytes(take(4)?.try_into().ok()?) as usize);
            let (terms, characters) = (count()?, count()?);
            if terms != entry.phrases_with.len() || characters != entry.characters.len() {
                return None;
            }
            let numbers: Vec<f32> = take(4 * (1 + DIMENSIONS + terms + characters))?
                .chunks_exact(4)
                .map(|bytes| f32::from_le_bytes(bytes.try_into().expect("four bytes")))
                .collect();
            let (bias, rest) = numbers.split_first()?;
            let (direction, rest) = rest.split_at(DIMENSIONS);
            let (terms, characters) = rest.split_at(terms);
            read.push(Weights {
                bias: *bias,
                terms: terms.to_vec(),
                characters: characters.to_vec(),
                direction: direction.try_into().ok()?,
            });
        }
        rest.is_empty().then_some(Self { entries: read })
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
        let mut numbers = candidates.top(asked.terms, RIVALS);
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
        Self { right, weight, character: share_of_character(asked), meaning: asked.meaning.map(unit), rivals }
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
        Some((at as u32, lexicon.idf(term) / asked.norm))
    })
}

fn shared_characters<'s>(entry: &'s Entry, asked: Asked<'s>) -> impl Iterator<Item = u32> + 's {
    asked.characters.iter().filter_map(|c| entry.characters.binary_search(c).ok()).map(|at| at as u32)
}

fn share_of_character(asked: Asked<'_>) -> f32 {
    CHARACTERS / (asked.characters.len().max(1) as f32).sqrt()
}

fn unit(meaning: &Meaning) -> [f32; DIMENSIONS] {
    meaning.map(|component| f32::from(component) / 127.0)
}

fn along(a: &[f32; DIMENSIONS], b: &[f32; DIMENSIONS]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

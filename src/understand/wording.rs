//! Which class a message belongs to by its wording alone: a softmax model over stretches of one to three characters and
//! what the words mean, trained whenever the corpus is read, in a fixed order: the same corpus gives the same weights.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::search::{DIMENSIONS, Descent, FIRST_SLOPE, LEAST_ERROR, Meaning, along, unit};

/// Longest stretch, characters.
const LONGEST: usize = 3;
/// Times a stretch must occur to count.
const LEAST_TIMES: usize = 2;
const PASSES: usize = 10;
const DESCENT: Descent = Descent { step: 0.2, pull: 3e-3 };
/// The same along meanings, which every message has a part in.
const ALONG_MEANINGS: Descent = Descent { step: 0.06, ..DESCENT };
/// How much all stretches of a message count together, by the root of the sum of their squares.
const LENGTH: f32 = 3.0;
/// How much the meaning of a message counts, in the same measure.
const MEANING: f32 = 3.0;

/// A message as its wording is heard.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'h> {
    /// In normal form.
    pub normalised: &'h str,
    /// What its words mean together; `None` when none is known.
    pub meaning: Option<&'h Meaning>,
}

/// A message to learn from.
pub struct Lesson {
    /// In normal form.
    pub normalised: String,
    /// What its words mean together.
    pub meaning: Option<Meaning>,
    /// The classes it may belong to.
    pub right: Vec<usize>,
}

/// What was learned of the wording of some messages.
#[derive(Serialize, Deserialize)]
pub struct Wording {
    /// By stretch: its row of weights.
    rows: HashMap<String, usize>,
    classes: usize,
    /// By row: a weight for each class; the last row is of every message.
    weights: Vec<f32>,
    /// By class: a direction in the space of meanings.
    directions: Vec<Vec<f32>>,
}

/// What of a message a model knows.
struct Known {
    rows: Vec<usize>,
    /// How much each row counts.
    share: f32,
    meaning: Option<[f32; DIMENSIONS]>,
}

impl Wording {
    /// From messages, each with the classes it may belong to; of `classes` classes.
    pub fn learn<'l>(lessons: impl IntoIterator<Item = &'l Lesson>, classes: usize) -> Self {
        let lessons: Vec<(String, &Lesson)> =
            lessons.into_iter().map(|lesson| (marked(&lesson.normalised), lesson)).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for stretch in lessons.iter().flat_map(|(message, _)| stretches(message)) {
            *counts.entry(stretch).or_default() += 1;
        }
        let mut known: Vec<&str> =
            counts.into_iter().filter(|(_, count)| *count >= LEAST_TIMES).map(|(stretch, _)| stretch).collect();
        known.sort_unstable();
        let rows: HashMap<String, usize> = known.into_iter().map(str::to_owned).zip(0..).collect();
        let weights = vec![0.0; (rows.len() + 1) * classes];
        let mut learned = Self { weights, rows, classes, directions: vec![vec![0.0; DIMENSIONS]; classes] };
        let known = |(message, lesson): &(String, &'l Lesson)| {
            (learned.known(message, lesson.meaning.as_ref()), lesson.right.as_slice())
        };
        let lessons: Vec<(Known, &[usize])> = lessons.iter().map(known).collect();
        let mut slopes = Slopes {
            weights: vec![FIRST_SLOPE; learned.weights.len()],
            directions: vec![[FIRST_SLOPE; DIMENSIONS]; classes],
        };
        for _ in 0..PASSES {
            for (known, right) in &lessons {
                learned.step(known, right, &mut slopes);
            }
        }
        learned
    }

    /// The natural logarithm of the share of each class, as far as the wording tells.
    pub fn log_shares(&self, heard: Heard<'_>) -> Vec<f32> {
        let known = self.known(&marked(heard.normalised), heard.meaning);
        self.shares(&known).into_iter().map(f32::ln).collect()
    }

    /// The share of the longer stretches of a message that are known, 0..=1.
    pub fn familiarity(&self, normalised: &str) -> f32 {
        let is_longer = |stretch: &&str| stretch.chars().nth(1).is_some();
        let marked = marked(normalised);
        let known = |stretch: &&str| self.rows.contains_key(*stretch);
        let (all, known) =
            (stretches(&marked).filter(is_longer).count(), stretches(&marked).filter(is_longer).filter(known).count());
        known as f32 / all.max(1) as f32
    }

    fn known(&self, marked: &str, meaning: Option<&Meaning>) -> Known {
        let rows: Vec<usize> = stretches(marked).filter_map(|stretch| self.rows.get(stretch).copied()).collect();
        let share = LENGTH / (rows.len().max(1) as f32).sqrt();
        Known { rows, share, meaning: meaning.map(|meaning| unit(meaning).map(|component| component * MEANING)) }
    }

    /// The share of each class (softmax).
    fn shares(&self, known: &Known) -> Vec<f32> {
        let mut logits = self.weights[self.rows.len() * self.classes..].to_vec();
        for row in &known.rows {
            let weights = &self.weights[row * self.classes..][..self.classes];
            logits.iter_mut().zip(weights).for_each(|(logit, weight)| *logit += known.share * weight);
        }
        if let Some(meaning) = &known.meaning {
            logits.iter_mut().zip(&self.directions).for_each(|(logit, direction)| *logit += along(direction, meaning));
        }
        let highest = logits.iter().copied().fold(f32::MIN, f32::max);
        logits.iter_mut().for_each(|logit| *logit = (*logit - highest).exp());
        let total: f32 = logits.iter().sum();
        logits.iter_mut().for_each(|power| *power /= total);
        logits
    }

    /// One step towards the right classes.
    fn step(&mut self, known: &Known, right: &[usize], slopes: &mut Slopes) {
        let shares = self.shares(known);
        let wanted = 1.0 / right.len().max(1) as f32;
        let error = |class: usize| shares[class] - if right.contains(&class) { wanted } else { 0.0 };
        let errors: Vec<(usize, f32)> = (0..self.classes)
            .map(|class| (class, error(class)))
            .filter(|(_, error)| error.abs() > LEAST_ERROR)
            .collect();
        for (row, share) in known.rows.iter().map(|row| (*row, known.share)).chain([(self.rows.len(), 1.0)]) {
            for (class, error) in &errors {
                let place = row * self.classes + class;
                DESCENT.step(&mut self.weights[place], &mut slopes.weights[place], error * share);
            }
        }
        for ((class, error), meaning) in errors.iter().flat_map(|error| Some((error, known.meaning.as_ref()?))) {
            let direction = self.directions[*class].iter_mut().zip(&mut slopes.directions[*class]);
            direction
                .zip(meaning)
                .for_each(|((weight, past), component)| ALONG_MEANINGS.step(weight, past, error * component));
        }
    }
}

/// Sums of the squared slopes of each weight so far.
struct Slopes {
    weights: Vec<f32>,
    directions: Vec<[f32; DIMENSIONS]>,
}

/// With its beginning and end marked.
fn marked(normalised: &str) -> String {
    format!("^{normalised}$")
}

/// All stretches of a message.
fn stretches(marked: &str) -> impl Iterator<Item = &str> {
    marked.char_indices().flat_map(move |(start, _)| {
        let ends = marked[start..].char_indices().map(move |(at, c)| start + at + c.len_utf8());
        ends.take(LONGEST).map(move |end| &marked[start..end])
    })
}

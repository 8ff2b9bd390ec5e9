//! Which class a message belongs to by its wording alone: a softmax model over stretches of one to three characters,
//! trained in a moment whenever the corpus is read, in a fixed order: the same corpus gives the same weights.

use std::collections::HashMap;

/// Longest stretch, characters.
const LONGEST: usize = 3;
/// Times a stretch must occur to count.
const LEAST_TIMES: usize = 2;
const PASSES: usize = 10;
/// Step of the adaptive gradient (AdaGrad).
const STEP: f32 = 0.5;
/// Pull towards zero.
const PULL: f32 = 1e-3;
/// Errors below this teach nothing.
const LEAST_ERROR: f32 = 3e-3;
/// How much all stretches of a message count together, by the root of the sum of their squares.
const LENGTH: f32 = 3.0;

/// What was learned of the wording of some messages.
pub struct Wording {
    /// By stretch: its row of weights.
    rows: HashMap<String, usize>,
    classes: usize,
    /// By row: a weight for each class; the last row is of every message.
    weights: Vec<f32>,
}

impl Wording {
    /// From messages in normal form, each with the classes it may belong to; of `classes` classes.
    pub fn learn(messages: &[(String, Vec<usize>)], classes: usize) -> Self {
        let messages: Vec<(String, &[usize])> =
            messages.iter().map(|(message, classes)| (marked(message), classes.as_slice())).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for stretch in messages.iter().flat_map(|(message, _)| stretches(message)) {
            *counts.entry(stretch).or_default() += 1;
        }
        let mut known: Vec<&str> =
            counts.into_iter().filter(|(_, count)| *count >= LEAST_TIMES).map(|(stretch, _)| stretch).collect();
        known.sort_unstable();
        let rows: HashMap<String, usize> = known.into_iter().map(str::to_owned).zip(0..).collect();
        let mut learned = Self { weights: vec![0.0; (rows.len() + 1) * classes], rows, classes };
        let lessons: Vec<_> = messages.iter().map(|(message, right)| (learned.heard(message), *right)).collect();
        let mut slopes = vec![1.0f32; learned.weights.len()];
        for _ in 0..PASSES {
            for ((rows, share), right) in &lessons {
                learned.step(rows, *share, right, &mut slopes);
            }
        }
        learned
    }

    /// The natural logarithm of the share of each class, as far as the wording tells.
    pub fn log_shares(&self, normalised: &str) -> Vec<f32> {
        let (rows, share) = self.heard(&marked(normalised));
        self.shares(&rows, share).into_iter().map(f32::ln).collect()
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

    /// The rows of the stretches of a message that are known, and how much each counts.
    fn heard(&self, marked: &str) -> (Vec<usize>, f32) {
        let rows: Vec<usize> = stretches(marked).filter_map(|stretch| self.rows.get(stretch).copied()).collect();
        let share = LENGTH / (rows.len().max(1) as f32).sqrt();
        (rows, share)
    }

    /// The share of each class (softmax).
    fn shares(&self, rows: &[usize], share: f32) -> Vec<f32> {
        let mut logits = self.weights[self.rows.len() * self.classes..].to_vec();
        for row in rows {
            let weights = &self.weights[row * self.classes..][..self.classes];
            logits.iter_mut().zip(weights).for_each(|(logit, weight)| *logit += share * weight);
        }
        let highest = logits.iter().copied().fold(f32::MIN, f32::max);
        logits.iter_mut().for_each(|logit| *logit = (*logit - highest).exp());
        let total: f32 = logits.iter().sum();
        logits.iter_mut().for_each(|power| *power /= total);
        logits
    }

    /// One step towards the right classes; `slopes` are the sums of the squared slopes of each weight so far.
    fn step(&mut self, rows: &[usize], share: f32, right: &[usize], slopes: &mut [f32]) {
        let shares = self.shares(rows, share);
        let wanted = 1.0 / right.len().max(1) as f32;
        let error = |class: usize| shares[class] - if right.contains(&class) { wanted } else { 0.0 };
        let errors: Vec<(usize, f32)> = (0..self.classes)
            .map(|class| (class, error(class)))
            .filter(|(_, error)| error.abs() > LEAST_ERROR)
            .collect();
        for (row, share) in rows.iter().map(|row| (*row, share)).chain([(self.rows.len(), 1.0)]) {
            for (class, error) in &errors {
                let place = row * self.classes + class;
                let slope = error * share + PULL * self.weights[place];
                slopes[place] += slope * slope;
                self.weights[place] -= STEP * slope / slopes[place].sqrt();
            }
        }
    }
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

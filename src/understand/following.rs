//! Whether a message goes on with the matter talked about, by its wording alone: learned from the sample conversations.
//!
//! "几天能好" goes on, "那签注呢" rather does not. A logistic regression over stretches of one to three characters;
//! trained in milliseconds whenever the corpus is read, in a fixed order: the same corpus gives the same weights.

use std::collections::HashMap;

use crate::corpus::{Corpus, Dialog};
use crate::text::Normaliser;

/// Longest stretch, characters.
const LONGEST: usize = 3;
/// Times a stretch must occur to count.
const LEAST_TIMES: usize = 2;
const PASSES: usize = 20;
/// Step of the adaptive gradient (AdaGrad).
const STEP: f32 = 0.3;
/// Pull towards zero.
const PULL: f32 = 1e-3;

/// What was learned of one corpus.
pub struct Following {
    bias: f32,
    weights: HashMap<String, f32>,
}

impl Following {
    /// From all sample conversations of `corpus`.
    pub fn new(corpus: &Corpus) -> Self {
        Self::learn(&corpus.dialogs)
    }

    /// From these conversations: messages about the matter of the message before go on, first messages and those about
    /// something else do not.
    pub fn learn<'d>(dialogs: impl IntoIterator<Item = &'d Dialog>) -> Self {
        let normaliser = Normaliser::new();
        let mut messages: Vec<(String, bool)> = Vec::new();
        for dialog in dialogs {
            let mut before: &[_] = &[];
            for turn in dialog {
                let goes_on = turn.about.iter().any(|guide| before.contains(guide));
                messages.push((marked(&normaliser.normalise(&turn.said)), goes_on));
                before = if turn.about.is_empty() { before } else { &turn.about };
            }
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for stretch in messages.iter().flat_map(|(message, _)| stretches(message)) {
            *counts.entry(stretch).or_default() += 1;
        }
        let mut known: Vec<&str> =
            counts.into_iter().filter(|(_, count)| *count >= LEAST_TIMES).map(|(stretch, _)| stretch).collect();
        known.sort_unstable();
        let places = |message| stretches(message).filter_map(|stretch| known.binary_search(&stretch).ok()).collect();
        let lessons: Vec<(Vec<usize>, bool)> =
            messages.iter().map(|(message, goes_on)| (places(message), *goes_on)).collect();
        let (bias, weights) = regress(&lessons, known.len());
        Self { bias, weights: known.into_iter().map(str::to_owned).zip(weights).collect() }
    }

    /// How far a message goes on: a logit, above 0 rather than not.
    pub fn likeness(&self, normalised: &str) -> f32 {
        self.bias + stretches(&marked(normalised)).filter_map(|stretch| self.weights.get(stretch)).sum::<f32>()
    }
}

/// Bias and weights of a logistic regression; a lesson is which of `features` it has, and whether it goes on.
fn regress(lessons: &[(Vec<usize>, bool)], features: usize) -> (f32, Vec<f32>) {
    // The bias is the last weight, of a feature that every lesson has.
    let (mut weights, mut slopes) = (vec![0.0f32; features + 1], vec![1.0f32; features + 1]);
    for _ in 0..PASSES {
        for (has, goes_on) in lessons {
            let has = || has.iter().copied().chain([features]);
            let logit: f32 = has().map(|feature| weights[feature]).sum();
            let error = 1.0 / (1.0 + (-logit).exp()) - f32::from(u8::from(*goes_on));
            for feature in has() {
                let slope = error + PULL * weights[feature];
                slopes[feature] += slope * slope;
                weights[feature] -= STEP * slope / slopes[feature].sqrt();
            }
        }
    }
    (weights.pop().unwrap_or_default(), weights)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Place, Text, Turn};

    fn dialog(turns: &[(&str, &str)]) -> Dialog {
        let turn = |&(said, about): &(&str, &str)| Turn {
            said: Text::new(said, Place { file: 0, span: 0..0 }),
            about: vec![about.into()],
        };
        turns.iter().map(turn).collect()
    }

    #[test]
    fn wording_that_went_on_goes_on() {
        let dialogs: Vec<Dialog> = ["a", "b", "c"]
            .iter()
            .map(|guide| dialog(&[("我想办这个", guide), ("要几天", guide), ("要带什么", guide), ("那签注呢", "d")]))
            .collect();
        let following = Following::learn(&dialogs);
        assert!(following.likeness("要带几样") > 0.0, "{}", following.likeness("要带几样"));
        assert!(following.likeness("那护照呢") < 0.0, "{}", following.likeness("那护照呢"));
        assert_eq!(Following::learn([]).likeness("要几天"), 0.0, "nothing was learned");
    }
}

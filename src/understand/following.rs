//! What a message does to a conversation, by its wording alone, and which matters follow on which: learned from the
//! sample conversations.
//!
//! "几天能好" stays, "说回刚才那个" returns, "那签注呢" turns elsewhere, "今天好热" leaves. A logistic regression for each of
//! them over stretches of one to three characters; trained in milliseconds whenever the corpus is read, in a fixed order:
//! the same corpus gives the same weights.

use std::collections::HashMap;

use crate::corpus::{Corpus, Dialog, GuideId};
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
/// Turns that each pair of guides is given for a start, so that a few say little.
const PRIOR_TURNS: f32 = 0.5;

/// What a message can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// It goes on with the matter talked about.
    Stay,
    /// It comes back to a matter talked about earlier.
    Return,
    /// It begins another matter.
    Turn,
    /// It is about no guide's matter.
    Leave,
}

impl Move {
    /// All of them, in the order of `Following::likeness`.
    pub const ALL: [Move; 4] = [Move::Stay, Move::Return, Move::Turn, Move::Leave];
}

/// What was learned of one corpus.
pub struct Following {
    /// By move.
    biases: [f32; Move::ALL.len()],
    weights: HashMap<String, [f32; Move::ALL.len()]>,
    /// Turns from one guide to another.
    turns: HashMap<(GuideId, GuideId), f32>,
    /// Turns away from each guide.
    turns_from: HashMap<GuideId, f32>,
    guides: usize,
}

impl Following {
    /// From all sample conversations of `corpus`.
    pub fn new(corpus: &Corpus) -> Self {
        Self::learn(&corpus.dialogs, corpus.guides.len())
    }

    /// From these conversations, over a corpus of `guides` guides.
    pub fn learn<'d>(dialogs: impl IntoIterator<Item = &'d Dialog>, guides: usize) -> Self {
        let normaliser = Normaliser::new();
        let mut messages: Vec<(String, Move)> = Vec::new();
        let (mut turns, mut turns_from) = (HashMap::new(), HashMap::new());
        for dialog in dialogs {
            let (mut before, mut earlier): (&[GuideId], Vec<&GuideId>) = (&[], Vec::new());
            for turn in dialog {
                let is_meant = |guide: &GuideId| turn.about.contains(guide);
                let does = match () {
                    () if turn.about.is_empty() => Move::Leave,
                    () if before.iter().any(is_meant) => Move::Stay,
                    () if earlier.iter().any(|guide| is_meant(guide)) => Move::Return,
                    () => Move::Turn,
                };
                messages.push((marked(&normaliser.normalise(&turn.said)), does));
                if let (Move::Turn, [from, ..]) = (does, before) {
                    let share = 1.0 / turn.about.len() as f32;
                    for to in &turn.about {
                        *turns.entry((from.clone(), to.clone())).or_insert(0.0) += share;
                        *turns_from.entry(from.clone()).or_insert(0.0) += share;
                    }
                }
                if !turn.about.is_empty() {
                    earlier.extend(before);
                    before = &turn.about;
                }
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
        let lessons: Vec<(Vec<usize>, Move)> =
            messages.iter().map(|(message, does)| (places(message), *does)).collect();
        let learned = Move::ALL.map(|wanted| regress(&lessons, wanted, known.len()));
        let weights = known
            .iter()
            .enumerate()
            .map(|(place, stretch)| ((*stretch).to_owned(), std::array::from_fn(|n| learned[n].1[place])));
        Self { biases: std::array::from_fn(|n| learned[n].0), weights: weights.collect(), turns, turns_from, guides }
    }

    /// How far the wording of a message is that of each move: a logit, above 0 rather than not.
    pub fn likeness(&self, normalised: &str) -> [f32; Move::ALL.len()] {
        let mut logits = self.biases;
        for weights in stretches(&marked(normalised)).filter_map(|stretch| self.weights.get(stretch)) {
            logits.iter_mut().zip(weights).for_each(|(logit, weight)| *logit += weight);
        }
        logits
    }

    /// How much likelier than by chance somebody who turns away from the guide `from` turns to `to`: the natural
    /// logarithm of the ratio.
    pub fn follows(&self, from: &GuideId, to: &GuideId) -> f32 {
        let turns = self.turns.get(&(from.clone(), to.clone())).copied().unwrap_or_default() + PRIOR_TURNS;
        let guides = self.guides.max(1) as f32;
        let all = self.turns_from.get(from).copied().unwrap_or_default() + PRIOR_TURNS * guides;
        (turns * guides / all).ln()
    }
}

/// Bias and weights of a logistic regression of whether a message makes the move `wanted`; a lesson is which of `features`
/// it has, and its move.
fn regress(lessons: &[(Vec<usize>, Move)], wanted: Move, features: usize) -> (f32, Vec<f32>) {
    // The bias is the last weight, of a feature that every lesson has.
    let (mut weights, mut slopes) = (vec![0.0f32; features + 1], vec![1.0f32; features + 1]);
    for _ in 0..PASSES {
        for (has, does) in lessons {
            let has = || has.iter().copied().chain([features]);
            let logit: f32 = has().map(|feature| weights[feature]).sum();
            let error = 1.0 / (1.0 + (-logit).exp()) - f32::from(u8::from(*does == wanted));
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
    fn wording_tells_what_a_message_does() {
        let turns = [("我想办这个", "a"), ("要几天", "a"), ("要带什么", "a"), ("那签注呢", "b"), ("说回头一个", "a")];
        let dialogs: Vec<Dialog> = (0..3).map(|_| dialog(&turns)).collect();
        let following = Following::learn(&dialogs, 2);
        let likeliest = |message| {
            let logits = following.likeness(message);
            Move::ALL.into_iter().zip(logits).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(does, _)| does)
        };
        assert_eq!(likeliest("要带几样"), Some(Move::Stay));
        assert_eq!(likeliest("那护照呢"), Some(Move::Turn));
        assert_eq!(likeliest("说回那一个"), Some(Move::Return));
        assert_eq!(Following::learn([], 2).likeness("要几天"), [0.0; 4], "nothing was learned");
    }

    #[test]
    fn who_turns_away_turns_where_others_did() {
        let dialogs: Vec<Dialog> = (0..3).map(|_| dialog(&[("一", "a"), ("二", "b")])).collect();
        let following = Following::learn(&dialogs, 3);
        assert!(following.follows(&"a".into(), &"b".into()) > 0.0);
        assert!(following.follows(&"a".into(), &"c".into()) < 0.0);
        assert_eq!(following.follows(&"b".into(), &"a".into()), 0.0, "nobody turned away from it");
    }
}

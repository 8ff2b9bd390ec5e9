//! From evidence to confidence: a small logistic model whose weights are fitted, stored as data and read at the start.
//!
//! Two layers. A linear score ranks the candidates of one question against each other (softmax). Then a second
//! logistic model says how far the winner can be trusted, from its own evidence and its lead.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, FEATURES};

/// Numbers the trust in the first candidate rests on.
pub(super) const TRUST_FEATURES: usize = 5 + 2 * FEATURES.len();

/// What speaks for an entry in the light of what was said before, in the order of the fitted weights. The conversation
/// gathers it.
pub const CONTEXT_FEATURES: [&str; 58] = [
    "alone",
    "sure_alone",
    "alone_certain",
    "together",
    "together_certain",
    "current",
    "current_short",
    "current_facet",
    "current_turned_away",
    "current_corrected",
    "current_turned_down",
    "current_unknown",
    "current_aside",
    "current_astray",
    "current_astray_short",
    "current_left_open",
    "current_by_wording",
    "current_stays",
    "current_covers",
    "current_fits",
    "earlier",
    "earlier_returns",
    "another",
    "another_turns",
    "another_follows",
    "covers",
    "fits",
    "guide_subject",
    "other_subject",
    "current_subject",
    "current_familiar",
    "aside",
    "aside_alone",
    "aside_short",
    "aside_facet",
    "aside_stays",
    "aside_turns",
    "aside_unknown",
    "guide_turned_to",
    "matter_turned_to",
    "denied",
    "offered",
    "offered_short",
    "offered_alone",
    "offered_together",
    "matter",
    "matter_sure_alone",
    "intent",
    "intent_sure_alone",
    "intent_facet",
    "journey",
    "no_guide_leaves",
    "no_guide_alone_certain",
    "nothing",
    "nothing_alone",
    "nothing_subject",
    "nothing_familiar",
    "nothing_astray",
];

/// What speaks for a sentence, a facet, or nothing of a guide as the answer to a message about its matter, in the order of
/// the fitted weights. The conversation gathers it.
pub const ANSWER_FEATURES: [&str; 18] = [
    "passage",
    "passage_learned",
    "passage_facet_cued",
    "passage_facet_asked",
    "passage_facet_worded",
    "passage_holds_amount",
    "passage_demands_amount",
    "facet",
    "facet_learned",
    "facet_cued",
    "facet_asked",
    "facet_worded",
    "facet_repeated",
    "overview",
    "nothing",
    "nothing_learned",
    "nothing_cued",
    "nothing_worded",
];

/// Trust in an entry one of whose names or asks is the question to the word.
const WORD_FOR_WORD: f32 = 0.9;

/// The fitted numbers. Stored in `index/ranking.toml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// By feature: its weight in the score.
    pub weights: Vec<f32>,
    /// How far the first is trusted: intercept, its share of the softmax, its evidence, its lead over the second.
    pub trust: Vec<f32>,
    /// By context feature: its weight in the score of an entry in the light of what was said before.
    pub context: Vec<f32>,
    /// By answer feature: its weight in the score of what a guide has for a message once its matter was talked about.
    pub answers: Vec<f32>,
    /// The same for first words.
    pub openings: Vec<f32>,
    /// At and above this confidence a guide is answered.
    pub answer_at: f32,
    /// At and above this confidence an entry is offered as a choice.
    pub offer_at: f32,
    /// What mistakes cost: the thresholds follow from it.
    pub costs: Costs,
}

/// What a mistake costs the person who asked, in any one unit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Another guide was answered: a trip for nothing.
    pub wrong: f32,
    /// A question back where the answer was clear.
    pub question_back: f32,
    /// Nothing was found.
    pub miss: f32,
}

impl Default for Costs {
    fn default() -> Self {
        Self { wrong: 5.0, question_back: 1.0, miss: 2.0 }
    }
}

/// Why the fitted numbers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RankingError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Io {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what `wenban fit` writes.
    #[error("{path} is not a ranking file; write it anew with `wenban fit`")]
    Format {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        source: Box<toml::de::Error>,
    },
    /// The file was fitted for other features.
    #[error("{path} was fitted for other features than this program has; write it anew with `wenban fit`")]
    OtherFeatures {
        /// Which file.
        path: std::path::PathBuf,
    },
}

impl Ranking {
    /// Reads the fitted numbers.
    pub fn load(path: &Path) -> Result<Self, RankingError> {
        let owned = || path.to_owned();
        let text = std::fs::read_to_string(path).map_err(|source| RankingError::Io { path: owned(), source })?;
        let ranking: Self =
            toml::from_str(&text).map_err(|source| RankingError::Format { path: owned(), source: Box::new(source) })?;
        if ranking.weights.len() != FEATURES.len()
            || ranking.trust.len() != TRUST_FEATURES
            || ranking.context.len() != CONTEXT_FEATURES.len()
            || [&ranking.answers, &ranking.openings].iter().any(|weights| weights.len() != ANSWER_FEATURES.len())
        {
            return Err(RankingError::OtherFeatures { path: owned() });
        }
        Ok(ranking)
    }

    /// The form that `load` reads.
    pub fn to_toml(&self) -> String {
        let head = "# Written by `wenban fit`: weights in the order of the program's features. Edit the two thresholds only.\n";
        format!("{head}{}", toml::to_string(self).expect("plain numbers"))
    }

    /// Equal weights, from which fitting starts.
    pub fn unfitted() -> Self {
        let mut trust = vec![0.0; TRUST_FEATURES];
        trust[0] = -3.0;
        // Both readings count, and staying is likelier than not.
        let mut context = vec![0.0; CONTEXT_FEATURES.len()];
        context[..4].fill(0.6);
        let weights = vec![4.0; FEATURES.len()];
        let (answers, openings) = (vec![0.0; ANSWER_FEATURES.len()], vec![0.0; ANSWER_FEATURES.len()]);
        Self { weights, trust, context, answers, openings, answer_at: 0.5, offer_at: 0.1, costs: Costs::default() }
    }

    fn score(&self, evidence: &Evidence) -> f32 {
        self.weights.iter().zip(evidence.features).map(|(weight, feature)| weight * feature).sum()
    }

    /// Shares of the softmax over the scores.
    pub(super) fn shares(&self, candidates: &[(usize, Evidence)]) -> Vec<f32> {
        softmax(candidates.iter().map(|(_, evidence)| self.score(evidence)))
    }

    /// How likely each of several entries is meant in the light of what was said before, given its context features.
    pub fn shares_in_context(&self, candidates: &[[f32; CONTEXT_FEATURES.len()]]) -> Vec<f32> {
        softmax(candidates.iter().map(|features| dot(&self.context, features)))
    }

    /// How likely each of several things a guide has answers a message about the matter talked about, given its answer
    /// features.
    pub fn shares_in_guide(&self, candidates: &[[f32; ANSWER_FEATURES.len()]]) -> Vec<f32> {
        softmax(candidates.iter().map(|features| dot(&self.answers, features)))
    }

    /// The same for first words.
    pub fn shares_in_opening(&self, candidates: &[[f32; ANSWER_FEATURES.len()]]) -> Vec<f32> {
        softmax(candidates.iter().map(|features| dot(&self.openings, features)))
    }

    /// The first and second candidates by share.
    pub(super) fn leaders(shares: &[f32]) -> Option<(usize, Option<usize>)> {
        let best = |not: Option<usize>| {
            let others = (0..shares.len()).filter(|n| Some(*n) != not);
            others.max_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(b.cmp(&a)))
        };
        let first = best(None)?;
        Some((first, best(Some(first))))
    }

    /// Candidates by falling confidence.
    pub fn rank(&self, candidates: Vec<(usize, Evidence)>, form: [f32; 2]) -> Vec<(usize, f32, Evidence)> {
        let shares = self.shares(&candidates);
        let Some((first, second)) = Self::leaders(&shares) else { return Vec::new() };
        let second = second.map(|second| &candidates[second].1);
        let trust = logistic(dot(&self.trust, &trust_features(&candidates[first].1, second, shares[first], form)));
        // Said exactly as an ask or a name has it.
        let trust = if candidates[first].1.is_word_for_word { trust.max(WORD_FOR_WORD) } else { trust };
        // The trust in the winner scales all shares: what is doubtful for the first is doubtful for the rest.
        let scale = trust / shares[first];
        let rest = (1.0 - trust).max(0.0) / (1.0 - shares[first]).max(f32::EPSILON);
        let mut ranked: Vec<(usize, f32, Evidence)> = candidates
            .into_iter()
            .zip(&shares)
            .enumerate()
            .map(|(n, ((number, evidence), share))| {
                let confidence = if n == first { trust } else { share * scale.min(rest) };
                (number, confidence, evidence)
            })
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }
}

/// What the trust in the first candidate rests on: its share, the form of the question, its evidence, and its lead in
/// each feature.
pub(super) fn trust_features(
    first: &Evidence,
    second: Option<&Evidence>,
    share: f32,
    [length, unknown]: [f32; 2],
) -> [f32; TRUST_FEATURES] {
    let mut features = [0.0; TRUST_FEATURES];
    let (fixed, by_feature) = features.split_at_mut(TRUST_FEATURES - 2 * FEATURES.len());
    fixed.copy_from_slice(&[1.0, share, length, unknown, f32::from(u8::from(first.is_guide))]);
    let (evidence, lead) = by_feature.split_at_mut(FEATURES.len());
    for n in 0..FEATURES.len() {
        evidence[n] = first.features[n];
        lead[n] = first.features[n] - second.map_or(0.0, |second| second.features[n]);
    }
    features
}

pub(super) fn softmax(scores: impl Iterator<Item = f32>) -> Vec<f32> {
    let scores: Vec<f32> = scores.collect();
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let total: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / total).collect()
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(super) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

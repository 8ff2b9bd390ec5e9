//! From evidence to confidence: a small logistic model whose weights are fitted, stored as data and read at the start.
//!
//! Two layers. A linear score ranks the candidates of one question against each other (softmax). Then a second
//! logistic model says how far the winner can be trusted, from its own evidence and its lead.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, FEATURES};
use super::{Model, Search};
use crate::corpus::Corpus;

/// Numbers the trust in the first candidate rests on.
const TRUST_FEATURES: usize = 2 + 2 * FEATURES.len();

/// The fitted numbers. Stored in `index/ranking.toml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// By feature: its weight in the score.
    pub weights: Vec<f32>,
    /// How far the first is trusted: intercept, its share of the softmax, its evidence, its lead over the second.
    pub trust: Vec<f32>,
    /// At and above this confidence a guide is answered.
    pub answer_at: f32,
    /// At and above this confidence an entry is offered as a choice.
    pub offer_at: f32,
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
    #[error("{path} was fitted for {found} features, this program has {wanted}; write it anew with `wenban fit`")]
    OtherFeatures {
        /// Which file.
        path: std::path::PathBuf,
        /// Features in the file.
        found: usize,
        /// Features of the program.
        wanted: usize,
    },
}

impl Ranking {
    /// Reads the fitted numbers.
    pub fn load(path: &Path) -> Result<Self, RankingError> {
        let owned = || path.to_owned();
        let text = std::fs::read_to_string(path).map_err(|source| RankingError::Io { path: owned(), source })?;
        let ranking: Self =
            toml::from_str(&text).map_err(|source| RankingError::Format { path: owned(), source: Box::new(source) })?;
        if ranking.weights.len() != FEATURES.len() || ranking.trust.len() != TRUST_FEATURES {
            return Err(RankingError::OtherFeatures {
                path: owned(),
                found: ranking.weights.len(),
                wanted: FEATURES.len(),
            });
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
        Self { weights: vec![4.0; FEATURES.len()], trust, answer_at: 0.5, offer_at: 0.15 }
    }

    fn score(&self, evidence: &Evidence) -> f32 {
        self.weights.iter().zip(evidence.features).map(|(weight, feature)| weight * feature).sum()
    }

    /// Shares of the softmax over the scores.
    fn shares(&self, candidates: &[(usize, Evidence)]) -> Vec<f32> {
        let scores: Vec<f32> = candidates.iter().map(|(_, evidence)| self.score(evidence)).collect();
        let highest = scores.iter().copied().fold(f32::MIN, f32::max);
        let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
        let total: f32 = powers.iter().sum();
        powers.into_iter().map(|power| power / total).collect()
    }

    /// The first and second candidates by share.
    fn leaders(shares: &[f32]) -> Option<(usize, Option<usize>)> {
        let best = |not: Option<usize>| {
            let others = (0..shares.len()).filter(|n| Some(*n) != not);
            others.max_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(b.cmp(&a)))
        };
        let first = best(None)?;
        Some((first, best(Some(first))))
    }

    /// Candidates by falling confidence.
    pub fn rank(&self, candidates: Vec<(usize, Evidence)>) -> Vec<(usize, f32, Evidence)> {
        let shares = self.shares(&candidates);
        let Some((first, second)) = Self::leaders(&shares) else { return Vec::new() };
        let second = second.map(|second| &candidates[second].1);
        let trust = logistic(dot(&self.trust, &trust_features(&candidates[first].1, second, shares[first])));
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

/// What the trust in the first candidate rests on: its evidence, its share, and its lead in each feature.
fn trust_features(first: &Evidence, second: Option<&Evidence>, share: f32) -> [f32; TRUST_FEATURES] {
    let mut features = [0.0; TRUST_FEATURES];
    features[0] = 1.0;
    features[1] = share;
    for n in 0..FEATURES.len() {
        features[2 + n] = first.features[n];
        features[2 + FEATURES.len() + n] = first.features[n] - second.map_or(0.0, |second| second.features[n]);
    }
    features
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// One question of the fit: its candidates and which of them is right.
struct Example {
    candidates: Vec<(usize, Evidence)>,
    right: Option<usize>,
}

/// Fits the weights on the corpus itself: each ask is asked with its own wording left out. Deterministic.
///
/// Trust is fitted on the same questions and, so that "none of these" is learned too, on each once more with its own
/// entry taken away: then whatever comes first is wrong.
pub fn fit(corpus: &Corpus, model: &Model) -> Result<Ranking, super::IndexError> {
    let (answer_at, offer_at) = (model.ranking.answer_at, model.ranking.offer_at);
    let search = Search::in_memory(corpus, model.clone())?;
    let mut examples = examples(corpus, &search);
    let mut ranking = Ranking { answer_at, offer_at, ..Ranking::unfitted() };
    fit_weights(&mut ranking, &examples);
    let orphaned: Vec<Example> = examples.iter().filter_map(Example::without_right).collect();
    examples.extend(orphaned);
    fit_trust(&mut ranking, &examples);
    for number in ranking.weights.iter_mut().chain(&mut ranking.trust) {
        *number = (*number * 1000.0).round() / 1000.0;
    }
    Ok(ranking)
}

impl Example {
    /// The same question as if its entry did not exist.
    fn without_right(&self) -> Option<Self> {
        let right = self.right?;
        let others = self.candidates.iter().enumerate().filter(|(n, _)| *n != right);
        let candidates: Vec<_> = others.map(|(_, candidate)| candidate.clone()).collect();
        (!candidates.is_empty()).then_some(Self { candidates, right: None })
    }
}

fn examples(corpus: &Corpus, search: &Search) -> Vec<Example> {
    let normaliser = crate::text::Normaliser::new();
    let mut examples = Vec::new();
    for (number, texts) in super::entries(corpus).enumerate() {
        for (ask, text) in texts.asks.iter().enumerate() {
            let query = search.query(&normaliser.normalise(text));
            let shortlist = search.candidates.top(&query, super::SHORTLIST);
            let candidates: Vec<(usize, Evidence)> = shortlist
                .into_iter()
                .map(|candidate| {
                    let without = (candidate == number).then_some(ask);
                    (candidate, search.entries[candidate].compare(&query, &search.lexicon, without))
                })
                .collect();
            let right = candidates.iter().position(|(candidate, _)| *candidate == number);
            examples.push(Example { candidates, right });
        }
    }
    examples
}

/// Gradient ascent on the log-likelihood of the softmax, with a pull towards zero.
fn fit_weights(ranking: &mut Ranking, examples: &[Example]) {
    const ROUNDS: usize = 300;
    const STEP: f32 = 4.0;
    const PULL: f32 = 1e-4;
    for _ in 0..ROUNDS {
        let mut gradient = vec![0.0f32; FEATURES.len()];
        let mut used = 0.0f32;
        for example in examples {
            let Some(right) = example.right else { continue };
            used += 1.0;
            let shares = ranking.shares(&example.candidates);
            for (n, (_, evidence)) in example.candidates.iter().enumerate() {
                let pull = f32::from(u8::from(n == right)) - shares[n];
                for (slope, feature) in gradient.iter_mut().zip(evidence.features) {
                    *slope += pull * feature;
                }
            }
        }
        for (weight, slope) in ranking.weights.iter_mut().zip(gradient) {
            *weight = (*weight + STEP * (slope / used.max(1.0) - PULL * *weight)).max(0.0);
        }
    }
}

/// Logistic regression of "the first is right" on its evidence and share.
fn fit_trust(ranking: &mut Ranking, examples: &[Example]) {
    const ROUNDS: usize = 2000;
    const STEP: f32 = 1.0;
    const PULL: f32 = 1e-4;
    let points: Vec<([f32; TRUST_FEATURES], f32)> = examples
        .iter()
        .filter_map(|example| {
            let shares = ranking.shares(&example.candidates);
            let (first, second) = Ranking::leaders(&shares)?;
            let right = f32::from(u8::from(example.right == Some(first)));
            let second = second.map(|second| &example.candidates[second].1);
            Some((trust_features(&example.candidates[first].1, second, shares[first]), right))
        })
        .collect();
    for _ in 0..ROUNDS {
        let mut gradient = vec![0.0f32; ranking.trust.len()];
        for (features, right) in &points {
            let miss = right - logistic(dot(&ranking.trust, features));
            for (slope, feature) in gradient.iter_mut().zip(features) {
                *slope += miss * feature;
            }
        }
        for (weight, slope) in ranking.trust.iter_mut().zip(gradient) {
            *weight += STEP * (slope / points.len().max(1) as f32 - PULL * *weight);
        }
    }
}

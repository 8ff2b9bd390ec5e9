//! What of a guide answers a message about its matter: one of its sentences, one of its facets, or nothing it has.
//!
//! Fitted weights say how much what was learned of the wording and a facet heard in the words count.

use super::decision::Situation;
use crate::corpus::{Facet, Guide, Passage};
use crate::search::ANSWER_FEATURES;

/// From this share on, a further sentence is said beside the likeliest.
const ALSO_AT: f32 = 0.2;
/// Sentences that answer one message, at most.
const MOST_PASSAGES: usize = 2;
/// Below this logarithm of its share a candidate is no less likely.
const LEAST: f32 = -8.0;
/// Brings logarithms of shares into the range of the other features.
const SCALE: f32 = 4.0;

/// What may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// The sentence of the guide with this number.
    Passage(usize),
    /// A whole facet of it.
    Facet(Facet),
    /// Nothing it has.
    Nothing,
}

/// What may answer, and what speaks for it in the order of `ANSWER_FEATURES`.
pub type Judged = (Candidate, [f32; ANSWER_FEATURES.len()]);

/// What answers.
pub enum Answering {
    /// These sentences of the guide, the likeliest first.
    Passages(Vec<usize>),
    /// A whole facet of it.
    Facet(Facet),
    /// Nothing it has.
    Nothing,
}

/// Everything of `guide` that may answer the message, and that nothing does.
pub fn candidates(s: &Situation<'_>, guide: &Guide) -> Vec<Judged> {
    let scaled = |log_share: f32| log_share.max(LEAST) / SCALE;
    let flag = |is_so: bool| f32::from(u8::from(is_so));
    let passages = guide.passages();
    let learned = s.answering.log_shares(guide, s.normalised);
    let worded = s.following.facets(s.normalised);
    let cued = |facet: Facet| flag(s.reading.facet == Some(facet));
    let of_passage = |(number, passage): (usize, &Passage<'_>)| {
        let facet = passage.facet;
        let features = [1.0, scaled(learned[number]), cued(facet), scaled(worded.of(facet))];
        (Candidate::Passage(number), placed(0, features))
    };
    let of_facet = |facet| {
        let is_repeated = flag(s.dialogue.facet == Some(facet));
        (Candidate::Facet(facet), placed(4, [1.0, cued(facet), scaled(worded.of(facet)), is_repeated]))
    };
    let is_cued = flag(s.reading.facet.is_some());
    let nothing = placed(8, [1.0, scaled(learned[passages.len()]), is_cued, scaled(worded.none())]);
    let passages = passages.iter().enumerate().map(of_passage);
    passages.chain(Facet::all().map(of_facet)).chain([(Candidate::Nothing, nothing)]).collect()
}

/// `features` in their places from the one numbered `start` on, 0 elsewhere.
fn placed(start: usize, features: [f32; 4]) -> [f32; ANSWER_FEATURES.len()] {
    let mut all = [0.0; ANSWER_FEATURES.len()];
    all[start..][..features.len()].copy_from_slice(&features);
    all
}

/// The passages among the likeliest that are likely enough to be said, with their shares.
fn likeliest_passages(judged: &[(Candidate, f32)]) -> impl Iterator<Item = (usize, f32)> {
    let likely = judged.iter().enumerate().filter_map(|(place, (candidate, share))| match candidate {
        Candidate::Passage(number) if place == 0 || *share >= ALSO_AT => Some((*number, *share)),
        _ => None,
    });
    likely.take(MOST_PASSAGES)
}

/// The candidates with their shares, the likeliest first.
fn judged(s: &Situation<'_>, candidates: &[Judged]) -> Vec<(Candidate, f32)> {
    let features: Vec<_> = candidates.iter().map(|(_, features)| *features).collect();
    let shares = s.ranking.shares_in_guide(&features);
    let mut judged: Vec<(Candidate, f32)> = candidates.iter().map(|(candidate, _)| *candidate).zip(shares).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    judged
}

/// What answers, of `candidates`.
pub fn decide(s: &Situation<'_>, candidates: &[Judged]) -> Answering {
    let judged = judged(s, candidates);
    match judged.first() {
        Some((Candidate::Facet(facet), _)) => Answering::Facet(*facet),
        Some((Candidate::Passage(_), _)) => {
            Answering::Passages(likeliest_passages(&judged).map(|(number, _)| number).collect())
        }
        _ => Answering::Nothing,
    }
}

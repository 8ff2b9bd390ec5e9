//! What of a guide answers a message about its matter: one of its sentences, one of its facets, or nothing it has.
//!
//! Fitted weights say how much what was learned of the wording and a facet heard in the words count.

use super::decision::{Extent, Situation};
use crate::corpus::{Facet, Guide, Passage};
use crate::search::ANSWER_FEATURES;
use crate::understand;

/// From this share on, a further sentence is said beside the likeliest.
const ALSO_AT: f32 = 0.2;
/// Sentences that answer one message, at most.
const MOST_PASSAGES: usize = 2;
/// Facets of which no sentence is told alone when the facet is asked for: one of several papers, days or sums misleads,
/// and whether it can be done online or by somebody else is said before the sentences about how.
const TOLD_TOGETHER: [Facet; 5] = [Facet::Documents, Facet::TimeLimit, Facet::Fee, Facet::Online, Facet::Proxy];
/// Words beside a facet that are little.
const LITTLE: usize = 3;
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

/// What of `candidates`, those of `guide`, answers a message that asks for the facet `asked`: a facet, and how much of it;
/// `None` when nothing the guide has does.
pub fn decide(
    s: &Situation<'_>,
    guide: &Guide,
    asked: Option<Facet>,
    situation: Option<&str>,
    candidates: &[Judged],
) -> Option<(Facet, Extent)> {
    // Whoever asks for a facet and says little else asks for what the guide has.
    let has_it = asked.is_some_and(|facet| facet != Facet::MissingDocument) && s.reading.content.len() <= LITTLE;
    // "找不到那个" is no paper of it.
    let is_no_paper = understand::named_document(s.normalised, guide, situation).is_none();
    let may_answer = |candidate: Candidate| match candidate {
        Candidate::Nothing => !has_it,
        Candidate::Facet(Facet::MissingDocument) => !is_no_paper,
        _ => true,
    };
    let (candidates, features): (Vec<Candidate>, Vec<_>) =
        candidates.iter().filter(|(candidate, _)| may_answer(*candidate)).copied().unzip();
    let mut judged: Vec<_> = candidates.into_iter().zip(s.ranking.shares_in_guide(&features)).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    match judged.first()?.0 {
        Candidate::Facet(facet) => Some((facet, Extent::Facet)),
        Candidate::Nothing => None,
        Candidate::Passage(first) => {
            let facet = guide.passages()[first].facet;
            if asked == Some(facet) && TOLD_TOGETHER.contains(&facet) {
                return Some((facet, Extent::Facet));
            }
            let others = judged[1..].iter().filter_map(|(candidate, share)| match candidate {
                Candidate::Passage(number) if *share >= ALSO_AT => Some(*number),
                _ => None,
            });
            Some((facet, Extent::Passages(std::iter::once(first).chain(others).take(MOST_PASSAGES).collect())))
        }
    }
}

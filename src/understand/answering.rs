//! Which sentence of a guide answers a message about its matter, by the message's wording alone: learned from the
//! sentences and from the follow-ups that the staff wrote below each.
//!
//! "我是自己不干的" has no word of "自己主动辞职的一般领不到".

use std::collections::HashMap;
use std::sync::OnceLock;

use super::wording::Wording;
use crate::corpus::{Corpus, FollowUp, Guide, GuideId, Passage};
use crate::text::Normaliser;

/// What was learned of the guides of one corpus.
pub struct Answering(HashMap<GuideId, OnceLock<Wording>>);

impl Answering {
    /// From all guides of `corpus` and the follow-ups to each.
    pub fn new(corpus: &Corpus) -> Self {
        // The few sentences of a guide without follow-ups are learned from when somebody asks.
        let of_guide = |guide: &Guide| match guide.follow_ups.is_empty() {
            true => OnceLock::new(),
            false => OnceLock::from(learn(guide)),
        };
        Self(corpus.guides.iter().map(|guide| (guide.id.clone(), of_guide(guide))).collect())
    }

    /// For each passage of `guide`, a guide of the corpus, then for none of them: the natural logarithm of its share, as
    /// far as the wording tells.
    pub fn log_shares(&self, guide: &Guide, normalised: &str) -> Vec<f32> {
        self.0[&guide.id].get_or_init(|| learn(guide)).log_shares(normalised)
    }
}

fn learn(guide: &Guide) -> Wording {
    let normaliser = Normaliser::new();
    let passages = guide.passages();
    let of_itself = |(number, passage): (usize, &Passage<'_>)| (normaliser.normalise(passage.text), vec![number]);
    let lesson = |follow_up: &FollowUp| {
        let none = follow_up.answered_by.is_empty().then_some(passages.len());
        let right = follow_up.answered_by.iter().copied().chain(none).collect();
        (normaliser.normalise(&follow_up.said), right)
    };
    let sentences = passages.iter().enumerate().map(of_itself);
    let lessons: Vec<_> = sentences.chain(guide.follow_ups.iter().map(lesson)).collect();
    Wording::learn(&lessons, passages.len() + 1)
}

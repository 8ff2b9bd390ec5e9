//! What of a guide answers a message about its matter, by the message's wording alone: learned from its sentences and from
//! what the staff wrote down that people say, first and later, with what answers it.
//!
//! "我是自己不干的" has no word of "自己主动辞职的一般领不到".

use std::collections::HashMap;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wording::{Heard, Lesson, Wording};
use crate::corpus::{Corpus, Facet, Guide, GuideId, Part, Passage, Saying};
use crate::search::Meaning;
use crate::text::Normaliser;

/// What was learned of the guides of one corpus.
pub struct Answering(HashMap<GuideId, OnceLock<Wording>>);

/// How far a message asks for each part of a guide: natural logarithms of shares.
pub struct PartShares(Vec<f32>);

impl PartShares {
    /// The share of `part`; of none of them when it is `None`.
    pub fn of(&self, part: Option<Part>) -> f32 {
        self.0[class(part, self.0.len() - other_classes())]
    }
}

/// As guides, each with its wording, if that was learned.
impl Serialize for Answering {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(guide, wording)| (guide, wording.get())))
    }
}

impl<'de> Deserialize<'de> for Answering {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let guides = Vec::<(GuideId, Option<Wording>)>::deserialize(deserializer)?;
        let locked = |wording: Option<Wording>| wording.map_or_else(OnceLock::new, OnceLock::from);
        Ok(Self(guides.into_iter().map(|(guide, wording)| (guide, locked(wording))).collect()))
    }
}

impl Answering {
    /// From all guides of `corpus` and what people say about each; `meaning` is what the words of a text mean together.
    pub fn new(corpus: &Corpus, meaning: impl Fn(&str) -> Option<Meaning> + Sync) -> Self {
        Self::without(corpus, meaning, |_| false)
    }

    /// The same without the first words whose numbers among those of their guide are held out.
    pub fn without(
        corpus: &Corpus,
        meaning: impl Fn(&str) -> Option<Meaning> + Sync,
        is_held_out: impl Fn(usize) -> bool + Sync,
    ) -> Self {
        // The few sentences of a guide about which nothing is written down are learned from when somebody asks.
        let of_guide = |guide: &Guide| match guide.follow_ups.is_empty() && guide.first_words.is_empty() {
            true => OnceLock::new(),
            false => OnceLock::from(learn(guide, &meaning, &is_held_out)),
        };
        Self(corpus.guides.par_iter().map(|guide| (guide.id.clone(), of_guide(guide))).collect())
    }

    /// How far a message asks for each part of `guide`, a guide of the corpus, as far as the wording tells.
    pub fn shares(&self, guide: &Guide, heard: Heard<'_>) -> PartShares {
        PartShares(self.of(guide).log_shares(heard))
    }

    /// How far `normalised` is worded as people speak about the matter of `guide`, a guide of the corpus, 0..=1.
    pub fn familiarity(&self, guide: &Guide, normalised: &str) -> f32 {
        self.of(guide).familiarity(normalised)
    }

    fn of(&self, guide: &Guide) -> &Wording {
        self.0[&guide.id].get_or_init(|| learn(guide, |_| None, |_| false))
    }
}

fn learn(guide: &Guide, meaning: impl Fn(&str) -> Option<Meaning>, is_held_out: impl Fn(usize) -> bool) -> Wording {
    let normaliser = Normaliser::new();
    let passages = guide.passages();
    let lesson = |text: &str, right| {
        let normalised = normaliser.normalise(text);
        Lesson { meaning: meaning(&normalised), normalised, right }
    };
    let of_itself = |(number, passage): (usize, &Passage<'_>)| lesson(passage.text, vec![number]);
    let of_saying = |saying: &Saying| {
        let parts = saying.answered_by.iter().map(|part| class(Some(*part), passages.len()));
        let none = saying.answered_by.is_empty().then(|| class(None, passages.len()));
        lesson(&saying.said, parts.chain(none).collect())
    };
    let sentences = passages.iter().enumerate().map(of_itself);
    let first = guide.first_words.iter().enumerate().filter(|(number, _)| !is_held_out(*number)).map(|(_, said)| said);
    let lessons: Vec<_> = sentences.chain(first.chain(&guide.follow_ups).map(of_saying)).collect();
    Wording::learn(&lessons, passages.len() + other_classes())
}

/// The number of `part` among what is told apart: the passages of a guide, the facets, and none of them.
fn class(part: Option<Part>, passages: usize) -> usize {
    match part {
        Some(Part::Passage(number)) => number,
        Some(Part::Facet(facet)) => passages + Facet::all().take_while(|known| *known != facet).count(),
        None => passages + Facet::all().count(),
    }
}

/// Of what is told apart, the facets and none of them.
fn other_classes() -> usize {
    Facet::all().count() + 1
}

//! What of a guide answers a message about its matter, or which other matter it turns to, by the message's wording alone:
//! learned from its sentences and from what the staff wrote down that people say, first and later, with what answers it.
//!
//! "我是自己不干的" has no word of "自己主动辞职的一般领不到", and "还没交楼" none of 预告登记.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wording::{Heard, Lesson, Wording};
use crate::corpus::{Corpus, Dialog, Facet, Guide, GuideId, MatterId, Neighbour, Part, Passage, Saying, Text, Turning};
use crate::search::{EntryRef, Meaning};
use crate::text::Normaliser;

/// What was learned of the guides of one corpus.
pub struct Answering(HashMap<GuideId, OnceLock<Wording>>);

/// How far a message asks for each part of a guide, or turns to another matter: natural logarithms of shares.
pub struct PartShares<'g> {
    guide: &'g Guide,
    passages: usize,
    /// Of the parts and none of them, among all that stays with the guide; then of the other matters, among all.
    log_shares: Vec<f32>,
    stays: f32,
}

impl<'g> PartShares<'g> {
    fn new(guide: &'g Guide, mut log_shares: Vec<f32>) -> Self {
        let passages = guide.passages().len();
        let here = &mut log_shares[..passages + other_classes()];
        let stays = here.iter().map(|share| share.exp()).sum::<f32>().max(f32::MIN_POSITIVE).ln();
        here.iter_mut().for_each(|share| *share -= stays);
        Self { guide, passages, log_shares, stays }
    }

    /// The share of `part`, if the message stays with the guide; of none of them when it is `None`.
    pub fn of(&self, part: Option<Part>) -> f32 {
        self.log_shares[class(part, self.passages)]
    }

    /// The share of staying with the guide.
    pub fn stays(&self) -> f32 {
        self.stays
    }

    /// The other matters that people turn to, each with its share, 0..=1.
    pub fn turns(&self) -> impl Iterator<Item = (EntryRef, f32)> {
        let shares = self.log_shares[self.passages + other_classes()..].iter().map(|log_share| log_share.exp());
        turned_to(self.guide).into_iter().map(|to| EntryRef::from(to.clone())).zip(shares)
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
        Self::without(corpus, meaning, |_| false, |_| false)
    }

    /// The same without the first words whose numbers among those of their guide are held out, and without the sample
    /// conversations whose numbers are.
    pub fn without(
        corpus: &Corpus,
        meaning: impl Fn(&str) -> Option<Meaning> + Sync,
        is_held_out: impl Fn(usize) -> bool + Sync,
        is_dialog_held_out: impl Fn(usize) -> bool,
    ) -> Self {
        let dialogs = corpus.dialogs.iter().enumerate().filter(|(number, _)| !is_dialog_held_out(*number));
        let turned = turned_in(dialogs.map(|(_, dialog)| dialog));
        // The few sentences of a guide about which nothing is written down are learned from when somebody asks.
        let of_guide = |guide: &Guide| match guide.follow_ups.is_empty() && guide.first_words.is_empty() {
            true => OnceLock::new(),
            false => {
                let turned = turned.get(&guide.id).map_or(&[][..], |turned| turned);
                OnceLock::from(learn(guide, turned, &meaning, &is_held_out))
            }
        };
        Self(corpus.guides.par_iter().map(|guide| (guide.id.clone(), of_guide(guide))).collect())
    }

    /// How far a message asks for each part of `guide`, a guide of the corpus, as far as the wording tells.
    pub fn shares<'g>(&self, guide: &'g Guide, heard: Heard<'_>) -> PartShares<'g> {
        PartShares::new(guide, self.of(guide).log_shares(heard))
    }

    /// How far `normalised` is worded as people speak about the matter of `guide`, a guide of the corpus, 0..=1.
    pub fn familiarity(&self, guide: &Guide, normalised: &str) -> f32 {
        self.of(guide).familiarity(normalised)
    }

    fn of(&self, guide: &Guide) -> &Wording {
        self.0[&guide.id].get_or_init(|| learn(guide, &[], |_| None, |_| false))
    }
}

/// What is said in `dialogs` about a guide's matter and turns to another, by the guide.
fn turned_in<'d>(dialogs: impl Iterator<Item = &'d Dialog>) -> HashMap<&'d GuideId, Vec<Turning>> {
    let mut turned: HashMap<&GuideId, Vec<Turning>> = HashMap::new();
    for dialog in dialogs {
        let (mut before, mut aside): (&[GuideId], Option<&MatterId>) = (&[], None);
        for turn in dialog {
            let to = match turn.about.as_slice() {
                [] => turn.matter.clone().filter(|matter| aside != Some(matter)).map(Neighbour::Matter),
                about => {
                    (!about.iter().any(|guide| before.contains(guide))).then(|| Neighbour::Guide(about[0].clone()))
                }
            };
            if let ([guide], Some(to)) = (before, to) {
                turned.entry(guide).or_default().push(Turning { said: turn.said.clone(), to });
            }
            aside = turn.matter.as_ref();
            if !turn.about.is_empty() {
                before = &turn.about;
            }
        }
    }
    turned
}

fn learn(
    guide: &Guide,
    turned: &[Turning],
    meaning: impl Fn(&str) -> Option<Meaning>,
    is_held_out: impl Fn(usize) -> bool,
) -> Wording {
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
    let turned_to = turned_to(guide);
    let turns = |said: &Text, to: &Neighbour| {
        let number = turned_to.iter().position(|known| *known == to)?;
        Some(lesson(said, vec![passages.len() + other_classes() + number]))
    };
    // What stands on the other's button.
    let confusable = guide.confusable.iter().filter_map(|confusable| turns(&confusable.there, &confusable.other));
    let sayings = first.chain(&guide.follow_ups).map(of_saying);
    let turnings = guide.turnings.iter().chain(turned).filter_map(|turning| turns(&turning.said, &turning.to));
    let lessons: Vec<_> = sentences.chain(sayings).chain(confusable).chain(turnings).collect();
    Wording::learn(&lessons, passages.len() + other_classes() + turned_to.len())
}

/// The matters that `guide` is mistaken for or that what is said about it turns to, in the order of the files.
fn turned_to(guide: &Guide) -> Vec<&Neighbour> {
    let mut seen = HashSet::new();
    let confusable = guide.confusable.iter().map(|confusable| &confusable.other);
    confusable.chain(guide.turnings.iter().map(|turning| &turning.to)).filter(|to| seen.insert(*to)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Place, Turn};

    fn turn(said: &str, about: &[&str], matter: Option<&str>) -> Turn {
        Turn {
            said: Text::new(said, Place { file: 0, span: 0..0 }),
            about: about.iter().map(|id| (*id).into()).collect(),
            matter: matter.map(Into::into),
            facet: None,
            is_opinion: false,
        }
    }

    #[test]
    fn a_conversation_teaches_what_turns_from_a_guide_to_another_matter_or_guide_the_first_time_only() {
        let dialog: Dialog = vec![
            turn("房子怎么押", &["mortgage"], None),
            turn("要几天", &["mortgage"], None),
            turn("我妹那套还没交楼", &["advance"], None),
            turn("我哥那套是二手的", &[], Some("second-hand")),
            turn("税多少", &[], Some("second-hand")),
            turn("今天真热", &[], None),
            turn("那押的要夫妻都到吗", &["mortgage"], None),
        ];
        let turned = turned_in(std::iter::once(&dialog));
        let of = |guide: &str| -> Vec<(&str, &Neighbour)> {
            turned
                .get(&GuideId::from(guide))
                .into_iter()
                .flatten()
                .map(|turning| (&*turning.said, &turning.to))
                .collect()
        };
        assert_eq!(of("mortgage"), [("我妹那套还没交楼", &Neighbour::Guide("advance".into()))]);
        let (second_hand, mortgage) = (Neighbour::Matter("second-hand".into()), Neighbour::Guide("mortgage".into()));
        assert_eq!(of("advance"), [("我哥那套是二手的", &second_hand), ("那押的要夫妻都到吗", &mortgage)]);
    }
}

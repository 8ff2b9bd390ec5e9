//! What a message does to a conversation, what it is about and which facet it asks for, by its wording alone, and which
//! matters follow on which: learned from the sample conversations.
//!
//! "几天能好" stays, "说回刚才那个" returns, "那签注呢" turns elsewhere, "今天好热" leaves. "认定书还没下来" is about work injury
//! though it names no matter.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::wording::{Heard, Lesson, Wording};
use crate::corpus::{Corpus, Dialog, Facet, GuideId};
use crate::search::Meaning;
use crate::text::Normaliser;

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
    /// All of them, in the order of `Following::moves`.
    pub const ALL: [Move; 4] = [Move::Stay, Move::Return, Move::Turn, Move::Leave];
}

/// What was learned of one corpus.
#[derive(Serialize, Deserialize)]
pub struct Following {
    /// Of the moves.
    moves: Wording,
    /// Of what a message is about: the guides that conversations are about, in this order, then none of them.
    subjects: Wording,
    subject_guides: Vec<GuideId>,
    /// How many guides there are to turn to.
    guides: usize,
    /// Of what a message that goes on asks for: the facets in the order of `Facet::all`, then none of them.
    facets: Wording,
    /// Of a message about no guide's matter: whether it is an opinion, then whether it is none.
    opinions: Wording,
    /// Turns from one guide to another.
    turns: HashMap<(GuideId, GuideId), f32>,
    /// Turns away from each guide.
    turns_from: HashMap<GuideId, f32>,
}

/// What a message is about by its wording: natural logarithms of shares.
pub struct Subjects<'f> {
    guides: &'f [GuideId],
    log_shares: Vec<f32>,
}

impl Subjects<'_> {
    /// The share of `guide`.
    pub fn of(&self, guide: &GuideId) -> f32 {
        let number = self.guides.iter().position(|known| known == guide);
        number.map_or(f32::NEG_INFINITY, |number| self.log_shares[number])
    }

    /// The share of no guide.
    pub fn none(&self) -> f32 {
        self.log_shares[self.guides.len()]
    }
}

/// How far the wording of a message asks for each facet: natural logarithms of shares.
pub struct FacetShares(Vec<f32>);

impl FacetShares {
    /// The share of `facet`.
    pub fn of(&self, facet: Facet) -> f32 {
        let number = Facet::all().position(|known| known == facet);
        self.0[number.expect("it is one of all")]
    }

    /// The share of none of them.
    pub fn none(&self) -> f32 {
        self.0[self.0.len() - 1]
    }
}

impl Following {
    /// From all sample conversations of `corpus`; `meaning` is what the words of a text mean together.
    pub fn new(corpus: &Corpus, meaning: impl Fn(&str) -> Option<Meaning>) -> Self {
        Self::learn(&corpus.dialogs, corpus.guides.iter().map(|guide| guide.id.clone()).collect(), meaning)
    }

    /// From these conversations, over a corpus of these guides.
    pub fn learn<'d>(
        dialogs: impl IntoIterator<Item = &'d Dialog>,
        guides: Vec<GuideId>,
        meaning: impl Fn(&str) -> Option<Meaning>,
    ) -> Self {
        let normaliser = Normaliser::new();
        let dialogs: Vec<&Dialog> = dialogs.into_iter().collect();
        let all = guides.len();
        let talked_about: HashSet<&GuideId> =
            dialogs.iter().flat_map(|dialog| dialog.iter()).flat_map(|turn| &turn.about).collect();
        let guides: Vec<GuideId> = guides.into_iter().filter(|guide| talked_about.contains(guide)).collect();
        let number = |id: &GuideId| guides.iter().position(|guide| guide == id);
        let (mut moves, mut subjects, mut asked, mut left) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let facet_number = |facet| Facet::all().position(|known| known == facet);
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
                let normalised = normaliser.normalise(&turn.said);
                let meaning = meaning(&normalised);
                let lesson = |right| Lesson { normalised: normalised.clone(), meaning, right };
                let about = match does {
                    Move::Leave => vec![guides.len()],
                    _ => turn.about.iter().filter_map(number).collect(),
                };
                moves.push(lesson(vec![does as usize]));
                if does == Move::Stay {
                    let facet = turn.facet.and_then(facet_number).unwrap_or(Facet::all().count());
                    asked.push(lesson(vec![facet]));
                }
                if does == Move::Leave {
                    left.push(lesson(vec![usize::from(!turn.is_opinion)]));
                }
                subjects.push(lesson(about));
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
        let moves = Wording::learn(&moves, Move::ALL.len());
        let subjects = Wording::learn(&subjects, guides.len() + 1);
        let facets = Wording::learn(&asked, Facet::all().count() + 1);
        let opinions = Wording::learn(&left, 2);
        Self { moves, subjects, subject_guides: guides, guides: all, facets, opinions, turns, turns_from }
    }

    /// How far the wording of a message is that of each move: the natural logarithm of its share, in the order of
    /// `Move::ALL`.
    pub fn moves(&self, heard: Heard<'_>) -> [f32; Move::ALL.len()] {
        self.moves.log_shares(heard).try_into().expect("a share for each move")
    }

    /// What the wording of a message is about.
    pub fn subjects(&self, heard: Heard<'_>) -> Subjects<'_> {
        Subjects { guides: &self.subject_guides, log_shares: self.subjects.log_shares(heard) }
    }

    /// How far the wording of a message that goes on asks for each facet.
    pub fn facets(&self, heard: Heard<'_>) -> FacetShares {
        FacetShares(self.facets.log_shares(heard))
    }

    /// How likely a message about no guide's matter is an opinion by its wording, 0..=1.
    pub fn opinion(&self, heard: Heard<'_>) -> f32 {
        self.opinions.log_shares(heard)[0].exp()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Place, Text, Turn};

    fn dialog(turns: &[(&str, &str)]) -> Dialog {
        let turn = |&(said, about): &(&str, &str)| Turn {
            said: Text::new(said, Place { file: 0, span: 0..0 }),
            about: vec![about.into()],
            matter: None,
            facet: None,
            is_opinion: said.ends_with("气人"),
        };
        turns.iter().map(turn).collect()
    }

    fn heard(normalised: &str) -> Heard<'_> {
        Heard { normalised, meaning: None }
    }

    fn guides(ids: &[&str]) -> Vec<GuideId> {
        ids.iter().map(|id| (*id).into()).collect()
    }

    #[test]
    fn wording_tells_what_a_message_does() {
        let turns = [("我想办这个", "a"), ("要几天", "a"), ("要带什么", "a"), ("那签注呢", "b"), ("说回头一个", "a")];
        let dialogs: Vec<Dialog> = (0..3).map(|_| dialog(&turns)).collect();
        let following = Following::learn(&dialogs, guides(&["a", "b"]), |_| None);
        let likeliest = |message| {
            let shares = following.moves(heard(message));
            Move::ALL.into_iter().zip(shares).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(does, _)| does)
        };
        assert_eq!(likeliest("要带几样"), Some(Move::Stay));
        assert_eq!(likeliest("那护照呢"), Some(Move::Turn));
        assert_eq!(likeliest("说回那一个"), Some(Move::Return));
        let untaught = Following::learn([], guides(&["a"]), |_| None).moves(heard("要几天"));
        assert!(untaught.iter().all(|share| *share == untaught[0]), "nothing was learned");
    }

    #[test]
    fn wording_tells_an_opinion_from_other_asides() {
        let aside = |said: &str| Turn { about: Vec::new(), ..dialog(&[(said, "a")]).remove(0) };
        let aside = |said| vec![aside(said)];
        let dialogs = ["排队排到气人", "机器又坏了真气人", "护照怎么办", "社保卡丢了怎么办"].map(aside);
        let following = Following::learn(&dialogs, guides(&["a"]), |_| None);
        assert!(following.opinion(heard("等了半天气人")) > 0.5);
        assert!(following.opinion(heard("驾驶证怎么办")) < 0.5);
    }

    #[test]
    fn wording_tells_what_a_message_is_about() {
        let turns = [("认定书还没下来", "a"), ("认定书丢了", "a"), ("执照丢了", "b"), ("执照还没到期", "b")];
        let following = Following::learn([&dialog(&turns)], guides(&["a", "b"]), |_| None);
        let subjects = following.subjects(heard("他的认定书在厂里"));
        assert!(subjects.of(&"a".into()) > subjects.of(&"b".into()));
        assert!(subjects.of(&"a".into()) > subjects.none());
        assert_eq!(subjects.of(&"gone".into()), f32::NEG_INFINITY);
    }

    #[test]
    fn who_turns_away_turns_where_others_did() {
        let dialogs: Vec<Dialog> = (0..3).map(|_| dialog(&[("一", "a"), ("二", "b")])).collect();
        let following = Following::learn(&dialogs, guides(&["a", "b", "c"]), |_| None);
        assert!(following.follows(&"a".into(), &"b".into()) > 0.0);
        assert!(following.follows(&"a".into(), &"c".into()) < 0.0);
        assert_eq!(following.follows(&"b".into(), &"a".into()), 0.0, "nobody turned away from it");
    }
}

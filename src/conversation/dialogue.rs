//! What was said before, as far as the next message may lean on it. Kept per conversation, and short-lived.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::day_at_the_hall;
use crate::corpus::{Corpus, Facet, GuideId, MatterId};
use crate::records::{Answer, Receipt};
use crate::search::EntryRef;
use crate::text::Redacted;
use crate::understand::Amount;

/// After this long a conversation starts afresh: nobody expects to be understood from yesterday's "那要带什么".
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// Guides talked about before that somebody may come back to, at most.
const MOST_EARLIER: usize = 4;

/// Answers that may still be rated, at most.
const MOST_RATEABLE: usize = 20;

/// The state of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialogue {
    /// The guide talked about.
    pub guide: Option<GuideId>,
    /// The guides talked about before it, the latest first: somebody may come back to them.
    pub earlier: Vec<GuideId>,
    /// The matter of another authority that was spoken of last, aside from the guide.
    pub aside: Option<MatterId>,
    /// The facet answered last.
    pub facet: Option<Facet>,
    /// The situation that was said or chosen.
    pub situation: Option<String>,
    /// The sentences of the guide that were all that was told last, by their numbers among its passages.
    pub told: Vec<usize>,
    /// The degrees, ages and years that were said, those of each measure in the last message that named any.
    pub amounts: Vec<Amount>,
    /// The last message asked for something nobody here knows.
    pub astray: bool,
    /// The question kept last, and the known entry it is about, if any: what is said more about that is added to it.
    pub kept: Option<(Option<EntryRef>, Receipt)>,
    /// What was offered and awaits a choice.
    pub offered: Vec<EntryRef>,
    /// The words that led to the guide or the offer, masked: later words are read together with them, and they are kept
    /// on file when no offer fits.
    pub asked: Option<Redacted>,
    /// The bot has asked for an opinion and takes the next message as one.
    pub awaits_opinion: bool,
    /// The low rating whose reason the next message may give.
    pub awaits_reason: Option<Receipt>,
    /// The latest answers, which may still be rated; not forgotten with the rest.
    pub answers: Vec<Answer>,
    /// When the last message came; `None` before the first.
    pub last_at: Option<Timestamp>,
}

impl Dialogue {
    /// The state as of `now`: unchanged, or new when the old one has expired.
    pub fn as_of(self, now: Timestamp) -> Self {
        match self.last_at {
            Some(last) if now.duration_since(last) <= FORGOTTEN_AFTER => self,
            _ => self.begun_anew(),
        }
    }

    /// Nothing is talked about yet.
    pub fn begun_anew(self) -> Self {
        Self { answers: self.answers, last_at: self.last_at, ..Self::default() }
    }

    /// The state without what is gone from `corpus`: it may have been edited since. A choice that lacks an option is none.
    pub fn within(mut self, corpus: &Corpus) -> Self {
        let is_there = |entry: &EntryRef| match entry {
            EntryRef::Guide(id) => corpus.guide(id).is_some(),
            EntryRef::Matter(id) => corpus.matter(id).is_some(),
            EntryRef::Journey(id) => corpus.journey(id).is_some(),
            EntryRef::Intent(_) => true,
        };
        self.guide = self.guide.filter(|id| corpus.guide(id).is_some());
        self.earlier.retain(|id| corpus.guide(id).is_some());
        self.aside = self.aside.filter(|id| corpus.matter(id).is_some());
        if !self.offered.iter().all(is_there) {
            self.offered.clear();
        }
        self
    }

    /// The matter talked about is `guide` from now on, or none; what was told and said of another does not hold for it.
    pub fn talk_about(&mut self, guide: Option<GuideId>) {
        if self.guide == guide {
            return;
        }
        (self.facet, self.situation) = (None, None);
        let left = std::mem::replace(&mut self.guide, guide);
        self.told.clear();
        self.earlier.retain(|earlier| Some(earlier) != self.guide.as_ref() && Some(earlier) != left.as_ref());
        self.earlier.splice(0..0, left);
        self.earlier.truncate(MOST_EARLIER);
    }

    /// The amounts known once `said` is heard: it holds in place of what was said of the same measures.
    pub fn amounts_with(&self, said: &[Amount]) -> Vec<Amount> {
        let is_said_anew = |before: &Amount| said.iter().any(|new| new.measure == before.measure);
        said.iter().chain(self.amounts.iter().filter(|before| !is_said_anew(before))).copied().collect()
    }

    /// The number under which an answer from `guide` can be rated: more about the same matter on the same day is the
    /// same answer.
    pub fn rateable(&mut self, guide: &GuideId, now: Timestamp) -> u32 {
        let last = self.answers.last();
        if let Some(last) = last.filter(|last| last.guide == *guide)
            && day_at_the_hall(last.given_at) == day_at_the_hall(now)
        {
            return last.number;
        }
        let number = last.map_or(1, |last| last.number + 1);
        self.answers.push(Answer { number, guide: guide.clone(), given_at: now });
        self.answers.drain(..self.answers.len().saturating_sub(MOST_RATEABLE));
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_talked_about_is_remembered_latest_first() {
        let mut dialogue = Dialogue::default();
        for guide in ["a", "b", "c", "a"] {
            dialogue.talk_about(Some(guide.into()));
        }
        assert_eq!((dialogue.guide.clone(), &*dialogue.earlier), (Some("a".into()), &["c".into(), "b".into()][..]));
        dialogue.talk_about(None);
        assert_eq!(dialogue.earlier, ["a".into(), "c".into(), "b".into()]);
    }

    #[test]
    fn is_forgotten_after_half_an_hour() {
        let then = Timestamp::UNIX_EPOCH;
        let dialogue = Dialogue { guide: Some("a".into()), last_at: Some(then), ..Dialogue::default() };
        assert_eq!(dialogue.clone().as_of(then + SignedDuration::from_mins(29)), dialogue);
        let expired = dialogue.as_of(then + SignedDuration::from_mins(31));
        assert_eq!(expired, Dialogue { last_at: Some(then), ..Dialogue::default() });
    }
}

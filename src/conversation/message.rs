//! What comes in through a door, the same for every channel.

use crate::corpus::{Choice as _, Facet, GuideId, JourneyId, MatterId, Zone};
use crate::records::{Channel, ConversationId, Level, Receipt};

/// One message of one person.
#[derive(Clone, Debug)]
pub struct Message {
    /// Which conversation it belongs to.
    pub conversation: ConversationId,
    /// The door it came through.
    pub channel: Channel,
    /// What it says.
    pub body: Body,
    /// The channel's number of it, where it may come again after a crash: what it leaves is kept once.
    pub delivery: Option<u64>,
}

/// What a message says.
#[derive(Clone, Debug)]
pub enum Body {
    /// Words.
    Text(String),
    /// A button of an earlier reply.
    Press(Action),
    /// The conversation is opened.
    Start,
    /// Something without words.
    Attachment(Attachment),
    /// Words about something that cannot be looked at.
    Captioned(Attachment, String),
}

impl Body {
    /// The words as they came, if there are any.
    pub fn words(&self) -> Option<&str> {
        match self {
            Body::Text(words) | Body::Captioned(_, words) => Some(words),
            Body::Press(_) | Body::Start | Body::Attachment(_) => None,
        }
    }
}

/// What kind of thing without words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// A picture.
    Photo,
    /// Speech.
    Voice,
    /// A film.
    Video,
    /// A sticker or another picture that is no photo.
    Sticker,
    /// Where the person is, or somewhere else.
    Location,
    /// Somebody's phone number.
    Contact,
    /// A file.
    File,
    /// Anything else.
    Other,
}

/// What a button does. Written in at most 64 bytes, so that every channel can carry it, and checked when it comes
/// back: anybody can send anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Answer a facet of a guide.
    Facet(GuideId, Facet),
    /// Answer what to bring in a situation.
    Situation(GuideId, String),
    /// It is this guide.
    Guide(GuideId),
    /// It is this matter.
    Matter(MatterId),
    /// It is this life event.
    Journey(JourneyId),
    /// Show the matters of an area.
    Area(Zone),
    /// None of the offered.
    NoneOfThese,
    /// It is not the matter just answered.
    NotThis,
    /// What can you do.
    Help,
    /// Show the service areas.
    Areas,
    /// How far has come what I left here.
    Mine,
    /// I have something to say about the hall.
    Suggest,
    /// Forget me.
    Forget,
    /// Show the levels to rate the so-many-th answer of the conversation.
    Rate(u32),
    /// Rate it.
    Rated(u32, Level),
    /// Rather not say why.
    NoReason,
    /// Staff: these are words the editors should know; which entry do they ask for.
    Propose(Receipt),
    /// Staff: they ask for this guide or matter; `None` leaves that to the editors.
    ProposeFor(Receipt, Option<String>),
}

impl Action {
    /// The written form.
    pub fn token(&self) -> String {
        match self {
            Action::Facet(guide, facet) => format!("f:{guide}:{}", facet.key()),
            Action::Situation(guide, situation) => format!("s:{guide}:{situation}"),
            Action::Guide(guide) => format!("g:{guide}"),
            Action::Matter(matter) => format!("m:{matter}"),
            Action::Journey(journey) => format!("j:{journey}"),
            Action::Area(zone) => format!("z:{}", zone.key()),
            Action::NoneOfThese => "none".to_owned(),
            Action::NotThis => "not".to_owned(),
            Action::Help => "help".to_owned(),
            Action::Areas => "areas".to_owned(),
            Action::Mine => "mine".to_owned(),
            Action::Suggest => "suggest".to_owned(),
            Action::Forget => "forget".to_owned(),
            Action::Rate(answer) => format!("r:{answer}"),
            Action::Rated(answer, level) => format!("r:{answer}:{}", level.points()),
            Action::NoReason => "no-reason".to_owned(),
            Action::Propose(receipt) => format!("p:{receipt}"),
            Action::ProposeFor(receipt, entry) => format!("p:{receipt}:{}", entry.as_deref().unwrap_or_default()),
        }
    }

    /// Whether it is about the answer rather than about the matter: drawn quietly, apart from the others.
    pub fn is_aside(&self) -> bool {
        matches!(self, Action::Rate(_))
    }

    /// Reads a written form; `None` for anything this program did not write.
    pub fn parse(token: &str) -> Option<Self> {
        if token.len() > 64 {
            return None;
        }
        let mut parts = token.splitn(3, ':');
        let action = match (parts.next()?, parts.next(), parts.next()) {
            ("f", Some(guide), Some(facet)) => Action::Facet(guide.into(), Facet::from_key(facet)?),
            ("s", Some(guide), Some(situation)) => Action::Situation(guide.into(), situation.to_owned()),
            ("g", Some(guide), None) => Action::Guide(guide.into()),
            ("m", Some(matter), None) => Action::Matter(matter.into()),
            ("j", Some(journey), None) => Action::Journey(journey.into()),
            ("z", Some(zone), None) => Action::Area(Zone::from_key(zone)?),
            ("r", Some(answer), None) => Action::Rate(whole(answer)?),
            ("r", Some(answer), Some(points)) => Action::Rated(whole(answer)?, level(points)?),
            ("p", Some(receipt), None) => Action::Propose(written(receipt)?),
            ("p", Some(receipt), Some(entry)) => {
                Action::ProposeFor(written(receipt)?, Some(entry.to_owned()).filter(|entry| !entry.is_empty()))
            }
            ("no-reason", None, None) => Action::NoReason,
            ("none", None, None) => Action::NoneOfThese,
            ("not", None, None) => Action::NotThis,
            ("help", None, None) => Action::Help,
            ("areas", None, None) => Action::Areas,
            ("mine", None, None) => Action::Mine,
            ("suggest", None, None) => Action::Suggest,
            ("forget", None, None) => Action::Forget,
            _ => return None,
        };
        Some(action)
    }
}

/// A number as this program writes it: `+7` and `007` are not.
fn whole(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// A receipt as this program writes it.
fn written(text: &str) -> Option<Receipt> {
    Receipt::parse(text).filter(|receipt| receipt.as_str() == text)
}

fn level(points: &str) -> Option<Level> {
    Level::from_points(whole(points)?.try_into().ok()?)
}

/// The longest written form: a facet of the guide with the longest id.
pub fn longest_token(longest_id: usize) -> usize {
    let facet = Facet::CHOICES.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    "f:".len() + longest_id + ":".len() + facet
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_action_comes_back_as_it_was() {
        let actions = [
            Action::Facet("a-b".into(), Facet::MissingDocument),
            Action::Situation("a-b".into(), "proxy".into()),
            Action::Guide("a".into()),
            Action::Matter("m".into()),
            Action::Journey("j".into()),
            Action::Area(Zone::RealEstate),
            Action::NoneOfThese,
            Action::NotThis,
            Action::Help,
            Action::Areas,
            Action::Mine,
            Action::Suggest,
            Action::Forget,
            Action::Rate(17),
            Action::Rated(u32::MAX, Level::Dissatisfied),
            Action::NoReason,
            Action::Propose(Receipt::from_count(7)),
            Action::ProposeFor(Receipt::from_count(7), Some("a-b".into())),
            Action::ProposeFor(Receipt::from_count(7), None),
        ];
        for action in actions {
            assert_eq!(Action::parse(&action.token()), Some(action));
        }
        assert!(longest_token(40) <= 64);
    }

    #[test]
    fn fault_27_forged_ratings_are_not_read() {
        for token in ["r", "r:", "r:x", "r:1:0", "r:1:6", "r:1:2:3", "r:-1:5", "r:007:5", "r:4294967296:5", "r:1:５"] {
            assert_eq!(Action::parse(token), None, "{token}");
        }
    }

    proptest! {
        #[test]
        fn foreign_tokens_never_panic(token in "\\PC{0,70}") {
            if let Some(action) = Action::parse(&token) {
                prop_assert_eq!(action.token(), token);
            }
        }
    }
}

//! What was said before, as far as the next message may lean on it. Kept per conversation, and short-lived.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::corpus::{Facet, GuideId};
use crate::search::EntryRef;
use crate::text::Redacted;

/// After this long a conversation starts afresh: nobody expects to be understood from yesterday's "那要带什么".
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// The state of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialogue {
    /// The guide talked about.
    pub guide: Option<GuideId>,
    /// The facet answered last.
    pub facet: Option<Facet>,
    /// The situation that was said or chosen.
    pub situation: Option<String>,
    /// What was offered and awaits a choice.
    pub offered: Vec<EntryRef>,
    /// The words that led to the guide or the offer, masked: later words are read together with them, and they are kept
    /// on file when no offer fits.
    pub asked: Option<Redacted>,
    /// The bot has asked for an opinion and takes the next message as one.
    pub awaits_opinion: bool,
    /// When the last message came.
    pub last_at: Option<Timestamp>,
}

impl Dialogue {
    /// The state as of `now`: unchanged, or new when the old one has expired.
    pub fn as_of(self, now: Timestamp) -> Self {
        match self.last_at {
            Some(last) if now.duration_since(last) <= FORGOTTEN_AFTER => self,
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_forgotten_after_half_an_hour() {
        let then = Timestamp::UNIX_EPOCH;
        let dialogue = Dialogue { guide: Some("a".into()), last_at: Some(then), ..Dialogue::default() };
        assert_eq!(dialogue.clone().as_of(then + SignedDuration::from_mins(29)), dialogue);
        assert_eq!(dialogue.as_of(then + SignedDuration::from_mins(31)), Dialogue::default());
    }
}

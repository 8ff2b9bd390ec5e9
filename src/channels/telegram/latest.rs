//! The newest message of each conversation, so that a correction of it is answered anew and one of an older message is
//! not, and an album is answered once. In memory: after a restart a correction of what came before stays unanswered.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::records::ConversationId;

/// Conversations remembered; when there are more, all are forgotten.
const MOST: usize = 10_000;

/// Where a message stands among those of its conversation.
pub struct Mark {
    /// Its number; an edited message keeps the one it had.
    pub number: i32,
    /// It corrects an earlier one.
    pub edited: bool,
    /// The album of which it is a part without words of its own.
    pub album: Option<String>,
}

/// The newest messages.
#[derive(Default)]
pub struct Latest {
    seen: Mutex<HashMap<ConversationId, (i32, Option<String>)>>,
}

impl Latest {
    /// Takes note of a message; whether it is to be answered.
    pub fn takes(&self, conversation: &ConversationId, mark: &Mark) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if mark.edited {
            return seen.get(conversation).is_some_and(|(newest, _)| *newest == mark.number);
        }
        if seen.len() >= MOST && !seen.contains_key(conversation) {
            seen.clear();
        }
        let before = seen.insert(conversation.clone(), (mark.number, mark.album.clone()));
        mark.album.is_none() || before.is_none_or(|(_, album)| album != mark.album)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Channel;

    #[test]
    fn a_correction_counts_while_its_message_is_the_newest_and_an_album_once() {
        let (latest, aunt) = (Latest::default(), ConversationId::new(Channel::Telegram, "1"));
        let mark = |number, edited, album: Option<&str>| Mark { number, edited, album: album.map(str::to_owned) };
        assert!(!latest.takes(&aunt, &mark(1, true, None)));
        assert!(latest.takes(&aunt, &mark(1, false, None)));
        assert!(latest.takes(&aunt, &mark(1, true, None)));
        assert!(latest.takes(&aunt, &mark(2, false, Some("a"))));
        assert!(!latest.takes(&aunt, &mark(3, false, Some("a"))));
        assert!(!latest.takes(&aunt, &mark(1, true, None)));
        assert!(latest.takes(&aunt, &mark(4, false, Some("b"))));
    }

    #[test]
    fn remembers_a_bounded_number_of_conversations() {
        let latest = Latest::default();
        for person in 0..=MOST as i32 {
            let conversation = ConversationId::new(Channel::Telegram, &person.to_string());
            latest.takes(&conversation, &Mark { number: 1, edited: false, album: None });
        }
        assert!(latest.seen.lock().unwrap().len() <= MOST);
    }
}

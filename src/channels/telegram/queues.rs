//! Who is next: the updates that wait, per chat and in order. Holds numbers only; what they say stays on disk.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A queue for each chat somebody works on.
#[derive(Default)]
pub struct Queues {
    chats: Mutex<HashMap<i64, VecDeque<u64>>>,
    /// Chats that were told to slow down and have not been quiet since.
    told: Mutex<HashSet<i64>>,
}

/// Messages of one chat that wait for an answer or to be sent it, at most: a minute's worth and more.
const MOST_WAITING: usize = 80;

/// What became of an update.
#[derive(Debug, PartialEq)]
pub enum Pushed {
    /// It waits behind others.
    Behind,
    /// It waits, and nobody works on this chat: the caller must.
    First,
    /// It does not wait: too many do.
    TooMany {
        /// For the first time since this chat was quiet.
        is_first: bool,
    },
}

impl Queues {
    /// Adds update `id` behind those of `chat`, of whose answers `unsent` wait to be sent.
    pub fn push(&self, chat: i64, id: u64, unsent: usize) -> Pushed {
        let mut chats = self.chats();
        let waiting = unsent + chats.get(&chat).map_or(0, VecDeque::len);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting >= MOST_WAITING {
            return Pushed::TooMany { is_first: told.insert(chat) };
        }
        if waiting == 0 {
            told.remove(&chat);
        }
        match chats.entry(chat) {
            Entry::Occupied(mut queue) => {
                queue.get_mut().push_back(id);
                Pushed::Behind
            }
            Entry::Vacant(place) => {
                place.insert(VecDeque::from([id]));
                Pushed::First
            }
        }
    }

    /// The next update of `chat`; `None` ends the work on this chat.
    pub fn next(&self, chat: i64) -> Option<u64> {
        let mut chats = self.chats();
        let next = chats.get_mut(&chat)?.pop_front();
        if next.is_none() {
            chats.remove(&chat);
        }
        next
    }

    fn chats(&self) -> MutexGuard<'_, HashMap<i64, VecDeque<u64>>> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_keeps_its_order_and_has_one_worker_at_a_time() {
        let queues = Queues::default();
        assert_eq!(queues.push(1, 10, 0), Pushed::First);
        assert_eq!(queues.push(1, 11, 0), Pushed::Behind);
        assert_eq!(queues.push(2, 12, 0), Pushed::First);
        assert_eq!([queues.next(1), queues.next(1), queues.next(1)], [Some(10), Some(11), None]);
        assert_eq!(queues.push(1, 13, 0), Pushed::First);
    }

    #[test]
    fn fault_24_a_flooding_chat_has_a_bounded_queue_and_is_told_once() {
        let queues = Queues::default();
        let pushed: Vec<Pushed> = (0..1_000).map(|id| queues.push(1, id, 0)).collect();
        assert_eq!(pushed.iter().filter(|pushed| matches!(pushed, Pushed::TooMany { is_first: true })).count(), 1);
        assert_eq!(std::iter::from_fn(|| queues.next(1)).count(), MOST_WAITING);
        assert_eq!(queues.push(1, 0, 0), Pushed::First);
        assert_eq!(queues.push(1, 1, MOST_WAITING), Pushed::TooMany { is_first: true });
    }
}

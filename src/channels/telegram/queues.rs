//! Who is next: the updates that wait, per chat and in order. Holds numbers only; what they say stays on disk.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A queue for each chat somebody works on.
#[derive(Default)]
pub struct Queues {
    chats: Mutex<HashMap<i64, VecDeque<u64>>>,
}

impl Queues {
    /// Adds update `id` behind those of `chat`. `true` when nobody works on this chat: then the caller must.
    pub fn push(&self, chat: i64, id: u64) -> bool {
        match self.chats().entry(chat) {
            Entry::Occupied(mut queue) => {
                queue.get_mut().push_back(id);
                false
            }
            Entry::Vacant(place) => {
                place.insert(VecDeque::from([id]));
                true
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
        assert!(queues.push(1, 10));
        assert!(!queues.push(1, 11));
        assert!(queues.push(2, 12));
        assert_eq!([queues.next(1), queues.next(1), queues.next(1)], [Some(10), Some(11), None]);
        assert!(queues.push(1, 13));
    }
}

//! What a channel has to send and has not yet sent, on disk before the message it answers counts as answered.
//!
//! Rows name the chat in clear, since they lead there; each is deleted once it has arrived. A row says how often it
//! took off: what was in the air at a crash may have arrived, and is sent once more and never a third time.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Receipt, RecordError, decode, encode};
use crate::store::{Batch, Durability, Store, Table};

/// Times one message may take off.
pub const MOST_FLIGHTS: u8 = 2;

/// A message for a chat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// The chat's number.
    pub chat: i64,
    /// The text as the channel writes it.
    pub text: String,
    /// Rows of buttons.
    pub keyboard: Vec<Vec<Key>>,
    /// The message it is tied to.
    pub answers: Option<i32>,
    /// The message it takes the place of, if that still stands.
    pub replaces: Option<i32>,
    /// The questions whose answers it tells.
    #[serde(default)]
    pub tells: Vec<Receipt>,
    /// Times it took off.
    pub flights: u8,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// The words on it.
    pub label: String,
    /// What the press says.
    pub token: String,
}

/// The messages that wait to be sent.
#[derive(Clone)]
pub struct Outbox {
    store: Arc<dyn Store>,
    /// The next number; unknown until the rows have been looked at.
    next: Arc<Mutex<Option<u64>>>,
}

impl Outbox {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, next: Arc::default() }
    }

    /// Keeps messages and, in the same synced write, counts update `answered` of the inbox as answered. Returns their
    /// numbers, ascending.
    pub fn enqueue(&self, answered: Option<u64>, messages: &[Outgoing]) -> Result<Vec<u64>, RecordError> {
        let batch = answered.map_or(Batch::new(), |update| {
            let update = update.to_be_bytes();
            Batch::new().delete(Table::Inbox, update).delete(Table::Left, update)
        });
        self.enqueue_with(batch, messages)
    }

    /// Keeps messages in the same synced write as `batch`.
    pub(super) fn enqueue_with(&self, batch: Batch, messages: &[Outgoing]) -> Result<Vec<u64>, RecordError> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let first = match *next {
            Some(first) => first,
            None => self.waiting()?.last().map_or(0, |(number, _)| number + 1),
        };
        let numbers: Vec<u64> = (first..).take(messages.len()).collect();
        let rows = numbers.iter().zip(messages);
        let batch = rows
            .fold(batch, |batch, (number, message)| batch.put(Table::Outbox, number.to_be_bytes(), encode(message)));
        self.store.write(batch, Durability::Synced)?;
        *next = Some(first + messages.len() as u64);
        Ok(numbers)
    }

    /// Numbers and chats of what waits, in the order it was kept.
    pub fn waiting(&self) -> Result<Vec<(u64, i64)>, RecordError> {
        let rows = self.store.scan(Table::Outbox)?;
        let rows = rows.iter().filter_map(|(key, value)| {
            let number = u64::from_be_bytes(key.as_slice().try_into().ok()?);
            Some(decode::<Outgoing>(Table::Outbox, value).map(|message| (number, message.chat)))
        });
        rows.collect()
    }

    /// Notes that a message takes off and returns it; `None` when it is gone or took off too often already, and is then
    /// deleted. On disk when it returns.
    pub fn take_off(&self, number: u64) -> Result<Option<Outgoing>, RecordError> {
        let Some(bytes) = self.store.read(Table::Outbox, &number.to_be_bytes())? else { return Ok(None) };
        let mut message: Outgoing = decode(Table::Outbox, &bytes)?;
        if message.flights >= MOST_FLIGHTS {
            self.delete(&[number])?;
            return Ok(None);
        }
        message.flights += 1;
        self.put(number, &message)?;
        Ok(Some(message))
    }

    /// Notes that a message surely did not arrive: its flight does not count.
    pub fn turned_back(&self, number: u64, message: &Outgoing) -> Result<(), RecordError> {
        self.put(number, &Outgoing { flights: message.flights.saturating_sub(1), ..message.clone() })
    }

    /// Deletes messages that have arrived or never will. On disk when it returns.
    pub fn delete(&self, numbers: &[u64]) -> Result<(), RecordError> {
        let batch =
            numbers.iter().fold(Batch::new(), |batch, number| batch.delete(Table::Outbox, number.to_be_bytes()));
        Ok(self.store.write(batch, Durability::Synced)?)
    }

    /// Adds to `batch` the deletion of all that waits for `chat`.
    pub(super) fn forget(&self, chat: i64, batch: Batch) -> Result<Batch, RecordError> {
        let own = self.waiting()?.into_iter().filter(|(_, to)| *to == chat);
        Ok(own.fold(batch, |batch, (number, _)| batch.delete(Table::Outbox, number.to_be_bytes())))
    }

    fn put(&self, number: u64, message: &Outgoing) -> Result<(), RecordError> {
        let batch = Batch::new().put(Table::Outbox, number.to_be_bytes(), encode(message));
        Ok(self.store.write(batch, Durability::Synced)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn message(chat: i64) -> Outgoing {
        Outgoing { chat, text: "好".to_owned(), ..Outgoing::default() }
    }

    #[test]
    fn answering_and_keeping_the_reply_are_one_step_and_numbers_go_on_after_a_restart() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        store.write(Batch::new().put(Table::Inbox, 7u64.to_be_bytes(), *b"{}"), Durability::Synced).unwrap();
        let outbox = Outbox::new(store.clone());
        assert_eq!(outbox.enqueue(Some(7), &[message(1), message(2)]).unwrap(), [0, 1]);
        assert!(store.scan(Table::Inbox).unwrap().is_empty());
        let restarted = Outbox::new(store);
        assert_eq!(restarted.enqueue(None, &[message(1)]).unwrap(), [2]);
        assert_eq!(restarted.waiting().unwrap(), [(0, 1), (1, 2), (2, 1)]);
    }

    #[test]
    fn fault_21_a_message_takes_off_twice_at_most() {
        let outbox = Outbox::new(Arc::new(MemoryStore::default()));
        outbox.enqueue(None, &[message(1)]).unwrap();
        let first = outbox.take_off(0).unwrap().unwrap();
        outbox.turned_back(0, &first).unwrap();
        for flights in 1..=MOST_FLIGHTS {
            assert_eq!(outbox.take_off(0).unwrap().unwrap().flights, flights);
        }
        assert_eq!(outbox.take_off(0).unwrap(), None);
        assert!(outbox.waiting().unwrap().is_empty());
    }
}

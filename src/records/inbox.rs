//! What a channel has received and not yet answered, on disk before the sender is told that it arrived.
//!
//! The one place for words that are not masked: they stay only until they are answered and are deleted at once then.
//! Of an update that cannot be read only the shape stays, which names nobody.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{RecordError, decode, encode};
use crate::store::{Batch, Durability, Store, Table};

/// Telegram repeats nothing older than a day, and after a week of silence it may go on from any number.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(48);
/// Runs of numbers remembered at most; in order there is one.
const MOST_RUNS: usize = 1_000;
/// The key of the numbers received.
const RECEIVED: &[u8] = b"received";

/// One update as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The sender's number of it.
    pub id: u64,
    /// Its content, not masked.
    pub raw: Value,
}

/// The updates received and not yet answered, each once however often it is delivered.
#[derive(Clone)]
pub struct Inbox {
    store: Arc<dyn Store>,
    /// Held while numbers are compared and written, so that two deliveries at once count as one.
    receiving: Arc<Mutex<()>>,
}

/// The numbers received lately, as runs `first..=last` in ascending order.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Received {
    runs: Vec<(u64, u64)>,
    last_at: Option<Timestamp>,
}

impl Inbox {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, receiving: Arc::default() }
    }

    /// Takes a delivery in one synced write and returns the numbers that are new, in the order delivered.
    pub fn receive(&self, updates: Vec<Update>, now: Timestamp) -> Result<Vec<u64>, RecordError> {
        let _receiving = self.receiving.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.store.read(Table::Received, RECEIVED)?;
        let mut received = match kept {
            Some(bytes) => decode::<Received>(Table::Received, &bytes)?.known_at(now),
            None => Received::default(),
        };
        let (mut batch, mut new) = (Batch::new(), Vec::new());
        for update in updates {
            if received.add(update.id) {
                batch = batch.put(Table::Inbox, key(update.id), encode(&update.raw));
                new.push(update.id);
            }
        }
        if !new.is_empty() {
            received.last_at = Some(now);
            self.store.write(batch.put(Table::Received, RECEIVED, encode(&received)), Durability::Synced)?;
        }
        Ok(new)
    }

    /// The numbers of what waits for an answer, ascending.
    pub fn waiting(&self) -> Result<Vec<u64>, RecordError> {
        let rows = self.store.scan(Table::Inbox)?;
        Ok(rows.iter().filter_map(|(key, _)| Some(u64::from_be_bytes(key.as_slice().try_into().ok()?))).collect())
    }

    /// The content of a waiting update; `None` once it has been answered.
    pub fn read(&self, id: u64) -> Result<Option<Value>, RecordError> {
        let kept = self.store.read(Table::Inbox, &key(id))?;
        kept.map(|bytes| decode(Table::Inbox, &bytes)).transpose()
    }

    /// Adds to `batch` the deletion of what the person of `chat` has sent, there and in groups, and still waits, but for
    /// the first said there: that is the wish to be forgotten, which goes with its answer.
    pub(super) fn forget(&self, chat: i64, batch: Batch) -> Result<Batch, RecordError> {
        let (mut there, mut elsewhere) = (Vec::new(), Vec::new());
        for (key, value) in self.store.scan(Table::Inbox)? {
            let raw: Value = decode(Table::Inbox, &value)?;
            let said = [&raw["message"], &raw["edited_message"], &raw["callback_query"], &raw["inline_query"]];
            if said.iter().any(|said| said["chat"]["id"] == chat || said["message"]["chat"]["id"] == chat) {
                there.push(key);
            } else if said.iter().any(|said| said["from"]["id"] == chat) {
                elsewhere.push(key);
            }
        }
        let own = there.into_iter().skip(1).chain(elsewhere);
        Ok(own.fold(batch, |batch, key| batch.delete(Table::Inbox, key)))
    }

    /// Puts an update that cannot be read aside: its shape stays, its words go. Returns how many there are now.
    pub fn set_aside(&self, id: u64, raw: &Value) -> Result<usize, RecordError> {
        let batch = Batch::new().delete(Table::Inbox, key(id)).put(Table::Unread, key(id), encode(&shape(raw)));
        self.store.write(batch, Durability::Synced)?;
        Ok(self.store.scan(Table::Unread)?.len())
    }
}

fn key(id: u64) -> [u8; 8] {
    id.to_be_bytes()
}

/// The keys and kinds of a value, without what it says.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Number(_) => Value::from("number"),
        Value::String(_) => Value::from("text"),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
    }
}

impl Received {
    fn known_at(self, now: Timestamp) -> Self {
        match self.last_at {
            Some(last) if now.duration_since(last) <= REMEMBERED_FOR => self,
            _ => Self::default(),
        }
    }

    /// Adds a number; `false` when it was there.
    fn add(&mut self, id: u64) -> bool {
        let after = self.runs.partition_point(|(first, _)| *first <= id);
        if after.checked_sub(1).is_some_and(|before| self.runs[before].1 >= id) {
            return false;
        }
        self.runs.insert(after, (id, id));
        self.runs.dedup_by(|next, run| {
            let joined = run.1.checked_add(1) == Some(next.0);
            if joined {
                run.1 = next.1;
            }
            joined
        });
        if self.runs.len() > MOST_RUNS {
            self.runs.remove(0);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use proptest::prelude::*;
    use serde_json::json;

    fn inbox() -> Inbox {
        Inbox::new(Arc::new(MemoryStore::default()))
    }

    fn answered(inbox: &Inbox, id: u64) {
        crate::records::Outbox::new(inbox.store.clone()).enqueue(Some(id), &[]).unwrap();
    }

    fn update(id: u64) -> Update {
        Update { id, raw: json!({ "update_id": id, "message": { "text": "你好" } }) }
    }

    #[test]
    fn fault_18_ten_thousand_deliveries_of_one_update_are_received_once() {
        let inbox = inbox();
        let received: usize = std::thread::scope(|scope| {
            let deliver = || (0..2_500).map(|_| inbox.receive(vec![update(7)], Timestamp::UNIX_EPOCH).unwrap().len());
            let nodes: Vec<_> = (0..4).map(|_| scope.spawn(move || deliver().sum::<usize>())).collect();
            nodes.into_iter().map(|node| node.join().unwrap()).sum()
        });
        assert_eq!(received, 1);
        answered(&inbox, 7);
        assert!(inbox.receive(vec![update(7)], Timestamp::UNIX_EPOCH).unwrap().is_empty());
        assert!(inbox.waiting().unwrap().is_empty());
    }

    #[test]
    fn a_number_that_comes_back_after_days_of_silence_is_new() {
        let inbox = inbox();
        let then = Timestamp::UNIX_EPOCH;
        assert_eq!(inbox.receive(vec![update(7)], then).unwrap(), [7]);
        assert!(inbox.receive(vec![update(7)], then + SignedDuration::from_hours(24)).unwrap().is_empty());
        assert_eq!(inbox.receive(vec![update(7)], then + SignedDuration::from_hours(24 * 8)).unwrap(), [7]);
    }

    #[test]
    fn an_answered_update_leaves_no_words_behind() {
        let inbox = inbox();
        inbox.receive(vec![update(1), update(2)], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(inbox.waiting().unwrap(), [1, 2]);
        answered(&inbox, 1);
        assert_eq!(inbox.read(1).unwrap(), None);
        assert_eq!(inbox.set_aside(2, &update(2).raw).unwrap(), 1);
        for table in Table::ALL {
            for (_, value) in inbox.store.scan(table).unwrap() {
                assert!(!String::from_utf8_lossy(&value).contains("你好"), "{}", table.name());
            }
        }
    }

    proptest! {
        #[test]
        fn fault_19_updates_out_of_order_are_all_received_once(
            ids in proptest::collection::vec(0u64..200, 1..200),
            size in 1usize..20,
        ) {
            let inbox = inbox();
            let mut new = Vec::new();
            for batch in ids.chunks(size) {
                new.extend(inbox.receive(batch.iter().copied().map(update).collect(), Timestamp::UNIX_EPOCH).unwrap());
            }
            new.sort_unstable();
            let distinct: std::collections::BTreeSet<u64> = ids.into_iter().collect();
            prop_assert_eq!(&new, &distinct.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(inbox.waiting().unwrap(), new);
        }
    }
}

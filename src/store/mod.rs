//! Where records are kept: a small key-value contract with atomic, durable batches, and its two implementations.
//!
//! Bytes in, bytes out. What a record means is the business of `records`.

mod frame;
pub mod memory;
pub mod sled;

use std::io;
use std::path::PathBuf;

pub use memory::MemoryStore;
pub use sled::SledStore;

/// A named collection of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Unanswered or unsure questions, by receipt.
    Questions,
    /// Opinions and complaints, by receipt.
    Suggestions,
    /// Ratings of answers, by receipt.
    Ratings,
    /// Who gave which rating, by conversation and answer.
    Raters,
    /// Who waits for an answer, by receipt; kept apart from what was asked.
    FollowUps,
    /// What a conversation is about, by conversation.
    Conversations,
    /// Counters, by name.
    Counters,
    /// What was received and not yet answered, by its number; not masked, deleted once answered.
    Inbox,
    /// What is to be sent and has not arrived, by its number; deleted once it has.
    Outbox,
    /// Which numbers were received lately.
    Received,
    /// What unanswered messages have left, by the number of the message: deleted with it.
    Left,
    /// Questions the staff have not been shown, by receipt.
    Unposted,
    /// Answers their askers have not been told, by conversation.
    Untold,
    /// Wordings proposed to the editors, by receipt.
    Proposals,
    /// The shapes of updates that could not be read, by number.
    Unread,
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 15] = [
        Table::Questions,
        Table::Suggestions,
        Table::Ratings,
        Table::Raters,
        Table::FollowUps,
        Table::Conversations,
        Table::Counters,
        Table::Inbox,
        Table::Outbox,
        Table::Received,
        Table::Left,
        Table::Unposted,
        Table::Untold,
        Table::Proposals,
        Table::Unread,
    ];

    /// The name on disk.
    pub fn name(self) -> &'static str {
        match self {
            Table::Questions => "questions",
            Table::Suggestions => "suggestions",
            Table::Ratings => "ratings",
            Table::Raters => "raters",
            Table::FollowUps => "follow_ups",
            Table::Conversations => "conversations",
            Table::Counters => "counters",
            Table::Inbox => "inbox",
            Table::Outbox => "outbox",
            Table::Received => "received",
            Table::Left => "left",
            Table::Unposted => "unposted",
            Table::Untold => "untold",
            Table::Proposals => "proposals",
            Table::Unread => "unread",
        }
    }
}

/// Changes that happen together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    changes: Vec<(Table, Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds: write `value` under `key`.
    pub fn put(mut self, table: Table, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.changes.push((table, key.into(), Some(value.into())));
        self
    }

    /// Adds: forget `key`.
    pub fn delete(mut self, table: Table, key: impl Into<Vec<u8>>) -> Self {
        self.changes.push((table, key.into(), None));
        self
    }
}

/// How long a write may take to survive a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// On disk when the call returns: for what is acknowledged to a person.
    Synced,
    /// Within half a second: for state whose loss costs a repeated question at most.
    Soon,
}

/// Why the store could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it open.
    #[error("the data folder {0} is in use by another wenban process")]
    InUse(PathBuf),
    /// A record does not carry the checksum it was written with.
    #[error("record {key:?} of table {table} is damaged")]
    Damaged {
        /// Which table.
        table: &'static str,
        /// Which key, lossily as text.
        key: String,
    },
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] ::sled::Error),
    /// The folder or a file could not be used.
    #[error("cannot use {path}")]
    Io {
        /// Which path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database could not be opened and a copy of it was put aside.
    #[error("the database in {0} cannot be opened, even without its snapshots; a copy stands beside it")]
    Unopenable(PathBuf),
}

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Keeps records. One suite of tests holds for every implementation.
pub trait Store: Send + Sync {
    /// The value under `key`.
    fn read(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// All rows of `table`, by ascending key.
    fn scan(&self, table: Table) -> Result<Vec<Row>, StoreError>;

    /// Applies all of `batch` or nothing.
    fn write(&self, batch: Batch, durability: Durability) -> Result<(), StoreError>;

    /// Adds one to a counter and returns the new value, from 1. Durable with the next synced write.
    fn next(&self, counter: &str) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    //! The same promises for every store.
    use super::*;

    fn stores() -> Vec<(tempfile::TempDir, Box<dyn Store>)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sled = SledStore::open(folder.path()).expect("a new store opens");
        vec![(folder, Box::new(sled)), (tempfile::tempdir().expect("a folder"), Box::new(MemoryStore::default()))]
    }

    #[test]
    fn what_was_written_is_read_in_key_order() {
        for (_folder, store) in stores() {
            let batch = Batch::new().put(Table::Questions, "b", "2").put(Table::Questions, "a", "1").put(
                Table::FollowUps,
                "a",
                "x",
            );
            store.write(batch, Durability::Synced).unwrap();
            assert_eq!(store.read(Table::Questions, b"a").unwrap().as_deref(), Some(&b"1"[..]));
            assert_eq!(store.read(Table::Suggestions, b"a").unwrap(), None);
            let keys: Vec<_> = store.scan(Table::Questions).unwrap().into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys, [b"a".to_vec(), b"b".to_vec()]);
        }
    }

    #[test]
    fn later_changes_of_a_batch_win_and_deleting_forgets() {
        for (_folder, store) in stores() {
            store
                .write(Batch::new().put(Table::Questions, "a", "1").put(Table::Questions, "a", "2"), Durability::Soon)
                .unwrap();
            assert_eq!(store.read(Table::Questions, b"a").unwrap().as_deref(), Some(&b"2"[..]));
            store
                .write(Batch::new().delete(Table::Questions, "a").delete(Table::Questions, "never"), Durability::Synced)
                .unwrap();
            assert!(store.scan(Table::Questions).unwrap().is_empty());
        }
    }

    #[test]
    fn counters_count_from_one_without_gaps_across_threads() {
        for (_folder, store) in stores() {
            let mut numbers: Vec<u64> = std::thread::scope(|scope| {
                let tasks: Vec<_> = (0..4)
                    .map(|_| scope.spawn(|| (0..50).map(|_| store.next("n").unwrap()).collect::<Vec<_>>()))
                    .collect();
                tasks.into_iter().flat_map(|task| task.join().unwrap()).collect()
            });
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=200).collect::<Vec<u64>>());
        }
    }
}

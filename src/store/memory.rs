//! A store that lives as long as the process: for tests, and for talking to the bot without leaving a trace.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use super::{Batch, Durability, Row, Store, StoreError, Table};

/// Rows and counters in memory.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tables: HashMap<Table, BTreeMap<Vec<u8>, Vec<u8>>>,
    counters: HashMap<String, u64>,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Store for MemoryStore {
    fn read(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state().tables.get(&table).and_then(|rows| rows.get(key)).cloned())
    }

    fn scan(&self, table: Table) -> Result<Vec<Row>, StoreError> {
        let state = self.state();
        Ok(state.tables.get(&table).into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn write(&self, batch: Batch, _: Durability) -> Result<(), StoreError> {
        let mut state = self.state();
        for (table, key, value) in batch.changes {
            let rows = state.tables.entry(table).or_default();
            match value {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
        Ok(())
    }

    fn next(&self, counter: &str) -> Result<u64, StoreError> {
        let mut state = self.state();
        let count = state.counters.entry(counter.to_owned()).or_default();
        *count += 1;
        Ok(*count)
    }
}

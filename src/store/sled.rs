//! Records on disk. sled lives here and nowhere else.
//!
//! Two things sled 0.34 does not do by itself are done here. Its `flush` stops short of `fsync` on Linux, so a synced
//! write also syncs the file. And it may refuse to open over a torn snapshot, which its log can replace: then the
//! folder is copied aside, the snapshots are taken away, and opening is tried once more.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::{io, panic};

use sled::transaction::{ConflictableTransactionError, TransactionError};
use sled::{Db, Transactional, Tree};

use super::{Batch, Durability, Row, Store, StoreError, Table, frame};

/// A sled database in a folder of its own.
pub struct SledStore {
    db: Db,
    trees: Vec<Tree>,
    /// sled's own data file, held open to sync it.
    file: File,
}

impl SledStore {
    /// Opens or creates the store in `folder`. One process at a time may have it open.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let io_error = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { path, source }
        };
        fs::create_dir_all(folder).map_err(io_error(folder))?;
        let db = match try_open(folder) {
            Ok(db) => db,
            Err(OpenError::InUse) => return Err(StoreError::InUse(folder.to_owned())),
            Err(OpenError::Broken) => {
                copy_aside(folder).map_err(io_error(folder))?;
                remove_snapshots(folder).map_err(io_error(folder))?;
                tracing::warn!(folder = %folder.display(), "the database did not open; retrying from its log alone");
                try_open(folder).map_err(|_| StoreError::Unopenable(folder.to_owned()))?
            }
        };
        let trees = Table::ALL.iter().map(|table| db.open_tree(table.name())).collect::<Result<_, _>>()?;
        db.flush()?;
        let data = folder.join("db");
        let file = File::open(&data).map_err(io_error(&data))?;
        Ok(Self { db, trees, file })
    }

    fn tree(&self, table: Table) -> &Tree {
        let number = Table::ALL.iter().position(|known| *known == table).expect("every table is listed");
        &self.trees[number]
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.db.flush()?;
        self.file.sync_all().map_err(|source| StoreError::Io { path: PathBuf::from("db"), source })
    }
}

impl Store for SledStore {
    fn read(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.tree(table).get(key)?.map(|framed| frame::open(table, key, &framed)).transpose()
    }

    fn scan(&self, table: Table) -> Result<Vec<Row>, StoreError> {
        self.tree(table)
            .iter()
            .map(|row| {
                let (key, framed) = row?;
                let value = frame::open(table, &key, &framed)?;
                Ok((key.to_vec(), value))
            })
            .collect()
    }

    fn write(&self, batch: Batch, durability: Durability) -> Result<(), StoreError> {
        let changes: Vec<_> = batch
            .changes
            .into_iter()
            .map(|(table, key, value)| {
                let number = Table::ALL.iter().position(|known| *known == table).expect("every table is listed");
                (number, key, value.map(|value| frame::seal(&value)))
            })
            .collect();
        self.trees
            .as_slice()
            .transaction(|trees| {
                for (number, key, value) in &changes {
                    match value {
                        Some(value) => trees[*number].insert(key.as_slice(), value.as_slice())?,
                        None => trees[*number].remove(key.as_slice())?,
                    };
                }
                Ok::<(), ConflictableTransactionError<()>>(())
            })
            .map_err(|error| match error {
                TransactionError::Storage(error) => StoreError::Database(error),
                TransactionError::Abort(()) => unreachable!("no batch aborts itself"),
            })?;
        match durability {
            Durability::Synced => self.sync(),
            Durability::Soon => Ok(()),
        }
    }

    fn next(&self, counter: &str) -> Result<u64, StoreError> {
        let value = self.tree(Table::Counters).update_and_fetch(counter, |old| {
            let count = old.and_then(|framed| frame::open(Table::Counters, counter.as_bytes(), framed).ok());
            let count = count.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
            Some(frame::seal(&(count + 1).to_be_bytes()))
        })?;
        let bytes = frame::open(Table::Counters, counter.as_bytes(), &value.expect("a counter was just written"))?;
        Ok(u64::from_be_bytes(bytes.try_into().expect("a counter has eight bytes")))
    }
}

enum OpenError {
    InUse,
    Broken,
}

/// sled panics on some damage instead of returning an error; both count as broken.
fn try_open(folder: &Path) -> Result<Db, OpenError> {
    let config = sled::Config::new().path(folder).mode(sled::Mode::HighThroughput);
    match panic::catch_unwind(panic::AssertUnwindSafe(|| config.open())) {
        Ok(Ok(db)) => Ok(db),
        Ok(Err(sled::Error::Io(error))) if is_locked(&error) => Err(OpenError::InUse),
        Ok(Err(_)) | Err(_) => Err(OpenError::Broken),
    }
}

fn is_locked(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.to_string().contains("could not acquire lock")
}

/// Copies the folder to `<folder>.broken-<n>` with the first free number.
fn copy_aside(folder: &Path) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let aside = (1..).map(|n| folder.with_file_name(format!("{name}.broken-{n}"))).find(|path| !path.exists());
    copy_folder(folder, &aside.expect("some number is free"))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn remove_snapshots(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_refused_in_plain_words() {
        let folder = tempfile::tempdir().unwrap();
        let _first = SledStore::open(folder.path()).unwrap();
        assert!(matches!(SledStore::open(folder.path()), Err(StoreError::InUse(_))));
    }

    #[test]
    fn an_emptied_snapshot_costs_nothing() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("records");
        {
            let store = SledStore::open(&folder).unwrap();
            for n in 0..500u32 {
                store.write(Batch::new().put(Table::Questions, n.to_be_bytes(), "问"), Durability::Soon).unwrap();
            }
            store.sync().unwrap();
        }
        // Recovering writes a snapshot.
        drop(SledStore::open(&folder).unwrap());
        let snapshots: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.to_string_lossy().contains("snap."))
            .collect();
        assert!(!snapshots.is_empty(), "there is a snapshot to damage");
        for snapshot in snapshots {
            File::create(snapshot).unwrap();
        }
        let store = SledStore::open(&folder).unwrap();
        assert_eq!(store.scan(Table::Questions).unwrap().len(), 500);
        assert!(root.path().join("records.broken-1").exists(), "the broken folder was kept");
    }
}

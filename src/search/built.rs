//! What is built from a corpus and kept in the index folder: the tantivy index and the learned weights, under a stamp
//! of the corpus and the model, so that another corpus never meets them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::candidates::{Candidates, IndexError};
use super::entry::Entry;
use super::learned::Learned;
use super::lexicon::Lexicon;
use super::model::Model;
use super::training;
use crate::corpus::{Corpus, SourceFile, revision};

/// Changes when the same corpus would give another index.
const FORMAT: u32 = 11;
const LEARNED_FILE: &str = "learned.bin";
const SEGMENTS_FOLDER: &str = "segments";

/// Corpus files no word of which is searched: an edit there builds nothing anew.
const NOT_SEARCHED: [&str; 6] =
    ["README.md", "hall.toml", "holidays.toml", "jargon.toml", "replies.toml", "units.toml"];

fn is_searched(file: &SourceFile) -> bool {
    let is_beside = ["confirmed/", "follow_ups/"].iter().any(|folder| file.path.starts_with(folder));
    !NOT_SEARCHED.contains(&file.path.as_str()) && !is_beside
}

/// The folder of what is built from `corpus`.
pub fn stamped(folder: &Path, corpus: &Corpus, model: &Model) -> PathBuf {
    let searched = revision(corpus.files.iter().filter(|file| is_searched(file)));
    folder.join(format!("built-{FORMAT}-{}-{:08x}", searched.as_str(), model.vectors.checksum()))
}

/// Whether everything of `corpus` stands ready below `folder`.
pub fn is_built(folder: &Path, corpus: &Corpus, model: &Model) -> bool {
    stamped(folder, corpus, model).join(LEARNED_FILE).exists()
}

/// Held while this process builds.
static BUILDING: Mutex<()> = Mutex::new(());

fn open(ready: &Path, lexicon: &Lexicon, entries: &[Entry]) -> Option<(Candidates, Learned)> {
    let candidates = Candidates::open(&ready.join(SEGMENTS_FOLDER), entries)?;
    Some((candidates, Learned::load(&ready.join(LEARNED_FILE), entries.len(), lexicon.len())?))
}

/// Opens what was built before, or builds it.
pub fn open_or_build(
    folder: &Path,
    corpus: &Corpus,
    model: &Model,
    lexicon: &Lexicon,
    entries: &[Entry],
) -> Result<(Candidates, Learned), IndexError> {
    let ready = stamped(folder, corpus, model);
    if let Some(built) = open(&ready, lexicon, entries) {
        return Ok(built);
    }
    // One thread builds; whoever waited for it finds the work done.
    let _building = BUILDING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(built) = open(&ready, lexicon, entries) {
        return Ok(built);
    }
    let io_error = |source| IndexError::Io { path: ready.clone(), source };
    // Built beside and renamed: a crash or a second process never leaves half an index under the stamp.
    let aside = folder.join(format!("building-{}-{}", std::process::id(), corpus.revision.as_str()));
    let _ = fs::remove_dir_all(&aside);
    fs::create_dir_all(aside.join(SEGMENTS_FOLDER)).map_err(io_error)?;
    let candidates = Candidates::build(&aside.join(SEGMENTS_FOLDER), entries)?;
    let learned = training::train(corpus, entries, lexicon, &model.vectors, &candidates, |_, _| false);
    learned.save(&aside.join(LEARNED_FILE)).map_err(io_error)?;
    let _ = fs::remove_dir_all(&ready);
    if fs::rename(&aside, &ready).is_err() {
        // Another process was faster with the same corpus.
        let _ = fs::remove_dir_all(&aside);
    }
    remove_stale(folder, &ready);
    let candidates = Candidates::open(&ready.join(SEGMENTS_FOLDER), entries).unwrap_or(candidates);
    Ok((candidates, learned))
}

/// Earlier corpora's indexes are of no more use; one in use keeps its open files.
fn remove_stale(folder: &Path, ready: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path != ready && ["built-", "segments-"].iter().any(|stale| name.to_string_lossy().starts_with(stale)) {
            let _ = fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_builds_nothing_anew_and_what_is_searched_does() {
        let counts = |path: &str| is_searched(&SourceFile { path: path.to_owned(), text: String::new() });
        for path in ["replies.toml", "hall.toml", "confirmed/matters.jsonl"] {
            assert!(!counts(path), "{path}");
        }
        for path in ["guides/social_insurance/employee-pension.toml", "asks/handoff.txt", "words.toml", "dialogs.jsonl"]
        {
            assert!(counts(path), "{path}");
        }
    }
}

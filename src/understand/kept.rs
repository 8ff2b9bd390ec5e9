//! What was learned of wordings, kept beside the index of the same corpus: learning anew at every start takes longer than
//! all the rest.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Answering, Following};
use crate::corpus::{Corpus, revision};
use crate::search::Meaning;

/// Changes when the same corpus would give other weights.
const FORMAT: u32 = 2;
const NAME: &str = "wordings";

/// Reads what was learned of `corpus` from `folder`, the folder of its index, or learns it and keeps it there; `meaning` is
/// what the words of a text mean together.
pub fn open_or_learn(
    folder: &Path,
    corpus: &Corpus,
    meaning: impl Fn(&str) -> Option<Meaning> + Copy + Sync + Send,
) -> (Following, Answering) {
    let file = folder.join(stamped(corpus));
    if let Some(kept) = fs::read(&file).ok().and_then(|bytes| read(&bytes)) {
        return kept;
    }
    let learned = learn(corpus, meaning);
    if let Err(error) = keep(&file, &learned) {
        tracing::warn!(file = %file.display(), %error, "what was learned of wordings is not kept");
    }
    learned
}

/// Learns from `corpus`.
pub fn learn(
    corpus: &Corpus,
    meaning: impl Fn(&str) -> Option<Meaning> + Copy + Sync + Send,
) -> (Following, Answering) {
    rayon::join(|| Following::new(corpus, meaning), || Answering::new(corpus, meaning))
}

/// The index folder is stamped with everything else that is learned from.
fn stamped(corpus: &Corpus) -> PathBuf {
    let follow_ups = revision(corpus.files.iter().filter(|file| file.path.starts_with("follow_ups/")));
    format!("{NAME}-{FORMAT}-{}.bin", follow_ups.as_str()).into()
}

fn read(bytes: &[u8]) -> Option<(Following, Answering)> {
    let (checksum, bytes) = bytes.split_first_chunk()?;
    (crc32fast::hash(bytes) == u32::from_le_bytes(*checksum)).then(|| postcard::from_bytes(bytes).ok())?
}

/// Written beside and renamed: another process never reads half a file. Those of earlier corpora go.
fn keep(file: &Path, learned: &(Following, Answering)) -> io::Result<()> {
    let folder = file.parent().expect("it is in a folder");
    let weights = postcard::to_stdvec(learned).expect("plain numbers");
    let aside = folder.join(format!("{NAME}-{}", std::process::id()));
    fs::write(&aside, [&crc32fast::hash(&weights).to_le_bytes(), weights.as_slice()].concat())?;
    for entry in fs::read_dir(folder)?.flatten() {
        let is_stale = entry.file_name().to_string_lossy().starts_with(&format!("{NAME}-")) && entry.path() != aside;
        if is_stale {
            let _ = fs::remove_file(entry.path());
        }
    }
    fs::rename(&aside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learned_is_read_again_and_a_damaged_file_is_not() {
        let of_no_guide: Answering = postcard::from_bytes(&[0]).expect("no guides");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("wordings-1-new.bin");
        fs::write(folder.path().join("wordings-1-old.bin"), []).expect("a file of another corpus");
        keep(&file, &(Following::learn([], Vec::new(), |_| None), of_no_guide)).expect("it is kept");
        let names: Vec<_> = fs::read_dir(folder.path()).expect("readable").flatten().map(|file| file.path()).collect();
        assert_eq!(names, [&*file], "nothing else is left");
        let mut bytes = fs::read(&file).expect("readable");
        assert!(read(&bytes).is_some());
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(read(&bytes).is_none() && read(&[]).is_none());
    }
}

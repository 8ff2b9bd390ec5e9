//! Promise: each library is used in the one room that owns it, and rooms use only rooms below them.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

/// Library, and the only files or folders below `src/` that may name it.
const OWNERS: [(&str, &[&str]); 5] = [
    ("teloxide", &["channels/telegram"]),
    ("axum", &["channels/web", "channels/telegram/webhook"]),
    ("tantivy", &["search/candidates"]),
    ("jieba_rs", &["text/segment"]),
    ("sled", &["store/sled", "store/mod.rs"]),
];

/// From what needs nothing to what needs everything; a room may use only rooms before it.
const ORDER: [&str; 15] = [
    "clock",
    "text",
    "corpus",
    "store",
    "records",
    "phrasing",
    "search",
    "understand",
    "edition",
    "conversation",
    "hall",
    "evaluation",
    "settings",
    "channels",
    "cli",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("readable");
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    code.join("\n")
}

#[test]
fn each_library_has_one_room() {
    let src = support::root().join("src");
    for path in sources(&src) {
        let name = path.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
        let code = code_of(&path);
        for (library, rooms) in OWNERS {
            let used =
                [format!("use {library}::"), format!("{library}::"), format!("::{library}::")].iter().any(|form| {
                    code.match_indices(form.as_str())
                        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
                });
            let own_module = library == "sled"
                && !code.contains("::sled::Error")
                && !code.contains("use sled::")
                && name == "store/mod.rs";
            assert!(!used || own_module || rooms.iter().any(|room| name.starts_with(room)), "{name} uses {library}");
        }
    }
}

#[test]
fn rooms_use_only_rooms_below_them() {
    let src = support::root().join("src");
    for path in sources(&src) {
        let name = path.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
        let room = name.split(['/', '.']).next().expect("a room");
        let Some(mine) = ORDER.iter().position(|known| *known == room) else {
            assert!(matches!(room, "lib" | "main"), "{name} is in no known room");
            continue;
        };
        let code = code_of(&path);
        for (theirs, other) in ORDER.iter().enumerate().filter(|(theirs, _)| *theirs > mine) {
            assert!(!code.contains(&format!("crate::{other}::")), "{name} (room {mine}) uses {other} (room {theirs})");
        }
    }
}

//! Question files: a JSON object a line, `{"q", "expect", …}` or `{"turns": [{"q", "expect", …}]}`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use super::Wanted;
use crate::corpus::Corpus;
use crate::search::{Confirmed, EntryRef};

/// One question and what is known about its answer.
#[derive(Deserialize)]
pub struct Case {
    /// In the questioner's words.
    pub q: String,
    /// Any of these items or guides; none of them when empty.
    pub expect: Vec<String>,
    /// Items or guides that would do no harm.
    #[serde(default)]
    pub near: Vec<String>,
    /// The facet asked for, by its key.
    pub facet: Option<String>,
    /// The way it is put.
    pub style: Option<String>,
    /// What it is, when it is out of scope.
    pub kind: Option<String>,
    /// The sentences of the guide any of which answers it; empty when the guide leaves it open.
    pub says: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Dialog { turns: Vec<Case> },
    Single(Case),
}

/// The files of questions that staff confirmed, in order of their names.
pub fn confirmed(corpus: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = corpus.join("confirmed");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    Ok(files)
}

/// The conversations of a file in order, each as its turns.
pub fn read(file: &Path) -> anyhow::Result<Vec<Vec<Case>>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parsed = lines.map(|(number, line)| {
        let line = serde_json::from_str(line).with_context(|| format!("{}:{}", file.display(), number + 1))?;
        Ok(match line {
            Line::Dialog { turns } => turns,
            Line::Single(case) => vec![case],
        })
    });
    parsed.collect()
}

/// The questions of `files` that stand alone, for fitting.
pub fn single_questions(files: &[PathBuf], corpus: &Corpus) -> anyhow::Result<Vec<Confirmed>> {
    let guides = |ids: Vec<String>| ids.iter().map(|id| EntryRef::Guide(id.as_str().into())).collect();
    let mut questions = Vec::new();
    for file in files {
        let ids = ItemIds::beside(file)?;
        for case in read(file)?.into_iter().filter(|turns| turns.len() == 1).flatten() {
            let wanted = ids.wanted(&case, corpus);
            questions.push(Confirmed {
                question: case.q,
                expected: guides(wanted.expected),
                near: guides(wanted.near),
            });
        }
    }
    Ok(questions)
}

/// Item numbers of a question set and the official names they stand for.
pub struct ItemIds(BTreeMap<String, String>);

impl ItemIds {
    /// Reads `items.tsv` in the folder of `file`, if there is one.
    pub fn beside(file: &Path) -> anyhow::Result<Self> {
        let table = file.with_file_name("items.tsv");
        let text = if table.exists() { fs::read_to_string(&table)? } else { String::new() };
        let rows = text.lines().skip(1).filter_map(|line| {
            let mut columns = line.split('\t');
            let id = columns.next()?;
            Some((id.to_owned(), columns.nth(1)?.to_owned()))
        });
        Ok(Self(rows.collect()))
    }

    /// The guides that would do for `case`.
    pub fn wanted(&self, case: &Case, corpus: &Corpus) -> Wanted {
        Wanted {
            in_scope: !case.expect.is_empty(),
            expected: self.guides(&case.expect, corpus),
            near: self.guides(&case.near, corpus),
            matter: None,
        }
    }

    /// The guide ids of `items`; an id that is no item number is a guide id already.
    fn guides(&self, items: &[String], corpus: &Corpus) -> Vec<String> {
        let guide = |item: &String| match self.0.get(item) {
            Some(name) => corpus
                .guides
                .iter()
                .find(|guide| guide.official_name.as_str() == name)
                .map(|guide| guide.id.to_string()),
            None => corpus.guide(&item.as_str().into()).map(|guide| guide.id.to_string()),
        };
        items.iter().filter_map(guide).collect()
    }
}

//! The table of official words and the plain ones to use instead (`jargon.toml`).

use super::parse::{Choice, Fields, Text};

/// What to do with an official word in text that citizens read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// 换: use the plain word instead.
    Replace,
    /// 注: may be used, explained right after its first use.
    Explain,
    /// 名: an official name; the plain word comes first.
    OfficialName,
    /// 禁: never.
    Forbid,
}

impl Choice for Treatment {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("replace", Treatment::Replace),
        ("explain", Treatment::Explain),
        ("official_name", Treatment::OfficialName),
        ("forbid", Treatment::Forbid),
    ];
}

/// One official word.
#[derive(Clone, Debug)]
pub struct Term {
    /// The official word.
    pub say: Text,
    /// What to say to citizens.
    pub plain: Text,
    /// What to do with it.
    pub treatment: Treatment,
}

/// Reads `jargon.toml`.
pub fn read(fields: Fields<'_>) -> Vec<Term> {
    let terms = fields
        .tables("terms")
        .into_iter()
        .filter_map(|fields| {
            let (say, plain, treatment) = (fields.text("say"), fields.text("plain"), fields.choice("treatment"));
            fields.finish();
            Some(Term { say, plain, treatment: treatment? })
        })
        .collect();
    fields.finish();
    terms
}

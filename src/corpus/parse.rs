//! Reads TOML tables key by key, noting every problem instead of stopping at the first.
//!
//! A `Fields` hands out values and remembers which keys were asked for; `finish` reports the ones nobody knows.

use std::{cell::RefCell, ops::Deref, ops::Range, str::FromStr};

use serde::{Serialize, Serializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostics, Place};
use super::labels::label;

/// A string of the corpus that remembers where it was written.
#[derive(Clone, Debug)]
pub struct Text {
    value: String,
    /// Where it stands, quotes included.
    pub place: Place,
}

impl Text {
    /// A text read from a line of a plain file.
    pub fn new(value: impl Into<String>, place: Place) -> Self {
        Self { value: value.into(), place }
    }

    /// The string itself.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.value
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.value)
    }
}

/// The lines of a plain file that are neither empty nor notes.
pub fn read_lines(file: usize, text: &str) -> Vec<Text> {
    let mut start = 0;
    text.split_inclusive('\n')
        .filter_map(|line| {
            let at = start;
            start += line.len();
            let words = line.trim();
            let lead = line.len() - line.trim_start().len();
            (!words.is_empty() && !words.starts_with('#'))
                .then(|| Text::new(words, Place { file, span: at + lead..at + lead + words.len() }))
        })
        .collect()
}

/// A closed list of words that a key may hold.
pub trait Choice: Copy + 'static {
    /// Every value with the word it is written as.
    const CHOICES: &'static [(&'static str, Self)];
}

/// One table of a corpus file while it is being read.
pub struct Fields<'d> {
    table: &'d DeTable<'d>,
    file: usize,
    span: Range<usize>,
    diagnostics: &'d Diagnostics,
    asked: RefCell<Vec<&'static str>>,
}

impl<'d> Fields<'d> {
    /// Starts reading `table`, which covers `span` of file number `file`.
    pub fn new(table: &'d DeTable<'d>, file: usize, span: Range<usize>, diagnostics: &'d Diagnostics) -> Self {
        Self { table, file, span, diagnostics, asked: RefCell::default() }
    }

    /// Where the table begins.
    pub fn place(&self) -> Place {
        Place { file: self.file, span: self.span.clone() }
    }

    /// Notes an error at the table itself.
    pub fn error(&self, title: impl Into<String>, cure: impl Into<String>) {
        self.diagnostics.error(self.place(), title, cure);
    }

    fn value(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    fn at(&self, span: Range<usize>) -> Place {
        Place { file: self.file, span }
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        self.diagnostics.error(
            self.at(value.span()),
            format!("{}（{key}）看不懂", label(key)),
            format!("这里要写{wanted}"),
        );
    }

    fn text_of(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Option<Text> {
        match value.as_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(Text::new(text.trim(), self.at(value.span()))),
            DeValue::String(_) => {
                self.diagnostics.error(
                    self.at(value.span()),
                    format!("{}（{key}）是空的", label(key)),
                    "写上内容，或删掉这一行",
                );
                None
            }
            _ => {
                self.wrong_type(key, value, "一段文字，两边加英文引号");
                None
            }
        }
    }

    /// A text that may be left out.
    pub fn optional_text(&self, key: &'static str) -> Option<Text> {
        self.value(key).and_then(|value| self.text_of(key, value))
    }

    /// A text that must be there; an empty one stands in when it is not.
    pub fn text(&self, key: &'static str) -> Text {
        let present = self.table.contains_key(key);
        let text = self.optional_text(key);
        if !present {
            self.missing(key);
        }
        text.unwrap_or_else(|| Text::new("", self.place()))
    }

    fn missing(&self, key: &str) {
        self.error(format!("缺{}（{key}）", label(key)), format!("补一行：{key} = …（{}）", label(key)));
    }

    /// A list of texts; empty when left out.
    pub fn texts(&self, key: &'static str) -> Vec<Text> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.as_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.text_of(key, item)).collect(),
            _ => {
                self.wrong_type(key, value, "一个列表，例如 [\"甲\", \"乙\"]");
                Vec::new()
            }
        }
    }

    /// A list of texts with at least one.
    pub fn some_texts(&self, key: &'static str) -> Vec<Text> {
        let texts = self.texts(key);
        if texts.is_empty() {
            self.missing(key);
        }
        texts
    }

    /// A whole number that may be left out; `wanted` describes it to the author.
    pub fn integer<N: FromStr>(&self, key: &'static str, wanted: &str) -> Option<N> {
        let value = self.value(key)?;
        let parsed = value.as_ref().as_integer().and_then(|number| number.as_str().replace('_', "").parse().ok());
        if parsed.is_none() {
            self.wrong_type(key, value, wanted);
        }
        parsed
    }

    /// true or false; `false` when left out.
    pub fn flag(&self, key: &'static str) -> bool {
        let Some(value) = self.value(key) else { return false };
        value.as_ref().as_bool().unwrap_or_else(|| {
            self.wrong_type(key, value, "true 或 false");
            false
        })
    }

    /// A calendar date that may be left out.
    pub fn date(&self, key: &'static str) -> Option<jiff::civil::Date> {
        let value = self.value(key)?;
        self.date_of(key, value)
    }

    fn date_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<jiff::civil::Date> {
        let date = value.as_ref().as_datetime().and_then(|date| date.to_string().parse().ok());
        if date.is_none() {
            self.wrong_type(key, value, "一个日期，不加引号，例如 2027-05-31");
        }
        date
    }

    /// A list of calendar dates; empty when left out.
    pub fn dates(&self, key: &'static str) -> Vec<jiff::civil::Date> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.as_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.date_of(key, item)).collect(),
            _ => {
                self.wrong_type(key, value, "日期列表，例如 [2027-01-01]");
                Vec::new()
            }
        }
    }

    /// One word of a closed list that may be left out.
    pub fn optional_choice<C: Choice>(&self, key: &'static str) -> Option<C> {
        let text = self.optional_text(key)?;
        self.choice_of(key, &text)
    }

    /// One word of a closed list.
    pub fn choice<C: Choice>(&self, key: &'static str) -> Option<C> {
        if !self.table.contains_key(key) {
            self.missing(key);
        }
        self.optional_choice(key)
    }

    /// Several words of a closed list, at least one.
    pub fn choices<C: Choice>(&self, key: &'static str) -> Vec<C> {
        self.some_texts(key).iter().filter_map(|text| self.choice_of(key, text)).collect()
    }

    fn choice_of<C: Choice>(&self, key: &str, text: &Text) -> Option<C> {
        let found = C::CHOICES.iter().find(|(word, _)| *word == text.as_str()).map(|(_, choice)| *choice);
        if found.is_none() {
            let words: Vec<&str> = C::CHOICES.iter().map(|(word, _)| *word).collect();
            let cure = match closest(text, words.iter().copied()) {
                Some(guess) => format!("是不是想写 {guess}？可以写：{}", words.join("、")),
                None => format!("可以写：{}", words.join("、")),
            };
            self.diagnostics.error(
                text.place.clone(),
                format!("{}（{key}）没有“{}”这一种", label(key), text.as_str()),
                cure,
            );
        }
        found
    }

    /// A sub-table that may be left out.
    pub fn table(&self, key: &'static str) -> Option<Fields<'d>> {
        let value = self.value(key)?;
        self.table_of(key, value)
    }

    fn table_of(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Option<Fields<'d>> {
        match value.as_ref() {
            DeValue::Table(table) => Some(Fields::new(table, self.file, value.span(), self.diagnostics)),
            _ => {
                self.wrong_type(key, value, &format!("一段，另起一行写 [{key}]"));
                None
            }
        }
    }

    /// A list of sub-tables (`[[key]]`); empty when left out.
    pub fn tables(&self, key: &'static str) -> Vec<Fields<'d>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.as_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.table_of(key, item)).collect(),
            _ => {
                self.wrong_type(key, value, &format!("若干段，每段另起一行写 [[{key}]]"));
                Vec::new()
            }
        }
    }

    /// Every sub-table by its own key, for files whose keys are ids.
    pub fn named_tables(self) -> Vec<(Text, Fields<'d>)> {
        self.table
            .iter()
            .filter_map(|(key, value)| {
                let name = Text::new(key.get_ref().as_ref(), self.at(key.span()));
                self.table_of(key.get_ref(), value).map(|fields| (name, fields))
            })
            .collect()
    }

    /// Reports the keys that nobody asked for, with the closest known key as a guess.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.iter().any(|known| known == key.get_ref())) {
            let cure = match closest(key.get_ref(), asked.iter().copied()) {
                Some(guess) => format!("是不是想写 {guess}（{}）？", label(guess)),
                None => "这里没有这一项，删掉它".to_owned(),
            };
            self.diagnostics.error(self.at(key.span()), format!("不认识“{}”", key.get_ref()), cure);
        }
    }
}

/// The known word that `typed` is most likely a slip of.
pub fn closest<'w>(typed: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    known
        .into_iter()
        .map(|word| (strsim::normalized_damerau_levenshtein(typed, word), word))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

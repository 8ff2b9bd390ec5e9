//! Does it read plainly: short sentences, no official words without a plain one, nothing made up locally.
//!
//! Rule numbers (A1, B5, C1 …) are those of the house rules on plain language, so that authors can look them up.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::corpus::guide::{Guide, Neighbour};
use crate::corpus::jargon::{Term, Treatment};
use crate::corpus::parse::Text;
use crate::corpus::{Corpus, Diagnostics, Journey, Place};
use crate::text::{Segmenter, sentence};

/// Longest sentence in characters (digits count once); longer ones are errors.
pub const LONGEST_SENTENCE: usize = 30;
/// From here on a sentence is worth a second look.
const LONG_SENTENCE: usize = 25;
/// Characters after an official word within which its explanation must begin.
const EXPLAINED_WITHIN: usize = 15;

/// Checks every text that citizens read.
pub fn check(corpus: &Corpus, diagnostics: &Diagnostics) {
    let jargon = Jargon::new(corpus);
    for guide in &corpus.guides {
        let mut explained = Vec::new();
        if guide.promised_working_days.or(guide.statutory_working_days).is_some() {
            explained.push("工作日".to_owned()); // the time limit explains it wherever it is shown
        }
        for text in visible_texts(guide) {
            check_text(text, &jargon, &[&guide.official_name], &mut explained, diagnostics);
            invented_locally(text, diagnostics);
        }
        first_sentence_concludes(guide, diagnostics);
    }
    for journey in &corpus.journeys {
        let notes = journey.stages.iter().filter_map(|stage| stage.note.as_ref());
        let names = names_of_stages(corpus, journey);
        let mut explained = jargon.said_in(&names);
        for text in [&journey.name, &journey.one_line].into_iter().chain(notes) {
            check_text(text, &jargon, &names, &mut explained, diagnostics);
        }
    }
    for matter in &corpus.matters {
        let names: [&str; 2] = [&matter.name, &matter.plain_name];
        check_text(&matter.where_to_ask, &jargon, &names, &mut jargon.said_in(&names), diagnostics);
    }
    for (_, text) in &corpus.replies {
        check_text(text, &jargon, &[], &mut Vec::new(), diagnostics);
    }
}

/// What the matters of a life event are called: they stand beside its sentences.
fn names_of_stages<'c>(corpus: &'c Corpus, journey: &'c Journey) -> Vec<&'c str> {
    let mut names: Vec<&str> = vec![&journey.name];
    for stage in &journey.stages {
        match &stage.matter {
            Neighbour::Guide(id) => {
                names.extend(corpus.guide(id).iter().flat_map(|guide| [&*guide.official_name, &*guide.plain_name]))
            }
            Neighbour::Matter(id) => {
                names.extend(corpus.matter(id).iter().flat_map(|matter| [&*matter.name, &*matter.plain_name]));
            }
        }
    }
    names
}

/// The texts of a guide that citizens read, in the order of the file.
pub fn visible_texts(guide: &Guide) -> Vec<&Text> {
    let mut texts = vec![&guide.plain_name, &guide.one_line];
    texts.extend(&guide.eligibility);
    texts.extend(&guide.place_to_go);
    texts.extend(&guide.time_notes);
    texts.extend(&guide.fee_notes);
    texts.extend(&guide.result);
    texts.extend(&guide.tip);
    texts.extend(guide.details.iter().map(|(_, text)| text));
    texts.extend(&guide.steps);
    texts.extend(guide.online.iter().flat_map(|online| &online.notes));
    texts.extend(guide.proxy.iter().flat_map(|proxy| &proxy.notes));
    for document in &guide.documents {
        texts.push(&document.name);
        texts.extend(&document.note);
        texts.extend(&document.missing);
    }
    for confusable in &guide.confusable {
        texts.extend([&confusable.question, &confusable.here, &confusable.there]);
    }
    texts
}

fn check_text(text: &Text, jargon: &Jargon, names: &[&str], explained: &mut Vec<String>, diagnostics: &Diagnostics) {
    let plain = without_blanks(text);
    for (at, sentence) in sentence::sentences(&plain) {
        let length = sentence::length(sentence);
        if length > LONGEST_SENTENCE {
            let place = within(text, at, sentence.len());
            diagnostics.error(
                place,
                format!("这句 {length} 个字，太长（A1）"),
                format!("拆成两句，每句不超过 {LONGEST_SENTENCE} 个字"),
            );
        } else if length > LONG_SENTENCE {
            let place = within(text, at, sentence.len());
            diagnostics.warning(
                place,
                format!("这句 {length} 个字，有点长（A1）"),
                format!("能拆就拆，最好不超过 {LONG_SENTENCE} 个字"),
            );
        }
    }
    jargon.check(text, &plain, names, explained, diagnostics);
    for (word, cure) in PATTERNS {
        if let Some(at) = plain.find(word) {
            diagnostics.warning(within(text, at, word.len()), format!("“{word}”不像街坊说的话"), *cure);
        }
    }
}

/// Turns of phrase that are more office than street.
const PATTERNS: &[(&str, &str)] = &[
    ("否则", "换成“不然”（B13）"),
    ("请勿", "换成“不要”（B13）"),
    ("严禁", "换成“不能”（B13）"),
    ("后果自负", "删掉（B13）"),
    ("尽快", "写清几天，或删掉（B9）"),
    ("及时", "写清几天，或删掉（B9）"),
    ("近期", "写清日期（B9）"),
    ("其他材料", "写出那样东西的名字（B5）"),
    ("等材料", "写全，不要“等”（B5）"),
    ("等证明", "写全，不要“等”（B5）"),
    ("视情况", "写清什么情况（B5）"),
    ("高度重视", "删掉（E）"),
    ("切实", "删掉（E）"),
    ("！", "用句号（A14）"),
    ("和/或", "写成“或”（F）"),
];

/// C1: phones and counters stand in hall.toml and units.toml only, where they can be kept right.
fn invented_locally(text: &Text, diagnostics: &Diagnostics) {
    static LOCAL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"0663|1[3-9]\d{9}|\d{7,8}|\d+\s*号窗口|https?://|www\.").expect("valid"));
    if let Some(found) = LOCAL.find(text) {
        diagnostics.error(
            within(text, found.start(), found.len()),
            format!("指南正文里不能写“{}”（C1）", found.as_str()),
            "电话、窗口写到 hall.toml 或 units.toml；网址不写",
        );
    }
}

fn first_sentence_concludes(guide: &Guide, diagnostics: &Diagnostics) {
    const OPENINGS: [&str; 8] = ["根据", "按照", "依据", "依照", "关于", "现将", "感谢", "非常抱歉"];
    if let Some(opening) = OPENINGS.iter().find(|opening| guide.one_line.starts_with(**opening)) {
        diagnostics.error(
            guide.one_line.place.clone(),
            format!("第一句不能用“{opening}”开头"),
            "先说结论：能不能、多少钱、几天",
        );
    }
    for (name, text, longest) in
        [("街坊叫法", &guide.plain_name, 14), ("一句话结论", &guide.one_line, LONGEST_SENTENCE)]
    {
        let length = sentence::length(text);
        if length > longest {
            diagnostics.error(
                text.place.clone(),
                format!("{name} {length} 个字，太长（A7）"),
                format!("不超过 {longest} 个字"),
            );
        }
    }
}

/// Template blanks are not words: `{{ days }}` counts as one character, control blocks as none.
fn without_blanks(text: &str) -> String {
    static BLANK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{.*?\}\}|\{%.*?%\}").expect("valid"));
    // Keeps byte offsets: a blank becomes one digit and spaces up to its old length.
    BLANK
        .replace_all(text, |found: &regex::Captures<'_>| {
            let length = found[0].len();
            if found[0].starts_with("{{") { format!("0{}", " ".repeat(length - 1)) } else { " ".repeat(length) }
        })
        .into_owned()
}

/// The place of a stretch of a text: offsets count from after the opening quote.
fn within(text: &Text, at: usize, length: usize) -> Place {
    let quoted = text.place.span.len() > text.len();
    let quote = if !quoted {
        0
    } else if text.place.span.len() >= text.len() + 6 {
        3
    } else {
        1
    };
    let start = (text.place.span.start + quote + at).min(text.place.span.end);
    Place { file: text.place.file, span: start..(start + length).min(text.place.span.end) }
}

struct Jargon<'c> {
    pattern: Option<Regex>,
    terms: &'c [Term],
    /// What offices are called.
    offices: Vec<&'c str>,
    segmenter: Segmenter,
}

impl<'c> Jargon<'c> {
    fn new(corpus: &'c Corpus) -> Self {
        let terms = &corpus.jargon;
        let units = corpus.units.iter().flat_map(|unit| [&*unit.name, &*unit.short_name]);
        let offices = corpus.matters.iter().filter_map(|matter| matter.office.as_deref());
        let mut words: Vec<&str> = terms.iter().map(|term| term.say.as_str()).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let alternatives: Vec<String> = words.into_iter().map(regex::escape).collect();
        let pattern = (!alternatives.is_empty()).then(|| Regex::new(&alternatives.join("|")).expect("escaped words"));
        Self { pattern, terms, offices: units.chain(offices).collect(), segmenter: Segmenter::with_words([]) }
    }

    /// The terms in `names`: whoever reads on knows them.
    fn said_in(&self, names: &[&str]) -> Vec<String> {
        let found = names.iter().flat_map(|name| self.pattern.iter().flat_map(|pattern| pattern.find_iter(name)));
        found.map(|term| term.as_str().to_owned()).collect()
    }

    fn check(&self, text: &Text, plain: &str, names: &[&str], explained: &mut Vec<String>, diagnostics: &Diagnostics) {
        let Some(pattern) = &self.pattern else { return };
        for found in pattern.find_iter(plain) {
            let term =
                self.terms.iter().find(|term| term.say.as_str() == found.as_str()).expect("built from the terms");
            let mut names = names.iter().chain(&self.offices);
            if is_part_of_a_title(plain, found.start()) || names.any(|name| is_part_of(name, plain, &found.range())) {
                continue;
            }
            if found.as_str().chars().count() == 1 && !self.segmenter.words(plain).contains(&found.as_str()) {
                continue;
            }
            let place = within(text, found.start(), found.len());
            let (word, better) = (found.as_str(), term.plain.as_str());
            match term.treatment {
                Treatment::Forbid => diagnostics.error(place, format!("“{word}”不能出现（B1）"), better),
                Treatment::Replace => {
                    diagnostics.warning(place, format!("“{word}”是公文词（B2）"), format!("换成：{better}"))
                }
                Treatment::Explain => {
                    let first = !explained.iter().any(|seen| seen == word);
                    explained.push(word.to_owned());
                    if first && !is_explained(&plain[found.end()..]) && !is_in_brackets(plain, found.start()) {
                        diagnostics.warning(
                            place,
                            format!("“{word}”没解释（B3）"),
                            format!("后面加括号说明：{better}"),
                        );
                    }
                }
                Treatment::OfficialName => {}
            }
        }
    }
}

/// Inside 《》 stands the title of a law, which stays as it is.
fn is_part_of_a_title(text: &str, at: usize) -> bool {
    let before = &text[..at];
    before.rfind('《').is_some_and(|open| before.rfind('》').is_none_or(|close| close < open))
}

/// Whether a stretch of `text` stands inside an occurrence of `name`.
fn is_part_of(name: &str, text: &str, stretch: &Range<usize>) -> bool {
    text.match_indices(name).any(|(at, _)| at <= stretch.start && stretch.end <= at + name.len())
}

fn is_in_brackets(text: &str, at: usize) -> bool {
    let before = &text[..at];
    before.rfind('（').is_some_and(|open| before.rfind('）').is_none_or(|close| close < open))
}

fn is_explained(rest: &str) -> bool {
    let near: String = rest.chars().take(EXPLAINED_WITHIN).collect();
    near.contains('（') || near.contains("就是") || near.contains("也就是")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_keep_offsets_and_count_once() {
        let text = "最多{{ days }}个工作日。";
        let plain = without_blanks(text);
        assert_eq!(plain.len(), text.len());
        assert_eq!(sentence::length(&plain), 7);
    }

    #[test]
    fn titles_and_brackets_are_recognised() {
        let text = "见《缴纳办法》，缴纳（交钱）";
        assert!(is_part_of_a_title(text, text.find("缴纳").unwrap()));
        assert!(!is_part_of_a_title(text, text.rfind("缴纳").unwrap()));
        assert!(is_explained("（交钱）"));
    }
}

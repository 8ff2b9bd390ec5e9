//! What people say about a matter, and what of its guide answers it: `asks/<guide>.txt` has their first words,
//! `follow_ups/<guide>.txt` what they say once they have heard of it.
//!
//! Sentences of the guide or names of facets stand in 【】, or in 【】【】 when it takes two; below them what they answer,
//! below an empty 【】 what nothing in the guide does.

use std::collections::HashMap;

use super::diagnostic::Diagnostics;
use super::guide::{Guide, Part};
use super::language::Language;
use super::parse::{Text, read_lines};
use crate::text::Normaliser;

/// A message about a guide's matter.
#[derive(Clone, Debug)]
pub struct Saying {
    /// In the words of whoever asks.
    pub said: Text,
    /// What of the guide answers it; nothing when it is empty.
    pub answered_by: Vec<Part>,
}

/// All lines of the file numbered `file` but headings; and those that stand below one, with what answers them. What stands
/// below a sentence that `guide` no longer has counts as below none, with a warning.
pub fn read(
    file: usize,
    text: &str,
    guide: &Guide,
    language: &Language,
    diagnostics: &Diagnostics,
) -> (Vec<Text>, Vec<Saying>) {
    let normaliser = Normaliser::new();
    let passages: Vec<String> = guide.passages().iter().map(|passage| normaliser.normalise(passage.text)).collect();
    let part = |name: &str| {
        let passage = || passages.iter().position(|passage| *passage == normaliser.normalise(name)).map(Part::Passage);
        let facet = language.facets.iter().find(|facet| *facet.name == *name).map(|facet| Part::Facet(facet.facet));
        facet.or_else(passage)
    };
    let (mut lines, mut sayings, mut numbers) = (Vec::new(), Vec::<Saying>::new(), HashMap::<String, usize>::new());
    let mut below: Option<Vec<Part>> = None;
    for line in read_lines(file, text) {
        if let Some(heading) = line.strip_prefix('【').and_then(|rest| rest.strip_suffix('】')) {
            let names = heading.split("】【").filter(|name| !name.is_empty());
            below = names.map(part).collect();
            if below.is_none() {
                let cure = "改成指南里的原句；句子删掉了，就把这一段移到空的【】下面或删掉";
                diagnostics.warning(line.place, "指南里没有这句话，下面的话不知道该怎么答", cure);
            }
            continue;
        }
        if let Some(parts) = &below {
            let number = *numbers.entry(line.to_string()).or_insert(sayings.len());
            if number == sayings.len() {
                sayings.push(Saying { said: line.clone(), answered_by: Vec::new() });
                lines.push(line);
            }
            sayings[number].answered_by.extend(parts);
        } else {
            lines.push(line);
        }
    }
    (lines, sayings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Facet;
    use crate::corpus::parse::Fields;

    const GUIDE: &str = "one_line = \"能按月领钱。\"\ntime_notes = [\"来晚了也能领。\"]\ntip = \"先登记再来。\"\n";

    const LANGUAGE: &str = "[[facets]]\nid = \"fee\"\nname = \"多少钱\"\ncues = [\"多少钱\"]\n";

    fn table_of(text: &str) -> toml::de::DeTable<'_> {
        toml::de::DeTable::parse(text).unwrap().into_inner()
    }

    /// Words, and what answers them.
    type Answered = (String, Vec<Part>);

    /// All lines, who is answered by what, and the titles of the problems.
    fn read_below(file: &str) -> (Vec<String>, Vec<Answered>, Vec<String>) {
        let diagnostics = Diagnostics::default();
        let guide = Guide::read(Fields::new(&table_of(GUIDE), 0, 0..0, &Diagnostics::default()));
        let language = Language::read(Fields::new(&table_of(LANGUAGE), 0, 0..0, &Diagnostics::default()));
        let (lines, sayings) = read(1, file, &guide, &language, &diagnostics);
        let sayings = sayings.into_iter().map(|saying| (saying.said.to_string(), saying.answered_by)).collect();
        let problems = diagnostics.into_sorted().into_iter().map(|problem| problem.title).collect();
        (lines.into_iter().map(|line| line.to_string()).collect(), sayings, problems)
    }

    #[test]
    fn what_stands_in_the_heading_answers_what_stands_below_it_and_an_empty_one_nothing() {
        let (lines, sayings, problems) = read_below(
            "失业金\n【来晚了也能领。】\n拖了三个月\n\n【先登记再来。】\n拖了三个月\n【先登记再来。】【多少钱】\n没登记领多少\n【】\n钱打到哪张卡\n",
        );
        let (late, register, fee) = (Part::Passage(1), Part::Passage(2), Part::Facet(Facet::Fee));
        let expected =
            [("拖了三个月", vec![late, register]), ("没登记领多少", vec![register, fee]), ("钱打到哪张卡", vec![])];
        assert_eq!(sayings, expected.map(|(said, parts)| (said.to_owned(), parts)));
        assert_eq!(lines, ["失业金", "拖了三个月", "没登记领多少", "钱打到哪张卡"]);
        assert!(problems.is_empty());
    }

    #[test]
    fn what_stands_below_a_sentence_that_is_gone_has_no_answer_and_there_is_a_warning() {
        let (lines, sayings, problems) = read_below("拖了三个月\n【早就没有的话。】\n没登记过\n");
        assert_eq!(lines, ["拖了三个月", "没登记过"]);
        assert!(sayings.is_empty());
        assert_eq!(problems, ["指南里没有这句话，下面的话不知道该怎么答"]);
    }
}

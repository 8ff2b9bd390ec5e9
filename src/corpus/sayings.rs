//! What people say about a matter, and what of its guide answers it: `asks/<guide>.txt` has their first words,
//! `follow_ups/<guide>.txt` what they say once they have heard of it.
//!
//! Sentences of the guide or names of facets stand in 【】, or in 【】【】 when it takes two; below them what they answer,
//! below an empty 【】 what nothing in the guide does, below 【换成：…】 what means that it is another matter after all.

use std::collections::HashMap;

use super::diagnostic::Diagnostics;
use super::guide::{Guide, Neighbour, Part};
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

/// What is said about a guide's matter and means that it is another after all: "还没交楼" about a home to be registered.
#[derive(Clone, Debug)]
pub struct Turning {
    /// In the words of whoever says it.
    pub said: Text,
    /// The other matter.
    pub to: Neighbour,
}

/// What a file has.
#[derive(Debug, Default)]
pub struct Sayings {
    /// All lines about the guide's matter, but headings.
    pub lines: Vec<Text>,
    /// Those that stand below a heading.
    pub answered: Vec<Saying>,
    /// Those that turn to another matter.
    pub turnings: Vec<Turning>,
}

/// Begins the heading of what turns to another matter.
const TURNS: &str = "换成：";

/// What stands below a heading.
enum Below {
    AnsweredBy(Vec<Part>),
    TurnsTo(Neighbour),
    Unknown,
}

/// Reads the file numbered `file`; `named` finds a guide or matter by what people call it. What stands below a sentence
/// that `guide` no longer has, or a matter that is not there, counts as below none, with a warning.
pub fn read(
    file: usize,
    text: &str,
    guide: &Guide,
    language: &Language,
    named: impl Fn(&str) -> Option<Neighbour>,
    diagnostics: &Diagnostics,
) -> Sayings {
    let normaliser = Normaliser::new();
    let passages: Vec<String> = guide.passages().iter().map(|passage| normaliser.normalise(passage.text)).collect();
    let part = |name: &str| {
        let passage = || passages.iter().position(|passage| *passage == normaliser.normalise(name)).map(Part::Passage);
        let facet = language.facets.iter().find(|facet| *facet.name == *name).map(|facet| Part::Facet(facet.facet));
        facet.or_else(passage)
    };
    let below = |heading: &Text, headed: &str| {
        if let Some(name) = headed.strip_prefix(TURNS) {
            let other = named(name).filter(|other| *other != Neighbour::Guide(guide.id.clone()));
            return other.map_or_else(
                || {
                    let cure = "写另一份指南或 catalogue.toml 里一件事的“街坊叫法”（plain_name）";
                    diagnostics.warning(heading.place.clone(), format!("没有另一件叫“{name}”的事"), cure);
                    Below::Unknown
                },
                Below::TurnsTo,
            );
        }
        let names = headed.split("】【").filter(|name| !name.is_empty());
        names.map(part).collect::<Option<_>>().map_or_else(
            || {
                let cure = "改成指南里的原句；句子删掉了，就把这一段移到空的【】下面或删掉";
                diagnostics.warning(heading.place.clone(), "指南里没有这句话，下面的话不知道该怎么答", cure);
                Below::Unknown
            },
            Below::AnsweredBy,
        )
    };
    let (mut read, mut numbers, mut stands) = (Sayings::default(), HashMap::<String, usize>::new(), Below::Unknown);
    for line in read_lines(file, text) {
        if let Some(headed) = line.strip_prefix('【').and_then(|rest| rest.strip_suffix('】')) {
            stands = below(&line, headed);
            continue;
        }
        match &stands {
            Below::AnsweredBy(parts) => {
                let number = *numbers.entry(line.to_string()).or_insert(read.answered.len());
                if number == read.answered.len() {
                    read.answered.push(Saying { said: line.clone(), answered_by: Vec::new() });
                    read.lines.push(line);
                }
                read.answered[number].answered_by.extend(parts);
            }
            Below::TurnsTo(to) => read.turnings.push(Turning { said: line, to: to.clone() }),
            Below::Unknown => read.lines.push(line),
        }
    }
    read
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

    /// Words, and the matter they turn to.
    type Turned = (String, Neighbour);

    /// All lines, who is answered by what, what turns where, and the titles of the problems.
    fn read_below(file: &str) -> (Vec<String>, Vec<Answered>, Vec<Turned>, Vec<String>) {
        let diagnostics = Diagnostics::default();
        let guide = Guide::read(Fields::new(&table_of(GUIDE), 0, 0..0, &Diagnostics::default()));
        let language = Language::read(Fields::new(&table_of(LANGUAGE), 0, 0..0, &Diagnostics::default()));
        let named = |name: &str| (name == "二手房过户").then(|| Neighbour::Matter("second-hand".into()));
        let read = read(1, file, &guide, &language, named, &diagnostics);
        let turnings = read.turnings.into_iter().map(|turning| (turning.said.to_string(), turning.to)).collect();
        let sayings = read.answered.into_iter().map(|saying| (saying.said.to_string(), saying.answered_by)).collect();
        let problems = diagnostics.into_sorted().into_iter().map(|problem| problem.title).collect();
        (read.lines.into_iter().map(|line| line.to_string()).collect(), sayings, turnings, problems)
    }

    #[test]
    fn what_stands_in_the_heading_answers_what_stands_below_it_and_an_empty_one_nothing() {
        let (lines, sayings, turnings, problems) = read_below(
            "失业金\n【来晚了也能领。】\n拖了三个月\n\n【先登记再来。】\n拖了三个月\n【先登记再来。】【多少钱】\n没登记领多少\n【】\n钱打到哪张卡\n",
        );
        let (late, register, fee) = (Part::Passage(1), Part::Passage(2), Part::Facet(Facet::Fee));
        let expected =
            [("拖了三个月", vec![late, register]), ("没登记领多少", vec![register, fee]), ("钱打到哪张卡", vec![])];
        assert_eq!(sayings, expected.map(|(said, parts)| (said.to_owned(), parts)));
        assert_eq!(lines, ["失业金", "拖了三个月", "没登记领多少", "钱打到哪张卡"]);
        assert!(turnings.is_empty() && problems.is_empty());
    }

    #[test]
    fn what_stands_below_the_name_of_another_matter_turns_to_it() {
        let (lines, sayings, turnings, problems) =
            read_below("【换成：二手房过户】\n我姐那套是跟别人买的\n【换成：没有的事】\n别的\n");
        assert_eq!(turnings, [("我姐那套是跟别人买的".to_owned(), Neighbour::Matter("second-hand".into()))]);
        assert_eq!((lines, problems), (vec!["别的".to_owned()], vec!["没有另一件叫“没有的事”的事".to_owned()]));
        assert!(sayings.is_empty());
    }

    #[test]
    fn what_stands_below_a_sentence_that_is_gone_has_no_answer_and_there_is_a_warning() {
        let (lines, sayings, turnings, problems) = read_below("拖了三个月\n【早就没有的话。】\n没登记过\n");
        assert_eq!(lines, ["拖了三个月", "没登记过"]);
        assert!(sayings.is_empty() && turnings.is_empty());
        assert_eq!(problems, ["指南里没有这句话，下面的话不知道该怎么答"]);
    }
}

//! What people say once they have heard of a matter, and which sentence of its guide answers it:
//! `follow_ups/<guide>.txt`, sentences in 【】, below each what it answers, below an empty 【】 what none does.

use std::collections::HashMap;

use super::diagnostic::Diagnostics;
use super::guide::Guide;
use super::parse::{Text, read_lines};
use crate::text::Normaliser;

/// A message about a guide's matter.
#[derive(Clone, Debug)]
pub struct FollowUp {
    /// In the words of whoever asks.
    pub said: Text,
    /// The numbers of the passages that answer it; none when it is empty.
    pub answered_by: Vec<usize>,
}

/// Reads the file numbered `file` of follow-ups to `guide`. What stands below a sentence that the guide no longer has is
/// left out, with a warning.
pub fn read(file: usize, text: &str, guide: &Guide, diagnostics: &Diagnostics) -> Vec<FollowUp> {
    let normaliser = Normaliser::new();
    let passages: Vec<String> = guide.passages().iter().map(|passage| normaliser.normalise(passage.text)).collect();
    let (mut follow_ups, mut numbers) = (Vec::<FollowUp>::new(), HashMap::<String, usize>::new());
    // The passage that answers what follows: one of the guide, or none; `None` as long as there is no saying.
    let mut answered_by: Option<Option<usize>> = None;
    for line in read_lines(file, text) {
        let heading = line.strip_prefix('【').and_then(|rest| rest.strip_suffix('】'));
        if let Some(sentence) = heading {
            let number = passages.iter().position(|passage| *passage == normaliser.normalise(sentence));
            answered_by = (number.is_some() || sentence.is_empty()).then_some(number);
            if answered_by.is_none() {
                let cure = "改成指南里的原句；句子删掉了，就把这一段移到空的【】下面或删掉";
                diagnostics.warning(line.place, "指南里没有这句话，下面的追问用不上", cure);
            }
            continue;
        }
        let Some(passage) = answered_by else { continue };
        let number = *numbers.entry(line.to_string()).or_insert(follow_ups.len());
        if number == follow_ups.len() {
            follow_ups.push(FollowUp { said: line, answered_by: Vec::new() });
        }
        follow_ups[number].answered_by.extend(passage);
    }
    follow_ups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::parse::Fields;

    const GUIDE: &str = "one_line = \"能按月领钱。\"\ntime_notes = [\"来晚了也能领。\"]\ntip = \"先登记再来。\"\n";

    /// Who is answered by which passages, and the titles of the problems.
    fn read_below(file: &str) -> (Vec<(String, Vec<usize>)>, Vec<String>) {
        let table = toml::de::DeTable::parse(GUIDE).unwrap();
        let guide = Guide::read(Fields::new(table.get_ref(), 0, 0..0, &Diagnostics::default()));
        let diagnostics = Diagnostics::default();
        let read = read(1, file, &guide, &diagnostics);
        let follow_ups = read.into_iter().map(|follow_up| (follow_up.said.to_string(), follow_up.answered_by));
        (follow_ups.collect(), diagnostics.into_sorted().into_iter().map(|problem| problem.title).collect())
    }

    #[test]
    fn a_sentence_answers_what_stands_below_it_and_an_empty_one_nothing() {
        let (follow_ups, problems) = read_below(
            "【来晚了也能领。】\n拖了三个月\n\n【先登记再来。】\n拖了三个月\n没登记过\n【】\n钱打到哪张卡\n",
        );
        let expected = [("拖了三个月", vec![1, 2]), ("没登记过", vec![2]), ("钱打到哪张卡", vec![])];
        assert_eq!(follow_ups, expected.map(|(said, numbers)| (said.to_owned(), numbers)));
        assert!(problems.is_empty());
    }

    #[test]
    fn what_stands_below_a_sentence_that_is_gone_is_left_out_with_a_warning() {
        let (follow_ups, problems) = read_below("拖了三个月\n【早就没有的话。】\n没登记过\n");
        assert!(follow_ups.is_empty());
        assert_eq!(problems, ["指南里没有这句话，下面的追问用不上"]);
    }
}

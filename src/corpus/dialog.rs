//! Sample conversations, from which going on is learned: `dialogs.jsonl`, a conversation a line.

use serde::Deserialize;

use super::diagnostic::{Diagnostics, Place};
use super::ids::{GuideId, MatterId};
use super::language::Facet;
use super::parse::{Text, read_lines};

/// A sample conversation, its messages in order.
pub type Dialog = Vec<Turn>;

/// A message of a sample conversation.
#[derive(Clone, Debug)]
pub struct Turn {
    /// In the words of whoever asks.
    pub said: Text,
    /// Any of these guides is what it is about; no guide when it is empty.
    pub about: Vec<GuideId>,
    /// The catalogue matter it is about, where it is about one and the staff say which.
    pub matter: Option<MatterId>,
    /// The facet it asks for; `None` for none of them.
    pub facet: Option<Facet>,
    /// It is about no matter, but what somebody thinks of the hall and how things are done.
    pub is_opinion: bool,
}

/// What the staff call the facets in sample conversations and question files.
const ASKED: [(&str, Facet); 12] = [
    ("what", Facet::Overview),
    ("who", Facet::Eligibility),
    ("materials", Facet::Documents),
    ("how", Facet::Steps),
    ("where", Facet::Place),
    ("when", Facet::TimeLimit),
    ("time", Facet::TimeLimit),
    ("fee", Facet::Fee),
    ("online", Facet::Online),
    ("proxy", Facet::Proxy),
    ("missing", Facet::MissingDocument),
    ("result", Facet::Result),
];

/// The facet that the staff call `name`.
pub fn facet_named(name: &str) -> Option<Facet> {
    ASKED.iter().find(|(known, _)| *known == name).map(|(_, facet)| *facet)
}

/// What the staff call an opinion.
const OPINION: &str = "suggestion";

/// A line as the staff write it.
#[derive(Deserialize)]
struct Line {
    turns: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    q: String,
    expect: Vec<GuideId>,
    matter: Option<MatterId>,
    facet: Option<String>,
    kind: Option<String>,
}

/// Reads the conversations of the file numbered `file`, noting every line that is none.
pub fn read(file: usize, text: &str, diagnostics: &Diagnostics) -> Vec<Dialog> {
    let read = |line: Text| match serde_json::from_str::<Line>(&line) {
        Ok(Line { turns }) => {
            let mut end = 0;
            let turn = |said: Said| {
                let start = line[end..].find(&said.q).map(|at| end + at);
                let place = match start {
                    Some(start) => {
                        end = start + said.q.len();
                        let begin = line.place.span.start;
                        Place { span: begin + start..begin + end, ..line.place.clone() }
                    }
                    // Written with escapes: the line must do.
                    None => line.place.clone(),
                };
                let facet = said.facet.as_deref().and_then(facet_named);
                let is_opinion = said.kind.as_deref() == Some(OPINION);
                Turn { said: Text::new(said.q, place), about: said.expect, matter: said.matter, facet, is_opinion }
            };
            Some(turns.into_iter().map(turn).collect())
        }
        Err(error) => {
            let form = r#"{"turns": [{"q": "…", "expect": ["指南编号"]}, …]}"#;
            let until = (0..=error.column().min(line.len())).rev().find(|&at| line.is_char_boundary(at));
            let before: Vec<char> = line[..until.unwrap_or(0)].chars().collect();
            let last: String = before[before.len().saturating_sub(8)..].iter().collect();
            let cure = format!("写成 {form}；看看“{last}”后面的引号和括号");
            diagnostics.error(line.place.clone(), "这一行不是一段对话", cure);
            None
        }
    };
    read_lines(file, text).into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_its_own_place() {
        let text = r#"{"turns": [{"q": "办退休", "expect": ["a"]}, {"q": "要几天", "expect": ["a"]}]}"#;
        let dialogs = read(0, text, &Diagnostics::default());
        let said: Vec<&str> = dialogs[0].iter().map(|turn| &text[turn.said.place.span.clone()]).collect();
        assert_eq!(said, ["办退休", "要几天"]);
    }
}

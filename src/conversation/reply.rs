//! What goes out: text in lines, choices, and what it rests on. Not yet a message; each channel draws it its own way.

use serde::{Deserialize, Serialize};

use super::message::Action;
use crate::corpus::{Facet, GuideId};
use crate::phrasing::Line;
use crate::records::Receipt;

/// How a turn can end: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Sure which guide.
    Answer,
    /// Two to four are plausible.
    Clarify,
    /// A life event.
    Journey,
    /// About the hall itself.
    Hall,
    /// Known by name only.
    Listed,
    /// Not known.
    Admit,
    /// Wants a person.
    Handoff,
    /// An opinion.
    Suggestion,
    /// Greeting, thanks.
    Smalltalk,
    /// Lost.
    Help,
    /// Nothing to read.
    Reject,
}

/// A guide a reply rests on or offers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuideRef {
    /// Its id.
    pub id: GuideId,
    /// Its official name.
    pub official_name: String,
    /// How sure, 0..=1, two decimals.
    pub confidence: f32,
}

/// A button.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// Its words.
    pub label: String,
    /// What it does.
    pub action: Action,
}

/// One answer to one message.
#[derive(Clone, Debug)]
pub struct Reply {
    /// How the turn ended.
    pub outcome: Outcome,
    /// The answered guide first; the options of a question back in order; the matters of a life event in order.
    pub guides: Vec<GuideRef>,
    /// The facet answered.
    pub facet: Option<Facet>,
    /// The words, a line each, with their sources.
    pub lines: Vec<Line>,
    /// Buttons in order.
    pub buttons: Vec<Button>,
    /// The number of the record that was kept.
    pub receipt: Option<Receipt>,
    /// The guide whose checklist can be printed, with its situation.
    pub checklist: Option<(GuideId, Option<String>)>,
    /// Time from message to reply, whole microseconds.
    pub micros: u64,
}

impl Reply {
    /// A reply without words yet.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            guides: Vec::new(),
            facet: None,
            lines: Vec::new(),
            buttons: Vec::new(),
            receipt: None,
            checklist: None,
            micros: 0,
        }
    }

    /// The words in one piece.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

/// A reply in the stable form of the command line and the web API.
#[derive(Debug, Serialize)]
pub struct ReplyJson<'r> {
    outcome: Outcome,
    guides: &'r [GuideRef],
    facet: Option<Facet>,
    text: String,
    micros: u64,
}

impl<'r> From<&'r Reply> for ReplyJson<'r> {
    fn from(reply: &'r Reply) -> Self {
        Self {
            outcome: reply.outcome,
            guides: &reply.guides,
            facet: reply.facet,
            text: reply.text(),
            micros: reply.micros,
        }
    }
}

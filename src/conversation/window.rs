//! The window's side of a question the bot could not answer: what staff see, what they do, and what the asker hears.

use super::Conversation;
use super::message::Action;
use super::render::Renderer;
use super::reply::{Button, Outcome, Reply};
use crate::clock::at_the_hall;
use crate::corpus::{Text, labels::label};
use crate::phrasing::{Line, ReplyId, computed, from_corpus};
use crate::records::{Answered, ConversationId, Proposal, Question, Receipt, RecordError, Records, WindowAnswer};
use crate::text::{Redacted, redact_public};

/// Longest answer taken, characters: what can be read on a phone.
const LONGEST_ANSWER: usize = 1_000;
/// Longest name of a member of staff kept, characters.
const LONGEST_NAME: usize = 20;
/// Entries a proposal can be for, at most.
const MOST_ENTRIES: usize = 4;

/// Something a member of staff did.
#[derive(Clone, Debug, PartialEq)]
pub enum StaffAct {
    /// Answered a question; `None` when it was not said in words.
    Answer(Receipt, Option<String>),
    /// Pressed a button.
    Press(Action),
}

impl Conversation<'_> {
    /// A question as the staff see it.
    pub fn post(&self, question: &Question) -> Reply {
        let now = at_the_hall(self.now);
        let render = self.renderer(&now);
        let receipt = computed("receipt", question.receipt.as_str());
        let mut reply = Reply::new(Outcome::Admit);
        reply.lines.push(match &question.answer {
            None => render.line(ReplyId::StaffOpen, &[receipt]),
            Some(answer) => render.line(ReplyId::StaffClosed, &[receipt, computed("by", answer.by.as_str())]),
        });
        reply.lines.push(quoted(&render, &question.text));
        reply.lines.push(render.line(ReplyId::StaffOwner, &[render.owner(question.owner.as_ref())]));
        let near = self.entries(question).map(|(_, name)| name.as_str()).collect::<Vec<_>>();
        if !near.is_empty() {
            reply.lines.push(render.line(ReplyId::StaffNear, &[computed("names", near.join("、"))]));
        }
        let channel = computed("channel", label(question.channel.key()));
        let time = computed("time", at_the_hall(question.asked_at).strftime("%-m月%-d日%H:%M").to_string());
        reply.lines.push(render.line(ReplyId::StaffAsked, &[channel, time]));
        reply.lines.push(match &question.answer {
            None => render.line(ReplyId::StaffHow, &[]),
            Some(answer) => window_says(&render, &answer.text),
        });
        reply
    }

    /// Does what a member of staff, known as `by`, asks for. The question comes along when it has changed.
    pub fn staff_acts(&self, act: &StaffAct, by: &str) -> Result<(Reply, Option<Question>), RecordError> {
        let now = at_the_hall(self.now);
        let render = self.renderer(&now);
        let by = redact_public(&by.chars().take(LONGEST_NAME).collect::<String>());
        let Some(records) = self.records else {
            return Ok((render.sentences(Outcome::Handoff, &[ReplyId::NotKept]), None));
        };
        match act {
            StaffAct::Answer(receipt, words) => self.take_answer(&render, records, receipt, words.as_deref(), by),
            StaffAct::Press(Action::Propose(receipt)) => Ok((self.offer_entries(&render, records, receipt, by)?, None)),
            StaffAct::Press(Action::ProposeFor(receipt, entry)) => {
                Ok((self.propose(&render, records, receipt, entry.as_deref(), by)?, None))
            }
            StaffAct::Press(_) => Ok((render.help(false), None)),
        }
    }

    fn take_answer(
        &self,
        render: &Renderer<'_>,
        records: &Records,
        receipt: &Receipt,
        words: Option<&str>,
        by: Redacted,
    ) -> Result<(Reply, Option<Question>), RecordError> {
        let mut reply = Reply::new(Outcome::Handoff);
        let words = words.map(str::trim).filter(|words| !words.is_empty());
        let Some(words) = words else {
            reply.lines.push(render.line(ReplyId::StaffWordsOnly, &[]));
            return Ok((reply, None));
        };
        if words.chars().count() > LONGEST_ANSWER {
            reply.lines.push(render.line(ReplyId::RejectTooLong, &[computed("longest", LONGEST_ANSWER)]));
            return Ok((reply, None));
        }
        let answer = WindowAnswer { text: redact_public(words), by, at: self.now };
        let is_masked = answer.text.as_str() != words;
        let number = computed("receipt", receipt.as_str());
        match records.answer(receipt, answer.clone())? {
            Answered::Unknown => reply.lines.push(render.line(ReplyId::ProgressUnknown, &[number])),
            Answered::Already(question) => {
                let first = question.answer.as_ref().expect("it has one already");
                // The same again, after a crash or a slip, is not somebody else.
                if (&first.text, &first.by) == (&answer.text, &answer.by) {
                    return Ok((self.taken(render, &question, true, is_masked), Some(question)));
                }
                let by = computed("by", first.by.as_str());
                reply.lines.push(render.line(ReplyId::StaffAlready, &[number, by]));
                reply.lines.push(window_says(render, &first.text));
            }
            Answered::Kept { question, awaited } => {
                return Ok((self.taken(render, &question, awaited, is_masked), Some(question)));
            }
        }
        Ok((reply, None))
    }

    fn taken(&self, render: &Renderer<'_>, question: &Question, awaited: bool, is_masked: bool) -> Reply {
        let mut reply = Reply::new(Outcome::Handoff);
        let number = computed("receipt", question.receipt.as_str());
        let words = if awaited { ReplyId::StaffTaken } else { ReplyId::StaffNobodyWaits };
        reply.lines.push(render.line(words, &[number]));
        if let Some(answer) = question.answer.as_ref().filter(|_| is_masked) {
            reply.lines.push(render.line(ReplyId::StaffMasked, &[]));
            reply.lines.push(window_says(render, &answer.text));
        }
        reply.buttons.push(render.button(ReplyId::Propose, Action::Propose(question.receipt.clone())));
        reply
    }

    fn offer_entries(
        &self,
        render: &Renderer<'_>,
        records: &Records,
        receipt: &Receipt,
        by: Redacted,
    ) -> Result<Reply, RecordError> {
        let Some(question) = records.question(receipt)? else { return Ok(unknown(render, receipt)) };
        let button = |(id, name): (String, &Text)| Button {
            label: name.to_string(),
            action: Action::ProposeFor(receipt.clone(), Some(id)),
        };
        let mut buttons: Vec<Button> = self.entries(&question).map(button).collect();
        if buttons.is_empty() {
            return self.propose(render, records, receipt, None, by);
        }
        buttons.push(render.button(ReplyId::ProposeOther, Action::ProposeFor(receipt.clone(), None)));
        let mut reply = Reply::new(Outcome::Handoff);
        reply.lines.extend([render.line(ReplyId::ProposeWhich, &[]), quoted(render, &question.text)]);
        reply.buttons = buttons;
        Ok(reply)
    }

    fn propose(
        &self,
        render: &Renderer<'_>,
        records: &Records,
        receipt: &Receipt,
        entry: Option<&str>,
        by: Redacted,
    ) -> Result<Reply, RecordError> {
        let Some(question) = records.question(receipt)? else { return Ok(unknown(render, receipt)) };
        let name = entry.and_then(|entry| self.edition.corpus.plain_name(entry));
        // A button may be older than the corpus, or forged.
        if entry.is_some() && name.is_none() {
            return Ok(render.sentences(Outcome::Handoff, &[ReplyId::ProposeGone]));
        }
        records.propose(&Proposal {
            receipt: receipt.clone(),
            answer: question.answer.map(|answer| answer.text),
            text: question.text,
            entry: entry.map(str::to_owned),
            by,
            at: self.now,
        })?;
        let mut reply = Reply::new(Outcome::Handoff);
        reply.lines.push(match name {
            Some(name) => render.line(ReplyId::Proposed, &[from_corpus("name", name)]),
            None => render.line(ReplyId::ProposedOpen, &[]),
        });
        Ok(reply)
    }

    /// The guides and matters that came closest to a question, with their names.
    fn entries<'q>(&'q self, question: &'q Question) -> impl Iterator<Item = (String, &'q Text)> {
        let ids = question.candidates.iter().map(|(id, _)| id);
        ids.filter_map(|id| Some((id.clone(), self.edition.corpus.plain_name(id)?))).take(MOST_ENTRIES)
    }

    /// Adds to a reply the answers its person has not been told yet. Telegram brings them by itself.
    pub(super) fn tell_answers(&self, asker: &ConversationId, reply: &mut Reply) -> Result<(), RecordError> {
        let Some(records) = self.records.filter(|_| !asker.is_shared()) else { return Ok(()) };
        let questions = records.untold(asker)?;
        if questions.is_empty() {
            return Ok(());
        }
        reply.lines.extend(self.answers(&questions).lines);
        let receipts: Vec<Receipt> = questions.into_iter().map(|question| question.receipt).collect();
        records.told(asker, &receipts)
    }

    /// The answers `asker` has not been told, each by itself, and whether more are awaited. Those of `seen` count as told
    /// from now on; what is only fetched does not, since it may not have arrived.
    pub fn fetch_answers(
        &self,
        asker: &ConversationId,
        seen: &[Receipt],
    ) -> Result<(Vec<(Receipt, Reply)>, bool), RecordError> {
        let Some(records) = self.records else { return Ok((Vec::new(), false)) };
        if !seen.is_empty() {
            records.told(asker, seen)?;
        }
        let untold = records.untold(asker)?;
        let awaits_more = records.waiting(asker)?.len() > untold.len();
        let answer = |question: Question| (question.receipt.clone(), self.answers(&[question]));
        Ok((untold.into_iter().map(answer).collect(), awaits_more))
    }

    /// What an asker hears of these answered questions.
    pub fn answers(&self, questions: &[Question]) -> Reply {
        let now = at_the_hall(self.now);
        let render = self.renderer(&now);
        let mut reply = Reply::new(Outcome::Handoff);
        for question in questions {
            let Some(answer) = &question.answer else { continue };
            let receipt = computed("receipt", question.receipt.as_str());
            reply.lines.push(render.line(ReplyId::WindowAnswered, &[receipt]));
            reply.lines.push(quoted(&render, &question.text));
            reply.lines.push(window_says(&render, &answer.text));
        }
        reply
    }
}

fn quoted(render: &Renderer<'_>, text: &Redacted) -> Line {
    render.line(ReplyId::Asked, &[computed("text", text.as_str())])
}

fn window_says(render: &Renderer<'_>, text: &Redacted) -> Line {
    render.line(ReplyId::WindowSays, &[computed("text", text.as_str())])
}

fn unknown(render: &Renderer<'_>, receipt: &Receipt) -> Reply {
    let mut reply = Reply::new(Outcome::Handoff);
    reply.lines.push(render.line(ReplyId::ProgressUnknown, &[computed("receipt", receipt.as_str())]));
    reply
}

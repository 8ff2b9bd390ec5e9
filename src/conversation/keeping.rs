//! What is kept of a conversation for others to see to: questions nobody here could answer, wishes for a person, opinions;
//! and how far what was kept has come.

use super::render::Renderer;
use super::reply::{Outcome, Reply};
use super::{Conversation, Dialogue, Said};
use crate::clock::at_the_hall;
use crate::corpus::{Guide, HallTopic, UnitId, Zone};
use crate::phrasing::{Blank, Line, ReplyId, computed, from_corpus};
use crate::records::{Found, Question, Receipt, RecordError, Records, State, Suggestion, SuggestionKind};
use crate::search::EntryRef;
use crate::text::{Redacted, redact};

/// Below this confidence an entry says nothing about whose business a question is.
const NEAR_ENOUGH: f32 = 0.05;

/// Longest message in characters that is added to a question about something nobody here knows.
const LONGEST_ADDITION: usize = 12;

/// Waiting records that somebody is told of at once, at most.
const MOST_TOLD: usize = 5;

impl Conversation<'_> {
    pub(super) fn admit(
        &self,
        render: &Renderer<'_>,
        said: &Said<'_>,
        earlier: Option<&Redacted>,
        candidates: &[(EntryRef, f32)],
        dialogue: &Dialogue,
    ) -> Result<Reply, RecordError> {
        let mut reply = render.sentences(Outcome::Admit, &[ReplyId::Admit]);
        // What is said at length is a question of its own.
        let is_short = said.normalised.chars().filter(|c| c.is_alphanumeric()).count() <= LONGEST_ADDITION;
        let goes_on = earlier.is_none() && dialogue.astray && is_short;
        if !(goes_on && self.add_to_kept(render, said, None, dialogue, &mut reply)?) {
            self.keep_unanswered(render, said, earlier.unwrap_or(&said.redacted), candidates, &mut reply)?;
        }
        reply.lines.push(render.hotline());
        Ok(reply)
    }

    /// Adds to `reply`, which says that the guide leaves this open, that the question is kept together with the name of
    /// its matter, and whom to ask.
    pub(super) fn leave_open(
        &self,
        render: &Renderer<'_>,
        said: &Said<'_>,
        guide: &Guide,
        is_asked: bool,
        dialogue: &Dialogue,
        mut reply: Reply,
    ) -> Result<Reply, RecordError> {
        let entry = EntryRef::Guide(guide.id.clone());
        self.keep_detail(render, said, entry, is_asked, dialogue, &mut reply)?;
        let unit = self.edition.corpus.unit(&guide.unit);
        reply.lines.extend(unit.and_then(|unit| render.ask_unit(unit)));
        Ok(reply)
    }

    /// Keeps a question about a known matter together with the matter's name; what is said more about it later, asked or
    /// not, is added to it.
    pub(super) fn keep_detail(
        &self,
        render: &Renderer<'_>,
        said: &Said<'_>,
        entry: EntryRef,
        is_asked: bool,
        dialogue: &Dialogue,
        reply: &mut Reply,
    ) -> Result<(), RecordError> {
        if self.add_to_kept(render, said, Some(&entry), dialogue, reply)? || !is_asked {
            return Ok(());
        }
        let name = render.name_of(&entry).map_or("", |name| name.as_str());
        let text = redact(&format!("{name}：{}", said.redacted.as_str()));
        self.keep_unanswered(render, said, &text, &[(entry, 1.0)], reply)
    }

    /// Adds the message to the question kept last, if that is about the same entry, or like this one about none that is
    /// known, and still open.
    fn add_to_kept(
        &self,
        render: &Renderer<'_>,
        said: &Said<'_>,
        entry: Option<&EntryRef>,
        dialogue: &Dialogue,
        reply: &mut Reply,
    ) -> Result<bool, RecordError> {
        let kept = dialogue.kept.as_ref().filter(|(about, _)| about.as_ref() == entry);
        let (Some(records), Some((_, receipt))) = (self.records, kept) else { return Ok(false) };
        if !records.add_to_question(receipt, &said.redacted, said.message.delivery)? {
            return Ok(false);
        }
        reply.lines.push(acknowledge(render, said, ReplyId::AdmitAdded, &[computed("receipt", receipt.as_str())]));
        reply.receipt = Some(receipt.clone());
        Ok(true)
    }

    /// Keeps a question nobody here could answer, and adds to `reply` its number and who sees to it.
    fn keep_unanswered(
        &self,
        render: &Renderer<'_>,
        said: &Said<'_>,
        text: &Redacted,
        candidates: &[(EntryRef, f32)],
        reply: &mut Reply,
    ) -> Result<(), RecordError> {
        let Some(records) = self.records else { return Ok(()) };
        let (zone, owner) = self.first_owner(candidates);
        let question = self.question(records, said, text, candidates, zone, owner.clone())?;
        records.keep_question(&question, &said.message.conversation.alone(), said.message.delivery)?;
        let kept = [computed("receipt", question.receipt.as_str())];
        reply.lines.push(acknowledge(render, said, ReplyId::AdmitKept, &kept));
        reply.lines.push(render.line(ReplyId::AdmitOwner, &[render.owner(owner.as_ref())]));
        if !said.message.conversation.is_shared() {
            reply.lines.push(render.line(ReplyId::AdmitProgress, &[]));
        }
        reply.receipt = Some(question.receipt);
        Ok(())
    }

    pub(super) fn hand_off(
        &self,
        render: &Renderer<'_>,
        said: &Said<'_>,
        in_distress: bool,
    ) -> Result<Reply, RecordError> {
        let opening = if in_distress { ReplyId::Distress } else { ReplyId::Handoff };
        let mut reply = render.sentences(Outcome::Handoff, &[opening]);
        if let Some(records) = self.records {
            let question = self.question(records, said, &said.redacted, &[], None, None)?;
            records.keep_question(&question, &said.message.conversation.alone(), said.message.delivery)?;
            let blanks = [computed("receipt", question.receipt.as_str()), render.owner(None)];
            reply.lines.push(acknowledge(render, said, ReplyId::HandoffKept, &blanks));
            reply.receipt = Some(question.receipt);
        }
        reply.lines.extend(render.hall(HallTopic::OpenNow).lines);
        Ok(reply)
    }

    fn question(
        &self,
        records: &Records,
        said: &Said<'_>,
        text: &Redacted,
        candidates: &[(EntryRef, f32)],
        zone: Option<Zone>,
        owner: Option<UnitId>,
    ) -> Result<Question, RecordError> {
        Ok(Question {
            receipt: records.receipt_for(said.message.delivery)?,
            text: text.clone(),
            normalised: redact(&self.edition.normaliser.normalise(text.as_str())),
            channel: said.message.channel,
            zone,
            owner,
            asked_at: self.now,
            state: State::Open,
            answer: None,
            candidates: candidates.iter().map(|(entry, confidence)| (entry.id().to_owned(), *confidence)).collect(),
            revision: self.edition.corpus.revision.clone(),
        })
    }

    /// The service area and unit of the nearest guide or matter; nobody in particular when none is near.
    fn first_owner(&self, candidates: &[(EntryRef, f32)]) -> (Option<Zone>, Option<UnitId>) {
        let corpus = &self.edition.corpus;
        let owner = |(entry, _): &(EntryRef, f32)| match entry {
            EntryRef::Guide(id) => corpus.guide(id).map(|guide| (Some(guide.zone), Some(guide.unit.clone()))),
            EntryRef::Matter(id) => {
                let unit = corpus.matter(id)?.unit.as_ref().and_then(|id| corpus.unit(id))?;
                Some((unit.zone, Some(unit.id.clone())))
            }
            EntryRef::Journey(_) | EntryRef::Intent(_) => None,
        };
        // What was offered and turned down carries no confidence, and was near all the same.
        let is_near = |confidence: f32| confidence == 0.0 || confidence >= NEAR_ENOUGH;
        candidates.iter().filter(|(_, confidence)| is_near(*confidence)).find_map(owner).unwrap_or((None, None))
    }

    pub(super) fn take_suggestion(
        &self,
        render: &Renderer<'_>,
        said: &Said<'_>,
        kind: SuggestionKind,
    ) -> Result<Reply, RecordError> {
        let mut reply = Reply::new(Outcome::Suggestion);
        let Some(records) = self.records else {
            return Ok(render.sentences(Outcome::Suggestion, &[ReplyId::NotKept]));
        };
        let zone = self.zone_named_in(&said.normalised);
        let suggestion = Suggestion {
            receipt: records.receipt_for(said.message.delivery)?,
            text: said.redacted.clone(),
            normalised: redact(&said.normalised),
            kind,
            channel: said.message.channel,
            zone,
            said_at: self.now,
            state: State::Open,
        };
        records.keep_suggestion(&suggestion, &said.message.conversation.alone(), said.message.delivery)?;
        let receipt = computed("receipt", suggestion.receipt.as_str());
        match kind {
            SuggestionKind::Opinion => {
                let owner = zone.and_then(|zone| self.edition.corpus.unit_of_zone(zone)).map(|unit| unit.id.clone());
                reply.lines.push(acknowledge(render, said, ReplyId::SuggestionKept, &[receipt]));
                reply.lines.push(render.line(ReplyId::SuggestionNext, &[render.owner(owner.as_ref())]));
            }
            SuggestionKind::Misconduct => {
                let supervision = from_corpus("supervision", &self.edition.corpus.hall.supervision);
                reply.lines.push(acknowledge(render, said, ReplyId::MisconductKept, &[receipt, supervision]));
            }
        }
        reply.receipt = Some(suggestion.receipt);
        Ok(reply)
    }

    /// The service area whose matters the words name.
    fn zone_named_in(&self, normalised: &str) -> Option<Zone> {
        let units = self.edition.corpus.units.iter().filter(|unit| unit.zone.is_some());
        let mut named = units.filter(|unit| {
            normalised.contains(unit.field()) || unit.covers.iter().any(|word| normalised.contains(word.as_str()))
        });
        named.next()?.zone
    }

    pub(super) fn progress(
        &self,
        render: &Renderer<'_>,
        receipt: Option<&Receipt>,
        said: &Said<'_>,
    ) -> Result<Reply, RecordError> {
        let mut reply = Reply::new(Outcome::Help);
        let Some(records) = self.records else {
            return Ok(render.sentences(Outcome::Help, &[ReplyId::ProgressWhich]));
        };
        let asked = match receipt {
            Some(receipt) => vec![receipt.clone()],
            None => records.waiting(&said.message.conversation)?,
        };
        let mut found = Vec::new();
        for receipt in &asked {
            let (state, at, text) = match records.find(receipt)? {
                Some(Found::Question(question)) => (question.state, question.asked_at, Some(question.text)),
                Some(Found::Suggestion(suggestion)) => (suggestion.state, suggestion.said_at, Some(suggestion.text)),
                Some(Found::Rating(rating)) => (rating.follow_up.unwrap_or(State::Open), rating.rated_at, None),
                None => {
                    reply.lines.push(render.line(ReplyId::ProgressUnknown, &[computed("receipt", receipt.as_str())]));
                    continue;
                }
            };
            found.push((at, state, receipt, text));
        }
        found.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        for (at, state, number, text) in found.into_iter().take(MOST_TOLD) {
            // A number alone must not show one person's words to another.
            let text = text.filter(|_| receipt.is_none());
            let number = computed("receipt", number.as_str());
            let date = computed("date", at_the_hall(at).strftime("%-m月%-d日").to_string());
            let text = computed("text", text.as_ref().map(Redacted::as_str));
            reply.lines.push(match state {
                State::Open => render.line(ReplyId::ProgressOpen, &[number, date, text]),
                State::Answered => render.line(ReplyId::ProgressAnswered, &[number]),
            });
        }
        if asked.is_empty() {
            reply.lines.extend([ReplyId::ProgressNone, ReplyId::ProgressWhich].map(|words| render.line(words, &[])));
        }
        Ok(reply)
    }

    pub(super) fn forget(&self, render: &Renderer<'_>, said: &Said<'_>) -> Result<Reply, RecordError> {
        let count = self.records.map(|records| records.forget(&said.message.conversation)).transpose()?.unwrap_or(0);
        let mut reply = Reply::new(Outcome::Help);
        reply.lines.push(render.line(ReplyId::Forgotten, &[computed("count", count)]));
        Ok(reply)
    }
}

/// Says that something was kept. Where others read along, without its number, which is the asker's alone.
fn acknowledge(render: &Renderer<'_>, said: &Said<'_>, reply: ReplyId, blanks: &[Blank]) -> Line {
    match said.message.conversation.is_shared() {
        true => render.line(ReplyId::KeptPrivately, &[]),
        false => render.line(reply, blanks),
    }
}

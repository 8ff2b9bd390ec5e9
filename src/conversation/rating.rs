//! 好差评 in conversation: offered quietly under an answer, taken when pressed, a low one asked why and followed up.

use super::message::Action;
use super::render::Renderer;
use super::reply::{Button, Outcome, Reply};
use super::step::Step;
use super::{Conversation, Dialogue, Said};
use crate::corpus::Guide;
use crate::phrasing::{ReplyId, computed};
use crate::records::{Answer, Level, Rated, Rating, Receipt, RecordError, Vote};

impl Conversation<'_> {
    /// Puts the offer to rate under an answer that will be remembered and that nobody else reads.
    pub(super) fn offer_rating(&self, step: &Step, shared: bool, reply: &mut Reply, next: &mut Dialogue) {
        let Step::Answer { guide, .. } = step else { return };
        if self.records.is_some() && !shared {
            let number = next.rateable(guide, self.now);
            let label = self.edition.phrasing.say(ReplyId::RateAnswer, &[]).text;
            reply.buttons.push(Button { label, action: Action::Rate(number) });
        }
    }

    pub(super) fn offer_levels(&self, render: &Renderer<'_>, answer: &Answer) -> Reply {
        let mut reply = render.sentences(Outcome::Suggestion, &[ReplyId::RateAnswer]);
        let button = |level: &Level| render.button(level_words(*level), Action::Rated(answer.number, *level));
        reply.buttons = Level::ALL.iter().map(button).collect();
        reply
    }

    pub(super) fn rate(
        &self,
        render: &Renderer<'_>,
        answer: &Answer,
        level: Level,
        said: &Said<'_>,
    ) -> Result<Reply, RecordError> {
        let guide = self.edition.corpus.guide(&answer.guide);
        let (Some(records), Some(guide)) = (self.records, guide) else {
            return Ok(render.sentences(Outcome::Suggestion, &[ReplyId::RatingRefused]));
        };
        let (rater, channel) = (&said.message.conversation, said.message.channel);
        let vote = Vote { answer, level, rater, channel, zone: guide.zone, owner: &guide.unit };
        Ok(match records.rate(&vote, self.now)? {
            Rated::Kept(rating) => rated(render, answer, guide, &rating),
            Rated::Unalterable(rating) => {
                let words = computed("level", render.line(level_words(rating.level), &[]).text);
                let mut reply = Reply::new(Outcome::Suggestion);
                reply.lines.push(render.line(ReplyId::RatingUnalterable, &[words]));
                reply
            }
        })
    }

    pub(super) fn take_reason(
        &self,
        render: &Renderer<'_>,
        receipt: &Receipt,
        said: &Said<'_>,
    ) -> Result<Reply, RecordError> {
        let kept = self.records.map(|records| records.keep_reason(receipt, &said.redacted)).transpose()?.flatten();
        let Some(rating) = kept else {
            return Ok(render.sentences(Outcome::Suggestion, &[ReplyId::NotKept]));
        };
        let mut reply = Reply::new(Outcome::Suggestion);
        let blanks = [computed("receipt", receipt.as_str()), render.owner(Some(&rating.owner))];
        reply.lines.push(render.line(ReplyId::RatingReasonKept, &blanks));
        reply.receipt = Some(rating.receipt);
        Ok(reply)
    }
}

fn rated(render: &Renderer<'_>, answer: &Answer, guide: &Guide, rating: &Rating) -> Reply {
    let mut reply = render.sentences(Outcome::Suggestion, &[ReplyId::RatingKept]);
    let level = computed("level", render.line(level_words(rating.level), &[]).text);
    let change =
        Button { label: render.line(ReplyId::RatingGiven, &[level]).text, action: Action::Rate(answer.number) };
    if rating.level.is_low() {
        let blanks = [computed("receipt", rating.receipt.as_str()), render.owner(Some(&guide.unit))];
        reply.lines.push(render.line(ReplyId::RatingFollowUp, &blanks));
        reply.lines.push(render.line(ReplyId::RatingWhy, &[]));
        reply.buttons.push(render.button(ReplyId::RatingNoReason, Action::NoReason));
        reply.receipt = Some(rating.receipt.clone());
    }
    reply.buttons.push(change);
    reply
}

fn level_words(level: Level) -> ReplyId {
    match level {
        Level::VerySatisfied => ReplyId::RatingVerySatisfied,
        Level::Satisfied => ReplyId::RatingSatisfied,
        Level::FairlySatisfied => ReplyId::RatingFairlySatisfied,
        Level::Dissatisfied => ReplyId::RatingDissatisfied,
        Level::VeryDissatisfied => ReplyId::RatingVeryDissatisfied,
    }
}

//! The staff's group: every question nobody could answer is shown there, and whoever replies to it answers its asker.
//!
//! A post carries its question's number, and a reply carries the post: nothing else has to be remembered, and a reply to
//! a post of last month finds its question, too.

use std::sync::Arc;

use teloxide::types::{CallbackQueryId, Me, Message, Update, UpdateKind};

use super::drawing::{self, Place};
use super::schedule::Schedule;
use super::{Door, LONGEST_PAUSE, blocking};
use crate::conversation::{Action, StaffAct};
use crate::records::{ConversationId, Outgoing, Question, Receipt, RecordError, Records};

/// Something a member of staff did in the group.
pub struct StaffTurn {
    /// What.
    act: StaffAct,
    /// Who, as the group knows them.
    by: String,
    /// The button press to confirm.
    press: Option<CallbackQueryId>,
    /// Where the confirmation appears.
    place: Place,
    /// The post that was replied to.
    post: Option<i32>,
}

impl StaffTurn {
    /// `None` for all that is talk among the staff, or said to the bot as any citizen would.
    pub fn of(update: &Update, group: i64, me: Option<&Me>) -> Option<Self> {
        match &update.kind {
            UpdateKind::Message(message) | UpdateKind::EditedMessage(message) => Self::said(message, group, me?),
            UpdateKind::CallbackQuery(query) => {
                let pressed = query.message.as_ref().filter(|message| message.chat().id.0 == group)?;
                let action = query.data.as_deref().and_then(Action::parse)?;
                matches!(action, Action::Propose(_) | Action::ProposeFor(..)).then(|| Self {
                    act: StaffAct::Press(action),
                    by: query.from.full_name(),
                    press: Some(query.id.clone()),
                    place: Place::InsteadOf(pressed.id().0),
                    post: None,
                })
            }
            _ => None,
        }
    }

    fn said(message: &Message, group: i64, me: &Me) -> Option<Self> {
        let post = message.reply_to_message().filter(|_| message.chat.id.0 == group)?;
        let is_mine = post.from.as_ref().is_some_and(|from| from.id == me.id);
        let receipt = receipt_of(post.text().filter(|_| is_mine)?)?;
        Some(Self {
            act: StaffAct::Answer(receipt, message.text().map(str::to_owned)),
            by: name_of_sender(message)?,
            press: None,
            place: Place::Answering(message.id.0),
            post: Some(post.id.0),
        })
    }
}

/// The number in the first line of a post.
fn receipt_of(post: &str) -> Option<Receipt> {
    post.lines().next()?.split(|c: char| !c.is_ascii_digit()).find_map(Receipt::parse)
}

/// An administrator may write in the name of the group.
fn name_of_sender(message: &Message) -> Option<String> {
    match &message.sender_chat {
        Some(chat) if chat.id == message.chat.id => message.author_signature().or(chat.title()).map(str::to_owned),
        Some(_) => None,
        None => message.from.as_ref().filter(|sender| !sender.is_bot).map(|sender| sender.full_name()),
    }
}

impl Door {
    /// Does what a member of staff did; the messages say so in the group.
    pub(super) async fn take_staff_turn(&self, turn: StaffTurn, group: i64) -> Vec<Outgoing> {
        if let Some(press) = turn.press {
            self.confirm(press);
        }
        let (hall, act, by) = (self.hall.clone(), turn.act, turn.by);
        let (reply, changed) = blocking(move || hall.staff_acts(&act, &by)).await;
        let mut messages = drawing::messages(&reply, group, turn.place);
        if let (Some(question), Some(post)) = (changed, turn.post) {
            messages.extend(drawing::messages(&self.hall.post(&question), group, Place::InsteadOf(post)));
        }
        messages
    }

    /// Carries questions to the staff and answers to the askers, whichever door they came through.
    pub(super) async fn keep_carrying(self: Arc<Self>) {
        let news = self.records.news();
        loop {
            match self.carry().await {
                Ok(()) => news.notified().await,
                Err(error) => {
                    tracing::error!(%error, "questions or answers cannot be carried on; they wait");
                    tokio::time::sleep(LONGEST_PAUSE).await;
                }
            }
        }
    }

    async fn carry(&self) -> Result<(), RecordError> {
        if let Some(group) = self.staff_group {
            let records = self.records.clone();
            for question in blocking(move || records.unposted()).await? {
                let posts = drawing::messages(&self.hall.post(&question), group, Place::Below);
                self.post_with(posts, Schedule::push, move |records, posts| records.post(&question.receipt, posts))
                    .await?;
            }
        }
        let records = self.records.clone();
        for (asker, questions) in blocking(move || records.unsent()).await? {
            self.tell(asker, questions).await?;
        }
        Ok(())
    }

    async fn tell(&self, asker: ConversationId, questions: Vec<Question>) -> Result<(), RecordError> {
        let Some(chat) = asker.telegram_chat() else { return Ok(()) };
        let mut messages = drawing::messages(&self.hall.answers(&questions), chat, Place::Below);
        let receipts: Vec<Receipt> = questions.into_iter().map(|question| question.receipt).collect();
        if let Some(last) = messages.last_mut() {
            last.tells.clone_from(&receipts);
        }
        let keep = move |records: &Records, messages: &[Outgoing]| records.send_answers(&asker, &receipts, messages);
        self.post_with(messages, Schedule::push, keep).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_known_by_the_number_in_its_first_line() {
        assert_eq!(receipt_of("编号482937，等答复\n问的是：222333"), Receipt::parse("482937"));
        assert_eq!(receipt_of("等答复\n问的是：222333"), None);
        assert_eq!(receipt_of("打12345问"), None);
    }
}

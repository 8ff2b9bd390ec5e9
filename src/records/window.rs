//! What the window does about a question: it is shown to the staff once, answered by one of them, and its asker is told.
//!
//! The answer stays with the question. Who is to be told is kept apart and goes once they have been.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ConversationId, Follow, Outgoing, Question, Receipt, RecordError, Records, State, decode, encode};
use crate::store::{Batch, Durability, Table};
use crate::text::Redacted;

/// What a member of staff answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowAnswer {
    /// The words, masked.
    pub text: Redacted,
    /// Who, by the name the staff know.
    pub by: Redacted,
    /// When.
    pub at: Timestamp,
}

/// What came of answering.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    /// The answer is kept.
    Kept {
        /// The question with its answer.
        question: Question,
        /// Whether somebody waits for it; whoever was forgotten does not.
        awaited: bool,
    },
    /// Somebody else was first; the question as it stands.
    Already(Question),
    /// There is no such question.
    Unknown,
}

/// A citizen's wording, proposed to the editors as one more way to ask for an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The question's number.
    pub receipt: Receipt,
    /// The citizen's words, masked.
    pub text: Redacted,
    /// What the window answered.
    pub answer: Option<Redacted>,
    /// The guide or matter they ask for; `None` leaves that to the editors.
    pub entry: Option<String>,
    /// Who proposes it.
    pub by: Redacted,
    /// When.
    pub at: Timestamp,
}

/// An answer its asker has not been told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Untold {
    receipt: Receipt,
    /// It is on its way through the outbox.
    sent: bool,
}

impl Records {
    /// The question with this number.
    pub fn question(&self, receipt: &Receipt) -> Result<Option<Question>, RecordError> {
        let kept = self.store.read(Table::Questions, receipt.as_str().as_bytes())?;
        kept.map(|bytes| decode(Table::Questions, &bytes)).transpose()
    }

    /// Open questions the staff have not been shown and somebody waits for, by number.
    pub fn unposted(&self) -> Result<Vec<Question>, RecordError> {
        let (mut questions, mut settled) = (Vec::new(), Batch::new());
        for (key, _) in self.store.scan(Table::Unposted)? {
            let is_awaited = self.store.read(Table::FollowUps, &key)?.is_some();
            let kept = self.store.read(Table::Questions, &key)?;
            let question: Option<Question> = kept.map(|bytes| decode(Table::Questions, &bytes)).transpose()?;
            match question.filter(|question| is_awaited && question.state == State::Open) {
                Some(question) => questions.push(question),
                None => settled = settled.delete(Table::Unposted, key),
            }
        }
        self.store.write(settled, Durability::Soon)?;
        Ok(questions)
    }

    /// Puts the post that shows a question into the outbox, once. On disk when it returns; the messages' numbers.
    pub fn post(&self, receipt: &Receipt, post: &[Outgoing]) -> Result<Vec<u64>, RecordError> {
        self.outbox.enqueue_with(Batch::new().delete(Table::Unposted, receipt.as_str()), post)
    }

    /// Keeps the answer to a question unless it has one. On disk when it returns.
    pub fn answer(&self, receipt: &Receipt, answer: WindowAnswer) -> Result<Answered, RecordError> {
        let _deciding = self.deciding();
        let Some(mut question) = self.question(receipt)? else { return Ok(Answered::Unknown) };
        if question.answer.is_some() {
            return Ok(Answered::Already(question));
        }
        (question.state, question.answer) = (State::Answered, Some(answer));
        let mut batch = Batch::new()
            .put(Table::Questions, receipt.as_str(), encode(&question))
            .delete(Table::Unposted, receipt.as_str());
        let follow = self.store.read(Table::FollowUps, receipt.as_str().as_bytes())?;
        let follow: Option<Follow> = follow.map(|bytes| decode(Table::FollowUps, &bytes)).transpose()?;
        if let Some(Follow { asker }) = &follow {
            let mut untold = self.untold_rows(asker)?;
            untold.push(Untold { receipt: receipt.clone(), sent: false });
            batch = batch.put(Table::Untold, asker.key(), encode(&untold));
        }
        self.store.write(batch, Durability::Synced)?;
        self.news.notify_one();
        Ok(Answered::Kept { question, awaited: follow.is_some() })
    }

    /// Answered questions of `asker` of which they have not been told, in the order they were answered.
    pub fn untold(&self, asker: &ConversationId) -> Result<Vec<Question>, RecordError> {
        let rows = self.untold_rows(asker)?;
        let questions = rows.iter().map(|row| self.question(&row.receipt));
        Ok(questions.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Notes that `asker` has been told these, of those that are theirs: nobody waits for them any more. On disk within half a second; a crash before repeats it.
    pub fn told(&self, asker: &ConversationId, receipts: &[Receipt]) -> Result<(), RecordError> {
        let _deciding = self.deciding();
        let batch = self.settle(Batch::new(), asker, receipts)?;
        Ok(self.store.write(batch, Durability::Soon)?)
    }

    /// Telegram's askers with answers that are not on their way yet.
    pub fn unsent(&self) -> Result<Vec<(ConversationId, Vec<Question>)>, RecordError> {
        let mut unsent = Vec::new();
        for (key, value) in self.store.scan(Table::Untold)? {
            let asker = ConversationId(String::from_utf8_lossy(&key).into_owned());
            if asker.telegram_chat().is_none() {
                continue;
            }
            let rows = decode::<Vec<Untold>>(Table::Untold, &value)?.into_iter().filter(|row| !row.sent);
            let questions = rows.map(|row| self.question(&row.receipt)).collect::<Result<Vec<_>, _>>()?;
            let questions: Vec<Question> = questions.into_iter().flatten().collect();
            if !questions.is_empty() {
                unsent.push((asker, questions));
            }
        }
        Ok(unsent)
    }

    /// Puts the messages that tell `asker` these answers into the outbox, once. On disk when it returns; their numbers.
    pub fn send_answers(
        &self,
        asker: &ConversationId,
        receipts: &[Receipt],
        messages: &[Outgoing],
    ) -> Result<Vec<u64>, RecordError> {
        let _deciding = self.deciding();
        let mut rows = self.untold_rows(asker)?;
        if rows.is_empty() {
            // Forgotten, or told by other means, in between.
            return Ok(Vec::new());
        }
        rows.iter_mut().filter(|row| receipts.contains(&row.receipt)).for_each(|row| row.sent = true);
        self.outbox.enqueue_with(Batch::new().put(Table::Untold, asker.key(), encode(&rows)), messages)
    }

    /// Notes that a message has arrived, and what it tells with it. On disk when it returns.
    pub fn arrived(&self, number: u64, message: &Outgoing) -> Result<(), RecordError> {
        if message.tells.is_empty() {
            return self.outbox.delete(&[number]);
        }
        let _deciding = self.deciding();
        let asker = ConversationId::new(super::Channel::Telegram, &message.chat.to_string());
        let batch = Batch::new().delete(Table::Outbox, number.to_be_bytes());
        Ok(self.store.write(self.settle(batch, &asker, &message.tells)?, Durability::Synced)?)
    }

    /// Keeps a proposal; a later one for the same question takes its place. On disk when it returns.
    pub fn propose(&self, proposal: &Proposal) -> Result<(), RecordError> {
        let batch = Batch::new().put(Table::Proposals, proposal.receipt.as_str(), encode(proposal));
        Ok(self.store.write(batch, Durability::Synced)?)
    }

    /// All proposals, oldest first.
    pub fn proposals(&self) -> Result<Vec<Proposal>, RecordError> {
        let mut proposals: Vec<Proposal> = self.all(Table::Proposals)?;
        proposals.sort_by_key(|proposal| proposal.at);
        Ok(proposals)
    }

    fn untold_rows(&self, asker: &ConversationId) -> Result<Vec<Untold>, RecordError> {
        let kept = self.store.read(Table::Untold, asker.key())?;
        kept.map_or(Ok(Vec::new()), |bytes| decode(Table::Untold, &bytes))
    }

    /// Adds to `batch` that `asker` waits for these no more.
    fn settle(&self, batch: Batch, asker: &ConversationId, receipts: &[Receipt]) -> Result<Batch, RecordError> {
        let (told, left): (Vec<Untold>, Vec<Untold>) =
            self.untold_rows(asker)?.into_iter().partition(|row| receipts.contains(&row.receipt));
        let batch = match left.is_empty() {
            true => batch.delete(Table::Untold, asker.key()),
            false => batch.put(Table::Untold, asker.key(), encode(&left)),
        };
        Ok(told.iter().fold(batch, |batch, row| batch.delete(Table::FollowUps, row.receipt.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::question;
    use super::super::{Channel, Records};
    use super::*;
    use crate::store::MemoryStore;
    use crate::text::redact;

    fn asked(records: &Records, words: &str, asker: &ConversationId) -> Receipt {
        let question = question(records, words);
        records.keep_question(&question, asker, None).unwrap();
        question.receipt
    }

    fn answer(by: &str) -> WindowAnswer {
        WindowAnswer { text: redact("能"), by: redact(by), at: Timestamp::UNIX_EPOCH }
    }

    fn records() -> Records {
        Records::new(Arc::new(MemoryStore::default()))
    }

    fn aunt() -> ConversationId {
        ConversationId::new(Channel::Telegram, "7")
    }

    #[test]
    fn fault_50_of_two_who_answer_at_once_one_wins_and_the_other_sees_who_and_what() {
        let records = records();
        for round in 0..1_000 {
            let receipt = asked(&records, &format!("第{round}问"), &aunt());
            let (first, second) = std::thread::scope(|scope| {
                let one = scope.spawn(|| records.answer(&receipt, answer("甲")).unwrap());
                let other = scope.spawn(|| records.answer(&receipt, answer("乙")).unwrap());
                (one.join().unwrap(), other.join().unwrap())
            });
            let (kept, already) = match (first, second) {
                (Answered::Kept { question, .. }, Answered::Already(seen))
                | (Answered::Already(seen), Answered::Kept { question, .. }) => (question, seen),
                other => panic!("{other:?}"),
            };
            assert_eq!(kept, already);
        }
        assert_eq!(records.untold(&aunt()).unwrap().len(), 1_000);
    }

    #[test]
    fn an_answer_is_told_once_and_leaves_no_way_back_to_the_asker() {
        let records = records();
        let receipt = asked(&records, "问", &aunt());
        assert_eq!(records.unposted().unwrap().len(), 1);
        records.post(&receipt, &[]).unwrap();
        assert!(records.unposted().unwrap().is_empty());
        records.answer(&receipt, answer("甲")).unwrap();
        records.told(&ConversationId::new(Channel::Web, "stranger"), std::slice::from_ref(&receipt)).unwrap();
        let (asker, questions) = records.unsent().unwrap().remove(0);
        assert_eq!((&asker, &questions[0].receipt), (&aunt(), &receipt));
        let message = Outgoing { chat: 7, tells: vec![receipt.clone()], ..Outgoing::default() };
        let numbers =
            records.send_answers(&asker, std::slice::from_ref(&receipt), std::slice::from_ref(&message)).unwrap();
        assert!(records.unsent().unwrap().is_empty());
        assert_eq!(records.waiting(&aunt()).unwrap(), [receipt]);
        records.arrived(numbers[0], &message).unwrap();
        assert!(records.untold(&aunt()).unwrap().is_empty() && records.waiting(&aunt()).unwrap().is_empty());
        assert!(records.outbox().waiting().unwrap().is_empty());
    }

    #[test]
    fn what_nobody_waits_for_is_not_shown_and_whoever_was_forgotten_is_not_told() {
        let records = records();
        let (seen, unseen) = (asked(&records, "一", &aunt()), asked(&records, "二", &aunt()));
        records.answer(&seen, answer("甲")).unwrap();
        records.forget(&aunt()).unwrap();
        assert!(records.unposted().unwrap().is_empty() && records.unsent().unwrap().is_empty());
        assert!(records.untold(&aunt()).unwrap().is_empty());
        let late = records.answer(&unseen, answer("甲")).unwrap();
        assert!(matches!(late, Answered::Kept { awaited: false, .. }), "{late:?}");
        assert!(records.unsent().unwrap().is_empty());
    }
}

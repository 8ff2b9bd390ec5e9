//! What must not be lost: unanswered questions, opinions, who waits for an answer, and what a conversation is about.
//!
//! Takes only redacted text, but for the inbox and the outbox. What is acknowledged to a person is synced to disk before these functions return.

pub mod export;
mod inbox;
mod outbox;
mod rating;
mod receipt;
mod window;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

pub use inbox::{Inbox, Update};
pub use outbox::{Key, MOST_FLIGHTS, Outbox, Outgoing};
pub use rating::{Answer, Level, Rated, Rating, Vote};
pub use receipt::Receipt;
pub use window::{Answered, Proposal, WindowAnswer};

use crate::corpus::{Revision, UnitId, Zone};
use crate::store::{Batch, Durability, Store, StoreError, Table};
use crate::text::{Redacted, redact};

/// Longest text of a question in characters to which more is added.
const LONGEST_QUESTION: usize = 500;

/// The door a message came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The terminal.
    Terminal,
    /// The web chat.
    Web,
    /// Telegram.
    Telegram,
}

impl Channel {
    /// Its name in records and labels.
    pub fn key(self) -> &'static str {
        match self {
            Channel::Terminal => "terminal",
            Channel::Web => "web",
            Channel::Telegram => "telegram",
        }
    }
}

/// Names one conversation: `<channel>:<what the channel calls it>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(String);

impl ConversationId {
    /// The conversation `name` of `channel`.
    pub fn new(channel: Channel, name: &str) -> Self {
        Self(format!("{}:{name}", channel.key()))
    }

    /// The conversation of `person` in a room where others read along.
    pub fn shared(channel: Channel, room: &str, person: &str) -> Self {
        Self::new(channel, &format!("{room}:{person}"))
    }

    /// Whether others read along.
    pub fn is_shared(&self) -> bool {
        self.name().contains(':')
    }

    /// The number of the Telegram chat with this person alone.
    pub fn telegram_chat(&self) -> Option<i64> {
        self.0.strip_prefix("telegram:")?.parse().ok()
    }

    /// The same person's conversation with nobody else in the room.
    pub fn alone(&self) -> Self {
        let (channel, name) = self.0.split_once(':').unwrap_or(("", &self.0));
        let person = name.rsplit(':').next().unwrap_or(name);
        Self(format!("{channel}:{person}"))
    }

    /// What the channel calls it.
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(_, name)| name)
    }

    fn key(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// How far a question or an opinion has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has answered yet.
    Open,
    /// Answered.
    Answered,
}

/// A question the bot could not answer, or was not sure of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Its number, told to the asker.
    pub receipt: Receipt,
    /// The words, masked.
    pub text: Redacted,
    /// The words in the form used for matching: equal for the same question asked again.
    pub normalised: Redacted,
    /// Which door.
    pub channel: Channel,
    /// The service area it probably belongs to.
    pub zone: Option<Zone>,
    /// 首问负责: the unit that owns it first; `None` is the hall's own bureau.
    pub owner: Option<UnitId>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// How far it has come.
    pub state: State,
    /// What the window answered.
    #[serde(default)]
    pub answer: Option<WindowAnswer>,
    /// What the bot thought of, best first: entry id and confidence in 0..=1.
    pub candidates: Vec<(String, f32)>,
    /// The corpus it was asked against.
    pub revision: Revision,
}

/// What kind of opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// About the service: goes into the collection.
    Opinion,
    /// A hint at misconduct (吃拿卡要): for supervision only, never in the collection's export.
    Misconduct,
}

/// An opinion or complaint about the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Its number, told to the author.
    pub receipt: Receipt,
    /// The words, masked.
    pub text: Redacted,
    /// The words in the form used for matching.
    pub normalised: Redacted,
    /// Opinion or misconduct.
    pub kind: SuggestionKind,
    /// Which door.
    pub channel: Channel,
    /// The service area it is about, if it says.
    pub zone: Option<Zone>,
    /// When it was said.
    pub said_at: Timestamp,
    /// How far it has come.
    pub state: State,
}

/// Who waits for an answer to a receipt; deleted when the answer is told or the asker wants to be forgotten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Follow {
    asker: ConversationId,
}

impl Follow {
    fn new(asker: &ConversationId) -> Self {
        Self { asker: asker.clone() }
    }
}

/// A record found by its receipt.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A question.
    Question(Question),
    /// An opinion.
    Suggestion(Suggestion),
    /// A low rating that is followed up.
    Rating(Rating),
}

/// Why a record could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored record is not of the known form.
    #[error("a record of table {table} cannot be understood")]
    Unknown {
        /// Which table.
        table: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

/// The records of the hall, over any store.
#[derive(Clone)]
pub struct Records {
    store: Arc<dyn Store>,
    outbox: Outbox,
    /// Held while a record is read and changed, so that of two changes at once each sees the other.
    deciding: Arc<Mutex<()>>,
    /// Woken when there is something to show the staff or to tell an asker.
    news: Arc<Notify>,
}

impl Records {
    /// Keeps records in `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { outbox: Outbox::new(store.clone()), store, deciding: Arc::default(), news: Arc::default() }
    }

    /// What was received and not yet answered. One inbox serves all who receive.
    pub fn inbox(&self) -> Inbox {
        Inbox::new(self.store.clone())
    }

    /// What is to be sent and has not arrived.
    pub fn outbox(&self) -> Outbox {
        self.outbox.clone()
    }

    /// Woken when there is something to show the staff or to tell an asker; one at a time may wait.
    pub fn news(&self) -> Arc<Notify> {
        self.news.clone()
    }

    fn deciding(&self) -> MutexGuard<'_, ()> {
        self.deciding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws a new receipt number, never given before by this store.
    pub fn new_receipt(&self) -> Result<Receipt, RecordError> {
        Ok(Receipt::from_count(self.store.next("receipts")?))
    }

    /// The receipt of what message `delivery` leaves: a new number, or the one it was given before a crash.
    pub fn receipt_for(&self, delivery: Option<u64>) -> Result<Receipt, RecordError> {
        self.left_by(delivery)?.map_or_else(|| self.new_receipt(), Ok)
    }

    /// The receipt of what message `delivery` has left already.
    fn left_by(&self, delivery: Option<u64>) -> Result<Option<Receipt>, RecordError> {
        let left = delivery.map(|delivery| self.store.read(Table::Left, &delivery.to_be_bytes())).transpose()?;
        left.flatten().map(|bytes| decode(Table::Left, &bytes)).transpose()
    }

    /// Keeps a question that message `delivery` asks, and who waits for its answer. On disk when it returns.
    pub fn keep_question(
        &self,
        question: &Question,
        asker: &ConversationId,
        delivery: Option<u64>,
    ) -> Result<(), RecordError> {
        let unposted = Batch::new().put(Table::Unposted, question.receipt.as_str(), []);
        self.keep(left(unposted, delivery, &question.receipt), Table::Questions, &question.receipt, question, asker)?;
        self.news.notify_one();
        Ok(())
    }

    /// Adds `more`, which message `delivery` says, to an open question; it is shown to the staff again. `false` when it
    /// is answered, gone or long already: then `more` is a question of its own. On disk when it returns.
    pub fn add_to_question(
        &self,
        receipt: &Receipt,
        more: &Redacted,
        delivery: Option<u64>,
    ) -> Result<bool, RecordError> {
        let _deciding = self.deciding();
        let Some(mut question) = self.question(receipt)?.filter(|question| question.state == State::Open) else {
            return Ok(false);
        };
        // A message that comes again after a crash was added already.
        if self.left_by(delivery)?.as_ref() == Some(receipt) {
            return Ok(true);
        }
        let text = format!("{}；{}", question.text.as_str(), more.as_str());
        if text.chars().count() > LONGEST_QUESTION {
            return Ok(false);
        }
        question.text = redact(&text);
        let batch = Batch::new().put(Table::Questions, receipt.as_str(), encode(&question)).put(
            Table::Unposted,
            receipt.as_str(),
            [],
        );
        self.store.write(left(batch, delivery, receipt), Durability::Synced)?;
        self.news.notify_one();
        Ok(true)
    }

    /// Keeps an opinion that message `delivery` says, and who waits to hear of it. On disk when it returns.
    pub fn keep_suggestion(
        &self,
        suggestion: &Suggestion,
        author: &ConversationId,
        delivery: Option<u64>,
    ) -> Result<(), RecordError> {
        let batch = left(Batch::new(), delivery, &suggestion.receipt);
        self.keep(batch, Table::Suggestions, &suggestion.receipt, suggestion, author)
    }

    fn keep<R: Serialize>(
        &self,
        batch: Batch,
        table: Table,
        receipt: &Receipt,
        record: &R,
        asker: &ConversationId,
    ) -> Result<(), RecordError> {
        let batch = batch.put(table, receipt.as_str(), encode(record)).put(
            Table::FollowUps,
            receipt.as_str(),
            encode(&Follow::new(asker)),
        );
        Ok(self.store.write(batch, Durability::Synced)?)
    }

    /// The record with this receipt number.
    pub fn find(&self, receipt: &Receipt) -> Result<Option<Found>, RecordError> {
        let key = receipt.as_str().as_bytes();
        if let Some(question) = self.store.read(Table::Questions, key)? {
            return Ok(Some(Found::Question(decode(Table::Questions, &question)?)));
        }
        if let Some(suggestion) = self.store.read(Table::Suggestions, key)? {
            return Ok(Some(Found::Suggestion(decode(Table::Suggestions, &suggestion)?)));
        }
        let rating = self.rating(receipt)?;
        Ok(rating.filter(|rating| rating.follow_up.is_some()).map(Found::Rating))
    }

    /// The receipts on which `asker` still waits, in number order.
    pub fn waiting(&self, asker: &ConversationId) -> Result<Vec<Receipt>, RecordError> {
        let mut receipts = Vec::new();
        for (key, value) in self.store.scan(Table::FollowUps)? {
            if decode::<Follow>(Table::FollowUps, &value)?.asker == *asker {
                receipts.extend(Receipt::parse(&String::from_utf8_lossy(&key)));
            }
        }
        Ok(receipts)
    }

    /// All questions, oldest first.
    pub fn questions(&self) -> Result<Vec<Question>, RecordError> {
        let mut questions: Vec<Question> = self.all(Table::Questions)?;
        questions.sort_by_key(|question| question.asked_at);
        Ok(questions)
    }

    /// All opinions, oldest first.
    pub fn suggestions(&self) -> Result<Vec<Suggestion>, RecordError> {
        let mut suggestions: Vec<Suggestion> = self.all(Table::Suggestions)?;
        suggestions.sort_by_key(|suggestion| suggestion.said_at);
        Ok(suggestions)
    }

    fn all<R: DeserializeOwned>(&self, table: Table) -> Result<Vec<R>, RecordError> {
        self.store.scan(table)?.iter().map(|(_, value)| decode(table, value)).collect()
    }

    /// What the conversation `id` is about, as it was last kept.
    pub fn conversation<S: DeserializeOwned>(&self, id: &ConversationId) -> Result<Option<S>, RecordError> {
        let kept = self.store.read(Table::Conversations, id.key())?;
        kept.map(|bytes| decode(Table::Conversations, &bytes)).transpose()
    }

    /// Keeps what a conversation is about; on disk within half a second.
    pub fn keep_conversation<S: Serialize>(&self, id: &ConversationId, state: &S) -> Result<(), RecordError> {
        let batch = Batch::new().put(Table::Conversations, id.key(), encode(state));
        Ok(self.store.write(batch, Durability::Soon)?)
    }

    /// Drops what a conversation is about.
    pub fn forget_conversation(&self, id: &ConversationId) -> Result<(), RecordError> {
        Ok(self.store.write(Batch::new().delete(Table::Conversations, id.key()), Durability::Soon)?)
    }

    /// Erases everything that leads from records to this person, at once.
    /// The masked questions stay, as nobody's; the number of receipts let go is returned.
    pub fn forget(&self, person: &ConversationId) -> Result<usize, RecordError> {
        let receipts = self.waiting(person)?;
        let _deciding = self.deciding();
        let mut batch = Batch::new().delete(Table::Conversations, person.key()).delete(Table::Untold, person.key());
        for (key, _) in self.store.scan(Table::Conversations)? {
            let shared = ConversationId(String::from_utf8_lossy(&key).into_owned());
            if shared.is_shared() && shared.alone() == *person {
                batch = batch.delete(Table::Conversations, key);
            }
        }
        for receipt in &receipts {
            batch = batch.delete(Table::FollowUps, receipt.as_str());
        }
        for link in self.rater_links(person)? {
            batch = batch.delete(Table::Raters, link);
        }
        if let Some(chat) = person.telegram_chat() {
            batch = self.outbox.forget(chat, batch)?;
            batch = self.inbox().forget(chat, batch)?;
        }
        self.store.write(batch, Durability::Synced)?;
        Ok(receipts.len())
    }
}

/// Adds to `batch` that message `delivery` has left something under this receipt.
fn left(batch: Batch, delivery: Option<u64>, receipt: &Receipt) -> Batch {
    match delivery {
        Some(delivery) => batch.put(Table::Left, delivery.to_be_bytes(), encode(receipt)),
        None => batch,
    }
}

fn encode<R: Serialize>(record: &R) -> Vec<u8> {
    serde_json::to_vec(record).expect("records are plain data")
}

fn decode<R: DeserializeOwned>(table: Table, bytes: &[u8]) -> Result<R, RecordError> {
    serde_json::from_slice(bytes).map_err(|source| RecordError::Unknown { table: table.name(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use crate::text::redact;

    fn records() -> Records {
        Records::new(Arc::new(MemoryStore::default()))
    }

    fn opinion(records: &Records, words: &str) -> Suggestion {
        Suggestion {
            receipt: records.new_receipt().unwrap(),
            text: redact(words),
            normalised: redact(words),
            kind: SuggestionKind::Opinion,
            channel: Channel::Web,
            zone: None,
            said_at: Timestamp::UNIX_EPOCH,
            state: State::Open,
        }
    }

    /// An open question for nobody in particular.
    pub(super) fn question(records: &Records, words: &str) -> Question {
        Question {
            receipt: records.new_receipt().unwrap(),
            text: redact(words),
            normalised: redact(words),
            channel: Channel::Web,
            zone: None,
            owner: None,
            asked_at: Timestamp::UNIX_EPOCH,
            state: State::Open,
            answer: None,
            candidates: Vec::new(),
            revision: crate::corpus::revision(&[]),
        }
    }

    #[test]
    fn more_is_added_to_an_open_question_once_and_to_no_answered_one() {
        let records = records();
        let asked = question(&records, "补房产证：要带什么");
        let asker = ConversationId::new(Channel::Telegram, "7");
        records.keep_question(&asked, &asker, Some(1)).unwrap();
        let add = |words: &str, delivery| records.add_to_question(&asked.receipt, &redact(words), delivery).unwrap();
        assert!(add("要多久", Some(2)));
        assert!(add("要多久", Some(2)), "it came again after a crash");
        assert_eq!(records.new_receipt().unwrap(), Receipt::from_count(2), "no number was drawn for it");
        let text = || records.question(&asked.receipt).unwrap().unwrap().text.as_str().to_owned();
        assert_eq!(text(), "补房产证：要带什么；要多久");
        assert!(!add(&"长".repeat(LONGEST_QUESTION), Some(3)), "a question of its own");
        let answer = WindowAnswer { text: redact("10天"), by: redact("小陈"), at: Timestamp::UNIX_EPOCH };
        records.answer(&asked.receipt, answer).unwrap();
        assert!(!add("还有一句", Some(4)));
        assert_eq!(text(), "补房产证：要带什么；要多久");
    }

    #[test]
    fn forgetting_a_person_keeps_the_words_and_drops_the_person() {
        let records = records();
        let (aunt, uncle) = (ConversationId::new(Channel::Web, "aunt"), ConversationId::new(Channel::Web, "uncle"));
        let hers = opinion(&records, "凳子太少");
        let his = opinion(&records, "排队太久");
        records.keep_suggestion(&hers, &aunt, None).unwrap();
        records.keep_suggestion(&his, &uncle, None).unwrap();
        records.keep_conversation(&aunt, &"about something").unwrap();
        let (hers_shared, his_shared) =
            (ConversationId::shared(Channel::Web, "-5", "aunt"), ConversationId::shared(Channel::Web, "-5", "uncle"));
        assert_eq!(hers_shared.alone(), aunt);
        assert!(hers_shared.is_shared() && !aunt.is_shared());
        records.keep_conversation(&hers_shared, &"about something").unwrap();
        records.keep_conversation(&his_shared, &"about something").unwrap();
        assert_eq!(records.forget(&aunt).unwrap(), 1);
        assert!(records.waiting(&aunt).unwrap().is_empty());
        assert_eq!(records.conversation::<String>(&aunt).unwrap(), None);
        assert_eq!(records.conversation::<String>(&hers_shared).unwrap(), None);
        assert!(records.conversation::<String>(&his_shared).unwrap().is_some());
        assert_eq!(records.waiting(&uncle).unwrap(), [his.receipt]);
        assert_eq!(records.find(&hers.receipt).unwrap(), Some(Found::Suggestion(hers)));
    }
}

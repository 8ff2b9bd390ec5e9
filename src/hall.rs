//! The one thing built at the start and shared by every door: the current edition, the records, the clock.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use crate::clock::Clock;
use crate::conversation::{Conversation, Dialogue, Message, Outcome, Reply, Shareable, StaffAct};
use crate::corpus::{self, Reading, Revision};
use crate::edition::{Edition, read_corpus_files};
use crate::phrasing::{ReplyId, computed};
use crate::records::{ConversationId, Question, Receipt, RecordError, Records};
use crate::search::Model;

/// A hall that answers.
pub struct Hall {
    edition: RwLock<Arc<Edition>>,
    records: Option<Records>,
    clock: Arc<dyn Clock>,
    counts: Counts,
}

/// What happened since the start, for the metrics page.
#[derive(Default)]
struct Counts {
    outcomes: RwLock<BTreeMap<Outcome, u64>>,
    failures: AtomicU64,
    passed_over: AtomicU64,
}

/// Answering panicked; what about is in the log already.
#[derive(Debug, thiserror::Error)]
#[error("answering panicked")]
struct Panicked;

/// What looking for a new corpus found.
pub enum Reload {
    /// The files are as they were.
    Unchanged,
    /// The new corpus is in use.
    Taken(Revision),
    /// The new corpus has errors; the old one stays in use.
    Refused(Box<Reading>),
}

/// Why a new corpus could not even be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The files cannot be read.
    #[error(transparent)]
    Read(#[from] corpus::ReadError),
    /// The index cannot be built.
    #[error(transparent)]
    Index(#[from] crate::search::IndexError),
}

impl Hall {
    /// A hall with this edition. Without records it promises nothing.
    pub fn new(edition: Edition, records: Option<Records>, clock: Arc<dyn Clock>) -> Self {
        Self { edition: RwLock::new(Arc::new(edition)), records, clock, counts: Counts::default() }
    }

    /// The edition in use now.
    pub fn edition(&self) -> Arc<Edition> {
        self.edition.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The records, if any are kept.
    pub fn records(&self) -> Option<&Records> {
        self.records.as_ref()
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Answers a message. A failure inside becomes a kind sentence with a reference that stands in the log.
    pub fn receive(&self, message: &Message) -> Reply {
        let reply = self.attempt(|conversation| conversation.receive(message), |apology| apology);
        *self
            .counts
            .outcomes
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .entry(reply.outcome)
            .or_default() += 1;
        reply
    }

    /// Answers a message and writes nothing down: the caller keeps the conversation's state.
    pub fn turn(&self, message: &Message, dialogue: Dialogue) -> (Reply, Dialogue) {
        let before = dialogue.clone();
        self.attempt(|conversation| conversation.turn(message, dialogue), |apology| (apology, before))
    }

    /// Guides to hand on to somebody else, at most `most`; see [`Conversation::shareable`].
    pub fn shareable(&self, words: &str, most: usize) -> Vec<Shareable> {
        Conversation { edition: &self.edition(), records: None, now: self.clock.now() }.shareable(words, most)
    }

    /// A question as the staff see it.
    pub fn post(&self, question: &Question) -> Reply {
        self.conversation(&self.edition()).post(question)
    }

    /// Does what a member of staff, known as `by`, asks for. The question comes along when it has changed.
    pub fn staff_acts(&self, act: &StaffAct, by: &str) -> (Reply, Option<Question>) {
        self.attempt(|conversation| conversation.staff_acts(act, by), |apology| (apology, None))
    }

    /// The answers `asker` has not been told; see [`Conversation::fetch_answers`]. `None` when that failed.
    pub fn fetch_answers(&self, asker: &ConversationId, seen: &[Receipt]) -> Option<(Vec<(Receipt, Reply)>, bool)> {
        self.attempt(|conversation| conversation.fetch_answers(asker, seen).map(Some), |_| None)
    }

    /// What an asker hears of these answered questions.
    pub fn answers(&self, questions: &[Question]) -> Reply {
        self.conversation(&self.edition()).answers(questions)
    }

    fn conversation<'h>(&'h self, edition: &'h Edition) -> Conversation<'h> {
        Conversation { edition, records: self.records.as_ref(), now: self.clock.now() }
    }

    /// A failure or a panic costs one message an apology, never the door it came through.
    fn attempt<T>(
        &self,
        work: impl FnOnce(&Conversation<'_>) -> Result<T, RecordError>,
        instead: impl FnOnce(Reply) -> T,
    ) -> T {
        let edition = self.edition();
        let conversation = self.conversation(&edition);
        match panic::catch_unwind(AssertUnwindSafe(|| work(&conversation))) {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => instead(self.apologise(&edition, &error)),
            Err(_) => instead(self.apologise(&edition, &Panicked)),
        }
    }

    /// Counts something that came in and by rule got no answer.
    pub fn count_passed_over(&self) {
        self.counts.passed_over.fetch_add(1, Ordering::Relaxed);
    }

    /// The apology for a panic outside the conversation; what about is in the log already.
    pub fn apology(&self) -> Reply {
        self.apologise(&self.edition(), &Panicked)
    }

    fn apologise(&self, edition: &Edition, error: &(dyn std::error::Error + 'static)) -> Reply {
        let reference = reference();
        tracing::error!(reference, error, "a message could not be answered");
        self.counts.failures.fetch_add(1, Ordering::Relaxed);
        failure(edition, &reference)
    }

    /// Looks at the corpus folder; a good new corpus replaces the old one whole, a bad one is refused.
    pub fn reload(&self, corpus: &Path, index: &Path, model: &Model) -> Result<Reload, ReloadError> {
        let files = corpus::read_sources(corpus)?;
        if corpus::revision(&files) == self.edition().corpus.revision {
            return Ok(Reload::Unchanged);
        }
        let mut reading = read_corpus_files(files);
        let Some(corpus) = reading.corpus.take() else {
            return Ok(Reload::Refused(Box::new(reading)));
        };
        let edition = Edition::open(corpus, index, model.clone())?;
        let revision = edition.corpus.revision.clone();
        *self.edition.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(edition);
        Ok(Reload::Taken(revision))
    }

    /// Counters in the Prometheus text format.
    pub fn metrics(&self) -> String {
        let mut text = String::from("# TYPE wenban_replies_total counter\n");
        for (outcome, count) in self.counts.outcomes.read().unwrap_or_else(|poisoned| poisoned.into_inner()).iter() {
            let outcome = serde_json::to_value(outcome).expect("a plain word");
            text.push_str(&format!("wenban_replies_total{{outcome={outcome}}} {count}\n"));
        }
        let failures = self.counts.failures.load(Ordering::Relaxed);
        text.push_str(&format!("# TYPE wenban_failures_total counter\nwenban_failures_total {failures}\n"));
        let passed_over = self.counts.passed_over.load(Ordering::Relaxed);
        text.push_str(&format!("# TYPE wenban_passed_over_total counter\nwenban_passed_over_total {passed_over}\n"));
        text
    }
}

/// The apology when something failed inside.
fn failure(edition: &Edition, reference: &str) -> Reply {
    let mut reply = Reply::new(Outcome::Admit);
    reply.lines.push(edition.phrasing.say(ReplyId::NotKept, &[]));
    reply.lines.push(edition.phrasing.say(ReplyId::Failure, &[computed("reference", reference)]));
    reply
}

/// A short random number that joins what a person reports with a line of the log.
fn reference() -> String {
    let mut bytes = [0u8; 4];
    // Without randomness the reference is merely less telling.
    let _ = getrandom::fill(&mut bytes);
    format!("{:08}", u32::from_le_bytes(bytes) % 100_000_000)
}

//! A whole hall for tests: the shipped corpus, a clock set by hand, records in memory or on disk.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::wrong_self_convention, reason = "a story reads on: `is_answered_from(…).about(…)`")]

pub mod bot_api;
pub mod server;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};
use wenban::clock::FixedClock;
use wenban::conversation::{Action, Body, Message, Outcome, Reply};
use wenban::corpus::{Corpus, SourceFile};
use wenban::edition::{Edition, read_corpus_files};
use wenban::hall::Hall;
use wenban::records::{Channel, ConversationId, Records};
use wenban::search::Model;
use wenban::store::{MemoryStore, SledStore, Store};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped corpus as files.
pub static SHIPPED: LazyLock<Vec<SourceFile>> =
    LazyLock::new(|| wenban::corpus::read_sources(&root().join("corpus")).expect("the shipped corpus is there"));

/// The shipped model.
pub fn model() -> Model {
    static MODEL: LazyLock<Model> =
        LazyLock::new(|| Model::load(&root().join("index")).expect("the shipped model fits the program"));
    MODEL.clone()
}

/// The folder of the index that all tests share: it is built once for the shipped corpus.
pub fn index_folder() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("index");
        std::fs::create_dir_all(&folder).expect("a folder for the index");
        for file in [wenban::search::RANKING_FILE, wenban::search::VECTORS_FILE] {
            // Renamed into place: other tests may be reading.
            let aside = folder.join(format!("{file}-{}", std::process::id()));
            std::fs::copy(root().join("index").join(file), &aside).expect("the shipped model");
            std::fs::rename(aside, folder.join(file)).expect("the shipped model");
        }
        folder
    });
    &FOLDER
}

/// An edition of the shipped corpus.
pub fn shipped_edition() -> Edition {
    Edition::open(corpus_of(SHIPPED.clone()), index_folder(), model()).expect("an index can be built")
}

fn corpus_of(files: Vec<SourceFile>) -> Corpus {
    let reading = read_corpus_files(files);
    let errors: Vec<_> = reading.diagnostics.iter().take(reading.errors()).map(|d| &d.title).collect();
    reading.corpus.unwrap_or_else(|| panic!("the corpus has errors: {errors:?}"))
}

/// A Wednesday morning in the spring season, at the hall.
pub fn a_wednesday_in_april() -> Timestamp {
    "2026-04-15T09:30:00+08:00".parse().expect("a timestamp")
}

/// A hall whose clock is set by hand and which can be closed and opened again.
pub struct TestHall {
    hall: Arc<Hall>,
    clock: Arc<FixedClock>,
    keeps: Keeps,
}

enum Keeps {
    Memory(Arc<MemoryStore>),
    Disk(tempfile::TempDir),
}

impl TestHall {
    /// A hall that keeps its records in memory.
    pub fn new() -> Self {
        Self::with(Keeps::Memory(Arc::new(MemoryStore::default())))
    }

    /// A hall that keeps its records on disk.
    pub fn on_disk() -> Self {
        Self::with(Keeps::Disk(tempfile::tempdir().expect("a temporary folder")))
    }

    fn with(keeps: Keeps) -> Self {
        let clock = Arc::new(FixedClock::at(a_wednesday_in_april()));
        Self { hall: open(&keeps, &clock), clock, keeps }
    }

    /// Closes the hall and opens it again over the same records.
    pub fn restart(&mut self) {
        // The old hall, with its hold on the database, goes first.
        let empty = Records::new(Arc::new(MemoryStore::default()));
        self.hall = Arc::new(Hall::new(shipped_edition(), Some(empty), self.clock.clone()));
        self.hall = open(&self.keeps, &self.clock);
    }

    /// The hall itself.
    pub fn hall(&self) -> Arc<Hall> {
        self.hall.clone()
    }

    /// The records.
    pub fn records(&self) -> Records {
        self.hall.records().expect("a test hall keeps records").clone()
    }

    /// Lets time pass.
    pub fn wait(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// Somebody on the web chat.
    pub fn citizen(&self, name: &str) -> Citizen {
        Citizen { conversation: ConversationId::new(Channel::Web, name) }
    }
}

fn open(keeps: &Keeps, clock: &Arc<FixedClock>) -> Arc<Hall> {
    let store: Arc<dyn Store> = match keeps {
        Keeps::Memory(store) => store.clone(),
        Keeps::Disk(folder) => Arc::new(SledStore::open(folder.path()).expect("the records open")),
    };
    Arc::new(Hall::new(shipped_edition(), Some(Records::new(store)), clock.clone()))
}

/// A person with one conversation.
pub struct Citizen {
    pub conversation: ConversationId,
}

impl Citizen {
    /// Says something.
    pub fn says(&self, hall: &TestHall, words: &str) -> Heard {
        self.sends(hall, Body::Text(words.to_owned()))
    }

    /// Presses a button.
    pub fn presses(&self, hall: &TestHall, action: Action) -> Heard {
        self.sends(hall, Body::Press(action))
    }

    /// Sends anything.
    pub fn sends(&self, hall: &TestHall, body: Body) -> Heard {
        let message = Message { conversation: self.conversation.clone(), channel: Channel::Web, body, delivery: None };
        Heard(hall.hall.receive(&message))
    }
}

/// A question that no guide answers: it is kept.
pub const UNANSWERED: &str = "为什么这里的社保政策跟别的市不一样，年年都变";
/// Another one.
pub const ALSO_UNANSWERED: &str = "这个政策为什么揭东跟普宁不一样";

/// A reply, with the questions tests ask of it.
pub struct Heard(pub Reply);

#[allow(clippy::wrong_self_convention, reason = "a story reads on: each check hands the reply to the next")]
impl Heard {
    pub fn is(self, outcome: Outcome) -> Self {
        assert_eq!(self.0.outcome, outcome, "{}", self.0.text());
        self
    }

    pub fn is_answered_from(self, guide: &str) -> Self {
        let heard = self.is(Outcome::Answer);
        assert_eq!(heard.0.guides[0].id.as_str(), guide, "{}", heard.0.text());
        heard
    }

    pub fn about(self, facet: wenban::corpus::Facet) -> Self {
        assert_eq!(self.0.facet, Some(facet), "{}", self.0.text());
        self
    }

    pub fn receipt(&self) -> String {
        self.0.receipt.as_ref().unwrap_or_else(|| panic!("no receipt: {}", self.0.text())).to_string()
    }
}

/// The built program.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_wenban"))
}

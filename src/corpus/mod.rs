//! What the hall says and how people talk, read from `corpus/`: files, values, and the checks on them.
//!
//! A corpus is a read-only value with a revision. An edit makes a new one beside it; nobody meets half an edit.

pub mod check;
pub mod diagnostic;
pub mod dialog;
pub mod directory;
pub mod enlarge;
pub mod guide;
pub mod hall_info;
pub mod ids;
pub mod jargon;
pub mod labels;
pub mod language;
pub mod parse;
pub mod sayings;

use std::{collections::HashMap, fs, io, path::Path, path::PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub use diagnostic::{Diagnostic, Diagnostics, Place, Report, Severity, SourceFile};
pub use dialog::{Dialog, Turn};
pub use directory::{Holidays, Journey, Matter, Stage, Unit, UnitKind};
pub use guide::{Document, Guide, Neighbour, OnlineLevel, Part, Passage, ProxyRule, Situation, Status, Zone};
pub use hall_info::HallInfo;
pub use ids::{GuideId, JourneyId, MatterId, UnitId};
pub use language::{Facet, FacetCues, HallTopic, Intent, IntentKind, Language, TurnCues, WordTable};
pub use parse::{Choice, Text};
pub use sayings::{Saying, Turning};

use parse::{Fields, read_lines};

/// SHA-256 over all corpus files, as 16 hexadecimal digits: the same words, the same revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(String);

impl Revision {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Everything the hall's staff have written, read and indexed by id.
#[derive(Debug)]
pub struct Corpus {
    /// Identifies this state of the files.
    pub revision: Revision,
    /// The files, in path order; places point into them.
    pub files: Vec<SourceFile>,
    /// The hall.
    pub hall: HallInfo,
    /// Responsible units.
    pub units: Vec<Unit>,
    /// Guides, in path order.
    pub guides: Vec<Guide>,
    /// Matters known by name only.
    pub matters: Vec<Matter>,
    /// Life events.
    pub journeys: Vec<Journey>,
    /// The word table.
    pub words: WordTable,
    /// Intents and facets.
    pub language: Language,
    /// The reply file's templates by reply id.
    pub replies: Vec<(Text, Text)>,
    /// Official words and the plain ones to use instead.
    pub jargon: Vec<jargon::Term>,
    /// Public holidays.
    pub holidays: Holidays,
    /// Sample conversations.
    pub dialogs: Vec<Dialog>,
    by_guide: HashMap<GuideId, usize>,
    by_matter: HashMap<MatterId, usize>,
    by_journey: HashMap<JourneyId, usize>,
}

/// A corpus folder that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read corpus file {path}")]
pub struct ReadError {
    path: PathBuf,
    source: io::Error,
}

/// What reading a corpus gives: the corpus unless there were errors, and every problem found either way.
pub struct Reading {
    /// The corpus; `None` when a problem is an error.
    pub corpus: Option<Corpus>,
    /// The files, for drawing the problems.
    pub files: Vec<SourceFile>,
    /// Errors first.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// The number of errors.
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == Severity::Error).count()
    }
}

/// A check that another room brings, because it knows what it needs of the corpus.
pub type Check = fn(&Corpus, &Diagnostics);

/// Reads and checks the whole folder, with `checks` beyond this room's own.
pub fn read(folder: &Path, checks: &[Check]) -> Result<Reading, ReadError> {
    Ok(read_files(read_sources(folder)?, checks))
}

/// Reads the text of every corpus file below `folder`, in path order.
pub fn read_sources(folder: &Path) -> Result<Vec<SourceFile>, ReadError> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> Result<(), ReadError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        |source| ReadError { path, source }
    };
    for entry in fs::read_dir(folder).map_err(fail(folder))? {
        let path = entry.map_err(fail(folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '~']));
        if hidden {
            continue;
        } else if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let relative =
            path.strip_prefix(root).expect("it was found below the root").to_string_lossy().replace('\\', "/");
        let is_read = relative == DIALOGS || matches!(path.extension().and_then(|e| e.to_str()), Some("toml" | "txt"));
        if is_read {
            let text = fs::read_to_string(&path).map_err(fail(&path))?;
            files.push(SourceFile { path: relative, text: text.trim_start_matches('\u{feff}').to_owned() });
        }
    }
    Ok(())
}

/// The revision of a set of files.
pub fn revision<'f>(files: impl IntoIterator<Item = &'f SourceFile>) -> Revision {
    let mut hash = Sha256::new();
    for file in files {
        for part in [&file.path, &file.text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Revision(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Reads and checks files already in memory.
pub fn read_files(files: Vec<SourceFile>, checks: &[Check]) -> Reading {
    let diagnostics = Diagnostics::default();
    let corpus = assemble(&files, &diagnostics);
    if let Some(corpus) = &corpus {
        check::check(corpus, &diagnostics);
        for check in checks {
            check(corpus, &diagnostics);
        }
    }
    let diagnostics = diagnostics.into_sorted();
    let clean = diagnostics.iter().all(|d| d.severity != Severity::Error);
    Reading { corpus: corpus.filter(|_| clean), files, diagnostics }
}

/// The file of sample conversations.
const DIALOGS: &str = "dialogs.jsonl";

/// What a file is, by its path.
enum Room<'p> {
    Hall,
    Units,
    Holidays,
    Catalogue,
    Words,
    Language,
    Replies,
    Jargon,
    Guide,
    Journey,
    Dialogs,
    Asks(&'p str),
    FollowUps(&'p str),
}

fn room(path: &str) -> Option<Room<'_>> {
    Some(match path {
        "hall.toml" => Room::Hall,
        "units.toml" => Room::Units,
        "holidays.toml" => Room::Holidays,
        "catalogue.toml" => Room::Catalogue,
        "words.toml" => Room::Words,
        "intents.toml" => Room::Language,
        "replies.toml" => Room::Replies,
        "jargon.toml" => Room::Jargon,
        DIALOGS => Room::Dialogs,
        _ if path.starts_with("guides/") && path.ends_with(".toml") => Room::Guide,
        _ if path.starts_with("journeys/") && path.ends_with(".toml") => Room::Journey,
        _ => match path.strip_suffix(".txt")?.split_once('/')? {
            ("asks", id) => Room::Asks(id),
            ("follow_ups", id) => Room::FollowUps(id),
            _ => return None,
        },
    })
}

fn assemble(files: &[SourceFile], diagnostics: &Diagnostics) -> Option<Corpus> {
    let (mut hall, mut units, mut holidays, mut matters) =
        (None, Vec::new(), Holidays::default(), Vec::<Matter>::new());
    let (mut words, mut language, mut replies) = (WordTable::default(), Language::default(), Vec::new());
    let (mut jargon, mut dialogs) = (Vec::new(), Vec::new());
    let (mut guides, mut journeys) = (Vec::<Guide>::new(), Vec::new());
    let (mut asks, mut follow_ups) = (Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        let whole = Place { file: number, span: 0..0 };
        let Some(room) = room(&file.path) else {
            diagnostics.warning(whole, "这个文件不属于语料", "看看是不是放错了文件夹，或名字写错了");
            continue;
        };
        match room {
            Room::Asks(id) => {
                asks.push((id.to_owned(), whole, number));
                continue;
            }
            Room::FollowUps(id) => {
                follow_ups.push((id.to_owned(), whole, number));
                continue;
            }
            Room::Dialogs => {
                dialogs = dialog::read(number, &file.text, diagnostics);
                continue;
            }
            _ => {}
        }
        let (table, errors) = DeTable::parse_recoverable(&file.text);
        for error in errors {
            let place = Place { file: number, span: error.span().unwrap_or(0..0) };
            diagnostics.error(place, "文件格式不对", format!("检查引号、括号、等号（{}）", error.message()));
        }
        let fields = Fields::new(table.get_ref(), number, 0..0, diagnostics);
        match room {
            Room::Hall => hall = Some(HallInfo::read(fields)),
            Room::Units => units = Unit::read_all(fields),
            Room::Holidays => holidays = Holidays::read(fields),
            Room::Catalogue => matters = Matter::read_all(fields),
            Room::Words => words = WordTable::read(fields),
            Room::Language => language = Language::read(fields),
            Room::Replies => replies = read_replies(fields),
            Room::Jargon => jargon = jargon::read(fields),
            Room::Guide => guides.push(Guide::read(fields)),
            Room::Journey => journeys.push(Journey::read(fields)),
            Room::Asks(_) | Room::FollowUps(_) | Room::Dialogs => unreachable!("they are lines, handled above"),
        }
    }
    let called = called(&guides, &matters);
    let named = |name: &str| called.get(name).cloned();
    for (id, place, number) in asks {
        let text = &files[number].text;
        if let Some(guide) = guides.iter_mut().find(|guide| guide.id.as_str() == id) {
            let sayings = sayings::read(number, text, guide, &language, named, diagnostics);
            guide.asks.extend(sayings.lines);
            guide.first_words = sayings.answered;
            for turning in sayings.turnings {
                let cure = "头一句就说的是那件事，移到那件事的 asks 里；听完介绍才说的，移到 follow_ups 里";
                diagnostics.warning(turning.said.place, "头一句换不了事", cure);
            }
            continue;
        }
        let matter = matters.iter_mut().find(|matter| matter.id.as_str() == id).map(|matter| &mut matter.asks);
        let intent = language.intents.iter_mut().find(|i| i.id.as_str() == id).map(|intent| &mut intent.asks);
        match matter.or(intent) {
            Some(known) => known.extend(read_lines(number, text)),
            None => {
                let cure = "文件名要与一份指南、catalogue.toml 里一件事或 intents.toml 里一类话的编号相同";
                diagnostics.error(place, format!("没有编号是“{id}”的指南、事项或话"), cure);
            }
        }
    }
    for (id, place, number) in follow_ups {
        match guides.iter_mut().find(|guide| guide.id.as_str() == id) {
            Some(guide) => {
                let sayings = sayings::read(number, &files[number].text, guide, &language, named, diagnostics);
                (guide.follow_ups, guide.turnings) = (sayings.answered, sayings.turnings);
            }
            None => {
                diagnostics.error(place, format!("没有编号是“{id}”的指南"), "文件名要与一份指南的编号相同");
            }
        }
    }
    if hall.is_none() {
        diagnostics.error(None, "缺 hall.toml（大厅资料）", "在语料文件夹里补上 hall.toml");
    }
    let by_guide = guides.iter().enumerate().map(|(n, guide)| (guide.id.clone(), n)).collect();
    let by_matter = matters.iter().enumerate().map(|(n, matter): (_, &Matter)| (matter.id.clone(), n)).collect();
    let by_journey = journeys.iter().enumerate().map(|(n, journey): (_, &Journey)| (journey.id.clone(), n)).collect();
    Some(Corpus {
        revision: revision(files),
        files: files.to_vec(),
        hall: hall?,
        units,
        guides,
        matters,
        journeys,
        words,
        language,
        replies,
        jargon,
        holidays,
        dialogs,
        by_guide,
        by_matter,
        by_journey,
    })
}

/// Guides and matters by what people call them; a guide comes before a matter of the same name.
fn called(guides: &[Guide], matters: &[Matter]) -> HashMap<String, Neighbour> {
    let matters = matters.iter().map(|matter| (matter.plain_name.to_string(), Neighbour::Matter(matter.id.clone())));
    let guides = guides.iter().map(|guide| (guide.plain_name.to_string(), Neighbour::Guide(guide.id.clone())));
    matters.chain(guides).collect()
}

/// `[id] text = "…"` for every reply.
fn read_replies(fields: Fields<'_>) -> Vec<(Text, Text)> {
    fields
        .named_tables()
        .into_iter()
        .map(|(id, fields)| {
            let text = fields.text("text");
            fields.finish();
            (id, text)
        })
        .collect()
}

impl Corpus {
    /// The guide with this id.
    pub fn guide(&self, id: &GuideId) -> Option<&Guide> {
        self.by_guide.get(id).map(|&n| &self.guides[n])
    }

    /// What people call the guide or matter with this id.
    pub fn plain_name(&self, id: &str) -> Option<&Text> {
        let guide = self.guide(&GuideId::from(id)).map(|guide| &guide.plain_name);
        guide.or_else(|| self.matter(&MatterId::from(id)).map(|matter| &matter.plain_name))
    }

    /// The matter with this id.
    pub fn matter(&self, id: &MatterId) -> Option<&Matter> {
        self.by_matter.get(id).map(|&n| &self.matters[n])
    }

    /// The guide or matter with this id.
    pub fn neighbour(&self, id: &str) -> Option<Neighbour> {
        let guide = self.guide(&id.into()).map(|guide| Neighbour::Guide(guide.id.clone()));
        guide.or_else(|| self.matter(&id.into()).map(|matter| Neighbour::Matter(matter.id.clone())))
    }

    /// The journey with this id.
    pub fn journey(&self, id: &JourneyId) -> Option<&Journey> {
        self.by_journey.get(id).map(|&n| &self.journeys[n])
    }

    /// The unit with this id.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == *id)
    }

    /// The unit that owns a service area.
    pub fn unit_of_zone(&self, zone: Zone) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.zone == Some(zone))
    }

    /// Path and line (from 1) of a place.
    pub fn line_of(&self, place: &Place) -> (&str, usize) {
        let file = &self.files[place.file];
        let start = place.span.start.min(file.text.len());
        (&file.path, file.text[..start].matches('\n').count() + 1)
    }
}

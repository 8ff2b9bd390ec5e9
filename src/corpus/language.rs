//! How people talk: the word table, words that say nothing, greetings and complaints, and what each facet sounds like.

use serde::{Deserialize, Serialize};

use super::diagnostic::Place;
use super::parse::{Choice, Fields, Text};

/// Where a word is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// 潮汕
    Teochew,
    /// 粤语
    Cantonese,
    /// 旧称
    Old,
    /// 口语
    Colloquial,
    /// 错字
    Misspelling,
}

impl Choice for Region {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("潮汕", Region::Teochew),
        ("粤语", Region::Cantonese),
        ("旧称", Region::Old),
        ("口语", Region::Colloquial),
        ("错字", Region::Misspelling),
    ];
}

/// The word table: people's words and what they mean officially.
#[derive(Clone, Debug, Default)]
pub struct WordTable {
    /// The pairs.
    pub words: Vec<Word>,
    /// Words that carry no meaning for search (请问, 了, 吗).
    pub fillers: Vec<Text>,
    /// What people say before the matter, whatever it is.
    pub openings: Vec<Text>,
    /// What they say after it.
    pub closings: Vec<Text>,
}

/// One pair of the word table.
#[derive(Clone, Debug)]
pub struct Word {
    /// What people say.
    pub say: Text,
    /// What it means.
    pub means: Vec<Text>,
    /// Where it is said.
    pub region: Region,
}

impl WordTable {
    /// Reads `words.toml`.
    pub fn read(fields: Fields<'_>) -> Self {
        let table = Self {
            words: fields.tables("words").into_iter().map(Word::read).collect(),
            fillers: fields.texts("fillers"),
            openings: fields.texts("openings"),
            closings: fields.texts("closings"),
        };
        fields.finish();
        table
    }
}

impl Word {
    fn read(fields: Fields<'_>) -> Self {
        let word = Self {
            say: fields.text("say"),
            means: fields.some_texts("means"),
            region: fields.choice("region").unwrap_or(Region::Colloquial),
        };
        fields.finish();
        word
    }
}

/// The facet (问的哪一面) of a matter that a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// What it is.
    Overview,
    /// Who may.
    Eligibility,
    /// What to bring.
    Documents,
    /// How it goes.
    Steps,
    /// Where.
    Place,
    /// When the hall is open.
    Hours,
    /// How long, until when.
    TimeLimit,
    /// How much.
    Fee,
    /// On the phone or computer.
    Online,
    /// Somebody else instead.
    Proxy,
    /// A paper is missing.
    MissingDocument,
    /// What one gets.
    Result,
}

impl Choice for Facet {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("overview", Facet::Overview),
        ("eligibility", Facet::Eligibility),
        ("documents", Facet::Documents),
        ("steps", Facet::Steps),
        ("place", Facet::Place),
        ("hours", Facet::Hours),
        ("time_limit", Facet::TimeLimit),
        ("fee", Facet::Fee),
        ("online", Facet::Online),
        ("proxy", Facet::Proxy),
        ("missing_document", Facet::MissingDocument),
        ("result", Facet::Result),
    ];
}

impl Facet {
    /// All of them, in the order of the design.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::CHOICES.iter().map(|(_, facet)| *facet)
    }

    /// The word used in files, the API and button data.
    pub fn key(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, facet)| *facet == self).expect("every facet has a key").0
    }

    /// The facet written as `key`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::CHOICES.iter().find(|(known, _)| *known == key).map(|(_, facet)| *facet)
    }
}

/// What a facet sounds like in a question.
#[derive(Clone, Debug)]
pub struct FacetCues {
    /// Which facet.
    pub facet: Facet,
    /// The words on its button.
    pub name: Text,
    /// Phrases that ask for it.
    pub cues: Vec<Text>,
}

/// What kind of thing is said outside the guides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentKind {
    /// Greeting, thanks, farewell.
    Smalltalk,
    /// What can you do.
    Help,
    /// About the hall itself.
    Hall(HallTopic),
    /// Wants a person.
    Handoff,
    /// Is in despair.
    Distress,
    /// An opinion or complaint about the service.
    Suggestion,
    /// A hint at bribery: supervision only.
    Misconduct,
    /// Where is my question.
    Progress,
    /// Forget me.
    Forget,
    /// Nothing that a hall can read or answer.
    Reject,
    /// Near the guides, yet nothing answers it: said so, and kept.
    Unanswered,
}

/// What is asked about the hall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HallTopic {
    /// Where it is.
    Address,
    /// When it is open.
    Hours,
    /// Whether it is open now.
    OpenNow,
    /// Its phone.
    Phone,
    /// Parking.
    Parking,
    /// When and where opinions are collected.
    Booth,
    /// Anything else about the building and its services.
    Other,
}

impl IntentKind {
    /// How it is written in the corpus.
    pub fn key(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, kind)| *kind == self).expect("every kind has a key").0
    }
}

impl Choice for IntentKind {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("smalltalk", IntentKind::Smalltalk),
        ("help", IntentKind::Help),
        ("hall_address", IntentKind::Hall(HallTopic::Address)),
        ("hall_hours", IntentKind::Hall(HallTopic::Hours)),
        ("hall_open_now", IntentKind::Hall(HallTopic::OpenNow)),
        ("hall_phone", IntentKind::Hall(HallTopic::Phone)),
        ("hall_parking", IntentKind::Hall(HallTopic::Parking)),
        ("hall_booth", IntentKind::Hall(HallTopic::Booth)),
        ("hall_other", IntentKind::Hall(HallTopic::Other)),
        ("handoff", IntentKind::Handoff),
        ("distress", IntentKind::Distress),
        ("suggestion", IntentKind::Suggestion),
        ("misconduct", IntentKind::Misconduct),
        ("progress", IntentKind::Progress),
        ("forget", IntentKind::Forget),
        ("reject", IntentKind::Reject),
        ("unanswered", IntentKind::Unanswered),
    ];
}

/// A way of talking outside the guides.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Its id.
    pub id: Text,
    /// Where it is written.
    pub place: Place,
    /// What it is.
    pub kind: IntentKind,
    /// The reply's id, for small talk.
    pub reply: Option<Text>,
    /// Ways people put it. Matched, never shown.
    pub asks: Vec<Text>,
    /// Phrases that decide by themselves unless a guide is surely meant.
    pub cues: Vec<Text>,
}

/// What `intents.toml` holds.
#[derive(Clone, Debug, Default)]
pub struct Language {
    /// Talk outside the guides.
    pub intents: Vec<Intent>,
    /// What each facet sounds like.
    pub facets: Vec<FacetCues>,
    /// How a message ties to the one before.
    pub turns: TurnCues,
}

/// How people tie a message to what was said before.
#[derive(Clone, Debug, Default)]
pub struct TurnCues {
    /// Openings that turn down what was answered (不对, 搞错了).
    pub correct: Vec<Text>,
    /// Openings that look like that and are not (不是本人).
    pub not_correct: Vec<Text>,
    /// Endings of a first clause that doubts rather than turns down (不是说要公证吗).
    pub doubt: Vec<Text>,
    /// What may come before an opening (哦, 等下).
    pub interjections: Vec<Text>,
    /// Phrases that turn to something else (换个, 顺便问).
    pub turn_away: Vec<Text>,
    /// Phrases that come back to what was talked about before ("说回").
    pub turn_back: Vec<Text>,
    /// What makes a message a question rather than a remark.
    pub asking: Vec<Text>,
    /// Thanks; who ends with them and asks nothing takes leave.
    pub thanks: Vec<Text>,
    /// What asks whether something is to be brought (要带, 带不带)...
    pub need: Vec<Text>,
    /// ...unless it asks which things (什么).
    pub which: Vec<Text>,
    /// Phrases that join another matter to the one before (还要, 顺便).
    pub also: Vec<Text>,
}

impl Language {
    /// The intent with this id.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.id.as_str() == id)
    }

    /// Reads `intents.toml`.
    pub fn read(fields: Fields<'_>) -> Self {
        let language = Self {
            intents: fields.tables("intents").into_iter().filter_map(Intent::read).collect(),
            facets: fields.tables("facets").into_iter().filter_map(FacetCues::read).collect(),
            turns: fields.table("turns").map(TurnCues::read).unwrap_or_default(),
        };
        fields.finish();
        language
    }
}

impl Intent {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let kind = fields.choice("kind");
        let (id, reply, asks) = (fields.text("id"), fields.optional_text("reply"), fields.texts("asks"));
        let (cues, place) = (fields.texts("cues"), fields.place());
        fields.finish();
        Some(Self { id, place, kind: kind?, reply, asks, cues })
    }
}

impl TurnCues {
    fn read(fields: Fields<'_>) -> Self {
        let cues = Self {
            correct: fields.texts("correct"),
            not_correct: fields.texts("not_correct"),
            doubt: fields.texts("doubt"),
            interjections: fields.texts("interjections"),
            turn_away: fields.texts("turn_away"),
            turn_back: fields.texts("turn_back"),
            asking: fields.texts("asking"),
            thanks: fields.texts("thanks"),
            need: fields.texts("need"),
            which: fields.texts("which"),
            also: fields.texts("also"),
        };
        fields.finish();
        cues
    }
}

impl FacetCues {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let facet = fields.choice("id");
        let (name, cues) = (fields.text("name"), fields.texts("cues"));
        fields.finish();
        Some(Self { facet: facet?, name, cues })
    }
}

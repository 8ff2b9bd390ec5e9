//! The guide (办事指南): one matter, everything the hall says about it.

use std::num::NonZeroU16;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ids::{GuideId, MatterId, UnitId};
use super::language::Facet;
use super::parse::{Choice, Fields, Text};
use super::sayings::{Saying, Turning};

/// One of the five service areas (重点服务区).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// 医保
    MedicalInsurance,
    /// 社保
    SocialInsurance,
    /// 市场监督（企业注册登记）
    MarketSupervision,
    /// 不动产登记
    RealEstate,
    /// 公安
    PublicSecurity,
}

impl Choice for Zone {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("medical_insurance", Zone::MedicalInsurance),
        ("social_insurance", Zone::SocialInsurance),
        ("market_supervision", Zone::MarketSupervision),
        ("real_estate", Zone::RealEstate),
        ("public_security", Zone::PublicSecurity),
    ];
}

impl Zone {
    /// The word used in files, URLs and records.
    pub fn key(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, zone)| *zone == self).expect("every zone has a key").0
    }

    /// The zone written as `key`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::CHOICES.iter().find(|(known, _)| *known == key).map(|(_, zone)| *zone)
    }
}

/// Who a matter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// 个人
    Personal,
    /// 企业
    Business,
}

impl Choice for Audience {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("personal", Audience::Personal), ("business", Audience::Business)];
}

/// Whether the hall has checked a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Written from the sources, not yet checked by the unit: answers say so.
    Draft,
    /// Checked by the unit.
    Checked,
}

impl Choice for Status {
    const CHOICES: &'static [(&'static str, Self)] = &[("draft", Status::Draft), ("checked", Status::Checked)];
}

/// How much of a matter can be done online.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlineLevel {
    /// All of it.
    Full,
    /// A part.
    Partial,
    /// Nothing.
    None,
    /// Not yet confirmed by the hall.
    Unconfirmed,
}

impl Choice for OnlineLevel {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("full", OnlineLevel::Full),
        ("partial", OnlineLevel::Partial),
        ("none", OnlineLevel::None),
        ("unconfirmed", OnlineLevel::Unconfirmed),
    ];
}

/// Whether somebody else may come instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyRule {
    /// Yes.
    Yes,
    /// No.
    No,
    /// It depends; the notes say on what.
    Depends,
}

impl Choice for ProxyRule {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("yes", ProxyRule::Yes), ("no", ProxyRule::No), ("depends", ProxyRule::Depends)];
}

/// What can be done on the phone or computer.
#[derive(Clone, Debug)]
pub struct Online {
    /// How much.
    pub level: OnlineLevel,
    /// Platforms by name, the best first.
    pub platforms: Vec<Text>,
    /// More about it, a sentence each.
    pub notes: Vec<Text>,
}

/// Whether and how somebody else may come instead.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// The rule.
    pub allowed: ProxyRule,
    /// More about it, a sentence each.
    pub notes: Vec<Text>,
}

/// A situation (情形) that changes which documents are needed.
#[derive(Clone, Debug)]
pub struct Situation {
    /// Unique within the guide.
    pub id: Text,
    /// The words on its button.
    pub name: Text,
    /// People's words that mean it.
    pub cues: Vec<Text>,
    /// It is that of people younger than this, years.
    pub under_age: Option<u32>,
}

/// One document (申请材料) to bring.
#[derive(Clone, Debug)]
pub struct Document {
    /// A thing with a name.
    pub name: Text,
    /// Whether the original is asked for.
    pub original: bool,
    /// Number of photocopies.
    pub copies: u8,
    /// Who issues it.
    pub issuer: Option<Text>,
    /// Situations that need it; all of them when empty.
    pub situations: Vec<Text>,
    /// 容缺后补: working days within which it may be handed in later; `None` when it must be there.
    pub deferrable_working_days: Option<NonZeroU16>,
    /// 免证: the electronic certificate that stands in for it.
    pub e_certificate: Option<Text>,
    /// What to do when it is lost or missing.
    pub missing: Option<Text>,
    /// One more sentence.
    pub note: Option<Text>,
}

/// Another matter this one is mistaken for, and the question that tells them apart.
#[derive(Clone, Debug)]
pub struct Confusable {
    /// The other matter.
    pub other: Neighbour,
    /// Where it is named.
    pub place: super::diagnostic::Place,
    /// A question everybody can answer.
    pub question: Text,
    /// The answer that means this guide.
    pub here: Text,
    /// The answer that means the other.
    pub there: Text,
}

/// A guide or a catalogue matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Neighbour {
    /// Another guide.
    Guide(GuideId),
    /// A matter known by name only.
    Matter(MatterId),
}

/// A law the matter rests on (设定依据).
#[derive(Clone, Debug)]
pub struct LegalBasis {
    /// The law's name.
    pub law: Text,
    /// Its articles.
    pub articles: Option<Text>,
    /// Which edition was read.
    pub edition: Option<Text>,
}

/// A document the guide was written from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its title.
    pub title: Text,
    /// Who issued it.
    pub issuer: Text,
    /// Date or edition.
    pub note: Option<Text>,
}

/// One matter and everything the hall says about it. Field order is that of the files; texts are what citizens read,
/// except where noted.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The file's name, ASCII.
    pub id: GuideId,
    /// Where the file begins, for problems of the whole guide.
    pub place: super::diagnostic::Place,
    /// As in the district's list, word for word (同源发布).
    pub official_name: Text,
    /// 基本编码, when known. Not shown to citizens.
    pub code: Option<Text>,
    /// Service area.
    pub zone: Zone,
    /// Responsible unit.
    pub unit: UnitId,
    /// What people call it.
    pub plain_name: Text,
    /// The conclusion in one sentence.
    pub one_line: Text,
    /// Who it is for.
    pub audience: Vec<Audience>,
    /// Names that mean this matter only.
    pub aliases: Vec<Text>,
    /// Ways people put it: the typical ten, then those of `asks/<id>.txt`. Matched, never shown.
    pub asks: Vec<Text>,
    /// Those of them of which the staff know what answers them.
    pub first_words: Vec<Saying>,
    /// What people say after they heard of it, from `follow_ups/<id>.txt`. Matched, never shown.
    pub follow_ups: Vec<Saying>,
    /// What people say about it that means another matter, from the same file. Matched, never shown.
    pub turnings: Vec<Turning>,
    /// Conditions, one a sentence; all must hold unless the sentence says otherwise.
    pub eligibility: Vec<Text>,
    /// What changes the list of documents.
    pub situations: Vec<Situation>,
    /// What to bring.
    pub documents: Vec<Document>,
    /// What to do, in order.
    pub steps: Vec<Text>,
    /// Times one must come; 0 is 不见面; `None` when unknown.
    pub visits: Option<u8>,
    /// Where to go.
    pub place_to_go: Option<Text>,
    /// Online or not.
    pub online: Option<Online>,
    /// Working days the law allows, from acceptance (受理).
    pub statutory_working_days: Option<NonZeroU16>,
    /// Working days the hall promises, from acceptance; at most the statutory ones.
    pub promised_working_days: Option<NonZeroU16>,
    /// When to come, what if late, how long it is valid.
    pub time_notes: Vec<Text>,
    /// Whole fen (1/100 yuan); 0 is free; `None` when unknown.
    pub fee_fen: Option<u32>,
    /// Why a fee is charged.
    pub fee_basis: Option<Text>,
    /// Several rates, one a sentence.
    pub fee_notes: Vec<Text>,
    /// Somebody else instead.
    pub proxy: Option<Proxy>,
    /// What one gets in the end.
    pub result: Vec<Text>,
    /// 多说一句: the commonest cause of a second trip.
    pub tip: Option<Text>,
    /// What few people need, by the facet it answers: told only to whoever asks for it.
    pub details: Vec<(Facet, Text)>,
    /// What it is mistaken for.
    pub confusable: Vec<Confusable>,
    /// Laws.
    pub legal_basis: Vec<LegalBasis>,
    /// What it was written from.
    pub sources: Vec<Source>,
    /// Draft or checked.
    pub status: Status,
    /// Who checked it.
    pub checked_by: Option<Text>,
    /// When it was checked.
    pub checked_on: Option<Date>,
    /// When it must be looked at again; past it, answers say so.
    pub review_by: Option<Date>,
    /// What the hall must still confirm. Not shown to citizens.
    pub to_confirm: Vec<Text>,
}

/// Facets that may have details.
const DETAILED: [Facet; 7] =
    [Facet::Eligibility, Facet::Place, Facet::Online, Facet::TimeLimit, Facet::Fee, Facet::Proxy, Facet::Result];

/// What of a guide may answer a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The sentence with this number among its passages.
    Passage(usize),
    /// A whole facet.
    Facet(Facet),
}

/// A sentence of a guide that may answer a question by itself.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'g> {
    /// The facet it is part of.
    pub facet: Facet,
    /// What it says.
    pub text: &'g Text,
    /// The number of the document it is about.
    pub document: Option<usize>,
    /// Whether it is left out where its facet is told whole.
    pub is_detail: bool,
}

impl Guide {
    /// Reads one guide file.
    pub fn read(fields: Fields<'_>) -> Self {
        let days = "大于 0 的整数，单位是工作日，例如 5";
        let guide = Self {
            place: fields.place(),
            id: fields.text("id").as_str().into(),
            official_name: fields.text("official_name"),
            code: fields.optional_text("code"),
            zone: fields.choice("zone").unwrap_or(Zone::SocialInsurance),
            unit: fields.text("unit").as_str().into(),
            plain_name: fields.text("plain_name"),
            one_line: fields.text("one_line"),
            audience: fields.choices("audience"),
            aliases: fields.texts("aliases"),
            asks: fields.some_texts("asks"),
            first_words: Vec::new(),
            follow_ups: Vec::new(),
            turnings: Vec::new(),
            eligibility: fields.some_texts("eligibility"),
            situations: fields.tables("situations").into_iter().map(Situation::read).collect(),
            documents: fields.tables("documents").into_iter().map(Document::read).collect(),
            steps: fields.some_texts("steps"),
            visits: fields.integer("visits", "整数，0 是不用来"),
            place_to_go: fields.optional_text("place"),
            online: fields.table("online").and_then(Online::read),
            statutory_working_days: fields.integer("statutory_working_days", days),
            promised_working_days: fields.integer("promised_working_days", days),
            time_notes: fields.texts("time_notes"),
            fee_fen: fields.integer("fee_fen", "整数，单位是分，0 是不收钱，10元写 1000"),
            fee_basis: fields.optional_text("fee_basis"),
            fee_notes: fields.texts("fee_notes"),
            proxy: fields.table("proxy").and_then(Proxy::read),
            result: fields.texts("result"),
            tip: fields.optional_text("tip"),
            details: fields.table("details").map_or_else(Vec::new, details),
            confusable: fields.tables("confusable").into_iter().filter_map(Confusable::read).collect(),
            legal_basis: fields.tables("legal_basis").into_iter().map(LegalBasis::read).collect(),
            sources: fields.tables("sources").into_iter().map(Source::read).collect(),
            status: fields.choice("status").unwrap_or(Status::Draft),
            checked_by: fields.optional_text("checked_by"),
            checked_on: fields.date("checked_on"),
            review_by: fields.date("review_by"),
            to_confirm: fields.texts("to_confirm"),
        };
        fields.finish();
        guide
    }

    /// Documents needed in `situation`; without one, those that every situation needs.
    pub fn documents_for(&self, situation: Option<&str>) -> impl Iterator<Item = (usize, &Document)> {
        self.documents.iter().enumerate().filter(move |(_, document)| {
            document.situations.is_empty()
                || situation.is_some_and(|wanted| document.situations.iter().any(|id| id.as_str() == wanted))
        })
    }

    /// The sentences that may answer a question by themselves, in the order of the fields.
    pub fn passages(&self) -> Vec<Passage<'_>> {
        let parts = [
            (Facet::Overview, vec![&self.one_line]),
            (Facet::Eligibility, self.eligibility.iter().collect()),
            (Facet::Steps, self.steps.iter().collect()),
            (Facet::Place, self.place_to_go.iter().collect()),
            (Facet::Online, self.online.iter().flat_map(|online| &online.notes).collect()),
            (Facet::TimeLimit, self.time_notes.iter().collect()),
            (Facet::Fee, self.fee_notes.iter().collect()),
            (Facet::Proxy, self.proxy.iter().flat_map(|proxy| &proxy.notes).collect()),
            (Facet::Result, self.result.iter().collect()),
            (Facet::Overview, self.tip.iter().collect()),
        ];
        let of = |facet, text| Passage { facet, text, document: None, is_detail: false };
        let parts = parts
            .into_iter()
            .flat_map(|(facet, texts): (_, Vec<&Text>)| texts.into_iter().map(move |text| of(facet, text)));
        let mut passages: Vec<Passage<'_>> = parts.collect();
        for (number, document) in self.documents.iter().enumerate() {
            let of = |facet| move |text| Passage { document: Some(number), ..of(facet, text) };
            passages.extend(document.note.iter().map(of(Facet::Documents)));
            passages.extend(document.missing.iter().map(of(Facet::MissingDocument)));
        }
        let details = self.details.iter().map(|(facet, text)| Passage { is_detail: true, ..of(*facet, text) });
        passages.extend(details);
        passages
    }

    /// The situation with this id.
    pub fn situation(&self, id: &str) -> Option<&Situation> {
        self.situations.iter().find(|situation| situation.id.as_str() == id)
    }
}

/// The details of a guide. Papers and steps have none: of these everybody is told all.
fn details(fields: Fields<'_>) -> Vec<(Facet, Text)> {
    let of = |facet: Facet| fields.texts(facet.key()).into_iter().map(move |text| (facet, text));
    let details = DETAILED.into_iter().flat_map(of).collect();
    fields.finish();
    details
}

impl Situation {
    fn read(fields: Fields<'_>) -> Self {
        let situation = Self {
            id: fields.text("id"),
            name: fields.text("name"),
            cues: fields.texts("cues"),
            under_age: fields.integer("under_age", "一个岁数，比如 16"),
        };
        fields.finish();
        situation
    }
}

impl Document {
    fn read(fields: Fields<'_>) -> Self {
        let document = Self {
            name: fields.text("name"),
            original: fields.flag("original"),
            copies: fields.integer("copies", "整数，几份复印件").unwrap_or(0),
            issuer: fields.optional_text("issuer"),
            situations: fields.texts("situations"),
            deferrable_working_days: fields.integer("deferrable_working_days", "大于 0 的整数，单位是工作日"),
            e_certificate: fields.optional_text("e_certificate"),
            missing: fields.optional_text("missing"),
            note: fields.optional_text("note"),
        };
        fields.finish();
        document
    }
}

impl Online {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let level = fields.choice("level");
        let (platforms, notes) = (fields.texts("platforms"), fields.texts("notes"));
        fields.finish();
        Some(Self { level: level?, platforms, notes })
    }
}

impl Proxy {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let allowed = fields.choice("allowed");
        let notes = fields.texts("notes");
        fields.finish();
        Some(Self { allowed: allowed?, notes })
    }
}

impl Confusable {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let other = Neighbour::read(&fields);
        let (question, here, there) = (fields.text("question"), fields.text("here"), fields.text("there"));
        let place = fields.place();
        fields.finish();
        Some(Self { other: other?, place, question, here, there })
    }
}

impl Neighbour {
    /// Reads `guide = "…"` or `matter = "…"`, exactly one of them.
    pub fn read(fields: &Fields<'_>) -> Option<Self> {
        match (fields.optional_text("guide"), fields.optional_text("matter")) {
            (Some(guide), None) => Some(Self::Guide(guide.as_str().into())),
            (None, Some(matter)) => Some(Self::Matter(matter.as_str().into())),
            _ => {
                fields.error("要指到另一件事", "写一个 guide = \"指南编号\" 或 matter = \"目录编号\"，只写一个");
                None
            }
        }
    }
}

impl LegalBasis {
    fn read(fields: Fields<'_>) -> Self {
        let basis = Self {
            law: fields.text("law"),
            articles: fields.optional_text("articles"),
            edition: fields.optional_text("edition"),
        };
        fields.finish();
        basis
    }
}

impl Source {
    fn read(fields: Fields<'_>) -> Self {
        let source =
            Self { title: fields.text("title"), issuer: fields.text("issuer"), note: fields.optional_text("note") };
        fields.finish();
        source
    }
}

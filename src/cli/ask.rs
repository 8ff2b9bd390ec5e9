//! `wenban ask` and `wenban chat`: talking to the hall from the command line.

use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};
use std::sync::Arc;

use minijinja::context;
use serde::{Deserialize, Serialize};

use super::{Done, hall_without_records, open_edition, open_records};
use crate::channels::terminal;
use crate::clock::{Clock, SystemClock};
use crate::conversation::context::Meant;
use crate::conversation::step::{Extent, Reason, Step, Told};
use crate::conversation::{Body, Conversation, Dialogue, Message, ReplyJson, Trace};
use crate::corpus::{Guide, GuideId, IntentKind, Part};
use crate::edition::Edition;
use crate::hall::Hall;
use crate::records::{Channel, ConversationId};
use crate::search::{EntryRef, FEATURES};
use crate::settings::Settings;
use crate::store::StoreError;
use crate::understand::{Heard, amounts};

pub fn chat(settings: &Settings) -> anyhow::Result<Done> {
    let records = match open_records(settings) {
        Ok(records) => Some(records),
        Err(StoreError::InUse(_)) => {
            eprintln!("wenban: a server has the records open; this talk is not recorded");
            None
        }
        Err(error) => return Err(error.into()),
    };
    let hall = Hall::new(open_edition(settings)?, records, Arc::new(SystemClock));
    terminal::chat(&hall, "local", std::io::stdin().lock(), std::io::stdout().lock())?;
    Ok(Done::Fine)
}

/// Answers the last of what is said and records nothing.
pub fn ask(settings: &Settings, mut said: Vec<String>, json: bool, explain: bool) -> anyhow::Result<Done> {
    let question = match said.pop() {
        Some(question) => question,
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text.trim_end_matches('\n').to_owned()
        }
    };
    let hall = hall_without_records(settings)?;
    let edition = hall.edition();
    let turns = Turns::new(&edition);
    let mut dialogue = Dialogue::default();
    for before in said {
        (_, dialogue) = turns.turn(&before, dialogue)?;
    }
    let mut out = std::io::stdout().lock();
    if explain {
        write!(out, "{}", explanation(&edition, &dialogue, &turns.consider(&question, &dialogue)))?;
        return Ok(Done::Fine);
    }
    let (reply, _) = turns.turn(&question, dialogue)?;
    if json {
        serde_json::to_writer(&mut out, &ReplyJson::from(&reply))?;
        writeln!(out)?;
    } else {
        write!(out, "{}", terminal::draw(&reply))?;
    }
    Ok(Done::Fine)
}

/// Turns of conversations that leave no trace.
pub struct Turns<'e> {
    edition: &'e Edition,
    clock: SystemClock,
}

impl<'e> Turns<'e> {
    pub fn new(edition: &'e Edition) -> Self {
        Self { edition, clock: SystemClock }
    }

    /// The guide with this id.
    pub fn guide(&self, id: &GuideId) -> Option<&'e Guide> {
        self.edition.corpus.guide(id)
    }

    /// What a turn means, without taking it.
    pub fn consider(&self, text: &str, dialogue: &Dialogue) -> Trace<'e> {
        Conversation { edition: self.edition, records: None, now: self.clock.now() }.consider(text, dialogue)
    }

    pub fn turn(&self, text: &str, dialogue: Dialogue) -> anyhow::Result<(crate::conversation::Reply, Dialogue)> {
        let conversation = Conversation { edition: self.edition, records: None, now: self.clock.now() };
        let message = Message {
            conversation: ConversationId::new(Channel::Terminal, "ask"),
            channel: Channel::Terminal,
            body: Body::Text(text.to_owned()),
            delivery: None,
        };
        Ok(conversation.turn(&message, dialogue)?)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Asked {
    One { q: String },
    Many { turns: Vec<String> },
}

#[derive(Serialize)]
struct Answered<'r> {
    replies: Vec<ReplyJson<'r>>,
}

/// A JSON object a line in, one a line out, in order; a line that is no such object gets an error and the run goes on.
pub fn jsonl(settings: &Settings, input: impl BufRead, mut output: impl Write) -> anyhow::Result<Done> {
    let hall = hall_without_records(settings)?;
    let edition = hall.edition();
    let turns = Turns::new(&edition);
    for line in input.split(b'\n') {
        let turns_of_line = match serde_json::from_slice(&line?) {
            Ok(Asked::One { q }) => vec![q],
            Ok(Asked::Many { turns }) => turns,
            Err(_) => {
                let error = "expected {\"q\": \"…\"} or {\"turns\": [\"…\"]}";
                serde_json::to_writer(&mut output, &serde_json::json!({ "error": error }))?;
                output.write_all(b"\n")?;
                output.flush()?;
                continue;
            }
        };
        let (mut replies, mut dialogue) = (Vec::new(), Dialogue::default());
        for text in &turns_of_line {
            let (reply, next) = turns.turn(text, dialogue)?;
            replies.push(reply);
            dialogue = next;
        }
        let answered = Answered { replies: replies.iter().map(ReplyJson::from).collect() };
        serde_json::to_writer(&mut output, &answered)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(Done::Fine)
}

/// How an answer was found, as an argument a clerk can follow; the words stand in `explain.txt`.
fn explanation(edition: &Edition, dialogue: &Dialogue, trace: &Trace<'_>) -> String {
    let mut templates = minijinja::Environment::new();
    let syntax = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    templates.set_syntax(syntax.expect("the default delimiters"));
    templates.add_template("explain.txt", include_str!("explain.txt")).expect("the template is valid");
    let words: Vec<_> = trace_words(edition, trace);
    let hits: Vec<_> = trace
        .hits
        .iter()
        .take(6)
        .map(|hit| {
            let closest = edition.search.closest(&trace.query, hit).map(|place| {
                let (path, line) = edition.corpus.line_of(place);
                let text = &edition.corpus.files[place.file].text[place.span.clone()];
                format!("{} ({path}:{line})", text.trim_matches('"'))
            });
            let value = |value: f32| format!("{value:.2}");
            let features: BTreeMap<_, _> = FEATURES.into_iter().zip(hit.evidence.features.map(value)).collect();
            let learned_share = value(hit.evidence.learned_share());
            context! { id => hit.entry.id(), confidence => format!("{:.3}", hit.confidence), closest, features, learned_share }
        })
        .collect();
    let (reason, numbers) = reason(&trace.decision.reason);
    let (step, about) = step(&trace.decision.step);
    let known = dialogue.amounts_with(&amounts(&trace.normalised)).into_iter();
    let known: Vec<_> =
        known.map(|amount| context! { measure => amount.measure.key(), value => amount.value }).collect();
    let template = templates.get_template("explain.txt").expect("it was just added");
    let filled = template.render(context! {
        redacted => trace.redacted.as_str(),
        normalised => trace.normalised.as_str(),
        asked => trace.asked.as_str(),
        words,
        hall_asked => trace.hall_asked.iter().map(|topic| IntentKind::Hall(*topic).key()).collect::<Vec<_>>(),
        unknown => trace.query.unknown().to_vec(),
        facet => trace.reading.facet.map(|facet| facet.key()),
        facet_cue => trace.reading.facet_cue,
        intent => trace.reading.cued_intent.map(|(intent, cue)| format!("{} ({cue})", intent.id.as_str())),
        hits,
        talked_about => dialogue.guide.as_ref().map(|guide| guide.to_string()),
        goes_on => goes_on(edition, dialogue, trace),
        turned_to => turned_to(edition, dialogue, trace),
        in_context => in_context(edition, trace),
        in_guide => in_guide(edition, dialogue, trace),
        told_before => told_before(edition, dialogue),
        amounts => known,
        told => told(edition, &trace.decision.step),
        is_doubted => matches!(&trace.decision.step, Step::Answer { excerpt, .. } if excerpt.is_doubted),
        reason,
        numbers,
        step,
        about,
        revision => edition.corpus.revision.as_str(),
    });
    filled.expect("the template's values are given")
}

/// How much of each list of what may be is shown.
const SHOWN: usize = 4;
/// Below this share another matter is not shown.
const WORTH_SHOWING: f32 = 0.05;

/// How far the wording goes on with what was said before, and turns to something else; nothing when nothing was.
fn goes_on(edition: &Edition, dialogue: &Dialogue, trace: &Trace<'_>) -> Option<[String; 2]> {
    dialogue.asked.as_ref()?;
    let [stays, returns, turns, leaves] =
        edition.following.moves(Heard { normalised: &trace.normalised, meaning: trace.query.meaning() }).map(f32::exp);
    Some([stays + returns, turns + leaves].map(|share| format!("{share:.2}")))
}

/// The other matters that people who said the like of the guide talked about needed, with their shares.
fn turned_to(edition: &Edition, dialogue: &Dialogue, trace: &Trace<'_>) -> Vec<(String, String)> {
    let Some(guide) = dialogue.guide.as_ref().and_then(|guide| edition.corpus.guide(guide)) else { return Vec::new() };
    let heard = Heard { normalised: &trace.normalised, meaning: trace.query.meaning() };
    let learned = edition.answering.shares(guide, heard);
    let turns = learned.turns().filter(|(_, share)| *share >= WORTH_SHOWING);
    likeliest(turns.map(|(to, share)| (to.id().to_owned(), share)))
}

/// What is likeliest in the light of what was said before, with its share; nothing known is an empty name.
fn in_context(edition: &Edition, trace: &Trace<'_>) -> Vec<(String, String)> {
    let features: Vec<_> = trace.in_context.iter().map(|(_, features)| *features).collect();
    let shares = edition.search.ranking().shares_in_context(&features);
    let name = |meant: &Meant| meant.as_ref().map_or_else(String::new, |entry| entry.id().to_owned());
    likeliest(trace.in_context.iter().map(|(meant, _)| name(meant)).zip(shares))
}

/// What of the guide talked about is likeliest to answer, with its share; nothing is an empty name.
fn in_guide(edition: &Edition, dialogue: &Dialogue, trace: &Trace<'_>) -> Vec<(String, String)> {
    let Some(guide) = dialogue.guide.as_ref().and_then(|guide| edition.corpus.guide(guide)) else { return Vec::new() };
    let passages = guide.passages();
    let features: Vec<_> = trace.in_guide.iter().map(|(_, features)| *features).collect();
    let shares = edition.search.ranking().shares_in_guide(&features);
    let name = |part: Option<Part>| match part {
        Some(Part::Passage(number)) => passages[number].text.to_string(),
        Some(Part::Facet(facet)) => facet.key().to_owned(),
        None => String::new(),
    };
    likeliest(trace.in_guide.iter().map(|(part, _)| name(*part)).zip(shares))
}

/// The sentences that were all that was told last.
fn told_before(edition: &Edition, dialogue: &Dialogue) -> Vec<String> {
    let Some(guide) = dialogue.guide.as_ref().and_then(|guide| edition.corpus.guide(guide)) else { return Vec::new() };
    let passages = guide.passages();
    dialogue.told.iter().filter_map(|number| Some(passages.get(*number)?.text.to_string())).collect()
}

fn likeliest(judged: impl Iterator<Item = (String, f32)>) -> Vec<(String, String)> {
    let mut judged: Vec<(String, f32)> = judged.collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    judged.into_iter().take(SHOWN).map(|(name, share)| (name, format!("{share:.2}"))).collect()
}

/// The sentences that are said for themselves.
fn told(edition: &Edition, step: &Step) -> Vec<String> {
    let (guide, told): (_, &[Told]) = match step {
        Step::Answer { guide, excerpt, .. } => match &excerpt.extent {
            Extent::Passages(told) | Extent::Opening(told) => (guide, told),
            Extent::Facet | Extent::Led(_) | Extent::Paper(_) => return Vec::new(),
        },
        Step::Unsure { guide, nearest, .. } => (guide, nearest.as_slice()),
        _ => return Vec::new(),
    };
    let guide = edition.corpus.guide(guide).expect("decisions name guides of this corpus");
    let passages = guide.passages();
    told.iter().map(|told| passages[told.passage].text.to_string()).collect()
}

fn trace_words(edition: &Edition, trace: &Trace<'_>) -> Vec<String> {
    let words = edition.search.lexicon().explain(&trace.asked);
    let words = words.into_iter().map(|(word, means)| match means {
        [] => word.to_owned(),
        means => format!("{word} → {}", means.join("、")),
    });
    words.collect()
}

/// The step's name for the template, and what it is about.
fn step(step: &Step) -> (&'static str, Vec<String>) {
    let ids = |entries: &[(EntryRef, f32)]| entries.iter().map(|(entry, _)| entry.id().to_owned()).collect();
    match step {
        Step::Answer { guide, excerpt, situation, .. } => {
            let facets = std::iter::once(excerpt.facet).chain(excerpt.also.iter().copied());
            let facets = facets.map(|facet| facet.key().to_owned());
            ("answer", std::iter::once(guide.to_string()).chain(facets).chain(situation.clone()).collect())
        }
        Step::Unsure { guide, .. } => ("unsure", vec![guide.to_string()]),
        Step::Clarify(options) => ("clarify", ids(options)),
        Step::Several(matters) => ("several", ids(matters)),
        Step::Journey(journey) => ("journey", vec![journey.to_string()]),
        Step::Listed(matter) | Step::ListedDetail { matter, .. } => ("listed", vec![matter.to_string()]),
        Step::Areas => ("areas", Vec::new()),
        Step::Area(zone) => ("area", vec![zone.key().to_owned()]),
        Step::Hall(_) => ("hall", Vec::new()),
        Step::Handoff { .. } => ("handoff", Vec::new()),
        Step::AskOpinion | Step::TakeOpinion => ("opinion", Vec::new()),
        Step::TakeMisconduct => ("misconduct", Vec::new()),
        Step::OfferLevels(_) | Step::Rate(..) | Step::RefuseRating | Step::TakeReason(_) | Step::LeaveReason => {
            ("rating", Vec::new())
        }
        Step::Progress(_) => ("progress", Vec::new()),
        Step::Forget => ("forget", Vec::new()),
        Step::Smalltalk(_) => ("smalltalk", Vec::new()),
        Step::Help { .. } => ("help", Vec::new()),
        Step::Reject(_) => ("reject", Vec::new()),
        Step::SayAgain => ("say_again", Vec::new()),
        Step::AskWhich(_) => ("ask_which", Vec::new()),
        Step::Admit { candidates, .. } => ("admit", ids(candidates)),
    }
}

/// The reason's name for the template, and its figures.
fn reason(reason: &Reason) -> (&'static str, Vec<String>) {
    let pair = |a: f32, b: f32| vec![format!("{a:.3}"), format!("{b:.3}")];
    match reason {
        Reason::Chosen => ("chosen", Vec::new()),
        Reason::FollowUp => ("follow_up", Vec::new()),
        Reason::LeansOnContext => ("context", Vec::new()),
        Reason::Cue(cue) => ("cue", vec![cue.clone()]),
        Reason::Sure { confidence, threshold } => ("sure", pair(*confidence, *threshold)),
        Reason::Plausible { confidence, threshold } => ("plausible", pair(*confidence, *threshold)),
        Reason::MaySendAway => ("send_away", Vec::new()),
        Reason::OneWord => ("one_word", Vec::new()),
        Reason::NothingClose { confidence, threshold } => ("nothing", pair(*confidence, *threshold)),
        Reason::ToldApart => ("told_apart", Vec::new()),
        Reason::Parting => ("parting", Vec::new()),
        Reason::Opinion => ("opinion", Vec::new()),
        Reason::SeveralParts => ("parts", Vec::new()),
        Reason::Form => ("form", Vec::new()),
    }
}

//! What is being asked, given the words alone: which facet, which short reply, which receipt, which situation.
//!
//! Reads, never decides: what to do about it is `conversation::decision`.

mod answering;
mod clauses;
mod cues;
mod following;
mod pick;
mod readable;
mod slots;
mod wording;

use crate::corpus::{Corpus, Document, Facet, Guide, Intent, Text, TurnCues};
use crate::records::Receipt;
use crate::search::Lexicon;
use crate::text::segment::bigrams;

pub use answering::{Answering, PartShares};
pub use clauses::{denied, meant, parts};
pub use cues::Cues;
pub use following::{FacetShares, Following, Move, Subjects};
pub use pick::Pick;
pub use readable::{LONGEST_MESSAGE, Unreadable, readable};
use slots::slots;

/// By convention the situation in which somebody else comes instead.
const SOMEBODY_ELSE: &str = "proxy";

/// What a message says about itself, before any search.
#[derive(Clone, Debug)]
pub struct Reading<'c> {
    /// The facet it asks for.
    pub facet: Option<Facet>,
    /// The corpus phrase that gave the facet away.
    pub facet_cue: Option<&'c str>,
    /// Whether nothing but the facet and small words is left: a follow-up about what was said before.
    pub is_only_facet: bool,
    /// Whether it turns down what was answered before ("不对", "不是这个，是…").
    pub corrects: bool,
    /// Whether it turns to something else ("算了，还是…", "顺便再问").
    pub turns_away: bool,
    /// Whether it comes back to what was talked about before ("说回…").
    pub turns_back: bool,
    /// Whether it is a question rather than a remark.
    pub asks: bool,
    /// Words that carry the matter.
    pub content: Vec<String>,
    /// A choice among options offered before.
    pub pick: Option<Pick>,
    /// A receipt number in it.
    pub receipt: Option<Receipt>,
    /// An intent one of whose deciding phrases it contains, the longest phrase first.
    pub cued_intent: Option<(&'c Intent, &'c str)>,
}

/// Reads `normalised` with the phrases of `corpus`, of which `cues` are.
pub fn read<'c>(normalised: &str, corpus: &'c Corpus, cues: &'c Cues, lexicon: &Lexicon) -> Reading<'c> {
    let heard = cues.facet(normalised);
    let rest = match heard {
        Some((_, cue)) => normalised.replacen(cue, " ", 1),
        None => normalised.to_owned(),
    };
    let content: Vec<String> = lexicon.content_words(&rest).into_iter().map(str::to_owned).collect();
    let turns = &corpus.language.turns;
    Reading {
        facet: heard.map(|(facet, _)| facet),
        facet_cue: heard.map(|(_, cue)| cue),
        is_only_facet: heard.is_some() && content.iter().all(|word| is_small(word)),
        corrects: corrects(turns, normalised),
        turns_away: turns.turn_away.iter().any(|turn| normalised.contains(turn.as_str())),
        turns_back: turns.turn_back.iter().any(|turn| normalised.contains(turn.as_str())),
        asks: turns.asking.iter().any(|word| normalised.contains(word.as_str())),
        pick: pick::pick(normalised),
        receipt: find_receipt(normalised),
        cued_intent: cues.intent(normalised, corpus),
        content,
    }
}

/// The situation of `guide` that the words point to: by its longest cue, by an age, or by who goes for whom.
pub fn situation<'g>(normalised: &str, guide: &'g Guide) -> Option<&'g str> {
    let cues = guide.situations.iter().flat_map(|situation| situation.cues.iter().map(move |cue| (situation, cue)));
    let cued = cues.filter(|(_, cue)| normalised.contains(cue.as_str())).max_by_key(|(_, cue)| cue.len());
    let by_slots = || {
        let slots = slots(normalised);
        let is_under = |limit: Option<u32>| slots.age.zip(limit).is_some_and(|(age, limit)| age < limit);
        let by_age = guide.situations.iter().find(|situation| is_under(situation.under_age));
        by_age.or_else(|| guide.situation(SOMEBODY_ELSE).filter(|_| slots.on_behalf))
    };
    cued.map(|(situation, _)| situation).or_else(by_slots).map(|situation| situation.id.as_str())
}

/// The document of `guide` that the words name, of those that may be needed in `situation`: what they contain of its
/// name, above all of its end ("执照" for 营业执照), what is in brackets aside.
pub fn named_document(normalised: &str, guide: &Guide, situation: Option<&str>) -> Option<usize> {
    let heard = |name: &str| {
        let name = name.split('（').next().unwrap_or(name);
        let pairs: Vec<&str> = bigrams(name).collect();
        let found: Vec<bool> = pairs.iter().map(|pair| normalised.contains(*pair)).collect();
        let ending = found.iter().rev().take_while(|is_said| **is_said).count();
        let share = found.iter().filter(|is_said| **is_said).count() as f32 / pairs.len().max(1) as f32;
        (ending, share)
    };
    let documents: Vec<(usize, &Document)> = match situation {
        Some(_) => guide.documents_for(situation).collect(),
        None => guide.documents.iter().enumerate().collect(),
    };
    let documents = documents.into_iter().map(|(number, document)| (heard(&document.name), number));
    documents
        .filter(|((ending, share), _)| *ending > 0 || *share >= 0.5)
        .max_by(|((ending, share), a), ((other_ending, other_share), b)| {
            ending.cmp(other_ending).then(share.total_cmp(other_share)).then(b.cmp(a))
        })
        .map(|(_, number)| number)
}

fn is_small(word: &str) -> bool {
    word.chars().count() == 1 && !word.chars().any(|c| c.is_ascii_digit())
}

/// "不是个体户，是公司", but not "不是说要公证吗".
fn corrects(turns: &TurnCues, normalised: &str) -> bool {
    let said = after_interjections(&turns.interjections, normalised);
    let first_clause = said.split([',', '?', '!', '.']).next().unwrap_or(said);
    let doubts = turns.doubt.iter().any(|ending| first_clause.ends_with(ending.as_str()));
    opens_with(&turns.correct, said) && !opens_with(&turns.not_correct, said) && !doubts
}

/// "哦，说错了" opens with 说错.
fn after_interjections<'t>(interjections: &[Text], said: &'t str) -> &'t str {
    let words = said.trim_start_matches(|c: char| !c.is_alphanumeric());
    let rest = interjections.iter().find_map(|word| words.strip_prefix(word.as_str()));
    rest.map_or(words, |rest| after_interjections(interjections, rest))
}

fn opens_with(openings: &[Text], normalised: &str) -> bool {
    openings.iter().any(|opening| normalised.starts_with(opening.as_str()))
}

fn find_receipt(normalised: &str) -> Option<Receipt> {
    let mut digits = normalised.split(|c: char| !c.is_ascii_digit());
    digits.find_map(Receipt::parse)
}

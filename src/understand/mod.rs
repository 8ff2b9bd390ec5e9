//! What is being asked, given the words alone: which facet, which short reply, which receipt, which situation.
//!
//! Reads, never decides: what to do about it is `conversation::decision`.

mod amounts;
mod answering;
mod clauses;
mod cues;
mod following;
mod kept;
mod pick;
mod readable;
mod slots;
mod wording;

use crate::corpus::{Corpus, Document, Facet, Guide, HallTopic, Intent, IntentKind, Situation, Text, TurnCues};
use crate::records::Receipt;
use crate::search::Lexicon;
use crate::text::segment::bigrams;

pub use amounts::{Amount, Bearing, Measure, amounts};
pub use answering::{Answering, PartShares};
pub use clauses::{denied, meant, parts};
pub use cues::Cues;
pub use following::{FacetShares, Following, Move, Subjects};
pub use kept::{learn, open_or_learn};
pub use pick::Pick;
pub use readable::{LONGEST_MESSAGE, Unreadable, readable};
use slots::slots;
pub use wording::Heard;

/// Fewest characters beside courtesies that are heard for themselves.
const SHORTEST_REST: usize = 3;

/// By convention the situation in which somebody else comes instead.
const SOMEBODY_ELSE: &str = "proxy";

/// What a message says about itself, before any search.
#[derive(Clone, Debug)]
pub struct Reading<'c> {
    /// The facet it asks for.
    pub facet: Option<Facet>,
    /// The corpus phrase that gave the facet away.
    pub facet_cue: Option<&'c str>,
    /// Whether nothing but facets and small words is left: a follow-up about what was said before.
    pub is_only_facet: bool,
    /// All that is asked for outright, in the order said ("带什么，多少钱"): told together.
    pub facets_asked: Vec<Facet>,
    /// Whether it turns down what was answered before ("不对", "不是这个，是…").
    pub corrects: bool,
    /// Whether it turns to something else ("算了，还是…", "顺便再问").
    pub turns_away: bool,
    /// Whether it comes back to what was talked about before ("说回…").
    pub turns_back: bool,
    /// Whether it ends with thanks.
    pub thanks_last: bool,
    /// Whether it asks if something is to be brought, and not what ("户口本要带不").
    pub asks_need: bool,
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
    let said = without_courtesies(&corpus.language.turns, normalised);
    let rest = match heard {
        Some((_, cue)) => said.replacen(cue, " ", 1),
        None => said.to_owned(),
    };
    let content: Vec<String> = lexicon.content_words(&rest).into_iter().map(str::to_owned).collect();
    let turns = &corpus.language.turns;
    Reading {
        facet: heard.map(|(facet, _)| facet),
        facet_cue: heard.map(|(_, cue)| cue),
        is_only_facet: is_only_facets(&cues.facets(said), said, lexicon),
        facets_asked: facets_asked(turns, cues, said, lexicon),
        corrects: corrects(turns, normalised),
        turns_away: turns.turn_away.iter().any(|turn| said.contains(turn.as_str())),
        turns_back: turns.turn_back.iter().any(|turn| normalised.contains(turn.as_str())),
        thanks_last: thanks_at_last(turns, normalised).is_some(),
        asks_need: asks_need(turns, normalised),
        // The 吧 of "行吧" asks nothing.
        asks: has_asking(turns, after_interjections(&turns.interjections, normalised)),
        pick: pick::pick(normalised),
        receipt: find_receipt(normalised),
        cued_intent: cues.intent(normalised, corpus),
        content,
    }
}

/// The facets that the clauses of a message ask for by themselves, each once: of a clause that says nothing else all, of
/// others the one that is surely asked. "怎么办" asks for whatever is said beside it, and "没有" is no question.
fn facets_asked(turns: &TurnCues, cues: &Cues, normalised: &str, lexicon: &Lexicon) -> Vec<Facet> {
    let is_clear = |facet: Facet| !matches!(facet, Facet::Overview | Facet::Steps | Facet::MissingDocument);
    let mut asked = Vec::new();
    for clause in clauses(normalised) {
        let heard = match is_only_facets(&cues.facets(clause), clause, lexicon) {
            true => cues.facets(clause),
            false => cues.facet(clause).into_iter().filter(|(_, phrase)| has_asking(turns, phrase)).collect(),
        };
        for (facet, _) in heard.into_iter().filter(|(facet, _)| is_clear(*facet)) {
            if !asked.contains(&facet) {
                asked.push(facet);
            }
        }
    }
    asked
}

/// The facts of the hall that some of several clauses ask for by a deciding phrase, each once, and what else the message
/// says, if anything: "周六上班吗，通行证要带什么". A phone asked for is no fact of the hall beside a matter.
pub fn beside_the_hall(normalised: &str, corpus: &Corpus, cues: &Cues) -> (Vec<HallTopic>, Option<String>) {
    if clauses(normalised).count() < 2 {
        return (Vec::new(), None);
    }
    let (mut topics, mut rest, mut asks_phone) = (Vec::new(), Vec::new(), false);
    for clause in clauses(normalised) {
        // "上班时间去不了" tells a circumstance.
        let intent = cues.intent(clause, corpus).filter(|_| has_asking(&corpus.language.turns, clause));
        match intent.map(|(intent, _)| intent.kind) {
            // Of a matter that is the phone of whoever sees to it, with which the answer closes.
            Some(IntentKind::Hall(HallTopic::Phone)) => asks_phone = true,
            Some(IntentKind::Hall(topic)) if topics.contains(&topic) => {}
            Some(IntentKind::Hall(topic)) => topics.push(topic),
            _ => rest.push(clause),
        }
    }
    let rest = rest.join("，");
    let says_more = (asks_phone || !topics.is_empty()) && is_enough(&rest.as_str());
    (topics, says_more.then_some(rest))
}

/// The clauses of a message that ask something; none when there is but one.
pub fn clauses_that_ask<'n>(normalised: &'n str, corpus: &'n Corpus) -> impl Iterator<Item = &'n str> {
    let several = clauses(normalised).count() > 1;
    clauses(normalised).filter(move |clause| several && has_asking(&corpus.language.turns, clause))
}

fn has_asking(turns: &TurnCues, text: &str) -> bool {
    turns.asking.iter().any(|word| text.contains(word.as_str()))
}

/// What stands between the pauses of a message.
pub fn clauses(normalised: &str) -> impl Iterator<Item = &str> {
    let is_pause = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || "，。；、！？".contains(c);
    normalised.split(is_pause).filter(|clause| !clause.is_empty())
}

/// What stands before the thanks with which a message ends, if it does.
fn thanks_at_last<'n>(turns: &TurnCues, normalised: &'n str) -> Option<&'n str> {
    let said = normalised.trim_end_matches(|c: char| !c.is_alphanumeric() || "了啊啦哈你们".contains(c));
    turns.thanks.iter().find_map(|thanks| said.strip_suffix(thanks.as_str()))
}

/// Whether nothing but the phrases `heard` and small words is in a text.
fn is_only_facets(heard: &[(Facet, &str)], text: &str, lexicon: &Lexicon) -> bool {
    let rest = heard.iter().fold(text.to_owned(), |rest, (_, phrase)| rest.replacen(phrase, " ", 1));
    !heard.is_empty() && lexicon.content_words(&rest).iter().all(|word| is_small(word))
}

/// The situation of `guide` that the words point to: by its longest cue, by an age, or by who goes for whom.
pub fn situation<'g>(normalised: &str, guide: &'g Guide) -> Option<&'g str> {
    let cues = guide.situations.iter().flat_map(|situation| situation.cues.iter().map(move |cue| (situation, cue)));
    let cued = cues.filter(|(_, cue)| normalised.contains(cue.as_str())).max_by_key(|(_, cue)| cue.len());
    let by_slots = || {
        let slots = slots(normalised);
        let by_age = slots.age.and_then(|age| under_age(guide, age));
        by_age.or_else(|| guide.situation(SOMEBODY_ELSE).filter(|_| slots.on_behalf))
    };
    cued.map(|(situation, _)| situation).or_else(by_slots).map(|situation| situation.id.as_str())
}

/// The situation of `guide` for somebody of `age` years, if it has one.
pub fn under_age(guide: &Guide, age: u32) -> Option<&Situation> {
    guide.situations.iter().find(|situation| situation.under_age.is_some_and(|limit| age < limit))
}

/// The document of `guide` that the words name, of those that may be needed in `situation`: what they contain of its
/// name, above all of its end ("执照" for 营业执照), what is in brackets aside.
pub fn named_document(normalised: &str, guide: &Guide, situation: Option<&str>) -> Option<usize> {
    let documents: Vec<(usize, &Document)> = match situation {
        Some(_) => guide.documents_for(situation).collect(),
        None => guide.documents.iter().enumerate().collect(),
    };
    let documents = documents.into_iter().filter_map(|(number, document)| Some((named(normalised, document)?, number)));
    documents
        .max_by(|((ending, share), a), ((other_ending, other_share), b)| {
            ending.cmp(other_ending).then(share.total_cmp(other_share)).then(b.cmp(a))
        })
        .map(|(_, number)| number)
}

/// Whether the words name `document`.
pub fn names_document(normalised: &str, document: &Document) -> bool {
    named(normalised, document).is_some()
}

/// How much of the end of the document's name the words contain, in pairs of characters, and the share of all of it;
/// `None` when that is too little.
fn named(normalised: &str, document: &Document) -> Option<(usize, f32)> {
    let name = document.name.split('（').next().unwrap_or(&document.name);
    let pairs: Vec<&str> = bigrams(name).collect();
    let found: Vec<bool> = pairs.iter().map(|pair| normalised.contains(*pair)).collect();
    let ending = found.iter().rev().take_while(|is_said| **is_said).count();
    let share = found.iter().filter(|is_said| **is_said).count() as f32 / pairs.len().max(1) as f32;
    (ending > 0 || share >= 0.5).then_some((ending, share))
}

fn is_small(word: &str) -> bool {
    word.chars().count() == 1 && !word.chars().any(|c| c.is_ascii_digit())
}

fn asks_need(turns: &TurnCues, normalised: &str) -> bool {
    let has = |words: &[Text]| words.iter().any(|word| normalised.contains(word.as_str()));
    has(&turns.need) && !has(&turns.which)
}

/// "不是个体户，是公司", but not "不是说要公证吗".
fn corrects(turns: &TurnCues, normalised: &str) -> bool {
    let said = after_interjections(&turns.interjections, normalised);
    let first_clause = said.split([',', '?', '!', '.']).next().unwrap_or(said);
    let doubts = turns.doubt.iter().any(|ending| first_clause.ends_with(ending.as_str()));
    opens_with(&turns.correct, said) && !opens_with(&turns.not_correct, said) && !doubts
}

/// "算了，那要带什么，谢谢" asks what stands in the middle; what is nothing but courtesy stays whole.
pub fn without_courtesies<'n>(turns: &TurnCues, normalised: &'n str) -> &'n str {
    let said = without_interjections(turns, normalised);
    let before = thanks_at_last(turns, said).map(|before| before.trim_end_matches(|c: char| !c.is_alphanumeric()));
    before.filter(is_enough).unwrap_or(said)
}

/// "算了，那要带什么" asks what comes after; nothing but an interjection stays whole, and 额 in 额度 is none.
fn without_interjections<'n>(turns: &TurnCues, normalised: &'n str) -> &'n str {
    let ends = |rest: &&str| rest.starts_with(|c: char| !c.is_alphanumeric() || c == '那');
    let mut rests = turns.interjections.iter().filter_map(|word| normalised.strip_prefix(word.as_str()));
    let rest = rests.find(ends).map(|rest| rest.trim_start_matches(|c: char| !c.is_alphanumeric())).filter(is_enough);
    rest.map_or(normalised, |rest| without_interjections(turns, rest))
}

fn is_enough(rest: &&str) -> bool {
    rest.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_REST
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

//! What a message means in the light of what was said before: a facet more, a choice among the offered, a correction, or
//! another matter after all.
//!
//! Each entry is judged twice: by the words alone, and by the words together with those that led to the matter talked
//! about. An entry that both speak for wins; words that speak for nothing by themselves stay with the matter.

use super::decision::{Decision, Reason, Situation, Step, by_confidence, situation_of, sure};
use crate::corpus::{Facet, GuideId, HallTopic, IntentKind};
use crate::search::{EntryRef, Hit};

/// Below this confidence words speak for no matter by themselves.
const SPEAKS_FOR_ITSELF: f32 = 0.2;
/// What the matter talked about is worth by the words alone, when they are short or ask for a facet.
const WORTH_OF_STAYING: f32 = 0.12;
/// What an offered entry is worth by the words alone.
const WORTH_OF_OFFERED: f32 = 0.04;
/// At and above this confidence words name another matter, whatever was talked about.
const NAMES_ANOTHER: f32 = 0.66;
/// The same for a word or two, which may as well be a reply.
const NAMES_OUTRIGHT: f32 = 0.85;
/// What an entry that one reading does not know is worth in it.
const UNHEARD: f32 = 0.01;
/// Words that carry too little to be a matter of their own.
const FEW_WORDS: usize = 3;
/// Longest message in characters that leans on what was said before by its shortness alone.
const SHORT: usize = 14;

/// Decides in context; `None` when nothing was talked about, or the words start afresh.
pub fn decide(s: &Situation<'_>) -> Option<Decision> {
    let matter = matter_talked_about(s)?;
    if s.reading.corrects {
        return Some(other_than(s, &matter));
    }
    if s.reading.is_only_facet || asks_when_open(s) {
        return stay(s, &matter, Reason::FollowUp);
    }
    if is_a_word_or_two(s)
        && s.dialogue.guide.is_none()
        && let Some(best) = s.hits_together.first().filter(|hit| hit.confidence >= SPEAKS_FOR_ITSELF)
        && !surely_small_talk(s)
    {
        return Some(Decision { step: sure(s, best)?, reason: Reason::LeansOnContext });
    }
    let alone = s.hits.first().map_or(0.0, |hit| hit.confidence);
    if surely_small_talk(s) {
        return None;
    }
    if alone < SPEAKS_FOR_ITSELF {
        return if leans(s) { stay(s, &matter, Reason::LeansOnContext) } else { by_both(s, &matter) };
    }
    by_both(s, &matter)
}

/// The guide talked about, or the likeliest of those offered.
fn matter_talked_about(s: &Situation<'_>) -> Option<GuideId> {
    let offered = s.dialogue.offered.iter().find_map(|entry| match entry {
        EntryRef::Guide(guide) => Some(guide.clone()),
        _ => None,
    });
    s.dialogue.guide.clone().or(offered)
}

/// Short, asking for a facet, or opening like a follow-up.
fn leans(s: &Situation<'_>) -> bool {
    if s.reading.turns_away {
        return false;
    }
    let is_short = s.normalised.chars().filter(|c| c.is_alphanumeric()).count() <= SHORT;
    s.reading.facet.is_some() || s.reading.opens_like_follow_up || (is_short && !speaks_of_something_unknown(s))
}

/// Several words, and one of them nobody at the hall has ever written, or all of them like what it cannot answer: not
/// about the matter talked about.
fn speaks_of_something_unknown(s: &Situation<'_>) -> bool {
    s.reading.content.len() > FEW_WORDS && (!s.unknown.is_empty() || is_like_what_nobody_answers(s))
}

fn is_like_what_nobody_answers(s: &Situation<'_>) -> bool {
    let intent = s.hits.first().and_then(|hit| match &hit.entry {
        EntryRef::Intent(id) => s.corpus.language.intents.iter().find(|intent| intent.id.as_str() == id),
        _ => None,
    });
    intent.is_some_and(|intent| {
        matches!(intent.kind, IntentKind::Unanswered | IntentKind::Reject | IntentKind::Smalltalk)
    })
}

/// The confidence from which words name another matter: a word or two must name it outright.
fn names_another(s: &Situation<'_>) -> f32 {
    if is_a_word_or_two(s) { NAMES_OUTRIGHT } else { NAMES_ANOTHER }
}

/// A word or two is rather a reply than a question.
fn is_a_word_or_two(s: &Situation<'_>) -> bool {
    const FEW: usize = 5;
    s.normalised.chars().filter(|c| c.is_alphanumeric()).count() <= FEW
}

/// "几点上班" about a matter asks when its window is open.
fn asks_when_open(s: &Situation<'_>) -> bool {
    let hours = |kind: IntentKind| kind == IntentKind::Hall(HallTopic::Hours);
    let is_heard = s.reading.cued_intent.is_some_and(|(intent, _)| hours(intent.kind));
    let comes_first = s.hits.first().is_some_and(|hit| match &hit.entry {
        EntryRef::Intent(id) => {
            s.corpus.language.intents.iter().any(|intent| intent.id.as_str() == id && hours(intent.kind))
        }
        _ => false,
    });
    s.reading.facet == Some(Facet::Hours) && (is_heard || comes_first) && !s.normalised.contains("大厅")
}

/// Thanks, anger, an opinion: what is said to the bot rather than asked about the matter.
fn surely_small_talk(s: &Situation<'_>) -> bool {
    let is_sure = |hit: &Hit| matches!(hit.entry, EntryRef::Intent(_)) && hit.confidence >= s.ranking.answer_at;
    let is_cued = s.reading.cued_intent.is_some_and(|(intent, _)| !matches!(intent.kind, IntentKind::Hall(_)));
    s.reading.facet.is_none() && (is_cued || s.hits.first().is_some_and(is_sure))
}

fn stay(s: &Situation<'_>, guide: &GuideId, reason: Reason) -> Option<Decision> {
    let step = Step::Answer {
        situation: situation_of(s, guide),
        facet: s.reading.facet.or(s.dialogue.facet).unwrap_or(Facet::Overview),
        guide: guide.clone(),
        confidence: 1.0,
    };
    Some(Decision { step, reason })
}

/// Entries by what both readings say of them (the root of the product), best first.
fn judged_twice(s: &Situation<'_>, matter: &GuideId) -> Vec<Hit> {
    let confidence = |hits: &[Hit], entry: &EntryRef| {
        hits.iter().find(|hit| hit.entry == *entry).map_or(UNHEARD, |hit| hit.confidence.max(UNHEARD))
    };
    let matter = EntryRef::Guide(matter.clone());
    let mut judged: Vec<Hit> = Vec::new();
    for hit in s.hits.iter().chain(s.hits_together) {
        if judged.iter().any(|known| known.entry == hit.entry) {
            continue;
        }
        let mut alone = confidence(s.hits, &hit.entry);
        if s.dialogue.offered.contains(&hit.entry) {
            alone = alone.max(WORTH_OF_OFFERED);
        } else if hit.entry == matter && leans(s) {
            alone = alone.max(WORTH_OF_STAYING);
        }
        let both = (alone * confidence(s.hits_together, &hit.entry)).sqrt();
        judged.push(Hit { confidence: both, ..hit.clone() });
    }
    judged.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    judged
}

fn by_both(s: &Situation<'_>, matter: &GuideId) -> Option<Decision> {
    let first = s.hits.first();
    let judged = judged_twice(s, matter);
    let best = judged.first()?;
    // The words alone are sure, and together nothing speaks louder: another matter, or the same again.
    if let Some(first) = first
        && first.confidence >= s.ranking.answer_at
        && (first.entry == best.entry || first.confidence >= names_another(s))
    {
        return None;
    }
    let current = EntryRef::Guide(matter.clone());
    if best.entry == current {
        let stays_together =
            || s.hits_together.first().is_some_and(|hit| hit.entry == current) && !speaks_of_something_unknown(s);
        return if leans(s) || stays_together() { stay(s, matter, Reason::LeansOnContext) } else { None };
    }
    let second = judged.get(1).map_or(0.0, |hit| hit.confidence);
    if best.confidence >= SPEAKS_FOR_ITSELF && best.confidence > 1.3 * second {
        return Some(Decision { step: sure(s, best)?, reason: Reason::LeansOnContext });
    }
    None
}

/// "不是这个，是迁出": anything but the matter talked about.
fn other_than(s: &Situation<'_>, matter: &GuideId) -> Decision {
    let current = EntryRef::Guide(matter.clone());
    let others: Vec<Hit> = judged_twice(s, matter).into_iter().filter(|hit| hit.entry != current).collect();
    let alone: Vec<Hit> = s.hits.iter().filter(|hit| hit.entry != current).cloned().collect();
    let best = |hits: &[Hit]| hits.first().map_or(0.0, |hit| hit.confidence);
    by_confidence(&Situation { hits: if best(&alone) >= best(&others) { &alone } else { &others }, ..*s })
}

//! Answer, ask back, or admit: what to do about a message, and why. Values in, a value out; nothing is written here.

use super::dialogue::Dialogue;
use super::message::Action;
use super::step::{Decision, Excerpt, Reason, Rejection, Step};
use super::{answering, context};
use crate::corpus::{Corpus, Facet, Guide, GuideId, IntentKind};
use crate::phrasing::ReplyId;
use crate::records::Answer;
use crate::search::{EntryRef, Fit, Hit, Meaning, Ranking};
use crate::understand::{self, Answering, Following, Heard, Measure, Pick, Reading};

/// Options of a question back, at most.
pub const MOST_OPTIONS: usize = 4;

/// Longest message in characters whose parts are taken for matters of their own.
const LONGEST_LIST: usize = 60;

/// Share of the answering threshold from which catalogue matters are offered without any guide among them, as long as
/// nothing was talked about.
const MATTERS_ALONE: f32 = 0.6;

/// Share of the offering threshold from which a meaning of one word is offered.
const ONE_WORD: f32 = 0.5;

/// At and above this confidence the words alone name a matter.
pub(super) const NAMED_ANEW: f32 = 0.7;

/// Everything a decision rests on.
pub struct Situation<'s> {
    /// The corpus.
    pub corpus: &'s Corpus,
    /// Thresholds.
    pub ranking: &'s Ranking,
    /// What was said before.
    pub dialogue: &'s Dialogue,
    /// What the words say about themselves.
    pub reading: &'s Reading<'s>,
    /// What may answer, best first.
    pub hits: &'s [Hit],
    /// Words that occur nowhere in the corpus.
    pub unknown: &'s [String],
    /// What may answer when the words are read together with those that led to the matter talked about, best first;
    /// empty when nothing was talked about.
    pub hits_together: &'s [Hit],
    /// What messages do to conversations, and which matters follow on which.
    pub following: &'s Following,
    /// Which sentence of a guide answers a message about it, by its wording.
    pub answering: &'s Answering,
    /// How the words fit each of several entries.
    pub fits: &'s dyn Fn(&[EntryRef]) -> Vec<Fit>,
    /// What may answer each part of a message that joins several; empty when it has but one.
    pub hits_by_part: &'s [Vec<Hit>],
    /// The words in normal form.
    pub normalised: &'s str,
    /// What the words that are meant mean together.
    pub meaning: Option<&'s Meaning>,
}

impl<'s> Situation<'s> {
    /// The message as its wording is heard.
    pub fn heard(&self) -> Heard<'s> {
        Heard { normalised: self.normalised, meaning: self.meaning }
    }
}

/// Decides about a message of words; `in_context` is what it may mean in the light of what was said before, `in_guide` what
/// of the guide talked about may answer it.
pub fn decide(
    situation: &Situation<'_>,
    in_context: &[context::InContext],
    in_guide: &[answering::Judged],
) -> Decision {
    chosen_option(situation)
        .or_else(|| record_request(situation))
        .or_else(|| awaited_opinion(situation))
        .or_else(|| awaited_reason(situation))
        .or_else(|| area_named(situation))
        .or_else(|| several_matters(situation))
        .or_else(|| parting(situation))
        .or_else(|| context::decide(situation, in_context, in_guide))
        .or_else(|| deciding_phrase(situation))
        .unwrap_or_else(|| by_confidence(situation))
}

/// Decides about a button, after checking that it leads somewhere.
pub fn decide_press(action: &Action, corpus: &Corpus, dialogue: &Dialogue) -> Decision {
    let step = match action {
        Action::Facet(guide, facet) if corpus.guide(guide).is_some() => {
            let situation = dialogue.situation.clone().filter(|_| dialogue.guide.as_ref() == Some(guide));
            Some(Step::Answer { guide: guide.clone(), excerpt: Excerpt::facet(*facet), situation, confidence: 1.0 })
        }
        Action::Situation(guide, id) => corpus.guide(guide).and_then(|g| g.situation(id)).map(|_| Step::Answer {
            guide: guide.clone(),
            excerpt: Excerpt::facet(Facet::Documents),
            situation: Some(id.clone()),
            confidence: 1.0,
        }),
        Action::Guide(guide) if corpus.guide(guide).is_some() => {
            Some(choose(&EntryRef::Guide(guide.clone()), dialogue))
        }
        Action::Matter(matter) if corpus.matter(matter).is_some() => Some(Step::Listed(matter.clone())),
        Action::Journey(journey) if corpus.journey(journey).is_some() => Some(Step::Journey(journey.clone())),
        Action::Areas => Some(Step::Areas),
        Action::Area(zone) => Some(Step::Area(*zone)),
        Action::NoneOfThese => Some(none_of_these(dialogue)),
        Action::NotThis => Some(Step::SayAgain),
        Action::Mine => Some(Step::Progress(None)),
        Action::Suggest => Some(Step::AskOpinion),
        Action::Forget => Some(Step::Forget),
        Action::Rate(number) => Some(rateable(*number, dialogue).map_or(Step::RefuseRating, Step::OfferLevels)),
        Action::Rated(number, level) => {
            Some(rateable(*number, dialogue).map_or(Step::RefuseRating, |answer| Step::Rate(answer, *level)))
        }
        Action::NoReason => Some(Step::LeaveReason),
        _ => None,
    };
    // A button of an old reply may point to a guide that is gone.
    Decision { step: step.unwrap_or(Step::Help { first_words: false }), reason: Reason::Chosen }
}

/// Only an answer this conversation was given can be rated: anybody can send any number.
fn rateable(number: u32, dialogue: &Dialogue) -> Option<Answer> {
    dialogue.answers.iter().find(|answer| answer.number == number).cloned()
}

pub(super) fn choose(entry: &EntryRef, dialogue: &Dialogue) -> Step {
    match entry {
        EntryRef::Guide(guide) => Step::Answer {
            guide: guide.clone(),
            excerpt: Excerpt::facet(dialogue.facet.filter(|_| dialogue.guide.is_none()).unwrap_or(Facet::Overview)),
            situation: None,
            confidence: 1.0,
        },
        EntryRef::Matter(matter) => Step::Listed(matter.clone()),
        EntryRef::Journey(journey) => Step::Journey(journey.clone()),
        EntryRef::Intent(_) => Step::SayAgain,
    }
}

fn none_of_these(dialogue: &Dialogue) -> Step {
    match dialogue.asked {
        Some(_) => Step::Admit {
            candidates: dialogue.offered.iter().map(|entry| (entry.clone(), 0.0)).collect(),
            earlier_question: true,
        },
        None => Step::SayAgain,
    }
}

/// A short reply to a question back.
fn chosen_option(s: &Situation<'_>) -> Option<Decision> {
    if s.dialogue.offered.is_empty() {
        // "没有" replies to something else.
        let turns_down =
            s.dialogue.guide.is_some() && s.reading.pick == Some(Pick::None) && s.normalised.contains('不');
        return turns_down.then_some(Decision { step: Step::SayAgain, reason: Reason::Chosen });
    }
    let step = match s.reading.pick? {
        Pick::None => none_of_these(s.dialogue),
        Pick::Nth(n) => choose(s.dialogue.offered.get(n)?, s.dialogue),
        Pick::Last => choose(s.dialogue.offered.last()?, s.dialogue),
    };
    Some(Decision { step, reason: Reason::Chosen })
}

/// "到哪了" with or without a number, and a number alone.
fn record_request(s: &Situation<'_>) -> Option<Decision> {
    let cue =
        s.reading.cued_intent.filter(|(intent, _)| matches!(intent.kind, IntentKind::Progress | IntentKind::Forget));
    if let Some((intent, cue)) = cue {
        let step =
            if intent.kind == IntentKind::Forget { Step::Forget } else { Step::Progress(s.reading.receipt.clone()) };
        return Some(Decision { step, reason: Reason::Cue(cue.to_owned()) });
    }
    let receipt = s.reading.receipt.clone()?;
    let only_number = s
        .reading
        .content
        .iter()
        .all(|word| word.chars().all(|c| c.is_ascii_digit()) || matches!(word.as_str(), "编号" | "收件" | "号"));
    only_number.then_some(Decision { step: Step::Progress(Some(receipt)), reason: Reason::Form })
}

fn awaited_opinion(s: &Situation<'_>) -> Option<Decision> {
    (s.dialogue.awaits_opinion && !s.normalised.starts_with('/'))
        .then_some(Decision { step: Step::TakeOpinion, reason: Reason::FollowUp })
}

fn awaited_reason(s: &Situation<'_>) -> Option<Decision> {
    let receipt = s.dialogue.awaits_reason.clone().filter(|_| !s.normalised.starts_with('/'))?;
    Some(Decision { step: Step::TakeReason(receipt), reason: Reason::FollowUp })
}

/// "医保" alone: whoever says no more than the area's name sees its matters.
fn area_named(s: &Situation<'_>) -> Option<Decision> {
    let named = s.corpus.units.iter().filter(|unit| unit.field() == s.normalised);
    let zone = named.filter_map(|unit| unit.zone).next().filter(|_| s.dialogue.offered.is_empty())?;
    Some(Decision { step: Step::Area(zone), reason: Reason::Form })
}

/// "身份证丢了要补，顺便办个通行证": parts that are sure by themselves, of different matters, a guide among them.
fn several_matters(s: &Situation<'_>) -> Option<Decision> {
    // A letter tells a story: what else it mentions is not asked for.
    if s.normalised.chars().filter(|c| c.is_alphanumeric()).count() > LONGEST_LIST {
        return None;
    }
    let mut matters: Vec<(EntryRef, f32)> = Vec::new();
    for hit in s.hits_by_part.iter().filter_map(|hits| hits.first()) {
        let is_sure = hit.confidence >= s.ranking.answer_at;
        let is_matter = matches!(hit.entry, EntryRef::Guide(_) | EntryRef::Matter(_));
        if is_sure && is_matter && matters.iter().all(|(known, _)| *known != hit.entry) {
            matters.push((hit.entry.clone(), hit.confidence));
        }
    }
    let has_guide = matters.iter().any(|(entry, _)| matches!(entry, EntryRef::Guide(_)));
    (matters.len() > 1 && has_guide).then_some(Decision { step: Step::Several(matters), reason: Reason::SeveralParts })
}

/// "那我问考点吧，谢谢": who thanks at last, asks nothing and names nothing known, takes leave.
fn parting(s: &Situation<'_>) -> Option<Decision> {
    let first = s.hits.first().filter(|hit| hit.confidence >= s.ranking.answer_at);
    let names_a_matter = first.is_some_and(|hit| !matches!(hit.entry, EntryRef::Intent(_)));
    let asks = s.reading.asks || s.reading.facet.is_some();
    let begins = begins(s) && s.dialogue.aside.is_none() && !s.dialogue.astray;
    if !s.reading.thanks_last || asks || names_a_matter || begins {
        return None;
    }
    let said = first.and_then(|hit| sure(s, hit)).filter(|step| matches!(step, Step::Smalltalk(_)));
    Some(Decision { step: said.unwrap_or(Step::Smalltalk(ReplyId::Thanks)), reason: Reason::Parting })
}

/// The situation of `guide` that was said or chosen, or that an age said before speaks of ("他9岁", then "带什么"). Whoever
/// names the matter anew begins anew with it.
pub(super) fn situation_of(s: &Situation<'_>, guide: &GuideId) -> Option<String> {
    let meant = understand::meant(s.normalised);
    let of = s.corpus.guide(guide)?;
    let said = || understand::situation(&meant, of).map(str::to_owned);
    let is_named_anew =
        s.hits.first().is_some_and(|hit| hit.entry == EntryRef::Guide(guide.clone()) && hit.confidence >= NAMED_ANEW);
    let goes_on = s.dialogue.guide.as_ref() == Some(guide) && !is_named_anew;
    let before = || s.dialogue.situation.clone().filter(|_| goes_on);
    let age = s.dialogue.amounts.iter().find(|amount| amount.measure == Measure::Age);
    let by_age = || Some(understand::under_age(of, age?.value)?.id.to_string());
    said().or_else(before).or_else(by_age)
}

/// The facet of `guide` that the words ask for. "公章丢了怎么办" is a situation of it, not a paper missing for it.
pub(super) fn facet_asked(s: &Situation<'_>, guide: &GuideId) -> Option<Facet> {
    let is_situation = |guide: &Guide| {
        let situation = understand::situation(s.normalised, guide);
        situation.is_some() && understand::named_document(s.normalised, guide, situation).is_none()
    };
    let is_no_paper = || s.corpus.guide(guide).is_some_and(is_situation);
    s.reading.facet.filter(|facet| *facet != Facet::MissingDocument || !is_no_paper())
}

/// A phrase that decides unless a guide is surely meant.
fn deciding_phrase(s: &Situation<'_>) -> Option<Decision> {
    let (intent, cue) = s.reading.cued_intent?;
    let surely_a_guide = s
        .hits
        .first()
        .is_some_and(|hit| matches!(hit.entry, EntryRef::Guide(_)) && hit.confidence >= s.ranking.answer_at);
    let step = intent_step(s, intent.id.as_str(), intent.kind)?;
    let goes_first = matches!(intent.kind, IntentKind::Handoff | IntentKind::Distress | IntentKind::Misconduct);
    (!surely_a_guide || goes_first).then(|| Decision { step, reason: Reason::Cue(cue.to_owned()) })
}

pub(super) fn by_confidence(s: &Situation<'_>) -> Decision {
    let best = s.hits.first().map_or(0.0, |hit| hit.confidence);
    let sends_away = s.hits.first().is_some_and(|first| best >= s.ranking.answer_at && may_send_away(s, first));
    let is_vague = s.hits.first().is_some_and(|first| best >= s.ranking.answer_at && is_vague(s, first));
    if let Some(first) = s.hits.first()
        && best >= s.ranking.answer_at
        && !sends_away
        && !is_vague
        && let Some(step) = sure(s, first)
    {
        return Decision { step, reason: Reason::Sure { confidence: best, threshold: s.ranking.answer_at } };
    }
    let offered = offered(s).filter(|hit| !matches!(hit.entry, EntryRef::Intent(_)));
    let options: Vec<(EntryRef, f32)> =
        offered.take(MOST_OPTIONS).map(|hit| (hit.entry.clone(), hit.confidence)).collect();
    let is_matter = |(entry, _): &(EntryRef, f32)| matches!(entry, EntryRef::Matter(_));
    // Somebody else's matters alone must be likelier: a list of them is no help to whoever asked something else. One
    // word ("户口") may mean any of them.
    let matters_alone_at = if begins(s) { MATTERS_ALONE * s.ranking.answer_at } else { s.ranking.answer_at };
    let is_worth_asking = !options.iter().all(is_matter) || best >= matters_alone_at || is_one_word(s);
    if !options.is_empty() && is_worth_asking {
        let reason = match () {
            () if sends_away => Reason::MaySendAway,
            () if is_vague => Reason::OneWord,
            () => Reason::Plausible { confidence: best, threshold: s.ranking.answer_at },
        };
        return Decision { step: Step::Clarify(options), reason };
    }
    Decision {
        step: Step::Admit { candidates: nearest(s), earlier_question: false },
        reason: Reason::NothingClose { confidence: best, threshold: s.ranking.offer_at },
    }
}

/// What is likely enough to be offered. One word tells nothing that would set its meanings apart.
fn offered<'s>(s: &Situation<'s>) -> impl Iterator<Item = &'s Hit> {
    let least = if is_one_word(s) { s.ranking.offer_at * ONE_WORD } else { s.ranking.offer_at };
    s.hits.iter().filter(move |hit| hit.confidence >= least)
}

/// Whether nothing was talked about yet.
fn begins(s: &Situation<'_>) -> bool {
    context::matter_talked_about(s.dialogue).is_none()
}

fn is_one_word(s: &Situation<'_>) -> bool {
    s.reading.content.len() == 1 && s.unknown.is_empty()
}

/// One word ("工伤") that is no guide's name may mean several of them, however often people mean one by it; after
/// something was said it may be a reply.
fn is_vague(s: &Situation<'_>, first: &Hit) -> bool {
    let guides = offered(s).filter(|hit| matches!(hit.entry, EntryRef::Guide(_))).count();
    begins(s) && is_one_word(s) && s.reading.facet.is_none() && !first.evidence.is_word_for_word && guides > 1
}

/// Whether saying whose matter it is, or that nobody here knows, could send somebody away whom a guide helps: dearer than
/// a question back.
fn may_send_away(s: &Situation<'_>, first: &Hit) -> bool {
    let is_unanswered =
        |id: &str| s.corpus.language.intent(id).is_some_and(|intent| intent.kind == IntentKind::Unanswered);
    let sends_away = match &first.entry {
        EntryRef::Matter(_) => true,
        EntryRef::Intent(id) => is_unanswered(id),
        EntryRef::Guide(_) | EntryRef::Journey(_) => false,
    };
    let offered = s.hits.iter().take(MOST_OPTIONS).filter(|hit| hit.confidence >= s.ranking.offer_at);
    let guides: f32 = offered.filter(|hit| matches!(hit.entry, EntryRef::Guide(_))).map(|hit| hit.confidence).sum();
    sends_away && guides * s.ranking.costs.wrong > s.ranking.costs.question_back
}

/// What came closest, for whoever answers in the bot's place.
fn nearest(s: &Situation<'_>) -> Vec<(EntryRef, f32)> {
    s.hits.iter().take(MOST_OPTIONS).map(|hit| (hit.entry.clone(), hit.confidence)).collect()
}

pub(super) fn sure(s: &Situation<'_>, hit: &Hit) -> Option<Step> {
    Some(match &hit.entry {
        EntryRef::Guide(id) => {
            let situation = situation_of(s, id);
            // A facet asked for before it was said of what.
            let is_open = s.dialogue.guide.is_none() && s.dialogue.aside.is_none();
            let facet = facet_asked(s, id).or(s.dialogue.facet.filter(|_| is_open));
            match answering::opening(s, s.corpus.guide(id)?, facet, situation.as_deref()) {
                Some(excerpt) => {
                    let excerpt = excerpt.with_all_of(&s.reading.facets_asked);
                    Step::Answer { situation, excerpt, guide: id.clone(), confidence: hit.confidence }
                }
                None => Step::Unsure { guide: id.clone(), is_asked: true, opens: true, nearest: None },
            }
        }
        EntryRef::Matter(matter) => Step::Listed(matter.clone()),
        EntryRef::Journey(journey) => Step::Journey(journey.clone()),
        EntryRef::Intent(id) => {
            let intent = s.corpus.language.intent(id)?;
            intent_step(s, id, intent.kind)?
        }
    })
}

fn intent_step(s: &Situation<'_>, id: &str, kind: IntentKind) -> Option<Step> {
    Some(match kind {
        IntentKind::Smalltalk => {
            let intent = s.corpus.language.intent(id)?;
            Step::Smalltalk(
                intent.reply.as_ref().and_then(|reply| ReplyId::from_key(reply)).unwrap_or(ReplyId::OffTopic),
            )
        }
        IntentKind::Help => Step::Help { first_words: false },
        IntentKind::Hall(topic) => Step::Hall(topic),
        IntentKind::Handoff => Step::Handoff { in_distress: false },
        IntentKind::Distress => Step::Handoff { in_distress: true },
        IntentKind::Suggestion if announces_opinion(s.normalised) => Step::AskOpinion,
        IntentKind::Suggestion => Step::TakeOpinion,
        IntentKind::Misconduct => Step::TakeMisconduct,
        IntentKind::Progress => Step::Progress(s.reading.receipt.clone()),
        IntentKind::Forget => Step::Forget,
        IntentKind::Reject => Step::Reject(Rejection::Noise),
        IntentKind::Unanswered => Step::Admit { candidates: nearest(s), earlier_question: false },
    })
}

/// "我要提意见" says that an opinion will follow, not what it is.
fn announces_opinion(normalised: &str) -> bool {
    const LONGEST: usize = 9;
    let says_so = ["意见", "建议", "投诉", "表扬"].iter().any(|word| normalised.contains(word));
    says_so
        && normalised.chars().filter(|c| c.is_alphanumeric()).count() <= LONGEST
        && !normalised.contains([':', '：'])
}

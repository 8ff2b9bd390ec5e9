//! What a message means in the light of what was said before: a facet more, a choice among the offered, a correction, or
//! another matter after all.
//!
//! Each entry is judged by the words alone and by the words together with those that led to the matter talked about;
//! fitted weights say how much each counts, and how much the matter talked about and what was offered do.

use std::borrow::Cow;

use super::answering::{self, LeftOpen};
use super::decision::{NAMED_ANEW, Situation, by_confidence, choose, facet_asked, situation_of};
use super::dialogue::Dialogue;
use super::step::{Decision, Excerpt, Reason, Step};
use crate::corpus::{Facet, GuideId, HallTopic, Intent, IntentKind, MatterId, Text};
use crate::search::{CONTEXT_FEATURES, EntryRef, Evidence, Fit, Hit};
use crate::text::segment::bigrams;
use crate::understand::{self, PartShares};

/// What an entry that one reading does not know is worth in it.
const UNHEARD: f32 = 0.003;
/// Nothing is doubted less.
const LEAST_DOUBT: f32 = 0.02;
/// Longest message in characters that is short: rather a reply than a question.
const SHORT: usize = 14;
/// From this share of its pairs of characters on, a message is what the staff wrote on the button of a neighbour.
const TOLD_APART: f32 = 0.6;
/// At and above this confidence the words alone say what is meant.
const SURE: f32 = 0.5;
/// At and above this confidence they do once the talk has left all guides.
const SURELY_ANOTHER: f32 = 0.55;
/// At and above this confidence a person is wanted.
const SURE_OF_A_PERSON: f32 = 0.6;
/// At and above this confidence the matter talked about goes on: to say more about it costs less than to ask back.
const STAY_AT: f32 = 0.25;
/// So many times likelier than the likeliest guide it must be that none is meant, for the talk to leave all guides...
const LEAVES_AT: f32 = 2.0;
/// ...when it is worded as an opinion...
const LEAVES_WITH_OPINION_AT: f32 = 0.7;
/// ...and once it has left them, to stay away: people go on about what they asked last.
const STAYS_AWAY_AT: f32 = 0.6;
/// At and above this share what is about no matter is an opinion.
const OPINION_AT: f32 = 0.6;
/// Below this logarithm of its share an entry fits no worse.
const LEAST_FIT: f32 = -12.0;
/// Brings logarithms of shares into the range of the other features.
const FIT_SCALE: f32 = 4.0;
/// From this share on, another matter that the wording turns to is thought of.
const COMES_TO_MIND: f32 = 0.03;
/// What an entry the wording says nothing about gets of it, as a logarithm.
const LEAST_SUBJECT: f32 = -8.0;

/// What a message may mean: an entry, or nothing the corpus knows.
pub type Meant = Option<EntryRef>;
/// What a message may mean, and what speaks for it in the order of `CONTEXT_FEATURES`.
pub type InContext = (Meant, [f32; CONTEXT_FEATURES.len()]);

/// Decides in context, between what `candidates` gave, what of the guide talked about may answer being `in_guide`; `None`
/// when nothing was talked about, or the words start afresh.
pub fn decide(s: &Situation<'_>, candidates: &[InContext], in_guide: &[answering::Judged]) -> Option<Decision> {
    let asks_more = !s.reading.corrects && (asks_facet_alone(s) || asks_when_open(s));
    if let Some(aside) = s.dialogue.aside.clone().filter(|_| asks_more && !asks_when_open(s)) {
        return Some(Decision { step: more_of_the_aside(s, aside), reason: Reason::FollowUp });
    }
    let Some(topic) = topic(s.dialogue) else { return of_nothing_known(s, asks_more) };
    if let (true, EntryRef::Guide(guide)) = (asks_more && !s.dialogue.astray, &topic) {
        return stay(s, guide, in_guide, Reason::FollowUp);
    }
    if let Some(chosen) = situation_chosen(s) {
        return Some(chosen);
    }
    if let Some(guide) = turned_back_to(s) {
        return stay(s, &guide, in_guide, Reason::FollowUp);
    }
    if let Some(neighbour) = told_apart(s, &topic) {
        return Some(Decision { step: choose(&neighbour, s.dialogue), reason: Reason::ToldApart });
    }
    if surely_small_talk(s)
        || surely_wants_a_person(s)
        || is_said_word_for_word(s)
        || speaks_of_the_unknown(s)
        || (says_nothing_known(s) && s.dialogue.aside.is_none())
    {
        return None;
    }
    let current = Some(topic);
    let (is_turned_down, turns_elsewhere) = (turns_down(s, &current), turns_to_something(s, &current));
    let goes_on = !is_turned_down && !turns_elsewhere;
    // "不是这个" says nothing for what is talked about; "不是感冒，是长期吃药的" may well.
    let says_more = s.dialogue.guide.is_some() && !s.reading.content.is_empty();
    let may_stay = !turns_elsewhere && (!is_turned_down || says_more);
    let (meant, features): (Vec<Meant>, Vec<_>) =
        candidates.iter().filter(|(meant, _)| may_stay || *meant != current).cloned().unzip();
    let shares = s.ranking.shares_in_context(&features);
    let mut judged: Vec<(Meant, f32)> = meant.into_iter().zip(shares).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (best, share) = judged.first()?;
    let is_guide = |meant: &Meant| matches!(meant, Some(EntryRef::Guide(_) | EntryRef::Journey(_)));
    let of_no_guide: f32 = judged.iter().filter(|(meant, _)| !is_guide(meant)).map(|(_, share)| share).sum();
    let has_left = s.dialogue.aside.is_some() || s.dialogue.astray;
    let leaves_at = match () {
        () if has_left => STAYS_AWAY_AT,
        () if is_opinion(s) => LEAVES_WITH_OPINION_AT,
        () => LEAVES_AT,
    };
    let leaves = is_guide(best) && of_no_guide > leaves_at * share;
    let likeliest = if leaves { judged.iter().find(|(meant, _)| !is_guide(meant)) } else { judged.first() };
    let (best, share) = likeliest?;
    if let (Some(EntryRef::Guide(guide)), true) = (best, *best == current && *share >= STAY_AT) {
        return stay(s, guide, in_guide, Reason::LeansOnContext);
    }
    if let (Some(EntryRef::Guide(guide)), true) = (best, *share >= s.ranking.answer_at)
        && s.dialogue.earlier.contains(guide)
    {
        return stay(s, guide, in_guide, Reason::LeansOnContext);
    }
    if has_left && !is_guide(best) && (asks_for_another(s, best) || asks_of_the_hall(s)) {
        return None;
    }
    if let Some(aside) = s.dialogue.aside.clone().filter(|aside| is_about(s, aside, best, goes_on)) {
        return Some(Decision { step: more_of_the_aside(s, aside), reason: Reason::LeansOnContext });
    }
    if (leaves || best.is_none()) && is_opinion(s) {
        return Some(Decision { step: Step::TakeOpinion, reason: Reason::Opinion });
    }
    if leaves {
        return None;
    }
    // Nothing about a matter, or hardly: what the words say alone must do.
    if best.is_none() || (matches!(best, Some(EntryRef::Intent(_))) && *share < s.ranking.answer_at) {
        return None;
    }
    let evidence = |entry: &EntryRef| {
        let known = s.hits.iter().chain(s.hits_together).find(|hit| hit.entry == *entry);
        known.map_or_else(Evidence::default, |hit| hit.evidence.clone())
    };
    let hits = judged.iter().filter_map(|(meant, confidence)| {
        let entry = meant.clone()?;
        Some(Hit { evidence: evidence(&entry), entry, confidence: *confidence })
    });
    let hits: Vec<Hit> = hits.collect();
    let decision = by_confidence(&Situation { hits: &hits, ..*s });
    let reason = if matches!(decision.reason, Reason::Sure { .. }) { Reason::LeansOnContext } else { decision.reason };
    Some(Decision { reason, ..decision })
}

/// "要带什么" after something nobody here knows is about that still; before anything was said it says too little.
fn of_nothing_known(s: &Situation<'_>, asks_more: bool) -> Option<Decision> {
    if !asks_more || is_said_word_for_word(s) {
        return None;
    }
    let is_known = s.hits.first().is_some_and(|hit| hit.confidence >= s.ranking.answer_at);
    let step = match () {
        () if s.dialogue.astray => Step::Admit { candidates: Vec::new(), earlier_question: false },
        () if is_known => return None,
        // What was offered is still to be chosen from.
        () if !s.dialogue.offered.is_empty() => {
            Step::Clarify(s.dialogue.offered.iter().map(|entry| (entry.clone(), 0.0)).collect())
        }
        () => Step::AskWhich(s.reading.facet),
    };
    Some(Decision { step, reason: Reason::FollowUp })
}

/// What somebody says about no matter and asks nothing by is what they think of the hall, by its wording.
fn is_opinion(s: &Situation<'_>) -> bool {
    !s.reading.asks && s.reading.facet.is_none() && s.following.opinion(s.heard()) >= OPINION_AT
}

/// Whether the words alone surely ask for something else than `best`, once the talk has left all guides.
fn asks_for_another(s: &Situation<'_>, best: &Meant) -> bool {
    let is_another = |hit: &Hit| {
        let is_matter = !matches!(hit.entry, EntryRef::Intent(_));
        is_matter && Some(&hit.entry) != best.as_ref() && hit.confidence >= SURELY_ANOTHER
    };
    s.reading.asks && names_something(s) && s.hits.first().is_some_and(is_another)
}

/// Whether a message whose likeliest meaning is `best` is about the other authority's matter spoken of last.
fn is_about(s: &Situation<'_>, aside: &MatterId, best: &Meant, goes_on: bool) -> bool {
    let is_surely_known = s.hits.first().is_some_and(|hit| hit.confidence >= s.ranking.answer_at);
    match best {
        Some(EntryRef::Matter(matter)) => matter == aside,
        Some(EntryRef::Intent(_)) | None => goes_on && !is_surely_known,
        Some(EntryRef::Guide(_) | EntryRef::Journey(_)) => false,
    }
}

/// Nobody here knows more of a matter than whose it is, and that answers who asks where.
fn more_of_the_aside(s: &Situation<'_>, matter: MatterId) -> Step {
    match s.reading.facet {
        Some(Facet::Place) => Step::Listed(matter),
        Some(Facet::Hours) => Step::Hall(HallTopic::Hours),
        facet => Step::ListedDetail { matter, facet, is_asked: s.reading.asks || facet.is_some() },
    }
}

/// What the message may mean; nothing known comes last. Empty when nothing was talked about.
pub fn candidates(s: &Situation<'_>) -> Vec<InContext> {
    let Some(topic) = topic(s.dialogue) else { return Vec::new() };
    let confidence = |hits: &[Hit], entry: &EntryRef| {
        hits.iter().find(|hit| hit.entry == *entry).map_or(UNHEARD, |hit| hit.confidence.max(UNHEARD)).ln()
    };
    let certain = |hits: &[Hit], entry: &EntryRef| {
        hits.iter().find(|hit| hit.entry == *entry).map_or(0.0, |hit| certainty(hit.confidence))
    };
    let flag = |is_so: bool| f32::from(u8::from(is_so));
    let is_short = flag(s.normalised.chars().filter(|c| c.is_alphanumeric()).count() <= SHORT);
    let asks_facet = flag(s.reading.facet.is_some());
    let unknown = (s.unknown.len() as f32 / s.reading.content.len().max(1) as f32).min(1.0);
    let current = s.dialogue.guide.as_ref().map(|guide| EntryRef::Guide(guide.clone()));
    let matter = matter_talked_about(s.dialogue);
    let guide = matter.as_ref().and_then(|guide| s.corpus.guide(guide));
    let learned = guide.map(|guide| s.answering.shares(guide, s.heard()));
    let turns = learned.iter().flat_map(PartShares::turns);
    let turned_to: Vec<(EntryRef, f32)> = turns.filter(|(_, share)| *share >= COMES_TO_MIND).collect();
    let mut entries: Vec<EntryRef> = vec![topic];
    let earlier: Vec<EntryRef> = s.dialogue.earlier.iter().cloned().map(EntryRef::Guide).collect();
    let aside = s.dialogue.aside.clone().map(EntryRef::Matter);
    let others = s.hits.iter().chain(s.hits_together).map(|hit| &hit.entry).chain(&s.dialogue.offered);
    for entry in others.chain(&earlier).chain(&aside).chain(turned_to.iter().map(|(entry, _)| entry)) {
        if !entries.contains(entry) {
            entries.push(entry.clone());
        }
    }
    let [stays_on, returns, turns, leaves] =
        s.following.moves(s.heard()).map(|log_share| log_share.max(LEAST_SUBJECT) / FIT_SCALE);
    let subjects = s.following.subjects(s.heard());
    let turned_down = flag(turns_down(s, &current));
    let astray = flag(s.dialogue.astray);
    let alone_on_topic = flag(matter.is_none());
    let denied: Vec<&str> = understand::denied(s.normalised).collect();
    let fits = (s.fits)(&entries);
    let familiar = guide.map_or(0.0, |guide| s.answering.familiarity(guide, s.normalised));
    let scaled = |log_share: f32| log_share.max(LEAST_SUBJECT) / FIT_SCALE;
    let left_open = learned.as_ref().map_or(0.0, |learned| scaled(learned.of(None)));
    let stays_by_wording = learned.as_ref().map_or(0.0, |learned| scaled(learned.stays()));
    let features = |entry: &EntryRef, fit: &Fit| {
        let (stays, is_offered) = (flag(current.as_ref() == Some(entry)), flag(s.dialogue.offered.contains(entry)));
        let is_sure = flag(s.hits.first().is_some_and(|hit| hit.entry == *entry && hit.confidence >= SURE));
        let is_matter = flag(matches!(entry, EntryRef::Matter(_)));
        let is_intent = flag(matches!(entry, EntryRef::Intent(_)));
        let is_guide = flag(matches!(entry, EntryRef::Guide(_)));
        let is_earlier = flag(earlier.contains(entry));
        let is_aside = flag(aside.as_ref() == Some(entry));
        let (alone, together) = (confidence(s.hits, entry), confidence(s.hits_together, entry));
        let alone_certain = certain(s.hits, entry);
        let (is_another, follows) = match entry {
            EntryRef::Guide(guide) => {
                let follows = matter.as_ref().map_or(0.0, |matter| s.following.follows(matter, guide));
                (1.0 - stays.max(is_earlier), follows)
            }
            _ => (0.0, 0.0),
        };
        let (covers, fits) = (fit.coverage, fit.log_share.max(LEAST_FIT) / FIT_SCALE);
        let subject = match entry {
            EntryRef::Guide(guide) => subjects.of(guide),
            _ => subjects.none(),
        };
        let subject = subject.max(LEAST_SUBJECT) / FIT_SCALE;
        let turned_to = turned_to.iter().find(|(to, _)| to == entry).map_or(0.0, |(_, share)| certainty(*share));
        [
            alone,
            is_sure,
            alone_certain,
            together,
            certain(s.hits_together, entry),
            stays,
            stays * is_short,
            stays * asks_facet,
            stays * flag(s.reading.turns_away),
            stays * flag(s.reading.corrects),
            stays * turned_down,
            stays * unknown,
            stays * flag(aside.is_some()),
            stays * astray,
            stays * astray * is_short,
            stays * left_open,
            stays * stays_by_wording,
            stays * stays_on,
            stays * covers,
            stays * fits,
            is_earlier,
            is_earlier * returns,
            is_another,
            is_another * turns,
            is_another * follows,
            covers,
            fits,
            is_guide * subject,
            (1.0 - is_guide) * subject,
            stays * subject,
            stays * familiar,
            is_aside,
            is_aside * alone_on_topic,
            is_aside * is_short,
            is_aside * asks_facet,
            is_aside * stays_on,
            is_aside * turns,
            is_aside * unknown,
            is_guide * turned_to,
            is_matter * turned_to,
            flag(denied.iter().any(|word| is_named(s, entry, word))),
            is_offered,
            is_offered * is_short,
            is_offered * alone,
            is_offered * together,
            is_matter,
            is_matter * is_sure,
            is_intent,
            is_intent * is_sure,
            is_intent * asks_facet,
            flag(matches!(entry, EntryRef::Journey(_))),
            is_matter.max(is_intent) * leaves,
            is_matter.max(is_intent) * alone_certain,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
        ]
    };
    let mut nothing = [0.0; CONTEXT_FEATURES.len()];
    let most = s.hits.iter().map(|hit| hit.confidence).fold(UNHEARD, f32::max).ln();
    let subject = subjects.none().max(LEAST_SUBJECT) / FIT_SCALE;
    nothing[CONTEXT_FEATURES.len() - 7..].copy_from_slice(&[leaves, 0.0, 1.0, most, subject, familiar, astray]);
    let known = entries.into_iter().zip(&fits).map(|(entry, fit)| (Some(entry.clone()), features(&entry, fit)));
    known.chain([(None, nothing)]).collect()
}

/// 0 for what is out of the question, 1 at two thirds, 3 at 95 %.
fn certainty(share: f32) -> f32 {
    -(1.0 - share).max(LEAST_DOUBT).ln()
}

/// The one neighbour of the guide talked about whose button the message could stand on, and not that of the guide itself.
fn told_apart(s: &Situation<'_>, topic: &EntryRef) -> Option<EntryRef> {
    let EntryRef::Guide(guide) = topic else { return None };
    let pairs: Vec<&str> = bigrams(s.normalised).collect();
    let told = |label: &str| {
        let heard = pairs.iter().filter(|pair| label.contains(**pair)).count();
        heard as f32 / pairs.len().max(1) as f32
    };
    let confusable = s.corpus.guide(guide)?.confusable.iter().map(|confusable| (confusable, told(&confusable.there)));
    let (neighbour, share) = confusable.clone().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let others = confusable.clone().filter(|(other, _)| other.other != neighbour.other).map(|(_, share)| share);
    let rival = others.chain(confusable.map(|(known, _)| told(&known.here))).fold(0.0, f32::max);
    (share >= TOLD_APART && rival < share).then(|| EntryRef::from(neighbour.other.clone()))
}

/// Whether a word is in the name of an entry, or of whoever it belongs to.
fn is_named(s: &Situation<'_>, entry: &EntryRef, word: &str) -> bool {
    let is_whose = |id: &MatterId| s.corpus.matter(id).is_some_and(|matter| matter.where_to_ask.contains(word));
    names(s, entry).any(|name| name.contains(word)) || matches!(entry, EntryRef::Matter(id) if is_whose(id))
}

/// The names of a guide or matter.
fn names<'s>(s: &Situation<'s>, entry: &EntryRef) -> impl Iterator<Item = &'s Text> {
    let (guide, matter) = match entry {
        EntryRef::Guide(id) => (s.corpus.guide(id), None),
        EntryRef::Matter(id) => (None, s.corpus.matter(id)),
        EntryRef::Journey(_) | EntryRef::Intent(_) => (None, None),
    };
    let of_guide = guide.into_iter().flat_map(|g| [&g.official_name, &g.plain_name].into_iter().chain(&g.aliases));
    of_guide.chain(matter.into_iter().flat_map(|matter| [&matter.name, &matter.plain_name]))
}

/// "算了，问一下营业执照": turns away, and to a matter the words surely name by themselves. "搬到市场另外一头" does not.
fn turns_to_something(s: &Situation<'_>, current: &Meant) -> bool {
    let names_another = |hit: &Hit| {
        let is_matter = matches!(hit.entry, EntryRef::Guide(_) | EntryRef::Matter(_));
        is_matter && Some(&hit.entry) != current.as_ref() && hit.confidence >= NAMED_ANEW
    };
    s.reading.turns_away && s.hits.first().is_some_and(names_another)
}

/// "说回退休那个": the likeliest of the guides talked about, if the words name one.
fn turned_back_to(s: &Situation<'_>) -> Option<GuideId> {
    let talked_about = |guide: &GuideId| s.dialogue.guide.iter().chain(&s.dialogue.earlier).any(|known| known == guide);
    let mut named =
        s.hits.iter().filter(|hit| hit.confidence >= s.ranking.offer_at).filter_map(|hit| match &hit.entry {
            EntryRef::Guide(guide) if talked_about(guide) => Some(guide.clone()),
            _ => None,
        });
    named.next().filter(|_| s.reading.turns_back)
}

/// "不是这个", and "我说的是医保不是社保" about the latter, but not "不是工伤" about what is none: that turns down something else.
fn turns_down(s: &Situation<'_>, current: &Meant) -> bool {
    let denies = |entry: &EntryRef| understand::denied(s.normalised).any(|word| is_named(s, entry, word));
    let others = s.hits.iter().chain(s.hits_together).map(|hit| &hit.entry);
    let denies_current = current.as_ref().is_some_and(denies);
    let says_what_is_meant = understand::meant(s.normalised) != s.normalised;
    (denies_current && says_what_is_meant) || s.reading.corrects && (denies_current || !others.into_iter().any(denies))
}

/// What was talked about last: a guide, or nothing but a matter without one.
fn topic(dialogue: &Dialogue) -> Option<EntryRef> {
    let guide = matter_talked_about(dialogue).map(EntryRef::Guide);
    guide.or_else(|| dialogue.aside.clone().map(EntryRef::Matter))
}

/// The guide talked about, or the likeliest of those offered.
pub fn matter_talked_about(dialogue: &Dialogue) -> Option<GuideId> {
    let offered = dialogue.offered.iter().find_map(|entry| match entry {
        EntryRef::Guide(guide) => Some(guide.clone()),
        _ => None,
    });
    dialogue.guide.clone().or(offered)
}

/// "多少钱", but not "章哪里刻" or "你几岁了": small words may surely name another matter, or none.
fn asks_facet_alone(s: &Situation<'_>) -> bool {
    let is_of_the_hall =
        |id: &str| s.corpus.language.intent(id).is_some_and(|intent| matches!(intent.kind, IntentKind::Hall(_)));
    let names_another = |hit: &Hit| match &hit.entry {
        EntryRef::Guide(guide) => s.dialogue.guide.as_ref() != Some(guide) && hit.confidence >= s.ranking.answer_at,
        EntryRef::Intent(id) => hit.confidence >= SURE && !is_of_the_hall(id),
        EntryRef::Matter(_) | EntryRef::Journey(_) => false,
    };
    s.reading.is_only_facet && !s.hits.first().is_some_and(names_another)
}

/// "几点上班" about a matter asks when its window is open.
fn asks_when_open(s: &Situation<'_>) -> bool {
    let hours = |kind: IntentKind| kind == IntentKind::Hall(HallTopic::Hours);
    let is_heard = s.reading.cued_intent.is_some_and(|(intent, _)| hours(intent.kind));
    let comes_first = s.hits.first().is_some_and(|hit| match &hit.entry {
        EntryRef::Intent(id) => s.corpus.language.intent(id).is_some_and(|intent| hours(intent.kind)),
        _ => false,
    });
    s.reading.facet == Some(Facet::Hours) && (is_heard || comes_first) && !s.normalised.contains("大厅")
}

/// Whether there is more to it than a facet: "多久能批下来" names nothing.
fn names_something(s: &Situation<'_>) -> bool {
    const LITTLE: usize = 4;
    let cue = s.reading.facet_cue.map_or(0, |cue| cue.chars().count());
    cue == 0 || s.normalised.chars().filter(|c| c.is_alphanumeric()).count() > cue + LITTLE
}

/// "星期六上班吗": not about a matter whose details nobody here knows.
fn asks_of_the_hall(s: &Situation<'_>) -> bool {
    let is_hall = |intent: &Intent| matches!(intent.kind, IntentKind::Hall(_));
    let comes_first = s.hits.first().is_some_and(|hit| match &hit.entry {
        EntryRef::Intent(id) => s.corpus.language.intent(id).is_some_and(is_hall),
        _ => false,
    });
    comes_first && (s.reading.asks || s.reading.cued_intent.is_some_and(|(intent, _)| is_hall(intent)))
}

/// The words on the button of a situation of the guide talked about choose it.
fn situation_chosen(s: &Situation<'_>) -> Option<Decision> {
    let guide = s.corpus.guide(s.dialogue.guide.as_ref()?)?;
    let chosen = guide.situations.iter().find(|situation| situation.name.as_str() == s.normalised)?;
    let step = Step::Answer {
        guide: guide.id.clone(),
        excerpt: Excerpt::facet(Facet::Documents),
        situation: Some(chosen.id.to_string()),
        confidence: 1.0,
    };
    Some(Decision { step, reason: Reason::Chosen })
}

/// Several words, and most of them nobody at the hall has ever written, or all: not about the matter talked about.
fn speaks_of_the_unknown(s: &Situation<'_>) -> bool {
    const SEVERAL: usize = 4;
    let (words, unknown) = (s.reading.content.len(), s.unknown.len());
    (words >= SEVERAL && unknown * 2 > words) || (words > 1 && unknown >= words)
}

/// Not a word that the corpus has: keys struck at random.
fn says_nothing_known(s: &Situation<'_>) -> bool {
    s.hits.is_empty() && s.reading.facet.is_none()
}

/// A name or ask to the word needs no context.
fn is_said_word_for_word(s: &Situation<'_>) -> bool {
    let is_name = |entry: &EntryRef| names(s, entry).any(|name| name.as_str() == s.normalised);
    s.hits.first().is_some_and(|hit| {
        hit.confidence >= s.ranking.answer_at && (hit.evidence.is_word_for_word || is_name(&hit.entry))
    })
}

/// Thanks, anger, an opinion: what is said to the bot rather than asked about the matter.
fn surely_small_talk(s: &Situation<'_>) -> bool {
    let Some((intent, cue)) = s.reading.cued_intent else { return false };
    // "我要投诉，顺便问下几天" complains by itself, "投诉了几天有回音" does not.
    let stands_alone = |facet_cue: &str| {
        let is_opinion = matches!(intent.kind, IntentKind::Suggestion | IntentKind::Misconduct);
        is_opinion && understand::clauses(s.normalised).any(|said| said.contains(cue) && !said.contains(facet_cue))
    };
    !matches!(intent.kind, IntentKind::Hall(_)) && s.reading.facet_cue.is_none_or(stands_alone)
}

/// Whoever wants a person, or is in despair, is heard whatever was talked about. "找到工作要不要跟你们说" goes on.
fn surely_wants_a_person(s: &Situation<'_>) -> bool {
    let wants = |intent: &Intent, confidence: f32| match intent.kind {
        IntentKind::Distress => confidence >= SURE,
        IntentKind::Handoff => confidence >= SURE_OF_A_PERSON,
        _ => false,
    };
    s.hits.first().is_some_and(|hit| match &hit.entry {
        EntryRef::Intent(id) => s.corpus.language.intent(id).is_some_and(|intent| wants(intent, hit.confidence)),
        _ => false,
    })
}

/// More of `guide`: of the matter talked about, what of which may answer is `in_guide`, or of one that is come back to or
/// chosen.
fn stay(s: &Situation<'_>, guide: &GuideId, in_guide: &[answering::Judged], reason: Reason) -> Option<Decision> {
    let situation = situation_of(s, guide);
    let goes_on = s.dialogue.guide.as_ref() == Some(guide);
    // A facet asked for before the bot asked back.
    let asked_before = s.dialogue.facet.filter(|_| s.dialogue.guide.is_none());
    let facet = facet_asked(s, guide).or(asked_before);
    let excerpt = match facet {
        Some(Facet::Hours) if asks_when_open(s) => Excerpt::facet(Facet::Hours),
        Some(facet) if !goes_on || s.reading.content.is_empty() => Excerpt::facet(facet),
        None if !goes_on && !s.reading.asks => Excerpt::facet(Facet::Overview),
        // Other papers are needed now.
        None if situation != s.dialogue.situation && s.dialogue.facet == Some(Facet::Documents) => {
            Excerpt::facet(Facet::Documents)
        }
        _ => {
            let told_of = s.corpus.guide(guide)?;
            let judged = if goes_on { Cow::Borrowed(in_guide) } else { Cow::Owned(answering::candidates(s, told_of)) };
            match answering::going_on(s, told_of, facet, situation.as_deref(), &judged) {
                Ok(excerpt) => excerpt,
                Err(LeftOpen { nearest }) => {
                    let (guide, is_asked) = (guide.clone(), s.reading.asks);
                    let step = Step::Unsure { guide, is_asked, opens: false, nearest };
                    return Some(Decision { step, reason });
                }
            }
        }
    };
    let excerpt = excerpt.with_all_of(&s.reading.facets_asked);
    let step = Step::Answer { situation, excerpt, guide: guide.clone(), confidence: 1.0 };
    Some(Decision { step, reason })
}

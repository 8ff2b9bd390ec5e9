//! What a message means in the light of what was said before: a facet more, a choice among the offered, a correction, or
//! another matter after all.
//!
//! Each entry is judged by the words alone and by the words together with those that led to the matter talked about;
//! fitted weights say how much each counts, and how much the matter talked about and what was offered do.

use super::answering;
use super::decision::{Decision, Extent, Reason, Situation, Step, by_confidence, choose, facet_asked, situation_of};
use super::dialogue::Dialogue;
use crate::corpus::{Facet, GuideId, HallTopic, Intent, IntentKind, MatterId};
use crate::search::{CONTEXT_FEATURES, EntryRef, Evidence, Fit, Hit};
use crate::text::segment::bigrams;
use crate::understand;

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
/// At and above this confidence a person is wanted.
const SURE_OF_A_PERSON: f32 = 0.6;
/// At and above this confidence the matter talked about goes on: to say more about it costs less than to ask back.
const STAY_AT: f32 = 0.25;
/// So many times likelier than the likeliest guide it must be that none is meant: the sample conversations leave their
/// matter oftener than people do.
const LEAVES_AT: f32 = 1.5;
/// At and above these odds, those of all other matters times those of turning elsewhere, a message leaves the matter of
/// another authority.
const ANOTHER_AT: f32 = 0.45;
/// Nothing is likelier.
const LIKELIEST: f32 = 0.98;
/// Below this logarithm of its share an entry fits no worse.
const LEAST_FIT: f32 = -12.0;
/// Brings logarithms of shares into the range of the other features.
const FIT_SCALE: f32 = 4.0;
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
    let Some(matter) = matter_talked_about(s.dialogue) else { return of_the_aside(s) };
    if asks_more {
        return stay(s, &matter, in_guide, Reason::FollowUp);
    }
    if let Some(guide) = turned_back_to(s) {
        return stay(s, &guide, in_guide, Reason::FollowUp);
    }
    if let Some(neighbour) = Family::of(s, &matter).told_apart() {
        return Some(Decision { step: choose(neighbour, s.dialogue), reason: Reason::ToldApart });
    }
    if surely_small_talk(s)
        || surely_wants_a_person(s)
        || is_said_word_for_word(s)
        || speaks_of_the_unknown(s)
        || says_nothing_known(s)
    {
        return None;
    }
    let current = Some(EntryRef::Guide(matter.clone()));
    let goes_on = !turns_down(s, &matter) && !turns_to_something(s, &current);
    let (meant, features): (Vec<Meant>, Vec<_>) =
        candidates.iter().filter(|(meant, _)| goes_on || *meant != current).cloned().unzip();
    let shares = s.ranking.shares_in_context(&features);
    let mut judged: Vec<(Meant, f32)> = meant.into_iter().zip(shares).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (best, share) = judged.first()?;
    let is_guide = |meant: &Meant| matches!(meant, Some(EntryRef::Guide(_) | EntryRef::Journey(_)));
    let of_no_guide: f32 = judged.iter().filter(|(meant, _)| !is_guide(meant)).map(|(_, share)| share).sum();
    if is_guide(best) && of_no_guide > LEAVES_AT * share {
        return None;
    }
    if *best == current && *share >= STAY_AT {
        return stay(s, &matter, in_guide, Reason::LeansOnContext);
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

/// Nothing but a matter of another authority was talked about: what names no other matter is about it still. The less the
/// wording goes on with what was said, the less likely another matter need be.
fn of_the_aside(s: &Situation<'_>) -> Option<Decision> {
    let aside = s.dialogue.aside.clone()?;
    let entry = EntryRef::Matter(aside.clone());
    let others: f32 = s.hits.iter().filter(|hit| hit.entry != entry).map(|hit| hit.confidence).sum();
    let odds = |share: f32| share.min(LIKELIEST) / (1.0 - share.min(LIKELIEST));
    let another = odds(others) * odds(turns_elsewhere(s)) >= ANOTHER_AT;
    let names_another = s.reading.cued_intent.is_some()
        || s.hits.first().is_some_and(|hit| hit.entry != entry && (another || hit.evidence.is_word_for_word));
    let is_about_it = !names_another && !s.reading.corrects && !s.reading.turns_away && !speaks_of_the_unknown(s);
    is_about_it.then(|| Decision { step: more_of_the_aside(s, aside), reason: Reason::LeansOnContext })
}

/// How likely the message turns to something else than what was said before, by its wording.
fn turns_elsewhere(s: &Situation<'_>) -> f32 {
    let [_, _, turns, leaves] = s.following.moves(s.normalised).map(f32::exp);
    turns + leaves
}

/// Nobody here knows more of a matter than whose it is, and that answers who asks where.
fn more_of_the_aside(s: &Situation<'_>, matter: MatterId) -> Step {
    let is_asked = (s.reading.asks || s.reading.facet.is_some()) && s.reading.facet != Some(Facet::Place);
    Step::ListedDetail { matter, is_asked }
}

/// What the message may mean; nothing known comes last. Empty when nothing was talked about.
pub fn candidates(s: &Situation<'_>) -> Vec<InContext> {
    let Some(matter) = matter_talked_about(s.dialogue) else { return Vec::new() };
    let confidence = |hits: &[Hit], entry: &EntryRef| {
        hits.iter().find(|hit| hit.entry == *entry).map_or(UNHEARD, |hit| hit.confidence.max(UNHEARD)).ln()
    };
    // 0 for what is out of the question, 1 at two thirds, 3 at 95 %.
    let certain = |hits: &[Hit], entry: &EntryRef| {
        let confidence = hits.iter().find(|hit| hit.entry == *entry).map_or(0.0, |hit| hit.confidence);
        -(1.0 - confidence).max(LEAST_DOUBT).ln()
    };
    let flag = |is_so: bool| f32::from(u8::from(is_so));
    let is_short = flag(s.normalised.chars().filter(|c| c.is_alphanumeric()).count() <= SHORT);
    let asks_facet = flag(s.reading.facet.is_some());
    let unknown = (s.unknown.len() as f32 / s.reading.content.len().max(1) as f32).min(1.0);
    let current = s.dialogue.guide.as_ref().map(|guide| EntryRef::Guide(guide.clone()));
    let family = Family::of(s, &matter);
    let mut entries: Vec<EntryRef> = vec![EntryRef::Guide(matter.clone())];
    let earlier: Vec<EntryRef> = s.dialogue.earlier.iter().cloned().map(EntryRef::Guide).collect();
    let aside = s.dialogue.aside.clone().map(EntryRef::Matter);
    let others = s.hits.iter().chain(s.hits_together).map(|hit| &hit.entry).chain(&s.dialogue.offered);
    let others = others.chain(&earlier).chain(&aside).chain(family.siblings.iter().map(|(sibling, _)| sibling));
    for entry in others {
        if !entries.contains(entry) {
            entries.push(entry.clone());
        }
    }
    let [stays_on, returns, turns, leaves] =
        s.following.moves(s.normalised).map(|log_share| log_share.max(LEAST_SUBJECT) / FIT_SCALE);
    let subjects = s.following.subjects(s.normalised);
    let denied: Vec<&str> = understand::denied(s.normalised).collect();
    let fits = (s.fits)(&entries);
    let familiar = s.corpus.guide(&matter).map_or(0.0, |guide| s.answering.familiarity(guide, s.normalised));
    let features = |entry: &EntryRef, fit: &Fit| {
        let (stays, is_offered) = (flag(current.as_ref() == Some(entry)), flag(s.dialogue.offered.contains(entry)));
        let is_sure = flag(s.hits.first().is_some_and(|hit| hit.entry == *entry && hit.confidence >= SURE));
        let is_matter = flag(matches!(entry, EntryRef::Matter(_)));
        let is_intent = flag(matches!(entry, EntryRef::Intent(_)));
        let is_guide = flag(matches!(entry, EntryRef::Guide(_)));
        let is_earlier = flag(earlier.contains(entry));
        let (alone, together) = (confidence(s.hits, entry), confidence(s.hits_together, entry));
        let alone_certain = certain(s.hits, entry);
        let (is_another, follows) = match entry {
            EntryRef::Guide(guide) => (1.0 - stays.max(is_earlier), s.following.follows(&matter, guide)),
            _ => (0.0, 0.0),
        };
        let (covers, fits) = (fit.coverage, fit.log_share.max(LEAST_FIT) / FIT_SCALE);
        let subject = match entry {
            EntryRef::Guide(guide) => subjects.of(guide),
            _ => subjects.none(),
        };
        let subject = subject.max(LEAST_SUBJECT) / FIT_SCALE;
        let told = family.siblings.iter().find(|(sibling, _)| sibling == entry).map_or(0.0, |(_, told)| *told);
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
            stays * unknown,
            stays * family.current_told,
            stays * flag(aside.is_some()),
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
            flag(aside.as_ref() == Some(entry)),
            told,
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
        ]
    };
    let mut nothing = [0.0; CONTEXT_FEATURES.len()];
    let most = s.hits.iter().map(|hit| hit.confidence).fold(UNHEARD, f32::max).ln();
    let subject = subjects.none().max(LEAST_SUBJECT) / FIT_SCALE;
    nothing[CONTEXT_FEATURES.len() - 5..].copy_from_slice(&[leaves, 1.0, most, subject, familiar]);
    let known = entries.into_iter().zip(&fits).map(|(entry, fit)| (Some(entry.clone()), features(&entry, fit)));
    known.chain([(None, nothing)]).collect()
}

/// The matter talked about and those the staff know to be taken for it.
struct Family {
    /// How far the message is what somebody would say who means the matter talked about.
    current_told: f32,
    /// Those taken for it, and how far the message is what somebody would say who means them.
    siblings: Vec<(EntryRef, f32)>,
}

impl Family {
    fn of(s: &Situation<'_>, matter: &GuideId) -> Self {
        let mut family = Self { current_told: 0.0, siblings: Vec::new() };
        let pairs: Vec<&str> = bigrams(s.normalised).collect();
        for confusable in s.corpus.guide(matter).into_iter().flat_map(|guide| &guide.confusable) {
            let told = |label: &str| {
                let heard = pairs.iter().filter(|pair| label.contains(**pair)).count();
                heard as f32 / pairs.len().max(1) as f32
            };
            family.current_told = family.current_told.max(told(&confusable.here));
            family.siblings.push((EntryRef::from(confusable.other.clone()), told(&confusable.there)));
        }
        family
    }

    /// The one neighbour whose button the message could stand on, and not that of the matter itself.
    fn told_apart(&self) -> Option<&EntryRef> {
        let (neighbour, told) = self.siblings.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let others = self.siblings.iter().filter(|(sibling, _)| sibling != neighbour).map(|(_, told)| *told);
        let rival = others.fold(self.current_told, f32::max);
        (*told >= TOLD_APART && rival < *told).then_some(neighbour)
    }
}

/// Whether a word is in the name of an entry.
fn is_named(s: &Situation<'_>, entry: &EntryRef, word: &str) -> bool {
    match entry {
        EntryRef::Guide(id) => s.corpus.guide(id).is_some_and(|guide| {
            let names = [&guide.official_name, &guide.plain_name].into_iter().chain(&guide.aliases);
            names.into_iter().any(|name| name.contains(word))
        }),
        EntryRef::Matter(id) => {
            s.corpus.matter(id).is_some_and(|matter| matter.name.contains(word) || matter.plain_name.contains(word))
        }
        EntryRef::Journey(_) | EntryRef::Intent(_) => false,
    }
}

/// "算了，问一下营业执照": turns away, and to something the words name by themselves.
fn turns_to_something(s: &Situation<'_>, current: &Meant) -> bool {
    let names_another = |hit: &Hit| Some(&hit.entry) != current.as_ref() && hit.confidence >= s.ranking.offer_at;
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

/// "不是这个", but not "不是工伤" about what is none: that turns down something else.
fn turns_down(s: &Situation<'_>, matter: &GuideId) -> bool {
    let denies = |entry: &EntryRef| understand::denied(s.normalised).any(|word| is_named(s, entry, word));
    let others = s.hits.iter().chain(s.hits_together).map(|hit| &hit.entry);
    let current = EntryRef::Guide(matter.clone());
    s.reading.corrects && (denies(&current) || !others.into_iter().any(denies))
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
    s.hits.first().is_some_and(|hit| hit.evidence.is_word_for_word && hit.confidence >= s.ranking.answer_at)
}

/// Thanks, anger, an opinion: what is said to the bot rather than asked about the matter.
fn surely_small_talk(s: &Situation<'_>) -> bool {
    let is_cued = s.reading.cued_intent.is_some_and(|(intent, _)| !matches!(intent.kind, IntentKind::Hall(_)));
    s.reading.facet.is_none() && is_cued
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
    let (facet, extent) = match facet {
        Some(Facet::Hours) if asks_when_open(s) => (Facet::Hours, Extent::Facet),
        Some(facet) if !goes_on || s.reading.content.is_empty() => (facet, Extent::Facet),
        None if !goes_on => (Facet::Overview, Extent::Facet),
        // Other papers are needed now.
        None if situation != s.dialogue.situation && s.dialogue.facet == Some(Facet::Documents) => {
            (Facet::Documents, Extent::Facet)
        }
        _ => match answering::going_on(s, s.corpus.guide(guide)?, facet, situation.as_deref(), in_guide) {
            Some(answer) => answer,
            None => {
                let step = Step::Unsure { guide: guide.clone(), is_asked: s.reading.asks, opens: false };
                return Some(Decision { step, reason });
            }
        },
    };
    let step = Step::Answer { situation, facet, extent, guide: guide.clone(), confidence: 1.0 };
    Some(Decision { step, reason })
}

//! What of a guide answers a message about its matter: one of its sentences, one of its facets, or nothing it has.
//!
//! Fitted weights say how much what was learned of the wording and a facet heard in the words count; others of them where
//! nothing was talked about before.

use super::decision::Situation;
use super::step::{Excerpt, Extent, Told};
use crate::corpus::{Facet, Guide, Part, Passage};
use crate::search::ANSWER_FEATURES;
use crate::understand::{self, Bearing, Heard};

/// From this share on, a further sentence is said beside the likeliest.
const ALSO_AT: f32 = 0.2;
/// From this share on, something else is told in place of what was told last.
const INSTEAD_AT: f32 = 0.15;
/// From this share on, what was told last is told again.
const SURELY_AGAIN: f32 = 0.75;
/// Below this share of what is told, it is said to be no more than the nearest there is.
const DOUBTED_BELOW: f32 = 0.5;
/// From this share on, a sentence is told as the nearest there is beside that the guide leaves open what was asked.
const NEAREST_AT: f32 = 0.15;
/// Sentences that answer one message, at most.
const MOST_PASSAGES: usize = 2;
/// Facets of which no sentence is told alone when the facet is asked for: one of several papers, steps, days or sums
/// misleads, and whether it can be done online or by somebody else is said before the sentences about how.
const TOLD_TOGETHER: [Facet; 6] =
    [Facet::Documents, Facet::Steps, Facet::TimeLimit, Facet::Fee, Facet::Online, Facet::Proxy];
/// Those of them in which the sentence that answers is said first.
const LED_BY_SENTENCE: [Facet; 4] = [Facet::TimeLimit, Facet::Fee, Facet::Online, Facet::Proxy];
/// Words beside a facet that are little.
const LITTLE: usize = 3;
/// At and above this share a sentence answers first words; below, its facet does.
const OPENS_AT: f32 = 0.4;
/// At and above this share first words ask for something the guide leaves open.
const LEFT_OPEN_AT: f32 = 0.8;
/// Below this logarithm of its share a candidate is no less likely.
const LEAST: f32 = -8.0;
/// Brings logarithms of shares into the range of the other features.
const SCALE: f32 = 4.0;

/// The guide most likely leaves open what was asked.
pub struct LeftOpen {
    /// The likeliest of its sentences all the same, if one is likely enough.
    pub nearest: Option<Told>,
}

/// What may answer, nothing being `None`, and what speaks for it in the order of `ANSWER_FEATURES`.
pub type Judged = (Option<Part>, [f32; ANSWER_FEATURES.len()]);

/// Everything of `guide` that may answer the message, and that nothing does; without what it says of other people's cases
/// and of other papers than those named.
pub fn candidates(s: &Situation<'_>, guide: &Guide) -> Vec<Judged> {
    let scaled = |log_share: f32| log_share.max(LEAST) / SCALE;
    let flag = |is_so: bool| f32::from(u8::from(is_so));
    // "不是垫的钱 是怎么让他查得到" asks for the latter.
    let meant = understand::meant(s.normalised);
    let heard = Heard { normalised: &meant, meaning: s.meaning };
    let learned = s.answering.shares(guide, heard);
    let worded = s.following.facets(heard);
    let cued = |facet: Facet| flag(s.reading.facet == Some(facet));
    let asked = |facet: Facet| flag(s.reading.facets_asked.contains(&facet));
    let judged = |part: Option<Part>, start: usize, features: &[f32]| {
        let mut all = [0.0; ANSWER_FEATURES.len()];
        all[start..][..2].copy_from_slice(&[1.0, scaled(learned.of(part))]);
        all[start + 2..][..features.len()].copy_from_slice(features);
        (part, all)
    };
    let amounts = understand::amounts(s.normalised);
    let known = s.dialogue.amounts_with(&amounts);
    // "5级10个月工资，6级8个月" misleads who is 7级, also when that was said before.
    let speaks_of_others = |passage: &Passage<'_>| {
        known.iter().filter_map(|said| said.borne_on(passage.text)).max() == Some(Bearing::LeavesOut)
    };
    // "准迁证弄丢了" asks for no way out without 户口本.
    let names_paper = understand::named_document(s.normalised, guide, None).is_some();
    let is_named = |number| understand::names_document(s.normalised, &guide.documents[number]);
    let speaks_of_another_paper = |passage: &Passage<'_>| {
        names_paper && passage.facet == Facet::MissingDocument && !passage.document.is_some_and(is_named)
    };
    let may_answer = |passage: &Passage<'_>| !speaks_of_others(passage) && !speaks_of_another_paper(passage);
    let of_passage = |(number, passage): (usize, &Passage<'_>)| {
        let bears = |bearing| flag(amounts.iter().any(|said| said.borne_on(passage.text) == Some(bearing)));
        let facet = passage.facet;
        let by_facet = [cued(facet), asked(facet), scaled(worded.of(facet))];
        let by_amount = [bears(Bearing::Holds), bears(Bearing::Demands)];
        judged(Some(Part::Passage(number)), 0, &[&by_facet[..], &by_amount].concat())
    };
    let of_facet = |facet| {
        let (is_repeated, is_overview) = (flag(s.dialogue.facet == Some(facet)), flag(facet == Facet::Overview));
        let features = [cued(facet), asked(facet), scaled(worded.of(facet)), is_repeated, is_overview];
        judged(Some(Part::Facet(facet)), 7, &features)
    };
    let nothing = judged(None, 14, &[flag(s.reading.facet.is_some()), scaled(worded.none())]);
    let passages = guide.passages();
    let passages = passages.iter().enumerate().filter(|(_, passage)| may_answer(passage)).map(of_passage);
    passages.chain(Facet::all().map(of_facet)).chain([nothing]).collect()
}

/// What of `candidates`, those of `guide`, answers a message about the matter talked about that asks for the facet `asked`.
///
/// # Errors
///
/// Nothing the guide has answers it.
pub fn going_on(
    s: &Situation<'_>,
    guide: &Guide,
    asked: Option<Facet>,
    situation: Option<&str>,
    candidates: &[Judged],
) -> Result<Excerpt, LeftOpen> {
    if let Some(paper) = paper_asked(s, guide, situation) {
        return Ok(paper);
    }
    let goes_on = s.dialogue.guide.as_ref() == Some(&guide.id) && !s.reading.is_only_facet;
    // Whoever asks for a facet and says little else asks for what the guide has.
    let says_little = s.reading.content.len() <= LITTLE || s.reading.facets_asked.len() > 1;
    let has_it = asked.is_some_and(|facet| facet != Facet::MissingDocument) && says_little;
    let candidates: Vec<&Judged> = candidates.iter().filter(|(part, _)| part.is_some() || !has_it).collect();
    let mut judged = judge(s, guide, situation, candidates, |features| s.ranking.shares_in_guide(features));
    // Who says more is not helped by hearing the same again, unless that surely answers.
    let was_told = |part: &Option<Part>| match part {
        Some(Part::Passage(number)) => s.dialogue.told.contains(number),
        Some(Part::Facet(facet)) => {
            asked != Some(*facet) && s.dialogue.facet == Some(*facet) && s.dialogue.told.is_empty()
        }
        None => false,
    };
    let repeats = judged.first().is_some_and(|(part, share)| goes_on && was_told(part) && *share < SURELY_AGAIN);
    if repeats {
        judged.retain(|(part, share)| !was_told(part) && *share >= INSTEAD_AT);
    }
    let passages = guide.passages();
    let excerpt = match judged.first().and_then(|(part, _)| *part) {
        None => {
            let likely = judged.iter().filter(|(_, share)| *share >= NEAREST_AT);
            let mut sentences = likely.filter_map(|(part, _)| passage(*part));
            let says_more = |number: &usize| passages[*number].facet != Facet::Overview;
            let nearest = sentences.find(says_more).map(|number| Told { passage: number, plainly: true });
            return Err(LeftOpen { nearest });
        }
        Some(Part::Facet(facet)) => Excerpt::facet(facet),
        Some(Part::Passage(first)) => {
            let facet = passages[first].facet;
            match asked == Some(facet) && TOLD_TOGETHER.contains(&facet) {
                true => together(facet, first),
                false => Excerpt::new(facet, Extent::Passages(told(s, guide, first, &judged[1..]))),
            }
        }
    };
    let is_told = |part: &Option<Part>| match part {
        Some(Part::Passage(number)) => excerpt.tells(*number, &passages[*number]),
        Some(Part::Facet(facet)) => excerpt.facet == *facet,
        None => false,
    };
    let share: f32 = judged.iter().filter(|(part, _)| is_told(part)).map(|(_, share)| share).sum();
    // The list of papers is told to whoever asks for it, whatever leads.
    let asks_for_papers = s.reading.facets_asked.contains(&Facet::Documents);
    Ok(Excerpt { is_doubted: share < DOUBTED_BELOW && !asks_for_papers, ..excerpt })
}

/// What of `guide` answers first words about its matter that ask for the facet `asked`; `None` when they surely ask for
/// something it does not have.
pub fn opening(s: &Situation<'_>, guide: &Guide, asked: Option<Facet>, situation: Option<&str>) -> Option<Excerpt> {
    if let Some(paper) = paper_asked(s, guide, situation) {
        return Some(paper);
    }
    let candidates = candidates(s, guide);
    let judged =
        judge(s, guide, situation, candidates.iter().collect(), |features| s.ranking.shares_in_opening(features));
    let (likeliest, share) = *judged.first()?;
    if likeliest.is_none() && share >= LEFT_OPEN_AT && asked.is_none() && s.reading.asks {
        return None;
    }
    let passages = guide.passages();
    let told_alone = |facet: Facet| asked != Some(facet) || !TOLD_TOGETHER.contains(&facet);
    let leading = passage(likeliest).filter(|number| share >= OPENS_AT && told_alone(passages[*number].facet));
    if let Some(first) = leading {
        let mut excerpt = Excerpt::new(passages[first].facet, Extent::Opening(told(s, guide, first, &judged[1..])));
        // "要换章，执照找不到了" asks about the paper, too.
        let is_missing = asked == Some(Facet::MissingDocument) && excerpt.facet != Facet::MissingDocument;
        excerpt.also.extend(is_missing.then_some(Facet::MissingDocument));
        return Some(excerpt);
    }
    // A detail speaks for itself only: it is not told where its facet is.
    let facet_of = |part: Option<Part>| match part {
        Some(Part::Facet(facet)) => Some(facet),
        Some(Part::Passage(number)) => Some(passages[number].facet).filter(|_| !passages[number].is_detail),
        None => Some(Facet::Overview),
    };
    let speaks_for = |facet: Facet| judged.iter().filter(move |(part, _)| facet_of(*part) == Some(facet));
    let total = |facet: Facet| speaks_for(facet).map(|(_, share)| share).sum();
    let likeliest_facet = Facet::all().max_by(|a, b| f32::total_cmp(&total(*a), &total(*b)));
    // What the words ask for outright is better told than what the matter is.
    let facet = likeliest_facet.filter(|facet| *facet != Facet::Overview).or(asked).unwrap_or(Facet::Overview);
    match passage(likeliest).filter(|number| share >= OPENS_AT && passages[*number].facet == facet) {
        Some(first) => Some(together(facet, first)),
        None => Some(Excerpt::facet(facet)),
    }
}

/// A facet whole, in the order that puts the sentence numbered `first` where it helps.
fn together(facet: Facet, first: usize) -> Excerpt {
    let extent = if LED_BY_SENTENCE.contains(&facet) { Extent::Led(first) } else { Extent::Facet };
    Excerpt::new(facet, extent)
}

/// "户口本要带不": whether a paper of `guide` is needed.
fn paper_asked(s: &Situation<'_>, guide: &Guide, situation: Option<&str>) -> Option<Excerpt> {
    if !s.reading.asks_need || s.reading.facet == Some(Facet::MissingDocument) {
        return None;
    }
    let named = |situation: Option<&str>| understand::named_document(s.normalised, guide, situation);
    let number = situation.and_then(|_| named(situation)).or_else(|| named(None))?;
    Some(Excerpt::new(Facet::Documents, Extent::Paper(number)))
}

/// What of `candidates` may answer, the likeliest first, with its share.
fn judge(
    s: &Situation<'_>,
    guide: &Guide,
    situation: Option<&str>,
    candidates: Vec<&Judged>,
    shares: impl FnOnce(&[[f32; ANSWER_FEATURES.len()]]) -> Vec<f32>,
) -> Vec<(Option<Part>, f32)> {
    // "找不到那个" is no paper of it.
    let names_paper = understand::named_document(s.normalised, guide, situation).is_some();
    let may_answer = |part: Option<Part>| part != Some(Part::Facet(Facet::MissingDocument)) || names_paper;
    let (parts, features): (Vec<Option<Part>>, Vec<_>) =
        candidates.into_iter().filter(|(part, _)| may_answer(*part)).copied().unzip();
    let mut judged: Vec<_> = parts.into_iter().zip(shares(&features)).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    judged
}

/// The sentence numbered `first`, and those of `others` that are likely enough to be said beside it.
fn told(s: &Situation<'_>, guide: &Guide, first: usize, others: &[(Option<Part>, f32)]) -> Vec<Told> {
    let passages = guide.passages();
    let others = others.iter().filter(|(_, share)| *share >= ALSO_AT).filter_map(|(part, _)| passage(*part));
    let plainly = |place: usize, number: usize| match passages[number].facet {
        Facet::MissingDocument => s.reading.facet != Some(Facet::MissingDocument),
        // Who asks for something else than whether it is for them is answered by the sentence itself.
        Facet::Eligibility => place > 0 || (s.reading.asks && s.reading.facet != Some(Facet::Eligibility)),
        _ => true,
    };
    let numbers = std::iter::once(first).chain(others).take(MOST_PASSAGES).enumerate();
    numbers.map(|(place, number)| Told { passage: number, plainly: plainly(place, number) }).collect()
}

fn passage(part: Option<Part>) -> Option<usize> {
    match part? {
        Part::Passage(number) => Some(number),
        Part::Facet(_) => None,
    }
}

//! Fits the numbers of the ranking. Deterministic: the same corpus and questions give the same numbers.
//!
//! The corpus teaches by itself: each ask is asked with its own wording left out, and once more with its own entry taken
//! away, so that "none of these" is learned too. Questions whose answer people confirmed may be added.

use rayon::prelude::*;

use super::evidence::{Evidence, FEATURES};
use super::learned::Learned;
use super::ranking::{Costs, Ranking, TRUST_FEATURES, dot, logistic, softmax, trust_features};
use super::{EntryRef, IndexError, Model, Search, training};
use crate::corpus::Corpus;
use crate::text::Normaliser;

/// Parts the asks are cut into: what is learned from the others judges each part.
const FOLDS: usize = 5;
/// How much a question without its entry counts beside one with it.
const ORPHAN: f32 = 0.3;
/// How much a confirmed question counts beside an ask of the corpus: it was really asked.
const CONFIRMED: f32 = 4.0;

/// A question whose answer is known.
pub struct Confirmed {
    /// In the questioner's words.
    pub question: String,
    /// Any of these guides answers it; none when it is empty.
    pub expected: Vec<EntryRef>,
    /// Guides that would do no harm.
    pub near: Vec<EntryRef>,
}

/// How well the fitted ranking does on asks it did not see.
pub struct Quality {
    /// Asks.
    pub asks: usize,
    /// Asks whose entry came first.
    pub first: usize,
    /// By feature: asks whose entry comes first by it alone.
    pub first_by_feature: [usize; FEATURES.len()],
    /// Asks whose entry was among those compared.
    pub compared: usize,
    /// How the asks of guides and of everything else are met at the fitted thresholds, by the ranking alone.
    pub met: Tally,
    /// How the same asks are met when nothing has their entry: all of them are out of scope.
    pub met_orphaned: Tally,
}

/// How questions would be met: counts.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    /// Questions in scope: a guide answers them.
    pub in_scope: usize,
    /// The right guide is answered.
    pub right: usize,
    /// It is among what is asked back.
    pub offered: usize,
    /// Another guide is answered.
    pub wrong: usize,
    /// Questions out of scope.
    pub out_of_scope: usize,
    /// A guide is answered to them.
    pub false_answers: usize,
}

impl Tally {
    /// Questions in scope to which no guide is answered, nor the right one offered.
    pub fn missed(&self) -> usize {
        self.in_scope - self.right - self.offered - self.wrong
    }
}

/// Questions whose answer is known, each with what speaks for the entries it may mean: gathered once, fitted to as often
/// as wanted.
pub struct TrainingSet {
    /// First the asks of the corpus, then what people confirmed.
    examples: Vec<Example>,
    asks: usize,
    costs: Costs,
}

impl TrainingSet {
    /// Asks the corpus's asks, each with its own wording left out, and the confirmed questions.
    pub fn gather(corpus: &Corpus, model: &Model, confirmed: &[Confirmed]) -> Result<Self, IndexError> {
        let search = Search::in_memory(corpus, model.clone())?;
        let mut examples = examples(corpus, &search);
        let asks = examples.len();
        examples.extend(confirmed.iter().map(|confirmed| Example::of(confirmed, &search)));
        Ok(Self { examples, asks, costs: model.ranking.costs })
    }

    /// Fits weights, trust and thresholds; features named in `without` get no weight, to measure what they add.
    pub fn fit(&self, without: &[&str]) -> (Ranking, Quality) {
        let mut examples = self.examples.clone();
        leave_out(without, &mut examples);
        let mut ranking = Ranking { costs: self.costs, ..Ranking::unfitted() };
        fit_weights(&mut ranking, &examples);
        for (weight, name) in ranking.weights.iter_mut().zip(FEATURES) {
            *weight = if without.contains(&name) { 0.0 } else { *weight };
        }
        let mut orphaned: Vec<Example> = examples[..self.asks].iter().filter_map(Example::without_right).collect();
        // A share that was left out must not come back as the share of the rest.
        leave_out(without, &mut orphaned);
        let orphans = examples.len();
        examples.extend(orphaned);
        fit_trust(&mut ranking, &examples);
        for number in ranking.weights.iter_mut().chain(&mut ranking.trust) {
            *number = (*number * 1000.0).round() / 1000.0;
        }
        // People's own questions say best where to stop; without any, the corpus's asks have to.
        let really_asked: Vec<&Example> = examples.iter().filter(|example| example.is_confirmed()).collect();
        let judges = if really_asked.is_empty() { examples.iter().collect() } else { really_asked };
        (ranking.answer_at, ranking.offer_at) = thresholds(&ranking, &judges);
        let quality = quality(&ranking, &examples[..self.asks], &examples[orphans..]);
        (ranking, quality)
    }
}

fn leave_out(features: &[&str], examples: &mut [Example]) {
    for (_, evidence) in examples.iter_mut().flat_map(|example| &mut example.candidates) {
        evidence.leave_out(features);
    }
}

/// The pair of thresholds, in hundredths, that costs the people who asked least.
///
/// So few questions cannot tell the cheapest pair from others that cost nearly the same: of all those within one standard
/// error of it, answering starts in the middle. Asking back starts at the lowest, for who says one word only ("养老") and
/// may mean many things: such questions are rare among those that people confirm.
fn thresholds(ranking: &Ranking, examples: &[&Example]) -> (f32, f32) {
    let met: Vec<Met> = examples.iter().map(|example| Met::new(ranking, example)).collect();
    let weight: f32 = met.iter().map(|met| met.weight).sum();
    let mean = |value: &dyn Fn(&Met) -> f32| met.iter().map(|met| met.weight * value(met)).sum::<f32>() / weight;
    let cost = |(answer_at, offer_at): (f32, f32)| mean(&|met| met.cost(ranking, answer_at, offer_at));
    let hundredths = |range: std::ops::RangeInclusive<u8>| range.map(|n| f32::from(n) / 100.0);
    let pairs = hundredths(20..=90).flat_map(|answer_at| hundredths(5..=20).map(move |offer_at| (answer_at, offer_at)));
    let costs: Vec<_> = pairs.map(|pair| (pair, cost(pair))).collect();
    let (cheapest, least) = *costs.iter().min_by(|a, b| a.1.total_cmp(&b.1)).expect("the grid is not empty");
    let variance = mean(&|met| (met.cost(ranking, cheapest.0, cheapest.1) - least).powi(2));
    let standard_error = (variance / met.len() as f32).sqrt();
    let good = costs.iter().filter(|(_, cost)| *cost <= least + standard_error).map(|(pair, _)| *pair);
    let (answering, offering): (Vec<f32>, Vec<f32>) = good.unzip();
    let lowest = |numbers: &[f32]| numbers.iter().copied().fold(1.0f32, f32::min);
    let highest = answering.iter().copied().fold(0.0f32, f32::max);
    (((lowest(&answering) + highest) * 50.0).round() / 100.0, lowest(&offering))
}

/// How a question would be met, whatever the thresholds.
struct Met {
    weight: f32,
    in_scope: bool,
    first: f32,
    first_is_right: bool,
    first_is_guide: bool,
    /// The confidence of the right entry; 0 when it is not among the candidates or there is none.
    right: f32,
    has_right: bool,
}

impl Met {
    fn new(ranking: &Ranking, example: &Example) -> Self {
        let right = example.right.map(|right| example.candidates[right].0);
        let ranked = ranking.rank(example.candidates.clone(), example.form);
        let first = ranked.first();
        Self {
            weight: example.weight,
            in_scope: example.in_scope,
            first: first.map_or(0.0, |(_, confidence, _)| *confidence),
            first_is_right: first.map(|(number, ..)| *number) == right,
            first_is_guide: first.is_some_and(|(_, _, evidence)| evidence.is_guide),
            right: ranked
                .iter()
                .find(|(number, ..)| Some(*number) == right)
                .map_or(0.0, |(_, confidence, _)| *confidence),
            has_right: right.is_some(),
        }
    }

    fn cost(&self, ranking: &Ranking, answer_at: f32, offer_at: f32) -> f32 {
        let costs = &ranking.costs;
        if self.first >= answer_at {
            return match (self.first_is_right, self.first_is_guide) {
                (true, _) => 0.0,
                (false, true) => costs.wrong,
                (false, false) => {
                    if self.has_right {
                        costs.miss
                    } else {
                        0.0
                    }
                }
            };
        }
        let asks_back = self.first >= offer_at;
        match (self.has_right, asks_back) {
            (true, true) if self.right >= offer_at => costs.question_back,
            (true, _) => costs.miss,
            (false, true) => costs.question_back,
            (false, false) => 0.0,
        }
    }
}

/// One question of the fit: its candidates and which of them is right.
#[derive(Clone)]
struct Example {
    candidates: Vec<(usize, Evidence)>,
    form: [f32; 2],
    right: Option<usize>,
    /// Whether a guide answers it.
    in_scope: bool,
    weight: f32,
}

impl Example {
    fn is_confirmed(&self) -> bool {
        self.weight == CONFIRMED
    }

    /// The same question as if its entry did not exist.
    fn without_right(&self) -> Option<Self> {
        let right = self.right?;
        let (_, taken) = &self.candidates[right];
        let others = self.candidates.iter().enumerate().filter(|(n, _)| *n != right);
        let candidates: Vec<_> =
            others.map(|(_, (number, evidence))| (*number, evidence.clone().without(taken))).collect();
        let orphan = Self { candidates, form: self.form, right: None, in_scope: false, weight: ORPHAN };
        (!orphan.candidates.is_empty()).then_some(orphan)
    }

    /// A confirmed question.
    fn of(confirmed: &Confirmed, search: &Search) -> Self {
        let lexicon = &search.lexicon;
        let query = search.query(&lexicon.spell(&Normaliser::new().normalise(&confirmed.question)));
        let candidates: Vec<(usize, Evidence)> = super::shortlisted(&query, search, &search.learned)
            .into_iter()
            .map(|(number, share)| (number, search.entries[number].compare(&query, lexicon, None, share)))
            .collect();
        let place = |wanted: &[EntryRef]| {
            candidates.iter().position(|(number, _)| wanted.contains(&search.entries[*number].reference))
        };
        let right = place(&confirmed.expected).or_else(|| place(&confirmed.near));
        let in_scope = !confirmed.expected.is_empty();
        Self { form: query.form(lexicon), candidates, right, in_scope, weight: CONFIRMED }
    }
}

/// A message of a conversation: what speaks for each thing it may mean, or be answered with, and which of them are right.
#[derive(Clone)]
pub struct Lesson<const FEATURES: usize> {
    /// By candidate: its features.
    pub candidates: Vec<[f32; FEATURES]>,
    /// By candidate: whether it would do.
    pub right: Vec<bool>,
    /// How much the message counts.
    pub weight: f32,
}

impl<const FEATURES: usize> Lesson<FEATURES> {
    /// Whether one of the right candidates is the likeliest by `weights`.
    pub fn is_right(&self, weights: &[f32]) -> bool {
        let scores = self.candidates.iter().map(|features| dot(weights, features)).zip(&self.right);
        scores.max_by(|a, b| a.0.total_cmp(&b.0)).is_some_and(|(_, right)| *right)
    }
}

/// Fits the weights of the features of `lessons`: gradient ascent on the log-likelihood that one of the right
/// candidates is chosen (softmax), with a pull towards zero.
pub fn fit_choice<const FEATURES: usize>(weights: &mut [f32], lessons: &[Lesson<FEATURES>]) {
    const ROUNDS: usize = 2000;
    const STEP: f32 = 0.3;
    const PULL: f32 = 1e-3;
    const TOGETHER: usize = 512;
    let lessons: Vec<&Lesson<FEATURES>> = lessons.iter().filter(|lesson| lesson.right.contains(&true)).collect();
    let total: f32 = lessons.iter().map(|lesson| lesson.weight).sum();
    let gradient_of = |weights: &[f32], lessons: &[&Lesson<FEATURES>]| {
        let mut gradient = [0.0f32; FEATURES];
        for lesson in lessons {
            let shares = softmax(lesson.candidates.iter().map(|features| dot(weights, features)));
            let of_right: f32 =
                shares.iter().zip(&lesson.right).map(|(share, right)| if *right { *share } else { 0.0 }).sum();
            for ((features, share), right) in lesson.candidates.iter().zip(&shares).zip(&lesson.right) {
                let wanted = if *right { share / of_right.max(f32::EPSILON) } else { 0.0 };
                for (slope, feature) in gradient.iter_mut().zip(features) {
                    *slope += lesson.weight * (wanted - share) * feature;
                }
            }
        }
        gradient
    };
    for _ in 0..ROUNDS {
        // Added up in order, so that any number of cores gives the same sum.
        let parts: Vec<_> = lessons.par_chunks(TOGETHER).map(|lessons| gradient_of(weights, lessons)).collect();
        let mut gradient = [0.0f32; FEATURES];
        for part in parts {
            gradient.iter_mut().zip(part).for_each(|(slope, part)| *slope += part);
        }
        for (weight, slope) in weights.iter_mut().zip(gradient) {
            *weight += STEP * (slope / total.max(1.0) - PULL * *weight);
        }
    }
    for weight in weights {
        *weight = (*weight * 1000.0).round() / 1000.0;
    }
}

fn examples(corpus: &Corpus, search: &Search) -> Vec<Example> {
    let normaliser = Normaliser::new();
    let folds: Vec<Learned> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let is_held_out = |_, ask| ask % FOLDS == fold;
            training::train(
                corpus,
                &search.entries,
                &search.lexicon,
                &search.model.vectors,
                &search.candidates,
                is_held_out,
            )
        })
        .collect();
    let mut examples = Vec::new();
    for (number, texts) in super::entries(corpus).enumerate() {
        for (ask, text) in texts.asks.iter().enumerate() {
            let query = search.query(&normaliser.normalise(text));
            let candidates: Vec<(usize, Evidence)> = super::shortlisted(&query, search, &folds[ask % FOLDS])
                .into_iter()
                .map(|(candidate, share)| {
                    let without = (candidate == number).then_some(ask);
                    (candidate, search.entries[candidate].compare(&query, &search.lexicon, without, share))
                })
                .collect();
            let right = candidates.iter().position(|(candidate, _)| *candidate == number);
            let in_scope = matches!(texts.reference, EntryRef::Guide(_));
            examples.push(Example { candidates, form: query.form(&search.lexicon), right, in_scope, weight: 1.0 });
        }
    }
    examples
}

fn quality(ranking: &Ranking, examples: &[Example], orphaned: &[Example]) -> Quality {
    let first = |weights: Vec<f32>| {
        let ranking = Ranking { weights, ..ranking.clone() };
        let is_first = |example: &&Example| {
            example.right.is_some()
                && Ranking::leaders(&ranking.shares(&example.candidates)).map(|(first, _)| first) == example.right
        };
        examples.iter().filter(is_first).count()
    };
    let alone = |feature: usize| (0..FEATURES.len()).map(|n| if n == feature { 5.0 } else { 0.0 }).collect();
    Quality {
        asks: examples.len(),
        first: first(ranking.weights.clone()),
        first_by_feature: std::array::from_fn(|feature| first(alone(feature))),
        compared: examples.iter().filter(|example| example.right.is_some()).count(),
        met: tally(ranking, examples),
        met_orphaned: tally(ranking, orphaned),
    }
}

fn tally(ranking: &Ranking, examples: &[Example]) -> Tally {
    let mut tally = Tally::default();
    for met in examples.iter().map(|example| Met::new(ranking, example)) {
        let is_answered = met.first >= ranking.answer_at;
        let is_misguided = is_answered && met.first_is_guide && !met.first_is_right;
        if !met.in_scope {
            tally.out_of_scope += 1;
            tally.false_answers += usize::from(is_misguided);
            continue;
        }
        tally.in_scope += 1;
        tally.right += usize::from(is_answered && met.first_is_right);
        tally.offered += usize::from(!is_answered && met.right >= ranking.offer_at);
        tally.wrong += usize::from(is_misguided);
    }
    tally
}

/// Gradient ascent on the log-likelihood of the softmax, with a pull towards zero.
fn fit_weights(ranking: &mut Ranking, examples: &[Example]) {
    const ROUNDS: usize = 300;
    const STEP: f32 = 4.0;
    const PULL: f32 = 1e-4;
    for _ in 0..ROUNDS {
        let mut gradient = vec![0.0f32; FEATURES.len()];
        let mut used = 0.0f32;
        for example in examples {
            let Some(right) = example.right else { continue };
            used += example.weight;
            let shares = ranking.shares(&example.candidates);
            for (n, (_, evidence)) in example.candidates.iter().enumerate() {
                let pull = (f32::from(u8::from(n == right)) - shares[n]) * example.weight;
                for (slope, feature) in gradient.iter_mut().zip(evidence.features) {
                    *slope += pull * feature;
                }
            }
        }
        for (weight, slope) in ranking.weights.iter_mut().zip(gradient) {
            *weight = (*weight + STEP * (slope / used.max(1.0) - PULL * *weight)).max(0.0);
        }
    }
}

/// Logistic regression of "the first is right" on its evidence and share.
fn fit_trust(ranking: &mut Ranking, examples: &[Example]) {
    const ROUNDS: usize = 3000;
    const STEP: f32 = 1.0;
    const PULL: f32 = 1e-4;
    let points: Vec<([f32; TRUST_FEATURES], f32, f32)> = examples
        .iter()
        .filter_map(|example| {
            let shares = ranking.shares(&example.candidates);
            let (first, second) = Ranking::leaders(&shares)?;
            // Whether a matter or a greeting met a question that no guide answers, nobody has confirmed.
            if example.is_confirmed() && example.right.is_none() && !example.candidates[first].1.is_guide {
                return None;
            }
            let right = f32::from(u8::from(example.right == Some(first)));
            let second = second.map(|second| &example.candidates[second].1);
            let features = trust_features(&example.candidates[first].1, second, shares[first], example.form);
            Some((features, right, example.weight))
        })
        .collect();
    let total: f32 = points.iter().map(|(_, _, weight)| weight).sum();
    for _ in 0..ROUNDS {
        let mut gradient = vec![0.0f32; ranking.trust.len()];
        for (features, right, weight) in &points {
            let miss = (right - logistic(dot(&ranking.trust, features))) * weight;
            for (slope, feature) in gradient.iter_mut().zip(features) {
                *slope += miss * feature;
            }
        }
        for (weight, slope) in ranking.trust.iter_mut().zip(gradient) {
            *weight += STEP * (slope / total.max(1.0) - PULL * *weight);
        }
    }
}

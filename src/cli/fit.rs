//! `wenban fit`: fits the ranking and says how well it does on asks it did not see.

use std::path::PathBuf;

use anyhow::Context;

use super::ask::Turns;
use super::{Done, check};
use crate::conversation::Dialogue;
use crate::conversation::context::Meant;
use crate::conversation::decision::MOST_OPTIONS;
use crate::corpus::dialog::facet_named;
use crate::corpus::{Facet, Guide, Part, Turn};
use crate::edition::{Edition, read_corpus};
use crate::evaluation::Wanted;
use crate::evaluation::question_set::{self, Case, ItemIds};
use crate::search::{
    ANSWER_FEATURES, CONTEXT_FEATURES, EntryRef, FEATURES, Lesson, Model, RANKING_FILE, Tally, TrainingSet, fit_choice,
};
use crate::settings::Settings;
use crate::understand::{Answering, Following};

/// What was said before a message depends on how those before it were taken: fitted once more with the fitted weights.
const CONTEXT_ROUNDS: usize = 2;

/// The corpus's own conversations to fit with, in which the sentence or facet that answers is named.
const OWN_FILE: &str = "fitting.jsonl";

pub fn fit(settings: &Settings, files: &[PathBuf]) -> anyhow::Result<Done> {
    let mut reading = read_corpus(&settings.corpus)?;
    let Some(corpus) = reading.corpus.take() else {
        check::print_errors(settings, &reading);
        return Ok(Done::FoundProblems);
    };
    let file = settings.index.join(RANKING_FILE);
    let own = settings.corpus.join(OWN_FILE);
    let files: Vec<PathBuf> = files.iter().cloned().chain(own.exists().then_some(own)).collect();
    let confirmed = question_set::single_questions(&files, &corpus)?;
    let model = Model::load_or_unfitted(&settings.index)?;
    let (mut ranking, quality) = TrainingSet::gather(&corpus, &model, &confirmed)?.fit(&[]);
    let mut edition = Edition::in_memory(corpus, Model { ranking: ranking.clone(), ..model })?;
    let mut lessons = Lessons::default();
    for _ in 0..CONTEXT_ROUNDS {
        lessons = hear(&files, &mut edition)?;
        fit_choice(&mut ranking.context, &lessons.messages);
        fit_choice(&mut ranking.answers, &lessons.answers);
        edition.search.adopt(ranking.clone());
    }
    let openings = hear_first_words(&mut edition);
    fit_choice(&mut ranking.openings, &openings);
    std::fs::write(&file, ranking.to_toml()).with_context(|| format!("cannot write {}", file.display()))?;
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let share = |part: usize| percent(part, quality.asks);
    println!("{} asks, each with its own wording left out: entry first {:.1} %", quality.asks, share(quality.first));
    for (name, first) in FEATURES.iter().zip(quality.first_by_feature) {
        println!("  by {name:16} alone {:.1} %", share(first));
    }
    println!("  among those compared   {:.1} %", share(quality.compared));
    let Tally { in_scope, right, offered, wrong, .. } = quality.met;
    println!(
        "  the {in_scope} asks of guides: right {:.1} %, offered {:.1} %, missed {:.1} %, wrong {:.1} %",
        percent(right, in_scope),
        percent(offered, in_scope),
        percent(quality.met.missed(), in_scope),
        percent(wrong, in_scope)
    );
    for (what, met) in [("others", quality.met), ("all, their entry taken away", quality.met_orphaned)] {
        println!(
            "  the {} asks of {what}: a guide answered {:.1} %",
            met.out_of_scope,
            percent(met.false_answers, met.out_of_scope)
        );
    }
    println!("{} confirmed questions; answer at {}, offer at {}", confirmed.len(), ranking.answer_at, ranking.offer_at);
    println!("{} messages in conversations, {} about a guide's matter", lessons.messages.len(), lessons.answers.len());
    let answered = openings.iter().filter(|lesson| lesson.is_right(&ranking.openings)).count();
    println!(
        "{} first words, what answers them found by what others teach: {:.1} %",
        openings.len(),
        percent(answered, openings.len())
    );
    println!("wrote {}", file.display());
    Ok(Done::Fine)
}

/// How much a question asked out of the blue after another matter counts beside a message of a real conversation.
const OUT_OF_THE_BLUE: f32 = 0.5;

/// How much a second message counts that is heard once more as if the first had been asked back.
const ASKED_BACK: f32 = 0.5;

/// How much a message of a sample conversation that asks for a facet counts beside one whose sentence is known.
const FACET: f32 = 0.03;

/// How much a message counts that the guide leaves open: the files have more of them than people ask.
const LEFT_OPEN: f32 = 0.5;

/// What is told of a guide before a message goes on about it.
const OVERVIEW: Option<Facet> = Some(Facet::Overview);

/// Parts the sample conversations are cut into: what the others teach of going on is heard with in each part.
const PARTS: usize = 8;

/// What the messages of conversations may mean, and do mean, after what was said before them: those of the sample
/// conversations and of `files`, and the single questions of `files` as turns to another matter, each asked after the
/// first words of a conversation. And what answers those about a guide's matter: the facet named with those of sample
/// conversations, the sentences named with those of `files`.
fn hear(files: &[PathBuf], edition: &mut Edition) -> anyhow::Result<Lessons> {
    let mut lessons = Lessons::default();
    for part in 0..PARTS {
        let numbered = || edition.corpus.dialogs.iter().enumerate();
        let others = numbered().filter(|(number, _)| number % PARTS != part).map(|(_, dialog)| dialog);
        let guides = edition.corpus.guides.iter().map(|guide| guide.id.clone()).collect();
        edition.following = Following::learn(others, guides, |text| edition.search.meaning(text));
        let is_of_part = |number: usize| number % PARTS == part;
        edition.answering =
            Answering::without(&edition.corpus, |text| edition.search.meaning(text), |_| false, is_of_part);
        let turns = Turns::new(edition);
        for (_, dialog) in edition.corpus.dialogs.iter().enumerate().filter(|(number, _)| number % PARTS == part) {
            let cases = dialog.iter().map(|turn| (turn.said.to_string(), wanted(turn))).collect();
            lessons.hear_all(cases, &turns)?;
            lessons.hear_facets(dialog, &turns);
        }
    }
    edition.following = Following::new(&edition.corpus, |text| edition.search.meaning(text));
    edition.answering = Answering::new(&edition.corpus, |text| edition.search.meaning(text));
    let turns = Turns::new(edition);
    for file in files {
        let ids = ItemIds::beside(file)?;
        for cases in question_set::read(file)? {
            let wanted: Vec<Wanted> = cases.iter().map(|case| ids.wanted(case, &edition.corpus)).collect();
            for (case, wanted) in cases.iter().zip(&wanted).skip(1) {
                lessons.hear_answer(case, wanted, &turns);
            }
            lessons.hear_all(cases.into_iter().map(|case| case.q).zip(wanted).collect(), &turns)?;
        }
    }
    lessons.turn_out_of_the_blue(&turns)?;
    Ok(lessons)
}

/// What is wanted with a message of a sample conversation.
fn wanted(turn: &Turn) -> Wanted {
    let expected = turn.about.iter().map(|guide| guide.to_string()).collect();
    let matter = turn.matter.as_ref().map(|matter| matter.to_string());
    Wanted { in_scope: !turn.about.is_empty(), expected, near: Vec::new(), matter }
}

/// What answers first words about each guide, those of one part after another with what the others teach.
fn hear_first_words(edition: &mut Edition) -> Vec<AnswerLesson> {
    let mut lessons = Vec::new();
    for part in 0..PARTS {
        let is_of_part = |number: usize| number % PARTS == part;
        edition.answering =
            Answering::without(&edition.corpus, |text| edition.search.meaning(text), is_of_part, |_| false);
        let turns = Turns::new(edition);
        for guide in &edition.corpus.guides {
            for (_, saying) in guide.first_words.iter().enumerate().filter(|(number, _)| is_of_part(*number)) {
                let would_do = |part: Option<Part>| match part {
                    Some(part) => saying.answered_by.contains(&part),
                    None => saying.answered_by.is_empty(),
                };
                lessons.push(lesson(guide, &saying.said, None, would_do, 1.0, &turns));
            }
        }
    }
    lessons
}

/// What may answer a message about a guide's matter, and does.
type AnswerLesson = Lesson<{ ANSWER_FEATURES.len() }>;

#[derive(Default)]
struct Lessons {
    messages: Vec<Lesson<{ CONTEXT_FEATURES.len() }>>,
    answers: Vec<AnswerLesson>,
    begun: Vec<Dialogue>,
    single: Vec<(String, Wanted)>,
}

impl Lessons {
    /// Learns from a conversation, or keeps a single question for later.
    fn hear_all(&mut self, cases: Vec<(String, Wanted)>, turns: &Turns<'_>) -> anyhow::Result<()> {
        if cases.len() == 1 {
            self.single.extend(cases);
            return Ok(());
        }
        let mut dialogue = Dialogue::default();
        for (turn, (question, wanted)) in cases.iter().enumerate() {
            dialogue = self.hear(question, wanted, dialogue, 1.0, turns)?;
            if turn == 0 && dialogue.guide.is_some() {
                self.begun.push(dialogue.clone());
                if let (Some((next, wanted)), Some(asked_back)) = (cases.get(1), asked_back(question, &dialogue, turns))
                {
                    self.hear(next, wanted, asked_back, ASKED_BACK, turns)?;
                }
            }
        }
        Ok(())
    }

    /// Learns which facet is asked for by messages of a sample conversation that go on about one guide.
    fn hear_facets(&mut self, dialog: &[Turn], turns: &Turns<'_>) {
        for (before, turn) in dialog.iter().zip(&dialog[1..]) {
            let (Some(facet), [guide]) = (turn.facet, turn.about.as_slice()) else { continue };
            if let Some(guide) = turns.guide(guide).filter(|_| before.about.contains(guide)) {
                self.hear_facet(guide, &turn.said, facet, FACET, turns);
            }
        }
    }

    /// Learns which facet a message about `guide` asks for. What something is, or whether it counts, any sentence may say.
    fn hear_facet(&mut self, guide: &Guide, said: &str, facet: Facet, weight: f32, turns: &Turns<'_>) {
        let passages = guide.passages();
        let would_do = |part: Option<Part>| match part {
            Some(Part::Passage(number)) => passages[number].facet == facet,
            Some(Part::Facet(candidate)) => candidate == facet,
            None => false,
        };
        if facet != Facet::Overview {
            self.answers.push(lesson(guide, said, OVERVIEW, would_do, weight, turns));
        }
    }

    /// Learns what answers a message that goes on about one guide.
    fn hear_answer(&mut self, case: &Case, wanted: &Wanted, turns: &Turns<'_>) {
        let [guide] = wanted.expected.as_slice() else { return };
        let Some(guide) = turns.guide(&guide.as_str().into()) else { return };
        let passages = guide.passages();
        match (&case.says, case.facet.as_deref().and_then(facet_named)) {
            (Some(says), _) => {
                let would_do = |part: Option<Part>| match part {
                    Some(Part::Passage(number)) => says.iter().any(|said| *said == *passages[number].text.as_str()),
                    Some(Part::Facet(_)) => false,
                    None => says.is_empty(),
                };
                let weight = if says.is_empty() { LEFT_OPEN } else { 1.0 };
                self.answers.push(lesson(guide, &case.q, OVERVIEW, would_do, weight, turns));
            }
            (None, Some(facet)) => self.hear_facet(guide, &case.q, facet, 1.0, turns),
            (None, None) => {}
        }
    }

    fn turn_out_of_the_blue(&mut self, turns: &Turns<'_>) -> anyhow::Result<()> {
        let (single, begun) = (std::mem::take(&mut self.single), std::mem::take(&mut self.begun));
        for ((question, wanted), begun) in single.iter().zip(begun.iter().cycle()) {
            self.hear(question, wanted, begun.clone(), OUT_OF_THE_BLUE, turns)?;
        }
        Ok(())
    }

    /// Learns from a message and goes on.
    fn hear(
        &mut self,
        question: &str,
        wanted: &Wanted,
        dialogue: Dialogue,
        weight: f32,
        turns: &Turns<'_>,
    ) -> anyhow::Result<Dialogue> {
        let trace = turns.consider(question, &dialogue);
        if !trace.in_context.is_empty() && trace.reading.pick.is_none() {
            let would_do = |meant: &Meant| match meant {
                Some(EntryRef::Guide(id)) if wanted.in_scope => {
                    wanted.expected.iter().any(|guide| guide == id.as_str())
                }
                Some(EntryRef::Guide(id)) => wanted.near.iter().any(|guide| guide == id.as_str()),
                _ => !wanted.in_scope,
            };
            // One matter out of many, where it is known which and it came to mind.
            let is_the_matter = |meant: &Meant| match meant {
                Some(EntryRef::Matter(id)) => wanted.matter.as_deref() == Some(id.as_str()),
                _ => false,
            };
            let one_would_do = trace.in_context.iter().any(|(meant, _)| is_the_matter(meant));
            let right = |meant: &Meant| if one_would_do { is_the_matter(meant) } else { would_do(meant) };
            self.messages.push(Lesson {
                right: trace.in_context.iter().map(|(meant, _)| right(meant)).collect(),
                candidates: trace.in_context.into_iter().map(|(_, features)| features).collect(),
                weight,
            });
        }
        Ok(turns.turn(question, dialogue)?.1)
    }
}

/// What answers a message about `guide` of which the facet `told` was told before.
fn lesson(
    guide: &Guide,
    said: &str,
    told: Option<Facet>,
    would_do: impl Fn(Option<Part>) -> bool,
    weight: f32,
    turns: &Turns<'_>,
) -> AnswerLesson {
    let dialogue = Dialogue { guide: Some(guide.id.clone()), facet: told, ..Dialogue::default() };
    let in_guide = turns.consider(said, &dialogue).in_guide;
    Lesson {
        right: in_guide.iter().map(|(part, _)| would_do(*part)).collect(),
        candidates: in_guide.into_iter().map(|(_, features)| features).collect(),
        weight,
    }
}

/// As if `question`, which led to `dialogue`, had been asked back: the program knows the first words of sample
/// conversations too well to do so itself. `None` when there is nothing to choose from.
fn asked_back(question: &str, dialogue: &Dialogue, turns: &Turns<'_>) -> Option<Dialogue> {
    let hits = turns.consider(question, &Dialogue::default()).hits.into_iter();
    let options = hits.map(|hit| hit.entry).filter(|entry| !matches!(entry, EntryRef::Intent(_)));
    let offered: Vec<EntryRef> = options.take(MOST_OPTIONS).collect();
    (offered.len() > 1).then(|| Dialogue { guide: None, offered, ..dialogue.clone() })
}

//! `wenban eval`: how well questions are understood, as figures, with every failure by name.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::ask::Turns;
use super::{Done, hall_without_records};
use crate::conversation::{Dialogue, Outcome, Reply};
use crate::corpus::dialog::facet_named;
use crate::corpus::{Corpus, Facet};
use crate::evaluation::question_set::{self, Case, ItemIds};
use crate::evaluation::{Figures, Shown, Verdict, judge};
use crate::phrasing::{Line, ReplyId};
use crate::settings::Settings;

/// One question and what came of it.
#[derive(Serialize, Deserialize)]
struct Scored {
    q: String,
    file: String,
    group: String,
    #[serde(default)]
    area: String,
    is_follow_up: bool,
    verdict: Verdict,
    outcome: Outcome,
    expected: Vec<String>,
    got: Vec<String>,
    confidence: f32,
    facet_asked: Option<String>,
    facet_got: Option<String>,
    /// How the sentence wanted was met, where one is known.
    sentence: Option<Sentence>,
    micros: u64,
}

/// How a reply meets the sentence that was wanted.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sentence {
    /// It begins with it.
    First,
    /// It tells it as the nearest there is, and says that it may not answer.
    Nearest,
    /// It has it somewhere.
    Among,
    /// It has not.
    Unsaid,
    /// No sentence of the guide would do, and it says that it does not know.
    LeftOpen,
    /// No sentence of the guide would do, and it tells the nearest, and says that it may not answer.
    Doubted,
    /// No sentence of the guide would do, and it says something all the same.
    MadeOut,
}

/// How `reply` meets any of the sentences `says`; when there are none, the guide leaves it open.
fn sentence(says: &[String], reply: &Reply) -> Sentence {
    let has = |ids: [ReplyId; 2]| reply.lines.iter().any(|line| ids.contains(&line.reply));
    let is_open = reply.outcome == Outcome::Admit || has([ReplyId::Unsure, ReplyId::UnsureBeyond]);
    let is_doubted = has([ReplyId::Doubted, ReplyId::Nearest]);
    let is_wanted = |line: &Line| says.iter().any(|said| line.text.ends_with(said.as_str()));
    match (says, reply.lines.iter().position(is_wanted)) {
        ([], _) if is_open => Sentence::LeftOpen,
        ([], _) if is_doubted => Sentence::Doubted,
        ([], _) => Sentence::MadeOut,
        (_, Some(_)) if is_doubted => Sentence::Nearest,
        (_, Some(0)) => Sentence::First,
        (_, Some(_)) => Sentence::Among,
        (_, None) => Sentence::Unsaid,
    }
}

#[derive(Serialize, Deserialize)]
struct Results {
    revision: String,
    scored: Vec<Scored>,
}

pub fn eval(settings: &Settings, files: &[PathBuf], json: bool, compare: Option<&Path>) -> anyhow::Result<Done> {
    let hall = hall_without_records(settings)?;
    let edition = hall.edition();
    let turns = Turns::new(&edition);
    let confirmed = question_set::confirmed(&settings.corpus)?;
    let mut scored = Vec::new();
    for file in if files.is_empty() { &confirmed } else { files } {
        let ids = ItemIds::beside(file)?;
        for cases in question_set::read(file)? {
            let is_dialog = cases.len() > 1;
            let mut dialogue = Dialogue::default();
            for (turn, case) in cases.iter().enumerate() {
                let (reply, next) = turns.turn(&case.q, dialogue)?;
                dialogue = next;
                scored.push(score(case, &reply, &ids, &edition.corpus, file, is_dialog && turn > 0));
            }
        }
    }
    if scored.is_empty() {
        bail!("the files hold no questions");
    }
    let results = Results { revision: edition.corpus.revision.as_str().to_owned(), scored };
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, &results)?;
        writeln!(out)?;
    } else {
        print(&results, &mut out)?;
    }
    if let Some(old) = compare {
        let text = fs::read_to_string(old).with_context(|| format!("cannot read {}", old.display()))?;
        print_changes(&serde_json::from_str(&text)?, &results, &mut out)?;
    }
    Ok(Done::Fine)
}

fn score(case: &Case, reply: &Reply, ids: &ItemIds, corpus: &Corpus, file: &Path, is_follow_up: bool) -> Scored {
    let wanted = ids.wanted(case, corpus);
    let got: Vec<String> = reply.guides.iter().map(|guide| guide.id.to_string()).collect();
    let verdict = judge(
        &wanted,
        match reply.outcome {
            Outcome::Answer => Shown::Answer(&got),
            Outcome::Clarify | Outcome::Journey => Shown::Choices(&got),
            _ => Shown::Nothing,
        },
    );
    let group = case.style.clone().or_else(|| case.kind.clone()).unwrap_or_else(|| "-".to_owned());
    let guide = wanted.expected.first().and_then(|guide| corpus.guide(&guide.as_str().into()));
    Scored {
        area: guide.map_or("-", |guide| guide.zone.key()).to_owned(),
        q: case.q.clone(),
        file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        group,
        is_follow_up,
        verdict,
        outcome: reply.outcome,
        expected: wanted.expected,
        got,
        confidence: reply.guides.first().map_or(0.0, |guide| guide.confidence),
        facet_asked: case.facet.clone(),
        facet_got: reply.facet.map(|facet| facet.key().to_owned()),
        sentence: case.says.as_deref().map(|says| sentence(says, reply)),
        micros: reply.micros,
    }
}

fn print(results: &Results, out: &mut impl Write) -> anyhow::Result<()> {
    let all: Vec<&Scored> = results.scored.iter().collect();
    for bad in [Verdict::Wrong, Verdict::Misled, Verdict::Missed, Verdict::False] {
        for scored in all.iter().filter(|scored| scored.verdict == bad) {
            let got = if scored.got.is_empty() { "-".to_owned() } else { scored.got.join(" ") };
            let (file, group, confidence) = (&scored.file, &scored.group, scored.confidence);
            writeln!(
                out,
                "{bad:?}\t{file}\t{group}\t{confidence:.2}\t{:?}\t{}\twanted {}\tgot {got}",
                scored.outcome,
                scored.q.trim(),
                scored.expected.join(" ")
            )?;
        }
    }
    writeln!(out)?;
    type Key = fn(&Scored) -> &str;
    let keys: [(&str, Key); 3] =
        [("file", |scored| &scored.file), ("group", |scored| &scored.group), ("area", |scored| &scored.area)];
    for (name, key) in keys {
        let mut groups: BTreeMap<&str, Vec<&Scored>> = BTreeMap::new();
        for scored in &all {
            groups.entry(key(scored)).or_default().push(scored);
        }
        writeln!(out, "by {name}")?;
        for (group, scored) in groups {
            writeln!(out, "  {group:24} {}", figures(&scored))?;
        }
    }
    let mut guides: BTreeMap<&str, Vec<&Scored>> = BTreeMap::new();
    for scored in &all {
        if let Some(guide) = scored.expected.first() {
            guides.entry(guide).or_default().push(scored);
        }
    }
    writeln!(out, "by guide")?;
    for (guide, scored) in guides {
        writeln!(out, "  {guide:36} {}", figures(&scored))?;
    }
    let follow_ups: Vec<&Scored> = all.iter().copied().filter(|scored| scored.is_follow_up).collect();
    if !follow_ups.is_empty() {
        writeln!(out, "follow-up turns            {}", figures(&follow_ups))?;
    }
    writeln!(out, "all                        {}", figures(&all))?;
    print_facets(&all, out)?;
    print_calibration(&all, out)?;
    let mut micros: Vec<u64> = all.iter().map(|scored| scored.micros).collect();
    micros.sort_unstable();
    let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize];
    writeln!(out, "micros: median {}, p99 {}, most {}", at(0.5), at(0.99), at(1.0))?;
    writeln!(out, "corpus {}", results.revision)?;
    Ok(())
}

fn figures(scored: &[&Scored]) -> Figures {
    scored.iter().map(|scored| scored.verdict).collect()
}

/// How often an answer from the right guide was about the facet asked for, and said the sentence wanted.
fn print_facets(all: &[&Scored], out: &mut impl Write) -> std::io::Result<()> {
    let right = all.iter().filter(|scored| scored.verdict == Verdict::Right);
    let asked = right.filter_map(|scored| Some((facet_named(scored.facet_asked.as_deref()?)?, &scored.facet_got)));
    let asked: Vec<(Facet, &Option<String>)> = asked.collect();
    let met = asked.iter().filter(|(facet, got)| got.as_deref() == Some(facet.key())).count();
    if !asked.is_empty() {
        writeln!(out, "facet asked for: {met} of {} answers from the right guide", asked.len())?;
    }
    let count = |met: Sentence| all.iter().filter(|scored| scored.sentence == Some(met)).count();
    let [first, nearest, among, unsaid] =
        [Sentence::First, Sentence::Nearest, Sentence::Among, Sentence::Unsaid].map(count);
    let [open, doubted, made_out] = [Sentence::LeftOpen, Sentence::Doubted, Sentence::MadeOut].map(count);
    let (wanted, left_open) = (first + nearest + among + unsaid, open + doubted + made_out);
    if wanted + left_open > 0 {
        writeln!(out, "sentence wanted: first {first}, as the nearest {nearest}, among the rest {among}, of {wanted}")?;
        writeln!(out, "left open by the guide: said so {open}, told the nearest as such {doubted}, of {left_open}")?;
    }
    Ok(())
}

/// Confidence of answers against how often they were right.
fn print_calibration(all: &[&Scored], out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "confidence of answers against truth")?;
    for tenth in 0..10 {
        let (low, high) = (tenth as f32 / 10.0, (tenth + 1) as f32 / 10.0);
        let within = |scored: &&&Scored| {
            scored.outcome == Outcome::Answer
                && !scored.is_follow_up
                && scored.confidence >= low
                && (scored.confidence < high || tenth == 9)
        };
        let answers: Vec<&&Scored> = all.iter().filter(within).collect();
        if !answers.is_empty() {
            let good = answers
                .iter()
                .filter(|scored| matches!(scored.verdict, Verdict::Right | Verdict::Near | Verdict::KeptOut))
                .count();
            writeln!(out, "  {low:.1}-{high:.1}: {good} of {} good", answers.len())?;
        }
    }
    Ok(())
}

/// What another corpus or program did better and worse on the same questions.
fn print_changes(old: &Results, new: &Results, out: &mut impl Write) -> std::io::Result<()> {
    let good = |verdict| matches!(verdict, Verdict::Right | Verdict::Offered | Verdict::KeptOut);
    let (mut gained, mut lost, mut moved) = (0, 0, 0);
    for (before, after) in old.scored.iter().zip(&new.scored).filter(|(before, after)| before.q == after.q) {
        if before.verdict == after.verdict {
            continue;
        }
        let change = match (good(before.verdict), good(after.verdict)) {
            (false, true) => {
                gained += 1;
                "gained"
            }
            (true, false) => {
                lost += 1;
                "lost"
            }
            _ => {
                moved += 1;
                "moved"
            }
        };
        writeln!(out, "{change}\t{:?} -> {:?}\t{}", before.verdict, after.verdict, after.q.trim())?;
    }
    writeln!(out, "gained {gained}, lost {lost}, moved {moved} (corpus {} -> {})", old.revision, new.revision)
}

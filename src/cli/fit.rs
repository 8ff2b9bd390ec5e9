//! `wenban fit`: fits the ranking and says how well it does on asks it did not see.

use std::path::PathBuf;

use anyhow::Context;

use super::{Done, check};
use crate::edition::read_corpus;
use crate::evaluation::question_set;
use crate::search::{FEATURES, Model, RANKING_FILE, fit as fit_ranking};
use crate::settings::Settings;

pub fn fit(settings: &Settings, files: &[PathBuf]) -> anyhow::Result<Done> {
    let mut reading = read_corpus(&settings.corpus)?;
    let Some(corpus) = reading.corpus.take() else {
        check::print_errors(settings, &reading);
        return Ok(Done::FoundProblems);
    };
    let file = settings.index.join(RANKING_FILE);
    let confirmed = question_set::single_questions(files, &corpus)?;
    let (ranking, quality) = fit_ranking(&corpus, &Model::load_or_unfitted(&settings.index)?, &confirmed, &[])?;
    std::fs::write(&file, ranking.to_toml()).with_context(|| format!("cannot write {}", file.display()))?;
    let share = |part: usize| 100.0 * part as f64 / quality.asks.max(1) as f64;
    println!("{} asks, each with its own wording left out: entry first {:.1} %", quality.asks, share(quality.first));
    for (name, first) in FEATURES.iter().zip(quality.first_by_feature) {
        println!("  by {name:16} alone {:.1} %", share(first));
    }
    println!("  among those compared   {:.1} %", share(quality.compared));
    println!("{} confirmed questions; answer at {}, offer at {}", confirmed.len(), ranking.answer_at, ranking.offer_at);
    println!("wrote {}", file.display());
    Ok(Done::Fine)
}

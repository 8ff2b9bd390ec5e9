//! `wenban fit`: fits the ranking and says how well it does on asks it did not see.

use std::path::PathBuf;

use anyhow::Context;

use super::question_set::{self, ItemIds};
use super::{Done, check};
use crate::corpus::Corpus;
use crate::edition::read_corpus;
use crate::search::{Confirmed, EntryRef, FEATURES, Model, RANKING_FILE, fit as fit_ranking};
use crate::settings::Settings;

pub fn fit(settings: &Settings, files: &[PathBuf]) -> anyhow::Result<Done> {
    let mut reading = read_corpus(&settings.corpus)?;
    let Some(corpus) = reading.corpus.take() else {
        check::print_errors(settings, &reading);
        return Ok(Done::FoundProblems);
    };
    let file = settings.index.join(RANKING_FILE);
    let confirmed = confirmed(files, &corpus)?;
    let (ranking, quality) = fit_ranking(&corpus, &Model::load_or_unfitted(&settings.index)?, &confirmed)?;
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

fn confirmed(files: &[PathBuf], corpus: &Corpus) -> anyhow::Result<Vec<Confirmed>> {
    let mut confirmed = Vec::new();
    for file in files {
        let ids = ItemIds::beside(file)?;
        let entries = |items: &[String]| -> Vec<EntryRef> {
            ids.guides(items, corpus).iter().map(|id| EntryRef::Guide(id.as_str().into())).collect()
        };
        for case in
            question_set::read(file)?.into_iter().filter_map(|mut turns| (turns.len() == 1).then(|| turns.remove(0)))
        {
            confirmed.push(Confirmed { expected: entries(&case.expect), near: entries(&case.near), question: case.q });
        }
    }
    Ok(confirmed)
}

//! `wenban check` and `index`: what an editor runs after a change.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::ProgressBar;

use super::{Done, measure};
use crate::corpus::enlarge::enlarged;
use crate::corpus::{Reading, Report, Severity};
use crate::edition::read_corpus;
use crate::search::{Model, Search};
use crate::settings::Settings;

pub fn check(settings: &Settings, report: bool, quiet: bool) -> anyhow::Result<Done> {
    let reading = read_corpus(&settings.corpus)
        .with_context(|| format!("run wenban in its folder, or set WENBAN_CORPUS ({})", settings.corpus.display()))?;
    let mut out = std::io::stdout().lock();
    let wanted = if quiet { Severity::Error } else { Severity::Warning };
    print(settings, &reading, wanted, &mut out, std::io::stdout().is_terminal())?;
    if let Some(corpus) = reading.corpus.as_ref().filter(|_| report) {
        measure::print(corpus, &mut out)?;
    }
    let warnings = reading.diagnostics.len() - reading.errors();
    writeln!(out, "{} 个错误，{warnings} 个提醒", reading.errors())?;
    Ok(if reading.errors() == 0 { Done::Fine } else { Done::FoundProblems })
}

/// Prints the errors of a corpus that cannot be used to standard error.
pub fn print_errors(settings: &Settings, reading: &Reading) {
    let mut stderr = std::io::stderr().lock();
    // There is nobody left to tell that standard error is closed.
    let _ = print(settings, reading, Severity::Error, &mut stderr, false);
}

fn print(
    settings: &Settings,
    reading: &Reading,
    least: Severity,
    out: &mut impl Write,
    styled: bool,
) -> std::io::Result<()> {
    let root = settings.corpus.display().to_string();
    let report = Report { files: &reading.files, root: &root, styled };
    for diagnostic in reading.diagnostics.iter().filter(|diagnostic| diagnostic.severity <= least) {
        writeln!(out, "{}\n", report.render(diagnostic))?;
    }
    Ok(())
}

pub fn index(settings: &Settings) -> anyhow::Result<Done> {
    let mut reading = read_corpus(&settings.corpus)?;
    let Some(corpus) = reading.corpus.take() else {
        print_errors(settings, &reading);
        return Ok(Done::FoundProblems);
    };
    let model = Model::load(&settings.index)?;
    if Search::is_built(&corpus, &settings.index, &model) {
        println!("the index of corpus {} is up to date", corpus.revision.as_str());
        return Ok(Done::Fine);
    }
    let progress = ProgressBar::new_spinner().with_message("building the index");
    progress.enable_steady_tick(Duration::from_millis(100));
    Search::open(&corpus, &settings.index, model)?;
    progress.finish_and_clear();
    println!("built the index of corpus {} ({} guides)", corpus.revision.as_str(), corpus.guides.len());
    Ok(Done::Fine)
}

pub fn enlarge(settings: &Settings, guides: usize, folder: &Path) -> anyhow::Result<Done> {
    let mut reading = read_corpus(&settings.corpus)?;
    let Some(corpus) = reading.corpus.take() else {
        print_errors(settings, &reading);
        return Ok(Done::FoundProblems);
    };
    if folder.exists() {
        bail!("{} exists already; name a folder that does not", folder.display());
    }
    let files = enlarged(&corpus, guides);
    for file in &files {
        let path = folder.join(&file.path);
        let parent = path.parent().expect("it is below the folder");
        let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, &file.text));
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("wrote {} files to {}", files.len(), folder.display());
    Ok(Done::Fine)
}

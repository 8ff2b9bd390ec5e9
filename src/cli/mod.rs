//! The commands people type. Exit codes: 0 fine, 1 the work found problems, 2 wrong usage or configuration.

mod ask;
mod check;
mod collect;
mod eval;
mod fit;
mod measure;
mod serve;
mod telegram;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};

use crate::clock::SystemClock;
use crate::edition::{Edition, read_corpus};
use crate::hall::Hall;
use crate::records::Records;
use crate::records::export::{Collection, Format};
use crate::search::Model;
use crate::settings::{self, Settings};
use crate::store::{SledStore, StoreError};

/// 问办: a chat assistant for a government-service hall. Without a command it serves.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the web chat (and Telegram when TELOXIDE_TOKEN is set)
    Serve,
    /// Talk in the terminal
    Chat,
    /// Ask one question
    Ask {
        /// What was said before, if anything, and then the question; read from standard input when left out
        #[arg(value_name = "QUESTION")]
        said: Vec<String>,
        /// Answer as one JSON object
        #[arg(long)]
        json: bool,
        /// Read a JSON object a line, {"q": "…"} or {"turns": ["…"]}, and answer a line each; records nothing
        #[arg(long, conflicts_with_all = ["said", "json", "explain"])]
        jsonl: bool,
        /// Show how the answer was found
        #[arg(long)]
        explain: bool,
    },
    /// Check the corpus and its wording
    Check {
        /// Print a line per guide: completeness, sources, readability, asks
        #[arg(long)]
        report: bool,
        /// Leave warnings out
        #[arg(long)]
        quiet: bool,
    },
    /// Build the index from the corpus
    Index,
    /// Write a corpus with made-up guides beside the real ones, to measure speed with
    Enlarge {
        /// How many guides in all
        guides: usize,
        /// A folder that does not exist yet
        folder: PathBuf,
    },
    /// Score question files
    Eval {
        /// Files of {"q", "expect", …} or {"turns": […]} lines; item ids are looked up in items.tsv beside each file.
        /// Without any: all of the corpus's confirmed questions
        files: Vec<PathBuf>,
        /// Figures and results as JSON
        #[arg(long)]
        json: bool,
        /// Compare with an earlier --json output
        #[arg(long, value_name = "OLD.json")]
        compare: Option<PathBuf>,
    },
    /// Fit the ranking on the corpus's own asks, and on confirmed questions, and write it to the index folder
    Fit {
        /// Question files as for `eval`; single questions only
        files: Vec<PathBuf>,
    },
    /// Tell Telegram where to deliver
    Telegram {
        #[command(subcommand)]
        command: telegram::TelegramCommand,
    },
    /// Mask personal data in {"text"} lines
    Mask,
    /// Write out what was collected
    Export {
        /// What to write
        what: What,
        /// The file format
        #[arg(long, value_enum, default_value_t = FileFormat::Xlsx)]
        format: FileFormat,
        /// The file; standard output when left out
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    Questions,
    Suggestions,
    Ratings,
    Proposals,
}

#[derive(Clone, Copy, ValueEnum)]
enum FileFormat {
    Xlsx,
    Csv,
    Json,
}

impl From<What> for Collection {
    fn from(what: What) -> Self {
        match what {
            What::Questions => Collection::Questions,
            What::Suggestions => Collection::Suggestions,
            What::Ratings => Collection::Ratings,
            What::Proposals => Collection::Proposals,
        }
    }
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Xlsx => Format::Xlsx,
            FileFormat::Csv => Format::Csv,
            FileFormat::Json => Format::Json,
        }
    }
}

/// How a command ended well.
enum Done {
    Fine,
    FoundProblems,
}

/// The work found problems: exit code 1. Anything else that fails is usage or configuration: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Problems(String);

/// Runs the command on the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command.unwrap_or(Command::Serve)) {
        Ok(Done::Fine) => ExitCode::SUCCESS,
        Ok(Done::FoundProblems) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wenban: {error:#}");
            ExitCode::from(if error.is::<Problems>() { 1 } else { 2 })
        }
    }
}

/// A reader that has seen enough (`wenban ask … | head -1`) is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run(command: Command) -> anyhow::Result<Done> {
    let settings = Settings::load(Path::new(settings::FILE))?;
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log).context("log (WENBAN_LOG) is not a filter")?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    match command {
        Command::Serve => serve::serve(&settings),
        Command::Chat => ask::chat(&settings),
        Command::Ask { jsonl: true, .. } => ask::jsonl(&settings, std::io::stdin().lock(), std::io::stdout().lock()),
        Command::Ask { said, json, explain, .. } => ask::ask(&settings, said, json, explain),
        Command::Check { report, quiet } => check::check(&settings, report, quiet),
        Command::Index => check::index(&settings),
        Command::Enlarge { guides, folder } => check::enlarge(&settings, guides, &folder),
        Command::Eval { files, json, compare } => eval::eval(&settings, &files, json, compare.as_deref()),
        Command::Fit { files } => fit::fit(&settings, &files),
        Command::Telegram { command } => telegram::telegram(&settings, command),
        Command::Mask => collect::mask(std::io::stdin().lock(), std::io::stdout().lock()),
        Command::Export { what, format, output } => {
            collect::export(&settings, what.into(), format.into(), output.as_deref())
        }
    }
}

/// The shipped or edited corpus, checked, with its index; problems are printed and counted.
fn open_edition(settings: &Settings) -> anyhow::Result<Edition> {
    let mut reading = read_corpus(&settings.corpus)
        .with_context(|| format!("run wenban in its folder, or set WENBAN_CORPUS ({})", settings.corpus.display()))?;
    let Some(corpus) = reading.corpus.take() else {
        check::print_errors(settings, &reading);
        return Err(Problems(format!("the corpus has {} errors; `wenban check` lists them", reading.errors())).into());
    };
    Ok(Edition::open(corpus, &settings.index, Model::load(&settings.index)?)?)
}

/// The records on disk.
fn open_records(settings: &Settings) -> Result<Records, StoreError> {
    Ok(Records::new(Arc::new(SledStore::open(&settings.records_folder())?)))
}

/// A hall that keeps nothing.
fn hall_without_records(settings: &Settings) -> anyhow::Result<Hall> {
    Ok(Hall::new(open_edition(settings)?, None, Arc::new(SystemClock)))
}

//! `wenban mask` and `export`: data through and out.

use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::{Done, open_records};
use crate::channels::web::ask_running_server;
use crate::edition::read_corpus;
use crate::records::export::{Collection, Format};
use crate::settings::Settings;
use crate::store::StoreError;
use crate::text::{Redacted, redact};

#[derive(Deserialize)]
struct Line {
    text: String,
}

#[derive(Serialize)]
struct Masked {
    text: Redacted,
}

/// A line in, a line out; a line that is no such object gets an error and the run goes on.
pub fn mask(input: impl BufRead, mut output: impl Write) -> anyhow::Result<Done> {
    for line in input.split(b'\n') {
        let line = line?;
        match serde_json::from_slice::<Line>(&line) {
            Ok(Line { text }) => serde_json::to_writer(&mut output, &Masked { text: redact(&text) })?,
            Err(error) => serde_json::to_writer(&mut output, &serde_json::json!({ "error": error.to_string() }))?,
        }
        output.write_all(b"\n")?;
    }
    Ok(Done::Fine)
}

/// Asks the running server when there is one, since it alone may have the records open.
pub fn export(settings: &Settings, what: Collection, format: Format, output: Option<&Path>) -> anyhow::Result<Done> {
    let table = match open_records(settings) {
        Ok(records) => {
            let reading = read_corpus(&settings.corpus)?;
            let corpus = reading.corpus.context("the corpus has errors; `wenban check` lists them")?;
            what.export(&records, &corpus, format)?
        }
        Err(StoreError::InUse(_)) => {
            let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let path = format!("/export/{}/{}", word(serde_json::to_value(what)?), word(serde_json::to_value(format)?));
            ask_running_server(&settings.control_socket(), &path)?
        }
        Err(error) => return Err(error.into()),
    };
    match output {
        Some(path) => std::fs::write(path, table).with_context(|| format!("cannot write {}", path.display()))?,
        None => std::io::stdout().write_all(&table)?,
    }
    Ok(Done::Fine)
}

//! What was collected, as a table that goes into a meeting: xlsx, csv or json. Cells are text, never formulas.

use std::collections::HashMap;

use rust_xlsxwriter::{Format as CellFormat, Workbook, XlsxError};
use serde::{Deserialize, Serialize};

use super::{Channel, Question, RecordError, Records, State, Suggestion, SuggestionKind};
use crate::clock::at_the_hall;
use crate::corpus::{Corpus, Zone, labels::label};

/// One row: a question or an opinion.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its number.
    pub receipt: String,
    /// When, on the hall's wall clock.
    pub time: String,
    /// Which door.
    pub channel: Channel,
    /// Service area, when known.
    pub zone: Option<Zone>,
    /// Who answers for it.
    pub unit: String,
    /// The words, masked.
    pub text: String,
    /// How often the same words were said.
    pub times: usize,
    /// How far it has come.
    pub state: State,
}

const COLUMNS: [&str; 8] = ["receipt", "time", "channel", "zone", "unit", "text", "times", "state"];

/// Why a table could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The records could not be read.
    #[error(transparent)]
    Records(#[from] RecordError),
    /// The workbook could not be made.
    #[error("cannot make the workbook")]
    Workbook(#[from] XlsxError),
    /// The CSV could not be made.
    #[error("cannot make the csv")]
    Csv(#[from] csv::Error),
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// Unanswered questions.
    Questions,
    /// Opinions.
    Suggestions,
}

/// The file formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Excel.
    Xlsx,
    /// Comma-separated, UTF-8 with a byte-order mark.
    Csv,
    /// A list of objects.
    Json,
}

impl Collection {
    /// The whole collection as a file.
    pub fn export(self, records: &Records, corpus: &Corpus, format: Format) -> Result<Vec<u8>, ExportError> {
        let rows = match self {
            Collection::Questions => questions(records, corpus)?,
            Collection::Suggestions => suggestions(records, corpus)?,
        };
        match format {
            Format::Xlsx => xlsx(&rows),
            Format::Csv => csv(&rows),
            Format::Json => Ok(json(&rows)),
        }
    }
}

/// The rows of all questions, oldest first.
fn questions(records: &Records, corpus: &Corpus) -> Result<Vec<Row>, ExportError> {
    let questions = records.questions()?;
    let times = count(questions.iter().map(|question| question.normalised.as_str()));
    Ok(questions.iter().map(|question| question_row(question, times[question.normalised.as_str()], corpus)).collect())
}

/// The rows of all opinions, oldest first. Hints at misconduct are for supervision and left out.
fn suggestions(records: &Records, corpus: &Corpus) -> Result<Vec<Row>, ExportError> {
    let mut suggestions = records.suggestions()?;
    suggestions.retain(|suggestion| suggestion.kind == SuggestionKind::Opinion);
    let times = count(suggestions.iter().map(|suggestion| suggestion.normalised.as_str()));
    Ok(suggestions
        .iter()
        .map(|suggestion| suggestion_row(suggestion, times[suggestion.normalised.as_str()], corpus))
        .collect())
}

fn count<'t>(texts: impl Iterator<Item = &'t str>) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for text in texts {
        *times.entry(text.to_owned()).or_default() += 1;
    }
    times
}

fn question_row(question: &Question, times: usize, corpus: &Corpus) -> Row {
    let owner = question.owner.as_ref().and_then(|id| corpus.unit(id)).map(|unit| unit.name.as_str());
    Row {
        receipt: question.receipt.to_string(),
        time: at_the_hall(question.asked_at).strftime("%Y-%m-%d %H:%M").to_string(),
        channel: question.channel,
        zone: question.zone,
        unit: owner.unwrap_or(&corpus.hall.managed_by).to_owned(),
        text: question.text.to_string(),
        times,
        state: question.state,
    }
}

fn suggestion_row(suggestion: &Suggestion, times: usize, corpus: &Corpus) -> Row {
    let owner = suggestion.zone.and_then(|zone| corpus.unit_of_zone(zone)).map(|unit| unit.name.as_str());
    Row {
        receipt: suggestion.receipt.to_string(),
        time: at_the_hall(suggestion.said_at).strftime("%Y-%m-%d %H:%M").to_string(),
        channel: suggestion.channel,
        zone: suggestion.zone,
        unit: owner.unwrap_or(&corpus.hall.managed_by).to_owned(),
        text: suggestion.text.to_string(),
        times,
        state: suggestion.state,
    }
}

impl Row {
    /// The cells in column order, in Chinese.
    fn cells(&self) -> [String; 8] {
        [
            self.receipt.clone(),
            self.time.clone(),
            word(&self.channel),
            self.zone.map(|zone| word(&zone)).unwrap_or_default(),
            self.unit.clone(),
            self.text.clone(),
            self.times.to_string(),
            word(&self.state),
        ]
    }
}

/// The Chinese label of a value from a closed list.
fn word(value: &impl Serialize) -> String {
    let key = serde_json::to_value(value).expect("a plain word");
    label(key.as_str().unwrap_or_default()).to_owned()
}

/// The table as an Excel workbook.
fn xlsx(rows: &[Row]) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let (head, cell) = (CellFormat::new().set_bold(), CellFormat::new().set_text_wrap());
    for (column, key) in (0u16..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, label(key), &head)?;
        sheet.set_column_width(column, if key == "text" { 60 } else { 16 })?;
    }
    for (number, row) in (1u32..).zip(rows) {
        for (column, text) in (0u16..).zip(row.cells()) {
            sheet.write_string_with_format(number, column, text, &cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(workbook.save_to_buffer()?)
}

/// The table as CSV with a byte-order mark, so that Excel reads it as UTF-8.
fn csv(rows: &[Row]) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
    writer.write_record(COLUMNS.map(label))?;
    for row in rows {
        writer.write_record(row.cells().map(|cell| defused(&cell)))?;
    }
    Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}

/// The table as JSON, a list of objects with English keys.
fn json(rows: &[Row]) -> Vec<u8> {
    serde_json::to_vec_pretty(rows).expect("rows are plain data")
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front.
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    fn row(text: &str) -> Row {
        Row {
            receipt: "234567".into(),
            time: "2026-04-01 09:00".into(),
            channel: Channel::Web,
            zone: Some(Zone::SocialInsurance),
            unit: "单位".into(),
            text: text.into(),
            times: 2,
            state: State::Open,
        }
    }

    #[test]
    fn a_formula_stays_text_in_every_format() {
        let rows = [row("=HYPERLINK(\"x\")"), row("普通的话"), row("＝1+1")];
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx(&rows).unwrap())).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(sheet.get_value((0, 5)), Some(&Data::String("原话".into())));
        assert_eq!(sheet.get_value((1, 5)), Some(&Data::String("=HYPERLINK(\"x\")".into())));
        assert_eq!(sheet.get_value((1, 3)), Some(&Data::String("社保".into())));
        let text = String::from_utf8(csv(&rows).unwrap()).unwrap();
        assert!(text.contains("'=HYPERLINK") && text.contains("'＝1+1") && text.contains(",普通的话,"));
    }
}

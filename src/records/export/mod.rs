//! What was collected, as a table that goes into a meeting: xlsx, csv or json. Cells are text, never formulas.

mod rows;

use rust_xlsxwriter::{Format as CellFormat, Workbook, XlsxError};
use serde::{Deserialize, Serialize};

use super::{RecordError, Records};
use crate::corpus::{Corpus, labels::label};
use rows::{proposals, questions, ratings, suggestions};

/// A table: keys of the columns, and in each row a value for each.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
}

/// A value, its key or number for machines and its Chinese for people.
struct Cell {
    json: serde_json::Value,
    text: String,
}

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
    /// Ratings of answers.
    Ratings,
    /// Wordings proposed to the editors.
    Proposals,
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
        let table = match self {
            Collection::Questions => questions(records, corpus)?,
            Collection::Suggestions => suggestions(records, corpus)?,
            Collection::Ratings => ratings(records, corpus)?,
            Collection::Proposals => proposals(records, corpus)?,
        };
        match format {
            Format::Xlsx => xlsx(&table),
            Format::Csv => csv(&table),
            Format::Json => Ok(json(&table)),
        }
    }
}

impl Cell {
    /// Words as they stand.
    fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { json: text.clone().into(), text }
    }

    /// A value from a closed list: its key, and its Chinese label.
    fn word(value: &impl Serialize) -> Self {
        let json = serde_json::to_value(value).expect("a plain word");
        let text = label(json.as_str().unwrap_or_default()).to_owned();
        Self { json, text }
    }

    /// The same, or nothing.
    fn word_or_nothing(value: Option<&impl Serialize>) -> Self {
        value.map_or(Self { json: serde_json::Value::Null, text: String::new() }, Self::word)
    }

    fn number(number: usize) -> Self {
        Self { json: number.into(), text: number.to_string() }
    }
}

/// The table as an Excel workbook.
fn xlsx(table: &Table) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let (head, cell) = (CellFormat::new().set_bold(), CellFormat::new().set_text_wrap());
    for (column, key) in (0u16..).zip(table.columns) {
        sheet.write_string_with_format(0, column, label(key), &head)?;
        sheet.set_column_width(column, if matches!(*key, "text" | "answer") { 60 } else { 16 })?;
    }
    for (number, row) in (1u32..).zip(&table.rows) {
        for (column, value) in (0u16..).zip(row) {
            sheet.write_string_with_format(number, column, &value.text, &cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(workbook.save_to_buffer()?)
}

/// The table as CSV with a byte-order mark, so that Excel reads it as UTF-8.
fn csv(table: &Table) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
    writer.write_record(table.columns.iter().map(|key| label(key)))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| defused(&cell.text)))?;
    }
    Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}

/// The table as JSON, a list of objects with English keys.
fn json(table: &Table) -> Vec<u8> {
    let object = |row: &Vec<Cell>| {
        let fields = table.columns.iter().zip(row).map(|(key, cell)| ((*key).to_owned(), cell.json.clone()));
        serde_json::Value::Object(fields.collect())
    };
    let rows: Vec<_> = table.rows.iter().map(object).collect();
    serde_json::to_vec_pretty(&rows).expect("rows are plain data")
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
    use crate::corpus::Zone;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    #[test]
    fn a_formula_stays_text_in_every_format() {
        let row = |text: &str| vec![Cell::word(&Zone::SocialInsurance), Cell::text(text)];
        let rows = [row("=HYPERLINK(\"x\")"), row("普通的话"), row("＝1+1")].into();
        let table = Table { columns: &["zone", "text"], rows };
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx(&table).unwrap())).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(sheet.get_value((0, 1)), Some(&Data::String("原话".into())));
        assert_eq!(sheet.get_value((1, 1)), Some(&Data::String("=HYPERLINK(\"x\")".into())));
        assert_eq!(sheet.get_value((1, 0)), Some(&Data::String("社保".into())));
        let text = String::from_utf8(csv(&table).unwrap()).unwrap();
        assert!(text.contains("'=HYPERLINK") && text.contains("'＝1+1") && text.contains(",普通的话"));
    }
}

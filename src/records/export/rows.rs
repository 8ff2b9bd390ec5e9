//! The rows of each collection, oldest first.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Cell, Table};
use crate::clock::at_the_hall;
use crate::corpus::{Corpus, UnitId};
use crate::records::{RecordError, Records, SuggestionKind};

const SAID: &[&str] = &["receipt", "time", "channel", "zone", "unit", "text", "times", "state"];
const ASKED: &[&str] =
    &["receipt", "time", "channel", "zone", "unit", "text", "times", "state", "answer", "answered_at", "answered_by"];
const PROPOSED: &[&str] = &["receipt", "time", "entry", "text", "answer", "proposed_by"];
const RATED: &[&str] = &["receipt", "time", "channel", "zone", "unit", "guide", "satisfaction", "text", "state"];

/// All questions.
pub fn questions(records: &Records, corpus: &Corpus) -> Result<Table, RecordError> {
    let questions = records.questions()?;
    let times = count(questions.iter().map(|question| question.normalised.as_str()));
    let row = |question: &crate::records::Question| {
        vec![
            Cell::text(question.receipt.as_str()),
            time(question.asked_at),
            Cell::word(&question.channel),
            Cell::word_or_nothing(question.zone.as_ref()),
            unit(question.owner.as_ref(), corpus),
            Cell::text(question.text.as_str()),
            Cell::number(times[question.normalised.as_str()]),
            Cell::word(&question.state),
            Cell::text(question.answer.as_ref().map_or("", |answer| answer.text.as_str())),
            question.answer.as_ref().map_or_else(|| Cell::text(""), |answer| time(answer.at)),
            Cell::text(question.answer.as_ref().map_or("", |answer| answer.by.as_str())),
        ]
    };
    Ok(Table { columns: ASKED, rows: questions.iter().map(row).collect() })
}

/// All opinions. Hints at misconduct are for supervision and left out.
pub fn suggestions(records: &Records, corpus: &Corpus) -> Result<Table, RecordError> {
    let mut suggestions = records.suggestions()?;
    suggestions.retain(|suggestion| suggestion.kind == SuggestionKind::Opinion);
    let times = count(suggestions.iter().map(|suggestion| suggestion.normalised.as_str()));
    let row = |suggestion: &crate::records::Suggestion| {
        let owner = suggestion.zone.and_then(|zone| corpus.unit_of_zone(zone)).map(|unit| &unit.id);
        vec![
            Cell::text(suggestion.receipt.as_str()),
            time(suggestion.said_at),
            Cell::word(&suggestion.channel),
            Cell::word_or_nothing(suggestion.zone.as_ref()),
            unit(owner, corpus),
            Cell::text(suggestion.text.as_str()),
            Cell::number(times[suggestion.normalised.as_str()]),
            Cell::word(&suggestion.state),
        ]
    };
    Ok(Table { columns: SAID, rows: suggestions.iter().map(row).collect() })
}

/// All ratings; the text is why a rating is low.
pub fn ratings(records: &Records, corpus: &Corpus) -> Result<Table, RecordError> {
    let row = |rating: &crate::records::Rating| {
        let guide = corpus.guide(&rating.guide).map_or(rating.guide.as_str(), |guide| guide.official_name.as_str());
        vec![
            Cell::text(rating.receipt.as_str()),
            time(rating.rated_at),
            Cell::word(&rating.channel),
            Cell::word(&rating.zone),
            unit(Some(&rating.owner), corpus),
            Cell::text(guide),
            Cell::word(&rating.level),
            Cell::text(rating.reason.as_ref().map_or("", |reason| reason.as_str())),
            Cell::word_or_nothing(rating.follow_up.as_ref()),
        ]
    };
    Ok(Table { columns: RATED, rows: records.ratings()?.iter().map(row).collect() })
}

/// All proposals: what an editor adds to the asks of an entry, when it fits.
pub fn proposals(records: &Records, corpus: &Corpus) -> Result<Table, RecordError> {
    let name = |id: &str| {
        let name = corpus.plain_name(id).map(|name| name.as_str());
        Cell { json: id.into(), text: name.map_or(id.to_owned(), |name| format!("{name}（{id}）")) }
    };
    let row = |proposal: &crate::records::Proposal| {
        vec![
            Cell::text(proposal.receipt.as_str()),
            time(proposal.at),
            proposal.entry.as_deref().map_or_else(|| Cell::text(""), name),
            Cell::text(proposal.text.as_str()),
            Cell::text(proposal.answer.as_ref().map_or("", |answer| answer.as_str())),
            Cell::text(proposal.by.as_str()),
        ]
    };
    Ok(Table { columns: PROPOSED, rows: records.proposals()?.iter().map(row).collect() })
}

fn count<'t>(texts: impl Iterator<Item = &'t str>) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for text in texts {
        *times.entry(text.to_owned()).or_default() += 1;
    }
    times
}

/// When, on the hall's wall clock.
fn time(moment: Timestamp) -> Cell {
    Cell::text(at_the_hall(moment).strftime("%Y-%m-%d %H:%M").to_string())
}

/// Who answers for it: the unit, or the hall's own bureau.
fn unit(owner: Option<&UnitId>, corpus: &Corpus) -> Cell {
    let owner = owner.and_then(|id| corpus.unit(id)).map_or(&corpus.hall.managed_by, |unit| &unit.name);
    Cell::text(owner.as_str())
}

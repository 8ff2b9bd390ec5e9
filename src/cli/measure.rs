//! The report of `wenban check --report`: per guide how complete it is, what it rests on, how plainly it reads.

use std::io::{self, Write};

use crate::corpus::check::wording::visible_texts;
use crate::corpus::jargon::Treatment;
use crate::corpus::{Corpus, Guide};
use crate::text::sentence;

/// Prints the table and its sums.
pub fn print(corpus: &Corpus, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "guide\tfields\tsources\tlaws\tasks\tsentence\tplain")?;
    for guide in &corpus.guides {
        let (present, all) = completeness(guide);
        let reading = readability(corpus, guide);
        writeln!(
            out,
            "{}\t{present}/{all}\t{}\t{}\t{}\t{:.1}\t{:.0}",
            guide.id,
            guide.sources.len(),
            guide.legal_basis.len(),
            guide.asks.len(),
            reading.average_sentence,
            reading.score
        )?;
    }
    let grounded =
        corpus.guides.iter().filter(|guide| !guide.sources.is_empty() && !guide.legal_basis.is_empty()).count();
    writeln!(
        out,
        "{} guides, {grounded} with sources and legal basis; {} journeys, {} catalogue matters, {} words\n",
        corpus.guides.len(),
        corpus.journeys.len(),
        corpus.matters.len(),
        corpus.words.words.len()
    )
}

/// Fields that are filled in, and fields there are.
fn completeness(guide: &Guide) -> (usize, usize) {
    let fields = [
        guide.code.is_some(),
        !guide.eligibility.is_empty(),
        !guide.documents.is_empty(),
        !guide.steps.is_empty(),
        guide.visits.is_some(),
        guide.place_to_go.is_some(),
        guide.online.is_some(),
        guide.statutory_working_days.is_some(),
        guide.promised_working_days.is_some(),
        !guide.time_notes.is_empty(),
        guide.fee_fen.is_some(),
        guide.proxy.is_some(),
        !guide.result.is_empty(),
        guide.tip.is_some(),
        !guide.confusable.is_empty(),
        !guide.aliases.is_empty(),
        !guide.legal_basis.is_empty(),
        !guide.sources.is_empty(),
        guide.review_by.is_some(),
    ];
    (fields.iter().filter(|present| **present).count(), fields.len())
}

struct Readability {
    /// Characters a sentence.
    average_sentence: f64,
    /// 0 to 100, higher is plainer.
    score: f64,
}

/// 100 − max(0, average sentence − 12) − 12 × official words per 100 characters − 0.3 × percentage of sentences over
/// 25 characters. Source: the house rules on plain language.
fn readability(corpus: &Corpus, guide: &Guide) -> Readability {
    let (mut sentences, mut characters, mut long, mut official) = (0usize, 0usize, 0usize, 0usize);
    let avoided = corpus.jargon.iter().filter(|term| matches!(term.treatment, Treatment::Replace | Treatment::Forbid));
    let avoided: Vec<&str> = avoided.map(|term| term.say.as_str()).filter(|word| word.chars().count() > 1).collect();
    for text in visible_texts(guide) {
        for (_, sentence) in sentence::sentences(text) {
            let length = sentence::length(sentence);
            sentences += 1;
            characters += length;
            long += usize::from(length > 25);
        }
        official += avoided.iter().map(|word| text.matches(word).count()).sum::<usize>();
    }
    let (sentences, characters) = (sentences.max(1) as f64, characters.max(1) as f64);
    let average_sentence = characters / sentences;
    let score = 100.0
        - (average_sentence - 12.0).max(0.0)
        - 12.0 * official as f64 / characters * 100.0
        - 0.3 * long as f64 / sentences * 100.0;
    Readability { average_sentence, score: score.max(0.0) }
}

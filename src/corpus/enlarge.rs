//! Made-up guides in any number, put together from a corpus's own words, to measure speed with. Nonsense to read.

use fastrand::Rng;
use serde::Serialize;

use super::{Corpus, Guide, SourceFile, Text};

/// Ways of asking of a made-up guide.
const ASKS: usize = 10;

#[derive(Serialize)]
struct MadeUp<'c> {
    id: String,
    official_name: String,
    zone: &'static str,
    unit: &'c str,
    plain_name: String,
    one_line: &'c str,
    audience: [&'static str; 1],
    asks: Vec<String>,
    eligibility: Vec<&'c str>,
    steps: Vec<&'c str>,
    result: Vec<&'c str>,
    tip: Option<&'c str>,
    status: &'static str,
    documents: Vec<Paper<'c>>,
    legal_basis: Vec<Law<'c>>,
    sources: Vec<Origin<'c>>,
}

#[derive(Serialize)]
struct Paper<'c> {
    name: &'c str,
    original: bool,
}

#[derive(Serialize)]
struct Law<'c> {
    law: &'c str,
}

#[derive(Serialize)]
struct Origin<'c> {
    title: &'c str,
    issuer: &'c str,
}

/// The files of `corpus` and as many made-up guides as it takes to have `guides` of them; the same every time.
pub fn enlarged(corpus: &Corpus, guides: usize) -> Vec<SourceFile> {
    let asks: Vec<&Text> = corpus.guides.iter().flat_map(|guide| &guide.asks).collect();
    let names: Vec<&Text> = corpus.matters.iter().map(|matter| &matter.plain_name).collect();
    let mut random = Rng::with_seed(0);
    let made_up = (corpus.guides.len()..guides).map(|number| {
        let model = &corpus.guides[number % corpus.guides.len()];
        let guide = made_up(number, model, names[random.usize(..names.len())], &asks, &mut random);
        SourceFile {
            path: format!("guides/made_up/{}.toml", guide.id),
            text: toml::to_string(&guide).expect("a guide is tables of texts"),
        }
    });
    corpus.files.iter().cloned().chain(made_up).collect()
}

fn made_up<'c>(number: usize, model: &'c Guide, name: &str, asks: &[&Text], random: &mut Rng) -> MadeUp<'c> {
    let texts = |texts: &'c [Text]| texts.iter().map(Text::as_str).collect();
    MadeUp {
        id: format!("made-up-{number}"),
        official_name: format!("{name}（{}）", spelled(number)),
        zone: model.zone.key(),
        unit: model.unit.as_str(),
        plain_name: format!("{name}（{}号）", spelled(number)),
        one_line: &model.one_line,
        audience: ["personal"],
        asks: (0..ASKS).map(|_| spliced(asks, random)).collect(),
        eligibility: texts(&model.eligibility),
        steps: texts(&model.steps),
        result: texts(&model.result),
        tip: model.tip.as_deref(),
        status: "draft",
        documents: model.documents.iter().map(|document| Paper { name: &document.name, original: true }).collect(),
        legal_basis: model.legal_basis.iter().map(|basis| Law { law: &basis.law }).collect(),
        sources: model.sources.iter().map(|source| Origin { title: &source.title, issuer: &source.issuer }).collect(),
    }
}

/// A number in base nine with the digits 1 to 9: with a 0 it might look like a telephone number.
fn spelled(mut number: usize) -> String {
    let mut digits = Vec::new();
    while digits.is_empty() || number > 0 {
        digits.push(b"123456789"[number % 9]);
        number /= 9;
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

/// The first half of one ask and the second half of another.
fn spliced(asks: &[&Text], random: &mut Rng) -> String {
    let mut half = |second: bool| {
        let ask: Vec<char> = asks[random.usize(..asks.len())].chars().collect();
        let (start, end) = ask.split_at(ask.len() / 2);
        if second { end.iter().collect::<String>() } else { start.iter().collect() }
    };
    half(false) + &half(true)
}

//! Promise: every sentence in an answer traces to a guide field or a reply id.

mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use support::shipped_edition;
use wenban::clock::at_the_hall;
use wenban::conversation::Reply;
use wenban::conversation::render::{Renderer, ToldBefore};
use wenban::conversation::step::{Excerpt, Extent, Told};
use wenban::corpus::{Choice, Corpus, Facet, HallTopic, Zone};
use wenban::edition::Edition;
use wenban::phrasing::ReplyId;

/// What a template computes, between what it says.
static TAGS: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new(r"\{\{.*?\}\}|\{%.*?%\}").expect("valid"));

/// Whether the words at the place a line names are the words it was filled with.
fn trace(edition: &Edition, reply: &Reply, seen: &mut BTreeSet<String>) {
    assert!(!reply.lines.is_empty());
    for line in &reply.lines {
        let (_, template) = edition
            .corpus
            .replies
            .iter()
            .find(|(id, _)| id.as_str() == line.reply.key())
            .expect("its reply id has wording");
        seen.insert(line.reply.key().to_owned());
        for (place, filled) in line.sources.iter().zip(&line.filled) {
            let text = &edition.corpus.files[place.file].text;
            let is_field_of_a_file = place.span.is_empty();
            let written = &text[place.span.clone()];
            let stands_there = written.contains(filled.as_str())
                || is_field_of_a_file
                // Platforms are written as a list and said with 、 between.
                || filled.split('、').all(|part| text.contains(part))
                || matches!(filled.to_lowercase().as_str(), "true" | "false")
                || filled.parse::<u32>().is_ok_and(|number| text.contains(&number.to_string()));
            assert!(stands_there, "“{filled}” is not at {:?} of {}", place.span, edition.corpus.files[place.file].path);
        }
        // What is left after taking out the filled-in words was written in the template, between its tags.
        let written: Vec<&str> = TAGS.split(template).filter(|words| !words.is_empty()).collect();
        let mut rest = line.text.clone();
        let mut filled: Vec<&String> = line.filled.iter().filter(|filled| !filled.is_empty()).collect();
        filled.sort_by_key(|filled| std::cmp::Reverse(filled.len()));
        for words in filled {
            rest = rest.replace(words.as_str(), "\u{1}");
        }
        for piece in rest.split('\u{1}') {
            assert!(
                is_made_of(piece.trim(), &written),
                "“{piece}” of “{}” is not in the template of {}",
                line.text,
                line.reply.key()
            );
        }
    }
}

/// Whether `text` is nothing but `parts`, or ends or begins within one.
fn is_made_of(text: &str, parts: &[&str]) -> bool {
    text.is_empty()
        || parts.iter().any(|part| {
            part.contains(text)
                || text.strip_prefix(part.trim()).is_some_and(|rest| rest != text && is_made_of(rest, parts))
        })
}

fn every_answer(edition: &Edition, mut check: impl FnMut(Reply)) {
    let now = at_the_hall(support::a_wednesday_in_april());
    let render = Renderer { corpus: &edition.corpus, phrasing: &edition.phrasing, now: &now };
    let corpus: &Corpus = &edition.corpus;
    for guide in &corpus.guides {
        for facet in Facet::all() {
            check(render.answer(guide, &Excerpt::facet(facet), None, None, 1.0));
        }
        for before in [ToldBefore::Nothing, ToldBefore::Something, ToldBefore::Sentence] {
            check(render.unsure(guide, before, None));
        }
        for number in 0..guide.passages().len() {
            for plainly in [false, true] {
                let told = vec![Told { passage: number, plainly }];
                check(render.unsure(guide, ToldBefore::Something, Some(told[0])));
                let doubted = Excerpt::new(Facet::Overview, Extent::Passages(told.clone()));
                check(render.answer(guide, &Excerpt { is_doubted: true, ..doubted }, None, None, 1.0));
                for extent in [Extent::Passages(told.clone()), Extent::Opening(told)] {
                    check(render.answer(guide, &Excerpt::new(Facet::Overview, extent), None, None, 1.0));
                }
            }
        }
        for situation in &guide.situations {
            check(render.answer(guide, &Excerpt::facet(Facet::Documents), Some(situation.id.as_str()), None, 1.0));
        }
        for document in 0..guide.documents.len() {
            check(render.answer(guide, &Excerpt::facet(Facet::MissingDocument), None, Some(document), 1.0));
        }
    }
    for journey in &corpus.journeys {
        check(render.journey(journey));
    }
    for matter in &corpus.matters {
        for head in [ReplyId::Listed, ReplyId::ListedAgain] {
            check(render.listed(matter, head));
        }
        for facet in Facet::all() {
            check(render.listed_detail(matter, Some(facet), false));
        }
    }
    for (_, zone) in Zone::CHOICES {
        check(render.area(*zone));
    }
    for topic in [
        HallTopic::Address,
        HallTopic::Hours,
        HallTopic::OpenNow,
        HallTopic::Phone,
        HallTopic::Parking,
        HallTopic::Booth,
    ] {
        check(render.hall(topic));
    }
}

#[test]
fn every_sentence_of_every_answer_has_a_source() {
    let edition = shipped_edition();
    let mut seen = BTreeSet::new();
    let mut answers = 0;
    every_answer(&edition, |reply| {
        trace(&edition, &reply, &mut seen);
        answers += 1;
    });
    assert!(answers > 12 * edition.corpus.guides.len());
    assert!(seen.len() > 30, "only {} reply ids were met: {seen:?}", seen.len());
}

#[test]
fn no_answer_carries_a_phone_address_or_counter_that_the_hall_has_not_written_down() {
    let edition = shipped_edition();
    let looks_local = regex::Regex::new(r"0663|1[3-9]\d{9}|\d{7,8}|\d+号窗口").expect("valid");
    let files = &edition.corpus.files;
    let known: String = files
        .iter()
        .filter(|f| matches!(f.path.as_str(), "hall.toml" | "units.toml"))
        .map(|f| f.text.as_str())
        .collect();
    every_answer(&edition, |reply| {
        let text = reply.text();
        for found in looks_local.find_iter(&text) {
            assert!(known.contains(found.as_str()), "{} in: {text}", found.as_str());
        }
    });
}

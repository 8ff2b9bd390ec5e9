//! One facet of one guide: the conclusion first, then what supports it, then how far it can be relied on.

use super::{Renderer, facet_button, guide_ref};
use crate::conversation::message::Action;
use crate::conversation::reply::{Button, Outcome, Reply};
use crate::conversation::step::{Excerpt, Extent, Told};
use crate::corpus::{Document, Facet, Guide, OnlineLevel, ProxyRule, Status, Text};
use crate::phrasing::{Blank, Line, ReplyId, computed, from_corpus, from_field};

/// The facets one tap away, the most asked first.
const NEXT: [Facet; 9] = [
    Facet::Documents,
    Facet::Place,
    Facet::TimeLimit,
    Facet::Fee,
    Facet::Online,
    Facet::Steps,
    Facet::Eligibility,
    Facet::Result,
    Facet::Proxy,
];

/// What was told of a guide before what it leaves open is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldBefore {
    /// Nothing yet.
    Nothing,
    /// Something of it.
    Something,
    /// One of its sentences, just before.
    Sentence,
}

impl Renderer<'_> {
    /// An answer from `guide`. `missing` is the number of the document that a question about a missing
    /// document names.
    pub fn answer(
        &self,
        guide: &Guide,
        excerpt: &Excerpt,
        situation: Option<&str>,
        missing: Option<usize>,
        confidence: f32,
    ) -> Reply {
        let mut reply = Reply::new(Outcome::Answer);
        reply.guides.push(guide_ref(guide, confidence));
        let facet = excerpt.facet;
        reply.facet = Some(facet);
        reply.lines.extend(excerpt.is_doubted.then(|| self.say(ReplyId::Doubted, &[])));
        reply.lines.extend(match &excerpt.extent {
            Extent::Facet => self.facet(guide, facet, situation, missing),
            Extent::Led(number) => {
                let leading = self.sentence(guide.passages()[*number].text);
                let others = self.facet(guide, facet, situation, missing);
                let others = others.into_iter().filter(|line| line.text != leading.text);
                std::iter::once(leading.clone()).chain(others).collect()
            }
            Extent::Paper(number) => vec![self.paper(guide, *number)],
            Extent::Passages(told) => self.passages(guide, told, situation),
            Extent::Opening(told) => {
                let mut lines = self.passages(guide, told, situation);
                let passages = guide.passages();
                let is_said = told.iter().any(|told| std::ptr::eq(passages[told.passage].text, &guide.one_line));
                lines.extend((!is_said).then(|| self.sentence(&guide.one_line)));
                lines
            }
        });
        reply.lines.extend(excerpt.also.iter().flat_map(|facet| self.facet(guide, *facet, situation, missing)));
        let told: Vec<Facet> = std::iter::once(facet).chain(excerpt.also.iter().copied()).collect();
        reply.lines.extend(self.closing(guide, &told));
        self.show_next(&mut reply, guide, &told, situation);
        reply
    }

    fn passages(&self, guide: &Guide, told: &[Told], situation: Option<&str>) -> Vec<Line> {
        let passages = guide.passages();
        let lines = told.iter().flat_map(|told| {
            let passage = passages[told.passage];
            match passage.facet {
                Facet::MissingDocument if !told.plainly => self.missing_document(guide, situation, passage.document),
                Facet::Eligibility if !told.plainly => {
                    vec![self.say(ReplyId::PassageEligibility, &[from_corpus("text", passage.text)])]
                }
                _ => vec![self.sentence(passage.text)],
            }
        });
        lines.collect()
    }

    fn facet(&self, guide: &Guide, facet: Facet, situation: Option<&str>, missing: Option<usize>) -> Vec<Line> {
        match facet {
            Facet::Overview => self.overview(guide),
            Facet::Eligibility => self.eligibility(guide),
            Facet::Documents => self.documents(guide, situation),
            Facet::Steps => self.steps(guide),
            Facet::Place => self.place(guide),
            Facet::Hours => self.hours(),
            Facet::TimeLimit => self.time_limit(guide),
            Facet::Fee => self.fee(guide),
            Facet::Online => self.online(guide),
            Facet::Proxy => self.proxy(guide),
            Facet::MissingDocument => self.missing_document(guide, situation, missing),
            Facet::Result => self.result(guide),
        }
    }

    /// That the guide leaves open what was asked of it, and what of it comes nearest; when nothing was told of it yet,
    /// after what the matter is.
    pub fn unsure(&self, guide: &Guide, before: ToldBefore, nearest: Option<Told>) -> Reply {
        let mut reply = Reply::new(Outcome::Answer);
        reply.guides.push(guide_ref(guide, 1.0));
        if before == ToldBefore::Nothing {
            reply.lines.push(self.sentence(&guide.one_line));
        }
        let beyond = before == ToldBefore::Sentence;
        let unsure = if beyond { ReplyId::UnsureBeyond } else { ReplyId::Unsure };
        reply.lines.push(self.say(unsure, &[name(guide)]));
        if let Some(told) = nearest {
            reply.lines.push(self.say(ReplyId::Nearest, &[]));
            reply.lines.extend(self.passages(guide, &[told], None));
        }
        self.show_next(&mut reply, guide, &[], None);
        reply
    }

    /// What is one tap away from an answer about the facets `told`.
    fn show_next(&self, reply: &mut Reply, guide: &Guide, told: &[Facet], situation: Option<&str>) {
        let shows_documents = told.iter().any(|facet| matches!(facet, Facet::Documents | Facet::MissingDocument));
        if shows_documents {
            reply.checklist = Some((guide.id.clone(), situation.map(str::to_owned)));
            reply.buttons.extend(guide.situations.iter().filter(|s| Some(s.id.as_str()) != situation).map(|s| {
                Button { label: s.name.to_string(), action: Action::Situation(guide.id.clone(), s.id.to_string()) }
            }));
        }
        let next = NEXT.iter().filter(|next| !told.contains(next) && self.has_facet(guide, **next));
        reply.buttons.extend(next.filter_map(|next| facet_button(self.corpus, &guide.id, *next)));
        reply.buttons.push(self.button(ReplyId::NotThis, Action::NotThis));
    }

    fn has_facet(&self, guide: &Guide, facet: Facet) -> bool {
        match facet {
            Facet::Result => !guide.result.is_empty(),
            Facet::Proxy => guide.proxy.is_some(),
            Facet::Online => guide.online.is_some(),
            _ => true,
        }
    }

    fn overview(&self, guide: &Guide) -> Vec<Line> {
        let mut lines = vec![self.sentence(&guide.one_line)];
        lines.push(self.say(ReplyId::OverviewDocuments, &[computed("count", guide.documents_for(None).count())]));
        lines.extend(self.fee(guide).into_iter().take(1));
        if guide.promised_working_days.or(guide.statutory_working_days).is_some() {
            lines.extend(self.time_limit(guide).into_iter().take(1));
        }
        lines.extend(
            guide.visits.map(|visits| self.say(ReplyId::Visits, &[from_field("visits", visits, &guide.place)])),
        );
        lines.extend(guide.tip.as_ref().map(|tip| self.say(ReplyId::Tip, &[from_corpus("tip", tip)])));
        lines
    }

    fn eligibility(&self, guide: &Guide) -> Vec<Line> {
        match guide.eligibility.as_slice() {
            [only] => vec![self.say(ReplyId::EligibilityOne, &[name(guide), from_corpus("text", only)])],
            conditions => {
                let head = self.say(ReplyId::Eligibility, &[name(guide), computed("count", conditions.len())]);
                std::iter::once(head).chain(self.items(conditions)).collect()
            }
        }
    }

    fn documents(&self, guide: &Guide, situation: Option<&str>) -> Vec<Line> {
        let documents: Vec<&Document> = guide.documents_for(situation).map(|(_, document)| document).collect();
        let count = computed("count", documents.len());
        let head = match situation.and_then(|id| guide.situation(id)) {
            Some(known) => {
                self.say(ReplyId::DocumentsFor, &[name(guide), from_corpus("situation", &known.name), count])
            }
            None => self.say(ReplyId::Documents, &[name(guide), count]),
        };
        let mut lines = vec![head];
        lines.extend((1..).zip(&documents).map(|(number, document)| self.document(number, document)));
        let has_more = guide.situations.iter().any(|other| Some(other.id.as_str()) != situation);
        lines.extend(has_more.then(|| self.say(ReplyId::OtherSituations, &[])));
        lines
    }

    fn paper(&self, guide: &Guide, number: usize) -> Line {
        let document = &guide.documents[number];
        let situations = document.situations.iter().filter_map(|id| guide.situation(id));
        let names: Vec<&str> = situations.clone().map(|situation| situation.name.as_str()).collect();
        let names = match situations.clone().next() {
            Some(first) => from_field("situations", names.join("、"), &first.name.place),
            None => computed("situations", ()),
        };
        self.say(ReplyId::PaperNeeded, &[vec![names], Self::of_document(document)].concat())
    }

    fn document(&self, number: usize, document: &Document) -> Line {
        self.say(ReplyId::Document, &[vec![computed("number", number)], Self::of_document(document)].concat())
    }

    fn of_document(document: &Document) -> Vec<Blank> {
        let place = &document.name.place;
        vec![
            from_corpus("name", &document.name),
            from_field("original", document.original, place),
            from_field("copies", document.copies, place),
            optional_field("deferrable_days", document.deferrable_working_days.map(|days| days.get()), place),
            optional("e_certificate", document.e_certificate.as_ref()),
            optional("note", document.note.as_ref()),
        ]
    }

    fn missing_document(&self, guide: &Guide, situation: Option<&str>, missing: Option<usize>) -> Vec<Line> {
        let Some(document) = missing.and_then(|number| guide.documents.get(number)) else {
            let count = computed("count", guide.documents_for(situation).count());
            let head = self.say(ReplyId::MissingWhich, &[name(guide), count]);
            let documents = (1..).zip(guide.documents_for(situation));
            return std::iter::once(head)
                .chain(documents.map(|(number, (_, document))| self.document(number, document)))
                .collect();
        };
        let named = from_corpus("document", &document.name);
        let verdict = match (&document.e_certificate, document.deferrable_working_days) {
            (Some(e_certificate), _) => {
                self.say(ReplyId::MissingWaived, &[named, from_corpus("e_certificate", e_certificate)])
            }
            (None, Some(days)) => {
                self.say(ReplyId::MissingDeferrable, &[named, from_field("days", days.get(), &document.name.place)])
            }
            (None, None) => self.say(ReplyId::MissingRequired, &[named]),
        };
        std::iter::once(verdict).chain(document.missing.as_ref().map(|way_out| self.sentence(way_out))).collect()
    }

    fn steps(&self, guide: &Guide) -> Vec<Line> {
        let head = self.say(ReplyId::Steps, &[name(guide), computed("count", guide.steps.len())]);
        std::iter::once(head).chain(self.items(&guide.steps)).collect()
    }

    fn place(&self, guide: &Guide) -> Vec<Line> {
        let unit = self.corpus.unit(&guide.unit).expect("checked: every guide's unit exists");
        let mut lines = vec![match &guide.place_to_go {
            Some(place) => self.say(ReplyId::Place, &[name(guide), from_corpus("place", place)]),
            None => self.say(ReplyId::PlaceUnknown, &[name(guide), from_corpus("unit", &unit.short_name)]),
        }];
        let counters = self.corpus.hall.counters.iter().filter(|counter| counter.zone == guide.zone);
        lines.extend(counters.map(|counter| self.say(ReplyId::PlaceCounter, &[from_corpus("counter", &counter.name)])));
        lines.push(self.address());
        lines
    }

    fn time_limit(&self, guide: &Guide) -> Vec<Line> {
        let days = |days: std::num::NonZeroU16| from_field("days", days.get(), &guide.place);
        let mut lines = match (guide.promised_working_days, guide.statutory_working_days) {
            (Some(promised), statutory) => {
                let mut lines = vec![self.say(ReplyId::TimePromised, &[name(guide), days(promised)])];
                lines.extend(statutory.map(|limit| self.say(ReplyId::TimeStatutoryToo, &[days(limit)])));
                lines
            }
            (None, Some(statutory)) => vec![self.say(ReplyId::TimeStatutory, &[name(guide), days(statutory)])],
            (None, None) if guide.time_notes.is_empty() => vec![self.say(ReplyId::TimeUnknown, &[name(guide)])],
            (None, None) => Vec::new(),
        };
        if let Some(limit) = guide.promised_working_days.or(guide.statutory_working_days) {
            let (today, holidays) = (self.now.date(), &self.corpus.holidays);
            let is_open = holidays.is_working_day(today);
            let start = if is_open { today } else { holidays.after_working_days(today, 1) };
            let latest = holidays.after_working_days(start, limit.get());
            let known = holidays.covers(today.year()) && holidays.covers(latest.year());
            let reply = if known { ReplyId::TimeLatest } else { ReplyId::TimeLatestWeekends };
            let date = start.strftime("%-m月%-d日").to_string();
            let handed_in = if is_open { computed("start", ()) } else { computed("start", date) };
            lines.push(self.say(reply, &[handed_in, computed("month", latest.month()), computed("day", latest.day())]));
        }
        lines.extend(guide.time_notes.iter().map(|note| self.sentence(note)));
        lines
    }

    fn fee(&self, guide: &Guide) -> Vec<Line> {
        let head = match guide.fee_fen {
            Some(0) => self.say(ReplyId::FeeFree, &[name(guide)]),
            Some(fen) => self.say(ReplyId::Fee, &[name(guide), from_field("yuan", yuan(fen), &guide.place)]),
            None => self.say(ReplyId::FeeUnknown, &[name(guide)]),
        };
        std::iter::once(head).chain(guide.fee_notes.iter().map(|note| self.sentence(note))).collect()
    }

    fn online(&self, guide: &Guide) -> Vec<Line> {
        let Some(online) = &guide.online else {
            return vec![self.say(ReplyId::OnlineUnknown, &[name(guide)])];
        };
        let names: Vec<&str> = online.platforms.iter().map(Text::as_str).collect();
        let platforms = match online.platforms.first() {
            Some(first) => from_field("platforms", names.join("、"), &first.place),
            None => computed("platforms", ""),
        };
        let head = match online.level {
            OnlineLevel::None => self.say(ReplyId::OnlineNone, &[name(guide)]),
            _ if names.is_empty() => self.say(ReplyId::OnlineUnknown, &[name(guide)]),
            OnlineLevel::Full => self.say(ReplyId::OnlineFull, &[name(guide), platforms]),
            OnlineLevel::Partial => self.say(ReplyId::OnlinePartial, &[name(guide), platforms]),
            OnlineLevel::Unconfirmed => self.say(ReplyId::OnlineUnconfirmed, &[name(guide), platforms]),
        };
        std::iter::once(head).chain(online.notes.iter().map(|note| self.sentence(note))).collect()
    }

    fn proxy(&self, guide: &Guide) -> Vec<Line> {
        let Some(proxy) = &guide.proxy else {
            return vec![self.say(ReplyId::ProxyUnknown, &[name(guide)])];
        };
        let reply = match proxy.allowed {
            ProxyRule::Yes => ReplyId::ProxyYes,
            ProxyRule::No => ReplyId::ProxyNo,
            ProxyRule::Depends => ReplyId::ProxyDepends,
        };
        std::iter::once(self.say(reply, &[name(guide)]))
            .chain(proxy.notes.iter().map(|note| self.sentence(note)))
            .collect()
    }

    fn result(&self, guide: &Guide) -> Vec<Line> {
        if guide.result.is_empty() {
            return vec![self.say(ReplyId::ResultUnknown, &[name(guide)])];
        }
        let head = self.say(ReplyId::Result, &[name(guide)]);
        std::iter::once(head).chain(self.items(&guide.result)).collect()
    }

    /// The official name, how far the guide has been checked, and whom to ask.
    fn closing(&self, guide: &Guide, told: &[Facet]) -> Vec<Line> {
        let mut lines = Vec::new();
        if told != [Facet::Hours] {
            lines.push(self.say(ReplyId::OfficialName, &[from_corpus("official_name", &guide.official_name)]));
        }
        let today = self.now.date();
        let dated = |date: jiff::civil::Date| {
            [("year", i64::from(date.year())), ("month", i64::from(date.month())), ("day", i64::from(date.day()))]
                .map(|(blank, number)| from_field(blank, number, &guide.place))
        };
        lines.push(match (guide.status, guide.review_by, guide.checked_on) {
            (_, Some(review), _) if review < today => self.say(ReplyId::Overdue, &dated(review)),
            (Status::Checked, _, Some(checked)) => self.say(ReplyId::CheckedOn, &dated(checked)),
            _ => self.say(ReplyId::Draft, &[]),
        });
        if guide.status == Status::Draft || guide.review_by.is_some_and(|review| review < today) {
            lines.extend(self.corpus.unit(&guide.unit).and_then(|unit| self.ask_unit(unit)));
        }
        lines
    }

    fn sentence(&self, text: &Text) -> Line {
        self.say(ReplyId::Sentence, &[from_corpus("text", text)])
    }

    fn items(&self, texts: &[Text]) -> Vec<Line> {
        let item = |(number, text): (usize, &Text)| {
            self.say(ReplyId::Item, &[computed("number", number), from_corpus("text", text)])
        };
        (1..).zip(texts).map(item).collect()
    }
}

fn name(guide: &Guide) -> Blank {
    from_corpus("name", &guide.plain_name)
}

fn optional(blank: &'static str, text: Option<&Text>) -> Blank {
    match text {
        Some(text) => from_corpus(blank, text),
        None => computed(blank, ()),
    }
}

fn optional_field(blank: &'static str, value: Option<u16>, owner: &crate::corpus::Place) -> Blank {
    match value {
        Some(value) => from_field(blank, value, owner),
        None => computed(blank, ()),
    }
}

/// Whole fen as yuan, without needless zeros.
fn yuan(fen: u32) -> String {
    match (fen / 100, fen % 100) {
        (yuan, 0) => yuan.to_string(),
        (yuan, rest) if rest % 10 == 0 => format!("{yuan}.{}", rest / 10),
        (yuan, rest) => format!("{yuan}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn fen_are_written_as_people_write_yuan() {
        assert_eq!(super::yuan(1000), "10");
        assert_eq!(super::yuan(1050), "10.5");
        assert_eq!(super::yuan(1005), "10.05");
    }
}

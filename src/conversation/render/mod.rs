//! From a decision to words: the staff's sentences, with blanks filled from the corpus. Nothing is made up here.

mod guide;
mod hall;
mod reject;

use jiff::Zoned;

pub use guide::ToldBefore;
pub use reject::cannot_see;

use super::message::Action;
use super::reply::{Button, GuideRef, Outcome, Reply};
use crate::corpus::{
    Choice as _, Corpus, Facet, Guide, GuideId, Journey, Matter, Neighbour, Text, Unit, UnitId, Zone, labels::label,
};
use crate::phrasing::{Blank, Line, Phrasing, ReplyId, computed, from_corpus};
use crate::search::EntryRef;

/// What rendering needs: the words, and the hall's wall clock.
pub struct Renderer<'r> {
    /// The corpus.
    pub corpus: &'r Corpus,
    /// Its compiled wording.
    pub phrasing: &'r Phrasing,
    /// Now, at the hall.
    pub now: &'r Zoned,
}

impl Renderer<'_> {
    fn say(&self, reply: ReplyId, blanks: &[Blank]) -> Line {
        self.phrasing.say(reply, blanks)
    }

    /// A reply of fixed sentences.
    pub fn sentences(&self, outcome: Outcome, replies: &[ReplyId]) -> Reply {
        let lines = replies.iter().map(|reply| self.say(*reply, &[])).collect();
        Reply { lines, ..Reply::new(outcome) }
    }

    /// One sentence with blanks.
    pub fn line(&self, reply: ReplyId, blanks: &[Blank]) -> Line {
        self.say(reply, blanks)
    }

    /// A button whose words stand in the reply file.
    pub fn button(&self, reply: ReplyId, action: Action) -> Button {
        Button { label: self.say(reply, &[]).text, action }
    }

    /// The service areas.
    pub fn areas(&self) -> Reply {
        let mut reply = self.sentences(Outcome::Help, &[ReplyId::HelpAreas]);
        reply.buttons = self.area_buttons();
        reply
    }

    fn area_buttons(&self) -> Vec<Button> {
        Zone::CHOICES
            .iter()
            .map(|(key, zone)| Button { label: label(key).to_owned(), action: Action::Area(*zone) })
            .collect()
    }

    /// What the bot can do.
    pub fn help(&self, first_words: bool) -> Reply {
        let mut reply = Reply::new(Outcome::Help);
        if first_words {
            reply.lines.push(self.say(ReplyId::Welcome, &[from_corpus("hall", &self.corpus.hall.short_name)]));
            reply.lines.push(self.say(ReplyId::Privacy, &[]));
        } else {
            reply.lines.push(self.say(ReplyId::Help, &[]));
        }
        reply.lines.extend([self.say(ReplyId::HelpExamples, &[]), self.say(ReplyId::HelpAreas, &[])]);
        reply.buttons = self.area_buttons();
        reply
    }

    /// The matters of a service area.
    pub fn area(&self, zone: Zone) -> Reply {
        let mut reply = Reply::new(Outcome::Help);
        reply.lines.push(self.say(ReplyId::Area, &[computed("area", label(zone.key()))]));
        for guide in self.corpus.guides.iter().filter(|guide| guide.zone == zone) {
            reply.buttons.push(Button { label: guide.plain_name.to_string(), action: Action::Guide(guide.id.clone()) });
        }
        reply
    }

    /// Which of these is meant.
    pub fn clarify(&self, options: &[(EntryRef, f32)]) -> Reply {
        let mut reply = Reply::new(Outcome::Clarify);
        for (entry, confidence) in options {
            match entry {
                EntryRef::Guide(id) => {
                    reply.guides.extend(self.corpus.guide(id).map(|guide| guide_ref(guide, *confidence)))
                }
                EntryRef::Journey(id) => {
                    let guides = self.corpus.journey(id).into_iter().flat_map(Journey::guides);
                    reply.guides.extend(
                        guides.filter_map(|id| self.corpus.guide(id)).map(|guide| guide_ref(guide, *confidence)),
                    );
                }
                EntryRef::Matter(_) | EntryRef::Intent(_) => {}
            }
        }
        let mut seen = Vec::new();
        reply.guides.retain(|guide| {
            !seen.contains(&guide.id) && {
                seen.push(guide.id.clone());
                true
            }
        });
        if let Some((question, buttons)) = self.hall_own_question(options) {
            reply.lines.push(question);
            reply.buttons = buttons;
        } else if let [(only, _)] = options {
            reply
                .lines
                .extend(self.name_of(only).map(|name| self.say(ReplyId::ClarifyOne, &[from_corpus("name", name)])));
            reply.buttons.extend(self.option(only));
        } else {
            reply.lines.push(self.say(ReplyId::Clarify, &[]));
            reply.buttons.extend(options.iter().filter_map(|(entry, _)| self.option(entry)));
        }
        reply.buttons.push(self.button(ReplyId::NoneOfThese, Action::NoneOfThese));
        reply
    }

    /// The question the staff wrote to tell exactly these two apart.
    fn hall_own_question(&self, options: &[(EntryRef, f32)]) -> Option<(Line, Vec<Button>)> {
        let [(first, _), (second, _)] = options else { return None };
        let find = |one: &EntryRef, other: &EntryRef| {
            let EntryRef::Guide(id) = one else { return None };
            let wanted = match other {
                EntryRef::Guide(id) => Neighbour::Guide(id.clone()),
                EntryRef::Matter(id) => Neighbour::Matter(id.clone()),
                EntryRef::Journey(_) | EntryRef::Intent(_) => return None,
            };
            self.corpus.guide(id)?.confusable.iter().find(|confusable| confusable.other == wanted)
        };
        let (confusable, here, there) = match find(first, second) {
            Some(confusable) => (confusable, first, second),
            None => (find(second, first)?, second, first),
        };
        let question = self.say(ReplyId::ClarifyBy, &[from_corpus("question", &confusable.question)]);
        let button =
            |label: &Text, entry: &EntryRef| action(entry).map(|action| Button { label: label.to_string(), action });
        Some((
            question,
            [button(&confusable.here, here), button(&confusable.there, there)].into_iter().flatten().collect(),
        ))
    }

    /// What people call an entry; an intent has no name.
    pub fn name_of(&self, entry: &EntryRef) -> Option<&Text> {
        match entry {
            EntryRef::Guide(id) => self.corpus.guide(id).map(|guide| &guide.plain_name),
            EntryRef::Matter(id) => self.corpus.matter(id).map(|matter| &matter.plain_name),
            EntryRef::Journey(id) => self.corpus.journey(id).map(|journey| &journey.name),
            EntryRef::Intent(_) => None,
        }
    }

    fn option(&self, entry: &EntryRef) -> Option<Button> {
        Some(Button { label: self.name_of(entry)?.to_string(), action: action(entry)? })
    }

    /// Whose matter it is, after `head`, which names it.
    pub fn listed(&self, matter: &Matter, head: ReplyId) -> Reply {
        let mut reply = Reply::new(Outcome::Listed);
        reply.lines.push(self.say(head, &[from_corpus("name", &matter.plain_name)]));
        reply.lines.push(self.say(ReplyId::ListedWhere, &[from_corpus("where", &matter.where_to_ask)]));
        if let Some(unit) = matter.unit.as_ref().and_then(|id| self.corpus.unit(id)) {
            reply.lines.extend(self.ask_unit(unit));
        }
        let near = matter.near.iter().filter_map(|near| self.corpus.neighbour(near));
        reply.buttons.extend(near.filter_map(|near| self.option(&EntryRef::from(near))));
        reply
    }

    /// That something else may be meant, one tap away.
    pub fn add_rival(&self, rival: &EntryRef, reply: &mut Reply) {
        if let (Some(name), Some(button)) = (self.name_of(rival), self.option(rival)) {
            reply.lines.push(self.say(ReplyId::OrMeant, &[from_corpus("name", name)]));
            reply.buttons.insert(0, button);
        }
    }

    /// That nothing more is known here of a matter, or of its `facet`, and once more whose it is, unless the talk
    /// `goes_on` about a question that its unit was given.
    pub fn listed_detail(&self, matter: &Matter, facet: Option<Facet>, goes_on: bool) -> Reply {
        let mut reply = Reply::new(Outcome::Listed);
        let name = from_corpus("name", &matter.plain_name);
        let asked = self.corpus.language.facets.iter().find(|cues| Some(cues.facet) == facet);
        reply.lines.push(match asked {
            Some(cues) => self.say(ReplyId::ListedFacet, &[name, from_corpus("facet", &cues.name)]),
            None => self.say(ReplyId::ListedAgain, &[name]),
        });
        if !goes_on {
            reply.lines.push(self.say(ReplyId::ListedWhere, &[from_corpus("where", &matter.where_to_ask)]));
        }
        reply
    }

    /// Several matters that were asked for at once, in the order they were; papers that several of them need named once.
    pub fn several(&self, matters: &[(EntryRef, f32)]) -> Reply {
        let mut reply = Reply::new(Outcome::Journey);
        reply.lines.push(self.say(ReplyId::Several, &[computed("count", matters.len())]));
        let mut guides = Vec::new();
        for (number, (entry, confidence)) in (1..).zip(matters) {
            let Some(name) = self.name_of(entry) else { continue };
            let guide = match entry {
                EntryRef::Guide(id) => self.corpus.guide(id),
                _ => None,
            };
            let note = guide.map_or_else(|| computed("note", ()), |guide| from_corpus("note", &guide.one_line));
            let blanks = [computed("number", number), from_corpus("name", name), note];
            reply.lines.push(self.say(ReplyId::JourneyStage, &blanks));
            reply.guides.extend(guide.map(|guide| guide_ref(guide, *confidence)));
            reply.buttons.extend(self.option(entry));
            guides.extend(guide);
        }
        reply.lines.extend(self.shared_papers(&guides));
        reply
    }

    /// The papers that several of the guides need.
    fn shared_papers(&self, guides: &[&Guide]) -> Option<Line> {
        let shared = shared_documents(guides);
        (!shared.is_empty()).then(|| self.say(ReplyId::JourneyShared, &[computed("documents", shared.join("、"))]))
    }

    /// A life event: its matters in order, papers that several of them need named once.
    pub fn journey(&self, journey: &Journey) -> Reply {
        let mut reply = Reply::new(Outcome::Journey);
        let name = from_corpus("name", &journey.name);
        reply.lines.push(self.say(ReplyId::Journey, &[name, from_corpus("one_line", &journey.one_line)]));
        reply.lines.push(self.say(ReplyId::JourneyCount, &[computed("count", journey.stages.len())]));
        for (number, stage) in (1..).zip(&journey.stages) {
            let entry = EntryRef::from(stage.matter.clone());
            let Some(name) = self.name_of(&entry) else { continue };
            let note = match &stage.note {
                Some(note) => from_corpus("note", note),
                None => computed("note", ()),
            };
            let blanks = [computed("number", number), from_corpus("name", name), note];
            reply.lines.push(self.say(ReplyId::JourneyStage, &blanks));
            reply.buttons.extend(self.option(&entry));
        }
        let guides: Vec<&Guide> = journey.guides().filter_map(|id| self.corpus.guide(id)).collect();
        reply.guides = guides.iter().map(|guide| guide_ref(guide, 1.0)).collect();
        reply.lines.extend(self.shared_papers(&guides));
        reply
    }

    /// The human way to ask a unit.
    pub fn ask_unit(&self, unit: &Unit) -> Option<Line> {
        let name = from_corpus("unit", &unit.short_name);
        match (&unit.enquiry_phone, &unit.hotline) {
            (Some(phone), _) => Some(self.say(ReplyId::AskUnitPhone, &[name, from_corpus("phone", phone)])),
            (None, Some(hotline)) => Some(self.say(ReplyId::AskUnitHotline, &[name, from_corpus("hotline", hotline)])),
            (None, None) => None,
        }
    }

    /// The name of whoever owns a record first: the unit, or the hall's own bureau.
    pub fn owner(&self, unit: Option<&UnitId>) -> Blank {
        match unit.and_then(|id| self.corpus.unit(id)) {
            Some(unit) => from_corpus("owner", &unit.short_name),
            None => from_corpus("owner", &self.corpus.hall.managed_by),
        }
    }

    /// The government hotline.
    pub fn hotline(&self) -> Line {
        self.say(ReplyId::AskHotline, &[from_corpus("hotline", &self.corpus.hall.hotline)])
    }
}

/// A guide as the API names it.
pub fn guide_ref(guide: &Guide, confidence: f32) -> GuideRef {
    GuideRef {
        id: guide.id.clone(),
        official_name: guide.official_name.to_string(),
        confidence: (confidence * 100.0).round() / 100.0,
    }
}

fn action(entry: &EntryRef) -> Option<Action> {
    match entry {
        EntryRef::Guide(id) => Some(Action::Guide(id.clone())),
        EntryRef::Matter(id) => Some(Action::Matter(id.clone())),
        EntryRef::Journey(id) => Some(Action::Journey(id.clone())),
        EntryRef::Intent(_) => None,
    }
}

/// Names of documents that at least two of the guides always ask for, in the order they are met.
fn shared_documents(guides: &[&Guide]) -> Vec<String> {
    let mut names: Vec<(String, usize)> = Vec::new();
    for guide in guides {
        for (_, document) in guide.documents_for(None) {
            match names.iter_mut().find(|(name, _)| *name == *document.name) {
                Some((_, times)) => *times += 1,
                None => names.push((document.name.to_string(), 1)),
            }
        }
    }
    names.into_iter().filter(|(_, times)| *times > 1).map(|(name, _)| name).collect()
}

/// The button that leads to a facet.
fn facet_button(corpus: &Corpus, guide: &GuideId, facet: Facet) -> Option<Button> {
    let name = &corpus.language.facets.iter().find(|cues| cues.facet == facet)?.name;
    Some(Button { label: name.to_string(), action: Action::Facet(guide.clone(), facet) })
}

//! Guides to hand on to somebody else: found by words, each told in one piece. Nothing is remembered and nothing recorded.

use super::render::Renderer;
use super::step::Excerpt;
use super::{Conversation, Dialogue, Reply};
use crate::clock::at_the_hall;
use crate::corpus::{Choice as _, Facet, Guide, Zone};
use crate::search::EntryRef;

/// Guides of each service area shown to whoever has not said anything yet.
const COMMON_OF_EACH_AREA: usize = 2;

/// A guide to hand on.
pub struct Shareable {
    /// Its id, for a link to it.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Its conclusion in a line.
    pub one_line: String,
    /// What is handed on.
    pub reply: Reply,
}

impl Conversation<'_> {
    /// The guides nearest to the words, at most `most`; the common matters of every area when there are no words.
    pub fn shareable(&self, words: &str, most: usize) -> Vec<Shareable> {
        let now = at_the_hall(self.now);
        let render = Renderer { corpus: &self.edition.corpus, phrasing: &self.edition.phrasing, now: &now };
        let guides = if words.trim().is_empty() { self.common() } else { self.nearest(words) };
        let shareable = |guide: &Guide| Shareable {
            id: guide.id.to_string(),
            title: guide.plain_name.to_string(),
            one_line: guide.one_line.to_string(),
            reply: render.answer(guide, &Excerpt::facet(Facet::Overview), None, None, 1.0),
        };
        guides.into_iter().take(most).map(shareable).collect()
    }

    fn common(&self) -> Vec<&Guide> {
        let of = |zone: Zone| self.edition.corpus.guides.iter().filter(move |guide| guide.zone == zone);
        Zone::CHOICES.iter().flat_map(|(_, zone)| of(*zone).take(COMMON_OF_EACH_AREA)).collect()
    }

    /// None at all when even the nearest is too far to be offered in a conversation.
    fn nearest(&self, words: &str) -> Vec<&Guide> {
        let hits = self.consider(words, &Dialogue::default()).hits;
        let guide = |entry: &EntryRef| match entry {
            EntryRef::Guide(id) => self.edition.corpus.guide(id),
            EntryRef::Matter(_) | EntryRef::Journey(_) | EntryRef::Intent(_) => None,
        };
        let mut near = hits.iter().filter_map(|hit| Some((guide(&hit.entry)?, hit.confidence))).peekable();
        let is_near = near.peek().is_some_and(|(_, confidence)| *confidence >= self.edition.search.ranking().offer_at);
        if is_near { near.map(|(guide, _)| guide).collect() } else { Vec::new() }
    }
}

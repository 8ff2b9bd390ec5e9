//! The corpus's cues: phrases that give away what is asked, all looked for in one pass over a message.

use aho_corasick::AhoCorasick;

use crate::corpus::{Corpus, Facet, Intent};

/// The cues of one corpus.
pub struct Cues {
    facets: Phrases<Facet>,
    /// Each with the number of its intent.
    intents: Phrases<usize>,
}

impl Cues {
    /// The cues of `corpus`.
    pub fn new(corpus: &Corpus) -> Self {
        let language = &corpus.language;
        // What stands on a facet's button asks for it, too.
        let facets = language
            .facets
            .iter()
            .flat_map(|facet| facet.cues.iter().chain([&facet.name]).map(|cue| (cue.as_str(), facet.facet)));
        let intents = language.intents.iter().enumerate();
        let intents = intents.flat_map(|(number, intent)| intent.cues.iter().map(move |cue| (cue.as_str(), number)));
        Self { facets: Phrases::new(facets), intents: Phrases::new(intents) }
    }

    /// Which facet a message asks for and the phrase that gives it away: the longest, and among equals the last said.
    pub fn facet(&self, normalised: &str) -> Option<(Facet, &str)> {
        self.facets.longest_in(normalised).map(|(facet, cue)| (*facet, cue))
    }

    /// Every facet a message asks for and the phrase that does, in the order said; none of the phrases overlap.
    pub fn facets(&self, normalised: &str) -> Vec<(Facet, &str)> {
        self.facets.all_in(normalised).into_iter().map(|(facet, cue)| (*facet, cue)).collect()
    }

    /// The intent of `corpus`, the one these cues are of, that a message names by one of its deciding phrases.
    pub fn intent<'c>(&'c self, normalised: &str, corpus: &'c Corpus) -> Option<(&'c Intent, &'c str)> {
        self.intents.longest_in(normalised).map(|(number, cue)| (&corpus.language.intents[*number], cue))
    }
}

/// Phrases, each of which means something.
struct Phrases<T> {
    automaton: AhoCorasick,
    phrases: Vec<(Box<str>, T)>,
}

impl<T> Phrases<T> {
    fn new<'p>(phrases: impl Iterator<Item = (&'p str, T)>) -> Self {
        let phrases: Vec<(Box<str>, T)> = phrases.map(|(phrase, meaning)| (phrase.into(), meaning)).collect();
        let automaton = AhoCorasick::new(phrases.iter().map(|(phrase, _)| phrase.as_bytes()));
        Self { automaton: automaton.expect("some hundred short phrases fit an automaton"), phrases }
    }

    /// The longest phrase in `text`, the last among equals, and what it means.
    fn longest_in(&self, text: &str) -> Option<(&T, &str)> {
        let found = self.automaton.find_overlapping_iter(text);
        let longest = found.max_by_key(|found| (found.len(), found.start()))?;
        let (phrase, meaning) = &self.phrases[longest.pattern().as_usize()];
        Some((meaning, phrase))
    }

    /// The phrases in `text` in the order said, of those that overlap the longest, the last among equals.
    fn all_in(&self, text: &str) -> Vec<(&T, &str)> {
        let mut found: Vec<_> = self.automaton.find_overlapping_iter(text).collect();
        found.sort_by_key(|found| std::cmp::Reverse((found.len(), found.start())));
        let mut apart: Vec<aho_corasick::Match> = Vec::new();
        for phrase in found {
            if apart.iter().all(|other| phrase.end() <= other.start() || other.end() <= phrase.start()) {
                apart.push(phrase);
            }
        }
        apart.sort_by_key(aho_corasick::Match::start);
        let phrases = apart.into_iter().map(|found| &self.phrases[found.pattern().as_usize()]);
        phrases.map(|(phrase, meaning)| (meaning, phrase.as_ref())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_speaks_and_among_equals_the_last() {
        let phrases = Phrases::new([("多久", 1), ("要多久", 2), ("多少", 3)].into_iter());
        assert_eq!(phrases.longest_in("要多久，多少"), Some((&2, "要多久")));
        assert_eq!(phrases.longest_in("多久多少"), Some((&3, "多少")));
        assert_eq!(phrases.longest_in("几天"), None);
    }

    #[test]
    fn all_phrases_are_heard_in_the_order_said() {
        let phrases = Phrases::new([("要带", 1), ("带什么", 2), ("去哪", 3), ("哪里", 4)].into_iter());
        assert_eq!(phrases.all_in("要带什么，去哪里"), [(&2, "带什么"), (&4, "哪里")]);
        assert_eq!(phrases.all_in("几天"), []);
    }
}

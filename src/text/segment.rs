//! Cuts normalised Chinese into words. jieba lives here and nowhere else.
//!
//! The dictionary grows from the corpus: names, aliases and the word table are words too. A segmenter never changes
//! after it is built, so an index and the queries against it always agree.

use std::sync::{Arc, LazyLock};

use jieba_rs::Jieba;

use super::sentence::is_han;

/// The built-in dictionary, decompressed once (about 0.1 s); every segmenter starts from a copy.
static BUILT_IN: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Cuts text into words with the built-in dictionary and the corpus's own words.
#[derive(Clone)]
pub struct Segmenter {
    jieba: Arc<Jieba>,
}

impl Segmenter {
    /// A segmenter that also knows `words` (normalised; shorter than two characters or longer than eight are skipped,
    /// as a whole sentence made one word would hide the words in it).
    pub fn with_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut jieba = BUILT_IN.clone();
        for word in words {
            if (2..=8).contains(&word.chars().count()) && word.chars().all(is_han) {
                jieba.add_word(word, None, None);
            }
        }
        Self { jieba: Arc::new(jieba) }
    }

    /// Whether the dictionary knows `word` as the name of a place.
    pub fn is_place(&self, word: &str) -> bool {
        matches!(self.jieba.tag(word, false).as_slice(), [only] if only.tag == "ns")
    }

    /// Whether the dictionary has `word`.
    pub fn is_word(&self, word: &str) -> bool {
        self.jieba.has_word(word)
    }

    /// `text` cut into words and what is between them, nothing left out.
    pub fn cut<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.jieba.cut(text, false).into_iter().map(|token| token.word).collect()
    }

    /// The words of `text`, in order; long words are followed by nothing, their parts come before them (search mode).
    /// Punctuation and white space are left out.
    pub fn words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        // No HMM: it invents words from unknown characters, and index and query would invent different ones.
        self.jieba
            .cut_for_search(text, false)
            .into_iter()
            .map(|token| token.word)
            .filter(|word| has_content(word))
            .collect()
    }
}

fn has_content(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// Overlapping pairs of neighbouring Han characters: the net under the words, for what no dictionary knows.
pub fn bigrams(text: &str) -> impl Iterator<Item = &str> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((at, c)) = chars.next() {
            if let Some(&(next_at, next)) = chars.peek()
                && is_han(c)
                && is_han(next)
            {
                return Some(&text[at..next_at + next.len_utf8()]);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_words_it_was_given() {
        let plain = Segmenter::with_words([]);
        assert!(!plain.words("怎么转绿码").contains(&"转绿码"));
        let grown = Segmenter::with_words(["转绿码"]);
        assert!(grown.words("怎么转绿码").contains(&"转绿码"));
    }

    #[test]
    fn bigrams_do_not_cross_what_is_not_han() {
        assert_eq!(bigrams("失业金a领取").collect::<Vec<_>>(), ["失业", "业金", "领取"]);
    }
}

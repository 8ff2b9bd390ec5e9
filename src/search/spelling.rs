//! What was meant by what was typed: pinyin instead of characters, and characters that only sound right.

use std::collections::HashMap;

use crate::text::sentence::is_han;
use crate::text::sound;

/// Longest word in characters that is recognised by its sound.
const LONGEST_WORD: usize = 6;

/// The words people say to the hall, by their sound.
pub struct Spelling {
    by_sound: HashMap<String, String>,
}

impl Spelling {
    /// From the commonest word of each sound (`sound::of_word`).
    pub fn new(by_sound: HashMap<String, String>) -> Self {
        Self { by_sound }
    }

    /// The text with typed pinyin ("shebao zenme ban") written in characters, as far as the corpus has such words.
    pub fn write_out(&self, normalised: &str) -> String {
        let mut spelled = String::with_capacity(normalised.len());
        let mut rest = normalised;
        while let Some(start) = rest.find(|c: char| c.is_ascii_lowercase()) {
            let length =
                rest[start..].find(|c: char| !c.is_ascii_lowercase() && c != ' ').unwrap_or(rest.len() - start);
            let (before, run) = (&rest[..start], &rest[start..start + length]);
            spelled.push_str(before);
            match self.spell_run(run) {
                Some(words) => spelled.push_str(&words),
                None => spelled.push_str(run),
            }
            rest = &rest[start + length..];
        }
        spelled.push_str(rest);
        spelled
    }

    /// The fewest words, the longest first, that sound like the run; syllables without a word are left out.
    fn spell_run(&self, run: &str) -> Option<String> {
        let syllables: Vec<Vec<String>> =
            run.split(' ').filter(|part| !part.is_empty()).map(sound::of_pinyin).collect::<Option<_>>()?;
        let syllables = syllables.concat();
        // By end position: the best value of the words so far, where the last begins and what it is.
        let mut best: Vec<(usize, usize, Option<&str>)> = vec![(0, 0, None); syllables.len() + 1];
        for end in 1..=syllables.len() {
            best[end] = (best[end - 1].0, end - 1, None);
            for start in end.saturating_sub(LONGEST_WORD)..end {
                if let Some(word) = self.by_sound.get(&syllables[start..end].join(" ")) {
                    let value = best[start].0 + (end - start) * (end - start);
                    if value > best[end].0 {
                        best[end] = (value, start, Some(word));
                    }
                }
            }
        }
        let (mut words, mut end) = (Vec::new(), syllables.len());
        while end > 0 {
            let (_, start, word) = best[end];
            words.extend(word);
            end = start;
        }
        words.reverse();
        (!words.is_empty()).then(|| words.concat())
    }

    /// The text cut into `words`, with stretches that no dictionary knows replaced by the words they sound like.
    ///
    /// The sound must be the very same, and like that of southern speakers only where the dictionary leaves every
    /// character alone. Two characters count only where it does: any two sound like some word. A known word
    /// after a small one is no typo: "那多少钱" is not 拿多少钱.
    pub fn mend(&self, words: &[&str], is_word: impl Fn(&str) -> bool, is_filler: impl Fn(&str) -> bool) -> String {
        let text = words.concat();
        let pieces = Piece::all(words, &is_word, &is_filler);
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        // By end position: the best value of the replacements so far, and where the last one begins and what it is.
        let mut best: Vec<(usize, usize, Option<&str>)> = vec![(0, 0, None); pieces.len() + 1];
        for end in 1..=pieces.len() {
            best[end] = (best[end - 1].0, end - 1, None);
            for start in end.saturating_sub(LONGEST_WORD)..end.saturating_sub(1) {
                let window = &text[starts[start]..starts[end]];
                let is_known =
                    is_word(window) || (pieces[start].is_filler && is_word(&text[starts[start + 1]..starts[end]]));
                let Some(word) = self.meant(window, &pieces[start..end]).filter(|_| !is_known) else { continue };
                let value = best[start].0 + (end - start) * (end - start);
                if value > best[end].0 {
                    best[end] = (value, start, Some(word));
                }
            }
        }
        let (mut parts, mut end) = (Vec::new(), pieces.len());
        while end > 0 {
            let (_, start, word) = best[end];
            parts.push(word.unwrap_or(&text[starts[start]..starts[end]]));
            end = start;
        }
        parts.reverse();
        parts.concat()
    }

    /// The word that `window` sounds like, if its pieces may be taken for a typo.
    fn meant(&self, window: &str, pieces: &[Piece]) -> Option<&str> {
        let stands_alone = pieces.iter().all(|piece| piece.stands_alone);
        let cuts_a_word = !pieces[0].begins || !pieces[pieces.len() - 1].ends;
        if cuts_a_word || (pieces.len() == 2 && !stands_alone) || !window.chars().all(is_han) {
            return None;
        }
        let word = self.by_sound.get(&sound::of_word(window)?)?;
        let is_likely = (stands_alone && pieces.len() > 2) || sound::is_read_alike(window, word);
        is_likely.then_some(word)
    }
}

/// A character of a text that was cut into words.
#[derive(Clone, Copy)]
struct Piece {
    /// The dictionary leaves it alone, and it says something.
    stands_alone: bool,
    /// It is a small word.
    is_filler: bool,
    /// No known word is cut before it.
    begins: bool,
    /// No known word is cut after it.
    ends: bool,
}

impl Piece {
    fn all(words: &[&str], is_word: impl Fn(&str) -> bool, is_filler: impl Fn(&str) -> bool) -> Vec<Self> {
        let mut pieces = Vec::new();
        for word in words {
            let count = word.chars().count();
            let may_be_cut = !is_word(word);
            pieces.extend((0..count).map(|n| Self {
                stands_alone: count == 1 && !is_filler(word),
                is_filler: count == 1 && is_filler(word),
                begins: n == 0 || may_be_cut,
                ends: n + 1 == count || may_be_cut,
            }));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling() -> Spelling {
        let words = ["户口本", "税务", "临时身份", "办理"];
        Spelling::new(
            words.iter().map(|word| (sound::of_word(word).expect("has a sound"), (*word).to_owned())).collect(),
        )
    }

    #[test]
    fn what_only_sounds_right_is_put_right() {
        let mend =
            |words: &[&str]| spelling().mend(words, |word| ["林时", "身份"].contains(&word), |word| word == "要");
        assert_eq!(mend(&["要", "带", "护", "口", "本", "吗"]), "要带户口本吗");
        assert_eq!(mend(&["去", "税", "物", "局"]), "去税务局");
        assert_eq!(mend(&["林时", "身份", "正要", "带"]), "临时身份正要带");
    }

    #[test]
    fn a_small_word_before_a_known_one_is_no_typo() {
        let by_sound = |word: &str| (sound::of_word(word).expect("has a sound"), word.to_owned());
        let spelling = Spelling::new([by_sound("拿多少钱")].into());
        let mend = |words: &[&str]| spelling.mend(words, |word| word == "多少钱", |word| word == "那");
        assert_eq!(mend(&["那", "多少钱"]), "那多少钱");
    }

    #[test]
    fn words_that_are_known_stay() {
        let mend = |words: &[&str]| spelling().mend(words, |word| word == "伴里", |_| false);
        assert_eq!(mend(&["伴里"]), "伴里");
        assert_eq!(mend(&["水务", "局"]), "水务局");
    }
}

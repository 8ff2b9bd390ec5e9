//! How Chinese sounds: pinyin without tones, with the pairs that southern speakers and typists mix up made equal.

use std::collections::HashSet;
use std::sync::LazyLock;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::sentence::is_han;

/// Longest syllable in letters (zhuang).
const LONGEST_SYLLABLE: usize = 6;

/// Every syllable a Han character is read as, without tones.
static SYLLABLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let han = ('\u{4E00}'..='\u{9FFF}').filter_map(|c| c.to_pinyin_multi());
    han.flatten().map(|reading| reading.plain()).filter(|plain| plain.is_ascii()).collect()
});

/// The sound of a syllable, in two parts: z/zh, c/ch, s/sh, n/l, h/f, and -n/-ng are one.
fn blur(syllable: &str) -> [&str; 2] {
    let (initial, rest) = match syllable {
        _ if syllable.starts_with("zh") || syllable.starts_with("ch") || syllable.starts_with("sh") => {
            (&syllable[..1], &syllable[2..])
        }
        _ if syllable.starts_with('l') => ("n", &syllable[1..]),
        // fu, fa, fei, fen sound like hu, hua, hui, hun.
        "hui" => ("", "huei"),
        "hun" => ("", "huen"),
        _ if syllable.starts_with("fu") => ("h", &syllable[1..]),
        _ if syllable.starts_with('f') => ("hu", &syllable[1..]),
        _ => ("", syllable),
    };
    let rest = if rest.ends_with("ang") || rest.ends_with("eng") || rest.ends_with("ing") {
        &rest[..rest.len() - 1]
    } else {
        rest
    };
    [initial, rest]
}

/// The sound of a word of Han characters, syllables joined by spaces; `None` when a character has no reading.
pub fn of_word(word: &str) -> Option<String> {
    let mut sound = String::with_capacity(2 * word.len());
    for c in word.chars() {
        if !sound.is_empty() {
            sound.push(' ');
        }
        sound.extend(blur(c.to_pinyin()?.plain()));
    }
    (!sound.is_empty()).then_some(sound)
}

/// Whether two words are read the same, character by character, tones aside.
pub fn is_read_alike(a: &str, b: &str) -> bool {
    let reading = |c: char| c.to_pinyin().map(|reading| reading.plain());
    a.chars().map(reading).eq(b.chars().map(reading))
}

/// The sound of typed pinyin ("shebao"), a syllable each; `None` when it is none. The fewest syllables win.
pub fn of_pinyin(letters: &str) -> Option<Vec<String>> {
    if letters.len() < 2 || letters.len() > 60 || !letters.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    // By end position: the least number of syllables, and where the last one begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; letters.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=letters.len() {
        for start in end.saturating_sub(LONGEST_SYLLABLE)..end {
            if let Some((count, _)) = best[start]
                && SYLLABLES.contains(&letters[start..end])
                && best[end].is_none_or(|(least, _)| count + 1 < least)
            {
                best[end] = Some((count + 1, start));
            }
        }
    }
    let (mut syllables, mut end) = (Vec::new(), letters.len());
    while end > 0 {
        let (_, start) = best[end]?;
        syllables.push(blur(&letters[start..end]).concat());
        end = start;
    }
    syllables.reverse();
    Some(syllables)
}

/// Windows of two to four neighbouring Han characters.
pub fn windows(text: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    for first in 0..starts.len() {
        for length in 2..=4 {
            let Some(stretch) = starts.get(first..first + length) else { break };
            if !stretch.iter().all(|(_, c)| is_han(*c)) {
                break;
            }
            let end = stretch[length - 1].0 + stretch[length - 1].1.len_utf8();
            found.push(&text[stretch[0].0..end]);
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_alike_is_alike() {
        assert_eq!(of_word("失业金"), of_word("施业斤"));
        assert_eq!(of_word("签注"), of_word("千住"));
        assert_eq!(of_word("老人"), of_word("脑仁"));
        assert_eq!(of_word("户口"), of_word("福口"));
        assert_eq!(of_word("发票"), of_word("花票"));
        assert_eq!(of_word("缴费"), of_word("缴惠"));
        assert_ne!(of_word("失业"), of_word("就业"));
    }

    #[test]
    fn readings_are_stricter_than_sounds() {
        assert!(is_read_alike("税务", "税物"));
        assert!(!is_read_alike("三", "山"));
    }

    #[test]
    fn typed_pinyin_is_cut_into_syllables() {
        assert_eq!(of_pinyin("shebao"), Some(vec!["se".into(), "bao".into()]));
        assert_eq!(of_pinyin("shiyejin").map(|s| s.join(" ")), of_word("失业金"));
        assert_eq!(of_pinyin("hello"), None);
        assert_eq!(of_pinyin("sfz"), None);
    }
}

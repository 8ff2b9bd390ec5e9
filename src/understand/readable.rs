//! Whether there is anything to read in a message at all.

use crate::text::sentence::is_han;

/// Longest message that is read, in characters after normalising; a long story fits.
pub const LONGEST_MESSAGE: usize = 500;

/// Why a message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing but signs, spaces or pictures.
    Empty,
    /// Over `LONGEST_MESSAGE` characters.
    TooLong,
    /// Mark-up, a link, code or another language.
    NotWords,
}

/// Checks a message: `raw` as it came, `normalised` as matching sees it.
pub fn readable(raw: &str, normalised: &str) -> Result<(), Unreadable> {
    if raw.chars().filter(|c| !c.is_whitespace()).count() > LONGEST_MESSAGE {
        return Err(Unreadable::TooLong);
    }
    let (mut han, mut latin, mut foreign, mut marks) = (0usize, 0usize, 0usize, 0usize);
    for c in normalised.chars() {
        if is_han(c) {
            han += 1;
        } else if c.is_ascii_alphanumeric() {
            latin += 1;
        } else if c.is_alphabetic() {
            foreign += 1;
        } else if matches!(c, '<' | '>' | '/' | '\\' | '{' | '}' | '%' | '=' | '$' | '`' | '|') {
            marks += 1;
        }
    }
    if han + latin + foreign == 0 {
        // Nothing but a number that was masked: there was something to see.
        let had_words = raw.chars().any(char::is_alphanumeric);
        return Err(if had_words { Unreadable::NotWords } else { Unreadable::Empty });
    }
    let is_link = normalised.contains("://") || normalised.starts_with("www.");
    let is_code = marks >= 2 && han <= latin + marks;
    if foreign > han || (foreign > 0 && foreign * 3 > han) || is_code || (is_link && han < 12) {
        return Err(Unreadable::NotWords);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_readable_and_noise_is_not() {
        for text in ["失业金怎么领", "shiyejin", "办sfz要带什么", "12345", "a/b两样都要吗"] {
            assert_eq!(readable(text, text), Ok(()), "{text}");
        }
        assert_eq!(readable("", ""), Err(Unreadable::Empty));
        assert_eq!(readable("？？！", "??!"), Err(Unreadable::Empty));
        assert_eq!(readable("😡😡", "😡😡"), Err(Unreadable::Empty));
        assert_eq!(readable("<img src=x>", "<img src=x>"), Err(Unreadable::NotWords));
        assert_eq!(readable("../../etc/passwd", "../../etc/passwd"), Err(Unreadable::NotWords));
        assert_eq!(readable("http://x.cc 注册送", "http://x.cc 注册送"), Err(Unreadable::NotWords));
        assert_eq!(readable("ζηθ ωψ", "ζηθ ωψ"), Err(Unreadable::NotWords));
        assert_eq!(readable(&"(".repeat(4096), "(("), Err(Unreadable::TooLong));
    }
}

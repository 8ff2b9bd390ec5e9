//! Brings whatever people type to one form for matching: NFKC, lower case, simplified characters,
//! no invisible characters, no runs of the same sign. The result is for search only, never shown.

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use unicode_normalization::UnicodeNormalization;

/// Longest run of one repeated sign that is kept; "好好好好" says no more than "好好".
const LONGEST_RUN: usize = 2;

/// Normalises text for matching. Building one loads the traditional-to-simplified tables (about 0.1 ms).
pub struct Normaliser {
    simplify: OpenCC,
}

impl Normaliser {
    /// Loads the built-in traditional-to-simplified table (OpenCC `t2s`: the only one that leaves simplified text alone).
    pub fn new() -> Self {
        let simplify = OpenCC::from_config(BuiltinConfig::T2s).expect("the t2s table is compiled in");
        Self { simplify }
    }

    /// The form of `text` that matching works on. Idempotent.
    pub fn normalise(&self, text: &str) -> String {
        let folded: String = text.nfkc().filter(|&c| !is_invisible(c)).flat_map(char::to_lowercase).collect();
        let simplified = if folded.is_ascii() { folded } else { self.simplify.convert(&folded).nfkc().collect() };
        tidy(&simplified)
    }
}

impl Default for Normaliser {
    fn default() -> Self {
        Self::new()
    }
}

/// Characters that take no space: zero-width, bidirectional controls, variation selectors, tags, other controls.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
        || (c.is_control() && !c.is_whitespace())
}

/// Collapses white space to single spaces and shortens runs; digits stay, since a number may well repeat one.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let (mut last, mut run) = (None, 0);
    for c in text.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
        run = if last == Some(c) { run + 1 } else { 1 };
        last = Some(c);
        let longest = if c == ' ' { 1 } else { LONGEST_RUN };
        if run <= longest || c.is_ascii_digit() {
            tidy.push(c);
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_width_case_script_and_invisibles_one_way() {
        let n = Normaliser::new();
        assert_eq!(n.normalise("ＡＢＣ　１２３"), "abc 123");
        assert_eq!(n.normalise("失業\u{200b}保險\u{202e}金"), "失业保险金");
        assert_eq!(n.normalise("怎么办！！！！！！"), "怎么办!!");
        assert_eq!(n.normalise("13800000000"), "13800000000");
        assert_eq!(n.normalise(&"啊".repeat(4000)), "啊啊");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,60}") {
            let n = Normaliser::new();
            let once = n.normalise(&text);
            prop_assert_eq!(n.normalise(&once), once);
        }
    }
}

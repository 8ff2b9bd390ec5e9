//! Counting the way readers do: sentences, and characters in them.

/// Han characters of `text`, with each run of digits or Latin letters counting as one.
/// Source: the house rule on sentence length (punctuation is not counted).
pub fn length(text: &str) -> usize {
    let (mut count, mut in_run) = (0, false);
    for c in text.chars() {
        if is_han(c) {
            count += 1;
            in_run = false;
        } else if c.is_alphanumeric() || (in_run && matches!(c, '.' | '%' | ',')) {
            count += usize::from(!in_run);
            in_run = true;
        } else {
            in_run = false;
        }
    }
    count
}

/// The sentences of `text` with their byte offsets, cut at 。！？；and line ends, without empty ones.
pub fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive(['。', '！', '？', '；', '\n'])
        .scan(0, |start, piece| {
            let at = *start;
            *start += piece.len();
            Some((at, piece))
        })
        .filter_map(|(at, piece)| {
            let sentence = piece.trim_end_matches(['。', '！', '？', '；', '\n']).trim_end();
            let lead = sentence.len() - sentence.trim_start().len();
            (!sentence.trim().is_empty()).then(|| (at + lead, sentence.trim_start()))
        })
}

/// Whether `c` is a Han character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_once_and_punctuation_not_at_all() {
        assert_eq!(length("最多7个工作日，收10.5元。"), 10);
        assert_eq!(length("2026年9月1日"), 6);
    }

    #[test]
    fn sentences_know_where_they_start() {
        let found: Vec<_> = sentences("要带。 身份证；\n好").collect();
        assert_eq!(found, [(0, "要带"), (10, "身份证"), (23, "好")]);
    }
}

//! How well questions are understood: question files, a verdict on each reply, and figures over many.

mod figures;
pub mod question_set;

use serde::{Deserialize, Serialize};

pub use figures::Figures;

/// How one question was met.
///
/// A question is right when the first guide answered is expected; offered when an expected guide is among the first four
/// of a question back or a life event; near when an acceptable neighbour was answered or offered; misled when choices
/// held none of them; missed when nothing was answered; wrong when another guide was. Out of scope (nothing expected):
/// kept out, or false when a guide that is not near was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The expected guide was answered.
    Right,
    /// It was among the choices.
    Offered,
    /// An acceptable neighbour was answered or among the choices.
    Near,
    /// Choices, none of them of use.
    Misled,
    /// Nothing was answered.
    Missed,
    /// Another guide was answered.
    Wrong,
    /// Out of scope, and no guide was answered.
    KeptOut,
    /// Out of scope, and a guide was answered.
    False,
    /// Every expected guide is missing from this corpus.
    NoGuide,
}

/// What was shown to whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<'g> {
    /// An answer from the first of these guides.
    Answer(&'g [String]),
    /// These guides as choices.
    Choices(&'g [String]),
    /// No guide.
    Nothing,
}

/// The guides that would do, by id.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Whether the question is one for a guide at all.
    pub in_scope: bool,
    /// Any of these answers it; empty when this corpus has none of them.
    pub expected: Vec<String>,
    /// These would do no harm.
    pub near: Vec<String>,
    /// The catalogue matter it is about, if it is known to be about one.
    pub matter: Option<String>,
}

/// Choices that are looked at.
const CHOICES: usize = 4;

/// The verdict on what was shown.
pub fn judge(wanted: &Wanted, shown: Shown<'_>) -> Verdict {
    let expects = |guide: &String| wanted.expected.contains(guide);
    let is_near = |guide: &String| wanted.near.contains(guide);
    let first_of_answer = match shown {
        Shown::Answer(guides) => Some(guides.first()),
        _ => None,
    };
    if !wanted.in_scope {
        return match first_of_answer {
            Some(first) if !first.is_some_and(is_near) => Verdict::False,
            _ => Verdict::KeptOut,
        };
    }
    if wanted.expected.is_empty() {
        return Verdict::NoGuide;
    }
    match shown {
        Shown::Answer(guides) => match guides.first() {
            Some(first) if expects(first) => Verdict::Right,
            Some(first) if is_near(first) => Verdict::Near,
            _ => Verdict::Wrong,
        },
        Shown::Choices(guides) if guides.iter().take(CHOICES).any(expects) => Verdict::Offered,
        Shown::Choices(guides) if guides.iter().take(CHOICES).any(is_near) => Verdict::Near,
        Shown::Choices(guides) if !guides.is_empty() => Verdict::Misled,
        _ => Verdict::Missed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_follow_the_first_guide_and_the_first_choices() {
        let ids = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let wanted = Wanted { in_scope: true, expected: ids(&["a"]), near: ids(&["b"]), matter: None };
        let answered = |names: &[&str]| judge(&wanted, Shown::Answer(&ids(names)));
        assert_eq!(
            [answered(&["a"]), answered(&["b", "a"]), answered(&["c", "a"])],
            [Verdict::Right, Verdict::Near, Verdict::Wrong]
        );
        let offered = |names: &[&str]| judge(&wanted, Shown::Choices(&ids(names)));
        assert_eq!(offered(&["c", "d", "e", "a"]), Verdict::Offered);
        assert_eq!(offered(&["c", "d", "e", "f", "a"]), Verdict::Misled);
        assert_eq!(offered(&[]), Verdict::Missed);
        let outside = Wanted { in_scope: false, expected: Vec::new(), near: ids(&["b"]), matter: None };
        assert_eq!(judge(&outside, Shown::Answer(&ids(&["a"]))), Verdict::False);
        assert_eq!(judge(&outside, Shown::Answer(&ids(&["b"]))), Verdict::KeptOut);
        assert_eq!(judge(&outside, Shown::Choices(&ids(&["a"]))), Verdict::KeptOut);
        assert_eq!(judge(&Wanted { in_scope: true, ..Wanted::default() }, Shown::Nothing), Verdict::NoGuide);
    }
}

//! Verdicts counted.

use std::fmt;

use super::Verdict;

/// How many questions were met in which way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    counts: [usize; 9],
}

impl FromIterator<Verdict> for Figures {
    fn from_iter<I: IntoIterator<Item = Verdict>>(verdicts: I) -> Self {
        let mut figures = Self::default();
        for verdict in verdicts {
            figures.counts[verdict as usize] += 1;
        }
        figures
    }
}

impl Figures {
    fn of(&self, verdict: Verdict) -> usize {
        self.counts[verdict as usize]
    }

    fn in_scope(&self) -> usize {
        use Verdict::{Misled, Missed, Near, Offered, Right, Wrong};
        [Right, Offered, Near, Misled, Missed, Wrong].map(|verdict| self.of(verdict)).iter().sum()
    }

    fn out_of_scope(&self) -> usize {
        self.of(Verdict::KeptOut) + self.of(Verdict::False)
    }

    /// Percentage of questions in scope that were right.
    pub fn right(&self) -> f64 {
        percentage(self.of(Verdict::Right), self.in_scope())
    }

    /// Percentage of questions in scope that were right, or whose guide was among the choices.
    pub fn right_or_offered(&self) -> f64 {
        percentage(self.of(Verdict::Right) + self.of(Verdict::Offered), self.in_scope())
    }

    /// Percentage of questions in scope that another guide answered.
    pub fn wrong(&self) -> f64 {
        percentage(self.of(Verdict::Wrong), self.in_scope())
    }

    /// Percentage of questions out of scope that a guide answered.
    pub fn false_answers(&self) -> f64 {
        percentage(self.of(Verdict::False), self.out_of_scope())
    }
}

fn percentage(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Verdict::{False, KeptOut, Misled, Missed, Near, NoGuide, Offered, Right, Wrong};
        let [right, offered, near, misled, missed, wrong, kept_out, false_answers, no_guide] =
            [Right, Offered, Near, Misled, Missed, Wrong, KeptOut, False, NoGuide].map(|verdict| self.of(verdict));
        let (inside, outside) = (self.in_scope(), self.out_of_scope());
        if inside > 0 {
            write!(
                f,
                "in {inside:4}: right {right} ({:.1} %), offered {offered} ({:.1} % with right), near {near}, misled {misled}, missed {missed}, wrong {wrong} ({:.1} %)",
                self.right(),
                self.right_or_offered(),
                self.wrong()
            )?;
        }
        if outside > 0 {
            let gap = if inside > 0 { "; " } else { "" };
            write!(
                f,
                "{gap}out {outside:4}: kept out {kept_out}, false {false_answers} ({:.1} %)",
                self.false_answers()
            )?;
        }
        if no_guide > 0 {
            write!(f, "; {no_guide} without a guide yet")?;
        }
        Ok(())
    }
}

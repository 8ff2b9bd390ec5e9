//! Checks on a corpus that has been read: do references lead somewhere, is a guide complete, does it read plainly.

mod references;
pub mod wording;

use super::{Corpus, Diagnostics};

/// Runs every check, noting all problems.
pub fn check(corpus: &Corpus, diagnostics: &Diagnostics) {
    references::check(corpus, diagnostics);
    wording::check(corpus, diagnostics);
}

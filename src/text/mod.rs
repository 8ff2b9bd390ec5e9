//! Chinese as text: one normal form for matching, personal data masked, words segmented.
//!
//! Nothing here knows what a guide is; `corpus` and `search` bring the words, this room only handles characters.

pub mod normalise;
pub mod redact;
pub mod segment;
pub mod sentence;
pub mod sound;

pub use normalise::Normaliser;
pub use redact::{Redacted, redact, redact_public};
pub use segment::Segmenter;

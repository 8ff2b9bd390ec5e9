//! Which facet a question asks for: the one with the longest phrase in it, and among equals the last one said.

use crate::corpus::{Facet, FacetCues};

/// The facet heard and the phrase that gave it away.
pub fn hear<'c>(normalised: &str, facets: &'c [FacetCues]) -> Option<(Facet, &'c str)> {
    let phrases = facets.iter().flat_map(|facet| facet.cues.iter().map(move |cue| (facet.facet, cue.as_str())));
    phrases
        .filter_map(|(facet, cue)| normalised.rfind(cue).map(|at| (cue.chars().count(), at, facet, cue)))
        .max_by_key(|(length, at, _, _)| (*length, *at))
        .map(|(_, _, facet, cue)| (facet, cue))
}

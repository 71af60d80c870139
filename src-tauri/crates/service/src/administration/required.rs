//! The least assurance is set by an officer: the organisation file is written, and the log tells which
//! word took the place of which.

use super::Administrator;
use super::settings::write_change;
use crate::audit::Act;
use crate::error::Result;
use crate::organisation::Organisation;
use crate::signing_algorithm::sha256;
use crate::station::Station;
use crate::wire::Assurance;

/// Writes the word below which nobody is enrolled into the organisation file; blocks.
///
/// It may be one that is not reached: then nobody is enrolled until it is.
pub(crate) fn require(station: &Station, officer: &Administrator, least: Assurance) -> Result<()> {
    // A trial organisation demands nothing (DESIGN 3).
    let required = (least != Assurance::Trial).then_some(least);
    let word = |required: Option<Assurance>| required.unwrap_or(Assurance::Trial).word();
    let (before, after) = (word(station.organisation.local.required), word(required));
    let digests = [before, after].map(|word| sha256(word.as_bytes()));
    let note = format!("{before} to {after}");
    let change = |organisation: &mut Organisation| organisation.local.required = required;
    write_change(
        station,
        officer,
        Act::RequireAssurance,
        (&digests, &note),
        change,
    )
}

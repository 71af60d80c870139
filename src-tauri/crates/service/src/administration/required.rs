//! The least assurance is set by an officer: the organisation file is written, and the log tells which
//! word took the place of which.

use super::modules::write;
use super::{Administrator, Office};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::error::{Error, Result};
use crate::signing_algorithm::sha256;
use crate::station::{Station, log::About, read_organisation};
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
    Office::enter(station, officer, |office| {
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            note: Some(&note),
            digests: &digests,
            ..About::of(Act::RequireAssurance, &request)
        };
        office.act(&about, |office, intent| {
            // Read again: a module may have been accepted meanwhile.
            let mut organisation = read_organisation(&station.surroundings)?;
            organisation.local.required = required;
            write(station, &organisation)?;
            let logged = office.log.conclude(&about, intent, Outcome::Done);
            logged.map_err(|error| Error::OutcomeNotLogged(Box::new(error)))
        })
    })
}

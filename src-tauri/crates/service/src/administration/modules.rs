//! A module that a system update has changed: what is there now, and an officer who accepts it.
//!
//! The officer's secret cannot be judged without the signing token, which is behind the module. So
//! accepting is believing a hash: it is shown before the secret is asked, what is loaded has that
//! hash or is not loaded, and what is behind it must prove every key.

use super::{Administrator, Office, log_in};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::error::{Error, Result};
use crate::home::{Surroundings, write_private};
use crate::organisation::{Base64Bytes, Organisation, TokenAddress};
use crate::requests::ModuleChange;
use crate::station::{Station, log::About, read_organisation};
use crate::wire::Secret;

/// Longest path that the log tells, in characters.
const LONGEST_PATH: usize = 160;

/// Compares the modules with those that were accepted; blocks.
pub(crate) fn changed_modules(surroundings: &Surroundings) -> Result<Vec<ModuleChange>> {
    let organisation = read_organisation(surroundings)?;
    let mut changes = Vec::new();
    for address in [&organisation.local.signing, &organisation.local.issuing] {
        let found = token::module_sha256(&address.module)?.0;
        let change = ModuleChange {
            path: address.module.clone(),
            accepted: accepted(surroundings, address)?,
            found,
        };
        if change.accepted != found && !changes.contains(&change) {
            changes.push(change);
        }
    }
    Ok(changes)
}

/// Accepts what was shown; blocks.
pub(crate) fn accept_modules(
    surroundings: &Surroundings,
    login: &str,
    secret: &Secret,
    changes: &[ModuleChange],
) -> Result<()> {
    let mut organisation = read_organisation(surroundings)?;
    let local = &mut organisation.local;
    for address in [&mut local.signing, &mut local.issuing] {
        let shown = changes.iter().find(|change| {
            change.path == address.module && address.module_sha256.0 == change.accepted
        });
        if let Some(change) = shown {
            address.module_sha256 = Base64Bytes(change.found.to_vec());
        }
    }
    // As it will be: the login below is through the new modules, or is refused.
    let station = Station::of(surroundings, organisation)?;
    let officer = log_in(&station, login, secret)?;
    for change in changes {
        note(&station, &officer, change)?;
    }
    Ok(())
}

/// Writes the organisation file, with its intent and outcome in the log.
fn note(station: &Station, officer: &Administrator, change: &ModuleChange) -> Result<()> {
    let path = change.path.display().to_string();
    let path: String = path.chars().take(LONGEST_PATH).collect();
    let digests = [change.accepted, change.found];
    Office::enter(station, officer, |office| {
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            note: Some(&path),
            digests: &digests,
            ..About::of(Act::AcceptModule, &request)
        };
        office.act(&about, |office, intent| {
            write(station, &station.organisation)?;
            let logged = office.log.conclude(&about, intent, Outcome::Done);
            logged.map_err(|error| Error::OutcomeNotLogged(Box::new(error)))
        })
    })
}

pub(super) fn write(station: &Station, organisation: &Organisation) -> Result<()> {
    let path = station.surroundings.home.organisation_file();
    write_private(&path, &organisation.to_json()).map_err(|source| Error::File {
        doing: "write",
        path,
        source,
    })
}

fn accepted(surroundings: &Surroundings, address: &TokenAddress) -> Result<[u8; 32]> {
    let hash = address.module_sha256.0.as_slice().try_into();
    hash.map_err(|_| Error::OrganisationUnreadable {
        path: surroundings.home.organisation_file(),
        why: "the hash of a module has not 32 bytes".to_owned(),
    })
}

//! What signatures are like is set by an officer: the organisation file is written, and the log
//! tells which settings took the place of which.

use super::modules::write;
use super::{Administrator, Office};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::error::{Error, Result};
use crate::organisation::{Organisation, Signatures};
use crate::signing_algorithm::sha256;
use crate::station::{Station, log::About, read_organisation};

/// Writes the settings into the organisation file; blocks.
pub(crate) fn write_settings(
    station: &Station,
    officer: &Administrator,
    settings: &Signatures,
) -> Result<()> {
    let digest = |settings: &Signatures| {
        sha256(&serde_json::to_vec(settings).expect("every field has a JSON form"))
    };
    let before = &station.organisation.local.signatures;
    let digests = [digest(before), digest(settings)];
    let note = told(before, settings);
    let change = |organisation: &mut Organisation| {
        organisation.local.signatures = settings.clone();
    };
    write_change(
        station,
        officer,
        Act::SetSignatures,
        (&digests, &note),
        change,
    )
}

/// Writes a change of the organisation file, with its intent and outcome in the log, which names the
/// digests of what was and what is, and says it in words.
pub(super) fn write_change(
    station: &Station,
    officer: &Administrator,
    act: Act,
    (digests, note): (&[[u8; 32]], &str),
    change: impl Fn(&mut Organisation),
) -> Result<()> {
    Office::enter(station, officer, |office| {
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            note: Some(note),
            digests,
            ..About::of(act, &request)
        };
        office.act(&about, |office, intent| {
            // Read again: a module may have been accepted meanwhile.
            let mut organisation = read_organisation(&station.surroundings)?;
            change(&mut organisation);
            write(station, &organisation)?;
            let logged = office.log.conclude(&about, intent, Outcome::Done);
            logged.map_err(|error| Error::OutcomeNotLogged(Box::new(error)))
        })
    })
}

/// What changed, as the log tells it: counts, and no address, which may carry a key.
fn told(before: &Signatures, after: &Signatures) -> String {
    let level = |settings: &Signatures| settings.level.clone().unwrap_or_else(|| "b-b".to_owned());
    let list = |name: &str, before: &[String], after: &[String]| {
        let added = after.iter().filter(|one| !before.contains(one)).count();
        let removed = before.iter().filter(|one| !after.contains(one)).count();
        (before != after).then(|| format!("{name} +{added} -{removed}"))
    };
    let (from, to) = (level(before), level(after));
    let parts = [
        (from != to).then(|| format!("level {from} to {to}")),
        list(
            "authorities",
            &before.timestamp_authorities,
            &after.timestamp_authorities,
        ),
        list(
            "anchors",
            &before.timestamp_anchors,
            &after.timestamp_anchors,
        ),
        list(
            "local hosts",
            &before.local_authorities,
            &after.local_authorities,
        ),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

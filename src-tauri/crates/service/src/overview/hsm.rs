//! What the page "Keys & HSM" shows: both tokens as they are now, and the masters.

use vault::LeafIndex;

use super::{state_of, token_health};
use crate::administration::{Administrator, changed_modules, rotation};
use crate::error::Result;
use crate::station::Station;
use crate::station::masters::Masters;
use crate::station::pins;
use crate::station::tokens::{IssuingToken, model_of, said_by};
use crate::wire::{KeysAndHsm, MasterKey, MasterState, RotationPhase, TokenHealth, TokenState};

/// Looks at both tokens, and uses the signing token for real; blocks.
///
/// # Errors
/// What the vault answers, and rows that no officer vouches for; a token that does not answer is a
/// state.
pub(crate) fn keys_and_hsm(station: &Station, officer: &Administrator) -> Result<KeysAndHsm> {
    let rotation = rotation(station)?;
    let in_use = Masters::of(station)?;
    let in_use: Vec<&str> = in_use.in_use().map(|one| one.label.as_str()).collect();
    let state = |label: &str| match label {
        _ if !in_use.contains(&label) => MasterState::Retired,
        _ if rotation.from.as_deref() == Some(label) => match rotation.phase {
            // Until keys move, the old one is what they are used under.
            RotationPhase::Prepared => MasterState::InForce,
            _ => MasterState::Leaving,
        },
        _ if rotation.to.as_deref() == Some(label) && rotation.phase == RotationPhase::Prepared => {
            MasterState::Next
        }
        _ => MasterState::InForce,
    };
    let master = |label: &String| {
        let counted = station.store.count_under(label, LeafIndex(0));
        Ok(MasterKey {
            label: label.clone(),
            state: state(label),
            records: station.wait(counted)?.all,
        })
    };
    let masters = rotation.masters.iter().map(master);
    let masters = masters.collect::<Result<_>>()?;
    Ok(KeysAndHsm {
        signing: token_health(station),
        issuing: issuing_health(station, officer),
        masters,
        rotation,
        pin: pins::signing_pin(station).ok().map(|(_, place)| place),
        changed: changed_modules(&station.surroundings)
            .map(|changes| changes.into_iter().map(Into::into).collect())
            .unwrap_or_default(),
    })
}

/// Logs in to the issuing token with the officer's copy of its PIN, and has its keys prove
/// themselves.
fn issuing_health(station: &Station, officer: &Administrator) -> TokenHealth {
    let opened = officer
        .issuing_pin()
        .and_then(|pin| IssuingToken::open(station, &pin));
    let (state, detail, objects) = match &opened {
        Ok(issuing) => (
            TokenState::Ready,
            "the keys of the CA and of the notary signed, and the signatures verify".to_owned(),
            issuing.token().object_counts().ok(),
        ),
        Err(error) => (state_of(error), error.to_string(), None),
    };
    drop(opened);
    let address = &station.organisation.local.issuing;
    let said = match state {
        TokenState::Ready => said_by(station, address).ok().flatten(),
        _ => None,
    };
    TokenHealth {
        state,
        detail,
        last_test: None,
        canary_microseconds: None,
        label: address.label.clone(),
        model: said.as_ref().map_or_else(String::new, model_of),
        objects: objects.map(|counts| counts.token),
    }
}

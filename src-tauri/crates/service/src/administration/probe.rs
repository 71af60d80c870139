//! Plays the attacks on the signing token, and writes down how they went.

use token::{Attack, Played, Production, TokenInfo, Verdict};
use vault::{LeafIndex, TokenProfile};

use super::{Administrator, Office};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::error::{Error, Result};
use crate::organisation::Local;
use crate::signing_algorithm::sha256;
use crate::station::Station;
use crate::station::log::{About, Draft};
use crate::station::profile::{self, Profile, Shown};
use crate::station::records;
use crate::station::tokens::{self, SignedIn, SigningToken};
use crate::wire;

/// How often the host process is started anew within one probe, after attacks that end it.
const RESTARTS: usize = 3;

/// Has the signing token probed by an officer; blocks.
pub(crate) fn probe(station: &Station, officer: &Administrator) -> Result<wire::Probe> {
    Office::enter(station, officer, |office| {
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            ..About::of(Act::Probe, &request)
        };
        office.act(&about, |office, intent| {
            let shown = show(station)?;
            let version = profile::next_version(station)?;
            let organisation = *station.id().as_bytes();
            let now = station.now()?;
            let profile = Profile::new(organisation, version, now, &officer.login, shown);
            let bytes = profile.to_bytes();
            let digests = [sha256(&bytes)];
            let about = About {
                digests: &digests,
                ..about
            };
            let signed = Profile::to_be_signed(&bytes, intent);
            let entry = records::of_token_profile(station.id(), Some(signed));
            let row = TokenProfile {
                version,
                signature: office.vouch(signed)?,
                profile: bytes,
                intent,
            };
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let (index, leaf) = office.log.write(draft, &[entry], |leaf| {
                station.store.put_token_profile(row.clone(), Some(leaf))
            })?;
            let index: LeafIndex = index.ok_or(token::Error::OutOfStep)?;
            office.log.sign_done(index, &leaf)
        })
    })?;
    profile::report(station)
}

/// Plays everything in a login of its own: what an attack does to a module must not be done to the
/// officer's.
fn show(station: &Station) -> Result<Shown> {
    let signing = SigningToken::open_anew(station)?;
    let production = signing.production();
    let again = || Ok(SigningToken::open_anew(station)?.token());
    let played = play(signing.token(), &production, again)?;
    let token = SigningToken::open_anew(station)?.token().profile()?;
    let said = tokens::said(station)?;
    Ok(shown(&station.organisation.local, said, token, played))
}

/// Puts together what the token showed, with what it says of itself.
pub(crate) fn shown(
    local: &Local,
    said: Option<TokenInfo>,
    token: token::TokenProfile,
    played: Vec<Played>,
) -> Shown {
    let module = &local.signing.module_sha256.0;
    Shown {
        token,
        played,
        module: module.as_slice().try_into().unwrap_or_default(),
        label: local.signing.label.clone(),
        model: said.as_ref().map_or_else(String::new, tokens::model_of),
        says_hardware: said.is_some_and(|said| said.hardware == token::Hardware::Hardware),
    }
}

/// Plays every attack. One that ends the module, or that it does not answer, was not defeated.
pub(crate) fn play(
    mut token: SignedIn,
    production: &Production,
    again: impl Fn() -> Result<SignedIn>,
) -> Result<Vec<Played>> {
    let mut restarts = 0;
    let mut all = Vec::new();
    for attack in Attack::ALL {
        match token.probe(attack, Some(production)) {
            Ok(played) => all.push(played),
            Err(error) => {
                restarts += 1;
                if restarts > RESTARTS {
                    return Err(Error::Token(error));
                }
                all.push(Played {
                    attack,
                    verdict: Verdict::Open,
                    detail: format!("not played to its end: {error}"),
                });
                token = again()?;
            }
        }
    }
    Ok(all)
}

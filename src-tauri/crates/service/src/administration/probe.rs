//! Plays the attacks on both tokens, and writes down how they went.

use std::ops::Deref;

use token::{
    Attack, Played, Production, Recovery, Token, TokenInfo, TokenProfile as TokenProfileShown,
    Verdict,
};
use vault::{LeafIndex, TokenProfile};

use super::{Administrator, Office};
use crate::assurance;
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::error::{Error, Result};
use crate::organisation::{Local, TokenAddress};
use crate::signing_algorithm::sha256;
use crate::station::Station;
use crate::station::key;
use crate::station::log::{About, Draft};
use crate::station::profile::{self, IssuingShown, Profile, Shown};
use crate::station::records;
use crate::station::tokens::{self, IssuingToken, SigningToken};
use crate::wire;

/// How often the host process is started anew within one probe, after attacks that end it.
const RESTARTS: usize = 3;

/// Has both tokens probed by an officer; blocks.
pub(crate) fn probe(station: &Station, officer: &Administrator) -> Result<wire::Probe> {
    Office::enter(station, officer, |office| {
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            ..About::of(Act::Probe, &request)
        };
        office.act(&about, |office, intent| {
            let shown = show(station, officer)?;
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
            let entry = records::of_token_profile(station.id(), Some(signed.digest()));
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

/// Plays everything in logins of its own: what an attack does to a module must not be done to the
/// officer's.
fn show(station: &Station, officer: &Administrator) -> Result<Shown> {
    let signing = SigningToken::open_anew(station)?;
    let production = signing.production();
    let again = || Ok(SigningToken::open_anew(station)?.token());
    let played = play(&Attack::ALL, signing.token(), production.as_ref(), again)?;
    let token = profile_of(&SigningToken::open_anew(station)?)?;
    let local = &station.organisation.local;
    let said = tokens::said(station)?;

    let pin = key::pin(&officer.secrets.issuing_pin)?;
    let issuing = IssuingToken::open(station, &pin)?;
    let production = issuing.production()?;
    let again = || Ok(Box::new(IssuingToken::open(station, &pin)?.into_token()));
    let token_alone = Box::new(issuing.into_token());
    let attacks = &Attack::ON_SIGNING_KEYS;
    let of_issuing = play(attacks, token_alone, Some(&production), again)?;
    let issuing = tokens::said_by(station, &local.issuing)?;
    let issuing = issuing_shown(local, issuing, of_issuing);
    Ok(shown(local, said, token, played, issuing))
}

/// Puts together what the token showed, with what it says of itself.
pub(crate) fn shown(
    local: &Local,
    said: Option<TokenInfo>,
    token: token::TokenProfile,
    played: Vec<Played>,
    issuing: IssuingShown,
) -> Shown {
    Shown {
        token,
        played,
        module: hash_of(&local.signing),
        label: local.signing.label.clone(),
        model: said.as_ref().map_or_else(String::new, tokens::model_of),
        says_hardware: said.is_some_and(|said| said.hardware == token::Hardware::Hardware),
        issuing,
    }
}

/// The same of the issuing token.
pub(crate) fn issuing_shown(
    local: &Local,
    said: Option<TokenInfo>,
    played: Vec<Played>,
) -> IssuingShown {
    IssuingShown {
        played,
        module: hash_of(&local.issuing),
        label: local.issuing.label.clone(),
        model: said.as_ref().map_or_else(String::new, tokens::model_of),
        says_hardware: said.is_some_and(|said| said.hardware == token::Hardware::Hardware),
    }
}

fn hash_of(address: &TokenAddress) -> [u8; 32] {
    let hash = address.module_sha256.0.as_slice();
    hash.try_into().unwrap_or_default()
}

/// What the token is like. One that keys stay on may not let itself be asked: what is asked is mostly
/// how it wraps.
pub(crate) fn profile_of(signing: &SigningToken<'_>) -> Result<TokenProfileShown> {
    match signing.token().profile() {
        Err(error) if signing.masters().resident().is_some() => Ok(TokenProfileShown {
            mechanism: None,
            wrap_mechanisms: Vec::new(),
            gaps: vec![token::Gap {
                missing: token::Missing::Wrapping,
                detail: error.to_string(),
            }],
        }),
        other => Ok(other?),
    }
}

/// Plays attacks; without a master to play them on, those that are about one do not apply. One that
/// ends the module, or that it does not answer, was not defeated.
pub(crate) fn play<T: Deref<Target = Token>>(
    attacks: &[Attack],
    mut token: T,
    production: Option<&Production>,
    again: impl Fn() -> Result<T>,
) -> Result<Vec<Played>> {
    let mut restarts = 0;
    let mut all = Vec::new();
    for attack in attacks.iter().copied() {
        if production.is_none() && assurance::is_about_wrapping(attack) {
            all.push(Played {
                attack,
                verdict: Verdict::NotApplicable,
                detail: "no key is wrapped here: keys stay on the token, and are read back as not \
                         extractable at every use"
                    .to_owned(),
            });
            continue;
        }
        match token.probe(attack, production) {
            Ok(played) => all.push(played),
            // It answered, and not to the question: a token that is reached by a connection lets only
            // some be put. There is no key here that could be given away by going on.
            Err(error) if production.is_none() && error.recovery() == Recovery::Tell => {
                all.push(unfinished(attack, &error));
            }
            Err(error) => {
                restarts += 1;
                if restarts > RESTARTS {
                    return Err(Error::Token(error));
                }
                all.push(unfinished(attack, &error));
                token = again()?;
            }
        }
    }
    Ok(all)
}

fn unfinished(attack: Attack, error: &token::Error) -> Played {
    Played {
        attack,
        verdict: Verdict::Open,
        detail: format!("not played to its end: {error}"),
    }
}

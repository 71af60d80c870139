//! The two tokens: who starts their host processes, and what is proven at every login.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::time::{Duration, Instant};

use token::{
    Digest, Host, KeyLabel, KnownAnswer, Launch, LoadedBy, Mac, Pin, RawSignature, SpkiDer, Token,
    TokenLabel, WrappedKey,
};
use zeroize::Zeroizing;

use super::masters::Masters;
use super::{Station, health, softhsm};
use crate::custody::seal::WrappedBlob;
use crate::custody::slot::HmacOutput;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::organisation::{Deployment, TokenAddress};
use crate::signing_algorithm::{KeyKind, der_signature, on_token, verifies};

/// What the known answers are computed over (CUSTODY-FORMAT 5).
pub(crate) const KNOWN_ANSWER: &[u8] = b"chancery known answer v1";

/// Labels of the signing token's keys; later masters have later numbers.
pub(crate) const MASTER: &str = "wk-1";
pub(crate) const PEPPER: &str = "pepper-1";
pub(crate) const RECORD_MAC: &str = "record-mac-1";
pub(crate) const HEAD: &str = "head-1";
/// Labels of the issuing token's keys.
pub(crate) const CA: &str = "ca-1";
pub(crate) const NOTARY: &str = "notary-1";

/// No call of a local module takes longer; one that does hangs.
const DEADLINE: Duration = Duration::from_secs(30);

/// A label that this program wrote down itself.
pub(crate) fn key_label(label: &str) -> Result<KeyLabel> {
    Ok(KeyLabel::new(label)?)
}

/// The whole environment of a host process.
pub(crate) type Environment = Vec<(OsString, OsString)>;

/// What the embedded software token sees: its own folder, and nothing of this user's.
pub(crate) fn embedded_environment(surroundings: &Surroundings) -> Environment {
    let file = surroundings.home.softhsm_file();
    vec![("SOFTHSM2_CONF".into(), file.into_os_string())]
}

/// What the organisation file lists.
pub(crate) fn environment_of(listed: &BTreeMap<String, String>) -> Environment {
    let variables = listed.iter();
    variables
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

/// Starts the host process of a token's module.
pub(crate) fn start_host(
    surroundings: &Surroundings,
    module: &std::path::Path,
    module_sha256: Option<[u8; 32]>,
    environment: Environment,
) -> Result<Host> {
    let executable = surroundings.host();
    if !executable.is_file() {
        return Err(Error::PartMissing {
            what: "the host process",
            path: executable,
        });
    }
    let launch = Launch {
        executable,
        module: module.to_owned(),
        module_sha256: module_sha256.map(token::Sha256),
        environment,
        deadline: DEADLINE,
    };
    Ok(Host::start(&launch)?)
}

/// Starts the host process of a token that is there, with the module an officer accepted.
///
/// To be called while nobody else on this machine logs in.
fn start(station: &Station, address: &TokenAddress) -> Result<Host> {
    let sha256: [u8; 32] = address.module_sha256.0.as_slice().try_into().map_err(|_| {
        Error::OrganisationUnreadable {
            path: station.surroundings.home.organisation_file(),
            why: "the hash of a module has not 32 bytes".to_owned(),
        }
    })?;
    let environment = match station.organisation.local.deployment {
        Deployment::Embedded => embedded_environment(&station.surroundings),
        Deployment::Direct => environment_of(&address.environment),
    };
    let (surroundings, module) = (&station.surroundings, &address.module);
    start_host(surroundings, module, Some(sha256), environment).map_err(|error| match error {
        Error::Token(source @ token::Error::ModuleChanged { .. }) => Error::ModuleChanged {
            path: module.clone(),
            source,
        },
        other => other,
    })
}

fn login(station: &Station, address: &TokenAddress, pin: &Pin) -> Result<Token> {
    let _alone = quiet(station)?;
    let host = start(station, address)?;
    Ok(host.login(&TokenLabel::new(address.label.as_str())?, pin)?)
}

/// Holds off other logins on this machine.
///
/// A module that looks at a token's file while another one writes it finds no token; and which
/// modules have tokens in files is theirs to know.
fn quiet(station: &Station) -> Result<File> {
    let alone = station.lock("locks", "login")?;
    let embedded = station.organisation.local.deployment == Deployment::Embedded;
    if embedded && softhsm::keep_tokens(&station.surroundings.home)? {
        health::note_mended(station);
    }
    Ok(alone)
}

/// Who made the device that holds a token, and what it is, as it says itself.
pub(crate) fn model(station: &Station, label: &str) -> Result<String> {
    let _alone = quiet(station)?;
    let host = start(station, &station.organisation.local.signing)?;
    let token = host
        .tokens()?
        .into_iter()
        .find(|token| token.label == label);
    Ok(token.map_or_else(String::new, |token| {
        format!("{} {}", token.manufacturer, token.model)
            .trim()
            .to_owned()
    }))
}

/// How the module was loaded: as the file that was hashed, or by its path.
pub(crate) fn loaded_by(station: &Station) -> Result<LoadedBy> {
    let _alone = quiet(station)?;
    let host = start(station, &station.organisation.local.signing)?;
    Ok(host.module_loaded_by())
}

/// The signing token, logged in and its keys proven.
pub(crate) struct SigningToken {
    token: Token,
    masters: Masters,
    pepper: KeyLabel,
    record_mac: KeyLabel,
    head: KeyLabel,
    /// What the token does not have of its keys' templates, each as `key: attribute`.
    missing: Vec<String>,
}

impl SigningToken {
    /// Logs in with this machine's signing PIN and proves its keys.
    pub(crate) fn open(station: &Station) -> Result<Self> {
        let begun = Instant::now();
        let opened = Self::logged_in(station);
        health::note(station, opened.is_ok(), begun.elapsed());
        opened
    }

    fn logged_in(station: &Station) -> Result<Self> {
        let (pin, _) = super::pins::signing_pin(station)?;
        let token = login(station, &station.organisation.local.signing, &pin)?;
        let mut opened = Self::new(token, Masters::of(station)?)?;
        opened.missing = opened.prove(station)?;
        Ok(opened)
    }

    /// Takes over a token whose keys were made just now.
    pub(crate) fn new(token: Token, masters: Masters) -> Result<Self> {
        Ok(Self {
            token,
            masters,
            pepper: key_label(PEPPER)?,
            record_mac: key_label(RECORD_MAC)?,
            head: key_label(HEAD)?,
            missing: Vec::new(),
        })
    }

    /// Keys are proven, not found: a look-alike has our label and attributes, and not our answers.
    ///
    /// Gives what the token does not have of their templates.
    fn prove(&self, station: &Station) -> Result<Vec<String>> {
        let fixed = &station.organisation.fixed;
        let unreadable = |why: &str| Error::OrganisationUnreadable {
            path: station.surroundings.home.organisation_file(),
            why: why.to_owned(),
        };
        let answer = |bytes: &[u8]| -> Result<KnownAnswer> {
            let mac = bytes
                .try_into()
                .map_err(|_| unreadable("a known answer has not 32 bytes"))?;
            Ok(KnownAnswer {
                data: KNOWN_ANSWER.to_vec(),
                mac,
            })
        };
        let pepper = self
            .token
            .prove_mac_key(&self.pepper, &answer(&fixed.pepper_answer.0)?)?;
        let record_mac = self
            .token
            .prove_mac_key(&self.record_mac, &answer(&fixed.mac_answer.0)?)?;
        let head = SpkiDer::from_der(fixed.head_key.0.clone())?;
        let head = self
            .token
            .prove_signing_key(&self.head, &head, &challenge()?)?;
        let mut proven = vec![
            (&self.pepper, pepper),
            (&self.record_mac, record_mac),
            (&self.head, head),
        ];
        for master in self.masters.in_use() {
            let label = &master.label;
            let found = self.token.prove_wrapping_key(label, &master.canary)?;
            proven.push((label, found));
        }
        Ok(proven
            .iter()
            .flat_map(|(label, proven)| {
                let missing = proven.missing.iter();
                missing.map(|attribute| format!("{}: {attribute}", label.as_str()))
            })
            .collect())
    }

    /// What the token does not have of its keys' templates.
    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
    }

    /// HMAC with the pepper, for a slot.
    pub(crate) fn pepper(&self, label: &str, input: &[u8]) -> Result<HmacOutput> {
        if label != self.pepper.as_str() {
            // A slot that names another key than the organisation's is no slot of ours.
            let label = key_label(label)?;
            return Err(token::Error::KeyNotFound { label }.into());
        }
        Ok(bytes(&self.token.hmac(&self.pepper, input)?))
    }

    /// HMAC with the record-MAC key.
    pub(crate) fn record_mac(&self, input: &[u8]) -> Result<[u8; 32]> {
        Ok(*self.token.hmac(&self.record_mac, input)?.expose())
    }

    /// Signs a head of the log; DER as a note carries it.
    pub(crate) fn sign_head(&self, digest: &[u8; 32]) -> Result<Vec<u8>> {
        der_signature(self.token.sign(&self.head, &(*digest).into())?.as_bytes())
    }

    /// Unwraps a key for one batch, signs each digest, destroys it: one call.
    pub(crate) fn sign_with(
        &self,
        kind: KeyKind,
        blob: &WrappedBlob,
        digests: &[Digest],
    ) -> Result<Vec<RawSignature>> {
        let rfc = u16::try_from(blob.rfc).unwrap_or(u16::MAX);
        let wrapped = WrappedKey::from_parts(blob.mechanism, rfc, blob.blob.to_vec())?;
        let master = &self.masters.of_blob(&blob.wrapping_key)?.label;
        Ok(self
            .token
            .sign_with_wrapped(master, &wrapped, kind.on_token(), digests)?)
    }

    /// The token itself, where keys are made.
    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// Has the canary of the current master unwrap and sign, verifies what it signed, and says how
    /// long that took.
    pub(crate) fn exercise(&self) -> Result<Duration> {
        let master = self.masters.current();
        let canary = &master.canary;
        let digest = challenge()?;
        let begun = Instant::now();
        let digests = [digest.into()];
        let values = self.token.sign_with_wrapped(
            &master.label,
            &canary.wrapped,
            canary.algorithm,
            &digests,
        )?;
        let took = begun.elapsed();
        let value = values.first().ok_or(token::Error::OutOfStep)?.as_bytes();
        if verifies(KeyKind::P256, canary.spki.as_bytes(), &digest, value) {
            return Ok(took);
        }
        let label = master.label.clone();
        Err(token::Error::KeyDiffers { label }.into())
    }

    /// The masters in use, as they were at the login.
    pub(crate) fn masters(&self) -> &Masters {
        &self.masters
    }
}

/// The issuing token, logged in with the PIN that an officer's secret opened.
pub(crate) struct IssuingToken {
    token: Token,
    ca: KeyLabel,
}

impl IssuingToken {
    /// Logs in and proves the CA and notary keys.
    pub(crate) fn open(station: &Station, pin: &Pin) -> Result<Self> {
        let token = login(station, &station.organisation.local.issuing, pin)?;
        let opened = Self::new(token)?;
        let ca = SpkiDer::from_der(station.ca()?.spki_der().to_vec())?;
        opened
            .token
            .prove_signing_key(&opened.ca, &ca, &challenge()?)?;
        let notary = SpkiDer::from_der(station.organisation.fixed.notary_key.0.clone())?;
        opened
            .token
            .prove_signing_key(&key_label(NOTARY)?, &notary, &challenge()?)?;
        Ok(opened)
    }

    /// Takes over a token whose keys were made just now.
    pub(crate) fn new(token: Token) -> Result<Self> {
        Ok(Self {
            token,
            ca: key_label(CA)?,
        })
    }

    /// Countersigns a head of the log; DER as a note carries it.
    pub(crate) fn notarise(&self, digest: &[u8; 32]) -> Result<Vec<u8>> {
        let value = self.token.sign(&key_label(NOTARY)?, &(*digest).into())?;
        der_signature(value.as_bytes())
    }

    /// Signs a certificate or revocation list.
    pub(crate) fn sign(&self, digest: &signature::Digest) -> Result<RawSignature> {
        Ok(self.token.sign(&self.ca, &on_token(*digest))?)
    }
}

/// What a signing key is proven over: the label and 32 random bytes, so that the signature is of
/// nothing anybody could use (CUSTODY-FORMAT 5).
fn challenge() -> Result<[u8; 32]> {
    let mut random = [0; 32];
    crate::custody::random(&mut random)?;
    Ok(crate::signing_algorithm::sha256(
        &[KNOWN_ANSWER, &random].concat(),
    ))
}

fn bytes(mac: &Mac) -> HmacOutput {
    Zeroizing::new(*mac.expose())
}

//! The two tokens of a new organisation: made in its folder, or made ready by their operator.

use std::collections::BTreeMap;
use std::path::PathBuf;

use token::{Hardware, Host, Pin, Token, TokenKeyKind, TokenLabel};
use zeroize::Zeroizing;

use crate::custody::seal::IssuingSecrets;
use crate::error::{Error, Result};
use crate::home::{Surroundings, create_private_folder};
use crate::organisation::{Base64Bytes, Deployment, Local, TokenAddress};
use crate::requests::{KeyMode, ReadyToken};
use crate::station::softhsm;
use crate::station::tokens::{
    self, CA, HEAD, MASTER, NOTARY, PEPPER, RECORD_MAC, embedded_environment, key_label,
};

/// Where distributions put SoftHSM's module.
const SOFTHSM: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
];

const SIGNING_LABEL: &str = "chancery-signing";
const ISSUING_LABEL: &str = "chancery-issuing";

/// Both tokens, logged in and without keys of ours.
pub(super) struct Opened {
    pub(super) signing: Token,
    pub(super) issuing: Token,
    pub(super) local: Local,
    pub(super) signing_pin: Pin,
    pub(super) secrets: IssuingSecrets,
    pub(super) mode: KeyMode,
}

/// Finds the software token's module.
pub(super) fn software_module() -> Result<PathBuf> {
    let known = SOFTHSM.iter().map(PathBuf::from);
    known
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| Error::PartMissing {
            what: "the SoftHSM module (Debian: apt-get install softhsm2)",
            path: PathBuf::from(SOFTHSM[0]),
        })
}

/// Initialises two software tokens, each with a host process of its own.
pub(super) fn embedded(surroundings: &Surroundings) -> Result<Opened> {
    let module = software_module()?;
    let folder = surroundings.home.tokens_folder();
    create_private_folder(&folder).map_err(|source| super::file("make", &folder, source))?;
    softhsm::configure(surroundings)?;
    let start = |sha256| -> Result<Host> {
        let environment = embedded_environment(surroundings);
        tokens::start_host(surroundings, &module, sha256, environment)
    };
    let first = start(None)?;
    let sha256 = first.module_sha256().0;
    let (signing_label, issuing_label) = (label(SIGNING_LABEL)?, label(ISSUING_LABEL)?);
    let (signing_pin, signing_so) = (Pin::generate()?, Pin::generate()?);
    let (issuing_pin, issuing_so) = (Pin::generate()?, Pin::generate()?);
    first.initialise_token(&signing_label, &signing_so, &signing_pin)?;
    let signing = first.login(&signing_label, &signing_pin)?;
    let second = start(Some(sha256))?;
    second.initialise_token(&issuing_label, &issuing_so, &issuing_pin)?;
    let issuing = second.login(&issuing_label, &issuing_pin)?;
    let text = |pin: &Pin| Zeroizing::new(pin.expose().to_owned());
    let secrets = IssuingSecrets {
        issuing_pin: text(&issuing_pin),
        signing_so_pin: text(&signing_so),
        issuing_so_pin: text(&issuing_so),
    };
    let address = |label: &TokenLabel| TokenAddress {
        module: module.clone(),
        module_sha256: Base64Bytes(sha256.to_vec()),
        label: label.as_str().to_owned(),
        // Where its folder lies is told anew at each start.
        environment: BTreeMap::new(),
    };
    let local = Local {
        deployment: Deployment::Embedded,
        hardware: false,
        required: None,
        signing: address(&signing_label),
        issuing: address(&issuing_label),
        signatures: Default::default(),
    };
    Ok(Opened {
        signing,
        issuing,
        local,
        signing_pin,
        secrets,
        mode: KeyMode::Wrapped,
    })
}

/// Logs in to two tokens that are ready, and looks that no key of ours is on either: keys that
/// nobody can destroy are made only where all of them can be, which is tried first.
pub(super) fn ready(
    surroundings: &Surroundings,
    signing: &ReadyToken,
    issuing: &ReadyToken,
    declared_hardware: bool,
    mode: KeyMode,
) -> Result<Opened> {
    if (&signing.module, &signing.environment, &signing.label)
        == (&issuing.module, &issuing.environment, &issuing.label)
    {
        return Err(Error::BadField {
            what: "the issuing token",
            value: issuing.label.clone(),
            why: "it is the signing token; who signs must not hold the PIN that issues",
        });
    }
    let first = Login::open(surroundings, "signing token", signing)?;
    let second = Login::open(surroundings, "issuing token", issuing)?;
    let hardware = declared_hardware && first.is_hardware && second.is_hardware;
    first.expect_vacant(&[MASTER, PEPPER, RECORD_MAC], &[HEAD])?;
    second.expect_vacant(&[], &[CA, NOTARY])?;
    for (login, kind, label) in [
        (&first, TokenKeyKind::Pepper, PEPPER),
        (&first, TokenKeyKind::RecordMac, RECORD_MAC),
        (&first, TokenKeyKind::Head, HEAD),
        (&second, TokenKeyKind::CertificateAuthority, CA),
        (&second, TokenKeyKind::Notary, NOTARY),
    ] {
        let rehearsed = login.token.rehearse(kind, &key_label(label)?);
        rehearsed.map_err(|error| without_key(&login.address.label, label, error))?;
    }
    // Last: whoever is told to let keys stay on the token finds then that the others can be there.
    if mode == KeyMode::Wrapped {
        let (name, token) = (first.address.label.as_str(), &first.token);
        let rehearsed = token.rehearse(TokenKeyKind::Master, &key_label(MASTER)?);
        rehearsed.map_err(|error| without_wrapping(name, error))?;
    }
    let secrets = IssuingSecrets {
        issuing_pin: Zeroizing::new(second.pin.expose().to_owned()),
        signing_so_pin: Zeroizing::default(),
        issuing_so_pin: Zeroizing::default(),
    };
    let local = Local {
        deployment: Deployment::Direct,
        hardware,
        required: None,
        signing: first.address,
        issuing: second.address,
        signatures: Default::default(),
    };
    Ok(Opened {
        signing: first.token,
        issuing: second.token,
        local,
        signing_pin: first.pin,
        secrets,
        mode,
    })
}

/// What a token lacks to keep the master, with what to do instead; other errors as they are.
fn without_wrapping(token: &str, error: token::Error) -> Error {
    match error {
        source @ (token::Error::NoWrapMechanism
        | token::Error::TemplateRefused { .. }
        | token::Error::KeyNotMade { .. }
        | token::Error::KeyAttribute { .. }
        | token::Error::WrappingKeyAcceptsWeaker { .. }) => Error::TokenDoesNotWrap {
            token: token.to_owned(),
            source,
        },
        other => other.into(),
    }
}

/// What a token lacks to keep one of our own keys, whose algorithms are the same everywhere
/// (CUSTODY-FORMAT 3 and 5); other errors as they are.
fn without_key(token: &str, key: &'static str, error: token::Error) -> Error {
    match error {
        source @ (token::Error::TemplateRefused { .. }
        | token::Error::KeyNotMade { .. }
        | token::Error::KeyAttribute { .. }
        | token::Error::AlgorithmNotOffered { .. }) => Error::TokenLacksKey {
            token: token.to_owned(),
            key,
            source: Box::new(source),
        },
        other => other.into(),
    }
}

struct Login {
    token: Token,
    address: TokenAddress,
    pin: Pin,
    /// What its slot says.
    is_hardware: bool,
}

impl Login {
    fn open(surroundings: &Surroundings, what: &'static str, ready: &ReadyToken) -> Result<Self> {
        let label = label(&ready.label).map_err(|_| Error::BadField {
            what,
            value: ready.label.clone(),
            why: "a label is 1 to 32 bytes without control characters or a space at its end",
        })?;
        let pin = Pin::new(Zeroizing::new(ready.pin.expose().to_owned()))?;
        let environment = tokens::environment_of(&ready.environment);
        let host = tokens::start_host(surroundings, &ready.module, None, environment)?;
        let listed = host.tokens()?;
        let is_hardware = listed
            .iter()
            .any(|token| token.label == ready.label && token.hardware == Hardware::Hardware);
        let token = host.login(&label, &pin)?;
        let address = TokenAddress {
            module: ready.module.clone(),
            module_sha256: Base64Bytes(host.module_sha256().0.to_vec()),
            label: ready.label.clone(),
            environment: ready.environment.clone(),
        };
        Ok(Self {
            token,
            address,
            pin,
            is_hardware,
        })
    }

    /// Refuses a token that has a key of one of these labels.
    fn expect_vacant(&self, secret: &[&str], private: &[&str]) -> Result<()> {
        let taken = |key: &str, tried: token::Result<()>| match tried {
            Err(token::Error::KeyNotFound { .. }) => Ok(()),
            _ => Err(Error::TokenTaken {
                token: self.address.label.clone(),
                key: key.to_owned(),
            }),
        };
        for key in secret {
            taken(key, self.token.hmac(&key_label(key)?, b"").map(drop))?;
        }
        for key in private {
            let nothing = token::ToBeSigned::sha256(b"");
            taken(key, self.token.sign(&key_label(key)?, &nothing).map(drop))?;
        }
        Ok(())
    }
}

fn label(text: &str) -> Result<TokenLabel> {
    Ok(TokenLabel::new(text)?)
}

//! PKCS#11 tokens: keys that wrap, sign and MAC, and the process their modules live in.
//!
//! A module crashes, hangs and logs a whole process in. So none is ever loaded here: a small
//! program of ours, `chancery-host`, loads one module and logs in to one token, and this crate
//! talks to it over a socket. [`serve`] is that program.
//!
//! - [`Host`] is a running host process: [`Host::start`], [`Host::tokens`],
//!   [`Host::initialise_token`], [`Host::login`].
//! - [`Token`] is a login. It makes and proves token keys ([`TokenKeyKind`]), signs and MACs with
//!   them, and opens signers' keys.
//! - [`SessionKey`] is a signer's key while it is on the token; [`WrappedKey`] is what it is
//!   otherwise.
//! - [`Card`] is a token that a person holds: [`Host::card_slots`], [`Host::card_certificates`],
//!   [`Host::sign_with_card`].
//!
//! A signer's key is born as a session key, wrapped under the master, and destroyed. To sign,
//! [`Token::sign_with_wrapped`] unwraps it as a session object that can neither be read nor leave
//! again, signs and destroys it, in one call:
//!
//! ```no_run
//! # use std::time::Duration;
//! # use chancery_token as token;
//! # use token::{Digest, Host, KeyLabel, Launch, Pin, SignerAlgorithm, TokenLabel};
//! # fn main() -> token::Result<()> {
//! let host = Host::start(&Launch {
//!     executable: "/usr/lib/chancery/chancery-host".into(),
//!     module: "/usr/lib/softhsm/libsofthsm2.so".into(),
//!     module_sha256: None,
//!     environment: vec![("SOFTHSM2_CONF".into(), "/var/lib/chancery/softhsm2.conf".into())],
//!     deadline: Duration::from_secs(30),
//! })?;
//! let token = host.login(&TokenLabel::new("signing")?, &Pin::new("123456".to_owned())?)?;
//! let master = KeyLabel::new("wk-1")?;
//!
//! let key = token.generate(SignerAlgorithm::EcdsaP256)?;
//! let wrapped = key.wrap(&master)?;
//! key.destroy()?;
//!
//! let digest = Digest::Sha256([0x5A; 32]);
//! let signatures =
//!     token.sign_with_wrapped(&master, &wrapped, SignerAlgorithm::EcdsaP256, &[digest])?;
//! # Ok(()) }
//! ```
//!
//! Everything here may be used from several threads at once; a host works on several calls at a time.
//!
//! In reading order: what is said ([`Error`], labels, [`Pin`], algorithms, keys, [`Attack`]),
//! the client ([`Host`],
//! [`Token`], [`SessionKey`]), the protocol (`host`), and what the host does (`module`, `slot`,
//! `login`, `template`, `raw`).

mod algorithm;
mod card;
mod error;
mod key;
mod label;
mod pin;
mod probe;
mod public_key;
mod resident;
mod secret;
mod to_be_signed;

mod host;
mod session_key;
mod token;
mod wire;

mod answer;
mod login;
mod mechanism_name;
mod module;
mod raw;
mod reconnect;
mod slot;
mod template;

pub use algorithm::{Digest, RawSignature, SignerAlgorithm};
pub use card::{
    Card, CardAddress, CardCertificate, CardKey, CardSlot, Inserted, PinEntry, PinRefusal,
    PinRules, SlotKind,
};
pub use error::{Error, Result};
pub use host::{Host, Launch, serve};
pub use key::{
    AttributeName, Canary, Created, KnownAnswer, ObjectCounts, Proven, Sha256, TokenKeyKind,
    Weaker, WrapMechanism, WrappedKey,
};
pub use label::{KeyLabel, TokenLabel};
pub use mechanism_name::mechanism_name;
pub use module::{LoadedBy, module_sha256};
pub use pin::{Pin, PinObstacle};
pub use probe::{Attack, Gap, MasterInUse, Missing, Played, Production, TokenProfile, Verdict};
pub use public_key::{SpkiDer, Verified};
pub use reconnect::Recovery;
pub use resident::ResidentId;
pub use secret::Mac;
pub use session_key::SessionKey;
pub use slot::{Hardware, PinState, TokenInfo, TokenState};
pub use to_be_signed::ToBeSigned;
pub use token::Token;

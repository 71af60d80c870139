//! Seals a wrapped key to its owner: record, seal, slots, record MAC, tries.
//!
//! A wrapped key blob is sealed once more under an [`OuterKey`], and each slot of the seal opens
//! that key with what only the person and the token together can compute: `Argon2id(secret)` run
//! through an HMAC inside the HSM. Who has the database, or the token's PIN, or both, still lacks
//! the secret. This module is the byte format and nothing else: the HMAC is a closure, rows come
//! in and go out, and no clock is read.
//!
//! Structures are deterministic CBOR arrays (RFC 8949 §4.2), first element the format's version.

pub mod code;
pub mod grant;
pub mod master;
pub mod record;
pub mod seal;
pub mod secret;
pub mod slot;
pub mod tries;

mod cbor;
mod message;

use zeroize::{Zeroize, ZeroizeOnDrop};

pub use code::ActivationCode;
pub use message::RowMessage;
pub use record::{Identity, KeyState, SealRow};
pub use seal::SealedBlob;
pub use secret::NewSecret;
pub use slot::{Slot, SlotKind};

/// The version that every structure of the format starts with.
const FORMAT: u8 = 1;

/// The key a seal is made with: 32 random bytes, new at every seal, never stored in clear.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct OuterKey([u8; 32]);

impl OuterKey {
    /// Draws a new one from the operating system.
    ///
    /// # Errors
    /// [`Error::Random`] if the system gives no random bytes.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = [0; 32];
        random(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for OuterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OuterKey(..)")
    }
}

/// Fills `bytes` from the operating system's generator.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|_| Error::Random)
}

/// Why a record could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system gave no random bytes.
    #[error("no random bytes from the operating system")]
    Random,
    /// A stored structure is not what the format says.
    #[error("{what} is not in the custody format: {why}")]
    Malformed {
        /// Which structure.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A row asks for a key derivation beyond what is ever run.
    #[error("a slot asks for Argon2id with {memory_kib} KiB, {passes} passes, {lanes} lanes")]
    CostTooHigh {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// The check value matches and the content does not authenticate: damage, not a wrong secret.
    #[error("{what} does not authenticate although the secret is right")]
    Damaged {
        /// Which structure.
        what: &'static str,
    },
    /// A new secret is too easy to guess.
    #[error("{0}")]
    SecretTooWeak(&'static str),
    /// What was typed cannot be an activation code.
    #[error("an activation code has 26 letters and digits")]
    NotACode,
}

//! Kinds of signers' keys, and the one place where their names meet the algorithms.

use sha2::{Digest, Sha256};
use signature::algorithm::{self, SignatureAlgorithm};
use token::SignerAlgorithm;

use crate::error::{Error, Result};

/// A kind of key that signers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// ECDSA on P-256 with SHA-256.
    P256,
}

impl KeyKind {
    /// Reads the name used on the command line, in rows and in identities.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        match name {
            "p256" => Ok(Self::P256),
            other => Err(Error::KeyKind {
                kind: other.to_owned(),
            }),
        }
    }

    /// The name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256",
        }
    }

    /// What the token calls it.
    pub(crate) fn on_token(self) -> SignerAlgorithm {
        match self {
            Self::P256 => SignerAlgorithm::EcdsaP256,
        }
    }

    /// How it signs.
    pub(crate) fn algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::P256 => SignatureAlgorithm::EcdsaP256Sha256,
        }
    }
}

/// Whether `value`, as a token gives it (r ‖ s), is a signature over `digest` by the key `spki`.
pub(crate) fn verifies(kind: KeyKind, spki: &[u8], digest: &[u8; 32], value: &[u8]) -> bool {
    algorithm::verify(spki, kind.algorithm(), digest, value).is_ok()
}

/// An ECDSA value as a DER SEQUENCE.
pub(crate) fn der_signature(raw: &[u8]) -> Result<Vec<u8>> {
    algorithm::der_from_raw(SignatureAlgorithm::EcdsaP256Sha256, raw).map_err(|_| {
        token::Error::OutputMalformed {
            length: raw.len() as u64,
            expected: 64,
        }
        .into()
    })
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

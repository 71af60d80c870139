use std::fmt;

use minicbor::{CborLen, Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::Digest;

/// What a key signs: a digest, and the message it is of where that is at hand.
///
/// Most tokens sign digests. Those that hash themselves are given the message, and so is every key
/// of Ed25519, which signs messages (RFC 8032 §5.1.6).
#[derive(Clone, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct ToBeSigned {
    #[n(0)]
    digest: Digest,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    message: Option<Vec<u8>>,
}

impl ToBeSigned {
    /// Longest message in bytes that is carried along: signed attributes have some 200, a
    /// certificate some 1000. A longer one is a revocation list, and goes as its digest.
    pub const LONGEST_MESSAGE: usize = 1 << 16;

    /// A message and its digest.
    #[must_use]
    pub fn new(digest: Digest, message: &[u8]) -> Self {
        let carried = message.len() <= Self::LONGEST_MESSAGE;
        Self {
            digest,
            message: carried.then(|| message.to_vec()),
        }
    }

    /// A message that is signed over its SHA-256.
    #[must_use]
    pub fn sha256(message: &[u8]) -> Self {
        Self::new(Digest::Sha256(Sha256::digest(message).into()), message)
    }

    /// The digest.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The message, where it is there.
    #[must_use]
    pub fn message(&self) -> Option<&[u8]> {
        self.message.as_deref()
    }

    pub(crate) fn without_message(self) -> Self {
        Self {
            message: None,
            ..self
        }
    }
}

/// The digest; a message may be long.
impl fmt::Debug for ToBeSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ToBeSigned({:?})", self.digest)
    }
}

/// A digest whose message is not at hand.
impl From<Digest> for ToBeSigned {
    fn from(digest: Digest) -> Self {
        Self {
            digest,
            message: None,
        }
    }
}

impl From<&Digest> for ToBeSigned {
    fn from(digest: &Digest) -> Self {
        (*digest).into()
    }
}

impl From<&Self> for ToBeSigned {
    fn from(same: &Self) -> Self {
        same.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_goes_as_its_digest() {
        let long = vec![0; ToBeSigned::LONGEST_MESSAGE + 1];
        assert!(ToBeSigned::sha256(&long).message().is_none());
        assert!(ToBeSigned::sha256(&long[1..]).message().is_some());
    }
}

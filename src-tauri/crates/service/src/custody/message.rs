//! What somebody signs of a row.

use sha2::{Digest, Sha256};

/// A row as its signer signs it: `label ‖ 0 ‖ what stands for the content` (CUSTODY-FORMAT).
///
/// Most keys sign its SHA-256, those of Ed25519 the message itself (RFC 8032 §5.1.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowMessage(Vec<u8>);

impl RowMessage {
    /// Takes a message that is put together.
    #[must_use]
    pub const fn new(message: Vec<u8>) -> Self {
        Self(message)
    }

    /// The message.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its SHA-256.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

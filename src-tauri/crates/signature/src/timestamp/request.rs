//! What an authority is asked (RFC 3161 §2.4.1).

use der::asn1::{OctetString, Uint};
use der::{Encode, Sequence};
use spki::AlgorithmIdentifierOwned;

use crate::algorithm::Digest;
use crate::error::Result;

/// ```text
/// MessageImprint ::= SEQUENCE {
///     hashAlgorithm  AlgorithmIdentifier,
///     hashedMessage  OCTET STRING }
/// ```
#[derive(Sequence)]
struct MessageImprint {
    hash_algorithm: AlgorithmIdentifierOwned,
    hashed_message: OctetString,
}

/// ```text
/// TimeStampReq ::= SEQUENCE {
///     version         INTEGER { v1(1) },
///     messageImprint  MessageImprint,
///     reqPolicy       TSAPolicyId OPTIONAL,
///     nonce           INTEGER OPTIONAL,
///     certReq         BOOLEAN DEFAULT FALSE,
///     extensions      [0] IMPLICIT Extensions OPTIONAL }
/// ```
#[derive(Sequence)]
struct TimeStampReq {
    version: u8,
    message_imprint: MessageImprint,
    nonce: Uint,
    cert_req: bool,
}

/// A question for the time of a digest, with the authority's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    imprint: Digest,
    nonce: [u8; 8],
}

impl Request {
    /// Asks for a digest; `nonce` is random, and the answer must repeat it.
    #[must_use]
    pub const fn new(imprint: Digest, nonce: [u8; 8]) -> Self {
        Self { imprint, nonce }
    }

    /// The digest that is to be stamped.
    #[must_use]
    pub const fn imprint(&self) -> &Digest {
        &self.imprint
    }

    /// The nonce, big-endian, no zeros in front.
    fn nonce(&self) -> &[u8] {
        let zeros = self.nonce.iter().take_while(|byte| **byte == 0).count();
        let last = self.nonce.len() - 1;
        self.nonce.get(zeros.min(last)..).unwrap_or_default()
    }

    /// The nonce as the content of an INTEGER, which is positive (X.690 §8.3).
    pub(super) fn nonce_content(&self) -> Vec<u8> {
        let nonce = self.nonce();
        let sign = nonce.first().filter(|first| **first >= 0x80).map(|_| 0);
        sign.into_iter().chain(nonce.iter().copied()).collect()
    }

    /// The request in DER.
    ///
    /// # Errors
    /// [`Error::Encoding`](crate::Error::Encoding), which its size excludes.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        let request = TimeStampReq {
            version: 1,
            message_imprint: MessageImprint {
                // Parameters are absent: that is how RFC 5754 §2 has them written.
                hash_algorithm: self.imprint.algorithm().identifier(),
                hashed_message: OctetString::new(self.imprint.as_bytes())?,
            },
            nonce: Uint::new(self.nonce())?,
            cert_req: true,
        };
        Ok(request.to_der()?)
    }
}

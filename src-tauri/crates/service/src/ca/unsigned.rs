//! What certificates, requests and revocation lists have in common.

use der::asn1::{Any, BitString};
use der::{Decode, Encode, Sequence};
use sha2::{Digest, Sha256};
use signature::algorithm::{self, DigestAlgorithm, SignatureAlgorithm};
use spki::AlgorithmIdentifierOwned;

use super::Result;

/// A structure whose bytes are fixed and wait for a signature.
#[derive(Debug)]
pub(super) struct Unsigned {
    to_be_signed: Vec<u8>,
    /// Public key of whoever signs, SPKI DER.
    spki: Vec<u8>,
    algorithm: SignatureAlgorithm,
}

/// The outer shape of all three (RFC 5280 §4.1, §5.1; RFC 2986 §4.2).
///
/// ```text
/// SIGNED ::= SEQUENCE {
///     toBeSigned          ANY,
///     signatureAlgorithm  AlgorithmIdentifier,
///     signature           BIT STRING }
/// ```
#[derive(Sequence)]
struct Signed {
    to_be_signed: Any,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

impl Unsigned {
    pub(super) fn new(to_be_signed: &impl Encode, spki: &[u8]) -> Result<Self> {
        let algorithm = SignatureAlgorithm::of_key(spki)?;
        Ok(Self {
            to_be_signed: to_be_signed.to_der()?,
            spki: spki.to_vec(),
            algorithm,
        })
    }

    /// Digest of the bytes to sign.
    pub(super) fn digest(&self) -> [u8; 32] {
        match self.algorithm.digest_algorithm() {
            DigestAlgorithm::Sha256 => Sha256::digest(&self.to_be_signed).into(),
        }
    }

    pub(super) fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Verifies a raw value and gives the signed structure in DER.
    pub(super) fn complete(self, raw: &[u8]) -> Result<Vec<u8>> {
        algorithm::verify(&self.spki, self.algorithm, &self.digest(), raw)?;
        let signed = Signed {
            to_be_signed: Any::from_der(&self.to_be_signed)?,
            algorithm: identifier(self.algorithm),
            signature: BitString::from_bytes(&algorithm::der_from_raw(self.algorithm, raw)?)?,
        };
        Ok(signed.to_der()?)
    }
}

/// AlgorithmIdentifier without parameters (RFC 5758 §3.2).
pub(super) fn identifier(algorithm: SignatureAlgorithm) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: algorithm.oid(),
        parameters: None,
    }
}

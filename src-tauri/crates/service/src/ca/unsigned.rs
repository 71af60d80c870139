//! What certificates, requests and revocation lists have in common.

use der::asn1::{Any, BitString};
use der::{Decode, Encode, Sequence};
use signature::algorithm::{self, Digest, KeyAlgorithm, SignatureAlgorithm};
use spki::AlgorithmIdentifierOwned;

use super::Result;

/// A structure whose bytes are fixed and wait for a signature.
#[derive(Debug)]
pub(super) struct Unsigned {
    to_be_signed: Vec<u8>,
    /// Public key of whoever signs, SPKI DER.
    spki: Vec<u8>,
    key: KeyAlgorithm,
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
        let key = KeyAlgorithm::of_spki(spki)?;
        Ok(Self {
            to_be_signed: to_be_signed.to_der()?,
            spki: spki.to_vec(),
            key,
            algorithm: key.signature_algorithm(),
        })
    }

    /// Has the key sign by an algorithm of its own.
    pub(super) fn by(self, algorithm: SignatureAlgorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// The bytes to sign, for a key that signs messages.
    pub(super) fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// Digest of the bytes to sign.
    pub(super) fn digest(&self) -> Digest {
        let algorithm = self.algorithm().digest_algorithm();
        algorithm.digest(&self.to_be_signed)
    }

    pub(super) fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Verifies a raw value and gives the signed structure in DER.
    pub(super) fn complete(self, raw: &[u8]) -> Result<Vec<u8>> {
        let algorithm = self.algorithm();
        algorithm::verify_message(&self.spki, algorithm, &self.to_be_signed, raw)?;
        let signed = Signed {
            to_be_signed: Any::from_der(&self.to_be_signed)?,
            algorithm: algorithm.identifier(),
            signature: BitString::from_bytes(&algorithm::der_from_raw(self.key, raw)?)?,
        };
        Ok(signed.to_der()?)
    }
}

/// Verifies a signed structure in DER with the signer's public key, SPKI DER.
///
/// # Errors
/// [`Error::Signature`](super::Error::Signature), also for another algorithm than the key's own.
pub(super) fn verify(der: &[u8], spki: &[u8]) -> Result<()> {
    let signed = Signed::from_der(der)?;
    let algorithm = KeyAlgorithm::of_spki(spki)?.signature_algorithm();
    let value = signed.signature.as_bytes();
    let (Some(value), true) = (value, signed.algorithm == algorithm.identifier()) else {
        return Err(signature::Error::MalformedSignature.into());
    };
    let message = signed.to_be_signed.to_der()?;
    Ok(algorithm::verify_message_der(
        spki, algorithm, &message, value,
    )?)
}

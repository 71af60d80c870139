//! Signature and digest algorithms: identifiers, encodings of values, verification.
//!
//! A token returns an ECDSA value *raw*: `r ‖ s`, both big-endian and left-padded to the width of
//! the curve (PKCS#11 v3.1 §6.3.1). CMS, X.509 and signed notes carry the same pair as a DER
//! `SEQUENCE` (RFC 3279 §2.2.3). The functions here take the raw form, because it is what every
//! caller has in hand, and [`der_from_raw`] and [`raw_from_der`] go between the two.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ECDSA_WITH_SHA_256, ID_EC_PUBLIC_KEY, ID_SHA_256, SECP_256_R_1};
use der::{Decode, Encode};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::error::{Error, Result};

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestAlgorithm {
    /// SHA-256, FIPS 180-4.
    Sha256,
}

impl DigestAlgorithm {
    /// Length of a digest in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
        }
    }

    /// Digest of `bytes`.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
        }
    }

    /// AlgorithmIdentifier with absent parameters, as RFC 5754 §2 wants it written.
    pub(crate) const fn identifier(self) -> AlgorithmIdentifierOwned {
        match self {
            Self::Sha256 => AlgorithmIdentifierOwned {
                oid: ID_SHA_256,
                parameters: None,
            },
        }
    }

    /// Reads an identifier; parameters may be absent or NULL (RFC 5754 §2).
    pub(crate) fn from_identifier(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        let plain = identifier
            .parameters
            .is_none_or(|parameters| parameters.is_null());
        (identifier.oid == ID_SHA_256 && plain).then_some(Self::Sha256)
    }
}

/// A signature algorithm together with its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// ECDSA on NIST P-256 over a SHA-256 digest (`ecdsa-with-SHA256`, RFC 5758 §3.2).
    EcdsaP256Sha256,
}

impl SignatureAlgorithm {
    /// The algorithm that keys of this kind sign with.
    ///
    /// `spki` is a DER SubjectPublicKeyInfo (RFC 5480 for elliptic curves).
    ///
    /// # Errors
    /// [`Error::MalformedKey`], [`Error::KeyNotSupported`].
    pub fn of_key(spki: &[u8]) -> Result<Self> {
        let spki = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| Error::MalformedKey)?;
        let curve = spki.algorithm.parameters_oid().ok();
        match (spki.algorithm.oid, curve) {
            (ID_EC_PUBLIC_KEY, Some(SECP_256_R_1)) => Ok(Self::EcdsaP256Sha256),
            (ID_EC_PUBLIC_KEY, Some(oid)) | (oid, _) => Err(Error::KeyNotSupported {
                oid: oid.to_string(),
            }),
        }
    }

    /// The digest that is signed.
    #[must_use]
    pub const fn digest_algorithm(self) -> DigestAlgorithm {
        match self {
            Self::EcdsaP256Sha256 => DigestAlgorithm::Sha256,
        }
    }

    /// Length of a raw value in bytes.
    #[must_use]
    pub const fn raw_len(self) -> usize {
        match self {
            Self::EcdsaP256Sha256 => 64,
        }
    }

    /// Greatest length of a value as CMS carries it, in bytes.
    ///
    /// For P-256: two INTEGERs of 33 content bytes with their headers, in a SEQUENCE.
    pub(crate) const fn longest_der(self) -> usize {
        match self {
            Self::EcdsaP256Sha256 => 2 + 2 * (2 + 33),
        }
    }

    /// AlgorithmIdentifier for CMS and X.509; parameters are absent (RFC 5758 §3.2).
    pub(crate) const fn identifier(self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned {
            oid: self.oid(),
            parameters: None,
        }
    }

    /// Object identifier of the signature algorithm.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::EcdsaP256Sha256 => ECDSA_WITH_SHA_256,
        }
    }

    /// Reads an identifier; parameters must be absent (RFC 5758 §3.2).
    pub(crate) fn from_identifier(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        (identifier.oid == ECDSA_WITH_SHA_256 && identifier.parameters.is_none())
            .then_some(Self::EcdsaP256Sha256)
    }
}

/// Turns a raw value, as a token returns it, into the DER form of CMS and X.509.
///
/// ```text
/// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }
/// ```
///
/// # Errors
/// [`Error::SignatureLength`]; [`Error::MalformedSignature`] if r or s is zero or not below the
/// order of the curve.
pub fn der_from_raw(algorithm: SignatureAlgorithm, raw: &[u8]) -> Result<Vec<u8>> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => {
            Ok(p256_signature(algorithm, raw)?.to_der().as_bytes().to_vec())
        }
    }
}

/// Turns a value in strict DER into its raw form of [`SignatureAlgorithm::raw_len`] bytes.
///
/// # Errors
/// [`Error::MalformedSignature`].
pub fn raw_from_der(algorithm: SignatureAlgorithm, value: &[u8]) -> Result<Vec<u8>> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => {
            let signature = Signature::from_der(value).map_err(|_| Error::MalformedSignature)?;
            // One encoding for one value: what is written again must be what was read.
            if signature.to_der().as_bytes() != value {
                return Err(Error::MalformedSignature);
            }
            Ok(signature.to_bytes().to_vec())
        }
    }
}

/// Verifies a raw signature over a digest.
///
/// `spki` is the DER SubjectPublicKeyInfo of the key, `digest` the algorithm's digest of the
/// signed bytes, `raw` the value as a token returns it. For P-256 the point is taken in
/// uncompressed form only (RFC 5480 §2.2), as every certificate carries it.
///
/// # Errors
/// [`Error::SignatureDoesNotVerify`] if the mathematics does not hold;
/// [`Error::MalformedKey`], [`Error::KeyNotSupported`], [`Error::DigestLength`],
/// [`Error::SignatureLength`] or [`Error::MalformedSignature`] if it was not reached.
pub fn verify(spki: &[u8], algorithm: SignatureAlgorithm, digest: &[u8], raw: &[u8]) -> Result<()> {
    let of_key = SignatureAlgorithm::of_key(spki)?;
    if of_key != algorithm {
        return Err(Error::KeyNotSupported {
            oid: of_key.oid().to_string(),
        });
    }
    // The primitive would cut or pad a digest of another length without a word.
    let expected = algorithm.digest_algorithm().digest_len();
    if digest.len() != expected {
        return Err(Error::DigestLength {
            expected,
            actual: digest.len(),
        });
    }
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => {
            let signature = p256_signature(algorithm, raw)?;
            p256_key(spki)?
                .verify_prehash(digest, &signature)
                .map_err(|_| Error::SignatureDoesNotVerify)
        }
    }
}

/// Verifies a signature over a digest, the value being in DER as CMS and X.509 carry it.
///
/// # Errors
/// As [`verify`]; a key of another kind is [`Error::KeyNotSupported`], before its value is looked
/// at as if it were of this one.
pub fn verify_der(
    spki: &[u8],
    algorithm: SignatureAlgorithm,
    digest: &[u8],
    value: &[u8],
) -> Result<()> {
    SignatureAlgorithm::of_key(spki)?;
    verify(spki, algorithm, digest, &raw_from_der(algorithm, value)?)
}

fn p256_signature(algorithm: SignatureAlgorithm, raw: &[u8]) -> Result<Signature> {
    let expected = algorithm.raw_len();
    if raw.len() != expected {
        return Err(Error::SignatureLength {
            expected,
            actual: raw.len(),
        });
    }
    Signature::from_slice(raw).map_err(|_| Error::MalformedSignature)
}

fn p256_key(spki: &[u8]) -> Result<VerifyingKey> {
    /// First byte of an uncompressed point, SEC 1 §2.3.3.
    const UNCOMPRESSED: u8 = 4;
    let parsed = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| Error::MalformedKey)?;
    // One encoding for one key, so that digests over it name it.
    if parsed.to_der().map_err(|_| Error::MalformedKey)? != spki {
        return Err(Error::MalformedKey);
    }
    let point = parsed
        .subject_public_key
        .as_bytes()
        .ok_or(Error::MalformedKey)?;
    if point.first() != Some(&UNCOMPRESSED) {
        return Err(Error::MalformedKey);
    }
    VerifyingKey::from_sec1_bytes(point).map_err(|_| Error::MalformedKey)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples::Key;

    const P256: SignatureAlgorithm = SignatureAlgorithm::EcdsaP256Sha256;

    #[test]
    fn a_signature_verifies_with_its_key_and_its_digest_only() {
        let (ada, bob) = (Key::from_seed(1), Key::from_seed(2));
        let digest = [7; 32];
        let raw = ada.sign(&digest);
        verify(&ada.spki(), P256, &digest, &raw).unwrap();
        assert!(matches!(
            verify(&bob.spki(), P256, &digest, &raw),
            Err(Error::SignatureDoesNotVerify)
        ));
        assert!(matches!(
            verify(&ada.spki(), P256, &[8; 32], &raw),
            Err(Error::SignatureDoesNotVerify)
        ));
    }

    #[test]
    fn a_digest_of_another_length_is_refused_before_the_mathematics() {
        let ada = Key::from_seed(1);
        let raw = ada.sign(&[7; 32]);
        let mut longer = vec![7; 32];
        longer.push(7);
        assert!(matches!(
            verify(&ada.spki(), P256, &longer, &raw),
            Err(Error::DigestLength {
                expected: 32,
                actual: 33
            })
        ));
        assert!(matches!(
            verify(&ada.spki(), P256, &[], &raw),
            Err(Error::DigestLength {
                expected: 32,
                actual: 0
            })
        ));
    }

    #[test]
    fn zero_and_the_order_of_the_curve_are_no_values() {
        let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
        let one = [&[0; 31][..], &[1]].concat();
        let spki = Key::from_seed(1).spki();
        for raw in [
            [0; 64].to_vec(),
            [&one[..], &[0; 32]].concat(),
            [&order[..], &one].concat(),
            [&one[..], &order].concat(),
        ] {
            assert!(matches!(
                der_from_raw(P256, &raw),
                Err(Error::MalformedSignature)
            ));
            assert!(matches!(
                verify(&spki, P256, &[7; 32], &raw),
                Err(Error::MalformedSignature)
            ));
        }
    }

    #[test]
    fn a_compressed_point_is_refused() {
        let key = Key::from_seed(1);
        let raw = key.sign(&[7; 32]);
        assert!(matches!(
            verify(&key.compressed_spki(), P256, &[7; 32], &raw),
            Err(Error::MalformedKey)
        ));
    }

    #[test]
    fn a_padded_der_value_is_not_a_second_encoding_of_the_same_signature() {
        let raw = Key::from_seed(1).sign(&[7; 32]);
        let mut longer = der_from_raw(P256, &raw).unwrap();
        longer.push(0);
        assert!(matches!(
            raw_from_der(P256, &longer),
            Err(Error::MalformedSignature)
        ));
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    }

    proptest! {
        #[test]
        fn every_value_survives_the_way_to_der_and_back(r in any::<[u8; 32]>(), s in any::<[u8; 32]>()) {
            let raw = [r, s].concat();
            if let Ok(value) = der_from_raw(P256, &raw) {
                prop_assert!(value.len() <= P256.longest_der());
                prop_assert_eq!(raw_from_der(P256, &value).unwrap(), raw);
            }
        }

        #[test]
        fn garbage_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(raw_from_der(P256, &bytes).is_err());
            prop_assert!(verify(&bytes, P256, &[0; 32], &[1; 64]).is_err());
        }
    }
}

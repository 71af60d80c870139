//! Signature and digest algorithms: identifiers, encodings of values, verification.
//!
//! A token returns an ECDSA value *raw*: `r ‖ s`, both big-endian and left-padded to the width of
//! the curve (PKCS#11 v3.1 §6.3.1). CMS, X.509 and signed notes carry the same pair as a DER
//! `SEQUENCE` (RFC 3279 §2.2.3). The functions here take the raw form, because it is what every
//! caller has in hand, and [`der_from_raw`] and [`raw_from_der`] go between the two. An RSA value
//! is as long as the modulus in both forms (RFC 8017 §8.2.1), one of Ed25519 64 bytes (RFC 8032
//! §5.1.6).
//!
//! Ed25519 signs messages, not their digests: [`verify_message`] is for whoever has the message, and
//! takes every algorithm; [`verify`] is for a digest, and has no answer for Ed25519.
//!
//! A [`KeyAlgorithm`] says what a key is, a [`SignatureAlgorithm`] how one signed. Keys of one kind
//! may sign over several digests; [`KeyAlgorithm::signature_algorithm`] says which ours do.

pub(crate) mod any;
mod digest;
mod public_key;
pub(crate) mod verified;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ECDSA_WITH_SHA_512, ID_EC_PUBLIC_KEY, ID_MGF_1,
    ID_RSASSA_PSS, RSA_ENCRYPTION, SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION,
    SHA_512_WITH_RSA_ENCRYPTION,
};
use const_oid::db::rfc8410::ID_ED_25519;
use der::asn1::{Any, Null};
use rsa::pkcs1::RsaPssParams;
use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef};

pub(crate) use self::digest::Hasher;
pub use self::digest::{Digest, DigestAlgorithm};
use self::public_key::PublicKey;
use self::verified::Inputs;
use crate::error::{Error, Result};

/// A NIST curve (SP 800-186 §3.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// P-256, secp256r1.
    P256,
    /// P-384, secp384r1.
    P384,
    /// P-521, secp521r1.
    P521,
}

impl Curve {
    /// Width of the order, and of r and of s, in bytes.
    const fn width(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// What a public key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// A point on a curve (RFC 5480 §2).
    Ecdsa(Curve),
    /// An RSA key, 2048 to 4096 bits (RFC 3279 §2.3.1).
    Rsa {
        /// Length of the modulus.
        modulus_bits: usize,
    },
    /// An Ed25519 key (RFC 8410 §4).
    Ed25519,
}

impl KeyAlgorithm {
    /// What a DER SubjectPublicKeyInfo holds.
    ///
    /// # Errors
    /// [`Error::MalformedKey`], [`Error::KeyNotSupported`], [`Error::RsaKeySize`].
    pub fn of_spki(spki: &[u8]) -> Result<Self> {
        Ok(PublicKey::read(spki)?.algorithm())
    }

    /// How keys of this kind sign here: a digest as strong as the key (RFC 5753 §8, ETSI
    /// TS 119 312 §7), and one that Acrobat lists for it.
    #[must_use]
    pub const fn signature_algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::Ecdsa(Curve::P256) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
            Self::Ecdsa(Curve::P384) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha384),
            Self::Ecdsa(Curve::P521) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha512),
            Self::Rsa { modulus_bits } if modulus_bits >= 4096 => {
                SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha384)
            }
            Self::Rsa { .. } => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            Self::Ed25519 => SignatureAlgorithm::Ed25519,
        }
    }

    /// Length of a raw value in bytes.
    #[must_use]
    pub const fn raw_len(self) -> usize {
        match self {
            Self::Ecdsa(curve) => 2 * curve.width(),
            Self::Rsa { modulus_bits } => modulus_bits.div_ceil(8),
            Self::Ed25519 => 64,
        }
    }

    /// Greatest length of a value as CMS carries it, in bytes.
    ///
    /// For ECDSA two INTEGERs with their headers in a SEQUENCE. Orders of P-256 and P-384 fill
    /// their bytes, so that a zero may stand before the first bit; that of P-521 has room.
    pub(crate) const fn longest_der(self) -> usize {
        match self {
            Self::Ecdsa(Curve::P256) => 2 + 2 * (2 + 33),
            Self::Ecdsa(Curve::P384) => 2 + 2 * (2 + 49),
            Self::Ecdsa(Curve::P521) => 3 + 2 * (2 + 66),
            Self::Rsa { .. } | Self::Ed25519 => self.raw_len(),
        }
    }

    /// Object identifier of such keys.
    const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Ecdsa(_) => ID_EC_PUBLIC_KEY,
            Self::Rsa { .. } => RSA_ENCRYPTION,
            Self::Ed25519 => ID_ED_25519,
        }
    }

    /// Whether such keys make signatures by an algorithm.
    pub(crate) const fn signs_by(self, algorithm: SignatureAlgorithm) -> bool {
        matches!(
            (self, algorithm),
            (Self::Ecdsa(_), SignatureAlgorithm::Ecdsa(_))
                | (Self::Ed25519, SignatureAlgorithm::Ed25519)
                | (
                    Self::Rsa { .. },
                    SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss { .. }
                )
        )
    }
}

/// A signature algorithm together with its digest: what an AlgorithmIdentifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// ECDSA (`ecdsa-with-SHA256` and its siblings, RFC 5758 §3.2); the key says on which curve.
    Ecdsa(DigestAlgorithm),
    /// RSASSA-PKCS1-v1_5 (`sha256WithRSAEncryption` and its siblings, RFC 8017 §8.2, RFC 5754
    /// §3.2).
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS (RFC 8017 §8.1, RFC 4056), the mask made by MGF1 with the same digest.
    RsaPss {
        /// Digest of what is signed.
        digest: DigestAlgorithm,
        /// Length of the salt in bytes.
        salt_len: u8,
    },
    /// Ed25519, over the message itself (`id-Ed25519`, RFC 8410 §3, RFC 8032 §5.1).
    Ed25519,
}

impl SignatureAlgorithm {
    /// The algorithm that keys of this kind sign with here.
    ///
    /// `spki` is a DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// As [`KeyAlgorithm::of_spki`].
    pub fn of_key(spki: &[u8]) -> Result<Self> {
        Ok(KeyAlgorithm::of_spki(spki)?.signature_algorithm())
    }

    /// RSASSA-PSS as our keys sign: the salt as long as the digest (RFC 4055 §3.1).
    #[must_use]
    pub const fn rsa_pss(digest: DigestAlgorithm) -> Self {
        let salt_len = match digest {
            DigestAlgorithm::Sha256 => 32,
            DigestAlgorithm::Sha384 => 48,
            DigestAlgorithm::Sha512 => 64,
        };
        Self::RsaPss { digest, salt_len }
    }

    /// The digest that is signed; with Ed25519, the one a CMS digests its content by (RFC 8419 §3.1).
    #[must_use]
    pub const fn digest_algorithm(self) -> DigestAlgorithm {
        match self {
            Self::Ecdsa(digest) | Self::RsaPkcs1(digest) | Self::RsaPss { digest, .. } => digest,
            Self::Ed25519 => DigestAlgorithm::Sha512,
        }
    }

    /// AlgorithmIdentifier for CMS and X.509. Parameters are absent for ECDSA (RFC 5758 §3.2)
    /// and Ed25519 (RFC 8410 §3), NULL for RSASSA-PKCS1-v1_5 (RFC 5754 §3.2) and `RSASSA-PSS-params` for RSASSA-PSS (RFC 4056
    /// §2).
    ///
    /// A SignerInfo may also name RSA by `rsaEncryption` alone; what pyHanko writes, and what
    /// is the same in certificates, is written here.
    #[must_use]
    pub fn identifier(self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned {
            oid: self.oid(),
            parameters: match self {
                Self::Ecdsa(_) | Self::Ed25519 => None,
                Self::RsaPkcs1(_) => Some(Any::from(Null)),
                Self::RsaPss { digest, salt_len } => {
                    let parameters = Any::encode_from(&digest.pss_parameters(salt_len));
                    Some(parameters.expect("identifiers and a number encode"))
                }
            },
        }
    }

    /// Object identifier of the signature algorithm.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Ecdsa(DigestAlgorithm::Sha256) => ECDSA_WITH_SHA_256,
            Self::Ecdsa(DigestAlgorithm::Sha384) => ECDSA_WITH_SHA_384,
            Self::Ecdsa(DigestAlgorithm::Sha512) => ECDSA_WITH_SHA_512,
            Self::RsaPkcs1(DigestAlgorithm::Sha256) => SHA_256_WITH_RSA_ENCRYPTION,
            Self::RsaPkcs1(DigestAlgorithm::Sha384) => SHA_384_WITH_RSA_ENCRYPTION,
            Self::RsaPkcs1(DigestAlgorithm::Sha512) => SHA_512_WITH_RSA_ENCRYPTION,
            Self::RsaPss { .. } => ID_RSASSA_PSS,
            Self::Ed25519 => ID_ED_25519,
        }
    }

    /// Reads an identifier. Parameters must be absent for ECDSA (RFC 5758 §3.2), NULL or absent for
    /// RSASSA-PKCS1-v1_5 (RFC 4055 §5), and for RSASSA-PSS those of a digest that is known, which
    /// makes the mask too (RFC 4055 §3.1; that SHA-1 does where nothing is said is the standard's
    /// default, and not taken).
    #[must_use]
    pub fn from_identifier(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        if identifier.oid == ID_RSASSA_PSS {
            return Self::from_pss(identifier);
        }
        if identifier.oid == ID_ED_25519 {
            // They must be absent (RFC 8410 §3).
            return identifier.parameters.is_none().then_some(Self::Ed25519);
        }
        DigestAlgorithm::ALL
            .into_iter()
            .flat_map(|digest| [Self::Ecdsa(digest), Self::RsaPkcs1(digest)])
            .find(|algorithm| {
                algorithm.oid() == identifier.oid
                    && match algorithm {
                        Self::Ecdsa(_) => identifier.parameters.is_none(),
                        Self::RsaPkcs1(_) => is_null_or_absent(identifier),
                        Self::RsaPss { .. } | Self::Ed25519 => false,
                    }
            })
    }

    fn from_pss(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        let parameters: RsaPssParams<'_> = identifier.parameters?.decode_as().ok()?;
        let digest = DigestAlgorithm::from_identifier(parameters.hash)?;
        let mask = parameters.mask_gen;
        let of_mask = DigestAlgorithm::from_identifier(mask.parameters?)?;
        (mask.oid == ID_MGF_1 && of_mask == digest).then_some(Self::RsaPss {
            digest,
            salt_len: parameters.salt_len,
        })
    }

    /// Reads the identifier in a SignerInfo, where `rsaEncryption` leaves the digest to
    /// digestAlgorithm (RFC 5754 §3.2).
    pub(crate) fn from_signer_info(
        identifier: AlgorithmIdentifierRef<'_>,
        digest: DigestAlgorithm,
    ) -> Option<Self> {
        if identifier.oid == RSA_ENCRYPTION && is_null_or_absent(identifier) {
            return Some(Self::RsaPkcs1(digest));
        }
        Self::from_identifier(identifier)
    }
}

fn is_null_or_absent(identifier: AlgorithmIdentifierRef<'_>) -> bool {
    identifier
        .parameters
        .is_none_or(|parameters| parameters.is_null())
}

/// Turns a raw value, as a token returns it for a key of this kind, into the form of CMS and X.509.
///
/// ```text
/// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }
/// ```
///
/// # Errors
/// [`Error::SignatureLength`]; [`Error::MalformedSignature`] if r or s is zero or not below the
/// order of the curve.
pub fn der_from_raw(key: KeyAlgorithm, raw: &[u8]) -> Result<Vec<u8>> {
    check_length(key, raw)?;
    let der = match key {
        KeyAlgorithm::Ecdsa(Curve::P256) => p256::ecdsa::Signature::from_slice(raw)
            .ok()
            .map(|value| value.to_der().as_bytes().to_vec()),
        KeyAlgorithm::Ecdsa(Curve::P384) => p384::ecdsa::Signature::from_slice(raw)
            .ok()
            .map(|value| value.to_der().as_bytes().to_vec()),
        KeyAlgorithm::Ecdsa(Curve::P521) => p521::ecdsa::Signature::from_slice(raw)
            .ok()
            .map(|value| value.to_der().as_bytes().to_vec()),
        KeyAlgorithm::Rsa { .. } | KeyAlgorithm::Ed25519 => Some(raw.to_vec()),
    };
    der.ok_or(Error::MalformedSignature)
}

/// Turns a value as CMS and X.509 carry it, in strict DER for ECDSA, into its raw form of
/// [`KeyAlgorithm::raw_len`] bytes.
///
/// # Errors
/// [`Error::MalformedSignature`]; for RSA [`Error::SignatureLength`].
pub fn raw_from_der(key: KeyAlgorithm, value: &[u8]) -> Result<Vec<u8>> {
    let raw = match key {
        KeyAlgorithm::Ecdsa(Curve::P256) => p256::ecdsa::Signature::from_der(value)
            .ok()
            .map(|value| value.to_bytes().to_vec()),
        KeyAlgorithm::Ecdsa(Curve::P384) => p384::ecdsa::Signature::from_der(value)
            .ok()
            .map(|value| value.to_bytes().to_vec()),
        KeyAlgorithm::Ecdsa(Curve::P521) => p521::ecdsa::Signature::from_der(value)
            .ok()
            .map(|value| value.to_bytes().to_vec()),
        KeyAlgorithm::Rsa { .. } | KeyAlgorithm::Ed25519 => Some(value.to_vec()),
    };
    let raw = raw.ok_or(Error::MalformedSignature)?;
    // One encoding for one value: what is written again must be what was read.
    if der_from_raw(key, &raw)? != value {
        return Err(Error::MalformedSignature);
    }
    Ok(raw)
}

/// Verifies a raw signature over a digest (FIPS 186-5 §6.4.2, RFC 8017 §8.2.2).
///
/// `spki` is the DER SubjectPublicKeyInfo of the key, `digest` the algorithm's digest of the
/// signed bytes, `raw` the value as a token returns it. Points are taken in uncompressed form only
/// (RFC 5480 §2.2), as every certificate carries them.
///
/// # Errors
/// [`Error::SignatureDoesNotVerify`] if the mathematics does not hold;
/// [`Error::MalformedKey`], [`Error::KeyNotSupported`], [`Error::RsaKeySize`],
/// [`Error::DigestLength`], [`Error::SignatureLength`] or [`Error::MalformedSignature`] if it was
/// not reached; [`Error::KeyNotSupported`] for Ed25519, whose signatures are over messages.
pub fn verify(spki: &[u8], algorithm: SignatureAlgorithm, digest: &[u8], raw: &[u8]) -> Result<()> {
    Inputs::of(spki, algorithm, digest, raw)
        .once(|| verify_with(&key_for(spki, algorithm)?, algorithm, digest, raw))
}

/// Verifies a signature over a digest, the value being as CMS and X.509 carry it.
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
    let key = key_for(spki, algorithm)?;
    let raw = raw_from_der(key.algorithm(), value)?;
    Inputs::of(spki, algorithm, digest, &raw).once(|| verify_with(&key, algorithm, digest, &raw))
}

/// Verifies a raw signature over a message, by every algorithm: what signs digests, by the digest of
/// its algorithm; Ed25519 over the message itself (RFC 8032 §5.1.7).
///
/// # Errors
/// As [`verify`].
pub fn verify_message(
    spki: &[u8],
    algorithm: SignatureAlgorithm,
    message: &[u8],
    raw: &[u8],
) -> Result<()> {
    let key = key_for(spki, algorithm)?;
    if let PublicKey::Ed25519(key) = &key {
        check_length(KeyAlgorithm::Ed25519, raw)?;
        return public_key::verify_ed25519(key, message, raw);
    }
    let digest = algorithm.digest_algorithm().digest(message);
    verify_with(&key, algorithm, digest.as_bytes(), raw)
}

/// As [`verify_message`], the value being as CMS and X.509 carry it.
///
/// # Errors
/// As [`verify_der`].
pub fn verify_message_der(
    spki: &[u8],
    algorithm: SignatureAlgorithm,
    message: &[u8],
    value: &[u8],
) -> Result<()> {
    let key = key_for(spki, algorithm)?;
    let raw = raw_from_der(key.algorithm(), value)?;
    verify_message(spki, algorithm, message, &raw)
}

/// Reads a key that makes signatures by this algorithm.
fn key_for(spki: &[u8], algorithm: SignatureAlgorithm) -> Result<PublicKey> {
    let key = PublicKey::read(spki)?;
    if !key.algorithm().signs_by(algorithm) {
        return Err(Error::KeyNotSupported {
            oid: key.algorithm().oid().to_string(),
        });
    }
    Ok(key)
}

fn verify_with(
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    digest: &[u8],
    raw: &[u8],
) -> Result<()> {
    // The primitive would cut or pad a digest of another length without a word.
    let digest_algorithm = algorithm.digest_algorithm();
    let expected = digest_algorithm.digest_len();
    if digest.len() != expected {
        return Err(Error::DigestLength {
            expected,
            actual: digest.len(),
        });
    }
    check_length(key.algorithm(), raw)?;
    key.verify(algorithm, digest, raw)
}

fn check_length(key: KeyAlgorithm, raw: &[u8]) -> Result<()> {
    let expected = key.raw_len();
    if raw.len() != expected {
        return Err(Error::SignatureLength {
            expected,
            actual: raw.len(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Public keys as DER SubjectPublicKeyInfo (RFC 5480, RFC 3279 §2.3.1, RFC 8410 §4): read, and verified with.

use const_oid::db::rfc5912::{
    ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1, SECP_521_R_1,
};
use const_oid::db::rfc8410::ID_ED_25519;
use der::{Decode, Encode};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::RsaPublicKey as Pkcs1PublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};
use spki::SubjectPublicKeyInfoRef;

use super::{Curve, DigestAlgorithm, KeyAlgorithm, SignatureAlgorithm};
use crate::error::{Error, Result};

/// Bits of an RSA modulus that are taken: ETSI TS 119 312 wants 1900 at least, and more than 4096
/// cost time in proportion to what somebody writes into a file.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=RsaPublicKey::MAX_SIZE;

/// A public key that was read.
pub(super) enum PublicKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Rsa(RsaPublicKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in strict DER.
    pub(super) fn read(spki: &[u8]) -> Result<Self> {
        let parsed = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| Error::MalformedKey)?;
        let key = parsed
            .subject_public_key
            .as_bytes()
            .ok_or(Error::MalformedKey)?;
        let curve = parsed.algorithm.parameters_oid().ok();
        let read = match (parsed.algorithm.oid, curve) {
            (ID_EC_PUBLIC_KEY, Some(SECP_256_R_1)) => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(uncompressed(key)?);
                Self::P256(key.map_err(|_| Error::MalformedKey)?)
            }
            (ID_EC_PUBLIC_KEY, Some(SECP_384_R_1)) => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(uncompressed(key)?);
                Self::P384(key.map_err(|_| Error::MalformedKey)?)
            }
            (ID_EC_PUBLIC_KEY, Some(SECP_521_R_1)) => {
                let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(uncompressed(key)?);
                Self::P521(key.map_err(|_| Error::MalformedKey)?)
            }
            (RSA_ENCRYPTION, None) => {
                // The parameters are NULL, and there (RFC 3279 §2.3.1).
                let parameters = parsed.algorithm.parameters;
                if !parameters.is_some_and(|parameters| parameters.is_null()) {
                    return Err(Error::MalformedKey);
                }
                Self::Rsa(rsa_key(key)?)
            }
            (ID_ED_25519, _) => {
                // The parameters must be absent (RFC 8410 §3).
                if parsed.algorithm.parameters.is_some() {
                    return Err(Error::MalformedKey);
                }
                let key = key.try_into().map_err(|_| Error::MalformedKey)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(key);
                Self::Ed25519(key.map_err(|_| Error::MalformedKey)?)
            }
            (ID_EC_PUBLIC_KEY, Some(oid)) | (oid, _) => {
                return Err(Error::KeyNotSupported {
                    oid: oid.to_string(),
                });
            }
        };
        // One encoding for one key, so that digests over it name it.
        if parsed.to_der().map_err(|_| Error::MalformedKey)? != spki {
            return Err(Error::MalformedKey);
        }
        Ok(read)
    }

    pub(super) fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Self::P256(_) => KeyAlgorithm::Ecdsa(Curve::P256),
            Self::P384(_) => KeyAlgorithm::Ecdsa(Curve::P384),
            Self::P521(_) => KeyAlgorithm::Ecdsa(Curve::P521),
            Self::Rsa(key) => KeyAlgorithm::Rsa {
                modulus_bits: key.n().bits(),
            },
            Self::Ed25519(_) => KeyAlgorithm::Ed25519,
        }
    }

    /// Verifies a raw value over a digest whose length is that of its algorithm, one that such keys
    /// sign by.
    pub(super) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        raw: &[u8],
    ) -> Result<()> {
        super::verified::count();
        let verified = match self {
            Self::P256(key) => {
                let value = p256::ecdsa::Signature::from_slice(raw);
                let value = value.map_err(|_| Error::MalformedSignature)?;
                key.verify_prehash(digest, &value).is_ok()
            }
            Self::P384(key) => {
                let value = p384::ecdsa::Signature::from_slice(raw);
                let value = value.map_err(|_| Error::MalformedSignature)?;
                key.verify_prehash(digest, &value).is_ok()
            }
            Self::P521(key) => {
                let value = p521::ecdsa::Signature::from_slice(raw);
                let value = value.map_err(|_| Error::MalformedSignature)?;
                // ECDSA signs the number a digest stands for (FIPS 186-5 §6.4.2), which zeros in
                // front of it do not change; the crate refuses 32 bytes for being less than half
                // of the field's width.
                let mut wide = [0; 64];
                let start = wide.len().saturating_sub(digest.len());
                let Some(end) = wide.get_mut(start..).filter(|e| e.len() == digest.len()) else {
                    return Err(Error::DigestLength {
                        expected: algorithm.digest_algorithm().digest_len(),
                        actual: digest.len(),
                    });
                };
                end.copy_from_slice(digest);
                key.verify_prehash(&wide, &value).is_ok()
            }
            // There is no message here, and nobody signs a digest in its place.
            Self::Ed25519(_) => {
                return Err(Error::KeyNotSupported {
                    oid: ID_ED_25519.to_string(),
                });
            }
            Self::Rsa(key) => match algorithm {
                SignatureAlgorithm::RsaPss {
                    digest: digest_algorithm,
                    salt_len,
                } => key
                    .verify(pss(digest_algorithm, salt_len.into()), digest, raw)
                    .is_ok(),
                algorithm => {
                    let padding = match algorithm.digest_algorithm() {
                        DigestAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                        DigestAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                        DigestAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                    };
                    key.verify(padding, digest, raw).is_ok()
                }
            },
        };
        match verified {
            true => Ok(()),
            false => Err(Error::SignatureDoesNotVerify),
        }
    }
}

/// Verifies a value over a message (RFC 8032 §5.1.7), strictly: points of small order, with which one
/// value fits several messages, are refused.
pub(super) fn verify_ed25519(
    key: &ed25519_dalek::VerifyingKey,
    message: &[u8],
    raw: &[u8],
) -> Result<()> {
    super::verified::count();
    let value = ed25519_dalek::Signature::from_slice(raw).map_err(|_| Error::MalformedSignature)?;
    key.verify_strict(message, &value)
        .map_err(|_| Error::SignatureDoesNotVerify)
}

/// RSASSA-PSS, the mask by MGF1 with the same digest (RFC 8017 §9.1, appendix B.2.1).
fn pss(digest: DigestAlgorithm, salt_len: usize) -> Pss {
    match digest {
        DigestAlgorithm::Sha256 => Pss::new_with_salt::<Sha256>(salt_len),
        DigestAlgorithm::Sha384 => Pss::new_with_salt::<Sha384>(salt_len),
        DigestAlgorithm::Sha512 => Pss::new_with_salt::<Sha512>(salt_len),
    }
}

/// A point in uncompressed form (SEC 1 §2.3.3), the only one that is taken (RFC 5480 §2.2).
fn uncompressed(point: &[u8]) -> Result<&[u8]> {
    const UNCOMPRESSED: u8 = 4;
    match point.first() {
        Some(&UNCOMPRESSED) => Ok(point),
        _ => Err(Error::MalformedKey),
    }
}

/// An RSAPublicKey (RFC 8017 appendix A.1.1) of a size that is taken.
fn rsa_key(der: &[u8]) -> Result<RsaPublicKey> {
    let key = Pkcs1PublicKey::from_der(der).map_err(|_| Error::MalformedKey)?;
    let modulus = BigUint::from_bytes_be(key.modulus.as_bytes());
    if !RSA_BITS.contains(&modulus.bits()) {
        return Err(Error::RsaKeySize {
            bits: modulus.bits(),
            least: *RSA_BITS.start(),
            most: *RSA_BITS.end(),
        });
    }
    let exponent = BigUint::from_bytes_be(key.public_exponent.as_bytes());
    RsaPublicKey::new(modulus, exponent).map_err(|_| Error::MalformedKey)
}

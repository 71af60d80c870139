//! Algorithms that signatures of others are verified by, the weak ones of earlier years included.
//!
//! They are types of their own, so that nothing of ours can come to sign or to certify by them.
//! Here is only whether the mathematics holds; until when an algorithm was good enough is for
//! [`mod@crate::validate`].

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_MGF_1, ID_RSASSA_PSS, RSA_ENCRYPTION};
use der::{Decode, Encode};
use rsa::pkcs1::RsaPssParams;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha384, Sha512};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::{DigestAlgorithm, Hasher, SignatureAlgorithm};
use crate::error::{Error, Result};

/// SHA-1, FIPS 180-4.
const ID_SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
/// sha1WithRSAEncryption, RFC 3279 §2.2.1; and its older name of OIW.
const SHA_1_WITH_RSA: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.14.3.2.29"),
];

/// Bits of a short RSA modulus with which a signature is still verified.
const SHORT_RSA_BITS: std::ops::Range<usize> = 1024..2048;

/// A digest algorithm, strong or weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnyDigest {
    /// One that signatures are made with here.
    Strong(DigestAlgorithm),
    /// SHA-1, for which collisions can be bought.
    Sha1,
}

impl AnyDigest {
    /// Reads an identifier; parameters may be absent or NULL.
    pub(crate) fn from_identifier(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        let plain = identifier.parameters.is_none_or(|given| given.is_null());
        match DigestAlgorithm::from_identifier(identifier) {
            Some(digest) => Some(Self::Strong(digest)),
            None => (plain && identifier.oid == ID_SHA_1).then_some(Self::Sha1),
        }
    }

    /// Digest of `bytes`.
    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finalize()
    }

    pub(crate) fn hasher(self) -> AnyHasher {
        match self {
            Self::Strong(digest) => AnyHasher::Strong(Hasher::new(digest)),
            Self::Sha1 => AnyHasher::Sha1(Sha1::new()),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Strong(DigestAlgorithm::Sha256) => "SHA-256",
            Self::Strong(DigestAlgorithm::Sha384) => "SHA-384",
            Self::Strong(DigestAlgorithm::Sha512) => "SHA-512",
            Self::Sha1 => "SHA-1",
        }
    }
}

/// Digests what comes in pieces.
#[derive(Clone)]
pub(crate) enum AnyHasher {
    Strong(Hasher),
    Sha1(Sha1),
}

impl AnyHasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Strong(hasher) => hasher.update(bytes),
            Self::Sha1(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finalize(self) -> Vec<u8> {
        match self {
            Self::Strong(hasher) => hasher.finalize().as_bytes().to_vec(),
            Self::Sha1(hasher) => hasher.finalize().to_vec(),
        }
    }
}

/// A signature algorithm, strong or weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnySignature {
    /// One that signatures are made by here.
    Strong(SignatureAlgorithm),
    /// RSASSA-PKCS1-v1_5 over SHA-1 (RFC 3279 §2.2.1).
    RsaSha1,
    /// RSASSA-PSS with its defaults, SHA-1 among them (RFC 4055 §3.1).
    PssSha1 { salt_len: u8 },
}

/// By what a signature was verified: what a policy judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Used {
    /// The digest that was signed.
    pub(crate) digest: AnyDigest,
    /// Length of the modulus, for RSA.
    pub(crate) rsa_bits: Option<usize>,
}

impl AnySignature {
    /// Reads an identifier as [`SignatureAlgorithm::from_identifier`] does, the weak ones too.
    pub(crate) fn from_identifier(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        if let Some(strong) = SignatureAlgorithm::from_identifier(identifier) {
            return Some(Self::Strong(strong));
        }
        let plain = identifier.parameters.is_none_or(|given| given.is_null());
        if plain && SHA_1_WITH_RSA.contains(&identifier.oid) {
            return Some(Self::RsaSha1);
        }
        if identifier.oid != ID_RSASSA_PSS {
            return None;
        }
        let parameters: RsaPssParams<'_> = identifier.parameters?.decode_as().ok()?;
        let mask = parameters.mask_gen;
        let of_mask = AnyDigest::from_identifier(mask.parameters?)?;
        let digest = AnyDigest::from_identifier(parameters.hash)?;
        let weak = digest == AnyDigest::Sha1 && of_mask == digest && mask.oid == ID_MGF_1;
        weak.then_some(Self::PssSha1 {
            salt_len: parameters.salt_len,
        })
    }

    /// Reads the identifier in a SignerInfo, where `rsaEncryption` leaves the digest to
    /// digestAlgorithm (RFC 5754 §3.2).
    pub(crate) fn from_signer_info(
        identifier: AlgorithmIdentifierRef<'_>,
        digest: AnyDigest,
    ) -> Option<Self> {
        let plain = identifier.parameters.is_none_or(|given| given.is_null());
        match digest {
            AnyDigest::Sha1 if plain && identifier.oid == RSA_ENCRYPTION => Some(Self::RsaSha1),
            AnyDigest::Strong(digest) => SignatureAlgorithm::from_signer_info(identifier, digest)
                .map(Self::Strong)
                .or_else(|| Self::from_identifier(identifier)),
            AnyDigest::Sha1 => Self::from_identifier(identifier),
        }
    }

    /// The digest that is signed.
    pub(crate) const fn digest(self) -> AnyDigest {
        match self {
            Self::Strong(algorithm) => AnyDigest::Strong(algorithm.digest_algorithm()),
            Self::RsaSha1 | Self::PssSha1 { .. } => AnyDigest::Sha1,
        }
    }

    /// Verifies a signature over a message, the value being as CMS and X.509 carry it.
    ///
    /// # Errors
    /// As [`super::verify_der`]; RSA keys down to 1024 bits are taken.
    pub(crate) fn verify(self, spki: &[u8], message: &[u8], value: &[u8]) -> Result<Used> {
        if let Self::Strong(algorithm @ SignatureAlgorithm::Ed25519) = self {
            // It signs messages, not their digests.
            super::verify_message_der(spki, algorithm, message, value)?;
            return Ok(Used {
                digest: self.digest(),
                rsa_bits: None,
            });
        }
        self.verify_digest(spki, &self.digest().digest(message), value)
    }

    /// Verifies a signature over a digest.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub(crate) fn verify_digest(self, spki: &[u8], digest: &[u8], value: &[u8]) -> Result<Used> {
        let strong = match self {
            Self::Strong(algorithm) => super::verify_der(spki, algorithm, digest, value),
            Self::RsaSha1 | Self::PssSha1 { .. } => Err(Error::MalformedKey),
        };
        let long = super::KeyAlgorithm::of_spki(spki);
        let rsa_bits = match (&strong, long) {
            (Ok(()), Ok(super::KeyAlgorithm::Rsa { modulus_bits })) => Some(modulus_bits),
            (Ok(()), _) => None,
            (Err(Error::RsaKeySize { bits, .. }), _) if SHORT_RSA_BITS.contains(bits) => {
                Some(self.verify_rsa(spki, digest, value)?)
            }
            (Err(_), _) if !matches!(self, Self::Strong(_)) => {
                Some(self.verify_rsa(spki, digest, value)?)
            }
            (Err(_), _) => None,
        };
        if rsa_bits.is_none() {
            strong?;
        }
        Ok(Used {
            digest: self.digest(),
            rsa_bits,
        })
    }

    /// Verifies by RSA with a short key or over SHA-1; gives the length of the modulus.
    fn verify_rsa(self, spki: &[u8], digest: &[u8], value: &[u8]) -> Result<usize> {
        let key = rsa_key(spki)?;
        let width = key.n().bits().div_ceil(8);
        if value.len() != width {
            return Err(Error::SignatureLength {
                expected: width,
                actual: value.len(),
            });
        }
        let pkcs1 = |padding: Pkcs1v15Sign| key.verify(padding, digest, value);
        let pss = |padding: Pss| key.verify(padding, digest, value);
        use DigestAlgorithm::{Sha256 as S256, Sha384 as S384, Sha512 as S512};
        let verified = match self {
            Self::RsaSha1 => pkcs1(Pkcs1v15Sign::new::<Sha1>()),
            Self::PssSha1 { salt_len } => pss(Pss::new_with_salt::<Sha1>(salt_len.into())),
            Self::Strong(SignatureAlgorithm::RsaPkcs1(S256)) => {
                pkcs1(Pkcs1v15Sign::new::<Sha256>())
            }
            Self::Strong(SignatureAlgorithm::RsaPkcs1(S384)) => {
                pkcs1(Pkcs1v15Sign::new::<Sha384>())
            }
            Self::Strong(SignatureAlgorithm::RsaPkcs1(S512)) => {
                pkcs1(Pkcs1v15Sign::new::<Sha512>())
            }
            Self::Strong(SignatureAlgorithm::RsaPss { digest, salt_len }) => {
                let salt_len = usize::from(salt_len);
                pss(match digest {
                    S256 => Pss::new_with_salt::<Sha256>(salt_len),
                    S384 => Pss::new_with_salt::<Sha384>(salt_len),
                    S512 => Pss::new_with_salt::<Sha512>(salt_len),
                })
            }
            Self::Strong(_) => return Err(Error::MalformedKey),
        };
        verified.map_err(|_| Error::SignatureDoesNotVerify)?;
        Ok(key.n().bits())
    }
}

/// An RSA key of 1024 to 4096 bits.
fn rsa_key(spki: &[u8]) -> Result<RsaPublicKey> {
    let parsed = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| Error::MalformedKey)?;
    if parsed.algorithm.oid != RSA_ENCRYPTION {
        return Err(Error::KeyNotSupported {
            oid: parsed.algorithm.oid.to_string(),
        });
    }
    let key = parsed
        .subject_public_key
        .as_bytes()
        .ok_or(Error::MalformedKey)?;
    let key = rsa::pkcs1::RsaPublicKey::from_der(key).map_err(|_| Error::MalformedKey)?;
    let modulus = BigUint::from_bytes_be(key.modulus.as_bytes());
    let (least, most) = (SHORT_RSA_BITS.start, RsaPublicKey::MAX_SIZE);
    if !(least..=most).contains(&modulus.bits()) {
        return Err(Error::RsaKeySize {
            bits: modulus.bits(),
            least,
            most,
        });
    }
    let exponent = BigUint::from_bytes_be(key.public_exponent.as_bytes());
    RsaPublicKey::new(modulus, exponent).map_err(|_| Error::MalformedKey)
}

/// SHA-1 of `bytes`, which names and keys are looked up by (RFC 6960 §4.1.1); nothing is believed
/// for it.
pub(crate) fn sha1(bytes: &[u8]) -> Vec<u8> {
    Sha1::digest(bytes).to_vec()
}

/// AlgorithmIdentifier of SHA-1 as CertID has it, with NULL (RFC 5019 §2.1.1).
pub(crate) fn sha1_identifier() -> der::Result<Vec<u8>> {
    AlgorithmIdentifierRef {
        oid: ID_SHA_1,
        parameters: Some(der::asn1::AnyRef::NULL),
    }
    .to_der()
}

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
use shake::{ExtendableOutput as _, Shake256, Update as _};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::public_key::PublicKey;
use super::{DigestAlgorithm, Hasher, KeyAlgorithm, SignatureAlgorithm, verified};
use crate::error::{Error, Result};

/// SHA-1, FIPS 180-4.
const ID_SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
/// sha1WithRSAEncryption, RFC 3279 §2.2.1; and its older name of OIW.
const SHA_1_WITH_RSA: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.14.3.2.29"),
];

/// ecdsa-with-SHA1, RFC 3279 §2.2.3.
const ECDSA_WITH_SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.1");
/// id-Ed448, RFC 8410 §3.
const ID_ED_448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
/// id-shake256 with 512 bits of output (RFC 8702 §3.1), the digest of Ed448 (RFC 8419 §2.3).
const ID_SHAKE_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.12");
/// id-shake256-len, whose parameter is the length in bits (RFC 8419 §2.3).
const ID_SHAKE_256_LEN: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.18");
/// Bytes of SHAKE256 that are a digest.
const SHAKE_256_LENGTH: usize = 64;

/// Bits of a short RSA modulus with which a signature is still verified.
const SHORT_RSA_BITS: std::ops::Range<usize> = 1024..2048;
/// Lengths of RSA keys of others that are longer than keys here are: cards of a state have 6144 bits.
const LONG_RSA_BITS: std::ops::RangeInclusive<usize> = RsaPublicKey::MAX_SIZE + 1..=8192;

/// A digest algorithm, strong or weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnyDigest {
    /// One that signatures are made with here.
    Strong(DigestAlgorithm),
    /// SHA-1, for which collisions can be bought.
    Sha1,
    /// SHAKE256 with 512 bits of output, which goes with Ed448 (RFC 8419 §2.3).
    Shake256,
}

impl AnyDigest {
    /// Reads an identifier; parameters may be absent or NULL.
    pub(crate) fn from_identifier(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        if let Some(digest) = DigestAlgorithm::from_identifier(identifier) {
            return Some(Self::Strong(digest));
        }
        let plain = identifier.parameters.is_none_or(|given| given.is_null());
        let bits = || identifier.parameters?.decode_as::<u16>().ok();
        match identifier.oid {
            ID_SHA_1 if plain => Some(Self::Sha1),
            ID_SHAKE_256 if plain => Some(Self::Shake256),
            ID_SHAKE_256_LEN if bits().map(usize::from) == Some(8 * SHAKE_256_LENGTH) => {
                Some(Self::Shake256)
            }
            _ => None,
        }
    }

    /// Reads the digestAlgorithm of a SignerInfo, where some products write the algorithm of the
    /// signature: `sha256WithRSAEncryption` means SHA-256 there and can mean nothing else.
    pub(crate) fn from_signer_info(identifier: AlgorithmIdentifierRef<'_>) -> Option<Self> {
        let of_signature = || match AnySignature::from_identifier(identifier)? {
            signature @ (AnySignature::Strong(
                SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::Ecdsa(_),
            )
            | AnySignature::RsaSha1
            | AnySignature::EcdsaSha1) => Some(signature.digest()),
            AnySignature::Strong(_) | AnySignature::PssSha1 { .. } | AnySignature::Ed448 => None,
        };
        Self::from_identifier(identifier).or_else(of_signature)
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
            Self::Shake256 => AnyHasher::Shake256(Shake256::default()),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Strong(DigestAlgorithm::Sha256) => "SHA-256",
            Self::Strong(DigestAlgorithm::Sha384) => "SHA-384",
            Self::Strong(DigestAlgorithm::Sha512) => "SHA-512",
            Self::Sha1 => "SHA-1",
            Self::Shake256 => "SHAKE256",
        }
    }
}

/// Digests what comes in pieces.
#[derive(Clone)]
pub(crate) enum AnyHasher {
    Strong(Hasher),
    Sha1(Sha1),
    Shake256(Shake256),
}

impl AnyHasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Strong(hasher) => hasher.update(bytes),
            Self::Sha1(hasher) => sha1::Digest::update(hasher, bytes),
            Self::Shake256(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finalize(self) -> Vec<u8> {
        match self {
            Self::Strong(hasher) => hasher.finalize().as_bytes().to_vec(),
            Self::Sha1(hasher) => hasher.finalize().to_vec(),
            Self::Shake256(hasher) => {
                let mut digest = [0; SHAKE_256_LENGTH];
                hasher.finalize_xof_into(&mut digest);
                digest.to_vec()
            }
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
    /// ECDSA over SHA-1 (RFC 3279 §2.2.3).
    EcdsaSha1,
    /// Ed448 over the message itself (RFC 8032 §5.2).
    Ed448,
}

/// By what a signature was verified: what a policy judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Used {
    /// The digest that was signed.
    pub(crate) digest: AnyDigest,
    /// Length of the modulus, for RSA.
    pub(crate) rsa_bits: Option<usize>,
}

impl Used {
    /// Whether an RSA key is shorter than keys here are.
    pub(crate) fn is_short(self) -> bool {
        self.rsa_bits
            .is_some_and(|bits| SHORT_RSA_BITS.contains(&bits))
    }
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
        match identifier.oid {
            // Parameters are absent (RFC 3279 §2.2.3, RFC 8410 §3); NULL was written, too.
            ECDSA_WITH_SHA_1 if plain => return Some(Self::EcdsaSha1),
            ID_ED_448 if identifier.parameters.is_none() => return Some(Self::Ed448),
            ID_RSASSA_PSS => {}
            _ => return None,
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
            AnyDigest::Sha1 | AnyDigest::Shake256 => Self::from_identifier(identifier),
        }
    }

    /// Whether signatures are made by it here.
    pub(crate) const fn is_strong(self) -> bool {
        matches!(self, Self::Strong(_))
    }

    /// Whether it goes with the digest of a document: there is one for both (RFC 5652 §5.4). Ed448
    /// has its own, and signs what names another as well (RFC 8419 §3.1 wants SHAKE256).
    pub(crate) fn goes_with(self, digest: AnyDigest) -> bool {
        self.digest() == digest || self == Self::Ed448
    }

    /// The digest that is signed; with Ed448, the one that a CMS digests its content by.
    pub(crate) const fn digest(self) -> AnyDigest {
        match self {
            Self::Strong(algorithm) => AnyDigest::Strong(algorithm.digest_algorithm()),
            Self::RsaSha1 | Self::PssSha1 { .. } | Self::EcdsaSha1 => AnyDigest::Sha1,
            Self::Ed448 => AnyDigest::Shake256,
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
        if self == Self::Ed448 {
            verify_ed448(spki, message, value)?;
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
            Self::EcdsaSha1 => {
                verify_ecdsa_sha1(spki, digest, value)?;
                Ok(())
            }
            // It signs messages.
            Self::Ed448 => {
                return Err(Error::KeyNotSupported {
                    oid: ID_ED_448.to_string(),
                });
            }
            Self::RsaSha1 | Self::PssSha1 { .. } => Err(Error::MalformedKey),
        };
        let long = super::KeyAlgorithm::of_spki(spki);
        let rsa_bits = match (&strong, long) {
            (Ok(()), Ok(super::KeyAlgorithm::Rsa { modulus_bits })) => Some(modulus_bits),
            (Ok(()), _) => None,
            (Err(Error::RsaKeySize { bits, .. }), _)
                if SHORT_RSA_BITS.contains(bits) || LONG_RSA_BITS.contains(bits) =>
            {
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

    /// Verifies by RSA with a key of another length than keys here have, or over SHA-1; gives the length of the modulus.
    fn verify_rsa(self, spki: &[u8], digest: &[u8], value: &[u8]) -> Result<usize> {
        let key = rsa_key(spki)?;
        let width = key.n().bits().div_ceil(8);
        if value.len() != width {
            return Err(Error::SignatureLength {
                expected: width,
                actual: value.len(),
            });
        }
        verified::count();
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
            Self::Strong(_) | Self::EcdsaSha1 | Self::Ed448 => return Err(Error::MalformedKey),
        };
        verified.map_err(|_| Error::SignatureDoesNotVerify)?;
        Ok(key.n().bits())
    }
}

/// Verifies ECDSA over a digest by SHA-1.
fn verify_ecdsa_sha1(spki: &[u8], digest: &[u8], value: &[u8]) -> Result<()> {
    let key = PublicKey::read(spki)?;
    let algorithm = key.algorithm();
    if !matches!(algorithm, KeyAlgorithm::Ecdsa(_)) {
        return Err(Error::KeyNotSupported {
            oid: ECDSA_WITH_SHA_1.to_string(),
        });
    }
    let raw = super::raw_from_der(algorithm, value)?;
    // A digest stands for a number (FIPS 186-5 §6.4.2), which zeros in front of it do not change;
    // the crates refuse one that is less than half as wide as the curve.
    let mut wide = [0; 32];
    let place = wide.len().checked_sub(digest.len());
    let place = place.and_then(|start| wide.get_mut(start..));
    let place = place.ok_or(Error::SignatureDoesNotVerify)?;
    place.copy_from_slice(digest);
    key.verify(
        SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
        &wide,
        &raw,
    )
}

/// Verifies Ed448 over a message, without a context (RFC 8032 §5.2.7, RFC 8419 §3.1).
fn verify_ed448(spki: &[u8], message: &[u8], value: &[u8]) -> Result<()> {
    let parsed = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| Error::MalformedKey)?;
    if parsed.algorithm.oid != ID_ED_448 {
        return Err(Error::KeyNotSupported {
            oid: parsed.algorithm.oid.to_string(),
        });
    }
    if parsed.algorithm.parameters.is_some() {
        return Err(Error::MalformedKey);
    }
    let key = parsed.subject_public_key.as_bytes();
    let key = key.and_then(|key| <[u8; 57]>::try_from(key).ok());
    let key = key.and_then(|key| ed448_goldilocks::VerifyingKey::from_bytes(&key).ok());
    // Points of small order, with which one value fits several messages, are refused.
    let key = key.filter(|key| bool::from(key.to_edwards().is_torsion_free()));
    let key = key.ok_or(Error::MalformedKey)?;
    let value = ed448_goldilocks::Signature::try_from(value);
    let value = value.map_err(|_| Error::MalformedSignature)?;
    verified::count();
    key.verify_raw(&value, message)
        .map_err(|_| Error::SignatureDoesNotVerify)
}

/// An RSA key of 1024 to 8192 bits.
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
    let (least, most) = (SHORT_RSA_BITS.start, *LONG_RSA_BITS.end());
    if !(least..=most).contains(&modulus.bits()) {
        return Err(Error::RsaKeySize {
            bits: modulus.bits(),
            least,
            most,
        });
    }
    let exponent = BigUint::from_bytes_be(key.public_exponent.as_bytes());
    RsaPublicKey::new_with_max_size(modulus, exponent, most).map_err(|_| Error::MalformedKey)
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

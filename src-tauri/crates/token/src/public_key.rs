use minicbor::{CborLen, Decode, Encode};
use p256::{
    ecdsa::signature::hazmat::PrehashVerifier,
    pkcs8::{DecodePublicKey, EncodePublicKey},
};
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey, traits::PublicKeyParts};

use crate::{Digest, Error, RawSignature, Result, SignerAlgorithm, ToBeSigned, algorithm::Padding};

/// A public key as DER SubjectPublicKeyInfo: a point on P-256, P-384 or P-521 (RFC 5480 §2), an RSA
/// key (RFC 3279 §2.3.1), or one of Ed25519 (RFC 8410 §4).
///
/// ```asn1
/// SubjectPublicKeyInfo ::= SEQUENCE {
///     algorithm         AlgorithmIdentifier,   -- id-ecPublicKey and curve, rsaEncryption, id-Ed25519
///     subjectPublicKey  BIT STRING }           -- 04 ‖ x ‖ y, RSAPublicKey, the 32 bytes
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct SpkiDer(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    Vec<u8>,
);

/// A public key that was read.
enum PublicKey {
    P256(p256::PublicKey),
    P384(p384::PublicKey),
    P521(p521::PublicKey),
    Rsa(RsaPublicKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    fn read(der: &[u8]) -> Option<Self> {
        // Each reader takes keys of its own algorithm and curve alone.
        if let Ok(key) = p256::PublicKey::from_public_key_der(der) {
            Some(Self::P256(key))
        } else if let Ok(key) = p384::PublicKey::from_public_key_der(der) {
            Some(Self::P384(key))
        } else if let Ok(key) = p521::PublicKey::from_public_key_der(der) {
            Some(Self::P521(key))
        } else if let Some(key) = der.strip_prefix(&ED25519) {
            let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?);
            Some(Self::Ed25519(key.ok()?))
        } else {
            let key = RsaPublicKey::from_public_key_der(der).ok()?;
            Some(Self::Rsa(key))
        }
    }

    fn verify(&self, padding: Padding, input: &ToBeSigned, signature: &[u8]) -> Option<()> {
        let digest = input.digest();
        match self {
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
                key.verify_strict(input.message()?, &signature).ok()
            }
            Self::P256(key) => {
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
                let key = p256::ecdsa::VerifyingKey::from(key);
                key.verify_prehash(digest.as_bytes(), &signature).ok()
            }
            Self::P384(key) => {
                let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
                let key = p384::ecdsa::VerifyingKey::from(key);
                key.verify_prehash(digest.as_bytes(), &signature).ok()
            }
            Self::P521(key) => {
                let signature = p521::ecdsa::Signature::from_slice(signature).ok()?;
                let key = p521::ecdsa::VerifyingKey::from_affine(*key.as_affine()).ok()?;
                // The number a short digest stands for does not change by zeros in front of it
                // (FIPS 186-5 §6.4.2), and the crate takes none below half the field's width.
                let mut wide = [0; 64];
                let digest = digest.as_bytes();
                wide.get_mut(64 - digest.len()..)?.copy_from_slice(digest);
                key.verify_prehash(&wide, &signature).ok()
            }
            Self::Rsa(key) if padding == Padding::Pss => {
                let scheme = match digest {
                    Digest::Sha256(_) => Pss::new::<sha2::Sha256>(),
                    Digest::Sha384(_) => Pss::new::<sha2::Sha384>(),
                    Digest::Sha512(_) => Pss::new::<sha2::Sha512>(),
                };
                key.verify(scheme, digest.as_bytes(), signature).ok()
            }
            Self::Rsa(key) => {
                let scheme = match digest {
                    Digest::Sha256(_) => Pkcs1v15Sign::new::<sha2::Sha256>(),
                    Digest::Sha384(_) => Pkcs1v15Sign::new::<sha2::Sha384>(),
                    Digest::Sha512(_) => Pkcs1v15Sign::new::<sha2::Sha512>(),
                };
                key.verify(scheme, digest.as_bytes(), signature).ok()
            }
        }
    }
}

impl SpkiDer {
    /// Takes a DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`Error::PublicKeyMalformed`] unless it is one of P-256, P-384 or P-521 with a point on
    /// the curve, one of RSA with at most 4096 bits, or one of Ed25519.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self> {
        let der = der.into();
        match PublicKey::read(&der) {
            Some(_) => Ok(Self(der)),
            None => Err(Error::PublicKeyMalformed),
        }
    }

    /// Reads CKA_EC_POINT: a DER OCTET STRING of the point (PKCS#11 v3.1 §6.3.3), or the bare
    /// point, which some tokens give.
    pub(crate) fn from_ec_point(algorithm: SignerAlgorithm, attribute: &[u8]) -> Result<Self> {
        if algorithm == SignerAlgorithm::Ed25519 {
            return Self::from_ed25519(attribute);
        }
        let point = octet_string(attribute).unwrap_or(attribute);
        let der = match algorithm {
            SignerAlgorithm::EcdsaP256 => p256::PublicKey::from_sec1_bytes(point)
                .ok()
                .and_then(|key| key.to_public_key_der().ok()),
            SignerAlgorithm::EcdsaP384 => p384::PublicKey::from_sec1_bytes(point)
                .ok()
                .and_then(|key| key.to_public_key_der().ok()),
            SignerAlgorithm::EcdsaP521 => p521::PublicKey::from_sec1_bytes(point)
                .ok()
                .and_then(|key| key.to_public_key_der().ok()),
            SignerAlgorithm::Rsa2048
            | SignerAlgorithm::Rsa3072
            | SignerAlgorithm::Rsa4096
            | SignerAlgorithm::RsaPss2048
            | SignerAlgorithm::RsaPss3072
            | SignerAlgorithm::RsaPss4096
            | SignerAlgorithm::Ed25519 => None,
        };
        der.map(|der| Self(der.into_vec()))
            .ok_or(Error::PublicKeyMalformed)
    }

    /// Reads CKA_EC_POINT of an Edwards key: its 32 bytes (RFC 8032 §5.1.5), bare or in an OCTET
    /// STRING; by the length, since the first of them may look like a header.
    fn from_ed25519(attribute: &[u8]) -> Result<Self> {
        let point = match attribute.len() {
            32 => attribute,
            _ => octet_string(attribute).unwrap_or_default(),
        };
        Self::from_der([&ED25519[..], point].concat())
    }

    /// Reads CKA_MODULUS and CKA_PUBLIC_EXPONENT, both big-endian (PKCS#11 v3.1 §6.1.2). The
    /// modulus must be as long as the algorithm says, the exponent 65537.
    pub(crate) fn from_rsa(
        algorithm: SignerAlgorithm,
        modulus: &[u8],
        exponent: &[u8],
    ) -> Result<Self> {
        let modulus = BigUint::from_bytes_be(modulus);
        let exponent = BigUint::from_bytes_be(exponent);
        let as_asked = modulus.bits() == algorithm.key_bits() as usize
            && exponent == BigUint::from_bytes_be(&RSA_EXPONENT);
        RsaPublicKey::new(modulus, exponent)
            .ok()
            .filter(|_| as_asked)
            .and_then(|key| key.to_public_key_der().ok())
            .map(|der| Self(der.into_vec()))
            .ok_or(Error::PublicKeyMalformed)
    }

    /// The DER encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is the RSA key of a modulus, as CKA_MODULUS gives it.
    pub(crate) fn has_modulus(&self, modulus: &[u8]) -> bool {
        match PublicKey::read(&self.0) {
            Some(PublicKey::Rsa(key)) => *key.n() == BigUint::from_bytes_be(modulus),
            _ => false,
        }
    }

    /// Whether it is the key of a point, as CKA_EC_POINT gives it.
    pub(crate) fn has_point(&self, algorithm: SignerAlgorithm, attribute: &[u8]) -> bool {
        Self::from_ec_point(algorithm, attribute).is_ok_and(|key| key == *self)
    }

    /// Verifies a signature over a digest by ECDSA or RSASSA-PKCS1-v1_5 (FIPS 186-5 §6.4.2, RFC 8017
    /// §8.2.2).
    #[must_use]
    pub fn verify(&self, digest: &Digest, signature: &RawSignature) -> Verified {
        self.verify_padded(Padding::Pkcs1, &digest.into(), signature)
    }

    /// Verifies a signature as keys of an algorithm make it, which the key itself does not tell of RSA
    /// (RFC 8017 §8.1.2, §8.2.2). With Ed25519 nothing holds without the message (RFC 8032 §5.1.7).
    #[must_use]
    pub fn verify_by(
        &self,
        algorithm: SignerAlgorithm,
        input: impl Into<ToBeSigned>,
        signature: &RawSignature,
    ) -> Verified {
        self.verify_padded(algorithm.padding(), &input.into(), signature)
    }

    fn verify_padded(
        &self,
        padding: Padding,
        input: &ToBeSigned,
        signature: &RawSignature,
    ) -> Verified {
        let key = PublicKey::read(&self.0);
        match key.and_then(|key| key.verify(padding, input, signature.as_bytes())) {
            Some(()) => Verified::Holds,
            None => Verified::Fails,
        }
    }
}

/// Everything in front of the 32 bytes of an Ed25519 key (RFC 8410 §4; its §10.1 has an example).
const ED25519: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The public exponent of every RSA key made here: 65537, big-endian.
pub(crate) const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// Content of a DER OCTET STRING of less than 256 bytes that is the whole of its input.
fn octet_string(der: &[u8]) -> Option<&[u8]> {
    const OCTET_STRING: u8 = 0x04;
    const ONE_LENGTH_BYTE: u8 = 0x81;
    let (length, content) = match der {
        [OCTET_STRING, ONE_LENGTH_BYTE, length, content @ ..] if *length >= 0x80 => {
            (*length, content)
        }
        [OCTET_STRING, length, content @ ..] if *length < 0x80 => (*length, content),
        _ => return None,
    };
    (usize::from(length) == content.len()).then_some(content)
}

/// Whether a signature verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// The mathematics holds.
    Holds,
    /// It does not, or the signature is malformed.
    Fails,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use p256::elliptic_curve::{Group, sec1::ToEncodedPoint};

    use super::*;

    const P256: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

    /// Generators of the three curves, so that the tests need no keys.
    fn generators() -> [(SignerAlgorithm, Vec<u8>); 3] {
        let p256 = p256::ProjectivePoint::generator().to_encoded_point(false);
        let p384 = p384::ProjectivePoint::generator().to_encoded_point(false);
        let p521 = p521::ProjectivePoint::generator().to_encoded_point(false);
        [
            (P256, p256.as_bytes().to_vec()),
            (SignerAlgorithm::EcdsaP384, p384.as_bytes().to_vec()),
            (SignerAlgorithm::EcdsaP521, p521.as_bytes().to_vec()),
        ]
    }

    #[test]
    fn an_ec_point_is_read_bare_and_wrapped() {
        for (algorithm, bare) in generators() {
            let length = bare.len() as u8;
            let header = match length {
                ..0x80 => vec![0x04, length],
                _ => vec![0x04, 0x81, length],
            };
            let wrapped = [&header[..], &bare].concat();
            let spki = SpkiDer::from_ec_point(algorithm, &bare).unwrap();
            assert_eq!(spki, SpkiDer::from_ec_point(algorithm, &wrapped).unwrap());
            assert_eq!(spki, SpkiDer::from_der(spki.as_bytes()).unwrap());
            assert!(spki.as_bytes().ends_with(&bare));
        }
    }

    #[test]
    fn an_ec_point_off_the_curve_or_of_another_curve_is_refused() {
        for (algorithm, mut point) in generators() {
            let other = match algorithm {
                P256 => SignerAlgorithm::EcdsaP384,
                _ => P256,
            };
            let of_another = SpkiDer::from_ec_point(other, &point);
            assert!(matches!(of_another, Err(Error::PublicKeyMalformed)));
            *point.last_mut().unwrap() ^= 1;
            for attribute in [point.as_slice(), &[], &[0x04], &[0x04, 65], &[0x00]] {
                assert!(matches!(
                    SpkiDer::from_ec_point(algorithm, attribute),
                    Err(Error::PublicKeyMalformed)
                ));
            }
        }
    }

    /// The key of RFC 8032 §7.1, test 1, which signs nothing at all.
    #[test]
    fn an_ed25519_key_is_read_bare_and_wrapped_and_verifies_messages_alone() {
        const KEY: [u8; 32] = [
            0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64,
            0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68,
            0xf7, 0x07, 0x51, 0x1a,
        ];
        const VALUE: [u8; 64] = [
            0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72, 0x90, 0x86, 0xe2, 0xcc, 0x80, 0x6e,
            0x82, 0x8a, 0x84, 0x87, 0x7f, 0x1e, 0xb8, 0xe5, 0xd9, 0x74, 0xd8, 0x73, 0xe0, 0x65,
            0x22, 0x49, 0x01, 0x55, 0x5f, 0xb8, 0x82, 0x15, 0x90, 0xa3, 0x3b, 0xac, 0xc6, 0x1e,
            0x39, 0x70, 0x1c, 0xf9, 0xb4, 0x6b, 0xd2, 0x5b, 0xf5, 0xf0, 0x59, 0x5b, 0xbe, 0x24,
            0x65, 0x51, 0x41, 0x43, 0x8e, 0x7a, 0x10, 0x0b,
        ];
        const ALGORITHM: SignerAlgorithm = SignerAlgorithm::Ed25519;
        let spki = SpkiDer::from_ec_point(ALGORITHM, &KEY).unwrap();
        let wrapped = [&[0x04, 32][..], &KEY].concat();
        assert_eq!(spki, SpkiDer::from_ec_point(ALGORITHM, &wrapped).unwrap());
        for other in [&KEY[1..], &[], &[0x04, 32]] {
            assert!(SpkiDer::from_ec_point(ALGORITHM, other).is_err());
        }
        let value = RawSignature::from_token(ALGORITHM, &VALUE).unwrap();
        let nothing = ToBeSigned::sha256(b"");
        assert_eq!(spki.verify_by(ALGORITHM, &nothing, &value), Verified::Holds);
        let other = ToBeSigned::sha256(b"something");
        assert_eq!(spki.verify_by(ALGORITHM, &other, &value), Verified::Fails);
        let digest = nothing.digest();
        assert_eq!(spki.verify_by(ALGORITHM, digest, &value), Verified::Fails);
    }

    #[test]
    fn an_rsa_key_of_another_length_or_exponent_is_refused() {
        let rsa = SignerAlgorithm::Rsa2048;
        let odd = |bytes: usize| [&[0x80][..], &vec![0; bytes - 2], &[1]].concat();
        let spki = SpkiDer::from_rsa(rsa, &odd(256), &[1, 0, 1]).unwrap();
        assert_eq!(spki, SpkiDer::from_der(spki.as_bytes()).unwrap());
        let even = [&[0x80][..], &[0; 255]].concat();
        for (modulus, exponent) in [
            (odd(255), &[1, 0, 1][..]),
            (odd(257), &[1, 0, 1]),
            (odd(256), &[3]),
            (even, &[1, 0, 1]),
            (vec![], &[]),
        ] {
            assert!(matches!(
                SpkiDer::from_rsa(rsa, &modulus, exponent),
                Err(Error::PublicKeyMalformed)
            ));
        }
    }
}

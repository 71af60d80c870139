use std::fmt;

use cryptoki_sys::{
    CK_FLAGS, CK_MECHANISM_TYPE, CKF_GENERATE_KEY_PAIR, CKF_SIGN, CKG_MGF1_SHA256, CKG_MGF1_SHA384,
    CKG_MGF1_SHA512, CKM_EC_EDWARDS_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN, CKM_ECDSA, CKM_EDDSA,
    CKM_RSA_PKCS, CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_PKCS_PSS, CKM_SHA256, CKM_SHA384, CKM_SHA512,
};
use minicbor::{CborLen, Decode, Encode};

use crate::{Error, Result, raw::Parameter};

/// Algorithm of a signer's key, and how long the key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum SignerAlgorithm {
    /// ECDSA on P-256 (FIPS 186-5 §6, RFC 5480 §2.1.1.1).
    #[n(0)]
    EcdsaP256,
    /// ECDSA on P-384.
    #[n(1)]
    EcdsaP384,
    /// ECDSA on P-521.
    #[n(2)]
    EcdsaP521,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) with a modulus of 2048 bits.
    #[n(3)]
    Rsa2048,
    /// RSASSA-PKCS1-v1_5 with a modulus of 3072 bits.
    #[n(4)]
    Rsa3072,
    /// RSASSA-PKCS1-v1_5 with a modulus of 4096 bits.
    #[n(5)]
    Rsa4096,
    /// Ed25519 (RFC 8032 §5.1): always refused here, with the reason the token gives.
    #[n(6)]
    Ed25519,
    /// RSASSA-PSS (RFC 8017 §8.1) with a modulus of 2048 bits; MGF1 by the digest that is signed,
    /// and a salt as long as that.
    #[n(7)]
    RsaPss2048,
    /// RSASSA-PSS with a modulus of 3072 bits.
    #[n(8)]
    RsaPss3072,
    /// RSASSA-PSS with a modulus of 4096 bits.
    #[n(9)]
    RsaPss4096,
}

/// What keys of an algorithm have in common, whatever their length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Ecdsa,
    Rsa,
    Eddsa,
}

/// How RSA pads what it signs (RFC 8017 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// EMSA-PKCS1-v1_5.
    Pkcs1,
    /// EMSA-PSS.
    Pss,
}

impl SignerAlgorithm {
    pub(crate) const fn family(self) -> Family {
        match self {
            Self::EcdsaP256 | Self::EcdsaP384 | Self::EcdsaP521 => Family::Ecdsa,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => Family::Rsa,
            Self::RsaPss2048 | Self::RsaPss3072 | Self::RsaPss4096 => Family::Rsa,
            Self::Ed25519 => Family::Eddsa,
        }
    }

    /// How its keys pad what they sign; of RSA alone.
    pub(crate) const fn padding(self) -> Padding {
        match self {
            Self::RsaPss2048 | Self::RsaPss3072 | Self::RsaPss4096 => Padding::Pss,
            _ => Padding::Pkcs1,
        }
    }

    const fn is_pss(self) -> bool {
        matches!(self.padding(), Padding::Pss)
    }

    /// Length of its signatures in bytes: r ‖ s, or the modulus.
    #[must_use]
    pub const fn signature_len(self) -> usize {
        match self {
            Self::EcdsaP256 | Self::Ed25519 => 64,
            Self::EcdsaP384 => 96,
            Self::EcdsaP521 => 132,
            Self::Rsa2048 | Self::RsaPss2048 => 256,
            Self::Rsa3072 | Self::RsaPss3072 => 384,
            Self::Rsa4096 | Self::RsaPss4096 => 512,
        }
    }

    /// Length of a key in bits: of the field, of the modulus, of an encoded Ed25519 key.
    pub(crate) const fn key_bits(self) -> u32 {
        match self {
            Self::EcdsaP256 | Self::Ed25519 => 256,
            Self::EcdsaP384 => 384,
            Self::EcdsaP521 => 521,
            Self::Rsa2048 | Self::RsaPss2048 => 2048,
            Self::Rsa3072 | Self::RsaPss3072 => 3072,
            Self::Rsa4096 | Self::RsaPss4096 => 4096,
        }
    }

    /// The mechanisms a token must offer, each with the flag that says for what: to make a key,
    /// and to sign with it. What is signed is hashed before (SoftHSM 2.6.1 has no
    /// CKM_ECDSA_SHA256 and its siblings).
    pub(crate) const fn mechanisms(self) -> [(CK_MECHANISM_TYPE, CK_FLAGS); 2] {
        let generation = match self.family() {
            Family::Ecdsa => CKM_EC_KEY_PAIR_GEN,
            Family::Rsa => CKM_RSA_PKCS_KEY_PAIR_GEN,
            Family::Eddsa => CKM_EC_EDWARDS_KEY_PAIR_GEN,
        };
        [
            (generation, CKF_GENERATE_KEY_PAIR),
            (self.signing_mechanism(), CKF_SIGN),
        ]
    }

    /// The one mechanism its keys sign with.
    pub(crate) const fn signing_mechanism(self) -> CK_MECHANISM_TYPE {
        match self.family() {
            Family::Ecdsa => CKM_ECDSA,
            Family::Rsa if self.is_pss() => CKM_RSA_PKCS_PSS,
            Family::Rsa => CKM_RSA_PKCS,
            Family::Eddsa => CKM_EDDSA,
        }
    }

    /// The parameter of [`Self::signing_mechanism`] for a digest: none but for CKM_RSA_PKCS_PSS
    /// (PKCS#11 v3.1 §6.1.10).
    pub(crate) const fn parameter(self, digest: &Digest) -> Parameter {
        if !self.is_pss() {
            return Parameter::None;
        }
        let (hash, mask, salt) = match digest {
            Digest::Sha256(_) => (CKM_SHA256, CKG_MGF1_SHA256, 32),
            Digest::Sha384(_) => (CKM_SHA384, CKG_MGF1_SHA384, 48),
            Digest::Sha512(_) => (CKM_SHA512, CKG_MGF1_SHA512, 64),
        };
        Parameter::Pss { hash, mask, salt }
    }

    /// What [`Self::signing_mechanism`] takes to sign a digest: the digest itself for CKM_ECDSA
    /// (PKCS#11 v3.1 §6.3.12) and CKM_RSA_PKCS_PSS (§6.1.10), its DigestInfo for CKM_RSA_PKCS
    /// (§6.1.6, RFC 8017 §9.2).
    ///
    /// # Errors
    /// [`Error::AlgorithmNotSupported`] for Ed25519, which signs messages (RFC 8032 §5.1.6).
    pub(crate) fn input(self, digest: &Digest) -> Result<Vec<u8>> {
        match self.family() {
            Family::Ecdsa => Ok(digest.as_bytes().to_vec()),
            Family::Rsa if self.is_pss() => Ok(digest.as_bytes().to_vec()),
            Family::Rsa => Ok(digest.to_digest_info()),
            Family::Eddsa => Err(Error::AlgorithmNotSupported { algorithm: self }),
        }
    }
}

impl fmt::Display for SignerAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EcdsaP256 => "ECDSA P-256",
            Self::EcdsaP384 => "ECDSA P-384",
            Self::EcdsaP521 => "ECDSA P-521",
            Self::Rsa2048 => "RSA-2048",
            Self::Rsa3072 => "RSA-3072",
            Self::Rsa4096 => "RSA-4096",
            Self::RsaPss2048 => "RSA-2048 with PSS",
            Self::RsaPss3072 => "RSA-3072 with PSS",
            Self::RsaPss4096 => "RSA-4096 with PSS",
            Self::Ed25519 => "Ed25519",
        })
    }
}

/// A digest that is signed (FIPS 180-4): 32, 48 or 64 bytes, and no other length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub enum Digest {
    /// SHA-256.
    #[n(0)]
    Sha256(
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        [u8; 32],
    ),
    /// SHA-384.
    #[n(1)]
    Sha384(
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        [u8; 48],
    ),
    /// SHA-512.
    #[n(2)]
    Sha512(
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        [u8; 64],
    ),
}

impl Digest {
    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(digest) => digest,
            Self::Sha384(digest) => digest,
            Self::Sha512(digest) => digest,
        }
    }

    /// DER DigestInfo (RFC 8017 §9.2, note 1).
    ///
    /// ```asn1
    /// DigestInfo ::= SEQUENCE {
    ///     digestAlgorithm  AlgorithmIdentifier,   -- with NULL parameters
    ///     digest           OCTET STRING }
    /// ```
    fn to_digest_info(self) -> Vec<u8> {
        // Length of the whole, last arc of 2.16.840.1.101.3.4.2.n, length of the digest.
        let [whole, arc, length] = match self {
            Self::Sha256(_) => [0x31, 1, 32],
            Self::Sha384(_) => [0x41, 2, 48],
            Self::Sha512(_) => [0x51, 3, 64],
        };
        let prefix = [
            0x30, whole, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            arc, 0x05, 0x00, 0x04, length,
        ];
        [&prefix[..], self.as_bytes()].concat()
    }
}

/// 32 bytes are taken for SHA-256.
impl From<[u8; 32]> for Digest {
    fn from(digest: [u8; 32]) -> Self {
        Self::Sha256(digest)
    }
}

/// A signature as tokens give it, by the algorithm of its key.
///
/// ECDSA: r ‖ s, big-endian, each of the width of the curve's order (PKCS#11 v3.1 §6.3.1); CMS
/// and X.509 want a DER `SEQUENCE` of the two (RFC 3279 §2.2.3). RSA: as long as the modulus
/// (RFC 8017 §8.2.1), which is also what CMS and X.509 carry.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct RawSignature(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    Vec<u8>,
);

impl RawSignature {
    /// The value, [`SignerAlgorithm::signature_len`] bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_token(algorithm: SignerAlgorithm, bytes: &[u8]) -> Result<Self> {
        let expected = algorithm.signature_len();
        if bytes.len() != expected {
            return Err(Error::OutputMalformed {
                length: bytes.len() as u64,
                expected: expected as u64,
            });
        }
        Ok(Self(bytes.to_vec()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use rsa::Pkcs1v15Sign;
    use sha2::{Sha256, Sha384, Sha512};

    use super::*;

    #[test]
    fn a_digest_info_is_the_one_of_rfc_8017() {
        for (digest, padding) in [
            (Digest::Sha256([7; 32]), Pkcs1v15Sign::new::<Sha256>()),
            (Digest::Sha384([7; 48]), Pkcs1v15Sign::new::<Sha384>()),
            (Digest::Sha512([7; 64]), Pkcs1v15Sign::new::<Sha512>()),
        ] {
            let expected = [&padding.prefix[..], digest.as_bytes()].concat();
            assert_eq!(SignerAlgorithm::Rsa2048.input(&digest).unwrap(), expected);
        }
    }

    #[test]
    fn ecdsa_takes_the_bare_digest_and_ed25519_none() {
        let digest = Digest::from([7; 32]);
        assert_eq!(SignerAlgorithm::EcdsaP384.input(&digest).unwrap(), [7; 32]);
        assert!(matches!(
            SignerAlgorithm::Ed25519.input(&digest),
            Err(Error::AlgorithmNotSupported { .. })
        ));
    }

    #[test]
    fn a_digest_of_another_length_than_its_algorithm_has_is_not_decoded() {
        let mut message = minicbor::to_vec(Digest::Sha384([7; 48])).unwrap();
        assert!(minicbor::decode::<Digest>(&message).is_ok());
        message[1] = 2; // SHA-512, still with 48 bytes
        assert!(minicbor::decode::<Digest>(&message).is_err());
    }

    #[test]
    fn a_signature_of_another_length_is_refused() {
        let refused = RawSignature::from_token(SignerAlgorithm::EcdsaP384, &[1; 64]);
        assert!(matches!(
            refused,
            Err(Error::OutputMalformed {
                length: 64,
                expected: 96
            })
        ));
    }
}

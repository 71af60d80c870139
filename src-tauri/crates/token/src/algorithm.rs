use std::fmt;

use cryptoki_sys::{
    CK_FLAGS, CK_MECHANISM_TYPE, CKF_GENERATE_KEY_PAIR, CKF_SIGN, CKG_MGF1_SHA256, CKG_MGF1_SHA384,
    CKG_MGF1_SHA512, CKM_EC_EDWARDS_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN, CKM_ECDSA, CKM_ECDSA_SHA256,
    CKM_ECDSA_SHA384, CKM_ECDSA_SHA512, CKM_EDDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_KEY_PAIR_GEN,
    CKM_RSA_PKCS_PSS, CKM_SHA256, CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384,
    CKM_SHA384_RSA_PKCS, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA512, CKM_SHA512_RSA_PKCS,
    CKM_SHA512_RSA_PKCS_PSS,
};
use minicbor::{CborLen, Decode, Encode};

use crate::{Error, Result, ToBeSigned, raw::Parameter};

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
    /// Ed25519 (RFC 8032 §5.1), which signs messages and not their digests.
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

    /// The mechanism that makes a key.
    pub(crate) const fn generation_mechanism(self) -> CK_MECHANISM_TYPE {
        match self.family() {
            Family::Ecdsa => CKM_EC_KEY_PAIR_GEN,
            Family::Rsa => CKM_RSA_PKCS_KEY_PAIR_GEN,
            Family::Eddsa => CKM_EC_EDWARDS_KEY_PAIR_GEN,
        }
    }

    /// The mechanism that signs with its keys what is prepared outside: a digest, and with Ed25519
    /// the message.
    pub(crate) const fn signing_mechanism(self) -> CK_MECHANISM_TYPE {
        match self.family() {
            Family::Ecdsa => CKM_ECDSA,
            Family::Rsa if self.is_pss() => CKM_RSA_PKCS_PSS,
            Family::Rsa => CKM_RSA_PKCS,
            Family::Eddsa => CKM_EDDSA,
        }
    }

    /// The mechanism that digests a message so, and signs.
    pub(crate) const fn hashing_mechanism(self, digest: &Digest) -> CK_MECHANISM_TYPE {
        match (self.family(), digest) {
            (Family::Ecdsa, Digest::Sha256(_)) => CKM_ECDSA_SHA256,
            (Family::Ecdsa, Digest::Sha384(_)) => CKM_ECDSA_SHA384,
            (Family::Ecdsa, Digest::Sha512(_)) => CKM_ECDSA_SHA512,
            (Family::Rsa, Digest::Sha256(_)) if self.is_pss() => CKM_SHA256_RSA_PKCS_PSS,
            (Family::Rsa, Digest::Sha384(_)) if self.is_pss() => CKM_SHA384_RSA_PKCS_PSS,
            (Family::Rsa, Digest::Sha512(_)) if self.is_pss() => CKM_SHA512_RSA_PKCS_PSS,
            (Family::Rsa, Digest::Sha256(_)) => CKM_SHA256_RSA_PKCS,
            (Family::Rsa, Digest::Sha384(_)) => CKM_SHA384_RSA_PKCS,
            (Family::Rsa, Digest::Sha512(_)) => CKM_SHA512_RSA_PKCS,
            (Family::Eddsa, _) => CKM_EDDSA,
        }
    }

    /// The digests that its keys sign over: SHA-256 for what an organisation keeps, and one as
    /// strong as the key for documents.
    const fn digests(self) -> &'static [Digest] {
        const SHA256: Digest = Digest::Sha256([0; 32]);
        const SHA384: Digest = Digest::Sha384([0; 48]);
        const SHA512: Digest = Digest::Sha512([0; 64]);
        match self {
            Self::EcdsaP384 | Self::Rsa4096 | Self::RsaPss4096 => &[SHA256, SHA384],
            Self::EcdsaP521 => &[SHA256, SHA512],
            _ => &[SHA256],
        }
    }

    /// The parameter of a mechanism that signs a digest or makes it: none but for RSASSA-PSS
    /// (PKCS#11 v3.1 §6.1.10, §6.1.12).
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

    /// How a token signs with its keys, by what it offers: what takes a digest, else what hashes the
    /// message itself. Where there is neither, the first is what is missing.
    pub(crate) fn signer(self, offers: impl Fn(CK_MECHANISM_TYPE) -> bool) -> Signer {
        self.signer_over(self.digests(), offers)
    }

    /// As [`Self::signer`], for these digests alone.
    pub(crate) fn signer_over(
        self,
        digests: &[Digest],
        offers: impl Fn(CK_MECHANISM_TYPE) -> bool,
    ) -> Signer {
        let hashes = || {
            let mut digests = digests.iter();
            digests.all(|digest| offers(self.hashing_mechanism(digest)))
        };
        let takes = match self.family() {
            Family::Eddsa => Takes::Message,
            _ if !offers(self.signing_mechanism()) && hashes() => Takes::Message,
            _ => Takes::Digest,
        };
        Signer {
            algorithm: self,
            takes,
        }
    }
}

/// What a token is given to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Digest,
    Message,
}

/// An algorithm as one token signs by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signer {
    pub(crate) algorithm: SignerAlgorithm,
    takes: Takes,
}

/// One signature: what goes into which mechanism.
pub(crate) struct Operation {
    pub(crate) mechanism: CK_MECHANISM_TYPE,
    pub(crate) parameter: Parameter,
    pub(crate) bytes: Vec<u8>,
}

impl Signer {
    /// What its keys may sign by, and by nothing else.
    pub(crate) fn signing_mechanisms(self) -> Vec<CK_MECHANISM_TYPE> {
        match self.takes {
            Takes::Digest => vec![self.algorithm.signing_mechanism()],
            Takes::Message => {
                let digests = self.algorithm.digests().iter();
                digests
                    .map(|digest| self.algorithm.hashing_mechanism(digest))
                    .collect()
            }
        }
    }

    /// The mechanisms a token must offer, each with the flag that says for what: to make a key, and
    /// to sign with it.
    pub(crate) fn mechanisms(self) -> Vec<(CK_MECHANISM_TYPE, CK_FLAGS)> {
        let generation = self.algorithm.generation_mechanism();
        let mut mechanisms = vec![(generation, CKF_GENERATE_KEY_PAIR)];
        let signing = self.signing_mechanisms().into_iter();
        mechanisms.extend(signing.map(|mechanism| (mechanism, CKF_SIGN)));
        mechanisms
    }

    /// How something is signed: the digest itself by CKM_ECDSA (PKCS#11 v3.1 §6.3.12) and
    /// CKM_RSA_PKCS_PSS (§6.1.10), its DigestInfo by CKM_RSA_PKCS (§6.1.6, RFC 8017 §9.2), the
    /// message by everything else.
    ///
    /// # Errors
    /// [`Error::MessageAbsent`] where there is a digest alone.
    pub(crate) fn operation(self, input: &ToBeSigned) -> Result<Operation> {
        let Self { algorithm, takes } = self;
        let digest = input.digest();
        let (mechanism, bytes) = match takes {
            Takes::Message => {
                let message = input.message().ok_or(Error::MessageAbsent { algorithm })?;
                (algorithm.hashing_mechanism(digest), message.to_vec())
            }
            Takes::Digest => {
                let bytes = match algorithm.family() {
                    Family::Rsa if !algorithm.is_pss() => digest.to_digest_info(),
                    _ => digest.as_bytes().to_vec(),
                };
                (algorithm.signing_mechanism(), bytes)
            }
        };
        Ok(Operation {
            mechanism,
            parameter: algorithm.parameter(digest),
            bytes,
        })
    }
}

/// As most tokens sign by it.
impl From<SignerAlgorithm> for Signer {
    fn from(algorithm: SignerAlgorithm) -> Self {
        algorithm.signer(|_| true)
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

    /// Takes what C_Sign gave. Some modules leave leading zeros out of a number, and some give
    /// Ecdsa-Sig-Value (RFC 3279 §2.2.3) where r ‖ s is due (PKCS#11 v3.1 §6.3.1): what can be
    /// meant in one way only is put right. Whoever uses a signature verifies it first.
    pub(crate) fn from_token(algorithm: SignerAlgorithm, bytes: &[u8]) -> Result<Self> {
        let expected = algorithm.signature_len();
        if bytes.len() != expected {
            let meant = match algorithm.family() {
                Family::Rsa => wide(bytes, expected),
                Family::Ecdsa => two_numbers(bytes, expected),
                Family::Eddsa => None,
            };
            if let Some(meant) = meant {
                return Ok(Self(meant));
            }
            return Err(Error::OutputMalformed {
                length: bytes.len() as u64,
                expected: expected as u64,
            });
        }
        Ok(Self(bytes.to_vec()))
    }
}

/// Most zero bytes that are missing in front of a number: more are chance to 2^-32.
const LOST_ZEROS: usize = 4;

/// A number in so many bytes, which some zeros are missing in front of.
fn wide(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let lost = length.checked_sub(number.len())?;
    (lost <= LOST_ZEROS && !number.is_empty()).then(|| [&vec![0; lost][..], number].concat())
}

/// r ‖ s of an Ecdsa-Sig-Value, or of two halves that zeros are missing in.
fn two_numbers(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let half = length / 2;
    let joined = |r: &[u8], s: &[u8]| Some([wide(r, half)?, wide(s, half)?].concat());
    if let Some((r, s)) = sig_value(bytes) {
        let within = |number: &[u8]| (!number.is_empty() && number.len() <= half).then_some(());
        within(r).and(within(s))?;
        let padded = |number: &[u8]| [&vec![0; half - number.len()][..], number].concat();
        return Some([padded(r), padded(s)].concat());
    }
    match bytes.len() {
        shorter if shorter < length && shorter % 2 == 0 => {
            let (r, s) = bytes.split_at(shorter / 2);
            joined(r, s)
        }
        _ => None,
    }
}

/// The numbers of `SEQUENCE { r INTEGER, s INTEGER }` in DER, without the zero that keeps them
/// positive.
fn sig_value(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let content = match der {
        [0x30, 0x81, length, content @ ..] | [0x30, length, content @ ..]
            if usize::from(*length) == content.len() =>
        {
            content
        }
        _ => return None,
    };
    let integer = |bytes: &'_ [u8]| match bytes {
        [0x02, length, rest @ ..] if *length < 0x80 => rest
            .split_at_checked((*length).into())
            .map(|(number, rest)| (number.len(), rest.len())),
        _ => None,
    };
    let (r_length, rest_length) = integer(content)?;
    let (r, rest) = (
        &content[2..2 + r_length],
        &content[content.len() - rest_length..],
    );
    let (s_length, after) = integer(rest)?;
    let s = &rest[2..2 + s_length];
    let positive = |number: &'_ [u8]| usize::from(matches!(number, [0, _, ..]));
    (after == 0).then(|| (&r[positive(r)..], &s[positive(s)..]))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use rsa::Pkcs1v15Sign;
    use sha2::{Sha256, Sha384, Sha512};

    use super::*;

    fn operation(
        algorithm: SignerAlgorithm,
        offered: &[CK_MECHANISM_TYPE],
        input: impl Into<ToBeSigned>,
    ) -> Result<(CK_MECHANISM_TYPE, Vec<u8>)> {
        let signer = algorithm.signer(|mechanism| offered.contains(&mechanism));
        let operation = signer.operation(&input.into())?;
        Ok((operation.mechanism, operation.bytes))
    }

    #[test]
    fn a_digest_info_is_the_one_of_rfc_8017() {
        for (digest, padding) in [
            (Digest::Sha256([7; 32]), Pkcs1v15Sign::new::<Sha256>()),
            (Digest::Sha384([7; 48]), Pkcs1v15Sign::new::<Sha384>()),
            (Digest::Sha512([7; 64]), Pkcs1v15Sign::new::<Sha512>()),
        ] {
            let expected = [&padding.prefix[..], digest.as_bytes()].concat();
            let (_, bytes) = operation(SignerAlgorithm::Rsa2048, &[CKM_RSA_PKCS], digest).unwrap();
            assert_eq!(bytes, expected);
        }
    }

    #[test]
    fn ecdsa_takes_the_bare_digest_and_ed25519_the_message() {
        let input = ToBeSigned::sha256(b"message");
        let digest = input.digest().as_bytes().to_vec();
        let p384 = operation(SignerAlgorithm::EcdsaP384, &[CKM_ECDSA], &input);
        assert_eq!(p384.unwrap(), (CKM_ECDSA, digest));
        let ed25519 = operation(SignerAlgorithm::Ed25519, &[], &input);
        assert_eq!(ed25519.unwrap(), (CKM_EDDSA, b"message".to_vec()));
        assert!(matches!(
            operation(SignerAlgorithm::Ed25519, &[], Digest::from([7; 32])),
            Err(Error::MessageAbsent { .. })
        ));
    }

    #[test]
    fn what_hashes_itself_is_used_where_nothing_takes_digests_and_gets_the_message() {
        let input = ToBeSigned::sha256(b"message");
        let message = b"message".to_vec();
        for (algorithm, hashing) in [
            (SignerAlgorithm::EcdsaP256, CKM_ECDSA_SHA256),
            (SignerAlgorithm::Rsa3072, CKM_SHA256_RSA_PKCS),
            (SignerAlgorithm::RsaPss3072, CKM_SHA256_RSA_PKCS_PSS),
        ] {
            let by_itself = operation(algorithm, &[hashing], &input).unwrap();
            assert_eq!(by_itself, (hashing, message.clone()), "{algorithm}");
            let raw = algorithm.signing_mechanism();
            let (mechanism, _) = operation(algorithm, &[hashing, raw], &input).unwrap();
            assert_eq!(mechanism, raw, "{algorithm}: digests are preferred");
        }
    }

    #[test]
    fn a_token_that_lacks_one_of_the_digests_a_key_signs_over_lacks_the_mechanism_for_digests() {
        let offered = [CKM_ECDSA_SHA256, CKM_ECDSA_SHA512];
        let signer = |algorithm: SignerAlgorithm| algorithm.signer(|m| offered.contains(&m));
        let signing = |algorithm| signer(algorithm).signing_mechanisms();
        assert_eq!(signing(SignerAlgorithm::EcdsaP521), offered);
        assert_eq!(signing(SignerAlgorithm::EcdsaP384), [CKM_ECDSA]);
    }

    #[test]
    fn a_digest_of_another_length_than_its_algorithm_has_is_not_decoded() {
        let mut message = minicbor::to_vec(Digest::Sha384([7; 48])).unwrap();
        assert!(minicbor::decode::<Digest>(&message).is_ok());
        message[1] = 2; // SHA-512, still with 48 bytes
        assert!(minicbor::decode::<Digest>(&message).is_err());
    }

    #[test]
    fn a_signature_in_der_or_without_its_leading_zeros_is_put_right() {
        let p256 = SignerAlgorithm::EcdsaP256;
        let value = |bytes: &[u8]| {
            let taken = RawSignature::from_token(p256, bytes).unwrap();
            taken.as_bytes().to_vec()
        };
        let (r, s) = ([0xA1; 32], [&[0; 2][..], &[0x61; 30]].concat());
        let raw = [&r[..], &s].concat();
        assert_eq!(value(&raw), raw, "as it should be");
        let der = [&[0x30, 67, 0x02, 33, 0][..], &r, &[0x02, 30], &s[2..]].concat();
        assert_eq!(value(&der), raw, "Ecdsa-Sig-Value");
        let (r, s) = (
            [&[0][..], &[0x51; 31]].concat(),
            [&[0][..], &[0x61; 31]].concat(),
        );
        let short = [&r[1..], &s[1..]].concat();
        assert_eq!(value(&short), [r, s].concat(), "both halves a byte short");

        let p521 = SignerAlgorithm::EcdsaP521;
        let der = [
            &[0x30, 0x81, 136, 0x02, 66][..],
            &[1; 66],
            &[0x02, 66],
            &[1; 66],
        ]
        .concat();
        let taken = RawSignature::from_token(p521, &der).unwrap();
        assert_eq!(taken.as_bytes(), [1; 132], "a length of two bytes");

        let rsa = RawSignature::from_token(SignerAlgorithm::Rsa2048, &[7; 255]).unwrap();
        assert_eq!(rsa.as_bytes(), [&[0][..], &[7; 255]].concat());
    }

    #[test]
    fn what_is_no_signature_in_any_writing_is_refused() {
        for (algorithm, bytes) in [
            (SignerAlgorithm::EcdsaP256, vec![]),
            (SignerAlgorithm::EcdsaP256, vec![1; 48]),
            (SignerAlgorithm::EcdsaP256, vec![1; 63]),
            (SignerAlgorithm::EcdsaP256, vec![0x30, 4, 2, 0, 2, 0]),
            (
                SignerAlgorithm::EcdsaP256,
                [&[0x30, 70, 2, 34][..], &[1; 34], &[2, 32], &[1; 32]].concat(),
            ),
            (
                SignerAlgorithm::EcdsaP256,
                [&[0x30, 6, 2, 127][..], &[1; 4]].concat(),
            ),
            (SignerAlgorithm::Rsa2048, vec![1; 250]),
            (SignerAlgorithm::Rsa2048, vec![1; 257]),
            (SignerAlgorithm::Ed25519, vec![1; 63]),
        ] {
            assert!(
                RawSignature::from_token(algorithm, &bytes).is_err(),
                "{bytes:02x?}"
            );
        }
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

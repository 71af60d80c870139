use std::fmt;

use minicbor::{CborLen, Decode, Encode};

use crate::{Error, Result, SignerAlgorithm, SpkiDer, secret::SecretBytes};

/// What a key on the token is for; each kind has a template of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum TokenKeyKind {
    /// AES-256 key that wraps and unwraps signers' keys and does nothing else.
    #[n(0)]
    Master,
    /// HMAC-SHA-256 key that is a part of every signer's secret.
    #[n(1)]
    Pepper,
    /// HMAC-SHA-256 key that vouches for records.
    #[n(2)]
    RecordMac,
    /// P-256 key that signs certificates and revocation lists.
    #[n(3)]
    CertificateAuthority,
    /// P-256 key that signs heads of the log.
    #[n(4)]
    Head,
    /// P-256 key that countersigns heads of the log.
    #[n(5)]
    Notary,
    /// AES-256 key that wraps and unwraps keys that were brought in from outside, and does nothing
    /// else: it cannot tell a key that somebody knows from one that was born on the token.
    #[n(6)]
    ImportMaster,
}

/// SHA-256 of a file, printed as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct Sha256(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 32],
);

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// A signer's private key, wrapped under a master.
///
/// Who has it and the token's PIN can sign with it, so it is wiped on drop and never printed.
#[derive(Clone, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct WrappedKey {
    #[n(0)]
    mechanism: WrapMechanism,
    #[n(1)]
    blob: SecretBytes,
}

impl WrappedKey {
    /// Longest blob in bytes: RSA-4096 takes 2384, so anything longer is no signer's key.
    pub const LONGEST: usize = 4096;

    /// Puts a wrapped key together from what was stored of it.
    ///
    /// # Errors
    /// [`Error::MechanismNotAllowed`] unless number and RFC belong together (see
    /// [`WrapMechanism`]), [`Error::MessageTooLong`] above [`WrappedKey::LONGEST`] bytes.
    pub fn from_parts(mechanism: u64, rfc: u16, blob: Vec<u8>) -> Result<Self> {
        let blob = SecretBytes::new(blob);
        if blob.expose().len() > Self::LONGEST {
            return Err(Error::MessageTooLong {
                length: blob.expose().len() as u64,
                limit: Self::LONGEST as u64,
            });
        }
        Ok(Self {
            mechanism: WrapMechanism::from_parts(mechanism, rfc)?,
            blob,
        })
    }

    pub(crate) fn new(mechanism: WrapMechanism, blob: SecretBytes) -> Self {
        Self { mechanism, blob }
    }

    /// The mechanism that wrapped it.
    #[must_use]
    pub fn mechanism(&self) -> WrapMechanism {
        self.mechanism
    }

    /// Shows the blob, to seal it.
    #[must_use]
    pub fn expose_blob(&self) -> &[u8] {
        self.blob.expose()
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappedKey(..)")
    }
}

/// The mechanism keys are wrapped with, and the RFC it turned out to follow.
///
/// CKM_AES_KEY_WRAP_KWP (0x210B) is RFC 5649. CKM_AES_KEY_WRAP_PAD (0x210A) is deprecated because
/// vendors read it two ways (PKCS#11 v3.1 §6.13): RFC 5649, or RFC 3394 after padding. A stored
/// key therefore names both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum WrapMechanism {
    /// 0x210B, RFC 5649.
    #[n(0)]
    Kwp,
    /// 0x210A, RFC 5649.
    #[n(1)]
    PadRfc5649,
    /// 0x210A, RFC 3394 over the padded key.
    #[n(2)]
    PadRfc3394,
}

impl WrapMechanism {
    /// Recognises a mechanism by what is stored of it.
    ///
    /// # Errors
    /// [`Error::MechanismNotAllowed`] for every other pair.
    pub fn from_parts(mechanism: u64, rfc: u16) -> Result<Self> {
        [Self::Kwp, Self::PadRfc5649, Self::PadRfc3394]
            .into_iter()
            .find(|known| (known.number(), known.rfc()) == (mechanism, rfc))
            .ok_or(Error::MechanismNotAllowed { mechanism, rfc })
    }

    /// CK_MECHANISM_TYPE.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::Kwp => cryptoki_sys::CKM_AES_KEY_WRAP_KWP,
            Self::PadRfc5649 | Self::PadRfc3394 => cryptoki_sys::CKM_AES_KEY_WRAP_PAD,
        }
    }

    /// Number of the RFC: 5649 or 3394.
    #[must_use]
    pub fn rfc(self) -> u16 {
        match self {
            Self::Kwp | Self::PadRfc5649 => 5649,
            Self::PadRfc3394 => 3394,
        }
    }
}

/// A key wrapped only to prove its master by: its public half is never certified.
#[derive(Clone, Debug, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct Canary {
    /// The wrapped key.
    #[n(0)]
    pub wrapped: WrappedKey,
    /// Its public key.
    #[n(1)]
    pub spki: SpkiDer,
    /// Its algorithm.
    #[n(2)]
    pub algorithm: SignerAlgorithm,
}

/// What an HMAC key once answered, to prove it by later.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct KnownAnswer {
    /// What was MACed; public.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub data: Vec<u8>,
    /// Its HMAC-SHA-256; public, so nothing may be derived from it.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub mac: [u8; 32],
}

/// A token key was made.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct Created {
    /// The public key, where the kind has one.
    #[n(0)]
    pub public_key: Option<SpkiDer>,
    /// What of the template the token does not have; each lowers the assurance.
    #[n(1)]
    pub missing: Vec<AttributeName>,
}

/// A token key proved to be the one expected.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct Proven {
    /// What of the template the token does not have, or says otherwise; each lowers the assurance.
    #[n(0)]
    pub missing: Vec<AttributeName>,
}

/// Name of a PKCS#11 attribute, for example `Modifiable` for CKA_MODIFIABLE.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct AttributeName(#[n(0)] pub(crate) String);

impl AttributeName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a wrapping key must refuse, and did not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Encode, Decode, CborLen)]
#[cbor(array)]
pub enum Weaker {
    /// The canary came back with EXTRACTABLE=T.
    #[n(0)]
    #[error("an extractable key")]
    Extractable,
    /// The canary came back with SENSITIVE=F.
    #[n(1)]
    #[error("a readable key")]
    Readable,
    /// The canary came back with TOKEN=T.
    #[n(2)]
    #[error("a key that outlives its session")]
    Persistent,
    /// The canary came back as a GENERIC_SECRET key.
    #[n(3)]
    #[error("a private key as a generic secret")]
    GenericSecret,
    /// The canary came back as an AES key.
    #[n(4)]
    #[error("a private key as an AES key")]
    AesKey,
    /// An unwrapped key could be wrapped again.
    #[n(5)]
    #[error("a key that was unwrapped before")]
    WrapAgain,
    /// Another mechanism unwraps, or gives an answer that only its decryption can have given.
    #[n(6)]
    #[error("unwrapping by mechanism {mechanism:#06x}, which answered {answer}")]
    UnwrapBy {
        /// CK_MECHANISM_TYPE.
        #[n(0)]
        mechanism: u64,
        /// What C_UnwrapKey answered.
        #[n(1)]
        answer: String,
    },
    /// Another mechanism wraps, or refuses for another reason than being another one.
    #[n(7)]
    #[error("wrapping by mechanism {mechanism:#06x}, which answered {answer}")]
    WrapBy {
        /// CK_MECHANISM_TYPE.
        #[n(0)]
        mechanism: u64,
        /// What C_WrapKey answered.
        #[n(1)]
        answer: String,
    },
}

/// Objects this login sees on its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct ObjectCounts {
    /// Objects stored on the token.
    #[n(0)]
    pub token: u64,
    /// Objects of the host process' sessions.
    #[n(1)]
    pub session: u64,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_takes_only_authenticated_mechanisms() {
        assert!(WrappedKey::from_parts(0x210B, 5649, vec![]).is_ok());
        for (mechanism, rfc) in [
            (0x210B, 3394),
            (0x1085, 5649),
            (0x2109, 3394),
            (0x1087, 5649),
        ] {
            assert!(matches!(
                WrappedKey::from_parts(mechanism, rfc, vec![]),
                Err(Error::MechanismNotAllowed { .. })
            ));
        }
    }

    #[test]
    fn debug_says_nothing_about_a_wrapped_key() {
        let wrapped = WrappedKey::from_parts(0x210B, 5649, vec![0xAB; 40]).unwrap();
        assert_eq!(format!("{wrapped:?}"), "WrappedKey(..)");
    }
}

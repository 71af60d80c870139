//! The seal: AES-256-GCM over what is kept, under the outer key, bound to the identity.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use zeroize::Zeroizing;

use super::cbor::{Infallible, Reader, Writer, versioned};
use super::{Error, Identity, OuterKey};

/// Masters a blob may be wrapped under at once: the current one and the next.
const MOST_BLOBS: u64 = 2;

/// Content that only the outer key opens; ciphertext with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBlob(Vec<u8>);

impl SealedBlob {
    /// Takes ciphertext as stored.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The ciphertext with its tag.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Seals `content` for `identity`.
    fn seal(key: &OuterKey, identity: &Identity, content: &[u8]) -> Self {
        Self(encrypt(key.expose(), identity.as_bytes(), content))
    }

    fn open(&self, key: &OuterKey, identity: &Identity) -> Result<Zeroizing<Vec<u8>>, Error> {
        decrypt(key.expose(), identity.as_bytes(), &self.0)
            .ok_or(Error::Damaged { what: "the seal" })
    }
}

/// A key wrapped by the HSM, named as the record names it.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedBlob {
    /// Label of the master it is wrapped under.
    pub wrapping_key: String,
    /// PKCS#11 mechanism number.
    pub mechanism: u64,
    /// The RFC that the mechanism turned out to follow.
    pub rfc: u32,
    /// The wrapped key; a bearer token for who has the signing PIN, so wiped.
    pub blob: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for WrappedBlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WrappedBlob(..)")
    }
}

/// Seals wrapped keys: `CBOR[[wrapping key, mechanism, RFC, blob], …]`.
#[must_use]
pub fn seal_blobs(key: &OuterKey, identity: &Identity, blobs: &[WrappedBlob]) -> SealedBlob {
    let mut writer: Writer = minicbor::Encoder::new(Vec::with_capacity(8192));
    writer.array(blobs.len() as u64).sure();
    for wrapped in blobs {
        writer
            .array(4)
            .sure()
            .str(&wrapped.wrapping_key)
            .sure()
            .u64(wrapped.mechanism)
            .sure();
        writer.u32(wrapped.rfc).sure().bytes(&wrapped.blob).sure();
    }
    let content = Zeroizing::new(writer.into_writer());
    SealedBlob::seal(key, identity, &content)
}

/// Opens a seal over wrapped keys.
///
/// # Errors
/// [`Error::Damaged`] if it does not authenticate, [`Error::Malformed`] if the content is not what
/// [`seal_blobs`] writes.
pub fn open_blobs(
    sealed: &SealedBlob,
    key: &OuterKey,
    identity: &Identity,
) -> Result<Vec<WrappedBlob>, Error> {
    let content = sealed.open(key, identity)?;
    let mut reader = Reader::new("the sealed key", &content);
    let count = reader.list(MOST_BLOBS)?;
    let mut blobs = Vec::new();
    for _ in 0..count {
        reader.array(4)?;
        blobs.push(WrappedBlob {
            wrapping_key: reader.text()?.to_owned(),
            mechanism: reader.unsigned()?,
            rfc: reader.small()?,
            blob: Zeroizing::new(reader.bytes()?.to_vec()),
        });
    }
    reader.end()?;
    Ok(blobs)
}

/// What an officer's issuing-PIN record keeps.
pub struct IssuingSecrets {
    /// User PIN of the issuing token.
    pub issuing_pin: Zeroizing<String>,
    /// SO PIN of the signing token, until the first backup takes it; empty where its operator has it.
    pub signing_so_pin: Zeroizing<String>,
    /// SO PIN of the issuing token, in the same way.
    pub issuing_so_pin: Zeroizing<String>,
}

impl IssuingSecrets {
    /// Whether there are PINs of security officers in it.
    pub(crate) fn has_so_pins(&self) -> bool {
        !(self.signing_so_pin.is_empty() && self.issuing_so_pin.is_empty())
    }

    /// Wipes the PINs of the security officers.
    pub(crate) fn forget_so_pins(&mut self) {
        self.signing_so_pin = Zeroizing::default();
        self.issuing_so_pin = Zeroizing::default();
    }
}

impl std::fmt::Debug for IssuingSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IssuingSecrets(..)")
    }
}

/// Seals the issuing PIN: `CBOR[1, issuing PIN, signing SO PIN, issuing SO PIN]`.
#[must_use]
pub fn seal_issuing(key: &OuterKey, identity: &Identity, secrets: &IssuingSecrets) -> SealedBlob {
    let mut writer = versioned(3);
    writer.writer_mut().reserve(1024);
    writer
        .str(&secrets.issuing_pin)
        .sure()
        .str(&secrets.signing_so_pin)
        .sure();
    writer.str(&secrets.issuing_so_pin).sure();
    let content = Zeroizing::new(writer.into_writer());
    SealedBlob::seal(key, identity, &content)
}

/// Opens a seal over the issuing PIN.
///
/// # Errors
/// [`Error::Damaged`], [`Error::Malformed`].
pub fn open_issuing(
    sealed: &SealedBlob,
    key: &OuterKey,
    identity: &Identity,
) -> Result<IssuingSecrets, Error> {
    let content = sealed.open(key, identity)?;
    let mut reader = Reader::new("the sealed issuing PIN", &content);
    reader.versioned(3)?;
    let mut pin = || reader.text().map(|text| Zeroizing::new(text.to_owned()));
    let secrets = IssuingSecrets {
        issuing_pin: pin()?,
        signing_so_pin: pin()?,
        issuing_so_pin: pin()?,
    };
    reader.end()?;
    Ok(secrets)
}

/// AES-256-GCM with the zero nonce: every key here encrypts exactly once (CUSTODY-FORMAT 2).
pub(super) fn encrypt(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
        .encrypt(&Nonce::default(), Payload { msg: plain, aad })
        .expect("a few kilobytes are within what GCM encrypts")
}

/// The reverse of [`encrypt`]; `None` if it does not authenticate.
pub(super) fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
        .decrypt(&Nonce::default(), Payload { msg: sealed, aad })
        .ok()
        .map(Zeroizing::new)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn blob() -> WrappedBlob {
        WrappedBlob {
            wrapping_key: "wk-1".to_owned(),
            mechanism: 0x210A,
            rfc: 5649,
            blob: Zeroizing::new(vec![9; 80]),
        }
    }

    #[test]
    fn a_sealed_key_opens_for_its_own_identity_only() {
        let key = OuterKey::generate().unwrap();
        let ada = Identity::of_issuing_pin(&[1; 16], &[2; 16], 1);
        let bob = Identity::of_issuing_pin(&[1; 16], &[3; 16], 1);
        let sealed = seal_blobs(&key, &ada, &[blob()]);
        assert_eq!(open_blobs(&sealed, &key, &ada).unwrap(), [blob()]);
        assert!(matches!(
            open_blobs(&sealed, &key, &bob),
            Err(Error::Damaged { .. })
        ));
        let other = OuterKey::generate().unwrap();
        assert!(matches!(
            open_blobs(&sealed, &other, &ada),
            Err(Error::Damaged { .. })
        ));
    }

    #[test]
    fn a_flipped_bit_anywhere_in_a_seal_is_damage() {
        let key = OuterKey::generate().unwrap();
        let identity = Identity::of_issuing_pin(&[1; 16], &[2; 16], 1);
        let sealed = seal_blobs(&key, &identity, &[blob()]);
        for at in 0..sealed.as_bytes().len() {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[at] ^= 1;
            let opened = open_blobs(&SealedBlob::from_bytes(bytes), &key, &identity);
            assert!(matches!(opened, Err(Error::Damaged { .. })), "byte {at}");
        }
    }

    #[test]
    fn issuing_secrets_come_back_as_they_went_in() {
        let key = OuterKey::generate().unwrap();
        let identity = Identity::of_issuing_pin(&[1; 16], &[2; 16], 1);
        let secrets = IssuingSecrets {
            issuing_pin: Zeroizing::new("one".to_owned()),
            signing_so_pin: Zeroizing::new("two".to_owned()),
            issuing_so_pin: Zeroizing::new("three".to_owned()),
        };
        let opened =
            open_issuing(&seal_issuing(&key, &identity, &secrets), &key, &identity).unwrap();
        assert_eq!(*opened.issuing_pin, "one");
        assert_eq!(*opened.signing_so_pin, "two");
        assert_eq!(*opened.issuing_so_pin, "three");
    }
}

//! Kinds of signers' keys, and the one place where their names meet the algorithms.

use sha2::{Digest, Sha256};
use signature::algorithm::{self, Curve, DigestAlgorithm, KeyAlgorithm, SignatureAlgorithm};
use token::{SignerAlgorithm, ToBeSigned};

use crate::custody::RowMessage;
use crate::error::{Error, Result};

/// A kind of key that signers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// ECDSA on P-256 with SHA-256.
    P256,
    /// ECDSA on P-384 with SHA-384.
    P384,
    /// ECDSA on P-521 with SHA-512.
    P521,
    /// RSA of 2048 bits with SHA-256.
    Rsa2048,
    /// RSA of 3072 bits with SHA-256.
    Rsa3072,
    /// RSA of 4096 bits with SHA-384.
    Rsa4096,
    /// RSA of 2048 bits with RSASSA-PSS and SHA-256.
    RsaPss2048,
    /// RSA of 3072 bits with RSASSA-PSS and SHA-256.
    RsaPss3072,
    /// RSA of 4096 bits with RSASSA-PSS and SHA-384.
    RsaPss4096,
    /// Ed25519, over messages; its CMS digests with SHA-512 (RFC 8419).
    Ed25519,
}

impl KeyKind {
    /// All kinds that have a name.
    const ALL: [Self; 10] = [
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::RsaPss2048,
        Self::RsaPss3072,
        Self::RsaPss4096,
        Self::Ed25519,
    ];

    /// Reads the name used on the command line, in rows and in identities.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| Error::KeyKind {
                kind: name.to_owned(),
            })
    }

    /// The name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
            Self::RsaPss2048 => "rsa2048-pss",
            Self::RsaPss3072 => "rsa3072-pss",
            Self::RsaPss4096 => "rsa4096-pss",
            Self::Ed25519 => "ed25519",
        }
    }

    /// What the token calls it.
    pub(crate) const fn on_token(self) -> SignerAlgorithm {
        match self {
            Self::P256 => SignerAlgorithm::EcdsaP256,
            Self::P384 => SignerAlgorithm::EcdsaP384,
            Self::P521 => SignerAlgorithm::EcdsaP521,
            Self::Rsa2048 => SignerAlgorithm::Rsa2048,
            Self::Rsa3072 => SignerAlgorithm::Rsa3072,
            Self::Rsa4096 => SignerAlgorithm::Rsa4096,
            Self::RsaPss2048 => SignerAlgorithm::RsaPss2048,
            Self::RsaPss3072 => SignerAlgorithm::RsaPss3072,
            Self::RsaPss4096 => SignerAlgorithm::RsaPss4096,
            Self::Ed25519 => SignerAlgorithm::Ed25519,
        }
    }

    /// What its public keys are.
    const fn key_algorithm(self) -> KeyAlgorithm {
        match self {
            Self::P256 => KeyAlgorithm::Ecdsa(Curve::P256),
            Self::P384 => KeyAlgorithm::Ecdsa(Curve::P384),
            Self::P521 => KeyAlgorithm::Ecdsa(Curve::P521),
            Self::Rsa2048 | Self::RsaPss2048 => KeyAlgorithm::Rsa { modulus_bits: 2048 },
            Self::Rsa3072 | Self::RsaPss3072 => KeyAlgorithm::Rsa { modulus_bits: 3072 },
            Self::Rsa4096 | Self::RsaPss4096 => KeyAlgorithm::Rsa { modulus_bits: 4096 },
            Self::Ed25519 => KeyAlgorithm::Ed25519,
        }
    }

    /// The kind of a public key, SPKI DER, of one that was born elsewhere; RSA signs as of old.
    pub(crate) fn of_spki(spki: &[u8]) -> Option<Self> {
        let found = KeyAlgorithm::of_spki(spki).ok()?;
        Self::ALL
            .into_iter()
            .find(|kind| kind.key_algorithm() == found)
    }

    const fn is_pss(self) -> bool {
        matches!(self, Self::RsaPss2048 | Self::RsaPss3072 | Self::RsaPss4096)
    }

    /// How its keys sign documents and requests. The public key in a certificate is a plain RSA key,
    /// which more readers know than one for PSS alone.
    pub(crate) const fn signature_algorithm(self) -> SignatureAlgorithm {
        let algorithm = self.key_algorithm().signature_algorithm();
        if self.is_pss() {
            SignatureAlgorithm::rsa_pss(algorithm.digest_algorithm())
        } else {
            algorithm
        }
    }
}

/// Whether `value`, as a token gives it, is a signature over a row by the key `spki` of a kind.
///
/// Every kind of key signs its SHA-256, but for Ed25519, which signs the message.
pub(crate) fn verifies(kind: KeyKind, spki: &[u8], message: &RowMessage, value: &[u8]) -> bool {
    let Ok(key) = KeyAlgorithm::of_spki(spki) else {
        return false;
    };
    let algorithm = match key {
        KeyAlgorithm::Ecdsa(_) => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
        KeyAlgorithm::Rsa { .. } if kind.is_pss() => {
            SignatureAlgorithm::rsa_pss(DigestAlgorithm::Sha256)
        }
        KeyAlgorithm::Rsa { .. } => SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256),
        KeyAlgorithm::Ed25519 => SignatureAlgorithm::Ed25519,
    };
    kind.key_algorithm() == key
        && algorithm::verify_message(spki, algorithm, message.as_bytes(), value).is_ok()
}

/// A message and its digest as the token takes them.
pub(crate) fn on_token(message: &[u8], digest: signature::Digest) -> ToBeSigned {
    let digest = match digest {
        signature::Digest::Sha256(digest) => token::Digest::Sha256(digest),
        signature::Digest::Sha384(digest) => token::Digest::Sha384(digest),
        signature::Digest::Sha512(digest) => token::Digest::Sha512(digest),
    };
    ToBeSigned::new(digest, message)
}

impl From<&RowMessage> for ToBeSigned {
    fn from(message: &RowMessage) -> Self {
        Self::sha256(message.as_bytes())
    }
}

/// An ECDSA value of a P-256 key, r ‖ s, as a DER SEQUENCE.
pub(crate) fn der_signature(raw: &[u8]) -> Result<Vec<u8>> {
    let key = KeyAlgorithm::Ecdsa(Curve::P256);
    algorithm::der_from_raw(key, raw).map_err(|_| {
        token::Error::OutputMalformed {
            length: raw.len() as u64,
            expected: key.raw_len() as u64,
        }
        .into()
    })
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) mod tests {
    use std::fs;
    use std::process::Command;

    use tempfile::TempDir;

    use super::*;

    /// A key of any kind that OpenSSL makes and signs with.
    pub(crate) struct OpensslKey {
        kind: KeyKind,
        folder: TempDir,
        pub(crate) spki: Vec<u8>,
    }

    impl OpensslKey {
        pub(crate) fn new(kind: KeyKind) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (algorithm, option) = match kind {
                KeyKind::Ed25519 => ("ED25519", ""),
                KeyKind::P256 => ("EC", "ec_paramgen_curve:P-256"),
                KeyKind::P384 => ("EC", "ec_paramgen_curve:P-384"),
                KeyKind::P521 => ("EC", "ec_paramgen_curve:P-521"),
                KeyKind::Rsa2048 | KeyKind::RsaPss2048 => ("RSA", "rsa_keygen_bits:2048"),
                KeyKind::Rsa3072 | KeyKind::RsaPss3072 => ("RSA", "rsa_keygen_bits:3072"),
                KeyKind::Rsa4096 | KeyKind::RsaPss4096 => ("RSA", "rsa_keygen_bits:4096"),
            };
            let mut key = Self {
                kind,
                folder,
                spki: Vec::new(),
            };
            let mut arguments = vec!["genpkey", "-algorithm", algorithm, "-out", "key"];
            if !option.is_empty() {
                arguments.extend(["-pkeyopt", option]);
            }
            key.run(&arguments);
            key.run(&[
                "pkey", "-in", "key", "-pubout", "-outform", "DER", "-out", "spki",
            ]);
            key.spki = key.read("spki");
            key
        }

        /// A value as a token gives it.
        pub(crate) fn sign(&self, message: &[u8], digest: signature::Digest) -> Vec<u8> {
            if self.kind == KeyKind::Ed25519 {
                fs::write(self.folder.path().join("message"), message).unwrap();
                self.run(&[
                    "pkeyutl", "-sign", "-rawin", "-inkey", "key", "-in", "message", "-out",
                    "value",
                ]);
                return self.read("value");
            }
            fs::write(self.folder.path().join("digest"), digest.as_bytes()).unwrap();
            let of_key = KeyAlgorithm::of_spki(&self.spki).unwrap();
            let mut arguments = vec![
                "pkeyutl", "-sign", "-inkey", "key", "-in", "digest", "-out", "value",
            ];
            if let KeyAlgorithm::Rsa { .. } = of_key {
                arguments.extend([
                    "-pkeyopt",
                    match digest {
                        signature::Digest::Sha256(_) => "digest:sha256",
                        signature::Digest::Sha384(_) => "digest:sha384",
                        signature::Digest::Sha512(_) => "digest:sha512",
                    },
                ]);
            }
            if self.kind.is_pss() {
                arguments.extend(["-pkeyopt", "rsa_padding_mode:pss"]);
                arguments.extend(["-pkeyopt", "rsa_pss_saltlen:digest"]);
            }
            self.run(&arguments);
            algorithm::raw_from_der(of_key, &self.read("value")).unwrap()
        }

        fn read(&self, name: &str) -> Vec<u8> {
            fs::read(self.folder.path().join(name)).unwrap()
        }

        fn run(&self, arguments: &[&str]) {
            let output = Command::new("openssl")
                .args(arguments)
                .current_dir(self.folder.path())
                .output()
                .expect("openssl");
            assert!(output.status.success(), "{arguments:?}: {output:?}");
        }
    }

    /// Every kind that somebody can have.
    pub(crate) fn kinds() -> impl Iterator<Item = KeyKind> {
        KeyKind::ALL.into_iter()
    }

    #[test]
    fn a_kind_is_read_by_its_name_and_by_no_other() {
        for kind in KeyKind::ALL {
            assert_eq!(KeyKind::parse(kind.name()).unwrap(), kind);
        }
        for name in ["", "P256", "rsa1024", "p256 ", "ecdsa"] {
            assert!(matches!(
                KeyKind::parse(name),
                Err(Error::KeyKind { kind }) if kind == name
            ));
        }
    }

    #[test]
    fn a_row_is_signed_by_keys_of_every_kind() {
        let row = RowMessage::new(b"a seal row".to_vec());
        for kind in kinds() {
            let key = OpensslKey::new(kind);
            let value = key.sign(row.as_bytes(), signature::Digest::Sha256(row.digest()));
            assert!(verifies(kind, &key.spki, &row, &value), "{kind:?}");
            let other = RowMessage::new(b"another row".to_vec());
            assert!(!verifies(kind, &key.spki, &other, &value), "{kind:?}");
            for another in KeyKind::ALL.into_iter().filter(|other| *other != kind) {
                assert!(
                    !verifies(another, &key.spki, &row, &value),
                    "{kind:?} is not {another:?}"
                );
            }
        }
    }
}

//! Keys that sign like anyone's: on curves from a number, RSA from files.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::der;

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// For CertIDs, and for what is too weak.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// Its AlgorithmIdentifier.
    #[must_use]
    pub fn identifier(self) -> Vec<u8> {
        der::sequence(&[der::oid(match self {
            Self::Sha1 => "1.3.14.3.2.26",
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        })])
    }
}

/// A key pair: what it is, and which of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// On P-256.
    P256(u8),
    /// On P-384.
    P384(u8),
    /// On P-521.
    P521(u8),
    /// RSA of 2048 bits, `rsa-1.der` to `rsa-3.der`, with RSASSA-PKCS1-v1_5.
    Rsa(u8),
    /// The same with RSASSA-PSS; the certificate says `rsaEncryption`.
    RsaPss(u8),
}

impl Key {
    /// The digest that goes with it.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Self::P256(_) | Self::Rsa(_) | Self::RsaPss(_) => Hash::Sha256,
            Self::P384(_) => Hash::Sha384,
            Self::P521(_) => Hash::Sha512,
        }
    }

    /// The SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(self) -> Vec<u8> {
        let curve = |oid: &str, point: &[u8]| {
            let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid(oid)]);
            der::sequence(&[algorithm, der::bits(point)])
        };
        match self {
            Self::P256(seed) => {
                let point = p256(seed).verifying_key().to_encoded_point(false);
                curve("1.2.840.10045.3.1.7", point.as_bytes())
            }
            Self::P384(seed) => {
                let point = p384(seed).verifying_key().to_encoded_point(false);
                curve("1.3.132.0.34", point.as_bytes())
            }
            Self::P521(seed) => {
                let point = p521::ecdsa::VerifyingKey::from(&p521(seed)).to_encoded_point(false);
                curve("1.3.132.0.35", point.as_bytes())
            }
            Self::Rsa(which) | Self::RsaPss(which) => {
                let key = rsa(which);
                let numbers = der::sequence(&[
                    der::integer(&key.n().to_bytes_be()),
                    der::integer(&key.e().to_bytes_be()),
                ]);
                let algorithm = der::sequence(&[der::oid("1.2.840.113549.1.1.1"), der::null()]);
                der::sequence(&[algorithm, der::bits(&numbers)])
            }
        }
    }

    /// The AlgorithmIdentifier of its signatures over a digest.
    #[must_use]
    pub fn algorithm(self, hash: Hash) -> Vec<u8> {
        let arc = |arcs: [&str; 4]| match hash {
            Hash::Sha1 => arcs[0].to_owned(),
            Hash::Sha256 => arcs[1].to_owned(),
            Hash::Sha384 => arcs[2].to_owned(),
            Hash::Sha512 => arcs[3].to_owned(),
        };
        match self {
            Self::P256(_) | Self::P384(_) | Self::P521(_) => der::sequence(&[der::oid(&format!(
                "1.2.840.10045.4.{}",
                arc(["1", "3.2", "3.3", "3.4"])
            ))]),
            Self::Rsa(_) => {
                let oid = format!("1.2.840.113549.1.1.{}", arc(["5", "11", "12", "13"]));
                der::sequence(&[der::oid(&oid), der::null()])
            }
            Self::RsaPss(_) => {
                let length = hash.of(&[]).len() as u64;
                let mask = der::sequence(&[der::oid("1.2.840.113549.1.1.8"), hash.identifier()]);
                let parameters = der::sequence(&[
                    der::context(0, &hash.identifier()),
                    der::context(1, &mask),
                    der::context(2, &der::number(length)),
                ]);
                der::sequence(&[der::oid("1.2.840.113549.1.1.10"), parameters])
            }
        }
    }

    /// The signature over some bytes, in the form of CMS and X.509.
    ///
    /// # Panics
    /// If the key cannot sign, which the tests exclude.
    #[must_use]
    pub fn sign(self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let digest = hash.of(message);
        // The same number, wide enough for the crates of the longer curves.
        let wide = |width: usize| [vec![0; width.saturating_sub(digest.len())], digest.clone()];
        match self {
            Self::P256(seed) => {
                let value: p256::ecdsa::Signature =
                    p256(seed).sign_prehash(&digest).expect("a digest");
                value.to_der().as_bytes().to_vec()
            }
            Self::P384(seed) => {
                let digest = wide(48).concat();
                let value: p384::ecdsa::Signature =
                    p384(seed).sign_prehash(&digest).expect("a digest");
                value.to_der().as_bytes().to_vec()
            }
            Self::P521(seed) => {
                let digest = wide(64).concat();
                let value: p521::ecdsa::Signature =
                    p521(seed).sign_prehash(&digest).expect("a digest");
                value.to_der().as_bytes().to_vec()
            }
            Self::Rsa(which) => {
                let padding = match hash {
                    Hash::Sha1 => Pkcs1v15Sign::new::<sha1::Sha1>(),
                    Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                rsa(which).sign(padding, &digest).expect("a digest")
            }
            Self::RsaPss(which) => {
                let padding = match hash {
                    Hash::Sha1 => Pss::new::<sha1::Sha1>(),
                    Hash::Sha256 => Pss::new::<Sha256>(),
                    Hash::Sha384 => Pss::new::<Sha384>(),
                    Hash::Sha512 => Pss::new::<Sha512>(),
                };
                let key = rsa(which);
                let value = key.sign_with_rng(&mut SameSalt, padding, &digest);
                value.expect("a digest")
            }
        }
    }
}

fn p256(seed: u8) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[seed; 32]).expect("below the order")
}

fn p384(seed: u8) -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[seed; 48]).expect("below the order")
}

fn p521(seed: u8) -> p521::ecdsa::SigningKey {
    let below_the_order = [&[0; 2][..], &[seed; 64]].concat();
    p521::ecdsa::SigningKey::from_slice(&below_the_order).expect("below the order")
}

fn rsa(which: u8) -> RsaPrivateKey {
    let file: &[u8] = match which {
        1 => include_bytes!("../../fixtures/pki/rsa-1.der"),
        2 => include_bytes!("../../fixtures/pki/rsa-2.der"),
        _ => include_bytes!("../../fixtures/pki/rsa-3.der"),
    };
    RsaPrivateKey::from_pkcs1_der(file).expect("PKCS#1")
}

/// A salt that is always the same: good for nothing but the same file twice.
struct SameSalt;

impl rsa::rand_core::RngCore for SameSalt {
    fn next_u32(&mut self) -> u32 {
        0x5a5a_5a5a
    }

    fn next_u64(&mut self) -> u64 {
        0x5a5a_5a5a_5a5a_5a5a
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(0x5a);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for SameSalt {}

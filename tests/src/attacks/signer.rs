//! Keys and certificates of a small authority that issues whatever it is asked for.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

use super::asn1::{algorithm, bits, boolean, integer, name, octets, oid, sequence, time, tlv};

/// ecdsa-with-SHA256 (RFC 5758 §3.2).
pub const ECDSA_WITH_SHA_256: &str = "1.2.840.10045.4.3.2";
/// id-kp-timeStamping (RFC 3161 §2.3).
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// id-kp-OCSPSigning (RFC 6960 §4.2.2.2).
pub const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

/// A key on P-256, the same for the same seed.
#[derive(Debug, Clone)]
pub struct Key(SigningKey);

impl Key {
    /// # Panics
    /// For 0, which is no key.
    #[must_use]
    pub fn from_seed(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).expect("below the order"))
    }

    /// SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        let algorithm = sequence([oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]);
        sequence([algorithm, bits(&self.point())])
    }

    /// keyIdentifier (RFC 5280 §4.2.1.2), by SHA-256 as RFC 7093 has it.
    #[must_use]
    pub fn identifier(&self) -> Vec<u8> {
        let digest = Sha256::digest(self.point());
        digest.iter().take(20).copied().collect()
    }

    fn point(&self) -> Vec<u8> {
        self.0
            .verifying_key()
            .to_encoded_point(false)
            .as_bytes()
            .to_vec()
    }

    /// ecdsa-with-SHA256 over a message, in DER.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }
}

/// What a certificate says.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Its subject's common name.
    pub subject: &'static str,
    /// Its serial number.
    pub serial: u64,
    /// From when and until when, as GeneralizedTime.
    pub validity: [&'static str; 2],
    /// Whether it is an authority's.
    pub is_ca: bool,
    /// The first byte of keyUsage (RFC 5280 §4.2.1.3); none without the extension.
    pub key_usage: Option<u8>,
    /// extendedKeyUsage, critical where it is a timestamp authority's.
    pub purpose: Option<&'static str>,
    /// A critical extension that nobody knows.
    pub unknown: bool,
}

impl Terms {
    /// Somebody who signs documents.
    #[must_use]
    pub fn person(subject: &'static str) -> Self {
        Self {
            subject,
            serial: 77,
            validity: ["20250101000000Z", "20450101000000Z"],
            is_ca: false,
            // digitalSignature and nonRepudiation.
            key_usage: Some(0xc0),
            purpose: None,
            unknown: false,
        }
    }

    /// An authority.
    #[must_use]
    pub fn authority(subject: &'static str) -> Self {
        Self {
            serial: 1,
            is_ca: true,
            // keyCertSign and cRLSign.
            key_usage: Some(0x06),
            ..Self::person(subject)
        }
    }
}

/// Whoever has a key and a certificate.
#[derive(Debug, Clone)]
pub struct Party {
    /// The key.
    pub key: Key,
    /// The certificate in DER.
    pub certificate: Vec<u8>,
    /// Its subject.
    pub name: Vec<u8>,
    /// Its issuer.
    pub issuer: Vec<u8>,
    /// Its serial number.
    pub serial: u64,
}

impl Party {
    /// A self-signed authority.
    #[must_use]
    pub fn root(terms: &Terms, key: Key) -> Self {
        Self::certified(
            terms,
            key.clone(),
            &name(terms.subject),
            &key,
            key.identifier(),
        )
    }

    /// Somebody whom this authority vouches for.
    #[must_use]
    pub fn issue(&self, terms: &Terms, key: Key) -> Self {
        Self::certified(terms, key, &self.name, &self.key, self.key.identifier())
    }

    fn certified(terms: &Terms, key: Key, issuer: &[u8], by: &Key, authority: Vec<u8>) -> Self {
        let subject = name(terms.subject);
        let extension = |id: &str, critical: bool, value: Vec<u8>| {
            let critical = if critical { boolean(true) } else { Vec::new() };
            sequence([oid(id), critical, octets(&value)])
        };
        let basic = if terms.is_ca {
            sequence([boolean(true)])
        } else {
            sequence([b""])
        };
        let mut extensions = vec![
            extension("2.5.29.19", true, basic),
            extension("2.5.29.14", false, octets(&key.identifier())),
            extension("2.5.29.35", false, sequence([tlv(0x80, &authority)])),
        ];
        if let Some(usage) = terms.key_usage {
            let unused = usage.trailing_zeros().min(7).to_le_bytes()[0];
            extensions.push(extension("2.5.29.15", true, tlv(3, &[unused, usage])));
        }
        if let Some(purpose) = terms.purpose {
            let critical = purpose == TIME_STAMPING;
            extensions.push(extension("2.5.29.37", critical, sequence([oid(purpose)])));
        }
        if terms.unknown {
            extensions.push(extension("1.2.3.4.5", true, octets(b"?")));
        }
        let [from, until] = terms.validity.map(time);
        let to_be_signed = sequence([
            tlv(0xa0, &integer(2)),
            integer(terms.serial),
            algorithm(ECDSA_WITH_SHA_256),
            issuer.to_vec(),
            sequence([from, until]),
            subject.clone(),
            key.spki(),
            tlv(0xa3, &sequence(extensions)),
        ]);
        let value = bits(&by.sign(&to_be_signed));
        let certificate = sequence([to_be_signed, algorithm(ECDSA_WITH_SHA_256), value]);
        Self {
            key,
            certificate,
            name: subject,
            issuer: issuer.to_vec(),
            serial: terms.serial,
        }
    }
}

//! CMS signatures (RFC 5652) in parts that can each be wrong.

use sha2::{Digest, Sha256};

use super::asn1::{algorithm, constructed, integer, octets, oid, sequence, set, tlv};
use super::signer::{ECDSA_WITH_SHA_256, Key, Party};

/// id-data.
pub const DATA: &str = "1.2.840.113549.1.7.1";
/// id-signedData.
pub const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
/// id-sha256.
pub const SHA_256: &str = "2.16.840.1.101.3.4.2.1";
/// content-type.
pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
/// message-digest.
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
/// signing-certificate-v2 (RFC 5035 §3).
pub const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

/// An attribute of one value.
#[must_use]
pub fn attribute(id: &str, value: Vec<u8>) -> Vec<u8> {
    sequence([oid(id), set([value])])
}

/// signing-certificate-v2 for a certificate, by SHA-256.
#[must_use]
pub fn signing_certificate(certificate: &[u8]) -> Vec<u8> {
    let named = sequence([octets(&Sha256::digest(certificate))]);
    attribute(SIGNING_CERTIFICATE_V2, sequence([sequence([named])]))
}

/// One SignerInfo.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Its version.
    pub version: u64,
    /// SignerIdentifier.
    pub identifier: Vec<u8>,
    /// digestAlgorithm.
    pub digest_algorithm: Vec<u8>,
    /// Signed attributes; without any there is no such field.
    pub attributes: Vec<Vec<u8>>,
    /// signatureAlgorithm.
    pub signature_algorithm: Vec<u8>,
    /// The key that signs.
    pub key: Key,
    /// What is signed where there are no attributes.
    pub content: Vec<u8>,
    /// The value, if it is not what the key gives.
    pub value: Option<Vec<u8>>,
    /// Unsigned attributes.
    pub unsigned: Vec<Vec<u8>>,
}

impl Signer {
    /// A PAdES signer over the digest of a document (ETSI EN 319 142-1 §6.3).
    #[must_use]
    pub fn honest(party: &Party, digest: &[u8]) -> Self {
        Self {
            version: 1,
            identifier: sequence([party.issuer.clone(), integer(party.serial)]),
            digest_algorithm: algorithm(SHA_256),
            attributes: vec![
                attribute(CONTENT_TYPE, oid(DATA)),
                attribute(MESSAGE_DIGEST, octets(digest)),
                signing_certificate(&party.certificate),
            ],
            signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
            key: party.key.clone(),
            content: Vec::new(),
            value: None,
            unsigned: Vec::new(),
        }
    }

    /// Puts an attribute in place of the one at an index.
    #[must_use]
    pub fn with_attribute(mut self, index: usize, attribute: Vec<u8>) -> Self {
        self.attributes[index] = attribute;
        self
    }

    /// The signature value.
    #[must_use]
    pub fn value(&self) -> Vec<u8> {
        let signed = match self.attributes.as_slice() {
            [] => self.content.clone(),
            attributes => set(attributes.to_vec()),
        };
        self.value.clone().unwrap_or_else(|| self.key.sign(&signed))
    }

    fn der(&self) -> Vec<u8> {
        let retagged = |tag: u8, attributes: &[Vec<u8>]| match attributes {
            [] => Vec::new(),
            attributes => {
                let mut set = set(attributes.to_vec());
                set[0] = tag;
                set
            }
        };
        sequence([
            integer(self.version),
            self.identifier.clone(),
            self.digest_algorithm.clone(),
            retagged(0xa0, &self.attributes),
            self.signature_algorithm.clone(),
            octets(&self.value()),
            retagged(0xa1, &self.unsigned),
        ])
    }
}

/// A ContentInfo with SignedData.
#[derive(Debug, Clone)]
pub struct Cms {
    /// The type that the ContentInfo says it has.
    pub kind: String,
    /// EncapsulatedContentInfo.
    pub content: Vec<u8>,
    /// The certificates it carries.
    pub certificates: Vec<Vec<u8>>,
    /// Those who sign.
    pub signers: Vec<Signer>,
}

impl Cms {
    /// A detached one of one signer, who carries a chain along.
    #[must_use]
    pub fn of(signer: Signer, certificates: &[&Party]) -> Self {
        let certificate = |party: &&Party| party.certificate.clone();
        Self {
            kind: SIGNED_DATA.to_owned(),
            content: sequence([oid(DATA)]),
            certificates: certificates.iter().map(certificate).collect(),
            signers: vec![signer],
        }
    }

    /// In DER.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let digests = set([algorithm(SHA_256)]);
        let certificates = match self.certificates.as_slice() {
            [] => Vec::new(),
            all => constructed(0xa0, all),
        };
        let signers = constructed(0x31, self.signers.iter().map(Signer::der));
        let version = integer(if self.content == sequence([oid(DATA)]) {
            1
        } else {
            3
        });
        let signed_data = sequence([
            version,
            digests,
            self.content.clone(),
            certificates,
            signers,
        ]);
        sequence([oid(&self.kind), tlv(0xa0, &signed_data)])
    }
}

//! Timestamps (RFC 3161), as right or as wrong as wanted.

use super::der::{self, Element};
use super::{Hash, Party, now};

/// id-ct-TSTInfo.
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
/// A policy of nobody's.
const POLICY: &str = "1.3.6.1.4.1.99999.1";

/// What a request asks for (RFC 3161 §2.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The MessageImprint in DER.
    pub imprint: Vec<u8>,
    /// The nonce as a DER INTEGER.
    pub nonce: Option<Vec<u8>>,
    /// Whether the authority's certificate is wanted.
    pub certificates: bool,
}

impl Question {
    /// Reads a request.
    #[must_use]
    pub fn read(request: &[u8]) -> Option<Self> {
        let parts = Element::first(request)?.children();
        let later = parts.get(2..)?;
        Some(Self {
            imprint: parts.get(1)?.whole.to_vec(),
            nonce: later
                .iter()
                .find(|part| part.tag == 2)
                .map(|part| part.whole.to_vec()),
            certificates: later
                .iter()
                .any(|part| part.tag == 1 && part.content == [0xff]),
        })
    }

    /// The question about some bytes, as somebody else would ask it.
    #[must_use]
    pub fn about(bytes: &[u8], hash: Hash) -> Self {
        Self {
            imprint: imprint(&hash.of(bytes), hash),
            nonce: None,
            certificates: true,
        }
    }
}

/// A MessageImprint.
#[must_use]
pub fn imprint(digest: &[u8], hash: Hash) -> Vec<u8> {
    der::sequence(&[hash.identifier(), der::octets(digest)])
}

/// What a token says, and how.
#[derive(Debug, Clone)]
pub struct Terms {
    /// When, Unix time.
    pub time: i64,
    /// The serial number.
    pub serial: u64,
    /// The digest that the authority signs over.
    pub hash: Hash,
    /// The certificates that come along.
    pub certificates: Vec<Vec<u8>>,
    /// The certificate that the signed attributes name; the authority's own where none is said.
    pub named: Option<Vec<u8>>,
    /// Extensions of what is said.
    pub extensions: Vec<Vec<u8>>,
    /// Whether the signature value is spoilt.
    pub spoilt: bool,
    /// Whether the digest of the content is spoilt.
    pub other_content: bool,
}

impl Terms {
    /// A token of now, with all certificates of the authority but the root.
    #[must_use]
    pub fn of(authority: &Party) -> Self {
        let mut certificates = vec![authority.certificate.clone()];
        let above = authority.above.len().saturating_sub(1);
        certificates.extend(authority.above.iter().take(above).cloned());
        Self {
            time: now(),
            serial: 4711,
            hash: authority.key.hash(),
            certificates,
            named: None,
            extensions: Vec::new(),
            spoilt: false,
            other_content: false,
        }
    }
}

fn attribute(oid: &str, value: Vec<u8>) -> Vec<u8> {
    der::sequence(&[der::oid(oid), der::set(vec![value])])
}

/// A TimeStampToken.
#[must_use]
pub fn token(question: &Question, terms: &Terms, authority: &Party) -> Vec<u8> {
    let mut info = vec![
        der::number(1),
        der::oid(POLICY),
        question.imprint.clone(),
        der::number(terms.serial),
        der::time(terms.time),
        der::sequence(&[der::number(1)]), // accurate to a second
    ];
    info.extend(question.nonce.clone());
    if !terms.extensions.is_empty() {
        info.push(der::context(1, &terms.extensions.concat()));
    }
    let info = der::sequence(&info);
    let hash = terms.hash;
    let mut digest = hash.of(&info);
    if terms.other_content {
        digest[0] ^= 1;
    }
    let named = terms.named.as_ref().unwrap_or(&authority.certificate);
    // ESSCertIDv2 (RFC 5816), whose hash is by SHA-256 where none is said.
    let certificate = der::sequence(&[der::octets(&Hash::Sha256.of(named))]);
    let attributes = vec![
        attribute("1.2.840.113549.1.9.3", der::oid(TST_INFO)),
        attribute("1.2.840.113549.1.9.4", der::octets(&digest)),
        attribute(
            "1.2.840.113549.1.9.16.2.47",
            der::sequence(&[der::sequence(&[certificate])]),
        ),
    ];
    let attributes = der::set(attributes);
    let mut value = authority.key.sign(hash, &attributes);
    if terms.spoilt {
        let last = value.len() - 1;
        value[last] ^= 1;
    }
    let content = Element::first(&attributes).expect("a set").content;
    let certificate = Element::first(&authority.certificate).expect("a certificate");
    let issuer = certificate.at(&[0, 3]).expect("an issuer").whole.to_vec();
    let signer = der::sequence(&[
        der::number(1),
        der::sequence(&[issuer, der::number(authority.serial)]),
        hash.identifier(),
        der::context(0, content),
        authority.key.algorithm(hash),
        der::octets(&value),
    ]);
    let encapsulated = der::sequence(&[der::oid(TST_INFO), der::context(0, &der::octets(&info))]);
    let mut signed_data = vec![
        der::number(3),
        der::set(vec![hash.identifier()]),
        encapsulated,
    ];
    if !terms.certificates.is_empty() {
        let mut certificates = terms.certificates.clone();
        certificates.sort();
        signed_data.push(der::context(0, &certificates.concat()));
    }
    signed_data.push(der::set(vec![signer]));
    der::sequence(&[
        der::oid("1.2.840.113549.1.7.2"),
        der::context(0, &der::sequence(&signed_data)),
    ])
}

/// A response that grants a token (RFC 3161 §2.4.2).
#[must_use]
pub fn granted(token: &[u8]) -> Vec<u8> {
    der::sequence(&[der::sequence(&[der::number(0)]), token.to_vec()])
}

/// A response that refuses: the status `rejection`, some words, and `badAlg`.
#[must_use]
pub fn refused(words: &str) -> Vec<u8> {
    der::sequence(&[der::sequence(&[
        der::number(2),
        der::sequence(&[der::utf8(words)]),
        der::tlv(3, &[7, 0x80]),
    ])])
}

//! OCSP responses (RFC 6960), as right or as wrong as wanted.

use super::der::{self, Element};
use super::{Hash, Party, extension, now};

/// id-pkix-ocsp-basic.
const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
/// id-pkix-ocsp-nonce.
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";

/// What is said of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is not known to be revoked.
    Good,
    /// It was, then, for a reason (RFC 5280 §5.3.1).
    Revoked(i64, u8),
    /// It is not known.
    Unknown,
}

/// What an answer says.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Of the certificate.
    pub status: Status,
    /// When it was made, Unix time.
    pub produced_at: i64,
    /// From when on it is so.
    pub this_update: i64,
    /// When there will be more.
    pub next_update: Option<i64>,
    /// The nonce of the question.
    pub nonce: Option<Vec<u8>>,
    /// The certificates that come along.
    pub certificates: Vec<Vec<u8>>,
    /// Extensions of the answer, besides the nonce.
    pub extensions: Vec<Vec<u8>>,
}

impl Terms {
    /// A fresh answer for a day.
    #[must_use]
    pub fn fresh(status: Status) -> Self {
        let now = now();
        Self {
            status,
            produced_at: now - 60,
            this_update: now - 60,
            next_update: Some(now + super::DAY),
            nonce: None,
            extensions: Vec::new(),
            certificates: Vec::new(),
        }
    }
}

/// A CertID (RFC 6960 §4.1.1).
#[must_use]
pub fn cert_id(issuer: &Party, serial: u64, hash: Hash) -> Vec<u8> {
    let (name, key) = issuer.hashes(hash);
    der::sequence(&[
        der::sequence(&[
            Element::first(&hash.identifier())
                .and_then(|identifier| identifier.at(&[0]))
                .expect("an identifier")
                .whole
                .to_vec(),
            der::null(),
        ]),
        der::octets(&name),
        der::octets(&key),
        der::number(serial),
    ])
}

/// A successful answer about a CertID.
#[must_use]
pub fn response(cert_id: &[u8], terms: &Terms, responder: &Party) -> Vec<u8> {
    let status = match terms.status {
        Status::Good => der::primitive(0, &[]),
        Status::Revoked(at, reason) => der::context(
            1,
            &[der::time(at), der::context(0, &der::enumerated(reason))].concat(),
        ),
        Status::Unknown => der::primitive(2, &[]),
    };
    let mut single = vec![cert_id.to_vec(), status, der::time(terms.this_update)];
    if let Some(next) = terms.next_update {
        single.push(der::context(0, &der::time(next)));
    }
    let mut data = vec![
        der::context(1, &responder.name),
        der::time(terms.produced_at),
        der::sequence(&[der::sequence(&single)]),
    ];
    let nonce = terms.nonce.iter();
    let mut extensions: Vec<Vec<u8>> = nonce.map(|nonce| extension(NONCE, false, nonce)).collect();
    extensions.extend(terms.extensions.iter().cloned());
    if !extensions.is_empty() {
        data.push(der::context(1, &der::sequence(&extensions)));
    }
    let tbs = der::sequence(&data);
    let hash = responder.key.hash();
    let mut basic = vec![
        tbs.clone(),
        responder.key.algorithm(hash),
        der::bits(&responder.key.sign(hash, &tbs)),
    ];
    if !terms.certificates.is_empty() {
        basic.push(der::context(0, &der::sequence(&terms.certificates)));
    }
    let bytes = der::sequence(&[der::oid(BASIC), der::octets(&der::sequence(&basic))]);
    der::sequence(&[der::enumerated(0), der::context(0, &bytes)])
}

/// An answer that is none: `tryLater` is 3 (RFC 6960 §4.2.1).
#[must_use]
pub fn failure(status: u8) -> Vec<u8> {
    der::sequence(&[der::enumerated(status)])
}

/// What a request asks: the CertID and the value of its nonce.
#[must_use]
pub fn question(request: &[u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let tbs = Element::first(request)?.at(&[0])?;
    let parts = tbs.children();
    let list = parts.iter().find(|part| part.tag == 0x30)?;
    let cert_id = list.at(&[0, 0])?.whole.to_vec();
    let extensions = parts.iter().find(|part| part.tag == 0xa2);
    let nonce = extensions.and_then(|extensions| {
        let extensions = extensions.at(&[0])?.children();
        let nonce = extensions.iter().find(|extension| {
            extension
                .at(&[0])
                .is_some_and(|oid| oid.whole == der::oid(NONCE))
        })?;
        Some(nonce.children().last()?.content.to_vec())
    });
    Some((cert_id, nonce))
}

/// Which of some authorities a CertID is about, and which serial number.
#[must_use]
pub fn about<'p>(cert_id: &[u8], issuers: &[&'p Party]) -> Option<(&'p Party, Vec<u8>)> {
    let cert_id = Element::first(cert_id)?;
    let key = cert_id.at(&[2])?.content;
    let serial = cert_id.at(&[3])?.content.to_vec();
    let issuer = issuers.iter().find(|issuer| {
        [Hash::Sha1, Hash::Sha256]
            .iter()
            .any(|hash| issuer.hashes(*hash).1 == key)
    })?;
    Some((issuer, serial))
}

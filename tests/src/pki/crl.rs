//! Certificate revocation lists (RFC 5280 §5).

use super::der;
use super::{Party, extension, now, signed};

/// What a list says.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Its number.
    pub number: u64,
    /// When it was made, Unix time.
    pub this_update: i64,
    /// When there will be another.
    pub next_update: Option<i64>,
    /// Serial number, time and reason of each certificate that was revoked.
    pub revoked: Vec<(u64, i64, u8)>,
}

impl Terms {
    /// A fresh list for a week, with nothing on it.
    #[must_use]
    pub fn fresh() -> Self {
        Self {
            number: 1,
            this_update: now() - 60,
            next_update: Some(now() + 7 * super::DAY),
            revoked: Vec::new(),
        }
    }

    /// With a certificate on it.
    #[must_use]
    pub fn revoking(mut self, serial: u64, at: i64, reason: u8) -> Self {
        self.revoked.push((serial, at, reason));
        self
    }
}

/// The list of an issuer.
#[must_use]
pub fn list(terms: &Terms, issuer: &Party) -> Vec<u8> {
    list_with(terms, issuer, &[], &[])
}

/// The list of an issuer, with further extensions of it and of each of its entries.
#[must_use]
pub fn list_with(
    terms: &Terms,
    issuer: &Party,
    further: &[Vec<u8>],
    of_entries: &[Vec<u8>],
) -> Vec<u8> {
    let hash = issuer.key.hash();
    let mut tbs = vec![
        der::number(1),
        issuer.key.algorithm(hash),
        issuer.name.clone(),
        der::x509_time(terms.this_update),
    ];
    tbs.extend(terms.next_update.map(der::x509_time));
    let entry = |(serial, at, reason): &(u64, i64, u8)| {
        let reason = extension("2.5.29.21", false, &der::enumerated(*reason));
        der::sequence(&[
            der::number(*serial),
            der::x509_time(*at),
            der::sequence(&[&[reason], of_entries].concat()),
        ])
    };
    if !terms.revoked.is_empty() {
        let entries: Vec<_> = terms.revoked.iter().map(entry).collect();
        tbs.push(der::sequence(&entries));
    }
    let key = super::Hash::Sha1;
    let of_issuer = der::sequence(&[der::primitive(0, &issuer.hashes(key).1)]);
    let mut extensions = vec![
        extension("2.5.29.35", false, &of_issuer),
        extension("2.5.29.20", false, &der::number(terms.number)),
    ];
    extensions.extend_from_slice(further);
    tbs.push(der::context(0, &der::sequence(&extensions)));
    signed(der::sequence(&tbs), issuer.key, hash)
}

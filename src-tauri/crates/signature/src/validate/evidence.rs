//! What is at hand to judge by besides a signature itself: certificates, answers and lists, each
//! with the time at which it is proven to have been there.

use sha2::{Digest as _, Sha256};

use crate::certificate::Certificate;

/// Most certificates, answers and lists that are looked at, of each kind.
const MOST: usize = 512;

/// Everything at hand.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Certificates, believed nothing.
    pub(super) certificates: Vec<Certificate>,
    pub(super) ocsps: Vec<Item>,
    pub(super) crls: Vec<Item>,
}

/// An answer or a list, in DER.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) der: Vec<u8>,
    hash: [u8; 32],
    /// The earliest time at which it is proven to have been there, Unix time.
    pub(super) proven: Option<i64>,
}

impl Item {
    fn new(der: &[u8], proven: Option<i64>) -> Self {
        Self {
            der: der.to_vec(),
            hash: Sha256::digest(der).into(),
            proven,
        }
    }
}

impl Evidence {
    pub(super) fn add_certificate(&mut self, der: &[u8]) {
        if self.certificates.len() < MOST
            && let Ok(certificate) = Certificate::from_der(der)
        {
            self.add_read(certificate);
        }
    }

    pub(super) fn add_read(&mut self, certificate: Certificate) {
        if self.certificates.len() < MOST && !self.certificates.contains(&certificate) {
            self.certificates.push(certificate);
        }
    }

    pub(super) fn add_ocsp(&mut self, der: &[u8], proven: Option<i64>) {
        add(&mut self.ocsps, der, proven);
    }

    pub(super) fn add_crl(&mut self, der: &[u8], proven: Option<i64>) {
        add(&mut self.crls, der, proven);
    }

    /// A store of a document as it was at a proven time.
    pub(super) fn add_store(&mut self, store: &pdf::SecurityStore, proven: Option<i64>) {
        for der in &store.certificates {
            self.add_certificate(der);
        }
        for der in &store.ocsps {
            self.add_ocsp(der, proven);
        }
        for der in &store.crls {
            self.add_crl(der, proven);
        }
    }
}

fn add(items: &mut Vec<Item>, der: &[u8], proven: Option<i64>) {
    let new = Item::new(der, proven);
    if let Some(known) = items.iter_mut().find(|known| known.hash == new.hash) {
        known.proven = [known.proven, proven].into_iter().flatten().min();
    } else if items.len() < MOST {
        items.push(new);
    }
}

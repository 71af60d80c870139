//! What is at hand to judge by besides a signature itself: certificates, answers and lists, each
//! with the time at which it is proven to have been there.
//!
//! What the caller hands in comes first and is always looked at. A document may carry as much as its
//! author likes, so what it brings is bounded, and so is the work that is spent on it; where a bound
//! was met, that is said of every signature that was judged by what is left.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::certificate::Certificate;
use crate::revocation::Statement;

/// Most certificates, answers and lists of a document that are looked at, of each kind.
const MOST: usize = 2048;
/// Most signatures over certificates, answers and lists that are verified for one document.
const MOST_VERIFICATIONS: u32 = 8192;

/// Everything at hand.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Certificates, believed nothing.
    pub(super) certificates: Vec<Certificate>,
    pub(super) ocsps: Vec<Item>,
    pub(super) crls: Vec<Item>,
    /// Whether an answer or a list was left out, being one too many.
    crowded: bool,
    pub(super) work: Work,
    known: RefCell<HashMap<[u8; 32], Option<Statement>>>,
}

/// How much may still be verified.
#[derive(Debug, Default)]
pub(super) struct Work {
    spent: Cell<u32>,
}

impl Work {
    /// Asks for one verification more; no if there were too many.
    pub(super) fn ask(&self) -> bool {
        let spent = self.spent.get();
        self.spent.set(spent.saturating_add(1));
        spent < MOST_VERIFICATIONS
    }

    fn is_over(&self) -> bool {
        self.spent.get() > MOST_VERIFICATIONS
    }
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
    /// What the caller hands in. To be called first.
    pub(super) fn of_caller(
        certificates: &[Certificate],
        ocsps: &[Vec<u8>],
        crls: &[Vec<u8>],
    ) -> Self {
        let item = |der: &Vec<u8>| Item::new(der, None);
        Self {
            certificates: certificates.to_vec(),
            ocsps: ocsps.iter().map(item).collect(),
            crls: crls.iter().map(item).collect(),
            ..Self::default()
        }
    }

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
        self.crowded |= !add(&mut self.ocsps, der, proven);
    }

    pub(super) fn add_crl(&mut self, der: &[u8], proven: Option<i64>) {
        self.crowded |= !add(&mut self.crls, der, proven);
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

    /// Whether something was not looked at, being too much.
    pub(super) fn is_cut_short(&self) -> bool {
        self.crowded || self.work.is_over()
    }

    /// What an answer or a list says about a certificate, judged once.
    pub(super) fn once(
        &self,
        item: &Item,
        certificate: &Certificate,
        issuer: &Certificate,
        judge: impl FnOnce() -> Option<Statement>,
    ) -> Option<Statement> {
        let key = Sha256::new()
            .chain_update(item.hash)
            .chain_update(certificate.fingerprint())
            .chain_update(issuer.fingerprint())
            .finalize()
            .into();
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let said = match self.work.ask() {
            true => judge(),
            false => return None,
        };
        self.known.borrow_mut().insert(key, said.clone());
        said
    }
}

/// Takes an answer or a list, unless there are too many.
fn add(items: &mut Vec<Item>, der: &[u8], proven: Option<i64>) -> bool {
    let new = Item::new(der, proven);
    if let Some(known) = items.iter_mut().find(|known| known.hash == new.hash) {
        known.proven = [known.proven, proven].into_iter().flatten().min();
        return true;
    }
    let fits = items.len() < MOST;
    if fits {
        items.push(new);
    }
    fits
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_brings_crowds_out_nothing_that_the_caller_handed_in_and_is_said_to_be_too_much()
     {
        let own = b"the list of the organisation".to_vec();
        let mut evidence = Evidence::of_caller(&[], &[], std::slice::from_ref(&own));
        let junk = |count: usize| -> Vec<Vec<u8>> {
            (0..count).map(|i| i.to_be_bytes().to_vec()).collect()
        };
        for der in junk(MOST - 1) {
            evidence.add_crl(&der, None);
        }
        assert!(!evidence.is_cut_short());
        for der in junk(MOST + 1) {
            evidence.add_crl(&der, None);
        }
        assert!(evidence.is_cut_short());
        assert_eq!(evidence.crls.len(), MOST);
        assert_eq!(evidence.crls.first().unwrap().der, own);
    }

    #[test]
    fn no_more_is_verified_for_a_document_than_is_allowed_and_that_is_said() {
        let evidence = Evidence::default();
        for _ in 0..MOST_VERIFICATIONS {
            assert!(evidence.work.ask());
        }
        assert!(!evidence.is_cut_short(), "just enough");
        assert!(!evidence.work.ask());
        assert!(evidence.is_cut_short());
    }
}

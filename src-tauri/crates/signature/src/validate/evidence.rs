//! What is at hand to judge by besides a signature itself: certificates, answers and lists, each
//! with the time at which it is proven to have been there.
//!
//! What the caller hands in comes first and is always looked at. A document may carry as much as its
//! author likes, so what it brings is bounded, and so is the work that is spent on it; where a bound
//! was met, that is said of every signature that was judged by what is left.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use const_oid::db::rfc5912::RSA_ENCRYPTION;
use sha2::{Digest as _, Sha256};

use crate::algorithm::any::Used;
use crate::certificate::Certificate;
use crate::error::Error;
use crate::revocation::{Source, Statement, crl, ocsp};

/// Most certificates, answers and lists of a document that are looked at, of each kind.
const MOST: usize = 2048;
/// Most signatures that are verified for one document: its own, those of timestamps, and those over
/// certificates, answers and lists.
pub(super) const MOST_VERIFICATIONS: u32 = 8192;
/// Most of them for timestamps beside signatures, so that the rest is left for what tells of them.
const MOST_STAMPS: u32 = 1024;
/// How many bytes of an answer or a list weigh as much as one verification.
const BYTES_PER_VERIFICATION: usize = 1 << 16;

/// Everything at hand.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Certificates, believed nothing.
    pub(super) certificates: Vec<Certificate>,
    known_certificates: HashSet<[u8; 32]>,
    /// Those of them that the document brings, though the caller handed them in as well.
    carried: HashSet<[u8; 32]>,
    /// Answers, by the serial numbers that they are about.
    pub(super) ocsps: Items,
    /// Lists, by who issued them.
    pub(super) crls: Items,
    /// Whether an answer or a list was left out, being one too many or too large.
    crowded: bool,
    pub(super) work: Work,
    known: RefCell<HashMap<Question, Option<Rc<Statement>>>>,
    /// What was verified of certificates and their issuers.
    issued: RefCell<HashMap<[u8; 32], Result<Used, Unissued>>>,
    /// What may be believed of a pair, as long as nothing was added.
    believed: RefCell<HashMap<(bool, [u8; 32]), Believed>>,
}

/// Why a certificate was not found to be signed by an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unissued {
    /// By an algorithm that is not verified here.
    NotSupported {
        /// In dotted notation.
        oid: String,
    },
    /// The mathematics does not hold.
    ByAnother,
}

/// Statements that may be believed, each with where the document keeps it.
pub(super) type Believed = Rc<Vec<(Rc<Statement>, Kept)>>;

/// What is asked of an item once: as what it is read, which it is, and the pair it is asked about. The
/// same bytes may be called an answer and a list, and are refused as one of them.
type Question = (Source, [u8; 32], [u8; 32]);

/// How much may still be verified.
#[derive(Debug, Default)]
pub(super) struct Work {
    spent: Cell<u32>,
    stamps: Cell<u32>,
}

impl Work {
    /// Asks for one verification more; no if there were too many.
    pub(super) fn ask(&self) -> bool {
        self.ask_for(1)
    }

    /// Asks for the verification of a timestamp beside a signature; no if there were too many.
    pub(super) fn ask_for_stamp(&self) -> bool {
        let stamps = self.stamps.get();
        if stamps == MOST_STAMPS {
            return false;
        }
        self.stamps.set(stamps + 1);
        self.ask()
    }

    /// Counts verifications that are not asked for: signatures of the document itself, of which there
    /// are few.
    pub(super) fn count(&self, verifications: u32) {
        let _few = self.ask_for(verifications);
    }

    /// Asks for as much as so many verifications.
    fn ask_for(&self, weight: u32) -> bool {
        let spent = self.spent.get().saturating_add(weight);
        self.spent.set(spent);
        spent <= MOST_VERIFICATIONS
    }

    fn is_over(&self) -> bool {
        self.spent.get() > MOST_VERIFICATIONS
    }
}

/// An answer or a list, in DER.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) der: Vec<u8>,
    pub(super) kind: Source,
    hash: [u8; 32],
    /// The earliest time at which it is proven to have been there, Unix time.
    pub(super) proven: Option<i64>,
    /// Whether the caller handed it in: then it is looked at whatever the document brings.
    by_caller: bool,
    /// Where the document keeps it.
    pub(super) kept: Kept,
}

/// Where a document keeps what is known of revocation, for later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kept {
    /// Nowhere, or not in its store.
    #[default]
    Nowhere,
    /// In its store.
    Stored,
    /// In its store, below a timestamp that counts.
    Archived,
}

/// What came of adding one.
enum Added {
    Nothing,
    Something,
    TooMuch,
}

/// Answers or lists, and what they say to be about.
#[derive(Debug, Default)]
pub(super) struct Items {
    all: Vec<Item>,
    known: HashMap<[u8; 32], usize>,
    about: HashMap<Vec<u8>, Vec<usize>>,
}

impl Items {
    /// Those about a serial number or an issuer, in the order in which they came.
    fn about(&self, what: &[u8]) -> impl Iterator<Item = &Item> {
        let places = self.about.get(what).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.all.get(*place))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Item> {
        self.all.iter()
    }

    /// Takes one, unless there are too many.
    fn add(&mut self, new: Item) -> Added {
        if let Some(known) = self.known.get(&new.hash) {
            let Some(known) = self.all.get_mut(*known) else {
                return Added::Nothing;
            };
            let before = (known.proven, known.kept);
            known.proven = [known.proven, new.proven].into_iter().flatten().min();
            known.kept = known.kept.max(new.kept);
            return match before == (known.proven, known.kept) {
                true => Added::Nothing,
                false => Added::Something,
            };
        }
        if self.all.len() >= MOST && !new.by_caller {
            return Added::TooMuch;
        }
        let place = self.all.len();
        let mut about = match new.kind {
            Source::Ocsp => ocsp::serials(&new.der),
            Source::Crl => crl::issuer(&new.der).into_iter().collect(),
        };
        about.sort_unstable();
        about.dedup();
        for what in about {
            self.about.entry(what).or_default().push(place);
        }
        self.known.insert(new.hash, place);
        self.all.push(new);
        Added::Something
    }
}

impl Evidence {
    /// What the caller hands in, which may not have been all. To be called first.
    pub(super) fn of_caller(
        certificates: &[Certificate],
        ocsps: &[Vec<u8>],
        crls: &[Vec<u8>],
        (work, was_all): (Work, bool),
    ) -> Self {
        let mut evidence = Self {
            work,
            crowded: !was_all,
            certificates: certificates.to_vec(),
            known_certificates: certificates.iter().map(Certificate::fingerprint).collect(),
            ..Self::default()
        };
        for (kind, all) in [(Source::Ocsp, ocsps), (Source::Crl, crls)] {
            for der in all {
                evidence.add(der, |item| Item {
                    kind,
                    by_caller: true,
                    ..item
                });
            }
        }
        evidence
    }

    pub(super) fn add_certificate(&mut self, der: &[u8]) {
        let fingerprint = sha256(der);
        if self.known_certificates.contains(&fingerprint) {
            self.carried.insert(fingerprint);
        } else if self.certificates.len() < MOST
            && let Ok(certificate) = Certificate::from_der(der)
        {
            self.add_read(certificate);
        }
    }

    pub(super) fn add_read(&mut self, certificate: Certificate) {
        let fingerprint = certificate.fingerprint();
        if self.certificates.len() < MOST {
            self.carried.insert(fingerprint);
            if self.known_certificates.insert(fingerprint) {
                self.certificates.push(certificate);
            }
        }
    }

    /// Whether the document brings a certificate outside of its signatures.
    pub(super) fn carries(&self, certificate: &Certificate) -> bool {
        self.carried.contains(&certificate.fingerprint())
    }

    /// An answer that a signature carries.
    pub(super) fn add_ocsp(&mut self, der: &[u8], proven: Option<i64>) {
        self.add(der, |item| Item { proven, ..item });
    }

    /// A list that a signature carries.
    pub(super) fn add_crl(&mut self, der: &[u8], proven: Option<i64>) {
        let kind = Source::Crl;
        self.add(der, |item| Item {
            kind,
            proven,
            ..item
        });
    }

    /// A store of a document as it was at a proven time.
    pub(super) fn add_store(&mut self, store: &pdf::SecurityStore, proven: Option<i64>) {
        for der in &store.certificates {
            self.add_certificate(der);
        }
        let kept = match proven {
            Some(_) => Kept::Archived,
            None => Kept::Stored,
        };
        for (kind, all) in [(Source::Ocsp, &store.ocsps), (Source::Crl, &store.crls)] {
            for der in all {
                self.add(der, |item| Item {
                    kind,
                    proven,
                    kept,
                    ..item
                });
            }
        }
    }

    fn add(&mut self, der: &[u8], as_what: impl FnOnce(Item) -> Item) {
        let item = as_what(Item {
            der: der.to_vec(),
            kind: Source::Ocsp,
            hash: sha256(der),
            proven: None,
            by_caller: false,
            kept: Kept::Nowhere,
        });
        let items = match item.kind {
            Source::Ocsp => &mut self.ocsps,
            Source::Crl => &mut self.crls,
        };
        match items.add(item) {
            Added::Nothing => {}
            Added::Something => self.believed.get_mut().clear(),
            Added::TooMuch => self.crowded = true,
        }
    }

    /// Whether something was not looked at, being too much.
    pub(super) fn is_cut_short(&self) -> bool {
        self.crowded || self.work.is_over()
    }

    /// The answers and lists that say to be about a certificate, the caller's first.
    pub(super) fn about(&self, certificate: &Certificate) -> impl Iterator<Item = &Item> {
        let answers = self.ocsps.about(certificate.serial_der());
        answers.chain(self.crls.about(certificate.issuer_der()))
    }

    /// The store of a document; none where it has none or it cannot be read. One that is too large, or
    /// of which a part is or cannot be read, is not passed over in silence.
    pub(super) fn take_store(&mut self, document: &pdf::Document) -> Option<pdf::SecurityStore> {
        let store = document.security_store();
        self.crowded |= match &store {
            Ok(store) => store.as_ref().is_some_and(|store| store.left_out > 0),
            Err(error) => matches!(error, pdf::Error::StoreTooLarge),
        };
        store.ok().flatten()
    }

    /// Whether `issuer` signed a certificate, calculated once; nothing where too much was.
    pub(super) fn issued(
        &self,
        issuer: &Certificate,
        subject: &Certificate,
    ) -> Option<Result<Used, Unissued>> {
        let pair = pair(subject, issuer);
        if let Some(known) = self.issued.borrow().get(&pair) {
            return Some(known.clone());
        }
        if !self.work.ask() {
            return None;
        }
        let verified = subject.verify_issued_by_any_key(issuer.spki_der());
        let verified = verified.map_err(|error| match error {
            Error::KeyNotSupported { oid } => Unissued::NotSupported { oid },
            Error::RsaKeySize { .. } => Unissued::NotSupported {
                oid: RSA_ENCRYPTION.to_string(),
            },
            _ => Unissued::ByAnother,
        });
        self.issued.borrow_mut().insert(pair, verified.clone());
        Some(verified)
    }

    /// What may be believed about a pair, found once as long as nothing new is at hand.
    pub(super) fn believed(
        &self,
        of_responder: bool,
        pair: [u8; 32],
        find: impl FnOnce() -> Believed,
    ) -> Believed {
        let question = (of_responder, pair);
        if let Some(known) = self.believed.borrow().get(&question) {
            return Rc::clone(known);
        }
        let found = find();
        let mut believed = self.believed.borrow_mut();
        believed.insert(question, Rc::clone(&found));
        found
    }

    /// What an answer or a list says about a pair of certificate and issuer, judged once.
    pub(super) fn once(
        &self,
        item: &Item,
        pair: [u8; 32],
        judge: impl FnOnce() -> Option<Statement>,
    ) -> Option<Rc<Statement>> {
        let question = (item.kind, item.hash, pair);
        if let Some(known) = self.known.borrow().get(&question) {
            return known.clone();
        }
        let weight = item.der.len() / BYTES_PER_VERIFICATION;
        let weight = u32::try_from(weight).unwrap_or(u32::MAX).saturating_add(1);
        if !item.by_caller && !self.work.ask_for(weight) {
            return None;
        }
        let said = judge().map(Rc::new);
        self.known.borrow_mut().insert(question, said.clone());
        said
    }
}

/// Names a certificate and its issuer.
pub(super) fn pair(certificate: &Certificate, issuer: &Certificate) -> [u8; 32] {
    let both = [certificate.fingerprint(), issuer.fingerprint()];
    sha256(&both.concat())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_brings_crowds_out_nothing_that_the_caller_handed_in_and_is_said_to_be_too_much()
     {
        let own = b"the list of the organisation".to_vec();
        let own_list = std::slice::from_ref(&own);
        let mut evidence = Evidence::of_caller(&[], &[], own_list, (Work::default(), true));
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
        assert_eq!(evidence.crls.iter().count(), MOST);
        assert_eq!(evidence.crls.iter().next().unwrap().der, own);
    }

    #[test]
    fn what_the_caller_hands_in_is_looked_at_however_much_that_is() {
        let many: Vec<Vec<u8>> = (0..=MOST).map(|i| i.to_be_bytes().to_vec()).collect();
        let mut evidence = Evidence::of_caller(&[], &[], &many, (Work::default(), true));
        assert!(!evidence.is_cut_short());
        assert_eq!(evidence.crls.iter().count(), MOST + 1);
        evidence.add_crl(b"of the document", None);
        assert!(evidence.is_cut_short(), "there is no room for this one");
        evidence.work.count(MOST_VERIFICATIONS);
        for (by_caller, asked) in [(true, true), (false, false)] {
            let item = Item {
                by_caller,
                hash: [by_caller.into(); 32],
                ..evidence.crls.iter().next().unwrap().clone()
            };
            let was_asked = Cell::new(false);
            evidence.once(&item, [0; 32], || {
                was_asked.set(true);
                None
            });
            assert_eq!(was_asked.get(), asked, "by the caller: {by_caller}");
        }
    }

    #[test]
    fn timestamps_take_a_part_of_the_work_and_leave_the_rest() {
        let work = Work::default();
        let taken = (0..2 * MOST_STAMPS)
            .filter(|_| work.ask_for_stamp())
            .count();
        assert_eq!(taken, MOST_STAMPS as usize);
        assert!(work.ask(), "there is some left");
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

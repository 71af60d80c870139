//! Certificates up to their root, and what is said about the revocation of each.

mod statements;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use pdf::SecurityStore;
use signature::Certificate;
use signature::revocation::{Status, crl, ocsp};
use signature::validate::chain::find_timestamp_path;
use signature::validate::finding::Finding;

use self::statements::{Found, Kind, newest};
use super::{Fault, network_code};
use crate::certificates::new_id;
use crate::error::Result;

/// Most certificates of a path.
const DEEPEST: usize = 10;
/// Certificates that are looked into at most: a responder may have a responder, without an end.
const MOST_LOOKED_INTO: usize = 64;
/// How many responders may vouch for one another: one for a certificate, one for that one, and the
/// second one must be vouched for by what need not be asked.
const MOST_RESPONDERS: usize = 2;
/// Most questions of one collection.
const MOST_QUESTIONS: usize = 64;
/// Most bytes of all answers to them.
const MOST_BYTES: usize = 64 << 20;

/// How long everything that one request asks may take: addresses are written by whoever made a
/// certificate, and a path of them must not keep anybody for an hour.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// What is collected, each once.
pub(crate) struct Collection {
    client: network::Client,
    now: i64,
    /// When nobody is asked any more.
    end: Instant,
    /// How many questions may be asked yet.
    questions: usize,
    /// How many bytes of answers may come yet.
    bytes: usize,
    /// Certificates that may be somebody's issuer.
    pool: Vec<Certificate>,
    /// Lists that are here already.
    lists: Vec<Vec<u8>>,
    /// Answers that are here already.
    answers: Vec<Vec<u8>>,
    /// Lists that were fetched a moment ago, by their addresses.
    fetched: Vec<(String, Vec<u8>)>,
    /// Whether what is here already counts though it is past.
    past_counts: bool,
    /// Certificates whose revocation was looked into.
    looked_into: HashSet<[u8; 32]>,
    store: SecurityStore,
}

impl Collection {
    /// Collects until `end`.
    pub(crate) fn new(client: &network::Client, now: i64, end: Instant) -> Self {
        Self {
            client: client.until(end),
            now,
            end,
            questions: MOST_QUESTIONS,
            bytes: MOST_BYTES,
            pool: Vec::new(),
            lists: Vec::new(),
            answers: Vec::new(),
            fetched: Vec::new(),
            past_counts: false,
            looked_into: HashSet::new(),
            store: SecurityStore::default(),
        }
    }

    /// Takes certificates that came along with something.
    pub(crate) fn know(&mut self, certificates: &[Certificate]) {
        self.pool.extend(certificates.iter().cloned());
    }

    /// Takes a revocation list that is here already.
    pub(crate) fn know_list(&mut self, list: &[u8]) {
        self.lists.push(list.to_vec());
    }

    /// Takes the store of a document. What it says of certificates that have ended since is good
    /// though it is past, where nothing newer can be had: it was there in time, which a timestamp
    /// over it proves or does not.
    pub(crate) fn know_store(&mut self, store: &SecurityStore) {
        let certificates = store.certificates.iter();
        self.pool
            .extend(certificates.filter_map(|der| Certificate::from_der(der).ok()));
        self.lists.extend(store.crls.iter().cloned());
        self.answers.extend(store.ocsps.iter().cloned());
        self.past_counts = true;
    }

    /// What was collected.
    pub(crate) fn into_store(self) -> SecurityStore {
        self.store
    }

    /// Collects a certificate, those above it, and what is said about each but the root.
    pub(crate) fn path(&mut self, certificate: &Certificate) -> Result<()> {
        let mut certificate = certificate.clone();
        for _ in 0..DEEPEST {
            self.keep(&certificate);
            if is_root(&certificate) {
                return Ok(());
            }
            let issuer = self.issuer(&certificate)?;
            self.look_into(&certificate, &issuer, 0)?;
            certificate = issuer;
        }
        Err(missing(&certificate, "the end of the path", Vec::new()))
    }

    /// The path of a timestamp authority to one of the anchors, all of it valid now; issuers that
    /// are not known are fetched.
    ///
    /// # Errors
    /// Where the certificates end that could be had, and what is wrong with the path.
    pub(crate) fn anchored(
        &mut self,
        authority: &Certificate,
        anchors: &[Certificate],
    ) -> std::result::Result<Vec<Certificate>, Box<(Certificate, Vec<Finding>)>> {
        let mut last = authority.clone();
        let mut depth = 0;
        loop {
            let wrong = match find_timestamp_path(authority, &self.pool, anchors, self.now) {
                Ok(path) => return Ok(path.certificates().to_vec()),
                Err(wrong) => wrong,
            };
            depth += 1;
            if depth == DEEPEST || is_root(&last) {
                return Err(Box::new((last, wrong)));
            }
            match self.issuer(&last) {
                Ok(issuer) => last = issuer,
                Err(_) => return Err(Box::new((last, wrong))),
            }
        }
    }

    /// Collects a path that is proven, and what is said about each of it but the root.
    pub(crate) fn proven(&mut self, path: &[Certificate]) -> Result<()> {
        let above = path.iter().skip(1);
        for (certificate, issuer) in path.iter().zip(above) {
            self.keep(certificate);
            self.look_into(certificate, issuer, 0)?;
        }
        // An anchor need not be a root, and others may trust the root alone.
        path.last().map_or(Ok(()), |anchor| self.path(anchor))
    }

    fn keep(&mut self, certificate: &Certificate) {
        let der = certificate.as_der().to_vec();
        if !self.store.certificates.contains(&der) {
            self.store.certificates.push(der);
        }
    }

    /// Who issued a certificate: among those that are known, else from where it says.
    fn issuer(&mut self, certificate: &Certificate) -> Result<Certificate> {
        let issued = |issuer: &Certificate| {
            issuer.subject_der() == certificate.issuer_der()
                && may_issue(issuer)
                && certificate.verify_issued_by_key(issuer.spki_der()).is_ok()
        };
        if let Some(issuer) = self.pool.iter().find(|known| issued(known)) {
            return Ok(issuer.clone());
        }
        let mut tries = Vec::new();
        for address in &certificate.addresses().issuers {
            if self.is_late(&mut tries) {
                break;
            }
            match self.client.get(address, network::Wanted::Certificate) {
                Ok(der) => {
                    self.bytes = self.bytes.saturating_sub(der.len());
                    let read = Certificate::from_der(&der).or_else(|_| Certificate::from_pem(&der));
                    match read {
                        Ok(issuer) if issued(&issuer) => {
                            self.pool.push(issuer.clone());
                            return Ok(issuer);
                        }
                        Ok(_) => tries.push(of(address, "it did not issue this certificate")),
                        Err(error) => tries.push(of(address, &error.to_string())),
                    }
                }
                Err(error) => tries.push(told(address, &error)),
            }
        }
        Err(missing(certificate, "the issuer's certificate", tries))
    }

    /// Finds what is said about a certificate, and keeps it; `depth` is how many responders led
    /// here.
    ///
    /// Whoever can be asked is asked, though something that is not past is here already: it may be
    /// revoked since. The newest of all that is said wins.
    fn look_into(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
        depth: usize,
    ) -> Result<()> {
        if !self.looked_into.insert(certificate.fingerprint()) {
            return Ok(());
        }
        if depth > MOST_RESPONDERS || self.looked_into.len() > MOST_LOOKED_INTO {
            let why = "responders vouch for one another without an end".to_owned();
            return Err(missing(certificate, "the revocation status", vec![why]));
        }
        let mut tries = Vec::new();
        let mut found = self.here(certificate, issuer, &mut tries)?;
        // A certificate that is past is nobody's concern any more: its issuer need not say.
        let has_ended = !certificate.is_valid_at(self.now);
        if !has_ended {
            let said = self.ask(certificate, issuer, &mut tries);
            let said = said.or_else(|| self.fetch(certificate, issuer, &mut tries));
            found.extend(said);
        }
        let counts = |found: &Found| {
            found.is_fresh(self.now)
                || self.past_counts && has_ended && found.is_about_its_life(certificate)
        };
        match newest(found, counts) {
            Ok(Some(found)) => self.take(found, issuer, depth),
            Ok(None) => Err(missing(certificate, "the revocation status", tries)),
            Err(at) => Err(Fault::Revoked {
                subject: certificate.subject_common_name().to_owned(),
                at,
            }
            .into()),
        }
    }

    /// What is here already about a certificate.
    fn here(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        tries: &mut Vec<String>,
    ) -> Result<Vec<Found>> {
        let answers = self.answers.iter().map(|answer| (Kind::Answer, answer));
        let lists = self.lists.iter().map(|list| (Kind::List, list));
        let mut found = Vec::new();
        for (kind, der) in answers.chain(lists) {
            // Thousands of them may be about one certificate, and each is verified.
            if Instant::now() >= self.end {
                let why = "no more time to read what the document says".to_owned();
                return Err(missing(certificate, "the revocation status", vec![why]));
            }
            let said = match kind {
                Kind::Answer => ocsp::judge(der, certificate, issuer),
                Kind::List => crl::judge(der, certificate, issuer),
            };
            if let Ok(said) = said {
                found.push(Found::new(kind, said, der.clone()));
            }
        }
        let past = |found: &Found| found.kind == Kind::List && !found.is_fresh(self.now);
        if found.iter().any(past) {
            tries.push(
                "the list at hand is past; that of an organisation is written anew when an officer \
                 logs in"
                    .to_owned(),
            );
        }
        Ok(found)
    }

    /// Asks the responders of a certificate.
    fn ask(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
        tries: &mut Vec<String>,
    ) -> Option<Found> {
        for address in &certificate.addresses().ocsp {
            if self.is_late(tries) {
                break;
            }
            let nonce = new_nonce()?;
            let request = ocsp::request(certificate, issuer, &nonce).ok()?;
            let answer = match self.client.post(address, network::Wanted::Ocsp, &request) {
                Ok(answer) => answer,
                Err(error) => {
                    tries.push(told(address, &error));
                    continue;
                }
            };
            self.bytes = self.bytes.saturating_sub(answer.len());
            // Many responders sign once for everybody, and repeat nobody's nonce (RFC 9654 §2.1);
            // how old such an answer may be is bounded. Somebody else's nonce is an old answer.
            let repeated = ocsp::nonce(&answer);
            if repeated
                .as_ref()
                .is_some_and(|repeated| repeated[..] != nonce)
            {
                tries.push(of(address, "its answer is to another question"));
                continue;
            }
            match ocsp::judge(&answer, certificate, issuer) {
                Ok(said) if said.status == Status::Unknown => {
                    tries.push(of(address, "it does not know the certificate"));
                }
                Ok(said) => {
                    let found = Found::new(Kind::Answer, said, answer);
                    if found.is_fresh(self.now) {
                        return Some(found);
                    }
                    tries.push(of(address, "its answer is past"));
                }
                Err(refused) => tries.push(of(address, &refused.to_string())),
            }
        }
        None
    }

    /// Fetches the lists that a certificate may be on.
    fn fetch(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
        tries: &mut Vec<String>,
    ) -> Option<Found> {
        for address in &certificate.addresses().crls {
            let known = self.fetched.iter().find(|(known, _)| known == address);
            let list = if let Some((_, list)) = known {
                list.clone()
            } else {
                if self.is_late(tries) {
                    break;
                }
                match self.client.get(address, network::Wanted::RevocationList) {
                    Ok(list) => {
                        self.bytes = self.bytes.saturating_sub(list.len());
                        self.fetched.push((address.clone(), list.clone()));
                        list
                    }
                    Err(error) => {
                        tries.push(told(address, &error));
                        continue;
                    }
                }
            };
            match crl::judge(&list, certificate, issuer) {
                Ok(said) => {
                    let found = Found::new(Kind::List, said, list);
                    if found.is_fresh(self.now) {
                        return Some(found);
                    }
                    tries.push(of(address, "its list is past"));
                }
                Err(refused) => tries.push(of(address, &refused.to_string())),
            }
        }
        None
    }

    /// Keeps what is said, and what vouches for whoever says it.
    fn take(&mut self, found: Found, issuer: &Certificate, depth: usize) -> Result<()> {
        let Found { kind, said, der } = found;
        let kept = match kind {
            Kind::Answer => &mut self.store.ocsps,
            Kind::List => &mut self.store.crls,
        };
        if !kept.contains(&der) {
            kept.push(der);
        }
        // A responder with a certificate of its own is a part of the proof.
        if said.signer != *issuer {
            self.keep(&said.signer);
            // `ocsp-nocheck` is a responder's, and nobody else's (RFC 6960 §4.2.2.2.1).
            if !said.signer.needs_no_revocation_check() {
                self.look_into(&said.signer, issuer, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Counts a question, unless enough time went by or enough was asked; says so.
    fn is_late(&mut self, tries: &mut Vec<String>) -> bool {
        let late = if Instant::now() >= self.end {
            "no more time to ask"
        } else if self.questions == 0 || self.bytes == 0 {
            "enough was asked"
        } else {
            self.questions -= 1;
            return false;
        };
        tries.push(late.to_owned());
        true
    }
}

/// Bytes that nobody can guess.
fn new_nonce() -> Option<[u8; ocsp::NONCE_BYTES]> {
    [new_id().ok()?, new_id().ok()?].concat().try_into().ok()
}

/// Whether a certificate is one of those that issue others; roots of the first version of X.509
/// cannot say so.
fn may_issue(issuer: &Certificate) -> bool {
    issuer.is_ca() || issuer.basic_constraints().is_none() && issuer.is_self_issued()
}

/// Whether a certificate is its own issuer. By an algorithm of earlier years it may be: nobody
/// relies on a root's signature over itself.
fn is_root(certificate: &Certificate) -> bool {
    let verified = certificate.verify_issued_by_key(certificate.spki_der());
    certificate.is_self_issued()
        && !matches!(verified, Err(signature::Error::SignatureDoesNotVerify))
}

/// What came of asking at an address, of which host is enough: the rest may be a key.
fn of(address: &str, what: &str) -> String {
    format!("{}: {what}", network::named(address))
}

fn told(address: &str, error: &network::Error) -> String {
    let next = match error {
        network::Error::OwnNetwork { .. } => {
            "; name the host in the organisation's setting local_authorities, or with \
             --local-authority, if it is to be asked"
        }
        _ => "",
    };
    of(address, &format!("{error} ({}){next}", network_code(error)))
}

fn missing(certificate: &Certificate, what: &'static str, tries: Vec<String>) -> crate::Error {
    Fault::Missing {
        subject: certificate.subject_common_name().to_owned(),
        what,
        tries,
    }
    .into()
}

//! Authorities on this machine: a timestamp authority, an OCSP responder, revocation lists and the
//! certificates of issuers, over HTTP on loopback, each able to misbehave.
//!
//! One listener serves all of them by path: `/tsa`, `/second-tsa`, `/ocsp`, `/crl/NAME`,
//! `/issuer/NAME`. It ends with the value, threads and all.

mod http;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use self::http::{Asked, Listener, Reply};
use crate::pki::{self, DAY, Hash, Key, Party, Pki, crl, ocsp, tsp};

/// How an authority answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// As it should.
    #[default]
    Right,

    // Whatever it is.
    /// With HTTP status 500.
    ServerError,
    /// With a redirect to an address.
    Redirect(String),
    /// Not at all: the connection is closed.
    Closed,
    /// A byte now and then, without end.
    Drip,
    /// With more bytes than anyone should take.
    Huge,
    /// With bytes that mean nothing.
    Garbage,
    /// With the right bytes, said to be a web page.
    WrongContentType,

    // Of a timestamp authority; the nonces, of an OCSP responder, too.
    /// For another nonce.
    WrongNonce,
    /// Without the nonce.
    NoNonce,
    /// For another digest.
    WrongImprint,
    /// For a digest by another algorithm.
    WrongHashAlgorithm,
    /// By a certificate that is past.
    Expired,
    /// By a certificate that is not for timestamps.
    NoPurpose,
    /// By a certificate whose purpose is not critical.
    UncriticalPurpose,
    /// Without a certificate.
    NoCertificate,
    /// Naming another certificate than its own.
    OtherCertificate,
    /// With a signature that does not verify.
    SpoiltSignature,
    /// With signed attributes of another content.
    OtherContent,
    /// With a refusal.
    Refused,
    /// With a time that is half an hour away.
    WrongTime,
    /// With a time that is hours away.
    FarTime,
    /// By a certificate that nobody but its own key signed.
    SelfMade,
    /// By a certificate that says of itself that nobody need ask about it, and names nobody to ask.
    Unchecked,

    // Of an OCSP responder.
    /// Revoked, a day ago, for a compromise of the key.
    Revoked,
    /// Unknown.
    Unknown,
    /// `tryLater`.
    TryLater,
    /// An answer that is past; for a revocation list, too.
    Stale,
    /// By somebody who may not answer.
    WrongSigner,
    /// By the issuing authority itself.
    ByIssuer,
    /// By a responder that does not say that it need not be checked.
    CheckedResponder,
    /// About another certificate.
    OtherSerial,
    /// By a responder that nobody saw before and that must be checked, each time.
    EndlessResponders,
    /// An answer of days ago that does not say until when it holds.
    Undated,
    /// An answer of eleven days ago, to nobody, that says it is good for days to come.
    Kept,

    // Of a revocation list.
    /// By another issuer.
    WrongIssuer,
}

/// Something that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Office {
    /// The timestamp authority.
    Tsa,
    /// The second one.
    SecondTsa,
    /// The OCSP responder of all authorities.
    Ocsp,
    /// The revocation lists.
    Crl,
    /// The certificates of issuers.
    Issuer,
}

/// What the threads share.
struct Shared {
    pki: Pki,
    behaviours: Mutex<BTreeMap<Office, Behaviour>>,
    asked: Mutex<BTreeMap<Office, usize>>,
    revoked: Mutex<Vec<(u64, i64, u8)>>,
}

/// The authorities, until they are dropped.
pub struct Authorities {
    shared: Arc<Shared>,
    listener: Listener,
}

impl Authorities {
    /// Starts them, all well-behaved.
    ///
    /// # Panics
    /// If no port of loopback is free.
    #[must_use]
    pub fn start() -> Self {
        let (socket, url) = http::bind();
        let shared = Arc::new(Shared {
            pki: Pki::new(&url),
            behaviours: Mutex::default(),
            asked: Mutex::default(),
            revoked: Mutex::default(),
        });
        let answering = Arc::clone(&shared);
        let listener = Listener::serve(socket, move |asked| answering.answer(asked));
        Self { shared, listener }
    }

    /// The infrastructure that they belong to.
    #[must_use]
    pub fn pki(&self) -> &Pki {
        &self.shared.pki
    }

    /// The address of a path, such as `tsa`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.listener.url())
    }

    /// Has one answer in another way from now on.
    pub fn behave(&self, office: Office, behaviour: Behaviour) {
        lock(&self.shared.behaviours).insert(office, behaviour);
    }

    /// Has all of them behave again.
    pub fn behave_well(&self) {
        lock(&self.shared.behaviours).clear();
    }

    /// How often one was asked.
    #[must_use]
    pub fn asked(&self, office: Office) -> usize {
        lock(&self.shared.asked).get(&office).copied().unwrap_or(0)
    }

    /// Revokes a certificate, by responder and list.
    pub fn revoke(&self, serial: u64, at: i64, reason: u8) {
        lock(&self.shared.revoked).push((serial, at, reason));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Shared {
    fn answer(&self, asked: &Asked) -> Reply {
        let (office, rest) = match asked.path.trim_start_matches('/').split_once('/') {
            None if asked.path == "/tsa" => (Office::Tsa, ""),
            None if asked.path == "/second-tsa" => (Office::SecondTsa, ""),
            None if asked.path == "/ocsp" => (Office::Ocsp, ""),
            Some(("crl", name)) => (Office::Crl, name),
            Some(("issuer", name)) => (Office::Issuer, name),
            _ => return Reply::status(404),
        };
        *lock(&self.asked).entry(office).or_default() += 1;
        let behaviour = lock(&self.behaviours)
            .get(&office)
            .cloned()
            .unwrap_or_default();
        match &behaviour {
            Behaviour::ServerError => return Reply::status(500),
            Behaviour::Redirect(to) => return Reply::Redirect(to.clone()),
            Behaviour::Closed => return Reply::Close,
            Behaviour::Drip => return Reply::Drip,
            Behaviour::Garbage => return Reply::binary(office.content_type(), b"\x30garbage"),
            Behaviour::Huge => {
                return Reply::binary(office.content_type(), &vec![0x30; 40 << 20]);
            }
            _ => {}
        }
        let body = match office {
            Office::Tsa => self.stamp(asked, &behaviour, &self.pki.tsa),
            Office::SecondTsa => self.stamp(asked, &behaviour, &self.pki.second_tsa),
            Office::Ocsp => self.respond(asked, &behaviour),
            Office::Crl => self.list(rest, &behaviour),
            Office::Issuer => self.named(rest).map(|party| party.certificate.clone()),
        };
        let content_type = match behaviour {
            Behaviour::WrongContentType => "text/html",
            _ => office.content_type(),
        };
        body.map_or(Reply::status(400), |body| {
            Reply::binary(content_type, &body)
        })
    }

    fn named(&self, name: &str) -> Option<&Party> {
        let mut authorities = self.pki.authorities().into_iter();
        authorities
            .find(|(known, _)| *known == name)
            .map(|(_, party)| party)
    }

    fn stamp(&self, asked: &Asked, behaviour: &Behaviour, usual: &Party) -> Option<Vec<u8>> {
        let mut question = tsp::Question::read(&asked.body)?;
        let made;
        let authority = match behaviour {
            Behaviour::SelfMade => {
                made = Party::root(&pki::Terms::timestamps("Self-made TSA", 60), Key::P256(60));
                &made
            }
            Behaviour::Unchecked => {
                let no_check = pki::extension("1.3.6.1.5.5.7.48.1.5", false, &pki::der::null());
                let terms = pki::Terms::timestamps("Unchecked TSA", 61).with(no_check);
                made = self.pki.stamping.issue(&terms, Key::P256(61));
                &made
            }
            Behaviour::Expired => &self.pki.expired_tsa,
            Behaviour::NoPurpose => &self.pki.purposeless_tsa,
            Behaviour::UncriticalPurpose => &self.pki.uncritical_tsa,
            _ => usual,
        };
        let mut terms = tsp::Terms::of(authority);
        if !question.certificates {
            terms.certificates.clear();
        }
        match behaviour {
            Behaviour::WrongNonce => question.nonce = Some(pki::der::number(42)),
            Behaviour::NoNonce => question.nonce = None,
            Behaviour::WrongImprint => {
                let other = Hash::Sha256.of(b"something else");
                question.imprint = tsp::imprint(&other, Hash::Sha256);
            }
            Behaviour::WrongHashAlgorithm => {
                question.imprint = tsp::imprint(&Hash::Sha1.of(b"abc"), Hash::Sha1);
            }
            Behaviour::NoCertificate => terms.certificates.clear(),
            Behaviour::OtherCertificate => {
                terms.named = Some(self.pki.ada.certificate.clone());
            }
            Behaviour::SpoiltSignature => terms.spoilt = true,
            Behaviour::OtherContent => terms.other_content = true,
            Behaviour::WrongTime => terms.time += 1800,
            Behaviour::FarTime => terms.time -= 3 * 3600,
            Behaviour::Refused => return Some(tsp::refused("not today")),
            _ => {}
        }
        Some(tsp::granted(&tsp::token(&question, &terms, authority)))
    }

    fn respond(&self, asked: &Asked, behaviour: &Behaviour) -> Option<Vec<u8>> {
        if *behaviour == Behaviour::TryLater {
            return Some(ocsp::failure(3));
        }
        let (cert_id, nonce) = ocsp::question(&asked.body)?;
        let authorities = self.pki.authorities().map(|(_, party)| party);
        let (issuer, serial) = ocsp::about(&cert_id, &authorities)?;
        let number = serial
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let revoked = lock(&self.revoked)
            .iter()
            .find(|(serial, _, _)| *serial == number)
            .copied();
        let status = match (behaviour, revoked) {
            (Behaviour::Revoked, _) => ocsp::Status::Revoked(pki::now() - DAY, 1),
            (Behaviour::Unknown, _) => ocsp::Status::Unknown,
            (_, Some((_, at, reason))) => ocsp::Status::Revoked(at, reason),
            _ => ocsp::Status::Good,
        };
        let mut terms = ocsp::Terms::fresh(status);
        terms.nonce = nonce;
        let delegated = if issuer.serial == self.pki.stamping.serial {
            &self.pki.stamping_responder
        } else {
            &self.pki.responder
        };
        let made;
        let responder = match behaviour {
            Behaviour::EndlessResponders => {
                let serial = 1000
                    + lock(&self.asked)
                        .get(&Office::Ocsp)
                        .map_or(0, |asked| *asked as u64);
                let terms = pki::Terms::checked_responder("Test Responder of many", serial);
                let terms = terms.access(Some(&format!("{}/ocsp", self.pki.url)), None);
                made = issuer.issue(&terms, Key::P256(62));
                &made
            }
            Behaviour::ByIssuer => issuer,
            Behaviour::WrongSigner => &self.pki.wrong_responder,
            Behaviour::CheckedResponder => &self.pki.checked_responder,
            // The root answers for itself.
            _ if issuer.serial == self.pki.root.serial => issuer,
            _ => delegated,
        };
        if responder.serial != issuer.serial {
            terms.certificates = vec![responder.certificate.clone()];
        }
        let mut cert_id = cert_id;
        match behaviour {
            Behaviour::Stale => {
                let past = pki::now() - 30 * DAY;
                terms.produced_at = past;
                terms.this_update = past;
                terms.next_update = Some(past + DAY);
                terms.nonce = None;
            }
            Behaviour::Undated => {
                let past = pki::now() - 10 * DAY;
                terms.produced_at = past;
                terms.this_update = past;
                terms.next_update = None;
            }
            Behaviour::Kept => {
                let past = pki::now() - 11 * DAY;
                terms.produced_at = past;
                terms.this_update = past;
                terms.next_update = Some(pki::now() + 3 * DAY);
                terms.nonce = None;
            }
            Behaviour::NoNonce => terms.nonce = None,
            Behaviour::WrongNonce => terms.nonce = Some(pki::der::octets(&[7; 32])),
            Behaviour::OtherSerial => cert_id = ocsp::cert_id(issuer, 99_999, Hash::Sha1),
            _ => {}
        }
        Some(ocsp::response(&cert_id, &terms, responder))
    }

    fn list(&self, name: &str, behaviour: &Behaviour) -> Option<Vec<u8>> {
        let issuer = self.named(name)?;
        let mut terms = crl::Terms::fresh();
        terms.revoked.clone_from(&lock(&self.revoked));
        match behaviour {
            Behaviour::Stale => {
                terms.this_update = pki::now() - 30 * DAY;
                terms.next_update = Some(pki::now() - 20 * DAY);
            }
            Behaviour::Revoked => {
                for serial in 1..40 {
                    terms.revoked.push((serial, pki::now() - DAY, 1));
                }
            }
            Behaviour::WrongIssuer => return Some(crl::list(&terms, &self.pki.wrong_responder)),
            Behaviour::SpoiltSignature => {
                let mut list = crl::list(&terms, issuer);
                let last = list.len() - 1;
                list[last] ^= 1;
                return Some(list);
            }
            _ => {}
        }
        Some(crl::list(&terms, issuer))
    }
}

impl Office {
    /// What its answers are called (RFC 3161 §3.4, RFC 6960 appendix A.2, RFC 2585 §4).
    const fn content_type(self) -> &'static str {
        match self {
            Self::Tsa | Self::SecondTsa => "application/timestamp-reply",
            Self::Ocsp => "application/ocsp-response",
            Self::Crl => "application/pkix-crl",
            Self::Issuer => "application/pkix-cert",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

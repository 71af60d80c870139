//! Whether a certificate on a path was revoked at a time (EN 319 102-1 clauses 5.2.5, 5.2.6.2).
//!
//! A statement is taken if its signer may be believed at the time at which the statement is proven
//! to have been there. It is *fresh* for a time if newer was not due before: nextUpdate is not
//! passed, or, where none is said, it is no older than a day. What was said after the certificate's
//! own end says nothing, since authorities forget then (RFC 5280 §3.3).
//!
//! Nothing at hand that says so is not a revocation: the status is unknown, and told. A policy that
//! takes a signature for valid without it is that of this product (UX 4.7 with EN 319 102-1 clause
//! 5.1.4.2, where the policy says whether the check is wanted); a statement that there *was* a
//! revocation is never overlooked for being old.

use std::collections::HashMap;
use std::rc::Rc;

use super::evidence::{self, Believed, Evidence, Item, Kept};
use super::policy;
use crate::certificate::Certificate;
use crate::revocation::{Reason, Source, Statement, Status, crl, ocsp};

/// How long a statement without nextUpdate is fresh, in seconds.
const DAY: i64 = 24 * 3600;
/// How far the clocks of authorities may be ahead, in seconds.
pub(super) const SKEW: i64 = 300;

/// What is known of the revocation of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The certificate.
    pub certificate: Certificate,
    /// What is known.
    pub state: State,
}

/// Whether a certificate was revoked at the time that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was not.
    Good {
        /// As of when.
        as_of: i64,
        /// Who says so.
        by: Source,
        /// Since when it is, if it was revoked after that time.
        revoked_later: Option<i64>,
    },
    /// It was.
    Revoked {
        /// Since when, Unix time.
        at: i64,
        /// Why.
        reason: Option<Reason>,
        /// Who says so.
        by: Source,
    },
    /// Nothing at hand says.
    Unknown {
        /// What the newest statement is of, where it is too old for the time.
        stale: Option<i64>,
    },
    /// The newest that is said is that its authority's responder does not know it (RFC 6960 §2.2).
    NotKnown {
        /// Of when that is, Unix time.
        as_of: i64,
    },
    /// Nobody has to say: it lives too short to be revoked (RFC 9608, ETSI EN 319 412-1 §5.2).
    NotNeeded,
}

/// What is known of one certificate at `time`, seen from `now` (Unix time), and where the document
/// keeps what tells it.
pub(super) fn state(
    evidence: &Evidence,
    certificate: &Certificate,
    issuer: &Certificate,
    time: i64,
    now: i64,
) -> (State, Kept) {
    let said = statements(evidence, certificate, issuer, now, Depth::Path);
    let kept_at_least = |kept: Kept| {
        let said = said.iter().filter(|(_, where_kept)| *where_kept >= kept);
        let said = said.map(|(statement, _)| &**statement);
        conclude(said, certificate, time)
    };
    match kept_at_least(Kept::Nowhere) {
        State::Unknown { .. } if certificate.lives_short() => (State::NotNeeded, Kept::Archived),
        state => {
            let tells = |kept: &Kept| {
                let state = kept_at_least(*kept);
                !matches!(state, State::Unknown { .. } | State::NotKnown { .. })
            };
            let kept = [Kept::Archived, Kept::Stored].into_iter().find(tells);
            (state, kept.unwrap_or_default())
        }
    }
}

/// How far down the question is: the certificate of a responder is asked about once, and whoever
/// answers that is not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Path,
    Responder,
}

/// What may be believed of all that is said about a certificate.
fn statements(
    evidence: &Evidence,
    certificate: &Certificate,
    issuer: &Certificate,
    now: i64,
    depth: Depth,
) -> Believed {
    let pair = evidence::pair(certificate, issuer);
    let find = || Rc::new(believed(evidence, certificate, issuer, now, depth));
    evidence.believed(depth == Depth::Responder, pair, find)
}

fn believed(
    evidence: &Evidence,
    certificate: &Certificate,
    issuer: &Certificate,
    now: i64,
    depth: Depth,
) -> Vec<(Rc<Statement>, Kept)> {
    let pair = evidence::pair(certificate, issuer);
    let mut responders = Responders {
        evidence,
        issuer,
        now,
        depth,
        known: HashMap::new(),
    };
    let mut found = Vec::new();
    for item in evidence.about(certificate) {
        let judge = || match item.kind {
            Source::Ocsp => {
                let others = &evidence.certificates;
                ocsp::judge_with(&item.der, certificate, issuer, others).ok()
            }
            Source::Crl => crl::judge(&item.der, certificate, issuer).ok(),
        };
        if let Some(statement) = evidence.once(item, pair, judge)
            && responders.are_believed(&statement, item)
        {
            found.push((statement, item.kept));
        }
    }
    found
}

/// Whether those who make statements on behalf of an issuer may be believed.
struct Responders<'a> {
    evidence: &'a Evidence,
    issuer: &'a Certificate,
    now: i64,
    depth: Depth,
    /// Since when those who were asked about are revoked, and why.
    known: HashMap<[u8; 32], Option<(i64, Option<Reason>)>>,
}

impl Responders<'_> {
    /// Whether a statement is to be believed. One that tells of a revocation always is: to doubt it
    /// would help who was revoked.
    fn are_believed(&mut self, statement: &Statement, item: &Item) -> bool {
        if matches!(statement.status, Status::Revoked { .. }) {
            return true;
        }
        let proven = item.proven.unwrap_or(self.now).min(self.now);
        let latest = statement.this_update.max(statement.produced_at);
        let too_early = latest > self.now.saturating_add(SKEW);
        let strong = statement
            .used
            .iter()
            .all(|used| policy::judge(*used, proven).is_ok());
        let signer = &statement.signer;
        if too_early || !strong {
            return false;
        }
        if signer == self.issuer {
            // It is judged with the path.
            return true;
        }
        // A responder must not have ended before the proof.
        if !signer.is_valid_at(proven) {
            return false;
        }
        match self.revocation_of(signer) {
            None => true,
            // What it is said to have said before counts if it is proven to have been there before,
            // or if the key was never in doubt.
            Some((at, reason)) => match reason.is_some_and(Reason::leaves_the_past) {
                true => statement.produced_at < at,
                false => proven < at,
            },
        }
    }

    /// Since when a responder is revoked, and why.
    fn revocation_of(&mut self, responder: &Certificate) -> Option<(i64, Option<Reason>)> {
        if self.depth == Depth::Responder || responder.needs_no_revocation_check() {
            return None;
        }
        let (evidence, issuer, now) = (self.evidence, self.issuer, self.now);
        let ask = || {
            let said = statements(evidence, responder, issuer, now, Depth::Responder);
            let said: Vec<&Statement> = said.iter().map(|(statement, _)| &**statement).collect();
            let (at, reason, _) = revocation(&said, newest(&said, responder))?;
            Some((at, reason))
        };
        let known = self.known.entry(responder.fingerprint());
        *known.or_insert_with(ask)
    }
}

/// The newest statement that counts: what was said after the certificate's own end does not.
fn newest<'s>(said: &[&'s Statement], certificate: &Certificate) -> Option<&'s Statement> {
    let counts = |statement: &&&Statement| statement.this_update <= certificate.not_after();
    // Of two of one time the one that knows less.
    let newest = said.iter().filter(counts).max_by_key(|statement| {
        let unknown = statement.status == Status::Unknown;
        (statement.this_update, unknown)
    });
    newest.copied()
}

/// Since when something is revoked by all that is said, why, and by what. It is for good, unless it
/// was a hold and newer says that it is over.
fn revocation(
    said: &[&Statement],
    newest: Option<&Statement>,
) -> Option<(i64, Option<Reason>, Source)> {
    let taken_back = |hold: &Statement| {
        newest.is_some_and(|newest| {
            newest.this_update > hold.this_update && newest.status == Status::Good
        })
    };
    let revoked = said.iter().filter_map(|statement| match statement.status {
        Status::Revoked { reason, .. }
            if reason == Some(Reason::CertificateHold) && taken_back(statement) =>
        {
            None
        }
        Status::Revoked {
            at,
            reason,
            invalid_since,
        } => {
            let since = invalid_since.map_or(at, |since| since.min(at));
            Some((since, reason, statement.source))
        }
        Status::Good | Status::Unknown => None,
    });
    // The earliest time that is said, and of the reasons one that puts the past in doubt.
    let in_doubt = |reason: Option<Reason>| !reason.is_some_and(Reason::leaves_the_past);
    revoked.reduce(|one, other| {
        let earlier = if other.0 < one.0 { other } else { one };
        let reason = match in_doubt(other.1) && !in_doubt(one.1) {
            true => other.1,
            false if in_doubt(one.1) && !in_doubt(earlier.1) => one.1,
            false => earlier.1,
        };
        (earlier.0, reason, earlier.2)
    })
}

/// What all statements together say for a time.
fn conclude<'s>(
    said: impl IntoIterator<Item = &'s Statement>,
    certificate: &Certificate,
    time: i64,
) -> State {
    let said: Vec<&Statement> = said.into_iter().collect();
    let newest = newest(&said, certificate);
    if let Some((at, reason, by)) = revocation(&said, newest) {
        return match at <= time {
            true => State::Revoked { at, reason, by },
            false => State::Good {
                as_of: time,
                by,
                revoked_later: Some(at),
            },
        };
    }
    let Some(newest) = newest else {
        return State::Unknown { stale: None };
    };
    if newest.status == Status::Unknown {
        return State::NotKnown {
            as_of: newest.this_update,
        };
    }
    let due = newest.next_update;
    let due = due.unwrap_or(newest.this_update.saturating_add(DAY));
    match due >= time {
        true => State::Good {
            as_of: newest.this_update,
            by: newest.source,
            revoked_later: None,
        },
        false => State::Unknown {
            stale: Some(newest.this_update),
        },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::evidence::Work;
    use super::*;
    use crate::algorithm::any::{AnyDigest, Used};
    use crate::samples::{Authority, Key, NOW};

    fn said(status: Status, this_update: i64, next_update: Option<i64>) -> Statement {
        Statement {
            status,
            source: Source::Crl,
            produced_at: this_update,
            this_update,
            next_update,
            signer: Authority::new("Test CA", 1).certificate(),
            used: Vec::new(),
        }
    }

    fn revoked(at: i64, reason: Reason) -> Status {
        Status::Revoked {
            at,
            reason: Some(reason),
            invalid_since: None,
        }
    }

    fn ada() -> Certificate {
        Authority::new("Test CA", 1).issue("Ada", &Key::from_seed(2))
    }

    #[test]
    fn a_statement_is_fresh_until_newer_was_due() {
        let good = [said(Status::Good, NOW, Some(NOW + 100))];
        let at = |time| conclude(&good, &ada(), time);
        assert!(matches!(at(NOW + 100), State::Good { as_of: NOW, .. }));
        assert!(
            matches!(at(NOW - 9999), State::Good { .. }),
            "later says so still"
        );
        assert_eq!(at(NOW + 101), State::Unknown { stale: Some(NOW) });
        let no_end = [said(Status::Good, NOW, None)];
        assert!(matches!(
            conclude(&no_end, &ada(), NOW + DAY),
            State::Good { .. }
        ));
        assert!(matches!(
            conclude(&no_end, &ada(), NOW + DAY + 1),
            State::Unknown { .. }
        ));
        assert_eq!(conclude(&[], &ada(), NOW), State::Unknown { stale: None });
    }

    #[test]
    fn a_revocation_is_never_too_old_and_counts_from_its_time() {
        let old = [
            said(
                revoked(NOW - 500, Reason::KeyCompromise),
                NOW - 400,
                Some(NOW - 300),
            ),
            said(Status::Good, NOW, Some(NOW + 100)),
        ];
        let at = |time| conclude(&old, &ada(), time);
        assert!(
            matches!(at(NOW), State::Revoked { .. }),
            "good that comes later is no pardon"
        );
        assert!(matches!(at(NOW - 500), State::Revoked { .. }));
        let before = at(NOW - 501);
        assert!(
            matches!(
                before,
                State::Good {
                    revoked_later: Some(_),
                    ..
                }
            ),
            "{before:?}"
        );
    }

    #[test]
    fn a_hold_ends_when_newer_says_so_and_not_before() {
        let hold = said(revoked(NOW - 500, Reason::CertificateHold), NOW - 400, None);
        let lifted = said(Status::Good, NOW, Some(NOW + 100));
        let earlier = said(Status::Good, NOW - 450, Some(NOW + 100));
        let on_hold = conclude(&[hold.clone(), earlier], &ada(), NOW);
        assert!(matches!(on_hold, State::Revoked { .. }));
        assert!(matches!(
            conclude(&[hold, lifted], &ada(), NOW),
            State::Good { .. }
        ));
    }

    #[test]
    fn a_responder_that_does_not_know_a_certificate_vouches_for_nothing() {
        let unknown = said(Status::Unknown, NOW, Some(NOW + 100));
        let not_known = State::NotKnown { as_of: NOW };
        assert_eq!(
            conclude(std::slice::from_ref(&unknown), &ada(), NOW),
            not_known
        );
        let same_time = said(Status::Good, NOW, Some(NOW + 100));
        let both = [same_time, unknown.clone()];
        assert_eq!(conclude(&both, &ada(), NOW), not_known);
        let newer = said(Status::Good, NOW + 1, Some(NOW + 100));
        let state = conclude(&[unknown, newer], &ada(), NOW);
        assert!(matches!(state, State::Good { .. }));
    }

    #[test]
    fn what_is_too_weak_to_say_good_is_strong_enough_to_say_revoked() {
        let authority = Authority::new("Test CA", 1).certificate();
        let weak = Used {
            digest: AnyDigest::Sha1,
            rsa_bits: None,
        };
        let ahead = NOW + SKEW + 1;
        let evidence = Evidence::of_caller(&[], &[], &[b"list".to_vec()], (Work::default(), true));
        let item = evidence.crls.iter().next().unwrap();
        let is_believed = |statement: Statement| {
            let mut responders = Responders {
                evidence: &evidence,
                issuer: &authority,
                now: NOW,
                depth: Depth::Path,
                known: HashMap::new(),
            };
            responders.are_believed(&statement, item)
        };
        for (status, counts) in [
            (Status::Good, false),
            (Status::Unknown, false),
            (revoked(NOW - 500, Reason::KeyCompromise), true),
        ] {
            let mut by_weak = said(status, NOW, None);
            by_weak.used.push(weak);
            assert_eq!(is_believed(by_weak), counts, "{status:?}, weak");
            let early = said(status, ahead, None);
            assert_eq!(is_believed(early), counts, "{status:?}, of a later time");
        }
        assert!(is_believed(said(Status::Good, NOW, None)));
    }

    #[test]
    fn what_is_said_after_the_end_of_a_certificate_says_nothing() {
        let ada = ada();
        let late = [said(Status::Good, ada.not_after() + 1, None)];
        assert_eq!(conclude(&late, &ada, NOW), State::Unknown { stale: None });
    }

    #[test]
    fn when_the_key_is_suspected_counts_before_when_the_certificate_was_listed() {
        let status = Status::Revoked {
            at: NOW,
            reason: Some(Reason::KeyCompromise),
            invalid_since: Some(NOW - 1000),
        };
        let state = conclude(&[said(status, NOW, None)], &ada(), NOW - 900);
        assert!(matches!(state, State::Revoked { at, .. } if at == NOW - 1000));
        assert_eq!(ada().serial_der().first().copied().unwrap(), 2, "a number");
    }
}

//! Which of several statements about a certificate counts.

use signature::Certificate;
use signature::revocation::{Reason, Statement, Status};

/// How far the clock of a responder may be ahead of ours, in seconds.
const AHEAD: i64 = 300;
/// How old what is said without an end may be, in seconds: RFC 6960 §2.4 has it that newer ones can
/// be had at any time, and one that somebody kept is none of them.
const OLDEST_UNDATED: i64 = 24 * 3600;
/// How old an answer may be though it says that it is good for longer, in seconds: no authority of
/// the CA/Browser Forum may make one for more than ten days (Baseline Requirements §4.9.10), and one
/// without a nonce may have been kept by whoever passes it on.
const OLDEST_ANSWER: i64 = 10 * 24 * 3600;

/// By what something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An OCSP response.
    Answer,
    /// A revocation list.
    List,
}

/// What is said about a certificate.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) said: Statement,
    pub(super) der: Vec<u8>,
}

impl Found {
    pub(super) const fn new(kind: Kind, said: Statement, der: Vec<u8>) -> Self {
        Self { kind, said, der }
    }

    /// Whether it is about now.
    pub(super) fn is_fresh(&self, now: i64) -> bool {
        let Statement {
            this_update,
            next_update,
            ..
        } = self.said;
        let oldest = match (next_update, self.kind) {
            (None, _) => OLDEST_UNDATED,
            (Some(_), Kind::Answer) => OLDEST_ANSWER,
            (Some(_), Kind::List) => i64::MAX,
        };
        this_update <= now.saturating_add(AHEAD)
            && now.saturating_sub(this_update) <= oldest
            && next_update.is_none_or(|end| end >= now)
    }

    /// Whether it was said while a certificate had not ended: issuers drop those that have from
    /// their lists (RFC 5280 §3.3).
    pub(super) fn is_about_its_life(&self, certificate: &Certificate) -> bool {
        certificate.is_valid_at(self.said.this_update)
    }
}

/// The newest of those that count, if it does not say that the certificate is revoked.
///
/// A revocation counts however old what says so is, and only one that may be taken back
/// (`certificateHold`, RFC 5280 §5.3.1) is outweighed by what is newer.
///
/// # Errors
/// Since when it is revoked.
pub(super) fn newest(
    mut found: Vec<Found>,
    counts: impl Fn(&Found) -> bool,
) -> Result<Option<Found>, i64> {
    let said = found.iter().map(|one| Said {
        status: one.said.status,
        when: one.said.this_update,
        counts: counts(one),
    });
    let newest = winner(&said.collect::<Vec<_>>())?;
    Ok(newest.map(|newest| found.swap_remove(newest)))
}

/// One statement, as far as it is weighed.
#[derive(Clone, Copy)]
struct Said {
    status: Status,
    when: i64,
    counts: bool,
}

fn winner(said: &[Said]) -> Result<Option<usize>, i64> {
    let good = said.iter().enumerate();
    let good = good.filter(|(_, one)| one.counts && one.status == Status::Good);
    let newest = good.max_by_key(|(_, one)| one.when);
    for one in said {
        if let Status::Revoked { at, reason, .. } = one.status {
            let taken_back = reason == Some(Reason::CertificateHold)
                && newest.is_some_and(|(_, newest)| newest.when > one.when);
            if !taken_back {
                return Err(at);
            }
        }
    }
    Ok(newest.map(|(index, _)| index))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn good(when: i64) -> Said {
        Said {
            status: Status::Good,
            when,
            counts: true,
        }
    }

    const fn revoked(when: i64, reason: Option<Reason>) -> Said {
        Said {
            status: Status::Revoked {
                at: 7,
                reason,
                invalid_since: None,
            },
            when,
            counts: false,
        }
    }

    #[test]
    fn the_newest_statement_that_counts_wins() {
        let past = Said {
            counts: false,
            ..good(90)
        };
        assert_eq!(winner(&[good(10), good(30), past, good(20)]), Ok(Some(1)));
        assert_eq!(winner(&[past]), Ok(None));
        assert_eq!(winner(&[]), Ok(None));
    }

    #[test]
    fn a_revocation_is_outweighed_by_nothing_older_and_only_one_that_was_on_hold_by_what_is_newer()
    {
        let hold = Some(Reason::CertificateHold);
        for reason in [None, Some(Reason::KeyCompromise), hold] {
            assert_eq!(winner(&[good(10), revoked(20, reason)]), Err(7));
            assert_eq!(winner(&[revoked(20, reason), good(20)]), Err(7));
            assert_eq!(winner(&[revoked(20, reason)]), Err(7));
        }
        assert_eq!(winner(&[revoked(20, None), good(30)]), Err(7));
        assert_eq!(winner(&[revoked(20, hold), good(30)]), Ok(Some(1)));
    }
}

//! When a signature is proven to have been there (EN 319 102-1 clauses 5.4, 5.6.2.3).
//!
//! A timestamp counts if it holds and a trust anchor vouches for its authority, at the time that is
//! proven for the timestamp itself: by a later timestamp over the document that covers it, or else
//! the time of the validation. So they are judged from the newest to the oldest, each with what the
//! newer ones prove; that is what keeps an archive good after every certificate in it has ended.

use super::chain::Purpose;
use super::evidence::Kept;
use super::finding::Finding;
use super::identity::{self, Use, World};
use super::policy;
use super::revoked::SKEW;
use crate::certificate::Certificate;
use crate::timestamp::TimestampJudgement;

/// A time that an authority gave for a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenTime {
    /// When, as the authority says, Unix time.
    pub at: i64,
    /// With the accuracy that the authority claims, and no later than what is proven of the timestamp
    /// itself: it was there then (RFC 3161 §2.4.2).
    pub latest: i64,
    /// Who says so.
    pub authority: Certificate,
    /// Whether a trust anchor vouches for the authority; only then it proves anything.
    pub is_trusted: bool,
}

/// The timestamps over the document that count.
#[derive(Debug, Default)]
pub(super) struct Archive(Vec<(u64, ProvenTime)>);

impl Archive {
    /// Takes a timestamp that covers the document up to `end` and counts.
    pub(super) fn add(&mut self, end: u64, time: ProvenTime) {
        self.0.push((end, time));
    }

    /// The earliest time that is proven for what ends at `end` and is covered by a later revision.
    pub(super) fn proven(&self, end: u64) -> Option<&ProvenTime> {
        let covering = self.0.iter().filter(|(covered, _)| *covered > end);
        covering
            .map(|(_, time)| time)
            .min_by_key(|time| time.latest)
    }
}

/// What the timestamps beside a signature prove.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// The earliest time that counts, or else one that does not.
    pub(super) time: Option<ProvenTime>,
    /// Where the document keeps what tells of the authorities of all that count; none if none does.
    pub(super) kept: Option<Kept>,
}

/// Judges the timestamps beside a signature, and adds what is to be said.
pub(super) fn beside(
    world: World<'_>,
    stamps: &[TimestampJudgement],
    covered: Option<&ProvenTime>,
    findings: &mut Vec<Finding>,
) -> Beside {
    let proven = covered.map_or(world.now, |time| time.latest);
    let mut beside = Beside::default();
    for stamp in stamps {
        findings.extend(stamp.findings.iter().cloned().map(Finding::TimestampFaulty));
        let Some(holds) = &stamp.holds else {
            continue;
        };
        let used = Use {
            purpose: Purpose::Timestamps,
            at: proven,
            gives: Some(holds.latest),
        };
        let identity = identity::judge(world, &holds.authority, &stamp.certificates, used);
        let mut why: Vec<String> = match identity.is_confirmed {
            true => Vec::new(),
            false => identity.findings.iter().map(ToString::to_string).collect(),
        };
        for used in &stamp.used {
            let weak = policy::judge(*used, proven).err();
            let weak = weak.map(|weak| Finding::AlgorithmTooWeak {
                what: weak.what,
                since: weak.since,
            });
            let weak = weak.map(|weak| weak.to_string());
            why.extend(weak.filter(|weak| !why.contains(weak)));
        }
        if holds.gen_time > proven.saturating_add(SKEW) {
            why.push("it is of a later time than this".to_owned());
        }
        let time = ProvenTime {
            at: holds.gen_time,
            latest: holds.latest.min(proven),
            authority: holds.authority.clone(),
            is_trusted: why.is_empty(),
        };
        if !why.is_empty() {
            findings.push(Finding::TimestampNotTrusted {
                authority: holds.authority.subject_common_name().to_owned(),
                why: why.join("; "),
            });
        }
        if time.is_trusted {
            let kept = beside.kept.unwrap_or(identity.kept);
            beside.kept = Some(kept.min(identity.kept));
        }
        let better = beside
            .time
            .as_ref()
            .is_none_or(|best| (time.is_trusted, -time.latest) > (best.is_trusted, -best.latest));
        if better {
            beside.time = Some(time);
        }
    }
    beside
}

/// The better of two times: one that counts, and the earlier of those.
pub(super) fn earlier(one: Option<ProvenTime>, other: Option<&ProvenTime>) -> Option<ProvenTime> {
    match (one, other) {
        (Some(one), Some(other))
            if one.is_trusted >= other.is_trusted && one.latest <= other.latest =>
        {
            Some(one)
        }
        (_, Some(other)) => Some(other.clone()),
        (one, None) => one,
    }
}

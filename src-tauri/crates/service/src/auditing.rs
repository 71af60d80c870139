//! What auditors do with the log: verify it whole, print its head, take it along, prove one event.
//!
//! Verifying believes nothing that was believed before: every leaf, MAC, root, head and signature is
//! looked at again, and every current record against the tree that the newest leaf names.

mod countersigned;
mod export;
mod list;
mod offline;
mod records;
mod verify;

use vault::LeafIndex;

pub(crate) use self::export::write;
pub(crate) use self::list::list;
pub use self::offline::InclusionProof;
pub(crate) use self::offline::verify_export;
pub(crate) use self::verify::verify;
use crate::audit::Frontier;
use crate::audit::tree::beside;
use crate::error::{Error, Result};
use crate::organisation::Deployment;
use crate::requests::{HeadChoice, Notarised, PrintedHead};
use crate::station::Station;
use crate::station::log::{Log, newest_notarised, told, verified};
use crate::station::tokens::SigningToken;

/// Leaves read at once.
const PAGE: u32 = 1024;
const DAY: i64 = 24 * 60 * 60;
/// A notarised head older than this is a finding.
const OLD_DAYS: i64 = 7;
/// One older than this is a refusal where the token is shared.
const OVERDUE_DAYS: i64 = 30;

/// A head for keeping elsewhere: the newest one that is notarised, or where the notary has signed none,
/// the newest there is.
pub(crate) fn head(station: &Station, which: HeadChoice) -> Result<PrintedHead> {
    let signing = SigningToken::open(station)?;
    let log = Log::open(station, &signing)?;
    let (leaves, _) = log.head();
    let notarised = match which {
        HeadChoice::Notarised => station.wait(station.store.latest_notarised())?,
        HeadChoice::Newest => None,
    };
    let head = match notarised {
        Some(head) => head,
        None => station
            .wait(station.store.latest_head())?
            .ok_or(Error::NotAHead("nothing is signed yet"))?,
    };
    let checkpoint = verified(station, &head)?;
    if head.notarised {
        crate::station::log::verified_by_notary(station, &head)?;
    }
    Ok(PrintedHead {
        fingerprint: checkpoint.fingerprint(),
        leaves: checkpoint.size,
        later: leaves.saturating_sub(checkpoint.size),
        notarised: head.notarised,
        note: head.note,
    })
}

/// How old the newest notarised head is; none if there is none.
pub(crate) fn notarised(station: &Station) -> Result<Option<Notarised>> {
    let Some(checkpoint) = newest_notarised(station)? else {
        return Ok(None);
    };
    let at = time_of(station, LeafIndex(checkpoint.size.saturating_sub(1)))?;
    Ok(Some(Notarised {
        leaves: checkpoint.size,
        at,
        days: days_since(station, at)?,
    }))
}

/// The event's own time where there is one; the row's beside an erased one.
fn time_of(station: &Station, index: LeafIndex) -> Result<i64> {
    if let Some(told) = told(station, index)? {
        return Ok(told.time);
    }
    let leaves = station.wait(station.store.leaves(index, 1))?;
    Ok(leaves.first().map_or(0, |leaf| leaf.at.0))
}

fn days_since(station: &Station, at: i64) -> Result<i64> {
    Ok(station.now()?.saturating_sub(at) / DAY)
}

/// Refuses to sign on a log that no officer's window has vouched for in a month.
///
/// Where the token is shared, whoever has the signing PIN can rewrite what the notary has not
/// signed (CUSTODY-FORMAT 3). An embedded organisation is one machine, and perhaps one person, who
/// must be able to go on: there it is a finding only.
///
/// # Errors
/// [`Error::NotaryOverdue`]; those of reading the head.
pub(crate) fn permit_signing(station: &Station) -> Result<()> {
    let days = match notarised(station)? {
        Some(head) => head.days,
        // No officer has logged in since the founding.
        None => days_since(station, time_of(station, LeafIndex(0))?)?,
    };
    if is_overdue(station.organisation.local.deployment, days) {
        return Err(Error::NotaryOverdue { days });
    }
    Ok(())
}

fn is_overdue(deployment: Deployment, days: i64) -> bool {
    match deployment {
        Deployment::Embedded => false,
        Deployment::Direct => days > OVERDUE_DAYS,
    }
}

/// Whether the newest notarised head is so old that somebody should look; also if there is none.
pub(crate) fn is_old(notarised: Option<&Notarised>) -> bool {
    notarised.is_none_or(|head| head.days > OLD_DAYS)
}

/// Proves that an event is in the log.
pub(crate) fn prove(station: &Station, index: u64) -> Result<InclusionProof> {
    let signing = SigningToken::open(station)?;
    let log = Log::open(station, &signing)?;
    let (leaves, _) = log.head();
    let head = station.wait(station.store.latest_notarised())?;
    // The notary's head, if it covers the leaf; else the newest.
    let head = match head.filter(|head| head.size > index) {
        Some(head) => head,
        None => station
            .wait(station.store.latest_head())?
            .ok_or(Error::NotAHead("nothing is signed yet"))?,
    };
    let checkpoint = verified(station, &head)?;
    let unknown = Error::NoSuchLeaf { index, leaves };
    if index >= checkpoint.size {
        return Err(unknown);
    }
    let found = station.wait(station.store.logged(LeafIndex(index), 1))?;
    let logged = found.into_iter().next().ok_or(unknown)?;
    let ranges = beside(index, checkpoint.size);
    let mut path = Vec::with_capacity(ranges.len());
    for range in ranges {
        path.push(subtree(station, range)?);
    }
    Ok(InclusionProof::new(station, &logged, &head, &path))
}

/// The root over a range of leaves.
fn subtree(station: &Station, range: std::ops::Range<u64>) -> Result<[u8; 32]> {
    let mut frontier = Frontier::default();
    while frontier.size() < range.end - range.start {
        let from = LeafIndex(range.start + frontier.size());
        let wanted = u32::try_from(range.end - from.0).unwrap_or(PAGE).min(PAGE);
        let leaves = station.wait(station.store.leaves(from, wanted))?;
        if leaves.is_empty() {
            let now = from.0;
            let seen = range.end;
            return Err(crate::audit::Error::Shorter { now, seen }.into());
        }
        leaves.iter().for_each(|leaf| frontier.push(&leaf.leaf));
    }
    Ok(frontier.root())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notarised_head_is_old_after_a_week_and_so_is_none() {
        let head = |days| Notarised {
            leaves: 1,
            at: 0,
            days,
        };
        assert!(!is_old(Some(&head(7))));
        assert!(is_old(Some(&head(8))));
        assert!(is_old(None));
    }

    #[test]
    fn a_log_that_no_officer_vouched_for_in_a_month_is_not_signed_on_where_the_token_is_shared() {
        assert!(!is_overdue(Deployment::Direct, 30));
        assert!(is_overdue(Deployment::Direct, 31));
        assert!(!is_overdue(Deployment::Embedded, 400));
    }
}

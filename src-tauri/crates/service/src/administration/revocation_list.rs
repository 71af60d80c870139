//! `crl.der` in the organisation's folder: written in the session of the act that changes it.

use std::fs;

use vault::{OffCertificate, RevocationList, Status};

use super::Office;
use crate::ca::{self, Reason, Revoked, Validity};
use crate::error::{Error, Result};
use crate::home::write_private;
use crate::wire::RevocationReason;

/// How long others may rely on a list.
const VALIDITY: i64 = 7 * 24 * 60 * 60;
/// A list older than this is written anew in an officer's session.
const FRESH: i64 = 24 * 60 * 60;

impl Office<'_> {
    /// Writes the revocation list if what it must say has changed, or if it grows old.
    pub(super) fn publish(&self) -> Result<()> {
        let station = self.station;
        let _alone = station.lock("locks", "revocation-list")?;
        let path = station.surroundings.home.revocation_list_file();
        let lists = station.wait(station.store.revocation_lists())?;
        let now = station.now()?;
        let file = fs::read(&path).ok();
        let fresh = lists
            .newest
            .is_some_and(|newest| now.saturating_sub(newest.at.0) < FRESH);
        if !lists.due && fresh && file.is_some() {
            return Ok(());
        }
        let off = station.wait(station.store.off_list())?;
        let revoked: Vec<Revoked<'_>> = off.certificates.iter().map(entry).collect();
        // A vault that was put back must not take the numbers back with it.
        let of_file = file.as_deref().and_then(ca::revocation_list_number);
        let of_vault = lists.newest.map(|newest| newest.number);
        let number = of_file.max(of_vault).unwrap_or(0) + 1;
        let validity = Validity {
            not_before: now,
            not_after: now + VALIDITY,
        };
        let prepared = ca::revoke(&station.ca()?, number, validity, &revoked)?;
        let value = self.issuing.sign(&prepared.digest())?;
        let der = prepared.complete(value.as_bytes())?;
        write_private(&path, &der).map_err(|source| Error::File {
            doing: "write",
            path,
            source,
        })?;
        let list = RevocationList {
            number,
            at: vault::UnixTime(now),
            entries: u32::try_from(revoked.len()).unwrap_or(u32::MAX),
        };
        station.wait(station.store.put_revocation_list(list, off.mark))
    }
}

fn entry(off: &OffCertificate) -> Revoked<'_> {
    let reason = match off.status {
        Status::Suspended => Reason::CertificateHold,
        Status::Revoked | Status::Active => off
            .reason
            .as_deref()
            .and_then(reason)
            .unwrap_or(Reason::Unspecified),
    };
    Revoked {
        serial: &off.serial,
        at: off.at.0,
        reason,
    }
}

fn reason(word: &str) -> Option<Reason> {
    let reasons = [
        (RevocationReason::Unspecified, Reason::Unspecified),
        (RevocationReason::KeyCompromise, Reason::KeyCompromise),
        (
            RevocationReason::AffiliationChanged,
            Reason::AffiliationChanged,
        ),
        (RevocationReason::Superseded, Reason::Superseded),
        (
            RevocationReason::CessationOfOperation,
            Reason::CessationOfOperation,
        ),
    ];
    reasons
        .into_iter()
        .find(|(known, _)| known.word() == word)
        .map(|(_, reason)| reason)
}

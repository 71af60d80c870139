//! `crl.der` in the organisation's folder: written in the session of the act that changes it.
//!
//! The CA signs what is believed, not what rows say. An entry is made from the certificate of a
//! record that holds together, or from an event that the log vouches for; and what the CA has
//! listed once stays listed, unless it was a hold and the believed record is active again.

use std::collections::BTreeMap;

use vault::{AbandonedSerial, OffKey, RevocationList, Status};

use super::Office;
use crate::audit::{Act, Kind, Outcome};
use crate::ca::{self, Listed, Reason, Revoked, Validity};
use crate::error::{Error, Result};
use crate::home::write_shared;
use crate::station::key::KeyRecord;
use crate::station::log::told;
use crate::wire::RevocationReason;

/// How long others may rely on a list.
const VALIDITY: i64 = 7 * 24 * 60 * 60;
/// A list older than this is written anew in an officer's session.
const FRESH: i64 = 24 * 60 * 60;
/// A row of the vault with a higher number than this is none of ours: an organisation that made a
/// list a second would take as long as the Earth has lasted.
const HIGHEST: u64 = 1 << 57;

/// What an act has just done to a certificate, and a list must say.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    /// The certificate's serial number.
    pub(super) serial: &'a [u8],
    /// Whether it belongs on the list now.
    pub(super) listed: bool,
}

impl Office<'_> {
    /// Writes the revocation list if it is not what was written last, if what it must say has
    /// changed, or if it grows old.
    pub(super) fn publish_if_due(&mut self) -> Result<()> {
        self.write_list(None)
    }

    /// Writes the revocation list, whatever the vault says is due, and checks that it says what was
    /// changed.
    pub(super) fn publish(&mut self, changed: Changed<'_>) -> Result<()> {
        self.write_list(Some(changed))
    }

    fn write_list(&mut self, changed: Option<Changed<'_>>) -> Result<()> {
        let station = self.station;
        let _alone = station.lock("locks", "revocation-list")?;
        let old = station.revocation_list()?;
        let lists = station.wait(station.store.revocation_lists())?;
        let now = station.now()?;
        let newest = lists.newest.filter(|newest| newest.number <= HIGHEST);
        let fresh = newest.is_some_and(|newest| now.saturating_sub(newest.at.0) < FRESH);
        let in_place = newest.map(|newest| newest.number) == old.as_ref().map(|old| old.number());
        if changed.is_none() && !lists.due && fresh && in_place {
            return Ok(());
        }
        let off = station.wait(station.store.off_list())?;
        let entries = self.entries(old.as_ref(), &off)?;
        let revoked: Vec<Revoked<'_>> = entries.values().map(revoked).collect();
        // A vault that was put back must not take the numbers back with it.
        let of_file = old.as_ref().map(ca::RevocationList::number);
        let number = of_file.max(newest.map(|newest| newest.number)).unwrap_or(0);
        let number = number
            .checked_add(1)
            .ok_or(vault::Error::TooLarge { number })?;
        let validity = Validity {
            not_before: now,
            not_after: now + VALIDITY,
        };
        let ca = station.ca()?;
        let prepared = ca::revoke(&ca, number, validity, &revoked)?;
        let value = self
            .issuing
            .sign(prepared.to_be_signed(), prepared.digest())?;
        let der = prepared.complete(value.as_bytes())?;
        let made = ca::RevocationList::verified(&der, &ca)?;
        if let Some(Changed { serial, listed }) = changed
            && made.entry(serial).is_some() != listed
        {
            return Err(Error::ListAtOdds);
        }
        let path = station.surroundings.home.revocation_list_file();
        write_shared(&path, &der).map_err(|source| Error::File {
            doing: "write",
            path,
            source,
        })?;
        let list = RevocationList {
            number,
            at: vault::UnixTime(now),
            entries: u32::try_from(revoked.len()).unwrap_or(u32::MAX),
        };
        match station.wait(station.store.put_revocation_list(list, off.mark)) {
            // A number that no list of ours had stands in the vault. The list is out all the same,
            // and stays due there, which the overview says.
            Err(Error::Vault(vault::Error::RevocationListNumber { .. })) => Ok(()),
            other => other,
        }
    }

    /// What the next list says, by serial number.
    fn entries(
        &mut self,
        old: Option<&ca::RevocationList>,
        off: &vault::OffList,
    ) -> Result<BTreeMap<Vec<u8>, Listed>> {
        let mut entries = BTreeMap::new();
        for listed in old.map(ca::RevocationList::entries).unwrap_or_default() {
            if listed.reason == Reason::CertificateHold && self.is_lifted(&listed.serial)? {
                continue;
            }
            entries.insert(listed.serial.clone(), listed.clone());
        }
        for key in &off.keys {
            // A record that cannot be read or believed puts nobody on the list.
            let Ok(record) = KeyRecord::of_key(self.station, key.key) else {
                continue;
            };
            let serial = record.certificate.serial();
            if !is_news(entries.get(serial), record.row.state.status)
                || record
                    .believe_current(self.station, self.signing, &mut self.log)
                    .is_err()
                || !self.is_true(key)?
            {
                continue;
            }
            let listed = Listed {
                serial: serial.to_vec(),
                at: key.at.0.max(record.certificate.not_before()),
                reason: reason_of(key, record.row.state.status),
            };
            entries.insert(listed.serial.clone(), listed);
        }
        for abandoned in &off.abandoned {
            if !entries.contains_key(&abandoned.serial) && self.was_abandoned(abandoned)? {
                let listed = Listed {
                    serial: abandoned.serial.clone(),
                    at: abandoned.at.0,
                    reason: Reason::Unspecified,
                };
                entries.insert(listed.serial.clone(), listed);
            }
        }
        Ok(entries)
    }

    /// Whether a certificate that was on hold is one of a believed record that is active again; its
    /// first state is active and not again.
    fn is_lifted(&mut self, serial: &[u8]) -> Result<bool> {
        let station = self.station;
        let Some(key) = station.wait(station.store.key_of_serial(serial))? else {
            return Ok(false);
        };
        Ok(KeyRecord::of_key(station, key).is_ok_and(|record| {
            record.certificate.serial() == serial
                && record.row.state.status == Status::Active
                && record.row.state.version > 1
                && record.row.own_suspension.is_none()
                && record
                    .believe_newest(station, self.signing, &mut self.log)
                    .is_ok()
        }))
    }

    /// Whether an own suspension is one: the log says so. An officer's is in the believed state.
    fn is_true(&self, off: &OffKey) -> Result<bool> {
        let Some(leaf) = off.own else {
            return Ok(true);
        };
        Ok(told(self.station, leaf)?.is_some_and(|told| {
            told.kind == Kind::Outcome.word()
                && told.act == Act::SuspendOwn.word()
                && told.outcome.as_deref() == Some(Outcome::Done.word())
                && told.key.as_deref() == Some(off.key.as_bytes())
        }))
    }

    /// Whether an act that was to make a certificate was given up: the log says so.
    fn was_abandoned(&self, abandoned: &AbandonedSerial) -> Result<bool> {
        let given_up = [Outcome::Abandoned.word(), Outcome::Fault.word()];
        Ok(told(self.station, abandoned.leaf)?.is_some_and(|told| {
            told.kind == Kind::Outcome.word()
                && told.outcome.is_some_and(|word| given_up.contains(&&*word))
                && told.serial.as_ref() == Some(&abandoned.serial)
        }))
    }
}

/// Whether a list says something else of a certificate now: a hold stays as it was entered, and a
/// revocation is for good.
fn is_news(listed: Option<&Listed>, status: Status) -> bool {
    listed
        .is_none_or(|listed| listed.reason == Reason::CertificateHold && status == Status::Revoked)
}

fn reason_of(off: &OffKey, status: Status) -> Reason {
    match status {
        Status::Suspended | Status::Active => Reason::CertificateHold,
        Status::Revoked => off
            .reason
            .as_deref()
            .and_then(reason)
            .unwrap_or(Reason::Unspecified),
    }
}

fn revoked(listed: &Listed) -> Revoked<'_> {
    Revoked {
        serial: &listed.serial,
        at: listed.at,
        reason: listed.reason,
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

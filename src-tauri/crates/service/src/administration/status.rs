//! Suspending, resuming and revoking.

use super::revocation_list::Changed;
use super::{Administrator, Office, checked_note, not_an_officers_key, spare_the_last_officer};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::custody::record::Status;
use crate::error::{Error, Result};
use crate::people;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::station::log::{About, Draft, Log};
use crate::station::resident::RESIDENT;
use crate::station::tokens::SigningToken;
use crate::wire::{Person, RevocationReason};

/// A change of a key's status.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// Not to be used until it is resumed.
    Suspend,
    /// To be used again.
    Resume,
    /// Never to be used again.
    Revoke(RevocationReason),
}

impl Change {
    fn act(self) -> Act {
        match self {
            Self::Suspend => Act::Suspend,
            Self::Resume => Act::Resume,
            Self::Revoke(_) => Act::Revoke,
        }
    }

    fn status(self) -> Status {
        match self {
            Self::Suspend => Status::Suspended,
            Self::Resume => Status::Active,
            Self::Revoke(_) => Status::Revoked,
        }
    }

    /// The word that the vault keeps, and that the revocation list is made from.
    fn reason(self) -> &'static str {
        match self {
            Self::Suspend => "certificate_hold",
            Self::Resume => "removed_from_hold",
            Self::Revoke(reason) => reason.word(),
        }
    }

    /// Refuses what changes nothing or cannot be.
    fn permitted(self, record: &KeyRecord) -> Result<()> {
        let own = record.row.own_suspension.is_some();
        let why = match (self, record.state.status) {
            (_, Status::Revoked) => "is revoked, and that is for good",
            (Self::Suspend, Status::Suspended) => "is suspended already",
            (Self::Resume, Status::Active) if !own => "is not suspended",
            _ => return Ok(()),
        };
        Err(Error::StatusUnchanged {
            login: record.login().to_owned(),
            why,
        })
    }
}

impl RevocationReason {
    /// The word in the vault's row.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key_compromise",
            Self::AffiliationChanged => "affiliation_changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation_of_operation",
        }
    }
}

/// Reads the record again: what was told to be done is so.
fn holds(
    station: &Station,
    signing: &SigningToken,
    log: &mut Log<'_>,
    before: &KeyRecord,
    change: Change,
) -> Result<()> {
    let record = KeyRecord::of_key(station, before.row.key.id)?;
    record.check(station, signing, log)?;
    if record.state.version == before.state.version + 1 && record.state.status == change.status() {
        Ok(())
    } else {
        Err(record.damaged("what was just changed is not so when it is read again"))
    }
}

/// Changes the status of a person's newest key; blocks.
pub(crate) fn change(
    station: &Station,
    officer: &Administrator,
    login: &str,
    change: Change,
    note: &str,
) -> Result<Person> {
    let note = checked_note(note)?;
    Office::enter(station, officer, |office| {
        let record = KeyRecord::of_login(station, login)?;
        // Before a new MAC is made over it: an edited record must not come out believed.
        record.check(station, office.signing, &mut office.log)?;
        // A key that was revoked and is still on the token: its destruction is taken up again.
        if matches!(change, Change::Revoke(_))
            && record.state.status == Status::Revoked
            && record.state.wrapping_key == RESIDENT
        {
            office.destroy_revoked(&record)?;
            return people::person(station, login);
        }
        change.permitted(&record)?;
        if !matches!(change, Change::Resume) {
            spare_the_last_officer(station, &record)?;
        }
        if matches!(change, Change::Revoke(_)) {
            not_an_officers_key(station, &record)?;
        }
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            note: Some(&note),
            ..About::key(change.act(), &request, &record)
        };
        let taken_away = !matches!(change, Change::Resume);
        let logged = office.act(&about, |office, intent| {
            let (next, entry) =
                office.next_state(&record, change.status(), change.reason(), &note, intent)?;
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let change = |leaf| station.store.change_state(next.clone(), leaf);
            let entries = || {
                if taken_away {
                    spare_the_last_officer(station, &record)?;
                }
                Ok(vec![entry])
            };
            let (index, leaf) = office.log.write_anew(draft, entries, change)?;
            // Told after the list is out: the change holds whatever becomes of the head.
            Ok(office.log.sign_done(index, &leaf))
        })?;
        let changed = Changed {
            serial: record.certificate.serial(),
            listed: change.status() != Status::Active,
        };
        office
            .publish(changed)
            .map_err(|error| Error::ListNotWritten(Box::new(error)))?;
        holds(station, office.signing, &mut office.log, &record, change)?;
        logged?;
        if matches!(change, Change::Revoke(_)) {
            office.destroy_revoked(&record)?;
        }
        people::person(station, login)
    })
}

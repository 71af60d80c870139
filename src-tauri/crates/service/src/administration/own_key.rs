//! An officer's own key is replaced: born anew under the masters of today, under the same secret.
//!
//! The only officer cannot be reset, since nobody could issue the code; and a key that was born
//! before the next master cannot move to it. So the officer's key vouches for its own successor.

use vault::store::KeyReplacement;
use vault::{IssuingPinReplacement, Office as OfficeOf, OfficerReplacement, Versions};

use super::enrol::{Whom, Wrapped, digest};
use super::revocation_list::Changed;
use super::{Administrator, Office, log_in};
use crate::audit::{Act, Outcome};
use crate::ca;
use crate::certificates::{self, seal_row};
use crate::custody::master::OfficeRow;
use crate::custody::record::{Status, record_mac_input};
use crate::custody::seal::seal_issuing;
use crate::custody::secret::Normal;
use crate::custody::{NewSecret, OuterKey};
use crate::error::{Error, Result};
use crate::people;
use crate::reseal::{passphrase_slot, slotted};
use crate::station::Station;
use crate::station::key::{IssuingRecord, KeyRecord};
use crate::station::log::{About, Draft};
use crate::station::memory;
use crate::station::officers::Officers;
use crate::station::records;
use crate::wire::{Person, RevocationReason, Secret};

/// What is noted of the key that is left.
const NOTE: &str = "replaced by its officer";

/// Gives an officer a new key, sealed under the secret that opens the old one; blocks.
pub(crate) fn replace_own(station: &Station, login: &str, secret: &Secret) -> Result<Person> {
    let officer = log_in(station, login, secret)?;
    let chosen = NewSecret::choose(secret)?;
    let (serial, left) = Office::enter(station, &officer, |office| {
        let record = KeyRecord::of_key(station, officer.key)?;
        let serial = office.replace(&record, &officer, &Normal::of(secret), &chosen)?;
        Ok((serial, record))
    })?;
    // The old key could publish no more; the new one does, and proves itself by that.
    let renewed = log_in(station, login, secret)?;
    Office::enter(station, &renewed, |office| {
        let published = office.publish(Changed {
            serial: &serial,
            listed: true,
        });
        published.map_err(|error| Error::ListNotWritten(Box::new(error)))?;
        office.destroy_revoked(&left)
    })?;
    people::person(station, login)
}

impl Office<'_> {
    /// Makes and writes the next key of the acting officer; gives the serial number of the
    /// certificate that is revoked.
    fn replace(
        &mut self,
        record: &KeyRecord,
        officer: &Administrator,
        secret: &Normal,
        chosen: &NewSecret,
    ) -> Result<Vec<u8>> {
        let station = self.station;
        let kind = record.kind()?;
        let account = &record.row.account;
        let email = ca::email(&record.certificate)
            .filter(|email| *email == account.email && record.name() == account.name)
            .ok_or_else(|| record.damaged("the account has another name than the certificate"))?;
        let issuing = IssuingRecord::of_officer(station, self.signing, &mut self.log, record)?
            .ok_or_else(|| Error::NotAnOfficer {
                login: officer.login.clone(),
            })?;
        let secrets = issuing.open(station, self.signing, record, secret)?;
        let digest = digest(account, kind);
        let request = certificates::new_id()?;
        let serial = certificates::new_serial()?;
        let about = About {
            digests: &[digest],
            officer: Some(&officer.login),
            note: Some(NOTE),
            serial: Some(serial.as_bytes()),
            ..About::key(Act::ReplaceOwn, &request, record)
        };
        self.act(&about, |office, intent| {
            let whom = Whom {
                name: record.name(),
                email: &email,
            };
            let born = Wrapped::born_here(office.birth(whom, kind)?);
            let (rows, born) =
                office.newborn_with(account, kind, &serial, intent, born, &|outer, identity| {
                    passphrase_slot(office.signing, outer, identity, chosen)
                })?;
            let outer = OuterKey::generate()?;
            let sealed = seal_issuing(&outer, &issuing.identity, &secrets);
            let version = issuing.seal.version + 1;
            let identity = &issuing.identity;
            let next = slotted(office.signing, version, sealed, &outer, identity, chosen)?;
            let value = born.round_trip(office.signing, kind, &next.to_be_signed(identity))?;
            let mac = office
                .signing
                .record_mac(&record_mac_input(identity, None, &next))?;
            let organisation = station.id();
            let row = OfficeRow {
                organisation: organisation.as_bytes(),
                account: account.id.as_bytes(),
                spki: &born.spki,
                replaced: &record.row.key.spki,
                intent: intent.0,
            };
            let number = station.wait(station.store.offices())?;
            let number = number.last().map_or(0, |office| office.number) + 1;
            let reason = RevocationReason::Superseded.word();
            let (revoked, entry) =
                office.next_state(record, Status::Revoked, reason, NOTE, intent)?;
            let entries = [
                entry,
                rows.entry,
                records::of_issuing_pin(account.id, identity, &next),
            ];
            let replacement = OfficerReplacement {
                office: OfficeOf {
                    number,
                    account: account.id,
                    key: rows.key.id,
                    replaced: record.row.key.id,
                    officer_signature: office.vouch(row.to_be_signed())?,
                    intent,
                    outcome: None,
                },
                issuing_pin: IssuingPinReplacement {
                    expected: issuing.seal.version,
                    record: vault::IssuingPin {
                        seal: seal_row(&next, &value),
                        mac: mac.into(),
                        ..issuing.row.clone()
                    },
                },
                keys: KeyReplacement {
                    revoked: Some(revoked),
                    key: rows.key,
                    state: rows.state,
                    seal: rows.seal,
                    mac: rows.mac,
                    certificate: rows.certificate,
                },
            };
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let replace = |leaf| station.store.replace_officer(replacement.clone(), leaf);
            let entries = || {
                let officers = Officers::of(station)?;
                let offices = officers.entry_with(station.id(), row.to_be_signed().digest());
                Ok([&entries[..], &[offices]].concat())
            };
            let (index, leaf) = office.log.write_anew(draft, entries, replace)?;
            let revoked = Versions {
                state: record.state.version + 1,
                ..record.versions()
            };
            let _ = memory::remember(station, record.row.key.id, revoked, None);
            office.log.sign_done(index, &leaf)
        })?;
        Ok(record.certificate.serial().to_vec())
    }
}

//! Reset of a forgotten secret: the certificate is revoked, and there is a new key.
//!
//! A key that was opened once may be in somebody's hands; nothing less than another key is honest.

use vault::Versions;
use vault::store::KeyReplacement;

use super::enrol::{Whom, digest};
use super::revocation_list::Changed;
use super::{Administrator, Office, checked_note, not_an_officers_key, spare_the_last_officer};
use crate::audit::{Act, Outcome};
use crate::ca;
use crate::certificates;
use crate::custody::record::Status;
use crate::error::Result;
use crate::requests::Enrolled;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::station::log::{About, Draft};
use crate::station::memory;
use crate::station::profile;
use crate::wire::RevocationReason;

/// Gives a person a new key of the same kind, certificate and code; blocks.
pub(crate) fn reset(
    station: &Station,
    officer: &Administrator,
    login: &str,
    note: &str,
) -> Result<Enrolled> {
    let note = checked_note(note)?;
    Office::enter(station, officer, |office| {
        profile::permit_enrolment(station, &mut office.log)?;
        let record = KeyRecord::of_login(station, login)?;
        record.check(station, office.signing, &mut office.log)?;
        spare_the_last_officer(station, &record)?;
        not_an_officers_key(station, &record)?;
        let kind = record.kind()?;
        let account = &record.row.account;
        // The new certificate says what the old one said, which was just believed.
        let email = ca::email(&record.certificate);
        let (name, email) = match &email {
            Some(email) if *email == account.email && record.name() == account.name => {
                (record.name(), email)
            }
            _ => return Err(record.damaged("the account has another name than the certificate")),
        };
        let digest = digest(account, kind);
        let request = certificates::new_id()?;
        let serial = certificates::new_serial()?;
        let about = About {
            digests: &[digest],
            officer: Some(&officer.login),
            note: Some(&note),
            serial: Some(serial.as_bytes()),
            ..About::key(Act::Reset, &request, &record)
        };
        let enrolled = office.act(&about, |office, intent| {
            let (rows, enrolled) =
                office.newborn(account, Whom { name, email }, kind, &serial, intent)?;
            let mut entries = vec![rows.entry];
            let revoked = if record.state.status == Status::Revoked {
                None
            } else {
                let reason = RevocationReason::Superseded.word();
                let (revoked, entry) =
                    office.next_state(&record, Status::Revoked, reason, &note, intent)?;
                entries.push(entry);
                Some(revoked)
            };
            let replacement = KeyReplacement {
                revoked,
                key: rows.key,
                state: rows.state,
                seal: rows.seal,
                mac: rows.mac,
                certificate: rows.certificate,
            };
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let replace = |leaf| station.store.replace_key(replacement.clone(), leaf);
            let (index, leaf) = office.log.write(draft, &entries, replace)?;
            // Best effort, as the head: the code is told whatever becomes of it.
            let revoked = Versions {
                state: record.state.version + u64::from(record.state.status != Status::Revoked),
                ..record.versions()
            };
            let _ = memory::remember(station, record.row.key.id, revoked, None);
            // The code is told now or never; the next head covers the leaf, or says what is wrong.
            let _ = office.log.sign(index, &leaf);
            Ok(enrolled)
        })?;
        // The code is told whatever becomes of the list, which stays due until it is written.
        let _ = office.publish(Changed {
            serial: record.certificate.serial(),
            listed: true,
        });
        // The code is told whatever becomes of the old key, which is revoked: the log says if it is
        // not gone, and revoking again destroys it.
        let _ = office.destroy_revoked(&record);
        Ok(enrolled)
    })
}

//! A key that was born elsewhere is brought in from a PKCS#12 file.
//!
//! This is the one place where the bytes of a key pass through our memory in the clear: out of the
//! file, into the host process, where they are wrapped for the token; they are wiped at once on both
//! sides. The key lies under a master of its own (`wk-import`), since the others refuse what was not
//! born on the token, and its identity says for good that it was not.
//!
//! The organisation's CA certifies it like every other key: who validates trusts one issuer, and a
//! suspension is on one list. The file's own certificate is used to know the public key, and no more.

mod pkcs12;

use token::TokenKeyKind;
use vault::Versions;
use vault::store::KeyReplacement;
use zeroize::Zeroizing;

use self::pkcs12::{KeyOfFile, Refusal};
use super::enrol::{Whom, Wrapped, digest};
use super::revocation_list::Changed;
use super::{Administrator, Office, checked_note, not_an_officers_key, spare_the_last_officer};
use crate::audit::{Act, Outcome};
use crate::ca::{self, Subject};
use crate::certificates;
use crate::custody::master::MasterRow;
use crate::custody::record::Status;
use crate::error::{Error, Result};
use crate::requests::{Enrolled, ImportKey};
use crate::signing_algorithm::KeyKind;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::station::log::{About, Draft};
use crate::station::masters::{IMPORT, Masters};
use crate::station::memory;
use crate::station::profile;
use crate::station::tokens::key_label;
use crate::wire::RevocationReason;

/// Labels that may be taken by masters whose making was interrupted: those cannot be destroyed.
const LEFTOVERS: u32 = 16;

/// Gives a person the key of a PKCS#12 file in the place of the own one, a certificate of the
/// organisation's CA, and a code; blocks.
pub(crate) fn import(
    station: &Station,
    officer: &Administrator,
    request: &ImportKey,
) -> Result<Enrolled> {
    let note = checked_note(&request.note)?;
    let (pkcs8, spki, kind) = chosen(request)?;
    let masters = Masters::of(station)?;
    if masters.resident().is_some() {
        return Err(Error::KeysAreResident {
            what: "none is brought in from outside, since that takes a master key",
        });
    }
    if masters.import().is_none() {
        make_master(station, officer)?;
    }
    Office::enter(station, officer, |office| {
        profile::permit_enrolment(station, &mut office.log)?;
        let record = KeyRecord::of_login(station, &request.login)?;
        record.check(station, office.signing, &mut office.log)?;
        spare_the_last_officer(station, &record)?;
        not_an_officers_key(station, &record)?;
        let account = &record.row.account;
        let email = ca::email(&record.certificate)
            .filter(|email| *email == account.email && record.name() == account.name)
            .ok_or_else(|| record.damaged("the account has another name than the certificate"))?;
        let whom = Whom {
            name: record.name(),
            email: &email,
        };
        let digest = digest(account, kind);
        let id = certificates::new_id()?;
        let serial = certificates::new_serial()?;
        let about = About {
            digests: &[digest],
            officer: Some(&officer.login),
            note: Some(&note),
            serial: Some(serial.as_bytes()),
            ..About::key(Act::Import, &id, &record)
        };
        let enrolled = office.act(&about, |office, intent| {
            let ca = station.ca()?;
            let subject = Subject {
                name: whom.name,
                organisation: ca.subject_common_name(),
                email: whom.email,
            };
            let born = certificates::brought_in(office.signing, kind, pkcs8, spki, &subject);
            let wrapped = Wrapped {
                born: born.map_err(|error| not_its_key(error, request))?,
                origin: vault::Origin::Imported,
            };
            let (rows, enrolled) =
                office.with_code(account, whom, kind, &serial, intent, wrapped)?;
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
            let state = revoked
                .as_ref()
                .map_or(record.state.version, |revoked| revoked.state.version);
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
            let revoked = Versions {
                state,
                ..record.versions()
            };
            // As after a reset: the code is told whatever becomes of memory and head.
            let _ = memory::remember(station, record.row.key.id, revoked, None);
            let _ = office.log.sign(index, &leaf);
            Ok(enrolled)
        })?;
        let _ = office.publish(Changed {
            serial: record.certificate.serial(),
            listed: true,
        });
        Ok(enrolled)
    })
}

/// The key of the file that is meant: its bytes, its public key, its kind.
fn chosen(request: &ImportKey) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>, KeyKind)> {
    let refused = |why: String| Error::ImportRefused {
        path: request.path.clone(),
        why,
    };
    let keys = pkcs12::read(&request.file, request.password.expose());
    let keys = keys.map_err(|refusal| match refusal {
        Refusal::WrongPassword => Error::FilePasswordWrong {
            path: request.path.clone(),
        },
        Refusal::Unreadable(why) => refused(why.to_owned()),
    })?;
    let names = || {
        let names = keys
            .iter()
            .map(|key| key.name.as_deref().unwrap_or("(no name)"));
        let names = names.collect::<Vec<_>>().join(", ");
        names.replace(char::is_control, "\u{FFFD}")
    };
    let meant: Vec<&KeyOfFile> = keys
        .iter()
        .filter(|key| request.key_name.is_none() || key.name == request.key_name)
        .collect();
    let [key] = meant[..] else {
        return Err(refused(match (keys.len(), meant.len()) {
            (0, _) => "there is no private key in it".to_owned(),
            (_, 0) => format!("it has no key of that name, but {}", names()),
            _ => format!(
                "it has several keys; choose one with --key-name: {}",
                names()
            ),
        }));
    };
    let certificate = key.certificate.as_deref().ok_or_else(|| {
        refused("it has no certificate that says which public key this is".to_owned())
    })?;
    let certificate = signature::Certificate::from_der(certificate)
        .map_err(|_| refused("the certificate of the key cannot be read".to_owned()))?;
    let spki = certificate.spki_der().to_vec();
    let kind = KeyKind::of_spki(&spki)
        .ok_or_else(|| refused("it is a key of a kind that nobody signs with here".to_owned()))?;
    Ok((key.pkcs8.clone(), spki, kind))
}

/// A key that does not sign for its certificate, or is none.
fn not_its_key(error: Error, request: &ImportKey) -> Error {
    match error {
        Error::Ca(_) | Error::Token(token::Error::WrappedKeyRefused { .. }) => {
            Error::ImportRefused {
                path: request.path.clone(),
                why: "the private key is not that of its certificate, or is damaged".to_owned(),
            }
        }
        other => other,
    }
}

/// Makes and proves the master for keys that are brought in, in an act of its own.
fn make_master(station: &Station, officer: &Administrator) -> Result<()> {
    Office::enter(station, officer, |office| {
        profile::permit_enrolment(station, &mut office.log)?;
        let request = certificates::new_id()?;
        let about = About {
            officer: Some(&officer.login),
            ..About::of(Act::PrepareMaster, &request)
        };
        office.act(&about, |office, intent| {
            let token = office.signing.token();
            let mut made = None;
            for number in 1..=LEFTOVERS {
                let name = match number {
                    1 => "wk-import".to_owned(),
                    _ => format!("wk-import-{number}"),
                };
                let label = key_label(&name)?;
                match token.create(TokenKeyKind::ImportMaster, &label) {
                    Ok(_) => {
                        made = Some(label);
                        break;
                    }
                    Err(token::Error::KeyExists { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            let label = made.ok_or_else(|| Error::Rotation {
                why: "the token has masters for imported keys that belong to nothing".to_owned(),
            })?;
            let canary = token.make_canary(&label)?;
            token.prove_wrapping_key(&label, &canary)?;
            let organisation = station.id();
            let row = MasterRow {
                organisation: organisation.as_bytes(),
                number: IMPORT,
                label: label.as_str(),
                mechanism: canary.wrapped.mechanism().number(),
                rfc: u32::from(canary.wrapped.mechanism().rfc()),
                canary: canary.wrapped.expose_blob(),
                spki: canary.spki.as_bytes(),
                intent: intent.0,
            };
            let master = vault::Master {
                number: IMPORT,
                label: label.as_str().to_owned(),
                mechanism: row.mechanism,
                rfc: row.rfc,
                canary: row.canary.to_vec(),
                spki: row.spki.to_vec(),
                officer_signature: office.vouch(row.to_be_signed())?,
                intent,
                leaf: intent,
            };
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let add = |leaf| station.store.add_import_master(master.clone(), leaf);
            let entry = || {
                let masters = Masters::of(station)?;
                Ok(vec![masters.entry_with_import(
                    station.id(),
                    row.to_be_signed().digest(),
                )])
            };
            let (index, leaf) = office.log.write_anew(draft, entry, add)?;
            office.log.sign_done(index, &leaf)
        })
    })
}

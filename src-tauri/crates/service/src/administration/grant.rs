//! The office is given to a person, taken up by that person, and taken away.
//!
//! Who has the issuing PIN is the CA, whatever rows say. So a grant seals it for the new officer,
//! under a one-time code; with the code and the own secret the new officer turns that into a copy
//! that the own secret opens.

use vault::{Grant, Granted, IssuingPin, IssuingPinReplacement, KeyId, NewGrant};

use super::{Administrator, Office, checked_note, founding_officer, spare_the_last_officer};
use crate::audit::records::{Entry, Hash};
use crate::audit::{Act, Kind, Outcome};
use crate::certificates::{new_id, seal_row};
use crate::custody::code::LIFETIME_SECONDS;
use crate::custody::grant::GrantRow;
use crate::custody::record::record_mac_input;
use crate::custody::seal::{self, seal_issuing};
use crate::custody::secret::Normal;
use crate::custody::slot::{NewSlot, Slot, Verdict};
use crate::custody::{ActivationCode, Identity, NewSecret, OuterKey, SealRow, SlotKind};
use crate::error::{Error, Result};
use crate::requests::{OfficeGranted, TakeOffice};
use crate::reseal::passphrase_slot;
use crate::signing_algorithm::verifies;
use crate::station::Station;
use crate::station::key::{self, IssuingRecord, KeyRecord, Use};
use crate::station::log::{About, Draft, Log, RequestLock};
use crate::station::officers::Officers;
use crate::station::records;
use crate::station::tokens::{PEPPER, SigningToken};

/// Gives a person the office of an officer; blocks. The code is told once.
pub(crate) fn grant(
    station: &Station,
    officer: &Administrator,
    login: &str,
    note: &str,
) -> Result<OfficeGranted> {
    let note = checked_note(note)?;
    Office::enter(station, officer, |office| {
        let record = KeyRecord::of_login(station, login)?;
        record.check(station, office.signing, &mut office.log)?;
        record.permit_use(station.now()?)?;
        let login = record.login().to_owned();
        if !record.is_activated() {
            return Err(Error::NotActivated { login });
        }
        let (account, spki) = (record.row.account.id, &record.row.key.spki);
        if Officers::of(station)?.act_with(account, spki) {
            let why = "is an officer's already";
            return Err(Error::StatusUnchanged { login, why });
        }
        let own = station.wait(station.store.issuing_pin(office.account()?))?;
        let generation = own.map_or(1, |own| own.generation);
        let code = ActivationCode::generate()?;
        let expires = station.now()? + LIFETIME_SECONDS;
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            note: Some(&note),
            ..About::key(Act::Grant, &request, &record)
        };
        office.act(&about, |office, intent| {
            let (issuing_pin, sealed) = office.sealed_for(&record, generation, &code, expires)?;
            let (grant, granted) = office.granted(&record, Granted::Officer, intent)?;
            let new = NewGrant {
                grant,
                issuing_pin: Some(issuing_pin),
            };
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let add = |leaf| station.store.add_grant(new.clone(), leaf);
            let entries = || offices_with(station, officer, &[granted, sealed], granted.value);
            let (index, leaf) = office.log.write_anew(draft, entries, add)?;
            // The code is told now or never; the next head covers the leaf, or says what is wrong.
            let _ = office.log.sign(index, &leaf);
            Ok(OfficeGranted {
                login: login.clone(),
                code: code.reveal(),
                expires,
            })
        })
    })
}

/// Takes the office from a person; blocks. The issuing PIN that the person had stays what it is until
/// it is changed on the token.
pub(crate) fn withdraw(
    station: &Station,
    officer: &Administrator,
    login: &str,
    note: &str,
) -> Result<()> {
    let note = checked_note(note)?;
    Office::enter(station, officer, |office| {
        let record = KeyRecord::of_login(station, login)?;
        record.check(station, office.signing, &mut office.log)?;
        let login = record.login().to_owned();
        let (account, spki) = (record.row.account.id, &record.row.key.spki);
        if !Officers::of(station)?.act_with(account, spki) {
            return Err(Error::NotAnOfficer { login });
        }
        if record.row.key.id == officer.key {
            return Err(Error::LastOfficer { login });
        }
        spare_the_last_officer(station, &record)?;
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            note: Some(&note),
            ..About::key(Act::Withdraw, &request, &record)
        };
        office.act(&about, |office, intent| {
            let (grant, withdrawn) = office.granted(&record, Granted::Nothing, intent)?;
            let new = NewGrant {
                grant,
                issuing_pin: None,
            };
            let entries = [withdrawn, records::no_issuing_pin(account)];
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let add = |leaf| station.store.add_grant(new.clone(), leaf);
            let entries = || {
                spare_the_last_officer(station, &record)?;
                offices_with(station, officer, &entries, withdrawn.value)
            };
            let (index, leaf) = office.log.write_anew(draft, entries, add)?;
            office.log.sign_done(index, &leaf)
        })
    })
}

/// Entries of an act that writes a row of an office; refused if the acting officer's own office was
/// taken meanwhile.
fn offices_with(
    station: &Station,
    officer: &Administrator,
    entries: &[Entry],
    row: Hash,
) -> Result<Vec<Entry>> {
    founding_officer(station, &KeyRecord::of_key(station, officer.key)?)?;
    let offices = Officers::of(station)?.entry_with(station.id(), row);
    Ok([entries, &[offices]].concat())
}

impl Office<'_> {
    fn account(&self) -> Result<vault::AccountId> {
        let record = KeyRecord::of_key(self.station, self.officer.key)?;
        Ok(record.row.account.id)
    }

    /// The row of a grant, signed by the acting officer, and its entry.
    fn granted(
        &self,
        record: &KeyRecord,
        granted: Granted,
        intent: vault::LeafIndex,
    ) -> Result<(Grant, Entry)> {
        let (account, key): (_, KeyId) = (record.row.account.id, record.row.key.id);
        let row = GrantRow {
            organisation: &self.station.organisation.fixed.organisation.0,
            account: account.as_bytes(),
            spki: &record.row.key.spki,
            role: granted.as_str(),
            intent: intent.0,
        };
        let message = row.to_be_signed();
        let digest = message.digest();
        let grant = Grant {
            account,
            key,
            granted,
            officer_signature: self.vouch(message)?,
            intent,
            outcome: None,
        };
        Ok((grant, records::of_grant(account, digest)))
    }

    /// The issuing PIN for a new officer, under a one-time code. The acting officer signs the seal,
    /// until the new one does.
    fn sealed_for(
        &self,
        record: &KeyRecord,
        generation: u64,
        code: &ActivationCode,
        expires: i64,
    ) -> Result<(IssuingPin, Entry)> {
        let account = record.row.account.id;
        let number = u32::try_from(generation)
            .map_err(|_| record.damaged("the issuing PIN's generation is no number of ours"))?;
        let organisation = self.station.id();
        let identity =
            Identity::of_issuing_pin(organisation.as_bytes(), account.as_bytes(), number);
        let outer = OuterKey::generate()?;
        // With the PINs of the security officers, if no backup has them yet: they must outlast the
        // office of who founded the organisation.
        let sealed = seal_issuing(&outer, &identity, &self.officer.secrets);
        let kind = SlotKind::Activation;
        let new = NewSlot::begin(kind, PEPPER, expires, &outer, &identity, &code.normal())?;
        let hmac = self.signing.pepper(PEPPER, new.hmac_input())?;
        let seal = SealRow {
            version: 1,
            sealed,
            slots: vec![new.complete(&hmac)],
        };
        let signature = self.vouch(seal.to_be_signed(&identity))?;
        let mac = self
            .signing
            .record_mac(&record_mac_input(&identity, None, &seal))?;
        let entry = records::of_issuing_pin(account, &identity, &seal);
        let issuing_pin = IssuingPin {
            account,
            generation,
            identity: identity.as_bytes().to_vec(),
            seal: seal_row(&seal, &signature),
            mac: mac.into(),
        };
        Ok((issuing_pin, entry))
    }
}

/// Turns the code of a grant into a copy of the issuing PIN that the own secret opens; blocks.
pub(crate) fn take_office(station: &Station, request: &TakeOffice) -> Result<()> {
    let code = ActivationCode::parse(&request.code)?.normal();
    let secret = Normal::of(&request.secret);
    let chosen = NewSecret::choose(&request.secret)?;
    let record = KeyRecord::of_login(station, &request.login)?;
    founding_officer(station, &record)?;
    let token = SigningToken::open(station)?;
    let mut log = Log::open(station, &token)?;
    record.check(station, &token, &mut log)?;
    record.permit_use(station.now()?)?;
    let id = new_id()?;
    let lock = RequestLock::take(station, &id)?;
    let about = About::key(Act::TakeOffice, &id, &record);
    let asked = Use {
        record: &record,
        secret: &secret,
        slots: SlotKind::Passphrase,
        leaf: Kind::Intent,
        about,
    };
    let opened = key::open(station, &token, &mut log, &asked);
    let done = opened.and_then(|opened| {
        let taken = next_copy(
            station,
            &token,
            &mut log,
            &record,
            &opened.blob,
            &code,
            &chosen,
        );
        let written = taken.and_then(|(replacement, entry)| {
            let draft = Draft::outcome(&about, opened.opening, Outcome::Done);
            let (index, leaf) = log.write(draft, &[entry], |leaf| {
                let replacements = vec![replacement.clone()];
                station.store.replace_seals(Vec::new(), replacements, leaf)
            })?;
            log.sign_done(index, &leaf)
        });
        match &written {
            Ok(()) | Err(Error::OutcomeNotLogged(_)) => {}
            Err(Error::WrongSecret | Error::CodeUsed | Error::CodeLapsed) => {
                let _ = log.conclude(&about, opened.opening, Outcome::Refused);
            }
            Err(_) => log.give_up(&about, opened.opening),
        }
        written
    });
    lock.settle(station);
    done
}

/// The record of the issuing PIN with a slot for the own secret in the place of that for the code.
///
/// The code has 128 random bits and comes after the own secret, whose tries are counted.
fn next_copy(
    station: &Station,
    token: &SigningToken,
    log: &mut Log<'_>,
    record: &KeyRecord,
    blob: &seal::WrappedBlob,
    code: &Normal,
    chosen: &NewSecret,
) -> Result<(IssuingPinReplacement, Entry)> {
    let issuing = IssuingRecord::of_officer(station, token, log, record)?;
    let Some(IssuingRecord {
        row,
        identity,
        seal,
    }) = issuing
    else {
        let login = record.login().to_owned();
        return Err(Error::NotAnOfficer { login });
    };
    let now = station.now()?;
    let mut secrets = None;
    for slot in seal
        .slots
        .iter()
        .filter(|slot| slot.kind() == SlotKind::Activation)
    {
        let attempt = slot.attempt(&identity, code)?;
        let hmac = token.pepper(slot.pepper(), attempt.hmac_input())?;
        match attempt.judge(&hmac, now)? {
            Verdict::Opened(outer) => {
                secrets = Some(seal::open_issuing(&seal.sealed, &outer, &identity)?);
            }
            Verdict::Used => return Err(Error::CodeUsed),
            Verdict::Lapsed => return Err(Error::CodeLapsed),
            Verdict::Wrong => {}
        }
    }
    let secrets = secrets.ok_or(Error::WrongSecret)?;
    let outer = OuterKey::generate()?;
    let mut slots = vec![passphrase_slot(token, &outer, &identity, chosen)?];
    let used = seal.slots.iter();
    let used = used.filter(|slot| slot.kind() == SlotKind::Activation);
    slots.extend(used.map(Slot::used_up));
    let next = SealRow {
        version: seal.version + 1,
        sealed: seal_issuing(&outer, &identity, &secrets),
        slots,
    };
    let row_message = next.to_be_signed(&identity);
    let kind = record.kind()?;
    let values = token.sign_with(kind, blob, &[(&row_message).into()])?;
    let value = values
        .first()
        .ok_or(Error::Token(token::Error::OutOfStep))?;
    if !verifies(kind, &record.row.key.spki, &row_message, value.as_bytes()) {
        return Err(record.damaged("the unwrapped key is not the enrolled one"));
    }
    let mac = token.record_mac(&record_mac_input(&identity, None, &next))?;
    let entry = records::of_issuing_pin(row.account, &identity, &next);
    let replacement = IssuingPinReplacement {
        expected: seal.version,
        record: IssuingPin {
            seal: seal_row(&next, value.as_bytes()),
            mac: mac.into(),
            ..row
        },
    };
    Ok((replacement, entry))
}

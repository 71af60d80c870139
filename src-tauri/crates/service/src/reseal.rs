//! A new seal under a new secret: activation, and change of secret.
//!
//! Both make a new outer key and drop what opened the old one: who once held it opens nothing new.

use vault::{IssuingPinReplacement, Seal, SealReplacement, Versions};

use crate::audit::records::Entry;
use crate::audit::{Act, Kind, Outcome};
use crate::certificates::{new_id, seal_row};
use crate::custody::record::record_mac_input;
use crate::custody::seal::{seal_blobs, seal_issuing};
use crate::custody::secret::Normal;
use crate::custody::slot::{NewSlot, Slot};
use crate::custody::{
    ActivationCode, Identity, NewSecret, OuterKey, SealRow, SealedBlob, SlotKind,
};
use crate::error::{Error, Result};
use crate::requests::{Activate, ChangeSecret};
use crate::signing_algorithm::verifies;
use crate::station::Station;
use crate::station::key::{self, IssuingRecord, KeyRecord, OpenedKey, Use};
use crate::station::log::{About, Draft, Log, RequestLock};
use crate::station::memory;
use crate::station::records;
use crate::station::tokens::{PEPPER, SigningToken};

/// Turns a one-time code into an own secret; blocks.
pub(crate) fn activate(station: &Station, request: &Activate) -> Result<()> {
    // A weak secret or a mistyped code costs no try.
    let secret = NewSecret::choose(&request.secret)?;
    let code = ActivationCode::parse(&request.code)?.normal();
    let record = KeyRecord::of_login(station, &request.login)?;
    Resealing {
        act: Act::Activate,
        opens: SlotKind::Activation,
        old: &code,
        new: &secret,
    }
    .carry_out(station, &record)
}

/// Puts another secret in the place of the one that is known; blocks.
///
/// An officer's record of the issuing PIN is sealed anew in the same transaction.
pub(crate) fn change_secret(station: &Station, request: &ChangeSecret) -> Result<()> {
    let new = NewSecret::choose(&request.new_secret)?;
    let old = Normal::of(&request.secret);
    let record = KeyRecord::of_login(station, &request.login)?;
    if !record.is_activated() {
        return Err(Error::NotActivated {
            login: record.login().to_owned(),
        });
    }
    Resealing {
        act: Act::ChangeSecret,
        opens: SlotKind::Passphrase,
        old: &old,
        new: &new,
    }
    .carry_out(station, &record)
}

/// One change of what opens a person's key.
struct Resealing<'a> {
    act: Act,
    opens: SlotKind,
    old: &'a Normal,
    new: &'a NewSecret,
}

impl Resealing<'_> {
    fn carry_out(&self, station: &Station, record: &KeyRecord) -> Result<()> {
        let token = SigningToken::open(station)?;
        let mut log = Log::open(station, &token)?;
        record.check(station, &token, &mut log)?;
        record.permit_use(station.now()?)?;

        let id = new_id()?;
        let lock = RequestLock::take(station, &id)?;
        let about = About::key(self.act, &id, record);
        let asked = Use {
            record,
            secret: self.old,
            slots: self.opens,
            leaf: Kind::Intent,
            about,
        };
        let opened = key::open(station, &token, &mut log, &asked);
        let done = opened.and_then(|opened| {
            let written = self.replacements(station, &token, &mut log, record, &opened);
            let written = written.and_then(|(seal, issuing_pins, entries)| {
                let versions = Versions {
                    seal: seal.seal.version,
                    ..seal.expected
                };
                let draft = Draft::outcome(&about, opened.opening, Outcome::Done);
                let (index, leaf) = log.write(draft, &entries, |leaf| {
                    let seals = vec![seal.clone()];
                    station
                        .store
                        .replace_seals(seals, issuing_pins.clone(), leaf)
                })?;
                // The old slots are gone from here on, and must not come back.
                memory::remember(station, record.row.key.id, versions, None)?;
                log.sign_done(index, &leaf)
            });
            if written.is_err() {
                log.give_up(&about, opened.opening);
            }
            written
        });
        lock.settle(station);
        done
    }

    fn replacements(
        &self,
        station: &Station,
        token: &SigningToken,
        log: &mut Log<'_>,
        record: &KeyRecord,
        opened: &OpenedKey,
    ) -> Result<(SealReplacement, Vec<IssuingPinReplacement>, Vec<Entry>)> {
        let outer = OuterKey::generate()?;
        let blobs = opened.in_use(token);
        let sealed = seal_blobs(&outer, &record.identity, &blobs);
        let version = record.seal.version + 1;
        let mut seal = self.slotted(token, version, sealed, &outer, &record.identity)?;
        let used = record.seal.slots.iter();
        let used = used.filter(|slot| slot.kind() == SlotKind::Activation);
        seal.slots.extend(used.map(Slot::used_up));
        let value = sign(token, record, opened, &seal, &record.identity)?;
        let input = record_mac_input(&record.identity, Some(&record.state), &seal);
        let own = SealReplacement {
            key: record.row.key.id,
            expected: record.versions(),
            seal: seal_row(&seal, &value),
            mac: token.record_mac(&input)?.into(),
        };
        let key = record.row.key.id;
        let mut entries = vec![records::of_key(key, &record.identity, &record.state, &seal)];
        let issuing_pin = if self.opens == SlotKind::Passphrase {
            IssuingRecord::of_officer(station, token, log, record)?
        } else {
            None
        };
        let mut issuing_pins = Vec::new();
        // An office that was given and not taken up has no slot for the secret yet.
        let taken_up = |slot: &Slot| slot.kind() == SlotKind::Passphrase;
        let issuing_pin = issuing_pin.filter(|issuing| issuing.seal.slots.iter().any(taken_up));
        if let Some(issuing) = issuing_pin {
            let (next, entry) = self.issuing_pin(station, token, record, opened, issuing)?;
            issuing_pins.push(next);
            entries.push(entry);
        }
        Ok((own, issuing_pins, entries))
    }

    fn issuing_pin(
        &self,
        station: &Station,
        token: &SigningToken,
        record: &KeyRecord,
        opened: &OpenedKey,
        issuing: IssuingRecord,
    ) -> Result<(IssuingPinReplacement, Entry)> {
        let secrets = issuing.open(station, token, record, self.old)?;
        let IssuingRecord {
            row,
            identity,
            seal,
        } = issuing;
        let outer = OuterKey::generate()?;
        let sealed = seal_issuing(&outer, &identity, &secrets);
        let next = self.slotted(token, seal.version + 1, sealed, &outer, &identity)?;
        let value = sign(token, record, opened, &next, &identity)?;
        let mac = token.record_mac(&record_mac_input(&identity, None, &next))?;
        let seal_row: Seal = seal_row(&next, &value);
        let entry = records::of_issuing_pin(row.account, &identity, &next);
        let replacement = IssuingPinReplacement {
            expected: seal.version,
            record: vault::IssuingPin {
                seal: seal_row,
                mac: mac.into(),
                ..row
            },
        };
        Ok((replacement, entry))
    }

    /// A seal row with one slot, which the new secret opens.
    fn slotted(
        &self,
        token: &SigningToken,
        version: u64,
        sealed: SealedBlob,
        outer: &OuterKey,
        identity: &Identity,
    ) -> Result<SealRow> {
        slotted(token, version, sealed, outer, identity, self.new)
    }
}

/// A seal row with one slot, which a person's own secret opens.
pub(crate) fn slotted(
    token: &SigningToken,
    version: u64,
    sealed: SealedBlob,
    outer: &OuterKey,
    identity: &Identity,
    secret: &NewSecret,
) -> Result<SealRow> {
    Ok(SealRow {
        version,
        sealed,
        slots: vec![passphrase_slot(token, outer, identity, secret)?],
    })
}

/// A slot that a person's own secret opens.
pub(crate) fn passphrase_slot(
    token: &SigningToken,
    outer: &OuterKey,
    identity: &Identity,
    secret: &NewSecret,
) -> Result<Slot> {
    let kind = SlotKind::Passphrase;
    let new = NewSlot::begin(kind, PEPPER, 0, outer, identity, secret.normal())?;
    let hmac = token.pepper(PEPPER, new.hmac_input())?;
    Ok(new.complete(&hmac))
}

/// The signature over a seal row by the person's key, which was opened; r ‖ s.
fn sign(
    token: &SigningToken,
    record: &KeyRecord,
    opened: &OpenedKey,
    seal: &SealRow,
    identity: &Identity,
) -> Result<Vec<u8>> {
    let row = seal.to_be_signed(identity);
    let kind = record.kind()?;
    let values = token.sign_with(kind, &opened.blob, &[(&row).into()])?;
    let value = values
        .first()
        .ok_or(Error::Token(token::Error::OutOfStep))?;
    if verifies(kind, &record.row.key.spki, &row, value.as_bytes()) {
        return Ok(value.as_bytes().to_vec());
    }
    Err(Error::RecordDamaged {
        login: record.login().to_owned(),
        what: "the unwrapped key is not the enrolled one",
    })
}

//! Rotation of the master: the next one is made, keys move to it record by record, the old one is
//! retired.
//!
//! From the moment the next master is there, a key is wrapped under both at its birth. To move a
//! key is to name the next master in its state, which an officer signs: no signer's secret is needed,
//! and signing goes on. A key that was born before cannot be wrapped again, since no unwrapped key
//! can; it is given a new one. So a key lives through one rotation, and at the second it is replaced.

use std::fs::{File, TryLockError};

use token::{KeyLabel, TokenKeyKind};
use vault::{KeyMove, KeyUnder, LeafIndex, Phase, Versions};

use super::{Administrator, Office};
use crate::audit::records::Entry;
use crate::audit::{Act, Kind, Outcome};
use crate::auditing;
use crate::certificates::new_id;
use crate::custody::master::{MasterRow, RotationRow};
use crate::custody::record::{Status, record_mac_input};
use crate::custody::{KeyState, RowMessage};
use crate::error::{Error, Result};
use crate::home::{create_private_folder, lock_file};
use crate::requests::RotationWatch;
use crate::signing_algorithm::sha256;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::station::log::{About, Draft, told};
use crate::station::masters::{Master, Masters};
use crate::station::memory;
use crate::station::records;
use crate::station::tokens::key_label;
use crate::wire::{Rotation, RotationPhase};

/// Keys that move in one transaction, with one intent and one use of the officer's key.
const BATCH: u32 = 64;
/// Labels that may be taken by masters whose making was interrupted: those cannot be destroyed.
const LEFTOVERS: u64 = 16;
/// Most logins that are named of keys that cannot move.
const NAMED: usize = 100;

/// Makes and proves the next master; blocks.
pub(crate) fn prepare(station: &Station, officer: &Administrator) -> Result<Rotation> {
    Office::enter(station, officer, |office| {
        let masters = office.signing.masters().clone();
        let newest = masters.newest()?.number;
        if masters.moving().is_some() {
            return Err(Error::Rotation {
                why: "the next master is there already; move keys to it with chancery hsm rotate \
                      start"
                    .to_owned(),
            });
        }
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            ..About::of(Act::PrepareMaster, &request)
        };
        office.act(&about, |office, intent| {
            let (number, label) = office.make_master(newest)?;
            let token = office.signing.token();
            let canary = token.make_canary(&label)?;
            token.prove_wrapping_key(&label, &canary)?;
            let organisation = station.id();
            let row = MasterRow {
                organisation: organisation.as_bytes(),
                number,
                label: label.as_str(),
                mechanism: canary.wrapped.mechanism().number(),
                rfc: u32::from(canary.wrapped.mechanism().rfc()),
                canary: canary.wrapped.expose_blob(),
                spki: canary.spki.as_bytes(),
                intent: intent.0,
            };
            let master = vault::Master {
                number,
                label: label.as_str().to_owned(),
                mechanism: row.mechanism,
                rfc: row.rfc,
                canary: row.canary.to_vec(),
                spki: row.spki.to_vec(),
                officer_signature: office.vouch(row.to_be_signed())?,
                intent,
                leaf: intent,
            };
            let step = office.step(&masters, number, Phase::Prepared, intent)?;
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let add = |leaf| station.store.add_master(master.clone(), step.clone(), leaf);
            let entry = || {
                let masters = Masters::of(station)?;
                let made = Some(row.to_be_signed().digest());
                let taken = signed_step(station, &step).digest();
                Ok(vec![masters.entry_with_step(station.id(), made, taken)])
            };
            let (index, leaf) = office.log.write_anew(draft, entry, add)?;
            office.log.sign_done(index, &leaf)
        })
    })?;
    status(station)
}

/// Begins to move keys, or takes it up after a pause; [`carry_on`] does it.
pub(crate) fn start(station: &Station, officer: &Administrator) -> Result<()> {
    let masters = Masters::of(station)?;
    masters.newest()?;
    match masters.phase() {
        Some(Phase::Running) => Ok(()),
        Some(Phase::Prepared | Phase::Paused) => turn(station, officer, Phase::Running),
        Some(Phase::Finished) | None => Err(Error::Rotation {
            why: "there is no next master; make one with chancery hsm rotate prepare".to_owned(),
        }),
    }
}

/// Stops the moving of keys between two of them, here and wherever it is done.
pub(crate) fn pause(station: &Station, officer: &Administrator) -> Result<Rotation> {
    match Masters::of(station)?.phase() {
        Some(Phase::Running) => turn(station, officer, Phase::Paused)?,
        Some(Phase::Paused) => {}
        _ => {
            return Err(Error::Rotation {
                why: "no keys are being moved".to_owned(),
            });
        }
    }
    status(station)
}

/// Retires the old master; refused while keys that may be used are under it.
pub(crate) fn finish(station: &Station, officer: &Administrator) -> Result<Rotation> {
    let now = status(station)?;
    match now.phase {
        RotationPhase::Running | RotationPhase::Paused => {}
        RotationPhase::Prepared => {
            return Err(Error::Rotation {
                why: "no key has been moved; begin with chancery hsm rotate start".to_owned(),
            });
        }
        RotationPhase::None | RotationPhase::Finished => {
            return Err(Error::Rotation {
                why: "there is no rotation to end".to_owned(),
            });
        }
    }
    if now.to_move + now.to_replace > 0 {
        return Err(Error::Rotation {
            why: format!(
                "{} keys are still under the old master: {} can be moved (chancery hsm rotate \
                 resume), {} need a new key (chancery users reset, and chancery hsm rotate rekey \
                 for the officer's own)",
                now.to_move + now.to_replace,
                now.to_move,
                now.to_replace
            ),
        });
    }
    // What is left was counted by rows: none of them may hide a key that is still under the old master.
    if let Some(broken) = auditing::verify(station, None)?.first_break {
        return Err(Error::Rotation {
            why: format!(
                "not every record holds together: {}; see chancery audit verify",
                broken.what
            ),
        });
    }
    turn(station, officer, Phase::Finished)?;
    status(station)
}

/// Takes one step, as an act of its own.
fn turn(station: &Station, officer: &Administrator, phase: Phase) -> Result<()> {
    Office::enter(station, officer, |office| {
        let masters = office.signing.masters().clone();
        let left = (phase == Phase::Finished)
            .then(|| masters.moving())
            .flatten()
            .map(|(old, _)| old.label.as_str().to_owned());
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            note: Some(phase.as_str()),
            ..About::of(Act::TurnRotation, &request)
        };
        let newest = masters.newest()?.number;
        office.act(&about, |office, intent| {
            let step = office.step(&masters, newest, phase, intent)?;
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let turn = |leaf| {
                station
                    .store
                    .turn_rotation(step.clone(), left.clone(), leaf)
            };
            let entry = || {
                let masters = Masters::of(station)?;
                let taken = signed_step(station, &step).digest();
                Ok(vec![masters.entry_with_step(station.id(), None, taken)])
            };
            let (index, leaf) = office.log.write_anew(draft, entry, turn)?;
            office.log.sign_done(index, &leaf)
        })
    })
}

/// Moves what can be moved, a batch at a time, until all is done or somebody pauses it; blocks.
///
/// A batch is moved whole or not at all, so this can be ended at any time and done again.
pub(crate) fn carry_on(
    station: &Station,
    officer: &Administrator,
    watch: &dyn RotationWatch,
) -> Result<Rotation> {
    let _alone = alone(station)?;
    Office::enter(station, officer, |office| {
        let masters = office.signing.masters().clone();
        let Some((old, new)) = masters.moving() else {
            return Ok(());
        };
        let label = old.label.as_str();
        let counted = station.wait(station.store.count_under(label, new.since))?;
        let mut moved = 0;
        let mut after = None;
        watch.moved(0, counted.born_after);
        while watch.goes_on() && Masters::of(station)?.phase() == Some(Phase::Running) {
            let page = station.wait(station.store.keys_under(label, after, BATCH))?;
            let Some(last) = page.last() else { break };
            moved += office.move_page(&page, old, new)?;
            after = Some(last.key);
            watch.moved(moved, counted.born_after.max(moved));
        }
        Ok(())
    })?;
    status(station)
}

/// Says how far the rotation is.
pub(crate) fn status(station: &Station) -> Result<Rotation> {
    let masters = Masters::of(station)?;
    let count = |label: &str, since| station.wait(station.store.count_under(label, since));
    let mut rotation = Rotation {
        phase: match masters.phase() {
            None => RotationPhase::None,
            Some(Phase::Prepared) => RotationPhase::Prepared,
            Some(Phase::Running) => RotationPhase::Running,
            Some(Phase::Paused) => RotationPhase::Paused,
            Some(Phase::Finished) => RotationPhase::Finished,
        },
        current: masters
            .current()
            .map_or_else(String::new, |master| master.label.as_str().to_owned()),
        from: None,
        to: None,
        moved: 0,
        to_move: 0,
        to_replace: 0,
        remaining: Vec::new(),
        masters: masters.labels().to_vec(),
    };
    if let Some((old, new)) = masters.moving() {
        let under = count(old.label.as_str(), new.since)?;
        rotation.moved = count(new.label.as_str(), new.since)?.all;
        rotation.to_move = under.born_after;
        rotation.to_replace = under.all - under.born_after;
        rotation.remaining = remaining(station, old, new)?;
        rotation.from = Some(old.label.as_str().to_owned());
        rotation.to = Some(new.label.as_str().to_owned());
    }
    Ok(rotation)
}

/// Logins of keys that cannot move, the first of them.
fn remaining(station: &Station, old: &Master, new: &Master) -> Result<Vec<String>> {
    let mut logins = Vec::new();
    let mut after = None;
    while logins.len() < NAMED {
        let page = station.store.keys_under(old.label.as_str(), after, BATCH);
        let page = station.wait(page)?;
        let Some(last) = page.last() else { break };
        after = Some(last.key);
        for under in &page {
            if under.born.is_none_or(|born| born <= new.since)
                && let Some(record) = station.wait(station.store.record(under.key))?
            {
                logins.push(record.account.login);
            }
        }
    }
    logins.truncate(NAMED);
    logins.sort();
    Ok(logins)
}

/// Holds off a second process that moves keys.
fn alone(station: &Station) -> Result<File> {
    let folder = station.state().join("locks");
    create_private_folder(&folder).map_err(Error::State)?;
    let file = lock_file(&folder.join("rotation")).map_err(Error::State)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Rotation {
            why: "another process of this machine moves keys; look with chancery hsm rotate status"
                .to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(Error::State(error)),
    }
}

/// Whether a key is wrapped under a master, too: its birth began after that one was made, which the
/// log vouches for by the serial number of the key's certificate.
fn is_born_under(
    station: &Station,
    record: &KeyRecord,
    born: Option<LeafIndex>,
    master: &Master,
) -> Result<bool> {
    let Some(born) = born.filter(|born| *born > master.since) else {
        return Ok(false);
    };
    let told = told(station, born)?;
    Ok(told.is_some_and(|told| {
        told.kind == Kind::Intent.word()
            && told.serial.as_deref() == Some(record.certificate.serial())
    }))
}

/// What an officer signs of a step.
fn signed_step(station: &Station, step: &vault::Rotation) -> RowMessage {
    let row = RotationRow {
        organisation: &station.organisation.fixed.organisation.0,
        version: step.version,
        master: step.master,
        phase: step.phase.as_str(),
        intent: step.intent.0,
    };
    row.to_be_signed()
}

/// The owner's suspension went over to the next state; without its row there this machine knows.
fn remember_suspension(station: &Station, record: &KeyRecord) -> Result<()> {
    if record.row.own_suspension.is_none() {
        return Ok(());
    }
    let moved = Versions {
        state: record.state.version + 1,
        ..record.versions()
    };
    memory::remember(station, record.row.key.id, moved, Some(moved.state))
}

impl Office<'_> {
    /// Makes a master under the next free number.
    ///
    /// One whose making was interrupted has no row, and cannot be destroyed: its number is left out.
    fn make_master(&self, newest: u64) -> Result<(u64, KeyLabel)> {
        for number in newest + 1..=newest + LEFTOVERS {
            let label = key_label(&format!("wk-{number}"))?;
            match self.signing.token().create(TokenKeyKind::Master, &label) {
                Ok(_) => return Ok((number, label)),
                Err(token::Error::KeyExists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Rotation {
            why: format!(
                "the token has keys of all names up to wk-{}",
                newest + LEFTOVERS
            ),
        })
    }

    fn step(
        &self,
        masters: &Masters,
        master: u64,
        phase: Phase,
        intent: LeafIndex,
    ) -> Result<vault::Rotation> {
        let step = masters.step(master, phase, intent);
        Ok(vault::Rotation {
            officer_signature: self.vouch(signed_step(self.station, &step))?,
            ..step
        })
    }

    /// Moves those of a page that can be moved, and counts them.
    ///
    /// A record that does not hold together stays where it is, and is counted as one that remains.
    fn move_page(&mut self, page: &[KeyUnder], old: &Master, new: &Master) -> Result<u64> {
        let mut records = Vec::new();
        for under in page {
            let Ok(record) = KeyRecord::of_key(self.station, under.key) else {
                continue;
            };
            if record.state.status != Status::Revoked
                && record.state.wrapping_key == old.label.as_str()
                && record
                    .believe_newest(self.station, self.signing, &mut self.log)
                    .is_ok()
                && is_born_under(self.station, &record, under.born, new)?
            {
                records.push(record);
            }
        }
        if records.is_empty() {
            return Ok(0);
        }
        let named: Vec<u8> = records
            .iter()
            .flat_map(|record| *record.row.key.id.as_bytes())
            .chain(new.label.as_str().bytes())
            .collect();
        let digest = sha256(&named);
        let request = new_id()?;
        let about = About {
            digests: &[digest],
            officer: Some(&self.officer.login),
            ..About::of(Act::MoveKeys, &request)
        };
        let station = self.station;
        let moved = self.act(&about, |office, intent| {
            let (moves, entries) = office.moves(&records, new, intent)?;
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let move_keys = |leaf| station.store.move_keys(moves.clone(), leaf);
            let (index, leaf) = office.log.write(draft, &entries, move_keys)?;
            office.log.sign_done(index, &leaf)
        });
        match moved {
            Ok(()) => {
                for record in &records {
                    remember_suspension(station, record)?;
                }
                Ok(records.len() as u64)
            }
            // Somebody changed a secret or a status meanwhile: the page is taken up again later.
            Err(Error::Vault(vault::Error::RowChanged { .. })) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// The next state of each record, signed and covered by a MAC, and what the tree over the records
    /// says then.
    fn moves(
        &self,
        of: &[KeyRecord],
        new: &Master,
        intent: LeafIndex,
    ) -> Result<(Vec<KeyMove>, Vec<Entry>)> {
        let states: Vec<KeyState> = of
            .iter()
            .map(|record| KeyState {
                version: record.state.version + 1,
                wrapping_key: new.label.as_str().to_owned(),
                ..record.state.clone()
            })
            .collect();
        let pairs = || of.iter().zip(&states);
        let messages: Vec<RowMessage> = pairs()
            .map(|(record, state)| state.to_be_signed(&record.identity, intent.0))
            .collect();
        let signatures = self.vouch_for_all(&messages)?;
        let mut entries = Vec::new();
        for (record, state) in pairs() {
            let key = record.row.key.id;
            entries.push(records::of_key(key, &record.identity, state, &record.seal));
            if record.row.own_suspension.is_some() {
                entries.push(records::of_own_suspension(key, state.version));
            }
        }
        let moves = pairs()
            .zip(signatures)
            .map(|((record, state), signature)| {
                let input = record_mac_input(&record.identity, Some(state), &record.seal);
                Ok(KeyMove {
                    key: record.row.key.id,
                    expected: record.versions(),
                    state: vault::KeyState {
                        version: state.version,
                        wrapping_key: state.wrapping_key.clone(),
                        officer_signature: Some(signature),
                        intent: Some(intent),
                        ..record.row.state.clone()
                    },
                    mac: self.signing.record_mac(&input)?.into(),
                })
            })
            .collect::<Result<_>>()?;
        Ok((moves, entries))
    }
}

//! A log from before the tree over the current records gets that tree, once, by an officer's login;
//! and one whose tree is older than the entries of offices, masters and the token's profile gets these.
//!
//! What was changed before is vouched for as it was then: by MACs, signatures and what this machine
//! remembers. An old row that was put back in those days, on a machine that never saw the newer one,
//! is taken for the current one; from here on it would be found.

use std::collections::BTreeSet;

use vault::{AccountId, MAX_TREE_ENTRIES};

use super::Office;
use crate::audit::records::{Entry, Hash, Tree};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::error::{Error, Result};
use crate::station::Station;
use crate::station::bound_rows::EVERYTHING;
use crate::station::key::{IssuingRecord, KeyRecord};
use crate::station::log::{About, Draft};
use crate::station::masters::Masters;
use crate::station::memory;
use crate::station::officers::Officers;
use crate::station::profile;
use crate::station::records;

/// How often the records are read again because somebody wrote meanwhile.
const ATTEMPTS: u32 = 5;

impl Office<'_> {
    /// Puts all records that can be believed into the tree, if the log has none yet.
    pub(super) fn adopt_records(&mut self) -> Result<()> {
        if !self.log.has_no_records() {
            return Ok(());
        }
        for _ in 0..ATTEMPTS {
            match self.adopt_once() {
                Err(Error::Vault(vault::Error::RecordsMoved)) => {}
                other => return other,
            }
        }
        Err(vault::Error::RecordsMoved.into())
    }

    /// Puts what officers sign beside the records into the tree, if it is not in it yet.
    pub(super) fn adopt_signed_rows(&mut self) -> Result<()> {
        let station = self.station;
        let paths = signed_rows(station)?.map(|entry| entry.path);
        let named = self.log.current(&paths)?;
        if named.is_none_or(|named| named.iter().all(Option::is_some)) {
            return Ok(());
        }
        let request = new_id()?;
        let login = self.officer.login.clone();
        let about = About {
            officer: Some(&login),
            note: Some("offices, masters, token profile"),
            ..About::of(Act::AdoptRecords, &request)
        };
        self.act(&about, |office, intent| {
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let entries = || signed_rows(station).map(Vec::from);
            let append = |leaf| station.store.append(leaf);
            let (index, leaf) = office.log.write_anew(draft, entries, append)?;
            office.log.sign_done(index, &leaf)
        })
    }

    /// Has the log name what officers have signed, if it was kept before it did: from then on nothing
    /// else counts.
    pub(super) fn bind_rows(&mut self) -> Result<()> {
        if self.log.noted().all_bound || self.log.has_no_records() {
            return Ok(());
        }
        let request = new_id()?;
        let login = self.officer.login.clone();
        let about = About {
            officer: Some(&login),
            note: Some(EVERYTHING),
            ..About::of(Act::BindRows, &request)
        };
        self.act(&about, |office, intent| {
            let digests = office.signed_and_current()?;
            let about = About {
                digests: &digests,
                ..about
            };
            let station = office.station;
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let append = |leaf| station.store.append(leaf);
            let (index, leaf) = office.log.write(draft, &[], append)?;
            office.log.sign_done(index, &leaf)
        })
    }

    /// What officers have signed of masters, profile, and every record that is believed to be current.
    fn signed_and_current(&mut self) -> Result<Vec<Hash>> {
        let (station, signing) = (self.station, self.signing);
        let mut signed: BTreeSet<Hash> = Masters::of(station)?.signed_rows().collect();
        // One that is not believed counts for nothing, until the tokens are probed again.
        if matches!(profile::newest(station), Ok(Some(_))) {
            signed.insert(profile::entry(station)?.value);
        }
        let mut after = None;
        loop {
            let keys = station.wait(station.store.keys(after, MAX_TREE_ENTRIES))?;
            let Some(last) = keys.last() else { break };
            after = Some(*last);
            for key in keys {
                let believed = KeyRecord::of_key(station, key).and_then(|record| {
                    record.believe_current(station, signing, &mut self.log)?;
                    Ok(record)
                });
                match believed {
                    Ok(record) => {
                        let (state, account) = (&record.row.state, &record.row.account);
                        signed.extend(state.intent.map(|intent| {
                            record
                                .state
                                .to_be_signed(&record.identity, intent.0)
                                .digest()
                        }));
                        signed
                            .extend(records::of_account(station.id(), account).map(|of| of.value));
                    }
                    Err(error) if is_about_the_record(&error) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(signed.into_iter().collect())
    }

    fn adopt_once(&mut self) -> Result<()> {
        let request = new_id()?;
        let login = self.officer.login.clone();
        let about = About {
            officer: Some(&login),
            ..About::of(Act::AdoptRecords, &request)
        };
        self.act(&about, |office, intent| {
            let (mut entries, left_out) = office.believed()?;
            let note = format!("{} records, {left_out} left out as damaged", entries.len());
            let about = About {
                note: Some(&note),
                ..about
            };
            entries.extend(signed_rows(office.station)?);
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let (index, leaf) = office.log.write_first_tree(draft, &Tree::over(entries))?;
            office.log.sign_done(index, &leaf)
        })
    }

    /// The entries of all records that hold together, and how many do not.
    fn believed(&self) -> Result<(Vec<Entry>, usize)> {
        let station = self.station;
        let (mut entries, mut left_out) = (Vec::new(), 0);
        let mut after = None;
        loop {
            let keys = station.wait(station.store.keys(after, MAX_TREE_ENTRIES))?;
            let Some(last) = keys.last() else { break };
            after = Some(*last);
            for key in keys {
                let believed = KeyRecord::of_key(station, key).and_then(|record| {
                    record.believe(station, self.signing)?;
                    memory::compare(station, &record)?;
                    Ok(record)
                });
                match believed {
                    Ok(record) => self.entries_of(&record, &mut entries)?,
                    Err(error) if is_about_the_record(&error) => left_out += 1,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok((entries, left_out))
    }

    fn entries_of(&self, record: &KeyRecord, entries: &mut Vec<Entry>) -> Result<()> {
        let station = self.station;
        let key = record.row.key.id;
        let account: AccountId = record.row.account.id;
        entries.push(records::of_key(
            key,
            &record.identity,
            &record.state,
            &record.seal,
        ));
        entries.extend(records::of_account(station.id(), &record.row.account));
        if record.row.own_suspension.is_some() {
            entries.push(records::of_own_suspension(key, record.state.version));
        }
        if let Some(issuing) = IssuingRecord::read(station, self.signing, record)? {
            let entry = records::of_issuing_pin(account, &issuing.identity, &issuing.seal);
            entries.push(entry);
        }
        Ok(())
    }
}

/// The entries of offices, masters and the token's profile as they are believed now.
fn signed_rows(station: &Station) -> Result<[Entry; 3]> {
    Ok([
        Officers::of(station)?.entry(station.id()),
        Masters::of(station)?.entry(station.id()),
        profile::entry(station)?,
    ])
}

/// Whether one record is at fault, not the token or the vault.
fn is_about_the_record(error: &Error) -> bool {
    matches!(
        error,
        Error::RecordDamaged { .. }
            | Error::Custody(_)
            | Error::NoSuchPerson { .. }
            | Error::Vault(vault::Error::BadValue { .. } | vault::Error::KeyUnknown { .. })
    )
}

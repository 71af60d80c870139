//! Every current record, held against the tree that the newest leaf names.

use std::collections::BTreeMap;

use vault::MAX_TREE_ENTRIES;

use crate::audit::records::{Entry, Hash, Of, Tree};
use crate::error::{Error, Result};
use crate::requests::Break;
use crate::station::Station;
use crate::station::bound_rows::BoundRows;
use crate::station::key::{IssuingRecord, KeyRecord};
use crate::station::masters::Masters;
use crate::station::office_acts::Noted;
use crate::station::officers::{Officers, newest_grant};
use crate::station::profile;
use crate::station::records;
use crate::station::tokens::SigningToken;

/// What was found.
pub(super) struct Found {
    /// Records that hold together and are current.
    pub(super) verified: u64,
    /// The first that is not.
    pub(super) first_break: Option<Break>,
}

/// Verifies all records and that they are all there are.
pub(super) fn verify(
    station: &Station,
    token: &SigningToken,
    root: &Hash,
    noted: &Noted,
    rows: &BoundRows,
) -> Result<Found> {
    let officers = Officers::of(station)?;
    let told = rows.lines(station)?;
    let mut named = entries(station)?;
    let tree = Tree::over(named.iter().map(|(&path, &value)| Entry { path, value }));
    let mut found = Found {
        verified: 0,
        first_break: None,
    };
    if tree.root() != *root {
        found.broken(
            None,
            "the tree in the vault is not the one that the newest leaf names",
        );
        return Ok(found);
    }
    let mut after = None;
    loop {
        let keys = station.wait(station.store.keys(after, MAX_TREE_ENTRIES))?;
        let Some(last) = keys.last() else { break };
        after = Some(*last);
        for key in keys {
            let record = match KeyRecord::of_key(station, key) {
                Ok(record) => record,
                Err(Error::Token(error)) => return Err(error.into()),
                Err(error) => {
                    found.broken(None, &format!("the record of key {key}: {error}"));
                    continue;
                }
            };
            match believed(station, token, &record, &mut named) {
                Ok(None) if noted.rows_bound => {
                    match record.unbound_by(station, &officers, &told)? {
                        None => found.verified += 1,
                        Some(what) => found.broken(Some(record.login()), what),
                    }
                }
                Ok(None) => found.verified += 1,
                Ok(Some(what)) => found.broken(Some(record.login()), what),
                Err(Error::RecordDamaged { what, .. }) => {
                    found.broken(Some(record.login()), what);
                }
                Err(error) => return Err(error),
            }
        }
    }
    if officers.acts() != noted.offices {
        found.broken(
            None,
            "an office was given or taken otherwise than the log tells: a row is missing, or one was \
             added",
        );
    }
    let masters = Masters::of(station)?;
    if noted.all_bound {
        let odd = [
            masters.unbound_by(&officers, &told)?,
            profile::unbound(station, &officers, &told)?,
        ];
        for what in odd.into_iter().flatten() {
            found.broken(None, what);
        }
    }
    for (entry, what) in [
        (
            officers.entry(station.id()),
            "the offices are not those that the log names as current",
        ),
        (
            masters.entry(station.id()),
            "the masters are not those that the log names as current",
        ),
        (
            profile::entry(station)?,
            "the token's profile is not the one that the log names as current",
        ),
    ] {
        // An organisation from before gets the entry when an officer logs in.
        if named
            .remove(&entry.path)
            .is_some_and(|value| value != entry.value)
        {
            found.broken(None, what);
        }
    }
    if let Some(left) = named.len().checked_sub(1) {
        let what = format!(
            "the newest leaf names a record that is not there ({} in all)",
            left + 1
        );
        found.broken(None, &what);
    }
    Ok(found)
}

impl Found {
    fn broken(&mut self, login: Option<&str>, what: &str) {
        self.first_break.get_or_insert_with(|| Break {
            index: None,
            login: login.map(str::to_owned),
            what: what.to_owned(),
        });
    }
}

/// Believes a record, and takes from the tree what is found to be current.
fn believed(
    station: &Station,
    token: &SigningToken,
    record: &KeyRecord,
    named: &mut BTreeMap<Hash, Hash>,
) -> Result<Option<&'static str>> {
    record.believe(station, token)?;
    let key = record.row.key.id;
    let current = records::of_key(key, &record.identity, &record.state, &record.seal);
    if named.remove(&current.path) != Some(current.value) {
        return Ok(Some(
            "it is not the record that the log names as the current one",
        ));
    }
    // A person has one account and may have several keys: the first of them takes it.
    let account = record.row.account.id;
    if let Some(entry) = records::of_account(station.id(), &record.row.account) {
        match named.remove(&entry.path) {
            Some(value) if value != entry.value => {
                return Ok(Some(
                    "the account is not the one that the log names as current",
                ));
            }
            _ => {}
        }
    }
    let own = Of::OwnSuspension.path(key.as_bytes());
    let suspended = named.remove(&own);
    let version = record.state.version;
    let of = |version| Some(records::of_own_suspension(key, version).value);
    if (suspended == of(version)) != record.row.own_suspension.is_some() {
        return Ok(Some(
            "the owner's suspension is not what the log says of it",
        ));
    }
    if suspended.is_some() && !(1..=version).any(|version| suspended == of(version)) {
        return Ok(Some("the log names a suspension of no state it ever had"));
    }
    let granted = Of::Grant.path(account.as_bytes());
    if let Some(value) = named.remove(&granted)
        && newest_grant(station, account)? != Some(value)
    {
        return Ok(Some("the newest grant is not the one that the log names"));
    }
    let issuing = Of::IssuingPin.path(account.as_bytes());
    if named.get(&issuing) == Some(&records::NONE)
        && station.wait(station.store.issuing_pin(account))?.is_none()
    {
        named.remove(&issuing);
    }
    // After a rekey an account has two keys: the one that acts has signed the record.
    if named.contains_key(&issuing)
        && Officers::of(station)?.act_with(account, &record.row.key.spki)
        && let Some(found) = IssuingRecord::read(station, token, record)?
    {
        let entry = records::of_issuing_pin(account, &found.identity, &found.seal);
        if named.remove(&issuing) != Some(entry.value) {
            return Ok(Some(
                "the issuing PIN's record is not the one that the log names",
            ));
        }
    }
    Ok(None)
}

/// What the vault has in the tree, page by page.
fn entries(station: &Station) -> Result<BTreeMap<Hash, Hash>> {
    let mut entries = BTreeMap::new();
    let mut after = None;
    loop {
        let page = station.wait(station.store.tree_entries(after, MAX_TREE_ENTRIES))?;
        let Some(last) = page.last() else {
            return Ok(entries);
        };
        after = Some(last.path);
        for entry in page {
            entries.insert(*entry.path.as_bytes(), *entry.value.as_bytes());
        }
    }
}

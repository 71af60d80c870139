//! Whose signatures vouch for rows: the officers of the organisation file, and the keys that took
//! the place of theirs.
//!
//! A row of an office counts if its signer held the office where the log says that it was done, and
//! not where the row says it. The order is that of the log, too.

use std::collections::BTreeSet;

use vault::{AccountId, Grant, Granted, KeyId, LeafIndex, Office, OrganisationId};

use super::Station;
use super::bound_rows::Signed;
use super::key::KeyRecord;
use super::log::{Log, told};
use super::office_acts::{Happened, OfficeAct};
use super::records;
use crate::audit::records::{Entry, Hash, Of};
use crate::custody::grant::GrantRow;
use crate::custody::master::OfficeRow;
use crate::custody::{RowMessage, SealRow, SlotKind};
use crate::error::Result;
use crate::signing_algorithm::{self, KeyKind, sha256};

/// A key whose signatures vouch for rows.
struct OfficerKey {
    account: AccountId,
    kind: KeyKind,
    spki: Vec<u8>,
    /// The intent of the act that gave the office; none for founders. It vouches for nothing earlier.
    since: Option<LeafIndex>,
    /// The intent of the act in which another key took its place, or the office was taken: it vouches
    /// for nothing later.
    until: Option<LeafIndex>,
    /// Where that was done.
    ended: Option<LeafIndex>,
}

/// A row of an office.
enum Row {
    Grant(Grant),
    Office(Office),
}

/// All keys that vouch, or did.
pub(crate) struct Officers {
    keys: Vec<OfficerKey>,
    /// The acts whose rows are believed, in the order in which they were done.
    acts: Vec<OfficeAct>,
    /// What was signed in each.
    signed: Vec<Hash>,
}

impl Officers {
    /// Reads the founders' keys, and follows the signatures to those that came after them.
    ///
    /// A row that nobody vouches for makes nobody an officer, nor does one whose act is not in the
    /// log; that none is missing is for [`Log::offices_at_odds`] to say.
    pub(crate) fn of(station: &Station) -> Result<Self> {
        let mut officers = Self {
            keys: founding_keys(station)?,
            acts: Vec::new(),
            signed: Vec::new(),
        };
        for (act, row) in rows(station)? {
            // One act, one row: a second one is a copy of it.
            if officers
                .acts
                .last()
                .is_some_and(|last| last.outcome == act.outcome)
            {
                continue;
            }
            let signed = match row {
                Row::Grant(grant) => officers.grant(station, &grant)?,
                Row::Office(office) => officers.succeed(station, &office)?,
            };
            if let Some(signed) = signed {
                officers.acts.push(act);
                officers.signed.push(signed);
            }
        }
        Ok(officers)
    }

    /// Takes up a grant that an officer of that time has signed; gives what was signed.
    fn grant(&mut self, station: &Station, grant: &Grant) -> Result<Option<Hash>> {
        let Some((account, kind, spki)) = public_key(station, grant.key)? else {
            return Ok(None);
        };
        let message = message_of(station, grant, &spki);
        // By somebody who acted still when it was done, whatever the row says.
        let signed = self.keys.iter().any(|key| {
            key.until.is_none()
                && key.since.is_none_or(|since| since < grant.intent)
                && signing_algorithm::verifies(
                    key.kind,
                    &key.spki,
                    &message,
                    &grant.officer_signature,
                )
        });
        if account != grant.account || !signed {
            return Ok(None);
        }
        // Whatever the person acted with before ends here.
        let before = self.keys.iter_mut();
        for key in before.filter(|key| key.account == account && key.until.is_none()) {
            (key.until, key.ended) = (Some(grant.intent), grant.outcome);
        }
        match grant.granted {
            Granted::Nothing => {}
            Granted::Officer => self.keys.push(OfficerKey {
                account,
                kind,
                spki,
                since: Some(grant.intent),
                until: None,
                ended: None,
            }),
        }
        Ok(Some(message.digest()))
    }

    /// Takes a key up that the one before vouches for; gives what was signed.
    fn succeed(&mut self, station: &Station, office: &Office) -> Result<Option<Hash>> {
        let new = public_key(station, office.key)?;
        let old = public_key(station, office.replaced)?;
        let (Some((account, kind, spki)), Some((_, _, old))) = (new, old) else {
            return Ok(None);
        };
        let organisation = station.id();
        let row = OfficeRow {
            organisation: organisation.as_bytes(),
            account: account.as_bytes(),
            spki: &spki,
            replaced: &old,
            intent: office.intent.0,
        };
        let message = row.to_be_signed();
        let before = self
            .keys
            .iter_mut()
            .find(|key| key.account == account && key.spki == old && key.until.is_none());
        let Some(before) = before else {
            return Ok(None);
        };
        let signature = &office.officer_signature;
        if account != office.account
            || !signing_algorithm::verifies(before.kind, &before.spki, &message, signature)
        {
            return Ok(None);
        }
        (before.until, before.ended) = (Some(office.intent), office.outcome);
        self.keys.push(OfficerKey {
            account,
            kind,
            spki,
            since: Some(LeafIndex(office.intent.0.saturating_sub(1))),
            until: None,
            ended: None,
        });
        Ok(Some(message.digest()))
    }

    /// Whether who gave somebody the office has signed this; an office is given before it is taken up,
    /// and the giver's key may have been replaced in between.
    pub(crate) fn vouch_for_grant(
        &self,
        account: AccountId,
        message: &RowMessage,
        signature: &[u8],
    ) -> bool {
        self.keys
            .iter()
            .filter(|key| key.account == account && key.until.is_none())
            .filter_map(|key| key.since)
            .any(|since| self.vouch(message, signature, since))
    }

    /// The accounts that act as officers.
    fn accounts(&self) -> BTreeSet<AccountId> {
        let acting = self.keys.iter().filter(|key| key.until.is_none());
        acting.map(|key| key.account).collect()
    }

    /// How many people act as officers.
    pub(crate) fn acting(&self) -> usize {
        self.accounts().len()
    }

    /// Whether nobody could act as an officer if this person could not: one whose key is suspended or
    /// lapsed cannot, nor can one who has not taken the office up.
    pub(crate) fn none_but(&self, station: &Station, account: AccountId) -> Result<bool> {
        let now = station.now()?;
        for other in self.accounts() {
            if other == account {
                continue;
            }
            let Some(key) = station.wait(station.store.key_of_account(other))? else {
                continue;
            };
            let usable = KeyRecord::of_key(station, key).and_then(|record| {
                let acts = self.act_with(other, &record.row.key.spki);
                Ok(acts && record.permit_use(now).is_ok() && has_taken_up(station, other)?)
            });
            // A record that cannot be read is nobody to rely on.
            if usable.unwrap_or(false) {
                return Ok(false);
            }
        }
        Ok(self.accounts().contains(&account))
    }

    /// Whether an officer signed this, in the act whose intent is named.
    pub(crate) fn vouch(&self, message: &RowMessage, signature: &[u8], intent: LeafIndex) -> bool {
        self.keys.iter().any(|key| {
            key.since.is_none_or(|since| since < intent)
                && key.until.is_none_or(|until| intent <= until)
                && signing_algorithm::verifies(key.kind, &key.spki, message, signature)
        })
    }

    /// Where the act was done that the log tells of and in which an officer signed this, who held the
    /// office still; none if there is no such act. The first place counts: whoever names it again later
    /// has signed nothing.
    pub(crate) fn vouch_at(
        &self,
        places: &[Signed],
        message: &RowMessage,
        signature: &[u8],
        intent: LeafIndex,
    ) -> Option<u64> {
        let done = places.iter().filter_map(|place| match *place {
            Signed::Before { outcome } => self.vouch(message, signature, intent).then_some(outcome),
            Signed::Done {
                intent: told,
                outcome,
            } => {
                let held = |key: &OfficerKey| {
                    key.since.is_none_or(|since| since < intent)
                        && key.ended.is_none_or(|ended| outcome <= ended.0)
                        && signing_algorithm::verifies(key.kind, &key.spki, message, signature)
                };
                (told == intent.0 && self.keys.iter().any(held)).then_some(outcome)
            }
        });
        done.min()
    }

    /// Whether a key is the one that an officer acts with now.
    pub(crate) fn act_with(&self, account: AccountId, spki: &[u8]) -> bool {
        self.keys
            .iter()
            .any(|key| key.account == account && key.spki == spki && key.until.is_none())
    }

    /// The acts whose rows are believed.
    pub(crate) fn acts(&self) -> &[OfficeAct] {
        &self.acts
    }

    /// What the tree over the current records says of all offices.
    pub(crate) fn entry(&self, organisation: OrganisationId) -> Entry {
        records::of_offices(organisation, &self.signed)
    }

    /// What it says when one more row is signed.
    pub(crate) fn entry_with(&self, organisation: OrganisationId, row: Hash) -> Entry {
        let signed: Vec<Hash> = self.signed.iter().copied().chain([row]).collect();
        records::of_offices(organisation, &signed)
    }
}

impl Log<'_> {
    /// What does not fit between the rows of offices, the acts that the log tells of and the tree over
    /// the current records, if something does not.
    pub(crate) fn offices_at_odds(&mut self, station: &Station) -> Result<Option<&'static str>> {
        let size = self.size();
        if self.offices_held_at == Some(size) {
            return Ok(None);
        }
        let officers = Officers::of(station)?;
        let named = self.current(&[Of::Offices.path(station.id().as_bytes())])?;
        if officers.acts() != self.noted().offices {
            return Ok(Some(
                "an office was given or taken otherwise than the log tells: a row is missing, or one \
                 was added",
            ));
        }
        // An organisation from before gets the entry when an officer logs in.
        let named = named.and_then(|named| named.first().copied().flatten());
        if named.is_some_and(|named| named != officers.entry(station.id()).value) {
            return Ok(Some(
                "the offices are not those that the log names as current",
            ));
        }
        self.offices_held_at = Some(self.size());
        Ok(None)
    }
}

/// The rows that an act of the log stands behind, in the order in which those were done.
fn rows(station: &Station) -> Result<Vec<(OfficeAct, Row)>> {
    let mut rows = Vec::new();
    for grant in station.wait(station.store.grants())? {
        let happened = match grant.granted {
            Granted::Officer => Happened::Given,
            Granted::Nothing => Happened::Taken,
        };
        let (account, key, intent) = (grant.account, grant.key, grant.intent);
        let act = grant
            .outcome
            .map(|outcome| OfficeAct::new(happened, account, key, intent, outcome));
        rows.push((act, Row::Grant(grant)));
    }
    for office in station.wait(station.store.offices())? {
        let (account, key, intent) = (office.account, office.replaced, office.intent);
        let act = office
            .outcome
            .map(|outcome| OfficeAct::new(Happened::WentOn, account, key, intent, outcome));
        rows.push((act, Row::Office(office)));
    }
    let mut behind = Vec::new();
    for (act, row) in rows {
        let Some(act) = act else { continue };
        let told = told(station, LeafIndex(act.outcome))?;
        if told
            .and_then(|told| OfficeAct::told(act.outcome, &told))
            .as_ref()
            == Some(&act)
        {
            behind.push((act, row));
        }
    }
    behind.sort_by_key(|(act, _)| act.outcome);
    Ok(behind)
}

/// Whether a person's copy of the issuing PIN has a slot for the own secret.
fn has_taken_up(station: &Station, account: AccountId) -> Result<bool> {
    let Some(row) = station.wait(station.store.issuing_pin(account))? else {
        return Ok(false);
    };
    let seal = SealRow::read(row.seal.version, &row.seal.sealed, &row.seal.slots)?;
    Ok(seal
        .slots
        .iter()
        .any(|slot| slot.kind() == SlotKind::Passphrase))
}

/// Public keys of the officers that the organisation file names, whatever keys they have had since.
fn founding_keys(station: &Station) -> Result<Vec<OfficerKey>> {
    let mut keys = Vec::new();
    for founder in &station.organisation.fixed.founders {
        let account = AccountId::from(founder.account.0);
        let of_account = station.store.public_keys(account);
        for vault::PublicKey { algorithm, spki } in station.wait(of_account)? {
            if sha256(&spki) == founder.spki_sha256.0.as_slice()
                && let Ok(kind) = KeyKind::parse(&algorithm)
            {
                keys.push(OfficerKey {
                    account,
                    kind,
                    spki,
                    since: None,
                    until: None,
                    ended: None,
                });
            }
        }
    }
    Ok(keys)
}

/// What an officer signs of a grant.
fn message_of(station: &Station, grant: &Grant, spki: &[u8]) -> RowMessage {
    let row = GrantRow {
        organisation: &station.organisation.fixed.organisation.0,
        account: grant.account.as_bytes(),
        spki,
        role: grant.granted.as_str(),
        intent: grant.intent.0,
    };
    row.to_be_signed()
}

/// The newest grant of a person, as the tree over the current records has it.
pub(crate) fn newest_grant(station: &Station, account: AccountId) -> Result<Option<Hash>> {
    let grants = station.wait(station.store.grants())?;
    let newest = grants.iter().rev().find(|grant| grant.account == account);
    let Some(grant) = newest else { return Ok(None) };
    let key = public_key(station, grant.key)?;
    Ok(key.map(|(_, _, spki)| message_of(station, grant, &spki).digest()))
}

fn public_key(station: &Station, key: KeyId) -> Result<Option<(AccountId, KeyKind, Vec<u8>)>> {
    let record = station.wait(station.store.record(key))?;
    Ok(record.and_then(|record| {
        let kind = KeyKind::parse(&record.key.algorithm).ok()?;
        Some((record.account.id, kind, record.key.spki))
    }))
}

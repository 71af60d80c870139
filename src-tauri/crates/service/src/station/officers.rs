//! Whose signatures vouch for rows: the officers of the organisation file, and the keys that took
//! the place of theirs.

use vault::{AccountId, Grant, Granted, KeyId, LeafIndex};

use super::Station;
use crate::audit::records::Hash;
use crate::custody::grant::GrantRow;
use crate::custody::master::OfficeRow;
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
}

/// All keys that vouch, or did.
pub(crate) struct Officers(Vec<OfficerKey>);

impl Officers {
    /// Reads the founders' keys, and follows the signatures to those that came after them.
    ///
    /// A row that nobody vouches for makes nobody an officer.
    pub(crate) fn of(station: &Station) -> Result<Self> {
        let mut officers = Self(founding_keys(station)?);
        let mut grants = station.wait(station.store.grants())?.into_iter().peekable();
        for office in station.wait(station.store.offices())? {
            while let Some(grant) = grants.next_if(|grant| grant.intent < office.intent) {
                officers.grant(station, &grant)?;
            }
            let new = public_key(station, office.key)?;
            let old = public_key(station, office.replaced)?;
            let (Some((account, kind, spki)), Some((_, _, old))) = (new, old) else {
                continue;
            };
            if account != office.account {
                continue;
            }
            let organisation = station.id();
            let row = OfficeRow {
                organisation: organisation.as_bytes(),
                account: account.as_bytes(),
                spki: &spki,
                replaced: &old,
                intent: office.intent.0,
            };
            officers.succeed(&row, account, kind, &office.officer_signature);
        }
        for grant in grants {
            officers.grant(station, &grant)?;
        }
        Ok(officers)
    }

    /// Takes up a grant that an officer of that time has signed.
    fn grant(&mut self, station: &Station, grant: &Grant) -> Result<()> {
        let Some((account, kind, spki)) = public_key(station, grant.key)? else {
            return Ok(());
        };
        let digest = digest_of(station, grant, &spki);
        if account != grant.account || !self.vouch(&digest, &grant.officer_signature, grant.intent)
        {
            return Ok(());
        }
        // Whatever the person acted with before ends here.
        let before = self.0.iter_mut();
        for key in before.filter(|key| key.account == account && key.until.is_none()) {
            key.until = Some(grant.intent);
        }
        match grant.granted {
            Granted::Nothing => {}
            Granted::Officer => self.0.push(OfficerKey {
                account,
                kind,
                spki,
                since: Some(grant.intent),
                until: None,
            }),
        }
        Ok(())
    }

    /// Whether who gave somebody the office has signed this; an office is given before it is taken up,
    /// and the giver's key may have been replaced in between.
    pub(crate) fn vouch_for_grant(
        &self,
        account: AccountId,
        digest: &[u8; 32],
        signature: &[u8],
    ) -> bool {
        self.0
            .iter()
            .filter(|key| key.account == account && key.until.is_none())
            .filter_map(|key| key.since)
            .any(|since| self.vouch(digest, signature, since))
    }

    /// How many people act as officers.
    pub(crate) fn acting(&self) -> usize {
        let acting = self.0.iter().filter(|key| key.until.is_none());
        let accounts: std::collections::BTreeSet<_> = acting.map(|key| key.account).collect();
        accounts.len()
    }

    /// Whether a person is the only one who acts as an officer.
    pub(crate) fn is_the_only_one(&self, account: AccountId) -> bool {
        let acts = |key: &OfficerKey| key.until.is_none() && key.account == account;
        self.acting() == 1 && self.0.iter().any(acts)
    }

    /// Takes a key up that the one before vouches for.
    fn succeed(
        &mut self,
        row: &OfficeRow<'_>,
        account: AccountId,
        kind: KeyKind,
        signature: &[u8],
    ) {
        let digest = row.to_be_signed();
        let before = self
            .0
            .iter_mut()
            .find(|key| key.account == account && key.spki == row.replaced && key.until.is_none());
        let Some(before) = before else { return };
        if signing_algorithm::verifies(before.kind, &before.spki, &digest, signature) {
            before.until = Some(LeafIndex(row.intent));
            self.0.push(OfficerKey {
                account,
                kind,
                spki: row.spki.to_vec(),
                since: Some(LeafIndex(row.intent.saturating_sub(1))),
                until: None,
            });
        }
    }

    /// Whether an officer signed this, in the act whose intent is named.
    pub(crate) fn vouch(&self, digest: &[u8; 32], signature: &[u8], intent: LeafIndex) -> bool {
        self.0.iter().any(|key| {
            key.since.is_none_or(|since| since < intent)
                && key.until.is_none_or(|until| intent <= until)
                && signing_algorithm::verifies(key.kind, &key.spki, digest, signature)
        })
    }

    /// Whether a key is the one that an officer acts with now.
    pub(crate) fn act_with(&self, account: AccountId, spki: &[u8]) -> bool {
        self.0
            .iter()
            .any(|key| key.account == account && key.spki == spki && key.until.is_none())
    }
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
                });
            }
        }
    }
    Ok(keys)
}

/// What an officer signs of a grant.
fn digest_of(station: &Station, grant: &Grant, spki: &[u8]) -> [u8; 32] {
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
    Ok(key.map(|(_, _, spki)| digest_of(station, grant, &spki)))
}

fn public_key(station: &Station, key: KeyId) -> Result<Option<(AccountId, KeyKind, Vec<u8>)>> {
    let record = station.wait(station.store.record(key))?;
    Ok(record.and_then(|record| {
        let kind = KeyKind::parse(&record.key.algorithm).ok()?;
        Some((record.account.id, kind, record.key.spki))
    }))
}

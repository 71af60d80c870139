//! Whose signatures vouch for rows: the officers of the organisation file, and the keys that took
//! the place of theirs.

use vault::{AccountId, KeyId, LeafIndex};

use super::Station;
use crate::custody::master::OfficeRow;
use crate::error::Result;
use crate::signing_algorithm::{self, KeyKind, sha256};

/// A key whose signatures vouch for rows.
struct OfficerKey {
    account: AccountId,
    kind: KeyKind,
    spki: Vec<u8>,
    /// The intent of the act in which another key took its place: it vouches for nothing later.
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
        for office in station.wait(station.store.offices())? {
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
        Ok(officers)
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
                until: None,
            });
        }
    }

    /// Whether an officer signed this, in the act whose intent is named.
    pub(crate) fn vouch(&self, digest: &[u8; 32], signature: &[u8], intent: LeafIndex) -> bool {
        self.0.iter().any(|key| {
            key.until.is_none_or(|until| intent <= until)
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
                    until: None,
                });
            }
        }
    }
    Ok(keys)
}

fn public_key(station: &Station, key: KeyId) -> Result<Option<(AccountId, KeyKind, Vec<u8>)>> {
    let record = station.wait(station.store.record(key))?;
    Ok(record.and_then(|record| {
        let kind = KeyKind::parse(&record.key.algorithm).ok()?;
        Some((record.account.id, kind, record.key.spki))
    }))
}

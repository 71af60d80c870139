//! Between the vault's rows and the tree over the current records.

use vault::{AccountId, KeyId, OrganisationId, TreeChange, TreeEntry, TreeNode, TreePath};

use super::key::account_to_be_signed;
use crate::audit::records::{Entry, Found, Hash, Of, Tree};
use crate::custody::record::record_digest;
use crate::custody::{Identity, KeyState, SealRow};
use crate::signing_algorithm::sha256;

/// Stands where there was something; no record has this digest.
pub(crate) const NONE: Hash = [0; 32];

/// The entry of a key: what its record MAC covers.
pub(crate) fn of_key(key: KeyId, identity: &Identity, state: &KeyState, seal: &SealRow) -> Entry {
    Entry {
        path: Of::Key.path(key.as_bytes()),
        value: record_digest(identity, Some(state), seal),
    }
}

/// The entry of a person: what the officer has signed of the row; none if no act made it.
pub(crate) fn of_account(organisation: OrganisationId, account: &vault::Account) -> Option<Entry> {
    Some(Entry {
        path: Of::Account.path(account.id.as_bytes()),
        value: account_to_be_signed(organisation, account, account.intent?).digest(),
    })
}

/// The entry of an officer's copy of the issuing PIN.
pub(crate) fn of_issuing_pin(account: AccountId, identity: &Identity, seal: &SealRow) -> Entry {
    Entry {
        path: Of::IssuingPin.path(account.as_bytes()),
        value: record_digest(identity, None, seal),
    }
}

/// The entry of an owner's own suspension, which holds for one version of the state.
pub(crate) fn of_own_suspension(key: KeyId, state_version: u64) -> Entry {
    let suspended = [
        b"chancery own suspension v1\0".as_slice(),
        &state_version.to_be_bytes(),
    ];
    Entry {
        path: Of::OwnSuspension.path(key.as_bytes()),
        value: sha256(&suspended.concat()),
    }
}

/// That a person has no copy of the issuing PIN any more.
pub(crate) fn no_issuing_pin(account: AccountId) -> Entry {
    Entry {
        path: Of::IssuingPin.path(account.as_bytes()),
        value: NONE,
    }
}

/// The entry of a person's newest grant: what the officer signed of it.
pub(crate) fn of_grant(account: AccountId, digest: Hash) -> Entry {
    Entry {
        path: Of::Grant.path(account.as_bytes()),
        value: digest,
    }
}

/// The entry of all offices: what was signed of each grant and each later key, in the order of the
/// acts.
pub(crate) fn of_offices(organisation: OrganisationId, signed: &[Hash]) -> Entry {
    Entry {
        path: Of::Offices.path(organisation.as_bytes()),
        value: of_all(b"chancery offices v1\0", signed),
    }
}

/// The entry of the masters: what was signed of each, in the order of their numbers, and of the newest
/// step.
pub(crate) fn of_masters(organisation: OrganisationId, signed: &[Hash]) -> Entry {
    Entry {
        path: Of::Masters.path(organisation.as_bytes()),
        value: of_all(b"chancery masters v1\0", signed),
    }
}

/// The entry of the newest token profile: what was signed of it; none if there is none.
pub(crate) fn of_token_profile(organisation: OrganisationId, signed: Option<Hash>) -> Entry {
    Entry {
        path: Of::TokenProfile.path(organisation.as_bytes()),
        value: signed.unwrap_or(NONE),
    }
}

fn of_all(label: &[u8], signed: &[Hash]) -> Hash {
    sha256(&[label, &signed.concat()].concat())
}

/// What the vault found along a path.
pub(crate) fn found(path: &TreePath) -> Found {
    let nodes = path.nodes.iter();
    Found {
        nodes: nodes
            .map(|(left, right)| (*left.as_bytes(), *right.as_bytes()))
            .collect(),
        entry: path.entry.map(|entry| Entry {
            path: *entry.path.as_bytes(),
            value: *entry.value.as_bytes(),
        }),
    }
}

/// What the vault must write to have this tree.
pub(crate) fn change(tree: &Tree, from: Option<Hash>, after: Option<u64>) -> TreeChange {
    let nodes = tree.changed().map(|(depth, path, left, right)| TreeNode {
        depth,
        path: path.into(),
        left: left.into(),
        right: right.into(),
    });
    let entries = tree.entries().map(|entry| TreeEntry {
        path: entry.path.into(),
        value: entry.value.into(),
    });
    TreeChange {
        from: from.map(Into::into),
        after,
        nodes: nodes.collect(),
        entries: entries.collect(),
    }
}

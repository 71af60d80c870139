//! The records in one SQLite file, for an organisation that lives on one machine.
//!
//! Every change runs in a transaction that takes the write lock first (`BEGIN IMMEDIATE`), so what
//! it reads cannot change before it writes. Readers see one snapshot and wait for nobody (WAL).

mod accounts;
mod file;
mod grants;
mod keys;
mod log;
mod masters;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod plans;
mod profiles;
mod row;
mod status;
mod tree;
mod tries;

use std::path::{Path, PathBuf};

use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{
    Answer, Counts, Initial, IssuingPinReplacement, KeyReplacement, NewEnrolment,
    OfficerReplacement, OwnSuspension, SealReplacement, StateChange, Store,
};
use crate::account::{Account, AccountPage, AccountQuery};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::grant::{Grant, NewGrant};
use crate::id::{
    AccountId, KeyId, LeafIndex, MachineId, OrganisationId, RequestId, Sha256, UnixTime,
};
use crate::key::{IssuingPin, PublicKey, Record, Versions};
use crate::log::{Event, Head, Leaf, Logged, LoggedRequest, NewLeaf, OpenIntent, Restore};
use crate::master::{CountUnder, KeyMove, KeyUnder, Master, Masters, Office, Rotation};
use crate::profile::TokenProfile;
use crate::status::{OffList, RevocationList, RevocationLists};
use crate::tree::{TreeEntry, TreeNode, TreePaths};
use crate::tries::{BegunTry, Tries};

/// The records in one SQLite file.
///
/// Must be used on a tokio runtime. Several processes may have one file open.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Makes a new vault, which only its owner may read (mode 0600).
    ///
    /// # Errors
    /// [`Error::VaultExists`] if a file is there; [`Error::File`] if it cannot be made.
    pub async fn create(path: &Path) -> Result<Self> {
        file::create(path).await?;
        Self::open(path).await
    }

    /// Opens a vault, brings its schema up to this release, and takes it away from other readers.
    ///
    /// Nothing is written before the file is known to be a vault.
    ///
    /// # Errors
    /// [`Error::VaultMissing`], [`Error::NotAVault`], [`Error::Damaged`], [`Error::SchemaNewer`],
    /// [`Error::SchemaForeign`], [`Error::File`].
    pub async fn open(path: &Path) -> Result<Self> {
        let pool = file::open(path).await?;
        Ok(Self { pool })
    }

    /// Closes the vault; the last to do so folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a transaction that holds the write lock from its first statement.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Begins a transaction whose reads all see one snapshot.
    async fn read(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.pool.begin().await?)
    }
}

impl Store for SqliteStore {
    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
            Ok(())
        })
    }

    fn now(&self) -> Answer<'_, UnixTime> {
        Box::pin(async move { row::now(&mut *self.pool.acquire().await?).await })
    }

    fn organisation(&self) -> Answer<'_, Option<OrganisationId>> {
        Box::pin(async move { keys::organisation(&mut *self.pool.acquire().await?).await })
    }

    fn initialise(&self, initial: Initial) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            if keys::organisation(&mut tx).await?.is_some() {
                return Err(Error::AlreadyInitialised);
            }
            let index = log::append(&mut tx, &initial.leaf).await?;
            keys::insert_organisation(&mut tx, initial.organisation).await?;
            keys::insert_certificate(&mut tx, &initial.ca_certificate).await?;
            let founder = &initial.founder;
            accounts::insert(&mut tx, &founder.account).await?;
            keys::insert_key(&mut tx, &founder.key, Some(index)).await?;
            keys::insert_certificate(&mut tx, &founder.certificate).await?;
            keys::insert_state(&mut tx, founder.key.id, &founder.state).await?;
            keys::insert_seal(&mut tx, founder.key.id, &founder.seal, founder.mac).await?;
            keys::insert_issuing_pin(&mut tx, &founder.issuing_pin).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn enrol(&self, enrolment: NewEnrolment) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &enrolment.leaf).await?;
            accounts::insert(&mut tx, &enrolment.account).await?;
            keys::insert_key(&mut tx, &enrolment.key, enrolment.leaf.intent).await?;
            keys::insert_certificate(&mut tx, &enrolment.certificate).await?;
            keys::insert_state(&mut tx, enrolment.key.id, &enrolment.state).await?;
            keys::insert_seal(&mut tx, enrolment.key.id, &enrolment.seal, enrolment.mac).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn replace_seals(
        &self,
        seals: Vec<SealReplacement>,
        issuing_pins: Vec<IssuingPinReplacement>,
        leaf: NewLeaf,
    ) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            for seal in &seals {
                keys::replace_seal(&mut tx, seal).await?;
            }
            for record in &issuing_pins {
                keys::replace_issuing_pin(&mut tx, record).await?;
            }
            tx.commit().await?;
            Ok(index)
        })
    }

    fn change_state(&self, change: StateChange, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            keys::replace_state(&mut tx, &change, index).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn replace_key(&self, replacement: KeyReplacement, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            keys::replace_key(&mut tx, &replacement, &leaf, index).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn suspend_own(&self, suspension: OwnSuspension, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            status::insert_own_suspension(&mut tx, &suspension, index).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn abandon(&self, leaf: NewLeaf, serial: Option<Vec<u8>>) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            if let Some(serial) = &serial {
                status::insert_abandoned(&mut tx, serial, index).await?;
            }
            tx.commit().await?;
            Ok(index)
        })
    }

    fn off_list(&self) -> Answer<'_, OffList> {
        Box::pin(async move { status::off(&mut *self.read().await?).await })
    }

    fn revocation_lists(&self) -> Answer<'_, RevocationLists> {
        Box::pin(async move { status::lists(&mut *self.read().await?).await })
    }

    fn put_revocation_list(&self, list: RevocationList, mark: Option<Vec<u8>>) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            status::insert_list(&mut tx, list, mark.as_deref()).await?;
            Ok(tx.commit().await?)
        })
    }

    fn account_by_login<'a>(&'a self, login: &'a str) -> Answer<'a, Option<Account>> {
        Box::pin(async move { accounts::by_login(&mut *self.pool.acquire().await?, login).await })
    }

    fn account(&self, id: AccountId) -> Answer<'_, Option<Account>> {
        Box::pin(async move { accounts::by_id(&mut *self.pool.acquire().await?, id).await })
    }

    fn accounts(&self, query: AccountQuery) -> Answer<'_, AccountPage> {
        Box::pin(async move { accounts::page(&mut *self.read().await?, &query).await })
    }

    fn public_keys(&self, account: AccountId) -> Answer<'_, Vec<PublicKey>> {
        Box::pin(async move { keys::public(&mut *self.pool.acquire().await?, account).await })
    }

    fn key_of_serial<'a>(&'a self, serial: &'a [u8]) -> Answer<'a, Option<KeyId>> {
        Box::pin(async move { keys::of_serial(&mut *self.pool.acquire().await?, serial).await })
    }

    fn key_of_account(&self, account: AccountId) -> Answer<'_, Option<KeyId>> {
        Box::pin(async move { keys::of_account(&mut *self.pool.acquire().await?, account).await })
    }

    fn record(&self, key: KeyId) -> Answer<'_, Option<Record>> {
        Box::pin(async move { keys::record(&mut *self.read().await?, key).await })
    }

    fn issuing_pin(&self, account: AccountId) -> Answer<'_, Option<IssuingPin>> {
        Box::pin(async move { keys::issuing_pin(&mut *self.pool.acquire().await?, account).await })
    }

    fn certificate(&self, sha256: Sha256) -> Answer<'_, Option<Certificate>> {
        Box::pin(async move { keys::certificate(&mut *self.pool.acquire().await?, sha256).await })
    }

    fn tries(&self, key: KeyId, machine: MachineId) -> Answer<'_, Option<Tries>> {
        Box::pin(async move { tries::read(&mut *self.pool.acquire().await?, key, machine).await })
    }

    fn begin_try(
        &self,
        key: KeyId,
        machine: MachineId,
        expected: Versions,
        leaf: NewLeaf,
    ) -> Answer<'_, BegunTry> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            keys::expect_active(&mut tx, key, expected).await?;
            let index = log::append(&mut tx, &leaf).await?;
            let (count, at) = tries::raise(&mut tx, key, machine).await?;
            tx.commit().await?;
            Ok(BegunTry { count, index, at })
        })
    }

    fn settle_right(&self, key: KeyId, machine: MachineId) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            tries::clear(&mut tx, key, machine).await?;
            Ok(tx.commit().await?)
        })
    }

    fn settle_wrong(&self, key: KeyId, machine: MachineId, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            tries::note_wrong(&mut tx, key, machine).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn give_back(
        &self,
        key: KeyId,
        machine: MachineId,
        leaf: Option<NewLeaf>,
    ) -> Answer<'_, Option<LeafIndex>> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = match &leaf {
                Some(leaf) => Some(log::append(&mut tx, leaf).await?),
                None => None,
            };
            tries::lower(&mut tx, key, machine).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn append(&self, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn leaf_count(&self) -> Answer<'_, u64> {
        Box::pin(async move { log::count_leaves(&mut *self.pool.acquire().await?).await })
    }

    fn leaves(&self, from: LeafIndex, limit: u32) -> Answer<'_, Vec<Leaf>> {
        Box::pin(async move { log::leaves(&mut *self.pool.acquire().await?, from, limit).await })
    }

    fn event(&self, index: LeafIndex) -> Answer<'_, Option<Event>> {
        Box::pin(async move { log::event(&mut *self.pool.acquire().await?, index).await })
    }

    fn find_by_request(&self, request: RequestId) -> Answer<'_, Option<LoggedRequest>> {
        Box::pin(async move { log::by_request(&mut *self.pool.acquire().await?, request).await })
    }

    fn intents_without_outcome(&self) -> Answer<'_, Vec<OpenIntent>> {
        Box::pin(async move { log::open_intents(&mut *self.pool.acquire().await?).await })
    }

    fn put_head(&self, head: Head) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            log::put_head(&mut tx, &head).await?;
            Ok(tx.commit().await?)
        })
    }

    fn latest_head(&self) -> Answer<'_, Option<Head>> {
        Box::pin(async move { log::latest_head(&mut *self.pool.acquire().await?).await })
    }

    fn latest_notarised(&self) -> Answer<'_, Option<Head>> {
        Box::pin(async move { log::latest_notarised(&mut *self.pool.acquire().await?).await })
    }

    fn heads(&self, from: u64, to: u64) -> Answer<'_, Vec<Head>> {
        Box::pin(async move { log::heads(&mut *self.pool.acquire().await?, from, to).await })
    }

    fn logged(&self, from: LeafIndex, limit: u32) -> Answer<'_, Vec<Logged>> {
        Box::pin(async move { log::logged(&mut *self.pool.acquire().await?, from, limit).await })
    }

    fn put_restore(&self, restore: Restore, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            log::put_restore(&mut tx, &restore).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn restores(&self) -> Answer<'_, Vec<Restore>> {
        Box::pin(async move { log::restores(&mut *self.pool.acquire().await?).await })
    }

    fn tree_paths(&self, paths: Vec<Sha256>) -> Answer<'_, TreePaths> {
        Box::pin(async move { tree::paths(&mut *self.read().await?, &paths).await })
    }

    fn replace_tree_nodes(&self, nodes: Vec<TreeNode>, leaves: u64) -> Answer<'_, bool> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            if log::count_leaves(&mut tx).await? != leaves {
                return Ok(false);
            }
            tree::replace_nodes(&mut tx, &nodes).await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    fn tree_entries(&self, after: Option<Sha256>, limit: u32) -> Answer<'_, Vec<TreeEntry>> {
        Box::pin(async move { tree::page(&mut *self.pool.acquire().await?, after, limit).await })
    }

    fn keys(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<KeyId>> {
        Box::pin(async move { keys::page(&mut *self.pool.acquire().await?, after, limit).await })
    }

    fn counts(&self) -> Answer<'_, Counts> {
        Box::pin(async move { row::counts(&mut *self.pool.acquire().await?).await })
    }

    fn masters(&self) -> Answer<'_, Masters> {
        Box::pin(async move { masters::all(&mut *self.read().await?).await })
    }

    fn add_master(
        &self,
        master: Master,
        rotation: Rotation,
        leaf: NewLeaf,
    ) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            masters::insert(&mut tx, &master, index).await?;
            masters::insert_step(&mut tx, &rotation).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn add_import_master(&self, master: Master, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            masters::insert(&mut tx, &master, index).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn turn_rotation(
        &self,
        rotation: Rotation,
        left: Option<String>,
        leaf: NewLeaf,
    ) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            if let Some(label) = &left {
                masters::expect_left(&mut tx, label).await?;
            }
            masters::insert_step(&mut tx, &rotation).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn count_under<'a>(&'a self, label: &'a str, after: LeafIndex) -> Answer<'a, CountUnder> {
        Box::pin(async move {
            masters::count_under(&mut *self.pool.acquire().await?, label, after).await
        })
    }

    fn keys_under<'a>(
        &'a self,
        label: &'a str,
        after: Option<KeyId>,
        limit: u32,
    ) -> Answer<'a, Vec<KeyUnder>> {
        Box::pin(async move {
            masters::under(&mut *self.pool.acquire().await?, label, after, limit).await
        })
    }

    fn move_keys(&self, moves: Vec<KeyMove>, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            for moved in &moves {
                masters::move_key(&mut tx, moved).await?;
            }
            tx.commit().await?;
            Ok(index)
        })
    }

    fn replace_officer(&self, officer: OfficerReplacement, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            keys::replace_key(&mut tx, &officer.keys, &leaf, index).await?;
            keys::replace_issuing_pin(&mut tx, &officer.issuing_pin).await?;
            masters::insert_office(&mut tx, &officer.office).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn grants(&self) -> Answer<'_, Vec<Grant>> {
        Box::pin(async move { grants::all(&mut *self.pool.acquire().await?).await })
    }

    fn add_grant(&self, grant: NewGrant, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = log::append(&mut tx, &leaf).await?;
            grants::insert(&mut tx, &grant).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn offices(&self) -> Answer<'_, Vec<Office>> {
        Box::pin(async move { masters::offices(&mut *self.pool.acquire().await?).await })
    }

    fn snapshot(&self, to: PathBuf) -> Answer<'_, ()> {
        Box::pin(async move {
            file::make(&to)?;
            file::vacuum_into(&mut *self.pool.acquire().await?, &to).await
        })
    }

    fn put_token_profile(
        &self,
        profile: TokenProfile,
        leaf: Option<NewLeaf>,
    ) -> Answer<'_, Option<LeafIndex>> {
        Box::pin(async move {
            let mut tx = self.write().await?;
            let index = match &leaf {
                Some(leaf) => Some(log::append(&mut tx, leaf).await?),
                None => None,
            };
            profiles::insert(&mut tx, &profile).await?;
            tx.commit().await?;
            Ok(index)
        })
    }

    fn token_profile(&self) -> Answer<'_, Option<TokenProfile>> {
        Box::pin(async move { profiles::newest(&mut *self.pool.acquire().await?).await })
    }

    fn check(&self) -> Answer<'_, Vec<String>> {
        Box::pin(async move { row::check(&mut *self.pool.acquire().await?).await })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::account::Role;
    use crate::id::RecordMac;

    #[tokio::test]
    async fn a_transaction_dropped_half_way_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vault.sqlite");
        let store = SqliteStore::create(&path).await.unwrap();
        let leaf = NewLeaf {
            kind: crate::log::INTENT.to_owned(),
            leaf: vec![1],
            salt: vec![2],
            event: vec![3],
            request_id: None,
            intent: None,
            mac: RecordMac::from_bytes([0; 32]),
            records: None,
            tree: None,
        };
        let account = Account {
            id: AccountId::from_bytes([1; 16]),
            login: "ada".to_owned(),
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.org".to_owned(),
            role: Role::Signer,
            created_at: UnixTime(0),
            row_version: 1,
            officer_signature: None,
            intent: None,
        };
        let before = store.counts().await.unwrap();

        let mut tx = store.write().await.unwrap();
        log::append(&mut tx, &leaf).await.unwrap();
        accounts::insert(&mut tx, &account).await.unwrap();
        let within = row::counts(&mut tx).await.unwrap();
        assert_eq!(
            (within.leaves, within.accounts),
            (1, 1),
            "both were written"
        );
        drop(tx);

        assert_eq!(store.counts().await.unwrap(), before);
        let index = store.append(leaf).await.unwrap();
        assert_eq!(
            index,
            LeafIndex(0),
            "the lock is free, and so is the place in the log"
        );
    }
}

//! The interface a database is spoken to through; one implementation for each dialect.
//!
//! Operations are coarse: each is what one use-case needs, in one transaction. All or nothing of
//! it is kept, and what was answered `Ok` survives a crash. A future that is dropped before its end
//! may have been carried out or not, never in part.

pub mod sqlite;

use std::path::PathBuf;
use std::pin::Pin;

use crate::account::{Account, AccountPage, AccountQuery};
use crate::certificate::Certificate;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::grant::{Grant, NewGrant};
use crate::id::{
    AccountId, KeyId, LeafIndex, MachineId, OrganisationId, RecordMac, RequestId, Sha256, UnixTime,
};
use crate::key::{IssuingPin, Key, KeyState, PublicKey, Record, Seal, Versions};
use crate::log::{Event, Head, Leaf, Logged, LoggedRequest, NewLeaf, OpenIntent, Restore};
use crate::master::{CountUnder, KeyMove, KeyUnder, Master, Masters, Office, Rotation};
use crate::profile::TokenProfile;
use crate::status::{OffList, RevocationList, RevocationLists, StatusNote};
use crate::tree::{TreeEntry, TreeNode, TreePaths};
use crate::tries::{BegunTry, Tries};

/// What an operation returns: a future that can be boxed, sent and awaited on any runtime thread.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The first rows of an organisation.
#[derive(Debug, Clone)]
pub struct Initial {
    /// Names the organisation.
    pub organisation: OrganisationId,
    /// The CA's own certificate; certifies no key of the vault.
    pub ca_certificate: Certificate,
    /// The founding officer and the officer's key.
    pub founder: Founder,
    /// Leaf 0.
    pub leaf: NewLeaf,
}

/// The founding officer.
#[derive(Debug, Clone)]
pub struct Founder {
    /// The person.
    pub account: Account,
    /// The key's identity.
    pub key: Key,
    /// The key's state.
    pub state: KeyState,
    /// The key's seal.
    pub seal: Seal,
    /// Covers the three.
    pub mac: RecordMac,
    /// The certificate the state names.
    pub certificate: Certificate,
    /// The issuing token's PIN, sealed for this officer.
    pub issuing_pin: IssuingPin,
}

/// A person's first key, with the account that is made for it.
#[derive(Debug, Clone)]
pub struct NewEnrolment {
    /// The person.
    pub account: Account,
    /// The key's identity.
    pub key: Key,
    /// The key's state.
    pub state: KeyState,
    /// The key's seal.
    pub seal: Seal,
    /// Covers the three.
    pub mac: RecordMac,
    /// The certificate the state names.
    pub certificate: Certificate,
    /// The outcome of the enrolment's intent.
    pub leaf: NewLeaf,
}

/// A seal to put in the place of a key's seal.
#[derive(Debug, Clone)]
pub struct SealReplacement {
    /// The key.
    pub key: KeyId,
    /// The versions `seal` and `mac` were made from; `seal.version` is one above.
    pub expected: Versions,
    /// The new seal.
    pub seal: Seal,
    /// Covers identity, state and new seal.
    pub mac: RecordMac,
}

/// An officer's issuing PIN record to put in the place of the one there.
#[derive(Debug, Clone)]
pub struct IssuingPinReplacement {
    /// The seal version the record was made from; `record.seal.version` is one above.
    pub expected: u64,
    /// The new record.
    pub record: IssuingPin,
}

/// A state to put in the place of a key's state.
#[derive(Debug, Clone)]
pub struct StateChange {
    /// The key.
    pub key: KeyId,
    /// The versions `state` and `mac` were made from; `state.version` is one above.
    pub expected: Versions,
    /// The new state.
    pub state: KeyState,
    /// Covers identity, new state and seal.
    pub mac: RecordMac,
    /// Who changed it, and why.
    pub note: StatusNote,
}

/// A new key for a person, in the place of one that is revoked.
#[derive(Debug, Clone)]
pub struct KeyReplacement {
    /// The old key's last state, unless that is so already.
    pub revoked: Option<StateChange>,
    /// The new key's identity; of the same account.
    pub key: Key,
    /// The new key's state.
    pub state: KeyState,
    /// The new key's seal.
    pub seal: Seal,
    /// Covers the three.
    pub mac: RecordMac,
    /// The certificate the new state names.
    pub certificate: Certificate,
}

/// A new key for an officer, in the place of the one that acts.
#[derive(Debug, Clone)]
pub struct OfficerReplacement {
    /// The keys.
    pub keys: KeyReplacement,
    /// Who vouches for the new one.
    pub office: Office,
    /// The issuing PIN, sealed anew.
    pub issuing_pin: IssuingPinReplacement,
}

/// The owner's own suspension of a key.
#[derive(Debug, Clone)]
pub struct OwnSuspension {
    /// The key.
    pub key: KeyId,
    /// The versions that were read; the state of this version is suspended.
    pub expected: Versions,
    /// Why, in the owner's words.
    pub note: String,
}

/// How much the vault holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Accounts.
    pub accounts: u64,
    /// Keys, whatever their state.
    pub keys: u64,
    /// Certificates, with the CA's.
    pub certificates: u64,
    /// Leaves of the log.
    pub leaves: u64,
    /// Events that were not erased.
    pub events: u64,
    /// Intents without outcome.
    pub open_intents: u64,
    /// Heads.
    pub heads: u64,
}

/// The records of one organisation in some database.
///
/// Operations that take a [`NewLeaf`] append it to the log in the same transaction as the rest, and
/// return its index. Each of them fails with [`Error::RequestRepeated`], [`Error::LeafUnknown`] or
/// [`Error::OutcomeRepeated`] if the log refuses the leaf, and with [`Error::RecordsMoved`] if the
/// records changed since it was made; then nothing is changed. Every
/// operation can fail with what is the database's alone, from [`Error::Damaged`] to
/// [`Error::Database`].
pub trait Store: Send + Sync {
    /// Closes every connection, and waits until the database's files are at rest.
    fn close(&self) -> Answer<'_, ()>;

    /// Returns the database's time.
    fn now(&self) -> Answer<'_, UnixTime>;

    /// Returns whose records these are, or `None` before [`Store::initialise`].
    fn organisation(&self) -> Answer<'_, Option<OrganisationId>>;

    /// Writes the first rows of an organisation.
    ///
    /// # Errors
    /// [`Error::AlreadyInitialised`].
    fn initialise(&self, initial: Initial) -> Answer<'_, LeafIndex>;

    /// Writes a person, the person's key and its certificate.
    ///
    /// # Errors
    /// [`Error::LoginTaken`], [`Error::SerialTaken`], [`Error::PublicKeyTaken`].
    fn enrol(&self, enrolment: NewEnrolment) -> Answer<'_, LeafIndex>;

    /// Replaces seals and issuing PIN records, all or none.
    ///
    /// # Errors
    /// [`Error::KeyUnknown`], [`Error::RowChanged`], [`Error::IssuingPinUnknown`],
    /// [`Error::IssuingPinChanged`].
    fn replace_seals(
        &self,
        seals: Vec<SealReplacement>,
        issuing_pins: Vec<IssuingPinReplacement>,
        leaf: NewLeaf,
    ) -> Answer<'_, LeafIndex>;

    /// Replaces one seal.
    ///
    /// # Errors
    /// [`Error::KeyUnknown`], [`Error::RowChanged`].
    fn replace_seal(&self, seal: SealReplacement, leaf: NewLeaf) -> Answer<'_, LeafIndex> {
        self.replace_seals(vec![seal], Vec::new(), leaf)
    }

    /// Replaces the state of a key; a revocation list is due then.
    ///
    /// # Errors
    /// [`Error::KeyUnknown`], [`Error::RowChanged`].
    fn change_state(&self, change: StateChange, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Writes the last state of one key and all rows of the next; a revocation list is due then.
    ///
    /// # Errors
    /// [`Error::KeyUnknown`], [`Error::RowChanged`], [`Error::SerialTaken`],
    /// [`Error::PublicKeyTaken`].
    fn replace_key(&self, replacement: KeyReplacement, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Suspends a key as its owner, for as long as its state stays what it is; a revocation list is
    /// due then. A second suspension of one state adds only its leaf.
    ///
    /// # Errors
    /// [`Error::KeyUnknown`], [`Error::RowChanged`].
    fn suspend_own(&self, suspension: OwnSuspension, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Appends a leaf that gives up an intent, with the serial number of the certificate that may
    /// have been made for it; a revocation list is due then.
    fn abandon(&self, leaf: NewLeaf, serial: Option<Vec<u8>>) -> Answer<'_, LeafIndex>;

    /// Returns what belongs on the revocation list.
    fn off_list(&self) -> Answer<'_, OffList>;

    /// Returns the newest revocation list, and whether a newer one is due.
    fn revocation_lists(&self) -> Answer<'_, RevocationLists>;

    /// Notes that a revocation list was made; `mark` is what its entries were read with.
    ///
    /// # Errors
    /// [`Error::RevocationListNumber`] unless its number is above every other.
    fn put_revocation_list(&self, list: RevocationList, mark: Option<Vec<u8>>) -> Answer<'_, ()>;

    /// Returns the person with this login, in whatever case it is written.
    fn account_by_login<'a>(&'a self, login: &'a str) -> Answer<'a, Option<Account>>;

    /// Returns the person with this id.
    fn account(&self, id: AccountId) -> Answer<'_, Option<Account>>;

    /// Returns a page of people, in the order of their folded logins.
    fn accounts(&self, query: AccountQuery) -> Answer<'_, AccountPage>;

    /// Returns the public keys of an account, oldest first; at most [`MAX_PUBLIC_KEYS`].
    fn public_keys(&self, account: AccountId) -> Answer<'_, Vec<PublicKey>>;

    /// Returns the key whose certificate is said to have this serial number.
    fn key_of_serial<'a>(&'a self, serial: &'a [u8]) -> Answer<'a, Option<KeyId>>;

    /// Returns the newest key of an account.
    fn key_of_account(&self, account: AccountId) -> Answer<'_, Option<KeyId>>;

    /// Returns all rows of a key, read in one snapshot.
    fn record(&self, key: KeyId) -> Answer<'_, Option<Record>>;

    /// Returns the issuing PIN as sealed for an officer.
    fn issuing_pin(&self, account: AccountId) -> Answer<'_, Option<IssuingPin>>;

    /// Returns a certificate by the SHA-256 of its DER.
    fn certificate(&self, sha256: Sha256) -> Answer<'_, Option<Certificate>>;

    /// Returns the tries counted and not cleared. Read and acted upon under the caller's lock.
    fn tries(&self, key: KeyId, machine: MachineId) -> Answer<'_, Option<Tries>>;

    /// Counts a try and appends its leaf, if the key may still be used as it was read; what follows
    /// may judge the secret.
    ///
    /// # Errors
    /// [`Error::KeyUnknown`], [`Error::KeyNotActive`], [`Error::RowChanged`].
    fn begin_try(
        &self,
        key: KeyId,
        machine: MachineId,
        expected: Versions,
        leaf: NewLeaf,
    ) -> Answer<'_, BegunTry>;

    /// Clears the tries: the secret was right. Clearing twice is no error.
    fn settle_right(&self, key: KeyId, machine: MachineId) -> Answer<'_, ()>;

    /// Keeps the count and notes the time: the secret was wrong.
    ///
    /// # Errors
    /// [`Error::TryUnknown`].
    fn settle_wrong(&self, key: KeyId, machine: MachineId, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Takes the latest try back: it was never judged, or opened nothing although it was right.
    /// Returns the index of `leaf`, if there is one.
    ///
    /// # Errors
    /// [`Error::TryUnknown`].
    fn give_back(
        &self,
        key: KeyId,
        machine: MachineId,
        leaf: Option<NewLeaf>,
    ) -> Answer<'_, Option<LeafIndex>>;

    /// Appends a leaf.
    fn append(&self, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Returns how many leaves the log has.
    fn leaf_count(&self) -> Answer<'_, u64>;

    /// Returns at most `limit` leaves from `from` on, in order; none beyond the end.
    ///
    /// `limit` is taken as at most [`MAX_LEAVES`]; ask again from where the answer ends.
    fn leaves(&self, from: LeafIndex, limit: u32) -> Answer<'_, Vec<Leaf>>;

    /// Returns the event of a leaf, unless it was erased.
    fn event(&self, index: LeafIndex) -> Answer<'_, Option<Event>>;

    /// Returns the leaf a request began with, and its outcome.
    fn find_by_request(&self, request: RequestId) -> Answer<'_, Option<LoggedRequest>>;

    /// Returns the oldest intents without outcome, at most [`MAX_LEAVES`].
    fn intents_without_outcome(&self) -> Answer<'_, Vec<OpenIntent>>;

    /// Adds a signed head. Adding the same one twice is no error.
    ///
    /// # Errors
    /// [`Error::HeadAhead`], [`Error::HeadForked`].
    fn put_head(&self, head: Head) -> Answer<'_, ()>;

    /// Returns the head over the most leaves; of several notes for one size, the one added last.
    fn latest_head(&self) -> Answer<'_, Option<Head>>;

    /// Returns the head over the most leaves that the notary has signed, too.
    fn latest_notarised(&self) -> Answer<'_, Option<Head>>;

    /// Returns the heads of sizes from `from` up to before `to`, by size; at most [`MAX_HEADS`].
    fn heads(&self, from: u64, to: u64) -> Answer<'_, Vec<Head>>;

    /// Returns at most `limit` leaves from `from` on with their events, in order.
    ///
    /// `limit` is taken as at most [`MAX_LEAVES`].
    fn logged(&self, from: LeafIndex, limit: u32) -> Answer<'_, Vec<Logged>>;

    /// Writes that an officer has accepted a restore.
    ///
    /// # Errors
    /// [`Error::RestoreTaken`] unless it is the next one.
    fn put_restore(&self, restore: Restore, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Returns the restores there were, newest first; at most 64.
    fn restores(&self) -> Answer<'_, Vec<Restore>>;

    /// Returns what lies along several paths of the tree over the current records, in one snapshot.
    fn tree_paths(&self, paths: Vec<Sha256>) -> Answer<'_, TreePaths>;

    /// Puts these in the place of all inner nodes of the tree, if the newest leaf is the one with this
    /// index minus one; returns whether it is.
    fn replace_tree_nodes(&self, nodes: Vec<TreeNode>, leaves: u64) -> Answer<'_, bool>;

    /// Returns a page of the tree's entries in the order of their paths, at most
    /// [`MAX_TREE_ENTRIES`]; ask again after the last of them.
    fn tree_entries(&self, after: Option<Sha256>, limit: u32) -> Answer<'_, Vec<TreeEntry>>;

    /// Returns a page of all keys in the order of their ids, at most [`MAX_TREE_ENTRIES`].
    fn keys(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<KeyId>>;

    /// Returns how much the vault holds.
    fn counts(&self) -> Answer<'_, Counts>;

    /// Returns the masters after the first one, and the newest step of a rotation.
    fn masters(&self) -> Answer<'_, Masters>;

    /// Writes a master and the step that follows from it.
    ///
    /// # Errors
    /// [`Error::RotationChanged`].
    fn add_master(
        &self,
        master: Master,
        rotation: Rotation,
        leaf: NewLeaf,
    ) -> Answer<'_, LeafIndex>;

    /// Writes a master that no keys move to: the one for keys that were brought in.
    fn add_import_master(&self, master: Master, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Writes a step of a rotation; one that leaves a master behind only if no key that may still be
    /// used is under it.
    ///
    /// # Errors
    /// [`Error::RotationChanged`], [`Error::KeysRemain`].
    fn turn_rotation(
        &self,
        rotation: Rotation,
        left: Option<String>,
        leaf: NewLeaf,
    ) -> Answer<'_, LeafIndex>;

    /// Counts keys that may still be used under a master, and those born after a leaf among them.
    fn count_under<'a>(&'a self, label: &'a str, after: LeafIndex) -> Answer<'a, CountUnder>;

    /// Returns at most `limit` keys that may still be used under a master, in the order of their
    /// ids, beginning after one.
    fn keys_under<'a>(
        &'a self,
        label: &'a str,
        after: Option<KeyId>,
        limit: u32,
    ) -> Answer<'a, Vec<KeyUnder>>;

    /// Moves keys to another master, all or none. A suspension stays what it is.
    ///
    /// # Errors
    /// [`Error::KeyUnknown`], [`Error::RowChanged`].
    fn move_keys(&self, moves: Vec<KeyMove>, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Writes an officer's next key, all or nothing; a revocation list is due then.
    ///
    /// # Errors
    /// As [`Store::replace_key`] and [`Store::replace_seals`].
    fn replace_officer(&self, officer: OfficerReplacement, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Returns the officers' later keys, oldest first; refused where there are more than anybody's
    /// years of work.
    fn offices(&self) -> Answer<'_, Vec<Office>>;

    /// Returns all grants in the order they were made; refused where there are more than
    /// [`MAX_GRANTS`].
    fn grants(&self) -> Answer<'_, Vec<Grant>>;

    /// Writes a grant, and puts the issuing PIN of the person in its place or takes it away.
    fn add_grant(&self, grant: NewGrant, leaf: NewLeaf) -> Answer<'_, LeafIndex>;

    /// Writes a copy of all records as they are at one time, for this user alone, where no file is.
    ///
    /// # Errors
    /// [`Error::VaultExists`], [`Error::File`].
    fn snapshot(&self, to: PathBuf) -> Answer<'_, ()>;

    /// Adds a token profile; with the outcome of the act it was made in, where that has one.
    ///
    /// # Errors
    /// [`Error::TokenProfileChanged`] unless its version is above the newest.
    fn put_token_profile(
        &self,
        profile: TokenProfile,
        leaf: Option<NewLeaf>,
    ) -> Answer<'_, Option<LeafIndex>>;

    /// Returns the newest token profile.
    fn token_profile(&self) -> Answer<'_, Option<TokenProfile>>;

    /// Has the database examine itself, and returns what it found wrong in its own words.
    ///
    /// Reads everything.
    fn check(&self) -> Answer<'_, Vec<String>>;
}

/// The most public keys of one account that are looked at.
pub const MAX_PUBLIC_KEYS: u32 = 64;

/// The most entries of the tree, or keys, that one answer holds.
pub const MAX_TREE_ENTRIES: u32 = 4096;

/// The most grants that are looked at.
pub const MAX_GRANTS: u32 = 4096;

/// The most heads one answer holds.
pub const MAX_HEADS: u32 = 16_384;

/// The most leaves one answer holds.
pub const MAX_LEAVES: u32 = 4096;

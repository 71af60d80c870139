//! The organisation's records: people, wrapped keys, certificates, log.
//!
//! This crate is mechanism. Rows go in and rows come out; it does not know what the sealed bytes
//! mean, who may ask for them, or what makes a leaf true. What it answers for is that a change is
//! made whole or not at all, that what was acknowledged survives a crash, that nobody overwrites
//! what somebody else just changed, and that leaves and certificates are never changed.
//!
//! [`Store`] is the interface; [`SqliteStore`] keeps it in one file. An [`Account`] has keys; all
//! rows of a key together are a [`Record`]. Whatever happens is a [`NewLeaf`], appended in the same
//! transaction as what it tells of. [`PinStore`] is apart from all this: it keeps the PIN of a token
//! on this computer, in the keyring or a file.
//!
//! ```
//! use vault::{NewLeaf, RecordMac, Result, SqliteStore, Store};
//!
//! async fn log_something(vault: &dyn Store) -> Result<()> {
//!     let leaf = NewLeaf {
//!         kind: vault::INTENT.to_owned(),
//!         leaf: b"the bytes hashed into the tree".to_vec(),
//!         salt: b"some salt".to_vec(),
//!         event: b"who did what, and when".to_vec(),
//!         request_id: None,
//!         intent: None,
//!         mac: RecordMac::from_bytes([0; 32]), // of this leaf, made by a token
//!         records: None, // the root of the tree over the records, which there is not yet
//!         tree: None,
//!     };
//!     let index = vault.append(leaf).await?;
//!     assert_eq!(vault.intents_without_outcome().await?[0].index, index);
//!     Ok(())
//! }
//!
//! # fn main() -> Result<()> {
//! # let directory = tempfile::tempdir().expect("a temporary directory");
//! # let path = directory.path().join("vault.sqlite");
//! # tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
//! let vault = SqliteStore::create(&path).await?;
//! log_something(&vault).await
//! # })
//! # }
//! ```
#![forbid(unsafe_code)]

mod account;
mod certificate;
mod error;
mod grant;
mod id;
mod key;
mod log;
mod master;
pub mod pin_store;
mod profile;
mod status;
pub mod store;
mod tree;
mod tries;

pub use account::{Account, AccountPage, AccountQuery, Cursor, ListedAccount, Role};
pub use certificate::Certificate;
pub use error::{Error, Result, Source};
pub use grant::{Grant, Granted, NewGrant};
pub use id::{
    AccountId, KeyId, LeafIndex, MachineId, OrganisationId, RecordMac, RequestId, Sha256, UnixTime,
};
pub use key::{IssuingPin, Key, KeyState, Origin, PublicKey, Record, Seal, Status, Versions};
pub use log::{Event, Head, INTENT, Leaf, Logged, LoggedRequest, NewLeaf, OpenIntent, Restore};
pub use master::{CountUnder, KeyMove, KeyUnder, Master, Masters, Office, Phase, Rotation};
pub use pin_store::{PinName, PinStore, StoredPin};
pub use profile::TokenProfile;
pub use status::{
    AbandonedSerial, OffKey, OffList, RevocationList, RevocationLists, StatusChange, StatusNote,
};
pub use store::sqlite::SqliteStore;
pub use store::{
    Answer, Counts, Founder, Initial, IssuingPinReplacement, KeyReplacement, MAX_HEADS, MAX_LEAVES,
    MAX_TREE_ENTRIES, NewEnrolment, OfficerReplacement, OwnSuspension, SealReplacement,
    StateChange, Store,
};
pub use tree::{TreeChange, TreeEntry, TreeNode, TreePath, TreePaths};
pub use tries::{BegunTry, Tries};

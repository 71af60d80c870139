//! Why the vault did not do what was asked.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use crate::id::{AccountId, KeyId, LeafIndex, MachineId};
use crate::key::{Status, Versions};
use crate::pin_store::PinName;

/// What a function of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// The failure below, whose type is no part of this crate's interface.
pub type Source = Box<dyn StdError + Send + Sync>;

/// Why the vault did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no file at this path.
    #[error("no vault at {}", path.display())]
    VaultMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A vault is made only where no file is.
    #[error("a file is already at {}", path.display())]
    VaultExists {
        /// Where it was to be made.
        path: PathBuf,
    },
    /// The file is no vault, or one whose making was never finished.
    #[error("{} is not a vault", path.display())]
    NotAVault {
        /// The file.
        path: PathBuf,
    },
    /// A newer release has changed the schema.
    #[error("the vault has schema {found}, this release knows up to {known}")]
    SchemaNewer {
        /// The newest migration the vault has.
        found: i64,
        /// The newest migration this release has.
        known: i64,
    },
    /// A migration this release knows was applied with another text, or something stands in the
    /// schema that no release put there.
    #[error("schema {version} of the vault is not the one this release knows")]
    SchemaForeign {
        /// The migration.
        version: i64,
    },
    /// The database found its file damaged.
    #[error("the vault is damaged")]
    Damaged {
        /// What the database said.
        source: Source,
    },
    /// A column holds what no release writes.
    #[error("column {column} of the vault holds no valid value")]
    BadValue {
        /// The column.
        column: String,
    },
    /// Someone else held the vault for longer than we wait.
    #[error("the vault is busy")]
    Busy {
        /// What the database said.
        source: Source,
    },
    /// There is no room for what was to be written.
    #[error("no space left for the vault")]
    Full {
        /// What the database said.
        source: Source,
    },
    /// The vault can be read but not written.
    #[error("the vault is read-only")]
    ReadOnly {
        /// What the database said.
        source: Source,
    },
    /// Any other answer of the database.
    #[error("unexpected answer from the vault's database")]
    Database {
        /// What the database said.
        source: Source,
    },

    /// The vault has its organisation already.
    #[error("the vault is already initialised")]
    AlreadyInitialised,
    /// Another account has this login, perhaps in other letters.
    #[error("login {login} is taken")]
    LoginTaken {
        /// The login as it was to be.
        login: String,
    },
    /// Another certificate has this serial number.
    #[error("serial number {} is taken", hex(serial))]
    SerialTaken {
        /// Content octets of the serial number.
        serial: Vec<u8>,
    },
    /// Another key has this public key.
    #[error("the public key of key {key} belongs to another key")]
    PublicKeyTaken {
        /// The key that was to be enrolled.
        key: KeyId,
    },
    /// No key has this id.
    #[error("no key {key}")]
    KeyUnknown {
        /// The id.
        key: KeyId,
    },
    /// No issuing PIN is sealed for this account.
    #[error("no issuing PIN for account {account}")]
    IssuingPinUnknown {
        /// The account.
        account: AccountId,
    },
    /// Someone else changed the record after it was read.
    #[error("record of key {key} has changed since it was read")]
    RowChanged {
        /// The key.
        key: KeyId,
        /// The versions the change was based on.
        expected: Versions,
    },
    /// Someone else took the next step of the rotation after it was read.
    #[error("the rotation has gone to step {found} since it was read")]
    RotationChanged {
        /// The newest step.
        found: u64,
    },
    /// Keys that may still be used are under a master that was to be left.
    #[error("{count} keys are still under {label}")]
    KeysRemain {
        /// The master.
        label: String,
        /// How many.
        count: u64,
    },
    /// The key was suspended or revoked after it was read.
    #[error("key {key} is {}", status.as_str())]
    KeyNotActive {
        /// The key.
        key: KeyId,
        /// What it is now.
        status: Status,
    },
    /// Someone else changed the officer's issuing PIN record after it was read.
    #[error("issuing PIN record of account {account} has changed since it was read")]
    IssuingPinChanged {
        /// The officer.
        account: AccountId,
        /// The seal version the change was based on.
        expected: u64,
    },
    /// No try is counted that could be settled.
    #[error("no try of key {key} on machine {machine} is counted")]
    TryUnknown {
        /// The key.
        key: KeyId,
        /// The machine.
        machine: MachineId,
    },

    /// A leaf with this request id is in the log already; nothing was written.
    #[error("the request is in the log already, at leaf {index}")]
    RequestRepeated {
        /// That leaf.
        index: LeafIndex,
    },
    /// The leaf has an outcome already.
    #[error("leaf {index} has an outcome already")]
    OutcomeRepeated {
        /// The leaf.
        index: LeafIndex,
    },
    /// The log has no such leaf.
    #[error("no leaf {index}")]
    LeafUnknown {
        /// The index asked for.
        index: LeafIndex,
    },
    /// The records have changed since the leaf was made, which names the root of a tree over them.
    #[error("the records have changed since the leaf was made")]
    RecordsMoved,
    /// The head covers leaves the log does not have.
    #[error("head covers {size} leaves of {leaves}")]
    HeadAhead {
        /// Leaves the head covers.
        size: u64,
        /// Leaves the log has.
        leaves: u64,
    },
    /// A head of the same size has another root: the log was written twice.
    #[error("two roots for the first {size} leaves")]
    HeadForked {
        /// Leaves both heads cover.
        size: u64,
    },
    /// Another restore than the next one was to be written.
    #[error("restore {sequence} is not the next one")]
    RestoreTaken {
        /// Its number.
        sequence: u64,
    },
    /// A revocation list of this number or a higher one was made before.
    #[error("revocation list {number} does not follow the newest one")]
    RevocationListNumber {
        /// The number.
        number: u64,
    },
    /// Somebody else has added a token profile meanwhile.
    #[error("the newest token profile is {newest} by now")]
    TokenProfileChanged {
        /// Its version.
        newest: u64,
    },
    /// The number does not fit the database.
    #[error("{number} is too large for the vault")]
    TooLarge {
        /// The number.
        number: u64,
    },

    /// This computer offers no keyring: no session bus, or no service on it.
    #[error("no keyring service")]
    KeyringAbsent {
        /// What was missing.
        source: Source,
    },
    /// The keyring is there, and was not opened.
    #[error("the keyring is locked")]
    KeyringLocked {
        /// What the keyring said.
        source: Source,
    },
    /// Any other answer of the keyring. Without a source where it could hold the PIN.
    #[error("unexpected answer from the keyring")]
    Keyring {
        /// What the keyring said.
        source: Option<Source>,
    },
    /// No PIN is stored under this name.
    #[error("no stored PIN for {name}")]
    PinMissing {
        /// The name.
        name: PinName,
    },
    /// What is stored under this name cannot be a PIN.
    #[error("what is stored for {name} is not a PIN")]
    PinMalformed {
        /// The name.
        name: PinName,
    },
    /// Others than we may read or change the file or its directory.
    #[error("{} is open to others (mode {mode:o}, owner {owner})", path.display())]
    FileExposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// Numeric id of its owner.
        owner: u32,
    },
    /// A file could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Returns the bytes as lower-case hex.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

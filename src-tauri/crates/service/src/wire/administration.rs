//! What crosses between the administrator's window and the service.
//!
//! An administrator logs in once with the own secret; what is asked afterwards carries no secret
//! and names nobody as the one who asks: that is known from the login the window holds.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{IdentityStatus, Organisation, Secret, TokenState};

/// Found an organisation with a software token on this machine.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FoundOrganisation {
    /// Name of the organisation.
    pub organisation: String,
    /// Login of the founding officer.
    pub login: String,
    /// Full name of the officer, as it will stand in the certificate.
    pub name: String,
    /// E-mail address of the officer.
    pub email: String,
    /// The officer's secret.
    pub secret: Secret,
}

/// A founded organisation.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FoundedOrganisation {
    /// The fingerprint of the fixed part, 64 hexadecimal digits.
    pub fingerprint: String,
    /// What who founded it should know, one sentence each.
    pub notices: Vec<String>,
}

/// Log an administrator in.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogIn {
    /// Login name.
    pub login: String,
    /// The administrator's own secret.
    pub secret: Secret,
}

/// The administrator whose login a window holds.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Administrator {
    /// Login name.
    pub login: String,
    /// Full name.
    pub name: String,
    /// Seconds without an act after which the window locks itself.
    pub idle_seconds: u32,
    /// Seconds left until then.
    pub seconds_left: u32,
}

/// A real use of the signing token: a key was unwrapped, signed, and the signature verified.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenTest {
    /// When, Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Whether everything was as it must be.
    pub passed: bool,
    /// How long it took, with starting the host process and logging in.
    pub milliseconds: u32,
}

/// The state of the signing token, with the age of its last real test.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenHealth {
    /// One word.
    pub state: TokenState,
    /// One sentence.
    pub detail: String,
    /// The newest real test on this machine.
    pub last_test: Option<TokenTest>,
    /// How long a key took to unwrap and sign just now, in microseconds.
    pub canary_microseconds: Option<u32>,
    /// The token's label.
    pub label: String,
    /// Manufacturer and model, as the token says.
    pub model: String,
    /// Objects stored on the token.
    #[ts(type = "number | null")]
    pub objects: Option<u64>,
}

/// What the administrator's first page shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Overview {
    /// The organisation.
    pub organisation: Organisation,
    /// The fingerprint of its fixed part, 64 hexadecimal digits.
    pub fingerprint: String,
    /// The signing token.
    pub token: TokenHealth,
    /// People enrolled.
    #[ts(type = "number")]
    pub people: u64,
    /// Leaves in the log.
    #[ts(type = "number")]
    pub leaves: u64,
    /// The newest revocation list.
    pub revocation_list: Option<RevocationList>,
    /// When the newest backup of this machine was made, Unix seconds.
    #[ts(type = "number | null")]
    pub backup_made: Option<i64>,
    /// When it was taken out and used, Unix seconds.
    #[ts(type = "number | null")]
    pub backup_verified: Option<i64>,
    /// Where a rotation of the master stands.
    pub rotation: Rotation,
    /// What to know or mend: codes that the window words.
    pub notices: Vec<Notice>,
}

/// Something an administrator should know or mend.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Notice {
    /// A status has changed that the revocation list does not tell yet.
    RevocationListDue,
    /// The newest notarised head of the log is old.
    NotaryOld,
    /// There is one officer: no four eyes, and the own secret must not be forgotten.
    OneOfficer,
    /// The signing PIN lies in a private file, because there was no keyring.
    PinInFile,
    /// The token is software: every key lies in files.
    SoftwareToken,
    /// There is no backup.
    NoBackup,
    /// The newest backup was never taken out and used.
    BackupNotProven,
    /// The newest backup is more than thirty days old.
    BackupOld,
    /// Keys are under two masters: a rotation waits to be carried on or ended.
    RotationOpen,
}

/// A step of a rotation of the master.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RotationStep {
    /// Make and prove the next master; keys are wrapped under it, too, from then on.
    Prepare,
    /// Move keys to it, until all that can have.
    Start,
    /// Stop moving them for now.
    Pause,
    /// Take it up again, after a pause or an interruption.
    Resume,
    /// Retire the old master; refused while keys are under it.
    Finish,
}

/// How far a rotation of the master is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RotationPhase {
    /// There was none.
    None,
    /// The next master is there; keys that are born are wrapped under both.
    Prepared,
    /// Keys move to it.
    Running,
    /// They do not for now.
    Paused,
    /// The old master is retired.
    Finished,
}

/// Where a rotation of the master stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Rotation {
    /// How far it is.
    pub phase: RotationPhase,
    /// The master that new keys are used under.
    pub current: String,
    /// The master that keys move from, if there are two.
    pub from: Option<String>,
    /// The one they move to.
    pub to: Option<String>,
    /// Keys that may be used under the new master.
    #[ts(type = "number")]
    pub moved: u64,
    /// Keys under the old one that can move.
    #[ts(type = "number")]
    pub to_move: u64,
    /// Keys under the old one that were born before the new one, and must be replaced.
    #[ts(type = "number")]
    pub to_replace: u64,
    /// Logins of those, at most 100.
    pub remaining: Vec<String>,
    /// All masters there were, oldest first; the ones before `from` and `current` are retired.
    pub masters: Vec<String>,
}

/// The revocation list in the organisation's folder.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RevocationList {
    /// Its number; numbers only rise.
    #[ts(type = "number")]
    pub number: u64,
    /// When it was made, Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Certificates on it.
    pub entries: u32,
}

/// Ask for a page of people.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ListPeople {
    /// Words that login, name or e-mail address begin with; all of them must be found.
    pub search: Option<String>,
    /// Where the page starts: `next` of the page before.
    pub after: Option<String>,
    /// Most people in the answer, 1 to 1000.
    pub limit: u32,
}

/// A page of people, in the order of their logins.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PeoplePage {
    /// How many there are in all that match.
    #[ts(type = "number")]
    pub total: u64,
    /// This page.
    pub people: Vec<Person>,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
}

/// A person in the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Person {
    /// Account id, 32 hexadecimal digits.
    pub account: String,
    /// Login name.
    pub login: String,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the person can sign.
    pub status: IdentityStatus,
    /// Kind of the newest key, such as `p256`.
    pub key: Option<String>,
    /// Where it was born.
    pub origin: Option<KeyOrigin>,
    /// Serial number of the newest certificate, hexadecimal.
    pub serial: Option<String>,
    /// End of its validity, Unix seconds.
    #[ts(type = "number | null")]
    pub valid_until: Option<i64>,
    /// The newest change of status, if there was one.
    pub change: Option<StatusChange>,
}

/// Where a key was born.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeyOrigin {
    /// In the HSM.
    Generated,
    /// Elsewhere: not born in the HSM.
    Imported,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Role {
    /// Keys, HSM and people.
    Officer,
    /// Signs.
    Signer,
}

/// Who changed the status of a key, when and why.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StatusChange {
    /// Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Login of who did it; absent when the owner suspended the own key, which asks for no secret.
    pub by: Option<String>,
    /// Why, in words.
    pub note: String,
}

/// Enrol one person.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EnrolPerson {
    /// Login name: 1 to 64 characters without spaces.
    pub login: String,
    /// Full name, as it will stand in the certificate.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Kind of key: `p256`, `p384`, `p521`, `rsa2048`, `rsa3072`, `rsa4096`, or one of
    /// these with `-pss`.
    pub key: String,
}

/// A person with a new key, and the one-time code that is shown once and kept nowhere.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct IssuedCode {
    /// Login name.
    pub login: String,
    /// Full name.
    pub name: String,
    /// The code in groups.
    pub code: String,
    /// Until when it can be used, Unix seconds.
    #[ts(type = "number")]
    pub expires: i64,
    /// Kind of the new key.
    pub key: String,
    /// SHA-256 of the certificate's DER, 64 hexadecimal digits.
    pub certificate_sha256: String,
}

/// Whose it is; never the code.
impl fmt::Debug for IssuedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuedCode({}, ..)", self.login)
    }
}

/// Suspend a person's key, or lift that.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChangeStatus {
    /// Whose key.
    pub login: String,
    /// Why, in words: 1 to 200 characters.
    pub note: String,
}

/// Revoke a person's certificate, for good.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RevokePerson {
    /// Whose certificate.
    pub login: String,
    /// The reason that goes on the revocation list.
    pub reason: RevocationReason,
    /// Why, in words: 1 to 200 characters.
    pub note: String,
}

/// Why a certificate is revoked (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RevocationReason {
    /// None is given.
    Unspecified,
    /// Somebody else may have the key, or its secret.
    KeyCompromise,
    /// The person left, or is called otherwise.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
}

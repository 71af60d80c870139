//! What the page "Backup" shows and asks for.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Secret;
use crate::requests;

/// What this machine knows of its backups.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupState {
    /// When the newest was made, Unix seconds.
    #[ts(type = "number | null")]
    pub made: Option<i64>,
    /// Name of the folder it was put in.
    pub folder: Option<String>,
    /// When the newest was taken out and used.
    #[ts(type = "number | null")]
    pub verified: Option<i64>,
    /// Whether it is older than thirty days.
    pub old: bool,
    /// The PINs of the tokens' security officers.
    pub so_pins: SoPins,
    /// Whether the tokens are files, which a backup has in it.
    pub token_files: bool,
    /// Whether signers' keys stay on a token, and so are in no backup.
    pub resident_keys: bool,
}

/// Where the PINs of the tokens' security officers are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SoPins {
    /// In the vault, until a backup that has them is verified.
    InVault,
    /// A backup has them; they leave the vault when this officer logs in next.
    Leaving,
    /// Not in this officer's copy.
    Gone,
}

/// Make a backup; the desktop asks for its folder, and for a file for each of its two secrets.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CreateBackup {
    /// The secret of the officer who is logged in.
    pub secret: Secret,
}

/// A backup that was made. Its secrets are in the files; the window never has them.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupMade {
    /// Name of its folder.
    pub folder: String,
    /// When, Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// People in it.
    #[ts(type = "number")]
    pub people: u64,
    /// Keys in it, of any status.
    #[ts(type = "number")]
    pub keys: u64,
    /// Leaves of its log.
    #[ts(type = "number")]
    pub leaves: u64,
    /// Whether the files of a software token are in it.
    pub token_files: bool,
    /// Whether it has the PINs of the security officers.
    pub so_pins: bool,
    /// Name of the file with the secret of the records.
    pub records_file: String,
    /// Name of the file with the secret of the tokens.
    pub tokens_file: String,
    /// Whether both files lie in one folder, for one person to find.
    pub together: bool,
}

/// Verify a backup; the desktop asks for its folder, and for the file of each secret that is empty.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VerifyBackup {
    /// Opens vault and log.
    pub records_secret: Secret,
    /// Opens tokens and PINs.
    pub tokens_secret: Secret,
}

/// A backup that was taken out and used.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupVerified {
    /// When it was made, Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// People in it.
    #[ts(type = "number")]
    pub people: u64,
    /// Keys in it.
    #[ts(type = "number")]
    pub keys: u64,
    /// Leaves of its log.
    #[ts(type = "number")]
    pub leaves: u64,
    /// Whether the token that was used came out of it.
    pub token_files: bool,
    /// How long its canary took to unwrap and sign, in microseconds.
    pub canary_microseconds: u32,
    /// People that came to the organisation since.
    #[ts(type = "number | null")]
    pub people_since: Option<u64>,
    /// Leaves that came to its log since.
    #[ts(type = "number | null")]
    pub leaves_since: Option<u64>,
}

impl From<requests::BackupVerified> for BackupVerified {
    fn from(verified: requests::BackupVerified) -> Self {
        Self {
            at: verified.created_at,
            people: verified.people,
            keys: verified.keys,
            leaves: verified.leaves,
            token_files: verified.token_files,
            canary_microseconds: verified.canary_microseconds,
            people_since: verified.since.map(|(people, _)| people),
            leaves_since: verified.since.map(|(_, leaves)| leaves),
        }
    }
}

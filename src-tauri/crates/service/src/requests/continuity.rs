//! A rotation of the master as it is watched, backups, and a restore that is accepted.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::signing::Unwatched;
use crate::wire;

/// Hears how many keys have moved to the next master.
pub trait RotationWatch: fmt::Debug + Send + Sync {
    /// Hears of `moved` keys, of as many as could move when it began.
    fn moved(&self, moved: u64, of: u64);

    /// Whether to go on with the next batch; what is left can be moved at any time.
    fn goes_on(&self) -> bool {
        true
    }
}

impl RotationWatch for Unwatched {
    fn moved(&self, _: u64, _: u64) {}
}

/// A backup that was made; its two secrets are shown once, to two people, and kept nowhere.
pub struct BackupMade {
    /// Where it lies.
    pub folder: PathBuf,
    /// When it was made, Unix seconds.
    pub created_at: i64,
    /// People in it.
    pub people: u64,
    /// Keys in it, of any status.
    pub keys: u64,
    /// Leaves of the log that its newest head covers.
    pub leaves: u64,
    /// Whether the files of a software token are in it; another token has a backup of its own.
    pub token_files: bool,
    /// Whether signers' keys stay on a token, and so are not in it.
    pub resident_keys: bool,
    /// Whether it has the PINs of the tokens' security officers; they leave the vault once it was
    /// verified.
    pub so_pins: bool,
    /// Opens vault and log.
    pub records_secret: Zeroizing<String>,
    /// Opens tokens and PINs.
    pub tokens_secret: Zeroizing<String>,
}

/// Where it is; never its secrets.
impl fmt::Debug for BackupMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BackupMade({}, ..)", self.folder.display())
    }
}

/// Open a backup: to prove it, or to restore it.
#[derive(Debug)]
pub struct OpenBackup {
    /// Where it lies.
    pub folder: PathBuf,
    /// Opens vault and log.
    pub records_secret: wire::Secret,
    /// Opens tokens and PINs.
    pub tokens_secret: wire::Secret,
}

/// A backup that was taken out and used.
#[derive(Debug)]
pub struct BackupVerified {
    /// When it was made, Unix seconds.
    pub created_at: i64,
    /// People in it.
    pub people: u64,
    /// Keys in it, of any status.
    pub keys: u64,
    /// Leaves of the log that its newest head covers.
    pub leaves: u64,
    /// Whether the token that was used came out of it.
    pub token_files: bool,
    /// Whether it has the PINs of the tokens' security officers.
    pub so_pins: bool,
    /// How long a key took to unwrap and sign, in microseconds.
    pub canary_microseconds: u32,
    /// People and leaves that this machine's organisation has had since; none if there is no such
    /// organisation here.
    pub since: Option<(u64, u64)>,
}

/// A backup that was taken out into a new home.
#[derive(Debug)]
pub struct Restored {
    /// The home.
    pub home: PathBuf,
    /// Fingerprint of the organisation file's fixed part, hex: on a machine that knew nothing of the
    /// organisation it is compared by eye.
    pub fingerprint: String,
    /// When the backup was made, Unix seconds.
    pub created_at: i64,
    /// People in it.
    pub people: u64,
    /// Leaves of its log.
    pub leaves: u64,
    /// Whether its token came out of it, too.
    pub token_files: bool,
    /// Why this machine does not go on with its log, if it does not: it has seen a newer head, and
    /// only officers can accept that what came after is lost.
    pub refused: Option<String>,
}

/// A restore that was accepted.
#[derive(Debug, Clone, Copy)]
pub struct RestoreAccepted {
    /// Counts restores of the organisation from 1.
    pub sequence: u64,
    /// Leaves under the head that is lost.
    pub lost: u64,
    /// Leaves of the log that it goes on from.
    pub leaves: u64,
}

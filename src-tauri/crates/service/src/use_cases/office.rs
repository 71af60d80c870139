//! The use-cases of the administrator's pages that go further than the command line's: what is
//! shown together, and what lies in files that a person chose.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use crate::administration::{self, Administrator, Kept};
use crate::error::Result;
use crate::home::{create_private_folder, write_shared};
use crate::requests::{BackupMade, BackupVerified, OpenBackup};
use crate::{Error, Service, auditing, overview, settings, wire};

/// A secret of a backup as it is given: as typed, or in the file that was written for it.
#[derive(Debug)]
pub enum GivenSecret {
    /// As typed.
    Typed(wire::Secret),
    /// In a file.
    File(PathBuf),
}

impl GivenSecret {
    fn take(self) -> Result<wire::Secret> {
        match self {
            Self::Typed(secret) => Ok(secret),
            Self::File(path) => Kept::read(&path),
        }
    }
}

/// Where a backup goes, and each of its secrets.
#[derive(Debug)]
pub struct BackupPlaces {
    /// The folder; made, or empty.
    pub folder: PathBuf,
    /// The file for the secret of the records; a file that is there is replaced.
    pub records_secret: PathBuf,
    /// The file for the secret of the tokens.
    pub tokens_secret: PathBuf,
}

/// Names a backup that is made now, as its folder is called.
#[must_use]
pub fn backup_name() -> String {
    format!("chancery-backup-{}", stamp())
}

/// Names an export of the log that is made now.
#[must_use]
pub fn log_name() -> String {
    format!("chancery-log-{}", stamp())
}

/// The time as it stands in names of files: `20261126-105000Z`.
fn stamp() -> String {
    let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    now.strftime("%Y%m%d-%H%M%SZ").to_string()
}

impl Service {
    /// Looks at both tokens, and uses the signing token for real.
    ///
    /// # Errors
    /// What the vault answers; a token that does not answer is a state.
    pub async fn keys_and_hsm(&self, officer: Arc<Administrator>) -> Result<wire::KeysAndHsm> {
        self.station(move |station| overview::keys_and_hsm(station, &officer))
            .await
    }

    /// Says what this machine knows of its backups.
    ///
    /// # Errors
    /// If the clock cannot be read.
    pub async fn backup_state(&self, officer: Arc<Administrator>) -> Result<wire::BackupState> {
        self.station(move |station| administration::backup_state(station, &officer))
            .await
    }

    /// Makes a backup whose secrets go into files, each readable by this user alone, and are shown
    /// to nobody.
    ///
    /// # Errors
    /// [`Error::SecretsTogether`], and those of [`Service::create_backup`].
    pub async fn create_backup_at(
        &self,
        login: String,
        secret: wire::Secret,
        places: BackupPlaces,
    ) -> Result<BackupMade> {
        self.station(move |station| {
            let BackupPlaces {
                folder,
                records_secret,
                tokens_secret,
            } = places;
            let made = |source| Error::File {
                doing: "make",
                path: folder.clone(),
                source,
            };
            create_private_folder(&folder).map_err(made)?;
            let (records, tokens) = Kept::both(&folder, &records_secret, &tokens_secret)?;
            match administration::create_backup(station, &login, &secret, &folder) {
                Ok(made) => {
                    records.write(&made.records_secret)?;
                    tokens.write(&made.tokens_secret)?;
                    Ok(made)
                }
                Err(error) => {
                    records.discard();
                    tokens.discard();
                    Err(error)
                }
            }
        })
        .await
    }

    /// Verifies a backup whose secrets are typed or lie in files.
    ///
    /// # Errors
    /// As [`Service::verify_backup`], and [`Error::File`].
    pub async fn verify_backup_with(
        &self,
        folder: PathBuf,
        records: GivenSecret,
        tokens: GivenSecret,
    ) -> Result<BackupVerified> {
        self.blocking(move |surroundings| {
            let request = OpenBackup {
                folder,
                records_secret: records.take()?,
                tokens_secret: tokens.take()?,
            };
            administration::verify_backup(surroundings, &request)
        })
        .await
    }

    /// Proves that an event is in the log, in a file.
    ///
    /// # Errors
    /// As [`Service::prove_event`], and [`Error::File`].
    pub async fn write_proof(&self, index: u64, file: PathBuf) -> Result<()> {
        self.station(move |station| {
            let proof = auditing::prove(station, index)?;
            let content = serde_json::to_vec_pretty(&proof).expect("every field has a JSON form");
            write_shared(&file, &content).map_err(|source| Error::File {
                doing: "write",
                path: file,
                source,
            })
        })
        .await
    }

    /// Shows what signatures are like where nobody says otherwise: the organisation's settings, or
    /// the person's own where there is none.
    ///
    /// # Errors
    /// [`Error::SettingsUnreadable`], [`Error::OrganisationUnreadable`].
    pub async fn signature_settings(&self) -> Result<wire::SignatureSettings> {
        self.blocking(settings::shown).await
    }

    /// Sets the person's own, where there is no organisation.
    ///
    /// # Errors
    /// [`Error::SettingsUnusable`], [`Error::OrganisationExists`], [`Error::File`].
    pub async fn set_own_settings(
        &self,
        request: wire::SetSignatureSettings,
    ) -> Result<wire::SignatureSettings> {
        self.blocking(move |surroundings| settings::set_own(surroundings, request))
            .await
    }

    /// Sets the organisation's, as an officer.
    ///
    /// # Errors
    /// [`Error::SettingsUnusable`] and any other; nothing is changed then.
    pub async fn set_signature_settings(
        &self,
        officer: Arc<Administrator>,
        request: wire::SetSignatureSettings,
    ) -> Result<wire::SignatureSettings> {
        self.station(move |station| settings::set(station, &officer, request))
            .await
    }

    /// Reads certificates that a person chose to trust for timestamps; nothing is set yet.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::NotAnAnchor`].
    pub async fn read_timestamp_anchors(
        &self,
        file: PathBuf,
    ) -> Result<Vec<wire::TimestampAnchor>> {
        self.blocking(move |surroundings| settings::read_anchors(surroundings, &file))
            .await
    }
}

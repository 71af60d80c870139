//! What an organisation outlives: its masters, by rotation, and the loss of a machine, by backups.

use std::path::PathBuf;
use std::sync::Arc;

use crate::administration::{self, Administrator};
use crate::error::Result;
use crate::requests::{
    BackupMade, BackupVerified, OpenBackup, RestoreAccepted, Restored, RotationWatch,
};
use crate::{Service, wire};

impl Service {
    /// Takes a step of a rotation of the master; moving keys may take minutes, and can be stopped at
    /// any time.
    ///
    /// # Errors
    /// [`crate::Error::Rotation`] if it is not the time for this step, and any other.
    pub async fn rotate(
        &self,
        officer: Arc<Administrator>,
        step: wire::RotationStep,
        watch: Arc<dyn RotationWatch>,
    ) -> Result<wire::Rotation> {
        self.station(move |station| match step {
            wire::RotationStep::Prepare => administration::prepare(station, &officer),
            wire::RotationStep::Start | wire::RotationStep::Resume => {
                administration::start(station, &officer)?;
                administration::carry_on(station, &officer, &*watch)
            }
            wire::RotationStep::Pause => administration::pause(station, &officer),
            wire::RotationStep::Finish => administration::finish(station, &officer),
        })
        .await
    }

    /// Says where a rotation of the master stands.
    ///
    /// # Errors
    /// [`crate::Error::MasterUnvouched`], and what the vault answers.
    pub async fn rotation(&self) -> Result<wire::Rotation> {
        self.station(administration::rotation).await
    }

    /// Makes a backup in two halves, each under a secret of its own.
    ///
    /// # Errors
    /// [`crate::Error::FolderNotEmpty`], and as [`Service::log_in`]; what was begun is no backup then.
    pub async fn create_backup(
        &self,
        login: String,
        secret: wire::Secret,
        folder: PathBuf,
    ) -> Result<BackupMade> {
        self.station(move |station| {
            administration::create_backup(station, &login, &secret, &folder)
        })
        .await
    }

    /// Takes a backup out into a folder that goes, and uses what is in it.
    ///
    /// # Errors
    /// [`crate::Error::BackupUnusable`], [`crate::Error::WrongSecret`], and what its token or log
    /// answer.
    pub async fn verify_backup(&self, request: OpenBackup) -> Result<BackupVerified> {
        self.blocking(move |surroundings| administration::verify_backup(surroundings, &request))
            .await
    }

    /// Takes a backup out into this service's home, which must be empty.
    ///
    /// # Errors
    /// As [`Service::verify_backup`]; [`crate::Error::OrganisationExists`],
    /// [`crate::Error::FolderNotEmpty`].
    pub async fn restore_backup(&self, request: OpenBackup) -> Result<Restored> {
        self.blocking(move |surroundings| administration::restore_backup(surroundings, &request))
            .await
    }

    /// Accepts, as an officer, that the log goes on from an older one: the vault came from a backup.
    ///
    /// # Errors
    /// [`crate::Error::NothingLost`] if it does not, and any other.
    pub async fn accept_restore(
        &self,
        login: String,
        secret: wire::Secret,
        reason: String,
    ) -> Result<RestoreAccepted> {
        self.station(move |station| {
            administration::accept_restore(station, &login, &secret, &reason)
        })
        .await
    }
}

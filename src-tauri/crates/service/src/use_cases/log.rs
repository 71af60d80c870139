//! The log: read, verified, exported and proven from.

use std::path::PathBuf;
use std::sync::Arc;

use crate::administration::{self, Administrator};
use crate::auditing::{self, InclusionProof};
use crate::error::Result;
use crate::requests::{
    Existing, ExportVerdict, Exported, HeadChoice, KnownHead, LogVerdict, PrintedHead,
};
use crate::{Service, wire};

impl Service {
    /// Verifies the whole log and every current record, against what this machine remembers and a
    /// head that was kept elsewhere.
    ///
    /// # Errors
    /// What keeps it from being looked at; what is found wrong is an answer.
    pub async fn verify_log(&self, known: Option<KnownHead>) -> Result<LogVerdict> {
        self.station(move |station| auditing::verify(station, known.as_ref()))
            .await
    }

    /// Returns a head of the log, for keeping elsewhere.
    ///
    /// # Errors
    /// [`crate::Error::Log`], and what the token answers.
    pub async fn log_head(&self, which: HeadChoice) -> Result<PrintedHead> {
        self.station(move |station| auditing::head(station, which))
            .await
    }

    /// Returns the age in days of the newest notarised head; none if there is none.
    ///
    /// # Errors
    /// [`crate::Error::Log`] if its signature does not hold.
    pub async fn notarised_days(&self) -> Result<Option<i64>> {
        self.station(|station| Ok(auditing::notarised(station)?.map(|head| head.days)))
            .await
    }

    /// Returns a page of the log, newest first.
    ///
    /// # Errors
    /// What the vault answers.
    pub async fn read_log(
        &self,
        _: Arc<Administrator>,
        request: wire::ReadLog,
    ) -> Result<wire::LogPage> {
        self.station(move |station| auditing::list(station, &request))
            .await
    }

    /// Writes the log to a file, and what it is verified with beside it; the log tells of it.
    ///
    /// # Errors
    /// [`crate::Error::OutputExists`], [`crate::Error::File`] and any other.
    pub async fn export_log(
        &self,
        officer: Arc<Administrator>,
        file: PathBuf,
        existing: Existing,
    ) -> Result<Exported> {
        self.station(move |station| administration::export_log(station, &officer, &file, existing))
            .await
    }

    /// Proves that an event is in the log.
    ///
    /// # Errors
    /// [`crate::Error::NoSuchLeaf`], [`crate::Error::Log`].
    pub async fn prove_event(&self, index: u64) -> Result<InclusionProof> {
        self.station(move |station| auditing::prove(station, index))
            .await
    }

    /// Verifies an export, or the proof of one event, without an organisation.
    ///
    /// # Errors
    /// [`crate::Error::NotAnExport`], [`crate::Error::File`]; what is found wrong is an answer.
    pub async fn verify_export(&self, file: PathBuf) -> Result<ExportVerdict> {
        self.blocking(move |_| auditing::verify_export(&file)).await
    }
}

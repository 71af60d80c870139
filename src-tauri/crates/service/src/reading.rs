//! The use-cases of whoever reads what others signed: whom to trust, what the file was before, and
//! a report to keep.

use std::path::{Path, PathBuf};

use signature::Certificate;

use crate::error::{Error, Result};
use crate::requests::{Existing, PdfFile, ReportForm, Trust};
use crate::trust::{self, Anchors, Remembered};
use crate::version::{self, EarlierVersion};
use crate::{Service, output, report, sign, validate, wire};

impl Service {
    /// Says whom [`Self::validate`] trusts with the same `trust`, and what is to be known of that.
    ///
    /// # Errors
    /// [`Error::NotAnAnchor`], [`Error::NotATrustedList`], [`Error::File`].
    pub async fn trust_sources(&self, trust: Trust) -> Result<Vec<wire::TrustSource>> {
        self.blocking(move |surroundings| {
            let anchors = Anchors::collect(surroundings, &trust, validate::now())?;
            Ok(anchors.sources().to_vec())
        })
        .await
    }

    /// Whom the person would have to trust for the signer of a field to be confirmed; nothing where
    /// the signature names nobody.
    ///
    /// # Errors
    /// [`Error::Document`], [`Error::File`].
    pub async fn trust_offer(
        &self,
        file: impl Into<PdfFile>,
        field: String,
    ) -> Result<Option<wire::TrustOffer>> {
        let file = file.into();
        self.blocking(move |_| Ok(trust::offer(&file, &field)?.map(|(told, _)| told)))
            .await
    }

    /// Trusts the issuer that was offered, for the person at this machine and for validation only.
    ///
    /// `sha256` is the fingerprint that the person saw; the signature must still name it.
    ///
    /// # Errors
    /// [`Error::IssuerDiffers`], [`Error::TooManyTrusted`], [`Error::State`], [`Error::Document`].
    pub async fn trust_issuer(
        &self,
        file: impl Into<PdfFile>,
        field: String,
        sha256: String,
    ) -> Result<()> {
        let file = file.into();
        self.blocking(move |surroundings| {
            let certificate: Certificate = match trust::offer(&file, &field)? {
                Some((told, certificate)) if told.sha256 == sha256 => certificate,
                _ => return Err(Error::IssuerDiffers),
            };
            Remembered::trust(&surroundings.state, certificate, validate::now())
        })
        .await
    }

    /// Lists the issuers that the person at this machine trusts.
    ///
    /// # Errors
    /// None of its own.
    pub async fn trusted_issuers(&self) -> Result<Vec<wire::TrustedIssuer>> {
        self.blocking(|surroundings| Ok(Remembered::load(&surroundings.state).told()))
            .await
    }

    /// Takes trust in an issuer back, which is named by the SHA-256 of its certificate.
    ///
    /// # Errors
    /// [`Error::State`].
    pub async fn forget_issuer(&self, sha256: String) -> Result<()> {
        self.blocking(move |surroundings| Remembered::forget(&surroundings.state, &sha256))
            .await
    }

    /// Validates a file and writes a report of it.
    ///
    /// # Errors
    /// Those of [`Self::validate`]; [`Error::OutputExists`], [`Error::File`].
    pub async fn write_report(
        &self,
        file: impl Into<PdfFile>,
        trust: Trust,
        form: ReportForm,
        output: PathBuf,
        existing: Existing,
    ) -> Result<()> {
        let file = file.into();
        self.blocking(move |surroundings| {
            refuse_input(&file, &output)?;
            let made = report::make(surroundings, &file, &trust, form)?;
            output::write(&made, &output, existing)
        })
        .await
    }

    /// Copies a file as it was when it was `bytes` long, so that it can be looked at.
    ///
    /// # Errors
    /// [`Error::Document`] if no revision of it ends there; [`Error::File`].
    pub async fn earlier_version(
        &self,
        file: impl Into<PdfFile>,
        bytes: u64,
    ) -> Result<EarlierVersion> {
        let file = file.into();
        self.blocking(move |_| version::copy(&file, bytes)).await
    }

    /// Writes a file as it was when it was `bytes` long.
    ///
    /// # Errors
    /// Those of [`Self::earlier_version`]; [`Error::OutputExists`].
    pub async fn write_version(
        &self,
        file: impl Into<PdfFile>,
        bytes: u64,
        output: PathBuf,
        existing: Existing,
    ) -> Result<()> {
        let file = file.into();
        self.blocking(move |_| {
            refuse_input(&file, &output)?;
            version::write(&file, bytes, &output, existing)
        })
        .await
    }
}

/// A document is never written over by what is made of it, however its name is written.
fn refuse_input(file: &PdfFile, output: &Path) -> Result<()> {
    if sign::is_same_file(&file.path, output) {
        let path = output.to_owned();
        return Err(Error::OutputIsInput { path });
    }
    Ok(())
}

//! The use-cases of whoever reads what others signed: whom to trust.

use signature::Certificate;

use crate::error::{Error, Result};
use crate::requests::PdfFile;
use crate::trust::{self, Remembered};
use crate::{Service, validate, wire};

impl Service {
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
}

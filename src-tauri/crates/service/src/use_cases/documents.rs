//! Documents as they are: validated, compared, looked at and drawn; nothing here is signed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Result;
use crate::look::{self, LookChoice};
use crate::pages::{self, Appearance, Shown};
use crate::requests::{self, AtHand, Existing, Inspection, PdfFile, Trust};
use crate::trust::Anchors;
use crate::{Service, compare, document, inspect, validate, wire};

impl Service {
    /// Validates every signature of a file.
    ///
    /// Trusts the organisation's CA, if there is one, the issuers that the person chose, and what
    /// `trust` names.
    ///
    /// # Errors
    /// [`crate::Error::Document`] if the file cannot be read as a PDF, [`crate::Error::NotAnAnchor`],
    /// [`crate::Error::NotATrustedList`]; findings are no errors.
    pub async fn validate(
        &self,
        file: impl Into<PdfFile>,
        trust: Trust,
    ) -> Result<wire::Validation> {
        self.validate_by(file, trust, AtHand::default()).await
    }

    /// As [`Self::validate`], at a time and by evidence of the caller's.
    ///
    /// # Errors
    /// Those of [`Self::validate`]; [`crate::Error::NotAnAnchor`] for evidence that is none.
    pub async fn validate_by(
        &self,
        file: impl Into<PdfFile>,
        trust: Trust,
        by: AtHand,
    ) -> Result<wire::Validation> {
        let file = file.into();
        self.blocking(move |surroundings| {
            let anchors = Anchors::collect(surroundings, &trust, validate::now())?;
            validate::judge(surroundings, &file, &anchors, &by)
        })
        .await
    }

    /// Compares every page of two revisions of a file as it is drawn, and says where they differ.
    ///
    /// # Errors
    /// [`crate::Error::Document`], [`crate::Error::File`], [`crate::Error::Render`],
    /// [`crate::Error::BadField`] for a revision that there is not.
    pub async fn compare(
        &self,
        file: impl Into<PdfFile>,
        between: requests::Between,
    ) -> Result<wire::Comparison> {
        let file = file.into();
        self.blocking(move |surroundings| compare::compare(surroundings, &file, between))
            .await
    }

    /// Compares as [`Service::compare`] does, and draws the pages that differ into a folder, before
    /// and after, with the places marked.
    ///
    /// # Errors
    /// Those of [`Service::compare`], [`crate::Error::OutputExists`].
    pub async fn compare_to(
        &self,
        file: impl Into<PdfFile>,
        between: requests::Between,
        folder: PathBuf,
        existing: Existing,
    ) -> Result<wire::Comparison> {
        let file = file.into();
        self.blocking(move |surroundings| {
            compare::compare_to(surroundings, &file, between, &folder, existing)
        })
        .await
    }

    /// Looks at a file without an organisation or a secret: pages, fields, signatures, findings.
    ///
    /// # Errors
    /// [`crate::Error::Document`], [`crate::Error::File`].
    pub async fn inspect(&self, file: impl Into<PdfFile>) -> Result<Inspection> {
        let file = file.into();
        self.blocking(move |surroundings| inspect::inspect(surroundings, &file))
            .await
    }

    /// Whether a file opens with a password only; no other fault of it is told.
    ///
    /// # Errors
    /// None of its own.
    pub async fn needs_password(&self, file: PathBuf) -> Result<bool> {
        self.blocking(move |_| Ok(document::needs_password(&file)))
            .await
    }

    /// Lets go of what is held of a file that was shown, its password among it.
    pub async fn close(&self, file: PathBuf) {
        let closed = self.blocking(move |surroundings| pages::close(surroundings, &file));
        // What is not held any more cannot be let go of; nothing else is waited for.
        let _ = closed.await;
    }

    /// Returns the sizes of `count` pages as shown, from `first` on; at most 512, fewer where the
    /// document ends.
    ///
    /// # Errors
    /// [`crate::Error::Document`], [`crate::Error::File`].
    pub async fn page_sizes(
        &self,
        file: impl Into<PdfFile>,
        first: u32,
        count: u32,
    ) -> Result<Vec<wire::PageSize>> {
        let file = file.into();
        self.blocking(move |_| inspect::page_sizes(&file, first, count))
            .await
    }

    /// Draws a page as WebP; `scale` in pixels a point.
    ///
    /// # Errors
    /// [`crate::Error::Render`].
    pub async fn page_picture(
        &self,
        file: impl Into<PdfFile>,
        page: u32,
        scale: f64,
    ) -> Result<Vec<u8>> {
        let file = file.into();
        self.blocking(move |surroundings| pages::page(surroundings, &file, page, scale))
            .await
    }

    /// Looks where a page has something on it, so that a signature can be placed beside it.
    ///
    /// # Errors
    /// [`crate::Error::Render`].
    pub async fn page_ink(&self, file: impl Into<PdfFile>, page: u32) -> Result<wire::PageInk> {
        let file = file.into();
        self.blocking(move |surroundings| pages::ink(surroundings, &file, page))
            .await
    }

    /// Draws the appearance a signature would have now, as WebP with a transparent ground.
    ///
    /// # Errors
    /// [`crate::Error::Document`] if the text does not fit the box or has a character without a glyph,
    /// [`crate::Error::Render`], and what stands in the way of reading the signer's name.
    pub async fn appearance_picture(&self, appearance: Appearance, scale: f64) -> Result<Vec<u8>> {
        let (cards, open) = (Arc::clone(&self.cards), self.opening());
        self.blocking(move |surroundings| match &appearance.signer {
            Shown::Person { login } => {
                pages::appearance(&open(surroundings)?, &appearance, login, scale)
            }
            Shown::Card { certificate } => {
                pages::card_appearance(surroundings, &cards, &appearance, certificate, scale)
            }
        })
        .await
    }

    /// Lists the looks that can be chosen: the product's, the organisation's, the person's own.
    ///
    /// # Errors
    /// None of its own.
    pub async fn looks(&self) -> Result<Vec<wire::LookEntry>> {
        self.blocking(|surroundings| Ok(look::list(surroundings)))
            .await
    }

    /// Reads a look file and draws it, so that what is wrong with it is told.
    ///
    /// # Errors
    /// [`crate::Error::Look`], [`crate::Error::File`], [`crate::Error::Document`].
    pub async fn check_look(&self, file: PathBuf) -> Result<()> {
        self.blocking(move |surroundings| look::check(surroundings, &file))
            .await
    }

    /// Draws a look for a person who does not exist into a PNG file, `size` in points.
    ///
    /// # Errors
    /// As [`Self::check_look`]; [`crate::Error::Render`], [`crate::Error::OutputExists`].
    pub async fn draw_look(
        &self,
        look: LookChoice,
        size: (f64, f64),
        output: PathBuf,
        existing: Existing,
    ) -> Result<()> {
        self.blocking(move |surroundings| {
            pages::look_to(surroundings, &look, size, &output, existing)
        })
        .await
    }

    /// Draws a page into a PNG file.
    ///
    /// # Errors
    /// [`crate::Error::Render`], [`crate::Error::OutputExists`], [`crate::Error::File`].
    pub async fn render_to(
        &self,
        file: impl Into<PdfFile>,
        page: u32,
        scale: f64,
        output: PathBuf,
        existing: Existing,
    ) -> Result<()> {
        let file = file.into();
        self.blocking(move |surroundings| {
            pages::render_to(surroundings, &file, page, scale, &output, existing)
        })
        .await
    }
}

//! Why a page could not be shown.

use std::path::PathBuf;

use pdfium_render::prelude::PdfiumError;

use super::{
    PageNumber,
    picture::{MAX_PIXELS, MAX_SIDE},
};

/// What drawing gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a page could not be shown.
///
/// Apart from the crate's own error: none of these says anything about whether a document can be
/// read, signed or validated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The library is not where it was looked for.
    #[error("no PDFium library at {path}; put it there (in a checkout: cargo xtask setup)")]
    LibraryMissing {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// The library is there and cannot be used, for example because it is too old.
    #[error("the PDFium library at {path} cannot be used")]
    LibraryUnusable {
        /// The file.
        path: PathBuf,
        /// What the loader said.
        #[source]
        source: PdfiumError,
    },
    /// This process already draws with another library.
    #[error("this process draws with {loaded}, so {wanted} cannot be loaded")]
    OtherLibrary {
        /// The one in use.
        loaded: PathBuf,
        /// The one asked for.
        wanted: PathBuf,
    },
    /// The operating system gave no thread.
    #[error("no thread to draw pages in")]
    Thread(#[source] std::io::Error),
    /// The file cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The bytes are not a PDF that can be shown.
    #[error("not a PDF that can be shown")]
    NotAPdf(#[source] PdfiumError),
    /// The file opens with a password only.
    #[error("a password is needed to show the document")]
    PasswordNeeded,
    /// The file is encrypted in a way that PDFium does not know.
    #[error("the document is encrypted in an unknown way")]
    UnknownEncryption,
    /// The document has no such page.
    #[error("no page {page} in a document of {pages}")]
    NoSuchPage {
        /// The page asked for.
        page: PageNumber,
        /// Pages there are.
        pages: u32,
    },
    /// A sheet has one page; this has more, or none.
    #[error("{pages} pages where one was expected")]
    NotOneSheet {
        /// Pages there are.
        pages: u32,
    },
    /// The scale is not a number above zero.
    #[error("{0} is not a scale")]
    Scale(f64),
    /// The page has no size, or one that is no number.
    #[error("page {page} has no usable size")]
    NoSize {
        /// The page.
        page: PageNumber,
    },
    /// The picture would be larger than is drawn.
    #[error(
        "a picture of {width:.0} by {height:.0} pixels is too large (at most {MAX_SIDE} a side, {MAX_PIXELS} in all)"
    )]
    TooLarge {
        /// Width in pixels.
        width: f64,
        /// Height in pixels.
        height: f64,
    },
    /// PDFium could not draw the page.
    #[error("page {page} cannot be drawn")]
    NotDrawn {
        /// The page.
        page: PageNumber,
        /// What PDFium said.
        #[source]
        source: PdfiumError,
    },
    /// A picture could not be encoded.
    #[error("the picture cannot be encoded")]
    NotEncoded(#[source] image::ImageError),
    /// Too many pages are waiting to be drawn.
    #[error("too many pages are waiting to be drawn")]
    Busy,
    /// The page was not drawn before the deadline.
    #[error("the page was not drawn in time")]
    Unresponsive,
    /// Drawing broke off.
    #[error("drawing the page broke off")]
    Crashed,
}

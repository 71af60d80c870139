//! PDF documents: read lazily, changed only by appending a revision.
//!
//! A [`Document`] reads the cross-reference chain of a [`Source`] and the objects it is asked for.
//! A [`Revision`] collects what is added: a signature field, its widget and its appearance, and
//! [lays it out](Revision::lay_out) with a hole for the signature. The [`Unsigned`] result is
//! written as the input's bytes followed by the revision, and hands out the bytes that a digest must
//! cover on the way; the signature is then [put into its hole](Completed). Nothing here knows what a
//! certificate is.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let file = std::fs::read("tests/one-page.pdf")?;
//! use pdf::render::PageNumber;
//! use pdf::{Document, Look, Placement, Revision, ShownRect, SignatureDetails};
//!
//! let document = Document::open(std::sync::Arc::new(file))?;
//! let mut revision = Revision::begin(&document)?;
//! let field = revision.add_signature_field(&Placement::Visible {
//!     page: PageNumber::FIRST,
//!     rect: ShownRect::new(36.0, 36.0, 180.0, 60.0)?,
//!     look: Look::new("Ana Ruiz", ["24 Nov 2026, 10:42 +01:00".to_owned()]),
//! })?;
//! let details = SignatureDetails {
//!     sub_filter: "ETSI.CAdES.detached",
//!     digest: "SHA256",
//!     signing_time: 1_795_513_327,
//!     offset_minutes: 60,
//!     name: Some("Ana Ruiz".to_owned()),
//!     reason: None,
//!     location: None,
//!     revision_id: [7; 16],
//!     extension: None,
//! };
//! let unsigned = revision.lay_out(&field, &details, 2048)?;
//! let mut output = std::io::Cursor::new(Vec::new());
//! unsigned.write_to(&mut output, &mut |_covered| {})?;
//! unsigned.complete(&[0x30, 0x00])?.write_to(&mut output)?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod appearance;
mod changes;
pub mod claims;
mod document;
mod encryption;
mod error;
mod field;
mod matrix;
mod object_stream;
mod page;
mod preflight;
mod recovery;
pub mod render;
mod revision;
mod security_store;
mod source;
mod stream;
mod syntax;
mod text;
mod xref;

pub use appearance::{Artwork, Look};
pub use changes::{Change, Changes, Explained, History, RevisionChanges, SignedSince, SignedWith};
pub use claims::Claims;
pub use document::Document;
pub use encryption::{Access, Password, Permissions};
pub use error::{Error, Result};
pub use field::{Field, SignatureValue};
pub use page::{Page, Rotation, ShownRect};
pub use preflight::{Active, End, Preflight, Structure};
pub use render::PageNumber;
pub use revision::{
    Certification, Completed, DeveloperExtension, LockedFields, Passed, Placement, Revision,
    SignatureDetails, SignatureField, Unsigned,
};
pub use security_store::SecurityStore;
pub use source::{FileSource, Source};

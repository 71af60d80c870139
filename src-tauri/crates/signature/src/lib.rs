//! CMS and PAdES signatures: prepared, completed, validated. Pure: bytes in, bytes out.
//!
//! No key, no token and no clock is in here. To sign is three steps, and the middle one is the
//! caller's:
//!
//! - a [`Draft`] is a copy of the document, digested on the way; [`Draft::prepare`] lays out a
//!   [`pdf::Revision`] behind it with room for the signature, and fixes the signed attributes: a
//!   [`Prepared`];
//! - whoever holds the key signs [`Prepared::digest`];
//! - [`Prepared::complete`] verifies the value against the signer's [`Certificate`] and gives what
//!   is [`Signed`], to be put into what was written.
//!
//! [`validate`](fn@validate) goes the other way: from a [`pdf::Document`] and trust anchors to a
//! [`Validation`] with a headline and everything that was found.
//!
//! ```no_run
//! # use chancery_signature as signature;
//! # fn token_sign(digest: signature::Digest) -> Vec<u8> { digest.as_bytes().to_vec() }
//! # fn example(
//! #     document: pdf::Document, placement: pdf::Placement, details: signature::Details,
//! #     signer: signature::Certificate, ca: signature::Certificate,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use signature::Level;
//!
//! let mut file = std::io::Cursor::new(Vec::new());
//! let draft = signature::Draft::begin(&document, &signer, &mut file)?;
//! let mut revision = pdf::Revision::after(draft.passed())?;
//! let field = revision.add_signature_field(&placement)?;
//! let chain = [ca.clone()];
//! let prepared = draft.prepare(revision, &field, &details, &signer, &chain, Level::BB)?;
//! let value = token_sign(prepared.digest());
//! prepared.complete(&value)?.write_to(&mut file)?;
//!
//! let written = pdf::Document::open(std::sync::Arc::new(file.into_inner()))?;
//! let validation = signature::validate(&written, &[ca], details.signing_time)?;
//! assert_eq!(validation.headline, signature::Headline::Valid);
//! # Ok(())
//! # }
//! ```
//!
//! In reading order: [`algorithm`], [`certificate`], [`cms`], [`prepare`], [`validate`](mod@validate).
#![forbid(unsafe_code)]

pub mod algorithm;
pub mod archive;
pub mod carried;
pub mod certificate;
pub mod cms;
mod error;
pub mod level;
pub mod prepare;
pub mod revocation;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod samples;
pub mod timestamp;
pub mod validate;

pub use self::algorithm::{Digest, DigestAlgorithm, KeyAlgorithm, SignatureAlgorithm};
pub use self::certificate::Certificate;
pub use self::error::{Error, Result};
pub use self::level::Level;
pub use self::prepare::{Details, Draft, Prepared, SameBeginning, Signed, SubFilter, Valued};
pub use self::validate::{
    Coverage, Finding, Headline, Inputs, Severity, SignatureValidation, Validation, validate,
    validate_with, validate_written, validate_written_with,
};

//! CMS and PAdES signatures.
#![forbid(unsafe_code)]

pub mod algorithm;
pub mod certificate;
pub mod cms;
pub mod error;
pub mod level;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod samples;
pub mod validate;

pub use self::algorithm::{DigestAlgorithm, SignatureAlgorithm};
pub use self::certificate::Certificate;
pub use self::error::{Error, Result};
pub use self::level::Level;

//! What tests are made of: an organisation with real parts, sample PDFs, outside judges.
#![forbid(unsafe_code)]

pub mod judge;
pub mod organisation;
pub mod sample;
pub mod sql;

pub use organisation::{Organisation, secret};

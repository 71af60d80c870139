//! The vault as its callers see it, on real files and a real keyring.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod conformance;
mod crash;
mod hostile;
mod keyring;
mod rows;
mod triggers;

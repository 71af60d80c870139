//! The crate `token` through its host process, on SoftHSM and on Kryoptic in a temporary directory:
//! a fresh pair of tokens for each test.
#![expect(clippy::unwrap_used, reason = "tests")]

mod algorithms;
mod attacks;
mod cards;
mod faults;
mod host;
mod isolation;
mod keys;
mod oddities;
mod probe;
mod remote;
mod resident;
mod support;
mod table;
mod tokens;
mod workers;

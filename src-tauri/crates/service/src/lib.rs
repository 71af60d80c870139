//! Use-cases.
#![forbid(unsafe_code)]
pub mod custody;
pub mod wire;

//! The shell without a window: every command through Tauri's own dispatch, on a real organisation.
//!
//! Needs what `cargo xtask setup` and `cargo build` leave in `target/debug`: the PDFium library and
//! `chancery-host`; and SoftHSM.

#![expect(clippy::unwrap_used, reason = "tests")]

mod administration;
mod capabilities;
mod cards;
mod custody;
mod documents;
mod founding;
mod harness;
mod keys;
mod progress;
mod scheme;
mod signing;
mod validation;

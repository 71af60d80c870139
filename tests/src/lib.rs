//! What tests are made of: an organisation with real parts, sample PDFs, outside judges.
#![forbid(unsafe_code)]

pub mod attacks;
pub mod authorities;
pub mod card;
pub mod judge;
pub mod machine;
pub mod mount;
pub mod organisation;
pub mod pki;
pub mod ready_tokens;
pub mod sample;
pub mod sql;
pub mod weak_token;

mod template;

pub use authorities::Authorities;
pub use card::VirtualCard;
pub use machine::Machine;
pub use organisation::{Organisation, secret};

/// Says something on standard error, for what a test could not look at.
#[expect(clippy::print_stderr, reason = "it is said to whoever runs the tests")]
pub fn say(what: &str) {
    eprintln!("{what}");
}

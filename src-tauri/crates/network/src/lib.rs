//! Questions to authorities over HTTP: timestamp authorities (RFC 3161 §3.4), OCSP responders
//! (RFC 6960 appendix A), revocation lists and certificates of issuers (RFC 5280 §4.2).
//!
//! Blocking. Whoever answers is taken to be hostile: an answer has a limit in bytes and in time, a
//! redirect leads to another HTTP address or nowhere, and what an answer *says* is judged by whoever
//! asked. What a certificate names is asked only where everybody could ask it ([`Settings::local`]). No environment is read: a proxy is an argument.
//!
//! ```no_run
//! # fn example(query: &[u8]) -> Result<(), network::Error> {
//! use network::{Client, Settings, Wanted};
//!
//! let client = Client::new(&Settings::default())?;
//! let reply = client.post("http://tsa.example/", Wanted::Timestamp, query)?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod address;
mod client;
mod error;
mod reach;

pub use self::address::{check, named};
pub use self::client::{Client, Settings, Wanted};
pub use self::error::{Error, Result};

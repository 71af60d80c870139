//! Issuers that the person at this machine chose to trust.
//!
//! They lie in `CHANCERY_STATE`, belong to this operating system's user alone, count for validation
//! only, and are taken back one by one. Nobody else's verdict changes.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use signature::Certificate;

use crate::error::{Error, Result};
use crate::home::{State, create_private_folder, write_private};
use crate::signing_algorithm::hex;
use crate::trust::read_at_most;
use crate::wire::TrustedIssuer;

/// Most issuers that are remembered: people choose them one by one.
const MOST: usize = 256;
/// Largest file that is read: more than that many certificates of usual length.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The issuers, in the order they were chosen.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Vec<(Certificate, i64)>);

#[derive(Serialize, Deserialize)]
struct Written {
    issuers: Vec<Issuer>,
}

#[derive(Serialize, Deserialize)]
struct Issuer {
    /// DER, base64.
    certificate: String,
    since: i64,
}

impl Remembered {
    /// Reads what is remembered; a file that is damaged is trust in nobody.
    pub(crate) fn load(state: &State) -> Self {
        let read = || -> Option<Written> {
            let content = read_at_most(&state.trusted_issuers_file(), LARGEST).ok()?;
            serde_json::from_slice(&content).ok()
        };
        let issuers = read().map(|written| written.issuers).unwrap_or_default();
        let certificate = |issuer: Issuer| {
            let der = BASE64.decode(issuer.certificate).ok()?;
            Some((Certificate::from_der(&der).ok()?, issuer.since))
        };
        Self(
            issuers
                .into_iter()
                .take(MOST)
                .filter_map(certificate)
                .collect(),
        )
    }

    /// The certificates that are trusted.
    pub(crate) fn certificates(&self) -> Vec<Certificate> {
        self.0.iter().map(|(issuer, _)| issuer.clone()).collect()
    }

    /// The issuers as the window lists them.
    pub(crate) fn told(&self) -> Vec<TrustedIssuer> {
        let told = |(issuer, since): &(Certificate, i64)| TrustedIssuer {
            sha256: hex(&issuer.fingerprint()),
            subject: issuer.subject_common_name().to_owned(),
            not_after: issuer.not_after(),
            since: *since,
        };
        self.0.iter().map(told).collect()
    }

    /// Trusts an issuer from now on.
    ///
    /// # Errors
    /// [`Error::TooManyTrusted`], [`Error::State`].
    pub(crate) fn trust(state: &State, issuer: Certificate, now: i64) -> Result<()> {
        let _alone = alone();
        let mut remembered = Self::load(state);
        if remembered.0.iter().any(|(known, _)| *known == issuer) {
            return Ok(());
        }
        if remembered.0.len() >= MOST {
            return Err(Error::TooManyTrusted { most: MOST });
        }
        remembered.0.push((issuer, now));
        remembered.store(state).map_err(Error::State)
    }

    /// Takes trust back; an issuer that is not trusted needs nothing.
    ///
    /// # Errors
    /// [`Error::State`].
    pub(crate) fn forget(state: &State, sha256: &str) -> Result<()> {
        let _alone = alone();
        let mut remembered = Self::load(state);
        remembered
            .0
            .retain(|(issuer, _)| hex(&issuer.fingerprint()) != sha256);
        remembered.store(state).map_err(Error::State)
    }

    fn store(&self, state: &State) -> io::Result<()> {
        let path = state.trusted_issuers_file();
        if self.0.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let issuers = self.0.iter().map(|(issuer, since)| Issuer {
            certificate: BASE64.encode(issuer.as_der()),
            since: *since,
        });
        let written = Written {
            issuers: issuers.collect(),
        };
        create_private_folder(path.parent().unwrap_or(Path::new(".")))?;
        write_private(&path, &serde_json::to_vec_pretty(&written)?)
    }
}

/// What one thread remembers must not be lost to another.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

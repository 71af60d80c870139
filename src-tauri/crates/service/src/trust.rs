//! Trust anchors, each with where the trust in it comes from.
//!
//! The organisation's CA and what this person chose to trust are always anchors. Certificates in
//! files, the system's, and the services of an EU trusted list (ETSI TS 119 612) are anchors where
//! they are asked for. A trusted list says since when, and until when, a service was recognised; an
//! anchor of its keeps those periods (the *sunset date* of ETSI EN 319 102-1 §5.2.6).

mod list;
mod offer;
mod remembered;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use signature::Certificate;

pub(crate) use self::offer::offer;
pub(crate) use self::remembered::Remembered;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::requests::{Trust, TrustFile};
use crate::signing_algorithm::{hex, sha256};
use crate::station;
use crate::wire::{AnchorSource, Finding, Severity, TrustSource};

/// Largest file of anchors in PEM that is read: a system's have some hundred kilobytes.
pub(crate) const LARGEST_PEM: u64 = 16 * 1024 * 1024;
/// Largest trusted list that is read; the longest ones of member states have some megabytes.
pub(crate) const LARGEST_LIST: u64 = 64 * 1024 * 1024;

/// What is trusted in one validation.
#[derive(Debug, Default, Clone)]
pub(crate) struct Anchors {
    anchors: Vec<Anchor>,
    sources: Vec<TrustSource>,
}

/// A certificate that is trusted, and why.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    pub(crate) certificate: Certificate,
    pub(crate) source: AnchorSource,
    pub(crate) scope: Scope,
    /// When it is trusted; always where there is none.
    pub(crate) periods: Vec<Period>,
}

/// What an anchor is trusted to vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Whatever chains to it.
    Anything,
    /// Certificates of signers: the CA services of a trusted list.
    Signers,
    /// Time-stamps: the time-stamping services of a trusted list.
    Timestamps,
}

/// A stretch of time, both ends in Unix seconds; the second one does not belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
}

impl Anchor {
    /// Whether it is trusted at a time.
    pub(crate) fn trusted_at(&self, at: i64) -> bool {
        let within =
            |period: &Period| period.from <= at && period.until.is_none_or(|until| at < until);
        self.periods.is_empty() || self.periods.iter().any(within)
    }
}

impl Anchors {
    /// Collects what is asked for, the organisation's CA and what the person trusts at `now`.
    ///
    /// Validating needs no account and no organisation, so where there is none nothing is missing.
    ///
    /// # Errors
    /// [`Error::NotAnAnchor`], [`Error::NotATrustedList`], [`Error::File`] for the system's.
    pub(crate) fn collect(surroundings: &Surroundings, trust: &Trust, now: i64) -> Result<Self> {
        let mut anchors = Self::default();
        match station::read_organisation(surroundings) {
            Ok(organisation) => {
                let ca =
                    Certificate::from_der(&organisation.fixed.ca.0).map_err(Error::NotAnAnchor)?;
                let name = ca.subject_common_name().to_owned();
                anchors.add(AnchorSource::Organisation, &name, vec![ca]);
            }
            Err(Error::NoOrganisation { .. }) => {}
            Err(error) => return Err(error),
        }
        anchors.add_remembered(&Remembered::load(&surroundings.state));
        for file in &trust.files {
            anchors.add_file(file)?;
        }
        for file in &trust.lists {
            anchors.add_list(file, now)?;
        }
        if trust.system {
            anchors.add_system(&surroundings.system_anchors)?;
        }
        Ok(anchors)
    }

    /// All anchors, as they were collected.
    pub(crate) fn all(&self) -> &[Anchor] {
        &self.anchors
    }

    /// Where they come from, and what is to be said about that.
    pub(crate) fn sources(&self) -> &[TrustSource] {
        &self.sources
    }

    /// Adds certificates that are trusted whenever, for whatever.
    fn add(&mut self, source: AnchorSource, name: &str, certificates: Vec<Certificate>) {
        self.sources
            .push(source_of(source, name, certificates.len()));
        for certificate in certificates {
            self.anchors.push(Anchor {
                certificate,
                source,
                scope: Scope::Anything,
                periods: Vec::new(),
            });
        }
    }

    fn add_remembered(&mut self, remembered: &Remembered) {
        let certificates = remembered.certificates();
        if certificates.is_empty() {
            return;
        }
        let source = AnchorSource::Remembered;
        self.sources.push(source_of(source, "", certificates.len()));
        for certificate in certificates {
            self.anchors.push(Anchor {
                certificate,
                source,
                scope: Scope::Anything,
                periods: Vec::new(),
            });
        }
    }

    fn add_file(&mut self, file: &TrustFile) -> Result<()> {
        let certificates = Certificate::all_from_pem(&file.content).map_err(Error::NotAnAnchor)?;
        if certificates.is_empty() {
            // An empty file would be trust in nothing, which nobody asks for.
            let none = Certificate::from_pem(&file.content).map(|_| ());
            return none.map_err(Error::NotAnAnchor);
        }
        self.add(AnchorSource::File, &file.name, certificates);
        if let Some(source) = self.sources.last_mut() {
            source.sha256 = Some(hex(&sha256(&file.content)));
        }
        Ok(())
    }

    fn add_list(&mut self, file: &TrustFile, now: i64) -> Result<()> {
        let unreadable = |why| Error::NotATrustedList {
            name: file.name.clone(),
            why,
        };
        let list = list::read(&file.content).map_err(unreadable)?;
        // One that should have been replaced may recognise who was withdrawn meanwhile.
        let overdue = list.next_update.is_some_and(|next| next < now);
        let count = if overdue { 0 } else { list.services.len() };
        let mut source = source_of(AnchorSource::TrustedList, &list.name(), count);
        source.sha256 = Some(hex(&sha256(&file.content)));
        source.next_update = list.next_update;
        source.findings.push(unverified_list());
        if overdue {
            source.findings.push(Finding {
                severity: Severity::Caution,
                ..finding(
                    "trusted_list_overdue",
                    "the trusted list is older than it says it may be, so nobody is trusted because \
                     of it; fetch the newest one",
                )
            });
        }
        if list.skipped > 0 {
            source.findings.push(finding(
                "anchors_skipped",
                &format!("{} certificates of it cannot be read", list.skipped),
            ));
        }
        self.sources.push(source);
        for service in list.services.into_iter().take(count) {
            self.anchors.push(Anchor {
                certificate: service.certificate,
                source: AnchorSource::TrustedList,
                scope: service.scope,
                periods: service.periods,
            });
        }
        Ok(())
    }

    fn add_system(&mut self, path: &Path) -> Result<()> {
        let content = read_at_most(path, LARGEST_PEM).map_err(|source| Error::File {
            doing: "read the trust anchors in",
            path: path.to_owned(),
            source,
        })?;
        let (certificates, skipped) = certificates_that_read(&content);
        self.add(AnchorSource::System, &path.to_string_lossy(), certificates);
        if let Some(source) = self.sources.last_mut() {
            source.sha256 = Some(hex(&sha256(&content)));
            source.findings.push(finding(
                "system_anchors_are_for_servers",
                "the system's authorities are chosen for web servers; few of them check who a \
                 signer is",
            ));
            if skipped > 0 {
                source.findings.push(finding(
                    "anchors_skipped",
                    &format!("{skipped} certificates of it cannot be read"),
                ));
            }
        }
        Ok(())
    }
}

fn source_of(source: AnchorSource, name: &str, anchors: usize) -> TrustSource {
    TrustSource {
        source,
        name: name.to_owned(),
        anchors: u32::try_from(anchors).unwrap_or(u32::MAX),
        sha256: None,
        next_update: None,
        findings: Vec::new(),
    }
}

/// What is to be known of every verdict that rests on a trusted list.
///
/// Its XML signature (ETSI TS 119 612 §5.7.1) is not verified: the file is believed because the
/// person gave it.
pub(crate) fn unverified_list() -> Finding {
    Finding {
        severity: Severity::Caution,
        ..finding(
            "trusted_list_signature_not_verified",
            "the signature of the trusted list is not verified; compare its SHA-256 with the one that \
             its publisher gives",
        )
    }
}

fn finding(code: &str, message: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        severity: Severity::Info,
        message: message.to_owned(),
    }
}

/// The certificates of a bundle that others wrote, and how many of it cannot be read: one that is
/// too old or too new for us does not take the others away.
fn certificates_that_read(pem: &[u8]) -> (Vec<Certificate>, usize) {
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let mut found = Vec::new();
    let mut skipped = 0;
    let mut rest = pem;
    while let Some(end) = rest.windows(END.len()).position(|window| window == END) {
        let (block, after) = rest.split_at(end + END.len());
        match Certificate::from_pem(block) {
            Ok(certificate) => found.push(certificate),
            Err(_) => skipped += 1,
        }
        rest = after;
    }
    (found, skipped)
}

/// Reads a file that may not be larger.
///
/// # Errors
/// [`std::io::ErrorKind::FileTooLarge`], and any of the file system's.
pub(crate) fn read_at_most(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut content)?;
    if content.len() as u64 > most {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(content)
}

#[cfg(test)]
mod tests;

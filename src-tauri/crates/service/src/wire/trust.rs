//! Whom a validation trusts, and why.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AnchorSource, Finding};

/// A set of trust anchors that were used.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustSource {
    /// What it is.
    pub source: AnchorSource,
    /// Its name: an organisation, a file, the publisher of a list; empty for remembered ones.
    pub name: String,
    /// How many anchors it gave.
    pub anchors: u32,
    /// SHA-256 of the file, hexadecimal, where it is one.
    pub sha256: Option<String>,
    /// Until when a trusted list is to be replaced, as it says.
    #[ts(type = "number | null")]
    pub next_update: Option<i64>,
    /// What is to be known about it.
    pub findings: Vec<Finding>,
}

/// An issuer that nobody vouches for and that the person may choose to trust.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustOffer {
    /// SHA-256 of the certificate, hexadecimal.
    pub sha256: String,
    /// Common name of its subject, as it says itself.
    pub subject: String,
    /// Common name of its issuer.
    pub issuer: String,
    /// First second of its validity.
    #[ts(type = "number")]
    pub not_before: i64,
    /// Last second of its validity.
    #[ts(type = "number")]
    pub not_after: i64,
    /// Whether it is an authority, so that whoever it certifies is trusted with it; else it is the
    /// signer's own certificate.
    pub authority: bool,
}

/// An issuer that the person trusts.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustedIssuer {
    /// SHA-256 of the certificate, hexadecimal.
    pub sha256: String,
    /// Common name of its subject.
    pub subject: String,
    /// Last second of its validity.
    #[ts(type = "number")]
    pub not_after: i64,
    /// When it was chosen, Unix time.
    #[ts(type = "number")]
    pub since: i64,
}

//! What signatures are like where nobody says otherwise, as a form shows and sends it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Level;

/// What is set, and by whom.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SignatureSettings {
    /// Whose settings they are.
    pub owner: SettingsOwner,
    /// The level where none is chosen; B-B where none is set.
    pub level: Option<Level>,
    /// Addresses of timestamp authorities, in the order they are asked.
    pub timestamp_authorities: Vec<String>,
    /// Whose timestamps are trusted; the system's authorities where there are none.
    pub timestamp_anchors: Vec<TimestampAnchor>,
    /// Hosts of the own network that certificates may name, and all hosts below them.
    pub local_authorities: Vec<String>,
}

/// Whose settings they are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SettingsOwner {
    /// The organisation's, which officers set.
    Organisation,
    /// The person's own: this machine belongs to no organisation.
    Person,
}

/// Certificates whose timestamps are trusted.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TimestampAnchor {
    /// As it stands in the settings, and is sent back: PEM, or the name of a file beside them.
    pub entry: String,
    /// Common name of the first certificate; empty where it cannot be read.
    pub subject: String,
    /// SHA-256 of its DER, 64 hexadecimal digits.
    pub sha256: String,
    /// End of its validity, Unix seconds.
    #[ts(type = "number")]
    pub not_after: i64,
    /// How many further ones there are.
    pub further: u32,
    /// Why it cannot be read, if it cannot.
    pub fault: Option<String>,
}

/// Set what signatures are like.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SetSignatureSettings {
    /// The level where none is chosen.
    pub level: Option<Level>,
    /// Addresses of timestamp authorities, in the order they are asked.
    pub timestamp_authorities: Vec<String>,
    /// `entry` of each anchor.
    pub timestamp_anchors: Vec<String>,
    /// Hosts of the own network.
    pub local_authorities: Vec<String>,
}

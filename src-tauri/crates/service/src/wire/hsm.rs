//! What the page "Keys & HSM" shows and asks for.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Rotation, RotationStep, Secret, TokenHealth};
use crate::signing_algorithm::hex;
use crate::{PinPlace, requests};

/// Both tokens, the masters, and where this machine keeps the signing PIN.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct KeysAndHsm {
    /// The token that keys are used on, used for real just now.
    pub signing: TokenHealth,
    /// The token that certificates are issued on, logged in to just now; it unwraps nothing.
    pub issuing: TokenHealth,
    /// Every master there was, oldest first; none where keys stay on the token.
    pub masters: Vec<MasterKey>,
    /// Where a rotation stands.
    pub rotation: Rotation,
    /// Where the signing PIN lies; none where it cannot be read.
    pub pin: Option<PinPlace>,
    /// Modules that are not the ones an officer accepted.
    pub changed: Vec<ModuleChange>,
}

/// A master key, and how many records are under it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MasterKey {
    /// Its label on the token.
    pub label: String,
    /// What it is for now.
    pub state: MasterState,
    /// Keys that may be used under it.
    #[ts(type = "number")]
    pub records: u64,
}

/// What a master is for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MasterState {
    /// Keys are used under it.
    InForce,
    /// It is ready; keys that are born are wrapped under it, too.
    Next,
    /// Keys leave it.
    Leaving,
    /// It stays on the token, for it cannot be destroyed, and no key needs it.
    Retired,
}

/// Take a step of a rotation.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RotateMaster {
    /// Which.
    pub step: RotationStep,
}

/// Replace the own key of the officer who is logged in.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReplaceOwnKey {
    /// The officer's secret, which opens the next key, too.
    pub secret: Secret,
}

/// A module whose file is not the one that an officer accepted.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ModuleChange {
    /// Where it lies.
    pub path: String,
    /// SHA-256 of the file that was accepted, 64 hexadecimal digits.
    pub accepted: String,
    /// SHA-256 of the file that is there now.
    pub found: String,
}

impl From<requests::ModuleChange> for ModuleChange {
    fn from(change: requests::ModuleChange) -> Self {
        Self {
            path: change.path.display().to_string(),
            accepted: hex(&change.accepted),
            found: hex(&change.found),
        }
    }
}

/// Accept modules as they were shown.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AcceptModules {
    /// Login of the officer.
    pub login: String,
    /// The officer's secret.
    pub secret: Secret,
    /// What was shown: one that has changed again meanwhile is not accepted.
    pub changes: Vec<ModuleChange>,
}

/// Give this machine the signing PIN that the token has now.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SetSigningPin {
    /// The PIN; tried once.
    pub pin: Secret,
}

//! Whether the notary has countersigned what an officer's login must have had it countersign.

use std::collections::BTreeSet;

use crate::audit::{Kind, Told};

/// The logins that a log tells of, but for those that became nothing, which have an outcome.
///
/// Each ends with a countersignature over all leaves (CUSTODY-FORMAT 3), so where the newest one is not
/// covered the notary did not sign, or its heads were taken away.
#[derive(Debug, Default)]
pub(super) struct Logins(BTreeSet<u64>);

impl Logins {
    /// Takes a leaf's event up.
    pub(super) fn follow(&mut self, index: u64, told: &Told) {
        if told.kind == Kind::Login.word() {
            self.0.insert(index);
        } else if let Some(intent) = told.intent {
            self.0.remove(&intent);
        }
    }

    /// What an auditor should know, if the newest countersigned head is over so many leaves.
    pub(super) fn finding(&self, countersigned: u64) -> Option<String> {
        let newest = self.0.last().filter(|newest| **newest >= countersigned)?;
        Some(format!(
            "an officer logged in at leaf {newest}, and the newest countersigned head is over \
             {countersigned} leaves: the notary did not sign then, or its heads were taken away"
        ))
    }
}

//! Intents whose process ended without an outcome, given up by the next that opens the log.

use vault::{KeyId, LeafIndex};

use super::draft::{About, Draft};
use super::replay::told;
use super::{Log, RequestLock};
use crate::audit::{Act, Outcome};
use crate::error::{Error, Result};

/// Another machine's intent without an outcome is given up after a day.
const ABANDONED_AFTER: i64 = 24 * 60 * 60;

impl Log<'_> {
    /// Says what became of intents whose process ended without saying, and clears what it left.
    pub(super) fn sweep(&mut self) -> Result<()> {
        let left = RequestLock::left(self.station)?;
        // After the locks were looked at: an intent of a free one is in here.
        let open = self
            .station
            .wait(self.station.store.intents_without_outcome())?;
        let now = self.station.now()?;
        let mut destroyed = Vec::new();
        for lock in &left {
            for key in lock.keys() {
                if self.token.destroy_if_nobodys(self.station, key)? {
                    destroyed.push((lock.request, key));
                }
            }
        }
        for intent in open {
            let Some(request) = intent.request_id else {
                continue;
            };
            let told = told(self.station, intent.index)?;
            let gone = match left.iter().find(|left| left.request == *request.as_bytes()) {
                Some(_) => true,
                // A process of this machine has its lock from before its intent until after its
                // outcome: one without is of a state folder that is no more. Of another machine
                // only the time tells.
                None => {
                    let ours = told
                        .as_ref()
                        .is_some_and(|told| told.machine == self.station.machine.as_bytes());
                    let old = now.saturating_sub(intent.at.0) > ABANDONED_AFTER;
                    !RequestLock::path(self.station, request.as_bytes()).exists() && (ours || old)
                }
            };
            if gone {
                let serial = told.and_then(|told| told.serial);
                let request = request.as_bytes();
                let key = destroyed.iter().find(|(of, _)| of == request);
                let key = key.map(|(_, key)| *key);
                self.abandon(intent.index, request, serial, key)?;
            }
        }
        left.into_iter().for_each(RequestLock::clear);
        Ok(())
    }

    /// Gives an intent up. If a certificate may have been made for it, its serial number goes on the
    /// next revocation list, for which the outcome vouches; and it names the key that was made on the
    /// token for it and is gone from there.
    fn abandon(
        &mut self,
        intent: LeafIndex,
        request: &[u8; 16],
        serial: Option<Vec<u8>>,
        destroyed: Option<KeyId>,
    ) -> Result<()> {
        // What else the intent was about stands in its own event; the outcome points at it.
        let about = About {
            serial: serial.as_deref(),
            key: destroyed.as_ref().map(KeyId::as_bytes),
            note: destroyed.map(|_| "the key that was made for it is destroyed"),
            ..About::of(Act::Sweep, request)
        };
        let draft = Draft::outcome(&about, intent, Outcome::Abandoned);
        let station = self.station;
        let abandon = |leaf| station.store.abandon(leaf, serial.clone());
        match self.write(draft, &[], abandon) {
            Ok((index, leaf)) => self.sign(index, &leaf),
            // Another process of this machine swept it first.
            Err(Error::Vault(vault::Error::OutcomeRepeated { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

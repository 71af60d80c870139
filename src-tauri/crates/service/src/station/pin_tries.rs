//! Another signing PIN, tried for somebody who need not be logged in.
//!
//! Nobody can log in while the kept PIN is refused, so setting another one asks for no login. The token
//! counts what is tried: in a window, which may be left open or have its page under another's control,
//! one wrong PIN is all there is until the program is started again, and the token's last try is left to
//! who has a terminal.

use std::sync::{Mutex, PoisonError};

use token::{Pin, PinState};

use super::{Station, pins, tokens};
use crate::error::{Error, Result};
use crate::station::pins::PinPlace;

/// Where a PIN is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinTyped {
    /// In a terminal, where whoever types can ask the token without this program too.
    InTerminal,
    /// In a window.
    InWindow,
}

/// Whether this program may try another PIN on the signing token.
#[derive(Debug, Default)]
pub(crate) struct PinTries {
    spent: Mutex<bool>,
}

impl PinTries {
    /// Tries a PIN once, and keeps it where the one until now lay; one at a time.
    pub(crate) fn set(&self, station: &Station, pin: &Pin, typed: PinTyped) -> Result<PinPlace> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if typed == PinTyped::InWindow {
            let kept = |why| Error::PinTryKept {
                token: station.organisation.local.signing.label.clone(),
                why,
            };
            if *spent {
                return Err(kept(
                    "one was tried and not taken since the program was started",
                ));
            }
            if tokens::said(station)?.is_some_and(|token| token.pin_state == PinState::FinalTry) {
                return Err(kept("it has one try left before it locks itself"));
            }
            *spent = true; // whatever becomes of it: a driver that hangs may have counted
        }
        tokens::try_signing_pin(station, pin)?;
        *spent = false;
        pins::replace_signing_pin(station, pin)
    }
}

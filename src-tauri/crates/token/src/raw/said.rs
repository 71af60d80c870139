//! What a token says about itself, read field by field.
//!
//! The crate gives nothing at all where the clock of a token is malformed, which openCryptoki's is
//! (3.8: "10:31:50"), and takes NUL for part of a name.

use cryptoki::{
    context::Function,
    error::Result as CkResult,
    slot::{Slot, TokenInfo as CkTokenInfo},
};
use cryptoki_sys::{
    CK_FLAGS, CK_TOKEN_INFO, CKF_PROTECTED_AUTHENTICATION_PATH, CKF_TOKEN_INITIALIZED,
    CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_INITIALIZED, CKF_USER_PIN_LOCKED,
    CKF_USER_PIN_TO_BE_CHANGED,
};

use super::{Raw, ok, present};

/// CK_TOKEN_INFO (PKCS#11 v3.1 §3.2) without its counts and its clock.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) label: String,
    pub(crate) manufacturer: String,
    pub(crate) model: String,
    pub(crate) serial: String,
    flags: CK_FLAGS,
    /// Shortest and longest PIN in bytes, as the module says.
    pub(crate) pin: (u32, u32),
}

impl Said {
    pub(crate) const fn is_initialised(&self) -> bool {
        self.says(CKF_TOKEN_INITIALIZED)
    }

    pub(crate) const fn has_user_pin(&self) -> bool {
        self.says(CKF_USER_PIN_INITIALIZED)
    }

    pub(crate) const fn pin_is_asked_elsewhere(&self) -> bool {
        self.says(CKF_PROTECTED_AUTHENTICATION_PATH)
    }

    pub(crate) const fn pin_is_to_be_changed(&self) -> bool {
        self.says(CKF_USER_PIN_TO_BE_CHANGED)
    }

    pub(crate) const fn pin_is_locked(&self) -> bool {
        self.says(CKF_USER_PIN_LOCKED)
    }

    pub(crate) const fn one_try_is_left(&self) -> bool {
        self.says(CKF_USER_PIN_FINAL_TRY)
    }

    pub(crate) const fn tries_were_lost(&self) -> bool {
        self.says(CKF_USER_PIN_COUNT_LOW)
    }

    const fn says(&self, flag: CK_FLAGS) -> bool {
        self.flags & flag != 0
    }
}

impl Raw {
    /// Asks a token about itself (C_GetTokenInfo, PKCS#11 v3.1 §5.5.6).
    pub(crate) fn token_info(&self, slot: Slot) -> CkResult<Said> {
        if let Some(apart) = &self.apart {
            return apart.token_info(slot).map(|info| Said::from(&info));
        }
        let call = present(self.functions.C_GetTokenInfo)?;
        let mut info = CK_TOKEN_INFO::default();
        // SAFETY: `info` is the structure the function fills.
        let answer = unsafe { call(slot.into(), &raw mut info) };
        ok(answer, Function::GetTokenInfo)?;
        Ok(Said::from(&info))
    }
}

impl From<&CK_TOKEN_INFO> for Said {
    fn from(info: &CK_TOKEN_INFO) -> Self {
        let length = |length| u32::try_from(length).unwrap_or(u32::MAX);
        Self {
            label: unpadded(&info.label),
            manufacturer: unpadded(&info.manufacturerID),
            model: unpadded(&info.model),
            serial: unpadded(&info.serialNumber),
            flags: info.flags,
            pin: (length(info.ulMinPinLen), length(info.ulMaxPinLen)),
        }
    }
}

impl From<&CkTokenInfo> for Said {
    fn from(info: &CkTokenInfo) -> Self {
        let length = |length| u32::try_from(length).unwrap_or(u32::MAX);
        let flags = [
            (info.token_initialized(), CKF_TOKEN_INITIALIZED),
            (info.user_pin_initialized(), CKF_USER_PIN_INITIALIZED),
            (
                info.protected_authentication_path(),
                CKF_PROTECTED_AUTHENTICATION_PATH,
            ),
            (info.user_pin_to_be_changed(), CKF_USER_PIN_TO_BE_CHANGED),
            (info.user_pin_locked(), CKF_USER_PIN_LOCKED),
            (info.user_pin_final_try(), CKF_USER_PIN_FINAL_TRY),
            (info.user_pin_count_low(), CKF_USER_PIN_COUNT_LOW),
        ];
        let set = flags.iter().filter(|(is_set, _)| *is_set);
        Self {
            label: unpadded(info.label().as_bytes()),
            manufacturer: unpadded(info.manufacturer_id().as_bytes()),
            model: unpadded(info.model().as_bytes()),
            serial: unpadded(info.serial_number().as_bytes()),
            flags: set.fold(0, |all, (_, flag)| all | flag),
            pin: (length(info.min_pin_length()), length(info.max_pin_length())),
        }
    }
}

/// The text of a field that is padded with spaces, as PKCS#11 has it (v3.1 §3.2), or with NUL, as
/// some modules do.
fn unpadded(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0);
    let text = &field[..end.unwrap_or(field.len())];
    String::from_utf8_lossy(text)
        .trim_end_matches(' ')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_padded_with_spaces_with_nul_or_not_at_all() {
        for field in [
            &b"signing  "[..],
            b"signing\0\0",
            b"signing\0 rest of an older name",
            b"signing",
        ] {
            assert_eq!(unpadded(field), "signing");
        }
        assert_eq!(unpadded(b"\0\0\0\0"), "");
    }

    #[test]
    fn a_clock_that_is_none_takes_nothing_of_the_rest_away() {
        let mut info = CK_TOKEN_INFO {
            flags: CKF_TOKEN_INITIALIZED | cryptoki_sys::CKF_CLOCK_ON_TOKEN,
            utcTime: *b"10:31:50\0\0\0\0\0\0\0\0",
            label: [b' '; 32],
            ulMinPinLen: 4,
            ulMaxPinLen: 8,
            ..CK_TOKEN_INFO::default()
        };
        info.label[..4].copy_from_slice(b"sign");
        assert!(
            CkTokenInfo::try_from(info).is_err(),
            "the crate gives nothing"
        );
        let said = Said::from(&info);
        assert_eq!(
            (said.label.as_str(), said.is_initialised(), said.pin),
            ("sign", true, (4, 8))
        );
    }
}

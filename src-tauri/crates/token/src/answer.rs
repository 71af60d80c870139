//! What a PKCS#11 return value is as an error, by the call that gave it.

use cryptoki::{
    context::Function,
    error::{Error as CkError, RvError},
};

use crate::{
    Error,
    reconnect::{self, Meaning},
};

impl From<CkError> for Error {
    /// Sorts an answer by what its receiver can do about it. Where more is known of the call (a
    /// login's label, a session that may answer others) its own function does.
    fn from(error: CkError) -> Self {
        let (call, answer) = names(&error);
        match meaning(&error, || false) {
            Meaning::LoginOver => Self::LoginOver,
            Meaning::TokenLost => Self::TokenLost { call, answer },
            Meaning::SessionUnusable => Self::SessionUnusable { call, answer },
            Meaning::Done
            | Meaning::PinWrong
            | Meaning::PinLocked
            | Meaning::KeyRefused
            | Meaning::Other => Self::Unexpected { call, answer },
        }
    }
}

/// What an answer means by the table.
pub(crate) fn meaning(error: &CkError, answers_others: impl Fn() -> bool) -> Meaning {
    match error {
        CkError::Pkcs11(value, call) => reconnect::meaning(*call, *value, answers_others),
        _ => Meaning::Other,
    }
}

/// Whether an answer says that token or link are lost.
pub(crate) fn is_device(value: RvError) -> bool {
    reconnect::meaning(Function::GetSlotInfo, value, || false) == Meaning::TokenLost
}

/// The return value, where it was one.
pub(crate) fn value(error: &CkError) -> Option<RvError> {
    match error {
        CkError::Pkcs11(value, _) => Some(*value),
        _ => None,
    }
}

/// The function and its return value by name, for example `C_UnwrapKey` and `GeneralError`.
pub(crate) fn names(error: &CkError) -> (String, String) {
    match error {
        CkError::Pkcs11(value, function) => (format!("C_{function:?}"), format!("{value:?}")),
        other => ("cryptoki".to_owned(), other.to_string()),
    }
}

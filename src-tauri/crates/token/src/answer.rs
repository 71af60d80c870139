//! What a PKCS#11 return value means, by the call that gave it.

use cryptoki::error::{Error as CkError, RvError};

use crate::Error;

impl From<CkError> for Error {
    /// Sorts an answer by what its receiver can do about it. For C_UnwrapKey, C_Login and
    /// template refusals there are functions of their own.
    fn from(error: CkError) -> Self {
        let (call, answer) = names(&error);
        match value(&error) {
            Some(
                RvError::UserNotLoggedIn | RvError::SessionHandleInvalid | RvError::SessionClosed,
            ) => Self::LoginOver,
            Some(value) if is_device(value) => Self::TokenLost { call, answer },
            _ => Self::Unexpected { call, answer },
        }
    }
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

/// Whether an answer says that token or link are lost. A damaged wrapped key looks the same.
pub(crate) fn is_device(value: RvError) -> bool {
    matches!(
        value,
        RvError::DeviceError
            | RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::GeneralError
            | RvError::FunctionFailed
    )
}

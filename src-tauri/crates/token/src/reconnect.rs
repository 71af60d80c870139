//! What is done about an answer of a token: one table, and who does it.
//!
//! The host process sorts answers by [`Meaning`] and does what can be done in it: it replaces a
//! session. Everything else takes the PIN, or another process, and so is the client's: what an
//! [`Error`] asks of it is its [`Recovery`]. Nothing is tried more than once again, so there is
//! nothing to slow down or to cut off: a token that is away costs each request one attempt.
//!
//! To ask again is safe for what gives nothing away twice: a proof, a MAC, and a signature over a
//! digest that the log knows and whose first value nobody has.

use cryptoki::{context::Function, error::RvError};

use crate::Error;

/// What an answer means to whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// What was asked for is so already.
    Done,
    /// The PIN was judged, and counted. Never tried again: it burns tries.
    PinWrong,
    /// The PIN is not judged any more.
    PinLocked,
    /// The session has an operation in it that nobody finishes: close it and open another.
    SessionUnusable,
    /// Sessions, and the handles found in them, are void, or the token has logged out.
    LoginOver,
    /// The wrapped key is damaged, or another master's.
    KeyRefused,
    /// Token or link are lost: C_Finalize and C_Initialize, which here is another process.
    TokenLost,
    /// Nothing that a program mends.
    Other,
}

/// Which calls a row is about.
#[derive(Clone, Copy, Debug)]
enum Calls {
    Every,
    Initialise,
    Login,
    Unwrap,
    /// C_UnwrapKey alone, as long as the session answers other calls: tokens answer a damaged key
    /// as they answer a broken device (SoftHSM 2.6.1: CKR_GENERAL_ERROR, Kryoptic 1.5.4:
    /// CKR_DEVICE_ERROR).
    UnwrapAlone,
}

impl Calls {
    fn include(self, call: Function, answers_others: impl FnOnce() -> bool) -> bool {
        match self {
            Self::Every => true,
            Self::Initialise => matches!(call, Function::Initialize),
            Self::Login => matches!(call, Function::Login),
            Self::Unwrap => matches!(call, Function::UnwrapKey),
            Self::UnwrapAlone => matches!(call, Function::UnwrapKey) && answers_others(),
        }
    }
}

struct Row {
    answers: &'static [RvError],
    calls: Calls,
    meaning: Meaning,
}

const fn row(answers: &'static [RvError], calls: Calls, meaning: Meaning) -> Row {
    Row {
        answers,
        calls,
        meaning,
    }
}

/// The rows, of which the first that fits counts.
const TABLE: [Row; 10] = [
    row(
        &[RvError::CryptokiAlreadyInitialized],
        Calls::Initialise,
        Meaning::Done,
    ),
    row(&[RvError::UserAlreadyLoggedIn], Calls::Login, Meaning::Done),
    // OpenSC answers a PIN of the wrong length with CKR_PIN_LEN_RANGE.
    row(
        &[
            RvError::PinIncorrect,
            RvError::PinInvalid,
            RvError::PinLenRange,
        ],
        Calls::Login,
        Meaning::PinWrong,
    ),
    row(&[RvError::PinLocked], Calls::Login, Meaning::PinLocked),
    row(
        &[RvError::OperationActive, RvError::BufferTooSmall],
        Calls::Every,
        Meaning::SessionUnusable,
    ),
    row(
        &[
            RvError::SessionHandleInvalid,
            RvError::SessionClosed,
            RvError::UserNotLoggedIn,
        ],
        Calls::Every,
        Meaning::LoginOver,
    ),
    // What is found again is proven again, and that is what a login does.
    row(
        &[RvError::ObjectHandleInvalid, RvError::KeyHandleInvalid],
        Calls::Every,
        Meaning::LoginOver,
    ),
    row(
        &[
            RvError::WrappedKeyInvalid,
            RvError::WrappedKeyLenRange,
            RvError::EncryptedDataInvalid,
            RvError::EncryptedDataLenRange,
            RvError::DataInvalid,
            RvError::DataLenRange,
        ],
        Calls::Unwrap,
        Meaning::KeyRefused,
    ),
    row(
        &[
            RvError::GeneralError,
            RvError::DeviceError,
            RvError::FunctionFailed,
        ],
        Calls::UnwrapAlone,
        Meaning::KeyRefused,
    ),
    row(
        &[
            RvError::DeviceError,
            RvError::DeviceRemoved,
            RvError::TokenNotPresent,
            RvError::GeneralError,
            RvError::FunctionFailed,
            RvError::CryptokiNotInitialized,
        ],
        Calls::Every,
        Meaning::TokenLost,
    ),
];

/// Says what an answer of a call means. `answers_others` asks the token something else, and is
/// only called where that decides.
pub(crate) fn meaning(
    call: Function,
    answer: RvError,
    answers_others: impl Fn() -> bool,
) -> Meaning {
    let row = TABLE
        .iter()
        .find(|row| row.answers.contains(&answer) && row.calls.include(call, &answers_others));
    row.map_or(Meaning::Other, |row| row.meaning)
}

/// What the owner of a [`Token`](crate::Token) does about an error, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Tell it. Asking again would be answered alike, or burn a try of a PIN.
    Tell,
    /// Start another host process, log in, prove the keys, and ask once more.
    ///
    /// The same for a login that is over and for a token that is lost: a process costs little, and
    /// no handle or session of the old one can then be used by mistake.
    Renew,
    /// Tell it, and start another host process at the next request: somebody has waited for the
    /// whole deadline already, or the token failed while it judged a PIN.
    RenewNextTime,
}

/// The function that judges a PIN, as errors name it.
const LOGIN: &str = "C_Login";

impl Error {
    /// What to do about this error.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        match self {
            // A PIN that got no judgement may have been counted: it is not sent again by itself.
            Self::TokenLost { call, .. } if call == LOGIN => Recovery::RenewNextTime,
            Self::LoginOver | Self::TokenLost { .. } | Self::HostGone | Self::OutOfStep => {
                Recovery::Renew
            }
            Self::HostTimedOut { .. } => Recovery::RenewNextTime,
            // Whatever is not known to pass is not tried again.
            _ => Recovery::Tell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// KEY CUSTODY's table in its own words: answer, call, whether the session answers others,
    /// what it means.
    #[test]
    fn every_answer_of_the_table_means_what_its_row_says() {
        use Function::{Initialize, Login, OpenSession, Sign, SignInit, UnwrapKey};
        use RvError::*;
        let rows: &[(&[RvError], &[Function], bool, Meaning)] = &[
            (
                &[CryptokiAlreadyInitialized],
                &[Initialize],
                true,
                Meaning::Done,
            ),
            (&[UserAlreadyLoggedIn], &[Login], true, Meaning::Done),
            (
                &[PinIncorrect, PinInvalid, PinLenRange],
                &[Login],
                true,
                Meaning::PinWrong,
            ),
            (&[PinLocked], &[Login], true, Meaning::PinLocked),
            (
                &[OperationActive, BufferTooSmall],
                &[SignInit, Sign],
                true,
                Meaning::SessionUnusable,
            ),
            (
                &[SessionHandleInvalid, SessionClosed, UserNotLoggedIn],
                &[SignInit, Sign, UnwrapKey],
                true,
                Meaning::LoginOver,
            ),
            (
                &[ObjectHandleInvalid, KeyHandleInvalid],
                &[SignInit, UnwrapKey],
                true,
                Meaning::LoginOver,
            ),
            (
                &[WrappedKeyInvalid, EncryptedDataInvalid, DataLenRange],
                &[UnwrapKey],
                false,
                Meaning::KeyRefused,
            ),
            (
                &[GeneralError, DeviceError, FunctionFailed],
                &[UnwrapKey],
                true,
                Meaning::KeyRefused,
            ),
            (
                &[GeneralError, DeviceError, FunctionFailed],
                &[UnwrapKey],
                false,
                Meaning::TokenLost,
            ),
            (
                &[
                    DeviceError,
                    DeviceRemoved,
                    TokenNotPresent,
                    GeneralError,
                    FunctionFailed,
                ],
                &[OpenSession, Login, SignInit, Sign],
                true,
                Meaning::TokenLost,
            ),
            (
                &[DeviceRemoved, TokenNotPresent],
                &[UnwrapKey],
                true,
                Meaning::TokenLost,
            ),
            (
                &[CryptokiNotInitialized],
                &[OpenSession],
                true,
                Meaning::TokenLost,
            ),
            (
                &[MechanismInvalid, PinExpired, KeyUnextractable],
                &[Login, Sign],
                true,
                Meaning::Other,
            ),
            // A wrong PIN is one only where a PIN is judged, data is damaged only where it is unwrapped.
            (
                &[PinIncorrect, DataLenRange, UserAlreadyLoggedIn],
                &[Sign],
                true,
                Meaning::Other,
            ),
        ];
        for (answers, calls, alive, expected) in rows {
            for answer in *answers {
                for call in *calls {
                    let found = meaning(*call, *answer, || *alive);
                    assert_eq!(found, *expected, "{answer:?} by {call:?}, alive: {alive}");
                }
            }
        }
    }

    #[test]
    fn nothing_about_a_pin_is_ever_tried_again() {
        let label = || crate::TokenLabel::new("signing").expect("letters make a label");
        for error in [
            Error::WrongPin { label: label() },
            Error::PinLocked { label: label() },
        ] {
            assert_eq!(error.recovery(), Recovery::Tell);
        }
    }
}

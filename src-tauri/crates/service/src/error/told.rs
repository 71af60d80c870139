//! How a failure crosses the edges: its message, its causes, and what may be tried again.

use super::Error;
use crate::wire;

impl Error {
    /// How it crosses the edges.
    pub(crate) fn told(&self) -> wire::Error {
        let mut detail = Vec::new();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            detail.push(cause.to_string());
            source = cause.source();
        }
        let until = if let Self::Wait { until } = self {
            Some(*until)
        } else {
            None
        };
        wire::Error {
            code: self.code().0,
            message: self.to_string(),
            detail: detail.join(": "),
            reference: None,
            until,
            tries: self.tries(),
        }
    }

    /// How many tries are left, where that is known.
    fn tries(&self) -> Option<u32> {
        use token::{PinRefusal, PinState};
        match self {
            Self::Token(token::Error::CardPin { refusal }) => match refusal {
                PinRefusal::Wrong(PinState::FinalTry) => Some(1),
                PinRefusal::Locked => Some(0),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<Error> for wire::Error {
    fn from(error: Error) -> Self {
        error.told()
    }
}

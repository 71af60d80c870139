//! What went wrong, in the shape that is printed, and its exit status.

use std::io;
use std::path::Path;

use service::wire::{self, ErrorCode};

/// Exit status by who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    /// Validated and found wanting.
    Wanting = 1,
    /// The command was not understood.
    Usage = 2,
    /// Refused: secret, policy, the document's own rules.
    Refused = 3,
    /// A device or the network.
    Device = 4,
    /// A file could not be read or written.
    InputOutput = 5,
}

/// An error with its exit status.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) error: wire::Error,
}

impl Failure {
    pub(crate) fn usage(message: String, detail: String) -> Self {
        Self::new(Status::Usage, ErrorCode::Usage, message, detail)
    }

    pub(crate) fn io(message: String, error: &io::Error) -> Self {
        Self::new(
            Status::InputOutput,
            ErrorCode::Io,
            message,
            error.to_string(),
        )
    }

    pub(crate) fn file(message: &str, path: &Path, error: &io::Error) -> Self {
        Self::io(format!("{message} {}", path.display()), error)
    }

    fn new(status: Status, code: ErrorCode, message: String, detail: String) -> Self {
        Self {
            status,
            error: wire::Error {
                code,
                message,
                detail,
                reference: None,
                until: None,
                tries: None,
            },
        }
    }
}

impl From<service::Error> for Failure {
    fn from(error: service::Error) -> Self {
        let status = match error.kind() {
            service::ErrorKind::Usage => Status::Usage,
            service::ErrorKind::Refused => Status::Refused,
            service::ErrorKind::Device => Status::Device,
            service::ErrorKind::InputOutput => Status::InputOutput,
        };
        Self {
            status,
            error: error.into(),
        }
    }
}

//! The process a PKCS#11 module lives in; see the crate `token`.
#![forbid(unsafe_code)]

use std::{io, process::ExitCode};

fn main() -> ExitCode {
    match token::serve() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever started this reads no output; standard input was not a client's socket.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => ExitCode::from(2),
        Err(_) => ExitCode::FAILURE,
    }
}

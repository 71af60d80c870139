//! `chancery`: the command line. Arguments in, one use-case, text or JSON out.
#![forbid(unsafe_code)]

mod arguments;
mod audit;
mod failure;
mod report;
mod run;
mod secrets;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => {
            // The promise of --json holds for what was not understood, too.
            if std::env::args_os().any(|argument| argument == "--json") {
                let message = error.kind().to_string();
                return report::failure(&Failure::usage(message, error.to_string()), true);
            }
            error.exit();
        }
    };
    let json = arguments.json;
    match run::run(arguments) {
        Ok(status) => status,
        Err(failure) => report::failure(&failure, json),
    }
}

//! Set-up, checks and measurements: `cargo xtask demo`, `test`, `bench`, `corpus`, `fuzz`, `looks`. No
//! product code.
//!
//! Every step looks first and acts only where something is missing, so that a second run is quick
//! and a first one, on a fresh Debian 12 with Rust, Node, git and a C compiler, does it all.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "telling is what this program is for"
)]

mod bench;
mod corpus;
mod demo;
mod fuzz;
mod looks;
mod memory;
mod places;
mod setup;
mod shell;
mod test;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::places::Places;
use crate::test::Only;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo                                     set up a trial organisation and open a PDF ready to sign
  test [--only rust|ui|window|judges]      install what is missing and run every test
  corpus [--sample N]                      sign the files of CHANCERY_CORPUS and have them judged
  bench [--runs N] [--large DIR] [--enrol N] [--only history]
                                           what signing costs, beside pyHanko, pdfsig and the floor
  fuzz [TARGET] [--seconds N]              feed what parses with what nobody would write
  looks OUT.png                            draw every look in every script, and look at the sheet
  setup                                    install what is missing and nothing else";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let places = Places::find()?;
    match words[..] {
        ["demo"] => demo::demo(&places).map(|()| true),
        ["test"] => test::test(&places, Only::Everything),
        ["test", "--only", only] => test::test(&places, Only::parse(only)?),
        ["corpus"] => corpus::corpus(&places, None),
        ["corpus", "--sample", count] => {
            let count = count.parse().context("--sample wants a number")?;
            corpus::corpus(&places, Some(count))
        }
        ["bench", ref words @ ..] => bench::bench(&places, words).map(|()| true),
        ["fuzz", ref words @ ..] => fuzz::fuzz(&places, words),
        ["looks", output] => looks::looks(&places, output.as_ref()).map(|()| true),
        ["setup"] => setup::everything(&places).map(|()| true),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(true)
        }
        _ => bail!("this was not understood: {}\n{USAGE}", words.join(" ")),
    }
}

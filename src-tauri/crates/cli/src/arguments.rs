//! What can be written on the command line.

mod documents;
mod organisation;
mod people;
mod signing;
mod value;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
pub(crate) use documents::{Compare, Looks, Render, Validate};
pub(crate) use organisation::{Backup, Hsm, Init, Least, Mode, PinStore, Rotate};
pub(crate) use people::{Activate, Cause, Enrol, Key, SecretOf, StatusOf, Users};
pub(crate) use signing::{Extend, Sign, SubFilter};

/// Signs PDFs with each person's own key.
#[derive(Debug, Parser)]
#[command(name = "chancery", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// The organisation's folder (default: CHANCERY_HOME, else the XDG data folder)
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Found an organisation on this machine
    Init(Init),
    /// Enrol a person: key, certificate, activation code
    Enrol(Enrol),
    /// Turn an activation code into an own secret
    Activate(Activate),
    /// The own secret
    #[command(subcommand)]
    Secret(SecretOf),
    /// The own key
    #[command(subcommand)]
    Key(Key),
    /// Sign files
    Sign(Box<Sign>),
    /// Add or renew long-term proof: what the signatures of a document are validated with, and a timestamp
    Extend(Extend),
    /// Validate the signatures of a file
    Validate(Validate),
    /// Draw every page of two revisions of a file and show where they differ
    Compare(Compare),
    /// Show pages, fields, signatures and what preflight finds
    Inspect {
        /// The PDF
        file: PathBuf,
        #[command(flatten)]
        password: PdfPassword,
    },
    /// Draw a page as PNG
    Render(Render),
    /// What signatures can show
    #[command(subcommand)]
    Looks(Looks),
    /// People of the organisation
    #[command(subcommand)]
    Users(Users),
    /// Smart cards
    #[command(subcommand)]
    Card(Card),
    /// The tokens and their modules
    #[command(subcommand)]
    Hsm(Hsm),
    /// Backups of the organisation
    #[command(subcommand)]
    Backup(Backup),
    /// The log: what happened, proven
    #[command(subcommand)]
    Audit(Audit),
    /// Check that everything is in place
    Doctor,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Card {
    /// Show cards, their certificates and the state of their PINs
    List {
        /// The PKCS#11 module of the card (default: those that p11-kit knows, and OpenSC's)
        #[arg(long, value_name = "PATH")]
        module: Option<PathBuf>,
        /// A variable of that module's environment besides those it is told (may be repeated)
        #[arg(long, value_name = "NAME=VALUE", value_parser = value::variable, requires = "module")]
        module_env: Vec<(String, String)>,
    },
}

/// Where secrets come from when nobody is there to type them.
#[derive(Debug, Args)]
pub(crate) struct SecretFile {
    /// Read secrets from a file, one a line in the order asked (- for standard input)
    #[arg(long, value_name = "PATH")]
    pub(crate) secret_file: Option<PathBuf>,
}

/// Where the password of encrypted PDFs comes from.
#[derive(Debug, Args)]
pub(crate) struct PdfPassword {
    /// Read the password of the PDFs from a file: one line, the user's or the owner's password of
    /// every encrypted file that is named (- for standard input, before any other secret)
    #[arg(long, value_name = "PATH")]
    pub(crate) pdf_password_file: Option<PathBuf>,
}

impl From<Mode> for service::requests::KeyMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Wrapped => Self::Wrapped,
            Mode::Resident => Self::Resident,
        }
    }
}

impl From<SubFilter> for service::requests::SubFilter {
    fn from(form: SubFilter) -> Self {
        match form {
            SubFilter::Etsi => Self::Pades,
            SubFilter::Adbe => Self::Adbe,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Verify the whole log and every current record; exit status 1 if something is found wanting
    Verify {
        /// A head that was kept elsewhere: a file with the note, or what was written on paper
        #[arg(long, value_name = "FILE|TEXT", conflicts_with = "export")]
        head: Option<String>,
        /// Verify an export, or the proof of one event, without an organisation
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
    },
    /// Print the newest notarised head, for keeping elsewhere
    Head {
        /// The head over all leaves, whether the notary has signed it or not
        #[arg(long)]
        newest: bool,
    },
    /// Write the log as JSON lines, and what they are verified with to FILE.proof.json
    Export {
        /// Login of the officer who does it
        #[arg(long, value_name = "LOGIN")]
        by: String,
        /// The export
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Replace an existing export
        #[arg(long)]
        overwrite: bool,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Prove that one event is in the log, for who has nothing else of it
    Prove {
        /// Its place, from 0
        index: u64,
        /// The proof (default: standard output)
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Accept that the log goes on from an older one, after the vault came from a backup
    AcceptRestore {
        /// Login of the officer who does it
        #[arg(long, value_name = "LOGIN")]
        by: String,
        /// Why, in words; signed, and in the log
        #[arg(long, value_name = "WORDS")]
        reason: String,
        #[command(flatten)]
        secrets: SecretFile,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_secret_can_be_given_as_an_argument() {
        use clap::CommandFactory;
        let mut commands = vec![Arguments::command()];
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                assert!(name == "secret_file" || !name.contains("secret"), "{name}");
                assert!(!name.contains("pin") || name == "pin_store", "{name}");
                let password = name.contains("password");
                assert!(!password || name == "pdf_password_file", "{name}");
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }
}

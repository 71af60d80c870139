//! What is done with people and their keys.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::SecretFile;

#[derive(Debug, Args)]
pub(crate) struct Enrol {
    /// Login of the officer who enrols
    #[arg(long, value_name = "LOGIN")]
    pub(crate) by: String,
    /// Login of the new person
    #[arg(long, required_unless_present = "csv", conflicts_with = "csv")]
    pub(crate) login: Option<String>,
    /// Full name, as it will stand in the certificate
    #[arg(long, required_unless_present = "csv", conflicts_with = "csv")]
    pub(crate) name: Option<String>,
    /// E-mail address
    #[arg(long, required_unless_present = "csv", conflicts_with = "csv")]
    pub(crate) email: Option<String>,
    /// People as a file has them: comma-separated values with the header login,name,email and
    /// optionally key. The same file again goes on where it ended
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(crate) csv: Option<PathBuf>,
    /// Where their codes are written to: in clear, for nobody else to read, so remove it once they are
    /// handed out; codes that are there stay (FILE-codes.csv)
    #[arg(long, value_name = "FILE", requires = "csv")]
    pub(crate) codes: Option<PathBuf>,
    /// Say what would become of each row, and enrol nobody
    #[arg(long, requires = "csv", conflicts_with = "codes")]
    pub(crate) dry_run: bool,
    /// Kind of key
    #[arg(long, default_value = "p256")]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) secrets: SecretFile,
}

#[derive(Debug, Args)]
pub(crate) struct Activate {
    /// Whose code it is
    #[arg(long)]
    pub(crate) login: String,
    /// Take up an office that was given: the code, then the own secret as it is
    #[arg(long)]
    pub(crate) office: bool,
    #[command(flatten)]
    pub(crate) secrets: SecretFile,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// List people, a page at a time
    List {
        /// Only who matches in login, name or address
        #[arg(long)]
        search: Option<String>,
        /// Start after this cursor
        #[arg(long)]
        after: Option<String>,
        /// People on a page
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Show one person
    Show {
        /// Whom
        #[arg(long)]
        login: String,
    },
    /// Block a key until it is resumed; its certificate goes on hold
    Suspend(StatusOf),
    /// Lift a suspension, the owner's own too
    Resume(StatusOf),
    /// Revoke a certificate, for good
    Revoke {
        #[command(flatten)]
        status: StatusOf,
        /// The reason that goes on the revocation list
        #[arg(long, value_enum, default_value = "unspecified")]
        cause: Cause,
    },
    /// Give a person the office of an officer; shows the code to take it up with once
    Grant(StatusOf),
    /// Take the office from a person
    Withdraw(StatusOf),
    /// Mend a forgotten secret: the certificate is revoked, and there is a new key and code
    Reset(StatusOf),
}

/// Whose key, who changes it, and why.
#[derive(Debug, Args)]
pub(crate) struct StatusOf {
    /// Login of the officer who does it
    #[arg(long, value_name = "LOGIN")]
    pub(crate) by: String,
    /// Whose key
    #[arg(long)]
    pub(crate) login: String,
    /// Why, in words; goes into the log
    #[arg(long, value_name = "WORDS", default_value = "no reason given")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) secrets: SecretFile,
}

/// The reason that goes on the revocation list (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Cause {
    Unspecified,
    KeyCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretOf {
    /// Put another secret in the place of the one that is known
    Change {
        /// Whose secret
        #[arg(long)]
        login: String,
        #[command(flatten)]
        secrets: SecretFile,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Bring a key in from a PKCS#12 file for a person; the key before is revoked
    Import {
        /// Login of the officer who does it
        #[arg(long, value_name = "LOGIN")]
        by: String,
        /// Whose key it becomes
        #[arg(long)]
        login: String,
        /// The PKCS#12 file; its password is asked after the officer's secret
        file: PathBuf,
        /// The name of the key, where the file has several
        #[arg(long, value_name = "NAME")]
        key_name: Option<String>,
        /// Why, in words; goes into the log
        #[arg(long, value_name = "WORDS", default_value = "brought in from a file")]
        reason: String,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Suspend the own key, at once and without a secret; an officer lifts it
    Suspend {
        /// Whose key
        #[arg(long)]
        login: String,
        /// Why, in words; goes into the log
        #[arg(long, value_name = "WORDS", default_value = "suspended by the owner")]
        reason: String,
    },
}

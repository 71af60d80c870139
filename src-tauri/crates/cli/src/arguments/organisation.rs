//! What founds an organisation and looks after its tokens, backups and masters.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::SecretFile;
use super::value::variable;

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("tokens").required(true))]
pub(crate) struct Init {
    /// A software token and a database in the organisation's folder, for trial
    #[arg(long, group = "tokens")]
    pub(crate) embedded: bool,
    /// The PKCS#11 module of two tokens that are initialised, with PINs and without keys of ours.
    /// The secrets are the officer's, the PIN of the signing token, the PIN of the issuing token
    #[arg(long, value_name = "PATH", group = "tokens", requires_all = ["signing_token", "issuing_token"])]
    pub(crate) module: Option<PathBuf>,
    /// A variable of the module's environment, which is empty but for these (may be repeated); it is
    /// written down, so no secret
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable, requires = "module")]
    pub(crate) module_env: Vec<(String, String)>,
    /// Label of the token that signing needs: master key, pepper, record MAC, head of the log
    #[arg(long, value_name = "LABEL", requires = "module")]
    pub(crate) signing_token: Option<String>,
    /// Label of the token that certificates are issued with: CA, notary
    #[arg(long, value_name = "LABEL", requires = "module")]
    pub(crate) issuing_token: Option<String>,
    /// The module of the issuing token, where it is another one
    #[arg(long, value_name = "PATH", requires = "module")]
    pub(crate) issuing_module: Option<PathBuf>,
    /// A variable of the environment of the issuing token's module, where that is another one
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable, requires = "module")]
    pub(crate) issuing_module_env: Vec<(String, String)>,
    /// Declare that both tokens are hardware; their slots must say so too
    #[arg(long, requires = "module")]
    pub(crate) hardware: bool,
    /// Where signers' keys live. `wrapped`: outside, under the token's master key and the signer's
    /// secret. `resident`: on the signing token, one object each, for tokens that cannot wrap; then no
    /// secret is part of a key
    #[arg(long, value_enum, default_value_t = Mode::Wrapped, requires = "module")]
    pub(crate) mode: Mode,
    /// Login of the founding officer
    #[arg(long, value_name = "LOGIN")]
    pub(crate) admin: String,
    /// Full name of the officer (default: the login)
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// E-mail address of the officer (default: LOGIN@localhost)
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Name of the organisation (default: Chancery trial)
    #[arg(long)]
    pub(crate) organisation: Option<String>,
    /// Where the signing PIN lies (default: keyring, or a private file where there is none)
    #[arg(long, value_enum)]
    pub(crate) pin_store: Option<PinStore>,
    #[command(flatten)]
    pub(crate) secrets: SecretFile,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Mode {
    Wrapped,
    Resident,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PinStore {
    Keyring,
    File,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Backup {
    /// Make a backup: records and tokens, each under a secret that is shown once
    Create {
        /// Login of the officer who makes it
        #[arg(long, value_name = "LOGIN")]
        by: String,
        /// The folder it is made in: a new one, or an empty one
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Take a backup out into a folder that goes, and use what is in it
    Verify {
        /// The folder of the backup; its two secrets are asked, that of the records first
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Take a backup out into a new home, named with --home
    Restore {
        /// The folder of the backup; its two secrets are asked, that of the records first
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        #[command(flatten)]
        secrets: SecretFile,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Hsm {
    /// Use the signing token for real, and say how it is
    Health,
    /// Play the attacks on keys against the signing token, and say which are open
    Probe {
        /// Login of the officer who has it probed
        #[arg(long, value_name = "LOGIN")]
        by: String,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Set the assurance below which nobody is enrolled; trial demands nothing
    Require {
        /// The least
        #[arg(value_enum)]
        least: Least,
        /// Login of the officer who sets it
        #[arg(long, value_name = "LOGIN")]
        by: String,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Destroy keys on the signing token that belong to nobody
    Tidy {
        /// Login of the officer who has it done
        #[arg(long, value_name = "LOGIN")]
        by: String,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Change the master key while signing goes on
    Rotate {
        /// The step
        #[arg(value_enum)]
        step: Rotate,
        /// Login of the officer who takes it; not needed for status
        #[arg(long, value_name = "LOGIN")]
        by: Option<String>,
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Give this machine the signing token's PIN, after it was changed there; it is tried once
    Pin {
        #[command(flatten)]
        secrets: SecretFile,
    },
    /// Accept a PKCS#11 module that a system update has changed; shows both hashes first
    Accept {
        /// Login of the officer who accepts it
        #[arg(long, value_name = "LOGIN")]
        by: String,
        #[command(flatten)]
        secrets: SecretFile,
    },
}

/// Words of assurance, in rising order.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Least {
    /// A software token will do
    Trial,
    /// Hardware, and no attack is open that gives keys away
    Basic,
    /// And no attack is open but at a key's birth, and no desktop holds the PIN
    Substantial,
    /// And signers have a device
    High,
}

/// Steps of a rotation, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rotate {
    /// Make and prove the next master; keys are wrapped under both from then on
    Prepare,
    /// Move keys to it
    Start,
    /// Say where it stands
    Status,
    /// Stop moving keys for now
    Pause,
    /// Take it up again
    Resume,
    /// Replace the officer's own key, which was born too early to move
    Rekey,
    /// Retire the old master, once no key is under it
    Finish,
}

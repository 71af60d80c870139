//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use service::requests::{Certification, Level, LockedFields};
use service::wire;

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
    Sign(Sign),
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

impl From<Mode> for service::requests::KeyMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Wrapped => Self::Wrapped,
            Mode::Resident => Self::Resident,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PinStore {
    Keyring,
    File,
}

#[derive(Debug, Args)]
pub(crate) struct Enrol {
    /// Login of the officer who enrols
    #[arg(long, value_name = "LOGIN")]
    pub(crate) by: String,
    /// Login of the new person
    #[arg(long)]
    pub(crate) login: String,
    /// Full name, as it will stand in the certificate
    #[arg(long)]
    pub(crate) name: String,
    /// E-mail address
    #[arg(long)]
    pub(crate) email: String,
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

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("target").required(true))]
#[command(group = clap::ArgGroup::new("signer").required(true))]
pub(crate) struct Sign {
    /// The PDFs
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The signed file (for one input)
    #[arg(short, long, value_name = "OUT", group = "target")]
    pub(crate) output: Option<PathBuf>,
    /// A folder for NAME-signed.pdf of each input
    #[arg(long, value_name = "DIR", group = "target")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Whose key signs
    #[arg(long = "as", value_name = "LOGIN", group = "signer")]
    pub(crate) login: Option<String>,
    /// A smart card signs; its PIN is asked for
    #[arg(long, group = "signer")]
    pub(crate) card: bool,
    /// The PKCS#11 module of the card (default: those that p11-kit knows, and OpenSC's)
    #[arg(long, value_name = "PATH", requires = "card")]
    pub(crate) module: Option<PathBuf>,
    /// Label of the card
    #[arg(long, value_name = "LABEL", requires = "card")]
    pub(crate) token: Option<String>,
    /// The certificate: its id on the card, or the beginning of its SHA-256
    #[arg(long, value_name = "ID", requires = "card")]
    pub(crate) cert: Option<String>,
    /// The empty field to sign (default: the only one)
    #[arg(long, value_name = "NAME", group = "place")]
    pub(crate) field: Option<String>,
    /// Box of a new visible signature in points on the page as shown, origin bottom left
    #[arg(long, value_name = "X,Y,W,H", value_parser = rect, group = "place")]
    pub(crate) rect: Option<wire::Rect>,
    /// Page of that box, from 1
    #[arg(long, default_value_t = 1, conflicts_with_all = ["field", "invisible"])]
    pub(crate) page: u32,
    /// A new signature that is shown nowhere
    #[arg(long, group = "place")]
    pub(crate) invisible: bool,
    /// Why it is signed
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Where it is signed
    #[arg(long)]
    pub(crate) location: Option<String>,
    /// What the signature shows: a name of `chancery looks list`, or a look file
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "invisible")]
    pub(crate) look: Option<String>,
    /// PAdES level: b-b, b-t with a timestamp, b-lt with what it is validated with, b-lta with a
    /// timestamp over all of it (default: what the organisation has set, else b-b)
    #[arg(long, value_parser = level)]
    pub(crate) level: Option<Level>,
    /// Address of a timestamp authority; several are asked in this order until one gives a timestamp
    #[arg(long, value_name = "URL")]
    pub(crate) tsa: Vec<String>,
    /// Whom to trust for timestamps, besides whom the organisation has set (may be repeated; default:
    /// the authorities of the operating system)
    #[arg(long, value_name = "PEM")]
    pub(crate) tsa_trust: Vec<PathBuf>,
    /// Host of one's own network that is asked where a certificate names it, and all hosts below it,
    /// besides those that the organisation has set (may be repeated)
    #[arg(long, value_name = "HOST")]
    pub(crate) local_authority: Vec<String>,
    /// Form of the signature (default: what the field demands, else etsi)
    #[arg(long, value_enum)]
    pub(crate) subfilter: Option<SubFilter>,
    /// Certify the document: 1 nothing, 2 forms, 3 forms and annotations may change afterwards
    #[arg(long, value_name = "LEVEL", value_parser = certification)]
    pub(crate) certify: Option<Certification>,
    /// Fields that the signature locks: all, NAME,NAME…, or all-but:NAME,NAME…
    #[arg(long, value_name = "FIELDS", value_parser = locked_fields)]
    pub(crate) lock: Option<LockedFields>,
    /// Replace an existing output
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) password: PdfPassword,
    #[command(flatten)]
    pub(crate) secrets: SecretFile,
}

/// What is extended, and by whom it is stamped.
#[derive(Debug, Args)]
pub(crate) struct Extend {
    /// The signed document
    pub(crate) file: PathBuf,
    /// The extended document
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Address of a timestamp authority; several are asked in this order until one gives a timestamp
    #[arg(long, value_name = "URL")]
    pub(crate) tsa: Vec<String>,
    /// Whom to trust for timestamps, besides whom the organisation has set (may be repeated; default:
    /// the authorities of the operating system)
    #[arg(long, value_name = "PEM")]
    pub(crate) tsa_trust: Vec<PathBuf>,
    /// Host of one's own network that is asked where a certificate names it, and all hosts below it,
    /// besides those that the organisation has set (may be repeated)
    #[arg(long, value_name = "HOST")]
    pub(crate) local_authority: Vec<String>,
    /// Replace an existing output
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) password: PdfPassword,
}

/// Reads a PAdES level (ETSI EN 319 142-1 §6).
fn level(text: &str) -> Result<Level, String> {
    Level::read(text).ok_or_else(|| "b-b, b-t, b-lt or b-lta is wanted".to_owned())
}

/// Forms of a signature that can be asked for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SubFilter {
    /// `ETSI.CAdES.detached`.
    Etsi,
    /// `adbe.pkcs7.detached`, for viewers that know no other.
    Adbe,
}

impl From<SubFilter> for service::requests::SubFilter {
    fn from(form: SubFilter) -> Self {
        match form {
            SubFilter::Etsi => Self::Pades,
            SubFilter::Adbe => Self::Adbe,
        }
    }
}

/// Reads a time as people write it, UTC where no offset is given, or `@` and Unix seconds.
fn time(text: &str) -> Result<i64, String> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().map_err(|_| "no whole number".to_owned());
    }
    let instant: Result<jiff::Timestamp, _> = text.parse();
    let date = || {
        let date: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(date).ok()
    };
    instant
        .ok()
        .or_else(date)
        .map(jiff::Timestamp::as_second)
        .ok_or_else(|| "write it as 2031-01-31T12:00:00Z or 2031-01-31".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// The PDF
    pub(crate) file: PathBuf,
    /// A trust anchor besides the organisation's CA (may be repeated)
    #[arg(long, value_name = "PEM")]
    pub(crate) trust: Vec<PathBuf>,
    /// Trust the authorities of the operating system, too; most are meant for web servers
    #[arg(long)]
    pub(crate) trust_system: bool,
    /// Trust the services of an EU trusted list, as long as it recognised them (may be repeated).
    /// The list's own signature is not verified: compare the file's SHA-256 with its publisher's
    #[arg(long, value_name = "XML")]
    pub(crate) trusted_list: Vec<PathBuf>,
    /// Write a report, too: a page for people where the name ends in .html, else JSON
    #[arg(long, value_name = "OUT.html|OUT.json")]
    pub(crate) report: Option<PathBuf>,
    /// Replace an existing report
    #[arg(long, requires = "report")]
    pub(crate) overwrite: bool,
    /// The time to validate for, such as 2031-01-31T12:00:00Z or 2031-01-31 (default: now)
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "report")]
    pub(crate) at: Option<i64>,
    /// A revocation list, an answer of a responder or a certificate to judge by (may be repeated)
    #[arg(long, value_name = "FILE", conflicts_with = "report")]
    pub(crate) evidence: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) password: PdfPassword,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The PDF
    pub(crate) file: PathBuf,
    /// The earlier revision, from 1 (default: that of the first signature)
    #[arg(long, value_name = "REVISION")]
    pub(crate) from: Option<u32>,
    /// The later revision (default: the file as it is)
    #[arg(long, value_name = "REVISION")]
    pub(crate) to: Option<u32>,
    /// Put pictures of the pages that differ here, before and after, with the places marked
    #[arg(long, value_name = "FOLDER")]
    pub(crate) pictures: Option<PathBuf>,
    /// Replace existing pictures
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) password: PdfPassword,
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// The PDF
    pub(crate) file: PathBuf,
    /// The page, from 1
    #[arg(long, default_value_t = 1)]
    pub(crate) page: u32,
    /// Resolution in dots an inch
    #[arg(long, default_value_t = 96)]
    pub(crate) dpi: u32,
    /// The picture
    #[arg(short, long, value_name = "OUT.png")]
    pub(crate) output: PathBuf,
    /// Replace an existing picture
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) password: PdfPassword,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Looks {
    /// List the looks there are
    List,
    /// Read a look file and say what is wrong with it
    Check {
        /// The look file
        file: PathBuf,
    },
    /// Draw a look for a person who does not exist
    Draw {
        /// Its name, or a look file
        look: String,
        /// Size of its box in points
        #[arg(long, value_name = "W,H", default_value = "200,70", value_parser = size)]
        size: (f64, f64),
        /// The picture
        #[arg(short, long, value_name = "OUT.png")]
        output: PathBuf,
        /// Replace an existing picture
        #[arg(long)]
        overwrite: bool,
    },
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

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is wanted".to_owned()),
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
    Head,
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

fn certification(text: &str) -> Result<Certification, String> {
    let level = text.parse().ok().and_then(Certification::from_level);
    level.ok_or_else(|| "1, 2 or 3 is wanted".to_owned())
}

fn locked_fields(text: &str) -> Result<LockedFields, String> {
    let names = |text: &str| -> Result<Vec<String>, String> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err("all, NAME,NAME… or all-but:NAME,NAME… is wanted".to_owned());
        }
        Ok(names)
    };
    match (text, text.strip_prefix("all-but:")) {
        ("all", _) => Ok(LockedFields::All),
        (_, Some(rest)) => names(rest).map(LockedFields::AllBut),
        _ => names(text).map(LockedFields::These),
    }
}

fn size(text: &str) -> Result<(f64, f64), String> {
    let sides = text.split_once(',');
    sides
        .and_then(|(width, height)| Some((width.trim().parse().ok()?, height.trim().parse().ok()?)))
        .filter(|(width, height): &(f64, f64)| width.is_finite() && height.is_finite())
        .ok_or_else(|| "two numbers are wanted: WIDTH,HEIGHT".to_owned())
}

fn rect(text: &str) -> Result<wire::Rect, String> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| {
            part.trim()
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
        })
        .collect::<Option<_>>()
        .ok_or("four numbers are wanted: X,Y,WIDTH,HEIGHT")?;
    let [x, y, width, height] = numbers[..] else {
        return Err("four numbers are wanted: X,Y,WIDTH,HEIGHT".to_owned());
    };
    Ok(wire::Rect {
        x,
        y,
        width,
        height,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_rect_is_four_finite_numbers() {
        assert_eq!(
            rect("1,2.5, 30,40").unwrap(),
            wire::Rect {
                x: 1.0,
                y: 2.5,
                width: 30.0,
                height: 40.0
            }
        );
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "1,2,3,inf",
            "1,2,3,NaN",
        ] {
            assert!(rect(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn locked_fields_are_all_some_or_all_but_some() {
        let names = || vec!["A.b".to_owned(), "C".to_owned()];
        assert_eq!(locked_fields("all").unwrap(), LockedFields::All);
        assert_eq!(
            locked_fields("A.b, C").unwrap(),
            LockedFields::These(names())
        );
        assert_eq!(
            locked_fields("all-but:A.b,C").unwrap(),
            LockedFields::AllBut(names())
        );
        for wrong in ["", ",", "A,,B", "all-but:"] {
            assert!(locked_fields(wrong).is_err(), "{wrong}");
        }
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

//! What is said of files that are signed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use service::requests::{Certification, Level, LockedFields};
use service::wire;

use super::value::{certification, level, locked_fields, rect, variable};
use super::{PdfPassword, SecretFile};

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
    /// A variable of that module's environment besides those it is told (may be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable, requires = "module")]
    pub(crate) module_env: Vec<(String, String)>,
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

/// Forms of a signature that can be asked for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SubFilter {
    /// `ETSI.CAdES.detached`.
    Etsi,
    /// `adbe.pkcs7.detached`, for viewers that know no other.
    Adbe,
}

//! What is said of documents that are validated, compared or drawn, and of looks.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PdfPassword;
use super::value::{size, time};

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

//! A report of a validation that can be kept and given away: one page of HTML without scripts, or
//! the same as JSON.
//!
//! It says what was found in which bytes, when, by which version, and whom that relied on. It proves
//! nothing by itself: it is not signed, and says so.

mod html;
mod text;
mod words;

pub use text::printable;

use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::document;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::requests::{AtHand, PdfFile, ReportForm, Trust};
use crate::signing_algorithm::hex;
use crate::trust::Anchors;
use crate::validate;
use crate::wire::{TrustSource, Validation};

/// How much of the file is read at once for its digest.
const CHUNK: usize = 1 << 16;
/// What was done, in the words of the standards.
const POLICY: &str = "in the words of ETSI EN 319 102-1; each signature says what was checked and \
                      what was not; nothing was fetched from the network";

/// What a report says; the JSON form is this.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    product: &'a str,
    version: &'a str,
    /// The file's name, without its folder.
    file: &'a str,
    /// Its length in bytes.
    bytes: u64,
    /// SHA-256 over all of it, hexadecimal.
    sha256: &'a str,
    /// When it was validated, Unix time.
    validated_at: i64,
    policy: &'a str,
    /// Whom it relies on.
    trust: &'a [TrustSource],
    validation: &'a Validation,
}

/// Validates a file and makes the report of it.
///
/// # Errors
/// Those of validation; [`Error::Document`] if the file was changed meanwhile.
pub(crate) fn make(
    surroundings: &Surroundings,
    file: &PdfFile,
    trust: &Trust,
    form: ReportForm,
) -> Result<Vec<u8>> {
    let now = validate::now();
    let anchors = Anchors::collect(surroundings, trust, now)?;
    let (bytes, sha256) = digest(file)?;
    let validation = validate::judge(surroundings, file, &anchors, &AtHand::default())?;
    // The report names the bytes that were judged, and no others.
    if digest(file)?.1 != sha256 {
        return Err(Error::Document {
            path: file.path.clone(),
            source: pdf::Error::InputChanged,
        });
    }
    let name = file.path.file_name().unwrap_or(file.path.as_os_str());
    let report = Report {
        product: "Chancery",
        version: env!("CARGO_PKG_VERSION"),
        file: &name.to_string_lossy(),
        bytes,
        sha256: &sha256,
        validated_at: now,
        policy: POLICY,
        trust: anchors.sources(),
        validation: &validation,
    };
    Ok(match form {
        ReportForm::Html(language) => html::page(&report, language).into_bytes(),
        ReportForm::Json => {
            let mut json = serde_json::to_vec_pretty(&report)
                .expect("numbers, text and lists of them have a JSON form");
            json.push(b'\n');
            json
        }
    })
}

/// Length and digest of a file.
fn digest(file: &PdfFile) -> Result<(u64, String)> {
    let document = document::open(file)?;
    let source = document.source();
    let mut digest = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut at = 0;
    while at < document.len() {
        let left = usize::try_from(document.len() - at).unwrap_or(CHUNK);
        let chunk = buffer
            .get_mut(..left.min(CHUNK))
            .expect("a chunk is no larger than the buffer");
        source.read_at(at, chunk).map_err(|error| Error::File {
            doing: "read",
            path: file.path.clone(),
            source: error,
        })?;
        digest.update(&chunk);
        at += chunk.len() as u64;
    }
    Ok((document.len(), hex(&digest.finalize())))
}

/// The name that a report of a file is suggested, beside it.
#[must_use]
pub fn name_beside(document: &Path, form: ReportForm) -> std::path::PathBuf {
    let mut name = document.file_stem().unwrap_or_default().to_owned();
    name.push("-validation.");
    name.push(match form {
        ReportForm::Html(_) => "html",
        ReportForm::Json => "json",
    });
    document.with_file_name(name)
}

#[cfg(test)]
mod tests;

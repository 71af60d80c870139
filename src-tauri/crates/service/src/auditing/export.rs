//! The log as JSON lines, one a leaf, with what is needed to verify them elsewhere.

use std::io::{BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use vault::{Head, LeafIndex};

use super::PAGE;
use super::offline::{Proof, line, proof_of};
use crate::error::{Error, Result};
use crate::output::{Output, UNNOTED};
use crate::requests::{Existing, Exported};
use crate::station::Station;
use crate::station::log::verified;

/// Writes the leaves that a head covers, and the proof beside them; returns the digest of the lines.
pub(crate) fn write(
    station: &Station,
    head: &Head,
    file: &Path,
    existing: Existing,
) -> Result<(Exported, [u8; 32])> {
    let unwritable = |source| Error::File {
        doing: "write",
        path: file.to_owned(),
        source,
    };
    let beside = proof_of(file);
    let mut output = Output::begin(file, UNNOTED)?;
    let mut proof = Output::begin(&beside, UNNOTED)?;
    let mut digest = Sha256::new();
    let mut writer = BufWriter::new(output.file());
    let mut next = 0;
    while next < head.size {
        let page = station.wait(station.store.logged(LeafIndex(next), PAGE))?;
        if page.is_empty() {
            let seen = head.size;
            return Err(crate::audit::Error::Shorter { now: next, seen }.into());
        }
        for logged in page {
            if next == head.size {
                break;
            }
            let mut text = line(&logged).to_string();
            text.push('\n');
            digest.update(text.as_bytes());
            writer.write_all(text.as_bytes()).map_err(unwritable)?;
            next += 1;
        }
    }
    writer.flush().map_err(unwritable)?;
    drop(writer);
    let content = Proof::new(station, head).to_json();
    proof.file().write_all(&content).map_err(unwritable)?;
    output.keep(existing)?;
    proof.keep(existing)?;
    let exported = Exported {
        file: file.to_owned(),
        proof: beside,
        leaves: head.size,
        head: verified(station, head)?.fingerprint(),
    };
    Ok((exported, digest.finalize().into()))
}

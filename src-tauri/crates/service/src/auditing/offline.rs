//! What leaves the house, and is verified without it: exports and proofs of single events.
//!
//! Both bring the fixed part of the organisation file with them, whose fingerprint is the one thing
//! to compare with what is known of the organisation; its keys have signed the head, and leaf 0
//! names it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit::tree::root_by;
use crate::audit::{Checkpoint, Frontier, Kind, LeafParts, Told};
use crate::error::{Error, Result};
use crate::organisation::{Base64Bytes, Fixed};
use crate::requests::{Break, ExportVerdict};
use crate::signing_algorithm::hex;
use crate::station::Station;

/// Names the format of a detached proof.
const EXPORT: &str = "chancery log export v1";
/// Names the format of a proof of one event.
const INCLUSION: &str = "chancery inclusion proof v1";
/// Longest line of an export that is read. A batch of ten thousand documents has a third of it.
const LONGEST_LINE: u64 = 4 << 20;
/// Longest proof that is read.
const LONGEST_PROOF: u64 = 1 << 20;

/// What an export is verified with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Proof {
    format: String,
    /// The organisation's fixed part: its keys.
    fixed: Fixed,
    /// The head, as it was signed.
    note: String,
}

/// Shows that one event is in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InclusionProof {
    format: String,
    fixed: Fixed,
    note: String,
    /// Audit path from the leaf to the root (RFC 6962 §2.1.1), base64.
    path: Vec<Base64Bytes>,
    /// The event, as a line of an export.
    line: Value,
}

impl Proof {
    pub(super) fn new(station: &Station, head: &vault::Head) -> Self {
        Self {
            format: EXPORT.to_owned(),
            fixed: station.organisation.fixed.clone(),
            note: head.note.clone(),
        }
    }

    /// As it stands in the file beside the export.
    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("every field has a JSON form")
    }
}

impl InclusionProof {
    pub(super) fn new(
        station: &Station,
        logged: &vault::Logged,
        head: &vault::Head,
        path: &[[u8; 32]],
    ) -> Self {
        let path = path.iter().map(|hash| Base64Bytes(hash.to_vec())).collect();
        Self {
            format: INCLUSION.to_owned(),
            fixed: station.organisation.fixed.clone(),
            note: head.note.clone(),
            path,
            line: line(logged),
        }
    }
}

/// Where the proof of an export lies: beside it.
pub(super) fn proof_of(export: &Path) -> PathBuf {
    let mut name = export.as_os_str().to_owned();
    name.push(".proof.json");
    PathBuf::from(name)
}

/// One leaf with its event, as an export has it.
pub(super) fn line(logged: &vault::Logged) -> Value {
    let event = logged.event.as_ref();
    line_of(
        logged.leaf.index.0,
        &logged.leaf.leaf,
        event.map(|event| (&*event.salt, &*event.bytes)),
    )
}

/// What can be read in a line follows from leaf, salt and event, which are in there as they are.
fn line_of(index: u64, leaf: &[u8], event: Option<(&[u8], &[u8])>) -> Value {
    let parts = LeafParts::read(leaf);
    let told = event.and_then(|(salt, event)| Told::read(leaf, salt, event));
    let id = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(hex);
    let told = told.map(|told| {
        json!({
            "act": told.act, "time": told.time, "login": told.login, "officer": told.officer,
            "outcome": told.outcome, "intent": told.intent, "note": told.note,
            "account": id(&told.account), "key": id(&told.key), "serial": id(&told.serial),
            "machine": hex(&told.machine), "request": hex(&told.request),
            "head": { "leaves": told.head.0, "root": hex(&told.head.1) },
            "digests": told.digests.iter().map(|digest| hex(digest)).collect::<Vec<_>>(),
        })
    });
    json!({
        "index": index,
        "kind": parts.as_ref().map(|parts| parts.kind.clone()),
        "records": parts.and_then(|parts| parts.records).map(|root| hex(&root)),
        "told": told,
        "leaf": BASE64.encode(leaf),
        "salt": event.map(|(salt, _)| BASE64.encode(salt)),
        "event": event.map(|(_, event)| BASE64.encode(event)),
    })
}

/// A line as it was read.
struct Line {
    index: u64,
    leaf: Vec<u8>,
    event: Option<(Vec<u8>, Vec<u8>)>,
}

impl Line {
    /// Reads a line; the sentence says what is wrong with it.
    fn read(value: &Value) -> std::result::Result<Self, &'static str> {
        let bytes = |name: &str| -> Option<Vec<u8>> {
            value
                .get(name)?
                .as_str()
                .and_then(|text| BASE64.decode(text).ok())
        };
        let index = value["index"].as_u64().ok_or("it has no index")?;
        let leaf = bytes("leaf").ok_or("it has no leaf in base64")?;
        let event = bytes("salt").zip(bytes("event"));
        if let Some((salt, event)) = &event
            && Told::read(&leaf, salt, event).is_none()
        {
            return Err("the event is not the one that the leaf digests");
        }
        let as_written = line_of(
            index,
            &leaf,
            event.as_ref().map(|(salt, event)| (&**salt, &**event)),
        );
        if as_written != *value {
            return Err("what it says is not what its leaf and event say");
        }
        Ok(Self { index, leaf, event })
    }
}

/// Opens the head; whether the notary has signed it, too.
fn open(fixed: &Fixed, note: &str) -> std::result::Result<(Checkpoint, bool), String> {
    let origin = fixed.log_origin();
    let name = fixed.head_key_name();
    let head = Checkpoint::open(note, &origin, &name, &fixed.head_key.0)
        .map_err(|error| error.to_string())?;
    let notary = fixed.notary_key_name();
    let notarised = Checkpoint::open(note, &origin, &notary, &fixed.notary_key.0).is_ok();
    Ok((head, notarised))
}

/// Verifies an export, or the proof of one event, with nothing but what is in the files.
pub(crate) fn verify_export(file: &Path) -> Result<ExportVerdict> {
    let proof = proof_of(file);
    if proof.is_file() {
        let proof: Proof = read_json(&proof)?;
        if proof.format != EXPORT {
            return Err(not(file, "its proof is of another format"));
        }
        return lines(file, &proof);
    }
    let proof: InclusionProof = read_json(file)?;
    if proof.format != INCLUSION {
        return Err(not(file, "it is of another format"));
    }
    Ok(inclusion(&proof))
}

fn verdict(fixed: &Fixed, note: &str) -> (ExportVerdict, Option<Checkpoint>) {
    let opened = open(fixed, note);
    let mut verdict = ExportVerdict {
        whole: true,
        leaves: 0,
        organisation: hex(&fixed.fingerprint()),
        head: String::new(),
        notarised: false,
        first_break: None,
    };
    match opened {
        Ok((head, notarised)) => {
            verdict.head = head.fingerprint();
            verdict.notarised = notarised;
            (verdict, Some(head))
        }
        Err(what) => {
            broken(&mut verdict, None, &what);
            (verdict, None)
        }
    }
}

fn broken(verdict: &mut ExportVerdict, index: Option<u64>, what: &str) {
    verdict.whole = false;
    verdict.first_break.get_or_insert_with(|| Break {
        index,
        login: None,
        what: what.to_owned(),
    });
}

fn inclusion(proof: &InclusionProof) -> ExportVerdict {
    let (mut verdict, head) = verdict(&proof.fixed, &proof.note);
    let Some(head) = head else { return verdict };
    let line = match Line::read(&proof.line) {
        Ok(line) => line,
        Err(what) => {
            broken(&mut verdict, None, what);
            return verdict;
        }
    };
    let path: Option<Vec<[u8; 32]>> = proof
        .path
        .iter()
        .map(|hash| hash.0.as_slice().try_into().ok())
        .collect();
    let root = path.and_then(|path| root_by(&line.leaf, line.index, head.size, &path));
    if root == Some(head.root) {
        verdict.leaves = 1;
    } else {
        let what = "the leaf and its path do not give the root of the signed head";
        broken(&mut verdict, Some(line.index), what);
    }
    verdict
}

fn lines(file: &Path, proof: &Proof) -> Result<ExportVerdict> {
    let (mut verdict, head) = verdict(&proof.fixed, &proof.note);
    let Some(head) = head else { return Ok(verdict) };
    let fingerprint = proof.fixed.fingerprint();
    let opened = File::open(file).map_err(|source| unreadable(file, source))?;
    let mut reader = BufReader::new(opened);
    let mut frontier = Frontier::default();
    loop {
        let mut text = Vec::new();
        let read = reader
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut text)
            .map_err(|source| unreadable(file, source))?;
        if read == 0 {
            break;
        }
        let index = frontier.size();
        let line = serde_json::from_slice(&text)
            .map_err(|_| "it is no JSON")
            .and_then(|value| Line::read(&value));
        let line = match line {
            Ok(line) if line.index == index => line,
            Ok(_) => {
                broken(
                    &mut verdict,
                    Some(index),
                    "another leaf stands in its place",
                );
                break;
            }
            Err(what) => {
                broken(&mut verdict, Some(index), what);
                break;
            }
        };
        if index == 0 && !names(&line, &fingerprint) {
            let what = "it does not name the organisation that signed the head";
            broken(&mut verdict, Some(0), what);
            break;
        }
        frontier.push(&line.leaf);
    }
    verdict.leaves = frontier.size();
    if frontier.size() != head.size {
        let what = format!(
            "the head is over {} leaves, and {} are here",
            head.size,
            frontier.size()
        );
        broken(&mut verdict, Some(frontier.size()), &what);
    } else if frontier.root() != head.root {
        broken(
            &mut verdict,
            None,
            "the leaves do not give the root of the signed head",
        );
    }
    Ok(verdict)
}

/// Whether leaf 0 names the fixed part; if its event was erased, the head's signature must do.
fn names(line: &Line, fingerprint: &[u8; 32]) -> bool {
    line.event.as_ref().is_none_or(|(salt, event)| {
        Told::read(&line.leaf, salt, event).is_some_and(|told| {
            let first = told.digests.first();
            told.kind == Kind::Founding.word() && first.is_some_and(|first| first == fingerprint)
        })
    })
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let mut content = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST_PROOF).read_to_end(&mut content))
        .map_err(|source| unreadable(path, source))?;
    serde_json::from_slice(&content).map_err(|error| not(path, &error.to_string()))
}

fn not(path: &Path, why: &str) -> Error {
    Error::NotAnExport {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    }
}

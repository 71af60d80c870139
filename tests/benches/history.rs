//! What validating a long document with many revisions costs beside pyHanko, which judges the same
//! signatures of the same file: 300 pages, 20 revisions. The ratio is told and decides nothing.
//!
//! `cargo xtask bench` runs it; it measures when it is told to (`--measure`).
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pdf::{Document, FileSource};
use serde_json::Value;
use signature::{Certificate, Headline, validate};
use tests::organisation::programs;

const PAGES: &str = "300";
const REVISIONS: &str = "20";
/// How often each of both validates; the quickest counts.
const TURNS: usize = 5;
/// What is aimed at.
const BAR: f64 = 0.2;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    if !env::args().any(|argument| argument == "--measure") {
        return Ok(()); // `cargo test` starts it, too
    }
    let folder = tempfile::tempdir()?;
    let (file, ca) = (folder.path().join("long.pdf"), folder.path().join("ca.pem"));
    judge(&[
        "make".as_ref(),
        PAGES.as_ref(),
        REVISIONS.as_ref(),
        &file,
        &ca,
    ])?;
    let anchors = Certificate::all_from_pem(&fs::read(&ca)?)?;
    let (mut ours, mut theirs) = (Duration::MAX, f64::INFINITY);
    let mut signatures = 0;
    for _ in 0..TURNS {
        let start = Instant::now();
        let document = Document::open(Arc::new(FileSource::open(&file)?))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let validation = validate(&document, &anchors, i64::try_from(now)?)?;
        ours = ours.min(start.elapsed());
        if validation.headline != Headline::ValidChangedAsAllowed {
            return Err(format!("it is judged {:?}", validation.headline).into());
        }
        signatures = validation.signatures.len();
        let said = judge(&["validate".as_ref(), &file, &ca])?;
        if said["valid"].as_u64() != u64::try_from(signatures).ok() {
            return Err(format!("pyHanko says {said}").into());
        }
        theirs = theirs.min(said["seconds"].as_f64().unwrap_or(f64::INFINITY));
    }
    let ratio = ours.as_secs_f64() / theirs;
    let passed = if ratio <= BAR { "within" } else { "above" };
    println!(
        "{PAGES} pages, {REVISIONS} revisions, {signatures} signatures: {:.3} s, pyHanko {theirs:.3} s, \
         ratio {ratio:.3} ({passed} {BAR})",
        ours.as_secs_f64(),
    );
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("most memory of this process: {}", peak.unwrap_or("unknown"));
    Ok(())
}

/// Has pyHanko do something, and returns what it says.
fn judge(arguments: &[&Path]) -> Outcome<Value> {
    let python = env::var_os("CHANCERY_JUDGES").map_or_else(
        || programs().join("../tools/judges/bin/python"),
        PathBuf::from,
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/history_judge.py");
    let output = Command::new(python).arg(script).args(arguments).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

//! What others say of a signed file: pdfsig (poppler), pyHanko, qpdf.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Has all three judges look at a signed file, and compares it with what was signed.
///
/// # Panics
/// If any of them finds fault; the message says which and with what.
pub fn all(input: &Path, output: &Path, ca: &Path) {
    assert!(
        is_strict_prefix(input, output),
        "{} only appends",
        output.display()
    );
    pdfsig(output);
    pyhanko(output, ca);
    qpdf(output);
}

/// poppler: the newest signature is valid and covers the whole document.
///
/// # Panics
/// If it is not, or poppler is missing.
pub fn pdfsig(signed: &Path) {
    let said = said(
        Command::new("pdfsig").arg("-nocert").arg(signed),
        "poppler-utils",
    );
    let newest = said.rsplit("Signature #").next().unwrap_or_default();
    assert!(
        newest.contains("Signature is Valid."),
        "pdfsig on {}: {said}",
        signed.display()
    );
    assert!(
        newest.contains("Total document signed"),
        "pdfsig on {}: {said}",
        signed.display()
    );
}

/// pyHanko: intact, valid, trusted through the organisation's CA, and covering the whole file.
///
/// # Panics
/// If it is not, or pyHanko is missing.
pub fn pyhanko(signed: &Path, ca: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/pyhanko_judge.py");
    let said = said(
        Command::new(python()).arg(script).arg(signed).arg(ca),
        "pyHanko",
    );
    let verdict: Value = serde_json::from_str(&said).expect("the judge prints JSON");
    for (key, expected) in [
        ("intact", Value::Bool(true)),
        ("valid", Value::Bool(true)),
        ("trusted", Value::Bool(true)),
        ("bottom_line", Value::Bool(true)),
        ("coverage", "ENTIRE_FILE".into()),
        ("digest", "sha256".into()),
        ("subfilter", "/ETSI.CAdES.detached".into()),
    ] {
        assert_eq!(
            verdict[key],
            expected,
            "pyHanko's {key} of {}: {said}",
            signed.display()
        );
    }
}

/// qpdf: no error and no warning; it repairs quietly, so a warning is a fault.
///
/// # Panics
/// If there is one, or qpdf is missing.
pub fn qpdf(signed: &Path) {
    said(Command::new("qpdf").arg("--check").arg(signed), "qpdf");
}

/// Whether one file is the other with bytes appended.
#[must_use]
pub fn is_strict_prefix(input: &Path, output: &Path) -> bool {
    let open = |path: &Path| BufReader::new(File::open(path).expect("the file opens")).bytes();
    let (mut input, mut output) = (open(input), open(output));
    for byte in input.by_ref() {
        let theirs = output
            .next()
            .map(|byte| byte.expect("the file can be read"));
        if theirs != Some(byte.expect("the file can be read")) {
            return false;
        }
    }
    output.next().is_some()
}

fn said(command: &mut Command, needs: &str) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; {needs}: run cargo xtask setup"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{text}{complaint}",
        output.status
    );
    text
}

/// Python with pyHanko: where the set-up says it is, else where it puts it.
fn python() -> PathBuf {
    let python = std::env::var_os("CHANCERY_JUDGES").map_or_else(
        || crate::organisation::programs().join("../tools/judges/bin/python"),
        PathBuf::from,
    );
    assert!(
        python.is_file(),
        "{} is missing; run cargo xtask setup",
        python.display()
    );
    python
}

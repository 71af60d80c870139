//! What others say of a signed file: pdfsig (poppler), pyHanko, qpdf.

use std::fs::File;
use std::io::{BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What pyHanko says of the newest signature in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PyHanko {
    /// The bytes signed are the bytes there.
    pub intact: bool,
    /// The signature is mathematically right.
    pub valid: bool,
    /// The chain leads to the CA that was given.
    pub trusted: bool,
    /// All of that, and nothing else is wrong.
    pub bottom_line: bool,
    /// How much of the file it covers; `ENTIRE_FILE` is all of it.
    pub coverage: String,
    /// The name of the signature's format in the PDF.
    pub subfilter: String,
    /// The digest algorithm.
    pub digest: String,
    /// Whether each of the earlier signatures still holds, later changes considered.
    pub earlier: Vec<bool>,
}

/// `/SubFilter` of what is signed if nothing else is asked for.
const PADES: &str = "/ETSI.CAdES.detached";

/// Has all three judges look at a signed file, and compares it with what was signed.
///
/// # Panics
/// If any of them finds fault; the message says which and with what.
pub fn all(input: &Path, output: &Path, ca: &Path) {
    judged(input, output, ca, PADES, None, "sha256");
}

/// The same for a signature over another digest than SHA-256.
///
/// # Panics
/// As [`all`].
pub fn all_by(input: &Path, output: &Path, ca: &Path, digest: &str) {
    judged(input, output, ca, PADES, None, digest);
}

/// The same for a signature of a given `/SubFilter`.
///
/// # Panics
/// As [`all`].
pub fn all_of_form(input: &Path, output: &Path, ca: &Path, subfilter: &str) {
    judged(input, output, ca, subfilter, None, "sha256");
}

/// The same of an encrypted file that opens with a password.
///
/// # Panics
/// As [`all`].
pub fn all_with(input: &Path, output: &Path, ca: &Path, password: &str) {
    judged(input, output, ca, PADES, Some(password), "sha256");
}

fn judged(
    input: &Path,
    output: &Path,
    ca: &Path,
    subfilter: &str,
    password: Option<&str>,
    digest: &str,
) {
    assert!(
        is_strict_prefix(input, output),
        "{} only appends",
        output.display()
    );
    pdfsig_with(output, password);
    let verdict = pyhanko_with(output, ca, password);
    assert!(
        !verdict.earlier.contains(&false),
        "pyHanko on the earlier signatures of {}: {verdict:?}",
        output.display()
    );
    let earlier = verdict.earlier.clone();
    assert_eq!(
        verdict,
        PyHanko {
            earlier,
            intact: true,
            valid: true,
            trusted: true,
            bottom_line: true,
            coverage: "ENTIRE_FILE".to_owned(),
            subfilter: subfilter.to_owned(),
            digest: digest.to_owned(),
        },
        "pyHanko on {}",
        output.display()
    );
    qpdf_check_with(output, password);
}

/// poppler: every signature is valid, and one covers the whole document.
///
/// # Panics
/// If it is not, or poppler is missing.
pub fn pdfsig(signed: &Path) {
    pdfsig_with(signed, None);
}

/// The same of a file that may have timestamps of the document, which poppler (22.12) shows and does
/// not verify.
///
/// # Panics
/// As [`pdfsig`].
pub fn pdfsig_stamped(signed: &Path) {
    pdfsig_of(signed, None, "Signature Type: unknown");
}

fn pdfsig_with(signed: &Path, password: Option<&str>) {
    pdfsig_of(signed, password, "no type of signature");
}

fn pdfsig_of(signed: &Path, password: Option<&str>, not_verified: &str) {
    let mut pdfsig = Command::new("pdfsig");
    pdfsig.arg("-nocert").arg(signed);
    pdfsig.args(password.into_iter().flat_map(|password| ["-upw", password]));
    let said = said(&mut pdfsig, "poppler-utils");
    // Empty signature fields are listed, too, and the order is that of the form.
    let signatures: Vec<&str> = said
        .split("Signature #")
        .filter(|part| part.contains("Signature Validation:"))
        .collect();
    let mut verified = signatures
        .iter()
        .filter(|signature| !signature.contains(not_verified))
        .peekable();
    let any = verified.peek().is_some();
    let all_valid = verified.all(|signature| signature.contains("Signature is Valid."));
    assert!(any && all_valid, "pdfsig on {}: {said}", signed.display());
    let whole = signatures
        .iter()
        .any(|signature| signature.contains("Total document signed"));
    assert!(whole, "pdfsig on {}: {said}", signed.display());
}

/// pyHanko's verdict on the newest signature, with the organisation's CA as the only anchor.
///
/// # Panics
/// If there is no signature, the file cannot be read strictly, or pyHanko is missing.
#[must_use]
pub fn pyhanko(signed: &Path, ca: &Path) -> PyHanko {
    pyhanko_with(signed, ca, None)
}

fn pyhanko_with(signed: &Path, ca: &Path, password: Option<&str>) -> PyHanko {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/pyhanko_judge.py");
    let said = said(
        Command::new(python())
            .arg(script)
            .arg(signed)
            .arg(ca)
            .args(password),
        "pyHanko",
    );
    let verdict: Value = serde_json::from_str(&said).expect("the judge prints JSON");
    let of = |key: &str| {
        let value = &verdict[key];
        assert!(
            !value.is_null(),
            "pyHanko gives no {key} of {}: {said}",
            signed.display()
        );
        value
    };
    let holds = |key| of(key).as_bool().expect("a truth value");
    let text = |key| of(key).as_str().expect("a text").to_owned();
    PyHanko {
        intact: holds("intact"),
        valid: holds("valid"),
        trusted: holds("trusted"),
        bottom_line: holds("bottom_line"),
        coverage: text("coverage"),
        subfilter: text("subfilter"),
        digest: text("digest"),
        earlier: of("earlier")
            .as_array()
            .expect("a list")
            .iter()
            .map(|holds| holds.as_bool().expect("a truth value"))
            .collect(),
    }
}

/// What pyHanko's validation after ETSI EN 319 102-1 makes of the signatures in a file, with nothing
/// but the file: `mode` is `basic`, where revocation need not be proven, or `lta`; `when` is Unix
/// time, and 0 for now.
///
/// # Panics
/// If the file cannot be read strictly, or pyHanko is missing.
#[must_use]
pub fn levels(signed: &Path, mode: &str, when: i64, roots: &[PathBuf]) -> Value {
    all_levels(&[(signed, mode, when)], roots).remove(0)
}

/// The same of several files, each in its mode and at its time, which costs about one.
///
/// # Panics
/// As [`levels`].
#[must_use]
pub fn all_levels(asked: &[(&Path, &str, i64)], roots: &[PathBuf]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/level_judge.py");
    let mut python = Command::new(python());
    python.arg(script).args(roots).arg("--");
    for (signed, mode, when) in asked {
        python.arg(signed).args([mode, when.to_string().as_str()]);
    }
    let said = said(&mut python, "pyHanko");
    let judged = said.lines();
    let judged = judged.map(|line| serde_json::from_str(line).expect("the judge prints JSON"));
    let judged: Vec<Value> = judged.collect();
    assert_eq!(judged.len(), asked.len(), "every file was judged");
    judged
}

/// What is said of a rule of PDF/A or PDF/UA in a file and in what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// The rule, as `docs/pdf-a-and-ua.md` calls it.
    pub name: String,
    /// The standard and its clause.
    pub clause: String,
    /// Why it does not hold before; none if it does.
    pub before: Option<String>,
    /// Why it does not hold after.
    pub after: Option<String>,
}

/// What a file claims to be, as it is read there, and the rules of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The part of PDF/A.
    pub part: Option<u64>,
    /// Its level, in capitals.
    pub level: Option<String>,
    /// The part of PDF/UA.
    pub ua: Option<u64>,
    /// The rules of what is claimed.
    pub rules: Vec<Ruled>,
}

/// Holds files before and after they were signed against the rules of PDF/A and PDF/UA.
///
/// # Panics
/// If a file cannot be read there, or pyHanko is missing.
#[must_use]
pub fn archived(pairs: &[(PathBuf, PathBuf)]) -> Vec<Archived> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/archive_judge.py");
    let asked = lines(pairs);
    let said = said(Command::new(python()).arg(script).stdin(asked), "pyHanko");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let judged = said.lines().map(|line| {
        let judged: Value = serde_json::from_str(line).expect("the judge prints JSON");
        let claims = &judged["claims"];
        let rules = judged["rules"].as_array().expect("a list");
        let rules = rules.iter().map(|rule| Ruled {
            name: text(&rule[0]).expect("a name"),
            clause: text(&rule[1]).expect("a clause"),
            before: text(&rule[2]),
            after: text(&rule[3]),
        });
        Archived {
            part: claims["part"].as_u64(),
            level: text(&claims["level"]),
            ua: claims["ua"].as_u64(),
            rules: rules.collect(),
        }
    });
    let judged: Vec<_> = judged.collect();
    assert_eq!(judged.len(), pairs.len(), "every pair was judged");
    judged
}

/// Has pyHanko sign files as its defaults are, with no thought of what they claim.
///
/// # Panics
/// If it cannot, or OpenSSL or pyHanko is missing.
pub fn signed_carelessly(pairs: &[(PathBuf, PathBuf)]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (key, certificate) = (folder.path().join("key"), folder.path().join("crt"));
    let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30";
    let mut openssl = Command::new("openssl");
    openssl
        .args(request.split(' '))
        .args(["-subj", "/CN=Careless"]);
    said(
        openssl
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate),
        "openssl",
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/careless_signer.py");
    let mut signer = Command::new(python());
    said(
        signer
            .arg(script)
            .args([key, certificate])
            .stdin(lines(pairs)),
        "pyHanko",
    );
}

/// Issues a certificate for a key of a card; `terms` are its name, its keyUsage, and its days.
pub(crate) fn issue_for_card(issuer: &Path, spki: &Path, certificate: &Path, terms: &[&str; 3]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/card_issuer.py");
    let mut python = Command::new(python());
    python.arg(script).args([issuer, spki, certificate]);
    said(python.args(terms), "pyHanko");
}

/// Pairs of paths for a script to read.
fn lines(pairs: &[(PathBuf, PathBuf)]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    for (before, after) in pairs {
        writeln!(file, "{}\t{}", before.display(), after.display()).expect("it is written");
    }
    file.rewind().expect("it can be read from its start");
    file
}

/// What pyHanko says of all signatures in a file of somebody else.
#[derive(Debug, Clone)]
pub struct Foreign(Value);

impl Foreign {
    fn signatures(&self) -> &[Value] {
        self.0.as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether each is intact, changed as allowed only, and trusted where there is an anchor.
    #[must_use]
    pub fn is_good(&self, anchored: bool) -> bool {
        let holds = |one: &Value, key: &str| one[key].as_bool() == Some(true);
        let good = |one: &Value| {
            holds(one, "intact") && holds(one, "allowed") && (holds(one, "trusted") || !anchored)
        };
        !self.signatures().is_empty() && self.signatures().iter().all(good)
    }

    /// In words: what is wrong, if anything is.
    #[must_use]
    pub fn words(&self, anchored: bool) -> String {
        if let Some(error) = self.0["error"].as_str() {
            return format!("does not read it ({})", kind(error));
        }
        let word = |one: &Value| {
            let holds = |key: &str| one[key].as_bool() == Some(true);
            match one["error"].as_str() {
                Some(error) => format!("gives up ({})", kind(error)),
                None if !holds("intact") => "broken".to_owned(),
                None if !holds("allowed") => "changed".to_owned(),
                None if !holds("trusted") && anchored => "not trusted".to_owned(),
                None if !holds("whole") => "good, changed as allowed".to_owned(),
                None => "good".to_owned(),
            }
        };
        match self.signatures() {
            [] => "unsigned".to_owned(),
            all => all.iter().map(word).collect::<Vec<_>>().join(", "),
        }
    }
}

/// The name of an error of Python.
fn kind(error: &str) -> &str {
    error.split(':').next().unwrap_or(error)
}

/// What pyHanko says of files of others, with one anchor or none.
///
/// # Panics
/// If pyHanko is missing.
#[must_use]
pub fn foreign(files: &[PathBuf], ca: Option<&Path>) -> Vec<Foreign> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/foreign_judge.py");
    let mut asked = tempfile::tempfile().expect("a temporary file");
    for file in files {
        writeln!(asked, "{}", file.display()).expect("it is written");
    }
    asked.rewind().expect("it can be read from its start");
    let mut judge = Command::new(python());
    judge
        .arg(script)
        .arg(ca.unwrap_or(Path::new("-")))
        .stdin(asked);
    let said = said(&mut judge, "pyHanko");
    let judged = said
        .lines()
        .map(|line| Foreign(serde_json::from_str(line).expect("JSON")));
    let judged: Vec<Foreign> = judged.collect();
    assert_eq!(judged.len(), files.len(), "every file was judged");
    judged
}

/// Has pyHanko sign a page in every way it knows.
///
/// # Panics
/// If it cannot.
pub fn foreign_signer(page: &Path, out: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/foreign_signer.py");
    said(
        Command::new(python()).arg(script).args([page, out]),
        "pyHanko",
    );
}

/// What pdfsig says of the mathematics of all signatures in a file; it asks nobody for trust here.
#[derive(Debug, Clone)]
pub struct Poppler(Vec<String>);

impl Poppler {
    /// Whether each is valid.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|one| one == "valid")
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        if self.0.is_empty() {
            return "unsigned".to_owned();
        }
        self.0.join(", ")
    }
}

/// Has pdfsig look at a file of somebody else.
///
/// # Panics
/// If poppler is missing.
#[must_use]
pub fn poppler(file: &Path) -> Poppler {
    let output = Command::new("pdfsig").arg("-nocert").arg(file).output();
    let output = output.expect("pdfsig is there: cargo xtask setup");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.code().is_none() {
        return Poppler(vec!["crashes".to_owned()]);
    }
    let verdicts = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- Signature Validation: "));
    let verdicts = verdicts.map(|verdict| match verdict.trim_end_matches('.') {
        "Signature is Valid" => "valid".to_owned(),
        other => other.to_ascii_lowercase(),
    });
    Poppler(verdicts.collect())
}

/// qpdf: no error and no warning; it repairs quietly, so a warning is a fault.
///
/// # Panics
/// If there is one, or qpdf is missing.
pub fn qpdf_check(signed: &Path) {
    qpdf_check_with(signed, None);
}

fn qpdf_check_with(signed: &Path, password: Option<&str>) {
    let mut qpdf = Command::new("qpdf");
    qpdf.arg("--check").arg(signed);
    qpdf.args(password.map(|password| format!("--password={password}")));
    said(&mut qpdf, "qpdf");
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::panic::catch_unwind;

    use service::wire::{Placement, Rect};

    use super::*;
    use crate::organisation::SIGNER_SECRET;
    use crate::{Organisation, sample};

    #[test]
    fn the_judges_refuse_what_was_changed_after_signing() {
        let organisation = Organisation::found().with_signer("ada", "Ada Lovelace");
        let (input, signed) = (sample::agreement(), organisation.path("signed.pdf"));
        let rect = Rect {
            x: 310.0,
            y: 68.0,
            width: 225.0,
            height: 66.0,
        };
        let placement = Placement::Box { page: 1, rect };
        organisation
            .sign_to(&input, &signed, placement, "ada", SIGNER_SECRET)
            .expect("the sample can be signed");
        let ca = organisation.home().ca_file();
        all(&input, &signed, &ca);

        let mut bytes = fs::read(&signed).expect("the signed file can be read");
        bytes[7] ^= 1; // the version in the header: still a PDF
        let changed = organisation.path("changed.pdf");
        fs::write(&changed, &bytes).expect("the changed file is written");
        let verdict = pyhanko(&changed, &ca);
        assert!(!verdict.intact && !verdict.bottom_line, "{verdict:?}");
        assert!(catch_unwind(|| pdfsig(&changed)).is_err(), "pdfsig");
        assert!(!is_strict_prefix(&input, &changed));
        assert!(!is_strict_prefix(&input, &input));
        assert!(catch_unwind(|| pdfsig(&input)).is_err(), "unsigned");
    }
}

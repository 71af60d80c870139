//! The other programs that judge what is written.

use std::io::Write;
use std::process::Command;

/// What `qpdf --check` thinks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Check {
    Clean,
    /// With its words.
    Complaint(String),
}

/// Runs `qpdf --check`.
pub(crate) fn qpdf_check(bytes: &[u8]) -> Check {
    qpdf_check_with(bytes, "")
}

/// Runs `qpdf --check` with a password.
pub(crate) fn qpdf_check_with(bytes: &[u8], password: &str) -> Check {
    let file = temporary(bytes);
    let output = Command::new("qpdf")
        .arg("--check")
        .arg(format!("--password={password}"))
        .arg(file.path())
        .output()
        .unwrap();
    if output.status.code() == Some(0) {
        return Check::Clean;
    }
    let words = [output.stdout, output.stderr].concat();
    Check::Complaint(String::from_utf8_lossy(&words).into_owned())
}

/// Rewrites a document with these arguments of qpdf.
pub(crate) fn qpdf(bytes: &[u8], arguments: &[&str]) -> Vec<u8> {
    let (input, output) = (temporary(bytes), temporary(b""));
    let status = Command::new("qpdf")
        .arg("--allow-weak-crypto")
        .args(arguments)
        .arg(input.path())
        .arg(output.path())
        .status()
        .unwrap();
    assert!(status.success());
    std::fs::read(output.path()).unwrap()
}

/// A key and its certificate, made by OpenSSL and gone with the value.
pub(crate) struct Signer(tempfile::TempDir);

impl Signer {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args([
                "-nodes", "-subj", "/CN=Ana", "-days", "30", "-keyout", "key", "-out", "crt",
            ])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self(folder)
    }

    /// A detached CAdES signature (ETSI EN 319 122-1), DER.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        std::fs::write(self.0.path().join("covered"), bytes).unwrap();
        let output = Command::new("openssl")
            .args([
                "cms", "-sign", "-binary", "-cades", "-md", "sha256", "-outform", "DER",
            ])
            .args(["-signer", "crt", "-inkey", "key", "-in", "covered"])
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }
}

/// What pdfsig says of all signatures.
pub(crate) fn pdfsig(bytes: &[u8]) -> String {
    pdfsig_with(bytes, "")
}

/// The same, of a document with a user's password.
pub(crate) fn pdfsig_with(bytes: &[u8], password: &str) -> String {
    let file = temporary(bytes);
    let output = Command::new("pdfsig")
        .args(["-nocert", "-upw", password])
        .arg(file.path())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A page in grey, one byte each, rows from the top.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// Renders the crop box of the first page with poppler, which does not know `UserUnit`: the
    /// resolution is in pixels for 72 units of the page.
    pub(crate) fn render(bytes: &[u8], resolution: usize) -> Self {
        Self::render_with(bytes, resolution, "")
    }

    /// The same, of a document with a user's password.
    pub(crate) fn render_with(bytes: &[u8], resolution: usize, password: &str) -> Self {
        let file = temporary(bytes);
        let output = Command::new("pdftoppm")
            .args(["-upw", password])
            .args(["-gray", "-cropbox", "-singlefile", "-f", "1", "-l", "1"])
            .args(["-r", &resolution.to_string()])
            .arg(file.path())
            .output()
            .unwrap();
        let image = output.stdout;
        // P5, width, height, largest value: four words, then one white space.
        let mut at = 0;
        let mut words = Vec::new();
        while words.len() < 4 {
            let length = image[at..]
                .iter()
                .take_while(|byte| !byte.is_ascii_whitespace())
                .count();
            words.push(std::str::from_utf8(&image[at..at + length]).unwrap());
            at += length + 1;
        }
        assert_eq!((words[0], words[3]), ("P5", "255"));
        let (width, height) = (words[1].parse().unwrap(), words[2].parse().unwrap());
        let pixels = image[at..].to_vec();
        assert_eq!(pixels.len(), width * height);
        Self {
            width,
            height,
            pixels,
        }
    }

    pub(crate) fn darkness(&self, x: usize, y: usize) -> u32 {
        u32::from(255 - self.pixels[y * self.width + x])
    }

    /// Left, top, right, bottom of what is not white; right and bottom belong to it.
    pub(crate) fn ink(&self) -> Option<[usize; 4]> {
        let mut edges: Option<[usize; 4]> = None;
        for y in 0..self.height {
            for x in (0..self.width).filter(|x| self.darkness(*x, y) > 64) {
                let [left, top, right, bottom] = edges.unwrap_or([x, y, x, y]);
                edges = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
            }
        }
        edges
    }
}

pub(crate) fn temporary(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

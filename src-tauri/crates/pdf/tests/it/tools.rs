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
    let file = temporary(bytes);
    let output = Command::new("qpdf")
        .arg("--check")
        .arg(file.path())
        .output()
        .unwrap();
    if output.status.code() == Some(0) {
        return Check::Clean;
    }
    let words = [output.stdout, output.stderr].concat();
    Check::Complaint(String::from_utf8_lossy(&words).into_owned())
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
        let file = temporary(bytes);
        let output = Command::new("pdftoppm")
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

fn temporary(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

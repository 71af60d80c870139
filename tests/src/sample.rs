//! The repository's own PDFs.

use std::path::PathBuf;

/// A contract of three pages with room for a signature on the first.
#[must_use]
pub fn agreement() -> PathBuf {
    fixture("pdf/agreement.pdf")
}

/// A file below `tests/fixtures`.
///
/// # Panics
/// If it is not there.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    assert!(path.is_file(), "no fixture {}", path.display());
    path
}

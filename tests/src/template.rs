//! Folders that many tests begin with: made once, copied for each test, gone with the last one's.
//!
//! Founding starts host processes, probes a token and stretches secrets; a copy starts a `cp`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

type Original = Arc<Mutex<Weak<TempDir>>>;

static ORIGINALS: Mutex<BTreeMap<String, Original>> = Mutex::new(BTreeMap::new());

/// A folder of a test's own that begins as a copy.
pub(crate) struct Copied {
    pub(crate) folder: TempDir,
    /// For the next test: nothing in a static is ever dropped.
    pub(crate) original: Arc<TempDir>,
}

/// Copies what is called so, which is made first where no test has one.
///
/// # Panics
/// If it cannot be made or copied.
pub(crate) fn copied(name: &str, make: impl FnOnce() -> TempDir) -> Copied {
    // A test that failed while it made one leaves none behind.
    let original = ORIGINALS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(name.to_owned())
        .or_default()
        .clone();
    let mut held = original.lock().unwrap_or_else(PoisonError::into_inner);
    let original = held.upgrade().unwrap_or_else(|| {
        let made = Arc::new(make());
        *held = Arc::downgrade(&made);
        made
    });
    drop(held);
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(original.path(), folder.path());
    Copied { folder, original }
}

/// Copies all that is in a folder, with owners and modes.
///
/// # Panics
/// If `cp` cannot.
pub(crate) fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp")
        .arg("-a")
        .arg(from.join("."))
        .arg(to.join("."))
        .status()
        .expect("cp runs");
    assert!(copied.success());
}

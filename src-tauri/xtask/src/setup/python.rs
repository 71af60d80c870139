//! Virtual environments, made with the system's Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::places::Places;
use crate::shell::{command, done, run, step};

/// A virtual environment in a folder, made if it is not there.
pub(super) fn environment(folder: &Path) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    // An interrupted one has Python and no pip: that is made anew.
    if !folder.join("bin/pip").is_file() {
        run(command("/usr/bin/python3", &["-m", "venv", "--clear"]).arg(folder))?;
    }
    Ok(python)
}

/// Installs the outside judges: pyHanko and what it stands on, each pinned.
pub(super) fn judges(places: &Places) -> Result<()> {
    let start = Instant::now();
    let wanted = places.root.join("tests/judges/requirements.txt");
    let list = fs::read(&wanted).with_context(|| wanted.display().to_string())?;
    let folder = places.tools().join("judges");
    let stamp = folder.join("installed.txt");
    let there = places.judges_python().is_file();
    if there && fs::read(&stamp).is_ok_and(|installed| installed == list) {
        done("judges", start, "there");
        return Ok(());
    }
    step("judges", || {
        let python = environment(&folder)?;
        run(command(
            python,
            &[
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ],
        )
        .arg(&wanted))?;
        Ok(fs::write(&stamp, &list)?)
    })
}

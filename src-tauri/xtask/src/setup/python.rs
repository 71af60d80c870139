//! Virtual environments, made with the system's Python.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::places::Places;
use crate::shell::{command, run, step};

/// A virtual environment in a folder, made if it is not there.
pub(super) fn environment(folder: &Path) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    if !python.is_file() {
        run(command("/usr/bin/python3", &["-m", "venv"]).arg(folder))?;
    }
    Ok(python)
}

/// Installs the outside judges: pyHanko and what it stands on, each pinned.
pub(super) fn judges(places: &Places) -> Result<()> {
    let wanted = places.root.join("tests/judges/requirements.txt");
    let list = fs::read(&wanted).with_context(|| wanted.display().to_string())?;
    let folder = places.tools().join("judges");
    let stamp = folder.join("installed.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == list) {
        return Ok(());
    }
    step("installing the judges", || {
        let python = environment(&folder)?;
        run(command(
            python,
            &["-m", "pip", "install", "--quiet", "--requirement"],
        )
        .arg(&wanted))?;
        Ok(fs::write(&stamp, &list)?)
    })
}

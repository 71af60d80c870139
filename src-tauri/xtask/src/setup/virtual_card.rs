//! The smart card of the tests, a program outside the workspace.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::places::Places;
use crate::shell::{command, done, run, step};

/// Builds the program, unless the one that is there was built from what it would be built from.
pub(super) fn build(places: &Places) -> Result<()> {
    let start = Instant::now();
    let source = places.root.join("tests/virtual-card");
    let folder = places.tools().join("virtual-card");
    let (program, stamp) = (folder.join("virtual-card"), folder.join("built-from.txt"));
    let wanted = content(&source)?;
    if program.is_file() && fs::read(&stamp).is_ok_and(|built| built == wanted) {
        done("virtual card", start, "there");
        return Ok(());
    }
    step("virtual card", || {
        let build = folder.join("build");
        fs::create_dir_all(&build)?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        run(command(cargo, &["build", "--quiet", "--locked"])
            .current_dir(&source)
            .env("CARGO_TARGET_DIR", &build))?;
        // Renamed into place: tests that run keep the one they started.
        let fresh = program.with_extension("new");
        fs::copy(build.join("debug/virtual-card"), &fresh)?;
        fs::rename(&fresh, &program)?;
        fs::remove_dir_all(&build)?;
        Ok(fs::write(&stamp, &wanted)?)
    })
}

/// Everything that decides what is built, one file after the other.
fn content(source: &Path) -> Result<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(source.join("src"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    files.extend(["Cargo.toml", "Cargo.lock"].map(|name| source.join(name)));
    let mut content = Vec::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
        content.extend_from_slice(&bytes);
    }
    Ok(content)
}

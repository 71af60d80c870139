//! Kryoptic, the second PKCS#11 module of the tests, built from its crate.

use std::env;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::places::Places;
use crate::shell::{command, done, run, step};

/// Builds the module if it is not there as the manifest and its lock file say.
pub(super) fn build(places: &Places) -> Result<()> {
    let start = Instant::now();
    let package = places.root.join("tests/kryoptic");
    let mut wanted = Vec::new();
    for name in ["Cargo.toml", "Cargo.lock"] {
        let manifest = package.join(name);
        wanted.extend(fs::read(&manifest).with_context(|| manifest.display().to_string())?);
    }
    let module = places.kryoptic();
    let folder = places.tools().join("kryoptic");
    let stamp = folder.join("built.txt");
    if module.is_file() && fs::read(&stamp).is_ok_and(|built| built == wanted) {
        done("Kryoptic", start, "there");
        return Ok(());
    }
    step("Kryoptic", || {
        let scratch = folder.join("build");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // The dependency by its name: what the package itself is made of is nothing.
        let arguments = [
            "build",
            "--quiet",
            "--release",
            "--locked",
            "-p",
            "kryoptic",
        ];
        run(command(cargo, &arguments)
            .current_dir(&package)
            .env("CARGO_TARGET_DIR", &scratch))?;
        // Renamed into place: a process that runs keeps the one it has mapped.
        let fresh = module.with_extension("so.new");
        fs::copy(scratch.join("release/libkryoptic_pkcs11.so"), &fresh)?;
        fs::rename(&fresh, &module)?;
        fs::write(&stamp, &wanted)?;
        Ok(fs::remove_dir_all(&scratch)?)
    })
}

//! PDFium, from a wheel that is pinned by its hash, laid beside the programs.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::python;
use crate::places::Places;
use crate::shell::{command, done, run, step};

/// Takes the library and its licences out of the wheel.
const UNPACK: &str = "\
import pathlib, sys, zipfile
wheel, out = next(pathlib.Path(sys.argv[1]).glob('*.whl')), pathlib.Path(sys.argv[2])
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.endswith('/libpdfium.so') or '/licenses/' in name:
            target = out / pathlib.PurePosixPath(name).name
            target.write_bytes(archive.read(name))
";

/// Installs the library.
pub(super) fn install(places: &Places) -> Result<()> {
    let start = Instant::now();
    let wanted = places.root.join("src-tauri/xtask/pdfium.txt");
    let list = fs::read(&wanted).with_context(|| wanted.display().to_string())?;
    let folder = places.tools().join("pdfium");
    let stamp = folder.join("installed.txt");
    let library = folder.join("libpdfium.so");
    if library.is_file() && fs::read(&stamp).is_ok_and(|installed| installed == list) {
        done("PDFium", start, "there");
    } else {
        step("PDFium", || {
            let platform = match std::env::consts::ARCH {
                "x86_64" => "manylinux_2_17_x86_64",
                "aarch64" => "manylinux_2_17_aarch64",
                other => bail!("no PDFium is pinned for {other}"),
            };
            let python = python::environment(&places.tools().join("python"))?;
            let download = folder.join("download");
            // One that was interrupted may have left another wheel.
            if download.exists() {
                fs::remove_dir_all(&download)?;
            }
            fs::create_dir_all(&download)?;
            let fetch = [
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary=:all:",
            ];
            run(command(&python, &fetch)
                .args(["--platform", platform, "--require-hashes", "--requirement"])
                .arg(&wanted)
                .arg("--dest")
                .arg(&download))?;
            run(command(&python, &["-c", UNPACK])
                .arg(&download)
                .arg(&folder))?;
            fs::remove_dir_all(&download)?;
            Ok(fs::write(&stamp, &list)?)
        })?;
    }
    let beside = places.programs().join("libpdfium.so");
    let wanted = fs::read(&library)?;
    if !fs::read(&beside).is_ok_and(|present| present == wanted) {
        fs::create_dir_all(places.programs())?;
        // Renamed into place: a program that runs keeps the one it has mapped.
        let fresh = beside.with_extension("so.new");
        fs::write(&fresh, &wanted)?;
        fs::rename(&fresh, &beside)?;
    }
    Ok(())
}

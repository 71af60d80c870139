//! The window's inside: its packages and its build, which the shell embeds when it is compiled.

use std::fs;
use std::path::Path;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};

use crate::places::Places;
use crate::shell::{command, done, output, run, step};

/// The oldest Node that the build runs on.
const NODE: (u32, u32) = (20, 19);

/// Builds the window's inside if a source is newer than what was built.
pub(super) fn build(places: &Places) -> Result<()> {
    let ui = places.ui();
    node_packages(&ui)?;
    let start = Instant::now();
    let built = modified(&ui.join("dist/index.html"));
    if built.is_some_and(|built| newest(&ui).is_ok_and(|source| source <= built)) {
        done("the window's inside", start, "built");
        return Ok(());
    }
    step("the window's inside", || {
        run(command("npm", &["run", "--silent", "build"]).current_dir(&ui))
    })
}

/// Installs the packages of a folder as its lock file says, if that changed since.
pub(super) fn node_packages(folder: &Path) -> Result<()> {
    let start = Instant::now();
    check_node()?;
    let lock = folder.join("package-lock.json");
    let list = fs::read(&lock).with_context(|| lock.display().to_string())?;
    let stamp = folder.join("node_modules/.installed.json");
    let what = format!("Node packages of {}", folder.display());
    if fs::read(&stamp).is_ok_and(|installed| installed == list) {
        done(&what, start, "there");
        return Ok(());
    }
    step(&what, || {
        let arguments = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
        run(command("npm", &arguments).current_dir(folder))?;
        Ok(fs::write(&stamp, &list)?)
    })
}

fn check_node() -> Result<()> {
    let version = output(&mut command("node", &["--version"]))
        .context("Node 20.19 or newer is needed (Debian 12 has 18)")?;
    let mut numbers = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= NODE => Ok(()),
        _ => bail!("Node 20.19 or newer is needed, {} is here", version.trim()),
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

/// When the newest source below a folder was changed.
fn newest(folder: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if ["node_modules", "dist"]
            .iter()
            .any(|skipped| entry.file_name() == *skipped)
        {
            continue;
        }
        let time = if entry.file_type()?.is_dir() {
            self::newest(&entry.path())?
        } else {
            entry.metadata()?.modified()?
        };
        newest = newest.max(time);
    }
    Ok(newest)
}

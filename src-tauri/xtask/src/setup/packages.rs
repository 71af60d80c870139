//! Debian packages.

use std::io::{IsTerminal, stdin};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::shell::{command, done, has, output, run, step};

/// What the window is built with.
pub(super) const BUILD: &[&str] = &["libwebkit2gtk-4.1-dev", "pkg-config"];
/// What the product runs with: the software token.
pub(super) const RUN: &[&str] = &["softhsm2"];
/// What fetches PDFium and the judges.
pub(super) const PYTHON: &[&str] = &["python3-venv"];
/// What tests and judges run with.
pub(super) const TEST: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "gnome-keyring",
    "poppler-utils",
    "qpdf",
    "mupdf-tools",
    "sqlite3",
    "openssl",
    "xdotool",
    "imagemagick",
    "fontconfig",
    "chromium",
    "chromium-driver",
    // A token at the other end of a socket.
    "p11-kit",
    "p11-kit-modules",
];
/// What the second token of the tests is built with; its bindings are made by libclang, which wants
/// clang's own headers.
pub(super) const KRYOPTIC: &[&str] = &[
    "libclang1-14",
    "libclang-common-14-dev",
    "libsqlite3-dev",
    "libssl-dev",
];
/// What the tests of smart cards run with: PC/SC, a reader that is none, a module, a network of
/// its own; and what the card that is none is built with.
pub(super) const CARDS: &[&str] = &[
    "pcscd",
    "vsmartcard-vpcd",
    "opensc",
    "iproute2",
    "util-linux",
    "libclang-dev",
];
/// What the engine of the fuzz targets is built with.
pub(super) const FUZZ: &[&str] = &["g++"];
/// What the peers sign with, and what makes many people.
pub(super) const BENCH: &[&str] = &["poppler-utils", "libnss3-tools", "openssl", "sqlite3"];

/// Installs those of the lists that are not there.
pub(super) fn install(lists: &[&[&str]]) -> Result<()> {
    let start = Instant::now();
    let missing: Vec<&str> = lists
        .iter()
        .copied()
        .flatten()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        done("Debian packages", start, "there");
        return Ok(());
    }
    if !has("apt-get") {
        bail!(
            "these are needed and this is no Debian: {}",
            missing.join(" ")
        );
    }
    let as_root = output(&mut command("id", &["-u"]))?.trim() == "0";
    if !as_root && !agreed(&missing)? {
        bail!("not installed: {}", missing.join(" "));
    }
    let apt = |arguments: &[&str]| -> Result<()> {
        let mut call = if as_root {
            command("apt-get", &[])
        } else {
            command("sudo", &["apt-get"])
        };
        call.env("DEBIAN_FRONTEND", "noninteractive");
        // Another installation may be under way: wait for it instead of failing.
        run(call
            .args(["-qq", "-o", "DPkg::Lock::Timeout=600"])
            .args(arguments))
    };
    step(&format!("Debian packages {}", missing.join(" ")), || {
        apt(&["update"])?;
        let mut arguments = vec!["install", "-y", "--no-install-recommends"];
        arguments.extend(&missing);
        apt(&arguments)
    })
}

fn is_installed(package: &str) -> bool {
    std::process::Command::new("dpkg-query")
        .args(["-W", "-f", "${Status}", package])
        .output()
        .is_ok_and(|output| output.stdout == b"install ok installed")
}

/// Nothing is installed as another user without asking.
fn agreed(missing: &[&str]) -> Result<bool> {
    if !stdin().is_terminal() {
        bail!(
            "these Debian packages are needed; install them as root: {}",
            missing.join(" ")
        );
    }
    println!("These Debian packages are needed: {}", missing.join(" "));
    println!("Install them with sudo? [y/N]");
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

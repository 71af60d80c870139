//! Every check and every test, one after the other; a failing one does not hide the others.

use std::env;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::corpus;
use crate::memory::in_memory;
use crate::places::Places;
use crate::setup;
use crate::shell::{command, has, output, run};

/// Which part of the tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Only {
    Everything,
    Rust,
    Ui,
    Window,
    Judges,
}

impl Only {
    pub(crate) fn parse(word: &str) -> Result<Self> {
        Ok(match word {
            "rust" => Self::Rust,
            "ui" => Self::Ui,
            "window" => Self::Window,
            "judges" => Self::Judges,
            other => bail!("there is no part {other}; there are rust, ui, window, judges"),
        })
    }
}

/// A named check, and the parts it belongs to besides everything.
struct Phase {
    name: &'static str,
    parts: &'static [Only],
    /// Why it cannot be run here, if so; it then counts neither as passed nor as failed.
    hindered: fn(&Places) -> Option<&'static str>,
    work: fn(&Places) -> Result<()>,
}

const PHASES: &[Phase] = &[
    Phase {
        name: "set-up",
        parts: &[Only::Rust, Only::Ui, Only::Window, Only::Judges],
        hindered: never,
        work: setup::everything,
    },
    Phase {
        name: "format",
        parts: &[Only::Rust],
        hindered: never,
        work: format,
    },
    Phase {
        name: "lints",
        parts: &[Only::Rust],
        hindered: never,
        work: lints,
    },
    Phase {
        name: "documentation",
        parts: &[Only::Rust],
        hindered: never,
        work: documentation,
    },
    Phase {
        name: "licences and sources",
        parts: &[Only::Rust],
        hindered: no_cargo_deny,
        work: licences,
    },
    Phase {
        name: "build",
        parts: &[Only::Rust, Only::Window, Only::Judges],
        hindered: never,
        work: build,
    },
    Phase {
        name: "Rust tests",
        parts: &[Only::Rust],
        hindered: never,
        work: rust,
    },
    Phase {
        name: "a second token",
        parts: &[Only::Rust],
        hindered: never,
        work: second_token,
    },
    Phase {
        name: "judges",
        parts: &[Only::Judges],
        hindered: never,
        work: judges,
    },
    Phase {
        name: "corpus sample",
        parts: &[Only::Judges],
        hindered: no_corpus,
        work: corpus_sample,
    },
    Phase {
        name: "generated types",
        parts: &[Only::Rust],
        hindered: no_checkout,
        work: generated,
    },
    Phase {
        name: "interface",
        parts: &[Only::Ui],
        hindered: never,
        work: ui,
    },
    Phase {
        name: "gallery",
        parts: &[Only::Ui],
        hindered: never,
        work: gallery,
    },
    Phase {
        name: "window",
        parts: &[Only::Window],
        hindered: never,
        work: window,
    },
];

/// Runs the phases, set-up first and each even if an earlier one failed; says whether all passed.
pub(crate) fn test(places: &Places, only: Only) -> Result<bool> {
    let start = Instant::now();
    let mut lines = Vec::new();
    let (mut passed, mut failed) = (0, 0);
    for phase in PHASES {
        // The judges' tests are among the Rust tests; alone they are a part of their own.
        let wanted = match only {
            Only::Everything => phase.name != "judges",
            part => phase.parts.contains(&part),
        };
        if !wanted {
            continue;
        }
        println!("\n── {} ──", phase.name);
        if let Some(reason) = (phase.hindered)(places) {
            println!("{}: not run: {reason}", phase.name);
            lines.push(format!("{:<24}not run: {reason}", phase.name));
            continue;
        }
        let start = Instant::now();
        match (phase.work)(places) {
            Ok(()) => {
                passed += 1;
                lines.push(line(phase.name, start, ""));
            }
            Err(error) => {
                failed += 1;
                println!("{}: {error:#}", phase.name);
                lines.push(line(phase.name, start, "  FAILED"));
            }
        }
    }
    println!("\n{}\n{}", lines.join("\n"), line("in all", start, ""));
    println!("\n{passed} passed, {failed} failed");
    Ok(failed == 0)
}

fn line(name: &str, start: Instant, remark: &str) -> String {
    format!("{name:<24}{:>6} s{remark}", start.elapsed().as_secs())
}

/// How many files of the corpus are signed and judged among the tests.
const SAMPLE: usize = 120;

fn no_corpus(_: &Places) -> Option<&'static str> {
    match env::var_os("CHANCERY_CORPUS") {
        Some(_) => None,
        None => Some("CHANCERY_CORPUS is not set"),
    }
}

fn corpus_sample(places: &Places) -> Result<()> {
    if corpus::corpus(places, Some(SAMPLE))? {
        return Ok(());
    }
    bail!("too few files of the corpus pass")
}

fn never(_: &Places) -> Option<&'static str> {
    None
}

pub(crate) fn cargo(places: &Places, arguments: &[&str]) -> Command {
    let mut cargo = command(
        env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        arguments,
    );
    cargo
        .current_dir(&places.root)
        .env("CARGO_TARGET_DIR", &places.target)
        .env("CHANCERY_JUDGES", places.judges_python())
        .env("CHANCERY_KRYOPTIC", places.kryoptic())
        .env("CHANCERY_PDFIUM", places.programs());
    cargo
}

fn format(places: &Places) -> Result<()> {
    run(&mut cargo(places, &["fmt", "--all", "--check"]))
}

fn lints(places: &Places) -> Result<()> {
    let arguments = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run(&mut cargo(places, &arguments))
}

fn documentation(places: &Places) -> Result<()> {
    let arguments = [
        "doc",
        "--quiet",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ];
    run(cargo(places, &arguments).env("RUSTDOCFLAGS", "-D warnings"))
}

fn no_cargo_deny(_: &Places) -> Option<&'static str> {
    (!has("cargo-deny")).then_some("cargo-deny is not installed")
}

fn licences(places: &Places) -> Result<()> {
    run(&mut cargo(
        places,
        &["deny", "--offline", "check", "bans", "licenses", "sources"],
    ))
}

fn build(places: &Places) -> Result<()> {
    run(&mut cargo(
        places,
        &["build", "--quiet", "--workspace", "--bins"],
    ))
}

fn rust(places: &Places) -> Result<()> {
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    run(in_memory(&mut cargo(places, &arguments)))
}

/// What people and officers do, with every organisation on Kryoptic's tokens. What is about the files
/// of the embedded token is not among it.
fn second_token(places: &Places) -> Result<()> {
    let arguments = ["test", "--workspace", "--quiet", "--test", "it", "--"];
    let parts = [
        "custody::",
        "records::",
        "rotation::",
        "log::",
        "administration::",
    ];
    run(in_memory(&mut cargo(places, &arguments))
        .args(parts)
        .env("CHANCERY_TEST_TOKENS", "kryoptic"))
}

fn judges(places: &Places) -> Result<()> {
    // The whole workspace, as it was built: a package alone is built with other features.
    let arguments = ["test", "--workspace", "--quiet", "judges"];
    run(in_memory(&mut cargo(places, &arguments)))
}

fn no_checkout(places: &Places) -> Option<&'static str> {
    (!places.root.join(".git").exists()).then_some("this is no git checkout")
}

/// What Rust generates for the window must be what is committed; the tests have just written it.
fn generated(places: &Places) -> Result<()> {
    let status = ["status", "--porcelain", "--", "ui/src/ipc/generated"];
    let changed = output(command("git", &status).current_dir(&places.root))?;
    if changed.is_empty() {
        Ok(())
    } else {
        bail!("they differ from what is committed:\n{changed}")
    }
}

fn ui(places: &Places) -> Result<()> {
    for script in ["check", "lint", "test"] {
        run(command("npm", &["run", "--silent", script]).current_dir(places.ui()))?;
    }
    Ok(())
}

/// Every state of both windows, in a browser; the contact sheets are for who looks at them.
fn gallery(places: &Places) -> Result<()> {
    let arguments = ["run", "--silent", "gallery", "--", "--no-sheets"];
    run(command("npm", &arguments)
        .current_dir(places.ui())
        .env("CHANCERY_GALLERY", places.target.join("gallery")))
}

fn window(places: &Places) -> Result<()> {
    // A window that hangs must not hang everything.
    let arguments = [
        "--kill-after=30",
        "900",
        "xvfb-run",
        "-a",
        "-s",
        "-screen 0 1280x1024x24",
        "dbus-run-session",
        "--",
        "node",
        "tests/window/run.mjs",
    ];
    run(in_memory(&mut command("timeout", &arguments))
        .current_dir(&places.root)
        .env("CHANCERY_BIN_DIR", places.programs())
        .env("CHANCERY_JUDGES", places.judges_python()))
}

//! Feeds every parser of ours with what nobody would write, for as long as is asked.
//!
//! The targets are a crate of its own, outside the workspace, since all they stand on is built anew
//! with the instrumentation of libFuzzer. That is what stable compilers know; the sanitizers, which
//! they do not, would find what safe Rust does not do.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::places::Places;
use crate::setup;
use crate::shell::{command, output, run, step};

/// How long each target runs unless told, in seconds.
const SECONDS: &str = "60";
/// What takes longer than this for one input hangs, in seconds.
const HANGS: &str = "20";
/// What takes more memory than this is a bomb, in MB.
const BOMB: &str = "2048";
/// The longest input that is made up.
const LONGEST: &str = "65536";
/// Files of a corpus above this teach slowly.
const LARGEST_SEED: u64 = 256 * 1024;

/// As cargo-fuzz builds with `--sanitizer none`: every edge is counted, comparisons are told.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 --cfg fuzzing";

/// The targets, each with the folder of the corpus that teaches it.
const TARGETS: [(&str, Seeds); 8] = [
    ("document", Seeds::Documents),
    ("sign", Seeds::Documents),
    ("contents", Seeds::None),
    ("certificate", Seeds::None),
    ("record", Seeds::None),
    ("ocsp", Seeds::None),
    ("crl", Seeds::None),
    ("timestamp", Seeds::None),
];

/// What a target starts from, besides what it found before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seeds {
    None,
    Documents,
}

/// Builds the targets and runs one or all of them; stops at the first finding.
pub(crate) fn fuzz(places: &Places, words: &[&str]) -> Result<bool> {
    let mut seconds = SECONDS;
    let mut only = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => seconds = words.next().context("--seconds wants a number")?,
            target if TARGETS.iter().any(|(name, _)| *name == target) => only = Some(target),
            other => bail!("there is no fuzz target {other}"),
        }
    }
    setup::fuzz()?;
    let host = host()?;
    let target = places.target.join("fuzz");
    let manifest = places.root.join("src-tauri/fuzz/Cargo.toml");
    step("building the targets", || {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let words = [
            "build",
            "--release",
            "--locked",
            "--bins",
            "--target",
            &host,
        ];
        run(command(cargo, &words)
            .arg("--manifest-path")
            .arg(&manifest)
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTFLAGS", FLAGS))
    })?;
    let programs = target.join(&host).join("release");
    for (name, seeds) in TARGETS {
        if only.is_none_or(|only| only == name) {
            step(&format!("fuzzing {name}"), || {
                feed(places, &programs.join(name), name, seeds, seconds)
            })?;
        }
    }
    Ok(true)
}

/// Runs one target.
fn feed(places: &Places, program: &Path, name: &str, seeds: Seeds, seconds: &str) -> Result<()> {
    let target = places.target.join("fuzz");
    let found = target.join("corpus").join(name);
    let findings = target.join("findings").join(name);
    for folder in [&found, &findings] {
        fs::create_dir_all(folder)?;
    }
    let mut fuzzer = command(program, &[]);
    fuzzer
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={HANGS}"))
        .arg(format!("-rss_limit_mb={BOMB}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg("-print_final_stats=1")
        .arg("-verbosity=0")
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg(&found);
    if seeds == Seeds::Documents {
        fuzzer.arg(documents(places)?);
    }
    run(&mut fuzzer).with_context(|| format!("the input is in {}", findings.display()))
}

/// Small documents of the corpus, or else those of the repository, in one folder.
fn documents(places: &Places) -> Result<PathBuf> {
    let folder = places.target.join("fuzz/documents");
    fs::create_dir_all(&folder)?;
    let mut left = vec![
        places.root.join("src-tauri/crates/pdf/tests"),
        places.root.join("tests/fixtures"),
    ];
    left.extend(env::var_os("CHANCERY_CORPUS").map(PathBuf::from));
    while let Some(place) = left.pop() {
        for entry in fs::read_dir(&place)? {
            let entry = entry?;
            let path = entry.path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|end| end == "pdf")
                && entry.metadata()?.len() <= LARGEST_SEED
            {
                fs::copy(&path, folder.join(entry.file_name()))?;
            }
        }
    }
    Ok(folder)
}

/// The name of this machine among those that are compiled for.
fn host() -> Result<String> {
    let said = output(&mut command("rustc", &["-vV"]))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say its host")
}

//! What signing costs, beside the peers and beside what it cannot do without, in one run.
//!
//! Every figure is a median of interleaved runs of whole programs; what this machine was busy with
//! meanwhile met all of them, so the ratios say more than the seconds.

mod costs;
mod history;
mod large;
mod people;
mod sample;
mod stage;

use anyhow::{Context, Result, bail};

use self::costs::Cost;
use self::stage::{Signer, Stage};
use crate::places::Places;
use crate::setup;

/// The bar for the fixed cost of a signature: CPU seconds on a file of one page, the token's
/// process and the stretching of the secret included.
const FIXED: f64 = 0.15;

/// How often each program runs on the small file, and on each large one.
const RUNS: usize = 15;
const LARGE_RUNS: usize = 5;

/// Measures, and prints ratios; the bars are told and decide nothing.
pub(crate) fn bench(places: &Places, words: &[&str]) -> Result<()> {
    let mut runs = None;
    let (mut folder, mut enrolled, mut only) = (None, None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words
            .next()
            .with_context(|| format!("{word} wants a value"));
        match *word {
            "--runs" => runs = Some(value?.parse().context("--runs wants a number")?),
            "--large" => folder = Some(std::env::current_dir()?.join(value?)),
            "--enrol" => enrolled = Some(value?),
            "--only" => only = Some(*value?),
            other => {
                bail!("bench does not know {other}; there are --runs, --large, --enrol and --only")
            }
        }
    }
    setup::bench(places)?;
    match only {
        Some("history") => return history::compare(places, runs.unwrap_or(RUNS)),
        Some(other) => bail!("alone there is only history, not {other}"),
        None => {}
    }
    let stage = Stage::set(places)?;
    small(&stage, runs.unwrap_or(RUNS))?;
    stage.rates()?;
    history::compare(places, runs.unwrap_or(RUNS))?;
    people::compare(&stage, runs.unwrap_or(RUNS))?;
    if let Some(people) = enrolled {
        stage.people(people)?;
    }
    if let Some(folder) = folder {
        large::compare(&stage, &folder, runs.unwrap_or(LARGE_RUNS))?;
    }
    Ok(())
}

/// One page of 16 KB, and what of its cost is the secret's and the token's.
fn small(stage: &Stage, runs: usize) -> Result<()> {
    let input = stage.folder().join("a.pdf");
    sample::write(&input)?;
    println!("\none page of 16 KB; medians of {runs} interleaved runs");
    let medians = costs::medians(stage, &input, runs)?;
    let floor = medians.floor();
    costs::heading();
    for (name, cost) in medians.named() {
        costs::line(name, cost, floor);
    }
    let ours = medians.of(Signer::Chancery);

    let floors = stage.floors()?;
    println!("\nwithin it, each measured alone, a round");
    costs::line("Argon2id, as policy has it", floors.argon2id, floor);
    costs::line("unwrap, sign, destroy", floors.signature, floor);
    costs::line("module, login, key found", floors.start, floor);
    let without = Cost {
        cpu: ours.cpu - floors.argon2id.cpu,
        wall: ours.wall - floors.argon2id.wall,
        ..ours
    };
    costs::line("chancery without Argon2id", without, floor);

    println!();
    for peer in [Signer::PyHanko, Signer::PdfSig] {
        let theirs = medians.of(peer);
        println!(
            "chancery : {:<9} CPU {:.2}, wall {:.2}",
            peer.name(),
            ours.cpu / theirs.cpu,
            ours.wall / theirs.wall
        );
    }
    println!(
        "fixed cost {:.3} s of CPU; the bar is {FIXED} s: {}",
        ours.cpu,
        costs::met(ours.cpu <= FIXED)
    );
    Ok(())
}

//! What grows with the file: five files from 16 KB to 200 MB.

use std::path::Path;

use anyhow::{Context, Result};

use super::costs::{self, Cost, Medians};
use super::stage::{Signer, Stage};

/// The bar for what grows: CPU time beyond that on `a`, to the floor's, on `c`, `d` and `e`.
const GROWING: f64 = 1.4;
/// The bar for private memory in MB, whatever the file.
const MEMORY: f64 = 64.0;

/// The files: name, and what is in them.
const FILES: [(&str, &str); 5] = [
    ("a", "1 page, 16 KB"),
    ("b", "100 pages, 10 MB"),
    ("c", "200 MB of images"),
    ("d", "20,000 pages with a cross-reference table"),
    ("e", "the same with object streams"),
];

/// Measures everybody on `a.pdf` to `e.pdf` of a folder.
pub(super) fn compare(stage: &Stage, folder: &Path, runs: usize) -> Result<()> {
    let mut fixed: Option<Medians> = None;
    for (name, content) in FILES {
        let input = folder.join(format!("{name}.pdf"));
        println!("\n{name}: {content}; medians of {runs} interleaved runs");
        let medians =
            costs::medians(stage, &input, runs).with_context(|| input.display().to_string())?;
        let floor = medians.floor();
        costs::heading();
        for (name, cost) in medians.named() {
            costs::line(name, cost, floor);
        }
        if let Some(fixed) = &fixed {
            for signer in Signer::ALL {
                let grown = growth(medians.of(signer), fixed.of(signer), floor);
                println!("grows by {grown:.2} of the floor: {}", signer.name());
            }
        }
        let ours = medians.of(Signer::Chancery);
        if let Some(fixed) = &fixed
            && name != "b"
        {
            let grown = growth(ours, fixed.of(Signer::Chancery), floor);
            println!("the bar is {GROWING}: {}", costs::met(grown <= GROWING));
        }
        println!(
            "{:.0} MB of private memory; the bar is {MEMORY} MB: {}",
            ours.memory,
            costs::met(ours.memory <= MEMORY)
        );
        fixed.get_or_insert(medians);
    }
    Ok(())
}

fn growth(on_this: Cost, on_a: Cost, floor: Cost) -> f64 {
    (on_this.cpu - on_a.cpu) / floor.cpu
}

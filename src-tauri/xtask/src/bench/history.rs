//! What validating a long document with many revisions costs beside pyHanko, which judges the same
//! signatures of the same file.
//!
//! Ours is the whole program from start to end; of pyHanko only the judging counts, not the time that
//! Python takes to load it.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::costs::{self, Call, Cost};
use super::stage;
use crate::places::Places;
use crate::shell::{step, text_of};

/// Pages and revisions of what is compared.
const DOCUMENT: [u32; 2] = [300, 20];
/// Ten times the pages: what is held of a document must not grow with it.
const LONGER: [u32; 2] = [3000, 20];
/// The bar: our time to pyHanko's.
const BAR: f64 = 0.2;

/// Builds the command line as it is released, and measures it.
pub(super) fn compare(places: &Places, runs: usize) -> Result<()> {
    step("building the command line as it is released", || {
        stage::build(places, &["-p", "chancery-cli"])
    })?;
    let folder = places.target.join("bench-history");
    std::fs::create_dir_all(&folder)?;
    let file = |pages: u32| folder.join(format!("{pages}.pdf"));
    for [pages, revisions] in [DOCUMENT, LONGER] {
        step(&format!("{pages} pages in {revisions} revisions"), || {
            let numbers = [pages.to_string(), revisions.to_string()];
            let words = numbers.iter().map(Path::new);
            let (file, anchor) = (file(pages), file(pages).with_extension("pem"));
            let words: Vec<&Path> = words.chain([&*file, &*anchor]).collect();
            costs::said(&judge(places, "make", &words)).map(drop)
        })?;
    }
    let chancery = |pages: u32| -> Call {
        let anchor = file(pages).with_extension("pem");
        vec![
            places.target.join("release/chancery").into(),
            "--home".into(),
            folder.join("no-organisation").into(),
            "--json".into(),
            "validate".into(),
            file(pages).into(),
            "--trust".into(),
            anchor.into(),
        ]
    };
    let [pages, revisions] = DOCUMENT;
    let (ours, path) = (chancery(pages), file(pages));
    let theirs = judge(places, "validate", &[&path, &path.with_extension("pem")]);
    let verdict = costs::said(&ours)?;
    let headline = text_of(&verdict, "headline").context("there is no headline")?;
    if headline != "valid_changed_as_allowed" {
        bail!("it is judged {headline}");
    }
    let (mut costs_of_ours, mut costs_of_theirs) = (Vec::new(), Vec::new());
    let mut signatures = 0.0;
    for _ in 0..runs.max(1) {
        costs_of_ours.push(vec![costs::timed(&ours)?]);
        let said = costs::said(&theirs)?;
        signatures = figure(&said, "signatures")?;
        if figure(&said, "valid")? < signatures {
            bail!("pyHanko says {said}");
        }
        costs_of_theirs.push(vec![Cost {
            cpu: figure(&said, "cpu")?,
            wall: figure(&said, "seconds")?,
            memory: 0.0,
        }]);
    }
    let median = |rounds: &[Vec<Cost>]| costs::columns(rounds).first().copied().unwrap_or_default();
    let memory = costs::most_memory(&ours)?;
    let cost = Cost {
        memory,
        ..median(&costs_of_ours)
    };
    let theirs = Cost {
        memory: costs::most_memory(&theirs)?,
        ..median(&costs_of_theirs)
    };
    println!(
        "\nvalidating {pages} pages, {revisions} revisions, {signatures} signatures; \
         medians of {runs} interleaved runs"
    );
    costs::heading();
    costs::line("chancery, the whole program", cost, theirs);
    costs::line("pyHanko, the judging alone", theirs, theirs);
    let (cpu, wall) = (cost.cpu / theirs.cpu, cost.wall / theirs.wall);
    println!(
        "chancery : pyHanko   CPU {cpu:.3}, wall {wall:.3}; the bar is {BAR}: {}",
        costs::met(cpu <= BAR && wall <= BAR)
    );
    let longer = chancery(LONGER[0]);
    let cost = Cost {
        memory: costs::most_memory(&longer)?,
        ..costs::timed(&longer)?
    };
    costs::line("chancery, ten times the pages", cost, theirs);
    Ok(())
}

/// How pyHanko is asked to do something.
fn judge(places: &Places, what: &str, words: &[&Path]) -> Call {
    let script = places.root.join("tests/judges/history_judge.py");
    let python = places.tools().join("judges/bin/python");
    let mut call: Call = vec![python.into(), script.into(), what.into()];
    call.extend(words.iter().map(|word| (*word).into()));
    call
}

/// A number in a line of JSON.
fn figure(json: &str, key: &str) -> Result<f64> {
    let after = json.split_once(&format!("\"{key}\":"));
    let number = after.and_then(|(_, rest)| rest.split([',', '}']).next());
    let number = number.and_then(|number| number.trim().parse().ok());
    number.with_context(|| format!("{key} is not in {json}"))
}

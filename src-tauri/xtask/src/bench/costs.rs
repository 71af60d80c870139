//! What programs cost: CPU and wall time of a whole run, and the most memory of their own.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::stage::{Signer, Stage};
use crate::shell::output;

/// What a run cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// User and system time of the program and of those it waited for, in seconds.
    pub(super) cpu: f64,
    /// Seconds from start to end.
    pub(super) wall: f64,
    /// Most private memory, in MB; what is mapped from files is not counted.
    pub(super) memory: f64,
}

/// A program with its arguments.
pub(super) type Call = Vec<OsString>;

/// What each program cost on one file.
pub(super) struct Medians {
    copy: Cost,
    digest: Cost,
    signers: Vec<(Signer, Cost)>,
}

impl Medians {
    /// Copying the bytes and digesting them once: nobody signs a file for less.
    pub(super) fn floor(&self) -> Cost {
        Cost {
            cpu: self.copy.cpu + self.digest.cpu,
            wall: self.copy.wall + self.digest.wall,
            memory: self.copy.memory.max(self.digest.memory),
        }
    }

    /// What one of the signers cost.
    pub(super) fn of(&self, signer: Signer) -> Cost {
        let found = self.signers.iter().find(|(known, _)| *known == signer);
        found.map(|(_, cost)| *cost).unwrap_or_default()
    }

    /// The floor and every signer.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, Cost)> {
        let signers = self.signers.iter().map(|(who, cost)| (who.name(), *cost));
        [("floor: cp + SHA-256", self.floor())]
            .into_iter()
            .chain(signers)
    }
}

/// Signs a file with everybody in turn, as often as asked.
pub(super) fn medians(stage: &Stage, input: &Path, runs: usize) -> Result<Medians> {
    let out = stage.folder().join("out.pdf");
    let copy: Call = vec!["cp".into(), input.into(), out.clone().into()];
    let digest: Call = ["openssl", "dgst", "-sha256"]
        .map(OsString::from)
        .into_iter()
        .chain([input.into()])
        .collect();
    let mut calls = vec![copy, digest];
    calls.extend(Signer::ALL.map(|signer| stage.call(signer, input, &out)));

    fs::read(input)?; // warm, for the first as for the last
    let mut memory = Vec::new();
    for call in &calls {
        remove(&out)?;
        memory.push(most_memory(call)?);
    }
    let mut costs = Vec::with_capacity(calls.len());
    for _ in 0..runs.max(1) {
        costs.push(
            calls
                .iter()
                .map(|call| remove(&out).and_then(|()| timed(call)))
                .collect::<Result<Vec<_>>>()?,
        );
    }
    remove(&out)?;
    let costs = columns(&costs).into_iter().zip(memory);
    let mut costs = costs.map(|(cost, memory)| Cost { memory, ..cost });
    let copy = costs.next().unwrap_or_default();
    let digest = costs.next().unwrap_or_default();
    let signers = Signer::ALL.into_iter().zip(costs).collect();
    Ok(Medians {
        copy,
        digest,
        signers,
    })
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The medians of programs that write no file, run in turn.
pub(super) fn of_calls(calls: &[Call], runs: usize) -> Result<Vec<Cost>> {
    let rounds = (0..runs.max(1)).map(|_| calls.iter().map(timed).collect::<Result<Vec<_>>>());
    Ok(columns(&rounds.collect::<Result<Vec<_>>>()?))
}

/// The median of each program over all rounds.
pub(super) fn columns(rounds: &[Vec<Cost>]) -> Vec<Cost> {
    let programs = rounds.first().map_or(0, Vec::len);
    let of = |program: usize| rounds.iter().filter_map(move |round| round.get(program));
    (0..programs)
        .map(|program| Cost {
            cpu: median(of(program).map(|cost| cost.cpu)),
            wall: median(of(program).map(|cost| cost.wall)),
            memory: 0.0,
        })
        .collect()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Runs a program and gives what it printed.
pub(super) fn said(call: &Call) -> Result<String> {
    output(Command::new(&call[0]).args(&call[1..]))
}

/// Runs a program; the shell reads the clocks, which std does not.
pub(super) fn timed(call: &Call) -> Result<Cost> {
    const SCRIPT: &str =
        r#"TIMEFORMAT='%3R %3U %3S'; { time "$@" </dev/null >/dev/null 2>"$0"; } 2>&1"#;
    let said = std::env::temp_dir().join(format!("chancery-bench-{}", std::process::id()));
    let mut shell = Command::new("bash");
    shell.args(["-c", SCRIPT]).arg(&said).args(call);
    let times = output(&mut shell).with_context(|| {
        let said = fs::read_to_string(&said).unwrap_or_default();
        format!("{}: {}", call[0].display(), said.trim())
    });
    let _ = fs::remove_file(&said);
    let times = times?;
    let times: Vec<f64> = times.split_whitespace().flat_map(str::parse).collect();
    let [wall, user, system] = times[..] else {
        bail!("bash did not say what {} took", call[0].display());
    };
    Ok(Cost {
        cpu: user + system,
        wall,
        memory: 0.0,
    })
}

/// Runs a program and looks at its memory, and that of its children, every millisecond.
pub(super) fn most_memory(call: &Call) -> Result<f64> {
    let mut child = Command::new(&call[0])
        .args(&call[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| call[0].display().to_string())?;
    let mut most = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        most = most.max(private_kib(child.id()));
        thread::sleep(Duration::from_millis(1));
    };
    if !status.success() {
        bail!("{}: {status}", call[0].display());
    }
    Ok(f64::from(u32::try_from(most)?) / 1024.0)
}

/// The anonymous memory of a process and of its children (proc(5), `RssAnon`); none once it ended.
fn private_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let own: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|value| value.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0);
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let children = threads.into_iter().flatten().flatten().flat_map(|thread| {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let children = children.split_whitespace().flat_map(str::parse::<u32>);
        children.collect::<Vec<_>>()
    });
    own + children.map(private_kib).sum::<u64>()
}

/// The words over the columns.
pub(super) fn heading() {
    println!(
        "{:<28}{:>9}{:>9}{:>9}{:>10}{:>10}",
        "", "CPU s", "wall s", "MB", "CPU", "wall"
    );
}

/// One line of a table; the last two columns are ratios to the floor.
pub(super) fn line(name: &str, cost: Cost, floor: Cost) {
    let memory = if cost.memory > 0.0 {
        format!("{:.0}", cost.memory)
    } else {
        String::new()
    };
    println!(
        "{name:<28}{:>9.4}{:>9.4}{memory:>9}{:>9.1}x{:>9.1}x",
        cost.cpu,
        cost.wall,
        cost.cpu / floor.cpu,
        cost.wall / floor.wall
    );
}

/// A bar in a word.
pub(super) fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "NOT MET" }
}

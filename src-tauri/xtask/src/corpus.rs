//! Signs a corpus of other people's PDFs with the real program, and has others judge the result.
//!
//! Every file is tried. Each is signed invisibly, so that its picture must stay the same. Those
//! that `qpdf --check` opens without a password, with warnings or without, are counted, unless they
//! forbid a signature or have no page: one passes if all judges agree; what that means is decided by
//! the scoring script beside the corpus.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::places::Places;
use crate::shell::{command, converse, has, output, run, step};

/// Who signs; the judges look for this name.
const SIGNER: &str = "Corpus Signer";
const SECRET: &str = "a secret of the corpus run alone";
/// How many files are signed with one use of the key, and how many such batches at a time.
const BATCH: usize = 16;
const JOBS: usize = 2;
/// The share of files that must pass, in per cent.
const ENOUGH: f64 = 97.0;

/// Where the parts of a run are.
struct Run {
    programs: PathBuf,
    home: PathBuf,
    state: PathBuf,
    inputs: PathBuf,
    batches: PathBuf,
    signed: PathBuf,
}

/// Signs and scores the corpus; says whether enough files pass and no earlier signature is lost.
///
/// `sample` takes that many files instead of all, always the same ones of a corpus.
pub(crate) fn corpus(places: &Places, sample: Option<usize>) -> Result<bool> {
    let corpus = env::var_os("CHANCERY_CORPUS").map(PathBuf::from);
    let corpus = corpus.context("CHANCERY_CORPUS does not say where the corpus is")?;
    for tool in ["qpdf", "pdfsig", "pdftoppm"] {
        if !has(tool) {
            bail!("{tool} is missing; run cargo xtask setup");
        }
    }
    step("building Chancery", || {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // As the tests build it, so that nothing is built twice.
        let packages = ["build", "--quiet", "--workspace", "--bins"];
        run(command(cargo, &packages)
            .current_dir(&places.root)
            .env("CARGO_TARGET_DIR", &places.target))
    })?;
    let this = Run::prepare(places)?;
    this.organisation()?;
    let files = this.choose(&corpus, sample)?;
    let opened: HashSet<&str> = files
        .iter()
        .filter(|file| file.opens)
        .map(|file| file.name.as_str())
        .collect();
    println!(
        "{} files, of which qpdf opens {} without a password",
        files.len(),
        opened.len()
    );
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let refused = this.sign(&names)?;
    for (reason, names) in grouped(&refused) {
        println!(
            "not signed: {} × {reason}\n    {}",
            names.len(),
            names.join("\n    ")
        );
    }
    let forbidden: HashSet<&str> = refused
        .iter()
        .filter(|(_, reason)| RIGHTLY.iter().any(|why| reason.contains(why)))
        .map(|(name, _)| name.as_str())
        .collect();
    let counted: HashSet<&str> = opened.difference(&forbidden).copied().collect();
    println!(
        "{} of those forbid a signature or have no page",
        opened.len() - counted.len()
    );
    let script = corpus.join("../checks/validate_signed.py");
    if !script.is_file() {
        println!("not judged: {} is not there", script.display());
        return Ok(refused.is_empty());
    }
    this.judge(places, &script, &counted)
}

/// Reasons that lie in what a document's author wants, or in there being nothing to sign.
const RIGHTLY: [&str; 3] = [
    "author does not permit",
    "an earlier signature allows no further one",
    "there is no page 1",
];

/// A file of the corpus.
struct Chosen {
    name: String,
    /// Whether qpdf opens it without a password.
    opens: bool,
}

/// A number by which a sample is drawn: FNV-1a over the name, the same on every machine.
fn lot(name: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

impl Run {
    fn prepare(places: &Places) -> Result<Self> {
        let folder = places.target.join("corpus");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let this = Self {
            programs: places.programs(),
            home: folder.join("home"),
            state: folder.join("state"),
            inputs: folder.join("inputs"),
            batches: folder.join("batches"),
            signed: folder.join("signed"),
        };
        for part in [&this.state, &this.inputs, &this.batches, &this.signed] {
            fs::create_dir_all(part)?;
        }
        Ok(this)
    }

    fn chancery(&self, arguments: &[&str]) -> Command {
        let mut chancery = command(self.programs.join("chancery"), arguments);
        chancery
            .env("CHANCERY_HOME", &self.home)
            .env("CHANCERY_STATE", &self.state);
        chancery
    }

    fn organisation(&self) -> Result<()> {
        step("founding an organisation", || {
            let from_input = ["--secret-file", "-"];
            let mut init = self.chancery(&["init", "--embedded", "--admin", "officer"]);
            init.args(["--pin-store", "file"]).args(from_input);
            converse(&mut init, SECRET)?;
            let mut enrol = self.chancery(&["enrol", "--by", "officer", "--login", "signer"]);
            enrol.args(["--name", SIGNER, "--email", "signer@localhost"]);
            let said = converse(enrol.args(from_input), SECRET)?;
            let code = said.lines().find_map(|line| {
                let (_, code) = line.split_once("good for seven days: ")?;
                Some(code.to_owned())
            });
            let code = code.context("enrol did not print a code")?;
            let mut activate = self.chancery(&["activate", "--login", "signer"]);
            converse(activate.args(from_input), &format!("{code}\n{SECRET}")).map(drop)
        })
    }

    /// Copies the files under one name each.
    fn choose(&self, corpus: &Path, sample: Option<usize>) -> Result<Vec<Chosen>> {
        let mut paths = Vec::new();
        collect(corpus, &mut paths)?;
        let mut all = paths
            .into_iter()
            .map(|path| {
                let name = path.strip_prefix(corpus)?.to_string_lossy();
                Ok((name.replace('/', "__"), path))
            })
            .collect::<Result<Vec<_>>>()?;
        all.sort_by_key(|(name, _)| (lot(name), name.clone()));
        all.truncate(sample.unwrap_or(all.len()));
        let chosen = Mutex::new(Vec::new());
        in_parallel(&all, |(name, path)| {
            let mut qpdf = Command::new("qpdf");
            let checked = qpdf
                .arg("--check")
                .arg(path)
                .stdin(Stdio::null())
                .output()?;
            fs::copy(path, self.inputs.join(name))?;
            if let Ok(mut chosen) = chosen.lock() {
                chosen.push(Chosen {
                    name: name.clone(),
                    // 3: it opens, with warnings.
                    opens: matches!(checked.status.code(), Some(0 | 3)),
                });
            }
            Ok(())
        })?;
        let mut chosen = chosen.into_inner().unwrap_or_default();
        chosen.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(chosen)
    }

    /// Signs all; gives the names of those that were refused, with the reason.
    fn sign(&self, files: &[String]) -> Result<Vec<(String, String)>> {
        let refused = Mutex::new(Vec::new());
        let batches: Vec<_> = (0..).zip(files.chunks(BATCH)).collect();
        step("signing", || {
            in_parallel(&batches, |(number, names)| {
                let folder = self.batches.join(format!("{number}"));
                fs::create_dir_all(&folder)?;
                self.sign_batch(names, &folder, &refused)
            })
        })?;
        Ok(refused.into_inner().unwrap_or_default())
    }

    /// One refused file refuses its batch; it is found by halving.
    fn sign_batch(
        &self,
        names: &[String],
        folder: &Path,
        refused: &Mutex<Vec<(String, String)>>,
    ) -> Result<()> {
        let mut sign = self.chancery(&["sign", "--as", "signer", "--invisible", "--overwrite"]);
        sign.args(names.iter().map(|name| self.inputs.join(name)));
        sign.arg("--out-dir")
            .arg(folder)
            .args(["--secret-file", "-"]);
        sign.stderr(Stdio::piped());
        match (converse_with_errors(&mut sign, SECRET)?, names) {
            (Ok(()), _) => {
                for name in names {
                    let stem = name.strip_suffix(".pdf").unwrap_or(name);
                    let made = folder.join(format!("{stem}-signed.pdf"));
                    fs::rename(&made, self.signed.join(name))
                        .with_context(|| format!("{} was not made", made.display()))?;
                }
                Ok(())
            }
            (Err(reason), [name]) => {
                let path = self.inputs.join(name).to_string_lossy().into_owned();
                let reason = reason.trim().replace(&path, "FILE");
                if let Ok(mut refused) = refused.lock() {
                    refused.push((name.clone(), reason));
                }
                Ok(())
            }
            (Err(_), names) => {
                let (first, second) = names.split_at(names.len() / 2);
                self.sign_batch(first, folder, refused)?;
                self.sign_batch(second, folder, refused)
            }
        }
    }

    /// Runs the scoring script, reads its table, and says what it comes to.
    fn judge(&self, places: &Places, script: &Path, counted: &HashSet<&str>) -> Result<bool> {
        let table = self.signed.with_extension("csv");
        let jobs = JOBS.to_string();
        step("judging", || {
            let mut judge = command(places.judges_python(), &[]);
            judge.arg(script).arg(&self.signed);
            judge.arg("--orig").arg(&self.inputs);
            judge.arg("--ca").arg(self.home.join("ca.pem"));
            judge.args(["--cn", SIGNER, "--render", "--jobs", &jobs]);
            judge.arg("--out").arg(&table);
            output(&mut judge).map(|said| print!("{said}"))
        })?;
        let rows = rows(&fs::read_to_string(&table)?);
        let faulty: Vec<(String, String)> = rows
            .iter()
            .filter_map(|row| Some((row.get("file")?.clone(), faults(row)?)))
            .collect();
        for (reason, names) in grouped(&faulty) {
            println!(
                "not passed: {} × {reason}\n    {}",
                names.len(),
                names.join("\n    ")
            );
        }
        let lost = faulty.iter().filter(|(_, why)| why.contains(LOST)).count();
        let faulty: HashSet<&str> = faulty.iter().map(|(name, _)| name.as_str()).collect();
        let names = rows.iter().filter_map(|row| row.get("file"));
        let (inside, outside): (Vec<&str>, Vec<&str>) = names
            .map(String::as_str)
            .filter(|name| !faulty.contains(name))
            .partition(|name| counted.contains(name));
        let (passed, counted) = (inside.len(), counted.len());
        #[expect(clippy::cast_precision_loss, reason = "thousands of files")]
        let share = 100.0 * passed as f64 / counted.max(1) as f64;
        println!(
            "{passed} of {counted} files pass ({share:.1} %), and {} that qpdf does not open; \
             {lost} lost an earlier signature",
            outside.len()
        );
        Ok(share >= ENOUGH && lost == 0)
    }
}

/// What is said of a file whose earlier signatures do not all hold any more.
const LOST: &str = "an earlier signature is lost";

type Row = HashMap<String, String>;

/// What keeps a file from passing, by the columns of the scoring script.
fn faults(row: &Row) -> Option<String> {
    let of = |column: &str| row.get(column).map_or("", String::as_str);
    let mut faults = Vec::new();
    let mut expect = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    let pdfsig = of("pdfsig");
    expect(pdfsig == "valid", format!("pdfsig says {pdfsig}"));
    expect(
        of("pdfsig_total") == "1",
        "pdfsig: not the whole document".to_owned(),
    );
    for column in ["ph_intact", "ph_valid", "ph_trusted"] {
        expect(
            of(column) == "1",
            format!("pyHanko: {column} is {:?}", of(column)),
        );
    }
    expect(
        of("ph_cov") == "ENTIRE_FILE",
        format!("pyHanko: covers {}", of("ph_cov")),
    );
    expect(of("prefix") == "1", "the original is no prefix".to_owned());
    let (before, after) = (
        of("qpdf_orig").parse::<i32>(),
        of("qpdf_signed").parse::<i32>(),
    );
    let no_worse = matches!((&before, &after), (Ok(before), Ok(after)) if after <= before);
    expect(
        no_worse,
        format!("qpdf: {before:?} before, {after:?} after"),
    );
    for column in ["look_poppler", "look_mupdf"] {
        let look = of(column);
        expect(
            matches!(look, "same" | "gained" | ""),
            format!("{column}: {look}"),
        );
    }
    expect(
        // Less than none: poppler did not open the original at all.
        of("pages_orig") == "-1" || of("pages_orig") == of("pages_signed"),
        "pages were lost".to_owned(),
    );
    expect(of("prev_ok_before") == of("prev_ok_after"), LOST.to_owned());
    let note = of("note");
    if !faults.is_empty() && !note.is_empty() {
        faults.push(note.to_owned());
    }
    (!faults.is_empty()).then(|| faults.join("; "))
}

/// Reads comma-separated values under their headings.
fn rows(text: &str) -> Vec<Row> {
    let mut lines = text.lines().map(cells);
    let heads = lines.next().unwrap_or_default();
    lines
        .map(|cells| heads.iter().cloned().zip(cells).collect())
        .collect()
}

/// The cells of one line; one in quotation marks may have commas, and quotation marks doubled.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut();
        match (letter, quoted, cell) {
            ('"', true, Some(cell)) if letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            ('"', _, _) => quoted = !quoted,
            (',', false, _) => cells.push(String::new()),
            (letter, _, Some(cell)) => cell.push(letter),
            (_, _, None) => {}
        }
    }
    cells
}

/// Names by reason, the most frequent reason first.
fn grouped(refused: &[(String, String)]) -> Vec<(&str, Vec<&str>)> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, reason) in refused {
        by_reason.entry(reason).or_default().push(name);
    }
    let mut grouped: Vec<_> = by_reason.into_iter().collect();
    grouped.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    grouped
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "pdf") {
            files.push(path);
        }
    }
    Ok(())
}

/// Works through a list with [`JOBS`] threads; the first failure ends it.
fn in_parallel<T: Sync>(list: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let next = Mutex::new(list.iter());
    let take = || next.lock().ok().and_then(|mut next| next.next());
    thread::scope(|scope| {
        let worker = || -> Result<()> {
            while let Some(element) = take() {
                work(element)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..JOBS).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            let Ok(done) = worker.join() else {
                bail!("a worker panicked");
            };
            done?;
        }
        Ok(())
    })
}

/// Runs a command that reads `input`; gives what it said on standard error if it failed.
fn converse_with_errors(command: &mut Command, input: &str) -> Result<Result<(), String>> {
    use std::io::Write as _;
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(if output.status.success() {
        Ok(())
    } else {
        Err(said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_in_quotation_marks_keeps_its_commas() {
        assert_eq!(cells("a,,\"b,\"\"c\"\"\",d"), ["a", "", "b,\"c\"", "d"]);
    }

    #[test]
    fn a_file_passes_only_if_everything_holds() {
        let heads = "file,pdfsig,pdfsig_total,ph_intact,ph_valid,ph_trusted,ph_cov,prefix,\
                     qpdf_orig,qpdf_signed,prev_ok_before,prev_ok_after,pages_orig,pages_signed,\
                     look_poppler,look_mupdf,note";
        let good = "a.pdf,valid,1,1,1,1,ENTIRE_FILE,1,0,0,1,1,3,3,same,same,";
        let row = |line: &str| rows(&format!("{heads}\n{line}")).remove(0);
        assert_eq!(faults(&row(good)), None);
        for (was, is) in [
            ("valid", "invalid"),
            ("ENTIRE_FILE", "ENTIRE_REVISION"),
            (",0,0,", ",0,3,"),
            (",1,1,3,3", ",1,0,3,3"),
            ("3,3", "3,2"),
            ("same,same", "same,lost"),
        ] {
            assert!(faults(&row(&good.replacen(was, is, 1))).is_some(), "{is}");
        }
    }
}

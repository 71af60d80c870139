//! Every PDF of a corpus, if `CHANCERY_CORPUS` names one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::builder::{invisible, open, sign_document};
use crate::tools::{Check, qpdf_check};
use pdf::{Document, FileSource};

/// What takes longer hangs: far above what the slowest machine needs for any of these.
const SOON: Duration = Duration::from_secs(300);

#[test]
fn every_document_of_the_corpus_ends_in_a_result_or_an_error() {
    let Some(corpus) = std::env::var_os("CHANCERY_CORPUS") else {
        // Past the harness, which would swallow it: a skipped test must not look like a run one.
        let _ = std::io::stderr().write_all(b"corpus: not run\n");
        return;
    };
    let mut files = Vec::new();
    collect(Path::new(&corpus), &mut files);
    files.sort();
    assert!(!files.is_empty(), "CHANCERY_CORPUS has no PDF");
    let (mut opened, mut signed, mut judged) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut reasons = std::collections::BTreeMap::<String, usize>::new();
    for path in &files {
        let started = Instant::now();
        let result =
            Document::open(Arc::new(FileSource::open(path).unwrap())).and_then(|document| {
                opened += 1;
                document.page_count()?;
                document.fields()?;
                document.signatures()?;
                sign_document(&document, &invisible())
            });
        if started.elapsed() > SOON {
            wrong.push(format!("{}: {:?}", path.display(), started.elapsed()));
        }
        let input = std::fs::read(path).unwrap();
        match result {
            Ok(result) => {
                signed += 1;
                assert!(result.bytes.starts_with(&input) && result.bytes.len() > input.len());
                if let Err(error) = open(&result.bytes).and_then(|again| again.signatures()) {
                    wrong.push(format!("{}: not read again: {error}", path.display()));
                }
                if qpdf_check(&input) == Check::Clean {
                    judged += 1;
                    if let Check::Complaint(words) = qpdf_check(&result.bytes) {
                        wrong.push(format!("{}: {words}", path.display()));
                    }
                }
            }
            Err(error) => {
                let reason = format!("{error:?}");
                let kind = reason
                    .split(['{', '('])
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned();
                *reasons.entry(kind).or_default() += 1;
                if std::env::var_os("CHANCERY_CORPUS_ERRORS").is_some() {
                    let _ = writeln!(std::io::stderr(), "{}: {reason}", path.display());
                }
            }
        }
    }
    let files = files.len();
    let _ = writeln!(
        std::io::stderr(),
        "corpus: {files} files, {opened} opened, {signed} signed, {judged} of them clean before and after; errors {reasons:?}"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "pdf") {
            files.push(path);
        }
    }
}

//! Signatures made by others: our verdict beside pyHanko's and pdfsig's, in `docs/validation.md`.
//!
//! Where one of them says something else, the page says why. `CHANCERY_WRITE_TABLE=1` writes what the judges said.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

use service::requests::{Trust, TrustFile};
use service::wire::{DocumentState, Headline, Validation};
use tests::{Organisation, judge, sample};

/// Why judges differ, by the beginning of a file's name.
const EXPLAINED: &[(&str, &str)] = &[
    (
        "pdfsig-then-endesive",
        "endesive adds /SigFlags to a form that pdfsig had left without; pyHanko takes no new key there, and it shows nothing",
    ),
    (
        "signpdf-etsi",
        "says it is PAdES and has no signing-certificate-v2 (ETSI EN 319 142-1 §6.3); the others ask for none",
    ),
    (
        "pyhanko-adbe-ed25519",
        "NSS in poppler 22.12 verifies no EdDSA",
    ),
    (
        "pyhanko-pades-ed25519",
        "NSS in poppler 22.12 verifies no EdDSA",
    ),
    (
        "pyhanko-b-lta",
        "poppler 22.12 verifies no timestamps over documents",
    ),
    (
        "pades-lta",
        "poppler 22.12 verifies no timestamps over documents",
    ),
    (
        "one-byterange",
        "the byte range is one pair of numbers; pdfsig does not look",
    ),
    (
        "signature-gap-too-big",
        "more than the signature is left out of the byte range; pdfsig does not look",
    ),
    (
        "weird-byterange",
        "more than the signature is left out of the byte range; pdfsig does not look",
    ),
    ("ed448", "NSS in poppler 22.12 verifies no EdDSA"),
    (
        "extensions-",
        "the second signature is by Ed25519, which NSS in poppler 22.12 does not verify",
    ),
    (
        "form-update-ap-indirect-sneaky-trailer",
        "the appearance dictionary is named from the trailer, too, where nothing shows it",
    ),
    (
        "form-update-no-override-appearance-stream-ap-indirect-sneaky",
        "the appearance dictionary is that of another annotation, too; pyHanko takes that for a change of both",
    ),
    (
        "form-update-override",
        "the annotation list or the appearance is written anew in place, which is not among what signing explains here",
    ),
    (
        "pdf-sig-with-econtent",
        "the CMS carries content of its own, so that it does not say that the document is signed; pdfsig does not look",
    ),
    (
        "sig-with-ski",
        "NSS in poppler 22.12 does not find a signer that is named by its key identifier",
    ),
];

/// What three judges say of a file.
struct Row {
    file: String,
    ours: Option<Validation>,
    pyhanko: judge::Foreign,
    pdfsig: judge::Poppler,
}

impl Row {
    /// Whether we call it good: trusted and changed as allowed only, or, without an anchor, intact
    /// and changed as allowed only.
    fn is_good(&self, anchored: bool) -> bool {
        let Some(ours) = &self.ours else {
            return false;
        };
        let fine = |answer| {
            matches!(
                answer,
                DocumentState::Intact | DocumentState::ChangedAsAllowed
            )
        };
        if anchored {
            matches!(
                ours.headline,
                Headline::Valid | Headline::ValidChangedAsAllowed
            )
        } else {
            !ours.signatures.is_empty()
                && ours.signatures.iter().all(|one| fine(one.document.answer))
        }
    }

    fn is_intact(&self) -> bool {
        let ours = self.ours.as_ref();
        ours.is_some_and(|ours| {
            !ours.signatures.is_empty() && ours.signatures.iter().all(|one| one.intact)
        })
    }

    /// What of the others' verdicts is not ours.
    fn disagreements(&self, anchored: bool) -> Vec<&'static str> {
        let mut others = Vec::new();
        if self.is_good(anchored) != self.pyhanko.is_good(anchored) {
            others.push("pyHanko");
        }
        if self.is_intact() != self.pdfsig.is_valid() {
            others.push("pdfsig");
        }
        others
    }

    fn ours(&self, anchored: bool) -> String {
        let Some(ours) = &self.ours else {
            return "not readable".to_owned();
        };
        let headline = serde_json::to_value(ours.headline).unwrap();
        let answers = ours.signatures.iter().map(|one| {
            let answer = serde_json::to_value(one.document.answer).unwrap();
            answer.as_str().unwrap().replace('_', " ")
        });
        if anchored {
            headline.as_str().unwrap().replace('_', " ")
        } else {
            let answers: Vec<String> = answers.collect();
            if answers.is_empty() {
                "unsigned".to_owned()
            } else {
                answers.join(", ")
            }
        }
    }
}

/// Files in a folder, judged by all three; without anchors where there is no `ca`.
fn judged(files: &[PathBuf], ca: Option<&Path>) -> Vec<Row> {
    let organisation = Organisation::unfounded();
    let trust = Trust {
        files: ca
            .map(|ca| TrustFile::read(ca).unwrap())
            .into_iter()
            .collect(),
        ..Trust::default()
    };
    let pyhanko = judge::foreign(files, ca);
    let rows = files.iter().zip(pyhanko).map(|(file, pyhanko)| {
        let validation = organisation.service().validate(file.clone(), trust.clone());
        Row {
            file: file.file_name().unwrap().to_string_lossy().into_owned(),
            ours: organisation.wait(validation).ok(),
            pyhanko,
            pdfsig: judge::poppler(file),
        }
    });
    rows.collect()
}

fn is_of(file: &str, begin: &str) -> bool {
    let name = file.rsplit("__").next().unwrap_or(file);
    name.starts_with(begin)
}

fn reason(file: &str) -> Option<&'static str> {
    let of = |(begin, reason): &(&str, &'static str)| is_of(file, begin).then_some(*reason);
    EXPLAINED.iter().find_map(of)
}

/// Explanations of files on which all agree.
fn stale(rows: &[Row], anchored: bool) -> Vec<String> {
    let differ = |row: &Row| !row.disagreements(anchored).is_empty();
    let is_stale = |(begin, _): &&(&str, &str)| {
        let mut of = rows.iter().filter(|row| is_of(&row.file, begin)).peekable();
        of.peek().is_some() && !of.any(differ)
    };
    let all = EXPLAINED.iter().filter(is_stale);
    all.map(|(begin, _)| format!("{begin}: none differs, and a reason is given"))
        .collect()
}

fn table(rows: &[Row], anchored: bool) -> (String, Vec<String>) {
    let mut table = "| file | Chancery | pyHanko | pdfsig | where they differ, and why |\n|---|---|---|---|---|\n".to_owned();
    let mut wrong = stale(rows, anchored);
    for row in rows {
        let differing = row.disagreements(anchored);
        let why = match (differing.as_slice(), reason(&row.file)) {
            ([], _) => String::new(),
            (others, Some(why)) => format!("{}: {why}", others.join(", ")),
            (others, None) => {
                wrong.push(format!(
                    "{}: {} differ: ours {}, pyHanko {}, pdfsig {}: {:?}",
                    row.file,
                    others.join(", "),
                    row.ours(anchored),
                    row.pyhanko.words(anchored),
                    row.pdfsig.words(),
                    row.ours.as_ref().map(|ours| ours
                        .signatures
                        .iter()
                        .flat_map(|one| one.findings.iter().map(|finding| finding.code.clone()))
                        .collect::<Vec<_>>()),
                ));
                String::new()
            }
        };
        let name = row.file.trim_end_matches(".pdf");
        let name = name.rsplit("__data__pdf__").next().unwrap_or(name);
        table += &format!(
            "| {name} | {} | {} | {} | {why} |\n",
            row.ours(anchored),
            row.pyhanko.words(anchored),
            row.pdfsig.words()
        );
    }
    (table, wrong)
}

/// Compares a table with the one between two marks of the page.
#[track_caller]
pub(crate) fn documented(mark: &str, table: &str) {
    /// Tests that write the page do so one after another.
    static PAGE: Mutex<()> = Mutex::new(());
    let _page = PAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/validation.md");
    let begin = format!("<!-- {mark}, written by tests/it -->\n");
    let end = "<!-- end -->\n";
    let said = fs::read_to_string(&page).unwrap();
    let (before, rest) = said.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let as_run = format!("{before}{begin}{table}{end}{after}");
    if env::var_os("CHANCERY_WRITE_TABLE").is_some() {
        fs::write(&page, as_run).unwrap();
        return;
    }
    assert!(
        said == as_run,
        "docs/validation.md says something else; CHANCERY_WRITE_TABLE=1 writes what ran:\n{table}"
    );
}

fn pdfs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    files
}

#[test]
fn signatures_of_other_products_are_judged_as_others_judge_them() {
    let folder = sample::fixture("signed/ca.pem")
        .parent()
        .unwrap()
        .to_owned();
    let mut files = pdfs(&folder);
    files.retain(|file| !file.ends_with("page.pdf") && !file.ends_with("field.pdf"));
    let rows = judged(&files, Some(&folder.join("ca.pem")));
    let (table, wrong) = table(&rows, true);
    documented("products", &table);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn signatures_of_pyhanko_are_judged_as_others_judge_them() {
    let folder = tempfile::tempdir().unwrap();
    judge::foreign_signer(&sample::fixture("signed/page.pdf"), folder.path());
    let rows = judged(&pdfs(folder.path()), Some(&folder.path().join("ca.pem")));
    let (table, wrong) = table(&rows, true);
    documented("pyhanko", &table);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn signatures_of_the_corpus_are_judged_as_others_judge_them() {
    let Some(corpus) = env::var_os("CHANCERY_CORPUS").map(PathBuf::from) else {
        tests::say("corpus: not run, CHANCERY_CORPUS is not set");
        return;
    };
    let folders = ["lopdf", "nodesign", "pyhanko", "qpdf", "verapdf"];
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| pdfs(&corpus.join(folder)))
        .collect();
    files.retain(|file| {
        let bytes = fs::read(file).unwrap();
        bytes.windows(10).any(|window| window == b"/ByteRange")
    });
    let rows = judged(&files, None);
    let (table, wrong) = table(&rows, false);
    documented("corpus", &table);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! PDF/A and PDF/UA: what held before a signature holds after it, rule by rule, read by others.
//!
//! The rules, and how to have veraPDF confirm them: `docs/pdf-a-and-ua.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pdf::{Claims, Document, Look, PageNumber, Revision, ShownRect};
use service::requests::FileToSign;
use service::wire::{Placement, Rect};
use tests::judge::{Archived, archived};
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, judge};

/// A place that nearly every page has.
const BOX: Rect = Rect {
    x: 6.0,
    y: 6.0,
    width: 120.0,
    height: 40.0,
};
/// How many claim something at least.
const FEWEST: usize = 250;
/// Conforming files of the corpus, one a standard.
const CONFORMING: [&str; 4] = [
    "PDF_A-1b__6.3_Fonts__6.3.3.2_CIDFonts__veraPDF_test_suite_6-3-3-2-t01-pass-a.pdf",
    "PDF_A-2b__6.3_Annotations__6.3.3_Annotation_appearances__veraPDF_test_suite_6-3-3-t01-pass-a.pdf",
    "PDF_A-4__6.3_Annotations__6.3.3_Annotation_appearances__veraPDF_test_suite_6-3-3-t01-pass-a.pdf",
    "PDF_UA-1__7.18_Annotations__7.18.4_Forms__7.18.4-t01-pass-a.pdf",
];

/// The files of the veraPDF corpus that claim a part and that can be signed in the box.
fn claimants(corpus: &Path) -> Vec<(PathBuf, Claims)> {
    let mut files: Vec<_> = fs::read_dir(corpus.join("verapdf"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let Ok(document) = Document::open(Arc::new(fs::read(&path).unwrap())) else {
            continue;
        };
        let claims = document.claims().unwrap();
        let claimed = claims.pdf_a.is_some() || claims.pdf_ua.is_some();
        let placed = Revision::begin(&document).and_then(|mut revision| {
            let rect = ShownRect::new(BOX.x, BOX.y, BOX.width, BOX.height)?;
            revision.add_signature_field(&pdf::Placement::Visible {
                page: PageNumber::FIRST,
                rect,
                look: Look::new("Ada Lovelace", []),
            })
        });
        if claimed && placed.is_ok() {
            found.push((path, claims));
        }
    }
    found
}

/// Signs all of them in one place and has them judged.
fn signed(
    organisation: &Organisation,
    files: &[PathBuf],
    placement: Placement,
    kind: &str,
) -> Vec<(PathBuf, PathBuf, Archived)> {
    // Kept for who wants to look at them, or has veraPDF.
    let kept = std::env::var_os("CHANCERY_KEEP").map(PathBuf::from);
    let folder = kept.unwrap_or_else(|| organisation.path(""));
    let output = |index: usize| folder.join(format!("{kind}-{index}.pdf"));
    let requests = files.iter().enumerate().map(|(index, input)| FileToSign {
        input: input.clone(),
        password: None,
        output: output(index),
    });
    organisation
        .sign_all(requests.collect(), placement, "ada", SIGNER_SECRET)
        .unwrap();
    let pairs: Vec<_> = (0..)
        .zip(files)
        .map(|(index, input)| (input.clone(), output(index)))
        .collect();
    let judged = archived(&pairs);
    pairs
        .into_iter()
        .zip(judged)
        .map(|((before, after), judged)| (before, after, judged))
        .collect()
}

/// What held before and does not hold after.
fn broken(judged: &[(PathBuf, PathBuf, Archived)]) -> Vec<String> {
    let all = judged.iter().flat_map(|(before, _, judged)| {
        let broken = |rule: &&judge::Ruled| rule.before.is_none() && rule.after.is_some();
        let broken = judged.rules.iter().filter(broken);
        broken.map(|rule| {
            let name = before.file_name().unwrap_or_default().to_string_lossy();
            let why = rule.after.as_deref().unwrap_or_default();
            format!("{} ({}) of {name}: {why}", rule.name, rule.clause)
        })
    });
    all.collect()
}

#[test]
fn every_rule_that_a_file_of_the_corpus_keeps_is_kept_when_it_is_signed() {
    let Some(corpus) = std::env::var_os("CHANCERY_CORPUS").map(PathBuf::from) else {
        tests::say("corpus: not run, CHANCERY_CORPUS is not set");
        return;
    };
    let claimants = claimants(&corpus);
    assert!(claimants.len() >= FEWEST, "{} claim", claimants.len());
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let files: Vec<_> = claimants.iter().map(|(path, _)| path.clone()).collect();
    let rect = Placement::Box { page: 1, rect: BOX };
    let mut rules = BTreeMap::<_, BTreeSet<_>>::new();
    for (placement, kind) in [(rect, "shown"), (Placement::Invisible, "hidden")] {
        let judged = signed(&organisation, &files, placement, kind);
        for ((path, ours), (_, _, theirs)) in claimants.iter().zip(&judged) {
            let part = ours.pdf_a.map(|pdf_a| u64::from(pdf_a.part));
            let level = ours.pdf_a.and_then(|pdf_a| pdf_a.level);
            let claimed = (part, level.map(String::from), ours.pdf_ua.map(u64::from));
            let read = (theirs.part, theirs.level.clone(), theirs.ua);
            // A level without a part is none to us.
            if part.is_some() || theirs.part.is_some() {
                assert_eq!(claimed, read, "{}", path.display());
            }
            for rule in &theirs.rules {
                rules
                    .entry(&*rule.name.clone().leak())
                    .or_default()
                    .insert(rule.before.is_none());
            }
        }
        let broken = broken(&judged);
        assert!(broken.is_empty(), "{kind}: {}", broken.join("\n"));
        tests::say(&format!(
            "{kind}: {} files, {} rules",
            files.len(),
            rules.len()
        ));
    }
}

#[test]
fn the_judge_of_archives_sees_what_a_careless_signature_breaks() {
    let Some(corpus) = std::env::var_os("CHANCERY_CORPUS").map(PathBuf::from) else {
        tests::say("corpus: not run, CHANCERY_CORPUS is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let pairs: Vec<_> = CONFORMING
        .iter()
        .map(|name| (corpus.join("verapdf").join(name), folder.path().join(name)))
        .collect();
    judge::signed_carelessly(&pairs);
    let judged = archived(&pairs);
    let expected: [&[&str]; 4] = [
        &[
            "header_and_version",
            "device_colours",
            "fonts_embedded",
            "description",
        ],
        &["version", "fonts_embedded", "description"],
        &["fonts_embedded", "description"],
        &["widget_in_form", "field_described", "ua_fonts_embedded"],
    ];
    for ((judged, (input, _)), expected) in judged.iter().zip(&pairs).zip(expected) {
        let broken = judged
            .rules
            .iter()
            .filter(|rule| rule.before.is_none() && rule.after.is_some());
        let broken: Vec<_> = broken.map(|rule| rule.name.as_str()).collect();
        assert_eq!(broken, expected, "{}", input.display());
    }
}

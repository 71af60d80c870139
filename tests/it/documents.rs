//! What the documents say of the tests.

use std::{collections::BTreeSet, fs, path::Path};

/// Names of functions in all Rust files below a folder.
fn functions_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let names = source.split("fn ").skip(1).map(|rest| {
                rest.chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
                    .collect()
            });
            found.extend(names);
        }
    }
}

/// A name of a test is a sentence: no other word in code style has so many underscores.
fn is_a_sentence(word: &str) -> bool {
    word.matches('_').count() >= 4
        && word
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut functions = BTreeSet::new();
    for folder in [
        "tests",
        "src-tauri/crates",
        "src-tauri/src",
        "src-tauri/tests",
    ] {
        functions_below(&root.join(folder), &mut functions);
    }
    let mut named = 0;
    for entry in fs::read_dir(root.join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        for word in page.split('`').filter(|word| is_a_sentence(word)) {
            named += 1;
            assert!(
                functions.contains(word),
                "{} names {word}, and there is no such test",
                path.display()
            );
        }
    }
    assert!(named > 0, "the documents name no test at all");
}

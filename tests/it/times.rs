//! Attacks on time, revocation and paths: what comes out for each, as the page says.

use std::sync::Arc;

use pdf::Document;
use signature::validate::{Kind, State};
use signature::{Inputs, SignatureValidation, Validation, validate_with};
use tests::attacks::times::{self, Case};
use tests::pki::now;

use crate::foreign::documented;

fn judged(case: &Case) -> Validation {
    let document = Document::open(Arc::new(case.file.clone())).unwrap();
    let inputs = Inputs {
        crls: &case.crls,
        ocsps: &case.ocsps,
        ..Inputs::new(&case.anchors, now())
    };
    validate_with(&document, &inputs).unwrap()
}

/// The first signature that is no timestamp.
fn of_a_person(validation: &Validation) -> &SignatureValidation {
    let mut all = validation.signatures.iter();
    all.find(|signature| signature.kind == Kind::Signature)
        .expect("somebody signed it")
}

/// What is not as expected.
fn differences(case: &Case, validation: &Validation) -> Vec<String> {
    let expected = &case.expected;
    let signature = of_a_person(validation);
    let all = validation.signatures.iter();
    let codes: Vec<&str> = all
        .flat_map(|signature| signature.findings.iter().map(signature::Finding::code))
        .collect();
    let is_good = |signature: &SignatureValidation| {
        let known = signature.revocation.first();
        known.is_some_and(|known| matches!(known.state, State::Good { .. }))
    };
    let missing = expected.codes.iter().filter(|code| !codes.contains(code));
    let mut differences: Vec<String> = missing.map(|code| format!("{code} is not found")).collect();
    if signature.headline != expected.headline {
        differences.push(format!("{:?}", signature.headline));
    }
    if signature.sub_indication != expected.sub_indication {
        differences.push(format!("{:?}", signature.sub_indication));
    }
    if signature.level != expected.level {
        differences.push(format!("{:?}", signature.level));
    }
    if let Some(vouched_for) = expected.vouched_for
        && vouched_for != is_good(signature)
    {
        differences.push(format!("{:?}", signature.revocation));
    }
    // A document is no better than its signature.
    if validation.headline < signature.headline {
        differences.push(format!("the document is {:?}", validation.headline));
    }
    if !differences.is_empty() {
        differences.push(codes.join(", "));
    }
    differences
}

/// Asserts that all come out as expected, and as the page says.
#[track_caller]
fn come_out(mark: &str, cases: &[Case]) {
    let mut wrong = String::new();
    let mut table = "| case | Chancery | why not passed | level |\n|---|---|---|---|\n".to_owned();
    for case in cases {
        let validation = judged(case);
        let differences = differences(case, &validation);
        if !differences.is_empty() {
            wrong += &format!("{}: {}\n", case.name, differences.join("; "));
        }
        let signature = of_a_person(&validation);
        let headline = format!("{:?}", signature.headline);
        let why = signature.sub_indication.map(|why| why.to_string());
        let level = signature.level.map(|level| level.to_string());
        table += &format!(
            "| {} | {} | {} | {} |\n",
            case.name,
            words(&headline),
            why.unwrap_or_default(),
            level.unwrap_or_default()
        );
    }
    assert!(wrong.is_empty(), "of {}:\n{wrong}", cases.len());
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "each has a name of its own");
    documented(mark, &table);
}

/// `ValidChangedAsAllowed` as `valid changed as allowed`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[test]
fn a_stamp_beside_a_signature_counts_only_if_it_is_right() {
    come_out("stamps", &times::beside());
}

#[test]
fn a_timestamp_over_a_document_counts_only_if_it_is_right() {
    come_out("archives", &times::over());
}

#[test]
fn no_list_undoes_a_revocation_or_vouches_without_the_right() {
    come_out("lists", &times::revocation());
}

#[test]
fn no_answer_undoes_a_revocation_or_vouches_without_the_right() {
    come_out("responders", &times::responders());
}

#[test]
fn no_path_leads_to_an_anchor_that_does_not_vouch() {
    come_out("paths", &times::paths());
}

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;
use crate::requests::Language;

/// A name that would be a script, an attribute and a change of direction, were it believed.
const HOSTILE: &str = "<script>alert(1)</script>\" onload='x' \u{202e}gpj.exe\u{7}&amp;";

fn validation() -> Validation {
    let finding = json!({"code": HOSTILE, "severity": "caution", "message": HOSTILE});
    let certificate = json!({
        "subject": HOSTILE, "issuer": HOSTILE, "serial": HOSTILE, "notBefore": 0,
        "notAfter": i64::MAX, "sha256": "ab".repeat(32),
    });
    let change = json!({"code": "bytes_added", "message": HOSTILE, "name": HOSTILE, "page": 1});
    let told: Value = json!({
        "headline": "identity_unconfirmed",
        "revisions": [
            {"index": 1, "bytes": 9, "signedBy": HOSTILE, "what": [change], "allowed": false},
        ],
        "signatures": [{
            "field": HOSTILE, "kind": "document_timestamp", "signer": HOSTILE, "issuer": HOSTILE,
            "level": HOSTILE, "subfilter": HOSTILE, "intact": true, "trusted": false,
            "coverage": "whole_file", "modifications": [change], "signingTime": 1, "timestamp": 2,
            "headline": "identity_unconfirmed", "indication": "indeterminate",
            "subIndication": HOSTILE,
            "document": {"answer": "intact", "findings": [finding]},
            "identity": {
                "answer": "unconfirmed", "path": [certificate],
                "anchor": {"name": HOSTILE, "source": "file"},
                "revocation": [{
                    "subject": HOSTILE, "status": "revoked", "by": "crl", "at": i64::MIN,
                    "reason": HOSTILE,
                }],
                "findings": [finding],
            },
            "time": {
                "answer": "timestamp", "at": 2, "claimedAt": 1, "authority": HOSTILE,
                "trusted": false, "findings": [finding],
            },
            "findings": [finding], "page": null, "rect": null,
        }],
    });
    serde_json::from_value(told).unwrap()
}

fn page(language: Language) -> String {
    let source = TrustSource {
        source: crate::wire::AnchorSource::File,
        name: HOSTILE.to_owned(),
        anchors: 1,
        sha256: Some(HOSTILE.to_owned()),
        next_update: None,
        findings: validation().signatures[0].findings.clone(),
    };
    let report = Report {
        product: "Chancery",
        version: "1",
        file: HOSTILE,
        bytes: 9,
        sha256: &"cd".repeat(32),
        validated_at: 1_795_513_327,
        policy: POLICY,
        trust: &[source],
        validation: &validation(),
    };
    html::page(&report, language)
}

#[test]
fn a_hostile_name_stays_text_wherever_it_stands() {
    let page = page(Language::English);
    assert_eq!(page.matches("<script").count(), 0, "{page}");
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 15);
    assert!(!page.contains('\u{202e}') && !page.contains('\u{7}'));
    assert!(
        page.contains("&amp;amp;"),
        "what looks like a reference is text, too"
    );
    // No tag has an attribute but those that are ours.
    let ours = [
        "class",
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "viewBox",
        "aria-hidden",
        "d",
        "value",
    ];
    for tag in page
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
    {
        for attribute in tag.split_ascii_whitespace().filter_map(|word| {
            let (name, _) = word.split_once("=\"")?;
            Some(name)
        }) {
            assert!(ours.contains(&attribute), "{tag}");
        }
    }
}

#[test]
fn a_name_of_a_million_characters_makes_no_page_of_megabytes() {
    let long = "\u{202e}<script>".repeat(120_000);
    let mut validation = validation();
    for signature in &mut validation.signatures {
        signature.signer.clone_from(&long);
        signature.issuer.clone_from(&long);
        signature.field.clone_from(&long);
    }
    let report = Report {
        validation: &validation,
        file: &long,
        product: "Chancery",
        version: "1",
        bytes: 9,
        sha256: "cd",
        validated_at: 0,
        policy: POLICY,
        trust: &[],
    };
    let page = html::page(&report, Language::English);
    assert!(page.len() < 100_000, "{}", page.len());
    assert!(page.contains('…') && !page.contains("<script"));
}

#[test]
fn a_page_loads_nothing_and_allows_its_style_alone() {
    let page = page(Language::English);
    let style = page.split("<style>").nth(1).unwrap();
    let style = style.split("</style>").next().unwrap();
    let digest = Sha256::digest(style);
    let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
    assert!(page.contains(&format!(
        "content=\"default-src 'none'; style-src 'sha256-{digest}'\""
    )));
    for loads in [
        " src=", " href=", "url(", "@import", "http://", "https://", "style=\"",
    ] {
        assert!(!page.contains(loads), "{loads}");
    }
}

#[test]
fn the_three_answers_stand_apart_in_both_languages() {
    for (language, questions) in [
        (
            Language::English,
            [
                "Is the document intact?",
                "Who signed, and do we trust",
                "When, by whose clock?",
            ],
        ),
        (
            Language::German,
            [
                "Ist das Dokument unversehrt?",
                "Wer hat signiert, und",
                "Wann, nach wessen Uhr?",
            ],
        ),
    ] {
        let page = page(language);
        for question in questions {
            assert_eq!(page.matches(question).count(), 1, "{question}");
        }
    }
}

#[test]
fn a_report_is_called_after_its_file() {
    let file = Path::new("/home/ada/agreement.v2.pdf");
    let html = name_beside(file, ReportForm::Html(Language::English));
    assert_eq!(html, Path::new("/home/ada/agreement.v2-validation.html"));
}

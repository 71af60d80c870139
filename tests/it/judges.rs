//! Files we signed, looked at by others: poppler, pyHanko, qpdf.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use service::requests::{FileToSign, PdfFile, Terms};
use service::wire::{self, ErrorCode, Headline, Placement, Rect, Secret};
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, judge, sample};

/// Unsigned files with a cross-reference table, chosen for their variety.
const CORPUS: [(&str, u32); 10] = [
    // PDF 1.3, inherited /Rotate
    ("qpdf/qpdf__qtest__qpdf__inherited-rotate.pdf", 1),
    // boxes of every kind, with origins elsewhere
    ("qpdf/qpdf__qtest__qpdf__boxes.pdf", 3),
    // /UserUnit, turned pages
    ("qpdf/qpdf__qtest__qpdf__fxo-red-rotate.pdf", 2),
    // linearized
    ("qpdf/qpdf__qtest__qpdf__lin2.pdf", 1),
    // a form with many fields, an indirect /Annots, NeedAppearances
    ("qpdf/qpdf__qtest__qpdf__need-appearances-more-out.pdf", 1),
    // a real document with pictures
    ("nodesign/resources__contributing.pdf", 1),
    // no /Annots anywhere
    ("nodesign/resources__no-annotations.pdf", 1),
    // PDF/A-1a with structure
    (
        "verapdf/PDF_A-1a__6.8_Logical_structure__6.8.4_Natural_language_specification__veraPDF_test_suite_6-8-4-t01-fail-a.pdf",
        1,
    ),
    // PDF/UA-1, lone CRs as line ends
    ("verapdf/PDF_UA-1__7.1_General__7.1-t01-pass-b.pdf", 1),
    // PDF 2.0, PDF/A-4
    (
        "verapdf/PDF_A-4__6.6_Action__6.6.3_Trigger_events__veraPDF_test_suite_6-6-3-t01-fail-a.pdf",
        1,
    ),
];

/// Files of the corpus with empty signature fields, signed in them one after the other.
const FORMS: [(&str, &[&str]); 6] = [
    ("minimal-with-field.pdf", &["Sig1"]),
    ("minimal-two-fields.pdf", &["Sig1", "Sig2"]),
    ("minimal-two-fields-tagged.pdf", &["Sig1", "Sig2"]),
    ("minimal-one-field-indir-annots.pdf", &["SigOld"]),
    ("minimal-with-textfield-group.pdf", &["Sig1"]),
    ("simple-acroform-states-ap-indirect.pdf", &["Signature"]),
];
/// The folder they have in common.
const PYHANKO: &str =
    "pyhanko/internal__common-test-utils__src__pyhanko_testing_commons__test_data__data__pdf__";

/// Signs on a box in the middle of the lower half of a page and has the result judged.
fn judged(organisation: &Organisation, input: &Path, page: u32, output: &Path) {
    let sizes = organisation
        .wait(organisation.service().page_sizes(input.to_owned(), page, 1))
        .unwrap_or_else(|error| panic!("{}: {error}", input.display()));
    let size = sizes[0];
    let (width, height) = ((size.width * 0.5).min(200.0), (size.height * 0.2).min(66.0));
    let rect = Rect {
        x: size.width * 0.3,
        y: size.height * 0.15,
        width,
        height,
    };
    let signed = organisation
        .sign_to(
            input,
            output,
            Placement::Box { page, rect },
            "ada",
            SIGNER_SECRET,
        )
        .unwrap_or_else(|error| panic!("{}: {error}", input.display()));
    let ours = signed[0].validation.signatures.last().unwrap();
    assert_eq!(ours.headline, Headline::Valid, "{}", input.display());
    judge::all(input, output, &organisation.home().ca_file());
}

#[test]
fn the_judges_accept_a_signed_agreement() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    judged(
        &organisation,
        &sample::agreement(),
        1,
        &organisation.path("signed.pdf"),
    );
}

#[test]
fn the_judges_accept_names_of_other_scripts() {
    let organisation = Organisation::found_with("ada", "Аня Ξένου-Müller");
    judged(
        &organisation,
        &sample::agreement(),
        3,
        &organisation.path("signed.pdf"),
    );
}

#[test]
fn the_judges_accept_a_second_signature() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let once = organisation.path("once.pdf");
    judged(&organisation, &sample::agreement(), 1, &once);
    judged(&organisation, &once, 2, &organisation.path("twice.pdf"));
}

/// Of encrypted documents. In ASCII, since poppler takes other letters as its arguments have them.
const PASSWORD: &str = "open sesame";
/// Ways that qpdf encrypts, in its words; pyHanko does not read revision 5.
const ENCRYPTIONS: [&[&str]; 5] = [
    &["40"],
    &["128", "--use-aes=n"],
    &["128", "--use-aes=y", "--cleartext-metadata"],
    &["256"],
    &["256", "--cleartext-metadata"],
];

/// Encrypts a file with qpdf.
fn encrypt(input: &Path, user: &str, way: &[&str], output: &Path) {
    let status = Command::new("qpdf")
        .args(["--allow-weak-crypto", "--encrypt", user, "the owner's word"])
        .args(way)
        .args(["--", "--object-streams=generate"])
        .args([input, output])
        .status()
        .expect("qpdf is there: cargo xtask setup");
    assert!(status.success(), "{way:?}");
}

#[test]
fn the_judges_accept_two_signatures_in_encrypted_documents() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let form = organisation.path("form.pdf");
    fs::write(&form, sample::form(&["Approval"])).unwrap();
    for (number, way) in ENCRYPTIONS.into_iter().enumerate() {
        let name = |step: &str| organisation.path(&format!("{step}-{number}.pdf"));
        let (input, once, twice) = (name("locked"), name("once"), name("twice"));
        encrypt(&form, PASSWORD, way, &input);
        let field = Placement::Field {
            name: "Approval".to_owned(),
        };
        let sign = |input: &Path, output: &Path, place| {
            let file = FileToSign {
                input: input.to_owned(),
                password: Some(Secret::new(PASSWORD.to_owned())),
                output: output.to_owned(),
            };
            let terms = Terms::default();
            let signed = organisation.sign_file(terms, file, place, "ada", SIGNER_SECRET);
            let signed = signed.unwrap_or_else(|error| panic!("{way:?}: {error}"));
            let ours = signed[0].validation.signatures.last().unwrap();
            assert_eq!(ours.headline, Headline::Valid, "{way:?}");
            judge::all_with(input, output, &organisation.home().ca_file(), PASSWORD);
            signed[0].validation.headline
        };
        sign(&input, &once, field);
        let headline = sign(&once, &twice, Placement::Invisible);
        assert_eq!(headline, Headline::ValidChangedAsAllowed, "{way:?}");
        let file = PdfFile {
            path: twice.clone(),
            password: Some(Secret::new("the owner's word".to_owned())),
        };
        let seen = organisation
            .wait(organisation.service().inspect(file))
            .unwrap();
        assert!(seen.encrypted && seen.refusal.is_none(), "{way:?}");
        let file = PdfFile {
            path: twice,
            password: Some(Secret::new(PASSWORD.to_owned())),
        };
        let picture = organisation.service().page_picture(file.clone(), 1, 1.0);
        organisation
            .wait(picture)
            .unwrap_or_else(|error| panic!("{way:?}: {error}"));
        // The password is forgotten, and another does not do.
        organisation.wait(organisation.service().close(file.path.clone()));
        let refused = organisation.service().page_picture(file.path, 1, 1.0);
        let refused = wire::Error::from(organisation.wait(refused).unwrap_err());
        assert_eq!(refused.code, ErrorCode::PasswordNeeded, "{way:?}");
    }
}

#[test]
fn the_judges_accept_ten_files_of_the_corpus() {
    let Some(corpus) = env::var_os("CHANCERY_CORPUS").map(PathBuf::from) else {
        // Said by the set-up as well: this half of the judges has not been heard.
        tests::say("corpus: not run, CHANCERY_CORPUS is not set");
        return;
    };
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    // Kept for who wants to look at them.
    let kept = env::var_os("CHANCERY_KEEP").map(PathBuf::from);
    for (number, (name, page)) in CORPUS.into_iter().enumerate() {
        let output = kept
            .clone()
            .unwrap_or_else(|| organisation.path(""))
            .join(format!("{number}.pdf"));
        judged(&organisation, &corpus.join(name), page, &output);
    }
}

#[test]
fn the_judges_accept_every_signature_in_forms_of_the_corpus() {
    let Some(corpus) = env::var_os("CHANCERY_CORPUS").map(PathBuf::from) else {
        tests::say("corpus: not run, CHANCERY_CORPUS is not set");
        return;
    };
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    for (number, (name, fields)) in FORMS.into_iter().enumerate() {
        let mut input = corpus.join(format!("{PYHANKO}{name}"));
        for field in fields {
            let output = organisation.path(&format!("{number}-{field}.pdf"));
            let placement = Placement::Field {
                name: (*field).to_owned(),
            };
            organisation
                .sign_to(&input, &output, placement, "ada", SIGNER_SECRET)
                .unwrap_or_else(|error| panic!("{}: {error}", input.display()));
            judge::all(&input, &output, &organisation.home().ca_file());
            input = output;
        }
    }
}

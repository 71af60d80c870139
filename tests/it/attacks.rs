//! Files that somebody tampered with: none is called valid.
//!
//! Every defect is looked at in a file with one signature, and a part of them in each of the others;
//! `cargo test -- --ignored attacks` looks at all in all. `CHANCERY_KEEP` names a folder for who
//! wants to have the files.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::{env, fs};

use service::requests::{Trust, TrustFile};
use service::wire::{self, Headline};
use tests::Organisation;
use tests::attacks::update::{Update, body};
use tests::attacks::{Attack, Original, Originals, asn1};

static ORIGINALS: LazyLock<Originals> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    Originals::new(folder.path())
});
/// Of the attacks on files that are signed otherwise, one of so many is tried.
const PART: usize = 9;

/// Judges files with one anchor, as `chancery validate --trust` does.
struct Judge {
    organisation: Organisation,
    trust: Trust,
}

impl Judge {
    fn new() -> Self {
        let anchor = asn1::pem("CERTIFICATE", &ORIGINALS.people.root.certificate);
        let anchor = TrustFile {
            name: "root.pem".to_owned(),
            content: anchor.into_bytes(),
        };
        Self {
            organisation: Organisation::unfounded(),
            trust: Trust {
                files: vec![anchor],
                ..Trust::default()
            },
        }
    }

    /// The verdict; none where the file is refused.
    fn judge(&self, name: &str, file: &[u8]) -> Option<wire::Validation> {
        let path = match env::var_os("CHANCERY_KEEP") {
            Some(folder) => PathBuf::from(folder).join(format!("{name}.pdf")),
            None => self.organisation.path("attack.pdf"),
        };
        fs::write(&path, file).unwrap();
        let service = self.organisation.service();
        let validation = service.validate(path, self.trust.clone());
        self.organisation.wait(validation).ok()
    }

    /// Asserts that none of these is valid.
    #[track_caller]
    fn none_is_valid<'a>(&self, attacks: impl IntoIterator<Item = &'a Attack>) {
        let mut open = Vec::new();
        let mut tried = 0;
        for attack in attacks {
            tried += 1;
            let verdict = self.judge(&attack.name, &attack.file);
            let headline = verdict.map(|verdict| verdict.headline);
            if matches!(
                headline,
                Some(Headline::Valid | Headline::ValidChangedAsAllowed)
            ) {
                open.push(format!("{}: {headline:?}", attack.name));
            }
        }
        let open_ones = open.join("\n");
        assert!(
            open.is_empty(),
            "{} of {tried} are open:\n{open_ones}",
            open.len()
        );
    }
}

/// Every attack on a file of one signature, and a part of those on the others.
fn sample(attacks: &[Attack]) -> Vec<&Attack> {
    const OTHERS: [&str; 6] = [
        "-certified-1",
        "-certified-2",
        "-certified-3",
        "-twice",
        "-locked",
        "-streams",
    ];
    let on_another = |attack: &Attack| OTHERS.iter().any(|other| attack.name.ends_with(other));
    let numbered = attacks.iter().enumerate();
    let tried = numbered.filter(|(number, attack)| number % PART == 0 || !on_another(attack));
    tried.map(|(_, attack)| attack).collect()
}

#[test]
fn what_the_attacks_are_made_from_is_valid() {
    let judge = Judge::new();
    let of_everything = [
        ("prepared", &ORIGINALS.prepared),
        ("commentable", &ORIGINALS.commentable),
    ];
    let of_everything = of_everything.map(|(name, file)| Original {
        name,
        file: file.clone(),
    });
    for original in ORIGINALS.all().into_iter().chain(of_everything) {
        let verdict = judge.judge(original.name, &original.file).unwrap();
        let expected = match original.name {
            "twice" => Headline::ValidChangedAsAllowed,
            _ => Headline::Valid,
        };
        assert_eq!(verdict.headline, expected, "{}: {verdict:?}", original.name);
    }
}

#[test]
fn each_attack_has_a_name_of_its_own() {
    let groups = ORIGINALS.groups();
    let names: HashSet<&str> = groups
        .iter()
        .flatten()
        .map(|attack| attack.name.as_str())
        .collect();
    assert_eq!(names.len(), groups.iter().map(Vec::len).sum::<usize>());
}

#[test]
fn no_byte_range_that_leaves_something_out_is_valid() {
    Judge::new().none_is_valid(&ORIGINALS.byte_ranges());
}

#[test]
fn no_contents_that_are_not_one_signature_are_valid() {
    Judge::new().none_is_valid(&ORIGINALS.contents());
}

#[test]
fn no_signature_of_a_wrong_form_or_of_somebody_else_is_valid() {
    Judge::new().none_is_valid(&ORIGINALS.cryptography());
}

#[test]
fn no_forged_or_wrapped_signature_is_valid() {
    let judge = Judge::new();
    judge.none_is_valid(&ORIGINALS.forgeries());
    judge.none_is_valid(&ORIGINALS.wrappings());
}

#[test]
fn no_revision_that_is_not_whole_is_valid() {
    Judge::new().none_is_valid(sample(&ORIGINALS.savings()));
}

#[test]
fn no_shadow_document_is_valid() {
    Judge::new().none_is_valid(sample(&ORIGINALS.shadows()));
}

#[test]
fn no_page_that_looks_different_is_valid() {
    Judge::new().none_is_valid(sample(&ORIGINALS.overlays()));
}

#[test]
fn nothing_that_acts_is_valid() {
    Judge::new().none_is_valid(sample(&ORIGINALS.actions()));
}

#[test]
fn no_other_catalog_is_valid() {
    Judge::new().none_is_valid(sample(&ORIGINALS.catalogs()));
}

#[test]
fn nothing_that_a_certification_forbids_is_valid() {
    Judge::new().none_is_valid(&ORIGINALS.certifications());
}

#[test]
fn no_object_that_is_read_in_two_ways_is_valid() {
    Judge::new().none_is_valid(sample(&ORIGINALS.objects()));
}

#[test]
fn what_programs_write_down_that_was_so_is_no_change_and_what_was_not_so_is_one() {
    let judge = Judge::new();
    let signed = &ORIGINALS.prepared;
    let edited = |number: u32, entry: &str| {
        let was = body(signed, number);
        let is = was.replacen("<<", &format!("<<{entry}"), 1);
        Update::of(signed).object(number, is).write()
    };
    // iText names itself at the page tree, pypdf says at a page what it inherits.
    for (number, entry) in [(2, "/ITXT(2.1.7)"), (4, "/MediaBox[0 0 595 842]/Rotate 0")] {
        let verdict = judge.judge("written-down", &edited(number, entry)).unwrap();
        assert_eq!(verdict.headline, Headline::Valid, "{entry}: {verdict:?}");
    }
    for (number, entry) in [
        (2, "/ITXT(2.1.7)/UserUnit 2"),
        (2, "/ITXT 47 0 R"),
        (4, "/MediaBox[0 0 595 400]"),
        (4, "/Rotate 90"),
        (4, "/CropBox[0 0 595 842]"),
    ] {
        let verdict = judge.judge("said-anew", &edited(number, entry)).unwrap();
        assert_eq!(verdict.headline, Headline::Changed, "{entry}: {verdict:?}");
    }
}

#[test]
fn nothing_in_a_stream_that_no_section_names_is_valid() {
    Judge::new().none_is_valid(sample(&ORIGINALS.containers()));
}

#[test]
fn no_field_is_valid_that_is_filled_with_what_it_does_not_offer() {
    let judge = Judge::new();
    judge.none_is_valid(&ORIGINALS.fillings());
    for filled in ORIGINALS.filled_as_offered() {
        let verdict = judge.judge(filled.name, &filled.file).unwrap();
        let headline = verdict.headline;
        assert!(
            matches!(headline, Headline::Valid | Headline::ValidChangedAsAllowed),
            "{}: {verdict:?}",
            filled.name
        );
    }
}

#[test]
fn the_description_may_be_another_also_where_cross_references_are_streams() {
    // A section that is a stream names the description, as a trailer does: that is no other use.
    let described = Update::of(&ORIGINALS.streams)
        .object(24, "<</Title(Another)/Author(Ada)>>")
        .write();
    let verdict = Judge::new().judge("described", &described).unwrap();
    assert_eq!(verdict.headline, Headline::ValidChangedAsAllowed);
}

#[test]
fn no_entry_of_a_document_is_another_without_being_seen() {
    Judge::new().none_is_valid(&ORIGINALS.entries());
}

#[test]
fn whatever_cannot_be_read_behind_a_signature_the_verdict_comes_out() {
    let judge = Judge::new();
    for attack in ORIGINALS.malformed() {
        let verdict = judge.judge(&attack.name, &attack.file);
        let verdict = verdict.unwrap_or_else(|| panic!("{} is not judged", attack.name));
        assert!(
            matches!(verdict.headline, Headline::Changed | Headline::Broken),
            "{}: {:?}",
            attack.name,
            verdict.headline
        );
        assert_eq!(verdict.signatures.len(), 1, "{}", attack.name);
    }
}

#[test]
#[ignore = "takes a minute; every defect in every file"]
fn no_attack_at_all_is_called_valid() {
    Judge::new().none_is_valid(ORIGINALS.groups().iter().flatten());
}

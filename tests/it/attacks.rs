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
use tests::attacks::cms::{Cms, Signer};
use tests::attacks::original::{People, Waiting};
use tests::attacks::signer::Party;
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
fn no_comment_is_valid_that_draws_what_viewers_do_not_draw_for_its_kind() {
    let judge = Judge::new();
    judge.none_is_valid(&ORIGINALS.comments());
    for commented in ORIGINALS.commented_as_viewers_do() {
        let verdict = judge.judge(commented.name, &commented.file).unwrap();
        assert_eq!(
            verdict.headline,
            Headline::ValidChangedAsAllowed,
            "{}: {verdict:?}",
            commented.name
        );
    }
}

/// A field in a box on the first page, signed by somebody.
fn signed_in(file: &[u8], rect: [f64; 4], by: &Party, with: &[&Party]) -> Vec<u8> {
    let waiting = Waiting::lay_out(file, |revision| {
        let [x, y, width, height] = rect;
        revision.add_signature_field(&pdf::Placement::Visible {
            page: pdf::PageNumber::FIRST,
            rect: pdf::ShownRect::new(x, y, width, height)?,
            look: pdf::Look::new("Ada Lovelace", ["Pay 100000 EUR".to_owned()]),
        })
    });
    let cms = Cms::of(Signer::honest(by, &waiting.digest()), with).der();
    waiting.complete(&cms)
}

#[test]
fn a_box_over_text_is_told_with_its_page_and_a_strangers_makes_it_another_document() {
    let judge = Judge::new();
    let People { root, ada, mallory } = &ORIGINALS.people;
    let (over_text, beside) = ([80.0, 690.0, 180.0, 60.0], [320.0, 200.0, 180.0, 60.0]);
    let told = |rect, by: &Party, with: &[&Party]| {
        let file = signed_in(&ORIGINALS.approved, rect, by, with);
        let verdict = judge.judge("in-a-box", &file).unwrap();
        let first = &verdict.signatures[0];
        let cautions = first.findings.iter();
        let cautions: Vec<String> = cautions
            .filter(|finding| finding.code.starts_with("later_"))
            .map(|finding| finding.code.clone())
            .collect();
        let page = verdict.revisions.last().unwrap().what[0].page;
        (verdict.headline, first.headline, cautions, page)
    };
    let allowed = Headline::ValidChangedAsAllowed;
    assert_eq!(
        told(beside, ada, &[ada, root]),
        (allowed, allowed, vec![], None)
    );
    assert_eq!(
        told(over_text, ada, &[ada, root]),
        (
            allowed,
            allowed,
            vec!["later_signature_over_text".to_owned()],
            Some(1)
        )
    );
    let by_stranger = "later_signature_by_stranger".to_owned();
    assert_eq!(
        told(beside, mallory, &[mallory]),
        (
            Headline::IdentityUnconfirmed,
            allowed,
            vec![by_stranger.clone()],
            None
        )
    );
    assert_eq!(
        told(over_text, mallory, &[mallory]),
        (
            Headline::Changed,
            Headline::Changed,
            vec![by_stranger, "later_stranger_over_text".to_owned()],
            Some(1)
        )
    );
}

#[test]
fn what_other_products_sign_over_a_document_of_ours_leaves_it_changed_as_allowed() {
    let mut judge = Judge::new();
    let folder = tests::sample::fixture("signed-again/roots.pem");
    judge.trust.files = vec![TrustFile::read(&folder).unwrap()];
    for (file, last) in [
        ("approved-mutool", Headline::IdentityUnconfirmed),
        ("approved-endesive", Headline::Valid),
        ("certified-2-pdfsig", Headline::Valid),
        ("streams-pdfbox", Headline::Valid),
    ] {
        let bytes = fs::read(folder.with_file_name(format!("{file}.pdf"))).unwrap();
        let verdict = judge.judge(file, &bytes).unwrap();
        let headlines: Vec<_> = verdict.signatures.iter().map(|one| one.headline).collect();
        let expected = [Headline::ValidChangedAsAllowed, last];
        assert_eq!(headlines, expected, "{file}: {verdict:?}");
    }
}

#[test]
fn a_little_white_space_behind_the_end_is_no_change_and_anything_else_is_one() {
    let judge = Judge::new();
    for signed in [
        &ORIGINALS.approved,
        &ORIGINALS.streams,
        &ORIGINALS.encrypted,
    ] {
        let followed = |by: &[u8]| [signed, by].concat();
        for blank in [&b"\n"[..], b"\r\n\r\n", &[0; 64], b" \t\x0c"] {
            let verdict = judge.judge("white-space", &followed(blank)).unwrap();
            assert_eq!(verdict.headline, Headline::Valid, "{blank:?}: {verdict:?}");
            let code = &verdict.signatures[0].findings.last().unwrap().code;
            assert_eq!(code, "white_space_behind");
        }
        for more in [&b"\nx"[..], b"\n%", &[b' '; 65], b"\n%%EOF\n"] {
            let verdict = judge.judge("more", &followed(more)).unwrap();
            assert_eq!(verdict.headline, Headline::Changed, "{more:?}");
        }
    }
}

#[test]
fn a_catalog_that_moved_is_no_change_and_one_that_says_something_else_is_one() {
    let judge = Judge::new();
    for signed in [&ORIGINALS.approved, &ORIGINALS.streams, &ORIGINALS.prepared] {
        let catalog = body(signed, 1);
        let moved = Update::of(signed).object(700, &catalog).root(700).write();
        let verdict = judge.judge("moved-catalog", &moved).unwrap();
        assert_eq!(verdict.headline, Headline::Valid, "{verdict:?}");
        // What comes then is judged by the catalog that is there then.
        let page = body(signed, 3).replacen("<<", "<</UserUnit 3", 1);
        for evil in [
            Update::of(signed)
                .object(700, catalog.replacen("<<", "<</OpenAction[4 0 R/Fit]", 1))
                .root(700),
            Update::of(signed)
                .object(700, catalog.replace("/Pages 2 0 R", "/Pages 701 0 R"))
                .object(701, body(signed, 2))
                .root(700),
            Update::of(signed).root(1_000_000),
            Update::of(signed).root(3),
            Update::of(&moved).object(3, page),
            Update::of(&moved).root(1),
            Update::of(&moved).object(700, catalog.replacen("<<", "<</AA<<>>", 1)),
        ] {
            let verdict = judge.judge("another-catalog", &evil.write());
            let headline = verdict.map(|verdict| verdict.headline);
            assert!(
                !matches!(
                    headline,
                    Some(Headline::Valid | Headline::ValidChangedAsAllowed)
                ),
                "{headline:?}"
            );
        }
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

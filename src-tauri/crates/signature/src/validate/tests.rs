#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Cursor;
use std::sync::Arc;

use pdf::render::PageNumber;
use pdf::{Look, Placement, Revision, ShownRect, SignatureField};
use proptest::prelude::*;

mod allowed;
mod attacks;
mod bounded;
mod process;
mod structure;

use super::*;
use crate::algorithm::{Digest, DigestAlgorithm};
use crate::prepare::{Details, Draft, Prepared, SubFilter};
use crate::samples::{Authority, Key, NOW, Template, one_page, run};

fn ca() -> Authority {
    Authority::new("Test CA", 1)
}

fn key() -> Key {
    Key::from_seed(2)
}

fn ada() -> Certificate {
    ca().issue("Ada Lovelace", &key())
}

fn open(file: &[u8]) -> Document {
    Document::open(Arc::new(file.to_vec())).unwrap()
}

fn details() -> Details {
    Details {
        sub_filter: SubFilter::Pades,
        signing_time: NOW,
        offset_minutes: 60,
        name: Some("Ada Lovelace".to_owned()),
        reason: Some("I agree (really)".to_owned()),
        location: Some("Zürich".to_owned()),
        revision_id: [7; 16],
    }
}

fn look() -> Look {
    Look::new("Ada Lovelace", ["2 Jan 2026, 04:04 +01:00".to_owned()])
}

/// A preparation, and the file that waits for its signature.
struct Waiting {
    prepared: Prepared,
    file: Cursor<Vec<u8>>,
}

impl Waiting {
    fn complete(mut self, value: &[u8]) -> Vec<u8> {
        let signed = self.prepared.complete(value).unwrap();
        signed.write_to(&mut self.file).unwrap();
        self.file.into_inner()
    }
}

/// Prepares a signature in the field that `field` makes.
fn prepared_in(
    file: &[u8],
    signer: &Certificate,
    chain: &[Certificate],
    level: Level,
    field: impl FnOnce(&mut Revision) -> pdf::Result<SignatureField>,
) -> Result<Waiting> {
    let mut out = Cursor::new(Vec::new());
    let draft = Draft::begin(&open(file), signer, &mut out)?;
    let mut revision = Revision::after(draft.passed())?;
    let field = field(&mut revision)?;
    let prepared = draft.prepare(revision, &field, &details(), signer, chain, level)?;
    Ok(Waiting {
        prepared,
        file: out,
    })
}

fn prepared(file: &[u8], signer: &Certificate, chain: &[Certificate]) -> Waiting {
    let placement = Placement::Visible {
        page: PageNumber::FIRST,
        rect: ShownRect::new(36.0, 36.0, 180.0, 60.0).unwrap(),
        look: look(),
    };
    let field = |revision: &mut Revision| revision.add_signature_field(&placement);
    prepared_in(file, signer, chain, Level::BB, field).unwrap()
}

/// Prepares an invisible signature by somebody, at a level.
fn invisible(signer: &Certificate, level: Level) -> Result<Waiting> {
    let placement = Placement::Invisible {
        page: PageNumber::FIRST,
    };
    let field = |revision: &mut Revision| revision.add_signature_field(&placement);
    prepared_in(&one_page(), signer, &[], level, field)
}

fn signed_with_chain(file: &[u8], chain: &[Certificate]) -> Vec<u8> {
    let waiting = prepared(file, &ada(), chain);
    let value = key().sign(waiting.prepared.digest());
    waiting.complete(&value)
}

fn signed() -> Vec<u8> {
    signed_with_chain(&one_page(), &[ca().certificate()])
}

fn judged(file: &[u8]) -> Validation {
    validate(&open(file), &[ca().certificate()], NOW).unwrap()
}

/// Headline and codes of the only signature.
fn only(file: &[u8]) -> (Headline, Vec<&'static str>) {
    let validation = judged(file);
    let [signature] = validation.signatures.as_slice() else {
        panic!("one signature")
    };
    assert_eq!(signature.headline, validation.headline);
    let codes = signature.findings.iter().map(Finding::code);
    (
        validation.headline,
        codes
            .filter(|code| *code != "revocation_not_checked")
            .collect(),
    )
}

/// Where the string of `/Contents` is, from `<` to behind `>`.
fn contents(file: &[u8]) -> std::ops::Range<usize> {
    let key = b"/Contents<";
    let start = file
        .windows(key.len())
        .rposition(|window| window == key)
        .unwrap()
        + key.len()
        - 1;
    let length = file[start..].iter().position(|byte| *byte == b'>').unwrap() + 1;
    start..start + length
}

/// Replaces the numbers of the last `/ByteRange` without moving anything.
fn with_byte_range(file: &[u8], numbers: &str) -> Vec<u8> {
    let key = b"/ByteRange[";
    let start = file
        .windows(key.len())
        .rposition(|window| window == key)
        .unwrap()
        + key.len();
    let end = start + file[start..].iter().position(|byte| *byte == b'/').unwrap();
    let mut changed = file.to_vec();
    let text = format!("{numbers}]");
    changed[start..end].fill(b' ');
    changed[start..start + text.len()].copy_from_slice(text.as_bytes());
    changed
}

#[test]
fn what_we_sign_is_valid_and_only_appended() {
    let file = signed();
    assert!(file.starts_with(&one_page()), "signing only appends");
    let validation = judged(&file);
    assert_eq!(validation.headline, Headline::Valid);
    let signature = &validation.signatures[0];
    assert_eq!(signature.findings, [Finding::RevocationNotChecked]);
    assert_eq!(signature.coverage, Coverage::WholeFile);
    assert_eq!(signature.level, Some(Level::BB));
    assert_eq!(signature.signer, Some(ada()));
    assert_eq!(signature.signing_time, Some(NOW));
    assert_eq!(signature.location.as_deref(), Some("Zürich"));
}

#[test]
fn a_document_without_signatures_is_unsigned() {
    let validation = judged(&one_page());
    assert_eq!(validation.headline, Headline::Unsigned);
    assert!(validation.signatures.is_empty());
}

#[test]
fn without_a_trusted_authority_the_identity_is_unconfirmed_and_the_document_intact() {
    let other = Authority::new("Other CA", 9).certificate();
    for anchors in [vec![], vec![other]] {
        let validation = validate(&open(&signed()), &anchors, NOW).unwrap();
        assert_eq!(validation.headline, Headline::IdentityUnconfirmed);
        assert!(validation.signatures[0].intact.is_some());
        assert!(validation.signatures[0].path.is_none());
    }
}

#[test]
fn after_the_certificate_expired_the_identity_is_unconfirmed() {
    let at = ada().not_after() + 1;
    let validation = validate(&open(&signed()), &[ca().certificate()], at).unwrap();
    assert_eq!(validation.headline, Headline::IdentityUnconfirmed);
}

#[test]
fn digest_mismatch() {
    let mut file = signed();
    let at = file
        .windows(5)
        .position(|window| window == b"Hello")
        .unwrap();
    file[at] = b'J';
    assert_eq!(only(&file), (Headline::Broken, vec!["digest_mismatch"]));
}

#[test]
fn byte_range_leaves_a_gap() {
    let file = signed();
    let Some([_, start, second, rest]) = open(&file).signatures().unwrap()[0].byte_range else {
        panic!("we wrote a byte range")
    };
    for numbers in [
        format!("0 {} {second} {rest}", start - 1),
        format!("0 {} {second} {rest}", start + 1),
        format!("0 {start} {} {}", second + 1, rest - 1),
        format!("0 {start} {} {}", second - 1, rest + 1),
        format!("0 10 {second} {rest}"),
    ] {
        let (headline, codes) = only(&with_byte_range(&file, &numbers));
        assert_eq!(
            (headline, codes[0]),
            (Headline::Broken, "byte_range_leaves_a_gap"),
            "{numbers}"
        );
    }
}

#[test]
fn byte_range_that_does_not_start_at_the_first_byte_or_is_no_four_numbers() {
    let file = signed();
    let Some([_, start, second, rest]) = open(&file).signatures().unwrap()[0].byte_range else {
        panic!("we wrote a byte range")
    };
    for numbers in [
        format!("1 {} {second} {rest}", start - 1),
        format!("0 {start} {second}"),
        format!("0 {start} {second} {rest} 0 0"),
        format!("0 {start} {second} -{rest}"),
        format!("0 {second} {start} {rest}"),
        String::new(),
    ] {
        let (headline, codes) = only(&with_byte_range(&file, &numbers));
        assert_eq!(
            (headline, codes[0]),
            (Headline::Broken, "byte_range_malformed"),
            "{numbers}"
        );
    }
}

#[test]
fn byte_range_beyond_the_file() {
    let file = signed();
    let Some([_, start, second, rest]) = open(&file).signatures().unwrap()[0].byte_range else {
        panic!("we wrote a byte range")
    };
    let (headline, codes) = only(&with_byte_range(
        &file,
        &format!("0 {start} {second} {}", rest + 1),
    ));
    assert_eq!(
        (headline, codes[0]),
        (Headline::Broken, "byte_range_beyond_file")
    );
}

#[test]
fn byte_range_that_stops_short() {
    let file = signed();
    let Some([_, start, second, rest]) = open(&file).signatures().unwrap()[0].byte_range else {
        panic!("we wrote a byte range")
    };
    let changed = with_byte_range(&file, &format!("0 {start} {second} {}", rest - 20));
    let (headline, codes) = only(&changed);
    assert_eq!(headline, Headline::Broken);
    assert!(
        codes.contains(&"byte_range_ends_inside_a_revision"),
        "{codes:?}"
    );
    assert_eq!(judged(&changed).signatures[0].coverage, Coverage::Partial);
}

/// Signature wrapping: what was signed is all there, and the attacker's revision lies between its
/// two halves, where a byte range of the attacker's own leaves it out. The digest still fits.
#[test]
fn wrapped_contents() {
    let file = signed();
    let value = open(&file).signatures().unwrap().remove(0);
    let [_, start, second, rest] = value.byte_range.unwrap();
    let (hole, second) = (contents(&file), usize::try_from(second).unwrap());
    let (tail, key) = (&file[second..], b" 0 obj\n<</Type/Sig");
    let header = file
        .windows(key.len())
        .rposition(|window| window == key)
        .unwrap();
    let digits = file[..header]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let id = std::str::from_utf8(&file[header - digits..header]).unwrap();
    let table = second
        + tail
            .windows(4)
            .position(|window| window == b"xref")
            .unwrap();

    // The tail's startxref names the offset where the attacker's table now stands.
    let string = std::str::from_utf8(&file[hole]).unwrap();
    let with = |object: usize, wrapped: usize| {
        let previous = wrapped + (table - second);
        format!(
            "xref\n{id} 1\n{object:010} 00000 n \ntrailer\n\
             <</Size 100/Root 1 0 R/Prev {previous:010}>>\n\
             {id} 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached\
             /ByteRange[0 {start} {wrapped:010} {rest}]/Contents{string}>>\nendobj\n"
        )
    };
    let length = with(0, 0).len();
    let object = table + with(0, 0).find(&format!("{id} 0 obj")).unwrap();
    let evil = with(object, table + length);
    let changed = [&file[..table], evil.as_bytes(), tail].concat();
    assert_eq!(
        only(&changed),
        (Headline::Broken, vec!["byte_range_leaves_a_gap"])
    );
}

/// The headline, or `Unsigned` where the damage makes the signature or the file unreadable.
fn judged_or_unsigned(file: &[u8]) -> Headline {
    Document::open(Arc::new(file.to_vec()))
        .ok()
        .and_then(|document| validate(&document, &[ca().certificate()], NOW).ok())
        .map_or(Headline::Unsigned, |validation| validation.headline)
}

#[test]
fn signature_of_another_document() {
    let (file, mut other) = (signed(), one_page());
    let at = other
        .windows(5)
        .position(|window| window == b"Hello")
        .unwrap();
    other[at] = b'J';
    let other = signed_with_chain(&other, &[ca().certificate()]);
    let mut changed = file.clone();
    changed[contents(&file)].copy_from_slice(&other[contents(&other)]);
    assert_eq!(only(&changed), (Headline::Broken, vec!["digest_mismatch"]));
}

#[test]
fn garbage_in_contents() {
    let file = signed();
    let hole = contents(&file);
    let mut changed = file.clone();
    changed[hole.start + 1..hole.start + 5].copy_from_slice(b"ffff");
    assert_eq!(only(&changed), (Headline::Broken, vec!["cms_malformed"]));
    let mut emptied = file;
    emptied[hole.start + 1..hole.end - 1].fill(b'0');
    assert_eq!(only(&emptied), (Headline::Broken, vec!["cms_malformed"]));
}

#[test]
fn noise_in_the_padding() {
    // Room for a value of 72 bytes; take a file whose value left some of it.
    for byte in 0..64 {
        let mut file = one_page();
        let at = file
            .windows(5)
            .position(|window| window == b"Hello")
            .unwrap();
        file[at] = b'A' + byte % 26;
        file[at + 1] = b'a' + byte / 26;
        let mut file = signed_with_chain(&file, &[]);
        let hole = contents(&file);
        if file[hole.end - 3..hole.end - 1] == *b"00" {
            file[hole.end - 2] = b'1';
            assert_eq!(only(&file), (Headline::Broken, vec!["cms_malformed"]));
            return;
        }
    }
    panic!("none of 64 values was shorter than the longest");
}

#[test]
fn bytes_after_the_signed_revision() {
    let mut file = signed();
    file.extend_from_slice(b"% later\n");
    assert_eq!(
        only(&file),
        (Headline::Changed, vec!["changed_after_signing"])
    );
}

#[test]
fn a_second_signature_is_valid_and_the_first_one_changed_as_allowed() {
    let once = signed();
    let twice = signed_with_chain(&once, &[ca().certificate()]);
    assert!(twice.starts_with(&once), "signing only appends");
    let validation = judged(&twice);
    assert_eq!(validation.headline, Headline::ValidChangedAsAllowed);
    let [first, second] = validation.signatures.as_slice() else {
        panic!("two signatures")
    };
    assert_eq!(
        (first.headline, first.coverage),
        (Headline::ValidChangedAsAllowed, Coverage::Revision)
    );
    assert!(first.intact.is_some());
    let fields = vec![second.field.name.clone()];
    assert!(first.findings.contains(&Finding::ChangedAsAllowed {
        fields,
        filled: vec![],
        commented: vec![],
        described: false,
    }));
    assert_eq!(
        (second.headline, second.coverage),
        (Headline::Valid, Coverage::WholeFile)
    );
}

#[test]
fn other_kinds_of_signatures_are_never_valid() {
    let mut file = signed();
    let at = file
        .windows(19)
        .rposition(|window| window == b"ETSI.CAdES.detached")
        .unwrap();
    file[at..at + 19].copy_from_slice(b"adbe.x509.rsa_other");
    assert_eq!(
        only(&file),
        (
            Headline::IdentityUnconfirmed,
            vec!["sub_filter_not_supported"]
        )
    );
}

#[test]
fn a_list_that_is_at_hand_and_could_not_be_read_is_told() {
    let anchors = [ca().certificate()];
    let judged = |is_cut_short| {
        let inputs = Inputs {
            is_cut_short,
            ..Inputs::new(&anchors, NOW)
        };
        let validation = validate_with(&open(&signed()), &inputs).unwrap();
        let findings = &validation.signatures[0].findings;
        let told = findings.contains(&Finding::EvidenceLeftOut);
        (validation.headline, told)
    };
    assert_eq!(judged(true), (Headline::IdentityUnconfirmed, true));
    assert_eq!(judged(false), (Headline::Valid, false));
}

#[test]
fn levels_that_this_version_does_not_make_are_refused() {
    for level in [Level::BT, Level::BLt, Level::BLta] {
        let refused = invisible(&ada(), level);
        assert!(matches!(refused, Err(Error::LevelNotSupported { .. })));
    }
}

#[test]
fn an_expired_certificate_or_one_for_other_things_signs_nothing() {
    let refused = |signer: &Certificate| invisible(signer, Level::BB).err().unwrap();
    let expired = ca().sign(Template {
        not_after: NOW - 1,
        ..Template::person("Ada", &key())
    });
    assert!(matches!(refused(&expired), Error::OutsideValidity { .. }));
    assert!(matches!(
        refused(&ca().certificate()),
        Error::NotForDocuments { .. }
    ));
}

#[test]
fn a_value_by_another_key_does_not_leave() {
    let prepared = prepared(&one_page(), &ada(), &[]).prepared;
    let value = Key::from_seed(3).sign(prepared.digest());
    assert!(matches!(
        prepared.complete(&value),
        Err(Error::SignatureDoesNotVerify)
    ));
}

#[test]
fn poppler_and_qpdf_accept_what_we_signed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.pdf");
    std::fs::write(&path, signed()).unwrap();
    let path = path.to_str().unwrap();
    let said = run("pdfsig", &["-nocert", path]);
    for expected in [
        "Signature Validation: Signature is Valid.",
        "Signature Type: ETSI.CAdES.detached",
        "Total document signed",
        "Signer Certificate Common Name: Ada Lovelace",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in {said}");
    }
    let said = run("qpdf", &["--check", path]);
    assert!(
        said.contains("No syntax or stream encoding errors found"),
        "{said}"
    );
}

#[test]
fn poppler_and_we_accept_signatures_by_keys_of_every_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.pdf");
    for (kind, key) in Key::of_every_kind() {
        let signer = ca().issue("Ada Lovelace", &key);
        let waiting = prepared(&one_page(), &signer, &[ca().certificate()]);
        let value = key.sign(waiting.prepared.digest());
        let file = waiting.complete(&value);
        assert_eq!(only(&file), (Headline::Valid, vec![]), "{kind}");
        std::fs::write(&path, &file).unwrap();
        let said = run("pdfsig", &["-nocert", path.to_str().unwrap()]);
        assert!(
            said.contains("Signature Validation: Signature is Valid."),
            "{kind}: {said}"
        );
        assert!(said.contains("Total document signed"), "{kind}: {said}");
    }
}

#[test]
fn the_log_names_a_document_by_sha_256_whatever_the_key_signs() {
    let digests = [Key::from_seed(2), Key::p521()].map(|key| {
        let waiting = prepared(&one_page(), &ca().issue("Ada Lovelace", &key), &[]);
        let prepared = &waiting.prepared;
        let algorithm = prepared.algorithm().digest_algorithm();
        assert_eq!(prepared.digest().algorithm(), algorithm);
        let logged = prepared.document_digest();
        let value = key.sign(prepared.digest());
        let file = waiting.complete(&value);
        let hole = contents(&file);
        let covered = [&file[..hole.start], &file[hole.end..]].concat();
        assert_eq!(
            Digest::Sha256(logged),
            DigestAlgorithm::Sha256.digest(&covered)
        );
        algorithm
    });
    assert_eq!(digests, [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512]);
}

#[test]
fn poppler_accepts_both_of_two_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twice.pdf");
    std::fs::write(&path, signed_with_chain(&signed(), &[])).unwrap();
    let said = run("pdfsig", &["-nocert", path.to_str().unwrap()]);
    assert_eq!(
        said.matches("Signature Validation: Signature is Valid.")
            .count(),
        2,
        "{said}"
    );
}

#[test]
fn no_changed_digit_of_the_signature_leaves_it_valid() {
    let file = signed_with_chain(&one_page(), &[]);
    // The gap is what no digest protects. One bit of each digit; CMS is changed bit by bit in
    // the tests of `integrity`.
    for at in contents(&file) {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 5);
        assert_ne!(judged_or_unsigned(&changed), Headline::Valid, "byte {at}");
    }
}

proptest! {
    #[test]
    fn no_changed_byte_leaves_the_signature_valid(at in 0usize..100_000, byte in any::<u8>()) {
        let file = signed_with_chain(&one_page(), &[]);
        let at = at % file.len();
        let mut changed = file.clone();
        changed[at] = byte;
        let same = byte == file[at]
            || contents(&file).contains(&at) && byte.eq_ignore_ascii_case(&file[at]);
        prop_assert_eq!(judged_or_unsigned(&changed) == Headline::Valid, same, "byte {}", at);
    }

    #[test]
    fn nothing_cut_off_or_inserted_leaves_the_signature_valid(
        at in 0usize..100_000,
        insert in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let file = signed_with_chain(&one_page(), &[]);
        let at = at % file.len();
        prop_assert_ne!(judged_or_unsigned(&file[..at]), Headline::Valid);
        let mut longer = file;
        longer.splice(at..at, insert);
        prop_assert_ne!(judged_or_unsigned(&longer), Headline::Valid);
    }
}

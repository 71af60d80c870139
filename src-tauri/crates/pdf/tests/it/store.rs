//! The document security store and timestamps of documents (ISO 32000-2 §12.8.4.3, §12.8.5).

use crate::builder::{Pdf, appended, invisible, open, open_with, sign_field};
use crate::tools::{Check, qpdf, qpdf_check, qpdf_check_with};

use pdf::{Document, Error, Revision, SecurityStore};

fn store(certificates: &[&str], crls: &[&str]) -> SecurityStore {
    let bytes = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    SecurityStore {
        certificates: bytes(certificates),
        crls: bytes(crls),
        ..SecurityStore::default()
    }
}

/// Signs with a store in the same revision.
fn with(document: &Document, added: &SecurityStore) -> Vec<u8> {
    let field = |revision: &mut Revision| {
        revision.add_to_security_store(added)?;
        revision.add_signature_field(&invisible())
    };
    sign_field(document, field, 64, None, |_| Vec::new())
        .unwrap()
        .bytes
}

fn one_page() -> Pdf {
    Pdf::new().page("/MediaBox[0 0 300 200]")
}

#[test]
fn what_is_in_a_store_is_kept_once_and_never_taken_away() {
    let input = one_page().build();
    let first = with(
        &open(&input).unwrap(),
        &store(&["ca", "ana", "ca"], &["list"]),
    );
    let read = open(&first).unwrap().security_store().unwrap().unwrap();
    assert_eq!(read, store(&["ca", "ana"], &["list"]));
    assert!(appended(&input, &first).contains("/ESIC <</BaseVersion/1.7/ExtensionLevel 5>>"));
    let second = with(&open(&first).unwrap(), &store(&["ana", "tsa", "root"], &[]));
    let read = open(&second).unwrap().security_store().unwrap().unwrap();
    assert_eq!(read, store(&["ca", "ana", "tsa", "root"], &["list"]));
    assert!(
        !appended(&first, &second).contains("/Extensions"),
        "decided up front"
    );
    assert_eq!(qpdf_check(&second), Check::Clean);
    // Nothing new is nothing written.
    let third = with(&open(&second).unwrap(), &store(&["tsa"], &["list"]));
    assert!(!appended(&second, &third).contains("/DSS"));
}

#[test]
fn a_store_of_others_is_added_to_however_it_is_built() {
    let stream = |text: &str| format!("<</Length {}>>stream\n{text}\nendstream", text.len());
    for (catalog, five) in [
        ("/DSS 5 0 R", "<</Certs[7 0 R]/VRI<</ABCD<<>>>>>>"),
        ("/DSS 5 0 R", "<</Certs 6 0 R/VRI<</ABCD<<>>>>>>"),
        ("/DSS<</Certs[7 0 R]/VRI<</ABCD<<>>>>>>", "null"),
        ("/DSS<</Certs 6 0 R/VRI<</ABCD<<>>>>>>", "null"),
    ] {
        let input = one_page()
            .catalog(catalog)
            .object(7, &stream("theirs"))
            .object(5, five)
            .object(6, "[7 0 R]")
            .build();
        let output = with(
            &open(&input).unwrap(),
            &store(&["ours", "theirs", "more"], &["list"]),
        );
        let read = open(&output).unwrap().security_store().unwrap().unwrap();
        let mut expected = store(&["theirs", "ours", "more"], &["list"]);
        expected.related = vec!["ABCD".to_owned()];
        assert_eq!(read, expected, "{catalog} {five}");
        assert_eq!(qpdf_check(&output), Check::Clean, "{catalog} {five}");
    }
}

#[test]
fn a_store_is_read_and_written_in_encrypted_files_and_in_those_with_streams_of_objects() {
    let encrypt = [
        "--encrypt",
        "user's",
        "owner's",
        "256",
        "--",
        "--object-streams=generate",
    ];
    let input = qpdf(&one_page().build(), &encrypt);
    let added = store(&["certificate in plain"], &["list in plain"]);
    let output = with(&open_with(&input, "user's").unwrap(), &added);
    let read = open_with(&output, "owner's").unwrap().security_store();
    assert_eq!(read.unwrap().unwrap(), added);
    assert!(!appended(&input, &output).contains("in plain"));
    assert_eq!(qpdf_check_with(&output, "user's"), Check::Clean);
    let streams = qpdf(&one_page().build(), &["--object-streams=generate"]);
    let output = with(&open(&streams).unwrap(), &added);
    let read = open(&output).unwrap().security_store();
    assert_eq!(read.unwrap().unwrap(), added);
    assert_eq!(qpdf_check(&output), Check::Clean);
}

#[test]
fn a_store_beyond_all_bounds_is_refused_and_what_is_no_stream_is_left_out() {
    let many = "7 0 R ".repeat(5000);
    let document = |array: &str| {
        let bytes = one_page()
            .catalog(&format!("/DSS<</Certs[{array}]>>"))
            .object(7, "<</Length 3>>stream\nabc\nendstream")
            .object(5, "(no stream)")
            .build();
        open(&bytes).unwrap().security_store()
    };
    assert!(document(&many).is_err());
    let read = document("5 0 R 7 0 R 9 0 R 8 null").unwrap().unwrap();
    assert_eq!(read, store(&["abc"], &[]));
}

#[test]
fn a_large_list_is_read_and_what_is_too_large_or_cannot_be_read_is_counted() {
    const MIB: usize = 1 << 20;
    let large = |bytes: usize| {
        let list = "a".repeat(bytes);
        format!("<</Length {bytes}>>stream\n{list}\nendstream")
    };
    let read = |first: &str, array: &str| {
        let bytes = one_page()
            .catalog(&format!("/DSS<</CRLs[{array}]>>"))
            .object(7, "<</Length 3>>stream\nabc\nendstream")
            .object(6, first)
            .build();
        open(&bytes).unwrap().security_store()
    };
    let store = read(&large(20 * MIB), "6 0 R 7 0 R").unwrap().unwrap();
    assert_eq!((store.crls.len(), store.left_out), (2, 0));
    assert_eq!(store.crls[0].len(), 20 * MIB);
    let store = read(&large(64 * MIB + 1), "6 0 R 7 0 R").unwrap().unwrap();
    assert_eq!((store.crls, store.left_out), (vec![b"abc".to_vec()], 1));
    for unreadable in [
        "<</Length 3/Filter/JBIG2Decode>>stream\nabc\nendstream",
        "<</Length 999999>>stream\nabc\nendstream",
        "<<>>stream\nabc\nendstream",
        "<</Length",
    ] {
        let store = read(unreadable, "6 0 R 6 0 R 7 0 R").unwrap().unwrap();
        let left = (store.crls, store.left_out);
        assert_eq!(left, (vec![b"abc".to_vec()], 1), "{unreadable}");
    }
}

#[test]
fn a_timestamp_of_a_document_is_a_field_of_its_own_kind() {
    let input = one_page().build();
    let document = open(&input).unwrap();
    let mut revision = Revision::begin(&document).unwrap();
    let field = revision.add_timestamp_field().unwrap();
    let unsigned = revision.lay_out_timestamp(&field, &[7; 16], 64).unwrap();
    let mut output = std::io::Cursor::new(Vec::new());
    unsigned.write_to(&mut output, &mut |_| {}).unwrap();
    let completed = unsigned.complete(b"token").unwrap();
    completed.write_to(&mut output).unwrap();
    let output = output.into_inner();
    assert_eq!(qpdf_check(&output), Check::Clean);
    assert!(appended(&input, &output).contains("/Type/DocTimeStamp"));
    let signatures = open(&output).unwrap().signatures().unwrap();
    assert!(signatures[0].is_document_timestamp());
    assert_eq!(signatures[0].field.place, None, "it is not shown");
    assert_eq!(signatures[0].signing_time, None);
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    const MIB: usize = 1 << 20;
    let document = open(&one_page().build()).unwrap();
    let add = |document: &Document, crls: Vec<Vec<u8>>| {
        let mut revision = Revision::begin(document).unwrap();
        let added = SecurityStore {
            crls,
            ..SecurityStore::default()
        };
        revision.add_to_security_store(&added)
    };
    let list = |number: u8, bytes: usize| vec![number; bytes];
    let refused = |added| matches!(added, Err(Error::StoreTooLarge));
    assert!(add(&document, vec![list(0, 64 * MIB)]).unwrap());
    assert!(refused(add(&document, vec![list(0, 64 * MIB + 1)])));
    let five = (0..5).map(|number| list(number, 13 * MIB)).collect();
    assert!(refused(add(&document, five)));
    let many = (0..4097u16).map(|number| number.to_be_bytes().to_vec());
    assert!(refused(add(&document, many.clone().collect())));
    assert!(add(&document, many.skip(1).collect()).unwrap());
    // What is there already counts.
    let there = with(&document, &store(&[], &["list"]));
    let there = open(&there).unwrap();
    let most = (0..4).map(|number| list(number, 16 * MIB)).collect();
    assert!(refused(add(&there, most)));
}

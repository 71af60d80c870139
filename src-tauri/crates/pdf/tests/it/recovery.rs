//! Documents whose objects have to be looked for.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::builder::{Pdf, invisible, open, sign, sign_document, visible};
use crate::shown::renderer;
use crate::tools::{Check, qpdf_check};
use pdf::{Document, Error, Source};

/// Without anything behind the objects.
fn without_end(pdf: &Pdf) -> Vec<u8> {
    pdf.body().0
}

#[test]
fn the_last_definition_of_an_object_counts() {
    let mut bytes = without_end(&Pdf::new());
    bytes.extend_from_slice(b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 77 88]>>\nendobj\n");
    let document = open(&bytes).unwrap();
    let page = document.page(pdf::PageNumber::FIRST).unwrap();
    assert_eq!(page.shown_size(), (77.0, 88.0));
}

#[test]
fn what_a_stream_contains_is_no_object_of_the_document() {
    let page = "3 0 obj\n<</Type/Page/MediaBox[0 0 1 1]>>\nendobj\n";
    for length in [page.len().to_string(), "0".to_owned(), "7 0 R".to_owned()] {
        let attached = format!("<</Length {length}>>stream\n{page}\nendstream");
        let document = open(&without_end(&Pdf::new().object(9, &attached))).unwrap();
        let page = document.page(pdf::PageNumber::FIRST).unwrap();
        assert_eq!(page.shown_size(), (300.0, 200.0), "/Length {length}");
    }
}

#[test]
fn a_catalog_is_found_without_a_trailer_and_info_and_id_with_one() {
    let bytes = without_end(&Pdf::new());
    assert!(open(&bytes).unwrap().is_recovered());
    let trailer = b"trailer\n<</Root 1 0 R/Info 8 0 R/ID[<AA><BB>]>>\n";
    let signed = sign(&[&bytes[..], trailer].concat(), &invisible()).unwrap();
    let appended = String::from_utf8_lossy(&signed.bytes[bytes.len()..]).into_owned();
    assert!(appended.contains("/Info 8 0 R"), "{appended}");
    assert!(appended.contains("/ID[<aa><0707"), "{appended}");
    assert!(!appended.contains("/Prev"), "{appended}");
}

#[test]
fn the_numbers_of_a_healed_document_have_no_gap() {
    let bytes = without_end(&Pdf::new().object(40, "(far)"));
    let signed = sign(&bytes, &invisible()).unwrap().bytes;
    let appended = String::from_utf8_lossy(&signed[bytes.len()..]).into_owned();
    let (_, table) = appended.split_once("xref\n").unwrap();
    let head = table.lines().next().unwrap();
    let count: usize = head.strip_prefix("0 ").unwrap().parse().unwrap();
    assert!(table.contains(&format!("/Size {count}")), "{table}");
}

#[test]
fn numbers_that_nobody_can_mean_are_left_out_and_not_counted_up_to() {
    for number in ["4294967295", "99999999999", "8000000"] {
        let mut bytes = without_end(&Pdf::new());
        bytes.extend_from_slice(format!("{number} 0 obj\nnull\nendobj\n").as_bytes());
        let signed = sign(&bytes, &invisible()).unwrap().bytes;
        assert!(signed.len() < bytes.len() + 10_000, "{number}");
        assert_eq!(qpdf_check(&signed), Check::Clean, "{number}");
    }
}

#[test]
fn wrong_entries_for_which_there_is_no_object_are_left_as_they_are() {
    let input = Pdf::new().build_with(|offsets, at| {
        let mut table = "xref\n0 6\n0000000000 65535 f \n".to_owned();
        for offset in offsets.values() {
            table.push_str(&format!("{offset:010} 00000 n \n"));
        }
        table.push_str("0000000020 00000 n \n");
        format!("{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
    });
    assert!(!open(&input).unwrap().is_recovered());
}

#[test]
fn a_table_whose_entries_are_not_twenty_bytes_is_followed_by_one_whose_are() {
    for end in ["\n", "\r", " \r\n"] {
        let input = Pdf::new().build_with(|offsets, at| {
            let mut table = format!("xref\n0 6\n0000000005 65535 f{end}");
            for offset in offsets.values() {
                table.push_str(&format!("{offset:010} 00000 n{end}"));
            }
            table.push_str(&format!("0000000000 00001 f{end}"));
            format!("{table}trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
        });
        assert!(open(&input).unwrap().is_recovered());
        let signed = sign(&input, &invisible()).unwrap().bytes;
        assert_eq!(qpdf_check(&signed), Check::Clean);
        let healed = open(&signed).unwrap();
        assert!(!healed.is_recovered() && healed.revisions() == 1);
        let free = healed.fetch((5, 0)).unwrap();
        assert!(
            matches!(free, lopdf::Object::Null),
            "what was free stays free"
        );
    }
}

#[test]
fn what_is_drawn_of_a_damaged_document_is_what_is_signed() {
    let hidden = "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 77 88]>>\nendobj\n";
    let attached = format!("<</Length 7 0 R>>stream\n{hidden}\nendstream");
    let bytes = without_end(&Pdf::new().object(9, &attached));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.pdf");
    std::fs::write(&path, &bytes).unwrap();
    let first = pdf::PageNumber::FIRST;
    let signed = open(&bytes).unwrap().page(first).unwrap().shown_size();
    let drawn = renderer().open(&path).unwrap();
    let drawn = drawn.page_size(first).unwrap();
    assert_eq!((drawn.width, drawn.height), signed);
}

#[test]
fn number_0_is_no_object() {
    let mut bytes = without_end(&Pdf::new().object(1, "null"));
    bytes.extend_from_slice(b"0 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    assert!(open(&bytes).is_err());
}

#[test]
fn an_entry_in_the_middle_of_a_table_that_is_none_is_healed() {
    let input = Pdf::new().build_with(|offsets, at| {
        let mut table = "xref\n0 5\n0000000000 65535 f \n".to_owned();
        for (number, offset) in offsets {
            let letter = if *number == 2 { 'x' } else { 'n' };
            table.push_str(&format!("{offset:010} 00000 {letter} \n"));
        }
        format!("{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
    });
    assert!(open(&input).unwrap().is_recovered());
    let signed = sign(&input, &invisible()).unwrap().bytes;
    assert_eq!(qpdf_check(&signed), Check::Clean);
}

#[test]
fn a_signed_document_that_is_damaged_takes_no_further_signature() {
    let signed = sign(&Pdf::new().build(), &visible(50.0, 50.0, 180.0, 60.0)).unwrap();
    let mut damaged = signed.bytes;
    let end = damaged.len();
    damaged.truncate(end - 30);
    assert!(open(&damaged).unwrap().is_recovered());
    let refused = sign(&damaged, &invisible());
    assert!(
        matches!(refused, Err(Error::SignedAndDamaged)),
        "{refused:?}"
    );
}

#[test]
fn the_objects_of_streams_are_found() {
    let content = "1 0 2 30 <</Type/Catalog/Pages 2 0 R>>  <</Type/Pages/Kids[3 0 R]/Count 1>>";
    let (numbers, _) = content.split_at(9);
    let stream = format!(
        "<</Type/ObjStm/N 2/First {}/Length {}>>stream\n{content}\nendstream",
        numbers.len(),
        content.len()
    );
    let bytes = Pdf::new().object(20, &stream).body().0;
    // Without the plain ones, which stand before it.
    let from = bytes
        .windows(7)
        .position(|part| part == b"3 0 obj")
        .unwrap();
    let bytes = [&b"%PDF-1.7\n"[..], &bytes[from..]].concat();
    let document = open(&bytes).unwrap();
    assert_eq!(document.page_count().unwrap(), 1);
    let signed = sign(&bytes, &visible(50.0, 50.0, 180.0, 60.0))
        .unwrap()
        .bytes;
    assert_eq!(qpdf_check(&signed), Check::Clean);
    assert!(!open(&signed).unwrap().is_recovered());
}

#[test]
fn what_a_comment_says_is_no_object_of_the_document() {
    let page = "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 1 1]>>endobj trailer<</Root 9 0 R>>";
    for before in [0, 1, 1 << 16, (1 << 16) - 20, 200_000] {
        let comment = format!("%{}{page}\n", "x".repeat(before));
        for end in ["", "9 0 obj 1 endobj", "\r"] {
            let bytes = [without_end(&Pdf::new()), comment.clone().into(), end.into()].concat();
            let document = open(&bytes).unwrap();
            let page = document.page(pdf::PageNumber::FIRST).unwrap();
            assert_eq!(page.shown_size(), (300.0, 200.0), "{before}");
        }
    }
    // Behind its line there may be one again.
    let bytes = format!("%\r{page}");
    let bytes = [without_end(&Pdf::new()), bytes.into()].concat();
    let document = open(&bytes).unwrap();
    let page = document.page(pdf::PageNumber::FIRST).unwrap();
    assert_eq!(page.shown_size(), (1.0, 1.0));
}

/// Bytes that count how many of them are read.
struct Counted {
    bytes: Vec<u8>,
    read: AtomicU64,
}

impl Source for Counted {
    fn len(&self) -> io::Result<u64> {
        Source::len(&self.bytes)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let length = buffer.len() as u64;
        let read = self.read.fetch_add(length, Ordering::Relaxed) + length;
        // Far above what is slow: it would go on for hours.
        assert!(read < 8 << 30, "too much is read");
        self.bytes.read_at(offset, buffer)
    }
}

#[test]
fn what_looks_like_many_objects_is_not_looked_at_again_and_again() {
    let many = |count: usize, text: &str| (0..count).map(|_| text).collect::<String>();
    let numbered = |count: usize, text: &str| {
        let objects = (0..count).map(|index| format!("{} 0 obj {text}\n", 2 * index + 10));
        objects.collect::<String>()
    };
    for (what, hostile) in [
        ("integers", many(200_000, "9 0 obj 1\n")),
        ("strings that never end", many(200_000, "9 0 obj(")),
        ("dictionaries that never end", many(200_000, "9 0 obj<</A ")),
        ("what is no object", many(200_000, "9 0 obj ]")),
        ("streams", many(100_000, "9 0 obj<<>>stream\nendstream ")),
        ("catalogs", {
            let last = format!("9 0 obj<</Type/Catalog/A({})>>", "a".repeat(1 << 20));
            many(50_000, "9 0 obj<</Type/Catalog>> ") + &last
        }),
        ("numbers with gaps", numbered(50_000, "1")),
        (
            "streams of objects",
            numbered(100_000, "<</Type/ObjStm>>stream\nendstream"),
        ),
        (
            "one stream of objects",
            many(100_000, "9 0 obj<</Type/ObjStm>>stream\nendstream "),
        ),
    ] {
        for body in [Vec::new(), without_end(&Pdf::new())] {
            let bytes = [b"%PDF-1.7\n".to_vec(), body.clone(), hostile.clone().into()].concat();
            let source = Arc::new(Counted {
                bytes: bytes.clone(),
                read: AtomicU64::new(0),
            });
            let document = Document::open(source.clone());
            if let Ok(document) = document {
                let revision = sign_document(&document, &invisible());
                drop(revision);
            }
            let read = source.read.load(Ordering::Relaxed) as usize;
            assert!(read < 64 * bytes.len() + (256 << 20), "{what}: {read}");
        }
    }
}

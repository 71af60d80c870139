//! What is large, shared or nested takes work and memory in proportion, and is never left out.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::builder::{Pdf, appended, invisible, open, sign};
use crate::tools::{Check, qpdf_check};
use pdf::{Active, Document, Error, Source};

const BOX: &str = "/MediaBox[0 0 300 200]";

/// Whether widgets name their page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Named,
    Unnamed,
}

/// Pages with four fields each.
fn form(pages: u32, owner: Owner) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (mut kids, mut all) = (String::new(), String::new());
    for page in 10..10 + pages {
        kids.push_str(&format!("{page} 0 R "));
        let mut annots = String::new();
        for field in 0..4 {
            let number = 10 + pages + (page - 10) * 4 + field;
            annots.push_str(&format!("{number} 0 R "));
            let owner = match owner {
                Owner::Named => format!("/P {page} 0 R"),
                Owner::Unnamed => String::new(),
            };
            let widget = "/Type/Annot/Subtype/Widget/FT/Tx/Rect[1 1 9 9]";
            pdf = pdf.object(number, &format!("<<{widget}/T(f{number}){owner}>>"));
        }
        all.push_str(&annots);
        let body = format!("<</Type/Page/Parent 2 0 R{BOX}/Annots[{annots}]>>");
        pdf = pdf.object(page, &body);
    }
    pdf.object(2, &format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>"))
        .catalog(&format!("/AcroForm<</Fields[{all}]>>"))
        .build()
}

/// Bytes that count how often they are asked for.
struct Counted {
    bytes: Vec<u8>,
    reads: AtomicU64,
}

impl Source for Counted {
    fn len(&self) -> io::Result<u64> {
        Source::len(&self.bytes)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.read_at(offset, buffer)
    }
}

#[test]
fn the_pages_of_all_fields_are_found_in_one_pass() {
    for owner in [Owner::Named, Owner::Unnamed] {
        let reads = |pages| {
            let source = Arc::new(Counted {
                bytes: form(pages, owner),
                reads: AtomicU64::new(0),
            });
            let fields = Document::open(source.clone()).unwrap().fields().unwrap();
            let places: Vec<_> = fields.iter().map(|field| field.place.unwrap().0).collect();
            let expected: Vec<_> = (1..=pages).flat_map(|page| [page; 4]).collect();
            assert_eq!(places, expected);
            source.reads.load(Ordering::Relaxed)
        };
        let (few, many) = (reads(100), reads(800));
        // In proportion there are 8 times as many; with a walk for each field, 64 times.
        assert!(
            many < few * 12,
            "{owner:?}: {few} reads for 100, {many} for 800 pages"
        );
    }
}

#[test]
fn a_field_is_on_the_page_it_names_or_on_the_one_that_shows_it() {
    let page = |annots: &str| format!("<</Type/Page/Parent 2 0 R{BOX}/Annots[{annots}]>>");
    let field = |name: &str, page: &str| {
        format!("<</Type/Annot/Subtype/Widget/FT/Tx/Rect[1 1 9 9]/T({name}){page}>>")
    };
    let input = Pdf::new()
        .object(2, "<</Type/Pages/Kids[10 0 R 11 0 R 12 0 R]/Count 3>>")
        .object(10, &page("21 0 R"))
        .object(11, &page("20 0 R 23 0 R"))
        .object(12, &page("22 0 R"))
        .object(20, &field("names its page", "/P 11 0 R"))
        .object(21, &field("is shown before it", ""))
        .object(22, &field("names a page behind it", "/P 12 0 R"))
        .object(23, &field("names what is no page", "/P 20 0 R"))
        .catalog("/AcroForm<</Fields[20 0 R 21 0 R 22 0 R 23 0 R]>>")
        .build();
    let fields = open(&input).unwrap().fields().unwrap();
    let places: Vec<_> = fields.iter().map(|field| field.place.unwrap().0).collect();
    assert_eq!(places, [2, 1, 3, 2]);
}

#[test]
fn what_pages_inherit_is_not_copied_for_each() {
    // As an array this box takes megabytes; copied for every page that waits, it took gigabytes.
    let pages = 20_000;
    let kids: String = (10..10 + pages).map(|id| format!("{id} 0 R ")).collect();
    let numbers = "1 ".repeat(200_000);
    let tree =
        format!("<</Type/Pages/Kids[{kids}]/Count {pages}/MediaBox[0 0 300 200 {numbers}]>>");
    let mut pdf = Pdf::new().object(2, &tree);
    for id in 10..10 + pages {
        pdf = pdf.object(id, "<</Type/Page/Parent 2 0 R>>");
    }
    let document = open(&pdf.build()).unwrap();
    assert_eq!(document.page_count().unwrap(), pages);
    let page = document.page(pdf::PageNumber::FIRST).unwrap();
    assert_eq!(page.shown_size(), (300.0, 200.0));
}

#[test]
fn a_signature_is_found_or_the_form_refused_however_deep_it_is() {
    let nested = |levels: u32| {
        let last = 10 + levels;
        let mut pdf = Pdf::new().catalog("/AcroForm<</Fields[10 0 R]>>");
        for level in 10..last {
            let kid = level + 1;
            pdf = pdf.object(level, &format!("<</T(l)/Kids[{kid} 0 R]>>"));
        }
        let signature = "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>";
        let pdf = pdf.object(last, "<</T(s)/FT/Sig/V 6 0 R>>");
        open(&pdf.object(6, signature).build())
            .unwrap()
            .signatures()
    };
    assert_eq!(nested(60).unwrap().len(), 1);
    assert!(matches!(nested(70), Err(Error::Missing { .. })));
}

#[test]
fn names_that_multiply_are_refused() {
    let kids: String = (100..5100).map(|id| format!("{id} 0 R ")).collect();
    let name = "n".repeat(100_000);
    let mut pdf = Pdf::new()
        .catalog("/AcroForm<</Fields[10 0 R]>>")
        .object(10, &format!("<</T({name})/Kids[{kids}]>>"));
    for id in 100..5100 {
        pdf = pdf.object(id, "<</T(a)/FT/Tx>>");
    }
    let fields = open(&pdf.build()).unwrap().fields();
    assert!(matches!(fields, Err(Error::Missing { .. })));
}

#[test]
fn a_stream_is_not_taken_for_the_dictionary_it_begins_with() {
    let input = Pdf::new()
        .catalog("/AcroForm 5 0 R")
        .object(5, "<</Fields[]/Length 3>>stream\nabc\nendstream")
        .build();
    let signed = sign(&input, &invisible()).unwrap();
    let output = appended(&input, &signed.bytes);
    assert!(
        !output.contains("\n5 0 obj"),
        "written again without its content: {output}"
    );
    assert_eq!(qpdf_check(&signed.bytes), Check::Clean);
}

#[test]
fn an_action_that_everything_has_is_read_once() {
    const ANNOTATIONS: u32 = 2000;
    let reads = |actions: &str| {
        let large = format!("<</S/JavaScript/JS({})>>", "x".repeat(1 << 20));
        let annotations: String = (10..10 + ANNOTATIONS)
            .map(|id| format!("{id} 0 R "))
            .collect();
        let mut pdf = Pdf::new()
            .page(&format!("/MediaBox[0 0 9 9]/Annots[{annotations}]"))
            .object(9, &large);
        for id in 10..10 + ANNOTATIONS {
            pdf = pdf.object(id, &format!("<</Type/Annot/Subtype/Link{actions}>>"));
        }
        let source = Arc::new(Counted {
            bytes: pdf.build(),
            reads: AtomicU64::new(0),
        });
        let document = Document::open(source.clone()).unwrap();
        let found = document.preflight(&[]).unwrap();
        assert_eq!(
            found.active.contains(&Active::JavaScript),
            !actions.is_empty()
        );
        source.reads.load(Ordering::Relaxed)
    };
    let without = reads("");
    let with = reads("/A 9 0 R/AA<</E 9 0 R/X 9 0 R/D 9 0 R>>");
    assert!(with < without + 100, "{without} {with}");
}

#[test]
fn annotations_that_are_too_many_to_be_looked_at_are_said_to_be() {
    let document = |annotations: usize| {
        let annotation = "<</Type/Annot/Subtype/Link>>".repeat(annotations);
        let pdf = Pdf::new().page(&format!("/MediaBox[0 0 9 9]/Annots[{annotation}]"));
        open(&pdf.build()).unwrap().preflight(&[]).unwrap()
    };
    assert_eq!(document(3000).stopped_after, None);
    assert_eq!(document(5000).stopped_after, Some(1));
}

//! Hostile and broken documents end in a result or an error with its reason, and soon.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::builder::{Pdf, Signed, invisible, open, sign, visible};
use crate::tools::{Check, qpdf_check};
use pdf::{Error, Result};

/// What takes longer hangs: far above what the slowest machine needs for the worst of these.
const SOON: Duration = Duration::from_secs(300);

/// Reads everything there is to read, and signs.
fn whole(bytes: &[u8]) -> Result<Signed> {
    let started = Instant::now();
    let result = open(bytes).and_then(|document| {
        let pages = document.page_count();
        let fields = document.fields();
        let signatures = document.signatures();
        let level = document.certification_level();
        let _ = document.revisions();
        pages?;
        fields?;
        signatures?;
        level?;
        sign(bytes, &visible(50.0, 50.0, 180.0, 60.0))
    });
    assert!(started.elapsed() < SOON, "it took {:?}", started.elapsed());
    if let Ok(signed) = &result {
        assert!(signed.bytes.starts_with(bytes));
        let found = open(&signed.bytes).unwrap().signatures().unwrap();
        assert!(
            found
                .iter()
                .any(|found| found.byte_range == Some(signed.byte_range))
        );
        if qpdf_check(bytes) == Check::Clean {
            assert_eq!(qpdf_check(&signed.bytes), Check::Clean);
        }
    }
    result
}

/// Signs a document whose objects have to be looked for: what it becomes needs no looking.
fn heal(bytes: &[u8]) -> Vec<u8> {
    let damaged = open(bytes).unwrap();
    assert!(damaged.is_recovered());
    let signed = whole(bytes).unwrap().bytes;
    assert_eq!(qpdf_check(&signed), Check::Clean);
    let healed = open(&signed).unwrap();
    assert!(!healed.is_recovered());
    assert_eq!(healed.page_count().unwrap(), damaged.page_count().unwrap());
    assert_eq!(healed.revisions(), 1, "its section needs no other");
    // A second signature keeps to it.
    let twice = whole(&signed).unwrap().bytes;
    assert_eq!(qpdf_check(&twice), Check::Clean);
    signed
}

/// A table of the builder's four objects, in one subsection.
fn table(offsets: &std::collections::BTreeMap<u32, usize>, entry: &str) -> String {
    let mut table = format!("xref\n0 5\n0000000000 65535 f{entry}");
    for offset in offsets.values() {
        table.push_str(&format!("{offset:010} 00000 n{entry}"));
    }
    table
}

fn with_size(size: &str) -> Vec<u8> {
    Pdf::new().build_with(|offsets, at| {
        let table = table(offsets, " \n");
        format!("{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
    })
}

#[test]
fn a_wrong_size_does_not_decide_which_numbers_are_free() {
    for size in [
        "0",
        "1",
        "2",
        "-7",
        "2147483647",
        "2147483648",
        "4294967296",
        "9223372036854775807",
        "(x)",
        "5.0",
    ] {
        let input = with_size(size);
        let signed = whole(&input).unwrap_or_else(|error| panic!("/Size {size}: {error:?}"));
        let output = String::from_utf8_lossy(&signed.bytes[input.len()..]).into_owned();
        for taken in 1..5 {
            let rewritten = output.contains(&format!("\n{taken} 0 obj"));
            // Of the old objects only catalog and page are written again.
            assert!(
                !rewritten || taken == 1 || taken == 3,
                "/Size {size}: {output}"
            );
        }
    }
}

#[test]
fn entries_of_nineteen_bytes_and_other_line_ends_are_read() {
    for entry in ["\n", "\r", "\r\n", " \r", "  \n", " \n\n"] {
        let input = Pdf::new().build_with(|offsets, at| {
            let table = table(offsets, entry);
            format!("{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
        });
        whole(&input).unwrap_or_else(|error| panic!("{entry:?}: {error:?}"));
    }
}

#[test]
fn whatever_ends_the_file_is_kept_and_read() {
    let input = Pdf::new().build();
    let body = input.strip_suffix(b"\n").unwrap();
    for end in [
        &b""[..],
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\ngarbage \x00\xFF",
        b"\0\0\0",
        &[b' '; 1500],
    ] {
        let bytes = [body, end].concat();
        let signed = whole(&bytes).unwrap_or_else(|error| panic!("{end:?}: {error:?}"));
        assert_ne!(signed.bytes[bytes.len()], b'%');
    }
    // Too far from the end for anybody to look there.
    heal(&[body, &[b' '; 4000]].concat());
}

#[test]
fn a_wrong_startxref_is_healed() {
    let (_, offsets) = Pdf::new().body();
    let at = Pdf::new().body().0.len();
    for start in [
        0,
        1,
        15,
        at - 1,
        at + 1,
        at + 5,
        offsets[&3],
        100_000_000,
        usize::MAX,
    ] {
        let input = Pdf::new().build_with(|offsets, _| {
            let table = table(offsets, " \n");
            format!("{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n")
        });
        // One byte early is white space before the keyword, which every reader skips.
        if start == at - 1 {
            assert!(!open(&input).unwrap().is_recovered());
        } else {
            heal(&input);
        }
    }
}

#[test]
fn prev_loops_and_long_chains_end() {
    let section = |prev: usize| format!("xref\n0 0\ntrailer\n<</Size 5/Root 1 0 R/Prev {prev}>>\n");
    let itself = Pdf::new().build_with(|_, at| format!("{}startxref\n{at}\n%%EOF\n", section(at)));
    heal(&itself);
    let two = Pdf::new().build_with(|_, at| {
        let other = at + section(at).len();
        format!("{}{}startxref\n{at}\n%%EOF\n", section(other), section(at))
    });
    heal(&two);
    for wrong in [
        "-1",
        "99999999",
        "(a)",
        "4 0 R",
        "1.5",
        "1e300",
        "9223372036854775807",
    ] {
        let input = Pdf::new().build_with(|offsets, at| {
            let table = table(offsets, " \n");
            format!("{table}trailer\n<</Size 5/Root 1 0 R/Prev {wrong}>>\nstartxref\n{at}\n%%EOF\n")
        });
        heal(&input);
    }
    let chain = |sections: usize| {
        Pdf::new().build_with(|offsets, at| {
            let mut tail = format!("{}trailer\n<</Size 5/Root 1 0 R>>\n", table(offsets, " \n"));
            let mut newest = at;
            for _ in 0..sections {
                let here = at + tail.len();
                tail.push_str(&section(newest));
                newest = here;
            }
            format!("{tail}startxref\n{newest}\n%%EOF\n")
        })
    };
    whole(&chain(2000)).unwrap();
    heal(&chain(20_000));
}

#[test]
fn subsections_that_lie_are_healed() {
    let with_head = |head: &str| {
        Pdf::new().build_with(|offsets, at| {
            let table = table(offsets, " \n");
            let entries = table.strip_prefix("xref\n0 5\n").unwrap();
            format!(
                "xref\n{head}\n{entries}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n"
            )
        })
    };
    for head in [
        "0 4294967295",
        "0 4294967296",
        "4294967295 5",
        "0 99999999999999999999",
        "0 1000000",
        "0 6",
        "0 4",
        "-1 5",
        "0 -5",
        "0",
        "a b",
        "1000000000 5",
    ] {
        heal(&with_head(head));
    }
    whole(&with_head("0 0\n0 5")).unwrap();
    whole(&with_head("0 5\n")).unwrap();
    // Off by one: all objects stand under the wrong number.
    heal(&with_head("1 5"));
    // Only the number of a head decides, not how many heads there are.
    let many = "0 0\n".repeat(20_000);
    whole(&with_head(&format!("{many}0 5"))).unwrap();
}

#[test]
fn objects_that_are_elsewhere_are_found() {
    let entry = |number: u32, offset: &str| {
        Pdf::new().build_with(|offsets, at| {
            let right = format!("{:010} 00000 n", offsets[&number]);
            let table = table(offsets, " \n").replace(&right, &format!("{offset} 00000 n"));
            format!("{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
        })
    };
    for number in 1..4 {
        for offset in [
            "0000000000",
            "9999999999",
            "0000009999",
            "0000000001",
            "0000000300",
        ] {
            heal(&entry(number, offset));
        }
    }
}

#[test]
fn deep_nesting_and_endless_tokens_are_errors() {
    let deep = "[".repeat(1_000_000);
    let dictionaries = "<</A".repeat(300_000);
    let string = "(".repeat(1_000_000);
    let name = format!("/{}", "A".repeat(1_000_000));
    for body in [&deep, &dictionaries, &string] {
        for number in [1, 2, 3] {
            let input = Pdf::new().object(number, body).build();
            assert!(whole(&input).is_err());
        }
    }
    whole(&Pdf::new().catalog(&format!("/Long {name}")).build()).unwrap();
}

#[test]
fn page_trees_that_lie_end_in_a_result_or_an_error() {
    let tree = |kids: &str| Pdf::new().object(2, &format!("<</Type/Pages/Kids {kids}/Count 1>>"));
    for (kids, pages) in [
        ("[3 0 R null]", 1),
        ("[99 0 R 3 0 R]", 1),
        ("[4 7 R 3 0 R 5]", 1),
        ("5 0 R", 1),
        ("[]", 0),
        ("[<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>> 3 0 R]", 2),
    ] {
        let input = tree(kids).object(5, "[3 0 R]").build();
        assert_eq!(open(&input).unwrap().page_count().unwrap(), pages, "{kids}");
        let result = whole(&input);
        assert_eq!(result.is_ok(), pages == 1, "{kids}: {result:?}");
    }
    for count in ["0", "-1", "7", "2147483648", "null", "(x)"] {
        let input = Pdf::new()
            .object(2, &format!("<</Type/Pages/Kids[3 0 R]/Count {count}>>"))
            .build();
        assert_eq!(open(&input).unwrap().page_count().unwrap(), 1);
        whole(&input).unwrap();
    }
    for kids in ["[2 0 R]", "[3 0 R 2 0 R]", "[5 0 R]", "[6 0 R]"] {
        let input = tree(kids)
            .object(5, "<</Type/Pages/Kids[2 0 R]>>")
            .object(6, "<</Type/Pages/Kids[6 0 R]>>")
            .build();
        assert!(matches!(whole(&input), Err(Error::Object { .. })), "{kids}");
    }
    let mut deep = Pdf::new();
    for number in 10..5000 {
        let next = number + 1;
        deep = deep.object(number, &format!("<</Type/Pages/Kids[{next} 0 R]/Count 1>>"));
    }
    let deep = deep.object(2, "<</Type/Pages/Kids[10 0 R]/Count 1>>");
    assert!(matches!(whole(&deep.build()), Err(Error::Object { .. })));
    let wide = format!("[{}]", "3 0 R ".repeat(100_000));
    assert!(whole(&tree(&wide).build()).is_err());
}

#[test]
fn chains_of_references_end() {
    let mut chain = Pdf::new()
        .catalog("/AcroForm 10 0 R")
        .object(1000, "<</Fields[]>>");
    for number in 10..1000 {
        chain = chain.object(number, &format!("{} 0 R", number + 1));
    }
    assert!(matches!(whole(&chain.build()), Err(Error::Object { .. })));
    let loop_ = Pdf::new()
        .catalog("/AcroForm 10 0 R")
        .object(10, "10 0 R")
        .build();
    assert!(matches!(whole(&loop_), Err(Error::Object { .. })));
    let short = Pdf::new()
        .catalog("/AcroForm 10 0 R")
        .object(10, "11 0 R")
        .object(11, "12 0 R")
        .object(12, "<</Fields 10 0 R>>");
    assert!(whole(&short.build()).is_ok());
}

#[test]
fn field_trees_that_lead_back_end() {
    let pdf = Pdf::new()
        .catalog("/AcroForm<</Fields[10 0 R 11 0 R 10 0 R]>>")
        .object(10, "<</T(a)/Kids[11 0 R 10 0 R]>>")
        .object(11, "<</T(b)/Kids[10 0 R 11 0 R]>>");
    assert!(whole(&pdf.build()).is_ok());
}

#[test]
fn what_is_no_pdf_is_told() {
    assert!(matches!(open(b""), Err(Error::NotAPdf)));
    assert!(matches!(open(b"hello"), Err(Error::NotAPdf)));
    assert!(matches!(open(b"%PDF-1.7\n"), Err(Error::NoStartXref)));
    assert!(matches!(
        open(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"),
        Err(Error::NoStartXref)
    ));
    let shifted = [b"junk\n", &Pdf::new().build()[..]].concat();
    assert!(matches!(
        open(&shifted),
        Err(Error::BytesBeforeHeader { bytes: 5 })
    ));
    for root in [
        "",
        "/Root 99 0 R",
        "/Root 4 0 R",
        "/Root null",
        "/Root<</Pages 2 0 R>>",
    ] {
        let input = Pdf::new().build_with(|offsets, at| {
            let table = table(offsets, " \n");
            format!("{table}trailer\n<</Size 5{root}>>\nstartxref\n{at}\n%%EOF\n")
        });
        heal(&input);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_never_end_in_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let signed = sign(&Pdf::new().build(), &invisible()).unwrap();
        let mut bytes = signed.bytes;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(document) = open(&bytes) {
            let _ = document.page_count();
            let _ = document.fields();
            let _ = document.signatures();
            let _ = sign(&bytes, &visible(50.0, 50.0, 180.0, 60.0));
        }
    }
}

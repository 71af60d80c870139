//! Cross-reference streams, object streams, hybrid files.

use proptest::prelude::*;

use crate::builder::{Pdf, appended, invisible, open, sign, sign_with, visible};
use crate::tools::{Check, Picture, Signer, pdfsig, qpdf, qpdf_check};
use pdf::Error;

/// A form with a text field and two pages.
fn document() -> Pdf {
    Pdf::new()
        .catalog("/AcroForm<</Fields[6 0 R]>>")
        .object(2, "<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>")
        .page("/MediaBox[0 0 300 200]/Annots[6 0 R]")
        .object(5, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>")
        .object(
            6,
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(A)/Rect[10 10 60 30]/P 3 0 R>>",
        )
}

/// The document as qpdf writes it with streams.
fn with_streams() -> Vec<u8> {
    qpdf(&document().build(), &["--object-streams=generate"])
}

/// What the tables of a hybrid file say of the object that they hide.
#[derive(Debug, Clone, Copy)]
enum Hidden {
    /// It is free in the table that names the stream.
    Free,
    /// Nothing.
    Absent,
    /// It is free in an earlier table, as office programs write it.
    FreeBefore,
}

/// A hybrid file: object 8, the form, stands in a stream that only `/XRefStm` knows.
fn hybrid(hidden: Hidden) -> Vec<u8> {
    document().catalog("/AcroForm 8 0 R").build_with(|offsets, at| {
        let form = "<</Fields[6 0 R]>>";
        let objects = format!("8 0 {form}");
        let objects = format!(
            "7 0 obj\n<</Type/ObjStm/N 1/First 4/Length {}>>\nstream\n{objects}\nendstream\nendobj\n",
            objects.len()
        );
        let stream_at = at + objects.len();
        let stream = "9 0 obj\n<</Type/XRef/Size 10/W[1 2 1]/Index[8 1]/Root 1 0 R\
             /Filter/ASCIIHexDecode/Length 9>>\nstream\n02000700>\nendstream\nendobj\n";
        let table_at = stream_at + stream.len();
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        for (number, offset) in offsets {
            table.push_str(&format!("{number} 1\n{offset:010} 00000 n \n"));
        }
        table.push_str(&format!("7 1\n{at:010} 00000 n \n9 1\n{stream_at:010} 00000 n \n"));
        if !matches!(hidden, Hidden::Absent) {
            table.push_str("8 1\n0000000000 65535 f \n");
        }
        let trailer = "trailer\n<</Size 10/Root 1 0 R";
        let mut newest = table_at;
        if matches!(hidden, Hidden::FreeBefore) {
            table.push_str(&format!("{trailer}>>\n"));
            newest += table.len();
            table.push_str(&format!("xref\n0 0\n{trailer}/Prev {table_at}"));
        } else {
            table.push_str(trailer);
        }
        format!("{objects}{stream}{table}/XRefStm {stream_at}>>\nstartxref\n{newest}\n%%EOF\n")
    })
}

#[test]
fn filters_that_are_abbreviated_are_read() {
    let (long, short) = (b"/FlateDecode", b"/Fl         ");
    let mut input = with_streams();
    let mut count = 0;
    for at in 0..input.len() - long.len() {
        if input[at..].starts_with(long) {
            input[at..at + long.len()].copy_from_slice(short);
            count += 1;
        }
    }
    assert!(count >= 2, "the sample has streams of both kinds");
    let signed = sign(&input, &invisible()).unwrap();
    assert_eq!(qpdf_check(&signed.bytes), Check::Clean);
}

#[test]
fn a_file_of_streams_goes_on_with_a_stream_and_reads_as_before() {
    let input = with_streams();
    assert!(
        !input.windows(5).any(|bytes| bytes == b"\nxref"),
        "the sample has a table"
    );
    let document = open(&input).unwrap();
    assert_eq!(document.page_count().unwrap(), 2);
    assert_eq!(document.fields().unwrap().len(), 1);
    let mut bytes = input.clone();
    for turn in 1..=3 {
        let signed = sign(&bytes, &visible(100.0, 100.0, 180.0, 60.0)).unwrap();
        let output = appended(&bytes, &signed.bytes);
        assert!(
            output.contains("/Type/XRef") && !output.contains("\nxref"),
            "{output}"
        );
        assert_eq!(qpdf_check(&signed.bytes), Check::Clean);
        let document = open(&signed.bytes).unwrap();
        assert_eq!(document.fields().unwrap().len(), 1 + turn);
        assert_eq!(document.signatures().unwrap().len(), turn);
        assert_eq!(document.page_count().unwrap(), 2);
        bytes = signed.bytes;
    }
    assert!(Picture::render(&bytes, 72).ink().is_some());
}

#[test]
fn linearized_files_are_signed_in_either_style() {
    for style in ["--object-streams=generate", "--object-streams=disable"] {
        let input = qpdf(&document().build(), &["--linearize", style]);
        assert_eq!(open(&input).unwrap().revisions(), 1, "{style}");
        let signed = sign(&input, &visible(100.0, 100.0, 180.0, 60.0)).unwrap();
        assert_eq!(qpdf_check(&signed.bytes), Check::Clean, "{style}");
        assert_eq!(open(&signed.bytes).unwrap().signatures().unwrap().len(), 1);
    }
}

#[test]
fn a_hybrid_file_shows_what_its_table_hides_and_goes_on_with_a_table() {
    for hidden in [Hidden::Free, Hidden::Absent, Hidden::FreeBefore] {
        let input = hybrid(hidden);
        assert_eq!(qpdf_check(&input), Check::Clean, "{hidden:?}");
        assert_eq!(
            open(&input).unwrap().fields().unwrap().len(),
            1,
            "{hidden:?}"
        );
        let signed = sign(&input, &visible(100.0, 100.0, 180.0, 60.0)).unwrap();
        let output = appended(&input, &signed.bytes);
        assert!(
            output.contains("\nxref\n") && output.contains("\n8 0 obj"),
            "{output}"
        );
        assert_eq!(qpdf_check(&signed.bytes), Check::Clean);
        assert_eq!(open(&signed.bytes).unwrap().fields().unwrap().len(), 2);
    }
}

#[test]
fn pdfsig_finds_each_signature_valid_in_every_style() {
    let signer = Signer::new();
    for input in [
        document().build(),
        with_streams(),
        hybrid(Hidden::FreeBefore),
    ] {
        let mut bytes = input;
        for placement in [visible(100.0, 100.0, 180.0, 60.0), invisible()] {
            let document = open(&bytes).unwrap();
            let signed = sign_with(&document, &placement, 4096, |covered| signer.sign(covered));
            bytes = signed.unwrap().bytes;
        }
        let words = pdfsig(&bytes);
        assert_eq!(words.matches("Signature is Valid").count(), 2, "{words}");
        assert_eq!(words.matches("Total document signed").count(), 1, "{words}");
    }
}

/// A document whose cross-reference stream has these entries of the dictionary and this content.
fn with_section(dictionary: &str, content: &str) -> Vec<u8> {
    document().build_with(|_, at| {
        format!(
            "9 0 obj\n<</Type/XRef/Root 1 0 R/Filter/ASCIIHexDecode{dictionary}/Length {}>>\nstream\n\
             {content}\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n",
            content.len()
        )
    })
}

#[test]
fn cross_reference_streams_that_lie_are_healed() {
    for (dictionary, content) in [
        ("/Size 9", "00>"),
        ("/Size 9/W[1 2]", "00>"),
        ("/Size 9/W[0 0 0]", "00>"),
        ("/Size 9/W[1 9 1]", "00>"),
        ("/Size 9/W[-1 2 1]", "00>"),
        (
            "/Size 9/W[9223372036854775807 9223372036854775807 2]",
            "00>",
        ),
        ("/Size 9/W[1 2 1]", "00>"),
        ("/Size -1/W[1 2 1]", "00>"),
        ("/W[1 2 1]", "00>"),
        ("/Size 4294967296/W[1 2 1]", "00>"),
        ("/Size 9/W[1 2 1]/Index[0]", "00000000>"),
        ("/Size 9/W[1 2 1]/Index[0 4294967295]", "00000000>"),
        ("/Size 9/W[1 2 1]/Index[4294967295 1]", "00000000>"),
        ("/Size 1/W[1 2 1]", "00000000"),
        ("/Size 1/W[1 2 1]/Length 99999", "00000000>"),
        ("/Size 1/W[1 2 1]/Length -1", "00000000>"),
        ("/Size 1/W[1 2 1]/Length 9 0 R", "00000000>"),
        ("/Size 1/W[1 2 1]/Filter/FlateDecode", "00000000>"),
    ] {
        let input = with_section(dictionary, content);
        assert!(open(&input).unwrap().is_recovered(), "{dictionary}");
        let signed = sign(&input, &invisible()).unwrap().bytes;
        assert_eq!(qpdf_check(&signed), Check::Clean, "{dictionary}");
        assert!(!open(&signed).unwrap().is_recovered(), "{dictionary}");
    }
    let other = with_section("/Size 1/W[1 2 1]/Filter/JBIG2Decode", "00000000>");
    assert!(matches!(open(&other), Err(Error::CrossReferenceStream)));
}

#[test]
fn object_streams_that_lie_are_errors() {
    // The entry of 8 names object stream 7.
    let input = hybrid(Hidden::Free);
    let text = String::from_utf8_lossy(&input).into_owned();
    assert!(text.contains("/ObjStm/N 1/First 4"));
    let swap = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len(), "offsets must stay");
        let at = input
            .windows(from.len())
            .position(|bytes| bytes == from.as_bytes())
            .unwrap();
        let mut bytes = input.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    for (from, to) in [
        ("/ObjStm/N 1/First 4", "/ObjStm/N 9/First 4"),
        ("/ObjStm/N 1/First 4", "/ObjStm/N 0/First 4"),
        ("/ObjStm/N 1/First 4", "/ObjStm/N-1/First 4"),
        ("/ObjStm/N 1/First 4", "/ObjStm/N 1/First-4"),
        ("/ObjStm/N 1/First 4", "/ObjStm/N 1/First99"),
        ("/ObjStm/N 1/First 4", "/ObjSt_/N 1/First 4"),
        ("8 0 <<", "7 0 <<"),
        ("8 0 <<", "8 x <<"),
        ("02000700>", "02000701>"),
        ("02000700>", "02000900>"),
        ("02000700>", "02000800>"),
        ("02000700>", "0200FF00>"),
    ] {
        let result = sign(&swap(from, to), &invisible());
        assert!(
            matches!(result, Err(Error::Object { .. })),
            "{from} {to}: {result:?}"
        );
    }
    // A type of the future, and a free entry, mean null.
    for entry in ["05000700>", "00000700>"] {
        assert!(sign(&swap("02000700>", entry), &invisible()).is_ok());
    }
}

#[test]
fn a_stream_that_decodes_to_too_much_is_an_error() {
    // 200 million zeros, in about 200 KB.
    let mut bomb = lopdf::Stream::new(lopdf::Dictionary::new(), vec![0; 200_000_000]);
    bomb.compress().unwrap();
    let (mut bytes, _) = document().body();
    let at = bytes.len();
    let head = format!(
        "9 0 obj\n<</Type/XRef/Root 1 0 R/Size 9/W[1 2 1]/Filter/FlateDecode/Length {}>>\nstream\n",
        bomb.content.len()
    );
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(&bomb.content);
    bytes.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n").as_bytes());
    assert!(open(&bytes).unwrap().is_recovered());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_of_streams_never_end_in_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        hybrid_file in any::<bool>(),
    ) {
        let mut bytes = if hybrid_file {
            hybrid(Hidden::Free)
        } else {
            static SAMPLE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(with_streams);
            SAMPLE.clone()
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(document) = open(&bytes) {
            let _ = document.page_count();
            let _ = document.fields();
            let _ = document.signatures();
            let _ = sign(&bytes, &visible(50.0, 50.0, 180.0, 60.0));
        }
    }
}

//! Revisions upon revisions.

use crate::builder::{Pdf, invisible, open, sign, visible};
use crate::tools::{Check, qpdf_check};

#[test]
fn each_of_five_signatures_keeps_the_earlier_ones() {
    let mut bytes = Pdf::new().build();
    let mut ranges = Vec::new();
    for turn in 0..5 {
        let placement = if turn % 2 == 0 {
            visible(50.0, 50.0, 180.0, 60.0)
        } else {
            invisible()
        };
        let signed = sign(&bytes, &placement).unwrap();
        assert_eq!(signed.bytes[..bytes.len()], bytes[..]);
        ranges.push(Some(signed.byte_range));
        bytes = signed.bytes;
    }
    let document = open(&bytes).unwrap();
    assert_eq!(document.revisions(), 6);
    let found: Vec<_> = document
        .signatures()
        .unwrap()
        .iter()
        .map(|signature| signature.byte_range)
        .collect();
    assert_eq!(found, ranges);
    assert_eq!(qpdf_check(&bytes), Check::Clean);
}

#[test]
fn the_first_half_of_the_identifier_stays() {
    let input = Pdf::new().trailer("/ID[<0123><4567>]/Info 4 0 R").build();
    let signed = sign(&input, &invisible()).unwrap();
    let output = String::from_utf8_lossy(&signed.bytes[input.len()..]).into_owned();
    assert!(
        output.contains("/ID[<0123><07070707070707070707070707070707>]"),
        "{output}"
    );
    assert!(output.contains("/Info 4 0 R"), "{output}");
}

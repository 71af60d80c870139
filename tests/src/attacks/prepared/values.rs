//! Signatures whose dictionary is written so that it can become another, by the signer's own software.

use super::*;
use crate::attacks::update::{Update, body, last};

/// Signatures whose dictionary is written so that it can become another, by Ada's own software.
pub(super) fn signed_so(people: &People) -> Files {
    let document = document();
    let form = |value: &str| {
        Update::of(&document)
            .object(
                ANNOTATIONS,
                body(&document, ANNOTATIONS).replace(']', " 700 0 R 703 0 R]"),
            )
            .object(FORM, body(&document, FORM).replacen(']', " 700 0 R 703 0 R]", 1))
            .object(
                700,
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(One)/Rect[0 0 0 0]/P 3 0 R/F 132/V 702 0 R>>",
            )
            .object(
                703,
                format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Two)/Rect[0 0 0 0]/P 3 0 R/F 132{value}>>"),
            )
    };
    let head = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached";
    let room = "0".repeat(6000);
    let numbers = "[0 1111111111 2222222222 3333333333]";
    let value = |byte_range: &str, contents: &str| {
        format!("{head}/ByteRange{byte_range}/Contents{contents}>>")
    };
    let digits = format!("<{room}>");
    let of_two = form("/V 702 0 R").object(702, value(numbers, &digits));
    let apart = form("")
        .object(701, numbers)
        .object(702, value(" 701 0 R", &digits));
    let references = form("")
        .object(702, value("[704 0 R 705 0 R 706 0 R 707 0 R]", &digits))
        .object(704, "0")
        .object(705, "1111111111")
        .object(706, "2222222222")
        .object(707, "3333333333");
    let contents = form("")
        .object(702, value(numbers, " 704 0 R"))
        .object(704, &digits);
    [
        ("of-two-fields", of_two),
        ("whose-byte-range-is-elsewhere", apart),
        ("whose-byte-range-is-four-references", references),
        ("whose-contents-are-elsewhere", contents),
    ]
    .map(|(name, update)| (name.to_owned(), signed_by_hand(update.write(), people)))
    .to_vec()
}

/// Signs a document with its only long run of zeros as the room, and the honest numbers in the place
/// of those that stand for them, wherever they are.
fn signed_by_hand(mut file: Vec<u8>, people: &People) -> Vec<u8> {
    let start = last(&file, &format!("<{}", "0".repeat(100))).expect("the room");
    let length = file[start..].iter().position(|byte| *byte == b'>');
    let contents = start..start + length.expect("its end") + 1;
    let numbers = [contents.start, contents.end, file.len() - contents.end];
    for (number, digit) in numbers.iter().zip(["1", "2", "3"]) {
        let slot = last(&file, &digit.repeat(10)).expect("a number's place");
        file[slot..slot + 10].copy_from_slice(format!("{number:<10}").as_bytes());
    }
    let waiting = Waiting {
        file,
        byte_range: 0..0,
        contents,
    };
    let signature = people.sign(&waiting.digest());
    waiting.complete(&signature)
}

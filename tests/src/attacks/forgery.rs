//! Universal signature forgery: the document is another, and the signature is left without what a
//! validator needs, so that a careless one has nothing to compare.

use super::original::Waiting;
use super::update::{body, number_of, replaced};
use super::{Attack, Originals, update};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let approved = &originals.approved;
    let contents = Waiting::of(approved).contents;
    let room = contents.len();
    let mut attacks = Vec::new();
    let other = replaced(approved, "Pay 100 EUR", "Pay 999 EUR");
    let mut add = |name: &str, file: Vec<u8>| {
        attacks.push(Attack::new(&format!("forgery-{name}"), file));
    };
    add("nothing-else", other.clone());
    let in_place = |text: &str| {
        let mut file = other.clone();
        let start = contents.start - "/Contents".len();
        let slot = start..start + "/Contents".len() + room;
        file[slot.clone()].fill(b' ');
        file[start..start + text.len()].copy_from_slice(text.as_bytes());
        file
    };
    for (name, text) in [
        ("contents-missing", ""),
        ("contents-null", "/Contents null"),
        ("contents-empty", "/Contents<>"),
        ("contents-empty-text", "/Contents()"),
        ("contents-of-00", "/Contents<00>"),
        ("contents-of-ff", "/Contents<ff>"),
        ("contents-a-name", "/Contents/None"),
        ("contents-an-array", "/Contents[]"),
        ("contents-a-number", "/Contents 0"),
        ("contents-not-there", "/Contents 999 0 R"),
    ] {
        add(name, in_place(text));
    }
    let waiting = Waiting::of(&other);
    let [_, start, end, rest] = waiting.ranges();
    for (name, range) in [
        ("byte-range-null", "null".to_owned()),
        ("byte-range-empty", "[]".to_owned()),
        ("byte-range-zeros", "[0 0 0 0]".to_owned()),
        ("byte-range-negative", format!("[0 -{start} {end} {rest}]")),
        (
            "byte-range-negative-length",
            format!("[0 {start} {end} -{rest}]"),
        ),
        ("byte-range-not-there", "999 0 R".to_owned()),
    ] {
        add(name, waiting.clone().with_byte_range(&range).file);
    }
    // The same by an update: bytes of the signed revision are left as they are.
    let value = number_of(approved, "/Type/Sig/");
    let dictionary = body(approved, value);
    let evil = update::stream("", "BT /F1 24 Tf 72 700 Td (Pay 999 EUR) Tj ET");
    let updated = |value_is: &str| {
        update::Update::of(approved)
            .object(5, &evil)
            .object(value, value_is)
            .write()
    };
    let cut = |from: &str, to: &str| {
        let start = dictionary.find(from).expect("an entry");
        let end = start + dictionary[start..].find(to).expect("its end") + to.len();
        format!("{}{}", &dictionary[..start], &dictionary[end..])
    };
    add(
        "update-without-byte-range",
        updated(&cut("/ByteRange", "]")),
    );
    add("update-without-contents", updated(&cut("/Contents<", ">")));
    add(
        "update-without-sub-filter",
        updated(&cut("/SubFilter", ".detached")),
    );
    add(
        "update-without-both",
        updated("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached>>"),
    );
    add("update-with-null", updated("null"));
    add("update-with-the-same-signature", updated(&dictionary));
    for name in [
        "adbe.x509.rsa_sha1",
        "adbe.pkcs7.sha1",
        "ETSI.RFC3161",
        "none",
        "",
    ] {
        let file = replaced(
            &other,
            "/SubFilter/ETSI.CAdES.detached",
            &format!("{:30}", format!("/SubFilter/{name}")),
        );
        add(
            &format!(
                "sub-filter-{}",
                if name.is_empty() { "empty" } else { name }
            ),
            file,
        );
    }
    attacks
}

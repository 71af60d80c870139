//! `/Contents` that is not one hexadecimal string with a signature in DER.

use super::cms::{Cms, Signer};
use super::original::{Waiting, visible};
use super::update::replaced;
use super::{Attack, Originals, asn1};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let people = &originals.people;
    let waiting = Waiting::lay_out(&originals.contract, visible);
    let der = people.sign(&waiting.digest());
    let digits: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
    let room = waiting.contents.len() - 2;
    let mut attacks = Vec::new();
    let mut add = |name: &str, file: Vec<u8>| {
        attacks.push(Attack::new(&format!("contents-{name}"), file));
    };
    let with = |der: &[u8]| waiting.clone().complete(der);
    add("zeros", with(&[]));
    add("one-byte", with(&[0x30]));
    add("empty-sequence", with(&[0x30, 0]));
    add("ones", waiting.clone().with_digits(&"f".repeat(room)));
    add("truncated-in-half", with(&der[..der.len() / 2]));
    add("truncated-by-one", with(&der[..der.len() - 1]));
    add(
        "followed-by-garbage",
        with(&[&der[..], b"garbage"].concat()),
    );
    add("followed-by-another", with(&[&der[..], &der[..]].concat()));
    add("preceded-by-zero", with(&[&[0], &der[..]].concat()));
    add("of-indefinite-length", with(&indefinite(&der)));
    add("length-in-too-many-bytes", with(&long_form(&der)));
    add(
        "length-of-four-gigabytes",
        with(&[&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &der[4..]].concat()),
    );
    add("nested-a-thousand-times", with(&[0x30, 0x80].repeat(1000)));
    add("not-signed-data", {
        let mut cms = Cms::of(
            Signer::honest(&people.ada, &waiting.digest()),
            &[&people.ada],
        );
        "1.2.840.113549.1.7.3".clone_into(&mut cms.kind);
        with(&cms.der())
    });
    add("an-octet-string", with(&asn1::octets(&der)));
    add("a-certificate", with(&people.ada.certificate));
    add("odd-number-of-digits", {
        let mut file = with(&der);
        file[waiting.contents.end - 2] = b'>';
        file[waiting.contents.end - 1] = b' ';
        file
    });
    add(
        "with-letters-in-it",
        waiting
            .clone()
            .with_digits(&format!("{}zz{}", &digits[..100], &digits[100..])),
    );
    add(
        "with-a-comment-in-it",
        waiting
            .clone()
            .with_digits(&format!("{}%x\n{}", &digits[..100], &digits[100..])),
    );
    add(
        "two-strings-in-the-gap",
        waiting.clone().with_digits(&format!("{digits}><00")),
    );
    add(
        "two-contents-in-the-gap",
        waiting
            .clone()
            .with_digits(&format!("{digits}>/Contents<00")),
    );
    add(
        "other-entry-in-the-gap",
        waiting.clone().with_digits(&format!("{digits}>/Reason<41")),
    );
    add("of-another-file", {
        let other = Waiting::lay_out(&originals.twice, visible);
        with(&people.sign(&other.digest()))
    });
    let file = with(&der);
    let raw = format!("/Contents<{}", &digits[..8]);
    let text = |new: &str| replaced(&file, &raw, new);
    // The same length, so that all else stands where it stood.
    let pad = |new: &str| format!("{new:width$}", width = raw.len());
    add(
        "under-another-key",
        text(&pad(&format!("/Kontents<{}", &digits[..8]))),
    );
    add("twice", {
        let twice = replaced(
            &waiting.file,
            "/Filter/Adobe.PPKLite",
            "/Contents<00>/X/Adobe",
        );
        let twice = Waiting::of(&twice);
        let signature = people.sign(&twice.digest());
        twice.complete(&signature)
    });
    add("huge", {
        let mut signer = Signer::honest(&people.ada, &waiting.digest());
        signer.unsigned = vec![asn1::sequence([
            asn1::oid("1.2.3.4"),
            asn1::set([asn1::octets(&vec![7; 5 << 20])]),
        ])];
        let der = Cms::of(signer, &[&people.ada, &people.root]).der();
        huge(&waiting, &der)
    });
    attacks
}

/// A file whose signature has room for more than is read.
fn huge(waiting: &Waiting, der: &[u8]) -> Vec<u8> {
    let digits: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
    let (before, behind) = (
        &waiting.file[..waiting.contents.start],
        &waiting.file[waiting.contents.end..],
    );
    [before, b"<", digits.as_bytes(), b">", behind].concat()
}

/// The outer length left open (X.690 §8.1.3.6), which DER has not.
fn indefinite(der: &[u8]) -> Vec<u8> {
    [&[0x30, 0x80], &der[4..], &[0, 0]].concat()
}

/// The outer length in three bytes where two do.
fn long_form(der: &[u8]) -> Vec<u8> {
    [&[0x30, 0x83, 0, der[2], der[3]], &der[4..]].concat()
}

//! Encrypted documents: opened, signed, and read by others (ISO 32000-2 §7.6).

use crate::builder::{
    Pdf, Signed, fill_document, invisible, open, open_with, sign_document, sign_with, visible,
};
use crate::tools::{Check, Picture, Signer, pdfsig_with, qpdf, qpdf_check, qpdf_check_with};
use std::sync::Arc;

use pdf::{Access, Change, Document, Error};

const USER: &str = "user's";
const OWNER: &str = "owner's";

/// Every way that qpdf encrypts, in its words.
const WAYS: [(&str, &[&str]); 8] = [
    ("RC4, 40 bits", &["40"]),
    ("RC4, 128 bits", &["128", "--use-aes=n"]),
    ("RC4, crypt filter", &["128", "--use-aes=n", "--force-V4"]),
    ("AES-128", &["128", "--use-aes=y"]),
    (
        "AES-128, metadata plain",
        &["128", "--use-aes=y", "--cleartext-metadata"],
    ),
    ("AES-256, revision 5", &["256", "--force-R5"]),
    ("AES-256", &["256"]),
    ("AES-256, metadata plain", &["256", "--cleartext-metadata"]),
];

/// A form with text in it, and a stream that has the end of an object in it.
fn form() -> Pdf {
    let content = "0.8 g 10 10 20 20 re f % endobj endstream";
    Pdf::new()
        .catalog("/AcroForm<</Fields[5 0 R 6 0 R]/DA(/F 0 Tf)>>/Lang(en)/Metadata 8 0 R")
        .page("/MediaBox[0 0 300 200]/Annots[5 0 R 6 0 R]")
        .object(4, &format!("<</Length {}>>stream\n{content}\nendstream", content.len()))
        .object(
            5,
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/V(Ada \\(L.\\))/Rect[10 10 60 30]/P 3 0 R>>",
        )
        .object(
            6,
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Approval)/TU(Sign <here>)/Rect[40 60 210 120]\
             /Lock<</Type/SigFieldLock/Action/Include/Fields[(Name)]>>/P 3 0 R>>",
        )
        .object(7, "<</Title(Secret title)/ModDate(D:2026)>>")
        .object(8, "<</Type/Metadata/Subtype/XML/Length 4>>stream\n<x/>\nendstream")
        .trailer("/Info 7 0 R/ID[<01><02>]")
}

fn encrypted(pdf: &Pdf, user: &str, owner: &str, way: &[&str], streams: &str) -> Vec<u8> {
    let mut arguments = vec!["--encrypt", user, owner];
    arguments.extend(way);
    arguments.extend(["--", streams]);
    qpdf(&pdf.build(), &arguments)
}

/// What is read of the fields, whoever reads them.
fn labels(document: &Document) -> Vec<(String, Option<String>)> {
    let fields = document.fields().unwrap().into_iter();
    fields.map(|field| (field.name, field.label)).collect()
}

/// Looks whether a signed document is what it should be, with either password.
fn judged(input: &[u8], signed: &Signed, way: &str) {
    assert!(signed.bytes.starts_with(input), "{way}: only appended");
    for (password, access) in [(USER, Access::User), (OWNER, Access::Owner)] {
        let document = open_with(&signed.bytes, password).unwrap();
        assert_eq!(document.access(), Some(access), "{way}");
        let signatures = document.signatures().unwrap();
        let ours = signatures
            .iter()
            .find(|ours| ours.field.name == signed.name);
        let ours = ours.unwrap();
        assert_eq!(ours.byte_range, Some(signed.byte_range), "{way}");
        assert_eq!(ours.name.as_deref(), Some("Ana Ruíz (legal) \\"), "{way}");
        assert_eq!(ours.signing_time, Some(1_795_513_327), "{way}");
        let gap = document.gap(signed.byte_range).unwrap();
        assert_eq!(
            gap.as_ref(),
            Some(&ours.contents),
            "{way}: /Contents is plain"
        );
        let check = qpdf_check_with(&signed.bytes, password);
        assert_eq!(check, Check::Clean, "{way} {access:?}");
    }
    let output = &signed.bytes[input.len()..];
    let plain = |text: &[u8]| output.windows(text.len()).any(|bytes| bytes == text);
    assert!(
        !plain(b"Ana Ru") && !plain(b"D:2026"),
        "{way}: strings are encrypted"
    );
    assert!(plain(b"/Encrypt "), "{way}: the trailer says so");
    let before = Picture::render_with(input, 72, USER);
    let after = Picture::render_with(&signed.bytes, 72, USER);
    let differs = (0..after.height).flat_map(|y| (0..after.width).map(move |x| (x, y)));
    let differs = differs.filter(|(x, y)| before.darkness(*x, *y) != after.darkness(*x, *y));
    // The page is 200 points high, and the box from 60 to 120.
    for (x, y) in differs {
        assert!(
            (40..=210).contains(&x) && (79..=140).contains(&y),
            "{way}: {x} {y}"
        );
    }
}

#[test]
fn every_encryption_is_read_and_signed_with_either_password() {
    for (way, arguments) in WAYS {
        for streams in ["--object-streams=generate", "--object-streams=disable"] {
            let input = encrypted(&form(), USER, OWNER, arguments, streams);
            let way = format!("{way} {streams}");
            assert!(matches!(open(&input), Err(Error::PasswordNeeded)), "{way}");
            let wrong = open_with(&input, "guess");
            assert!(matches!(wrong, Err(Error::WrongPassword)), "{way}");
            let expected = labels(&open(&form().build()).unwrap());
            let document = open_with(&input, USER).unwrap();
            assert_eq!(labels(&document), expected, "{way}");
            let once = fill_document(&document, "Approval").unwrap();
            judged(&input, &once, &way);
            let document = open_with(&once.bytes, OWNER).unwrap();
            let twice = sign_document(&document, &visible(40.0, 60.0, 170.0, 60.0)).unwrap();
            judged(&once.bytes, &twice, &way);
            let document = open_with(&twice.bytes, USER).unwrap();
            let signatures = document.signatures().unwrap();
            let changes = document.changes_since(&signatures[0]).unwrap();
            assert_eq!(changes.unexplained, [], "{way}");
            assert_eq!(changes.signed.len(), 1, "{way}");
        }
    }
}

#[test]
fn poppler_finds_the_signatures_of_an_encrypted_document_valid() {
    let signer = Signer::new();
    for (way, arguments) in WAYS {
        let input = encrypted(&form(), USER, OWNER, arguments, "--object-streams=generate");
        let sign = |input: &[u8]| {
            let document = open_with(input, USER).unwrap();
            let make = |covered: &[u8]| signer.sign(covered);
            sign_with(&document, &invisible(), 4096, make)
                .unwrap()
                .bytes
        };
        let twice = sign(&sign(&input));
        let said = pdfsig_with(&twice, USER);
        assert_eq!(
            said.matches("Signature is Valid").count(),
            2,
            "{way}: {said}"
        );
    }
}

#[test]
fn a_document_that_opens_without_a_password_is_signed_without_one() {
    for (way, arguments) in WAYS {
        let input = encrypted(&form(), "", OWNER, arguments, "--object-streams=generate");
        let document = open(&input).unwrap();
        assert_eq!(document.access(), Some(Access::User), "{way}");
        let signed = sign_document(&document, &invisible()).unwrap();
        assert_eq!(qpdf_check(&signed.bytes), Check::Clean, "{way}");
        // Somebody gave a password for a reason, and is told that it is none.
        let wrong = open_with(&input, "guess");
        assert!(matches!(wrong, Err(Error::WrongPassword)), "{way}");
    }
}

#[test]
fn passwords_of_other_scripts_open() {
    // SASLprep makes one letter of a letter and its accent (RFC 4013 §2.2).
    for (typed, given, way) in [
        ("Schlüssel €", "Schlüssel €", &["256"][..]),
        ("e\u{301}te\u{301}", "été", &["256"]),
        ("密码 пароль", "密码 пароль", &["256", "--force-R5"]),
        ("Schlüssel", "Schlüssel", &["128", "--use-aes=y"]),
        ("Schlüssel", "Schlüssel", &["40"]),
    ] {
        let input = encrypted(&form(), given, OWNER, way, "--object-streams=disable");
        let document = open_with(&input, typed).unwrap();
        let signed = sign_document(&document, &invisible()).unwrap();
        assert_eq!(qpdf_check_with(&signed.bytes, given), Check::Clean);
    }
}

#[test]
fn an_encryption_dictionary_in_the_trailer_itself_is_carried_on() {
    for (way, arguments) in WAYS {
        let mut input = encrypted(&form(), USER, OWNER, arguments, "--object-streams=disable");
        let text = String::from_utf8_lossy(&input).into_owned();
        let previous: usize = text
            .rsplit("startxref\n")
            .next()
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let size = text
            .rsplit("/Size ")
            .next()
            .unwrap()
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned();
        let dictionary = {
            // As bytes: its strings are not text.
            let at = |word: &[u8], from: usize| {
                from + input[from..]
                    .windows(word.len())
                    .position(|bytes| bytes == word)
                    .unwrap()
            };
            let filter = at(b"/Filter /Standard", 0);
            let start = input[..filter]
                .windows(2)
                .rposition(|bytes| bytes == b"<<")
                .unwrap();
            let outer = input[..filter]
                .windows(4)
                .rposition(|bytes| bytes == b" obj")
                .unwrap()
                + 5;
            let end = at(b"endobj", start);
            input[outer..end].to_vec()
        };
        let at = input.len();
        let id = text
            .rsplit("/ID [")
            .next()
            .unwrap()
            .split(']')
            .next()
            .unwrap()
            .to_owned();
        let root = text
            .rsplit("/Root ")
            .next()
            .unwrap()
            .split(" R")
            .next()
            .unwrap()
            .to_owned();
        input.extend_from_slice(
            format!(
                "xref\n0 0\ntrailer\n<</Size {size}/Root {root} R/ID[{id}]/Prev {previous}/Encrypt "
            )
            .as_bytes(),
        );
        input.extend_from_slice(&dictionary);
        input.extend_from_slice(format!(">>\nstartxref\n{at}\n%%EOF\n").as_bytes());
        let document = open_with(&input, USER).unwrap();
        let signed = sign_document(&document, &visible(40.0, 60.0, 170.0, 60.0)).unwrap();
        judged(&input, &signed, way);
        let document = open_with(&signed.bytes, USER).unwrap();
        let again = sign_document(&document, &invisible()).unwrap();
        let document = open_with(&again.bytes, USER).unwrap();
        let first = &document.signatures().unwrap()[0];
        assert_eq!(
            document.changes_since(first).unwrap().unexplained,
            [],
            "{way}"
        );
    }
}

#[test]
fn what_the_author_does_not_permit_is_refused_and_the_owner_may_all() {
    let open_field = "a field may be filled";
    for (arguments, fills, adds) in [
        (&["256", "--modify=all"][..], true, true),
        (&["256", "--modify=annotate"], true, false),
        (&["256", "--modify=form"], true, false),
        (&["256", "--modify=assembly"], false, false),
        (&["256", "--modify=none"], false, false),
        (&["128", "--use-aes=y", "--modify=form"], true, false),
        (&["128", "--use-aes=n", "--modify=none"], false, false),
        (&["40", "--modify=n"], true, false),
        (&["40", "--modify=n", "--annotate=n"], false, false),
        (&["40", "--annotate=n"], false, false),
    ] {
        let input = encrypted(&form(), "", OWNER, arguments, "--object-streams=generate");
        let document = open(&input).unwrap();
        let permit = document.permit_signature();
        assert_eq!(permit.is_ok(), fills || adds, "{arguments:?}: {permit:?}");
        let filled = fill_document(&document, "Approval");
        assert_eq!(
            filled.is_ok(),
            fills,
            "{arguments:?} {open_field}: {filled:?}"
        );
        let added = sign_document(&document, &visible(40.0, 60.0, 170.0, 60.0));
        assert_eq!(added.is_ok(), adds, "{arguments:?}: {added:?}");
        for refused in [filled.err(), added.err()].into_iter().flatten() {
            assert!(matches!(refused, Error::NotPermitted { .. }), "{refused:?}");
        }
        let owner = open_with(&input, OWNER).unwrap();
        assert_eq!(owner.permissions(), None);
        fill_document(&owner, "Approval").unwrap();
        sign_document(&owner, &invisible()).unwrap();
    }
    // Filling alone is of no use where there is nothing to fill.
    let input = encrypted(
        &Pdf::new(),
        "",
        OWNER,
        &["256", "--modify=form"],
        "--object-streams=disable",
    );
    let refused = open(&input).unwrap().permit_signature();
    assert!(
        matches!(refused, Err(Error::NotPermitted { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_is_not_read_is_refused_by_its_name() {
    for (entries, told) in [
        (
            "/Filter/Adobe.PubSec/V 4",
            "to the certificates of its recipients",
        ),
        ("/Filter/Somebody.Elses/V 1", "Somebody.Elses"),
        ("/Filter/Standard/V 3/R 3", "version 3"),
        ("/Filter/Standard/V 6/R 7", "version 6"),
        ("/Filter/Standard/V 5/R 9", "revision 9"),
        (
            "/Filter/Standard/V 4/R 4/CF<</A<</CFM/AESV4>>>>/StmF/A",
            "AESV4",
        ),
        ("/Filter/Standard/V 4/R 4/StrF/A", "not defined"),
    ] {
        let input = Pdf::new()
            .trailer(&format!("/Encrypt<<{entries}>>"))
            .build();
        let error = open(&input).unwrap_err();
        assert!(
            matches!(error, Error::EncryptionUnsupported { .. }),
            "{entries}: {error}"
        );
        assert!(error.to_string().contains(told), "{entries}: {error}");
    }
    // §7.3.9: null is as good as nothing.
    for nothing in ["/Encrypt null", "/Encrypt 99 0 R"] {
        let input = Pdf::new().trailer(nothing).build();
        assert!(sign_document(&open(&input).unwrap(), &invisible()).is_ok());
    }
}

#[test]
fn a_mac_over_the_file_is_not_broken() {
    let mut input = encrypted(&form(), "", OWNER, &["256"], "--object-streams=disable");
    let word = b"/Encrypt ";
    let at = input.windows(word.len()).rposition(|bytes| bytes == word);
    // The trailer is behind all offsets, so it may grow.
    let at = at.unwrap();
    input.splice(at..at, *b"/AuthCode<</MACLocation/Standalone>>");
    let document = open(&input).unwrap();
    let refused = document.permit_signature();
    assert!(matches!(refused, Err(Error::ProtectedByMac)), "{refused:?}");
}

#[test]
fn an_encryption_dictionary_that_lies_is_an_error_and_nothing_worse() {
    let good = |filter: &str| format!("/Filter/Standard{filter}/P -4");
    let hex = |length: usize| format!("<{}>", "41".repeat(length));
    let mut dictionaries = Vec::new();
    for versions in ["/V 1/R 2", "/V 2/R 3", "/V 4/R 4", "/V 5/R 5", "/V 5/R 6"] {
        for length in [0, 1, 31, 32, 47, 48, 127, 10_000] {
            let (o, e) = (hex(length), hex(length.min(32)));
            dictionaries.push(good(&format!("{versions}/O{o}/U{o}/OE{e}/UE{e}/Perms{e}")));
        }
        for length in [
            "-8",
            "0",
            "1",
            "7",
            "8",
            "41",
            "128",
            "4096",
            "2147483647",
            "9223372036854775807",
            "1.5",
            "(128)",
            "null",
        ] {
            let o = hex(48);
            let rest = format!("/O{o}/U{o}/OE{o}/UE{o}/Length {length}");
            dictionaries.push(good(&format!("{versions}{rest}")));
            let filters =
                format!("/CF<</A<</CFM/AESV2/Length {length}>>/B<</CFM/V2/Length {length}>>>>");
            dictionaries.push(good(&format!("{versions}{rest}{filters}/StmF/B/StrF/B")));
        }
        for other in [
            "/CF[]",
            "/CF 7 0 R",
            "/CF<</A 9 0 R>>/StmF/A",
            "/CF<</A<<>>>>/StmF/A",
            "/CF<</A 1>>/StrF/A",
            "/StmF(x)",
            "/O 5 0 R/U 5 0 R",
            "/EncryptMetadata 3",
            "/P(x)",
            "/R 6.0",
            "/V -1",
            "/O<>/O<41>",
        ] {
            let o = hex(48);
            dictionaries.push(good(&format!("{versions}/O{o}/U{o}/OE{o}/UE{o}{other}")));
        }
    }
    dictionaries.push(String::new());
    dictionaries.push("/Filter 5".to_owned());
    dictionaries.push("/Filter/Standard".to_owned());
    for dictionary in dictionaries {
        for entry in [
            format!("/Encrypt<<{dictionary}>>"),
            "/Encrypt 7 0 R".to_owned(),
        ] {
            let pdf = Pdf::new()
                .object(7, &format!("<<{dictionary}>>"))
                .object(5, "5 0 R");
            let input = pdf.trailer(&format!("{entry}/ID[<01><02>]")).build();
            for password in ["", "x", "\0", "€ßλ"] {
                assert!(open_with(&input, password).is_err(), "{dictionary}");
            }
        }
    }
    for entry in [
        "/Encrypt 5",
        "/Encrypt[]",
        "/Encrypt(x)",
        "/Encrypt 1 0 R",
        "/Encrypt 7 0 R",
        "/Encrypt 4 0 R",
    ] {
        let input = Pdf::new().object(7, "7 0 R").trailer(entry).build();
        assert!(open(&input).is_err(), "{entry}");
    }
}

#[test]
fn an_encryption_dictionary_within_what_it_encrypts_is_looked_for_elsewhere() {
    // It would be in a stream that could only be read with what it says.
    let input = encrypted(&form(), "", OWNER, &["256"], "--object-streams=generate");
    let text = String::from_utf8_lossy(&input).into_owned();
    let number = text
        .rsplit("/Encrypt ")
        .next()
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    // A later section that says so.
    let previous: usize = text
        .rsplit("startxref\n")
        .next()
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let stream = text.split("/Type /ObjStm").next().unwrap();
    let stream: u32 = stream[..stream.rfind(" 0 obj").unwrap()]
        .rsplit('\n')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let (at, mut lying) = (input.len(), input.clone());
    let root = text
        .rsplit("/Root ")
        .next()
        .unwrap()
        .split(" R")
        .next()
        .unwrap();
    let entry = format!("02{stream:08x}00>");
    let body = format!(
        "900 0 obj\n<</Type/XRef/Size 901/Root {root} R/Encrypt {number} 0 R/Prev {previous}/W[1 4 1]\
         /Index[{number} 1]/Filter/ASCIIHexDecode/Length {}>>\nstream\n{entry}\nendstream\nendobj\n\
         startxref\n{at}\n%%EOF\n",
        entry.len()
    );
    lying.extend_from_slice(body.as_bytes());
    assert!(open(&lying).unwrap().is_recovered());
}

#[test]
fn an_encrypted_document_whose_cross_references_are_damaged_is_healed() {
    for (way, arguments) in WAYS {
        for streams in ["--object-streams=generate", "--object-streams=disable"] {
            let mut input = encrypted(&form(), USER, OWNER, arguments, streams);
            let word = b"startxref\n";
            let at = input.windows(word.len()).rposition(|bytes| bytes == word);
            let at = at.unwrap() + word.len();
            input.splice(at..at, *b"9");
            let refused = open(&input);
            assert!(matches!(refused, Err(Error::PasswordNeeded)), "{way}");
            let wrong = open_with(&input, "guess");
            assert!(matches!(wrong, Err(Error::WrongPassword)), "{way}");
            let document = open_with(&input, USER).unwrap();
            assert!(document.is_recovered(), "{way}");
            let signed = fill_document(&document, "Approval").unwrap();
            let healed = open_with(&signed.bytes, OWNER).unwrap();
            assert!(!healed.is_recovered(), "{way}");
            assert_eq!(labels(&healed), labels(&document), "{way}");
            let check = qpdf_check_with(&signed.bytes, USER);
            assert_eq!(check, Check::Clean, "{way}");
        }
    }
}

#[test]
fn damaged_ciphertext_never_ends_in_a_panic() {
    let input = encrypted(&form(), "", OWNER, &["256"], "--object-streams=disable");
    // What is cut short or is no whole number of blocks is left as it is.
    for at in (0..input.len()).step_by(61) {
        let mut bytes = input.clone();
        bytes[at] ^= 0x55;
        if let Ok(document) = open(&bytes) {
            let _ = document.fields();
            let _ = sign_document(&document, &invisible());
        }
    }
}

/// Gives every reference to an object, and the object, another generation.
fn regenerate(document: &mut lopdf::Document, from: lopdf::ObjectId, generation: u16) {
    let to = (from.0, generation);
    document.traverse_objects(|object| {
        if *object == lopdf::Object::Reference(from) {
            *object = lopdf::Object::Reference(to);
        }
    });
    let object = document.objects.remove(&from).unwrap();
    document.objects.insert(to, object);
}

#[test]
fn generations_and_filters_that_do_nothing_are_heeded() {
    use lopdf::encryption::crypt_filters::{Aes128CryptFilter, CryptFilter, Rc4CryptFilter};
    use lopdf::{EncryptionState, EncryptionVersion, Permissions};
    let aes = || -> Arc<dyn CryptFilter> { Arc::new(Aes128CryptFilter) };
    let rc4 = || -> Arc<dyn CryptFilter> { Arc::new(Rc4CryptFilter) };
    for (way, filter, streams, strings) in [
        ("AES", aes(), "StdCF", "StdCF"),
        ("RC4", rc4(), "StdCF", "StdCF"),
        ("AES, streams plain", aes(), "Identity", "StdCF"),
        ("AES, strings plain", aes(), "StdCF", "Identity"),
        ("all plain", aes(), "Identity", "Identity"),
    ] {
        let mut document = lopdf::Document::load_mem(&form().build()).unwrap();
        regenerate(&mut document, (6, 0), 2);
        regenerate(&mut document, (3, 0), 1);
        let version = EncryptionVersion::V4 {
            document: &document,
            encrypt_metadata: true,
            crypt_filters: [(b"StdCF".to_vec(), filter)].into(),
            stream_filter: streams.as_bytes().to_vec(),
            string_filter: strings.as_bytes().to_vec(),
            owner_password: OWNER,
            user_password: USER,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        let mut input = Vec::new();
        document.save_to(&mut input).unwrap();
        let before = open_with(&input, USER).unwrap();
        assert_eq!(
            labels(&before),
            labels(&open(&form().build()).unwrap()),
            "{way}"
        );
        let once = fill_document(&before, "Approval").unwrap();
        let once_read = open_with(&once.bytes, USER).unwrap();
        assert_eq!(labels(&once_read), labels(&before), "{way}");
        let twice = sign_document(&once_read, &visible(40.0, 60.0, 170.0, 60.0)).unwrap();
        let check = qpdf_check_with(&twice.bytes, USER);
        assert_eq!(check, qpdf_check_with(&input, USER), "{way}");
        let document = open_with(&twice.bytes, OWNER).unwrap();
        let signatures = document.signatures().unwrap();
        assert_eq!(signatures[0].reason.as_deref(), Some("Gesehen: ü"), "{way}");
        let changes = document.changes_since(&signatures[0]).unwrap();
        assert_eq!(changes.unexplained, [], "{way}");
    }
}

#[test]
fn an_encrypted_object_that_is_changed_after_signing_is_told() {
    let changed = |description: &str| unexplained(description).unwrap();
    // Another title is allowed, and told; another kind of thing is none.
    assert_eq!(changed("<</Title DATE/ModDate DATE>>"), (vec![], true));
    assert_eq!(
        changed("<</Title[DATE]/ModDate DATE>>"),
        (vec![Change::Information], false)
    );
    assert_eq!(changed("<</Title TITLE/ModDate DATE>>"), (vec![], false));
    // What was never encrypted reads as it did here, and as something else wherever it is
    // decrypted all the same.
    for title in [
        "(Secret title)",
        "(Another)",
        "(0123456789ABCDEF0123456789ABCDEF)",
    ] {
        let description = format!("<</Title{title}/ModDate DATE>>");
        let (changes, _) = changed(&description);
        assert!(
            matches!(changes[..], [Change::Ambiguous { .. }]),
            "{title}: {changes:?}"
        );
    }
}

/// Signs an encrypted document, and puts another description behind it: what is not explained, and
/// whether another description is told.
fn unexplained(description: &str) -> Option<(Vec<Change>, bool)> {
    let input = encrypted(&form(), USER, OWNER, &["256"], "--object-streams=disable");
    let signed = fill_document(&open_with(&input, USER).unwrap(), "Approval").unwrap();
    let text = String::from_utf8_lossy(&signed.bytes).into_owned();
    let last = |word: &str, end: &str| {
        let rest = text.rsplit(word).next().unwrap();
        rest[..rest.find(end).unwrap()].to_owned()
    };
    let (previous, at) = (last("startxref\n", "\n"), signed.bytes.len());
    let (size, root) = (last("/Size ", "/"), last("/Root ", " R"));
    let (encrypt, id) = (last("/Encrypt ", " R"), last("/ID[", "]"));
    let information = last("/Info ", " ");
    let (object, date) = (format!("\n{information} 0 obj"), last("/ModDate ", ">"));
    let title = last(&object, "endobj");
    let title = title.split("/Title ").nth(1)?.split_inclusive('>').next()?;
    let description = description
        .replace("DATE", &format!("{date}>"))
        .replace("TITLE", title);
    let tail = format!(
        "{information} 0 obj\n{description}\nendobj\nxref\n{information} 1\n{at:010} 00000 n \n\
         trailer\n<</Size {size}/Root {root} R/Info {information} 0 R/Encrypt {encrypt} R/ID[{id}]\
         /Prev {previous}>>\nstartxref\n"
    );
    let section = at + tail.find("xref\n").unwrap();
    let changed = [
        signed.bytes,
        format!("{tail}{section}\n%%EOF\n").into_bytes(),
    ]
    .concat();
    let document = open_with(&changed, USER).unwrap();
    let signature = &document.signatures().unwrap()[0];
    let changes = document.changes_since(signature).unwrap();
    Some((changes.unexplained, changes.described))
}

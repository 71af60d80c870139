//! What a judgement costs, counted in operations: a document may bring as much as its author likes.

use super::*;
use crate::revocation::tests::list;
use crate::validate::evidence::MOST_VERIFICATIONS;

/// How many certificates, answers and lists of each kind.
const ITEMS: usize = 2048;

/// Values that differ in their last bytes, which are those of a signature over them.
fn many(der: &[u8]) -> Vec<Vec<u8>> {
    let vary = |number: usize| {
        let mut der = der.to_vec();
        let last = der.len() - 2;
        let number = u16::try_from(number).unwrap().to_be_bytes();
        der[last..].copy_from_slice(&number);
        der
    };
    (0..ITEMS).map(vary).collect()
}

/// An answer that a certificate is good, in the name of its authority, by another key.
fn answer(certificate: &Certificate, issuer: &Certificate, by: &Authority) -> Vec<u8> {
    let one = |tag: u8, content: &[u8]| -> Vec<u8> {
        let length = content.len();
        let header = match u8::try_from(length) {
            Ok(short @ 0..=0x7f) => vec![tag, short],
            _ => [
                &[tag, 0x82][..],
                &u16::try_from(length).unwrap().to_be_bytes(),
            ]
            .concat(),
        };
        [&header, content].concat()
    };
    let request = ocsp::request(certificate, issuer, &[7; 32]).unwrap();
    // OCSPRequest, tbsRequest, requestList, Request: the CertID lies four headers deep.
    let mut cert_id = request.as_slice();
    for _ in 0..4 {
        cert_id = &cert_id[if cert_id[1] < 0x80 { 2 } else { 3 }..];
    }
    let cert_id = &cert_id[..2 + usize::from(cert_id[1])];
    let now = one(0x18, b"20260102030405Z");
    let single = one(0x30, &[cert_id, &[0x80, 0], &now].concat());
    let responder = one(0xa1, issuer.subject_der());
    let tbs = one(0x30, &[responder, now, one(0x30, &single)].concat());
    let value = one(3, &[&[0][..], &by.sign_bytes(&tbs)].concat());
    let ecdsa = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let basic = one(4, &one(0x30, &[&tbs[..], &ecdsa, &value].concat()));
    let kind = [6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
    let bytes = one(0xa0, &one(0x30, &[&kind[..], &basic].concat()));
    one(0x30, &[&[10, 1, 0][..], &bytes].concat())
}

/// A document of one revision with so many signatures, each over everything but itself, and a store.
fn crowded(signatures: usize, contents: &[u8], store: [&[Vec<u8>]; 3]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    let mut add = |file: &mut Vec<u8>, object: &[u8]| {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n", offsets.len()).bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
        offsets.len()
    };
    let references = |first: usize, count: usize, step: usize| -> String {
        let numbers = (0..count).map(|index| first + step * index);
        numbers.map(|number| format!("{number} 0 R ")).collect()
    };
    let fields = references(4, signatures, 2);
    let mut next = 4 + 2 * signatures;
    let mut dss = String::new();
    for (name, items) in ["Certs", "OCSPs", "CRLs"].iter().zip(store) {
        dss += &format!("/{name}[{}]", references(next, items.len(), 1));
        next += items.len();
    }
    let catalog = format!(
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[{fields}]>>/DSS<<{dss}>>>>"
    );
    add(&mut file, catalog.as_bytes());
    add(&mut file, b"<</Type/Pages/Kids[3 0 R]/Count 1>>");
    add(&mut file, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>");
    let hex: String = contents.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut gaps = Vec::new();
    for number in 0..signatures {
        let value = 5 + 2 * number;
        let field = format!("<</FT/Sig/T(S{number})/V {value} 0 R>>");
        add(&mut file, field.as_bytes());
        let before = format!(
            "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[{}]/Contents",
            " ".repeat(40)
        );
        let start = file.len() + format!("{value} 0 obj\n").len() + before.len();
        gaps.push((start, start + hex.len() + 2));
        add(&mut file, format!("{before}<{hex}>>>").as_bytes());
    }
    for items in store {
        for item in items {
            let head = format!("<</Length {}>>stream\n", item.len());
            add(&mut file, &[head.as_bytes(), item, b"\nendstream"].concat());
        }
    }
    let table = file.len();
    let mut xref = format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1);
    for offset in &offsets {
        xref += &format!("{offset:010} 00000 n \n");
    }
    file.extend(xref.bytes());
    let size = offsets.len() + 1;
    let trailer = format!("trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    file.extend(trailer.bytes());
    let length = file.len();
    for (start, end) in gaps {
        let numbers = format!("0 {start} {end} {}", length - end);
        let place = start - "]/Contents".len() - 40;
        file[place..place + numbers.len()].copy_from_slice(numbers.as_bytes());
    }
    file
}

#[test]
fn hundreds_of_signatures_and_thousands_of_answers_cost_a_bounded_number_of_operations() {
    let signed = signed();
    let hex = &signed[contents(&signed)];
    let digits = String::from_utf8(hex.to_vec()).unwrap();
    let digits = digits.trim_matches(['<', '>']).as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let cms: Vec<u8> = digits.chunks(2).map(byte).collect();
    let length = crate::cms::read::SignedData::encoded_len(&cms).unwrap();
    // All of the signer's authority's name, and none of its key.
    let other = Authority::new("Test CA", 99);
    let certificates = many(other.certificate().as_der());
    let lists = many(&list(&other, Vec::new(), None));
    let answers = many(&answer(&ada(), &ca().certificate(), &other));
    let store: [&[Vec<u8>]; 3] = [&certificates, &answers, &lists];
    let file = crowded(MOST_SIGNATURES, &cms[..length], store);
    let document = open(&file);
    let stranger = Authority::new("Nobody's CA", 98).certificate();
    for anchor in [ca().certificate(), stranger] {
        let anchors = [anchor];
        let validation = validate(&document, &anchors, NOW).unwrap();
        assert_eq!(validation.signatures.len(), MOST_SIGNATURES);
        assert_ne!(validation.headline, Headline::Valid);
        let cost = validation.cost;
        let most = u64::from(MOST_VERIFICATIONS);
        assert!(cost.verifications <= most, "{cost:?}");
        assert!(cost.digested <= 1 << 27, "{cost:?}");
        let left_out = |one: &SignatureValidation| one.findings.contains(&Finding::NotDigested);
        assert!(validation.signatures.iter().any(left_out), "it is told");
        tell(&cost, &document);
    }
}

#[test]
fn one_signature_more_than_are_judged_is_refused() {
    let document = open(&crowded(MOST_SIGNATURES + 1, b"", [&[], &[], &[]]));
    let refused = validate(&document, &[], NOW);
    let refused = refused.map(|validation| validation.headline);
    assert!(
        matches!(refused, Err(Error::TooManySignatures { .. })),
        "{refused:?}"
    );
}

/// Shows the figures where a test prints: `-- --nocapture`.
#[expect(clippy::print_stderr, reason = "figures of a test")]
fn tell(cost: &Cost, document: &Document) {
    eprintln!("{cost:?} for {} bytes", document.len());
}

//! What can be signed is only appended to, and what comes out is read again with its signature.
#![no_main]

use std::io::Cursor;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use pdf::{Document, Look, PageNumber, Placement, Revision, ShownRect, SignatureDetails};

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::open(Arc::new(bytes.to_vec())) else {
        return;
    };
    let rect = ShownRect::new(20.0, 20.0, 120.0, 40.0).expect("it has an area");
    let visible = Placement::Visible {
        page: PageNumber::FIRST,
        rect,
        look: Look::new("Ana Ruiz", ["24 Nov 2026, 10:42 +01:00".to_owned()]),
    };
    let invisible = Placement::Invisible {
        page: PageNumber::FIRST,
    };
    for placement in [visible, invisible] {
        sign(&document, bytes, &placement);
    }
});

/// Signs with nothing in `/Contents`.
fn sign(document: &Document, bytes: &[u8], placement: &Placement) -> Option<()> {
    let mut revision = Revision::begin(document).ok()?;
    let field = revision.add_signature_field(placement).ok()?;
    let details = SignatureDetails {
        sub_filter: "ETSI.CAdES.detached",
        digest: "SHA256",
        signing_time: 1_795_513_327,
        offset_minutes: 60,
        name: None,
        reason: None,
        location: None,
        revision_id: [7; 16],
        extension: None,
    };
    let unsigned = revision.lay_out(&field, &details, 64).ok()?;
    let mut out = Cursor::new(Vec::new());
    unsigned
        .write_to(&mut out, &mut |_| {})
        .expect("memory can be written to");
    let signed = unsigned.complete(&[0x30, 0x00]).expect("it fits");
    signed.write_to(&mut out).expect("memory can be written to");
    let out = out.into_inner();
    assert!(out.starts_with(bytes), "only appends");
    let again = Document::open(Arc::new(out)).expect("what was signed can be read");
    assert!(!again.is_recovered(), "it needs no looking");
    let signatures = again.signatures().expect("its signatures can be read");
    let ours = signatures
        .iter()
        .any(|value| value.field.name == field.name);
    assert!(ours, "its signature is there");
    Some(())
}

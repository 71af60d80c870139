//! Whatever stands in `/Contents` is judged: CMS, certificates, the way between them.
#![no_main]

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use pdf::{Document, PageNumber, Placement, Revision, SignatureDetails, Unsigned};

/// Room for what the engine makes up, and more than a signature takes.
const ROOM: usize = 16 * 1024;

/// A document that waits for a signature.
static DOCUMENT: LazyLock<Vec<u8>> =
    LazyLock::new(|| include_bytes!("../../crates/pdf/tests/one-page.pdf").to_vec());

fuzz_target!(|bytes: &[u8]| {
    let Some(bytes) = bytes.get(..bytes.len().min(ROOM)) else {
        return;
    };
    let unsigned = unsigned();
    let mut out = Cursor::new(Vec::new());
    unsigned
        .write_to(&mut out, &mut |_| {})
        .expect("memory can be written to");
    let signed = unsigned.complete(bytes).expect("it fits");
    signed.write_to(&mut out).expect("memory can be written to");
    let document = Document::open(Arc::new(out.into_inner())).expect("it is a document");
    let validation = signature::validate(&document, &[], 1_795_513_327).expect("it is judged");
    assert_eq!(validation.signatures.len(), 1);
    assert_ne!(
        validation.headline,
        signature::Headline::Valid,
        "nobody is trusted"
    );
});

fn unsigned() -> Unsigned {
    let document = Document::open(Arc::new(DOCUMENT.clone())).expect("it is a document");
    let mut revision = Revision::begin(&document).expect("it can be signed");
    let placement = Placement::Invisible {
        page: PageNumber::FIRST,
    };
    let field = revision
        .add_signature_field(&placement)
        .expect("it has a page");
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
    revision
        .lay_out(&field, &details, ROOM)
        .expect("it has room")
}

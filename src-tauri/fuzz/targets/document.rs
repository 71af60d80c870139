//! Whatever a file contains, a document is read to an answer: pages, fields, signatures, and what
//! came after each of them.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use pdf::Document;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::open(Arc::new(bytes.to_vec())) else {
        return;
    };
    let _ = document.page_count();
    let _ = document.fields();
    let _ = document.certification_level();
    let _ = document.needs_appearances();
    let _ = document.permit_signature();
    let _ = document.revisions();
    for signature in document.signatures().unwrap_or_default() {
        let _ = document.changes_since(&signature);
    }
    let _ = signature::validate(&document, &[], 1_795_513_327);
});

//! Answers of OCSP responders are judged, whoever wrote them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use signature::Certificate;
use signature::revocation::ocsp;

/// A certificate that issued itself: both sides of an answer.
static ROOT: LazyLock<Certificate> =
    LazyLock::new(|| Certificate::from_pem(include_bytes!("root.pem")).expect("it is one"));

fuzz_target!(|bytes: &[u8]| {
    let judged = ocsp::judge(bytes, &ROOT, &ROOT);
    assert!(judged.is_err(), "nobody has its key");
    assert!(ocsp::certificates(bytes).len() <= 16);
});

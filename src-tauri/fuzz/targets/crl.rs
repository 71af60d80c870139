//! Revocation lists are judged, whoever wrote them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use signature::Certificate;
use signature::revocation::crl;

/// A certificate that issued itself: both sides of a list.
static ROOT: LazyLock<Certificate> =
    LazyLock::new(|| Certificate::from_pem(include_bytes!("root.pem")).expect("it is one"));

fuzz_target!(|bytes: &[u8]| {
    let judged = crl::judge(bytes, &ROOT, &ROOT);
    assert!(judged.is_err(), "nobody has its key");
    let _named = crl::issuer(bytes);
});

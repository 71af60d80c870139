//! Responses of timestamp authorities are read and judged, whoever wrote them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signature::DigestAlgorithm;
use signature::timestamp::{Request, Response, Token};

fuzz_target!(|bytes: &[u8]| {
    let imprint = DigestAlgorithm::Sha256.digest(b"stamped");
    let request = Request::new(imprint, [7; 8]);
    if let Ok(response) = Response::read(bytes) {
        assert!(response.into_token(&request).is_err(), "nobody was asked");
    }
    if let Ok(token) = Token::read(bytes) {
        assert!(token.judge(Some(&imprint)).holds.is_none(), "nobody has a key");
    }
});

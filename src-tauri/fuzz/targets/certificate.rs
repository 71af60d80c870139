//! Certificates, requests and public keys, whoever made them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use service::ca::CertificateRequest;
use signature::Certificate;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(certificate) = Certificate::from_der(bytes) {
        assert_eq!(certificate.as_der(), bytes);
        let _ = certificate.key_algorithm();
        let _ = certificate.is_for_documents();
        let _ = certificate.subject_common_name();
    }
    let _ = Certificate::all_from_pem(bytes);
    let _ = CertificateRequest::from_der(bytes);
    let _ = token::SpkiDer::from_der(bytes.to_vec());
});

//! Tokens by OpenSSL, and what is not taken of them.

use std::fs;

use super::*;
use crate::algorithm::DigestAlgorithm;
use crate::samples::run;

const STAMPED: &[u8] = b"stamped";

/// A timestamp authority that OpenSSL plays; `purpose` is its extendedKeyUsage.
fn openssl(folder: &std::path::Path, purpose: &str, request: &Request) -> Vec<u8> {
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::write(file("query"), request.to_der().unwrap()).unwrap();
    fs::write(file("serial"), "01\n").unwrap();
    let config = format!(
        "[req]\ndistinguished_name=n\nx509_extensions=e\nprompt=no\n[n]\nCN=TSA of OpenSSL\n\
         [e]\nextendedKeyUsage={purpose}\n\
         [tsa]\ndefault_tsa=t\n[t]\nserial={}\nsigner_digest=sha256\ndefault_policy=1.3.6.1.4.1.99999.1\n\
         digests=sha256,sha384,sha512\ness_cert_id_alg=sha256\n",
        file("serial")
    );
    fs::write(file("config"), config).unwrap();
    #[rustfmt::skip]
    run("openssl", &[
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-config", &file("config"), "-keyout", &file("key"), "-out", &file("crt"),
    ]);
    #[rustfmt::skip]
    run("openssl", &[
        "ts", "-reply", "-config", &file("config"), "-queryfile", &file("query"),
        "-inkey", &file("key"), "-signer", &file("crt"), "-out", &file("reply"),
    ]);
    fs::read(file("reply")).unwrap()
}

fn request(algorithm: DigestAlgorithm) -> Request {
    Request::new(algorithm.digest(STAMPED), [0, 0, 3, 4, 5, 6, 7, 8])
}

#[test]
fn openssl_grants_a_request_of_ours_and_its_token_holds_over_the_stamped_bytes_alone() {
    let folder = tempfile::tempdir().unwrap();
    for algorithm in DigestAlgorithm::ALL {
        let request = request(algorithm);
        let reply = openssl(folder.path(), "critical,timeStamping", &request);
        let token = Response::read(&reply)
            .unwrap()
            .into_token(&request)
            .unwrap();
        let judged = token.judge(Some(&algorithm.digest(STAMPED)));
        assert!(judged.findings.is_empty(), "{:?}", judged.findings);
        let holds = judged.holds.unwrap();
        assert_eq!(holds.authority.subject_common_name(), "TSA of OpenSSL");
        assert_eq!(token.info().policy, "1.3.6.1.4.1.99999.1");

        let other = token.judge(Some(&algorithm.digest(b"other")));
        assert!(other.holds.is_none());
        assert_eq!(other.findings, [Fault::ImprintMismatch]);
        assert_eq!(token.judge(None).findings, [Fault::ImprintMismatch]);
    }
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let asked = request(DigestAlgorithm::Sha256);
    let reply = openssl(folder.path(), "critical,timeStamping", &asked);
    let read = || Response::read(&reply).unwrap();
    let other_nonce = Request::new(*asked.imprint(), [9; 8]);
    assert_eq!(read().into_token(&other_nonce), Err(Refused::Nonce));
    let other = Request::new(
        DigestAlgorithm::Sha256.digest(b"x"),
        [0, 0, 3, 4, 5, 6, 7, 8],
    );
    assert_eq!(read().into_token(&other), Err(Refused::Imprint));
    assert_eq!(
        read().into_token(&request(DigestAlgorithm::Sha512)),
        Err(Refused::ImprintAlgorithm)
    );
}

#[test]
fn no_part_of_a_token_can_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(DigestAlgorithm::Sha256);
    let reply = openssl(folder.path(), "critical,timeStamping", &request);
    let token = Response::read(&reply)
        .unwrap()
        .into_token(&request)
        .unwrap();
    let stamped = DigestAlgorithm::Sha256.digest(STAMPED);
    let mut believed = Vec::new();
    for at in 0..token.as_der().len() {
        let mut changed = token.as_der().to_vec();
        changed[at] ^= 1;
        if let Ok(changed) = Token::read(&changed)
            && let Some(holds) = changed.judge(Some(&stamped)).holds
        {
            // What is outside of the signature may change, and says nothing.
            assert_eq!(holds.gen_time, token.info().gen_time, "byte {at}");
            believed.push(at);
        }
    }
    assert!(believed.len() < 8, "{believed:?}");
    for length in 0..token.as_der().len() {
        assert!(Token::read(&token.as_der()[..length]).is_err());
        assert!(Response::read(&reply[..length]).is_err());
    }
    let large = vec![0x30; LARGEST + 1];
    assert!(matches!(
        Response::read(&large),
        Err(Refused::TooLarge { .. })
    ));
}

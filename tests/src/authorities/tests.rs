//! OpenSSL on what the authorities answer.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use super::*;
use crate::pki::{Key, Terms};

fn openssl(folder: &Path, arguments: &str) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("openssl runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn holds(folder: &Path, arguments: &str) {
    let (good, said) = openssl(folder, arguments);
    assert!(good, "openssl {arguments}: {said}");
}

/// Status and body of what is answered.
fn ask(authorities: &Authorities, path: &str, body: &[u8]) -> (String, Vec<u8>) {
    let address = authorities.url("").replace("http://", "");
    let address = address.trim_end_matches('/');
    let mut connection = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(body).unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let end = answer
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    (head, answer[end + 4..].to_vec())
}

/// A folder with the certificates of everyone, in PEM.
fn written(pki: &Pki) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, party) in pki.authorities() {
        party.write_pem(folder.path(), name);
    }
    pki.tsa.write_pem(folder.path(), "tsa");
    pki.ada.write_pem(folder.path(), "ada");
    folder
}

#[test]
fn openssl_takes_the_path_of_every_kind_of_key() {
    let pki = Pki::new("http://localhost:1");
    let folder = written(&pki);
    for (kind, person) in pki.people() {
        person.write_pem(folder.path(), kind);
        holds(
            folder.path(),
            &format!("verify -x509_strict -CAfile root.pem -untrusted issuing.pem {kind}.pem"),
        );
    }
    for key in [
        Key::P256(90),
        Key::P384(90),
        Key::P521(90),
        Key::Rsa(1),
        Key::RsaPss(1),
    ] {
        let root = Party::root(&Terms::authority("Another Root", 1), key);
        let person = root.issue(&Terms::person("Somebody", 2), Key::P256(91));
        root.write_pem(folder.path(), "another");
        person.write_pem(folder.path(), "somebody");
        holds(
            folder.path(),
            "verify -x509_strict -CAfile another.pem somebody.pem",
        );
    }
    let purpose = "verify -purpose timestampsign -CAfile root.pem -untrusted stamping.pem tsa.pem";
    holds(folder.path(), purpose);
}

#[test]
fn openssl_takes_the_timestamps_and_no_spoilt_one() {
    let authorities = Authorities::start();
    let folder = written(authorities.pki());
    fs::write(folder.path().join("data"), b"stamped").unwrap();
    holds(
        folder.path(),
        "ts -query -data data -sha384 -cert -out query",
    );
    let query = fs::read(folder.path().join("query")).unwrap();
    let verify = "ts -verify -queryfile query -in reply -CAfile root.pem -untrusted stamping.pem";
    for (path, behaviour, good) in [
        ("tsa", Behaviour::Right, true),
        ("second-tsa", Behaviour::Right, true),
        ("tsa", Behaviour::WrongNonce, false),
        ("tsa", Behaviour::WrongImprint, false),
        ("tsa", Behaviour::SpoiltSignature, false),
        ("tsa", Behaviour::OtherContent, false),
        ("tsa", Behaviour::OtherCertificate, false),
        ("tsa", Behaviour::NoPurpose, false),
        ("tsa", Behaviour::Expired, false),
        ("tsa", Behaviour::Refused, false),
    ] {
        authorities.behave(Office::Tsa, behaviour.clone());
        let (_, reply) = ask(&authorities, path, &query);
        fs::write(folder.path().join("reply"), reply).unwrap();
        let (taken, said) = openssl(folder.path(), verify);
        assert_eq!(taken, good, "{path} {behaviour:?}: {said}");
    }
}

#[test]
fn openssl_takes_the_answers_about_certificates_and_no_stale_or_foreign_one() {
    let authorities = Authorities::start();
    let folder = written(authorities.pki());
    let chain = [
        fs::read(folder.path().join("root.pem")).unwrap(),
        fs::read(folder.path().join("issuing.pem")).unwrap(),
    ];
    fs::write(folder.path().join("chain.pem"), chain.concat()).unwrap();
    let asks = "ocsp -no_nonce -issuer issuing.pem -cert ada.pem -reqout query";
    holds(folder.path(), asks);
    let query = fs::read(folder.path().join("query")).unwrap();
    for (behaviour, expected) in [
        (Behaviour::Right, "ada.pem: good"),
        (Behaviour::ByIssuer, "ada.pem: good"),
        (Behaviour::CheckedResponder, "ada.pem: good"),
        (Behaviour::Revoked, "ada.pem: revoked"),
        (Behaviour::Unknown, "ada.pem: unknown"),
        (Behaviour::Stale, "expired"),
        (Behaviour::WrongSigner, "Verify Failure"),
        (Behaviour::TryLater, "trylater"),
    ] {
        authorities.behave(Office::Ocsp, behaviour.clone());
        let (_, reply) = ask(&authorities, "ocsp", &query);
        fs::write(folder.path().join("reply"), reply).unwrap();
        let verify =
            "ocsp -no_nonce -issuer issuing.pem -cert ada.pem -respin reply -CAfile chain.pem";
        let (_, said) = openssl(folder.path(), verify);
        assert!(said.contains(expected), "{behaviour:?}: {said}");
    }
}

#[test]
fn openssl_takes_the_revocation_lists_and_finds_who_is_on_them() {
    let authorities = Authorities::start();
    let folder = written(authorities.pki());
    authorities.revoke(10, pki::now() - DAY, 1);
    let (_, list) = ask(&authorities, "crl/issuing", b"");
    fs::write(folder.path().join("list"), list).unwrap();
    let show = "crl -inform DER -in list -CAfile issuing.pem -noout -text";
    let (good, said) = openssl(folder.path(), show);
    assert!(good && said.contains("verify OK"), "{said}");
    assert!(
        said.contains("Serial Number: 0A") && said.contains("Key Compromise"),
        "{said}"
    );
    authorities.behave(Office::Crl, Behaviour::WrongIssuer);
    let (_, list) = ask(&authorities, "crl/issuing", b"");
    fs::write(folder.path().join("list"), list).unwrap();
    let (_, said) = openssl(folder.path(), show);
    assert!(!said.contains("verify OK"), "{said}");
}

#[test]
fn whoever_misbehaves_does_so_on_the_wire() {
    let authorities = Authorities::start();
    authorities.behave(Office::Tsa, Behaviour::ServerError);
    let (head, _) = ask(&authorities, "tsa", b"");
    assert!(head.starts_with("HTTP/1.1 500"), "{head}");
    authorities.behave(
        Office::Tsa,
        Behaviour::Redirect("file:///etc/passwd".to_owned()),
    );
    let (head, _) = ask(&authorities, "tsa", b"");
    assert!(
        head.contains("302") && head.contains("file:///etc/passwd"),
        "{head}"
    );
    authorities.behave(Office::Tsa, Behaviour::Huge);
    let (_, body) = ask(&authorities, "tsa", b"");
    assert!(body.len() > 30 << 20);
    assert_eq!(authorities.asked(Office::Tsa), 3);
}

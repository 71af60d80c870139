#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use signature::{Certificate, Digest};

use super::*;
use crate::signing_algorithm::KeyKind;
use crate::signing_algorithm::tests::{OpensslKey, kinds};

/// 2026-01-02 03:04:05 UTC.
const NOW: i64 = 1_767_323_045;
const YEAR: i64 = 365 * 24 * 3600;
const VALIDITY: Validity = Validity {
    not_before: NOW - 300,
    not_after: NOW + YEAR,
};
const ADA: Subject<'_> = Subject {
    name: "Ada Lovelace",
    organisation: "Example Ltd",
    email: "ada@example.org",
};

struct Key(SigningKey);

impl Key {
    fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    fn spki(&self) -> Vec<u8> {
        self.0
            .verifying_key()
            .to_public_key_der()
            .unwrap()
            .into_vec()
    }

    fn sign(&self, digest: Digest) -> Vec<u8> {
        let value: Signature = self.0.sign_prehash(digest.as_bytes()).unwrap();
        value.to_bytes().to_vec()
    }
}

fn serial(byte: u8) -> SerialNumber {
    SerialNumber::from_random([byte; 20])
}

fn root_certificate(key: &Key) -> Certificate {
    let validity = Validity {
        not_before: NOW - 300,
        not_after: NOW + 10 * YEAR,
    };
    let prepared = root("Example Ltd", &key.spki(), &serial(1), validity).unwrap();
    let value = key.sign(prepared.digest());
    Certificate::from_der(&prepared.complete(&value).unwrap()).unwrap()
}

fn request_of(subject: &Subject<'_>, key: &Key) -> CertificateRequest {
    let prepared = request(subject, &key.spki()).unwrap();
    let value = key.sign(prepared.digest());
    prepared.complete(&value).unwrap()
}

fn issued(ca: &Key, subject: &Subject<'_>, key: &Key) -> Certificate {
    let prepared = issue(
        &root_certificate(ca),
        &request_of(subject, key),
        &serial(2),
        VALIDITY,
    )
    .unwrap();
    let value = ca.sign(prepared.digest());
    Certificate::from_der(&prepared.complete(&value).unwrap()).unwrap()
}

fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("openssl");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(
        output.status.success(),
        "openssl {arguments:?} said: {said}"
    );
    said
}

#[test]
fn openssl_reads_the_root_as_it_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("ca.der"),
        root_certificate(&Key::new(1)).as_der(),
    )
    .unwrap();
    let said = openssl(
        folder.path(),
        &[
            "x509",
            "-inform",
            "DER",
            "-in",
            "ca.der",
            "-noout",
            "-text",
            "-certopt",
            "ext_error",
        ],
    );
    for expected in [
        "Version: 3",
        "Serial Number:\n            41:01:01:01",
        "Issuer: O = Example Ltd, CN = Example Ltd",
        "Subject: O = Example Ltd, CN = Example Ltd",
        "Not After : Dec 31 03:04:05 2035 GMT",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0",
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign",
        "X509v3 Subject Key Identifier",
        "ecdsa-with-SHA256",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in {said}");
    }
}

#[test]
fn openssl_reads_a_signers_certificate_as_it_was_meant_and_verifies_it() {
    let folder = tempfile::tempdir().unwrap();
    let ca = Key::new(1);
    let ada = issued(&ca, &ADA, &Key::new(2));
    fs::write(
        folder.path().join("ca.pem"),
        root_certificate(&ca).to_pem().unwrap(),
    )
    .unwrap();
    fs::write(folder.path().join("ada.pem"), ada.to_pem().unwrap()).unwrap();
    let said = openssl(
        folder.path(),
        &["x509", "-in", "ada.pem", "-noout", "-text"],
    );
    for expected in [
        "Subject: O = Example Ltd, CN = Ada Lovelace",
        "X509v3 Basic Constraints: critical\n                CA:FALSE",
        "X509v3 Key Usage: critical\n                Digital Signature, Non Repudiation",
        "X509v3 Extended Key Usage: \n                1.3.6.1.5.5.7.3.36, 1.2.840.113583.1.1.5, \
         E-mail Protection",
        "X509v3 Subject Alternative Name: \n                email:ada@example.org",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in {said}");
    }
    let said = openssl(
        folder.path(),
        &[
            "verify",
            "-x509_strict",
            "-purpose",
            "smimesign",
            "-attime",
            "1767323045",
            "-CAfile",
            "ca.pem",
            "ada.pem",
        ],
    );
    assert!(said.contains("ada.pem: OK"), "{said}");
}

#[test]
fn our_own_validation_accepts_what_we_issue() {
    let ca = Key::new(1);
    let (root, ada) = (root_certificate(&ca), issued(&ca, &ADA, &Key::new(2)));
    let path = signature::validate::chain::find_path(&ada, &[], std::slice::from_ref(&root), NOW);
    assert_eq!(path.unwrap().certificates(), [ada, root]);
}

#[test]
fn openssl_verifies_the_proof_of_possession_in_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let made = request_of(&ADA, &Key::new(2));
    fs::write(folder.path().join("ada.csr"), made.as_der()).unwrap();
    let said = openssl(
        folder.path(),
        &[
            "req", "-inform", "DER", "-in", "ada.csr", "-verify", "-noout", "-text",
        ],
    );
    for expected in [
        "verify OK",
        "Subject: O = Example Ltd, CN = Ada Lovelace",
        "email:ada@example.org",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in {said}");
    }
    assert_eq!(
        CertificateRequest::from_der(made.as_der())
            .unwrap()
            .subject(),
        ADA
    );
}

#[test]
fn a_request_that_was_changed_or_signed_by_another_key_proves_no_possession() {
    let (ada, bob) = (Key::new(2), Key::new(3));
    let prepared = request(&ADA, &ada.spki()).unwrap();
    let value = bob.sign(prepared.digest());
    assert!(matches!(
        prepared.complete(&value),
        Err(Error::Signature(signature::Error::SignatureDoesNotVerify))
    ));
    let der = request_of(&ADA, &ada).as_der().to_vec();
    for at in 0..der.len() {
        for bit in 0..8 {
            let mut changed = der.clone();
            changed[at] ^= 1 << bit;
            assert!(
                CertificateRequest::from_der(&changed).is_err(),
                "byte {at} bit {bit}"
            );
        }
    }
}

#[test]
fn a_certificate_signed_by_another_key_does_not_leave() {
    let (ca, ada) = (Key::new(1), Key::new(2));
    let prepared = issue(
        &root_certificate(&ca),
        &request_of(&ADA, &ada),
        &serial(2),
        VALIDITY,
    )
    .unwrap();
    let value = ada.sign(prepared.digest());
    assert!(matches!(
        prepared.complete(&value),
        Err(Error::Signature(signature::Error::SignatureDoesNotVerify))
    ));
}

#[test]
fn a_signers_certificate_issues_nothing() {
    let (ca, ada) = (Key::new(1), Key::new(2));
    let signer = issued(&ca, &ADA, &ada);
    let wanted = request_of(&Subject { name: "Bob", ..ADA }, &Key::new(3));
    assert!(matches!(
        issue(&signer, &wanted, &serial(3), VALIDITY),
        Err(Error::NotACa { .. })
    ));
    assert!(matches!(
        revoke(&signer, 1, VALIDITY, &[]),
        Err(Error::NotACa { .. })
    ));
}

#[test]
fn nobody_gets_a_certificate_in_the_name_of_the_ca_or_of_another_organisation() {
    let ca = Key::new(1);
    let root = root_certificate(&ca);
    let refused = |subject: &Subject<'_>, key: &Key| {
        issue(&root, &request_of(subject, key), &serial(3), VALIDITY).unwrap_err()
    };
    let in_its_name = Subject {
        name: "Example Ltd",
        ..ADA
    };
    assert!(matches!(
        refused(&in_its_name, &Key::new(2)),
        Error::IssuerItself { .. }
    ));
    assert!(matches!(refused(&ADA, &ca), Error::IssuerItself { .. }));
    let elsewhere = Subject {
        organisation: "Other Ltd",
        ..ADA
    };
    assert!(matches!(
        refused(&elsewhere, &Key::new(2)),
        Error::OtherOrganisation { .. }
    ));
}

#[test]
fn a_certificate_does_not_outlive_its_issuer() {
    let (root, wanted) = (
        root_certificate(&Key::new(1)),
        request_of(&ADA, &Key::new(2)),
    );
    for validity in [
        Validity {
            not_before: NOW,
            not_after: NOW + 11 * YEAR,
        },
        Validity {
            not_before: NOW - 301,
            not_after: NOW,
        },
    ] {
        assert!(matches!(
            issue(&root, &wanted, &serial(2), validity),
            Err(Error::OutsideIssuersValidity { .. })
        ));
    }
    let backwards = Validity {
        not_before: NOW + 2,
        not_after: NOW + 1,
    };
    assert!(matches!(
        issue(&root, &wanted, &serial(2), backwards),
        Err(Error::BadValidity { .. })
    ));
}

#[test]
fn names_that_are_empty_too_long_or_hide_something_are_refused() {
    let spki = Key::new(2).spki();
    let long = "n".repeat(65);
    for subject in [
        Subject { name: "", ..ADA },
        Subject { name: " ", ..ADA },
        Subject {
            name: "Ada\0Lovelace",
            ..ADA
        },
        Subject { name: &long, ..ADA },
        Subject {
            organisation: "",
            ..ADA
        },
        Subject { email: "", ..ADA },
        Subject {
            email: "ada",
            ..ADA
        },
        Subject {
            email: "@example.org",
            ..ADA
        },
        Subject {
            email: "ada@exämple.org",
            ..ADA
        },
        Subject {
            email: "ada@example.org ",
            ..ADA
        },
    ] {
        assert!(
            matches!(request(&subject, &spki), Err(Error::BadName { .. })),
            "{subject:?}"
        );
    }
    let widest = "ü".repeat(64);
    assert!(
        request(
            &Subject {
                name: &widest,
                ..ADA
            },
            &spki
        )
        .is_ok(),
        "characters, not bytes"
    );
}

#[test]
fn serial_numbers_are_positive_and_twenty_octets_long() {
    for byte in [0x00, 0x7f, 0x80, 0xff] {
        let serial = serial(byte);
        assert_eq!(serial.as_bytes().len(), 20);
        assert!((0x40..0x80).contains(&serial.as_bytes()[0]));
    }
}

#[test]
fn years_from_2050_on_are_written_in_four_digits() {
    let key = Key::new(1);
    let beyond = Validity {
        not_before: NOW,
        not_after: 2_524_608_000,
    };
    let prepared = root("Example Ltd", &key.spki(), &serial(1), beyond).unwrap();
    let der = prepared
        .complete(&key.sign(root_digest(&key, beyond)))
        .unwrap();
    assert!(der.windows(15).any(|window| window == b"20500101000000Z"));
    assert_eq!(
        Certificate::from_der(&der).unwrap().not_after(),
        2_524_608_000
    );
}

#[test]
fn keys_of_every_kind_are_requested_and_certified_and_openssl_verifies_both() {
    let folder = tempfile::tempdir().unwrap();
    let ca = Key::new(1);
    let root = root_certificate(&ca);
    fs::write(folder.path().join("ca.pem"), root.to_pem().unwrap()).unwrap();
    for kind in kinds() {
        let key = OpensslKey::new(kind);
        let prepared = request(&ADA, &key.spki).unwrap();
        let prepared = prepared.by(kind.signature_algorithm());
        let value = key.sign(prepared.to_be_signed(), prepared.digest());
        let request = prepared.complete(&value).unwrap();
        fs::write(folder.path().join("request.der"), request.as_der()).unwrap();
        let arguments = [
            "req",
            "-inform",
            "DER",
            "-in",
            "request.der",
            "-noout",
            "-verify",
        ];
        let said = openssl(folder.path(), &arguments);
        assert!(said.contains("verify OK"), "{kind:?}: {said}");

        let prepared = issue(&root, &request, &serial(2), VALIDITY).unwrap();
        assert_eq!(
            prepared.algorithm(),
            SignatureAlgorithm::of_key(&ca.spki()).unwrap(),
            "the CA signs with its own key"
        );
        let value = ca.sign(prepared.digest());
        let der = prepared.complete(&value).unwrap();
        let certificate = Certificate::from_der(&der).unwrap();
        assert_eq!(certificate.spki_der(), key.spki);
        fs::write(folder.path().join("ada.pem"), certificate.to_pem().unwrap()).unwrap();
        let arguments = [
            "verify",
            "-CAfile",
            "ca.pem",
            "-attime",
            "1767323045",
            "ada.pem",
        ];
        let said = openssl(folder.path(), &arguments);
        assert!(said.contains("ada.pem: OK"), "{kind:?}: {said}");
    }
}

#[test]
fn a_request_that_another_key_of_the_kind_signed_proves_nothing() {
    for kind in [KeyKind::P384, KeyKind::Rsa2048] {
        let (ada, eve) = (OpensslKey::new(kind), OpensslKey::new(kind));
        let prepared = request(&ADA, &ada.spki).unwrap();
        let value = eve.sign(prepared.to_be_signed(), prepared.digest());
        assert!(matches!(
            prepared.complete(&value),
            Err(Error::Signature(signature::Error::SignatureDoesNotVerify))
        ));
    }
}

fn root_digest(key: &Key, validity: Validity) -> Digest {
    root("Example Ltd", &key.spki(), &serial(1), validity)
        .unwrap()
        .digest()
}

#[test]
fn openssl_finds_the_revoked_certificate_on_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let ca = Key::new(1);
    let (root, ada) = (root_certificate(&ca), issued(&ca, &ADA, &Key::new(2)));
    let list = |entries: &[Revoked<'_>]| {
        let validity = Validity {
            not_before: NOW - 60,
            not_after: NOW + 7 * 24 * 3600,
        };
        let prepared = revoke(&root, 258, validity, entries).unwrap();
        let value = ca.sign(prepared.digest());
        prepared.complete(&value).unwrap()
    };
    let entry = Revoked {
        serial: ada.serial(),
        at: NOW - 90,
        reason: Reason::KeyCompromise,
    };
    fs::write(folder.path().join("ca.pem"), root.to_pem().unwrap()).unwrap();
    fs::write(folder.path().join("ada.pem"), ada.to_pem().unwrap()).unwrap();
    fs::write(folder.path().join("crl.der"), list(&[entry])).unwrap();
    let said = openssl(
        folder.path(),
        &[
            "crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text", "-CAfile", "ca.pem",
        ],
    );
    for expected in [
        "verify OK",
        "Version 2",
        "X509v3 CRL Number: \n                258",
        "Key Compromise",
        "Serial Number: 42020202",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in {said}");
    }
    openssl(
        folder.path(),
        &["crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem"],
    );
    let verify = |crl: &str| {
        let output = Command::new("openssl")
            .args([
                "verify",
                "-crl_check",
                "-attime",
                "1767323045",
                "-CAfile",
                "ca.pem",
                "-CRLfile",
                crl,
                "ada.pem",
            ])
            .current_dir(folder.path())
            .output()
            .unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    assert!(verify("crl.pem").contains("certificate revoked"));
    fs::write(folder.path().join("crl.der"), list(&[])).unwrap();
    openssl(
        folder.path(),
        &[
            "crl",
            "-inform",
            "DER",
            "-in",
            "crl.der",
            "-out",
            "empty.pem",
        ],
    );
    assert!(verify("empty.pem").contains("ada.pem: OK"));
}

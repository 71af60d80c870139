use std::fs;
use std::sync::LazyLock;

use const_oid::AssociatedOid;
use der::Encode;
use der::asn1::{BitString, OctetString};
use tempfile::TempDir;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::Extension as X509Extension;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{CrlReason, IssuingDistributionPoint};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use super::*;
use crate::algorithm::KeyAlgorithm;
use crate::samples::{Authority, Key, NOW, run};

/// An authority of OpenSSL's with its answers and lists: Ada's certificate is good, Bob's revoked.
struct Pki {
    folder: TempDir,
    ca: Certificate,
    ada: Certificate,
    bob: Certificate,
    stranger: Certificate,
}

const CONFIGURATION: &str = "
[ca]
default_ca = x
[x]
database = FOLDER/index
default_md = sha256
default_crl_days = 30
crlnumber = FOLDER/crlnumber
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
authorityInfoAccess = OCSP;URI:http://127.0.0.1:1/ocsp,caIssuers;URI:http://127.0.0.1:1/ca.cer
crlDistributionPoints = URI:http://127.0.0.1:1/ca.crl
[responder]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
";

static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap().to_owned();
    let file = |name: &str| format!("{place}/{name}");
    fs::write(file("conf"), CONFIGURATION.replace("FOLDER", &place)).unwrap();
    fs::write(file("crlnumber"), "01\n").unwrap();
    let index = "V\t350101000000Z\t\t1001\tunknown\t/CN=Ada\n\
         R\t350101000000Z\t260601120000Z,keyCompromise\t1002\tunknown\t/CN=Bob\n";
    fs::write(file("index"), index).unwrap();
    let root = |name: &str| {
        #[rustfmt::skip]
        run("openssl", &[
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", &format!("/CN=Root {name}"), "-config", &file("conf"), "-extensions", "root",
            "-days", "30", "-keyout", &file(&format!("{name}.key")),
            "-out", &file(&format!("{name}.pem")),
        ]);
    };
    let issue = |name: &str, serial: &str, extensions: &str, by: &str, kind: &[&str]| {
        let key = file(&format!("{name}.key"));
        let request = [
            &["req", "-new", "-nodes", "-subj"][..],
            &[
                &format!("/CN={name}"),
                "-config",
                &file("conf"),
                "-keyout",
                &key,
            ],
            kind,
            &["-out", &file("csr")],
        ];
        run("openssl", &request.concat());
        #[rustfmt::skip]
        run("openssl", &[
            "x509", "-req", "-in", &file("csr"), "-CA", &file(&format!("{by}.pem")),
            "-CAkey", &file(&format!("{by}.key")), "-set_serial", serial, "-days", "20",
            "-extfile", &file("conf"), "-extensions", extensions,
            "-out", &file(&format!("{name}.pem")),
        ]);
    };
    let curve: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let rsa: &[&str] = &["-newkey", "rsa:2048"];
    root("ca");
    root("other");
    issue("ada", "0x1001", "person", "ca", curve);
    issue("bob", "0x1002", "person", "ca", curve);
    issue("stranger", "0x1001", "person", "other", curve);
    issue("responder", "0x2001", "responder", "ca", rsa);
    issue("foreign", "0x2002", "responder", "other", rsa);
    let read = |name: &str| {
        let pem = fs::read(file(&format!("{name}.pem"))).unwrap();
        Certificate::from_pem(&pem).unwrap()
    };
    let (ca, ada, bob, stranger) = (read("ca"), read("ada"), read("bob"), read("stranger"));
    Pki {
        ca,
        ada,
        bob,
        stranger,
        folder,
    }
});

impl Pki {
    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// What OpenSSL's responder answers to our request about a certificate.
    fn answer(&self, about: &Certificate, responder: &str, options: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let request = ocsp::request(about, &self.ca, &NONCE).unwrap();
        fs::write(file("request"), request).unwrap();
        let (certificate, key) = (format!("{responder}.pem"), format!("{responder}.key"));
        #[rustfmt::skip]
        let arguments = [
            "ocsp", "-index", &self.file("index"), "-CA", &self.file("ca.pem"),
            "-rsigner", &self.file(&certificate), "-rkey", &self.file(&key),
            "-reqin", &file("request"), "-respout", &file("answer"), "-ndays", "7",
        ];
        run("openssl", &[&arguments[..], options].concat());
        fs::read(file("answer")).unwrap()
    }

    fn list(&self) -> Vec<u8> {
        let out = tempfile::NamedTempFile::new().unwrap();
        let path = out.path().to_str().unwrap();
        #[rustfmt::skip]
        run("openssl", &[
            "ca", "-gencrl", "-config", &self.file("conf"), "-keyfile", &self.file("ca.key"),
            "-cert", &self.file("ca.pem"), "-out", path,
        ]);
        let (_, der) = der::pem::decode_vec(&fs::read(path).unwrap()).unwrap();
        der
    }
}

const NONCE: [u8; 32] = *b"nobody can guess what stands her";

#[test]
fn an_answer_repeats_the_nonce_of_its_question() {
    let answer = PKI.answer(&PKI.ada, "responder", &[]);
    assert_eq!(ocsp::nonce(&answer).as_deref(), Some(&NONCE[..]));
    assert_eq!(ocsp::nonce(&answer[..answer.len() - 1]), None);
}

#[test]
fn a_responder_that_the_issuer_certified_tells_good_from_revoked() {
    for options in [
        &[][..],
        &["-resp_key_id"],
        &["-rsigopt", "rsa_padding_mode:pss"],
    ] {
        let answer = PKI.answer(&PKI.ada, "responder", options);
        let said = ocsp::judge(&answer, &PKI.ada, &PKI.ca);
        // OpenSSL's default PSS has the longest salt that fits, which is read as any other.
        let said = said.unwrap_or_else(|why| panic!("{options:?}: {why}"));
        assert_eq!(said.status, Status::Good);
        assert_eq!(said.signer.subject_common_name(), "responder");
        assert!(said.signer.needs_no_revocation_check());
        let week = said.next_update.unwrap() - said.this_update;
        assert_eq!(week, 7 * 24 * 3600);
        assert_eq!(
            ocsp::judge(&answer, &PKI.bob, &PKI.ca),
            Err(Refused::NotAbout)
        );
    }
    let answer = PKI.answer(&PKI.bob, "responder", &[]);
    let said = ocsp::judge(&answer, &PKI.bob, &PKI.ca).unwrap();
    let revoked = Status::Revoked {
        at: 1_780_315_200,
        reason: Some(Reason::KeyCompromise),
        invalid_since: None,
    };
    assert_eq!(said.status, revoked);
}

#[test]
fn an_answer_without_the_responders_certificate_holds_where_that_is_at_hand() {
    let answer = PKI.answer(&PKI.bob, "responder", &["-resp_no_certs"]);
    let alone = ocsp::judge(&answer, &PKI.bob, &PKI.ca);
    assert!(matches!(alone, Err(Refused::NotAuthorised(_))));
    let at_hand = ocsp::certificates(&PKI.answer(&PKI.ada, "responder", &[]));
    let others = [vec![PKI.ada.clone()], at_hand].concat();
    let said = ocsp::judge_with(&answer, &PKI.bob, &PKI.ca, &others).unwrap();
    assert!(matches!(said.status, Status::Revoked { .. }));
    let strangers = ocsp::certificates(&PKI.answer(&PKI.ada, "foreign", &[]));
    let foreign = PKI.answer(&PKI.bob, "foreign", &["-resp_no_certs"]);
    let said = ocsp::judge_with(&foreign, &PKI.bob, &PKI.ca, &strangers);
    assert!(matches!(said, Err(Refused::NotAuthorised(_))));
}

#[test]
fn the_issuer_itself_may_answer_and_a_responder_of_another_authority_may_not() {
    let answer = PKI.answer(&PKI.ada, "ca", &[]);
    let said = ocsp::judge(&answer, &PKI.ada, &PKI.ca).unwrap();
    assert_eq!(said.signer, PKI.ca);
    for pretender in ["foreign", "ada", "bob"] {
        let answer = PKI.answer(&PKI.ada, pretender, &[]);
        let said = ocsp::judge(&answer, &PKI.ada, &PKI.ca);
        assert!(
            matches!(said, Err(Refused::NotAuthorised(_))),
            "{pretender}: {said:?}"
        );
    }
}

#[test]
fn an_answer_about_the_same_number_of_another_authority_is_about_nobody_here() {
    let answer = PKI.answer(&PKI.ada, "responder", &[]);
    assert_eq!(PKI.ada.serial(), PKI.stranger.serial());
    let other = Authority::new("Test CA", 9).certificate();
    assert_eq!(
        ocsp::judge(&answer, &PKI.stranger, &other),
        Err(Refused::NotAbout)
    );
}

#[test]
fn an_answer_with_any_byte_changed_is_never_believed_to_say_something_else() {
    let answer = PKI.answer(&PKI.bob, "ca", &["-resp_no_certs"]);
    let truth = ocsp::judge(&answer, &PKI.bob, &PKI.ca).unwrap();
    for at in 0..answer.len() {
        let mut changed = answer.clone();
        changed[at] ^= 1;
        if let Ok(said) = ocsp::judge(&changed, &PKI.bob, &PKI.ca) {
            assert_eq!(said, truth, "byte {at}");
        }
        assert!(ocsp::judge(&answer[..at], &PKI.bob, &PKI.ca).is_err());
    }
}

#[test]
fn a_refusal_of_a_responder_is_no_answer() {
    // OCSPResponseStatus unauthorized (6).
    let refused = ocsp::judge(&[0x30, 3, 0x0a, 1, 6], &PKI.ada, &PKI.ca);
    assert_eq!(refused, Err(Refused::NoAnswer { status: 6 }));
    let huge = vec![0x30; ocsp::LARGEST + 1];
    let refused = ocsp::judge(&huge, &PKI.ada, &PKI.ca);
    assert!(matches!(refused, Err(Refused::TooLarge { .. })));
}

#[test]
fn a_list_of_openssl_tells_good_from_revoked() {
    let list = PKI.list();
    let said = crl::judge(&list, &PKI.ada, &PKI.ca).unwrap();
    assert_eq!((said.status, said.source), (Status::Good, Source::Crl));
    let said = crl::judge(&list, &PKI.bob, &PKI.ca).unwrap();
    let revoked = Status::Revoked {
        at: 1_780_315_200,
        reason: Some(Reason::KeyCompromise),
        invalid_since: None,
    };
    assert_eq!(said.status, revoked);
    assert_eq!(
        crl::judge(&list, &PKI.stranger, &PKI.ca),
        Err(Refused::NotAbout)
    );
    assert_eq!(crl::issuer(&list).as_deref(), Some(PKI.ca.subject_der()));
}

#[test]
fn where_to_ask_is_read_from_a_certificate() {
    let addresses = PKI.ada.addresses();
    assert_eq!(addresses.ocsp, ["http://127.0.0.1:1/ocsp"]);
    assert_eq!(addresses.issuers, ["http://127.0.0.1:1/ca.cer"]);
    assert_eq!(addresses.crls, ["http://127.0.0.1:1/ca.crl"]);
    assert_eq!(
        PKI.ca.addresses(),
        &crate::certificate::Addresses::default()
    );
}

/// A list by an authority of ours that says what is wanted.
pub(crate) fn list(
    authority: &Authority,
    entries: Vec<RevokedCert>,
    extensions: Option<Vec<X509Extension>>,
) -> Vec<u8> {
    let ca = authority.certificate();
    let algorithm = KeyAlgorithm::of_spki(ca.spki_der())
        .unwrap()
        .signature_algorithm();
    let tbs_cert_list = TbsCertList {
        version: x509_cert::certificate::Version::V2,
        signature: algorithm.identifier(),
        issuer: Name::from_der(ca.subject_der()).unwrap(),
        this_update: crate::samples::time(NOW - 60),
        next_update: Some(crate::samples::time(NOW + 3600)),
        revoked_certificates: (!entries.is_empty()).then_some(entries),
        crl_extensions: extensions,
    };
    let value = authority.sign_bytes(&tbs_cert_list.to_der().unwrap());
    let list = CertificateList {
        tbs_cert_list,
        signature_algorithm: algorithm.identifier(),
        signature: BitString::from_bytes(&value).unwrap(),
    };
    list.to_der().unwrap()
}

pub(crate) fn of_type<T: AssociatedOid + Encode>(value: &T, critical: bool) -> X509Extension {
    X509Extension {
        extn_id: T::OID,
        critical,
        extn_value: OctetString::new(value.to_der().unwrap()).unwrap(),
    }
}

fn point() -> IssuingDistributionPoint {
    IssuingDistributionPoint {
        distribution_point: None,
        only_contains_user_certs: false,
        only_contains_ca_certs: false,
        only_some_reasons: None,
        indirect_crl: false,
        only_contains_attribute_certs: false,
    }
}

#[test]
fn lists_that_leave_something_out_are_refused_and_named_so() {
    let ca = Authority::new("Test CA", 1);
    let ada = ca.issue("Ada", &Key::from_seed(2));
    let judged = |extension: X509Extension| {
        crl::judge(
            &list(&ca, Vec::new(), Some(vec![extension])),
            &ada,
            &ca.certificate(),
        )
    };
    // The identifier that x509-cert 0.2.5 gives this type is that of subjectInfoAccess.
    let of_point = |point: IssuingDistributionPoint| {
        judged(X509Extension {
            extn_id: const_oid::db::rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT,
            ..of_type(&point, true)
        })
    };
    assert_eq!(of_point(point()).unwrap().status, Status::Good);
    let only_users = IssuingDistributionPoint {
        only_contains_user_certs: true,
        ..point()
    };
    assert_eq!(of_point(only_users).unwrap().status, Status::Good);
    let indirect = IssuingDistributionPoint {
        indirect_crl: true,
        ..point()
    };
    assert_eq!(of_point(indirect), Err(Refused::Kind("an indirect list")));
    let reasons = IssuingDistributionPoint {
        only_some_reasons: Some(x509_cert::ext::pkix::crl::dp::Reasons::KeyCompromise.into()),
        ..point()
    };
    assert_eq!(
        of_point(reasons),
        Err(Refused::Kind("a list of some reasons only"))
    );
    let only_authorities = IssuingDistributionPoint {
        only_contains_ca_certs: true,
        ..point()
    };
    assert_eq!(of_point(only_authorities), Err(Refused::NotAbout));
    let uri = der::asn1::Ia5String::new("http://elsewhere.example/part.crl").unwrap();
    let elsewhere = IssuingDistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![
            GeneralName::UniformResourceIdentifier(uri),
        ])),
        ..point()
    };
    assert_eq!(of_point(elsewhere), Err(Refused::NotAbout));
    let delta = crate::samples::other_extension("2.5.29.27", true);
    assert_eq!(judged(delta), Err(Refused::Kind("a delta list")));
    let unknown = crate::samples::other_extension("1.2.3.4", true);
    assert!(matches!(judged(unknown), Err(Refused::Critical(_))));
}

#[test]
fn a_list_that_leaves_something_out_tells_of_a_revocation_and_of_none_that_is_taken_back() {
    let ca = Authority::new("Test CA", 1);
    let ada = ca.issue("Ada", &Key::from_seed(2));
    let judged = |reason: CrlReason| {
        let entry = RevokedCert {
            serial_number: SerialNumber::from(77_u32),
            revocation_date: crate::samples::time(NOW - 100),
            crl_entry_extensions: Some(vec![of_type(&reason, false)]),
        };
        let delta = crate::samples::other_extension("2.5.29.27", true);
        crl::judge(
            &list(&ca, vec![entry], Some(vec![delta])),
            &ada,
            &ca.certificate(),
        )
    };
    let told = judged(CrlReason::KeyCompromise).unwrap();
    assert!(matches!(told.status, Status::Revoked { .. }));
    let taken_back = judged(CrlReason::RemoveFromCRL);
    assert_eq!(taken_back, Err(Refused::Kind("a delta list")));
}

#[test]
fn a_list_by_another_key_of_the_same_name_is_not_believed() {
    let (ca, twin) = (Authority::new("Test CA", 1), Authority::new("Test CA", 9));
    let ada = ca.issue("Ada", &Key::from_seed(2));
    let forged = list(&twin, Vec::new(), None);
    let refused = crl::judge(&forged, &ada, &ca.certificate());
    assert_eq!(refused, Err(Refused::DoesNotVerify));
}

#[test]
fn a_list_says_nothing_of_certificates_of_another_authority() {
    let (ca, other) = (Authority::new("Test CA", 1), Authority::new("Other CA", 2));
    let ada = other.issue("Ada", &Key::from_seed(2));
    let about = crl::judge(&list(&ca, Vec::new(), None), &ada, &ca.certificate());
    assert_eq!(about, Err(Refused::NotAbout));
}

#[test]
fn the_reason_of_an_entry_and_since_when_the_key_is_suspected_are_read() {
    let ca = Authority::new("Test CA", 1);
    let ada = ca.issue("Ada", &Key::from_seed(2));
    let suspected = der::asn1::GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(
        NOW as u64 - 500,
    ));
    let entry = |serial: u32, reason: CrlReason| RevokedCert {
        serial_number: SerialNumber::from(serial),
        revocation_date: crate::samples::time(NOW - 100),
        crl_entry_extensions: Some(vec![
            of_type(&reason, false),
            X509Extension {
                extn_id: const_oid::db::rfc5280::ID_CE_INVALIDITY_DATE,
                critical: false,
                extn_value: OctetString::new(suspected.unwrap().to_der().unwrap()).unwrap(),
            },
        ]),
    };
    let others = (1000..3000).map(|serial| entry(serial, CrlReason::Superseded));
    let entries = others.chain([entry(77, CrlReason::CertificateHold)]);
    let list = list(&ca, entries.collect(), None);
    let said = crl::judge(&list, &ada, &ca.certificate()).unwrap();
    let revoked = Status::Revoked {
        at: NOW - 100,
        reason: Some(Reason::CertificateHold),
        invalid_since: Some(NOW - 500),
    };
    assert_eq!(said.status, revoked);
    for length in 0..list.len().min(400) {
        assert!(crl::judge(&list[..length], &ada, &ca.certificate()).is_err());
    }
}

#[test]
fn of_several_entries_about_one_certificate_the_one_counts_that_reaches_furthest_back() {
    let ca = Authority::new("Test CA", 1);
    let ada = ca.issue("Ada", &Key::from_seed(2));
    let entry = |seconds_ago: i64, reason: CrlReason| RevokedCert {
        serial_number: SerialNumber::from(77_u32),
        revocation_date: crate::samples::time(NOW - seconds_ago),
        crl_entry_extensions: Some(vec![of_type(&reason, false)]),
    };
    let compromised = || entry(500, CrlReason::KeyCompromise);
    for other in [
        entry(100, CrlReason::Superseded),
        entry(900, CrlReason::CertificateHold),
        entry(900, CrlReason::RemoveFromCRL),
        entry(500, CrlReason::Superseded),
    ] {
        for entries in [
            vec![compromised(), other.clone()],
            vec![other.clone(), compromised()],
        ] {
            let list = list(&ca, entries, None);
            let said = crl::judge(&list, &ada, &ca.certificate()).unwrap();
            let worst = Status::Revoked {
                at: NOW - 500,
                reason: Some(Reason::KeyCompromise),
                invalid_since: None,
            };
            assert_eq!(said.status, worst);
        }
    }
}

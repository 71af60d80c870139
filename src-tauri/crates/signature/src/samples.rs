//! What the tests are made of: keys from a seed, and a small authority to certify them.

use std::collections::BTreeMap;
use std::process::Command;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::Duration;

use der::asn1::{BitString, OctetString};
use der::flagset::FlagSet;
use der::{DateTime, Decode, Encode};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Sha256, Sha384, Sha512};
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use crate::algorithm::{self, KeyAlgorithm};
use crate::certificate::Certificate;

/// 2026-01-02 03:04:05 UTC, when things happen in tests.
pub(crate) const NOW: i64 = 1_767_323_045;
const YEAR: i64 = 365 * 24 * 3600;

/// A key pair that signs digests as a token does.
#[derive(Clone)]
pub(crate) enum Key {
    P256(SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Rsa(Box<RsaPrivateKey>),
}

impl Key {
    /// One on P-256.
    pub(crate) fn from_seed(seed: u8) -> Self {
        Self::P256(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    /// One key of every kind that signs: three curves, RSA of three lengths.
    pub(crate) fn of_every_kind() -> [(&'static str, Self); 6] {
        [
            ("P-256", Self::from_seed(2)),
            ("P-384", Self::p384()),
            ("P-521", Self::p521()),
            ("RSA-2048", Self::rsa(2048)),
            ("RSA-3072", Self::rsa(3072)),
            ("RSA-4096", Self::rsa(4096)),
        ]
    }

    pub(crate) fn p384() -> Self {
        Self::P384(p384::ecdsa::SigningKey::from_slice(&[2; 48]).unwrap())
    }

    pub(crate) fn p521() -> Self {
        let below_the_order = [&[0; 2][..], &[2; 64]].concat();
        Self::P521(p521::ecdsa::SigningKey::from_slice(&below_the_order).unwrap())
    }

    /// One that OpenSSL makes, in a fraction of the time it takes here; each length once.
    pub(crate) fn rsa(bits: usize) -> Self {
        static MADE: Mutex<BTreeMap<usize, Key>> = Mutex::new(BTreeMap::new());
        let make = || {
            let output = Command::new("openssl")
                .args(["genpkey", "-algorithm", "RSA", "-outform", "DER"])
                .args(["-pkeyopt", &format!("rsa_keygen_bits:{bits}")])
                .output()
                .expect("install openssl");
            assert!(output.status.success(), "{output:?}");
            let key = RsaPrivateKey::from_pkcs1_der(&output.stdout).unwrap();
            Self::Rsa(Box::new(key))
        };
        MADE.lock()
            .unwrap()
            .entry(bits)
            .or_insert_with(make)
            .clone()
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        let spki = match self {
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::P384(key) => key.verifying_key().to_public_key_der(),
            Self::P521(key) => {
                let point = p521::ecdsa::VerifyingKey::from(key).to_encoded_point(false);
                p521::PublicKey::from_sec1_bytes(point.as_bytes())
                    .unwrap()
                    .to_public_key_der()
            }
            Self::Rsa(key) => key.to_public_key().to_public_key_der(),
        };
        spki.unwrap().into_vec()
    }

    /// The same key of P-256, its point in the form of one coordinate.
    pub(crate) fn compressed_spki(&self) -> Vec<u8> {
        let Self::P256(key) = self else {
            panic!("only for P-256");
        };
        let mut spki = SubjectPublicKeyInfoOwned::from_der(&self.spki()).unwrap();
        let point = key.verifying_key().to_encoded_point(true);
        spki.subject_public_key = BitString::from_bytes(point.as_bytes()).unwrap();
        spki.to_der().unwrap()
    }

    /// Raw value over a digest of SHA-256, SHA-384 or SHA-512.
    pub(crate) fn sign(&self, digest: impl AsRef<[u8]>) -> Vec<u8> {
        let digest = digest.as_ref();
        match self {
            Self::P256(key) => {
                let value: Signature = key.sign_prehash(digest).unwrap();
                value.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let value: p384::ecdsa::Signature = key.sign_prehash(digest).unwrap();
                value.to_bytes().to_vec()
            }
            Self::P521(key) => {
                // The same number, in a form the crate takes.
                let wide = [&vec![0; 64 - digest.len()], digest].concat();
                let value: p521::ecdsa::Signature = key.sign_prehash(&wide).unwrap();
                value.to_bytes().to_vec()
            }
            Self::Rsa(key) => {
                let padding = match digest.len() {
                    32 => Pkcs1v15Sign::new::<Sha256>(),
                    48 => Pkcs1v15Sign::new::<Sha384>(),
                    _ => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.sign(padding, digest).unwrap()
            }
        }
    }
}

/// What a certificate is to say.
pub(crate) struct Template {
    pub(crate) subject: String,
    pub(crate) spki: Vec<u8>,
    pub(crate) serial: u32,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) extensions: Vec<Extension>,
}

impl Template {
    pub(crate) fn person(name: &str, key: &Key) -> Self {
        Self {
            subject: format!("CN={name}"),
            spki: key.spki(),
            serial: 77,
            not_before: NOW - 3600,
            not_after: NOW + YEAR,
            extensions: vec![
                extension(&BasicConstraints {
                    ca: false,
                    path_len_constraint: None,
                }),
                key_usage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation),
            ],
        }
    }

    pub(crate) fn ca(name: &str, key: &Key, path_len: Option<u8>) -> Self {
        Self {
            serial: 1,
            not_after: NOW + 10 * YEAR,
            extensions: vec![
                extension(&BasicConstraints {
                    ca: true,
                    path_len_constraint: path_len,
                }),
                key_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            ],
            ..Self::person(name, key)
        }
    }
}

pub(crate) fn extension(value: &impl AsExtension) -> Extension {
    value.to_extension(&Name::default(), &[]).unwrap()
}

pub(crate) fn key_usage(bits: FlagSet<KeyUsages>) -> Extension {
    extension(&KeyUsage(bits))
}

pub(crate) fn other_extension(oid: &str, critical: bool) -> Extension {
    Extension {
        extn_id: oid.parse().unwrap(),
        critical,
        extn_value: OctetString::new([5, 0]).unwrap(),
    }
}

/// A CA with its key.
#[derive(Clone)]
pub(crate) struct Authority {
    key: Key,
    certificate: Certificate,
}

impl Authority {
    /// A self-signed root on P-256 without a limit on its path.
    pub(crate) fn new(name: &str, seed: u8) -> Self {
        Self::of_key(name, Key::from_seed(seed))
    }

    pub(crate) fn of_key(name: &str, key: Key) -> Self {
        let certificate = sign(
            Template::ca(name, &key, None),
            Name::from_str(&format!("CN={name}")).unwrap(),
            &key,
        );
        Self { key, certificate }
    }

    pub(crate) fn with(key: Key, certificate: Certificate) -> Self {
        Self { key, certificate }
    }

    pub(crate) fn below(&self, name: &str, seed: u8, path_len: Option<u8>) -> Self {
        let key = Key::from_seed(seed);
        let certificate = self.sign(Template::ca(name, &key, path_len));
        Self { key, certificate }
    }

    pub(crate) fn certificate(&self) -> Certificate {
        self.certificate.clone()
    }

    pub(crate) fn issue(&self, name: &str, key: &Key) -> Certificate {
        self.sign(Template::person(name, key))
    }

    /// Signs any bytes, as X.509 carries the value.
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let of_key = KeyAlgorithm::of_spki(&self.key.spki()).unwrap();
        let digest_algorithm = of_key.signature_algorithm().digest_algorithm();
        let value = self.key.sign(digest_algorithm.digest(bytes));
        algorithm::der_from_raw(of_key, &value).unwrap()
    }

    pub(crate) fn sign(&self, template: Template) -> Certificate {
        sign(
            template,
            Name::from_der(self.certificate.subject_der()).unwrap(),
            &self.key,
        )
    }
}

fn sign(template: Template, issuer: Name, key: &Key) -> Certificate {
    let of_key = KeyAlgorithm::of_spki(&key.spki()).unwrap();
    let algorithm = of_key.signature_algorithm().identifier();
    let tbs_certificate = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::from(template.serial),
        signature: algorithm.clone(),
        issuer,
        validity: Validity {
            not_before: time(template.not_before),
            not_after: time(template.not_after),
        },
        subject: Name::from_str(&template.subject).unwrap(),
        subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(&template.spki).unwrap(),
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(template.extensions),
    };
    let digest_algorithm = of_key.signature_algorithm().digest_algorithm();
    let digest = digest_algorithm.digest(&tbs_certificate.to_der().unwrap());
    let value = algorithm::der_from_raw(of_key, &key.sign(digest)).unwrap();
    let certificate = x509_cert::Certificate {
        tbs_certificate,
        signature_algorithm: algorithm,
        signature: BitString::from_bytes(&value).unwrap(),
    };
    Certificate::from_der(&certificate.to_der().unwrap()).unwrap()
}

pub(crate) fn time(unix: i64) -> Time {
    let date = DateTime::from_unix_duration(Duration::from_secs(unix.try_into().unwrap())).unwrap();
    Time::UtcTime(der::asn1::UtcTime::from_date_time(date).unwrap())
}

/// Runs a tool that must be there and must succeed; gives what it wrote to both outputs.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("install {program}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?} said: {said}"
    );
    said
}

/// A document of one page that says hello, with a cross-reference table.
pub(crate) fn one_page() -> Vec<u8> {
    let content = "BT /F1 24 Tf 72 700 Td (Hello, world) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!(
            "<</Length {}>>\nstream\n{content}\nendstream",
            content.len()
        ),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = file.len();
    let size = objects.len() + 1;
    let trailer = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(table.as_bytes());
    file.extend_from_slice(trailer.as_bytes());
    file
}

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use ed25519_dalek::Signer;

use super::*;
use crate::algorithm::DigestAlgorithm;
use crate::samples::{Authority, Key, Template, run};

const DOCUMENT: &[u8] = b"the bytes of a document";

fn document_digest() -> Digest {
    DigestAlgorithm::Sha256.digest(DOCUMENT)
}

/// What a key signs the document by, with its certificate.
fn digest_for(signer: &Certificate) -> Digest {
    let algorithm = signer.key_algorithm().unwrap().signature_algorithm();
    algorithm.digest_algorithm().digest(DOCUMENT)
}

fn signed() -> (Authority, Certificate, Vec<u8>) {
    signed_by(&Key::from_seed(2))
}

fn signed_by(key: &Key) -> (Authority, Certificate, Vec<u8>) {
    let ca = Authority::new("Test CA", 1);
    let ada = ca.issue("Ada", key);
    let prepared = prepare(&digest_for(&ada), &ada, &[ca.certificate()]).unwrap();
    let value = key.sign(prepared.digest());
    let contents = prepared.complete(&value).unwrap();
    (ca, ada, contents)
}

/// RFC 8419: the attributes themselves are signed, SHA-512 is the digest of all else, and the
/// identifier has no parameters.
#[test]
fn an_ed25519_key_signs_the_attributes_and_digests_with_sha_512() {
    let key = ed25519_dalek::SigningKey::from_bytes(&[2; 32]);
    let spki = ed25519_spki(&key);
    let ca = Authority::new("Test CA", 1);
    let ada = ca.sign(Template {
        spki: spki.clone(),
        ..Template::person("Ada", &Key::from_seed(2))
    });
    assert_eq!(ada.key_algorithm().unwrap(), KeyAlgorithm::Ed25519);
    let wrong = prepare(&document_digest(), &ada, &[]);
    assert!(matches!(wrong, Err(Error::DigestLength { .. })), "SHA-256");

    let prepared = || prepare(&digest_for(&ada), &ada, &[ca.certificate()]).unwrap();
    let attributes = prepared().to_be_signed().to_vec();
    let of_the_digest = key.sign(prepared().digest().as_bytes()).to_bytes();
    assert!(matches!(
        prepared().complete(&of_the_digest),
        Err(Error::SignatureDoesNotVerify)
    ));
    let value = key.sign(&attributes).to_bytes();
    let contents = prepared().complete(&value).unwrap();
    assert_eq!(
        contents.len(),
        largest_size(SignatureAlgorithm::Ed25519, &ada, &[ca.certificate()], 0).unwrap()
    );

    let read = read::SignedData::read(&contents).unwrap();
    assert_eq!(
        DigestAlgorithm::from_identifier(read.digest_algorithm),
        Some(DigestAlgorithm::Sha512)
    );
    let identifier = read.signature_algorithm;
    assert_eq!(identifier.oid.to_string(), "1.3.101.112");
    assert!(identifier.parameters.is_none());
    assert_eq!(read.signature, value);

    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("spki", &spki[..]),
        ("signed", &attributes),
        ("value", &value),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (spki, signed, value) = (path("spki"), path("signed"), path("value"));
    run(
        "openssl",
        &[
            "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin", "-inkey", &spki, "-in",
            &signed, "-sigfile", &value,
        ],
    );
}

/// RFC 8410 §4.
fn ed25519_spki(key: &ed25519_dalek::SigningKey) -> Vec<u8> {
    let prefix = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    [&prefix[..], key.verifying_key().as_bytes()].concat()
}

#[test]
fn openssl_verifies_what_keys_of_every_kind_made() {
    for (kind, key) in Key::of_every_kind() {
        let (ca, _, contents) = signed_by(&key);
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("cms.der"), contents).unwrap();
        fs::write(path("ca.pem"), ca.certificate().to_pem().unwrap()).unwrap();
        fs::write(path("document"), DOCUMENT).unwrap();
        let verify = [
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            &path("cms.der"),
            "-content",
            &path("document"),
            "-CAfile",
            &path("ca.pem"),
            "-purpose",
            "any",
            "-cades",
            "-attime",
            "1767323045",
            "-out",
            &path("out"),
        ];
        let said = run("openssl", &verify);
        assert!(said.contains("Verification successful"), "{kind}: {said}");
    }
}

#[test]
fn keys_of_every_kind_sign_by_the_digest_of_their_strength() {
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1};
    let expected = [
        Ecdsa(DigestAlgorithm::Sha256),
        Ecdsa(DigestAlgorithm::Sha384),
        Ecdsa(DigestAlgorithm::Sha512),
        RsaPkcs1(DigestAlgorithm::Sha256),
        RsaPkcs1(DigestAlgorithm::Sha256),
        RsaPkcs1(DigestAlgorithm::Sha384),
    ];
    for ((kind, key), algorithm) in Key::of_every_kind().into_iter().zip(expected) {
        let (_, _, contents) = signed_by(&key);
        let read = read::SignedData::read(&contents).unwrap();
        let digest = DigestAlgorithm::from_identifier(read.digest_algorithm).unwrap();
        assert_eq!(digest, algorithm.digest_algorithm(), "{kind}");
        let signed = SignatureAlgorithm::from_signer_info(read.signature_algorithm, digest);
        assert_eq!(signed, Some(algorithm), "{kind}");
        let read::Attribute::One(attribute) =
            read.attribute(const_oid::db::rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2)
        else {
            panic!("signing-certificate-v2 is there once");
        };
        let named = EssCertificateIds::read(attribute).unwrap();
        assert_eq!(named.algorithm, Ok(digest), "{kind}");
    }
}

#[test]
fn a_document_digest_by_another_algorithm_is_refused() {
    let ada = Authority::new("Test CA", 1).issue("Ada", &Key::p384());
    assert!(matches!(
        prepare(&document_digest(), &ada, &[]),
        Err(Error::DigestLength {
            expected: 48,
            actual: 32
        })
    ));
}

#[test]
fn the_digest_to_sign_is_over_the_set_form_of_the_attributes() {
    let ada = Authority::new("Test CA", 1).issue("Ada", &Key::from_seed(2));
    let prepared = prepare(&document_digest(), &ada, &[]).unwrap();
    assert_eq!(prepared.to_be_signed().first(), Some(&0x31));
    assert_eq!(
        prepared.digest(),
        DigestAlgorithm::Sha256.digest(prepared.to_be_signed())
    );
}

#[test]
fn the_signed_attributes_are_the_three_of_pades_and_no_other() {
    use const_oid::db::rfc5911::{
        ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_MESSAGE_DIGEST,
    };
    let ada = Authority::new("Test CA", 1).issue("Ada", &Key::from_seed(2));
    let prepared = prepare(&document_digest(), &ada, &[]).unwrap();
    let oids: Vec<_> = prepared
        .attributes
        .iter()
        .map(|attribute| attribute.oid)
        .collect();
    assert_eq!(
        oids,
        [
            ID_CONTENT_TYPE,
            ID_MESSAGE_DIGEST,
            ID_AA_SIGNING_CERTIFICATE_V_2
        ]
    );
    // SEQUENCE { SEQUENCE OF { SEQUENCE { OCTET STRING } } }: no hash algorithm, no policies.
    let hash = DigestAlgorithm::Sha256.digest(ada.as_der());
    let expected = [
        &[0x30, 0x26, 0x30, 0x24, 0x30, 0x22, 0x04, 0x20][..],
        hash.as_bytes(),
    ]
    .concat();
    let value = prepared.attributes.as_slice()[2].values.as_slice()[0]
        .to_der()
        .unwrap();
    assert_eq!(value, expected);
}

#[test]
fn what_we_write_is_what_we_read() {
    let (ca, ada, contents) = signed();
    let padded = [&contents[..], &[0; 100]].concat();
    let read = read::SignedData::read(&padded).unwrap();
    let mut expected = [ada.as_der().to_vec(), ca.certificate().as_der().to_vec()];
    expected.sort();
    assert_eq!(read.certificates, expected);
    assert_eq!(read.content_type, ID_DATA);
    let prepared = prepare(&document_digest(), &ada, &[]).unwrap();
    assert_eq!(read.to_be_signed().unwrap(), prepared.to_be_signed());
}

/// What keys such as a signer's sign by here.
fn own(signer: &Certificate) -> SignatureAlgorithm {
    signer.key_algorithm().unwrap().signature_algorithm()
}

#[test]
fn a_signature_by_pss_is_asked_for_by_name_and_only_of_rsa_keys() {
    let ca = Authority::new("Test CA", 1);
    let chain = [ca.certificate()];
    let pss = SignatureAlgorithm::rsa_pss(DigestAlgorithm::Sha256);
    let rsa = ca.issue("Ada", &Key::rsa(2048));
    let prepared = prepare_by(pss, &document_digest(), &rsa, &chain).unwrap();
    assert_eq!(prepared.algorithm(), pss);
    let most = largest_size(pss, &rsa, &chain, 0).unwrap();
    assert!(most > largest_size(own(&rsa), &rsa, &chain, 0).unwrap());
    // A value by the other padding does not leave.
    let value = Key::rsa(2048).sign(prepared.digest());
    assert!(matches!(
        prepared.complete(&value),
        Err(Error::SignatureDoesNotVerify)
    ));
    let p256 = ca.issue("Bob", &Key::from_seed(2));
    assert!(matches!(
        prepare_by(pss, &document_digest(), &p256, &chain),
        Err(Error::KeyNotSupported { .. })
    ));
}

#[test]
fn the_estimate_is_never_too_small_and_at_most_eight_bytes_too_large() {
    let (ca, key) = (Authority::new("Test CA", 1), Key::from_seed(2));
    let ada = ca.issue("Ada", &key);
    let chain = [ca.certificate()];
    let most = largest_size(own(&ada), &ada, &chain, 0).unwrap();
    let sizes: Vec<usize> = (0..64)
        .map(|byte| {
            let prepared = prepare(&Digest::Sha256([byte; 32]), &ada, &chain).unwrap();
            let value = key.sign(prepared.digest());
            prepared.complete(&value).unwrap().len()
        })
        .collect();
    assert_eq!(
        sizes.iter().max(),
        Some(&most),
        "some of 64 values have both first bits set"
    );
    assert!(
        sizes.iter().all(|size| (most - 8..=most).contains(size)),
        "{sizes:?}"
    );
}

#[test]
fn the_estimate_is_never_too_small_for_any_kind_of_key() {
    for (kind, key) in Key::of_every_kind() {
        let (ca, ada, contents) = signed_by(&key);
        let most = largest_size(own(&ada), &ada, &[ca.certificate()], 0).unwrap();
        let slack = most - contents.len();
        assert!(slack <= 8, "{kind}: {slack} bytes too many");
        let (longest, raw_len) = (
            ada.key_algorithm().unwrap().longest_der(),
            ada.key_algorithm().unwrap().raw_len(),
        );
        for value in [key.sign(digest_for(&ada)), key.sign([7; 64])] {
            assert_eq!(value.len(), raw_len, "{kind}");
            let value = algorithm::der_from_raw(ada.key_algorithm().unwrap(), &value).unwrap();
            assert!(value.len() <= longest, "{kind}: {}", value.len());
        }
    }
}

#[test]
fn a_value_by_another_key_does_not_leave() {
    let ada = Authority::new("Test CA", 1).issue("Ada", &Key::from_seed(2));
    let prepared = prepare(&document_digest(), &ada, &[]).unwrap();
    let value = Key::from_seed(3).sign(prepared.digest());
    assert!(matches!(
        prepared.complete(&value),
        Err(Error::SignatureDoesNotVerify)
    ));
}

#[test]
fn a_value_in_der_or_of_another_width_is_refused() {
    let key = Key::from_seed(2);
    let ada = Authority::new("Test CA", 1).issue("Ada", &key);
    let prepare = || prepare(&document_digest(), &ada, &[]).unwrap();
    let raw = key.sign(prepare().digest());
    let der = algorithm::der_from_raw(ada.key_algorithm().unwrap(), &raw).unwrap();
    assert!(matches!(
        prepare().complete(&der),
        Err(Error::SignatureLength { expected: 64, .. })
    ));
    assert!(matches!(
        prepare().complete(&raw[..63]),
        Err(Error::SignatureLength {
            expected: 64,
            actual: 63
        })
    ));
}

#[test]
fn a_chain_beyond_the_limit_is_refused() {
    let ca = Authority::new("Test CA", 1);
    let ada = ca.issue("Ada", &Key::from_seed(2));
    let chain = vec![ca.certificate(); MOST_CERTIFICATES];
    assert!(matches!(
        prepare(&document_digest(), &ada, &chain),
        Err(Error::ChainTooLong {
            count: 33,
            most: 32
        })
    ));
}

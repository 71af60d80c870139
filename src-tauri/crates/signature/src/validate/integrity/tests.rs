#![expect(clippy::unwrap_used, reason = "tests")]

use cms::content_info::ContentInfo;
use cms::signed_data as full;
use const_oid::db::rfc5911::ID_SIGNED_DATA;
use der::asn1::{Any, OctetString, SetOfVec};
use der::{Decode, Encode};
use proptest::prelude::*;
use x509_cert::attr::Attribute as FullAttribute;

use super::*;
use crate::algorithm::{self, Digest};
use crate::cms::prepare;
use crate::prepare::SubFilter;
use crate::samples::{Authority, Key, NOW, Template, run};
use crate::validate::chain::find_path;

/// Judges by the digests that signatures are made with.
fn judge(
    contents: &[u8],
    form: SubFilter,
    mut digest: impl FnMut(DigestAlgorithm) -> Result<Option<Digest>>,
) -> Result<Judgement> {
    let form = match form {
        SubFilter::Pades => Form::Pades,
        SubFilter::Adbe => Form::Detached,
    };
    super::judge(contents, form, &Work::default(), |any| match any {
        AnyDigest::Strong(algorithm) => Ok(digest(algorithm)?.map(|d| d.as_bytes().to_vec())),
        AnyDigest::Sha1 | AnyDigest::Shake256 => Ok(None),
    })
}

const DIGEST: Digest = Digest::Sha256([0xd1; 32]);

fn key() -> Key {
    Key::from_seed(2)
}

fn ca() -> Authority {
    Authority::new("Test CA", 1)
}

fn ada() -> Certificate {
    ca().issue("Ada", &key())
}

fn signed() -> Vec<u8> {
    let prepared = prepare(&DIGEST, &ada(), &[]).unwrap();
    let value = key().sign(prepared.digest());
    prepared.complete(&value).unwrap()
}

fn judged(contents: &[u8]) -> Judgement {
    judge(contents, SubFilter::Pades, |_| Ok(Some(DIGEST))).unwrap()
}

/// Codes of what was found; there must be no proof beside them.
fn codes(contents: &[u8]) -> Vec<&'static str> {
    let judgement = judged(contents);
    assert_eq!(judgement.intact, None, "{:?}", judgement.findings);
    judgement.findings.iter().map(Finding::code).collect()
}

/// Takes our CMS apart, changes it, and signs its attributes again with the right key.
fn rebuilt(change: impl FnOnce(&mut full::SignedData, &mut Vec<FullAttribute>)) -> Vec<u8> {
    let info = ContentInfo::from_der(&signed()).unwrap();
    let mut data = info.content.decode_as::<full::SignedData>().unwrap();
    let signed_attrs = &data.signer_infos.0.as_slice()[0].signed_attrs;
    let mut attributes = signed_attrs.clone().unwrap().into_vec();
    change(&mut data, &mut attributes);
    let mut signer = data.signer_infos.0.as_slice()[0].clone();
    let attributes = SetOfVec::try_from(attributes).unwrap();
    let digest = DigestAlgorithm::Sha256.digest(&attributes.to_der().unwrap());
    let of_key = ada().key_algorithm().unwrap();
    let value = algorithm::der_from_raw(of_key, &key().sign(digest)).unwrap();
    signer.signed_attrs = (!attributes.is_empty()).then_some(attributes);
    signer.signature = OctetString::new(value).unwrap();
    if data.signer_infos.0.len() == 1 {
        data.signer_infos = full::SignerInfos(SetOfVec::try_from(vec![signer]).unwrap());
    }
    let content = Any::encode_from(&data).unwrap();
    ContentInfo {
        content_type: ID_SIGNED_DATA,
        content,
    }
    .to_der()
    .unwrap()
}

fn attribute(oid: ObjectIdentifier, value: &impl Encode) -> FullAttribute {
    let value = Any::from_der(&value.to_der().unwrap()).unwrap();
    FullAttribute {
        oid,
        values: SetOfVec::try_from(vec![value]).unwrap(),
    }
}

#[test]
fn what_we_sign_is_intact() {
    let judgement = judged(&signed());
    assert_eq!(judgement.findings, []);
    assert!(judgement.intact.is_some());
    assert_eq!(judgement.signer, Some(ada()));
    assert!(
        judged(&rebuilt(|_, _| ())).intact.is_some(),
        "rebuilding alone changes nothing"
    );
}

#[test]
fn digest_mismatch() {
    let judgement = judge(&signed(), SubFilter::Pades, |_| {
        Ok(Some(Digest::Sha256([0; 32])))
    })
    .unwrap();
    assert_eq!(judgement.findings, [Finding::DigestMismatch]);
    assert_eq!(judgement.intact, None);
}

#[test]
fn without_a_digest_there_is_no_proof() {
    let judgement = judge(&signed(), SubFilter::Pades, |_| Ok(None)).unwrap();
    assert_eq!((judgement.intact, judgement.findings), (None, vec![]));
}

#[test]
fn signature_by_another_key() {
    let prepared = prepare(&DIGEST, &ada(), &[]).unwrap();
    let raw = Key::from_seed(3).sign(prepared.digest());
    let value = algorithm::der_from_raw(ada().key_algorithm().unwrap(), &raw).unwrap();
    assert_eq!(
        codes(&prepared.forge(&ada(), &value)),
        ["signature_does_not_verify"]
    );
}

#[test]
fn signing_certificate_of_another() {
    // Same issuer, same serial number, same key, another name.
    let eve = ca().sign(Template::person("Eve", &key()));
    let prepared = prepare(&DIGEST, &ada(), &[]).unwrap();
    let raw = key().sign(prepared.digest());
    let value = algorithm::der_from_raw(ada().key_algorithm().unwrap(), &raw).unwrap();
    assert_eq!(
        codes(&prepared.forge(&eve, &value)),
        ["signing_certificate_of_another"]
    );
}

#[test]
fn signing_certificate_with_the_issuer_or_serial_number_of_another() {
    use der::{Tag, TagNumber};
    let encoded = |tag: Tag, content: &[u8]| Any::new(tag, content).unwrap().to_der().unwrap();
    let sequence = |parts: &[&[u8]]| encoded(Tag::Sequence, &parts.concat());
    let name = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber::N4,
    };
    let eve = Authority::new("Other CA", 1).certificate();
    let hash = DigestAlgorithm::Sha256.digest(ada().as_der());
    let hash = encoded(Tag::OctetString, hash.as_bytes());
    let named = |issuer: &Certificate, serial: &[u8]| {
        let issuer = sequence(&[&encoded(name, issuer.subject_der())]);
        let id = sequence(&[&hash, &sequence(&[&issuer, serial])]);
        let value = Any::from_der(&sequence(&[&sequence(&[&id])])).unwrap();
        rebuilt(|_, attributes| {
            attributes.retain(|attribute| attribute.oid != ID_AA_SIGNING_CERTIFICATE_V_2);
            attributes.push(attribute(ID_AA_SIGNING_CERTIFICATE_V_2, &value));
        })
    };
    let (issuer, own, other) = (ca().certificate(), ada(), [2, 1, 78]);
    let right = judged(&named(&issuer, own.serial_der()));
    assert!(right.intact.is_some(), "{:?}", right.findings);
    for (issuer, serial) in [(&eve, own.serial_der()), (&issuer, &other[..])] {
        let code = "signing_certificate_of_another";
        assert_eq!(codes(&named(issuer, serial)), [code]);
    }
}

#[test]
fn where_both_attributes_name_a_certificate_both_name_the_signers() {
    use crate::algorithm::any::sha1;
    let both = |named: Certificate| {
        let hash = OctetString::new(sha1(named.as_der())).unwrap();
        let certs = vec![vec![vec![hash]]];
        rebuilt(|_, attributes| attributes.push(attribute(ID_AA_SIGNING_CERTIFICATE, &certs)))
    };
    let right = judged(&both(ada()));
    assert!(right.intact.is_some(), "{:?}", right.findings);
    let wrong = both(ca().certificate());
    assert_eq!(codes(&wrong), ["signing_certificate_of_another"]);
    let none = rebuilt(|_, attributes| {
        attributes.push(attribute(ID_AA_SIGNING_CERTIFICATE, &ID_DATA));
    });
    assert_eq!(codes(&none), ["signed_attribute"]);
}

#[test]
fn where_a_signed_attribute_names_the_algorithms_they_are_those() {
    use crate::cms::read::ID_AA_CMS_ALGORITHM_PROTECT;
    use spki::AlgorithmIdentifierOwned;
    let identifier = |oid: &str| AlgorithmIdentifierOwned {
        oid: ObjectIdentifier::new_unwrap(oid),
        parameters: None,
    };
    let named = |digest: AlgorithmIdentifierOwned, signature: &str| {
        let signature = der::asn1::ContextSpecific {
            tag_number: der::TagNumber::N1,
            tag_mode: der::TagMode::Implicit,
            value: identifier(signature),
        };
        let fields = [digest.to_der().unwrap(), signature.to_der().unwrap()].concat();
        let value = Any::new(der::Tag::Sequence, fields).unwrap();
        attribute(ID_AA_CMS_ALGORITHM_PROTECT, &value)
    };
    let (sha256, sha512) = ("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3");
    let (ecdsa256, ecdsa512) = ("1.2.840.10045.4.3.2", "1.2.840.10045.4.3.4");
    let with = |new: Vec<FullAttribute>| rebuilt(|_, attributes| attributes.extend(new));
    let mut written_with_null = identifier(sha256);
    written_with_null.parameters = Some(Any::null());
    for digest in [identifier(sha256), written_with_null] {
        let right = judged(&with(vec![named(digest, ecdsa256)]));
        assert!(right.intact.is_some(), "{:?}", right.findings);
    }
    let right = || named(identifier(sha256), ecdsa256);
    for wrong in [
        vec![named(identifier(sha512), ecdsa256)],
        vec![named(identifier(sha256), ecdsa512)],
        vec![right(), named(identifier(sha512), ecdsa512)],
        vec![attribute(
            ID_AA_CMS_ALGORITHM_PROTECT,
            &vec![identifier(sha256)],
        )],
        vec![attribute(ID_AA_CMS_ALGORITHM_PROTECT, &ID_DATA)],
    ] {
        assert_eq!(codes(&with(wrong)), ["signed_attribute"]);
    }
}

#[test]
fn signer_certificate_left_out() {
    let without = rebuilt(|data, _| data.certificates = None);
    assert_eq!(codes(&without), ["signer_certificate_missing"]);
}

#[test]
fn signed_attribute_missing_doubled_or_wrong() {
    let code = "signed_attribute";
    for oid in [
        ID_CONTENT_TYPE,
        ID_MESSAGE_DIGEST,
        ID_AA_SIGNING_CERTIFICATE_V_2,
    ] {
        let missing = rebuilt(|_, attributes| attributes.retain(|attribute| attribute.oid != oid));
        assert_eq!(codes(&missing), [code], "{oid}");
        let doubled = rebuilt(|_, attributes| attributes.push(attribute(oid, &ID_SIGNED_DATA)));
        assert_eq!(codes(&doubled)[0], code, "{oid}");
    }
    let other_type = rebuilt(|_, attributes| {
        attributes.retain(|attribute| attribute.oid != ID_CONTENT_TYPE);
        attributes.push(attribute(ID_CONTENT_TYPE, &ID_SIGNED_DATA));
    });
    assert_eq!(codes(&other_type), ["signed_attribute"]);
}

#[test]
fn no_signed_attributes_at_all() {
    let bare = rebuilt(|_, attributes| attributes.clear());
    assert_eq!(codes(&bare), ["signed_attribute"; 3]);
}

#[test]
fn a_signing_certificate_by_sha_1_that_is_none_is_refused() {
    let sha_1 = rebuilt(|_, attributes| {
        attributes.retain(|attribute| attribute.oid != ID_AA_SIGNING_CERTIFICATE_V_2);
        attributes.push(attribute(ID_AA_SIGNING_CERTIFICATE, &ID_DATA));
    });
    assert_eq!(codes(&sha_1), ["signed_attribute"]);
}

#[test]
fn content_of_its_own() {
    let attached = rebuilt(|data, _| {
        let content = OctetString::new(*b"something else").unwrap();
        data.encap_content_info.econtent = Some(Any::encode_from(&content).unwrap());
    });
    assert_eq!(codes(&attached), ["cms_malformed"]);
}

#[test]
fn two_signers() {
    let two = rebuilt(|data, _| {
        let mut second = data.signer_infos.0.as_slice()[0].clone();
        second.signature = OctetString::new([1; 70]).unwrap();
        data.signer_infos.0.insert(second).unwrap();
    });
    assert_eq!(codes(&two), ["cms_malformed"]);
}

const SHA_512: spki::AlgorithmIdentifierOwned = spki::AlgorithmIdentifierOwned {
    oid: const_oid::db::rfc5912::ID_SHA_512,
    parameters: None,
};

#[test]
fn another_digest_algorithm() {
    let sha_512 = rebuilt(|data, _| {
        data.digest_algorithms = SetOfVec::try_from(vec![SHA_512]).unwrap();
    });
    assert_eq!(
        codes(&sha_512),
        ["cms_malformed"],
        "the signer's own is not in the list"
    );
}

#[test]
fn document_and_attributes_by_different_digests() {
    let document = DigestAlgorithm::Sha512.digest(b"document");
    let mixed = rebuilt(|data, attributes| {
        let mut signer = data.signer_infos.0.as_slice()[0].clone();
        signer.digest_alg = SHA_512;
        data.signer_infos = full::SignerInfos(SetOfVec::try_from(vec![signer]).unwrap());
        data.digest_algorithms = SetOfVec::try_from(vec![SHA_512]).unwrap();
        attributes.retain(|attribute| attribute.oid != ID_MESSAGE_DIGEST);
        let value = OctetString::new(document.as_bytes()).unwrap();
        attributes.push(attribute(ID_MESSAGE_DIGEST, &value));
    });
    let judgement = judge(&mixed, SubFilter::Pades, |_| Ok(Some(document))).unwrap();
    assert_eq!(judgement.intact, None, "the value is over SHA-256");
    assert_eq!(judgement.findings, [Finding::SignatureDoesNotVerify]);
}

#[test]
fn a_bare_value_is_intact_only_over_the_document_and_by_the_key_of_its_certificate() {
    let (key, other) = (Key::rsa(2048), Key::rsa(3072));
    let judged = |by: &Key, bytes: &[u8]| {
        let value = by.sign(DigestAlgorithm::Sha256.digest(bytes).as_bytes());
        let value = OctetString::new(value).unwrap().to_der().unwrap();
        let signer = ca().issue("Ada", &key).as_der().to_vec();
        let judgement = judge_bare(&value, &[signer], |digest| {
            Ok(Some(digest.digest(b"document")))
        });
        let judgement = judgement.unwrap();
        (judgement.intact.is_some(), judgement.findings)
    };
    assert_eq!(judged(&key, b"document"), (true, vec![]));
    let refused = (false, vec![Finding::SignatureDoesNotVerify]);
    assert_eq!(judged(&key, b"another document"), refused);
    assert_eq!(judged(&other, b"document"), refused);
}

#[test]
fn something_behind_the_cms() {
    let contents = signed();
    assert!(
        judged(&[&contents[..], &[0; 64]].concat()).intact.is_some(),
        "zeros are padding"
    );
    assert_eq!(
        codes(&[&contents[..], &[0, 0, 1, 0]].concat()),
        ["cms_malformed"]
    );
}

#[test]
fn indefinite_length() {
    let contents = signed();
    // The header of the outer SEQUENCE is 0x30 0x82 and two bytes of length.
    let indefinite = [&[0x30, 0x80][..], &contents[4..], &[0, 0]].concat();
    let judgement = judged(&indefinite);
    assert!(judgement.intact.is_some(), "what is signed is the same");
    assert_eq!(judgement.findings, [Finding::CmsNotDer { strict: true }]);
    assert_eq!(codes(&[0x30, 0x80].repeat(1000)), ["cms_malformed"]);
}

#[test]
fn a_later_version_than_the_content_demands_is_told_and_an_earlier_one_refused() {
    use cms::content_info::CmsVersion;
    for version in [CmsVersion::V3, CmsVersion::V4, CmsVersion::V5] {
        let judgement = judged(&rebuilt(|data, _| data.version = version));
        assert!(judgement.intact.is_some(), "a version is not signed");
        assert_eq!(judgement.findings, [Finding::CmsNotDer { strict: true }]);
    }
    let earlier = rebuilt(|data, _| data.version = CmsVersion::V0);
    assert_eq!(codes(&earlier), ["cms_malformed"]);
    let later = [&[2, 1, 6][..], &[2, 1, 0x7f]];
    for number in later {
        let mut contents = signed();
        // The first INTEGER is the version.
        let at = contents.windows(3).position(|w| w == [2, 1, 1]).unwrap();
        contents[at..at + 3].copy_from_slice(number);
        assert_eq!(codes(&contents), ["cms_malformed"], "{number:?}");
    }
}

#[test]
fn attributes_in_another_order() {
    let contents = signed();
    let prepared = prepare(&DIGEST, &ada(), &[]).unwrap();
    let to_be_signed = prepared.to_be_signed();
    let attributes = &to_be_signed[if to_be_signed[1] < 0x80 { 2 } else { 3 }..];
    let start = contents
        .windows(attributes.len())
        .position(|w| w == attributes)
        .unwrap();
    // content-type comes first and is 2 + 0x18 bytes long; put it last.
    let reordered = [&attributes[0x1a..], &attributes[..0x1a]].concat();
    let mut changed = contents;
    changed[start..start + attributes.len()].copy_from_slice(&reordered);
    let judgement = judged(&changed);
    assert!(
        judgement.intact.is_some(),
        "the order of DER is signed: {judgement:?}"
    );
    assert_eq!(judgement.findings, [Finding::CmsNotDer { strict: true }]);
}

#[test]
fn truncated_anywhere() {
    let contents = signed();
    for length in 0..contents.len() {
        assert_eq!(
            codes(&contents[..length]),
            ["cms_malformed"],
            "{length} bytes"
        );
    }
}

#[test]
fn no_changed_bit_leaves_the_signature_intact_and_trusted() {
    let (contents, anchors) = (signed(), [ca().certificate()]);
    for at in 0..contents.len() {
        for bit in 0..8 {
            let mut changed = contents.clone();
            changed[at] ^= 1 << bit;
            let judgement = judged(&changed);
            // What is not to the letter of the standard is not believed either.
            let believed = judgement.intact.is_some()
                && judgement.findings.is_empty()
                && judgement.signer.is_some_and(|signer| {
                    find_path(&signer, &judgement.others, &anchors, NOW).is_ok()
                });
            assert!(!believed, "byte {at} bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn garbage_is_malformed(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(codes(&bytes), ["cms_malformed"]);
    }

    #[test]
    fn spliced_bytes_are_never_intact(at in 0usize..10_000, insert in proptest::collection::vec(any::<u8>(), 1..20)) {
        let mut contents = signed();
        let at = at % contents.len();
        contents.splice(at..at, insert);
        prop_assert!(judged(&contents).intact.is_none());
    }
}

/// Signed by OpenSSL with a key it makes; its SignerInfo names RSA as `rsaEncryption`.
#[test]
fn signatures_by_openssl_are_intact_for_every_family_and_digest() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let document = b"the bytes of a document";
    std::fs::write(file("document"), document).unwrap();
    for (algorithm, option, digest) in [
        ("rsa", "rsa_keygen_bits:2048", "sha256"),
        ("rsa", "rsa_keygen_bits:2048", "sha384"),
        ("rsa", "rsa_keygen_bits:2048", "sha512"),
        ("rsa", "rsa_keygen_bits:4608", "sha256"),
        ("ec", "ec_paramgen_curve:P-256", "sha512"),
        ("ec", "ec_paramgen_curve:P-384", "sha384"),
        ("ec", "ec_paramgen_curve:P-521", "sha256"),
        ("ec", "ec_paramgen_curve:P-521", "sha512"),
    ] {
        #[rustfmt::skip]
        run("openssl", &[
            "req", "-x509", "-newkey", algorithm, "-pkeyopt", option, "-nodes", "-subj",
            "/CN=Other", "-keyout", &file("key"), "-out", &file("pem"),
        ]);
        #[rustfmt::skip]
        run("openssl", &[
            "cms", "-sign", "-binary", "-cades", "-md", digest, "-signer", &file("pem"),
            "-inkey", &file("key"), "-in", &file("document"), "-outform", "DER",
            "-out", &file("cms"),
        ]);
        let contents = std::fs::read(file("cms")).unwrap();
        let judged = |document: &[u8]| {
            judge(&contents, SubFilter::Pades, |algorithm| {
                Ok(Some(algorithm.digest(document)))
            })
            .unwrap()
        };
        let judgement = judged(document);
        assert_eq!(judgement.findings, [], "{option} {digest}");
        assert!(judgement.intact.is_some(), "{option} {digest}");
        assert_eq!(judged(b"another").findings, [Finding::DigestMismatch]);
    }
}

#[test]
fn our_signatures_are_intact_for_every_kind_of_key() {
    for (kind, key) in Key::of_every_kind() {
        let ada = ca().issue("Ada", &key);
        let algorithm = ada.key_algorithm().unwrap().signature_algorithm();
        let digest = algorithm.digest_algorithm().digest(b"document");
        let prepared = prepare(&digest, &ada, &[]).unwrap();
        let value = key.sign(prepared.digest());
        let contents = prepared.complete(&value).unwrap();
        let judgement = judge(&contents, SubFilter::Pades, |asked| {
            assert_eq!(asked, digest.algorithm(), "{kind}");
            Ok(Some(digest))
        });
        let judgement = judgement.unwrap();
        assert_eq!(judgement.findings, [], "{kind}");
        assert!(judgement.intact.is_some(), "{kind}");
        let mut damaged = contents;
        *damaged.last_mut().unwrap() ^= 1;
        let judgement = judge(&damaged, SubFilter::Pades, |_| Ok(Some(digest))).unwrap();
        assert_eq!(judgement.findings, [Finding::SignatureDoesNotVerify]);
    }
}

#[test]
fn an_rsa_key_of_1024_bits_is_verified_and_told_to_be_of_that_length() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(file("document"), b"document").unwrap();
    #[rustfmt::skip]
    run("openssl", &[
        "req", "-x509", "-newkey", "rsa", "-pkeyopt", "rsa_keygen_bits:1024", "-nodes", "-subj",
        "/CN=Other", "-keyout", &file("key"), "-out", &file("pem"),
    ]);
    #[rustfmt::skip]
    run("openssl", &[
        "cms", "-sign", "-binary", "-cades", "-md", "sha256", "-signer", &file("pem"),
        "-inkey", &file("key"), "-in", &file("document"), "-outform", "DER",
        "-out", &file("cms"),
    ]);
    let contents = std::fs::read(file("cms")).unwrap();
    let digest = |algorithm: DigestAlgorithm| Ok(Some(algorithm.digest(b"document")));
    let judgement = judge(&contents, SubFilter::Pades, digest).unwrap();
    assert_eq!(judgement.findings, []);
    assert!(judgement.intact.is_some());
    assert_eq!(judgement.used.first().unwrap().rsa_bits, Some(1024));
}

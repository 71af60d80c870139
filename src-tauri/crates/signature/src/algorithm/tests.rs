#![expect(clippy::unwrap_used, reason = "tests")]

use der::{Decode, Encode};
use proptest::prelude::*;
use spki::SubjectPublicKeyInfoOwned;

use super::*;
use crate::samples::Key;

const P256: KeyAlgorithm = KeyAlgorithm::Ecdsa(Curve::P256);
const ECDSA_SHA256: SignatureAlgorithm = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256);

#[test]
fn a_signature_verifies_with_its_key_and_its_digest_only() {
    let (ada, bob) = (Key::from_seed(1), Key::from_seed(2));
    let digest = [7; 32];
    let raw = ada.sign(digest);
    verify(&ada.spki(), ECDSA_SHA256, &digest, &raw).unwrap();
    assert!(matches!(
        verify(&bob.spki(), ECDSA_SHA256, &digest, &raw),
        Err(Error::SignatureDoesNotVerify)
    ));
    assert!(matches!(
        verify(&ada.spki(), ECDSA_SHA256, &[8; 32], &raw),
        Err(Error::SignatureDoesNotVerify)
    ));
}

#[test]
fn a_digest_of_another_length_is_refused_before_the_mathematics() {
    let ada = Key::from_seed(1);
    let raw = ada.sign([7; 32]);
    let mut longer = vec![7; 32];
    longer.push(7);
    assert!(matches!(
        verify(&ada.spki(), ECDSA_SHA256, &longer, &raw),
        Err(Error::DigestLength {
            expected: 32,
            actual: 33
        })
    ));
    assert!(matches!(
        verify(&ada.spki(), ECDSA_SHA256, &[], &raw),
        Err(Error::DigestLength {
            expected: 32,
            actual: 0
        })
    ));
}

#[test]
fn zero_and_the_order_of_the_curve_are_no_values() {
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let one = [&[0; 31][..], &[1]].concat();
    let spki = Key::from_seed(1).spki();
    for raw in [
        [0; 64].to_vec(),
        [&one[..], &[0; 32]].concat(),
        [&order[..], &one].concat(),
        [&one[..], &order].concat(),
    ] {
        assert!(matches!(
            der_from_raw(P256, &raw),
            Err(Error::MalformedSignature)
        ));
        assert!(matches!(
            verify(&spki, ECDSA_SHA256, &[7; 32], &raw),
            Err(Error::MalformedSignature)
        ));
    }
}

#[test]
fn a_compressed_point_is_refused() {
    let key = Key::from_seed(1);
    let raw = key.sign([7; 32]);
    assert!(matches!(
        verify(&key.compressed_spki(), ECDSA_SHA256, &[7; 32], &raw),
        Err(Error::MalformedKey)
    ));
}

#[test]
fn a_value_verifies_over_every_digest_with_keys_of_every_kind_and_no_other() {
    for (kind, key) in Key::of_every_kind() {
        let spki = key.spki();
        let of_key = KeyAlgorithm::of_spki(&spki).unwrap();
        for digest_algorithm in DigestAlgorithm::ALL {
            let algorithm = match of_key {
                KeyAlgorithm::Ecdsa(_) => SignatureAlgorithm::Ecdsa(digest_algorithm),
                KeyAlgorithm::Rsa { .. } => SignatureAlgorithm::RsaPkcs1(digest_algorithm),
                KeyAlgorithm::Ed25519 => unreachable!("it signs no digests"),
            };
            let digest = digest_algorithm.digest(b"message");
            let raw = key.sign(digest);
            let value = der_from_raw(of_key, &raw).unwrap();
            assert_eq!(raw_from_der(of_key, &value).unwrap(), raw, "{kind}");
            verify(&spki, algorithm, digest.as_bytes(), &raw).unwrap();
            verify_der(&spki, algorithm, digest.as_bytes(), &value).unwrap();

            let other = digest_algorithm.digest(b"another message");
            assert!(matches!(
                verify(&spki, algorithm, other.as_bytes(), &raw),
                Err(Error::SignatureDoesNotVerify)
            ));
            let mut changed = raw.clone();
            *changed.last_mut().unwrap() ^= 1;
            assert!(verify(&spki, algorithm, digest.as_bytes(), &changed).is_err());
            let shorter = &raw[1..];
            assert!(matches!(
                verify(&spki, algorithm, digest.as_bytes(), shorter),
                Err(Error::SignatureLength { .. })
            ));
            let other_family = match of_key {
                KeyAlgorithm::Ecdsa(_) => SignatureAlgorithm::RsaPkcs1(digest_algorithm),
                KeyAlgorithm::Rsa { .. } | KeyAlgorithm::Ed25519 => {
                    SignatureAlgorithm::Ecdsa(digest_algorithm)
                }
            };
            assert!(matches!(
                verify_der(&spki, other_family, digest.as_bytes(), &value),
                Err(Error::KeyNotSupported { .. })
            ));
        }
    }
}

#[test]
fn an_rsa_key_of_less_than_2048_bits_is_refused() {
    let key = Key::rsa(1024);
    assert!(matches!(
        KeyAlgorithm::of_spki(&key.spki()),
        Err(Error::RsaKeySize { bits: 1024, .. })
    ));
}

#[test]
fn an_rsa_key_without_null_parameters_is_not_a_second_encoding_of_the_same_key() {
    let mut spki = SubjectPublicKeyInfoOwned::from_der(&Key::rsa(2048).spki()).unwrap();
    KeyAlgorithm::of_spki(&spki.to_der().unwrap()).unwrap();
    spki.algorithm.parameters = None;
    assert!(matches!(
        KeyAlgorithm::of_spki(&spki.to_der().unwrap()),
        Err(Error::MalformedKey)
    ));
}

#[test]
fn a_signer_info_may_name_rsa_without_its_digest_and_a_certificate_may_not() {
    let digest = DigestAlgorithm::Sha512;
    let bare = AlgorithmIdentifierRef {
        oid: RSA_ENCRYPTION,
        parameters: Some(der::asn1::AnyRef::NULL),
    };
    assert_eq!(
        SignatureAlgorithm::from_signer_info(bare, digest),
        Some(SignatureAlgorithm::RsaPkcs1(digest))
    );
    assert_eq!(SignatureAlgorithm::from_identifier(bare), None);
}

/// `AlgorithmIdentifier` of RSASSA-PSS with SHA-256, MGF1 with SHA-256 and 32 bytes of salt.
const PSS_SHA256: &str = "304106092a864886f70d01010a3034a00f300d06096086480165030402010500\
                          a11c301a06092a864886f70d010108300d06096086480165030402010500\
                          a203020120";

#[test]
fn a_pss_identifier_names_digest_mask_and_salt_and_is_read_again() {
    let ours = SignatureAlgorithm::rsa_pss(DigestAlgorithm::Sha256);
    assert_eq!(ours.identifier().to_der().unwrap(), hex(PSS_SHA256));
    for digest in DigestAlgorithm::ALL {
        for salt_len in [0, 20, 32, 64, 222] {
            let algorithm = SignatureAlgorithm::RsaPss { digest, salt_len };
            let der = algorithm.identifier().to_der().unwrap();
            let read = AlgorithmIdentifierRef::from_der(&der).unwrap();
            assert_eq!(SignatureAlgorithm::from_identifier(read), Some(algorithm));
        }
    }
}

#[test]
fn a_pss_identifier_that_leaves_sha1_or_mixes_digests_is_not_taken() {
    let edited = |from: &str, to: &str| hex(&PSS_SHA256.replace(from, to));
    let mask_of_sha512 = "010108300d06096086480165030402030500";
    for der in [
        hex("300b06092a864886f70d01010a"),     // no parameters
        hex("300d06092a864886f70d01010a3000"), // the defaults: SHA-1
        hex("300d06092a864886f70d01010a0500"), // NULL
        edited("010108300d06096086480165030402010500", mask_of_sha512),
        edited("01010830", "01010930"), // a mask that is not MGF1
    ] {
        let read = AlgorithmIdentifierRef::from_der(&der).unwrap();
        assert_eq!(SignatureAlgorithm::from_identifier(read), None, "{der:x?}");
    }
}

#[test]
fn a_padded_der_value_is_not_a_second_encoding_of_the_same_signature() {
    let raw = Key::from_seed(1).sign([7; 32]);
    let mut longer = der_from_raw(P256, &raw).unwrap();
    longer.push(0);
    assert!(matches!(
        raw_from_der(P256, &longer),
        Err(Error::MalformedSignature)
    ));
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

proptest! {
    #[test]
    fn every_value_survives_the_way_to_der_and_back(r in any::<[u8; 32]>(), s in any::<[u8; 32]>()) {
        let raw = [r, s].concat();
        if let Ok(value) = der_from_raw(P256, &raw) {
            prop_assert!(value.len() <= P256.longest_der());
            prop_assert_eq!(raw_from_der(P256, &value).unwrap(), raw);
        }
    }

    #[test]
    fn garbage_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(raw_from_der(P256, &bytes).is_err());
        prop_assert!(verify(&bytes, ECDSA_SHA256, &[0; 32], &[1; 64]).is_err());
    }
}

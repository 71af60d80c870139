//! Signers' keys of every algorithm: made, wrapped, used, destroyed; and which are refused.

use std::{fs, process::Command};

use token::{Digest, Error, ResidentId, SignerAlgorithm, ToBeSigned, Verified, WrappedKey};

use crate::support::{DIGEST, Module, On, on_every_module};

/// All that both modules make and wrap.
const ALGORITHMS: [SignerAlgorithm; 9] = [
    SignerAlgorithm::EcdsaP256,
    SignerAlgorithm::EcdsaP384,
    SignerAlgorithm::EcdsaP521,
    SignerAlgorithm::Rsa2048,
    SignerAlgorithm::Rsa3072,
    SignerAlgorithm::Rsa4096,
    SignerAlgorithm::RsaPss2048,
    SignerAlgorithm::RsaPss3072,
    SignerAlgorithm::RsaPss4096,
];

const DIGESTS: [Digest; 3] = [
    DIGEST,
    Digest::Sha384([0x5B; 48]),
    Digest::Sha512([0x5C; 64]),
];

on_every_module!(a_key_of_every_algorithm_is_generated_wrapped_destroyed_unwrapped_and_still_signs);
fn a_key_of_every_algorithm_is_generated_wrapped_destroyed_unwrapped_and_still_signs(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let before = token.object_counts().unwrap();
    for algorithm in ALGORITHMS {
        let key = token.generate(algorithm).unwrap();
        let spki = key.spki().unwrap().clone();
        let wrapped = key.wrap(&master).unwrap();
        key.destroy().unwrap();

        let key = token.unwrap(&master, &wrapped, algorithm).unwrap();
        let again = key.wrap(&master).unwrap_err();
        assert!(
            matches!(&again, Error::Unexpected { answer, .. }
                if answer == on.module.wraps_once()),
            "{algorithm}: {again}"
        );
        drop(key);

        let signatures = token
            .sign_with_wrapped(&master, &wrapped, algorithm, &DIGESTS)
            .unwrap();
        for (digest, signature) in DIGESTS.iter().zip(&signatures) {
            assert_eq!(signature.as_bytes().len(), algorithm.signature_len());
            assert_eq!(
                spki.verify_by(algorithm, digest, signature),
                Verified::Holds,
                "{algorithm}, {} bytes",
                digest.as_bytes().len()
            );
        }
        let other = Digest::Sha256([0; 32]);
        for (digest, signature) in [(&other, &signatures[0]), (&DIGEST, &signatures[1])] {
            let verified = spki.verify_by(algorithm, digest, signature);
            assert_eq!(verified, Verified::Fails, "{algorithm}");
        }
        assert_eq!(token.object_counts().unwrap(), before, "{algorithm}");
    }
}

on_every_module!(openssl_verifies_rsa_signatures_over_every_digest);
fn openssl_verifies_rsa_signatures_over_every_digest(on: On) {
    let tokens = on.tokens();
    let token = tokens.login();
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    let pss: &[&str] = &["rsa_padding_mode:pss", "rsa_pss_saltlen:digest"];
    for (algorithm, padding) in [
        (SignerAlgorithm::Rsa2048, &["rsa_padding_mode:pkcs1"][..]),
        (SignerAlgorithm::RsaPss2048, pss),
    ] {
        let key = token.generate(algorithm).unwrap();
        write("spki.der", key.spki().unwrap().as_bytes());
        for (digest, name) in DIGESTS.iter().zip(["sha256", "sha384", "sha512"]) {
            write("digest", digest.as_bytes());
            write("value", key.sign(digest).unwrap().as_bytes());
            let digest = format!("digest:{name}");
            let options = padding.iter().copied().chain([digest.as_str()]);
            let output = Command::new("openssl")
                .args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER"])
                .args(["-inkey", "spki.der", "-in", "digest", "-sigfile", "value"])
                .args(options.flat_map(|option| ["-pkeyopt", option]))
                .current_dir(directory.path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{algorithm}, {name}: {output:?}");
        }
    }
}

on_every_module!(a_key_taken_for_one_of_another_algorithm_does_not_sign);
fn a_key_taken_for_one_of_another_algorithm_does_not_sign(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let wrapped = token
        .generate(SignerAlgorithm::EcdsaP384)
        .unwrap()
        .wrap(&master)
        .unwrap();
    let taken_for = |algorithm| {
        token
            .sign_with_wrapped(&master, &wrapped, algorithm, &[DIGEST])
            .unwrap_err()
    };
    let shorter = taken_for(SignerAlgorithm::EcdsaP256);
    assert!(
        matches!(
            shorter,
            Error::OutputMalformed {
                length: 96,
                expected: 64
            }
        ),
        "{shorter}"
    );
    let rsa = taken_for(SignerAlgorithm::Rsa2048);
    assert!(matches!(rsa, Error::WrappedKeyRefused { .. }), "{rsa}");
    assert_eq!(token.object_counts().unwrap().session, 0);
}

on_every_module!(
    an_algorithm_whose_mechanisms_the_token_does_not_list_is_refused_before_anything_is_made
);
fn an_algorithm_whose_mechanisms_the_token_does_not_list_is_refused_before_anything_is_made(
    on: On,
) {
    const CKM_RSA_PKCS: u64 = 0x1;
    const CKM_EC_EDWARDS_KEY_PAIR_GEN: u64 = 0x1055;
    // Neither what takes digests nor what hashes itself.
    let names = [
        "CKM_RSA_PKCS",
        "CKM_SHA256_RSA_PKCS",
        "CKM_SHA384_RSA_PKCS",
        "CKM_SHA512_RSA_PKCS",
        "CKM_EC_EDWARDS_KEY_PAIR_GEN",
    ];
    let tokens = on.tokens().without_mechanisms(&names);
    let (token, master) = tokens.with_master();
    let before = token.object_counts().unwrap();
    for (algorithm, missing) in [
        (SignerAlgorithm::Rsa2048, CKM_RSA_PKCS),
        (SignerAlgorithm::Rsa4096, CKM_RSA_PKCS),
        (SignerAlgorithm::Ed25519, CKM_EC_EDWARDS_KEY_PAIR_GEN),
    ] {
        assert!(!token.mechanisms().unwrap().contains(&missing));
        let blob = WrappedKey::from_parts(0x210A, 5649, vec![0; 80]).unwrap();
        for refused in [
            token.generate(algorithm).unwrap_err(),
            token.unwrap(&master, &blob, algorithm).unwrap_err(),
            token
                .sign_with_wrapped(&master, &blob, algorithm, &[DIGEST])
                .unwrap_err(),
        ] {
            assert!(
                matches!(refused, Error::AlgorithmNotOffered { algorithm: a, mechanism }
                    if a == algorithm && mechanism == missing),
                "{algorithm}: {refused}"
            );
        }
    }
    assert_eq!(token.object_counts().unwrap(), before);
    token
        .generate(SignerAlgorithm::EcdsaP384)
        .expect("what is listed is made");
}

// Where a module has no mechanism that takes digests, those that hash themselves are used, and each key
// is good for them alone. SoftHSM 2.6.1 has none for ECDSA, and its rule leaves CKM_RSA_PKCS out.
on_every_module!(a_token_that_hashes_itself_is_given_messages);
fn a_token_that_hashes_itself_is_given_messages(on: On) {
    let (denied, algorithms): (&[&str], &[SignerAlgorithm]) = match on.module {
        Module::SoftHsm => (
            &["CKM_RSA_PKCS", "CKM_RSA_PKCS_PSS"],
            &[SignerAlgorithm::Rsa2048, SignerAlgorithm::RsaPss2048],
        ),
        Module::Kryoptic => (
            &["CKM_ECDSA", "CKM_RSA_PKCS", "CKM_RSA_PKCS_PSS"],
            &[
                SignerAlgorithm::EcdsaP256,
                SignerAlgorithm::EcdsaP521,
                SignerAlgorithm::Rsa2048,
                SignerAlgorithm::RsaPss2048,
            ],
        ),
    };
    let tokens = on.tokens().without_mechanisms(denied);
    let (token, master) = tokens.with_master();
    let message = b"signed attributes";
    let input = ToBeSigned::sha256(message);
    for algorithm in algorithms.iter().copied() {
        let key = token.generate(algorithm).unwrap();
        let spki = key.spki().unwrap().clone();
        let value = key.sign(&input).unwrap();
        assert_eq!(spki.verify_by(algorithm, &input, &value), Verified::Holds);
        let wrapped = key.wrap(&master).unwrap();
        key.destroy().unwrap();
        let values = token.sign_with_wrapped(&master, &wrapped, algorithm, &[&input]);
        let value = &values.unwrap()[0];
        assert_eq!(spki.verify_by(algorithm, &input, value), Verified::Holds);
        let without = token.sign_with_wrapped(&master, &wrapped, algorithm, &[DIGEST]);
        assert!(
            matches!(without, Err(Error::MessageAbsent { algorithm: a }) if a == algorithm),
            "{algorithm}: {without:?}"
        );
    }
    assert_eq!(token.object_counts().unwrap().session, 0);
}

// Which of the two a build of a module does is seen, not known: Kryoptic's minimal one on OpenSSL 3.0
// has no Ed25519, one on OpenSSL 3.2 has.
on_every_module!(ed25519_signs_messages_or_is_refused_with_the_reason_the_token_gives);
fn ed25519_signs_messages_or_is_refused_with_the_reason_the_token_gives(on: On) {
    const ED25519: SignerAlgorithm = SignerAlgorithm::Ed25519;
    const CKM_EC_EDWARDS_KEY_PAIR_GEN: u64 = 0x1055;
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let input = ToBeSigned::sha256(b"signed attributes");
    let mechanisms = token.mechanisms().unwrap();
    let listed = mechanisms.contains(&CKM_EC_EDWARDS_KEY_PAIR_GEN);
    match token.generate(ED25519) {
        Ok(key) => {
            assert!(listed);
            let spki = key.spki().unwrap().clone();
            let wrapped = key.wrap(&master).unwrap();
            key.destroy().unwrap();
            let values = token.sign_with_wrapped(&master, &wrapped, ED25519, &[&input]);
            let value = &values.unwrap()[0];
            assert_eq!(spki.verify_by(ED25519, &input, value), Verified::Holds);
            let without = token.sign_with_wrapped(&master, &wrapped, ED25519, &[DIGEST]);
            assert!(matches!(without, Err(Error::MessageAbsent { .. })));
        }
        Err(refused) => {
            let reason = match on.module {
                Module::SoftHsm => {
                    "the token does not wrap Ed25519 keys: C_WrapKey answered KeyNotWrappable"
                }
                Module::Kryoptic => {
                    "the token does not offer Ed25519: mechanism 0x1055 is not there for it"
                }
            };
            assert_eq!(refused.to_string(), reason);
            assert_eq!(listed, on.module == Module::SoftHsm);
        }
    }
    // A key that stays on the token need not be wrapped.
    let id = ResidentId::from([7; 16]);
    if listed {
        let spki = token.generate_resident(ED25519, id).unwrap();
        let values = token.sign_resident(id, &spki, ED25519, &[&input]).unwrap();
        assert_eq!(spki.verify_by(ED25519, &input, &values[0]), Verified::Holds);
        assert_eq!(token.destroy_resident(id).unwrap(), 1);
    }
    assert_eq!(
        token.object_counts().unwrap().session,
        0,
        "the trial leaves nothing"
    );
}

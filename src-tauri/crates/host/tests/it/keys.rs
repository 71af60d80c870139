//! Keys: made, proven, wrapped, used, destroyed.

use hmac::Mac as _;
use token::{
    Digest, Error, KnownAnswer, SignerAlgorithm::EcdsaP256, TokenKeyKind, WrapMechanism, WrappedKey,
};

use crate::attacks::Attacker;
use crate::support::{DIGEST, Module, On, label, on_every_module, verifies};

on_every_module!(a_key_is_generated_wrapped_destroyed_unwrapped_and_still_signs);
fn a_key_is_generated_wrapped_destroyed_unwrapped_and_still_signs(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();

    let key = token.generate(EcdsaP256).unwrap();
    let spki = key.spki().unwrap().clone();
    assert!(verifies(&spki, &DIGEST, &key.sign(DIGEST).unwrap()));
    let wrapped = key.wrap(&master).unwrap();
    key.destroy().unwrap();

    let key = token.unwrap(&master, &wrapped, EcdsaP256).unwrap();
    let signature = key.sign(DIGEST).unwrap();
    assert!(verifies(&spki, &DIGEST, &signature));
    assert!(!verifies(&spki, &Digest::Sha256([0; 32]), &signature));
    key.destroy().unwrap();
}

on_every_module!(a_wrapped_key_signs_each_digest_of_a_batch_in_another_process);
fn a_wrapped_key_signs_each_digest_of_a_batch_in_another_process(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let key = token.generate(EcdsaP256).unwrap();
    let wrapped = key.wrap(&master).unwrap();
    let spki = key.spki().unwrap().clone();
    drop((key, token));

    let stored = WrappedKey::from_parts(
        wrapped.mechanism().number(),
        wrapped.mechanism().rfc(),
        wrapped.expose_blob().to_vec(),
    );
    let digests = [[1; 32], [2; 32], [3; 32]].map(Digest::Sha256);
    let token = tokens.login();
    let signatures = token
        .sign_with_wrapped(&master, &stored.unwrap(), EcdsaP256, &digests)
        .unwrap();
    assert_eq!(signatures.len(), digests.len());
    for (digest, signature) in digests.iter().zip(&signatures) {
        assert!(verifies(&spki, digest, signature));
    }
}

on_every_module!(keys_are_wrapped_by_the_best_mechanism_the_token_has);
fn keys_are_wrapped_by_the_best_mechanism_the_token_has(on: On) {
    const KWP: u64 = 0x210B;
    let (listed, mechanism) = match on.module {
        Module::SoftHsm => (false, WrapMechanism::PadRfc5649), // found by trying
        Module::Kryoptic => (true, WrapMechanism::Kwp),
    };
    let tokens = on.tokens();
    let token = tokens.login();
    assert_eq!(token.mechanisms().unwrap().contains(&KWP), listed);
    assert_eq!(token.wrap_mechanism().unwrap(), mechanism);
    assert_eq!(mechanism.number(), on.module.wraps_by());
    assert_eq!(
        token.object_counts().unwrap().session,
        0,
        "the trial leaves nothing"
    );
}

on_every_module!(a_token_with_no_mechanism_but_unauthenticated_ones_wraps_nothing);
fn a_token_with_no_mechanism_but_unauthenticated_ones_wraps_nothing(on: On) {
    let wrapping = match on.module {
        Module::SoftHsm => "CKM_AES_KEY_WRAP_PAD",
        Module::Kryoptic => "CKM_AES_KEY_WRAP_KWP",
    };
    let tokens = on.tokens().without_mechanisms(&[wrapping]);
    let token = tokens.login();
    let listed = token.mechanisms().unwrap();
    assert!(
        listed.contains(&0x2109) || listed.contains(&0x1085),
        "CKM_AES_KEY_WRAP or CKM_AES_CBC_PAD is there, and is not taken instead"
    );
    let refused = token.wrap_mechanism().unwrap_err();
    assert!(matches!(refused, Error::NoWrapMechanism), "{refused}");
    let refused = token.create(TokenKeyKind::Master, &label("wk-1"));
    assert!(matches!(refused, Err(Error::NoWrapMechanism)));
}

on_every_module!(an_unwrapped_key_is_not_wrapped_again);
fn an_unwrapped_key_is_not_wrapped_again(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let wrapped = token.generate(EcdsaP256).unwrap().wrap(&master).unwrap();
    let key = token.unwrap(&master, &wrapped, EcdsaP256).unwrap();
    let again = key.wrap(&master).unwrap_err();
    assert!(
        matches!(&again, Error::Unexpected { call, answer }
            if call == "C_WrapKey" && answer == on.module.wraps_once()),
        "{again}"
    );
}

on_every_module!(a_batch_too_long_for_a_message_is_refused_and_the_login_goes_on);
fn a_batch_too_long_for_a_message_is_refused_and_the_login_goes_on(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let wrapped = token.generate(EcdsaP256).unwrap().wrap(&master).unwrap();
    let sign =
        |count: usize| token.sign_with_wrapped(&master, &wrapped, EcdsaP256, &vec![DIGEST; count]);
    // 37 bytes a digest, 66 a signature: the question is too long, then only the answer, which
    // is seen before and after signing.
    for count in [32_000, 17_000, 16_000] {
        let refused = sign(count).unwrap_err();
        assert!(
            matches!(refused, Error::MessageTooLong { length, limit: 1_048_576 }
                if length > 1_048_576),
            "{refused}"
        );
    }
    assert_eq!(sign(10_000).unwrap().len(), 10_000);
    assert_eq!(token.object_counts().unwrap().session, 0);
}

on_every_module!(a_damaged_wrapped_key_is_refused_and_the_token_not_blamed);
fn a_damaged_wrapped_key_is_refused_and_the_token_not_blamed(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let wrapped = token.generate(EcdsaP256).unwrap().wrap(&master).unwrap();
    let good = wrapped.expose_blob();
    let flipped = |at: usize| {
        let mut blob = good.to_vec();
        blob[at] ^= 1;
        blob
    };
    let damaged = [
        ("first byte", flipped(0)),
        ("byte 7", flipped(7)),
        ("byte 8", flipped(8)),
        ("middle byte", flipped(good.len() / 2)),
        ("last byte", flipped(good.len() - 1)),
        ("cut by one", good[..good.len() - 1].to_vec()),
        ("cut by a block", good[..good.len() - 8].to_vec()),
        ("longer by a block", [good, &[0; 8]].concat()),
        ("empty", vec![]),
    ];
    for (damage, blob) in damaged {
        let mechanism = wrapped.mechanism();
        let damaged = WrappedKey::from_parts(mechanism.number(), mechanism.rfc(), blob).unwrap();
        for error in [
            token.unwrap(&master, &damaged, EcdsaP256).unwrap_err(),
            token
                .sign_with_wrapped(&master, &damaged, EcdsaP256, &[DIGEST])
                .unwrap_err(),
        ] {
            assert!(
                matches!(error, Error::WrappedKeyRefused { .. }),
                "{damage}: {error}"
            );
        }
    }
    token
        .sign_with_wrapped(&master, &wrapped, EcdsaP256, &[DIGEST])
        .expect("the same login goes on");
}

on_every_module!(a_key_wrapped_under_one_master_is_refused_by_another);
fn a_key_wrapped_under_one_master_is_refused_by_another(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let other = label("wk-2");
    token.create(TokenKeyKind::Master, &other).unwrap();
    let wrapped = token.generate(EcdsaP256).unwrap().wrap(&master).unwrap();
    let refused = token.unwrap(&other, &wrapped, EcdsaP256).unwrap_err();
    assert!(
        matches!(refused, Error::WrappedKeyRefused { .. }),
        "{refused}"
    );
}

on_every_module!(fifty_signers_leave_nothing_on_the_token);
fn fifty_signers_leave_nothing_on_the_token(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let before = token.object_counts().unwrap();
    assert_eq!((before.token, before.session), (1, 0));
    for _ in 0..50 {
        let key = token.generate(EcdsaP256).unwrap();
        let wrapped = key.wrap(&master).unwrap();
        key.destroy().unwrap();
        token
            .sign_with_wrapped(&master, &wrapped, EcdsaP256, &[DIGEST])
            .unwrap();
        drop(token.unwrap(&master, &wrapped, EcdsaP256).unwrap());
    }
    assert_eq!(token.object_counts().unwrap(), before);
}

on_every_module!(a_session_key_is_on_the_token_until_it_is_dropped);
fn a_session_key_is_on_the_token_until_it_is_dropped(on: On) {
    let tokens = on.tokens();
    let token = tokens.login();
    let key = token.generate(EcdsaP256).unwrap();
    assert_eq!(
        token.object_counts().unwrap().session,
        2,
        "a private and a public half"
    );
    drop(key);
    assert_eq!(token.object_counts().unwrap().session, 0);
}

on_every_module!(session_keys_that_pile_up_are_refused_before_they_are_many);
fn session_keys_that_pile_up_are_refused_before_they_are_many(on: On) {
    let tokens = on.tokens();
    let token = tokens.login();
    let keys: Vec<_> = (0..64)
        .map(|_| token.generate(EcdsaP256).unwrap())
        .collect();
    let one_more = token.generate(EcdsaP256);
    assert!(matches!(
        one_more,
        Err(Error::TooManySessionKeys { limit: 64 })
    ));
    assert_eq!(
        token.object_counts().unwrap().session,
        128,
        "the refused one is gone"
    );
    drop(keys);
    token.generate(EcdsaP256).unwrap();
}

on_every_module!(a_token_key_has_every_attribute_of_its_template);
fn a_token_key_has_every_attribute_of_its_template(on: On) {
    let tokens = on.tokens();
    let token = tokens.login();
    for (kind, public_key) in [
        (TokenKeyKind::Master, false),
        (TokenKeyKind::Pepper, false),
        (TokenKeyKind::RecordMac, false),
        (TokenKeyKind::CertificateAuthority, true),
        (TokenKeyKind::Head, true),
        (TokenKeyKind::Notary, true),
    ] {
        let created = token.create(kind, &label(&format!("{kind:?}"))).unwrap();
        assert_eq!(created.missing, [], "{kind:?}");
        assert_eq!(created.public_key.is_some(), public_key, "{kind:?}");
    }
    assert_eq!(
        token.object_counts().unwrap().session,
        0,
        "the trials leave nothing"
    );
}

on_every_module!(a_second_key_of_a_label_is_not_made);
fn a_second_key_of_a_label_is_not_made(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let again = token.create(TokenKeyKind::Master, &master);
    assert!(matches!(again, Err(Error::KeyExists { label }) if label == master));
}

on_every_module!(a_ca_key_signs_and_is_proven_by_its_public_key_alone);
fn a_ca_key_signs_and_is_proven_by_its_public_key_alone(on: On) {
    let tokens = on.tokens();
    let token = tokens.login();
    let (ca, other) = (label("ca"), label("other"));
    let spki = token
        .create(TokenKeyKind::CertificateAuthority, &ca)
        .unwrap()
        .public_key
        .unwrap();
    token
        .create(TokenKeyKind::CertificateAuthority, &other)
        .unwrap();
    assert!(verifies(&spki, &DIGEST, &token.sign(&ca, DIGEST).unwrap()));
    assert_eq!(
        token
            .prove_signing_key(&ca, &spki, &DIGEST.into())
            .unwrap()
            .missing,
        []
    );
    let proof = token.prove_signing_key(&other, &spki, &DIGEST.into());
    assert!(matches!(proof, Err(Error::KeyDiffers { label }) if label == other));
}

on_every_module!(a_pepper_is_proven_by_its_known_answer_alone);
fn a_pepper_is_proven_by_its_known_answer_alone(on: On) {
    let tokens = on.tokens();
    let token = tokens.login();
    for kind in [TokenKeyKind::Pepper, TokenKeyKind::RecordMac] {
        let (key, other) = (
            label(&format!("{kind:?}")),
            label(&format!("other {kind:?}")),
        );
        token.create(kind, &key).unwrap();
        token.create(kind, &other).unwrap();
        let data = b"known answer".to_vec();
        let mac = *token.hmac(&key, &data).unwrap().expose();
        let known = KnownAnswer { data, mac };
        assert_eq!(token.prove_mac_key(&key, &known).unwrap().missing, []);
        let proof = token.prove_mac_key(&other, &known);
        assert!(matches!(proof, Err(Error::KeyDiffers { label }) if label == other));
    }
}

on_every_module!(a_mac_is_hmac_sha_256_and_a_key_that_was_brought_in_is_not_proven);
fn a_mac_is_hmac_sha_256_and_a_key_that_was_brought_in_is_not_proven(on: On) {
    const KEY: [u8; 32] = [7; 32];
    if let Some(attacker) = Attacker::in_this_process(on) {
        attacker.bring_mac_key("pepper", &KEY);
        return;
    }
    let tokens = on.tokens();
    tokens.attack(on, &[]);
    let token = tokens.login();
    let pepper = label("pepper");
    let mut hmac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&KEY).unwrap();
    hmac.update(b"data");
    let mac = *token.hmac(&pepper, b"data").unwrap().expose();
    assert_eq!(mac[..], hmac.finalize().into_bytes()[..]);

    let data = b"data".to_vec();
    let proof = token
        .prove_mac_key(&pepper, &KnownAnswer { data, mac })
        .unwrap_err();
    assert!(
        matches!(&proof, Error::KeyAttribute { attribute, .. } if attribute.as_str() == "Local"),
        "{proof}"
    );
}

on_every_module!(a_master_is_proven_by_its_canary);
fn a_master_is_proven_by_its_canary(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let canary = token.make_canary(&master).unwrap();
    let before = token.object_counts().unwrap();
    assert_eq!(
        token.prove_wrapping_key(&master, &canary).unwrap().missing,
        []
    );
    assert_eq!(
        token.object_counts().unwrap(),
        before,
        "the proof leaves nothing"
    );

    let other = label("wk-2");
    token.create(TokenKeyKind::Master, &other).unwrap();
    let proof = token.prove_wrapping_key(&other, &canary);
    assert!(matches!(proof, Err(Error::KeyDiffers { label }) if label == other));
}

on_every_module!(an_hmac_key_is_not_a_wrapping_key);
fn an_hmac_key_is_not_a_wrapping_key(on: On) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let canary = token.make_canary(&master).unwrap();
    let pepper = label("pepper");
    token.create(TokenKeyKind::Pepper, &pepper).unwrap();
    let proof = token.prove_wrapping_key(&pepper, &canary).unwrap_err();
    assert!(matches!(&proof, Error::KeyAttribute { .. }), "{proof}");
    let wrapped = token
        .generate(EcdsaP256)
        .unwrap()
        .wrap(&pepper)
        .unwrap_err();
    assert!(
        matches!(&wrapped, Error::Unexpected { call, .. } if call == "C_WrapKey"),
        "{wrapped}"
    );
}

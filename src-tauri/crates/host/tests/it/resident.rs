//! Signers' keys that stay on the token: found by their id alone, proven at every use.

use cryptoki::{
    mechanism::Mechanism,
    object::{Attribute, ObjectClass},
    session::Session,
};
use token::{Error, ResidentId, SignerAlgorithm, ToBeSigned, Verified};

use crate::{
    attacks::Attacker,
    support::{On, on_every_module},
};

const P256: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

fn id(byte: u8) -> ResidentId {
    ResidentId::from([byte; 16])
}

on_every_module!(a_resident_key_is_one_object_that_signs_over_logins_and_is_destroyed_for_good);
fn a_resident_key_is_one_object_that_signs_over_logins_and_is_destroyed_for_good(on: On) {
    let tokens = on.tokens();
    let input = ToBeSigned::sha256(b"signed attributes");
    let (spki, before) = {
        let token = tokens.login();
        let before = token.object_counts().unwrap();
        let spki = token.generate_resident(P256, id(1)).unwrap();
        let after = token.object_counts().unwrap();
        assert_eq!(after.token, before.token + 1, "one object a key");
        assert_eq!(after.session, before.session);
        let again = token.generate_resident(P256, id(1)).unwrap_err();
        assert!(matches!(again, Error::KeyExists { .. }), "{again}");
        (spki, before)
    };
    let token = tokens.login();
    let values = token.sign_resident(id(1), &spki, P256, &[&input]).unwrap();
    assert_eq!(spki.verify_by(P256, &input, &values[0]), Verified::Holds);

    let other = token.generate_resident(P256, id(2)).unwrap();
    let differs = token.sign_resident(id(1), &other, P256, &[&input]);
    assert!(
        matches!(differs, Err(Error::KeyDiffers { .. })),
        "nothing is signed by a key that is not the certificate's: {differs:?}"
    );
    assert_eq!(token.destroy_resident(id(1)).unwrap(), 1);
    assert_eq!(token.destroy_resident(id(1)).unwrap(), 0);
    let gone = token.sign_resident(id(1), &spki, P256, &[&input]);
    assert!(matches!(gone, Err(Error::KeyNotFound { .. })), "{gone:?}");
    assert_eq!(token.destroy_resident(id(2)).unwrap(), 1);
    assert_eq!(token.object_counts().unwrap(), before);
}

on_every_module!(a_second_object_of_the_same_id_is_refused_and_a_weaker_one_too);
fn a_second_object_of_the_same_id_is_refused_and_a_weaker_one_too(on: On) {
    if let Some(attacker) = Attacker::in_this_process(on) {
        return intrude(attacker.session());
    }
    let tokens = on.tokens();
    let input = ToBeSigned::sha256(b"signed attributes");
    let spki = tokens.login().generate_resident(P256, id(1)).unwrap();
    tokens.attack(on, &[]);
    let token = tokens.login();
    let twice = token.sign_resident(id(1), &spki, P256, &[&input]);
    assert!(
        matches!(twice, Err(Error::KeyAmbiguous { count: 2, .. })),
        "{twice:?}"
    );
    let weaker = token.sign_resident(id(2), &spki, P256, &[&input]);
    assert!(
        matches!(&weaker, Err(Error::KeyAttribute { .. })),
        "a key that can leave is none of ours: {weaker:?}"
    );
    assert_eq!(token.destroy_resident(id(1)).unwrap(), 2, "both go");
}

/// Makes a key beside that of id 1, and one that can be wrapped of id 2.
fn intrude(session: &Session) {
    const SECP256R1: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    for (byte, extractable) in [(1, false), (2, true)] {
        let public = [
            Attribute::Token(false),
            Attribute::EcParams(SECP256R1.to_vec()),
            Attribute::Verify(true),
        ];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(extractable),
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Sign(true),
            Attribute::Id(vec![byte; 16]),
        ];
        session
            .generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
            .unwrap();
    }
}

//! What somebody with the token's PIN, the stored keys and PKCS#11 code of his own can and cannot
//! do. His half runs in a process of its own: there he is the host.

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error as CkError, RvError},
    mechanism::{Mechanism, MechanismType},
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use cryptoki_sys::{
    CKA_CLASS, CKA_DECRYPT, CKA_DERIVE, CKA_EXTRACTABLE, CKA_PRIVATE, CKA_SENSITIVE, CKA_SIGN,
    CKA_TOKEN, CKA_UNWRAP, CKA_UNWRAP_TEMPLATE, CKO_PRIVATE_KEY,
};
use token::{
    Error,
    SignerAlgorithm::{self, EcdsaP256, EcdsaP384, Rsa2048},
    Weaker,
};

use crate::support::{SOFTHSM, SoftTokens, label};

/// The attacker in his own process, logged in to the signing token.
pub(crate) struct Attacker {
    session: Session,
}

impl Attacker {
    /// `None` in the process of the test itself.
    pub(crate) fn in_this_process() -> Option<Self> {
        let pin = AuthPin::from(std::env::var("ATTACKER_PIN").ok()?);
        let module = Pkcs11::new(SOFTHSM).unwrap();
        let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        module.initialize(arguments).unwrap();
        let slots = module.get_slots_with_initialized_token().unwrap();
        let is_signing = |slot: &_| module.get_token_info(*slot).unwrap().label() == "signing";
        let slot = slots.into_iter().find(is_signing).unwrap();
        let session = module.open_rw_session(slot).unwrap();
        session.login(UserType::User, Some(&pin)).unwrap();
        Some(Self { session })
    }

    fn secret_key(&self, label: &str) -> ObjectHandle {
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Label(label.into()),
        ];
        let found = self.session.find_objects(&template).unwrap();
        assert_eq!(found.len(), 1);
        found[0]
    }

    fn unwrap(
        &self,
        mechanism: &Mechanism,
        template: &[Attribute],
    ) -> Result<ObjectHandle, CkError> {
        self.session
            .unwrap_key(mechanism, self.secret_key("wk-1"), &blob(), template)
    }

    /// Puts an HMAC key on the token whose value he knows; it looks like one made by the product.
    pub(crate) fn bring_mac_key(&self, label: &str, value: &[u8]) {
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::Value(value.to_vec()),
            Attribute::Label(label.into()),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Verify(false),
            Attribute::Derive(false),
            Attribute::Encrypt(false),
            Attribute::Decrypt(false),
            Attribute::Wrap(false),
            Attribute::Unwrap(false),
            Attribute::Modifiable(false),
            Attribute::Copyable(false),
            Attribute::Destroyable(false),
            Attribute::AllowedMechanisms(vec![MechanismType::SHA256_HMAC]),
        ];
        self.session.create_object(&template).unwrap();
    }

    /// An AES key of his own that wraps whatever can be wrapped.
    fn wrapping_key(&self) -> ObjectHandle {
        let template = [
            Attribute::Token(false),
            Attribute::ValueLen(32.into()),
            Attribute::Wrap(true),
            Attribute::Unwrap(true),
            Attribute::Decrypt(true),
        ];
        self.session
            .generate_key(&Mechanism::AesKeyGen, &template)
            .unwrap()
    }
}

/// The wrapped key the attacker has found.
fn blob() -> Vec<u8> {
    let hexadecimal = std::env::var("ATTACKER_BLOB").unwrap();
    let digits = hexadecimal.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// What the product sends with C_UnwrapKey.
fn full_template() -> Vec<Attribute> {
    let key_type = match std::env::var("ATTACKER_KEY_TYPE").as_deref() {
        Ok("RSA") => KeyType::RSA,
        _ => KeyType::EC,
    };
    vec![
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::KeyType(key_type),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
    ]
}

fn changed(change: Attribute) -> Vec<Attribute> {
    let mut template = full_template();
    template.retain(|attribute| attribute.attribute_type() != change.attribute_type());
    template.push(change);
    template
}

#[track_caller]
fn refused<T>(attempt: Result<T, CkError>, why: &[RvError]) {
    match attempt {
        Ok(_) => panic!("the token let the attacker do it"),
        Err(CkError::Pkcs11(answer, call)) => {
            assert!(
                why.contains(&answer),
                "{call} answered {answer:?}, not one of {why:?}"
            );
        }
        Err(error) => panic!("{error}"),
    }
}

/// A token with a master, and a signer's key the attacker has got the blob of.
fn with_a_stolen_blob(test: &str) {
    with_a_stolen_blob_of(EcdsaP256, "EC", test);
}

fn with_a_stolen_blob_of(algorithm: SignerAlgorithm, key_type: &str, test: &str) {
    let tokens = SoftTokens::new();
    let (token, master) = tokens.with_master();
    let wrapped = token.generate(algorithm).unwrap().wrap(&master).unwrap();
    let hexadecimal = wrapped
        .expose_blob()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let key_type = key_type.to_owned();
    tokens.attack(
        test,
        &[
            ("ATTACKER_BLOB", hexadecimal),
            ("ATTACKER_KEY_TYPE", key_type),
        ],
    );
}

#[test]
fn the_master_unwraps_under_no_weaker_template() {
    let Some(attacker) = Attacker::in_this_process() else {
        for (algorithm, key_type) in [(EcdsaP256, "EC"), (EcdsaP384, "EC"), (Rsa2048, "RSA")] {
            const TEST: &str = "attacks::the_master_unwraps_under_no_weaker_template";
            with_a_stolen_blob_of(algorithm, key_type, TEST);
        }
        return;
    };
    let pad = Mechanism::AesKeyWrapPad;
    attacker
        .unwrap(&pad, &full_template())
        .expect("the full template is accepted");
    for weaker in [
        Attribute::Extractable(true),
        Attribute::Sensitive(false),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Decrypt(true),
        Attribute::Unwrap(true),
        Attribute::Derive(true),
        Attribute::Sign(false),
    ] {
        refused(
            attacker.unwrap(&pad, &changed(weaker)),
            &[RvError::TemplateInconsistent],
        );
    }
    for key_type in [KeyType::GENERIC_SECRET, KeyType::AES] {
        for extractable in [true, false] {
            let secret = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(key_type),
                Attribute::Token(false),
                Attribute::Private(true),
                Attribute::Sensitive(!extractable),
                Attribute::Extractable(extractable),
            ];
            refused(
                attacker.unwrap(&pad, &secret),
                &[RvError::TemplateInconsistent],
            );
        }
    }
}

#[test]
fn the_master_unwraps_and_wraps_by_no_other_mechanism() {
    let Some(attacker) = Attacker::in_this_process() else {
        with_a_stolen_blob("attacks::the_master_unwraps_and_wraps_by_no_other_mechanism");
        return;
    };
    let others = [
        Mechanism::AesKeyWrap,
        Mechanism::AesCbcPad([0; 16]),
        Mechanism::AesCbc([0; 16]),
    ];
    let own = attacker.wrapping_key();
    let master = attacker.secret_key("wk-1");
    for mechanism in others {
        let why = [RvError::MechanismInvalid];
        refused(attacker.unwrap(&mechanism, &full_template()), &why);
        refused(attacker.session.wrap_key(&mechanism, master, own), &why);
    }
    let decrypt = attacker
        .session
        .decrypt(&Mechanism::AesEcb, master, &[0; 16]);
    refused(
        decrypt,
        &[RvError::KeyFunctionNotPermitted, RvError::MechanismInvalid],
    );
}

#[test]
fn an_unwrapped_key_is_neither_read_nor_wrapped_nor_made_weaker() {
    let Some(attacker) = Attacker::in_this_process() else {
        for (algorithm, key_type) in [(EcdsaP256, "EC"), (EcdsaP384, "EC"), (Rsa2048, "RSA")] {
            const TEST: &str =
                "attacks::an_unwrapped_key_is_neither_read_nor_wrapped_nor_made_weaker";
            with_a_stolen_blob_of(algorithm, key_type, TEST);
        }
        return;
    };
    let key = attacker
        .unwrap(&Mechanism::AesKeyWrapPad, &full_template())
        .unwrap();
    let session = &attacker.session;
    // CKA_VALUE of an EC key; what an RSA key has instead (PKCS#11 v3.1 §6.3.4, §6.1.3).
    for secret in [
        AttributeType::Value,
        AttributeType::PrivateExponent,
        AttributeType::Prime1,
    ] {
        let value = session.get_attributes(key, &[secret]).unwrap();
        assert_eq!(value, [], "the token does not show {secret:?}");
    }

    let own = attacker.wrapping_key();
    for wrapping in [own, attacker.secret_key("wk-1")] {
        let wrapped = session.wrap_key(&Mechanism::AesKeyWrapPad, wrapping, key);
        refused(
            wrapped,
            &[RvError::KeyUnextractable, RvError::KeyNotWrappable],
        );
    }
    for weaker in [Attribute::Extractable(true), Attribute::Sensitive(false)] {
        let why = [RvError::AttributeReadOnly, RvError::TemplateInconsistent];
        refused(
            session.update_attributes(key, std::slice::from_ref(&weaker)),
            &why,
        );
        refused(session.copy_object(key, &[weaker]), &why);
    }
}

#[test]
fn the_master_is_neither_changed_nor_copied_nor_destroyed_nor_wrapped() {
    let Some(attacker) = Attacker::in_this_process() else {
        with_a_stolen_blob(
            "attacks::the_master_is_neither_changed_nor_copied_nor_destroyed_nor_wrapped",
        );
        return;
    };
    let master = attacker.secret_key("wk-1");
    let session = &attacker.session;
    let prohibited = [RvError::ActionProhibited, RvError::AttributeReadOnly];
    for change in [
        Attribute::Decrypt(true),
        Attribute::Extractable(true),
        Attribute::Modifiable(true),
        Attribute::AllowedMechanisms(vec![MechanismType::AES_ECB]),
    ] {
        refused(
            session.update_attributes(master, std::slice::from_ref(&change)),
            &prohibited,
        );
        refused(session.copy_object(master, &[change]), &prohibited);
    }
    refused(session.destroy_object(master), &prohibited);
    let wrapped = session.wrap_key(&Mechanism::AesKeyWrapPad, attacker.wrapping_key(), master);
    refused(wrapped, &[RvError::KeyUnextractable]);
    let value = session
        .get_attributes(master, &[AttributeType::Value])
        .unwrap();
    assert_eq!(value, []);
}

#[test]
fn the_master_wraps_no_key_that_was_brought_in() {
    let Some(attacker) = Attacker::in_this_process() else {
        with_a_stolen_blob("attacks::the_master_wraps_no_key_that_was_brought_in");
        return;
    };
    const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    let brought = |sensitive| {
        let template = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::KeyType(KeyType::EC),
            Attribute::EcParams(P256.to_vec()),
            Attribute::Value(vec![7; 32]),
            Attribute::Token(false),
            Attribute::Private(true),
            Attribute::Sensitive(sensitive),
            Attribute::Extractable(true),
            Attribute::Sign(true),
        ];
        attacker.session.create_object(&template).unwrap()
    };
    let master = attacker.secret_key("wk-1");
    for sensitive in [true, false] {
        let key = brought(sensitive);
        let own = attacker.wrapping_key();
        attacker
            .session
            .wrap_key(&Mechanism::AesKeyWrapPad, own, key)
            .expect("it can be wrapped, by another key");
        let wrapped = attacker
            .session
            .wrap_key(&Mechanism::AesKeyWrapPad, master, key);
        refused(wrapped, &[RvError::KeyNotWrappable]);
    }
}

#[test]
fn a_look_alike_of_the_master_makes_both_unusable() {
    const TEST: &str = "attacks::a_look_alike_of_the_master_makes_both_unusable";
    if let Some(attacker) = Attacker::in_this_process() {
        attacker
            .session
            .generate_key(&Mechanism::AesKeyGen, &weak_master("wk-1", &[]))
            .unwrap();
        return;
    }
    let tokens = SoftTokens::new();
    let (token, master) = tokens.with_master();
    let canary = token.make_canary(&master).unwrap();
    tokens.attack(TEST, &[]);
    let again = tokens.login();
    let found = again.prove_wrapping_key(&master, &canary);
    assert!(matches!(found, Err(Error::KeyAmbiguous { count: 2, .. })));
    let used = again.generate(EcdsaP256).unwrap().wrap(&master);
    assert!(matches!(used, Err(Error::KeyAmbiguous { count: 2, .. })));
}

/// A master as the product makes it, without templates: its attributes read back alike.
fn weak_master(label: &str, changes: &[Attribute]) -> Vec<Attribute> {
    let mut template = vec![
        Attribute::Label(label.into()),
        Attribute::ValueLen(32.into()),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Wrap(true),
        Attribute::Unwrap(true),
        Attribute::Encrypt(false),
        Attribute::Decrypt(false),
        Attribute::Sign(false),
        Attribute::Verify(false),
        Attribute::Derive(false),
        Attribute::Modifiable(false),
        Attribute::Copyable(false),
        Attribute::Destroyable(false),
        Attribute::AllowedMechanisms(vec![MechanismType::AES_KEY_WRAP_PAD]),
    ];
    for change in changes {
        template.retain(|attribute| attribute.attribute_type() != change.attribute_type());
        template.push(change.clone());
    }
    template
}

#[test]
fn a_master_with_weaker_attributes_is_not_proven() {
    const TEST: &str = "attacks::a_master_with_weaker_attributes_is_not_proven";
    let pad = MechanismType::AES_KEY_WRAP_PAD;
    let weaker = [
        ("Decrypt", Attribute::Decrypt(true)),
        ("Encrypt", Attribute::Encrypt(true)),
        ("Derive", Attribute::Derive(true)),
        ("Extractable", Attribute::Extractable(true)),
        ("Sensitive", Attribute::Sensitive(false)),
        (
            "AllowedMechanisms",
            Attribute::AllowedMechanisms(vec![pad, MechanismType::AES_CBC_PAD]),
        ),
    ];
    if let Some(attacker) = Attacker::in_this_process() {
        for (name, change) in weaker {
            let template = weak_master(name, &[change]);
            attacker
                .session
                .generate_key(&Mechanism::AesKeyGen, &template)
                .unwrap();
        }
        return;
    }
    let tokens = SoftTokens::new();
    tokens.attack(TEST, &[]);
    let token = tokens.login();
    for (name, _) in weaker {
        let weak = label(name);
        let canary = token.make_canary(&weak).unwrap();
        let proof = token.prove_wrapping_key(&weak, &canary).unwrap_err();
        assert!(
            matches!(&proof, Error::KeyAttribute { attribute, .. } if attribute.as_str() == name),
            "{name}: {proof}"
        );
    }
}

#[test]
fn a_master_that_may_be_changed_later_is_proven_as_such() {
    const TEST: &str = "attacks::a_master_that_may_be_changed_later_is_proven_as_such";
    let template = UnwrapTemplate::without(&[]);
    if let Some(attacker) = Attacker::in_this_process() {
        let changes = [
            Attribute::Modifiable(true),
            Attribute::Copyable(true),
            template.attribute(),
        ];
        let template = weak_master("wk-1", &changes);
        attacker
            .session
            .generate_key(&Mechanism::AesKeyGen, &template)
            .unwrap();
        return;
    }
    let tokens = SoftTokens::new();
    tokens.attack(TEST, &[]);
    let token = tokens.login();
    let master = label("wk-1");
    let canary = token.make_canary(&master).unwrap();
    let proven = token.prove_wrapping_key(&master, &canary).unwrap();
    let missing: Vec<&str> = proven
        .missing
        .iter()
        .map(|attribute| attribute.as_str())
        .collect();
    assert_eq!(missing, ["Modifiable", "Copyable"]);
}

#[test]
fn a_master_whose_unwrap_template_lacks_anything_is_not_proven() {
    const TEST: &str = "attacks::a_master_whose_unwrap_template_lacks_anything_is_not_proven";
    let lacking = [
        ("extractable", CKA_EXTRACTABLE, Weaker::Extractable),
        ("sensitive", CKA_SENSITIVE, Weaker::Readable),
        ("token", CKA_TOKEN, Weaker::Persistent),
        ("class", CKA_CLASS, Weaker::GenericSecret),
    ];
    if let Some(attacker) = Attacker::in_this_process() {
        for (name, lacks, _) in lacking {
            let template = UnwrapTemplate::without(&[lacks]);
            let template = weak_master(name, &[template.attribute()]);
            attacker
                .session
                .generate_key(&Mechanism::AesKeyGen, &template)
                .unwrap();
        }
        return;
    }
    let tokens = SoftTokens::new();
    tokens.attack(TEST, &[]);
    let token = tokens.login();
    for (name, _, expected) in lacking {
        let weak = label(name);
        let canary = token.make_canary(&weak).unwrap();
        let before = token.object_counts().unwrap();
        let proof = token.prove_wrapping_key(&weak, &canary).unwrap_err();
        assert!(
            matches!(&proof, Error::WrappingKeyAcceptsWeaker { weaker, .. } if *weaker == expected),
            "{name}: {proof}"
        );
        assert_eq!(
            token.object_counts().unwrap(),
            before,
            "what came out was destroyed"
        );
    }
}

/// The value of CKA_UNWRAP_TEMPLATE: an array of CK_ATTRIBUTE in native layout, three words each.
struct UnwrapTemplate {
    values: Vec<(u64, Vec<u8>)>,
}

impl UnwrapTemplate {
    /// That of the product, without some attributes.
    fn without(lacking: &[u64]) -> Self {
        let flags = [
            (CKA_PRIVATE, 1),
            (CKA_TOKEN, 0),
            (CKA_SENSITIVE, 1),
            (CKA_EXTRACTABLE, 0),
            (CKA_SIGN, 1),
            (CKA_DECRYPT, 0),
            (CKA_UNWRAP, 0),
            (CKA_DERIVE, 0),
        ];
        let mut values: Vec<_> = flags.map(|(kind, flag)| (kind, vec![flag])).into();
        values.push((CKA_CLASS, CKO_PRIVATE_KEY.to_ne_bytes().to_vec()));
        values.retain(|(kind, _)| !lacking.contains(kind));
        Self { values }
    }

    /// Good while `self` lives.
    fn attribute(&self) -> Attribute {
        let words = self.values.iter().flat_map(|(kind, value)| {
            [*kind, value.as_ptr() as u64, value.len() as u64].map(u64::to_ne_bytes)
        });
        let bytes = words.flatten().collect();
        Attribute::VendorDefined((AttributeType::VendorDefined(CKA_UNWRAP_TEMPLATE), bytes))
    }
}

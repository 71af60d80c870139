//! What somebody with the token's PIN, the stored keys and PKCS#11 code of his own can and cannot
//! do. His half runs in a process of its own: there he is the host.

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error as CkError, RvError},
    mechanism::{
        Mechanism, MechanismType, aead::GcmParams, vendor_defined::VendorDefinedMechanism,
    },
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use cryptoki_sys::{
    CK_MECHANISM_TYPE, CKA_CLASS, CKA_DECRYPT, CKA_DERIVE, CKA_EXTRACTABLE, CKA_PRIVATE,
    CKA_SENSITIVE, CKA_SIGN, CKA_TOKEN, CKA_UNWRAP, CKA_UNWRAP_TEMPLATE, CKM_AES_KEY_WRAP,
    CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD, CKO_PRIVATE_KEY,
};
use token::{
    Error,
    SignerAlgorithm::{self, EcdsaP256, EcdsaP384, Rsa2048},
    Weaker,
};

use crate::support::{Module, On, label, on_every_module};

/// The attacker in his own process, logged in to the signing token.
pub(crate) struct Attacker {
    session: Session,
    module: Module,
}

impl Attacker {
    /// `None` in the process of the test itself.
    pub(crate) fn in_this_process(on: On) -> Option<Self> {
        let module = on.module;
        let pin = AuthPin::from(std::env::var("ATTACKER_PIN").ok()?);
        let context = Pkcs11::new(module.path()).unwrap();
        let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        context.initialize(arguments).unwrap();
        let slots = context.get_slots_with_initialized_token().unwrap();
        let is_signing = |slot: &_| context.get_token_info(*slot).unwrap().label() == "signing";
        let slot = slots.into_iter().find(is_signing).unwrap();
        let session = context.open_rw_session(slot).unwrap();
        session.login(UserType::User, Some(&pin)).unwrap();
        Some(Self { session, module })
    }

    /// The mechanism the product wraps by on this module.
    pub(crate) fn wraps_by(&self) -> Mechanism<'static> {
        mechanism(self.module.wraps_by())
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
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

/// A mechanism without parameters, of which the crate does not name every one.
fn mechanism(number: CK_MECHANISM_TYPE) -> Mechanism<'static> {
    let parameters = VendorDefinedMechanism::new::<()>(mechanism_type(number), None);
    Mechanism::VendorDefined(parameters)
}

#[expect(unsafe_code, reason = "0x210B has no name in cryptoki 0.12.1")]
fn mechanism_type(number: CK_MECHANISM_TYPE) -> MechanismType {
    // SAFETY: MechanismType is `repr(transparent)` over CK_MECHANISM_TYPE.
    unsafe { std::mem::transmute::<CK_MECHANISM_TYPE, MechanismType>(number) }
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

/// What tokens answer where a key must not leave: SoftHSM 2.6.1 the first two, Kryoptic 1.5.4 the others.
const NOT_WRAPPED: &[RvError] = &[
    RvError::KeyUnextractable,
    RvError::KeyNotWrappable,
    RvError::KeyFunctionNotPermitted,
    RvError::ActionProhibited,
];

/// A token with a master, and a signer's key the attacker has got the blob of.
fn with_a_stolen_blob(on: On) {
    with_a_stolen_blob_of(on, EcdsaP256, "EC");
}

fn with_a_stolen_blob_of(on: On, algorithm: SignerAlgorithm, key_type: &str) {
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let wrapped = token.generate(algorithm).unwrap().wrap(&master).unwrap();
    let hexadecimal = wrapped
        .expose_blob()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let key_type = key_type.to_owned();
    tokens.attack(
        on,
        &[
            ("ATTACKER_BLOB", hexadecimal),
            ("ATTACKER_KEY_TYPE", key_type),
        ],
    );
}

on_every_module!(the_master_unwraps_under_no_weaker_template);
fn the_master_unwraps_under_no_weaker_template(on: On) {
    let Some(attacker) = Attacker::in_this_process(on) else {
        for (algorithm, key_type) in [(EcdsaP256, "EC"), (EcdsaP384, "EC"), (Rsa2048, "RSA")] {
            with_a_stolen_blob_of(on, algorithm, key_type);
        }
        return;
    };
    let own = attacker.wraps_by();
    attacker
        .unwrap(&own, &full_template())
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
            attacker.unwrap(&own, &changed(weaker)),
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
                attacker.unwrap(&own, &secret),
                &[RvError::TemplateInconsistent],
            );
        }
    }
}

on_every_module!(the_master_unwraps_and_wraps_by_no_other_mechanism);
fn the_master_unwraps_and_wraps_by_no_other_mechanism(on: On) {
    let Some(attacker) = Attacker::in_this_process(on) else {
        with_a_stolen_blob(on);
        return;
    };
    let mut iv = [0; 12];
    let others = [CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_PAD, CKM_AES_KEY_WRAP_KWP]
        .into_iter()
        .filter(|number| *number != attacker.module.wraps_by())
        .map(|number| -> Mechanism<'_> { mechanism(number) })
        .chain([
            Mechanism::AesCbcPad([0; 16]),
            Mechanism::AesCbc([0; 16]),
            Mechanism::AesGcm(GcmParams::new(&mut iv, &[], 128.into()).unwrap()),
        ]);
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

on_every_module!(an_unwrapped_key_is_neither_read_nor_wrapped_nor_made_weaker);
fn an_unwrapped_key_is_neither_read_nor_wrapped_nor_made_weaker(on: On) {
    let Some(attacker) = Attacker::in_this_process(on) else {
        for (algorithm, key_type) in [(EcdsaP256, "EC"), (EcdsaP384, "EC"), (Rsa2048, "RSA")] {
            with_a_stolen_blob_of(on, algorithm, key_type);
        }
        return;
    };
    let key = attacker
        .unwrap(&attacker.wraps_by(), &full_template())
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
        let wrapped = session.wrap_key(&attacker.wraps_by(), wrapping, key);
        refused(wrapped, NOT_WRAPPED);
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

on_every_module!(the_master_is_neither_changed_nor_copied_nor_destroyed_nor_wrapped);
fn the_master_is_neither_changed_nor_copied_nor_destroyed_nor_wrapped(on: On) {
    let Some(attacker) = Attacker::in_this_process(on) else {
        with_a_stolen_blob(on);
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
    let wrapped = session.wrap_key(&attacker.wraps_by(), attacker.wrapping_key(), master);
    refused(wrapped, NOT_WRAPPED);
    let value = session
        .get_attributes(master, &[AttributeType::Value])
        .unwrap();
    assert_eq!(value, []);
}

on_every_module!(the_master_wraps_no_key_that_was_brought_in);
fn the_master_wraps_no_key_that_was_brought_in(on: On) {
    let Some(attacker) = Attacker::in_this_process(on) else {
        with_a_stolen_blob(on);
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
            .wrap_key(&attacker.wraps_by(), own, key)
            .expect("it can be wrapped, by another key");
        let wrapped = attacker.session.wrap_key(&attacker.wraps_by(), master, key);
        refused(wrapped, NOT_WRAPPED);
    }
}

on_every_module!(a_look_alike_of_the_master_makes_both_unusable);
fn a_look_alike_of_the_master_makes_both_unusable(on: On) {
    if let Some(attacker) = Attacker::in_this_process(on) {
        attacker
            .session
            .generate_key(&Mechanism::AesKeyGen, &weak_master(on.module, "wk-1", &[]))
            .unwrap();
        return;
    }
    let tokens = on.tokens();
    let (token, master) = tokens.with_master();
    let canary = token.make_canary(&master).unwrap();
    tokens.attack(on, &[]);
    let again = tokens.login();
    let found = again.prove_wrapping_key(&master, &canary);
    assert!(matches!(found, Err(Error::KeyAmbiguous { count: 2, .. })));
    let used = again.generate(EcdsaP256).unwrap().wrap(&master);
    assert!(matches!(used, Err(Error::KeyAmbiguous { count: 2, .. })));
}

/// A master as the product makes it, without templates: its attributes read back alike.
fn weak_master(module: Module, label: &str, changes: &[Attribute]) -> Vec<Attribute> {
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
        Attribute::AllowedMechanisms(vec![mechanism_type(module.wraps_by())]),
    ];
    for change in changes {
        template.retain(|attribute| attribute.attribute_type() != change.attribute_type());
        template.push(change.clone());
    }
    template
}

on_every_module!(a_master_with_weaker_attributes_is_not_proven);
fn a_master_with_weaker_attributes_is_not_proven(on: On) {
    let own = mechanism_type(on.module.wraps_by());
    let weaker = [
        ("Decrypt", Attribute::Decrypt(true)),
        ("Encrypt", Attribute::Encrypt(true)),
        ("Derive", Attribute::Derive(true)),
        ("Extractable", Attribute::Extractable(true)),
        ("Sensitive", Attribute::Sensitive(false)),
        (
            "AllowedMechanisms",
            Attribute::AllowedMechanisms(vec![own, MechanismType::AES_CBC_PAD]),
        ),
    ];
    if let Some(attacker) = Attacker::in_this_process(on) {
        for (name, change) in weaker {
            let template = weak_master(on.module, name, &[change]);
            attacker
                .session
                .generate_key(&Mechanism::AesKeyGen, &template)
                .unwrap();
        }
        return;
    }
    let tokens = on.tokens();
    tokens.attack(on, &[]);
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

on_every_module!(a_master_that_may_be_changed_later_is_proven_as_such);
fn a_master_that_may_be_changed_later_is_proven_as_such(on: On) {
    let template = UnwrapTemplate::without(&[]);
    if let Some(attacker) = Attacker::in_this_process(on) {
        let changes = [
            Attribute::Modifiable(true),
            Attribute::Copyable(true),
            template.attribute(),
        ];
        let template = weak_master(on.module, "wk-1", &changes);
        attacker
            .session
            .generate_key(&Mechanism::AesKeyGen, &template)
            .unwrap();
        return;
    }
    let tokens = on.tokens();
    tokens.attack(on, &[]);
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

on_every_module!(a_master_whose_unwrap_template_lacks_anything_is_not_proven);
fn a_master_whose_unwrap_template_lacks_anything_is_not_proven(on: On) {
    let lacking = [
        ("extractable", CKA_EXTRACTABLE, Weaker::Extractable),
        ("sensitive", CKA_SENSITIVE, Weaker::Readable),
        ("token", CKA_TOKEN, Weaker::Persistent),
        ("class", CKA_CLASS, Weaker::GenericSecret),
    ];
    if let Some(attacker) = Attacker::in_this_process(on) {
        for (name, lacks, _) in lacking {
            let template = UnwrapTemplate::without(&[lacks]);
            let template = weak_master(on.module, name, &[template.attribute()]);
            attacker
                .session
                .generate_key(&Mechanism::AesKeyGen, &template)
                .unwrap();
        }
        return;
    }
    let tokens = on.tokens();
    tokens.attack(on, &[]);
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

//! What the probe finds: on a token as it should be, and on keys that lack one thing each.

use chancery_shim::{Call, Fault};
use cryptoki::{
    mechanism::{Mechanism, MechanismType},
    object::{Attribute, AttributeType, KeyType, ObjectClass},
};
use token::{
    Attack, Error, Host, KeyLabel, Launch, MasterInUse, Missing, Played, Production, Token,
    TokenKeyKind, Verdict,
};

use crate::{
    attacks::Attacker,
    support::{Module, On, SoftTokens, label, on_every_module},
};

/// Plays every attack.
fn play(token: &Token, production: Option<&Production>) -> Vec<Played> {
    Attack::ALL
        .into_iter()
        .map(|attack| token.probe(attack, production).unwrap())
        .collect()
}

fn verdict(token: &Token, attack: Attack, production: &Production) -> (Verdict, String) {
    let Played {
        verdict, detail, ..
    } = token.probe(attack, Some(production)).unwrap();
    (verdict, detail)
}

/// What becomes of A13: SoftHSM wraps by no counter mode, Kryoptic by two.
fn chosen_iv(on: On) -> Verdict {
    match on.module {
        Module::SoftHsm => Verdict::NotApplicable,
        Module::Kryoptic => Verdict::Defeated,
    }
}

/// A signing token as the product sets it up.
fn set_up(tokens: &SoftTokens) -> (Token, Production) {
    let (token, master) = tokens.with_master();
    let [pepper, record_mac, head] = ["pepper-1", "record-mac-1", "head-1"].map(label);
    for (kind, label) in [
        (TokenKeyKind::Pepper, &pepper),
        (TokenKeyKind::RecordMac, &record_mac),
        (TokenKeyKind::Head, &head),
    ] {
        token.create(kind, label).unwrap();
    }
    let canary = token.make_canary(&master).unwrap();
    let production = Production {
        master: Some(MasterInUse {
            label: master,
            canary,
        }),
        mac_keys: vec![pepper, record_mac],
        signing_keys: vec![head],
    };
    (token, production)
}

on_every_module!(on_a_token_as_it_should_be_only_the_instant_of_birth_is_open);

fn on_a_token_as_it_should_be_only_the_instant_of_birth_is_open(on: On) {
    let tokens = on.tokens();
    let (token, production) = set_up(&tokens);
    for production in [None, Some(&production)] {
        for Played {
            attack,
            verdict,
            detail,
        } in play(&token, production)
        {
            let expected = match attack {
                // Neither module has a CKA_TRUSTED that means something for a private master.
                Attack::OwnWrappingKey => Verdict::Open,
                Attack::ChosenIv => chosen_iv(on),
                _ => Verdict::Defeated,
            };
            assert_eq!(verdict, expected, "{attack}: {detail}");
            assert!(!detail.is_empty(), "{attack} says what was tried");
        }
    }
}

/// CKR_DEVICE_MEMORY: says nothing of whether a known key is kept out.
const DEVICE_MEMORY: u64 = 0x31;

#[test]
fn a_known_key_that_a_faulty_module_did_not_take_is_not_called_kept_out() {
    let tokens = SoftTokens::new();
    let (_, production) = set_up(&tokens);
    let shim = tokens.shim();
    let host = Host::start(&Launch {
        module: shim.path().to_owned(),
        ..tokens.launch()
    })
    .unwrap();
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    let (before, detail) = verdict(&token, Attack::Injection, &production);
    assert_eq!(before, Verdict::Defeated, "{detail}");
    assert!(detail.contains("brought in by C_UnwrapKey"), "{detail}");
    shim.always(Call::CreateObject, Fault::Answer(DEVICE_MEMORY));
    let (after, detail) = verdict(&token, Attack::Injection, &production);
    assert_eq!(after, Verdict::Open, "{detail}");
}

/// A host process with a module that pretends from here on, and what of its attacks is open.
fn open_where_a_module_pretends(
    tokens: &SoftTokens,
    calls: &[Call],
    production: Option<&Production>,
) -> Vec<Attack> {
    let shim = tokens.shim();
    let host = Host::start(&Launch {
        module: shim.path().to_owned(),
        ..tokens.launch()
    })
    .unwrap();
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    for call in calls {
        shim.always(*call, Fault::Pretend);
    }
    let played = play(&token, production);
    let open = played
        .iter()
        .filter(|played| played.verdict == Verdict::Open);
    open.map(|played| played.attack).collect()
}

#[test]
fn a_module_that_makes_weak_keys_and_calls_them_good_is_found_out() {
    use Attack as A;
    let tokens = SoftTokens::new();
    let calls = [Call::GenerateKey, Call::GetAttributeValue];
    let open = open_where_a_module_pretends(&tokens, &calls, None);
    assert_eq!(
        open,
        [
            A::WrapThenDecrypt,
            A::UnwrapWeaker,
            A::TypeConfusion,
            A::OwnWrappingKey,
            A::Mutation,
            A::Derivation,
            A::WrapTheMaster,
            A::SecondMechanism,
            A::Injection,
            A::Destruction,
            A::TruncatedMac,
        ]
    );
}

#[test]
fn a_module_that_calls_weak_keys_in_use_good_is_found_out_where_something_can_be_tried() {
    const TEST: &str = concat!(
        module_path!(),
        "::a_module_that_calls_weak_keys_in_use_good_is_found_out_where_something_can_be_tried"
    );
    let on = On::new(Module::SoftHsm, TEST);
    let weakness = Weakness {
        master: &[
            Change::Decrypt,
            Change::Derive,
            Change::Modifiable,
            Change::Copyable,
            Change::Destroyable,
            Change::NoAllowedMechanisms,
        ],
        ..AS_IT_SHOULD_BE
    };
    let Some((tokens, token, production)) = weak(on, weakness) else {
        return;
    };
    drop(token);
    let calls = [Call::GetAttributeValue];
    let open = open_where_a_module_pretends(&tokens, &calls, Some(&production));
    assert_eq!(
        open,
        [
            Attack::WrapThenDecrypt,
            Attack::OwnWrappingKey,
            Attack::Mutation,
            Attack::Derivation,
            Attack::SecondMechanism,
            // Not A16: whether a key in use can be destroyed is not tried, and the detail says so.
        ]
    );
}

#[test]
fn a_token_that_only_signs_is_probed_by_what_concerns_its_keys() {
    let tokens = SoftTokens::new();
    let token = tokens.login();
    let [ca, notary] = ["ca-1", "notary-1"].map(label);
    token
        .create(TokenKeyKind::CertificateAuthority, &ca)
        .unwrap();
    token.create(TokenKeyKind::Notary, &notary).unwrap();
    let production = Production {
        master: None,
        mac_keys: vec![],
        signing_keys: vec![ca, notary],
    };
    let before = token.object_counts().unwrap();
    for attack in Attack::ON_SIGNING_KEYS {
        let (verdict, detail) = verdict(&token, attack, &production);
        assert_eq!(verdict, Verdict::Defeated, "{attack}: {detail}");
        assert!(
            detail.contains("signing key") || detail.contains("ca-1"),
            "{attack}: {detail}"
        );
        assert!(!detail.contains("master in use"), "{attack}: {detail}");
    }
    let (wrapping, detail) = verdict(&token, Attack::UnwrapWeaker, &production);
    assert_eq!(wrapping, Verdict::NotApplicable, "{detail}");
    assert_eq!(token.object_counts().unwrap(), before);
}

on_every_module!(a_probe_leaves_nothing_behind);

fn a_probe_leaves_nothing_behind(on: On) {
    let tokens = on.tokens();
    let (token, production) = set_up(&tokens);
    let before = token.object_counts().unwrap();
    play(&token, Some(&production));
    token.profile().unwrap();
    assert_eq!(token.object_counts().unwrap(), before);

    // Nor does one that breaks off in the middle.
    let unknown = Production {
        signing_keys: vec![label("not-there")],
        ..production.clone()
    };
    let broken = token.probe(Attack::Destruction, Some(&unknown));
    assert!(matches!(broken, Err(Error::KeyNotFound { .. })));
    assert_eq!(token.object_counts().unwrap(), before);
    let master = production.master.unwrap();
    token
        .prove_wrapping_key(&master.label, &master.canary)
        .expect("the master is as it was");
}

on_every_module!(a_detail_names_the_calls_and_what_the_token_answered);

fn a_detail_names_the_calls_and_what_the_token_answered(on: On) {
    let tokens = on.tokens();
    let (token, production) = set_up(&tokens);
    let (_, detail) = verdict(&token, Attack::UnwrapWeaker, &production);
    for part in [
        "throw-away master: C_UnwrapKey (EXTRACTABLE=T",
        "master in use: C_UnwrapKey (EXTRACTABLE=T",
        "CKR_TEMPLATE_INCONSISTENT",
    ] {
        assert!(detail.contains(part), "{part} in: {detail}");
    }
    let (_, detail) = verdict(&token, Attack::SecondMechanism, &production);
    assert!(
        detail.contains("CKM_AES_CBC_PAD") && detail.contains("CKR_MECHANISM_INVALID"),
        "{detail}"
    );
    let (_, detail) = verdict(&token, Attack::Destruction, &production);
    assert!(detail.contains("C_SetPIN"), "{detail}");
}

on_every_module!(a_profile_says_how_a_token_wraps_and_what_it_does_not_have);

fn a_profile_says_how_a_token_wraps_and_what_it_does_not_have(on: On) {
    let profile = on.tokens().login().profile().unwrap();
    let mechanism = profile.mechanism.unwrap();
    assert_eq!(
        (mechanism.number(), mechanism.rfc()),
        (on.module.wraps_by(), 5649)
    );
    assert!(profile.wrap_mechanisms.contains(&on.module.wraps_by()));
    let missing: Vec<_> = profile.gaps.iter().map(|gap| gap.missing).collect();
    // SoftHSM refuses CKA_TRUSTED to the user, Kryoptic gives it to anybody.
    assert_eq!(missing, [Missing::Trusted], "{:?}", profile.gaps);
}

#[test]
fn a_token_that_cannot_wrap_is_said_to_be_one() {
    let tokens =
        SoftTokens::new().without_mechanisms(&["CKM_AES_KEY_WRAP", "CKM_AES_KEY_WRAP_PAD"]);
    let token = tokens.login();
    let profile = token.profile().unwrap();
    assert_eq!(profile.mechanism, None);
    assert_eq!(profile.gaps[0].missing, Missing::Wrapping);
    for attack in [
        Attack::UnwrapWeaker,
        Attack::TypeConfusion,
        Attack::Conjuring,
    ] {
        let played = token.probe(attack, None).unwrap();
        assert_eq!(played.verdict, Verdict::NotApplicable, "{}", played.detail);
    }
    let played = token.probe(Attack::TruncatedMac, None).unwrap();
    assert_eq!(played.verdict, Verdict::Defeated, "{}", played.detail);
}

/// What is wrong with the keys in use.
#[derive(Clone, Copy)]
struct Weakness {
    /// Attributes of the master, and whether it has its two templates.
    master: &'static [Change],
    unwrap_template: bool,
    wrap_template: bool,
    /// Attributes of the pepper.
    pepper: &'static [Change],
}

/// An attribute that is another, or left out.
#[derive(Clone, Copy)]
enum Change {
    Decrypt,
    Derive,
    Modifiable,
    Copyable,
    Destroyable,
    NoAllowedMechanisms,
}

const AS_IT_SHOULD_BE: Weakness = Weakness {
    master: &[],
    unwrap_template: true,
    wrap_template: true,
    pepper: &[],
};

/// A token whose keys in use have a weakness, made by who has its PIN.
fn weak(on: On, weakness: Weakness) -> Option<(SoftTokens, Token, Production)> {
    if let Some(attacker) = Attacker::in_this_process(on) {
        attacker.bring_weak_keys(weakness);
        return None;
    }
    let tokens = on.tokens();
    tokens.attack(on, &[]);
    let token = tokens.login();
    let master = label("wk-1");
    let canary = token.make_canary(&master).unwrap();
    let production = Production {
        master: Some(MasterInUse {
            label: master,
            canary,
        }),
        mac_keys: vec![label("pepper-1")],
        signing_keys: vec![],
    };
    Some((tokens, token, production))
}

impl Attacker {
    fn bring_weak_keys(&self, weakness: Weakness) {
        let session = self.session();
        let (unwrap, wrap) = (unwraps(), wraps());
        let mut master = vec![
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::ValueLen(32.into()),
            Attribute::Label(b"wk-1".to_vec()),
            Attribute::Wrap(true),
            Attribute::Unwrap(true),
            Attribute::AllowedMechanisms(vec![self.wraps_by().mechanism_type()]),
        ];
        master.extend(common());
        if weakness.unwrap_template {
            master.push(nested(cryptoki_sys::CKA_UNWRAP_TEMPLATE, &unwrap));
        }
        if weakness.wrap_template {
            master.push(nested(cryptoki_sys::CKA_WRAP_TEMPLATE, &wrap));
        }
        change(&mut master, weakness.master);
        session
            .generate_key(&Mechanism::AesKeyGen, &master)
            .unwrap();

        let mut pepper = vec![
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::ValueLen(32.into()),
            Attribute::Label(b"pepper-1".to_vec()),
            Attribute::Wrap(false),
            Attribute::Unwrap(false),
            Attribute::AllowedMechanisms(vec![MechanismType::SHA256_HMAC]),
        ];
        pepper.extend(common());
        pepper.retain(|attribute| attribute.attribute_type() != AttributeType::Sign);
        pepper.push(Attribute::Sign(true));
        change(&mut pepper, weakness.pepper);
        session
            .generate_key(&Mechanism::GenericSecretKeyGen, &pepper)
            .unwrap();
    }
}

fn common() -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(false),
        Attribute::Decrypt(false),
        Attribute::Sign(false),
        Attribute::Verify(false),
        Attribute::Derive(false),
        Attribute::Modifiable(false),
        Attribute::Copyable(false),
        Attribute::Destroyable(false),
    ]
}

fn unwraps() -> Vec<Attribute> {
    vec![
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Private(true),
        Attribute::Token(false),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
    ]
}

fn wraps() -> Vec<Attribute> {
    vec![
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Token(false),
        Attribute::Sign(true),
        Attribute::Local(true),
        Attribute::AlwaysSensitive(true),
    ]
}

/// A template inside a template (PKCS#11 v3.1 §4.10): an array of type, pointer and length. The
/// attributes must outlive the result.
fn nested(kind: u64, attributes: &[Attribute]) -> Attribute {
    let words = attributes.iter().flat_map(|attribute| {
        let raw = cryptoki_sys::CK_ATTRIBUTE::from(attribute);
        [raw.type_, raw.pValue as u64, raw.ulValueLen]
    });
    let bytes = words.flat_map(u64::to_ne_bytes).collect();
    Attribute::VendorDefined((AttributeType::VendorDefined(kind), bytes))
}

fn change(template: &mut Vec<Attribute>, changes: &[Change]) {
    for change in changes {
        let changed = match change {
            Change::Decrypt => Attribute::Decrypt(true),
            Change::Derive => Attribute::Derive(true),
            Change::Modifiable => Attribute::Modifiable(true),
            Change::Copyable => Attribute::Copyable(true),
            Change::Destroyable => Attribute::Destroyable(true),
            Change::NoAllowedMechanisms => Attribute::AllowedMechanisms(vec![]),
        };
        template.retain(|attribute| attribute.attribute_type() != changed.attribute_type());
        if !matches!(change, Change::NoAllowedMechanisms) {
            template.push(changed);
        }
    }
}

/// What opens when a master works by any mechanism; Kryoptic then wraps by counter modes, too.
fn opened_by_any_mechanism(on: On) -> Vec<Attack> {
    match on.module {
        Module::SoftHsm => vec![Attack::SecondMechanism],
        Module::Kryoptic => vec![Attack::SecondMechanism, Attack::ChosenIv],
    }
}

/// That these attacks are open on keys with a weakness, and every other one is as on good keys.
fn open(on: On, weakness: Weakness, open: &[Attack]) {
    let Some((_tokens, token, production)) = weak(on, weakness) else {
        return;
    };
    for attack in Attack::ALL {
        let (verdict, detail) = verdict(&token, attack, &production);
        let expected = match attack {
            _ if open.contains(&attack) => Verdict::Open,
            Attack::OwnWrappingKey => Verdict::Open,
            Attack::ChosenIv => chosen_iv(on),
            _ => Verdict::Defeated,
        };
        assert_eq!(verdict, expected, "{attack}: {detail}");
    }
}

on_every_module!(keys_in_use_as_they_should_be_are_found_so);

fn keys_in_use_as_they_should_be_are_found_so(on: On) {
    open(on, AS_IT_SHOULD_BE, &[]);
}

on_every_module!(a_master_that_may_decrypt_is_found);

fn a_master_that_may_decrypt_is_found(on: On) {
    let weakness = Weakness {
        master: &[Change::Decrypt, Change::NoAllowedMechanisms],
        ..AS_IT_SHOULD_BE
    };
    let mut opened = opened_by_any_mechanism(on);
    opened.push(Attack::WrapThenDecrypt);
    open(on, weakness, &opened);
}

on_every_module!(a_master_without_an_unwrap_template_is_found);

fn a_master_without_an_unwrap_template_is_found(on: On) {
    let weakness = Weakness {
        unwrap_template: false,
        ..AS_IT_SHOULD_BE
    };
    open(on, weakness, &[Attack::UnwrapWeaker, Attack::TypeConfusion]);
}

on_every_module!(a_master_without_a_wrap_template_is_found);

fn a_master_without_a_wrap_template_is_found(on: On) {
    let weakness = Weakness {
        wrap_template: false,
        ..AS_IT_SHOULD_BE
    };
    open(on, weakness, &[Attack::Injection]);
}

on_every_module!(a_master_that_works_by_any_mechanism_is_found);

fn a_master_that_works_by_any_mechanism_is_found(on: On) {
    let weakness = Weakness {
        master: &[Change::NoAllowedMechanisms],
        ..AS_IT_SHOULD_BE
    };
    open(on, weakness, &opened_by_any_mechanism(on));
}

on_every_module!(a_master_that_can_be_changed_or_copied_is_found);

fn a_master_that_can_be_changed_or_copied_is_found(on: On) {
    let weakness = Weakness {
        master: &[Change::Modifiable, Change::Copyable],
        ..AS_IT_SHOULD_BE
    };
    open(on, weakness, &[Attack::Mutation]);
}

on_every_module!(a_master_that_others_are_derived_from_is_found);

fn a_master_that_others_are_derived_from_is_found(on: On) {
    let weakness = Weakness {
        master: &[Change::Derive],
        ..AS_IT_SHOULD_BE
    };
    open(on, weakness, &[Attack::Derivation]);
}

on_every_module!(a_master_and_a_pepper_that_can_be_destroyed_are_found);

fn a_master_and_a_pepper_that_can_be_destroyed_are_found(on: On) {
    let weakness = Weakness {
        master: &[Change::Destroyable],
        pepper: &[Change::Destroyable],
        ..AS_IT_SHOULD_BE
    };
    open(on, weakness, &[Attack::Destruction]);
}

on_every_module!(a_pepper_that_macs_in_other_ways_is_found);

fn a_pepper_that_macs_in_other_ways_is_found(on: On) {
    let weakness = Weakness {
        pepper: &[Change::NoAllowedMechanisms],
        ..AS_IT_SHOULD_BE
    };
    open(on, weakness, &[Attack::TruncatedMac]);
}

on_every_module!(a_second_key_of_a_label_in_use_is_not_taken);

fn a_second_key_of_a_label_in_use_is_not_taken(on: On) {
    if let Some(attacker) = Attacker::in_this_process(on) {
        attacker.bring_mac_key("pepper-1", &[0x5A; 32]);
        return;
    }
    let tokens = on.tokens();
    let (token, production) = set_up(&tokens);
    drop(token);
    tokens.attack(on, &[]);
    let token = tokens.login();
    let pepper: KeyLabel = label("pepper-1");
    assert!(matches!(
        token.probe(Attack::LookAlike, Some(&production)),
        Err(Error::KeyAmbiguous { label, count: 2 }) if label == pepper
    ));
}

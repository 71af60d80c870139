//! Templates: one named function for each kind of key, every deciding attribute stated, because
//! defaults differ by vendor. PKCS#11 v3.1 §4.7 (keys), §4.9 (private keys), §4.10 (secret keys).

use cryptoki::{
    error::RvError,
    mechanism::MechanismType,
    object::{Attribute, AttributeType, KeyType, ObjectClass},
};
use cryptoki_sys::{CKA_UNWRAP_TEMPLATE, CKA_WRAP_TEMPLATE};

use crate::{
    KeyLabel, SignerAlgorithm, Weaker,
    algorithm::{Family, Signer},
    public_key::RSA_EXPONENT,
    raw::{self, NestedTemplate},
};

/// Random CKA_ID that ties the halves of a pair together.
pub(crate) type Id = [u8; 16];

/// Where a key that is to become a token key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// As a session object, for a trial; without DESTROYABLE=F, with which it could not be
    /// destroyed (CKR_ACTION_PROHIBITED, SoftHSM 2.6.1, Kryoptic 1.5.4).
    Trial,
    /// On the token.
    Token,
}

/// Attributes, with what the nested ones point to.
pub(crate) struct Template {
    attributes: Vec<Attribute>,
    /// What is switched off and can be left unsaid where a token knows it only of other keys: it
    /// has no mechanism for it, or ALLOWED_MECHANISMS leaves none.
    moot: &'static [AttributeType],
    /// Keeps alive what WRAP_TEMPLATE and UNWRAP_TEMPLATE in `attributes` point to.
    _nested: Vec<NestedTemplate>,
}

impl Template {
    fn new(attributes: Vec<Attribute>) -> Self {
        Self {
            attributes,
            moot: &[],
            _nested: Vec::new(),
        }
    }

    fn moot(self, moot: &'static [AttributeType]) -> Self {
        Self { moot, ..self }
    }

    /// What a token may refuse in this template and be taken all the same.
    pub(crate) fn droppable(&self) -> Vec<AttributeType> {
        let mut droppable = [&DROPPABLE, self.moot].concat();
        if !self.is_of_a_master() {
            droppable.push(AttributeType::AllowedMechanisms);
        }
        droppable
    }

    /// Whether the key may lack an attribute at the price of its assurance.
    pub(crate) fn may_lack(&self, attribute: AttributeType) -> bool {
        DROPPABLE.contains(&attribute)
            || (attribute == AttributeType::AllowedMechanisms && !self.is_of_a_master())
    }

    fn is_of_a_master(&self) -> bool {
        let mut kinds = self.attributes.iter().map(Attribute::attribute_type);
        kinds.any(|kind| kind == UNWRAP_TEMPLATE)
    }

    /// Whether an attribute may be one that the token does not know; that it says otherwise is
    /// another thing.
    pub(crate) fn is_moot(&self, attribute: AttributeType) -> bool {
        self.moot.contains(&attribute)
    }

    fn nest(mut self, kind: u64, values: Vec<Attribute>) -> Self {
        let nested = NestedTemplate::new(values);
        self.attributes.push(nested.attribute(kind));
        self._nested.push(nested);
        self
    }

    /// Leaves attributes out that the token does not take.
    pub(crate) fn without(mut self, dropped: &[AttributeType]) -> Self {
        self.attributes
            .retain(|attribute| !dropped.contains(&attribute.attribute_type()));
        self
    }

    /// Says something else of some attributes.
    pub(crate) fn changed(self, changes: &[Attribute]) -> Self {
        let kinds: Vec<_> = changes.iter().map(Attribute::attribute_type).collect();
        let mut template = self.without(&kinds);
        template.attributes.extend_from_slice(changes);
        template
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }
}

pub(crate) const WRAP_TEMPLATE: AttributeType = AttributeType::VendorDefined(CKA_WRAP_TEMPLATE);
pub(crate) const UNWRAP_TEMPLATE: AttributeType = AttributeType::VendorDefined(CKA_UNWRAP_TEMPLATE);

/// What a token key can be made without, each at the price of its assurance. Everything else is
/// demanded of a master; without ALLOWED_MECHANISMS the rest of it is worth nothing (a second
/// mechanism is a decryption oracle). Other keys may lack that, too (openCryptoki 3.8 does not know
/// it): who has the PIN can then have a key sign or MAC in other ways than ours (A19), and the probe
/// says so.
pub(crate) const DROPPABLE: [AttributeType; 4] = [
    WRAP_TEMPLATE,
    AttributeType::Modifiable,
    AttributeType::Copyable,
    AttributeType::Destroyable,
];

/// Template of the master: AES-256 that wraps and unwraps signers' keys by one mechanism.
///
/// What it unwraps is a private key that stays in its session and can neither be read nor leave
/// again; what it wraps was born on the token. MODIFIABLE or COPYABLE inside UNWRAP_TEMPLATE
/// would keep SoftHSM 2.6.1 from ever unwrapping with it.
pub(crate) fn master(
    label: &KeyLabel,
    id: Id,
    mechanism: MechanismType,
    storage: Storage,
) -> Template {
    let mut wrapped = what_any_master_wraps();
    wrapped.extend([Attribute::Local(true), Attribute::AlwaysSensitive(true)]);
    wrapping_key(label, id, mechanism, storage, wrapped)
}

/// Template of the master for keys that were brought in: as the master, and it wraps them, which
/// were not born on the token. So nothing that it wraps is taken for a key that nobody knows.
pub(crate) fn import_master(
    label: &KeyLabel,
    id: Id,
    mechanism: MechanismType,
    storage: Storage,
) -> Template {
    wrapping_key(label, id, mechanism, storage, what_any_master_wraps())
}

fn wrapping_key(
    label: &KeyLabel,
    id: Id,
    mechanism: MechanismType,
    storage: Storage,
    wrapped: Vec<Attribute>,
) -> Template {
    let mut attributes = vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::ValueLen(32.into()),
        Attribute::Private(true),
        Attribute::Sensitive(true),    // the value cannot be read
        Attribute::Extractable(false), // nor wrapped out
        Attribute::Wrap(true),
        Attribute::Unwrap(true),
        Attribute::Encrypt(false), // wrap, then decrypt, would read keys
        Attribute::Decrypt(false),
        Attribute::Sign(false),
        Attribute::Verify(false),
        Attribute::Derive(false), // no weaker relative
        Attribute::AllowedMechanisms(vec![mechanism]),
    ];
    attributes.extend(frozen(label, id, storage));
    Template::new(attributes)
        .moot(&[
            AttributeType::Sign,
            AttributeType::Verify,
            AttributeType::Derive,
        ])
        .nest(CKA_UNWRAP_TEMPLATE, what_the_master_unwraps())
        .nest(CKA_WRAP_TEMPLATE, wrapped)
}

/// UNWRAP_TEMPLATE of the master. SoftHSM 2.6.1 demands each of these in the call as well.
fn what_the_master_unwraps() -> Vec<Attribute> {
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

/// WRAP_TEMPLATE of every master. That of the master for keys born on the token has LOCAL and
/// ALWAYS_SENSITIVE as well, which refuse a key somebody knows and has brought in.
fn what_any_master_wraps() -> Vec<Attribute> {
    vec![
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Token(false),
        Attribute::Sign(true),
    ]
}

/// Template of the pepper: an HMAC-SHA-256 key that MACs and does nothing else.
pub(crate) fn pepper(label: &KeyLabel, id: Id, storage: Storage) -> Template {
    mac_key(label, id, storage, false)
}

/// Template of the record-MAC key: as the pepper, and it may check a MAC itself.
pub(crate) fn record_mac(label: &KeyLabel, id: Id, storage: Storage) -> Template {
    mac_key(label, id, storage, true)
}

fn mac_key(label: &KeyLabel, id: Id, storage: Storage, verify: bool) -> Template {
    let mut attributes = vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::ValueLen(32.into()),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Verify(verify),
        Attribute::Derive(false),
        Attribute::Encrypt(false),
        Attribute::Decrypt(false),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
        // Not SHA256_HMAC_GENERAL, which gives a MAC of one byte to who asks for it.
        Attribute::AllowedMechanisms(vec![MechanismType::SHA256_HMAC]),
    ];
    attributes.extend(frozen(label, id, storage));
    Template::new(attributes).moot(&[
        AttributeType::Verify,
        AttributeType::Derive,
        AttributeType::Encrypt,
        AttributeType::Decrypt,
        AttributeType::Wrap,
        AttributeType::Unwrap,
    ])
}

/// Template of the private half of a CA, notary or head key: P-256 that signs.
pub(crate) fn signing_key(
    signer: impl Into<Signer>,
    label: &KeyLabel,
    id: Id,
    storage: Storage,
) -> Template {
    let mut attributes = vec![
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::KeyType(KeyType::EC),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::SignRecover(false),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
        allowed(signer.into()),
    ];
    attributes.extend(frozen(label, id, storage));
    Template::new(attributes).moot(&[
        AttributeType::SignRecover,
        AttributeType::Decrypt,
        AttributeType::Unwrap,
        AttributeType::Derive,
    ])
}

/// Template of the public half of a CA, notary or head key. Nothing rests on it: the public key
/// that counts is in the organisation file, so it may be destroyed.
pub(crate) fn signing_key_public(label: &KeyLabel, id: Id, storage: Storage) -> Template {
    let mut attributes = public_half(
        SignerAlgorithm::EcdsaP256,
        id,
        matches!(storage, Storage::Token),
    );
    attributes.push(Attribute::Label(label.as_str().into()));
    Template::new(attributes)
}

/// What all token keys have: where they are, their name, and that nobody changes them again.
fn frozen(label: &KeyLabel, id: Id, storage: Storage) -> Vec<Attribute> {
    let mut attributes = vec![
        Attribute::Token(storage == Storage::Token),
        Attribute::Label(label.as_str().into()),
        Attribute::Id(id.to_vec()),
        Attribute::Modifiable(false), // nobody adds DECRYPT later
        Attribute::Copyable(false),   // nor to a copy
    ];
    if storage == Storage::Token {
        attributes.push(Attribute::Destroyable(false));
    }
    attributes
}

/// Template of the private half of a signer's key that stays on the token: never to be read or
/// wrapped, good for signing only. DESTROYABLE is not switched off, for a revoked key is destroyed.
pub(crate) fn resident_key(signer: Signer, label: &KeyLabel, id: Id, storage: Storage) -> Template {
    let mut attributes = signer_key(signer, id);
    attributes.extend([
        Attribute::Extractable(false),
        Attribute::Label(label.as_str().into()),
        Attribute::Modifiable(false), // nobody adds DECRYPT later
        Attribute::Copyable(false),   // nor to a copy
    ]);
    let kept = Attribute::Token(storage == Storage::Token);
    Template::new(attributes).changed(&[kept]).moot(&[
        AttributeType::SignRecover,
        AttributeType::Decrypt,
        AttributeType::Unwrap,
        AttributeType::Derive,
    ])
}

/// Template of the private half of a signer's key between its birth and its wrapping.
///
/// EXTRACTABLE=T is what wrapping needs; the key is destroyed right after.
pub(crate) fn newborn_signing_key(signer: impl Into<Signer>, id: Id) -> Template {
    let mut attributes = signer_key(signer.into(), id);
    attributes.push(Attribute::Extractable(true));
    Template::new(attributes)
}

/// Template of the public half of a signer's key: a session object, never stored.
pub(crate) fn newborn_public_key(algorithm: SignerAlgorithm, id: Id) -> Template {
    Template::new(public_half(algorithm, id, false))
}

/// Template of a signer's key while it is unwrapped for one signature.
///
/// Gone with the PKCS#11 session, unreadable, not to be wrapped again, good for signing only. All
/// of it is always sent: EXTRACTABLE defaults to true (PKCS#11 v3.1 §5.18.4).
pub(crate) fn unwrapped_signing_key(signer: impl Into<Signer>, id: Id) -> Template {
    let mut attributes = signer_key(signer.into(), id);
    attributes.push(Attribute::Extractable(false));
    Template::new(attributes)
}

/// What templates of signers' keys only switch off: uses that the key is not made for. A token that
/// knows one of them only of other keys may refuse a template for naming it; the key is then asked
/// for without. UNWRAP_TEMPLATE of the master says of those that matter what they must be.
pub(crate) const SWITCHED_OFF: [AttributeType; 6] = [
    AttributeType::SignRecover,
    AttributeType::Decrypt,
    AttributeType::Unwrap,
    AttributeType::Derive,
    AttributeType::Encrypt,
    AttributeType::Wrap,
];

/// What a key signs by, and nothing else. SoftHSM 2.6.1 does not take this in UNWRAP_TEMPLATE, so
/// of a key that is unwrapped it binds only our own call.
fn allowed(signer: Signer) -> Attribute {
    let mechanisms = signer.signing_mechanisms().into_iter();
    Attribute::AllowedMechanisms(mechanisms.map(raw::mechanism_type).collect())
}

fn signer_key(signer: Signer, id: Id) -> Vec<Attribute> {
    vec![
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::KeyType(key_type(signer.algorithm)),
        Attribute::Token(false),    // never written to the token's storage
        Attribute::Private(true),   // invisible until login
        Attribute::Sensitive(true), // the value cannot be read
        Attribute::Sign(true),
        Attribute::SignRecover(false),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
        Attribute::Id(id.to_vec()),
        allowed(signer),
    ]
}

fn key_type(algorithm: SignerAlgorithm) -> KeyType {
    match algorithm.family() {
        Family::Ecdsa => KeyType::EC,
        Family::Rsa => KeyType::RSA,
        Family::Eddsa => KeyType::EC_EDWARDS,
    }
}

/// What is generated: CKA_EC_PARAMS as ECParameters.namedCurve (RFC 5480 §2.1.1; RFC 8410 §3 for
/// Ed25519), or CKA_MODULUS_BITS and CKA_PUBLIC_EXPONENT (PKCS#11 v3.1 §6.1.4).
pub(crate) fn parameters(algorithm: SignerAlgorithm) -> Vec<Attribute> {
    /// secp256r1, DER.
    const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    /// secp384r1, DER.
    const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
    /// secp521r1, DER.
    const P521: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];
    /// id-Ed25519, DER.
    const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
    let curve = |parameters: &[u8]| vec![Attribute::EcParams(parameters.to_vec())];
    match algorithm {
        SignerAlgorithm::EcdsaP256 => curve(P256),
        SignerAlgorithm::EcdsaP384 => curve(P384),
        SignerAlgorithm::EcdsaP521 => curve(P521),
        SignerAlgorithm::Ed25519 => curve(ED25519),
        SignerAlgorithm::Rsa2048
        | SignerAlgorithm::Rsa3072
        | SignerAlgorithm::Rsa4096
        | SignerAlgorithm::RsaPss2048
        | SignerAlgorithm::RsaPss3072
        | SignerAlgorithm::RsaPss4096 => vec![
            Attribute::ModulusBits(u64::from(algorithm.key_bits()).into()),
            Attribute::PublicExponent(RSA_EXPONENT.to_vec()),
        ],
    }
}

fn public_half(algorithm: SignerAlgorithm, id: Id, token: bool) -> Vec<Attribute> {
    let mut attributes = vec![
        Attribute::Class(ObjectClass::PUBLIC_KEY),
        Attribute::KeyType(key_type(algorithm)),
        Attribute::Token(token),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::Encrypt(false),
        Attribute::Wrap(false),
        Attribute::Id(id.to_vec()),
    ];
    attributes.extend(parameters(algorithm));
    attributes
}

/// The templates a wrapping key must not unwrap with, each the full template with one thing
/// changed, so that only this thing can be the reason of a refusal.
pub(crate) fn weaker_unwrapped_keys(signer: impl Into<Signer>, id: Id) -> [(Weaker, Template); 7] {
    let signer = signer.into();
    let with = |changed: Attribute| {
        let mut template = unwrapped_signing_key(signer, id).without(&[changed.attribute_type()]);
        template.attributes.push(changed);
        template
    };
    [
        (Weaker::Extractable, with(Attribute::Extractable(true))),
        (Weaker::Readable, with(Attribute::Sensitive(false))),
        (Weaker::Persistent, with(Attribute::Token(true))),
        (
            Weaker::GenericSecret,
            as_secret_key(KeyType::GENERIC_SECRET, id),
        ),
        (Weaker::AesKey, as_secret_key(KeyType::AES, id)),
        // Some modules want a length, and refuse the others for that alone.
        (
            Weaker::GenericSecret,
            as_secret_key_of(KeyType::GENERIC_SECRET, id),
        ),
        (Weaker::AesKey, as_secret_key_of(KeyType::AES, id)),
    ]
}

/// A private key taken for a secret key, whose bytes could then be used or derived from.
/// SIGN_RECOVER and the allowed mechanism are left out: a secret key has none of the first.
fn as_secret_key(key_type: KeyType, id: Id) -> Template {
    Template::new(vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(key_type),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Decrypt(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
        Attribute::Id(id.to_vec()),
    ])
}

/// The same, cut to the 32 bytes of an AES-256 key.
fn as_secret_key_of(key_type: KeyType, id: Id) -> Template {
    let mut template = as_secret_key(key_type, id);
    template.attributes.push(Attribute::ValueLen(32.into()));
    template
}

/// Template of a throw-away AES key a wrap mechanism is tried with; known to this process where
/// `value` is given.
pub(crate) fn throw_away_wrapping_key(
    mechanism: MechanismType,
    value: Option<&[u8; 32]>,
) -> Template {
    let mut attributes = vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Wrap(true),
        Attribute::Unwrap(true),
        Attribute::Encrypt(false),
        Attribute::Decrypt(false),
        Attribute::AllowedMechanisms(vec![mechanism]),
    ];
    attributes.push(match value {
        Some(value) => Attribute::Value(value.to_vec()),
        None => Attribute::ValueLen(32.into()),
    });
    Template::new(attributes)
}

/// What a key that was generated on its token, as it should be, says of itself.
pub(crate) fn born_on_the_token() -> [Attribute; 3] {
    [
        Attribute::Local(true),
        Attribute::AlwaysSensitive(true),
        Attribute::NeverExtractable(true),
    ]
}

/// The attributes of a token key's template that decide what it may do and can be read back.
///
/// Templates inside templates cannot be read (SoftHSM 2.6.1 gives broken contents, Kryoptic 1.5.4
/// refuses); trying the key shows what they do.
pub(crate) fn of_a_token_key(template: &Template) -> Vec<&Attribute> {
    const UNREAD: [AttributeType; 4] = [
        WRAP_TEMPLATE,
        UNWRAP_TEMPLATE,
        AttributeType::Label,
        AttributeType::Id,
    ];
    let attributes = template.attributes.iter();
    attributes
        .filter(|attribute| !UNREAD.contains(&attribute.attribute_type()))
        .collect()
}

/// The attributes of a session key's template whose loss would give the key away. One call reads
/// them; not every token shows the others.
pub(crate) fn of_a_session_key(template: &Template) -> Vec<&Attribute> {
    const DECISIVE: [AttributeType; 4] = [
        AttributeType::Token,
        AttributeType::Private,
        AttributeType::Sensitive,
        AttributeType::Extractable,
    ];
    let attributes = template.attributes.iter();
    attributes
        .filter(|attribute| DECISIVE.contains(&attribute.attribute_type()))
        .collect()
}

/// Whether an answer says that a template is not to the token's liking.
pub(crate) fn is_refusal(answer: RvError) -> bool {
    matches!(
        answer,
        RvError::TemplateInconsistent
            | RvError::TemplateIncomplete
            | RvError::AttributeTypeInvalid
            | RvError::AttributeValueInvalid
            | RvError::AttributeReadOnly
    )
}

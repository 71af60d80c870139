//! What is tried on a master with a key that is wrapped under it: A2, A3, A4, A12, A13, A14.

use cryptoki::{
    error::Result as CkResult,
    mechanism::Mechanism,
    object::{Attribute, AttributeType, KeyType, ObjectHandle},
};
use cryptoki_sys::{CKF_UNWRAP, CKF_WRAP, CKM_AES_CCM, CKM_AES_GCM};
use zeroize::Zeroizing;

use super::{Adversary, Facts, Master, Stage, adversary::KNOWN, facts::ckr};
use crate::{
    Result, SignerAlgorithm, Weaker, answer,
    login::{import::wrapped_here, prove::not_refused, random_id, session_key::leaner},
    mechanism_name,
    raw::{self, Parameter},
    template::{self, Template},
};

const UNWRAP: &str = "C_UnwrapKey";
const WRAP: &str = "C_WrapKey";

/// Algorithm of canaries and of the keys that are tried here.
const ALGORITHM: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

/// A template a wrapped key must not become, and which attributes of what came out tell that it
/// did: the token may take it and put it right.
struct Weak {
    what: &'static str,
    template: Template,
    must_read: Vec<Attribute>,
}

impl Stage<'_> {
    /// A2: what comes out must be as strict as the master's template, whatever is asked for.
    pub(super) fn unwrap_weaker(&self, facts: &mut Facts) -> Result<()> {
        let masters = self.masters(facts)?;
        let adversary = Adversary::arm(self);
        for master in &masters {
            for weak in weaker_templates(master.unsaid)? {
                let blob = master.canary.wrapped.expose_blob();
                // A session of its own: what is to go with it must, whatever the token says of it.
                let session = self.login.read_write_session()?;
                let attributes = weak.template.attributes();
                match self.unwrap_in(&session, master, blob, attributes) {
                    Ok(key) => {
                        let mut weakness = adversary.weakness(self, key, &weak.must_read)?;
                        session.close()?;
                        if self.is_there(key) {
                            self.session.destroy_object(key)?;
                            weakness.get_or_insert("it outlives its session".to_owned());
                        }
                        let (subject, what) = (master.subject, weak.what);
                        match weakness {
                            Some(weakness) => {
                                let answer = format!("CKR_OK, and {weakness}");
                                facts.came_through(subject, UNWRAP, what, answer);
                            }
                            None if !adversary.can_wrap() => {
                                let answer = "CKR_OK, and there is no key to take it out with";
                                facts.unclear(subject, UNWRAP, what, answer);
                            }
                            None => facts.refused(
                                subject,
                                UNWRAP,
                                what,
                                "CKR_OK, and what came out is neither read nor wrapped",
                            ),
                        }
                    }
                    Err(error) => {
                        facts.trial::<()>(master.subject, UNWRAP, weak.what, Err(error));
                    }
                }
            }
            self.control(facts, master)?;
        }
        Ok(())
    }

    /// A3: a private key must come out as the private key it is.
    pub(super) fn type_confusion(&self, facts: &mut Facts) -> Result<()> {
        for master in &self.masters(facts)? {
            let id = random_id()?;
            let secrets = template::weaker_unwrapped_keys(ALGORITHM, id)
                .into_iter()
                .filter_map(|(weaker, template)| match weaker {
                    Weaker::GenericSecret => Some(("as GENERIC_SECRET", template)),
                    Weaker::AesKey => Some(("as AES", template)),
                    _ => None,
                });
            let readable = [Attribute::Sensitive(false), Attribute::Extractable(true)];
            let readable_secrets = template::weaker_unwrapped_keys(ALGORITHM, id)
                .into_iter()
                .filter_map(|(weaker, template)| match weaker {
                    Weaker::GenericSecret => Some((
                        "as a GENERIC_SECRET that is readable",
                        template.changed(&readable),
                    )),
                    _ => None,
                });
            let others = [
                ("as RSA", KeyType::RSA),
                ("as DH", KeyType::DH),
                ("as DSA", KeyType::DSA),
            ]
            .map(|(what, key_type)| {
                let template =
                    template::unwrapped_signing_key(ALGORITHM, id).without(master.unsaid);
                (what, template.changed(&[Attribute::KeyType(key_type)]))
            });
            for (what, template) in secrets.chain(readable_secrets).chain(others) {
                let template = template.without(master.unsaid);
                let blob = master.canary.wrapped.expose_blob();
                let answered = self.unwrap(master, blob, template.attributes());
                if let Some(key) = facts.data_trial(master.subject, UNWRAP, what, answered) {
                    self.session.destroy_object(key)?;
                }
            }
            self.control(facts, master)?;
        }
        Ok(())
    }

    /// A4: nothing comes out of what was changed or made up, and refusals of one length are all
    /// alike: whoever can tell them apart can decrypt by asking.
    pub(super) fn conjuring(&self, facts: &mut Facts) -> Result<()> {
        for master in &self.masters(facts)? {
            let blob = master.canary.wrapped.expose_blob();
            let template =
                template::unwrapped_signing_key(ALGORITHM, random_id()?).without(master.unsaid);
            let mut refusals: Vec<(&str, String)> = Vec::new();
            for (what, changed) in changed_blobs(blob)? {
                let same_length = changed.len() == blob.len();
                let answered = self.unwrap(master, &changed, template.attributes());
                if let (Err(error), true) = (&answered, same_length) {
                    refusals.push((what, ckr(error)));
                }
                if let Some(key) = facts.data_trial(master.subject, UNWRAP, what, answered) {
                    self.session.destroy_object(key)?;
                }
            }
            if let Some((what, other)) = refusals
                .iter()
                .find(|(_, refusal)| Some(refusal) != refusals.first().map(|(_, first)| first))
            {
                let answer = format!("{other}, unlike the others: an oracle");
                facts.came_through(master.subject, UNWRAP, *what, answer);
            }
            self.control(facts, master)?;
        }
        Ok(())
    }

    /// A12: the master works by its one mechanism, and any other is refused for being another.
    pub(super) fn second_mechanism(&self, facts: &mut Facts) -> Result<()> {
        let masters = self.masters(facts)?;
        let (newborn, _) = self.login.newborn(&self.session, ALGORITHM)?;
        let raw = &self.login.module.raw;
        for master in &masters {
            let template =
                template::unwrapped_signing_key(ALGORITHM, random_id()?).without(master.unsaid);
            let mut tried: Vec<(u64, bool, bool, bool)> = self
                .listed
                .iter()
                .filter(|(_, info)| info.does(CKF_WRAP) || info.does(CKF_UNWRAP))
                .map(|(number, info)| (*number, true, info.does(CKF_WRAP), info.does(CKF_UNWRAP)))
                .collect();
            for known in KNOWN {
                if tried.iter().all(|(number, ..)| *number != known) {
                    tried.push((known, false, true, true));
                }
            }
            for (number, listed, wraps, unwraps) in tried {
                if number == master.mechanism {
                    continue;
                }
                let parameter = Parameter::to_wrap_with(number);
                let what = if listed {
                    mechanism_name(number)
                } else {
                    format!("{} [not listed]", mechanism_name(number))
                };
                if unwraps {
                    let (blob, attributes) =
                        (master.canary.wrapped.expose_blob(), template.attributes());
                    let answered = raw
                        .unwrap(
                            &self.session,
                            number,
                            parameter,
                            master.key,
                            blob,
                            attributes,
                        )
                        .map(|key| self.session.destroy_object(key));
                    self.only_the_mechanism(facts, master, UNWRAP, &what, listed, answered);
                }
                if wraps {
                    let answered = raw.wrap(&self.session, number, parameter, master.key, newborn);
                    self.only_the_mechanism(facts, master, WRAP, &what, listed, answered);
                }
            }
            self.control(facts, master)?;
        }
        Ok(())
    }

    /// Notes an answer that must be about the mechanism. An answer about the data, of a mechanism
    /// the token lists, is an oracle; of one it does not list, it is what the module answers first.
    fn only_the_mechanism<T>(
        &self,
        facts: &mut Facts,
        master: &Master,
        call: &'static str,
        what: &str,
        listed: bool,
        answered: Result<T, cryptoki::error::Error>,
    ) {
        use cryptoki::error::RvError;
        let about_data = answered
            .as_ref()
            .err()
            .and_then(answer::value)
            .is_some_and(|value| {
                matches!(
                    value,
                    RvError::EncryptedDataInvalid
                        | RvError::EncryptedDataLenRange
                        | RvError::WrappedKeyInvalid
                        | RvError::WrappedKeyLenRange
                )
            });
        let refused = match &answered {
            Ok(_) => false,
            Err(_) if listed => answered_for_the_mechanism(&answered),
            Err(_) => !about_data,
        };
        let answer = match &answered {
            Ok(_) => "CKR_OK".to_owned(),
            Err(error) => ckr(error),
        };
        if refused {
            facts.refused(master.subject, call, what, answer);
        } else {
            facts.came_through(master.subject, call, what, answer);
        }
    }

    /// A13: GCM and CCM under an initialisation vector of the caller's give the XOR of two keys.
    pub(super) fn chosen_iv(&self, facts: &mut Facts) -> Result<()> {
        let counters: Vec<u64> = self
            .listed
            .iter()
            .filter(|(number, info)| {
                [CKM_AES_GCM, CKM_AES_CCM].contains(number) && info.does(CKF_WRAP)
            })
            .map(|(number, _)| *number)
            .collect();
        if counters.is_empty() {
            facts.note("the token lists neither CKM_AES_GCM nor CKM_AES_CCM for wrapping");
            return Ok(());
        }
        let masters = self.masters(facts)?;
        let (newborn, _) = self.login.newborn(&self.session, ALGORITHM)?;
        let raw = &self.login.module.raw;
        for number in counters {
            let parameter = Parameter::to_wrap_with(number);
            let what = format!("{} with a chosen IV", mechanism_name(number));
            for master in &masters {
                let answered = raw.wrap(&self.session, number, parameter, master.key, newborn);
                facts.trial(master.subject, WRAP, &*what, answered);
            }
            if let Some(own) = Adversary::arm(self).aes() {
                let answered = raw.wrap(&self.session, number, parameter, own, newborn);
                let answer = answered.map_or_else(|error| ckr(&error), |_| "CKR_OK".to_owned());
                facts.note(format!("a key of the caller's: {WRAP} ({what}) {answer}"));
            }
        }
        Ok(())
    }

    /// A14: a key that somebody knows is not wrapped as if it were born on the token.
    pub(super) fn injection(&self, facts: &mut Facts) -> Result<()> {
        let masters = self.masters(facts)?;
        if masters.is_empty() {
            return Ok(());
        }
        let raw = &self.login.module.raw;
        let mut known: Vec<(&str, ObjectHandle)> = Vec::new();
        match self.session.create_object(&known_key()?) {
            Ok(key) => known.push(("a key made by C_CreateObject", key)),
            Err(error) => facts.kept_out("any key", "C_CreateObject", "a known value", &error),
        }
        match self.known_by_unwrapping()? {
            Ok(key) => known.push(("a key brought in by C_UnwrapKey", key)),
            Err(error) => facts.kept_out("any key", UNWRAP, "a known value", &error),
        }
        match self.readable_newborn()? {
            Ok(key) => known.push(("a key born readable, SENSITIVE set after", key)),
            Err(refusal) => facts.refused("any key", "C_GenerateKeyPair", "SENSITIVE=F", refusal),
        }
        for master in &masters {
            for (what, key) in &known {
                let (number, none) = (master.mechanism, Parameter::None);
                let answered = raw.wrap(&self.session, number, none, master.key, *key);
                facts.trial(master.subject, WRAP, *what, answered);
            }
            // That one born as it should be is wrapped.
            let (newborn, _) = self.login.newborn(&self.session, ALGORITHM)?;
            raw.wrap(
                &self.session,
                master.mechanism,
                Parameter::None,
                master.key,
                newborn,
            )?;
        }
        Ok(())
    }

    /// Brings a known key in under a wrapping key that is known, too; or why the token does not.
    fn known_by_unwrapping(&self) -> Result<CkResult<ObjectHandle>> {
        let mechanism = self.login.wrap_mechanism()?;
        let number = mechanism.number();
        let own = template::throw_away_wrapping_key(raw::mechanism_type(number), Some(&KNOWN_AES));
        let own = match self.session.create_object(own.attributes()) {
            Ok(own) => own,
            Err(error) => return Ok(Err(error)),
        };
        let blob = wrapped_here(&KNOWN_AES, mechanism, &known_pkcs8())?;
        let id = random_id()?;
        let unwrapped = leaner(|dropped| {
            let template = template::newborn_signing_key(ALGORITHM, id).without(dropped);
            let (none, attributes) = (Parameter::None, template.attributes());
            let raw = &self.login.module.raw;
            raw.unwrap(&self.session, number, none, own, &blob, attributes)
        });
        Ok(unwrapped.map(|(key, _)| key))
    }

    /// Makes a key pair whose private half can be read at first; or why the token does not.
    fn readable_newborn(&self) -> Result<Result<ObjectHandle, String>> {
        let id = random_id()?;
        let private =
            template::newborn_signing_key(ALGORITHM, id).changed(&[Attribute::Sensitive(false)]);
        let made = self.session.generate_key_pair(
            &Mechanism::EccKeyPairGen,
            template::newborn_public_key(ALGORITHM, id).attributes(),
            private.attributes(),
        );
        Ok(match made {
            Ok((_, key)) => self
                .session
                .update_attributes(key, &[Attribute::Sensitive(true)])
                .map(|()| key)
                .map_err(|error| ckr(&error)),
            Err(error) => Err(ckr(&error)),
        })
    }

    /// That the intact key still comes out under the full template: what was refused before was
    /// refused for what was changed, and the device works.
    pub(super) fn control(&self, facts: &mut Facts, master: &Master) -> Result<()> {
        let template =
            template::unwrapped_signing_key(ALGORITHM, random_id()?).without(master.unsaid);
        let blob = master.canary.wrapped.expose_blob();
        match self.unwrap(master, blob, template.attributes()) {
            Ok(key) => Ok(self.session.destroy_object(key)?),
            Err(error) => {
                let answer = format!("{}: refusals before it show nothing", ckr(&error));
                facts.came_through(master.subject, UNWRAP, "as it should be", answer);
                Ok(())
            }
        }
    }
}

fn answered_for_the_mechanism<T>(answered: &Result<T, cryptoki::error::Error>) -> bool {
    use cryptoki::error::Error as CkError;
    match answered {
        Err(CkError::Pkcs11(value, call)) => {
            not_refused::<()>(Err(CkError::Pkcs11(*value, *call))).is_none()
        }
        _ => false,
    }
}

/// The full template with something weaker, something left out, and as it is: a token may answer
/// CKR_OK to everything.
fn weaker_templates(unsaid: &[AttributeType]) -> Result<Vec<Weak>> {
    let id = random_id()?;
    let full = || template::unwrapped_signing_key(ALGORITHM, id).without(unsaid);
    let strict = || {
        vec![
            Attribute::Token(false),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
        ]
    };
    let mut all: Vec<Weak> = [
        ("EXTRACTABLE=T", vec![Attribute::Extractable(true)]),
        ("SENSITIVE=F", vec![Attribute::Sensitive(false)]),
        (
            "EXTRACTABLE=T and SENSITIVE=F",
            vec![Attribute::Extractable(true), Attribute::Sensitive(false)],
        ),
        ("TOKEN=T", vec![Attribute::Token(true)]),
        ("PRIVATE=F", vec![Attribute::Private(false)]),
    ]
    .into_iter()
    .map(|(what, changes)| Weak {
        what,
        template: full().changed(&changes),
        must_read: strict(),
    })
    .collect();
    all.extend(
        [
            (
                "DECRYPT=T",
                Attribute::Decrypt(true),
                Attribute::Decrypt(false),
            ),
            (
                "UNWRAP=T",
                Attribute::Unwrap(true),
                Attribute::Unwrap(false),
            ),
            (
                "DERIVE=T",
                Attribute::Derive(true),
                Attribute::Derive(false),
            ),
        ]
        .map(|(what, change, must)| Weak {
            what,
            template: full().changed(&[change]),
            must_read: [strict(), vec![must]].concat(),
        }),
    );
    all.extend(
        [
            ("without EXTRACTABLE", vec![AttributeType::Extractable]),
            ("without SENSITIVE", vec![AttributeType::Sensitive]),
            (
                "with class and type only",
                vec![
                    AttributeType::Token,
                    AttributeType::Private,
                    AttributeType::Sensitive,
                    AttributeType::Extractable,
                    AttributeType::Sign,
                    AttributeType::SignRecover,
                    AttributeType::Decrypt,
                    AttributeType::Unwrap,
                    AttributeType::Derive,
                    AttributeType::AllowedMechanisms,
                ],
            ),
            ("as the product asks", vec![]),
        ]
        .map(|(what, left_out)| Weak {
            what,
            template: full().without(&left_out),
            must_read: strict(),
        }),
    );
    Ok(all)
}

/// What is unwrapped instead of a wrapped key, and what was done to it.
type Changed = (&'static str, Zeroizing<Vec<u8>>);

fn changed_blobs(blob: &[u8]) -> Result<Vec<Changed>> {
    let flipped = |at: usize| {
        let mut changed = Zeroizing::new(blob.to_vec());
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1;
        }
        changed
    };
    let last = blob.len().saturating_sub(1);
    let mut made_up = Zeroizing::new(vec![0; blob.len()]);
    getrandom::fill(made_up.as_mut()).map_err(|_| crate::Error::NoRandomBytes)?;
    let mut longer = Zeroizing::new(blob.to_vec());
    longer.extend_from_slice(&[0; 8]);
    let mut swapped = Zeroizing::new(blob.to_vec());
    if swapped.len() >= 32 {
        let (front, back) = swapped.split_at_mut(16);
        front[8..16].swap_with_slice(&mut back[..8]);
    }
    Ok(vec![
        ("first byte changed", flipped(0)),
        ("byte 8 changed", flipped(7)),
        ("byte 9 changed", flipped(8)),
        ("middle byte changed", flipped(blob.len() / 2)),
        (
            "byte before the last block changed",
            flipped(last.saturating_sub(8)),
        ),
        ("last byte changed", flipped(last)),
        ("two blocks swapped", swapped),
        ("random bytes", made_up),
        (
            "8 bytes cut",
            Zeroizing::new(blob[..blob.len().saturating_sub(8)].to_vec()),
        ),
        ("8 bytes added", longer),
        ("16 random bytes", Zeroizing::new(random_id()?.to_vec())),
        ("empty", Zeroizing::new(Vec::new())),
    ])
}

/// A wrapping key whose value everybody knows.
const KNOWN_AES: [u8; 32] = [7; 32];

/// The P-256 private key 1 as a PrivateKeyInfo (RFC 5208 §5) with an ECPrivateKey (RFC 5915 §3).
fn known_pkcs8() -> Vec<u8> {
    const HEAD: [u8; 35] = [
        0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02,
        0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25,
        0x02, 0x01, 0x01, 0x04, 0x20,
    ];
    let mut value = [0; 32];
    value[31] = 1;
    [HEAD.as_slice(), &value].concat()
}

/// A P-256 private key whose value everybody knows: 1. Otherwise as the product makes them.
fn known_key() -> Result<Vec<Attribute>> {
    let mut value = vec![0; 32];
    value[31] = 1;
    let mut template = template::newborn_signing_key(ALGORITHM, random_id()?)
        .attributes()
        .to_vec();
    template.extend(template::parameters(ALGORITHM));
    template.push(Attribute::Value(value));
    Ok(template)
}

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use cryptoki::{
    error::{Error as CkError, Result as CkResult},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
};
use minicbor::{CborLen, Decode, Encode};

use super::{KeyClass, Login, lock, name, random_id};
use crate::{
    Error, KeyLabel, RawSignature, Result, SignerAlgorithm, SpkiDer, ToBeSigned, WrapMechanism,
    WrappedKey,
    algorithm::Family,
    answer,
    raw::Parameter,
    reconnect::Meaning,
    secret::SecretBytes,
    template::{self, SWITCHED_OFF, Template},
};

/// Number of a session key in this host process; never given twice, unlike PKCS#11 handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub(crate) struct KeyNumber(#[n(0)] u64);

/// Session keys that are alive over several requests, each in a PKCS#11 session of its own.
#[derive(Default)]
pub(super) struct SessionKeys(Mutex<Live>);

#[derive(Default)]
struct Live {
    keys: HashMap<KeyNumber, Arc<Mutex<SessionKey>>>,
    given: u64,
}

struct SessionKey {
    private: ObjectHandle,
    algorithm: SignerAlgorithm,
    session: Session,
}

impl SessionKeys {
    /// A window or a command makes one at a time; this many are a leak.
    const LIMIT: usize = 64;

    fn insert(&self, key: SessionKey) -> Result<KeyNumber> {
        let mut live = lock(&self.0);
        if live.keys.len() >= Self::LIMIT {
            return Err(Error::TooManySessionKeys {
                limit: Self::LIMIT as u32,
            });
        }
        live.given += 1;
        let number = KeyNumber(live.given);
        live.keys.insert(number, Arc::new(Mutex::new(key)));
        Ok(number)
    }

    /// Lends a key out for one operation. If that fails its session may be unusable, so the key
    /// goes.
    fn use_once<T>(
        &self,
        number: KeyNumber,
        operation: impl FnOnce(&SessionKey) -> Result<T>,
    ) -> Result<T> {
        let key = lock(&self.0).keys.get(&number).cloned();
        let key = key.ok_or(Error::SessionKeyGone)?;
        let done = operation(&lock(&key));
        if done.is_err() {
            lock(&self.0).keys.remove(&number);
        }
        done
    }

    /// Takes a key out; another request that uses it now keeps its session until it is done.
    fn take(&self, number: KeyNumber) -> Result<Arc<Mutex<SessionKey>>> {
        let key = lock(&self.0).keys.remove(&number);
        key.ok_or(Error::SessionKeyGone)
    }
}

impl Login {
    /// Generates a signer's key pair as session objects.
    pub(crate) fn generate(&self, algorithm: SignerAlgorithm) -> Result<(KeyNumber, SpkiDer)> {
        self.check_wrapped(algorithm)?;
        let session = self.session()?;
        let (private, spki) = self.newborn(&session, algorithm)?;
        let number = self.keys.insert(SessionKey {
            private,
            algorithm,
            session,
        })?;
        Ok((number, spki))
    }

    /// Unwraps a signer's key as a session object.
    pub(crate) fn unwrap(
        &self,
        master: &KeyLabel,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
    ) -> Result<KeyNumber> {
        self.check_wrapped(algorithm)?;
        let session = self.session()?;
        let master = self.find(&session, master, KeyClass::Secret)?;
        let private = self.unwrapped(&session, master, wrapped, algorithm)?;
        self.keys.insert(SessionKey {
            private,
            algorithm,
            session,
        })
    }

    /// Unwraps a signer's key, signs each input, destroys the key.
    ///
    /// However this is left, the key is gone: it is destroyed, or its session ends.
    pub(crate) fn sign_with_wrapped(
        &self,
        master: &KeyLabel,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
        inputs: &[ToBeSigned],
    ) -> Result<Vec<RawSignature>> {
        self.check_wrapped(algorithm)?;
        self.pooled(|session| {
            let master = self.find(session, master, KeyClass::Secret)?;
            let key = self.unwrapped(session, master, wrapped, algorithm)?;
            let signatures: Vec<_> = inputs
                .iter()
                .map(|input| self.sign_by(session, key, algorithm, input))
                .collect::<Result<_>>()?;
            session.destroy_object(key)?;
            Ok(signatures)
        })
    }

    /// Keeps a session key for later requests.
    pub(super) fn keep(
        &self,
        private: ObjectHandle,
        algorithm: SignerAlgorithm,
        session: Session,
    ) -> Result<KeyNumber> {
        self.keys.insert(SessionKey {
            private,
            algorithm,
            session,
        })
    }

    pub(crate) fn session_key_sign(
        &self,
        number: KeyNumber,
        input: &ToBeSigned,
    ) -> Result<RawSignature> {
        self.keys.use_once(number, |key| {
            self.sign_by(&key.session, key.private, key.algorithm, input)
        })
    }

    pub(crate) fn session_key_wrap(
        &self,
        number: KeyNumber,
        master: &KeyLabel,
    ) -> Result<WrappedKey> {
        let mechanism = self.wrap_mechanism()?;
        let session = self.session()?;
        let master = self.find(&session, master, KeyClass::Secret)?;
        self.keys.use_once(number, |key| {
            self.wrapped(&session, mechanism, master, key.private)
        })
    }

    pub(crate) fn session_key_destroy(&self, number: KeyNumber) -> Result<()> {
        let key = self.keys.take(number)?;
        let destroyed = {
            let key = lock(&key);
            key.session.destroy_object(key.private)
        };
        if let Some(key) = Arc::into_inner(key) {
            let key = key.into_inner().unwrap_or_else(PoisonError::into_inner);
            key.session.close()?; // destroys what is left: the public half
        }
        Ok(destroyed?)
    }

    /// Makes a key pair in a session: private half and public key.
    pub(super) fn newborn(
        &self,
        session: &Session,
        algorithm: SignerAlgorithm,
    ) -> Result<(ObjectHandle, SpkiDer)> {
        let mechanism = match algorithm.family() {
            Family::Ecdsa => Mechanism::EccKeyPairGen,
            Family::Rsa => Mechanism::RsaPkcsKeyPairGen,
            Family::Eddsa => Mechanism::EccEdwardsKeyPairGen,
        };
        let id = random_id()?;
        let of_public = || template::newborn_public_key(algorithm, id);
        let of_private = || template::newborn_signing_key(self.signer(algorithm), id);
        let ((public, private), _) = leaner(|dropped| {
            let (public, private) = (of_public().without(dropped), of_private().without(dropped));
            session.generate_key_pair(&mechanism, public.attributes(), private.attributes())
        })?;
        self.refuse_weaker(session, private, &of_private())?;
        let spki = public_key(session, algorithm, public)?;
        Ok((private, spki))
    }

    /// Wraps a key under a master.
    pub(super) fn wrapped(
        &self,
        session: &Session,
        mechanism: WrapMechanism,
        master: ObjectHandle,
        key: ObjectHandle,
    ) -> Result<WrappedKey> {
        let number = mechanism.number();
        let raw = &self.module.raw;
        let blob = raw.wrap(session, number, Parameter::None, master, key)?;
        Ok(WrappedKey::new(mechanism, SecretBytes::new(blob)))
    }

    /// Unwraps a key under the full template and reads it back.
    pub(super) fn unwrapped(
        &self,
        session: &Session,
        master: ObjectHandle,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
    ) -> Result<ObjectHandle> {
        let unwrapped = self.unwrapped_without(session, master, wrapped, algorithm);
        unwrapped.map(|(key, _)| key)
    }

    /// The same, and says which attributes the token does not take in that template.
    pub(super) fn unwrapped_without(
        &self,
        session: &Session,
        master: ObjectHandle,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
    ) -> Result<(ObjectHandle, &'static [AttributeType])> {
        let id = random_id()?;
        let full = || template::unwrapped_signing_key(self.signer(algorithm), id);
        let number = wrapped.mechanism().number();
        let blob = wrapped.expose_blob();
        let raw = &self.module.raw;
        let unwrapped = leaner(|dropped| {
            let template = full().without(dropped);
            let attributes = template.attributes();
            raw.unwrap(session, number, Parameter::None, master, blob, attributes)
        });
        let (key, dropped) = unwrapped.map_err(|error| unwrap_error(session, error))?;
        self.refuse_weaker(session, key, &full())?;
        Ok((key, dropped))
    }

    /// Reads a session key back, and destroys it if the token made another than asked for. One
    /// token was seen to answer CKR_OK and leave the key extractable.
    pub(super) fn refuse_weaker(
        &self,
        session: &Session,
        key: ObjectHandle,
        template: &Template,
    ) -> Result<()> {
        let expected = template::of_a_session_key(template);
        let refusal = match self.module.raw.differences(session, key, &expected) {
            Ok(differences) => match differences.first() {
                None => return Ok(()),
                Some((attribute, _)) => Error::SessionKeyWeaker {
                    attribute: name(*attribute),
                },
            },
            Err(error) => error.into(),
        };
        session.destroy_object(key)?;
        Err(refusal)
    }
}

/// Asks with all that is stated, and where the token takes offence at it once more without what is
/// only switched off. Says what was left out.
pub(super) fn leaner<T>(
    attempt: impl Fn(&[AttributeType]) -> CkResult<T>,
) -> CkResult<(T, &'static [AttributeType])> {
    match attempt(&[]) {
        Ok(made) => Ok((made, &[])),
        Err(CkError::Pkcs11(answer, _)) if template::is_refusal(answer) => {
            let made = attempt(&SWITCHED_OFF)?;
            Ok((made, &SWITCHED_OFF))
        }
        Err(error) => Err(error),
    }
}

/// Reads the public half of a key pair.
pub(super) fn public_key(
    session: &Session,
    algorithm: SignerAlgorithm,
    public: ObjectHandle,
) -> Result<SpkiDer> {
    let wanted: &[AttributeType] = match algorithm.family() {
        Family::Ecdsa | Family::Eddsa => &[AttributeType::EcPoint],
        Family::Rsa => &[AttributeType::Modulus, AttributeType::PublicExponent],
    };
    match &session.get_attributes(public, wanted)?[..] {
        [Attribute::EcPoint(point)] => SpkiDer::from_ec_point(algorithm, point),
        [
            Attribute::Modulus(modulus),
            Attribute::PublicExponent(exponent),
        ] => SpkiDer::from_rsa(algorithm, modulus, exponent),
        _ => Err(Error::PublicKeyMalformed),
    }
}

/// Tells a damaged key from a broken device, which tokens answer alike.
pub(super) fn unwrap_error(session: &Session, error: CkError) -> Error {
    match answer::meaning(&error, || session.get_session_info().is_ok()) {
        Meaning::KeyRefused => Error::WrappedKeyRefused {
            answer: answer::names(&error).1,
        },
        _ => error.into(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use cryptoki::{context::Function, error::RvError};

    use super::*;

    /// A token that knows these attributes only of other keys.
    fn token_without(
        unknown: &[AttributeType],
    ) -> impl Fn(&[AttributeType]) -> CkResult<Vec<AttributeType>> {
        move |dropped| match unknown.iter().all(|one| dropped.contains(one)) {
            true => Ok(dropped.to_vec()),
            false => Err(CkError::Pkcs11(
                RvError::AttributeTypeInvalid,
                Function::UnwrapKey,
            )),
        }
    }

    #[test]
    fn what_is_switched_off_is_said_unless_the_token_takes_offence() {
        assert_eq!(leaner(token_without(&[])).unwrap(), (vec![], &[][..]));
        let (made, dropped) = leaner(token_without(&[AttributeType::SignRecover])).unwrap();
        assert_eq!(
            (made.as_slice(), dropped),
            (&SWITCHED_OFF[..], &SWITCHED_OFF[..])
        );
    }

    #[test]
    fn nothing_that_protects_the_key_is_left_out() {
        for protecting in [
            AttributeType::AllowedMechanisms,
            AttributeType::Sensitive,
            AttributeType::Extractable,
            AttributeType::Token,
            AttributeType::Private,
        ] {
            assert!(
                leaner(token_without(&[protecting])).is_err(),
                "{protecting:?}"
            );
        }
    }

    #[test]
    fn a_lost_token_is_not_asked_again() {
        let asked = std::cell::Cell::new(0);
        let lost = leaner(|_| -> CkResult<()> {
            asked.set(asked.get() + 1);
            Err(CkError::Pkcs11(RvError::DeviceRemoved, Function::UnwrapKey))
        });
        assert!(lost.is_err());
        assert_eq!(asked.get(), 1);
    }
}

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use cryptoki::{
    error::Error as CkError,
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
};
use minicbor::{CborLen, Decode, Encode};

use super::{KeyClass, Login, lock, name, random_id};
use crate::{
    Digest, Error, KeyLabel, RawSignature, Result, SignerAlgorithm, SpkiDer, WrapMechanism,
    WrappedKey,
    algorithm::Family,
    answer,
    raw::Parameter,
    reconnect::Meaning,
    secret::SecretBytes,
    template::{self, Template},
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
        self.check_offered(algorithm)?;
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
        self.check_offered(algorithm)?;
        let session = self.session()?;
        let master = self.find(&session, master, KeyClass::Secret)?;
        let private = self.unwrapped(&session, master, wrapped, algorithm)?;
        self.keys.insert(SessionKey {
            private,
            algorithm,
            session,
        })
    }

    /// Unwraps a signer's key, signs each digest, destroys the key.
    ///
    /// However this is left, the key is gone: it is destroyed, or its session ends.
    pub(crate) fn sign_with_wrapped(
        &self,
        master: &KeyLabel,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
        digests: &[Digest],
    ) -> Result<Vec<RawSignature>> {
        self.check_offered(algorithm)?;
        self.pooled(|session| {
            let master = self.find(session, master, KeyClass::Secret)?;
            let key = self.unwrapped(session, master, wrapped, algorithm)?;
            let signatures: Vec<_> = digests
                .iter()
                .map(|digest| self.sign_digest(session, key, algorithm, digest))
                .collect::<Result<_>>()?;
            session.destroy_object(key)?;
            Ok(signatures)
        })
    }

    pub(crate) fn session_key_sign(
        &self,
        number: KeyNumber,
        digest: &Digest,
    ) -> Result<RawSignature> {
        self.keys.use_once(number, |key| {
            self.sign_digest(&key.session, key.private, key.algorithm, digest)
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
            Family::Eddsa => return Err(Error::AlgorithmNotSupported { algorithm }),
        };
        let id = random_id()?;
        let public_template = template::newborn_public_key(algorithm, id);
        let private_template = template::newborn_signing_key(algorithm, id);
        let (public, private) = session.generate_key_pair(
            &mechanism,
            public_template.attributes(),
            private_template.attributes(),
        )?;
        self.refuse_weaker(session, private, &private_template)?;
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
        let template = template::unwrapped_signing_key(algorithm, random_id()?);
        let number = wrapped.mechanism().number();
        let blob = wrapped.expose_blob();
        let attributes = template.attributes();
        let raw = &self.module.raw;
        let key = raw
            .unwrap(session, number, Parameter::None, master, blob, attributes)
            .map_err(|error| unwrap_error(session, error))?;
        self.refuse_weaker(session, key, &template)?;
        Ok(key)
    }

    /// Reads a session key back, and destroys it if the token made another than asked for. One
    /// token was seen to answer CKR_OK and leave the key extractable.
    fn refuse_weaker(
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
fn unwrap_error(session: &Session, error: CkError) -> Error {
    match answer::meaning(&error, || session.get_session_info().is_ok()) {
        Meaning::KeyRefused => Error::WrappedKeyRefused {
            answer: answer::names(&error).1,
        },
        _ => error.into(),
    }
}

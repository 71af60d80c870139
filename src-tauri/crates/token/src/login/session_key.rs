use std::collections::HashMap;

use cryptoki::{
    error::{Error as CkError, RvError},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
};
use minicbor::{CborLen, Decode, Encode};

use super::{KeyClass, Login, name, random_id};
use crate::{
    Digest, Error, KeyLabel, RawSignature, Result, SignerAlgorithm, SpkiDer, WrapMechanism,
    WrappedKey,
    algorithm::Family,
    answer,
    raw::Parameter,
    secret::SecretBytes,
    template::{self, Template},
};

/// Number of a session key in this host process; never given twice, unlike PKCS#11 handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub(crate) struct KeyNumber(#[n(0)] u64);

/// Session keys that are alive over several requests, each in a PKCS#11 session of its own.
#[derive(Default)]
pub(super) struct SessionKeys {
    live: HashMap<KeyNumber, SessionKey>,
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

    fn insert(&mut self, key: SessionKey) -> Result<KeyNumber> {
        if self.live.len() >= Self::LIMIT {
            return Err(Error::TooManySessionKeys {
                limit: Self::LIMIT as u32,
            });
        }
        self.given += 1;
        let number = KeyNumber(self.given);
        self.live.insert(number, key);
        Ok(number)
    }

    /// Lends a key out for one operation. If that fails its session may be unusable, so the key
    /// goes.
    fn use_once<T>(
        &mut self,
        number: KeyNumber,
        operation: impl FnOnce(&SessionKey) -> Result<T>,
    ) -> Result<T> {
        let key = self.live.remove(&number).ok_or(Error::SessionKeyGone)?;
        let done = operation(&key)?;
        self.live.insert(number, key);
        Ok(done)
    }
}

impl Login {
    /// Generates a signer's key pair as session objects.
    pub(crate) fn generate(&mut self, algorithm: SignerAlgorithm) -> Result<(KeyNumber, SpkiDer)> {
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
        &mut self,
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
    /// However this is left, the key is gone: its session ends here.
    pub(crate) fn sign_with_wrapped(
        &mut self,
        master: &KeyLabel,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
        digests: &[Digest],
    ) -> Result<Vec<RawSignature>> {
        self.check_offered(algorithm)?;
        let session = self.session()?;
        let master = self.find(&session, master, KeyClass::Secret)?;
        let key = self.unwrapped(&session, master, wrapped, algorithm)?;
        let signatures = digests
            .iter()
            .map(|digest| self.sign_digest(&session, key, algorithm, digest))
            .collect();
        session.destroy_object(key)?;
        signatures
    }

    pub(crate) fn session_key_sign(
        &mut self,
        number: KeyNumber,
        digest: &Digest,
    ) -> Result<RawSignature> {
        let mut keys = std::mem::take(&mut self.keys);
        let signature = keys.use_once(number, |key| {
            self.sign_digest(&key.session, key.private, key.algorithm, digest)
        });
        self.keys = keys;
        signature
    }

    pub(crate) fn session_key_wrap(
        &mut self,
        number: KeyNumber,
        master: &KeyLabel,
    ) -> Result<WrappedKey> {
        let mechanism = self.wrap_mechanism()?;
        let session = self.session()?;
        let master = self.find(&session, master, KeyClass::Secret)?;
        let mut keys = std::mem::take(&mut self.keys);
        let wrapped = keys.use_once(number, |key| {
            self.wrapped(&session, mechanism, master, key.private)
        });
        self.keys = keys;
        wrapped
    }

    pub(crate) fn session_key_destroy(&mut self, number: KeyNumber) -> Result<()> {
        let SessionKey {
            private, session, ..
        } = self
            .keys
            .live
            .remove(&number)
            .ok_or(Error::SessionKeyGone)?;
        let destroyed = session.destroy_object(private);
        session.close()?; // destroys what is left: the public half
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

/// Tells a damaged key from a broken device, which tokens answer alike (SoftHSM 2.6.1:
/// CKR_GENERAL_ERROR, Kryoptic 1.5.4: CKR_DEVICE_ERROR): the device answers another call.
fn unwrap_error(session: &Session, error: CkError) -> Error {
    let refused = || Error::WrappedKeyRefused {
        answer: answer::names(&error).1,
    };
    match answer::value(&error) {
        Some(
            RvError::WrappedKeyInvalid
            | RvError::WrappedKeyLenRange
            | RvError::EncryptedDataInvalid
            | RvError::EncryptedDataLenRange
            | RvError::DataInvalid
            | RvError::DataLenRange,
        ) => refused(),
        Some(RvError::GeneralError | RvError::DeviceError | RvError::FunctionFailed)
            if session.get_session_info().is_ok() =>
        {
            refused()
        }
        _ => error.into(),
    }
}

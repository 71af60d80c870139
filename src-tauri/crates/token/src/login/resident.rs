//! Signers' keys that stay on the token, one object each: for tokens that cannot wrap a key, or keep
//! them outside by themselves. Who has the PIN can use them all; nothing here knows of a person.

use cryptoki::{
    error::Result as CkResult,
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
    session::Session,
};

use super::{
    Login,
    create::{not_made, settle},
    random_id,
    session_key::public_key,
};
use crate::{
    Error, KeyLabel, RawSignature, ResidentId, Result, SignerAlgorithm, SpkiDer, ToBeSigned,
    Verified,
    algorithm::Family,
    host::frame,
    template::{self, Storage},
};

impl Login {
    /// Makes a key pair whose private half stays on the token; the public half goes with its
    /// session. The template is tried as a session object first, as that of every token key.
    pub(crate) fn generate_resident(
        &self,
        algorithm: SignerAlgorithm,
        id: ResidentId,
    ) -> Result<SpkiDer> {
        let label = id.label()?;
        self.make_resident(algorithm, id, &label)
            .map_err(|error| not_made(&label, error))
    }

    fn make_resident(
        &self,
        algorithm: SignerAlgorithm,
        id: ResidentId,
        label: &KeyLabel,
    ) -> Result<SpkiDer> {
        self.check_offered(algorithm)?;
        let session = self.read_write_session()?;
        if !objects(&session, ObjectClass::PRIVATE_KEY, id)?.is_empty() {
            return Err(Error::KeyExists {
                label: label.clone(),
            });
        }
        let signer = self.signer(algorithm);
        let make = |storage, id: ResidentId, dropped: &[AttributeType]| -> CkResult<_> {
            let private = template::resident_key(signer, label, *id.as_bytes(), storage);
            let public = template::newborn_public_key(algorithm, *id.as_bytes());
            session.generate_key_pair(
                &generation(algorithm),
                public.attributes(),
                private.without(dropped).attributes(),
            )
        };
        let trial = ResidentId::from(random_id()?);
        let template = template::resident_key(signer, label, *id.as_bytes(), Storage::Trial);
        let (_, dropped) = settle(label, &template.droppable(), |dropped| {
            make(Storage::Trial, trial, dropped)
        })?;
        let (public, private) = make(Storage::Token, id, &dropped)?;
        let made = || -> Result<SpkiDer> {
            let spki = public_key(&session, algorithm, public)?;
            self.prove_resident(&session, label, private, algorithm, &spki)?;
            Ok(spki)
        };
        made().inspect_err(|_| {
            // Best effort: the first error is the one to tell.
            let _ = session.destroy_object(private);
        })
    }

    /// Signs each input with a key that stays on the token, after it was proven to be the key of
    /// `spki`; no signature leaves that does not verify with that.
    pub(crate) fn sign_resident(
        &self,
        id: ResidentId,
        spki: &SpkiDer,
        algorithm: SignerAlgorithm,
        inputs: &[ToBeSigned],
    ) -> Result<Vec<RawSignature>> {
        self.check_offered(algorithm)?;
        let label = id.label()?;
        self.pooled(|session| {
            let key = alone(session, &label, id)?;
            self.prove_resident(session, &label, key, algorithm, spki)?;
            inputs
                .iter()
                .map(|input| {
                    let signature = self.sign_by(session, key, algorithm, input)?;
                    match spki.verify_by(algorithm, input, &signature) {
                        Verified::Holds => Ok(signature),
                        Verified::Fails => Err(Error::KeyDiffers {
                            label: label.clone(),
                        }),
                    }
                })
                .collect()
        })
    }

    /// Destroys every object of an id, and looks that none is left; says how many private keys there
    /// were.
    pub(crate) fn destroy_resident(&self, id: ResidentId) -> Result<u32> {
        let session = self.read_write_session()?;
        let private = objects(&session, ObjectClass::PRIVATE_KEY, id)?;
        let count = private.len() as u32;
        let public = objects(&session, ObjectClass::PUBLIC_KEY, id)?;
        for object in private.into_iter().chain(public) {
            session.destroy_object(object)?;
        }
        let left = objects(&session, ObjectClass::PRIVATE_KEY, id)?;
        if left.is_empty() {
            return Ok(count);
        }
        Err(Error::KeyAmbiguous {
            label: id.label()?,
            count: left.len() as u32,
        })
    }

    /// The ids of all of them.
    pub(crate) fn resident_keys(&self) -> Result<Vec<ResidentId>> {
        /// What an answer has room for, and more than a token will list in its time.
        const MOST: usize = frame::LONGEST / 20;
        let session = self.session()?;
        let private = [
            Attribute::Token(true),
            Attribute::Class(ObjectClass::PRIVATE_KEY),
        ];
        let mut ids = Vec::new();
        for key in session.find_objects(&private)? {
            let said = session.get_attributes(key, &[AttributeType::Id, AttributeType::Label])?;
            let [Attribute::Id(id), Attribute::Label(label)] = &said[..] else {
                continue;
            };
            let Ok(id) = <[u8; 16]>::try_from(id.as_slice()).map(ResidentId::from) else {
                continue;
            };
            if id.label()?.as_str().as_bytes() == label.as_slice() {
                ids.push(id);
            }
        }
        if ids.len() > MOST {
            return Err(Error::MessageTooLong {
                length: ids.len() as u64,
                limit: MOST as u64,
            });
        }
        Ok(ids)
    }

    /// Attributes, and a signature over a challenge nobody has a use for.
    fn prove_resident(
        &self,
        session: &Session,
        label: &KeyLabel,
        key: ObjectHandle,
        algorithm: SignerAlgorithm,
        spki: &SpkiDer,
    ) -> Result<()> {
        let signer = self.signer(algorithm);
        let template = template::resident_key(signer, label, random_id()?, Storage::Token);
        self.prove_attributes(session, label, key, &template)?;
        let challenge = ToBeSigned::sha256(&random_id()?);
        self.prove_pair(session, label, key, algorithm, spki, &challenge)
    }
}

fn generation(algorithm: SignerAlgorithm) -> Mechanism<'static> {
    match algorithm.family() {
        Family::Ecdsa => Mechanism::EccKeyPairGen,
        Family::Rsa => Mechanism::RsaPkcsKeyPairGen,
        Family::Eddsa => Mechanism::EccEdwardsKeyPairGen,
    }
}

/// The one private key of an id.
fn alone(session: &Session, label: &KeyLabel, id: ResidentId) -> Result<ObjectHandle> {
    let label = || label.clone();
    match objects(session, ObjectClass::PRIVATE_KEY, id)?[..] {
        [key] => Ok(key),
        [] => Err(Error::KeyNotFound { label: label() }),
        ref several => Err(Error::KeyAmbiguous {
            label: label(),
            count: several.len() as u32,
        }),
    }
}

fn objects(session: &Session, class: ObjectClass, id: ResidentId) -> Result<Vec<ObjectHandle>> {
    Ok(session.find_objects(&[
        Attribute::Token(true),
        Attribute::Class(class),
        Attribute::Id(id.as_bytes().to_vec()),
    ])?)
}

use cryptoki::{
    error::{Error as CkError, RvError},
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
};
use cryptoki_sys::{CKF_UNWRAP, CKF_WRAP};
use subtle::ConstantTimeEq;

use super::{KeyClass, Login, TOKEN_KEY, lock, name, random_id};
use crate::{
    AttributeName, Canary, Error, KeyLabel, KnownAnswer, Proven, Result, SignerAlgorithm, SpkiDer,
    ToBeSigned, Verified, Weaker, answer,
    raw::{self, Difference, Parameter},
    template::{self, Storage, Template},
};

/// A message nobody has a use for a signature of.
const MESSAGE: &[u8] = b"chancery proves its keys by this";

impl Login {
    /// Wraps a key of no value under a master, to prove the master by later.
    pub(crate) fn make_canary(&self, master: &KeyLabel) -> Result<Canary> {
        let mechanism = self.wrap_mechanism()?;
        let session = self.session()?;
        let master = self.find(&session, master, KeyClass::Secret)?;
        self.canary(&session, mechanism, master)
    }

    /// Proves that a token key is the master: attributes, canary, refusals.
    pub(crate) fn prove_wrapping_key(&self, label: &KeyLabel, canary: &Canary) -> Result<Proven> {
        let session = self.read_write_session()?;
        let master = self.prove_alone(&session, label, KeyClass::Secret)?;
        let mechanism = raw::mechanism_type(canary.wrapped.mechanism().number());
        let template = template::master(label, random_id()?, mechanism, Storage::Token);
        let mut missing = self.prove_attributes(&session, label, master, &template)?;
        let unsaid = self.prove_wrapping(&session, label, master, canary)?;
        missing.extend(unsaid.iter().copied().map(name));
        Ok(Proven { missing })
    }

    /// Proves that a token key is the HMAC key that once gave this answer.
    pub(crate) fn prove_mac_key(&self, label: &KeyLabel, known: &KnownAnswer) -> Result<Proven> {
        let session = self.session()?;
        let key = self.prove_alone(&session, label, KeyClass::Secret)?;
        // Pepper and record MAC differ in VERIFY alone, which gives nothing to who may sign.
        let template =
            template::pepper(label, random_id()?, Storage::Token).without(&[AttributeType::Verify]);
        let missing = self.prove_attributes(&session, label, key, &template)?;
        let mac = self.mac(&session, key, &known.data)?;
        if bool::from(mac.expose().ct_eq(&known.mac)) {
            Ok(Proven { missing })
        } else {
            Err(Error::KeyDiffers {
                label: label.clone(),
            })
        }
    }

    /// Proves that a token key is the private half of a public key.
    pub(crate) fn prove_signing_key(
        &self,
        label: &KeyLabel,
        spki: &SpkiDer,
        challenge: &ToBeSigned,
    ) -> Result<Proven> {
        let session = self.session()?;
        let key = self.prove_alone(&session, label, KeyClass::Private)?;
        let template =
            template::signing_key(self.signer(TOKEN_KEY), label, random_id()?, Storage::Token);
        let missing = self.prove_attributes(&session, label, key, &template)?;
        self.prove_pair(&session, label, key, TOKEN_KEY, spki, challenge)?;
        Ok(Proven { missing })
    }

    /// Finds the one key of a label, again, and keeps it for this login.
    fn prove_alone(
        &self,
        session: &Session,
        label: &KeyLabel,
        class: KeyClass,
    ) -> Result<ObjectHandle> {
        let key = self.find_afresh(session, label, class)?;
        lock(&self.found).insert((label.clone(), class), key);
        Ok(key)
    }

    /// Compares a token key with its template, and lists what it does without.
    pub(super) fn prove_attributes(
        &self,
        session: &Session,
        label: &KeyLabel,
        key: ObjectHandle,
        template: &Template,
    ) -> Result<Vec<AttributeName>> {
        let born = template::born_on_the_token();
        let mut expected = template::of_a_token_key(template);
        expected.extend(&born);
        let is_birth = |kind| {
            born.iter()
                .map(Attribute::attribute_type)
                .any(|b| b == kind)
        };

        let mut missing = Vec::new();
        for (attribute, difference) in self.module.raw.differences(session, key, &expected)? {
            let unknown = difference == Difference::Absent;
            let is_list = attribute == AttributeType::AllowedMechanisms;
            let unseen = is_list && !self.module.raw.reads_lists();
            let lowers_assurance = unseen
                || (template.may_lack(attribute) && (unknown || !is_list))
                || (unknown && (is_birth(attribute) || template.is_moot(attribute)));
            if !lowers_assurance {
                return Err(Error::KeyAttribute {
                    label: label.clone(),
                    attribute: name(attribute),
                });
            }
            missing.push(name(attribute));
        }
        Ok(missing)
    }

    /// Signs with a key and verifies with what should be its public half.
    pub(super) fn prove_pair(
        &self,
        session: &Session,
        label: &KeyLabel,
        key: ObjectHandle,
        algorithm: SignerAlgorithm,
        spki: &SpkiDer,
        challenge: &ToBeSigned,
    ) -> Result<()> {
        let signature = self.sign_by(session, key, algorithm, challenge)?;
        match spki.verify_by(algorithm, challenge, &signature) {
            Verified::Holds => Ok(()),
            Verified::Fails => Err(Error::KeyDiffers {
                label: label.clone(),
            }),
        }
    }

    pub(super) fn canary(
        &self,
        session: &Session,
        mechanism: crate::WrapMechanism,
        master: ObjectHandle,
    ) -> Result<Canary> {
        let algorithm = SignerAlgorithm::EcdsaP256;
        let (key, spki) = self.newborn(session, algorithm)?;
        let wrapped = self.wrapped(session, mechanism, master, key);
        session.destroy_object(key)?;
        Ok(Canary {
            wrapped: wrapped?,
            spki,
            algorithm,
        })
    }

    /// Tries on a wrapping key what it must do and what it must refuse. The session is
    /// read-write, so that TOKEN=T is refused for what it is. Says which attributes the token does not
    /// take in the template of an unwrapped key; what is tried besides leaves them out too, or it
    /// would be refused for them.
    pub(super) fn prove_wrapping(
        &self,
        session: &Session,
        label: &KeyLabel,
        master: ObjectHandle,
        canary: &Canary,
    ) -> Result<&'static [AttributeType]> {
        let unwrapped = self.unwrapped_without(session, master, &canary.wrapped, canary.algorithm);
        let (key, unsaid) = unwrapped.map_err(|error| match error {
            Error::WrappedKeyRefused { .. } => Error::KeyDiffers {
                label: label.clone(),
            },
            other => other,
        })?;
        let challenge = ToBeSigned::sha256(MESSAGE);
        self.prove_pair(
            session,
            label,
            key,
            canary.algorithm,
            &canary.spki,
            &challenge,
        )?;
        let accepts = |weaker| Error::WrappingKeyAcceptsWeaker {
            label: label.clone(),
            weaker,
        };
        if self.wraps_again(session, master, key, canary)? {
            return Err(accepts(Weaker::WrapAgain));
        }
        session.destroy_object(key)?;

        for (weaker, template) in
            template::weaker_unwrapped_keys(self.signer(canary.algorithm), random_id()?)
        {
            let template = template.without(unsaid);
            if self.unwraps_as(session, master, canary, &template)? {
                return Err(accepts(weaker));
            }
        }
        match self.other_mechanism(session, master, canary, unsaid)? {
            Some(weaker) => Err(accepts(weaker)),
            None => Ok(unsaid),
        }
    }

    /// Whether a key that was unwrapped can be wrapped.
    fn wraps_again(
        &self,
        session: &Session,
        master: ObjectHandle,
        key: ObjectHandle,
        canary: &Canary,
    ) -> Result<bool> {
        let number = canary.wrapped.mechanism().number();
        let raw = &self.module.raw;
        match raw.wrap(session, number, Parameter::None, master, key) {
            Ok(_) => Ok(true),
            Err(CkError::Pkcs11(
                RvError::KeyUnextractable
                | RvError::KeyFunctionNotPermitted
                | RvError::KeyNotWrappable
                | RvError::KeyHandleInvalid
                | RvError::ActionProhibited,
                _,
            )) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the canary comes out under a template it must not come out under. A refusal that
    /// is not about the template proves nothing, and is an error.
    fn unwraps_as(
        &self,
        session: &Session,
        master: ObjectHandle,
        canary: &Canary,
        template: &Template,
    ) -> Result<bool> {
        let number = canary.wrapped.mechanism().number();
        let (blob, attributes) = (canary.wrapped.expose_blob(), template.attributes());
        let raw = &self.module.raw;
        match raw.unwrap(session, number, Parameter::None, master, blob, attributes) {
            Ok(key) => {
                session.destroy_object(key)?;
                Ok(true)
            }
            Err(CkError::Pkcs11(answer, _)) if template::is_refusal(answer) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Tries every other mechanism the token wraps or unwraps with. The answer must be about the
    /// mechanism: one that tells good padding from bad is an oracle that opens every wrapped key.
    fn other_mechanism(
        &self,
        session: &Session,
        master: ObjectHandle,
        canary: &Canary,
        unsaid: &[AttributeType],
    ) -> Result<Option<Weaker>> {
        let template = template::unwrapped_signing_key(self.signer(canary.algorithm), random_id()?);
        let template = template.without(unsaid);
        let (key, _) = self.newborn(session, canary.algorithm)?;
        let raw = &self.module.raw;
        for mechanism in raw.mechanisms(self.slot)? {
            if mechanism == canary.wrapped.mechanism().number() {
                continue;
            }
            let info = raw.mechanism_info(self.slot, mechanism)?;
            let parameter = Parameter::to_wrap_with(mechanism);
            if info.does(CKF_UNWRAP) {
                let (blob, attributes) = (canary.wrapped.expose_blob(), template.attributes());
                let tried = raw.unwrap(session, mechanism, parameter, master, blob, attributes);
                if let Some(answer) = not_refused(tried) {
                    return Ok(Some(Weaker::UnwrapBy { mechanism, answer }));
                }
            }
            if info.does(CKF_WRAP) {
                let tried = raw.wrap(session, mechanism, parameter, master, key);
                if let Some(answer) = not_refused(tried) {
                    return Ok(Some(Weaker::WrapBy { mechanism, answer }));
                }
            }
        }
        session.destroy_object(key)?;
        Ok(None)
    }
}

/// The answer, unless it refuses the mechanism for this key.
pub(super) fn not_refused<T>(tried: Result<T, CkError>) -> Option<String> {
    match tried {
        Ok(_) => Some("Ok".to_owned()),
        Err(CkError::Pkcs11(
            RvError::MechanismInvalid
            | RvError::KeyFunctionNotPermitted
            | RvError::KeyTypeInconsistent
            | RvError::WrappingKeyTypeInconsistent
            | RvError::UnwrappingKeyTypeInconsistent
            | RvError::WrappingKeyHandleInvalid
            | RvError::UnwrappingKeyHandleInvalid,
            _,
        )) => None,
        Err(error) => Some(answer::names(&error).1),
    }
}

use cryptoki::{
    error::{Error as CkError, Result as CkResult},
    mechanism::Mechanism,
    object::{AttributeType, ObjectHandle},
    session::Session,
};
use subtle::ConstantTimeEq;

use super::{KeyClass, Login, TOKEN_KEY, name, objects, random_id, session_key::public_key};
use crate::{
    Created, Error, KeyLabel, Result, SpkiDer, ToBeSigned, TokenKeyKind, WrapMechanism,
    algorithm::Signer,
    answer, raw,
    template::{self, Id, Storage, Template},
};

/// A key of a kind that is being made: the kind, and what only a master needs.
#[derive(Clone, Copy)]
enum Making {
    Master(WrapMechanism),
    ImportMaster(WrapMechanism),
    Pepper,
    RecordMac,
    SigningKey(Signer),
}

/// A key that was made: the key itself, and the public half where it has one.
struct Made {
    key: ObjectHandle,
    public: Option<ObjectHandle>,
}

impl Login {
    /// Makes a token key: tries its template as a session object, puts that through its paces,
    /// then makes the token key and proves it in the same way.
    pub(crate) fn create(&self, kind: TokenKeyKind, label: &KeyLabel) -> Result<Created> {
        self.make_and_prove(kind, label)
            .map_err(|error| not_made(label, error))
    }

    /// Tries whether the token makes a key of a kind, and whether it does what it must, on a session
    /// object; nothing is left of it.
    pub(crate) fn rehearse(&self, kind: TokenKeyKind, label: &KeyLabel) -> Result<()> {
        let rehearsed = || -> Result<()> {
            let making = self.making(kind)?;
            let session = self.read_write_session()?;
            self.trial(&session, label, random_id()?, making).map(drop)
        };
        rehearsed().map_err(|error| not_made(label, error))
    }

    fn making(&self, kind: TokenKeyKind) -> Result<Making> {
        Ok(match kind {
            TokenKeyKind::Master => Making::Master(self.wrap_mechanism()?),
            TokenKeyKind::ImportMaster => Making::ImportMaster(self.wrap_mechanism()?),
            TokenKeyKind::Pepper => Making::Pepper,
            TokenKeyKind::RecordMac => Making::RecordMac,
            TokenKeyKind::CertificateAuthority | TokenKeyKind::Head | TokenKeyKind::Notary => {
                self.check_offered(TOKEN_KEY)?;
                Making::SigningKey(self.signer(TOKEN_KEY))
            }
        })
    }

    /// Makes a key as a session object, and proves it; says what its template had to do without.
    fn trial(
        &self,
        session: &Session,
        label: &KeyLabel,
        id: Id,
        making: Making,
    ) -> Result<Vec<AttributeType>> {
        let droppable = making.template(label, id, Storage::Trial).droppable();
        let (trial, dropped) = settle(label, &droppable, |dropped| {
            making.make(session, label, id, Storage::Trial, dropped)
        })?;
        self.prove(session, label, making, Storage::Trial, &trial)?;
        Ok(dropped)
    }

    fn make_and_prove(&self, kind: TokenKeyKind, label: &KeyLabel) -> Result<Created> {
        let making = self.making(kind)?;
        let session = self.read_write_session()?;
        if !objects(&session, label, making.class())?.is_empty() {
            return Err(Error::KeyExists {
                label: label.clone(),
            });
        }
        let id = random_id()?;
        let dropped = self.trial(&session, label, id, making)?;
        let beside = |more: &[AttributeType]| [dropped.as_slice(), more].concat();
        let (made, undestroyable) = settle(label, &[AttributeType::Destroyable], |more| {
            making.make(&session, label, id, Storage::Token, &beside(more))
        })?;
        let public_key = made
            .public
            .map(|public| public_key(&session, TOKEN_KEY, public));
        let public_key = public_key.transpose()?;
        let mut missing = self.prove(&session, label, making, Storage::Token, &made)?;
        for attribute in dropped.into_iter().chain(undestroyable).map(name) {
            if !missing.contains(&attribute) {
                missing.push(attribute);
            }
        }
        Ok(Created {
            public_key,
            missing,
        })
    }

    /// Puts a key through its paces: its attributes, and what a key of its kind does and refuses.
    fn prove(
        &self,
        session: &Session,
        label: &KeyLabel,
        making: Making,
        storage: Storage,
        made: &Made,
    ) -> Result<Vec<crate::AttributeName>> {
        let template = making.template(label, random_id()?, storage);
        let missing = self.prove_attributes(session, label, made.key, &template)?;
        match making {
            Making::Master(mechanism) | Making::ImportMaster(mechanism) => {
                let canary = self.canary(session, mechanism, made.key)?;
                self.prove_wrapping(session, label, made.key, &canary)?;
            }
            Making::Pepper | Making::RecordMac => {
                let [one, same, other] = [b"one", b"one", b"two"]
                    .map(|data| self.mac(session, made.key, data.as_slice()));
                let (one, same, other) = (one?, same?, other?);
                let equal = bool::from(one.expose().ct_eq(same.expose()));
                let differs = !bool::from(one.expose().ct_eq(other.expose()));
                if !(equal && differs) {
                    return Err(Error::KeyDiffers {
                        label: label.clone(),
                    });
                }
            }
            Making::SigningKey(_) => {
                let spki: SpkiDer = match made.public {
                    Some(public) => public_key(session, TOKEN_KEY, public)?,
                    None => return Err(Error::PublicKeyMalformed),
                };
                let challenge = ToBeSigned::sha256(&random_id()?);
                self.prove_pair(session, label, made.key, TOKEN_KEY, &spki, &challenge)?;
            }
        }
        Ok(missing)
    }
}

impl Making {
    fn class(self) -> KeyClass {
        match self {
            Self::Master(_) | Self::ImportMaster(_) | Self::Pepper | Self::RecordMac => {
                KeyClass::Secret
            }
            Self::SigningKey(_) => KeyClass::Private,
        }
    }

    fn template(self, label: &KeyLabel, id: Id, storage: Storage) -> Template {
        match self {
            Self::Master(mechanism) => {
                let mechanism = raw::mechanism_type(mechanism.number());
                template::master(label, id, mechanism, storage)
            }
            Self::ImportMaster(mechanism) => {
                let mechanism = raw::mechanism_type(mechanism.number());
                template::import_master(label, id, mechanism, storage)
            }
            Self::Pepper => template::pepper(label, id, storage),
            Self::RecordMac => template::record_mac(label, id, storage),
            Self::SigningKey(signer) => template::signing_key(signer, label, id, storage),
        }
    }

    fn make(
        self,
        session: &Session,
        label: &KeyLabel,
        id: Id,
        storage: Storage,
        dropped: &[AttributeType],
    ) -> CkResult<Made> {
        let template = self.template(label, id, storage).without(dropped);
        let mechanism = match self {
            Self::Master(_) | Self::ImportMaster(_) => Mechanism::AesKeyGen,
            Self::Pepper | Self::RecordMac => Mechanism::GenericSecretKeyGen,
            Self::SigningKey(_) => {
                let public = template::signing_key_public(label, id, storage);
                let (public, key) = session.generate_key_pair(
                    &Mechanism::EccKeyPairGen,
                    public.attributes(),
                    template.attributes(),
                )?;
                return Ok(Made {
                    key,
                    public: Some(public),
                });
            }
        };
        let key = session.generate_key(&mechanism, template.attributes())?;
        Ok(Made { key, public: None })
    }
}

/// Makes something from the fullest template the token takes: first with everything, then with as
/// few of the droppable attributes dropped as possible. What is made on the way goes with its
/// session. Gives back what was made, and what was dropped.
pub(super) fn settle<T>(
    label: &KeyLabel,
    droppable: &[AttributeType],
    mut attempt: impl FnMut(&[AttributeType]) -> CkResult<T>,
) -> Result<(T, Vec<AttributeType>)> {
    let mut try_without = |dropped: &[AttributeType]| match attempt(dropped) {
        Ok(made) => Ok(Ok(made)),
        Err(error) => match answer::value(&error) {
            Some(value) if template::is_refusal(value) => Ok(Err(error)),
            _ => Err(Error::from(error)),
        },
    };
    if let Ok(made) = try_without(&[])? {
        return Ok((made, Vec::new()));
    }
    let mut dropped = droppable.to_vec();
    let refused = |error: CkError| {
        let (call, answer) = answer::names(&error);
        Error::TemplateRefused {
            label: label.clone(),
            call,
            answer,
        }
    };
    let mut made = try_without(&dropped)?.map_err(refused)?;
    for attribute in droppable {
        let fewer: Vec<_> = dropped.iter().copied().filter(|a| a != attribute).collect();
        if fewer.is_empty() {
            break; // tried first
        }
        if let Ok(fuller) = try_without(&fewer)? {
            (made, dropped) = (fuller, fewer);
        }
    }
    Ok((made, dropped))
}

/// Says of an answer that nothing here knows which key it stood in the way of: whoever founds an
/// organisation then sees what the token lacks.
pub(super) fn not_made(label: &KeyLabel, error: Error) -> Error {
    match error {
        Error::Unexpected { call, answer } => Error::KeyNotMade {
            label: label.clone(),
            call,
            answer,
        },
        other => other,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use cryptoki::{context::Function, error::RvError};

    use super::*;
    use crate::template::DROPPABLE;

    fn label() -> KeyLabel {
        KeyLabel::new("key").unwrap()
    }

    /// A token that refuses these attributes.
    fn token_without(
        unknown: &[AttributeType],
    ) -> impl FnMut(&[AttributeType]) -> CkResult<Vec<AttributeType>> {
        move |dropped| match unknown.iter().all(|attribute| dropped.contains(attribute)) {
            true => Ok(dropped.to_vec()),
            false => Err(CkError::Pkcs11(
                RvError::AttributeTypeInvalid,
                Function::GenerateKey,
            )),
        }
    }

    #[test]
    fn exactly_what_a_token_refuses_is_dropped() {
        for unknown in [
            &[][..],
            &[AttributeType::Copyable],
            &[AttributeType::Modifiable, AttributeType::Destroyable],
            &DROPPABLE,
        ] {
            let (made, dropped) = settle(&label(), &DROPPABLE, token_without(unknown)).unwrap();
            assert_eq!(dropped, unknown);
            assert_eq!(made, dropped, "what is used is what was made without them");
        }
    }

    #[test]
    fn of_a_master_only_what_its_one_mechanism_makes_moot_is_dropped_besides() {
        let kwp = raw::mechanism_type(0x210B);
        let master = template::master(&label(), [0; 16], kwp, Storage::Token);
        for demanded in [
            AttributeType::AllowedMechanisms,
            template::UNWRAP_TEMPLATE,
            AttributeType::Sensitive,
            AttributeType::Extractable,
            AttributeType::Encrypt,
            AttributeType::Decrypt,
            AttributeType::Wrap,
            AttributeType::Unwrap,
        ] {
            assert!(!master.droppable().contains(&demanded), "{demanded:?}");
        }
        assert!(master.droppable().contains(&AttributeType::Derive));
    }

    #[test]
    fn nothing_else_is_ever_dropped() {
        let refused = settle(
            &label(),
            &DROPPABLE,
            token_without(&[AttributeType::AllowedMechanisms]),
        );
        assert!(matches!(refused, Err(Error::TemplateRefused { .. })));
    }

    #[test]
    fn a_lost_token_is_not_taken_for_a_refusal() {
        let lost = settle(&label(), &DROPPABLE, |_| -> CkResult<()> {
            Err(CkError::Pkcs11(
                RvError::DeviceRemoved,
                Function::GenerateKey,
            ))
        });
        assert!(matches!(lost, Err(Error::TokenLost { .. })));
    }
}

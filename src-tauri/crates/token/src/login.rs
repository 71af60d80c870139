//! What the host process does on a token it is logged in to.

mod create;
mod import;
mod offer;
mod pool;
mod probe;
mod prove;
mod resident;
mod session_key;
mod wrap;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use cryptoki::{
    error::{Error as CkError, RvError},
    mechanism::MechanismType,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    slot::Slot,
};
use zeroize::Zeroizing;

pub(crate) use self::session_key::KeyNumber;
use self::{pool::Pool, session_key::SessionKeys};
use crate::{
    AttributeName, Error, KeyLabel, Mac, ObjectCounts, Pin, RawSignature, Result, SignerAlgorithm,
    ToBeSigned, TokenLabel, WrapMechanism,
    algorithm::{Operation, Signer},
    module::Module,
    raw::Parameter,
    slot,
    template::{self, Id},
};

/// A login: what it found and made on its token. Its workers share it.
///
/// What is asked often works in a PKCS#11 session of the [pool], which is closed as soon as
/// anything in it failed; everything else has a session of its own that is closed at its end. So
/// neither an operation left unfinished nor a forgotten object outlives a request. Fields drop in
/// their order: session keys first, the session that keeps the login last.
pub(crate) struct Login {
    keys: SessionKeys,
    pool: Pool,
    /// Token keys found in this login: what was proven is what is used, whatever is made beside
    /// it later.
    found: Mutex<HashMap<(KeyLabel, KeyClass), ObjectHandle>>,
    wrap_mechanism: Mutex<Option<WrapMechanism>>,
    /// Algorithms whose mechanisms the token was seen to offer.
    offered: Mutex<HashSet<SignerAlgorithm>>,
    /// Algorithms whose keys it was seen to wrap.
    wraps: Mutex<HashSet<SignerAlgorithm>>,
    /// The mechanisms it listed when the login began: they say how it is asked to sign.
    listed: Vec<u64>,
    /// The token has ended it.
    over: AtomicBool,
    slot: Slot,
    /// Keeps the login: closing the last session would end it (PKCS#11 v3.1 §5.6.2).
    keeper: Mutex<Session>,
    module: Arc<Module>,
}

/// What CA, notary and head keys sign with.
const TOKEN_KEY: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

/// Class of a token key, as keys are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KeyClass {
    Secret,
    Private,
}

impl KeyClass {
    fn object_class(self) -> ObjectClass {
        match self {
            Self::Secret => ObjectClass::SECRET_KEY,
            Self::Private => ObjectClass::PRIVATE_KEY,
        }
    }
}

impl Login {
    /// Logs in as the user of the one token of this label.
    pub(crate) fn open(module: Arc<Module>, label: &TokenLabel, pin: &Pin) -> Result<Self> {
        let slot = slot::find(&module, label)?;
        let keeper = module.context.open_ro_session(slot)?;
        let lengths = slot::pin_lengths(&module, slot);
        slot::login(&keeper, UserType::User, label, pin, lengths)?;
        let listed = module.raw.mechanisms(slot)?;
        Ok(Self {
            keys: SessionKeys::default(),
            pool: Pool::default(),
            found: Mutex::default(),
            wrap_mechanism: Mutex::default(),
            offered: Mutex::default(),
            wraps: Mutex::default(),
            listed,
            over: AtomicBool::new(false),
            slot,
            keeper: Mutex::new(keeper),
            module,
        })
    }

    /// Logs out, which destroys every session object of this process (PKCS#11 v3.1 §5.6.9).
    pub(crate) fn close(self) -> Result<()> {
        let Self {
            keys, pool, keeper, ..
        } = self;
        drop((keys, pool));
        let keeper = keeper.into_inner().unwrap_or_else(PoisonError::into_inner);
        match keeper.logout() {
            Ok(()) | Err(CkError::Pkcs11(RvError::UserNotLoggedIn, _)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the token has ended it.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Says that the token has ended it.
    pub(crate) fn mark_over(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// All mechanisms of the token.
    pub(crate) fn mechanisms(&self) -> Result<Vec<u64>> {
        Ok(self.module.raw.mechanisms(self.slot)?)
    }

    /// HMAC-SHA-256 with a token key.
    pub(crate) fn hmac(&self, label: &KeyLabel, data: &[u8]) -> Result<Mac> {
        self.pooled(|session| {
            let key = self.find(session, label, KeyClass::Secret)?;
            self.mac(session, key, data)
        })
    }

    /// ECDSA on P-256 with a token key.
    pub(crate) fn sign(&self, label: &KeyLabel, input: &ToBeSigned) -> Result<RawSignature> {
        self.pooled(|session| {
            let key = self.find(session, label, KeyClass::Private)?;
            self.sign_by(session, key, TOKEN_KEY, input)
        })
    }

    /// Counts what this login sees.
    pub(crate) fn object_counts(&self) -> Result<ObjectCounts> {
        let session = self.session()?;
        let count = |token| -> Result<u64> {
            Ok(session.find_objects(&[Attribute::Token(token)])?.len() as u64)
        };
        Ok(ObjectCounts {
            token: count(true)?,
            session: count(false)?,
        })
    }

    fn session(&self) -> Result<Session> {
        Ok(self.module.context.open_ro_session(self.slot)?)
    }

    fn read_write_session(&self) -> Result<Session> {
        Ok(self.module.context.open_rw_session(self.slot)?)
    }

    fn mac(&self, session: &Session, key: ObjectHandle, data: &[u8]) -> Result<Mac> {
        let mechanism = *MechanismType::SHA256_HMAC;
        let output = self
            .module
            .raw
            .sign(session, mechanism, Parameter::None, key, data)?;
        let mut mac = Zeroizing::new([0; Mac::LENGTH]);
        if output.len() != mac.len() {
            return Err(Error::OutputMalformed {
                length: output.len() as u64,
                expected: Mac::LENGTH as u64,
            });
        }
        mac.copy_from_slice(&output);
        Ok(Mac::new(mac))
    }

    /// How this token signs by an algorithm.
    fn signer(&self, algorithm: SignerAlgorithm) -> Signer {
        algorithm.signer(|mechanism| self.listed.contains(&mechanism))
    }

    fn sign_by(
        &self,
        session: &Session,
        key: ObjectHandle,
        algorithm: SignerAlgorithm,
        input: &ToBeSigned,
    ) -> Result<RawSignature> {
        let Operation {
            mechanism,
            parameter,
            bytes,
        } = self.signer(algorithm).operation(input)?;
        let raw = &self.module.raw;
        let output = raw.sign(session, mechanism, parameter, key, &bytes)?;
        RawSignature::from_token(algorithm, &output)
    }

    /// Finds the one token key of this label and class.
    fn find(&self, session: &Session, label: &KeyLabel, class: KeyClass) -> Result<ObjectHandle> {
        if let Some(found) = lock(&self.found).get(&(label.clone(), class)) {
            return Ok(*found);
        }
        let found = self.find_afresh(session, label, class)?;
        lock(&self.found).insert((label.clone(), class), found);
        Ok(found)
    }

    /// As `find`, but looks again: at a proof, a second key of the label must be noticed.
    fn find_afresh(
        &self,
        session: &Session,
        label: &KeyLabel,
        class: KeyClass,
    ) -> Result<ObjectHandle> {
        let found = objects(session, label, class)?;
        match found[..] {
            [key] => Ok(key),
            [] => Err(Error::KeyNotFound {
                label: label.clone(),
            }),
            _ => Err(Error::KeyAmbiguous {
                label: label.clone(),
                count: found.len() as u32,
            }),
        }
    }
}

/// Waits for what workers share. Every change to it is whole before anything can panic.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Token keys of a label and class.
fn objects(session: &Session, label: &KeyLabel, class: KeyClass) -> Result<Vec<ObjectHandle>> {
    Ok(session.find_objects(&[
        Attribute::Token(true),
        Attribute::Class(class.object_class()),
        Attribute::Label(label.as_str().into()),
    ])?)
}

fn name(attribute: AttributeType) -> AttributeName {
    AttributeName(match attribute {
        // These two have no name in cryptoki 0.12.1.
        template::WRAP_TEMPLATE => "WrapTemplate".to_owned(),
        template::UNWRAP_TEMPLATE => "UnwrapTemplate".to_owned(),
        named => format!("{named:?}"),
    })
}

fn random_id() -> Result<Id> {
    let mut id = Id::default();
    getrandom::fill(&mut id).map_err(|_| Error::NoRandomBytes)?;
    Ok(id)
}

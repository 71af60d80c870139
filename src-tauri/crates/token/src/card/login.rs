//! Login, signatures, logout.

use std::{
    mem,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use cryptoki::{
    context::Function,
    error::{Error as CkError, RvError},
    session::{Session, UserType},
    slot::Slot,
};
use cryptoki_sys::CKF_SIGN;

use super::{
    CardAddress, CardKey, PinEntry, PinRefusal, PinRules,
    key::{self, Chosen},
    read::{self, lost},
};
use crate::{
    Error, Pin, PinState, RawSignature, Result, SignerAlgorithm, ToBeSigned, Verified,
    algorithm::Operation, module::Module, raw::Said, slot,
};

/// How long a card may take to say how its PIN is, after it refused one.
const PIN_STATE: Duration = Duration::from_secs(3);

/// Signs each input with the key of a certificate.
pub(crate) fn sign(
    module: &Arc<Module>,
    card: &CardAddress,
    key: &CardKey,
    inputs: &[ToBeSigned],
    pin: Option<&Pin>,
) -> Result<Vec<RawSignature>> {
    let (slot, token) = read::find(module, card)?;
    check_pin(&token, pin)?;
    let operations = inputs
        .iter()
        .map(|input| operation(module, slot, key.algorithm, input))
        .collect::<Result<Vec<_>>>()?;
    let card = OpenCard { module, slot, pin };
    let session = module.context.open_ro_session(slot).map_err(lost)?;
    let signed = card.sign_all(&session, key, inputs, &operations);
    leave(session, &signed);
    signed
}

/// Refuses before the card does, so that no try is lost for it.
fn check_pin(token: &Said, pin: Option<&Pin>) -> Result<()> {
    let PinRules {
        entry,
        to_be_changed,
        shortest,
        longest,
    } = read::rules(token);
    let refusal = match (entry, pin.map(|pin| pin.expose().len())) {
        _ if token.pin_is_locked() => Some(PinRefusal::Locked),
        _ if to_be_changed => Some(PinRefusal::ToBeChanged),
        (PinEntry::Typed, None) => Some(PinRefusal::Needed),
        (PinEntry::Typed, Some(length)) => {
            // A longest of zero, and one below the shortest, say nothing.
            let lengths = shortest as usize..=longest as usize;
            let stated = longest > 0 && shortest <= longest;
            (stated && !lengths.contains(&length))
                .then_some(PinRefusal::Length { shortest, longest })
        }
        (PinEntry::PinPad, _) => None,
    };
    refusal.map_or(Ok(()), |refusal| Err(Error::CardPin { refusal }))
}

/// Logs out and closes a session.
///
/// Not after the card was lost: OpenSC (0.23) then waits for ever in the next call, whichever it
/// is. Nor after a PIN was refused: there is no login, and what the card said of the PIN must not be
/// lost in a call that hangs. The process ends soon, and with it the session.
pub(super) fn leave<T>(session: Session, done: &Result<T>) {
    if matches!(done, Err(Error::TokenLost { .. } | Error::CardPin { .. })) {
        mem::forget(session);
        return;
    }
    let _ = session.logout(); // there may be no login
}

struct OpenCard<'a> {
    module: &'a Arc<Module>,
    slot: Slot,
    pin: Option<&'a Pin>,
}

impl OpenCard<'_> {
    fn sign_all(
        &self,
        session: &Session,
        key: &CardKey,
        inputs: &[ToBeSigned],
        operations: &[Operation],
    ) -> Result<Vec<RawSignature>> {
        // Even where CKF_LOGIN_REQUIRED is not set: some drivers leave it out.
        self.login(session, UserType::User)
            .map_err(|error| self.refused(error))?;
        let mut refusal = Error::CardKeyMissing;
        for candidate in key::find(session, key)? {
            match self.sign_by(session, key, &candidate, operations) {
                Ok(values) if candidate.is_certain || is_by(key, inputs, &values) => {
                    return Ok(values);
                }
                Ok(_) => {} // another key's, which goes nowhere
                // A key of another kind than it says; or the right one, and this is why not.
                Err(error @ (Error::Unexpected { .. } | Error::OutputMalformed { .. })) => {
                    refusal = error;
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal)
    }

    fn sign_by(
        &self,
        session: &Session,
        key: &CardKey,
        chosen: &Chosen,
        operations: &[Operation],
    ) -> Result<Vec<RawSignature>> {
        operations
            .iter()
            .map(|input| {
                // Between C_SignInit and C_Sign, for each signature, is where a key with
                // CKA_ALWAYS_AUTHENTICATE wants its login (PKCS#11 v3.1 §5.6.7); trying without
                // would log the whole token out (OpenSC 0.23).
                let between = || match chosen.always_authenticate {
                    true => self.login(session, UserType::ContextSpecific),
                    false => Ok(()),
                };
                let value = self
                    .module
                    .raw
                    .sign_after(
                        session,
                        input.mechanism,
                        input.parameter,
                        chosen.object,
                        &input.bytes,
                        between,
                    )
                    .map_err(|error| self.refused(error))?;
                RawSignature::from_token(key.algorithm, &value)
            })
            .collect()
    }

    /// C_Login, once: the card counts wrong PINs, so none is ever tried again. A NULL PIN has the
    /// reader ask (PKCS#11 v3.1 §5.6.7).
    fn login(&self, session: &Session, user: UserType) -> Result<(), CkError> {
        let pin = self.pin.map(Pin::expose_auth);
        match session.login(user, pin) {
            // This PIN was not looked at. Whoever is logged in is logged out, so that it is.
            Err(CkError::Pkcs11(RvError::UserAlreadyLoggedIn, _))
                if matches!(user, UserType::User) =>
            {
                let _ = session.logout();
                match session.login(user, pin) {
                    // The module logs in by itself: what it wants a PIN for, it will ask for.
                    Err(CkError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
                    other => other,
                }
            }
            Err(CkError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            other => other,
        }
    }

    /// What an answer says about the PIN, if it came from a login; never where the driver failed.
    fn refused(&self, error: CkError) -> Error {
        let CkError::Pkcs11(answer, Function::Login) = error else {
            return lost(error);
        };
        let refusal = match answer {
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => {
                match self.pin_state() {
                    PinState::Locked => PinRefusal::Locked,
                    state => PinRefusal::Wrong(state),
                }
            }
            RvError::PinLocked => PinRefusal::Locked,
            RvError::PinExpired => PinRefusal::ToBeChanged,
            RvError::FunctionCanceled | RvError::FunctionRejected => PinRefusal::GivenUp,
            _ => return lost(error),
        };
        Error::CardPin { refusal }
    }

    /// The state of the PIN now. Some modules never say that the count is low, and some hang after a
    /// refusal: that a PIN was wrong is told without waiting for more than that.
    fn pin_state(&self) -> PinState {
        let (module, in_slot) = (Arc::clone(self.module), self.slot);
        let (answer, answered) = mpsc::channel();
        let asking = thread::Builder::new().spawn(move || {
            let token = module.raw.token_info(in_slot);
            let _ = answer.send(token.ok().map(|token| slot::pin_state(&token)));
        });
        let state = asking
            .ok()
            .and_then(|_| answered.recv_timeout(PIN_STATE).ok());
        state.flatten().unwrap_or(PinState::Usable)
    }
}

/// Whether signatures are those of the certificate's key.
fn is_by(key: &CardKey, inputs: &[ToBeSigned], values: &[RawSignature]) -> bool {
    inputs
        .iter()
        .zip(values)
        .all(|(input, value)| key.spki.verify_by(key.algorithm, input, value) == Verified::Holds)
}

/// Chooses by what the card lists: what signs a digest, else what hashes the message itself.
fn operation(
    module: &Module,
    slot: Slot,
    algorithm: SignerAlgorithm,
    input: &ToBeSigned,
) -> Result<Operation> {
    let offers = |mechanism| {
        let info = module.raw.mechanism_info(slot, mechanism);
        info.is_ok_and(|info| info.does(CKF_SIGN))
    };
    let signer = algorithm.signer_over(&[*input.digest()], offers);
    let operation = signer.operation(input)?;
    if !offers(operation.mechanism) {
        return Err(Error::AlgorithmNotOffered {
            algorithm,
            mechanism: operation.mechanism,
        });
    }
    Ok(operation)
}

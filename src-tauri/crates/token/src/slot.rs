use cryptoki::{context::Pkcs11, error::RvError, session::UserType, slot::Slot};
use minicbor::{CborLen, Decode, Encode};

use crate::{
    Error, Pin, PinObstacle, Result, TokenLabel, answer, module::Module, raw::Said,
    reconnect::Meaning,
};

/// What a token says about itself (CK_TOKEN_INFO, PKCS#11 v3.1 §3.2). None of it is proof.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct TokenInfo {
    /// Label, without the spaces it is padded with; empty where there is none.
    #[n(0)]
    pub label: String,
    /// Serial number of the token.
    #[n(1)]
    pub serial: String,
    /// Model of the device.
    #[n(2)]
    pub model: String,
    /// Manufacturer of the device.
    #[n(3)]
    pub manufacturer: String,
    /// Whether it can be logged in to.
    #[n(4)]
    pub state: TokenState,
    /// Whether its slot claims to be hardware.
    #[n(5)]
    pub hardware: Hardware,
    /// State of the user PIN. Some modules never say that the count is low.
    #[n(6)]
    pub pin_state: PinState,
}

/// How far a token is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum TokenState {
    /// Not initialised (no CKF_TOKEN_INITIALIZED).
    #[n(0)]
    Blank,
    /// Initialised, without a user PIN (no CKF_USER_PIN_INITIALIZED).
    #[n(1)]
    NoUserPin,
    /// Ready for login.
    #[n(2)]
    Ready,
    /// Its information is malformed; nothing is known about it.
    #[n(3)]
    Unknown,
}

/// What a slot claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum Hardware {
    /// Software (no CKF_HW_SLOT).
    #[n(0)]
    Software,
    /// Hardware (CKF_HW_SLOT).
    #[n(1)]
    Hardware,
}

/// State of a user PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum PinState {
    /// Nothing is said against it.
    #[n(0)]
    Usable,
    /// Wrong PINs were tried (CKF_USER_PIN_COUNT_LOW).
    #[n(1)]
    CountLow,
    /// One try is left (CKF_USER_PIN_FINAL_TRY).
    #[n(2)]
    FinalTry,
    /// No try is left (CKF_USER_PIN_LOCKED).
    #[n(3)]
    Locked,
}

/// Lists the tokens of all slots that have one, blank ones included.
pub(crate) fn tokens(module: &Module) -> Result<Vec<TokenInfo>> {
    let slots = module.context.get_slots_with_token()?;
    Ok(slots
        .into_iter()
        .map(|slot| describe(module, slot))
        .collect())
}

/// Finds the one initialised token of a label. Slot numbers mean nothing: they change.
pub(crate) fn find(module: &Module, label: &TokenLabel) -> Result<Slot> {
    let slots = with_label(module, label)?;
    match slots[..] {
        [slot] => Ok(slot),
        [] => Err(Error::TokenNotFound {
            label: label.clone(),
            others: others(module)?,
        }),
        _ => Err(Error::TokenAmbiguous {
            label: label.clone(),
            count: slots.len() as u32,
        }),
    }
}

/// What the initialised tokens are called; a module may name many.
fn others(module: &Module) -> Result<Vec<String>> {
    const MOST: usize = 16;
    let slots = module.context.get_slots_with_token()?;
    let said = slots
        .into_iter()
        .filter_map(|slot| module.raw.token_info(slot).ok());
    let initialised = said.filter(Said::is_initialised);
    // Told to a person: nothing of it may be what a terminal obeys.
    let printable = |label: String| label.replace(char::is_control, " ");
    Ok(initialised
        .take(MOST)
        .map(|said| printable(said.label))
        .collect())
}

/// Makes a token in a free slot: C_InitToken, then C_InitPIN in a session of the SO
/// (PKCS#11 v3.1 §5.5.7, §5.5.8).
pub(crate) fn initialise(
    module: &Module,
    label: &TokenLabel,
    so_pin: &Pin,
    user_pin: &Pin,
) -> Result<TokenInfo> {
    let context = &module.context;
    if !with_label(module, label)?.is_empty() {
        return Err(Error::TokenExists {
            label: label.clone(),
        });
    }
    let blank = context.get_slots_with_token()?.into_iter().find(|slot| {
        module
            .raw
            .token_info(*slot)
            .is_ok_and(|token| !token.is_initialised())
    });
    let blank = blank.ok_or(Error::NoFreeSlot)?;
    context.init_token(blank, so_pin.expose_auth(), label.as_str())?;

    let slot = find(module, label)?; // SoftHSM moves a new token to another slot number
    let session = context.open_rw_session(slot)?;
    login(
        &session,
        UserType::So,
        label,
        so_pin,
        pin_lengths(module, slot),
    )?;
    session.init_pin(user_pin.expose_auth())?;
    session.logout()?;
    drop(session);
    Ok(describe(module, slot))
}

/// Logs a session in, once: a wrong PIN is counted by the token, so it is never tried again.
///
/// Some token may say that somebody is logged in though this process has not: then the PIN was not
/// looked at. Whoever it was is logged out, so that it is; a token that says it again is believed,
/// as it shows by its keys what it is. `lengths` are those the token states of its PINs: what it
/// states is not held against a PIN that it takes.
pub(crate) fn login(
    session: &cryptoki::session::Session,
    user: UserType,
    label: &TokenLabel,
    pin: &Pin,
    lengths: (u32, u32),
) -> Result<()> {
    let Err(error) = session.login(user, Some(pin.expose_auth())) else {
        return Ok(());
    };
    let error = match answer::meaning(&error, || false) {
        Meaning::Done => {
            let _ = session.logout();
            let Err(error) = session.login(user, Some(pin.expose_auth())) else {
                return Ok(());
            };
            error
        }
        _ => error,
    };
    let label = label.clone();
    if let Some(obstacle) = answer::value(&error).and_then(|value| obstacle(value, pin, lengths)) {
        return Err(Error::PinObstacle { label, obstacle });
    }
    match answer::meaning(&error, || false) {
        Meaning::Done => Ok(()),
        Meaning::PinWrong => Err(Error::WrongPin { label }),
        Meaning::PinLocked => Err(Error::PinLocked { label }),
        _ => Err(error.into()),
    }
}

/// Shortest and longest PIN, as a token states them; zeros where it does not.
pub(crate) fn pin_lengths(module: &Module, slot: Slot) -> (u32, u32) {
    let token = module.raw.token_info(slot);
    token.map(|token| token.pin).unwrap_or_default()
}

/// What an answer of C_Login says is in the way of any PIN, or of one of this length.
fn obstacle(answer: RvError, pin: &Pin, (shortest, longest): (u32, u32)) -> Option<PinObstacle> {
    match answer {
        RvError::UserPinNotInitialized => Some(PinObstacle::NotSet),
        RvError::PinExpired => Some(PinObstacle::ToBeChanged),
        RvError::PinLenRange => {
            let stated = shortest <= longest && longest > 0;
            let lengths = shortest as usize..=longest as usize;
            (stated && !lengths.contains(&pin.expose().len()))
                .then_some(PinObstacle::Length { shortest, longest })
        }
        _ => None,
    }
}

/// The slots of a label, of tokens that are initialised. One that does not say what it is hides none
/// of the others; if none is found and a token failed, it may have been the one.
fn with_label(module: &Module, label: &TokenLabel) -> Result<Vec<Slot>> {
    let mut found = Vec::new();
    let mut failed = None;
    for slot in module.context.get_slots_with_token()? {
        match module.raw.token_info(slot) {
            Ok(token) if token.is_initialised() && token.label == label.as_str() => {
                found.push(slot);
            }
            Ok(_) => {}
            Err(error) if answer::value(&error).is_some_and(answer::is_device) => {
                failed = Some(error);
            }
            Err(_) => {} // not recognised, or gone meanwhile
        }
    }
    match failed {
        Some(error) if found.is_empty() => Err(error.into()),
        _ => Ok(found),
    }
}

fn describe(module: &Module, slot: Slot) -> TokenInfo {
    let Ok(token) = module.raw.token_info(slot) else {
        return TokenInfo {
            label: String::new(),
            serial: String::new(),
            model: String::new(),
            manufacturer: String::new(),
            state: TokenState::Unknown,
            hardware: hardware(&module.context, slot),
            pin_state: PinState::Usable,
        };
    };
    describe_token(&module.context, slot, &token)
}

/// What a token says, once it has said it.
pub(crate) fn describe_token(context: &Pkcs11, slot: Slot, token: &Said) -> TokenInfo {
    TokenInfo {
        label: token.label.clone(),
        serial: token.serial.clone(),
        model: token.model.clone(),
        manufacturer: token.manufacturer.clone(),
        state: match (token.is_initialised(), token.has_user_pin()) {
            (false, _) => TokenState::Blank,
            (true, false) => TokenState::NoUserPin,
            (true, true) => TokenState::Ready,
        },
        hardware: hardware(context, slot),
        pin_state: pin_state(token),
    }
}

pub(crate) fn pin_state(token: &Said) -> PinState {
    if token.pin_is_locked() {
        PinState::Locked
    } else if token.one_try_is_left() {
        PinState::FinalTry
    } else if token.tries_were_lost() {
        PinState::CountLow
    } else {
        PinState::Usable
    }
}

fn hardware(context: &Pkcs11, slot: Slot) -> Hardware {
    match context.get_slot_info(slot) {
        Ok(slot) if slot.hardware_slot() => Hardware::Hardware,
        _ => Hardware::Software,
    }
}

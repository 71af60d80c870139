use cryptoki::{
    context::Pkcs11,
    session::UserType,
    slot::{Slot, TokenInfo as CkTokenInfo},
};
use minicbor::{CborLen, Decode, Encode};

use crate::{Error, Pin, Result, TokenLabel, answer, reconnect::Meaning};

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
pub(crate) fn tokens(context: &Pkcs11) -> Result<Vec<TokenInfo>> {
    let slots = context.get_slots_with_token()?;
    Ok(slots
        .into_iter()
        .map(|slot| describe(context, slot))
        .collect())
}

/// Finds the one initialised token of a label. Slot numbers mean nothing: they change.
pub(crate) fn find(context: &Pkcs11, label: &TokenLabel) -> Result<Slot> {
    let slots = with_label(context, label)?;
    match slots[..] {
        [slot] => Ok(slot),
        [] => Err(Error::TokenNotFound {
            label: label.clone(),
        }),
        _ => Err(Error::TokenAmbiguous {
            label: label.clone(),
            count: slots.len() as u32,
        }),
    }
}

/// Makes a token in a free slot: C_InitToken, then C_InitPIN in a session of the SO
/// (PKCS#11 v3.1 §5.5.7, §5.5.8).
pub(crate) fn initialise(
    context: &Pkcs11,
    label: &TokenLabel,
    so_pin: &Pin,
    user_pin: &Pin,
) -> Result<TokenInfo> {
    if !with_label(context, label)?.is_empty() {
        return Err(Error::TokenExists {
            label: label.clone(),
        });
    }
    let blank = context
        .get_slots_with_token()?
        .into_iter()
        .find(|slot| information(context, *slot).is_some_and(|token| !token.token_initialized()));
    let blank = blank.ok_or(Error::NoFreeSlot)?;
    context.init_token(blank, so_pin.expose_auth(), label.as_str())?;

    let slot = find(context, label)?; // SoftHSM moves a new token to another slot number
    let session = context.open_rw_session(slot)?;
    login(&session, UserType::So, label, so_pin)?;
    session.init_pin(user_pin.expose_auth())?;
    session.logout()?;
    drop(session);
    Ok(describe(context, slot))
}

/// Logs a session in, once: a wrong PIN is counted by the token, so it is never tried again.
///
/// Some token may say that somebody is logged in though this process has not: then the PIN was not
/// looked at. Whoever it was is logged out, so that it is; a token that says it again is believed,
/// as it shows by its keys what it is.
pub(crate) fn login(
    session: &cryptoki::session::Session,
    user: UserType,
    label: &TokenLabel,
    pin: &Pin,
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
    match answer::meaning(&error, || false) {
        Meaning::Done => Ok(()),
        Meaning::PinWrong => Err(Error::WrongPin { label }),
        Meaning::PinLocked => Err(Error::PinLocked { label }),
        _ => Err(error.into()),
    }
}

fn with_label(context: &Pkcs11, label: &TokenLabel) -> Result<Vec<Slot>> {
    let mut slots = context.get_slots_with_token()?;
    slots.retain(|slot| {
        information(context, *slot)
            .is_some_and(|token| token.token_initialized() && token.label() == label.as_str())
    });
    Ok(slots)
}

/// Some tokens report a malformed time, and cryptoki then gives nothing at all; one of those must
/// not hide the others.
fn information(context: &Pkcs11, slot: Slot) -> Option<CkTokenInfo> {
    context.get_token_info(slot).ok()
}

fn describe(context: &Pkcs11, slot: Slot) -> TokenInfo {
    let Some(token) = information(context, slot) else {
        return TokenInfo {
            label: String::new(),
            serial: String::new(),
            model: String::new(),
            manufacturer: String::new(),
            state: TokenState::Unknown,
            hardware: hardware(context, slot),
            pin_state: PinState::Usable,
        };
    };
    describe_token(context, slot, &token)
}

/// What a token says, once it has said it.
pub(crate) fn describe_token(context: &Pkcs11, slot: Slot, token: &CkTokenInfo) -> TokenInfo {
    let hardware = hardware(context, slot);
    TokenInfo {
        label: token.label().to_owned(),
        serial: token.serial_number().to_owned(),
        model: token.model().to_owned(),
        manufacturer: token.manufacturer_id().to_owned(),
        state: match (token.token_initialized(), token.user_pin_initialized()) {
            (false, _) => TokenState::Blank,
            (true, false) => TokenState::NoUserPin,
            (true, true) => TokenState::Ready,
        },
        hardware,
        pin_state: pin_state(token),
    }
}

pub(crate) fn pin_state(token: &CkTokenInfo) -> PinState {
    if token.user_pin_locked() {
        PinState::Locked
    } else if token.user_pin_final_try() {
        PinState::FinalTry
    } else if token.user_pin_count_low() {
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

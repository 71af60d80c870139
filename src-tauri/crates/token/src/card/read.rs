//! What a card shows to everybody.

use cryptoki::{
    error::{Error as CkError, RvError},
    object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle},
    session::Session,
    slot::Slot,
};

use super::{Card, CardAddress, CardCertificate, CardSlot, Inserted, PinEntry, PinRules, SlotKind};
use crate::{
    Error, Host, Result,
    answer::{self, is_device},
    module::Module,
    raw::Said,
    slot,
};

/// Largest certificate that is read, in bytes. Those of people take one or two thousand.
const LARGEST_CERTIFICATE: usize = 32 * 1024;
/// Most slots that are looked at; a reader is one or two.
const MOST_SLOTS: usize = 64;

/// Lists the slots, with and without cards.
pub(crate) fn slots(module: &Module) -> Result<Vec<CardSlot>> {
    // Asked without tokens first: that is where modules look for new readers (PKCS#11 v3.1 §5.5.1).
    let slots = module.context.get_all_slots().map_err(lost)?;
    let slots = slots.into_iter().take(MOST_SLOTS);
    slots
        .filter_map(|slot| look(module, slot).transpose())
        .collect()
}

/// Looks into one slot; one that vanished meanwhile is none.
fn look(module: &Module, slot: Slot) -> Result<Option<CardSlot>> {
    let info = match module.context.get_slot_info(slot) {
        Ok(info) => info,
        Err(CkError::Pkcs11(RvError::SlotIdInvalid, _)) => return Ok(None),
        Err(error) => return Err(lost(error)),
    };
    let kind = if info.removable_device() || info.hardware_slot() {
        SlotKind::Reader
    } else {
        SlotKind::Fixed
    };
    let inserted = if info.token_present() {
        card(module, slot)?
    } else {
        Inserted::Nothing
    };
    Ok(Some(CardSlot {
        reader: printable(info.slot_description()),
        kind,
        inserted,
    }))
}

fn card(module: &Module, slot: Slot) -> Result<Inserted> {
    Ok(match module.raw.token_info(slot) {
        Ok(token) if token.is_initialised() => Inserted::Card(Card {
            address: address(slot, &token),
            info: slot::describe_token(&module.context, slot, &token),
            pin: rules(&token),
        }),
        Err(CkError::Pkcs11(RvError::TokenNotPresent, _)) => Inserted::Nothing,
        Err(CkError::Pkcs11(answer, _)) if is_lost(answer) => {
            return Err(lost(CkError::Pkcs11(
                answer,
                cryptoki::context::Function::GetTokenInfo,
            )));
        }
        // Blank, of no kind the module knows (CKR_TOKEN_NOT_RECOGNIZED), or malformed.
        Ok(_) | Err(_) => Inserted::Unknown,
    })
}

fn address(slot: Slot, token: &Said) -> CardAddress {
    CardAddress {
        slot: slot.id(),
        serial: printable(&token.serial),
        label: printable(&token.label),
    }
}

pub(super) fn rules(token: &Said) -> PinRules {
    let (shortest, longest) = token.pin;
    PinRules {
        entry: if token.pin_is_asked_elsewhere() {
            PinEntry::PinPad
        } else {
            PinEntry::Typed
        },
        to_be_changed: token.pin_is_to_be_changed(),
        shortest,
        longest,
    }
}

/// Finds a card again in the slot it was seen in, or in another.
pub(super) fn find(module: &Module, card: &CardAddress) -> Result<(Slot, Said)> {
    let mut slots = module.context.get_slots_with_token().map_err(lost)?;
    slots.truncate(MOST_SLOTS);
    // The slot it was seen in first: a card may have two slots with one label.
    slots.sort_by_key(|slot| slot.id() != card.slot);
    for slot in slots {
        let Ok(token) = module.raw.token_info(slot) else {
            continue;
        };
        let found = address(slot, &token);
        if found.serial == card.serial && found.label == card.label {
            return Ok((slot, token));
        }
    }
    Err(Error::CardAbsent)
}

/// Reads the X.509 certificates of a card, without logging in.
pub(crate) fn certificates(module: &Module, card: &CardAddress) -> Result<Vec<CardCertificate>> {
    let (slot, _) = find(module, card)?;
    let session = module.context.open_ro_session(slot).map_err(lost)?;
    let read = read_all(&session);
    super::login::leave(session, &read);
    read
}

fn read_all(session: &Session) -> Result<Vec<CardCertificate>> {
    let class = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
    ];
    // No more than are wanted: a module may name handles without end.
    let found = session
        .iter_objects(&class)
        .map_err(lost)?
        .take(Host::MOST_CERTIFICATES)
        .collect::<cryptoki::error::Result<Vec<_>>>()
        .map_err(lost)?;
    let read = found
        .into_iter()
        .map(|object| read_one(session, object))
        .collect::<Result<Vec<_>>>()?;
    Ok(read.into_iter().flatten().collect())
}

/// Reads one certificate; `None` for an object without a value, or with one that is none.
fn read_one(session: &Session, object: ObjectHandle) -> Result<Option<CardCertificate>> {
    let wanted = [
        AttributeType::Id,
        AttributeType::Label,
        AttributeType::Value,
    ];
    let (mut id, mut label, mut der) = (Vec::new(), Vec::new(), Vec::new());
    for attribute in session.get_attributes(object, &wanted).map_err(lost)? {
        match attribute {
            Attribute::Id(value) => id = value,
            Attribute::Label(value) => label = value,
            Attribute::Value(value) => der = value,
            _ => {}
        }
    }
    let read = (1..=LARGEST_CERTIFICATE).contains(&der.len());
    Ok(read.then(|| CardCertificate {
        id,
        label: printable(&String::from_utf8_lossy(&label)),
        der,
    }))
}

/// What a device failure is here: one that says that the card may be gone, and that nothing the
/// process knows of it is to be trusted.
pub(super) fn is_lost(answer: RvError) -> bool {
    is_device(answer)
        || matches!(
            answer,
            RvError::SessionHandleInvalid | RvError::SessionClosed | RvError::FunctionCanceled
        )
}

pub(super) fn lost(error: CkError) -> Error {
    match answer::value(&error) {
        Some(value) if is_lost(value) => {
            let (call, answer) = answer::names(&error);
            Error::TokenLost { call, answer }
        }
        _ => {
            let (call, answer) = answer::names(&error);
            Error::Unexpected { call, answer }
        }
    }
}

/// A card's own words without what a terminal would obey.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_card_says_holds_nothing_that_a_terminal_obeys() {
        assert_eq!(printable("  card\u{1b}[2J\n of Ana "), "card [2J  of Ana");
    }
}

//! Smart cards as text and as JSON.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};
use service::requests::CardToSign;
use service::wire::{CardCertificate, CardPin, CardPinState, CardPresence, CardUsage, Cards};

use super::{print, printable};
use crate::failure::Status;

/// What is to be known before a card's PIN is typed.
pub(crate) fn about(card: &CardToSign) {
    if card.module_changed {
        eprintln!("chancery: {}", changed(&card.module.to_string_lossy()));
    }
    match card.pin.state {
        CardPinState::CountLow => eprintln!("chancery: wrong PINs were tried; few tries are left"),
        CardPinState::FinalTry => {
            eprintln!("chancery: one try is left; a wrong PIN locks the card")
        }
        CardPinState::Unknown | CardPinState::Locked | CardPinState::ToBeChanged => {}
    }
    if card.pin.pad {
        eprintln!("chancery: enter the PIN on the reader, for each file if it asks again");
    }
}

fn changed(module: &str) -> String {
    format!("the card's module {module} is another file than it was when it was last used")
}

/// The cards that are there; without one to sign with the exit status says so.
pub(crate) fn list(cards: &Cards, json: bool) -> ExitCode {
    if json {
        print(&document(cards));
    } else {
        text(cards);
    }
    match cards.presence {
        CardPresence::Ready => ExitCode::SUCCESS,
        _ => ExitCode::from(Status::Device as u8),
    }
}

fn document(cards: &Cards) -> Value {
    let tokens = cards.cards.iter().map(|card| {
        json!({
            "label": card.label, "serial": card.serial, "manufacturer": card.manufacturer,
            "reader": card.reader, "pin": pin(&card.pin),
            "certificates": card.certificates.iter().map(certificate).collect::<Vec<_>>(),
        })
    });
    let drivers = cards.drivers.iter().map(|driver| {
        json!({
            "module": driver.path.to_string_lossy(), "changed": driver.changed,
            "error": driver.fault,
        })
    });
    json!({
        "presence": cards.presence,
        "cards": tokens.collect::<Vec<_>>(),
        "modules": drivers.collect::<Vec<_>>(),
    })
}

fn pin(pin: &CardPin) -> Value {
    json!({
        "state": pin.state, "pad": pin.pad, "shortest": pin.shortest, "longest": pin.longest,
    })
}

fn certificate(certificate: &CardCertificate) -> Value {
    json!({
        "id": certificate.id, "key_id": certificate.key_id, "name": certificate.name,
        "issuer": certificate.issuer, "valid_from": certificate.valid_from,
        "valid_until": certificate.valid_until, "usage": certificate.usage,
        "key": certificate.key, "refusal": certificate.refusal, "preferred": certificate.preferred,
    })
}

fn text(cards: &Cards) {
    for driver in &cards.drivers {
        if driver.changed {
            eprintln!("chancery: {}", changed(&driver.path.to_string_lossy()));
        }
        if let Some(fault) = &driver.fault {
            eprintln!("chancery: {}: {}", driver.path.display(), fault.message);
        }
    }
    let said = match cards.presence {
        CardPresence::NoDriver => "No module for cards is installed.",
        CardPresence::DriverFault => "No module for cards works.",
        CardPresence::ServiceDown => "The PC/SC service does not run; start pcscd.",
        CardPresence::NoReader => "No reader is plugged in.",
        CardPresence::NoCard => "The readers are empty.",
        CardPresence::CardUnknown => "There is a card that no module knows.",
        CardPresence::NoCertificate => "No certificate on the cards signs documents.",
        CardPresence::Ready => "",
    };
    if !said.is_empty() {
        say!("{said}");
    }
    for card in &cards.cards {
        say!("{} in {}", printable(&card.label), printable(&card.reader));
        say!("  PIN: {}", state(&card.pin));
        for certificate in &card.certificates {
            let mark = if certificate.preferred { "*" } else { " " };
            let key_id = &certificate.key_id;
            say!(
                "{mark} {key_id}  {}  {}",
                printable(&certificate.name),
                certificate.key
            );
            say!(
                "      {}, by {}",
                usage(certificate.usage),
                printable(&certificate.issuer)
            );
            if let Some(refusal) = certificate.refusal {
                say!("      cannot sign: {refusal}");
            }
        }
    }
}

fn state(pin: &CardPin) -> String {
    let state = match pin.state {
        CardPinState::Unknown => "the card says nothing of lost tries",
        CardPinState::CountLow => "few tries are left",
        CardPinState::FinalTry => "one try is left",
        CardPinState::Locked => "locked",
        CardPinState::ToBeChanged => "must be changed first",
    };
    match pin.pad {
        true => format!("{state}; typed on the reader"),
        false => state.to_owned(),
    }
}

fn usage(usage: CardUsage) -> &'static str {
    match usage {
        CardUsage::Signature => "for signatures",
        CardUsage::Authentication => "to log in with, and for signatures",
        CardUsage::Unrestricted => "for anything",
        CardUsage::Other => "not for signatures",
    }
}

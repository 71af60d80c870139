//! Smart cards: tokens that a person holds, seen through a module that the person chose.
//!
//! A card is asked in single requests: what is in the readers, which certificates a card shows
//! before any login, and [`Host::sign_with_card`], which logs in, signs and logs out again. No
//! login outlives its request, so there is no handle to go stale when a card is pulled, and the
//! PIN is gone from the host process with the answer.

mod key;
mod login;
mod read;

use std::{fmt, time::Duration};

use minicbor::{CborLen, Decode, Encode};

pub(crate) use self::{
    login::sign,
    read::{certificates, slots},
};
use crate::{
    Host, Pin, RawSignature, Result, SignerAlgorithm, SpkiDer, ToBeSigned, TokenInfo,
    host::protocol::Request, pin::PinInTransit,
};

/// A slot: a reader, or one of several views of the card in a reader.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct CardSlot {
    /// What the module calls it.
    #[n(0)]
    pub reader: String,
    /// Whether something can be put in, or it is a device (CKF_REMOVABLE_DEVICE, CKF_HW_SLOT).
    #[n(1)]
    pub kind: SlotKind,
    /// What is in it.
    #[n(2)]
    pub inserted: Inserted,
}

/// Whether a slot is one that cards go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum SlotKind {
    /// A reader.
    #[n(0)]
    Reader,
    /// A token that is always there, in software.
    #[n(1)]
    Fixed,
}

/// What is in a slot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub enum Inserted {
    /// Nothing.
    #[n(0)]
    Nothing,
    /// A card that this module does not know, or one without anything on it.
    #[n(1)]
    Unknown,
    /// A card.
    #[n(2)]
    Card(#[n(0)] Card),
}

/// A card in a reader.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct Card {
    /// How it is found again.
    #[n(0)]
    pub address: CardAddress,
    /// What it says about itself.
    #[n(1)]
    pub info: TokenInfo,
    /// How its PIN is given.
    #[n(2)]
    pub pin: PinRules,
}

/// Names a card: the slot it was seen in, and the names it had there.
///
/// A request about a card that is not there any more, or about another one in the same slot, is
/// answered with [`CardAbsent`](crate::Error::CardAbsent).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct CardAddress {
    /// CK_SLOT_ID.
    #[n(0)]
    pub(crate) slot: u64,
    /// Serial number.
    #[n(1)]
    pub(crate) serial: String,
    /// Label.
    #[n(2)]
    pub(crate) label: String,
}

/// How a PIN is given to a card (CK_TOKEN_INFO, PKCS#11 v3.1 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct PinRules {
    /// Where it is typed.
    #[n(0)]
    pub entry: PinEntry,
    /// Whether the card wants another PIN first (CKF_USER_PIN_TO_BE_CHANGED).
    #[n(1)]
    pub to_be_changed: bool,
    /// Shortest and longest PIN in bytes, as the module says; a longest of zero says nothing.
    #[n(2)]
    pub shortest: u32,
    /// See `shortest`.
    #[n(3)]
    pub longest: u32,
}

/// Where a PIN is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum PinEntry {
    /// Here.
    #[n(0)]
    Typed,
    /// On the reader, or wherever the module asks (CKF_PROTECTED_AUTHENTICATION_PATH).
    #[n(1)]
    PinPad,
}

/// A certificate on a card, readable before login.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct CardCertificate {
    /// CKA_ID, which its private key has, too; need not be there, and need not be right.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub id: Vec<u8>,
    /// CKA_LABEL.
    #[n(1)]
    pub label: String,
    /// The certificate as it lies on the card.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub der: Vec<u8>,
}

/// Which key of a card signs: the one of a certificate.
#[derive(Clone, Debug, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct CardKey {
    /// CKA_ID of the certificate.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub id: Vec<u8>,
    /// Its public key.
    #[n(1)]
    pub spki: SpkiDer,
    /// What that is.
    #[n(2)]
    pub algorithm: SignerAlgorithm,
}

/// What a client asks about cards.
#[derive(Encode, Decode, CborLen)]
#[cbor(array)]
pub(crate) enum OnCard {
    /// `Vec<CardSlot>`.
    #[n(0)]
    Slots,
    /// `Vec<CardCertificate>`.
    #[n(1)]
    Certificates {
        #[n(0)]
        card: CardAddress,
    },
    /// `Vec<RawSignature>`.
    #[n(2)]
    Sign {
        #[n(0)]
        card: CardAddress,
        #[n(1)]
        key: CardKey,
        #[n(2)]
        inputs: Vec<ToBeSigned>,
        #[n(3)]
        pin: Option<PinInTransit>,
    },
}

/// How long a card may take for a signature: RSA-4096 takes some seconds on old ones.
const SIGNATURE: Duration = Duration::from_secs(8);
/// How long a person may take at a reader's keys; drivers give up sooner.
const AT_THE_READER: Duration = Duration::from_secs(90);

impl OnCard {
    /// What it takes beyond the deadline of one call.
    pub(crate) fn takes_longer_by(&self) -> Duration {
        match self {
            Self::Slots | Self::Certificates { .. } => Duration::ZERO,
            Self::Sign { inputs, pin, .. } => {
                let count = u32::try_from(inputs.len()).unwrap_or(u32::MAX);
                match pin {
                    Some(_) => SIGNATURE.saturating_mul(count),
                    None => (SIGNATURE + AT_THE_READER).saturating_mul(count.saturating_add(1)),
                }
            }
        }
    }
}

impl Host {
    /// Lists the slots with what is in them; cheap enough to be asked every second.
    ///
    /// # Errors
    /// As every call; [`Error::TokenLost`](crate::Error::TokenLost),
    /// [`Error::Unexpected`](crate::Error::Unexpected).
    pub fn card_slots(&self) -> Result<Vec<CardSlot>> {
        self.process().call(&Request::OnCard(OnCard::Slots))
    }

    /// Reads a card's certificates, which takes a second or two, at most
    /// [`Self::MOST_CERTIFICATES`] of them.
    ///
    /// # Errors
    /// [`Error::CardAbsent`](crate::Error::CardAbsent); as [`Self::card_slots`].
    pub fn card_certificates(&self, card: &CardAddress) -> Result<Vec<CardCertificate>> {
        let card = card.clone();
        let request = Request::OnCard(OnCard::Certificates { card });
        self.process().call(&request)
    }

    /// Logs in to a card, signs each input with the key of a certificate, logs out: one call, and
    /// one judgement of the PIN, or as many as the card wants (CKA_ALWAYS_AUTHENTICATE).
    ///
    /// Without a PIN it is asked for on the reader. The signatures are not verified here; who
    /// holds the certificate does that before they are used.
    ///
    /// # Errors
    /// Then there is no signature at all. [`Error::CardAbsent`](crate::Error::CardAbsent),
    /// [`Error::CardKeyMissing`](crate::Error::CardKeyMissing),
    /// [`Error::AlgorithmNotOffered`](crate::Error::AlgorithmNotOffered); about the PIN, which is
    /// never tried again, [`Error::CardPin`](crate::Error::CardPin); and
    /// [`Error::TokenLost`](crate::Error::TokenLost) for a card that was pulled or a driver that
    /// failed: the PIN was not judged, and another host process tells which.
    pub fn sign_with_card(
        &self,
        card: &CardAddress,
        key: &CardKey,
        inputs: &[ToBeSigned],
        pin: Option<&Pin>,
    ) -> Result<Vec<RawSignature>> {
        let request = Request::OnCard(OnCard::Sign {
            card: card.clone(),
            key: key.clone(),
            inputs: inputs.to_vec(),
            pin: pin.map(PinInTransit::of),
        });
        self.process().call(&request)
    }

    /// Most certificates that are read from one card.
    pub const MOST_CERTIFICATES: usize = 64;
}

/// What a card says against the PIN, or about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub enum PinRefusal {
    /// It is wrong, and was counted; the state is the one after that.
    #[n(0)]
    Wrong(#[n(0)] crate::PinState),
    /// It is locked (CKR_PIN_LOCKED), by this try or earlier ones.
    #[n(1)]
    Locked,
    /// It has a length that no PIN of this card has: it was not given to the card.
    #[n(2)]
    Length {
        /// Shortest in bytes.
        #[n(0)]
        shortest: u32,
        /// Longest in bytes.
        #[n(1)]
        longest: u32,
    },
    /// The card wants another PIN first (CKR_PIN_EXPIRED).
    #[n(3)]
    ToBeChanged,
    /// Whoever was at the reader gave up (CKR_FUNCTION_CANCELED).
    #[n(4)]
    GivenUp,
    /// None was given, and there is no place on the reader to type it.
    #[n(5)]
    Needed,
}

impl fmt::Display for PinRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(_) => f.write_str("it is wrong"),
            Self::Locked => f.write_str("it is locked"),
            Self::Length { shortest, longest } => {
                write!(f, "it is {shortest} to {longest} characters long")
            }
            Self::ToBeChanged => f.write_str("it must be changed first"),
            Self::GivenUp => f.write_str("it was not entered on the reader"),
            Self::Needed => f.write_str("it is needed"),
        }
    }
}

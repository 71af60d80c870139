//! Smart cards, as they can be chosen to sign with.

use std::path::PathBuf;

use serde::Serialize;
use ts_rs::TS;

use super::ErrorCode;

/// What cards there are, and what stands in the way where there is none to sign with.
#[derive(Debug, Clone, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Cards {
    /// Raised whenever anything below has changed.
    pub change: u32,
    /// What is to be said first.
    pub presence: CardPresence,
    /// The cards, each once.
    pub cards: Vec<CardToken>,
    /// The modules that were asked.
    pub drivers: Vec<CardDriver>,
}

/// How far a card is from signing.
#[derive(Debug, Clone, Copy, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CardPresence {
    /// No module is installed that cards are read with.
    NoDriver,
    /// No module works.
    DriverFault,
    /// The PC/SC service does not run.
    ServiceDown,
    /// The service sees no reader.
    NoReader,
    /// The readers are empty.
    NoCard,
    /// There is a card that no module knows.
    CardUnknown,
    /// There is a card without a certificate that signs documents.
    NoCertificate,
    /// There is one to choose.
    Ready,
}

/// A card.
#[derive(Debug, Clone, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CardToken {
    /// What it calls itself.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// What the reader is called.
    pub reader: String,
    /// Its PIN.
    pub pin: CardPin,
    /// Its certificates, the best to sign with first.
    pub certificates: Vec<CardCertificate>,
}

/// What is known of a card's PIN before it is asked for.
#[derive(Debug, Clone, Copy, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CardPin {
    /// Its state.
    pub state: CardPinState,
    /// Whether it is typed on the reader.
    pub pad: bool,
    /// Shortest in bytes.
    pub shortest: u32,
    /// Longest in bytes; zero where the card does not say.
    pub longest: u32,
}

/// The state of a card's PIN.
#[derive(Debug, Clone, Copy, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CardPinState {
    /// The card says nothing against it; some never say that tries were lost.
    Unknown,
    /// Wrong ones were tried.
    CountLow,
    /// One try is left.
    FinalTry,
    /// None is left.
    Locked,
    /// It must be changed first.
    ToBeChanged,
}

/// A certificate on a card.
#[derive(Debug, Clone, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CardCertificate {
    /// SHA-256 over the certificate, 64 hexadecimal digits: what it is chosen by.
    pub id: String,
    /// CKA_ID, in hexadecimal digits.
    pub key_id: String,
    /// The subject.
    pub name: String,
    /// The issuer.
    pub issuer: String,
    /// First second of validity, Unix time.
    #[ts(type = "number")]
    pub valid_from: i64,
    /// Last second of validity, Unix time.
    #[ts(type = "number")]
    pub valid_until: i64,
    /// What it says that its key is for.
    pub usage: CardUsage,
    /// Kind of the key; empty for one that cannot be used here.
    pub key: String,
    /// Why it cannot sign documents, if it cannot.
    pub refusal: Option<ErrorCode>,
    /// Whether it is the one to sign with, where nobody chooses.
    pub preferred: bool,
}

/// What a certificate says that its key is for (RFC 5280 §4.2.1.3).
#[derive(Debug, Clone, Copy, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CardUsage {
    /// nonRepudiation: signatures that a person stands for.
    Signature,
    /// digitalSignature alone: mostly to log in with, and for documents, too.
    Authentication,
    /// It does not say.
    Unrestricted,
    /// Something else.
    Other,
}

/// A module that was asked.
#[derive(Debug, Clone, Serialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CardDriver {
    /// Name of its file.
    pub name: String,
    /// Where that lies; not for the window.
    #[serde(skip)]
    #[ts(skip)]
    pub path: PathBuf,
    /// Whether a person chose it.
    pub chosen: bool,
    /// Whether the file is another one than it was when it was last used.
    pub changed: bool,
    /// Why it does not work, if it does not.
    pub fault: Option<super::Error>,
}

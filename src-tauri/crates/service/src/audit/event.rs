//! What happened, as bytes: the event, which may be erased, and the leaf, which may not.

use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};

/// What a leaf says about its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something is about to be done.
    Intent,
    /// What became of an intent.
    Outcome,
    /// An administrator unlocks the own key.
    Login,
    /// Leaf 0: the organisation's fixed part.
    Founding,
}

impl Kind {
    /// The word in leaf and event.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Login => "login",
            Self::Founding => "founding",
        }
    }
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The organisation is founded.
    Found,
    /// A batch of documents is signed.
    Sign,
    /// A person is enrolled.
    Enrol,
    /// A person turns the code into an own secret.
    Activate,
    /// An administrator logs in.
    Login,
    /// A person puts another secret in the place of the own one.
    ChangeSecret,
    /// A key is suspended by an officer.
    Suspend,
    /// A suspension is lifted by an officer.
    Resume,
    /// A certificate is revoked.
    Revoke,
    /// A key is revoked and another one made in its place.
    Reset,
    /// A key is suspended by who says to be its owner; no secret is asked.
    SuspendOwn,
    /// An intent is found whose process is gone.
    Sweep,
}

impl Act {
    /// The word in the event.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Sign => "sign",
            Self::Enrol => "enrol",
            Self::Activate => "activate",
            Self::Login => "login",
            Self::ChangeSecret => "change_secret",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Revoke => "revoke",
            Self::Reset => "reset",
            Self::SuspendOwn => "suspend_own",
            Self::Sweep => "sweep",
        }
    }
}

/// What became of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// The secret was wrong.
    WrongSecret,
    /// It was refused.
    Refused,
    /// A device or file did not do its part.
    Fault,
    /// The process ended without saying.
    Abandoned,
}

impl Outcome {
    /// The word in the event.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::WrongSecret => "wrong_secret",
            Self::Refused => "refused",
            Self::Fault => "fault",
            Self::Abandoned => "abandoned",
        }
    }
}

/// An event of the log.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Intent, outcome, login or founding.
    pub kind: Kind,
    /// What is done.
    pub act: Act,
    /// Unix seconds, the database's clock.
    pub time: i64,
    /// Whose key or account it is about.
    pub account: Option<&'a [u8; 16]>,
    /// Login name, so that the log reads without the accounts.
    pub login: Option<&'a str>,
    /// The key that is used or made.
    pub key: Option<&'a [u8; 16]>,
    /// This machine's random id.
    pub machine: &'a [u8; 16],
    /// The request this belongs to.
    pub request: &'a [u8; 16],
    /// Size and root of the newest head seen before.
    pub head: (u64, [u8; 32]),
    /// Digests of the batch (SHA-256 over each prepared byte range) or of the rows.
    pub digests: &'a [[u8; 32]],
    /// For an outcome: the index of its intent.
    pub intent: Option<u64>,
    /// For an outcome: what became of it.
    pub outcome: Option<Outcome>,
    /// Login of the officer who acts, where it is not the one the event is about.
    pub officer: Option<&'a str>,
    /// Why, in a person's words.
    pub note: Option<&'a str>,
    /// Serial number of the certificate that will be made.
    pub serial: Option<&'a [u8]>,
}

/// How many elements an event has, its version among them.
const ELEMENTS: u64 = 16;

impl Event<'_> {
    /// Encodes the event as a CBOR array in the order of its fields, after the version 1.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Encoder::new(Vec::new());
        let written = (|| {
            writer
                .array(ELEMENTS)?
                .u8(1)?
                .str(self.kind.word())?
                .str(self.act.word())?;
            writer.i64(self.time)?;
            optional(&mut writer, self.account, |w, id| w.bytes(id).map(drop))?;
            optional(&mut writer, self.login, |w, login| w.str(login).map(drop))?;
            optional(&mut writer, self.key, |w, id| w.bytes(id).map(drop))?;
            writer.bytes(self.machine)?.bytes(self.request)?;
            writer.array(2)?.u64(self.head.0)?.bytes(&self.head.1)?;
            writer.array(self.digests.len() as u64)?;
            for digest in self.digests {
                writer.bytes(digest)?;
            }
            optional(&mut writer, self.intent, |w, index| w.u64(index).map(drop))?;
            optional(&mut writer, self.outcome, |w, outcome| {
                w.str(outcome.word()).map(drop)
            })?;
            optional(&mut writer, self.officer, |w, login| w.str(login).map(drop))?;
            optional(&mut writer, self.note, |w, note| w.str(note).map(drop))?;
            optional(&mut writer, self.serial, |w, serial| {
                w.bytes(serial).map(drop)
            })
        })();
        written.expect("writing CBOR into a Vec does not fail");
        writer.into_writer()
    }
}

/// The serial number that an encoded event names, if it names one.
///
/// Anything that is no event of this version names none.
#[must_use]
pub fn serial_of(event: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Decoder::new(event);
    if reader.array().ok()? != Some(ELEMENTS) || reader.u8().ok()? != 1 {
        return None;
    }
    // It is the last element.
    for _ in 2..ELEMENTS {
        reader.skip().ok()?;
    }
    reader.bytes().ok().map(<[u8]>::to_vec)
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn optional<T>(
    writer: &mut Encoder<Vec<u8>>,
    value: Option<T>,
    write: impl FnOnce(&mut Encoder<Vec<u8>>, T) -> Written,
) -> Written {
    match value {
        Some(value) => write(writer, value),
        None => writer.null().map(drop),
    }
}

/// The leaf of an event: `CBOR[1, kind, SHA-256(salt ‖ event), records root]`.
///
/// The root of the tree over the current records is null until that tree exists.
#[must_use]
pub fn leaf(kind: Kind, salt: &[u8; 32], event: &[u8]) -> Vec<u8> {
    let hash = Sha256::new()
        .chain_update(salt)
        .chain_update(event)
        .finalize();
    let mut writer = Encoder::new(Vec::new());
    writer
        .array(4)
        .and_then(|w| w.u8(1))
        .and_then(|w| w.str(kind.word()))
        .and_then(|w| w.bytes(&hash))
        .and_then(|w| w.null())
        .expect("writing CBOR into a Vec does not fail");
    writer.into_writer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_hides_the_event_behind_its_salt() {
        let leaf_of = |salt: u8, event: &[u8]| leaf(Kind::Intent, &[salt; 32], event);
        assert_eq!(leaf_of(1, b"event"), leaf_of(1, b"event"));
        assert_ne!(leaf_of(1, b"event"), leaf_of(2, b"event"));
        assert_ne!(leaf_of(1, b"event"), leaf_of(1, b"other"));
        let bytes = leaf_of(1, b"event");
        assert_eq!(
            bytes[..9],
            *b"\x84\x01\x66intent",
            "version and kind in clear"
        );
        assert_eq!(bytes.last(), Some(&0xf6), "the records root is null");
    }

    #[test]
    fn every_field_of_an_event_reaches_its_bytes() {
        let event = Event {
            kind: Kind::Intent,
            act: Act::Sign,
            time: 7,
            account: Some(&[1; 16]),
            login: Some("ada"),
            key: Some(&[2; 16]),
            machine: &[3; 16],
            request: &[4; 16],
            head: (5, [6; 32]),
            digests: &[[7; 32]],
            intent: None,
            outcome: None,
            officer: None,
            note: None,
            serial: None,
        };
        let bytes = event.to_bytes();
        let edits = [
            Event {
                kind: Kind::Outcome,
                ..event.clone()
            },
            Event {
                act: Act::Enrol,
                ..event.clone()
            },
            Event {
                time: 8,
                ..event.clone()
            },
            Event {
                account: None,
                ..event.clone()
            },
            Event {
                login: Some("bob"),
                ..event.clone()
            },
            Event {
                key: None,
                ..event.clone()
            },
            Event {
                machine: &[9; 16],
                ..event.clone()
            },
            Event {
                request: &[9; 16],
                ..event.clone()
            },
            Event {
                head: (6, [6; 32]),
                ..event.clone()
            },
            Event {
                digests: &[],
                ..event.clone()
            },
            Event {
                intent: Some(1),
                ..event.clone()
            },
            Event {
                outcome: Some(Outcome::Done),
                ..event.clone()
            },
            Event {
                officer: Some("eve"),
                ..event.clone()
            },
            Event {
                note: Some("lost"),
                ..event.clone()
            },
            Event {
                serial: Some(&[1]),
                ..event.clone()
            },
        ];
        assert_eq!(serial_of(&bytes), None);
        let issued = Event {
            serial: Some(&[8; 20]),
            ..event.clone()
        };
        assert_eq!(serial_of(&issued.to_bytes()), Some(vec![8; 20]));
        assert_eq!(serial_of(&bytes[1..]), None, "what is no event names none");
        for edit in edits {
            assert_ne!(edit.to_bytes(), bytes, "{edit:?}");
        }
    }
}

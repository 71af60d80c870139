//! What happened, as bytes: the event, which may be erased, and the leaf, which may not.

use minicbor::{Decoder, Encoder};
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

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
///
/// The window has a word for each, or does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
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
    /// The next master is made.
    PrepareMaster,
    /// A step of a rotation is taken: begun, paused, resumed or ended.
    TurnRotation,
    /// Keys are moved to the next master.
    MoveKeys,
    /// An officer's own key is replaced.
    ReplaceOwn,
    /// A backup is made.
    Backup,
    /// The attacks are played on the signing token, and its profile is written.
    Probe,
    /// A key that was born elsewhere is brought in.
    Import,
    /// An intent is found whose process is gone.
    Sweep,
    /// An officer accepts a PKCS#11 module that was changed.
    AcceptModule,
    /// The records of a log that is older than the tree over them are put into one.
    AdoptRecords,
    /// The log is exported.
    Export,
    /// A log that goes on from an older one is accepted.
    Restore,
    /// A person is given an office.
    Grant,
    /// An office is taken from a person.
    Withdraw,
    /// A person takes up the office that was given.
    TakeOffice,
    /// The PINs of the security officers are taken out of the vault: a backup that has them was
    /// verified.
    ReleaseSoPins,
    /// A revoked key that stays on the token is destroyed there.
    DestroyKey,
    /// The log, which was kept before it did, names what officers have signed.
    BindRows,
    /// An officer sets what signatures are like where nobody says otherwise.
    SetSignatures,
    /// An officer sets the assurance below which nobody is enrolled.
    RequireAssurance,
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
            Self::PrepareMaster => "prepare_master",
            Self::TurnRotation => "turn_rotation",
            Self::MoveKeys => "move_keys",
            Self::ReplaceOwn => "replace_own",
            Self::Backup => "backup",
            Self::Probe => "probe",
            Self::Import => "import",
            Self::Sweep => "sweep",
            Self::AcceptModule => "accept_module",
            Self::AdoptRecords => "adopt_records",
            Self::Export => "export",
            Self::Restore => "restore",
            Self::Grant => "grant",
            Self::Withdraw => "withdraw",
            Self::TakeOffice => "take_office",
            Self::ReleaseSoPins => "release_so_pins",
            Self::DestroyKey => "destroy_key",
            Self::BindRows => "bind_rows",
            Self::SetSignatures => "set_signatures",
            Self::RequireAssurance => "require_assurance",
        }
    }

    /// The act of a word; none if this program knows no such act.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        read_word(word)
    }
}

fn read_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<ValueError>::new(word)).ok()
}

/// What became of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
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

    /// The outcome of a word; none if this program knows no such outcome.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        read_word(word)
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
    /// Digests of the batch (SHA-256 over each prepared byte range) or of the rows; the outcome of an
    /// officer's act ends with those of the rows that were signed in it.
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

/// What an encoded event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The word of its kind.
    pub kind: String,
    /// The word of its act.
    pub act: String,
    /// Unix seconds, the database's clock.
    pub time: i64,
    /// Whose key or account it is about.
    pub account: Option<Vec<u8>>,
    /// Whose it is, by login.
    pub login: Option<String>,
    /// The key it is about.
    pub key: Option<Vec<u8>>,
    /// The machine it happened on.
    pub machine: Vec<u8>,
    /// The request it belongs to.
    pub request: Vec<u8>,
    /// Size and root of the newest head seen before.
    pub head: (u64, Vec<u8>),
    /// Digests of the batch or of the rows.
    pub digests: Vec<Vec<u8>>,
    /// The intent whose outcome it is.
    pub intent: Option<u64>,
    /// The word of its outcome.
    pub outcome: Option<String>,
    /// Login of the officer who acts.
    pub officer: Option<String>,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// Serial number of the certificate that was to be made.
    pub serial: Option<Vec<u8>>,
}

impl Told {
    /// Reads an event that the salt and a leaf of the log vouch for; none if they do not, or if it is
    /// no event of this version.
    #[must_use]
    pub fn read(leaf: &[u8], salt: &[u8], event: &[u8]) -> Option<Self> {
        let told = Self::decode(event).ok()?;
        let parts = LeafParts::read(leaf)?;
        (encode_leaf(&told.kind, salt, event, parts.records.as_ref()) == leaf).then_some(told)
    }

    fn decode(event: &[u8]) -> Result<Self, minicbor::decode::Error> {
        use minicbor::decode::Error;
        let mut reader = Decoder::new(event);
        if reader.array()? != Some(ELEMENTS) || reader.u8()? != 1 {
            return Err(Error::message("no event of this version"));
        }
        let (kind, act) = (reader.str()?.to_owned(), reader.str()?.to_owned());
        let time = reader.i64()?;
        let account = optional_bytes(&mut reader)?;
        let login = reader.decode::<Option<String>>()?;
        let key = optional_bytes(&mut reader)?;
        let machine = reader.bytes()?.to_vec();
        let request = reader.bytes()?.to_vec();
        if reader.array()? != Some(2) {
            return Err(Error::message("a head is a size and a root"));
        }
        let head = (reader.u64()?, reader.bytes()?.to_vec());
        let count = reader
            .array()?
            .ok_or_else(|| Error::message("an endless list"))?;
        let digests = (0..count)
            .map(|_| reader.bytes().map(<[u8]>::to_vec))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            kind,
            act,
            time,
            account,
            login,
            key,
            machine,
            request,
            head,
            digests,
            intent: reader.decode()?,
            outcome: reader.decode()?,
            officer: reader.decode()?,
            note: reader.decode()?,
            serial: optional_bytes(&mut reader)?,
        })
    }
}

fn optional_bytes(reader: &mut Decoder<'_>) -> Result<Option<Vec<u8>>, minicbor::decode::Error> {
    let bytes = reader.decode::<Option<&minicbor::bytes::ByteSlice>>()?;
    Ok(bytes.map(|bytes| bytes.to_vec()))
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
/// The root of the tree over the current records is null in logs that are older than that tree.
#[must_use]
pub fn leaf(kind: Kind, salt: &[u8; 32], event: &[u8], records: Option<&[u8; 32]>) -> Vec<u8> {
    encode_leaf(kind.word(), salt, event, records)
}

fn encode_leaf(kind: &str, salt: &[u8], event: &[u8], records: Option<&[u8; 32]>) -> Vec<u8> {
    let hash = Sha256::new()
        .chain_update(salt)
        .chain_update(event)
        .finalize();
    let mut writer = Encoder::new(Vec::new());
    let written = (|| {
        writer.array(4)?.u8(1)?.str(kind)?.bytes(&hash)?;
        optional(&mut writer, records, |w, root| w.bytes(root).map(drop))
    })();
    written.expect("writing CBOR into a Vec does not fail");
    writer.into_writer()
}

/// What stands in a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafParts {
    /// The word of its kind.
    pub kind: String,
    /// SHA-256 of salt and event.
    pub digest: [u8; 32],
    /// The root of the tree over the current records; none in an older log.
    pub records: Option<[u8; 32]>,
}

impl LeafParts {
    /// Reads a leaf; none if it is no leaf of this version.
    #[must_use]
    pub fn read(leaf: &[u8]) -> Option<Self> {
        let mut reader = Decoder::new(leaf);
        if reader.array().ok()? != Some(4) || reader.u8().ok()? != 1 {
            return None;
        }
        let kind = reader.str().ok()?.to_owned();
        let digest = reader.bytes().ok()?.try_into().ok()?;
        let records = reader
            .decode::<Option<&minicbor::bytes::ByteSlice>>()
            .ok()?;
        let records = match records {
            Some(root) => Some((**root).try_into().ok()?),
            None => None,
        };
        (reader.position() == leaf.len()).then_some(Self {
            kind,
            digest,
            records,
        })
    }
}

/// What the token's record-MAC key vouches for until a signed head covers the leaf.
///
/// `"chancery leaf v1" ‖ 0 ‖ SHA-256(CBOR[1, leaf, request or null, intent or null])`. Requests and
/// intents occur once in a log, so that a leaf cannot be repeated either.
#[must_use]
pub fn leaf_mac_input(leaf: &[u8], request: Option<&[u8; 16]>, intent: Option<u64>) -> Vec<u8> {
    let mut writer = Encoder::new(Vec::new());
    let written = (|| {
        writer.array(4)?.u8(1)?.bytes(leaf)?;
        optional(&mut writer, request, |w, id| w.bytes(id).map(drop))?;
        optional(&mut writer, intent, |w, index| w.u64(index).map(drop))
    })();
    written.expect("writing CBOR into a Vec does not fail");
    let digest = Sha256::digest(writer.into_writer());
    [b"chancery leaf v1\0".as_slice(), &digest].concat()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_log_are_those_of_the_wire() {
        for act in [
            Act::Found,
            Act::SuspendOwn,
            Act::AdoptRecords,
            Act::ReleaseSoPins,
        ] {
            assert_eq!(serde_json::to_value(act).unwrap(), act.word());
            assert_eq!(Act::read(act.word()), Some(act));
        }
        for outcome in [Outcome::Done, Outcome::WrongSecret, Outcome::Abandoned] {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.word());
            assert_eq!(Outcome::read(outcome.word()), Some(outcome));
        }
        assert_eq!(Act::read("of another release"), None);
    }

    #[test]
    fn a_leaf_hides_the_event_behind_its_salt() {
        let leaf_of = |salt: u8, event: &[u8]| leaf(Kind::Intent, &[salt; 32], event, None);
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
        let rooted = leaf(Kind::Intent, &[1; 32], b"event", Some(&[7; 32]));
        assert_eq!(LeafParts::read(&rooted).unwrap().records, Some([7; 32]));
        assert_eq!(LeafParts::read(&bytes).unwrap().records, None);
        for end in 0..rooted.len() {
            assert_eq!(LeafParts::read(&rooted[..end]), None);
        }
    }

    #[test]
    fn an_event_is_read_only_with_the_leaf_that_digests_it() {
        let event = Event {
            kind: Kind::Outcome,
            act: Act::Enrol,
            time: 7,
            account: None,
            login: Some("ada"),
            key: Some(&[2; 16]),
            machine: &[3; 16],
            request: &[4; 16],
            head: (5, [6; 32]),
            digests: &[[7; 32]],
            intent: Some(1),
            outcome: Some(Outcome::Abandoned),
            officer: None,
            note: None,
            serial: Some(&[8; 20]),
        };
        let bytes = event.to_bytes();
        let leaf = leaf(Kind::Outcome, &[1; 32], &bytes, Some(&[5; 32]));
        let told = Told::read(&leaf, &[1; 32], &bytes).unwrap();
        assert_eq!((&*told.kind, &*told.act), ("outcome", "enrol"));
        assert_eq!(told.key, Some(vec![2; 16]));
        assert_eq!(told.machine, [3; 16]);
        assert_eq!(told.digests, [[7; 32]]);
        assert_eq!(told.outcome.as_deref(), Some("abandoned"));
        assert_eq!(told.serial, Some(vec![8; 20]));
        assert_eq!((told.time, told.login.as_deref()), (7, Some("ada")));
        assert_eq!((told.head, told.intent), ((5, vec![6; 32]), Some(1)));
        let other = Event {
            serial: Some(&[9; 20]),
            ..event
        };
        assert_eq!(Told::read(&leaf, &[1; 32], &other.to_bytes()), None);
        assert_eq!(Told::read(&leaf, &[2; 32], &bytes), None);
        assert_eq!(Told::read(&leaf, &[1; 32], &bytes[1..]), None);
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
        for edit in edits {
            assert_ne!(edit.to_bytes(), bytes, "{edit:?}");
        }
    }
}

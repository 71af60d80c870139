//! The rows of a key as bytes: identity, state, seal row, and what vouches for them.

use sha2::{Digest, Sha256};

use super::cbor::{Infallible, Reader, Writer, splice, versioned};
use super::slot::Slot;
use super::{Error, RowMessage, SealedBlob};

/// Most slots a seal row may carry; more is not a row of ours.
const MOST_SLOTS: u64 = 16;

/// Where a key came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Born in the HSM.
    Generated,
    /// Brought from a PKCS#12 file.
    Imported,
}

impl Origin {
    fn word(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Imported => "imported",
        }
    }
}

/// Who and what a sealed record belongs to; never changes, and is bound into the seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(Vec<u8>);

impl Identity {
    /// The identity of a signer's key.
    ///
    /// `CBOR[1, organisation, account, key id, algorithm, SHA-256 of the SPKI DER, origin]`.
    #[must_use]
    pub fn of_key(
        organisation: &[u8; 16],
        account: &[u8; 16],
        key: &[u8; 16],
        algorithm: &str,
        spki: &[u8],
        origin: Origin,
    ) -> Self {
        let mut writer = versioned(6);
        writer
            .bytes(organisation)
            .sure()
            .bytes(account)
            .sure()
            .bytes(key)
            .sure();
        writer
            .str(algorithm)
            .sure()
            .bytes(&Sha256::digest(spki))
            .sure();
        writer.str(origin.word()).sure();
        Self(writer.into_writer())
    }

    /// The identity of an officer's copy of the issuing PIN.
    ///
    /// `CBOR[1, organisation, account, "issuing-pin", PIN generation]`.
    #[must_use]
    pub fn of_issuing_pin(organisation: &[u8; 16], account: &[u8; 16], generation: u32) -> Self {
        let mut writer = versioned(4);
        writer.bytes(organisation).sure().bytes(account).sure();
        writer.str("issuing-pin").sure().u32(generation).sure();
        Self(writer.into_writer())
    }

    /// The encoded identity.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It may.
    Active,
    /// Not now.
    Suspended,
    /// Never again.
    Revoked,
}

impl Status {
    /// The word in the row.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }
}

/// What only an administrator changes: `CBOR[1, version, status, certificate hash, wrapping key]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// Rises by one at every change.
    pub version: u64,
    /// Whether the key may be used.
    pub status: Status,
    /// SHA-256 of the certificate's DER.
    pub certificate: [u8; 32],
    /// Label of the master that the current blob is wrapped under.
    pub wrapping_key: String,
}

impl KeyState {
    /// The encoded state.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = versioned(4);
        writer
            .u64(self.version)
            .sure()
            .str(self.status.word())
            .sure();
        writer
            .bytes(&self.certificate)
            .sure()
            .str(&self.wrapping_key)
            .sure();
        writer.into_writer()
    }
}

impl KeyState {
    /// What the acting officer signs, to vouch for the state and for the act that made it.
    ///
    /// `"chancery key state v1" ‖ 0 ‖ SHA-256(CBOR[identity, state, intent])`, where
    /// `intent` is the log index of the act's intent.
    #[must_use]
    pub fn to_be_signed(&self, identity: &Identity, intent: u64) -> RowMessage {
        let mut writer: Writer = minicbor::Encoder::new(Vec::new());
        writer.array(3).sure();
        splice(&mut writer, identity.as_bytes());
        splice(&mut writer, &self.to_bytes());
        writer.u64(intent).sure();
        RowMessage::new(labelled(
            b"chancery key state v1",
            &Sha256::digest(writer.into_writer()),
        ))
    }
}

/// What an officer vouches for of a person:
/// `CBOR[1, organisation, account, login, name, e-mail, role, version]`.
///
/// A login leads to a key through this row and no other: swapped logins would have the wrong person
/// revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountRow<'a> {
    /// Whose organisation it is.
    pub organisation: &'a [u8; 16],
    /// The account's id.
    pub account: &'a [u8; 16],
    /// What the person types.
    pub login: &'a str,
    /// Full name.
    pub name: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// `officer` or `signer`.
    pub role: &'a str,
    /// Rises by one at every change.
    pub version: u64,
}

impl AccountRow<'_> {
    /// The encoded row.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = versioned(7);
        writer
            .bytes(self.organisation)
            .sure()
            .bytes(self.account)
            .sure();
        for text in [self.login, self.name, self.email, self.role] {
            writer.str(text).sure();
        }
        writer.u64(self.version).sure();
        writer.into_writer()
    }

    /// What the acting officer signs.
    ///
    /// `"chancery account v1" ‖ 0 ‖ SHA-256(CBOR[account row, intent])`, where `intent` is
    /// the log index of the act's intent.
    #[must_use]
    pub fn to_be_signed(&self, intent: u64) -> RowMessage {
        let mut writer: Writer = minicbor::Encoder::new(Vec::new());
        writer.array(2).sure();
        splice(&mut writer, &self.to_bytes());
        writer.u64(intent).sure();
        RowMessage::new(labelled(
            b"chancery account v1",
            &Sha256::digest(writer.into_writer()),
        ))
    }
}

/// The sealed blob with the slots that open it: `CBOR[1, version, sealed, slots]`.
#[derive(Debug, Clone)]
pub struct SealRow {
    /// Rises by one at every change of secret.
    pub version: u64,
    /// The sealed content.
    pub sealed: SealedBlob,
    /// What opens it.
    pub slots: Vec<Slot>,
}

impl SealRow {
    /// Reads a row from its columns.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::CostTooHigh`].
    pub fn read(version: u64, sealed: &[u8], slots: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new("the list of slots", slots);
        let count = reader.list(MOST_SLOTS)?;
        let slots = (0..count)
            .map(|_| Slot::decode(&mut reader))
            .collect::<Result<_, _>>()?;
        reader.end()?;
        Ok(Self {
            version,
            sealed: SealedBlob::from_bytes(sealed.to_vec()),
            slots,
        })
    }

    /// The slots as one CBOR array, as the column keeps them.
    #[must_use]
    pub fn slots_to_bytes(&self) -> Vec<u8> {
        let mut writer: Writer = minicbor::Encoder::new(Vec::new());
        writer.array(self.slots.len() as u64).sure();
        for slot in &self.slots {
            splice(&mut writer, &slot.to_bytes());
        }
        writer.into_writer()
    }

    /// The encoded row.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = versioned(3);
        writer
            .u64(self.version)
            .sure()
            .bytes(self.sealed.as_bytes())
            .sure();
        splice(&mut writer, &self.slots_to_bytes());
        writer.into_writer()
    }

    /// What the sealed key itself signs, to vouch for the row.
    ///
    /// `"chancery seal row v1" ‖ 0 ‖ SHA-256(CBOR[identity, version, sealed, slots])`.
    #[must_use]
    pub fn to_be_signed(&self, identity: &Identity) -> RowMessage {
        let mut writer: Writer = minicbor::Encoder::new(Vec::new());
        writer.array(4).sure();
        splice(&mut writer, identity.as_bytes());
        writer
            .u64(self.version)
            .sure()
            .bytes(self.sealed.as_bytes())
            .sure();
        splice(&mut writer, &self.slots_to_bytes());
        RowMessage::new(labelled(
            b"chancery seal row v1",
            &Sha256::digest(writer.into_writer()),
        ))
    }
}

/// What the record MAC is computed over, in the HSM.
///
/// `"chancery record v1" ‖ 0 ‖ SHA-256(CBOR[identity, state, seal row])`; the record of an issuing
/// PIN has no state and gives null.
#[must_use]
pub fn record_mac_input(identity: &Identity, state: Option<&KeyState>, seal: &SealRow) -> Vec<u8> {
    labelled(b"chancery record v1", &record_digest(identity, state, seal))
}

/// A record as the tree over the current records has it: `SHA-256(CBOR[identity, state, seal row])`.
#[must_use]
pub fn record_digest(identity: &Identity, state: Option<&KeyState>, seal: &SealRow) -> [u8; 32] {
    let mut writer: Writer = minicbor::Encoder::new(Vec::new());
    writer.array(3).sure();
    splice(&mut writer, identity.as_bytes());
    match state {
        Some(state) => splice(&mut writer, &state.to_bytes()),
        None => {
            writer.null().sure();
        }
    }
    splice(&mut writer, &seal.to_bytes());
    Sha256::digest(writer.into_writer()).into()
}

/// `label ‖ 0 ‖ content`.
pub(super) fn labelled(label: &[u8], content: &[u8]) -> Vec<u8> {
    [label, &[0], content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_the_array_the_format_names() {
        let identity = Identity::of_key(
            &[1; 16],
            &[2; 16],
            &[3; 16],
            "p256",
            b"spki",
            Origin::Generated,
        );
        let bytes = identity.as_bytes();
        assert_eq!(bytes[0], 0x87, "an array of seven");
        assert_eq!(bytes[1], 0x01, "the format's version");
        assert_eq!(bytes[2], 0x50, "sixteen bytes of organisation");
        assert_eq!(&bytes[53..58], b"\x64p256", "the algorithm after three ids");
        assert!(bytes.ends_with(b"\x69generated"));
    }

    #[test]
    fn any_field_of_the_state_changes_what_the_mac_covers() {
        let identity = Identity::of_issuing_pin(&[1; 16], &[2; 16], 1);
        let seal = SealRow {
            version: 1,
            sealed: SealedBlob::from_bytes(vec![1]),
            slots: vec![],
        };
        let state = KeyState {
            version: 1,
            status: Status::Active,
            certificate: [7; 32],
            wrapping_key: "wk-1".to_owned(),
        };
        let original = record_mac_input(&identity, Some(&state), &seal);
        let edits = [
            KeyState {
                version: 2,
                ..state.clone()
            },
            KeyState {
                status: Status::Suspended,
                ..state.clone()
            },
            KeyState {
                certificate: [8; 32],
                ..state.clone()
            },
            KeyState {
                wrapping_key: "wk-2".to_owned(),
                ..state.clone()
            },
        ];
        for edit in edits {
            assert_ne!(record_mac_input(&identity, Some(&edit), &seal), original);
        }
        assert_ne!(record_mac_input(&identity, None, &seal), original);
    }

    #[test]
    fn any_field_of_an_account_changes_what_is_signed() {
        let row = AccountRow {
            organisation: &[1; 16],
            account: &[2; 16],
            login: "ada",
            name: "Ada Lovelace",
            email: "ada@example.org",
            role: "signer",
            version: 1,
        };
        let edits = [
            AccountRow {
                organisation: &[9; 16],
                ..row
            },
            AccountRow {
                account: &[9; 16],
                ..row
            },
            AccountRow {
                login: "bob",
                ..row
            },
            AccountRow { name: "Bob", ..row },
            AccountRow {
                email: "bob@example.org",
                ..row
            },
            AccountRow {
                role: "officer",
                ..row
            },
            AccountRow { version: 2, ..row },
        ];
        for edit in edits {
            assert_ne!(edit.to_be_signed(7), row.to_be_signed(7), "{edit:?}");
        }
        assert_ne!(row.to_be_signed(8), row.to_be_signed(7));
        assert_eq!(
            row.to_bytes()[..2],
            [0x88, 0x01],
            "eight elements, version 1"
        );
    }

    #[test]
    fn a_row_with_bytes_after_its_slots_is_malformed() {
        assert!(SealRow::read(1, &[], &[0x80]).is_ok());
        for slots in [
            &[][..],
            &[0x80, 0x00],
            &[0x98, 0xff],
            &[0x9f, 0xff],
            &[0x81],
        ] {
            assert!(matches!(
                SealRow::read(1, &[], slots),
                Err(Error::Malformed { .. })
            ));
        }
    }
}

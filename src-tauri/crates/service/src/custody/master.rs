//! Masters after the first one, the steps of a rotation and officers' later keys as bytes that an
//! officer signs.

use sha2::{Digest, Sha256};

use super::RowMessage;
use super::cbor::{Infallible, Writer, versioned};
use super::record::labelled;

/// A master and the canary it is proven by:
/// `CBOR[1, organisation, number, label, mechanism, RFC, canary, SPKI, intent]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasterRow<'a> {
    /// Whose organisation it is.
    pub organisation: &'a [u8; 16],
    /// Numbers only rise.
    pub number: u64,
    /// Label on the token.
    pub label: &'a str,
    /// PKCS#11 mechanism the canary is wrapped by.
    pub mechanism: u64,
    /// The RFC that the mechanism follows.
    pub rfc: u32,
    /// The wrapped canary.
    pub canary: &'a [u8],
    /// Its public key, SPKI DER.
    pub spki: &'a [u8],
    /// Log index of the intent of the act that made it.
    pub intent: u64,
}

impl MasterRow<'_> {
    /// `"chancery master v1" ‖ 0 ‖ SHA-256(CBOR of the row)`.
    #[must_use]
    pub fn to_be_signed(&self) -> RowMessage {
        let mut writer = versioned(8);
        writer
            .bytes(self.organisation)
            .sure()
            .u64(self.number)
            .sure()
            .str(self.label)
            .sure();
        writer.u64(self.mechanism).sure().u32(self.rfc).sure();
        writer.bytes(self.canary).sure().bytes(self.spki).sure();
        writer.u64(self.intent).sure();
        to_be_signed(b"chancery master v1", writer)
    }
}

/// A step of a rotation: `CBOR[1, organisation, version, number of the master, phase, intent]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRow<'a> {
    /// Whose organisation it is.
    pub organisation: &'a [u8; 16],
    /// Rises by one at every step.
    pub version: u64,
    /// Number of the master that keys move to.
    pub master: u64,
    /// `prepared`, `running`, `paused` or `finished`.
    pub phase: &'a str,
    /// Log index of the intent of the act that took it.
    pub intent: u64,
}

impl RotationRow<'_> {
    /// `"chancery rotation v1" ‖ 0 ‖ SHA-256(CBOR of the row)`.
    #[must_use]
    pub fn to_be_signed(&self) -> RowMessage {
        let mut writer = versioned(5);
        writer
            .bytes(self.organisation)
            .sure()
            .u64(self.version)
            .sure()
            .u64(self.master)
            .sure();
        writer.str(self.phase).sure().u64(self.intent).sure();
        to_be_signed(b"chancery rotation v1", writer)
    }
}

/// An officer's key that took the place of the one before, which signs this:
/// `CBOR[1, organisation, account, SHA-256 of the new SPKI, SHA-256 of the old SPKI, intent]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeRow<'a> {
    /// Whose organisation it is.
    pub organisation: &'a [u8; 16],
    /// The officer.
    pub account: &'a [u8; 16],
    /// SPKI of the new key, DER.
    pub spki: &'a [u8],
    /// SPKI of the key before, DER.
    pub replaced: &'a [u8],
    /// Log index of the intent of the act.
    pub intent: u64,
}

impl OfficeRow<'_> {
    /// `"chancery office v1" ‖ 0 ‖ SHA-256(CBOR of the row)`.
    #[must_use]
    pub fn to_be_signed(&self) -> RowMessage {
        let mut writer = versioned(5);
        writer
            .bytes(self.organisation)
            .sure()
            .bytes(self.account)
            .sure();
        writer
            .bytes(&Sha256::digest(self.spki))
            .sure()
            .bytes(&Sha256::digest(self.replaced))
            .sure();
        writer.u64(self.intent).sure();
        to_be_signed(b"chancery office v1", writer)
    }
}

fn to_be_signed(label: &[u8], writer: Writer) -> RowMessage {
    RowMessage::new(labelled(label, &Sha256::digest(writer.into_writer())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_field_of_a_master_changes_what_is_signed() {
        let row = MasterRow {
            organisation: &[1; 16],
            number: 2,
            label: "wk-2",
            mechanism: 0x210B,
            rfc: 5649,
            canary: &[3; 40],
            spki: &[4; 91],
            intent: 7,
        };
        let edits = [
            MasterRow {
                organisation: &[9; 16],
                ..row
            },
            MasterRow { number: 3, ..row },
            MasterRow {
                label: "wk-3",
                ..row
            },
            MasterRow {
                mechanism: 0x210A,
                ..row
            },
            MasterRow { rfc: 3394, ..row },
            MasterRow {
                canary: &[9; 40],
                ..row
            },
            MasterRow {
                spki: &[9; 91],
                ..row
            },
            MasterRow { intent: 8, ..row },
        ];
        for edit in edits {
            assert_ne!(edit.to_be_signed(), row.to_be_signed(), "{edit:?}");
        }
    }

    #[test]
    fn any_field_of_a_step_and_of_an_office_changes_what_is_signed() {
        let step = RotationRow {
            organisation: &[1; 16],
            version: 2,
            master: 2,
            phase: "running",
            intent: 7,
        };
        for edit in [
            RotationRow {
                organisation: &[9; 16],
                ..step
            },
            RotationRow { version: 3, ..step },
            RotationRow { master: 3, ..step },
            RotationRow {
                phase: "paused",
                ..step
            },
            RotationRow { intent: 8, ..step },
        ] {
            assert_ne!(edit.to_be_signed(), step.to_be_signed(), "{edit:?}");
        }
        let office = OfficeRow {
            organisation: &[1; 16],
            account: &[2; 16],
            spki: b"new",
            replaced: b"old",
            intent: 7,
        };
        for edit in [
            OfficeRow {
                organisation: &[9; 16],
                ..office
            },
            OfficeRow {
                account: &[9; 16],
                ..office
            },
            OfficeRow {
                spki: b"other",
                ..office
            },
            OfficeRow {
                replaced: b"other",
                ..office
            },
            OfficeRow {
                intent: 8,
                ..office
            },
        ] {
            assert_ne!(edit.to_be_signed(), office.to_be_signed(), "{edit:?}");
        }
    }
}

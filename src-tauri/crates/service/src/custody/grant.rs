//! The office that an officer gives to somebody, or takes, as bytes.

use sha2::{Digest, Sha256};

use super::RowMessage;
use super::cbor::{Infallible, versioned};
use super::record::labelled;

/// `CBOR[1, organisation, account, SHA-256 of the SPKI, role, intent]`.
#[derive(Debug, Clone, Copy)]
pub struct GrantRow<'a> {
    /// Whose organisation it is.
    pub organisation: &'a [u8; 16],
    /// Who has the office from now on.
    pub account: &'a [u8; 16],
    /// SPKI of the key that acts, DER: the office is lost with the key.
    pub spki: &'a [u8],
    /// `officer` or `none`.
    pub role: &'a str,
    /// Log index of the intent of the act.
    pub intent: u64,
}

impl GrantRow<'_> {
    /// `"chancery grant v1" ‖ 0 ‖ SHA-256(CBOR of the row)`.
    #[must_use]
    pub fn to_be_signed(&self) -> RowMessage {
        let mut writer = versioned(5);
        writer
            .bytes(self.organisation)
            .sure()
            .bytes(self.account)
            .sure();
        writer.bytes(&Sha256::digest(self.spki)).sure();
        writer.str(self.role).sure().u64(self.intent).sure();
        let row = Sha256::digest(writer.into_writer());
        RowMessage::new(labelled(b"chancery grant v1", &row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_field_of_a_grant_changes_what_is_signed() {
        let row = GrantRow {
            organisation: &[1; 16],
            account: &[2; 16],
            spki: b"spki",
            role: "officer",
            intent: 7,
        };
        let edits = [
            GrantRow {
                organisation: &[9; 16],
                ..row
            },
            GrantRow {
                account: &[9; 16],
                ..row
            },
            GrantRow {
                spki: b"other",
                ..row
            },
            GrantRow {
                role: "none",
                ..row
            },
            GrantRow { intent: 8, ..row },
        ];
        for edit in edits {
            assert_ne!(edit.to_be_signed(), row.to_be_signed(), "{edit:?}");
        }
    }
}

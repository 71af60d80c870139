use std::fmt;

use minicbor::{CborLen, Decode, Encode};

use crate::{Error, KeyLabel, Result};

/// CKA_ID of a signer's key that stays on its token: 16 random bytes, printed as lower-case
/// hexadecimal digits.
///
/// The one name such a key is found by. Two objects of one id are refused, so nobody who has the PIN
/// puts another key beside somebody's own and has it taken for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct ResidentId(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 16],
);

impl ResidentId {
    /// The id.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// CKA_LABEL of such a key, and what it is called where it is missing; says nothing of a person.
    ///
    /// # Errors
    /// None: what it is made of fits a label.
    pub(crate) fn label(self) -> Result<KeyLabel> {
        KeyLabel::new(format!("signer-{self}"))
    }
}

impl From<[u8; 16]> for ResidentId {
    fn from(id: [u8; 16]) -> Self {
        Self(id)
    }
}

impl TryFrom<&[u8]> for ResidentId {
    type Error = Error;

    fn try_from(id: &[u8]) -> Result<Self> {
        let malformed = |_| Error::OutputMalformed {
            length: id.len() as u64,
            expected: 16,
        };
        id.try_into().map(Self).map_err(malformed)
    }
}

impl fmt::Display for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

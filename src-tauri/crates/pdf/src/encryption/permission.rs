//! What the author of an encrypted document permits (ISO 32000-2 §7.6.4.2, table 22).

/// The bits of `/P`, for who opened the document with the user's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions {
    bits: u32,
    revision: u8,
}

/// With whose password a document was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The user's, which may be none: permissions hold.
    User,
    /// The owner's: everything is permitted.
    Owner,
}

impl Permissions {
    pub(super) fn new(bits: u32, revision: u8) -> Self {
        Self { bits, revision }
    }

    /// The standard counts bits from 1.
    fn has(self, bit: u8) -> bool {
        self.bits & (1 << (bit - 1)) != 0
    }

    /// Printing, in whatever quality (bit 3).
    #[must_use]
    pub fn printing(self) -> bool {
        self.has(3)
    }

    /// Changing the document by other means than notes, fields and pages (bit 4).
    #[must_use]
    pub fn changing(self) -> bool {
        self.has(4)
    }

    /// Copying text and graphics (bit 5).
    #[must_use]
    pub fn copying(self) -> bool {
        self.has(5)
    }

    /// Adding and changing annotations (bit 6).
    #[must_use]
    pub fn annotating(self) -> bool {
        self.has(6)
    }

    /// Filling existing fields, signature fields among them (bit 6, or 9 where there is one).
    #[must_use]
    pub fn filling(self) -> bool {
        // Before revision 3 the bit is reserved, and 1.
        self.has(6) || self.revision >= 3 && self.has(9)
    }

    /// Making new fields, signature fields among them (bits 4 and 6).
    #[must_use]
    pub fn adding_fields(self) -> bool {
        self.has(4) && self.has(6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_needs_the_bits_that_the_standard_names() {
        for (bits, revision, filling, adding) in [
            (0b00_0000_0000, 6, false, false),
            (0b01_0000_0000, 6, true, false),
            // Reserved in revision 2, so it says nothing.
            (0b01_0000_0000, 2, false, false),
            (0b00_0010_0000, 2, true, false),
            (0b00_0000_1000, 4, false, false),
            (0b00_0010_1000, 4, true, true),
        ] {
            let permissions = Permissions::new(bits, revision);
            assert_eq!(permissions.filling(), filling, "{bits:b} {revision}");
            assert_eq!(permissions.adding_fields(), adding, "{bits:b} {revision}");
        }
    }
}

//! Names of rows, and the few plain quantities rows are made of.

use std::fmt;

/// Declares a value of a fixed number of bytes that is shown as lower-case hex.
macro_rules! bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Takes the bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            #[doc = concat!("Returns the ", stringify!($length), " bytes.")]
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            #[doc = concat!("Reads ", stringify!($length), " bytes of hex, of either case.")]
            #[must_use]
            pub fn from_hex(hex: &str) -> Option<Self> {
                let mut bytes = [0; $length];
                let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
                if pairs.len() != bytes.len() || !rest.is_empty() {
                    return None;
                }
                for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
                    *byte = (digit(*high)? << 4) | digit(*low)?;
                }
                Some(Self(bytes))
            }
        }

        impl From<[u8; $length]> for $name {
            fn from(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

bytes!(
    /// Names one organisation: 16 random bytes.
    OrganisationId,
    16
);
bytes!(
    /// Names one account: 16 random bytes.
    AccountId,
    16
);
bytes!(
    /// Names one key: 16 random bytes.
    KeyId,
    16
);
bytes!(
    /// Names one machine, by the random bytes it keeps outside the organisation folder.
    MachineId,
    16
);
bytes!(
    /// Names one request, so that asking twice is not doing twice.
    RequestId,
    16
);
bytes!(
    /// A SHA-256 digest (FIPS 180-4).
    Sha256,
    32
);
bytes!(
    /// The HMAC-SHA-256 over a record; this crate only keeps it beside what it covers.
    RecordMac,
    32
);

/// The place of a leaf in the log, counted from 0 without gaps (RFC 6962 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIndex(pub u64);

impl fmt::Display for LeafIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX.1-2017 §4.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

/// Returns the value of one hex digit.
fn digit(character: u8) -> Option<u8> {
    let value = char::from(character).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_back_as_the_same_bytes() {
        let id = KeyId::from_bytes(*b"\x00\x01\x7f\x80\xff 0123456789");
        assert_eq!(KeyId::from_hex(&id.to_string()), Some(id));
    }

    #[test]
    fn hex_of_another_length_or_alphabet_is_none() {
        let id = KeyId::from_bytes([7; 16]).to_string();
        for wrong in [
            "",
            &id[1..],
            &id[2..],
            &format!("{id}00"),
            &id.replace('7', "g"),
            "ééééééééééééééée",
        ] {
            assert_eq!(KeyId::from_hex(wrong), None, "{wrong:?}");
        }
    }
}

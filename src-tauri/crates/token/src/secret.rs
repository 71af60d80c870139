use std::fmt;

use minicbor::{CborLen, Decode, Decoder, Encode, Encoder, bytes::ByteSlice, decode, encode};
use zeroize::Zeroizing;

/// Bytes that are wiped on drop and cross between client and host: what is MACed, wrapped keys.
#[derive(Clone)]
pub(crate) struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    pub(crate) fn new(bytes: impl Into<Zeroizing<Vec<u8>>>) -> Self {
        Self(bytes.into())
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

impl<C> Encode<C> for SecretBytes {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<C> CborLen<C> for SecretBytes {
    fn cbor_len(&self, _: &mut C) -> usize {
        minicbor::len(<&ByteSlice>::from(self.expose()))
    }
}

impl<'b, C> Decode<'b, C> for SecretBytes {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Ok(Self::new(d.bytes()?.to_vec()))
    }
}

/// The output of HMAC-SHA-256 with a key on the token (RFC 2104, FIPS 198-1): 32 bytes.
///
/// Wiped on drop, never printed: of the pepper it is half of what opens a seal.
pub struct Mac(Zeroizing<[u8; Self::LENGTH]>);

impl Mac {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    pub(crate) fn new(bytes: Zeroizing<[u8; Self::LENGTH]>) -> Self {
        Self(bytes)
    }

    /// Shows the MAC, to derive a key from it or to compare it in constant time.
    #[must_use]
    pub fn expose(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}

/// A MAC on its way from host to client. Private to the crate, so that a [`Mac`] cannot be
/// encoded elsewhere.
pub(crate) struct MacInTransit(pub(crate) Mac);

impl<C> Encode<C> for MacInTransit {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(self.0.expose())?.ok()
    }
}

impl<C> CborLen<C> for MacInTransit {
    fn cbor_len(&self, _: &mut C) -> usize {
        minicbor::len(<&ByteSlice>::from(self.0.expose().as_slice()))
    }
}

impl<'b, C> Decode<'b, C> for MacInTransit {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let mut mac = Zeroizing::new([0; Mac::LENGTH]);
        let bytes = d.bytes()?;
        if bytes.len() != Mac::LENGTH {
            return Err(decode::Error::message("malformed MAC"));
        }
        mac.copy_from_slice(bytes);
        Ok(Self(Mac::new(mac)))
    }
}

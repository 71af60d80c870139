//! The few CBOR moves the formats need: definite arrays, shortest integers, nothing else.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use super::{Error, FORMAT};

/// Encodes into memory, where an encoder cannot fail.
pub(super) type Writer = Encoder<Vec<u8>>;

/// Turns the error that a `Vec` never gives into the statement that it never does.
pub(super) trait Infallible<T> {
    fn sure(self) -> T;
}

impl<T> Infallible<T> for Result<T, minicbor::encode::Error<std::convert::Infallible>> {
    fn sure(self) -> T {
        self.expect("writing CBOR into a Vec does not fail")
    }
}

/// Starts an array of `items` further elements after the format's version.
pub(super) fn versioned(items: u64) -> Writer {
    let mut writer = Encoder::new(Vec::new());
    writer.array(items + 1).sure().u8(FORMAT).sure();
    writer
}

/// Splices `item`, which is one encoded CBOR item already, into the output.
pub(super) fn splice(writer: &mut Writer, item: &[u8]) {
    writer.writer_mut().extend_from_slice(item);
}

/// Reads one stored structure, refusing what is not exactly in the format.
pub(super) struct Reader<'b> {
    decoder: Decoder<'b>,
    what: &'static str,
}

impl<'b> Reader<'b> {
    pub(super) fn new(what: &'static str, bytes: &'b [u8]) -> Self {
        Self {
            decoder: Decoder::new(bytes),
            what,
        }
    }

    pub(super) fn malformed(&self, why: impl std::fmt::Display) -> Error {
        Error::Malformed {
            what: self.what,
            why: why.to_string(),
        }
    }

    fn read<T>(&self, result: Result<T, minicbor::decode::Error>) -> Result<T, Error> {
        result.map_err(|error| self.malformed(error))
    }

    /// Enters an array of exactly `items` elements.
    pub(super) fn array(&mut self, items: u64) -> Result<(), Error> {
        let found = self.decoder.array();
        match self.read(found)? {
            Some(count) if count == items => Ok(()),
            _ => Err(self.malformed(format_args!("an array of {items} elements was expected"))),
        }
    }

    /// Enters an array whose length the caller bounds.
    pub(super) fn list(&mut self, most: u64) -> Result<u64, Error> {
        let found = self.decoder.array();
        match self.read(found)? {
            Some(count) if count <= most => Ok(count),
            _ => Err(self.malformed(format_args!("a list of at most {most} was expected"))),
        }
    }

    /// Enters an array that starts with the format's version.
    pub(super) fn versioned(&mut self, items: u64) -> Result<(), Error> {
        self.array(items + 1)?;
        let version = self.unsigned()?;
        if version == u64::from(FORMAT) {
            Ok(())
        } else {
            Err(self.malformed(format_args!("version {version} is not known")))
        }
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, Error> {
        let value = self.decoder.u64();
        self.read(value)
    }

    pub(super) fn small(&mut self) -> Result<u32, Error> {
        let value = self.decoder.u32();
        self.read(value)
    }

    pub(super) fn time(&mut self) -> Result<i64, Error> {
        let value = self.decoder.i64();
        self.read(value)
    }

    pub(super) fn text(&mut self) -> Result<&'b str, Error> {
        let value = self.decoder.str();
        self.read(value)
    }

    pub(super) fn bytes(&mut self) -> Result<&'b [u8], Error> {
        let value = self.decoder.bytes();
        self.read(value)
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let bytes = self.bytes()?;
        bytes
            .try_into()
            .map_err(|_| self.malformed(format_args!("{N} bytes were expected")))
    }

    /// Reads a byte string or null.
    pub(super) fn optional_bytes(&mut self) -> Result<Option<&'b [u8]>, Error> {
        let kind = self.decoder.datatype();
        if self.read(kind)? == Type::Null {
            let null = self.decoder.null();
            self.read(null)?;
            return Ok(None);
        }
        self.bytes().map(Some)
    }

    /// Takes the next whole item as it is encoded.
    pub(super) fn raw(&mut self) -> Result<&'b [u8], Error> {
        let start = self.decoder.position();
        let skipped = self.decoder.skip();
        self.read(skipped)?;
        let end = self.decoder.position();
        self.decoder
            .input()
            .get(start..end)
            .ok_or_else(|| self.malformed("an element ends beyond the structure"))
    }

    /// Says that nothing may follow.
    pub(super) fn end(&self) -> Result<(), Error> {
        if self.decoder.position() == self.decoder.input().len() {
            Ok(())
        } else {
            Err(self.malformed("bytes follow the structure"))
        }
    }
}

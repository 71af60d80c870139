//! Streams (ISO 32000-2 §7.3.8): those that hold cross-references or objects are decoded, and those
//! of a page that is used as artwork.

use lopdf::{Dictionary, Object, ObjectId};

use crate::document::Document;
use crate::encryption::{Encryption, crypt_filter};
use crate::error::{Error, Result};
use crate::source::Source;
use crate::syntax::{Parser, Wrong};
use crate::xref::{Entry, LONGEST_OBJECT, Window};

/// Most bytes that a stream may be decoded to.
pub(crate) const MOST_DECODED: usize = 64 << 20;

/// A stream with its content decoded.
pub(crate) struct DecodedStream {
    pub(crate) id: ObjectId,
    pub(crate) dictionary: Dictionary,
    pub(crate) content: Vec<u8>,
}

/// Why a stream could not be read, without the place where it stands.
pub(crate) enum Fault {
    /// Something is wrong with its bytes.
    Wrong(Wrong),
    /// It uses a filter that is not read.
    Filter,
    /// Any other.
    Error(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Wrong> for Fault {
    fn from(why: Wrong) -> Self {
        Self::Wrong(why)
    }
}

/// Reads the stream object at `offset` and decodes it to `most` bytes at the most.
///
/// `length_of` gives the value of a `/Length` that is a reference. With `encryption` the content is
/// decrypted first.
pub(crate) fn read(
    source: &dyn Source,
    length: u64,
    offset: u64,
    most: usize,
    length_of: &dyn Fn(ObjectId) -> Result<Object>,
    encryption: Option<&Encryption>,
) -> std::result::Result<DecodedStream, Fault> {
    let (id, mut dictionary, mut content) = read_raw(source, length, offset, length_of)?;
    if let Some(encryption) = encryption {
        let decrypted = encryption.decrypt_stream(id, &dictionary, &content);
        content = decrypted.ok_or("it cannot be decrypted")?;
        remove_crypt_filter(&mut dictionary);
    }
    let plain = dictionary.get(b"Filter").is_err();
    if let Ok(filters) = dictionary.get_mut(b"Filter") {
        write_out(filters);
    }
    let stream = lopdf::Stream::new(dictionary, content);
    let content = stream
        .get_plain_content_with_limit(most)
        .map_err(|error| match error {
            lopdf::Error::Unimplemented(_) => Fault::Filter,
            _ if plain => Fault::Wrong("it is too long"),
            _ => Fault::Wrong("it cannot be decoded, or becomes too long"),
        })?;
    Ok(DecodedStream {
        id,
        dictionary: stream.dict,
        content,
    })
}

/// Reads the stream object at `offset` as it stands in the file, still encoded, and encrypted.
pub(crate) fn read_raw(
    source: &dyn Source,
    length: u64,
    offset: u64,
    length_of: &dyn Fn(ObjectId) -> Result<Object>,
) -> std::result::Result<(ObjectId, Dictionary, Vec<u8>), Fault> {
    let mut window = Window::open(source, length, offset);
    let mut size = 4096;
    let (id, dictionary, start) = loop {
        let whole = window.grow(size)?;
        match head(&window.bytes) {
            // The line end behind the keyword may go on behind the window.
            Ok(head) if whole || head.2 < window.bytes.len() => break head,
            Err(why) if whole => return Err(why.into()),
            _ => size = size.saturating_mul(4),
        }
    };
    let bytes = match dictionary.get(b"Length") {
        Ok(Object::Reference(id)) => length_of(*id)?,
        Ok(length) => length.clone(),
        Err(_) => Object::Null,
    };
    let bytes = match bytes {
        Object::Integer(bytes) => u64::try_from(bytes).map_err(|_| "its length is negative")?,
        _ => return Err("it has no length".into()),
    };
    let start = offset.saturating_add(start as u64);
    if bytes > LONGEST_OBJECT || start.saturating_add(bytes) > length {
        return Err("it is longer than the file".into());
    }
    let mut window = Window::open(source, length, start);
    window.grow(bytes + 32)?;
    let end = usize::try_from(bytes).map_err(|_| "it is longer than the file")?;
    let mut parser = Parser::new(&window.bytes, end);
    parser.space();
    if !parser.keyword(b"endstream") {
        return Err("its length is wrong".into());
    }
    window.bytes.truncate(end);
    Ok((id, dictionary, window.bytes))
}

impl Document {
    /// A stream's content, decoded to `most` bytes at the most; `None` where no stream stands. Of a
    /// document that is not encrypted.
    pub(crate) fn decoded_stream(&self, id: ObjectId, most: usize) -> Result<Option<Vec<u8>>> {
        let Some(offset) = self.offset(id)? else {
            return Ok(None);
        };
        let length_of = |id| self.fetch(id);
        match read(&**self.source(), self.len(), offset, most, &length_of, None) {
            Ok(stream) => Ok(Some(stream.content)),
            Err(fault) => Err(fault.of(id)),
        }
    }

    /// A stream's content, decrypted and decoded to `most` bytes at the most; `None` where no stream
    /// stands.
    pub(crate) fn readable_stream(&self, id: ObjectId, most: usize) -> Result<Option<Vec<u8>>> {
        let Some(offset) = self.offset(id)? else {
            return Ok(None);
        };
        let length_of = |id| self.fetch(id);
        let (source, encryption) = (&**self.source(), self.encryption());
        match read(source, self.len(), offset, most, &length_of, encryption) {
            Ok(stream) if stream.id == id => Ok(Some(stream.content)),
            Ok(_) => Ok(None),
            Err(fault) => Err(fault.of(id)),
        }
    }

    /// A stream as it stands in the file, of `most` bytes at the most.
    pub(crate) fn raw_stream(&self, id: ObjectId, most: usize) -> Result<(Dictionary, Vec<u8>)> {
        let wrong = |why| Error::Object { id, why };
        let offset = self.offset(id)?.ok_or(wrong("it is no stream"))?;
        let length_of = |id| self.fetch(id);
        let (_, dictionary, content) = read_raw(&**self.source(), self.len(), offset, &length_of)
            .map_err(|fault| fault.of(id))?;
        if content.len() > most {
            return Err(wrong("it is too long"));
        }
        Ok((dictionary, content))
    }

    /// Where an object stands that is in no object stream.
    fn offset(&self, id: ObjectId) -> Result<Option<u64>> {
        Ok(match self.chain().find(&**self.source(), id.0)? {
            Entry::At { offset, generation } if generation == id.1 => Some(offset),
            _ => None,
        })
    }
}

impl Fault {
    /// The error of an object that has it.
    fn of(self, id: ObjectId) -> Error {
        match self {
            Self::Wrong(why) => Error::Object { id, why },
            Self::Filter => Error::Object {
                id,
                why: "it uses a filter that is not read",
            },
            Self::Error(error) => error,
        }
    }
}

/// Takes the filter `Crypt` (§7.4.10) away with its parameters: what it does is done.
fn remove_crypt_filter(dictionary: &mut Dictionary) {
    let Some(index) = crypt_filter(dictionary) else {
        return;
    };
    for key in [&b"Filter"[..], b"DecodeParms"] {
        match dictionary.get_mut(key) {
            Ok(Object::Array(array)) if index < array.len() => {
                array.remove(index);
            }
            _ => {
                dictionary.remove(key);
            }
        }
    }
}

/// Writes the names of filters out: only inline images may abbreviate them (§8.9.7, table 92), yet
/// common readers take it anywhere.
fn write_out(filters: &mut Object) {
    match filters {
        Object::Array(array) => array.iter_mut().for_each(write_out),
        Object::Name(name) => {
            let long: &[u8] = match name.as_slice() {
                b"AHx" => b"ASCIIHexDecode",
                b"A85" => b"ASCII85Decode",
                b"LZW" => b"LZWDecode",
                b"Fl" => b"FlateDecode",
                b"RL" => b"RunLengthDecode",
                _ => return,
            };
            *name = long.to_vec();
        }
        _ => {}
    }
}

/// Reads up to the first byte of the content: `N G obj << … >> stream`, then CR LF or LF.
fn head(bytes: &[u8]) -> std::result::Result<(ObjectId, Dictionary, usize), Wrong> {
    let mut parser = Parser::new(bytes, 0);
    let id = parser.object_header()?;
    let dictionary = parser.dictionary()?.dictionary;
    parser.space();
    if !parser.keyword(b"stream") {
        return Err("it is no stream");
    }
    let line_end = match bytes.get(parser.at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => return Err("no line end stands before its content"),
    };
    Ok((id, dictionary, parser.at + line_end))
}

//! What a revision adds to an encrypted document is encrypted as it is laid out (§7.6.2).
//!
//! An object that was edited where it stands keeps its number and generation, so the strings in
//! its own bytes are encrypted already. What comes from a stream of objects, or is new, has its
//! strings in plain.

use std::borrow::Cow;
use std::ops::Range;

use lopdf::{Object, ObjectId};

use super::Revision;
use crate::encryption::{Encryption, Place};
use crate::error::{Error, Result};
use crate::syntax::{Parser, Wrong};
use crate::text::hexadecimal;
use crate::xref::Entry;

/// The place of a stream's content among what an object has encrypted: behind all its strings.
const CONTENT: u32 = u32::MAX;

impl Revision {
    /// The bytes of an object as they go into the file: its strings and its stream encrypted.
    pub(super) fn encrypted<'b>(
        &self,
        id: ObjectId,
        bytes: &'b [u8],
        revision: &[u8; 16],
    ) -> Result<Cow<'b, [u8]>> {
        let Some(encryption) = self.document.encryption() else {
            return Ok(Cow::Borrowed(bytes));
        };
        let source = &**self.document.source();
        match self.document.chain().find(source, id.0)? {
            Entry::At { generation, .. } if generation == id.1 => Ok(Cow::Borrowed(bytes)),
            _ => encrypt(encryption, revision, id, bytes)
                .map(Cow::Owned)
                .map_err(|why| Error::Object { id, why }),
        }
    }
}

/// Puts encrypted strings, and an encrypted stream, in the place of plain ones.
fn encrypt(
    encryption: &Encryption,
    revision: &[u8; 16],
    id: ObjectId,
    bytes: &[u8],
) -> std::result::Result<Vec<u8>, Wrong> {
    let place = |index| Place {
        revision,
        id,
        index,
    };
    let mut parser = Parser::new(bytes, 0);
    parser.strings = Some(Vec::new());
    let mut replaced: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
    if bytes.starts_with(b"<<") {
        let raw = parser.dictionary()?;
        parser.space();
        if parser.keyword(b"stream") {
            let length = raw.dictionary.get(b"Length").and_then(Object::as_i64);
            let length = length.ok().and_then(|length| usize::try_from(length).ok());
            // As the writer of new streams ends the line.
            let start = parser.at + 1;
            let end = length.and_then(|length| start.checked_add(length));
            let content = start..end.ok_or("a new stream has no length")?;
            let plain = bytes.get(content.clone());
            let plain = plain.ok_or("a new stream is shorter than it says")?;
            let secret = encryption.encrypt_stream(place(CONTENT), &raw.dictionary, plain);
            let secret = secret.ok_or("a new stream names an unknown crypt filter")?;
            let entries = raw.entries.iter().filter(|(key, _)| key == b"Length");
            for (_, range) in entries {
                replaced.push((range.clone(), format!("/Length {}", secret.len()).into()));
            }
            replaced.push((content, secret));
        }
    } else {
        parser.object()?;
    }
    for (index, (range, plain)) in (0..).zip(parser.strings.unwrap_or_default()) {
        let secret = encryption.encrypt_string(place(index), &plain);
        replaced.push((range, format!("<{}>", hexadecimal(&secret)).into()));
    }
    replaced.sort_by_key(|(range, _)| range.start);
    let mut out = Vec::with_capacity(bytes.len() + 64 * replaced.len());
    let mut at = 0;
    for (range, new) in replaced {
        out.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
        out.extend_from_slice(&new);
        at = range.end;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    Ok(out)
}

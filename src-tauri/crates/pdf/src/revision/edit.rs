//! Objects edited in their own bytes: what is not changed stays as it is spelt.

use std::collections::BTreeMap;

use lopdf::ObjectId;

use crate::error::{Error, Result};
use crate::syntax::{Parser, RawDictionary};

/// A dictionary that is edited in its own bytes.
#[derive(Debug)]
pub(crate) struct Edit {
    bytes: Vec<u8>,
    pub(crate) raw: RawDictionary,
    /// What is put in the place of an entry: nothing, or `/Key value`.
    replaced: BTreeMap<usize, (usize, Vec<u8>)>,
    added: Vec<u8>,
}

impl Edit {
    /// Takes the bytes of a dictionary, which object `id` is or holds.
    pub(crate) fn parse(bytes: &[u8], id: ObjectId) -> Result<Self> {
        let raw = Parser::new(bytes, 0)
            .dictionary()
            .map_err(|why| Error::Object { id, why })?;
        Ok(Self {
            bytes: bytes.to_vec(),
            raw,
            replaced: BTreeMap::new(),
            added: Vec::new(),
        })
    }

    /// Whether anything was edited.
    pub(super) fn is_changed(&self) -> bool {
        !self.replaced.is_empty() || !self.added.is_empty()
    }

    /// The bytes of a value, as they stand in the file.
    pub(crate) fn value(&self, key: &[u8]) -> Option<&[u8]> {
        let (_, range) = self
            .raw
            .entries
            .iter()
            .rev()
            .find(|(name, _)| name == key)?;
        let entry = self.bytes.get(range.clone())?;
        let mut parser = Parser::new(entry, 0);
        parser.name().ok()?;
        parser.space();
        entry.get(parser.at..)
    }

    /// Replaces a value, the last of that key, or adds it.
    pub(crate) fn set(&mut self, key: &[u8], value: &[u8]) {
        let entry = [b"/", key, b" ", value].concat();
        match self.raw.entries.iter().rev().find(|(name, _)| name == key) {
            Some((_, range)) => {
                self.replaced.insert(range.start, (range.end, entry));
            }
            None => self.added.extend_from_slice(&entry),
        }
    }

    /// Removes every value of a key.
    pub(super) fn remove(&mut self, key: &[u8]) {
        for (_, range) in self.raw.entries.iter().filter(|(name, _)| name == key) {
            self.replaced.insert(range.start, (range.end, Vec::new()));
        }
    }

    /// Puts a reference at the end of an array that is a direct value.
    pub(super) fn append_to_array(&mut self, key: &'static [u8], element: ObjectId) -> Result<()> {
        let mut value = self.value(key).unwrap_or_default().to_vec();
        insert_element(&mut value, element).ok_or(Error::Missing {
            what: "array where one was read before",
        })?;
        self.set(key, &value);
        Ok(())
    }

    /// Puts a further reference at the end of an array that is a direct value, behind those that
    /// were put there before.
    pub(crate) fn append_again(&mut self, key: &[u8], element: ObjectId) -> Result<()> {
        let place = self.raw.entries.iter().rev().find(|(name, _)| name == key);
        let edited = place.and_then(|(_, range)| self.replaced.get(&range.start));
        let mut value = match edited {
            // `/Key value`, as `set` writes it.
            Some((_, entry)) => entry.get(key.len() + 2..).unwrap_or_default().to_vec(),
            None => self.value(key).unwrap_or_default().to_vec(),
        };
        insert_element(&mut value, element).ok_or(Error::Missing {
            what: "array where one was read before",
        })?;
        self.set(key, &value);
        Ok(())
    }

    /// The bytes of the edited dictionary.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + self.added.len() + 64);
        let mut at = 0;
        for (start, (end, entry)) in self.replaced {
            out.extend_from_slice(self.bytes.get(at..start).unwrap_or_default());
            out.extend_from_slice(&entry);
            at = end;
        }
        out.extend_from_slice(self.bytes.get(at..self.raw.close).unwrap_or_default());
        out.extend_from_slice(&self.added);
        out.extend_from_slice(b">>");
        out
    }
}

/// Puts a reference at the end of an array, given its bytes up to its `]`.
pub(super) fn insert_element(array: &mut Vec<u8>, element: ObjectId) -> Option<()> {
    insert_text(array, &format!("{} {} R", element.0, element.1))
}

/// Puts one or more elements at the end of an array, given its bytes up to its `]`.
pub(super) fn insert_text(array: &mut Vec<u8>, elements: &str) -> Option<()> {
    let close = array.iter().rposition(|byte| *byte == b']')?;
    if array.first() != Some(&b'[') {
        return None;
    }
    array.splice(close..close, format!(" {elements}").into_bytes());
    Some(())
}

//! Which objects one revision gives another content.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use lopdf::{Object, ObjectId};

use super::Change;
use crate::document::{Document, RawObject};
use crate::error::{Error, Result};
use crate::syntax::Parser;
use crate::xref::Entry;

/// Longest stream that is compared with what it was; a longer one counts as another.
const LONGEST_COMPARED: usize = 16 << 20;

/// Where a revision differs from the one before it.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Objects that are there in both, with both contents.
    pub(super) changed: BTreeMap<ObjectId, (Object, Object)>,
    /// Numbers that were free.
    pub(super) added: BTreeSet<u32>,
    /// Objects that are there no more.
    pub(super) freed: BTreeMap<ObjectId, Object>,
    /// What cannot be explained, whatever the object is.
    pub(super) unexplained: Vec<Change>,
}

impl Difference {
    /// Reads what the sections of `after` give another content than they have in `before`.
    pub(super) fn between(before: &Document, after: &Document) -> Result<Self> {
        let mut difference = Self::default();
        let newer = after.chain().sections.len() - before.chain().sections.len();
        for number in after.chain().numbers(newer)? {
            let old = before.chain().find(&**before.source(), number)?;
            let new = after.chain().find(&**after.source(), number)?;
            // What is in a stream of objects changes with the stream, which is looked at, too.
            if old != new {
                difference.look_at(before, after, number, old, new)?;
            }
        }
        Ok(difference)
    }

    fn look_at(
        &mut self,
        before: &Document,
        after: &Document,
        number: u32,
        old: Entry,
        new: Entry,
    ) -> Result<()> {
        let id = |entry| match entry {
            Entry::At { generation, .. } => (number, generation),
            Entry::InStream { .. } | Entry::Free => (number, 0),
        };
        match (old, new) {
            (Entry::Free, _) => {
                self.added.insert(number);
            }
            (old, Entry::Free) => {
                self.freed.insert(id(old), before.fetch(id(old))?);
            }
            (old, new) if id(old) != id(new) => {
                let id = id(old);
                self.unexplained.push(Change::Object { id });
            }
            (earlier, later) => {
                let id = id(earlier);
                let (old, new) = (before.fetch(id)?, after.unambiguous(id)?);
                // What was copied as it stands is no other than it was.
                let known = before.unsound_strings(id, earlier)?;
                let sound = after.unsound_strings(id, later)?.is_subset(&known);
                match new.filter(|_| sound) {
                    None => self.unexplained.push(Change::Ambiguous { id }),
                    Some(new) if old != new || !same_content(before, after, id, &new)? => {
                        self.changed.insert(id, (old, new));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }
}

/// Whether an object with the same dictionary in both has the same content, if it is a stream.
fn same_content(
    before: &Document,
    after: &Document,
    id: ObjectId,
    object: &Object,
) -> Result<bool> {
    if !matches!(object, Object::Stream(_)) {
        return Ok(true);
    }
    let content = |document: &Document| match document.raw_stream(id, LONGEST_COMPARED) {
        Ok((_, content)) => Ok(Some(content)),
        Err(Error::Read(source)) => Err(Error::Read(source)),
        Err(_) => Ok(None),
    };
    let (old, new) = (content(before)?, content(after)?);
    Ok(old.is_some() && old == new)
}

impl Document {
    /// Reads an object that has no key twice; `None` for one that has.
    pub(crate) fn unambiguous(&self, id: ObjectId) -> Result<Option<Object>> {
        let Some(raw) = self.fetch_raw(id)? else {
            return Ok(Some(Object::Null));
        };
        let (_, repeated) = as_written(id, &raw)?;
        Ok((!repeated).then_some(raw.object))
    }

    /// Strings of an object in the file that readers decrypt differently (§7.6.3.1).
    fn unsound_strings(&self, id: ObjectId, entry: Entry) -> Result<HashSet<Vec<u8>>> {
        let Some(encryption) = self.encryption() else {
            return Ok(HashSet::new());
        };
        let raw = match entry {
            Entry::At { .. } => self.fetch_raw(id)?,
            // What is in a stream of objects is encrypted with the stream.
            Entry::InStream { .. } | Entry::Free => None,
        };
        let written = raw.map(|raw| as_written(id, &raw)).transpose()?;
        let strings = written.map(|(written, _)| encryption.unsound_strings(id, &written));
        Ok(strings.unwrap_or_default())
    }
}

/// An object before its strings were decrypted, and whether it has a key twice.
fn as_written(id: ObjectId, raw: &RawObject) -> Result<(Object, bool)> {
    let mut parser = Parser::new(&raw.bytes, raw.range.start);
    let object = parser.object();
    let object = object.map_err(|why| Error::Object { id, why })?;
    Ok((object, parser.repeated))
}

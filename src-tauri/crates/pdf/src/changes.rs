//! What later revisions changed in what a signature covers (ISO 32000-2 §12.8.2.2).
//!
//! The document as it was signed is read from its own bytes and compared with the document as it
//! is, object by object. Every object that is another one, or gone, must be explained by the short
//! list of what signing again does; what is not explained is a change. So is whatever makes two
//! readers see two documents: keys written twice, numbers that were named before they were there,
//! bytes behind the last revision.
//!
//! Explained are: a new signature field that is signed, with its widget and appearance; an empty
//! signature field that was filled; the entries of page, form and catalog that lead there; proof of
//! long-term validity (`/DSS`); developer extensions. Filled text fields and new annotations are
//! not, even where a certification would allow them.

mod references;
mod rules;

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId};

use self::references::Uses;
use self::rules::Comparison;
use crate::document::{Document, RawObject, Unlock};
use crate::error::{Error, Result};
use crate::field::SignatureValue;
use crate::syntax::Parser;
use crate::xref::Entry;

/// What came after a signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The fields that were signed since.
    pub signed: Vec<SignedSince>,
    /// What is not explained by that.
    pub unexplained: Vec<Change>,
}

/// A field that was signed after the signature that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedSince {
    /// Fully qualified name.
    pub name: String,
    /// Whether it has a box: what is drawn there lies over the page.
    pub shown: bool,
}

/// One change that a signature does not allow; its display says it to a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Change {
    /// The chain of revisions does not lead to the one that was signed.
    #[error("the structure of the file was written anew")]
    Structure,
    /// Bytes that are part of no revision, or a revision without its end.
    #[error("bytes were added that belong to no complete revision")]
    Bytes,
    /// A state of the document cannot be read.
    #[error("it cannot be told what was changed: {why}")]
    Unreadable {
        /// What hinders.
        why: String,
    },
    /// The signature is not where it was when it was made.
    #[error("this signature was put into a document that was signed without it")]
    SignatureMoved,
    /// An object is written so that readers can differ about it.
    #[error("object {} {} is written so that it can be read in two ways", id.0, id.1)]
    Ambiguous {
        /// The object.
        id: ObjectId,
    },
    /// Something on a page, or what it consists of.
    #[error("page {page} was changed")]
    Page {
        /// Counted from 1.
        page: u32,
    },
    /// Pages were added, removed or reordered.
    #[error("pages were added, removed or reordered")]
    Pages,
    /// Annotations other than the widgets of new signatures.
    #[error("annotations on page {page} were added, removed or changed")]
    Annotations {
        /// Counted from 1.
        page: u32,
    },
    /// A form field that was there.
    #[error("the form field {name} was changed")]
    Field {
        /// Fully qualified name.
        name: String,
    },
    /// A new field that is no signature, or one that is not signed.
    #[error("a form field was added that is not a signature")]
    NewField,
    /// The form's own entries, or its list of fields.
    #[error("the form was changed")]
    Form,
    /// An entry of the catalog.
    #[error("the document's entry {key} was changed")]
    Catalog {
        /// Without its slash.
        key: String,
    },
    /// Title, author and the like.
    #[error("the description of the document was changed")]
    Information,
    /// An object that nothing tells more about.
    #[error("object {} {} was changed", id.0, id.1)]
    Object {
        /// The object.
        id: ObjectId,
    },
    /// An object that was there and is not.
    #[error("object {} {} was removed", id.0, id.1)]
    Removed {
        /// The object.
        id: ObjectId,
    },
    /// An object that was named and not there, and is now.
    #[error("object {} {}, which the signed document names and does not have, was added", id.0, id.1)]
    Supplied {
        /// The object.
        id: ObjectId,
    },
    /// A further signature where this one forbids it (§12.8.2.2, §12.8.2.4).
    #[error("the field {name} was signed although this signature forbids it")]
    Forbidden {
        /// Fully qualified name.
        name: String,
    },
}

impl Document {
    /// The document as it was when it ended at `length` bytes.
    ///
    /// # Errors
    /// Those of [`Document::open`].
    pub fn as_of(&self, length: u64) -> Result<Self> {
        let source = crate::source::beginning(self.source().clone(), length);
        Self::open_as_written(source, Unlock::As(self))
    }

    /// Compares the document that a signature covers with the document as it is.
    ///
    /// The signature must end where a revision does. Reads every object of the signed document.
    ///
    /// # Errors
    /// [`Error::Read`]. What cannot be read otherwise is a [`Change`].
    pub fn changes_since(&self, signature: &SignatureValue) -> Result<Changes> {
        let mut changes = Changes::default();
        match self.compare(signature, &mut changes) {
            Ok(()) => {}
            Err(Error::Read(source)) => return Err(Error::Read(source)),
            Err(error) => changes.unexplained.push(Change::Unreadable {
                why: error.to_string(),
            }),
        }
        Ok(changes)
    }

    fn compare(&self, signature: &SignatureValue, changes: &mut Changes) -> Result<()> {
        let [_, _, start, length] = signature.byte_range.unwrap_or_default();
        let before = self.as_of(start.saturating_add(length))?;
        if let Some(change) = self.structure(&before)? {
            changes.unexplained.push(change);
            return Ok(());
        }
        let signatures = before.signatures()?;
        let itself = signatures.iter().find(|value| {
            value.field.name == signature.field.name
                && value.byte_range == signature.byte_range
                && value.contents == signature.contents
        });
        let Some(itself) = itself else {
            changes.unexplained.push(Change::SignatureMoved);
            return Ok(());
        };
        let mut difference = Difference::default();
        self.differing(&before, &mut difference, changes)?;
        let targets = difference.added.iter().copied();
        let targets = targets.chain(difference.changed.keys().map(|id| id.0));
        let uses = Uses::of(&before, targets.collect())?;
        for number in &difference.added {
            if uses.of_number(*number).next().is_some() {
                let id = (*number, 0);
                changes.unexplained.push(Change::Supplied { id });
            }
        }
        Comparison::new(&before, self, &difference, &uses, changes)?.explain()?;
        let locks = before.locks_of(itself.field.id)?;
        let fields = before.terminal_fields()?;
        let certified = before.certification_level()?.is_some();
        for field in &changes.signed {
            let is_new = !fields.iter().any(|known| known.name == field.name);
            let is_new_box = certified && is_new && field.shown;
            if locks.are_closed() || locks.cover(&field.name) || is_new_box {
                let name = field.name.clone();
                changes.unexplained.push(Change::Forbidden { name });
            }
        }
        changes.unexplained.dedup();
        Ok(())
    }

    /// Looks whether the newer revisions only go on from the signed one, each complete.
    fn structure(&self, before: &Self) -> Result<Option<Change>> {
        let (old, new) = (&before.chain().sections, &self.chain().sections);
        let Some(count) = new.len().checked_sub(old.len()) else {
            return Ok(Some(Change::Structure));
        };
        let (newer, kept) = new.split_at(count);
        let same = kept
            .iter()
            .zip(old)
            .all(|(new, old)| new.offset == old.offset);
        let trailer = |key: &[u8]| before.chain().trailer().get(key).ok();
        let goes_on = |key: &[u8]| {
            let mut trailers = newer.iter().map(|section| section.trailer.get(key).ok());
            trailers.all(|value| value == trailer(key))
        };
        // Objects beyond /Size are none to strict readers.
        let size = |trailer: &Dictionary| trailer.get(b"Size").and_then(Object::as_i64).ok();
        let least = size(before.chain().trailer());
        let keeps_all = newer.iter().all(|section| size(&section.trailer) >= least);
        if !same || !keeps_all || !goes_on(b"Root") || !goes_on(b"Encrypt") {
            return Ok(Some(Change::Structure));
        }
        let newest = self.chain().newest().offset;
        let appended = newer.iter().all(|section| section.offset >= before.len());
        if newer.is_empty() || !appended || !self.ends_with_start_of(newest)? {
            return Ok(Some(Change::Bytes));
        }
        if !goes_on(b"Info") {
            return Ok(Some(Change::Information));
        }
        Ok(None)
    }

    /// Whether the last bytes are `startxref`, this offset, `%%EOF` and at most one line end.
    fn ends_with_start_of(&self, section: u64) -> Result<bool> {
        /// More than the words, twenty digits and their line ends take.
        const END: u64 = 64;
        let tail = self.bytes(self.len().saturating_sub(END)..self.len())?;
        let word = b"startxref";
        let start = tail.windows(word.len()).rposition(|bytes| bytes == word);
        let Some(start) = start else {
            return Ok(false);
        };
        let mut parser = Parser::new(&tail, start + word.len());
        parser.space();
        let offset = parser.unsigned();
        let rest = tail.get(parser.at..).unwrap_or_default();
        let end = rest.trim_ascii_start();
        let ends = matches!(end, b"%%EOF" | b"%%EOF\n" | b"%%EOF\r" | b"%%EOF\r\n");
        Ok(offset == Ok(section) && ends)
    }

    /// Finds the objects that the newer sections give another content.
    fn differing(
        &self,
        before: &Self,
        difference: &mut Difference,
        changes: &mut Changes,
    ) -> Result<()> {
        let newer = self.chain().sections.len() - before.chain().sections.len();
        for number in self.chain().numbers(newer)? {
            let old = before.chain().find(&**before.source(), number)?;
            let new = self.chain().find(&**self.source(), number)?;
            let id = |entry| match entry {
                Entry::At { generation, .. } => (number, generation),
                Entry::InStream { .. } | Entry::Free => (number, 0),
            };
            match (old, new) {
                // What is in a stream of objects changes with the stream, which is looked at, too.
                (old, new) if old == new => {}
                (Entry::Free, _) => {
                    difference.added.insert(number);
                }
                (old, Entry::Free) => {
                    let id = id(old);
                    changes.unexplained.push(Change::Removed { id });
                }
                (old, new) if id(old) != id(new) => {
                    let id = id(old);
                    changes.unexplained.push(Change::Object { id });
                }
                (earlier, later) => {
                    let id = id(earlier);
                    let (old, new) = (before.fetch(id)?, self.unambiguous(id)?);
                    // What was copied as it stands is no other than it was.
                    let known = before.unsound_strings(id, earlier)?;
                    let sound = self.unsound_strings(id, later)?.is_subset(&known);
                    let new = new.filter(|_| sound);
                    match new {
                        None => changes.unexplained.push(Change::Ambiguous { id }),
                        // The content of a stream is not looked at; none is ever explained.
                        Some(new) if old != new || matches!(new, Object::Stream(_)) => {
                            difference.changed.insert(id, (old, new));
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        Ok(())
    }

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

/// Where the document as it is differs from the one that was signed.
#[derive(Default)]
struct Difference {
    /// Objects that are there in both, with both contents.
    changed: std::collections::BTreeMap<ObjectId, (Object, Object)>,
    /// Numbers that were free.
    added: std::collections::BTreeSet<u32>,
}

//! Documents whose cross-reference chain is damaged: their objects are found by looking for them.
//!
//! What is found stands in one section that is in no file. A revision of such a document brings a
//! complete section of its own without `/Prev`, so that every reader opens the result without
//! looking for anything (ISO 32000-2 §7.5.4). A document that opens as it is written is never
//! recovered.

mod scan;

use std::collections::BTreeMap;
use std::sync::Arc;

use lopdf::{Dictionary, Object, ObjectId};

use crate::document::{Document, Unlock, Visited};
use crate::encryption::Password;
use crate::error::{Error, Result};
use crate::render::PageNumber;
use crate::source::Source;
use crate::syntax::Parser;
use crate::xref::{Entry, Style, Window, XrefChain};
use scan::Scan;

/// Most entries that are looked at before a document is taken as it is written. Of larger ones only
/// catalog and first page are.
const MOST_CHECKED: u64 = 4096;
/// Longest `N G obj` with the white space that common producers put into it.
const LONGEST_HEADER: u64 = 32;

impl Document {
    /// Looks for the objects of a document that cannot be read as it is written.
    pub(crate) fn recover(
        source: Arc<dyn Source>,
        length: u64,
        password: Option<&Password>,
    ) -> Result<Self> {
        let scan = Scan::of(&*source, length)?;
        let mut entries: BTreeMap<u32, (u64, Entry)> = BTreeMap::new();
        for (number, found) in &scan.objects {
            let (offset, generation) = (found.offset, found.generation);
            entries.insert(*number, (offset, Entry::At { offset, generation }));
        }
        let trailer = scan.trailer.clone();
        let chain = XrefChain::of_entries(&entries, trailer.clone(), scan.style);
        let mut document = Self::unread(source.clone(), length, chain);
        document.unlock(Unlock::With(password))?;
        let unlocked = document;
        let in_streams = unlocked.entries_of_streams(&scan, &mut entries);
        let style = if in_streams {
            Style::Stream
        } else {
            scan.style
        };
        let mut document = Self::unread(
            source.clone(),
            length,
            XrefChain::of_entries(&entries, trailer.clone(), style),
        );
        document.unlock(Unlock::As(&unlocked))?;
        if document.read_catalog().is_err() {
            let catalog = document.find_catalog(&scan, &entries)?;
            let mut trailer = trailer;
            trailer.set("Root", catalog);
            let chain = XrefChain::of_entries(&entries, trailer, style);
            document = Self::unread(source, length, chain);
            document.unlock(Unlock::As(&unlocked))?;
            document.read_catalog()?;
        }
        Ok(document)
    }

    /// Adds what is in streams of objects; of two definitions the one that stands later counts.
    fn entries_of_streams(&self, scan: &Scan, entries: &mut BTreeMap<u32, (u64, Entry)>) -> bool {
        let mut any = false;
        for (stream, offset) in &scan.object_streams {
            // Of what is defined again only the last counts.
            let Some(found) = scan
                .objects
                .get(stream)
                .filter(|found| found.offset == *offset)
            else {
                continue;
            };
            // One that cannot be decoded has lost its objects, not all of the document.
            let Ok(numbers) = self.numbers_of_stream(*stream) else {
                continue;
            };
            for (index, number) in numbers.into_iter().enumerate() {
                let later = entries
                    .get(&number)
                    .is_none_or(|(offset, _)| *offset < found.offset);
                if later && number != *stream {
                    let stream = *stream;
                    entries.insert(number, (found.offset, Entry::InStream { stream, index }));
                    any = true;
                }
            }
        }
        any
    }

    /// The catalog of a document that no trailer names.
    fn find_catalog(&self, scan: &Scan, entries: &BTreeMap<u32, (u64, Entry)>) -> Result<ObjectId> {
        let in_streams = entries
            .iter()
            .filter(|(_, (_, entry))| matches!(entry, Entry::InStream { .. }))
            .map(|(number, _)| (*number, 0));
        let mut candidates = scan.catalogs.iter().rev().copied().chain(in_streams);
        let mut seen = Visited::default();
        candidates
            .find(|id| {
                // A number that is defined a million times is read once.
                if !seen.first(*id) {
                    return false;
                }
                let found = self.dictionary(&Object::Reference(*id)).ok().flatten();
                found.is_some_and(|found| is_catalog(&found) && found.has(b"Pages"))
            })
            .ok_or(Error::Missing { what: "catalog" })
    }

    /// Whether looking for its objects would find one that its cross-references miss.
    ///
    /// Wrong entries that nothing could be found for are left alone, and so is a signed document,
    /// which others read as it is written.
    pub(crate) fn is_better_recovered(&self) -> Result<bool> {
        if self.chain().entries() > MOST_CHECKED {
            let first = self.page(PageNumber::FIRST);
            return Ok(matches!(first, Err(Error::Object { .. })));
        }
        let numbers = self.chain().numbers(usize::MAX).unwrap_or_default();
        let mut missed = Vec::new();
        for number in numbers {
            match self.chain().find(&**self.source(), number) {
                Ok(Entry::At { offset, generation })
                    if !self.has_header((number, generation), offset)? =>
                {
                    missed.push(number);
                }
                Err(Error::CrossReference { .. }) => missed.push(number),
                found => drop(found?),
            }
        }
        if missed.is_empty() || self.signatures().is_ok_and(|signed| !signed.is_empty()) {
            return Ok(false);
        }
        let scan = Scan::of(&**self.source(), self.len())?;
        Ok(missed
            .iter()
            .any(|number| scan.objects.contains_key(number)))
    }

    /// Whether it can be read as it is written and had better have a section of the right form.
    ///
    /// Acrobat mends a table whose entries are not twenty bytes in memory, and finds the byte range
    /// of a signature behind it wrong; pyHanko reads none where spaces are missing. A signed
    /// document is left as it is.
    pub(crate) fn is_better_completed(&self) -> Result<bool> {
        Ok(self.chain().is_irregular() && self.signatures()?.is_empty())
    }

    /// The document with all it has in one section that is in no file.
    pub(crate) fn completed(&self) -> Result<Self> {
        let (chain, mut entries) = (self.chain(), BTreeMap::new());
        for number in chain.numbers(usize::MAX)? {
            entries.insert(number, (0, chain.find(&**self.source(), number)?));
        }
        entries.remove(&0);
        let mut trailer = chain.trailer().clone();
        let size = i64::try_from(chain.next_number()).unwrap_or(i64::MAX);
        trailer.set("Size", size);
        let chain = XrefChain::of_entries(&entries, trailer, chain.newest().style);
        Ok(self.with_chain(chain))
    }

    fn has_header(&self, id: ObjectId, offset: u64) -> Result<bool> {
        let mut window = Window::open(&**self.source(), self.len(), offset);
        window.grow(LONGEST_HEADER)?;
        Ok(Parser::new(&window.bytes, 0).object_header() == Ok(id))
    }
}

/// Whether a dictionary says that it is a catalog.
fn is_catalog(dictionary: &Dictionary) -> bool {
    let name = dictionary.get(b"Type").and_then(Object::as_name);
    name.is_ok_and(|name| name == b"Catalog")
}

//! A document as it lies on disk: read lazily, never changed.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use lopdf::{Dictionary, Object, ObjectId, Stream};

use crate::encryption::{Access, Encryption, Password, Permissions};
use crate::error::{Error, Result};
use crate::object_stream::ObjectStreams;
use crate::source::Source;
use crate::syntax::{Parser, RawDictionary};
use crate::xref::{Entry, LONGEST_OBJECT, Window, XrefChain};

/// Most references that are followed from one to the next.
const MOST_HOPS: usize = 32;

/// A PDF document: the cross-reference chain, and objects as they are asked for.
#[derive(Clone)]
pub struct Document {
    source: Arc<dyn Source>,
    length: u64,
    chain: Arc<XrefChain>,
    streams: Arc<ObjectStreams>,
    encryption: Option<Arc<Encryption>>,
    root: ObjectId,
    catalog: Arc<Dictionary>,
}

/// What opens an encrypted document.
#[derive(Clone, Copy)]
pub(crate) enum Unlock<'u> {
    /// A password, or none.
    With(Option<&'u Password>),
    /// The key of this document, of which it is an earlier or another state.
    As(&'u Document),
}

/// An object with the bytes it was read from.
pub(crate) struct RawObject {
    /// The bytes from the object's own first byte on, to where it ends at least; strings in them
    /// are encrypted, as they are in the file or not in its stream of objects.
    pub(crate) bytes: Vec<u8>,
    /// The range of the object within `bytes`.
    pub(crate) range: Range<usize>,
    /// With its strings decrypted.
    pub(crate) object: Object,
}

#[expect(clippy::len_without_is_empty, reason = "nothing empty is a document")]
impl Document {
    /// Opens a document: header, end, cross-reference chain and catalog, and what shows whether it
    /// is in order; where it is not, its objects are looked for ([`Self::is_recovered`]).
    ///
    /// # Errors
    /// [`Error::NotAPdf`], [`Error::BytesBeforeHeader`], [`Error::NoStartXref`],
    /// [`Error::CrossReference`], [`Error::CrossReferenceStream`], [`Error::Missing`] without a
    /// catalog, [`Error::PasswordNeeded`], [`Error::EncryptionUnsupported`],
    /// [`Error::EncryptionDamaged`], [`Error::Object`], [`Error::Read`].
    pub fn open(source: Arc<dyn Source>) -> Result<Self> {
        Self::open_with(source, None)
    }

    /// Opens a document with a password, the user's or the owner's; one that is not encrypted
    /// needs none and is opened all the same.
    ///
    /// # Errors
    /// Those of [`Document::open`], [`Error::WrongPassword`].
    pub fn open_with(source: Arc<dyn Source>, password: Option<&Password>) -> Result<Self> {
        let length = source.len().map_err(Error::Read)?;
        let written = Self::open_as_written(source.clone(), Unlock::With(password));
        let damaged = match &written {
            Ok(document) if document.is_better_recovered()? => true,
            Ok(document) if document.is_better_completed()? => return document.completed(),
            Ok(_) => false,
            Err(
                Error::NoStartXref
                | Error::CrossReference { .. }
                | Error::Object { .. }
                | Error::Missing { .. },
            ) => true,
            Err(_) => false,
        };
        if damaged {
            match Self::recover(source, length, password) {
                Err(Error::PasswordNeeded) => return Err(Error::PasswordNeeded),
                Err(Error::WrongPassword) => return Err(Error::WrongPassword),
                Err(_) => {}
                recovered => return recovered,
            }
        }
        written
    }

    /// Opens a document by its cross-reference chain and nothing else.
    ///
    /// # Errors
    /// Those of [`Self::open_with`].
    pub(crate) fn open_as_written(source: Arc<dyn Source>, unlock: Unlock<'_>) -> Result<Self> {
        let length = source.len().map_err(Error::Read)?;
        let chain = XrefChain::read(&*source, length)?;
        let mut document = Self::unread(source, length, chain);
        document.unlock(unlock)?;
        document.read_catalog()?;
        Ok(document)
    }

    /// A document of which nothing but the cross-references was read; objects come as they stand,
    /// encrypted or not.
    pub(crate) fn unread(source: Arc<dyn Source>, length: u64, chain: XrefChain) -> Self {
        Self {
            source,
            length,
            chain: Arc::new(chain),
            streams: Arc::default(),
            encryption: None,
            root: (0, 0),
            catalog: Arc::default(),
        }
    }

    /// The same with other cross-references to the same objects.
    pub(crate) fn with_chain(&self, chain: XrefChain) -> Self {
        Self {
            chain: Arc::new(chain),
            ..self.clone()
        }
    }

    /// Has objects come decrypted from here on.
    pub(crate) fn unlock(&mut self, unlock: Unlock<'_>) -> Result<()> {
        let entry = |document: &Self| document.chain.trailer().get(b"Encrypt").ok().cloned();
        self.encryption = match unlock {
            Unlock::As(other) if entry(self) == entry(other) => other.encryption.clone(),
            Unlock::As(_) => Encryption::open(self, None)?.map(Arc::new),
            Unlock::With(password) => Encryption::open(self, password)?.map(Arc::new),
        };
        // What was decoded without the key is not what is there.
        self.streams = Arc::default();
        Ok(())
    }

    /// Reads the catalog that the trailer names.
    pub(crate) fn read_catalog(&mut self) -> Result<()> {
        let missing = Error::Missing { what: "catalog" };
        let Ok(root) = self
            .chain
            .trailer()
            .get(b"Root")
            .and_then(Object::as_reference)
        else {
            return Err(missing);
        };
        let catalog = self.dictionary(&Object::Reference(root))?;
        let catalog = catalog.filter(|catalog| catalog.has(b"Pages"));
        self.catalog = Arc::new(catalog.ok_or(missing)?);
        self.root = root;
        Ok(())
    }

    /// Whether its cross-references are damaged, so that its objects were looked for. A revision
    /// then brings a complete section.
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        self.chain.recovered
    }

    /// Length in bytes when it was opened.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// The PDF version, such as `1.7`: the catalog's where it has one, else the header's
    /// (§7.5.2).
    pub(crate) fn version(&self) -> Result<Vec<u8>> {
        if let Object::Name(version) = self.get(self.catalog(), b"Version")? {
            return Ok(version);
        }
        let header = self.bytes(0..self.length.min(8))?;
        Ok(header.get(5..).unwrap_or_default().to_vec())
    }

    /// Whether it is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encryption.is_some()
    }

    /// How it is encrypted.
    pub(crate) fn encryption(&self) -> Option<&Encryption> {
        self.encryption.as_deref()
    }

    /// With whose password it was opened; `None` for a document that is not encrypted.
    #[must_use]
    pub fn access(&self) -> Option<Access> {
        self.encryption().map(|encryption| encryption.access)
    }

    /// What its author permits, where that binds: in an encrypted document that was not opened
    /// with the owner's password.
    #[must_use]
    pub fn permissions(&self) -> Option<Permissions> {
        let encryption = self.encryption()?;
        (encryption.access == Access::User).then_some(encryption.permissions)
    }

    /// Number of revisions: cross-reference sections in the chain.
    ///
    /// A linearized file has two sections for its first revision.
    #[must_use]
    pub fn revisions(&self) -> usize {
        let sections = self.chain.sections.len();
        let first = self.chain.sections.last();
        // The main table of a linearized file lies behind the one that names it as /Prev.
        let linearized = sections >= 2
            && first.is_some_and(|first| {
                self.chain
                    .sections
                    .get(sections - 2)
                    .is_some_and(|next| next.offset < first.offset)
            });
        if linearized { sections - 1 } else { sections }
    }

    /// Where the bytes come from.
    #[must_use]
    pub fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }

    /// The streams of objects that were decoded so far.
    pub(crate) fn object_streams(&self) -> &ObjectStreams {
        &self.streams
    }

    pub(crate) fn chain(&self) -> &XrefChain {
        &self.chain
    }

    pub(crate) fn root(&self) -> ObjectId {
        self.root
    }

    /// Reads an object; `Null` where there is none (§7.3.10). A stream comes without its content.
    ///
    /// # Errors
    /// [`Error::Object`] if what stands there is not it, [`Error::Read`].
    pub fn fetch(&self, id: ObjectId) -> Result<Object> {
        Ok(self.fetch_raw(id)?.map_or(Object::Null, |raw| raw.object))
    }

    /// Reads an object with its bytes; `None` where there is none.
    pub(crate) fn fetch_raw(&self, id: ObjectId) -> Result<Option<RawObject>> {
        let wrong = |why| Error::Object { id, why };
        let (offset, generation) = match self.chain.find(&*self.source, id.0)? {
            Entry::At { offset, generation } => (offset, generation),
            Entry::InStream { stream, index } => return self.fetch_from_stream(id, stream, index),
            Entry::Free => return Ok(None),
        };
        if generation != id.1 || offset == 0 {
            return Ok(None);
        }
        if offset >= self.length {
            return Err(wrong("it lies beyond the end of the file"));
        }
        let mut window = Window::open(&*self.source, self.length, offset);
        let mut size = 4096;
        loop {
            let whole = window.grow(size)?;
            let mut parser = Parser::new(&window.bytes, 0);
            let parsed = parser.object_header().and_then(|found| {
                if found != id {
                    return Err("another object stands there");
                }
                parser.space();
                let start = parser.at;
                let object = parser.object()?;
                let range = start..parser.at;
                parser.space();
                let mut object = match object {
                    // Not to be taken for the dictionary that it begins with.
                    Object::Dictionary(dictionary) if parser.keyword(b"stream") => {
                        Object::Stream(Stream::new(dictionary, Vec::new()))
                    }
                    other => other,
                };
                if let Some(encryption) = self.encryption() {
                    encryption.decrypt_strings(id, &mut object);
                }
                Ok((object, range, parser.at))
            });
            match parsed {
                // A number or keyword at the very end of the window may go on behind it.
                Ok((object, range, end)) if whole || end + 16 < window.bytes.len() => {
                    return Ok(Some(RawObject {
                        bytes: window.bytes,
                        range,
                        object,
                    }));
                }
                Err(why) if whole => return Err(wrong(why)),
                _ => size = size.saturating_mul(4),
            }
        }
    }

    /// Reads a dictionary object with the places of its entries.
    pub(crate) fn raw_dictionary(&self, id: ObjectId) -> Result<(Vec<u8>, RawDictionary)> {
        let wrong = |why| Error::Object { id, why };
        let raw = self
            .fetch_raw(id)?
            .ok_or_else(|| wrong("it is not in the file"))?;
        let bytes = raw.bytes.get(raw.range).unwrap_or_default().to_vec();
        let dictionary = Parser::new(&bytes, 0).dictionary().map_err(wrong)?;
        Ok((bytes, dictionary))
    }

    /// Follows references until something else stands there.
    ///
    /// # Errors
    /// [`Error::Object`] for a chain that does not end.
    pub fn resolve(&self, object: &Object) -> Result<Object> {
        let mut object = object.clone();
        for _ in 0..MOST_HOPS {
            let Object::Reference(id) = object else {
                return Ok(object);
            };
            object = self.fetch(id)?;
        }
        let id = object.as_reference().unwrap_or_default();
        Err(Error::Object {
            id,
            why: "references lead from one to the next without end",
        })
    }

    /// Resolves to a dictionary, `None` where something else stands.
    pub(crate) fn dictionary(&self, object: &Object) -> Result<Option<Dictionary>> {
        Ok(match self.resolve(object)? {
            Object::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        })
    }

    /// Resolves an entry of a dictionary; `Null` where there is none.
    pub(crate) fn get(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Object> {
        dictionary
            .get(key)
            .map_or(Ok(Object::Null), |object| self.resolve(object))
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> &Dictionary {
        &self.catalog
    }

    /// Reads a stretch of the file.
    pub(crate) fn bytes(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let length = range.end.saturating_sub(range.start).min(LONGEST_OBJECT);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.source
            .read_at(range.start, &mut bytes)
            .map_err(Error::Read)?;
        Ok(bytes)
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Document({} bytes, {} sections)",
            self.length,
            self.chain.sections.len()
        )
    }
}

/// Remembers where a walk has been, so that a tree that leads back into itself ends it.
#[derive(Default)]
pub(crate) struct Visited(HashSet<ObjectId>);

impl Visited {
    /// Whether this is the first visit.
    pub(crate) fn first(&mut self, id: ObjectId) -> bool {
        self.0.insert(id)
    }
}

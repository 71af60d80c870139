//! The document security store: certificates, OCSP responses and revocation lists by which its
//! signatures can be validated later (ISO 32000-2 §12.8.4.3).
//!
//! Nothing here knows what is in them: they are streams of bytes, each kept once. A revision adds to
//! what is there, and never takes away.

use std::collections::{HashMap, HashSet};

use lopdf::{Object, ObjectId};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::revision::Revision;

/// Most streams of a store that are read.
const MOST_STREAMS: usize = 4096;
/// Most bytes of all of them, as they stand and decoded: revocation lists of large authorities take
/// tens of millions.
const MOST_BYTES: usize = 64 << 20;
/// Most streams that cannot be read: each may have cost as much as all may.
const MOST_UNREADABLE: usize = 16;

/// What a store holds, in the order of its arrays; each value in DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityStore {
    /// `/Certs`: X.509 certificates.
    pub certificates: Vec<Vec<u8>>,
    /// `/OCSPs`: OCSP responses.
    pub ocsps: Vec<Vec<u8>>,
    /// `/CRLs`: certificate revocation lists.
    pub crls: Vec<Vec<u8>>,
    /// `/VRI`: the names of signatures that something is said to be for, which are SHA-1 in capital
    /// hexadecimal digits over their `/Contents`. Read, and not written.
    pub related: Vec<String>,
    /// How many streams were left out, because they cannot be read or are too large.
    pub left_out: usize,
}

impl SecurityStore {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.ocsps.is_empty() && self.crls.is_empty()
    }

    fn kinds(&self) -> [(&'static [u8], &[Vec<u8>]); 3] {
        [
            (b"Certs", &self.certificates),
            (b"OCSPs", &self.ocsps),
            (b"CRLs", &self.crls),
        ]
    }
}

impl Document {
    /// The store of a document; none where it has none. What cannot be read in it is left out, and
    /// counted.
    ///
    /// # Errors
    /// [`Error::StoreTooLarge`] for a store beyond all bounds, [`Error::Object`], [`Error::Read`].
    pub fn security_store(&self) -> Result<Option<SecurityStore>> {
        let store = self.catalog().get(b"DSS").unwrap_or(&Object::Null);
        let Some(store) = self.dictionary(store)? else {
            return Ok(None);
        };
        let mut left = Left {
            encoded: MOST_BYTES,
            decoded: MOST_BYTES,
        };
        let mut left_out = 0;
        let mut read = |key: &[u8]| -> Result<Vec<Vec<u8>>> {
            let Object::Array(array) = self.get(&store, key)? else {
                return Ok(Vec::new());
            };
            if array.len() > MOST_STREAMS {
                return Err(beyond());
            }
            let mut found = Vec::new();
            let mut known = HashSet::new();
            let ids = array.iter().filter_map(|id| id.as_reference().ok());
            for id in ids.filter(|id| known.insert(*id)) {
                match self.stored(id, &mut left)? {
                    Stored::Content(content) => found.push(content),
                    Stored::NoStream => {}
                    Stored::Unreadable => left_out += 1,
                }
                if left_out > MOST_UNREADABLE {
                    return Err(beyond());
                }
            }
            Ok(found)
        };
        let (certificates, ocsps, crls) = (read(b"Certs")?, read(b"OCSPs")?, read(b"CRLs")?);
        let related = self.get(&store, b"VRI")?;
        let related = related.as_dict().map(|related| {
            let names = related.iter().take(MOST_STREAMS);
            names
                .map(|(name, _)| String::from_utf8_lossy(name).into_owned())
                .collect()
        });
        Ok(Some(SecurityStore {
            certificates,
            ocsps,
            crls,
            related: related.unwrap_or_default(),
            left_out,
        }))
    }

    /// The content of a stream of a store, if there is as much left.
    fn stored(&self, id: ObjectId, left: &mut Left) -> Result<Stored> {
        let readable = match self.encoded_len(id) {
            // What stands there is read before it is decoded.
            Ok(Some(bytes)) if bytes <= left.encoded => {
                left.encoded -= bytes;
                self.readable_stream(id, left.decoded)
            }
            Ok(Some(_)) => return Ok(Stored::Unreadable),
            Ok(None) => return Ok(Stored::NoStream),
            Err(error) => Err(error),
        };
        match readable {
            Ok(Some(content)) => {
                left.decoded = left.decoded.saturating_sub(content.len());
                Ok(Stored::Content(content))
            }
            Ok(None) => Ok(Stored::NoStream),
            Err(Error::Read(source)) => Err(Error::Read(source)),
            Err(_) => Ok(Stored::Unreadable),
        }
    }

    /// The `/Length` of a stream, beyond all bounds if it is none; nothing where no stream stands.
    fn encoded_len(&self, id: ObjectId) -> Result<Option<usize>> {
        let Object::Stream(stream) = self.fetch(id)? else {
            return Ok(None);
        };
        let length = self.get(&stream.dict, b"Length")?.as_i64().ok();
        let length = length.and_then(|length| usize::try_from(length).ok());
        Ok(Some(length.unwrap_or(usize::MAX)))
    }
}

/// How many bytes may be read yet.
struct Left {
    /// As they stand in the file.
    encoded: usize,
    decoded: usize,
}

/// What became of reading one stream.
enum Stored {
    Content(Vec<u8>),
    NoStream,
    Unreadable,
}

fn beyond() -> Error {
    Error::StoreTooLarge
}

/// How many bytes a store may take yet.
struct Budget(usize);

impl Budget {
    /// What is left beside what is there.
    fn after(there: &SecurityStore) -> Result<Self> {
        let kinds = there.kinds();
        let bytes = kinds.iter().flat_map(|(_, kind)| kind.iter().map(Vec::len));
        let left = MOST_BYTES.checked_sub(bytes.sum());
        left.map(Self).ok_or(Error::StoreTooLarge)
    }

    /// Takes one more of a kind, of which there are as many then.
    fn take(&mut self, content: &[u8], of_its_kind: usize) -> Result<()> {
        if of_its_kind > MOST_STREAMS {
            return Err(Error::StoreTooLarge);
        }
        let left = self.0.checked_sub(content.len());
        self.0 = left.ok_or(Error::StoreTooLarge)?;
        Ok(())
    }
}

impl Revision {
    /// Adds to the store of the document, and makes one where there is none. What is in it already
    /// is not added again; gives whether anything was.
    ///
    /// # Errors
    /// [`Error::StoreTooLarge`] where nobody who reads it within the same bounds could read it all,
    /// those of [`Document::security_store`] and of reading.
    pub fn add_to_security_store(&mut self, added: &SecurityStore) -> Result<bool> {
        self.lasting = true;
        let there = self.document().security_store()?.unwrap_or_default();
        let mut new: HashMap<&[u8], Vec<ObjectId>> = HashMap::new();
        let mut budget = Budget::after(&there)?;
        for ((key, added), (_, there)) in added.kinds().into_iter().zip(there.kinds()) {
            let mut known: HashSet<&[u8]> = there.iter().map(Vec::as_slice).collect();
            for content in added.iter().filter(|content| !content.is_empty()) {
                if known.insert(content) {
                    budget.take(content, known.len())?;
                    let id = self.allocate()?;
                    self.put_stream(id, content);
                    new.entry(key).or_default().push(id);
                }
            }
        }
        if new.is_empty() {
            return Ok(false);
        }
        let root = self.document().root();
        let mut catalog = self.edit(root)?;
        let store = catalog.raw.dictionary.get(b"DSS").cloned();
        let store = store.unwrap_or(Object::Null);
        let is_dictionary = matches!(self.document().resolve(&store)?, Object::Dictionary(_));
        match store {
            Object::Reference(id) if is_dictionary => {
                let id = self.last_reference(id)?;
                let mut edit = self.edit(id)?;
                self.extend_store(&mut edit, &new)?;
                self.keep(id, edit);
            }
            Object::Dictionary(_) => {
                let bytes = catalog.value(b"DSS").unwrap_or_default();
                let mut edit = super::revision::Edit::parse(bytes, root)?;
                self.extend_store(&mut edit, &new)?;
                catalog.set(b"DSS", &edit.finish());
            }
            _ => {
                let id = self.allocate()?;
                let mut text = b"<</Type/DSS".to_vec();
                for (key, _) in SecurityStore::default().kinds() {
                    if let Some(ids) = new.get(key) {
                        text.extend_from_slice(&[b"/", key, b"[", &references(ids), b"]"].concat());
                    }
                }
                text.extend_from_slice(b">>");
                self.put_raw(id, text);
                catalog.set(b"DSS", format!("{} {} R", id.0, id.1).as_bytes());
            }
        }
        self.keep(root, catalog);
        Ok(true)
    }

    /// Puts references at the end of the arrays of a store.
    fn extend_store(
        &mut self,
        store: &mut super::revision::Edit,
        new: &HashMap<&[u8], Vec<ObjectId>>,
    ) -> Result<()> {
        for (key, _) in SecurityStore::default().kinds() {
            let Some(ids) = new.get(key) else { continue };
            let array = store.raw.dictionary.get(key).cloned();
            let array = array.unwrap_or(Object::Null);
            match &array {
                Object::Array(_) => {
                    for id in ids {
                        // One edit of an entry replaces the one before it.
                        store.append_again(key, *id)?;
                    }
                }
                Object::Reference(id)
                    if matches!(self.document().resolve(&array)?, Object::Array(_)) =>
                {
                    let array = self.last_reference(*id)?;
                    for id in ids {
                        self.append_to_array_object(array, *id)?;
                    }
                }
                _ => store.set(key, &[b"[", &references(ids)[..], b"]"].concat()),
            }
        }
        Ok(())
    }
}

fn references(ids: &[ObjectId]) -> Vec<u8> {
    let written: Vec<String> = ids
        .iter()
        .map(|(number, generation)| format!("{number} {generation} R"))
        .collect();
    written.join(" ").into_bytes()
}

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
/// Most bytes of one of them: revocation lists of large authorities take a few million.
const LARGEST_STREAM: usize = 16 << 20;
/// Most bytes of all of them.
const MOST_BYTES: usize = 64 << 20;

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
    /// The store of a document; none where it has none. What cannot be read in it is left out.
    ///
    /// # Errors
    /// [`Error::StoreTooLarge`] for a store beyond all bounds, [`Error::Object`], [`Error::Read`].
    pub fn security_store(&self) -> Result<Option<SecurityStore>> {
        let store = self.catalog().get(b"DSS").unwrap_or(&Object::Null);
        let Some(store) = self.dictionary(store)? else {
            return Ok(None);
        };
        let mut budget = MOST_BYTES;
        let mut read = |key: &[u8]| -> Result<Vec<Vec<u8>>> {
            let Object::Array(array) = self.get(&store, key)? else {
                return Ok(Vec::new());
            };
            if array.len() > MOST_STREAMS {
                return Err(beyond());
            }
            let mut found = Vec::new();
            for id in array
                .iter()
                .filter_map(|element| element.as_reference().ok())
            {
                if let Some(content) = self.stored(id)? {
                    budget = budget.checked_sub(content.len()).ok_or_else(beyond)?;
                    found.push(content);
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
        }))
    }

    /// The content of a stream of a store; none where it cannot be read.
    fn stored(&self, id: ObjectId) -> Result<Option<Vec<u8>>> {
        match self.readable_stream(id, LARGEST_STREAM) {
            Err(Error::Read(source)) => Err(Error::Read(source)),
            Err(_) => Ok(None),
            read => read,
        }
    }
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
        if content.len() > LARGEST_STREAM || of_its_kind > MOST_STREAMS {
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

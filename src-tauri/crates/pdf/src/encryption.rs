//! Encryption by the standard security handler (ISO 32000-2 §7.6): strings and streams are
//! decrypted as objects are read, and encrypted as a revision is laid out.
//!
//! Never encrypted are the encryption dictionary, cross-reference streams, the trailer, and the
//! `/Contents` of signatures (§7.6.2). What is in a stream of objects is encrypted with the stream
//! and not again.
//!
//! `lopdf` has functions for this, too. They want its whole document, search raw objects for
//! `endobj`, and treat the `/Contents` of a signature as they find it; the reader here goes object
//! by object. So the algorithms are written out, on the ciphers and digests that `lopdf` is built
//! on.

mod dictionary;
mod key;
mod method;
mod password;
mod permission;

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId, StringFormat};
use sha2::{Digest, Sha256};

use self::dictionary::Filters;
use self::key::FileKey;
use self::method::{BLOCK, Method};
pub use self::password::Password;
pub use self::permission::{Access, Permissions};
use crate::document::Document;
use crate::error::{Error, Result};

/// How a document is encrypted, and the key that opens it.
#[derive(Debug)]
pub(crate) struct Encryption {
    key: FileKey,
    filters: Filters,
    encrypts_metadata: bool,
    /// Object of the encryption dictionary, if it has one.
    dictionary: Option<ObjectId>,
    /// The permanent half of `/ID`, which went into the key.
    pub(crate) id: Vec<u8>,
    pub(crate) permissions: Permissions,
    pub(crate) access: Access,
    /// Whether a MAC protects the file (ISO/TS 32004).
    pub(crate) has_mac: bool,
}

impl Encryption {
    /// Reads `/Encrypt` of a document that gives its objects as they stand, and opens it.
    ///
    /// Nothing at all is the user's password that is tried when there is none, never the owner's.
    pub(crate) fn open(raw: &Document, password: Option<&Password>) -> Result<Option<Self>> {
        let trailer = raw.chain().trailer();
        let entry = trailer.get(b"Encrypt").unwrap_or(&Object::Null);
        let dictionary = entry.as_reference().ok();
        let found = match raw.resolve(entry)? {
            // §7.3.9: as if it were not there.
            Object::Null => return Ok(None),
            Object::Dictionary(found) => found,
            _ => {
                let why = "it is no dictionary";
                return Err(Error::EncryptionDamaged { why });
            }
        };
        let entries = dictionary::read(raw, &found)?;
        let id = match raw.get(trailer, b"ID")? {
            Object::Array(ids) => match ids.into_iter().next() {
                Some(Object::String(first, _)) => first,
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let (access, key) = match password.filter(|password| !password.is_empty()) {
            None => {
                let key = key::unlock(&entries, &id, Access::User, b"");
                (Access::User, key.ok_or(Error::PasswordNeeded)?)
            }
            Some(password) => {
                let candidates = match entries.revision {
                    ..5 => password.legacy(),
                    _ => password.unicode(),
                };
                let tries = candidates.iter().flat_map(|bytes| {
                    [Access::Owner, Access::User].map(|access| (access, bytes.as_slice()))
                });
                tries
                    .filter_map(|(access, bytes)| {
                        Some((access, key::unlock(&entries, &id, access, bytes)?))
                    })
                    .next()
                    .ok_or(Error::WrongPassword)?
            }
        };
        Ok(Some(Self {
            key,
            encrypts_metadata: entries.encrypts_metadata,
            dictionary,
            id,
            permissions: Permissions::new(entries.permissions, entries.revision),
            access,
            has_mac: entries.has_mac_salt || trailer.has(b"AuthCode"),
            filters: entries.filters,
        }))
    }

    /// Whether the strings of an object are as they stand in the file.
    fn leaves(&self, id: ObjectId, object: &Object) -> bool {
        let is_section = object
            .as_stream()
            .is_ok_and(|stream| is_of_type(&stream.dict, b"XRef"));
        self.dictionary == Some(id) || is_section
    }

    /// Decrypts the strings of object `id`. What cannot have been encrypted stays as it is.
    pub(crate) fn decrypt_strings(&self, id: ObjectId, object: &mut Object) {
        if self.leaves(id, object) {
            return;
        }
        let method = self.filters.strings;
        each_string(object, &mut |bytes| {
            if let Some(plain) = method.decrypt(&self.key, id, bytes) {
                *bytes = plain;
            }
        });
    }

    /// The strings of object `id`, as it is written, that nobody encrypted: what they are read as
    /// differs between readers.
    pub(crate) fn unsound_strings(&self, id: ObjectId, object: &Object) -> HashSet<Vec<u8>> {
        let mut unsound = HashSet::new();
        if self.leaves(id, object) {
            return unsound;
        }
        let method = self.filters.strings;
        each_string(&mut object.clone(), &mut |bytes| {
            if !method.is_sound(&self.key, id, bytes) {
                unsound.insert(bytes.clone());
            }
        });
        unsound
    }

    /// Decrypts the content of stream `id`; `None` for what cannot have been encrypted so.
    pub(crate) fn decrypt_stream(
        &self,
        id: ObjectId,
        dictionary: &Dictionary,
        content: &[u8],
    ) -> Option<Vec<u8>> {
        let method = self.method_of(dictionary)?;
        method.decrypt(&self.key, id, content)
    }

    /// Encrypts a string of object `id`, the `index`th of those that a revision adds there.
    pub(crate) fn encrypt_string(&self, place: Place<'_>, bytes: &[u8]) -> Vec<u8> {
        let iv = self.vector(place);
        self.filters.strings.encrypt(&self.key, place.id, iv, bytes)
    }

    /// Encrypts the content of stream `id`; `None` where its filter is not known.
    pub(crate) fn encrypt_stream(
        &self,
        place: Place<'_>,
        dictionary: &Dictionary,
        content: &[u8],
    ) -> Option<Vec<u8>> {
        let iv = self.vector(place);
        let method = self.method_of(dictionary)?;
        Some(method.encrypt(&self.key, place.id, iv, content))
    }

    /// The method of a stream: its own crypt filter (§7.4.10), or that of its kind.
    fn method_of(&self, dictionary: &Dictionary) -> Option<Method> {
        if is_of_type(dictionary, b"XRef") {
            return Some(Method::Identity);
        }
        if let Some(index) = crypt_filter(dictionary) {
            let parameters = match dictionary.get(b"DecodeParms") {
                Ok(Object::Array(all)) => all.get(index).and_then(|one| one.as_dict().ok()),
                Ok(Object::Dictionary(only)) if index == 0 => Some(only),
                _ => None,
            };
            let name = parameters.and_then(|parameters| parameters.get(b"Name").ok());
            // Table 14: the default is Identity.
            return match name.and_then(|name| name.as_name().ok()) {
                None => Some(Method::Identity),
                Some(name) => self.filters.named.get(name).copied(),
            };
        }
        if !self.encrypts_metadata && is_of_type(dictionary, b"Metadata") {
            return Some(Method::Identity);
        }
        Some(if is_of_type(dictionary, b"EmbeddedFile") {
            self.filters.embedded
        } else {
            self.filters.streams
        })
    }

    /// An initialization vector that nobody can tell without the key, and that differs between
    /// revisions, objects and strings as long as revisions have ids of their own.
    fn vector(&self, place: Place<'_>) -> [u8; BLOCK] {
        let digest = Sha256::new()
            .chain_update(b"initialization vector")
            .chain_update(self.key.expose())
            .chain_update(place.revision)
            .chain_update(place.id.0.to_be_bytes())
            .chain_update(place.id.1.to_be_bytes())
            .chain_update(place.index.to_be_bytes())
            .finalize();
        let mut vector = [0; BLOCK];
        vector.copy_from_slice(digest.get(..BLOCK).expect("a digest has 32 bytes"));
        vector
    }
}

/// Where something that is encrypted stands; no two in a document are the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'r> {
    /// The id of the revision that adds it.
    pub(crate) revision: &'r [u8; 16],
    pub(crate) id: ObjectId,
    /// Counts the strings of the object, and its stream.
    pub(crate) index: u32,
}

fn is_of_type(dictionary: &Dictionary, name: &[u8]) -> bool {
    dictionary.get(b"Type").and_then(Object::as_name).ok() == Some(name)
}

/// Which of a stream's filters is `Crypt`.
pub(crate) fn crypt_filter(dictionary: &Dictionary) -> Option<usize> {
    let is_crypt = |filter: &Object| filter.as_name().ok() == Some(b"Crypt");
    match dictionary.get(b"Filter") {
        Ok(Object::Array(filters)) => filters.iter().position(is_crypt),
        Ok(only) => is_crypt(only).then_some(0),
        Err(_) => None,
    }
}

/// Whether a dictionary is a signature's, whose `/Contents` is never encrypted (§7.6.2).
fn is_signature(dictionary: &Dictionary) -> bool {
    dictionary.has(b"ByteRange")
        || is_of_type(dictionary, b"Sig")
        || is_of_type(dictionary, b"DocTimeStamp")
}

/// Visits the strings of an object but for the `/Contents` of signatures; the parser bounds the
/// depth. How a string is spelt is lost: encrypted, it says nothing.
fn each_string(object: &mut Object, visit: &mut dyn FnMut(&mut Vec<u8>)) {
    match object {
        Object::String(bytes, format) => {
            visit(bytes);
            *format = StringFormat::Literal;
        }
        Object::Array(array) => array
            .iter_mut()
            .for_each(|element| each_string(element, visit)),
        Object::Dictionary(dictionary) => each_in_dictionary(dictionary, visit),
        Object::Stream(stream) => each_in_dictionary(&mut stream.dict, visit),
        _ => {}
    }
}

fn each_in_dictionary(dictionary: &mut Dictionary, visit: &mut dyn FnMut(&mut Vec<u8>)) {
    let is_signature = is_signature(dictionary);
    for (key, value) in dictionary.iter_mut() {
        if !(is_signature && key == b"Contents") {
            each_string(value, visit);
        }
    }
}

/// Forgets how the strings of an object are spelt, which is read from a stream of objects.
pub(crate) fn forget_spelling(object: &mut Object) {
    each_string(object, &mut |_| {});
}

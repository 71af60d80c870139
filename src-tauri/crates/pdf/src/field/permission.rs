//! What a document and its earlier signatures allow (ISO 32000-2 §12.8.2), asked before anything
//! is drawn.

use std::collections::HashSet;

use lopdf::{Dictionary, Object};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::text;

/// What the locks of earlier signatures say of a field that does not exist yet.
#[derive(Default)]
struct Locks {
    /// They allow no new field.
    closed: bool,
    /// They allow none of these names.
    names: HashSet<String>,
}

impl Document {
    /// Refuses a document that forbids a further signature, before anything is drawn.
    ///
    /// # Errors
    /// [`Error::Encrypted`]. [`Error::CertifiedWithoutChanges`] if its certification, or the lock
    /// of any signature, allows no further one.
    pub fn permit_signature(&self) -> Result<()> {
        if self.is_encrypted() {
            return Err(Error::Encrypted);
        }
        if self.certification_level()? == Some(1) || self.locks()?.closed {
            return Err(Error::CertifiedWithoutChanges);
        }
        Ok(())
    }

    /// The DocMDP level (§12.8.2.2): 1, 2 or 3; none if the document is not certified.
    ///
    /// # Errors
    /// [`Error::Object`], [`Error::Read`].
    pub fn certification_level(&self) -> Result<Option<u8>> {
        let Object::Dictionary(permissions) = self.get(self.catalog(), b"Perms")? else {
            return Ok(None);
        };
        let Object::Dictionary(signature) = self.get(&permissions, b"DocMDP")? else {
            return Ok(None);
        };
        for (_, parameters) in self.transforms(&signature)? {
            if let Object::Integer(level @ 1..=3) = self.get(&parameters, b"P")? {
                return Ok(u8::try_from(level).ok());
            }
        }
        // Table 257: the default is 2.
        Ok(Some(2))
    }

    /// Names that a lock covers before there is a field of that name.
    pub(super) fn locked_names(&self) -> Result<HashSet<String>> {
        Ok(self.locks()?.names)
    }

    /// What every signature says: its field's `/Lock` (§12.7.5.5) and its references (§12.8.2).
    fn locks(&self) -> Result<Locks> {
        let mut locks = Locks::default();
        for field in self.signed_fields()? {
            let field = self.dictionary(&Object::Reference(field.id))?;
            let field = field.unwrap_or_default();
            if let Object::Dictionary(lock) = self.get(&field, b"Lock")? {
                self.add_lock(&mut locks, &lock)?;
            }
            let Object::Dictionary(signature) = self.get(&field, b"V")? else {
                continue;
            };
            for (method, parameters) in self.transforms(&signature)? {
                match method.as_slice() {
                    b"FieldMDP" => self.add_lock(&mut locks, &parameters)?,
                    b"DocMDP" => locks.closed |= self.forbids_changes(&parameters)?,
                    _ => {}
                }
            }
        }
        Ok(locks)
    }

    /// Adds what `/Action` and `/Fields` say (tables 236 and 259), and `/P`, which Acrobat writes
    /// into FieldMDP parameters, too.
    fn add_lock(&self, locks: &mut Locks, lock: &Dictionary) -> Result<()> {
        locks.closed |= self.forbids_changes(lock)?;
        match self.get(lock, b"Action")? {
            Object::Name(action) if action == b"All" || action == b"Exclude" => {
                // A new field is none of those that are excepted by name.
                locks.closed = true;
            }
            Object::Name(action) if action == b"Include" => {
                if let Object::Array(names) = self.get(lock, b"Fields")? {
                    for name in &names {
                        if let Object::String(bytes, _) = self.resolve(name)? {
                            locks.names.insert(text::decode(&bytes));
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn forbids_changes(&self, parameters: &Dictionary) -> Result<bool> {
        Ok(self.get(parameters, b"P")? == Object::Integer(1))
    }

    /// Method and parameters of each signature reference (table 256).
    fn transforms(&self, signature: &Dictionary) -> Result<Vec<(Vec<u8>, Dictionary)>> {
        let Object::Array(references) = self.get(signature, b"Reference")? else {
            return Ok(Vec::new());
        };
        let mut transforms = Vec::new();
        for reference in &references {
            let Some(reference) = self.dictionary(reference)? else {
                continue;
            };
            let Object::Dictionary(parameters) = self.get(&reference, b"TransformParams")? else {
                continue;
            };
            let method = match self.get(&reference, b"TransformMethod")? {
                Object::Name(method) => method,
                _ => Vec::new(),
            };
            transforms.push((method, parameters));
        }
        Ok(transforms)
    }
}

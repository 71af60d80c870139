//! What a document and its earlier signatures allow (ISO 32000-2 §12.8.2), asked before anything
//! is drawn.

use lopdf::{Dictionary, Object, ObjectId};

use super::{Lock, Locks};
use crate::document::Document;
use crate::error::{Error, Result};

impl Document {
    /// Refuses a document that forbids a further signature, before anything is drawn.
    ///
    /// # Errors
    /// [`Error::ProtectedByMac`], [`Error::SignedAndDamaged`]. [`Error::NotPermitted`] if its author
    /// permits neither new fields nor, where there is an empty one, filling.
    /// [`Error::CertifiedWithoutChanges`] if its certification, or the locks of its signatures,
    /// allow neither a new field nor one of the empty ones to be signed.
    pub fn permit_signature(&self) -> Result<()> {
        if self
            .encryption()
            .is_some_and(|encryption| encryption.has_mac)
        {
            return Err(Error::ProtectedByMac);
        }
        if self.is_recovered() && !self.signatures()?.is_empty() {
            return Err(Error::SignedAndDamaged);
        }
        let locks = self.locks()?;
        let closed = self.certification_level()? == Some(1) || locks.are_closed();
        let free = || -> Result<bool> {
            let fields = self.terminal_fields()?;
            Ok(fields
                .iter()
                .any(|field| field.kind == "Sig" && !field.has_value && !locks.cover(&field.name)))
        };
        if closed || locks.cover_new_fields() && !free()? {
            return Err(Error::CertifiedWithoutChanges);
        }
        if let Some(permissions) = self.permissions() {
            let fills = permissions.filling() && free()?;
            let adds = permissions.adding_fields() && !locks.cover_new_fields();
            if !fills && !adds {
                return Err(Error::NotPermitted {
                    what: match permissions.filling() {
                        true => "new signature fields, and has left none empty",
                        false => "signatures",
                    },
                });
            }
        }
        Ok(())
    }

    /// Refuses a new field where its author does not permit one, where a lock covers all that are
    /// not named, and a new box on a page of a certified document: levels 2 and 3 let fields be
    /// signed that are there (table 257), and viewers take a new box for a change.
    pub(crate) fn permit_new_field(&self, is_shown: bool) -> Result<()> {
        let permissions = self.permissions();
        if permissions.is_some_and(|permissions| !permissions.adding_fields()) {
            let what = "new signature fields, only that empty ones are filled";
            return Err(Error::NotPermitted { what });
        }
        if self.locks()?.cover_new_fields() {
            return Err(Error::CertifiedWithoutChanges);
        }
        if is_shown && self.certification_level()?.is_some() {
            return Err(Error::CertifiedWithoutNewBoxes);
        }
        Ok(())
    }

    /// Refuses a field where filling is not permitted, or that a lock covers.
    pub(crate) fn permit_filling(&self, name: &str) -> Result<()> {
        let permissions = self.permissions();
        if permissions.is_some_and(|permissions| !permissions.filling()) {
            let what = "that fields are filled";
            return Err(Error::NotPermitted { what });
        }
        if self.locks()?.cover(name) {
            return Err(Error::FieldLocked {
                name: name.to_owned(),
            });
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

    /// What all signatures say.
    pub(crate) fn locks(&self) -> Result<Locks> {
        let mut locks = Locks::default();
        for field in self.signed_fields()? {
            locks.extend(self.locks_of(field.id)?);
        }
        Ok(locks)
    }

    /// What the signature in a field says: the field's `/Lock` (§12.7.5.5) and the signature's
    /// references (§12.8.2).
    pub(crate) fn locks_of(&self, field: ObjectId) -> Result<Locks> {
        let mut locks = Locks::default();
        let field = self.dictionary(&field.into())?.unwrap_or_default();
        if let Some(lock) = self.lock(&field)? {
            locks.add(lock);
        }
        let Object::Dictionary(signature) = self.get(&field, b"V")? else {
            return Ok(locks);
        };
        for (method, parameters) in self.transforms(&signature)? {
            match method.as_slice() {
                b"FieldMDP" => locks.add(Lock::read(self, &parameters)?),
                b"DocMDP" => {
                    if let Object::Integer(level @ 1..=3) = self.get(&parameters, b"P")? {
                        locks.add(Lock::of_level(u8::try_from(level).unwrap_or(1)));
                    }
                }
                _ => {}
            }
        }
        Ok(locks)
    }

    /// The `/Lock` of a signature field.
    pub(crate) fn lock(&self, field: &Dictionary) -> Result<Option<Lock>> {
        match self.get(field, b"Lock")? {
            Object::Dictionary(lock) => Lock::read(self, &lock).map(Some),
            _ => Ok(None),
        }
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

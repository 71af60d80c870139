//! What a signature forbids from then on: a certification (ISO 32000-2 §12.8.2.2) and a lock of
//! fields (§12.7.5.5, §12.8.2.4).
//!
//! Both are said where Acrobat looks for them: a certification in the signature's references and in
//! `/Perms` of the catalog, a lock in the field and in the references. The parameters are direct.

use lopdf::{Object, dictionary};

use super::edit::Edit;
use super::{Revision, SignatureField};
use crate::error::{Error, Result};
use crate::field::Lock;
pub use crate::field::LockedFields;

/// What may still be done to a document once it is certified (table 257).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certification {
    /// Nothing.
    NoChanges,
    /// Fields are filled in and signed.
    Forms,
    /// The same, and annotations are made.
    FormsAndAnnotations,
}

impl Certification {
    /// Reads `/P`.
    #[must_use]
    pub const fn from_level(level: u8) -> Option<Self> {
        match level {
            1 => Some(Self::NoChanges),
            2 => Some(Self::Forms),
            3 => Some(Self::FormsAndAnnotations),
            _ => None,
        }
    }

    /// `/P`.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::NoChanges => 1,
            Self::Forms => 2,
            Self::FormsAndAnnotations => 3,
        }
    }
}

impl Revision {
    /// Makes the signature of a field the document's certification.
    ///
    /// # Errors
    /// [`Error::CertifiesTooLate`] unless it is the first signature, [`Error::SeedValue`], and those
    /// of reading.
    pub fn certify(
        &mut self,
        field: &mut SignatureField,
        certification: Certification,
    ) -> Result<()> {
        if !self.first_signature || self.document.certification_level()?.is_some() {
            return Err(Error::CertifiesTooLate);
        }
        let level = certification.level();
        field.certification = Some(level);
        field.add_reference(&format!(
            "<</Type/SigRef/TransformMethod/DocMDP\
             /TransformParams<</Type/TransformParams/V/1.2/P {level}>>>>"
        ));
        let (number, generation) = field.value;
        let signature = format!("{number} {generation} R");
        let root = self.document.root();
        let mut catalog = self.edit(root)?;
        let permissions = catalog.raw.dictionary.get(b"Perms").cloned();
        let permissions = permissions.unwrap_or(Object::Null);
        let is_dictionary = matches!(self.document.resolve(&permissions)?, Object::Dictionary(_));
        match permissions {
            Object::Reference(id) if is_dictionary => {
                let id = self.last_reference(id)?;
                let mut edit = self.edit(id)?;
                edit.set(b"DocMDP", signature.as_bytes());
                self.keep(id, edit);
            }
            Object::Dictionary(_) => {
                let bytes = catalog.value(b"Perms").unwrap_or_default();
                let mut edit = Edit::parse(bytes, root)?;
                edit.set(b"DocMDP", signature.as_bytes());
                catalog.set(b"Perms", &edit.finish());
            }
            _ => catalog.set(b"Perms", format!("<</DocMDP {signature}>>").as_bytes()),
        }
        self.keep(root, catalog);
        Ok(())
    }

    /// Locks fields with the signature of a field.
    ///
    /// # Errors
    /// [`Error::FieldUnusable`] where the field brings a lock of its own, and those of reading.
    pub fn lock(&mut self, field: &mut SignatureField, fields: &LockedFields) -> Result<()> {
        if field.is_locked {
            return Err(Error::FieldUnusable {
                name: field.name.clone(),
                why: "its author has set what it locks",
            });
        }
        let lock = Lock::of_fields(fields.clone());
        let parameters = lock.parameters(3).unwrap_or_default();
        let (number, generation) = self.document.root();
        field.add_reference(&format!(
            "<</Type/SigRef/TransformMethod/FieldMDP/Data {number} {generation} R\
             /TransformParams<<{parameters}>>>>"
        ));
        field.is_locked = true;
        let lock = self.allocate()?;
        let mut dictionary = dictionary! { "Type" => "SigFieldLock" };
        let names = match fields {
            LockedFields::All => {
                dictionary.set("Action", "All");
                None
            }
            LockedFields::These(names) => {
                dictionary.set("Action", "Include");
                Some(names)
            }
            LockedFields::AllBut(names) => {
                dictionary.set("Action", "Exclude");
                Some(names)
            }
        };
        if let Some(names) = names {
            let names = names.iter().map(|name| super::string(name)).collect();
            dictionary.set("Fields", Object::Array(names));
        }
        self.put(lock, &Object::Dictionary(dictionary))?;
        // Table 232: an indirect reference.
        let mut edit = self.edit(field.id)?;
        edit.set(b"Lock", format!("{} {} R", lock.0, lock.1).as_bytes());
        self.keep(field.id, edit);
        Ok(())
    }
}

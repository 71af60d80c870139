//! Usage rights (ISO 32000-1 §12.8.2.3, deprecated in PDF 2.0): what Acrobat once let its free
//! reader do in a document, granted by a signature that any change breaks.
//!
//! A document whose grant is broken is opened with a warning, so the grant is taken away with the
//! first signature: only the reference to it, and what else is permitted stays.

use lopdf::Object;

use super::{Edit, Revision};
use crate::document::Document;
use crate::error::Result;

/// The grants, of PDF 1.6 and before it.
const RIGHTS: [&[u8]; 2] = [b"UR3", b"UR"];

impl Revision {
    /// Removes the grants from `/Perms`, unless somebody has signed: it would then be a change.
    pub(super) fn remove_usage_rights(&mut self) -> Result<()> {
        if !self.first_signature || !self.document.has_usage_rights()? {
            return Ok(());
        }
        let root = self.document.root();
        let mut catalog = self.edit(root)?;
        match catalog.raw.dictionary.get(b"Perms").cloned() {
            Ok(Object::Dictionary(_)) => {
                let bytes = catalog.value(b"Perms").unwrap_or_default();
                let mut edit = Edit::parse(bytes, root)?;
                for key in RIGHTS {
                    edit.remove(key);
                }
                let is_grant = |(key, _): &(Vec<u8>, _)| RIGHTS.contains(&key.as_slice());
                if edit.raw.entries.iter().all(is_grant) {
                    catalog.remove(b"Perms");
                } else {
                    catalog.set(b"Perms", &edit.finish());
                }
                self.keep(root, catalog);
            }
            Ok(Object::Reference(id)) => {
                let id = self.last_reference(id)?;
                let mut edit = self.edit(id)?;
                for key in RIGHTS {
                    edit.remove(key);
                }
                self.keep(id, edit);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Document {
    /// Whether Acrobat's usage rights are granted (`/Perms` with `/UR3` or `/UR`).
    ///
    /// # Errors
    /// [`Error::Object`](crate::Error::Object), [`Error::Read`](crate::Error::Read).
    pub(crate) fn has_usage_rights(&self) -> Result<bool> {
        let Object::Dictionary(permissions) = self.get(self.catalog(), b"Perms")? else {
            return Ok(false);
        };
        Ok(RIGHTS.iter().any(|key| permissions.has(key)))
    }
}

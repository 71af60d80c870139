//! The developer extension that a PAdES signature makes use of (ISO 32000-1 §7.12).

use lopdf::Object;

use super::{Edit, Revision};
use crate::error::Result;

/// The version that the extension is one of; PDF 2.0 has these signatures itself.
const BASE_VERSION: &[u8] = b"1.7";
/// ETSI's prefix; level 2 are CAdES signatures, and level 5 are stores and timestamps of documents
/// besides, as iText writes them.
const KEY: &[u8] = b"ESIC";
const SIGNATURES: &[u8] = b"<</BaseVersion/1.7/ExtensionLevel 2>>";
const LASTING: &[u8] = b"<</BaseVersion/1.7/ExtensionLevel 5>>";

impl Revision {
    /// Names the extension in the catalog, unless it is there.
    ///
    /// Only before the first signature: Acrobat takes it for a change afterwards. Nor is a version
    /// raised for it, so a file of an earlier one goes without; PDF/A-1, which is PDF 1.4 whatever
    /// its header says, does so too.
    /// A revision that brings a store, or will be followed by a timestamp, says so here at once.
    pub(super) fn name_extension(&mut self, sub_filter: &str) -> Result<()> {
        let pades = self.lasting || sub_filter.starts_with("ETSI.");
        let value = if self.lasting { LASTING } else { SIGNATURES };
        let is_later = self.document.version()? == BASE_VERSION && !self.claims.is_part(1);
        if !self.first_signature || !pades || !is_later {
            return Ok(());
        }
        let root = self.document.root();
        let mut catalog = self.edit(root)?;
        let extensions = catalog.raw.dictionary.get(b"Extensions");
        match extensions.cloned().unwrap_or(Object::Null) {
            Object::Null => {
                let value = [b"<</", KEY, b" ", value, b">>"].concat();
                catalog.set(b"Extensions", &value);
            }
            Object::Dictionary(extensions) if !extensions.has(KEY) => {
                let bytes = catalog.value(b"Extensions").unwrap_or_default();
                let mut edit = Edit::parse(bytes, root)?;
                edit.set(KEY, value);
                catalog.set(b"Extensions", &edit.finish());
            }
            Object::Reference(id) => {
                let id = self.last_reference(id)?;
                let extensions = self.document.dictionary(&id.into())?;
                if extensions.is_some_and(|extensions| !extensions.has(KEY)) {
                    let mut edit = self.edit(id)?;
                    edit.set(KEY, value);
                    self.keep(id, edit);
                }
            }
            _ => {}
        }
        self.keep(root, catalog);
        Ok(())
    }
}

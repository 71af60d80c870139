//! The developer extensions that a signature makes use of (ISO 32000-1 §7.12, ISO 32000-2 §7.12).

use lopdf::Object;

use super::{Edit, Revision};
use crate::error::Result;

/// The version that ETSI's extension is one of; PDF 2.0 has these signatures itself.
const BASE_VERSION: &[u8] = b"1.7";
/// ETSI's prefix; level 2 are CAdES signatures, and level 5 are stores and timestamps of documents
/// besides, as iText writes them.
const ETSI: &[u8] = b"ESIC";
const SIGNATURES: &[u8] = b"<</BaseVersion/1.7/ExtensionLevel 2>>";
const LASTING: &[u8] = b"<</BaseVersion/1.7/ExtensionLevel 5>>";
/// The prefix of ISO, for its technical specifications.
const ISO: &[u8] = b"ISO_";

/// An extension of PDF 2.0 by a technical specification of ISO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeveloperExtension {
    /// ISO/TS 32002:2022: signatures on further curves, Ed25519 among them.
    Iso32002,
}

impl DeveloperExtension {
    /// As pyHanko (0.35) writes it; PDF 2.0 allows several of one prefix in an array.
    const fn value(self) -> &'static [u8] {
        match self {
            Self::Iso32002 => {
                b"[<</Type/DeveloperExtensions/BaseVersion/2.0/ExtensionLevel 32002\
                /ExtensionRevision(:2022)/URL(https://www.iso.org/standard/45875.html)>>]"
            }
        }
    }
}

impl Revision {
    /// Names the extensions in the catalog, unless something of their prefix is there.
    ///
    /// Only before the first signature: Acrobat takes it for a change afterwards. ETSI's goes into
    /// PDF 1.7 alone: no version is raised for it, so a file of an earlier one goes without, and
    /// PDF/A-1, which is PDF 1.4 whatever its header says, does so too; a revision that brings a store,
    /// or will be followed by a timestamp, says so here at once. One of PDF 2.0 raises the version to
    /// that (ISO/TS 32002 §4), but not of what claims to be PDF/A or PDF/UA: a claim on an earlier
    /// version would be broken by it.
    pub(super) fn name_extensions(&mut self, sub_filter: &str) -> Result<()> {
        if !self.first_signature {
            return Ok(());
        }
        let version = self.document.version()?;
        if let Some(extension) = self.extension {
            let is_2 = version.starts_with(b"2.");
            if is_2 || !self.claims.is_of_an_earlier_version() {
                if !is_2 {
                    self.set_version_2()?;
                }
                return self.name_extension(ISO, extension.value());
            }
        }
        let pades = self.lasting || sub_filter.starts_with("ETSI.");
        let value = if self.lasting { LASTING } else { SIGNATURES };
        if pades && version == BASE_VERSION && !self.claims.is_part(1) {
            return self.name_extension(ETSI, value);
        }
        Ok(())
    }

    /// `/Version` in the catalog, which overrides the header (ISO 32000-2 §7.5.2).
    fn set_version_2(&mut self) -> Result<()> {
        let root = self.document.root();
        let mut catalog = self.edit(root)?;
        catalog.set(b"Version", b"/2.0");
        self.keep(root, catalog);
        Ok(())
    }

    fn name_extension(&mut self, prefix: &[u8], value: &[u8]) -> Result<()> {
        let root = self.document.root();
        let mut catalog = self.edit(root)?;
        let extensions = catalog.raw.dictionary.get(b"Extensions");
        match extensions.cloned().unwrap_or(Object::Null) {
            Object::Null => {
                let value = [b"<</", prefix, b" ", value, b">>"].concat();
                catalog.set(b"Extensions", &value);
            }
            Object::Dictionary(extensions) if !extensions.has(prefix) => {
                let bytes = catalog.value(b"Extensions").unwrap_or_default();
                let mut edit = Edit::parse(bytes, root)?;
                edit.set(prefix, value);
                catalog.set(b"Extensions", &edit.finish());
            }
            Object::Reference(id) => {
                let id = self.last_reference(id)?;
                let extensions = self.document.dictionary(&id.into())?;
                if extensions.is_some_and(|extensions| !extensions.has(prefix)) {
                    let mut edit = self.edit(id)?;
                    edit.set(prefix, value);
                    self.keep(id, edit);
                }
            }
            _ => {}
        }
        self.keep(root, catalog);
        Ok(())
    }
}

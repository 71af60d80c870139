//! What should be known of a document before it is signed (the *doctor* of a document).
//!
//! Facts, not judgements: what each is worth is for who asks. None of them walks the whole document.
//! What would take long in a large one, the actions of its annotations, is looked for within a
//! budget, and it is said where that ended.

mod actions;
mod fields;
mod file;

use std::collections::BTreeSet;

use lopdf::Object;

pub use actions::Active;
pub use file::{End, Structure};

use crate::claims::Claims;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::field::Field;
use actions::Search;

/// Most names that one fact tells.
const MOST_NAMES: usize = 16;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preflight {
    /// How the file is built.
    pub structure: Structure,
    /// What it claims to be.
    pub claims: Claims,
    /// Empty signature fields that demand something of their signature (`/SV`).
    pub seed_values: Vec<String>,
    /// Empty signature fields that an earlier signature locks.
    pub locked: Vec<String>,
    /// Whether an earlier signature locks every new field.
    pub new_fields_locked: bool,
    /// Names that more than one field has.
    pub repeated: Vec<String>,
    /// Empty signature fields whose box lies over that of another field.
    pub overlapping: Vec<String>,
    /// Whether Acrobat's usage rights are granted.
    pub usage_rights: bool,
    /// Whether the form asks viewers to draw its fields anew.
    pub needs_appearances: bool,
    /// Whether the form is an XFA form, too (ISO 32000-1 §12.7.8).
    pub xfa: bool,
    /// Whether that form is all there is: other viewers show a page that asks for another viewer.
    pub needs_rendering: bool,
    /// What does something when the document is opened, read or filled in.
    pub active: BTreeSet<Active>,
    /// Whether files are embedded.
    pub embedded_files: bool,
    /// Whether parts of pages can be shown or hidden (§8.11).
    pub optional_content: bool,
    /// The page after which, or on which, active content was not looked for any more, if there is
    /// more of the document.
    pub stopped_after: Option<u32>,
    /// Whether something that should have been looked at cannot be read.
    pub unreadable: bool,
}

impl Document {
    /// Looks the document over, which has these `fields`.
    ///
    /// What cannot be read is left out, and said to be.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn preflight(&self, fields: &[Field]) -> Result<Preflight> {
        let mut found = Preflight {
            structure: self.build()?,
            ..Preflight::default()
        };
        let mut look = Look { unreadable: false };
        found.claims = look.at(self.claims())?;
        found.usage_rights = look.at(self.has_usage_rights())?;
        found.needs_appearances = look.at(self.needs_appearances())?;
        look.at(self.look_at_fields(fields, &mut found))?;
        look.at(self.look_at_catalog(&mut found))?;
        let mut search = Search::new(self);
        look.at(search.document())?;
        look.at(search.fields(fields))?;
        look.at(search.pages())?;
        found.active = search.found;
        found.embedded_files |= search.embedded_files;
        found.stopped_after = search.stopped_after;
        found.unreadable = look.unreadable;
        Ok(found)
    }

    fn look_at_catalog(&self, found: &mut Preflight) -> Result<()> {
        let catalog = self.catalog();
        if let Object::Dictionary(form) = self.get(catalog, b"AcroForm")? {
            found.xfa = !self.get(&form, b"XFA")?.is_null();
        }
        found.needs_rendering = self.get(catalog, b"NeedsRendering")? == Object::Boolean(true);
        if let Object::Dictionary(content) = self.get(catalog, b"OCProperties")? {
            let groups = self.get(&content, b"OCGs")?;
            found.optional_content = groups.as_array().is_ok_and(|groups| !groups.is_empty());
        }
        if let Object::Dictionary(names) = self.get(catalog, b"Names")? {
            found.embedded_files = !self.get(&names, b"EmbeddedFiles")?.is_null();
        }
        found.embedded_files |= !self.get(catalog, b"AF")?.is_null();
        Ok(())
    }
}

/// Goes on where something cannot be read, and takes note of it.
struct Look {
    unreadable: bool,
}

impl Look {
    fn at<T: Default>(&mut self, looked: Result<T>) -> Result<T> {
        match looked {
            Err(Error::Read(source)) => Err(Error::Read(source)),
            Err(_) => {
                self.unreadable = true;
                Ok(T::default())
            }
            looked => looked,
        }
    }
}

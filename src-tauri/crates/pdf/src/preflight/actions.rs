//! Active content (ISO 32000-2 §12.6): what a viewer may do by itself, or when somebody clicks.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Object};

use crate::document::{Document, Visited};
use crate::error::Result;
use crate::field::Field;

/// Most objects that are looked at for actions, so that a large document is not slow to open.
const BUDGET: usize = 4000;
/// So many bytes of an object are as much work as another object.
const LARGE: usize = 16 << 10;
/// Most actions that follow one another by `/Next`.
const MOST_IN_TURN: usize = 16;
/// Most entries of one dictionary of additional actions.
const MOST_ADDITIONAL: usize = 32;

/// A kind of active content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Active {
    /// JavaScript, which can change what is shown.
    JavaScript,
    /// Starts a program or opens a file that is not this document.
    Launch,
    /// Sends what was filled in somewhere.
    SubmitForm,
    /// Takes values from elsewhere.
    ImportData,
    /// Sound, film or three-dimensional content.
    Multimedia,
    /// Shows or hides parts of what is seen.
    Hide,
}

/// A search within a budget.
pub(super) struct Search<'d> {
    document: &'d Document,
    left: usize,
    /// What was looked at: a second look would find nothing else.
    visited: Visited,
    pub(super) found: BTreeSet<Active>,
    pub(super) embedded_files: bool,
    pub(super) stopped_after: Option<u32>,
}

impl<'d> Search<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self {
            document,
            left: BUDGET,
            visited: Visited::default(),
            found: BTreeSet::new(),
            embedded_files: false,
            stopped_after: None,
        }
    }

    /// What stands there, nothing if it was looked at; large objects take more of the budget.
    fn resolve(&mut self, object: &Object) -> Result<Object> {
        let Object::Reference(id) = object else {
            return Ok(object.clone());
        };
        if self.left == 0 || !self.visited.first(*id) {
            return Ok(Object::Null);
        }
        let Some(raw) = self.document.fetch_raw(*id)? else {
            return Ok(Object::Null);
        };
        self.left = self.left.saturating_sub(raw.range.len() / LARGE);
        self.document.resolve(&raw.object)
    }

    fn entry(&mut self, owner: &Dictionary, key: &[u8]) -> Result<Object> {
        owner
            .get(key)
            .map_or(Ok(Object::Null), |object| self.resolve(object))
    }

    /// What happens when the document is opened, closed or printed.
    pub(super) fn document(&mut self) -> Result<()> {
        let catalog = self.document.catalog();
        self.action(catalog.get(b"OpenAction").ok())?;
        self.additional(catalog)?;
        if let Object::Dictionary(names) = self.document.get(catalog, b"Names")?
            && !self.document.get(&names, b"JavaScript")?.is_null()
        {
            self.found.insert(Active::JavaScript);
        }
        Ok(())
    }

    /// What happens when fields are filled in: of the fields that have no widget of their own.
    pub(super) fn fields(&mut self, fields: &[Field]) -> Result<()> {
        for field in fields {
            // Half of the budget is for the pages.
            if self.left <= BUDGET / 2 {
                break;
            }
            self.left -= 1;
            if let Some(field) = self.document.dictionary(&field.id.into())? {
                self.owner(&field)?;
            }
        }
        Ok(())
    }

    /// What happens when pages are opened and annotations are clicked.
    pub(super) fn pages(&mut self) -> Result<()> {
        let document = self.document;
        let mut number = 0;
        document.visit_pages(&mut |page| {
            if self.left == 0 {
                self.stopped_after = Some(number);
                return Ok(true);
            }
            number += 1;
            self.left = self.left.saturating_sub(1);
            self.additional(page)?;
            let Object::Array(annotations) = self.entry(page, b"Annots")? else {
                return Ok(false);
            };
            for annotation in &annotations {
                if self.left == 0 {
                    self.stopped_after = Some(number);
                    return Ok(true);
                }
                self.left -= 1;
                if let Object::Dictionary(annotation) = self.resolve(annotation)? {
                    self.owner(&annotation)?;
                }
            }
            Ok(false)
        })
    }

    /// An annotation or field.
    fn owner(&mut self, owner: &Dictionary) -> Result<()> {
        match owner.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"RichMedia" | b"Screen" | b"Movie" | b"Sound" | b"3D") => {
                self.found.insert(Active::Multimedia);
            }
            Ok(b"FileAttachment") => self.embedded_files = true,
            _ => {}
        }
        self.action(owner.get(b"A").ok())?;
        self.additional(owner)
    }

    /// The actions that events trigger (§12.6.3).
    fn additional(&mut self, owner: &Dictionary) -> Result<()> {
        if let Object::Dictionary(actions) = self.entry(owner, b"AA")? {
            for (_, action) in actions.iter().take(MOST_ADDITIONAL) {
                self.action(Some(action))?;
            }
        }
        Ok(())
    }

    /// An action and those that follow it.
    fn action(&mut self, action: Option<&Object>) -> Result<()> {
        let mut waiting: Vec<Object> = action.into_iter().cloned().collect();
        for _ in 0..MOST_IN_TURN {
            let Some(action) = waiting.pop() else {
                break;
            };
            // What is no dictionary is a place in the document to go to.
            let Object::Dictionary(action) = self.resolve(&action)? else {
                continue;
            };
            let kind = match self.entry(&action, b"S")? {
                Object::Name(kind) => kind,
                _ => Vec::new(),
            };
            self.found.extend(match kind.as_slice() {
                b"JavaScript" => Some(Active::JavaScript),
                b"Launch" => Some(Active::Launch),
                b"SubmitForm" => Some(Active::SubmitForm),
                b"ImportData" => Some(Active::ImportData),
                b"Sound" | b"Movie" | b"Rendition" | b"GoTo3DView" | b"RichMediaExecute" => {
                    Some(Active::Multimedia)
                }
                b"Hide" | b"SetOCGState" => Some(Active::Hide),
                _ => None,
            });
            match self.entry(&action, b"Next")? {
                Object::Array(next) => waiting.extend(next.into_iter().take(MOST_IN_TURN)),
                Object::Dictionary(next) => waiting.push(Object::Dictionary(next)),
                _ => {}
            }
        }
        Ok(())
    }
}

//! The revisions behind the first signature, each judged once, and what each signature makes of
//! them.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use lopdf::{Dictionary, Object, ObjectId};

use super::boxes::Boxes;
use super::difference::Difference;
use super::extent::Extent;
use super::references::Uses;
use super::rules::Comparison;
use super::{Change, Changes, Explained};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::field::{Locks, SignatureValue, Terminal};
use crate::page::Page;
use crate::xref::Entry;

/// Most revisions behind the first signature; the proof of a century takes fewer.
const MOST_REVISIONS: usize = 2_000;
/// Most fields of all states together: they are listed anew for each.
const MOST_FIELDS_READ: usize = 500_000;
/// How often all objects are read: once, unless revisions are unreadable or written anew.
const MOST_READINGS: usize = 8;
/// What an approval signature allows that says nothing (DocMDP level, table 257).
const UNSAID: u8 = 2;

/// What one revision did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionChanges {
    /// Counted from 1, the first of the file.
    pub index: usize,
    /// Length of the file at its end.
    pub end: u64,
    /// What can be allowed.
    pub explained: Vec<Explained>,
    /// What cannot.
    pub unexplained: Vec<Change>,
}

/// The revisions of a document, and what its signatures say about those that follow them.
#[derive(Debug)]
pub struct History {
    /// All that have an end; those before the first signature did nothing that is judged. Bytes
    /// behind the last are one more.
    revisions: Vec<RevisionChanges>,
    /// What was there when each signature was made, by its field and where it ends.
    bases: HashMap<(String, u64), Base>,
}

/// What a signature says about what may follow it.
#[derive(Debug)]
struct Base {
    /// How many revisions are behind it or are its own.
    revisions: usize,
    /// Whether it was there as it is now.
    moved: bool,
    level: u8,
    certified: bool,
    locks: Locks,
}

/// A document at the end of one revision.
pub(super) struct State {
    pub(super) document: Document,
    pub(super) fields: Vec<Terminal>,
    /// Index of the field that an object is, or is a widget of.
    pub(super) owners: HashMap<ObjectId, usize>,
    pub(super) pages: Rc<HashMap<ObjectId, (u32, Page)>>,
    /// Pages by their numbers; made when it is first asked for.
    numbered: Rc<OnceCell<HashMap<u32, ObjectId>>>,
    /// On which page each annotation is; read when it is first asked for.
    listing: Rc<OnceCell<HashMap<ObjectId, ObjectId>>>,
}

impl Document {
    /// Judges every revision behind the first of these signatures.
    ///
    /// Reads every object of the document once, and of each revision what it brings.
    ///
    /// # Errors
    /// [`Error::Read`]. What cannot be read otherwise is a [`Change`].
    pub fn history(&self, signatures: &[SignatureValue]) -> Result<History> {
        let extents = self.extents()?;
        let mut history = History {
            revisions: Vec::with_capacity(extents.len()),
            bases: HashMap::new(),
        };
        // In whose extent each signature ends.
        let mut at: HashMap<usize, Vec<&SignatureValue>> = HashMap::new();
        for signature in signatures {
            let end = end(signature);
            let here = |extent: &Extent| (extent.marker..=extent.end).contains(&end);
            if let Some(index) = extents.iter().position(here) {
                at.entry(index).or_default().push(signature);
            }
        }
        let first = at.keys().copied().min().unwrap_or(extents.len());
        // Nothing has to be read where nothing came after the signatures.
        let has_more = first + 1 < extents.len();
        let mut walk = Walk {
            document: self,
            first,
            state: None,
            uses: None,
            readings: 0,
            boxes: Boxes::default(),
            fields_read: 0,
        };
        for (index, extent) in extents.iter().enumerate() {
            let mut revision = RevisionChanges {
                index: index + 1,
                end: extent.end,
                explained: Vec::new(),
                unexplained: Vec::new(),
            };
            let is_judged = index >= first && has_more;
            if is_judged {
                walk.step(extent, &extents, &mut revision)?;
            }
            for signature in at.get(&index).into_iter().flatten() {
                let base = match is_judged {
                    true => match walk.base(signature, index + 1) {
                        Ok(base) => base,
                        Err(Error::Read(source)) => return Err(Error::Read(source)),
                        Err(_) => None,
                    },
                    false => Some(Base::nothing_behind(index + 1)),
                };
                let key = (signature.field.name.clone(), end(signature));
                history.bases.extend(base.map(|base| (key, base)));
                revision.end = end(signature);
            }
            history.revisions.push(revision);
        }
        let last = history.revisions.last().map(|revision| revision.end);
        let is_whole = first >= extents.len()
            || last == Some(self.len())
            || match extents.last() {
                Some(extent) => self.is_padding(extent.end)?,
                None => false,
            };
        if !is_whole {
            history.revisions.push(RevisionChanges {
                index: history.revisions.len() + 1,
                end: self.len(),
                explained: Vec::new(),
                unexplained: vec![Change::Bytes],
            });
        }
        Ok(history)
    }
}

impl History {
    /// Every revision, the oldest first.
    #[must_use]
    pub fn revisions(&self) -> &[RevisionChanges] {
        &self.revisions
    }

    /// Judges what came after one of the signatures that it was made for.
    #[must_use]
    pub fn since(&self, signature: &SignatureValue) -> Changes {
        let mut changes = Changes::default();
        let key = (signature.field.name.clone(), end(signature));
        let Some(base) = self.bases.get(&key) else {
            changes.unexplained.push(Change::Structure);
            return changes;
        };
        if base.moved {
            changes.unexplained.push(Change::SignatureMoved);
            return changes;
        }
        changes.untouched = self.revisions.len() <= base.revisions;
        for revision in self.revisions.iter().skip(base.revisions) {
            for done in &revision.explained {
                base.weigh(done, &mut changes);
            }
            changes
                .unexplained
                .extend(revision.unexplained.iter().cloned());
        }
        changes.unexplained.dedup();
        let mut seen = HashSet::new();
        changes.filled.retain(|name| seen.insert(name.clone()));
        let mut seen = HashSet::new();
        changes.commented.retain(|page| seen.insert(*page));
        changes
    }

    /// What a signature does not allow of one revision, by its index; nothing of those before it.
    #[must_use]
    pub fn objections(
        &self,
        signature: &SignatureValue,
        revision: &RevisionChanges,
    ) -> Vec<Change> {
        let key = (signature.field.name.clone(), end(signature));
        let mut changes = Changes::default();
        if let Some(base) = self.bases.get(&key)
            && revision.index > base.revisions
        {
            for done in &revision.explained {
                base.weigh(done, &mut changes);
            }
        }
        changes.unexplained
    }
}

impl Base {
    /// Of a signature with no revision behind it.
    fn nothing_behind(revisions: usize) -> Self {
        Self {
            revisions,
            moved: false,
            level: UNSAID,
            certified: false,
            locks: Locks::default(),
        }
    }

    /// Asks whether a signature allows what was done after it.
    fn weigh(&self, done: &Explained, changes: &mut Changes) {
        let closed = self.level == 1 || self.locks.are_closed();
        let held = |name: &str| closed || self.locks.cover(name);
        changes.more_than_proof |= !done.is_proof();
        match done {
            Explained::Proof => {}
            Explained::Description => {
                changes.described = true;
                if closed {
                    changes.unexplained.push(Change::Information);
                }
            }
            Explained::Signed(field) => {
                let name = &field.name;
                let is_new_box = self.certified && field.is_new && field.shown;
                if !done.is_proof() && held(name) || is_new_box {
                    let name = name.clone();
                    changes.unexplained.push(Change::Forbidden { name });
                }
                changes.signed.push(field.clone());
            }
            Explained::Prepared { name } => {
                if held(name) || self.certified {
                    let name = name.clone();
                    changes.unexplained.push(Change::Forbidden { name });
                }
            }
            Explained::Filled { name } => {
                if held(name) {
                    let name = name.clone();
                    changes.unexplained.push(Change::Locked { name });
                }
                changes.filled.push(name.clone());
            }
            Explained::Commented { page } => {
                if self.level < 3 || closed {
                    changes
                        .unexplained
                        .push(Change::Annotations { page: *page });
                }
                changes.commented.push(*page);
            }
        }
    }
}

/// Where what a signature covers ends.
fn end(signature: &SignatureValue) -> u64 {
    let [_, _, start, length] = signature.byte_range.unwrap_or_default();
    start.saturating_add(length)
}

/// From one revision to the next.
struct Walk<'d> {
    document: &'d Document,
    /// Index of the first revision with a signature.
    first: usize,
    /// The last that could be read.
    state: Option<State>,
    uses: Option<Uses>,
    /// How often all objects were read.
    readings: usize,
    /// What is drawn over pages.
    boxes: Boxes,
    /// How many fields all states had.
    fields_read: usize,
}

impl Walk<'_> {
    /// Judges a revision by the one before it, of the first only reads what was there.
    fn step(
        &mut self,
        extent: &Extent,
        extents: &[Extent],
        revision: &mut RevisionChanges,
    ) -> Result<()> {
        let is_first = revision.index == self.first + 1;
        if revision.index > self.first + MOST_REVISIONS || self.fields_read > MOST_FIELDS_READ {
            let why = "there are too many revisions".to_owned();
            revision.unexplained.push(Change::Unreadable { why });
            self.state = None;
            return Ok(());
        }
        let before = self.state.take();
        let judged = match before {
            Some(before) => self.judge(&before, extent, revision),
            None if is_first => self.read(extent),
            None => {
                let why = "the revision before it cannot be read".to_owned();
                revision.unexplained.push(Change::Unreadable { why });
                self.read(extent)
            }
        };
        let known = judged.and_then(|state| {
            self.know_uses(&state, extent, extents)?;
            Ok(state)
        });
        match known {
            Ok(state) => {
                self.fields_read += state.fields.len();
                self.state = Some(state);
            }
            Err(Error::Read(source)) => return Err(Error::Read(source)),
            Err(error) => {
                let why = error.to_string();
                revision.unexplained.push(Change::Unreadable { why });
                self.uses = None;
            }
        }
        Ok(())
    }

    fn read(&self, extent: &Extent) -> Result<State> {
        State::of(self.document.at_end_of(extent)?, None)
    }

    /// Reads who names what, unless that is known.
    fn know_uses(&mut self, state: &State, extent: &Extent, extents: &[Extent]) -> Result<()> {
        if self.uses.is_none() && self.readings < MOST_READINGS {
            self.readings += 1;
            let newest = extents.last().map_or(0, |last| last.sections);
            let newer = newest.saturating_sub(extent.sections);
            let targets = self.document.chain().numbers(newer)?;
            self.uses = Some(Uses::of(&state.document, targets.into_iter().collect())?);
        }
        Ok(())
    }

    fn judge(
        &mut self,
        before: &State,
        extent: &Extent,
        revision: &mut RevisionChanges,
    ) -> Result<State> {
        let after = self.document.at_end_of(extent)?;
        let unexplained = &mut revision.unexplained;
        if let Some(change) = structure(&before.document, &after) {
            unexplained.push(change);
            // What its references say is of no more use.
            self.uses = None;
            return State::of(after, None);
        }
        if !after.accounts_for(before.document.len(), extent)? {
            unexplained.push(Change::Bytes);
        }
        let difference = Difference::between(&before.document, &after)?;
        unexplained.extend(difference.unexplained.iter().cloned());
        let pages = difference.unexplained.is_empty().then_some(());
        let after = State::of(after, pages.map(|()| before))?;
        if let Some(uses) = &mut self.uses {
            for number in &difference.added {
                if uses.of_number(*number).next().is_some() {
                    let id = (*number, 0);
                    unexplained.push(Change::Supplied { id });
                }
            }
            let boxes = &mut self.boxes;
            Comparison::new(before, &after, &difference, uses, boxes, revision).explain()?;
            uses.update(&difference, &after.document)?;
            if before.document.root() != after.document.root() {
                uses.forget(before.document.root());
            }
        } else {
            let why = "the revision before it cannot be read".to_owned();
            unexplained.push(Change::Unreadable { why });
        }
        if revision.unexplained.is_empty() {
            return Ok(after);
        }
        // Who knows what the pages are now.
        State::of(after.document, None)
    }

    /// What a signature that was made here says.
    fn base(&self, signature: &SignatureValue, revisions: usize) -> Result<Option<Base>> {
        let Some(state) = &self.state else {
            return Ok(None);
        };
        let document = &state.document;
        let named = |field: &&Terminal| {
            field.kind == "Sig" && field.has_value && field.name == signature.field.name
        };
        let mut base = Base {
            revisions,
            moved: true,
            level: UNSAID,
            certified: false,
            locks: Locks::default(),
        };
        for field in state.fields.iter().filter(named) {
            let (byte_range, contents) = document.signed_part(field.id)?;
            if byte_range != signature.byte_range || contents != signature.contents {
                continue;
            }
            let certified = document.certification_level()?;
            base.moved = false;
            base.locks = document.locks_of(field.id)?;
            base.certified = certified.is_some();
            let said = base.locks.level().into_iter().chain(certified).min();
            base.level = said.unwrap_or(UNSAID);
            break;
        }
        Ok(Some(base))
    }
}

impl State {
    /// Reads a state; its pages are those of the one before it, if that is given.
    fn of(document: Document, before: Option<&Self>) -> Result<Self> {
        let fields = document.terminal_fields()?;
        let mut owners = HashMap::new();
        for (index, field) in fields.iter().enumerate() {
            for id in field.widgets.iter().chain([&field.id]) {
                owners.entry(*id).or_insert(index);
            }
        }
        let pages = match before {
            Some(before) => Rc::clone(&before.pages),
            None => {
                let numbered = (1..).zip(document.pages()?);
                let by_id = numbered.filter_map(|(number, page)| {
                    let page = page?;
                    Some((page.id(), (number, page)))
                });
                Rc::new(by_id.collect())
            }
        };
        Ok(Self {
            document,
            fields,
            owners,
            pages,
            numbered: before
                .map(|before| Rc::clone(&before.numbered))
                .unwrap_or_default(),
            listing: before
                .map(|before| Rc::clone(&before.listing))
                .unwrap_or_default(),
        })
    }

    /// The page with a number.
    pub(super) fn page(&self, number: u32) -> Option<ObjectId> {
        let numbered = self.numbered.get_or_init(|| {
            let pages = self.pages.iter();
            pages.map(|(id, (number, _))| (*number, *id)).collect()
        });
        numbered.get(&number).copied()
    }

    /// The page that each annotation is on, and the first of several; without those that were added
    /// since it was first read, whose page is looked at when they are added.
    pub(super) fn listing(&self) -> Result<&HashMap<ObjectId, ObjectId>> {
        if let Some(listing) = self.listing.get() {
            return Ok(listing);
        }
        let mut listing = HashMap::new();
        for page in self.pages.keys() {
            let dictionary = self
                .document
                .dictionary(&(*page).into())?
                .unwrap_or_default();
            if let Object::Array(list) = self.document.get(&dictionary, b"Annots")? {
                let ids = list.iter().filter_map(|object| object.as_reference().ok());
                ids.for_each(|id| {
                    listing.entry(id).or_insert(*page);
                });
            }
        }
        Ok(self.listing.get_or_init(|| listing))
    }
}

/// The first string of a trailer's `/ID`.
fn identifier(trailer: &Dictionary) -> Option<&[u8]> {
    let strings = trailer.get(b"ID").and_then(Object::as_array).ok()?;
    strings.first()?.as_str().ok()
}

/// Looks whether a revision only goes on from the one before it.
fn structure(before: &Document, after: &Document) -> Option<Change> {
    let count = after.chain().sections.len() - before.chain().sections.len();
    let newer = after.chain().sections.iter().take(count);
    let old = before.chain().trailer();
    // Objects beyond /Size are none to strict readers.
    let size = |trailer: &Dictionary| trailer.get(b"Size").and_then(Object::as_i64).ok();
    // One that was not there; what it says is compared with the one before it.
    let root = after.chain().trailer().get(b"Root").ok();
    let moved = root.and_then(|root| root.as_reference().ok());
    let is_free = |number| before.chain().find(&**before.source(), number);
    let moved = moved.filter(|(number, _)| matches!(is_free(*number), Ok(Entry::Free)));
    for section in newer {
        let same = |key: &[u8]| section.trailer.get(key).ok() == old.get(key).ok();
        let keeps_all = size(&section.trailer) >= size(old);
        // Its first string is the file's for good (§14.4), and part of the key; older writers than
        // that rule renew it where it is not.
        let named = identifier(&section.trailer);
        let renamed = before.is_encrypted() && named != identifier(old);
        let is_root = same(b"Root") || moved.is_some() && section.trailer.get(b"Root").ok() == root;
        if renamed || !is_root || !same(b"Encrypt") || !keeps_all {
            return Some(Change::Structure);
        }
        if section.offset < before.len() {
            return Some(Change::Bytes);
        }
        if section.is_ambiguous() {
            return Some(Change::Structure);
        }
    }
    None
}

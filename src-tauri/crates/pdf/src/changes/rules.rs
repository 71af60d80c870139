//! What explains a change: the places that signing, filling and commenting touch, and how.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use lopdf::{Dictionary, Object, ObjectId};

use super::boxes::Boxes;
use super::difference::Difference;
use super::history::{RevisionChanges, State};
use super::references::{Uses, each_reference};
use super::{Change, Explained};
use crate::document::Document;
use crate::error::Result;

/// How deep the structure below `/DSS` is.
const DEEPEST_PROOF: usize = 4;
/// How deep what a comment is drawn with is nested: its /AP, a stream, resources, what they name.
const DEEPEST_DRAWING: usize = 6;
/// How deep entries are followed that were written anew.
const DEEPEST_ENTRY: usize = 16;
/// Most values that are compared in one of them.
const LONGEST_ENTRY: usize = 10_000;
/// What stands for proof among what is told once.
const PROOF: (u8, u32) = (0, 0);
/// Longest appearance without resources that is read.
const MOST_DRAWN: usize = 1 << 20;
/// Most objects below `/DSS`.
const MOST_PROOF: usize = 100_000;
/// What resources have (§7.8.3, table 34), and what older writers put there for form fields.
const RESOURCES: [&[u8]; 9] = [
    b"Font",
    b"XObject",
    b"ExtGState",
    b"ColorSpace",
    b"Pattern",
    b"Shading",
    b"Properties",
    b"ProcSet",
    b"Encoding",
];
/// Most things that one revision did and that are told; a file with more is judged by hand.
const MOST_TOLD: usize = 10_000;

/// The two states, what differs, and what was found on the way.
pub(super) struct Comparison<'d> {
    pub(super) before: &'d State,
    pub(super) after: &'d State,
    pub(super) difference: &'d Difference,
    pub(super) uses: &'d Uses,
    /// The form, if it is an object of its own.
    form: Option<ObjectId>,
    new_fields: Vec<ObjectId>,
    /// Annotations that pages have more than before.
    new_annotations: Vec<(u32, ObjectId)>,
    /// Comments that pages have no more, which may be freed.
    pub(super) deleted: HashSet<ObjectId>,
    /// Empty signature fields of which anything was changed, by their index.
    pub(super) signed: BTreeSet<usize>,
    /// Other fields that were filled, by their index.
    pub(super) filled: BTreeSet<usize>,
    /// What was told that is told once.
    told: BTreeSet<(u8, u32)>,
    /// What is drawn over pages by this revision and those before it.
    pub(super) boxes: &'d mut Boxes,
    /// Names of new fields.
    pub(super) named: HashSet<String>,
    /// On which page each new annotation is.
    pub(super) listed: HashMap<ObjectId, ObjectId>,
    pub(super) revision: &'d mut RevisionChanges,
}

impl<'d> Comparison<'d> {
    pub(super) fn new(
        before: &'d State,
        after: &'d State,
        difference: &'d Difference,
        uses: &'d Uses,
        boxes: &'d mut Boxes,
        revision: &'d mut RevisionChanges,
    ) -> Self {
        let form = before.document.catalog().get(b"AcroForm");
        Self {
            before,
            after,
            difference,
            uses,
            form: form.and_then(Object::as_reference).ok(),
            new_fields: Vec::new(),
            new_annotations: Vec::new(),
            deleted: HashSet::new(),
            signed: BTreeSet::new(),
            filled: BTreeSet::new(),
            told: BTreeSet::new(),
            boxes,
            named: HashSet::new(),
            listed: HashMap::new(),
            revision,
        }
    }

    /// Explains every changed object, or says that it cannot be.
    pub(super) fn explain(mut self) -> Result<()> {
        let difference = self.difference;
        self.information()?;
        self.moved_catalog()?;
        for (id, (old, new)) in &difference.changed {
            match (old, new) {
                (Object::Dictionary(old), Object::Dictionary(new)) => {
                    self.dictionary(*id, old, new)?;
                }
                (Object::Array(old), Object::Array(new)) => self.array(*id, old, new)?,
                // What it holds, or says where it is, would be another thing without its object.
                (Object::Stream(was), _) if holds_objects(&was.dict) => self.unexplained(*id, old),
                (_, Object::Stream(is)) if holds_objects(&is.dict) => self.unexplained(*id, old),
                (Object::Stream(_), Object::Stream(_)) if self.is_proof(*id, 0) => {
                    self.explained(Explained::Proof);
                }
                (Object::Stream(_), Object::Stream(new)) => {
                    let explained = self.metadata(*id)?
                        || self.appearance(*id, &new.dict)?
                        || self.appearance_of_comment(*id)?;
                    if !explained {
                        self.unexplained(*id, old);
                    }
                }
                _ => self.unexplained(*id, old),
            }
        }
        for (page, annotation) in &self.new_annotations {
            if let Some(page) = self.before.page(*page) {
                self.listed.insert(*annotation, page);
            }
        }
        let mut widgets = HashSet::new();
        for field in std::mem::take(&mut self.new_fields) {
            self.add_field(field, &mut widgets)?;
        }
        for (page, annotation) in std::mem::take(&mut self.new_annotations) {
            // Each widget on one page, once.
            if !widgets.remove(&annotation) {
                self.add_annotation(page, annotation)?;
            }
        }
        for index in std::mem::take(&mut self.signed) {
            self.fill_signature_field(index)?;
        }
        for index in std::mem::take(&mut self.filled) {
            self.fill_field(index)?;
        }
        self.proof_stays_apart()?;
        self.take_along();
        for id in difference.freed.keys() {
            if !self.deleted.contains(id) {
                self.suspect(Change::Removed { id: *id });
            }
        }
        Ok(())
    }

    /// Deletes with a comment what it alone was drawn with.
    fn take_along(&mut self) {
        for _ in 0..DEEPEST_DRAWING {
            let gone = |id: &&ObjectId| {
                self.is_only_used(**id, |by, _| by != **id && self.deleted.contains(&by))
            };
            let more: Vec<_> = self.difference.freed.keys().filter(gone).copied().collect();
            self.deleted.extend(more);
        }
    }

    /// Judges a catalog that was written anew under another number, as some do with every revision.
    fn moved_catalog(&mut self) -> Result<()> {
        let (old, new) = (self.old().root(), self.new_state().root());
        if old == new {
            return Ok(());
        }
        let moved = match self.difference.added.contains(&new.0) {
            true => self.new_state().unambiguous(new)?,
            false => None,
        };
        match moved {
            Some(Object::Dictionary(moved)) => {
                let was = self.old().catalog().clone();
                self.catalog(&was, &moved)
            }
            _ => {
                self.suspect(Change::Structure);
                Ok(())
            }
        }
    }

    /// Notes what can be allowed.
    pub(super) fn explained(&mut self, done: Explained) {
        let once = match &done {
            Explained::Proof => Some(PROOF),
            Explained::Description => Some((1, 0)),
            Explained::Commented { page } => Some((2, *page)),
            // Each field comes once.
            Explained::Signed(_) | Explained::Prepared { .. } | Explained::Filled { .. } => None,
        };
        if once.is_some_and(|once| !self.told.insert(once)) {
            return;
        }
        if self.revision.explained.len() >= MOST_TOLD {
            let why = "it did too much".to_owned();
            self.suspect(Change::Unreadable { why });
            return;
        }
        self.revision.explained.push(done);
    }

    /// Notes what cannot.
    pub(super) fn suspect(&mut self, change: Change) {
        let told = &self.revision.unexplained;
        if told.last() != Some(&change) && told.len() < MOST_TOLD {
            self.revision.unexplained.push(change);
        }
    }

    pub(super) fn old(&self) -> &'d Document {
        &self.before.document
    }

    pub(super) fn new_state(&self) -> &'d Document {
        &self.after.document
    }

    /// Number of a page by its object.
    pub(super) fn page_number(&self, id: ObjectId) -> Option<u32> {
        self.before.pages.get(&id).map(|(number, _)| *number)
    }

    fn dictionary(&mut self, id: ObjectId, old: &Dictionary, new: &Dictionary) -> Result<()> {
        let root = self.old().root();
        if id == root {
            return self.catalog(old, new);
        }
        if self.form == Some(id)
            && self.is_only_used(id, |by, path| by == root && path == "/AcroForm")
        {
            return self.form(old, new);
        }
        if let Some(page) = self.page_number(id) {
            return self.page(page, old, new);
        }
        if let Some(owner) = self.before.owners.get(&id) {
            self.field(*owner, id, old, new)?;
            return Ok(());
        }
        let information = self.old().chain().trailer().get(b"Info");
        if information.and_then(Object::as_reference).ok() == Some(id) {
            self.description(id, old, new)?;
            return Ok(());
        }
        if self.is_proof(id, 0) {
            self.explained(Explained::Proof);
        } else if is_stamped(old, new) {
            // Says nothing.
        } else if self.is_of_form(id) && self.only_gains(old, new, self.are_resources(id))? {
            // Resources for fields whose appearance has its own.
        } else if !self.appearance_dictionary(id, old, new)? && !self.comment(id, old, new)? {
            self.unexplained(id, &Object::Dictionary(old.clone()));
        }
        Ok(())
    }

    fn catalog(&mut self, old: &Dictionary, new: &Dictionary) -> Result<()> {
        for key in differing(old, new) {
            let value = new.get(&key).unwrap_or(&Object::Null);
            let explained = match key.as_slice() {
                b"AcroForm" => {
                    let form = self.new_dictionary(value)?;
                    let earlier = old.get(b"AcroForm").unwrap_or(&Object::Null);
                    let earlier = match self.old().resolve(earlier)? {
                        Object::Dictionary(earlier) => Some(earlier),
                        Object::Null => Some(Dictionary::new()),
                        _ => None,
                    };
                    match (earlier, form) {
                        (Some(earlier), Some(form)) => {
                            self.form(&earlier, &form)?;
                            true
                        }
                        _ => false,
                    }
                }
                // Neither is shown, nor does it change what is.
                b"DSS" | b"Extensions" => {
                    let is_proof = self.new_dictionary(value)?.is_some();
                    if is_proof {
                        self.explained(Explained::Proof);
                    }
                    is_proof
                }
                b"Version" => is_higher(&self.old().version()?, value),
                b"Metadata" => self.new_metadata(value)?,
                // Its pages stay the objects that they are.
                b"Pages" => false,
                _ => self.is_said_anew(old, new, &key)?,
            };
            if !explained {
                let key = String::from_utf8_lossy(&key).into_owned();
                self.suspect(match key.as_str() {
                    "OCProperties" => Change::Layers,
                    _ => Change::Catalog { key },
                });
            }
        }
        Ok(())
    }

    fn form(&mut self, old: &Dictionary, new: &Dictionary) -> Result<()> {
        let redrawn = self.new_state().get(new, b"NeedAppearances")? == Object::Boolean(true);
        for key in differing(old, new) {
            let value = new.get(&key).unwrap_or(&Object::Null);
            let explained = match key.as_slice() {
                b"Fields" => match self.difference_of_lists(old, new, b"Fields")? {
                    Some((added, removed)) if removed.is_empty() => {
                        self.new_fields.extend(added);
                        true
                    }
                    _ => false,
                },
                b"SigFlags" => match (old.get(b"SigFlags"), value) {
                    (Ok(Object::Integer(old)), Object::Integer(new @ 1..=3)) => old | new == *new,
                    (Err(_) | Ok(Object::Null), Object::Integer(1..=3)) => true,
                    _ => false,
                },
                // What its absence says (table 224).
                b"NeedAppearances" => !old.has(&key) && *value == Object::Boolean(false),
                b"DA" | b"DR" if redrawn => false,
                // For fields that are filled; what viewers draw already stays as it is.
                b"DA" => !old.has(&key) && self.words_of_undrawn()?.is_empty(),
                b"DR" => match (old.get(b"DR"), self.new_dictionary(value)?) {
                    (Err(_), Some(new)) => self.only_gains(&Dictionary::new(), &new, true)?,
                    (Ok(old), Some(new)) => match self.old().dictionary(old)? {
                        Some(old) => self.only_gains(&old, &new, true)?,
                        None => false,
                    },
                    (_, None) => false,
                },
                _ => false,
            };
            if !explained {
                self.suspect(Change::Form);
            }
        }
        Ok(())
    }

    /// Whether resources have all that they had, and what they have more is new and drawn by nobody
    /// yet: entries, or names in the dictionaries of entries.
    fn only_gains(&self, old: &Dictionary, new: &Dictionary, are_resources: bool) -> Result<bool> {
        let taken = self.undrawn()?;
        let is_free = |key: &Vec<u8>| taken.as_ref().is_some_and(|taken| !taken.contains(key));
        let was_of = |was: Option<&Object>| -> Result<Dictionary> {
            let was = was.map(|was| self.old().dictionary(was)).transpose()?;
            Ok(was.flatten().unwrap_or_default())
        };
        for key in differing(old, new) {
            let (was, is) = (old.get(&key).ok(), new.get(&key).ok());
            if are_resources && !RESOURCES.contains(&key.as_slice()) {
                return Ok(false);
            }
            let fits = match (was, is) {
                // What viewers draw values with is a font; iText swaps a form that none of them uses.
                (was, Some(is)) if are_resources && key == b"XObject" => {
                    let was = was_of(was)?;
                    let is = self.new_dictionary(is)?;
                    is.is_some_and(|is| differing(&was, &is).iter().all(is_free))
                }
                (_, Some(is)) if are_resources && key == b"ProcSet" => self.is_new(is),
                (None, Some(is)) => {
                    let inner = self.new_dictionary(is)?.unwrap_or_default();
                    let mut names = inner.iter().map(|(name, _)| name).chain([&key]);
                    self.is_new(is) && names.all(is_free)
                }
                (Some(was), Some(is)) => {
                    let (was, is) = (self.old().dictionary(was)?, self.new_dictionary(is)?);
                    was.zip(is).is_some_and(|(was, is)| {
                        let gained = |key: &Vec<u8>| {
                            let value = is.get(key);
                            !was.has(key)
                                && is_free(key)
                                && value.is_ok_and(|value| self.is_new(value))
                        };
                        differing(&was, &is).iter().all(gained)
                    })
                }
                _ => false,
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether an object is what all that name it call the resources.
    fn are_resources(&self, id: ObjectId) -> bool {
        let mut uses = self.uses.of_number(id.0);
        uses.all(|used| used.path.ends_with("/DR"))
    }

    /// Words with which values are drawn that have no resources of their own: those of viewers, and
    /// those of appearances without /Resources, which some readers look up in the form's; `None` if
    /// they may be any.
    fn undrawn(&self) -> Result<Option<BTreeSet<Vec<u8>>>> {
        let mut words = self.words_of_undrawn()?;
        for id in self.bare_appearances()? {
            let content = self.old().readable_stream(id, MOST_DRAWN);
            let Some(content) = content.ok().flatten() else {
                return Ok(None);
            };
            let named =
                content.split(|byte| byte.is_ascii_whitespace() || b"/[]<>()".contains(byte));
            words.extend(named.map(<[u8]>::to_vec));
        }
        Ok(Some(words))
    }

    /// Whether an object is the resources of the form, or a dictionary of them, and nothing else's.
    fn is_of_form(&self, id: ObjectId) -> bool {
        let (form, root) = (self.form, self.old().root());
        let resources = |path: &str| {
            path.strip_prefix("/DR")
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut uses = self.uses.of_number(id.0).peekable();
        uses.peek().is_some()
            && uses.all(|used| match used.path.strip_prefix("/AcroForm") {
                Some(rest) => used.by == root && resources(rest),
                None => form == Some(used.by) && resources(used.path),
            })
    }

    fn page(&mut self, page: u32, old: &Dictionary, new: &Dictionary) -> Result<()> {
        for key in differing(old, new) {
            match key.as_slice() {
                b"Annots" => match self.difference_of_lists(old, new, b"Annots")? {
                    Some((added, removed)) => {
                        self.new_annotations
                            .extend(added.into_iter().map(|id| (page, id)));
                        self.remove_annotations(page, removed)?;
                    }
                    None => self.suspect(Change::Annotations { page }),
                },
                b"Tabs" if !old.has(b"Tabs") => {}
                // Some write what they were anew, word for word, as an object of its own.
                b"Resources" if self.is_as_it_was(old, new, &key)? => {}
                // Others write down at the page what it inherits (§7.7.3.4), as pypdf does.
                b"Resources" | b"MediaBox" | b"CropBox" | b"Rotate"
                    if self.is_inherited(page, old, new, &key)? => {}
                _ => self.suspect(Change::Page { page }),
            }
        }
        Ok(())
    }

    /// Whether an entry that a page did not have is the one that it inherited.
    fn is_inherited(
        &self,
        page: u32,
        old: &Dictionary,
        new: &Dictionary,
        key: &[u8],
    ) -> Result<bool> {
        let value = new.get(key).unwrap_or(&Object::Null);
        let Some(page) = self.before.page(page).filter(|_| !old.has(key)) else {
            return Ok(false);
        };
        let value = match value {
            Object::Reference(id) if self.is_added(value) => self.new_state().unambiguous(*id)?,
            Object::Reference(_) => None,
            direct => Some(direct.clone()),
        };
        let inherited = self.inherited(page, key)?;
        Ok(!inherited.is_null() && value == Some(inherited))
    }

    /// Whether an entry that is another object is the dictionary that it was.
    fn is_as_it_was(&self, old: &Dictionary, new: &Dictionary, key: &[u8]) -> Result<bool> {
        let value = new.get(key).unwrap_or(&Object::Null);
        let old = self
            .old()
            .dictionary(old.get(key).unwrap_or(&Object::Null))?;
        let new = self.new_dictionary(value)?;
        Ok(old.is_some() && old == new)
    }

    /// Whether an entry says what it said, in objects that were added for that or without any: PDFBox
    /// writes what it has read as it likes.
    fn is_said_anew(&self, old: &Dictionary, new: &Dictionary, key: &[u8]) -> Result<bool> {
        let mut left = LONGEST_ENTRY;
        match (old.get(key), new.get(key)) {
            (Ok(old), Ok(new)) => self.is_same(old, new, 0, &mut left),
            _ => Ok(false),
        }
    }

    fn is_same(&self, old: &Object, new: &Object, depth: usize, left: &mut usize) -> Result<bool> {
        if depth > DEEPEST_ENTRY || *left == 0 {
            return Ok(false);
        }
        *left -= 1;
        if let (Object::Reference(old), Object::Reference(new)) = (old, new)
            && old == new
        {
            return Ok(true);
        }
        let (was, is) = match (old, new) {
            (_, Object::Reference(id)) if self.is_added(new) => {
                (self.old().resolve(old)?, self.new_state().unambiguous(*id)?)
            }
            (_, Object::Reference(_)) => return Ok(false),
            (old, new) => (self.old().resolve(old)?, Some(new.clone())),
        };
        match (was, is) {
            (Object::Array(was), Some(Object::Array(is))) if was.len() == is.len() => {
                for (was, is) in was.iter().zip(&is) {
                    if !self.is_same(was, is, depth + 1, left)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Object::Dictionary(was), Some(Object::Dictionary(is))) if was.len() == is.len() => {
                for (key, was) in &was {
                    let Ok(is) = is.get(key) else {
                        return Ok(false);
                    };
                    if !self.is_same(was, is, depth + 1, left)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Object::Stream(_), _) | (_, Some(Object::Stream(_)) | None) => Ok(false),
            (was, Some(is)) => Ok(was == is),
        }
    }

    /// A list that is an object of its own: annotations of pages, fields of the form, or both.
    fn array(&mut self, id: ObjectId, old: &[Object], new: &[Object]) -> Result<()> {
        let Some((added, removed)) = between(old, new) else {
            self.unexplained(id, &Object::Null);
            return Ok(());
        };
        let (root, form) = (self.old().root(), self.form);
        let mut pages = BTreeMap::new();
        let mut of_form = false;
        let mut explained = false;
        for used in self.uses.of_number(id.0) {
            explained = match (used.path, self.page_number(used.by)) {
                ("/Annots", Some(page)) => {
                    pages.insert(page, ());
                    true
                }
                ("/Fields", _) if form == Some(used.by) => {
                    of_form = true;
                    true
                }
                ("/AcroForm/Fields", _) if used.by == root => {
                    of_form = true;
                    true
                }
                _ => self.is_proof(id, 0),
            };
            if !explained {
                break;
            }
        }
        if !explained || of_form && !removed.is_empty() {
            self.unexplained(id, &Object::Null);
            return Ok(());
        }
        if pages.is_empty() && !of_form {
            self.explained(Explained::Proof);
        }
        for page in pages.into_keys() {
            self.new_annotations
                .extend(added.iter().map(|id| (page, *id)));
            self.remove_annotations(page, removed.clone())?;
        }
        if of_form {
            self.new_fields.extend(added);
        }
        Ok(())
    }

    /// What an entry that is a list has more and less than before; see [`between`].
    fn difference_of_lists(
        &self,
        old: &Dictionary,
        new: &Dictionary,
        key: &[u8],
    ) -> Result<Option<(Vec<ObjectId>, Vec<ObjectId>)>> {
        let list = |document: &Document, value: &Object| -> Result<Option<Vec<Object>>> {
            Ok(match document.resolve(value)? {
                Object::Array(array) => Some(array),
                Object::Null => Some(Vec::new()),
                _ => None,
            })
        };
        let value = new.get(key).unwrap_or(&Object::Null);
        if !self.is_new(value) {
            return Ok(None);
        }
        let earlier = list(self.old(), old.get(key).unwrap_or(&Object::Null))?;
        let later = list(self.new_state(), value)?;
        let lists = earlier.zip(later);
        Ok(lists.and_then(|(earlier, later)| between(&earlier, &later)))
    }

    /// A dictionary that is written here, or that was added and has no key twice.
    pub(super) fn new_dictionary(&self, value: &Object) -> Result<Option<Dictionary>> {
        let value = match value {
            Object::Reference(id) if self.is_added(value) => self.new_state().unambiguous(*id)?,
            Object::Reference(_) => None,
            // What has it was looked at.
            direct => Some(direct.clone()),
        };
        Ok(match value {
            Some(Object::Dictionary(dictionary)) => Some(dictionary),
            _ => None,
        })
    }

    /// Whether this is a reference to an object that was added.
    pub(super) fn is_added(&self, value: &Object) -> bool {
        let id = value.as_reference();
        id.is_ok_and(|(number, _)| self.difference.added.contains(&number))
    }

    /// Whether this is written here, or was added: no object of the signed document gets a new
    /// use by it.
    pub(super) fn is_new(&self, value: &Object) -> bool {
        !matches!(value, Object::Reference(_)) || self.is_added(value)
    }

    /// Whether something names an object, and all that does is in such a place.
    pub(super) fn is_only_used(&self, id: ObjectId, here: impl Fn(ObjectId, &str) -> bool) -> bool {
        let mut uses = self.uses.of_number(id.0).peekable();
        uses.peek().is_some() && uses.all(|used| here(used.by, used.path))
    }

    /// Whether an object is reached through `/DSS` alone, or is the extensions dictionary.
    fn is_proof(&self, id: ObjectId, depth: usize) -> bool {
        let root = self.old().root();
        let mut uses = self.uses.of_number(id.0).peekable();
        depth < DEEPEST_PROOF
            && uses.peek().is_some()
            && uses.all(|used| {
                let by_root = used.path == "/Extensions" || is_in_dss(used.path);
                used.by == root && by_root || used.by != root && self.is_proof(used.by, depth + 1)
            })
    }

    /// Looks whether `/DSS` and `/Extensions` reach nothing but what they reached and what was added:
    /// an object that is something else, too, would be explained by being proof.
    fn proof_stays_apart(&mut self) -> Result<()> {
        if !self.told.contains(&PROOF) {
            return Ok(());
        }
        for key in [&b"DSS"[..], b"Extensions"] {
            let (old, new) = (
                self.old().catalog().get(key),
                self.new_state().catalog().get(key),
            );
            let Ok(new) = new else { continue };
            let reached = reach(self.new_state(), new)?;
            let known = match old {
                Ok(old) => reach(self.old(), old)?,
                Err(_) => Some(BTreeSet::new()),
            };
            let apart = match (&reached, &known) {
                (Some(reached), Some(known)) => reached
                    .iter()
                    .all(|number| known.contains(number) || self.difference.added.contains(number)),
                _ => false,
            };
            if !apart {
                let key = String::from_utf8_lossy(key).into_owned();
                self.suspect(Change::Catalog { key });
            }
        }
        Ok(())
    }

    /// Says what is known of a change that nothing explains.
    fn unexplained(&mut self, id: ObjectId, old: &Object) {
        let kind = match old {
            Object::Dictionary(old) => old.get(b"Type").and_then(Object::as_name).ok(),
            _ => None,
        };
        let mut uses = self.uses.of_number(id.0);
        let page = uses.find_map(|used| Some((used.path, self.page_number(used.by)?)));
        let of_layers = self.is_only_used(id, |_, path| path.starts_with("/OCProperties"));
        let change = match (kind, page) {
            (Some(b"OCG" | b"OCMD"), _) => Change::Layers,
            _ if of_layers => Change::Layers,
            (Some(b"Pages"), _) => Change::Pages,
            (_, Some((path, page))) if path.starts_with("/Annots") => Change::Annotations { page },
            (_, Some((_, page))) => Change::Page { page },
            _ => Change::Object { id },
        };
        self.suspect(change);
    }
}

/// Whether a stream holds objects, or says where they are (§7.5.7, §7.5.8).
fn holds_objects(dictionary: &Dictionary) -> bool {
    let kind = dictionary.get(b"Type").and_then(Object::as_name);
    matches!(kind, Ok(b"ObjStm" | b"XRef"))
}

/// Whether a node of the page tree only got the name of a program: iText writes its own there with
/// every revision (version 2.1.7, and OpenPDF after it).
fn is_stamped(old: &Dictionary, new: &Dictionary) -> bool {
    let is_node = old.get(b"Type").and_then(Object::as_name).ok() == Some(b"Pages");
    let name = new.get(b"ITXT");
    is_node
        && matches!(name, Ok(Object::String(..)))
        && differing(old, new).iter().all(|key| key == b"ITXT")
}

fn is_in_dss(path: &str) -> bool {
    let rest = path.strip_prefix("/DSS");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Numbers of all objects that a value leads to; `None` if they are more than any proof has.
fn reach(document: &Document, value: &Object) -> Result<Option<BTreeSet<u32>>> {
    let mut reached = BTreeSet::new();
    let mut waiting = Vec::new();
    each_reference(value, &mut |id| waiting.push(id));
    while let Some(id) = waiting.pop() {
        if reached.len() > MOST_PROOF {
            return Ok(None);
        }
        if reached.insert(id.0) {
            each_reference(&document.fetch(id)?, &mut |id| waiting.push(id));
        }
    }
    Ok(Some(reached))
}

/// Keys whose values are not the same.
pub(super) fn differing(old: &Dictionary, new: &Dictionary) -> Vec<Vec<u8>> {
    let keys: BTreeSet<&[u8]> = old
        .iter()
        .chain(new)
        .map(|(key, _)| key.as_slice())
        .collect();
    let differs = |key: &&[u8]| old.get(key).ok() != new.get(key).ok();
    keys.into_iter()
        .filter(differs)
        .map(<[u8]>::to_vec)
        .collect()
}

/// What a list has at its end that another has not, and what it has not; `None` if the rest is not
/// as it was, or one of these is no reference.
fn between(old: &[Object], new: &[Object]) -> Option<(Vec<ObjectId>, Vec<ObjectId>)> {
    let mut removed = Vec::new();
    let mut rest = new;
    for object in old {
        match rest.split_first() {
            Some((first, behind)) if first == object => rest = behind,
            _ => removed.push(object.as_reference().ok()?),
        }
    }
    let added: Option<Vec<_>> = rest
        .iter()
        .map(|object| object.as_reference().ok())
        .collect();
    Some((added?, removed))
}

/// Whether a version is one of the standards', and not below another (ISO 32000-2 §7.2.2).
fn is_higher(old: &[u8], new: &Object) -> bool {
    const VERSIONS: [&[u8]; 9] = [
        b"1.0", b"1.1", b"1.2", b"1.3", b"1.4", b"1.5", b"1.6", b"1.7", b"2.0",
    ];
    let rank = |version: &[u8]| VERSIONS.iter().position(|known| *known == version);
    let new = new.as_name().ok().and_then(rank);
    new.is_some_and(|new| rank(old).is_some_and(|old| old <= new))
}

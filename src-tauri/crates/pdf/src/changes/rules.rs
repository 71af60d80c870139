//! What explains a change: the places that a further signature touches, and how.

use std::collections::{BTreeSet, HashMap, HashSet};

use lopdf::{Dictionary, Object, ObjectId};

use super::references::Uses;
use super::{Change, Changes, Difference, SignedSince};
use crate::document::Document;
use crate::error::Result;
use crate::field::Terminal;
use crate::text;

/// Entries that a new signature field or its widget may have; none of them acts or plays.
const FIELD_KEYS: [&[u8]; 26] = [
    b"Type",
    b"Subtype",
    b"FT",
    b"T",
    b"TU",
    b"TM",
    b"F",
    b"Ff",
    b"Rect",
    b"P",
    b"AP",
    b"AS",
    b"V",
    b"MK",
    b"DA",
    b"Q",
    b"BS",
    b"Border",
    b"Lock",
    b"SV",
    b"Kids",
    b"Parent",
    b"M",
    b"NM",
    b"Contents",
    b"StructParent",
];
/// How deep the structure below `/DSS` is.
const DEEPEST_PROOF: usize = 4;

/// The two states, what differs, and what was found on the way.
pub(super) struct Comparison<'d> {
    before: &'d Document,
    after: &'d Document,
    difference: &'d Difference,
    uses: &'d Uses,
    /// Number of each page by its object.
    pages: HashMap<ObjectId, u32>,
    fields: Vec<Terminal>,
    /// The form, if it is an object of its own.
    form: Option<ObjectId>,
    new_fields: Vec<ObjectId>,
    new_annotations: Vec<(u32, ObjectId)>,
    /// Empty signature fields of which anything was changed, by their index.
    filled: BTreeSet<usize>,
    changes: &'d mut Changes,
}

impl<'d> Comparison<'d> {
    pub(super) fn new(
        before: &'d Document,
        after: &'d Document,
        difference: &'d Difference,
        uses: &'d Uses,
        changes: &'d mut Changes,
    ) -> Result<Self> {
        let numbered = (1..).zip(before.pages()?);
        let pages = numbered.filter_map(|(number, page)| Some((page?.id(), number)));
        let form = before.catalog().get(b"AcroForm");
        Ok(Self {
            before,
            after,
            difference,
            uses,
            pages: pages.collect(),
            fields: before.terminal_fields()?,
            form: form.and_then(Object::as_reference).ok(),
            new_fields: Vec::new(),
            new_annotations: Vec::new(),
            filled: BTreeSet::new(),
            changes,
        })
    }

    /// Explains every changed object, or says that it cannot be.
    pub(super) fn explain(mut self) -> Result<()> {
        let difference = self.difference;
        for (id, (old, new)) in &difference.changed {
            match (old, new) {
                (Object::Dictionary(old), Object::Dictionary(new)) => {
                    self.dictionary(*id, old, new)?;
                }
                (Object::Array(old), Object::Array(new)) => self.array(*id, old, new),
                _ => self.unexplained(*id, old),
            }
        }
        let mut widgets = HashSet::new();
        for field in std::mem::take(&mut self.new_fields) {
            match self.new_field(field)? {
                Some((name, ids)) => {
                    let shown = self.is_shown(&ids)?;
                    self.changes.signed.push(SignedSince { name, shown });
                    widgets.extend(ids);
                }
                None => self.changes.unexplained.push(Change::NewField),
            }
        }
        for (page, widget) in std::mem::take(&mut self.new_annotations) {
            // Each on one page, once.
            if !widgets.remove(&widget) {
                self.changes.unexplained.push(Change::Annotations { page });
            }
        }
        for index in std::mem::take(&mut self.filled) {
            let Some(field) = self.fields.get(index) else {
                continue;
            };
            let name = field.name.clone();
            let after = self.after.dictionary(&field.id.into())?;
            if after.is_some_and(|after| self.is_signed(&after)) {
                let shown = self.is_shown(&field.widgets)?;
                self.changes.signed.push(SignedSince { name, shown });
            } else {
                self.changes.unexplained.push(Change::Field { name });
            }
        }
        Ok(())
    }

    fn dictionary(&mut self, id: ObjectId, old: &Dictionary, new: &Dictionary) -> Result<()> {
        if id == self.before.root() {
            return self.catalog(old, new);
        }
        if self.form == Some(id) && self.is_only_used(id, &[(self.before.root(), "/AcroForm")]) {
            return self.form(old, new);
        }
        if let Some(page) = self.pages.get(&id) {
            return self.page(*page, old, new);
        }
        let owner = self
            .fields
            .iter()
            .position(|field| field.id == id || field.widgets.contains(&id));
        if let Some(owner) = owner {
            self.field(owner, id, old, new);
            return Ok(());
        }
        let information = self.before.chain().trailer().get(b"Info");
        if information.and_then(Object::as_reference).ok() == Some(id) {
            // What a producer stamps with every revision; nothing a person reads.
            let stamped = |key: &[u8]| key == b"ModDate" || key == b"Producer";
            if !differing(old, new).iter().all(|key| stamped(key)) {
                self.changes.unexplained.push(Change::Information);
            }
            return Ok(());
        }
        if !self.is_proof(id, 0) {
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
                    let earlier = match self.before.resolve(earlier)? {
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
                b"DSS" | b"Extensions" => self.new_dictionary(value)?.is_some(),
                _ => false,
            };
            if !explained {
                let key = String::from_utf8_lossy(&key).into_owned();
                self.changes.unexplained.push(Change::Catalog { key });
            }
        }
        Ok(())
    }

    fn form(&mut self, old: &Dictionary, new: &Dictionary) -> Result<()> {
        let redrawn = self.after.get(new, b"NeedAppearances")? == Object::Boolean(true);
        for key in differing(old, new) {
            let value = new.get(&key).unwrap_or(&Object::Null);
            let explained = match key.as_slice() {
                b"Fields" => {
                    let added = self.appended(old, new, b"Fields")?;
                    let is_list = added.is_some();
                    self.new_fields.extend(added.unwrap_or_default());
                    is_list
                }
                b"SigFlags" => match (old.get(b"SigFlags"), value) {
                    (Ok(Object::Integer(old)), Object::Integer(new @ 1..=3)) => old | new == *new,
                    (Err(_) | Ok(Object::Null), Object::Integer(1..=3)) => true,
                    _ => false,
                },
                // For fields without an appearance of their own.
                b"DR" | b"DA" => !old.has(&key) && !redrawn,
                _ => false,
            };
            if !explained {
                self.changes.unexplained.push(Change::Form);
            }
        }
        Ok(())
    }

    fn page(&mut self, page: u32, old: &Dictionary, new: &Dictionary) -> Result<()> {
        for key in differing(old, new) {
            match key.as_slice() {
                b"Annots" => match self.appended(old, new, b"Annots")? {
                    Some(added) => {
                        let added = added.into_iter().map(|id| (page, id));
                        self.new_annotations.extend(added);
                    }
                    None => self.changes.unexplained.push(Change::Annotations { page }),
                },
                b"Tabs" if !old.has(b"Tabs") => {}
                _ => self.changes.unexplained.push(Change::Page { page }),
            }
        }
        Ok(())
    }

    /// A list that is an object of its own: annotations of pages, fields of the form, or both.
    fn array(&mut self, id: ObjectId, old: &[Object], new: &[Object]) {
        let Some(added) = rest(old, new) else {
            return self.unexplained(id, &Object::Null);
        };
        let root = self.before.root();
        let mut explained = false;
        let mut pages = Vec::new();
        for used in self.uses.of_number(id.0) {
            explained = match (used.path.as_str(), self.pages.get(&used.by)) {
                ("/Annots", Some(page)) => {
                    pages.push(*page);
                    true
                }
                ("/Fields", _) if self.form == Some(used.by) => true,
                ("/AcroForm/Fields", _) if used.by == root => true,
                _ => self.is_proof(id, 0),
            };
            if !explained {
                break;
            }
        }
        if !explained {
            return self.unexplained(id, &Object::Null);
        }
        for page in &pages {
            self.new_annotations
                .extend(added.iter().map(|id| (*page, *id)));
        }
        let of_form = self
            .uses
            .of_number(id.0)
            .any(|used| used.path.ends_with("/Fields"));
        if of_form {
            self.new_fields.extend(added);
        }
    }

    /// A field that was there, or one of its widgets.
    fn field(&mut self, owner: usize, id: ObjectId, old: &Dictionary, new: &Dictionary) {
        let Some(field) = self.fields.get(owner) else {
            return;
        };
        let is_widget = field.widgets.contains(&id);
        let explained = field.kind == "Sig"
            && !field.has_value
            && differing(old, new).iter().all(|key| {
                let value = new.get(key).unwrap_or(&Object::Null);
                match key.as_slice() {
                    b"V" => field.id == id && self.is_added(value),
                    b"AP" => is_widget && self.is_new_appearance(value),
                    b"F" => is_widget && matches!(value, Object::Integer(_)),
                    b"AS" => is_widget && !new.has(b"AS"),
                    b"M" => is_widget && matches!(value, Object::String(..)),
                    _ => false,
                }
            });
        if explained {
            self.filled.insert(owner);
        } else {
            let name = field.name.clone();
            self.changes.unexplained.push(Change::Field { name });
        }
    }

    /// Name and widgets of a new field, if it is a signature field and signed.
    fn new_field(&self, id: ObjectId) -> Result<Option<(String, Vec<ObjectId>)>> {
        let Some(field) = self.plain(id)? else {
            return Ok(None);
        };
        let name = match field.get(b"T") {
            Ok(Object::String(bytes, _)) => text::decode(bytes),
            _ => String::new(),
        };
        let taken = |field: &Terminal| field.name.split('.').next() == Some(name.as_str());
        let is_signature = field.get(b"FT").ok() == Some(&Object::Name(b"Sig".to_vec()));
        if name.is_empty() || name.contains('.') || self.fields.iter().any(taken) {
            return Ok(None);
        }
        if !is_signature || field.has(b"Parent") || !self.is_signed(&field) {
            return Ok(None);
        }
        let mut widgets = Vec::new();
        match field.get(b"Kids") {
            Err(_) => widgets.push(id),
            Ok(Object::Array(kids)) => {
                for kid in kids {
                    let Ok(kid) = kid.as_reference() else {
                        return Ok(None);
                    };
                    match self.plain(kid)? {
                        Some(widget)
                            if !widget.has(b"T")
                                && !widget.has(b"V")
                                && widget.get(b"Parent").and_then(Object::as_reference).ok()
                                    == Some(id) =>
                        {
                            widgets.push(kid);
                        }
                        _ => return Ok(None),
                    }
                }
            }
            Ok(_) => return Ok(None),
        }
        Ok(Some((name, widgets)))
    }

    /// A new dictionary that has nothing but what a signature field or widget may have.
    fn plain(&self, id: ObjectId) -> Result<Option<Dictionary>> {
        if !self.difference.added.contains(&id.0) {
            return Ok(None);
        }
        let Some(Object::Dictionary(dictionary)) = self.after.unambiguous(id)? else {
            return Ok(None);
        };
        let known = |key: &[u8]| FIELD_KEYS.contains(&key);
        let page = dictionary.get(b"P").and_then(Object::as_reference).ok();
        let plain = dictionary.iter().all(|(key, _)| known(key))
            && page.is_none_or(|page| self.pages.contains_key(&page))
            && dictionary
                .get(b"AP")
                .map_or(true, |value| self.is_new_appearance(value));
        Ok(plain.then_some(dictionary))
    }

    /// Whether one of these widgets has a box with an area.
    fn is_shown(&self, widgets: &[ObjectId]) -> Result<bool> {
        for widget in widgets {
            let widget = self.after.dictionary(&(*widget).into())?;
            let rect = widget.as_ref().and_then(|widget| widget.get(b"Rect").ok());
            if self.after.rectangle(rect)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a field's value is a signature that was added.
    fn is_signed(&self, field: &Dictionary) -> bool {
        let Ok(value) = field.get(b"V") else {
            return false;
        };
        let signature = value.as_reference().ok();
        let signature = signature.and_then(|id| self.after.unambiguous(id).ok().flatten());
        let is_signature = |value: Object| match value {
            Object::Dictionary(value) => value.has(b"ByteRange") && value.has(b"Contents"),
            _ => false,
        };
        self.is_added(value) && signature.is_some_and(is_signature)
    }

    /// Whether an `/AP` shows only what was added.
    fn is_new_appearance(&self, value: &Object) -> bool {
        let Ok(Some(appearances)) = self.new_dictionary(value) else {
            return false;
        };
        let mut streams = appearances.iter().map(|(_, stream)| stream);
        streams.all(|stream| self.is_added(stream))
    }

    /// A dictionary that is written here, or that was added and has no key twice.
    fn new_dictionary(&self, value: &Object) -> Result<Option<Dictionary>> {
        let value = match value {
            Object::Reference(id) if self.is_added(value) => self.after.unambiguous(*id)?,
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
    fn is_added(&self, value: &Object) -> bool {
        let id = value.as_reference();
        id.is_ok_and(|(number, _)| self.difference.added.contains(&number))
    }

    /// Whether this is written here, or was added: no object of the signed document gets a new
    /// use by it.
    fn is_new(&self, value: &Object) -> bool {
        !matches!(value, Object::Reference(_)) || self.is_added(value)
    }

    /// What an entry that is a list has more than before, if it has all that it had, in order.
    fn appended(
        &self,
        old: &Dictionary,
        new: &Dictionary,
        key: &[u8],
    ) -> Result<Option<Vec<ObjectId>>> {
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
        let earlier = list(self.before, old.get(key).unwrap_or(&Object::Null))?;
        let later = list(self.after, value)?;
        let lists = earlier.zip(later);
        Ok(lists.and_then(|(earlier, later)| rest(&earlier, &later)))
    }

    /// Whether all that names an object is among these.
    fn is_only_used(&self, id: ObjectId, places: &[(ObjectId, &str)]) -> bool {
        let mut uses = self.uses.of_number(id.0);
        uses.all(|used| places.contains(&(used.by, used.path.as_str())))
    }

    /// Whether an object is reached through `/DSS` alone, or is the extensions dictionary.
    fn is_proof(&self, id: ObjectId, depth: usize) -> bool {
        let root = self.before.root();
        let mut uses = self.uses.of_number(id.0).peekable();
        depth < DEEPEST_PROOF
            && uses.peek().is_some()
            && uses.all(|used| {
                let by_root = used.path == "/Extensions" || used.path.starts_with("/DSS");
                used.by == root && by_root || used.by != root && self.is_proof(used.by, depth + 1)
            })
    }

    /// Says what is known of a change that nothing explains.
    fn unexplained(&mut self, id: ObjectId, old: &Object) {
        let kind = match old {
            Object::Dictionary(old) => old.get(b"Type").and_then(Object::as_name).ok(),
            _ => None,
        };
        let mut uses = self.uses.of_number(id.0);
        let page = uses.find_map(|used| Some((used, *self.pages.get(&used.by)?)));
        let change = match (kind, page) {
            (Some(b"Pages"), _) => Change::Pages,
            (_, Some((used, page))) if used.path.starts_with("/Annots") => {
                Change::Annotations { page }
            }
            (_, Some((_, page))) => Change::Page { page },
            _ => Change::Object { id },
        };
        self.changes.unexplained.push(change);
    }
}

/// Keys whose values are not the same.
fn differing(old: &Dictionary, new: &Dictionary) -> Vec<Vec<u8>> {
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

/// The references by which one list is longer than another that it begins with.
fn rest(old: &[Object], new: &[Object]) -> Option<Vec<ObjectId>> {
    let rest = new.strip_prefix(old)?;
    rest.iter()
        .map(|object| object.as_reference().ok())
        .collect()
}

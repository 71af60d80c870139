//! Signature fields: those that were added, and those that were empty and were signed.

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId};

use super::boxes::{Place, area, common};
use super::rules::{Comparison, differing};
use super::writing::is_over_text;
use super::{Change, Explained, SignedSince, SignedWith};
use crate::error::Result;
use crate::field::Terminal;
use crate::text;

/// Most boxes below which text is looked for.
const MOST_LOOKED: usize = 100;
/// Most boxes of fields that those drawn over pages are compared with, all together.
const MOST_COMPARED: usize = 10_000_000;
/// Entries that a new signature field or its widget may have; none of them acts or plays.
const FIELD_KEYS: [&[u8]; 28] = [
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
    // How it is lit when it is pressed; resources, which no widget has any more and iText 5 wrote.
    b"H",
    b"DR",
];
/// Those by which one that is not signed would show something.
const DRAWING_KEYS: [&[u8]; 7] = [b"V", b"AP", b"AS", b"MK", b"BS", b"Border", b"Kids"];

impl<'d> Comparison<'d> {
    /// Whether a signature field that was there, or one of its widgets, changed as signing it does.
    pub(super) fn signature_field(
        &mut self,
        owner: usize,
        id: ObjectId,
        old: &Dictionary,
        new: &Dictionary,
    ) -> bool {
        let Some(field) = self.before.fields.get(owner) else {
            return false;
        };
        let is_widget = field.widgets.contains(&id);
        let explained = differing(old, new).iter().all(|key| {
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
            self.signed.insert(owner);
        }
        explained
    }

    /// Judges an empty signature field that was changed: it has to be signed now.
    pub(super) fn fill_signature_field(&mut self, index: usize) -> Result<()> {
        let Some(field) = self.before.fields.get(index) else {
            return Ok(());
        };
        let after = self.new_state().dictionary(&field.id.into())?;
        let kind = match &after {
            Some(after) => self.signed_with(after)?,
            None => None,
        };
        match kind {
            Some(kind) => {
                let widgets = field.widgets.clone();
                self.signed(field.name.clone(), kind, false, &widgets)
            }
            None => {
                let name = field.name.clone();
                self.suspect(Change::Field { name });
                Ok(())
            }
        }
    }

    /// Judges a new field, and adds its widgets.
    pub(super) fn add_field(
        &mut self,
        field: ObjectId,
        widgets: &mut HashSet<ObjectId>,
    ) -> Result<()> {
        match self.new_field(field)? {
            // Which of two of one name is signed cannot be told.
            Some((name, _, _)) if !self.named.insert(name.clone()) => {
                self.suspect(Change::NewField);
            }
            Some((name, Some(kind), ids)) => {
                self.signed(name, kind, true, &ids)?;
                widgets.extend(ids);
            }
            Some((name, None, ids)) => {
                // Viewers say there that somebody may sign.
                self.look_at_boxes(&name, &ids)?;
                self.explained(Explained::Prepared { name });
                widgets.extend(ids);
            }
            None => self.suspect(Change::NewField),
        }
        Ok(())
    }

    fn signed(
        &mut self,
        name: String,
        kind: SignedWith,
        is_new: bool,
        widgets: &[ObjectId],
    ) -> Result<()> {
        let Looks {
            shown,
            covers,
            over_text_of,
        } = self.look_at_boxes(&name, widgets)?;
        // Nobody vouches for what a timestamp would draw (§12.8.5).
        if shown && kind == SignedWith::Timestamp {
            let name = name.clone();
            self.suspect(Change::TimestampShown { name });
        }
        self.explained(Explained::Signed(SignedSince {
            name,
            shown,
            is_new,
            kind,
            covers,
            over_text_of,
        }));
        Ok(())
    }

    /// Looks where the widgets of a field lie, and what is below them.
    fn look_at_boxes(&mut self, name: &str, widgets: &[ObjectId]) -> Result<Looks> {
        let mut looks = Looks::default();
        for widget in widgets {
            let rect = match self.box_of(*widget)? {
                Place::Nowhere => continue,
                Place::Unreadable => {
                    let name = name.to_owned();
                    self.suspect(Change::Field { name });
                    continue;
                }
                Place::At(rect) => rect,
            };
            looks.shown = true;
            let page = self.page_of(*widget)?;
            let Some(page) = page else {
                // Drawn somewhere, or on a page that it does not name.
                let name = name.to_owned();
                self.suspect(Change::Field { name });
                continue;
            };
            if self.covers_most_of(*widget, page, rect) {
                let (name, page) = (name.to_owned(), self.page_number(page).unwrap_or_default());
                self.suspect(Change::Covering { name, page });
            }
            let over = self.fields_under(Some(page), rect);
            let over = over.into_iter().find(|field| field.name != name);
            let covered = over.map(|field| field.name.clone());
            looks.covers = looks.covers.or(covered);
            self.boxes.looked += 1;
            if self.boxes.looked <= MOST_LOOKED && is_over_text(self.old(), page, rect)? {
                looks.over_text_of = self.page_number(page);
            }
        }
        Ok(looks)
    }

    /// Fields with a value whose box lies under this one; where there were too many to look at all,
    /// that is a change.
    pub(super) fn fields_under(
        &mut self,
        page: Option<ObjectId>,
        rect: [f64; 4],
    ) -> Vec<&'d Terminal> {
        self.boxes.compared += self.before.fields.len();
        if self.boxes.compared > MOST_COMPARED {
            let why = "it did too much".to_owned();
            self.suspect(Change::Unreadable { why });
            return Vec::new();
        }
        let under = move |field: &&Terminal| {
            let same = field.page.is_none() || page.is_none() || field.page == page;
            let covered = field.rect.map_or(0.0, |under| area(common(under, rect)));
            field.has_value && same && covered > 0.0
        };
        self.before.fields.iter().filter(under).collect()
    }

    /// Name and widgets of a new field, if it is a signature field, and with what it is signed; one
    /// that is not has no drawing.
    fn new_field(&self, id: ObjectId) -> Result<Option<NewField>> {
        let Some(field) = self.plain(id)? else {
            return Ok(None);
        };
        let name = match field.get(b"T") {
            Ok(Object::String(bytes, _)) => text::decode(bytes),
            _ => String::new(),
        };
        let taken = |field: &Terminal| field.name.split('.').next() == Some(name.as_str());
        let is_signature = field.get(b"FT").ok() == Some(&Object::Name(b"Sig".to_vec()));
        if name.is_empty() || name.contains('.') || self.before.fields.iter().any(taken) {
            return Ok(None);
        }
        let kind = self.signed_with(&field)?;
        let draws = |key: &[u8]| DRAWING_KEYS.contains(&key);
        let is_empty = !field.iter().any(|(key, _)| draws(key));
        if kind.is_none() && !is_empty {
            return Ok(None);
        }
        if !is_signature || field.has(b"Parent") {
            return Ok(None);
        }
        let mut widgets = Vec::new();
        let kids = match field.get(b"Kids") {
            Ok(kids) if !self.is_new(kids) => return Ok(None),
            Ok(Object::Reference(list)) => self.new_state().unambiguous(*list)?,
            Ok(kids) => Some(kids.clone()),
            Err(_) => None,
        };
        match kids {
            None if !field.has(b"Kids") => widgets.push(id),
            Some(Object::Array(kids)) => {
                for kid in &kids {
                    let Ok(kid) = kid.as_reference() else {
                        return Ok(None);
                    };
                    match self.plain(kid)? {
                        Some(widget)
                            if !widget.has(b"T")
                                && !widget.has(b"V")
                                // Some leave it out: the field names them (pyHanko's test files).
                                && widget.get(b"Parent").map_or(Ok(id), Object::as_reference).ok()
                                    == Some(id) =>
                        {
                            widgets.push(kid);
                        }
                        _ => return Ok(None),
                    }
                }
            }
            _ => return Ok(None),
        }
        Ok(Some((name, kind, widgets)))
    }

    /// A new dictionary that has nothing but what a signature field or widget may have.
    fn plain(&self, id: ObjectId) -> Result<Option<Dictionary>> {
        if !self.difference.added.contains(&id.0) {
            return Ok(None);
        }
        let Some(Object::Dictionary(dictionary)) = self.new_state().unambiguous(id)? else {
            return Ok(None);
        };
        let known = |key: &[u8]| FIELD_KEYS.contains(&key);
        let page = dictionary.get(b"P").and_then(Object::as_reference).ok();
        let plain = dictionary.iter().all(|(key, _)| known(key))
            && page.is_none_or(|page| self.before.pages.contains_key(&page))
            && dictionary
                .get(b"AP")
                .map_or(true, |value| self.is_new_appearance(value));
        Ok(plain.then_some(dictionary))
    }

    /// With what a field is signed whose value was added; none if it is not.
    fn signed_with(&self, field: &Dictionary) -> Result<Option<SignedWith>> {
        let value = field.get(b"V").unwrap_or(&Object::Null);
        if !self.is_added(value) {
            return Ok(None);
        }
        let signature = match value {
            Object::Reference(id) => self.new_state().unambiguous(*id)?,
            _ => None,
        };
        let Some(Object::Dictionary(signature)) = signature else {
            return Ok(None);
        };
        let is_signature = signature.has(b"ByteRange") && signature.has(b"Contents");
        // It decides how the value is judged (ISO 32000-2 table 255); /Type is only said.
        let kind = match signature.get(b"SubFilter").and_then(Object::as_name) {
            Ok(b"ETSI.RFC3161") => SignedWith::Timestamp,
            _ => SignedWith::Signature,
        };
        Ok(is_signature.then_some(kind))
    }
}

/// Where the widgets of a field lie.
#[derive(Debug, Default)]
struct Looks {
    /// Whether one is seen.
    shown: bool,
    /// A field with a value below one of them.
    covers: Option<String>,
    /// A page on whose text one of them lies.
    over_text_of: Option<u32>,
}

/// A new field: its name, with what it is signed, and its widgets.
type NewField = (String, Option<SignedWith>, Vec<ObjectId>);

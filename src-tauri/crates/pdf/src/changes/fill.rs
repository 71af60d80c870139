//! Fields that were filled (ISO 32000-2 §12.7.5), and their appearances (§12.5.5).

use std::collections::BTreeSet;

use lopdf::{Dictionary, Object, ObjectId};

use super::boxes::Place;
use super::rules::{Comparison, differing};
use super::{Change, Explained};
use crate::document::Document;
use crate::error::Result;
use crate::field::Terminal;
use crate::page::number;
use crate::text;

/// Field flags: filling it is over (table 227, bit position 1).
const READ_ONLY: i64 = 1;
/// Field flags: it acts and has no value (table 229, bit position 17).
const PUSH_BUTTON: i64 = 1 << 16;
/// Field flags: anything may be typed instead of a choice (table 233, bit position 19).
const EDIT: i64 = 1 << 18;
/// Annotation flags that neither hide nor show: Print, ReadOnly, Locked, LockedContents (table 167).
const HARMLESS_FLAGS: i64 = 4 | 64 | 128 | 512;
/// How many parents are asked for what a field inherits.
const DEEPEST: usize = 64;

impl Comparison<'_> {
    /// A field that was there, or one of its widgets.
    pub(super) fn field(
        &mut self,
        owner: usize,
        id: ObjectId,
        old: &Dictionary,
        new: &Dictionary,
    ) -> Result<()> {
        let Some(field) = self.before.fields.get(owner) else {
            return Ok(());
        };
        let keys = differing(old, new);
        // A signature that locks fields lets signers mark them as read-only (§12.7.5.5).
        if field.id == id && keys.iter().all(|key| key == b"Ff") && is_closed(old, new) {
            return Ok(());
        }
        let explained = match (field.kind.as_str(), field.has_value) {
            ("Sig", false) => self.signature_field(owner, id, old, new),
            ("Tx" | "Ch" | "Btn", _) => self.is_filled(owner, id, old, new, &keys)?,
            _ => false,
        };
        if !explained {
            let name = field.name.clone();
            self.suspect(Change::Field { name });
        }
        Ok(())
    }

    fn is_filled(
        &mut self,
        owner: usize,
        id: ObjectId,
        old: &Dictionary,
        new: &Dictionary,
        keys: &[Vec<u8>],
    ) -> Result<bool> {
        let Some(field) = self.before.fields.get(owner) else {
            return Ok(false);
        };
        let kind = field.kind.as_str();
        let (is_field, is_widget) = (field.id == id, field.widgets.contains(&id));
        let writes = kind == "Tx" || kind == "Ch";
        let flags = self.flags_of(field.id)?;
        if flags & READ_ONLY != 0 || kind == "Btn" && flags & PUSH_BUTTON != 0 {
            return Ok(false);
        }
        // How a value looks changes with the value, which is then drawn anew.
        let has_value = is_field && keys.iter().any(|key| key == b"V");
        let states = match kind {
            "Btn" => self.states(&field.widgets)?,
            _ => BTreeSet::new(),
        };
        let is_state = |name: &[u8]| name == b"Off" || states.contains(name);
        for key in keys {
            let value = new.get(key).unwrap_or(&Object::Null);
            let fits = match key.as_slice() {
                b"V" if is_field => {
                    // No object of the signed document becomes a value.
                    self.is_new(value)
                        && match (kind, self.new_state().resolve(value)?) {
                            (_, Object::Null) | ("Tx", Object::String(..)) => true,
                            ("Ch", choice @ Object::String(..)) => {
                                flags & EDIT != 0 || self.offers(field.id, &[choice])?
                            }
                            ("Ch", Object::Array(chosen)) => self.offers(field.id, &chosen)?,
                            ("Btn", Object::Name(name)) => is_state(&name),
                            _ => false,
                        }
                }
                b"RV" => {
                    has_value && kind == "Tx" && matches!(value, Object::String(..) | Object::Null)
                }
                b"I" => has_value && kind == "Ch" && is_list_of_integers(value),
                b"TI" => has_value && kind == "Ch" && matches!(value, Object::Integer(_)),
                b"AS" => match value {
                    Object::Name(name) => is_widget && kind == "Btn" && is_state(name),
                    _ => false,
                },
                b"AP" if writes => is_widget && self.is_new_appearance(value),
                b"DA" => has_value && writes && matches!(value, Object::String(..)),
                b"Q" => has_value && writes && matches!(value, Object::Integer(0..=2)),
                b"F" => is_widget && is_harmless(old, new),
                b"Ff" => is_field && is_closed(old, new),
                // MuPDF writes the border down that a widget without one has (§12.5.4).
                b"BS" => {
                    is_widget && !old.has(b"BS") && !old.has(b"Border") && is_usual_border(value)
                }
                b"Type" => !old.has(b"Type") && value.as_name().ok() == Some(b"Annot"),
                b"M" => is_widget && matches!(value, Object::String(..)),
                _ => false,
            };
            if !fits {
                return Ok(false);
            }
        }
        self.filled.insert(owner);
        Ok(true)
    }

    /// Notes a field that was filled, unless it and what else was drawn lie over most of a page, or
    /// it shows something else than its value.
    pub(super) fn fill_field(&mut self, index: usize) -> Result<()> {
        let Some(field) = self.before.fields.get(index) else {
            return Ok(());
        };
        let name = field.name.clone();
        for widget in &field.widgets {
            let rect = match self.box_of(*widget)? {
                Place::Nowhere => continue,
                Place::Unreadable => {
                    self.suspect(Change::Field { name: name.clone() });
                    continue;
                }
                Place::At(rect) => rect,
            };
            let Some(page) = self.page_of(*widget)? else {
                self.suspect(Change::Field { name: name.clone() });
                continue;
            };
            if field.kind == "Btn" && self.is_too_large_for_a_button(page, rect) {
                self.suspect(Change::Field { name: name.clone() });
            }
            if self.covers_most_of(*widget, page, rect) {
                let (name, page) = (name.clone(), self.page_number(page).unwrap_or_default());
                self.suspect(Change::Covering { name, page });
            }
        }
        let agrees = match field.kind.as_str() {
            "Btn" => self.shows_its_state(field)?,
            _ => self.is_drawn_with_its_value(field)?,
        };
        match agrees {
            true => self.explained(Explained::Filled { name }),
            false => self.suspect(Change::Field { name }),
        }
        Ok(())
    }

    /// Whether what each widget of a field shows changed if and only if its value did.
    fn is_drawn_with_its_value(&self, field: &Terminal) -> Result<bool> {
        let value = |document: &Document| -> Result<Object> {
            let field = document.dictionary(&field.id.into())?.unwrap_or_default();
            document.get(&field, b"V")
        };
        let filled = value(self.old())? != value(self.new_state())?;
        for widget in &field.widgets {
            let appearances = |document: &Document| -> Result<Option<Object>> {
                let widget = document.dictionary(&(*widget).into())?.unwrap_or_default();
                Ok(widget.get(b"AP").ok().cloned())
            };
            let (old, new) = (appearances(self.old())?, appearances(self.new_state())?);
            let redrawn = old != new || new.as_ref().is_some_and(|new| self.is_touched(new));
            if filled != redrawn && (redrawn || old.is_some()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether an appearance dictionary, or a stream that it names, was written anew.
    fn is_touched(&self, appearances: &Object) -> bool {
        let changed = |value: &Object| {
            let id = value.as_reference();
            id.is_ok_and(|id| self.difference.changed.contains_key(&id))
        };
        let named = self.new_state().dictionary(appearances).ok().flatten();
        changed(appearances) || named.is_some_and(|named| named.iter().any(|(_, v)| changed(v)))
    }

    /// Whether each widget of a button is in the state that the value says (§12.7.5.2.3).
    fn shows_its_state(&self, field: &Terminal) -> Result<bool> {
        let document = self.new_state();
        let named = |dictionary: &Dictionary, key: &[u8]| -> Result<Vec<u8>> {
            Ok(match document.get(dictionary, key)? {
                Object::Name(name) => name,
                _ => b"Off".to_vec(),
            })
        };
        let dictionary = document.dictionary(&field.id.into())?.unwrap_or_default();
        let value = named(&dictionary, b"V")?;
        for id in &field.widgets {
            let states = self.states(&[*id])?;
            let widget = document.dictionary(&(*id).into())?.unwrap_or_default();
            let expected: &[u8] = if states.contains(&value) {
                &value
            } else {
                b"Off"
            };
            if !states.is_empty() && named(&widget, b"AS")? != expected {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a changed stream is the appearance of one widget, and nothing else.
    pub(super) fn appearance(&mut self, id: ObjectId, new: &Dictionary) -> Result<bool> {
        let is_form = new.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Form");
        let is_shape = |path: &str| matches!(path, "/N" | "/R" | "/D");
        let mut owner = None;
        for used in self.uses.of_number(id.0) {
            let by = match used.path.strip_prefix("/AP") {
                Some(shape) if is_shape(shape) => Some(used.by),
                // By way of an /AP that is an object of its own.
                None if is_shape(used.path) => self.owner_of_appearances(used.by),
                _ => None,
            };
            if by.is_none() || owner.is_some_and(|owner| Some(owner) != by) {
                return Ok(false);
            }
            owner = by;
        }
        Ok(owner
            .filter(|_| is_form)
            .filter(|_| self.is_boxed(id))
            .is_some_and(|owner| self.redraw(owner)))
    }

    /// Whether a changed dictionary is the `/AP` of one widget, and shows what was added.
    pub(super) fn appearance_dictionary(
        &mut self,
        id: ObjectId,
        old: &Dictionary,
        new: &Dictionary,
    ) -> Result<bool> {
        let Some(owner) = self.owner_of_appearances(id) else {
            return Ok(false);
        };
        let added = |key: &Vec<u8>| new.get(key).is_ok_and(|value| self.is_new_shape(value));
        if differing(old, new).iter().all(added) {
            return Ok(self.redraw(owner));
        }
        Ok(false)
    }

    /// The widget or annotation that alone names an `/AP`.
    pub(super) fn owner_of_appearances(&self, id: ObjectId) -> Option<ObjectId> {
        let mut uses = self.uses.of_number(id.0);
        let only = uses.next()?;
        (only.path == "/AP" && uses.next().is_none()).then_some(only.by)
    }

    /// Takes note that the appearance of a widget is another one, if it may be.
    fn redraw(&mut self, widget: ObjectId) -> bool {
        let Some(index) = self.before.owners.get(&widget) else {
            return false;
        };
        let field = self.before.fields.get(*index);
        match field.map(|field| (field.kind.as_str(), field.has_value)) {
            Some(("Tx" | "Ch", _)) => self.filled.insert(*index),
            Some(("Sig", false)) => self.signed.insert(*index),
            _ => return false,
        };
        true
    }

    /// Whether a choice field has all of these among its options, by what is shown or what is stored
    /// of each (§12.7.5.4, table 234).
    fn offers(&self, field: ObjectId, chosen: &[Object]) -> Result<bool> {
        let document = self.old();
        let mut offered = BTreeSet::new();
        if let Object::Array(options) = self.inherited(field, b"Opt")? {
            for option in &options {
                match document.resolve(option)? {
                    Object::String(option, _) => drop(offered.insert(text::decode(&option))),
                    Object::Array(pair) => {
                        for option in &pair {
                            if let Object::String(option, _) = document.resolve(option)? {
                                offered.insert(text::decode(&option));
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(chosen.iter().all(|choice| match choice {
            Object::String(choice, _) => offered.contains(&text::decode(choice)),
            _ => false,
        }))
    }

    /// Names of the states of buttons: what their normal appearances are called (§12.7.5.2.3).
    fn states(&self, widgets: &[ObjectId]) -> Result<BTreeSet<Vec<u8>>> {
        let mut states = BTreeSet::new();
        for widget in widgets {
            let widget = self
                .old()
                .dictionary(&(*widget).into())?
                .unwrap_or_default();
            let Object::Dictionary(appearances) = self.old().get(&widget, b"AP")? else {
                continue;
            };
            if let Object::Dictionary(normal) = self.old().get(&appearances, b"N")? {
                states.extend(normal.iter().map(|(name, _)| name.clone()));
            }
        }
        Ok(states)
    }

    /// Field flags, which may be inherited.
    fn flags_of(&self, field: ObjectId) -> Result<i64> {
        Ok(match self.inherited(field, b"Ff")? {
            Object::Integer(flags) => flags,
            _ => 0,
        })
    }

    /// An entry of a field or page as it was, or of one above it; `Null` where there is none.
    pub(super) fn inherited(&self, field: ObjectId, key: &[u8]) -> Result<Object> {
        let mut next = Some(field);
        for _ in 0..DEEPEST {
            let Some(id) = next else { break };
            let node = self.old().dictionary(&id.into())?.unwrap_or_default();
            let value = self.old().get(&node, key)?;
            if !value.is_null() {
                return Ok(value);
            }
            next = node.get(b"Parent").and_then(Object::as_reference).ok();
        }
        Ok(Object::Null)
    }

    /// Whether an `/AP` shows only what was added.
    pub(super) fn is_new_appearance(&self, value: &Object) -> bool {
        let Ok(Some(appearances)) = self.new_dictionary(value) else {
            return false;
        };
        let mut streams = appearances.iter().map(|(_, stream)| stream);
        streams.all(|stream| self.is_new_shape(stream))
    }

    /// Whether this is a stream that was added and stays in its box.
    fn is_new_shape(&self, value: &Object) -> bool {
        let id = value.as_reference();
        self.is_added(value) && id.is_ok_and(|id| self.is_boxed(id))
    }

    /// Whether an appearance has a /BBox, which clips it (§8.10.2): without one, readers draw it
    /// wherever it likes.
    fn is_boxed(&self, id: ObjectId) -> bool {
        let document = self.new_state();
        let Ok(Object::Stream(stream)) = document.fetch(id) else {
            return false;
        };
        let Ok(Object::Array(sides)) = document.get(&stream.dict, b"BBox") else {
            return false;
        };
        let is_number = |side: &Object| {
            let side = document.resolve(side);
            side.is_ok_and(|side| number(&side).is_some())
        };
        sides.len() == 4 && sides.iter().all(is_number)
    }

    /// Appearances of fields that have no /Resources.
    pub(super) fn bare_appearances(&self) -> Result<Vec<ObjectId>> {
        let document = self.old();
        let mut bare = Vec::new();
        for id in self.before.fields.iter().flat_map(|field| &field.widgets) {
            let widget = document.dictionary(&(*id).into())?.unwrap_or_default();
            let Object::Dictionary(shapes) = document.get(&widget, b"AP")? else {
                continue;
            };
            let mut shown: Vec<Object> = shapes.iter().map(|(_, shape)| shape.clone()).collect();
            for (_, shape) in &shapes {
                if let Object::Dictionary(states) = document.resolve(shape)? {
                    shown.extend(states.iter().map(|(_, state)| state.clone()));
                }
            }
            for shape in shown {
                let Ok(id) = shape.as_reference() else {
                    continue;
                };
                if let Object::Stream(stream) = document.fetch(id)?
                    && !stream.dict.has(b"Resources")
                {
                    bare.push(id);
                }
            }
        }
        Ok(bare)
    }

    /// What viewers use to draw the values that have no appearance: the words of their /DA, and of
    /// the form's; nothing where every value is drawn. Where there is no /DA, an empty word stands for
    /// whatever they use.
    pub(super) fn words_of_undrawn(&self) -> Result<BTreeSet<Vec<u8>>> {
        let mut words = BTreeSet::new();
        let of_text = |field: &&Terminal| field.has_value && matches!(&*field.kind, "Tx" | "Ch");
        for field in self.before.fields.iter().filter(of_text) {
            for id in &field.widgets {
                let widget = self.old().dictionary(&(*id).into())?.unwrap_or_default();
                if widget.has(b"AP") {
                    continue;
                }
                let said = match self.inherited(*id, b"DA")? {
                    Object::Null => {
                        let form = self.old().catalog().get(b"AcroForm");
                        let form = self.old().dictionary(form.unwrap_or(&Object::Null))?;
                        self.old().get(&form.unwrap_or_default(), b"DA")?
                    }
                    said => said,
                };
                words.insert(Vec::new());
                if let Object::String(said, _) = said {
                    let said = said.split(|byte| matches!(byte, b' ' | b'/' | 9 | 10 | 12 | 13));
                    words.extend(said.map(<[u8]>::to_vec));
                }
            }
        }
        Ok(words)
    }
}

fn is_list_of_integers(value: &Object) -> bool {
    match value {
        Object::Array(list) => list.iter().all(|index| matches!(index, Object::Integer(_))),
        Object::Null => true,
        _ => false,
    }
}

/// Whether this is the border that is drawn where none is said: solid, of one point (§12.5.4, table
/// 168).
fn is_usual_border(value: &Object) -> bool {
    let Object::Dictionary(border) = value else {
        return false;
    };
    border.iter().all(|(key, value)| match key.as_slice() {
        b"Type" => value.as_name().ok() == Some(b"Border"),
        b"W" => number(value) == Some(1.0),
        b"S" => value.as_name().ok() == Some(b"S"),
        _ => false,
    })
}

/// Whether field flags are as they were, but for ReadOnly.
fn is_closed(old: &Dictionary, new: &Dictionary) -> bool {
    let flags = |field: &Dictionary| field.get(b"Ff").map_or(Ok(0), Object::as_i64);
    match (flags(old), flags(new)) {
        (Ok(old), Ok(new)) => new == old | READ_ONLY || new == old,
        _ => false,
    }
}

/// Whether annotation flags hide what they hid and show what they showed.
fn is_harmless(old: &Dictionary, new: &Dictionary) -> bool {
    let flags = |widget: &Dictionary| widget.get(b"F").map_or(Ok(0), Object::as_i64);
    match (flags(old), flags(new)) {
        (Ok(old), Ok(new)) => (old ^ new) & !HARMLESS_FLAGS == 0 && old & 4 <= new & 4,
        _ => false,
    }
}

//! Comments: the markup annotations that level 3 lets be added, changed and deleted (ISO 32000-2
//! §12.5.6.2, table 257).

use lopdf::{Dictionary, Object, ObjectId};

use super::drawing::{Colour, colour};
use super::marks::tint_as_viewers_draw;
use super::rules::{Comparison, differing};
use super::{Change, Explained};
use crate::document::Document;
use crate::error::Result;
use crate::page::number;

/// Kinds of comments that viewers draw themselves, as a sign or as a mark that hides no text. Not
/// among them: what has a shape of its own, such as FreeText, Stamp, Square, Ink.
const COMMENTS: [&[u8]; 7] = [
    b"Text",
    b"Popup",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
    b"Caret",
];
/// What stands where an annotation is named.
const PLACES: [&str; 6] = ["/Annots[]", "[]", "/Parent", "/Popup", "/IRT", "/Obj"];
/// Kinds that mark lines of text and hide nothing of them.
const MARKS: [&[u8]; 4] = [b"Highlight", b"Underline", b"Squiggly", b"StrikeOut"];
/// Entries that a comment may have; none of them acts, or hides it with a layer. What its /AP draws is
/// looked at.
const KEYS: [&[u8]; 25] = [
    b"AP",
    b"Type",
    b"Subtype",
    b"Rect",
    b"Contents",
    b"NM",
    b"M",
    b"F",
    b"C",
    b"CA",
    b"ca",
    b"Lang",
    b"T",
    b"RC",
    b"CreationDate",
    b"Subj",
    b"RT",
    b"IT",
    b"QuadPoints",
    b"RD",
    b"Sy",
    b"Name",
    b"State",
    b"StateModel",
    b"Open",
];

/// What may change of a comment that was signed with a drawing: what is written in it, not what is
/// seen of it on the page.
const WORDS: [&[u8]; 12] = [
    b"Contents",
    b"NM",
    b"M",
    b"Lang",
    b"T",
    b"RC",
    b"Subj",
    b"State",
    b"StateModel",
    b"Open",
    b"Popup",
    b"IRT",
];
/// Tallest line of text that is marked, in points: viewers draw the line of a StrikeOut or an
/// Underline as thick as its quadrilateral is high (MuPDF: a fifteenth or so).
const TALLEST_LINE: f64 = 48.0;
/// How far a mark may reach out of its /Rect, in points: what is farther out is to be ignored
/// (§12.5.6.10, table 182), and is not by all readers.
const ROUNDING: f64 = 5.0;
/// Annotation flags: neither larger nor turned with the page (table 167, bit positions 4 and 5).
const DETACHED: i64 = 8 | 16;

impl Comparison<'_> {
    /// Judges an annotation that a page has more than before and that is no widget of a new field.
    pub(super) fn add_annotation(&mut self, page: u32, id: ObjectId) -> Result<()> {
        let added = self.difference.added.contains(&id.0);
        let annotation = match added {
            true => self.new_state().unambiguous(id)?,
            false => None,
        };
        match annotation {
            Some(Object::Dictionary(new)) if self.is_comment(id, page, &new, None, true)? => {
                self.boxes.noted.insert(id);
                self.explained(Explained::Commented { page });
            }
            _ => self.suspect(Change::Annotations { page }),
        }
        Ok(())
    }

    /// Judges annotations that a page has no more.
    pub(super) fn remove_annotations(&mut self, page: u32, removed: Vec<ObjectId>) -> Result<()> {
        for id in removed {
            let old = self.old().dictionary(&id.into())?.unwrap_or_default();
            let is_field = self.before.owners.contains_key(&id);
            if is_kind(&old) && !is_field && self.hides_nothing(id, &old)? {
                self.boxes.remove(id);
                self.deleted.insert(id);
                self.explained(Explained::Commented { page });
            } else {
                self.suspect(Change::Annotations { page });
            }
        }
        Ok(())
    }

    /// Whether a changed object is a comment, and still one of the same kind.
    pub(super) fn comment(
        &mut self,
        id: ObjectId,
        old: &Dictionary,
        new: &Dictionary,
    ) -> Result<bool> {
        let Some(page) = self.page_of_comment(id, old) else {
            return Ok(false);
        };
        let same = old.get(b"Subtype").ok() == new.get(b"Subtype").ok();
        let in_words = |key: &Vec<u8>| WORDS.contains(&key.as_slice());
        let reworded = differing(old, new).iter().all(in_words);
        let same = same && (reworded || self.hides_nothing(id, old)?);
        let is_comment =
            same && is_kind(old) && self.is_comment(id, page, new, Some(old), !reworded)?;
        if is_comment {
            self.explained(Explained::Commented { page });
        }
        Ok(is_comment)
    }

    /// Whether a changed stream is what a comment shows, and still what viewers draw for its kind.
    pub(super) fn appearance_of_comment(&mut self, id: ObjectId) -> Result<bool> {
        let mut owner = None;
        for used in self.uses.of_number(id.0) {
            let by = match used.path {
                "/AP/N" | "/AP/R" | "/AP/D" => Some(used.by),
                "/N" | "/R" | "/D" => self.owner_of_appearances(used.by),
                _ => None,
            };
            if by.is_none() || owner.is_some_and(|owner| Some(owner) != by) {
                return Ok(false);
            }
            owner = by;
        }
        let Some(owner) = owner.filter(|owner| !self.before.owners.contains_key(owner)) else {
            return Ok(false);
        };
        let old = self.old().dictionary(&owner.into())?.unwrap_or_default();
        let new = self
            .new_state()
            .dictionary(&owner.into())?
            .unwrap_or_default();
        let Some(page) = self.page_of_comment(owner, &old) else {
            return Ok(false);
        };
        let is_comment = is_kind(&old)
            && self.hides_nothing(owner, &old)?
            && self.is_comment(owner, page, &new, Some(&old), true)?;
        if is_comment {
            self.explained(Explained::Commented { page });
        }
        Ok(is_comment)
    }

    /// Whether what a comment drew hid nothing when the document was signed: it draws nothing of its
    /// own, came later, or only marks what stays to be read.
    fn hides_nothing(&self, id: ObjectId, old: &Dictionary) -> Result<bool> {
        if !old.has(b"AP") || self.boxes.noted.contains(&id) {
            return Ok(true);
        }
        let kind = old.get(b"Subtype").and_then(Object::as_name);
        let is_mark = kind.is_ok_and(|kind| MARKS.contains(&kind));
        let document = self.old();
        let (rect, quads) = (
            document.rectangle(old.get(b"Rect").ok())?,
            quads_of(document, old)?,
        );
        Ok(match (rect, quads) {
            (Some(rect), Some(quads)) if is_mark => {
                tint_as_viewers_draw(document, old, rect, &quads, &self.boxes.read)?.is_some()
            }
            _ => false,
        })
    }

    /// The page of an object that is named where annotations are, and only there.
    fn page_of_comment(&self, id: ObjectId, annotation: &Dictionary) -> Option<u32> {
        // An object that nothing names was not looked for; its own word is then taken.
        let elsewhere = self
            .uses
            .of_number(id.0)
            .any(|used| !PLACES.contains(&used.path));
        let named = annotation.get(b"P").and_then(Object::as_reference).ok();
        let named = named.and_then(|page| self.page_number(page));
        let mut uses = self.uses.of_number(id.0);
        let listed = uses.find_map(|used| self.page_number(used.by));
        named.or(listed).filter(|_| !elsewhere)
    }

    /// Whether an annotation is a comment with nothing but what one may have, over nothing that it
    /// may not lie on; what it shows is looked at where that is another.
    fn is_comment(
        &mut self,
        id: ObjectId,
        page: u32,
        new: &Dictionary,
        old: Option<&Dictionary>,
        redrawn: bool,
    ) -> Result<bool> {
        let was = |key: &[u8]| old.and_then(|old| old.get(key).ok());
        for (key, value) in new {
            if was(key) == Some(value) {
                continue;
            }
            let fits = match key.as_slice() {
                // Other annotations, and the page, are there already.
                b"P" | b"Parent" | b"Popup" | b"IRT" => matches!(value, Object::Reference(_)),
                key => KEYS.contains(&key) && self.is_new(value),
            };
            if !fits {
                return Ok(false);
            }
        }
        if !is_kind(new) {
            return Ok(false);
        }
        let kind = new
            .get(b"Subtype")
            .and_then(Object::as_name)
            .unwrap_or_default();
        let is_highlight = kind == b"Highlight";
        let rect = self.new_state().rectangle(new.get(b"Rect").ok())?;
        let page = self.before.page(page);
        if kind == b"Popup" && new.has(b"AP") {
            return Ok(false);
        }
        if kind == b"Popup" {
            return self.is_beside(id, new, page, rect);
        }
        let (Some(rect), Some(page)) = (rect, page) else {
            return Ok(false);
        };
        let under = self.fields_under(Some(page), rect);
        let over_signature = under.iter().any(|field| field.kind == "Sig");
        let document = self.new_state();
        let quads = quads_of(document, new)?.unwrap_or_default();
        let drawn = match new.has(b"AP") {
            true if redrawn => tint_as_viewers_draw(document, new, rect, &quads, &self.boxes.read)?,
            _ => Some([1.0; 3]),
        };
        let Some(drawn) = drawn.filter(|_| !over_signature) else {
            return Ok(false);
        };
        if matches!(kind, b"Text" | b"Caret") {
            let is_large = self.is_too_large_for_a_sign(page, rect);
            return Ok(!is_large && !self.covers_most_of(id, page, rect));
        }
        let flags = document.get(new, b"F")?.as_i64().unwrap_or_default();
        if flags & DETACHED != 0 || !marks_lines(&quads, rect, is_highlight) {
            return Ok(false);
        }
        if !is_highlight {
            let is_legible = self.boxes.mark(id, page, &quads, None);
            return Ok(is_legible && !self.covers_most_of(id, page, rect));
        }
        let Some(said) = self.colour_of(new)? else {
            return Ok(false);
        };
        // Some draw it anew, and take what is said for what is drawn.
        let tint = [0, 1, 2].map(|part| said[part].min(drawn[part]));
        Ok(self.boxes.mark(id, page, &quads, Some(tint)) && !self.is_most_of(page, rect))
    }

    /// Whether a pop-up stays closed, or does not cover the page: viewers show it beside the page, or
    /// over it as a window (§12.5.6.14).
    fn is_beside(
        &mut self,
        id: ObjectId,
        popup: &Dictionary,
        page: Option<ObjectId>,
        rect: Option<[f64; 4]>,
    ) -> Result<bool> {
        if self.new_state().get(popup, b"Open")? == Object::Boolean(false) || !popup.has(b"Open") {
            return Ok(true);
        }
        Ok(match (page, rect) {
            (Some(page), Some(rect)) => !self.covers_most_of(id, page, rect),
            _ => false,
        })
    }

    /// The colour of a highlight, if it can be told.
    fn colour_of(&self, highlight: &Dictionary) -> Result<Option<Colour>> {
        let document = self.new_state();
        let parts = match document.get(highlight, b"C")? {
            // Viewers then take yellow, or nothing.
            Object::Null => return Ok(Some([1.0; 3])),
            Object::Array(parts) => parts,
            _ => return Ok(None),
        };
        let mut ink = Vec::new();
        for part in &parts {
            ink.extend(number(&document.resolve(part)?));
        }
        Ok(match ink.as_slice() {
            _ if ink.len() != parts.len() => None,
            [] => Some([1.0; 3]),
            ink => colour(ink),
        })
    }
}

/// The boxes of the lines of text that a mark lies on: readers take the /Rect, or draw nothing, where
/// it does not say.
fn quads_of(document: &Document, mark: &Dictionary) -> Result<Option<Vec<[f64; 4]>>> {
    let sides = match document.get(mark, b"QuadPoints")? {
        Object::Null => {
            let rect = document.rectangle(mark.get(b"Rect").ok())?;
            return Ok(rect.map(|rect| vec![rect]));
        }
        Object::Array(sides) => sides,
        _ => return Ok(None),
    };
    let mut points = Vec::new();
    for side in &sides {
        points.extend(number(&document.resolve(side)?));
    }
    if points.len() != sides.len() || points.is_empty() || points.len() % 8 != 0 {
        return Ok(None);
    }
    let bounds = |quad: &[f64]| {
        let none = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        quad.chunks_exact(2).fold(none, |[a, b, c, d], point| {
            [
                a.min(point[0]),
                b.min(point[1]),
                c.max(point[0]),
                d.max(point[1]),
            ]
        })
    };
    Ok(Some(points.chunks_exact(8).map(bounds).collect()))
}

/// Whether a mark lies on lines of text within its /Rect, where it is looked at; what marks with a
/// line is thin.
fn marks_lines(quads: &[[f64; 4]], rect: [f64; 4], is_highlight: bool) -> bool {
    let [left, bottom, right, top] = rect;
    let fits = |[a, b, c, d]: &[f64; 4]| {
        let inside = *a >= left - ROUNDING
            && *b >= bottom - ROUNDING
            && *c <= right + ROUNDING
            && *d <= top + ROUNDING;
        // Lines of text may stand upright.
        inside && (is_highlight || (c - a).min(d - b) <= TALLEST_LINE)
    };
    !quads.is_empty() && quads.iter().all(fits)
}

/// Whether an annotation is of a kind that comments.
fn is_kind(annotation: &Dictionary) -> bool {
    let kind = annotation.get(b"Subtype").and_then(Object::as_name);
    kind.is_ok_and(|kind| COMMENTS.contains(&kind))
}

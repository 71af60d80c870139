//! Comments: the markup annotations that level 3 lets be added, changed and deleted (ISO 32000-2
//! §12.5.6.2, table 257).

use lopdf::{Dictionary, Object, ObjectId};

use super::rules::{Comparison, differing};
use super::{Change, Explained};
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
/// Entries that a comment may have; none of them acts, draws, or hides it with a layer. One with an
/// /AP can look like anything.
const KEYS: [&[u8]; 24] = [
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
const TALLEST_LINE: f64 = 100.0;
/// How far a mark may reach out of its /Rect, in points: what is farther out is to be ignored
/// (§12.5.6.10, table 182), and is not by all readers.
const ROUNDING: f64 = 5.0;
/// The darkest highlight, as relative luminance (ITU-R BT.709): that of pure red. It is multiplied with
/// the page, so that black on it stays to be read.
const DARKEST: f64 = 0.2;

impl Comparison<'_> {
    /// Judges an annotation that a page has more than before and that is no widget of a new field.
    pub(super) fn add_annotation(&mut self, page: u32, id: ObjectId) -> Result<()> {
        let added = self.difference.added.contains(&id.0);
        let annotation = match added {
            true => self.new_state().unambiguous(id)?,
            false => None,
        };
        match annotation {
            Some(Object::Dictionary(new)) if self.is_comment(id, page, &new, None)? => {
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
            // What it drew may have hidden something.
            if is_kind(&old) && !old.has(b"AP") && !self.before.owners.contains_key(&id) {
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
        let same = same && (!old.has(b"AP") || differing(old, new).iter().all(in_words));
        let is_comment = same && is_kind(old) && self.is_comment(id, page, new, Some(old))?;
        if is_comment {
            self.explained(Explained::Commented { page });
        }
        Ok(is_comment)
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
    /// may not lie on.
    fn is_comment(
        &mut self,
        id: ObjectId,
        page: u32,
        new: &Dictionary,
        old: Option<&Dictionary>,
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
        if kind == b"Popup" {
            return self.is_beside(id, new, page, rect);
        }
        let Some(rect) = rect else {
            return Ok(false);
        };
        let is_sign = matches!(kind, b"Text" | b"Caret");
        if is_sign && page.is_none_or(|page| self.is_too_large_for_a_sign(page, rect)) {
            return Ok(false);
        }
        if !is_sign && !self.marks_lines(new, rect, is_highlight)? {
            return Ok(false);
        }
        let under = self.fields_under(page, rect);
        let over_signature = under.iter().any(|field| field.kind == "Sig");
        let hides = match page {
            Some(page) if is_highlight => !self.is_light(new)? || self.is_most_of(page, rect),
            Some(page) => self.covers_most_of(id, page, rect),
            None => true,
        };
        Ok(!over_signature && !hides)
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

    /// Whether a mark lies on lines of text within its /Rect, where it is looked at; what marks with a
    /// line is thin.
    fn marks_lines(&self, mark: &Dictionary, rect: [f64; 4], is_highlight: bool) -> Result<bool> {
        let document = self.new_state();
        let sides = match document.get(mark, b"QuadPoints")? {
            // Readers then take the /Rect, or draw nothing.
            Object::Null => vec![
                Object::Real(rect[0] as f32),
                Object::Real(rect[1] as f32),
                Object::Real(rect[2] as f32),
                Object::Real(rect[3] as f32),
            ],
            Object::Array(sides) => sides,
            _ => return Ok(false),
        };
        let mut points = Vec::new();
        for side in &sides {
            points.extend(number(&document.resolve(side)?));
        }
        if points.len() != sides.len() || points.len() % 2 != 0 {
            return Ok(false);
        }
        let [left, bottom, right, top] = rect;
        let fits = |quad: &[f64]| {
            let (mut wide, mut high) = ([f64::MAX, f64::MIN], [f64::MAX, f64::MIN]);
            for point in quad.chunks_exact(2) {
                wide = [wide[0].min(point[0]), wide[1].max(point[0])];
                high = [high[0].min(point[1]), high[1].max(point[1])];
            }
            let inside = wide[0] >= left - ROUNDING
                && wide[1] <= right + ROUNDING
                && high[0] >= bottom - ROUNDING
                && high[1] <= top + ROUNDING;
            // Lines of text may stand upright.
            let height = (wide[1] - wide[0]).min(high[1] - high[0]);
            inside && (is_highlight || height <= TALLEST_LINE)
        };
        Ok(points.chunks(8).all(fits))
    }

    /// Whether what is under a highlight can still be read.
    fn is_light(&self, highlight: &Dictionary) -> Result<bool> {
        let document = self.new_state();
        let colour = match document.get(highlight, b"C")? {
            // Viewers then take yellow, or nothing.
            Object::Null => return Ok(true),
            Object::Array(colour) => colour,
            _ => return Ok(false),
        };
        let mut parts = Vec::new();
        for part in &colour {
            parts.extend(number(&document.resolve(part)?));
        }
        if parts.len() != colour.len() {
            return Ok(false);
        }
        let [red, green, blue] = match parts[..] {
            [] => return Ok(true),
            [grey] => [grey; 3],
            [red, green, blue] => [red, green, blue],
            [cyan, magenta, yellow, black] => {
                [cyan, magenta, yellow].map(|ink| (1.0 - ink) * (1.0 - black))
            }
            _ => return Ok(false),
        };
        Ok(0.2126 * red + 0.7152 * green + 0.0722 * blue >= DARKEST)
    }
}

/// Whether an annotation is of a kind that comments.
fn is_kind(annotation: &Dictionary) -> bool {
    let kind = annotation.get(b"Subtype").and_then(Object::as_name);
    kind.is_ok_and(|kind| COMMENTS.contains(&kind))
}

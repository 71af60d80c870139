//! An empty signature field of the document is given its value (ISO 32000-2 §12.7.5.5).
//!
//! Field and widgets are edited in their own bytes, like everything that was there before.

use lopdf::{Object, ObjectId};

use super::{PRINT, Revision, SignatureField};
use crate::appearance::{Appearance, Look};
use crate::error::{Error, Result};
use crate::field::{Demands, Places};
use crate::page::{Page, Rotation, ShownRect};

/// Annotation flag NoRotate (table 167): shown unturned on a turned page.
const NO_ROTATE: i64 = 16;

/// What is shown in the box of a widget.
struct Shown<'p> {
    rect: ShownRect,
    /// The page it is turned with; none where it stands as it is.
    page: Option<&'p Page>,
}

impl Revision {
    /// Fills an empty signature field: each of its widgets shows `look`, as much of it as fits.
    ///
    /// A widget without area, or on no page, stays invisible. A lock of the field goes into the
    /// signature's references.
    ///
    /// # Errors
    /// [`Error::NoSuchField`], [`Error::FieldIsSigned`], [`Error::FieldUnusable`],
    /// [`Error::FieldLocked`], [`Error::SeedValue`], [`Error::NoGlyph`], [`Error::Artwork`], and those
    /// of reading.
    pub fn fill_signature_field(&mut self, name: &str, look: &Look) -> Result<SignatureField> {
        let document = self.document.clone();
        let field = document.empty_signature_field(name)?;
        document.permit_filling(name)?;
        let dictionary = document.dictionary(&field.id.into())?.unwrap_or_default();
        let demands = Demands::read(&document, name, &dictionary)?;
        let value = self.allocate()?;
        let mut signature = SignatureField::new(name.to_owned(), field.id, value);
        signature.demands = demands;
        if let Some(lock) = document.lock(&dictionary)? {
            // A permission can be taken away later and not given back (table 236).
            let highest = document.certification_level()?.unwrap_or(3);
            let parameters = lock.parameters(highest);
            let parameters = parameters.ok_or_else(|| Error::FieldUnusable {
                name: name.to_owned(),
                why: "its lock is of a kind that this version does not know",
            })?;
            let (number, generation) = document.root();
            signature.is_locked = true;
            signature.add_reference(&format!(
                "<</Type/SigRef/TransformMethod/FieldMDP\
                 /Data {number} {generation} R/TransformParams<<{parameters}>>>>"
            ));
        }
        let mut places = Places::new(&document);
        let mut shown = false;
        for widget in &field.widgets {
            shown |= self.fill_widget(*widget, look, &mut places)?;
        }
        let mut edit = self.edit(field.id)?;
        edit.set(b"V", format!("{} {} R", value.0, value.1).as_bytes());
        self.keep(field.id, edit);
        self.extend_form(None, shown)?;
        Ok(signature)
    }

    /// Gives a widget its appearance, in place of one that it may have; says whether it is shown.
    fn fill_widget(
        &mut self,
        widget: ObjectId,
        look: &Look,
        places: &mut Places<'_>,
    ) -> Result<bool> {
        let mut edit = self.edit(widget)?;
        let dictionary = &edit.raw.dictionary;
        let flags = match self.document.get(dictionary, b"F")? {
            Object::Integer(flags) => flags,
            _ => 0,
        };
        let rect = self.document.rectangle(dictionary.get(b"Rect").ok())?;
        let named = dictionary.get(b"P").and_then(Object::as_reference).ok();
        let page = places.page(widget, named)?;
        let shown = match rect.zip(page) {
            Some((rect, page)) if flags & NO_ROTATE == 0 => page.to_shown(rect).map(|rect| Shown {
                rect,
                page: Some(page),
            }),
            Some(([left, bottom, right, top], _)) => {
                let rect = ShownRect::new(left, bottom, right - left, top - bottom).ok();
                rect.map(|rect| Shown { rect, page: None })
            }
            None => None,
        };
        let is_shown = shown.is_some();
        let ink = match page {
            Some(page) => self.document.ink(&self.claims, page.id())?,
            None => self.claims.ink(None),
        };
        let constraints = self.constraints(ink);
        let (drawn, turned) = match shown {
            Some(Shown { rect, page }) => (
                Appearance::draw_what_fits(look, constraints, rect.width(), rect.height())?,
                page,
            ),
            None => (Appearance::empty(), None),
        };
        let matrix = turned.map_or_else(|| Rotation::None.form_matrix(), Page::form_matrix);
        let appearance = self.add_appearance(drawn, matrix)?;
        let (number, generation) = appearance;
        edit.set(b"AP", format!("<</N {number} {generation} R>>").as_bytes());
        // It would choose among appearances that are no longer there.
        edit.remove(b"AS");
        if flags & PRINT == 0 {
            edit.set(b"F", (flags | PRINT).to_string().as_bytes());
        }
        self.keep(widget, edit);
        Ok(is_shown)
    }
}

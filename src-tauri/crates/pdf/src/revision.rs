//! What an incremental update adds (ISO 32000-2 §7.5.6): the only way a document is changed.
//!
//! An object is copied into the revision before it can be edited, and it is edited in its own
//! bytes: what is only extended is never written anew, since another spelling of the same number
//! already counts as a change to an earlier signature.

mod certify;
mod dangling;
mod edit;
mod encrypt;
mod extension;
mod fill;
mod section;
mod structure;
mod unsigned;
mod usage_rights;

use std::collections::BTreeMap;

use lopdf::Writer;
use lopdf::{Object, ObjectId, StringFormat, dictionary};

use crate::appearance::{Appearance, Constraints, Foreign, Look};
use crate::claims::{Claims, Ink};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::field::Demands;
use crate::page::{Page, ShownRect};
use crate::render::PageNumber;
use crate::syntax::Parser;
use crate::text::{self, hexadecimal};
pub use certify::{Certification, LockedFields};
pub use dangling::Passed;
pub(crate) use edit::Edit;
use edit::insert_element;
pub use extension::DeveloperExtension;
pub use unsigned::{Completed, Unsigned};

/// Annotation flag Print (table 167): a signature is shown on paper, too.
const PRINT: i64 = 4;
/// Annotation flag Locked: a new widget stays where it is.
const LOCKED: i64 = 128;
/// SignaturesExist and AppendOnly (table 225).
const SIG_FLAGS: &[u8] = b"3";
/// `/SubFilter` of a timestamp of the document (§12.8.5).
pub(crate) const TIMESTAMP: &str = "ETSI.RFC3161";
/// Room for `[0 a b c]` with twenty digits each.
const BYTE_RANGE_SLOT: usize = 4 * 20 + 6;
/// Object numbers stay below this, so that `/Size` fits the 32-bit integers of readers.
const LARGEST_NUMBER: u32 = i32::MAX as u32;

/// Where a new signature field goes.
#[derive(Debug, Clone)]
pub enum Placement {
    /// Shown on a page.
    Visible {
        /// The page, counted from 1.
        page: PageNumber,
        /// The box on it.
        rect: ShownRect,
        /// What is drawn there.
        look: Look,
    },
    /// In the document and not shown.
    Invisible {
        /// The page that carries the widget.
        page: PageNumber,
    },
}

/// The entries of a signature dictionary that are not the signature.
#[derive(Debug, Clone)]
pub struct SignatureDetails {
    /// `/SubFilter`, such as `ETSI.CAdES.detached`.
    pub sub_filter: &'static str,
    /// The digest of the document as seed values call it, such as `SHA256`.
    pub digest: &'static str,
    /// `/M`: Unix seconds.
    pub signing_time: i64,
    /// The zone `/M` is written in, in minutes east of UTC.
    pub offset_minutes: i16,
    /// `/Name`.
    pub name: Option<String>,
    /// `/Reason`.
    pub reason: Option<String>,
    /// `/Location`.
    pub location: Option<String>,
    /// 16 bytes by which this revision is told from others: the second `/ID`.
    pub revision_id: [u8; 16],
    /// The extension of PDF 2.0 that the signature's algorithm is one of.
    pub extension: Option<DeveloperExtension>,
}

/// A revision in the making.
#[derive(Debug)]
pub struct Revision {
    document: Document,
    objects: BTreeMap<ObjectId, Vec<u8>>,
    next: u64,
    first_signature: bool,
    /// Whether it brings a security store, or a timestamp of the document will come after it.
    pub(crate) lasting: bool,
    /// The extension of PDF 2.0 that the signature makes use of.
    extension: Option<DeveloperExtension>,
    claims: Claims,
}

/// A signature field that waits for its value.
#[derive(Debug, Clone)]
pub struct SignatureField {
    /// Fully qualified name.
    pub name: String,
    id: ObjectId,
    value: ObjectId,
    /// The elements of `/Reference` of the signature dictionary.
    references: String,
    is_locked: bool,
    certification: Option<u8>,
    demands: Demands,
}

impl SignatureField {
    fn new(name: String, id: ObjectId, value: ObjectId) -> Self {
        Self {
            name,
            id,
            value,
            references: String::new(),
            is_locked: false,
            certification: None,
            demands: Demands::default(),
        }
    }

    fn add_reference(&mut self, reference: &str) {
        self.references.push_str(reference);
    }

    /// The first of `known` subfilters that the form's author lets one choose from; none where they
    /// demand nothing.
    #[must_use]
    pub fn demanded_sub_filter(&self, known: &[&'static str]) -> Option<&'static str> {
        self.demands.sub_filter(known)
    }
}

impl Revision {
    /// Starts a revision of a document that permits one.
    ///
    /// # Errors
    /// Those of [`Document::permit_signature`], [`Document::signatures`] and of reading.
    pub fn begin(document: &Document) -> Result<Self> {
        document.permit_signature()?;
        Self::after(&Passed::through(document, |_| Ok(()))?)
    }

    /// Starts a revision of a document that was read already.
    ///
    /// # Errors
    /// Those of [`Self::begin`].
    pub fn after(passed: &Passed) -> Result<Self> {
        let document = passed.document();
        document.permit_signature()?;
        let first_signature = document.signatures()?.is_empty();
        let next = passed.next();
        Ok(Self {
            document: document.clone(),
            objects: BTreeMap::new(),
            next,
            first_signature,
            lasting: false,
            extension: None,
            claims: document.claims()?,
        })
    }

    /// Adds a signature field with a fresh name, its widget and its appearance.
    ///
    /// # Errors
    /// [`Error::CertifiedWithoutChanges`] where a lock covers new fields, [`Error::NoSuchPage`],
    /// [`Error::BoxOutside`], [`Error::BoxTooSmall`], [`Error::NoGlyph`], [`Error::Artwork`], and
    /// those of reading.
    pub fn add_signature_field(&mut self, placement: &Placement) -> Result<SignatureField> {
        let is_shown = matches!(placement, Placement::Visible { .. });
        self.document.permit_new_field(is_shown)?;
        let name = self.document.fresh_field_name()?;
        let number = match placement {
            Placement::Visible { page, .. } | Placement::Invisible { page } => *page,
        };
        let page = self.document.page(number)?;
        let ink = self.document.ink(&self.claims, page.id())?;
        let (rect, appearance) = match placement {
            Placement::Visible { rect, look, .. } => {
                let user = page.to_user_space(rect)?;
                let (width, height) = (rect.width(), rect.height());
                let drawn = Appearance::draw(look, self.constraints(ink), width, height)?;
                (user, self.add_appearance(drawn, page.form_matrix())?)
            }
            Placement::Invisible { .. } => {
                let empty = Appearance::empty();
                ([0.0; 4], self.add_appearance(empty, page.form_matrix())?)
            }
        };
        let value = self.allocate()?;
        let widget = self.allocate()?;
        let shown = matches!(placement, Placement::Visible { .. });
        // What is not shown is nothing to be heard; PDF/UA-1 wants it in the structure all the same
        // where it lies on the page, 14289-2 §8.9.2.4.13 out of it.
        let tagged = shown || self.claims.pdf_ua == Some(1);
        let struct_parent = match tagged {
            true => self.tag(widget, &page)?,
            false => None,
        };
        let description = format!("Signature field {name}");
        let mut dictionary = dictionary! {
            "Type" => "Annot",
            "Subtype" => "Widget",
            "FT" => "Sig",
            "T" => string(&name),
            "TU" => string(&description),
            "F" => PRINT | LOCKED,
            "Rect" => Object::Array(rect.iter().map(|edge| decimal(*edge)).collect()),
            "P" => page.id(),
            "AP" => dictionary! { "N" => appearance },
            "V" => value,
        };
        if let Some(key) = struct_parent {
            dictionary.set("StructParent", key);
        }
        // 14289-2 §8.10.2.3: there the description of the field is not enough.
        if self.claims.pdf_ua == Some(2) {
            dictionary.set("Contents", string(&description));
        }
        self.put(widget, &Object::Dictionary(dictionary))?;
        self.add_annotation(&page, widget)?;
        self.extend_form(Some(widget), shown)?;
        Ok(SignatureField::new(name, widget, value))
    }

    /// Adds a field for a timestamp of the document: invisible, on the first page.
    ///
    /// # Errors
    /// Those of [`Self::add_signature_field`].
    pub fn add_timestamp_field(&mut self) -> Result<SignatureField> {
        self.lasting = true;
        let page = PageNumber::FIRST;
        self.add_signature_field(&Placement::Invisible { page })
    }

    /// What the document allows of what is drawn on a page with this ink, so that it keeps what it
    /// claims.
    fn constraints(&self, ink: Ink) -> Constraints {
        use crate::{appearance, claims};
        Constraints {
            ink: match ink {
                // Colours by their profile mean the same everywhere.
                Ink::Device | Ink::DeviceGray => appearance::Ink::Srgb,
                Ink::Calibrated => appearance::Ink::Calibrated,
            },
            transparency: match self.claims.transparency() {
                claims::Transparency::Allowed => appearance::Transparency::Allowed,
                claims::Transparency::Flattened => appearance::Transparency::Flattened,
            },
            foreign: if self.claims.pdf_a.is_some() {
                Foreign::Refused
            } else {
                Foreign::Allowed
            },
        }
    }

    /// Adds an appearance that `matrix` turns against its page.
    fn add_appearance(&mut self, drawn: Appearance, matrix: [i8; 4]) -> Result<ObjectId> {
        let ids = (0..drawn.len())
            .map(|_| self.allocate())
            .collect::<Result<Vec<_>>>()?;
        for (id, object) in ids.iter().zip(drawn.with_ids(&ids, matrix)) {
            self.put(*id, &object)?;
        }
        // The form comes last.
        ids.last().copied().ok_or(Error::Font)
    }

    /// Puts the widget among the page's annotations (§7.7.3.3, `Annots`).
    fn add_annotation(&mut self, page: &Page, widget: ObjectId) -> Result<()> {
        let mut edit = self.edit(page.id())?;
        let annots = edit
            .raw
            .dictionary
            .get(b"Annots")
            .cloned()
            .unwrap_or(Object::Null);
        match &annots {
            Object::Array(_) => edit.append_to_array(b"Annots", widget)?,
            Object::Reference(id)
                if matches!(self.document.resolve(&annots)?, Object::Array(_)) =>
            {
                let id = self.last_reference(*id)?;
                self.append_to_array_object(id, widget)?;
            }
            _ => edit.set(
                b"Annots",
                format!("[{} {} R]", widget.0, widget.1).as_bytes(),
            ),
        }
        // PDF/UA-1 wants the structure's tab order (§7.18.3) where there are annotations. An order
        // that is there stays, unless this is the first one and the order is nobody's yet; a page
        // with signatures is left as it is.
        let has_order = edit.raw.dictionary.has(b"Tabs");
        let is_bare = || -> Result<bool> {
            let others = self.document.resolve(&annots)?;
            Ok(others.as_array().map_or(true, Vec::is_empty))
        };
        let orders = !has_order || self.claims.pdf_ua == Some(1) && is_bare()?;
        if self.first_signature && orders {
            edit.set(b"Tabs", b"/S");
        }
        self.keep(page.id(), edit);
        Ok(())
    }

    /// Says in the interactive form (§12.7.3) that there are signatures, and puts a new field into
    /// it; makes one if there is none. `shown` is whether the signature is.
    fn extend_form(&mut self, field: Option<ObjectId>, shown: bool) -> Result<()> {
        let root = self.document.root();
        let mut catalog = self.edit(root)?;
        let form = catalog
            .raw
            .dictionary
            .get(b"AcroForm")
            .cloned()
            .unwrap_or(Object::Null);
        let is_form = matches!(self.document.resolve(&form)?, Object::Dictionary(_));
        match form {
            Object::Reference(id) if is_form => {
                let id = self.last_reference(id)?;
                let mut edit = self.edit(id)?;
                self.edit_form(&mut edit, field, shown)?;
                self.keep(id, edit);
            }
            Object::Dictionary(_) => {
                let bytes = catalog.value(b"AcroForm").unwrap_or_default();
                let mut edit = Edit::parse(bytes, root)?;
                self.edit_form(&mut edit, field, shown)?;
                if edit.is_changed() {
                    catalog.set(b"AcroForm", &edit.finish());
                }
            }
            _ => {
                let form = self.allocate()?;
                let fields = Object::Array(field.into_iter().map(Object::Reference).collect());
                let dictionary = dictionary! { "Fields" => fields, "SigFlags" => 3 };
                self.put(form, &Object::Dictionary(dictionary))?;
                catalog.set(b"AcroForm", format!("{} {} R", form.0, form.1).as_bytes());
            }
        }
        if catalog.is_changed() {
            self.keep(root, catalog);
        }
        Ok(())
    }

    fn edit_form(&mut self, form: &mut Edit, field: Option<ObjectId>, shown: bool) -> Result<()> {
        if let Some(field) = field {
            let fields = form.raw.dictionary.get(b"Fields").cloned();
            let fields = fields.unwrap_or(Object::Null);
            match &fields {
                Object::Array(_) => form.append_to_array(b"Fields", field)?,
                Object::Reference(id)
                    if matches!(self.document.resolve(&fields)?, Object::Array(_)) =>
                {
                    let id = self.last_reference(*id)?;
                    self.append_to_array_object(id, field)?;
                }
                _ => form.set(b"Fields", format!("[{} {} R]", field.0, field.1).as_bytes()),
            }
        }
        if form.raw.dictionary.get(b"SigFlags").ok() != Some(&Object::Integer(3)) {
            form.set(b"SigFlags", SIG_FLAGS);
        }
        // With it, viewers redraw the signed widget and it vanishes (Acrobat). It stays where others
        // would vanish without it, and once somebody has signed: taking it away is then a change.
        let redraws = form.raw.dictionary.has(b"NeedAppearances");
        if redraws && shown && self.first_signature && self.document.other_fields_are_drawn()? {
            form.remove(b"NeedAppearances");
        }
        Ok(())
    }

    /// The document that it is a revision of.
    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    pub(crate) fn append_to_array_object(&mut self, id: ObjectId, element: ObjectId) -> Result<()> {
        let mut bytes = match self.objects.get(&id) {
            Some(bytes) => bytes.clone(),
            None => {
                let why = "it is not in the file";
                let raw = self
                    .document
                    .fetch_raw(id)?
                    .ok_or(Error::Object { id, why })?;
                raw.bytes.get(raw.range).unwrap_or_default().to_vec()
            }
        };
        // One array may be both: the page's annotations and the form's fields.
        let array = Parser::new(&bytes, 0).object();
        let array = array.map_err(|why| Error::Object { id, why })?;
        if array
            .as_array()
            .is_ok_and(|array| array.contains(&element.into()))
        {
            return Ok(());
        }
        insert_element(&mut bytes, element).ok_or(Error::Object {
            id,
            why: "it is no array",
        })?;
        self.objects.insert(id, bytes);
        Ok(())
    }

    /// The object that a chain of references ends at.
    pub(crate) fn last_reference(&self, id: ObjectId) -> Result<ObjectId> {
        let mut id = id;
        for _ in 0..32 {
            match self.document.fetch(id)? {
                Object::Reference(next) => id = next,
                _ => return Ok(id),
            }
        }
        Err(Error::Object {
            id,
            why: "references lead from one to the next without end",
        })
    }

    /// Copies a dictionary object into the revision, to be edited in its own bytes.
    pub(crate) fn edit(&self, id: ObjectId) -> Result<Edit> {
        if let Some(bytes) = self.objects.get(&id) {
            return Edit::parse(bytes, id);
        }
        let (bytes, _) = self.document.raw_dictionary(id)?;
        Edit::parse(&bytes, id)
    }

    pub(crate) fn keep(&mut self, id: ObjectId, edit: Edit) {
        if edit.is_changed() {
            self.objects.insert(id, edit.finish());
        }
    }

    pub(crate) fn allocate(&mut self) -> Result<ObjectId> {
        let number = u32::try_from(self.next)
            .ok()
            .filter(|number| *number < LARGEST_NUMBER)
            .ok_or(Error::Missing {
                what: "free object number",
            })?;
        self.next += 1;
        Ok((number, 0))
    }

    /// Puts an object that is written already.
    pub(crate) fn put_raw(&mut self, id: ObjectId, bytes: Vec<u8>) {
        self.objects.insert(id, bytes);
    }

    /// Puts a stream without a filter: what comes this way is not made smaller by one.
    pub(crate) fn put_stream(&mut self, id: ObjectId, content: &[u8]) {
        let mut bytes = format!("<</Length {}>>\nstream\n", content.len()).into_bytes();
        bytes.extend_from_slice(content);
        bytes.extend_from_slice(b"\nendstream");
        self.objects.insert(id, bytes);
    }

    fn put(&mut self, id: ObjectId, object: &Object) -> Result<()> {
        let mut bytes = Vec::new();
        Writer::write_object(&mut bytes, object).map_err(Error::Write)?;
        self.objects.insert(id, bytes);
        Ok(())
    }

    /// Fixes every byte but the signature: `/Contents` has room for `contents_bytes` bytes.
    ///
    /// # Errors
    /// [`Error::SeedValue`] where the field demands another signature, [`Error::Missing`] where the
    /// file outgrows what a cross-reference table can name.
    pub fn lay_out(
        mut self,
        field: &SignatureField,
        details: &SignatureDetails,
        contents_bytes: usize,
    ) -> Result<Unsigned> {
        let reason = details.reason.as_deref();
        field.demands.check(
            details.sub_filter,
            details.digest,
            reason,
            field.certification,
        )?;
        self.extension = details.extension;
        let entries = signature_entries(field, details);
        let sub_filter = details.sub_filter;
        self.lay_out_value(
            field,
            &entries,
            sub_filter,
            &details.revision_id,
            contents_bytes,
        )
    }

    /// Fixes every byte but the timestamp of the document: `/Contents` has room for
    /// `contents_bytes` bytes (§12.8.5).
    ///
    /// # Errors
    /// As [`Self::lay_out`].
    pub fn lay_out_timestamp(
        mut self,
        field: &SignatureField,
        revision_id: &[u8; 16],
        contents_bytes: usize,
    ) -> Result<Unsigned> {
        self.lasting = true;
        let entries = format!("<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/{TIMESTAMP}>>");
        self.lay_out_value(field, &entries, TIMESTAMP, revision_id, contents_bytes)
    }

    /// Says that a later revision will bring a timestamp of the document, so that what this takes is
    /// in this one already.
    pub fn will_be_stamped(&mut self) {
        self.lasting = true;
    }

    fn lay_out_value(
        mut self,
        field: &SignatureField,
        entries: &str,
        sub_filter: &str,
        revision_id: &[u8; 16],
        contents_bytes: usize,
    ) -> Result<Unsigned> {
        self.name_extensions(sub_filter)?;
        self.remove_usage_rights()?;
        let length = self.document.len();
        let mut out = Vec::new();
        let last = match length.checked_sub(1) {
            Some(last) => self.document.bytes(last..length)?,
            None => Vec::new(),
        };
        // A lone CR followed by LF would read as one line end of the earlier revision.
        match last.first() {
            Some(b'\n') => {}
            Some(b'\r') => out.push(b'\r'),
            _ => out.push(b'\n'),
        }
        let mut offsets = BTreeMap::new();
        for (id, bytes) in &self.objects {
            offsets.insert(*id, length + out.len() as u64);
            out.extend_from_slice(format!("{} {} obj\n", id.0, id.1).as_bytes());
            out.extend_from_slice(&self.encrypted(*id, bytes, revision_id)?);
            out.extend_from_slice(b"\nendobj\n");
        }
        offsets.insert(field.value, length + out.len() as u64);
        let entries = self.encrypted(field.value, entries.as_bytes(), revision_id)?;
        let signature = write_signature(&mut out, field.value, &entries, contents_bytes);
        let start = length + out.len() as u64;
        self.write_section(&mut out, offsets, revision_id, start)?;
        let hole = signature.contents.clone();
        let byte_range = [
            0,
            length + hole.start as u64,
            length + hole.end as u64,
            (out.len() - hole.end) as u64,
        ];
        let text = format!("[0 {} {} {}]", byte_range[1], byte_range[2], byte_range[3]);
        let slot = out
            .get_mut(signature.byte_range..signature.byte_range + text.len())
            .expect("the slot holds four numbers of twenty digits");
        slot.copy_from_slice(text.as_bytes());
        Ok(Unsigned {
            document: self.document,
            appended: out,
            hole,
            byte_range,
        })
    }
}

/// Where the slots of a signature dictionary are.
struct Slots {
    /// Where the array of `/ByteRange` starts.
    byte_range: usize,
    /// `/Contents` from `<` to behind `>`.
    contents: std::ops::Range<usize>,
}

/// The signature dictionary (§12.8.1) but for `/ByteRange` and `/Contents`, with direct values.
fn signature_entries(field: &SignatureField, details: &SignatureDetails) -> String {
    let mut text = format!(
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/{}/M({})",
        details.sub_filter,
        text::date(details.signing_time, details.offset_minutes)
    );
    let words = [
        ("Name", &details.name),
        ("Reason", &details.reason),
        ("Location", &details.location),
    ];
    for (key, words) in words {
        if let Some(words) = words {
            text.push_str(&format!("/{key}<{}>", hexadecimal(&text::encode(words))));
        }
    }
    if !field.references.is_empty() {
        text.push_str(&format!("/Reference[{}]", field.references));
    }
    text.push_str(">>");
    text
}

/// Writes the signature dictionary as a plain object: its other entries, then the two slots, of
/// which neither is ever encrypted.
fn write_signature(
    out: &mut Vec<u8>,
    id: ObjectId,
    entries: &[u8],
    contents_bytes: usize,
) -> Slots {
    out.extend_from_slice(format!("{} {} obj\n", id.0, id.1).as_bytes());
    out.extend_from_slice(entries.strip_suffix(b">>").unwrap_or(entries));
    out.extend_from_slice(b"/ByteRange");
    let byte_range = out.len();
    out.resize(byte_range + BYTE_RANGE_SLOT, b' ');
    out.extend_from_slice(b"/Contents");
    let start = out.len();
    out.push(b'<');
    out.resize(out.len() + 2 * contents_bytes, b'0');
    out.push(b'>');
    let contents = start..out.len();
    out.extend_from_slice(b">>\nendobj\n");
    Slots {
        byte_range,
        contents,
    }
}

fn string(text: &str) -> Object {
    Object::String(text::encode(text), StringFormat::Hexadecimal)
}

/// A length with at most three decimals: a thousandth of a point is nobody's dot.
fn decimal(value: f64) -> Object {
    let rounded = (value * 1000.0).round() / 1000.0;
    if rounded.fract() == 0.0 && rounded.abs() < 1e9 {
        return Object::Integer(rounded as i64);
    }
    Object::Real(rounded as f32)
}

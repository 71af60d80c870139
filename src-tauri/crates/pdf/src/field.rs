//! Form fields and the signatures in them (ISO 32000-2 §12.7, §12.8).

mod lock;
mod permission;
mod place;
mod seed;

use std::collections::HashSet;
use std::rc::Rc;

use lopdf::{Dictionary, Object, ObjectId};

pub use self::lock::LockedFields;
pub(crate) use self::lock::{Lock, Locks};
pub(crate) use self::place::Places;
pub(crate) use self::seed::Demands;
use crate::document::{Document, Visited};
use crate::error::{Error, Result};
use crate::page::ShownRect;
use crate::syntax::Parser;
use crate::text;
use crate::xref::Entry;

/// Most fields that are read.
const MOST_FIELDS: usize = 100_000;
/// Most bytes of their names and types together: a name is repeated in all that are below it.
const MOST_TEXT: usize = 16 << 20;
/// Deepest field tree.
const DEEPEST: usize = 64;
/// How many earlier states are looked at for signatures when the newest cannot be read.
const MOST_EARLIER: usize = 64;
/// Longest `/Contents` that is read, in bytes of the file: two hexadecimal digits a byte.
const LONGEST_CONTENTS: u64 = 8 << 20;

/// A terminal form field.
#[derive(Debug, Clone)]
pub struct Field {
    /// The field's object.
    pub id: ObjectId,
    /// Fully qualified name (§12.7.4.2).
    pub name: String,
    /// Field type: `Sig`, `Tx`, `Btn`, `Ch`, or empty.
    pub kind: String,
    /// Page of its first widget, from 1, and the box there as shown; none if it is not visible.
    pub place: Option<(u32, ShownRect)>,
    /// Whether it has a value; for a signature field: whether it is signed.
    pub has_value: bool,
    /// What the form's author calls it (`/TU`).
    pub label: Option<String>,
}

/// A terminal field whose widget has not been looked for on the pages.
#[derive(Debug)]
pub(crate) struct Terminal {
    pub(crate) id: ObjectId,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) has_value: bool,
    label: Option<String>,
    /// Its widgets: the field itself, or its kids; none if it was never given one.
    pub(crate) widgets: Vec<ObjectId>,
    /// `/Rect` of the first widget.
    pub(crate) rect: Option<[f64; 4]>,
    /// `/P` of the first widget, which is optional.
    pub(crate) page: Option<ObjectId>,
}

/// Most certificates that are taken from beside a signature.
const MOST_CERTIFICATES: usize = 32;

/// A signature as it stands in a document.
#[derive(Debug, Clone)]
pub struct SignatureValue {
    /// Its field.
    pub field: Field,
    /// `/SubFilter`, without the slash.
    pub sub_filter: String,
    /// `/ByteRange` as written, if it is four integers that are not negative.
    pub byte_range: Option<[u64; 4]>,
    /// `/Contents` as the dictionary's own string, decoded.
    pub contents: Vec<u8>,
    /// Whether readers may take one thing or another for it: a key is in its dictionary twice, it is
    /// the value of two fields, its `/Type` is not that of its `/SubFilter`, or its `/Contents` are not
    /// where it leaves a gap.
    pub is_ambiguous: bool,
    /// `/Cert`, DER: the signer's first. Only older kinds have it (ISO 32000-2 §12.8.3.2).
    pub certificates: Vec<Vec<u8>>,
    /// `/M` as seconds of Unix time, if it can be read.
    pub signing_time: Option<i64>,
    /// `/Reason`.
    pub reason: Option<String>,
    /// `/Location`.
    pub location: Option<String>,
    /// `/Name`.
    pub name: Option<String>,
}

impl SignatureValue {
    /// What is known of one whose dictionary cannot be read.
    fn unreadable(field: Field) -> Self {
        Self {
            field,
            sub_filter: String::new(),
            byte_range: None,
            contents: Vec::new(),
            is_ambiguous: true,
            certificates: Vec::new(),
            signing_time: None,
            reason: None,
            location: None,
            name: None,
        }
    }

    /// Whether it is no signature but a timestamp of the document (§12.8.5).
    #[must_use]
    pub fn is_document_timestamp(&self) -> bool {
        self.sub_filter == crate::revision::TIMESTAMP
    }
}

impl Document {
    /// All terminal fields, in the order of the form.
    ///
    /// # Errors
    /// [`Error::Object`], [`Error::Missing`] for a form beyond all bounds, [`Error::Read`].
    pub fn fields(&self) -> Result<Vec<Field>> {
        let mut places = Places::new(self);
        let nodes = self.terminal_fields()?.into_iter();
        nodes.map(|node| places.field(node)).collect()
    }

    /// The terminal fields without the place of their widgets, which takes a walk over all pages.
    pub(crate) fn terminal_fields(&self) -> Result<Vec<Terminal>> {
        let catalog = self.catalog();
        let Object::Dictionary(form) = self.get(catalog, b"AcroForm")? else {
            return Ok(Vec::new());
        };
        let Object::Array(roots) = self.get(&form, b"Fields")? else {
            return Ok(Vec::new());
        };
        let mut fields = Vec::new();
        let mut text_bytes = 0usize;
        let mut visited = Visited::default();
        let top: (Rc<str>, Rc<str>) = ("".into(), "".into());
        let mut stack: Vec<_> = roots
            .iter()
            .rev()
            .filter_map(|root| root.as_reference().ok())
            .map(|id| (id, top.clone(), 0))
            .collect();
        while let Some((id, (above, kind), depth)) = stack.pop() {
            // What is beyond the bounds is refused, not left out: it could be a signature.
            if fields.len() >= MOST_FIELDS || depth > DEEPEST || text_bytes > MOST_TEXT {
                let what = "form: its fields are too many or nested too deep";
                return Err(Error::Missing { what });
            }
            if !visited.first(id) {
                continue;
            }
            let Some(node) = self.dictionary(&Object::Reference(id))? else {
                continue;
            };
            let part = match self.get(&node, b"T")? {
                Object::String(bytes, _) => Some(text::decode(&bytes)),
                _ => None,
            };
            let name: Rc<str> = match (above.is_empty(), part) {
                (_, None) => above,
                (true, Some(part)) => part.into(),
                (false, Some(part)) => format!("{above}.{part}").into(),
            };
            let kind: Rc<str> = match self.get(&node, b"FT")? {
                Object::Name(kind) => String::from_utf8_lossy(&kind).into(),
                _ => kind,
            };
            let label = match self.get(&node, b"TU")? {
                Object::String(bytes, _) => Some(text::decode(&bytes)),
                _ => None,
            };
            let length = name.len() + kind.len() + label.as_ref().map_or(0, String::len);
            text_bytes = text_bytes.saturating_add(length);
            let kids = match self.get(&node, b"Kids")? {
                Object::Array(kids) => kids,
                _ => Vec::new(),
            };
            let mut children = Vec::new();
            let mut widgets = Vec::new();
            let mut widget = None;
            for kid in kids.iter().filter_map(|kid| kid.as_reference().ok()) {
                let Some(child) = self.dictionary(&Object::Reference(kid))? else {
                    continue;
                };
                if child.has(b"T") {
                    children.push(kid);
                } else {
                    widgets.push(kid);
                    widget.get_or_insert(child);
                }
            }
            if !children.is_empty() {
                let child = |kid| (kid, (Rc::clone(&name), Rc::clone(&kind)), depth + 1);
                stack.extend(children.into_iter().rev().map(child));
                continue;
            }
            let has_value = !self.get(&node, b"V")?.is_null();
            let widget = widget.unwrap_or_else(|| {
                if node.has(b"Rect") {
                    widgets.push(id);
                }
                node
            });
            fields.push(Terminal {
                id,
                name: name.as_ref().to_owned(),
                kind: kind.as_ref().to_owned(),
                has_value,
                label,
                widgets,
                rect: self.rectangle(widget.get(b"Rect").ok())?,
                page: widget.get(b"P").and_then(Object::as_reference).ok(),
            });
        }
        Ok(fields)
    }

    /// Whether the form asks viewers to draw its fields anew (§12.7.3, `NeedAppearances`).
    ///
    /// # Errors
    /// [`Error::Object`], [`Error::Read`].
    pub fn needs_appearances(&self) -> Result<bool> {
        let form = self.catalog().get(b"AcroForm").unwrap_or(&Object::Null);
        let form = self.dictionary(form)?.unwrap_or_default();
        Ok(self.get(&form, b"NeedAppearances")? == Object::Boolean(true))
    }

    /// Whether every widget that is not a signature's has an appearance of its own.
    pub(crate) fn other_fields_are_drawn(&self) -> Result<bool> {
        for field in self.terminal_fields()? {
            for widget in field.widgets.iter().filter(|_| field.kind != "Sig") {
                let widget = self.dictionary(&(*widget).into())?;
                if widget.is_some_and(|widget| !widget.has(b"AP")) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// All signatures, those with the shortest covered part first: the order they were made in.
    ///
    /// Of a document whose form cannot be read any more, those that were there when it last could:
    /// whoever writes something behind a signature does not get rid of it.
    ///
    /// # Errors
    /// Those of [`Document::fields`].
    pub fn signatures(&self) -> Result<Vec<SignatureValue>> {
        match self.readable_signatures() {
            Ok(signatures) => Ok(signatures),
            Err(Error::Read(source)) => Err(Error::Read(source)),
            Err(error) => {
                let extents = self.extents()?;
                let earlier = extents.iter().rev().take(MOST_EARLIER);
                let mut earlier = earlier.filter_map(|extent| {
                    let signatures = self.at_end_of(extent).ok()?.readable_signatures().ok()?;
                    Some(signatures).filter(|signatures| !signatures.is_empty())
                });
                earlier.next().ok_or(error)
            }
        }
    }

    fn readable_signatures(&self) -> Result<Vec<SignatureValue>> {
        let mut places = Places::new(self);
        let mut signatures = Vec::new();
        let fields = self.signed_fields()?;
        let shared = self.shared_values(&fields)?;
        for field in fields {
            let field = places.field_anywhere(field)?;
            signatures.push(match self.signature(&field, &shared) {
                Err(Error::Read(source)) => return Err(Error::Read(source)),
                Err(_) => SignatureValue::unreadable(field),
                Ok(signature) => signature,
            });
        }
        signatures.sort_by_key(|signature| {
            signature
                .byte_range
                .map_or(u64::MAX, |[_, _, start, length]| {
                    start.saturating_add(length)
                })
        });
        Ok(signatures)
    }

    /// The signature fields that have a value.
    fn signed_fields(&self) -> Result<Vec<Terminal>> {
        let mut fields = self.terminal_fields()?;
        fields.retain(|field| field.kind == "Sig" && field.has_value);
        Ok(fields)
    }

    /// The signatures that are the value of more than one field.
    fn shared_values(&self, fields: &[Terminal]) -> Result<HashSet<ObjectId>> {
        let mut seen = Visited::default();
        let mut shared = HashSet::new();
        for field in fields {
            let field = self.dictionary(&field.id.into())?.unwrap_or_default();
            let value = field.get(b"V").and_then(Object::as_reference);
            shared.extend(value.ok().filter(|value| !seen.first(*value)));
        }
        Ok(shared)
    }

    fn signature(&self, field: &Field, shared: &HashSet<ObjectId>) -> Result<SignatureValue> {
        let node = self
            .dictionary(&Object::Reference(field.id))?
            .unwrap_or_default();
        let value = self
            .dictionary(node.get(b"V").unwrap_or(&Object::Null))?
            .unwrap_or_default();
        let string = |key: &[u8]| -> Result<Option<Vec<u8>>> {
            Ok(match self.get(&value, key)? {
                Object::String(bytes, _) => Some(bytes),
                _ => None,
            })
        };
        let words = |key: &[u8]| Ok(string(key)?.map(|bytes| text::decode(&bytes)));
        let sub_filter = match self.get(&value, b"SubFilter")? {
            Object::Name(name) => String::from_utf8_lossy(&name).into_owned(),
            _ => String::new(),
        };
        let kind = self.get(&value, b"Type")?;
        let certificates = match self.get(&value, b"Cert")? {
            Object::String(bytes, _) => vec![bytes],
            Object::Array(array) => {
                let strings = array.into_iter().take(MOST_CERTIFICATES);
                strings
                    .filter_map(|element| match element {
                        Object::String(bytes, _) => Some(bytes),
                        _ => None,
                    })
                    .collect()
            }
            _ => Vec::new(),
        };
        let holder = node.get(b"V").and_then(Object::as_reference).ok();
        let is_shared = holder.is_some_and(|holder| shared.contains(&holder));
        let holder = holder.unwrap_or(field.id);
        Ok(SignatureValue {
            is_ambiguous: is_shared
                || contradicts_itself(&kind, &sub_filter)
                || self.unambiguous(holder)?.is_none()
                || self.is_elsewhere(holder, &value)?,
            certificates,
            byte_range: byte_range(&value),
            contents: contents(&value),
            signing_time: words(b"M")?.and_then(|date| text::parse_date(&date)),
            reason: words(b"Reason")?,
            location: words(b"Location")?,
            name: words(b"Name")?,
            sub_filter,
            field: field.clone(),
        })
    }

    /// Whether the gap of a byte range has the `/Contents` of its signature, and is not in the object
    /// that has that: whoever reads it there reads another one (§12.8.1).
    fn is_elsewhere(&self, holder: ObjectId, value: &Dictionary) -> Result<bool> {
        let Some(byte_range) = byte_range(value) else {
            return Ok(false);
        };
        if self.gap(byte_range)? != Some(contents(value)) {
            return Ok(false);
        }
        let offset = match self.chain().find(&**self.source(), holder.0)? {
            Entry::At { offset, .. } => offset,
            Entry::InStream { .. } | Entry::Free => return Ok(true),
        };
        let end = self.fetch_raw(holder)?.map(|raw| raw.range.end as u64);
        let [_, from, to, _] = byte_range;
        Ok(end.is_none_or(|end| from < offset || to > offset + end))
    }

    /// `/ByteRange` and `/Contents` of the signature in a field.
    pub(crate) fn signed_part(&self, field: ObjectId) -> Result<(Option<[u64; 4]>, Vec<u8>)> {
        let field = self.dictionary(&field.into())?.unwrap_or_default();
        let value = field.get(b"V").unwrap_or(&Object::Null);
        let value = self.dictionary(value)?.unwrap_or_default();
        Ok((byte_range(&value), contents(&value)))
    }

    /// Decodes what stands between the two covered parts, from `<` to `>` exactly.
    ///
    /// `None` if the gap is anything but one hexadecimal string.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn gap(&self, byte_range: [u64; 4]) -> Result<Option<Vec<u8>>> {
        let [start, length, second, _] = byte_range;
        let Some(from) = start.checked_add(length).filter(|from| *from <= second) else {
            return Ok(None);
        };
        if second > self.len() || second - from > LONGEST_CONTENTS {
            return Ok(None);
        }
        let bytes = self.bytes(from..second)?;
        let mut parser = Parser::new(&bytes, 0);
        if bytes.starts_with(b"<<") || !bytes.starts_with(b"<") {
            return Ok(None);
        }
        Ok(match parser.object() {
            Ok(Object::String(contents, _)) if parser.at == bytes.len() => Some(contents),
            _ => None,
        })
    }

    /// The empty signature field of a name.
    pub(crate) fn empty_signature_field(&self, name: &str) -> Result<Terminal> {
        let fields = self.terminal_fields()?;
        let is_empty = |field: &&Terminal| field.kind == "Sig" && !field.has_value;
        let empty = || {
            let empty = fields.iter().filter(is_empty);
            empty.map(|field| field.name.clone()).collect()
        };
        let unusable = |why| Error::FieldUnusable {
            name: name.to_owned(),
            why,
        };
        let mut named = (0..fields.len())
            .filter(|index| fields.get(*index).is_some_and(|field| field.name == name));
        let Some(index) = named.next() else {
            return Err(Error::NoSuchField {
                name: name.to_owned(),
                empty: empty(),
            });
        };
        // Readers take fields of one name for one field, with one of the values.
        if named.next().is_some() {
            return Err(unusable("another field has the same name"));
        }
        match fields.into_iter().nth(index) {
            Some(field) if field.kind != "Sig" => Err(unusable("it is not for signatures")),
            Some(field) if field.has_value => Err(Error::FieldIsSigned { name: field.name }),
            field => field.ok_or(unusable("it is not in the form")),
        }
    }

    /// A field name that no field has and no lock covers: `Signature1`, `Signature2` …
    pub(crate) fn fresh_field_name(&self) -> Result<String> {
        // A field that has others below it has its name, too.
        let roots = |field: Terminal| field.name.split('.').next().map(str::to_owned);
        let mut taken = self.locks()?.names();
        taken.extend(self.terminal_fields()?.into_iter().filter_map(roots));
        (1..=taken.len() + 1)
            .map(|number| format!("Signature{number}"))
            .find(|name| !taken.contains(name))
            .ok_or(Error::Missing {
                what: "free field name",
            })
    }
}

/// `/ByteRange` where it stands in the signature dictionary itself: what it refers to could be
/// written anew without a word of the signature (§12.8.1 has it direct).
/// Whether `/Type` says that it is a timestamp and `/SubFilter` that it is a signature, or the other
/// way round (ISO 32000-2 table 255): some readers go by one and some by the other.
fn contradicts_itself(kind: &Object, sub_filter: &str) -> bool {
    let is_timestamp = sub_filter == crate::revision::TIMESTAMP;
    match kind.as_name() {
        Ok(b"DocTimeStamp") => !is_timestamp,
        Ok(b"Sig") => is_timestamp,
        _ => false,
    }
}

fn byte_range(value: &Dictionary) -> Option<[u64; 4]> {
    let array = value.get(b"ByteRange").and_then(Object::as_array).ok()?;
    let number = |number: &Object| u64::try_from(number.as_i64().ok()?).ok();
    let numbers: Option<Vec<u64>> = array.iter().map(number).collect();
    numbers?.try_into().ok()
}

/// `/Contents`, for which the same holds; nothing where it is something else.
fn contents(value: &Dictionary) -> Vec<u8> {
    match value.get(b"Contents") {
        Ok(Object::String(bytes, _)) => bytes.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_is_not_that_of_the_subfilter_can_be_read_in_two_ways() {
        let named = |kind: &str| Object::Name(kind.into());
        let (cades, timestamp) = ("ETSI.CAdES.detached", crate::revision::TIMESTAMP);
        for (kind, sub_filter, contradicts) in [
            (named("Sig"), cades, false),
            (named("DocTimeStamp"), timestamp, false),
            (Object::Null, cades, false),
            (Object::Null, timestamp, false),
            (named("DocTimeStamp"), cades, true),
            (named("Sig"), timestamp, true),
        ] {
            assert_eq!(contradicts_itself(&kind, sub_filter), contradicts);
        }
    }
}

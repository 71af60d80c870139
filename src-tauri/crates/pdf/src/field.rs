//! Form fields and the signatures in them (ISO 32000-2 §12.7, §12.8).

use lopdf::{Dictionary, Object, ObjectId};

use crate::document::{Document, Visited};
use crate::error::{Error, Result};
use crate::page::{Page, ShownRect};
use crate::syntax::Parser;
use crate::text;

/// Most fields that are read.
const MOST_FIELDS: usize = 100_000;
/// Deepest field tree.
const DEEPEST: usize = 64;
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
}

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
    /// `/M` as seconds of Unix time, if it can be read.
    pub signing_time: Option<i64>,
    /// `/Reason`.
    pub reason: Option<String>,
    /// `/Location`.
    pub location: Option<String>,
    /// `/Name`.
    pub name: Option<String>,
}

impl Document {
    /// All terminal fields, in the order of the form.
    ///
    /// # Errors
    /// [`Error::Object`], [`Error::Read`].
    pub fn fields(&self) -> Result<Vec<Field>> {
        let catalog = self.catalog();
        let Object::Dictionary(form) = self.get(catalog, b"AcroForm")? else {
            return Ok(Vec::new());
        };
        let Object::Array(roots) = self.get(&form, b"Fields")? else {
            return Ok(Vec::new());
        };
        let mut fields = Vec::new();
        let mut visited = Visited::default();
        let mut stack: Vec<_> = roots
            .iter()
            .rev()
            .filter_map(|root| root.as_reference().ok())
            .map(|id| (id, String::new(), String::new(), 0))
            .collect();
        let mut pages = None;
        while let Some((id, above, kind, depth)) = stack.pop() {
            if fields.len() >= MOST_FIELDS || depth > DEEPEST || !visited.first(id) {
                continue;
            }
            let Some(node) = self.dictionary(&Object::Reference(id))? else {
                continue;
            };
            let part = match self.get(&node, b"T")? {
                Object::String(bytes, _) => Some(text::decode(&bytes)),
                _ => None,
            };
            let name = match (above.is_empty(), part) {
                (_, None) => above,
                (true, Some(part)) => part,
                (false, Some(part)) => format!("{above}.{part}"),
            };
            let kind = match self.get(&node, b"FT")? {
                Object::Name(kind) => String::from_utf8_lossy(&kind).into_owned(),
                _ => kind,
            };
            let kids = match self.get(&node, b"Kids")? {
                Object::Array(kids) => kids,
                _ => Vec::new(),
            };
            let mut children = Vec::new();
            let mut widget = None;
            for kid in kids.iter().filter_map(|kid| kid.as_reference().ok()) {
                let Some(child) = self.dictionary(&Object::Reference(kid))? else {
                    continue;
                };
                if child.has(b"T") {
                    children.push(kid);
                } else {
                    widget.get_or_insert((kid, child));
                }
            }
            if !children.is_empty() {
                let child = |kid| (kid, name.clone(), kind.clone(), depth + 1);
                stack.extend(children.into_iter().rev().map(child));
                continue;
            }
            let (widget_id, widget) = widget.unwrap_or_else(|| (id, node.clone()));
            if pages.is_none() {
                pages = Some(self.pages()?);
            }
            let place = self.place(widget_id, &widget, pages.as_deref().unwrap_or_default())?;
            let has_value = !self.get(&node, b"V")?.is_null();
            fields.push(Field {
                id,
                name,
                kind,
                place,
                has_value,
            });
        }
        Ok(fields)
    }

    /// Where a widget is shown.
    fn place(
        &self,
        id: ObjectId,
        widget: &Dictionary,
        pages: &[Option<Page>],
    ) -> Result<Option<(u32, ShownRect)>> {
        let Some(rect) = self.rectangle(widget.get(b"Rect").ok())? else {
            return Ok(None);
        };
        let named = widget.get(b"P").and_then(Object::as_reference).ok();
        let is = |page: &Option<Page>| page.as_ref().map(Page::id) == named;
        let mut index = named.and_then(|_| pages.iter().position(is));
        if index.is_none() {
            // /P is optional: the page is the one whose /Annots has the widget.
            for (at, page) in pages.iter().enumerate() {
                let page = page.as_ref().map_or(Object::Null, |page| page.id().into());
                let Some(page) = self.dictionary(&page)? else {
                    continue;
                };
                let annotations = self.get(&page, b"Annots")?;
                let widget = Object::Reference(id);
                if annotations
                    .as_array()
                    .is_ok_and(|array| array.contains(&widget))
                {
                    index = Some(at);
                    break;
                }
            }
        }
        let page = index.and_then(|index| Some((index, pages.get(index)?.as_ref()?)));
        Ok(page
            .and_then(|(index, page)| Some((u32::try_from(index + 1).ok()?, page.to_shown(rect)?))))
    }

    /// All signatures, those with the shortest covered part first: the order they were made in.
    ///
    /// # Errors
    /// [`Error::Object`], [`Error::Read`].
    pub fn signatures(&self) -> Result<Vec<SignatureValue>> {
        let mut signatures = Vec::new();
        for field in self.fields()? {
            if field.kind == "Sig" && field.has_value {
                signatures.push(self.signature(field)?);
            }
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

    fn signature(&self, field: Field) -> Result<SignatureValue> {
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
        Ok(SignatureValue {
            byte_range: self.byte_range(&value)?,
            contents: string(b"Contents")?.unwrap_or_default(),
            signing_time: words(b"M")?.and_then(|date| text::parse_date(&date)),
            reason: words(b"Reason")?,
            location: words(b"Location")?,
            name: words(b"Name")?,
            sub_filter,
            field,
        })
    }

    fn byte_range(&self, value: &Dictionary) -> Result<Option<[u64; 4]>> {
        let Object::Array(array) = self.get(value, b"ByteRange")? else {
            return Ok(None);
        };
        let numbers: Option<Vec<u64>> = array
            .iter()
            .map(|number| {
                number
                    .as_i64()
                    .ok()
                    .and_then(|number| u64::try_from(number).ok())
            })
            .collect();
        Ok(numbers.and_then(|numbers| numbers.try_into().ok()))
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

    /// Refuses a document that forbids a further signature, before anything is drawn.
    ///
    /// # Errors
    /// [`Error::Encrypted`], [`Error::CertifiedWithoutChanges`].
    pub fn permit_signature(&self) -> Result<()> {
        if self.is_encrypted() {
            return Err(Error::Encrypted);
        }
        if self.certification_level()? == Some(1) {
            return Err(Error::CertifiedWithoutChanges);
        }
        Ok(())
    }

    /// The DocMDP level (§12.8.2.2): 1, 2 or 3; none if the document is not certified.
    ///
    /// # Errors
    /// [`Error::Object`], [`Error::Read`].
    pub fn certification_level(&self) -> Result<Option<u8>> {
        let catalog = self.catalog();
        let Object::Dictionary(permissions) = self.get(catalog, b"Perms")? else {
            return Ok(None);
        };
        let Object::Dictionary(signature) = self.get(&permissions, b"DocMDP")? else {
            return Ok(None);
        };
        let Object::Array(references) = self.get(&signature, b"Reference")? else {
            return Ok(Some(2));
        };
        for reference in &references {
            let Some(reference) = self.dictionary(reference)? else {
                continue;
            };
            let Object::Dictionary(parameters) = self.get(&reference, b"TransformParams")? else {
                continue;
            };
            if let Object::Integer(level @ 1..=3) = self.get(&parameters, b"P")? {
                return Ok(u8::try_from(level).ok());
            }
        }
        // Table 257: the default is 2.
        Ok(Some(2))
    }

    /// A field name that no field has: `Signature1`, `Signature2` …
    pub(crate) fn fresh_field_name(&self) -> Result<String> {
        // A field that has others below it has its name, too.
        let roots = |field: Field| field.name.split('.').next().map(str::to_owned);
        let taken: std::collections::HashSet<String> =
            self.fields()?.into_iter().filter_map(roots).collect();
        (1..=MOST_FIELDS + 1)
            .map(|number| format!("Signature{number}"))
            .find(|name| !taken.contains(name))
            .ok_or(Error::Missing {
                what: "free field name",
            })
    }
}

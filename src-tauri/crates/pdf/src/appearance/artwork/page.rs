//! A page of a PDF as artwork: a form XObject with everything it needs (ISO 32000-2 §8.10).
//!
//! What the page looks like is taken, and nothing else: no annotations, no actions, no structure. Its
//! objects are copied under new numbers, its resources as they are.

use std::collections::HashMap;
use std::sync::Arc;

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use super::{FAINT, Strength, unusable};
use crate::appearance::constraints::Foreign;
use crate::appearance::layout::Area;
use crate::appearance::parts::{Canvas, decimals, real};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::render::PageNumber;

/// Most objects of a page.
const MOST_OBJECTS: usize = 5_000;
/// Most bytes of its objects and streams.
const MOST_BYTES: usize = 32 << 20;
/// Most bytes of its content, decoded.
const MOST_CONTENT: usize = 16 << 20;
/// Deepest nesting within one object.
const DEEPEST: usize = 64;
/// Most nodes from a page up to the root.
const MOST_ANCESTORS: usize = 100;

/// Entries that lead out of what is drawn: to the page tree, to structure, to other files.
const LEFT_OUT: [&[u8]; 12] = [
    b"AF",
    b"Alternates",
    b"LastModified",
    b"Metadata",
    b"OC",
    b"OPI",
    b"Parent",
    b"PieceInfo",
    b"Ref",
    b"StructParent",
    b"StructParents",
    b"Thumb",
];

/// A page that was read: objects that name one another by place, the form last.
pub(super) struct Imported {
    objects: Vec<Object>,
    width: f64,
    height: f64,
}

impl Imported {
    pub(super) fn read(bytes: &[u8], number: PageNumber) -> Result<Self> {
        Self::import(bytes, number).map_err(|error| match error {
            Error::Artwork { why } => unusable(why),
            Error::PasswordNeeded => unusable("the PDF is encrypted"),
            Error::NoSuchPage { .. } => unusable("the PDF has no such page"),
            _ => unusable("the PDF is damaged"),
        })
    }

    fn import(bytes: &[u8], number: PageNumber) -> Result<Self> {
        let document = Document::open(Arc::new(bytes.to_vec()))?;
        if document.is_encrypted() {
            return Err(unusable("the PDF is encrypted"));
        }
        if document.is_recovered() {
            return Err(unusable("the PDF is damaged"));
        }
        let page = document.page(number)?;
        let dictionary = document
            .dictionary(&page.id().into())?
            .ok_or(Error::Missing { what: "page" })?;
        let content = content(&document, &dictionary)?;
        let mut copy = Copy::new(&document);
        let resources = resources(&document, &dictionary)?;
        let resources = copy.value(&Object::Dictionary(resources), 0)?;
        let mut form = form_of(&page);
        form.set("Resources", resources);
        // Blending within the page is by its own group (§11.6.6).
        if let Some(group) =
            document.dictionary(dictionary.get(b"Group").unwrap_or(&Object::Null))?
        {
            form.set("Group", copy.value(&Object::Dictionary(group), 0)?);
        }
        copy.finish()?;
        let mut objects = copy.objects;
        let mut stream = Stream::new(form, content);
        let _ = stream.compress();
        objects.push(Object::Stream(stream));
        let (width, height) = page.shown_size();
        if !(width > 0.0 && height > 0.0) {
            return Err(unusable("the page has no area"));
        }
        Ok(Self {
            objects,
            width,
            height,
        })
    }

    pub(super) fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, area: Area, strength: Strength) -> Result<()> {
        if canvas.constraints().foreign == Foreign::Refused {
            return Err(unusable(
                "this document may hold no page of another; a picture of it can be used",
            ));
        }
        let moved = canvas.arena.add_all(&self.objects);
        let last = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        let name = canvas.add_object(moved((last, 0)));
        let (x, y) = (area.width / self.width, area.height / self.height);
        let matrix = [x, 0.0, 0.0, y, area.x, area.y].map(|number| decimals(number, 6));
        canvas.op(format_args!("q {} cm", matrix.join(" ")));
        if strength == Strength::Faint {
            canvas.opacity(FAINT, FAINT);
        }
        canvas.op(format_args!("/{name} Do Q"));
        Ok(())
    }
}

/// A form that shows the page upright, its lower left corner in the origin.
fn form_of(page: &Page) -> Dictionary {
    let [left, bottom, right, top] = page.visible();
    let [a, b, c, d] = page.upright();
    let corner = |x: f64, y: f64| (a * x + c * y, b * x + d * y);
    let ((x1, y1), (x2, y2)) = (corner(left, bottom), corner(right, top));
    let number = |value: f64| Object::Real(value as f32);
    dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "BBox" => [left, bottom, right, top].map(real).to_vec(),
        "Matrix" => vec![
            number(a), number(b), number(c), number(d), number(-x1.min(x2)), number(-y1.min(y2)),
        ],
    }
}

/// The page's resources, or those of the nearest ancestor that has some (§7.7.3.4).
fn resources(document: &Document, page: &Dictionary) -> Result<Dictionary> {
    let mut node = page.clone();
    for _ in 0..MOST_ANCESTORS {
        if let Ok(resources) = node.get(b"Resources") {
            return Ok(document.dictionary(resources)?.unwrap_or_default());
        }
        let parent = node.get(b"Parent").unwrap_or(&Object::Null);
        match document.dictionary(parent)? {
            Some(parent) => node = parent,
            None => return Ok(Dictionary::new()),
        }
    }
    Err(unusable("the PDF is damaged"))
}

/// Its content streams, decoded and one behind the other (§7.8.2).
fn content(document: &Document, page: &Dictionary) -> Result<Vec<u8>> {
    let contents = page.get(b"Contents").unwrap_or(&Object::Null);
    let streams = match document.resolve(contents)? {
        Object::Array(array) => array,
        Object::Stream(_) => vec![contents.clone()],
        _ => Vec::new(),
    };
    let mut content = Vec::new();
    for stream in streams.iter().take(MOST_OBJECTS) {
        let Object::Reference(id) = stream else {
            continue;
        };
        let left = MOST_CONTENT.saturating_sub(content.len());
        let Some(decoded) = document.decoded_stream(*id, left)? else {
            continue;
        };
        content.extend(decoded);
        content.push(b'\n');
        if content.len() > MOST_CONTENT {
            return Err(unusable("the page draws more than artwork has"));
        }
    }
    Ok(content)
}

/// Objects as they are copied: each once, under the place it gets.
struct Copy<'d> {
    document: &'d Document,
    objects: Vec<Object>,
    places: HashMap<ObjectId, u32>,
    waiting: Vec<ObjectId>,
    bytes: usize,
}

impl<'d> Copy<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            objects: Vec::new(),
            places: HashMap::new(),
            waiting: Vec::new(),
            bytes: 0,
        }
    }

    /// Copies what waits until nothing does.
    fn finish(&mut self) -> Result<()> {
        while let Some(id) = self.waiting.pop() {
            let raw = self.document.fetch_raw(id)?;
            // Objects may lie within one another, so that few bytes are many.
            self.bytes += raw.as_ref().map_or(0, |raw| raw.range.len());
            if self.bytes > MOST_BYTES {
                return Err(unusable("the page has more in it than artwork has"));
            }
            let object = match raw.map_or(Object::Null, |raw| raw.object) {
                Object::Stream(_) => {
                    let left = MOST_BYTES.saturating_sub(self.bytes);
                    let (mut dictionary, content) = self.document.raw_stream(id, left)?;
                    self.bytes += content.len();
                    // Its content is in the file; another file's would be fetched from outside.
                    if dictionary.has(b"F") {
                        return Err(unusable("the page draws what is in another file"));
                    }
                    dictionary.remove(b"Length");
                    let dictionary = self.dictionary(&dictionary, 0)?;
                    Object::Stream(Stream::new(dictionary, content))
                }
                object => self.value(&object, 0)?,
            };
            let place = self.places.get(&id).copied().unwrap_or_default();
            if let Some(slot) = self.objects.get_mut((place as usize).wrapping_sub(1)) {
                *slot = object;
            }
        }
        Ok(())
    }

    fn value(&mut self, object: &Object, depth: usize) -> Result<Object> {
        if depth > DEEPEST {
            return Err(unusable("the PDF nests too deeply"));
        }
        Ok(match object {
            Object::Reference(id) => Object::Reference((self.place(*id)?, 0)),
            Object::Array(array) => Object::Array(
                array
                    .iter()
                    .map(|element| self.value(element, depth + 1))
                    .collect::<Result<_>>()?,
            ),
            Object::Dictionary(dictionary) => {
                Object::Dictionary(self.dictionary(dictionary, depth + 1)?)
            }
            other => other.clone(),
        })
    }

    fn dictionary(&mut self, dictionary: &Dictionary, depth: usize) -> Result<Dictionary> {
        let mut copy = Dictionary::new();
        for (key, value) in dictionary.iter() {
            if !LEFT_OUT.contains(&key.as_slice()) {
                copy.set(key.clone(), self.value(value, depth)?);
            }
        }
        Ok(copy)
    }

    fn place(&mut self, id: ObjectId) -> Result<u32> {
        if let Some(place) = self.places.get(&id) {
            return Ok(*place);
        }
        if self.objects.len() >= MOST_OBJECTS {
            return Err(unusable("the page has more objects than artwork has"));
        }
        self.objects.push(Object::Null);
        let place = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        self.places.insert(id, place);
        self.waiting.push(id);
        Ok(place)
    }
}

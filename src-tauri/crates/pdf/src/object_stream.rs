//! Objects in streams (ISO 32000-2 §7.5.7): decoded when first asked for, kept within a bound.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use lopdf::{Object, ObjectId};

use crate::document::{Document, RawObject};
use crate::encryption;
use crate::error::{Error, Result};
use crate::stream::{self, Fault, MOST_DECODED};
use crate::syntax::Parser;
use crate::xref::Entry;

/// Most decoded bytes that are kept.
const MOST_KEPT: usize = 64 << 20;
/// Most bytes that are decoded for one document: one that asks for streams in turn, so that none
/// is kept, ends here.
const MOST_WORK: usize = 4 << 30;
/// What a stream that cannot be decoded counts for: it may have been read whole all the same.
const FAILURE: usize = 4 << 20;
/// Most objects of one stream.
const MOST_OBJECTS: usize = 1 << 20;

/// The decoded streams of a document, those last decoded first.
#[derive(Default)]
pub(crate) struct ObjectStreams(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    streams: VecDeque<(u32, Arc<ObjectStream>)>,
    /// Those that cannot be read, and why: they are not tried again.
    failed: HashMap<u32, &'static str>,
    work: usize,
}

/// A decoded stream of objects.
struct ObjectStream {
    content: Vec<u8>,
    /// Number of each object and where it starts in the content.
    places: Vec<(u32, usize)>,
}

impl Document {
    /// Reads object `id` from the stream that holds it.
    pub(crate) fn fetch_from_stream(
        &self,
        id: ObjectId,
        stream: u32,
        index: usize,
    ) -> Result<Option<RawObject>> {
        let wrong = |why| Error::Object { id, why };
        // §7.5.7: objects in streams have generation 0.
        if id.1 != 0 {
            return Ok(None);
        }
        let stream = self.object_stream(stream)?;
        let place = stream
            .places
            .get(index)
            .filter(|(number, _)| *number == id.0);
        let (_, start) = *place.ok_or_else(|| wrong("its stream does not have it"))?;
        let mut parser = Parser::new(&stream.content, start);
        parser.space();
        let start = parser.at;
        let mut object = parser.object().map_err(wrong)?;
        if self.is_encrypted() {
            encryption::forget_spelling(&mut object);
        }
        let bytes = stream
            .content
            .get(start..parser.at)
            .unwrap_or_default()
            .to_vec();
        Ok(Some(RawObject {
            range: 0..bytes.len(),
            bytes,
            object,
        }))
    }

    /// Numbers of the objects in a stream, in their order.
    pub(crate) fn numbers_of_stream(&self, stream: u32) -> Result<Vec<u32>> {
        let stream = self.object_stream(stream)?;
        Ok(stream.places.iter().map(|(number, _)| *number).collect())
    }

    fn object_stream(&self, number: u32) -> Result<Arc<ObjectStream>> {
        let id = (number, 0);
        let wrong = |why| Error::Object { id, why };
        let mut kept = self
            .object_streams()
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, stream)) = kept.streams.iter().find(|(kept, _)| *kept == number) {
            return Ok(Arc::clone(stream));
        }
        let Entry::At {
            offset,
            generation: 0,
        } = self.chain().find(&**self.source(), number)?
        else {
            return Err(wrong("it should be a stream of objects"));
        };
        if let Some(why) = kept.failed.get(&number) {
            return Err(wrong(why));
        }
        if kept.work >= MOST_WORK {
            return Err(wrong("too much was decoded before it"));
        }
        let most = MOST_DECODED.min(MOST_WORK.saturating_sub(kept.work));
        let length_of = |id: ObjectId| match self.chain().find(&**self.source(), id.0)? {
            // A length within a stream could be within this very one.
            Entry::At { .. } => self.fetch(id),
            _ => Ok(Object::Null),
        };
        let (source, encryption) = (&**self.source(), self.encryption());
        let decoded = stream::read(source, self.len(), offset, most, &length_of, encryption);
        let decoded = match decoded {
            Ok(decoded) => decoded,
            Err(Fault::Error(error)) => return Err(error),
            Err(fault) => {
                let why = match fault {
                    Fault::Wrong(why) => why,
                    _ => "it uses a filter that is not read",
                };
                kept.work = kept.work.saturating_add(FAILURE);
                kept.failed.insert(number, why);
                return Err(wrong(why));
            }
        };
        if decoded.id != id {
            return Err(wrong("another object stands there"));
        }
        // What is small costs the time of its dictionary all the same.
        kept.work = kept.work.saturating_add(decoded.content.len().max(4096));
        let places = places(&decoded).map_err(wrong)?;
        let stream = Arc::new(ObjectStream {
            content: decoded.content,
            places,
        });
        kept.streams.push_front((number, Arc::clone(&stream)));
        let mut size = 0usize;
        kept.streams.retain(|(_, stream)| {
            // A place takes as much memory as sixteen bytes of content.
            size = size.saturating_add(stream.content.len() + 16 * stream.places.len());
            size <= MOST_KEPT
        });
        Ok(stream)
    }
}

/// Reads the pairs of number and offset before `/First`.
fn places(stream: &stream::DecodedStream) -> std::result::Result<Vec<(u32, usize)>, &'static str> {
    let number = |key: &[u8]| {
        let value = stream.dictionary.get(key).and_then(Object::as_i64).ok();
        value.and_then(|value| usize::try_from(value).ok())
    };
    if stream
        .dictionary
        .get(b"Type")
        .and_then(Object::as_name)
        .ok()
        != Some(b"ObjStm")
    {
        return Err("it should be a stream of objects");
    }
    let count = number(b"N")
        .filter(|count| *count <= MOST_OBJECTS)
        .ok_or("/N is not in form")?;
    let first = number(b"First").ok_or("/First is not in form")?;
    let head = stream
        .content
        .get(..first)
        .ok_or("/First is beyond its end")?;
    let mut parser = Parser::new(head, 0);
    let mut places = Vec::new();
    for _ in 0..count {
        parser.space();
        let number = u32::try_from(parser.unsigned()?).map_err(|_| "a number is too large")?;
        parser.space();
        let offset = usize::try_from(parser.unsigned()?).map_err(|_| "a number is too large")?;
        places.push((
            number,
            first.checked_add(offset).ok_or("a number is too large")?,
        ));
    }
    Ok(places)
}

//! Looks for objects and trailers from the start of a file to its end.
//!
//! What stands within a stream is not looked at: an attached PDF has objects, too.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, ObjectId};

use super::is_catalog;
use crate::error::{Error, Result};
use crate::source::Source;
use crate::syntax::Parser;
use crate::xref::{LARGEST_CLAIM, Style, Window};

/// How much is searched at once.
const CHUNK: u64 = 1 << 16;
/// The longest `N G obj`: ten digits, five digits, and some white space.
const LONGEST_HEADER: u64 = 40;
/// The largest dictionary that is read: it is one object of many.
const LARGEST_DICTIONARY: u64 = 4 << 20;
/// How much is read to see where an object or a stream ends, at first.
const FIRST_READ: u64 = 256;
/// Most bytes that are read of objects that do not end there, beside four times the file: those of
/// one that is in order come to less, and those that never end would each be read to the last.
const MOST_IN_VAIN: u64 = 64 << 20;
/// Room for the longest token that is told by what follows it.
const MARGIN: usize = 16;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The last definition of each number.
    pub(super) objects: BTreeMap<u32, Found>,
    /// Numbers of streams of objects and where they start, in the order of the file.
    pub(super) object_streams: Vec<(u32, u64)>,
    /// Objects that call themselves catalogs, in the order of the file.
    pub(super) catalogs: Vec<ObjectId>,
    /// Root, Info, ID and Encrypt, each as the last trailer that has it.
    pub(super) trailer: Dictionary,
    /// How the last trailer is written.
    pub(super) style: Style,
    /// How much was read of objects that did not end there.
    in_vain: u64,
}

/// Where an object is defined.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) offset: u64,
    pub(super) generation: u16,
}

/// What stands at a place of the file.
enum Mark {
    /// `N G obj`, and where it starts: in a chunk, or in the file.
    Object(ObjectId, u64),
    /// The keyword `trailer`.
    Trailer,
}

impl Scan {
    /// Searches a whole file.
    pub(super) fn of(source: &dyn Source, length: u64) -> Result<Self> {
        let mut scan = Self::default();
        let mut search = Search::of(source, length);
        let mut at = 0;
        while let Some((mark, behind)) = search.next_mark(at)? {
            at = match mark {
                Mark::Object(id, offset) if id.0 != 0 && u64::from(id.0) < LARGEST_CLAIM => {
                    scan.take_object(source, length, id, offset, behind)?
                }
                Mark::Object(..) => behind,
                Mark::Trailer => scan.take_trailer(source, length, behind)?,
            };
        }
        if scan.objects.is_empty() {
            return Err(Error::Missing { what: "object" });
        }
        Ok(scan)
    }

    /// Notes an object whose content starts at `behind`; says where to go on.
    fn take_object(
        &mut self,
        source: &dyn Source,
        length: u64,
        id: ObjectId,
        offset: u64,
        behind: u64,
    ) -> Result<u64> {
        let Some((object, end, is_stream)) = self.read(source, length, behind)? else {
            return Ok(behind);
        };
        let (number, generation) = id;
        self.objects.insert(number, Found { offset, generation });
        let Object::Dictionary(dictionary) = object else {
            return Ok(end);
        };
        if is_catalog(&dictionary) {
            self.catalogs.push(id);
        }
        if !is_stream {
            return Ok(end);
        }
        match dictionary.get(b"Type").and_then(Object::as_name) {
            Ok(b"ObjStm") => self.object_streams.push((number, offset)),
            Ok(b"XRef") => {
                // A section of the damaged chain is no object of the document.
                self.objects.remove(&number);
                self.heed_trailer(&dictionary, Style::Stream);
            }
            _ => {}
        }
        behind_stream(source, length, &dictionary, end)
    }

    fn take_trailer(&mut self, source: &dyn Source, length: u64, behind: u64) -> Result<u64> {
        Ok(match self.read(source, length, behind)? {
            Some((Object::Dictionary(dictionary), end, _)) => {
                self.heed_trailer(&dictionary, Style::Table);
                end
            }
            _ => behind,
        })
    }

    fn heed_trailer(&mut self, dictionary: &Dictionary, style: Style) {
        self.style = style;
        for key in ["Root", "Info", "ID", "Encrypt"] {
            if let Ok(value) = dictionary.get(key.as_bytes()) {
                self.trailer.set(key, value.clone());
            }
        }
    }

    /// Reads the object at `at`: it, where it ends, and whether it is the dictionary of a stream.
    fn read(
        &mut self,
        source: &dyn Source,
        length: u64,
        at: u64,
    ) -> Result<Option<(Object, u64, bool)>> {
        let most_in_vain = length.saturating_mul(4).saturating_add(MOST_IN_VAIN);
        let mut window = Window::open(source, length, at);
        let mut size = FIRST_READ;
        loop {
            let whole = window.grow(size)? || size >= LARGEST_DICTIONARY;
            let mut parser = Parser::new(&window.bytes, 0);
            let object = parser.object();
            let mut end = parser.at;
            parser.space();
            match object {
                Ok(object) if whole || parser.at + MARGIN < window.bytes.len() => {
                    let is_stream =
                        matches!(object, Object::Dictionary(_)) && parser.keyword(b"stream");
                    if is_stream {
                        end = parser.at;
                    }
                    return Ok(Some((object, at + end as u64, is_stream)));
                }
                // What is wrong well before the end of the window stays wrong in a larger one.
                Err(_) if end + MARGIN < window.bytes.len() => return Ok(None),
                _ => {}
            }
            self.in_vain += window.bytes.len() as u64;
            if self.in_vain > most_in_vain {
                let what = "end of most objects";
                return Err(Error::Missing { what });
            }
            if whole {
                return Ok(None);
            }
            size = size.saturating_mul(4);
        }
    }
}

/// Where a stream ends whose keyword ends at `start`: by its length, else by `endstream`.
fn behind_stream(
    source: &dyn Source,
    length: u64,
    dictionary: &Dictionary,
    start: u64,
) -> Result<u64> {
    let told = dictionary.get(b"Length").and_then(Object::as_i64).ok();
    let told = told.and_then(|told| u64::try_from(told).ok());
    if let Some(end) = told.and_then(|told| start.checked_add(told))
        && end < length
    {
        // A line end before and one behind the content.
        let mut window = Window::open(source, length, end);
        window.grow(16)?;
        let found = window.bytes.windows(9).any(|word| word == b"endstream");
        if found {
            return Ok(end);
        }
    }
    Ok(find(source, length, start, b"endstream")?.unwrap_or(length))
}

/// Finds a word from `at` on.
fn find(source: &dyn Source, length: u64, at: u64, word: &[u8]) -> Result<Option<u64>> {
    let (mut from, mut size) = (at, FIRST_READ);
    while from < length {
        let mut window = Window::open(source, length, from);
        let last = window.grow(size)?;
        let found = window
            .bytes
            .windows(word.len())
            .position(|part| part == word);
        if let Some(place) = found {
            return Ok(Some(from + place as u64));
        }
        if last {
            break;
        }
        from += size - word.len() as u64;
        size = size.saturating_mul(4).min(CHUNK);
    }
    Ok(None)
}

/// A search for marks that reads the file once, but for what lies across the edges of its chunks.
struct Search<'s> {
    source: &'s dyn Source,
    length: u64,
    /// Where the chunk at hand starts.
    from: u64,
    chunk: Vec<u8>,
}

impl<'s> Search<'s> {
    fn of(source: &'s dyn Source, length: u64) -> Self {
        Self {
            source,
            length,
            from: 0,
            chunk: Vec::new(),
        }
    }

    /// The next mark that stands wholly behind `at` and in no comment, and where it ends.
    fn next_mark(&mut self, at: u64) -> Result<Option<(Mark, u64)>> {
        let mut at = at;
        let mut in_comment = false;
        loop {
            let end = self.from + self.chunk.len() as u64;
            if at < self.from || at >= end {
                let mut window = Window::open(self.source, self.length, at);
                window.grow(CHUNK)?;
                (self.from, self.chunk) = (at, window.bytes);
            }
            let skip = usize::try_from(at - self.from).unwrap_or(usize::MAX);
            let from = self.from;
            let clear = match mark_in(&self.chunk, skip, &mut in_comment) {
                Ok((mark, behind)) => {
                    let mark = match mark {
                        Mark::Object(id, start) => Mark::Object(id, from + start),
                        Mark::Trailer => Mark::Trailer,
                    };
                    return Ok(Some((mark, from + behind)));
                }
                Err(clear) => from + clear as u64,
            };
            let end = from + self.chunk.len() as u64;
            if end >= self.length {
                return Ok(None);
            }
            // A header may lie across the edge of two chunks.
            at = clear.max(end.saturating_sub(LONGEST_HEADER)).max(at + 1);
            self.chunk.clear();
        }
    }
}

/// The first mark in a chunk that starts at `skip` or behind it, and where it ends; without one,
/// from where on one may begin.
///
/// What a comment says is no object to any reader (§7.2.4).
fn mark_in(
    chunk: &[u8],
    skip: usize,
    in_comment: &mut bool,
) -> std::result::Result<(Mark, u64), usize> {
    let (mut at, mut clear) = (skip, skip);
    loop {
        let rest = chunk.get(at..).unwrap_or_default();
        if *in_comment {
            let Some(line_end) = memchr::memchr2(b'\r', b'\n', rest) else {
                return Err(chunk.len());
            };
            *in_comment = false;
            at += line_end + 1;
            clear = at;
            continue;
        }
        match rest {
            [] => return Err(clear),
            [b'%', ..] => *in_comment = true,
            [b'o', b'b', b'j', ..] => {
                if let Some((id, start)) = header_before(chunk, at)
                    && start >= clear
                {
                    return Ok((Mark::Object(id, start as u64), at as u64 + 3));
                }
            }
            [b't', ..] if rest.starts_with(b"trailer") => {
                return Ok((Mark::Trailer, at as u64 + 7));
            }
            _ => {}
        }
        at += 1;
    }
}

/// Reads `N G ` backwards from where `obj` stands; says where it starts, too.
fn header_before(bytes: &[u8], obj: usize) -> Option<(ObjectId, usize)> {
    let follows = bytes.get(obj + 3);
    if follows.is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let from = obj.saturating_sub(LONGEST_HEADER as usize);
    let before = bytes.get(from..obj)?;
    let is_space = |byte: &u8| matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ');
    let spaces = |bytes: &[u8]| bytes.iter().rev().take_while(|byte| is_space(byte)).count();
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let cut = |bytes: &[u8], count: usize| bytes.len() - count;

    let before = before.get(..cut(before, spaces(before)))?;
    let (rest, generation) = before.split_at(cut(before, digits(before)));
    let between = spaces(rest);
    let rest = rest.get(..cut(rest, between))?;
    let (rest, number) = rest.split_at(cut(rest, digits(rest)));
    // What is longer than any header has lost its first digits.
    if between == 0 || rest.is_empty() && from > 0 {
        return None;
    }
    let parse = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u64>().ok();
    let number = u32::try_from(parse(number)?).ok()?;
    let generation = u16::try_from(parse(generation)?).ok()?;
    Some(((number, generation), from + rest.len()))
}

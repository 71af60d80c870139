//! Where each revision ends, and whether every byte behind a signed one belongs to what its section
//! names (ISO 32000-2 §7.5.5, §7.5.6).
//!
//! Readers that repair files find objects without any section. So bytes that are no part of a
//! section, of an object that stands where the section says, or of the revision's end are a change,
//! whatever they are.

use lopdf::{Dictionary, Object, ObjectId};
use memchr::memmem::Finder;

use crate::document::Document;
use crate::error::{Error, Result};
use crate::syntax::Parser;
use crate::xref::{Entry, Section, Window};

/// How much is read at once to look for `startxref`.
const CHUNK: u64 = 1 << 16;
/// More than the words of a revision's end, twenty digits and their line ends take.
const LONGEST_END: u64 = 64;
/// How much is read first of an object.
const FIRST_READ: u64 = 4096;

/// Most white space behind the last revision.
const LONGEST_PADDING: u64 = 64;

/// One revision of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// How many sections of the chain are there at its end.
    pub(crate) sections: usize,
    /// Where the section starts that its `startxref` names.
    pub(crate) section: u64,
    /// Where its `%%EOF` ends.
    pub(crate) marker: u64,
    /// Where it ends: behind the line end, if there is one.
    pub(crate) end: u64,
}

impl Document {
    /// Lengths of the file at the ends of its revisions, the oldest first; a revision without its
    /// end is left out.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn revision_ends(&self) -> Result<Vec<u64>> {
        Ok(self.extents()?.iter().map(|extent| extent.end).collect())
    }

    /// The revisions that have an end, the oldest first.
    pub(crate) fn extents(&self) -> Result<Vec<Extent>> {
        if self.is_recovered() {
            return Ok(Vec::new());
        }
        let oldest_first: Vec<u64> = self
            .chain()
            .sections
            .iter()
            .rev()
            .map(|s| s.offset)
            .collect();
        let first = 1 + self.chain().sections.len() - self.revisions();
        let mut extents = Vec::new();
        for sections in first..=oldest_first.len() {
            let Some(section) = sections.checked_sub(1).and_then(|at| oldest_first.get(at)) else {
                continue;
            };
            // The main table of a linearized file lies behind the one that its end names.
            let own = oldest_first.get(..sections).filter(|_| sections == first);
            let from = own.into_iter().flatten().copied().max().unwrap_or(*section);
            let next = oldest_first.get(sections).copied().unwrap_or(self.len());
            let limit = next.saturating_add(LONGEST_END).min(self.len());
            if let Some((marker, end)) = self.end_of(*section, from, limit)? {
                extents.push(Extent {
                    sections,
                    section: *section,
                    marker,
                    end,
                });
            }
        }
        Ok(extents)
    }

    /// Whether nothing but white space stands from here to the end of the file, and little of it:
    /// mail and other transports leave line ends or NULs there.
    pub(super) fn is_padding(&self, from: u64) -> Result<bool> {
        let length = self.len().saturating_sub(from);
        if length > LONGEST_PADDING {
            return Ok(false);
        }
        let bytes = self.bytes(from..self.len())?;
        let is_space = |byte: &u8| matches!(byte, 0 | 9 | 10 | 12 | 13 | 32);
        Ok(bytes.iter().all(is_space))
    }

    /// The document at the end of a revision.
    pub(crate) fn at_end_of(&self, extent: &Extent) -> Result<Self> {
        let source = crate::source::beginning(self.source().clone(), extent.end);
        let chain = self.chain().oldest(extent.sections);
        let mut document = Self::unread(source, extent.end, chain);
        document.unlock(crate::document::Unlock::As(self))?;
        document.read_catalog()?;
        Ok(document)
    }

    /// Finds the end of the revision with this section, between `from` and `limit`.
    fn end_of(&self, section: u64, from: u64, limit: u64) -> Result<Option<(u64, u64)>> {
        let finder = Finder::new(b"startxref");
        let mut at = from;
        while at < limit {
            let bytes = self.bytes(at..limit.min(at.saturating_add(CHUNK + LONGEST_END)))?;
            for found in finder.find_iter(&bytes) {
                let start = at + found as u64;
                if start >= at + CHUNK {
                    break;
                }
                let tail = self.bytes(start..self.len().min(start + LONGEST_END))?;
                if let Some((marker, end)) = end_marker(&tail, section) {
                    return Ok(Some((start + marker, start + end)));
                }
            }
            at = at.saturating_add(CHUNK);
        }
        Ok(None)
    }

    /// Whether every byte from `before` on belongs to the last revision of this document.
    pub(super) fn accounts_for(&self, before: u64, extent: &Extent) -> Result<bool> {
        let mut ground = Ground {
            document: self,
            section: self.chain().newest(),
            extent,
            at: before,
            section_seen: false,
            ended: false,
        };
        while ground.at < extent.end {
            if !ground.step()? {
                return Ok(false);
            }
        }
        Ok(ground.section_seen && ground.ended)
    }
}

/// Where `%%EOF` and its line end stop in bytes that are `startxref`, this offset, `%%EOF`.
fn end_marker(tail: &[u8], section: u64) -> Option<(u64, u64)> {
    let rest = tail.strip_prefix(b"startxref")?.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    let number: u64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    let rest = rest.trim_ascii_start().strip_prefix(b"%%EOF")?;
    let line_end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    let marker = tail.len() - rest.len();
    (number == section).then_some((marker as u64, (marker + line_end) as u64))
}

/// A walk over the bytes of a revision.
struct Ground<'d> {
    document: &'d Document,
    section: &'d Section,
    extent: &'d Extent,
    at: u64,
    section_seen: bool,
    ended: bool,
}

/// What an object is, to find its end.
enum Found {
    /// It ends here.
    End(usize),
    /// Its content starts here.
    Content(Dictionary, usize),
}

impl Ground<'_> {
    /// Passes one thing, and says whether it belongs here.
    fn step(&mut self) -> Result<bool> {
        let from = self.at;
        let bytes = self.read(from, FIRST_READ)?;
        let Some(blank) = blank(&bytes) else {
            return Ok(false);
        };
        self.at += blank as u64;
        let rest = bytes.get(blank..).unwrap_or_default();
        // A comment may go on, and a keyword be cut, where the reading ends.
        if rest.len() < LONGEST_END as usize && self.at < self.extent.end && blank > 0 {
            return Ok(true);
        }
        let stands = |offset: u64| (from..=self.at).contains(&offset);
        let mut parser = Parser::new(rest, 0);
        if rest.is_empty() {
            return Ok(self.at >= self.extent.end);
        }
        if parser.keyword(b"xref") {
            let own = stands(self.section.offset) && self.section.end > self.at;
            self.section_seen |= own;
            self.at = self.section.end;
            return Ok(own);
        }
        if parser.keyword(b"startxref") {
            let ended = end_marker(rest, self.extent.section);
            let end = ended.map(|(_, end)| self.at + end);
            self.ended = end == Some(self.extent.end);
            self.at = self.extent.end;
            return Ok(self.ended);
        }
        let Ok((number, generation)) = parser.object_header() else {
            return Ok(false);
        };
        let source = &**self.document.source();
        let is_section = stands(self.section.offset);
        let named = match self.section.find(source, number)? {
            Some(Entry::At {
                offset,
                generation: named,
            }) => stands(offset) && named == generation,
            _ => false,
        };
        if !is_section && !named {
            return Ok(false);
        }
        self.section_seen |= is_section;
        if !self.holds_what_is_named((number, generation))? {
            return Ok(false);
        }
        let Some(end) = self.end_of_object(is_section)? else {
            return Ok(false);
        };
        self.at = end;
        Ok(true)
    }

    /// Whether all that lies in a stream of objects is what the section says lies there: readers that
    /// repair take the rest, too (§7.5.7). An object that cannot be read may be one.
    fn holds_what_is_named(&self, id: ObjectId) -> Result<bool> {
        let held = match self.document.fetch(id) {
            Ok(Object::Stream(stream)) if is_stream_of_objects(&stream.dict) => {
                self.document.numbers_of_stream(id.0)
            }
            Ok(_) => return Ok(true),
            Err(error) => Err(error),
        };
        let held = match held {
            Err(Error::Read(source)) => return Err(Error::Read(source)),
            Err(_) => return Ok(false),
            Ok(held) => held,
        };
        let source = &**self.document.source();
        for (index, held) in (0..).zip(held) {
            let named = self.section.find(source, held)?;
            let here = Entry::InStream {
                stream: id.0,
                index,
            };
            if named != Some(here) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where the object that starts here ends; `None` for one that does not, or is a section that
    /// has a key twice.
    fn end_of_object(&self, is_section: bool) -> Result<Option<u64>> {
        let mut size = FIRST_READ;
        let mut window = self.window(self.at);
        loop {
            let whole = window.grow(size)?;
            match object_end(&window.bytes, is_section) {
                Some(Found::End(end)) => return Ok(Some(self.at + end as u64)),
                Some(Found::Content(dictionary, start)) => {
                    let length = self.document.get(&dictionary, b"Length")?;
                    let length = length.as_i64().ok().and_then(|n| u64::try_from(n).ok());
                    let start = self.at + start as u64;
                    let Some(end) = length.and_then(|length| start.checked_add(length)) else {
                        return Ok(None);
                    };
                    return self.end_of_content(end);
                }
                None if whole => return Ok(None),
                None => size = size.saturating_mul(4),
            }
        }
    }

    /// Where an object ends whose content ends at `at`.
    fn end_of_content(&self, at: u64) -> Result<Option<u64>> {
        if at > self.extent.end {
            return Ok(None);
        }
        let bytes = self.read(at, LONGEST_END)?;
        let mut parser = Parser::new(&bytes, 0);
        let mut expect = |word: &[u8]| {
            parser.space();
            parser.keyword(word)
        };
        let ends = expect(b"endstream") && expect(b"endobj");
        Ok(ends.then_some(at + parser.at as u64))
    }

    fn window(&self, from: u64) -> Window<'_> {
        Window::open(&**self.document.source(), self.extent.end, from)
    }

    fn read(&self, from: u64, size: u64) -> Result<Vec<u8>> {
        let mut window = self.window(from);
        window.grow(size)?;
        Ok(window.bytes)
    }
}

/// Reads an object to its `endobj`, or to where its content starts; `None` if more is needed or it
/// is none.
fn object_end(bytes: &[u8], is_section: bool) -> Option<Found> {
    let mut parser = Parser::new(bytes, 0);
    parser.object_header().ok()?;
    let object = parser.object().ok()?;
    parser.space();
    match object {
        Object::Dictionary(_) if is_section && parser.repeated => None,
        Object::Dictionary(dictionary) if parser.keyword(b"stream") => {
            let line_end = match bytes.get(parser.at..)? {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                _ => return None,
            };
            Some(Found::Content(dictionary, parser.at + line_end))
        }
        _ => parser.keyword(b"endobj").then_some(Found::End(parser.at)),
    }
}

fn is_stream_of_objects(dictionary: &Dictionary) -> bool {
    let kind = dictionary.get(b"Type").and_then(Object::as_name);
    matches!(kind, Ok(b"ObjStm"))
}

/// How many bytes of white space and comments these start with; `None` if one of the comments is
/// the head or the end of a file.
fn blank(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        at += match rest.first() {
            Some(0 | 9 | 10 | 12 | 13 | 32) => 1,
            Some(b'%') if rest.starts_with(b"%%EOF") || rest.starts_with(b"%PDF-") => return None,
            Some(b'%') => rest
                .iter()
                .position(|b| matches!(b, 10 | 13))
                .unwrap_or(rest.len()),
            _ => return Some(at),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_revision_is_its_offset_the_marker_and_at_most_one_line_end() {
        for (tail, expected) in [
            (&b"startxref\n12\n%%EOF\n"[..], Some((18, 19))),
            (b"startxref\r\n12\r\n%%EOF\r\n1 0 obj", Some((20, 22))),
            (b"startxref 12 %%EOF", Some((18, 18))),
            (b"startxref\n13\n%%EOF\n", None),
            (b"startxref\n12\n%%EO", None),
            (b"startxref\n\n%%EOF", None),
        ] {
            assert_eq!(end_marker(tail, 12), expected, "{tail:?}");
        }
    }

    #[test]
    fn comments_are_blank_but_for_the_head_and_end_of_a_file() {
        assert_eq!(blank(b" \n% note\n\0 1 0 obj"), Some(11));
        assert_eq!(blank(b"\n%%EOF\n"), None);
        assert_eq!(blank(b"\n%PDF-1.7\n"), None);
    }
}

//! The chain of cross-reference sections (ISO 32000-2 §7.5.4, §7.5.8), read lazily.
//!
//! Sections are kept apart, newest first, with free entries and 64-bit offsets, so that every
//! earlier state of the document can be told. A table is not read whole: where its entries are the
//! regular twenty bytes, one is looked up in place. A stream is decoded, within a bound for the
//! whole chain, and its entries are looked up in what it decodes to.

mod pieces;
mod stream;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use lopdf::{Dictionary, Object};

use crate::error::{Error, Result};
use crate::source::Source;
use crate::stream::MOST_DECODED;
use crate::syntax::Parser;
use pieces::Pieces;
use stream::Packed;

/// How far from the end `startxref` is looked for; other readers look as far (annex H.3, note 18
/// of PDF 1.7 says 1024 bytes).
const TAIL: u64 = 2048;
/// How much is read to find the header.
const HEAD: u64 = 1024;
/// Longest trailer or object that is read.
pub(crate) const LONGEST_OBJECT: u64 = 64 << 20;
/// Most sections that are followed; a file with more revisions is not a document.
const MOST_SECTIONS: usize = 10_000;
/// The largest `/Size` that is believed: the most objects of a file (PDF 1.7, annex C, table C.1).
pub(crate) const LARGEST_CLAIM: u64 = 8_388_608;
/// Most subsections of one section.
const MOST_SUBSECTIONS: usize = 1 << 20;

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// At a byte offset.
    At {
        /// Bytes from the start of the file.
        offset: u64,
        generation: u16,
    },
    /// In a stream of objects.
    InStream {
        /// Number of the stream, whose generation is 0.
        stream: u32,
        /// Which of its objects it is, from 0.
        index: usize,
    },
    /// Nowhere: the number is free.
    Free,
}

/// How a section is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// As a table with a trailer (§7.5.4), also in a hybrid file (§7.5.8.4).
    #[default]
    Table,
    /// As a stream (§7.5.8).
    Stream,
}

/// One section with its trailer.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// Where `xref`, or the stream object, starts.
    pub(crate) offset: u64,
    /// Where the trailer of a table ends; of a stream, where it starts.
    pub(crate) end: u64,
    /// Whether the trailer of a table has a key twice.
    repeated: bool,
    pub(crate) style: Style,
    /// The trailer dictionary, or the stream's.
    pub(crate) trailer: Dictionary,
    subsections: Vec<Subsection>,
    /// Which of them says what a number is.
    pieces: Pieces,
    /// What the stream that `/XRefStm` names adds for readers of PDF 1.5 (§7.5.8.4).
    hidden: Vec<Subsection>,
    hidden_pieces: Pieces,
}

/// A run of entries.
#[derive(Debug, Clone)]
struct Subsection {
    first: u32,
    count: u32,
    entries: Entries,
}

#[derive(Debug, Clone)]
enum Entries {
    /// Twenty bytes each from this offset on.
    Regular(u64),
    /// Read one by one, since they are not twenty bytes each.
    Read(Vec<Entry>),
    /// Of a stream.
    Packed(Packed),
}

/// The whole chain, newest section first.
#[derive(Debug, Clone)]
pub(crate) struct XrefChain {
    pub(crate) sections: Vec<Arc<Section>>,
    /// Whether it is in no file: its objects were looked for.
    pub(crate) recovered: bool,
}

impl XrefChain {
    /// Follows the chain from the end of the file.
    pub(crate) fn read(source: &dyn Source, length: u64) -> Result<Self> {
        check_header(source, length)?;
        let mut next = Some(start_xref(source, length)?);
        let mut seen = HashSet::new();
        let mut sections = Vec::new();
        let mut budget = MOST_DECODED;
        while let Some(offset) = next {
            let broken = |why| Error::CrossReference { offset, why };
            if !seen.insert(offset) {
                return Err(broken("the chain of /Prev leads back here"));
            }
            if sections.len() >= MOST_SECTIONS {
                return Err(broken("the chain of /Prev has too many sections"));
            }
            let section = Section::read(source, length, offset, &mut budget)?;
            next = previous(&section.trailer).map_err(broken)?;
            sections.push(Arc::new(section));
        }
        Ok(Self {
            sections,
            recovered: false,
        })
    }

    /// A chain of one section that stands in no file, from objects that were found.
    ///
    /// Each number comes with the offset that decides between two definitions, and its entry.
    pub(crate) fn of_entries(
        found: &BTreeMap<u32, (u64, Entry)>,
        trailer: Dictionary,
        style: Style,
    ) -> Self {
        let mut subsections: Vec<Subsection> = Vec::new();
        for (number, (_, entry)) in found {
            match subsections.last_mut() {
                Some(Subsection {
                    first,
                    count,
                    entries: Entries::Read(entries),
                }) if *first + *count == *number => {
                    *count += 1;
                    entries.push(*entry);
                }
                _ => subsections.push(Subsection {
                    first: *number,
                    count: 1,
                    entries: Entries::Read(vec![*entry]),
                }),
            }
        }
        let section = Section {
            offset: 0,
            end: 0,
            repeated: false,
            style,
            trailer,
            pieces: pieces_of(&subsections),
            subsections,
            hidden: Vec::new(),
            hidden_pieces: Pieces::default(),
        };
        Self {
            sections: vec![Arc::new(section)],
            recovered: true,
        }
    }

    /// The chain as it was with its oldest `count` sections, which it has.
    pub(crate) fn oldest(&self, count: usize) -> Self {
        let newer = self.sections.len().saturating_sub(count);
        Self {
            sections: self.sections.get(newer..).unwrap_or_default().to_vec(),
            recovered: self.recovered,
        }
    }

    /// The newest section.
    pub(crate) fn newest(&self) -> &Section {
        self.sections
            .first()
            .expect("a chain has at least one section")
    }

    /// The newest trailer.
    pub(crate) fn trailer(&self) -> &Dictionary {
        &self.newest().trailer
    }

    /// Finds an object as of the newest state.
    pub(crate) fn find(&self, source: &dyn Source, number: u32) -> Result<Entry> {
        for section in &self.sections {
            if let Some(entry) = section.find(source, number)? {
                return Ok(entry);
            }
        }
        Ok(Entry::Free)
    }

    /// Whether a table has entries that are not twenty bytes each, or the newest trailer no size
    /// (§7.5.4, §7.5.5).
    pub(crate) fn is_irregular(&self) -> bool {
        let runs = self
            .sections
            .iter()
            .flat_map(|section| &section.subsections);
        let mut irregular =
            runs.filter(|run| matches!(&run.entries, Entries::Read(read) if !read.is_empty()));
        irregular.next().is_some() || !self.trailer().has(b"Size")
    }

    /// How many entries all sections have; some numbers may have several.
    pub(crate) fn entries(&self) -> u64 {
        let runs = self
            .sections
            .iter()
            .flat_map(|section| section.subsections.iter().chain(&section.hidden));
        runs.map(|run| u64::from(run.count)).sum()
    }

    /// Numbers that the newest `sections` name, used or free: each once, in order.
    pub(crate) fn numbers(&self, sections: usize) -> Result<Vec<u32>> {
        let sections = self.sections.iter().take(sections);
        let runs = sections.flat_map(|section| section.subsections.iter().chain(&section.hidden));
        let mut numbers = Vec::new();
        for run in runs {
            if numbers.len() as u64 + u64::from(run.count) > LARGEST_CLAIM {
                let offset = self.newest().offset;
                let why = "it and those before it have too many entries";
                return Err(Error::CrossReference { offset, why });
            }
            numbers.extend(run.first..run.first + run.count);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// How many numbers the oldest `sections` leave out below the highest they name.
    pub(crate) fn left_out(&self, sections: usize) -> u64 {
        let sections = self.sections.iter().rev().take(sections);
        let runs = sections.flat_map(|section| section.subsections.iter().chain(&section.hidden));
        let mut runs: Vec<_> = runs
            .map(|run| (u64::from(run.first), u64::from(run.count)))
            .collect();
        runs.sort_unstable();
        // Number 0 is nobody's, named or not.
        let (mut end, mut left_out) = (1, 0);
        for (first, count) in runs.into_iter().filter(|(_, count)| *count > 0) {
            left_out += first.saturating_sub(end);
            end = end.max(first + count);
        }
        left_out
    }

    /// The number above all that a section uses or claims, unless the claim is beyond what any
    /// file has.
    pub(crate) fn next_number(&self) -> u64 {
        let claimed = self
            .sections
            .iter()
            .filter_map(|section| section.trailer.get(b"Size").and_then(Object::as_i64).ok());
        let used = self
            .sections
            .iter()
            .flat_map(|section| section.subsections.iter().chain(&section.hidden))
            .map(|run| u64::from(run.first) + u64::from(run.count));
        let claimed = claimed
            .filter_map(|size| u64::try_from(size).ok())
            .filter(|size| *size <= LARGEST_CLAIM);
        claimed.chain(used).max().unwrap_or(1).max(1)
    }
}

impl Section {
    fn read(source: &dyn Source, length: u64, offset: u64, budget: &mut usize) -> Result<Self> {
        let broken = |why| Error::CrossReference { offset, why };
        let mut window = Window::open(source, length, offset);
        window.grow(64)?;
        let mut parser = Parser::new(&window.bytes, 0);
        parser.space();
        if !parser.keyword(b"xref") {
            if parser.object_header().is_err() {
                return Err(broken("no section starts here"));
            }
            let (trailer, subsections) = stream::read(source, length, offset, budget)?;
            let style = Style::Stream;
            return Ok(Self {
                offset,
                end: offset,
                repeated: false,
                style,
                trailer,
                pieces: pieces_of(&subsections),
                subsections,
                hidden: Vec::new(),
                hidden_pieces: Pieces::default(),
            });
        }
        let mut at = parser.at as u64;
        let mut subsections = Vec::new();
        loop {
            let mut window = Window::open(source, length, offset + at);
            window.grow(4096)?;
            let mut parser = Parser::new(&window.bytes, 0);
            parser.space();
            if parser.keyword(b"trailer") {
                let dictionary = offset + at + parser.at as u64;
                let (trailer, end, repeated) = read_trailer(source, length, dictionary, offset)?;
                let hidden = match trailer.get(b"XRefStm").and_then(Object::as_i64) {
                    Ok(at) => {
                        let at = u64::try_from(at).map_err(|_| broken("/XRefStm is negative"))?;
                        stream::read(source, length, at, budget)?.1
                    }
                    Err(_) => Vec::new(),
                };
                let style = Style::Table;
                return Ok(Self {
                    offset,
                    end,
                    repeated,
                    style,
                    trailer,
                    pieces: pieces_of(&subsections),
                    subsections,
                    hidden_pieces: pieces_of(&hidden),
                    hidden,
                });
            }
            if subsections.len() >= MOST_SUBSECTIONS {
                return Err(broken("it has too many subsections"));
            }
            let number =
                |value: u64| u32::try_from(value).map_err(|_| broken("a number is too large"));
            let first = number(parser.unsigned().map_err(broken)?)?;
            parser.space();
            let count = number(parser.unsigned().map_err(broken)?)?;
            if first.checked_add(count).is_none() {
                return Err(broken("a number is too large"));
            }
            parser.space();
            let start = offset + at + parser.at as u64;
            let (entries, end) = read_entries(source, length, start, count, offset)?;
            subsections.push(Subsection {
                first,
                count,
                entries,
            });
            at = end - offset;
        }
    }

    /// Whether readers can differ in what it says: a number is in two of its runs, a key twice in its
    /// trailer, or it has more for readers of PDF 1.5 (§7.5.8.4).
    pub(crate) fn is_ambiguous(&self) -> bool {
        let runs = self.subsections.iter().filter(|run| run.count > 0);
        let mut runs: Vec<_> = runs.map(|run| (run.first, run.count)).collect();
        runs.sort_unstable();
        let apart = runs.is_sorted_by(|(first, count), (next, _)| first + count <= *next);
        !apart || self.repeated || self.trailer.has(b"XRefStm")
    }

    /// Finds an object in this section alone.
    pub(crate) fn find(&self, source: &dyn Source, number: u32) -> Result<Option<Entry>> {
        let shown = self.find_in((&self.subsections, &self.pieces), source, number)?;
        // What a table calls free may be hidden from readers before PDF 1.5 (§7.5.8.4).
        if matches!(shown, None | Some(Entry::Free)) {
            let hidden = self.find_in((&self.hidden, &self.hidden_pieces), source, number)?;
            return Ok(hidden.or(shown));
        }
        Ok(shown)
    }

    fn find_in(
        &self,
        (runs, pieces): (&[Subsection], &Pieces),
        source: &dyn Source,
        number: u32,
    ) -> Result<Option<Entry>> {
        let offset = self.offset;
        let broken = || Error::CrossReference {
            offset,
            why: "an entry is not in form",
        };
        let Some(run) = pieces.run_of(number).and_then(|run| runs.get(run)) else {
            return Ok(None);
        };
        let index = number.saturating_sub(run.first);
        match &run.entries {
            Entries::Read(entries) => Ok(entries.get(index as usize).copied()),
            Entries::Packed(packed) => packed.entry(index).map(Some).ok_or_else(broken),
            Entries::Regular(start) => {
                let mut bytes = [0; 20];
                let at = start + 20 * u64::from(index);
                source.read_at(at, &mut bytes).map_err(Error::Read)?;
                entry(&bytes).map(Some).ok_or_else(broken)
            }
        }
    }
}

fn pieces_of(runs: &[Subsection]) -> Pieces {
    Pieces::of(runs.iter().map(|run| (run.first, run.count)))
}

/// Reads the trailer dictionary at `at`, of the section at `section`, and says where it ends and
/// whether it has a key twice.
fn read_trailer(
    source: &dyn Source,
    length: u64,
    at: u64,
    section: u64,
) -> Result<(Dictionary, u64, bool)> {
    let mut window = Window::open(source, length, at);
    let mut size = 4096;
    loop {
        let whole = window.grow(size)?;
        let mut parser = Parser::new(&window.bytes, 0);
        match parser.dictionary() {
            Ok(raw) => return Ok((raw.dictionary, at + parser.at as u64, parser.repeated)),
            Err(why) if whole => {
                return Err(Error::CrossReference {
                    offset: section,
                    why,
                });
            }
            Err(_) => size = size.saturating_mul(4),
        }
    }
}

/// Reads `count` entries from `start` on, and says where they end.
fn read_entries(
    source: &dyn Source,
    length: u64,
    start: u64,
    count: u32,
    section: u64,
) -> Result<(Entries, u64)> {
    let broken = |why| Error::CrossReference {
        offset: section,
        why,
    };
    if count == 0 {
        return Ok((Entries::Read(Vec::new()), start));
    }
    let end = start + 20 * u64::from(count);
    if end <= length {
        // Regular, if the first, the last and what follows are where twenty bytes each put them.
        let mut bytes = [0; 20];
        source.read_at(start, &mut bytes).map_err(Error::Read)?;
        let first = entry(&bytes).is_some();
        source.read_at(end - 20, &mut bytes).map_err(Error::Read)?;
        if first && entry(&bytes).is_some() {
            return Ok((Entries::Regular(start), end));
        }
    }
    let most = (length - start.min(length)) / 16;
    if u64::from(count) > most {
        return Err(broken("it is shorter than it says"));
    }
    let mut window = Window::open(source, length, start);
    window.grow(u64::from(count).saturating_mul(32).min(LONGEST_OBJECT))?;
    let mut parser = Parser::new(&window.bytes, 0);
    let mut entries = Vec::with_capacity(count as usize);
    for _ in 0..count {
        parser.space();
        let offset = parser.unsigned().map_err(broken)?;
        parser.space();
        let generation = parser.unsigned().map_err(broken)?;
        let generation = u16::try_from(generation).unwrap_or(u16::MAX);
        parser.space();
        entries.push(if parser.keyword(b"n") {
            Entry::At { offset, generation }
        } else if parser.keyword(b"f") {
            Entry::Free
        } else {
            return Err(broken("an entry is neither used nor free"));
        });
    }
    Ok((Entries::Read(entries), start + parser.at as u64))
}

/// Reads a regular entry: ten digits, five digits, a letter (§7.5.4).
fn entry(bytes: &[u8; 20]) -> Option<Entry> {
    let digits = |text: &[u8]| -> Option<u64> {
        text.iter().try_fold(0u64, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value * 10 + u64::from(byte - b'0'))
        })
    };
    let spaced = bytes[10] == b' ' && bytes[16] == b' ';
    let ended = matches!(&bytes[18..], b" \n" | b" \r" | b"\r\n" | b"\n\n" | b"\r\r");
    if !spaced || !ended {
        return None;
    }
    let offset = digits(&bytes[..10])?;
    let generation = u16::try_from(digits(&bytes[11..16])?).ok()?;
    match bytes[17] {
        b'n' => Some(Entry::At { offset, generation }),
        b'f' => Some(Entry::Free),
        _ => None,
    }
}

fn previous(trailer: &Dictionary) -> std::result::Result<Option<u64>, &'static str> {
    match trailer.get(b"Prev") {
        Err(_) | Ok(Object::Null) => Ok(None),
        Ok(Object::Integer(offset)) => u64::try_from(*offset)
            .map(Some)
            .map_err(|_| "/Prev is negative"),
        Ok(Object::Real(offset)) if *offset >= 0.0 && offset.fract() == 0.0 && *offset < 1.6e7 => {
            // Below 2^24 a real holds every integer; some producers write "123.0".
            Ok(Some(*offset as u64))
        }
        Ok(_) => Err("/Prev is no offset"),
    }
}

fn check_header(source: &dyn Source, length: u64) -> Result<()> {
    let mut window = Window::open(source, length, 0);
    window.grow(HEAD)?;
    let found = window.bytes.windows(5).position(|bytes| bytes == b"%PDF-");
    match found {
        Some(0) => Ok(()),
        Some(bytes) => Err(Error::BytesBeforeHeader {
            bytes: bytes as u64,
        }),
        None => Err(Error::NotAPdf),
    }
}

fn start_xref(source: &dyn Source, length: u64) -> Result<u64> {
    let from = length.saturating_sub(TAIL);
    let mut window = Window::open(source, length, from);
    window.grow(TAIL)?;
    let word = b"startxref";
    let at = window
        .bytes
        .windows(word.len())
        .rposition(|bytes| bytes == word)
        .ok_or(Error::NoStartXref)?;
    let mut parser = Parser::new(&window.bytes, at + word.len());
    parser.space();
    let offset = parser.unsigned().map_err(|_| Error::NoStartXref)?;
    if offset == 0 || offset >= length {
        Err(Error::NoStartXref)
    } else {
        Ok(offset)
    }
}

/// A part of the source that can be read further.
pub(crate) struct Window<'s> {
    source: &'s dyn Source,
    length: u64,
    from: u64,
    pub(crate) bytes: Vec<u8>,
}

impl<'s> Window<'s> {
    pub(crate) fn open(source: &'s dyn Source, length: u64, from: u64) -> Self {
        Self {
            source,
            length,
            from,
            bytes: Vec::new(),
        }
    }

    /// Reads up to `size` bytes in all; says whether that is all there is or all that is read.
    pub(crate) fn grow(&mut self, size: u64) -> Result<bool> {
        let available = self.length.saturating_sub(self.from);
        let wanted = size.min(available).min(LONGEST_OBJECT);
        let have = self.bytes.len();
        let wanted_len = usize::try_from(wanted).unwrap_or(usize::MAX);
        if wanted_len > have {
            match have {
                // Memory that is zeroed already: this is done for every object.
                0 => self.bytes = vec![0; wanted_len],
                _ => self.bytes.resize(wanted_len, 0),
            }
            let rest = self
                .bytes
                .get_mut(have..)
                .expect("the buffer was grown beyond it");
            self.source
                .read_at(self.from + have as u64, rest)
                .map_err(Error::Read)?;
        }
        Ok(wanted == available || wanted == LONGEST_OBJECT)
    }
}

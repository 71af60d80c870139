//! The cross-reference section of a revision, in the style of the one before it: a file of streams
//! goes on with a stream (§7.5.8), a table, hybrid files included, with a table (§7.5.4).

use std::collections::BTreeMap;

use lopdf::{Object, ObjectId, Writer};

use super::Revision;
use crate::claims::Claims;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::text::hexadecimal;
use crate::xref::{Entry, Style};

/// The largest offset a cross-reference table can name.
const LARGEST_OFFSET: u64 = 9_999_999_999;

/// Most numbers between those of a recovered document that are written as free; more are left out.
const MOST_GAPS: usize = 1 << 16;

type Offsets = BTreeMap<ObjectId, u64>;
type Entries = BTreeMap<u32, Entry>;

impl Document {
    /// What makes a recovered document one that needs no looking, behind its bytes: a line end and a
    /// complete section. Nothing for any other.
    ///
    /// Whoever draws the document with it draws what is signed, not what a reader makes of the
    /// damage.
    pub(crate) fn healing(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        if self.is_recovered() {
            let mut revision = Revision {
                document: self.clone(),
                objects: BTreeMap::new(),
                next: self.chain().next_number(),
                first_signature: true,
                lasting: false,
                extension: None,
                claims: Claims::default(),
            };
            out.push(b'\n');
            revision.write_section(&mut out, Offsets::new(), &[0; 16], self.len() + 1)?;
        }
        Ok(out)
    }
}

impl Revision {
    /// Appends section, trailer and `startxref`; the section starts at `start` of the file.
    pub(super) fn write_section(
        &mut self,
        out: &mut Vec<u8>,
        offsets: Offsets,
        revision_id: &[u8; 16],
        start: u64,
    ) -> Result<()> {
        let mut entries: Entries = BTreeMap::new();
        if self.document.is_recovered() {
            self.complete(&mut entries)?;
        }
        for ((number, generation), offset) in offsets {
            entries.insert(number, Entry::At { offset, generation });
        }
        match self.document.chain().newest().style {
            Style::Table => {
                if start > LARGEST_OFFSET {
                    let what = "offset that a cross-reference table can name";
                    return Err(Error::Missing { what });
                }
                write_table(out, &entries);
                let trailer = self.trailer(revision_id)?;
                out.extend_from_slice(&[b"trailer\n<<", &trailer[..], b">>\n"].concat());
            }
            Style::Stream => {
                let id = self.allocate()?;
                let (number, generation) = id;
                let offset = start;
                entries.insert(number, Entry::At { offset, generation });
                let trailer = self.trailer(revision_id)?;
                write_stream(out, id, &entries, &trailer);
            }
        }
        out.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Ok(())
    }

    /// Takes every object of a document whose own sections are damaged, and closes the gaps between
    /// their numbers: gaps in a first section make Acrobat reject the first of two signatures.
    fn complete(&self, entries: &mut Entries) -> Result<()> {
        let (chain, source) = (self.document.chain(), self.document.source());
        let numbers = chain.numbers(usize::MAX)?;
        let last = numbers.last().copied().unwrap_or_default() as usize;
        if last <= MOST_GAPS + 2 * numbers.len() {
            entries.extend((1..self.next as u32).map(|number| (number, Entry::Free)));
        }
        for number in numbers {
            entries.insert(number, chain.find(&**source, number)?);
        }
        Ok(())
    }

    /// The entries that trailers and the dictionaries of cross-reference streams share.
    fn trailer(&self, revision_id: &[u8; 16]) -> Result<Vec<u8>> {
        let newest = self.document.chain().newest();
        let mut text = format!("/Size {}", self.next).into_bytes();
        for key in ["Root", "Info"] {
            if let Ok(Object::Reference((number, generation))) = newest.trailer.get(key.as_bytes())
            {
                text.extend_from_slice(format!("/{key} {number} {generation} R").as_bytes());
            }
        }
        if let Ok(encryption) = newest.trailer.get(b"Encrypt") {
            text.extend_from_slice(b"/Encrypt ");
            text.extend_from_slice(&written(encryption)?);
        }
        let second = hexadecimal(revision_id);
        let first = self
            .first_id()
            .map_or_else(|| second.clone(), |id| hexadecimal(&id));
        text.extend_from_slice(format!("/ID[<{first}><{second}>]").as_bytes());
        if !self.document.is_recovered() {
            text.extend_from_slice(format!("/Prev {}", newest.offset).as_bytes());
        }
        Ok(text)
    }

    /// The permanent half of the file identifier (§14.4), kept byte for byte.
    fn first_id(&self) -> Option<Vec<u8>> {
        // What went into the key stays, were it nothing.
        if let Some(encryption) = self.document.encryption() {
            return Some(encryption.id.clone());
        }
        let id = self.document.chain().trailer().get(b"ID").ok()?;
        match self.document.resolve(id).ok()? {
            Object::Array(ids) => match ids.first()? {
                Object::String(first, _) => Some(first.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A value of the trailer, which is not encrypted. Not in its own bytes: no number in it is a real.
fn written(object: &Object) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Writer::write_object(&mut bytes, object).map_err(Error::Write)?;
    Ok(bytes)
}

/// Parts entries into runs of numbers without a gap.
fn runs(entries: &Entries) -> Vec<Vec<(u32, Entry)>> {
    let mut runs: Vec<Vec<(u32, Entry)>> = Vec::new();
    for (number, entry) in entries {
        let follows = |run: &&mut Vec<(u32, Entry)>| {
            run.last()
                .is_some_and(|(last, _)| last.checked_add(1) == Some(*number))
        };
        match runs.last_mut().filter(follows) {
            Some(run) => run.push((*number, *entry)),
            None => runs.push(vec![(*number, *entry)]),
        }
    }
    runs
}

/// Adds the head of the list of free numbers (§7.5.4).
fn with_head(entries: &Entries) -> Entries {
    let mut entries = entries.clone();
    entries.insert(0, Entry::Free);
    entries
}

fn write_table(out: &mut Vec<u8>, entries: &Entries) {
    out.extend_from_slice(b"xref\n");
    for run in runs(&with_head(entries)) {
        let first = run.first().map_or(0, |(number, _)| *number);
        out.extend_from_slice(format!("{first} {}\n", run.len()).as_bytes());
        for (_, entry) in run {
            // Twenty bytes each, whatever others write (§7.5.4).
            let entry = match entry {
                Entry::At { offset, generation } => format!("{offset:010} {generation:05} n \n"),
                // Never to be used again: such an entry links to number 0.
                Entry::Free | Entry::InStream { .. } => "0000000000 65535 f \n".to_owned(),
            };
            out.extend_from_slice(entry.as_bytes());
        }
    }
}

/// Writes the section as an unfiltered stream: type, offset and generation in 1, 8 and 2 bytes.
fn write_stream(out: &mut Vec<u8>, id: ObjectId, entries: &Entries, trailer: &[u8]) {
    let mut index = Vec::new();
    let mut content = Vec::new();
    for run in runs(entries) {
        let first = run.first().map_or(0, |(number, _)| *number);
        index.push(format!("{first} {}", run.len()));
        for (_, entry) in run {
            let (kind, second, third) = match entry {
                Entry::Free => (0, 0, u16::MAX.into()),
                Entry::At { offset, generation } => (1, offset, generation.into()),
                Entry::InStream { stream, index } => (2, stream.into(), index),
            };
            content.push(kind);
            content.extend_from_slice(&u64::to_be_bytes(second));
            content.extend_from_slice(&u32::try_from(third).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    let head = format!(
        "{} {} obj\n<</Type/XRef/W[1 8 4]/Index[{}]/Length {}",
        id.0,
        id.1,
        index.join(" "),
        content.len()
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(trailer);
    out.extend_from_slice(b">>\nstream\n");
    out.extend_from_slice(&content);
    out.extend_from_slice(b"\nendstream\nendobj\n");
}

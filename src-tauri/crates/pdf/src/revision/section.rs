//! The cross-reference section of a revision, in the style of the one before it: a file of streams
//! goes on with a stream (§7.5.8), a table, hybrid files included, with a table (§7.5.4).

use std::collections::BTreeMap;

use lopdf::{Object, ObjectId};

use super::{Revision, SignatureDetails};
use crate::error::{Error, Result};
use crate::text::hexadecimal;
use crate::xref::Style;

/// The largest offset a cross-reference table can name.
const LARGEST_OFFSET: u64 = 9_999_999_999;

type Offsets = BTreeMap<ObjectId, u64>;

impl Revision {
    /// Appends section, trailer and `startxref`; the section starts at `start` of the file.
    pub(super) fn write_section(
        &mut self,
        out: &mut Vec<u8>,
        mut offsets: Offsets,
        details: &SignatureDetails,
        start: u64,
    ) -> Result<()> {
        match self.document.chain().newest().style {
            Style::Table => {
                if start > LARGEST_OFFSET {
                    let what = "offset that a cross-reference table can name";
                    return Err(Error::Missing { what });
                }
                write_table(out, &offsets);
                let trailer = self.trailer(details);
                out.extend_from_slice(format!("trailer\n<<{trailer}>>\n").as_bytes());
            }
            Style::Stream => {
                let id = self.allocate()?;
                offsets.insert(id, start);
                let trailer = self.trailer(details);
                write_stream(out, id, &offsets, &trailer);
            }
        }
        out.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Ok(())
    }

    /// The entries that trailers and the dictionaries of cross-reference streams share.
    fn trailer(&self, details: &SignatureDetails) -> String {
        let newest = self.document.chain().newest();
        let mut text = format!("/Size {}", self.next);
        for key in ["Root", "Info"] {
            if let Ok(Object::Reference((number, generation))) = newest.trailer.get(key.as_bytes())
            {
                text.push_str(&format!("/{key} {number} {generation} R"));
            }
        }
        let second = hexadecimal(&details.revision_id);
        let first = self
            .first_id()
            .map_or_else(|| second.clone(), |id| hexadecimal(&id));
        text.push_str(&format!("/ID[<{first}><{second}>]/Prev {}", newest.offset));
        text
    }

    /// The permanent half of the file identifier (§14.4), kept byte for byte.
    fn first_id(&self) -> Option<Vec<u8>> {
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

/// Parts the objects into runs of numbers without a gap.
fn runs(offsets: &Offsets) -> Vec<Vec<(ObjectId, u64)>> {
    let mut runs: Vec<Vec<(ObjectId, u64)>> = Vec::new();
    for (id, offset) in offsets {
        let follows = |run: &&mut Vec<(ObjectId, u64)>| {
            run.last()
                .is_some_and(|((last, _), _)| last.checked_add(1) == Some(id.0))
        };
        match runs.last_mut().filter(follows) {
            Some(run) => run.push((*id, *offset)),
            None => runs.push(vec![(*id, *offset)]),
        }
    }
    runs
}

fn write_table(out: &mut Vec<u8>, offsets: &Offsets) {
    out.extend_from_slice(b"xref\n0 1\n0000000000 65535 f \n");
    for run in runs(offsets) {
        let first = run.first().map_or(0, |((number, _), _)| *number);
        out.extend_from_slice(format!("{first} {}\n", run.len()).as_bytes());
        for ((_, generation), offset) in run {
            // Twenty bytes each, whatever others write (§7.5.4).
            out.extend_from_slice(format!("{offset:010} {generation:05} n \n").as_bytes());
        }
    }
}

/// Writes the section as an unfiltered stream: type, offset and generation in 1, 8 and 2 bytes.
fn write_stream(out: &mut Vec<u8>, id: ObjectId, offsets: &Offsets, trailer: &str) {
    let mut index = Vec::new();
    let mut content = Vec::new();
    for run in runs(offsets) {
        let first = run.first().map_or(0, |((number, _), _)| *number);
        index.push(format!("{first} {}", run.len()));
        for ((_, generation), offset) in run {
            content.push(1);
            content.extend_from_slice(&offset.to_be_bytes());
            content.extend_from_slice(&generation.to_be_bytes());
        }
    }
    let head = format!(
        "{} {} obj\n<</Type/XRef/W[1 8 2]/Index[{}]{trailer}/Length {}>>\nstream\n",
        id.0,
        id.1,
        index.join(" "),
        content.len()
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(&content);
    out.extend_from_slice(b"\nendstream\nendobj\n");
}

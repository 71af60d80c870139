//! Sections that are streams (§7.5.8): entries in binary fields of fixed widths.

use std::sync::Arc;

use lopdf::{Dictionary, Object};

use super::{Entries, Entry, MOST_SUBSECTIONS, Subsection};
use crate::error::{Error, Result};
use crate::source::Source;
use crate::stream::{self, Fault};

/// Entries as they stand in the decoded stream, looked up in place.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    content: Arc<[u8]>,
    widths: [usize; 3],
    /// Index of the subsection's first entry among all of the stream.
    start: usize,
}

impl Packed {
    /// The entry at an index of the subsection.
    pub(super) fn entry(&self, index: u32) -> Option<Entry> {
        let size: usize = self.widths.iter().sum();
        let at = self.start.checked_add(index as usize)?.checked_mul(size)?;
        let mut rest = self.content.get(at..)?.get(..size)?;
        let mut fields = [None; 3];
        for (field, width) in fields.iter_mut().zip(self.widths) {
            let (bytes, after) = rest.split_at_checked(width)?;
            rest = after;
            if width > 0 {
                *field = Some(
                    bytes
                        .iter()
                        .fold(0u64, |value, byte| value << 8 | u64::from(*byte)),
                );
            }
        }
        // Table 17: the type is 1 where it has no width; table 18: the others are then 0.
        let [kind, second, third] = fields;
        let (second, third) = (second.unwrap_or(0), third.unwrap_or(0));
        Some(match kind.unwrap_or(1) {
            1 => Entry::At {
                offset: second,
                generation: u16::try_from(third).unwrap_or(u16::MAX),
            },
            2 => match (u32::try_from(second), usize::try_from(third)) {
                (Ok(stream), Ok(index)) => Entry::InStream { stream, index },
                _ => Entry::Free,
            },
            // 0, and types of the future, which are null (§7.5.8.3).
            _ => Entry::Free,
        })
    }
}

/// Reads the section at `offset`, which may decode to `budget` bytes and takes them from it.
pub(super) fn read(
    source: &dyn Source,
    length: u64,
    offset: u64,
    budget: &mut usize,
) -> Result<(Dictionary, Vec<Subsection>)> {
    let broken = |why| Error::CrossReference { offset, why };
    // §7.5.8.2: all values of its dictionary are direct.
    let direct = |_| Ok(Object::Null);
    // Cross-reference streams are never encrypted (§7.5.8.2).
    let stream = stream::read(source, length, offset, *budget, &direct, None);
    let stream = stream.map_err(|fault| match fault {
        Fault::Wrong(why) => broken(why),
        Fault::Filter => Error::CrossReferenceStream,
        Fault::Error(error) => error,
    })?;
    *budget = budget.saturating_sub(stream.content.len());
    let dictionary = stream.dictionary;
    if dictionary.get(b"Type").and_then(Object::as_name).ok() != Some(b"XRef") {
        return Err(broken("no section starts here"));
    }
    let numbers = |key: &[u8]| -> Option<Vec<u64>> {
        let array = dictionary.get(key).and_then(Object::as_array).ok()?;
        array
            .iter()
            .map(|number| number.as_i64().ok()?.try_into().ok())
            .collect()
    };
    let widths: [usize; 3] = numbers(b"W")
        .filter(|widths| widths.len() >= 3 && widths.iter().all(|width| *width <= 8))
        .and_then(|widths| {
            widths
                .iter()
                .take(3)
                .map(|width| usize::try_from(*width).ok())
                .collect::<Option<Vec<_>>>()
        })
        .and_then(|widths| widths.try_into().ok())
        .filter(|widths: &[usize; 3]| widths.iter().sum::<usize>() > 0)
        .ok_or_else(|| broken("/W is not in form"))?;
    let runs = if dictionary.has(b"Index") {
        numbers(b"Index").ok_or_else(|| broken("/Index is not in form"))?
    } else {
        let size = dictionary.get(b"Size").and_then(Object::as_i64).ok();
        vec![
            0,
            size.and_then(|size| size.try_into().ok())
                .ok_or_else(|| broken("it has no /Size"))?,
        ]
    };
    if runs.len() % 2 != 0 || runs.len() / 2 > MOST_SUBSECTIONS {
        return Err(broken("/Index is not in form"));
    }
    let content: Arc<[u8]> = stream.content.into();
    let entries = content.len() / widths.iter().sum::<usize>();
    let mut start = 0usize;
    let mut subsections = Vec::new();
    for run in runs.chunks_exact(2) {
        let (first, count) = match run {
            [first, count] => (u32::try_from(*first), u32::try_from(*count)),
            _ => continue,
        };
        let (Ok(first), Ok(count)) = (first, count) else {
            return Err(broken("a number is too large"));
        };
        let end = start.saturating_add(count as usize);
        if end > entries || first.checked_add(count).is_none() {
            return Err(broken("it is shorter than it says"));
        }
        let packed = Packed {
            content: Arc::clone(&content),
            widths,
            start,
        };
        subsections.push(Subsection {
            first,
            count,
            entries: Entries::Packed(packed),
        });
        start = end;
    }
    Ok((dictionary, subsections))
}

//! Revisions appended by somebody without a key, as well-formed or as broken as is wanted.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The place of a text in a file, the last if there are several.
#[must_use]
pub fn last(file: &[u8], text: &str) -> Option<usize> {
    file.windows(text.len())
        .rposition(|window| window == text.as_bytes())
}

/// The same, the first.
#[must_use]
pub fn first(file: &[u8], text: &str) -> Option<usize> {
    file.windows(text.len())
        .position(|window| window == text.as_bytes())
}

/// Replaces a text where it is last, by one of any length.
///
/// # Panics
/// If it is not there.
#[must_use]
pub fn replaced(file: &[u8], old: &str, new: &str) -> Vec<u8> {
    let at = last(file, old).unwrap_or_else(|| panic!("{old:?} is not in the file"));
    [&file[..at], new.as_bytes(), &file[at + old.len()..]].concat()
}

/// The body of an object as it was last written, without its streams' data; one in a stream of objects
/// that is not compressed is older than one outside.
///
/// # Panics
/// If there is no such object.
#[must_use]
pub fn body(file: &[u8], number: u32) -> String {
    let head = format!("\n{number} 0 obj\n");
    let Some(at) = last(file, &head) else {
        let held = body_in_a_stream(file, number);
        return held.unwrap_or_else(|| panic!("object {number} is not in the file"));
    };
    let rest = &file[at + head.len()..];
    let end = first(rest, "\nendobj").expect("an object ends");
    String::from_utf8_lossy(&rest[..end]).into_owned()
}

/// The body of an object in the last stream of objects (ISO 32000-2 §7.5.7).
fn body_in_a_stream(file: &[u8], number: u32) -> Option<String> {
    let at = last(file, "/Type/ObjStm")?;
    let text = String::from_utf8_lossy(&file[at..]);
    let (dictionary, rest) = text.split_once(">>\nstream\n")?;
    let (content, _) = rest.split_once("\nendstream")?;
    let first = dictionary.split_once("/First ")?.1;
    let first: usize = first.split('/').next()?.parse().ok()?;
    let (heads, bodies) = content.split_at_checked(first)?;
    let heads: Vec<usize> = heads
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    let pairs = heads.chunks_exact(2);
    let index = pairs.clone().position(|pair| pair[0] == number as usize)?;
    let end = pairs
        .clone()
        .nth(index + 1)
        .map_or(bodies.len(), |pair| pair[1]);
    let start = pairs.clone().nth(index)?[1];
    Some(bodies.get(start..end)?.trim_end().to_owned())
}

/// The number of the last object that has this text in it.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn number_of(file: &[u8], text: &str) -> u32 {
    let at = last(file, text).unwrap_or_else(|| panic!("{text:?} is not in the file"));
    let head = last(&file[..at], " 0 obj").expect("it is in an object");
    let digits = file[..head]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = std::str::from_utf8(&file[head - digits..head]).expect("digits");
    number.parse().expect("a number")
}

/// What `startxref` says last.
///
/// # Panics
/// If it says nothing.
#[must_use]
pub fn start_of_section(file: &[u8]) -> usize {
    let at = last(file, "startxref").expect("a start") + "startxref".len();
    let digits = file[at..]
        .iter()
        .skip_while(|byte| byte.is_ascii_whitespace());
    let digits: Vec<u8> = digits
        .take_while(|byte| byte.is_ascii_digit())
        .copied()
        .collect();
    String::from_utf8_lossy(&digits).parse().expect("an offset")
}

/// Kind, offset or container, and generation or index of each entry (ISO 32000-2 table 18).
type Places = BTreeMap<u32, (u8, usize, u16)>;

enum Entry {
    Body(Vec<u8>),
    At(usize, u16),
    InStream(u32),
    Free(u16),
}

/// A revision behind a file. What is not said otherwise is as a signer's own software writes it.
pub struct Update<'f> {
    file: &'f [u8],
    entries: BTreeMap<u32, Entry>,
    generation: u16,
    root: Option<String>,
    trailer: String,
    without: Vec<&'static str>,
    previous: Option<usize>,
    size: u32,
    end: String,
    before_section: String,
}

impl<'f> Update<'f> {
    /// Nothing yet.
    #[must_use]
    pub fn of(file: &'f [u8]) -> Self {
        Self {
            file,
            entries: BTreeMap::new(),
            generation: 0,
            root: None,
            trailer: String::new(),
            without: Vec::new(),
            previous: Some(start_of_section(file)),
            size: 1000,
            end: "%%EOF\n".to_owned(),
            before_section: String::new(),
        }
    }

    /// An object's new body.
    #[must_use]
    pub fn object(mut self, number: u32, body: impl AsRef<[u8]>) -> Self {
        self.entries
            .insert(number, Entry::Body(body.as_ref().to_vec()));
        self
    }

    /// A stream.
    #[must_use]
    pub fn stream(self, number: u32, entries: &str, data: &str) -> Self {
        self.object(number, stream(entries, data))
    }

    /// An object that is somewhere in the file already.
    #[must_use]
    pub fn at(mut self, number: u32, offset: usize) -> Self {
        self.entries.insert(number, Entry::At(offset, 0));
        self
    }

    /// An object that is the first in a stream of objects.
    #[must_use]
    pub fn in_stream(mut self, number: u32, container: u32) -> Self {
        self.entries.insert(number, Entry::InStream(container));
        self
    }

    /// An object that is free.
    #[must_use]
    pub fn free(mut self, number: u32) -> Self {
        self.entries.insert(number, Entry::Free(1));
        self
    }

    /// The generation that objects are written with.
    #[must_use]
    pub fn generation(mut self, generation: u16) -> Self {
        self.generation = generation;
        self
    }

    /// Another catalog.
    #[must_use]
    pub fn root(mut self, number: u32) -> Self {
        self.root = Some(format!("{number} 0 R"));
        self
    }

    /// Further entries of the trailer.
    #[must_use]
    pub fn trailer(mut self, entries: &str) -> Self {
        self.trailer.push_str(entries);
        self
    }

    /// A trailer without an entry.
    #[must_use]
    pub fn without(mut self, key: &'static str) -> Self {
        self.without.push(key);
        self
    }

    /// Another section before this one, or none.
    #[must_use]
    pub fn previous(mut self, offset: Option<usize>) -> Self {
        self.previous = offset;
        self
    }

    /// Another number of objects.
    #[must_use]
    pub fn size(mut self, size: u32) -> Self {
        self.size = size;
        self
    }

    /// Another end than `%%EOF`.
    #[must_use]
    pub fn end(mut self, end: &str) -> Self {
        end.clone_into(&mut self.end);
        self
    }

    /// What stands between objects and cross-references.
    #[must_use]
    pub fn before_section(mut self, text: &str) -> Self {
        text.clone_into(&mut self.before_section);
        self
    }

    /// File and objects, and where each is.
    fn body(&self) -> (Vec<u8>, Places) {
        let mut out = self.file.to_vec();
        let mut places = BTreeMap::new();
        for (number, entry) in &self.entries {
            let place = match entry {
                Entry::Body(body) => {
                    let place = (1, out.len(), self.generation);
                    out.extend_from_slice(format!("{number} {} obj\n", self.generation).as_bytes());
                    out.extend_from_slice(body);
                    out.extend_from_slice(b"\nendobj\n");
                    place
                }
                Entry::At(offset, generation) => (1, *offset, *generation),
                Entry::InStream(container) => (2, *container as usize, 0),
                Entry::Free(generation) => (0, 0, *generation),
            };
            places.insert(*number, place);
        }
        out.extend_from_slice(self.before_section.as_bytes());
        (out, places)
    }

    /// The entries of the trailer, those of the one before kept.
    fn entries(&self) -> String {
        let tail = &self.file[start_of_section(self.file)..];
        let tail = String::from_utf8_lossy(tail);
        let mut entries = format!("/Size {}", self.size);
        for key in ["/Root", "/Info", "/Encrypt", "/ID"] {
            let kept = tail.find(key).map(|at| {
                let rest = &tail[at..];
                let end = if key == "/ID" { "]" } else { " R" };
                let length = rest.find(end).expect("a whole entry") + end.len();
                rest[..length].to_owned()
            });
            let kept = match (&self.root, key) {
                (Some(root), "/Root") => Some(format!("/Root {root}")),
                _ => kept,
            };
            entries.extend(kept.filter(|_| !self.without.contains(&key)));
        }
        if let Some(previous) = self.previous {
            let _ = write!(entries, "/Prev {previous}");
        }
        entries + &self.trailer
    }

    /// With objects alone.
    #[must_use]
    pub fn bodies(&self) -> Vec<u8> {
        self.body().0
    }

    /// With cross-references of the kind that the file has.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        if self.file[start_of_section(self.file)..].starts_with(b"xref") {
            self.write_table()
        } else {
            self.write_stream()
        }
    }

    /// With a cross-reference table.
    #[must_use]
    pub fn write_table(&self) -> Vec<u8> {
        let (mut out, places) = self.body();
        let start = out.len();
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        for (number, (kind, offset, generation)) in places {
            let letter = if kind == 1 { 'n' } else { 'f' };
            let _ = write!(
                table,
                "{number} 1\n{offset:010} {generation:05} {letter} \n"
            );
        }
        let entries = self.entries();
        let _ = write!(
            table,
            "trailer\n<<{entries}>>\nstartxref\n{start}\n{}",
            self.end
        );
        out.extend_from_slice(table.as_bytes());
        out
    }

    /// With a cross-reference stream.
    #[must_use]
    pub fn write_stream(&self) -> Vec<u8> {
        let (mut out, mut places) = self.body();
        let start = out.len();
        let own = self.size - 1;
        places.insert(own, (1, start, 0));
        let mut index = String::new();
        let mut data = Vec::new();
        for (number, (kind, offset, generation)) in places {
            let _ = write!(index, "{number} 1 ");
            let offset = u32::try_from(offset).expect("a small file");
            data.push(kind);
            data.extend_from_slice(&offset.to_be_bytes());
            data.extend_from_slice(&generation.to_be_bytes());
        }
        let entries = self.entries();
        let head = format!(
            "{own} 0 obj\n<</Type/XRef/W[1 4 2]/Index[{index}]{entries}/Length {}>>\nstream\n",
            data.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&data);
        let tail = format!("\nendstream\nendobj\nstartxref\n{start}\n{}", self.end);
        out.extend_from_slice(tail.as_bytes());
        out
    }
}

/// The body of a stream.
#[must_use]
pub fn stream(entries: &str, data: &str) -> String {
    format!(
        "<<{entries}/Length {}>>\nstream\n{data}\nendstream",
        data.len()
    )
}

//! Who names an object: a change is explained by what it is, and an object that is named from
//! elsewhere, too, may be two things.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lopdf::{Dictionary, Object, ObjectId};

use super::difference::Difference;
use crate::document::Document;
use crate::error::Result;
use crate::xref::Entry;

/// One reference to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use<'u> {
    /// The object that has it.
    pub(super) by: ObjectId,
    /// Where in that object: `/Annots`, `/Annots[]`, `/AcroForm/Fields`.
    pub(super) path: &'u str,
}

/// The references of a document to some numbers, kept up to date from revision to revision.
#[derive(Debug)]
pub(super) struct Uses {
    targets: BTreeSet<u32>,
    found: HashMap<u32, BTreeMap<ObjectId, Vec<String>>>,
}

impl Uses {
    /// Reads every object of a document.
    ///
    /// A catalog that is not the document's, and that nothing names, shows nothing: files keep those of
    /// earlier revisions.
    pub(super) fn of(document: &Document, targets: BTreeSet<u32>) -> Result<Self> {
        let found = HashMap::new();
        let mut uses = Self { targets, found };
        let chain = document.chain();
        let numbers = chain.numbers(chain.sections.len())?;
        let mut left = BTreeSet::new();
        for number in &numbers {
            let Some(by) = id_of(document, *number)? else {
                continue;
            };
            let object = document.fetch(by)?;
            uses.walk(by, &object);
            if by != document.root() && is_catalog(&object) {
                left.insert(by);
            }
        }
        if left.is_empty() {
            return Ok(uses);
        }
        for number in numbers {
            if let Some(by) = id_of(document, number)? {
                each_reference(&document.fetch(by)?, &mut |(named, _)| {
                    left.retain(|id| id.0 != named);
                });
            }
        }
        left.into_iter().for_each(|id| uses.forget(id));
        Ok(uses)
    }

    /// Takes over what a revision changed.
    pub(super) fn update(&mut self, difference: &Difference, after: &Document) -> Result<()> {
        let gone = difference.freed.iter();
        for (id, old) in gone.chain(difference.changed.iter().map(|(id, (old, _))| (id, old))) {
            let mut names = BTreeSet::new();
            each_reference(old, &mut |(number, _)| {
                names.insert(number);
            });
            for number in names {
                if let Some(uses) = self.found.get_mut(&number) {
                    uses.remove(id);
                }
            }
        }
        for (id, (_, new)) in &difference.changed {
            self.walk(*id, new);
        }
        for number in &difference.added {
            self.read(after, *number)?;
        }
        Ok(())
    }

    /// Takes an object for one that nothing shows any more.
    pub(super) fn forget(&mut self, by: ObjectId) {
        for uses in self.found.values_mut() {
            uses.remove(&by);
        }
    }

    /// All uses of a number, whatever its generation: readers do not all heed it.
    pub(super) fn of_number(&self, number: u32) -> impl Iterator<Item = Use<'_>> {
        self.found
            .get(&number)
            .into_iter()
            .flatten()
            .flat_map(|(by, paths)| {
                let by = *by;
                paths.iter().map(move |path| Use { by, path })
            })
    }

    fn read(&mut self, document: &Document, number: u32) -> Result<()> {
        if let Some(by) = id_of(document, number)? {
            self.walk(by, &document.fetch(by)?);
        }
        Ok(())
    }

    fn walk(&mut self, by: ObjectId, object: &Object) {
        let mut walk = Walk {
            targets: &self.targets,
            by,
            path: Vec::new(),
            found: &mut self.found,
        };
        walk.object(object);
    }
}

fn is_catalog(object: &Object) -> bool {
    let kind = object.as_dict().and_then(|object| object.get(b"Type"));
    kind.and_then(Object::as_name).ok() == Some(b"Catalog")
}

/// A number with the generation of its object, if there is one.
fn id_of(document: &Document, number: u32) -> Result<Option<ObjectId>> {
    Ok(match document.chain().find(&**document.source(), number)? {
        Entry::At { generation, .. } => Some((number, generation)),
        Entry::InStream { .. } => Some((number, 0)),
        Entry::Free => None,
    })
}

/// Sees every reference; the depth is bounded by that of the parser.
pub(super) fn each_reference(object: &Object, see: &mut dyn FnMut(ObjectId)) {
    match object {
        Object::Reference(id) => see(*id),
        Object::Array(array) => array
            .iter()
            .for_each(|element| each_reference(element, see)),
        Object::Dictionary(dictionary) => {
            dictionary.iter().for_each(|(_, v)| each_reference(v, see))
        }
        Object::Stream(stream) => stream.dict.iter().for_each(|(_, v)| each_reference(v, see)),
        _ => {}
    }
}

struct Walk<'u> {
    targets: &'u BTreeSet<u32>,
    by: ObjectId,
    path: Vec<Vec<u8>>,
    found: &'u mut HashMap<u32, BTreeMap<ObjectId, Vec<String>>>,
}

impl Walk<'_> {
    /// The depth is bounded by that of the parser.
    fn object(&mut self, object: &Object) {
        match object {
            Object::Reference((number, _)) if self.targets.contains(number) => {
                let path = String::from_utf8_lossy(&self.path.concat()).into_owned();
                let uses = self
                    .found
                    .entry(*number)
                    .or_default()
                    .entry(self.by)
                    .or_default();
                // One array may name it a million times.
                if uses.last() != Some(&path) {
                    uses.push(path);
                }
            }
            Object::Array(array) => {
                self.path.push(b"[]".to_vec());
                array.iter().for_each(|element| self.object(element));
                self.path.pop();
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary),
            Object::Stream(stream) => self.stream(&stream.dict),
            _ => {}
        }
    }

    /// What a section of cross-references names as a trailer does is used by the file, not by an
    /// object (§7.5.8.2).
    fn stream(&mut self, dictionary: &Dictionary) {
        let kind = dictionary.get(b"Type").and_then(Object::as_name);
        if !matches!(kind, Ok(b"XRef")) {
            self.dictionary(dictionary);
            return;
        }
        let mut rest = dictionary.clone();
        for key in [&b"Info"[..], b"Root", b"Encrypt"] {
            rest.remove(key);
        }
        self.dictionary(&rest);
    }

    fn dictionary(&mut self, dictionary: &Dictionary) {
        for (key, value) in dictionary {
            self.path.push([b"/", key.as_slice()].concat());
            self.object(value);
            self.path.pop();
        }
    }
}

//! Who names an object: a change is explained by what it is, and an object that is named from
//! elsewhere, too, may be two things.

use std::collections::{BTreeSet, HashMap};

use lopdf::{Dictionary, Object, ObjectId};

use crate::document::Document;
use crate::error::Result;
use crate::xref::Entry;

/// One reference to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    /// The object that has it.
    pub(super) by: ObjectId,
    /// Where in that object: `/Annots`, `/Annots[]`, `/AcroForm/Fields`.
    pub(super) path: String,
}

/// The references of a document to some numbers.
pub(super) struct Uses(HashMap<u32, Vec<Use>>);

impl Uses {
    /// Reads every object of a document.
    pub(super) fn of(document: &Document, targets: BTreeSet<u32>) -> Result<Self> {
        let mut walk = Walk {
            targets,
            by: (0, 0),
            path: Vec::new(),
            found: HashMap::new(),
        };
        let chain = document.chain();
        for number in chain.numbers(chain.sections.len())? {
            let generation = match chain.find(&**document.source(), number)? {
                Entry::At { generation, .. } => generation,
                Entry::InStream { .. } => 0,
                Entry::Free => continue,
            };
            walk.by = (number, generation);
            walk.object(&document.fetch(walk.by)?);
        }
        Ok(Self(walk.found))
    }

    /// All uses of a number, whatever its generation: readers do not all heed it.
    pub(super) fn of_number(&self, number: u32) -> impl Iterator<Item = &Use> {
        self.0.get(&number).into_iter().flatten()
    }
}

struct Walk {
    targets: BTreeSet<u32>,
    by: ObjectId,
    path: Vec<Vec<u8>>,
    found: HashMap<u32, Vec<Use>>,
}

impl Walk {
    /// The depth is bounded by that of the parser.
    fn object(&mut self, object: &Object) {
        match object {
            Object::Reference((number, _)) if self.targets.contains(number) => {
                let path = String::from_utf8_lossy(&self.path.concat()).into_owned();
                let found = Use { by: self.by, path };
                self.found.entry(*number).or_default().push(found);
            }
            Object::Array(array) => {
                self.path.push(b"[]".to_vec());
                array.iter().for_each(|element| self.object(element));
                self.path.pop();
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary),
            Object::Stream(stream) => self.dictionary(&stream.dict),
            _ => {}
        }
    }

    fn dictionary(&mut self, dictionary: &Dictionary) {
        for (key, value) in dictionary {
            self.path.push([b"/", key.as_slice()].concat());
            self.object(value);
            self.path.pop();
        }
    }
}

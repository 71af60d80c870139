//! What an SVG may be before it is interpreted: bounded once everything it names is put in place.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use usvg::roxmltree::{Document, Node, NodeId};

use super::unusable;
use crate::appearance::face;
use crate::appearance::shape::is_ignorable;
use crate::error::{Error, Result};

/// Most nodes of the file.
pub(super) const MOST_NODES: u32 = 200_000;
/// Deepest nesting.
const DEEPEST: usize = 256;
/// Most elements once those that are used are put in place, and attributes count by their length.
const MOST_PLACED: u64 = 400_000;
/// An attribute so long, in bytes, is as much work as an element.
const ELEMENT: usize = 64;
/// Most of the work of style sheets: their bytes, times the elements that each rule is tried on.
const MOST_STYLED: usize = 1 << 30;
/// Most filters once they are in place.
const MOST_FILTERED: u64 = 64;

/// Parts of filters whose work is bounded by the picture's size.
const FILTER_PARTS: [&str; 12] = [
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feOffset",
    "feFuncR",
];

/// Work that a node stands for: elements, and filters among them.
type Work = (u64, u64);

/// Checks a file.
pub(super) fn check(document: &Document<'_>) -> Result<()> {
    let mut ids = HashMap::new();
    let mut depths: HashMap<NodeId, usize> = HashMap::new();
    let mut styles = Vec::new();
    let (mut nodes, mut style_bytes) = (0, 0usize);
    for node in document.root().descendants() {
        let depth = node
            .parent()
            .and_then(|parent| depths.get(&parent.id()))
            .map_or(0, |depth| depth + 1);
        if depth > DEEPEST {
            return Err(unusable("the SVG nests too deeply"));
        }
        depths.insert(node.id(), depth);
        nodes += 1;
        if let Some(id) = node.attribute("id") {
            ids.insert(id, node);
        }
        let name = node.tag_name().name();
        match name {
            "image" | "feImage" => {
                return Err(unusable(
                    "the SVG has a picture in it; give the picture itself",
                ));
            }
            "style" => {
                style_bytes += node.text().map_or(0, str::len);
                styles.extend(node.text().map(references));
            }
            _ if name.starts_with("fe")
                && !FILTER_PARTS.contains(&name)
                && !name.starts_with("feFunc") =>
            {
                return Err(unusable(
                    "the SVG has a filter that this version does not draw",
                ));
            }
            _ => {}
        }
        if name == "text" {
            check_text(node)?;
        }
    }
    if style_bytes.saturating_mul(nodes) > MOST_STYLED {
        return Err(unusable("the SVG has too much in its style sheets"));
    }
    let styles: BTreeSet<&str> = styles.into_iter().flatten().collect();
    let styles = styles.into_iter().filter(|id| ids.contains_key(id));
    let styles: Rc<[&str]> = styles.collect();
    let mut works = Works {
        ids,
        styles,
        known: HashMap::new(),
    };
    let (_, filters) = works.of(document.root(), 0)?;
    if filters > MOST_FILTERED {
        return Err(unusable("the SVG has too many filters"));
    }
    Ok(())
}

/// Every character of a text has a glyph; none is left out in silence.
fn check_text(text: Node<'_, '_>) -> Result<()> {
    let faces: Vec<_> = face::bundled()
        .filter_map(|bytes| ttf_parser::Face::parse(bytes, 0).ok())
        .collect();
    let texts = text.descendants().filter(Node::is_text);
    let missing = texts
        .filter_map(|node| node.text())
        .flat_map(str::chars)
        .filter(|character| !character.is_whitespace() && !is_ignorable(*character))
        .find(|character| {
            !faces
                .iter()
                .any(|face| face.glyph_index(*character).is_some())
        });
    missing.map_or(Ok(()), |character| Err(Error::NoGlyph { character }))
}

/// Work of nodes with all they name.
struct Works<'a, 'i> {
    ids: HashMap<&'a str, Node<'a, 'i>>,
    /// What style sheets name: any element with a class may.
    styles: Rc<[&'a str]>,
    known: HashMap<NodeId, Option<Work>>,
}

impl<'a, 'i> Works<'a, 'i> {
    fn of(&mut self, node: Node<'a, 'i>, depth: usize) -> Result<Work> {
        match self.known.get(&node.id()) {
            Some(Some(work)) => return Ok(*work),
            // Within itself: it is drawn as if the reference were not there.
            Some(None) => return Ok((0, 0)),
            None => {}
        }
        if depth > 4 * DEEPEST {
            return Err(unusable("the SVG nests too deeply"));
        }
        self.known.insert(node.id(), None);
        let name = node.tag_name().name();
        let mut work: Work = (1, u64::from(name.starts_with("fe")));
        let mut named: Vec<&'a str> = Vec::new();
        for attribute in node.attributes() {
            let value: &'a str = attribute.value();
            work.0 += (value.len() / ELEMENT) as u64;
            if attribute.name() == "href" {
                named.extend(value.strip_prefix('#'));
            } else {
                named.extend(references(value));
            }
        }
        // Given up at once, so that adding up is no more work than what is added.
        let mut add = |more: Work| {
            work = (work.0.saturating_add(more.0), work.1.saturating_add(more.1));
            if work.0 > MOST_PLACED {
                return Err(unusable("the SVG draws more than artwork has"));
            }
            Ok(())
        };
        if node.has_attribute("class") {
            for id in Rc::clone(&self.styles).iter() {
                if let Some(target) = self.ids.get(id).copied() {
                    add(self.of(target, depth + 1)?)?;
                }
            }
        }
        for id in named {
            if let Some(target) = self.ids.get(id).copied() {
                add(self.of(target, depth + 1)?)?;
            }
        }
        for child in node.children() {
            add(self.of(child, depth + 1)?)?;
        }
        self.known.insert(node.id(), Some(work));
        Ok(work)
    }
}

/// The ids in `url(#id)`, quoted or not.
fn references(text: &str) -> Vec<&str> {
    text.split("url(")
        .skip(1)
        .filter_map(|rest| {
            let rest = rest.trim_start_matches([' ', '"', '\'']);
            let id = rest.strip_prefix('#')?;
            id.split([')', '"', '\'', ' ']).next()
        })
        .collect()
}

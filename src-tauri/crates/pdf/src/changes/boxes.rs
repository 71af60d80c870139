//! How much of a page is drawn over by what was added to it: boxes of signatures, fields that were
//! filled, signs of comments. All of them on one page together leave half of it in sight.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use lopdf::{Object, ObjectId};

use super::drawing::Colour;
use super::marks::{DARKEST, darker, luminance};
use super::rules::Comparison;
use crate::error::Result;
use crate::page::number;

/// How much of a page what is drawn over it may cover.
const MOST_OF_A_PAGE: f64 = 0.5;
/// How much one button or one sign of a comment may: what the states of a button look like was there
/// when the document was signed, and may have been prepared to be shown afterwards.
const MOST_OF_A_BUTTON: f64 = 0.02;

/// Most lines of text of a page that are marked.
const MOST_MARKS: usize = 2_000;
/// Most lines that are drawn over one line of text: underlined, struck out, and both once more.
const MOST_LINES: usize = 4;
/// How much of a line of text the marks on those above and below it may reach into.
const MOST_BESIDE: f64 = 0.3;

/// What is drawn over pages, each box once.
#[derive(Debug, Default)]
pub(super) struct Boxes {
    /// On which page each is and how much it covers there.
    each: HashMap<ObjectId, (ObjectId, f64)>,
    /// How much all cover of a page.
    pages: HashMap<ObjectId, f64>,
    /// Marks over the text of a page.
    marks: HashMap<ObjectId, Vec<Mark>>,
    /// On which page the marks of each comment are.
    marked: HashMap<ObjectId, ObjectId>,
    /// Comments that came after the first signature.
    pub(super) noted: HashSet<ObjectId>,
    /// How much was read of what comments look like.
    pub(super) read: Cell<usize>,
    /// How many boxes were looked below for text.
    pub(super) looked: usize,
    /// How often a box was compared with the box of a field.
    pub(super) compared: usize,
}

/// A mark over one line of text.
#[derive(Debug)]
struct Mark {
    owner: ObjectId,
    quad: [f64; 4],
    /// What the page becomes at most by a highlight; none of a line.
    tint: Option<Colour>,
}

impl Boxes {
    /// Notes what a box covers now, and says how much all on its page do.
    fn put(&mut self, owner: ObjectId, page: ObjectId, area: f64) -> f64 {
        self.take_back(owner);
        self.each.insert(owner, (page, area));
        let all = self.pages.entry(page).or_default();
        *all += area;
        *all
    }

    /// Notes the marks of a comment over lines of text; says whether what they lie on can still be
    /// read, with what else was marked there.
    pub(super) fn mark(
        &mut self,
        owner: ObjectId,
        page: ObjectId,
        quads: &[[f64; 4]],
        tint: Option<Colour>,
    ) -> bool {
        self.unmark(owner);
        let marks = self.marks.entry(page).or_default();
        if marks.len() + quads.len() > MOST_MARKS {
            return false;
        }
        self.marked.insert(owner, page);
        marks.extend(quads.iter().map(|quad| Mark {
            owner,
            quad: *quad,
            tint,
        }));
        let is_legible = |quad: &[f64; 4]| {
            let over = marks.iter().filter(|mark| mark.lies_on(*quad));
            let tints = over.clone().filter_map(|mark| mark.tint);
            // Light upon light becomes dark; the same twice stays as it is.
            let darkest = tints.fold([1.0; 3], darker);
            let lines = over.filter(|mark| mark.tint.is_none()).count();
            luminance(darkest) >= DARKEST && lines <= MOST_LINES
        };
        quads.iter().all(is_legible)
    }

    /// Forgets a box that is not there any more.
    pub(super) fn remove(&mut self, owner: ObjectId) {
        self.unmark(owner);
        self.take_back(owner);
    }

    fn unmark(&mut self, owner: ObjectId) {
        let page = self.marked.remove(&owner);
        if let Some(marks) = page.and_then(|page| self.marks.get_mut(&page)) {
            marks.retain(|mark| mark.owner != owner);
        }
    }

    fn take_back(&mut self, owner: ObjectId) {
        if let Some((page, area)) = self.each.remove(&owner) {
            *self.pages.entry(page).or_default() -= area;
        }
    }
}

impl Mark {
    /// Whether it lies on a good part of a line of text, or the line on a good part of it.
    fn lies_on(&self, quad: [f64; 4]) -> bool {
        let smaller = area(self.quad).min(area(quad));
        area(common(self.quad, quad)) >= MOST_BESIDE * smaller
    }
}

/// Where a widget is.
pub(super) enum Place {
    /// It has no area.
    Nowhere,
    /// Left, bottom, right, top in the page's own units.
    At([f64; 4]),
    /// Readers may take it for anything.
    Unreadable,
}

impl Comparison<'_> {
    /// The box of a widget, as it is now.
    pub(super) fn box_of(&self, widget: ObjectId) -> Result<Place> {
        let document = self.new_state();
        let widget = document.dictionary(&widget.into())?.unwrap_or_default();
        let sides = match document.get(&widget, b"Rect")? {
            Object::Null => return Ok(Place::Nowhere),
            Object::Array(sides) => sides,
            _ => return Ok(Place::Unreadable),
        };
        let mut numbers = Vec::new();
        for side in &sides {
            numbers.extend(number(&document.resolve(side)?));
        }
        let [a, b, c, d] = numbers[..] else {
            return Ok(Place::Unreadable);
        };
        let is_finite = [a, b, c, d].iter().all(|side| side.is_finite());
        let rect = [a.min(c), b.min(d), a.max(c), b.max(d)];
        Ok(match (is_finite && sides.len() == 4, area(rect) > 0.0) {
            (false, _) => Place::Unreadable,
            (true, false) => Place::Nowhere,
            (true, true) => Place::At(rect),
        })
    }

    /// The page that lists a widget, which the widget may name and no other.
    pub(super) fn page_of(&self, widget: ObjectId) -> Result<Option<ObjectId>> {
        let dictionary = self.new_state().dictionary(&widget.into())?;
        let named = dictionary.unwrap_or_default();
        let named = named.get(b"P").and_then(Object::as_reference).ok();
        let listed = match self.listed.get(&widget) {
            Some(page) => Some(*page),
            None => self.before.listing()?.get(&widget).copied(),
        };
        Ok(match (named, listed) {
            (Some(named), Some(listed)) if named != listed => None,
            (_, Some(listed)) => Some(listed),
            // One that no page lists is drawn by readers that believe its own word.
            (Some(named), None) => Some(named).filter(|page| self.before.pages.contains_key(page)),
            (None, None) => None,
        })
    }

    /// Whether a box, with those before it on the page, leaves less than half of the page in sight.
    pub(super) fn covers_most_of(
        &mut self,
        owner: ObjectId,
        page: ObjectId,
        rect: [f64; 4],
    ) -> bool {
        let Some((_, known)) = self.before.pages.get(&page) else {
            return true;
        };
        let visible = known.visible();
        let all = self.boxes.put(owner, page, area(common(visible, rect)));
        all > MOST_OF_A_PAGE * area(visible)
    }

    /// Whether one box leaves less than half of a page in sight.
    pub(super) fn is_most_of(&self, page: ObjectId, rect: [f64; 4]) -> bool {
        self.is_more_than(MOST_OF_A_PAGE, page, rect)
    }

    /// Whether a button is larger than one that is pressed.
    pub(super) fn is_too_large_for_a_button(&self, page: ObjectId, rect: [f64; 4]) -> bool {
        self.is_more_than(MOST_OF_A_BUTTON, page, rect)
    }

    /// Whether the sign of a comment is larger than a sign: some readers draw it as large as its box.
    pub(super) fn is_too_large_for_a_sign(&self, page: ObjectId, rect: [f64; 4]) -> bool {
        self.is_more_than(MOST_OF_A_BUTTON, page, rect)
    }

    fn is_more_than(&self, part: f64, page: ObjectId, rect: [f64; 4]) -> bool {
        let page = self.before.pages.get(&page);
        let visible = page.map(|(_, page)| page.visible());
        visible.is_none_or(|visible| area(common(visible, rect)) > part * area(visible))
    }
}

/// What two boxes have in common; nothing has no area.
pub(super) fn common(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [
        a[0].max(b[0]),
        a[1].max(b[1]),
        a[2].min(b[2]),
        a[3].min(b[3]),
    ]
}

pub(super) fn area([left, bottom, right, top]: [f64; 4]) -> f64 {
    (right - left).max(0.0) * (top - bottom).max(0.0)
}

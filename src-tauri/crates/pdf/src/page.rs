//! Pages: the tree, what is inherited, and the geometry between a page as shown and its own space.

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId};

use crate::document::{Document, Visited};
use crate::error::{Error, Result};
use crate::render::PageNumber;

/// Most nodes of the page tree that are walked.
const MOST_NODES: usize = 2_000_000;
/// Deepest page tree.
const DEEPEST: usize = 100;
/// US Letter, which readers assume where no MediaBox is.
const DEFAULT_BOX: [f64; 4] = [0.0, 0.0, 612.0, 792.0];
/// Boxes closer to an edge than this are on it: less than any printer's dot.
const TOLERANCE: f64 = 0.01;

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    id: ObjectId,
    /// CropBox within MediaBox, normalised: left, bottom, right, top in default user space.
    visible: [f64; 4],
    rotation: Rotation,
    user_unit: f64,
}

/// How far a page is turned clockwise to be shown (§7.7.3.3, `Rotate`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Not at all.
    None,
    /// By 90 degrees.
    Clockwise90,
    /// By 180 degrees.
    Clockwise180,
    /// By 270 degrees.
    Clockwise270,
}

/// A box on a page as shown: points (1/72 inch), origin at the bottom left of the shown page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShownRect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl ShownRect {
    /// Takes left, bottom, width and height in points.
    ///
    /// # Errors
    /// [`Error::BoxEmpty`] for a box without area or with numbers that are none.
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Result<Self> {
        let finite = [x, y, width, height].iter().all(|value| value.is_finite());
        if finite && width > 0.0 && height > 0.0 {
            Ok(Self {
                x,
                y,
                width,
                height,
            })
        } else {
            Err(Error::BoxEmpty)
        }
    }

    /// Left edge.
    #[must_use]
    pub fn x(&self) -> f64 {
        self.x
    }

    /// Bottom edge.
    #[must_use]
    pub fn y(&self) -> f64 {
        self.y
    }

    /// Width.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Height.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.height
    }
}

impl Page {
    /// The page object.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// What of it is shown, in default user space: left, bottom, right, top.
    pub(crate) fn visible(&self) -> [f64; 4] {
        self.visible
    }

    /// The matrix that turns it as it is shown, in points; where it then lies is not said.
    pub(crate) fn upright(&self) -> [f64; 4] {
        let turned = match self.rotation {
            Rotation::None => [1.0, 0.0, 0.0, 1.0],
            Rotation::Clockwise90 => [0.0, -1.0, 1.0, 0.0],
            Rotation::Clockwise180 => [-1.0, 0.0, 0.0, -1.0],
            Rotation::Clockwise270 => [0.0, 1.0, -1.0, 0.0],
        };
        turned.map(|number| number * self.user_unit)
    }

    /// How far it is turned to be shown.
    #[must_use]
    pub fn rotation(&self) -> Rotation {
        self.rotation
    }

    /// Width and height as shown, in points.
    #[must_use]
    pub fn shown_size(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.visible;
        let (width, height) = (
            (right - left) * self.user_unit,
            (top - bottom) * self.user_unit,
        );
        match self.rotation {
            Rotation::None | Rotation::Clockwise180 => (width, height),
            Rotation::Clockwise90 | Rotation::Clockwise270 => (height, width),
        }
    }

    /// Turns a box as shown into a rectangle of default user space: left, bottom, right, top.
    ///
    /// # Errors
    /// [`Error::BoxOutside`].
    pub fn to_user_space(&self, rect: &ShownRect) -> Result<[f64; 4]> {
        let (width, height) = self.shown_size();
        let within = rect.x >= -TOLERANCE
            && rect.y >= -TOLERANCE
            && rect.x + rect.width <= width + TOLERANCE
            && rect.y + rect.height <= height + TOLERANCE;
        if !within {
            return Err(Error::BoxOutside { width, height });
        }
        let corner = |x, y| self.point_to_user_space(x, y);
        let (x1, y1) = corner(rect.x, rect.y);
        let (x2, y2) = corner(rect.x + rect.width, rect.y + rect.height);
        Ok([x1.min(x2), y1.min(y2), x1.max(x2), y1.max(y2)])
    }

    /// The reverse of how a reader shows the page.
    fn point_to_user_space(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = (x / self.user_unit, y / self.user_unit);
        let [left, bottom, right, top] = self.visible;
        match self.rotation {
            Rotation::None => (left + x, bottom + y),
            Rotation::Clockwise90 => (right - y, bottom + x),
            Rotation::Clockwise180 => (right - x, top - y),
            Rotation::Clockwise270 => (left + y, top - x),
        }
    }

    /// Turns a rectangle of default user space into a box as shown.
    #[must_use]
    pub fn to_shown(&self, rect: [f64; 4]) -> Option<ShownRect> {
        let [x1, y1, x2, y2] = rect;
        let [left, bottom, right, top] = self.visible;
        let shown = |x: f64, y: f64| {
            let (x, y) = match self.rotation {
                Rotation::None => (x - left, y - bottom),
                Rotation::Clockwise90 => (y - bottom, right - x),
                Rotation::Clockwise180 => (right - x, top - y),
                Rotation::Clockwise270 => (top - y, x - left),
            };
            (x * self.user_unit, y * self.user_unit)
        };
        let ((ax, ay), (bx, by)) = (shown(x1, y1), shown(x2, y2));
        ShownRect::new(ax.min(bx), ay.min(by), (ax - bx).abs(), (ay - by).abs()).ok()
    }

    /// Size of a box in the page's own units and the matrix that turns its appearance upright.
    ///
    /// The appearance is drawn unturned in `width` by `height` points; its form's /Matrix turns it
    /// against the page, and readers fit the turned box into the widget's /Rect (§12.5.5).
    pub(crate) fn form_matrix(&self) -> [i8; 4] {
        self.rotation.form_matrix()
    }
}

impl Rotation {
    /// The matrix that turns an appearance against a page so turned.
    pub(crate) fn form_matrix(self) -> [i8; 4] {
        match self {
            Self::None => [1, 0, 0, 1],
            Self::Clockwise90 => [0, 1, -1, 0],
            Self::Clockwise180 => [-1, 0, 0, -1],
            Self::Clockwise270 => [0, -1, 1, 0],
        }
    }
}

/// Sees a page with its id, if it is an object of its own; says whether it has seen enough.
type Visit<'v> = dyn FnMut(Option<ObjectId>, &Dictionary, Inherited) -> Result<bool> + 'v;

/// Attributes that a page takes from its ancestors (§7.7.3.4).
///
/// They are read where they stand: an array, which can be of any length, is not carried along for
/// every page that waits in the walk.
#[derive(Clone, Copy, Default)]
struct Inherited {
    media_box: Option<[f64; 4]>,
    crop_box: Option<[f64; 4]>,
    /// In degrees.
    rotate: Option<f64>,
}

impl Inherited {
    /// What holds below a node, or for a page itself.
    fn with(self, document: &Document, node: &Dictionary) -> Result<Self> {
        let rectangle = |key: &[u8]| document.rectangle(node.get(key).ok());
        Ok(Self {
            media_box: rectangle(b"MediaBox")?.or(self.media_box),
            crop_box: rectangle(b"CropBox")?.or(self.crop_box),
            rotate: number(&document.get(node, b"Rotate")?).or(self.rotate),
        })
    }
}

impl Document {
    /// Counts the pages by walking the tree; `/Count` is not believed.
    ///
    /// # Errors
    /// [`Error::Missing`] without a page tree, [`Error::Object`], [`Error::Read`].
    pub fn page_count(&self) -> Result<u32> {
        let mut count = 0;
        self.walk(&mut |_, _, _| {
            count += 1;
            Ok(false)
        })?;
        Ok(count)
    }

    /// Finds a page.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], and those of [`Document::page_count`].
    pub fn page(&self, number: PageNumber) -> Result<Page> {
        let mut left = number.to_u32();
        let mut found = None;
        let mut pages = 0;
        self.walk(&mut |id, page, inherited| {
            pages += 1;
            left -= 1;
            if left == 0 {
                let what = "object for this page, which is written directly in the page tree";
                let id = id.ok_or(Error::Missing { what })?;
                found = Some(self.make_page(id, page, inherited)?);
            }
            Ok(left == 0)
        })?;
        found.ok_or(Error::NoSuchPage {
            page: number.to_u32(),
            pages,
        })
    }

    /// The pages that may look different when they are printed, counted from 1: those with annotations,
    /// and all where there are layers (§12.5.3, §8.11.4.4).
    ///
    /// # Errors
    /// Those of [`Document::page_count`].
    pub fn printed_otherwise(&self) -> Result<HashSet<u32>> {
        let layered = self.catalog().has(b"OCProperties");
        let mut pages = HashSet::new();
        let mut number = 0;
        self.walk(&mut |_, page, _| {
            number += 1;
            let annotations = self.get(page, b"Annots")?;
            if layered || annotations.as_array().is_ok_and(|list| !list.is_empty()) {
                pages.insert(number);
            }
            Ok(false)
        })?;
        Ok(pages)
    }

    /// All pages in order; none for one that is written directly in the page tree.
    pub(crate) fn pages(&self) -> Result<Vec<Option<Page>>> {
        self.pages_to(None)
    }

    /// As [`Document::pages`], and no further than `last`.
    pub(crate) fn pages_to(&self, last: Option<ObjectId>) -> Result<Vec<Option<Page>>> {
        let mut pages = Vec::new();
        self.walk(&mut |id, page, inherited| {
            let made = id.map(|id| self.make_page(id, page, inherited));
            pages.push(made.transpose()?);
            Ok(id.is_some() && id == last)
        })?;
        Ok(pages)
    }

    /// Visits the dictionaries of pages in order until the visitor has seen enough.
    pub(crate) fn visit_pages(
        &self,
        visit: &mut dyn FnMut(&Dictionary) -> Result<bool>,
    ) -> Result<()> {
        self.walk(&mut |_, page, _| visit(page))
    }

    /// Visits pages in order until the visitor has seen enough.
    fn walk(&self, visit: &mut Visit<'_>) -> Result<()> {
        let catalog = self.catalog();
        let missing = Error::Missing { what: "page tree" };
        let root = catalog
            .get(b"Pages")
            .and_then(Object::as_reference)
            .map_err(|_| missing)?;
        let mut visited = Visited::default();
        let mut nodes = 0;
        let mut stack = vec![(Object::Reference(root), Inherited::default(), 0)];
        while let Some((node, inherited, depth)) = stack.pop() {
            nodes += 1;
            let id = node.as_reference().ok();
            if nodes > MOST_NODES || depth > DEEPEST || id.is_some_and(|id| !visited.first(id)) {
                let why = "the page tree leads back into itself";
                let id = id.unwrap_or(root);
                return Err(Error::Object { id, why });
            }
            let Some(node) = self.dictionary(&node)? else {
                continue;
            };
            let Object::Array(kids) = self.get(&node, b"Kids")? else {
                if visit(id, &node, inherited)? {
                    return Ok(());
                }
                continue;
            };
            let inherited = inherited.with(self, &node)?;
            // A page must be an object of its own (§7.7.3.2); readers show one that is not.
            stack.extend(
                kids.into_iter()
                    .rev()
                    .map(|kid| (kid, inherited, depth + 1)),
            );
        }
        Ok(())
    }

    fn make_page(&self, id: ObjectId, page: &Dictionary, inherited: Inherited) -> Result<Page> {
        let own = inherited.with(self, page)?;
        let media = own.media_box.unwrap_or(DEFAULT_BOX);
        let visible = own
            .crop_box
            .and_then(|crop| intersection(crop, media))
            .unwrap_or(media);
        let rotation = match (own.rotate.unwrap_or(0.0) / 90.0).rem_euclid(4.0) {
            1.0 => Rotation::Clockwise90,
            2.0 => Rotation::Clockwise180,
            3.0 => Rotation::Clockwise270,
            _ => Rotation::None,
        };
        let unit = number(&self.get(page, b"UserUnit")?);
        let user_unit = unit
            .filter(|unit| *unit > 0.0 && unit.is_finite())
            .unwrap_or(1.0);
        Ok(Page {
            id,
            visible,
            rotation,
            user_unit,
        })
    }

    /// Reads a rectangle, normalised; `None` where none stands.
    pub(crate) fn rectangle(&self, object: Option<&Object>) -> Result<Option<[f64; 4]>> {
        let Some(object) = object else {
            return Ok(None);
        };
        let Object::Array(array) = self.resolve(object)? else {
            return Ok(None);
        };
        let mut numbers = [0.0; 4];
        if array.len() < 4 {
            return Ok(None);
        }
        for (slot, object) in numbers.iter_mut().zip(&array) {
            match number(&self.resolve(object)?) {
                Some(number) => *slot = number,
                None => return Ok(None),
            }
        }
        let [a, b, c, d] = numbers;
        let normal = [a.min(c), b.min(d), a.max(c), b.max(d)];
        Ok((normal[0] < normal[2] && normal[1] < normal[3]).then_some(normal))
    }
}

fn intersection(a: [f64; 4], b: [f64; 4]) -> Option<[f64; 4]> {
    let both = [
        a[0].max(b[0]),
        a[1].max(b[1]),
        a[2].min(b[2]),
        a[3].min(b[3]),
    ];
    (both[0] < both[2] && both[1] < both[3]).then_some(both)
}

/// A number's value: integers exactly, reals as their shortest decimal says (they are kept as
/// `f32`, and 595.28 must not become 595.280029).
pub(crate) fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(value) => i32::try_from(*value).ok().map(f64::from),
        Object::Real(value) => value.to_string().parse().ok(),
        _ => None,
    }
}

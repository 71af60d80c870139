//! What a signature looks like: one drawer for the file, the preview and the ghost.
//!
//! A [`Look`] says what is shown: lines of text in any script, artwork, the seal. It is drawn into a
//! box within the [`Constraints`] of a document, with embedded and subset fonts, so that a document
//! keeps PDF/A whatever it promises (ISO 19005: fonts embedded, no device-dependent colour without
//! an output intent). What cannot be drawn is refused here, before anything is signed.

mod artwork;
mod constraints;
mod face;
mod flate;
mod font;
mod icc;
mod layout;
mod look;
mod parts;
mod seal;
mod shape;
mod text;
mod wrap;

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use crate::error::{Error, Result};
use artwork::Strength;
use layout::{Area, Layout};
use look::Style;
use parts::{Arena, Canvas, For, real, short};
use shape::Setting;

pub use artwork::{Artwork, Pen};
pub use constraints::{Constraints, Foreign, Ink, Transparency};
pub use face::FontFile;
pub use look::{Alignment, ArtworkPlace, Border, Colour, Line, Look, Style as LineStyle};

/// The largest size of the lines of text, in points.
const LARGEST: f64 = 11.0;
/// The smallest that can still be read on paper.
const SMALLEST: f64 = 4.0;
/// Longest side of a page, in points (ISO 32000-1, annex C).
const LARGEST_PAGE: f64 = 14_400.0;
/// The name is this much larger than the lines.
const NAME: f64 = 1.45;
/// From one baseline to the next, in sizes.
const LEADING: f64 = 1.3;
/// Space round the content, in parts of the shorter side, and its bounds in points.
const PADDING: (f64, f64, f64) = (0.08, 1.5, 6.0);

/// A drawn look: objects that wait for their numbers, the form XObject last.
#[derive(Debug)]
pub(crate) struct Appearance(Arena);

impl Appearance {
    /// Draws a look into a box of `width` by `height` points.
    pub(crate) fn draw(
        look: &Look,
        constraints: Constraints,
        width: f64,
        height: f64,
    ) -> Result<Self> {
        with_layout(look, (width, height), |faces, layout, rtl| {
            Self::paint(look, constraints, (width, height), faces, layout, rtl)
        })
    }

    fn paint(
        look: &Look,
        constraints: Constraints,
        (width, height): (f64, f64),
        faces: &face::Faces<'_>,
        Layout { mark, text }: Layout,
        rtl: bool,
    ) -> Result<Self> {
        let mut canvas = Canvas::new(constraints);
        canvas.op(format_args!("q"));
        let whole = Area {
            x: 0.0,
            y: 0.0,
            width,
            height,
        };
        ground(&mut canvas, look, whole);
        if let Some(area) = mark {
            match &look.artwork {
                Some((artwork, place)) => {
                    let ground = look.background.unwrap_or(Colour::WHITE);
                    let strength = match (place, &text) {
                        (ArtworkPlace::Behind, Some(_)) => Strength::Faint,
                        _ => Strength::Full,
                    };
                    artwork.draw(&mut canvas, area, (ground, look.colour), strength)?;
                }
                None => draw_seal(&mut canvas, look, area),
            }
        }
        if let Some((block, room)) = text {
            canvas.colour(look.colour, For::Fill);
            canvas.colour(look.colour, For::Stroke);
            let mut writer = text::Writer::new(faces);
            writer.block(&mut canvas, &block, room, (look.alignment, rtl))?;
            writer.finish(&mut canvas)?;
        }
        canvas.op(format_args!("Q"));
        Ok(Self(canvas.finish(width, height)))
    }

    /// Draws into a box that cannot be made larger: as many lines as fit, at least one, and the
    /// artwork or the seal alone where that is too long.
    pub(crate) fn draw_what_fits(
        look: &Look,
        constraints: Constraints,
        width: f64,
        height: f64,
    ) -> Result<Self> {
        for count in (1..=look.lines.len()).rev() {
            match Self::draw(&look.with_first_lines(count), constraints, width, height) {
                Err(Error::BoxTooSmall { .. }) => {}
                drawn => return drawn,
            }
        }
        match Self::draw(&look.with_first_lines(0), constraints, width, height) {
            // Smaller than its own padding: there is nothing to be seen in it.
            Err(Error::BoxTooSmall { .. }) => Ok(Self::empty()),
            drawn => drawn,
        }
    }

    /// The appearance of an invisible signature: an empty form, which PDF/A still wants.
    pub(crate) fn empty() -> Self {
        Self(Canvas::new(Constraints::default()).finish(0.0, 0.0))
    }

    /// How many objects it is.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The objects under the ids they are given, the form last, turned by `matrix`.
    pub(crate) fn with_ids(self, ids: &[ObjectId], matrix: [i8; 4]) -> Vec<Object> {
        let number = |(place, _): ObjectId| {
            let at = (place as usize).checked_sub(1);
            at.and_then(|at| ids.get(at)).copied().unwrap_or_default()
        };
        let mut objects = self.0.into_objects();
        for object in &mut objects {
            parts::renumber(object, &number);
        }
        if let Some(Object::Stream(form)) = objects.last_mut() {
            let [a, b, c, d] = matrix.map(|number| Object::Integer(i64::from(number)));
            let zero = || Object::Integer(0);
            form.dict.set("Matrix", vec![a, b, c, d, zero(), zero()]);
        }
        objects
    }
}

/// Fills the box and draws the line round it.
fn ground(canvas: &mut Canvas, look: &Look, box_: Area) {
    if let Some(colour) = look.background {
        canvas.colour(colour, For::Fill);
        let (width, height) = (short(box_.width), short(box_.height));
        canvas.op(format_args!("0 0 {width} {height} re f"));
    }
    if let Some(border) = look.border {
        canvas.colour(border.colour, For::Stroke);
        let half = border.width / 2.0;
        let sides = [
            half,
            half,
            box_.width - border.width,
            box_.height - border.width,
        ];
        let sides = sides.map(short).join(" ");
        canvas.op(format_args!("{} w {sides} re S", short(border.width)));
    }
}

fn draw_seal(canvas: &mut Canvas, look: &Look, area: Area) {
    canvas.colour(look.colour, For::Fill);
    canvas.colour(look.colour, For::Stroke);
    let (x, y) = (area.x + area.width / 2.0, area.y + area.height / 2.0);
    seal::draw(&mut canvas.content, x, y, area.width.min(area.height));
}

/// Characters of a look that neither a bundled font nor one of its own has, each once.
///
/// # Errors
/// [`Error::Font`].
pub fn without_font(look: &Look) -> Result<Vec<char>> {
    let faces = face::Faces::of(look)?;
    let mut missing = Vec::new();
    for line in &look.lines {
        for character in line.text.chars() {
            let drawn = shape::is_ignorable(character)
                || faces.with(Style::Name, character).is_some()
                || missing.contains(&character);
            if !drawn {
                missing.push(character);
            }
        }
    }
    Ok(missing)
}

/// What the text of a look covers in a box: left, bottom, right, top, in points.
///
/// # Errors
/// As [`sheet`].
pub fn extent(look: &Look, width: f64, height: f64) -> Result<[f64; 4]> {
    with_layout(look, (width, height), |_, layout, rtl| {
        let Some((block, room)) = &layout.text else {
            return Ok([width / 2.0, height / 2.0, width / 2.0, height / 2.0]);
        };
        Ok(text::extent_of(block, *room, (look.alignment, rtl)))
    })
}

/// Arranges a look and hands out the fonts, the arrangement, and whether it is read from the right.
fn with_layout<T>(
    look: &Look,
    size: (f64, f64),
    then: impl FnOnce(&face::Faces<'_>, Layout, bool) -> Result<T>,
) -> Result<T> {
    let faces = face::Faces::of(look)?;
    // A line that does not say is read as the others are.
    let rtl = look
        .lines
        .iter()
        .find_map(|line| shape::is_rtl(&line.text))
        .unwrap_or(false);
    let setting = Setting {
        faces: &faces,
        language: look.language.as_deref().and_then(|tag| tag.parse().ok()),
        rtl,
    };
    let lines = wrap::Text::new(&setting, &look.lines);
    let layout = layout::arrange(look, &lines, rtl, size)?;
    then(&faces, layout, rtl)
}

/// A one-page PDF of exactly the box's size that shows nothing but the look: for the ghost.
///
/// # Errors
/// [`Error::BoxEmpty`], [`Error::BoxOutside`] beyond the largest page there is,
/// [`Error::BoxTooSmall`], [`Error::NoGlyph`], [`Error::Artwork`].
pub fn sheet(look: &Look, width: f64, height: f64) -> Result<Vec<u8>> {
    sheet_within(look, Constraints::default(), width, height)
}

/// The same, as it will be in a document with these constraints.
///
/// # Errors
/// As [`sheet`].
pub fn sheet_within(
    look: &Look,
    constraints: Constraints,
    width: f64,
    height: f64,
) -> Result<Vec<u8>> {
    if width.max(height) > LARGEST_PAGE {
        let (width, height) = (LARGEST_PAGE, LARGEST_PAGE);
        return Err(Error::BoxOutside { width, height });
    }
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return Err(Error::BoxEmpty);
    }
    let drawn = Appearance::draw(look, constraints, width, height)?;
    let mut document = lopdf::Document::with_version("1.7");
    let ids: Vec<_> = (0..drawn.len()).map(|_| document.new_object_id()).collect();
    for (id, object) in ids.iter().zip(drawn.with_ids(&ids, [1, 0, 0, 1])) {
        document.objects.insert(*id, object);
    }
    let form = *ids.last().ok_or(Error::Font)?;
    let content = document.add_object(Stream::new(Dictionary::new(), b"/A Do\n".to_vec()));
    let pages = document.new_object_id();
    let zero = || Object::Integer(0);
    let page = document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => pages,
        "MediaBox" => vec![zero(), zero(), real(width), real(height)],
        "Resources" => dictionary! { "XObject" => dictionary! { "A" => form } },
        "Contents" => content,
    });
    let kids = Object::Array(vec![Object::Reference(page)]);
    let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).map_err(Error::Write)?;
    Ok(bytes)
}

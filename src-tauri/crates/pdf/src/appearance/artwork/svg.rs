//! An SVG: as paths where PDF can say exactly what is drawn, else as pixels.
//!
//! Nothing outside the file is ever read: pictures within it are refused, names of files are not
//! followed, text is set in the bundled fonts.

mod check;
mod convert;
mod paint;

use std::sync::Arc;
use std::thread;

use image::RgbaImage;
use usvg::fontdb;

use super::raster::Raster;
use super::{Strength, unusable};
use crate::appearance::constraints::Transparency;
use crate::appearance::face;
use crate::appearance::layout::Area;
use crate::appearance::look::Colour;
use crate::appearance::parts::Canvas;
use crate::error::Result;
use convert::Item;

/// Stack of the thread that reads an SVG; elements nest as deep as [`check`] allows.
const STACK: usize = 64 << 20;
/// Longest side of what is drawn as pixels: 300 dpi in a box of 5 inches.
const LONGEST_SIDE: f32 = 1500.0;
/// The family that stands for all others.
const FAMILY: &str = "Noto Sans";

/// An SVG that was read.
pub(super) struct Drawing {
    width: f64,
    height: f64,
    /// What is drawn, if it can be said.
    items: Option<Vec<Item>>,
    /// The same as pixels: where it cannot be said, or something is seen through that may not be.
    pixels: Raster,
    is_seen_through: bool,
}

impl Drawing {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.to_vec();
        // A thread of its own has room for its recursion, and what panics in it is an answer.
        thread::Builder::new()
            .name("svg".to_owned())
            .stack_size(STACK)
            .spawn(move || Self::read_here(&bytes))
            .map_err(|_| unusable("there is no room to read it"))?
            .join()
            .unwrap_or_else(|_| Err(unusable("the SVG cannot be read")))
    }

    fn read_here(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| unusable("the SVG is not in UTF-8"))?;
        let options = usvg::roxmltree::ParsingOptions {
            allow_dtd: true,
            nodes_limit: check::MOST_NODES,
            ..Default::default()
        };
        let document = usvg::roxmltree::Document::parse_with_options(text, options)
            .map_err(|_| unusable("the SVG is not in form"))?;
        check::check(&document)?;
        let tree = usvg::Tree::from_xmltree(&document, &self::options())
            .map_err(|_| unusable("the SVG is not in form"))?;
        let size = tree.size();
        let items = convert::items(&tree);
        let is_seen_through = items.iter().flatten().any(Item::is_seen_through);
        Ok(Self {
            width: f64::from(size.width()),
            height: f64::from(size.height()),
            items,
            pixels: draw(&tree)?,
            is_seen_through,
        })
    }

    pub(super) fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, area: Area, ground: Colour, strength: Strength) {
        let flat = canvas.constraints().transparency == Transparency::Flattened;
        match &self.items {
            Some(items) if strength == Strength::Full && !(flat && self.is_seen_through) => {
                self.paint(canvas, items, area);
            }
            _ => self.pixels.draw(canvas, area, ground, strength),
        }
    }

    fn paint(&self, canvas: &mut Canvas, items: &[Item], area: Area) {
        // From the SVG's space, whose y points down, into the area.
        let (x, y) = (area.width / self.width, area.height / self.height);
        paint::paint(
            canvas,
            items,
            [x, 0.0, 0.0, -y, area.x, area.y + area.height],
            area,
        );
    }
}

fn options() -> usvg::Options<'static> {
    let mut fonts = fontdb::Database::new();
    for bytes in face::bundled() {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    fonts.set_serif_family(FAMILY);
    fonts.set_sans_serif_family(FAMILY);
    fonts.set_cursive_family(FAMILY);
    fonts.set_fantasy_family(FAMILY);
    fonts.set_monospace_family(FAMILY);
    usvg::Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::new(fonts),
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Default::default()
    }
}

fn draw(tree: &usvg::Tree) -> Result<Raster> {
    let size = tree.size();
    let scale = LONGEST_SIDE / size.width().max(size.height());
    let side = |length: f32| ((length * scale).ceil() as u32).clamp(1, LONGEST_SIDE as u32);
    let (width, height) = (side(size.width()), side(size.height()));
    let mut pixmap = resvg::tiny_skia::Pixmap::new(width, height)
        .ok_or(unusable("the SVG has no size that can be drawn"))?;
    let transform = resvg::tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(tree, transform, &mut pixmap.as_mut());
    let pixels = pixmap.pixels().iter().flat_map(|pixel| {
        let colour = pixel.demultiply();
        [colour.red(), colour.green(), colour.blue(), colour.alpha()]
    });
    RgbaImage::from_raw(width, height, pixels.collect())
        .map(Raster::of_pixels)
        .ok_or(unusable("the SVG has no size that can be drawn"))
}

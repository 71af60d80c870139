//! Artwork: a picture, a drawn signature, an SVG, a page of a PDF.
//!
//! Whatever it was, it is read once, within bounds, into something that can be drawn anywhere; files
//! of artwork come from people and are believed no more than documents are.

mod page;
mod pen;
mod raster;
mod svg;

use std::fmt;
use std::sync::Arc;

use super::layout::Area;
use super::look::Colour;
use super::parts::Canvas;
use crate::error::{Error, Result};
use crate::render::PageNumber;

pub use pen::Pen;

/// Largest file of artwork.
const LARGEST_FILE: usize = 32 << 20;

/// How strongly artwork is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// As it is.
    Full,
    /// So that text on it can be read.
    Faint,
}

/// What is left of faint artwork.
const FAINT: f64 = 0.25;

/// Artwork of a look, read and found usable.
#[derive(Clone)]
pub struct Artwork(Arc<Kind>);

enum Kind {
    Raster(raster::Raster),
    Pen(pen::Drawn),
    Svg(svg::Drawing),
    Page(page::Imported),
}

impl Artwork {
    /// Reads a PNG, a JPEG, an SVG or the first page of a PDF, told by their first bytes.
    ///
    /// # Errors
    /// [`Error::Artwork`]; [`Error::NoGlyph`] for text in an SVG.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_page(bytes, PageNumber::FIRST)
    }

    /// The same; of a PDF this page.
    ///
    /// # Errors
    /// As [`Artwork::read`].
    pub fn read_page(bytes: &[u8], page: PageNumber) -> Result<Self> {
        if bytes.len() > LARGEST_FILE {
            return Err(unusable("the file is larger than 32 MB"));
        }
        let kind = if bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xFF\xD8\xFF") {
            Kind::Raster(raster::Raster::read(bytes)?)
        } else if bytes.starts_with(b"%PDF-") {
            Kind::Page(page::Imported::read(bytes, page)?)
        } else if is_xml(bytes) {
            Kind::Svg(svg::Drawing::read(bytes)?)
        } else {
            return Err(unusable("it is neither PNG, JPEG, SVG nor PDF"));
        };
        Ok(Self(Arc::new(kind)))
    }

    /// Takes a signature as it was drawn: strokes of points, y downwards, in any unit of length.
    ///
    /// # Errors
    /// [`Error::Artwork`] for no stroke, too many points or numbers that are none.
    pub fn drawn(strokes: &[Vec<[f64; 2]>], pen: Pen) -> Result<Self> {
        Ok(Self(Arc::new(Kind::Pen(pen::Drawn::new(strokes, pen)?))))
    }

    /// Width and height; only their proportion counts.
    pub(super) fn size(&self) -> (f64, f64) {
        match &*self.0 {
            Kind::Raster(raster) => raster.size(),
            Kind::Pen(drawn) => drawn.size(),
            Kind::Svg(drawing) => drawing.size(),
            Kind::Page(page) => page.size(),
        }
    }

    /// Draws it into an area of its proportion, on a ground of one colour; faint where text stands
    /// on it, but for a signature drawn by hand.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas,
        area: Area,
        (ground, ink): (Colour, Colour),
        strength: Strength,
    ) -> Result<()> {
        match &*self.0 {
            Kind::Raster(raster) => {
                raster.draw(canvas, area, ground, strength);
                Ok(())
            }
            Kind::Pen(drawn) => {
                drawn.draw(canvas, area, ink);
                Ok(())
            }
            Kind::Svg(drawing) => {
                drawing.draw(canvas, area, ground, strength);
                Ok(())
            }
            Kind::Page(page) => page.draw(canvas, area, strength),
        }
    }
}

impl PartialEq for Artwork {
    /// Whether it is the same reading; two readings of one file are not compared.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Artwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &*self.0 {
            Kind::Raster(_) => "picture",
            Kind::Pen(_) => "drawn",
            Kind::Svg(_) => "SVG",
            Kind::Page(_) => "page",
        };
        write!(f, "Artwork({kind})")
    }
}

/// Whether a file begins as XML does, behind a byte order mark and spaces.
fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

fn unusable(why: &'static str) -> Error {
    Error::Artwork { why }
}

//! Pixels, and how they travel.

use std::fmt;

use image::{
    ExtendedColorType, ImageEncoder,
    codecs::{
        png::{CompressionType, FilterType, PngEncoder},
        webp::WebPEncoder,
    },
};

use super::{Error, PageSize, Result, Scale};

/// The longest side that is drawn, in pixels; also the most that WebP can say (RFC 9649 §2.6).
pub const MAX_SIDE: u32 = 16_383;

/// The most pixels that are drawn; four bytes each.
pub const MAX_PIXELS: u64 = 64_000_000;

/// Bytes of one pixel: red, green, blue, alpha.
pub(super) const PIXEL: usize = 4;

/// A page as pixels: rows from top to bottom, 8-bit RGBA, alpha not multiplied in.
pub struct Picture {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl Picture {
    /// Takes over pixels; there are `width * height` of them.
    pub(super) fn new(Extent { width, height }: Extent, rgba: Vec<u8>) -> Self {
        Self {
            width,
            height,
            rgba,
        }
    }

    /// Returns the width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Returns the height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Returns the pixels, four bytes each.
    #[must_use]
    pub fn as_rgba(&self) -> &[u8] {
        &self.rgba
    }

    /// The picture with a red line round each box: left, top, right and bottom in pixels.
    #[must_use]
    pub fn marked(&self, boxes: &[[u32; 4]]) -> Self {
        /// How thick the line is, in pixels.
        const LINE: u32 = 2;
        let mut marked = Self {
            width: self.width,
            height: self.height,
            rgba: self.rgba.clone(),
        };
        for [left, top, right, bottom] in boxes.iter().copied() {
            let (right, bottom) = (right.min(self.width), bottom.min(self.height));
            for y in top..bottom {
                let edge = y < top + LINE || y + LINE >= bottom;
                for x in left..right {
                    if edge || x < left + LINE || x + LINE >= right {
                        marked.redden(x, y);
                    }
                }
            }
        }
        marked
    }

    fn redden(&mut self, x: u32, y: u32) {
        let at = (y as usize * self.width as usize + x as usize) * PIXEL;
        if let Some(pixel) = self.rgba.get_mut(at..at + PIXEL) {
            pixel.copy_from_slice(&[200, 0, 0, 255]);
        }
    }

    /// Encodes as lossless WebP (RFC 9649), the smallest for pages of text.
    ///
    /// # Errors
    /// [`Error::NotEncoded`].
    pub fn to_webp(&self) -> Result<Vec<u8>> {
        let mut file = Vec::new();
        self.write(WebPEncoder::new_lossless(&mut file))?;
        Ok(file)
    }

    /// Encodes as PNG, which every program reads.
    ///
    /// # Errors
    /// [`Error::NotEncoded`].
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let mut file = Vec::new();
        self.write(PngEncoder::new_with_quality(
            &mut file,
            CompressionType::Fast,
            FilterType::Adaptive,
        ))?;
        Ok(file)
    }

    fn write(&self, encoder: impl ImageEncoder) -> Result<()> {
        encoder
            .write_image(
                &self.rgba,
                self.width,
                self.height,
                ExtendedColorType::Rgba8,
            )
            .map_err(Error::NotEncoded)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// How many pixels a page takes, within what is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Extent {
    /// Scales a page, to at least one pixel a side.
    pub(super) fn new(page: PageSize, scale: Scale) -> Result<Self> {
        let side = |points: f64| (points * scale.pixels_per_point()).round().max(1.0);
        let (width, height) = (side(page.width), side(page.height));
        let longest = f64::from(MAX_SIDE);
        // Both sides are within `MAX_SIDE` when they are multiplied, so the product is exact.
        if width > longest || height > longest || width * height > MAX_PIXELS as f64 {
            return Err(Error::TooLarge { width, height });
        }
        Ok(Self {
            width: width as u32,
            height: height as u32,
        })
    }

    /// Returns the bytes these pixels take.
    pub(super) fn bytes(self) -> usize {
        self.width as usize * self.height as usize * PIXEL
    }
}

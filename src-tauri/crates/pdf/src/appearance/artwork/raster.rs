//! Pictures: PNG with its alpha, JPEG as it is or turned upright.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};
use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use super::{FAINT, Strength, unusable};
use crate::appearance::constraints::{Ink, Transparency};
use crate::appearance::layout::Area;
use crate::appearance::look::Colour;
use crate::appearance::parts::{Canvas, short};
use crate::error::Result;

/// Most pixels of a picture that is read: more than cameras have.
const MOST_PIXELS: u64 = 64_000_000;
/// Most memory its decoder may take.
const MOST_MEMORY: u64 = 320 << 20;
/// Longest side that is kept, in pixels: 600 dpi in a box of 3.4 inches.
const LONGEST_SIDE: u32 = 2048;
/// Quality of a JPEG that must be written anew, since it was turned or too large.
const QUALITY: u8 = 92;

/// A picture, upright.
pub(super) struct Raster {
    pixels: RgbaImage,
    is_grey: bool,
    is_opaque: bool,
    /// The file without metadata, where it is a JPEG of one or three components.
    jpeg: Option<Vec<u8>>,
}

impl Raster {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let damaged = |_| unusable("the picture is damaged");
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|_| unusable("the picture is damaged"))?;
        let format = reader.format();
        if !matches!(format, Some(ImageFormat::Png | ImageFormat::Jpeg)) {
            return Err(unusable("the picture is neither PNG nor JPEG"));
        }
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_MEMORY);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(damaged)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(unusable("the picture has more than 64 million pixels"));
        }
        if width == 0 || height == 0 {
            return Err(unusable("the picture has no pixels"));
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
        picture.apply_orientation(orientation);
        let small = width.max(height) <= LONGEST_SIDE;
        let picture = if small { picture } else { reduced(picture) };
        let is_jpeg = format == Some(ImageFormat::Jpeg);
        let as_it_is = (is_jpeg && small && orientation == Orientation::NoTransforms)
            .then(|| without_metadata(bytes))
            .flatten();
        let mut raster = Self::of_pixels(picture.to_rgba8());
        if is_jpeg {
            raster.jpeg = as_it_is.or_else(|| raster.encode());
        }
        Ok(raster)
    }

    pub(super) fn of_pixels(pixels: RgbaImage) -> Self {
        let is_grey = pixels
            .pixels()
            .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
        let is_opaque = pixels.pixels().all(|pixel| pixel[3] == 255);
        Self {
            pixels,
            is_grey,
            is_opaque,
            jpeg: None,
        }
    }

    /// The pixels as a new JPEG, in as many components as they need.
    fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        let picture = DynamicImage::ImageRgba8(self.pixels.clone());
        let written = if self.is_grey {
            picture.to_luma8().write_with_encoder(encoder)
        } else {
            picture.to_rgb8().write_with_encoder(encoder)
        };
        written.ok().map(|()| bytes)
    }

    pub(super) fn size(&self) -> (f64, f64) {
        let (width, height) = self.pixels.dimensions();
        (f64::from(width), f64::from(height))
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, area: Area, ground: Colour, strength: Strength) {
        if strength == Strength::Faint {
            let mut pixels = self.pixels.clone();
            for pixel in pixels.pixels_mut() {
                pixel[3] = (f64::from(pixel[3]) * FAINT).round() as u8;
            }
            Self::of_pixels(pixels).draw(canvas, area, ground, Strength::Full);
            return;
        }
        let flat = canvas.constraints().transparency == Transparency::Flattened;
        let mask = (!self.is_opaque && !flat).then(|| {
            let alpha = self.pixels.pixels().map(|pixel| pixel[3]).collect();
            self.add(canvas, Object::from("DeviceGray"), alpha, None)
        });
        let (space, parts) = canvas.space(self.is_grey && ground.is_grey());
        let image = match self.jpeg_of(parts, canvas.constraints().ink) {
            Some(jpeg) => {
                let mut dictionary = self.dictionary(space, mask);
                dictionary.set("Filter", "DCTDecode");
                canvas.arena.add(Stream::new(dictionary, jpeg.to_vec()))
            }
            None => {
                let samples = self.samples(parts, flat.then_some(ground));
                self.add(canvas, space, samples, mask)
            }
        };
        let name = canvas.add_object(image);
        let [width, height, x, y] = [area.width, area.height, area.x, area.y].map(short);
        canvas.op(format_args!(
            "q {width} 0 0 {height} {x} {y} cm /{name} Do Q"
        ));
    }

    /// The JPEG, if its components are those of the colour space.
    fn jpeg_of(&self, parts: usize, ink: Ink) -> Option<&[u8]> {
        let jpeg = self.jpeg.as_deref()?;
        let components = components(jpeg)?;
        (components == parts && (ink != Ink::Grey || self.is_grey)).then_some(jpeg)
    }

    fn samples(&self, parts: usize, ground: Option<Colour>) -> Vec<u8> {
        let mut samples = Vec::with_capacity(self.pixels.len() / 4 * parts);
        for pixel in self.pixels.pixels() {
            let [red, green, blue, alpha] = pixel.0;
            let over = |part: u8, ground: u8| {
                let (part, ground) = (u32::from(part), u32::from(ground));
                let alpha = u32::from(alpha);
                ((part * alpha + ground * (255 - alpha) + 127) / 255) as u8
            };
            let colour = match ground {
                Some(ground) => Colour {
                    red: over(red, ground.red),
                    green: over(green, ground.green),
                    blue: over(blue, ground.blue),
                },
                None => Colour { red, green, blue },
            };
            match parts {
                1 => samples.push(colour.luma()),
                _ => samples.extend([colour.red, colour.green, colour.blue]),
            }
        }
        samples
    }

    fn add(
        &self,
        canvas: &mut Canvas,
        space: Object,
        samples: Vec<u8>,
        mask: Option<ObjectId>,
    ) -> ObjectId {
        let mut stream = Stream::new(self.dictionary(space, mask), samples);
        let _ = stream.compress();
        canvas.arena.add(stream)
    }

    fn dictionary(&self, space: Object, mask: Option<ObjectId>) -> Dictionary {
        let (width, height) = self.pixels.dimensions();
        let mut dictionary = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(width),
            "Height" => i64::from(height),
            "ColorSpace" => space,
            "BitsPerComponent" => 8,
        };
        if let Some(mask) = mask {
            dictionary.set("SMask", mask);
        }
        dictionary
    }
}

/// Makes a picture smaller; what cannot be seen gives its colour to nothing.
fn reduced(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture.resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::Triangle);
    }
    let mut pixels = picture.to_rgba8();
    for pixel in pixels.pixels_mut() {
        let alpha = u16::from(pixel[3]);
        for part in 0..3 {
            pixel[part] = (u16::from(pixel[part]) * alpha / 255) as u8;
        }
    }
    let small = DynamicImage::ImageRgba8(pixels);
    let mut small = small
        .resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::Triangle)
        .to_rgba8();
    for pixel in small.pixels_mut() {
        let alpha = u16::from(pixel[3]).max(1);
        for part in 0..3 {
            pixel[part] = (u16::from(pixel[part]) * 255 / alpha).min(255) as u8;
        }
    }
    DynamicImage::ImageRgba8(small)
}

/// The marker of a segment, and what is in it with its length.
type Segment<'j> = (u8, &'j [u8]);

/// A JPEG (ITU-T T.81, annex B) up to its first scan: its segments, and the rest.
fn segments(jpeg: &[u8]) -> Option<(Vec<Segment<'_>>, &[u8])> {
    let mut rest = jpeg.strip_prefix(b"\xFF\xD8")?;
    let mut segments = Vec::new();
    loop {
        let [0xFF, marker, tail @ ..] = rest else {
            return None;
        };
        if *marker == 0xFF {
            // Fill bytes before a marker.
            rest = rest.get(1..)?;
            continue;
        }
        if *marker == 0xDA {
            return Some((segments, rest));
        }
        let length = usize::from(u16::from_be_bytes([*tail.first()?, *tail.get(1)?]));
        segments.push((*marker, tail.get(..length)?));
        rest = tail.get(length..)?;
    }
}

/// The same picture without Exif, XMP, comments and thumbnails; `None` for one that does not say
/// its colours as PDF readers expect them.
fn without_metadata(jpeg: &[u8]) -> Option<Vec<u8>> {
    let (segments, scans) = segments(jpeg)?;
    matches!(components(jpeg)?, 1 | 3).then_some(())?;
    let mut bytes = b"\xFF\xD8".to_vec();
    for (marker, content) in segments {
        // APP14 says which colours the components are; of the others, JFIF's and comments go, too.
        let is_metadata = matches!(marker, 0xE0..=0xED | 0xEF | 0xFE);
        if !is_metadata {
            bytes.extend([0xFF, marker]);
            bytes.extend(content);
        }
    }
    bytes.extend(scans);
    Some(bytes)
}

/// How many components the frame has.
fn components(jpeg: &[u8]) -> Option<usize> {
    let (segments, _) = segments(jpeg)?;
    segments.iter().find_map(|(marker, content)| {
        // Baseline, extended or progressive; arithmetic and lossless ones are not read by PDF.
        let frame = matches!(marker, 0xC0..=0xC2);
        frame.then(|| content.get(7).copied().map(usize::from))?
    })
}

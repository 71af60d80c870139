//! What a signature looks like: one drawer for the file, the preview and the ghost.
//!
//! A name, lines of text and the seal, drawn in grey with embedded and subset fonts, so that a
//! document keeps PDF/A whatever colour space it promises (ISO 19005: fonts embedded, no
//! device-dependent colour without an output intent; [`claims`](crate::claims) knows which).

mod font;
mod seal;

use lopdf::{Dictionary, Object, Stream, dictionary};

use crate::error::{Error, Result};
use font::{Face, Font};

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
/// The seal takes at most this part of the width.
const SEAL: f64 = 0.3;
/// Dark grey of text and seal: paper prints it as black, a screen shows ink.
const INK: &str = "0.1 g 0.1 G";

/// What is shown: a name and lines below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    name: String,
    lines: Vec<String>,
}

impl Look {
    /// Takes a name and the lines below it; control characters become spaces.
    #[must_use]
    pub fn new(name: impl Into<String>, lines: impl IntoIterator<Item = String>) -> Self {
        let clean = |text: String| text.replace(char::is_control, " ");
        Self {
            name: clean(name.into()),
            lines: lines.into_iter().map(clean).collect(),
        }
    }
}

/// A drawn look: operators and the fonts they need.
#[derive(Debug)]
pub(crate) struct Appearance {
    width: f64,
    height: f64,
    content: Vec<u8>,
    pub(crate) fonts: Vec<Font>,
}

/// Where the parts of a look go.
struct Layout {
    padding: f64,
    seal: f64,
    text_left: f64,
    size: f64,
}

impl Appearance {
    /// Draws a look into a box of `width` by `height` points.
    pub(crate) fn draw(look: &Look, width: f64, height: f64) -> Result<Self> {
        let mut bold = Font::new("F1", Face::Bold);
        let mut regular = Font::new("F2", Face::Regular);
        let name_width = bold.measure(&look.name)? * NAME;
        let mut widest = name_width;
        for line in &look.lines {
            widest = widest.max(regular.measure(line)?);
        }
        let tall = (NAME + LEADING * look.lines.len() as f64).max(1.0);
        let layout = layout(width, height, widest, tall)?;

        let Layout {
            padding,
            seal,
            text_left,
            size,
        } = layout;
        let mut content = format!("q {INK}\n");
        if seal > 0.0 {
            seal::draw(&mut content, padding + seal / 2.0, height / 2.0, seal);
        }
        // The block of text is centred; the first baseline is an ascent below its top.
        let mut baseline = f64::midpoint(height, tall * size) - NAME * size * 0.8;
        let show =
            |content: &mut String, font: &mut Font, text: &str, size: f64, y: f64| -> Result<()> {
                let glyphs = font.show(text)?;
                content.push_str(&format!(
                    "BT /{} {} Tf {} {} Td <{glyphs}> Tj ET\n",
                    font.resource,
                    short(size),
                    short(text_left),
                    short(y)
                ));
                Ok(())
            };
        show(&mut content, &mut bold, &look.name, size * NAME, baseline)?;
        for line in &look.lines {
            baseline -= LEADING * size;
            show(&mut content, &mut regular, line, size, baseline)?;
        }
        content.push_str("Q\n");
        let fonts = [bold, regular].into_iter().filter(Font::is_used).collect();
        Ok(Self {
            width,
            height,
            content: content.into_bytes(),
            fonts,
        })
    }

    /// Draws into a box that cannot be made larger: as many lines as fit, at least the name, and
    /// the seal alone where that is too long.
    pub(crate) fn draw_what_fits(look: &Look, width: f64, height: f64) -> Result<Self> {
        for count in (0..=look.lines.len()).rev() {
            let lines = look.lines.iter().take(count).cloned();
            match Self::draw(&Look::new(look.name.clone(), lines), width, height) {
                Err(Error::BoxTooSmall { .. }) => {}
                drawn => return drawn,
            }
        }
        let side = width.min(height) * (1.0 - 2.0 * PADDING.0);
        let mut content = format!("q {INK}\n");
        seal::draw(&mut content, width / 2.0, height / 2.0, side);
        content.push_str("Q\n");
        Ok(Self {
            width,
            height,
            content: content.into_bytes(),
            fonts: Vec::new(),
        })
    }

    /// The appearance of an invisible signature: an empty form, which PDF/A still wants.
    pub(crate) fn empty() -> Self {
        Self {
            width: 0.0,
            height: 0.0,
            content: Vec::new(),
            fonts: Vec::new(),
        }
    }

    /// The form XObject (ISO 32000-2 §8.10), turned by `matrix`.
    pub(crate) fn form(&self, fonts: Dictionary, matrix: [i8; 4]) -> Stream {
        let [a, b, c, d] = matrix.map(|number| Object::Integer(i64::from(number)));
        let zero = || Object::Integer(0);
        let mut stream = Stream::new(
            dictionary! {
                "Type" => "XObject",
                "Subtype" => "Form",
                "BBox" => vec![zero(), zero(), real(self.width), real(self.height)],
                "Matrix" => vec![a, b, c, d, zero(), zero()],
                "Resources" => dictionary! { "Font" => fonts },
            },
            self.content.clone(),
        );
        // Not worth failing for: an uncompressed stream is as good.
        let _ = stream.compress();
        stream
    }
}

/// Finds the largest size at which the text fits, with the seal if there is room for it.
fn layout(width: f64, height: f64, widest: f64, tall: f64) -> Result<Layout> {
    let padding = (width.min(height) * PADDING.0).clamp(PADDING.1, PADDING.2);
    let inner = (width - 2.0 * padding, height - 2.0 * padding);
    let fit = |room: f64| (room / widest.max(0.001)).min(inner.1 / tall).min(LARGEST);
    let seal = inner.1.min(inner.0 * SEAL).min(4.0 * LARGEST);
    let with_seal = fit(inner.0 - seal - padding);
    if seal >= 2.0 * SMALLEST && with_seal >= SMALLEST {
        return Ok(Layout {
            padding,
            seal,
            text_left: 2.0 * padding + seal,
            size: with_seal,
        });
    }
    let size = fit(inner.0);
    if size >= SMALLEST {
        return Ok(Layout {
            padding,
            seal: 0.0,
            text_left: padding,
            size,
        });
    }
    Err(Error::BoxTooSmall {
        width: (widest * SMALLEST + 2.0 * padding).ceil(),
        height: (tall * SMALLEST + 2.0 * padding).ceil(),
    })
}

/// A one-page PDF of exactly the box's size that shows nothing but the look: for the ghost.
///
/// # Errors
/// [`Error::BoxEmpty`], [`Error::BoxOutside`] beyond the largest page there is,
/// [`Error::BoxTooSmall`], [`Error::NoGlyph`].
pub fn sheet(look: &Look, width: f64, height: f64) -> Result<Vec<u8>> {
    if width.max(height) > LARGEST_PAGE {
        let (width, height) = (LARGEST_PAGE, LARGEST_PAGE);
        return Err(Error::BoxOutside { width, height });
    }
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return Err(Error::BoxEmpty);
    }
    let drawn = Appearance::draw(look, width, height)?;
    let mut document = lopdf::Document::with_version("1.7");
    let mut fonts = Dictionary::new();
    for font in &drawn.fonts {
        let objects = font.objects(false);
        let ids: Vec<_> = (0..objects.len())
            .map(|_| document.new_object_id())
            .collect();
        for (id, object) in ids.iter().zip(objects.with_ids(&ids)) {
            document.objects.insert(*id, object);
        }
        fonts.set(
            font.resource.as_bytes().to_vec(),
            *ids.first().ok_or(Error::Font)?,
        );
    }
    let form = document.add_object(drawn.form(fonts, [1, 0, 0, 1]));
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

fn real(value: f64) -> Object {
    Object::Real(((value * 1000.0).round() / 1000.0) as f32)
}

/// A number with at most three decimals, as content streams want it.
fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

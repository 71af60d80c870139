//! Pages and appearances as pictures.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use pdf::render::{PageNumber, Renderer, Scale};

use crate::cards::Cards;
use crate::document;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::look::{self, LookChoice};
use crate::output;
use crate::requests::{CardChoice, Existing, PdfFile};
use crate::sign;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::validate;
use crate::wire;

/// File name of the PDFium library, beside the programs.
pub(crate) const PDFIUM: &str = "libpdfium.so";

/// The appearance a signature would have.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// Whose signature.
    pub signer: Shown,
    /// Width of the box in points.
    pub width: f64,
    /// Height of the box in points.
    pub height: f64,
    /// Why it is signed.
    pub reason: Option<String>,
    /// Where it is signed.
    pub location: Option<String>,
    /// What it shows.
    pub look: LookChoice,
}

/// Whose signature is shown.
#[derive(Debug, Clone)]
pub enum Shown {
    /// That of a person of the organisation.
    Person {
        /// The login.
        login: String,
    },
    /// That of a card.
    Card {
        /// The certificate, as a card's is chosen.
        certificate: String,
    },
}

fn renderer(surroundings: &Surroundings) -> Result<Renderer> {
    Ok(Renderer::start(&surroundings.programs)?)
}

fn open(surroundings: &Surroundings, file: &PdfFile) -> Result<pdf::render::Document> {
    let password = file.password.as_ref().map(document::password);
    Ok(renderer(surroundings)?.open_with(&file.path, password)?)
}

/// Has the renderer let go of a file.
pub(crate) fn close(surroundings: &Surroundings, file: &Path) -> Result<()> {
    Ok(renderer(surroundings)?.forget(file)?)
}

fn number(page: u32) -> Result<PageNumber> {
    PageNumber::new(page).ok_or(Error::BadField {
        what: "page",
        value: page.to_string(),
        why: "pages count from 1",
    })
}

/// Draws a page as WebP.
pub(crate) fn page(
    surroundings: &Surroundings,
    file: &PdfFile,
    page: u32,
    scale: f64,
) -> Result<Vec<u8>> {
    let document = open(surroundings, file)?;
    Ok(document
        .page(number(page)?, Scale::new(scale)?)?
        .to_webp()?)
}

/// Side of the cells a page is looked at in, in points.
const CELL: f64 = 4.0;
/// Pixels on the side of a cell.
const CELL_PIXELS: usize = 2;
/// Most cells on a side: larger pages are looked at in larger cells.
const MOST_CELLS: f64 = 512.0;
/// How far from the colour of the paper something is seen, in steps of 255.
const FAINT: u8 = 24;

/// Looks where a page has something on it.
pub(crate) fn ink(surroundings: &Surroundings, file: &PdfFile, page: u32) -> Result<wire::PageInk> {
    let document = open(surroundings, file)?;
    let page = number(page)?;
    let size = document.page_size(page)?;
    let cell = CELL.max(size.width.max(size.height) / MOST_CELLS);
    let picture = document.page(page, Scale::new(CELL_PIXELS as f64 / cell)?)?;
    let width = picture.width() as usize;
    let rows = rows_of_ink(picture.as_rgba(), width);
    Ok(wire::PageInk { cell, rows })
}

/// Cells of a picture in RGBA that differ from its paper, the colour it has most of.
fn rows_of_ink(rgba: &[u8], width: usize) -> Vec<String> {
    let pixels: Vec<[u8; 3]> = rgba
        .chunks_exact(4)
        .map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    let mut counts = HashMap::new();
    for pixel in &pixels {
        *counts.entry(*pixel).or_insert(0_u32) += 1;
    }
    let paper = counts
        .into_iter()
        .max_by_key(|(colour, count)| (*count, *colour))
        .map_or([255; 3], |(colour, _)| colour);
    let inked = |pixel: &[u8; 3]| {
        pixel
            .iter()
            .zip(paper)
            .any(|(one, other)| one.abs_diff(other) > FAINT)
    };
    let lines: Vec<&[[u8; 3]]> = pixels.chunks(width.max(1)).collect();
    lines
        .chunks(CELL_PIXELS)
        .map(|band| {
            (0..width.div_ceil(CELL_PIXELS))
                .map(|column| {
                    let from = column * CELL_PIXELS;
                    let something = band.iter().any(|line| {
                        let until = line.len().min(from + CELL_PIXELS);
                        line.get(from..until).unwrap_or_default().iter().any(inked)
                    });
                    if something { '#' } else { '.' }
                })
                .collect()
        })
        .collect()
}

/// Draws a person's appearance as WebP with a transparent ground.
pub(crate) fn appearance(
    station: &Station,
    appearance: &Appearance,
    login: &str,
    scale: f64,
) -> Result<Vec<u8>> {
    let record = KeyRecord::of_login(station, login)?;
    let words = (appearance.reason.as_deref(), appearance.location.as_deref());
    let look = look::of(station, &appearance.look, &record, station.now()?, words)?;
    draw(&station.surroundings, &look, appearance, scale)
}

/// Draws the same for a card.
pub(crate) fn card_appearance(
    surroundings: &Surroundings,
    cards: &Cards,
    appearance: &Appearance,
    certificate: &str,
    scale: f64,
) -> Result<Vec<u8>> {
    let choice = CardChoice {
        certificate: Some(certificate.to_owned()),
        ..CardChoice::default()
    };
    let now = validate::now();
    let card = cards.choose(surroundings, &choice, now)?;
    let words = (appearance.reason.as_deref(), appearance.location.as_deref());
    let (look, certificate) = (&appearance.look, &card.certificate);
    let look = sign::card::look_of(surroundings, look, certificate, now, words)?;
    draw(surroundings, &look, appearance, scale)
}

fn draw(
    surroundings: &Surroundings,
    look: &pdf::Look,
    appearance: &Appearance,
    scale: f64,
) -> Result<Vec<u8>> {
    let sheet =
        pdf::appearance::sheet(look, appearance.width, appearance.height).map_err(|source| {
            Error::Document {
                path: PathBuf::from("appearance"),
                source,
            }
        })?;
    let picture = renderer(surroundings)?.sheet(sheet, Scale::new(scale)?)?;
    Ok(picture.to_webp()?)
}

/// Pixels a point of a look that is drawn into a file: 288 dpi.
const LOOK_SCALE: f64 = 4.0;

/// Draws a look for a person who does not exist into a PNG file.
pub(crate) fn look_to(
    surroundings: &Surroundings,
    look: &LookChoice,
    (width, height): (f64, f64),
    output: &Path,
    existing: Existing,
) -> Result<()> {
    let look = look::sample(surroundings, look)?;
    let sheet = pdf::appearance::sheet(&look, width, height).map_err(|source| Error::Document {
        path: PathBuf::from("look"),
        source,
    })?;
    let picture = renderer(surroundings)?.sheet(sheet, Scale::new(LOOK_SCALE)?)?;
    output::write(&picture.to_png()?, output, existing)
}

/// Draws a page into a PNG file.
pub(crate) fn render_to(
    surroundings: &Surroundings,
    file: &PdfFile,
    page: u32,
    scale: f64,
    output: &Path,
    existing: Existing,
) -> Result<()> {
    if existing == Existing::Keep && output.exists() {
        return Err(Error::OutputExists {
            path: output.to_owned(),
        });
    }
    let document = open(surroundings, file)?;
    let png = document.page(number(page)?, Scale::new(scale)?)?.to_png()?;
    output::write(&png, output, existing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_the_paper_is_seen_in_its_cell() {
        let (width, height) = (5, 4);
        let mut rgba = [250, 250, 240, 255].repeat(width * height);
        // The last pixel of the first row, and a faint one in the second.
        rgba[4 * 4..4 * 4 + 3].copy_from_slice(&[0, 0, 0]);
        rgba[5 * 4..5 * 4 + 3].copy_from_slice(&[240, 240, 235]);
        assert_eq!(rows_of_ink(&rgba, width), ["..#", "..."]);
    }

    #[test]
    fn a_picture_without_pixels_has_no_cells() {
        assert!(rows_of_ink(&[], 0).is_empty());
    }
}

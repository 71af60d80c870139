//! Pages and appearances as pictures.

use std::io::Write;
use std::path::{Path, PathBuf};

use pdf::render::{PageNumber, Renderer, Scale};

use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::output::{Output, UNNOTED, unwritable};
use crate::requests::Existing;
use crate::sign::look;
use crate::station::Station;
use crate::station::key::KeyRecord;

/// File name of the PDFium library, beside the programs.
pub(crate) const PDFIUM: &str = "libpdfium.so";

/// The appearance a signature would have.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// Whose signature.
    pub login: String,
    /// Width of the box in points.
    pub width: f64,
    /// Height of the box in points.
    pub height: f64,
    /// Why it is signed.
    pub reason: Option<String>,
    /// Where it is signed.
    pub location: Option<String>,
}

fn renderer(surroundings: &Surroundings) -> Result<Renderer> {
    Ok(Renderer::start(&surroundings.programs)?)
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
    file: &Path,
    page: u32,
    scale: f64,
) -> Result<Vec<u8>> {
    let document = renderer(surroundings)?.open(file)?;
    Ok(document
        .page(number(page)?, Scale::new(scale)?)?
        .to_webp()?)
}

/// Draws an appearance as WebP with a transparent ground.
pub(crate) fn appearance(
    station: &Station,
    appearance: &Appearance,
    scale: f64,
) -> Result<Vec<u8>> {
    let record = KeyRecord::of_login(station, &appearance.login)?;
    let look = look(
        &record,
        station.ca()?.subject_common_name(),
        station.now()?,
        appearance.reason.as_deref(),
        appearance.location.as_deref(),
    );
    let sheet =
        pdf::appearance::sheet(&look, appearance.width, appearance.height).map_err(|source| {
            Error::Document {
                path: PathBuf::from("appearance"),
                source,
            }
        })?;
    let picture = renderer(&station.surroundings)?.sheet(sheet, Scale::new(scale)?)?;
    Ok(picture.to_webp()?)
}

/// Draws a page into a PNG file.
pub(crate) fn render_to(
    surroundings: &Surroundings,
    file: &Path,
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
    let document = renderer(surroundings)?.open(file)?;
    let png = document.page(number(page)?, Scale::new(scale)?)?.to_png()?;
    let mut file = Output::begin(output, UNNOTED)?;
    file.file()
        .write_all(&png)
        .map_err(|error| unwritable(output, error))?;
    file.keep(existing)
}

//! Installs what is missing: system packages, PDFium, the window's inside, the outside judges.

mod packages;
mod pdfium;
mod python;
mod ui;

use anyhow::Result;

use crate::places::Places;

pub(crate) use ui::node_packages;

/// For building and running the product.
pub(crate) fn product(places: &Places) -> Result<()> {
    packages::install(&[packages::BUILD, packages::RUN, packages::PYTHON])?;
    pdfium::install(places)?;
    ui::build(places)
}

/// For running every test.
pub(crate) fn everything(places: &Places) -> Result<()> {
    packages::install(&[
        packages::BUILD,
        packages::RUN,
        packages::PYTHON,
        packages::TEST,
    ])?;
    pdfium::install(places)?;
    ui::build(places)?;
    python::judges(places)?;
    if places.root.join("tests/window/package.json").is_file() {
        node_packages(&places.root.join("tests/window"))?;
    }
    Ok(())
}

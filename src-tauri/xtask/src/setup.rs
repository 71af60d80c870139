//! Installs what is missing: system packages, PDFium, the window's inside, the outside judges, a second
//! token.

mod kryoptic;
mod packages;
mod pdfium;
mod python;
mod ui;
mod virtual_card;

use anyhow::Result;

use crate::places::Places;

/// For building and running the product.
pub(crate) fn product(places: &Places) -> Result<()> {
    packages::install(&[packages::BUILD, packages::RUN, packages::PYTHON])?;
    pdfium::install(places)?;
    ui::build(places)
}

/// For measuring beside the peers.
pub(crate) fn bench(places: &Places) -> Result<()> {
    packages::install(&[packages::RUN, packages::PYTHON, packages::BENCH])?;
    python::judges(places)
}

/// For building the fuzz targets, whose engine is written in C++.
pub(crate) fn fuzz() -> Result<()> {
    packages::install(&[packages::BUILD, packages::FUZZ])
}

/// For running every test.
pub(crate) fn everything(places: &Places) -> Result<()> {
    packages::install(&[
        packages::BUILD,
        packages::RUN,
        packages::PYTHON,
        packages::TEST,
        packages::KRYOPTIC,
        packages::CARDS,
    ])?;
    pdfium::install(places)?;
    python::judges(places)?;
    kryoptic::build(places)?;
    virtual_card::build(places)?;
    ui::node_packages(&places.root.join("tests/window"))?;
    // Last, as the one that fails by a fault in what is being worked on; before any build of the
    // shell, which embeds it.
    ui::build(places)
}

//! Files as documents, and boxes as they cross the edges.

use std::path::Path;
use std::sync::Arc;

use pdf::FileSource;

use crate::error::{Error, Result};
use crate::wire;

/// Opens a file as a PDF.
pub(crate) fn open(path: &Path) -> Result<pdf::Document> {
    open_as(path, path)
}

/// Opens a file as a PDF that is called something else than it is found by.
pub(crate) fn open_as(found: &Path, path: &Path) -> Result<pdf::Document> {
    let source = FileSource::open(found).map_err(|source| Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    pdf::Document::open(Arc::new(source)).map_err(|source| Error::Document {
        path: path.to_owned(),
        source,
    })
}

/// A box as it crosses the edges.
pub(crate) fn shown(rect: &pdf::ShownRect) -> wire::Rect {
    wire::Rect {
        x: rect.x(),
        y: rect.y(),
        width: rect.width(),
        height: rect.height(),
    }
}

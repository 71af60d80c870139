//! Files as documents, and boxes as they cross the edges.

use std::path::Path;
use std::sync::Arc;

use pdf::FileSource;

use crate::error::{Error, Result};
use crate::requests::PdfFile;
use crate::wire;

/// Opens a file as a PDF.
pub(crate) fn open(file: &PdfFile) -> Result<pdf::Document> {
    open_as(&file.path, &file.path, file.password.as_ref())
}

/// Whether a file opens with a password only. Any other fault is told by who opens it.
pub(crate) fn needs_password(file: &Path) -> bool {
    let opened = open_as(file, file, None);
    matches!(
        opened,
        Err(Error::Document {
            source: pdf::Error::PasswordNeeded,
            ..
        })
    )
}

/// The password of a document as its reader takes it; no other use of a secret leaves this crate.
pub(crate) fn password(secret: &wire::Secret) -> pdf::Password {
    pdf::Password::new(secret.expose().to_owned())
}

/// Opens a file as a PDF that is called something else than it is found by.
pub(crate) fn open_as(
    found: &Path,
    path: &Path,
    secret: Option<&wire::Secret>,
) -> Result<pdf::Document> {
    let source = FileSource::open(found).map_err(|source| Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    let password = secret.map(password);
    pdf::Document::open_with(Arc::new(source), password.as_ref()).map_err(|source| {
        Error::Document {
            path: path.to_owned(),
            source,
        }
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

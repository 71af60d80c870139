//! What a document is, before anyone signs it.

use pdf::PageNumber;

use crate::document::{self, shown};
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::preflight;
use crate::requests::{AtHand, Field, Inspection, PdfFile, Permissions, Trust};
use crate::trust::Anchors;
use crate::validate;
use crate::wire::{self, PageSize};

/// Looks at a file without an organisation or a secret.
pub(crate) fn inspect(surroundings: &Surroundings, file: &PdfFile) -> Result<Inspection> {
    let document = document::open(file)?;
    let unreadable = |source| Error::Document {
        path: file.path.clone(),
        source,
    };
    let fields = document.fields().map_err(unreadable)?;
    let anchors = Anchors::collect(surroundings, &Trust::default(), validate::now())?;
    let signatures = validate::judge(surroundings, file, &anchors, &AtHand::default())?.signatures;
    let refusal = document
        .permit_signature()
        .map_err(unreadable)
        .err()
        .map(wire::Error::from);
    let permissions = document.permissions().map(Permissions::from);
    let about = preflight::Document {
        fields: &fields,
        signatures: &signatures,
        certified: document.certification_level().map_err(unreadable)?,
        encrypted: document.access().map(|_| permissions),
        repaired: document.is_recovered(),
        refusal: refusal.as_ref(),
    };
    let found = document.preflight(&fields).map_err(unreadable)?;
    let findings = preflight::findings(&about, &found);
    Ok(Inspection {
        pages: document.page_count().map_err(unreadable)?,
        first_page: page_size(file, 1)?,
        revisions: u32::try_from(document.revisions()).unwrap_or(u32::MAX),
        encrypted: document.is_encrypted(),
        permissions,
        repaired: document.is_recovered(),
        fields: fields.into_iter().map(field).collect(),
        signatures,
        findings,
        refusal,
        bytes: document.len(),
    })
}

/// Most sizes that are told at once.
const MOST_SIZES: u32 = 512;

/// The sizes of some pages as shown, from `first` on; fewer where the document ends, and never
/// more than 512.
pub(crate) fn page_sizes(file: &PdfFile, first: u32, count: u32) -> Result<Vec<PageSize>> {
    let unreadable = |source| Error::Document {
        path: file.path.clone(),
        source,
    };
    let document = document::open(file)?;
    let pages = document.page_count().map_err(unreadable)?;
    let end = first.saturating_add(count.min(MOST_SIZES));
    (first.max(1)..end.min(pages.saturating_add(1)))
        .filter_map(PageNumber::new)
        .map(|number| {
            let (width, height) = document.page(number).map_err(unreadable)?.shown_size();
            Ok(PageSize { width, height })
        })
        .collect()
}

/// The size of a page as shown.
fn page_size(file: &PdfFile, page: u32) -> Result<PageSize> {
    let number = PageNumber::new(page).ok_or(Error::BadField {
        what: "page",
        value: page.to_string(),
        why: "pages count from 1",
    })?;
    let unreadable = |source| Error::Document {
        path: file.path.clone(),
        source,
    };
    let page = document::open(file)?.page(number).map_err(unreadable)?;
    let (width, height) = page.shown_size();
    Ok(PageSize { width, height })
}

fn field(field: pdf::Field) -> Field {
    Field {
        page: field.place.map(|(page, _)| page),
        rect: field.place.map(|(_, rect)| shown(&rect)),
        name: field.name,
        label: field.label,
        signed: field.kind == "Sig" && field.has_value,
        kind: field.kind,
    }
}

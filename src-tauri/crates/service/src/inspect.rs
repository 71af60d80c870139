//! What a document is, before anyone signs it.

use std::path::Path;

use pdf::PageNumber;

use crate::document::{self, shown};
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::requests::{Field, Inspection};
use crate::validate;
use crate::wire::{self, Finding, PageSize, Severity};

/// Looks at a file without an organisation or a secret.
pub(crate) fn inspect(surroundings: &Surroundings, file: &Path) -> Result<Inspection> {
    let document = document::open(file)?;
    let unreadable = |source| Error::Document {
        path: file.to_owned(),
        source,
    };
    // The names in an encrypted document are encrypted, too, and tell nothing.
    let fields = if document.is_encrypted() {
        Vec::new()
    } else {
        document.fields().map_err(unreadable)?
    };
    let signatures = validate::judge(surroundings, file, &[])?.signatures;
    let refusal = document
        .permit_signature()
        .map_err(unreadable)
        .err()
        .map(wire::Error::from);
    let mut findings = Vec::new();
    let mut find = |code: &str, severity, message: String| {
        findings.push(Finding {
            code: code.to_owned(),
            severity,
            message,
        });
    };
    if !signatures.is_empty() {
        let message = match signatures.len() {
            1 => "signed by one person; a further signature is added and theirs stays".to_owned(),
            several => format!("signed {several} times; a further signature is added"),
        };
        find("signed", Severity::Info, message);
    }
    if let Some(level) = document.certification_level().map_err(unreadable)? {
        let message = format!("certified by its author, changes allowed at level {level}");
        find("certified", Severity::Info, message);
    }
    if document.is_recovered() {
        let message = "its cross-references are damaged; signing adds complete ones, and nothing that \
                       is there is changed";
        find("repaired", Severity::Caution, message.to_owned());
    }
    if document.needs_appearances().map_err(unreadable)? {
        let message = "the form asks viewers to draw its fields anew; some then do not show the box \
                       of a signature, which is valid all the same";
        find("need_appearances", Severity::Caution, message.to_owned());
    }
    if let Some(refusal) = &refusal {
        find(
            &refusal.code.to_string(),
            Severity::Refusal,
            refusal.message.clone(),
        );
    }
    Ok(Inspection {
        pages: document.page_count().map_err(unreadable)?,
        first_page: page_size(file, 1)?,
        revisions: u32::try_from(document.revisions()).unwrap_or(u32::MAX),
        encrypted: document.is_encrypted(),
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
pub(crate) fn page_sizes(file: &Path, first: u32, count: u32) -> Result<Vec<PageSize>> {
    let unreadable = |source| Error::Document {
        path: file.to_owned(),
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
fn page_size(file: &Path, page: u32) -> Result<PageSize> {
    let number = PageNumber::new(page).ok_or(Error::BadField {
        what: "page",
        value: page.to_string(),
        why: "pages count from 1",
    })?;
    let unreadable = |source| Error::Document {
        path: file.to_owned(),
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

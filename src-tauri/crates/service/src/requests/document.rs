//! A document as it is given, and what is seen in it.

use std::path::PathBuf;

use crate::wire;

/// A PDF on disk, and the password that opens it.
#[derive(Debug, Clone)]
pub struct PdfFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The user's or the owner's password; none for most files.
    pub password: Option<wire::Secret>,
}

/// Which two revisions of a file are compared, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Between {
    /// The earlier one; that of the first signature, or the first, if nothing is said.
    pub from: Option<u32>,
    /// The later one; the file as it is, if nothing is said.
    pub to: Option<u32>,
}

impl From<PathBuf> for PdfFile {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            password: None,
        }
    }
}

impl From<&str> for PdfFile {
    fn from(path: &str) -> Self {
        PathBuf::from(path).into()
    }
}

/// What to do when the output exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// Replace it, in one step, once the new file is whole.
    Replace,
}

/// A form field of a document.
#[derive(Debug, Clone)]
pub struct Field {
    /// Fully qualified name.
    pub name: String,
    /// The field type's name: `Sig`, `Tx`, `Btn`, `Ch`, or empty.
    pub kind: String,
    /// Page of its widget, from 1.
    pub page: Option<u32>,
    /// Box of its widget on the page as shown.
    pub rect: Option<wire::Rect>,
    /// What the form's author calls it.
    pub label: Option<String>,
    /// Whether it carries a signature.
    pub signed: bool,
}

impl Field {
    /// What the window is told of it, if it is a signature field.
    #[must_use]
    pub fn of_signature(self) -> Option<wire::SignatureField> {
        (self.kind == "Sig").then_some(wire::SignatureField {
            name: self.name,
            label: self.label,
            page: self.page,
            rect: self.rect,
            signed: self.signed,
        })
    }
}

/// What the author of an encrypted document permits to who has not the owner's password
/// (ISO 32000-2, table 22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions {
    /// Printing.
    pub print: bool,
    /// Changing the document.
    pub change: bool,
    /// Copying text and pictures.
    pub copy: bool,
    /// Adding notes.
    pub annotate: bool,
    /// Filling fields that are there, signature fields among them.
    pub fill: bool,
    /// Making new signature fields.
    pub add_fields: bool,
}

impl From<pdf::Permissions> for Permissions {
    fn from(bits: pdf::Permissions) -> Self {
        Self {
            print: bits.printing(),
            change: bits.changing(),
            copy: bits.copying(),
            annotate: bits.annotating(),
            fill: bits.filling(),
            add_fields: bits.adding_fields(),
        }
    }
}

/// What a document is, before anyone signs it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Number of pages.
    pub pages: u32,
    /// Size of the first page as shown.
    pub first_page: wire::PageSize,
    /// Number of revisions.
    pub revisions: u32,
    /// Whether the file is encrypted.
    pub encrypted: bool,
    /// What its author permits, where that binds who opened it.
    pub permissions: Option<Permissions>,
    /// Whether the file only opens by repair.
    pub repaired: bool,
    /// Its form fields.
    pub fields: Vec<Field>,
    /// Its signatures, validated.
    pub signatures: Vec<wire::SignatureReport>,
    /// What was found, the weightiest first.
    pub findings: Vec<wire::PreflightFinding>,
    /// Why it cannot be signed, if it cannot.
    pub refusal: Option<wire::Error>,
    /// Length in bytes.
    pub bytes: u64,
}

//! What later revisions changed in what a signature covers (ISO 32000-2 §12.8.2.2).
//!
//! Every revision behind the first signature is compared with the one before it, object by object:
//! what one of them changed and another put back is seen all the same. Every object that is another
//! one, or gone, must be explained by a short list of what is allowed; what is not explained is a
//! change. So is whatever makes two readers see two documents: keys written twice, numbers that were
//! named before they were there, bytes that belong to no revision ([`extent`]).
//!
//! Each revision is judged once, for all signatures before it; what it did then has to be allowed
//! by each of them ([`history`]):
//!
//! | what a revision did | allowed by |
//! |---|---|
//! | proof for the long term (`/DSS`), developer extensions, a higher `/Version` | every signature |
//! | a document timestamp without a box | every signature, locks or not: it changes no field that a person fills (§12.8.5; pyHanko agrees) |
//! | title, author and the like, in `/Info` or as XMP | all but level 1 |
//! | a further signature, in a new field or one that was empty | all but level 1, unless its field is locked; a certified document gets no new box (table 257) |
//! | a new signature field, empty and without a drawing | all but level 1 and certified documents, unless its name is locked |
//! | a text, choice or button field filled | all but level 1, unless it is locked |
//! | comments: markup annotations added, changed, deleted | level 3 |
//!
//! **Levels.** A signature's level is the least of what its references, its field's `/Lock` and the
//! certification of the document say (DocMDP `/P`). Where nobody says anything it is 2: ISO 32000-2
//! leaves it open what an approval signature allows, viewers and pyHanko accept filled fields after
//! one, and the words for it ("Valid, changed later as allowed") name the fields. Comments are then
//! not accepted, because what can be written over a page cannot be told from the page.
//!
//! **Comments** are the markup annotations of §12.5.6.2 that viewers draw themselves as a sign or a
//! mark which hides no text. An appearance of their own is looked into ([`marks`]), and has to be what
//! viewers draw for the kind: whatever may draw anything can look like content, and was used to forge
//! it ("evil annotation"), as FreeText, Stamp and Ink can by their nature. A sign that had a drawing
//! when it was signed stays, since taking it away may show what was hidden. Nothing that acts, nothing
//! dark, not by lying on each other either, nothing over the box of a signature.
//!
//! **Boxes** of signatures, filled fields and signs of comments leave half of a page in sight, all of
//! those on one page together, and a button is small. Where a widget is, the page that lists it says;
//! one that names another page, or whose rectangle readers may take for anything, is a change. A
//! timestamp has no box. Whether a box lies over text is told ([`writing`]), and what it then means
//! depends on whose it is, which is not known here.
//!
//! **Filling** changes the value, which must be of the field's type and no object that was there,
//! and with it the appearance, which readers fit into the box the field had: neither without the
//! other. Looks of buttons stay; their state is one that they had, and the one that the value says.
//! Boxes, actions, flags that hide or show, fonts and lists of choices stay, and fields that are
//! read-only stay as they are.

mod annotations;
mod boxes;
mod difference;
mod drawing;
mod extent;
mod fields;
mod fill;
mod history;
mod marks;
mod metadata;
mod references;
mod rules;
mod writing;

pub use self::history::{History, RevisionChanges};

use lopdf::ObjectId;

use crate::document::{Document, Unlock};
use crate::error::Result;
use crate::field::SignatureValue;

/// What came after a signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The fields that were signed since.
    pub signed: Vec<SignedSince>,
    /// The names of the fields that were filled since.
    pub filled: Vec<String>,
    /// The pages that were commented since, counted from 1.
    pub commented: Vec<u32>,
    /// Whether title, author and the like were changed.
    pub described: bool,
    /// Whether anything but proof for the long term was added: what says nothing that the document
    /// did not say.
    pub more_than_proof: bool,
    /// Whether no revision came: what stands behind it is white space.
    pub untouched: bool,
    /// What is not explained by that, or not allowed.
    pub unexplained: Vec<Change>,
}

/// A field that was signed after the signature that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedSince {
    /// Fully qualified name.
    pub name: String,
    /// Whether it has a box: what is drawn there lies over the page.
    pub shown: bool,
    /// Whether the field was added with it.
    pub is_new: bool,
    /// What it was signed with.
    pub kind: SignedWith,
    /// A field whose box this one's lies on, if there is one.
    pub covers: Option<String>,
    /// A page, counted from 1, on whose text its box lies, if it does.
    pub over_text_of: Option<u32>,
}

/// What a field was signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedWith {
    /// A person's signature.
    Signature,
    /// A document timestamp (§12.8.5).
    Timestamp,
}

/// Something that a revision did and that can be allowed; its display says it to a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Explained {
    /// Proof for the long term, developer extensions, a higher version: nothing that is shown.
    #[error("proof for the long term was added, or nothing that is shown")]
    Proof,
    /// Title, author and the like.
    #[error("the description of the document was changed")]
    Description,
    /// A field was signed.
    #[error("the field {} was {}{}", .0.name, match .0.kind {
        SignedWith::Signature => "signed",
        SignedWith::Timestamp => "timestamped",
    }, over_text(.0.over_text_of))]
    Signed(SignedSince),
    /// An empty signature field was added, in which nothing is drawn yet.
    #[error("the empty signature field {name} was added")]
    Prepared {
        /// Fully qualified name.
        name: String,
    },
    /// A field was filled.
    #[error("the form field {name} was filled")]
    Filled {
        /// Fully qualified name.
        name: String,
    },
    /// Comments were added, changed or deleted.
    #[error("comments on page {page} were added, changed or deleted")]
    Commented {
        /// Counted from 1.
        page: u32,
    },
}

fn over_text(page: Option<u32>) -> String {
    page.map_or_else(String::new, |page| {
        format!(", and its box lies over text of page {page}")
    })
}

impl Explained {
    /// Whether it is proof for the long term, which shows nothing: stores, and timestamps without a
    /// box.
    pub(crate) const fn is_proof(&self) -> bool {
        match self {
            Self::Proof => true,
            Self::Signed(field) => matches!(field.kind, SignedWith::Timestamp) && !field.shown,
            _ => false,
        }
    }

    /// Stable name in snake_case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Proof => "proof_added",
            Self::Description => "description_changed",
            Self::Signed(SignedSince {
                kind: SignedWith::Signature,
                ..
            }) => "signed",
            Self::Signed(_) => "timestamped",
            Self::Prepared { .. } => "signature_field_added",
            Self::Filled { .. } => "field_filled",
            Self::Commented { .. } => "commented",
        }
    }
}

/// One change that a signature does not allow; its display says it to a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Change {
    /// The chain of revisions does not lead to the one that was signed.
    #[error("the structure of the file was written anew")]
    Structure,
    /// Bytes that are part of no revision, or a revision without its end.
    #[error("bytes were added that belong to no complete revision")]
    Bytes,
    /// A state of the document cannot be read.
    #[error("it cannot be told what was changed: {why}")]
    Unreadable {
        /// What hinders.
        why: String,
    },
    /// The signature is not where it was when it was made.
    #[error("this signature was put into a document that was signed without it")]
    SignatureMoved,
    /// An object is written so that readers can differ about it.
    #[error("object {} {} is written so that it can be read in two ways", id.0, id.1)]
    Ambiguous {
        /// The object.
        id: ObjectId,
    },
    /// Something on a page, or what it consists of.
    #[error("page {page} was changed")]
    Page {
        /// Counted from 1.
        page: u32,
    },
    /// Pages were added, removed or reordered.
    #[error("pages were added, removed or reordered")]
    Pages,
    /// Annotations other than the widgets of new signatures, and comments where none are allowed.
    #[error("annotations on page {page} were added, removed or changed")]
    Annotations {
        /// Counted from 1.
        page: u32,
    },
    /// A form field that was there.
    #[error("the form field {name} was changed")]
    Field {
        /// Fully qualified name.
        name: String,
    },
    /// A new field that is not for signatures, or one that shows something and is not signed.
    #[error("a form field was added that is not a signature")]
    NewField,
    /// The form's own entries, or its list of fields.
    #[error("the form was changed")]
    Form,
    /// An entry of the catalog.
    #[error("the document's entry {key} was changed")]
    Catalog {
        /// Without its slash.
        key: String,
    },
    /// What can be shown and hidden, or what is at first (§8.11).
    #[error("layers were added, removed, shown or hidden")]
    Layers,
    /// Title, author and the like.
    #[error("the description of the document was changed")]
    Information,
    /// An object that nothing tells more about.
    #[error("object {} {} was changed", id.0, id.1)]
    Object {
        /// The object.
        id: ObjectId,
    },
    /// An object that was there and is not.
    #[error("object {} {} was removed", id.0, id.1)]
    Removed {
        /// The object.
        id: ObjectId,
    },
    /// An object that was named and not there, and is now.
    #[error("object {} {}, which the signed document names and does not have, was added", id.0, id.1)]
    Supplied {
        /// The object.
        id: ObjectId,
    },
    /// A further signature where this one forbids it (§12.8.2.2, §12.8.2.4).
    #[error("the field {name} was signed although this signature forbids it")]
    Forbidden {
        /// Fully qualified name.
        name: String,
    },
    /// A field that was filled where this signature forbids it.
    #[error("the form field {name} was filled although this signature forbids it")]
    Locked {
        /// Fully qualified name.
        name: String,
    },
    /// A timestamp with a box: nobody stands for what is drawn there.
    #[error("the timestamp in the field {name} has a box on a page")]
    TimestampShown {
        /// Fully qualified name.
        name: String,
    },
    /// A box in which anything can be drawn, over most of a page.
    #[error(
        "the box of the field {name}, with what was drawn before it, covers most of page {page}"
    )]
    Covering {
        /// Fully qualified name.
        name: String,
        /// Counted from 1.
        page: u32,
    },
}

impl Change {
    /// Stable name in snake_case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Structure => "structure_changed",
            Self::Bytes => "bytes_added",
            Self::Unreadable { .. } => "changes_unreadable",
            Self::SignatureMoved => "signature_moved",
            Self::Ambiguous { .. } => "object_ambiguous",
            Self::Page { .. } => "page_changed",
            Self::Pages => "pages_changed",
            Self::Annotations { .. } => "annotations_changed",
            Self::Field { .. } => "field_changed",
            Self::NewField => "field_added",
            Self::Form => "form_changed",
            Self::Catalog { .. } => "catalog_changed",
            Self::Layers => "layers_changed",
            Self::Information => "description_changed",
            Self::Object { .. } => "object_changed",
            Self::Removed { .. } => "object_removed",
            Self::Supplied { .. } => "object_supplied",
            Self::Forbidden { .. } => "signed_although_forbidden",
            Self::Locked { .. } => "filled_although_locked",
            Self::TimestampShown { .. } => "timestamp_shown",
            Self::Covering { .. } => "box_covers_page",
        }
    }
}

impl Document {
    /// The document as it was when it ended at `length` bytes.
    ///
    /// # Errors
    /// Those of [`Document::open`].
    pub fn as_of(&self, length: u64) -> Result<Self> {
        let source = crate::source::beginning(self.source().clone(), length);
        Self::open_as_written(source, Unlock::As(self))
    }

    /// Judges what came after a signature; [`Document::history`] does it for several at once.
    ///
    /// # Errors
    /// [`Error::Read`](crate::Error::Read). What cannot be read otherwise is a [`Change`].
    pub fn changes_since(&self, signature: &SignatureValue) -> Result<Changes> {
        let history = self.history(std::slice::from_ref(signature))?;
        Ok(history.since(signature))
    }
}

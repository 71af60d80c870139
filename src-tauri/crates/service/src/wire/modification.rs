//! What was done to a file after it was signed: by a code, which the window says in its language.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing that a revision did.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Modification {
    /// What kind of thing.
    pub code: ModificationCode,
    /// A sentence in English.
    pub message: String,
    /// The field, the entry or the object that it is about.
    pub name: Option<String>,
    /// The page, from 1.
    pub page: Option<u32>,
}

/// What kind of thing a revision did.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ModificationCode {
    /// The chain of revisions does not lead to the one that was signed.
    StructureChanged,
    /// Bytes that are part of no revision.
    BytesAdded,
    /// A state of the document cannot be read.
    ChangesUnreadable,
    /// The signature is not where it was when it was made.
    SignatureMoved,
    /// An object that can be read in two ways.
    ObjectAmbiguous,
    /// Something on a page.
    PageChanged,
    /// Pages were added, removed or reordered.
    PagesChanged,
    /// Annotations other than what is allowed.
    AnnotationsChanged,
    /// A form field that was there.
    FieldChanged,
    /// A new field that is not for signatures.
    FieldAdded,
    /// The form's own entries.
    FormChanged,
    /// An entry of the catalog.
    CatalogChanged,
    /// Title, author and the like.
    DescriptionChanged,
    /// An object that nothing tells more about.
    ObjectChanged,
    /// An object that was there and is not.
    ObjectRemoved,
    /// An object that was named and not there.
    ObjectSupplied,
    /// A further signature where one before it forbids it.
    SignedAlthoughForbidden,
    /// A field filled where a signature forbids it.
    FilledAlthoughLocked,
    /// A timestamp with a box.
    TimestampShown,
    /// A box over most of a page.
    BoxCoversPage,
    /// Layers were added, removed, shown or hidden.
    LayersChanged,
    /// Proof for the long term, or nothing that is shown.
    ProofAdded,
    /// A field was signed.
    Signed,
    /// A field was timestamped.
    Timestamped,
    /// An empty signature field was added.
    SignatureFieldAdded,
    /// A field was filled.
    FieldFilled,
    /// Comments were added, changed or deleted.
    Commented,
    /// A later signature, which would explain what it changed, does not hold.
    LaterSignatureDoesNotHold,
    /// A stranger signed later, in a box over text.
    LaterStrangerOverText,
    /// The file's cross-references are damaged.
    CrossReferencesDamaged,
}

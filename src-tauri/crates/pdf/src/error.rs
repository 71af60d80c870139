//! Why a document cannot be read, or cannot be signed.

use std::io;

use lopdf::ObjectId;

/// What this crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a document cannot be read, or cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // Reading.
    /// The source could not be read.
    #[error("the document cannot be read")]
    Read(#[source] io::Error),
    /// The bytes do not start as a PDF does.
    #[error("this is no PDF: it does not start with %PDF-")]
    NotAPdf,
    /// Something stands before the header, so offsets mean different things to different readers.
    #[error("{bytes} bytes stand before the header")]
    BytesBeforeHeader {
        /// How many.
        bytes: u64,
    },
    /// The end of the file does not say where the cross-reference section is.
    #[error("the file does not end in a usable startxref")]
    NoStartXref,
    /// A cross-reference section is not in form.
    #[error("the cross-reference section at {offset} is damaged: {why}")]
    CrossReference {
        /// Where it starts.
        offset: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// An object is not where, or not what, it should be.
    #[error("object {} {} is damaged: {why}", id.0, id.1)]
    Object {
        /// The object.
        id: ObjectId,
        /// What is wrong.
        why: &'static str,
    },
    /// Something that every PDF has is missing or of another type.
    #[error("the document has no usable {what}")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// There is no such page.
    #[error("there is no page {page}; the document has {pages}")]
    NoSuchPage {
        /// Counted from 1.
        page: u32,
        /// How many there are.
        pages: u32,
    },

    // What this version does not sign.
    /// A cross-reference stream (PDF 1.5) is encoded in a way that is not read.
    #[error("its cross-reference stream uses a filter that this version does not read")]
    CrossReferenceStream,

    // Encryption (§7.6).
    /// It opens with a password only.
    #[error("the document is encrypted and opens with a password only")]
    PasswordNeeded,
    /// The password is neither the user's nor the owner's.
    #[error("the password does not open the document")]
    WrongPassword,
    /// It is encrypted in a way that is not read.
    #[error("the document is encrypted {what}, which this version does not read")]
    EncryptionUnsupported {
        /// How, or to whom.
        what: String,
    },
    /// What is said about the encryption cannot be.
    #[error("the encryption dictionary is damaged: {why}")]
    EncryptionDamaged {
        /// What is wrong.
        why: &'static str,
    },
    /// A MAC protects the whole file (ISO/TS 32004).
    #[error("a MAC (ISO/TS 32004) protects the document; a signature would break it")]
    ProtectedByMac,
    /// Its author does not permit it to who opens it without the owner's password (§7.6.4.2).
    #[error("the document's author does not permit {what}; its owner's password does")]
    NotPermitted {
        /// What.
        what: &'static str,
    },

    // What the document forbids.
    /// Its author certified it without changes (§12.8.2.2), or the lock of an earlier signature
    /// covers every new field (§12.8.2.4).
    #[error("an earlier signature allows no further one; signing would break it")]
    CertifiedWithoutChanges,

    /// It is signed, and its cross-references are damaged: a revision would have to bring new ones,
    /// and whoever signed would be taken to have signed something else.
    #[error(
        "it is signed, and its cross-references are damaged; a further signature would hide that"
    )]
    SignedAndDamaged,
    /// Its author certified it, and a new box on a page is a change that this does not allow.
    #[error(
        "its author certified it, and a new box would be a change; an empty field of it can be \
         signed, or it is signed invisibly"
    )]
    CertifiedWithoutNewBoxes,
    /// A certification is the first signature (§12.8.2.2), and another one is there.
    #[error("only the first signature can certify a document, and it is signed already")]
    CertifiesTooLate,
    /// An earlier signature locks the field (§12.8.2.4).
    #[error("an earlier signature locks the field {name}; signing it would break that one")]
    FieldLocked {
        /// Fully qualified name.
        name: String,
    },
    /// The form's author demands what cannot be done (§12.7.5.5, seed values).
    #[error("the field {name} demands {demand}")]
    SeedValue {
        /// Fully qualified name.
        name: String,
        /// What is demanded.
        demand: String,
    },

    // Placing.
    /// No signature field has this name.
    #[error("there is no signature field {name}; {}", choice(empty))]
    NoSuchField {
        /// The name.
        name: String,
        /// Names of those that are empty.
        empty: Vec<String>,
    },
    /// The field is signed already.
    #[error("the field {name} is signed already")]
    FieldIsSigned {
        /// Fully qualified name.
        name: String,
    },
    /// The field cannot take a signature.
    #[error("the field {name} cannot be signed: {why}")]
    FieldUnusable {
        /// Fully qualified name.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// The box leaves the page.
    #[error("the box is not within the page, which is {width:.0} by {height:.0} points")]
    BoxOutside {
        /// Width of the page as shown.
        width: f64,
        /// Height of the page as shown.
        height: f64,
    },
    /// The box has no area, or numbers that are none.
    #[error("the box has no area")]
    BoxEmpty,
    /// The text does not fit at a size that can be read.
    #[error(
        "the box is too small for its text: at least {width:.0} by {height:.0} points are needed"
    )]
    BoxTooSmall {
        /// Least width.
        width: f64,
        /// Least height.
        height: f64,
    },
    /// No font has this character.
    #[error("no font has the character {character:?} (U+{:04X})", u32::from(*character))]
    NoGlyph {
        /// The character.
        character: char,
    },
    /// A bundled font could not be used.
    #[error("a bundled font cannot be used")]
    Font,
    /// A font file cannot be used.
    #[error("the font cannot be used: {why}")]
    FontFile {
        /// Why not.
        why: &'static str,
    },
    /// Artwork cannot be used.
    #[error("the artwork cannot be used: {why}")]
    Artwork {
        /// Why not.
        why: &'static str,
    },

    /// The store would hold more than is read of one.
    #[error("the document security store would be too large")]
    StoreTooLarge,

    // Completing.
    /// The signature does not fit its place.
    #[error("the signature has {needed} bytes and {reserved} were reserved")]
    ContentsTooSmall {
        /// Its length.
        needed: usize,
        /// The reserved length.
        reserved: usize,
    },
    /// The document changed while it was being signed.
    #[error("the document changed while it was being signed")]
    InputChanged,
    /// The result could not be written.
    #[error("the signed document cannot be written")]
    Write(#[source] io::Error),
}

/// Names the empty signature fields of a document.
fn choice(empty: &[String]) -> String {
    match empty {
        [] => "the document has no empty one".to_owned(),
        [only] => format!("the empty one is {only}"),
        several => format!("the empty ones are {}", several.join(", ")),
    }
}

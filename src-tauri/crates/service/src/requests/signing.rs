//! What is signed, by whom, on which terms, and what came of it.

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use super::document::{Existing, PdfFile};
use super::validation::TrustFile;
use super::{Certification, LockedFields, SubFilter};
use crate::evidence::{self, Lasting};
use crate::look::LookChoice;
use crate::wire;

/// One file of a batch.
#[derive(Debug, Clone)]
pub struct FileToSign {
    /// What is signed; never written to.
    pub input: PathBuf,
    /// The password that opens it, and the signed file.
    pub password: Option<wire::Secret>,
    /// Where the signed file goes.
    pub output: PathBuf,
}

/// What a signature is, and what it forbids from then on.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// How it is written; `None` for what the field demands, else PAdES.
    pub sub_filter: Option<SubFilter>,
    /// Whether it certifies the document, and what may be done to it then.
    pub certification: Option<Certification>,
    /// The fields that it locks.
    pub lock: Option<LockedFields>,
    /// The level that it reaches, and who gives the time.
    pub lasting: evidence::Asked,
    /// What that takes, if it was gathered before the secret was asked for.
    pub gathered: Option<Arc<Lasting>>,
}

/// Gather what signatures take that will be asked for.
#[derive(Debug)]
pub struct Gather {
    /// Whose they will be.
    pub signer: For,
    /// The files, to see first whether they allow what is asked.
    pub files: Vec<FileToSign>,
    /// Where the signature goes; `None` for the only empty field.
    pub placement: Option<wire::Placement>,
    /// What the signature is, and what it forbids.
    pub terms: Terms,
    /// What it shows.
    pub look: LookChoice,
    /// What will be done when an output exists.
    pub existing: Existing,
}

/// For whom evidence is gathered.
#[derive(Debug, Clone)]
pub enum For {
    /// A person of the organisation, by login.
    Person(String),
    /// Whoever holds a card.
    Card(CardChoice),
}

/// Add or renew the long-term proof of a document that is signed.
#[derive(Debug)]
pub struct Extend {
    /// The document.
    pub file: PdfFile,
    /// The extended document.
    pub output: PathBuf,
    /// What to do when it exists.
    pub existing: Existing,
    /// Addresses of timestamp authorities in the order they are asked; none for those that the
    /// organisation has set.
    pub authorities: Vec<String>,
    /// Whose timestamps are trusted, besides what the organisation has set.
    pub anchors: Vec<TrustFile>,
    /// Hosts of this machine's own network that certificates may name, besides those that the
    /// organisation has set.
    pub local: Vec<String>,
}

/// A document that was extended.
#[derive(Debug)]
pub struct Extended {
    /// What was extended.
    pub input: PathBuf,
    /// The extended document.
    pub output: PathBuf,
    /// How many signatures and timestamps it had.
    pub signatures: usize,
    /// When the authority says it is, Unix time.
    pub stamped_at: i64,
    /// What people should know.
    pub notices: Vec<String>,
}

/// Who signs, and with what.
#[derive(Debug)]
pub enum Signer {
    /// A person of the organisation, with the key that is kept there.
    Person {
        /// Whose key.
        login: String,
        /// The signer's secret.
        secret: wire::Secret,
    },
    /// Whoever holds a card.
    Card {
        /// Which certificate of which card.
        choice: CardChoice,
        /// Its PIN; none where it is typed on the reader.
        pin: Option<wire::Secret>,
    },
}

/// Which certificate of which card; what is left open must have one answer.
#[derive(Debug, Clone, Default)]
pub struct CardChoice {
    /// The module; those that are found where none is named.
    pub module: Option<PathBuf>,
    /// Label of the card.
    pub token: Option<String>,
    /// CKA_ID of the certificate, or the beginning of its SHA-256, both in hexadecimal digits.
    pub certificate: Option<String>,
}

/// The card that would sign.
#[derive(Debug, Clone)]
pub struct CardToSign {
    /// What it calls itself.
    pub label: String,
    /// The certificate's subject.
    pub name: String,
    /// What is known of its PIN.
    pub pin: wire::CardPin,
    /// The module it is seen through.
    pub module: PathBuf,
    /// Whether that file is another one than it was when it was last used.
    pub module_changed: bool,
}

/// Sign a batch of files.
#[derive(Debug)]
pub struct Sign {
    /// Names the request; a second one with the same id is not carried out again.
    pub request: [u8; 16],
    /// The files.
    pub files: Vec<FileToSign>,
    /// Whose key, and what opens it.
    pub signer: Signer,
    /// Where the signature goes; `None` for the only empty field.
    pub placement: Option<wire::Placement>,
    /// Why.
    pub reason: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// What the signature is, and what it forbids.
    pub terms: Terms,
    /// What it shows.
    pub look: LookChoice,
    /// What to do when an output exists.
    pub existing: Existing,
    /// Who hears how far it is.
    pub watch: Arc<dyn Watch>,
}

/// Hears how far a batch is, and may stop it until the secret is judged.
pub trait Watch: fmt::Debug + Send + Sync {
    /// Hears that `step` is about to begin; `Break` cancels the request.
    ///
    /// Asked last before [`wire::SigningStep::Authenticating`]: what follows is seen to its end,
    /// whatever is answered.
    fn reach(&self, step: wire::SigningStep) -> ControlFlow<()>;
}

/// Nobody watches.
#[derive(Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn reach(&self, _: wire::SigningStep) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// A signed file, re-read and validated.
#[derive(Debug)]
pub struct SignedFile {
    /// What was signed.
    pub input: PathBuf,
    /// The signed file.
    pub output: PathBuf,
    /// PAdES level; empty where it is no PAdES.
    pub level: &'static str,
    /// Its validation.
    pub validation: wire::Validation,
    /// What people should know.
    pub notices: Vec<String>,
}

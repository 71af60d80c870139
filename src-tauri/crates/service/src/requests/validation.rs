//! Whom a validation trusts, what it is given to judge by, and the form of its report.

/// What a document is judged by, besides what is in it and whom one trusts.
#[derive(Debug, Clone, Default)]
pub struct AtHand {
    /// The time of the validation, Unix seconds; now where none is given.
    pub at: Option<i64>,
    /// Certificates and revocation lists (DER or PEM) and answers of OCSP responders (DER), believed
    /// for their signatures only.
    pub evidence: Vec<Vec<u8>>,
}

/// Whom a validation trusts, beside the organisation's CA and the issuers that the person at this
/// machine chose.
#[derive(Debug, Default, Clone)]
pub struct Trust {
    /// Certificates in PEM.
    pub files: Vec<TrustFile>,
    /// EU trusted lists (ETSI TS 119 612).
    pub lists: Vec<TrustFile>,
    /// Whether the authorities of the operating system are trusted.
    pub system: bool,
}

/// A file of trust anchors, as the edge read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustFile {
    /// What it is called where its anchors are named.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl TrustFile {
    /// Reads a file that is no larger than any of its kind.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::FileTooLarge`], and any of the file system's.
    pub fn read(path: &std::path::Path) -> std::io::Result<Self> {
        let content = crate::trust::read_at_most(path, crate::trust::LARGEST_LIST)?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            content,
        })
    }
}

/// How a report of a validation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// One page for people, without scripts.
    Html(Language),
    /// The same for programs.
    Json,
}

/// The language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

//! The forms of signatures in documents (ISO 32000-2 §12.8.3.2 to §12.8.3.4).

/// How a signature is laid down in its dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `ETSI.CAdES.detached`: PAdES (ETSI EN 319 142-1).
    Pades,
    /// `adbe.pkcs7.detached`: CMS over the document.
    Detached,
    /// `adbe.pkcs7.sha1`: CMS over the SHA-1 digest of the document, which it carries. Deprecated.
    Sha1,
    /// `adbe.x509.rsa_sha1`: a bare value by RSA, the certificate beside it. Deprecated.
    Bare,
    /// `ETSI.RFC3161`: a timestamp over the document.
    Timestamp,
}

impl Form {
    /// The form of a SubFilter.
    pub(super) fn of(sub_filter: &str) -> Option<Self> {
        Some(match sub_filter {
            "ETSI.CAdES.detached" => Self::Pades,
            "adbe.pkcs7.detached" => Self::Detached,
            "adbe.pkcs7.sha1" => Self::Sha1,
            "adbe.x509.rsa_sha1" => Self::Bare,
            "ETSI.RFC3161" => Self::Timestamp,
            _ => return None,
        })
    }

    /// Whether it must be DER to the letter.
    pub(super) const fn is_strict(self) -> bool {
        matches!(self, Self::Pades | Self::Timestamp)
    }
}

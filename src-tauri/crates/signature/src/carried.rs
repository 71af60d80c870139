//! The certificates that a signature carries, believed nothing.

use crate::certificate::Certificate;
use crate::cms::read::{SignedData, is_signer};

/// What a signature carries.
#[derive(Debug, Clone, Default)]
pub struct Carried {
    /// The certificate that its SignerIdentifier names.
    pub signer: Option<Certificate>,
    /// The others, as far as they can be read, in the order of the file.
    pub others: Vec<Certificate>,
}

/// Reads the certificates in the Contents of a signature dictionary; none where that is no CMS.
///
/// Who wrote them, and whether the signature holds, is not looked at.
#[must_use]
pub fn certificates(contents: &[u8]) -> Carried {
    let Ok(signed_data) = SignedData::read(contents) else {
        return Carried::default();
    };
    let encoded = signed_data.certificates.iter();
    let mut others: Vec<_> = encoded
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    let signer = others
        .iter()
        .position(|certificate| is_signer(signed_data.signer, certificate))
        .map(|place| others.remove(place));
    Carried { signer, others }
}

//! What a document is judged by besides what is in it: the organisation's own revocation list, and
//! what the caller hands in.

use signature::Certificate;
use signature::revocation::crl;

use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::requests::AtHand;

/// Everything at hand, taken apart by kind.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Anchors for timestamps alone.
    pub(super) timestamp_anchors: Vec<Certificate>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) ocsps: Vec<Vec<u8>>,
    pub(super) crls: Vec<Vec<u8>>,
    /// Whether the organisation has a list that could not be read.
    pub(super) is_cut_short: bool,
}

impl Sorted {
    /// Takes what was handed in apart: certificates and lists in DER or PEM, answers in DER.
    ///
    /// # Errors
    /// [`Error::NotAnAnchor`] for what is none of them.
    pub(super) fn of(at_hand: &AtHand) -> Result<Self> {
        let mut sorted = Self::default();
        for file in &at_hand.evidence {
            sorted.add(file)?;
        }
        Ok(sorted)
    }

    fn add(&mut self, file: &[u8]) -> Result<()> {
        const PEM_OF_A_LIST: &[u8] = b"-----BEGIN X509 CRL-----";
        if file.starts_with(PEM_OF_A_LIST) {
            let decoded = pem(file);
            self.crls.push(decoded.ok_or_else(|| not_read(file))?);
        } else if file.starts_with(b"-----BEGIN") {
            let read = Certificate::all_from_pem(file).map_err(Error::NotAnAnchor)?;
            self.certificates.extend(read);
        } else if crl::issuer(file).is_some() {
            self.crls.push(file.to_vec());
        } else if is_answer(file) {
            self.ocsps.push(file.to_vec());
        } else {
            let read = Certificate::from_der(file).map_err(Error::NotAnAnchor)?;
            self.certificates.push(read);
        }
        Ok(())
    }

    /// Adds the newest list of the organisation, if there is one; validating needs no organisation.
    /// One that cannot be read or is too large may name the signer, and that is told.
    pub(super) fn add_own_list(&mut self, surroundings: &Surroundings) {
        let path = surroundings.home.revocation_list_file();
        if matches!(path.try_exists(), Ok(false)) {
            return;
        }
        match crate::trust::read_at_most(&path, crate::trust::LARGEST_LIST) {
            Ok(list) => self.crls.push(list),
            Err(_) => self.is_cut_short = true,
        }
    }
}

/// Whether bytes begin as an OCSPResponse: a SEQUENCE whose first element is ENUMERATED.
fn is_answer(file: &[u8]) -> bool {
    let content = match file {
        [0x30, 0x82, _, _, rest @ ..] | [0x30, 0x81, _, rest @ ..] => rest,
        [0x30, _, rest @ ..] => rest,
        _ => return false,
    };
    content.starts_with(&[0x0a, 1])
}

/// The content of the first block of a PEM text (RFC 7468).
fn pem(file: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let text = std::str::from_utf8(file).ok()?;
    let body: String = text
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("-----END"))
        .map(str::trim)
        .collect();
    base64::engine::general_purpose::STANDARD.decode(body).ok()
}

fn not_read(file: &[u8]) -> Error {
    match Certificate::from_der(file) {
        Err(error) => Error::NotAnAnchor(error),
        Ok(_) => Error::NotAnAnchor(signature::Error::MalformedKey),
    }
}

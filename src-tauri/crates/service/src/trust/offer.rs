//! Whom a person would have to trust for a signer's name to be confirmed.

use signature::Certificate;

use crate::document;
use crate::error::{Error, Result};
use crate::requests::PdfFile;
use crate::signing_algorithm::hex;
use crate::wire::TrustOffer;

/// Longest way from a signer up; each step verifies a signature.
const LONGEST: usize = 8;

/// The topmost certificate that the signature of a field carries above its signer's, or the
/// signer's own where it carries no other; nothing where it carries none that can be read.
///
/// It is only a name that somebody wrote: that it issued what is below it is verified, and nothing
/// else. Whether to trust it is for the person.
///
/// # Errors
/// [`Error::Document`], [`Error::File`].
pub(crate) fn offer(file: &PdfFile, field: &str) -> Result<Option<(TrustOffer, Certificate)>> {
    let document = document::open(file)?;
    let unreadable = |source| Error::Document {
        path: file.path.clone(),
        source,
    };
    let values = document.signatures().map_err(unreadable)?;
    let value = values.into_iter().find(|value| value.field.name == field);
    let Some(value) = value else { return Ok(None) };
    let carried = signature::carried::certificates(&value.contents);
    let Some(signer) = carried.signer else {
        return Ok(None);
    };
    let top = top(signer, &carried.others);
    Ok(Some((told(&top), top)))
}

fn top(signer: Certificate, others: &[Certificate]) -> Certificate {
    let mut way = vec![signer];
    while way.len() < LONGEST {
        let Some(last) = way.last() else { break };
        let issued = |issuer: &&Certificate| {
            issuer.subject_der() == last.issuer_der()
                && issuer.is_ca()
                && !way.contains(issuer)
                && last.verify_issued_by_key(issuer.spki_der()).is_ok()
        };
        let Some(issuer) = others.iter().find(issued).cloned() else {
            break;
        };
        way.push(issuer);
    }
    way.pop().expect("it begins with the signer")
}

fn told(certificate: &Certificate) -> TrustOffer {
    TrustOffer {
        sha256: hex(&certificate.fingerprint()),
        subject: certificate.subject_common_name().to_owned(),
        issuer: certificate.issuer_common_name().to_owned(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        authority: certificate.is_ca(),
    }
}

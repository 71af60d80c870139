//! Whether what came after a signature is what it allows (ISO 32000-2 §12.8.2.2).
//!
//! [`pdf`] tells what changed and which fields were signed; here it is asked whether those
//! signatures hold. A field that is only said to be signed explains nothing that is shown.

use std::collections::HashSet;

use pdf::{Document, SignatureValue};

use super::finding::Finding;
use crate::error::Result;

/// Proof that all that came after a signature is explained by signatures that hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsAllowed(());

/// Judges what came after a signature that covers an earlier revision.
pub(super) fn since(
    document: &Document,
    value: &SignatureValue,
    holding: &HashSet<String>,
    findings: &mut Vec<Finding>,
) -> Result<Option<AsAllowed>> {
    let pdf::Changes {
        signed,
        unexplained,
    } = document.changes_since(value)?;
    let broken = signed
        .iter()
        .filter(|field| field.shown && !holding.contains(&field.name));
    let broken: Vec<Finding> = broken
        .map(|field| Finding::LaterSignatureDoesNotHold {
            field: field.name.clone(),
        })
        .collect();
    let proven = unexplained.is_empty() && broken.is_empty();
    findings.extend(unexplained.into_iter().map(Finding::ChangedAfterSigning));
    findings.extend(broken);
    if !proven {
        return Ok(None);
    }
    let fields = signed.into_iter().map(|field| field.name).collect();
    findings.push(Finding::ChangedAsAllowed { fields });
    Ok(Some(AsAllowed(())))
}

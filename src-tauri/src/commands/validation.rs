//! Judging signatures.

use service::{Service, requests::Trust, wire};
use tauri::State;

use crate::Documents;

/// Validates every signature of an open document, read from disk now.
///
/// # Errors
/// Code `no_such_document`, and those of the use-case.
#[tauri::command]
pub async fn validate_document(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    document: String,
) -> Result<wire::Validation, wire::Error> {
    let document = documents.find(&document)?;
    service
        .validate(document.file(), Trust::default())
        .await
        .map_err(|error| document.told(error))
}

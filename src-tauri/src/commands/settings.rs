//! What signatures are like where nobody says otherwise.

use std::sync::Arc;

use service::{Service, wire};
use tauri::State;

use super::blocking;
use crate::{Desktop, administration::Administration, documents::without_folder};

/// Shows the settings that hold here, and whose they are.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn signature_settings(
    service: State<'_, Service>,
) -> Result<wire::SignatureSettings, wire::Error> {
    Ok(service.signature_settings().await?)
}

/// Sets the organisation's.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn set_signature_settings(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::SetSignatureSettings,
) -> Result<wire::SignatureSettings, wire::Error> {
    let officer = administration.officer()?;
    Ok(service.set_signature_settings(officer, request).await?)
}

/// Sets the person's own, where there is no organisation.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn set_own_settings(
    service: State<'_, Service>,
    request: wire::SetSignatureSettings,
) -> Result<wire::SignatureSettings, wire::Error> {
    Ok(service.set_own_settings(request).await?)
}

/// Asks for a file of certificates to trust for timestamps and reads it; `None` if the person
/// thought better of it. Nothing is set yet.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn choose_timestamp_anchors(
    service: State<'_, Service>,
    desktop: State<'_, Arc<dyn Desktop>>,
) -> Result<Option<Vec<wire::TimestampAnchor>>, wire::Error> {
    let desktop = Arc::clone(&desktop);
    let Some(file) = blocking(move || desktop.choose_file()).await? else {
        return Ok(None);
    };
    let read = service.read_timestamp_anchors(file.clone()).await;
    Ok(Some(
        read.map_err(|error| without_folder(error.into(), &file))?,
    ))
}

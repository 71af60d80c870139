//! Judging signatures: the verdict, whom one trusts, what a file was before, a report to keep.

use std::{path::PathBuf, sync::Arc};

use serde::Deserialize;
use service::{
    Service,
    requests::{Between, Existing, Language, PdfFile, ReportForm, Trust},
    wire,
};
use tauri::State;

use super::blocking;
use crate::{Desktop, Documents, documents};

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
    documents
        .ask(&document, |file| service.validate(file, Trust::default()))
        .await
}

/// Returns whom one would have to trust for the signer of a field to be confirmed.
///
/// # Errors
/// Code `no_such_document`, and those of the use-case.
#[tauri::command]
pub async fn trust_offer(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    document: String,
    field: String,
) -> Result<Option<wire::TrustOffer>, wire::Error> {
    documents
        .ask(&document, |file| service.trust_offer(file, field))
        .await
}

/// Trusts the issuer whose fingerprint the person saw, for this person and for validation; says
/// whether it is trusted now.
///
/// The desktop asks once more, in a window that no script of a page can press a button of.
///
/// # Errors
/// Codes `no_such_document`, `issuer_differs`, and those of the use-case.
#[tauri::command]
pub async fn trust_issuer(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    desktop: State<'_, Arc<dyn Desktop>>,
    document: String,
    field: String,
    sha256: String,
    language: Tongue,
) -> Result<bool, wire::Error> {
    let document = documents.find(&document)?;
    let offer = service
        .trust_offer(document.file(), field.clone())
        .await
        .map_err(|error| document.told(error))?;
    let Some(offer) = offer.filter(|offer| offer.sha256 == sha256) else {
        return Err(service::Error::IssuerDiffers.into());
    };
    let desktop = Arc::clone(&desktop);
    if !blocking(move || desktop.confirm_trust(&offer, language.into())).await? {
        return Ok(false);
    }
    service
        .trust_issuer(document.file(), field, sha256)
        .await
        .map_err(|error| document.told(error))?;
    Ok(true)
}

/// Lists the issuers that the person trusts.
///
/// # Errors
/// None of its own.
#[tauri::command]
pub async fn trusted_issuers(
    service: State<'_, Service>,
) -> Result<Vec<wire::TrustedIssuer>, wire::Error> {
    Ok(service.trusted_issuers().await?)
}

/// Takes trust in an issuer back.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn forget_issuer(service: State<'_, Service>, sha256: String) -> Result<(), wire::Error> {
    Ok(service.forget_issuer(sha256).await?)
}

/// Opens a document as it was when it was `bytes` long: to be looked at, never to be signed.
///
/// # Errors
/// Codes `no_such_document`, `input_changed`, `too_many_documents`, and those of the use-case.
#[tauri::command]
pub async fn open_revision(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    document: String,
    bytes: u64,
) -> Result<wire::OpenedDocument, wire::Error> {
    let document = documents.find(&document)?;
    let version = service
        .earlier_version(document.file(), bytes)
        .await
        .map_err(|error| document.told(error))?;
    let file = PdfFile {
        path: version.path().to_owned(),
        password: document.password().cloned(),
    };
    let inspection = service
        .inspect(file)
        .await
        .map_err(|error| documents::without_folder(error.into(), version.path()))?;
    documents.add_version(&document, version, inspection)
}

/// Compares every page of an earlier version with the document as it is now.
///
/// # Errors
/// Code `no_such_document`, and those of the use-case.
#[tauri::command]
pub async fn compare_revision(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    document: String,
    index: u32,
) -> Result<wire::Comparison, wire::Error> {
    let between = Between {
        from: Some(index),
        to: None,
    };
    documents
        .ask(&document, |file| service.compare(file, between))
        .await
}

/// Asks where an earlier version shall go and writes it there; `None` if the person chose nothing.
///
/// # Errors
/// Codes `no_such_document`, `input_changed`, and those of the use-case.
#[tauri::command]
pub async fn save_revision(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    desktop: State<'_, Arc<dyn Desktop>>,
    document: String,
    bytes: u64,
    index: u32,
) -> Result<Option<wire::OutputChoice>, wire::Error> {
    let document = documents.find(&document)?;
    let suggested = service::version_name(document.path(), index);
    let Some(output) = choose(&desktop, suggested).await? else {
        return Ok(None);
    };
    // The dialog has asked whether a file is to be replaced.
    let existing = Existing::Replace;
    service
        .write_version(document.file(), bytes, output.clone(), existing)
        .await
        .map_err(|error| documents::without_folder(document.told(error), &output))?;
    Ok(Some(documents::output_choice(&output)))
}

/// Asks where a report shall go, validates anew and writes it there; `None` if the person chose
/// nothing.
///
/// # Errors
/// Code `no_such_document`, and those of the use-case.
#[tauri::command]
pub async fn save_report(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    desktop: State<'_, Arc<dyn Desktop>>,
    document: String,
    form: Form,
    language: Tongue,
) -> Result<Option<wire::OutputChoice>, wire::Error> {
    let document = documents.find(&document)?;
    let form = match form {
        Form::Html => ReportForm::Html(language.into()),
        Form::Json => ReportForm::Json,
    };
    let suggested = service::report_name(document.path(), form);
    let Some(output) = choose(&desktop, suggested).await? else {
        return Ok(None);
    };
    // The dialog has asked whether a file is to be replaced.
    let existing = Existing::Replace;
    service
        .write_report(
            document.file(),
            Trust::default(),
            form,
            output.clone(),
            existing,
        )
        .await
        .map_err(|error| documents::without_folder(document.told(error), &output))?;
    Ok(Some(documents::output_choice(&output)))
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A page.
    Html,
    /// Data.
    Json,
}

/// The language of the window.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tongue {
    /// English.
    En,
    /// German.
    De,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::En => Self::English,
            Tongue::De => Self::German,
        }
    }
}

async fn choose(
    desktop: &State<'_, Arc<dyn Desktop>>,
    suggested: PathBuf,
) -> Result<Option<PathBuf>, wire::Error> {
    let desktop = Arc::clone(desktop);
    blocking(move || desktop.choose_output(&suggested)).await
}

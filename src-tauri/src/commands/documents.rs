//! Opening, closing and finding documents.

use std::sync::Arc;

use service::{
    Service,
    requests::PdfFile,
    wire::{self, ErrorCode},
};
use tauri::{AppHandle, Runtime, State};

use super::blocking;
use crate::{Desktop, Documents, desktop, documents::error, opening};

/// Returns the documents that are open, those named when the program was started among them.
///
/// A named file that cannot be opened is told by the event `document-refused`, one that wants its
/// password by `document-locked`, so listen first.
///
/// # Errors
/// None of its own.
#[tauri::command]
pub async fn opened_documents<R: Runtime>(
    app: AppHandle<R>,
    documents: State<'_, Documents>,
) -> Result<Vec<wire::OpenedDocument>, wire::Error> {
    for path in documents.take_named() {
        if let Err(error) = opening::arrive(&app, path.clone()).await {
            opening::refuse(&app, &path, error);
        }
    }
    Ok(documents.all())
}

/// Asks for a PDF and opens it; `None` if the person chose none, or one that wants its password,
/// which is told by the event `document-locked`.
///
/// # Errors
/// Code `too_many_documents`, and those of the use-case.
#[tauri::command]
pub async fn choose_document<R: Runtime>(
    app: AppHandle<R>,
    desktop: State<'_, Arc<dyn Desktop>>,
) -> Result<Option<wire::OpenedDocument>, wire::Error> {
    let desktop = Arc::clone(&desktop);
    match blocking(move || desktop.choose_document()).await? {
        Some(path) => opening::arrive(&app, path).await,
        None => Ok(None),
    }
}

/// Opens a document with a password: one that waits for it, or one that is open and permits more
/// to its owner.
///
/// # Errors
/// Codes `no_such_document`, `password_wrong`, and those of the use-case.
#[tauri::command]
pub async fn unlock_document(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    request: wire::UnlockDocument,
) -> Result<wire::OpenedDocument, wire::Error> {
    let file = PdfFile {
        path: documents.place(&request.document)?,
        password: Some(request.password),
    };
    opening::add(&service, &documents, file).await
}

/// Forgets a document with its password, or one that waits for it.
///
/// # Errors
/// Code `no_such_document`.
#[tauri::command]
pub async fn close_document(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    document: String,
) -> Result<(), wire::Error> {
    if let Some(path) = documents.remove(&document)? {
        service.close(path).await;
    }
    Ok(())
}

/// Returns the sizes of `count` pages as shown, from `first` on; pages count from 1.
///
/// At most 512 are told at once, fewer where the document ends.
///
/// # Errors
/// Code `no_such_document`, and those of the use-case.
#[tauri::command]
pub async fn page_sizes(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    document: String,
    first: u32,
    count: u32,
) -> Result<Vec<wire::PageSize>, wire::Error> {
    documents
        .ask(&document, |file| service.page_sizes(file, first, count))
        .await
}

/// Looks where a page has something on it; pages count from 1.
///
/// # Errors
/// Code `no_such_document`, and those of the use-case.
#[tauri::command]
pub async fn page_ink(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    document: String,
    page: u32,
) -> Result<wire::PageInk, wire::Error> {
    documents
        .ask(&document, |file| service.page_ink(file, page))
        .await
}

/// Asks where the signed file shall go; `None` if the person left it as it was.
///
/// # Errors
/// Code `no_such_document`.
#[tauri::command]
pub async fn choose_output(
    documents: State<'_, Documents>,
    desktop: State<'_, Arc<dyn Desktop>>,
    document: String,
) -> Result<Option<wire::OutputChoice>, wire::Error> {
    let suggested = documents.find(&document)?.output().to_owned();
    let desktop = Arc::clone(&desktop);
    blocking(move || desktop.choose_output(&suggested))
        .await?
        .map(|chosen| documents.set_output(&document, chosen))
        .transpose()
}

/// Shows a document in the file manager.
///
/// # Errors
/// Codes `no_such_document`, `no_file_manager`.
#[tauri::command]
pub async fn show_in_folder(
    documents: State<'_, Documents>,
    desktop: State<'_, Arc<dyn Desktop>>,
    document: String,
) -> Result<(), wire::Error> {
    let path = documents.find(&document)?.path().to_owned();
    let desktop = Arc::clone(&desktop);
    blocking(move || desktop.show_in_folder(&path))
        .await?
        .map_err(refused)
}

/// Puts the path of a document on the clipboard; the webview does not see it.
///
/// # Errors
/// Codes `no_such_document`, `no_clipboard`.
#[tauri::command]
pub async fn copy_path(
    documents: State<'_, Documents>,
    desktop: State<'_, Arc<dyn Desktop>>,
    document: String,
) -> Result<(), wire::Error> {
    let path = documents
        .find(&document)?
        .path()
        .to_string_lossy()
        .into_owned();
    let desktop = Arc::clone(&desktop);
    blocking(move || desktop.copy(path)).await?.map_err(refused)
}

fn refused(reason: desktop::Error) -> wire::Error {
    use std::error::Error as _;

    let code = match reason {
        desktop::Error::NoFileManager(_) => ErrorCode::NoFileManager,
        desktop::Error::NoClipboard(_) => ErrorCode::NoClipboard,
    };
    wire::Error {
        detail: reason.source().map(ToString::to_string).unwrap_or_default(),
        ..error(code, &reason.to_string())
    }
}

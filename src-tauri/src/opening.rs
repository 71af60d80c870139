//! Documents that arrive by themselves: named at the start, dropped, handed over by a second start.

use std::path::{Path, PathBuf};

use serde::Serialize;
use service::{
    Service,
    requests::PdfFile,
    wire::{self, ErrorCode},
};
use tauri::{
    AppHandle, DragDropEvent, Emitter, EventTarget, Manager, Runtime, Window, WindowEvent,
    async_runtime,
};

use crate::{
    documents::{self, Documents},
    window::MAIN,
};

/// Says with an [`wire::OpenedDocument`] that a document is open now.
pub const OPENED: &str = "document-opened";

/// Says with a [`wire::LockedDocument`] that a file wants its password.
pub const LOCKED: &str = "document-locked";

/// Says with a [`Refused`] that a file was not opened.
pub const REFUSED: &str = "document-refused";

/// A file that was not opened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// The file's name without its folder.
    pub name: String,
    /// Why.
    pub error: wire::Error,
}

/// Looks at a file and adds it to the open documents.
///
/// # Errors
/// Those of [`Service::inspect`] and [`Documents::add`].
pub async fn add(
    service: &Service,
    documents: &Documents,
    file: PdfFile,
) -> Result<wire::OpenedDocument, wire::Error> {
    let inspection = service
        .inspect(file.clone())
        .await
        .map_err(|error| documents::without_folder(error.into(), &file.path))?;
    documents.add(file, inspection)
}

/// Adds a file that came by itself or was chosen; `None` for one that wants its password, of which
/// the window is told.
///
/// # Errors
/// Those of [`add`].
pub async fn arrive<R: Runtime>(
    app: &AppHandle<R>,
    path: PathBuf,
) -> Result<Option<wire::OpenedDocument>, wire::Error> {
    let (service, documents) = (app.state::<Service>(), app.state::<Documents>());
    let file = PdfFile {
        password: documents.password_of(&path),
        path,
    };
    match add(&service, &documents, file.clone()).await {
        Ok(document) => Ok(Some(document)),
        Err(error)
            if matches!(
                error.code,
                ErrorCode::PasswordNeeded | ErrorCode::PasswordWrong
            ) =>
        {
            tell(app, LOCKED, documents.lock(file.path));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Opens files and tells the window of each, in their order.
pub fn open<R: Runtime>(app: &AppHandle<R>, paths: Vec<PathBuf>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        for path in paths.into_iter().take(documents::MAX_OPEN) {
            match arrive(&app, path.clone()).await {
                Ok(Some(document)) => tell(&app, OPENED, document),
                Ok(None) => {}
                Err(error) => refuse(&app, &path, error),
            }
        }
    });
}

/// Tells the window that a file was not opened.
pub fn refuse<R: Runtime>(app: &AppHandle<R>, path: &Path, error: wire::Error) {
    let name = documents::name(path);
    tell(app, REFUSED, Refused { name, error });
}

/// Opens what is dropped on the signer's window.
pub fn on_window_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event
        && window.label() == MAIN
    {
        open(window.app_handle(), paths.clone());
    }
}

fn tell<R: Runtime>(app: &AppHandle<R>, event: &str, payload: impl Serialize + Clone) {
    // Fails only when the window is gone, and then there is nobody to tell.
    let _ = app.emit_to(EventTarget::webview_window(MAIN), event, payload);
}

//! Documents that arrive by themselves: named at the start, dropped, handed over by a second start.

use std::path::{Path, PathBuf};

use serde::Serialize;
use service::{Service, wire};
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
    path: PathBuf,
) -> Result<wire::OpenedDocument, wire::Error> {
    let inspection = service
        .inspect(path.clone())
        .await
        .map_err(|error| documents::without_folder(error.into(), &path))?;
    documents.add(path, inspection)
}

/// Opens files and tells the window of each, in their order.
pub fn open<R: Runtime>(app: &AppHandle<R>, paths: Vec<PathBuf>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        let (service, documents) = (app.state::<Service>(), app.state::<Documents>());
        for path in paths.into_iter().take(documents::MAX_OPEN) {
            match add(&service, &documents, path.clone()).await {
                Ok(document) => tell(&app, OPENED, document),
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

//! The two windows, and where they may not go.

use tauri::{
    AppHandle, Manager, Runtime, Url, WebviewWindow, WebviewWindowBuilder,
    webview::{NewWindowResponse, PermissionResponse},
};

/// The label of the signer's window; its capability names it.
pub const MAIN: &str = "main";

/// The label of the administrator's window; its capability names it.
pub const ADMIN: &str = "admin";

/// Opens a window that `tauri.conf.json` describes.
///
/// It stays on the built-in user interface: no other address, no further window, no download, no
/// camera, microphone or place.
///
/// # Errors
/// Tauri's, if the window cannot be made.
///
/// # Panics
/// If the label is neither [`MAIN`] nor [`ADMIN`].
pub fn create<R: Runtime>(app: &AppHandle<R>, label: &str) -> tauri::Result<WebviewWindow<R>> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == label)
        .expect("tauri.conf.json describes both windows");
    WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(is_built_in)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .build()
}

/// Opens a window, or brings the one that is open to the front.
///
/// # Errors
/// Tauri's, if the window cannot be made.
///
/// # Panics
/// As [`create`].
pub fn show<R: Runtime>(app: &AppHandle<R>, label: &str) -> tauri::Result<()> {
    if app.get_webview_window(label).is_none() {
        match create(app, label) {
            Ok(_) => return Ok(()),
            // Somebody asked twice, and the other request made it.
            Err(
                tauri::Error::WindowLabelAlreadyExists(_)
                | tauri::Error::WebviewLabelAlreadyExists(_),
            ) => {}
            Err(error) => return Err(error),
        }
    }
    raise(app, label);
    Ok(())
}

/// Brings a window to the front, as far as the desktop allows it.
fn raise<R: Runtime>(app: &AppHandle<R>, label: &str) {
    if let Some(window) = app.get_webview_window(label) {
        // A desktop that forbids it is no reason to stop.
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Whether an address is one of the user interface that is built in.
fn is_built_in(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows gives custom schemes this form.
        "http" if cfg!(windows) => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_the_built_in_interface() {
        assert!(is_built_in(
            &"tauri://localhost/index.html".parse().unwrap()
        ));
        for elsewhere in [
            "https://example.org/",
            "http://localhost/",
            "tauri://example.org/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "javascript:alert(1)",
            "about:blank",
            "pdf://localhost/page?document=document-1&page=1&scale=1",
        ] {
            assert!(!is_built_in(&elsewhere.parse().unwrap()), "{elsewhere}");
        }
    }
}

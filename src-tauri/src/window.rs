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
    let window = WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(is_built_in)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .build()?;
    reload_when_its_process_ends(&window)?;
    Ok(window)
}

/// Draws the window again when the process that draws it has crashed, and not in a circle.
///
/// The shell holds what is open; a signature under way goes on.
#[cfg(target_os = "linux")]
fn reload_when_its_process_ends<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    use std::{
        cell::Cell,
        time::{Duration, Instant},
    };
    use webkit2gtk::WebViewExt;

    /// A window that crashes again at once is left as it is.
    const AGAIN_AFTER: Duration = Duration::from_secs(10);

    window.with_webview(|webview| {
        let last: Cell<Option<Instant>> = Cell::new(None);
        webview
            .inner()
            .connect_web_process_terminated(move |view, _| {
                let before = last.replace(Some(Instant::now()));
                if before.is_none_or(|before| before.elapsed() > AGAIN_AFTER) {
                    view.reload();
                }
            });
    })
}

/// Elsewhere the runtime does it.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
fn reload_when_its_process_ends<R: Runtime>(_window: &WebviewWindow<R>) -> tauri::Result<()> {
    Ok(())
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

//! What the desktop does for us: file dialogs, the file manager, the clipboard.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError, mpsc::sync_channel},
    thread,
    time::Duration,
};

use service::{requests::Language, wire::TrustOffer};
use tauri::{AppHandle, Manager, Runtime, Url};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, MessageDialogButtons, MessageDialogKind};
use zbus::blocking::connection;

use crate::window::{ADMIN, MAIN};

/// How long another program of the desktop may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the desktop does for us.
///
/// All of it blocks, some of it until a person has answered.
pub trait Desktop: Send + Sync {
    /// Asks for a PDF to open; `None` if the person thought better of it.
    fn choose_document(&self) -> Option<PathBuf>;

    /// Asks where a file shall be written, starting from a suggestion.
    fn choose_output(&self, suggested: &Path) -> Option<PathBuf>;

    /// Asks for a folder.
    fn choose_folder(&self) -> Option<PathBuf>;

    /// Asks for a file of any kind, to read.
    fn choose_file(&self) -> Option<PathBuf>;

    /// Asks for the file of a module for cards.
    fn choose_card_module(&self) -> Option<PathBuf>;

    /// Asks whether an issuer is to be trusted, outside of the webview; no answer is none.
    fn confirm_trust(&self, offer: &TrustOffer, language: Language) -> bool;

    /// Shows a file in the file manager.
    ///
    /// # Errors
    /// [`Error::NoFileManager`].
    fn show_in_folder(&self, path: &Path) -> Result<(), Error>;

    /// Puts text on the clipboard.
    ///
    /// # Errors
    /// [`Error::NoClipboard`].
    fn copy(&self, text: String) -> Result<(), Error>;
}

/// Why the desktop did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a file manager nor anything else opens folders.
    #[error("no program here shows folders")]
    NoFileManager(#[source] io::Error),
    /// There is no clipboard, or another program holds on to it.
    #[error("the clipboard takes nothing")]
    NoClipboard(#[source] arboard::Error),
}

/// How documents end.
const PDF: &[&str] = &["pdf", "PDF"];

/// The desktop the program runs on.
pub struct SystemDesktop<R: Runtime> {
    app: AppHandle<R>,
    /// Kept, because on X11 and Wayland the text is there as long as its giver is.
    clipboard: Mutex<Option<arboard::Clipboard>>,
}

impl<R: Runtime> SystemDesktop<R> {
    /// Uses the desktop of a running program.
    #[must_use]
    pub fn new(app: AppHandle<R>) -> Self {
        Self {
            app,
            clipboard: Mutex::new(None),
        }
    }

    /// Starts a file dialog that belongs to the window that is worked in.
    fn any_file(&self) -> FileDialogBuilder<R> {
        let dialog = self.app.dialog().file();
        let worked_in = |label: &&str| {
            let window = self.app.get_webview_window(label);
            window.is_some_and(|window| window.is_focused().unwrap_or(false))
        };
        let label = [ADMIN, MAIN].into_iter().find(worked_in).unwrap_or(MAIN);
        match self.app.get_webview_window(label) {
            Some(window) => dialog.set_parent(&window),
            None => dialog,
        }
    }

    /// As [`Self::any_file`], for files of one kind.
    fn dialog(&self, kind: &str, endings: &[&str]) -> FileDialogBuilder<R> {
        self.any_file().add_filter(kind, endings)
    }
}

impl<R: Runtime> Desktop for SystemDesktop<R> {
    fn choose_document(&self) -> Option<PathBuf> {
        self.dialog("PDF", PDF)
            .blocking_pick_file()?
            .into_path()
            .ok()
    }

    fn choose_output(&self, suggested: &Path) -> Option<PathBuf> {
        let ending = suggested.extension().and_then(|ending| ending.to_str());
        let mut dialog = match ending {
            Some("html") => self.dialog("HTML", &["html"]),
            Some("json") => self.dialog("JSON", &["json"]),
            Some("jsonl") => self.dialog("JSON Lines", &["jsonl"]),
            Some("txt") => self.dialog("Text", &["txt"]),
            _ => self.dialog("PDF", PDF),
        };
        if let Some(folder) = suggested.parent().filter(|folder| folder.is_absolute()) {
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = suggested.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        dialog.blocking_save_file()?.into_path().ok()
    }

    fn choose_folder(&self) -> Option<PathBuf> {
        self.any_file().blocking_pick_folder()?.into_path().ok()
    }

    fn choose_file(&self) -> Option<PathBuf> {
        self.any_file().blocking_pick_file()?.into_path().ok()
    }

    fn choose_card_module(&self) -> Option<PathBuf> {
        let dialog = self.dialog("PKCS#11", &["so", "dylib", "dll"]);
        dialog.blocking_pick_file()?.into_path().ok()
    }

    fn confirm_trust(&self, offer: &TrustOffer, language: Language) -> bool {
        let (question, yes, no) = trust_question(offer, language);
        let dialog = self
            .app
            .dialog()
            .message(question)
            .title("Chancery")
            .kind(MessageDialogKind::Warning)
            .buttons(MessageDialogButtons::OkCancelCustom(
                yes.to_owned(),
                no.to_owned(),
            ));
        match self.app.get_webview_window(MAIN) {
            Some(window) => dialog.parent(&window).blocking_show(),
            None => dialog.blocking_show(),
        }
    }

    fn show_in_folder(&self, path: &Path) -> Result<(), Error> {
        // A file manager can point at the file; failing that, anything can open its folder.
        show_items(path).or_else(|_| {
            let folder = path.parent().unwrap_or(Path::new("/"));
            open_folder(folder).map_err(Error::NoFileManager)
        })
    }

    fn copy(&self, text: String) -> Result<(), Error> {
        let mut clipboard = self
            .clipboard
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let clipboard = match &mut *clipboard {
            Some(open) => open,
            None => clipboard.insert(arboard::Clipboard::new().map_err(Error::NoClipboard)?),
        };
        clipboard.set_text(text).map_err(Error::NoClipboard)
    }
}

/// The question, and the words of its two buttons.
fn trust_question(offer: &TrustOffer, language: Language) -> (String, &'static str, &'static str) {
    let subject = service::printable(&offer.subject);
    let digits: Vec<char> = offer.sha256.to_uppercase().chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
    let print = groups.join(" ");
    match language {
        Language::English => (
            format!(
                "Trust {subject} on this computer?\n\nSHA-256: {print}\n\nCompare the \
                 fingerprint with one that reached you another way."
            ),
            "Trust",
            "Do not trust",
        ),
        Language::German => (
            format!(
                "{subject} auf diesem Rechner vertrauen?\n\nSHA-256: {print}\n\nVergleichen Sie \
                 den Fingerabdruck mit einem, der Sie auf anderem Weg erreicht hat."
            ),
            "Vertrauen",
            "Nicht vertrauen",
        ),
    }
}

/// Asks the file manager to select a file (freedesktop.org, File Manager D-Bus interface).
fn show_items(path: &Path) -> zbus::Result<()> {
    const NAME: &str = "org.freedesktop.FileManager1";
    let url = Url::from_file_path(path)
        .map_err(|()| zbus::Error::Failure("the path is not absolute".to_owned()))?;
    let bus = connection::Builder::session()?
        .method_timeout(PATIENCE)
        .build()?;
    bus.call_method(
        Some(NAME),
        "/org/freedesktop/FileManager1",
        Some(NAME),
        "ShowItems",
        &([url.as_str()].as_slice(), ""),
    )?;
    Ok(())
}

/// Opens a folder with whatever the desktop opens folders with.
fn open_folder(folder: &Path) -> io::Result<()> {
    let mut child = Command::new("xdg-open")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (ended, status) = sync_channel(1);
    // Some openers stay for as long as the folder is looked at: wait for them elsewhere.
    thread::spawn(move || {
        let _ = ended.send(child.wait());
    });
    match status.recv_timeout(PATIENCE) {
        Ok(Ok(status)) if !status.success() => {
            Err(io::Error::other("xdg-open found nothing to use"))
        }
        Ok(status) => status.map(|_| ()),
        Err(_) => Ok(()), // still at it
    }
}

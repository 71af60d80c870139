//! The window's shell: between the webview and the use-cases, and as thin as that allows.
//!
//! The webview asks by [commands], each of which reads its request, calls one use-case of
//! `service` and gives the answer; pictures of pages come over the [`pdf` scheme](scheme). It holds
//! no path and no key: a document is an opaque handle of [`Documents`]. What the desktop does for
//! us (dialogs, file manager, clipboard) is behind [`Desktop`], so that everything here runs
//! without one.
//!
//! There are two windows, the signer's and the administrator's, and neither may ask what the other
//! may. An administrator's login is held by [`Administration`], not by the window.
//!
//! Nothing is decided here. What may be asked is in `capabilities/` and `build.rs`, what a webview
//! may load in `tauri.conf.json`, where it may go in [`window`].

#![forbid(unsafe_code)]

pub mod administration;
pub mod commands;
pub mod desktop;
pub mod documents;
pub mod gathered;
pub mod opening;
pub mod progress;
pub mod scheme;
pub mod window;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use service::{Service, Surroundings};
use tauri::{App, AppHandle, Builder, Context, Manager, Runtime};

pub use self::{
    administration::Administration,
    desktop::{Desktop, SystemDesktop},
    documents::Documents,
    gathered::Gathered,
    progress::Signatures,
};

/// Builds the program: commands, scheme, state and the built-in configuration.
///
/// The same for the window and for its tests, which bring a runtime without a window and a desktop
/// without a person. `named` are the documents named when the program was started, and
/// `administration` says how long an administrator's login may be idle.
///
/// # Errors
/// Tauri's, if a plugin or the runtime does not start.
pub fn build<R: Runtime>(
    builder: Builder<R>,
    service: Service,
    named: Vec<PathBuf>,
    administration: Administration,
    desktop: impl FnOnce(&AppHandle<R>) -> Arc<dyn Desktop>,
) -> tauri::Result<App<R>> {
    let app = builder
        .manage(service)
        .manage(Documents::new(named))
        .manage(Signatures::default())
        .manage(Gathered::default())
        .manage(administration)
        .register_asynchronous_uri_scheme_protocol("pdf", scheme::respond)
        .on_window_event(opening::on_window_event)
        .on_window_event(administration::on_window_event)
        .invoke_handler(tauri::generate_handler![
            commands::documents::opened_documents,
            commands::documents::choose_document,
            commands::documents::unlock_document,
            commands::documents::close_document,
            commands::documents::page_sizes,
            commands::documents::page_ink,
            commands::documents::choose_output,
            commands::documents::show_in_folder,
            commands::documents::copy_path,
            commands::identities::identities,
            commands::cards::cards,
            commands::cards::choose_card_module,
            commands::looks::looks,
            commands::signing::gather_evidence,
            commands::signing::sign_document,
            commands::signing::cancel_signing,
            commands::keys::activate,
            commands::keys::change_secret,
            commands::keys::secret_strength,
            commands::keys::suspend_own_key,
            commands::administration::open_administration,
            commands::administration::found_organisation,
            commands::administration::administrator_log_in,
            commands::administration::administrator_log_out,
            commands::administration::administrator,
            commands::administration::administrator_stay,
            commands::administration::overview,
            commands::administration::test_token,
            commands::administration::token_profile,
            commands::administration::probe_token,
            commands::administration::people,
            commands::administration::read_log,
            commands::administration::log_head,
            commands::administration::verify_log,
            commands::administration::enrol_person,
            commands::administration::reset_person,
            commands::administration::suspend_person,
            commands::administration::resume_person,
            commands::administration::revoke_person,
            commands::administration::print_page,
            commands::hsm::keys_and_hsm,
            commands::hsm::rotation,
            commands::hsm::rotate_master,
            commands::hsm::replace_own_key,
            commands::hsm::tidy_token,
            commands::hsm::changed_modules,
            commands::hsm::accept_modules,
            commands::hsm::set_signing_pin,
            commands::backup::backup_state,
            commands::backup::create_backup,
            commands::backup::verify_backup,
            commands::backup::export_log,
            commands::backup::prove_event,
            commands::settings::set_signature_settings,
            commands::settings::signature_settings,
            commands::settings::choose_timestamp_anchors,
            commands::settings::set_own_settings,
            commands::validation::validate_document,
            commands::validation::trust_offer,
            commands::validation::trust_issuer,
            commands::validation::trusted_issuers,
            commands::validation::forget_issuer,
            commands::validation::open_revision,
            commands::validation::save_revision,
            commands::validation::compare_revision,
            commands::validation::save_report,
            commands::status::status,
        ])
        .build(context())?;
    app.manage(desktop(app.handle()));
    Ok(app)
}

/// Returns the configuration, capabilities and user interface that were built in.
#[must_use]
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// How long the token stays logged in after the last request that needed it.
const TOKEN_IDLE: Duration = Duration::from_secs(60);

/// Opens the window and works until it is closed.
#[must_use]
pub fn run() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is no window to say it in.
            #[expect(clippy::print_stderr, reason = "the program cannot start")]
            {
                eprintln!("chancery-desktop: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn std::error::Error>> {
    let service = Service::new(Surroundings::of_process(None)?).keeping_logins(TOKEN_IDLE);
    service::tidy_versions();
    let asked = Asked::of(env::args_os().map(PathBuf::from), &env::current_dir()?);
    let windows = asked.windows();
    // First in the chain: a second start hands over its documents before it opens anything.
    let builder = Builder::default()
        .plugin(tauri_plugin_single_instance::init(hand_over))
        .plugin(tauri_plugin_dialog::init());
    let app = build(
        builder,
        service,
        asked.documents,
        Administration::default(),
        |app| Arc::new(SystemDesktop::new(app.clone())),
    )?;
    for label in windows {
        window::show(app.handle(), label)?;
    }
    app.run(|_, _| {});
    Ok(())
}

/// Opens what a second start was asked to open.
fn hand_over<R: Runtime>(app: &AppHandle<R>, arguments: Vec<String>, folder: String) {
    let arguments = arguments.into_iter().map(PathBuf::from);
    let asked = Asked::of(arguments, Path::new(&folder));
    for label in asked.windows() {
        // One window may be closed while the other is open. There is nobody to tell but the
        // window that cannot be made.
        let _ = window::show(app, label);
    }
    opening::open(app, asked.documents);
}

/// What a start of the program asks for: `chancery-desktop [--administration] [FILE…]`.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    administration: bool,
    documents: Vec<PathBuf>,
}

impl Asked {
    /// Reads a list of arguments, whose first is the program.
    fn of(arguments: impl Iterator<Item = PathBuf>, folder: &Path) -> Self {
        let (options, documents): (Vec<_>, Vec<_>) = arguments
            .skip(1)
            .partition(|argument| argument.as_os_str() == "--administration");
        Self {
            administration: !options.is_empty(),
            documents: documents.iter().map(|name| folder.join(name)).collect(),
        }
    }

    /// The windows to open: the signer's, unless the administrator's alone is asked for.
    fn windows(&self) -> Vec<&'static str> {
        let alone = self.administration && self.documents.is_empty();
        [
            (!alone).then_some(window::MAIN),
            self.administration.then_some(window::ADMIN),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(arguments: &[&str]) -> Asked {
        let program = ["chancery-desktop"].iter().chain(arguments);
        Asked::of(program.map(PathBuf::from), Path::new("/home/ada"))
    }

    #[test]
    fn documents_are_named_from_the_folder_the_program_was_started_in() {
        assert_eq!(
            asked(&["a.pdf", "/tmp/b.pdf"]).documents,
            [Path::new("/home/ada/a.pdf"), Path::new("/tmp/b.pdf")]
        );
    }

    #[test]
    fn the_administrators_window_opens_alone_unless_documents_are_named_with_it() {
        assert_eq!(asked(&[]).windows(), [window::MAIN]);
        assert_eq!(asked(&["--administration"]).windows(), [window::ADMIN]);
        assert_eq!(
            asked(&["a.pdf", "--administration"]).windows(),
            [window::MAIN, window::ADMIN]
        );
    }
}

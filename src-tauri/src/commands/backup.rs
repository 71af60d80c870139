//! Backups, and exports of the log: what leaves this machine in files that a person chose.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use service::{
    BackupPlaces, GivenSecret, Service,
    requests::Existing,
    wire::{self, ErrorCode},
};
use tauri::State;

use super::blocking;
use crate::{
    Desktop,
    administration::Administration,
    documents::{error, output_choice, without_folder},
};

/// Says what this machine knows of its backups.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn backup_state(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::BackupState, wire::Error> {
    Ok(service.backup_state(administration.officer()?).await?)
}

/// Asks where a backup and each of its secrets shall go, and makes it; `None` if the person thought
/// better of it.
///
/// The secrets are written where they were chosen to lie, and never reach the window.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn create_backup(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    desktop: State<'_, Arc<dyn Desktop>>,
    request: wire::CreateBackup,
) -> Result<Option<wire::BackupMade>, wire::Error> {
    let officer = administration.officer()?;
    let Some(folder) = choose_folder(&desktop).await? else {
        return Ok(None);
    };
    let name = service::backup_name();
    let beside = |what: &str| folder.join(format!("{name}-{what}.txt"));
    let Some(records) = choose_output(&desktop, beside("records-secret")).await? else {
        return Ok(None);
    };
    let Some(tokens) = choose_output(&desktop, beside("tokens-secret")).await? else {
        return Ok(None);
    };
    // The dialogs may have been open for longer than the login lasts.
    administration.present()?;
    let places = BackupPlaces {
        folder: folder.join(&name),
        records_secret: records.clone(),
        tokens_secret: tokens.clone(),
    };
    let made = service
        .create_backup_at(officer.login().to_owned(), request.secret, places)
        .await
        .map_err(|error| untold(error, [&folder, &records, &tokens]))?;
    Ok(Some(wire::BackupMade {
        folder: file_name(&made.folder),
        at: made.created_at,
        people: made.people,
        keys: made.keys,
        leaves: made.leaves,
        token_files: made.token_files,
        so_pins: made.so_pins,
        together: records.parent() == tokens.parent(),
        records_file: file_name(&records),
        tokens_file: file_name(&tokens),
    }))
}

/// Asks which backup, and for the file of each secret that was not typed; takes it out into a folder
/// that goes, and has its canary unwrap and sign. `None` if the person thought better of it.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn verify_backup(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    desktop: State<'_, Arc<dyn Desktop>>,
    request: wire::VerifyBackup,
) -> Result<Option<wire::BackupVerified>, wire::Error> {
    administration.officer()?;
    let Some(folder) = choose_folder(&desktop).await? else {
        return Ok(None);
    };
    let mut given = Vec::new();
    for secret in [request.records_secret, request.tokens_secret] {
        if secret.is_empty() {
            let desktop = Arc::clone(&desktop);
            match blocking(move || desktop.choose_file()).await? {
                Some(file) => given.push(GivenSecret::File(file)),
                None => return Ok(None),
            }
        } else {
            given.push(GivenSecret::Typed(secret));
        }
    }
    let [records, tokens] = <[GivenSecret; 2]>::try_from(given)
        .map_err(|_| error(ErrorCode::Internal, "a backup has two secrets"))?;
    let verified = service
        .verify_backup_with(folder.clone(), records, tokens)
        .await
        .map_err(|error| untold(error, [&folder]))?;
    Ok(Some(verified.into()))
}

/// Asks where the log shall go, and exports it there with its proof beside it; `None` if the person
/// thought better of it.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn export_log(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    desktop: State<'_, Arc<dyn Desktop>>,
) -> Result<Option<wire::ExportedLog>, wire::Error> {
    let officer = administration.officer()?;
    let suggested = PathBuf::from(format!("{}.jsonl", service::log_name()));
    let Some(file) = choose_output(&desktop, suggested).await? else {
        return Ok(None);
    };
    administration.present()?;
    // The dialog has asked whether a file is to be replaced.
    let exported = service
        .export_log(officer, file.clone(), Existing::Replace)
        .await
        .map_err(|error| untold(error, [&file]))?;
    Ok(Some(wire::ExportedLog {
        file: file_name(&exported.file),
        proof: file_name(&exported.proof),
        leaves: exported.leaves,
        head: exported.head,
    }))
}

/// Asks where the proof of one event shall go, and writes it there; `None` if the person thought
/// better of it.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn prove_event(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    desktop: State<'_, Arc<dyn Desktop>>,
    request: wire::ProveEvent,
) -> Result<Option<wire::OutputChoice>, wire::Error> {
    administration.officer()?;
    let suggested = PathBuf::from(format!(
        "{}-event-{}.json",
        service::log_name(),
        request.index
    ));
    let Some(file) = choose_output(&desktop, suggested).await? else {
        return Ok(None);
    };
    administration.present()?;
    service
        .write_proof(request.index, file.clone())
        .await
        .map_err(|error| untold(error, [&file]))?;
    Ok(Some(output_choice(&file)))
}

async fn choose_folder(
    desktop: &State<'_, Arc<dyn Desktop>>,
) -> Result<Option<PathBuf>, wire::Error> {
    let desktop = Arc::clone(desktop);
    blocking(move || desktop.choose_folder()).await
}

async fn choose_output(
    desktop: &State<'_, Arc<dyn Desktop>>,
    suggested: PathBuf,
) -> Result<Option<PathBuf>, wire::Error> {
    let desktop = Arc::clone(desktop);
    blocking(move || desktop.choose_output(&suggested)).await
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// An error as the window may be told it: names of files, and no folders.
fn untold<const N: usize>(error: service::Error, paths: [&PathBuf; N]) -> wire::Error {
    let told = wire::Error::from(error);
    paths
        .into_iter()
        .fold(told, |told, path| without_folder(told, path))
}

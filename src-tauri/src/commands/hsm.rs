//! Keys & HSM: both tokens, the masters and their rotation, a changed module, a changed PIN.

use std::sync::Arc;

use service::{
    Administrator, PinPlace, PinTyped, Service,
    requests::{ModuleChange, RotationWatch},
    wire::{self, ErrorCode},
};
use tauri::{AppHandle, Manager, Runtime, State};

use crate::{administration::Administration, documents::error};

/// Looks at both tokens; the signing token is used for real.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn keys_and_hsm(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::KeysAndHsm, wire::Error> {
    Ok(service.keys_and_hsm(administration.officer()?).await?)
}

/// Says where a rotation stands. Whoever only watches does not make the login last longer.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn rotation(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::Rotation, wire::Error> {
    administration.present()?;
    Ok(service.rotation().await?)
}

/// Takes a step of a rotation, and answers when it is done: moving keys may take minutes, during
/// which `rotation` says how far it is. It is seen to its end, or to the end of the login.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn rotate_master<R: Runtime>(
    app: AppHandle<R>,
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::RotateMaster,
) -> Result<wire::Rotation, wire::Error> {
    let officer: Arc<Administrator> = administration.officer()?;
    let watch: Arc<dyn RotationWatch> = Arc::new(WhileLoggedIn(app));
    Ok(service.rotate(officer, request.step, watch).await?)
}

/// Replaces the own key of the officer who is logged in, and goes on with the new one.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn replace_own_key<R: Runtime>(
    app: AppHandle<R>,
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::ReplaceOwnKey,
) -> Result<wire::Person, wire::Error> {
    let before = administration.officer()?;
    let login = before.login().to_owned();
    let secret = request.secret;
    let person = service
        .replace_own_key(login.clone(), secret.clone())
        .await?;
    // The login that is held is one of the key that is revoked now.
    match service.log_in(login, secret).await {
        Ok(officer) => administration.exchange(&app, &before, officer),
        Err(_) => administration.lock(&app),
    }
    Ok(person)
}

/// Destroys the keys on the signing token that belong to nobody; says which they were.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn tidy_token(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<Vec<String>, wire::Error> {
    Ok(service.tidy_token(administration.officer()?).await?)
}

/// Compares the modules with those that an officer accepted. Nobody can log in while one differs,
/// so nobody need be.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn changed_modules(
    service: State<'_, Service>,
) -> Result<Vec<wire::ModuleChange>, wire::Error> {
    let changes = service.changed_modules().await?;
    Ok(changes.into_iter().map(Into::into).collect())
}

/// Accepts modules as they were shown; the officer's secret is judged through them.
///
/// # Errors
/// Code `bad_request`, and those of the use-case.
#[tauri::command]
pub async fn accept_modules(
    service: State<'_, Service>,
    request: wire::AcceptModules,
) -> Result<(), wire::Error> {
    let changes: Option<Vec<ModuleChange>> = request.changes.iter().map(change).collect();
    let changes =
        changes.ok_or_else(|| error(ErrorCode::BadRequest, "a hash has 64 hexadecimal digits"))?;
    Ok(service
        .accept_modules(request.login, request.secret, changes)
        .await?)
}

/// Gives this machine the signing PIN that the token has now, tried once. Nobody can log in while
/// the kept one is refused, so nobody need be; a second one is tried in a terminal only.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn set_signing_pin(
    service: State<'_, Service>,
    request: wire::SetSigningPin,
) -> Result<PinPlace, wire::Error> {
    Ok(service
        .set_signing_pin(request.pin, PinTyped::InWindow)
        .await?)
}

/// Keys move in the hands of an officer who is there: no further ones when the login is over.
#[derive(Debug)]
struct WhileLoggedIn<R: Runtime>(AppHandle<R>);

impl<R: Runtime> RotationWatch for WhileLoggedIn<R> {
    fn moved(&self, _: u64, _: u64) {}

    fn goes_on(&self) -> bool {
        self.0.state::<Administration>().present().is_ok()
    }
}

fn change(shown: &wire::ModuleChange) -> Option<ModuleChange> {
    Some(ModuleChange {
        path: shown.path.clone().into(),
        accepted: sha256(&shown.accepted)?,
        found: sha256(&shown.found)?,
    })
}

fn sha256(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(bytes)
}

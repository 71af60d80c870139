//! The own key: activation, change of secret, suspension.

use service::{
    Service,
    requests::{Activate, ChangeSecret},
    wire,
};
use tauri::State;

/// Turns a one-time code into an own secret.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn activate(
    service: State<'_, Service>,
    request: wire::ActivateKey,
) -> Result<wire::Identity, wire::Error> {
    let wire::ActivateKey {
        login,
        code,
        secret,
    } = request;
    let request = Activate {
        login,
        code,
        secret,
    };
    Ok(service.activate(request).await?)
}

/// Puts another secret in the place of the one that is known.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn change_secret(
    service: State<'_, Service>,
    request: wire::ChangeSecret,
) -> Result<(), wire::Error> {
    let wire::ChangeSecret {
        login,
        secret,
        new_secret,
    } = request;
    let request = ChangeSecret {
        login,
        secret,
        new_secret,
    };
    Ok(service.change_secret(request).await?)
}

/// Says how well a secret that is being chosen would stand guessing.
///
/// # Errors
/// None.
#[tauri::command]
pub async fn secret_strength(
    secret: wire::Secret,
    words: Vec<String>,
) -> Result<wire::SecretStrength, wire::Error> {
    super::blocking(move || Service::secret_strength(&secret, &words)).await
}

/// Suspends the own key, at once and without a secret.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn suspend_own_key(
    service: State<'_, Service>,
    request: wire::SuspendOwnKey,
) -> Result<wire::Identity, wire::Error> {
    Ok(service.suspend_own(request).await?)
}

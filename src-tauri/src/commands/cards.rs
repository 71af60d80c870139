//! Smart cards.

use std::sync::Arc;

use service::{Service, wire};
use tauri::State;

use super::blocking;
use crate::desktop::Desktop;

/// Returns what cards there are and what stands in the way; to be asked again every second or so,
/// as long as somebody looks.
///
/// # Errors
/// Code `internal`.
#[tauri::command]
pub async fn cards(service: State<'_, Service>) -> Result<wire::Cards, wire::Error> {
    Ok(without_paths(service.cards(None).await?))
}

/// Asks for the file of a module for cards and remembers it; returns what there is then.
///
/// # Errors
/// Codes of the file system, if it cannot be remembered.
#[tauri::command]
pub async fn choose_card_module(
    service: State<'_, Service>,
    desktop: State<'_, Arc<dyn Desktop>>,
) -> Result<wire::Cards, wire::Error> {
    let desktop = Arc::clone(&desktop);
    if let Some(module) = blocking(move || desktop.choose_card_module()).await? {
        service.choose_card_module(module).await?;
    }
    Ok(without_paths(service.cards(None).await?))
}

/// The window holds no path: of a module that fails it is told the name and the code.
fn without_paths(mut cards: wire::Cards) -> wire::Cards {
    for fault in cards.drivers.iter_mut().filter_map(|it| it.fault.as_mut()) {
        fault.message.clear();
        fault.detail.clear();
    }
    cards
}

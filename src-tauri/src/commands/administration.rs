//! What the administrator's window asks.
//!
//! Who asks is known from the login that is held here; nothing in a request says so.

use service::{
    Service,
    requests::{Enrol, HeadChoice, Init, PinStoreChoice, Tokens},
    wire::{self, ErrorCode},
};
use tauri::{AppHandle, Runtime, State, WebviewWindow};

use crate::{administration::Administration, documents::error, window};

/// Opens the administrator's window, or brings it to the front.
///
/// # Errors
/// Code `internal` if no window can be made.
#[tauri::command]
pub async fn open_administration<R: Runtime>(app: AppHandle<R>) -> Result<(), wire::Error> {
    window::show(&app, window::ADMIN).map_err(|failed| wire::Error {
        detail: failed.to_string(),
        ..error(
            ErrorCode::Internal,
            "the administrator's window cannot be opened",
        )
    })
}

/// Founds an organisation with a software token on this machine.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn found_organisation(
    service: State<'_, Service>,
    request: wire::FoundOrganisation,
) -> Result<wire::FoundedOrganisation, wire::Error> {
    let founded = service
        .init(Init {
            admin: request.login,
            name: Some(request.name),
            email: Some(request.email),
            organisation: Some(request.organisation),
            pin_store: PinStoreChoice::Automatic,
            secret: request.secret,
            tokens: Tokens::Embedded,
        })
        .await?;
    Ok(wire::FoundedOrganisation {
        fingerprint: founded.fingerprint,
        notices: founded.notices,
    })
}

/// Logs an officer in; whoever was logged in before is not any more, even if this one is refused.
///
/// # Errors
/// Code `not_logged_in` if the window was closed meanwhile, and those of the use-case.
#[tauri::command]
pub async fn administrator_log_in<R: Runtime>(
    app: AppHandle<R>,
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::LogIn,
) -> Result<wire::Administrator, wire::Error> {
    let attempt = administration.attempt(&app);
    let officer = service.log_in(request.login, request.secret).await?;
    administration.take(&app, &attempt, officer)
}

/// Ends the login; an act that is under way is seen to its end.
///
/// # Errors
/// None.
#[tauri::command]
pub async fn administrator_log_out<R: Runtime>(
    app: AppHandle<R>,
    administration: State<'_, Administration>,
) -> Result<(), wire::Error> {
    administration.lock(&app);
    Ok(())
}

/// Says who is logged in, if anybody is.
///
/// # Errors
/// None.
#[tauri::command]
pub async fn administrator(
    administration: State<'_, Administration>,
) -> Result<Option<wire::Administrator>, wire::Error> {
    Ok(administration.shown())
}

/// Lets the login last longer.
///
/// # Errors
/// Code `not_logged_in`.
#[tauri::command]
pub async fn administrator_stay(
    administration: State<'_, Administration>,
) -> Result<wire::Administrator, wire::Error> {
    administration.stay()
}

/// Looks at the organisation; the signing token is used for real.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn overview(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::Overview, wire::Error> {
    Ok(service.overview(administration.officer()?).await?)
}

/// Gives a page of the log, newest first.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn read_log(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::ReadLog,
) -> Result<wire::LogPage, wire::Error> {
    Ok(service.read_log(administration.officer()?, request).await?)
}

/// Gives the newest notarised head of the log.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn log_head(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::LogHead, wire::Error> {
    administration.officer()?;
    let head = service.log_head(HeadChoice::Notarised).await?;
    let days = service.notarised_days().await?;
    Ok(wire::LogHead {
        note: head.note,
        leaves: head.leaves,
        later: head.later,
        fingerprint: head.fingerprint,
        notarised: head.notarised,
        days,
    })
}

/// Verifies the whole log and every current record.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn verify_log(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::VerifiedLog, wire::Error> {
    administration.officer()?;
    Ok(service.verify_log(None).await?.into())
}

/// Uses the signing token for real.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn test_token(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::TokenHealth, wire::Error> {
    administration.officer()?;
    Ok(service.test_token().await?)
}

/// Shows how the attacks on the signing token went when it was probed last.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn token_profile(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::Probe, wire::Error> {
    Ok(service.token_profile(administration.officer()?).await?)
}

/// Plays the attacks on the signing token, and writes down how they went.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn probe_token(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
) -> Result<wire::Probe, wire::Error> {
    Ok(service.probe(administration.officer()?).await?)
}

/// Lists people, a page at a time.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn people(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::ListPeople,
) -> Result<wire::PeoplePage, wire::Error> {
    administration.officer()?;
    Ok(service.people(request).await?)
}

/// Enrols one person; the code in the answer is shown once and kept nowhere.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn enrol_person(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::EnrolPerson,
) -> Result<wire::IssuedCode, wire::Error> {
    let wire::EnrolPerson {
        login,
        name,
        email,
        key,
    } = request;
    let request = Enrol {
        login,
        name,
        email,
        key,
    };
    let officer = administration.officer()?;
    Ok(service.enrol(officer, request).await?.into())
}

/// Gives a person a new key, certificate and code in the place of the old ones.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn reset_person(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::ChangeStatus,
) -> Result<wire::IssuedCode, wire::Error> {
    let officer = administration.officer()?;
    Ok(service.reset(officer, request).await?.into())
}

/// Suspends a person's key.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn suspend_person(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::ChangeStatus,
) -> Result<wire::Person, wire::Error> {
    let officer = administration.officer()?;
    Ok(service.suspend(officer, request).await?)
}

/// Lifts a suspension.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn resume_person(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::ChangeStatus,
) -> Result<wire::Person, wire::Error> {
    let officer = administration.officer()?;
    Ok(service.resume(officer, request).await?)
}

/// Revokes a person's certificate, for good.
///
/// # Errors
/// Code `not_logged_in`, and those of the use-case.
#[tauri::command]
pub async fn revoke_person(
    service: State<'_, Service>,
    administration: State<'_, Administration>,
    request: wire::RevokePerson,
) -> Result<wire::Person, wire::Error> {
    let officer = administration.officer()?;
    Ok(service.revoke(officer, request).await?)
}

/// Prints the window that asks, as its own style for paper shows it.
///
/// # Errors
/// Code `no_printer`.
#[tauri::command]
pub async fn print_page<R: Runtime>(window: WebviewWindow<R>) -> Result<(), wire::Error> {
    window.print().map_err(|failed| wire::Error {
        detail: failed.to_string(),
        ..error(ErrorCode::NoPrinter, "the print dialog does not open")
    })
}

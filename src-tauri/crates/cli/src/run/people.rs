//! The commands about people, their keys and their secrets.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use service::requests::{Activate, ChangeSecret, Enrol};
use service::wire::{self, RevocationReason};
use service::{Administrator, Service};
use zeroize::Zeroizing;

use super::{enrol_list, log_in};
use crate::arguments::{self, Cause, SecretFile, StatusOf, Users};
use crate::failure::Failure;
use crate::report;
use crate::secrets::Secrets;

pub(super) async fn enrol(
    service: &Service,
    arguments: arguments::Enrol,
    json: bool,
) -> Result<ExitCode, Failure> {
    if arguments.csv.is_some() {
        return enrol_list::run(service, arguments, json).await;
    }
    let officer = log_in(service, arguments.by, &arguments.secrets).await?;
    let arguments::Enrol {
        login: Some(login),
        name: Some(name),
        email: Some(email),
        key,
        ..
    } = arguments
    else {
        let message = "enrol asks for --login, --name and --email, or --csv";
        return Err(Failure::usage(message.to_owned(), String::new()));
    };
    let request = Enrol {
        login,
        name,
        email,
        key,
    };
    report::enrolled(&service.enrol(officer, request).await?, json);
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn users(
    service: &Service,
    command: Users,
    json: bool,
) -> Result<ExitCode, Failure> {
    match command {
        Users::List {
            search,
            after,
            limit,
        } => {
            let request = wire::ListPeople {
                search,
                after,
                limit,
            };
            report::people(&service.people(request).await?, json);
        }
        Users::Show { login } => report::person(&service.person(login).await?, json),
        Users::Suspend(status) => {
            let (officer, request) = change_of(service, status).await?;
            report::person(&service.suspend(officer, request).await?, json);
        }
        Users::Resume(status) => {
            let (officer, request) = change_of(service, status).await?;
            report::person(&service.resume(officer, request).await?, json);
        }
        Users::Revoke { status, cause } => {
            let (officer, wire::ChangeStatus { login, note }) = change_of(service, status).await?;
            let request = wire::RevokePerson {
                login,
                note,
                reason: match cause {
                    Cause::Unspecified => RevocationReason::Unspecified,
                    Cause::KeyCompromise => RevocationReason::KeyCompromise,
                    Cause::AffiliationChanged => RevocationReason::AffiliationChanged,
                    Cause::Superseded => RevocationReason::Superseded,
                    Cause::CessationOfOperation => RevocationReason::CessationOfOperation,
                },
            };
            report::person(&service.revoke(officer, request).await?, json);
        }
        Users::Grant(status) => {
            let (officer, request) = change_of(service, status).await?;
            report::office_granted(&service.grant_office(officer, request).await?, json);
        }
        Users::Withdraw(status) => {
            let (officer, request) = change_of(service, status).await?;
            let login = request.login.clone();
            service.withdraw_office(officer, request).await?;
            report::office_withdrawn(&login, json);
        }
        Users::Reset(status) => {
            let (officer, request) = change_of(service, status).await?;
            report::enrolled(&service.reset(officer, request).await?, json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a file of keys; one that is longer than any is not.
pub(super) fn key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    const LONGEST: u64 = 1 << 20;
    let failed = |error| Failure::file("cannot read the key file", path, &error);
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len().min(LONGEST);
    let room = usize::try_from(length).unwrap_or_default() + 1;
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    file.take(length)
        .read_to_end(&mut content)
        .map_err(failed)?;
    Ok(content)
}

async fn change_of(
    service: &Service,
    status: StatusOf,
) -> Result<(Arc<Administrator>, wire::ChangeStatus), Failure> {
    let StatusOf {
        by,
        login,
        reason,
        secrets,
    } = status;
    let officer = log_in(service, by, &secrets).await?;
    let note = reason;
    Ok((officer, wire::ChangeStatus { login, note }))
}

pub(super) async fn change_secret(
    service: &Service,
    login: String,
    secrets: &SecretFile,
    json: bool,
) -> Result<ExitCode, Failure> {
    let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
    let secret = secrets.ask(&format!("secret of {login}"))?;
    let new_secret = secrets.choose("new secret")?;
    service
        .change_secret(ChangeSecret {
            login: login.clone(),
            secret,
            new_secret,
        })
        .await?;
    report::secret_changed(&login, json);
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn activate(
    service: &Service,
    arguments: arguments::Activate,
    json: bool,
) -> Result<ExitCode, Failure> {
    let mut secrets = Secrets::open(arguments.secrets.secret_file.as_deref())?;
    let code = secrets.ask("activation code")?;
    if arguments.office {
        let login = arguments.login;
        let secret = secrets.ask(&format!("secret of {login}"))?;
        let request = service::requests::TakeOffice {
            login: login.clone(),
            code,
            secret,
        };
        service.take_office(request).await?;
        report::office_taken(&login, json);
        return Ok(ExitCode::SUCCESS);
    }
    let secret = secrets.choose("new secret")?;
    let login = arguments.login.clone();
    service
        .activate(Activate {
            login: arguments.login,
            code,
            secret,
        })
        .await?;
    report::activated(&login, json);
    Ok(ExitCode::SUCCESS)
}

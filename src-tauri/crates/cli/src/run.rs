//! One function a command: build the request, call the use-case, report.

mod continuity;
mod documents;
mod enrol_list;
mod organisation;
mod people;
mod signing;

use std::process::ExitCode;
use std::sync::Arc;

use continuity::backup;
use documents::{compare, looks, render, unlocked, validate};
use organisation::{hsm, init};
use people::{activate, change_secret, enrol, key_file, users};
use service::requests::ImportKey;
use service::{Administrator, Service, Surroundings, wire};
use signing::{extend, sign};

use crate::arguments::{Arguments, Card, Command, Key, SecretFile, SecretOf};
use crate::failure::Failure;
use crate::secrets::Secrets;
use crate::{audit, report};

/// Runs one command to its end.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let mut surroundings = Surroundings::of_process(arguments.home)
        .map_err(|error| Failure::io("cannot tell where things lie".to_owned(), &error))?;
    // The module of a card is told what its owner names, besides what every one is told.
    let named = match &arguments.command {
        Command::Sign(arguments) => &arguments.module_env[..],
        Command::Card(Card::List { module_env, .. }) => module_env,
        _ => &[],
    };
    let named = named.iter().cloned();
    let told = &mut surroundings.cards.environment;
    told.extend(named.map(|(name, value)| (name.into(), value.into())));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start".to_owned(), &error))?;
    let service = Service::new(surroundings);
    runtime.block_on(dispatch(&service, arguments.command, arguments.json))
}

async fn dispatch(service: &Service, command: Command, json: bool) -> Result<ExitCode, Failure> {
    match command {
        Command::Init(arguments) => init(service, arguments, json).await,
        Command::Enrol(arguments) => enrol(service, arguments, json).await,
        Command::Activate(arguments) => activate(service, arguments, json).await,
        Command::Sign(arguments) => sign(service, *arguments, json).await,
        Command::Extend(arguments) => extend(service, arguments, json).await,
        Command::Validate(arguments) => validate(service, &arguments, json).await,
        Command::Compare(arguments) => compare(service, arguments, json).await,
        Command::Inspect { file, password } => {
            let file = unlocked(service, file, &password).await?;
            report::inspection(&service.inspect(file).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Command::Render(arguments) => render(service, arguments, json).await,
        Command::Looks(command) => looks(service, command, json).await,
        Command::Users(command) => users(service, command, json).await,
        Command::Secret(SecretOf::Change { login, secrets }) => {
            change_secret(service, login, &secrets, json).await
        }
        Command::Key(Key::Import {
            by,
            login,
            file,
            key_name,
            reason,
            secrets,
        }) => {
            let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
            let secret = secrets.ask(&format!("secret of {by}"))?;
            let request = ImportKey {
                login,
                note: reason,
                file: key_file(&file)?,
                password: secrets.ask(&format!("password of {}", file.display()))?,
                path: file,
                key_name,
            };
            let officer = Arc::new(service.log_in(by, secret).await?);
            report::enrolled(&service.import_key(officer, request).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Command::Key(Key::Suspend { login, reason }) => {
            let request = wire::SuspendOwnKey {
                login,
                note: reason,
            };
            report::identity(&service.suspend_own(request).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Command::Backup(command) => backup(service, command, json).await,
        Command::Hsm(command) => hsm(service, command, json).await,
        Command::Audit(command) => audit::run(service, command, json).await,
        Command::Card(Card::List { module, .. }) => {
            Ok(report::cards::list(&service.cards(module).await?, json))
        }
        Command::Doctor => Ok(report::checks(&service.doctor().await, json)),
    }
}

/// Logs the officer in whom `--by` names.
pub(crate) async fn log_in(
    service: &Service,
    by: String,
    secrets: &SecretFile,
) -> Result<Arc<Administrator>, Failure> {
    let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
    let secret = secrets.ask(&format!("secret of {by}"))?;
    Ok(Arc::new(service.log_in(by, secret).await?))
}

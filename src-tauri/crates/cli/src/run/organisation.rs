//! The commands that found an organisation and look after its tokens.

use std::path::Path;
use std::process::ExitCode;

use service::requests::{Init, PinStoreChoice, ReadyToken, Tokens};
use service::wire::Assurance;
use service::{PinTyped, Service};

use super::continuity::rotate;
use super::log_in;
use crate::arguments::{self, Hsm, Least, PinStore, SecretFile};
use crate::failure::Failure;
use crate::report;
use crate::secrets::Secrets;

pub(super) async fn init(
    service: &Service,
    arguments: arguments::Init,
    json: bool,
) -> Result<ExitCode, Failure> {
    // Before anyone thinks of a secret for nothing.
    service.may_found()?;
    let mut secrets = Secrets::open(arguments.secrets.secret_file.as_deref())?;
    let secret = secrets.choose(&format!("new secret of {}", arguments.admin))?;
    let pin_store = match arguments.pin_store {
        None => PinStoreChoice::Automatic,
        Some(PinStore::Keyring) => PinStoreChoice::Keyring,
        Some(PinStore::File) => PinStoreChoice::File,
    };
    let tokens = tokens(&arguments, &mut secrets)?;
    let arguments::Init {
        admin,
        name,
        email,
        organisation,
        ..
    } = arguments;
    let request = Init {
        admin,
        name,
        email,
        organisation,
        pin_store,
        secret,
        tokens,
    };
    report::founded(&service.init(request).await?, json);
    Ok(ExitCode::SUCCESS)
}

/// The tokens that `init` names, and their PINs.
fn tokens(arguments: &arguments::Init, secrets: &mut Secrets) -> Result<Tokens, Failure> {
    let (Some(module), Some(signing), Some(issuing)) = (
        &arguments.module,
        &arguments.signing_token,
        &arguments.issuing_token,
    ) else {
        return Ok(Tokens::Embedded);
    };
    let mut ready = |module: &Path, environment: &[(String, String)], label: &str| {
        let absolute = std::path::absolute(module);
        Ok::<_, Failure>(ReadyToken {
            module: absolute.map_err(|error| Failure::file("cannot find", module, &error))?,
            environment: environment.iter().cloned().collect(),
            label: label.to_owned(),
            pin: secrets.ask(&format!("PIN of the token {label}"))?,
        })
    };
    let issuing_module = arguments.issuing_module.as_ref().unwrap_or(module);
    let issuing_env = match &arguments.issuing_module_env[..] {
        [] if arguments.issuing_module.is_none() => &arguments.module_env,
        own => own,
    };
    Ok(Tokens::Ready {
        signing: ready(module, &arguments.module_env, signing)?,
        issuing: ready(issuing_module, issuing_env, issuing)?,
        declared_hardware: arguments.hardware,
        mode: arguments.mode.into(),
    })
}

/// Shows what changed before it asks for the secret, with which it is accepted.
async fn accept(
    service: &Service,
    by: String,
    secrets: &SecretFile,
    json: bool,
) -> Result<ExitCode, Failure> {
    let changes = service.changed_modules().await?;
    report::changed_modules(&changes);
    if !changes.is_empty() {
        let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
        let secret = secrets.ask(&format!("secret of {by}, to accept this"))?;
        service.accept_modules(by, secret, changes.clone()).await?;
    }
    report::accepted_modules(&changes, json);
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn hsm(service: &Service, command: Hsm, json: bool) -> Result<ExitCode, Failure> {
    match command {
        Hsm::Health => Ok(report::health(&service.test_token().await?, json)),
        Hsm::Probe { by, secrets } => {
            let officer = log_in(service, by, &secrets).await?;
            report::probe(&service.probe(officer).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Hsm::Require { least, by, secrets } => {
            let least = match least {
                Least::Trial => Assurance::Trial,
                Least::Basic => Assurance::Basic,
                Least::Substantial => Assurance::Substantial,
                Least::High => Assurance::High,
            };
            let officer = log_in(service, by, &secrets).await?;
            report::required(&service.require_assurance(officer, least).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Hsm::Tidy { by, secrets } => {
            let officer = log_in(service, by, &secrets).await?;
            report::tidied(&service.tidy_token(officer).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Hsm::Rotate { step, by, secrets } => rotate(service, step, by, &secrets, json).await,
        Hsm::Pin { secrets } => {
            let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
            let pin = secrets.ask("PIN of the signing token")?;
            let kept = service.set_signing_pin(pin, PinTyped::InTerminal).await?;
            report::pin_kept(kept, json);
            Ok(ExitCode::SUCCESS)
        }
        Hsm::Accept { by, secrets } => accept(service, by, &secrets, json).await,
    }
}

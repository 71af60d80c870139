//! The commands about backups and rotations.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use service::requests::OpenBackup;
use service::{Service, wire};

use super::log_in;
use crate::arguments::{Backup, Rotate, SecretFile};
use crate::failure::Failure;
use crate::report;
use crate::secrets::Secrets;

pub(super) async fn backup(
    service: &Service,
    command: Backup,
    json: bool,
) -> Result<ExitCode, Failure> {
    match command {
        Backup::Create { by, out, secrets } => {
            let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
            let secret = secrets.ask(&format!("secret of {by}"))?;
            report::backup_made(&service.create_backup(by, secret, out).await?, json);
        }
        Backup::Verify { from, secrets } => {
            let request = open_backup(from, &secrets)?;
            report::backup_verified(&service.verify_backup(request).await?, json);
        }
        Backup::Restore { from, secrets } => {
            let request = open_backup(from, &secrets)?;
            report::restored(&service.restore_backup(request).await?, json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn open_backup(folder: PathBuf, secrets: &SecretFile) -> Result<OpenBackup, Failure> {
    let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
    Ok(OpenBackup {
        folder,
        records_secret: secrets.ask("secret of the records")?,
        tokens_secret: secrets.ask("secret of the tokens")?,
    })
}

pub(super) async fn rotate(
    service: &Service,
    step: Rotate,
    by: Option<String>,
    secrets: &SecretFile,
    json: bool,
) -> Result<ExitCode, Failure> {
    let step = match step {
        Rotate::Status => {
            report::rotation(&service.rotation().await?, json);
            return Ok(ExitCode::SUCCESS);
        }
        Rotate::Rekey => None,
        Rotate::Prepare => Some(wire::RotationStep::Prepare),
        Rotate::Start => Some(wire::RotationStep::Start),
        Rotate::Pause => Some(wire::RotationStep::Pause),
        Rotate::Resume => Some(wire::RotationStep::Resume),
        Rotate::Finish => Some(wire::RotationStep::Finish),
    };
    let by = by.ok_or_else(|| {
        Failure::usage("say who does it with --by LOGIN".to_owned(), String::new())
    })?;
    if let Some(step) = step {
        let officer = log_in(service, by, secrets).await?;
        let watch = Arc::new(report::Moving::default());
        report::rotation(&service.rotate(officer, step, watch).await?, json);
    } else {
        let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
        let secret = secrets.ask(&format!("secret of {by}"))?;
        report::person(&service.replace_own_key(by, secret).await?, json);
    }
    Ok(ExitCode::SUCCESS)
}

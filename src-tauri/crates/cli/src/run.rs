//! One function a command: build the request, call the use-case, report.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use service::requests::{Activate, Enrol, Existing, FileToSign, InitEmbedded, PinStoreChoice, Sign, Unwatched};
use service::{Service, Surroundings, wire};

use crate::arguments::{self, Arguments, Command, PinStore, Users};
use crate::failure::Failure;
use crate::report;
use crate::secrets::Secrets;

/// Runs one command to its end.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let surroundings = Surroundings::of_process(arguments.home)
        .map_err(|error| Failure::io("cannot tell where things lie".to_owned(), &error))?;
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
        Command::Sign(arguments) => sign(service, arguments, json).await,
        Command::Validate(arguments) => validate(service, &arguments, json).await,
        Command::Inspect { file } => {
            report::inspection(&service.inspect(file).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Command::Render(arguments) => render(service, arguments, json).await,
        Command::Users(Users::List {
            search,
            after,
            limit,
        }) => {
            report::people(&service.people(search, after, limit).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor => Ok(report::checks(&service.doctor().await, json)),
    }
}

async fn init(
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
    let arguments::Init {
        admin,
        name,
        email,
        organisation,
        ..
    } = arguments;
    let request = InitEmbedded {
        admin,
        name,
        email,
        organisation,
        pin_store,
        secret,
    };
    report::founded(&service.init_embedded(request).await?, json);
    Ok(ExitCode::SUCCESS)
}

async fn enrol(
    service: &Service,
    arguments: arguments::Enrol,
    json: bool,
) -> Result<ExitCode, Failure> {
    let mut secrets = Secrets::open(arguments.secrets.secret_file.as_deref())?;
    let secret = secrets.ask(&format!("secret of {}", arguments.by))?;
    let arguments::Enrol {
        by,
        login,
        name,
        email,
        key,
        ..
    } = arguments;
    let enrolled = service
        .enrol(Enrol {
            by,
            secret,
            login,
            name,
            email,
            key,
        })
        .await?;
    report::enrolled(&enrolled, json);
    Ok(ExitCode::SUCCESS)
}

async fn activate(
    service: &Service,
    arguments: arguments::Activate,
    json: bool,
) -> Result<ExitCode, Failure> {
    let mut secrets = Secrets::open(arguments.secrets.secret_file.as_deref())?;
    let code = secrets.ask("activation code")?;
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

async fn sign(
    service: &Service,
    arguments: arguments::Sign,
    json: bool,
) -> Result<ExitCode, Failure> {
    let files = targets(&arguments)?;
    let mut secrets = Secrets::open(arguments.secrets.secret_file.as_deref())?;
    let secret = secrets.ask(&format!("secret of {}", arguments.login))?;
    let request = Sign {
        request: service::new_request()?,
        files,
        login: arguments.login,
        secret,
        placement: Some(wire::Placement::Box {
            page: arguments.page,
            rect: arguments.rect,
        }),
        reason: arguments.reason,
        location: arguments.location,
        existing: if arguments.overwrite {
            Existing::Replace
        } else {
            Existing::Keep
        },
        watch: Arc::new(Unwatched),
    };
    report::signed(&service.sign(request).await?, json);
    Ok(ExitCode::SUCCESS)
}

/// Pairs each input with its output.
fn targets(arguments: &arguments::Sign) -> Result<Vec<FileToSign>, Failure> {
    if let Some(output) = &arguments.output {
        let [input] = &arguments.files[..] else {
            return Err(Failure::usage(
                "-o takes one file; for several use --out-dir".to_owned(),
                String::new(),
            ));
        };
        return Ok(vec![FileToSign {
            input: input.clone(),
            output: output.clone(),
        }]);
    }
    let folder = arguments.out_dir.as_deref().unwrap_or(Path::new("."));
    Ok(arguments
        .files
        .iter()
        .map(|input| FileToSign {
            input: input.clone(),
            output: folder.join(signed_name(input)),
        })
        .collect())
}

/// `NAME-signed.pdf` for `NAME.pdf`.
fn signed_name(input: &Path) -> PathBuf {
    let mut name = input.file_stem().map_or_else(OsString::new, OsString::from);
    name.push("-signed.pdf");
    PathBuf::from(name)
}

async fn validate(
    service: &Service,
    arguments: &arguments::Validate,
    json: bool,
) -> Result<ExitCode, Failure> {
    let mut anchors = Vec::new();
    for path in &arguments.trust {
        let pem = std::fs::read(path)
            .map_err(|error| Failure::file("cannot read the trust anchor", path, &error))?;
        anchors.push(pem);
    }
    let validation = service.validate(arguments.file.clone(), anchors).await?;
    Ok(report::validation(&arguments.file, &validation, json))
}

async fn render(
    service: &Service,
    arguments: arguments::Render,
    json: bool,
) -> Result<ExitCode, Failure> {
    let scale = f64::from(arguments.dpi) / 72.0;
    let existing = if arguments.overwrite {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let output = arguments.output.clone();
    service
        .render_to(
            arguments.file,
            arguments.page,
            scale,
            arguments.output,
            existing,
        )
        .await?;
    report::rendered(&output, json);
    Ok(ExitCode::SUCCESS)
}

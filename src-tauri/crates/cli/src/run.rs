//! One function a command: build the request, call the use-case, report.

use std::ffi::OsString;
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use service::evidence::Asked;
use service::requests::{
    Activate, AtHand, Between, CardChoice, ChangeSecret, Enrol, Existing, Extend, FileToSign, For,
    Gather, ImportKey, Init, Language, OpenBackup, PdfFile, PinStoreChoice, ReadyToken, ReportForm,
    Sign, Signer, Terms, Tokens, Trust, TrustFile, Unwatched,
};
use service::wire::RevocationReason;
use service::{Administrator, LookChoice, Service, Surroundings, wire};
use zeroize::Zeroizing;

use crate::arguments::{
    self, Arguments, Backup, Card, Cause, Command, Hsm, Key, Looks, PdfPassword, PinStore, Rotate,
    SecretFile, SecretOf, StatusOf, Users,
};
use crate::audit;
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
        Command::Card(Card::List { module }) => {
            Ok(report::cards::list(&service.cards(module).await?, json))
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

async fn enrol(
    service: &Service,
    arguments: arguments::Enrol,
    json: bool,
) -> Result<ExitCode, Failure> {
    let officer = log_in(service, arguments.by, &arguments.secrets).await?;
    let arguments::Enrol {
        login,
        name,
        email,
        key,
        ..
    } = arguments;
    let request = Enrol {
        login,
        name,
        email,
        key,
    };
    report::enrolled(&service.enrol(officer, request).await?, json);
    Ok(ExitCode::SUCCESS)
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

async fn looks(service: &Service, command: Looks, json: bool) -> Result<ExitCode, Failure> {
    match command {
        Looks::List => report::looks(&service.looks().await?, json),
        Looks::Check { file } => {
            service.check_look(file.clone()).await?;
            report::look_usable(&file, json);
        }
        Looks::Draw {
            look,
            size,
            output,
            overwrite,
        } => {
            let existing = if overwrite {
                Existing::Replace
            } else {
                Existing::Keep
            };
            service
                .draw_look(LookChoice::typed(&look), size, output.clone(), existing)
                .await?;
            report::rendered(&output, json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn users(service: &Service, command: Users, json: bool) -> Result<ExitCode, Failure> {
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
fn key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
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

async fn backup(service: &Service, command: Backup, json: bool) -> Result<ExitCode, Failure> {
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

async fn hsm(service: &Service, command: Hsm, json: bool) -> Result<ExitCode, Failure> {
    match command {
        Hsm::Health => Ok(report::health(&service.test_token().await?, json)),
        Hsm::Probe { by, secrets } => {
            let officer = log_in(service, by, &secrets).await?;
            report::probe(&service.probe(officer).await?, json);
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
            report::pin_kept(service.set_signing_pin(pin).await?, json);
            Ok(ExitCode::SUCCESS)
        }
        Hsm::Accept { by, secrets } => accept(service, by, &secrets, json).await,
    }
}

async fn rotate(
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

async fn change_secret(
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

async fn activate(
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

async fn sign(
    service: &Service,
    mut arguments: arguments::Sign,
    json: bool,
) -> Result<ExitCode, Failure> {
    let mut files = targets(&arguments)?;
    let passwords = passwords(&arguments.password)?;
    for file in &mut files {
        file.password = match &passwords {
            Some(password) => Some(password.clone()),
            None => ask_password(service, &file.input).await?,
        };
    }
    // A level that cannot be reached is told before anybody types a secret.
    let lasting = Asked {
        level: arguments.level,
        authorities: std::mem::take(&mut arguments.tsa),
        anchors: anchors(&arguments.tsa_trust)?,
        local: std::mem::take(&mut arguments.local_authority),
    };
    let look = arguments.look.take();
    let look = look.map_or_else(LookChoice::default, |look| LookChoice::typed(&look));
    let placement = placement(
        arguments.field.take(),
        arguments.rect.take(),
        arguments.page,
        arguments.invisible,
    );
    let existing = if arguments.overwrite {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let mut terms = Terms {
        sub_filter: arguments.subfilter.map(Into::into),
        certification: arguments.certify,
        lock: arguments.lock.take(),
        lasting,
        gathered: None,
    };
    let gather = Gather {
        signer: signs(&arguments),
        files: files.clone(),
        placement: placement.clone(),
        terms: terms.clone(),
        look: look.clone(),
        existing,
    };
    terms.gathered = Some(service.gather(gather).await?);
    let signer = signer(service, &mut arguments).await?;
    let request = Sign {
        request: service::new_request()?,
        files,
        signer,
        placement,
        reason: arguments.reason,
        location: arguments.location,
        terms,
        look,
        existing,
        watch: Arc::new(Unwatched),
    };
    report::signed(&service.sign(request).await?, json);
    Ok(ExitCode::SUCCESS)
}

/// Who is going to sign.
fn signs(arguments: &arguments::Sign) -> For {
    match &arguments.login {
        Some(login) => For::Person(login.clone()),
        None => For::Card(CardChoice {
            module: arguments.module.clone(),
            token: arguments.token.clone(),
            certificate: arguments.cert.clone(),
        }),
    }
}

/// Adds or renews long-term proof.
async fn extend(
    service: &Service,
    arguments: arguments::Extend,
    json: bool,
) -> Result<ExitCode, Failure> {
    let file = unlocked(service, arguments.file, &arguments.password).await?;
    let request = Extend {
        file,
        output: arguments.output,
        existing: match arguments.overwrite {
            true => Existing::Replace,
            false => Existing::Keep,
        },
        authorities: arguments.tsa,
        anchors: anchors(&arguments.tsa_trust)?,
        local: arguments.local_authority,
    };
    report::extended(&service.extend(request).await?, json);
    Ok(ExitCode::SUCCESS)
}

/// Who signs, with the secret or the PIN that is asked for.
async fn signer(service: &Service, arguments: &mut arguments::Sign) -> Result<Signer, Failure> {
    let file = arguments.secrets.secret_file.as_deref();
    if let Some(login) = arguments.login.take() {
        let secret = Secrets::open(file)?.ask(&format!("secret of {login}"))?;
        return Ok(Signer::Person { login, secret });
    }
    let choice = CardChoice {
        module: arguments.module.take(),
        token: arguments.token.take(),
        certificate: arguments.cert.take(),
    };
    // Whatever stands in the way is told before anybody types a PIN.
    let card = service.card_to_sign(choice.clone()).await?;
    report::cards::about(&card);
    let pin = if card.pin.pad {
        None
    } else {
        let what = format!(
            "PIN of {} ({})",
            report::printable(&card.label),
            report::printable(&card.name)
        );
        Some(Secrets::open(file)?.ask(&what)?)
    };
    Ok(Signer::Card { choice, pin })
}

/// What the arguments say of where the signature goes; none of them is the only empty field.
fn placement(
    field: Option<String>,
    rect: Option<wire::Rect>,
    page: u32,
    invisible: bool,
) -> Option<wire::Placement> {
    match (field, rect) {
        (Some(name), _) => Some(wire::Placement::Field { name }),
        (None, Some(rect)) => Some(wire::Placement::Box { page, rect }),
        (None, None) => invisible.then_some(wire::Placement::Invisible),
    }
}

/// The password that all encrypted files of the command have, if one was named.
fn passwords(named: &PdfPassword) -> Result<Option<wire::Secret>, Failure> {
    let Some(path) = named.pdf_password_file.as_deref() else {
        return Ok(None);
    };
    let mut lines = Secrets::open(Some(path))?;
    lines.ask("the password of the PDF").map(Some)
}

/// Asks who sits at the terminal for the password of a file that needs one. With nobody there the
/// file is refused for it, which says so better than this could.
async fn ask_password(service: &Service, file: &Path) -> Result<Option<wire::Secret>, Failure> {
    if !std::io::stdin().is_terminal() || !service.needs_password(file.to_owned()).await? {
        return Ok(None);
    }
    let mut prompt = Secrets::open(None)?;
    prompt
        .ask(&format!("password of {}", file.display()))
        .map(Some)
}

/// A file with the password that opens it.
async fn unlocked(
    service: &Service,
    path: PathBuf,
    named: &PdfPassword,
) -> Result<PdfFile, Failure> {
    let password = match passwords(named)? {
        Some(password) => Some(password),
        None => ask_password(service, &path).await?,
    };
    Ok(PdfFile { path, password })
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
            password: None,
            output: output.clone(),
        }]);
    }
    let folder = arguments.out_dir.as_deref().unwrap_or(Path::new("."));
    Ok(arguments
        .files
        .iter()
        .map(|input| FileToSign {
            input: input.clone(),
            password: None,
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

/// Reads files of trust anchors.
fn anchors(paths: &[PathBuf]) -> Result<Vec<TrustFile>, Failure> {
    let read = |path: &PathBuf| {
        TrustFile::read(path)
            .map_err(|error| Failure::file("cannot read the trust anchors in", path, &error))
    };
    paths.iter().map(read).collect()
}

async fn validate(
    service: &Service,
    arguments: &arguments::Validate,
    json: bool,
) -> Result<ExitCode, Failure> {
    let trust = Trust {
        files: anchors(&arguments.trust)?,
        lists: anchors(&arguments.trusted_list)?,
        system: arguments.trust_system,
    };
    let file = unlocked(service, arguments.file.clone(), &arguments.password).await?;
    let sources = service.trust_sources(trust.clone()).await?;
    if let Some(output) = &arguments.report {
        let form = match output.extension() {
            Some(html) if html.eq_ignore_ascii_case("html") => ReportForm::Html(Language::English),
            _ => ReportForm::Json,
        };
        let existing = match arguments.overwrite {
            true => Existing::Replace,
            false => Existing::Keep,
        };
        let (file, trust, output) = (file.clone(), trust.clone(), output.clone());
        service
            .write_report(file, trust, form, output, existing)
            .await?;
    }
    let mut by = AtHand {
        at: arguments.at,
        evidence: Vec::new(),
    };
    for path in &arguments.evidence {
        let read = std::fs::read(path)
            .map_err(|error| Failure::file("cannot read the evidence", path, &error))?;
        by.evidence.push(read);
    }
    let validation = service.validate_by(file, trust, by).await?;
    Ok(report::validation(
        &arguments.file,
        &validation,
        &sources,
        json,
    ))
}

async fn compare(
    service: &Service,
    arguments: arguments::Compare,
    json: bool,
) -> Result<ExitCode, Failure> {
    let between = Between {
        from: arguments.from,
        to: arguments.to,
    };
    let existing = if arguments.overwrite {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let file = unlocked(service, arguments.file, &arguments.password).await?;
    let comparison = match arguments.pictures {
        Some(folder) => service.compare_to(file, between, folder, existing).await?,
        None => service.compare(file, between).await?,
    };
    report::comparison(&comparison, json);
    Ok(ExitCode::SUCCESS)
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
    let file = unlocked(service, arguments.file, &arguments.password).await?;
    service
        .render_to(file, arguments.page, scale, arguments.output, existing)
        .await?;
    report::rendered(&output, json);
    Ok(ExitCode::SUCCESS)
}

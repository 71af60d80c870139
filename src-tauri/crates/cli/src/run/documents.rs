//! The commands that look at documents and at looks, and how a document is opened.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use service::requests::{
    AtHand, Between, Existing, Language, PdfFile, ReportForm, Trust, TrustFile,
};
use service::{LookChoice, Service, wire};

use crate::arguments::{self, Looks, PdfPassword};
use crate::failure::Failure;
use crate::report;
use crate::secrets::Secrets;

pub(super) async fn looks(
    service: &Service,
    command: Looks,
    json: bool,
) -> Result<ExitCode, Failure> {
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

/// The password that all encrypted files of the command have, if one was named.
pub(super) fn passwords(named: &PdfPassword) -> Result<Option<wire::Secret>, Failure> {
    let Some(path) = named.pdf_password_file.as_deref() else {
        return Ok(None);
    };
    let mut lines = Secrets::open(Some(path))?;
    lines.ask("the password of the PDF").map(Some)
}

/// Asks who sits at the terminal for the password of a file that needs one. With nobody there the
/// file is refused for it, which says so better than this could.
pub(super) async fn ask_password(
    service: &Service,
    file: &Path,
) -> Result<Option<wire::Secret>, Failure> {
    if !std::io::stdin().is_terminal() || !service.needs_password(file.to_owned()).await? {
        return Ok(None);
    }
    let mut prompt = Secrets::open(None)?;
    prompt
        .ask(&format!("password of {}", file.display()))
        .map(Some)
}

/// A file with the password that opens it.
pub(super) async fn unlocked(
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

/// Reads files of trust anchors.
pub(super) fn anchors(paths: &[PathBuf]) -> Result<Vec<TrustFile>, Failure> {
    let read = |path: &PathBuf| {
        TrustFile::read(path)
            .map_err(|error| Failure::file("cannot read the trust anchors in", path, &error))
    };
    paths.iter().map(read).collect()
}

pub(super) async fn validate(
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

pub(super) async fn compare(
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

pub(super) async fn render(
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

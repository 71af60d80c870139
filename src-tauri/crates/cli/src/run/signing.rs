//! The commands that sign and that make signatures last.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use service::evidence::Asked;
use service::requests::{
    CardChoice, Existing, Extend, FileToSign, For, Gather, Sign, Signer, Terms, Unwatched,
};
use service::{LookChoice, Service, wire};

use super::documents::{anchors, ask_password, passwords, unlocked};
use crate::arguments;
use crate::failure::Failure;
use crate::report;
use crate::secrets::Secrets;

pub(super) async fn sign(
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
pub(super) async fn extend(
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

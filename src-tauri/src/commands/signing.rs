//! Signing.

use std::sync::Arc;

use service::{
    LookChoice, Service,
    evidence::{Asked, Lasting},
    requests::{CardChoice, Existing, FileToSign, For, Gather, PdfFile, Sign, Signer, Terms},
    wire::{self, ErrorCode},
};
use tauri::{AppHandle, Runtime, State};

use crate::{
    Documents, Gathered,
    documents::{Document, error},
    opening,
    progress::{RequestId, Signatures},
};

/// Gathers what a signature of one document takes, while its secret is in nobody's hands but the
/// signer's: a level that cannot be reached costs none. It is kept for the signature that follows.
///
/// # Errors
/// Code `no_such_document`, and those of the use-case.
#[tauri::command]
pub async fn gather_evidence(
    service: State<'_, Service>,
    documents: State<'_, Documents>,
    gathered: State<'_, Gathered>,
    request: wire::GatherEvidence,
) -> Result<(), wire::Error> {
    let document = documents.find_to_sign(&request.document)?;
    let signer = match request.card {
        None => For::Person(request.login),
        certificate => For::Card(card(certificate)),
    };
    let request = Gather {
        signer,
        files: vec![file(&document)],
        placement: Some(request.placement),
        terms: terms(request.certification, request.level, None),
        look: look(request.look),
        existing: Existing::Keep,
    };
    let lasting = service.gather(request).await;
    gathered.keep(lasting.map_err(|error| document.told(error))?);
    Ok(())
}

/// Signs one document with the identity the request names, which its secret must open.
///
/// The signed file is a new one, and is open afterwards.
///
/// # Errors
/// Codes `no_such_document`, `too_many_documents`, `bad_request`, `request_repeated`, and those of
/// the use-case.
#[tauri::command]
pub async fn sign_document<R: Runtime>(
    app: AppHandle<R>,
    service: State<'_, Service>,
    signatures: State<'_, Signatures>,
    documents: State<'_, Documents>,
    gathered: State<'_, Gathered>,
    request: wire::SignDocument,
) -> Result<wire::SignedDocument, wire::Error> {
    let document = documents.find_to_sign(&request.document)?;
    // What will be opened must not be refused after it was signed.
    documents.permit_another()?;
    let id = request_id(&request.request_id)?;
    let request = Sign {
        request: id,
        files: vec![file(&document)],
        signer: match request.card {
            None => Signer::Person {
                login: request.login,
                secret: request.secret,
            },
            certificate @ Some(_) => Signer::Card {
                choice: card(certificate),
                pin: (!request.secret.is_empty()).then_some(request.secret),
            },
        },
        placement: Some(request.placement),
        reason: request.reason,
        location: request.location,
        terms: terms(request.certification, request.level, gathered.take()),
        look: look(request.look),
        existing: Existing::Keep,
        watch: signatures.watch(&app, id, &request.request_id)?,
    };
    let signed = service
        .sign(request)
        .await
        .map_err(|error| document.told(error))?
        .pop()
        .ok_or_else(|| error(ErrorCode::Internal, "one file was signed and none was told"))?;
    let file = PdfFile {
        path: signed.output,
        password: document.password().cloned(),
    };
    let document = opening::add(&service, &documents, file).await?;
    Ok(wire::SignedDocument {
        document,
        validation: signed.validation,
    })
}

/// The document, and where its signed copy goes.
fn file(document: &Document) -> FileToSign {
    FileToSign {
        input: document.path().to_owned(),
        password: document.password().cloned(),
        output: document.output().to_owned(),
    }
}

fn card(certificate: Option<String>) -> CardChoice {
    CardChoice {
        certificate,
        ..CardChoice::default()
    }
}

fn terms(
    certification: Option<wire::Certification>,
    level: Option<wire::Level>,
    gathered: Option<Arc<Lasting>>,
) -> Terms {
    Terms {
        certification: certification.map(Into::into),
        lasting: Asked {
            level: level.map(Into::into),
            ..Asked::default()
        },
        gathered,
        ..Terms::default()
    }
}

fn look(name: Option<String>) -> LookChoice {
    name.map_or_else(LookChoice::default, LookChoice::Named)
}

/// Cancels a signature under way; `false` if it is too late, and it is seen to its end.
///
/// # Errors
/// Code `bad_request`.
#[tauri::command]
pub async fn cancel_signing(
    signatures: State<'_, Signatures>,
    request_id: String,
) -> Result<bool, wire::Error> {
    Ok(signatures.cancel(&self::request_id(&request_id)?))
}

/// Reads a UUID: 32 hexadecimal digits with hyphens after the 8th, 12th, 16th and 20th (RFC 9562 §4).
fn request_id(uuid: &str) -> Result<RequestId, wire::Error> {
    let groups: Vec<_> = uuid.split('-').collect();
    let digits = groups.concat();
    let shaped = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !shaped {
        return Err(error(ErrorCode::BadRequest, "the request's id is no UUID"));
    }
    u128::from_str_radix(&digits, 16)
        .map(u128::to_be_bytes)
        .map_err(|_| error(ErrorCode::BadRequest, "the request's id is no UUID"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_a_uuid() {
        let id = request_id("f81d4fae-7dec-11d0-a765-00a0c91e6bf6").unwrap();
        assert_eq!(id[..4], [0xf8, 0x1d, 0x4f, 0xae]);
        for wrong in [
            "",
            "f81d4fae7dec11d0a76500a0c91e6bf6",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
            "+81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6-",
        ] {
            assert!(request_id(wrong).is_err(), "{wrong}");
        }
    }
}

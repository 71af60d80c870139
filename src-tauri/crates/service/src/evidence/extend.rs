//! Long-term proof for a document that is signed already, by whomever (ETSI EN 319 142-1 §5.4.3,
//! §6.3): what its signatures and timestamps are validated with, and a new timestamp over it all.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use pdf::{Document, Passed, Revision, SignatureValue};
use signature::timestamp::{Beside, Token};
use signature::{Certificate, Digest, DigestAlgorithm, archive};

use super::collection::PATIENCE;
use super::{Asked, Collection, Fault, Stamps, clock};
use crate::certificates::new_id;
use crate::document;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::organisation::Signatures;
use crate::output::{Output, UNNOTED};
use crate::requests::{Extend, Extended};
use crate::wire;

/// Extends one document; blocks.
///
/// `lists` are revocation lists and `anchors` certificates that this machine has.
pub(crate) fn extend(
    surroundings: &Surroundings,
    settings: &Signatures,
    request: &Extend,
    (lists, anchors): (&[Vec<u8>], &[Certificate]),
    now: i64,
) -> Result<Extended> {
    let path = &request.file.path;
    let password = request.file.password.as_ref();
    crate::sign::check_target(path, &request.output, request.existing)?;
    let document = document::open(&request.file)?;
    let unsuitable = |source| Error::Document {
        path: path.clone(),
        source,
    };
    document.permit_signature().map_err(unsuitable)?;
    let signatures = document.signatures().map_err(unsuitable)?;
    if signatures.is_empty() {
        return Err(Fault::Unsigned.into());
    }
    // What allows no timestamp is told before anybody is asked for one.
    let begun = Revision::begin(&document);
    let field = begun.and_then(|mut revision| revision.add_timestamp_field());
    field.map_err(unsuitable)?;
    let client = super::client(surroundings, settings, &request.local)?;
    let end = Instant::now() + PATIENCE;
    let mut collection = Collection::new(&client, now, end);
    collection.know(anchors);
    lists.iter().for_each(|list| collection.know_list(list));
    let store = document.security_store().map_err(unsuitable)?;
    collection.know_store(&store.unwrap_or_default());
    let paths = whole(&document, path, &signatures, now, &mut collection)?;
    // Whatever stands in the way of the new timestamp is told before more is asked for.
    let asked = Asked {
        level: None,
        authorities: request.authorities.clone(),
        anchors: request.anchors.clone(),
        local: request.local.clone(),
    };
    let level = signature::Level::BLta;
    let trusted = super::anchors(surroundings, settings, &asked)?;
    let addresses = super::authorities(settings, &asked, level)?;
    let digest = DigestAlgorithm::Sha256;
    let mut stamps = Stamps::sample(client, addresses, digest, trusted, end)?;
    for certificate in &paths {
        collection.path(certificate)?;
    }
    collection.know(&stamps.carried);
    collection.proven(&stamps.path)?;
    stamps.only_by_sample();

    let mut output = Output::begin(&request.output, UNNOTED)?;
    let passed = Passed::through(&document, |chunk| {
        output.file().write_all(chunk).map_err(pdf::Error::Write)
    });
    let passed = passed.map_err(|source| written(source, path, &request.output))?;
    let mut revision = Revision::after(&passed).map_err(unsuitable)?;
    let store = collection.into_store();
    revision.add_to_security_store(&store).map_err(unsuitable)?;
    add(
        &document,
        revision,
        &stamps,
        &mut output,
        (path, &request.output),
        Stamps::end(1),
    )?;
    output.sync()?;
    check(&output, path, &request.output, password)?;
    output.keep(request.existing)?;
    Ok(Extended {
        input: path.clone(),
        output: request.output.clone(),
        signatures: signatures.len(),
        stamped_at: stamps.gen_time,
        notices: clock(stamps.gen_time, now).into_iter().collect(),
    })
}

/// Puts a timestamp of a document behind it; a revision brings the field along, and whatever else is
/// to be covered. `output` holds the document and nothing else.
pub(super) fn add(
    document: &Document,
    mut revision: Revision,
    stamps: &Stamps,
    output: &mut Output<'_>,
    (path, target): (&Path, &Path),
    end: Instant,
) -> Result<()> {
    let unsuitable = |source| written(source, path, target);
    let fault = |source| match source {
        signature::Error::Pdf(source) => written(source, path, target),
        source => Error::Signature {
            path: path.to_owned(),
            source,
        },
    };
    let field = revision.add_timestamp_field().map_err(unsuitable)?;
    let (digest, id) = (stamps.digest(), new_id()?);
    let file = output.file();
    let laid = archive::lay_out(document, revision, &field, digest, &id, stamps.room, file);
    let laid = laid.map_err(fault)?;
    let token = stamps.stamp(*laid.imprint(), end)?;
    let stamped = laid.complete(&token).map_err(fault)?;
    stamped.write_to(output.file()).map_err(fault)
}

/// Refuses a document, written but for its signature, that could not be stamped once it is signed:
/// what it locks, or its author permits, is told while nobody's secret was asked for.
pub(crate) fn rehearse(
    output: &Output<'_>,
    (path, target): (&Path, &Path),
    password: Option<&wire::Secret>,
) -> Result<()> {
    let document = document::open_as(&output.place(), target, password)?;
    let passed = Passed::through(&document, |_| Ok(()));
    let field = passed.and_then(|passed| Revision::after(&passed)?.add_timestamp_field());
    match field {
        Ok(_) => Ok(()),
        Err(pdf::Error::CertifiedWithoutChanges | pdf::Error::NotPermitted { .. }) => {
            Err(Fault::CertifiedForGood {
                what: "what the signature locks or the document's author permits,",
                instead: "lock named fields",
                level: signature::Level::BLta,
            }
            .into())
        }
        Err(source) => Err(written(source, path, target)),
    }
}

/// Stamps a document that was signed a moment ago, and is written but for its name; `end` is when the
/// timestamp must be there.
pub(crate) fn archive(
    output: &mut Output<'_>,
    (stamps, end): (&Stamps, Instant),
    (path, target): (&Path, &Path),
    password: Option<&wire::Secret>,
) -> Result<()> {
    use std::io::{Seek, SeekFrom};
    let document = document::open_as(&output.place(), target, password)?;
    let unsuitable = |source| written(source, path, target);
    let passed = Passed::through(&document, |_| Ok(())).map_err(unsuitable)?;
    let revision = Revision::after(&passed).map_err(unsuitable)?;
    let behind = output.file().seek(SeekFrom::End(0));
    behind.map_err(|source| crate::output::unwritable(target, source))?;
    add(&document, revision, stamps, output, (path, target), end)?;
    output.sync()?;
    check(output, path, target, password)
}

/// Reads the newest timestamp of a document again, from its disk, and judges it.
fn check(
    output: &Output<'_>,
    path: &Path,
    target: &Path,
    password: Option<&wire::Secret>,
) -> Result<()> {
    let document = document::open_as(&output.place(), target, password)?;
    let unsuitable = |source| written(source, path, target);
    let signatures = document.signatures().map_err(unsuitable)?;
    let holds = newest_stamp(&document, &signatures)
        .map_err(unsuitable)?
        .is_some();
    match holds {
        true => Ok(()),
        false => Err(Error::NotAsWritten {
            path: target.to_owned(),
        }),
    }
}

/// The newest signature of a document, if it is a timestamp over all of it that holds: who made it,
/// and the certificates that came along.
pub(super) fn newest_stamp(
    document: &Document,
    signatures: &[SignatureValue],
) -> pdf::Result<Option<(Certificate, Vec<Certificate>)>> {
    let newest = signatures.last();
    let Some(newest) = newest.filter(|last| last.is_document_timestamp()) else {
        return Ok(None);
    };
    let covers = newest
        .byte_range
        .is_some_and(|[_, _, start, rest]| start.checked_add(rest) == Some(document.len()));
    let authority = match covers {
        true => stamped(document, newest)?,
        false => None,
    };
    Ok(authority.map(|authority| {
        let token = Token::read(&newest.contents).ok();
        let carried = token.map(|token| token.judge(None).certificates);
        (authority, carried.unwrap_or_default())
    }))
}

/// Who stamped a document, if the timestamp in a field of it holds.
fn stamped(document: &Document, value: &SignatureValue) -> pdf::Result<Option<Certificate>> {
    let Some((token, algorithm)) = Token::read(&value.contents).ok().and_then(|token| {
        let algorithm = token.info().imprint_algorithm()?;
        Some((token, algorithm))
    }) else {
        return Ok(None);
    };
    let Some(imprint) = covered(document, value, algorithm)? else {
        return Ok(None);
    };
    Ok(token
        .judge(Some(&imprint))
        .holds
        .map(|holds| holds.authority))
}

/// Digest of what a byte range covers, if its gap is what the dictionary says it is.
fn covered(
    document: &Document,
    value: &SignatureValue,
    algorithm: DigestAlgorithm,
) -> pdf::Result<Option<Digest>> {
    let Some(byte_range) = value.byte_range else {
        return Ok(None);
    };
    if document.gap(byte_range)?.as_deref() != Some(&value.contents[..]) {
        return Ok(None);
    }
    archive::digest(document, byte_range, algorithm)
}

/// Refuses a document whose signatures do not hold; gives the certificates whose paths make them
/// last.
fn whole(
    document: &Document,
    path: &Path,
    signatures: &[SignatureValue],
    now: i64,
    collection: &mut Collection,
) -> Result<Vec<Certificate>> {
    let unsuitable = |source| Error::Document {
        path: path.to_owned(),
        source,
    };
    let validated = signature::validate(document, &[], now).map_err(|source| Error::Signature {
        path: path.to_owned(),
        source,
    })?;
    let mut paths = Vec::new();
    for value in signatures {
        let broken = || Fault::Broken {
            field: value.field.name.clone(),
        };
        if value.is_document_timestamp() {
            let authority = stamped(document, value).map_err(unsuitable)?;
            paths.push(authority.ok_or_else(broken)?);
            let token = Token::read(&value.contents).map_err(|_| broken())?;
            collection.know(&token.judge(None).certificates);
            continue;
        }
        let judged = validated
            .signatures
            .iter()
            .find(|judged| judged.field.name == value.field.name)
            .filter(|judged| judged.intact.is_some());
        let signer = judged.and_then(|judged| judged.signer.clone());
        paths.push(signer.ok_or_else(broken)?);
        let beside = Beside::read(&value.contents).map_err(|_| broken())?;
        collection.know(&beside.certificates);
        for timestamp in beside.judge() {
            collection.know(&timestamp.certificates);
            paths.extend(timestamp.holds.map(|holds| holds.authority));
        }
    }
    Ok(paths)
}

/// Which of the two files a fault of a document is about.
fn written(source: pdf::Error, path: &Path, target: &Path) -> Error {
    match source {
        pdf::Error::Write(source) => crate::output::unwritable(target, source),
        source => Error::Document {
            path: path.to_owned(),
            source,
        },
    }
}

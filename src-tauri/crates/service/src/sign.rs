//! The life of one signature: prepare → prove → judge → sign → complete → re-read.
//!
//! Everything that can fail without the secret fails before it is judged; what was judged has its
//! outcome in the log; an output is whole or absent.

pub(crate) mod card;
mod side_by_side;

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pdf::{
    Certification, Document, Look, PageNumber, Placement, Revision, ShownRect, SignatureField,
};
use signature::{Certificate, Draft, Level, Prepared, SignatureAlgorithm, Signed, SubFilter};
use token::{RawSignature, ToBeSigned};

use self::side_by_side::side_by_side;
use crate::audit::{Act, Kind, Outcome};
use crate::auditing;
use crate::certificates::new_id;
use crate::custody::SlotKind;
use crate::custody::secret::Normal;
use crate::document;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::{self, Lasting};
use crate::home::Surroundings;
use crate::look;
use crate::output::{Folders, Note, Output, UNNOTED, folder_of, unwritable};
use crate::requests::{Existing, Extend, Extended, FileToSign, Gather, Sign, SignedFile, Terms};
use crate::settings;
use crate::signing_algorithm::{KeyKind, on_token};
use crate::station::Station;
use crate::station::key::{self, KeyRecord, Use};
use crate::station::log::{About, Log, RequestLock};
use crate::station::tokens::SigningToken;
use crate::validate;
use crate::wire::{self, Headline, SigningStep};

/// Signs a batch; blocks.
pub(crate) fn sign(
    station: &Station,
    request: &Sign,
    login: &str,
    secret: &wire::Secret,
) -> Result<Vec<SignedFile>> {
    let record = KeyRecord::of_login(station, login)?;
    let kind = record.kind()?;
    let now = station.now()?;
    record.permit_use(now)?;
    if !record.is_activated() {
        return Err(Error::NotActivated {
            login: record.login().to_owned(),
        });
    }
    check_targets(&request.files, request.existing)?;
    let lock = RequestLock::take(station, &request.request)?;
    let signed = sign_locked(station, request, secret, &record, kind, now, &lock);
    lock.settle(station);
    signed
}

/// Signs with the request's lock, which knows the files that are begun.
fn sign_locked(
    station: &Station,
    request: &Sign,
    secret: &wire::Secret,
    record: &KeyRecord,
    kind: KeyKind,
    now: i64,
    lock: &RequestLock,
) -> Result<Vec<SignedFile>> {
    let terms = &request.terms;
    let lasting = gathered(station, &record.certificate, terms)?;
    reach(request, SigningStep::Reading)?;
    let note = |name: &Path| lock.note(name);
    let words = (request.reason.as_deref(), request.location.as_deref());
    let signatory = Signatory {
        certificate: &record.certificate,
        algorithm: Some(kind.signature_algorithm()),
        chain: &[station.ca()?],
        lasting: &lasting,
        look: look::of(station, &request.look, record, now, words)?,
    };
    let wanted = Wanted::of(request);
    let batch = side_by_side(request.files.iter().collect(), |file| {
        prepare(&signatory, &wanted, file, now, &note)
    })?;

    reach(request, SigningStep::Proving)?;
    let token = SigningToken::open(station)?;
    let mut log = Log::open(station, &token)?;
    auditing::permit_signing(station)?;
    // A key that only moved to the next master since it was read is the same key.
    let moved;
    let record = match record.check(station, &token, &mut log) {
        Err(Error::Vault(vault::Error::RowChanged { .. })) => {
            moved = record.moved(station, &token, &mut log)?;
            &moved
        }
        checked => {
            checked?;
            record
        }
    };
    let digests: Vec<[u8; 32]> = batch
        .iter()
        .map(|file| file.prepared.document_digest())
        .collect();
    let about = About {
        digests: &digests,
        ..About::key(Act::Sign, &request.request, record)
    };
    let secret = Normal::of(secret);
    let asked = Use {
        record,
        secret: &secret,
        slots: SlotKind::Passphrase,
        leaf: Kind::Intent,
        about,
    };
    reach(request, SigningStep::Authenticating)?;
    let opened = match key::open(station, &token, &mut log, &asked) {
        // Nothing was judged yet.
        Err(Error::Vault(vault::Error::RowChanged { .. })) => {
            let record = &record.moved(station, &token, &mut log)?;
            key::open(station, &token, &mut log, &Use { record, ..asked })?
        }
        opened => opened?,
    };
    drop(secret);
    let opening = opened.opening;
    let signed = carry_out(station, &token, kind, opened, (batch, &lasting), request);
    let outcome = match &signed {
        Ok(_) => Outcome::Done,
        Err(error) if error.kind() == ErrorKind::Refused => Outcome::Refused,
        Err(_) => Outcome::Fault,
    };
    settled(signed, log.conclude(&about, opening, outcome))
}

/// What was signed, if the log was told.
fn settled(signed: Result<Vec<SignedFile>>, concluded: Result<()>) -> Result<Vec<SignedFile>> {
    let signed = signed?;
    concluded.map_err(|error| Error::OutcomeNotLogged(Box::new(error)))?;
    Ok(signed)
}

/// Says how far the request is, and gives it up if it was cancelled.
fn reach(request: &Sign, step: SigningStep) -> Result<()> {
    match request.watch.reach(step) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// Says how far the request is, when it is too late to cancel: what is answered is not asked for.
fn say(request: &Sign, step: SigningStep) {
    let _ = request.watch.reach(step);
}

/// Who signs, as a document shows it and carries it along.
struct Signatory<'a> {
    certificate: &'a Certificate,
    /// How the key signs, where its kind does not say.
    algorithm: Option<SignatureAlgorithm>,
    /// The certificates above it.
    chain: &'a [Certificate],
    /// What makes the signature last.
    lasting: &'a Lasting,
    look: Look,
}

/// A file that is written but for the signature value.
struct PreparedFile<'n> {
    input: PathBuf,
    output: PathBuf,
    /// What is written, which has no name yet.
    file: Output<'n>,
    /// Opens the signed file as it opened this one.
    password: Option<wire::Secret>,
    /// The field that takes the signature.
    field: String,
    /// How it is written.
    sub_filter: SubFilter,
    prepared: Prepared,
}

/// What a request says of each of its signatures.
struct Wanted<'a> {
    placement: Option<&'a wire::Placement>,
    reason: Option<&'a str>,
    location: Option<&'a str>,
    terms: &'a Terms,
}

impl<'a> Wanted<'a> {
    fn of(request: &'a Sign) -> Self {
        Self {
            placement: request.placement.as_ref(),
            reason: request.reason.as_deref(),
            location: request.location.as_deref(),
            terms: &request.terms,
        }
    }

    /// The same before anything is asked of anybody: words change nothing that could be refused.
    fn before(request: &'a Gather) -> Self {
        Self {
            placement: request.placement.as_ref(),
            reason: None,
            location: None,
            terms: &request.terms,
        }
    }
}

/// Gathers what signatures by a person of the organisation take. What the documents do not allow is
/// refused first.
pub(crate) fn gather(station: &Station, request: &Gather, login: &str) -> Result<Arc<Lasting>> {
    let record = KeyRecord::of_login(station, login)?;
    let now = station.now()?;
    record.permit_use(now)?;
    let level = evidence::level(
        &station.organisation.local.signatures,
        &request.terms.lasting,
    );
    check_targets(&request.files, request.existing)?;
    let signatory = Signatory {
        certificate: &record.certificate,
        algorithm: Some(record.kind()?.signature_algorithm()),
        chain: &[station.ca()?],
        lasting: &Lasting::dry(level),
        look: look::of(station, &request.look, &record, now, (None, None))?,
    };
    rehearse(&signatory, request, now)?;
    gathered(station, &record.certificate, &request.terms)
}

/// Writes files as they would be signed, and keeps none of it, where a later timestamp may not be
/// allowed.
fn rehearse(signatory: &Signatory<'_>, request: &Gather, now: i64) -> Result<()> {
    if signatory.lasting.level < Level::BLta {
        return Ok(());
    }
    for file in &request.files {
        prepare(signatory, &Wanted::before(request), file, now, UNNOTED)?;
    }
    Ok(())
}

/// What the level of a request takes: as it was gathered for the same, else gathered now.
fn gathered(station: &Station, certificate: &Certificate, terms: &Terms) -> Result<Arc<Lasting>> {
    let signer = evidence::Signer {
        certificate,
        above: &[station.ca()?],
        lists: &own_lists(Some(station)),
    };
    evidence::gathered(
        terms.gathered.as_ref(),
        &station.surroundings,
        &station.organisation.local.signatures,
        &terms.lasting,
        &signer,
        station.now()?,
    )
}

/// The revocation list that the organisation keeps for its own certificates.
pub(crate) fn own_lists(station: Option<&Station>) -> Vec<Vec<u8>> {
    let list = station
        .map(|station| fs::read(station.surroundings.home.revocation_list_file()))
        .and_then(std::result::Result::ok);
    list.into_iter().collect()
}

/// Extends a document, with what this machine knows of an organisation.
pub(crate) fn extend(
    surroundings: &Surroundings,
    station: Option<&Station>,
    request: &Extend,
) -> Result<Extended> {
    let settings = settings::in_force(surroundings, station)?;
    let anchors = station.map(Station::ca).transpose()?;
    let now = station.map_or_else(|| Ok(validate::now()), Station::now)?;
    let here = (&own_lists(station)[..], anchors.as_slice());
    evidence::extend(surroundings, &settings, request, here, now)
}

/// Refuses an output that cannot be written, or that is the input.
pub(crate) fn check_target(input: &Path, output: &Path, existing: Existing) -> Result<()> {
    let path = output.to_owned();
    if is_same_file(input, output) {
        return Err(Error::OutputIsInput { path });
    }
    if existing == Existing::Keep && output.symlink_metadata().is_ok() {
        return Err(Error::OutputExists { path });
    }
    // A folder that is gone or cannot be written to is told before the secret is judged.
    drop(Output::begin(output, UNNOTED)?);
    Ok(())
}

/// Refuses what cannot be written, before anything else is done.
fn check_targets(files: &[FileToSign], existing: Existing) -> Result<()> {
    for (index, FileToSign { input, output, .. }) in files.iter().enumerate() {
        let mut earlier = files.iter().take(index);
        if earlier.any(|earlier| is_same_name(&earlier.output, output)) {
            return Err(Error::OutputTwice {
                path: output.clone(),
            });
        }
        check_target(input, output, existing)?;
    }
    Ok(())
}

/// Whether two names lead to one file, through links of either kind.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Whether two names are one name: of one folder, however it is written.
fn is_same_name(one: &Path, other: &Path) -> bool {
    one.file_name() == other.file_name() && is_same_file(folder_of(one), folder_of(other))
}

/// Opens a document, draws the field, and writes the bytes that will be signed.
///
/// All of the output but the signature is on its disk before the secret is judged: a disk that is
/// full is told while nothing was tried, and the input is read once for copy and digest.
fn prepare<'n>(
    signatory: &Signatory<'_>,
    wanted: &Wanted<'_>,
    file: &FileToSign,
    now: i64,
    note: Note<'n>,
) -> Result<PreparedFile<'n>> {
    let password = file.password.as_ref();
    let document = document::open_as(&file.input, &file.input, password)?;
    let unsuitable = |source| Error::Document {
        path: file.input.clone(),
        source,
    };
    let (signer, look) = (signatory.certificate, signatory.look.clone());
    let mut output = Output::begin(&file.output, note)?;
    let draft = Draft::begin(&document, signer, output.file());
    let draft = draft.and_then(|draft| match signatory.algorithm {
        Some(algorithm) => draft.by(algorithm),
        None => Ok(draft),
    });
    let draft = draft.map_err(|source| fault(source, file))?;
    let lasting = signatory.lasting;
    let draft = draft.with_room_for_timestamp(lasting.room());
    let mut revision = Revision::after(draft.passed()).map_err(unsuitable)?;
    let placement = match wanted.placement {
        Some(placement) => placement.clone(),
        None => only_empty_field(&document, &file.input)?,
    };
    let mut field = place(&mut revision, &placement, look, &file.input)?;
    let terms = wanted.terms;
    if lasting.level >= Level::BLt {
        let added = revision.add_to_security_store(&lasting.store);
        added.map_err(unsuitable)?;
    }
    if let Some(certification) = terms.certification {
        // Viewers take a timestamp that comes afterwards for the change that is not allowed.
        if certification == Certification::NoChanges && lasting.level == Level::BLta {
            let level = lasting.level;
            return Err(evidence::Fault::CertifiedForGood {
                what: "a certification that allows no changes",
                instead: "certify with 2",
                level,
            }
            .into());
        }
        let certified = revision.certify(&mut field, certification);
        certified.map_err(unsuitable)?;
    }
    if let Some(fields) = &terms.lock {
        revision.lock(&mut field, fields).map_err(unsuitable)?;
    }
    let demanded = field.demanded_sub_filter(&SubFilter::ALL.map(SubFilter::as_str));
    let sub_filter = terms
        .sub_filter
        .or_else(|| demanded.and_then(SubFilter::read))
        .unwrap_or_default();
    let details = signature::Details {
        sub_filter,
        signing_time: now,
        offset_minutes: offset_minutes(now),
        name: Some(signer.subject_common_name().to_owned()),
        reason: wanted.reason.map(str::to_owned),
        location: wanted.location.map(str::to_owned),
        revision_id: new_id()?,
    };
    let prepared = draft
        .prepare(
            revision,
            &field,
            &details,
            signer,
            signatory.chain,
            lasting.level,
        )
        .map_err(|source| fault(source, file))?;
    if lasting.level == Level::BLta {
        evidence::rehearse(&output, (&file.input, &file.output), password)?;
    }
    Ok(PreparedFile {
        input: file.input.clone(),
        output: file.output.clone(),
        file: output,
        password: file.password.clone(),
        field: field.name,
        sub_filter,
        prepared,
    })
}

/// Says which of the two files a fault is about.
fn fault(source: signature::Error, file: &FileToSign) -> Error {
    match source {
        signature::Error::Pdf(pdf::Error::Write(source)) => unwritable(&file.output, source),
        source => Error::Signature {
            path: file.input.clone(),
            source,
        },
    }
}

/// Makes the field that a placement asks for, or fills the one that it names.
fn place(
    revision: &mut Revision,
    placement: &wire::Placement,
    look: Look,
    file: &Path,
) -> Result<SignatureField> {
    let unsuitable = |source| Error::Document {
        path: file.to_owned(),
        source,
    };
    let placement = match placement {
        wire::Placement::Box { page, rect } => {
            let page = PageNumber::new(*page).ok_or(Error::BadField {
                what: "page",
                value: page.to_string(),
                why: "pages count from 1",
            })?;
            let rect = ShownRect::new(rect.x, rect.y, rect.width, rect.height);
            let rect = rect.map_err(unsuitable)?;
            Placement::Visible { page, rect, look }
        }
        wire::Placement::Field { name } => {
            let field = revision.fill_signature_field(name, &look);
            return field.map_err(unsuitable);
        }
        wire::Placement::Invisible => Placement::Invisible {
            page: PageNumber::FIRST,
        },
    };
    revision.add_signature_field(&placement).map_err(unsuitable)
}

/// Where a signature goes when nobody says where.
fn only_empty_field(document: &Document, file: &Path) -> Result<wire::Placement> {
    let fields = document.fields().map_err(|source| Error::Document {
        path: file.to_owned(),
        source,
    })?;
    let empty = fields
        .into_iter()
        .filter(|field| field.kind == "Sig" && !field.has_value);
    let mut names: Vec<String> = empty.map(|field| field.name).collect();
    match (names.pop(), names.as_slice()) {
        (Some(name), []) => Ok(wire::Placement::Field { name }),
        (last, _) => {
            names.extend(last);
            Err(Error::PlaceNeeded {
                path: file.to_owned(),
                empty: names,
            })
        }
    }
}

/// Signs what is prepared, completes it, reads it again.
///
/// A signature that was made and cannot be written (a disk that fails, a folder that went away) is
/// let go: its outcome in the log is a fault, the error says that nothing was written, and signing
/// again costs the secret once more. Kept somewhere else it would be a valid signature in a place
/// that nobody chose and that nobody is told of.
fn carry_out(
    station: &Station,
    token: &SigningToken,
    kind: KeyKind,
    opened: key::OpenedKey,
    (batch, lasting): (Vec<PreparedFile<'_>>, &Lasting),
    request: &Sign,
) -> Result<Vec<SignedFile>> {
    say(request, SigningStep::Signing);
    let inputs: Vec<ToBeSigned> = batch
        .iter()
        .map(|file| on_token(file.prepared.to_be_signed(), file.prepared.digest()))
        .collect();
    let values = token.sign_with(kind, &opened.blob, &inputs)?;
    // Authorities may take their time from here on, and none of them needs the key.
    drop(opened);
    let anchors = [station.ca()?];
    complete_all(
        (batch, lasting),
        values,
        request,
        &anchors,
        &[Headline::Valid],
        station.now()?,
    )
}

/// Completes files with their values, reads them again, and gives each its name if it validates to
/// one of the headlines that are enough.
fn complete_all(
    (batch, lasting): (Vec<PreparedFile<'_>>, &Lasting),
    values: Vec<RawSignature>,
    request: &Sign,
    anchors: &[Certificate],
    enough: &[Headline],
    now: i64,
) -> Result<Vec<SignedFile>> {
    if values.len() != batch.len() {
        return Err(token::Error::OutOfStep.into());
    }
    let folders = Mutex::new(Folders::default());
    let each = if lasting.level == Level::BLta { 2 } else { 1 };
    let end = evidence::Stamps::end(batch.len() * each);
    let batch = batch.into_iter().zip(values).collect();
    let signed = side_by_side(batch, |(file, value): (PreparedFile<'_>, RawSignature)| {
        let PreparedFile {
            input,
            output,
            mut file,
            password,
            field,
            sub_filter,
            prepared,
        } = file;
        let named = FileToSign {
            input,
            password,
            output,
        };
        let unsuitable = |source| fault(source, &named);
        // Verifies the value against the certificate before it is let go.
        let valued = prepared.sign(value.as_bytes()).map_err(unsuitable)?;
        let stamp =
            |stamps: &evidence::Stamps| stamps.stamp(stamps.digest().digest(valued.value()), end);
        let timestamp = lasting.stamps.as_ref().map(stamp).transpose()?;
        let mut notices = lasting.notices.clone();
        if let Some(timestamp) = &timestamp {
            notices.extend(evidence::clock(timestamp.info().gen_time, validate::now()));
            notices.dedup();
        }
        let signed = valued.close(timestamp.as_ref()).map_err(unsuitable)?;
        say(request, SigningStep::Writing);
        signed.write_to(file.file()).map_err(unsuitable)?;
        file.sync()?;
        say(request, SigningStep::Validating);
        let again = Again {
            named: &named,
            field: &field,
            anchors,
            enough,
            lasting,
            now,
        };
        let (mut validation, mut level) = again.read(&file, Some(signed))?;
        if let (Level::BLta, Some(stamps)) = (lasting.level, &lasting.stamps) {
            let password = named.password.as_ref();
            let paths = (named.input.as_path(), named.output.as_path());
            evidence::archive(&mut file, (stamps, end), paths, password)?;
            (validation, level) = again.read(&file, None)?;
        }
        let level = evidence::held(lasting.level, level)?;
        let mut folders = folders.lock().unwrap_or_else(PoisonError::into_inner);
        file.keep_in(&mut folders, request.existing)?;
        Ok(SignedFile {
            input: named.input,
            output: named.output,
            level: match sub_filter {
                SubFilter::Pades => level.as_str(),
                SubFilter::Adbe => "",
            },
            validation,
            notices,
        })
    });
    // Also where a later file failed: what has its name keeps it.
    let folders = folders.into_inner().unwrap_or_else(PoisonError::into_inner);
    let synced = folders.sync();
    let signed = signed?;
    synced?;
    Ok(signed)
}

/// How a signed file is read again.
struct Again<'a> {
    named: &'a FileToSign,
    /// The field that took the signature.
    field: &'a str,
    anchors: &'a [Certificate],
    enough: &'a [Headline],
    lasting: &'a Lasting,
    now: i64,
}

impl Again<'_> {
    /// Reads the file again and validates it as anyone would, before it gets its name: what does not
    /// validate, since the document changed meanwhile or the disk is failing, is never seen. Gives the
    /// level that it has, too.
    ///
    /// What it shares with the input is compared with the input and not digested a second time, where
    /// the signature of a moment ago is at hand.
    fn read(
        &self,
        file: &Output<'_>,
        signed: Option<Signed>,
    ) -> Result<(wire::Validation, Option<Level>)> {
        let (named, output) = (self.named, &self.named.output);
        let document = document::open_as(&file.place(), output, named.password.as_ref())?;
        // What comes after the signature, if anything, is the timestamp over it all.
        let stamped = signed.is_none();
        let enough = |headline: Headline| {
            self.enough.contains(&headline)
                || stamped && headline == Headline::ValidChangedAsAllowed
        };
        let validation = match signed {
            Some(signed) => {
                let beginning = signed.compare_beginning(&document);
                let beginning = beginning.map_err(|source| fault(source, named))?;
                signature::validate_written(&document, self.anchors, self.now, &beginning)
            }
            None => signature::validate(&document, self.anchors, self.now),
        };
        let validation = validation.map_err(|source| Error::Signature {
            path: output.clone(),
            source,
        })?;
        // All that a signature of ours is judged by is the organisation's authority.
        let validation = validate::worded(validation, &own(self.anchors));
        let mut signatures = validation.signatures.iter();
        let ours = signatures.find(|report| report.field == self.field);
        if !ours.is_some_and(|report| enough(report.headline)) {
            return Err(Error::NotAsWritten {
                path: output.clone(),
            });
        }
        let level = evidence::reached(&document, self.field, self.lasting);
        let level = level.map_err(|source| fault(source.into(), named))?;
        Ok((validation, level))
    }
}

/// The organisation's certificates as anchors.
fn own(anchors: &[Certificate]) -> Vec<validate::Anchor> {
    anchors
        .iter()
        .map(|certificate| validate::Anchor {
            certificate: certificate.clone(),
            source: wire::AnchorSource::Organisation,
        })
        .collect()
}

fn local(now: i64) -> Option<jiff::ZonedDateTime> {
    let time = jiff::Timestamp::from_second(now).ok()?;
    Some(time.to_zoned_datetime(jiff::tz::TimeZone::system()))
}

fn offset_minutes(now: i64) -> i16 {
    local(now)
        .and_then(|time| i16::try_from(time.offset().seconds() / 60).ok())
        .unwrap_or(0)
}

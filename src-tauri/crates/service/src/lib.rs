//! The use-cases of Chancery: who may do what, in which order, and what is recorded.
//!
//! A [`Service`] is what both edges hold, the window's commands and the command line. Each of its
//! methods is one use-case: it opens a *station* (this machine's access to the organisation), does
//! its steps on a thread that may block, and closes it again. Requests and answers are in
//! [`requests`] and [`wire`]; every failure is an [`Error`] with a stable code.
//!
//! In reading order: `sign`, the life of one signature; `station::key`, one use of a
//! key; [`custody`], the bytes; [`audit`], the log; `administration`, `reseal`, `found`.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use service::requests::Trust;
//! use service::{Service, Surroundings};
//!
//! let service = Service::new(Surroundings::of_process(None)?);
//! let validation = service.validate("agreement-signed.pdf", Trust::default()).await?;
//! println!("{:?}", validation.headline);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod audit;
pub mod ca;
pub mod custody;
pub mod idle;
pub mod organisation;
pub mod requests;
pub mod wire;

mod administration;
mod assurance;
mod auditing;
mod cards;
mod certificates;
mod compare;
mod doctor;
mod document;
mod error;
pub mod evidence;
mod found;
mod home;
mod inspect;
mod look;
mod output;
mod overview;
mod own_suspension;
mod pages;
mod people;
mod preflight;
mod reading;
mod report;
mod reseal;
mod sign;
mod signing_algorithm;
mod station;
mod trust;
mod validate;
mod version;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use administration::Administrator;
use administration::Change;
pub use auditing::InclusionProof;
pub use cards::CardSurroundings;
pub use error::{Error, ErrorKind, Result};
pub use home::{Home, State, Surroundings};
pub use look::LookChoice;
pub use network::Settings as Network;
pub use pages::{Appearance, Shown};
pub use report::{name_beside as report_name, printable};
use requests::{
    Activate, AtHand, BackupMade, BackupVerified, CardChoice, CardToSign, ChangeSecret, Check,
    Enrol, Enrolled, Existing, ExportVerdict, Exported, Founded, ImportKey, Init, Inspection,
    KnownHead, LogVerdict, ModuleChange, OfficeGranted, OpenBackup, PdfFile, PrintedHead,
    RestoreAccepted, Restored, RotationWatch, Sign, SignedFile, Signer, TakeOffice, Trust,
};
use station::Station;
use station::logins::Logins;
pub use station::pins::PinPlace;
use trust::Anchors;
pub use version::{EarlierVersion, name_beside as version_name, tidy as tidy_versions};
use zeroize::Zeroizing;

/// The use-cases, for one organisation folder.
#[derive(Debug, Clone)]
pub struct Service {
    surroundings: Surroundings,
    logins: Option<Arc<Logins>>,
    deadline: Duration,
    cards: Arc<cards::Cards>,
}

/// Draws the id of a new request.
///
/// # Errors
/// If the operating system gives no random bytes.
pub fn new_request() -> Result<[u8; 16]> {
    certificates::new_id()
}

impl Service {
    /// Makes the service; nothing is opened yet.
    #[must_use]
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            logins: None,
            cards: Arc::default(),
            deadline: station::tokens::DEADLINE,
        }
    }

    /// Keeps the login to the signing token for so long after the use-case that needed it, for a
    /// program that runs on. Its keys were proven when it was made, and are proven with the next.
    #[must_use]
    pub fn keeping_logins(self, idle: Duration) -> Self {
        let logins = Some(Logins::ending_after(idle));
        Self { logins, ..self }
    }

    /// Gives a call to a token up after so long, instead of the 30 seconds that hold otherwise.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Ends the login that is kept, if there is one; use-cases that work with it are seen to their
    /// end. Blocks while the host process ends.
    pub fn end_logins(&self) {
        if let Some(logins) = &self.logins {
            logins.end();
        }
    }

    /// Where things lie.
    #[must_use]
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// Refuses where an organisation cannot be founded, before anyone chooses a secret for it.
    ///
    /// # Errors
    /// [`Error::OrganisationExists`], [`Error::FolderNotEmpty`].
    pub fn may_found(&self) -> Result<()> {
        found::permitted(&self.surroundings)
    }

    /// Founds an organisation on this machine: with software tokens of its own, or on two tokens
    /// that are ready.
    ///
    /// # Errors
    /// Any [`Error`]; the folder is then unfinished, and the next founding clears it. What was made
    /// on tokens that are not its own stays there: their operator initialises them again.
    pub async fn init(&self, request: Init) -> Result<Founded> {
        self.blocking(move |surroundings| found::found(surroundings, request))
            .await
    }

    /// Logs an officer in with the own secret; the answer is what every act below asks for.
    ///
    /// # Errors
    /// [`Error::NotAnOfficer`], [`Error::WrongSecret`], [`Error::Wait`] and any other.
    pub async fn log_in(&self, login: String, secret: wire::Secret) -> Result<Administrator> {
        self.station(move |station| administration::log_in(station, &login, &secret))
            .await
    }

    /// Compares the modules' files with those that an officer accepted, and runs nothing of them.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`]; [`Error::Token`] for a file that cannot be read.
    pub async fn changed_modules(&self) -> Result<Vec<ModuleChange>> {
        self.blocking(administration::changed_modules).await
    }

    /// Accepts changed modules, as they were shown, after a system update.
    ///
    /// The module is loaded and given the PINs in the course of it: without the token the officer's
    /// secret cannot be judged. So whoever shows the hashes must let them be compared first.
    ///
    /// # Errors
    /// As [`Service::log_in`], where the tokens behind the new modules are not proven too; nothing
    /// is accepted then.
    pub async fn accept_modules(
        &self,
        login: String,
        secret: wire::Secret,
        changes: Vec<ModuleChange>,
    ) -> Result<()> {
        self.blocking(move |surroundings| {
            administration::accept_modules(surroundings, &login, &secret, &changes)
        })
        .await
    }

    /// Gives this machine another signing PIN, after it was changed on the token: tried once, and kept
    /// where the one until now lay.
    ///
    /// # Errors
    /// [`Error::Token`] if it is not the token's, which has counted it; those of the place where it
    /// is kept.
    pub async fn set_signing_pin(&self, pin: wire::Secret) -> Result<PinPlace> {
        self.station(move |station| {
            let pin = token::Pin::new(Zeroizing::new(pin.expose().to_owned()))?;
            station::tokens::try_signing_pin(station, &pin)?;
            station::pins::replace_signing_pin(station, &pin)
        })
        .await
    }

    /// Looks at the organisation; the signing token is used for real.
    ///
    /// # Errors
    /// What the vault answers; a token that does not is a state.
    pub async fn overview(&self, officer: Arc<Administrator>) -> Result<wire::Overview> {
        self.station(move |station| overview::overview(station, &officer))
            .await
    }

    /// Uses the signing token for real: the canary is unwrapped, signs, and is verified.
    ///
    /// # Errors
    /// If the organisation cannot be opened; a token that does not answer is a state.
    pub async fn test_token(&self) -> Result<wire::TokenHealth> {
        self.station(|station| Ok(overview::token_health(station)))
            .await
    }

    /// Takes a step of a rotation of the master; moving keys may take minutes, and can be stopped at
    /// any time.
    ///
    /// # Errors
    /// [`Error::Rotation`] if it is not the time for this step, and any other.
    pub async fn rotate(
        &self,
        officer: Arc<Administrator>,
        step: wire::RotationStep,
        watch: Arc<dyn RotationWatch>,
    ) -> Result<wire::Rotation> {
        self.station(move |station| match step {
            wire::RotationStep::Prepare => administration::prepare(station, &officer),
            wire::RotationStep::Start | wire::RotationStep::Resume => {
                administration::start(station, &officer)?;
                administration::carry_on(station, &officer, &*watch)
            }
            wire::RotationStep::Pause => administration::pause(station, &officer),
            wire::RotationStep::Finish => administration::finish(station, &officer),
        })
        .await
    }

    /// Says where a rotation of the master stands.
    ///
    /// # Errors
    /// [`Error::MasterUnvouched`], and what the vault answers.
    pub async fn rotation(&self) -> Result<wire::Rotation> {
        self.station(administration::rotation).await
    }

    /// Replaces an officer's own key by one under the masters of today, opened by the same secret.
    ///
    /// # Errors
    /// As [`Service::log_in`], and any other; the old key stays what it is then.
    pub async fn replace_own_key(
        &self,
        login: String,
        secret: wire::Secret,
    ) -> Result<wire::Person> {
        self.station(move |station| administration::replace_own(station, &login, &secret))
            .await
    }

    /// Brings a key in from a PKCS#12 file; the person's key before is revoked.
    ///
    /// # Errors
    /// [`Error::ImportRefused`], [`Error::FilePasswordWrong`] and any other; nothing is changed then.
    pub async fn import_key(
        &self,
        officer: Arc<Administrator>,
        request: ImportKey,
    ) -> Result<Enrolled> {
        self.station(move |station| administration::import(station, &officer, &request))
            .await
    }

    /// Makes a backup in two halves, each under a secret of its own.
    ///
    /// # Errors
    /// [`Error::FolderNotEmpty`], and as [`Service::log_in`]; what was begun is no backup then.
    pub async fn create_backup(
        &self,
        login: String,
        secret: wire::Secret,
        folder: PathBuf,
    ) -> Result<BackupMade> {
        self.station(move |station| {
            administration::create_backup(station, &login, &secret, &folder)
        })
        .await
    }

    /// Takes a backup out into a folder that goes, and uses what is in it.
    ///
    /// # Errors
    /// [`Error::BackupUnusable`], [`Error::WrongSecret`], and what its token or log answer.
    pub async fn verify_backup(&self, request: OpenBackup) -> Result<BackupVerified> {
        self.blocking(move |surroundings| administration::verify_backup(surroundings, &request))
            .await
    }

    /// Takes a backup out into this service's home, which must be empty.
    ///
    /// # Errors
    /// As [`Service::verify_backup`]; [`Error::OrganisationExists`], [`Error::FolderNotEmpty`].
    pub async fn restore_backup(&self, request: OpenBackup) -> Result<Restored> {
        self.blocking(move |surroundings| administration::restore_backup(surroundings, &request))
            .await
    }

    /// Plays the attacks on the signing token, and writes down how they went.
    ///
    /// # Errors
    /// Any [`Error`]; the profile stays what it was then, but for [`Error::OutcomeNotLogged`].
    pub async fn probe(&self, officer: Arc<Administrator>) -> Result<wire::Probe> {
        self.station(move |station| administration::probe(station, &officer))
            .await
    }

    /// Destroys the keys on the signing token that belong to nobody; says which they were.
    ///
    /// # Errors
    /// [`Error::NotAnOfficer`] and any other; what was destroyed stands in the log.
    pub async fn tidy_token(&self, officer: Arc<Administrator>) -> Result<Vec<String>> {
        self.station(move |station| administration::tidy(station, &officer))
            .await
    }

    /// Returns the token's newest profile, and what it makes of the organisation.
    ///
    /// # Errors
    /// [`Error::ProfileUnvouched`] and any other.
    pub async fn token_profile(&self, _: Arc<Administrator>) -> Result<wire::Probe> {
        self.station(station::profile::report).await
    }

    /// Enrols a person: key, certificate, one-time code; all or nothing.
    ///
    /// # Errors
    /// Any [`Error`]; nobody is enrolled then.
    pub async fn enrol(&self, officer: Arc<Administrator>, request: Enrol) -> Result<Enrolled> {
        self.station(move |station| administration::enrol(station, &officer, &request))
            .await
    }

    /// Suspends a person's key; the certificate goes on hold.
    ///
    /// # Errors
    /// [`Error::StatusUnchanged`], [`Error::LastOfficer`] and any other; nothing is changed then,
    /// but for [`Error::ListNotWritten`].
    pub async fn suspend(
        &self,
        officer: Arc<Administrator>,
        request: wire::ChangeStatus,
    ) -> Result<wire::Person> {
        self.change_status(officer, request, Change::Suspend).await
    }

    /// Lifts a suspension, the owner's own too.
    ///
    /// # Errors
    /// As [`Service::suspend`].
    pub async fn resume(
        &self,
        officer: Arc<Administrator>,
        request: wire::ChangeStatus,
    ) -> Result<wire::Person> {
        self.change_status(officer, request, Change::Resume).await
    }

    /// Revokes a person's certificate, for good.
    ///
    /// # Errors
    /// As [`Service::suspend`].
    pub async fn revoke(
        &self,
        officer: Arc<Administrator>,
        request: wire::RevokePerson,
    ) -> Result<wire::Person> {
        let wire::RevokePerson {
            login,
            reason,
            note,
        } = request;
        let request = wire::ChangeStatus { login, note };
        self.change_status(officer, request, Change::Revoke(reason))
            .await
    }

    async fn change_status(
        &self,
        officer: Arc<Administrator>,
        request: wire::ChangeStatus,
        change: Change,
    ) -> Result<wire::Person> {
        let wire::ChangeStatus { login, note } = request;
        self.station(move |station| {
            administration::change(station, &officer, &login, change, &note)
        })
        .await
    }

    /// Mends a forgotten secret: the certificate is revoked, and there is a new key and code.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn reset(
        &self,
        officer: Arc<Administrator>,
        request: wire::ChangeStatus,
    ) -> Result<Enrolled> {
        let wire::ChangeStatus { login, note } = request;
        self.station(move |station| administration::reset(station, &officer, &login, &note))
            .await
    }

    /// Gives a person the office of an officer, with a one-time code to take it up with.
    ///
    /// # Errors
    /// [`Error::NotActivated`], [`Error::StatusUnchanged`] and any other; nothing is changed then.
    pub async fn grant_office(
        &self,
        officer: Arc<Administrator>,
        request: wire::ChangeStatus,
    ) -> Result<OfficeGranted> {
        let wire::ChangeStatus { login, note } = request;
        self.station(move |station| administration::grant(station, &officer, &login, &note))
            .await
    }

    /// Takes the office from a person; not the own one.
    ///
    /// # Errors
    /// [`Error::NotAnOfficer`], [`Error::LastOfficer`] and any other; nothing is changed then.
    pub async fn withdraw_office(
        &self,
        officer: Arc<Administrator>,
        request: wire::ChangeStatus,
    ) -> Result<()> {
        let wire::ChangeStatus { login, note } = request;
        self.station(move |station| administration::withdraw(station, &officer, &login, &note))
            .await
    }

    /// Takes up an office that was given: from then on the own secret opens the issuing PIN.
    ///
    /// # Errors
    /// [`Error::NotAnOfficer`], [`Error::CodeUsed`], [`Error::CodeLapsed`], [`Error::WrongSecret`] and
    /// any other; the code stays good then.
    pub async fn take_office(&self, request: TakeOffice) -> Result<()> {
        self.station(move |station| administration::take_office(station, &request))
            .await
    }

    /// Suspends the own key, at once and without a secret; an officer lifts it.
    ///
    /// # Errors
    /// [`Error::StatusUnchanged`], [`Error::LastOfficer`] and any other.
    pub async fn suspend_own(&self, request: wire::SuspendOwnKey) -> Result<wire::Identity> {
        self.station(move |station| {
            own_suspension::suspend_own(station, &request.login, &request.note)
        })
        .await
    }

    /// Turns a one-time code into an own secret.
    ///
    /// # Errors
    /// Any [`Error`]; the code stays good then, unless it says otherwise.
    pub async fn activate(&self, request: Activate) -> Result<wire::Identity> {
        self.station(move |station| {
            reseal::activate(station, &request)?;
            people::identity(station, &request.login)
        })
        .await
    }

    /// Puts another secret in the place of the one that is known.
    ///
    /// # Errors
    /// Any [`Error`]; the old secret stays good then.
    pub async fn change_secret(&self, request: ChangeSecret) -> Result<()> {
        self.station(move |station| reseal::change_secret(station, &request))
            .await
    }

    /// Says how well a secret that is being chosen would stand guessing.
    ///
    /// `words` are known to who guesses: login, name, organisation.
    #[must_use]
    pub fn secret_strength(secret: &wire::Secret, words: &[String]) -> wire::SecretStrength {
        custody::secret::strength(secret, words)
    }

    /// Signs a batch of files with one use of the signer's key.
    ///
    /// # Errors
    /// Any [`Error`]; outputs are whole or absent.
    pub async fn sign(&self, request: Sign) -> Result<Vec<SignedFile>> {
        let (cards, open) = (Arc::clone(&self.cards), self.opening());
        self.blocking(move |surroundings| match &request.signer {
            Signer::Person { login, secret } => {
                sign::sign(&open(surroundings)?, &request, login, secret)
            }
            Signer::Card { choice, pin } => {
                let station = match open(surroundings) {
                    Ok(station) => Some(station),
                    Err(Error::NoOrganisation { .. }) => None,
                    Err(error) => return Err(error),
                };
                let pin = pin.as_ref();
                sign::card::sign(
                    surroundings,
                    station.as_ref(),
                    &cards,
                    &request,
                    choice,
                    pin,
                )
            }
        })
        .await
    }

    /// Says what cards there are to sign with; the modules it asks stay loaded, each in a process of
    /// its own, so that it can be asked every second or so.
    ///
    /// # Errors
    /// None of its own: what stands in the way is part of the answer.
    pub async fn cards(&self, module: Option<PathBuf>) -> Result<wire::Cards> {
        let cards = Arc::clone(&self.cards);
        self.blocking(move |surroundings| {
            Ok(cards.overview(surroundings, module.as_deref(), validate::now()))
        })
        .await
    }

    /// Finds the card and the certificate that would sign, before anybody is asked for a PIN.
    ///
    /// # Errors
    /// [`Error::CardAbsent`], [`Error::NoSigningCertificate`], [`Error::CertificateAmbiguous`],
    /// [`Error::CertificateExpired`], a PIN that is locked, and what a module answers.
    pub async fn card_to_sign(&self, choice: CardChoice) -> Result<CardToSign> {
        let cards = Arc::clone(&self.cards);
        self.blocking(move |surroundings| {
            let card = cards.choose(surroundings, &choice, validate::now())?;
            card.check_pin()?;
            Ok(card.to_sign())
        })
        .await
    }

    /// Gathers what a level takes, before a secret is asked for: timestamps are tried, certificates
    /// and what is said of their revocation are fetched. Nothing is asked of anybody for B-B, and
    /// nothing where a document does not allow the level.
    ///
    /// # Errors
    /// [`Error::Evidence`] where the level cannot be reached; at B-LTA those of signing that need no
    /// secret.
    pub async fn gather(&self, request: requests::Gather) -> Result<Arc<evidence::Lasting>> {
        let (cards, open) = (Arc::clone(&self.cards), self.opening());
        self.blocking(move |surroundings| match &request.signer {
            // What takes nothing looks at nobody.
            _ if !evidence::is_needed(surroundings, &request.terms.lasting) => Ok(Arc::default()),
            requests::For::Person(login) => sign::gather(&open(surroundings)?, &request, login),
            requests::For::Card(choice) => {
                let station = match open(surroundings) {
                    Ok(station) => Some(station),
                    Err(Error::NoOrganisation { .. }) => None,
                    Err(error) => return Err(error),
                };
                sign::card::gather(surroundings, station.as_ref(), &cards, &request, choice)
            }
        })
        .await
    }

    /// Adds or renews the long-term proof of a document that is signed, by whomever.
    ///
    /// # Errors
    /// [`Error::Evidence`], [`Error::Document`], [`Error::OutputExists`].
    pub async fn extend(&self, request: requests::Extend) -> Result<requests::Extended> {
        let open = self.opening();
        self.blocking(move |surroundings| match open(surroundings) {
            Ok(station) => sign::extend(surroundings, Some(&station), &request),
            Err(Error::NoOrganisation { .. }) => sign::extend(surroundings, None, &request),
            Err(error) => Err(error),
        })
        .await
    }

    /// Remembers a module that a person chose for cards, beside those that are found.
    ///
    /// # Errors
    /// [`Error::State`].
    pub async fn choose_card_module(&self, module: PathBuf) -> Result<()> {
        let cards = Arc::clone(&self.cards);
        self.blocking(move |surroundings| cards.choose_module(surroundings, module))
            .await
    }

    /// Validates every signature of a file.
    ///
    /// Trusts the organisation's CA, if there is one, the issuers that the person chose, and what
    /// `trust` names.
    ///
    /// # Errors
    /// [`Error::Document`] if the file cannot be read as a PDF, [`Error::NotAnAnchor`],
    /// [`Error::NotATrustedList`]; findings are no errors.
    pub async fn validate(
        &self,
        file: impl Into<PdfFile>,
        trust: Trust,
    ) -> Result<wire::Validation> {
        self.validate_by(file, trust, AtHand::default()).await
    }

    /// As [`Self::validate`], at a time and by evidence of the caller's.
    ///
    /// # Errors
    /// Those of [`Self::validate`]; [`Error::NotAnAnchor`] for evidence that is none.
    pub async fn validate_by(
        &self,
        file: impl Into<PdfFile>,
        trust: Trust,
        by: AtHand,
    ) -> Result<wire::Validation> {
        let file = file.into();
        self.blocking(move |surroundings| {
            let anchors = Anchors::collect(surroundings, &trust, validate::now())?;
            validate::judge(surroundings, &file, &anchors, &by)
        })
        .await
    }

    /// Compares every page of two revisions of a file as it is drawn, and says where they differ.
    ///
    /// # Errors
    /// [`Error::Document`], [`Error::File`], [`Error::Render`], [`Error::BadField`] for a revision
    /// that there is not.
    pub async fn compare(
        &self,
        file: impl Into<PdfFile>,
        between: requests::Between,
    ) -> Result<wire::Comparison> {
        let file = file.into();
        self.blocking(move |surroundings| compare::compare(surroundings, &file, between))
            .await
    }

    /// Compares as [`Service::compare`] does, and draws the pages that differ into a folder, before
    /// and after, with the places marked.
    ///
    /// # Errors
    /// Those of [`Service::compare`], [`Error::OutputExists`].
    pub async fn compare_to(
        &self,
        file: impl Into<PdfFile>,
        between: requests::Between,
        folder: PathBuf,
        existing: Existing,
    ) -> Result<wire::Comparison> {
        let file = file.into();
        self.blocking(move |surroundings| {
            compare::compare_to(surroundings, &file, between, &folder, existing)
        })
        .await
    }

    /// Looks at a file without an organisation or a secret: pages, fields, signatures, findings.
    ///
    /// # Errors
    /// [`Error::Document`], [`Error::File`].
    pub async fn inspect(&self, file: impl Into<PdfFile>) -> Result<Inspection> {
        let file = file.into();
        self.blocking(move |surroundings| inspect::inspect(surroundings, &file))
            .await
    }

    /// Whether a file opens with a password only; no other fault of it is told.
    ///
    /// # Errors
    /// None of its own.
    pub async fn needs_password(&self, file: PathBuf) -> Result<bool> {
        self.blocking(move |_| Ok(document::needs_password(&file)))
            .await
    }

    /// Lets go of what is held of a file that was shown, its password among it.
    pub async fn close(&self, file: PathBuf) {
        let closed = self.blocking(move |surroundings| pages::close(surroundings, &file));
        // What is not held any more cannot be let go of; nothing else is waited for.
        let _ = closed.await;
    }

    /// Returns the sizes of `count` pages as shown, from `first` on; at most 512, fewer where the
    /// document ends.
    ///
    /// # Errors
    /// [`Error::Document`], [`Error::File`].
    pub async fn page_sizes(
        &self,
        file: impl Into<PdfFile>,
        first: u32,
        count: u32,
    ) -> Result<Vec<wire::PageSize>> {
        let file = file.into();
        self.blocking(move |_| inspect::page_sizes(&file, first, count))
            .await
    }

    /// Draws a page as WebP; `scale` in pixels a point.
    ///
    /// # Errors
    /// [`Error::Render`].
    pub async fn page_picture(
        &self,
        file: impl Into<PdfFile>,
        page: u32,
        scale: f64,
    ) -> Result<Vec<u8>> {
        let file = file.into();
        self.blocking(move |surroundings| pages::page(surroundings, &file, page, scale))
            .await
    }

    /// Looks where a page has something on it, so that a signature can be placed beside it.
    ///
    /// # Errors
    /// [`Error::Render`].
    pub async fn page_ink(&self, file: impl Into<PdfFile>, page: u32) -> Result<wire::PageInk> {
        let file = file.into();
        self.blocking(move |surroundings| pages::ink(surroundings, &file, page))
            .await
    }

    /// Draws the appearance a signature would have now, as WebP with a transparent ground.
    ///
    /// # Errors
    /// [`Error::Document`] if the text does not fit the box or has a character without a glyph,
    /// [`Error::Render`], and what stands in the way of reading the signer's name.
    pub async fn appearance_picture(&self, appearance: Appearance, scale: f64) -> Result<Vec<u8>> {
        let (cards, open) = (Arc::clone(&self.cards), self.opening());
        self.blocking(move |surroundings| match &appearance.signer {
            Shown::Person { login } => {
                pages::appearance(&open(surroundings)?, &appearance, login, scale)
            }
            Shown::Card { certificate } => {
                pages::card_appearance(surroundings, &cards, &appearance, certificate, scale)
            }
        })
        .await
    }

    /// Lists the looks that can be chosen: the product's, the organisation's, the person's own.
    ///
    /// # Errors
    /// None of its own.
    pub async fn looks(&self) -> Result<Vec<wire::LookEntry>> {
        self.blocking(|surroundings| Ok(look::list(surroundings)))
            .await
    }

    /// Reads a look file and draws it, so that what is wrong with it is told.
    ///
    /// # Errors
    /// [`Error::Look`], [`Error::File`], [`Error::Document`].
    pub async fn check_look(&self, file: PathBuf) -> Result<()> {
        self.blocking(move |surroundings| look::check(surroundings, &file))
            .await
    }

    /// Draws a look for a person who does not exist into a PNG file, `size` in points.
    ///
    /// # Errors
    /// As [`Self::check_look`]; [`Error::Render`], [`Error::OutputExists`].
    pub async fn draw_look(
        &self,
        look: LookChoice,
        size: (f64, f64),
        output: PathBuf,
        existing: Existing,
    ) -> Result<()> {
        self.blocking(move |surroundings| {
            pages::look_to(surroundings, &look, size, &output, existing)
        })
        .await
    }

    /// Draws a page into a PNG file.
    ///
    /// # Errors
    /// [`Error::Render`], [`Error::OutputExists`], [`Error::File`].
    pub async fn render_to(
        &self,
        file: impl Into<PdfFile>,
        page: u32,
        scale: f64,
        output: PathBuf,
        existing: Existing,
    ) -> Result<()> {
        let file = file.into();
        self.blocking(move |surroundings| {
            pages::render_to(surroundings, &file, page, scale, &output, existing)
        })
        .await
    }

    /// Lists people, a page at a time.
    ///
    /// # Errors
    /// What the vault answers.
    pub async fn people(&self, request: wire::ListPeople) -> Result<wire::PeoplePage> {
        self.station(move |station| people::list(station, request))
            .await
    }

    /// Returns one person.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`], and what the vault answers.
    pub async fn person(&self, login: String) -> Result<wire::Person> {
        self.station(move |station| people::person(station, &login))
            .await
    }

    /// Lists who can be chosen to sign on this machine; empty without an organisation.
    ///
    /// # Errors
    /// What the vault answers.
    pub async fn identities(&self) -> Result<Vec<wire::Identity>> {
        match self.station(people::identities).await {
            Err(Error::NoOrganisation { .. }) => Ok(Vec::new()),
            other => other,
        }
    }

    /// Verifies the whole log and every current record, against what this machine remembers and a
    /// head that was kept elsewhere.
    ///
    /// # Errors
    /// What keeps it from being looked at; what is found wrong is an answer.
    pub async fn verify_log(&self, known: Option<KnownHead>) -> Result<LogVerdict> {
        self.station(move |station| auditing::verify(station, known.as_ref()))
            .await
    }

    /// Returns the newest notarised head of the log, for keeping elsewhere.
    ///
    /// # Errors
    /// [`Error::Log`], and what the token answers.
    pub async fn log_head(&self) -> Result<PrintedHead> {
        self.station(auditing::head).await
    }

    /// Returns the age in days of the newest notarised head; none if there is none.
    ///
    /// # Errors
    /// [`Error::Log`] if its signature does not hold.
    pub async fn notarised_days(&self) -> Result<Option<i64>> {
        self.station(|station| Ok(auditing::notarised(station)?.map(|head| head.days)))
            .await
    }

    /// Returns a page of the log, newest first.
    ///
    /// # Errors
    /// What the vault answers.
    pub async fn read_log(
        &self,
        _: Arc<Administrator>,
        request: wire::ReadLog,
    ) -> Result<wire::LogPage> {
        self.station(move |station| auditing::list(station, &request))
            .await
    }

    /// Writes the log to a file, and what it is verified with beside it; the log tells of it.
    ///
    /// # Errors
    /// [`Error::OutputExists`], [`Error::File`] and any other.
    pub async fn export_log(
        &self,
        officer: Arc<Administrator>,
        file: PathBuf,
        existing: Existing,
    ) -> Result<Exported> {
        self.station(move |station| administration::export_log(station, &officer, &file, existing))
            .await
    }

    /// Proves that an event is in the log.
    ///
    /// # Errors
    /// [`Error::NoSuchLeaf`], [`Error::Log`].
    pub async fn prove_event(&self, index: u64) -> Result<InclusionProof> {
        self.station(move |station| auditing::prove(station, index))
            .await
    }

    /// Verifies an export, or the proof of one event, without an organisation.
    ///
    /// # Errors
    /// [`Error::NotAnExport`], [`Error::File`]; what is found wrong is an answer.
    pub async fn verify_export(&self, file: PathBuf) -> Result<ExportVerdict> {
        self.blocking(move |_| auditing::verify_export(&file)).await
    }

    /// Accepts, as an officer, that the log goes on from an older one: the vault came from a backup.
    ///
    /// # Errors
    /// [`Error::NothingLost`] if it does not, and any other.
    pub async fn accept_restore(
        &self,
        login: String,
        secret: wire::Secret,
        reason: String,
    ) -> Result<RestoreAccepted> {
        self.station(move |station| {
            administration::accept_restore(station, &login, &secret, &reason)
        })
        .await
    }

    /// Says what the status line shows.
    pub async fn status(&self) -> wire::Status {
        match self.station(|station| Ok(doctor::status(station))).await {
            Ok(status) => status,
            Err(error) => doctor::status_without_station(error),
        }
    }

    /// Checks that everything is in place.
    pub async fn doctor(&self) -> Vec<Check> {
        let checked = self
            .blocking(|surroundings| Ok(doctor::examine(surroundings)))
            .await;
        checked.unwrap_or_else(|error| vec![doctor::broken(&error)])
    }

    /// Runs a use-case that needs the organisation.
    async fn station<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Station) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let open = self.opening();
        self.blocking(move |surroundings| work(&open(surroundings)?))
            .await
    }

    /// How the organisation is opened here.
    fn opening(&self) -> impl FnOnce(&Surroundings) -> Result<Station> + Send + 'static {
        let (logins, deadline) = (self.logins.clone(), self.deadline);
        move |surroundings| {
            let mut station = Station::open(surroundings)?;
            station.logins = logins;
            station.deadline = deadline;
            Ok(station)
        }
    }

    /// Runs a use-case on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Surroundings) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let surroundings = self.surroundings.clone();
        tokio::task::spawn_blocking(move || work(&surroundings))
            .await
            .unwrap_or(Err(Error::Lost))
    }
}

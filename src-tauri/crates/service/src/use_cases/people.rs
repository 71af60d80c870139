//! People and their keys: who is enrolled, suspended, revoked or an officer, and what each does with
//! the own secret.

use std::path::PathBuf;
use std::sync::Arc;

use crate::administration::{self, Administrator, Change};
use crate::error::{Error, Result};
use crate::requests::{
    Activate, ChangeSecret, Enrol, Enrolled, EnrolledList, EnrolmentWatch, ImportKey, ListedRow,
    OfficeGranted, TakeOffice,
};
use crate::{Service, custody, own_suspension, people, people_list, reseal, wire};

impl Service {
    /// Logs an officer in with the own secret; the answer is what every act below asks for.
    ///
    /// # Errors
    /// [`Error::NotAnOfficer`], [`Error::WrongSecret`], [`Error::Wait`] and any other.
    pub async fn log_in(&self, login: String, secret: wire::Secret) -> Result<Administrator> {
        self.station(move |station| administration::log_in(station, &login, &secret))
            .await
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

    /// Enrols a person: key, certificate, one-time code; all or nothing.
    ///
    /// # Errors
    /// Any [`Error`]; nobody is enrolled then.
    pub async fn enrol(&self, officer: Arc<Administrator>, request: Enrol) -> Result<Enrolled> {
        self.station(move |station| administration::enrol(station, &officer, &request))
            .await
    }

    /// Says what would become of each row of a list of people.
    ///
    /// # Errors
    /// What keeps it from being told.
    pub async fn plan_enrolments(&self, list: Vec<people_list::Listed>) -> Result<Vec<ListedRow>> {
        self.station(move |station| administration::plan_enrolments(station, &list))
            .await
    }

    /// Enrols those of a list who are not yet, each in an act of its own; their codes go to a private
    /// file and nowhere else. The same list again goes on where it ended.
    ///
    /// # Errors
    /// What kept it from being begun; what ended it later is in the answer.
    pub async fn enrol_list(
        &self,
        officer: Arc<Administrator>,
        list: Vec<people_list::Listed>,
        codes: PathBuf,
        watch: Arc<dyn EnrolmentWatch>,
    ) -> Result<EnrolledList> {
        self.station(move |station| {
            administration::enrol_list(station, &officer, &list, codes, watch.as_ref())
        })
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
}

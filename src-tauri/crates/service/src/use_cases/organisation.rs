//! The organisation on this machine: founded and looked at, its tokens tried, its modules accepted.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::administration::{self, Administrator};
use crate::error::Result;
use crate::requests::{Check, Founded, Init, ModuleChange};
use crate::station::pin_tries::PinTyped;
use crate::station::pins::PinPlace;
use crate::{Service, doctor, found, overview, station, wire};

impl Service {
    /// Refuses where an organisation cannot be founded, before anyone chooses a secret for it.
    ///
    /// # Errors
    /// [`crate::Error::OrganisationExists`], [`crate::Error::FolderNotEmpty`].
    pub fn may_found(&self) -> Result<()> {
        found::permitted(&self.surroundings)
    }

    /// Founds an organisation on this machine: with software tokens of its own, or on two tokens
    /// that are ready.
    ///
    /// # Errors
    /// Any [`crate::Error`]; the folder is then unfinished, and the next founding clears it. What was
    /// made on tokens that are not its own stays there: their operator initialises them again.
    pub async fn init(&self, request: Init) -> Result<Founded> {
        self.blocking(move |surroundings| found::found(surroundings, request))
            .await
    }

    /// Compares the modules' files with those that an officer accepted, and runs nothing of them.
    ///
    /// # Errors
    /// [`crate::Error::NoOrganisation`]; [`crate::Error::Token`] for a file that cannot be read.
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
    /// where the one until now lay. Asks for no login, which the PIN stands in the way of.
    ///
    /// # Errors
    /// [`crate::Error::Token`] if it is not the token's, which has counted it;
    /// [`crate::Error::PinTryKept`] in a window after that, and where the token has one try left; those
    /// of the place where it is kept.
    pub async fn set_signing_pin(&self, pin: wire::Secret, typed: PinTyped) -> Result<PinPlace> {
        let tries = Arc::clone(&self.pin_tries);
        self.station(move |station| {
            let pin = token::Pin::new(Zeroizing::new(pin.expose().to_owned()))?;
            tries.set(station, &pin, typed)
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

    /// Plays the attacks on the signing token, and writes down how they went.
    ///
    /// # Errors
    /// Any [`crate::Error`]; the profile stays what it was then, but for
    /// [`crate::Error::OutcomeNotLogged`].
    pub async fn probe(&self, officer: Arc<Administrator>) -> Result<wire::Probe> {
        self.station(move |station| administration::probe(station, &officer))
            .await
    }

    /// Sets the assurance below which nobody is enrolled, and says what there is; *trial* demands
    /// nothing.
    ///
    /// # Errors
    /// [`crate::Error::NotAnOfficer`] and any other.
    pub async fn require_assurance(
        &self,
        officer: Arc<Administrator>,
        least: wire::Assurance,
    ) -> Result<wire::Probe> {
        self.station(move |station| administration::require(station, &officer, least))
            .await?;
        self.station(station::profile::report).await
    }

    /// Destroys the keys on the signing token that belong to nobody; says which they were.
    ///
    /// # Errors
    /// [`crate::Error::NotAnOfficer`] and any other; what was destroyed stands in the log.
    pub async fn tidy_token(&self, officer: Arc<Administrator>) -> Result<Vec<String>> {
        self.station(move |station| administration::tidy(station, &officer))
            .await
    }

    /// Returns the token's newest profile, and what it makes of the organisation.
    ///
    /// # Errors
    /// [`crate::Error::ProfileUnvouched`] and any other.
    pub async fn token_profile(&self, _: Arc<Administrator>) -> Result<wire::Probe> {
        self.station(station::profile::report).await
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
}

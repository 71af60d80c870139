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
pub mod evidence;
pub mod idle;
pub mod organisation;
pub mod people_list;
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
mod settings;
mod sign;
mod signing_algorithm;
mod station;
mod trust;
mod use_cases;
mod validate;
mod version;

use std::sync::Arc;
use std::time::Duration;

pub use administration::Administrator;
pub use auditing::InclusionProof;
pub use cards::CardSurroundings;
pub use error::{Error, ErrorKind, Result};
pub use home::{Home, State, Surroundings};
pub use look::LookChoice;
pub use network::Settings as Network;
pub use pages::{Appearance, Shown};
pub use report::{name_beside as report_name, printable};
use station::Station;
use station::logins::Logins;
use station::pin_tries::PinTries;
pub use station::pin_tries::PinTyped;
pub use station::pins::PinPlace;
pub use use_cases::office::{BackupPlaces, GivenSecret, backup_name, log_name};
pub use version::{EarlierVersion, name_beside as version_name, tidy as tidy_versions};

/// The use-cases, for one organisation folder.
#[derive(Debug, Clone)]
pub struct Service {
    surroundings: Surroundings,
    logins: Option<Arc<Logins>>,
    deadline: Duration,
    cards: Arc<cards::Cards>,
    pin_tries: Arc<PinTries>,
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
            pin_tries: Arc::default(),
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

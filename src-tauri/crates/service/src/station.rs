//! This machine's access to the organisation: its vault, its tokens, its log.
//!
//! A station is opened for one use-case, on a thread that may block, and closed with it. Only a
//! login to the signing token may outlive it, where the program runs on ([`logins`]). What it is trusted for stands in the organisation file,
//! never in the database.

pub(crate) mod bound_rows;
pub(crate) mod health;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod logins;
pub(crate) mod masters;
pub(crate) mod memory;
pub(crate) mod office_acts;
pub(crate) mod officers;
pub(crate) mod pin_tries;
pub(crate) mod pins;
pub(crate) mod profile;
pub(crate) mod records;
pub(crate) mod remembered;
pub(crate) mod request;
pub(crate) mod resident;
pub(crate) mod restore;
pub(crate) mod softhsm;
pub(crate) mod tokens;

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use vault::store::sqlite::SqliteStore;
use vault::{MachineId, OrganisationId, Store, UnixTime};

use self::logins::Logins;
use crate::ca;
use crate::error::{Error, Result};
use crate::home::{Surroundings, create_private_folder, lock_file};
use crate::organisation::{Deployment, Organisation};

/// The opened organisation.
pub(crate) struct Station {
    pub(crate) surroundings: Surroundings,
    pub(crate) organisation: Organisation,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) machine: MachineId,
    /// Where a login to the signing token is kept, if anywhere.
    pub(crate) logins: Option<Arc<Logins>>,
    /// How long a call to a token may take.
    pub(crate) deadline: Duration,
    runtime: Handle,
}

impl Station {
    /// Opens the organisation that the surroundings name.
    ///
    /// Blocks; to be called on a thread that may, inside a runtime.
    pub(crate) fn open(surroundings: &Surroundings) -> Result<Self> {
        Self::of(surroundings, read_organisation(surroundings)?)
    }

    /// Opens an organisation whose local part may be about to change.
    pub(crate) fn of(surroundings: &Surroundings, organisation: Organisation) -> Result<Self> {
        let runtime = Handle::current();
        if organisation.local.deployment == Deployment::Embedded {
            softhsm::configure(surroundings)?;
        }
        let file = surroundings.home.vault_file();
        let store = Arc::new(runtime.block_on(SqliteStore::open(&file))?);
        Self::assemble(surroundings.clone(), organisation, store, runtime)
    }

    /// Puts a station together from its parts.
    pub(crate) fn assemble(
        surroundings: Surroundings,
        organisation: Organisation,
        store: Arc<dyn Store>,
        runtime: Handle,
    ) -> Result<Self> {
        let machine = surroundings.state.machine().map_err(Error::State)?;
        let station = Self {
            surroundings,
            organisation,
            store,
            machine: MachineId::from(machine),
            logins: None,
            deadline: tokens::DEADLINE,
            runtime,
        };
        create_private_folder(&station.state()).map_err(Error::State)?;
        Ok(station)
    }

    /// Waits for the store; this thread may block.
    pub(crate) fn wait<T>(&self, answer: impl Future<Output = vault::Result<T>>) -> Result<T> {
        Ok(self.runtime.block_on(answer)?)
    }

    /// The database's time.
    pub(crate) fn now(&self) -> Result<i64> {
        self.wait(self.store.now()).map(|UnixTime(seconds)| seconds)
    }

    /// The organisation's id as the vault has it.
    pub(crate) fn id(&self) -> OrganisationId {
        OrganisationId::from(self.organisation.fixed.organisation.0)
    }

    /// What this machine remembers of the organisation, outside its folder.
    pub(crate) fn state(&self) -> PathBuf {
        self.surroundings
            .state
            .of(&self.organisation.fixed.organisation.to_string())
    }

    /// The CA certificate.
    pub(crate) fn ca(&self) -> Result<signature::Certificate> {
        signature::Certificate::from_der(&self.organisation.fixed.ca.0).map_err(|error| {
            Error::OrganisationUnreadable {
                path: self.surroundings.home.organisation_file(),
                why: error.to_string(),
            }
        })
    }

    /// The revocation list in the organisation's folder, if there is one that the CA signed.
    pub(crate) fn revocation_list(&self) -> Result<Option<ca::RevocationList>> {
        let list = fs::read(self.surroundings.home.revocation_list_file());
        let Ok(list) = list else { return Ok(None) };
        Ok(ca::RevocationList::verified(&list, &self.ca()?).ok())
    }

    /// Waits for a lock of this machine and holds it until the file is dropped.
    pub(crate) fn lock(&self, folder: &str, name: &str) -> Result<File> {
        let folder = self.state().join(folder);
        create_private_folder(&folder).map_err(Error::State)?;
        let file = lock_file(&folder.join(name)).map_err(Error::State)?;
        file.lock().map_err(Error::State)?;
        Ok(file)
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        // Without it the last connection closes some time after the use-case has ended.
        let _ = self.runtime.block_on(self.store.close());
    }
}

/// Reads the organisation file.
pub(crate) fn read_organisation(surroundings: &Surroundings) -> Result<Organisation> {
    let path = surroundings.home.organisation_file();
    let read = File::open(&path).and_then(|mut file| {
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        Ok((content, file.metadata()?))
    });
    let content = match read {
        Ok((content, metadata)) => {
            expect_ours(&path, &metadata)?;
            let folder = surroundings.home.folder();
            expect_ours(
                folder,
                &fs::metadata(folder).map_err(|source| Error::File {
                    doing: "read",
                    path: folder.to_owned(),
                    source,
                })?,
            )?;
            content
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let home = surroundings.home.folder().to_owned();
            return Err(Error::NoOrganisation { home });
        }
        Err(source) => {
            return Err(Error::File {
                doing: "read",
                path,
                source,
            });
        }
    };
    Organisation::parse(&content).map_err(|why| Error::OrganisationUnreadable { path, why })
}

/// The organisation file names the module that is given the PIN: nobody else may write it, nor put
/// another in its place. The system's own user may; nothing holds against that one.
fn expect_ours(path: &Path, metadata: &Metadata) -> Result<()> {
    let (mode, owner) = (metadata.mode() & 0o7777, metadata.uid());
    let ours = owner == rustix::process::geteuid().as_raw() || owner == 0;
    if ours && mode & 0o022 == 0 {
        return Ok(());
    }
    Err(Error::OrganisationUnreadable {
        path: path.to_owned(),
        why: format!("others may change it (mode {mode:o}, owner {owner}); chmod go-w"),
    })
}

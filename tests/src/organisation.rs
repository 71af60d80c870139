//! A real embedded organisation in a temporary folder: SoftHSM, SQLite, a host process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use service::requests::{
    Activate, Enrol, Existing, FileToSign, Init, PinStoreChoice, Sign, Terms, Tokens, Unwatched,
};
use service::{Administrator, Home, LookChoice, Service, State, Surroundings, wire};
use tempfile::TempDir;
use tokio::runtime::{Handle, Runtime};

use crate::ready_tokens::{Module, ReadyTokens};
use crate::template::{self, Copied};

/// The secret of the founding officer.
pub const OFFICER_SECRET: &str = "officer secret for tests";
/// The secret of every other person.
pub const SIGNER_SECRET: &str = "signer secret for tests";

/// An organisation with the officer `officer`, and what is needed to work with it.
pub struct Organisation {
    folder: TempDir,
    /// What its folder is a copy of.
    _original: Option<Arc<TempDir>>,
    service: Service,
    runtime: Runtime,
    /// Where the tokens are not the embedded ones.
    tokens: Option<ReadyTokens>,
}

impl Organisation {
    /// Founds one, with an id and keys that no other has.
    ///
    /// # Panics
    /// If it cannot be founded; the message says what is missing.
    #[must_use]
    pub fn found_anew() -> Self {
        let organisation = Self::unfounded();
        organisation
            .init("officer")
            .expect("an organisation can be founded");
        organisation
    }

    /// Gives one: on embedded tokens a copy, with the id and the keys of all the others.
    ///
    /// # Panics
    /// As [`Organisation::found_anew`].
    #[must_use]
    pub fn found() -> Self {
        Self::copied("organisation", Self::found_anew)
    }

    /// The same, with a person who has [`SIGNER_SECRET`].
    ///
    /// # Panics
    /// If that does not work.
    #[must_use]
    pub fn found_with(login: &str, name: &str) -> Self {
        Self::copied(&format!("organisation with {login}, {name}"), || {
            Self::found().with_signer(login, name)
        })
    }

    /// Gives a copy of what was made under this name; makes it if nothing was.
    ///
    /// # Panics
    /// If it cannot be made or copied.
    #[must_use]
    pub fn copied(name: &str, make: impl FnOnce() -> Self) -> Self {
        if Module::chosen().is_some() {
            return make();
        }
        let Copied { folder, original } = template::copied(name, || make().folder);
        Self::within(folder, Some(original))
    }

    /// Makes the folders, and no organisation in them.
    ///
    /// # Panics
    /// If there is no temporary folder or no runtime.
    #[must_use]
    pub fn unfounded() -> Self {
        Self::within(tempfile::tempdir().expect("a temporary folder"), None)
    }

    fn within(folder: TempDir, original: Option<Arc<TempDir>>) -> Self {
        let surroundings = Surroundings {
            home: Home::new(folder.path().join("home")),
            state: State::new(folder.path().join("state")),
            programs: programs(),
            looks: folder.path().join("looks"),
            fonts: Vec::new(),
            cards: service::CardSurroundings::default(),
            system_anchors: folder.path().join("system.pem"),
            network: service::Network::default(),
        };
        let runtime = Runtime::new().expect("a runtime");
        Self {
            folder,
            _original: original,
            service: Service::new(surroundings),
            runtime,
            tokens: Module::chosen().map(ReadyTokens::new),
        }
    }

    /// Founds the organisation.
    ///
    /// # Errors
    /// As [`Service::init`].
    pub fn init(&self, admin: &str) -> service::Result<service::requests::Founded> {
        self.wait(self.service.init(Init {
            admin: admin.to_owned(),
            name: None,
            email: None,
            organisation: Some("Test organisation".to_owned()),
            pin_store: PinStoreChoice::File,
            secret: secret(OFFICER_SECRET),
            tokens: match &self.tokens {
                Some(ready) => ready.request(),
                None => Tokens::Embedded,
            },
        }))
    }

    /// Enrols and activates a person with [`SIGNER_SECRET`].
    ///
    /// # Panics
    /// If that does not work.
    #[must_use]
    pub fn with_signer(self, login: &str, name: &str) -> Self {
        let code = self.enrol(login, name).expect("a person can be enrolled");
        self.activate(login, &code, SIGNER_SECRET)
            .expect("the code is good");
        self
    }

    /// Enrols a person and gives the code.
    ///
    /// # Errors
    /// As [`Service::enrol`].
    pub fn enrol(&self, login: &str, name: &str) -> service::Result<String> {
        let officer = self.officer()?;
        let request = Enrol {
            login: login.to_owned(),
            name: name.to_owned(),
            email: format!("{login}@example.org"),
            key: "p256".to_owned(),
        };
        let enrolled = self.wait(self.service.enrol(officer, request))?;
        Ok(enrolled.activation_code.to_string())
    }

    /// Logs the officer in.
    ///
    /// # Errors
    /// As [`Service::log_in`].
    pub fn officer(&self) -> service::Result<Arc<Administrator>> {
        let login = self
            .service
            .log_in("officer".to_owned(), secret(OFFICER_SECRET));
        self.wait(login).map(Arc::new)
    }

    /// Activates a person.
    ///
    /// # Errors
    /// As [`Service::activate`].
    pub fn activate(&self, login: &str, code: &str, new: &str) -> service::Result<()> {
        let login = login.to_owned();
        self.wait(self.service.activate(Activate {
            login,
            code: secret(code),
            secret: secret(new),
        }))
        .map(drop)
    }

    /// Signs one file on a box at the bottom left of page 1 and gives the signed file's path.
    ///
    /// # Errors
    /// As [`Service::sign`].
    pub fn sign(&self, input: &Path, login: &str, typed: &str) -> service::Result<PathBuf> {
        let output = self.path(&format!(
            "signed-{}.pdf",
            fs::read_dir(self.folder.path()).map_or(0, Iterator::count)
        ));
        let rect = wire::Rect {
            x: 36.0,
            y: 36.0,
            width: 180.0,
            height: 60.0,
        };
        self.sign_to(
            input,
            &output,
            wire::Placement::Box { page: 1, rect },
            login,
            typed,
        )?;
        Ok(output)
    }

    /// Signs one file.
    ///
    /// # Errors
    /// As [`Service::sign`].
    pub fn sign_to(
        &self,
        input: &Path,
        output: &Path,
        placement: wire::Placement,
        login: &str,
        typed: &str,
    ) -> service::Result<Vec<service::requests::SignedFile>> {
        self.sign_under(Terms::default(), input, output, placement, login, typed)
    }

    /// Signs one file, and says what the signature is and forbids.
    ///
    /// # Errors
    /// As [`Service::sign`].
    pub fn sign_under(
        &self,
        terms: Terms,
        input: &Path,
        output: &Path,
        placement: wire::Placement,
        login: &str,
        typed: &str,
    ) -> service::Result<Vec<service::requests::SignedFile>> {
        let file = FileToSign {
            input: input.to_owned(),
            password: None,
            output: output.to_owned(),
        };
        self.sign_file(terms, file, placement, login, typed)
    }

    /// Signs one file that may open with a password.
    ///
    /// # Errors
    /// As [`Service::sign`].
    pub fn sign_file(
        &self,
        terms: Terms,
        file: FileToSign,
        placement: wire::Placement,
        login: &str,
        typed: &str,
    ) -> service::Result<Vec<service::requests::SignedFile>> {
        self.wait(self.service.sign(Sign {
            request: service::new_request()?,
            files: vec![file],
            signer: service::requests::Signer::Person {
                login: login.to_owned(),
                secret: secret(typed),
            },
            placement: Some(placement),
            reason: None,
            location: None,
            terms,
            look: LookChoice::default(),
            existing: Existing::Keep,
            watch: Arc::new(Unwatched),
        }))
    }

    /// Signs several files in the same place with one secret.
    ///
    /// # Errors
    /// As [`Service::sign`].
    pub fn sign_all(
        &self,
        files: Vec<FileToSign>,
        placement: wire::Placement,
        login: &str,
        typed: &str,
    ) -> service::Result<Vec<service::requests::SignedFile>> {
        self.wait(self.service.sign(Sign {
            request: service::new_request()?,
            files,
            signer: service::requests::Signer::Person {
                login: login.to_owned(),
                secret: secret(typed),
            },
            placement: Some(placement),
            reason: None,
            location: None,
            look: LookChoice::default(),
            existing: Existing::Keep,
            terms: Terms::default(),
            watch: Arc::new(Unwatched),
        }))
    }

    /// The use-cases.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Waits for a use-case.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The runtime, for what a test does from another thread.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// A path in the test's own folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The organisation's folder.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.service.surroundings().home
    }
}

impl Organisation {
    /// What this machine remembers of the organisation.
    ///
    /// # Panics
    /// If it is nothing.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        fs::read_dir(self.folder.path().join("state"))
            .expect("there is a state folder")
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .find(|path| path.join("head.json").exists() || path.join("locks").exists())
            .expect("something is remembered")
    }

    /// Takes over an organisation that was made by an earlier program.
    ///
    /// # Panics
    /// If it cannot be unpacked.
    #[must_use]
    pub fn from_fixture(name: &str) -> Self {
        let organisation = Self::unfounded();
        let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("fixtures/organisations/{name}.tar.gz"));
        let unpacked = Command::new("tar")
            .args(["-xzf"])
            .arg(archive)
            .args(["--no-same-owner", "-C"])
            .arg(organisation.path("."))
            .status();
        assert!(unpacked.expect("tar runs").success());
        // The module of this machine, which is not the one it was founded with.
        let file = organisation.home().organisation_file();
        let content = fs::read_to_string(&file).expect("it has an organisation file");
        let mut edited: serde_json::Value = serde_json::from_str(&content).expect("JSON");
        let module = [
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so",
        ]
        .into_iter()
        .find(|path| Path::new(path).is_file())
        .expect("SoftHSM is installed");
        let digest = Command::new("sh")
            .arg("-c")
            .arg(format!("openssl dgst -sha256 -binary {module} | base64"))
            .output()
            .expect("openssl runs");
        let digest = String::from_utf8(digest.stdout).expect("base64 is text");
        for token in ["signing", "issuing"] {
            edited["local"][token]["module"] = module.into();
            edited["local"][token]["module_sha256"] = digest.trim().into();
        }
        fs::write(&file, edited.to_string()).expect("it can be written");
        organisation
    }

    /// Copies the vault as a backup would.
    ///
    /// # Panics
    /// If it cannot be copied.
    #[must_use]
    pub fn back_up(&self, name: &str) -> PathBuf {
        let (vault, copy) = (self.home().vault_file(), self.path(name));
        crate::sql::run(&vault, "PRAGMA wal_checkpoint(TRUNCATE)");
        fs::copy(&vault, &copy).expect("the vault can be copied");
        copy
    }

    /// Puts such a copy in the place of the vault.
    ///
    /// # Panics
    /// If it cannot be copied.
    pub fn put_back(&self, copy: &Path) {
        fs::copy(copy, self.home().vault_file()).expect("the copy can be copied");
        for side in ["vault.sqlite-wal", "vault.sqlite-shm"] {
            let _ = fs::remove_file(self.home().folder().join(side));
        }
    }

    /// Makes this machine forget what it has seen of log and records, as a reinstalled one would.
    ///
    /// # Panics
    /// If there is nothing.
    pub fn forget(&self) {
        let state = self.state();
        for seen in ["head.json", "signed-rows", "rotation.json", "token-profile"] {
            let _ = fs::remove_file(state.join(seen));
        }
        let records = state.join("records");
        if records.exists() {
            fs::remove_dir_all(records).expect("they can be removed");
        }
    }
}

/// A secret as if typed.
#[must_use]
pub fn secret(text: &str) -> wire::Secret {
    wire::Secret::new(text.to_owned())
}

/// The folder of the programs under test: the one above this test's own.
///
/// # Panics
/// If the host process was not built; says how to.
#[must_use]
pub fn programs() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    // A test lies in `deps`, a program of the tests beside the others.
    let mut folders = test.ancestors().skip(1).take(2);
    let folder = folders.find(|folder| folder.join("chancery-host").is_file());
    folder
        .expect("chancery-host lies beside; run cargo build --bins, or cargo xtask test")
        .to_owned()
}

//! Tokens as an operator hands them over: initialised, with PINs, without keys; on any module.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use token::{Host, Launch, Pin, TokenLabel};

use service::requests::{KeyMode, ReadyToken, Tokens};

use crate::organisation::{OFFICER_SECRET, programs, secret};

/// A module that organisations are founded on; the product does not know which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// Debian's SoftHSM 2.6.1.
    SoftHsm,
    /// Kryoptic 1.5.4, built by `cargo xtask setup`.
    Kryoptic,
}

impl Module {
    /// The module that every organisation of a test run is founded on, where `CHANCERY_TEST_TOKENS`
    /// names one; the embedded token where it does not.
    ///
    /// # Panics
    /// If the name is none of a module.
    #[must_use]
    pub fn chosen() -> Option<Self> {
        let name = env::var("CHANCERY_TEST_TOKENS").ok()?;
        Some(match name.as_str() {
            "softhsm" => Self::SoftHsm,
            "kryoptic" => Self::Kryoptic,
            other => panic!("CHANCERY_TEST_TOKENS is softhsm or kryoptic, not {other}"),
        })
    }
}

/// Two tokens, `signing` and `issuing`, in a directory that goes with this.
pub struct ReadyTokens {
    module: Module,
    directory: TempDir,
    signing: Pin,
    issuing: Pin,
}

impl ReadyTokens {
    /// Labels of the two.
    pub const LABELS: [&str; 2] = ["signing", "issuing"];

    /// Initialises them.
    ///
    /// # Panics
    /// If that does not work; says what is missing.
    #[must_use]
    pub fn new(module: Module) -> Self {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let tokens = directory.path().join("tokens");
        fs::create_dir(&tokens).expect("a folder for the tokens");
        let configuration = configuration(module, &tokens);
        fs::write(directory.path().join("module.conf"), configuration).expect("it can be written");
        // Some people's PINs are digits, some are not.
        let pins = ["731905", "issuing PIN"].map(|pin| Pin::new(pin.to_owned()));
        let [signing, issuing] = pins.map(|pin| pin.expect("a PIN"));
        let ready = Self {
            module,
            directory,
            signing,
            issuing,
        };
        let so_pin = Pin::generate().expect("random bytes");
        for (label, pin) in Self::LABELS
            .into_iter()
            .zip([&ready.signing, &ready.issuing])
        {
            let label = TokenLabel::new(label).expect("a label");
            let made = ready.host().initialise_token(&label, &so_pin, pin);
            made.expect("the module makes a token");
        }
        ready
    }

    /// The module's file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        module_path(self.module)
    }

    /// The variable that names the configuration, and its value.
    #[must_use]
    pub fn variable(&self) -> String {
        let name = match self.module {
            Module::SoftHsm => "SOFTHSM2_CONF",
            Module::Kryoptic => "KRYOPTIC_CONF",
        };
        let file = self.directory.path().join("module.conf");
        format!("{name}={}", file.display())
    }

    /// The words of `init` on these tokens, through a module at `path`.
    #[must_use]
    pub fn init(&self, path: &Path) -> String {
        let [signing, issuing] = Self::LABELS;
        format!(
            "init --admin officer --pin-store file --module {} --module-env {} \
             --signing-token {signing} --issuing-token {issuing}",
            path.display(),
            self.variable()
        )
    }

    /// The same for the use-case.
    #[must_use]
    pub fn request(&self) -> Tokens {
        let variable = self.variable();
        let (name, value) = variable.split_once('=').expect("a variable");
        let [signing, issuing] =
            [(0, &self.signing), (1, &self.issuing)].map(|(at, pin)| ReadyToken {
                module: self.path(),
                environment: [(name.to_owned(), value.to_owned())].into(),
                label: Self::LABELS[at].to_owned(),
                pin: secret(pin.expose()),
            });
        Tokens::Ready {
            signing,
            issuing,
            declared_hardware: false,
            mode: KeyMode::Wrapped,
        }
    }

    /// The secrets of `init`: the officer's and both PINs.
    #[must_use]
    pub fn secrets(&self) -> [&str; 3] {
        [OFFICER_SECRET, self.signing.expose(), self.issuing.expose()]
    }

    /// Takes a mechanism from both tokens, which must be SoftHSM's.
    ///
    /// # Panics
    /// If its configuration cannot be written.
    pub fn take_away(&self, mechanism: &str) {
        assert_eq!(self.module, Module::SoftHsm, "the setting is SoftHSM's");
        let file = self.directory.path().join("module.conf");
        let configuration = fs::read_to_string(&file).expect("it was written");
        // SoftHSM 2.6.1 does not see the first name after the sign.
        let configuration = format!("{configuration}slots.mechanisms = -first,{mechanism}\n");
        fs::write(file, configuration).expect("it can be written");
    }

    /// Changes the PIN of the signing token, as its operator does.
    ///
    /// # Panics
    /// If the token does not take it.
    pub fn change_signing_pin(&mut self, new: &str) {
        let variable = self.variable();
        let (name, value) = variable.split_once('=').expect("a variable");
        let changed = Command::new("pkcs11-tool")
            .env(name, value)
            .arg("--module")
            .arg(self.path())
            .args(["--token-label", Self::LABELS[0], "--change-pin"])
            .args(["--pin", self.signing.expose(), "--new-pin", new])
            .output()
            .expect("pkcs11-tool, of the package opensc");
        assert!(changed.status.success(), "{changed:?}");
        self.signing = Pin::new(new.to_owned()).expect("a PIN");
    }

    /// Objects on the signing token, as a login of its own counts them.
    ///
    /// # Panics
    /// If there is no login.
    #[must_use]
    pub fn objects(&self) -> u64 {
        let label = TokenLabel::new(Self::LABELS[0]).expect("a label");
        let token = self.host().login(&label, &self.signing).expect("a login");
        token.object_counts().expect("a count").token
    }

    fn host(&self) -> Host {
        let variable = self.variable();
        let (name, value) = variable.split_once('=').expect("a variable");
        let launch = Launch {
            executable: programs().join("chancery-host"),
            module: self.path(),
            module_sha256: None,
            environment: vec![(name.into(), value.into())],
            deadline: Duration::from_secs(60),
        };
        Host::start(&launch).unwrap_or_else(|error| panic!("{error}; run cargo xtask setup"))
    }
}

fn module_path(module: Module) -> PathBuf {
    match module {
        Module::SoftHsm => "/usr/lib/softhsm/libsofthsm2.so".into(),
        Module::Kryoptic => env::var_os("CHANCERY_KRYOPTIC").map_or_else(
            || {
                let target = programs();
                let target = target.parent().expect("programs lie below the target");
                target.join("tools/kryoptic/libkryoptic_pkcs11.so")
            },
            PathBuf::from,
        ),
    }
}

fn configuration(module: Module, tokens: &Path) -> String {
    let tokens = tokens.display();
    match module {
        Module::SoftHsm => format!(
            "directories.tokendir = {tokens}\nobjectstore.backend = file\nslots.removable = false\n"
        ),
        Module::Kryoptic => [1, 2]
            .map(|slot| {
                format!(
                    "[[slots]]\nslot = {slot}\ndbtype = \"sqlite\"\n\
                     dbargs = \"{tokens}/{slot}.sql\"\n"
                )
            })
            .concat(),
    }
}

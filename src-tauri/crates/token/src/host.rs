//! The host process a module lives in, seen from its client, and its own side.

pub(crate) mod frame;
mod lines;
pub(crate) mod process;
pub(crate) mod protocol;
mod server;

use std::{ffi::OsString, fmt, path::PathBuf, sync::Arc, time::Duration};

pub use self::server::serve;
use self::{
    process::Process,
    protocol::{Opened, Request},
};
use crate::{
    Error, LoadedBy, Pin, Result, Sha256, Token, TokenInfo, TokenLabel, pin::PinInTransit,
};

/// How many requests a host works on at once, each in a thread and a PKCS#11 session of its own.
///
/// More than the cores a software token has any use for, less than the sessions of the smallest
/// device (YubiHSM 2: 16).
const WORKERS: usize = 4;

/// How to start a host process.
#[derive(Clone)]
pub struct Launch {
    /// Absolute path of `chancery-host`.
    pub executable: PathBuf,
    /// Absolute path of the PKCS#11 module; from the organisation file or its owner, never from a
    /// database.
    pub module: PathBuf,
    /// The hash its file must have; any other is not loaded.
    pub module_sha256: Option<Sha256>,
    /// The whole environment of the host process.
    pub environment: Vec<(OsString, OsString)>,
    /// How long one call may take, from sending its request to the last byte of its answer. Waiting
    /// for other calls to end is not counted.
    pub deadline: Duration,
}

/// Values of the environment may be secret; names are not.
impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.environment.iter().map(|(name, _)| name).collect();
        f.debug_struct("Launch")
            .field("executable", &self.executable)
            .field("module", &self.module)
            .field("module_sha256", &self.module_sha256)
            .field("environment", &names)
            .field("deadline", &self.deadline)
            .finish()
    }
}

/// A host process with its module loaded, not logged in.
///
/// All functions block, each for at most the deadline: call them where blocking is allowed. They
/// may be called from several threads, whose calls are worked on at once. A call that does not
/// answer in time costs the process, and the other calls with it. The process ends when the host
/// and everything made of it are dropped.
#[derive(Debug)]
pub struct Host {
    process: Arc<Process>,
    sha256: Sha256,
    loaded_by: LoadedBy,
}

impl Host {
    /// Starts a host process and has it load the module.
    ///
    /// # Errors
    /// [`Error::PathNotAbsolute`], [`Error::HostNotStarted`]; [`Error::ModuleUnreadable`],
    /// [`Error::ModuleChanged`] (before anything of the module runs), [`Error::ModuleNotLoaded`];
    /// and as every call [`Error::HostTimedOut`], [`Error::HostGone`], [`Error::OutOfStep`].
    pub fn start(launch: &Launch) -> Result<Self> {
        for path in [&launch.executable, &launch.module] {
            if !path.is_absolute() {
                return Err(Error::PathNotAbsolute { path: path.clone() });
            }
        }
        let process = Process::start(&launch.executable, &launch.environment, launch.deadline)?;
        let opened: Opened = process.call(&Request::Open {
            module: launch.module.clone(),
            sha256: launch.module_sha256,
        })?;
        Ok(Self {
            process: Arc::new(process),
            sha256: opened.sha256,
            loaded_by: opened.loaded_by,
        })
    }

    /// SHA-256 of the module's file. Libraries the module loads in turn are not covered.
    #[must_use]
    pub fn module_sha256(&self) -> Sha256 {
        self.sha256
    }

    /// Whether what was hashed is what was loaded.
    #[must_use]
    pub fn module_loaded_by(&self) -> LoadedBy {
        self.loaded_by
    }

    /// Process number, for a log; `None` once it has ended.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// Lists the tokens the module sees, blank ones included.
    ///
    /// # Errors
    /// As every call; [`Error::TokenLost`], [`Error::Unexpected`].
    pub fn tokens(&self) -> Result<Vec<TokenInfo>> {
        self.process.call(&Request::Tokens)
    }

    /// Makes a token in a free slot and sets its two PINs.
    ///
    /// If this fails half-way a token of the label without a user PIN may be left
    /// ([`TokenState::NoUserPin`](crate::TokenState::NoUserPin)).
    ///
    /// # Errors
    /// [`Error::TokenExists`], [`Error::NoFreeSlot`], [`Error::LoginHeld`]; as every call.
    pub fn initialise_token(
        &self,
        label: &TokenLabel,
        so_pin: &Pin,
        user_pin: &Pin,
    ) -> Result<TokenInfo> {
        self.process.call(&Request::InitialiseToken {
            label: label.clone(),
            so_pin: PinInTransit::of(so_pin),
            user_pin: PinInTransit::of(user_pin),
        })
    }

    /// Logs in as the user of the one token of this label. The PIN crosses once and is kept
    /// nowhere.
    ///
    /// # Errors
    /// [`Error::WrongPin`] (the token counted it: ask the person, do not retry),
    /// [`Error::PinLocked`], [`Error::TokenNotFound`], [`Error::TokenAmbiguous`],
    /// [`Error::LoginHeld`]; as every call.
    pub fn login(&self, label: &TokenLabel, pin: &Pin) -> Result<Token> {
        let generation = self.process.call(&Request::Login {
            label: label.clone(),
            pin: PinInTransit::of(pin),
        })?;
        Ok(Token::new(
            Arc::clone(&self.process),
            label.clone(),
            generation,
        ))
    }
}

//! A PKCS#11 module that forwards every call to another one, and fails on demand: answers any
//! return value, waits, hangs, crashes, lies. It counts the calls of all processes that load it.
//!
//! A test puts it in front of a real module by [`Shim::before`] and commands it while it works:
//!
//! ```no_run
//! # use std::path::Path;
//! use chancery_shim::{Call, Fault, Shim};
//!
//! let shim = Shim::before(Path::new("/usr/lib/softhsm/libsofthsm2.so"), Path::new("/tmp/t"))?;
//! shim.next(Call::Sign, Fault::Answer(0x30)); // the next C_Sign answers CKR_DEVICE_ERROR
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Commands and counts lie in a file beside the module (`board`), mapped by everyone, so that
//! they outlive a process that crashes.
#![expect(
    unsafe_code,
    reason = "a module's functions are called over C pointers, and its board is shared memory"
)]

mod board;
mod module;
mod odd;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Duration,
};

pub use board::Call;
use board::{Board, EVERY, Kind, PRETENCE, beside};
pub use module::C_GetFunctionList;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call is not forwarded and answers this CK_RV.
    Answer(u64),
    /// The call is forwarded after a while.
    Delay(Duration),
    /// The call never returns.
    Hang,
    /// The process ends, as at a mistake in the module's memory.
    Crash,
    /// The call is forwarded, and what it gives is changed: C_GetAttributeValue says that a key can
    /// be extracted, C_Sign gives another signature or MAC.
    Lie,
    /// The call is forwarded, and keys are not what they are said to be: C_GenerateKey makes one that
    /// may do everything, by every mechanism and without templates inside its own; C_GetAttributeValue
    /// says of every secret key what a good one would.
    Pretend,
    /// The call is forwarded, and done or answered in a way that some modules have.
    Odd(Oddity),
}

/// What modules do that PKCS#11 says otherwise of, or that a token need not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Oddity {
    /// C_GetTokenInfo: a clock that is none, as openCryptoki 3.8 has it.
    Clock,
    /// C_GetTokenInfo: names are padded with NUL.
    NulPadding,
    /// C_Sign: ECDSA gives Ecdsa-Sig-Value (RFC 3279 §2.2.3).
    DerSignature,
    /// C_GenerateKey, C_GenerateKeyPair, C_GetAttributeValue: CKA_ALLOWED_MECHANISMS is unknown.
    NoMechanismLists,
    /// C_GetAttributeValue: CKA_EC_POINT is the bare point.
    BarePoint,
}

impl Oddity {
    const ALL: [Self; 5] = [
        Self::Clock,
        Self::NulPadding,
        Self::DerSignature,
        Self::NoMechanismLists,
        Self::BarePoint,
    ];

    fn of(number: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|oddity| *oddity as u64 == number)
    }
}

/// A faulty module in front of a real one.
#[derive(Debug)]
pub struct Shim {
    path: PathBuf,
    board: Board,
}

impl Shim {
    /// Puts the module into a folder, in front of another.
    ///
    /// # Errors
    /// The file system's; [`io::ErrorKind::NotFound`] also where the module was not built beside
    /// the running test.
    pub fn before(real: &Path, folder: &Path) -> io::Result<Self> {
        const FILE: &str = "libchancery_shim.so";
        let test = std::env::current_exe()?;
        let built = test.parent().unwrap_or(Path::new("")).join(FILE);
        let path = folder.join(FILE);
        fs::copy(built, &path)?;
        let board = Board::make(&beside(&path), real)?;
        Ok(Self { path, board })
    }

    /// The module to load.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Has the next such call go wrong, in whatever process it is made.
    pub fn next(&self, call: Call, fault: Fault) {
        self.after(0, call, fault);
    }

    /// Has a call go wrong after so many that go well.
    pub fn after(&self, well: u64, call: Call, fault: Fault) {
        let at = self.calls(call) + well + 1;
        self.arm(call, at, fault);
    }

    /// Has every such call go wrong.
    pub fn always(&self, call: Call, fault: Fault) {
        self.arm(call, EVERY, fault);
    }

    /// Has calls go wrong by chance, so many of a thousand, and always the same ones of a seed.
    pub fn at_random(&self, seed: u64, of_a_thousand: u64) {
        self.board.seed.store(seed, Ordering::SeqCst);
        self.board
            .of_a_thousand
            .store(of_a_thousand, Ordering::SeqCst);
    }

    /// Lets everything go well again. What hangs goes on hanging.
    pub fn mend(&self) {
        self.at_random(0, 0);
        for rule in &self.board.rules {
            rule.at.store(0, Ordering::SeqCst);
        }
    }

    /// Gives the reader a pad, at which this PIN is typed whenever a login has none: the token says
    /// CKF_PROTECTED_AUTHENTICATION_PATH, and C_Login with a PIN is refused.
    pub fn with_pad(&self, pin: &str) {
        self.board.type_at_pad(pin.as_bytes());
    }

    /// How often a function was called.
    #[must_use]
    pub fn calls(&self, call: Call) -> u64 {
        self.board.calls[call as usize].load(Ordering::SeqCst)
    }

    /// How often something went wrong.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.board.faults.load(Ordering::SeqCst)
    }

    /// Most sessions that one process had open at once.
    #[must_use]
    pub fn most_sessions(&self) -> u64 {
        self.board.most_sessions.load(Ordering::SeqCst)
    }

    /// How many sessions were open when C_Finalize was called, of all processes together.
    #[must_use]
    pub fn sessions_left(&self) -> u64 {
        self.board.sessions_left.load(Ordering::SeqCst)
    }

    fn arm(&self, call: Call, at: u64, fault: Fault) {
        let (kind, value) = match fault {
            Fault::Answer(answer) => (Kind::Answer, answer),
            Fault::Delay(delay) => (Kind::Delay, delay.as_millis() as u64),
            Fault::Hang => (Kind::Hang, 0),
            Fault::Crash => (Kind::Crash, 0),
            Fault::Lie => (Kind::Lie, 0),
            Fault::Odd(oddity) => (Kind::Odd, oddity as u64),
            Fault::Pretend => (Kind::Lie, PRETENCE),
        };
        let free = self
            .board
            .rules
            .iter()
            .find(|rule| rule.at.load(Ordering::SeqCst) == 0)
            .expect("a test has fewer rules than the board");
        free.call.store(call as u64, Ordering::SeqCst);
        free.kind.store(kind as u64, Ordering::SeqCst);
        free.value.store(value, Ordering::SeqCst);
        free.at.store(at, Ordering::SeqCst); // last: from here on it counts
    }
}

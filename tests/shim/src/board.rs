//! What the test and the processes that load the module share: a file, mapped by each.

use std::{
    ffi::OsString,
    fmt,
    fs::{File, OpenOptions},
    io,
    ops::Deref,
    os::{
        fd::AsRawFd,
        unix::ffi::{OsStrExt, OsStringExt},
    },
    path::{Path, PathBuf},
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};

/// A function of PKCS#11 that is counted and can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
#[expect(missing_docs, reason = "they are PKCS#11's names without C_")]
pub enum Call {
    Initialize,
    Finalize,
    GetSlotList,
    GetSlotInfo,
    GetTokenInfo,
    GetMechanismList,
    GetMechanismInfo,
    InitToken,
    InitPIN,
    OpenSession,
    CloseSession,
    GetSessionInfo,
    Login,
    Logout,
    CreateObject,
    CopyObject,
    DestroyObject,
    GetAttributeValue,
    SetAttributeValue,
    FindObjectsInit,
    FindObjects,
    FindObjectsFinal,
    SignInit,
    Sign,
    GenerateKey,
    GenerateKeyPair,
    WrapKey,
    UnwrapKey,
}

/// How many there are.
pub(crate) const CALLS: usize = Call::UnwrapKey as usize + 1;

/// What a rule does; the numbers are on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Kind {
    Answer,
    Delay,
    Hang,
    Crash,
    Lie,
    Odd,
}

impl Kind {
    fn of(number: u64) -> Option<Self> {
        [
            Self::Answer,
            Self::Delay,
            Self::Hang,
            Self::Crash,
            Self::Lie,
            Self::Odd,
        ]
        .into_iter()
        .find(|kind| *kind as u64 == number)
    }
}

/// The value of `Kind::Lie` that leaves MACs true.
pub(crate) const SIGNATURES: u64 = 1;

/// The value of `Kind::Lie` that makes keys weak, and says that they are not.
pub(crate) const PRETENCE: u64 = 2;

/// In `Rule::at`: every call, not a certain one.
pub(crate) const EVERY: u64 = u64::MAX;

/// One command of the test.
#[repr(C)]
pub(crate) struct Rule {
    /// Number of the call that goes wrong, of all since the board was made; 0 for no rule.
    pub(crate) at: AtomicU64,
    pub(crate) call: AtomicU64,
    pub(crate) kind: AtomicU64,
    pub(crate) value: AtomicU64,
}

/// The layout of the file. Zeros are a board without commands.
#[repr(C)]
pub(crate) struct Layout {
    pub(crate) calls: [AtomicU64; CALLS],
    pub(crate) rules: [Rule; 16],
    pub(crate) seed: AtomicU64,
    pub(crate) of_a_thousand: AtomicU64,
    pub(crate) faults: AtomicU64,
    pub(crate) most_sessions: AtomicU64,
    pub(crate) sessions_left: AtomicU64,
    /// Length of what is typed at the pad; 0 for a reader without one.
    pad: AtomicU64,
    /// What is typed there, a byte each.
    typed: [AtomicU64; LONGEST_PIN],
    real: [u8; 1024],
}

/// The longest PIN that is typed at a pad.
const LONGEST_PIN: usize = 32;

/// A mapped board.
pub(crate) struct Board(&'static Layout);

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Board(..)")
    }
}

impl Deref for Board {
    type Target = Layout;

    fn deref(&self) -> &Layout {
        self.0
    }
}

/// Where the board of a module lies.
pub(crate) fn beside(module: &Path) -> PathBuf {
    module.with_extension("board")
}

impl Board {
    /// Makes one that names the real module.
    pub(crate) fn make(path: &Path, real: &Path) -> io::Result<Self> {
        use std::os::unix::fs::FileExt;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        file.set_len(size_of::<Layout>() as u64)?;
        let at = std::mem::offset_of!(Layout, real) as u64;
        file.write_all_at(real.as_os_str().as_bytes(), at)?;
        Self::map(&file)
    }

    /// Opens the one of a module.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        if file.metadata()?.len() != size_of::<Layout>() as u64 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Self::map(&file)
    }

    fn map(file: &File) -> io::Result<Self> {
        // SAFETY: a new mapping of a file of this length, which nobody makes shorter.
        let mapped = unsafe {
            libc::mmap(
                ptr::null_mut(),
                size_of::<Layout>(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        if mapped == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a page is aligned for anything, every bit pattern is a Layout, what changes in
        // it is atomic, and it is never unmapped.
        Ok(Self(unsafe { &*mapped.cast::<Layout>() }))
    }

    /// The module that calls are forwarded to.
    pub(crate) fn real(&self) -> PathBuf {
        let bytes = self.real.iter().copied().take_while(|byte| *byte != 0);
        PathBuf::from(OsString::from_vec(bytes.collect()))
    }

    /// Says what is typed at the reader's pad from now on.
    pub(crate) fn type_at_pad(&self, pin: &[u8]) {
        let pin = &pin[..pin.len().min(LONGEST_PIN)];
        for (place, byte) in self.typed.iter().zip(pin) {
            place.store(u64::from(*byte), Ordering::SeqCst);
        }
        self.pad.store(pin.len() as u64, Ordering::SeqCst);
    }

    /// What is typed at the reader's pad; none where it has none.
    pub(crate) fn typed_at_pad(&self) -> Option<Vec<u8>> {
        let length = self.pad.load(Ordering::SeqCst) as usize;
        let typed = self.typed.iter().take(length);
        let typed = typed.map(|byte| byte.load(Ordering::SeqCst) as u8);
        (length > 0).then(|| typed.collect())
    }

    /// Counts a call, and says what goes wrong with it.
    pub(crate) fn count(&self, call: Call) -> Option<(Kind, u64)> {
        let number = self.calls[call as usize].fetch_add(1, Ordering::SeqCst) + 1;
        let armed = self.rules.iter().find(|rule| {
            let at = rule.at.load(Ordering::SeqCst);
            (at == number || at == EVERY) && rule.call.load(Ordering::SeqCst) == call as u64
        });
        let fault = match armed {
            Some(rule) => Kind::of(rule.kind.load(Ordering::SeqCst))
                .map(|kind| (kind, rule.value.load(Ordering::SeqCst))),
            None => self.by_chance(call, number),
        };
        if fault.is_some() {
            self.faults.fetch_add(1, Ordering::SeqCst);
        }
        fault
    }

    /// Throws the dice: the same call of the same seed always falls alike.
    fn by_chance(&self, call: Call, number: u64) -> Option<(Kind, u64)> {
        /// Where something may go wrong by chance: what signing calls.
        const WHERE: [Call; 8] = [
            Call::OpenSession,
            Call::Login,
            Call::FindObjectsInit,
            Call::GetAttributeValue,
            Call::UnwrapKey,
            Call::SignInit,
            Call::Sign,
            Call::DestroyObject,
        ];
        let of_a_thousand = self.of_a_thousand.load(Ordering::SeqCst);
        if of_a_thousand == 0 || !WHERE.contains(&call) {
            return None;
        }
        let seed = self.seed.load(Ordering::SeqCst);
        let dice = mixed(seed ^ mixed(number ^ mixed(call as u64)));
        if dice % 1000 >= of_a_thousand {
            return None;
        }
        let dice = mixed(dice);
        let answer = ANSWERS[(dice >> 32) as usize % ANSWERS.len()];
        Some(match dice % 100 {
            0..70 => (Kind::Answer, answer),
            // Of MACs nobody could tell, so they are true.
            70..85 => (Kind::Lie, SIGNATURES),
            85..95 => (Kind::Delay, 1 + (dice >> 40) % 20),
            _ => (Kind::Crash, 0),
        })
    }
}

/// What is answered by chance: devices that are lost, sessions and logins that are over.
const ANSWERS: [u64; 12] = [
    0x05,  // CKR_GENERAL_ERROR
    0x06,  // CKR_FUNCTION_FAILED
    0x30,  // CKR_DEVICE_ERROR
    0x31,  // CKR_DEVICE_MEMORY
    0x32,  // CKR_DEVICE_REMOVED
    0x82,  // CKR_OBJECT_HANDLE_INVALID
    0x90,  // CKR_OPERATION_ACTIVE
    0xB0,  // CKR_SESSION_CLOSED
    0xB1,  // CKR_SESSION_COUNT
    0xB3,  // CKR_SESSION_HANDLE_INVALID
    0xE0,  // CKR_TOKEN_NOT_PRESENT
    0x101, // CKR_USER_NOT_LOGGED_IN
];

/// SplitMix64 (Steele, Lea and Flood 2014): every bit of the input moves half of the output's.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

//! What a signature costs through the token layer and its host process beside the same calls made
//! by hand on the same token, and what a file of a batch costs beside copying, digesting, syncing
//! and signing one by hand. Ratios of one run; the bars are told and decide nothing.
//!
//! `cargo xtask bench` runs it; it measures when it is told to (`--measure`).
#![expect(clippy::print_stdout, reason = "it prints what it measured")]
#![expect(
    unsafe_code,
    reason = "cryptoki asks the token for the length of a signature first: a call more than it takes"
)]

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::ptr;
use std::thread;
use std::time::{Duration, Instant};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use cryptoki_sys::{CK_FUNCTION_LIST, CK_SESSION_HANDLE, CK_ULONG, CKR_OK};
use service::requests::FileToSign;
use service::wire::{Placement, Rect};
use sha2::{Digest as _, Sha256};
use tests::organisation::{OFFICER_SECRET, programs};
use tests::{Organisation, sample};
use token::{
    Digest, Host, KeyLabel, Launch, Pin, SignerAlgorithm, Token, TokenKeyKind, TokenLabel,
    WrappedKey,
};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const CONFIGURATION: &str = "SOFTHSM2_CONF";

/// How long one block of one kind runs; blocks of both kinds take turns.
const BLOCK: Duration = Duration::from_millis(400);
const BLOCKS: usize = 7;

/// Files of the batch, and how often it is signed.
const FILES: usize = 100;
const BATCHES: usize = 3;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    if !env::args().any(|argument| argument == "--measure") {
        return Ok(()); // `cargo test` starts it, too
    }
    if env::var_os(CONFIGURATION).is_some() {
        return measure();
    }
    // SoftHSM reads where its tokens are from the environment of the process.
    let folder = tempfile::tempdir()?;
    let tokens = folder.path().join("tokens");
    fs::create_dir(&tokens)?;
    let configuration = folder.path().join("softhsm2.conf");
    let content = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\n",
        tokens.display()
    );
    fs::write(&configuration, content)?;
    let status = Command::new(env::current_exe()?)
        .arg("--measure")
        .env(CONFIGURATION, &configuration)
        .status()?;
    status.success().then_some(()).ok_or("it broke off".into())
}

/// A wrapped key of one algorithm.
struct Key {
    name: &'static str,
    algorithm: SignerAlgorithm,
    kind: KeyType,
    input: Vec<u8>,
    wrapped: WrappedKey,
}

fn measure() -> Outcome<()> {
    let (label, pin) = (TokenLabel::new("bench")?, Pin::generate()?);
    let launch = Launch {
        executable: programs().join("chancery-host"),
        module: MODULE.into(),
        module_sha256: None,
        environment: env::var_os(CONFIGURATION)
            .map(|path| (CONFIGURATION.into(), path))
            .into_iter()
            .collect(),
        deadline: Duration::from_secs(60),
    };
    Host::start(&launch)?.initialise_token(&label, &Pin::generate()?, &pin)?;
    let token = Host::start(&launch)?.login(&label, &pin)?;
    let master = KeyLabel::new("wk-1")?;
    token.create(TokenKeyKind::Master, &master)?;
    let wrap =
        |algorithm| -> token::Result<WrappedKey> { token.generate(algorithm)?.wrap(&master) };
    let digest = [7; 32];
    // DigestInfo of SHA-256 (RFC 8017 §9.2).
    let info = [
        &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ],
        &digest[..],
    ]
    .concat();
    let keys = [
        Key {
            name: "P-256",
            algorithm: SignerAlgorithm::EcdsaP256,
            kind: KeyType::EC,
            input: digest.to_vec(),
            wrapped: wrap(SignerAlgorithm::EcdsaP256)?,
        },
        Key {
            name: "RSA-3072",
            algorithm: SignerAlgorithm::Rsa3072,
            kind: KeyType::RSA,
            input: info,
            wrapped: wrap(SignerAlgorithm::Rsa3072)?,
        },
    ];
    let by_hand = ByHand::open(&label, &pin)?;
    println!("\nunwrap, sign, destroy: through the host process, and by hand; one run");
    let mut one_by_hand = Duration::ZERO;
    for key in &keys {
        for threads in [1, 2] {
            let (ours, theirs) = compare(&token, &master, &by_hand, key, threads)?;
            let over = ours.saturating_sub(theirs);
            let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
            let bar = match key.kind {
                KeyType::RSA => ratio >= 0.9,
                _ => over <= Duration::from_micros(300),
            };
            println!(
                "{:<9} {threads} thread{} {:>8.3} ms, by hand {:>8.3} ms: rate {ratio:.2}, {:.3} ms over: {}",
                key.name,
                if threads == 1 { " " } else { "s" },
                milliseconds(ours),
                milliseconds(theirs),
                milliseconds(over),
                met(bar)
            );
            if threads == 1 && key.kind != KeyType::RSA {
                one_by_hand = theirs;
            }
        }
    }
    batch(one_by_hand)
}

/// What one signature took either way: medians of blocks in turn.
fn compare(
    token: &Token,
    master: &KeyLabel,
    by_hand: &ByHand,
    key: &Key,
    threads: usize,
) -> Outcome<(Duration, Duration)> {
    let digest = [Digest::Sha256([7; 32])];
    let ours = || -> Result<(), String> {
        let signed = token.sign_with_wrapped(master, &key.wrapped, key.algorithm, &digest);
        signed.map(drop).map_err(|error| error.to_string())
    };
    let blob = key.wrapped.expose_blob();
    let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
    for _ in 0..BLOCKS {
        of_ours.push(block(threads, || Ok(ours))?);
        of_theirs.push(block(threads, || {
            let (session, master) = by_hand.session()?;
            Ok(move || by_hand.sign(&session, master, key, blob))
        })?);
    }
    Ok((median(of_ours), median(of_theirs)))
}

/// What a round takes if so many threads go round for a while.
fn block<W: FnMut() -> Result<(), String>>(
    threads: usize,
    make: impl Fn() -> Result<W, String> + Sync,
) -> Result<Duration, String> {
    let begun = Instant::now();
    let rounds: u32 = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| -> Result<u32, String> {
                    let mut work = make()?;
                    let mut rounds = 0;
                    while begun.elapsed() < BLOCK {
                        work()?;
                        rounds += 1;
                    }
                    Ok(rounds)
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a thread ended".to_owned())?)
            .sum::<Result<u32, String>>()
    })?;
    Ok(begun.elapsed() / rounds.max(1))
}

/// The same calls, in this process.
struct ByHand {
    module: Pkcs11,
    functions: CK_FUNCTION_LIST,
    /// Loaded a second time, which is the same instance; the functions are good while it is.
    _library: cryptoki_sys::Pkcs11,
    slot: Slot,
    /// Keeps the login.
    _keeper: std::sync::Mutex<Session>,
}

impl ByHand {
    fn open(label: &TokenLabel, pin: &Pin) -> Outcome<Self> {
        let module = Pkcs11::new(MODULE)?;
        module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        let slot = module
            .get_slots_with_initialized_token()?
            .into_iter()
            .find(|slot| {
                let token = module.get_token_info(*slot);
                token.is_ok_and(|token| token.label() == label.as_str())
            })
            .ok_or("the token is not there")?;
        let keeper = module.open_ro_session(slot)?;
        keeper.login(
            UserType::User,
            Some(&AuthPin::from(pin.expose().to_owned())),
        )?;
        // SAFETY: the module is loaded already; its initialisers do not run again.
        let library = unsafe { cryptoki_sys::Pkcs11::new(MODULE)? };
        let mut list = ptr::null_mut();
        // SAFETY: a module has this function (PKCS#11 v3.1 §5.4.4), and it gets room for a pointer.
        let answer = unsafe { library.C_GetFunctionList(&raw mut list) };
        if answer != CKR_OK || list.is_null() {
            return Err("the module has no list of functions".into());
        }
        Ok(Self {
            module,
            // SAFETY: the list is a module's own and stays while it is loaded.
            functions: unsafe { *list },
            _library: library,
            slot,
            _keeper: std::sync::Mutex::new(keeper),
        })
    }

    fn session(&self) -> Result<(Session, ObjectHandle), String> {
        let said = |error: cryptoki::error::Error| error.to_string();
        let session = self.module.open_ro_session(self.slot).map_err(said)?;
        let found = session.find_objects(&[
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Label(b"wk-1".to_vec()),
        ]);
        match found.map_err(said)?[..] {
            [master] => Ok((session, master)),
            _ => Err("there is not one master".to_owned()),
        }
    }

    fn sign(
        &self,
        session: &Session,
        master: ObjectHandle,
        key: &Key,
        blob: &[u8],
    ) -> Result<(), String> {
        let template = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::KeyType(key.kind),
            Attribute::Token(false),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::SignRecover(false),
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
        ];
        let mechanism = match key.kind {
            KeyType::RSA => Mechanism::RsaPkcs,
            _ => Mechanism::Ecdsa,
        };
        let signed = session
            .unwrap_key(&Mechanism::AesKeyWrapPad, master, blob, &template)
            .and_then(|unwrapped| {
                session.sign_init(&mechanism, unwrapped)?;
                Ok(unwrapped)
            });
        let said = |error: cryptoki::error::Error| error.to_string();
        let unwrapped = signed.map_err(said)?;
        self.value(session, &key.input)?;
        session.destroy_object(unwrapped).map_err(said)
    }

    /// `C_Sign`, once.
    fn value(&self, session: &Session, input: &[u8]) -> Result<Vec<u8>, String> {
        // The crate shows a session as its handle, and gives it in no other way.
        let handle: CK_SESSION_HANDLE = session
            .to_string()
            .parse()
            .map_err(|_| "a session is a number")?;
        let mut value = vec![0; 512];
        let mut length = value.len() as CK_ULONG;
        let sign = self.functions.C_Sign.ok_or("the module does not sign")?;
        // SAFETY: both buffers are as long as is said; the module only reads the first.
        let answer = unsafe {
            sign(
                handle,
                input.as_ptr().cast_mut(),
                input.len() as CK_ULONG,
                value.as_mut_ptr(),
                &raw mut length,
            )
        };
        if answer != CKR_OK {
            return Err(format!("C_Sign: {answer:#x}"));
        }
        value.truncate(length as usize);
        Ok(value)
    }
}

/// Many small files with one secret, beside the least that each can cost.
fn batch(one_by_hand: Duration) -> Outcome<()> {
    let organisation = Organisation::found();
    let content = fs::read(sample::agreement())?;
    let inputs: Vec<_> = (0..FILES)
        .map(|number| organisation.path(&format!("{number}.pdf")))
        .collect();
    for input in &inputs {
        fs::write(input, &content)?;
    }
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for round in 0..BATCHES {
        let begun = Instant::now();
        for input in &inputs {
            copied(input, &input.with_extension(format!("copy-{round}")))?;
        }
        floor.push(begun.elapsed() / FILES as u32 + one_by_hand);

        let files = inputs.iter().map(|input| FileToSign {
            input: input.clone(),
            password: None,
            output: input.with_extension(format!("signed-{round}.pdf")),
        });
        let rect = Rect {
            x: 36.0,
            y: 36.0,
            width: 180.0,
            height: 60.0,
        };
        let place = Placement::Box { page: 1, rect };
        let begun = Instant::now();
        organisation.sign_all(files.collect(), place, "officer", OFFICER_SECRET)?;
        ours.push(begun.elapsed() / FILES as u32);
    }
    let (ours, floor) = (median(ours), median(floor));
    let ratio = ours.as_secs_f64() / floor.as_secs_f64();
    println!(
        "\na batch of {FILES} files of {} KB, one secret, through everything\n\
         {:.3} ms a file; copy, SHA-256, fsync and a signature by hand {:.3} ms: {ratio:.2} times: {}",
        content.len() / 1024,
        milliseconds(ours),
        milliseconds(floor),
        met(ratio <= 3.0)
    );
    Ok(())
}

/// Copies a file, digests it and has it on its disk.
fn copied(input: &Path, output: &Path) -> Outcome<()> {
    let content = fs::read(input)?;
    let digest = Sha256::digest(&content);
    let mut file = File::create(output)?;
    file.write_all(&content)?;
    file.write_all(&digest)?;
    Ok(file.sync_all()?)
}

fn median(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    of.get(of.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// A bar in a word.
fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "NOT MET" }
}

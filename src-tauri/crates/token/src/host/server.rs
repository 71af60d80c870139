//! The host's side: one client, one module, one login, several workers.

use std::{
    fs, io,
    net::Shutdown,
    os::{fd::OwnedFd, unix::net::UnixStream},
    panic, process,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use minicbor::{CborLen, Encode};
use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{Mode, OFlags, open},
    io::{close, fcntl_dupfd_cloexec},
    process::{
        DumpableBehavior, Resource, Rlimit, Signal, getpid, kill_process, set_dumpable_behavior,
        setrlimit,
    },
    stdio::{dup2_stdin, stdin},
};

use super::{
    frame::{self, Frame},
    lines::{self, Lines},
    protocol::{Generation, OnToken, Opened, Request},
};
use crate::{
    Error, Result, SignerAlgorithm, ToBeSigned,
    card::{self, OnCard},
    login::Login,
    module::Module,
    secret::MacInTransit,
    slot,
};

/// How long a host may take to log out and finalise after its client went away; a module that
/// hangs in a call does not keep it longer.
const GRACE: Duration = Duration::from_secs(2);

/// Serves the client at the other end of standard input until it closes its sockets, or until the
/// token is lost.
///
/// Meant to be the whole of a program, and does to its process what such a program needs first:
/// no core dumps (RLIMIT_CORE 0), not dumpable and thus closed to debuggers of the same user
/// (PR_SET_DUMPABLE 0), no descriptor but the three standard ones, the socket moved away from standard input, which a module might read.
///
/// # Errors
/// Whatever these system calls answer, and what reading from and writing to the socket does.
pub fn serve() -> io::Result<()> {
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    close_inherited()?;
    let socket = take_standard_input()?;
    let socket = UnixStream::from(socket);
    let lines = lines::receive(&socket)?;
    end_with_the_client(socket)?;
    // A worker that is lost would be waited for; without a host the client starts another.
    panic::set_hook(Box::new(|_| process::abort()));
    answer_all(&lines)
}

/// Closes what came from the client's process beside standard input, output and error: a descriptor
/// that some library there opened without O_CLOEXEC, of a document perhaps, is no module's business.
#[expect(
    unsafe_code,
    reason = "descriptors of others can only be closed by number"
)]
fn close_inherited() -> io::Result<()> {
    const STANDARD_ERROR: i32 = 2;
    let inherited = fs::read_dir("/proc/self/fd")?
        .map(|entry| {
            Ok(entry?
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok()))
        })
        .collect::<io::Result<Vec<Option<i32>>>>()?;
    for descriptor in inherited.into_iter().flatten() {
        // The directory's own is closed already, and closing it again is a mistake of ours.
        let open = fs::symlink_metadata(format!("/proc/self/fd/{descriptor}")).is_ok();
        if descriptor > STANDARD_ERROR && open {
            // SAFETY: this process has just started, has one thread and has opened nothing but the
            // directory above, which is closed again; nobody owns any of these.
            unsafe { close(descriptor) };
        }
    }
    Ok(())
}

/// Moves the socket to a descriptor of its own; standard input becomes `/dev/null`.
fn take_standard_input() -> io::Result<OwnedFd> {
    const ABOVE_STANDARD_ERROR: i32 = 3;
    let socket = fcntl_dupfd_cloexec(stdin(), ABOVE_STANDARD_ERROR)?;
    dup2_stdin(open("/dev/null", OFlags::RDONLY, Mode::empty())?)?;
    Ok(socket)
}

/// Ends the process some time after the client closed its socket, even if a module never returns
/// from a call.
fn end_with_the_client(socket: UnixStream) -> io::Result<()> {
    thread::Builder::new().spawn(move || {
        let mut closed = [PollFd::new(&socket, PollFlags::RDHUP)];
        while poll(&mut closed, None).is_err() {} // interrupted by a signal
        thread::sleep(GRACE);
        // No exit handlers: a module that hangs has its locks, and some crash there.
        let _ = kill_process(getpid(), Signal::KILL);
    })?;
    Ok(())
}

/// Answers until the client closes its sockets, or the token is lost; each worker on its own line.
fn answer_all(lines: &Lines) -> io::Result<()> {
    let server = Server {
        lines,
        ending: AtomicBool::new(false),
        state: RwLock::new(State {
            login: None,
            module: None,
            generation: Generation::NONE,
        }),
    };
    let worked = thread::scope(|scope| {
        let server = &server;
        let workers: Vec<_> = lines
            .iter()
            .map(|line| thread::Builder::new().spawn_scoped(scope, move || server.work(line)))
            .collect();
        if workers.iter().any(Result::is_err) {
            server.stop(); // a call on a line without a worker would wait for its deadline
        }
        workers
            .into_iter()
            .map(|worker| worker?.join().unwrap_or(Ok(()))) // a panic has ended the process
            .fold(Ok(()), Result::and)
    });
    server.end();
    worked
}

/// An answer that will not fit is not worked for.
fn answer_fits(algorithm: SignerAlgorithm, inputs: &[ToBeSigned]) -> Result<()> {
    let length = inputs.len().saturating_mul(algorithm.signature_len());
    if length > frame::LONGEST {
        return Err(Error::MessageTooLong {
            length: length as u64,
            limit: frame::LONGEST as u64,
        });
    }
    Ok(())
}

struct Server<'s> {
    lines: &'s Lines,
    /// No further request is answered.
    ending: AtomicBool,
    state: RwLock<State>,
}

/// What requests work with.
///
/// Who works on the token holds it for reading from the check of the generation to the last call
/// (C_SignInit and C_Sign among them), and who logs in or out for writing. So no handle is used
/// under another login than the one that gave it.
struct State {
    login: Option<Login>,
    module: Option<Arc<Module>>,
    generation: Generation,
}

impl Server<'_> {
    fn work(&self, line: &UnixStream) -> io::Result<()> {
        let worked = self.answer_on(line);
        if worked.is_err() {
            self.stop();
        }
        worked
    }

    fn answer_on(&self, line: &UnixStream) -> io::Result<()> {
        while let Some(message) = frame::receive(line)? {
            if self.ending.load(Ordering::Relaxed) {
                break;
            }
            let request = frame::decode(&message).ok_or(io::ErrorKind::InvalidData)?;
            drop(message); // wiped before the work begins
            frame::send(line, &self.answer(request))?;
        }
        Ok(())
    }

    /// Has every worker end once it has answered; the client can ask nothing more.
    fn stop(&self) {
        self.ending.store(true, Ordering::Relaxed);
        for line in self.lines {
            let _ = line.shutdown(Shutdown::Read); // wakes the one that reads
        }
    }

    fn answer(&self, request: Request) -> Frame {
        match request {
            Request::Open { module, sha256 } => {
                let mut state = self.write();
                let opened = Module::open(&module, sha256).map(|module| {
                    let opened = Opened {
                        sha256: module.sha256,
                        loaded_by: module.loaded_by,
                    };
                    state.module = Some(Arc::new(module));
                    opened
                });
                self.frame(opened)
            }
            Request::Tokens => {
                let state = self.read();
                let tokens = state.module().and_then(|module| slot::tokens(module));
                self.frame(tokens)
            }
            Request::InitialiseToken {
                label,
                so_pin,
                user_pin,
            } => {
                let state = self.write();
                let token = state
                    .idle()
                    .and_then(|module| slot::initialise(module, &label, &so_pin.0, &user_pin.0));
                self.frame(token)
            }
            Request::Login { label, pin } => {
                let mut state = self.write();
                let module = state.idle().cloned();
                if module.is_ok() {
                    // Sessions of a login that is over go before others could get their numbers.
                    state.login = None;
                }
                let login = module.and_then(|module| Login::open(module, &label, &pin.0));
                let generation = login.map(|login| {
                    state.login = Some(login);
                    state.generation = state.generation.next();
                    state.generation
                });
                self.frame(generation)
            }
            Request::Logout { generation } => {
                let mut state = self.write();
                let closed = match state.login(generation) {
                    Ok(_) => state.login.take().map_or(Ok(()), Login::close),
                    Err(error) => Err(error),
                };
                self.frame(closed)
            }
            Request::OnToken {
                generation,
                request,
            } => {
                let state = self.read();
                match state.login(generation) {
                    Ok(login) => self.on_token(login, request),
                    Err(error) => self.frame::<()>(Err(error)),
                }
            }
            Request::OnCard(request) => self.on_card(request),
        }
    }

    /// Something about cards, in a process that holds no login.
    fn on_card(&self, request: OnCard) -> Frame {
        let state = self.write();
        let module = match state.idle() {
            Ok(module) => module,
            Err(error) => return self.frame::<()>(Err(error)),
        };
        match request {
            OnCard::Slots => self.frame(card::slots(module)),
            OnCard::Certificates { card } => self.frame(card::certificates(module, &card)),
            OnCard::Sign {
                card,
                key,
                inputs,
                pin,
            } => {
                let pin = pin.as_ref().map(|pin| &pin.0);
                self.frame(card::sign(module, &card, &key, &inputs, pin))
            }
        }
    }

    fn on_token(&self, login: &Login, request: OnToken) -> Frame {
        match request {
            OnToken::Mechanisms => self.done(login, |login| login.mechanisms()),
            OnToken::WrapMechanism => self.done(login, Login::wrap_mechanism),
            OnToken::Create { kind, label } => self.done(login, |login| login.create(kind, &label)),
            OnToken::MakeCanary { master } => self.done(login, |login| login.make_canary(&master)),
            OnToken::ProveWrappingKey { label, canary } => {
                self.done(login, |login| login.prove_wrapping_key(&label, &canary))
            }
            OnToken::Rehearse { kind, label } => {
                self.done(login, |login| login.rehearse(kind, &label))
            }
            OnToken::ProveMacKey { label, known } => {
                self.done(login, |login| login.prove_mac_key(&label, &known))
            }
            OnToken::ProveSigningKey {
                label,
                spki,
                challenge,
            } => self.done(login, |login| {
                login.prove_signing_key(&label, &spki, &challenge)
            }),
            OnToken::Hmac { label, data } => self.done(login, |login| {
                login.hmac(&label, data.expose()).map(MacInTransit)
            }),
            OnToken::Sign { label, input } => self.done(login, |login| login.sign(&label, &input)),
            OnToken::Generate { algorithm } => self.done(login, |login| login.generate(algorithm)),
            OnToken::Import { pkcs8, algorithm } => {
                self.done(login, |login| login.import(&pkcs8, algorithm))
            }
            OnToken::Unwrap {
                master,
                wrapped,
                algorithm,
            } => self.done(login, |login| login.unwrap(&master, &wrapped, algorithm)),
            OnToken::SessionKeySign { key, input } => {
                self.done(login, |login| login.session_key_sign(key, &input))
            }
            OnToken::SessionKeyWrap { key, master } => {
                self.done(login, |login| login.session_key_wrap(key, &master))
            }
            OnToken::SessionKeyDestroy { key } => {
                self.done(login, |login| login.session_key_destroy(key))
            }
            OnToken::SignWithWrapped {
                master,
                wrapped,
                algorithm,
                inputs,
            } => self.done(login, |login| {
                answer_fits(algorithm, &inputs)?;
                login.sign_with_wrapped(&master, &wrapped, algorithm, &inputs)
            }),
            OnToken::GenerateResident { algorithm, id } => {
                self.done(login, |login| login.generate_resident(algorithm, id))
            }
            OnToken::SignResident {
                id,
                spki,
                algorithm,
                inputs,
            } => self.done(login, |login| {
                answer_fits(algorithm, &inputs)?;
                login.sign_resident(id, &spki, algorithm, &inputs)
            }),
            OnToken::DestroyResident { id } => self.done(login, |login| login.destroy_resident(id)),
            OnToken::ResidentKeys => self.done(login, Login::resident_keys),
            OnToken::ObjectCounts => self.done(login, |login| login.object_counts()),
            OnToken::Probe { attack, production } => {
                self.done(login, |login| login.probe(attack, production.as_ref()))
            }
            OnToken::Profile => self.done(login, Login::profile),
        }
    }

    /// Does something on the token. The handles stay those that were proven: whatever failed, a key
    /// that was put in a proven one's place is not found anew.
    fn done<T: Encode<()> + CborLen<()>>(
        &self,
        login: &Login,
        work: impl FnOnce(&Login) -> Result<T>,
    ) -> Frame {
        let done = work(login);
        if matches!(done, Err(Error::LoginOver)) {
            login.mark_over();
        }
        self.frame(done)
    }

    fn frame<T: Encode<()> + CborLen<()>>(&self, answer: Result<T>) -> Frame {
        if matches!(answer, Err(Error::TokenLost { .. })) {
            self.stop(); // a new process is the cleanest C_Initialize there is
        }
        frame::encode(&answer).unwrap_or_else(|length| {
            let too_long = Error::MessageTooLong {
                length: length as u64,
                limit: frame::LONGEST as u64,
            };
            frame::encode(&Result::<(), Error>::Err(too_long)).expect("this error is short")
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs out, drops every session, then finalises: afterwards a stale session could close
    /// another's of the same number.
    fn end(self) {
        let state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(login) = state.login {
            let _ = login.close(); // the token logs out with its last session anyway
        }
        if let Some(module) = state.module.and_then(Arc::into_inner) {
            module.finalise();
        }
    }
}

impl State {
    fn module(&self) -> Result<&Arc<Module>> {
        self.module.as_ref().ok_or(Error::OutOfStep)
    }

    /// The module, while no login is held.
    fn idle(&self) -> Result<&Arc<Module>> {
        match &self.login {
            Some(login) if !login.is_over() => Err(Error::LoginHeld),
            _ => self.module(),
        }
    }

    /// The login, if it is the one a handle belongs to and the token has not ended it.
    fn login(&self, generation: Generation) -> Result<&Login> {
        if generation != self.generation {
            return Err(Error::LoginOver);
        }
        let login = self.login.as_ref().filter(|login| !login.is_over());
        login.ok_or(Error::LoginOver)
    }
}

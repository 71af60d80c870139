//! The host's side: one client, one module, one login, one request at a time.

use std::{
    fs, io,
    os::{fd::OwnedFd, unix::net::UnixStream},
    rc::Rc,
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
    protocol::{Generation, OnToken, Opened, Request},
};
use crate::{
    Error, Result,
    card::{self, OnCard},
    login::Login,
    module::Module,
    secret::MacInTransit,
    slot,
};

/// How long a host may take to log out and finalise after its client went away; a module that
/// hangs in a call does not keep it longer.
const GRACE: Duration = Duration::from_secs(2);

/// Serves the client at the other end of standard input until it closes its socket, or until the
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
    end_with_the_client(&socket)?;
    answer_all(&UnixStream::from(socket))
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
fn end_with_the_client(socket: &OwnedFd) -> io::Result<()> {
    let socket = socket.try_clone()?;
    thread::Builder::new().spawn(move || {
        let mut closed = [PollFd::new(&socket, PollFlags::RDHUP)];
        while poll(&mut closed, None).is_err() {} // interrupted by a signal
        thread::sleep(GRACE);
        // No exit handlers: a module that hangs has its locks, and some crash there.
        let _ = kill_process(getpid(), Signal::KILL);
    })?;
    Ok(())
}

fn answer_all(socket: &UnixStream) -> io::Result<()> {
    let mut server = Server {
        login: None,
        module: None,
        generation: Generation::NONE,
        login_over: false,
        token_lost: false,
    };
    while let Some(message) = frame::receive(socket)? {
        let request = frame::decode(&message).ok_or(io::ErrorKind::InvalidData)?;
        drop(message); // wiped before the work begins
        let answer = server.answer(request);
        frame::send(socket, &answer)?;
        if server.token_lost {
            break; // a new process is the cleanest C_Initialize there is
        }
    }
    server.end();
    Ok(())
}

struct Server {
    login: Option<Login>,
    module: Option<Rc<Module>>,
    generation: Generation,
    /// The last answer was that the login is over; the token ended it.
    login_over: bool,
    /// An answer was that the token is lost.
    token_lost: bool,
}

impl Server {
    fn answer(&mut self, request: Request) -> Frame {
        match request {
            Request::Open { module, sha256 } => {
                let opened = Module::open(&module, sha256).map(|module| {
                    let opened = Opened {
                        sha256: module.sha256,
                        loaded_by: module.loaded_by,
                    };
                    self.module = Some(Rc::new(module));
                    opened
                });
                self.frame(opened)
            }
            Request::Tokens => {
                let tokens = self
                    .module()
                    .and_then(|module| slot::tokens(&module.context));
                self.frame(tokens)
            }
            Request::InitialiseToken {
                label,
                so_pin,
                user_pin,
            } => {
                let token = self.idle().and_then(|module| {
                    slot::initialise(&module.context, &label, &so_pin.0, &user_pin.0)
                });
                self.frame(token)
            }
            Request::Login { label, pin } => {
                let login = self
                    .idle()
                    .and_then(|module| Login::open(&module, &label, &pin.0));
                let generation = login.map(|login| {
                    self.login = Some(login);
                    self.generation = self.generation.next();
                    self.generation
                });
                self.frame(generation)
            }
            Request::Logout { generation } => {
                let closed = self.take_login(generation).and_then(Login::close);
                self.frame(closed)
            }
            Request::OnToken {
                generation,
                request,
            } => match self.take_login(generation) {
                Ok(mut login) => {
                    let answer = self.on_token(&mut login, request);
                    self.login = Some(login).filter(|_| !self.login_over);
                    answer
                }
                Err(error) => self.frame::<()>(Err(error)),
            },
            Request::OnCard(request) => self.on_card(request),
        }
    }

    /// Something about cards, in a process that holds no login.
    fn on_card(&mut self, request: OnCard) -> Frame {
        let module = match self.idle() {
            Ok(module) => module,
            Err(error) => return self.frame::<()>(Err(error)),
        };
        match request {
            OnCard::Slots => self.frame(card::slots(&module)),
            OnCard::Certificates { card } => self.frame(card::certificates(&module, &card)),
            OnCard::Sign {
                card,
                key,
                inputs,
                pin,
            } => {
                let pin = pin.as_ref().map(|pin| &pin.0);
                self.frame(card::sign(&module, &card, &key, &inputs, pin))
            }
        }
    }

    fn on_token(&mut self, login: &mut Login, request: OnToken) -> Frame {
        match request {
            OnToken::Mechanisms => self.done(login, |login| login.mechanisms()),
            OnToken::WrapMechanism => self.done(login, Login::wrap_mechanism),
            OnToken::Create { kind, label } => self.done(login, |login| login.create(kind, &label)),
            OnToken::MakeCanary { master } => self.done(login, |login| login.make_canary(&master)),
            OnToken::ProveWrappingKey { label, canary } => {
                self.done(login, |login| login.prove_wrapping_key(&label, &canary))
            }
            OnToken::ProveMacKey { label, known } => {
                self.done(login, |login| login.prove_mac_key(&label, &known))
            }
            OnToken::ProveSigningKey {
                label,
                spki,
                digest,
            } => self.done(login, |login| {
                login.prove_signing_key(&label, &spki, digest.into())
            }),
            OnToken::Hmac { label, data } => self.done(login, |login| {
                login.hmac(&label, data.expose()).map(MacInTransit)
            }),
            OnToken::Sign { label, digest } => {
                self.done(login, |login| login.sign(&label, &digest))
            }
            OnToken::Generate { algorithm } => self.done(login, |login| login.generate(algorithm)),
            OnToken::Unwrap {
                master,
                wrapped,
                algorithm,
            } => self.done(login, |login| login.unwrap(&master, &wrapped, algorithm)),
            OnToken::SessionKeySign { key, digest } => {
                self.done(login, |login| login.session_key_sign(key, &digest))
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
                digests,
            } => self.done(login, |login| {
                // An answer that will not fit is not worked for.
                let length = digests.len().saturating_mul(algorithm.signature_len());
                if length > frame::LONGEST {
                    return Err(Error::MessageTooLong {
                        length: length as u64,
                        limit: frame::LONGEST as u64,
                    });
                }
                login.sign_with_wrapped(&master, &wrapped, algorithm, &digests)
            }),
            OnToken::ObjectCounts => self.done(login, |login| login.object_counts()),
        }
    }

    /// Does something on the token; whatever failed, handles found before are not trusted after.
    fn done<T: Encode<()> + CborLen<()>>(
        &mut self,
        login: &mut Login,
        work: impl FnOnce(&mut Login) -> Result<T>,
    ) -> Frame {
        let done = work(login);
        if done.is_err() {
            login.forget_handles();
        }
        self.frame(done)
    }

    fn frame<T: Encode<()> + CborLen<()>>(&mut self, answer: Result<T>) -> Frame {
        self.login_over = matches!(answer, Err(Error::LoginOver));
        self.token_lost |= matches!(answer, Err(Error::TokenLost { .. }));
        frame::encode(&answer).unwrap_or_else(|length| {
            frame::encode(&Result::<(), Error>::Err(Error::MessageTooLong {
                length: length as u64,
                limit: frame::LONGEST as u64,
            }))
            .expect("this error is short")
        })
    }

    fn module(&self) -> Result<Rc<Module>> {
        self.module.clone().ok_or(Error::OutOfStep)
    }

    /// The module, while no login is held.
    fn idle(&self) -> Result<Rc<Module>> {
        match self.login {
            Some(_) => Err(Error::LoginHeld),
            None => self.module(),
        }
    }

    /// The login, if it is the one a handle belongs to.
    fn take_login(&mut self, generation: Generation) -> Result<Login> {
        if generation != self.generation {
            return Err(Error::LoginOver);
        }
        self.login.take().ok_or(Error::LoginOver)
    }

    /// Logs out, drops every session, then finalises: afterwards a stale session could close
    /// another's of the same number.
    fn end(self) {
        if let Some(login) = self.login {
            let _ = login.close(); // the token logs out with its last session anyway
        }
        if let Some(module) = self.module.and_then(Rc::into_inner) {
            module.finalise();
        }
    }
}

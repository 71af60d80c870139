//! A running host process: one socket, several calls in flight, a deadline for each.

use std::{
    collections::HashMap,
    ffi::OsString,
    fmt,
    io::{self, Read, Write},
    net::Shutdown,
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use minicbor::Decode;

use super::{
    WORKERS,
    frame::{self, CallNumber, Frame},
    protocol::{Request, Turn},
};
use crate::{Error, Result};

/// A host process, and its socket, which any thread may call over.
///
/// There is no thread that reads: of those that wait for an answer one reads for all, and hands
/// over when its own has come. A lone call thus costs one write and one read, as if there were no
/// others.
pub(crate) struct Process {
    deadline: Duration,
    socket: UnixStream,
    /// Held while a request is written, so that two do not mix.
    writing: Mutex<()>,
    desk: Mutex<Desk>,
    /// The desk has changed.
    news: Condvar,
}

/// What the callers know of each other.
struct Desk {
    /// None once the process has ended.
    child: Option<Child>,
    /// The host said that it ends: what is in flight is answered, nothing new is asked.
    closing: bool,
    newest: CallNumber,
    /// The calls in flight, and their answers.
    due: HashMap<CallNumber, Option<Frame>>,
    /// A caller reads the socket.
    reading: bool,
    /// A caller wants, or has, the process for itself.
    alone: bool,
}

impl Desk {
    fn has_ended(&self) -> bool {
        self.child.is_none()
    }
}

impl Process {
    /// Starts an executable with the other end of a socket pair as its standard input and nothing
    /// else of ours: no environment but the one given, no output, no working directory.
    pub(crate) fn start(
        executable: &Path,
        environment: &[(OsString, OsString)],
        deadline: Duration,
    ) -> Result<Self> {
        let not_started = |source| Error::HostNotStarted {
            executable: executable.to_owned(),
            source,
        };
        let (socket, theirs) = UnixStream::pair().map_err(not_started)?;
        let child = Command::new(executable)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        Ok(Self {
            deadline,
            socket,
            writing: Mutex::new(()),
            desk: Mutex::new(Desk {
                child: Some(child),
                closing: false,
                newest: CallNumber::NONE,
                due: HashMap::new(),
                reading: false,
                alone: false,
            }),
            news: Condvar::new(),
        })
    }

    /// Asks and waits for the answer, at most until the deadline, which the request may put off.
    ///
    /// As many calls as the host has workers are under way at once; waiting for a place among them
    /// is not counted. If the deadline passes the host is killed, and the other calls end with
    /// [`Error::HostGone`].
    pub(crate) fn call<T>(&self, request: &Request) -> Result<T>
    where
        T: for<'b> Decode<'b, ()>,
    {
        let deadline = self.deadline + request.takes_longer_by();
        let place = self.enter(request.turn())?;
        let frame = frame::encode(place.call, request).map_err(|length| Error::MessageTooLong {
            length: length as u64,
            limit: frame::LONGEST as u64,
        })?;
        let until = Instant::now() + deadline;
        let written = self.write(&frame, until);
        drop(frame); // there may be a PIN in it
        let answer = written.and_then(|()| self.answer(place.call, until));
        if answer
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        {
            // It ends, and reads no more; what it was asked before is still answered.
            self.desk().closing = true;
            return Err(Error::HostGone);
        }
        let answer = match answer {
            Ok(message) => frame::decode::<Result<T>>(&message).ok_or(Error::OutOfStep),
            Err(error) => Err(match error.kind() {
                io::ErrorKind::TimedOut => Error::HostTimedOut { deadline },
                io::ErrorKind::InvalidData => Error::OutOfStep,
                _ => Error::HostGone,
            }),
        };
        match answer {
            Ok(answer) => {
                if matches!(answer, Err(Error::TokenLost { .. })) {
                    self.desk().closing = true;
                }
                answer
            }
            Err(error) => {
                self.kill();
                Err(error)
            }
        }
    }

    pub(crate) fn id(&self) -> Option<u32> {
        let desk = self.desk();
        let child = desk.child.as_ref().filter(|_| !desk.closing);
        child.map(Child::id)
    }

    /// Waits for a place among the calls in flight.
    fn enter(&self, turn: Turn) -> Result<Place<'_>> {
        let mut desk = self.desk();
        // Whoever wants the process alone keeps new calls out first, and then waits for the others.
        while !desk.has_ended() && (desk.alone || desk.due.len() >= WORKERS) {
            desk = self.wait(desk);
        }
        if turn == Turn::Alone {
            desk.alone = true;
            while !desk.has_ended() && !desk.due.is_empty() {
                desk = self.wait(desk);
            }
        }
        if desk.has_ended() || desk.closing {
            if turn == Turn::Alone {
                desk.alone = false;
                self.news.notify_all();
            }
            return Err(Error::HostGone);
        }
        let call = desk.newest.next();
        desk.newest = call;
        desk.due.insert(call, None);
        Ok(Place {
            process: self,
            call,
            turn,
        })
    }

    fn write(&self, frame: &Frame, until: Instant) -> io::Result<()> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        frame::send(&self.timed(until), frame)
    }

    /// Waits for the answer of a call, and reads for everybody if nobody does.
    fn answer(&self, call: CallNumber, until: Instant) -> io::Result<Frame> {
        let mut desk = self.desk();
        loop {
            if let Some(answer) = desk.due.get_mut(&call).and_then(Option::take) {
                return Ok(answer);
            }
            if desk.has_ended() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if desk.reading {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                let waited = self.news.wait_timeout(desk, left);
                (desk, _) = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            desk.reading = true;
            drop(desk);
            let read = frame::receive(&self.timed(until));
            desk = self.desk();
            desk.reading = false;
            self.news.notify_all();
            let (number, message) = read?.ok_or(io::ErrorKind::UnexpectedEof)?;
            match desk.due.get_mut(&number) {
                Some(answer @ None) => *answer = Some(message),
                // Nobody asked, or it was answered before.
                Some(Some(_)) | None => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
    }

    /// Ends the process at once, whatever it does (it may be stopped, or hang in a call).
    fn kill(&self) {
        let child = self.desk().child.take();
        // Whoever reads or writes is woken as well.
        let _ = self.socket.shutdown(Shutdown::Both);
        if let Some(mut child) = child {
            let _ = child.kill(); // it may have ended by itself
            let _ = child.wait();
        }
        self.news.notify_all();
    }

    fn timed(&self, until: Instant) -> Timed<'_> {
        Timed {
            socket: &self.socket,
            until,
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Every change is whole before anything can panic.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'d>(&self, desk: MutexGuard<'d, Desk>) -> MutexGuard<'d, Desk> {
        self.news.wait(desk).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the process log out and end by itself, for a moment.
impl Drop for Process {
    fn drop(&mut self) {
        /// Longer than the host gives itself.
        const PATIENCE: Duration = Duration::from_secs(3);

        if !self.desk().has_ended() {
            let _ = self.socket.shutdown(Shutdown::Write);
            let end = self.timed(Instant::now() + PATIENCE);
            let _ = (&end).read(&mut [0]); // ends with the process; it has nothing to say
        }
        self.kill();
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("id", &self.id()).finish()
    }
}

/// A place among the calls in flight.
struct Place<'p> {
    process: &'p Process,
    call: CallNumber,
    turn: Turn,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut desk = self.process.desk();
        desk.due.remove(&self.call);
        if self.turn == Turn::Alone {
            desk.alone = false;
        }
        self.process.news.notify_all();
    }
}

/// A socket that is read and written until a point in time.
struct Timed<'a> {
    socket: &'a UnixStream,
    until: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(left)
    }
}

/// The operating system says that a wait was cut off as it says that nothing is there.
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

impl Read for &Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        let mut socket = self.socket;
        socket.read(buffer).map_err(timed_out)
    }
}

impl Write for &Timed<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        let mut socket = self.socket;
        socket.write(buffer).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

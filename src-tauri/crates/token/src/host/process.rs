//! A running host process: several calls in flight, each on a line of its own and with a deadline.

use std::{
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
    frame::{self, Frame},
    lines::{self, Lines},
    protocol::{Request, Turn},
};
use crate::{Error, Result};

/// A host process, and the lines to it, which any thread may call over.
pub(crate) struct Process {
    deadline: Duration,
    /// The host's standard input; it says nothing on it and ends with it.
    control: UnixStream,
    lines: Lines,
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
    /// The lines that no call is on, the one used last at the end.
    idle: Vec<usize>,
    /// A caller wants, or has, the process for itself.
    alone: bool,
}

impl Desk {
    fn has_ended(&self) -> bool {
        self.child.is_none()
    }

    fn is_at_rest(&self) -> bool {
        self.idle.len() == WORKERS
    }
}

impl Process {
    /// Starts an executable with the other end of a socket pair as its standard input, over which it
    /// gets its lines, and nothing else of ours: no environment but the one given, no output, no
    /// working directory.
    pub(crate) fn start(
        executable: &Path,
        environment: &[(OsString, OsString)],
        deadline: Duration,
    ) -> Result<Self> {
        let not_started = |source| Error::HostNotStarted {
            executable: executable.to_owned(),
            source,
        };
        let (control, theirs) = UnixStream::pair().map_err(not_started)?;
        let child = Command::new(executable)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        let (ours, theirs) = lines::lay().map_err(not_started)?;
        let process = Self {
            deadline,
            control,
            lines: ours,
            desk: Mutex::new(Desk {
                child: Some(child),
                closing: false,
                idle: (0..WORKERS).collect(),
                alone: false,
            }),
            news: Condvar::new(),
        };
        match lines::send(&process.control, &theirs) {
            // It has ended already, which the first call finds.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            sent => sent.map_err(not_started)?,
        }
        Ok(process)
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
        let frame = frame::encode(request).map_err(|length| Error::MessageTooLong {
            length: length as u64,
            limit: frame::LONGEST as u64,
        })?;
        let answer = place.line(Instant::now() + deadline).ask(frame);
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

    /// Waits for a line that no call is on.
    fn enter(&self, turn: Turn) -> Result<Place<'_>> {
        let mut desk = self.desk();
        // Whoever wants the process alone keeps new calls out first, and then waits for the others.
        while !desk.has_ended() && (desk.alone || desk.idle.is_empty()) {
            desk = self.wait(desk);
        }
        if turn == Turn::Alone {
            desk.alone = true;
            while !desk.has_ended() && !desk.is_at_rest() {
                desk = self.wait(desk);
            }
        }
        let line = match desk.has_ended() || desk.closing {
            true => None,
            false => desk.idle.pop(),
        };
        let Some(line) = line else {
            if turn == Turn::Alone {
                desk.alone = false;
                self.news.notify_all();
            }
            return Err(Error::HostGone);
        };
        Ok(Place {
            process: self,
            line,
            turn,
        })
    }

    /// Ends the process at once, whatever it does (it may be stopped, or hang in a call).
    fn kill(&self) {
        let child = self.desk().child.take();
        // Whoever reads or writes is woken as well.
        self.hang_up(Shutdown::Both);
        if let Some(mut child) = child {
            let _ = child.kill(); // it may have ended by itself
            let _ = child.wait();
        }
        self.news.notify_all();
    }

    fn hang_up(&self, how: Shutdown) {
        for socket in self.lines.iter().chain([&self.control]) {
            let _ = socket.shutdown(how); // it may be so already
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
            self.hang_up(Shutdown::Write);
            let end = Line {
                socket: &self.control,
                until: Instant::now() + PATIENCE,
            };
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

/// A call's line, until the call has ended.
struct Place<'p> {
    process: &'p Process,
    line: usize,
    turn: Turn,
}

impl Place<'_> {
    fn line(&self, until: Instant) -> Line<'_> {
        Line {
            socket: &self.process.lines[self.line],
            until,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut desk = self.process.desk();
        desk.idle.push(self.line);
        if self.turn == Turn::Alone {
            desk.alone = false;
        }
        drop(desk);
        self.process.news.notify_all();
    }
}

/// A socket that is read and written until a point in time.
struct Line<'a> {
    socket: &'a UnixStream,
    until: Instant,
}

impl Line<'_> {
    fn ask(&self, frame: Frame) -> io::Result<Frame> {
        frame::send(self, &frame)?;
        drop(frame); // there may be a PIN in it
        frame::receive(self)?.ok_or(io::ErrorKind::UnexpectedEof.into())
    }

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

impl Read for &Line<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        let mut socket = self.socket;
        socket.read(buffer).map_err(timed_out)
    }
}

impl Write for &Line<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        let mut socket = self.socket;
        socket.write(buffer).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

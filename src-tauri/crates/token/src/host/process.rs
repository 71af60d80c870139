//! A running host process: one socket, one call at a time, a deadline for each.

use std::{
    ffi::OsString,
    fmt,
    io::{self, Read, Write},
    net::Shutdown,
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use minicbor::{CborLen, Decode, Encode};

use super::frame;
use crate::{Error, Result};

pub(crate) struct Process {
    deadline: Duration,
    link: Mutex<Option<Link>>,
}

/// A living process and our end of its socket.
struct Link {
    child: Child,
    socket: UnixStream,
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
            link: Mutex::new(Some(Link { child, socket })),
        })
    }

    /// Asks and waits for the answer, at most until the deadline. Waiting for another call to end
    /// is not counted.
    pub(crate) fn call<T>(&self, request: &(impl Encode<()> + CborLen<()>)) -> Result<T>
    where
        T: for<'b> Decode<'b, ()>,
    {
        self.call_longer(request, Duration::ZERO)
    }

    /// As `call`, with a deadline that is longer by what the request is known to take.
    pub(crate) fn call_longer<T>(
        &self,
        request: &(impl Encode<()> + CborLen<()>),
        longer: Duration,
    ) -> Result<T>
    where
        T: for<'b> Decode<'b, ()>,
    {
        let deadline = self.deadline + longer;
        let frame = frame::encode(request).map_err(|length| Error::MessageTooLong {
            length: length as u64,
            limit: frame::LONGEST as u64,
        })?;
        let mut link = self.link();
        let Some(running) = link.as_mut() else {
            return Err(Error::HostGone);
        };
        let socket = Timed {
            socket: &running.socket,
            until: Instant::now() + deadline,
        };
        let answer = frame::send(&socket, &frame).and_then(|()| frame::receive(&socket));
        drop(frame);
        let error = match answer {
            Ok(Some(message)) => match frame::decode::<Result<T>>(&message) {
                Some(answer) => return answer,
                None => Error::OutOfStep,
            },
            Ok(None) => Error::HostGone,
            Err(error) => match error.kind() {
                io::ErrorKind::TimedOut => Error::HostTimedOut { deadline },
                io::ErrorKind::InvalidData => Error::OutOfStep,
                _ => Error::HostGone,
            },
        };
        if let Some(link) = link.take() {
            link.kill();
        }
        Err(error)
    }

    pub(crate) fn id(&self) -> Option<u32> {
        self.link().as_ref().map(|link| link.child.id())
    }

    fn link(&self) -> MutexGuard<'_, Option<Link>> {
        // A panic between send and receive cannot be: nothing there does. Were there one, the
        // next call would find the host out of step and end it.
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(link) = self.link().take() {
            link.close();
        }
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("id", &self.id()).finish()
    }
}

impl Link {
    /// Ends the process at once, whatever it does (it may be stopped, or hang in a call).
    fn kill(mut self) {
        let _ = self.child.kill(); // it may have ended by itself
        let _ = self.child.wait();
    }

    /// Lets the process log out and end by itself, for a moment.
    fn close(self) {
        /// Longer than the host gives itself.
        const PATIENCE: Duration = Duration::from_secs(3);

        let end = Timed {
            socket: &self.socket,
            until: Instant::now() + PATIENCE,
        };
        let _ = self.socket.shutdown(Shutdown::Write);
        let _ = (&end).read(&mut [0]); // ends with the process; it has nothing to say
        self.kill();
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

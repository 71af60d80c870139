//! Pages as pictures, drawn by PDFium.
//!
//! What a person sees before and after signing comes from here, and nothing else does: reading,
//! editing and signing are done by the rest of this crate, which never asks PDFium anything.
//!
//! PDFium is one library per process, is not thread safe and can be slow on purpose-made files.
//! So one thread owns it together with the documents it has open; a [`Renderer`] is a handle that
//! asks this thread and waits, with a deadline. Asking blocks: do it where blocking is allowed.
//!
//! ```no_run
//! use std::path::Path;
//! use pdf::render::{PageNumber, Renderer, Scale};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let renderer = Renderer::start(Path::new("/usr/lib/chancery"))?;
//! let document = renderer.open(Path::new("agreement.pdf"))?;
//! let picture = document.page(PageNumber::FIRST, Scale::new(2.0)?)?;
//! std::fs::write("page.webp", picture.to_webp()?)?;
//! # Ok(())
//! # }
//! ```

mod error;
mod picture;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
mod worker;

use std::{
    fmt,
    num::NonZeroU32,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    time::Duration,
};

use self::worker::{Job, Worker};
pub use self::{
    error::{Error, Result},
    picture::{MAX_PIXELS, MAX_SIDE, Picture},
};
use crate::encryption::Password;

/// How long one question may take, waiting for its turn included.
///
/// A page that needs longer is, in practice, one made to need longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// How many questions may wait for the thread; more are refused rather than piled up.
const WAITING: usize = 64;

/// The renderer of this process, once started, and the library it was started with.
static RUNNING: Mutex<Option<(PathBuf, Renderer)>> = Mutex::new(None);

/// A page, counted from 1 as people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageNumber(NonZeroU32);

impl PageNumber {
    /// The first page.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Takes a number counted from 1; `None` for 0.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Returns the number, counted from 1.
    #[must_use]
    pub const fn to_u32(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Pixels per point (1/72 inch): 1 is 72 dpi, 2 is 144 dpi.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale(f64);

impl Scale {
    /// Takes pixels per point.
    ///
    /// # Errors
    /// [`Error::Scale`] unless it is a number above zero. What is too large depends on the page
    /// and is told when one is drawn.
    pub fn new(pixels_per_point: f64) -> Result<Self> {
        if pixels_per_point.is_finite() && pixels_per_point > 0.0 {
            Ok(Self(pixels_per_point))
        } else {
            Err(Error::Scale(pixels_per_point))
        }
    }

    /// Returns pixels per point.
    #[must_use]
    pub fn pixels_per_point(self) -> f64 {
        self.0
    }
}

/// Where a page is looked at: annotations and layers can be on one of them alone (ISO 32000-2
/// §12.5.3, §8.11.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// On a screen.
    Screen,
    /// Printed.
    Paper,
}

/// The size of a page as shown: its CropBox, turned by `Rotate`, in points.
///
/// ISO 32000-2 §7.7.3.3 and §14.11.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageSize {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
}

/// A handle on the one thread of this process that draws pages.
#[derive(Debug, Clone)]
pub struct Renderer {
    jobs: SyncSender<Job>,
}

impl Renderer {
    /// Loads PDFium from a folder and starts the thread that owns it.
    ///
    /// The library can be loaded once in a process: a second start with the same folder gives
    /// another handle on the same thread.
    ///
    /// # Errors
    /// [`Error::LibraryMissing`], [`Error::LibraryUnusable`], [`Error::OtherLibrary`] if the
    /// process already draws with a library from another folder, [`Error::Thread`].
    pub fn start(library_dir: &Path) -> Result<Self> {
        let library = worker::library_path(library_dir);
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((loaded, renderer)) = running.as_ref() {
            return if *loaded == library {
                Ok(renderer.clone())
            } else {
                Err(Error::OtherLibrary {
                    loaded: loaded.clone(),
                    wanted: library,
                })
            };
        }
        let (jobs, waiting) = sync_channel(WAITING);
        worker::spawn(&library, waiting)?;
        let renderer = Self { jobs };
        *running = Some((library, renderer.clone()));
        Ok(renderer)
    }

    /// Opens a file, which is read from disk as pages are needed and never held whole.
    ///
    /// # Errors
    /// [`Error::Unreadable`], [`Error::NotAPdf`], [`Error::PasswordNeeded`],
    /// [`Error::UnknownEncryption`]; [`Error::Busy`], [`Error::Unresponsive`], [`Error::Crashed`].
    pub fn open(&self, path: &Path) -> Result<Document> {
        self.open_with(path, None)
    }

    /// Opens a file with a password, which is kept as long as the handle is.
    ///
    /// # Errors
    /// As [`Renderer::open`].
    pub fn open_with(&self, path: &Path, password: Option<Password>) -> Result<Document> {
        self.open_locked(Locked {
            path: path.to_owned(),
            password,
            length: None,
        })
    }

    /// Opens a file as it was when it ended at `length` bytes.
    ///
    /// # Errors
    /// As [`Renderer::open`].
    pub fn open_as_of(
        &self,
        path: &Path,
        password: Option<Password>,
        length: u64,
    ) -> Result<Document> {
        self.open_locked(Locked {
            path: path.to_owned(),
            password,
            length: Some(length),
        })
    }

    fn open_locked(&self, file: Locked) -> Result<Document> {
        let file = Arc::new(file);
        let opened = Arc::clone(&file);
        let pages = self.ask(move |worker| worker.pages(&opened))?;
        Ok(Document {
            renderer: self.clone(),
            file,
            pages,
        })
    }

    /// Closes a file now, and forgets its password; a handle on it opens it again when used.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unresponsive`], [`Error::Crashed`].
    pub fn forget(&self, path: &Path) -> Result<()> {
        let path = path.to_owned();
        self.ask(move |worker| {
            worker.forget(&path);
            Ok(())
        })
    }

    /// Draws the only page of a PDF that was made in memory, on nothing: paper stays transparent.
    ///
    /// This shows what a signature will look like before it is on any page.
    ///
    /// # Errors
    /// As [`Renderer::open`] and [`Document::page`]; [`Error::NotOneSheet`] if it has not exactly
    /// one page.
    pub fn sheet(&self, pdf: Vec<u8>, scale: Scale) -> Result<Picture> {
        self.ask(move |worker| worker.sheet(pdf, scale))
    }

    /// Has the thread do a piece of work and waits for what comes of it.
    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Worker<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = sync_channel(1);
        let job: Job = Box::new(move |worker| {
            let done = catch_unwind(AssertUnwindSafe(|| work(worker))).unwrap_or_else(|_| {
                // What was open may be in any state now; it is opened again when asked for.
                worker.forget_all();
                Err(Error::Crashed)
            });
            // Who asked may have stopped waiting at the deadline.
            let _ = answer.send(done);
        });
        self.jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Crashed,
        })?;
        answered
            .recv_timeout(DEADLINE)
            .unwrap_or_else(|missing| match missing {
                RecvTimeoutError::Timeout => Err(Error::Unresponsive),
                RecvTimeoutError::Disconnected => Err(Error::Crashed),
            })
    }
}

/// An open file.
///
/// The thread keeps a few files open at a time; one that had to make room, or was replaced on
/// disk, is opened again when a page is asked for.
#[derive(Debug, Clone)]
pub struct Document {
    renderer: Renderer,
    file: Arc<Locked>,
    pages: u32,
}

/// A file, and the password that opens it, if it has one.
#[derive(Debug)]
struct Locked {
    path: PathBuf,
    password: Option<Password>,
    /// How much of it counts; all if nothing is said.
    length: Option<u64>,
}

impl Locked {
    /// Whether both are the same state of the same file.
    fn is_state_of(&self, other: &Self) -> bool {
        self.path == other.path && self.length == other.length
    }

    /// Whether the same password, or none, opens both.
    fn opens_like(&self, other: &Self) -> bool {
        match (&self.password, &other.password) {
            (Some(one), Some(other)) => one.equals(other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Document {
    /// Returns the number of pages when it was opened.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Returns the size of a page as shown.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], and as [`Renderer::open`].
    pub fn page_size(&self, page: PageNumber) -> Result<PageSize> {
        let file = Arc::clone(&self.file);
        self.renderer
            .ask(move |worker| worker.page_size(&file, page))
    }

    /// Draws a page on white, with its annotations and form fields, so that signatures show.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::TooLarge`], [`Error::NotDrawn`], and as
    /// [`Renderer::open`].
    pub fn page(&self, page: PageNumber, scale: Scale) -> Result<Picture> {
        self.page_on(Medium::Screen, page, scale)
    }

    /// Draws a page as it is seen or as it is printed.
    ///
    /// # Errors
    /// As [`Document::page`].
    pub fn page_on(&self, medium: Medium, page: PageNumber, scale: Scale) -> Result<Picture> {
        let file = Arc::clone(&self.file);
        self.renderer
            .ask(move |worker| worker.page(&file, page, scale, medium))
    }

    /// Closes the file now; another handle on it opens it again when used.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unresponsive`], [`Error::Crashed`].
    pub fn close(self) -> Result<()> {
        self.renderer.forget(&self.file.path)
    }
}

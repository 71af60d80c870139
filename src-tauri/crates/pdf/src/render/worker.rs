//! The thread that owns PDFium.

use std::{
    fs::{self, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::SystemTime,
};

use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfColor, PdfDocument, PdfRenderConfig, Pdfium, PdfiumError,
    PdfiumInternalError,
};

use crate::document::Document;
use crate::encryption::Password;
use crate::source::{FileSource, Source, beginning};

use super::{Error, Locked, Medium, PageNumber, PageSize, Picture, Result, Scale, picture::Extent};

/// How many files stay open; the one not used for longest makes room.
const OPEN_DOCUMENTS: usize = 8;

/// A piece of work for the thread.
pub(super) type Job = Box<dyn FnOnce(&mut Worker<'_>) + Send>;

/// Returns the file that is loaded from a folder: `libpdfium.so`, `libpdfium.dylib`, `pdfium.dll`.
pub(super) fn library_path(folder: &Path) -> PathBuf {
    Pdfium::pdfium_platform_library_name_at_path(folder)
}

/// Starts the thread; returns once PDFium is loaded in it, or was not.
pub(super) fn spawn(library: &Path, jobs: Receiver<Job>) -> Result<()> {
    if !library.is_file() {
        return Err(Error::LibraryMissing {
            path: library.to_owned(),
        });
    }
    let library = library.to_owned();
    let (loaded, started) = sync_channel(1);
    thread::Builder::new()
        .name("pdfium".to_owned())
        .spawn(move || run(library, &loaded, jobs))
        .map_err(Error::Thread)?;
    started.recv().unwrap_or(Err(Error::Crashed))
}

/// Loads PDFium, says so, and works until every handle is gone.
fn run(library: PathBuf, loaded: &SyncSender<Result<()>>, jobs: Receiver<Job>) {
    let bindings = match Pdfium::bind_to_library(&library) {
        Ok(bindings) => bindings,
        Err(source) => {
            let _ = loaded.send(Err(Error::LibraryUnusable {
                path: library,
                source,
            }));
            return;
        }
    };
    let pdfium = Pdfium::new(bindings);
    let _ = loaded.send(Ok(()));
    let mut worker = Worker {
        pdfium: &pdfium,
        open: Vec::with_capacity(OPEN_DOCUMENTS),
    };
    for job in jobs {
        job(&mut worker);
    }
}

/// What the thread has in hand.
pub(super) struct Worker<'a> {
    pdfium: &'a Pdfium,
    /// Least recently used first.
    open: Vec<Open<'a>>,
}

/// A file PDFium has open.
struct Open<'a> {
    file: Arc<Locked>,
    stamp: Stamp,
    document: PdfDocument<'a>,
}

/// What tells that a file was replaced: its length and time of last change.
#[derive(PartialEq, Eq)]
struct Stamp(u64, Option<SystemTime>);

impl Stamp {
    fn new(metadata: &Metadata) -> Self {
        Self(metadata.len(), metadata.modified().ok())
    }
}

/// A file as PDFium reads it: all the bytes asked for, or an error, and behind them what heals it.
///
/// PDFium's callback knows only success and failure, and takes a short read for a success: the
/// rest of a file cut short while it is open would be whatever was in the buffer before. A file
/// whose cross-references are damaged it would mend in its own way; so it is given what a signature
/// would bring, and draws what would be signed.
struct Healed {
    source: Arc<dyn Source>,
    /// Length of the file when it was opened.
    length: u64,
    healing: Vec<u8>,
    at: u64,
}

impl Healed {
    fn open(file: &Locked) -> io::Result<Self> {
        let mut source: Arc<dyn Source> = Arc::new(FileSource::open(&file.path)?);
        let mut length = source.len()?;
        if let Some(end) = file.length.filter(|end| *end < length) {
            source = beginning(source, end);
            length = end;
        }
        // What we cannot read is PDFium's to try; it is not signed.
        let document = Document::open_with(source.clone(), file.password.as_ref());
        let healing = document.and_then(|document| document.healing());
        Ok(Self {
            source,
            length,
            healing: healing.unwrap_or_default(),
            at: 0,
        })
    }
}

impl Read for Healed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let within = self.length.saturating_sub(self.at);
        let within = usize::try_from(within).unwrap_or(usize::MAX);
        let (file, behind) = buffer.split_at_mut(within.min(buffer.len()));
        if !file.is_empty() {
            self.source.read_at(self.at, file)?;
        }
        if !behind.is_empty() {
            let start = (self.at + file.len() as u64).saturating_sub(self.length);
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let end = start.saturating_add(behind.len());
            let bytes = self.healing.get(start..end);
            behind.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        self.at += buffer.len() as u64;
        Ok(buffer.len())
    }
}

impl Seek for Healed {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let end = self.length + self.healing.len() as u64;
        let at = match position {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl<'a> Worker<'a> {
    /// Returns the number of pages.
    pub(super) fn pages(&mut self, file: &Arc<Locked>) -> Result<u32> {
        self.document(file).map(page_count)
    }

    /// Returns the size of a page as shown.
    pub(super) fn page_size(&mut self, file: &Arc<Locked>, page: PageNumber) -> Result<PageSize> {
        page_size(self.document(file)?, page)
    }

    /// Draws a page on white.
    pub(super) fn page(
        &mut self,
        file: &Arc<Locked>,
        page: PageNumber,
        scale: Scale,
        medium: Medium,
    ) -> Result<Picture> {
        draw(self.document(file)?, page, scale, PdfColor::WHITE, medium)
    }

    /// Draws a PDF of one page on nothing.
    pub(super) fn sheet(&self, pdf: Vec<u8>, scale: Scale) -> Result<Picture> {
        let document = self
            .pdfium
            .load_pdf_from_byte_vec(pdf, None)
            .map_err(not_opened)?;
        match page_count(&document) {
            1 => draw(
                &document,
                PageNumber::FIRST,
                scale,
                PdfColor::new(0, 0, 0, 0),
                Medium::Screen,
            ),
            pages => Err(Error::NotOneSheet { pages }),
        }
    }

    /// Closes a file.
    pub(super) fn forget(&mut self, path: &Path) {
        self.open.retain(|open| open.file.path != path);
    }

    /// Closes every file.
    pub(super) fn forget_all(&mut self) {
        self.open.clear();
    }

    /// Returns the document of a file, opened now if it was not or if the file was replaced.
    fn document(&mut self, file: &Arc<Locked>) -> Result<&PdfDocument<'a>> {
        let path = &file.path;
        let unreadable = |source| Error::Unreadable {
            path: path.to_owned(),
            source,
        };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        // Opening a pipe would wait for its other end.
        if !metadata.is_file() {
            return Err(unreadable(io::Error::other("not a regular file")));
        }
        let password = file.password.as_ref().map(Password::expose);
        // It would end the string that PDFium is handed.
        if password.is_some_and(|password| password.contains('\0')) {
            return Err(Error::PasswordNeeded);
        }
        let stamp = Stamp::new(&metadata);
        let known = self
            .open
            .iter()
            .position(|open| open.file.is_state_of(file))
            .map(|index| self.open.remove(index))
            .filter(|open| open.stamp == stamp && open.file.opens_like(file));
        let open = match known {
            Some(open) => open,
            None => Open {
                stamp,
                file: Arc::clone(file),
                document: self
                    .pdfium
                    .load_pdf_from_reader(Healed::open(file).map_err(unreadable)?, password)
                    .map_err(not_opened)?,
            },
        };
        if self.open.len() >= OPEN_DOCUMENTS {
            self.open.remove(0);
        }
        self.open.push(open);
        let newest = self.open.last().expect("a document was pushed just now");
        Ok(&newest.document)
    }
}

fn page_count(document: &PdfDocument<'_>) -> u32 {
    u32::try_from(document.pages().len()).unwrap_or(0)
}

/// Returns PDFium's index of a page, counted from 0.
fn index(document: &PdfDocument<'_>, page: PageNumber) -> Result<i32> {
    let pages = page_count(document);
    i32::try_from(page.to_u32() - 1)
        .ok()
        .filter(|_| page.to_u32() <= pages)
        .ok_or(Error::NoSuchPage { page, pages })
}

fn page_size(document: &PdfDocument<'_>, page: PageNumber) -> Result<PageSize> {
    let size = document
        .pages()
        .page_size(index(document, page)?)
        .map_err(|source| Error::NotDrawn { page, source })?;
    let size = PageSize {
        width: f64::from(size.width().value),
        height: f64::from(size.height().value),
    };
    let usable = |side: f64| side.is_finite() && side > 0.0;
    if usable(size.width) && usable(size.height) {
        Ok(size)
    } else {
        Err(Error::NoSize { page })
    }
}

fn draw(
    document: &PdfDocument<'_>,
    number: PageNumber,
    scale: Scale,
    paper: PdfColor,
    medium: Medium,
) -> Result<Picture> {
    let not_drawn = |source| Error::NotDrawn {
        page: number,
        source,
    };
    // Before the page is loaded: a picture that is refused costs nothing.
    let extent = Extent::new(page_size(document, number)?, scale)?;
    let page = document
        .pages()
        .get(index(document, number)?)
        .map_err(not_drawn)?;
    let (width, height) = (extent.width as i32, extent.height as i32); // at most `MAX_SIDE`
    let config = PdfRenderConfig::new()
        .set_fixed_size(width, height)
        .set_format(PdfBitmapFormat::BGRA)
        // Red first, as the picture and its encoders have it.
        .set_reverse_byte_order(true)
        .set_clear_color(paper)
        .render_annotations(true)
        // Widgets, and with them the appearances of signatures.
        .render_form_data(true)
        // What is only printed, and not what is only seen (§12.5.3, §8.11.4.4).
        .use_print_quality(medium == Medium::Paper)
        .limit_render_image_cache_size(true);
    // PDFium draws into our own buffer, so the pixels exist once.
    let mut rgba = vec![0; extent.bytes()];
    let mut bitmap = PdfBitmap::from_bytes(width, height, PdfBitmapFormat::BGRA, &mut rgba)
        .map_err(not_drawn)?;
    page.render_into_bitmap_with_config(&mut bitmap, &config)
        .map_err(not_drawn)?;
    drop(bitmap);
    Ok(Picture::new(extent, rgba))
}

/// Says in our words why a document did not open.
fn not_opened(error: PdfiumError) -> Error {
    match error {
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError) => {
            Error::PasswordNeeded
        }
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::SecurityError) => {
            Error::UnknownEncryption
        }
        other => Error::NotAPdf(other),
    }
}

//! Which documents are open, and where they lie.
//!
//! The webview knows a document by an opaque handle and its name; the path stays here.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use service::{
    EarlierVersion,
    requests::{Field, Inspection, PdfFile},
    wire::{self, ErrorCode},
};

/// How many documents can be open at a time.
///
/// Only their descriptions are held; the limit keeps a program that drops files in a loop from
/// filling the memory.
pub const MAX_OPEN: usize = 256;

/// The open documents, in the order they were opened.
pub struct Documents(Mutex<Open>);

struct Open {
    /// Named at the start, not looked at yet.
    named: Vec<PathBuf>,
    documents: Vec<Document>,
    /// Those that wait for their password, the newest last.
    locked: Vec<(String, PathBuf)>,
    /// Handles are counted up and never used again.
    next: u64,
}

/// An open document.
#[derive(Debug, Clone)]
pub struct Document {
    path: PathBuf,
    output: PathBuf,
    /// Kept as long as the document is open; never sent back to the webview.
    password: Option<wire::Secret>,
    shown: wire::OpenedDocument,
    /// The copy that it is, if it is an earlier version of another; gone when it is closed.
    version: Option<Arc<EarlierVersion>>,
}

impl Document {
    /// Returns where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the file with the password that opens it.
    #[must_use]
    pub fn file(&self) -> PdfFile {
        PdfFile {
            path: self.path.clone(),
            password: self.password.clone(),
        }
    }

    /// Returns the password that opened it, if it took one.
    #[must_use]
    pub fn password(&self) -> Option<&wire::Secret> {
        self.password.as_ref()
    }

    /// Returns where the signed file will be written.
    #[must_use]
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// Words what went wrong with it for the webview.
    pub(crate) fn told(&self, error: impl Into<wire::Error>) -> wire::Error {
        without_folder(without_folder(error.into(), &self.path), &self.output)
    }
}

impl Open {
    fn handle(&mut self) -> String {
        let id = format!("document-{}", self.next);
        self.next += 1;
        id
    }

    fn permit_another(&self) -> Result<(), wire::Error> {
        if self.documents.len() < MAX_OPEN {
            return Ok(());
        }
        Err(error(
            ErrorCode::TooManyDocuments,
            "too many documents are open; close some",
        ))
    }
}

impl Documents {
    /// Starts with documents that were named and that nobody has looked at yet.
    #[must_use]
    pub fn new(named: Vec<PathBuf>) -> Self {
        Self(Mutex::new(Open {
            named,
            documents: Vec::new(),
            locked: Vec::new(),
            next: 1,
        }))
    }

    /// Returns the documents named at the start, once.
    pub fn take_named(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.open().named)
    }

    /// Adds a document that was looked at; one that is open already keeps its handle.
    ///
    /// # Errors
    /// Code `too_many_documents`.
    pub fn add(
        &self,
        file: PdfFile,
        inspection: Inspection,
    ) -> Result<wire::OpenedDocument, wire::Error> {
        let PdfFile { path, password } = file;
        let mut open = self.open();
        open.locked.retain(|(_, locked)| *locked != path);
        let known = open
            .documents
            .iter()
            .position(|document| document.path == path);
        if known.is_none() {
            open.permit_another()?;
        }
        let (id, output) = match known {
            Some(index) => {
                let known = &open.documents[index];
                (known.shown.id.clone(), known.output.clone())
            }
            None => (open.handle(), beside(&path)),
        };
        let document = Document {
            shown: shown(id, &path, &output, inspection),
            path,
            output,
            password,
            version: None,
        };
        let shown = document.shown.clone();
        match known {
            Some(index) => open.documents[index] = document,
            None => open.documents.push(document),
        }
        Ok(shown)
    }

    /// Adds an earlier version of an open document, to be looked at until it is closed.
    ///
    /// # Errors
    /// Code `too_many_documents`.
    pub fn add_version(
        &self,
        of: &Document,
        version: EarlierVersion,
        inspection: Inspection,
    ) -> Result<wire::OpenedDocument, wire::Error> {
        let mut open = self.open();
        open.permit_another()?;
        let path = version.path().to_owned();
        let document = Document {
            shown: shown(open.handle(), &path, &of.output, inspection),
            path,
            output: of.output.clone(),
            password: of.password.clone(),
            version: Some(Arc::new(version)),
        };
        let shown = document.shown.clone();
        open.documents.push(document);
        Ok(shown)
    }

    /// Keeps where a file lies that waits for its password.
    pub fn lock(&self, path: PathBuf) -> wire::LockedDocument {
        let mut open = self.open();
        open.locked.retain(|(_, locked)| *locked != path);
        if open.locked.len() >= MAX_OPEN {
            open.locked.remove(0);
        }
        let id = open.handle();
        let name = name(&path);
        open.locked.push((id.clone(), path));
        wire::LockedDocument { id, name }
    }

    /// Asks something of an open document's file; what goes wrong is told without where it lies.
    ///
    /// # Errors
    /// Code `no_such_document`, and those of what is asked.
    pub(crate) async fn ask<T, Asked>(
        &self,
        id: &str,
        ask: impl FnOnce(PdfFile) -> Asked,
    ) -> Result<T, wire::Error>
    where
        Asked: Future<Output = service::Result<T>>,
    {
        let document = self.find(id)?;
        let answer = ask(document.file()).await;
        answer.map_err(|error| document.told(error))
    }

    /// Returns where a document lies that is open or waits for its password.
    ///
    /// # Errors
    /// Code `no_such_document`.
    pub fn place(&self, id: &str) -> Result<PathBuf, wire::Error> {
        let open = self.open();
        let locked = open.locked.iter().find(|(locked, _)| locked == id);
        match locked {
            Some((_, path)) => Ok(path.clone()),
            None => {
                drop(open);
                self.find(id).map(|document| document.path)
            }
        }
    }

    /// Returns the password that a file was opened with, if it is open and took one.
    pub fn password_of(&self, path: &Path) -> Option<wire::Secret> {
        let open = self.open();
        let mut documents = open.documents.iter();
        let document = documents.find(|document| document.path == path)?;
        document.password.clone()
    }

    /// Refuses where no further document can be opened.
    ///
    /// # Errors
    /// Code `too_many_documents`.
    pub fn permit_another(&self) -> Result<(), wire::Error> {
        self.open().permit_another()
    }

    /// Returns what the webview is told of every open document; earlier versions are none.
    pub fn all(&self) -> Vec<wire::OpenedDocument> {
        let open = self.open();
        open.documents
            .iter()
            .filter(|document| document.version.is_none())
            .map(|document| document.shown.clone())
            .collect()
    }

    /// Returns an open document.
    ///
    /// # Errors
    /// Code `no_such_document`.
    pub fn find(&self, id: &str) -> Result<Document, wire::Error> {
        self.open()
            .documents
            .iter()
            .find(|document| document.shown.id == id)
            .cloned()
            .ok_or_else(no_such_document)
    }

    /// Returns an open document that can be signed.
    ///
    /// # Errors
    /// Code `no_such_document`; `bad_request` for an earlier version, which is looked at only.
    pub fn find_to_sign(&self, id: &str) -> Result<Document, wire::Error> {
        let document = self.find(id)?;
        match document.version {
            None => Ok(document),
            Some(_) => Err(error(
                ErrorCode::BadRequest,
                "an earlier version is looked at, not signed",
            )),
        }
    }

    /// Chooses where the signed file will be written.
    ///
    /// # Errors
    /// Code `no_such_document`.
    pub fn set_output(&self, id: &str, output: PathBuf) -> Result<wire::OutputChoice, wire::Error> {
        let mut open = self.open();
        let document = open
            .documents
            .iter_mut()
            .find(|document| document.shown.id == id)
            .ok_or_else(no_such_document)?;
        let choice = output_choice(&output);
        document.shown.output_name.clone_from(&choice.name);
        document.output = output;
        Ok(choice)
    }

    /// Forgets a document with its password, or one that waits for it; the file is not touched.
    /// Returns where it lies if it took a password, or was an earlier version.
    ///
    /// # Errors
    /// Code `no_such_document`.
    pub fn remove(&self, id: &str) -> Result<Option<PathBuf>, wire::Error> {
        let mut open = self.open();
        if let Some(index) = open.locked.iter().position(|(locked, _)| locked == id) {
            open.locked.remove(index);
            return Ok(None);
        }
        let index = open
            .documents
            .iter()
            .position(|document| document.shown.id == id)
            .ok_or_else(no_such_document)?;
        let document = open.documents.remove(index);
        let held = document.password.is_some() || document.version.is_some();
        Ok(held.then_some(document.path))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Every change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shown(id: String, path: &Path, output: &Path, inspection: Inspection) -> wire::OpenedDocument {
    wire::OpenedDocument {
        id,
        name: name(path),
        output_name: name(output),
        bytes: inspection.bytes,
        pages: inspection.pages,
        first_page: inspection.first_page,
        signatures: u32::try_from(inspection.signatures.len()).unwrap_or(u32::MAX),
        fields: inspection
            .fields
            .into_iter()
            .filter_map(Field::of_signature)
            .collect(),
        findings: inspection.findings,
        refusal: inspection.refusal,
    }
}

/// Returns what the webview is told of where a file is written.
pub(crate) fn output_choice(output: &Path) -> wire::OutputChoice {
    wire::OutputChoice {
        name: name(output),
        folder: output.parent().map_or_else(String::new, name),
    }
}

/// Returns the last part of a path as people read it.
pub(crate) fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Returns `NAME-signed.pdf` in the folder of `NAME.pdf`, or `NAME-signed-2.pdf` and so on where
/// that exists: a signature never replaces a file.
fn beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default();
    let numbered = |number: u32| {
        let mut name = stem.to_owned();
        name.push("-signed");
        if number > 1 {
            name.push(format!("-{number}"));
        }
        name.push(".pdf");
        path.with_file_name(name)
    };
    // The name is a suggestion, the writer decides; so a limit is enough.
    (1..100)
        .map(numbered)
        .find(|free| !free.exists())
        .unwrap_or_else(|| numbered(1))
}

/// Leaves the folder of a path out of what the webview is told; the name stays.
pub(crate) fn without_folder(error: wire::Error, path: &Path) -> wire::Error {
    let Some(folder) = path.parent().filter(|folder| folder.file_name().is_some()) else {
        return error; // the root of the file system says nothing of anybody
    };
    let folder = folder.join("").to_string_lossy().into_owned();
    wire::Error {
        message: error.message.replace(&folder, ""),
        detail: error.detail.replace(&folder, ""),
        ..error
    }
}

fn no_such_document() -> wire::Error {
    error(
        ErrorCode::NoSuchDocument,
        "this document is not open any more",
    )
}

/// Makes an error of the shell's own.
pub(crate) fn error(code: ErrorCode, message: &str) -> wire::Error {
    wire::Error {
        code,
        message: message.to_owned(),
        detail: String::new(),
        reference: None,
        until: None,
        tries: None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn inspection() -> Inspection {
        Inspection {
            pages: 1,
            first_page: wire::PageSize {
                width: 595.0,
                height: 842.0,
            },
            revisions: 1,
            encrypted: false,
            permissions: None,
            repaired: false,
            fields: Vec::new(),
            signatures: Vec::new(),
            findings: Vec::new(),
            refusal: None,
            bytes: 1000,
        }
    }

    #[test]
    fn the_webview_is_told_names_and_no_folders() {
        let documents = Documents::new(Vec::new());
        let opened = documents
            .add("/home/ada/agreement.pdf".into(), inspection())
            .unwrap();
        assert_eq!(opened.name, "agreement.pdf");
        assert_eq!(opened.output_name, "agreement-signed.pdf");
        let told = serde_json::to_string(&opened).unwrap();
        assert!(!told.contains("ada"), "{told}");
    }

    #[test]
    fn a_file_opened_twice_keeps_its_handle_and_its_output() {
        let documents = Documents::new(Vec::new());
        let path = PathBuf::from("/home/ada/agreement.pdf");
        let first = documents.add(path.clone().into(), inspection()).unwrap();
        documents
            .set_output(&first.id, PathBuf::from("/srv/out/mine.pdf"))
            .unwrap();
        let second = documents.add(path.into(), inspection()).unwrap();
        assert_eq!(second.id, first.id);
        assert_eq!(second.output_name, "mine.pdf");
        assert_eq!(documents.all().len(), 1);
    }

    #[test]
    fn a_password_is_kept_as_long_as_the_document_is_open_and_never_told() {
        let documents = Documents::new(Vec::new());
        let path = PathBuf::from("/home/ada/payslip.pdf");
        let locked = documents.lock(path.clone());
        assert_eq!(locked.name, "payslip.pdf");
        assert_eq!(documents.place(&locked.id).unwrap(), path);
        assert!(documents.find(&locked.id).is_err(), "it is not open");
        let file = PdfFile {
            path: path.clone(),
            password: Some(wire::Secret::new("open sesame".to_owned())),
        };
        let opened = documents.add(file, inspection()).unwrap();
        assert!(documents.place(&locked.id).is_err(), "it waits no longer");
        assert!(documents.password_of(&path).is_some());
        let told = serde_json::to_string(&documents.all()).unwrap();
        let document = format!("{:?}", documents.find(&opened.id).unwrap());
        assert!(!told.contains("sesame") && !document.contains("sesame"));
        assert_eq!(documents.remove(&opened.id).unwrap(), Some(path.clone()));
        assert!(documents.password_of(&path).is_none());
    }

    #[test]
    fn a_handle_is_never_used_again() {
        let documents = Documents::new(Vec::new());
        let path = PathBuf::from("/home/ada/agreement.pdf");
        let first = documents.add(path.clone().into(), inspection()).unwrap();
        documents.remove(&first.id).unwrap();
        assert_eq!(
            documents.find(&first.id).unwrap_err().code,
            ErrorCode::NoSuchDocument
        );
        let second = documents.add(path.into(), inspection()).unwrap();
        assert_ne!(second.id, first.id);
    }

    #[test]
    fn the_number_of_open_documents_is_bounded() {
        let documents = Documents::new(Vec::new());
        for number in 0..MAX_OPEN {
            documents
                .add(PathBuf::from(format!("/{number}.pdf")).into(), inspection())
                .unwrap();
        }
        let error = documents.permit_another().unwrap_err();
        assert_eq!(error.code, ErrorCode::TooManyDocuments);
        let error = documents
            .add("/one more.pdf".into(), inspection())
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::TooManyDocuments);
    }

    #[test]
    fn an_error_tells_names_and_no_folders() {
        let told = without_folder(
            error(ErrorCode::Io, "/home/ada/a.pdf cannot be read"),
            Path::new("/home/ada/a.pdf"),
        );
        assert_eq!(told.message, "a.pdf cannot be read");
        let told = without_folder(error(ErrorCode::Io, "/a.pdf and /b"), Path::new("/a.pdf"));
        assert_eq!(told.message, "/a.pdf and /b");
    }

    #[test]
    fn a_suggested_output_is_a_file_that_does_not_exist() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("agreement-signed.pdf"), b"").unwrap();
        assert_eq!(
            beside(&folder.path().join("agreement.pdf")),
            folder.path().join("agreement-signed-2.pdf")
        );
    }
}

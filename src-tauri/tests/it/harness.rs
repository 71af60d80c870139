//! What these tests are made of.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, mpsc},
    time::Duration,
};

use chancery_desktop::{Desktop, Documents, build, desktop};
use serde_json::{Value, json};
use service::{
    Home, Service, State, Surroundings,
    requests::{InitEmbedded, PinStoreChoice},
    wire,
};
use tauri::{
    App, Listener, Manager, WebviewWindow, WebviewWindowBuilder, async_runtime,
    http::{Request, Response},
    ipc::{CallbackFn, InvokeBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder},
    webview::InvokeRequest,
};
use tempfile::TempDir;

/// The officer who founded the organisation, and can sign.
pub(crate) const ADA: &str = "ada";

/// Her secret.
pub(crate) const SECRET: &str = "a quiet harbour at dawn";

/// A program on an organisation of its own, with a copy of a sample document.
pub(crate) struct Program {
    pub(crate) app: App<MockRuntime>,
    pub(crate) desktop: Arc<PaperDesktop>,
    pub(crate) agreement: PathBuf,
    window: WebviewWindow<MockRuntime>,
    folder: TempDir,
}

impl Program {
    /// Starts with the sample document named as an argument.
    pub(crate) fn with_agreement() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let agreement = copy_of_agreement(folder.path());
        Self::start(folder, vec![agreement])
    }

    /// Starts with nothing open.
    pub(crate) fn empty() -> Self {
        Self::start(tempfile::tempdir().unwrap(), Vec::new())
    }

    /// Starts with these files named as arguments.
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let named = files
            .iter()
            .map(|(name, content)| {
                let path = folder.path().join(name);
                fs::write(&path, content).unwrap();
                path
            })
            .collect();
        Self::start(folder, named)
    }

    fn start(folder: TempDir, named: Vec<PathBuf>) -> Self {
        let desktop = Arc::new(PaperDesktop::default());
        let service = Service::new(organisation(folder.path()));
        let shared: Arc<dyn Desktop> = desktop.clone();
        let app = build(mock_builder(), service, named, |_| shared).unwrap();
        let window = window(&app, "main");
        let agreement = folder.path().join("agreement.pdf");
        Self {
            app,
            desktop,
            agreement,
            window,
            folder,
        }
    }

    /// Asks as the window does.
    pub(crate) fn ask(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        ask(&self.window, command, arguments)
    }

    /// Asks for a picture as the window does.
    pub(crate) fn picture(&self, method: &str, address: &str) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("pdf://localhost/{address}"))
            .body(Vec::new())
            .unwrap();
        async_runtime::block_on(chancery_desktop::scheme::answer(
            &self.app.state::<Service>(),
            &self.app.state::<Documents>(),
            &request,
        ))
    }

    /// Returns the handle of the only open document.
    pub(crate) fn document(&self) -> String {
        let opened = self.ask("opened_documents", json!({})).unwrap();
        assert_eq!(opened.as_array().unwrap().len(), 1, "{opened}");
        opened[0]["id"].as_str().unwrap().to_owned()
    }

    /// Returns what arrives as an event while something is done.
    pub(crate) fn heard(&self, event: &str, doing: impl FnOnce(&Self)) -> Value {
        let (tell, told) = mpsc::channel();
        self.app.listen_any(event, move |event| {
            let _ = tell.send(event.payload().to_owned());
        });
        doing(self);
        let payload = told
            .recv_timeout(Duration::from_secs(30))
            .unwrap_or_else(|_| panic!("{event} was not heard"));
        serde_json::from_str(&payload).unwrap()
    }

    /// The folder with the documents, which no answer may name.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A request to sign at a fixed place.
pub(crate) fn sign_request(document: &str, secret: &str) -> Value {
    static COUNT: Mutex<u32> = Mutex::new(0);
    let mut count = COUNT.lock().unwrap();
    *count += 1;
    json!({"request": {
        "requestId": format!("f81d4fae-7dec-11d0-a765-{:012x}", *count),
        "document": document,
        "login": ADA,
        "secret": secret,
        "placement": {"kind": "box", "page": 1, "rect": {"x": 60, "y": 80, "width": 200, "height": 80}},
        "reason": "Approved",
        "location": null,
    }})
}

/// Opens a window of a label.
pub(crate) fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, Default::default())
        .build()
        .unwrap()
}

/// Asks as a window does.
pub(crate) fn ask(
    window: &WebviewWindow<MockRuntime>,
    command: &str,
    arguments: Value,
) -> Result<Value, Value> {
    let url = if cfg!(windows) {
        "http://tauri.localhost"
    } else {
        "tauri://localhost"
    };
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().unwrap(),
        body: InvokeBody::Json(arguments),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}

/// A desktop whose person has made up their mind beforehand.
#[derive(Default)]
pub(crate) struct PaperDesktop {
    /// What is chosen to open.
    pub(crate) document: Mutex<Option<PathBuf>>,
    /// What is chosen to write.
    pub(crate) output: Mutex<Option<PathBuf>>,
    /// What was shown in the file manager.
    pub(crate) shown: Mutex<Vec<PathBuf>>,
    /// What was put on the clipboard.
    pub(crate) copied: Mutex<Vec<String>>,
}

impl Desktop for PaperDesktop {
    fn choose_document(&self) -> Option<PathBuf> {
        self.document.lock().unwrap().clone()
    }

    fn choose_output(&self, _: &Path) -> Option<PathBuf> {
        self.output.lock().unwrap().clone()
    }

    fn show_in_folder(&self, path: &Path) -> Result<(), desktop::Error> {
        self.shown.lock().unwrap().push(path.to_owned());
        Ok(())
    }

    fn copy(&self, text: String) -> Result<(), desktop::Error> {
        self.copied.lock().unwrap().push(text);
        Ok(())
    }
}

fn copy_of_agreement(folder: &Path) -> PathBuf {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/pdf/agreement.pdf");
    let copy = folder.join("agreement.pdf");
    fs::copy(&sample, &copy).unwrap_or_else(|error| panic!("{}: {error}", sample.display()));
    copy
}

/// Founds an organisation below a folder; its officer is Ada.
fn organisation(folder: &Path) -> Surroundings {
    let surroundings = Surroundings {
        home: Home::new(folder.join("home")),
        state: State::new(folder.join("state")),
        programs: programs().clone(),
    };
    let founding = InitEmbedded {
        admin: ADA.to_owned(),
        name: Some("Ada Lovelace".to_owned()),
        email: Some("ada@example.org".to_owned()),
        organisation: Some("Analytical Engines".to_owned()),
        pin_store: PinStoreChoice::File,
        secret: wire::Secret::new(SECRET.to_owned()),
    };
    async_runtime::block_on(Service::new(surroundings.clone()).init_embedded(founding)).unwrap();
    surroundings
}

/// The folder of `chancery-host` and of the PDFium library.
fn programs() -> &'static PathBuf {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let test = env::current_exe().unwrap();
        let folder = test.ancestors().nth(2).unwrap().to_owned();
        for (part, remedy) in [
            ("chancery-host", "cargo build -p chancery-host"),
            ("libpdfium.so", "cargo xtask setup"),
        ] {
            assert!(
                folder.join(part).exists(),
                "{part} is not in {}: run `{remedy}`",
                folder.display()
            );
        }
        folder
    })
}

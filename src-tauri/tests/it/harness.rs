//! What these tests are made of.

use std::{
    collections::VecDeque,
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, mpsc},
    time::Duration,
};

use chancery_desktop::{
    Administration, Desktop, Documents, administration, build, desktop,
    window::{ADMIN, MAIN},
};
use serde_json::{Value, json};
use service::{
    Home, Service, State, Surroundings,
    requests::{Init, Language, PinStoreChoice, Tokens},
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
    office: WebviewWindow<MockRuntime>,
    folder: TempDir,
}

impl Program {
    /// Starts with the sample document named as an argument.
    pub(crate) fn with_agreement() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let agreement = copy_of_agreement(folder.path());
        Self::start(folder, vec![agreement], Administration::default())
    }

    /// Starts with nothing open.
    pub(crate) fn empty() -> Self {
        Self::locking_after(administration::IDLE)
    }

    /// Starts with nothing open; an administrator's login ends when it is idle for so long.
    pub(crate) fn locking_after(idle: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start(folder, Vec::new(), Administration::locking_after(idle))
    }

    /// Starts before there is an organisation.
    pub(crate) fn unfounded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = surroundings(folder.path());
        Self::build(folder, surroundings, Vec::new(), Administration::default())
    }

    /// Starts with the sample document before there is an organisation, beside a PC/SC service.
    pub(crate) fn with_cards(socket: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let agreement = copy_of_agreement(folder.path());
        let cards = service::CardSurroundings {
            service: socket.to_owned(),
            environment: vec![("PCSCLITE_CSOCK_NAME".into(), socket.into())],
            ..Default::default()
        };
        let surroundings = Surroundings {
            cards,
            ..surroundings(folder.path())
        };
        Self::build(
            folder,
            surroundings,
            vec![agreement],
            Administration::default(),
        )
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
        Self::start(folder, named, Administration::default())
    }

    fn start(folder: TempDir, named: Vec<PathBuf>, administration: Administration) -> Self {
        let surroundings = organisation(folder.path());
        Self::build(folder, surroundings, named, administration)
    }

    fn build(
        folder: TempDir,
        surroundings: Surroundings,
        named: Vec<PathBuf>,
        administration: Administration,
    ) -> Self {
        let desktop = Arc::new(PaperDesktop::default());
        let service = Service::new(surroundings);
        let shared: Arc<dyn Desktop> = desktop.clone();
        let app = build(mock_builder(), service, named, administration, |_| shared).unwrap();
        let window = window(&app, MAIN);
        let office = self::window(&app, ADMIN);
        let agreement = folder.path().join("agreement.pdf");
        Self {
            app,
            desktop,
            agreement,
            window,
            office,
            folder,
        }
    }

    /// Asks as the signer's window does.
    pub(crate) fn ask(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        ask(&self.window, command, arguments)
    }

    /// Asks as the administrator's window does.
    pub(crate) fn administer(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        ask(&self.office, command, arguments)
    }

    /// The signer's window.
    pub(crate) fn window(&self) -> &WebviewWindow<MockRuntime> {
        &self.window
    }

    /// The administrator's window.
    pub(crate) fn office(&self) -> &WebviewWindow<MockRuntime> {
        &self.office
    }

    /// Logs somebody in as the administrator's window does.
    pub(crate) fn log_in(&self, login: &str, secret: &str) -> Result<Value, Value> {
        let request = json!({"request": {"login": login, "secret": secret}});
        self.administer("administrator_log_in", request)
    }

    /// Enrols a person as the officer who is logged in, and returns the code.
    pub(crate) fn enrol(&self, login: &str) -> String {
        let request = json!({"request": {
            "login": login,
            "name": format!("{login} of the Engines"),
            "email": format!("{login}@example.org"),
            "key": "p256",
        }});
        let issued = self.administer("enrol_person", request).unwrap();
        assert_eq!(issued["login"], login);
        issued["code"].as_str().unwrap().to_owned()
    }

    /// Asks for a picture as a window of a label does.
    pub(crate) fn picture_for(
        &self,
        label: &str,
        method: &str,
        address: &str,
    ) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("pdf://localhost/{address}"))
            .body(Vec::new())
            .unwrap();
        async_runtime::block_on(chancery_desktop::scheme::answer(
            &self.app.state::<Service>(),
            &self.app.state::<Documents>(),
            label,
            &request,
        ))
    }

    /// Asks for a picture as the signer's window does.
    pub(crate) fn picture(&self, method: &str, address: &str) -> Response<Vec<u8>> {
        self.picture_for(MAIN, method, address)
    }

    /// Returns the handle of the only open document.
    pub(crate) fn document(&self) -> String {
        let opened = self.ask("opened_documents", json!({})).unwrap();
        assert_eq!(opened.as_array().unwrap().len(), 1, "{opened}");
        opened[0]["id"].as_str().unwrap().to_owned()
    }

    /// Returns what arrives as an event while something is done.
    pub(crate) fn heard(&self, event: &str, doing: impl FnOnce(&Self)) -> Value {
        let told = self.listen(event);
        doing(self);
        told.recv_timeout(Duration::from_secs(30))
            .unwrap_or_else(|_| panic!("{event} was not heard"))
    }

    /// Listens to an event from now on.
    pub(crate) fn listen(&self, event: &str) -> mpsc::Receiver<Value> {
        let (tell, told) = mpsc::channel();
        self.app.listen_any(event, move |event| {
            let _ = tell.send(serde_json::from_str(event.payload()).unwrap());
        });
        told
    }

    /// The folder with the documents, which no answer may name.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A request to sign at a fixed place.
pub(crate) fn sign_request(document: &str, secret: &str) -> Value {
    sign_request_of(ADA, document, secret)
}

/// A request of a person to sign at a fixed place.
pub(crate) fn sign_request_of(login: &str, document: &str, secret: &str) -> Value {
    static COUNT: Mutex<u32> = Mutex::new(0);
    let mut count = COUNT.lock().unwrap();
    *count += 1;
    json!({"request": {
        "requestId": format!("f81d4fae-7dec-11d0-a765-{:012x}", *count),
        "document": document,
        "login": login,
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
    /// What is chosen to write, one after the other, before `output`.
    pub(crate) outputs: Mutex<VecDeque<PathBuf>>,
    /// What is chosen as a folder.
    pub(crate) chosen_folder: Mutex<Option<PathBuf>>,
    /// What is chosen to read, one after the other.
    pub(crate) files: Mutex<VecDeque<PathBuf>>,
    /// What is chosen as a module for cards.
    pub(crate) module: Mutex<Option<PathBuf>>,
    /// What was shown in the file manager.
    pub(crate) shown: Mutex<Vec<PathBuf>>,
    /// What was put on the clipboard.
    pub(crate) copied: Mutex<Vec<String>>,
    /// The fingerprint that the person agrees to trust, when asked.
    pub(crate) trusted: Mutex<Option<String>>,
}

impl Desktop for PaperDesktop {
    fn choose_document(&self) -> Option<PathBuf> {
        self.document.lock().unwrap().clone()
    }

    fn choose_output(&self, _: &Path) -> Option<PathBuf> {
        let next = self.outputs.lock().unwrap().pop_front();
        next.or_else(|| self.output.lock().unwrap().clone())
    }

    fn choose_folder(&self) -> Option<PathBuf> {
        self.chosen_folder.lock().unwrap().clone()
    }

    fn choose_file(&self) -> Option<PathBuf> {
        self.files.lock().unwrap().pop_front()
    }

    fn choose_card_module(&self) -> Option<PathBuf> {
        self.module.lock().unwrap().clone()
    }

    fn confirm_trust(&self, offer: &wire::TrustOffer, _: Language) -> bool {
        self.trusted.lock().unwrap().as_ref() == Some(&offer.sha256)
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
    let surroundings = surroundings(folder);
    let founding = Init {
        admin: ADA.to_owned(),
        name: Some("Ada Lovelace".to_owned()),
        email: Some("ada@example.org".to_owned()),
        organisation: Some("Analytical Engines".to_owned()),
        pin_store: PinStoreChoice::File,
        secret: wire::Secret::new(SECRET.to_owned()),
        tokens: Tokens::Embedded,
    };
    async_runtime::block_on(Service::new(surroundings.clone()).init(founding)).unwrap();
    surroundings
}

fn surroundings(folder: &Path) -> Surroundings {
    Surroundings {
        home: Home::new(folder.join("home")),
        state: State::new(folder.join("state")),
        programs: programs().clone(),
        looks: folder.join("looks"),
        fonts: Vec::new(),
        cards: service::CardSurroundings::default(),
        system_anchors: folder.join("system.pem"),
        network: service::Network::default(),
    }
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

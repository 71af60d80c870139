//! Where things lie: the organisation's folder, and what this machine remembers outside it.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::cards::CardSurroundings;

/// The folder of one organisation: `organisation.json`, `ca.pem`, `crl.der`, `vault.sqlite`,
/// `softhsm2.conf`, `tokens/`. Holds no PIN.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

impl Home {
    /// Names the folder; it need not exist.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The root of trust, written last.
    #[must_use]
    pub fn organisation_file(&self) -> PathBuf {
        self.0.join("organisation.json")
    }

    /// The CA certificate as PEM, for other programs.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    /// The newest revocation list in DER, for other programs.
    #[must_use]
    pub fn revocation_list_file(&self) -> PathBuf {
        self.0.join("crl.der")
    }

    /// The vault of an embedded organisation.
    #[must_use]
    pub fn vault_file(&self) -> PathBuf {
        self.0.join("vault.sqlite")
    }

    /// SoftHSM's configuration, written anew at each start.
    #[must_use]
    pub fn softhsm_file(&self) -> PathBuf {
        self.0.join("softhsm2.conf")
    }

    /// SoftHSM's token files.
    #[must_use]
    pub fn tokens_folder(&self) -> PathBuf {
        self.0.join("tokens")
    }

    /// The organisation's looks, one JSON file each.
    #[must_use]
    pub fn looks_folder(&self) -> PathBuf {
        self.0.join("looks")
    }

    /// Every name that `init` may have made before it was stopped.
    pub(crate) const UNFINISHED: [&'static str; 10] = [
        ".ca.pem.new",
        ".organisation.json.new",
        ".softhsm2.conf.new",
        "ca.pem",
        "softhsm2.conf",
        "tokens",
        "vault.sqlite",
        "vault.sqlite-journal",
        "vault.sqlite-shm",
        "vault.sqlite-wal",
    ];
}

/// What this machine remembers outside the organisation's folder: `CHANCERY_STATE`.
///
/// By organisation id: the highest head seen, PIN files, locks; and the machine's random id.
#[derive(Debug, Clone)]
pub struct State(PathBuf);

impl State {
    /// Names the folder; it need not exist.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The part that belongs to one organisation.
    #[must_use]
    pub fn of(&self, organisation: &str) -> PathBuf {
        self.0.join(organisation)
    }

    /// What is remembered of modules for cards, which belong to no organisation.
    pub(crate) fn card_drivers_file(&self) -> PathBuf {
        self.0.join("card-drivers.json")
    }

    /// What the person at this machine has set, where there is no organisation.
    pub(crate) fn own_settings_file(&self) -> PathBuf {
        self.0.join("signatures.json")
    }

    /// Issuers that the person at this machine trusts.
    pub(crate) fn trusted_issuers_file(&self) -> PathBuf {
        self.0.join("trusted-issuers.json")
    }

    /// This machine's random id, made at first use.
    ///
    /// # Errors
    /// Any of the file system's.
    pub fn machine(&self) -> io::Result<[u8; 16]> {
        create_private_folder(&self.0)?;
        let path = self.0.join("machine");
        if let Some(id) = read_machine(&path)? {
            return Ok(id);
        }
        // Two first starts at once: the second waits, and reads what the first one wrote.
        let beside = Beside::open(&path)?;
        if let Some(id) = read_machine(&path)? {
            beside.discard();
            return Ok(id);
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| io::Error::other(error.to_string()))?;
        beside.put(&path, &id)?;
        Ok(id)
    }
}

fn read_machine(path: &Path) -> io::Result<Option<[u8; 16]>> {
    match fs::read(path) {
        Ok(bytes) => bytes
            .try_into()
            .map(Some)
            .map_err(|_| io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where systems keep fonts, and where people do below their home.
const FONTS: [&str; 4] = [
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
];
const OWN_FONTS: [&str; 3] = [".local/share/fonts", ".fonts", "Library/Fonts"];

/// Where the process' surroundings are told to lie; the edges read the environment, nobody below.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The organisation's folder.
    pub home: Home,
    /// What this machine remembers.
    pub state: State,
    /// The folder of `chancery-host` and of the PDFium library.
    pub programs: PathBuf,
    /// The person's own looks.
    pub looks: PathBuf,
    /// Folders of this machine's fonts.
    pub fonts: Vec<PathBuf>,
    /// Where modules for cards are found, and what they are told.
    pub cards: CardSurroundings,
    /// The authorities that the operating system trusts, as one file in PEM.
    pub system_anchors: PathBuf,
    /// How authorities are asked over the network.
    pub network: network::Settings,
}

impl Surroundings {
    /// Reads them from the process' environment as the XDG base directories define them.
    ///
    /// `home` is an explicit choice that wins over `CHANCERY_HOME`.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] if neither the variables nor a home directory are set.
    pub fn of_process(home: Option<PathBuf>) -> io::Result<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let xdg = |name: &str, below_home: &str| -> io::Result<PathBuf> {
            match (
                variable(name)
                    .map(PathBuf::from)
                    .filter(|p| p.is_absolute()),
                variable("HOME"),
            ) {
                (Some(path), _) => Ok(path.join("chancery")),
                (None, Some(user)) => Ok(PathBuf::from(user).join(below_home).join("chancery")),
                (None, None) => Err(io::Error::new(io::ErrorKind::NotFound, "HOME is not set")),
            }
        };
        let home = match home.or_else(|| variable("CHANCERY_HOME").map(PathBuf::from)) {
            Some(chosen) => chosen,
            None => xdg("XDG_DATA_HOME", ".local/share")?,
        };
        let state = match variable("CHANCERY_STATE").map(PathBuf::from) {
            Some(chosen) => chosen,
            None => xdg("XDG_STATE_HOME", ".local/state")?,
        };
        let looks = xdg("XDG_CONFIG_HOME", ".config")?.join("looks");
        let own = variable("HOME").map(PathBuf::from);
        let own = own
            .iter()
            .flat_map(|user| OWN_FONTS.map(|folder| user.join(folder)));
        let fonts = FONTS.iter().map(PathBuf::from).chain(own).collect();
        let executable = std::env::current_exe()?;
        let programs = executable.parent().unwrap_or(Path::new("/")).to_path_buf();
        Ok(Self {
            home: Home::new(std::path::absolute(home)?),
            state: State::new(std::path::absolute(state)?),
            programs,
            looks,
            fonts,
            cards: CardSurroundings::read(variable),
            system_anchors: system_anchors(variable("SSL_CERT_FILE")),
            network: proxies(variable),
        })
    }

    /// The host process' executable.
    pub(crate) fn host(&self) -> PathBuf {
        self.programs.join("chancery-host")
    }
}

/// Where systems keep the authorities they trust: Debian and its like, Red Hat's, BSD's and macOS'.
const SYSTEM_ANCHORS: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// The file that `SSL_CERT_FILE` names, as OpenSSL reads it, else the first that is there.
fn system_anchors(named: Option<OsString>) -> PathBuf {
    let usual = SYSTEM_ANCHORS.iter().map(Path::new);
    let found = usual.clone().find(|path| path.exists());
    let usual = || found.unwrap_or(Path::new(SYSTEM_ANCHORS[0])).to_path_buf();
    named.map_or_else(usual, PathBuf::from)
}

/// The proxies of a process' environment, as other programs read them. `HTTP_PROXY` in capitals is
/// left alone: where a program answers requests, whoever asks can set it.
fn proxies(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> network::Settings {
    let text = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| variable(name));
        values.next().and_then(|value| value.into_string().ok())
    };
    let all = ["all_proxy", "ALL_PROXY"];
    let direct = text(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    network::Settings {
        proxy: text(&["http_proxy"]).or_else(|| text(&all)),
        secure_proxy: text(&["https_proxy", "HTTPS_PROXY"]).or_else(|| text(&all)),
        direct: direct
            .split(',')
            .map(|host| host.trim().trim_start_matches("*.").to_owned())
            .filter(|host| !host.is_empty())
            .collect(),
        ..network::Settings::default()
    }
}

/// Makes a folder, and its parents, readable by this user alone.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a file whole or not at all, readable by this user alone, and waits for the disk.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    Beside::open(path)?.put(path, content)
}

/// As [`write_private`], for a file that other programs and users read.
pub(crate) fn write_shared(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = Beside::open(path)?;
    beside.file.set_permissions(Permissions::from_mode(0o644))?;
    beside.put(path, content)
}

/// The file that will take the place of another: one for each name, so that what a process left
/// there when it was ended is what the next one writes into.
struct Beside {
    path: PathBuf,
    file: File,
}

impl Beside {
    /// Opens it, and waits for whoever else is writing the same file.
    fn open(of: &Path) -> io::Result<Self> {
        let path = beside(of);
        loop {
            let file = lock_file(&path)?;
            file.lock()?;
            // Whoever had it may have put it in its place meanwhile.
            let ours = file.metadata()?;
            match fs::symlink_metadata(&path) {
                Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => {
                    return Ok(Self { path, file });
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn put(mut self, of: &Path, content: &[u8]) -> io::Result<()> {
        let mut written = || {
            self.file.set_len(0)?;
            self.file.write_all(content)?;
            self.file.sync_all()?;
            fs::rename(&self.path, of)
        };
        if let Err(error) = written() {
            self.discard();
            return Err(error);
        }
        let folder = of.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    fn discard(self) {
        let _ = fs::remove_file(&self.path); // nobody reads it, and the next one writes over it
    }
}

/// `.NAME.new` in the folder of `NAME`.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

/// As [`write_private`], and waits for no disk: for what may be lost with the power.
pub(crate) fn jot_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut beside = Beside::open(path)?;
    beside.file.set_len(0)?;
    beside.file.write_all(content)?;
    fs::rename(&beside.path, path)
}

/// Opens a lock file, making it if need be.
pub(crate) fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_machine_keeps_its_id() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(folder.path().join("state"));
        let first = state.machine().unwrap();
        assert_eq!(state.machine().unwrap(), first);
        fs::write(folder.path().join("state/machine"), b"short").unwrap();
        assert_eq!(
            state.machine().unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }

    #[test]
    fn what_an_ended_process_left_beside_a_file_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("head.json");
        fs::write(
            folder.path().join(".head.json.new"),
            b"half of a longer con",
        )
        .unwrap();
        write_private(&path, b"whole").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn writers_of_one_file_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("head.json");
        std::thread::scope(|scope| {
            for number in 0..8u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..20 {
                        write_private(path, &[number; 4096]).unwrap();
                    }
                });
            }
        });
        let written = fs::read(&path).unwrap();
        assert_eq!(written, [written[0]; 4096], "one of them, whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

//! Which PKCS#11 modules a machine has for cards: those that p11-kit knows, OpenSC's, and those
//! that a person chose.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Where p11-kit's configuration of modules lies (pkcs11.conf(5)): the system's, then the
/// administrator's, which wins. The person's own comes after them.
const CONFIGURATION: [&str; 2] = ["/usr/share/p11-kit/modules", "/etc/pkcs11/modules"];
/// The end of a module's configuration file.
const EXTENSION: &str = "module";
/// Largest one that is read.
const LARGEST: u64 = 64 * 1024;
/// Most modules that are tried.
const MOST: usize = 16;

/// OpenSC's module, where nothing names it.
const OPENSC: &str = "opensc-pkcs11.so";
/// Modules that hand calls on to others, or hold no keys: each card would be there twice.
const NO_CARDS: [&str; 3] = ["p11-kit-proxy.so", "p11-kit-client.so", "p11-kit-trust.so"];

/// Where the PC/SC service listens, unless the environment says otherwise.
const SERVICE: &str = "/run/pcscd/pcscd.comm";
const SERVICE_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";
/// What modules for cards are told of this one's environment: where the service is, their own
/// configuration, and where a driver that asks for the PIN itself may do so.
const TOLD: [&str; 9] = [
    SERVICE_VARIABLE,
    "OPENSC_CONF",
    "HOME",
    "LANG",
    "LC_ALL",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
];

/// What is known of cards from the process' surroundings.
#[derive(Debug, Clone, Default)]
pub struct CardSurroundings {
    /// Folders of p11-kit's configuration files; a later one's file hides an earlier one's.
    pub configuration: Vec<PathBuf>,
    /// Where modules lie that are named without a folder.
    pub folders: Vec<PathBuf>,
    /// The socket of the PC/SC service.
    pub service: PathBuf,
    /// The whole environment of the host processes of cards.
    pub environment: Vec<(OsString, OsString)>,
}

impl CardSurroundings {
    /// Reads them as p11-kit and PC/SC do, from the variables of a process.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let own = variable("XDG_CONFIG_HOME").map(PathBuf::from);
        let own = own.or_else(|| variable("HOME").map(|home| Path::new(&home).join(".config")));
        let own = own.map(|folder| folder.join("pkcs11/modules"));
        let triplet = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
        let libraries = [&triplet, "/usr/lib64", "/usr/lib", "/usr/local/lib"];
        Self {
            configuration: CONFIGURATION
                .map(PathBuf::from)
                .into_iter()
                .chain(own)
                .collect(),
            folders: libraries
                .iter()
                .flat_map(|folder| [Path::new(folder).join("pkcs11"), PathBuf::from(folder)])
                .collect(),
            service: variable(SERVICE_VARIABLE).map_or_else(|| SERVICE.into(), PathBuf::from),
            environment: TOLD
                .iter()
                .filter_map(|name| Some((OsString::from(name), variable(name)?)))
                .collect(),
        }
    }
}

/// Lists the modules there are, each file once: the chosen ones first.
pub(super) fn modules(surroundings: &CardSurroundings, chosen: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut files = Vec::new();
    let opensc = in_folders(&surroundings.folders, Path::new(OPENSC));
    for path in chosen
        .iter()
        .cloned()
        .chain(configured(surroundings))
        .chain(opensc)
    {
        // Links lead to one file by several names.
        let file = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if found.len() < MOST && !files.contains(&file) {
            files.push(file);
            found.push(path);
        }
    }
    found
}

/// The modules that p11-kit knows, the weightiest first.
fn configured(surroundings: &CardSurroundings) -> Vec<PathBuf> {
    let mut files = BTreeMap::new();
    for folder in &surroundings.configuration {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path
                .extension()
                .is_some_and(|extension| extension == EXTENSION)
            {
                files.insert(entry.file_name(), path);
            }
        }
    }
    let mut modules: Vec<_> = files
        .into_values()
        .filter_map(|file| Configured::read(&file))
        .filter_map(|module| {
            let path = in_folders(&surroundings.folders, &module.path)?;
            Some((module.priority, path))
        })
        .collect();
    modules.sort_by_key(|(priority, _)| std::cmp::Reverse(*priority));
    modules.into_iter().map(|(_, path)| path).collect()
}

/// Where a module lies; `None` if it does not.
fn in_folders(folders: &[PathBuf], name: &Path) -> Option<PathBuf> {
    if name.is_absolute() {
        return name.is_file().then(|| name.to_owned());
    }
    let mut paths = folders.iter().map(|folder| folder.join(name));
    paths.find(|path| path.is_file())
}

/// A module's configuration, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
struct Configured {
    path: PathBuf,
    priority: i64,
}

impl Configured {
    fn read(file: &Path) -> Option<Self> {
        let small = fs::metadata(file).is_ok_and(|it| it.is_file() && it.len() <= LARGEST);
        let text = small.then(|| fs::read(file).ok()).flatten()?;
        Self::parse(&String::from_utf8_lossy(&text))
    }

    /// Reads `name: value` lines; `None` for a module without cards.
    fn parse(text: &str) -> Option<Self> {
        let (mut path, mut priority) = (None, 0);
        for line in text.lines().map(str::trim) {
            let Some((name, value)) = line.split_once(':').filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            match (name.trim(), value.trim()) {
                ("module", value) if !value.is_empty() => path = Some(PathBuf::from(value)),
                ("priority", value) => priority = value.parse().unwrap_or(0),
                // One that says which certificates to trust; one behind a program or a wire.
                ("trust-policy", "yes") | ("remote", _) => return None,
                _ => {}
            }
        }
        let path = path.filter(|path| {
            let name = path.file_name().unwrap_or_default();
            !NO_CARDS.iter().any(|other| name == *other)
        })?;
        Some(Self { path, priority })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_found_by_its_configuration_and_each_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["system", "own", "lib"] {
            fs::create_dir(path(name)).unwrap();
        }
        for name in ["lib/a.so", "lib/b.so", "lib/opensc-pkcs11.so", "chosen.so"] {
            fs::write(path(name), name).unwrap();
        }
        std::os::unix::fs::symlink(path("lib/a.so"), path("lib/link.so")).unwrap();
        for (name, text) in [
            ("system/a.module", "# for a\nmodule: a.so\npriority: 1\n"),
            ("system/link.module", "module: link.so"),
            ("system/hidden.module", "module: b.so"),
            ("own/hidden.module", "module: gone.so"),
            ("own/b.module", "module: b.so\npriority: 5"),
            ("own/trust.module", "module: b.so\ntrust-policy: yes"),
            ("own/note.txt", "module: chosen.so"),
        ] {
            fs::write(path(name), text).unwrap();
        }
        let surroundings = CardSurroundings {
            configuration: vec![path("system"), path("own")],
            folders: vec![path("lib")],
            ..CardSurroundings::default()
        };
        assert_eq!(
            modules(&surroundings, &[path("chosen.so")]),
            ["chosen.so", "lib/b.so", "lib/a.so", "lib/opensc-pkcs11.so"].map(path)
        );
    }

    #[test]
    fn what_holds_no_cards_is_no_module_for_them() {
        for text in [
            "",
            "module:",
            "#module: a.so",
            "module: /usr/lib/p11-kit-proxy.so",
            "module: a.so\nremote: |bash",
        ] {
            assert_eq!(Configured::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_card_s_process_is_told_where_the_service_is_and_nothing_that_was_not_asked() {
        let variable = |name: &str| match name {
            "PCSCLITE_CSOCK_NAME" => Some(OsString::from("/run/other")),
            "SOFTHSM2_CONF" | "LD_PRELOAD" => Some(OsString::from("x")),
            _ => None,
        };
        let read = CardSurroundings::read(variable);
        assert_eq!(read.service, Path::new("/run/other"));
        assert_eq!(
            read.environment,
            [("PCSCLITE_CSOCK_NAME".into(), "/run/other".into())]
        );
    }
}

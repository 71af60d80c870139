//! What lies in a backup, in clear: `manifest.json`, and an officer's signature over it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::stream::Half;
use crate::custody::RowMessage;
use crate::error::{Error, Result};
use crate::home::write_private;
use crate::organisation::Id;
use crate::signing_algorithm::hex;

const VERSION: u32 = 1;
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.sig";
/// Longer is no manifest of ours.
const LONGEST: u64 = 64 * 1024;

impl Half {
    /// Name of its file.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Records => "records.sealed",
            Self::Tokens => "tokens.sealed",
        }
    }
}

/// Names that a backup that was not finished may have left.
pub(super) const UNFINISHED: [&str; 5] = [
    Half::Records.file(),
    Half::Tokens.file(),
    SIGNATURE,
    ".manifest.sig.new",
    ".manifest.json.new",
];

/// One of the two files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// What a backup says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    pub(super) organisation: Id,
    /// Of the organisation file's fixed part.
    pub(super) fingerprint: String,
    /// Unix seconds.
    pub(super) created_at: i64,
    /// Log index of the intent to make it.
    pub(super) intent: u64,
    /// Size and root of the log's newest head in it.
    pub(super) leaves: u64,
    pub(super) root: String,
    pub(super) people: u64,
    pub(super) keys: u64,
    /// Whether the files of a software token are in it; another token has a backup of its own.
    pub(super) token_files: bool,
    /// Whether the PINs of the tokens' security officers are in it.
    pub(super) so_pins: bool,
    pub(super) files: Vec<Part>,
}

/// What is known of a backup when it is made, but for its files.
pub(super) struct Facts {
    pub(super) organisation: Id,
    pub(super) fingerprint: [u8; 32],
    pub(super) created_at: i64,
    pub(super) intent: u64,
    pub(super) leaves: u64,
    pub(super) root: [u8; 32],
    pub(super) people: u64,
    pub(super) keys: u64,
    pub(super) token_files: bool,
    pub(super) so_pins: bool,
}

impl Manifest {
    pub(super) fn new(facts: &Facts, files: Vec<Part>) -> Self {
        Self {
            version: VERSION,
            organisation: facts.organisation,
            fingerprint: hex(&facts.fingerprint),
            created_at: facts.created_at,
            intent: facts.intent,
            leaves: facts.leaves,
            root: hex(&facts.root),
            people: facts.people,
            keys: facts.keys,
            token_files: facts.token_files,
            so_pins: facts.so_pins,
            files,
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("every field has a JSON form")
    }

    /// Checks that a half is there as it was written.
    pub(super) fn check(&self, folder: &Path, half: Half) -> Result<PathBuf> {
        let path = folder.join(half.file());
        let unusable = |why: &str| Error::BackupUnusable {
            path: path.clone(),
            why: why.to_owned(),
        };
        let part = self.files.iter().find(|part| part.name == half.file());
        let part = part.ok_or_else(|| unusable("the manifest does not name it"))?;
        let found = Part::of(folder, half).map_err(|source| Error::File {
            doing: "read",
            path: path.clone(),
            source,
        })?;
        if (found.bytes, &found.sha256) == (part.bytes, &part.sha256) {
            Ok(path)
        } else {
            Err(unusable(
                "it is not the file that the manifest names: it was cut or changed",
            ))
        }
    }
}

impl Part {
    /// Digests a half as it lies there.
    pub(super) fn of(folder: &Path, half: Half) -> io::Result<Self> {
        let mut file = File::open(folder.join(half.file()))?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            digest.update(&buffer[..read]);
            bytes += read as u64;
        }
        Ok(Self {
            name: half.file().to_owned(),
            bytes,
            sha256: hex(&digest.finalize()),
        })
    }
}

/// A manifest as it lies in a folder, with the signature over it.
pub(super) struct Signed {
    pub(super) manifest: Manifest,
    pub(super) message: RowMessage,
    pub(super) signature: Vec<u8>,
}

/// What an officer signs: `"chancery backup v1" ‖ 0 ‖ manifest`.
pub(super) fn to_be_signed(manifest: &[u8]) -> RowMessage {
    RowMessage::new([b"chancery backup v1\0".as_slice(), manifest].concat())
}

/// Writes signature and manifest, the manifest last: from then on there is a backup.
pub(super) fn write(folder: &Path, manifest: &[u8], signature: &[u8]) -> Result<()> {
    for (name, content) in [
        (SIGNATURE, BASE64.encode(signature).into_bytes()),
        (MANIFEST, manifest.to_vec()),
    ] {
        let path = folder.join(name);
        write_private(&path, &content).map_err(|source| Error::File {
            doing: "write",
            path: path.clone(),
            source,
        })?;
    }
    Ok(())
}

/// Reads the manifest of a backup; who signed it is checked once its records are open.
pub(super) fn read(folder: &Path) -> Result<Signed> {
    let content = |name: &str| -> Result<Vec<u8>> {
        let path = folder.join(name);
        let read = || {
            let mut content = Vec::new();
            File::open(&path)?.take(LONGEST).read_to_end(&mut content)?;
            Ok(content)
        };
        read().map_err(|source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => Error::BackupUnusable {
                path: folder.to_owned(),
                why: format!("there is no {name}: it is no backup, or one that was not finished"),
            },
            _ => Error::File {
                doing: "read",
                path: path.clone(),
                source,
            },
        })
    };
    let unusable = |why: String| Error::BackupUnusable {
        path: folder.join(MANIFEST),
        why,
    };
    let bytes = content(MANIFEST)?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
    if manifest.version != VERSION {
        return Err(unusable(format!(
            "version {} is not known to this program",
            manifest.version
        )));
    }
    let signature = BASE64
        .decode(content(SIGNATURE)?.trim_ascii())
        .map_err(|_| unusable("its signature is not base64".to_owned()))?;
    Ok(Signed {
        message: to_be_signed(&bytes),
        manifest,
        signature,
    })
}

/// Refuses a folder that holds something else, and clears what an unfinished backup left there.
pub(super) fn make_room(folder: &Path) -> Result<()> {
    let failed = |doing, path: &Path, source| Error::File {
        doing,
        path: path.to_owned(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(|source| failed("read", folder, source))?;
    let names = entries
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(|source| failed("read", folder, source))?;
    if let Some(other) = names
        .iter()
        .find(|name| !UNFINISHED.iter().any(|known| *name == *known))
    {
        return Err(Error::FolderNotEmpty {
            home: folder.to_owned(),
            name: other.to_string_lossy().into_owned(),
        });
    }
    for name in names {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(|source| failed("clear", &path, source))?;
    }
    Ok(())
}

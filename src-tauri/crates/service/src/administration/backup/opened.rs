//! A backup that is opened again: into a new home, or into a folder that goes when it was looked at.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use token::Pin;
use zeroize::Zeroizing;

use super::archive::take_out;
use super::manifest::{Manifest, Signed, read};
use super::stream::{Half, Opening};
use super::{ORGANISATION, PINS};
use crate::custody::ActivationCode;
use crate::custody::secret::Normal;
use crate::error::{Error, Result};
use crate::found;
use crate::home::{Home, State, Surroundings, create_private_folder, lock_file, write_private};
use crate::organisation::Organisation;
use crate::requests::PinStoreChoice;
use crate::station::pins;
use crate::wire::Secret;

/// The secrets of both halves.
pub(crate) struct Secrets {
    records: Normal,
    tokens: Normal,
}

impl Secrets {
    /// Reads them as typed.
    ///
    /// # Errors
    /// [`crate::custody::Error::NotACode`].
    pub(crate) fn typed(records: &Secret, tokens: &Secret) -> Result<Self> {
        Ok(Self {
            records: ActivationCode::parse(records)?.normal(),
            tokens: ActivationCode::parse(tokens)?.normal(),
        })
    }
}

/// PINs as the tokens' half has them.
#[derive(Deserialize)]
struct Pins {
    signing: String,
    issuing: String,
}

/// What came out of a backup.
pub(crate) struct Opened {
    pub(crate) signed: Signed,
    pub(crate) organisation: Organisation,
    pub(crate) issuing_pin: Zeroizing<String>,
}

/// Takes a backup out into the home and the state of these surroundings; the organisation file is
/// written last.
pub(crate) fn take_into(
    surroundings: &Surroundings,
    folder: &Path,
    secrets: &Secrets,
    pin_store: PinStoreChoice,
) -> Result<Opened> {
    found::permitted(surroundings)?;
    let signed = read(folder)?;
    let home = surroundings.home.folder();
    create_private_folder(home).map_err(|source| file("make", home, source))?;
    let manifest = &signed.manifest;
    let organisation = take(manifest, folder, Half::Records, &secrets.records, home)?;
    let pins = take(manifest, folder, Half::Tokens, &secrets.tokens, home)?;
    let unusable = |half: Half, why: String| Error::BackupUnusable {
        path: folder.join(half.file()),
        why,
    };
    let parsed = Organisation::parse(&organisation).map_err(|why| unusable(Half::Records, why))?;
    if parsed.fixed.organisation.0 != manifest.organisation.0 {
        let why = "it is of another organisation than the manifest says".to_owned();
        return Err(unusable(Half::Records, why));
    }
    let pins: Pins = serde_json::from_slice(&pins)
        .map_err(|_| unusable(Half::Tokens, "its PINs cannot be read".to_owned()))?;
    let (signing, issuing) = (Zeroizing::new(pins.signing), Zeroizing::new(pins.issuing));
    let id = parsed.fixed.organisation;
    let state = surroundings.state.of(&id.to_string());
    create_private_folder(&state).map_err(Error::State)?;
    let signing = Pin::new(signing)?;
    pins::keep_signing_pin(id.0.into(), &state, pin_store, &signing)?;
    let path = surroundings.home.organisation_file();
    write_private(&path, &organisation).map_err(|source| file("write", &path, source))?;
    Ok(Opened {
        signed,
        organisation: parsed,
        issuing_pin: issuing,
    })
}

/// Takes the files of a half out, and gives the one that is not written with the others.
fn take(
    manifest: &Manifest,
    folder: &Path,
    half: Half,
    secret: &Normal,
    into: &Path,
) -> Result<Zeroizing<Vec<u8>>> {
    let path = manifest.check(folder, half)?;
    let mut opening = open(manifest, &path, half, secret)?;
    let kept = match half {
        Half::Records => ORGANISATION,
        Half::Tokens => PINS,
    };
    let taken = take_out(&mut opening, into, kept).map_err(|source| match source.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Error::BackupUnusable {
            path: path.clone(),
            why: "its content does not authenticate".to_owned(),
        },
        _ => file("take out", &path, source),
    })?;
    taken.ok_or_else(|| Error::BackupUnusable {
        path,
        why: format!("there is no {kept} in it"),
    })
}

/// Opens a half whose file is whole: what does not open it is another secret.
fn open(
    manifest: &Manifest,
    path: &Path,
    half: Half,
    secret: &Normal,
) -> Result<Opening<BufReader<File>>> {
    let opened = File::open(path).and_then(|file| {
        Opening::begin(BufReader::new(file), half, &manifest.organisation.0, secret)
    });
    opened.map_err(|source| match source.kind() {
        io::ErrorKind::InvalidData => Error::WrongSecret,
        _ => file("open", path, source),
    })
}

/// Reads a half to its end, as it was just written.
pub(super) fn read_through(
    manifest: &Manifest,
    folder: &Path,
    half: Half,
    secret: &Normal,
) -> Result<()> {
    let path = manifest.check(folder, half)?;
    let mut opening = open(manifest, &path, half, secret)?;
    let mut buffer = Zeroizing::new(vec![0; 64 * 1024]);
    loop {
        match opening.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(source) => return Err(file("read again", &path, source)),
        }
    }
}

/// A private folder for one look at a backup; it is cleared with it, and by the next one if this
/// process ends before.
pub(crate) struct Scratch {
    folder: PathBuf,
    _alone: File,
}

impl Scratch {
    /// Makes it; waits for another process that looks at a backup.
    pub(crate) fn new(surroundings: &Surroundings) -> Result<Self> {
        let root = surroundings.state.of("scratch");
        create_private_folder(&root).map_err(Error::State)?;
        let alone = lock_file(&root.join("lock")).map_err(Error::State)?;
        alone.lock().map_err(Error::State)?;
        let folder = root.join("backup");
        clear(&folder).map_err(Error::State)?;
        create_private_folder(&folder).map_err(Error::State)?;
        Ok(Self {
            folder,
            _alone: alone,
        })
    }

    /// Surroundings in which only the programs are those of this machine.
    pub(crate) fn surroundings(&self, of: &Surroundings) -> Surroundings {
        Surroundings {
            home: Home::new(self.folder.join("home")),
            state: State::new(self.folder.join("state")),
            ..of.clone()
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = clear(&self.folder); // the next one clears what is left
    }
}

fn clear(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn file(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File {
        doing,
        path: path.to_owned(),
        source,
    }
}

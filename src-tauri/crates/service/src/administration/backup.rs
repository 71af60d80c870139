//! Backup in two halves, each sealed under a secret of its own: records and log; tokens and PINs.
//!
//! Who has one half has nothing: without the tokens no key opens, and without the records there is
//! none. So the two secrets are shown to two people. A backup is read again when it is made, and
//! `verify` takes it out, logs in to its token and has the canary of every master unwrap and sign.
//!
//! The PINs of the tokens' security officers lie beside the issuing PIN until a backup that has them
//! was verified: only then somebody is known to have its secrets. Each officer's copy goes at the next
//! login after that, and they are in the backup only (CUSTODY-FORMAT 2).

mod archive;
mod kept;
mod manifest;
mod memory;
mod opened;
mod stream;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::Serialize;
use vault::store::sqlite::SqliteStore;
use vault::{IssuingPinReplacement, LeafIndex, Store};
use zeroize::Zeroizing;

use self::archive::{end, put, put_file, put_folder};
pub(crate) use self::kept::Kept;
use self::manifest::{Facts, Manifest, Part, make_room, to_be_signed};
pub(crate) use self::memory::{Remembered, remembered, state};
use self::opened::{Opened, Scratch, Secrets, read_through, take_into};
use self::stream::{Half, Sealing};
use super::{Office, log_in};
use crate::audit::records::Entry;
use crate::audit::{Act, Frontier, Outcome};
use crate::certificates::{self, seal_row};
use crate::custody::record::record_mac_input;
use crate::custody::seal::{IssuingSecrets, seal_issuing};
use crate::custody::secret::Normal;
use crate::custody::{ActivationCode, NewSecret, OuterKey};
use crate::error::{Error, Result};
use crate::found;
use crate::home::{Home, Surroundings, create_private_folder};
use crate::organisation::Deployment;
use crate::requests::{BackupMade, BackupVerified, OpenBackup, PinStoreChoice, Restored};
use crate::reseal::slotted;
use crate::signing_algorithm::hex;
use crate::station::Station;
use crate::station::key::{self, IssuingRecord, KeyRecord};
use crate::station::log::{About, Draft, Log};
use crate::station::officers::Officers;
use crate::station::pins;
use crate::station::records;
use crate::station::tokens::{IssuingToken, SigningToken};
use crate::wire::Secret;

/// The organisation file, in the records' half and in a home.
const ORGANISATION: &str = "organisation.json";
/// The PINs, in the tokens' half.
const PINS: &str = "pins.json";
/// The vault, in the records' half and in a home.
const VAULT: &str = "vault.sqlite";
const TOKENS: &str = "tokens";
/// Files of the home that others read, and folders of it.
const OTHERS: [&str; 2] = ["ca.pem", "crl.der"];
const LOOKS: &str = "looks";

/// Makes a backup; blocks.
pub(crate) fn create(
    station: &Station,
    login: &str,
    secret: &Secret,
    folder: &Path,
) -> Result<BackupMade> {
    create_private_folder(folder).map_err(|source| file("make", folder, source))?;
    make_room(folder)?;
    let officer = log_in(station, login, secret)?;
    Office::enter(station, &officer, |office| {
        let record = KeyRecord::of_key(station, officer.key)?;
        let issuing = IssuingRecord::of_officer(station, office.signing, &mut office.log, &record)?
            .ok_or_else(|| Error::NotAnOfficer {
                login: login.to_owned(),
            })?;
        let secrets = issuing.open(station, office.signing, &record, &Normal::of(secret))?;
        let request = certificates::new_id()?;
        let about = About {
            officer: Some(login),
            ..About::of(Act::Backup, &request)
        };
        // One at a time: they copy the vault to one place.
        let _alone = station.lock("locks", "backup")?;
        office.act_noting(&about, |office, intent, lock| {
            let snapshot = station.state().join("backup.snapshot");
            for suffix in ["", "-wal", "-shm"] {
                let left = snapshot.with_extension(format!("snapshot{suffix}"));
                lock.note(&left).map_err(Error::State)?;
            }
            let made = write(office, folder, &snapshot, &secrets, intent);
            let _ = fs::remove_file(&snapshot);
            let (made, manifest) = made?;
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let append = |leaf| station.store.append(leaf);
            let (index, leaf) = office.log.write(draft, &[], append)?;
            memory::made(station, &manifest, folder);
            // The secrets are told now or never; the next head covers the leaf.
            let _ = office.log.sign(index, &leaf);
            Ok(made)
        })
    })
}

/// Writes both halves and the manifest, and reads them again.
fn write(
    office: &Office<'_>,
    folder: &Path,
    snapshot: &Path,
    secrets: &IssuingSecrets,
    intent: LeafIndex,
) -> Result<(BackupMade, Manifest)> {
    let station = office.station;
    let facts = take_snapshot(station, snapshot, secrets, intent)?;
    let (records, tokens) = (ActivationCode::generate()?, ActivationCode::generate()?);
    let id = &facts.organisation.0;
    seal(folder, Half::Records, id, &records.normal(), |half| {
        put_records(station, snapshot, half)
    })?;
    let (signing_pin, _) = pins::signing_pin(station)?;
    seal(folder, Half::Tokens, id, &tokens.normal(), |half| {
        let pins = pins_file(signing_pin.expose(), secrets)?;
        put(half, PINS, &pins)?;
        if facts.token_files {
            // A login rewrites the token's own file; while it does, there is no whole one.
            let alone = station.lock("locks", "login");
            let _alone = alone.map_err(|error| io::Error::other(error.to_string()))?;
            put_folder(half, TOKENS, &station.surroundings.home.tokens_folder())?;
        }
        end(half)
    })?;
    let part = |half: Half| {
        Part::of(folder, half).map_err(|source| file("read", &folder.join(half.file()), source))
    };
    let parts = vec![part(Half::Records)?, part(Half::Tokens)?];
    let manifest = Manifest::new(&facts, parts);
    read_through(&manifest, folder, Half::Records, &records.normal())?;
    read_through(&manifest, folder, Half::Tokens, &tokens.normal())?;
    let content = manifest.to_json();
    let signature = office.vouch(to_be_signed(&content))?;
    manifest::write(folder, &content, &signature)?;
    let made = BackupMade {
        folder: folder.to_owned(),
        created_at: facts.created_at,
        people: facts.people,
        keys: facts.keys,
        leaves: facts.leaves,
        token_files: facts.token_files,
        resident_keys: station.organisation.fixed.canary.is_resident(),
        so_pins: facts.so_pins,
        records_secret: records.reveal(),
        tokens_secret: tokens.reveal(),
    };
    Ok((made, manifest))
}

/// Copies the vault as it is at one time, and reads what is in the copy.
fn take_snapshot(
    station: &Station,
    snapshot: &Path,
    secrets: &IssuingSecrets,
    intent: LeafIndex,
) -> Result<Facts> {
    match fs::remove_file(snapshot) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::State(error)),
        _ => {}
    }
    station.wait(station.store.snapshot(snapshot.to_owned()))?;
    let copy = station.wait(SqliteStore::open(snapshot))?;
    let counts = station.wait(Store::counts(&copy));
    let head = station.wait(copy.latest_head());
    station.wait(Store::close(&copy))?;
    let counts = counts?;
    let head = head?.ok_or(crate::audit::Error::Shorter { now: 0, seen: 1 })?;
    let tokens = station.surroundings.home.tokens_folder();
    let local = &station.organisation.local;
    Ok(Facts {
        organisation: station.organisation.fixed.organisation,
        fingerprint: station.organisation.fixed.fingerprint(),
        created_at: station.now()?,
        intent: intent.0,
        leaves: head.size,
        root: *head.root.as_bytes(),
        people: counts.accounts,
        keys: counts.keys,
        token_files: local.deployment == Deployment::Embedded && tokens.is_dir(),
        so_pins: secrets.has_so_pins(),
    })
}

/// Writes one half, synced.
fn seal(
    folder: &Path,
    half: Half,
    organisation: &[u8; 16],
    secret: &Normal,
    content: impl FnOnce(&mut Sealing<File>) -> io::Result<()>,
) -> Result<()> {
    let path = folder.join(half.file());
    let written = || {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let mut sealing = Sealing::begin(file, half, organisation, secret)?;
        content(&mut sealing)?;
        sealing.finish()?.sync_all()
    };
    written().map_err(|source| file("write", &path, source))
}

fn put_records(station: &Station, snapshot: &Path, half: &mut impl Write) -> io::Result<()> {
    let home = &station.surroundings.home;
    put_file(half, VAULT, snapshot)?;
    for name in OTHERS {
        let path = home.folder().join(name);
        if path.is_file() {
            put_file(half, name, &path)?;
        }
    }
    if home.looks_folder().is_dir() {
        put_folder(half, LOOKS, &home.looks_folder())?;
    }
    put(half, ORGANISATION, &station.organisation.to_json())?;
    end(half)
}

/// The PINs as the tokens' half has them; empty where they are not in it.
#[derive(Serialize)]
struct Pins<'a> {
    signing: &'a str,
    issuing: &'a str,
    signing_so: &'a str,
    issuing_so: &'a str,
}

fn pins_file(signing: &str, secrets: &IssuingSecrets) -> io::Result<Zeroizing<Vec<u8>>> {
    /// Longer than any PINs: growing would leave copies behind.
    const ROOM: usize = 4096;
    let mut content = Zeroizing::new(Vec::with_capacity(ROOM));
    let pins = Pins {
        signing,
        issuing: &secrets.issuing_pin,
        signing_so: secrets.signing_so_pin.as_str(),
        issuing_so: secrets.issuing_so_pin.as_str(),
    };
    serde_json::to_writer(&mut *content, &pins)?;
    Ok(content)
}

impl Office<'_> {
    /// Takes the PINs of the security officers out of the acting officer's copy, if it has them and a
    /// backup that has them was verified; gives whether it has none now.
    pub(super) fn release_so_pins(
        &mut self,
        record: &KeyRecord,
        issuing: &IssuingRecord,
        secret: &Secret,
    ) -> Result<bool> {
        let station = self.station;
        if !self.officer.secrets.has_so_pins() {
            return Ok(true);
        }
        // Here, or by another officer where that was known.
        let proven = remembered(station).so_pins_verified.is_some();
        if !proven && !self.log.noted().so_pins_released {
            return Ok(false);
        }
        let chosen = NewSecret::choose(secret)?;
        let request = certificates::new_id()?;
        let about = About {
            officer: Some(&self.officer.login),
            ..About::key(Act::ReleaseSoPins, &request, record)
        };
        self.act(&about, |office, intent| {
            let (pins, entry) = without_so_pins(office, record, issuing, &chosen)?;
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let replace = |leaf| {
                let pins = vec![pins.clone()];
                station.store.replace_seals(Vec::new(), pins, leaf)
            };
            let (index, leaf) = office.log.write(draft, &[entry], replace)?;
            office.log.sign_done(index, &leaf)
        })?;
        Ok(true)
    }
}

/// The officer's record of the issuing PIN without the PINs of the security officers.
fn without_so_pins(
    office: &Office<'_>,
    record: &KeyRecord,
    issuing: &IssuingRecord,
    chosen: &NewSecret,
) -> Result<(IssuingPinReplacement, Entry)> {
    let left = IssuingSecrets {
        issuing_pin: office.officer.secrets.issuing_pin.clone(),
        signing_so_pin: Zeroizing::default(),
        issuing_so_pin: Zeroizing::default(),
    };
    let identity = &issuing.identity;
    let outer = OuterKey::generate()?;
    let sealed = seal_issuing(&outer, identity, &left);
    let version = issuing.seal.version + 1;
    let next = slotted(office.signing, version, sealed, &outer, identity, chosen)?;
    let value = office.vouch(next.to_be_signed(identity))?;
    let mac = record_mac_input(identity, None, &next);
    let replacement = IssuingPinReplacement {
        expected: issuing.seal.version,
        record: vault::IssuingPin {
            seal: seal_row(&next, &value),
            mac: office.signing.record_mac(&mac)?.into(),
            ..issuing.row.clone()
        },
    };
    let account = record.row.account.id;
    Ok((
        replacement,
        records::of_issuing_pin(account, identity, &next),
    ))
}

/// Takes a backup out into a folder that goes, and uses what is in it: every key of its tokens gives
/// its known answer, the canary unwraps and signs, the log gives the root it had; blocks.
pub(crate) fn verify(surroundings: &Surroundings, request: &OpenBackup) -> Result<BackupVerified> {
    let secrets = Secrets::typed(&request.records_secret, &request.tokens_secret)?;
    let scratch = Scratch::new(surroundings)?;
    let inside = scratch.surroundings(surroundings);
    let opened = take_into(&inside, &request.folder, &secrets, PinStoreChoice::File)?;
    let looked = {
        let station = Station::open(&inside)?;
        look(&station, &opened, &request.folder)?
    };
    let manifest = &opened.signed.manifest;
    let verified = BackupVerified {
        created_at: manifest.created_at,
        people: manifest.people,
        keys: manifest.keys,
        leaves: manifest.leaves,
        token_files: manifest.token_files,
        so_pins: manifest.so_pins,
        canary_microseconds: looked,
        since: since(surroundings, manifest)?,
    };
    memory::verified(surroundings, manifest);
    Ok(verified)
}

/// Uses what came out of a backup; gives how long a key took to unwrap and sign.
fn look(station: &Station, opened: &Opened, folder: &Path) -> Result<u32> {
    look_at_rows(station, opened, folder)?;
    let signing = SigningToken::open(station)?;
    let took = signing.exercise()?;
    Log::open(station, &signing)?;
    IssuingToken::open(station, &key::pin(&opened.issuing_pin)?)?;
    Ok(u32::try_from(took.as_micros()).unwrap_or(u32::MAX))
}

/// Holds what came out of a backup against its manifest, and that against an officer's signature.
fn look_at_rows(station: &Station, opened: &Opened, folder: &Path) -> Result<()> {
    let manifest = &opened.signed.manifest;
    let unusable = |why: &str| Error::BackupUnusable {
        path: folder.to_owned(),
        why: why.to_owned(),
    };
    if hex(&opened.organisation.fixed.fingerprint()) != manifest.fingerprint {
        return Err(unusable(
            "its organisation file is not the one that the manifest names",
        ));
    }
    let findings = station.wait(station.store.check())?;
    if !findings.is_empty() {
        return Err(unusable(&format!(
            "its vault is damaged: {}",
            findings.join("; ")
        )));
    }
    let intent = LeafIndex(manifest.intent);
    let signed = &opened.signed;
    if !Officers::of(station)?.vouch(&signed.message, &signed.signature, intent) {
        return Err(unusable(
            "no officer of the organisation has signed its manifest",
        ));
    }
    let counts = station.wait(station.store.counts())?;
    if (counts.accounts, counts.keys) != (manifest.people, manifest.keys) {
        return Err(unusable(
            "it has other people or keys than its manifest says",
        ));
    }
    if root_at(station, manifest.leaves)? != Some(manifest.root.clone()) {
        return Err(unusable("its log is not the one that its manifest names"));
    }
    Ok(())
}

/// The root over the first leaves of a log; none if it has fewer.
fn root_at(station: &Station, size: u64) -> Result<Option<String>> {
    let mut frontier = Frontier::default();
    while frontier.size() < size {
        let from = LeafIndex(frontier.size());
        let left = u32::try_from(size - frontier.size()).unwrap_or(u32::MAX);
        let leaves = station.wait(station.store.leaves(from, left))?;
        if leaves.is_empty() {
            return Ok(None);
        }
        for leaf in leaves {
            frontier.push(&leaf.leaf);
        }
    }
    Ok(Some(hex(&frontier.root())))
}

/// How far the organisation of this machine has come since the backup; none if there is none here,
/// or another one.
fn since(surroundings: &Surroundings, manifest: &Manifest) -> Result<Option<(u64, u64)>> {
    let station = match Station::open(surroundings) {
        Ok(station) => station,
        Err(Error::NoOrganisation { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    if station.organisation.fixed.organisation != manifest.organisation {
        return Ok(None);
    }
    if root_at(&station, manifest.leaves)? != Some(manifest.root.clone()) {
        return Err(Error::BackupUnusable {
            path: surroundings.home.folder().to_owned(),
            why: "the log of this organisation does not go on from that of the backup".to_owned(),
        });
    }
    let counts = station.wait(station.store.counts())?;
    Ok(Some((
        counts.accounts.saturating_sub(manifest.people),
        counts.leaves.saturating_sub(manifest.leaves),
    )))
}

/// Takes a backup out into a new home, and says whether this machine goes on with its log; blocks.
///
/// A machine that has seen a newer head of this log does not: that is for officers to accept.
pub(crate) fn restore(surroundings: &Surroundings, request: &OpenBackup) -> Result<Restored> {
    let secrets = Secrets::typed(&request.records_secret, &request.tokens_secret)?;
    found::permitted(surroundings)?;
    // Nothing of it is put into place, this machine's PIN least of all, before it is known to be what
    // an officer signed.
    {
        let scratch = Scratch::new(surroundings)?;
        let inside = scratch.surroundings(surroundings);
        let opened = take_into(&inside, &request.folder, &secrets, PinStoreChoice::File)?;
        look_at_rows(&Station::open(&inside)?, &opened, &request.folder)?;
    }
    // What a restore that was cut short has left.
    for name in Home::UNFINISHED {
        found::remove(&surroundings.home.folder().join(name))?;
    }
    let opened = take_into(
        surroundings,
        &request.folder,
        &secrets,
        PinStoreChoice::Automatic,
    )?;
    let station = Station::open(surroundings)?;
    look_at_rows(&station, &opened, &request.folder)?;
    let signing = SigningToken::open(&station)?;
    let refused = match Log::open(&station, &signing) {
        Ok(_) => None,
        Err(error @ Error::Log(_)) => Some(error.to_string()),
        Err(error) => return Err(error),
    };
    let manifest = &opened.signed.manifest;
    Ok(Restored {
        home: surroundings.home.folder().to_owned(),
        fingerprint: manifest.fingerprint.clone(),
        created_at: manifest.created_at,
        people: manifest.people,
        leaves: manifest.leaves,
        token_files: manifest.token_files,
        refused,
    })
}

fn file(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File {
        doing,
        path: path.to_owned(),
        source,
    }
}

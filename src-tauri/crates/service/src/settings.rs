//! What signatures are like where nobody says otherwise: as the organisation's officers have set it,
//! or, where there is no organisation, the person at this machine.
//!
//! The organisation's stand in the local part of its file; what an officer changes there is an act
//! of its own, which the log names with the digests of both. A person's own lie beside what this
//! machine remembers otherwise.

use std::path::Path;

use signature::{Certificate, Level};

use crate::administration::{Administrator, write_settings};
use crate::error::{Error, Result};
use crate::home::{Surroundings, create_private_folder, write_private};
use crate::organisation::Signatures;
use crate::signing_algorithm::hex;
use crate::station::{Station, read_organisation};
use crate::trust::{LARGEST_PEM, read_at_most};
use crate::wire::{SetSignatureSettings, SettingsOwner, SignatureSettings, TimestampAnchor};

/// Most entries of each list: people write them one by one.
const MOST: usize = 32;
/// Largest file of own settings that is read: that many certificates, and room to spare.
const LARGEST: u64 = 1024 * 1024;
/// Longest name of a host (RFC 1035 §2.3.4).
const LONGEST_HOST: usize = 253;

/// The settings that hold here.
///
/// # Errors
/// [`Error::SettingsUnreadable`]: settings that cannot be read must not become lower ones.
pub(crate) fn in_force(
    surroundings: &Surroundings,
    station: Option<&Station>,
) -> Result<Signatures> {
    match station {
        Some(station) => Ok(station.organisation.local.signatures.clone()),
        None => own(surroundings),
    }
}

/// As [`in_force`], where the organisation is not opened.
pub(crate) fn of_machine(surroundings: &Surroundings) -> Result<(SettingsOwner, Signatures)> {
    match read_organisation(surroundings) {
        Ok(organisation) => Ok((SettingsOwner::Organisation, organisation.local.signatures)),
        Err(Error::NoOrganisation { .. }) => Ok((SettingsOwner::Person, own(surroundings)?)),
        Err(error) => Err(error),
    }
}

/// The person's own; nothing is set where there are none.
fn own(surroundings: &Surroundings) -> Result<Signatures> {
    let path = surroundings.state.own_settings_file();
    let unreadable = |why: String| Error::SettingsUnreadable {
        path: path.clone(),
        why,
    };
    let content = match read_at_most(&path, LARGEST) {
        Ok(content) => content,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Signatures::default());
        }
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let settings: Signatures =
        serde_json::from_slice(&content).map_err(|error| unreadable(error.to_string()))?;
    match &settings.level {
        Some(level) if Level::read(level).is_none() => {
            Err(unreadable(format!("{level} is no level")))
        }
        _ => Ok(settings),
    }
}

/// What a form shows of them.
pub(crate) fn shown(surroundings: &Surroundings) -> Result<SignatureSettings> {
    let (owner, settings) = of_machine(surroundings)?;
    Ok(told(surroundings, owner, &settings))
}

fn told(
    surroundings: &Surroundings,
    owner: SettingsOwner,
    settings: &Signatures,
) -> SignatureSettings {
    let anchor = |entry: &String| anchor(surroundings, entry);
    SignatureSettings {
        owner,
        level: settings
            .level
            .as_deref()
            .and_then(Level::read)
            .map(Into::into),
        timestamp_authorities: settings.timestamp_authorities.clone(),
        timestamp_anchors: settings.timestamp_anchors.iter().map(anchor).collect(),
        local_authorities: settings.local_authorities.clone(),
    }
}

/// What stands in an entry of the anchors.
fn anchor(surroundings: &Surroundings, entry: &str) -> TimestampAnchor {
    let content = match is_pem(entry) {
        true => Ok(entry.as_bytes().to_vec()),
        false => read_at_most(&surroundings.home.folder().join(entry), LARGEST_PEM)
            .map_err(|error| error.to_string()),
    };
    let read = content.and_then(|content| {
        let read = Certificate::all_from_pem(&content).map_err(|error| error.to_string())?;
        Ok((
            read.first().cloned().ok_or("it holds no certificate")?,
            read.len(),
        ))
    });
    match read {
        Ok((first, count)) => TimestampAnchor {
            entry: entry.to_owned(),
            subject: first.subject_common_name().to_owned(),
            sha256: hex(&first.fingerprint()),
            not_after: first.not_after(),
            further: u32::try_from(count - 1).unwrap_or(u32::MAX),
            fault: None,
        },
        Err(fault) => TimestampAnchor {
            entry: entry.to_owned(),
            subject: String::new(),
            sha256: String::new(),
            not_after: 0,
            further: 0,
            fault: Some(fault),
        },
    }
}

/// Reads certificates that a person chose, PEM or DER, each as an entry of its own.
///
/// # Errors
/// [`Error::File`], [`Error::NotAnAnchor`].
pub(crate) fn read_anchors(
    surroundings: &Surroundings,
    path: &Path,
) -> Result<Vec<TimestampAnchor>> {
    let content = read_at_most(path, LARGEST).map_err(|source| Error::File {
        doing: "read the certificate in",
        path: path.to_owned(),
        source,
    })?;
    let certificates = if is_pem(&String::from_utf8_lossy(&content)) {
        Certificate::all_from_pem(&content)
    } else {
        Certificate::from_der(&content).map(|one| vec![one])
    };
    let entries = certificates
        .and_then(|all| {
            all.iter()
                .map(Certificate::to_pem)
                .collect::<signature::Result<Vec<_>>>()
        })
        .map_err(Error::NotAnAnchor)?;
    Ok(entries
        .iter()
        .map(|entry| anchor(surroundings, entry))
        .collect())
}

fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN")
}

/// Sets the person's own, where there is no organisation.
///
/// # Errors
/// [`Error::SettingsUnusable`], [`Error::OrganisationExists`], [`Error::File`].
pub(crate) fn set_own(
    surroundings: &Surroundings,
    request: SetSignatureSettings,
) -> Result<SignatureSettings> {
    let (owner, before) = of_machine(surroundings)?;
    if owner == SettingsOwner::Organisation {
        return Err(Error::OrganisationExists {
            home: surroundings.home.folder().to_owned(),
        });
    }
    let settings = checked(surroundings, request, &before)?;
    let path = surroundings.state.own_settings_file();
    let content = serde_json::to_vec_pretty(&settings).expect("every field has a JSON form");
    let written = path
        .parent()
        .map_or(Ok(()), create_private_folder)
        .and_then(|()| write_private(&path, &content));
    written.map_err(|source| Error::File {
        doing: "write",
        path,
        source,
    })?;
    Ok(told(surroundings, owner, &settings))
}

/// Sets the organisation's, as an officer.
///
/// # Errors
/// [`Error::SettingsUnusable`], and those of an officer's act; nothing is changed then.
pub(crate) fn set(
    station: &Station,
    officer: &Administrator,
    request: SetSignatureSettings,
) -> Result<SignatureSettings> {
    let before = &station.organisation.local.signatures;
    let settings = checked(&station.surroundings, request, before)?;
    if settings != *before {
        write_settings(station, officer, &settings)?;
    }
    Ok(told(
        &station.surroundings,
        SettingsOwner::Organisation,
        &settings,
    ))
}

/// What was asked for, if it can be used.
fn checked(
    surroundings: &Surroundings,
    request: SetSignatureSettings,
    before: &Signatures,
) -> Result<Signatures> {
    let unusable = |which: &str, why: String| Error::SettingsUnusable {
        which: which.to_owned(),
        why,
    };
    let lists = [
        &request.timestamp_authorities,
        &request.timestamp_anchors,
        &request.local_authorities,
    ];
    if lists.iter().any(|list| list.len() > MOST) {
        return Err(unusable(
            "a list",
            format!("it has more than {MOST} entries"),
        ));
    }
    for address in &request.timestamp_authorities {
        network::check(address).map_err(|error| unusable(address, error.to_string()))?;
    }
    for host in &request.local_authorities {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if host.is_empty() || host.len() > LONGEST_HOST || !host.bytes().all(is_plain) {
            return Err(unusable(host, "it is no name of a host".to_owned()));
        }
    }
    for entry in &request.timestamp_anchors {
        // A file beside the settings is named there by hand, and here only kept.
        if !before.timestamp_anchors.contains(entry) {
            let read = anchor(surroundings, entry);
            let fault = read
                .fault
                .or((!is_pem(entry)).then(|| "it is no certificate".to_owned()));
            if let Some(why) = fault {
                return Err(unusable("a certificate", why));
            }
        }
    }
    let level: Option<Level> = request.level.map(Into::into);
    if level.is_some_and(|level| level > Level::BB) && request.timestamp_authorities.is_empty() {
        return Err(unusable(
            "the level",
            "it takes timestamps, and no timestamp authority is named".to_owned(),
        ));
    }
    Ok(Signatures {
        level: level.map(|level| level.as_str().to_owned()),
        timestamp_authorities: request.timestamp_authorities,
        timestamp_anchors: request.timestamp_anchors,
        local_authorities: request.local_authorities,
    })
}

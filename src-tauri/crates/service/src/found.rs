//! Founds an organisation: tokens, keys, CA, founding officer, log, organisation file.
//!
//! The organisation file is written last. A folder without it is unfinished, and founding starts
//! by clearing what an interrupted one left there.

mod tokens;

use std::fs;
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use token::{Attack, SpkiDer, TokenKeyKind};
use tokio::runtime::Handle;
use vault::store::sqlite::SqliteStore;
use vault::{
    Account, Initial, IssuingPin, KeyId, LeafIndex, Role, Seal, Store, TokenProfile, UnixTime,
};

use crate::administration;
use crate::audit::records::{Entry, Hash, Tree};
use crate::audit::{Act, Event, Kind};
use crate::ca;
use crate::certificates::{self, Authority, CA_VALIDITY};
use crate::custody::record::{Origin, record_mac_input};
use crate::custody::seal::{IssuingSecrets, seal_blobs, seal_issuing};
use crate::custody::{Identity, NewSecret, OuterKey, RowMessage};
use crate::error::{Error, Result};
use crate::home::{
    Home, Surroundings, create_private_folder, lock_file, write_private, write_shared,
};
use crate::organisation::{
    Base64Bytes, Canary, Deployment, Fixed, Founder, Id, Local, Organisation,
};
use crate::people::{checked_email, checked_login, checked_name};
use crate::requests::{Founded, Init, KeyMode, Tokens};
use crate::reseal::slotted;
use crate::signing_algorithm::{KeyKind, hex, sha256};
use crate::station::key::account_to_be_signed;
use crate::station::log::{Log, new_leaf};
use crate::station::masters::Masters;
use crate::station::pins::{self, PinPlace};
use crate::station::profile::{self, Profile};
use crate::station::resident::ResidentCanary;
use crate::station::tokens::{
    CA, HEAD, IssuingToken, KNOWN_ANSWER, MASTER, NOTARY, PEPPER, RECORD_MAC, SigningToken,
    described, key_label,
};
use crate::station::{Station, records, softhsm};

use self::tokens::Opened;

/// Where the founding stands in the log.
const FOUNDING_LEAF: LeafIndex = LeafIndex(0);
/// Version of the first seal of anything.
const FIRST_SEAL: u64 = 1;
/// Generation of the first issuing PIN.
const FIRST_PIN: u32 = 1;
/// Version of the first profile of the signing token.
const FIRST_PROFILE: u64 = 1;

/// Refuses where an organisation is, or something that is not ours.
pub(crate) fn permitted(surroundings: &Surroundings) -> Result<()> {
    let home = surroundings.home.folder();
    if surroundings.home.organisation_file().exists() {
        return Err(Error::OrganisationExists {
            home: home.to_owned(),
        });
    }
    let entries = match fs::read_dir(home) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(file("read", home, source)),
    };
    for entry in entries {
        let name = entry
            .map_err(|source| file("read", home, source))?
            .file_name();
        if !Home::UNFINISHED.iter().any(|known| name == *known) {
            let name = name.to_string_lossy().into_owned();
            return Err(Error::FolderNotEmpty {
                home: home.to_owned(),
                name,
            });
        }
    }
    Ok(())
}

/// Founds an organisation; blocks.
pub(crate) fn found(surroundings: &Surroundings, request: Init) -> Result<Founded> {
    permitted(surroundings)?;
    let admin = checked_login(&request.admin)?;
    let name = checked_name("name", request.name.as_deref().unwrap_or(&admin))?;
    let default_email = format!("{admin}@localhost");
    let email = checked_email(request.email.as_deref().unwrap_or(&default_email))?;
    let organisation_name = checked_name(
        "organisation",
        request.organisation.as_deref().unwrap_or("Chancery trial"),
    )?;
    let secret = NewSecret::choose(&request.secret)?;
    if matches!(request.tokens, Tokens::Embedded) {
        tokens::software_module()?;
    }

    let home = surroundings.home.folder();
    create_private_folder(home).map_err(|source| file("make", home, source))?;
    close_to_writers(home).map_err(|source| file("close to others", home, source))?;
    let mut alone = Alone::take(surroundings)?;
    permitted(surroundings)?;
    alone.clear(surroundings)?;
    let mut organisation = [0; 16];
    crate::custody::random(&mut organisation)?;
    alone.note(Id(organisation))?;
    let founding = Founding {
        surroundings,
        organisation: Id(organisation),
        name: organisation_name,
        runtime: Handle::current(),
    };
    // Before anything else is made: where a token is not fit, nothing is.
    let opened = match &request.tokens {
        Tokens::Embedded => tokens::embedded(surroundings)?,
        Tokens::Ready {
            signing,
            issuing,
            declared_hardware,
            mode,
        } => tokens::ready(surroundings, signing, issuing, *declared_hardware, *mode)?,
    };
    let founded = founding.run(opened, &admin, &name, &email, &secret, request.pin_store)?;
    alone.settle();
    Ok(founded)
}

/// The facts that all steps share.
struct Founding<'s> {
    surroundings: &'s Surroundings,
    organisation: Id,
    name: String,
    runtime: Handle,
}

/// The founding officer's rows.
struct FoundingOfficer {
    founder: vault::store::Founder,
    entries: Vec<Entry>,
    /// What was signed of state and account.
    bound: Vec<Hash>,
    /// The signature over the token's profile.
    profile_signature: Vec<u8>,
}

impl Founding<'_> {
    fn run(
        &self,
        opened: Opened,
        admin: &str,
        name: &str,
        email: &str,
        secret: &NewSecret,
        pin_store: crate::requests::PinStoreChoice,
    ) -> Result<Founded> {
        let store = self
            .runtime
            .block_on(SqliteStore::create(&self.surroundings.home.vault_file()))?;
        let store: Arc<dyn Store> = Arc::new(store);
        let UnixTime(now) = self.runtime.block_on(store.now())?;

        let Opened {
            signing,
            issuing,
            local,
            signing_pin,
            secrets,
            mode,
        } = opened;
        let (master, head) = (key_label(MASTER)?, key_label(HEAD)?);
        if mode == KeyMode::Wrapped {
            signing.create(TokenKeyKind::Master, &master)?;
        }
        signing.create(TokenKeyKind::Pepper, &key_label(PEPPER)?)?;
        signing.create(TokenKeyKind::RecordMac, &key_label(RECORD_MAC)?)?;
        let head_key = public(signing.create(TokenKeyKind::Head, &head)?)?;
        let ca_key = public(issuing.create(TokenKeyKind::CertificateAuthority, &key_label(CA)?)?)?;
        let notary_key = public(issuing.create(TokenKeyKind::Notary, &key_label(NOTARY)?)?)?;
        let (canary, masters) = match mode {
            KeyMode::Wrapped => wrapped_canary(signing.make_canary(&master)?)?,
            KeyMode::Resident => resident_canary(ResidentCanary::make(&signing)?),
        };
        let pepper_answer = *signing.hmac(&key_label(PEPPER)?, KNOWN_ANSWER)?.expose();
        let mac_answer = *signing
            .hmac(&key_label(RECORD_MAC)?, KNOWN_ANSWER)?
            .expose();
        let signing = SigningToken::new(signing, masters)?;
        let issuing = IssuingToken::new(issuing)?;
        let profile = self.profile(&signing, &issuing, &local, admin, now)?;

        let ca_der = certificates::root(&self.name, &ca_key, now, &issuing)?;
        let ca = signature::Certificate::from_der(&ca_der).map_err(ca::Error::from)?;
        let account = Account {
            id: certificates::new_id()?.into(),
            login: admin.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            role: Role::Officer,
            created_at: UnixTime(now),
            row_version: 1,
            officer_signature: None,
            intent: Some(FOUNDING_LEAF),
        };
        let officer = self.officer(
            &Authority {
                signing: &signing,
                issuing: &issuing,
                ca: &ca,
            },
            account,
            secret,
            secrets,
            &profile,
            now,
        )?;

        let fixed = Fixed {
            organisation: self.organisation,
            ca: Base64Bytes(ca_der.clone()),
            head_key: Base64Bytes(head_key),
            notary_key: Base64Bytes(notary_key),
            founders: vec![Founder {
                account: Id(*officer.founder.account.id.as_bytes()),
                spki_sha256: Base64Bytes(sha256(&officer.founder.key.spki).to_vec()),
            }],
            pepper_answer: Base64Bytes(pepper_answer.to_vec()),
            mac_answer: Base64Bytes(mac_answer.to_vec()),
            canary,
        };
        let organisation = Organisation::new(fixed, local);
        let station = Station::assemble(
            self.surroundings.clone(),
            organisation,
            store,
            self.runtime.clone(),
        )?;
        let signature = officer.profile_signature.clone();
        self.initialise(&station, &signing, officer, &ca_der, now)?;
        let row = TokenProfile {
            version: FIRST_PROFILE,
            profile,
            signature,
            intent: FOUNDING_LEAF,
        };
        station.wait(station.store.put_token_profile(row, None))?;
        profile::remember(&station, FIRST_PROFILE)?;

        let id = self.organisation.to_string();
        let place =
            pins::keep_signing_pin(station.id(), &station.state(), pin_store, &signing_pin)?;
        let home = &self.surroundings.home;
        let pem = certificates::pem(&ca_der)?;
        write_shared(&home.ca_file(), pem.as_bytes())
            .map_err(|source| file("write", &home.ca_file(), source))?;
        if station.organisation.local.deployment == Deployment::Embedded {
            softhsm::keep_tokens(home)?;
        }
        // Last: from here on there is an organisation.
        write(&home.organisation_file(), &station.organisation.to_json())?;
        Ok(Founded {
            organisation: id,
            fingerprint: hex(&station.organisation.fixed.fingerprint()),
            admin: admin.to_owned(),
            folder: home.folder().to_owned(),
            notices: notices(&station.organisation.local, mode, place),
        })
    }

    /// Probes both tokens: no organisation is founded where that would give keys away.
    fn profile(
        &self,
        signing: &SigningToken,
        issuing: &IssuingToken,
        local: &Local,
        admin: &str,
        now: i64,
    ) -> Result<Vec<u8>> {
        let again = || Err(token::Error::HostGone.into());
        let production = signing.production();
        let played =
            administration::play(&Attack::ALL, signing.token(), production.as_ref(), again)?;
        let said = described(self.surroundings, local, &local.signing)?;
        let token = administration::profile_of(signing)?;

        let production = issuing.production()?;
        let again = || Err(token::Error::HostGone.into());
        let attacks = &Attack::ON_SIGNING_KEYS;
        let of_issuing = administration::play(attacks, issuing.token(), Some(&production), again)?;
        let issuing = described(self.surroundings, local, &local.issuing)?;
        let issuing = administration::issuing_shown(local, issuing, of_issuing);
        let shown = administration::shown(local, said, token, played, issuing);
        let profile = Profile::new(self.organisation.0, FIRST_PROFILE, now, admin, shown);
        profile.refuse_unsafe()?;
        Ok(profile.to_bytes())
    }

    /// Makes the founding officer's key, sealed directly under the secret, and the officer's
    /// record of the issuing PIN; the key vouches for both, and for the officer's own account.
    fn officer(
        &self,
        authority: &Authority<'_>,
        mut account: Account,
        secret: &NewSecret,
        secrets: IssuingSecrets,
        profile: &[u8],
        now: i64,
    ) -> Result<FoundingOfficer> {
        let signing = authority.signing;
        let born = certificates::birth(
            signing,
            certificates::new_id()?,
            KeyKind::P256,
            &account.name,
            &self.name,
            &account.email,
        )?;
        let key_id = KeyId::from(born.key);
        let organisation = &self.organisation.0;
        let identity = Identity::of_key(
            organisation,
            account.id.as_bytes(),
            key_id.as_bytes(),
            KeyKind::P256.name(),
            &born.spki,
            Origin::Generated,
        );
        let outer = OuterKey::generate()?;
        let sealed = seal_blobs(&outer, &identity, &born.blobs);
        let seal = slotted(signing, FIRST_SEAL, sealed, &outer, &identity, secret)?;
        let pin_identity = Identity::of_issuing_pin(organisation, account.id.as_bytes(), FIRST_PIN);
        let pin_outer = OuterKey::generate()?;
        let pin_sealed = seal_issuing(&pin_outer, &pin_identity, &secrets);
        let pin_seal = slotted(
            signing,
            FIRST_SEAL,
            pin_sealed,
            &pin_outer,
            &pin_identity,
            secret,
        )?;
        let signatures = signing.sign_with(
            KeyKind::P256,
            born.blob(),
            &[
                (&seal.to_be_signed(&identity)).into(),
                (&pin_seal.to_be_signed(&pin_identity)).into(),
            ],
        )?;
        let [own, pin] = &signatures[..] else {
            return Err(token::Error::OutOfStep.into());
        };
        let enrolled = certificates::Enrolment {
            identity: &identity,
            seal: &seal,
            seal_signature: own.as_bytes(),
            born: &born,
            kind: KeyKind::P256,
            key: key_id,
            origin: vault::Origin::Generated,
        };
        let serial = certificates::new_serial()?;
        let (mut rows, state) = enrolled.rows(authority, &account, &serial, now)?;
        // The organisation file vouches for the founder, who vouches for the own first state and
        // the own account.
        let state = state.to_be_signed(&identity, FOUNDING_LEAF.0);
        let person = account_to_be_signed(self.organisation.0.into(), &account, FOUNDING_LEAF);
        let profile = Profile::to_be_signed(profile, FOUNDING_LEAF);
        let bound = [&state, &person, &profile].map(RowMessage::digest).to_vec();
        let inputs: [token::ToBeSigned; 3] = [&state, &person, &profile].map(Into::into);
        let signatures = signing.sign_with(KeyKind::P256, born.blob(), &inputs)?;
        let [state, person, signed_profile] = &signatures[..] else {
            return Err(token::Error::OutOfStep.into());
        };
        rows.state.officer_signature = Some(state.as_bytes().to_vec());
        account.officer_signature = Some(person.as_bytes().to_vec());
        rows.state.intent = Some(FOUNDING_LEAF);
        let pin_mac = signing.record_mac(&record_mac_input(&pin_identity, None, &pin_seal))?;
        let id = self.organisation.0.into();
        let mut entries = vec![
            rows.entry,
            records::of_issuing_pin(account.id, &pin_identity, &pin_seal),
            records::of_offices(id, &[]),
            signing.masters().entry(id),
            records::of_token_profile(id, Some(profile.digest())),
        ];
        entries.extend(records::of_account(id, &account));
        let founder = vault::store::Founder {
            key: rows.key,
            state: rows.state,
            seal: rows.seal,
            mac: rows.mac,
            certificate: rows.certificate,
            issuing_pin: IssuingPin {
                account: account.id,
                generation: u64::from(FIRST_PIN),
                identity: pin_identity.as_bytes().to_vec(),
                seal: Seal {
                    version: pin_seal.version,
                    sealed: pin_seal.sealed.as_bytes().to_vec(),
                    slots: pin_seal.slots_to_bytes(),
                    signature: pin.as_bytes().to_vec(),
                },
                mac: pin_mac.into(),
            },
            account,
        };
        Ok(FoundingOfficer {
            founder,
            entries,
            bound,
            profile_signature: signed_profile.as_bytes().to_vec(),
        })
    }

    /// Writes the first rows and leaf 0, the fingerprint and what was signed of them, and signs the
    /// first head.
    fn initialise(
        &self,
        station: &Station,
        signing: &SigningToken,
        officer: FoundingOfficer,
        ca_der: &[u8],
        now: i64,
    ) -> Result<()> {
        let FoundingOfficer {
            founder,
            entries,
            bound,
            ..
        } = officer;
        let request = certificates::new_id()?;
        let fingerprint = station.organisation.fixed.fingerprint();
        let digests = [&[fingerprint], &bound[..]].concat();
        let event = Event {
            kind: Kind::Founding,
            act: Act::Found,
            time: now,
            account: Some(founder.account.id.as_bytes()),
            login: Some(&founder.account.login),
            key: Some(founder.key.id.as_bytes()),
            machine: station.machine.as_bytes(),
            request: &request,
            head: (0, crate::audit::Frontier::default().root()),
            digests: &digests,
            intent: None,
            outcome: None,
            officer: None,
            note: None,
            serial: None,
        };
        let tree = Tree::over(entries);
        let request = Some(request.into());
        let root = Some(tree.root());
        let mut leaf = new_leaf(signing, Kind::Founding, &event, request, None, root)?;
        leaf.tree = Some(records::change(&tree, None, None));
        let serial = signature::Certificate::from_der(ca_der).map_err(ca::Error::from)?;
        let ca_certificate = vault::Certificate {
            sha256: sha256(ca_der).into(),
            key: None,
            serial: serial.serial().to_vec(),
            der: ca_der.to_vec(),
            not_before: UnixTime(now),
            not_after: UnixTime(now + CA_VALIDITY),
            subject: self.name.clone(),
        };
        let initial = Initial {
            organisation: station.id(),
            ca_certificate,
            founder,
            leaf: leaf.clone(),
        };
        let index: LeafIndex = station.wait(station.store.initialise(initial))?;
        Log::open(station, signing)?.sign(index, &leaf)
    }
}

fn public(created: token::Created) -> Result<Vec<u8>> {
    let key: Option<SpkiDer> = created.public_key;
    let key = key.ok_or(Error::Token(token::Error::PublicKeyMalformed))?;
    Ok(key.as_bytes().to_vec())
}

/// Holds off a second founding in the same folder.
///
/// Its file names the organisation that is being founded, so that the next founding can clear what
/// an interrupted one has left outside the folder: the signing PIN above all.
struct Alone {
    path: PathBuf,
    file: fs::File,
}

impl Alone {
    fn take(surroundings: &Surroundings) -> Result<Self> {
        let state = surroundings.state.of("founding");
        create_private_folder(&state).map_err(Error::State)?;
        let name = hex(&sha256(
            surroundings.home.folder().as_os_str().as_encoded_bytes(),
        ));
        let path = state.join(name);
        let file = lock_file(&path).map_err(Error::State)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, file }),
            Err(fs::TryLockError::WouldBlock) => Err(Error::FoundingElsewhere {
                home: surroundings.home.folder().to_owned(),
            }),
            Err(fs::TryLockError::Error(error)) => Err(Error::State(error)),
        }
    }

    fn note(&mut self, organisation: Id) -> Result<()> {
        let written = || {
            self.file.set_len(0)?;
            self.file.write_all_at(&organisation.0, 0)?;
            self.file.sync_data()
        };
        written().map_err(Error::State)
    }

    /// Clears what an interrupted founding left; nothing else is in the folder.
    ///
    /// From an empty folder somebody may have moved an organisation away, and nothing is cleared.
    fn clear(&self, surroundings: &Surroundings) -> Result<()> {
        let left = Home::UNFINISHED.map(|name| surroundings.home.folder().join(name));
        if !left.iter().any(|path| path.symlink_metadata().is_ok()) {
            return Ok(());
        }
        if let Ok(id) = fs::read(&self.path)
            .map_err(drop)
            .and_then(|id| id.try_into().map_err(drop))
        {
            let id = Id(id);
            pins::forget_signing_pin(id.0.into(), &surroundings.state.of(&id.to_string()));
            remove(&surroundings.state.of(&id.to_string()))?;
        }
        left.iter().try_for_each(|path| remove(path))
    }

    /// Forgets the organisation's name: it is founded, and what it has is its own.
    fn settle(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Takes a folder that was there, made with an open mask, away from others who could write in it.
fn close_to_writers(folder: &Path) -> io::Result<()> {
    let mode = fs::metadata(folder)?.permissions().mode() & 0o7777;
    if mode & 0o022 == 0 {
        return Ok(());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(mode & !0o022))
}

/// Removes a file or a folder that may not be there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("clear", path, error)),
        _ => Ok(()),
    }
}

/// The canary of a master as the organisation file keeps it, and the master.
fn wrapped_canary(canary: token::Canary) -> Result<(Canary, Masters)> {
    let kept = Canary {
        mechanism: canary.wrapped.mechanism().number(),
        rfc: u32::from(canary.wrapped.mechanism().rfc()),
        blob: Base64Bytes(canary.wrapped.expose_blob().to_vec()),
        spki: Base64Bytes(canary.spki.as_bytes().to_vec()),
    };
    Ok((kept, Masters::founding(canary)?))
}

/// The canary of keys that stay on the token as the organisation file keeps it, and no master.
fn resident_canary(canary: ResidentCanary) -> (Canary, Masters) {
    let kept = Canary {
        mechanism: 0,
        rfc: 0,
        blob: Base64Bytes(canary.id.as_bytes().to_vec()),
        spki: Base64Bytes(canary.spki.as_bytes().to_vec()),
    };
    (kept, Masters::resident_keys(canary))
}

fn notices(local: &Local, mode: KeyMode, place: PinPlace) -> Vec<String> {
    let mut notices = vec![
        "there is one officer: no four eyes, and a forgotten secret of the officer can only be \
         mended from a backup"
            .to_owned(),
    ];
    if !local.hardware {
        let software = match local.deployment {
            Deployment::Embedded => {
                "this organisation uses a software token: whoever can read its files and a PIN has \
                 every key; it is for trial"
            }
            Deployment::Direct => {
                "the tokens are taken for software, for trial: they are hardware where their slots \
                 say so and an officer declares it (--hardware)"
            }
        };
        notices.insert(0, software.to_owned());
    }
    if mode == KeyMode::Resident {
        notices.push(
            "keys stay on the signing token, one object a person: whoever has the signing PIN signs \
             with them all; a person's secret is asked for and counted, and is no part of the key"
                .to_owned(),
        );
    }
    if place == PinPlace::File {
        notices.push(
            "no keyring service answered: the signing PIN lies in a private file outside the \
             organisation's folder"
                .to_owned(),
        );
    }
    notices
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    write_private(path, content).map_err(|source| file("write", path, source))
}

fn file(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File {
        doing,
        path: path.to_owned(),
        source,
    }
}

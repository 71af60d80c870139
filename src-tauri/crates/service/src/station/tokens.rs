//! The two tokens: who starts their host processes, and what is proven at every login.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use token::{
    Host, KeyLabel, KnownAnswer, Launch, LoadedBy, Mac, MasterInUse, Pin, Production, RawSignature,
    Recovery, SpkiDer, ToBeSigned, Token, TokenInfo, TokenLabel, WrappedKey,
};
use zeroize::Zeroizing;

use super::masters::Masters;
use super::resident::{self, RESIDENT};
use super::{Station, health, pins, softhsm};
use crate::audit::Checkpoint;
use crate::custody::RowMessage;
use crate::custody::seal::WrappedBlob;
use crate::custody::slot::HmacOutput;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::organisation::{Deployment, Local, TokenAddress};
use crate::signing_algorithm::{KeyKind, der_signature, on_token, verifies};

/// What the known answers are computed over (CUSTODY-FORMAT 5).
pub(crate) const KNOWN_ANSWER: &[u8] = b"chancery known answer v1";

/// Labels of the signing token's keys; later masters have later numbers.
pub(crate) const MASTER: &str = "wk-1";
pub(crate) const PEPPER: &str = "pepper-1";
pub(crate) const RECORD_MAC: &str = "record-mac-1";
pub(crate) const HEAD: &str = "head-1";
/// Labels of the issuing token's keys.
pub(crate) const CA: &str = "ca-1";
pub(crate) const NOTARY: &str = "notary-1";

/// No call of a module takes longer; one that does hangs.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A label that this program wrote down itself.
pub(crate) fn key_label(label: &str) -> Result<KeyLabel> {
    Ok(KeyLabel::new(label)?)
}

/// The whole environment of a host process.
pub(crate) type Environment = Vec<(OsString, OsString)>;

/// What the embedded software token sees: its own folder, and nothing of this user's.
pub(crate) fn embedded_environment(surroundings: &Surroundings) -> Environment {
    let file = surroundings.home.softhsm_file();
    vec![("SOFTHSM2_CONF".into(), file.into_os_string())]
}

/// What the organisation file lists.
pub(crate) fn environment_of(listed: &BTreeMap<String, String>) -> Environment {
    let variables = listed.iter();
    variables
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

/// Starts the host process of a token's module.
pub(crate) fn start_host(
    surroundings: &Surroundings,
    module: &std::path::Path,
    module_sha256: Option<[u8; 32]>,
    environment: Environment,
) -> Result<Host> {
    start_host_within(DEADLINE, surroundings, module, module_sha256, environment)
}

/// As [`start_host`], with another deadline for each of its calls.
fn start_host_within(
    deadline: Duration,
    surroundings: &Surroundings,
    module: &std::path::Path,
    module_sha256: Option<[u8; 32]>,
    environment: Environment,
) -> Result<Host> {
    let executable = surroundings.host();
    if !executable.is_file() {
        return Err(Error::PartMissing {
            what: "the host process",
            path: executable,
        });
    }
    let launch = Launch {
        executable,
        module: module.to_owned(),
        module_sha256: module_sha256.map(token::Sha256),
        environment,
        deadline,
    };
    Ok(Host::start(&launch)?)
}

/// Starts the host process of a token that is there, with the module an officer accepted.
///
/// To be called while nobody else on this machine logs in.
fn start(station: &Station, address: &TokenAddress) -> Result<Host> {
    let local = &station.organisation.local;
    start_accepted(station.deadline, &station.surroundings, local, address)
}

fn start_accepted(
    deadline: Duration,
    surroundings: &Surroundings,
    local: &Local,
    address: &TokenAddress,
) -> Result<Host> {
    let sha256: [u8; 32] = address.module_sha256.0.as_slice().try_into().map_err(|_| {
        Error::OrganisationUnreadable {
            path: surroundings.home.organisation_file(),
            why: "the hash of a module has not 32 bytes".to_owned(),
        }
    })?;
    let environment = match local.deployment {
        Deployment::Embedded => embedded_environment(surroundings),
        Deployment::Direct => environment_of(&address.environment),
    };
    let module = &address.module;
    let started = start_host_within(deadline, surroundings, module, Some(sha256), environment);
    started.map_err(|error| match error {
        Error::Token(source @ token::Error::ModuleChanged { .. }) => Error::ModuleChanged {
            path: module.clone(),
            source,
        },
        other => other,
    })
}

/// What a token says of itself. To be called while nobody else on this machine logs in.
pub(crate) fn described(
    surroundings: &Surroundings,
    local: &Local,
    address: &TokenAddress,
) -> Result<Option<TokenInfo>> {
    let listed = start_accepted(DEADLINE, surroundings, local, address)?.tokens()?;
    Ok(listed
        .into_iter()
        .find(|token| token.label == address.label))
}

/// Manufacturer and model, as a token says.
pub(crate) fn model_of(token: &TokenInfo) -> String {
    format!("{} {}", token.manufacturer, token.model)
        .trim()
        .to_owned()
}

fn login(station: &Station, address: &TokenAddress, pin: &Pin) -> Result<Token> {
    let _alone = quiet(station)?;
    let host = start(station, address)?;
    Ok(host.login(&TokenLabel::new(address.label.as_str())?, pin)?)
}

/// Logs in with this machine's signing PIN, unless the token has refused that one before.
fn signing_login(station: &Station) -> Result<Token> {
    let address = &station.organisation.local.signing;
    let label = TokenLabel::new(address.label.as_str())?;
    // Looked at while nobody else tries: a PIN that has become wrong is tried once, not once by each.
    let _alone = quiet(station)?;
    let kept = pins::KeptPin::of(station)?;
    if kept.was_refused(station) {
        let token = address.label.clone();
        return Err(Error::PinRefused { token });
    }
    let host = start(station, address)?;
    match host.login(&label, &kept.pin) {
        Err(token::Error::WrongPin { .. }) => {
            kept.note_refusal(station);
            let token = address.label.clone();
            Err(Error::PinRefused { token })
        }
        other => Ok(other?),
    }
}

/// Logs in once with a PIN that somebody has typed, to see that it is the signing token's.
pub(crate) fn try_signing_pin(station: &Station, pin: &Pin) -> Result<()> {
    let address = &station.organisation.local.signing;
    login(station, address, pin)?.logout()?;
    Ok(())
}

/// Holds off other logins on this machine.
///
/// A module that looks at a token's file while another one writes it finds no token; and which
/// modules have tokens in files is theirs to know.
fn quiet(station: &Station) -> Result<File> {
    let alone = station.lock("locks", "login")?;
    let embedded = station.organisation.local.deployment == Deployment::Embedded;
    if embedded && softhsm::keep_tokens(&station.surroundings.home)? {
        health::note_mended(station);
    }
    Ok(alone)
}

/// What the signing token says of itself.
pub(crate) fn said(station: &Station) -> Result<Option<TokenInfo>> {
    said_by(station, &station.organisation.local.signing)
}

/// What one of the tokens says of itself.
pub(crate) fn said_by(station: &Station, address: &TokenAddress) -> Result<Option<TokenInfo>> {
    let _alone = quiet(station)?;
    described(&station.surroundings, &station.organisation.local, address)
}

/// Who made the device that holds the signing token, and what it is, as it says itself.
pub(crate) fn model(station: &Station) -> Result<String> {
    Ok(said(station)?.as_ref().map_or_else(String::new, model_of))
}

/// How the module was loaded: as the file that was hashed, or by its path.
pub(crate) fn loaded_by(station: &Station) -> Result<LoadedBy> {
    let _alone = quiet(station)?;
    let host = start(station, &station.organisation.local.signing)?;
    Ok(host.module_loaded_by())
}

/// A login to the signing token, and what its keys were proven to be.
pub(crate) struct SigningLogin {
    token: Token,
    /// What the token does not have of its keys' templates, each as `key: attribute`.
    missing: Vec<String>,
    /// What the keys were proven against; zeros for nothing.
    pub(crate) proven_for: [u8; 32],
}

/// The signing token, logged in and its keys proven.
///
/// What is asked of it here (a MAC, a signature over a digest) may be asked twice, as nobody has the
/// answer yet. So where a login is over, or token or host are lost, the login is made anew, its keys
/// proven anew, and the question put once more.
pub(crate) struct SigningToken<'s> {
    /// Whose login it is; none while the organisation is being founded.
    station: Option<&'s Station>,
    login: Mutex<Arc<SigningLogin>>,
    masters: Masters,
    pepper: KeyLabel,
    record_mac: KeyLabel,
    head: KeyLabel,
}

impl<'s> SigningToken<'s> {
    /// Logs in with this machine's signing PIN and proves its keys, unless a login is kept whose
    /// keys are proven.
    pub(crate) fn open(station: &'s Station) -> Result<Self> {
        let Some(logins) = &station.logins else {
            return Self::open_anew(station);
        };
        let masters = Masters::of(station)?;
        if let Some(kept) = logins.find(&proven_for(station, &masters)) {
            return Self::over(Some(station), kept, masters);
        }
        let login = log_in(station, &masters)?;
        logins.keep(&login);
        Self::over(Some(station), login, masters)
    }

    /// Logs in and proves the keys whatever is kept: a test of the token.
    pub(crate) fn open_anew(station: &'s Station) -> Result<Self> {
        let masters = Masters::of(station)?;
        Self::over(Some(station), log_in(station, &masters)?, masters)
    }

    fn over(
        station: Option<&'s Station>,
        login: Arc<SigningLogin>,
        masters: Masters,
    ) -> Result<Self> {
        Ok(Self {
            station,
            login: Mutex::new(login),
            masters,
            pepper: key_label(PEPPER)?,
            record_mac: key_label(RECORD_MAC)?,
            head: key_label(HEAD)?,
        })
    }

    /// Takes over a token whose keys were made just now.
    pub(crate) fn new(token: Token, masters: Masters) -> Result<Self> {
        let login = SigningLogin {
            token,
            missing: Vec::new(),
            proven_for: [0; 32],
        };
        Self::over(None, Arc::new(login), masters)
    }

    /// Keys are proven, not found: a look-alike has our label and attributes, and not our answers.
    ///
    /// Gives what the token does not have of their templates.
    fn prove(token: &Token, station: &Station, masters: &Masters) -> Result<Vec<String>> {
        let (pepper, record_mac, head) =
            (key_label(PEPPER)?, key_label(RECORD_MAC)?, key_label(HEAD)?);
        let fixed = &station.organisation.fixed;
        let unreadable = |why: &str| Error::OrganisationUnreadable {
            path: station.surroundings.home.organisation_file(),
            why: why.to_owned(),
        };
        let answer = |bytes: &[u8]| -> Result<KnownAnswer> {
            let mac = bytes
                .try_into()
                .map_err(|_| unreadable("a known answer has not 32 bytes"))?;
            Ok(KnownAnswer {
                data: KNOWN_ANSWER.to_vec(),
                mac,
            })
        };
        let proven_pepper = token.prove_mac_key(&pepper, &answer(&fixed.pepper_answer.0)?)?;
        let proven_mac = token.prove_mac_key(&record_mac, &answer(&fixed.mac_answer.0)?)?;
        let spki = SpkiDer::from_der(fixed.head_key.0.clone())?;
        let proven_head = token.prove_signing_key(&head, &spki, &challenge()?)?;
        let mut proven = vec![
            (&pepper, proven_pepper),
            (&record_mac, proven_mac),
            (&head, proven_head),
        ];
        for master in masters.in_use() {
            let label = &master.label;
            let found = token.prove_wrapping_key(label, &master.canary)?;
            proven.push((label, found));
        }
        if let Some(canary) = masters.resident() {
            canary.sign(token, &challenge_message()?)?;
        }
        Ok(proven
            .iter()
            .flat_map(|(label, proven)| {
                let missing = proven.missing.iter();
                missing.map(|attribute| format!("{}: {attribute}", label.as_str()))
            })
            .collect())
    }

    /// Its keys, for what can be tried on them without harm; none where keys stay on the token.
    pub(crate) fn production(&self) -> Option<Production> {
        let master = self.masters.current()?;
        Some(Production {
            master: Some(MasterInUse {
                label: master.label.clone(),
                canary: master.canary.clone(),
            }),
            mac_keys: vec![self.pepper.clone(), self.record_mac.clone()],
            signing_keys: vec![self.head.clone()],
        })
    }

    /// What the token does not have of its keys' templates.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.login().missing.clone()
    }

    /// HMAC with the pepper, for a slot.
    pub(crate) fn pepper(&self, label: &str, input: &[u8]) -> Result<HmacOutput> {
        if label != self.pepper.as_str() {
            // A slot that names another key than the organisation's is no slot of ours.
            let label = key_label(label)?;
            return Err(token::Error::KeyNotFound { label }.into());
        }
        let mac = self.ask(|token| token.hmac(&self.pepper, input))?;
        Ok(bytes(&mac))
    }

    /// HMAC with the record-MAC key.
    pub(crate) fn record_mac(&self, input: &[u8]) -> Result<[u8; 32]> {
        let mac = self.ask(|token| token.hmac(&self.record_mac, input))?;
        Ok(*mac.expose())
    }

    /// Signs a head of the log; DER as a note carries it.
    pub(crate) fn sign_head(&self, head: &Checkpoint) -> Result<Vec<u8>> {
        let input = ToBeSigned::sha256(head.text().as_bytes());
        let value = self.ask(|token| token.sign(&self.head, &input))?;
        der_signature(value.as_bytes())
    }

    /// Unwraps a key for one batch, signs each input, destroys it: one call. Or has a key sign that
    /// stays on the token.
    pub(crate) fn sign_with(
        &self,
        kind: KeyKind,
        blob: &WrappedBlob,
        inputs: &[ToBeSigned],
    ) -> Result<Vec<RawSignature>> {
        if blob.wrapping_key == RESIDENT {
            let (id, spki) = resident::named(blob)?;
            let algorithm = kind.on_token();
            return self.ask(|token| token.sign_resident(id, &spki, algorithm, inputs));
        }
        let rfc = u16::try_from(blob.rfc).unwrap_or(u16::MAX);
        let wrapped = WrappedKey::from_parts(blob.mechanism, rfc, blob.blob.to_vec())?;
        let master = &self.masters.of_blob(&blob.wrapping_key)?.label;
        let algorithm = kind.on_token();
        self.ask(|token| token.sign_with_wrapped(master, &wrapped, algorithm, inputs))
    }

    /// Asks what may be asked twice.
    fn ask<T>(&self, question: impl Fn(&Token) -> token::Result<T>) -> Result<T> {
        let login = self.login();
        let error = match question(&login.token) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let Some(station) = self.station else {
            return Err(error.into());
        };
        match error.recovery() {
            Recovery::Tell => return Err(error.into()),
            Recovery::Renew | Recovery::RenewNextTime => {
                if let Some(logins) = &station.logins {
                    logins.forget(&login);
                }
            }
        }
        if error.recovery() == Recovery::RenewNextTime {
            return Err(error.into());
        }
        let renewed = log_in(station, &self.masters)?;
        if let Some(logins) = &station.logins {
            logins.keep(&renewed);
        }
        *lock(&self.login) = Arc::clone(&renewed);
        Ok(question(&renewed.token)?)
    }

    /// The token itself, where keys are made.
    pub(crate) fn token(&self) -> SignedIn {
        SignedIn(self.login())
    }

    /// Has the canary of the current master unwrap and sign, or that of keys on the token sign, verifies
    /// what it signed, and says how long that took.
    pub(crate) fn exercise(&self) -> Result<Duration> {
        let message = RowMessage::new(challenge_message()?);
        let begun = Instant::now();
        if let Some(canary) = self.masters.resident() {
            canary.sign(&self.token(), message.as_bytes())?;
            return Ok(begun.elapsed());
        }
        let master = self.masters.newest()?;
        let master = self.masters.current().unwrap_or(master);
        let canary = &master.canary;
        let inputs = [ToBeSigned::from(&message)];
        // Once: a test that was repeated until it passed would be none.
        let values = self.token().sign_with_wrapped(
            &master.label,
            &canary.wrapped,
            canary.algorithm,
            &inputs,
        )?;
        let took = begun.elapsed();
        let value = values.first().ok_or(token::Error::OutOfStep)?.as_bytes();
        if verifies(KeyKind::P256, canary.spki.as_bytes(), &message, value) {
            return Ok(took);
        }
        let label = master.label.clone();
        Err(token::Error::KeyDiffers { label }.into())
    }

    /// The masters in use, as they were at the login.
    pub(crate) fn masters(&self) -> &Masters {
        &self.masters
    }

    fn login(&self) -> Arc<SigningLogin> {
        Arc::clone(&lock(&self.login))
    }
}

/// From here on a kept login is idle.
impl Drop for SigningToken<'_> {
    fn drop(&mut self) {
        if let Some(logins) = self.station.and_then(|station| station.logins.as_ref()) {
            logins.rest(&self.login());
        }
    }
}

/// A token, for as long as this is held.
pub(crate) struct SignedIn(Arc<SigningLogin>);

impl Deref for SignedIn {
    type Target = Token;

    fn deref(&self) -> &Token {
        &self.0.token
    }
}

/// Logs in to the signing token and proves its keys; once more where token or host are lost.
fn log_in(station: &Station, masters: &Masters) -> Result<Arc<SigningLogin>> {
    let begun = Instant::now();
    let attempt = || -> Result<Arc<SigningLogin>> {
        let token = signing_login(station)?;
        let missing = SigningToken::prove(&token, station, masters)?;
        Ok(Arc::new(SigningLogin {
            token,
            missing,
            proven_for: proven_for(station, masters),
        }))
    };
    let logged_in = once_more(attempt);
    health::note(station, logged_in.is_ok(), begun.elapsed());
    logged_in
}

/// Does something that begins with a new host process, and again where that is the recovery.
fn once_more<T>(attempt: impl Fn() -> Result<T>) -> Result<T> {
    match attempt() {
        Err(Error::Token(error)) if error.recovery() == Recovery::Renew => attempt(),
        other => other,
    }
}

/// What a login is proven for: another organisation file may name other keys, and so does another
/// step of a rotation, or a master for imported keys that came since.
fn proven_for(station: &Station, masters: &Masters) -> [u8; 32] {
    let file = station.organisation.to_json();
    let step = masters.version().to_be_bytes();
    let import = masters
        .import()
        .map_or(&b""[..], |master| master.label.as_str().as_bytes());
    crate::signing_algorithm::sha256(&[file.as_slice(), &step, import].concat())
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // One assignment is all that is ever done under it.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The issuing token, logged in with the PIN that an officer's secret opened.
pub(crate) struct IssuingToken {
    token: Token,
    ca: KeyLabel,
}

impl IssuingToken {
    /// Logs in and proves the CA and notary keys.
    ///
    /// What is asked of it is not asked twice by itself: the act that needed it is given up, and can
    /// be done again.
    pub(crate) fn open(station: &Station, pin: &Pin) -> Result<Self> {
        once_more(|| Self::logged_in(station, pin))
    }

    fn logged_in(station: &Station, pin: &Pin) -> Result<Self> {
        let token = login(station, &station.organisation.local.issuing, pin)?;
        let opened = Self::new(token)?;
        let ca = SpkiDer::from_der(station.ca()?.spki_der().to_vec())?;
        opened
            .token
            .prove_signing_key(&opened.ca, &ca, &challenge()?)?;
        let notary = SpkiDer::from_der(station.organisation.fixed.notary_key.0.clone())?;
        opened
            .token
            .prove_signing_key(&key_label(NOTARY)?, &notary, &challenge()?)?;
        Ok(opened)
    }

    /// Takes over a token whose keys were made just now.
    pub(crate) fn new(token: Token) -> Result<Self> {
        Ok(Self {
            token,
            ca: key_label(CA)?,
        })
    }

    /// Its keys, for what can be tried on them without harm.
    pub(crate) fn production(&self) -> Result<Production> {
        Ok(Production {
            master: None,
            mac_keys: Vec::new(),
            signing_keys: vec![self.ca.clone(), key_label(NOTARY)?],
        })
    }

    /// The token itself.
    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// The same, and nothing but it.
    pub(crate) fn into_token(self) -> Token {
        self.token
    }

    /// Countersigns a head of the log; DER as a note carries it.
    pub(crate) fn notarise(&self, head: &Checkpoint) -> Result<Vec<u8>> {
        let input = ToBeSigned::sha256(head.text().as_bytes());
        let value = self.token.sign(&key_label(NOTARY)?, &input)?;
        der_signature(value.as_bytes())
    }

    /// Signs a certificate or revocation list.
    pub(crate) fn sign(
        &self,
        to_be_signed: &[u8],
        digest: signature::Digest,
    ) -> Result<RawSignature> {
        let input = on_token(to_be_signed, digest);
        Ok(self.token.sign(&self.ca, &input)?)
    }
}

/// What a signing key is proven over: the label and 32 random bytes, so that the signature is of
/// nothing anybody could use (CUSTODY-FORMAT 5).
fn challenge() -> Result<ToBeSigned> {
    Ok(ToBeSigned::sha256(&challenge_message()?))
}

fn challenge_message() -> Result<Vec<u8>> {
    let mut random = [0; 32];
    crate::custody::random(&mut random)?;
    Ok([KNOWN_ANSWER, &random].concat())
}

fn bytes(mac: &Mac) -> HmacOutput {
    Zeroizing::new(*mac.expose())
}

//! Smart cards: what there is to sign with, and one use of it.
//!
//! Each module lives in a host process of its own, which never sees a PIN of the organisation's
//! tokens and is started anew whenever it fails. The processes stay while the program does: a
//! module takes seconds to start (OpenSC 0.23: 1.7 to 3.3 s), and a window asks every second or so.

mod choice;
mod discovery;
mod memory;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use signature::Certificate;
use token::{
    Card, CardAddress, CardKey, CardSlot, Host, Inserted, Launch, Pin, PinEntry, PinState,
    RawSignature, SlotKind, SpkiDer, ToBeSigned,
};

use self::choice::Read;
pub use self::discovery::CardSurroundings;
use self::memory::Memory;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::requests::{CardChoice, CardToSign};
use crate::signing_algorithm::hex;
use crate::wire::{self, CardPinState, CardPresence};

/// No call about cards takes longer; OpenSC (0.23) never returns from some after a card was pulled.
const DEADLINE: Duration = Duration::from_secs(20);
/// How often, and how far apart, a new process is asked whether a card is still there: the PC/SC
/// service notices within half a second.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// The modules that are running, and what was seen through them.
#[derive(Default)]
pub(crate) struct Cards {
    drivers: Mutex<HashMap<PathBuf, Arc<Driver>>>,
    /// What was said last, to tell whether anything changed.
    said: Mutex<Option<wire::Cards>>,
}

/// How many modules run.
impl fmt::Debug for Cards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cards({})", locked(&self.drivers).len())
    }
}

/// A module.
struct Driver {
    module: PathBuf,
    link: Mutex<Link>,
    /// What was seen last, for who asks while somebody signs.
    seen: Mutex<Vec<Seen>>,
}

/// A module's process, and the certificates that were read in it: they stay while the card does.
#[derive(Default)]
struct Link {
    host: Option<Host>,
    read: Vec<(CardAddress, Vec<Read>)>,
    /// The module's file is another one than it was when it was last used.
    changed: bool,
}

/// A slot, and the certificates of the card in it.
#[derive(Clone)]
struct Seen {
    slot: CardSlot,
    certificates: Vec<Read>,
}

impl Seen {
    fn card(&self) -> Option<&Card> {
        match &self.slot.inserted {
            Inserted::Card(card) => Some(card),
            Inserted::Nothing | Inserted::Unknown => None,
        }
    }
}

/// What came of looking through one module.
struct Looked {
    driver: Arc<Driver>,
    chosen: bool,
    changed: bool,
    seen: Result<Vec<Seen>>,
}

/// A certificate and the card that it is on.
type Candidate<'a> = (Place<'a>, Read);
/// Where a certificate lies: beside which others.
type Place<'a> = (&'a Arc<Driver>, &'a Card, &'a [Read]);

fn label_of<'p>((_, card, _): &'p Place<'_>) -> &'p str {
    &card.info.label
}

impl Cards {
    /// Remembers a module that a person chose.
    pub(crate) fn choose_module(&self, surroundings: &Surroundings, module: PathBuf) -> Result<()> {
        Memory::choose(&surroundings.state, Some(module)).map_err(Error::State)
    }

    /// Says what there is; blocks for as long as a module takes to start.
    pub(crate) fn overview(
        &self,
        surroundings: &Surroundings,
        module: Option<&Path>,
        now: i64,
    ) -> wire::Cards {
        let looked = self.look(surroundings, module);
        let mut overview = worded(&looked, &surroundings.cards, now);
        let mut said = locked(&self.said);
        if let Some(before) = &*said {
            overview.change = before.change;
            if overview != *before {
                overview.change = before.change.wrapping_add(1);
            }
        }
        *said = Some(overview.clone());
        overview
    }

    /// Finds the certificate that signs, and everything that is needed to sign with it.
    pub(crate) fn choose(
        &self,
        surroundings: &Surroundings,
        choice: &CardChoice,
        now: i64,
    ) -> Result<ChosenCard> {
        let looked = self.look(surroundings, choice.module.as_deref());
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        for Looked { driver, seen, .. } in &looked {
            for seen in seen.iter().flatten() {
                let Some(card) = seen.card() else { continue };
                for read in &seen.certificates {
                    candidates.push(((driver, card, &seen.certificates), read.clone()));
                }
            }
        }
        if candidates.is_empty() {
            return Err(absent(looked, &surroundings.cards));
        }
        let ((driver, card, others), read) = choice::choose(&candidates, label_of, choice, now)?;
        // What was chosen has one.
        let algorithm = read.algorithm().ok_or(Error::NoSigningCertificate {
            wanted: choice.certificate.clone(),
        })?;
        Ok(ChosenCard {
            driver: Arc::clone(driver),
            card: (*card).clone(),
            key: CardKey {
                id: read.id.clone(),
                spki: SpkiDer::from_der(read.certificate.spki_der())?,
                algorithm,
            },
            chain: choice::chain(&read.certificate, others),
            certificate: read.certificate.clone(),
        })
    }

    /// Looks through every module, or through the one that is named; all at once.
    fn look(&self, surroundings: &Surroundings, module: Option<&Path>) -> Vec<Looked> {
        let chosen = match module {
            Some(module) => vec![std::path::absolute(module).unwrap_or_else(|_| module.into())],
            None => Memory::load(&surroundings.state).chosen,
        };
        let modules = match module {
            Some(_) => chosen.clone(),
            None => discovery::modules(&surroundings.cards, &chosen),
        };
        let drivers = modules.into_iter().map(|module| self.driver(module));
        thread::scope(|scope| {
            let looking: Vec<_> = drivers
                .map(|driver| {
                    scope.spawn(|| {
                        let (seen, changed) = driver.look(surroundings);
                        let chosen = chosen.contains(&driver.module);
                        Looked {
                            driver,
                            chosen,
                            changed,
                            seen,
                        }
                    })
                })
                .collect();
            let looked = looking.into_iter().map(thread::ScopedJoinHandle::join);
            looked.filter_map(std::result::Result::ok).collect()
        })
    }

    fn driver(&self, module: PathBuf) -> Arc<Driver> {
        let mut drivers = locked(&self.drivers);
        let driver = drivers.entry(module.clone()).or_insert_with(|| {
            Arc::new(Driver {
                module,
                link: Mutex::default(),
                seen: Mutex::default(),
            })
        });
        Arc::clone(driver)
    }
}

impl Driver {
    /// Looks into the slots; says also whether the module's file has changed. While somebody
    /// signs, what was seen last is given.
    fn look(&self, surroundings: &Surroundings) -> (Result<Vec<Seen>>, bool) {
        let mut link = match self.link.try_lock() {
            Ok(link) => link,
            Err(TryLockError::Poisoned(link)) => link.into_inner(),
            Err(TryLockError::WouldBlock) => return (Ok(locked(&self.seen).clone()), false),
        };
        let seen = match link.look(surroundings, &self.module) {
            // A card that was pulled can end a module's process: a new one tells what is there.
            // One that hung for its whole deadline is looked at the next time.
            Err(Error::Token(error)) if error.recovery() == token::Recovery::Renew => {
                link.look(surroundings, &self.module)
            }
            seen => seen,
        };
        let now = seen.as_ref().map_or_else(|_| Vec::new(), Clone::clone);
        *locked(&self.seen) = now;
        (seen, link.changed)
    }
}

impl Link {
    /// The module's process, started if there is none.
    fn host(&mut self, surroundings: &Surroundings, module: &Path) -> Result<&Host> {
        let host = match self.host.take() {
            Some(host) => host,
            None => {
                let host = start(surroundings, module)?;
                let sha256 = host.module_sha256().0;
                self.changed |= Memory::remember(&surroundings.state, module, &sha256);
                self.read.clear();
                host
            }
        };
        Ok(self.host.insert(host))
    }

    fn look(&mut self, surroundings: &Surroundings, module: &Path) -> Result<Vec<Seen>> {
        let looked = self.look_once(surroundings, module);
        if looked.is_err() {
            self.host = None;
        }
        looked
    }

    fn look_once(&mut self, surroundings: &Surroundings, module: &Path) -> Result<Vec<Seen>> {
        let slots = self.host(surroundings, module)?.card_slots()?;
        let mut known = std::mem::take(&mut self.read);
        let mut seen = Vec::with_capacity(slots.len());
        for slot in slots {
            let mut certificates = Vec::new();
            if let Inserted::Card(card) = &slot.inserted {
                let before = known
                    .iter()
                    .position(|(address, _)| *address == card.address);
                certificates = match before {
                    Some(index) => known.swap_remove(index).1,
                    None => read(self.host(surroundings, module)?, &card.address)?,
                };
                self.read.push((card.address.clone(), certificates.clone()));
            }
            seen.push(Seen { slot, certificates });
        }
        Ok(seen)
    }
}

/// Starts the process of a module that a person chose, or the machine has.
fn start(surroundings: &Surroundings, module: &Path) -> Result<Host> {
    let executable = surroundings.host();
    if !executable.is_file() {
        return Err(Error::PartMissing {
            what: "the host process",
            path: executable,
        });
    }
    Ok(Host::start(&Launch {
        executable,
        module: module.to_owned(),
        // Its hash is remembered, and a change is said: it is the person's own choice.
        module_sha256: None,
        environment: surroundings.cards.environment.clone(),
        deadline: DEADLINE,
    })?)
}

/// Reads the certificates of a card; what is none is passed over.
fn read(host: &Host, address: &CardAddress) -> Result<Vec<Read>> {
    let certificates = match host.card_certificates(address) {
        Ok(certificates) => certificates,
        // Pulled between two questions.
        Err(token::Error::CardAbsent) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(certificates
        .into_iter()
        .filter_map(|found| {
            Some(Read {
                certificate: Certificate::from_der(&found.der).ok()?,
                id: found.id,
            })
        })
        .collect())
}

/// Whether an error means that the process is no good any more.
const fn is_gone(error: &token::Error) -> bool {
    matches!(
        error,
        token::Error::TokenLost { .. }
            | token::Error::HostGone
            | token::Error::HostTimedOut { .. }
            | token::Error::OutOfStep
    )
}

/// The certificate that signs, its card, and the module that the card is seen through.
pub(crate) struct ChosenCard {
    driver: Arc<Driver>,
    card: Card,
    key: CardKey,
    pub(crate) certificate: Certificate,
    /// The certificates above it that lie on the card.
    pub(crate) chain: Vec<Certificate>,
}

impl ChosenCard {
    /// Refuses what the card would refuse, before anybody is asked for a PIN.
    pub(crate) fn check_pin(&self) -> Result<()> {
        let refusal = if self.card.info.pin_state == PinState::Locked {
            token::PinRefusal::Locked
        } else if self.card.pin.to_be_changed {
            token::PinRefusal::ToBeChanged
        } else {
            return Ok(());
        };
        Err(token::Error::CardPin { refusal }.into())
    }

    /// What is known of the PIN.
    pub(crate) fn pin(&self) -> wire::CardPin {
        pin(&self.card)
    }

    /// What a person is told before the PIN is asked for.
    pub(crate) fn to_sign(&self) -> CardToSign {
        CardToSign {
            label: self.card.info.label.clone(),
            name: self.certificate.subject_common_name().to_owned(),
            pin: self.pin(),
            module: self.driver.module.clone(),
            module_changed: locked(&self.driver.link).changed,
        }
    }

    /// What the card calls itself.
    pub(crate) fn label(&self) -> &str {
        &self.card.info.label
    }

    /// Signs each input; the PIN is judged once, or as often as the card wants.
    pub(crate) fn sign(
        &self,
        surroundings: &Surroundings,
        inputs: &[ToBeSigned],
        pin: Option<&Pin>,
    ) -> Result<Vec<RawSignature>> {
        let mut link = locked(&self.driver.link);
        let host = link.host(surroundings, &self.driver.module)?;
        match host.sign_with_card(&self.card.address, &self.key, inputs, pin) {
            Ok(values) => Ok(values),
            Err(token::Error::CardAbsent) => Err(Error::CardRemoved),
            Err(error) if is_gone(&error) => {
                link.host = None;
                Err(self.what_happened(&mut link, surroundings, error))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Tells a card that was pulled from a driver that failed: whether another process sees it.
    fn what_happened(
        &self,
        link: &mut Link,
        surroundings: &Surroundings,
        error: token::Error,
    ) -> Error {
        for look in 0..LOOKS {
            if look > 0 {
                thread::sleep(BETWEEN_LOOKS);
            }
            // A driver that does not answer says nothing of the card.
            let Ok(seen) = link.look(surroundings, &self.driver.module) else {
                continue;
            };
            let mut there = seen.iter().filter_map(Seen::card);
            if there.all(|card| card.address != self.card.address) {
                return Error::CardRemoved;
            }
        }
        Error::CardDriverFault(error)
    }
}

/// Why there is no certificate at all.
fn absent(looked: Vec<Looked>, surroundings: &CardSurroundings) -> Error {
    match presence(&looked, surroundings) {
        CardPresence::NoDriver => Error::NoCardDriver,
        CardPresence::NoCertificate | CardPresence::Ready => {
            Error::NoSigningCertificate { wanted: None }
        }
        CardPresence::DriverFault => {
            let errors = looked.into_iter().filter_map(|looked| looked.seen.err());
            match errors.last() {
                Some(Error::Token(error)) if is_gone(&error) => Error::CardDriverFault(error),
                Some(error) => error,
                None => Error::NoCardDriver,
            }
        }
        presence => Error::CardAbsent { presence },
    }
}

fn presence(looked: &[Looked], surroundings: &CardSurroundings) -> CardPresence {
    let seen = || {
        looked
            .iter()
            .flat_map(|looked| looked.seen.iter().flatten())
    };
    let readers = || seen().filter(|seen| seen.slot.kind == SlotKind::Reader);
    if looked.is_empty() {
        CardPresence::NoDriver
    } else if seen().any(|seen| !seen.certificates.is_empty()) {
        CardPresence::Ready
    } else if seen().any(|seen| seen.card().is_some()) {
        CardPresence::NoCertificate
    } else if readers().any(|seen| seen.slot.inserted == Inserted::Unknown) {
        CardPresence::CardUnknown
    } else if looked.iter().all(|looked| looked.seen.is_err()) {
        CardPresence::DriverFault
    } else if readers().next().is_some() {
        CardPresence::NoCard
    } else if surroundings.service.exists() {
        CardPresence::NoReader
    } else {
        CardPresence::ServiceDown
    }
}

fn worded(looked: &[Looked], surroundings: &CardSurroundings, now: i64) -> wire::Cards {
    let mut cards: Vec<wire::CardToken> = Vec::new();
    for seen in looked
        .iter()
        .flat_map(|looked| looked.seen.iter().flatten())
    {
        let Some(card) = seen.card() else { continue };
        let token = token_of(seen, card, now);
        // Seen through another module, or in another slot, with the same to choose from.
        let twice = cards.iter().any(|known| {
            known.serial == token.serial
                && known.label == token.label
                && known.certificates == token.certificates
        });
        if !twice {
            cards.push(token);
        }
    }
    prefer(&mut cards, looked, now);
    let signs = |card: &wire::CardToken| card.certificates.iter().any(|it| it.refusal.is_none());
    let mut presence = presence(looked, surroundings);
    if presence == CardPresence::Ready && !cards.iter().any(signs) {
        presence = CardPresence::NoCertificate;
    }
    wire::Cards {
        change: 0,
        presence,
        cards,
        drivers: looked.iter().map(driver_of).collect(),
    }
}

/// Marks the certificate that signs where nobody chooses, if there is exactly one.
fn prefer(cards: &mut [wire::CardToken], looked: &[Looked], now: i64) {
    let all: Vec<((), Read)> = looked
        .iter()
        .flat_map(|looked| looked.seen.iter().flatten())
        .flat_map(|seen| &seen.certificates)
        .map(|read| ((), read.clone()))
        .collect();
    let Ok((_, best)) = choice::choose(&all, |_| "", &CardChoice::default(), now) else {
        return;
    };
    let best = best.fingerprint();
    let certificates = cards.iter_mut().flat_map(|card| &mut card.certificates);
    for certificate in certificates {
        certificate.preferred = certificate.id == best;
    }
}

fn token_of(seen: &Seen, card: &Card, now: i64) -> wire::CardToken {
    let mut certificates: Vec<&Read> = seen
        .certificates
        .iter()
        .filter(|read| !read.certificate.is_ca())
        .collect();
    certificates.sort_by_key(|read| read.rank(now));
    wire::CardToken {
        label: card.info.label.clone(),
        serial: card.info.serial.clone(),
        manufacturer: card.info.manufacturer.clone(),
        reader: seen.slot.reader.clone(),
        pin: pin(card),
        certificates: certificates
            .into_iter()
            .map(|read| certificate_of(read, now))
            .collect(),
    }
}

fn certificate_of(read: &Read, now: i64) -> wire::CardCertificate {
    let certificate = &read.certificate;
    wire::CardCertificate {
        id: read.fingerprint(),
        key_id: hex(&read.id),
        name: certificate.subject_common_name().to_owned(),
        issuer: certificate.issuer_common_name().to_owned(),
        valid_from: certificate.not_before(),
        valid_until: certificate.not_after(),
        usage: read.usage(),
        key: read
            .algorithm()
            .map_or_else(String::new, |key| key.to_string()),
        refusal: read.refusal(now),
        preferred: false,
    }
}

fn pin(card: &Card) -> wire::CardPin {
    wire::CardPin {
        state: match card.info.pin_state {
            PinState::Locked => CardPinState::Locked,
            _ if card.pin.to_be_changed => CardPinState::ToBeChanged,
            PinState::FinalTry => CardPinState::FinalTry,
            PinState::CountLow => CardPinState::CountLow,
            PinState::Usable => CardPinState::Unknown,
        },
        pad: card.pin.entry == PinEntry::PinPad,
        shortest: card.pin.shortest,
        longest: card.pin.longest,
    }
}

fn driver_of(looked: &Looked) -> wire::CardDriver {
    let path = &looked.driver.module;
    let name = path.file_name().unwrap_or_default();
    wire::CardDriver {
        name: name.to_string_lossy().into_owned(),
        path: path.clone(),
        chosen: looked.chosen,
        changed: looked.changed,
        fault: looked.seen.as_ref().err().map(Error::told),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic left half done is a process, and a process that is out of step is ended.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The masters of the organisation: the first one is in the organisation file, later ones are rows
//! that an officer signed; and how far keys have moved from one to the next.
//!
//! A key is wrapped under the current master and, where there is one, under the next. Which of its
//! blobs is used stands in its state. A master that was left is retired, and no longer proven.
//!
//! Where keys stay on the token there is no master, and there is nothing to rotate.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use token::{Canary, KeyLabel, ResidentId, SignerAlgorithm, SpkiDer, WrappedKey};
use vault::{LeafIndex, OrganisationId, Phase, Rotation};

use super::Station;
use super::bound_rows::{Lines, Subject};
use super::log::Log;
use super::officers::Officers;
use super::records;
use super::resident::ResidentCanary;
use super::tokens::{MASTER, key_label};
use crate::audit::records::{Entry, Hash, Of};
use crate::custody::RowMessage;
use crate::custody::master::{MasterRow, RotationRow};
use crate::error::{Error, Result};
use crate::home::write_private;

/// Number of the master that the organisation file proves.
const FIRST: u64 = 1;

/// Number of the master for keys that were brought in: no keys move to it, or from it.
pub(crate) const IMPORT: u64 = 1 << 32;

/// A master, and what it is proven by.
#[derive(Clone)]
pub(crate) struct Master {
    pub(crate) number: u64,
    pub(crate) label: KeyLabel,
    pub(crate) canary: Canary,
    /// The outcome of the act that made it; a key whose birth began after that is wrapped under it.
    pub(crate) since: LeafIndex,
}

/// The masters that are in use, and the newest step of a rotation.
#[derive(Clone)]
pub(crate) struct Masters {
    /// The one that keys are moving to or from, or the only one; none where keys stay on the token.
    newest: Option<Master>,
    /// What such keys are proven by.
    resident: Option<ResidentCanary>,
    /// The one before, unless it was left.
    before: Option<Master>,
    /// The one for keys that were brought in, once there is one.
    import: Option<Master>,
    /// The label of every master that there was, in the order of their numbers.
    labels: Vec<String>,
    rotation: Option<Rotation>,
    /// What officers signed of the masters after the first one, in the order of their numbers.
    signed: Vec<Hash>,
    /// The same of the one for keys that were brought in.
    signed_import: Option<Hash>,
    /// The same of the newest step.
    signed_step: Option<Hash>,
    /// All of these, with who signed them.
    rows: Vec<SignedRow>,
}

/// What an officer signed.
#[derive(Clone)]
struct SignedRow {
    message: RowMessage,
    signature: Vec<u8>,
    intent: LeafIndex,
}

impl Masters {
    /// The first master and no other.
    pub(crate) fn founding(canary: Canary) -> Result<Self> {
        Ok(Self {
            newest: Some(Master {
                number: FIRST,
                label: key_label(MASTER)?,
                canary,
                since: LeafIndex(0),
            }),
            resident: None,
            before: None,
            import: None,
            labels: vec![MASTER.to_owned()],
            rotation: None,
            signed: Vec::new(),
            signed_import: None,
            signed_step: None,
            rows: Vec::new(),
        })
    }

    /// No master: keys stay on the token.
    pub(crate) const fn resident_keys(canary: ResidentCanary) -> Self {
        Self {
            newest: None,
            resident: Some(canary),
            before: None,
            import: None,
            labels: Vec::new(),
            rotation: None,
            signed: Vec::new(),
            signed_import: None,
            signed_step: None,
            rows: Vec::new(),
        }
    }

    /// Reads them; each row is believed for its officer's signature.
    pub(crate) fn of(station: &Station) -> Result<Self> {
        let first = &station.organisation.fixed.canary;
        if first.is_resident() {
            // Whatever rows there are: no officer can have made them.
            return Ok(Self::resident_keys(ResidentCanary {
                id: ResidentId::try_from(&first.blob.0[..])?,
                spki: SpkiDer::from_der(first.spki.0.clone())?,
            }));
        }
        let vault::Masters {
            mut masters,
            rotation,
        } = station.wait(station.store.masters())?;
        let mut all = Self::founding(first_canary(station)?)?;
        if let Some(row) = masters.pop_if(|row| row.number == IMPORT) {
            let officers = Officers::of(station)?;
            all.import = Some(believed(station, &officers, &row)?);
            all.signed_import = Some(all.take_up(station, &row));
        }
        let Some(rotation) = rotation else {
            return Ok(all);
        };
        let officers = Officers::of(station)?;
        let organisation = station.id();
        let row = RotationRow {
            organisation: organisation.as_bytes(),
            version: rotation.version,
            master: rotation.master,
            phase: rotation.phase.as_str(),
            intent: rotation.intent.0,
        };
        if !officers.vouch(
            &row.to_be_signed(),
            &rotation.officer_signature,
            rotation.intent,
        ) {
            return Err(unvouched(
                "no officer of the organisation has signed the rotation",
            ));
        }
        // One that no step names yet, or that stands there without a signature, is none of ours.
        for row in masters
            .iter()
            .take_while(|row| row.number <= rotation.master)
        {
            let master = believed(station, &officers, row)?;
            all.labels.push(row.label.clone());
            let signed = all.take_up(station, row);
            all.signed.push(signed);
            all.before = all.newest.replace(master);
        }
        let newest = all.newest.as_ref().map(|newest| newest.number);
        if newest != Some(rotation.master) {
            return Err(unvouched("the master that keys move to is not there"));
        }
        if rotation.phase == Phase::Finished {
            all.before = None;
        }
        let message = row.to_be_signed();
        all.signed_step = Some(message.digest());
        all.rows.push(SignedRow {
            message,
            signature: rotation.officer_signature.clone(),
            intent: rotation.intent,
        });
        all.rotation = Some(rotation);
        Ok(all)
    }

    /// Notes what was signed of a master that is believed.
    fn take_up(&mut self, station: &Station, row: &vault::Master) -> Hash {
        let message = signed(station, row).to_be_signed();
        let digest = message.digest();
        self.rows.push(SignedRow {
            message,
            signature: row.officer_signature.clone(),
            intent: row.intent,
        });
        digest
    }

    /// What of them no act stands behind that the log tells of, or which act came after them, if
    /// something does not fit: whoever was an officer once can sign rows that name an act of then, and
    /// what was signed once can be put back.
    pub(crate) fn unbound_by(
        &self,
        officers: &Officers,
        told: &Lines,
    ) -> Result<Option<&'static str>> {
        for row in &self.rows {
            let places = told.places(&row.message.digest())?;
            let done = officers.vouch_at(&places, &row.message, &row.signature, row.intent);
            if done.is_none() {
                return Ok(Some(
                    "the log tells of no officer's act in which a master or a step was made",
                ));
            }
        }
        // Each step has the next number, and the master for imported keys is made once.
        let acts = self.version() + u64::from(self.import.is_some());
        let told = told.acts(Subject::Masters)?.len() as u64;
        Ok((told > acts).then_some("the log tells of a later step or master than the vault has"))
    }

    /// What was signed of them, and of the newest step.
    pub(crate) fn signed_rows(&self) -> impl Iterator<Item = Hash> {
        self.rows.iter().map(|row| row.message.digest())
    }

    /// Refuses to go on with what was changed meanwhile.
    pub(crate) fn expect_unchanged(&self, station: &Station) -> Result<()> {
        if Self::of(station)?.version() == self.version() {
            Ok(())
        } else {
            Err(Error::MastersChanged)
        }
    }

    /// The newest step of a rotation, each of which has a higher one; 0 before there was one.
    pub(crate) fn version(&self) -> u64 {
        self.rotation.as_ref().map_or(0, |step| step.version)
    }

    /// Those that must be proven: every blob that may be used lies under one of them.
    pub(crate) fn in_use(&self) -> impl Iterator<Item = &Master> {
        self.before.iter().chain(&self.newest).chain(&self.import)
    }

    /// Those that a key is wrapped under at its birth, the one its state will name first.
    pub(crate) fn of_birth(&self) -> Vec<&Master> {
        let before = self.before.iter();
        let before = before.filter(|_| self.phase() == Some(Phase::Prepared));
        before.chain(&self.newest).collect()
    }

    /// The one whose blobs are used, unless a key is behind; none where keys stay on the token.
    pub(crate) fn current(&self) -> Option<&Master> {
        self.of_birth().first().copied()
    }

    /// What keys that stay on the token are proven by, where they do.
    pub(crate) const fn resident(&self) -> Option<&ResidentCanary> {
        self.resident.as_ref()
    }

    /// The one that a blob is wrapped under.
    ///
    /// # Errors
    /// [`Error::MasterRetired`].
    pub(crate) fn of_blob(&self, label: &str) -> Result<&Master> {
        self.in_use()
            .find(|master| master.label.as_str() == label)
            .ok_or_else(|| Error::MasterRetired {
                label: label.to_owned(),
            })
    }

    /// The one for keys that were brought in, once there is one.
    pub(crate) fn import(&self) -> Option<&Master> {
        self.import.as_ref()
    }

    /// What the tree over the current records says of the masters.
    pub(crate) fn entry(&self, organisation: OrganisationId) -> Entry {
        let all = self.signed.iter().chain(&self.signed_import);
        let all: Vec<Hash> = all.chain(&self.signed_step).copied().collect();
        records::of_masters(organisation, &all)
    }

    /// What it says once a step is taken; with the master that is made for it.
    pub(crate) fn entry_with_step(
        &self,
        organisation: OrganisationId,
        master: Option<Hash>,
        step: Hash,
    ) -> Entry {
        let mut next = self.clone();
        next.signed.extend(master);
        next.signed_step = Some(step);
        next.entry(organisation)
    }

    /// What it says once there is a master for keys that were brought in.
    pub(crate) fn entry_with_import(&self, organisation: OrganisationId, master: Hash) -> Entry {
        let mut next = self.clone();
        next.signed_import = Some(master);
        next.entry(organisation)
    }

    /// How far a rotation is; none before there was one.
    pub(crate) fn phase(&self) -> Option<Phase> {
        self.rotation.as_ref().map(|step| step.phase)
    }

    /// The master that keys move from and the one they move to, unless they have.
    pub(crate) fn moving(&self) -> Option<(&Master, &Master)> {
        Some((self.before.as_ref()?, self.newest.as_ref()?))
    }

    /// Labels of all masters there were, oldest first.
    pub(crate) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The newest master.
    ///
    /// # Errors
    /// [`Error::KeysAreResident`].
    pub(crate) fn newest(&self) -> Result<&Master> {
        self.newest.as_ref().ok_or(Error::KeysAreResident {
            what: "there is no master to rotate",
        })
    }

    /// The next step, not yet signed.
    pub(crate) fn step(&self, master: u64, phase: Phase, intent: LeafIndex) -> Rotation {
        Rotation {
            version: self.version() + 1,
            master,
            phase,
            officer_signature: Vec::new(),
            intent,
        }
    }
}

fn unvouched(what: &'static str) -> Error {
    Error::MasterUnvouched { what }
}

/// What an officer signs of a master.
fn signed<'a>(station: &'a Station, row: &'a vault::Master) -> MasterRow<'a> {
    MasterRow {
        organisation: &station.organisation.fixed.organisation.0,
        number: row.number,
        label: &row.label,
        mechanism: row.mechanism,
        rfc: row.rfc,
        canary: &row.canary,
        spki: &row.spki,
        intent: row.intent.0,
    }
}

fn believed(station: &Station, officers: &Officers, row: &vault::Master) -> Result<Master> {
    let signed = signed(station, row);
    if !officers.vouch(&signed.to_be_signed(), &row.officer_signature, row.intent) {
        return Err(unvouched(
            "no officer of the organisation has signed the master's row",
        ));
    }
    // The outcome decides which keys are wrapped under it: the log says which one it is.
    let outcome = station.wait(station.store.leaves(row.leaf, 1))?;
    // The intent is signed: no leaf before it can be its outcome, whatever its row says.
    let is_outcome = row.leaf > row.intent
        && outcome
            .first()
            .is_some_and(|leaf| leaf.index == row.leaf && leaf.intent == Some(row.intent));
    if !is_outcome {
        return Err(unvouched("the log does not say when the master was made"));
    }
    Ok(Master {
        number: row.number,
        label: key_label(&row.label)?,
        canary: canary(row.mechanism, row.rfc, &row.canary, &row.spki)?,
        since: row.leaf,
    })
}

/// A canary as it is kept.
pub(crate) fn canary(mechanism: u64, rfc: u32, blob: &[u8], spki: &[u8]) -> Result<Canary> {
    let rfc = u16::try_from(rfc).unwrap_or(u16::MAX);
    Ok(Canary {
        wrapped: WrappedKey::from_parts(mechanism, rfc, blob.to_vec())?,
        spki: SpkiDer::from_der(spki.to_vec())?,
        algorithm: SignerAlgorithm::EcdsaP256,
    })
}

fn first_canary(station: &Station) -> Result<Canary> {
    let first = &station.organisation.fixed.canary;
    canary(first.mechanism, first.rfc, &first.blob.0, &first.spki.0)
}

/// Holds masters and rotation against the tree over the current records.
///
/// `opened` are those that the token was opened with; a step that was taken since then is none of its
/// concern.
pub(super) fn expect_current(station: &Station, log: &mut Log<'_>, opened: &Masters) -> Result<()> {
    let mut masters = opened.clone();
    loop {
        let size = log.size();
        let Some(odd) = at_odds(station, log, &masters)? else {
            return Ok(());
        };
        let now = Masters::of(station)?;
        if now.entry(station.id()) == masters.entry(station.id()) && log.size() == size {
            return Err(unvouched(odd));
        }
        masters = now;
    }
}

/// What does not fit between masters and log, if something does not.
fn at_odds(
    station: &Station,
    log: &mut Log<'_>,
    masters: &Masters,
) -> Result<Option<&'static str>> {
    let named = log.current(&[Of::Masters.path(station.id().as_bytes())])?;
    // An organisation from before gets the entry when an officer logs in.
    let named = named.and_then(|named| named.first().copied().flatten());
    if named.is_some_and(|named| named != masters.entry(station.id()).value) {
        return Ok(Some(
            "the log names other masters, or another step, as current",
        ));
    }
    if !log.noted().all_bound {
        return Ok(None); // an officer's login binds them
    }
    masters.unbound_by(&Officers::of(station)?, &log.signed_rows()?)
}

/// The highest step that this machine has seen.
#[derive(Serialize, Deserialize)]
struct Seen {
    version: u64,
}

/// Refuses a rotation that is older than one seen before; a newer one is remembered.
pub(super) fn compare(station: &Station, version: u64) -> Result<()> {
    let seen = seen(station)?;
    if version < seen {
        return Err(unvouched(
            "an older step of the rotation was put in its place",
        ));
    }
    if version == seen {
        return Ok(());
    }
    let _lock = station.lock("locks", "rotation-seen")?;
    let content = serde_json::to_vec(&Seen {
        version: version.max(self::seen(station)?),
    })
    .expect("a number has a JSON form");
    write_private(&path(station), &content).map_err(Error::State)
}

fn seen(station: &Station) -> Result<u64> {
    match fs::read(path(station)) {
        Ok(content) => serde_json::from_slice(&content)
            .map(|Seen { version }| version)
            .map_err(|_| Error::State(io::ErrorKind::InvalidData.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Error::State(error)),
    }
}

fn path(station: &Station) -> PathBuf {
    station.state().join("rotation.json")
}

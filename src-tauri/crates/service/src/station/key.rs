//! One use of a person's key: the record is checked, the secret judged, the blob opened.

use subtle::ConstantTimeEq;
use token::Pin;
use vault::{KeyId, LeafIndex, OrganisationId, Status, Versions};
use zeroize::Zeroizing;

use super::Station;
use super::bound_rows::{Lines, Subject};
use super::log::{About, Draft, Log};
use super::memory;
use super::officers::Officers;
use super::records;
use super::tokens::{self, SigningToken};
use crate::audit::{Kind, Outcome};
use crate::custody::record::{self, AccountRow, Origin, record_mac_input};
use crate::custody::seal::{self, IssuingSecrets, WrappedBlob};
use crate::custody::secret::Normal;
use crate::custody::slot::{Attempt, HmacOutput, Slot, Verdict};
use crate::custody::{Identity, KeyState, OuterKey, RowMessage, SealRow, SlotKind, tries};
use crate::error::{Error, Result};
use crate::signing_algorithm::{self, KeyKind};

/// A key's rows, parsed; not yet believed.
pub(crate) struct KeyRecord {
    pub(crate) row: vault::Record,
    pub(crate) identity: Identity,
    pub(crate) state: KeyState,
    pub(crate) seal: SealRow,
    pub(crate) certificate: signature::Certificate,
}

impl KeyRecord {
    /// Reads the newest key of a person.
    pub(crate) fn of_login(station: &Station, login: &str) -> Result<Self> {
        let nobody = || Error::NoSuchPerson {
            login: login.to_owned(),
        };
        let store = &station.store;
        let account = station
            .wait(store.account_by_login(login))?
            .ok_or_else(nobody)?;
        let key = station
            .wait(store.key_of_account(account.id))?
            .ok_or_else(nobody)?;
        let damaged = Error::RecordDamaged {
            login: account.login,
            what: "a row of it is missing",
        };
        let row = station.wait(store.record(key))?.ok_or(damaged)?;
        Self::parse(station, row)
    }

    /// Reads a key that was there before.
    pub(crate) fn of_key(station: &Station, key: KeyId) -> Result<Self> {
        let row = station
            .wait(station.store.record(key))?
            .ok_or(vault::Error::KeyUnknown { key })?;
        Self::parse(station, row)
    }

    fn parse(station: &Station, row: vault::Record) -> Result<Self> {
        let identity = Identity::of_key(
            station.id().as_bytes(),
            row.account.id.as_bytes(),
            row.key.id.as_bytes(),
            &row.key.algorithm,
            &row.key.spki,
            match row.key.origin {
                vault::Origin::Generated => Origin::Generated,
                vault::Origin::Imported => Origin::Imported,
            },
        );
        let damaged = |what| Error::RecordDamaged {
            login: row.account.login.clone(),
            what,
        };
        if identity.as_bytes() != row.key.identity {
            return Err(damaged("the identity is not that of the key's row"));
        }
        let state = KeyState {
            version: row.state.version,
            status: match row.state.status {
                Status::Active => record::Status::Active,
                Status::Suspended => record::Status::Suspended,
                Status::Revoked => record::Status::Revoked,
            },
            certificate: *row.state.certificate.as_bytes(),
            wrapping_key: row.state.wrapping_key.clone(),
        };
        let seal = SealRow::read(row.seal.version, &row.seal.sealed, &row.seal.slots)?;
        let certificate = signature::Certificate::from_der(&row.certificate.der)
            .map_err(|_| damaged("the certificate cannot be read"))?;
        Ok(Self {
            identity,
            state,
            seal,
            certificate,
            row,
        })
    }

    /// The person's login.
    pub(crate) fn login(&self) -> &str {
        &self.row.account.login
    }

    /// The person's name as the CA certified it; the account's row only repeats it.
    pub(crate) fn name(&self) -> &str {
        self.certificate.subject_common_name()
    }

    pub(crate) fn damaged(&self, what: &'static str) -> Error {
        Error::RecordDamaged {
            login: self.login().to_owned(),
            what,
        }
    }

    /// Which versions of the rows these are.
    pub(crate) fn versions(&self) -> Versions {
        self.row.versions()
    }

    /// The kind of key; to be asked of a record of any origin.
    pub(crate) fn kind(&self) -> Result<KeyKind> {
        KeyKind::parse(&self.row.key.algorithm)
            .map_err(|_| self.damaged("its key is of no kind that this program knows"))
    }

    /// Believes the record as [`Self::believe_newest`], and that it is not at odds with the
    /// revocation list.
    pub(crate) fn check(
        &self,
        station: &Station,
        token: &SigningToken,
        log: &mut Log<'_>,
    ) -> Result<()> {
        self.believe_newest(station, token, log)?;
        self.check_not_listed(station)
    }

    /// Believes the record, and that it is the current one: the newest leaf of the log vouches for
    /// it, and this machine has seen none that is newer.
    pub(crate) fn believe_newest(
        &self,
        station: &Station,
        token: &SigningToken,
        log: &mut Log<'_>,
    ) -> Result<()> {
        self.believe_current(station, token, log)?;
        memory::compare(station, self)
    }

    /// Believes the record, and that the newest leaf of the log vouches for it.
    pub(crate) fn believe_current(
        &self,
        station: &Station,
        token: &SigningToken,
        log: &mut Log<'_>,
    ) -> Result<()> {
        self.believe(station, token)?;
        self.expect_current(station, log)
    }

    /// Holds the record against the tree over the current records that the newest leaf names.
    ///
    /// A record that was read before somebody changed it is stale, not damaged.
    fn expect_current(&self, station: &Station, log: &mut Log<'_>) -> Result<()> {
        let mut fresh: Option<(u64, Self)> = None;
        loop {
            let record = fresh.as_ref().map_or(self, |(_, record)| record);
            let Some(odd) = record.at_odds(station, log)? else {
                break;
            };
            if let Some((size, record)) = &fresh
                && *size == log.size()
            {
                return Err(record.damaged(odd));
            }
            fresh = Some((log.size(), Self::of_key(station, self.row.key.id)?));
        }
        match fresh {
            Some((_, fresh)) if fresh.versions() != self.versions() => {
                fresh.permit_use(station.now()?)?;
                let key = self.row.key.id;
                let expected = self.versions();
                Err(vault::Error::RowChanged { key, expected }.into())
            }
            _ => Ok(()),
        }
    }

    /// What does not fit the tree over the current records, if something does not.
    fn at_odds(&self, station: &Station, log: &mut Log<'_>) -> Result<Option<&'static str>> {
        let key = self.row.key.id;
        let own = records::of_own_suspension(key, self.state.version);
        let Some(account) = records::of_account(station.id(), &self.row.account) else {
            return Ok(Some("no officer vouches for the account"));
        };
        let record = records::of_key(key, &self.identity, &self.state, &self.seal);
        let paths = [record.path, account.path, own.path];
        let Some(values) = log.current(&paths)? else {
            return Ok(None); // the log is older than the tree
        };
        let [of_record, of_account, of_own] = values[..] else {
            return Ok(Some(
                "the vault answers with other records than were asked for",
            ));
        };
        let suspended = of_own == Some(own.value);
        if let Some(odd) = log.offices_at_odds(station)? {
            return Ok(Some(odd));
        }
        if let Some(odd) = self.unbound(station, log)? {
            return Ok(Some(odd));
        }
        Ok(if of_record != Some(record.value) {
            Some("it is not the record that the log names as the current one")
        } else if of_account != Some(account.value) {
            Some("the account is not the one that the log names as current")
        } else if suspended && self.row.own_suspension.is_none() {
            Some("the owner's suspension was taken away")
        } else if !suspended && self.row.own_suspension.is_some() {
            Some("it is suspended as by its owner, and the log knows of no such act")
        } else {
            None
        })
    }

    /// What of state and account no act stands behind that the log tells of, if something does not:
    /// whoever was an officer once can sign rows that name an act of then.
    fn unbound(&self, station: &Station, log: &Log<'_>) -> Result<Option<&'static str>> {
        if !log.noted().rows_bound {
            return Ok(None); // an officer's login binds them
        }
        self.unbound_by(station, &Officers::of(station)?, &log.signed_rows()?)
    }

    /// The same by what the log tells of rows.
    pub(crate) fn unbound_by(
        &self,
        station: &Station,
        officers: &Officers,
        told: &Lines,
    ) -> Result<Option<&'static str>> {
        let done = |message: &RowMessage, signature: &[u8], intent| {
            let places = told.places(&message.digest())?;
            Ok::<_, Error>(officers.vouch_at(&places, message, signature, intent))
        };
        let (state, account) = (&self.row.state, &self.row.account);
        if let (Some(signature), Some(intent)) = (&state.officer_signature, state.intent) {
            let message = self.state.to_be_signed(&self.identity, intent.0);
            let Some(done) = done(&message, signature, intent)? else {
                return Ok(Some(
                    "the log tells of no officer's act in which its state was made",
                ));
            };
            if let Some(odd) = self.is_from_before(done, told)? {
                return Ok(Some(odd));
            }
        }
        if let (Some(signature), Some(intent)) = (&account.officer_signature, account.intent) {
            let message = account_to_be_signed(station.id(), account, intent);
            if done(&message, signature, intent)?.is_none() {
                return Ok(Some(
                    "the log tells of no officer's act in which the account was made",
                ));
            }
        }
        Ok(None)
    }

    /// What the log tells that has happened to the key since a state was made that lets it be used.
    fn is_from_before(&self, done: u64, told: &Lines) -> Result<Option<&'static str>> {
        let key = self.row.key.id;
        let revoked = told.last(Subject::Revocation(key))?.is_some();
        if revoked && self.state.status != record::Status::Revoked {
            return Ok(Some(
                "the log tells that it was revoked, and its state is from before",
            ));
        }
        let active =
            self.state.status == record::Status::Active && self.row.own_suspension.is_none();
        let suspended = told.last(Subject::Suspension(key))?;
        let before = active && suspended.is_some_and(|suspended| done < suspended);
        Ok(before.then_some("the log tells that it was suspended, and its state is from before"))
    }

    /// Believes the record: its MAC in the HSM, the seal row's signature, the officer's signatures,
    /// its certificate.
    pub(crate) fn believe(&self, station: &Station, token: &SigningToken) -> Result<()> {
        let mac = token.record_mac(&record_mac_input(
            &self.identity,
            Some(&self.state),
            &self.seal,
        ))?;
        if !bool::from(mac.ct_eq(self.row.mac.as_bytes())) {
            return Err(self.damaged("the record was edited: its MAC does not fit"));
        }
        let spki = &self.row.key.spki;
        let signed = self.seal.to_be_signed(&self.identity);
        if !signing_algorithm::verifies(self.kind()?, spki, &signed, &self.row.seal.signature) {
            return Err(self.damaged("the seal is not signed by the key it seals"));
        }
        self.check_officers_signatures(station)?;
        let certificate = &self.certificate;
        if certificate.fingerprint() != self.state.certificate {
            return Err(self.damaged("the certificate is not the one the state names"));
        }
        if certificate.spki_der() != spki.as_slice() {
            return Err(self.damaged("the certificate is of another key"));
        }
        certificate
            .verify_issued_by_key(station.ca()?.spki_der())
            .map_err(|_| self.damaged("the certificate is not of the organisation's CA"))
    }

    /// Believes state and account: an officer that the organisation file names has signed them.
    fn check_officers_signatures(&self, station: &Station) -> Result<()> {
        let officers = Officers::of(station)?;
        let state = &self.row.state;
        let (Some(signature), Some(intent)) = (&state.officer_signature, state.intent) else {
            return Err(self.damaged("no officer vouches for the state"));
        };
        let message = self.state.to_be_signed(&self.identity, intent.0);
        if !officers.vouch(&message, signature, intent) {
            return Err(self.damaged("no officer of the organisation has signed the state"));
        }
        let account = &self.row.account;
        let (Some(signature), Some(intent)) = (&account.officer_signature, account.intent) else {
            return Err(self.damaged("no officer vouches for the account"));
        };
        let message = account_to_be_signed(station.id(), account, intent);
        if !officers.vouch(&message, signature, intent) {
            return Err(self.damaged("no officer of the organisation has signed the account"));
        }
        Ok(())
    }

    /// An active key whose certificate the CA has listed was active before, not now; or the list was
    /// not written yet, and then others refuse its signatures, too.
    pub(crate) fn check_not_listed(&self, station: &Station) -> Result<()> {
        let active =
            self.state.status == record::Status::Active && self.row.own_suspension.is_none();
        if !active {
            return Ok(());
        }
        let list = station.revocation_list()?;
        if list.is_some_and(|list| list.entry(self.certificate.serial()).is_some()) {
            return Err(self.damaged("it is active, and its certificate is on the revocation list"));
        }
        Ok(())
    }

    /// Refuses a key that may not be used at `now` (Unix seconds).
    pub(crate) fn permit_use(&self, now: i64) -> Result<()> {
        let login = self.login().to_owned();
        match self.state.status {
            record::Status::Active if self.row.own_suspension.is_some() => {
                return Err(Error::Suspended { login });
            }
            record::Status::Active => {}
            record::Status::Suspended => return Err(Error::Suspended { login }),
            record::Status::Revoked => return Err(Error::Revoked { login }),
        }
        // Read from the certificate, not from the columns beside it.
        if self.certificate.is_valid_at(now) {
            Ok(())
        } else {
            Err(Error::Expired { login })
        }
    }

    /// Reads the record again after it changed, if only its master did.
    pub(crate) fn moved(
        &self,
        station: &Station,
        token: &SigningToken,
        log: &mut Log<'_>,
    ) -> Result<Self> {
        let now = Self::of_key(station, self.row.key.id)?;
        let expected = KeyState {
            version: now.state.version,
            wrapping_key: now.state.wrapping_key.clone(),
            ..self.state.clone()
        };
        if now.state != expected || now.seal.version != self.seal.version {
            let (key, expected) = (self.row.key.id, self.versions());
            return Err(vault::Error::RowChanged { key, expected }.into());
        }
        now.check(station, token, log)?;
        Ok(now)
    }

    /// Words why a try was not begun.
    fn not_begun(&self, error: Error) -> Error {
        let login = self.login().to_owned();
        match error {
            Error::Vault(vault::Error::KeyNotActive { status, .. }) => match status {
                Status::Revoked => Error::Revoked { login },
                Status::Suspended | Status::Active => Error::Suspended { login },
            },
            other => other,
        }
    }

    /// Whether the person has set an own secret yet.
    pub(crate) fn is_activated(&self) -> bool {
        self.seal
            .slots
            .iter()
            .any(|slot| slot.kind() == SlotKind::Passphrase)
    }
}

/// What an officer signs of a person's account, in the act whose intent is named.
pub(crate) fn account_to_be_signed(
    organisation: OrganisationId,
    account: &vault::Account,
    intent: LeafIndex,
) -> RowMessage {
    let row = AccountRow {
        organisation: organisation.as_bytes(),
        account: account.id.as_bytes(),
        login: &account.login,
        name: &account.name,
        email: &account.email,
        role: match account.role {
            vault::Role::Officer => "officer",
            vault::Role::Signer => "signer",
        },
        version: account.row_version,
    };
    row.to_be_signed(intent.0)
}

/// A key opened for one use; wiped on drop.
pub(crate) struct OpenedKey {
    /// The blob for the master that the state names.
    pub(crate) blob: WrappedBlob,
    /// The one for another master, if the key was born under two.
    pub(crate) other: Option<WrappedBlob>,
    /// Where the intent, or the login, stands in the log.
    pub(crate) opening: LeafIndex,
}

impl OpenedKey {
    /// The blobs that masters in use open, the named one first; one for a master that was left is
    /// let go.
    pub(crate) fn in_use(&self, token: &SigningToken) -> Vec<WrappedBlob> {
        let other = self
            .other
            .iter()
            .filter(|blob| token.masters().of_blob(&blob.wrapping_key).is_ok());
        [&self.blob].into_iter().chain(other).cloned().collect()
    }
}

/// One use of a key that is asked for.
pub(crate) struct Use<'a> {
    /// The key.
    pub(crate) record: &'a KeyRecord,
    /// What was typed.
    pub(crate) secret: &'a Normal,
    /// Which slots it may open.
    pub(crate) slots: SlotKind,
    /// Whether it is an intent or a login.
    pub(crate) leaf: Kind,
    /// What it is for.
    pub(crate) about: About<'a>,
}

/// Judges the secret and opens the seal (CUSTODY-FORMAT 7, one use).
///
/// The try is counted and its leaf committed and signed before the slot is opened. What is refused
/// here has its outcome in the log already; what is opened still needs one.
pub(crate) fn open(
    station: &Station,
    token: &SigningToken,
    log: &mut Log<'_>,
    asked: &Use<'_>,
) -> Result<OpenedKey> {
    let Use {
        record,
        secret,
        about,
        ..
    } = asked;
    let _one_at_a_time = station.lock("tries", &record.row.key.id.to_string())?;
    let now = station.now()?;
    let (key, machine) = (record.row.key.id, station.machine);
    let counted = station.wait(station.store.tries(key, machine))?;
    let wait = counted.and_then(|tries| tries::wait_until(tries.count, tries.last_at.0, now));
    if let Some(until) = wait {
        return Err(Error::Wait { until });
    }
    let slots = record
        .seal
        .slots
        .iter()
        .filter(|slot| slot.kind() == asked.slots);
    let attempts = slots
        .map(|slot| Ok((slot.pepper(), slot.attempt(&record.identity, secret)?)))
        .collect::<Result<Vec<_>>>()?;

    // Documents were read in between, perhaps for minutes: whether the key may still be used is
    // decided where the try is counted.
    let expected = record.versions();
    let store = &station.store;
    let begin = |leaf| store.begin_try(key, machine, expected, leaf);
    let (begun, leaf) = log
        .write(Draft::opening(asked.leaf, about), &[], begin)
        .map_err(|error| record.not_begun(error))?;
    let give_back = |log: &mut Log<'_>, outcome, error: Error| {
        // Best effort: the first error is the one to tell.
        let draft = Draft::outcome(about, begun.index, outcome);
        let given = log.write(draft, &[], |leaf| store.give_back(key, machine, Some(leaf)));
        if given.is_err() {
            // Without a token there is no leaf, and the next opening of the log sees to that; the
            // try is given back all the same.
            let _ = station.wait(store.give_back(key, machine, None));
        }
        if let Ok((Some(index), leaf)) = given {
            let _ = log.sign(index, &leaf);
        }
        error
    };
    // No log, no signature: the head must cover the intent before the slot is opened.
    if let Err(error) = log.sign(begun.index, &leaf) {
        return Err(give_back(log, Outcome::Fault, error));
    }
    let mut answers = Vec::with_capacity(attempts.len());
    for (pepper, attempt) in attempts {
        match token.pepper(pepper, attempt.hmac_input()) {
            Ok(hmac) => answers.push((pepper, attempt, hmac)),
            Err(error) => return Err(give_back(log, Outcome::Fault, error)),
        }
    }

    let mut verdict = Ok(Verdict::Wrong);
    for (_, attempt, hmac) in &answers {
        verdict = attempt.judge(hmac, now);
        if !matches!(verdict, Ok(Verdict::Wrong)) {
            break;
        }
    }
    if matches!(verdict, Ok(Verdict::Wrong)) {
        // A device that answers now this and now that must not cost a try.
        for (pepper, attempt, hmac) in &answers {
            if let Err(error) = answers_alike(token, pepper, attempt, hmac) {
                return Err(give_back(log, Outcome::Fault, error));
            }
        }
        let draft = Draft::outcome(about, begun.index, Outcome::WrongSecret);
        let settle = |leaf| store.settle_wrong(key, machine, leaf);
        let (index, leaf) = log.write(draft, &[], settle)?;
        log.sign(index, &leaf)?;
        return Err(Error::WrongSecret);
    }
    let outer = match verdict {
        Ok(Verdict::Opened(outer)) => outer,
        // A spent code opens nothing, and whoever kept one must not clear the count of wrong
        // secrets with it: the try is taken back, and no more.
        Ok(Verdict::Used) => return Err(give_back(log, Outcome::Refused, Error::CodeUsed)),
        Ok(Verdict::Lapsed) => return Err(give_back(log, Outcome::Refused, Error::CodeLapsed)),
        Ok(Verdict::Wrong) => return Err(Error::WrongSecret),
        Err(error) => return Err(give_back(log, Outcome::Fault, error.into())),
    };
    station.wait(station.store.settle_right(key, machine))?;
    match blobs(record, &outer) {
        Ok((blob, other)) => Ok(OpenedKey {
            blob,
            other,
            opening: begun.index,
        }),
        Err(error) => {
            let _ = log.conclude(about, begun.index, Outcome::Fault);
            Err(error)
        }
    }
}

/// Asks for the same HMAC again: from a device that gives another one nothing follows.
fn answers_alike(
    token: &SigningToken,
    pepper: &str,
    attempt: &Attempt<'_>,
    hmac: &HmacOutput,
) -> Result<()> {
    let again = token.pepper(pepper, attempt.hmac_input())?;
    if bool::from(again.ct_eq(hmac.as_slice())) {
        return Ok(());
    }
    let label = tokens::key_label(pepper)?;
    Err(token::Error::KeyDiffers { label }.into())
}

/// Opens the seal: the blob for the master that the state names, and the one for another.
fn blobs(record: &KeyRecord, outer: &OuterKey) -> Result<(WrappedBlob, Option<WrappedBlob>)> {
    let mut blobs = seal::open_blobs(&record.seal.sealed, outer, &record.identity)?;
    let named = blobs
        .iter()
        .position(|blob| blob.wrapping_key == record.state.wrapping_key)
        .ok_or_else(|| record.damaged("no blob is wrapped under the current master"))?;
    let blob = blobs.swap_remove(named);
    Ok((blob, blobs.pop()))
}

/// An officer's record of the issuing PIN, believed.
pub(crate) struct IssuingRecord {
    pub(crate) row: vault::IssuingPin,
    pub(crate) identity: Identity,
    pub(crate) seal: SealRow,
}

impl IssuingRecord {
    /// Reads and believes the record of an officer, the current one; none if the person has none.
    pub(crate) fn of_officer(
        station: &Station,
        token: &SigningToken,
        log: &mut Log<'_>,
        officer: &KeyRecord,
    ) -> Result<Option<Self>> {
        loop {
            let size = log.size();
            let Some(found) = Self::read(station, token, officer)? else {
                return Ok(None);
            };
            let account = officer.row.account.id;
            let entry = records::of_issuing_pin(account, &found.identity, &found.seal);
            let values = log.current(&[entry.path])?;
            if values.is_none_or(|values| values == [Some(entry.value)]) {
                return Ok(Some(found));
            }
            // Unless somebody wrote in between.
            if log.size() == size {
                return Err(
                    officer.damaged("the issuing PIN's record is not the one that the log names")
                );
            }
        }
    }

    /// Reads and believes the record of an officer, whether it is the current one or not.
    pub(crate) fn read(
        station: &Station,
        token: &SigningToken,
        officer: &KeyRecord,
    ) -> Result<Option<Self>> {
        let account = officer.row.account.id;
        let Some(row) = station.wait(station.store.issuing_pin(account))? else {
            return Ok(None);
        };
        let generation = u32::try_from(row.generation)
            .map_err(|_| officer.damaged("the issuing PIN's generation is no number of ours"))?;
        let identity =
            Identity::of_issuing_pin(station.id().as_bytes(), account.as_bytes(), generation);
        if identity.as_bytes() != row.identity {
            return Err(officer.damaged("the issuing PIN's identity is not that of its row"));
        }
        let seal = SealRow::read(row.seal.version, &row.seal.sealed, &row.seal.slots)?;
        let mac = token.record_mac(&record_mac_input(&identity, None, &seal))?;
        if !bool::from(mac.ct_eq(row.mac.as_bytes())) {
            return Err(
                officer.damaged("the issuing PIN's record was edited: its MAC does not fit")
            );
        }
        let kind = officer.kind()?;
        let signed = seal.to_be_signed(&identity);
        let spki = &officer.row.key.spki;
        let mut signed_well = signing_algorithm::verifies(kind, spki, &signed, &row.seal.signature);
        // Before it was taken up, whoever gave the office vouches for it.
        let taken_up = |slot: &Slot| slot.kind() == SlotKind::Passphrase;
        if !signed_well && !seal.slots.iter().any(taken_up) {
            signed_well = Officers::of(station)?.vouch_for_grant(
                officer.row.account.id,
                &signed,
                &row.seal.signature,
            );
        }
        if !signed_well {
            return Err(
                officer.damaged("the issuing PIN's seal is not signed by the officer's key")
            );
        }
        Ok(Some(Self {
            row,
            identity,
            seal,
        }))
    }

    /// Opens it with the secret that opened the officer's key.
    ///
    /// The try of that covers this: a secret that opens the one and not the other is damage.
    pub(crate) fn open(
        &self,
        station: &Station,
        token: &SigningToken,
        officer: &KeyRecord,
        secret: &Normal,
    ) -> Result<IssuingSecrets> {
        let now = station.now()?;
        let slots = self.seal.slots.iter();
        for slot in slots.filter(|slot| slot.kind() == SlotKind::Passphrase) {
            let attempt = slot.attempt(&self.identity, secret)?;
            let hmac = token.pepper(slot.pepper(), attempt.hmac_input())?;
            if let Verdict::Opened(outer) = attempt.judge(&hmac, now)? {
                return Ok(seal::open_issuing(
                    &self.seal.sealed,
                    &outer,
                    &self.identity,
                )?);
            }
        }
        Err(officer.damaged("the officer's secret does not open the issuing PIN"))
    }
}

/// Takes a PIN out of what a seal kept.
pub(crate) fn pin(text: &Zeroizing<String>) -> Result<Pin> {
    Ok(Pin::new(text.clone())?)
}

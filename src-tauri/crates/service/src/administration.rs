//! What officers do: they log in once, with the own secret, and then act without it.
//!
//! An [`Administrator`] is such a login: the opened key and the issuing PIN, held by the window
//! until it locks itself, or by the command line for one act. Every act goes through an `Office`:
//! the officer's record is read and believed anew, the intent is in the log before anything is
//! done, and what is changed is signed by the officer's own key.

mod accept_restore;
mod adopt;
mod backup;
mod enrol;
mod export_log;
mod grant;
mod import;
mod modules;
mod own_key;
mod probe;
mod required;
mod reset;
mod revocation_list;
mod rotation;
mod settings;
mod status;
mod tidy;

use std::cell::{Cell, RefCell};
use std::fmt;

use token::ToBeSigned;
use vault::{KeyId, LeafIndex};

pub(crate) use self::accept_restore::accept_restore;
pub(crate) use self::backup::{
    Kept, Remembered, create as create_backup, remembered as remembered_backup,
    restore as restore_backup, state as backup_state, verify as verify_backup,
};
pub(crate) use self::enrol::{enrol, enrol_list, plan as plan_enrolments};
pub(crate) use self::export_log::export_log;
pub(crate) use self::grant::{grant, take_office, withdraw};
pub(crate) use self::import::import;
pub(crate) use self::modules::{accept_modules, changed_modules};
pub(crate) use self::own_key::replace_own;
pub(crate) use self::probe::{issuing_shown, play, probe, profile_of, shown};
pub(crate) use self::required::require;
pub(crate) use self::reset::reset;
pub(crate) use self::rotation::{carry_on, finish, pause, prepare, start, status as rotation};
pub(crate) use self::settings::write_settings;
pub(crate) use self::status::{Change, change};
pub(crate) use self::tidy::tidy;
use crate::audit::records::{Entry, Of};
use crate::audit::{Act, Kind, Outcome};
use crate::certificates::{self, Authority};
use crate::custody::record::record_mac_input;
use crate::custody::seal::{IssuingSecrets, WrappedBlob};
use crate::custody::secret::Normal;
use crate::custody::{KeyState, RowMessage, SlotKind};
use crate::error::{Error, Result};
use crate::signing_algorithm::verifies;
use crate::station::Station;
use crate::station::key::{self, IssuingRecord, KeyRecord, Use};
use crate::station::log::{About, Log, RequestLock};
use crate::station::officers::{Officers, newest_grant};
use crate::station::records;
use crate::station::resident::RESIDENT;
use crate::station::tokens::{IssuingToken, SigningToken};
use crate::wire::Secret;

/// Longest reason in words, in characters.
const LONGEST_NOTE: usize = 200;

/// An administrator's login: the opened key and the PINs of an officer, wiped on drop.
pub struct Administrator {
    login: String,
    name: String,
    key: KeyId,
    /// The opened key, under each master that it was born under.
    blobs: Vec<WrappedBlob>,
    /// The issuing PIN, with the PINs of the security officers until a backup has them: who is given
    /// the office is given these, too.
    secrets: IssuingSecrets,
}

impl Administrator {
    /// Login name.
    #[must_use]
    pub fn login(&self) -> &str {
        &self.login
    }

    /// Full name, as certified.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The PIN of the issuing token.
    pub(crate) fn issuing_pin(&self) -> Result<token::Pin> {
        key::pin(&self.secrets.issuing_pin)
    }
}

impl fmt::Debug for Administrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Administrator({}, ..)", self.login)
    }
}

/// Logs an officer in: one secret opens the own key, then the issuing PIN; blocks.
///
/// The revocation list is written where one is due.
pub(crate) fn log_in(station: &Station, login: &str, secret: &Secret) -> Result<Administrator> {
    let officer = KeyRecord::of_login(station, login)?;
    // Told before the secret is judged: it would help nobody else.
    founding_officer(station, &officer)?;
    let signing = SigningToken::open(station)?;
    let mut log = Log::open(station, &signing)?;
    officer.check(station, &signing, &mut log)?;
    officer.permit_use(station.now()?)?;
    expect_newest_grant(station, &mut log, &officer)?;
    let typed = Normal::of(secret);
    let request = certificates::new_id()?;
    let asked = Use {
        record: &officer,
        secret: &typed,
        slots: SlotKind::Passphrase,
        leaf: Kind::Login,
        about: About::key(Act::Login, &request, &officer),
    };
    let opened = key::open(station, &signing, &mut log, &asked)?;
    let issuing =
        IssuingRecord::of_officer(station, &signing, &mut log, &officer)?.ok_or_else(|| {
            Error::NotAnOfficer {
                login: officer.login().to_owned(),
            }
        })?;
    let secrets = issuing.open(station, &signing, &officer, &typed)?;
    let mut administrator = Administrator {
        login: officer.login().to_owned(),
        name: officer.name().to_owned(),
        key: officer.row.key.id,
        blobs: opened.in_use(&signing),
        secrets,
    };
    let mut office = Office::with(station, &signing, log, &administrator)?;
    office.adopt_records()?;
    office.adopt_signed_rows()?;
    office.bind_rows()?;
    // What is not taken out now is at the next login; no reason to lock out.
    let released = office.release_so_pins(&officer, &issuing, secret);
    // A list that cannot be written stays due, and the overview says so: no reason to lock out.
    let _ = office.publish_if_due();
    office.notarise();
    drop(office);
    if released.unwrap_or(false) {
        administrator.secrets.forget_so_pins();
    }
    Ok(administrator)
}

/// The organisation file vouches for founders, and officers for their later keys and for those whom
/// they gave the office; a role edited in the database makes nobody one.
pub(crate) fn founding_officer(station: &Station, officer: &KeyRecord) -> Result<()> {
    let (account, spki) = (officer.row.account.id, &officer.row.key.spki);
    let vouched = Officers::of(station)?.act_with(account, spki);
    if vouched {
        Ok(())
    } else {
        Err(Error::NotAnOfficer {
            login: officer.login().to_owned(),
        })
    }
}

/// Refuses an officer whose newest grant is not the one that the log names: a withdrawal may have
/// been taken away.
pub(crate) fn expect_newest_grant(
    station: &Station,
    log: &mut Log<'_>,
    officer: &KeyRecord,
) -> Result<()> {
    let account = officer.row.account.id;
    loop {
        let size = log.size();
        let newest = newest_grant(station, account)?;
        let path = Of::Grant.path(account.as_bytes());
        let values = log.current(&[path])?;
        if values.is_none_or(|values| values == [newest]) {
            return Ok(());
        }
        if log.size() == size {
            return Err(officer.damaged("the newest grant is not the one that the log names"));
        }
    }
}

/// Refuses to take the only officer away who could act: one who is suspended, or has not taken the
/// office up, could not bring this one back.
pub(crate) fn spare_the_last_officer(station: &Station, record: &KeyRecord) -> Result<()> {
    if Officers::of(station)?.none_but(station, record.row.account.id)? {
        return Err(Error::LastOfficer {
            login: record.login().to_owned(),
        });
    }
    Ok(())
}

/// Refuses to take the key away by which somebody acts as an officer: what vouches for the office would
/// go on vouching. The office goes first, or the officer replaces the key.
pub(crate) fn not_an_officers_key(station: &Station, record: &KeyRecord) -> Result<()> {
    if Officers::of(station)?.act_with(record.row.account.id, &record.row.key.spki) {
        return Err(Error::StatusUnchanged {
            login: record.login().to_owned(),
            why: "acts as an officer by this key: take the office away first (chancery users withdraw)",
        });
    }
    Ok(())
}

/// Reads a reason in words.
pub(crate) fn checked_note(note: &str) -> Result<String> {
    let note = note.trim();
    let count = note.chars().count();
    if count == 0 || count > LONGEST_NOTE || note.chars().any(char::is_control) {
        return Err(Error::BadField {
            what: "reason",
            value: note.to_owned(),
            why: "a reason has 1 to 200 characters on one line",
        });
    }
    Ok(note.to_owned())
}

/// What an act needs: both tokens, the log, and the officer who acts.
pub(crate) struct Office<'s> {
    station: &'s Station,
    signing: &'s SigningToken<'s>,
    issuing: IssuingToken,
    log: Log<'s>,
    officer: &'s Administrator,
    /// The request of the act under way.
    request: Cell<[u8; 16]>,
    /// Keys that the act under way has made.
    born: RefCell<Vec<KeyId>>,
}

impl<'s> Office<'s> {
    /// Does `work` as an officer whose record still says so.
    fn enter<T>(
        station: &'s Station,
        officer: &Administrator,
        work: impl FnOnce(&mut Office<'_>) -> Result<T>,
    ) -> Result<T> {
        let signing = SigningToken::open(station)?;
        let mut log = Log::open(station, &signing)?;
        let record = KeyRecord::of_key(station, officer.key)?;
        record.check(station, &signing, &mut log)?;
        record.permit_use(station.now()?)?;
        founding_officer(station, &record)?;
        expect_newest_grant(station, &mut log, &record)?;
        work(&mut Office::with(station, &signing, log, officer)?)
    }

    fn with(
        station: &'s Station,
        signing: &'s SigningToken<'s>,
        log: Log<'s>,
        officer: &'s Administrator,
    ) -> Result<Self> {
        let issuing = IssuingToken::open(station, &key::pin(&officer.secrets.issuing_pin)?)?;
        Ok(Self {
            station,
            signing,
            issuing,
            log,
            officer,
            request: Cell::default(),
            born: RefCell::default(),
        })
    }

    /// Begins an act: intent first; `work` ends it with its outcome, or it is given up.
    fn act<T>(
        &mut self,
        about: &About<'_>,
        work: impl FnOnce(&mut Self, LeafIndex) -> Result<T>,
    ) -> Result<T> {
        self.act_noting(about, |office, intent, _| work(office, intent))
    }

    /// As [`Self::act`], for an act that notes what it would leave behind if its process ended.
    fn act_noting<T>(
        &mut self,
        about: &About<'_>,
        work: impl FnOnce(&mut Self, LeafIndex, &RequestLock) -> Result<T>,
    ) -> Result<T> {
        let lock = RequestLock::take(self.station, about.request)?;
        let intent = self.log.begin(about)?;
        self.request.set(*about.request);
        let done = work(self, intent, &lock);
        let born = self.born.take();
        if done.is_err() {
            self.log.give_up(about, intent);
            self.take_back(&born);
        }
        lock.settle(self.station);
        self.notarise();
        done
    }

    /// Destroys what an act that failed has left on the token: keys that stay there, unless the vault
    /// has them after all. Best effort, as the log says what became of the act.
    fn take_back(&self, born: &[KeyId]) {
        for key in born {
            let _ = self.signing.destroy_if_nobodys(self.station, *key);
        }
    }

    /// Destroys a revoked key that stays on the token, in an act of its own: the log says that it is
    /// gone, and when.
    fn destroy_revoked(&mut self, record: &KeyRecord) -> Result<()> {
        if record.state.wrapping_key != RESIDENT {
            return Ok(());
        }
        let request = certificates::new_id()?;
        let officer = self.officer;
        let about = About {
            officer: Some(&officer.login),
            ..About::key(Act::DestroyKey, &request, record)
        };
        self.act(&about, |office, intent| {
            office.signing.destroy_resident(record.row.key.id)?;
            office.log.conclude(&about, intent, Outcome::Done)
        })
    }

    /// Has the notary sign the newest head. What is done is done without it: a notary that does not
    /// sign shows in the age of the newest notarised head.
    fn notarise(&mut self) {
        let _ = self.log.notarise(&self.issuing);
    }

    /// The officer's signature over a row, for the act whose intent it names.
    fn vouch(&self, row: RowMessage) -> Result<Vec<u8>> {
        let values = self.vouch_for_all(&[row])?;
        let value = values.into_iter().next();
        value.ok_or(Error::Token(token::Error::OutOfStep))
    }

    /// The officer's signatures over several rows, with one use of the key.
    fn vouch_for_all(&self, rows: &[RowMessage]) -> Result<Vec<Vec<u8>>> {
        let officer = KeyRecord::of_key(self.station, self.officer.key)?;
        let kind = officer.kind()?;
        let named = self
            .officer
            .blobs
            .iter()
            .find(|blob| blob.wrapping_key == officer.state.wrapping_key)
            .ok_or_else(|| officer.damaged("no blob is wrapped under the current master"))?;
        let inputs: Vec<ToBeSigned> = rows.iter().map(Into::into).collect();
        let values = self.signing.sign_with(kind, named, &inputs)?;
        if values.len() != rows.len() {
            return Err(token::Error::OutOfStep.into());
        }
        let values = values.iter().map(|value| value.as_bytes().to_vec());
        let values: Vec<Vec<u8>> = values.collect();
        let spki = &officer.row.key.spki;
        let mut pairs = rows.iter().zip(&values);
        if pairs.all(|(row, value)| verifies(kind, spki, row, value)) {
            self.log.note_signed(rows);
            Ok(values)
        } else {
            Err(officer.damaged("the officer's unwrapped key is not the enrolled one"))
        }
    }

    /// The next state of a key, signed by the officer and covered by a new MAC.
    fn next_state(
        &self,
        record: &KeyRecord,
        status: crate::custody::record::Status,
        reason: &str,
        note: &str,
        intent: LeafIndex,
    ) -> Result<(vault::store::StateChange, Entry)> {
        use crate::custody::record::Status;
        let state = KeyState {
            version: record.state.version + 1,
            status,
            ..record.state.clone()
        };
        let signature = self.vouch(state.to_be_signed(&record.identity, intent.0))?;
        let input = record_mac_input(&record.identity, Some(&state), &record.seal);
        let mac = self.signing.record_mac(&input)?;
        let key = record.row.key.id;
        let entry = records::of_key(key, &record.identity, &state, &record.seal);
        let change = vault::store::StateChange {
            key,
            expected: record.versions(),
            state: vault::KeyState {
                version: state.version,
                status: match status {
                    Status::Active => vault::Status::Active,
                    Status::Suspended => vault::Status::Suspended,
                    Status::Revoked => vault::Status::Revoked,
                },
                officer_signature: Some(signature),
                intent: Some(intent),
                ..record.row.state.clone()
            },
            mac: mac.into(),
            note: vault::StatusNote {
                officer: self.officer.login.clone(),
                reason: reason.to_owned(),
                note: note.to_owned(),
            },
        };
        Ok((change, entry))
    }

    fn authority<'a>(&'a self, ca: &'a signature::Certificate) -> Authority<'a> {
        Authority {
            signing: self.signing,
            issuing: &self.issuing,
            ca,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_of_at_most_200_characters() {
        assert_eq!(checked_note(" lost laptop ").unwrap(), "lost laptop");
        for note in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(matches!(
                checked_note(note),
                Err(Error::BadField { what: "reason", .. })
            ));
        }
    }
}

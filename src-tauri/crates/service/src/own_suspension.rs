//! The owner suspends the own key: at once, and without a secret, which may be what was stolen.

use vault::store::OwnSuspension;

use crate::administration::{checked_note, spare_the_last_officer};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::custody::record::Status;
use crate::error::{Error, Result};
use crate::people;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::station::log::{About, Draft, Log, RequestLock};
use crate::station::memory;
use crate::station::records;
use crate::station::tokens::SigningToken;
use crate::wire::Identity;

/// Suspends a key for as long as its state stays what it is; an officer's next state lifts it.
///
/// No secret is asked: a stolen one would be asked of the thief, too, and waiting costs more than a
/// suspension by somebody else. The only officer cannot: nobody could lift it.
pub(crate) fn suspend_own(station: &Station, login: &str, note: &str) -> Result<Identity> {
    let note = checked_note(note)?;
    let record = KeyRecord::of_login(station, login)?;
    let unchanged = |why| Error::StatusUnchanged {
        login: record.login().to_owned(),
        why,
    };
    match record.state.status {
        Status::Revoked => return Err(unchanged("is revoked, and that is for good")),
        Status::Suspended => return Err(unchanged("is suspended already")),
        Status::Active if record.row.own_suspension.is_some() => {
            return Err(unchanged("is suspended already"));
        }
        Status::Active => {}
    }
    spare_the_last_officer(station, &record)?;
    let token = SigningToken::open(station)?;
    let mut log = Log::open(station, &token)?;
    record.believe_newest(station, &token, &mut log)?;
    let request = new_id()?;
    let lock = RequestLock::take(station, &request)?;
    let about = About {
        note: Some(&note),
        ..About::key(Act::SuspendOwn, &request, &record)
    };
    let intent = log.begin(&about)?;
    let suspension = OwnSuspension {
        key: record.row.key.id,
        expected: record.versions(),
        note: note.clone(),
    };
    let entry = records::of_own_suspension(suspension.key, record.state.version);
    let draft = Draft::outcome(&about, intent, Outcome::Done);
    let suspend = |leaf| station.store.suspend_own(suspension.clone(), leaf);
    let entries = || {
        // Somebody may have suspended the other officer meanwhile.
        spare_the_last_officer(station, &record)?;
        Ok(vec![entry])
    };
    let done = log
        .write_anew(draft, entries, suspend)
        .and_then(|(index, leaf)| {
            let versions = record.versions();
            memory::remember(station, record.row.key.id, versions, Some(versions.state))?;
            log.sign_done(index, &leaf)
        });
    if done.is_err() {
        log.give_up(&about, intent);
    }
    lock.settle(station);
    done?;
    people::identity(station, login)
}

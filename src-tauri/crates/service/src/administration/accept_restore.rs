//! An officer accepts that the log goes on from an older one, after the vault came from a backup.

use super::{checked_note, founding_officer};
use crate::audit::{Act, Kind, Outcome};
use crate::certificates::new_id;
use crate::custody::SlotKind;
use crate::custody::secret::Normal;
use crate::error::{Error, Result};
use crate::requests::RestoreAccepted;
use crate::signing_algorithm::verifies;
use crate::station::Station;
use crate::station::key::{self, KeyRecord, Use};
use crate::station::log::{About, Draft, Log, RequestLock};
use crate::station::memory;
use crate::station::remembered::Remembered;
use crate::station::restore::Statement;
use crate::station::tokens::SigningToken;
use crate::wire::Secret;

/// Signs, as an officer, that what this machine remembers of the log is lost, and that the log goes
/// on from what the vault holds; blocks.
///
/// Other machines accept it when they next open the log, each once. The officer's record is the one
/// of the backup: a secret that was changed since is the old one again.
pub(crate) fn accept_restore(
    station: &Station,
    login: &str,
    secret: &Secret,
    reason: &str,
) -> Result<RestoreAccepted> {
    let reason = checked_note(reason)?;
    let officer = KeyRecord::of_login(station, login)?;
    founding_officer(station, &officer)?;
    let signing = SigningToken::open(station)?;
    let remembered = Remembered::load(station)?;
    let mut log = Log::open_anew(station, &signing)?;
    let (size, root) = log.head();
    if Log::open(station, &signing).is_ok() {
        return Err(Error::NothingLost { size });
    }
    // Not against what is remembered of the record: that may be lost, too.
    officer.believe_current(station, &signing, &mut log)?;
    officer.check_not_listed(station)?;
    officer.permit_use(station.now()?)?;
    let newest = station.wait(station.store.restores())?;
    let statement = Statement {
        organisation: station.organisation.fixed.organisation.0,
        sequence: newest.first().map_or(0, |newest| newest.sequence) + 1,
        lost: (remembered.frontier.size(), remembered.frontier.root()),
        new: (size, root),
        reason: reason.clone(),
        time: station.now()?,
    };
    let bytes = statement.to_bytes();
    let row = Statement::to_be_signed(&bytes);
    let request = new_id()?;
    let lock = RequestLock::take(station, &request)?;
    let secret = Normal::of(secret);
    let about = About {
        digests: &[row.digest()],
        officer: Some(officer.login()),
        note: Some(&reason),
        ..About::key(Act::Restore, &request, &officer)
    };
    let asked = Use {
        record: &officer,
        secret: &secret,
        slots: SlotKind::Passphrase,
        leaf: Kind::Intent,
        about,
    };
    let opened = key::open(station, &signing, &mut log, &asked);
    let done = opened.and_then(|opened| {
        let kind = officer.kind()?;
        let values = signing.sign_with(kind, &opened.blob, &[(&row).into()])?;
        let value = values
            .first()
            .ok_or(Error::Token(token::Error::OutOfStep))?;
        let spki = &officer.row.key.spki;
        let written = if verifies(kind, spki, &row, value.as_bytes()) {
            let restore = vault::Restore {
                sequence: statement.sequence,
                statement: bytes.clone(),
                signature: value.as_bytes().to_vec(),
            };
            let draft = Draft::outcome(&about, opened.opening, Outcome::Done);
            log.write(draft, &[], |leaf| {
                station.store.put_restore(restore.clone(), leaf)
            })
        } else {
            Err(officer.damaged("the unwrapped key is not the enrolled one"))
        };
        if written.is_err() {
            log.give_up(&about, opened.opening);
        }
        written
    });
    lock.settle(station);
    let (index, leaf) = done?;
    memory::forget(station)?;
    log.sign(index, &leaf)?;
    Remembered::replace(station, &log.remembered(statement.sequence))?;
    Ok(RestoreAccepted {
        sequence: statement.sequence,
        lost: statement.lost.0,
        leaves: size,
    })
}
